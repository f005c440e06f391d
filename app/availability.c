#include "app/availability.h"

#include <string.h>

#include "app/json.h"

/* Channels that are there at any hour unless the catalogue says otherwise. */
static bool is_always_there(const char *channel)
{
    static const char *const words[] = {"web", "mobile", "voice", "mail", "email", "fax"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i], channel) == 0)
            return true;
    return false;
}

/* Takes the schedule over. */
static void follow(struct availability *availability, struct schedule *schedule, int64_t ms)
{
    availability->schedule = schedule;
    if (schedule == NULL)
        return;
    schedule_state_at(schedule, ms, &availability->state);
    availability->kind = availability->state.open ? AVAILABILITY_OPEN : AVAILABILITY_CLOSED;
}

/* The nearest open office of the list, else the nearest whose hours are known, else the first. */
static size_t choose(struct office_list *list, struct catalogue *catalogue, int64_t ms)
{
    size_t known = list->count;

    for (size_t i = 0; i < list->count && i < AVAILABILITY_OFFICES_MOST; i++) {
        const struct schedule *schedule = office_item_schedule(&list->items[i], catalogue);

        if (schedule == NULL)
            continue;
        if (schedule_open_at(schedule, ms))
            return i;
        if (known == list->count)
            known = i;
    }
    return known == list->count ? 0 : known;
}

static void read_counter(struct availability *availability, struct catalogue *catalogue,
                         const struct record *service, const struct record *office,
                         struct office_list *offices, int64_t ms)
{
    struct schedule *schedule = NULL;

    if (office == NULL || !office_serves(office, service)) {
        if (offices->count == 0)
            return;
        office = offices->items[choose(offices, catalogue, ms)].record;
        availability->office = record_copy(office);
    }
    schedule_new(&schedule, catalogue, office, office->body, NULL);
    follow(availability, schedule, ms);
}

void availability_read(struct availability *availability, struct catalogue *catalogue,
                       const struct record *service, size_t index, const struct record *office,
                       struct office_list *offices, int64_t ms)
{
    const json_t *channel = json_array_get(json_object_get(service->body, "channels"), index);
    const json_t *schedule = json_object_get(channel, "schedule");
    const char *word = json_text_or(channel, "channel", "");
    struct schedule *read = NULL;

    *availability = (struct availability){0};
    if (json_bool_or(service->body, "ended", false) ||
        json_is_false(json_object_get(channel, "available"))) {
        availability->kind = AVAILABILITY_NOT_OFFERED;
        return;
    }
    /* Null: the source does not say whether it is offered at all. */
    if (!json_is_true(json_object_get(channel, "available")))
        return;
    if (schedule != NULL) {
        schedule_new(&read, catalogue, service, schedule, NULL);
        follow(availability, read, ms);
    } else if (strcmp(word, "counter") == 0) {
        read_counter(availability, catalogue, service, office, offices, ms);
    } else if (is_always_there(word)) {
        availability->kind = AVAILABILITY_ALWAYS;
    }
}

void availability_free(struct availability *availability)
{
    schedule_free(availability->schedule);
    record_free(availability->office);
    *availability = (struct availability){0};
}
