#include "ui/message_when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/message.h"
#include "app/promise_state.h"
#include "app/text.h"
#include "forms/answer_date.h"
#include "ui/day.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/work.h"

const char *const message_when_words[] = {"now", "day", "date", "promise", NULL};

const char *message_when_text(const char *word)
{
    static const struct {
        const char *word, *text;
    } texts[] = {
        {"now", N_("at once")},
        {"day", N_("on a day")},
        {"date", N_("before the date")},
        {"promise", N_("before the promised day")},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strcmp(texts[i].word, word) == 0)
            return _(texts[i].text);
    return word;
}

/* Of the office that the case is of, else of the agent's. */
static struct promise_place place_of(struct desk *desk, const struct record *office)
{
    return promise_place_read(desk->catalogue, office != NULL ? office : desk->office);
}

/* --- reading ---------------------------------------------------------------------------------- */

static const char *check(struct desk *desk, int64_t ms)
{
    int64_t now_ms = desk_now(desk);

    if (ms <= now_ms)
        return _("That is over: choose a later day.");
    return ms - now_ms > MESSAGE_PLAN_LONGEST_MS ? _("That is too far away.") : NULL;
}

const char *message_when_read_day(struct desk *desk, const struct record *office, const char *day,
                                  int64_t *send_ms)
{
    struct answer_context context = work_answer_context(desk);
    struct promise_place place;
    struct calendar_day civil, today;
    struct answer_time hour;
    struct answer_day read;
    const char *wrong;
    bool timed;

    *send_ms = 0;
    if (!day_read_moment(day, &context, &read, &hour, &timed))
        return _("Write the day: friday, +3, 2026-12-10, and an hour if it matters.");
    civil = (struct calendar_day){read.year, read.month, read.day};
    place = place_of(desk, office);
    *send_ms =
        message_plan_on(&place, &civil, timed ? hour.hour * 60 + hour.minute : MESSAGE_PLAN_MINUTE);
    today = promise_day(&place, desk_now(desk));
    promise_place_clear(&place);
    wrong = check(desk, *send_ms);
    /* Today, and nobody said when. */
    if (wrong != NULL && !timed && calendar_day_number(&today) == calendar_day_number(&civil)) {
        *send_ms = 0;
        return NULL;
    }
    return wrong;
}

static bool read_count(const char *text, int *count)
{
    char *end;
    long read = strtol(text, &end, 10);

    *count = (int)read;
    return end != text && end[strspn(end, " ")] == '\0' && read > 0 && read <= MESSAGE_PLAN_AHEAD;
}

/* The day from which is counted back. */
static const char *read_base(struct desk *desk, const struct message_when *typed,
                             struct calendar_day *day)
{
    struct answer_context context = work_answer_context(desk);
    struct promise_here here;
    struct answer_time hour;
    struct answer_day read;
    bool timed;

    if (strcmp(typed->when, "promise") != 0) {
        if (!day_read_moment(typed->date, &context, &read, &hour, &timed))
            return _("Write the date first: the message leaves before it.");
        *day = (struct calendar_day){read.year, read.month, read.day};
        return NULL;
    }
    if (typed->matter == NULL ||
        !promise_here_read(&here, desk->store, desk->catalogue, typed->matter, desk_now(desk)))
        return _("No day was promised in this case.");
    *day = promise_day(&here.place, here.standing.due_ms);
    promise_here_clear(&here);
    return NULL;
}

const char *message_when_read(struct desk *desk, const struct message_when *typed, int64_t *send_ms)
{
    struct promise_place place;
    struct calendar_day day;
    const char *wrong;
    int count;

    *send_ms = 0;
    if (strcmp(typed->when, "now") == 0)
        return NULL;
    if (strcmp(typed->when, "day") == 0)
        return message_when_read_day(desk, typed->office, typed->day, send_ms);
    wrong = read_base(desk, typed, &day);
    if (wrong != NULL)
        return wrong;
    if (!read_count(typed->ahead, &count))
        return _("Write how many business days before.");
    place = place_of(desk, typed->office);
    *send_ms = message_plan_before(&place, &day, count);
    promise_place_clear(&place);
    return check(desk, *send_ms);
}

/* --- words ------------------------------------------------------------------------------------ */

void message_when_spoken(struct desk *desk, const struct record *office, int64_t ms,
                         char text[MESSAGE_WHEN_SIZE])
{
    enum form_language language = form_language(language_now());
    struct promise_place place = place_of(desk, office);
    struct calendar_day civil = promise_day(&place, ms);
    int64_t seconds = ms / 1000;
    struct answer_day day = {civil.year, civil.month, civil.day};
    char spoken[ANSWER_DATE_SIZE], clock[ANSWER_DATE_SIZE];
    struct answer_time hour;

    if (place.zone != NULL)
        seconds += zone_offset(place.zone, seconds);
    promise_place_clear(&place);
    hour = (struct answer_time){(int)(seconds / 3600 % 24), (int)(seconds / 60 % 60), 0};
    answer_speak_day(&day, language, spoken);
    answer_speak_time(&hour, language, clock);
    snprintf(text, MESSAGE_WHEN_SIZE, "%s, %s", spoken, clock);
}

void message_when_short(struct desk *desk, const struct record *message, char *text, size_t size)
{
    struct record *office = message_when_office(desk, record_text(message, "case"));
    struct promise_place place = place_of(desk, office);
    int64_t ms = message_planned_ms(message), seconds = ms / 1000;
    struct calendar_day day = promise_day(&place, ms);

    if (place.zone != NULL)
        seconds += zone_offset(place.zone, seconds);
    snprintf(text, size, "%d %s %02d:%02d", day.day, format_month(day.month - 1),
             (int)(seconds / 3600 % 24), (int)(seconds / 60 % 60));
    promise_place_clear(&place);
    record_free(office);
}

struct record *message_when_office(struct desk *desk, const char *matter)
{
    struct record *record = work_get(desk, RECORD_CASE, matter, NULL), *office = NULL;
    char key[RECORD_KEY_SIZE];

    if (record != NULL && *record_text(record, "office") != '\0') {
        record_full_key(record, record_text(record, "office"), key);
        catalogue_get_by_key(desk->catalogue, RECORD_OFFICE, key, &office, NULL);
    }
    record_free(record);
    return office;
}

void message_when_tell(struct desk *desk, const struct record *office, int64_t send_ms, char *text,
                       size_t size)
{
    char when[MESSAGE_WHEN_SIZE];
    struct link_status status;
    bool online;

    link_status_get(desk->link, &status);
    online = status.state == LINK_ONLINE;
    if (send_ms == 0) {
        text_copy(text, size, _("The message waits to be sent: the case shows what comes of it."));
        return;
    }
    message_when_spoken(desk, office, send_ms, when);
    snprintf(text, size,
             online ? _("Planned for %s.") : _("No link: in the outbox. Planned for %s."), when);
}
