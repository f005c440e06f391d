/* The engine alone: the test is its clock and its network, store and link are the real ones. */
#include "net/sync_engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"
#include "net/compress.h"
#include "tests/unit/fault_vfs.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/unit.h"

#define FEED "019b7000-0000-7000-8000-00000000feed"

#define CLIENT                                                                                     \
    "{\"type\":\"client\",\"id\":\"019b7000-0000-7000-8000-00000000c11e\",\"rev\":1,\"seq\":9,"    \
    "\"body\":{\"name\":\"Tremblay\"},\"meta\":{}}"

/* What left on a lane and was not answered yet. */
struct sent {
    bool open;
    char line[320]; /* "POST /v1/login" */
    char body[4096];
};

struct bench {
    struct store_fixture store;
    struct link *link;
    struct sync_engine *engine;
    char catalogue_path[128];
    struct sent lanes[SYNC_LANE_COUNT];
    char token[64];
    int64_t steady;
    int64_t wall;
    int begun;
};

static int begin_request(void *context, enum sync_lane lane, const struct http_request *request,
                         struct error *error)
{
    struct bench *bench = context;
    struct sent *sent = &bench->lanes[lane];

    assert_false(sent->open);
    sent->open = true;
    (void)snprintf(sent->line, sizeof sent->line, "%s %s", request->method, request->path);
    sent->body[0] = '\0';
    if (request->body != NULL) {
        enum compression compression = COMPRESSION_IDENTITY;
        char *plain = NULL;
        size_t length = 0;
        assert_true(compression_from_name(&compression, request->body_encoding));
        assert_int_equal(decompress_bytes(compression, request->body, request->body_length,
                                          sizeof sent->body - 1, &plain, &length, error),
                         0);
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

static void new_engine(struct bench *bench, bool once)
{
    struct sync_engine_options options = {
        .link = bench->link,
        .catalogue_path = bench->catalogue_path,
        .transport = {begin_request, cancel_request, set_token, bench},
        .wall = wall,
        .wall_context = bench,
        .steady = steady,
        .steady_context = bench,
        .random = even,
        .once = once};

    assert_int_equal(sync_engine_new(&bench->engine, &options, NULL), 0);
}

static struct bench *bench_new(bool once)
{
    struct bench *bench = calloc(1, sizeof *bench);

    assert_non_null(bench);
    store_fixture_begin(&bench->store);
    (void)snprintf(bench->catalogue_path, sizeof bench->catalogue_path, "%s/catalogue.db",
                   bench->store.directory);
    bench->steady = 1000000;
    bench->wall = clock_system(NULL);
    assert_int_equal(link_new(&bench->link, NULL), 0);
    new_engine(bench, once);
    return bench;
}

static void bench_free(struct bench *bench)
{
    sync_engine_free(bench->engine);
    link_free(bench->link);
    store_fixture_end(&bench->store);
    free(bench);
}

static const char *work(const struct bench *bench)
{
    return bench->lanes[SYNC_LANE_WORK].open ? bench->lanes[SYNC_LANE_WORK].line : "";
}

static const char *bell(const struct bench *bench)
{
    return bench->lanes[SYNC_LANE_BELL].open ? bench->lanes[SYNC_LANE_BELL].line : "";
}

/* A reply with this status and body on a lane; "time" in the body is the caller's business. */
static void answer_with(struct bench *bench, enum sync_lane lane, int status, const char *body,
                        int64_t retry_after_ms)
{
    struct http_reply reply = {.status = status, .retry_after_ms = retry_after_ms};

    assert_true(bench->lanes[lane].open);
    bench->lanes[lane].open = false;
    reply.length = strlen(body);
    reply.body = strdup(body);
    (void)strcpy(reply.media_type, status == 200 ? "application/json" : "application/problem+json");
    sync_engine_reply(bench->engine, lane, 0, &reply, NULL);
    free(reply.body);
}

static void answer(struct bench *bench, enum sync_lane lane, int status, const char *body)
{
    answer_with(bench, lane, status, body, -1);
}

static void cut(struct bench *bench, enum sync_lane lane)
{
    struct error error = ERROR_INIT;
    int code = error_set(&error, ERROR_OFFLINE, "the wire was cut");

    assert_true(bench->lanes[lane].open);
    bench->lanes[lane].open = false;
    sync_engine_reply(bench->engine, lane, code, NULL, &error);
}

static struct link_status status_of(struct bench *bench)
{
    struct link_status status;

    link_status_get(bench->link, &status);
    return status;
}

static void sign_in(struct bench *bench)
{
    assert_int_equal(
        link_sign_in(bench->link, "marie", "se\"cret", store_device(bench->store.store), NULL), 0);
    sync_engine_ring(bench->engine);
}

static void give_store(struct bench *bench)
{
    assert_int_equal(link_store_set(bench->link, bench->store.path, bench->store.key, NULL), 0);
    sync_engine_ring(bench->engine);
}

static void accept_login(struct bench *bench, const char *feed)
{
    char body[1024];

    (void)snprintf(body, sizeof body,
                   "{\"token\":\"T1\",\"expires_at\":\"2030-01-01T00:00:00Z\",\"feed\":\"%s\","
                   "\"agent\":{\"type\":\"agent\",\"id\":\"%s\",\"rev\":1,\"seq\":1,\"body\":{},"
                   "\"meta\":{}}}",
                   feed, store_agent(bench->store.store)->text);
    answer(bench, SYNC_LANE_WORK, 200, body);
}

static void answer_page(struct bench *bench, enum sync_lane lane, int64_t next, int64_t catalogue,
                        const char *records)
{
    char body[4096];

    (void)snprintf(body, sizeof body,
                   "{\"feed\":\"" FEED "\",\"next\":%lld,\"more\":false,\"records\":[%s],"
                   "\"catalogue\":%lld}",
                   (long long)next, records, (long long)catalogue);
    answer(bench, lane, 200, body);
}

/* Signed in, with its store, both feeds read and the long poll open. */
static void get_online(struct bench *bench)
{
    sign_in(bench);
    give_store(bench);
    (void)sync_engine_step(bench->engine);
    accept_login(bench, FEED);
    (void)sync_engine_step(bench->engine);
    answer_page(bench, SYNC_LANE_WORK, 0, 0, "");
    answer_page(bench, SYNC_LANE_BELL, 0, 0, "");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(work(bench), "");
    assert_non_null(strstr(bell(bench), "wait=50"));
    assert_int_equal(status_of(bench).state, LINK_ONLINE);
}

static void write_note(struct bench *bench, const char *text)
{
    struct id case_id = store_fixture_id(&bench->store);

    (void)store_fixture_note(&bench->store, &case_id, text);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
}

/* The outcome of the operation that the body of the last push holds first. */
static void answer_push(struct bench *bench, const char *rest)
{
    const char *found = strstr(bench->lanes[SYNC_LANE_WORK].body, "\"id\":\"");
    char body[512];

    assert_non_null(found);
    (void)snprintf(body, sizeof body, "{\"outcomes\":[{\"id\":\"%.36s\",%s}]}", found + 6, rest);
    answer(bench, SYNC_LANE_WORK, 200, body);
    (void)sync_engine_step(bench->engine);
}

static int64_t waiting(struct bench *bench)
{
    return store_outbox_count(bench->store.store, NULL);
}

/* --- the session -------------------------------------------------------------------------------
 */

static void nothing_is_sent_before_sign_in(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    give_store(bench);
    assert_int_equal(sync_engine_step(bench->engine), -1);
    assert_int_equal(bench->begun, 0);
    assert_int_equal(status_of(bench).state, LINK_IDLE);
    bench_free(bench);
}

static void signing_in_opens_the_bell_and_reads_both_feeds(void **state)
{
    struct bench *bench = bench_new(false);
    char expected[256];

    (void)state;
    sign_in(bench);
    give_store(bench);
    (void)sync_engine_step(bench->engine);
    assert_int_equal(status_of(bench).state, LINK_CONNECTING);
    assert_string_equal(work(bench), "POST /v1/login");
    (void)snprintf(expected, sizeof expected,
                   "{\"login\":\"marie\",\"password\":\"se\\u0022cret\",\"device\":\"%s\"}",
                   store_device(bench->store.store)->text);
    assert_string_equal(bench->lanes[SYNC_LANE_WORK].body, expected);
    accept_login(bench, FEED);
    assert_string_equal(bench->token, "T1");
    assert_int_equal(link_sign_in_state(bench->link, NULL, NULL), SIGN_IN_ACCEPTED);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(work(bench), "GET /v1/changes?scope=catalogue&since=0&limit=500&wait=0");
    assert_string_equal(bell(bench),
                        "GET /v1/changes?scope=desk&since=0&limit=500&wait=0&catalogue=0");
    assert_true(status_of(bench).catalogue_loading);
    bench_free(bench);
}

static void a_wrong_password_is_tried_once(void **state)
{
    struct bench *bench = bench_new(false);
    char message[ERROR_MESSAGE_SIZE];

    (void)state;
    sign_in(bench);
    (void)sync_engine_step(bench->engine);
    answer(bench, SYNC_LANE_WORK, 401, "{\"title\":\"Unauthorized\",\"detail\":\"no such login\"}");
    assert_int_equal(sync_engine_step(bench->engine), -1);
    assert_int_equal(status_of(bench).state, LINK_REFUSED);
    assert_int_equal(link_sign_in_state(bench->link, NULL, message), SIGN_IN_REFUSED);
    assert_string_equal(message, "sign-in: no such login (status 401)");
    sync_engine_ring(bench->engine);
    bench->steady += 3600000;
    assert_int_equal(sync_engine_step(bench->engine), -1);
    assert_int_equal(bench->begun, 1);
    /* Until the agent tries again. */
    sign_in(bench);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(work(bench), "POST /v1/login");
    bench_free(bench);
}

/* Whoever typed wrong passwords, here or elsewhere: this one may be right. */
static void a_login_that_is_held_is_tried_again_later(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    sign_in(bench);
    give_store(bench);
    (void)sync_engine_step(bench->engine);
    answer_with(bench, SYNC_LANE_WORK, 429, "{\"title\":\"Too many failed sign-ins\"}", 4000);
    assert_int_equal(sync_engine_step(bench->engine), 4000);
    assert_int_equal(status_of(bench).state, LINK_OFFLINE);
    assert_int_equal(link_sign_in_state(bench->link, NULL, NULL), SIGN_IN_HELD);
    bench->steady += 4000;
    (void)sync_engine_step(bench->engine);
    assert_string_equal(work(bench), "POST /v1/login");
    accept_login(bench, FEED);
    assert_int_equal(link_sign_in_state(bench->link, NULL, NULL), SIGN_IN_ACCEPTED);
    bench_free(bench);
}

static void an_ended_session_is_renewed_once(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    get_online(bench);
    answer(bench, SYNC_LANE_BELL, 401, "{}");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(work(bench), "POST /v1/login");
    accept_login(bench, FEED);
    (void)sync_engine_step(bench->engine);
    /* A session that is no good from its first request on is not renewed in a circle. */
    answer(bench, SYNC_LANE_BELL, 401, "{}");
    int64_t wait = sync_engine_step(bench->engine);
    assert_string_equal(work(bench), "");
    assert_in_range(wait, 500, 1000);
    assert_int_equal(status_of(bench).state, LINK_OFFLINE);
    bench->steady += wait;
    (void)sync_engine_step(bench->engine);
    assert_string_equal(work(bench), "POST /v1/login");
    answer(bench, SYNC_LANE_WORK, 401, "{\"detail\":\"account closed\"}");
    assert_int_equal(sync_engine_step(bench->engine), -1);
    assert_int_equal(status_of(bench).state, LINK_REFUSED);
    bench_free(bench);
}

static void signing_out_gives_the_session_back(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    get_online(bench);
    link_sign_out(bench->link);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(work(bench), "POST /v1/logout");
    assert_string_equal(bell(bench), "");
    assert_string_equal(bench->token, "");
    answer(bench, SYNC_LANE_WORK, 204, "");
    assert_int_equal(sync_engine_step(bench->engine), -1);
    assert_int_equal(status_of(bench).state, LINK_IDLE);
    bench_free(bench);
}

static void another_agents_store_is_not_sent(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    write_note(bench, "mine alone");
    sign_in(bench);
    give_store(bench);
    (void)sync_engine_step(bench->engine);
    answer(
        bench, SYNC_LANE_WORK, 200,
        "{\"token\":\"T1\",\"feed\":\"" FEED "\",\"agent\":{\"type\":\"agent\",\"id\":"
        "\"019b7000-0000-7000-8000-00000000beef\",\"rev\":1,\"seq\":1,\"body\":{},\"meta\":{}}}");
    (void)sync_engine_step(bench->engine);
    assert_null(strstr(work(bench), "operations"));
    assert_string_equal(bell(bench), "");
    assert_int_equal(status_of(bench).state, LINK_FAULT);
    bench_free(bench);
}

static void a_session_without_the_stores_device_is_begun_anew(void **state)
{
    struct bench *bench = bench_new(false);
    static const struct id none = {""};

    (void)state;
    write_note(bench, "a");
    assert_int_equal(link_sign_in(bench->link, "marie", "secret", &none, NULL), 0);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    assert_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "device"));
    accept_login(bench, FEED);
    give_store(bench);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(work(bench), "POST /v1/logout");
    answer(bench, SYNC_LANE_WORK, 204, "");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(work(bench), "POST /v1/login");
    assert_non_null(
        strstr(bench->lanes[SYNC_LANE_WORK].body, store_device(bench->store.store)->text));
    accept_login(bench, FEED);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(work(bench), "POST /v1/operations");
    bench_free(bench);
}

