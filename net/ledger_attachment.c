/* What came with messages, as bytes in the database: kept whole, read by who may read the message.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/text.h"
#include "net/ledger_intake.h"
#include "net/ledger_scope.h"

#define DIGEST_BYTES 32

void ledger_attachment_clear(struct ledger_attachment *attachment)
{
    free(attachment->name);
    free(attachment->media_type);
    free(attachment->bytes);
    *attachment = (struct ledger_attachment){0};
}

/* --- keeping ---------------------------------------------------------------------------------- */

/* The last part of a file's name, in one line. */
static void plain_name(const char *given, char name[INTAKE_ATTACHMENT_NAME_LIMIT + 1])
{
    char *clean = text_clean(given != NULL ? given : "", given != NULL ? strlen(given) : 0, false);
    const char *last = clean != NULL ? clean : "";

    for (const char *at = last; *at != '\0'; at++)
        if (*at == '/' || *at == '\\')
            last = at + 1;
    text_copy(name, INTAKE_ATTACHMENT_NAME_LIMIT + 1,
              *last != '\0' && strcmp(last, ".") != 0 && strcmp(last, "..") != 0 ? last
                                                                                 : "attachment");
    free(clean);
}

/* "type/subtype" in small letters, without parameters. */
static void plain_type(const char *given, char type[100])
{
    size_t length = 0;

    for (; given != NULL && *given != '\0' && *given != ';' && length < 99; given++) {
        char letter = *given;

        if (letter >= 'A' && letter <= 'Z')
            letter = (char)(letter - 'A' + 'a');
        if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
            strchr("/+.-_", letter) != NULL)
            type[length++] = letter;
    }
    type[length] = '\0';
    if (strchr(type, '/') == NULL)
        strcpy(type, "application/octet-stream");
}

static int keep(struct intake *intake, const struct intake_attachment *attachment, json_t *list,
                struct error *error)
{
    struct database *database = intake->ledger->writer;
    sqlite3_stmt *statement = database_statement(database, LEDGER_ATTACHMENT_PUT, error);
    char name[INTAKE_ATTACHMENT_NAME_LIMIT + 1], type[100], hex[2 * DIGEST_BYTES + 1];
    unsigned char digest[DIGEST_BYTES];
    struct id id = intake_id(intake);
    json_t *entry;

    if (statement == NULL)
        return ERROR_STORAGE;
    plain_name(attachment->name, name);
    plain_type(attachment->media_type, type);
    crypto_hash_sha256(digest, attachment->bytes, attachment->length);
    sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
    entry = json_pack("{s:s, s:s, s:s, s:I, s:s}", "id", id.text, "name", name, "type", type,
                      "size", (json_int_t)attachment->length, "sha256", hex);
    if (json_array_append_new(list, entry) != 0)
        return error_set(error, ERROR_MEMORY, "no memory for an attachment");
    database_bind_text(statement, 1, id.text);
    database_bind_text(statement, 2, intake->result->message.text);
    database_bind_text(statement, 3, name);
    database_bind_text(statement, 4, type);
    sqlite3_bind_blob(statement, 5, digest, sizeof(digest), SQLITE_STATIC);
    sqlite3_bind_blob64(statement, 6, attachment->length > 0 ? attachment->bytes : "",
                        attachment->length, SQLITE_STATIC);
    return database_run(database, statement, error);
}

/* What the record cannot hold comes as files of ours: the whole text, answers that no form took. */
static int keep_own(struct intake *intake, json_t *list, struct error *error)
{
    const struct intake_message *message = intake->message;
    int code = 0;

    if (intake->whole != NULL) {
        const struct intake_attachment text = {"message.txt", "text/plain", intake->whole,
                                               strlen(intake->whole)};

        code = keep(intake, &text, list, error);
    }
    if (code == 0 && json_is_object(message->answers) && intake->form == NULL) {
        char *answers = json_write(message->answers);
        const struct intake_attachment text = {"answers.json", "application/json", answers,
                                               answers != NULL ? strlen(answers) : 0};

        code = answers != NULL ? keep(intake, &text, list, error)
                               : error_set(error, ERROR_MEMORY, "no memory for the answers");
        free(answers);
    }
    return code;
}

int intake_attach(struct intake *intake, json_t **list, struct error *error)
{
    const struct intake_message *message = intake->message;
    size_t total = 0;
    int code;

    *list = json_array();
    if (*list == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for attachments");
    code = keep_own(intake, *list, error);
    for (size_t i = 0; i < message->attachment_count && code == 0; i++) {
        const struct intake_attachment *attachment = &message->attachments[i];
        char name[INTAKE_ATTACHMENT_NAME_LIMIT + 1];

        if (i < INTAKE_ATTACHMENTS_MOST && attachment->length <= INTAKE_ATTACHMENT_LIMIT &&
            attachment->length <= INTAKE_ATTACHMENTS_TOTAL_LIMIT - total) {
            total += attachment->length;
            code = keep(intake, attachment, *list, error);
            continue;
        }
        plain_name(attachment->name, name);
        /* Past some, one more name says nothing more. */
        if (i < 2 * INTAKE_ATTACHMENTS_MOST)
            code = intake_remark(intake, "attachment-left-out",
                                 i < INTAKE_ATTACHMENTS_MOST ? name : NULL, error);
    }
    return code;
}

/* --- reading ---------------------------------------------------------------------------------- */

static int read_columns(sqlite3_stmt *statement, struct ledger_attachment *attachment)
{
    id_parse(&attachment->message, database_text(statement, 0));
    attachment->name = strdup(database_text(statement, 1));
    attachment->media_type = strdup(database_text(statement, 2));
    attachment->length = (size_t)sqlite3_column_bytes(statement, 3);
    attachment->bytes = malloc(attachment->length + 1);
    if (attachment->name == NULL || attachment->media_type == NULL || attachment->bytes == NULL)
        return ERROR_MEMORY;
    if (attachment->length > 0)
        memcpy(attachment->bytes, sqlite3_column_blob(statement, 3), attachment->length);
    attachment->bytes[attachment->length] = '\0';
    return 0;
}

static int read_from(struct database *database, const struct scope_set *scopes, const struct id *id,
                     struct ledger_attachment *attachment, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_ATTACHMENT_GET, error);
    struct scope_set held = {0};
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, id->text);
    code = database_step(database, statement, error);
    if (code == 0)
        return error_set(error, ERROR_NOT_FOUND, "there is no such attachment");
    if (code > 0)
        code = read_columns(statement, attachment);
    sqlite3_reset(statement);
    if (code == ERROR_MEMORY)
        return error_set(error, code, "no memory for an attachment");
    if (code == 0)
        code = ledger_scopes_of(database, RECORD_MESSAGE, attachment->message.text, &held, NULL,
                                error);
    if (code == 0 && !scope_set_meets(&held, scopes))
        code = error_set(error, ERROR_REFUSED, "the message is outside this agent's scope");
    scope_set_free(&held);
    return code;
}

int ledger_attachment_read(struct ledger *ledger, const struct scope_set *scopes,
                           const struct id *id, struct ledger_attachment *attachment,
                           struct error *error)
{
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    *attachment = (struct ledger_attachment){.id = *id};
    if (code != 0)
        return code;
    code = read_from(reader->database, scopes, id, attachment, error);
    ledger_reader_give(ledger, reader);
    if (code != 0)
        ledger_attachment_clear(attachment);
    return code;
}
