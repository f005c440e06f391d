#include "app/freshness.h"

#include "app/json.h"

#define DAY_MS INT64_C(86400000)

bool freshness_day(const struct record *record, struct calendar_day *day)
{
    const json_t *source = json_object_get(record->body, "source");

    return calendar_day_parse(json_text_or(source, "confirmed", ""), day);
}

bool freshness_is_stale(const struct record *record, int64_t now_ms, int64_t stale_days)
{
    struct calendar_day day;

    if (stale_days <= 0)
        return false;
    return !freshness_day(record, &day) || now_ms / DAY_MS - calendar_day_number(&day) > stale_days;
}
