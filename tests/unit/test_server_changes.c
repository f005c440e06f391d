/* The feed over HTTP: pages, waiting, the doorbell. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/merge.h"
#include "app/text.h"
#include "net/compress.h"
#include "net/ledger_agent.h"
#include "net/ledger_relay.h"
#include "net/ledger_scope.h"
#include "net/ledger_sqlite.h"
#include "tests/unit/server_fixture.h"

#define BEN_KEY "sample/ben2"

static struct server_fixture shared;
static struct server_fixture *const f = &shared;

static int group_setup(void **state)
{
    (void)state;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    server_fixture_open(f);
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    server_fixture_close(f);
    curl_global_cleanup();
    return 0;
}

/* --- changes ---------------------------------------------------------------------------------- */

static int64_t desk_cursor(enum fixture_agent who)
{
    int64_t since = 0;

    for (;;) {
        char path[128];
        struct call call = {.path = path, .token = f->tokens[who]};
        json_t *page;
        bool more;

        snprintf(path, sizeof(path), "/v1/changes?since=%lld", (long long)since);
        page = server_json(f, &call);
        since = json_integer_or(page, "next", -1);
        more = json_bool_or(page, "more", false);
        json_decref(page);
        if (!more)
            return since;
    }
}

static void test_changes(void **state)
{
    int64_t since = desk_cursor(ANNE), next;
    struct id ids[3];
    char path[128];
    struct call call = {.path = path, .token = f->tokens[ANNE]};
    json_t *page;

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct operation *batch[1];

        ids[i] = fixture_id(&f->ledger);
        batch[0] = server_note(f, ANNE, &ids[i], "change");
        json_decref(server_post(f, ANNE, batch, 1));
    }
    snprintf(path, sizeof(path), "/v1/changes?scope=desk&limit=2&since=%lld", (long long)since);
    page = server_json(f, &call);
    assert_string_equal(json_text_or(page, "feed", ""), ledger_feed(f->ledger.ledger));
    assert_true(json_bool_or(page, "more", false));
    assert_int_equal(json_array_size(json_object_get(page, "records")), 2);
    assert_string_equal(item_text(json_object_get(page, "records"), 1, "id"), ids[1].text);
    next = json_integer_or(page, "next", 0);
    json_decref(page);
    snprintf(path, sizeof(path), "/v1/changes?since=%lld", (long long)next);
    page = server_json(f, &call);
    assert_false(json_bool_or(page, "more", true));
    assert_int_equal(json_array_size(json_object_get(page, "records")), 1);
    json_decref(page);
    strcpy(path, "/v1/changes?scope=catalogue");
    page = server_json(f, &call);
    assert_true(json_array_size(json_object_get(page, "records")) >= 6);
    assert_int_equal(json_integer_or(page, "catalogue", 0), json_integer_or(page, "next", 1));
    json_decref(page);
}

/* Of work; the catalogue takes nothing back. */
static void test_a_reader_who_was_away_for_too_long(void **state)
{
    struct ledger *ledger = f->ledger.ledger;
    int64_t since = desk_cursor(ANNE), now = clock_system(NULL);
    char path[128];
    struct call call = {.path = path, .token = f->tokens[ANNE]};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct id id = fixture_id(&f->ledger);
        struct operation *batch[1] = {server_note(f, ANNE, &id, "later")};

        json_decref(server_post(f, ANNE, batch, 1));
        assert_int_equal(ledger_begin(ledger, NULL), 0);
        assert_int_equal(ledger_gone_prune(ledger, now + i * LEDGER_GONE_KEPT_MS, NULL), 0);
        assert_int_equal(ledger_commit(ledger, NULL), 0);
    }
    snprintf(path, sizeof(path), "/v1/changes?since=%lld", (long long)since);
    server_expect_problem(f, &call, 409, "other-history");
    snprintf(path, sizeof(path), "/v1/changes?scope=catalogue&since=1");
    json_decref(server_json(f, &call));
    snprintf(path, sizeof(path), "/v1/changes?since=%lld", (long long)desk_cursor(ANNE));
    json_decref(server_json(f, &call));
}

static void test_changes_refusals(void **state)
{
    static const char *const paths[] = {
        "/v1/changes?since=-1",        "/v1/changes?since=x",
        "/v1/changes?since=2&begun=x", "/v1/changes?since=",
        "/v1/changes?limit=0",         "/v1/changes?limit=1001",
        "/v1/changes?wait=61",         "/v1/changes?scope=office",
        "/v1/changes?catalogue=z",     "/v1/changes?since=99999999999999999999",
    };
    struct call call = {.token = f->tokens[ANNE]};

    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        call.path = paths[i];
        server_expect_problem(f, &call, 400, "bad-parameter");
    }
}

