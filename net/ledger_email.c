#include "net/ledger_email.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "net/intake.h"
#include "net/ledger_follow.h"
#include "net/ledger_message.h"
#include "net/ledger_sqlite.h"

/* --- mailboxes -------------------------------------------------------------------------------- */

static void property_name(const char *source, char name[128])
{
    snprintf(name, 128, "mailbox %.100s", source);
}

int ledger_mailbox_read(struct ledger *ledger, const char *source, struct ledger_mailbox *mailbox,
                        struct error *error)
{
    char name[128], text[64];
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    *mailbox = (struct ledger_mailbox){0};
    if (code != 0)
        return code;
    property_name(source, name);
    code = ledger_property_text(reader->database, name, text, sizeof(text), error);
    if (code == 0 && text[0] != '\0' &&
        sscanf(text, "%" SCNu32 " %" SCNu32, &mailbox->validity, &mailbox->uid) != 2)
        code = error_set(error, ERROR_STORAGE, "ledger: the property \"%s\" is damaged", name);
    ledger_reader_give(ledger, reader);
    return code;
}

int ledger_mailbox_write(struct ledger *ledger, const char *source,
                         const struct ledger_mailbox *mailbox, struct error *error)
{
    char name[128], text[64];
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    property_name(source, name);
    snprintf(text, sizeof(text), "%" PRIu32 " %" PRIu32, mailbox->validity, mailbox->uid);
    code = ledger_property_text_put(ledger, name, text, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

/* --- messages --------------------------------------------------------------------------------- */

static int knows(struct database *database, const char *message_id, bool *known,
                 struct error *error)
{
    sqlite3_stmt *statement;
    char key[INTAKE_MESSAGE_ID_LIMIT + 1];
    int code;

    if (!ledger_reach_key(LEDGER_REACH_MESSAGE, message_id, key, sizeof(key)))
        return 0;
    statement = database_statement(database, LEDGER_REACH_GET, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int(statement, 1, LEDGER_REACH_MESSAGE);
    database_bind_text(statement, 2, key);
    code = database_has_row(database, statement, error);
    *known = code > 0;
    return code < 0 ? code : 0;
}

int ledger_email_knows(struct ledger *ledger, const char *const *message_ids, size_t count,
                       bool *known, struct error *error)
{
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    *known = false;
    if (code != 0)
        return code;
    for (size_t i = 0; i < count && code == 0 && !*known; i++)
        code = knows(reader->database, message_ids[i], known, error);
    ledger_reader_give(ledger, reader);
    return code;
}

int ledger_email_report(struct ledger *ledger, const struct id *message, bool failed,
                        const char *reason, int64_t now_ms, bool *ours, struct error *error)
{
    struct ledger_letter letter;
    json_t *claimed;
    bool written;
    int code = ledger_message_read(ledger, message, &letter, error);

    *ours = code == 0 && strcmp(record_text(letter.message, "direction"), "out") == 0;
    if (code == 0)
        ledger_letter_clear(&letter);
    if (code != 0 || !*ours || !failed)
        return code == ERROR_NOT_FOUND ? 0 : code;
    claimed = json_pack("{s:s, s:s}", "state", "bounced", "reason", reason);
    if (claimed == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a report");
    /* One that was taken back or has bounced already stays as it is. */
    code = ledger_message_write(ledger, message, claimed, now_ms, &written, error);
    json_decref(claimed);
    return code;
}
