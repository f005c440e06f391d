#include "net/ledger_agent.h"
#include "net/ledger_row.h"
#include "net/ledger_session_internal.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/text.h"
#include "net/ledger_terminal.h"

void ledger_bind_hash(sqlite3_stmt *statement, int index, const unsigned char *bytes)
{
    if (statement != NULL)
        sqlite3_bind_blob(statement, index, bytes, LEDGER_TOKEN_HASH, SQLITE_STATIC);
}

static int bar(struct ledger_login *result, enum ledger_barrier barrier, int code,
               struct error *error, const char *message)
{
    result->barrier = barrier;
    return error_set(error, code, "%s", message);
}

static int bar_terminal(struct ledger_login *result, enum ledger_barrier barrier,
                        struct error *error)
{
    static const char *const messages[] = {
        [LEDGER_BARRIER_CLOCK] = "the terminal's clock is too far from the server's",
        [LEDGER_BARRIER_UNKNOWN] = "this terminal is not enrolled here: ask an administrator for a "
                                   "code",
        [LEDGER_BARRIER_REVOKED] = "this terminal was revoked by an administrator",
        [LEDGER_BARRIER_WIPED] = "an administrator has ordered this terminal to erase what it "
                                 "keeps",
    };

    return bar(result, barrier, ERROR_REFUSED, error, messages[barrier]);
}

/* --- terminals -------------------------------------------------------------------------------- */

static int terminal_state(struct database *database, const unsigned char key[DEVICE_KEY_SIZE],
                          enum ledger_terminal_state *state, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_TERMINAL_GET, error);
    int code;

    *state = LEDGER_TERMINAL_UNKNOWN;
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_blob(statement, 1, key, DEVICE_KEY_SIZE, SQLITE_STATIC);
    code = database_step(database, statement, error);
    if (code <= 0)
        return code;
    *state = (enum ledger_terminal_state)sqlite3_column_int(statement, 0);
    sqlite3_reset(statement);
    return 0;
}

static enum ledger_barrier barrier_of(const struct ledger *ledger, enum ledger_terminal_state state,
                                      const struct device_proof *proof, int64_t now_ms)
{
    if (state == LEDGER_TERMINAL_WIPED)
        return LEDGER_BARRIER_WIPED;
    if (state == LEDGER_TERMINAL_REVOKED)
        return LEDGER_BARRIER_REVOKED;
    if (state == LEDGER_TERMINAL_UNKNOWN && ledger->rules.enrolment_required)
        return LEDGER_BARRIER_UNKNOWN;
    if (proof != NULL && (proof->at_ms > now_ms + DEVICE_PROOF_WINDOW_MS ||
                          proof->at_ms < now_ms - DEVICE_PROOF_WINDOW_MS))
        return LEDGER_BARRIER_CLOCK;
    return LEDGER_BARRIER_NONE;
}

int ledger_session_judge(struct ledger *ledger, struct database *database,
                         const struct device_proof *proof, int64_t now_ms,
                         enum ledger_barrier *barrier, struct error *error)
{
    enum ledger_terminal_state state = LEDGER_TERMINAL_UNKNOWN;
    int code = proof != NULL ? terminal_state(database, proof->key, &state, error) : 0;

    *barrier = code == 0 ? barrier_of(ledger, state, proof, now_ms) : LEDGER_BARRIER_NONE;
    return code;
}

int ledger_terminal_judge(struct ledger *ledger, const struct device_proof *proof, int64_t now_ms,
                          enum ledger_barrier *barrier, struct error *error)
{
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    if (code != 0)
        return code;
    code = ledger_session_judge(ledger, reader->database, proof, now_ms, barrier, error);
    ledger_reader_give(ledger, reader);
    return code;
}

int ledger_terminal_enrolled(struct ledger *ledger, const unsigned char key[DEVICE_KEY_SIZE],
                             bool *enrolled, struct error *error)
{
    enum ledger_terminal_state state;
    int code = terminal_state(ledger->writer, key, &state, error);

    *enrolled = code == 0 && state == LEDGER_TERMINAL_ENROLLED;
    return code;
}

int ledger_session_seen(struct ledger *ledger, const unsigned char key[DEVICE_KEY_SIZE],
                        int64_t now_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_TERMINAL_SEEN, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_blob(statement, 1, key, DEVICE_KEY_SIZE, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, now_ms);
    return database_run(ledger->writer, statement, error);
}

/* --- agents ----------------------------------------------------------------------------------- */

/* The agent's document, when the agent still is one. */
int ledger_session_agent(struct ledger *ledger, struct ledger_login *result, struct error *error)
{
    struct ledger_row row;
    json_t *value;
    int code = ledger_row_read(ledger->writer, RECORD_AGENT, &result->agent, &row, error);

    if (code != 0)
        return code;
    if (json_bool_or(row.record->body, "ended", false)) {
        ledger_row_clear(&row);
        return error_set(error, ERROR_NOT_FOUND, "the agent has left");
    }
    result->display = ledger_agent_is_display(row.record);
    value = record_to_json(row.record);
    result->document = value != NULL ? json_dumps(value, JSON_COMPACT) : NULL;
    json_decref(value);
    ledger_row_clear(&row);
    return result->document != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for a record");
}

