/* A submission that comes in: its answers judged by the form, then filed; and continue codes. */
#include <stdlib.h>
#include <string.h>

#include "app/continue.h"
#include "app/delivery.h"
#include "app/json.h"
#include "app/text.h"
#include "forms/form.h"
#include "net/continue_document.h"
#include "net/ledger_continue.h"
#include "net/ledger_intake.h"
#include "net/ledger_row.h"

/* --- the form --------------------------------------------------------------------------------- */

static int read_form(struct intake *intake, struct record **form, struct error *error)
{
    const char *key = intake->message->form;
    struct id id = id_from_key("form", key != NULL ? key : "");
    struct ledger_reader *reader;
    struct ledger_row row = {0};
    int code = ledger_reader_take(intake->ledger, &reader, error);

    *form = NULL;
    if (code != 0)
        return code;
    code = ledger_row_read(reader->database, RECORD_FORM, &id, &row, error);
    ledger_reader_give(intake->ledger, reader);
    if (code == 0 && !json_bool_or(row.record->body, "ended", false)) {
        *form = row.record;
        row.record = NULL;
    }
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* The faults of the answers; an empty array when the form takes them. */
static int judge(const struct intake *intake, const struct record *form, json_t **faults,
                 struct error *error)
{
    json_t *answers = json_deep_copy(intake->message->answers);
    const char *language = intake->message->language;
    struct form *compiled;
    bool valid = false;
    int code;

    if (answers == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the answers");
    code = form_compile(&compiled, form->body, error);
    if (code == 0) {
        code = continue_errors(faults, &valid, compiled, answers,
                               language != NULL ? language : "en", error);
        form_free(compiled);
    }
    json_decref(answers);
    return code;
}

/* A machine that asks is told; what a person sent is kept for a person to read. */
static int not_taken(struct intake *intake, const char *remark, const char *reason, json_t *faults,
                     struct error *error)
{
    if (!intake->message->strict) {
        json_decref(faults);
        return intake_remark(intake, remark, NULL, error);
    }
    intake_refuse(intake, "%s", reason);
    intake->result->faults = faults;
    return 0;
}

int intake_judge_form(struct intake *intake, struct error *error)
{
    struct record *form = NULL;
    json_t *faults = NULL;
    int code = read_form(intake, &form, error);

    if (code == 0 && form == NULL)
        return not_taken(intake, "form-unknown", "form: the catalogue has none of this key", NULL,
                         error);
    if (code == 0)
        code = judge(intake, form, &faults, error);
    /* A form that cannot be read, or answers too deep to be looked at. */
    if ((code == 0 && json_array_size(faults) > 0) || code == ERROR_INVALID ||
        code == ERROR_TOO_LARGE) {
        record_free(form);
        return not_taken(intake, "form-invalid", "answers: the form does not take them", faults,
                         error);
    }
    json_decref(faults);
    if (code == 0)
        intake->form = form;
    else
        record_free(form);
    return code;
}

/* --- filing ----------------------------------------------------------------------------------- */

static json_t *submission_body(const struct intake *intake)
{
    const struct intake_result *result = intake->result;
    struct id server = delivery_server();
    json_t *body =
        json_pack("{s:s, s:I, s:s, s:s, s:o, s:O, s:s}", "form", record_text(intake->form, "key"),
                  "form_version", (json_int_t)json_integer_or(intake->form->body, "version", 0),
                  "office", intake->office, "started_by", server.text, "started_at",
                  json_time(intake->at_ms), "answers", intake->message->answers, "status", "draft");

    intake_put(&body, "case", result->matter.text, 0);
    if (intake->is_sender)
        intake_put(&body, "client", result->client.text, 0);
    if (body != NULL && json_is_object(intake->message->consents) &&
        json_object_set(body, "consents", (json_t *)(uintptr_t)intake->message->consents) != 0) {
        json_decref(body);
        return NULL;
    }
    return body;
}

int intake_file(struct intake *intake, struct error *error)
{
    struct id server = delivery_server();
    const struct id *id = &intake->result->submission;
    json_t *claimed;
    int code;

    if (intake->form == NULL)
        return 0;
    intake->result->submission = intake_id(intake);
    code = intake_append(intake, RECORD_SUBMISSION, id, submission_body(intake), error);
    if (code != 0)
        return code;
    claimed = json_pack("{s:s, s:o, s:s}", "status", "submitted", "submitted_at",
                        json_time(intake->now_ms), "submitted_by", server.text);
    return ledger_own_write(
        intake->ledger,
        &(struct ledger_own){OPERATION_CLAIM, RECORD_SUBMISSION, *id, 1, intake->now_ms}, claimed,
        error);
}

/* --- continue codes --------------------------------------------------------------------------- */

static int draft_of(struct intake *intake, const struct ledger_passage *passage,
                    struct error *error)
{
    struct record *draft, *form;
    int code = ledger_passage_read(intake->ledger, passage, intake->now_ms, &draft, &form, error);

    if (code != 0)
        return code;
    id_parse(&intake->code_matter, record_text(draft, "case"));
    id_parse(&intake->code_client, record_text(draft, "client"));
    record_free(draft);
    record_free(form);
    return 0;
}

int intake_open_code(struct intake *intake, struct error *error)
{
    const struct intake_message *message = intake->message;
    struct ledger_passage passage;
    struct continue_code typed;
    int code = ERROR_NOT_FOUND;

    if (continue_code_read(&typed, message->continue_code) == CONTINUE_READ)
        code = ledger_passage_find(intake->ledger, &typed,
                                   intake_is_given(message->address) ? message->address
                                                                     : message->source,
                                   intake->now_ms, &passage, error);
    if (code == 0)
        code = draft_of(intake, &passage, error);
    if (code == ERROR_NOT_FOUND)
        return intake_remark(intake, "code-unknown", NULL, error);
    return code == ERROR_BUSY ? intake_remark(intake, "code-locked", NULL, error) : code;
}
