#include "net/relay_engine_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "net/compress.h"
#include "net/protocol.h"

#define BACK_OFF_FIRST_MS   INT64_C(1000)
#define BACK_OFF_LONGEST_MS INT64_C(30000)
/* A password that was changed at the centre, or given, is known here after so long. */
#define VERIFIERS_MS      INT64_C(300000)
#define PRESENCE_MS       INT64_C(45000)
#define PRESENCE_LEAST_MS INT64_C(3000)
#define BATCH_OPERATIONS  200
#define COMPRESS_FROM     400
#define PROBLEM_LIMIT     (64 * 1024)

/* --- what the office is shown ----------------------------------------------------------------- */

static void show(struct relay_engine *engine)
{
    struct relay_status status = {.up = engine->greeted,
                                  .since_ms = engine->greeted ? engine->up_ms : engine->heard_ms};

    (void)ledger_upward_count(engine->options.ledger, &status.waiting, NULL);
    if (!status.up)
        text_copy(status.message, sizeof(status.message), engine->message);
    relay_board_set(engine->options.board, &status);
}

/* --- trouble ---------------------------------------------------------------------------------- */

/* Nobody is there to show what this is: the office goes on. */
static int get_sure(struct relay_engine *engine, struct error *error)
{
    if (!engine->unsure)
        return 0;
    engine->unsure = false;
    return ledger_relay_unsure(engine->options.ledger, false, error);
}

/* No answer to what is under way will be taken. */
static void drop(struct relay_engine *engine)
{
    for (int lane = 0; lane < SYNC_LANE_COUNT; lane++) {
        if (engine->running[lane] != JOB_NONE)
            engine->options.transport.cancel(engine->options.transport.context,
                                             (enum sync_lane)lane);
        engine->running[lane] = JOB_NONE;
    }
}

static void fail(struct relay_engine *engine, const struct error *error)
{
    int doublings = engine->failures < 6 ? engine->failures : 6;
    int64_t delay = BACK_OFF_FIRST_MS << doublings;

    if (delay > BACK_OFF_LONGEST_MS)
        delay = BACK_OFF_LONGEST_MS;
    delay = delay / 2 + (int64_t)(engine->options.random(engine->options.random_context) %
                                  (uint32_t)(delay / 2 + 1));
    engine->failures++;
    engine->greeted = false;
    text_copy(engine->message, sizeof(engine->message), error->message);
    (void)get_sure(engine, NULL);
    drop(engine);
    for (int lane = 0; lane < SYNC_LANE_COUNT; lane++)
        engine->retry[lane] = relay_steady(engine) + delay;
}

static int problem(const struct http_reply *reply, const char *what, struct error *error)
{
    json_t *document = NULL;
    int code = reply->status == 401 ? ERROR_REFUSED : ERROR_PROTOCOL;

    if (reply->length > 0 &&
        json_read(&document, reply->body, reply->length, PROBLEM_LIMIT, what, NULL) == 0)
        code = error_set(error, code, "%s: %s (status %d)", what,
                         json_text_or(document, "detail", json_text_or(document, "title", "")),
                         reply->status);
    else
        code =
            error_set(error, code, "%s: the centre answered with status %d", what, reply->status);
    json_decref(document);
    return code;
}

bool relay_is_problem(const struct http_reply *reply, const char *name)
{
    json_t *document = NULL;
    bool same;

    if (reply->status == 200 || reply->length == 0 ||
        json_read(&document, reply->body, reply->length, PROBLEM_LIMIT, name, NULL) != 0)
        return false;
    same = strcmp(json_text_or(document, "code", ""), name) == 0;
    json_decref(document);
    return same;
}

int relay_read_reply(const struct http_reply *reply, const char *what, json_t **document,
                     struct error *error)
{
    *document = NULL;
    if (reply->status != 200)
        return problem(reply, what, error);
    if (json_read(document, reply->body, reply->length, reply->length, what, NULL) != 0 ||
        !json_is_object(*document)) {
        json_decref(*document);
        *document = NULL;
        return error_set(error, ERROR_PROTOCOL, "%s: the reply makes no sense", what);
    }
    return 0;
}

int relay_send(struct relay_engine *engine, enum sync_lane lane, const struct http_request *request,
               struct error *error)
{
    return engine->options.transport.begin(engine->options.transport.context, lane, request, error);
}

