/* The waiting room over HTTP: one winner of two counters, and what a public screen may read. */
#include "app/ticket.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "tests/unit/server_fixture.h"

static struct server_fixture fixture;
static char display[LEDGER_TOKEN_SIZE];
static char day[CALENDAR_DAY_SIZE];

#define PERSON "Zebulon Quackenbush"

static struct id add_agent(const char *login, const char *role, const struct id *device,
                           char token[LEDGER_TOKEN_SIZE])
{
    char key[64], body[256];
    struct call call = {.path = "/v1/login", .body = body};
    struct record *agent;
    struct id id;
    json_t *answer;

    snprintf(key, sizeof(key), "sample/%s", login);
    id = id_from_key("agent", key);
    agent = record_new(RECORD_AGENT, &id);
    json_decref(agent->body);
    agent->body = json_pack("{s:s, s:s, s:s, s:s, s:s, s:[]}", "key", key, "login", login, "name",
                            PERSON, "office", "b", "role", role, "queues");
    assert_int_equal(ledger_agent_add(fixture.ledger.ledger, agent, FIXTURE_PASSWORD, NULL), 0);
    record_free(agent);
    snprintf(body, sizeof(body), "{\"login\":\"%s\",\"password\":\"" FIXTURE_PASSWORD "\"%s%s%s}",
             login, device != NULL ? ",\"device\":\"" : "", device != NULL ? device->text : "",
             device != NULL ? "\"" : "");
    answer = server_json(&fixture, &call);
    text_copy(token, LEDGER_TOKEN_SIZE, json_text_or(answer, "token", ""));
    json_decref(answer);
    return id;
}

static int setup(void **state)
{
    struct zone *zone = NULL;

    (void)state;
    server_fixture_open(&fixture);
    fixture_publish(&fixture.ledger, RECORD_OFFICE, "sample/b",
                    json_pack("{s:s, s:{s:s, s:s}, s:s}", "key", "sample/b", "title", "fr",
                              "Bureau B", "en", "Office B", "zone", "America/Halifax"));
    fixture_publish(&fixture.ledger, RECORD_QUEUE, "sample/q",
                    json_pack("{s:s, s:{s:s, s:s}}", "key", "sample/q", "title", "fr", "Accueil",
                              "en", "Reception"));
    add_agent("screen", "display", NULL, display);
    /* A colleague of Ben's, at another counter. */
    fixture.ledger.actors[CHLOE].agent =
        add_agent("chloe2", "agent", &fixture.ledger.actors[CHLOE].device, fixture.tokens[CHLOE]);
    assert_int_equal(zone_open(&zone, "America/Halifax", NULL), 0);
    ticket_day(zone, clock_system(NULL), day);
    zone_free(zone);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    server_fixture_close(&fixture);
    return 0;
}

/* --- operations ------------------------------------------------------------------------------- */

static struct id issue(const char *number)
{
    struct id id = ticket_id("sample/b", day, number);
    struct operation *operation = fixture_operation(
        &fixture.ledger, BEN, OPERATION_APPEND, RECORD_TICKET, &id, 0,
        json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:s}", "office", "sample/b", "day", day, "number",
                  number, "queue", "sample/q", "arrived_at", json_time(clock_system(NULL)),
                  "issued_by", fixture.ledger.actors[BEN].agent.text, "state", "waiting"));
    json_t *outcomes = server_post(&fixture, BEN, &operation, 1);

    assert_string_equal(item_text(outcomes, 0, "outcome"), "applied");
    json_decref(outcomes);
    return id;
}

static struct operation *call_of(enum fixture_agent who, const struct id *id, const char *counter)
{
    return fixture_operation(&fixture.ledger, who, OPERATION_CLAIM, RECORD_TICKET, id, 1,
                             json_pack("{s:s, s:s, s:s, s:o, s:i}", "state", "called", "counter",
                                       counter, "called_by", fixture.ledger.actors[who].agent.text,
                                       "called_at", json_time(clock_system(NULL)), "calls", 1));
}

static void refused(struct operation *operation, const char *reason, const char *field)
{
    json_t *outcomes = server_post(&fixture, BEN, &operation, 1);

    assert_string_equal(item_text(outcomes, 0, "outcome"), "refused");
    assert_string_equal(item_text(outcomes, 0, "reason"), reason);
    assert_string_equal(item_text(outcomes, 0, "field"), field);
    json_decref(outcomes);
}

static json_t *view(const char *path)
{
    const struct call call = {.path = path, .token = display};

    return server_json(&fixture, &call);
}

/* --- tests ------------------------------------------------------------------------------------ */

