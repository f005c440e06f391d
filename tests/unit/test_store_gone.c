/* What may be seen no longer leaves the store, and its sealed copies the disk; unsent work stays.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "tests/unit/store_fixture.h"
#include "tests/unit/store_former.h"

#define SAMPLE_SIZE 48

/* A client as the server has it, at this rev. */
static struct record *served(const struct id *id, int64_t rev, const char *name)
{
    struct record *record;
    json_t *document =
        json_pack("{s:s, s:s, s:I, s:I, s:{s:s, s:s, s:s}, s:{}}", "type", "client", "id", id->text,
                  "rev", (json_int_t)rev, "seq", (json_int_t)rev, "body", "kind", "person", "name",
                  name, "office", "sample/a", "meta");

    assert_int_equal(record_from_json(&record, document, NULL), 0);
    json_decref(document);
    return record;
}

static void page(struct store *store, struct record *record, const struct id *gone, int64_t cursor)
{
    struct store_gone one = {.type = RECORD_CLIENT};
    struct store_place place = {.cursor = cursor, .feed = "feed", .epoch = ""};

    if (gone != NULL) {
        one.id = *gone;
        place.gone = &one;
        place.gone_count = 1;
    }
    assert_int_equal(store_write_page_at(store, &record, record != NULL ? 1 : 0, &place, NULL), 0);
    record_free(record);
}

static bool is_here(struct store *store, const struct id *id)
{
    struct record *record = NULL;
    int code = store_get(store, RECORD_CLIENT, id, &record, NULL, NULL);

    record_free(record);
    return code == 0;
}

/* The end of the sealed copy of a record, as it lies in the file. */
static void sample_read(const struct store_fixture *fixture, const struct id *id,
                        unsigned char sample[SAMPLE_SIZE])
{
    sqlite3 *handle;
    sqlite3_stmt *row;
    int size;

    assert_int_equal(sqlite3_open_v2(fixture->path, &handle, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(handle, "SELECT base FROM record WHERE id = ?1", -1, &row, NULL),
        SQLITE_OK);
    sqlite3_bind_text(row, 1, id->text, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    size = sqlite3_column_bytes(row, 0);
    assert_true(size > SAMPLE_SIZE);
    memcpy(sample, (const unsigned char *)sqlite3_column_blob(row, 0) + size - SAMPLE_SIZE,
           SAMPLE_SIZE);
    sqlite3_finalize(row);
    sqlite3_close(handle);
}

static bool file_holds(const char *path, const unsigned char sample[SAMPLE_SIZE])
{
    FILE *file = fopen(path, "rb");
    unsigned char *bytes;
    bool found = false;
    size_t length;

    if (file == NULL)
        return false;
    fseek(file, 0, SEEK_END);
    length = (size_t)ftell(file);
    rewind(file);
    bytes = malloc(length + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, length, file), length);
    fclose(file);
    for (size_t i = 0; i + SAMPLE_SIZE <= length && !found; i++)
        found = memcmp(bytes + i, sample, SAMPLE_SIZE) == 0;
    free(bytes);
    return found;
}

static bool disk_holds(const struct store_fixture *fixture, const unsigned char sample[SAMPLE_SIZE])
{
    char log[128];

    snprintf(log, sizeof(log), "%s-wal", fixture->path);
    return file_holds(fixture->path, sample) || file_holds(log, sample);
}

static void sealed_copies_leave_the_disk(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_id(fixture), other = store_fixture_id(fixture);
    unsigned char first[SAMPLE_SIZE], second[SAMPLE_SIZE], kept[SAMPLE_SIZE];
    /* Long enough to lie on pages of its own. */
    char *name = calloc(1, 9001);

    assert_non_null(name);
    memset(name, 'x', 9000);
    page(fixture->store, served(&id, 1, name), NULL, 1);
    page(fixture->store, served(&other, 2, "Ann"), NULL, 2);
    sample_read(fixture, &id, first);
    page(fixture->store, served(&id, 3, "Zoé"), NULL, 3);
    sample_read(fixture, &id, second);
    sample_read(fixture, &other, kept);
    assert_true(disk_holds(fixture, second));
    page(fixture->store, NULL, &id, 4);
    assert_false(is_here(fixture->store, &id));
    assert_true(is_here(fixture->store, &other));
    assert_false(disk_holds(fixture, first));
    assert_false(disk_holds(fixture, second));
    assert_true(disk_holds(fixture, kept));
    assert_int_equal(store_cursor(fixture->store, NULL), 4);
    free(name);
}

static struct id waiting; /* the operation that the outbox holds */

static int look(void *context, const struct outbox_entry *entry)
{
    (void)context;
    waiting = entry->operation->id;
    return 0;
}

static void rename_client(struct store_fixture *fixture, const struct id *id)
{
    assert_int_equal(store_fixture_apply(
                         fixture, store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT,
                                                          id, "{\"phone\":\"418 555-0100\"}")),
                     0);
    assert_int_equal(store_outbox_each(fixture->store, 1, look, NULL, NULL), 0);
}

