#include <string.h>

#include "app/delivery.h"
#include "app/json.h"
#include "net/ledger_consent.h"
#include "net/ledger_follow.h"
#include "net/ledger_row.h"

/* --- making ----------------------------------------------------------------------------------- */

/* An operation of the server on a delivery. Takes over `body`; NULL when out of memory. */
static struct operation *own_operation(enum operation_kind kind, const struct id *delivery,
                                       int64_t base, int64_t now_ms, json_t *body)
{
    const struct ledger_own own = {kind, RECORD_DELIVERY, *delivery, base, now_ms};

    return ledger_own_operation(&own, body);
}

static int apply_own(struct ledger *ledger, struct operation *operation, int64_t now_ms,
                     struct ledger_outcome *outcome, struct error *error)
{
    int code;

    if (operation == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a delivery");
    code = ledger_apply_own(ledger, operation, now_ms, outcome, error);
    operation_free(operation);
    return code;
}

static json_t *delivery_body(const struct record *submission, const json_t *recipient,
                             size_t number, int64_t now_ms)
{
    json_t *answers = json_object_get(recipient, "answers");
    json_t *title = json_object_get(recipient, "title");
    json_t *body = json_pack(
        "{s:s, s:s, s:O*, s:I, s:s, s:O?, s:s, s:o, s:s}", "submission", submission->id.text,
        "agency", json_text_or(recipient, "id", ""), "title", json_is_object(title) ? title : NULL,
        "number", (json_int_t)number, "form", record_text(submission, "form"), "form_version",
        json_object_get(submission->body, "form_version"), "office",
        record_text(submission, "office"), "created_at", json_time(now_ms), "state", "waiting");

    if (json_object_set_new(body, "answers",
                            json_is_array(answers) ? json_incref(answers) : json_array()) != 0 ||
        (*record_text(submission, "case") != '\0' &&
         json_object_set_new(body, "case", json_string(record_text(submission, "case"))) != 0)) {
        json_decref(body);
        return NULL;
    }
    return body;
}

/* One agency's; withheld at once when the client did not agree. */
static int make_one(struct ledger *ledger, const struct record *submission, const json_t *recipient,
                    size_t number, int64_t now_ms, struct error *error)
{
    const char *agency = json_text_or(recipient, "id", "");
    struct id id = delivery_id(&submission->id, agency);
    struct ledger_outcome outcome;
    int code;

    /* A recipient without a usable name is nobody who could be told. */
    if (*agency == '\0' || strlen(agency) > DELIVERY_AGENCY_LIMIT)
        return 0;
    code = apply_own(ledger,
                     own_operation(OPERATION_APPEND, &id, 0, now_ms,
                                   delivery_body(submission, recipient, number, now_ms)),
                     now_ms, &outcome, error);
    /* A form that names an agency twice tells it once. */
    if (code != 0 || outcome.kind == LEDGER_REFUSED)
        return code;
    if (delivery_has_consent(recipient, json_object_get(submission->body, "consents")))
        return ledger_consent_note(ledger, submission, recipient, now_ms, error);
    return apply_own(
        ledger,
        own_operation(OPERATION_CLAIM, &id, 1, now_ms,
                      json_pack("{s:s, s:s}", "state", "withheld", "cause", DELIVERY_NO_CONSENT)),
        now_ms, &outcome, error);
}

int ledger_deliveries_make(struct ledger *ledger, const struct record *submission, int64_t now_ms,
                           struct error *error)
{
    struct ledger_row form;
    const json_t *recipient;
    size_t index;
    int code = ledger_form_read(ledger->writer, submission, &form, error);

