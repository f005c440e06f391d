#include "net/ledger_sqlite.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/ledger_role.h"

/* Stronger than libsodium's interactive limits, in the same 64 MiB: OWASP asks for at least 2
 * passes over 19 MiB. */
#define PASSWORD_PASSES 4
#define PASSWORD_MEMORY ((size_t)64 * 1024 * 1024)

#define TOKEN_BYTES 32
#define HASH_BYTES  LEDGER_TOKEN_HASH

/* Three failures cost nothing; from then on each doubles the wait. */
#define FREE_FAILURES   3
#define FIRST_WAIT_MS   2000
#define LONGEST_WAIT_MS (INT64_C(15) * 60 * 1000)
#define FORGET_MS       (INT64_C(24) * 3600 * 1000)

/* --- passwords -------------------------------------------------------------------------------- */

/* Logins compare without regard to ASCII case: people type them on any keyboard. False when it is
 * empty or too long. */
static bool login_fold(const char *login, char folded[LEDGER_LOGIN_LIMIT + 1])
{
    size_t length = strlen(login);

    if (length == 0 || length > LEDGER_LOGIN_LIMIT)
        return false;
    for (size_t i = 0; i <= length; i++)
        folded[i] = (char)tolower((unsigned char)login[i]);
    return true;
}

static int password_hash(const char *password, char hash[crypto_pwhash_STRBYTES],
                         struct error *error)
{
    size_t length = strlen(password);

