#include "tests/unit/session_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>
#include <sqlite3.h>

struct id session_agent_as(struct ledger_fixture *fixture, const char *login, const char *role)
{
    struct record *agent;
    struct error error = ERROR_INIT;
    char key[64];
    struct id id;

    snprintf(key, sizeof(key), "local/%s", login);
    id = id_from_key("agent", key);
    agent = record_new(RECORD_AGENT, &id);
    assert_non_null(agent);
    json_object_set_new(agent->body, "key", json_string(key));
    json_object_set_new(agent->body, "login", json_string(login));
    json_object_set_new(agent->body, "name", json_string(login));
    json_object_set_new(agent->body, "office", json_string("a"));
    json_object_set_new(agent->body, "role", json_string(role));
    if (ledger_agent_add(fixture->ledger, agent, SESSION_PASSWORD, &error) != 0)
        fail_msg("%s", error.message);
    record_free(agent);
    return id;
}

struct id session_agent(struct ledger_fixture *fixture, const char *login)
{
    return session_agent_as(fixture, login, "agent");
}

void session_terminal_make(struct ledger_fixture *fixture, struct session_terminal *terminal)
{
    unsigned char seed[SIGNATURE_SEED_SIZE];

    memset(terminal, 0, sizeof(*terminal));
    randombytes_buf(seed, sizeof(seed));
    signature_key_from_seed(&terminal->key, seed);
    terminal->device = fixture_id(fixture);
}

void session_enrol(struct ledger_fixture *fixture, struct session_terminal *terminal,
                   const char *name, int64_t now_ms)
{
    char code[LEDGER_ENROLMENT_CODE_SIZE], told[LEDGER_TERMINAL_NAME_LIMIT + 1];
    int64_t expires, retry;

    assert_int_equal(ledger_enrolment_make(fixture->ledger, name, 60, now_ms, code, &expires, NULL),
                     0);
    assert_int_equal(ledger_enrol(fixture->ledger,
                                  &(struct ledger_enrolment){code, terminal->key.public,
                                                             "192.0.2.1", "request-1"},
                                  now_ms, told, &retry, NULL),
                     0);
    assert_string_equal(told, name);
}

void session_clear(struct session_terminal *terminal)
{
    ledger_login_clear(&terminal->login);
}

int session_sign_in(struct ledger_fixture *fixture, struct session_terminal *terminal,
                    const char *login, const char *password, int64_t now_ms)
{
    struct device_proof proof;
    struct ledger_sign_in asked = {.login = login,
                                   .password = password,
                                   .device = terminal->device,
                                   .proof = &proof,
                                   .address = "192.0.2.1"};

    device_proof_make(&proof, &terminal->key, DEVICE_PROOF_LOGIN, "", now_ms);
    session_clear(terminal);
    return ledger_sign_in(fixture->ledger, &asked, now_ms, &terminal->login, NULL);
}

int session_refresh(struct ledger_fixture *fixture, struct session_terminal *terminal,
                    const char *token, int64_t now_ms, struct ledger_login *got)
{
    char shown[LEDGER_TOKEN_SIZE], subject[DEVICE_TOKEN_SUBJECT_SIZE];
    struct ledger_login result;
    struct device_proof proof;
    int code;

    snprintf(shown, sizeof(shown), "%s", token != NULL ? token : terminal->login.refresh);
    device_proof_token_subject(shown, "", subject);
    device_proof_make(&proof, &terminal->key, DEVICE_PROOF_TOKEN, subject, now_ms);
    const struct ledger_renewal renewal = {.token = shown, .proof = &proof, .holds = true};
    code = ledger_refresh(fixture->ledger, &renewal, now_ms, &result, NULL);
    if (got != NULL)
        *got = result;
    if (code == 0 && token == NULL) {
        session_clear(terminal);
        terminal->login = result;
    } else if (got == NULL) {
        ledger_login_clear(&result);
    }
    return code;
}

bool session_is_good(struct ledger_fixture *fixture, const char *token, int64_t now_ms)
{
    struct ledger_actor actor;

    return ledger_session_find(fixture->ledger, token, now_ms, &actor, NULL) == 0;
}

static int count_entries(struct ledger_fixture *fixture, const char *where, const char *what,
                         const char *request)
{
    char sql[200];
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    int count;

    snprintf(sql, sizeof(sql), "SELECT count(*) FROM audit WHERE %s", where);
    assert_int_equal(sqlite3_open(fixture->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    sqlite3_bind_text(statement, 1, what, -1, SQLITE_STATIC);
    if (request != NULL)
        sqlite3_bind_text(statement, 2, request, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return count;
}

int session_told(struct ledger_fixture *fixture, const char *what)
{
    return count_entries(fixture, "what = ?1", what, NULL);
}

int session_told_by(struct ledger_fixture *fixture, const char *begins, const char *request)
{
    return count_entries(fixture, "instr(what, ?1) = 1 AND request = ?2", begins, request);
}