int relay_begin_anew(struct relay_engine *engine, struct error *error)
{
    struct ledger_place place = engine->place;
    int code;

    place.desk = place.catalogue = 0;
    place.desk_epoch[0] = place.catalogue_epoch[0] = place.scopes[0] = '\0';
    code = ledger_relay_begin_anew(engine->options.ledger, &place, error);
    if (code != 0)
        return code;
    /* It was asked of the centre as it was: what that took of a batch, this one has not. */
    drop(engine);
    engine->place = place;
    engine->desk_read = false;
    engine->catalogue_due = engine->push_due = true;
    return 0;
}

/* --- greeting --------------------------------------------------------------------------------- */

/* Shows where the relay stands in the centre's history, so that a centre which was restored from an
 * older copy is found out before anything that goes on from there is carried to it. */
static int greet_begin(struct relay_engine *engine, struct error *error)
{
    const struct ledger_place *place = &engine->place;
    const struct ledger_witness *named = &engine->named;
    char path[320];
    const struct http_request request = {
        .method = "GET", .path = path, .accept = "application/json"};
    int code = ledger_upward_witness(engine->options.ledger, &engine->named, error);

    if (code != 0)
        return code;
    engine->named_desk = place->desk;
    (void)snprintf(path, sizeof(path), "/v1/relay?feed=%s&since=%" PRId64 "%s%s%s%s%s%s",
                   place->feed, place->desk,
                   place->desk > 0 && place->desk_epoch[0] != '\0' ? "&epoch=" : "",
                   place->desk > 0 ? place->desk_epoch : "",
                   id_is_empty(&named->made) ? "" : "&made=", named->made.text,
                   named->shown[0] == '\0' ? "" : "&shown=", named->shown);
    return relay_send(engine, SYNC_LANE_WORK, &request, error);
}

/* Before anything else is decided here: see whether this is an older copy of the relay. */
static int check_carried(struct relay_engine *engine, const json_t *document, struct error *error)
{
    struct id carried = {""};
    int code;

    (void)id_parse(&carried, json_text_or(document, "carried", ""));
    code = ledger_relay_told(engine->options.ledger, &carried, relay_wall(engine), error);
    engine->unsure = engine->unsure && code != 0;
    return code;
}

static int greet_take(struct relay_engine *engine, const json_t *document, struct error *error)
{
    const char *office, *feed;
    const json_t *agents = json_object_get(document, "agents");
    struct ledger_place place = engine->place;
    int code = json_require_text(document, "office", sizeof(place.office) - 1, &office, error);

    if (code == 0)
        code = json_require_text(document, "feed", sizeof(place.feed) - 1, &feed, error);
    if (code == 0 &&
        protocol_judge(PROTOCOL_MAJOR, protocol_major(json_text_or(document, "protocol", ""))) !=
            PROTOCOL_FITS)
        code = error_set(error, ERROR_PROTOCOL, "the centre speaks another version: update both");
    if (code != 0)
        return code;
    if (place.feed[0] != '\0' && strcmp(place.feed, feed) != 0) {
        code = relay_begin_anew(engine, error);
        place = engine->place;
    }
    if (code == 0 && (strcmp(place.feed, feed) != 0 || strcmp(place.office, office) != 0)) {
        text_copy(place.feed, sizeof(place.feed), feed);
        text_copy(place.office, sizeof(place.office), office);
        code = ledger_relay_give(engine->options.ledger, NULL, &place, relay_wall(engine), error);
    }
    if (code == 0)
        code = ledger_relay_admit(engine->options.ledger, agents, error);
    if (code == 0)
        code = check_carried(engine, document, error);
    if (code != 0)
        return code;
    engine->place = place;
    relay_board_escrow_set(engine->options.board,
                           json_string_value(json_object_get(document, "escrow_key")));
    engine->verifiers_due = false;
    engine->verifiers = json_integer_or(document, "verifiers", 0);
    engine->verifiers_at = relay_steady(engine) + VERIFIERS_MS;
    if (!engine->greeted) {
        engine->greeted = true;
        engine->up_ms = relay_wall(engine);
        engine->failures = 0;
        engine->push_due = engine->catalogue_due = true;
        engine->desk_read = false;
        engine->presence_at = relay_steady(engine);
    }
    return 0;
}

