#include "net/intake_key.h"
#include "net/ledger_agent.h"
#include "net/ledger_row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/record_fields.h"
#include "app/text.h"
#include "net/ledger_audit.h"
#include "net/ledger_intake.h"

/* A token is "NAME.SECRET". */
#define SECRET_BYTES 24
#define SECRET_TEXT  33
_Static_assert(INTAKE_KEY_NAME_LIMIT + 1 + SECRET_TEXT <= LEDGER_TOKEN_SIZE, "a token fits");

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-"

const char *intake_channel(const char *word)
{
    /* Where an agent stands between the client and the record, nothing comes in by itself. */
    if (strcmp(word, "counter") == 0 || strcmp(word, "phone") == 0)
        return NULL;
    return strcmp(word, "kiosk") == 0 ? "counter" : channel_word(word);
}

/* --- beside a server -------------------------------------------------------------------------- */

static int open_beside(struct database **database, const char *path, struct error *error)
{
    return database_open(database, path, DATABASE_OPEN, &ledger_schema, error);
}

static bool name_is_fine(const char *name)
{
    size_t length = strlen(name);

    return length > 0 && length <= INTAKE_KEY_NAME_LIMIT && strspn(name, NAME_LETTERS) == length;
}

static int check_target(struct database *database, enum record_type type, const char *key,
                        struct error *error)
{
    struct id id = id_from_key(record_type_name(type), key);
    struct ledger_row row = {0};
    int code = *key != '\0' ? ledger_row_read(database, type, &id, &row, error) : 0;

    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND
               ? error_set(error, code,
                           "the catalogue has no %s \"%.200s\" (a full key, like "
                           "sample/quebec)",
                           record_type_name(type), key)
               : code;
}

static void token_make(const char *name, char token[LEDGER_TOKEN_SIZE],
                       unsigned char hash[LEDGER_TOKEN_HASH])
{
    unsigned char secret[SECRET_BYTES];
    size_t length = strlen(name);

    randombytes_buf(secret, sizeof(secret));
    memcpy(token, name, length);
    token[length++] = '.';
    sodium_bin2base64(token + length, LEDGER_TOKEN_SIZE - length, secret, sizeof(secret),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(secret, sizeof(secret));
    ledger_token_hash(token, hash);
}

static int key_insert(struct database *database, const struct intake_key *key, int64_t now_ms,
                      const unsigned char hash[LEDGER_TOKEN_HASH], struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_INTAKE_KEY_PUT, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, key->name);
    database_bind_text(statement, 2, key->channel);
    sqlite3_bind_blob(statement, 3, hash, LEDGER_TOKEN_HASH, SQLITE_STATIC);
    database_bind_text(statement, 4, key->office);
    database_bind_text(statement, 5, key->queue);
    sqlite3_bind_int64(statement, 6, now_ms);
    code = database_run(database, statement, error);
    if (code == 0 && database_changes(database) == 0)
        return error_set(error, ERROR_CONFLICT,
                         "there is a key \"%s\" already, or was: a name is "
                         "given once",
                         key->name);
    return code;
}

/* Who may bring messages in, is a permission. */
static int note(struct database *database, const char *name, const char *what, int64_t now_ms,
                struct error *error)
{
    char text[INTAKE_KEY_NAME_LIMIT + 40];
    const struct audit_entry entry = {.kind = AUDIT_PERMISSION, .at_ms = now_ms, .what = text};

    snprintf(text, sizeof(text), "%s: %.*s", what, INTAKE_KEY_NAME_LIMIT, name);
    return ledger_audit_add_beside(database, &entry, error);
}

int ledger_intake_key_add(const char *path, const struct intake_key *key, int64_t now_ms,
                          char token[LEDGER_TOKEN_SIZE], struct error *error)
{
    unsigned char hash[LEDGER_TOKEN_HASH];
    struct database *database;
    int code;

    if (!name_is_fine(key->name))
        return error_set(error, ERROR_INVALID, "a name has 1 to %d small letters, digits and '-'",
                         INTAKE_KEY_NAME_LIMIT);
    if (intake_channel(key->channel) == NULL)
        return error_set(error, ERROR_INVALID,
                         "--channel: web, mobile, chat, voice, social, outreach, kiosk, sms, "
                         "email, mail or fax");
    code = open_beside(&database, path, error);
    if (code != 0)
        return code;
    code = check_target(database, RECORD_OFFICE, key->office, error);
    if (code == 0)
        code = check_target(database, RECORD_QUEUE, key->queue, error);
    if (code == 0) {
        token_make(key->name, token, hash);
        code = database_begin(database, error);
    }
    if (code == 0) {
        code = key_insert(database, key, now_ms, hash, error);
        if (code == 0)
            code = note(database, key->name, "intake key made", now_ms, error);
        code = database_end(database, code, error);
    }
    if (code != 0)
        sodium_memzero(token, LEDGER_TOKEN_SIZE);
    database_close(database);
    return code;
}