/* --- the outbox --------------------------------------------------------------------------------
 */

static void a_note_goes_at_once_while_the_bell_is_open(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    get_online(bench);
    write_note(bench, "moved to Rimouski");
    assert_string_equal(work(bench), "POST /v1/operations");
    assert_non_null(strstr(bell(bench), "wait=50"));
    assert_int_equal(waiting(bench), 1);
    bench_free(bench);
}

static int keep_id(void *context, const struct outbox_entry *entry)
{
    *(struct id *)context = entry->operation->id;
    return 0;
}

static void what_is_under_way_cannot_be_taken_back(void **state)
{
    struct bench *bench = bench_new(false);
    struct id operation = {""};

    (void)state;
    get_online(bench);
    write_note(bench, "sent");
    assert_int_equal(store_outbox_each(bench->store.store, 10, keep_id, &operation, NULL), 0);
    assert_int_equal(store_outbox_withdraw(bench->store.store, &operation, NULL), ERROR_CONFLICT);
    write_note(bench, "waits for the other");
    assert_int_equal(store_outbox_each(bench->store.store, 10, keep_id, &operation, NULL), 0);
    assert_int_equal(store_outbox_withdraw(bench->store.store, &operation, NULL), 0);
    assert_int_equal(waiting(bench), 1);
    bench_free(bench);
}

