/* Who is told of what a commit changed. */
#include "net/ledger.h"

#include <string.h>

#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"
#include "tests/unit/ledger_fixture.h"

static void note_scopes(void *context, const struct ledger_changed *changed)
{
    assert_int_equal(scope_set_add_all(context, &changed->scopes, NULL), 0);
    assert_int_equal(scope_set_add_all(context, &changed->others, NULL), 0);
}

static void note_changed(void *context, const struct ledger_changed *changed)
{
    struct ledger_changed *heard = context;

    ledger_changed_clear(heard);
    heard->device = changed->device;
    assert_int_equal(scope_set_add_all(&heard->scopes, &changed->scopes, NULL), 0);
    assert_int_equal(scope_set_add_all(&heard->others, &changed->others, NULL), 0);
}

/* What a terminal works out by itself is told to the others; what nobody does, to all. */
static void test_listener_hears_who_knows(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_changed heard = {0};
    struct id device = f->actors[ANNE].device;

    ledger_listen(f->ledger, note_changed, &heard);
    fixture_make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    assert_true(scope_set_has(&heard.others, "office:sample/a"));
    assert_int_equal(heard.scopes.count, 0);
    assert_string_equal(heard.device.text, device.text);
    f->actors[ANNE].ungrounded = true;
    fixture_make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    f->actors[ANNE].ungrounded = false;
    assert_true(scope_set_has(&heard.scopes, "office:sample/a"));
    assert_int_equal(heard.others.count, 0);
    ledger_changed_clear(&heard);
    ledger_listen(f->ledger, NULL, NULL);
}

/* Two terminals in one commit. */
static void test_listener_hears_of_two_terminals(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_changed heard = {0};
    struct scope_set desk = {0};

    ledger_listen(f->ledger, note_changed, &heard);
    assert_int_equal(
        ledger_desk_read(f->ledger, &f->actors[ANNE].agent, &desk, &f->actors[ANNE].may, NULL), 0);
    assert_int_equal(ledger_begin(f->ledger, NULL), 0);
    for (int i = 0; i < 2; i++) {
        struct id id = fixture_id(f);
        struct operation *operation =
            fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_NOTE, &id, 0,
                              fixture_note(f, ANNE, "sample/a", NULL, "at once"));
        struct ledger_outcome outcome = {0};

        assert_int_equal(ledger_apply_within(f->ledger, &f->actors[ANNE], &desk, &operation, 1, 1,
                                             &outcome, NULL),
                         0);
        assert_int_equal(outcome.kind, LEDGER_APPLIED);
        ledger_outcome_clear(&outcome);
        operation_free(operation);
        f->actors[ANNE].device = fixture_id(f);
    }
    assert_int_equal(ledger_commit(f->ledger, NULL), 0);
    /* The first is told to the others, the second to all. */
    assert_true(heard.others.count > 0);
    assert_true(heard.scopes.count > 0);
    scope_set_free(&desk);
    ledger_changed_clear(&heard);
    ledger_listen(f->ledger, NULL, NULL);
}

static void test_listener_hears_scopes(void **state)
{
    struct ledger_fixture *f = *state;
    struct scope_set heard = {0};
    struct id id = fixture_id(f);

    ledger_listen(f->ledger, note_scopes, &heard);
    fixture_make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    assert_int_equal(heard.count, 1);
    assert_true(scope_set_has(&heard, "office:sample/a"));
    scope_set_free(&heard);
    fixture_refused(
        f, ANNE, fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_CLIENT, &id, 0, json_object()),
        MERGE_REQUIRED, "kind");
    assert_int_equal(heard.count, 0);
    ledger_listen(f->ledger, NULL, NULL);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_listener_hears_who_knows, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_listener_hears_of_two_terminals, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_listener_hears_scopes, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
