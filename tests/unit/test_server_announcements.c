/* Announcements of hand-offs over HTTP: told before anything is written, to those alone whom the
 * offer would reach, and in the audit trail when no offer follows. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/announcements.h"
#include "net/known.h"
#include "net/ledger_audit.h"
#include "net/ledger_sqlite.h"
#include "net/server_internal.h"
#include "tests/unit/server_fixture.h"

/* --- asking and waiting ----------------------------------------------------------------------- */

static int64_t cursor_of(struct server_fixture *f, enum fixture_agent who)
{
    int64_t next;

    json_decref(fixture_desk(&f->ledger, who, 0, 1000, &next));
    return next;
}

struct waiting {
    struct server_fixture *fixture;
    pthread_t thread;
    char path[160];
    const char *token;
    struct answer answer;
    atomic_bool over;
};

static void *wait_run(void *argument)
{
    struct waiting *waiting = argument;
    struct call call = {.path = waiting->path, .token = waiting->token};

    server_call(waiting->fixture, &call, &waiting->answer);
    atomic_store(&waiting->over, true);
    return NULL;
}

static void wait_begin(struct server_fixture *f, struct waiting *waiting, enum fixture_agent who,
                       const char *more)
{
    waiting->fixture = f;
    waiting->token = f->tokens[who];
    atomic_init(&waiting->over, false);
    snprintf(waiting->path, sizeof(waiting->path), "/v1/changes?since=%lld%s",
             (long long)cursor_of(f, who), more);
    assert_int_equal(pthread_create(&waiting->thread, NULL, wait_run, waiting), 0);
    usleep(150000);
}

static size_t announced_count(const struct waiting *waiting)
{
    assert_int_equal(waiting->answer.status, 200);
    return json_array_size(json_object_get(waiting->answer.json, "announcements"));
}

/* How many announcements the answer has. */
static size_t wait_end(struct waiting *waiting)
{
    pthread_join(waiting->thread, NULL);
    return announced_count(waiting);
}

static long announce(struct server_fixture *f, enum fixture_agent who, const struct id *id,
                     json_t *body)
{
    json_t *document = json_pack("{s:s, s:O}", "id", id->text, "body", body);
    char *text = json_write(document);
    const struct call call = {
        .path = "/v1/announcements", .token = f->tokens[who], .method = "POST", .body = text};
    struct answer answer;
    long status;

    server_call(f, &call, &answer);
    status = answer.status;
    answer_clear(&answer);
    free(text);
    json_decref(document);
    json_decref(body);
    return status;
}

static json_t *offer_to(struct server_fixture *f, enum fixture_agent from, enum fixture_agent to,
                        const struct id *matter)
{
    json_t *body = fixture_handoff(&f->ledger, from, "sample/a", matter,
                                   f->ledger.actors[to].agent.text, NULL, NULL);

    json_object_set_new(body, "context", json_string("all that is known"));
    json_object_set_new(body, "facts",
                        json_pack("[{s:s, s:s}, {s:s, s:s}]", "fact", "summary", "client",
                                  "Zoe Roy", "fact", "mood", "text", "upset"));
    return body;
}

/* What Ben was told last. */
static int64_t heard;

/* One wait of Ben's, of a second, while Anne announces it (NULL: has done so). `late` when the wait
 * may have been over before that was answered: on a slow machine, or for other news. */
static size_t told_in(struct server_fixture *f, const struct id *id, json_t *body, bool *late)
{
    char more[80];
    const int64_t began = clock_steady(NULL);
    struct waiting waiting;
    size_t count;

    snprintf(more, sizeof(more), "&wait=1&announced=%lld", (long long)heard);
    wait_begin(f, &waiting, BEN, more);
    if (body != NULL)
        assert_int_equal(announce(f, ANNE, id, body), 204);
    *late = atomic_load(&waiting.over) || clock_steady(NULL) - began >= 1000;
    count = wait_end(&waiting);
    heard = json_integer_or(waiting.answer.json, "announced", heard);
    answer_clear(&waiting.answer);
    return count;
}