static int keep_field(void *context, const struct store_refusal *refusal)
{
    text_copy(context, 128, refusal->field);
    return 0;
}

static void outcomes_settle_the_outbox(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    get_online(bench);
    write_note(bench, "a");
    answer_push(bench, "\"outcome\":\"applied\",\"rev\":1,\"seq\":7");
    assert_int_equal(waiting(bench), 0);
    assert_string_equal(work(bench), "");
    write_note(bench, "b");
    answer_push(bench, "\"outcome\":\"refused\",\"reason\":\"forbidden\","
                       "\"field\":\"\\u001b[2Jname\"");
    assert_int_equal(waiting(bench), 0);
    assert_int_equal(store_refusal_count(bench->store.store, NULL), 1);
    char field[128] = "";
    assert_int_equal(store_refusal_each(bench->store.store, keep_field, field, NULL), 0);
    assert_string_equal(field, "␛[2Jname");
    assert_int_equal(sync_engine_totals(bench->engine)->applied, 1);
    assert_int_equal(sync_engine_totals(bench->engine)->refused, 1);
    bench_free(bench);
}

static void an_unanswered_operation_stays_and_is_sent_again(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    get_online(bench);
    write_note(bench, "a");
    answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[]}");
    int64_t wait = sync_engine_step(bench->engine);
    assert_int_equal(status_of(bench).state, LINK_OFFLINE);
    assert_non_null(strstr(status_of(bench).message, "0 of 1 operations were answered"));
    assert_int_equal(waiting(bench), 1);
    bench->steady += wait;
    (void)sync_engine_step(bench->engine);
    assert_string_equal(work(bench), "POST /v1/operations");
    answer_push(bench, "\"outcome\":\"repeated\",\"rev\":1,\"seq\":7");
    assert_int_equal(waiting(bench), 0);
    assert_int_equal(status_of(bench).state, LINK_ONLINE);
    bench_free(bench);
}

