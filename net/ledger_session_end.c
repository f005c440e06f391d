/* Finding whose token it is, and ending sessions. */
#include <string.h>

#include "app/json.h"
#include "net/ledger_agent.h"
#include "net/ledger_role.h"
#include "net/ledger_row.h"
#include "net/ledger_session_internal.h"
#include "net/ledger_terminal.h"

#define HASH_BYTES LEDGER_TOKEN_HASH

/* --- finding ---------------------------------------------------------------------------------- */

static void actor_fill(struct ledger_actor *actor, sqlite3_stmt *statement, int64_t now_ms)
{
    enum ledger_terminal_state state = (enum ledger_terminal_state)sqlite3_column_int(statement, 5);

    actor->wiped = state == LEDGER_TERMINAL_WIPED;
    if (actor->wiped && sqlite3_column_bytes(statement, 6) == DEVICE_KEY_SIZE)
        memcpy(actor->key, sqlite3_column_blob(statement, 6), DEVICE_KEY_SIZE);
    if (actor->wiped || sqlite3_column_int64(statement, 2) <= now_ms ||
        sqlite3_column_int(statement, 3) == 0 ||
        sqlite3_column_int64(statement, 4) > now_ms + SESSION_CLOCK_SLACK_MS ||
        state == LEDGER_TERMINAL_REVOKED)
        return;
    id_parse(&actor->agent, database_text(statement, 0));
    id_parse(&actor->device, database_text(statement, 1));
    actor->expires_ms = sqlite3_column_int64(statement, 2);
}

static int actor_read(struct database *database, const char *token, int64_t now_ms,
                      struct ledger_actor *actor, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_SESSION_GET, error);
    unsigned char hash[HASH_BYTES];
    int code;

    ledger_token_hash(token, hash);
    ledger_bind_hash(statement, 1, hash);
    code = database_step(database, statement, error);
    if (code <= 0)
        return code;
    actor_fill(actor, statement, now_ms);
    sqlite3_reset(statement);
    return 0;
}

int ledger_session_find(struct ledger *ledger, const char *token, int64_t now_ms,
                        struct ledger_actor *actor, struct error *error)
{
    struct ledger_reader *reader;
    struct ledger_row row = {0};
    struct role role = {0};
    int code = ledger_reader_take(ledger, &reader, error);

    *actor = (struct ledger_actor){0};
    if (code != 0)
        return code;
    code = actor_read(reader->database, token, now_ms, actor, error);
    if (code == 0 && actor->wiped)
        code = error_set(error, ERROR_CANCELLED,
                         "an administrator has ordered this terminal to erase what it keeps");
    if (code == 0 && !id_is_empty(&actor->agent))
        code = ledger_row_read(reader->database, RECORD_AGENT, &actor->agent, &row, error);
    if (code == 0 && (row.record == NULL || json_bool_or(row.record->body, "ended", false)))
        code = error_set(error, ERROR_NOT_FOUND, "the token is unknown or has ended");
    if (code == 0)
        code = ledger_role_read(reader->database, row.record, &role, error);
    if (code == 0) {
        actor->display = ledger_agent_is_display(row.record);
        actor->may = role.may;
    }
    role_clear(&role);
    ledger_row_clear(&row);
    ledger_reader_give(ledger, reader);
    return code;
}

/* --- ending ----------------------------------------------------------------------------------- */

/* Rings for whoever sleeps in the name of this agent. */
static int wake_agent(struct ledger *ledger, const char *agent, struct error *error)
{
    ledger->sessions_changed = true;
    return scope_set_add(&ledger->changed.scopes, "agent:", agent, error);
}

static int run_for_family(struct ledger *ledger, enum ledger_statement which, const char *family,
                          int64_t now_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, which, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, family);
    if (sqlite3_bind_parameter_count(statement) > 1)
        sqlite3_bind_int64(statement, 2, now_ms);
    return database_run(ledger->writer, statement, error);
}

int ledger_family_end(struct ledger *ledger, const char *family, const char *agent, int64_t now_ms,
                      struct error *error)
{
    int code = run_for_family(ledger, LEDGER_FAMILY_END, family, now_ms, error);