    if (length == 0 || length > LEDGER_PASSWORD_LIMIT)
        return error_set(error, ERROR_INVALID, "a password has at most %d bytes and at least one",
                         LEDGER_PASSWORD_LIMIT);
    if (crypto_pwhash_str_alg(hash, password, length, PASSWORD_PASSES, PASSWORD_MEMORY,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return error_set(error, ERROR_MEMORY, "no memory to hash a password");
    return 0;
}

/* A hash that no password fits, costing what a real one costs: an unknown login takes as long as a
 * wrong password. */
static void password_waste(const char *password)
{
    static const unsigned char salt[crypto_pwhash_SALTBYTES] = {0};
    unsigned char key[32];

    /* Its only effect is the time; that it may fail for lack of memory changes nothing. */
    if (crypto_pwhash(key, sizeof(key), password, strlen(password), salt, PASSWORD_PASSES,
                      PASSWORD_MEMORY, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return;
    sodium_memzero(key, sizeof(key));
}

int ledger_verifier_write(struct ledger *ledger, const char *login, const struct id *agent,
                          const char *hash, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_LOGIN_PUT, error);

    database_bind_text(statement, 1, login);
    database_bind_text(statement, 2, agent->text);
    database_bind_text(statement, 3, hash);
    return database_run(ledger->writer, statement, error);
}

int ledger_password_write(struct ledger *ledger, const struct record *agent, const char *password,
                          struct error *error)
{
    char login[LEDGER_LOGIN_LIMIT + 1];
    char hash[crypto_pwhash_STRBYTES];
    sqlite3_stmt *statement;
    int code;

    if (!login_fold(record_text(agent, "login"), login))
        return error_set(error, ERROR_INVALID, "a login has 1 to %d bytes", LEDGER_LOGIN_LIMIT);
    statement = database_statement(ledger->writer, LEDGER_LOGIN_GET, error);
    database_bind_text(statement, 1, login);
    code = database_step(ledger->writer, statement, error);
    if (code > 0) {
        sqlite3_reset(statement);
        return error_set(error, ERROR_CONFLICT, "an agent with this login exists already");
    }
    if (code == 0)
        code = password_hash(password, hash, error);
    if (code != 0)
        return code;
    return ledger_verifier_write(ledger, login, &agent->id, hash, error);
}

/* --- attempts --------------------------------------------------------------------------------- */

static int64_t wait_after(int64_t failures)
{
    int64_t wait = FIRST_WAIT_MS;

    if (failures < FREE_FAILURES)
        return 0;
    for (int64_t i = FREE_FAILURES; i < failures && wait < LONGEST_WAIT_MS; i++)
        wait *= 2;
    return wait < LONGEST_WAIT_MS ? wait : LONGEST_WAIT_MS;
}

static void bind_hash(sqlite3_stmt *statement, const unsigned char *hash)
{
    if (statement != NULL)
        sqlite3_bind_blob(statement, 1, hash, HASH_BYTES, SQLITE_STATIC);
}

/* Counts the attempt as a failure before it is known to be one, so that many at once do not slip
 * by; ERROR_BUSY when it comes too early. */
static int attempt_count(struct ledger *ledger, const unsigned char *login, int64_t now_ms,
                         int64_t *retry_ms, struct error *error)
{
    struct database *database = ledger->writer;
    sqlite3_stmt *statement = database_statement(database, LEDGER_ATTEMPT_GET, error);
    int64_t failures = 0, until = 0;
    int code;

    bind_hash(statement, login);
    code = database_step(database, statement, error);
    if (code < 0)
        return code;
    if (code > 0) {
        failures = sqlite3_column_int64(statement, 0);
        until = sqlite3_column_int64(statement, 1);
        sqlite3_reset(statement);
    }
    if (until > now_ms) {
        *retry_ms = until - now_ms;
        return error_set(error, ERROR_BUSY, "too many failed sign-ins: wait before the next");
    }
    failures++;
    statement = database_statement(database, LEDGER_ATTEMPT_PUT, error);
    bind_hash(statement, login);
    if (statement != NULL) {
        sqlite3_bind_int64(statement, 2, failures);
        sqlite3_bind_int64(statement, 3, now_ms + wait_after(failures));
    }
    code = database_run(database, statement, error);
    statement = database_statement(database, LEDGER_ATTEMPT_PRUNE, error);
    if (code != 0 || statement == NULL)
        return code != 0 ? code : ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, now_ms - FORGET_MS);
    return database_run(database, statement, error);
}

/* --- sessions --------------------------------------------------------------------------------- */

void ledger_token_hash(const char *token, unsigned char hash[LEDGER_TOKEN_HASH])
{
    crypto_generichash(hash, HASH_BYTES, (const unsigned char *)token, strlen(token), NULL, 0);
}

void ledger_token_make(char token[LEDGER_TOKEN_SIZE], unsigned char hash[LEDGER_TOKEN_HASH])
{
    unsigned char bytes[TOKEN_BYTES];

    randombytes_buf(bytes, sizeof(bytes));
    sodium_bin2base64(token, LEDGER_TOKEN_SIZE, bytes, sizeof(bytes),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof(bytes));
    ledger_token_hash(token, hash);
}

static int session_write(struct ledger *ledger, const unsigned char *login, const struct id *device,
                         const char *mark, int64_t now_ms, struct ledger_login *result,
                         struct error *error)
{
    struct database *database = ledger->writer;
    unsigned char hash[HASH_BYTES];
    sqlite3_stmt *statement = database_statement(database, LEDGER_ATTEMPT_DELETE, error);
    int code;

    bind_hash(statement, login);
    code = database_run(database, statement, error);
    statement = database_statement(database, LEDGER_SESSION_PRUNE, error);
    if (code != 0 || statement == NULL)
        return code != 0 ? code : ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, now_ms);
    code = database_run(database, statement, error);
    statement = database_statement(database, LEDGER_SESSION_INSERT, error);
    if (code != 0 || statement == NULL)
        return code != 0 ? code : ERROR_STORAGE;
    ledger_token_make(result->token, hash);
    result->expires_ms = now_ms + LEDGER_SESSION_MS;
    bind_hash(statement, hash);
    database_bind_text(statement, 2, result->agent.text);
    database_bind_text(statement, 3, device->text);
    sqlite3_bind_int64(statement, 4, now_ms);
    sqlite3_bind_int64(statement, 5, result->expires_ms);
    database_bind_text(statement, 6, mark);
    return database_run(database, statement, error);
}

/* Reads whom a login belongs to; an unknown one gives an empty agent. */
static int login_read(struct ledger *ledger, const char *login, struct id *agent,
                      char hash[crypto_pwhash_STRBYTES], struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_LOGIN_GET, error);
    int code;

    *agent = (struct id){0};
    database_bind_text(statement, 1, login);
    code = database_step(ledger->writer, statement, error);
    if (code <= 0)
        return code;
    id_parse(agent, database_text(statement, 0));
    text_copy(hash, crypto_pwhash_STRBYTES, database_text(statement, 1));
    sqlite3_reset(statement);
    return 0;
}

