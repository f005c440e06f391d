/* A branch with its relay, cut off from the centre and healed: real programs, and terminals with
 * their sync threads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/link_sign_in.h"
#include "net/http_client.h"
#include "tests/unit/real_server.h"
#include "tests/unit/real_terminal.h"
#include "tests/unit/unit.h"

#define PATIENCE_MS 60000

struct branch {
    struct real_server centre;
    struct real_server relay;
    struct fault_proxy proxy;
};

static void branch_begin(struct branch *branch)
{
    real_server_begin(&branch->centre);
    real_server_kill(&branch->centre);
    fault_proxy_begin(&branch->proxy, branch->centre.port, 7);
    real_relay_begin(&branch->relay, &branch->centre, branch->proxy.port);
    real_server_restart(&branch->centre);
}

static void branch_end(struct branch *branch)
{
    real_server_end(&branch->relay);
    fault_proxy_end(&branch->proxy);
    real_server_end(&branch->centre);
}

static void cut(struct branch *branch)
{
    fault_proxy_tell(&branch->proxy, "refuse");
    fault_proxy_tell(&branch->proxy, "kill");
}

static void heal(struct branch *branch)
{
    fault_proxy_tell(&branch->proxy, "pass");
}

/* Whether all that the office did has left the relay. */
static bool nothing_waits(const struct branch *branch)
{
    char command[512];
    const char *top = getenv("abs_top_builddir");

    (void)snprintf(command, sizeof command,
                   "'%s/guichetd' relay status --listen 127.0.0.1:%d | grep -q '^waiting: 0$'",
                   top == NULL ? "." : top, branch->relay.port);
    return system(command) == 0;
}

