#include "net/ledger_terminal.h"
#include "net/ledger_agent.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/text.h"
#include "net/ledger_audit.h"
#include "net/ledger_lockout.h"
#include "net/ledger_session.h"

#define MINUTE_MS INT64_C(60000)
/* A code made longer ahead than this was made under a clock that has been set back since. */
#define CLOCK_SLACK_MS (2 * MINUTE_MS)

static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";

static const char *const state_names[] = {"unknown", "enrolled", "revoked", "wiped"};

static int note(struct ledger *ledger, enum audit_kind kind, const char *what, int64_t now_ms,
                struct error *error)
{
    const struct audit_entry entry = {.kind = kind, .at_ms = now_ms, .what = what};

    return ledger_audit_add(ledger, &entry, error);
}

/* "device revoked: counter-3" */
static int note_name(struct ledger *ledger, const char *what, const char *name, int64_t now_ms,
                     struct error *error)
{
    char text[LEDGER_TERMINAL_NAME_LIMIT + 64];

    snprintf(text, sizeof(text), "%s: %s", what, name);
    return note(ledger, AUDIT_DEVICE, text, now_ms, error);
}

/* --- codes ------------------------------------------------------------------------------------ */

static bool name_is_fine(const char *name)
{
    size_t length = strlen(name);

    return length > 0 && length <= LEDGER_TERMINAL_NAME_LIMIT &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") == length;
}

static void code_make(char code[LEDGER_ENROLMENT_CODE_SIZE])
{
    size_t at = 0;

    for (int i = 0; i < 12; i++) {
        if (i > 0 && i % 4 == 0)
            code[at++] = '-';
        code[at++] = (char)toupper((unsigned char)letters[randombytes_uniform(32)]);
    }
    code[at] = '\0';
}

/* The same hash however it was typed: case, dashes and spaces do not count, O is 0, I and L are 1.
 */
static void code_hash(const char *code, unsigned char hash[LEDGER_TOKEN_HASH])
{
    char plain[LEDGER_ENROLMENT_CODE_SIZE + 1] = "";
    size_t length = 0;

    for (; *code != '\0' && length < sizeof(plain) - 1; code++) {
        int letter = tolower((unsigned char)*code);

        if (letter == '-' || letter == ' ')
            continue;
        plain[length++] = (char)(letter == 'o'                    ? '0'
                                 : letter == 'i' || letter == 'l' ? '1'
                                                                  : letter);
    }
    plain[length] = '\0';
    crypto_generichash(hash, LEDGER_TOKEN_HASH, (const unsigned char *)plain, length,
                       (const unsigned char *)"enrolment", 9);
    sodium_memzero(plain, sizeof(plain));
}

static int code_forget(struct ledger *ledger, const unsigned char hash[LEDGER_TOKEN_HASH],
                       const char *name, int64_t now_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_ENROLMENT_DELETE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_blob(statement, 1, hash, LEDGER_TOKEN_HASH, SQLITE_STATIC);
    database_bind_text(statement, 2, name);
    sqlite3_bind_int64(statement, 3, now_ms);
    return database_run(ledger->writer, statement, error);
}

/* The state of the terminal of this name, and its key. */
static int named(struct ledger *ledger, const char *name, enum ledger_terminal_state *state,
                 unsigned char key[DEVICE_KEY_SIZE], struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_TERMINAL_NAMED, error);
    int code;

    *state = LEDGER_TERMINAL_UNKNOWN;
    database_bind_text(statement, 1, name);
    code = database_step(ledger->writer, statement, error);
    if (code <= 0)
        return code;
    if (sqlite3_column_bytes(statement, 0) == DEVICE_KEY_SIZE)
        memcpy(key, sqlite3_column_blob(statement, 0), DEVICE_KEY_SIZE);
    *state = (enum ledger_terminal_state)sqlite3_column_int(statement, 1);
    sqlite3_reset(statement);
    return 0;
}

static int code_put(struct ledger *ledger, const unsigned char hash[LEDGER_TOKEN_HASH],
                    const char *name, int64_t now_ms, int64_t expires_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_ENROLMENT_PUT, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_blob(statement, 1, hash, LEDGER_TOKEN_HASH, SQLITE_STATIC);
    database_bind_text(statement, 2, name);
    sqlite3_bind_int64(statement, 3, now_ms);
    sqlite3_bind_int64(statement, 4, expires_ms);
    return database_run(ledger->writer, statement, error);
}

int ledger_enrolment_make(struct ledger *ledger, const char *name, int64_t minutes, int64_t now_ms,
                          char code[LEDGER_ENROLMENT_CODE_SIZE], int64_t *expires_ms,
                          struct error *error)
{
    unsigned char hash[LEDGER_TOKEN_HASH], key[DEVICE_KEY_SIZE];
    enum ledger_terminal_state state;
    int status;

