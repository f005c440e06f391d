#include "app/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/calendar_read.h"
#include "app/json.h"
#include "app/zone.h"

#define DAY_SECONDS     86400
#define DAY_MINUTES     1440
#define CLOSURE_HORIZON 366 /* days */

struct day_hours {
    struct schedule_span spans[SCHEDULE_SPANS_LIMIT];
    size_t count;
};

struct schedule {
    struct day_hours days[7]; /* from Monday */
    struct zone *zone;
    struct calendar *calendar; /* NULL: not known, and nothing is closed */
    bool knows_calendar;       /* it is there, and not closures alone */
};

/* --- reading --------------------------------------------------------------------------------- */

static bool span_read(const char *text, struct schedule_span *span)
{
    int hour, minute, to_hour, to_minute, length = 0;

    if (strlen(text) != 11 ||
        sscanf(text, "%2d:%2d-%2d:%2d%n", &hour, &minute, &to_hour, &to_minute, &length) != 4 ||
        length != 11 || hour < 0 || minute < 0 || minute > 59 || to_hour < 0 || to_minute < 0 ||
        to_minute > 59)
        return false;
    *span = (struct schedule_span){hour * 60 + minute, to_hour * 60 + to_minute};
    return span->from < span->to && span->to <= DAY_MINUTES;
}

/* Puts a span in its place; those that touch or overlap become one. */
static bool span_add(struct day_hours *day, struct schedule_span span)
{
    size_t at = 0;

    while (at < day->count) {
        const struct schedule_span *other = &day->spans[at];

        if (other->to < span.from || other->from > span.to) {
            at++;
            continue;
        }
        span.from = other->from < span.from ? other->from : span.from;
        span.to = other->to > span.to ? other->to : span.to;
        day->spans[at] = day->spans[--day->count];
        at = 0;
    }
    if (day->count == SCHEDULE_SPANS_LIMIT)
        return false;
    for (at = day->count++; at > 0 && day->spans[at - 1].from > span.from; at--)
        day->spans[at] = day->spans[at - 1];
    day->spans[at] = span;
    return true;
}

static int hours_read(struct schedule *schedule, const json_t *hours, struct error *error)
{
    static const char *const names[7] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

    if (!json_is_object(hours))
        return error_set(error, ERROR_NOT_FOUND, "no hours are known");
    for (size_t i = 0; i < 7; i++) {
        const json_t *list = json_object_get(hours, names[i]), *item;
        size_t index;

        json_array_foreach(list, index, item)
        {
            const char *text = json_is_string(item) ? json_string_value(item) : "";
            struct schedule_span span;

            if (!span_read(text, &span) || !span_add(&schedule->days[i], span))
                return error_set(error, ERROR_INVALID, "hours/%s: \"%.20s\" are no hours", names[i],
                                 text);
        }
    }
    return 0;
}

int schedule_new(struct schedule **schedule, struct catalogue *catalogue,
                 const struct record *owner, const json_t *body, struct error *error)
{
    struct schedule *made = calloc(1, sizeof(*made));
    int code;

    *schedule = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    code = hours_read(made, json_object_get(body, "hours"), error);
    if (code == 0)
        code = zone_open(&made->zone, json_text_or(body, "zone", ""), error);
    if (code != 0) {
        schedule_free(made);
        return code;
    }
    calendar_read(&made->calendar, &made->knows_calendar, catalogue, owner, body);
    *schedule = made;
    return 0;
}

void schedule_free(struct schedule *schedule)
{
    if (schedule == NULL)
        return;
    zone_free(schedule->zone);
    calendar_free(schedule->calendar);
    free(schedule);
}

/* --- asking ---------------------------------------------------------------------------------- */

static int64_t floor_divide(int64_t number, int64_t by)
{
    return number / by - (number % by < 0 ? 1 : 0);
}

/* What clocks there show, in seconds. */
static int64_t local_at(const struct schedule *schedule, int64_t ms)
{
    int64_t seconds = floor_divide(ms, 1000);

    return seconds + zone_offset(schedule->zone, seconds);
}

