#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/announcements.h"
#include "net/ledger_relay.h"
#include "net/operations_sent.h"
#include "net/relay_board.h"
#include "net/server_internal.h"

/* What became of the operations of one request. */
struct batch {
    size_t count;                    /* in the request */
    bool brief;                      /* what was simply applied is answered in its place */
    size_t good_count;               /* that could be read */
    struct operation **operations;   /* the good ones, in order */
    struct ledger_outcome *outcomes; /* of the good ones */
    json_t *answers;                 /* of the bad ones in their places, else null */
};

static void batch_clear(struct batch *batch)
{
    for (size_t i = 0; i < batch->good_count; i++) {
        operation_free(batch->operations[i]);
        ledger_outcome_clear(&batch->outcomes[i]);
    }
    free(batch->operations);
    free(batch->outcomes);
    json_decref(batch->answers);
}

/* An answer to what cannot even be read: it harms nobody but itself. */
static json_t *answer_bad(const struct operations_sent *sent, size_t index, int code,
                          const struct error *error)
{
    char text[ID_TEXT_LENGTH + 2];
    struct id id;
    json_t *answer =
        json_pack("{s:s, s:s, s:s}", "outcome", "refused", "reason",
                  merge_refusal_name(code == ERROR_TOO_LARGE ? MERGE_TOO_LARGE : MERGE_VALUE),
                  "detail", error->message);

    operations_sent_text(sent, index, "id", text, sizeof(text));
    if (answer != NULL && id_parse(&id, text))
        json_object_set_new(answer, "id", json_string(id.text));
    return answer;
}

/* Reads one operation: into the batch, or an answer why not. */
static int batch_read_one(struct batch *batch, const struct ledger_actor *actor,
                          const struct operations_sent *sent, size_t index, struct error *error)
{
    struct operation *operation = NULL;
    json_t *answer;
    int code = operations_sent_read(sent, index, &actor->agent, &actor->device, &operation, error);

    if (code == ERROR_MEMORY)
        return code;
    if (code == 0)
        batch->operations[batch->good_count++] = operation;
    answer = code == 0 ? json_null() : answer_bad(sent, index, code, error);
    if (json_array_append_new(batch->answers, answer) != 0)
        return error_set(error, ERROR_MEMORY, "no memory for a batch");
    return 0;
}