static json_t *optional_time(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL
               ? NULL
               : json_time(sqlite3_column_int64(statement, column));
}

int ledger_intake_key_list(const char *path, json_t **list, struct error *error)
{
    struct database *database;
    sqlite3_stmt *statement;
    int code = open_beside(&database, path, error);

    *list = NULL;
    if (code != 0)
        return code;
    *list = json_array();
    statement = database_statement(database, LEDGER_INTAKE_KEY_EACH, error);
    code = statement != NULL ? 0 : ERROR_STORAGE;
    while (code == 0 && (code = database_step(database, statement, error)) > 0)
        code = json_array_append_new(*list, json_pack("{s:s, s:s, s:s, s:s, s:o, s:o*}", "name",
                                                      database_text(statement, 0), "channel",
                                                      database_text(statement, 1), "office",
                                                      database_text(statement, 2), "queue",
                                                      database_text(statement, 3), "added_at",
                                                      optional_time(statement, 4), "revoked_at",
                                                      optional_time(statement, 5))) == 0
                   ? 0
                   : error_set(error, ERROR_MEMORY, "no memory for the keys");
    database_close(database);
    return code;
}

static int revoke(struct database *database, const char *name, int64_t now_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_INTAKE_KEY_REVOKE, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, name);
    sqlite3_bind_int64(statement, 2, now_ms);
    code = database_run(database, statement, error);
    if (code == 0 && database_changes(database) == 0)
        code = error_set(error, ERROR_NOT_FOUND, "no key \"%.100s\" stands", name);
    return code == 0 ? note(database, name, "intake key revoked", now_ms, error) : code;
}

int ledger_intake_key_revoke(const char *path, const char *name, int64_t now_ms,
                             struct error *error)
{
    struct database *database;
    int code = open_beside(&database, path, error);

    if (code != 0)
        return code;
    code = database_begin(database, error);
    if (code == 0)
        code = database_end(database, revoke(database, name, now_ms, error), error);
    database_close(database);
    return code;
}

int ledger_intake_refused_at(const char *path, size_t limit, json_t **list, struct error *error)
{
    struct database *database;
    int code = open_beside(&database, path, error);

    *list = NULL;
    if (code != 0)
        return code;
    code = ledger_refused_list(database, limit, list, error);
    database_close(database);
    return code;
}

/* --- who asks --------------------------------------------------------------------------------- */

/* The name that a token begins with; false when it is none of ours. */
static bool name_of(const char *token, char name[INTAKE_KEY_NAME_LIMIT + 1])
{
    size_t length = strcspn(token, ".");

    if (token[length] != '.' || length > INTAKE_KEY_NAME_LIMIT)
        return false;
    memcpy(name, token, length);
    name[length] = '\0';
    return name_is_fine(name);
}

static int key_read(struct database *database, const unsigned char hash[LEDGER_TOKEN_HASH],
                    struct intake_key *key, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_INTAKE_KEY_GET, error);
    bool right = false;
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, key->name);
    code = database_step(database, statement, error);
    if (code < 0)
        return code;
    if (code > 0 && sqlite3_column_bytes(statement, 1) == LEDGER_TOKEN_HASH) {
        right = sodium_memcmp(sqlite3_column_blob(statement, 1), hash, LEDGER_TOKEN_HASH) == 0;
        text_copy(key->channel, sizeof(key->channel), database_text(statement, 0));
        text_copy(key->office, sizeof(key->office), database_text(statement, 2));
        text_copy(key->queue, sizeof(key->queue), database_text(statement, 3));
    }
    sqlite3_reset(statement);
    return right ? 0 : error_set(error, ERROR_NOT_FOUND, "this key brings nothing in");
}

int ledger_intake_key_find(struct ledger *ledger, const char *token, struct intake_key *key,
                           struct error *error)
{
    unsigned char hash[LEDGER_TOKEN_HASH];
    struct ledger_reader *reader;
    int code;

    *key = (struct intake_key){.name = ""};
    if (!name_of(token, key->name))
        return error_set(error, ERROR_NOT_FOUND, "this key brings nothing in");
    ledger_token_hash(token, hash);
    code = ledger_reader_take(ledger, &reader, error);
    if (code != 0)
        return code;
    code = key_read(reader->database, hash, key, error);
    ledger_reader_give(ledger, reader);
    return code;
}