static void test_shows_calls_and_counts(void **state)
{
    struct id first, second;
    struct operation *operation;
    json_t *room = view("/v1/display"), *calls, *outcomes;

    (void)state;
    assert_string_equal(json_text_or(json_object_get(room, "office"), "en", ""), "Office B");
    assert_string_equal(json_text_or(room, "zone", ""), "America/Halifax");
    assert_string_equal(json_text_or(room, "day", ""), day);
    assert_int_equal(json_integer_or(room, "waiting", -1), 0);
    json_decref(room);
    first = issue("A1");
    second = issue("A2");
    (void)second;
    operation = call_of(BEN, &first, "3");
    outcomes = server_post(&fixture, BEN, &operation, 1);
    assert_string_equal(item_text(outcomes, 0, "outcome"), "applied");
    json_decref(outcomes);
    room = view("/v1/display?office=sample/b");
    calls = json_object_get(room, "calls");
    assert_int_equal(json_array_size(calls), 1);
    assert_string_equal(item_text(calls, 0, "number"), "A1");
    assert_string_equal(item_text(calls, 0, "counter"), "3");
    assert_string_equal(item_text(calls, 0, "state"), "called");
    assert_int_equal(json_integer_or(room, "waiting", -1), 1);
    assert_string_equal(
        json_text_or(json_object_get(json_array_get(json_object_get(room, "queues"), 0), "title"),
                     "fr", ""),
        "Accueil");
    json_decref(room);
}

static void *issue_soon(void *context)
{
    (void)context;
    usleep(200000);
    *(struct id *)context = issue("A1");
    return NULL;
}

static void test_waits_for_a_change(void **state)
{
    json_t *room = view("/v1/display");
    time_t started = time(NULL);
    char path[128];
    pthread_t thread;
    struct id id;

    (void)state;
    snprintf(path, sizeof(path), "/v1/display?wait=50&tag=%s", json_text_or(room, "tag", ""));
    json_decref(room);
    assert_int_equal(pthread_create(&thread, NULL, issue_soon, &id), 0);
    room = view(path);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(json_integer_or(room, "waiting", -1), 1);
    /* The bell rang: else the answer comes when the wait is over. */
    assert_true(time(NULL) - started < 45);
    json_decref(room);
}

static void forbidden(const char *method, const char *path, const char *body)
{
    const struct call call = {.method = method, .path = path, .token = display, .body = body};

    server_expect_problem(&fixture, &call, 403, "forbidden");
}

static void applied(struct operation *operation)
{
    json_t *outcomes = server_post(&fixture, BEN, &operation, 1);

    assert_string_equal(item_text(outcomes, 0, "outcome"), "applied");
    json_decref(outcomes);
}

/* Calls and serves the ticket, with a contact that names it and a client who has a name. */
static void serve_person(const struct id *ticket, struct id *client)
{
    struct id contact = fixture_id(&fixture.ledger);
    json_t *body = fixture_client("sample/b");

    *client = fixture_id(&fixture.ledger);
    json_object_set_new(body, "name", json_string(PERSON));
    applied(
        fixture_operation(&fixture.ledger, BEN, OPERATION_APPEND, RECORD_CLIENT, client, 0, body));
    applied(call_of(BEN, ticket, "3"));
    applied(fixture_operation(
        &fixture.ledger, BEN, OPERATION_CLAIM, RECORD_TICKET, ticket, 2,
        json_pack("{s:s, s:o}", "state", "serving", "served_at", json_time(clock_system(NULL)))));
    applied(fixture_operation(
        &fixture.ledger, BEN, OPERATION_APPEND, RECORD_CONTACT, &contact, 0,
        json_pack("{s:s, s:s, s:s, s:o, s:s, s:s}", "channel", "counter", "office", "sample/b",
                  "agent", fixture.ledger.actors[BEN].agent.text, "started_at",
                  json_time(clock_system(NULL)), "client", client->text, "ticket", ticket->text)));
}

static void test_a_screen_reads_nothing_else(void **state)
{
    struct scope_set scopes = {0};
    struct id id = id_from_key("agent", "sample/screen"), ticket, client;
    char path[128];
    struct answer answer;
    const struct call call = {.path = "/v1/display", .token = display};
    const struct call presence = {.path = "/v1/presence", .token = fixture.tokens[BEN]};
    json_t *present, *item;
    size_t index;

    (void)state;
    ticket = issue("A1");
    serve_person(&ticket, &client);
    forbidden(NULL, "/v1/changes", NULL);
    snprintf(path, sizeof(path), "/v1/records/client/%s", client.text);
    forbidden(NULL, path, NULL);
    forbidden(NULL, "/v1/changes?scope=catalogue", NULL);
    forbidden(NULL, "/v1/presence", NULL);
    forbidden("POST", "/v1/operations", "{\"operations\":[]}");
    snprintf(path, sizeof(path), "/v1/records/ticket/%s", ticket.text);
    forbidden(NULL, path, NULL);
    snprintf(path, sizeof(path), "/v1/records/agent/%s", id.text);
    forbidden(NULL, path, NULL);
    forbidden(NULL, "/v1/display?office=sample/a", NULL);
    /* Nor has it any scope, whatever a route may forget. */
    assert_int_equal(ledger_desk_scopes(fixture.ledger.ledger, &id, &scopes, NULL), 0);
    assert_int_equal(scopes.count, 0);
    scope_set_free(&scopes);
    /* And what it does read has no names, nor who issued and called. */
    server_call(&fixture, &call, &answer);
    assert_int_equal(answer.status, 200);
    assert_null(strstr(answer.body, PERSON));
    assert_null(strstr(answer.body, fixture.ledger.actors[BEN].agent.text));
    assert_null(strstr(answer.body, ticket.text));
    assert_null(strstr(answer.body, client.text));
    assert_non_null(strstr(answer.body, "serving"));
    answer_clear(&answer);
    /* It is nobody to hand off to. */
    present = server_json(&fixture, &presence);
    json_array_foreach(json_object_get(present, "agents"), index, item)
        assert_string_not_equal(json_text_or(item, "agent", ""), id.text);
    json_decref(present);
}

