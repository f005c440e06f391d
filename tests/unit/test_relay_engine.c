/* A relay's side of its link alone: the test is its clock and its network; both ledgers are real.
 */
#include "net/relay_engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "net/compress.h"
#include "tests/unit/relay_fixture.h"

#define FEED "019b7000-0000-7000-8000-00000000feed"

struct sent {
    bool open;
    char line[400]; /* "GET /v1/relay?..." */
    json_t *body;   /* owned: what it sends along, NULL for nothing */
};

struct bench {
    struct relay_fixture fixture;
    struct relay_board *board;
    struct relay_engine *engine;
    struct sent lanes[SYNC_LANE_COUNT];
    int cancelled;
    int64_t steady;
    int64_t wall;
};

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

static int setup(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);

    assert_non_null(bench);
    relay_fixture_open(&bench->fixture);
    bench->fixture.place.whole = false;
    assert_int_equal(ledger_relay_give(bench->fixture.relay, NULL, &bench->fixture.place, 0, NULL),
                     0);
    bench->steady = 1000;
    bench->wall = INT64_C(1800000000000);
    bench->board = relay_board_new();
    assert_non_null(bench->board);
    const struct relay_engine_options options = {.ledger = bench->fixture.relay,
                                                 .board = bench->board,
                                                 .transport = {begin, cancel, NULL, bench},
                                                 .wall = read_wall,
                                                 .wall_context = bench,
                                                 .steady = read_steady,
                                                 .steady_context = bench,
                                                 .random = no_chance};
    assert_int_equal(relay_engine_new(&bench->engine, &options, NULL), 0);
    *state = bench;
    return 0;
}

static int teardown(void **state)
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

static const char *work(const struct bench *bench)
{
    return bench->lanes[SYNC_LANE_WORK].open ? bench->lanes[SYNC_LANE_WORK].line : "";
}

static const char *bell(const struct bench *bench)
{
    return bench->lanes[SYNC_LANE_BELL].open ? bench->lanes[SYNC_LANE_BELL].line : "";
}