/* Waits until `condition` holds. */
#define WAIT_UNTIL(condition)                                                                      \
    do {                                                                                           \
        int64_t waited_since = now_ms();                                                           \
        while (!(condition)) {                                                                     \
            if (now_ms() - waited_since > PATIENCE_MS)                                             \
                fail_msg("in vain: %s", #condition);                                               \
            pause_ms(20);                                                                          \
        }                                                                                          \
    } while (0)

/* --- agents ----------------------------------------------------------------------------------- */

static void arrive(struct terminal *terminal, const char *login, const char *password, int port)
{
    struct sync_options options;

    terminal_begin(terminal, login, port);
    options = options_of(terminal);
    assert_int_equal(sync_start(&terminal->sync, &options, NULL), 0);
    terminal_sign_in(terminal, password);
    /* The relay may not have heard of its office yet. */
    for (int64_t start = now_ms();
         link_sign_in_state(terminal->link, NULL, NULL) != SIGN_IN_ACCEPTED;) {
        if (now_ms() - start > PATIENCE_MS)
            fail_msg("%s cannot sign in", login);
        if (link_sign_in_state(terminal->link, NULL, NULL) == SIGN_IN_REFUSED)
            terminal_sign_in(terminal, password);
        pause_ms(20);
    }
    terminal_make_store(terminal);
}

static bool is_cut(struct terminal *terminal)
{
    struct link_status status;

    link_status_get(terminal->link, &status);
    return status.state == LINK_ONLINE && status.relay.is && status.relay.cut;
}

static bool is_joined(struct terminal *terminal)
{
    struct link_status status;

    link_status_get(terminal->link, &status);
    return status.state == LINK_ONLINE && status.relay.is && !status.relay.cut;
}

static int64_t waiting(struct terminal *terminal)
{
    return store_outbox_count(terminal->store, NULL);
}

static const char *id_of(const struct terminal *terminal)
{
    return store_agent(terminal->store)->text;
}

static struct id offer(struct terminal *terminal, const char *office, const char *member,
                       const char *to, const struct id *client)
{
    struct id id = id_generate(&terminal->ids, clock_system(NULL));
    char now[TIMESTAMP_SIZE];
    char body[1024];

    timestamp_format(clock_system(NULL), now);
    (void)snprintf(body, sizeof body,
                   "{\"from\":\"%s\",\"office\":\"%s\",\"summary\":\"lost card\",\"%s\":\"%s\","
                   "\"offered_at\":\"%s\",\"state\":\"offered\"%s%s%s}",
                   id_of(terminal), office, member, to, now, client != NULL ? ",\"client\":\"" : "",
                   client != NULL ? client->text : "", client != NULL ? "\"" : "");
    terminal_apply(terminal, OPERATION_APPEND, RECORD_HANDOFF, &id, body);
    return id;
}

static void take(struct terminal *terminal, const struct id *handoff)
{
    char body[128];

    (void)snprintf(body, sizeof body, "{\"state\":\"accepted\",\"taken_by\":\"%s\"}",
                   id_of(terminal));
    terminal_apply(terminal, OPERATION_CLAIM, RECORD_HANDOFF, handoff, body);
}

static void note(struct terminal *terminal, const char *text)
{
    struct id id = id_generate(&terminal->ids, clock_system(NULL));
    char now[TIMESTAMP_SIZE];
    char body[512];

    timestamp_format(clock_system(NULL), now);
    (void)snprintf(
        body, sizeof body,
        "{\"channel\":\"counter\",\"kind\":\"contact\",\"text\":\"%s\",\"author\":\"%s\","
        "\"office\":\"sample/quebec\",\"at\":\"%s\"}",
        text, id_of(terminal), now);
    terminal_apply(terminal, OPERATION_APPEND, RECORD_NOTE, &id, body);
}

/* What a terminal shows of a record's member: "" when it does not hold it. Static. */
static const char *shows(struct terminal *terminal, enum record_type type, const struct id *id,
                         const char *member)
{
    static char text[128];
    struct record *record = NULL;

    text[0] = '\0';
    if (store_get(terminal->store, type, id, &record, NULL, NULL) == 0)
        (void)snprintf(text, sizeof text, "%s", record_text(record, member));
    record_free(record);
    return text;
}

static bool is_pending(struct terminal *terminal, const struct id *handoff)
{
    enum store_pending pending = STORE_SETTLED;
    struct record *record = NULL;

    assert_int_equal(store_get(terminal->store, RECORD_HANDOFF, handoff, &record, &pending, NULL),
                     0);
    record_free(record);
    return pending == STORE_CLAIMING;
}

static bool holds_note(struct terminal *terminal, int count)
{
    struct tally *tally = take_tally(terminal->store, RECORD_NOTE);
    bool same = tally->count == count && tally->unsettled == 0;

    free(tally);
    return same;
}

static int64_t refusals(struct terminal *one, struct terminal *other)
{
    return store_refusal_count(one->store, NULL) + store_refusal_count(other->store, NULL);
}

/* Both take it: one has it, as its sender sees, and the other is refused. */
static void contend(struct terminal *one, struct terminal *other, const struct id *handoff,
                    struct terminal *sender)
{
    const char *winner;

    take(one, handoff);
    take(other, handoff);
    WAIT_UNTIL(waiting(one) == 0 && waiting(other) == 0);
    assert_int_equal(refusals(one, other), 1);
    winner = store_refusal_count(one->store, NULL) == 0 ? id_of(one) : id_of(other);
    WAIT_UNTIL(strcmp(shows(sender, RECORD_HANDOFF, handoff, "taken_by"), winner) == 0);
}

/* The relay, whose centre is not there. */
static void lose_power(struct branch *branch, struct terminal *terminal)
{
    real_server_kill(&branch->relay);
    real_server_restart(&branch->relay);
    WAIT_UNTIL(is_cut(terminal));
}

/* --- tests ------------------------------------------------------------------------------------ */

static void the_office_goes_on_without_the_centre(void **state)
{
    struct branch branch;
    struct terminal alice, bernard, marie, pierre, john;
    struct id first, second, inside, outside, client;

    (void)state;
    branch_begin(&branch);
    arrive(&alice, "alice", REAL_SERVER_PASSWORD, branch.relay.port);
    arrive(&marie, "marie", "guichet", branch.relay.port);
    arrive(&pierre, "pierre", "guichet", branch.centre.port);
    arrive(&john, "john", "guichet", branch.centre.port);
    WAIT_UNTIL(is_joined(&alice));
    first = offer(&pierre, "sample/montreal-centre", "to_queue", "sample/front-line", NULL);
    second = offer(&pierre, "sample/montreal-centre", "to_queue", "sample/front-line", NULL);
    WAIT_UNTIL(*shows(&marie, RECORD_HANDOFF, &second, "state") != '\0');
    WAIT_UNTIL(*shows(&marie, RECORD_HANDOFF, &first, "state") != '\0');

    cut(&branch);
    WAIT_UNTIL(is_cut(&alice));
    assert_false(real_relay_is_up(&branch.relay));
    /* Somebody who was never at this relay signs in all the same. */
    arrive(&bernard, "bernard", REAL_SERVER_PASSWORD, branch.relay.port);

    client = terminal_client(&alice, 1);
    inside = offer(&alice, "sample/quebec", "to_office", "sample/quebec", &client);
    outside = offer(&alice, "sample/quebec", "to_agent", id_of(&pierre), &client);
    WAIT_UNTIL(*shows(&bernard, RECORD_HANDOFF, &inside, "state") != '\0');
    WAIT_UNTIL(*shows(&marie, RECORD_HANDOFF, &inside, "state") != '\0');
    contend(&bernard, &marie, &inside, &alice);

    /* From the central queue: pending, and what else there is goes past it. */
    take(&marie, &first);
    take(&marie, &second);
    note(&marie, "while cut off");
    WAIT_UNTIL(waiting(&marie) == 2 && holds_note(&marie, 1) && holds_note(&bernard, 1));
    assert_true(is_pending(&marie, &first) && is_pending(&marie, &second));
    WAIT_UNTIL(*shows(&john, RECORD_HANDOFF, &second, "state") != '\0');
    take(&john, &second);
    WAIT_UNTIL(waiting(&john) == 0);
    assert_string_equal(shows(&pierre, RECORD_HANDOFF, &first, "state"), "offered");

    lose_power(&branch, &alice); /* before anything of it has left */
    assert_int_equal(waiting(&marie), 2);

    heal(&branch);
    WAIT_UNTIL(waiting(&marie) == 0 && is_joined(&alice));
    assert_string_equal(shows(&marie, RECORD_HANDOFF, &first, "taken_by"), id_of(&marie));
    WAIT_UNTIL(strcmp(shows(&pierre, RECORD_HANDOFF, &first, "taken_by"), id_of(&marie)) == 0);
    WAIT_UNTIL(strcmp(shows(&marie, RECORD_HANDOFF, &second, "taken_by"), id_of(&john)) == 0);
    assert_int_equal(refusals(&bernard, &marie), 2);
    /* Another office sees what was offered to it, and its client. */
    WAIT_UNTIL(strcmp(shows(&pierre, RECORD_HANDOFF, &outside, "state"), "offered") == 0);
    WAIT_UNTIL(strcmp(shows(&pierre, RECORD_CLIENT, &client, "name"), "alice 1") == 0);
    WAIT_UNTIL(real_relay_is_up(&branch.relay));

    terminal_end(&alice);
    terminal_end(&bernard);
    terminal_end(&marie);
    terminal_end(&pierre);
    terminal_end(&john);
    branch_end(&branch);
}

/* With the link up a central claim is answered as if the terminal were at the centre. */
static void a_central_claim_is_decided_at_once_while_joined(void **state)
{
    struct branch branch;
    struct terminal marie, pierre;
    struct id handoff;
    int64_t start;

    (void)state;
    branch_begin(&branch);
    arrive(&marie, "marie", "guichet", branch.relay.port);
    arrive(&pierre, "pierre", "guichet", branch.centre.port);
    WAIT_UNTIL(is_joined(&marie));
    handoff = offer(&pierre, "sample/montreal-centre", "to_queue", "sample/front-line", NULL);
    WAIT_UNTIL(*shows(&marie, RECORD_HANDOFF, &handoff, "state") != '\0');
    start = now_ms();
    take(&marie, &handoff);
    WAIT_UNTIL(waiting(&marie) == 0);
    /* In one exchange: not by being told "later" and asking again. */
    assert_true(now_ms() - start < 15000);
    assert_int_equal(store_refusal_count(marie.store, NULL), 0);
    assert_string_equal(shows(&marie, RECORD_HANDOFF, &handoff, "taken_by"), id_of(&marie));
    WAIT_UNTIL(strcmp(shows(&pierre, RECORD_HANDOFF, &handoff, "taken_by"), id_of(&marie)) == 0);
    terminal_end(&marie);
    terminal_end(&pierre);
    branch_end(&branch);
}

/* The centre decided otherwise than the relay: the terminal that was told "applied" is told. */
static void what_the_centre_refuses_reaches_the_agent(void **state)
{
    struct branch branch;
    struct terminal alice, bernard;
    struct id matter;
    char body[512];

    (void)state;
    branch_begin(&branch);
    arrive(&alice, "alice", REAL_SERVER_PASSWORD, branch.relay.port);
    /* Of the same office, but at the centre itself. */
    arrive(&bernard, "bernard", REAL_SERVER_PASSWORD, branch.centre.port);
    matter = id_generate(&alice.ids, clock_system(NULL));
    (void)snprintf(body, sizeof body,
                   "{\"reference\":\"C-TEST-0000\",\"office\":\"sample/quebec\",\"opened_at\":"
                   "\"2026-01-05T10:00:00.000Z\",\"opened_by\":\"%s\",\"status\":\"received\"}",
                   id_of(&alice));
    terminal_apply(&alice, OPERATION_APPEND, RECORD_CASE, &matter, body);
    WAIT_UNTIL(*shows(&bernard, RECORD_CASE, &matter, "status") != '\0');
    cut(&branch);
    WAIT_UNTIL(is_cut(&alice));
    terminal_apply(&bernard, OPERATION_CLAIM, RECORD_CASE, &matter, "{\"status\":\"in-progress\"}");
    WAIT_UNTIL(waiting(&bernard) == 0);
    terminal_apply(&alice, OPERATION_CLAIM, RECORD_CASE, &matter,
                   "{\"status\":\"information-missing\"}");
    WAIT_UNTIL(waiting(&alice) == 0);
    assert_int_equal(store_refusal_count(alice.store, NULL), 0);
    heal(&branch);
    WAIT_UNTIL(store_refusal_count(alice.store, NULL) == 1);
    WAIT_UNTIL(strcmp(shows(&alice, RECORD_CASE, &matter, "status"), "in-progress") == 0);
    terminal_end(&alice);
    terminal_end(&bernard);
    branch_end(&branch);
}

/* The centre is put back to a copy made before: what the office did since is carried again. */
static void a_restored_centre_gets_back_what_the_office_did(void **state)
{
    struct branch branch;
    struct terminal alice, bernard;
    struct id before, lost;
    char command[512];

    (void)state;
    branch_begin(&branch);
    arrive(&alice, "alice", REAL_SERVER_PASSWORD, branch.relay.port);
    WAIT_UNTIL(is_joined(&alice));
    before = terminal_client(&alice, 1);
    WAIT_UNTIL(waiting(&alice) == 0 && nothing_waits(&branch));
    real_server_kill(&branch.centre);
    (void)snprintf(command, sizeof command, "cd '%s' && mkdir copy && cp server.db server.db-* copy/",
                   branch.centre.directory);
    assert_int_equal(system(command), 0);
    real_server_restart(&branch.centre);

    WAIT_UNTIL(is_joined(&alice));
    lost = terminal_client(&alice, 2);
    terminal_change(&alice, &lost, 7);
    terminal_change(&alice, &before, 8);
    WAIT_UNTIL(waiting(&alice) == 0 && nothing_waits(&branch));
    real_server_kill(&branch.centre);
    (void)snprintf(command, sizeof command, "cd '%s' && rm server.db* && cp copy/server.db* .",
                   branch.centre.directory);
    assert_int_equal(system(command), 0);
    real_server_restart(&branch.centre);

    /* Who sits at the centre itself finds all of it. */
    arrive(&bernard, "bernard", REAL_SERVER_PASSWORD, branch.centre.port);
    WAIT_UNTIL(strcmp(shows(&bernard, RECORD_CLIENT, &lost, "phone"), "418-555-0007") == 0);
    WAIT_UNTIL(strcmp(shows(&bernard, RECORD_CLIENT, &before, "phone"), "418-555-0008") == 0);
    assert_int_equal(store_refusal_count(alice.store, NULL), 0);
    terminal_end(&alice);
    terminal_end(&bernard);
    branch_end(&branch);
}

/* --- by hand ---------------------------------------------------------------------------------- */

/* One request; the JSON of the reply (new), with its status. */
static json_t *call(int port, const char *token, const char *path, json_t *body, int *status)
{
    struct http_client_options options = http_client_default_options;
    struct http_client *client = NULL;
    struct http_reply reply;
    char url[64];
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    const struct http_request request = {.method = body != NULL ? "POST" : "GET",
                                         .path = path,
                                         .body = text,
                                         .body_length = text != NULL ? strlen(text) : 0,
                                         .body_type = "application/json",
                                         .accept = "application/json"};
    json_t *answer;

    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
    options.base_url = url;
    assert_int_equal(http_client_new(&client, &options, NULL), 0);
    assert_int_equal(http_client_token_set(client, token, NULL), 0);
    assert_int_equal(http_client_call(client, &request, &reply, NULL), 0);
    answer = json_loadb(reply.body, reply.length, 0, NULL);
    *status = reply.status;
    http_reply_clear(&reply);
    http_client_free(client);
    json_decref(body);
    free(text);
    return answer;
}

/* The operation of a batch that a terminal makes by hand. New. */
static json_t *by_hand(struct id_generator *ids, const char *kind, const char *type,
                       const struct id *record, json_t *body)
{
    struct id id = id_generate(ids, clock_system(NULL));

    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:o}", "id", id.text, "kind", kind, "type",
                     type, "record", record->text, "base", 1, "time", json_time(clock_system(NULL)),
                     "body", body);
}