/* Whether Ben, who waits, is told of this hand-off of Anne's. */
static bool is_told(struct server_fixture *f, json_t *body)
{
    struct id id = fixture_id(&f->ledger);
    bool late;
    size_t count = told_in(f, &id, body, &late);

    if (count == 0 && late)
        count = told_in(f, &id, NULL, &late);
    assert_true(count <= 1);
    return count == 1;
}

static json_t *first_announced(const struct waiting *waiting)
{
    return json_array_get(json_object_get(waiting->answer.json, "announcements"), 0);
}

/* --- tests ------------------------------------------------------------------------------------ */

/* The agent whom it is for is looked up anew when anybody's rights have changed. */
static void test_who_is_there_is_known_while_nobody_changes(void **state)
{
    struct server_fixture *f = *state;
    const struct id *ben = &f->ledger.actors[BEN].agent, *anne = &f->ledger.actors[ANNE].agent;
    struct known *known;

    assert_int_equal(known_new(&known, NULL), 0);
    assert_false(known_agent(known, 2, ben));
    known_agent_keep(known, 2, ben);
    assert_true(known_agent(known, 2, ben));
    assert_false(known_agent(known, 2, anne));
    assert_false(known_agent(known, 4, ben));
    for (int i = 0; i < 64; i++)
        known_agent_keep(known, 2, anne);
    assert_false(known_agent(known, 2, ben));
    known_free(known);
}

static void test_whom_it_is_for_is_known_the_second_time(void **state)
{
    struct server_fixture *f = *state;
    struct id matter =
        fixture_make(&f->ledger, ANNE, RECORD_CASE, fixture_case(&f->ledger, ANNE, "sample/a"));
    json_t *body = offer_to(f, ANNE, BEN, &matter);

    assert_true(is_told(f, json_incref(body)));
    assert_true(is_told(f, json_incref(body)));
    json_object_set_new(body, "to_agent", json_string("019b7000-0000-7000-8000-0000000000aa"));
    assert_false(is_told(f, body));
}

/* Nobody can write meanwhile: the test holds the ledger's lock. */
static void test_it_is_told_before_anything_is_written(void **state)
{
    struct server_fixture *f = *state;
    struct id id = fixture_id(&f->ledger);
    struct id matter =
        fixture_make(&f->ledger, ANNE, RECORD_CASE, fixture_case(&f->ledger, ANNE, "sample/a"));
    int64_t cursor = cursor_of(f, BEN);
    struct waiting waiting;
    json_t *body, *told;
    long status;

    wait_begin(f, &waiting, BEN, "&wait=30&announced=0");
    assert_int_equal(ledger_begin(f->ledger.ledger, NULL), 0);
    status = announce(f, ANNE, &id, offer_to(f, ANNE, BEN, &matter));
    pthread_join(waiting.thread, NULL);
    /* Before anything may fail: with the lock, nothing could be taken down. */
    ledger_rollback(f->ledger.ledger);
    assert_int_equal(status, 204);
    assert_non_null(waiting.answer.json);
    assert_int_equal(announced_count(&waiting), 1);
    assert_int_equal(json_integer_or(waiting.answer.json, "next", -1), cursor);
    assert_int_equal(json_array_size(json_object_get(waiting.answer.json, "records")), 0);
    assert_true(json_integer_or(waiting.answer.json, "announced", 0) > 0);
    told = first_announced(&waiting);
    assert_string_equal(json_text_or(told, "id", ""), id.text);
    body = json_object_get(told, "body");
    assert_string_equal(json_text_or(body, "from", ""), f->ledger.actors[ANNE].agent.text);
    assert_string_equal(json_text_or(body, "summary", ""), "birth certificate");
    /* Who, what and why; the file and what is known of it come with the offer. */
    assert_int_equal(json_array_size(json_object_get(body, "facts")), 1);
    assert_null(json_object_get(body, "context"));
    assert_null(json_object_get(body, "case"));
    assert_null(json_object_get(body, "office"));
    answer_clear(&waiting.answer);
    /* Nothing is there: neither a record nor anything to accept. */
    assert_int_equal(fixture_read(&f->ledger, BEN, RECORD_HANDOFF, &id, NULL), ERROR_NOT_FOUND);
    fixture_refused(&f->ledger, BEN,
                    fixture_operation(&f->ledger, BEN, OPERATION_CLAIM, RECORD_HANDOFF, &id, 1,
                                      json_pack("{s:s, s:s}", "state", "accepted", "taken_by",
                                                f->ledger.actors[BEN].agent.text)),
                    MERGE_MISSING, NULL);
}