/* The office's feed takes the same words for its scope. */
static void test_relay_scope(void **state)
{
    struct ledger_relay relay;
    char token[LEDGER_TOKEN_SIZE];
    struct call call = {.path = "/v1/relay/changes?scope=office", .token = token};
    json_t *page;

    (void)state;
    fixture_publish(&f->ledger, RECORD_OFFICE, "sample/a", NULL);
    assert_int_equal(ledger_relay_add(f->ledger.ledger, "sample/a", 1, &relay, token, NULL), 0);
    server_expect_problem(f, &call, 400, "bad-parameter");
    call.path = "/v1/relay/changes?scope=desk";
    page = server_json(f, &call);
    assert_non_null(json_object_get(page, "scopes"));
    json_decref(page);
}

/* What a relay goes on from must be in this history. */
static void test_relay_batch_of_another_history(void **state)
{
    static const char *const bodies[] = {
        "{\"operations\":[],\"made\":\"019b7000-0000-7000-8000-0000000000aa\"}",
        "{\"operations\":[],\"shown\":\"9000000.ab12cd34\"}"};
    struct ledger_relay relay;
    char token[LEDGER_TOKEN_SIZE];
    struct call call = {
        .path = "/v1/relay/operations", .token = token, .body = "{\"operations\":[]}"};

    (void)state;
    fixture_publish(&f->ledger, RECORD_OFFICE, "sample/a", NULL);
    assert_int_equal(ledger_relay_add(f->ledger.ledger, "sample/a", 1, &relay, token, NULL), 0);
    json_decref(server_json(f, &call));
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        call.body = bodies[i];
        server_expect_problem(f, &call, 409, "other-history");
    }
}

static void test_replies_compressed(void **state)
{
    static const char *const kinds[] = {"gzip", "zstd"};
    struct call call = {.path = "/v1/changes?scope=catalogue", .token = f->tokens[ANNE]};
    struct answer plain, packed;

    (void)state;
    server_call(f, &call, &plain);
    assert_null(strstr(plain.headers, "content-encoding"));
    for (size_t i = 0; i < 2; i++) {
        enum compression compression;
        char *text, expected[64];
        size_t length;

        call.accept = kinds[i];
        server_call(f, &call, &packed);
        snprintf(expected, sizeof(expected), "content-encoding: %s", kinds[i]);
        assert_non_null(strstr(packed.headers, expected));
        assert_true(packed.length < plain.length / 2);
        assert_true(compression_from_name(&compression, kinds[i]));
        assert_int_equal(decompress_bytes(compression, packed.body, packed.length, 10000000, &text,
                                          &length, NULL),
                         0);
        assert_memory_equal(text, plain.body, 60);
        free(text);
        answer_clear(&packed);
    }
    answer_clear(&plain);
    /* Small ones are not worth it. */
    call = (struct call){.path = "/healthz", .accept = "gzip, zstd"};
    server_call(f, &call, &packed);
    assert_null(strstr(packed.headers, "content-encoding"));
    answer_clear(&packed);
}

/* --- the doorbell ----------------------------------------------------------------------------- */

struct waiting {
    pthread_t thread;
    char path[160];
    const char *token;
    struct answer answer;
    atomic_bool answered;
};

static void *wait_run(void *argument)
{
    struct waiting *waiting = argument;
    struct call call = {.path = waiting->path, .token = waiting->token};

    server_call(f, &call, &waiting->answer);
    atomic_store(&waiting->answered, true);
    return NULL;
}

static void wait_begin(struct waiting *waiting, enum fixture_agent who, const char *more)
{
    snprintf(waiting->path, sizeof(waiting->path), "/v1/changes?since=%lld%s",
             (long long)desk_cursor(who), more);
    waiting->token = f->tokens[who];
    atomic_store(&waiting->answered, false);
    assert_int_equal(pthread_create(&waiting->thread, NULL, wait_run, waiting), 0);
    usleep(150000);
}

static void wait_end(struct waiting *waiting, size_t records)
{
    pthread_join(waiting->thread, NULL);
    assert_int_equal(waiting->answer.status, 200);
    assert_int_equal(json_array_size(json_object_get(waiting->answer.json, "records")), records);
}

