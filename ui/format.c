#include "ui/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/language.h"

struct word {
    const char *word;
    const char *text;
};

static const struct word channels[] = {
    {"counter", N_("counter")},     {"phone", N_("phone")}, {"web", N_("online")},
    {"email", N_("e-mail")},        {"mail", N_("mail")},   {"fax", N_("fax")},
    {"sms", N_("text message")},    {"voice", N_("voice")}, {"mobile", N_("mobile")},
    {"social", N_("social media")}, {"chat", N_("chat")},   {"outreach", N_("outreach")},
};

static const struct word words[] = {
    /* case */
    {"received", N_("received")},
    {"in-progress", N_("in progress")},
    {"information-missing", N_("information missing")},
    {"approved", N_("approved")},
    {"refused", N_("refused")},
    {"closed", N_("closed")},
    /* outcome of a contact */
    {"resolved", N_("resolved")},
    {"case-open", N_("case stays open")},
    {"handed-off", N_("handed off")},
    {"referred", N_("referred elsewhere")},
    {"call-back", N_("to call back")},
    {"abandoned", N_("abandoned")},
    /* note */
    {"contact", N_("contact")},
    {"internal", N_("internal")},
    {"decision", N_("decision")},
    {"commitment", N_("commitment")},
    {"correction", N_("correction")},
    /* who sees a note */
    {"everyone", N_("everyone")},
    {"restricted", N_("restricted")},
    /* task */
    {"open", N_("open")},
    {"done", N_("done")},
    {"dropped", N_("dropped")},
    {"refund", N_("refund")},
    {"review", N_("review")},
    {"other", N_("other")},
    /* promise */
    {"guarantee", N_("guarantee")},
    {"standard", N_("standard")},
    {"running", N_("running")},
    {"paused", N_("paused")},
    {"met", N_("met")},
    {"missed", N_("missed")},
    {"void", N_("void")},
    /* hand-off */
    {"offered", N_("offered")},
    {"accepted", N_("accepted")},
    {"declined", N_("declined")},
    {"withdrawn", N_("withdrawn")},
    {"queued", N_("waiting to leave")},
    {"sent", N_("sent")},
    {"bounced", N_("did not arrive")},
    {"expired", N_("expired")},
    {"reassigned", N_("re-assigned")},
    /* submission */
    {"draft", N_("draft")},
    {"submitted", N_("submitted")},
    {"rejected", N_("rejected")},
    /* identity */
    {"none", N_("not asked")},
    {"basic", N_("basic")},
    {"verified", N_("verified")},
    /* mood of a client */
    {"upset", N_("upset")},
    {"worried", N_("worried")},
    {"hurried", N_("in a hurry")},
    {"confused", N_("confused")},
    {"fragile", N_("fragile")},
    /* consent */
    {"spoken", N_("spoken")},
    {"signed", N_("signed")},
    {"form", N_("in a form")},
    /* client */
    {"person", N_("person")},
    {"business", N_("business")},
    {"anonymous", N_("anonymous")},
    /* audience */
    {"individual", N_("individuals")},
    {"organisation", N_("organisations")},
    {"government", N_("governments")},
    /* role */
    {"clerk", N_("clerk")},
    {"agent", N_("agent")},
    {"specialist", N_("specialist")},
    {"supervisor", N_("supervisor")},
    {"privacy-officer", N_("privacy officer")},
    {"administrator", N_("administrator")},
    /* skill */
    {"civil-status", N_("civil status")},
    {"families", N_("families")},
    {"succession", N_("estates")},
    {"vehicles", N_("vehicles")},
    {"access-to-information", N_("access to information")},
};

const char *format_channel(const char *word)
{
    for (size_t i = 0; i < sizeof(channels) / sizeof(channels[0]); i++)
        if (strcmp(channels[i].word, word) == 0)
            return _(channels[i].text);
    return word;
}

const char *format_word(const char *word)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i].word, word) == 0)
            return _(words[i].text);
    return word;
}

const char *format_skill(const char *word)
{
    const char *channel = format_channel(word);

    return channel != word ? channel : format_word(word);
}