/* Answers in their places would be misread by one that stops at a word it does not know: what it
 * can read comes first, each with its id. */
static void a_terminal_that_knows_of_no_later_loses_no_answer(void **state)
{
    static const char device[] = "019b7000-0000-7000-8000-0000000000d1";
    struct branch branch;
    struct terminal marie, pierre;
    struct id_generator ids = {0};
    struct id handoff, note_id = id_generate(&ids, clock_system(NULL));
    json_t *answer, *operations = json_array();
    char token[128], agent[40];
    int status;

    (void)state;
    branch_begin(&branch);
    arrive(&marie, "marie", "guichet", branch.relay.port);
    arrive(&pierre, "pierre", "guichet", branch.centre.port);
    handoff = offer(&pierre, "sample/montreal-centre", "to_queue", "sample/front-line", NULL);
    WAIT_UNTIL(*shows(&marie, RECORD_HANDOFF, &handoff, "state") != '\0');
    cut(&branch);
    WAIT_UNTIL(is_cut(&marie));
    answer = call(
        branch.relay.port, NULL, "/v1/login",
        json_pack("{s:s, s:s, s:s}", "login", "marie", "password", "guichet", "device", device),
        &status);
    assert_int_equal(status, 200);
    (void)snprintf(token, sizeof token, "%s", json_text_or(answer, "token", ""));
    (void)snprintf(agent, sizeof agent, "%s",
                   json_text_or(json_object_get(answer, "agent"), "id", ""));
    json_decref(answer);
    json_array_append_new(operations,
                          by_hand(&ids, "claim", "handoff", &handoff,
                                  json_pack("{s:s, s:s}", "state", "accepted", "taken_by", agent)));
    json_array_append_new(
        operations, by_hand(&ids, "append", "note", &note_id,
                            json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "channel", "counter",
                                      "kind", "contact", "text", "x", "author", agent, "office",
                                      "sample/quebec", "at", json_time(clock_system(NULL)))));
    answer = call(branch.relay.port, token, "/v1/operations",
                  json_pack("{s:b, s:O}", "brief", 1, "operations", operations), &status);
    assert_int_equal(status, 200);
    const json_t *outcomes = json_object_get(answer, "outcomes");
    assert_int_equal(json_array_size(outcomes), 2);
    assert_string_equal(json_text_or(json_array_get(outcomes, 0), "outcome", ""), "applied");
    assert_string_equal(json_text_or(json_array_get(outcomes, 0), "id", ""),
                        json_text_or(json_array_get(operations, 1), "id", ""));
    assert_string_equal(json_text_or(json_array_get(outcomes, 1), "outcome", ""), "later");
    json_decref(answer);
    json_decref(operations);
    terminal_end(&marie);
    terminal_end(&pierre);
    branch_end(&branch);
}