static void unsent_work_goes_out_before_its_record_goes(void **state)
{
    static const enum merge_refusal answers[] = {MERGE_APPLIED, MERGE_FORBIDDEN};
    struct store_fixture *fixture = *state;

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct id id = store_fixture_id(fixture);
        struct store_outcome outcome = {
            .refusal = answers[i], .rev = 2, .seq = (int64_t)(10 * i + 2)};

        page(fixture->store, served(&id, 1, "Zoé"), NULL, (int64_t)(10 * i + 1));
        rename_client(fixture, &id);
        page(fixture->store, NULL, &id, (int64_t)(10 * i + 2));
        assert_true(is_here(fixture->store, &id));
        assert_int_equal(store_outbox_count(fixture->store, NULL), 1);
        store_fixture_reopen(fixture);
        outcome.operation = waiting;
        assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
        assert_int_equal(store_outbox_count(fixture->store, NULL), 0);
        assert_false(is_here(fixture->store, &id));
    }
    /* The refused text is kept for its agent. */
    assert_int_equal(store_refusal_count(fixture->store, NULL), 1);
}

/* The server took it back and gave it back again, or told it gone because it had rested: the page
 * that says so was made before the operation was applied. */
static void what_was_written_later_than_that_stays(void **state)
{
    static const int64_t bases[] = {1, 2}; /* rev 2 is worked out here, and is not */
    struct store_fixture *fixture = *state;

    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        struct id id = store_fixture_id(fixture);
        struct store_outcome outcome = {.rev = bases[i] + 1, .seq = (int64_t)(10 * i + 4)};

        page(fixture->store, served(&id, 1, "Zoé"), NULL, (int64_t)(10 * i + 1));
        rename_client(fixture, &id);
        page(fixture->store, NULL, &id, (int64_t)(10 * i + 2));
        page(fixture->store, NULL, &id, (int64_t)(10 * i + 3));
        outcome.operation = waiting;
        assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
        assert_true(is_here(fixture->store, &id));
        /* What is told gone after it goes. */
        page(fixture->store, NULL, &id, (int64_t)(10 * i + 5));
        assert_false(is_here(fixture->store, &id));
    }
}

static void a_repeat_says_nothing_of_later(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_id(fixture);
    struct store_outcome outcome = {.rev = 2, .seq = 3, .repeated = true};

    page(fixture->store, served(&id, 1, "Zoé"), NULL, 1);
    rename_client(fixture, &id);
    page(fixture->store, NULL, &id, 2);
    page(fixture->store, NULL, &id, 3);
    outcome.operation = waiting;
    assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
    assert_false(is_here(fixture->store, &id));
}

static void what_a_relay_says_of_its_centre_says_nothing_of_later(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_id(fixture);
    struct store_outcome outcome = {.rev = 2, .seq = -3};

    page(fixture->store, served(&id, 1, "Zoé"), NULL, 1);
    rename_client(fixture, &id);
    page(fixture->store, NULL, &id, 2);
    outcome.operation = waiting;
    assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
    assert_false(is_here(fixture->store, &id));
}