static void test_nobody_is_told_twice_or_after_the_offer(void **state)
{
    struct server_fixture *f = *state;
    struct id id = fixture_id(&f->ledger);
    struct waiting waiting;
    struct operation *batch[1];
    char more[80];
    json_t *body = offer_to(f, ANNE, BEN, NULL);

    wait_begin(f, &waiting, BEN, "&wait=30&announced=0");
    assert_int_equal(announce(f, ANNE, &id, json_incref(body)), 204);
    assert_int_equal(wait_end(&waiting), 1);
    snprintf(more, sizeof(more), "&wait=1&announced=%lld",
             (long long)json_integer_or(waiting.answer.json, "announced", 0));
    answer_clear(&waiting.answer);
    wait_begin(f, &waiting, BEN, more);
    assert_int_equal(announce(f, ANNE, &id, json_incref(body)), 204);
    assert_int_equal(wait_end(&waiting), 0);
    answer_clear(&waiting.answer);
    batch[0] = fixture_operation(&f->ledger, ANNE, OPERATION_APPEND, RECORD_HANDOFF, &id, 0,
                                 json_incref(body));
    json_decref(server_post(f, ANNE, batch, 1));
    wait_begin(f, &waiting, BEN, "&wait=1&announced=0");
    assert_int_equal(announce(f, ANNE, &id, body), 204);
    assert_int_equal(wait_end(&waiting), 0);
    answer_clear(&waiting.answer);
}

static void test_old_terminals_are_not_woken(void **state)
{
    struct server_fixture *f = *state;
    struct id id = fixture_id(&f->ledger);
    struct waiting waiting;

    wait_begin(f, &waiting, BEN, "&wait=1");
    assert_int_equal(announce(f, ANNE, &id, offer_to(f, ANNE, BEN, NULL)), 204);
    assert_int_equal(wait_end(&waiting), 0);
    assert_true(waiting.answer.seconds > 0.9);
    assert_null(json_object_get(waiting.answer.json, "announced"));
    answer_clear(&waiting.answer);
}

static void test_what_would_be_refused_is_told_to_nobody(void **state)
{
    struct server_fixture *f = *state;
    struct ledger_fixture *l = &f->ledger;
    struct id of_ben = fixture_make(l, BEN, RECORD_CASE, fixture_case(l, BEN, "sample/b"));
    struct id nowhere = fixture_id(l);
    json_t *body = offer_to(f, ANNE, BEN, NULL);

    /* It would be told, but for ... */
    assert_true(is_told(f, json_incref(body)));
    /* ... a case that is not Anne's to see, or that there is not, */
    json_object_set_new(body, "case", json_string(of_ben.text));
    assert_false(is_told(f, json_incref(body)));
    json_object_set_new(body, "case", json_string(nowhere.text));
    assert_false(is_told(f, json_incref(body)));
    json_object_del(body, "case");
    /* another's name, an office that is not theirs, a priority that is a supervisor's to give, */
    json_object_set_new(body, "from", json_string(l->actors[CHLOE].agent.text));
    assert_false(is_told(f, json_incref(body)));
    json_object_set_new(body, "from", json_string(l->actors[ANNE].agent.text));
    json_object_set_new(body, "office", json_string("sample/d"));
    assert_false(is_told(f, json_incref(body)));
    json_object_set_new(body, "office", json_string("sample/a"));
    json_object_set_new(body, "priority", json_integer(QUEUE_PRIORITY_MOST));
    assert_false(is_told(f, json_incref(body)));
    json_object_del(body, "priority");
    /* what merge would not take, */
    json_object_set_new(body, "summary", json_string(""));
    assert_false(is_told(f, json_incref(body)));
    json_object_set_new(body, "summary", json_string("birth certificate"));
    json_object_set_new(body, "state", json_string("accepted"));
    assert_false(is_told(f, json_incref(body)));
    json_object_set_new(body, "state", json_string("offered"));
    /* and another receiver. */
    json_object_set_new(body, "to_agent", json_string(l->actors[CHLOE].agent.text));
    assert_false(is_told(f, json_incref(body)));
    json_decref(body);
}