/* An agent's token opens nothing of the relays', and a relay's nothing of the agents'. */
static void tokens_are_not_mistaken(void **state)
{
    struct branch branch;
    char path[128], token[128] = "";
    json_t *answer;
    FILE *file;
    int status;

    (void)state;
    branch_begin(&branch);
    (void)snprintf(path, sizeof path, "%s/token", branch.relay.directory);
    file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(token, sizeof token, file));
    (void)fclose(file);
    token[strcspn(token, "\n")] = '\0';
    answer = call(branch.centre.port, token, "/v1/relay", NULL, &status);
    assert_int_equal(status, 200);
    assert_string_equal(json_text_or(answer, "office", ""), "sample/quebec");
    json_decref(answer);
    json_decref(call(branch.centre.port, token, "/v1/changes", NULL, &status));
    assert_int_equal(status, 401);
    answer =
        call(branch.centre.port, NULL, "/v1/login",
             json_pack("{s:s, s:s}", "login", "alice", "password", REAL_SERVER_PASSWORD), &status);
    assert_int_equal(status, 200);
    (void)snprintf(token, sizeof token, "%s", json_text_or(answer, "token", ""));
    json_decref(answer);
    json_decref(call(branch.centre.port, token, "/v1/relay", NULL, &status));
    assert_int_equal(status, 401);
    json_decref(call(branch.centre.port, NULL, "/v1/relay", NULL, &status));
    assert_int_equal(status, 401);
    branch_end(&branch);
}

