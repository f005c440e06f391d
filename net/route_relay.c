/*
 * What a relay asks of the centre (net/relay.md). Its token is no agent's: these routes take it and
 * no other, and no other route takes it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/feed_page.h"
#include "net/ledger_relay.h"
#include "net/protocol.h"
#include "net/request_session.h"
#include "net/request_wait.h"

#define LIMIT_PRESET  200
#define PRESENT_LIMIT 10000

bool request_relay(struct request *request, struct ledger_relay *relay)
{
    const char *token = request_token(request);
    struct error error = ERROR_INIT;
    int code;

    if (token == NULL) {
        request_problem(request, PROBLEM_UNAUTHORIZED, "%s", "a relay's token is needed");
        return false;
    }
    code = ledger_relay_find(request->server->ledger, token, relay, &error);
    if (code == ERROR_NOT_FOUND)
        request_problem(request, PROBLEM_UNAUTHORIZED, "%s", error.message);
    else if (code != 0)
        request_error(request, code, &error);
    return code == 0;
}

/* --- the office ------------------------------------------------------------------------------- */

/* False, with a problem set, when the relay has read another history of this database. Of another
 * database it finds that out by itself. */
static bool history_holds(struct request *request)
{
    struct ledger *ledger = request->server->ledger;
    const char *feed = request_parameter(request, "feed");
    const char *epoch = request_parameter(request, "epoch");
    const char *text = request_parameter(request, "made");
    struct id made = {""};
    int64_t since;

    if (!request_number(request, "since", 0, INT64_MAX, 0, &since))
        return false;
    if (text != NULL && !id_parse(&made, text)) {
        request_problem(request, PROBLEM_BAD_PARAMETER, "%s", "\"made\" is not a UUID");
        return false;
    }
    if (feed == NULL || strcmp(feed, ledger_feed(ledger)) != 0)
        return true;
    return request_history_holds(request, since, epoch != NULL ? epoch : "", &made) &&
           request_shown_holds(request, request_parameter(request, "shown"));
}

/* GET /v1/relay: whose relay this is, and how its agents' passwords are checked. */
static enum route_result handle_office(struct request *request)
{
    struct ledger_relay relay;
    const char *escrow = request->server->options.escrow_key;
    struct error error = ERROR_INIT;
    uint64_t verifiers;
    json_t *agents;
    int code;

    if (!request_relay(request, &relay) || !history_holds(request))
        return ROUTE_ANSWERED;
    verifiers = ledger_verifiers(request->server->ledger); /* before they are read */
    code = ledger_relay_verifiers(request->server->ledger, &relay, &agents, &error);
    if (code != 0) {
        request_error(request, code, &error);
        return ROUTE_ANSWERED;
    }
    request_answer(request, 200,
                   json_pack("{s:I, s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:o}", "verifiers",
                             (json_int_t)verifiers, "relay", relay.id.text, "office", relay.office,
                             "feed", ledger_feed(request->server->ledger), "protocol",
                             PROTOCOL_VERSION, "agents", agents, "escrow_key",
                             escrow != NULL ? escrow : "", "carried", relay.carried.text, "time",
                             json_time(clock_system(NULL))));
    return ROUTE_ANSWERED;
}

static const struct route_parameter office_parameters[] = {
    {"feed", "{\"type\": \"string\"}", "The database that the relay has read"},
    {"since", "{\"type\": \"integer\", \"minimum\": 0, \"default\": 0}", "How far it read it"},
    {"epoch", "{\"type\": \"string\"}", "The `epoch` of the page that led there"},
    {"made", "{\"type\": \"string\", \"format\": \"uuid\"}",
     "The relay's last accepted operation, when it is past `since`"},
    {"shown", "{\"type\": \"string\"}", "As in /v1/changes: what came with the centre's refusals"},
    {0},
};

static const enum problem office_problems[] = {PROBLEM_BAD_PARAMETER, PROBLEM_OTHER_HISTORY,
                                               PROBLEM_UNAUTHORIZED,  PROBLEM_STORAGE,
                                               PROBLEM_BUSY,          PROBLEM_NONE};