/* --- writing ---------------------------------------------------------------------------------- */

static int prune(struct ledger *ledger, int64_t now_ms, struct error *error)
{
    static const enum ledger_statement timed[] = {LEDGER_SESSION_PRUNE, LEDGER_FAMILY_PRUNE};
    static const enum ledger_statement loose[] = {LEDGER_REFRESH_PRUNE, LEDGER_NONCE_PRUNE};
    int code = 0;

    for (size_t i = 0; i < 2 && code == 0; i++) {
        sqlite3_stmt *statement = database_statement(ledger->writer, timed[i], error);

        if (statement == NULL)
            return ERROR_STORAGE;
        sqlite3_bind_int64(statement, 1, now_ms);
        code = database_run(ledger->writer, statement, error);
    }
    for (size_t i = 0; i < 2 && code == 0; i++)
        code = database_run(ledger->writer, database_statement(ledger->writer, loose[i], error),
                            error);
    return code;
}

int ledger_session_access(struct ledger *ledger, const struct ledger_family *family, int64_t now_ms,
                          struct ledger_login *result, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_SESSION_INSERT, error);
    unsigned char hash[LEDGER_TOKEN_HASH];

    if (statement == NULL)
        return ERROR_STORAGE;
    result->expires_ms = family->ends_ms;
    if (!id_is_empty(&family->id) && now_ms + ledger->rules.access_ms < family->ends_ms)
        result->expires_ms = now_ms + ledger->rules.access_ms;
    ledger_token_make(result->token, hash);
    ledger_bind_hash(statement, 1, hash);
    database_bind_text(statement, 2, family->agent.text);
    database_bind_text(statement, 3, family->device.text);
    sqlite3_bind_int64(statement, 4, now_ms);
    sqlite3_bind_int64(statement, 5, result->expires_ms);
    database_bind_text(statement, 6, family->mark);
    database_bind_text(statement, 7, family->id.text);
    return database_run(ledger->writer, statement, error);
}

int ledger_session_refresh(struct ledger *ledger, const struct ledger_family *family,
                           int64_t now_ms, struct ledger_login *result, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_REFRESH_PUT, error);
    unsigned char hash[LEDGER_TOKEN_HASH];

    if (statement == NULL)
        return ERROR_STORAGE;
    ledger_token_make(result->refresh, hash);
    result->refresh_expires_ms = family->ends_ms;
    ledger_bind_hash(statement, 1, hash);
    database_bind_text(statement, 2, family->id.text);
    sqlite3_bind_int64(statement, 3, now_ms);
    return database_run(ledger->writer, statement, error);
}

static int family_write(struct ledger *ledger, const struct ledger_family *family,
                        struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_FAMILY_PUT, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, family->id.text);
    database_bind_text(statement, 2, family->agent.text);
    database_bind_text(statement, 3, family->device.text);
    sqlite3_bind_blob(statement, 4, family->key, DEVICE_KEY_SIZE, SQLITE_STATIC);
    database_bind_text(statement, 5, family->mark);
    sqlite3_bind_int64(statement, 6, family->began_ms);
    sqlite3_bind_int64(statement, 7, family->ends_ms);
    return database_run(ledger->writer, statement, error);
}

int ledger_session_note(struct ledger *ledger, enum audit_kind kind, const struct id *agent,
                        const struct id *device, const char *what, int64_t now_ms,
                        struct error *error)
{
    const struct audit_entry entry = {
        .kind = kind, .at_ms = now_ms, .agent = *agent, .device = *device, .what = what};

    return ledger_audit_add(ledger, &entry, error);
}

/* --- opening ---------------------------------------------------------------------------------- */

static int open_write(struct ledger *ledger, const struct ledger_opening *opening, int64_t now_ms,
                      struct ledger_login *result, struct error *error)
{
    struct ledger_family family = {.agent = opening->agent,
                                   .device = opening->device,
                                   .began_ms = now_ms,
                                   .ends_ms = now_ms + LEDGER_SESSION_MS};
    struct id_generator ids = {0};
    int code = prune(ledger, now_ms, error);

    text_copy(family.mark, sizeof(family.mark), opening->mark != NULL ? opening->mark->next : "");
    if (opening->proof != NULL) {
        family.id = id_generate(&ids, now_ms);
        memcpy(family.key, opening->proof->key, sizeof(family.key));
        if (code == 0)
            code = family_write(ledger, &family, error);
        if (code == 0)
            code = ledger_session_refresh(ledger, &family, now_ms, result, error);
        if (code == 0)
            code = ledger_session_seen(ledger, family.key, now_ms, error);
    }
    if (code == 0)
        code = ledger_session_access(ledger, &family, now_ms, result, error);
    if (code == 0)
        code = ledger_session_note(ledger, AUDIT_SIGN_IN, &opening->agent, &opening->device,
                                   opening->how, now_ms, error);
    return code;
}