static void outcomes_of_what_was_not_sent_do_not_count(void **state)
{
    struct bench *bench = bench_new(false);
    char body[256];

    (void)state;
    get_online(bench);
    write_note(bench, "a");
    struct id case_id = store_fixture_id(&bench->store);
    (void)store_fixture_note(&bench->store, &case_id, "written while the other is under way");
    (void)snprintf(body, sizeof body,
                   "{\"outcomes\":[{\"id\":\"%s\",\"outcome\":\"applied\",\"rev\":1}]}",
                   case_id.text);
    answer(bench, SYNC_LANE_WORK, 200, body);
    assert_int_equal(waiting(bench), 2);
    bench_free(bench);
}

static void what_cannot_be_taken_does_not_hold_up_the_rest(void **state)
{
    struct bench *bench = bench_new(false);
    struct id case_id;

    (void)state;
    get_online(bench);
    case_id = store_fixture_id(&bench->store);
    (void)store_fixture_note(&bench->store, &case_id, "one");
    (void)store_fixture_note(&bench->store, &case_id, "two");
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    answer(bench, SYNC_LANE_WORK, 413, "{}"); /* both: too large */
    (void)sync_engine_step(bench->engine);
    answer(bench, SYNC_LANE_WORK, 413, "{}"); /* the first alone, too */
    (void)sync_engine_step(bench->engine);
    assert_int_equal(store_refusal_count(bench->store.store, NULL), 1);
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "two"));
    answer_push(bench, "\"outcome\":\"applied\",\"rev\":1");
    assert_int_equal(waiting(bench), 0);
    assert_int_equal(status_of(bench).state, LINK_ONLINE);
    bench_free(bench);
}

