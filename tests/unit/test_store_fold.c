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

/* The server's answer to an operation that it applied as `seq`, onto `*record`, which it replaces.
 */
static void accept(struct store_fixture *fixture, struct operation *operation,
                   struct record **record, int64_t seq)
{
    struct record *merged;
    struct store_outcome outcome = {.operation = operation->id, .seq = seq};

    operation->device = *store_device(fixture->store); /* the session's */
    merged = store_fixture_server_merge(operation, *record);
    merged->seq = seq;
    outcome.rev = merged->rev;
    assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
    record_free(*record);
    *record = merged;
}

static void assert_shown_as(struct store_fixture *fixture, const struct record *expected,
                            enum store_pending expected_pending)
{
    enum store_pending pending;
    char *here = shown(fixture->store, &expected->id, &pending);
    json_t *whole = record_to_json(expected);
    char *there = json_canonical(whole);

    assert_string_equal(here, there);
    assert_int_equal(pending, expected_pending);
    json_decref(whole);
    free(here);
    free(there);
}

static struct operation *made(struct store_fixture *fixture, enum operation_kind kind,
                              const struct id *id, const char *body)
{
    struct operation *operation = store_fixture_operation(fixture, kind, RECORD_CLIENT, id, body);

    assert_int_equal(store_apply(fixture->store, &operation, 1, NULL, NULL), 0);
    return operation;
}

/* Without a word of it coming back by the feed. */
static void what_is_settled_is_what_the_server_has(void **state)
{
    static const char ann[] = "{\"kind\":\"person\",\"name\":\"Ann\",\"office\":\"sample/quebec\"}";
    struct store_fixture fixture;
    struct record *record = NULL;
    struct operation *append, *rename, *call;
    struct id id;

    (void)state;
    store_fixture_begin(&fixture);
    id = store_fixture_id(&fixture);
    append = made(&fixture, OPERATION_APPEND, &id, ann);
    accept(&fixture, append, &record, 7);
    assert_shown_as(&fixture, record, STORE_SETTLED);
    /* Two at once: the first has the second on top. */
    rename = made(&fixture, OPERATION_FIELDS, &id, "{\"name\":\"Anne\"}");
    call = made(&fixture, OPERATION_FIELDS, &id, "{\"phone\":\"418 555-0000\"}");
    accept(&fixture, rename, &record, 9);
    accept(&fixture, call, &record, 12);
    assert_shown_as(&fixture, record, STORE_SETTLED);
    store_fixture_reopen(&fixture);
    assert_shown_as(&fixture, record, STORE_SETTLED);
    record_free(record);
    operation_free(append);
    operation_free(rename);
    operation_free(call);
    store_fixture_end(&fixture);
}

/* The server puts the device of the session into what it makes, and that is the new one. */
static void also_when_the_device_was_renewed_meanwhile(void **state)
{
    struct store_fixture fixture;
    struct record *record = NULL;
    struct operation *append;
    struct id id;

    (void)state;
    store_fixture_begin(&fixture);
    id = store_fixture_id(&fixture);
    append = made(&fixture, OPERATION_APPEND, &id,
                  "{\"kind\":\"person\",\"name\":\"Ann\",\"office\":\"sample/quebec\"}");
    assert_int_equal(store_device_renew(fixture.store, 1000, NULL), 0);
    accept(&fixture, append, &record, 3);
    assert_shown_as(&fixture, record, STORE_SETTLED);
    record_free(record);
    operation_free(append);
    store_fixture_end(&fixture);
}

static void what_another_version_of_merge_made_is_made_again(void **state)
{
    struct store_fixture fixture;
    enum store_pending pending;
    struct id id;
    sqlite3 *file = NULL;
    char *before, *after;

    (void)state;
    store_fixture_begin(&fixture);
    id = store_fixture_client(&fixture, "Zoe");
    before = shown(fixture.store, &id, &pending);
    assert_int_equal(sqlite3_open(fixture.path, &file), SQLITE_OK);
    /* As if that version had made nothing of it. */
    assert_int_equal(sqlite3_exec(file,
                                  "UPDATE meta SET value = '0' WHERE name = 'merge';"
                                  "DELETE FROM record",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_changes(file), 1);
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
    store_fixture_reopen(&fixture);
    after = shown(fixture.store, &id, &pending);
    assert_string_equal(before, after);
    assert_int_equal(pending, STORE_WAITING);
    free(before);
    free(after);
    store_fixture_end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_on_top_is_as_all_anew),
        cmocka_unit_test(and_over_what_the_server_has),
        cmocka_unit_test(what_is_settled_is_what_the_server_has),
        cmocka_unit_test(also_when_the_device_was_renewed_meanwhile),
        cmocka_unit_test(what_another_version_of_merge_made_is_made_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