/* Whether the terminal may be served; a public screen, which shows numbers alone, may without being
 * enrolled. */
static int open_judge(struct ledger *ledger, const struct ledger_opening *opening, int64_t now_ms,
                      struct ledger_login *result, struct error *error)
{
    enum ledger_barrier barrier;
    int code =
        ledger_session_judge(ledger, ledger->writer, opening->proof, now_ms, &barrier, error);

    if (code == 0 && barrier == LEDGER_BARRIER_UNKNOWN && result->display)
        barrier = LEDGER_BARRIER_NONE;
    if (code == 0 && barrier != LEDGER_BARRIER_NONE) {
        code =
            ledger_session_note(ledger, AUDIT_REFUSED, &opening->agent, &opening->device,
                                barrier == LEDGER_BARRIER_UNKNOWN ? "sign-in: terminal not enrolled"
                                : barrier == LEDGER_BARRIER_CLOCK ? "sign-in: terminal's clock"
                                                                  : "sign-in: terminal was ended",
                                now_ms, error);
        result->barrier = barrier;
    }
    return code;
}

static int open_within(struct ledger *ledger, const struct ledger_opening *opening, int64_t now_ms,
                       struct ledger_login *result, struct error *error)
{
    bool behind = false;
    int code = ledger_session_agent(ledger, result, error);

    if (code == ERROR_NOT_FOUND)
        return bar(result, LEDGER_BARRIER_WRONG, ERROR_REFUSED, error,
                   "login or password is wrong");
    if (code == 0)
        code = open_judge(ledger, opening, now_ms, result, error);
    if (code != 0 || result->barrier != LEDGER_BARRIER_NONE)
        return code;
    if (opening->mark != NULL && !id_is_empty(&opening->device))
        code = ledger_device_admit(ledger, &opening->device, opening->mark, now_ms, &behind,
                                   &result->other_ms, error);
    if (behind)
        result->barrier = LEDGER_BARRIER_BEHIND;
    if (code == 0 && !behind)
        code = open_write(ledger, opening, now_ms, result, error);
    return code;
}

int ledger_session_open_within(struct ledger *ledger, const struct ledger_opening *opening,
                               int64_t now_ms, struct ledger_login *result, struct error *error)
{
    result->agent = opening->agent;
    return open_within(ledger, opening, now_ms, result, error);
}

/* What was barred is told in words; what stands in the trail stays. */
int ledger_session_barred(struct ledger_login *result, struct error *error)
{
    switch (result->barrier) {
    case LEDGER_BARRIER_NONE:
        return 0;
    case LEDGER_BARRIER_CHANGE:
        return bar(result, result->barrier, ERROR_REFUSED, error,
                   "the password must be changed before it opens anything");
    case LEDGER_BARRIER_CODE:
        return bar(result, result->barrier, ERROR_REFUSED, error, "a one-time code is asked for");
    case LEDGER_BARRIER_CODE_WRONG:
        return bar(result, result->barrier, ERROR_REFUSED, error,
                   "the one-time code is wrong, or was used before");
    case LEDGER_BARRIER_SETUP:
        return bar(result, result->barrier, ERROR_REFUSED, error,
                   "one-time codes are to be set up first");
    case LEDGER_BARRIER_CENTRE:
        return bar(result, result->barrier, ERROR_CONFLICT, error,
                   "this is done at the centre, not at an office's relay");
    case LEDGER_BARRIER_BEHIND:
        return bar(result, LEDGER_BARRIER_BEHIND, ERROR_CONFLICT, error,
                   "this terminal's files are an older copy: others signed in since");
    default:
        return bar_terminal(result, result->barrier, error);
    }
}

void ledger_login_clear(struct ledger_login *result)
{
    enum ledger_barrier barrier = result->barrier;
    enum password_flaw flaw = result->flaw;
    int64_t retry_ms = result->retry_ms;
    char words[LEDGER_WORDS_SIZE];

    memcpy(words, result->words, sizeof(words));
    free(result->document);
    sodium_memzero(result, sizeof(*result));
    *result = (struct ledger_login){.barrier = barrier, .flaw = flaw, .retry_ms = retry_ms};
    if (barrier == LEDGER_BARRIER_SETUP || barrier == LEDGER_BARRIER_CODE_WRONG)
        memcpy(result->words, words, sizeof(words));
    sodium_memzero(words, sizeof(words));
}

int ledger_session_open(struct ledger *ledger, const struct ledger_opening *opening, int64_t now_ms,
                        struct ledger_login *result, struct error *error)
{
    int code;

    *result = (struct ledger_login){.token = ""};
    code = ledger_begin(ledger, error);
    if (code != 0)
        return code;
    ledger_audit_request(ledger, opening->request);
    code = ledger_session_open_within(ledger, opening, now_ms, result, error);
    if (code != 0)
        ledger_rollback(ledger);
    else
        code = ledger_commit(ledger, error);
    if (code == 0)
        code = ledger_session_barred(result, error);
    if (code != 0)
        ledger_login_clear(result);
    return code;
}