/* --- trouble ------------------------------------------------------------------------------------
 */

static void the_back_off_doubles_up_to_a_minute(void **state)
{
    struct bench *bench = bench_new(false);
    int64_t expected = 500;

    (void)state;
    sign_in(bench);
    for (int round = 0; round < 10; round++) {
        (void)sync_engine_step(bench->engine);
        assert_string_equal(work(bench), "POST /v1/login");
        cut(bench, SYNC_LANE_WORK);
        int64_t wait = sync_engine_step(bench->engine);
        assert_int_equal(wait, expected);
        assert_int_equal(status_of(bench).state, LINK_OFFLINE);
        assert_string_equal(status_of(bench).message, "the wire was cut");
        assert_int_equal(status_of(bench).retry_ms, bench->wall + wait);
        assert_int_equal(link_sign_in_state(bench->link, NULL, NULL), SIGN_IN_OFFLINE);
        expected = expected * 2 > 30000 ? 30000 : expected * 2;
        bench->steady += wait;
    }
    bench_free(bench);
}

static void the_agents_action_hurries_but_once_a_second(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    get_online(bench);
    cut(bench, SYNC_LANE_BELL);
    for (int round = 0; round < 6; round++) {
        bench->steady += sync_engine_step(bench->engine);
        (void)sync_engine_step(bench->engine);
        cut(bench, SYNC_LANE_BELL);
    }
    assert_true(sync_engine_step(bench->engine) > 20000);
    bench->steady += 200;
    sync_engine_ring(bench->engine);
    assert_int_equal(sync_engine_step(bench->engine), 800);
    bench->steady += 800;
    (void)sync_engine_step(bench->engine);
    /* A probe asks for an answer at once, not for the next news. */
    assert_non_null(strstr(bell(bench), "wait=0"));
    answer_page(bench, SYNC_LANE_BELL, 0, 0, "");
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bell(bench), "wait=50"));
    assert_int_equal(status_of(bench).state, LINK_ONLINE);
    bench_free(bench);
}

static void retry_after_is_obeyed_whatever_the_agent_does(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    get_online(bench);
    write_note(bench, "a");
    answer_with(bench, SYNC_LANE_WORK, 503, "{\"title\":\"Starting\"}", 120000);
    assert_int_equal(sync_engine_step(bench->engine), 120000);
    int begun = bench->begun;
    bench->steady += 60000;
    write_note(bench, "b");
    assert_int_equal(sync_engine_step(bench->engine), 60000);
    assert_int_equal(bench->begun, begun);
    bench->steady += 60000;
    (void)sync_engine_step(bench->engine);
    assert_string_equal(work(bench), "POST /v1/operations");
    bench_free(bench);
}

