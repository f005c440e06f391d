#include "tests/unit/store_place.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "app/json.h"
#include "tests/unit/unit.h"

const struct store_policy place_by_days = {.keep_ms = 400 * DAY_MS};

int place_set_up(void **state)
{
    struct place *place = calloc(1, sizeof(*place));

    assert_non_null(place);
    store_fixture_begin(&place->fixture);
    *state = place;
    return 0;
}

int place_tear_down(void **state)
{
    struct place *place = *state;

    store_fixture_end(&place->fixture);
    free(place);
    return 0;
}

struct record *place_served(enum record_type type, const struct id *id, int64_t rev, int64_t seq,
                            json_t *body)
{
    struct record *record = record_new(type, id);

    assert_non_null(record);
    json_decref(record->body);
    record->body = body;
    record->rev = rev;
    record->seq = seq;
    return record;
}

void place_feed(struct place *place, struct record *record)
{
    place->cursor = record->seq;
    assert_int_equal(
        store_write_page(place->fixture.store, &record, 1, place->cursor, "feed", NULL), 0);
    record_free(record);
}

struct id place_made(int64_t at_ms)
{
    struct id_generator ids = {0};

    return id_generate(&ids, at_ms);
}

struct id place_came(struct place *place, enum record_type type, int64_t at_ms, json_t *body)
{
    struct id id = place_made(at_ms);

    place_feed(place, place_served(type, &id, 1, place->cursor + 1, body));
    return id;
}

struct id place_client(struct place *place, int64_t at_ms)
{
    return place_came(place, RECORD_CLIENT, at_ms, json_pack("{s:s}", "name", "Ann"));
}

json_t *place_case_body(const struct id *client, const char *status)
{
    json_t *body = json_pack("{s:s}", "status", status);

    if (client != NULL)
        json_object_set_new(body, "client", json_string(client->text));
    return body;
}

struct id place_case(struct place *place, int64_t at_ms, const struct id *client,
                     const char *status)
{
    return place_came(place, RECORD_CASE, at_ms, place_case_body(client, status));
}

struct id place_note(struct place *place, int64_t at_ms, const struct id *matter)
{
    return place_came(place, RECORD_NOTE, at_ms,
                      json_pack("{s:s, s:s}", "case", matter->text, "text", "a note"));
}

bool place_has(struct place *place, enum record_type type, const struct id *id)
{
    struct record *record = NULL;
    int code = store_get(place->fixture.store, type, id, &record, NULL, NULL);

    record_free(record);
    return code == 0;
}

size_t place_evict_at(struct place *place, const struct store_policy *policy, int64_t now_ms)
{
    size_t gone, all = 0;
    bool more;

    do {
        assert_int_equal(store_evict(place->fixture.store, policy, now_ms, &more, &gone, NULL), 0);
        assert_true(gone <= 500);
        all += gone;
    } while (more);
    return all;
}

size_t place_evict(struct place *place)
{
    return place_evict_at(place, &place_by_days, NOW);
}

struct store_file place_noted(struct place *place, enum record_type type, const struct id *id)
{
    struct store_file file;

    assert_int_equal(store_file_get(place->fixture.store, type, id, &file, NULL), 0);
    return file;
}

int64_t place_bytes(struct place *place)
{
    struct stat status;

    assert_int_equal(stat(place->fixture.path, &status), 0);
    return status.st_size;
}