const char *format_handoff(const char *kind)
{
    static const struct {
        const char *kind, *text;
    } kinds[] = {
        {"cold", N_("cold")},           {"warm", N_("warm")},           {"consult", N_("consult")},
        {"call-back", N_("call back")}, {"escalation", N_("escalate")},
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            return _(kinds[i].text);
    return kind;
}

const char *format_level(int64_t level)
{
    switch (level) {
    case 1:
        return _("information, anyone may serve");
    case 2:
        return _("transaction, basic identity");
    case 3:
        return _("sensitive, verified identity");
    default:
        return "";
    }
}

const char *format_localised(const json_t *value)
{
    return json_localised(value, language_now());
}

void format_money(char *text, size_t size, const json_t *money)
{
    int64_t amount = json_integer_or(money, "amount", -1);
    const char *currency = json_text_or(money, "currency", "CAD");
    bool dollars = strcmp(currency, "CAD") == 0;

    if (amount < 0) {
        text_copy(text, size, "");
    } else if (amount == 0) {
        text_copy(text, size, _("free"));
    } else if (strcmp(language_now(), "fr") == 0) {
        snprintf(text, size, "%" PRId64 ",%02" PRId64 " %s", amount / 100, amount % 100,
                 dollars ? "$" : currency);
    } else {
        snprintf(text, size, "%s%" PRId64 ".%02" PRId64 "%s%s", dollars ? "$" : "", amount / 100,
                 amount % 100, dollars ? "" : " ", dollars ? "" : currency);
    }
}

/* One place for both forms, so that xgettext finds them. */
static const char *unit_text(const char *unit, int64_t count)
{
    if (strcmp(unit, "second") == 0)
        return language_plural("%lld second", "%lld seconds", count);
    if (strcmp(unit, "minute") == 0)
        return language_plural("%lld minute", "%lld minutes", count);
    if (strcmp(unit, "hour") == 0)
        return language_plural("%lld hour", "%lld hours", count);
    if (strcmp(unit, "business-day") == 0)
        return language_plural("%lld business day", "%lld business days", count);
    if (strcmp(unit, "calendar-day") == 0)
        return language_plural("%lld day", "%lld days", count);
    if (strcmp(unit, "week") == 0)
        return language_plural("%lld week", "%lld weeks", count);
    if (strcmp(unit, "month") == 0)
        return language_plural("%lld month", "%lld months", count);
    if (strcmp(unit, "year") == 0)
        return language_plural("%lld year", "%lld years", count);
    return NULL;
}

void format_span(char *text, size_t size, int64_t count, const char *unit)
{
    const char *format = unit_text(unit, count);
    char number[32];
    const char *rest;

    text_copy(text, size, "");
    if (format == NULL || count < 0)
        return;
    snprintf(number, sizeof(number), "%" PRId64, count);
    rest = strstr(format, "%lld");
    if (rest != NULL)
        snprintf(text, size, "%.*s%s%s", (int)(rest - format), format, number, rest + 4);
}

const char *format_month(int month)
{
    static const char *const months[] = {
        N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun"),
        N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec"),
    };

    return month >= 0 && month < 12 ? _(months[month]) : "";
}

void format_when(char *text, size_t size, int64_t ms, int64_t now_ms)
{
    time_t seconds = (time_t)(ms / 1000), now_seconds = (time_t)(now_ms / 1000);
    struct tm then, now;

    text_copy(text, size, "");
    if (localtime_r(&seconds, &then) == NULL || localtime_r(&now_seconds, &now) == NULL)
        return;
    if (then.tm_year == now.tm_year && then.tm_yday == now.tm_yday)
        snprintf(text, size, "%02d:%02d", then.tm_hour, then.tm_min);
    else if (then.tm_year == now.tm_year)
        snprintf(text, size, "%d %s %02d:%02d", then.tm_mday, format_month(then.tm_mon),
                 then.tm_hour, then.tm_min);
    else
        snprintf(text, size, "%d %s %d", then.tm_mday, format_month(then.tm_mon),
                 then.tm_year + 1900);
}

void format_on_day(char *text, size_t size, int64_t ms, int64_t now_ms)
{
    time_t seconds = (time_t)(ms / 1000), now_seconds = (time_t)(now_ms / 1000);
    struct tm then, now;

    text_copy(text, size, "");
    if (localtime_r(&seconds, &then) == NULL || localtime_r(&now_seconds, &now) == NULL)
        return;
    if (then.tm_year == now.tm_year && then.tm_yday == now.tm_yday)
        text_copy(text, size, _("today"));
    else if (then.tm_year == now.tm_year)
        snprintf(text, size, "%d %s", then.tm_mday, format_month(then.tm_mon));
    else
        snprintf(text, size, "%d %s %d", then.tm_mday, format_month(then.tm_mon),
                 then.tm_year + 1900);
}

void format_due(char *text, size_t size, int64_t ms, int64_t now_ms)
{
    if (ms % 60000 == 59999)
        format_on_day(text, size, ms, now_ms);
    else
        format_when(text, size, ms, now_ms);
}

void format_duration(char *text, size_t size, int64_t ms)
{
    int64_t seconds = ms < 0 ? 0 : ms / 1000;

    if (seconds < 3600)
        snprintf(text, size, "%02" PRId64 ":%02" PRId64, seconds / 60, seconds % 60);
    else
        snprintf(text, size, "%" PRId64 ":%02" PRId64 ":%02" PRId64, seconds / 3600,
                 seconds / 60 % 60, seconds % 60);
}