static void a_link_that_comes_back_brings_all_back(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    get_online(bench);
    write_note(bench, "a");
    cut(bench, SYNC_LANE_WORK);
    cut(bench, SYNC_LANE_BELL);
    for (int round = 0; round < 5; round++) {
        int64_t wait = sync_engine_step(bench->engine);
        bench->steady += wait;
        (void)sync_engine_step(bench->engine);
        if (work(bench)[0] != '\0')
            cut(bench, SYNC_LANE_WORK);
    }
    answer_page(bench, SYNC_LANE_BELL, 0, 0, "");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(work(bench), "POST /v1/operations");
    bench_free(bench);
}

/* Our own disk is full: said as such, and tried again until there is room. */
static void a_full_disk_loses_nothing(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    get_online(bench);
    write_note(bench, "a");
    fault_vfs_arm(FAULT_FULL, 1);
    answer_push(bench, "\"outcome\":\"applied\",\"rev\":1,\"seq\":9");
    answer_page(bench, SYNC_LANE_BELL, 9, 0, CLIENT);
    int64_t wait = sync_engine_step(bench->engine);
    assert_int_equal(status_of(bench).state, LINK_FAULT);
    assert_non_null(strstr(status_of(bench).message, "full"));
    assert_int_equal(status_of(bench).retry_ms, bench->wall + wait);
    bench->steady += wait;
    (void)sync_engine_step(bench->engine); /* still full */
    assert_int_equal(status_of(bench).state, LINK_FAULT);
    fault_vfs_arm(FAULT_NONE, 0);
    assert_int_equal(store_cursor(bench->store.store, NULL), 0);
    assert_int_equal(waiting(bench), 1);
    bench->steady += 60000;
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bell(bench), "since=0"));
    answer_page(bench, SYNC_LANE_BELL, 9, 0, CLIENT);
    assert_string_equal(work(bench), "POST /v1/operations");
    answer_push(bench, "\"outcome\":\"repeated\",\"rev\":1,\"seq\":9");
    assert_int_equal(status_of(bench).state, LINK_ONLINE);
    assert_int_equal(store_cursor(bench->store.store, NULL), 9);
    assert_int_equal(waiting(bench), 0);
    bench_free(bench);
}

static void a_wrong_clock_is_told(void **state)
{
    struct bench *bench = bench_new(false);
    char now[TIMESTAMP_SIZE];
    char body[256];

    (void)state;
    get_online(bench);
    assert_false(status_of(bench).clock_wrong);
    for (int late = 1; late >= 0; late--) {
        timestamp_format(bench->wall - late * 61000, now);
        (void)snprintf(body, sizeof body,
                       "{\"feed\":\"" FEED "\",\"next\":0,\"more\":false,\"records\":[],"
                       "\"catalogue\":0,\"time\":\"%s\"}",
                       now);
        answer(bench, SYNC_LANE_BELL, 200, body);
        (void)sync_engine_step(bench->engine);
        assert_int_equal(status_of(bench).clock_wrong, late == 1);
    }
    bench_free(bench);
}

/* --- the feeds -----------------------------------------------------------------------------------
 */

static void records_arrive_with_their_cursor(void **state)
{
    struct bench *bench = bench_new(false);
    struct id id = {"019b7000-0000-7000-8000-00000000c11e"};
    struct record *record = NULL;

    (void)state;
    get_online(bench);
    answer_page(bench, SYNC_LANE_BELL, 9, 0, CLIENT);
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bell(bench), "since=9&limit=500&wait=50"));
    assert_int_equal(store_cursor(bench->store.store, NULL), 9);
    assert_int_equal(store_get(bench->store.store, RECORD_CLIENT, &id, &record, NULL, NULL), 0);
    assert_string_equal(record_text(record, "name"), "Tremblay");
    record_free(record);
    bench_free(bench);
}