    if (code == 0)
        code = run_for_family(ledger, LEDGER_SESSION_DELETE_FAMILY, family, now_ms, error);
    return code == 0 ? wake_agent(ledger, agent, error) : code;
}

/* The agent and family of a token; empty ids when it is unknown. */
static int session_read(struct ledger *ledger, const unsigned char hash[HASH_BYTES],
                        struct ledger_family *family, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_SESSION_FAMILY, error);
    int code;

    ledger_bind_hash(statement, 1, hash);
    code = database_step(ledger->writer, statement, error);
    if (code <= 0)
        return code;
    id_parse(&family->id, database_text(statement, 0));
    id_parse(&family->agent, database_text(statement, 1));
    id_parse(&family->device, database_text(statement, 2));
    sqlite3_reset(statement);
    return 0;
}

static int end_within(struct ledger *ledger, const unsigned char hash[HASH_BYTES], int64_t now_ms,
                      struct error *error)
{
    struct ledger_family family = {.mark = ""};
    sqlite3_stmt *statement;
    int code = session_read(ledger, hash, &family, error);

    if (code != 0 || id_is_empty(&family.agent))
        return code;
    statement = database_statement(ledger->writer, LEDGER_SESSION_DELETE, error);
    ledger_bind_hash(statement, 1, hash);
    code = database_run(ledger->writer, statement, error);
    if (code == 0 && !id_is_empty(&family.id))
        code = ledger_family_end(ledger, family.id.text, family.agent.text, now_ms, error);
    else if (code == 0)
        code = wake_agent(ledger, family.agent.text, error);
    return code == 0 ? ledger_session_note(ledger, AUDIT_SIGN_OUT, &family.agent, &family.device,
                                           "logout", now_ms, error)
                     : code;
}

int ledger_session_end(struct ledger *ledger, const char *token, const char *request,
                       int64_t now_ms, struct error *error)
{
    unsigned char hash[HASH_BYTES];
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    ledger_audit_request(ledger, request);
    ledger_token_hash(token, hash);
    code = end_within(ledger, hash, now_ms, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

int ledger_sessions_end_agent(struct ledger *ledger, const struct id *agent, int64_t now_ms,
                              struct error *error)
{
    int code = run_for_family(ledger, LEDGER_FAMILY_END_AGENT, agent->text, now_ms, error);

    if (code == 0)
        code = run_for_family(ledger, LEDGER_SESSION_DELETE_AGENT, agent->text, now_ms, error);
    return code == 0 ? wake_agent(ledger, agent->text, error) : code;
}

int ledger_sessions_end_device(struct ledger *ledger, const struct id *device, int64_t now_ms,
                               struct error *error)
{
    int code = run_for_family(ledger, LEDGER_FAMILY_END_DEVICE, device->text, now_ms, error);

    ledger->sessions_changed = true;
    return code == 0
               ? run_for_family(ledger, LEDGER_SESSION_DELETE_DEVICE, device->text, now_ms, error)
               : code;
}

/* One family of a key that still stands; an empty id when there is none. */
static int family_of_key(struct ledger *ledger, const unsigned char key[DEVICE_KEY_SIZE],
                         struct ledger_family *family, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_FAMILY_OF_KEY, error);
    int code;

    *family = (struct ledger_family){.mark = ""};
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_blob(statement, 1, key, DEVICE_KEY_SIZE, SQLITE_STATIC);
    code = database_step(ledger->writer, statement, error);
    if (code <= 0)
        return code;
    id_parse(&family->id, database_text(statement, 0));
    id_parse(&family->agent, database_text(statement, 1));
    sqlite3_reset(statement);
    return 0;
}

int ledger_sessions_end_key(struct ledger *ledger, const unsigned char key[DEVICE_KEY_SIZE],
                            bool told, int64_t now_ms, struct error *error)
{
    struct ledger_family family;
    int code;

    while ((code = family_of_key(ledger, key, &family, error)) == 0 && !id_is_empty(&family.id)) {
        if (!told) {
            code = ledger_family_end(ledger, family.id.text, family.agent.text, now_ms, error);
        } else {
            code = run_for_family(ledger, LEDGER_FAMILY_END, family.id.text, now_ms, error);
            if (code == 0)
                code = wake_agent(ledger, family.agent.text, error);
        }
        if (code != 0)
            return code;
    }
    return code;
}