const struct route route_relay_office = {
    .method = "GET",
    .path = "/v1/relay",
    .operation = "relay-office",
    .summary = "Tell a relay its office, and the verifiers of its agents' passwords",
    .open = true,
    .handle = handle_office,
    .response_schema = "RelayOffice",
    .status = 200,
    .problems = office_problems,
    .parameters = office_parameters,
};

/* --- operations ------------------------------------------------------------------------------- */

struct batch {
    size_t count;
    struct ledger_carried *carried;
    struct ledger_outcome *outcomes;
};

static void batch_clear(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        operation_free(batch->carried[i].operation);
        ledger_outcome_clear(&batch->outcomes[i]);
    }
    free(batch->carried);
    free(batch->outcomes);
}

static int batch_read(struct batch *batch, const json_t *operations, struct error *error)
{
    const json_t *document;
    size_t index;

    batch->carried = calloc(json_array_size(operations) + 1, sizeof(*batch->carried));
    batch->outcomes = calloc(json_array_size(operations) + 1, sizeof(*batch->outcomes));
    if (batch->carried == NULL || batch->outcomes == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a batch");
    json_array_foreach(operations, index, document)
    {
        struct ledger_carried *carried = &batch->carried[index];
        int code = operation_from_json(&carried->operation, document, error);

        if (code != 0)
            return code;
        batch->count++;
        id_parse(&carried->after, json_text_or(document, "after", ""));
    }
    return 0;
}

static json_t *batch_answer(const struct batch *batch)
{
    json_t *outcomes = json_array();

    for (size_t i = 0; i < batch->count && outcomes != NULL; i++)
        if (json_array_append_new(
                outcomes, request_outcome(batch->carried[i].operation, &batch->outcomes[i])) != 0) {
            json_decref(outcomes);
            outcomes = NULL;
        }
    return outcomes;
}

static void apply(struct request *request, const struct ledger_relay *relay,
                  const json_t *operations)
{
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int64_t now = clock_system(NULL);
    int code = batch_read(&batch, operations, &error);

    if (code == ERROR_INVALID) {
        request_problem(request, PROBLEM_BAD_JSON, "%s", error.message);
    } else {
        if (code == 0)
            code = ledger_relay_apply(request->server->ledger, relay, batch.carried, batch.count,
                                      now, batch.outcomes, &error);
        if (code != 0)
            request_error(request, code, &error);
        else
            request_outcomes(request, batch_answer(&batch), batch.outcomes, batch.count, now);
    }
    batch_clear(&batch);
}

/* POST /v1/relay/operations: what its terminals' agents did, in its order. */
static enum route_result handle_operations(struct request *request)
{
    struct ledger_relay relay;
    const json_t *operations;
    json_t *body;

    if (!request_relay(request, &relay))
        return ROUTE_ANSWERED;
    body = request_json(request);
    if (body == NULL)
        return ROUTE_ANSWERED;
    operations = json_object_get(body, "operations");
    if (!json_is_array(operations))
        request_problem(request, PROBLEM_BAD_JSON, "%s", "\"operations\" is not an array");
    else if (json_array_size(operations) > SERVER_BATCH_LIMIT)
        request_problem(request, PROBLEM_TOO_LARGE, "at most %d operations at once",
                        SERVER_BATCH_LIMIT);
    else if (request_witness_holds(request, body))
        apply(request, &relay, operations);
    json_decref(body);
    return ROUTE_ANSWERED;
}

static const enum problem operations_problems[] = {PROBLEM_BAD_REQUEST,
                                                   PROBLEM_BAD_JSON,
                                                   PROBLEM_UNAUTHORIZED,
                                                   PROBLEM_TOO_LARGE,
                                                   PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                                                   PROBLEM_UNSUPPORTED_ENCODING,
                                                   PROBLEM_OTHER_HISTORY,
                                                   PROBLEM_STORAGE,
                                                   PROBLEM_BUSY,
                                                   PROBLEM_NONE};

const struct route route_relay_operations = {
    .method = "POST",
    .path = "/v1/relay/operations",
    .operation = "relay-operations",
    .summary = "Apply what a relay carries, each exactly once, in the name of who made it",
    .open = true,
    .body_limit = SERVER_BODY_LIMIT,
    .handle = handle_operations,
    .request_schema = "RelayOperations",
    .response_schema = "Outcomes",
    .status = 200,
    .problems = operations_problems,
};

/* --- changes ---------------------------------------------------------------------------------- */

struct reading {
    struct ledger_relay relay;
    bool catalogue_scope;
    int64_t since, limit, catalogue;
    int64_t verifiers; /* that the relay knows, -1 when it does not say */
    char epoch[LEDGER_EPOCH_SIZE];
    struct request_wait wait;
};

static void reading_free(void *state)
{
    struct reading *reading = state;

    doorbell_disarm(reading->wait.waiter);
    free(reading);
}

static bool reading_fill(struct request *request, struct reading *reading)
{
    const char *epoch = request_parameter(request, "epoch");

    if (!request_catalogue_scope(request, &reading->catalogue_scope) ||
        !request_number(request, "since", 0, INT64_MAX, 0, &reading->since) ||
        !request_number(request, "limit", 1, LEDGER_PAGE_LIMIT, LIMIT_PRESET, &reading->limit) ||
        !request_number(request, "catalogue", 0, INT64_MAX, -1, &reading->catalogue) ||
        !request_number(request, "verifiers", 0, INT64_MAX, -1, &reading->verifiers) ||
        !request_wait_read(request, &reading->wait))
        return false;
    text_copy(reading->epoch, sizeof(reading->epoch), epoch != NULL ? epoch : "");
    return true;
}

static int arm(struct request *request, struct reading *reading, const struct scope_set *scopes,
               struct error *error)
{
    struct scope_set heard = {0};
    int code = scope_set_add_all(&heard, scopes, error);

    /* Who is of the office stands in the catalogue. */
    if (code == 0)
        code = scope_set_add(&heard, "", LEDGER_CATALOGUE_SCOPE, error);
    if (code == 0)
        code = request_wait_arm(request, &reading->wait, &heard, error);
    scope_set_free(&heard);
    return code;
}

static int answer(struct request *request, const struct scope_set *scopes, const char *digest,
                  const struct ledger_page *page, struct error *error)
{
    json_t *document;
    int code = feed_page_relay(request->server->ledger, scopes, digest, page, clock_system(NULL),
                               &document, error);

    if (code == 0)
        request_answer(request, 200, document);
    return code;
}

/* Of what a relay was given it is the relay that is named. */
static bool note_page(struct request *request, const struct ledger_page *page)
{
    const struct reading *reading = request->state;

    request->actor.device = reading->relay.id;
    return request_audit_page(request, page, "relay changes", PURPOSE_NONE);
}

static int look(struct request *request, bool *over, struct error *error)
{
    struct reading *reading = request->state;
    struct ledger *ledger = request->server->ledger;
    struct scope_set scopes = {0};
    struct ledger_page page = {0};
    char digest[LEDGER_DIGEST_SIZE] = "";
    int code = reading->catalogue_scope
                   ? scope_set_add(&scopes, "", LEDGER_CATALOGUE_SCOPE, error)
                   : ledger_relay_scopes(ledger, &reading->relay, &scopes, digest, error);

    if (code == 0 && reading->wait.deadline_ms > 0)
        code = arm(request, reading, &scopes, error);
    if (code == 0)
        code = ledger_changes(ledger, &scopes, reading->since, (size_t)reading->limit, NULL, &page,
                              error);
    if (code == 0)
        ledger_epoch_keep(&page, reading->since, reading->epoch);
    *over = feed_page_is_news(&page, reading->catalogue) ||
            (reading->verifiers >= 0 && (int64_t)ledger_verifiers(ledger) != reading->verifiers) ||
            request_wait_is_over(request, &reading->wait);
    if (code == 0 && *over && note_page(request, &page))
        code = answer(request, &scopes, digest, &page, error);
    if (code == 0)
        reading->since = page.next;
    ledger_page_clear(&page);
    scope_set_free(&scopes);
    return code;
}

/* GET /v1/relay/changes: GET /v1/changes for a whole office. */
static enum route_result handle_changes(struct request *request)
{
    struct reading *reading = request->state;

    if (reading == NULL) {
        reading = request_state_new(request, sizeof(*reading), reading_free);
        if (reading == NULL || !request_relay(request, &reading->relay) ||
            !reading_fill(request, reading) ||
            !request_history_holds(request, reading->since, reading->epoch, &(struct id){""}) ||
            (!reading->catalogue_scope &&
             !request_gone_holds(request, reading->since, reading->epoch)))
            return ROUTE_ANSWERED;
    }
    return request_wait(request, &reading->wait, look);
}

static const struct route_parameter parameters[] = {
    {"scope", "{\"enum\": [\"catalogue\", \"desk\"], \"default\": \"desk\"}",
     "Which records: the public catalogue, or all that the office's desks may see"},
    {"since", "{\"type\": \"integer\", \"minimum\": 0, \"default\": 0}",
     "The `next` of the page before, when `scopes` is the same"},
    {"epoch", "{\"type\": \"string\"}", "The `epoch` of the page before"},
    {"limit", "{\"type\": \"integer\", \"minimum\": 1, \"maximum\": 1000, \"default\": 200}",
     "Most records in the page"},
    {"wait", "{\"type\": \"integer\", \"minimum\": 0, \"maximum\": 60, \"default\": 0}",
     "Seconds to wait for a change when there is none yet"},
    {"catalogue", "{\"type\": \"integer\", \"minimum\": 0}",
     "End the wait also when the catalogue has something past this number"},
    {"verifiers", "{\"type\": \"integer\", \"minimum\": 0}",
     "The `verifiers` that the relay was told last: end the wait also when it is another"},
    {0},
};

static const enum problem changes_problems[] = {PROBLEM_BAD_PARAMETER, PROBLEM_UNAUTHORIZED,
                                                PROBLEM_OTHER_HISTORY, PROBLEM_STORAGE,
                                                PROBLEM_BUSY,          PROBLEM_NONE};

const struct route route_relay_changes = {
    .method = "GET",
    .path = "/v1/relay/changes",
    .operation = "relay-changes",
    .summary = "Read an office's records changed since a number, waiting for them if asked",
    .open = true,
    .handle = handle_changes,
    .response_schema = "RelayChanges",
    .status = 200,
    .problems = changes_problems,
    .parameters = parameters,
};

/* --- presence --------------------------------------------------------------------------------- */

/* POST /v1/relay/presence: who is at the office's terminals, for who is anywhere. */
static enum route_result handle_presence(struct request *request)
{
    struct ledger_relay relay;
    struct error error = ERROR_INIT;
    json_t *body, *attending, *agents;
    const json_t *agent;
    int64_t now = clock_system(NULL);
    struct id id;
    size_t index;

    if (!request_relay(request, &relay))
        return ROUTE_ANSWERED;
    body = request_json(request);
    if (body == NULL)
        return ROUTE_ANSWERED;
    if (json_array_size(json_object_get(body, "agents")) > PRESENT_LIMIT ||
        ledger_attending(request->server->ledger, &attending, &error) != 0) {
        request_problem(request, PROBLEM_BUSY, "%s", "presence cannot be told");
        json_decref(body);
        return ROUTE_ANSWERED;
    }
    json_array_foreach(json_object_get(body, "agents"), index, agent)
    {
        const char *state = json_text_or(agent, "state", "");

        if (!id_parse(&id, json_text_or(agent, "agent", "")) ||
            !ledger_relay_employs(request->server->ledger, &relay, &id))
            continue;
        if (strcmp(state, "offline") == 0)
            presence_leave(request->server->presence, &id, now);
        else
            presence_relay(request->server->presence, &id, strcmp(state, "away") == 0, now);
    }
    agents = presence_to_json(request->server->presence, attending, now);
    json_decref(attending);
    json_decref(body);
    request_answer(request, 200, agents != NULL ? json_pack("{s:o}", "agents", agents) : NULL);
    return ROUTE_ANSWERED;
}

static const enum problem presence_problems[] = {PROBLEM_BAD_REQUEST, PROBLEM_BAD_JSON,
                                                 PROBLEM_UNAUTHORIZED, PROBLEM_BUSY, PROBLEM_NONE};

const struct route route_relay_presence = {
    .method = "POST",
    .path = "/v1/relay/presence",
    .operation = "relay-presence",
    .summary = "Exchange who is at a relay's terminals for who is anywhere",
    .open = true,
    .body_limit = SERVER_BODY_LIMIT,
    .handle = handle_presence,
    .request_schema = "Presence",
    .response_schema = "Presence",
    .status = 200,
    .problems = presence_problems,
};
