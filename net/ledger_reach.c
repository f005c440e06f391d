/* By what cases, messages and clients are found: a key of each kind, kept with every change. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "net/intake.h"
#include "net/ledger_follow.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"

#define KEYS_MOST 4

struct reach_key {
    enum ledger_reach kind;
    char text[INTAKE_MESSAGE_ID_LIMIT + 1]; /* the longest of them */
};

static void lower(char *text)
{
    for (; *text != '\0'; text++)
        *text = (char)tolower((unsigned char)*text);
}

bool ledger_reach_key(enum ledger_reach kind, const char *given, char *key, size_t size)
{
    size_t length = 0;

    if (given == NULL || *given == '\0' || strlen(given) >= size)
        return false;
    if (kind != LEDGER_REACH_PHONE) {
        strcpy(key, given);
        if (kind == LEDGER_REACH_EMAIL)
            lower(key);
        return true;
    }
    for (; *given != '\0'; given++)
        if (isdigit((unsigned char)*given))
            key[length++] = *given;
    key[length] = '\0';
    if (length < LEDGER_PHONE_DIGITS)
        return false;
    memmove(key, key + length - LEDGER_PHONE_DIGITS, LEDGER_PHONE_DIGITS + 1);
    return true;
}

static size_t list_keys(const struct record *record, struct reach_key keys[KEYS_MOST])
{
    static const struct {
        enum record_type type;
        enum ledger_reach kind;
        const char *member;
    } kept[] = {
        {RECORD_CASE, LEDGER_REACH_REFERENCE, "reference"},
        {RECORD_MESSAGE, LEDGER_REACH_MESSAGE, "message_id"},
        {RECORD_CLIENT, LEDGER_REACH_EMAIL, "email"},
        {RECORD_CLIENT, LEDGER_REACH_PHONE, "phone"},
        {RECORD_CLIENT, LEDGER_REACH_BIRTH_DATE, "birth_date"},
        {RECORD_CLIENT, LEDGER_REACH_POSTAL_CODE, "postal_code"},
    };
    size_t count = 0;

    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        struct reach_key *key = &keys[count];

        if (kept[i].type != record->type)
            continue;
        key->kind = kept[i].kind;
        count += ledger_reach_key(key->kind, record_text(record, kept[i].member), key->text,
                                  sizeof(key->text));
    }
    return count;
}

static int forget(struct ledger *ledger, int64_t row, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_REACH_DELETE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    return database_run(ledger->writer, statement, error);
}

int ledger_reach_list(struct ledger *ledger, const struct ledger_row *row, struct error *error)
{
    struct reach_key keys[KEYS_MOST];
    size_t count;
    int code = 0;

    if (row->record->type != RECORD_CASE && row->record->type != RECORD_MESSAGE &&
        row->record->type != RECORD_CLIENT)
        return 0;
    count = list_keys(row->record, keys);
    /* Those of a case and a message are fixed. */
    if (row->record->rev > 1)
        code = forget(ledger, row->row, error);
    for (size_t i = 0; i < count && code == 0; i++) {
        sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_REACH_PUT, error);

        if (statement == NULL)
            return ERROR_STORAGE;
        sqlite3_bind_int(statement, 1, (int)keys[i].kind);
        database_bind_text(statement, 2, keys[i].text);
        sqlite3_bind_int64(statement, 3, row->row);
        code = database_run(ledger->writer, statement, error);
    }
    return code;
}