static int batch_read(struct batch *batch, const struct ledger_actor *actor,
                      const struct operations_sent *sent, struct error *error)
{
    int code = 0;

    batch->count = sent->count;
    batch->operations = calloc(batch->count + 1, sizeof(*batch->operations));
    batch->outcomes = calloc(batch->count + 1, sizeof(*batch->outcomes));
    batch->answers = json_array();
    if (batch->operations == NULL || batch->outcomes == NULL || batch->answers == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a batch");
    for (size_t i = 0; i < batch->count && code == 0; i++)
        code = batch_read_one(batch, actor, sent, i, error);
    return code;
}

void request_outcomes(struct request *request, json_t *list, const struct ledger_outcome *outcomes,
                      size_t count, int64_t now_ms)
{
    char epoch[LEDGER_EPOCH_SIZE], shown[LEDGER_SHOWN_LIMIT];
    struct error error = ERROR_INIT;
    json_t *answer;
    int code = ledger_shown_epoch(request->server->ledger, outcomes, count, epoch, &error);

    if (code == 0)
        code = ledger_shown_last(request->server->ledger, outcomes, count, shown, &error);
    if (code != 0) {
        json_decref(list);
        request_error(request, code, &error);
        return;
    }
    /* To a terminal that packs, when there is no more to tell: the time comes with the next page.
     */
    if (epoch[0] == '\0' && request_is_packed(request)) {
        if (shown[0] != '\0' && json_array_append_new(list, json_string(shown)) != 0) {
            json_decref(list);
            list = NULL;
        }
        request_answer(request, 200, list);
        return;
    }
    answer =
        json_pack("{s:o, s:o, s:s*, s:s*}", "outcomes", list, "time", json_time(now_ms), "epoch",
                  epoch[0] != '\0' ? epoch : NULL, "shown", shown[0] != '\0' ? shown : NULL);
    request_answer(request, 200, answer);
}

json_t *request_outcome(const struct operation *operation, const struct ledger_outcome *outcome)
{
    json_t *answer = json_pack("{s:s}", "id", operation->id.text);
    int failed = answer == NULL;

    if (outcome->kind == LEDGER_REFUSED) {
        failed |= json_object_set_new(answer, "outcome", json_string("refused"));
        failed |= json_object_set_new(answer, "reason",
                                      json_string(merge_refusal_name(outcome->refusal)));
        if (outcome->record != NULL)
            failed |= json_object_set(answer, "record", outcome->record);
    } else if (outcome->kind == LEDGER_LATER) {
        failed |= json_object_set_new(answer, "outcome", json_string("later"));
    } else {
        failed |= json_object_set_new(
            answer, "outcome",
            json_string(outcome->kind == LEDGER_REPEATED ? "repeated" : "applied"));
        failed |= json_object_set_new(answer, "rev", json_integer(outcome->rev));
        failed |= json_object_set_new(answer, "seq", json_integer(outcome->seq));
        if (outcome->conflict)
            failed |= json_object_set_new(answer, "conflict", json_true());
    }
    if (outcome->field[0] != '\0')
        failed |= json_object_set_new(answer, "field", json_string(outcome->field));
    if (failed) {
        json_decref(answer);
        return NULL;
    }
    return answer;
}

/* A terminal that knows of no "later" takes no more of the answers from there on: those come last,
 * and the others then tell their ids, for they are out of their places. */
static json_t *batch_answer_late(const struct batch *batch)
{
    json_t *outcomes = json_array();
    int failed = outcomes == NULL;

    for (int late = 0; late <= 1; late++) {
        for (size_t i = 0, good = 0; i < batch->count; i++) {
            json_t *answer = json_array_get(batch->answers, i);
            bool is_late = json_is_null(answer) && batch->outcomes[good].kind == LEDGER_LATER;

            if (json_is_null(answer)) {
                answer = is_late == (late == 1)
                             ? request_outcome(batch->operations[good], &batch->outcomes[good])
                             : NULL;
                good++;
            } else {
                answer = late == 0 ? json_incref(answer) : NULL;
            }
            if (answer != NULL)
                failed |= json_array_append_new(outcomes, answer);
        }
    }
    if (failed) {
        json_decref(outcomes);
        return NULL;
    }
    return outcomes;
}

static bool has_late(const struct batch *batch)
{
    for (size_t i = 0; i < batch->good_count; i++)
        if (batch->outcomes[i].kind == LEDGER_LATER)
            return true;
    return false;
}

/* Of each of a long batch. */
static json_t *answer_applied(const struct ledger_outcome *outcome)
{
    json_t *answer = json_array();

    if (json_array_append_new(answer, json_integer(outcome->rev)) == 0 &&
        json_array_append_new(answer, json_integer(outcome->seq)) == 0)
        return answer;
    json_decref(answer);
    return NULL;
}

static json_t *answer_in_place(const struct batch *batch, size_t good)
{
    const struct ledger_outcome *outcome = &batch->outcomes[good];

    if (batch->brief && outcome->kind == LEDGER_APPLIED && !outcome->conflict)
        return answer_applied(outcome);
    return request_outcome(batch->operations[good], outcome);
}

/* Answers in the order of the request. */
static json_t *batch_answer(const struct batch *batch)
{
    json_t *outcomes;
    size_t good = 0;

    if (has_late(batch))
        return batch_answer_late(batch);
    outcomes = json_array();
    for (size_t i = 0; i < batch->count && outcomes != NULL; i++) {
        json_t *answer = json_array_get(batch->answers, i);

        if (json_is_null(answer)) {
            answer = answer_in_place(batch, good);
            good++;
        } else {
            json_incref(answer);
        }
        if (json_array_append_new(outcomes, answer) != 0) {
            json_decref(outcomes);
            outcomes = NULL;
        }
    }
    return outcomes;
}

/* --- waiting for the centre's word ------------------------------------------------------------
 *
 * At a relay some claims are the centre's to decide. While it answers, so does this request, within
 * a bound; then all of it is looked at again, and what was applied is found to be repeated.
 */

/* Longest wait for the centre; a terminal that is told "later" asks again. */
#define ASK_MS 5000

/* A request that waits. */
struct asking {
    struct operations_sent sent;
    int64_t deadline_ms; /* clock of the doorbell */
    struct doorbell_waiter *waiter;
};

static void asking_free(void *state)
{
    struct asking *asking = state;

    doorbell_disarm(asking->waiter);
    operations_sent_free(&asking->sent);
    free(asking);
}

static bool centre_answers(const struct request *request)
{
    struct relay_status status;

    if (request->server->options.board == NULL || atomic_load(&request->server->stopping))
        return false;
    relay_board_get(request->server->options.board, &status);
    return status.up;
}

/* A waiter for the centre's word on each claim; armed before they are looked at. NULL where there
 * is nothing to wait for. */
static struct doorbell_waiter *listen_for(const struct request *request,
                                          const struct operations_sent *sent)
{
    struct scope_set asked = {0};
    struct doorbell_waiter *waiter = NULL;
    int code = 0;

    for (size_t i = 0; i < sent->count && code == 0; i++) {
        char kind[sizeof("claim") + 1], id[ID_TEXT_LENGTH + 1];

        operations_sent_text(sent, i, "kind", kind, sizeof(kind));
        if (strcmp(kind, operation_kind_name(OPERATION_CLAIM)) != 0)
            continue;
        operations_sent_text(sent, i, "id", id, sizeof(id));
        code = scope_set_add(&asked, LEDGER_ASKED_SCOPE, id, NULL);
    }
    if (code == 0 && asked.count > 0) {
        /* When the link is cut meanwhile, this is rung. */
        code = scope_set_add(&asked, "", LEDGER_CATALOGUE_SCOPE, NULL);
        waiter = code == 0 ? doorbell_arm(request->server->doorbell, &asked) : NULL;
    }
    scope_set_free(&asked);
    return waiter;
}

/* The offers themselves are here: nobody is told of them ahead any more. */
static void end_announcements(const struct request *request, const struct batch *batch)
{
    for (size_t i = 0; i < batch->good_count; i++)
        if (batch->operations[i]->type == RECORD_HANDOFF &&
            batch->operations[i]->kind == OPERATION_APPEND)
            announcements_end(request->server->announcements, &batch->operations[i]->record);
}

/* True when some of it waits for the centre, and there is time left. */
static bool apply(struct request *request, const struct asking *asking)
{
    struct batch batch = {.brief = json_bool_or(asking->sent.head, "brief", false)};
    struct ledger_actor actor = request->actor;
    struct error error = ERROR_INIT;
    int64_t now = clock_system(NULL);
    bool waits = false;
    int code = batch_read(&batch, &actor, &asking->sent, &error);

    actor.ungrounded = json_bool_or(asking->sent.head, "ungrounded", false);
    actor.elsewhere = json_bool_or(asking->sent.head, "elsewhere", false);
    if (code == 0)
        code = ledger_apply(request->server->ledger, &actor, batch.operations, batch.good_count,
                            now, batch.outcomes, &error);
    if (code != 0) {
        request_error(request, code, &error);
    } else {
        end_announcements(request, &batch);
        waits = asking->waiter != NULL && has_late(&batch) && centre_answers(request) &&
                clock_steady(NULL) < asking->deadline_ms;
        if (!waits)
            request_outcomes(request, batch_answer(&batch), batch.outcomes, batch.good_count, now);
    }
    batch_clear(&batch);
    return waits;
}

static enum route_result apply_or_wait(struct request *request, struct asking *asking)
{
    for (;;) {
        doorbell_disarm(asking->waiter);
        asking->waiter = centre_answers(request) ? listen_for(request, &asking->sent) : NULL;
        if (!apply(request, asking))
            return ROUTE_ANSWERED;
        if (doorbell_sleep(asking->waiter, request->connection, asking->deadline_ms, NULL) > 0)
            return ROUTE_SUSPENDED;
    }
}

/* Takes over what was sent. */
static enum route_result take_up(struct request *request, struct operations_sent *sent)
{
    struct asking *asking = request_state_new(request, sizeof(*asking), asking_free);

    if (asking == NULL) {
        operations_sent_free(sent);
        return ROUTE_ANSWERED;
    }
    *asking = (struct asking){.sent = *sent, .deadline_ms = clock_steady(NULL) + ASK_MS};
    return apply_or_wait(request, asking);
}

/* POST /v1/operations: changes, each applied exactly once and on disk before the answer. */
static enum route_result handle_operations(struct request *request)
{
    struct operations_sent sent;

    if (request->state != NULL)
        return apply_or_wait(request, request->state);
    if (!request_operations(request, &sent))
        return ROUTE_ANSWERED;
    if (request_witness_holds(request, sent.head))
        return take_up(request, &sent);
    operations_sent_free(&sent);
    return ROUTE_ANSWERED;
}

static const enum problem problems[] = {PROBLEM_BAD_REQUEST,
                                        PROBLEM_BAD_JSON,
                                        PROBLEM_UNAUTHORIZED,
                                        PROBLEM_TOO_LARGE,
                                        PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                                        PROBLEM_UNSUPPORTED_ENCODING,
                                        PROBLEM_OTHER_HISTORY,
                                        PROBLEM_STORAGE,
                                        PROBLEM_BUSY,
                                        PROBLEM_NONE};

const struct route route_operations = {
    .method = "POST",
    .path = "/v1/operations",
    .operation = "operations",
    .any = PERMISSION_ANY,
    .summary = "Apply operations, each exactly once",
    .body_limit = SERVER_BODY_LIMIT,
    .binary = true,
    .handle = handle_operations,
    .request_schema = "Operations",
    .response_schema = "Outcomes",
    .status = 200,
    .problems = problems,
};
