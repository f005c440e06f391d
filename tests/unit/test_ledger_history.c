/* A database that was restored from an older copy: another history. */
#include "net/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/ledger_fixture.h"

static void append_notes(struct ledger_fixture *f, int count, struct id *last)
{
    for (int i = 0; i < count; i++) {
        struct id id = fixture_id(f);
        struct operation *operation =
            fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_NOTE, &id, 0,
                              fixture_note(f, ANNE, "sample/a", NULL, "counted"));
        struct ledger_outcome outcome;

        *last = operation->id;
        assert_int_equal(
            ledger_apply(f->ledger, &f->actors[ANNE], &operation, 1, 1, &outcome, NULL), 0);
        assert_int_equal(outcome.kind, LEDGER_APPLIED);
        ledger_outcome_clear(&outcome);
        operation_free(operation);
    }
}

/* Reads all that Anne may see; where that ends, and under which name. */
static int64_t read_end(struct ledger_fixture *f, char epoch[LEDGER_EPOCH_SIZE])
{
    struct scope_set scopes = {0};
    struct ledger_page page;
    int64_t next;

    assert_int_equal(ledger_desk_scopes(f->ledger, &f->actors[ANNE].agent, &scopes, NULL), 0);
    assert_int_equal(ledger_changes(f->ledger, &scopes, 0, 1000, NULL, &page, NULL), 0);
    next = page.next;
    strcpy(epoch, page.epoch);
    ledger_page_clear(&page);
    scope_set_free(&scopes);
    return next;
}

static void reopen(struct ledger_fixture *f, const char *copy_from, const char *copy_to)
{
    char command[400];

    ledger_close(f->ledger);
    if (copy_from != NULL) {
        snprintf(command, sizeof(command), "rm -f '%s' '%s-wal' '%s-shm' && cp '%s' '%s'", copy_to,
                 copy_to, copy_to, copy_from, copy_to);
        assert_int_equal(system(command), 0);
    }
    assert_int_equal(ledger_open(&f->ledger, f->path, NULL), 0);
}

static void test_another_history_is_known(void **state)
{
    struct ledger_fixture *f = *state;
    char before[LEDGER_EPOCH_SIZE], after[LEDGER_EPOCH_SIZE], other[LEDGER_EPOCH_SIZE];
    char copy[200];
    struct id none = {0}, early, late, again;
    int64_t old_end, lost_end;

    snprintf(copy, sizeof(copy), "%s.copy", f->path);
    append_notes(f, 3, &early);
    old_end = read_end(f, before);
    assert_true(before[0] != '\0');
    reopen(f, f->path, copy); /* a backup, and a restart */
    assert_int_equal(ledger_history_check(f->ledger, old_end, before, &early, NULL), 0);
    append_notes(f, 3, &late);
    lost_end = read_end(f, after);
    assert_int_equal(lost_end, old_end + 3);
    assert_string_not_equal(after, before);
    assert_int_equal(ledger_history_check(f->ledger, lost_end, after, &late, NULL), 0);
    assert_int_equal(ledger_history_check(f->ledger, lost_end, "", &none, NULL), 0);

    reopen(f, copy, f->path); /* restored */
    assert_int_equal(ledger_history_check(f->ledger, old_end, before, &early, NULL), 0);
    assert_int_equal(ledger_history_check(f->ledger, lost_end, "", &none, NULL), ERROR_CONFLICT);
    assert_int_equal(ledger_history_check(f->ledger, old_end, before, &late, NULL), ERROR_CONFLICT);
    append_notes(f, 5, &again); /* the lost numbers are given again */
    assert_int_equal(ledger_history_check(f->ledger, lost_end, after, &none, NULL), ERROR_CONFLICT);
    assert_int_equal(ledger_history_check(f->ledger, old_end, before, &late, NULL), ERROR_CONFLICT);
    assert_int_equal(ledger_history_check(f->ledger, old_end, before, &again, NULL), 0);
    assert_int_equal(ledger_history_check(f->ledger, read_end(f, other), other, &again, NULL), 0);
    unlink(copy);
}

static void apply_and_show(struct ledger_fixture *f, struct operation *operation,
                           enum ledger_outcome_kind kind, char shown[LEDGER_SHOWN_LIMIT])
{
    struct ledger_outcome outcome;

    assert_int_equal(ledger_apply(f->ledger, &f->actors[ANNE], &operation, 1, 1, &outcome, NULL),
                     0);
    assert_int_equal(outcome.kind, kind);
    assert_int_equal(ledger_shown_last(f->ledger, &outcome, 1, shown, NULL), 0);
    ledger_outcome_clear(&outcome);
}

/* A request that was long on its way comes to a server that was restored meanwhile. It then knows
 * the latest operation and not the one before; by the number and the stay it is found out. */
static void test_a_late_operation_does_not_speak_for_those_before(void **state)
{
    struct ledger_fixture *f = *state;
    char copy[200], first[LEDGER_SHOWN_LIMIT], known[LEDGER_SHOWN_LIMIT], late[LEDGER_SHOWN_LIMIT];
    struct id id = fixture_id(f), lost;
    struct operation *operation =
        fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_NOTE, &id, 0,
                          fixture_note(f, ANNE, "sample/a", NULL, "on its way"));

    snprintf(copy, sizeof(copy), "%s.copy", f->path);
    append_notes(f, 3, &lost);
    reopen(f, f->path, copy);
    append_notes(f, 1, &lost);
    apply_and_show(f, operation, LEDGER_APPLIED, first);
    apply_and_show(f, operation, LEDGER_REPEATED, known);
    assert_string_equal(known, first);
    assert_int_equal(ledger_shown_check(f->ledger, known, NULL), 0);

    reopen(f, copy, f->path);
    apply_and_show(f, operation, LEDGER_APPLIED, late);
    assert_int_equal(ledger_shown_check(f->ledger, late, NULL), 0);
    assert_int_equal(ledger_history_check(f->ledger, 0, "", &operation->id, NULL), 0);
    append_notes(f, 3, &lost); /* the lost numbers are given again */
    assert_int_equal(ledger_shown_check(f->ledger, known, NULL), ERROR_CONFLICT);
    /* Nothing was told. */
    assert_int_equal(ledger_shown_last(f->ledger, NULL, 0, late, NULL), 0);
    assert_string_equal(late, "");
    operation_free(operation);
    unlink(copy);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_another_history_is_known, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_late_operation_does_not_speak_for_those_before,
                                        fixture_setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