/* Ben serves queue q, and has the skill that it asks for, or not. */
static void test_skills_are_respected(void **state)
{
    struct server_fixture *f = *state;
    struct ledger_fixture *l = &f->ledger;

    assert_true(is_told(f, fixture_handoff(l, ANNE, "sample/a", NULL, NULL, NULL, "sample/q")));
    fixture_publish(l, RECORD_QUEUE, "sample/q", json_pack("{s:[s]}", "skills", "wills"));
    /* The scope of those who have it is there. */
    fixture_make(l, ANNE, RECORD_HANDOFF,
                 fixture_handoff(l, ANNE, "sample/a", NULL, NULL, NULL, "sample/q"));
    assert_false(is_told(f, fixture_handoff(l, ANNE, "sample/a", NULL, NULL, NULL, "sample/q")));
    fixture_publish(l, RECORD_AGENT, "sample/ben2",
                    json_pack("{s:s, s:s, s:s, s:[s], s:[s]}", "login", "ben2", "name", "Ben",
                              "office", "b", "queues", "q", "skills", "wills"));
    assert_true(is_told(f, fixture_handoff(l, ANNE, "sample/a", NULL, NULL, NULL, "sample/q")));
}

static void test_protected_files_go_the_usual_way(void **state)
{
    struct server_fixture *f = *state;
    struct ledger_fixture *l = &f->ledger;
    struct id client = fixture_make(l, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    json_t *body = offer_to(f, ANNE, BEN, NULL);

    fixture_publish(l, RECORD_OFFICE, "sample/a", NULL);
    fixture_publish(l, RECORD_AGENT, "sample/anne2",
                    json_pack("{s:s, s:s, s:s, s:s, s:[s]}", "login", "anne2", "name", "Anne",
                              "office", "sample/a", "role", "supervisor", "queues", "sample/q"));
    json_object_set_new(body, "client", json_string(client.text));
    assert_true(is_told(f, json_incref(body)));
    fixture_applied(l, ANNE,
                    fixture_operation(l, ANNE, OPERATION_CLAIM, RECORD_CLIENT, &client, 1,
                                      json_pack("{s:s, s:s, s:s, s:o}", "protection", "person",
                                                "protection_reason", "threatened", "protected_by",
                                                l->actors[ANNE].agent.text, "protected_at",
                                                json_time(l->clock_ms))));
    assert_false(is_told(f, body));
}

static void test_what_makes_no_sense(void **state)
{
    struct server_fixture *f = *state;
    struct call call = {.path = "/v1/announcements", .token = f->tokens[ANNE], .method = "POST"};
    static const char *const bodies[] = {"{}", "{\"id\": \"x\", \"body\": {}}",
                                         "{\"id\": \"019b7000-0000-7000-8000-00000000c11e\"}"};

    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        call.body = bodies[i];
        server_expect_problem(f, &call, 400, "bad-json");
    }
    call.token = NULL;
    server_expect_problem(f, &call, 401, "unauthorized");
}

/* --- what the trail is owed ------------------------------------------------------------------- */

/* On a ledger of its own server's, without HTTP. */
static struct announcements *board_new(struct server_fixture *f)
{
    struct announcements *board;

    assert_int_equal(announcements_new(&board, f->ledger.ledger, NULL, NULL, NULL), 0);
    return board;
}

static struct announcement board_offer(struct server_fixture *f, const struct scope_set *scopes)
{
    return (struct announcement){.handoff = fixture_id(&f->ledger),
                                 .from = f->ledger.actors[ANNE].agent,
                                 .device = f->ledger.actors[ANNE].device,
                                 .client = fixture_id(&f->ledger),
                                 .scopes = scopes,
                                 .text = "{}"};
}