    /* A form that this server never had names nobody. */
    if (code != 0)
        return code == ERROR_NOT_FOUND ? 0 : code;
    json_array_foreach(json_object_get(form.record->body, "recipients"), index, recipient)
    {
        if (code == 0)
            code = make_one(ledger, submission, recipient, index + 1, now_ms, error);
    }
    ledger_row_clear(&form);
    return code;
}

/* --- what is to be sent ----------------------------------------------------------------------- */

static int64_t due_at(const struct record *delivery)
{
    int64_t ms = 0;

    if (strcmp(record_text(delivery, "cause"), DELIVERY_NOT_CONNECTED) == 0)
        return LEDGER_DUE_NEVER;
    timestamp_parse(record_text(delivery, "next_attempt_at"), &ms);
    return ms;
}

int ledger_delivery_list(struct ledger *ledger, const struct ledger_row *row, struct error *error)
{
    const char *state = record_text(row->record, "state");
    bool open = strcmp(state, "waiting") == 0 || strcmp(state, "sent") == 0;
    sqlite3_stmt *statement = database_statement(
        ledger->writer, open ? LEDGER_DELIVERY_PUT : LEDGER_DELIVERY_DELETE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row->row);
    if (open) {
        database_bind_text(statement, 2, record_text(row->record, "agency"));
        sqlite3_bind_int64(statement, 3, due_at(row->record));
    }
    ledger_bell_ring(ledger, LEDGER_BELL_DELIVERIES);
    return database_run(ledger->writer, statement, error);
}

int ledger_delivery_due(struct ledger *ledger, const char *agency, size_t limit,
                        struct ledger_due *due, size_t *count, struct error *error)
{
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    int code = ledger_reader_take(ledger, &reader, error);

    *count = 0;
    if (code != 0)
        return code;
    statement = database_statement(reader->database, LEDGER_DELIVERY_DUE, error);
    code = ERROR_STORAGE;
    if (statement != NULL) {
        database_bind_text(statement, 1, agency);
        sqlite3_bind_int64(statement, 2, (sqlite3_int64)limit);
        while ((code = database_step(reader->database, statement, error)) > 0) {
            id_parse(&due[*count].delivery, database_text(statement, 0));
            due[(*count)++].at_ms = sqlite3_column_int64(statement, 1);
        }
    }
    ledger_reader_give(ledger, reader);
    return code;
}

int ledger_delivery_agencies(struct ledger *ledger, json_t **agencies, struct error *error)
{
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    int code = ledger_reader_take(ledger, &reader, error);

    *agencies = NULL;
    if (code != 0)
        return code;
    statement = database_statement(reader->database, LEDGER_DELIVERY_AGENCIES, error);
    *agencies = json_array();
    code = statement == NULL ? ERROR_STORAGE : 0;
    while (code == 0 && (code = database_step(reader->database, statement, error)) > 0)
        code = json_array_append_new(*agencies, json_string(database_text(statement, 0))) != 0
                   ? error_set(error, ERROR_MEMORY, "no memory for the list of agencies")
                   : 0;
    if (statement != NULL)
        sqlite3_reset(statement);
    ledger_reader_give(ledger, reader);
    if (code != 0) {
        json_decref(*agencies);
        *agencies = NULL;
    }
    return code;
}

int ledger_delivery_hurry(struct ledger *ledger, const char *agency, struct error *error)
{
    sqlite3_stmt *statement;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    statement = database_statement(ledger->writer, LEDGER_DELIVERY_HURRY, error);
    code = ERROR_STORAGE;
    if (statement != NULL) {
        database_bind_text(statement, 1, agency);
        code = database_run(ledger->writer, statement, error);
    }
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

/* --- sending ---------------------------------------------------------------------------------- */

int ledger_delivery_read(struct ledger *ledger, const struct id *id, struct record **delivery,
                         struct record **submission, struct error *error)
{
    struct ledger_row row = {0}, of = {0};
    struct ledger_reader *reader;
    struct id named;
    int code = ledger_reader_take(ledger, &reader, error);

    *delivery = *submission = NULL;
    if (code != 0)
        return code;
    code = ledger_row_read(reader->database, RECORD_DELIVERY, id, &row, error);
    if (code == 0) {
        id_parse(&named, record_text(row.record, "submission"));
        code = ledger_row_read(reader->database, RECORD_SUBMISSION, &named, &of, error);
    }
    ledger_reader_give(ledger, reader);
    if (code != 0) {
        ledger_row_clear(&row);
        return code;
    }
    *delivery = row.record;
    *submission = of.record;
    return 0;
}

int ledger_delivery_write(struct ledger *ledger, const struct id *id, json_t *claimed,
                          int64_t now_ms, bool *written, struct error *error)
{
    return ledger_own_claim(ledger, RECORD_DELIVERY, id, claimed, now_ms, written, error);
}