static int greet_reply(struct relay_engine *engine, const struct http_reply *reply,
                       struct error *error)
{
    json_t *document;
    int code;

    if (relay_is_problem(reply, "other-history")) {
        code = ledger_relay_untold(engine->options.ledger, error);
        return code == 0 ? relay_begin_anew(engine, error) : code;
    }
    code = relay_read_reply(reply, "GET /v1/relay", &document, error);
    if (code != 0 && reply->status == 200)
        (void)ledger_relay_untold(engine->options.ledger, NULL);
    if (code == 0)
        code =
            ledger_upward_known(engine->options.ledger, &engine->named, engine->named_desk, error);
    if (code == 0)
        code = greet_take(engine, document, error);
    json_decref(document);
    return code;
}

/* --- operations ------------------------------------------------------------------------------- */

/* With what shows which history of the centre it goes on from: nothing tells the relay that a
 * centre went away while its long poll was lost on the way. New, NULL without memory. */
static json_t *push_body(struct relay_engine *engine, json_t *operations)
{
    struct ledger_witness witness;

    if (ledger_upward_witness(engine->options.ledger, &witness, NULL) != 0)
        return NULL;
    return json_pack("{s:O, s:s*, s:s*}", "operations", operations, "made",
                     id_is_empty(&witness.made) ? NULL : witness.made.text, "shown",
                     witness.shown[0] == '\0' ? NULL : witness.shown);
}

static int push_send(struct relay_engine *engine, json_t *operations, struct error *error)
{
    json_t *body = push_body(engine, operations);
    char *text = body != NULL ? json_write(body) : NULL, *packed = NULL;
    struct http_request request = {.method = "POST",
                                   .path = "/v1/relay/operations",
                                   .body = text,
                                   .body_type = "application/json",
                                   .accept = "application/json"};
    int code = text != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for a batch");

    json_decref(body);
    engine->batch_count = json_array_size(operations);
    if (code == 0) {
        request.body_length = engine->batch_bytes = strlen(text);
        if (request.body_length >= COMPRESS_FROM) {
            code = compress_bytes(COMPRESSION_ZSTD, text, request.body_length, &packed,
                                  &request.body_length, error);
            request.body = packed;
            request.body_encoding = compression_name(COMPRESSION_ZSTD);
        }
    }
    if (code == 0) {
        sync_pace_begin(&engine->batch_pace, relay_steady(engine));
        code = relay_send(engine, SYNC_LANE_WORK, &request, error);
    }
    free(packed);
    free(text);
    return code;
}

/* 1 when nothing waits. */
static int push_begin(struct relay_engine *engine, struct error *error)
{
    json_t *operations;
    int code;

    engine->push_due = false;
    code = ledger_upward_read(engine->options.ledger, BATCH_OPERATIONS, engine->batch_pace.limit,
                              &operations, error);
    if (code != 0)
        return code;
    code = json_array_size(operations) > 0 ? push_send(engine, operations, error) : 1;
    json_decref(operations);
    return code;
}

/* False for an answer that says nothing. */
static bool read_verdict(const json_t *answer, struct ledger_verdict *verdict)
{
    const char *outcome = json_text_or(answer, "outcome", "");

    *verdict = (struct ledger_verdict){.field = json_text_or(answer, "field", ""),
                                       .rev = json_integer_or(answer, "rev", 0),
                                       .seq = json_integer_or(answer, "seq", 0),
                                       .repeated = strcmp(outcome, "repeated") == 0,
                                       .conflict = json_bool_or(answer, "conflict", false),
                                       .record = json_object_get(answer, "record")};
    if (!id_parse(&verdict->operation, json_text_or(answer, "id", "")))
        return false;
    if (strcmp(outcome, "refused") != 0)
        return (strcmp(outcome, "applied") == 0 || strcmp(outcome, "repeated") == 0) &&
               verdict->rev > 0;
    verdict->refusal = merge_refusal_from_name(json_text_or(answer, "reason", ""));
    if (verdict->refusal == MERGE_APPLIED || verdict->refusal == MERGE_REFUSAL_COUNT)
        verdict->refusal = MERGE_FORBIDDEN;
    return true;
}

static int push_reply(struct relay_engine *engine, const struct http_reply *reply,
                      struct error *error)
{
    struct ledger_verdict *verdicts;
    char epoch[LEDGER_EPOCH_SIZE];
    const json_t *outcomes, *answer;
    json_t *document;
    size_t index, count = 0;
    int code;

