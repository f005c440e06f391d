#include "tests/unit/relay_engine_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "net/compress.h"

static json_t *read_body(const struct http_request *request)
{
    enum compression compression = COMPRESSION_IDENTITY;
    char *plain = NULL;
    size_t length = 0;
    json_t *body = NULL;

    if (request->body == NULL)
        return NULL;
    if (request->body_encoding != NULL)
        assert_true(compression_from_name(&compression, request->body_encoding));
    assert_int_equal(decompress_bytes(compression, request->body, request->body_length, 1 << 20,
                                      &plain, &length, NULL),
                     0);
    assert_int_equal(json_read(&body, plain, length, length, "a body", NULL), 0);
    free(plain);
    return body;
}

static void forget(struct sent *sent)
{
    json_decref(sent->body);
    *sent = (struct sent){0};
}

static int begin(void *context, enum sync_lane lane, const struct http_request *request,
                 struct error *error)
{
    struct bench *bench = context;
    struct sent *sent = &bench->lanes[lane];

    (void)error;
    assert_false(sent->open);
    sent->open = true;
    (void)snprintf(sent->line, sizeof sent->line, "%s %s", request->method, request->path);
    sent->body = read_body(request);
    return 0;
}

static void cancel(void *context, enum sync_lane lane)
{
    struct bench *bench = context;

    forget(&bench->lanes[lane]);
    bench->cancelled++;
}

static int64_t read_steady(void *context)
{
    return ((struct bench *)context)->steady;
}

static int64_t read_wall(void *context)
{
    return ((struct bench *)context)->wall;
}

static uint32_t no_chance(void *context)
{
    (void)context;
    return 0;
}

int bench_setup(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);

    assert_non_null(bench);
    relay_fixture_open(&bench->fixture);
    bench->fixture.place.whole = bench->fixture.place.catalogue_whole = false;
    assert_int_equal(ledger_relay_give(bench->fixture.relay, NULL, &bench->fixture.place, 0, NULL),
                     0);
    bench->steady = 1000;
    bench->wall = INT64_C(1800000000000);
    bench->board = relay_board_new();
    assert_non_null(bench->board);
    const struct relay_engine_options options = {.ledger = bench->fixture.relay,
                                                 .board = bench->board,
                                                 .transport = {begin, cancel, NULL, bench, NULL},
                                                 .wall = read_wall,
                                                 .wall_context = bench,
                                                 .steady = read_steady,
                                                 .steady_context = bench,
                                                 .random = no_chance};
    assert_int_equal(relay_engine_new(&bench->engine, &options, NULL), 0);
    *state = bench;
    return 0;
}

int bench_teardown(void **state)
{
    struct bench *bench = *state;

    relay_engine_free(bench->engine);
    for (int lane = 0; lane < SYNC_LANE_COUNT; lane++)
        forget(&bench->lanes[lane]);
    relay_board_free(bench->board);
    relay_fixture_close(&bench->fixture);
    free(bench);
    return 0;
}

const char *bench_work(const struct bench *bench)
{
    return bench->lanes[SYNC_LANE_WORK].open ? bench->lanes[SYNC_LANE_WORK].line : "";
}

const char *bench_bell(const struct bench *bench)
{
    return bench->lanes[SYNC_LANE_BELL].open ? bench->lanes[SYNC_LANE_BELL].line : "";
}

bool bench_starts(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

void bench_answer(struct bench *bench, enum sync_lane lane, int status, const char *body)
{
    struct http_reply reply = {
        .status = status, .length = strlen(body), .body = strdup(body), .retry_after_ms = -1};

    forget(&bench->lanes[lane]);
    relay_engine_reply(bench->engine, lane, 0, &reply, NULL);
    free(reply.body);
    (void)relay_engine_step(bench->engine);
}

void bench_cut(struct bench *bench, enum sync_lane lane)
{
    struct error error = ERROR_INIT;
    int code = error_set(&error, ERROR_OFFLINE, "the link is dead");

    forget(&bench->lanes[lane]);
    relay_engine_reply(bench->engine, lane, code, NULL, &error);
    (void)relay_engine_step(bench->engine);
}

void bench_greet(struct bench *bench)
{
    bench_answer(bench, SYNC_LANE_WORK, 200,
                 "{\"relay\":\"" FEED "\",\"office\":\"sample/a\",\"feed\":\"" FEED
                 "\",\"protocol\":\"1.1\",\"agents\":[]}");
}

void bench_page(struct bench *bench, enum sync_lane lane, int next, const char *scopes)
{
    char body[512];

    (void)snprintf(body, sizeof body,
                   "{\"feed\":\"" FEED "\",\"next\":%d,\"more\":false,\"records\":[],"
                   "\"catalogue\":0,\"epoch\":\"\",\"scopes\":\"%s\"}",
                   next, scopes);
    bench_answer(bench, lane, 200, body);
}

struct relay_status bench_status(struct bench *bench)
{
    struct relay_status status;

    relay_board_get(bench->board, &status);
    return status;
}

void bench_get_joined(struct bench *bench)
{
    (void)relay_engine_step(bench->engine);
    assert_true(bench_starts(bench_work(bench), "GET /v1/relay?"));
    assert_string_equal(bench_bell(bench), "");
    bench_greet(bench);
    assert_true(bench_starts(bench_work(bench), "GET /v1/relay/changes?scope=catalogue"));
    assert_non_null(strstr(bench_bell(bench), "scope=desk"));
    assert_non_null(strstr(bench_bell(bench), "wait=0"));
    bench_page(bench, SYNC_LANE_WORK, 200, "");
    bench_page(bench, SYNC_LANE_BELL, 300, "one");
    if (strstr(bench_bell(bench), "wait=0") != NULL)
        bench_page(bench, SYNC_LANE_BELL, 300, "one");
    assert_string_equal(bench_work(bench), "");
    assert_non_null(strstr(bench_bell(bench), "wait=50"));
    assert_true(bench_status(bench).up);
}

struct operation *bench_client(struct bench *bench)
{
    struct id id = fixture_id(&bench->fixture.centre);

    return fixture_operation(&bench->fixture.centre, ANNE, OPERATION_APPEND, RECORD_CLIENT, &id, 0,
                             fixture_client("sample/a"));
}

void bench_carry(struct bench *bench, struct operation *operation)
{
    relay_applied(&bench->fixture, ANNE, operation, LEDGER_APPLIED);
    relay_engine_ring(bench->engine);
    (void)relay_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/relay/operations");
}