    if (!name_is_fine(name))
        return error_set(error, ERROR_INVALID,
                         "a terminal's name has 1 to %d small letters, digits, '-' and '.'",
                         LEDGER_TERMINAL_NAME_LIMIT);
    if (minutes < 1 || minutes > LEDGER_ENROLMENT_MINUTES_MOST)
        return error_set(error, ERROR_INVALID, "a code is good for 1 to %d minutes",
                         LEDGER_ENROLMENT_MINUTES_MOST);
    code_make(code);
    code_hash(code, hash);
    *expires_ms = now_ms + minutes * MINUTE_MS;
    status = ledger_begin(ledger, error);
    if (status != 0)
        return status;
    status = named(ledger, name, &state, key, error);
    if (status == 0 && state == LEDGER_TERMINAL_ENROLLED)
        status = error_set(error, ERROR_CONFLICT, "a terminal \"%s\" is enrolled already", name);
    if (status == 0)
        status = code_forget(ledger, hash, name, now_ms, error);
    if (status == 0)
        status = code_put(ledger, hash, name, now_ms, *expires_ms, error);
    if (status == 0)
        status = note_name(ledger, "device code made", name, now_ms, error);
    if (status == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return status;
}

/* --- enrolling -------------------------------------------------------------------------------- */

/* The name that a code is for; ERROR_NOT_FOUND when it is wrong or too old. */
static int code_read(struct ledger *ledger, const unsigned char hash[LEDGER_TOKEN_HASH],
                     int64_t now_ms, char name[LEDGER_TERMINAL_NAME_LIMIT + 1], struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_ENROLMENT_GET, error);
    bool good;
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_blob(statement, 1, hash, LEDGER_TOKEN_HASH, SQLITE_STATIC);
    code = database_step(ledger->writer, statement, error);
    if (code < 0)
        return code;
    good = code > 0 && sqlite3_column_int64(statement, 1) <= now_ms + CLOCK_SLACK_MS &&
           sqlite3_column_int64(statement, 2) > now_ms;
    text_copy(name, LEDGER_TERMINAL_NAME_LIMIT + 1, good ? database_text(statement, 0) : "");
    if (code > 0)
        sqlite3_reset(statement);
    return good ? 0
                : error_set(error, ERROR_NOT_FOUND,
                            "this code enrols no terminal: it is wrong, was used, or is too old");
}

/* A name goes over from a terminal that was ended to the one that takes its place. */
static int name_free(struct ledger *ledger, const char *name, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_TERMINAL_RENAME, error);

    database_bind_text(statement, 1, name);
    return database_run(ledger->writer, statement, error);
}

static int terminal_put(struct ledger *ledger, const unsigned char key[DEVICE_KEY_SIZE],
                        const char *name, int64_t now_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_TERMINAL_PUT, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_blob(statement, 1, key, DEVICE_KEY_SIZE, SQLITE_STATIC);
    database_bind_text(statement, 2, name);
    sqlite3_bind_int64(statement, 3, now_ms);
    return database_run(ledger->writer, statement, error);
}

static int enrol_within(struct ledger *ledger, const unsigned char hash[LEDGER_TOKEN_HASH],
                        const unsigned char key[DEVICE_KEY_SIZE], int64_t now_ms,
                        char name[LEDGER_TERMINAL_NAME_LIMIT + 1], struct error *error)
{
    int status = code_read(ledger, hash, now_ms, name, error);

    if (status == 0)
        status = code_forget(ledger, hash, name, now_ms, error);
    if (status == 0)
        status = name_free(ledger, name, error);
    if (status == 0)
        status = terminal_put(ledger, key, name, now_ms, error);
    if (status == 0)
        status = note_name(ledger, "device enrolled", name, now_ms, error);
    return status;
}

/* It comes before its time: the code is not looked at. */
static int held(struct ledger *ledger, const struct lockout *lockout, const char *request,
                int64_t now_ms, int64_t retry_ms, struct error *error)
{
    const struct id nobody = {0};
    const struct audit_entry entry = {
        .kind = AUDIT_REFUSED, .at_ms = now_ms, .request = request, .what = LEDGER_HELD_CODE};
    uint64_t count =
        audit_tally_add(&ledger->held_codes, lockout->key, &nobody, now_ms + retry_ms, now_ms);

    return ledger_held_note(ledger, &entry, count, error) == 0 ? ERROR_BUSY : ERROR_STORAGE;
}

