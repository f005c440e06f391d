#include "app/promise_time.h"

#include <string.h>

#include "app/calendar_read.h"

#define SECOND_MS   INT64_C(1000)
#define DAY_SECONDS INT64_C(86400)
#define DAY_MS      (DAY_SECONDS * SECOND_MS)

/* What is asked about lies between the years 1970 and 9998. */
#define LATEST_MS INT64_C(253370764800000)

/* Units that no calendar changes, and those that are so many days. */
static const struct {
    const char *unit;
    int64_t ms;   /* 0: of days */
    int64_t days; /* 0: not of days */
} units[] = {
    {"second", SECOND_MS, 0},
    {"minute", 60 * SECOND_MS, 0},
    {"hour", 3600 * SECOND_MS, 0},
    {"calendar-day", 0, 1},
    {"week", 0, 7},
    {"month", 0, 0},
    {"year", 0, 0},
};

struct promise_place promise_place_of(const struct record *office, const struct record *calendar)
{
    struct promise_place place = {NULL, NULL};

    if (office == NULL)
        return place;
    place.calendar = calendar_with_closures(office->body, calendar, NULL);
    if (*record_text(office, "zone") != '\0' &&
        zone_open(&place.zone, record_text(office, "zone"), NULL) != 0)
        place.zone = NULL;
    return place;
}

void promise_place_clear(struct promise_place *place)
{
    calendar_free(place->calendar);
    zone_free(place->zone);
    *place = (struct promise_place){NULL, NULL};
}

/* --- days ------------------------------------------------------------------------------------ */

static int64_t floor_divide(int64_t number, int64_t by)
{
    return number / by - (number % by < 0 ? 1 : 0);
}

static int64_t bounded(int64_t ms)
{
    return ms < 0 ? 0 : ms > LATEST_MS ? LATEST_MS : ms;
}

/* The moment at which a day begins. */
static int64_t day_start(const struct promise_place *place, int64_t number)
{
    int64_t local = number * DAY_SECONDS;

    return (place->zone != NULL ? zone_moment(place->zone, local) : local) * SECOND_MS;
}

static int64_t day_number(const struct promise_place *place, int64_t ms)
{
    int64_t seconds = floor_divide(bounded(ms), SECOND_MS), number;

    if (place->zone != NULL)
        seconds += zone_offset(place->zone, seconds);
    number = floor_divide(seconds, DAY_SECONDS);
    /* Where clocks change at midnight, what they show twice belongs to the first of the days. */
    if (day_start(place, number) > bounded(ms))
        number--;
    else if (day_start(place, number + 1) <= bounded(ms))
        number++;
    return number;
}

struct calendar_day promise_day(const struct promise_place *place, int64_t ms)
{
    return calendar_day_from_number(day_number(place, ms));
}

int64_t promise_day_end(const struct promise_place *place, const struct calendar_day *day)
{
    return day_start(place, calendar_day_number(day) + 1) - 1;
}

/* --- business time --------------------------------------------------------------------------- */

static bool is_business(const struct promise_place *place, int64_t number)
{
    struct calendar_day day = calendar_day_from_number(number);

    return calendar_is_business_day(place->calendar, &day);
}

/* How much of its day has passed: 0 to DAY_MS, whether it has 23, 24 or 25 hours; 0 when nobody
 * works on it. */
static int64_t part_of_day(const struct promise_place *place, int64_t number, int64_t ms)
{
    int64_t start = day_start(place, number), length = day_start(place, number + 1) - start;

    return is_business(place, number) ? (bounded(ms) - start) * DAY_MS / length : 0;
}

int64_t promise_business_ms(const struct promise_place *place, int64_t from_ms, int64_t to_ms)
{
    int64_t first, last, sum;

    if (to_ms <= from_ms)
        return 0;
    first = day_number(place, from_ms);
    last = day_number(place, to_ms);
    sum = part_of_day(place, last, to_ms) - part_of_day(place, first, from_ms);
    for (int64_t number = first; number < last; number++)
        sum += is_business(place, number) ? DAY_MS : 0;
    return sum;
}

/* --- ends ------------------------------------------------------------------------------------ */

static int64_t business_due(const struct promise_place *place, int64_t count, int64_t from_ms,
                            int64_t stood_ms)
{
    int64_t number = day_number(place, from_ms);
    /* On a day on which nobody works it is as if it had come at the end of the one before. */
    int64_t passed = is_business(place, number) ? part_of_day(place, number, from_ms) : DAY_MS - 1;
    struct calendar_day day = calendar_day_from_number(number);

    day = calendar_add_business_days(place->calendar, &day,
                                     (int)(count + (passed + stood_ms) / DAY_MS));
    return promise_day_end(place, &day);
}

/* The same day of a later month, its last one when it is shorter. */
static struct calendar_day add_months(struct calendar_day day, int64_t count)
{
    int64_t month = day.year * INT64_C(12) + day.month - 1 + count;
    struct calendar_day last;

    last.year = (int)((month + 1) / 12);
    last.month = (int)((month + 1) % 12) + 1;
    last.day = 1;
    last = calendar_day_from_number(calendar_day_number(&last) - 1);
    if (day.day < last.day)
        last.day = day.day;
    return last;
}

int64_t promise_due(const struct promise_place *place, int64_t count, const char *unit,
                    int64_t from_ms, int64_t stood_ms)
{
    struct calendar_day day = promise_day(place, from_ms);

    if (strcmp(unit, "business-day") == 0)
        return business_due(place, count, from_ms, stood_ms);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(units[i].unit, unit) != 0)
            continue;
        if (units[i].ms > 0)
            return from_ms + count * units[i].ms + stood_ms;
        day = units[i].days > 0
                  ? calendar_day_from_number(calendar_day_number(&day) + count * units[i].days)
                  : add_months(day, strcmp(unit, "year") == 0 ? 12 * count : count);
        /* From the same part of the day on. */
        stood_ms += bounded(from_ms) - day_start(place, day_number(place, from_ms));
        day = promise_day(place, day_start(place, calendar_day_number(&day)) + stood_ms);
        return promise_day_end(place, &day);
    }
    return 0;
}

int64_t promise_stood(const struct promise_place *place, const char *unit, int64_t from_ms,
                      int64_t to_ms)
{
    if (strcmp(unit, "business-day") == 0)
        return promise_business_ms(place, from_ms, to_ms);
    return to_ms > from_ms ? to_ms - from_ms : 0;
}

int promise_days_left(const struct promise_place *place, const char *unit, int64_t now_ms,
                      int64_t due_ms)
{
    struct calendar_day today = promise_day(place, now_ms), last = promise_day(place, due_ms);

    if (strcmp(unit, "business-day") == 0)
        return calendar_business_days_between(place->calendar, &today, &last);
    return (int)(calendar_day_number(&last) - calendar_day_number(&today));
}