struct calendar_day schedule_day_at(const struct schedule *schedule, int64_t ms, int *minute)
{
    int64_t local = local_at(schedule, ms), number = floor_divide(local, DAY_SECONDS);

    if (minute != NULL)
        *minute = (int)((local - number * DAY_SECONDS) / 60);
    return calendar_day_from_number(number);
}

/* The hours of a weekday by day number, without regard to holidays. */
static const struct day_hours *usual_hours(const struct schedule *schedule, int64_t number)
{
    struct calendar_day day = calendar_day_from_number(number);

    return &schedule->days[calendar_weekday(&day)];
}

static bool is_holiday(const struct schedule *schedule, int64_t number)
{
    struct calendar_day day = calendar_day_from_number(number);

    return calendar_is_holiday(schedule->calendar, &day);
}

static const struct day_hours *hours_of(const struct schedule *schedule, int64_t number)
{
    static const struct day_hours none;

    return is_holiday(schedule, number) ? &none : usual_hours(schedule, number);
}

static int64_t moment_of(const struct schedule *schedule, int64_t number, int minute)
{
    return zone_moment(schedule->zone, number * DAY_SECONDS + (int64_t)minute * 60) * 1000;
}

/* The end of the span that ends on `number` at `minute`: midnight may be in the midst of it. */
static int64_t closes_at(const struct schedule *schedule, int64_t number, int minute)
{
    for (int days = 0; minute == DAY_MINUTES; days++) {
        const struct day_hours *next = hours_of(schedule, number + 1);

        if (next->count == 0 || next->spans[0].from > 0)
            break;
        if (days == SCHEDULE_HORIZON_DAYS)
            return 0;
        number++;
        minute = next->spans[0].to;
    }
    return moment_of(schedule, number, minute);
}

void schedule_state_at(const struct schedule *schedule, int64_t ms, struct schedule_state *state)
{
    int64_t local = local_at(schedule, ms), today = floor_divide(local, DAY_SECONDS);
    int64_t second = local - today * DAY_SECONDS;

    *state = (struct schedule_state){.holiday = usual_hours(schedule, today)->count > 0 &&
                                                is_holiday(schedule, today)};
    for (int64_t number = today; number <= today + SCHEDULE_HORIZON_DAYS; number++) {
        const struct day_hours *hours = hours_of(schedule, number);

        for (size_t i = 0; i < hours->count; i++) {
            const struct schedule_span *span = &hours->spans[i];

            if (number == today && second >= (int64_t)span->to * 60)
                continue;
            state->open = number == today && second >= (int64_t)span->from * 60;
            state->until_ms = state->open ? closes_at(schedule, number, span->to)
                                          : moment_of(schedule, number, span->from);
            return;
        }
    }
}

bool schedule_open_at(const struct schedule *schedule, int64_t ms)
{
    struct schedule_state state;

    schedule_state_at(schedule, ms, &state);
    return state.open;
}

bool schedule_knows_holidays(const struct schedule *schedule, int64_t ms)
{
    struct calendar_day day = schedule_day_at(schedule, ms, NULL), last;

    return schedule->knows_calendar && calendar_known_until(schedule->calendar, &last) &&
           calendar_day_number(&last) >= calendar_day_number(&day);
}

size_t schedule_closures(const struct schedule *schedule, int64_t ms,
                         struct schedule_closure *closures, size_t limit)
{
    int64_t today = floor_divide(local_at(schedule, ms), DAY_SECONDS);
    size_t count = 0;

    for (int64_t number = today; count < limit && number < today + CLOSURE_HORIZON; number++) {
        struct calendar_day day = calendar_day_from_number(number);

        if (usual_hours(schedule, number)->count > 0 && is_holiday(schedule, number))
            closures[count++] =
                (struct schedule_closure){day, calendar_holiday_title(schedule->calendar, &day)};
    }
    return count;
}

size_t schedule_spans(const struct schedule *schedule, int weekday,
                      const struct schedule_span **spans)
{
    *spans = schedule->days[weekday].spans;
    return schedule->days[weekday].count;
}