/* The state of an agent by GET /v1/presence; static, "" when they are not told of. */
static const char *state_of(int port, const char *token, const char *agent)
{
    static char state[32];
    json_t *answer, *one;
    size_t index;
    int status;

    answer = call(port, token, "/v1/presence", NULL, &status);
    assert_int_equal(status, 200);
    state[0] = '\0';
    json_array_foreach(json_object_get(answer, "agents"), index, one)
    {
        if (strcmp(json_text_or(one, "agent", ""), agent) == 0)
            (void)snprintf(state, sizeof state, "%s", json_text_or(one, "state", ""));
    }
    json_decref(answer);
    return state;
}

static void sign_in_by_hand(int port, const char *login, char token[128])
{
    int status;
    json_t *answer = call(port, NULL, "/v1/login",
                          json_pack("{s:s, s:s}", "login", login, "password", "guichet"), &status);

    assert_int_equal(status, 200);
    (void)snprintf(token, 128, "%s", json_text_or(answer, "token", ""));
    json_decref(answer);
}

static void who_is_there_is_known_on_both_sides(void **state)
{
    struct branch branch;
    struct terminal marie, pierre;
    char here[128], there[128];

    (void)state;
    branch_begin(&branch);
    arrive(&marie, "marie", "guichet", branch.relay.port);
    arrive(&pierre, "pierre", "guichet", branch.centre.port);
    WAIT_UNTIL(is_joined(&marie));
    sign_in_by_hand(branch.relay.port, "luc", here);
    sign_in_by_hand(branch.centre.port, "john", there);
    WAIT_UNTIL(strcmp(state_of(branch.centre.port, there, id_of(&marie)), "available") == 0);
    WAIT_UNTIL(strcmp(state_of(branch.relay.port, here, id_of(&pierre)), "available") == 0);
    /* Nothing is made up about those who are here by what the centre heard of them. */
    assert_string_equal(state_of(branch.relay.port, here, id_of(&marie)), "available");
    terminal_end(&marie);
    terminal_end(&pierre);
    branch_end(&branch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_office_goes_on_without_the_centre),
        cmocka_unit_test(a_central_claim_is_decided_at_once_while_joined),
        cmocka_unit_test(what_the_centre_refuses_reaches_the_agent),
        cmocka_unit_test(a_terminal_that_knows_of_no_later_loses_no_answer),
        cmocka_unit_test(tokens_are_not_mistaken),
        cmocka_unit_test(who_is_there_is_known_on_both_sides),
        cmocka_unit_test(a_restored_centre_gets_back_what_the_office_did),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
