/* The server's own operations, and answers that are noted without one being applied: no agent is
 * asked for, and merge alone says what may be done. */
#include "net/ledger_attempt.h"
#include "net/ledger_row.h"
#include "net/ledger_upward.h"

#include "app/delivery.h"
#include "app/record_fields.h"

int ledger_remember(struct ledger *ledger, const struct operation *operation, int64_t now_ms,
                    const struct ledger_outcome *outcome, struct error *error)
{
    struct ledger_outcome noted = *outcome;
    struct attempt attempt = {
        .ledger = ledger, .operation = operation, .outcome = &noted, .now_ms = now_ms};
    int code = attempt_digest(&attempt, error);

    return code == 0 ? attempt_remember(&attempt, error) : code;
}

struct operation *ledger_own_operation(const struct ledger_own *own, json_t *body)
{
    struct operation *operation =
        body != NULL ? operation_new(own->kind, own->type, &own->record) : NULL;
    struct id_generator ids = {0};

    if (operation == NULL) {
        json_decref(body);
        return NULL;
    }
    json_decref(operation->body);
    operation->body = body;
    operation->id = id_generate(&ids, own->now_ms);
    operation->agent = delivery_server();
    operation->device = delivery_server();
    operation->base = own->base;
    operation->moment.ms = own->now_ms;
    return operation;
}

int ledger_own_write(struct ledger *ledger, const struct ledger_own *own, json_t *body,
                     struct error *error)
{
    return ledger_own_write_from(ledger, own, NULL, body, error);
}

int ledger_own_write_from(struct ledger *ledger, const struct ledger_own *own, const char *channel,
                          json_t *body, struct error *error)
{
    struct operation *operation = ledger_own_operation(own, body);
    struct ledger_outcome outcome;
    int code;

    if (operation == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an operation of the server");
    operation->channel = channel != NULL ? channel_word(channel) : NULL;
    code = ledger_apply_own(ledger, operation, own->now_ms, &outcome, error);
    if (code == 0 && outcome.kind == LEDGER_REFUSED)
        code = error_set(error, ERROR_REFUSED, "the server's own operation was refused: %s %s",
                         merge_refusal_name(outcome.refusal), outcome.field);
    ledger_outcome_clear(&outcome);
    operation_free(operation);
    return code;
}

int ledger_own_claim(struct ledger *ledger, enum record_type type, const struct id *id,
                     json_t *claimed, int64_t now_ms, bool *written, struct error *error)
{
    struct ledger_own own = {OPERATION_CLAIM, type, *id, 0, now_ms};
    struct ledger_outcome outcome = {0};
    struct operation *operation = NULL;
    struct ledger_row row;
    int code = ledger_begin(ledger, error);

    *written = false;
    if (code != 0)
        return code;
    code = ledger_row_read(ledger->writer, type, id, &row, error);
    if (code == 0) {
        own.base = row.record->rev;
        operation = ledger_own_operation(&own, json_incref(claimed));
        code = operation != NULL
                   ? ledger_apply_own(ledger, operation, now_ms, &outcome, error)
                   : error_set(error, ERROR_MEMORY, "no memory for an operation of the server");
        operation_free(operation);
    }
    ledger_row_clear(&row);
    if (code == 0 && outcome.kind == LEDGER_APPLIED) {
        code = ledger_commit(ledger, error);
        *written = code == 0;
        return code;
    }
    ledger_rollback(ledger);
    return code;
}

int ledger_apply_own(struct ledger *ledger, const struct operation *operation, int64_t now_ms,
                     struct ledger_outcome *outcome, struct error *error)
{
    struct attempt attempt = {
        .ledger = ledger, .operation = operation, .outcome = outcome, .now_ms = now_ms};
    int code;

    *outcome = (struct ledger_outcome){0};
    code =
        ledger_row_read(ledger->writer, operation->type, &operation->record, &attempt.row, error);
    if (code == 0 || code == ERROR_NOT_FOUND)
        code = attempt_merge(&attempt, error);
    if (code == 0)
        code = ledger_remember(ledger, operation, now_ms, outcome, error);
    ledger_row_clear(&attempt.row);
    return code;
}
