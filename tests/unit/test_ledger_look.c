/* Looks at the server: in the trail, in nobody's feed, and at a relay carried to the centre. */
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "tests/unit/ledger_fixture.h"
#include "tests/unit/relay_fixture.h"

static json_t *look_body(struct ledger_fixture *f, enum fixture_agent who, const char *office,
                         const struct id *client, const struct id *matter)
{
    return json_pack("{s:s, s:s*, s:s, s:s, s:s, s:s, s:s}", "client", client->text, "case",
                     matter != NULL ? matter->text : NULL, "agent", f->actors[who].agent.text,
                     "office", office, "at", "2026-11-02T14:00:00.000Z", "purpose", "call-back",
                     "words", "rappel");
}

/* How many looks of this kind at this client the trail holds. */
static int64_t looks(const char *path, const struct id *client, const char *record)
{
    char sql[400];
    sqlite3 *handle;
    sqlite3_stmt *row;
    int64_t count;

    snprintf(sql, sizeof(sql),
             "SELECT count(*) FROM audit WHERE kind = 'read' AND client = '%s' AND record = '%s' "
             "AND purpose = 'call-back' AND what LIKE 'opened%%'",
             client->text, record);
    assert_int_equal(sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &row, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    count = sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    sqlite3_close(handle);
    return count;
}

static void it_is_in_the_trail_and_in_no_feed(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = fixture_make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, fixture_case(f, ANNE, "sample/a"));
    struct id id = fixture_id(f);
    struct operation *operation =
        fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_ACCESS, &id, 0,
                          look_body(f, ANNE, "sample/a", &client, &matter));
    struct ledger_outcome outcome;

    assert_int_equal(
        ledger_apply(f->ledger, &f->actors[ANNE], &operation, 1, f->clock_ms, &outcome, NULL), 0);
    assert_int_equal(outcome.kind, LEDGER_APPLIED);
    assert_int_equal(outcome.rev, 1);
    assert_true(outcome.seq > 0);
    ledger_outcome_clear(&outcome);
    /* However often it comes, it was one look. */
    assert_int_equal(
        ledger_apply(f->ledger, &f->actors[ANNE], &operation, 1, f->clock_ms, &outcome, NULL), 0);
    assert_int_equal(outcome.kind, LEDGER_REPEATED);
    ledger_outcome_clear(&outcome);
    operation_free(operation);
    assert_int_equal(looks(f->path, &client, matter.text), 1);
    assert_false(fixture_sees(f, ANNE, 0, &id));
    assert_int_equal(fixture_read(f, ANNE, RECORD_ACCESS, &id, NULL), ERROR_NOT_FOUND);
    assert_int_equal(fixture_check(f), 0);
}

static void it_is_the_agents_own_word(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = fixture_make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id id = fixture_id(f), other = fixture_id(f);

    fixture_refused(f, BEN,
                    fixture_operation(f, BEN, OPERATION_APPEND, RECORD_ACCESS, &id, 0,
                                      look_body(f, ANNE, "sample/b", &client, NULL)),
                    MERGE_ACTOR, "agent");
    assert_int_equal(looks(f->path, &client, client.text), 0);
    /* What Ben saw is told also when he may see it no longer. */
    fixture_applied(f, BEN,
                    fixture_operation(f, BEN, OPERATION_APPEND, RECORD_ACCESS, &other, 0,
                                      look_body(f, BEN, "sample/b", &client, NULL)));
    assert_int_equal(looks(f->path, &client, client.text), 1);
    /* And nothing is opened to him by that. */
    assert_int_equal(fixture_read(f, BEN, RECORD_CLIENT, &client, NULL), ERROR_REFUSED);
}

static void a_relay_carries_it(void **state)
{
    struct relay_fixture *f = *state;
    struct id client = relay_make_client(f, ANNE);

    relay_settle(f);
    for (int i = 0; i < 2; i++) {
        struct id id = fixture_id(&f->centre);

        relay_applied(f, ANNE,
                      relay_append(f, ANNE, RECORD_ACCESS, &id,
                                   look_body(&f->centre, ANNE, "sample/a", &client, NULL)),
                      LEDGER_APPLIED);
    }
    assert_int_equal(relay_waiting(f), 2);
    relay_settle(f);
    assert_int_equal(relay_waiting(f), 0);
    assert_int_equal(looks(f->path, &client, client.text), 2);
    assert_int_equal(looks(f->centre.path, &client, client.text), 2);
}

/* One of a terminal whose clock was behind: older than the relay, it is asked of the centre. */
static void a_relay_answers_for_one_that_it_asked(void **state)
{
    struct relay_fixture *f = *state;
    struct id client = relay_make_client(f, ANNE);
    struct operation *look[3];
    struct id id = fixture_id(&f->centre), early;

    relay_settle(f);
    assert_true(id_parse(&early, "00000000-0000-7000-8000-000000000001"));
    for (size_t i = 0; i < 3; i++) {
        look[i] = relay_append(f, ANNE, RECORD_ACCESS, &id,
                               look_body(&f->centre, ANNE, "sample/a", &client, NULL));
        look[i]->id = early;
        look[i]->moment = look[0]->moment;
    }
    relay_applied(f, ANNE, look[0], LEDGER_LATER);
    relay_applied(f, ANNE, look[1], LEDGER_LATER);
    relay_settle(f);
    assert_int_equal(relay_waiting(f), 0);
    relay_applied(f, ANNE, look[2], LEDGER_REPEATED);
    assert_int_equal(looks(f->centre.path, &client, client.text), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_in_the_trail_and_in_no_feed, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(it_is_the_agents_own_word, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_relay_carries_it, relay_fixture_setup,
                                        relay_fixture_teardown),
        cmocka_unit_test_setup_teardown(a_relay_answers_for_one_that_it_asked, relay_fixture_setup,
                                        relay_fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
