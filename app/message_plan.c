#include "app/message_plan.h"

int64_t message_plan_on(const struct promise_place *place, const struct calendar_day *day,
                        int minute)
{
    int64_t local = calendar_day_number(day) * 86400 + (int64_t)minute * 60;

    return (place->zone != NULL ? zone_moment(place->zone, local) : local) * 1000;
}

int64_t message_plan_before(const struct promise_place *place, const struct calendar_day *day,
                            int count)
{
    struct calendar_day before = calendar_add_business_days(place->calendar, day, -count);

    return message_plan_on(place, &before, MESSAGE_PLAN_MINUTE);
}
