#include "ui/delivery_words.h"

#include <stdio.h>
#include <string.h>

#include "app/delivery.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/work.h"

static bool has(const struct record *delivery, const char *member, const char *word)
{
    return strcmp(record_text(delivery, member), word) == 0;
}

const char *delivery_agency(const struct record *delivery)
{
    const char *title = format_localised(json_object_get(delivery->body, "title"));

    return *title != '\0' ? title : record_text(delivery, "agency");
}

static const struct {
    const char *cause;
    const char *text;
} causes[] = {
    {DELIVERY_NOT_CONNECTED,
     N_("The server is not connected to this agency: tell whoever runs it.")},
    {DELIVERY_UNREACHABLE, N_("The agency could not be reached.")},
    {DELIVERY_NO_ANSWER, N_("The agency received it and did not decide in the time given.")},
    {DELIVERY_AGENCY_FAULT, N_("The agency has trouble of its own.")},
    {DELIVERY_BAD_ANSWER, N_("The agency's answer made no sense.")},
    {DELIVERY_NO_CONSENT, N_("The client did not agree that it be sent.")},
};

const char *delivery_why(const struct record *delivery)
{
    /* What went wrong before the consent was withdrawn is of no matter any more. */
    if (has(delivery, "state", "withheld") && !has(delivery, "cause", DELIVERY_NO_CONSENT))
        return "";
    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
        if (has(delivery, "cause", causes[i].cause))
            return _(causes[i].text);
    return record_text(delivery, "reason");
}

const char *delivery_state(const struct record *delivery)
{
    if (has(delivery, "state", "acknowledged"))
        return _("acknowledged");
    if (has(delivery, "state", "sent"))
        return _("received, not decided yet");
    if (has(delivery, "state", "refused"))
        return has(delivery, "cause", DELIVERY_REFUSED) ? _("refused by the agency")
                                                        : _("could not be delivered");
    if (has(delivery, "state", "withheld"))
        return has(delivery, "cause", DELIVERY_NO_CONSENT) ? _("not sent: no consent")
                                                           : _("not sent: consent withdrawn");
    if (has(delivery, "cause", DELIVERY_NOT_CONNECTED))
        return _("not sent: no connection");
    return *record_text(delivery, "tried_at") == '\0' ? _("to be sent") : _("to be sent again");
}

enum paint_style delivery_style(const struct record *delivery)
{
    if (has(delivery, "state", "acknowledged"))
        return PAINT_GOOD;
    if (delivery_needs_agent(delivery))
        return PAINT_ERROR;
    if (has(delivery, "state", "withheld"))
        return PAINT_DIM;
    return *record_text(delivery, "cause") != '\0' ? PAINT_WARNING : PAINT_VALUE;
}

bool delivery_needs_agent(const struct record *delivery)
{
    return has(delivery, "state", "refused");
}

void delivery_detail(struct desk *desk, const struct record *delivery, char *text, size_t size)
{
    bool waits = !delivery_is_decided(delivery);
    char when[32] = "", next[64] = "";

    text_copy(text, size, "");
    if (has(delivery, "state", "acknowledged")) {
        snprintf(text, size, _("receipt %s"), record_text(delivery, "receipt"));
        return;
    }
    if (waits && *record_text(delivery, "tried_at") != '\0') {
        work_when(desk, delivery, "next_attempt_at", when, sizeof(when));
        if (*when != '\0')
            snprintf(next, sizeof(next),
                     has(delivery, "state", "sent") ? _("asked again: %s") : _("next attempt: %s"),
                     when);
    }
    snprintf(text, size, "%s%s%s", next,
             *next != '\0' && *delivery_why(delivery) != '\0' ? " · " : "", delivery_why(delivery));
}

void delivery_line(struct desk *desk, const struct record *delivery, char *text, size_t size)
{
    char detail[2 * WORK_NAME_SIZE];

    /* The receipt needs no word before it here, and the state says why it was not sent. */
    if (has(delivery, "state", "acknowledged"))
        text_copy(detail, sizeof(detail), record_text(delivery, "receipt"));
    else if (has(delivery, "state", "withheld"))
        text_copy(detail, sizeof(detail), "");
    else
        delivery_detail(desk, delivery, detail, sizeof(detail));
    snprintf(text, size, "%s%s%s", delivery_state(delivery), *detail != '\0' ? " · " : "", detail);
}
