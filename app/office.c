#include "app/office.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"

#define AREA_LENGTH 3 /* signs of a forward sortation area */
#define AREA_KM     8 /* across a town's area */

/* --- one office ------------------------------------------------------------------------------ */

enum office_open office_open_at(struct catalogue *catalogue, const struct record *office,
                                int64_t ms)
{
    struct schedule *schedule = NULL;
    enum office_open open = OFFICE_UNKNOWN;

    if (schedule_new(&schedule, catalogue, office, office->body, NULL) == 0)
        open = schedule_open_at(schedule, ms) ? OFFICE_OPEN : OFFICE_CLOSED;
    schedule_free(schedule);
    return open;
}

static bool names_any(const struct record *record, const char *member)
{
    return json_array_size(json_object_get(record->body, member)) > 0;
}

static bool same_source(const struct record *left, const struct record *right)
{
    const char *key = record_text(left, "key");
    size_t length = strcspn(key, "/");

    return strncmp(key, record_text(right, "key"), length + 1) == 0;
}

static bool has_counter(const struct record *service)
{
    const json_t *channels = json_object_get(service->body, "channels"), *channel;
    size_t index;

    json_array_foreach(channels, index, channel)
    {
        if (strcmp(json_text_or(channel, "channel", ""), "counter") == 0)
            return !json_is_false(json_object_get(channel, "available"));
    }
    return false;
}

bool office_serves(const struct record *office, const struct record *service)
{
    if (json_bool_or(service->body, "ended", false) || json_bool_or(office->body, "ended", false) ||
        !has_counter(service))
        return false;
    if (names_any(service, "offices") &&
        !record_names(service, "offices", record_text(office, "key")))
        return false;
    if (names_any(office, "services"))
        return record_names(office, "services", record_text(service, "key"));
    return names_any(service, "offices") || same_source(office, service);
}

/* --- where ----------------------------------------------------------------------------------- */

bool office_place(const struct record *office, struct place *place)
{
    const json_t *latitude = json_object_get(office->body, "latitude");
    const json_t *longitude = json_object_get(office->body, "longitude");

    if (!json_is_number(latitude) || !json_is_number(longitude))
        return false;
    *place =
        (struct place){json_number_value(latitude), json_number_value(longitude), 0, {NULL, NULL}};
    return true;
}

struct finding {
    const char *code;
    struct place place;
    bool whole, area;
};

static int find_postal(void *context, const struct record *office)
{
    struct finding *finding = context;
    char code[POSTAL_CODE_SIZE];
    struct place place;

    if (finding->whole || !postal_code_read(record_text(office, "postal_code"), code) ||
        strncmp(code, finding->code, AREA_LENGTH) != 0 || !office_place(office, &place))
        return 0;
    finding->whole = strcmp(code, finding->code) == 0;
    if (finding->whole || !finding->area)
        finding->place = place;
    finding->area = true;
    return 0;
}

bool office_postal_place(struct catalogue *catalogue, const char *code, struct place *place)
{
    struct finding finding = {.code = code};
    bool known = postal_place(code, place);

    if (!known || catalogue_each(catalogue, RECORD_OFFICE, find_postal, &finding, NULL) != 0)
        return known;
    /* A country area (0 in the midst) may be larger than a province. */
    if (!finding.whole && (!finding.area || code[1] == '0'))
        return true;
    place->latitude = finding.place.latitude;
    place->longitude = finding.place.longitude;
    place->within_km = finding.whole ? 0 : AREA_KM;
    return true;
}

/* --- lists ----------------------------------------------------------------------------------- */

struct listing {
    struct office_list *list;
    struct catalogue *catalogue;
    const struct office_query *query;
    size_t room;
};

static int list_add(struct listing *listing, const struct record *office)
{
    struct office_list *list = listing->list;
    struct office_item *item;

    if (list->count == listing->room) {
        size_t room = listing->room == 0 ? 16 : 2 * listing->room;
        struct office_item *longer = realloc(list->items, room * sizeof(*longer));

        if (longer == NULL)
            return ERROR_MEMORY;
        list->items = longer;
        listing->room = room;
    }
    item = &list->items[list->count];
    *item =
        (struct office_item){.record = record_new(RECORD_OFFICE, &office->id), .distance_km = -1};
    if (item->record == NULL)
        return ERROR_MEMORY;
    list->count++;
    /* The walk lets go of its body, so that it is not copied. */
    json_decref(item->record->body);
    item->record->body = json_incref(office->body);
    return 0;
}

static int list_visit(void *context, const struct record *office)
{
    struct listing *listing = context;
    const struct record *service = listing->query->service;

    if (json_bool_or(office->body, "ended", false) ||
        (service != NULL && !office_serves(office, service)))
        return 0;
    return list_add(listing, office);
}

static int compare(const void *left, const void *right)
{
    const struct office_item *a = left, *b = right;

    if ((a->distance_km < 0) != (b->distance_km < 0))
        return a->distance_km < 0 ? 1 : -1;
    if (a->distance_km != b->distance_km)
        return a->distance_km < b->distance_km ? -1 : 1;
    return strcmp(record_text(a->record, "key"), record_text(b->record, "key"));
}

void office_list_sort(struct office_list *list, const struct place *from)
{
    for (size_t i = 0; i < list->count; i++) {
        struct office_item *item = &list->items[i];
        struct place place;

        item->distance_km = -1;
        if (from != NULL && office_place(item->record, &place))
            item->distance_km =
                place_distance(from->latitude, from->longitude, place.latitude, place.longitude);
    }
    if (list->count > 0)
        qsort(list->items, list->count, sizeof(*list->items), compare);
}

int office_list_read(struct office_list *list, struct catalogue *catalogue,
                     const struct office_query *query, struct error *error)
{
    struct listing listing = {list, catalogue, query, 0};
    int code;

    *list = (struct office_list){0};
    code = catalogue_each(catalogue, RECORD_OFFICE, list_visit, &listing, error);
    if (code == ERROR_MEMORY)
        error_set(error, code, "out of memory");
    if (code != 0) {
        office_list_free(list);
        return code;
    }
    office_list_sort(list, query->from);
    return 0;
}

const struct schedule *office_item_schedule(struct office_item *item, struct catalogue *catalogue)
{
    if (!item->schedule_read)
        schedule_new(&item->schedule, catalogue, item->record, item->record->body, NULL);
    item->schedule_read = true;
    return item->schedule;
}

void office_list_free(struct office_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        record_free(list->items[i].record);
        schedule_free(list->items[i].schedule);
    }
    free(list->items);
    *list = (struct office_list){0};
}
