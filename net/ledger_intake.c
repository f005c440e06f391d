#include "net/ledger_intake.h"
#include "net/ledger_row.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/delivery.h"
#include "app/json.h"
#include "app/record_fields.h"
#include "app/text.h"

/* Bytes of remarks past which no more is said: the record has room for twice as many. */
#define REMARKS_LIMIT 4096

#define KIND_NOTE       "note"
#define KIND_REQUEST    "request"
#define KIND_SUBMISSION "submission"

/* --- helpers of all parts --------------------------------------------------------------------- */

bool intake_has_remark(const struct intake *intake, const char *word)
{
    const json_t *remark;
    size_t i;

    json_array_foreach(intake->remarks, i, remark)
    {
        if (json_is_string(remark) && strcmp(json_string_value(remark), word) == 0)
            return true;
    }
    return false;
}

int intake_remark(struct intake *intake, const char *word, const char *name, struct error *error)
{
    char text[INTAKE_ATTACHMENT_NAME_LIMIT + 64];

    snprintf(text, sizeof(text), "%s%s%s", word, name != NULL ? " " : "", name != NULL ? name : "");
    if (intake_has_remark(intake, text) || !json_fits(intake->remarks, REMARKS_LIMIT))
        return 0;
    return json_array_append_new(intake->remarks, json_string(text)) == 0
               ? 0
               : error_set(error, ERROR_MEMORY, "no memory for a remark");
}

void intake_refuse(struct intake *intake, const char *format, ...)
{
    va_list arguments;
    char reason[512];

    va_start(arguments, format);
    vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    intake->result->kind = INTAKE_REFUSED;
    text_copy(intake->result->reason, sizeof(intake->result->reason), reason);
}

struct id intake_id(struct intake *intake)
{
    return id_generate(&intake->ids, intake->now_ms);
}

static bool has_controls(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 && *text != '\n' && *text != '\t')
            return true;
    return false;
}

/* A text as it may be kept: UTF-8, lines that end with '\n', and nothing that a terminal would
 * obey. Owned; NULL when out of memory. */
static char *text_to_keep(const char *text)
{
    if (text_is_utf8(text, strlen(text)) && !has_controls(text))
        return strdup(text);
    return text_clean(text, strlen(text), true);
}

/* At a whole character. */
static void cut(char *text, size_t limit)
{
    size_t length = strlen(text);

    if (length <= limit)
        return;
    while (limit > 0 && ((unsigned char)text[limit] & 0xC0) == 0x80)
        limit--;
    text[limit] = '\0';
}

void intake_put(json_t **body, const char *member, const char *text, size_t limit)
{
    char *kept;

    if (*body == NULL || !intake_is_given(text))
        return;
    kept = text_to_keep(text);
    if (kept != NULL && limit > 0)
        cut(kept, limit);
    if (kept == NULL || json_object_set_new(*body, member, json_string(kept)) != 0) {
        json_decref(*body);
        *body = NULL;
    }
    free(kept);
}

void intake_put_time(json_t **body, const char *member, int64_t ms)
{
    if (*body == NULL || json_object_set_new(*body, member, json_time(ms)) == 0)
        return;
    json_decref(*body);
    *body = NULL;
}

void intake_result_clear(struct intake_result *result)
{
    json_decref(result->faults);
    *result = (struct intake_result){0};
}

/* --- what may come in ------------------------------------------------------------------------- */

static bool is_kind(const struct intake_message *message, const char *kind)
{
    return strcmp(message->kind != NULL ? message->kind : KIND_NOTE, kind) == 0;
}

/* What no channel may send; the reasons name the member. */
static void check_message(struct intake *intake)
{
    const struct intake_message *message = intake->message;

    if (message->channel == NULL || channel_word(message->channel) == NULL)
        intake_refuse(intake, "channel: none of this name");
    else if (!intake_is_given(message->source) || strlen(message->source) > INTAKE_SOURCE_LIMIT)
        intake_refuse(intake, "source: missing or longer than %d bytes", INTAKE_SOURCE_LIMIT);
    else if (!intake_is_given(message->message_id) ||
             strlen(message->message_id) > INTAKE_MESSAGE_ID_LIMIT)
        intake_refuse(intake, "message_id: missing or longer than %d bytes",
                      INTAKE_MESSAGE_ID_LIMIT);
    else if (!text_is_utf8(message->source, strlen(message->source)) ||
             !text_is_utf8(message->message_id, strlen(message->message_id)))
        intake_refuse(intake, "message_id: not UTF-8");
    else if (!is_kind(message, KIND_NOTE) && !is_kind(message, KIND_REQUEST) &&
             !is_kind(message, KIND_SUBMISSION))
        intake_refuse(intake, "kind: \"note\", \"request\" or \"submission\"");
    else if (is_kind(message, KIND_SUBMISSION) && !json_is_object(message->answers))
        intake_refuse(intake, "answers: a submission has them");
}