    if (relay_is_problem(reply, "other-history"))
        return relay_begin_anew(engine, error);
    code = relay_read_reply(reply, "POST /v1/relay/operations", &document, error);
    if (code != 0)
        return code;
    outcomes = json_object_get(document, "outcomes");
    verdicts = calloc(json_array_size(outcomes) + 1, sizeof(*verdicts));
    if (verdicts == NULL)
        code = error_set(error, ERROR_MEMORY, "no memory for the outcomes");
    json_array_foreach(outcomes, index, answer)
    {
        if (code == 0 && read_verdict(answer, &verdicts[count]))
            count++;
    }
    relay_epoch_copy(epoch, document, "epoch");
    if (code == 0)
        code = ledger_upward_settle(engine->options.ledger, verdicts, count,
                                    json_text_or(document, "shown", ""), epoch, relay_wall(engine),
                                    error);
    /* What was not answered is sent again, but not in haste. */
    if (code == 0 && count < engine->batch_count)
        code = error_set(error, ERROR_PROTOCOL, "%zu of %zu operations were answered", count,
                         engine->batch_count);
    free(verdicts);
    json_decref(document);
    sync_pace_done(&engine->batch_pace, relay_steady(engine), engine->batch_bytes);
    engine->push_due = true;
    return code;
}

/* --- presence --------------------------------------------------------------------------------- */

static int presence_begin(struct relay_engine *engine, struct error *error)
{
    json_t *agents = engine->options.present(engine->options.present_context);
    json_t *body = agents != NULL ? json_pack("{s:o}", "agents", agents) : NULL;
    char *text = body != NULL ? json_write(body) : NULL;
    struct http_request request = {.method = "POST",
                                   .path = "/v1/relay/presence",
                                   .body = text,
                                   .body_length = text != NULL ? strlen(text) : 0,
                                   .body_type = "application/json",
                                   .accept = "application/json"};
    int code = text != NULL ? relay_send(engine, SYNC_LANE_WORK, &request, error)
                            : error_set(error, ERROR_MEMORY, "no memory for presence");

    engine->presence_asked = relay_steady(engine);
    engine->presence_at = engine->presence_asked + PRESENCE_MS;
    json_decref(body);
    free(text);
    return code;
}

static int presence_reply(struct relay_engine *engine, const struct http_reply *reply,
                          struct error *error)
{
    json_t *document, *agents;
    int code = relay_read_reply(reply, "POST /v1/relay/presence", &document, error);

    agents = json_object_get(document, "agents");
    if (code == 0 && json_is_array(agents))
        relay_board_present_set(engine->options.board, agents, relay_wall(engine));
    json_decref(document);
    return code;
}

/* --- jobs ------------------------------------------------------------------------------------- */

/* What the work lane does next. */
static enum relay_job work_due(const struct relay_engine *engine)
{
    if (!engine->greeted)
        return JOB_GREET;
    if (engine->push_due)
        return JOB_PUSH;
    if (engine->verifiers_due || engine->verifiers_at <= relay_steady(engine))
        return JOB_GREET;
    if (engine->catalogue_due)
        return JOB_CATALOGUE;
    if (engine->options.present != NULL && engine->presence_at <= relay_steady(engine))
        return JOB_PRESENCE;
    return JOB_NONE;
}

static int begin(struct relay_engine *engine, enum relay_job job, struct error *error)
{
    switch (job) {
    case JOB_GREET:
        return greet_begin(engine, error);
    case JOB_PUSH:
        return push_begin(engine, error);
    case JOB_CATALOGUE:
        return relay_page_ask(engine, true, error);
    case JOB_PRESENCE:
        return presence_begin(engine, error);
    case JOB_DESK:
        return relay_page_ask(engine, false, error);
    case JOB_NONE:
        break;
    }
    return 1;
}

static int take(struct relay_engine *engine, enum relay_job job, const struct http_reply *reply,
                struct error *error)
{
    switch (job) {
    case JOB_GREET:
        return greet_reply(engine, reply, error);
    case JOB_PUSH:
        return push_reply(engine, reply, error);
    case JOB_CATALOGUE:
        return relay_page_reply(engine, true, reply, error);
    case JOB_PRESENCE:
        return presence_reply(engine, reply, error);
    case JOB_DESK:
        return relay_page_reply(engine, false, reply, error);
    case JOB_NONE:
        break;
    }
    return 0;
}

