/* What operations and routes ask of a role: the kind of work, the contact level of its service, and
 * what the audit trail keeps of a refusal. */
#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "net/ledger_permission.h"
#include "net/ledger_role.h"
#include "net/ledger_sqlite.h"
#include "tests/unit/server_fixture.h"

/* Ben works in office a, in this role. */
static void ben_is(struct server_fixture *f, const char *role)
{
    fixture_publish(&f->ledger, RECORD_AGENT, "sample/ben2",
                    json_pack("{s:s, s:s, s:s, s:s}", "login", "ben2", "name", "ben", "office",
                              "sample/a", "role", role));
}

static void publish_service(struct server_fixture *f, const char *key, int level)
{
    fixture_publish(&f->ledger, RECORD_SERVICE, key, json_pack("{s:i}", "level", level));
}

static struct id case_of(struct server_fixture *f, enum fixture_agent who, const char *service)
{
    json_t *matter = fixture_case(&f->ledger, who, "sample/a");

    json_object_set_new(matter, "service", json_string(service));
    return fixture_make(&f->ledger, who, RECORD_CASE, matter);
}

static struct operation *claim(struct server_fixture *f, enum record_type type, const struct id *id,
                               int64_t base, json_t *body)
{
    return fixture_operation(&f->ledger, BEN, OPERATION_CLAIM, type, id, base, body);
}

/* A clerk receives, notes, and hands on what is of level 3; takes and decides it not. */
static void test_levels_of_a_case(void **state)
{
    struct server_fixture *f = *state;
    const char *ben = f->ledger.actors[BEN].agent.text, *anne = f->ledger.actors[ANNE].agent.text;
    struct id high, middle;

    publish_service(f, "sample/high", 3);
    publish_service(f, "sample/middle", 2);
    ben_is(f, "clerk");
    high = case_of(f, BEN, "sample/high");
    middle = case_of(f, BEN, "sample/middle");
    fixture_make(&f->ledger, BEN, RECORD_NOTE,
                 fixture_note(&f->ledger, BEN, "sample/a", &high, "waits for a specialist"));
    fixture_refused(&f->ledger, BEN,
                    claim(f, RECORD_CASE, &high, 1, json_pack("{s:s}", "assignee", ben)),
                    MERGE_PERMISSION, "serve-level-3");
    fixture_refused(&f->ledger, BEN,
                    claim(f, RECORD_CASE, &high, 1, json_pack("{s:s}", "status", "in-progress")),
                    MERGE_PERMISSION, "serve-level-3");
    fixture_applied(&f->ledger, BEN,
                    claim(f, RECORD_CASE, &middle, 1, json_pack("{s:s}", "assignee", ben)));
    /* To somebody who may: yes; by somebody who may, to a clerk: no. */
    fixture_applied(&f->ledger, BEN,
                    claim(f, RECORD_CASE, &high, 1, json_pack("{s:s}", "assignee", anne)));
    fixture_refused(&f->ledger, ANNE,
                    fixture_operation(&f->ledger, ANNE, OPERATION_CLAIM, RECORD_CASE, &high, 2,
                                      json_pack("{s:s}", "assignee", ben)),
                    MERGE_UNFIT, "assignee");
    /* As soon as the role says so it goes. */
    ben_is(f, "specialist");
    fixture_applied(&f->ledger, BEN,
                    claim(f, RECORD_CASE, &high, 2, json_pack("{s:s}", "assignee", ben)));
}