static size_t board_tell(struct server_fixture *f, struct announcements *board,
                         const struct scope_set *scopes)
{
    const struct announcement_reader reader = {.agent = f->ledger.actors[BEN].agent,
                                               .device = f->ledger.actors[BEN].device,
                                               .scopes = scopes};
    struct text_buffer text = {0};
    int64_t latest;
    size_t count = announcements_read(board, &reader, &text, &latest);

    text_buffer_free(&text);
    return count;
}

static int owed_count(struct server_fixture *f, const char *kind, const struct announcement *of)
{
    char where[400];

    snprintf(where, sizeof(where),
             "what LIKE 'announcement:%%' AND kind = '%s' AND record = '%s' AND client = '%s'",
             kind, of->handoff.text, of->client.text);
    return server_trail_count(f, where);
}

static void test_the_trail_tells_of_what_no_offer_followed(void **state)
{
    struct server_fixture *f = *state;
    struct announcements *board = board_new(f);
    struct scope_set scopes = {0};
    struct announcement kept, broken, unheard;
    char records[200];

    assert_int_equal(scope_set_add(&scopes, "agent:", "ben", NULL), 0);
    kept = board_offer(f, &scopes);
    broken = board_offer(f, &scopes);
    assert_true(announcements_put(board, &kept));
    assert_true(announcements_put(board, &broken));
    assert_int_equal(board_tell(f, board, &scopes), 2);
    unheard = board_offer(f, &scopes);
    assert_true(announcements_put(board, &unheard));
    snprintf(records, sizeof(records), "{\"type\":\"handoff\",\"id\":\"%s\"}", kept.handoff.text);
    announcements_given(board, &f->ledger.actors[BEN].agent, &f->ledger.actors[BEN].device,
                        records);
    announcements_free(board);
    assert_int_equal(owed_count(f, "read", &kept), 0);
    assert_int_equal(owed_count(f, "write", &kept), 0);
    assert_int_equal(owed_count(f, "read", &broken), 1);
    assert_int_equal(owed_count(f, "write", &broken), 1);
    assert_int_equal(owed_count(f, "read", &unheard), 0);
    scope_set_free(&scopes);
}

static int told_without_offer(struct server_fixture *f, const char *kind, const struct id *handoff)
{
    char where[200];

    snprintf(where, sizeof(where), "what LIKE 'announcement:%%' AND kind = '%s' AND record = '%s'",
             kind, handoff->text);
    return server_trail_count(f, where);
}

/* By a server that goes on, and where nothing else happens. */
static void test_the_trail_is_told_when_it_is_due(void **state)
{
    struct server_fixture *f = *state;
    struct id id = fixture_id(&f->ledger);
    struct waiting waiting;
    int64_t began, passed;

    wait_begin(f, &waiting, BEN, "&wait=30&announced=0");
    began = clock_steady(NULL);
    assert_int_equal(announce(f, ANNE, &id, offer_to(f, ANNE, BEN, NULL)), 204);
    assert_int_equal(wait_end(&waiting), 1);
    answer_clear(&waiting.answer);
    do {
        usleep(20000);
        passed = clock_steady(NULL) - began;
        /* The clock by itself looks once a minute. */
    } while (told_without_offer(f, "read", &id) == 0 && passed < 9 * ANNOUNCEMENT_OWED_MS);
    assert_int_equal(told_without_offer(f, "read", &id), 1);
    assert_int_equal(told_without_offer(f, "write", &id), 1);
    /* Before that it might still have been given. */
    assert_true(passed >= ANNOUNCEMENT_OWED_MS);
}

