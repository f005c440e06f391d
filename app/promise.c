#include "app/promise.h"

#include <string.h>

#include "app/calendar.h"
#include "app/json.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS    (24 * 60 * MINUTE_MS)

/* Units that take no calendar. */
static const struct {
    const char *unit;
    int64_t ms;
} units[] = {
    {"second", 1000},         {"minute", MINUTE_MS}, {"hour", 60 * MINUTE_MS},
    {"calendar-day", DAY_MS}, {"week", 7 * DAY_MS},  {"month", 30 * DAY_MS},
    {"year", 365 * DAY_MS},
};

static struct calendar *office_calendar(struct catalogue *catalogue, const struct record *office)
{
    struct calendar *calendar = NULL;
    struct record *record = NULL;
    char key[RECORD_KEY_SIZE];

    if (office == NULL || record_text(office, "calendar")[0] == '\0')
        return NULL;
    record_full_key(office, record_text(office, "calendar"), key);
    if (catalogue_get_by_key(catalogue, RECORD_CALENDAR, key, &record, NULL) == 0 &&
        calendar_new(&calendar, record->body, NULL) != 0)
        calendar = NULL;
    record_free(record);
    return calendar;
}

static int64_t business_days(struct catalogue *catalogue, const struct record *office,
                             int64_t from_ms, int count)
{
    struct calendar *calendar = office_calendar(catalogue, office);
    struct calendar_day from = calendar_day_from_number(from_ms / DAY_MS);
    struct calendar_day to = calendar_add_business_days(calendar, &from, count);

    calendar_free(calendar);
    return from_ms + (calendar_day_number(&to) - from_ms / DAY_MS) * DAY_MS;
}

int64_t promise_ms(struct catalogue *catalogue, const struct record *service, const char *channel,
                   const struct record *office, int64_t from_ms)
{
    const json_t *channels = json_object_get(service->body, "channels");
    const json_t *item, *guarantee = NULL;
    const char *unit;
    int64_t count;
    size_t index;

    json_array_foreach(channels, index, item)
    {
        if (strcmp(json_text_or(item, "channel", ""), channel) == 0)
            guarantee = json_object_get(item, "guarantee");
    }
    count = json_integer_or(guarantee, "count", 0);
    unit = json_text_or(guarantee, "unit", "");
    if (count <= 0 || count > 9999 || from_ms <= 0)
        return 0;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(units[i].unit, unit) == 0)
            return from_ms + count * units[i].ms;
    return strcmp(unit, "business-day") == 0 ? business_days(catalogue, office, from_ms, (int)count)
                                             : 0;
}