static void test_doorbell_rings(void **state)
{
    struct waiting waiting;
    struct id id = fixture_id(&f->ledger);
    struct operation *batch[1];

    (void)state;
    wait_begin(&waiting, BEN, "&wait=30");
    /* Anne's work does not wake Ben. */
    batch[0] = server_note(f, ANNE, &id, "not for Ben");
    json_decref(server_post(f, ANNE, batch, 1));
    usleep(100000);
    assert_false(atomic_load(&waiting.answered));
    id = fixture_id(&f->ledger);
    batch[0] = fixture_operation(
        &f->ledger, ANNE, OPERATION_APPEND, RECORD_HANDOFF, &id, 0,
        fixture_handoff(&f->ledger, ANNE, "sample/a", NULL, NULL, NULL, "sample/q"));
    json_decref(server_post(f, ANNE, batch, 1));
    wait_end(&waiting, 1);
    assert_string_equal(item_text(json_object_get(waiting.answer.json, "records"), 0, "id"),
                        id.text);
    assert_true(waiting.answer.seconds < 25.0); /* of 30 */
    answer_clear(&waiting.answer);
}

/* Its own work, which it can work out, is not worth a reply; the cursor passes it all the same. */
static void test_doorbell_is_not_rung_by_own_work(void **state)
{
    struct waiting waiting;
    struct id device = f->ledger.actors[ANNE].device;
    struct id id = fixture_id(&f->ledger), first = id;
    struct operation *batch[1];
    char more[64];

    (void)state;
    snprintf(more, sizeof(more), "&wait=30&merge=%d", MERGE_VERSION);
    wait_begin(&waiting, ANNE, more);
    batch[0] = server_note(f, ANNE, &id, "known to who wrote it");
    json_decref(server_post(f, ANNE, batch, 1));
    usleep(200000);
    id = fixture_make(&f->ledger, ANNE, RECORD_NOTE,
                      fixture_note(&f->ledger, ANNE, "sample/a", NULL, "known too"));
    usleep(200000);
    fixture_publish_agent(&f->ledger, DENIS, "sample/d", "");
    /* Another device of the same agent is not known to know. */
    f->ledger.actors[ANNE].device = fixture_id(&f->ledger);
    id = fixture_make(&f->ledger, ANNE, RECORD_NOTE,
                      fixture_note(&f->ledger, ANNE, "sample/a", NULL, "from elsewhere"));
    wait_end(&waiting, 1);
    assert_string_equal(item_text(json_object_get(waiting.answer.json, "records"), 0, "id"),
                        id.text);
    assert_string_not_equal(first.text, id.text);
    answer_clear(&waiting.answer);

    /* Of another version of merge it is not: all comes. */
    wait_begin(&waiting, ANNE, "&wait=30&merge=999999");
    f->ledger.actors[ANNE].device = device;
    id = fixture_make(&f->ledger, ANNE, RECORD_NOTE,
                      fixture_note(&f->ledger, ANNE, "sample/a", NULL, "of an old terminal"));
    wait_end(&waiting, 1);
    answer_clear(&waiting.answer);
}

/* From there a terminal holds what it makes. */
static void test_sign_in_says_where_the_feed_is(void **state)
{
    struct call call = {.path = "/v1/login",
                        .body = "{\"login\":\"anne2\",\"password\":\"" FIXTURE_PASSWORD "\"}"};
    int64_t head = 0;
    json_t *answer;

    (void)state;
    fixture_make(&f->ledger, ANNE, RECORD_NOTE,
                 fixture_note(&f->ledger, ANNE, "sample/a", NULL, "of a session before"));
    assert_int_equal(ledger_head(f->ledger.ledger, &head, NULL), 0);
    assert_true(head > 0);
    answer = server_json(f, &call);
    assert_int_equal(json_integer_or(answer, "head", 0), head);
    json_decref(answer);
}