static void bad_pages_change_nothing(void **state)
{
    static const struct {
        const char *body;
        const char *message;
    } cases[] = {
        {"[]", "no JSON object"},
        {"{\"feed\":\"" FEED "\",\"next\":", "makes no sense"},
        {"{\"next\":9,\"more\":false,\"records\":[]}", "feed"},
        {"{\"feed\":\"" FEED "\",\"next\":-3,\"more\":false,\"records\":[]}", "since -3"},
        {"{\"feed\":\"" FEED "\",\"next\":0,\"more\":true,\"records\":[]}", "since 0"},
        {"{\"feed\":\"" FEED "\",\"next\":9,\"more\":false,\"records\":7}", "no list"},
        {"{\"feed\":\"" FEED "\",\"next\":9,\"more\":false,\"records\":[" CLIENT ",{}]}",
         "record 1"},
        {"{\"feed\":\"" FEED "\",\"next\":9,\"more\":false,\"records\":[{\"type\":\"service\","
         "\"id\":\"019b7000-0000-7000-8000-00000000c11e\",\"rev\":1,\"seq\":9,\"body\":{},"
         "\"meta\":{}}]}",
         "another scope"},
    };

    (void)state;
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        struct bench *bench = bench_new(false);
        get_online(bench);
        answer(bench, SYNC_LANE_BELL, 200, cases[index].body);
        (void)sync_engine_step(bench->engine);
        assert_int_equal(status_of(bench).state, LINK_OFFLINE);
        if (strstr(status_of(bench).message, cases[index].message) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", status_of(bench).message, cases[index].message);
        assert_int_equal(store_cursor(bench->store.store, NULL), 0);
        /* The work lane goes on. */
        write_note(bench, "a");
        assert_string_equal(work(bench), "POST /v1/operations");
        bench_free(bench);
    }
}

static void a_type_of_the_future_is_passed_over(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    get_online(bench);
    answer_page(bench, SYNC_LANE_BELL, 9, 0,
                "{\"type\":\"hologram\",\"id\":\"019b7000-0000-7000-8000-00000000c11f\",\"rev\":1,"
                "\"seq\":8,\"body\":{},\"meta\":{}}," CLIENT);
    (void)sync_engine_step(bench->engine);
    assert_int_equal(store_cursor(bench->store.store, NULL), 9);
    assert_int_equal(sync_engine_totals(bench->engine)->work_records, 1);
    bench_free(bench);
}

static void the_bell_tells_of_the_catalogue(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    get_online(bench);
    answer_page(bench, SYNC_LANE_BELL, 0, 30, "");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(work(bench), "GET /v1/changes?scope=catalogue&since=0&limit=500&wait=0");
    /* The next long poll waits for what is newer still. */
    assert_non_null(strstr(bell(bench), "wait=50&catalogue=30"));
    bench_free(bench);
}

static void another_database_is_read_from_the_start(void **state)
{
    static const char other[] = "019b7000-0000-7000-8000-0000000fe3d2";
    struct bench *bench = bench_new(false);
    char body[512];

    (void)state;
    get_online(bench);
    write_note(bench, "a");
    answer_push(bench, "\"outcome\":\"applied\",\"rev\":1,\"seq\":7");
    answer_page(bench, SYNC_LANE_BELL, 9, 0, CLIENT);
    (void)sync_engine_step(bench->engine);
    (void)snprintf(body, sizeof body,
                   "{\"feed\":\"%s\",\"next\":9,\"more\":false,\"records\":[],\"catalogue\":0}",
                   other);
    answer(bench, SYNC_LANE_BELL, 200, body);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(work(bench), "POST /v1/login");
    accept_login(bench, other);
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bell(bench), "scope=desk&since=0&"));
    answer(bench, SYNC_LANE_BELL, 200, body);
    (void)sync_engine_step(bench->engine);
    /* The note that the former database had taken is offered to this one. */
    if (strstr(work(bench), "catalogue") != NULL) {
        (void)snprintf(body, sizeof body,
                       "{\"feed\":\"%s\",\"next\":0,\"more\":false,\"records\":[]}", other);
        answer(bench, SYNC_LANE_WORK, 200, body);
        (void)sync_engine_step(bench->engine);
    }
    assert_string_equal(work(bench), "POST /v1/operations");
    assert_non_null(strstr(bell(bench), "scope=desk&since=0&"));
    bench_free(bench);
}

