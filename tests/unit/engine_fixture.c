#include "tests/unit/engine_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/binary.h"
#include "app/json.h"
#include "app/link_sign_in.h"
#include "net/compress.h"
#include "net/packed.h"
#include "tests/unit/unit.h"

/* What came in binary form, for tests that look for words in it. */
static size_t binary_to_json(char **bytes, size_t length)
{
    json_t *document;

    assert_int_equal(binary_read(&document, *bytes, length, NULL), 0);
    free(*bytes);
    *bytes = json_write(document);
    json_decref(document);
    assert_non_null(*bytes);
    assert_true(strlen(*bytes) < BENCH_BODY_SIZE);
    return strlen(*bytes);
}

static int begin_request(void *context, enum sync_lane lane, const struct http_request *request,
                         struct error *error)
{
    struct bench *bench = context;
    struct sent *sent = &bench->lanes[lane];

    assert_false(sent->open);
    sent->open = true;
    (void)snprintf(sent->line, sizeof sent->line, "%s %s", request->method, request->path);
    sent->body[0] = '\0';
    sent->came = request->came;
    sent->came_context = request->came_context;
    sent->wants = request->accept != NULL &&
                  strncmp(request->accept, BINARY_MEDIA_TYPE, strlen(BINARY_MEDIA_TYPE)) == 0;
    if (request->body != NULL) {
        enum compression compression = COMPRESSION_IDENTITY;
        char *plain = NULL;
        size_t length = 0;
        sent->packed = request->bare;
        if (request->bare) {
            assert_string_equal(request->body_encoding, PACKED_NAME);
            assert_int_equal(packed_read(store_agent(bench->store.store), request->body,
                                         request->body_length, sizeof sent->body - 1, &plain,
                                         &length, error),
                             0);
        } else {
            assert_true(compression_from_name(&compression, request->body_encoding));
            assert_int_equal(decompress_bytes(compression, request->body, request->body_length,
                                              sizeof sent->body - 1, &plain, &length, error),
                             0);
        }
        sent->binary =
            request->body_type != NULL && strcmp(request->body_type, BINARY_MEDIA_TYPE) == 0;
        if (sent->binary)
            length = binary_to_json(&plain, length);
        memcpy(sent->body, plain, length);
        sent->body[length] = '\0';
        free(plain);
    }
    bench->begun++;
    return 0;
}

static void cancel_request(void *context, enum sync_lane lane)
{
    struct bench *bench = context;

    bench->lanes[lane].open = false;
}

static int set_token(void *context, const char *token, struct error *error)
{
    struct bench *bench = context;

    (void)error;
    (void)snprintf(bench->token, sizeof bench->token, "%s", token == NULL ? "" : token);
    return 0;
}

static void use_line(void *context, enum sync_line what)
{
    struct bench *bench = context;
    size_t used = strlen(bench->line);

    (void)snprintf(bench->line + used, sizeof bench->line - used, "%s%s", used > 0 ? " " : "",
                   what == SYNC_LINE_OPEN ? "open" : "close");
}

static int64_t steady(void *context)
{
    return ((struct bench *)context)->steady;
}

static int64_t wall(void *context)
{
    return ((struct bench *)context)->wall;
}

/* No jitter: each delay is the longest it may be, but for the remainder. */
static uint32_t even(void *context)
{
    (void)context;
    return 0;
}

void bench_new_engine(struct bench *bench, bool once)
{
    struct sync_engine_options options = {
        .link = bench->link,
        .catalogue_path = bench->catalogue_path,
        .transport = {begin_request, cancel_request, set_token, bench, use_line},
        .wall = wall,
        .wall_context = bench,
        .steady = steady,
        .steady_context = bench,
        .random = even,
        .key = bench->key,
        .escrow_pinned = bench->escrow_pinned,
        .once = once};

    assert_int_equal(sync_engine_new(&bench->engine, &options, NULL), 0);
}

struct bench *bench_new(bool once)
{
    struct bench *bench = calloc(1, sizeof *bench);

    assert_non_null(bench);
    store_fixture_begin(&bench->store);
    (void)snprintf(bench->catalogue_path, sizeof bench->catalogue_path, "%s/catalogue.db",
                   bench->store.directory);
    bench->steady = 1000000;
    bench->wall = clock_system(NULL);
    assert_int_equal(link_new(&bench->link, NULL), 0);
    bench_new_engine(bench, once);
    return bench;
}

void bench_free(struct bench *bench)
{
    sync_engine_free(bench->engine);
    link_free(bench->link);
    store_fixture_end(&bench->store);
    free(bench);
}

const char *bench_work(const struct bench *bench)
{
    return bench->lanes[SYNC_LANE_WORK].open ? bench->lanes[SYNC_LANE_WORK].line : "";
}