/* Pages in which the caller is spared all are not answered one by one. */
static void test_pages_of_own_work_are_passed_over(void **state)
{
    struct id device = f->ledger.actors[ANNE].device, id = {""};
    long long since = desk_cursor(ANNE);
    char path[160];
    struct call call = {.path = path, .token = f->tokens[ANNE]};
    json_t *page;

    (void)state;
    for (int i = 0; i < 5; i++)
        fixture_make(&f->ledger, ANNE, RECORD_NOTE,
                     fixture_note(&f->ledger, ANNE, "sample/a", NULL, "known to who wrote it"));
    snprintf(path, sizeof(path), "/v1/changes?since=%lld&limit=2&merge=%d", since, MERGE_VERSION);
    page = server_json(f, &call);
    assert_int_equal(json_array_size(json_object_get(page, "records")), 0);
    assert_true(json_is_false(json_object_get(page, "more")));
    assert_int_equal(json_integer_or(page, "next", 0), since + 5);
    json_decref(page);
    f->ledger.actors[ANNE].device = fixture_id(&f->ledger);
    id = fixture_make(&f->ledger, ANNE, RECORD_NOTE,
                      fixture_note(&f->ledger, ANNE, "sample/a", NULL, "from elsewhere"));
    f->ledger.actors[ANNE].device = device;
    page = server_json(f, &call);
    assert_string_equal(item_text(json_object_get(page, "records"), 0, "id"), id.text);
    json_decref(page);
    /* What it made up to a number it may not hold. */
    snprintf(path, sizeof(path), "/v1/changes?since=%lld&limit=2&merge=%d&unheld=%lld", since,
             MERGE_VERSION, since + 1);
    page = server_json(f, &call);
    assert_int_equal(json_array_size(json_object_get(page, "records")), 1);
    json_decref(page);
    /* To who works out nothing, all of it is something. */
    snprintf(path, sizeof(path), "/v1/changes?since=%lld&limit=2", since);
    page = server_json(f, &call);
    assert_int_equal(json_array_size(json_object_get(page, "records")), 2);
    assert_int_equal(json_integer_or(page, "next", 0), since + 2);
    json_decref(page);
}

static void test_doorbell_times_out(void **state)
{
    struct waiting waiting;
    int64_t since = desk_cursor(BEN);

    (void)state;
    wait_begin(&waiting, BEN, "&wait=1");
    wait_end(&waiting, 0);
    assert_true(waiting.answer.seconds > 0.9);
    assert_int_equal(json_integer_or(waiting.answer.json, "next", 0), since);
    answer_clear(&waiting.answer);
}

static void test_doorbell_hears_the_catalogue(void **state)
{
    struct waiting deaf, listening;
    struct call call = {.path = "/v1/changes?limit=1", .token = f->tokens[BEN]};
    json_t *page = server_json(f, &call);
    char more[64];

    (void)state;
    snprintf(more, sizeof(more), "&wait=20&catalogue=%lld",
             (long long)json_integer_or(page, "catalogue", 0));
    json_decref(page);
    wait_begin(&deaf, BEN, "&wait=2");
    wait_begin(&listening, BEN, more);
    fixture_publish_agent(&f->ledger, DENIS, "sample/d", "");
    wait_end(&listening, 0);
    assert_true(listening.answer.seconds < 18.0); /* of 20 */
    /* Who did not ask for it sleeps on. */
    wait_end(&deaf, 0);
    assert_true(deaf.answer.seconds > 1.5);
    answer_clear(&deaf.answer);
    answer_clear(&listening.answer);
}

/* An offer by Anne to a queue. */
static void offer_to(const char *queue)
{
    struct id id = fixture_id(&f->ledger);
    struct operation *batch[1] = {
        fixture_operation(&f->ledger, ANNE, OPERATION_APPEND, RECORD_HANDOFF, &id, 0,
                          fixture_handoff(&f->ledger, ANNE, "sample/a", NULL, NULL, NULL, queue))};

    json_decref(server_post(f, ANNE, batch, 1));
}

static void publish_ben(const char *queue)
{
    fixture_publish(&f->ledger, RECORD_AGENT, BEN_KEY,
                    json_pack("{s:s, s:s, s:s, s:[s]}", "login", "ben2", "name", "ben2", "office",
                              "sample/b", "queues", queue));
}

/* What an agent may see, and whether they still are one, is found anew when that may have changed
 * while the request slept. */
static void test_a_sleeper_follows_the_agent(void **state)
{
    struct waiting waiting;
    struct ledger_login login;

    (void)state;
    fixture_publish(&f->ledger, RECORD_QUEUE, "sample/other", NULL);
    offer_to("sample/q");
    wait_begin(&waiting, BEN, "&wait=30");
    publish_ben("sample/other");
    /* What they saw in the queue that they left is taken from them at once. */
    wait_end(&waiting, 0);
    assert_true(json_array_size(json_object_get(waiting.answer.json, "gone")) > 0);
    answer_clear(&waiting.answer);
    wait_begin(&waiting, BEN, "&wait=30");
    offer_to("sample/q");
    usleep(100000);
    offer_to("sample/other");
    wait_end(&waiting, 1);
    assert_string_equal(
        json_text_or(
            json_object_get(json_array_get(json_object_get(waiting.answer.json, "records"), 0),
                            "body"),
            "to_queue", ""),
        "sample/other");
    answer_clear(&waiting.answer);
    publish_ben("sample/q");

    assert_int_equal(ledger_login(f->ledger.ledger, "ben2", FIXTURE_PASSWORD,
                                  &f->ledger.actors[BEN].device, NULL, clock_system(NULL), &login,
                                  NULL),
                     0);
    wait_begin(&waiting, BEN, "&wait=30");
    assert_int_equal(ledger_session_end(f->ledger.ledger, f->tokens[BEN], NULL, 1, NULL), 0);
    offer_to("sample/q");
    pthread_join(waiting.thread, NULL);
    assert_int_equal(waiting.answer.status, 401);
    answer_clear(&waiting.answer);
    text_copy(f->tokens[BEN], sizeof(f->tokens[BEN]), login.token);
    free(login.document);
}