/* The agent's document, when the agent still is one. */
static int agent_read(struct ledger *ledger, struct ledger_login *result, struct error *error)
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

static int login_begin(struct ledger *ledger, const char *login, const unsigned char *attempt,
                       int64_t now_ms, char hash[crypto_pwhash_STRBYTES],
                       struct ledger_login *result, struct error *error)
{
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    code = attempt_count(ledger, attempt, now_ms, &result->retry_ms, error);
    if (code == 0)
        code = login_read(ledger, login, &result->agent, hash, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

static int login_end(struct ledger *ledger, const unsigned char *attempt, const struct id *device,
                     const struct ledger_mark *mark, int64_t now_ms, struct ledger_login *result,
                     struct error *error)
{
    bool behind = false;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    code = agent_read(ledger, result, error);
    if (code == ERROR_NOT_FOUND)
        code = error_set(error, ERROR_REFUSED, "login or password is wrong");
    if (code == 0 && mark != NULL && !id_is_empty(device))
        code = ledger_device_admit(ledger, device, mark, now_ms, &behind, &result->other_ms, error);
    if (code == 0 && !behind)
        code = session_write(ledger, attempt, device, mark != NULL ? mark->next : "", now_ms,
                             result, error);
    if (code != 0) {
        ledger_rollback(ledger);
        return code;
    }
    code = ledger_commit(ledger, error);
    if (code == 0 && behind)
        code = error_set(error, ERROR_CONFLICT,
                         "this terminal's files are an older copy: others signed in since");
    return code;
}

int ledger_login(struct ledger *ledger, const char *login, const char *password,
                 const struct id *device, const struct ledger_mark *mark, int64_t now_ms,
                 struct ledger_login *result, struct error *error)
{
    char folded[LEDGER_LOGIN_LIMIT + 1];
    char hash[crypto_pwhash_STRBYTES] = {0};
    unsigned char attempt[HASH_BYTES];
    bool right;
    int code;

    *result = (struct ledger_login){0};
    if (!login_fold(login, folded) || strlen(password) > LEDGER_PASSWORD_LIMIT)
        return error_set(error, ERROR_REFUSED, "login or password is wrong");
    ledger_token_hash(folded, attempt);
    code = login_begin(ledger, folded, attempt, now_ms, hash, result, error);
    if (code != 0)
        return code;
    /* Outside of any transaction: it takes long. */
    if (id_is_empty(&result->agent)) {
        password_waste(password);
        right = false;
    } else {
        right = crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
    }
    if (!right)
        return error_set(error, ERROR_REFUSED, "login or password is wrong");
    code = login_end(ledger, attempt, device, mark, now_ms, result, error);
    if (code != 0) {
        free(result->document);
        *result = (struct ledger_login){0};
    }
    return code;
}

int ledger_session_find(struct ledger *ledger, const char *token, int64_t now_ms,
                        struct ledger_actor *actor, struct error *error)
{
    struct ledger_reader *reader;
    struct ledger_row row = {0};
    struct role role = {0};
    unsigned char hash[HASH_BYTES];
    sqlite3_stmt *statement;
    int code = ledger_reader_take(ledger, &reader, error);

    *actor = (struct ledger_actor){0};
    if (code != 0)
        return code;
    ledger_token_hash(token, hash);
    statement = database_statement(reader->database, LEDGER_SESSION_GET, error);
    bind_hash(statement, hash);
    code = database_step(reader->database, statement, error);
    if (code > 0) {
        if (sqlite3_column_int64(statement, 2) > now_ms && sqlite3_column_int(statement, 3) != 0) {
            id_parse(&actor->agent, database_text(statement, 0));
            id_parse(&actor->device, database_text(statement, 1));
            actor->expires_ms = sqlite3_column_int64(statement, 2);
        }
        sqlite3_reset(statement);
        code = 0;
    }
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

int ledger_session_end(struct ledger *ledger, const char *token, struct error *error)
{
    unsigned char hash[HASH_BYTES];
    sqlite3_stmt *statement;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    ledger_token_hash(token, hash);
    statement = database_statement(ledger->writer, LEDGER_SESSION_DELETE, error);
    bind_hash(statement, hash);
    code = database_run(ledger->writer, statement, error);
    ledger->sessions_changed = true;
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}
