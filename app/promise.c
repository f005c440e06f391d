#include "app/promise.h"

#include <string.h>

#include "app/json.h"
#include "app/record_fields.h"
#include "app/text.h"

/* Reads "count" and "unit"; false when they are not both there. */
static bool read_terms(const json_t *source, struct promise_terms *terms)
{
    const char *unit = json_text_or(source, "unit", "");
    const struct promise_place nowhere = {NULL, NULL};

    terms->count = json_integer_or(source, "count", 0);
    terms->refund = json_bool_or(source, "refund", false);
    if (terms->count <= 0 || terms->count > PROMISE_COUNT_LIMIT ||
        strlen(unit) >= sizeof(terms->unit) || promise_due(&nowhere, 1, unit, 1, 0) == 0)
        return false;
    text_copy(terms->unit, sizeof(terms->unit), unit);
    return true;
}

static bool read_guarantee(const struct record *service, const char *channel,
                           struct promise_terms *terms)
{
    const json_t *channels = json_object_get(service->body, "channels"), *item;
    bool found = false;
    size_t index;

    json_array_foreach(channels, index, item)
    {
        if (strcmp(json_text_or(item, "channel", ""), channel) == 0)
            found = read_terms(json_object_get(item, "guarantee"), terms);
    }
    terms->kind = promise_kind_words[0];
    return found;
}

/* Shorter, for choosing between standards: by a plain reckoning from one moment. */
static int64_t length_of(const struct promise_terms *terms)
{
    const struct promise_place nowhere = {NULL, NULL};

    return promise_due(&nowhere, terms->count, terms->unit, 1, 0);
}

static bool read_standard(const struct record *service, const char *channel,
                          struct promise_terms *terms)
{
    const json_t *standards = json_object_get(service->body, "standards"), *item;
    struct promise_terms read;
    bool found = false;
    size_t index;

    json_array_foreach(standards, index, item)
    {
        const char *of = json_text_or(item, "channel", channel);

        if (strcmp(of, channel) != 0 || strcmp(json_text_or(item, "kind", ""), "timeliness") != 0 ||
            !read_terms(item, &read) || (found && length_of(&read) >= length_of(terms)))
            continue;
        *terms = read;
        found = true;
    }
    terms->kind = promise_kind_words[1];
    terms->refund = false;
    return found;
}

bool promise_terms_of(const struct record *service, const char *channel,
                      struct promise_terms *terms)
{
    return read_guarantee(service, channel, terms) || read_standard(service, channel, terms);
}

struct promise_place promise_place_read(struct catalogue *catalogue, const struct record *office)
{
    struct promise_place place;
    struct record *calendar = NULL;
    char key[RECORD_KEY_SIZE];

    if (office != NULL && *record_text(office, "calendar") != '\0') {
        record_full_key(office, record_text(office, "calendar"), key);
        if (catalogue_get_by_key(catalogue, RECORD_CALENDAR, key, &calendar, NULL) != 0)
            calendar = NULL;
    }
    place = promise_place_of(office, calendar);
    record_free(calendar);
    return place;
}

int64_t promise_ms(struct catalogue *catalogue, const struct record *service, const char *channel,
                   const struct record *office, int64_t from_ms)
{
    struct promise_terms terms;
    struct promise_place place;
    int64_t due;

    if (from_ms <= 0 || !read_guarantee(service, channel, &terms))
        return 0;
    place = promise_place_read(catalogue, office);
    due = promise_due(&place, terms.count, terms.unit, from_ms, 0);
    promise_place_clear(&place);
    return due;
}
