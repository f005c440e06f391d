#include "net/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "app/json.h"
#include "tests/unit/ledger_fixture.h"

/* --- opening ---------------------------------------------------------------------------------- */

static void test_create_and_open(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger *other;
    struct error error = ERROR_INIT;
    char text[128], feed[64];
    FILE *file;

    assert_int_equal(ledger_create(f->path, &error), ERROR_CONFLICT);
    snprintf(text, sizeof(text), "%s/none.db", f->folder);
    assert_int_equal(ledger_open(&other, text, &error), ERROR_NOT_FOUND);
    file = fopen(text, "w");
    assert_non_null(file);
    fputs("this is no database, and has been here before anything else was", file);
    fclose(file);
    assert_int_equal(ledger_open(&other, text, &error), ERROR_STORAGE);
    /* The feed id stays; another database has another one. */
    strcpy(feed, ledger_feed(f->ledger));
    fixture_reopen(f);
    assert_string_equal(ledger_feed(f->ledger), feed);
    snprintf(text, sizeof(text), "%s/other.db", f->folder);
    assert_int_equal(ledger_create(text, NULL), 0);
    assert_int_equal(ledger_open(&other, text, NULL), 0);
    assert_string_not_equal(ledger_feed(other), feed);
    ledger_close(other);
}

static void test_one_process_at_a_time(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger *other;
    struct error error = ERROR_INIT;
    char link_path[128];
    int status;
    pid_t child;

    assert_int_equal(ledger_open(&other, f->path, &error), ERROR_BUSY);
    assert_non_null(strstr(error.message, "in use by another guichetd"));
    /* Not by another name either. */
    snprintf(link_path, sizeof(link_path), "%s/link.db", f->folder);
    assert_int_equal(symlink(f->path, link_path), 0);
    assert_int_equal(ledger_open(&other, link_path, NULL), ERROR_BUSY);
    /* The lock goes with the process that held it, however it ended. */
    ledger_close(f->ledger);
    child = fork();
    if (child == 0) {
        struct ledger *held;

        if (ledger_open(&held, f->path, NULL) == 0)
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(ledger_open(&f->ledger, f->path, NULL), 0);
}

/* --- operations ------------------------------------------------------------------------------- */

static void test_exactly_once(void **state)
{
    struct ledger_fixture *f = *state;
    struct id note = fixture_id(f);
    struct operation *operation =
        fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_NOTE, &note, 0,
                          fixture_note(f, ANNE, "sample/a", NULL, "once"));
    struct operation *twice[] = {operation, operation};
    struct ledger_outcome outcomes[2];
    json_t *document = NULL;
    int64_t seq;

    assert_int_equal(ledger_apply(f->ledger, &f->actors[ANNE], twice, 2, 1, outcomes, NULL), 0);
    assert_int_equal(outcomes[0].kind, LEDGER_APPLIED);
    assert_int_equal(outcomes[0].rev, 1);
    assert_true(outcomes[0].seq > 0);
    assert_int_equal(outcomes[1].kind, LEDGER_REPEATED);
    assert_int_equal(outcomes[1].rev, 1);
    assert_int_equal(outcomes[1].seq, outcomes[0].seq);
    seq = outcomes[0].seq;
    fixture_reopen(f);
    assert_int_equal(ledger_apply(f->ledger, &f->actors[ANNE], twice, 1, 1, outcomes, NULL), 0);
    assert_int_equal(outcomes[0].kind, LEDGER_REPEATED);
    assert_int_equal(outcomes[0].seq, seq);
    assert_int_equal(fixture_read(f, ANNE, RECORD_NOTE, &note, &document), 0);
    assert_int_equal(json_integer_or(document, "rev", 0), 1);
    assert_int_equal(json_integer_or(document, "seq", 0), seq);
    assert_string_equal(json_text_or(json_object_get(document, "body"), "text", ""), "once");
    json_decref(document);
    operation_free(operation);
}

static void test_refusal_is_remembered(void **state)
{
    struct ledger_fixture *f = *state;
    struct id note = fixture_id(f);
    struct operation *operation = fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_NOTE, &note,
                                                    0, json_pack("{s:s}", "office", "sample/a"));
    struct ledger_outcome outcome;

    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            ledger_apply(f->ledger, &f->actors[ANNE], &operation, 1, 1, &outcome, NULL), 0);
        assert_int_equal(outcome.kind, LEDGER_REFUSED);
        assert_int_equal(outcome.refusal, MERGE_REQUIRED);
        assert_string_equal(outcome.field, "channel");
        ledger_outcome_clear(&outcome);
        fixture_reopen(f);
    }
    operation_free(operation);
}

