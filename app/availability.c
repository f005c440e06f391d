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
static size_t choose(const struct office_list *list, int64_t ms)
{
    size_t known = list->count;

    for (size_t i = 0; i < list->count; i++) {
        const struct schedule *schedule = list->items[i].schedule;

        if (schedule == NULL)
            continue;
        if (schedule_open_at(schedule, ms))
            return i;
        if (known == list->count)
            known = i;
    }
    return known == list->count ? 0 : known;
}

static int read_counter(struct availability *availability, struct catalogue *catalogue,
                        const struct record *service, const struct record *office, int64_t ms,
                        struct error *error)
{
    struct place place;
    struct office_query query = {.service = service};
    struct office_list list;
    struct schedule *schedule = NULL;
    int code;

    if (office != NULL && office_serves(office, service)) {
        schedule_new(&schedule, catalogue, office, office->body, NULL);
        follow(availability, schedule, ms);
        return 0;
    }
    if (office != NULL && office_place(office, &place))
        query.from = &place;
    code = office_list_read(&list, catalogue, &query, error);
    if (code != 0)
        return code;
    if (list.count > 0) {
        struct office_item *item = &list.items[choose(&list, ms)];

        availability->office = item->record;
        item->record = NULL;
        follow(availability, item->schedule, ms);
        item->schedule = NULL;
    }
    office_list_free(&list);
    return 0;
}

int availability_read(struct availability *availability, struct catalogue *catalogue,
                      const struct record *service, size_t index, const struct record *office,
                      int64_t ms, struct error *error)
{
    const json_t *channel = json_array_get(json_object_get(service->body, "channels"), index);
    const json_t *schedule = json_object_get(channel, "schedule");
    const char *word = json_text_or(channel, "channel", "");
    struct schedule *read = NULL;

    *availability = (struct availability){0};
    if (json_bool_or(service->body, "ended", false) ||
        json_is_false(json_object_get(channel, "available"))) {
        availability->kind = AVAILABILITY_NOT_OFFERED;
        return 0;
    }
    /* Null: the source does not say whether it is offered at all. */
    if (!json_is_true(json_object_get(channel, "available")))
        return 0;
    if (schedule != NULL) {
        schedule_new(&read, catalogue, service, schedule, NULL);
        follow(availability, read, ms);
        return 0;
    }
    if (strcmp(word, "counter") == 0)
        return read_counter(availability, catalogue, service, office, ms, error);
    if (is_always_there(word))
        availability->kind = AVAILABILITY_ALWAYS;
    return 0;
}

void availability_free(struct availability *availability)
{
    schedule_free(availability->schedule);
    record_free(availability->office);
    *availability = (struct availability){0};
}