static void test_nobody_fills_the_board(void **state)
{
    struct server_fixture *f = *state;
    struct announcements *board = board_new(f);
    struct scope_set scopes = {0};
    struct announcement offer;

    assert_int_equal(scope_set_add(&scopes, "agent:", "ben", NULL), 0);
    for (int i = 0; i < ANNOUNCEMENT_OWN_LIMIT; i++) {
        offer = board_offer(f, &scopes);
        assert_true(announcements_put(board, &offer));
    }
    assert_false(announcements_put(board, &offer));
    offer = board_offer(f, &scopes);
    assert_false(announcements_put(board, &offer));
    /* Another's fits, until there is no room at all; one's own is not told to oneself. */
    for (int i = 0; i < ANNOUNCEMENT_LIMIT - ANNOUNCEMENT_OWN_LIMIT; i++) {
        offer = board_offer(f, &scopes);
        offer.from = i == 0 ? f->ledger.actors[BEN].agent : fixture_id(&f->ledger);
        assert_true(announcements_put(board, &offer));
    }
    offer = board_offer(f, &scopes);
    offer.from = fixture_id(&f->ledger);
    assert_false(announcements_put(board, &offer));
    assert_int_equal(board_tell(f, board, &scopes), ANNOUNCEMENT_LIMIT - 1);
    /* One whose offer has come is told no more. */
    announcements_free(board);
    board = board_new(f);
    offer = board_offer(f, &scopes);
    assert_true(announcements_put(board, &offer));
    announcements_end(board, &offer.handoff);
    assert_int_equal(board_tell(f, board, &scopes), 0);
    announcements_free(board);
    scope_set_free(&scopes);
}

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* Ben is awake before it is known whether he is told, and waits until it is; not for long, when
 * that is never known. However slow the machine is: he waits no less. */
static void test_whom_it_is_for_is_awake_when_it_is_known(void **state)
{
    struct server_fixture *f = *state;
    struct announcements *board = f->server->announcements;
    int64_t least_us = INT64_MAX;

    announcements_await(board);
    announcements_judge(board);
    for (int i = 0; i < 3; i++) {
        struct id id = fixture_id(&f->ledger);
        struct waiting waiting;
        int64_t began, took;

        wait_begin(f, &waiting, BEN, "&wait=30&announced=0");
        began = now_us();
        assert_int_equal(announce(f, ANNE, &id, offer_to(f, ANNE, BEN, NULL)), 204);
        assert_int_equal(wait_end(&waiting), 1);
        took = now_us() - began;
        least_us = took < least_us ? took : least_us;
        answer_clear(&waiting.answer);
        announcements_end(board, &id);
    }
    announcements_judged(board);
    assert_true(least_us >= 1900);
    /* And what is never told wakes him for nothing. */
    for (int i = 0; i < 2; i++) {
        struct id id = fixture_id(&f->ledger);
        json_t *body = offer_to(f, ANNE, BEN, NULL);
        struct waiting waiting;

        json_object_set_new(body, "state", json_string("accepted"));
        wait_begin(f, &waiting, BEN, "&wait=1&announced=0");
        assert_int_equal(announce(f, ANNE, &id, body), 204);
        assert_int_equal(wait_end(&waiting), 0);
        answer_clear(&waiting.answer);
    }
}

int main(void)
{
#define WITH_SERVER(test)                                                                          \
    cmocka_unit_test_setup_teardown(test, server_fixture_setup, server_fixture_teardown)
    static const struct CMUnitTest tests[] = {
        WITH_SERVER(test_it_is_told_before_anything_is_written),
        WITH_SERVER(test_nobody_is_told_twice_or_after_the_offer),
        WITH_SERVER(test_old_terminals_are_not_woken),
        WITH_SERVER(test_what_would_be_refused_is_told_to_nobody),
        WITH_SERVER(test_skills_are_respected),
        WITH_SERVER(test_protected_files_go_the_usual_way),
        WITH_SERVER(test_what_makes_no_sense),
        WITH_SERVER(test_the_trail_tells_of_what_no_offer_followed),
        WITH_SERVER(test_the_trail_is_told_when_it_is_due),
        WITH_SERVER(test_nobody_fills_the_board),
        WITH_SERVER(test_who_is_there_is_known_while_nobody_changes),
        WITH_SERVER(test_whom_it_is_for_is_known_the_second_time),
        WITH_SERVER(test_whom_it_is_for_is_awake_when_it_is_known),
    };

    curl_global_init(CURL_GLOBAL_DEFAULT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