static void test_one_bad_undoes_no_other(void **state)
{
    struct ledger_fixture *f = *state;
    struct operation *batch[5];
    struct ledger_outcome outcomes[5];
    struct id ids[5];

    for (int i = 0; i < 5; i++) {
        ids[i] = fixture_id(f);
        batch[i] =
            fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_NOTE, &ids[i], 0,
                              i == 2 ? json_pack("{s:s, s:i}", "office", "sample/a", "nothing", 1)
                                     : fixture_note(f, ANNE, "sample/a", NULL, "good"));
    }
    assert_int_equal(ledger_apply(f->ledger, &f->actors[ANNE], batch, 5, 1, outcomes, NULL), 0);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(outcomes[i].kind, i == 2 ? LEDGER_REFUSED : LEDGER_APPLIED);
        assert_int_equal(fixture_read(f, ANNE, RECORD_NOTE, &ids[i], NULL),
                         i == 2 ? ERROR_NOT_FOUND : 0);
        ledger_outcome_clear(&outcomes[i]);
        operation_free(batch[i]);
    }
    assert_int_equal(outcomes[4].seq, 0); /* cleared */
}

static void test_refusals_show_the_record(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, fixture_case(f, ANNE, "sample/a"));
    struct ledger_outcome outcome;

    fixture_apply(f, ANNE,
                  fixture_operation(f, ANNE, OPERATION_CLAIM, RECORD_CASE, &matter, 1,
                                    json_pack("{s:s}", "status", "nonsense")),
                  &outcome);
    assert_int_equal(outcome.refusal, MERGE_VALUE);
    assert_string_equal(json_text_or(outcome.record, "id", ""), matter.text);
    ledger_outcome_clear(&outcome);
    /* Not to those who may not see it. */
    fixture_apply(f, DENIS,
                  fixture_operation(f, DENIS, OPERATION_CLAIM, RECORD_CASE, &matter, 1,
                                    json_pack("{s:s}", "status", "closed")),
                  &outcome);
    assert_int_equal(outcome.refusal, MERGE_FORBIDDEN);
    assert_null(outcome.record);
    ledger_outcome_clear(&outcome);
    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_FIELDS, RECORD_CLIENT, &matter, 1,
                                      json_pack("{s:s}", "name", "x")),
                    MERGE_MISSING, NULL);
}

static void test_conflict_is_told(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = fixture_make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct ledger_outcome outcome;

    fixture_publish_agent(f, DENIS, "a", "");
    fixture_applied(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_FIELDS, RECORD_CLIENT, &client, 1,
                                      json_pack("{s:s}", "phone", "418 555 0100")));
    fixture_apply(f, DENIS,
                  fixture_operation(f, DENIS, OPERATION_FIELDS, RECORD_CLIENT, &client, 1,
                                    json_pack("{s:s}", "phone", "418 555 0199")),
                  &outcome);
    assert_int_equal(outcome.kind, LEDGER_APPLIED);
    assert_int_equal(outcome.rev, 3);
    assert_true(outcome.conflict);
    assert_string_equal(outcome.field, "phone");
    ledger_outcome_clear(&outcome);
}

static void test_nobody_acts_for_another(void **state)
{
    struct ledger_fixture *f = *state;
    struct id id = fixture_id(f), none = {0};
    struct operation *operation;
    struct ledger_outcome outcome;

    operation = fixture_operation(f, BEN, OPERATION_APPEND, RECORD_NOTE, &id, 0,
                                  fixture_note(f, BEN, "sample/b", NULL, "forged"));
    operation->device = f->actors[ANNE].device;
    fixture_refused(f, ANNE, operation, MERGE_FORBIDDEN, "agent");
    operation = fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_NOTE, &id, 0,
                                  fixture_note(f, ANNE, "sample/a", NULL, "other device"));
    operation->device = f->actors[BEN].device;
    fixture_refused(f, ANNE, operation, MERGE_FORBIDDEN, "device");
    /* In another's name within the body. */
    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_NOTE, &id, 0,
                                      fixture_note(f, BEN, "sample/a", NULL, "forged")),
                    MERGE_ACTOR, "author");
    /* Into another's office. */
    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_NOTE, &id, 0,
                                      fixture_note(f, ANNE, "sample/b", NULL, "there")),
                    MERGE_FORBIDDEN, "office");
    /* The catalogue is not changed by operations. */
    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_FIELDS, RECORD_AGENT,
                                      &f->actors[ANNE].agent, 1,
                                      json_pack("{s:s}", "office", "sample/b")),
                    MERGE_KIND, NULL);
    /* Somebody else's operation id says nothing of what they did. */
    operation = fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_NOTE, &id, 0,
                                  fixture_note(f, ANNE, "sample/a", NULL, "mine"));
    assert_int_equal(ledger_apply(f->ledger, &f->actors[ANNE], &operation, 1, 1, &outcome, NULL),
                     0);
    assert_int_equal(outcome.kind, LEDGER_APPLIED);
    operation->agent = f->actors[BEN].agent;
    operation->device = f->actors[BEN].device;
    fixture_refused(f, BEN, operation, MERGE_FORBIDDEN, "id");
    /* A token without a device changes nothing. */
    operation = fixture_operation(f, DENIS, OPERATION_APPEND, RECORD_NOTE, &id, 0,
                                  fixture_note(f, DENIS, "sample/d", NULL, "no device"));
    operation->device = none;
    f->actors[DENIS].device = none;
    fixture_refused(f, DENIS, operation, MERGE_FORBIDDEN, "device");
}

