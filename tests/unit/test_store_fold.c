/* An operation put on top of what stands gives what folding all of them again gives. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/json.h"
#include "app/store_internal.h"
#include "tests/unit/store_fixture.h"

static char *shown(struct store *store, const struct id *id, enum store_pending *pending)
{
    struct record *record;
    json_t *whole;
    char *text;

    assert_int_equal(store_get(store, RECORD_CLIENT, id, &record, pending, NULL), 0);
    whole = record_to_json(record);
    text = json_canonical(whole);
    assert_non_null(text);
    json_decref(whole);
    record_free(record);
    return text;
}

static void refold(struct store *store, const struct id *id)
{
    struct record *base;
    struct error error = ERROR_INIT;

    assert_int_equal(database_begin(store->database, &error), 0);
    assert_int_equal(store_record_base(store, RECORD_CLIENT, id, &base, &error), 0);
    assert_int_equal(database_end(store->database,
                                  store_record_refold(store, RECORD_CLIENT, id, base, &error),
                                  &error),
                     0);
    record_free(base);
}

static void assert_folded(struct store_fixture *fixture, const struct id *id)
{
    enum store_pending before_pending, after_pending;
    char *before = shown(fixture->store, id, &before_pending);
    char *after;

    refold(fixture->store, id);
    after = shown(fixture->store, id, &after_pending);
    assert_string_equal(before, after);
    assert_int_equal(before_pending, after_pending);
    free(before);
    free(after);
}

static void one_on_top_is_as_all_anew(void **state)
{
    struct store_fixture fixture;
    struct id id;

    (void)state;
    store_fixture_begin(&fixture);
    id = store_fixture_client(&fixture, "Zoe");
    assert_folded(&fixture, &id);
    for (int i = 0; i < 40; i++) {
        char body[100];

        snprintf(body, sizeof(body),
                 i % 3 == 0 ? "{\"phone\":\"418 555-%04d\"}" : "{\"name\":\"Zoe %d\"}", i);
        assert_int_equal(
            store_fixture_apply(&fixture, store_fixture_operation(&fixture, OPERATION_FIELDS,
                                                                  RECORD_CLIENT, &id, body)),
            0);
        assert_folded(&fixture, &id);
    }
    store_fixture_end(&fixture);
}

/* What the server sent meanwhile stands below. */
static void and_over_what_the_server_has(void **state)
{
    struct store_fixture fixture;
    struct operation *append, *theirs;
    struct record *first, *second;
    struct id id;

    (void)state;
    store_fixture_begin(&fixture);
    id = store_fixture_id(&fixture);
    append = store_fixture_operation(
        &fixture, OPERATION_APPEND, RECORD_CLIENT, &id,
        "{\"kind\":\"person\",\"name\":\"Ann\",\"office\":\"sample/quebec\"}");
    append->agent = append->device = store_fixture_id(&fixture);
    first = store_fixture_server_merge(append, NULL);
    assert_int_equal(store_write_page(fixture.store, &first, 1, 1, "feed", NULL), 0);
    assert_int_equal(store_fixture_apply(&fixture, store_fixture_operation(
                                                       &fixture, OPERATION_FIELDS, RECORD_CLIENT,
                                                       &id, "{\"name\":\"Anne\"}")),
                     0);
    assert_folded(&fixture, &id);
    theirs = store_fixture_operation(&fixture, OPERATION_FIELDS, RECORD_CLIENT, &id,
                                     "{\"name\":\"Anna\",\"phone\":\"1\"}");
    theirs->agent = theirs->device = append->agent;
    theirs->base = first->rev;
    second = store_fixture_server_merge(theirs, first);
    assert_int_equal(store_write_page(fixture.store, &second, 1, 2, "feed", NULL), 0);
    assert_int_equal(store_fixture_apply(&fixture, store_fixture_operation(
                                                       &fixture, OPERATION_FIELDS, RECORD_CLIENT,
                                                       &id, "{\"phone\":\"2\"}")),
                     0);
    assert_folded(&fixture, &id);
    record_free(first);
    record_free(second);
    operation_free(append);
    operation_free(theirs);
    store_fixture_end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_on_top_is_as_all_anew),
        cmocka_unit_test(and_over_what_the_server_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