static void test_levels_of_a_hand_off_and_a_filing(void **state)
{
    struct server_fixture *f = *state;
    struct ledger_fixture *l = &f->ledger;
    struct id matter, handoff, filing;
    json_t *body;

    publish_service(f, "sample/high", 3);
    fixture_publish(l, RECORD_FORM, "sample/form", json_pack("{s:[s]}", "services", "high"));
    fixture_publish(l, RECORD_OFFICE, "sample/a", NULL);
    ben_is(f, "clerk");
    matter = case_of(f, ANNE, "sample/high");
    handoff = fixture_make(
        l, ANNE, RECORD_HANDOFF,
        fixture_handoff(l, ANNE, "sample/a", &matter, l->actors[BEN].agent.text, NULL, NULL));
    body = json_pack("{s:s, s:s, s:o}", "state", "accepted", "taken_by", l->actors[BEN].agent.text,
                     "decided_at", json_time(l->clock_ms));
    fixture_refused(l, BEN, claim(f, RECORD_HANDOFF, &handoff, 1, body), MERGE_PERMISSION,
                    "serve-level-3");
    /* They can say that they cannot. */
    fixture_applied(l, BEN,
                    claim(f, RECORD_HANDOFF, &handoff, 1,
                          json_pack("{s:s, s:s, s:o}", "state", "declined", "reason", "level",
                                    "decided_at", json_time(l->clock_ms))));
    /* A draft is anybody's, filing it is not: by its form, when it has no case. */
    filing = fixture_make(l, BEN, RECORD_SUBMISSION,
                          json_pack("{s:s, s:i, s:s, s:s, s:o, s:s}", "form", "sample/form",
                                    "form_version", 1, "office", "sample/a", "started_by",
                                    l->actors[BEN].agent.text, "started_at", json_time(l->clock_ms),
                                    "status", "draft"));
    body = json_pack("{s:s, s:o, s:s}", "status", "submitted", "submitted_at",
                     json_time(l->clock_ms), "submitted_by", l->actors[BEN].agent.text);
    fixture_refused(l, BEN, claim(f, RECORD_SUBMISSION, &filing, 1, json_incref(body)),
                    MERGE_PERMISSION, "serve-level-3");
    ben_is(f, "specialist");
    fixture_applied(l, BEN, claim(f, RECORD_SUBMISSION, &filing, 1, body));
}

static int64_t audited(struct server_fixture *f, const char *kind, const char *what)
{
    sqlite3_stmt *statement;
    sqlite3 *database;
    int64_t count;

    assert_int_equal(sqlite3_open_v2(f->ledger.path, &database, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database,
                                        "SELECT count(*) FROM audit WHERE kind = ?1 AND what = ?2",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    sqlite3_bind_text(statement, 1, kind, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, what, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    count = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return count;
}

static void test_refusals_are_kept(void **state)
{
    struct server_fixture *f = *state;
    struct call changes = {.path = "/v1/changes?since=0", .token = f->tokens[BEN]};
    struct id id = fixture_id(&f->ledger);
    struct operation *operation, *again;
    struct ledger_outcome outcome;

    ben_is(f, "administrator");
    operation = fixture_operation(&f->ledger, BEN, OPERATION_APPEND, RECORD_CLIENT, &id, 0,
                                  fixture_client("sample/a"));
    again = operation_new(OPERATION_APPEND, RECORD_CLIENT, &id);
    json_decref(again->body);
    again->body = json_incref(operation->body);
    again->id = operation->id;
    again->agent = operation->agent;
    again->device = operation->device;
    again->moment = operation->moment;
    fixture_refused(&f->ledger, BEN, operation, MERGE_PERMISSION, "serve");
    assert_int_equal(audited(f, "refused", "append: permission serve"), 1);
    /* The same, sent once more because the answer was lost, is one refusal. */
    fixture_apply(&f->ledger, BEN, again, &outcome);
    assert_int_equal(outcome.refusal, MERGE_PERMISSION);
    ledger_outcome_clear(&outcome);
    assert_int_equal(audited(f, "refused", "append: permission serve"), 1);
    json_decref(server_json(f, &changes));
    /* Whoever's role is unknown may not even look. */
    ben_is(f, "boss");
    server_expect_problem(f, &changes, 403, "forbidden");
    assert_int_equal(audited(f, "refused", "GET /v1/changes: serve"), 1);
    /* In another's name. */
    ben_is(f, "clerk");
    operation = fixture_operation(&f->ledger, ANNE, OPERATION_APPEND, RECORD_CLIENT, &id, 0,
                                  fixture_client("sample/a"));
    operation->device = f->ledger.actors[BEN].device;
    fixture_apply(&f->ledger, BEN, operation, &outcome);
    assert_int_equal(outcome.refusal, MERGE_FORBIDDEN);
    ledger_outcome_clear(&outcome);
    assert_int_equal(audited(f, "refused", "append: forbidden agent"), 1);
    /* Who changed what of an agent is there too. */
    assert_true(audited(f, "permission", "role boss") > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_levels_of_a_case, server_fixture_setup,
                                        server_fixture_teardown),
        cmocka_unit_test_setup_teardown(test_levels_of_a_hand_off_and_a_filing,
                                        server_fixture_setup, server_fixture_teardown),
        cmocka_unit_test_setup_teardown(test_refusals_are_kept, server_fixture_setup,
                                        server_fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