/* --- checking --------------------------------------------------------------------------------- */

static void damage(const struct ledger_fixture *f, const char *sql)
{
    sqlite3 *database;

    assert_int_equal(sqlite3_open(f->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

static void test_check_finds_damage(void **state)
{
    static const struct {
        const char *harm;
        const char *repair;
    } cases[] = {
        {"UPDATE record SET document = substr(document, 2) WHERE type = 'note'",
         "UPDATE record SET document = '{' || document WHERE type = 'note'"},
        {"UPDATE record SET rev = 7 WHERE type = 'note'",
         "UPDATE record SET rev = 1 WHERE type = 'note'"},
        {"UPDATE property SET value = value - 1 WHERE name = 'seq'",
         "UPDATE property SET value = value + 1 WHERE name = 'seq'"},
        {"CREATE TABLE kept AS SELECT * FROM feed; DELETE FROM feed",
         "INSERT INTO feed SELECT * FROM kept; DROP TABLE kept"},
        {"INSERT INTO feed VALUES (1, 4000000, 999)", "DELETE FROM feed WHERE record = 999"},
        {"UPDATE operation SET rev = 2", "UPDATE operation SET rev = 1"},
        {"UPDATE operation SET record = id", NULL},
    };
    struct ledger_fixture *f = *state;
    struct id matter = fixture_id(f);

    fixture_make(f, ANNE, RECORD_NOTE, fixture_note(f, ANNE, "sample/a", &matter, "checked"));
    assert_int_equal(fixture_check(f), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        damage(f, cases[i].harm);
        assert_true(fixture_check(f) > 0);
        if (cases[i].repair != NULL) {
            damage(f, cases[i].repair);
            assert_int_equal(fixture_check(f), 0);
        }
    }
    damage(f, "UPDATE operation SET record = (SELECT id FROM record WHERE type = 'note')");
}

/* --- sign-in ---------------------------------------------------------------------------------- */

static struct record *agent_make(const char *login)
{
    char key[64];
    struct record *agent;
    struct id id;

    snprintf(key, sizeof(key), "local/%s", login);
    id = id_from_key("agent", key);
    agent = record_new(RECORD_AGENT, &id);
    assert_non_null(agent);
    json_object_set_new(agent->body, "key", json_string(key));
    json_object_set_new(agent->body, "login", json_string(login));
    json_object_set_new(agent->body, "office", json_string("sample/a"));
    return agent;
}

static void test_sign_in(void **state)
{
    struct ledger_fixture *f = *state;
    struct record *agent = agent_make("eve");
    struct id device = fixture_id(f);
    struct ledger_login login;
    struct ledger_actor actor;
    int64_t now = 1000000;

    assert_int_equal(ledger_agent_add(f->ledger, agent, "short", NULL), ERROR_INVALID);
    assert_int_equal(ledger_agent_add(f->ledger, agent, "a good password", NULL), 0);
    assert_int_equal(ledger_agent_add(f->ledger, agent, "a good password", NULL), ERROR_CONFLICT);
    assert_int_equal(
        ledger_login(f->ledger, "Eve", "a good password", &device, NULL, now, &login, NULL), 0);
    assert_true(id_equal(&login.agent, &agent->id));
    assert_int_equal(login.expires_ms, now + LEDGER_SESSION_MS);
    assert_non_null(strstr(login.document, "\"login\":\"eve\""));
    free(login.document);
    /* The token survives a restart, is bound to its device, and ends. */
    fixture_reopen(f);
    assert_int_equal(ledger_session_find(f->ledger, login.token, now, &actor, NULL), 0);
    assert_true(id_equal(&actor.agent, &agent->id));
    assert_true(id_equal(&actor.device, &device));
    assert_int_equal(ledger_session_find(f->ledger, "another", now, &actor, NULL), ERROR_NOT_FOUND);
    assert_int_equal(
        ledger_session_find(f->ledger, login.token, now + LEDGER_SESSION_MS, &actor, NULL),
        ERROR_NOT_FOUND);
    assert_int_equal(ledger_session_end(f->ledger, login.token, NULL, 1, NULL), 0);
    assert_int_equal(ledger_session_find(f->ledger, login.token, now, &actor, NULL),
                     ERROR_NOT_FOUND);
    record_free(agent);
}

static void test_token_is_not_stored(void **state)
{
    struct ledger_fixture *f = *state;
    struct record *agent = agent_make("eve");
    struct id none = {0};
    struct ledger_login login;
    char command[512];

    assert_int_equal(ledger_agent_add(f->ledger, agent, "a good password", NULL), 0);
    assert_int_equal(
        ledger_login(f->ledger, "eve", "a good password", &none, NULL, 1, &login, NULL), 0);
    snprintf(command, sizeof(command), "grep -qF -e '%s' -e 'a good password' %s*", login.token,
             f->path);
    assert_int_not_equal(system(command), 0);
    free(login.document);
    record_free(agent);
}

static void test_lockout_grows(void **state)
{
    static const char *const logins[] = {"eve", "nobody"};
    struct ledger_fixture *f = *state;
    struct record *agent = agent_make("eve");
    struct id none = {0};
    struct ledger_login login;
    int64_t now = 1000000;

    assert_int_equal(ledger_agent_add(f->ledger, agent, "a good password", NULL), 0);
    /* An unknown login behaves the same. */
    for (int who = 0; who < 2; who++) {
        for (int i = 0; i < 3; i++)
            assert_int_equal(
                ledger_login(f->ledger, logins[who], "wrong", &none, NULL, now, &login, NULL),
                ERROR_REFUSED);
        assert_int_equal(
            ledger_login(f->ledger, logins[who], "a good password", &none, NULL, now, &login, NULL),
            ERROR_BUSY);
        assert_int_equal(login.retry_ms, 2000);
        assert_int_equal(
            ledger_login(f->ledger, logins[who], "wrong", &none, NULL, now + 2000, &login, NULL),
            ERROR_REFUSED);
        fixture_reopen(f);
        assert_int_equal(
            ledger_login(f->ledger, logins[who], "wrong", &none, NULL, now + 2001, &login, NULL),
            ERROR_BUSY);
        assert_int_equal(login.retry_ms, 3999);
    }
    /* The right password in time forgets it all. */
    assert_int_equal(
        ledger_login(f->ledger, "eve", "a good password", &none, NULL, now + 6000, &login, NULL),
        0);
    free(login.document);
    assert_int_equal(ledger_login(f->ledger, "eve", "wrong", &none, NULL, now + 6001, &login, NULL),
                     ERROR_REFUSED);
    assert_int_equal(
        ledger_login(f->ledger, "eve", "a good password", &none, NULL, now + 6002, &login, NULL),
        0);
    free(login.document);
    record_free(agent);
}

/* --- whose an id is --------------------------------------------------------------------------- */

/* The same id with other words is nobody's repeat, also from the same terminal; the same words from
 * a terminal of the same agent are. */
static void test_an_id_means_what_it_said_first(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_actor renewed = f->actors[ANNE];
    struct id id = fixture_id(f);
    struct operation *operation =
        fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_NOTE, &id, 0,
                          fixture_note(f, ANNE, "sample/a", NULL, "first words"));
    struct ledger_outcome outcome;

    assert_int_equal(ledger_apply(f->ledger, &renewed, &operation, 1, 1, &outcome, NULL), 0);
    assert_int_equal(outcome.kind, LEDGER_APPLIED);
    ledger_outcome_clear(&outcome);
    renewed.device = operation->device = fixture_id(f);
    assert_int_equal(ledger_apply(f->ledger, &renewed, &operation, 1, 1, &outcome, NULL), 0);
    assert_int_equal(outcome.kind, LEDGER_REPEATED);
    ledger_outcome_clear(&outcome);
    json_object_set_new(operation->body, "text", json_string("other words"));
    assert_int_equal(ledger_apply(f->ledger, &renewed, &operation, 1, 1, &outcome, NULL), 0);
    assert_int_equal(outcome.kind, LEDGER_REFUSED);
    assert_string_equal(outcome.field, "id");
    ledger_outcome_clear(&outcome);
    operation_free(operation);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_create_and_open, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_one_process_at_a_time, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_exactly_once, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_refusal_is_remembered, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_one_bad_undoes_no_other, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_refusals_show_the_record, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_conflict_is_told, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_nobody_acts_for_another, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_check_finds_damage, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_sign_in, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_token_is_not_stored, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_lockout_grows, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_an_id_means_what_it_said_first, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