/* --- the words -------------------------------------------------------------------------------- */

/* The text of the message's record; what is over the limit comes as an attachment. */
static int read_text(struct intake *intake, struct error *error)
{
    const struct intake_message *message = intake->message;

    intake->text = text_to_keep(message->text != NULL ? message->text : "");
    if (intake->text == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a message");
    if (strlen(intake->text) <= MESSAGE_TEXT_LIMIT)
        return 0;
    intake->whole = message->text;
    cut(intake->text, MESSAGE_TEXT_LIMIT);
    return intake_remark(intake, "text-cut", NULL, error);
}

static int read_remarks(struct intake *intake, struct error *error)
{
    const json_t *remark;
    size_t i;
    int code = 0;

    intake->remarks = json_array();
    if (intake->remarks == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for remarks");
    json_array_foreach(intake->message->remarks, i, remark)
    {
        char word[128];

        if (!json_is_string(remark) || i >= 32 || code != 0)
            continue;
        text_copy(word, sizeof(word), json_string_value(remark));
        code = intake_remark(intake, word, NULL, error);
    }
    return code;
}

/* Leaves out what is no address, number or date: with those a client could not be found again. */
static int read_client(struct intake *intake, struct error *error)
{
    static const struct {
        size_t offset;
        const char *remark;
    } checked[] = {
        {offsetof(struct client_details, email), "email-left-out"},
        {offsetof(struct client_details, phone), "phone-left-out"},
        {offsetof(struct client_details, birth_date), "birth-date-left-out"},
    };
    int code = 0;

    intake->client = intake->message->client;
    for (size_t i = 0; i < sizeof(checked) / sizeof(checked[0]) && code == 0; i++) {
        struct client_details one = {0};
        const char **given = (const char **)((char *)&intake->client + checked[i].offset);
        struct error wrong;

        *(const char **)((char *)&one + checked[i].offset) = *given;
        if (!intake_is_given(*given) ||
            (text_is_utf8(*given, strlen(*given)) && client_check(&one, false, &wrong) == 0))
            continue;
        if (intake->message->strict)
            intake_refuse(intake, "client.%s", wrong.message);
        *given = NULL;
        code = intake_remark(intake, checked[i].remark, NULL, error);
    }
    return code;
}

/* --- repeats ---------------------------------------------------------------------------------- */

/* 1: it was taken before, and the result says so. */
static int recall(struct database *database, struct intake *intake, struct error *error)
{
    struct intake_result *result = intake->result;
    sqlite3_stmt *statement = database_statement(database, LEDGER_INTAKE_GET, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, intake->message->source);
    database_bind_text(statement, 2, intake->message->message_id);
    code = database_step(database, statement, error);
    if (code <= 0)
        return code;
    *result = (struct intake_result){.kind = INTAKE_REPEATED};
    id_parse(&result->message, database_text(statement, 0));
    id_parse(&result->matter, database_text(statement, 1));
    id_parse(&result->client, database_text(statement, 2));
    id_parse(&result->submission, database_text(statement, 3));
    result->new_case = sqlite3_column_int(statement, 4) != 0;
    text_copy(result->reference, sizeof(result->reference), database_text(statement, 5));
    sqlite3_reset(statement);
    return 1;
}

static int recall_outside(struct intake *intake, struct error *error)
{
    struct ledger_reader *reader;
    int code = ledger_reader_take(intake->ledger, &reader, error);

    if (code != 0)
        return code;
    code = recall(reader->database, intake, error);
    ledger_reader_give(intake->ledger, reader);
    return code;
}

static int remember(struct intake *intake, struct error *error)
{
    const struct intake_result *result = intake->result;
    struct database *database = intake->ledger->writer;
    sqlite3_stmt *statement = database_statement(database, LEDGER_INTAKE_PUT, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, intake->message->source);
    database_bind_text(statement, 2, intake->message->message_id);
    database_bind_text(statement, 3, intake->message->channel);
    database_bind_text(statement, 4, result->message.text);
    database_bind_text(statement, 5, result->matter.text);
    database_bind_text(statement, 6, result->client.text);
    database_bind_text(statement, 7, result->submission.text);
    sqlite3_bind_int(statement, 8, result->new_case);
    database_bind_text(statement, 9, result->reference);
    sqlite3_bind_int64(statement, 10, intake->now_ms);
    code = database_run(database, statement, error);
    /* It was refused before, and what was wrong is mended. */
    statement = code == 0 ? database_statement(database, LEDGER_REFUSED_DELETE, error) : NULL;
    if (statement == NULL)
        return code != 0 ? code : ERROR_STORAGE;
    database_bind_text(statement, 1, intake->message->source);
    database_bind_text(statement, 2, intake->message->message_id);
    return database_run(database, statement, error);
}

/* --- the records ------------------------------------------------------------------------------ */

int intake_append(struct intake *intake, enum record_type type, const struct id *id, json_t *body,
                  struct error *error)
{
    return ledger_own_write_from(
        intake->ledger, &(struct ledger_own){OPERATION_APPEND, type, *id, 0, intake->now_ms},
        intake->message->channel, body, error);
}

static int make_client(struct intake *intake, struct error *error)
{
    const struct client_details *details = &intake->client;
    const char *language =
        intake_is_given(details->language) ? details->language : intake->message->language;
    bool known = client_check(details, true, NULL) == 0;
    char postal_code[64] = "";
    json_t *body = json_object();

    intake->result->client = intake_id(intake);
    intake_put(&body, "kind",
               !known ? "anonymous"
               : intake_is_given(details->kind) && strcmp(details->kind, "business") == 0
                   ? "business"
                   : "person",
               0);
    intake_put(&body, "office", intake->office, 0);
    intake_put(&body, "language", language, 35);
    if (known) {
        if (intake_is_given(details->postal_code))
            client_postal_code(details->postal_code, postal_code, sizeof(postal_code));
        intake_put(&body, "name", details->name, 400);
        intake_put(&body, "interpreter", details->interpreter, 35);
        intake_put(&body, "accessibility", details->accessibility, 400);
        intake_put(&body, "phone", details->phone, 64);
        intake_put(&body, "email", details->email, 320);
        intake_put(&body, "address", details->address, 1000);
        intake_put(&body, "postal_code", postal_code, 16);
        intake_put(&body, "birth_date", details->birth_date, 0);
    }
    intake->is_sender = true;
    return intake_append(intake, RECORD_CLIENT, &intake->result->client, body, error);
}

/* What it is about, in a line: the subject, else the beginning of the text. */
void intake_first_line(const struct intake *intake, char *line, size_t size)
{
    const char *subject = intake->message->subject;
    const char *text = intake_is_given(subject) ? subject : intake->text;

    text += strspn(text, " \t\r\n");
    text_copy(line, size, text);
    line[strcspn(line, "\r\n")] = '\0';
}

static int make_case(struct intake *intake, struct error *error)
{
    struct intake_result *result = intake->result;
    struct id server = delivery_server();
    char reference[ID_REFERENCE_SIZE], subject[200];
    json_t *body = json_object();

    result->matter = intake_id(intake);
    result->new_case = true;
    id_reference(&result->matter, 'C', reference);
    text_copy(result->reference, sizeof(result->reference), reference);
    intake_first_line(intake, subject, sizeof(subject));
    intake_put(&body, "reference", reference, 0);
    intake_put(&body, "client", result->client.text, 0);
    intake_put(&body, "service",
               intake->service != NULL ? record_text(intake->service, "key") : NULL, 0);
    intake_put(&body, "subject", subject, 0);
    intake_put(&body, "office", intake->office, 0);
    intake_put(&body, "opened_by", server.text, 0);
    intake_put(&body, "status", case_status_words[0], 0);
    intake_put_time(&body, "opened_at", intake->now_ms);
    return intake_append(intake, RECORD_CASE, &result->matter, body, error);
}

/* Who wrote, where the channel does not say it itself: as they gave their name and addresses. */
static void sender_line(const struct intake *intake, char *line, size_t size)
{
    const char *parts[] = {intake->client.name, intake->client.email, intake->client.phone};
    size_t length = 0;

    *line = '\0';
    if (intake_is_given(intake->message->from)) {
        text_copy(line, size, intake->message->from);
        return;
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && length + 3 < size; i++) {
        if (!intake_is_given(parts[i]))
            continue;
        if (length > 0) {
            text_copy(line + length, size - length, ", ");
            length += 2;
        }
        text_copy(line + length, size - length, parts[i]);
        length += strlen(line + length);
    }
}

static json_t *message_body(struct intake *intake, json_t *attachments)
{
    const struct intake_message *message = intake->message;
    struct intake_result *result = intake->result;
    json_t *body =
        json_pack("{s:s, s:o, s:O, s:o}", "text", intake->text, "at", json_time(intake->at_ms),
                  "remarks", intake->remarks, "attachments", attachments);
    char sender[321];

    sender_line(intake, sender, sizeof(sender));
    intake_put(&body, "channel", message->channel, 0);
    intake_put(&body, "direction", "in", 0);
    intake_put(&body, "state", message_state_words[0], 0);
    intake_put(&body, "case", result->matter.text, 0);
    if (intake->is_sender)
        intake_put(&body, "client", result->client.text, 0);
    intake_put(&body, "subject", message->subject, 400);
    intake_put(&body, "text", intake->text, 0);
    intake_put(&body, "language", message->language, 35);
    intake_put(&body, "from", sender, 320);
    intake_put(&body, "to", message->to, 320);
    intake_put(&body, "source", message->source, 0);
    intake_put(&body, "message_id", message->message_id, 0);
    if (message->reply_count > 0)
        intake_put(&body, "in_reply_to", message->replies_to[0], 400);
    intake_put(&body, "office", intake->office, 0);
    if (body != NULL && json_array_size(intake->remarks) == 0)
        json_object_del(body, "remarks");
    if (body != NULL && json_array_size(attachments) == 0)
        json_object_del(body, "attachments");
    return body;
}

static int make_message(struct intake *intake, struct error *error)
{
    json_t *attachments = NULL;
    int code;

    intake->result->message = intake_id(intake);
    code = intake_attach(intake, &attachments, error);
    if (code != 0) {
        json_decref(attachments);
        return code;
    }
    return intake_append(intake, RECORD_MESSAGE, &intake->result->message,
                         message_body(intake, attachments), error);
}

/* All that a message brings about; nothing once it is refused. */
static int take(struct intake *intake, struct error *error)
{
    int code = intake_match(intake, error);

    if (code != 0 || intake_is_refused(intake))
        return code;
    if (intake->found_client != NULL)
        intake->result->client = intake->found_client->id;
    else if (intake->matter == NULL)
        code = make_client(intake, error);
    if (code == 0 && intake->matter == NULL) {
        code = make_case(intake, error);
    } else if (code == 0) {
        intake->result->matter = intake->matter->id;
        text_copy(intake->result->reference, sizeof(intake->result->reference),
                  record_text(intake->matter, "reference"));
    }
    if (code == 0)
        code = intake_file(intake, error);
    if (code == 0)
        code = make_message(intake, error);
    if (code == 0)
        code = intake_offer(intake, error);
    return code == 0 ? remember(intake, error) : code;
}

static int take_in_transaction(struct intake *intake, struct error *error)
{
    struct error why = ERROR_INIT;
    int code = ledger_begin(intake->ledger, error);

    if (code != 0)
        return code;
    code = recall(intake->ledger->writer, intake, &why);
    if (code == 0)
        code = take(intake, &why);
    if (code < 0 || intake_is_refused(intake)) {
        ledger_rollback(intake->ledger);
        if (code != ERROR_REFUSED)
            return code < 0 ? error_set(error, code, "%s", why.message) : 0;
        /* Merge does not take what was made of it: it never will. */
        intake_refuse(intake, "%s", why.message);
        return 0;
    }
    return ledger_commit(intake->ledger, error);
}

/* All that needs no transaction of its own. 1: it was taken before. */
static int prepare(struct intake *intake, struct error *error)
{
    int code = recall_outside(intake, error);

    if (code == 0)
        code = read_remarks(intake, error);
    if (code == 0)
        code = read_text(intake, error);
    if (code == 0)
        code = read_client(intake, error);
    if (code == 0 && !intake_is_refused(intake) && is_kind(intake->message, KIND_SUBMISSION))
        code = intake_judge_form(intake, error);
    if (code == 0 && !intake_is_refused(intake) && intake_is_given(intake->message->continue_code))
        code = intake_open_code(intake, error);
    return code;
}

static void finish(struct intake *intake)
{
    json_decref(intake->remarks);
    free(intake->text);
    record_free(intake->form);
    record_free(intake->matter);
    record_free(intake->found_client);
    record_free(intake->service);
    record_free(intake->queue);
}

int ledger_intake(struct ledger *ledger, const struct intake_message *message, int64_t now_ms,
                  struct intake_result *result, struct error *error)
{
    struct intake intake = {.ledger = ledger,
                            .message = message,
                            .result = result,
                            .now_ms = now_ms,
                            .at_ms = message->at_ms > 0 && message->at_ms < now_ms ? message->at_ms
                                                                                   : now_ms};
    int code = 0;

    *result = (struct intake_result){.kind = INTAKE_TAKEN};
    if (ledger->is_relay)
        return error_set(error, ERROR_REFUSED, "a relay takes nothing in: the centre does");
    check_message(&intake);
    if (!intake_is_refused(&intake)) {
        code = prepare(&intake, error);
        if (code == 0 && !intake_is_refused(&intake))
            code = take_in_transaction(&intake, error);
    }
    finish(&intake);
    if (code < 0)
        intake_result_clear(result);
    else if (intake_is_refused(&intake))
        code = ledger_intake_refuse(ledger, message->channel, message->source, message->message_id,
                                    result->reason, now_ms, error);
    return code < 0 ? code : 0;
}