const char *bench_bell(const struct bench *bench)
{
    return bench->lanes[SYNC_LANE_BELL].open ? bench->lanes[SYNC_LANE_BELL].line : "";
}

/* A reply with this status and body on a lane; "time" in the body is the caller's business. */
void bench_answer_with(struct bench *bench, enum sync_lane lane, int status, const char *body,
                       int64_t retry_after_ms)
{
    struct http_reply reply = {
        .status = status, .retry_after_ms = retry_after_ms, .bytes_received = bench->received};

    assert_true(bench->lanes[lane].open);
    bench->lanes[lane].open = false;
    reply.length = strlen(body);
    reply.body = strdup(body);
    (void)strcpy(reply.media_type, status == 200 ? "application/json" : "application/problem+json");
    sync_engine_reply(bench->engine, lane, 0, &reply, NULL);
    free(reply.body);
}

void bench_answer(struct bench *bench, enum sync_lane lane, int status, const char *body)
{
    bench_answer_with(bench, lane, status, body, -1);
}

void bench_cut(struct bench *bench, enum sync_lane lane)
{
    struct error error = ERROR_INIT;
    int code = error_set(&error, ERROR_OFFLINE, "the wire was cut");

    assert_true(bench->lanes[lane].open);
    bench->lanes[lane].open = false;
    sync_engine_reply(bench->engine, lane, code, NULL, &error);
}

struct link_status bench_status(struct bench *bench)
{
    struct link_status status;

    link_status_get(bench->link, &status);
    return status;
}

void bench_sign_in(struct bench *bench)
{
    assert_int_equal(
        link_sign_in(bench->link, "marie", "se\"cret", store_device(bench->store.store), NULL), 0);
    sync_engine_ring(bench->engine);
}

void bench_give_store(struct bench *bench)
{
    assert_int_equal(link_store_set(bench->link, bench->store.path, bench->store.key, NULL), 0);
    sync_engine_ring(bench->engine);
}

void bench_accept_login_with(struct bench *bench, const char *feed, const char *more)
{
    char body[1024];

    (void)snprintf(body, sizeof body,
                   "{\"token\":\"T1\",\"expires_at\":\"2030-01-01T00:00:00Z\",\"feed\":\"%s\","
                   "%s\"agent\":{\"type\":\"agent\",\"id\":\"%s\",\"rev\":1,\"seq\":1,\"body\":{},"
                   "\"meta\":{}}}",
                   feed, more, store_agent(bench->store.store)->text);
    bench_answer(bench, SYNC_LANE_WORK, 200, body);
}

void bench_accept_login(struct bench *bench, const char *feed)
{
    bench_accept_login_with(bench, feed, "");
}

void bench_answer_page(struct bench *bench, enum sync_lane lane, int64_t next, int64_t catalogue,
                       const char *records)
{
    char body[4096];

    (void)snprintf(body, sizeof body,
                   "{\"feed\":\"" FEED "\",\"next\":%lld,\"more\":false,\"records\":[%s],"
                   "\"catalogue\":%lld}",
                   (long long)next, records, (long long)catalogue);
    bench_answer(bench, lane, 200, body);
}

/* Signed in, with its store, both feeds read and the long poll open. */
void bench_get_online(struct bench *bench)
{
    bench_sign_in(bench);
    bench_give_store(bench);
    (void)sync_engine_step(bench->engine);
    bench_accept_login(bench, FEED);
    (void)sync_engine_step(bench->engine);
    bench_answer_page(bench, SYNC_LANE_WORK, 0, 0, "");
    bench_answer_page(bench, SYNC_LANE_BELL, 0, 0, "");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "");
    assert_non_null(strstr(bench_bell(bench), "wait=50"));
    assert_int_equal(bench_status(bench).state, LINK_ONLINE);
}

void bench_write_note(struct bench *bench, const char *text)
{
    struct id case_id = store_fixture_id(&bench->store);

    (void)store_fixture_note(&bench->store, &case_id, text);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
}

/* The outcome of the operation that the body of the last push holds first. */
void bench_answer_push(struct bench *bench, const char *rest)
{
    const char *found = strstr(bench->lanes[SYNC_LANE_WORK].body, "\"id\":\"");
    char body[512];

    assert_non_null(found);
    (void)snprintf(body, sizeof body, "{\"outcomes\":[{\"id\":\"%.36s\",%s}]}", found + 6, rest);
    bench_answer(bench, SYNC_LANE_WORK, 200, body);
    (void)sync_engine_step(bench->engine);
}

int64_t bench_waiting(struct bench *bench)
{
    return store_outbox_count(bench->store.store, NULL);
}

size_t bench_appends_sent(const struct bench *bench)
{
    size_t count = 0;

    for (const char *at = bench->lanes[SYNC_LANE_WORK].body;
         (at = strstr(at, "\"kind\":\"append\"")) != NULL; at++)
        count++;
    return count;
}