/* Ids of another office's tickets may begin alike: they are not shown all the same. */
static void test_shows_its_own_office_alone(void **state)
{
    struct id own = ticket_id("sample/b", day, "A1"), other;
    char office[64], key[80];
    json_t *room;

    (void)state;
    for (int i = 0;; i++) {
        snprintf(office, sizeof(office), "office%d", i);
        snprintf(key, sizeof(key), "sample/%s", office);
        other = ticket_id(key, day, "A1");
        if (strncmp(own.text, other.text, ID_DAY_PREFIX) == 0)
            break;
    }
    fixture_publish_agent(&fixture.ledger, DENIS, office, "");
    fixture_applied(
        &fixture.ledger, DENIS,
        fixture_operation(&fixture.ledger, DENIS, OPERATION_APPEND, RECORD_TICKET, &other, 0,
                          json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:s}", "office", key, "day",
                                    day, "number", "A1", "queue", "sample/q", "arrived_at",
                                    json_time(clock_system(NULL)), "issued_by",
                                    fixture.ledger.actors[DENIS].agent.text, "state", "waiting")));
    room = view("/v1/display");
    assert_int_equal(json_integer_or(room, "waiting", -1), 0);
    json_decref(room);
}

struct racer {
    enum fixture_agent who;
    struct operation *operation;
    char outcome[16], reason[16];
};

static void *race(void *context)
{
    struct racer *racer = context;
    json_t *outcomes = server_post(&fixture, racer->who, &racer->operation, 1);

    text_copy(racer->outcome, sizeof(racer->outcome), item_text(outcomes, 0, "outcome"));
    text_copy(racer->reason, sizeof(racer->reason), item_text(outcomes, 0, "reason"));
    json_decref(outcomes);
    return NULL;
}

/* Ben's counter and that of a colleague of his office. */
static void test_of_two_counters_one_gets_it(void **state)
{
    struct racer racers[2];
    int won = 0;

    (void)state;
    for (int round = 0; round < 20; round++) {
        char number[TICKET_NUMBER_SIZE];
        pthread_t threads[2];
        struct id id;

        snprintf(number, sizeof(number), "A%d", round + 1);
        id = issue(number);
        for (int i = 0; i < 2; i++) {
            racers[i].who = i == 0 ? BEN : CHLOE;
            racers[i].operation = call_of(racers[i].who, &id, i == 0 ? "1" : "2");
        }
        for (int i = 0; i < 2; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
        for (int i = 0; i < 2; i++)
            assert_int_equal(pthread_join(threads[i], NULL), 0);
        for (int i = 0; i < 2; i++) {
            if (strcmp(racers[i].outcome, "applied") == 0)
                won++;
            else
                assert_string_equal(racers[i].reason, "taken");
        }
    }
    assert_int_equal(won, 20);
}

static void test_refuses_what_is_no_ticket(void **state)
{
    struct id id = issue("A1"), other = ticket_id("sample/b", day, "A2");
    json_t *body =
        json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:s}", "office", "sample/b", "day", day, "number",
                  "A2", "queue", "sample/none", "arrived_at", json_time(clock_system(NULL)),
                  "issued_by", fixture.ledger.actors[BEN].agent.text, "state", "waiting");

    (void)state;
    refused(fixture_operation(&fixture.ledger, BEN, OPERATION_APPEND, RECORD_TICKET, &other, 0,
                              json_deep_copy(body)),
            "missing", "queue");
    json_object_set_new(body, "queue", json_string("sample/q"));
    json_object_set_new(body, "name", json_string(PERSON));
    refused(fixture_operation(&fixture.ledger, BEN, OPERATION_APPEND, RECORD_TICKET, &other, 0,
                              json_deep_copy(body)),
            "field", "name");
    json_object_del(body, "name");
    json_object_set_new(body, "issued_by", json_string(fixture.ledger.actors[ANNE].agent.text));
    refused(fixture_operation(&fixture.ledger, BEN, OPERATION_APPEND, RECORD_TICKET, &other, 0,
                              json_deep_copy(body)),
            "actor", "issued_by");
    json_decref(body);
    refused(fixture_operation(&fixture.ledger, BEN, OPERATION_CLAIM, RECORD_TICKET, &id, 1,
                              json_pack("{s:s}", "state", "finished")),
            "transition", "state");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_shows_calls_and_counts),      TEST(test_waits_for_a_change),
        TEST(test_a_screen_reads_nothing_else), TEST(test_of_two_counters_one_gets_it),
        TEST(test_shows_its_own_office_alone),  TEST(test_refuses_what_is_no_ticket),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