static bool starts(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

static void answer(struct bench *bench, enum sync_lane lane, int status, const char *body)
{
    struct http_reply reply = {
        .status = status, .length = strlen(body), .body = strdup(body), .retry_after_ms = -1};

    forget(&bench->lanes[lane]);
    relay_engine_reply(bench->engine, lane, 0, &reply, NULL);
    free(reply.body);
    (void)relay_engine_step(bench->engine);
}

static void cut(struct bench *bench, enum sync_lane lane)
{
    struct error error = ERROR_INIT;
    int code = error_set(&error, ERROR_OFFLINE, "the link is dead");

    forget(&bench->lanes[lane]);
    relay_engine_reply(bench->engine, lane, code, NULL, &error);
    (void)relay_engine_step(bench->engine);
}

static void greet(struct bench *bench)
{
    answer(bench, SYNC_LANE_WORK, 200,
           "{\"relay\":\"" FEED "\",\"office\":\"sample/a\",\"feed\":\"" FEED
           "\",\"protocol\":\"1.1\",\"agents\":[]}");
}

static void page(struct bench *bench, enum sync_lane lane, int next, const char *scopes)
{
    char body[512];

    (void)snprintf(body, sizeof body,
                   "{\"feed\":\"" FEED "\",\"next\":%d,\"more\":false,\"records\":[],"
                   "\"catalogue\":0,\"epoch\":\"\",\"scopes\":\"%s\"}",
                   next, scopes);
    answer(bench, lane, 200, body);
}

static struct relay_status status(struct bench *bench)
{
    struct relay_status status;

    relay_board_get(bench->board, &status);
    return status;
}

/* Greeted, both feeds read, the long poll open. */
static void get_joined(struct bench *bench)
{
    (void)relay_engine_step(bench->engine);
    assert_true(starts(work(bench), "GET /v1/relay?"));
    assert_string_equal(bell(bench), "");
    greet(bench);
    assert_true(starts(work(bench), "GET /v1/relay/changes?scope=catalogue"));
    assert_non_null(strstr(bell(bench), "scope=desk"));
    assert_non_null(strstr(bell(bench), "wait=0"));
    page(bench, SYNC_LANE_WORK, 200, "");
    page(bench, SYNC_LANE_BELL, 300, "one");
    if (strstr(bell(bench), "wait=0") != NULL)
        page(bench, SYNC_LANE_BELL, 300, "one");
    assert_string_equal(work(bench), "");
    assert_non_null(strstr(bell(bench), "wait=50"));
    assert_true(status(bench).up);
}

static bool knows_whole_desk(struct bench *bench)
{
    struct ledger_place place;

    assert_int_equal(ledger_place_read(bench->fixture.relay, &place, NULL), 0);
    return place.whole;
}

/* Also when the last page brings nothing. */
static void the_desk_is_whole_once_it_was_read_to_its_end(void **state)
{
    struct bench *bench = *state;

    (void)relay_engine_step(bench->engine);
    greet(bench);
    answer(bench, SYNC_LANE_BELL, 200,
           "{\"feed\":\"" FEED "\",\"next\":0,\"more\":true,\"records\":[],\"catalogue\":0,"
           "\"epoch\":\"\",\"scopes\":\"one\"}");
    assert_false(knows_whole_desk(bench));
    page(bench, SYNC_LANE_BELL, 0, "one");
    assert_true(knows_whole_desk(bench));
}

/* A password may have been changed at the centre, which is no record. */
static void verifiers_are_asked_for_now_and_then(void **state)
{
    struct bench *bench = *state;

    get_joined(bench);
    bench->steady += 299000;
    assert_int_equal(relay_engine_step(bench->engine), 1000);
    assert_string_equal(work(bench), "");
    bench->steady += 1000;
    (void)relay_engine_step(bench->engine);
    assert_true(starts(work(bench), "GET /v1/relay?"));
    greet(bench);
    assert_string_equal(work(bench), "");
    assert_true(status(bench).up);
}

static struct operation *client(struct bench *bench)
{
    struct id id = fixture_id(&bench->fixture.centre);

    return fixture_operation(&bench->fixture.centre, ANNE, OPERATION_APPEND, RECORD_CLIENT, &id, 0,
                             fixture_client("sample/a"));
}

static void what_the_office_does_is_carried_until_it_is_answered(void **state)
{
    struct bench *bench = *state;
    struct operation *operation = client(bench);
    struct id id = operation->id;
    char body[256];

    get_joined(bench);
    relay_applied(&bench->fixture, ANNE, operation, LEDGER_APPLIED);
    relay_engine_ring(bench->engine);
    (void)relay_engine_step(bench->engine);
    assert_string_equal(work(bench), "POST /v1/relay/operations");
    assert_int_equal(status(bench).waiting, 1);
    cut(bench, SYNC_LANE_WORK);
    assert_false(status(bench).up);
    assert_string_equal(status(bench).message, "the link is dead");
    assert_int_equal(status(bench).waiting, 1);
    /* After a pause the centre is greeted, then it is carried again. */
    assert_string_equal(work(bench), "");
    assert_string_equal(bell(bench), "");
    assert_true(relay_engine_step(bench->engine) > 0);
    bench->steady += 1000;
    (void)relay_engine_step(bench->engine);
    assert_true(starts(work(bench), "GET /v1/relay?"));
    greet(bench);
    assert_string_equal(work(bench), "POST /v1/relay/operations");
    (void)snprintf(body, sizeof body,
                   "{\"outcomes\":[{\"id\":\"%s\",\"outcome\":\"repeated\",\"rev\":1,\"seq\":9}]}",
                   id.text);
    answer(bench, SYNC_LANE_WORK, 200, body);
    assert_int_equal(status(bench).waiting, 0);
    assert_true(status(bench).up);
}

/* What comes with the centre's refusals is past what was read of it. */
static void what_a_refusal_showed_is_told(void **state)
{
    struct bench *bench = *state;
    struct operation *operation = client(bench);
    struct id id = operation->id, record = operation->record;
    char body[512];

    get_joined(bench);
    relay_applied(&bench->fixture, ANNE, operation, LEDGER_APPLIED);
    relay_engine_ring(bench->engine);
    (void)relay_engine_step(bench->engine);
    (void)snprintf(body, sizeof body,
                   "{\"epoch\":\"ab12cd34\",\"outcomes\":[{\"id\":\"%s\",\"outcome\":\"refused\","
                   "\"reason\":\"exists\",\"record\":{\"type\":\"client\",\"id\":\"%s\",\"rev\":1,"
                   "\"seq\":309,\"body\":{},\"meta\":{}}}]}",
                   id.text, record.text);
    answer(bench, SYNC_LANE_WORK, 200, body);
    cut(bench, SYNC_LANE_BELL);
    bench->steady += 1000;
    (void)relay_engine_step(bench->engine);
    assert_non_null(strstr(work(bench), "since=300"));
    assert_non_null(strstr(work(bench), "&shown=309.ab12cd34"));
    answer(bench, SYNC_LANE_WORK, 409, "{\"code\":\"other-history\"}");
    assert_null(strstr(work(bench), "shown"));
}

/* A centre that is restored while the relay reads has to know what it left out of the page. */
static void how_far_a_page_was_read_is_told(void **state)
{
    struct bench *bench = *state;

    get_joined(bench);
    answer(bench, SYNC_LANE_BELL, 200,
           "{\"feed\":\"" FEED "\",\"next\":302,\"more\":true,\"records\":[],\"catalogue\":0,"
           "\"epoch\":\"\",\"head\":309,\"head_epoch\":\"ab12cd34\",\"scopes\":\"one\"}");
    cut(bench, SYNC_LANE_BELL);
    bench->steady += 1000;
    (void)relay_engine_step(bench->engine);
    assert_non_null(strstr(work(bench), "since=302"));
    assert_non_null(strstr(work(bench), "&shown=309.ab12cd34"));
    answer(bench, SYNC_LANE_WORK, 409, "{\"code\":\"other-history\"}");
    assert_null(strstr(work(bench), "shown"));
}

static void carry(struct bench *bench, struct operation *operation)
{
    relay_applied(&bench->fixture, ANNE, operation, LEDGER_APPLIED);
    relay_engine_ring(bench->engine);
    (void)relay_engine_step(bench->engine);
    assert_string_equal(work(bench), "POST /v1/relay/operations");
}

static const char *says(const struct bench *bench, const char *member)
{
    return json_text_or(bench->lanes[SYNC_LANE_WORK].body, member, "");
}

/* The long poll hangs, lost on the way, while the centre is restored to a copy from before what it
 * has accepted: the relay hears of that from nobody but who takes its next batch. */
static void a_batch_shows_what_it_goes_on_from(void **state)
{
    struct bench *bench = *state;
    struct operation *first = client(bench), *second = client(bench), *third = client(bench);
    struct id accepted = first->id, record = second->record, refused = second->id;
    char body[512];

    get_joined(bench);
    carry(bench, first);
    assert_string_equal(says(bench, "made"), "");
    (void)snprintf(body, sizeof body,
                   "{\"outcomes\":[{\"id\":\"%s\",\"outcome\":\"applied\",\"rev\":1,\"seq\":308}]}",
                   accepted.text);
    answer(bench, SYNC_LANE_WORK, 200, body);
    carry(bench, second);
    assert_string_equal(says(bench, "made"), accepted.text);
    assert_string_equal(says(bench, "shown"), "");
    (void)snprintf(body, sizeof body,
                   "{\"epoch\":\"ab12cd34\",\"outcomes\":[{\"id\":\"%s\",\"outcome\":\"refused\","
                   "\"reason\":\"exists\",\"record\":{\"type\":\"client\",\"id\":\"%s\",\"rev\":1,"
                   "\"seq\":309,\"body\":{},\"meta\":{}}}]}",
                   refused.text, record.text);
    answer(bench, SYNC_LANE_WORK, 200, body);
    carry(bench, third);
    assert_string_equal(says(bench, "made"), accepted.text);
    assert_string_equal(says(bench, "shown"), "309.ab12cd34");
    assert_int_equal(status(bench).waiting, 1);
    answer(bench, SYNC_LANE_WORK, 409, "{\"code\":\"other-history\"}");
    assert_int_equal(status(bench).waiting, 2);
    assert_string_equal(work(bench), "POST /v1/relay/operations");
    assert_int_equal(
        json_array_size(json_object_get(bench->lanes[SYNC_LANE_WORK].body, "operations")), 2);
    assert_string_equal(says(bench, "made"), "");
    assert_string_equal(says(bench, "shown"), "");
    assert_non_null(strstr(bell(bench), "since=0"));
}

/* The answer was long on its way: what came of the record meanwhile may be of a centre that was
 * restored, and of somebody else. */
static void what_was_accepted_last_is_named_until_that_is_answered(void **state)
{
    struct bench *bench = *state;
    struct operation *operation = client(bench);
    struct id accepted = operation->id, record = operation->record;
    char body[512], named[64];

    get_joined(bench);
    carry(bench, operation);
    (void)snprintf(body, sizeof body,
                   "{\"feed\":\"" FEED "\",\"next\":310,\"more\":false,\"catalogue\":0,"
                   "\"epoch\":\"ab12cd34\",\"scopes\":\"one\",\"records\":[{\"type\":\"client\","
                   "\"id\":\"%s\",\"rev\":1,\"seq\":310,\"body\":{\"name\":\"Another\"},"
                   "\"meta\":{}}]}",
                   record.text);
    answer(bench, SYNC_LANE_BELL, 200, body);
    (void)snprintf(body, sizeof body,
                   "{\"outcomes\":[{\"id\":\"%s\",\"outcome\":\"applied\",\"rev\":1,\"seq\":308}]}",
                   accepted.text);
    answer(bench, SYNC_LANE_WORK, 200, body);
    for (int turn = 0; turn < 2; turn++) {
        cut(bench, SYNC_LANE_BELL);
        bench->steady += 1000;
        (void)relay_engine_step(bench->engine);
        assert_true(starts(work(bench), "GET /v1/relay?"));
        (void)snprintf(named, sizeof named, "&made=%s", accepted.text);
        if (turn == 0)
            assert_non_null(strstr(work(bench), named));
        else
            assert_null(strstr(work(bench), "made"));
        greet(bench);
        page(bench, SYNC_LANE_WORK, 1, "one");
    }
}

static void what_the_centre_lost_of_it_is_carried_again(void **state)
{
    struct bench *bench = *state;
    struct operation *operation = client(bench);
    struct id accepted = operation->id;
    char body[512];

    get_joined(bench);
    carry(bench, operation);
    (void)snprintf(body, sizeof body,
                   "{\"outcomes\":[{\"id\":\"%s\",\"outcome\":\"applied\",\"rev\":1,\"seq\":308}]}",
                   accepted.text);
    answer(bench, SYNC_LANE_WORK, 200, body);
    cut(bench, SYNC_LANE_BELL);
    bench->steady += 1000;
    (void)relay_engine_step(bench->engine);
    answer(bench, SYNC_LANE_WORK, 409, "{\"code\":\"other-history\"}");
    assert_null(strstr(work(bench), "made"));
    assert_int_equal(status(bench).waiting, 1);
}

static void what_is_not_answered_is_not_sent_in_haste(void **state)

{
    struct bench *bench = *state;

    get_joined(bench);
    relay_applied(&bench->fixture, ANNE, client(bench), LEDGER_APPLIED);
    relay_engine_ring(bench->engine);
    (void)relay_engine_step(bench->engine);
    answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[{\"outcome\":\"a new word\"}]}");
    assert_string_equal(work(bench), "");
    assert_int_equal(status(bench).waiting, 1);
    assert_true(relay_engine_step(bench->engine) > 0);
}

static void waits_grow_and_have_an_end(void **state)
{
    struct bench *bench = *state;
    int64_t longest = 0;

    (void)relay_engine_step(bench->engine);
    for (int i = 0; i < 12; i++) {
        int64_t wait;

        cut(bench, SYNC_LANE_WORK);
        wait = relay_engine_step(bench->engine);
        assert_true(wait >= longest && wait > 0 && wait <= 30000);
        longest = wait;
        bench->steady += wait;
        (void)relay_engine_step(bench->engine);
        assert_true(starts(work(bench), "GET /v1/relay?"));
    }
    assert_true(longest >= 15000);
}

/* An agent has come to the office: what stood in their scopes before is further back. */
static void other_agents_are_read_from_the_beginning(void **state)
{
    struct bench *bench = *state;

    get_joined(bench);
    assert_non_null(strstr(bell(bench), "since=300"));
    page(bench, SYNC_LANE_BELL, 301, "two");
    assert_non_null(strstr(bell(bench), "since=0"));
    page(bench, SYNC_LANE_BELL, 301, "two");
    assert_non_null(strstr(bell(bench), "since=301"));
}

/* The centre may be restored while the relay reads from the beginning what it knows already. */
static void how_far_was_read_is_told_while_it_is_read_again(void **state)
{
    struct bench *bench = *state;

    get_joined(bench);
    page(bench, SYNC_LANE_BELL, 301, "two");
    assert_non_null(strstr(bell(bench), "since=0"));
    cut(bench, SYNC_LANE_BELL);
    bench->steady += 1000;
    (void)relay_engine_step(bench->engine);
    assert_non_null(strstr(work(bench), "since=0"));
    assert_non_null(strstr(work(bench), "&shown=300"));
    greet(bench);
    page(bench, SYNC_LANE_BELL, 301, "two");
    cut(bench, SYNC_LANE_BELL);
    bench->steady += 1000;
    (void)relay_engine_step(bench->engine);
    assert_non_null(strstr(work(bench), "since=301"));
    assert_null(strstr(work(bench), "shown"));
}

static void a_centre_restored_is_read_from_the_beginning(void **state)
{
    struct bench *bench = *state;

    get_joined(bench);
    cut(bench, SYNC_LANE_BELL);
    bench->steady += 1000;
    (void)relay_engine_step(bench->engine);
    assert_non_null(strstr(work(bench), "since=300"));
    answer(bench, SYNC_LANE_WORK, 409, "{\"code\":\"other-history\"}");
    assert_true(starts(work(bench), "GET /v1/relay?"));
    assert_non_null(strstr(work(bench), "since=0"));
    greet(bench);
    assert_non_null(strstr(bell(bench), "since=0"));
}

/* What was carried to the centre as it was before is no longer there: its answer says nothing. */
static void no_answer_of_the_former_centre_is_taken(void **state)
{
    struct bench *bench = *state;

    get_joined(bench);
    relay_applied(&bench->fixture, ANNE, client(bench), LEDGER_APPLIED);
    relay_engine_ring(bench->engine);
    (void)relay_engine_step(bench->engine);
    assert_string_equal(work(bench), "POST /v1/relay/operations");
    answer(bench, SYNC_LANE_BELL, 409, "{\"code\":\"other-history\"}");
    assert_int_equal(bench->cancelled, 1);
    assert_string_equal(work(bench), "POST /v1/relay/operations");
    assert_non_null(strstr(bell(bench), "since=0"));
    assert_int_equal(status(bench).waiting, 1);
}

static void what_a_page_takes_back_is_taken(void **state)
{
    struct bench *bench = *state;
    struct relay_fixture *f = &bench->fixture;
    struct id matter =
        fixture_make(&f->centre, CHLOE, RECORD_CASE, fixture_case(&f->centre, CHLOE, "sample/a"));
    struct scope_set scopes = {0};
    struct ledger_page read;
    char body[512];

    relay_pull(f);
    get_joined(bench);
    (void)snprintf(body, sizeof body,
                   "{\"feed\":\"" FEED "\",\"next\":302,\"more\":false,\"records\":[],"
                   "\"gone\":[{\"type\":\"case\",\"id\":\"%s\"}],"
                   "\"catalogue\":0,\"epoch\":\"\",\"scopes\":\"one\"}",
                   matter.text);
    answer(bench, SYNC_LANE_BELL, 200, body);
    assert_non_null(strstr(bell(bench), "since=302"));
    assert_int_equal(ledger_desk_scopes(f->relay, &f->centre.actors[CHLOE].agent, &scopes, NULL),
                     0);
    assert_int_equal(ledger_changes(f->relay, &scopes, 0, 1000, NULL, &read, NULL), 0);
    assert_non_null(strstr(read.gone, matter.text));
    ledger_page_clear(&read);
    scope_set_free(&scopes);
}

static void a_token_that_ended_is_said(void **state)
{
    struct bench *bench = *state;

    (void)relay_engine_step(bench->engine);
    answer(bench, SYNC_LANE_WORK, 401, "{\"detail\":\"no relay has this token\"}");
    assert_false(status(bench).up);
    assert_non_null(strstr(status(bench).message, "no relay has this token"));
    assert_true(relay_engine_step(bench->engine) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(the_desk_is_whole_once_it_was_read_to_its_end),
        TEST(verifiers_are_asked_for_now_and_then),
        TEST(what_the_office_does_is_carried_until_it_is_answered),
        TEST(what_a_refusal_showed_is_told),
        TEST(how_far_a_page_was_read_is_told),
        TEST(a_batch_shows_what_it_goes_on_from),
        TEST(what_was_accepted_last_is_named_until_that_is_answered),
        TEST(what_the_centre_lost_of_it_is_carried_again),
        TEST(what_is_not_answered_is_not_sent_in_haste),
        TEST(waits_grow_and_have_an_end),
        TEST(other_agents_are_read_from_the_beginning),
        TEST(how_far_was_read_is_told_while_it_is_read_again),
        TEST(a_centre_restored_is_read_from_the_beginning),
        TEST(no_answer_of_the_former_centre_is_taken),
        TEST(what_a_page_takes_back_is_taken),
        TEST(a_token_that_ended_is_said),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