static void start(struct relay_engine *engine, enum sync_lane lane, enum relay_job job)
{
    struct error error = ERROR_INIT;
    int code;

    if (job == JOB_NONE || engine->running[lane] != JOB_NONE ||
        engine->retry[lane] > relay_steady(engine))
        return;
    code = begin(engine, job, &error);
    if (code == 0)
        engine->running[lane] = job;
    else if (code < 0)
        fail(engine, &error);
}

/* When nothing else comes up. */
static int64_t later_due(const struct relay_engine *engine)
{
    bool presence = engine->options.present != NULL && engine->presence_at < engine->verifiers_at;

    return presence ? engine->presence_at : engine->verifiers_at;
}

static int64_t next_due(const struct relay_engine *engine)
{
    int64_t now = relay_steady(engine), next = -1;

    if (engine->running[SYNC_LANE_WORK] == JOB_NONE)
        next = work_due(engine) != JOB_NONE ? engine->retry[SYNC_LANE_WORK]
               : engine->greeted            ? later_due(engine)
                                            : -1;
    if (engine->greeted && engine->running[SYNC_LANE_BELL] == JOB_NONE &&
        (next < 0 || engine->retry[SYNC_LANE_BELL] < next))
        next = engine->retry[SYNC_LANE_BELL];
    return next < 0 ? -1 : next > now ? next - now : 0;
}

int64_t relay_engine_step(struct relay_engine *engine)
{
    start(engine, SYNC_LANE_WORK, work_due(engine));
    /* What was due may have turned out to be nothing. */
    start(engine, SYNC_LANE_WORK, work_due(engine));
    if (engine->greeted)
        start(engine, SYNC_LANE_BELL, JOB_DESK);
    show(engine);
    return next_due(engine);
}

void relay_engine_ring(struct relay_engine *engine)
{
    engine->push_due = true;
}

void relay_engine_presence(struct relay_engine *engine)
{
    int64_t soonest = engine->presence_asked + PRESENCE_LEAST_MS;

    if (soonest < relay_steady(engine))
        soonest = relay_steady(engine);
    if (soonest < engine->presence_at)
        engine->presence_at = soonest;
}

void relay_engine_reply(struct relay_engine *engine, enum sync_lane lane, int code,
                        const struct http_reply *reply, const struct error *error)
{
    enum relay_job job = engine->running[lane];
    struct error trouble = ERROR_INIT;

    if (job == JOB_NONE)
        return;
    engine->running[lane] = JOB_NONE;
    if (code != 0)
        trouble = *error;
    else
        code = take(engine, job, reply, &trouble);
    if (code == 0) {
        engine->heard_ms = relay_wall(engine);
        return;
    }
    if (code == ERROR_OFFLINE && job == JOB_PUSH)
        sync_pace_cut(&engine->batch_pace);
    if (code == ERROR_OFFLINE && (job == JOB_DESK || job == JOB_CATALOGUE))
        sync_pace_cut(job == JOB_DESK ? &engine->desk_pace : &engine->catalogue_pace);
    fail(engine, &trouble);
}

int relay_engine_new(struct relay_engine **result, const struct relay_engine_options *options,
                     struct error *error)
{
    struct relay_engine *engine = calloc(1, sizeof(*engine));
    int code;

    if (engine == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the relay");
    engine->options = *options;
    for (int lane = 0; lane < SYNC_LANE_COUNT; lane++)
        engine->running[lane] = JOB_NONE;
    engine->batch_pace =
        (struct sync_pace){.minimum = 1024, .maximum = 512 * 1024, .limit = 16 * 1024};
    engine->desk_pace = (struct sync_pace){.minimum = 4, .maximum = 1000, .limit = 50};
    engine->catalogue_pace = engine->desk_pace;
    engine->unsure = true;
    code = ledger_relay_unsure(options->ledger, true, error);
    if (code == 0)
        code = ledger_place_read(options->ledger, &engine->place, error);
    if (code != 0) {
        free(engine);
        return code;
    }
    *result = engine;
    return 0;
}

void relay_engine_free(struct relay_engine *engine)
{
    if (engine == NULL)
        return;
    drop(engine);
    free(engine);
}