/* A store of before had not noted when it was told. */
static void what_was_to_go_before_goes(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_id(fixture);
    struct store_outcome outcome = {.rev = 2, .seq = 20};
    sqlite3 *file;

    page(fixture->store, served(&id, 1, "Zoé"), NULL, 1);
    rename_client(fixture, &id);
    page(fixture->store, NULL, &id, 2);
    assert_int_equal(sqlite3_open(fixture->path, &file), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(file, STORE_BACK_TO_12 "PRAGMA user_version=12", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
    store_fixture_reopen(fixture);
    outcome.operation = waiting;
    assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
    assert_false(is_here(fixture->store, &id));
}

static int keep(void *context, const struct outbox_entry *entry)
{
    json_t *document = operation_to_json(entry->operation);

    assert_int_equal(operation_from_json(context, document, NULL), 0);
    json_decref(document);
    return 0;
}

/* Of an operation that waits for its answer here a relay tells that its centre refused it. */
static void what_a_relay_tells_is_an_answer_too(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_id(fixture);
    unsigned char sample[SAMPLE_SIZE];
    struct operation *told = NULL;

    page(fixture->store, served(&id, 1, "Zoé"), NULL, 1);
    rename_client(fixture, &id);
    assert_int_equal(store_outbox_each(fixture->store, 1, keep, &told, NULL), 0);
    page(fixture->store, NULL, &id, 2);
    assert_true(is_here(fixture->store, &id));
    sample_read(fixture, &id, sample);
    assert_int_equal(store_refusal_put(fixture->store, told, MERGE_MISSING, "", NULL), 0);
    assert_int_equal(store_outbox_count(fixture->store, NULL), 0);
    assert_false(is_here(fixture->store, &id));
    assert_false(disk_holds(fixture, sample));
    assert_int_equal(store_refusal_count(fixture->store, NULL), 1);
    operation_free(told);
}

static void what_is_taken_back_holds_no_record(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_id(fixture);

    page(fixture->store, served(&id, 1, "Zoé"), NULL, 1);
    rename_client(fixture, &id);
    page(fixture->store, NULL, &id, 2);
    assert_true(is_here(fixture->store, &id));
    assert_int_equal(store_outbox_withdraw(fixture->store, &waiting, NULL), 0);
    assert_false(is_here(fixture->store, &id));
}

struct ground {
    struct store *store;
    bool grounded;
};

static int look_at_ground(void *context, const struct outbox_entry *entry)
{
    struct ground *ground = context;

    return store_operation_grounded(ground->store, entry->operation, &ground->grounded, NULL);
}

static bool is_grounded(struct store_fixture *fixture)
{
    struct ground ground = {.store = fixture->store};

    assert_int_equal(store_outbox_each(fixture->store, 1, look_at_ground, &ground, NULL), 0);
    return ground.grounded;
}

/* The server must not spare this terminal the record, should it be seen here again. */
static void what_leaves_is_no_ground_for_what_waits_on_it(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_id(fixture);

    page(fixture->store, served(&id, 1, "Zoé"), NULL, 1);
    rename_client(fixture, &id);
    assert_true(is_grounded(fixture));
    page(fixture->store, NULL, &id, 2);
    assert_false(is_grounded(fixture));
    page(fixture->store, served(&id, 2, "Zoé"), NULL, 3);
    assert_true(is_grounded(fixture));
}

static void what_is_shown_again_stays(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_id(fixture);
    struct store_outcome outcome = {.rev = 3, .seq = 30};

    page(fixture->store, served(&id, 1, "Zoé"), NULL, 1);
    rename_client(fixture, &id);
    page(fixture->store, NULL, &id, 2);
    page(fixture->store, served(&id, 2, "Zoé"), NULL, 3);
    outcome.operation = waiting;
    assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
    assert_true(is_here(fixture->store, &id));
}

#define WITH(test)                                                                                 \
    cmocka_unit_test_setup_teardown(test, store_fixture_setup, store_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(sealed_copies_leave_the_disk),
        WITH(unsent_work_goes_out_before_its_record_goes),
        WITH(what_was_written_later_than_that_stays),
        WITH(a_repeat_says_nothing_of_later),
        WITH(what_a_relay_says_of_its_centre_says_nothing_of_later),
        WITH(what_was_to_go_before_goes),
        WITH(what_a_relay_tells_is_an_answer_too),
        WITH(what_is_taken_back_holds_no_record),
        WITH(what_leaves_is_no_ground_for_what_waits_on_it),
        WITH(what_is_shown_again_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