/* What a threshold opens to the next queue makes a scope that nobody could wait for: those who
 * serve that queue hear of it at once all the same. */
static void test_what_is_opened_comes_at_once(void **state)
{
    struct waiting waiting;
    struct ledger_watch done;
    json_t *records;

    (void)state;
    fixture_publish(&f->ledger, RECORD_QUEUE, "sample/q", json_pack("{s:[s]}", "skills", "wills"));
    fixture_publish(&f->ledger, RECORD_QUEUE, "sample/first",
                    json_pack("{s:s, s:[{s:s, s:i, s:i, s:s}]}", "next_queue", "q", "thresholds",
                              "measure", "waiting", "limit", 1, "rearm", 0, "action", "open"));
    fixture_publish(&f->ledger, RECORD_AGENT, BEN_KEY,
                    json_pack("{s:s, s:s, s:s, s:[s], s:[s]}", "login", "ben2", "name", "ben2",
                              "office", "sample/b", "queues", "q", "skills", "wills"));
    wait_begin(&waiting, BEN, "&wait=30");
    offer_to("sample/first");
    usleep(100000);
    assert_int_equal(ledger_queues_watch(f->ledger.ledger, clock_system(NULL), &done, NULL), 0);
    assert_int_equal(done.crossed, 1);
    wait_end(&waiting, 1);
    assert_true(waiting.answer.seconds < 25.0);
    records = json_object_get(waiting.answer.json, "records");
    assert_string_equal(
        json_text_or(json_object_get(json_array_get(records, 0), "body"), "also_queue", ""),
        "sample/q");
    answer_clear(&waiting.answer);
    fixture_publish(&f->ledger, RECORD_QUEUE, "sample/q", NULL);
    publish_ben("sample/q");
}

static void test_many_wait_without_threads(void **state)
{
    struct waiting waiting[40];
    struct id id = fixture_id(&f->ledger);
    struct call call = {.path = "/healthz"};
    struct operation *batch[1];
    char file[64], line[128];
    int threads = 0;
    FILE *status;

    (void)state;
    for (int i = 0; i < 40; i++) {
        snprintf(waiting[i].path, sizeof(waiting[i].path), "/v1/changes?since=%lld&wait=30",
                 (long long)desk_cursor(ANNE));
        waiting[i].token = f->tokens[ANNE];
        assert_int_equal(pthread_create(&waiting[i].thread, NULL, wait_run, &waiting[i]), 0);
    }
    usleep(300000);
    /* Two threads serve, and are free. */
    json_decref(server_json(f, &call));
    snprintf(file, sizeof(file), "/proc/%d/status", (int)getpid());
    status = fopen(file, "r");
    assert_non_null(status);
    while (fgets(line, sizeof(line), status) != NULL)
        sscanf(line, "Threads: %d", &threads);
    fclose(status);
    assert_in_range(threads, 40, 40 + 12); /* a sanitizer may have one of its own */
    batch[0] = server_note(f, ANNE, &id, "for everybody");
    json_decref(server_post(f, ANNE, batch, 1));
    for (int i = 0; i < 40; i++) {
        wait_end(&waiting[i], 1);
        assert_true(waiting[i].answer.seconds < 25.0);
        answer_clear(&waiting[i].answer);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_changes_refusals),
        cmocka_unit_test(test_a_reader_who_was_away_for_too_long),
        cmocka_unit_test(test_relay_scope),
        cmocka_unit_test(test_relay_batch_of_another_history),
        cmocka_unit_test(test_replies_compressed),
        cmocka_unit_test(test_doorbell_rings),
        cmocka_unit_test(test_doorbell_is_not_rung_by_own_work),
        cmocka_unit_test(test_sign_in_says_where_the_feed_is),
        cmocka_unit_test(test_pages_of_own_work_are_passed_over),
        cmocka_unit_test(test_doorbell_times_out),
        cmocka_unit_test(test_doorbell_hears_the_catalogue),
        cmocka_unit_test(test_a_sleeper_follows_the_agent),
        cmocka_unit_test(test_what_is_opened_comes_at_once),
        cmocka_unit_test(test_many_wait_without_threads),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