static void presence_is_asked_when_wanted_and_kept(void **state)
{
    struct bench *bench = bench_new(false);
    json_t *presence = NULL;

    (void)state;
    get_online(bench);
    link_presence_ask(bench->link);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(work(bench), "GET /v1/presence");
    answer(bench, SYNC_LANE_WORK, 200, "{\"agents\":[{\"agent\":\"x\",\"state\":\"free\"}]}");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(work(bench), "");
    assert_int_equal(store_state_get(bench->store.store, "presence", &presence, NULL), 0);
    assert_int_equal(json_array_size(json_object_get(presence, "agents")), 1);
    assert_true(json_is_string(json_object_get(presence, "heard_at")));
    json_decref(presence);
    bench_free(bench);
}

static void once_ends_when_all_is_carried(void **state)
{
    struct bench *bench = bench_new(true);
    struct error error = ERROR_INIT;
    int code = 1;

    (void)state;
    sign_in(bench);
    give_store(bench);
    (void)sync_engine_step(bench->engine);
    accept_login(bench, FEED);
    (void)sync_engine_step(bench->engine);
    answer_page(bench, SYNC_LANE_WORK, 0, 0, "");
    answer_page(bench, SYNC_LANE_BELL, 9, 0, CLIENT);
    (void)sync_engine_step(bench->engine);
    assert_false(sync_engine_ended(bench->engine, &code, &error));
    assert_string_equal(work(bench), "POST /v1/logout");
    assert_string_equal(bell(bench), "");
    answer(bench, SYNC_LANE_WORK, 204, "");
    (void)sync_engine_step(bench->engine);
    assert_true(sync_engine_ended(bench->engine, &code, &error));
    assert_int_equal(code, 0);
    bench_free(bench);
}

/* A first sign-in on a terminal: who the agent is must be known before there can be a store. */
static void once_without_a_store_reads_the_catalogue(void **state)
{
    struct bench *bench = bench_new(true);
    int code = 1;

    (void)state;
    sign_in(bench);
    (void)sync_engine_step(bench->engine);
    accept_login(bench, FEED);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bell(bench), "");
    answer_page(bench, SYNC_LANE_WORK, 0, 0, "");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(work(bench), "POST /v1/logout");
    cut(bench, SYNC_LANE_WORK); /* the session ends by itself */
    (void)sync_engine_step(bench->engine);
    assert_true(sync_engine_ended(bench->engine, &code, NULL));
    assert_int_equal(code, 0);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_sent_before_sign_in),
        cmocka_unit_test(signing_in_opens_the_bell_and_reads_both_feeds),
        cmocka_unit_test(a_wrong_password_is_tried_once),
        cmocka_unit_test(a_login_that_is_held_is_tried_again_later),
        cmocka_unit_test(an_ended_session_is_renewed_once),
        cmocka_unit_test(signing_out_gives_the_session_back),
        cmocka_unit_test(another_agents_store_is_not_sent),
        cmocka_unit_test(a_session_without_the_stores_device_is_begun_anew),
        cmocka_unit_test(a_note_goes_at_once_while_the_bell_is_open),
        cmocka_unit_test(what_is_under_way_cannot_be_taken_back),
        cmocka_unit_test(outcomes_settle_the_outbox),
        cmocka_unit_test(an_unanswered_operation_stays_and_is_sent_again),
        cmocka_unit_test(outcomes_of_what_was_not_sent_do_not_count),
        cmocka_unit_test(what_cannot_be_taken_does_not_hold_up_the_rest),
        cmocka_unit_test(the_back_off_doubles_up_to_a_minute),
        cmocka_unit_test(the_agents_action_hurries_but_once_a_second),
        cmocka_unit_test(retry_after_is_obeyed_whatever_the_agent_does),
        cmocka_unit_test(a_link_that_comes_back_brings_all_back),
        cmocka_unit_test(a_full_disk_loses_nothing),
        cmocka_unit_test(a_wrong_clock_is_told),
        cmocka_unit_test(records_arrive_with_their_cursor),
        cmocka_unit_test(bad_pages_change_nothing),
        cmocka_unit_test(a_type_of_the_future_is_passed_over),
        cmocka_unit_test(the_bell_tells_of_the_catalogue),
        cmocka_unit_test(another_database_is_read_from_the_start),
        cmocka_unit_test(presence_is_asked_when_wanted_and_kept),
        cmocka_unit_test(once_ends_when_all_is_carried),
        cmocka_unit_test(once_without_a_store_reads_the_catalogue),
    };

    fault_vfs_register();
    return cmocka_run_group_tests_name("sync_engine", tests, NULL, NULL);
}
