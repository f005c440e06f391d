/* What a batch need not look for: that is new between what is there already, and once. */
#include "net/ledger.h"

#include <stdio.h>

#include <sqlite3.h>

#include "app/json.h"
#include "tests/unit/ledger_fixture.h"

#define BATCH 5

static struct operation *note_of(struct ledger_fixture *f, const struct id *note)
{
    return fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_NOTE, note, 0,
                             fixture_note(f, ANNE, "sample/a", NULL, "once"));
}

/* Applies them in one batch: outcomes as a text, a letter for each. */
static void apply(struct ledger_fixture *f, struct operation *const *batch, const char *expected)
{
    static const char letters[] = {
        [LEDGER_APPLIED] = 'a', [LEDGER_REPEATED] = 'r', [LEDGER_REFUSED] = 'x'};
    struct ledger_outcome outcomes[BATCH];
    char said[BATCH + 1] = "";

    assert_int_equal(ledger_apply(f->ledger, &f->actors[ANNE], batch, BATCH, 1, outcomes, NULL), 0);
    for (int i = 0; i < BATCH; i++) {
        said[i] = letters[outcomes[i].kind];
        ledger_outcome_clear(&outcomes[i]);
    }
    assert_string_equal(said, expected);
}

static void an_operation_is_applied_once_in_a_batch(void **state)
{
    struct ledger_fixture *f = *state;
    struct operation *made[BATCH];
    struct id ids[BATCH];

    for (int i = 0; i < BATCH; i++) {
        ids[i] = fixture_id(f);
        made[i] = note_of(f, &ids[i]);
    }
    apply(f, (struct operation *[]){made[0], made[1], made[3], made[1], made[3]}, "aaarr");
    /* Between those that are there, and behind them. */
    apply(f, made, "rrara");
    apply(f, (struct operation *[]){made[4], made[3], made[2], made[1], made[0]}, "rrrrr");
    for (int i = 0; i < BATCH; i++)
        operation_free(made[i]);
}

static void a_record_is_made_once_in_a_batch(void **state)
{
    struct ledger_fixture *f = *state;
    struct operation *made[BATCH], *again[BATCH];
    struct id ids[BATCH];

    for (int i = 0; i < BATCH; i++)
        ids[i] = fixture_id(f);
    for (int i = 0; i < BATCH; i++)
        made[i] = note_of(f, &ids[i]);
    for (int i = 0; i < BATCH; i++)
        again[i] = note_of(f, &ids[i]);
    apply(f, (struct operation *[]){made[0], made[1], made[3], again[1], again[3]}, "aaaxx");
    apply(f, (struct operation *[]){again[0], again[1], again[2], again[3], again[4]}, "xxaxa");
    for (int i = 0; i < BATCH; i++) {
        operation_free(made[i]);
        operation_free(again[i]);
    }
}

/* By another program that has the database open. */
static void what_came_since_the_last_batch_is_seen(void **state)
{
    struct ledger_fixture *f = *state;
    struct operation *made[BATCH];
    struct id ids[BATCH];
    char sql[256];
    sqlite3 *other;

    for (int i = 0; i < BATCH; i++) {
        ids[i] = fixture_id(f);
        made[i] = note_of(f, &ids[i]);
    }
    apply(f, (struct operation *[]){made[0], made[0], made[0], made[0], made[1]}, "arrra");
    snprintf(sql, sizeof(sql),
             "INSERT INTO operation SELECT "
             "'%s', agent, device, kind, type, record, rev, seq, refusal, conflict, "
             "field, arrived, NULL, via FROM operation WHERE id = '%s'",
             made[2]->id.text, made[0]->id.text);
    assert_int_equal(sqlite3_open(f->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(other,
                     "INSERT INTO record (type, id, rev, seq, document) SELECT type, 'other', rev, "
                     "9999, document FROM record WHERE type = 'note' LIMIT 1",
                     NULL, NULL, NULL),
        SQLITE_OK);
    apply(f, (struct operation *[]){made[2], made[2], made[3], made[3], made[2]}, "rrarr");
    assert_int_equal(sqlite3_exec(other, "DELETE FROM record WHERE id = 'other'", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(other, "DELETE FROM operation WHERE digest IS NULL", NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(other);
    for (int i = 0; i < BATCH; i++)
        operation_free(made[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_operation_is_applied_once_in_a_batch, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(what_came_since_the_last_batch_is_seen, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_record_is_made_once_in_a_batch, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