int ledger_enrol(struct ledger *ledger, const struct ledger_enrolment *enrolment, int64_t now_ms,
                 char name[LEDGER_TERMINAL_NAME_LIMIT + 1], int64_t *retry_ms, struct error *error)
{
    unsigned char hash[LEDGER_TOKEN_HASH];
    struct lockout lockout;
    int status;

    code_hash(enrolment->code, hash);
    ledger_lockout_of_address(&lockout, "enrol", enrolment->address);
    lockout.free = 5;
    status = ledger_begin(ledger, error);
    if (status != 0)
        return status;
    ledger_audit_request(ledger, enrolment->request);
    status = ledger_lockout_count(ledger, &lockout, 1, now_ms, retry_ms, error);
    if (status == ERROR_BUSY && *retry_ms > 0) {
        ledger_rollback(ledger);
        return held(ledger, &lockout, enrolment->request, now_ms, *retry_ms, error);
    }
    if (status == 0) {
        status = enrol_within(ledger, hash, enrolment->key, now_ms, name, error);
        if (status == ERROR_NOT_FOUND) {
            /* The count stays. */
            int kept = note(ledger, AUDIT_REFUSED, "device code: wrong", now_ms, NULL);

            if (kept == 0 && ledger_commit(ledger, NULL) == 0)
                return status;
            return error_set(error, ERROR_STORAGE, "the attempt could not be written down");
        }
        if (status == 0)
            status = ledger_lockout_clear(ledger, &lockout, 1, now_ms, error);
    }
    if (status == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return status;
}

/* --- what became of them ---------------------------------------------------------------------- */

static json_t *optional_time(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL
               ? NULL
               : json_time(sqlite3_column_int64(statement, column));
}

static json_t *terminal_item(sqlite3_stmt *statement)
{
    char key[DEVICE_KEY_SIZE * 2 + 1] = "";
    int state = sqlite3_column_int(statement, 4);

    if (sqlite3_column_bytes(statement, 0) == DEVICE_KEY_SIZE)
        sodium_bin2hex(key, sizeof(key), sqlite3_column_blob(statement, 0), DEVICE_KEY_SIZE);
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o*}", "name", database_text(statement, 1),
                     "key", key, "state", state_names[state >= 0 && state <= 3 ? state : 0],
                     "enrolled_at", json_time(sqlite3_column_int64(statement, 2)), "seen_at",
                     json_time(sqlite3_column_int64(statement, 3)), "changed_at",
                     json_time(sqlite3_column_int64(statement, 5)), "told_at",
                     optional_time(statement, 6));
}

int ledger_terminals(struct ledger *ledger, json_t **list, struct error *error)
{
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    int code = ledger_reader_take(ledger, &reader, error);

    *list = NULL;
    if (code != 0)
        return code;
    *list = json_array();
    statement = database_statement(reader->database, LEDGER_TERMINAL_EACH, error);
    code = statement != NULL ? 0 : ERROR_STORAGE;
    while (code == 0 && (code = database_step(reader->database, statement, error)) > 0)
        code = json_array_append_new(*list, terminal_item(statement)) == 0
                   ? 0
                   : error_set(error, ERROR_MEMORY, "no memory for the terminals");
    ledger_reader_give(ledger, reader);
    if (code != 0) {
        json_decref(*list);
        *list = NULL;
    }
    return code;
}

static int state_write(struct ledger *ledger, const unsigned char key[DEVICE_KEY_SIZE],
                       enum ledger_terminal_state state, int64_t now_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_TERMINAL_STATE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_blob(statement, 1, key, DEVICE_KEY_SIZE, SQLITE_STATIC);
    sqlite3_bind_int(statement, 2, (int)state);
    sqlite3_bind_int64(statement, 3, now_ms);
    return database_run(ledger->writer, statement, error);
}

int ledger_terminal_end(struct ledger *ledger, const char *name, enum ledger_terminal_state state,
                        int64_t now_ms, struct error *error)
{
    unsigned char key[DEVICE_KEY_SIZE];
    enum ledger_terminal_state before;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    code = named(ledger, name, &before, key, error);
    if (code == 0 && before == LEDGER_TERMINAL_UNKNOWN)
        code = error_set(error, ERROR_NOT_FOUND, "no terminal \"%.100s\" is enrolled", name);
    if (code == 0)
        code = state_write(ledger, key, state, now_ms, error);
    if (code == 0)
        code = ledger_sessions_end_key(ledger, key, state == LEDGER_TERMINAL_WIPED, now_ms, error);
    if (code == 0)
        code = note_name(ledger,
                         state == LEDGER_TERMINAL_WIPED ? "device to be wiped" : "device revoked",
                         name, now_ms, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

int ledger_terminal_told(struct ledger *ledger, const unsigned char key[DEVICE_KEY_SIZE],
                         int64_t now_ms, struct error *error)
{
    sqlite3_stmt *statement;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    statement = database_statement(ledger->writer, LEDGER_TERMINAL_TOLD, error);
    code = ERROR_STORAGE;
    if (statement != NULL) {
        sqlite3_bind_blob(statement, 1, key, DEVICE_KEY_SIZE, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 2, now_ms);
        code = database_run(ledger->writer, statement, error);
    }
    if (code == 0 && database_changes(ledger->writer) > 0)
        code = note(ledger, AUDIT_DEVICE, "device told to erase itself", now_ms, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}
