/* Over HTTP: sign-in at an identity provider. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/provider.h"
#include "tests/unit/provider_fixture.h"
#include "tests/unit/server_fixture.h"

struct both {
    struct provider_fixture provider;
    struct server_fixture server;
};

static struct provider_options provider_options = {.client = "guichet"};

static void use_provider(struct server_options *options)
{
    options->provider = &provider_options;
}

static int set_up(void **state)
{
    struct both *both = calloc(1, sizeof(*both));

    assert_non_null(both);
    provider_fixture_start(&both->provider);
    json_object_set_new(both->provider.device, "interval", json_integer(1));
    provider_options.issuer = both->provider.issuer;
    server_fixture_open_with(&both->server, use_provider);
    *state = both;
    return 0;
}

static int tear_down(void **state)
{
    struct both *both = *state;

    server_fixture_close(&both->server);
    provider_fixture_stop(&both->provider);
    free(both);
    return 0;
}

static void say(struct both *both, unsigned status, json_t *answer)
{
    json_decref(both->provider.answer);
    both->provider.status = status;
    both->provider.answer = answer;
}

/* The agent says yes there, under this name. */
static void approve(struct both *both, const char *name)
{
    char *token =
        provider_fixture_sign(&both->provider, KEY_P256, json_pack("{s:s}", "kid", "p1"),
                              provider_fixture_claims(&both->provider, clock_system(NULL), name));

    say(both, 200, json_pack("{s:s}", "id_token", token));
    free(token);
}

static json_t *begin(struct both *both)
{
    const struct call call = {.path = "/v1/login/provider", .body = "{\"protocol\":\"1.0\"}"};

    return server_json(&both->server, &call);
}

/* The body that asks what became of it; owned. */
static char *question(const json_t *flow)
{
    json_t *body =
        json_pack("{s:s, s:s}", "protocol", "1.0", "handle", json_text_or(flow, "handle", ""));
    char *text = json_dumps(body, 0);

    json_decref(body);
    return text;
}

static void ask(struct both *both, const json_t *flow, struct answer *answer)
{
    char *body = question(flow);
    const struct call call = {.path = "/v1/login/provider/session", .body = body};

    server_call(&both->server, &call, answer);
    free(body);
}

static void expect_problem(struct both *both, const json_t *flow, long status, const char *code)
{
    char *body = question(flow);
    const struct call call = {.path = "/v1/login/provider/session", .body = body};

    server_expect_problem(&both->server, &call, status, code);
    free(body);
}

static void wait_interval(void)
{
    const struct timespec pause = {.tv_sec = 1, .tv_nsec = 20 * 1000 * 1000};

    nanosleep(&pause, NULL);
}

static void an_agent_signs_in(void **state)
{
    struct both *both = *state;
    json_t *flow = begin(both), *page;
    struct answer answer;

    assert_string_equal(json_text_or(flow, "user_code", ""), "WDJB-MJHT");
    assert_string_equal(json_text_or(flow, "url", ""), "https://id.example/device");
    assert_int_equal(json_integer_or(flow, "interval_ms", 0), 1000);
    /* Too early, and then still without the agent's word. */
    ask(both, flow, &answer);
    assert_int_equal(answer.status, 202);
    assert_true(json_integer_or(answer.json, "wait_ms", 0) <= 1000);
    answer_clear(&answer);
    wait_interval();
    ask(both, flow, &answer);
    assert_int_equal(answer.status, 202);
    assert_int_equal(json_integer_or(answer.json, "wait_ms", 0), 1000);
    answer_clear(&answer);
    /* Logins compare without regard to case. */
    approve(both, "BEN2");
    wait_interval();
    ask(both, flow, &answer);
    assert_int_equal(answer.status, 200);
    const struct call changes = {.path = "/v1/changes?since=0",
                                 .token = json_text_or(answer.json, "token", "")};
    assert_string_equal(json_text_or(json_object_get(answer.json, "agent"), "id", ""),
                        both->server.ledger.actors[BEN].agent.text);
    page = server_json(&both->server, &changes);
    assert_true(json_is_array(json_object_get(page, "records")));
    json_decref(page);
    answer_clear(&answer);
    /* The handle was good once. */
    expect_problem(both, flow, 404, "not-found");
    json_decref(flow);
}

static void who_is_not_one_of_us_stays_out(void **state)
{
    struct both *both = *state;
    json_t *flow = begin(both);
    char log[SERVER_LOG_SIZE];

    approve(both, "mallory");
    wait_interval();
    expect_problem(both, flow, 403, "sign-in-refused");
    json_decref(flow);
    flow = begin(both);
    say(both, 400, json_pack("{s:s}", "error", "access_denied"));
    wait_interval();
    expect_problem(both, flow, 403, "sign-in-refused");
    json_decref(flow);
    /* A token that another key signed. */
    flow = begin(both);
    char *token =
        provider_fixture_sign(&both->provider, KEY_SMALL, json_pack("{s:s}", "kid", "r1"),
                              provider_fixture_claims(&both->provider, clock_system(NULL), "ben2"));
    say(both, 200, json_pack("{s:s}", "id_token", token));
    free(token);
    wait_interval();
    expect_problem(both, flow, 403, "sign-in-refused");
    json_decref(flow);
    server_log_copy(&both->server, log);
    assert_null(strstr(log, "mallory"));
}

static void a_provider_that_is_away_is_said(void **state)
{
    struct both *both = *state;
    const struct call call = {.path = "/v1/login/provider", .body = "{\"protocol\":\"1.0\"}"};
    json_t *flow = begin(both);
    struct answer answer;

    provider_fixture_away(&both->provider);
    server_call(&both->server, &call, &answer);
    assert_int_equal(answer.status, 503);
    assert_non_null(strstr(answer.headers, "retry-after: 10"));
    answer_clear(&answer);
    wait_interval();
    ask(both, flow, &answer);
    assert_int_equal(answer.status, 202);
    answer_clear(&answer);
    json_decref(flow);
}

static void bad_requests_are_told_so(void **state)
{
    static const struct {
        const char *body;
        const char *code;
    } bodies[] = {
        {"{", "bad-json"},
        {"{\"protocol\":\"1.0\"}", "bad-request"},
        {"{\"protocol\":\"1.0\",\"handle\":\"x\",\"device\":\"y\"}", "bad-request"},
        {"{\"protocol\":\"99.0\",\"handle\":\"x\"}", "protocol"},
        {"{\"protocol\":\"1.0\",\"handle\":\"x\",\"terminal\":{}}", "bad-request"},
    };
    struct both *both = *state;

    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        const struct call call = {.path = "/v1/login/provider/session", .body = bodies[i].body};
        struct answer answer;

        server_call(&both->server, &call, &answer);
        assert_true(answer.status >= 400 && answer.status < 500);
        assert_string_equal(json_text_or(answer.json, "code", ""), bodies[i].code);
        answer_clear(&answer);
    }
}

static void without_a_provider_there_is_none(void **state)
{
    const struct call call = {.path = "/v1/login/provider", .body = "{\"protocol\":\"1.0\"}"};

    server_expect_problem(*state, &call, 404, "not-found");
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(an_agent_signs_in),
        WITH(who_is_not_one_of_us_stays_out),
        WITH(a_provider_that_is_away_is_said),
        WITH(bad_requests_are_told_so),
        cmocka_unit_test_setup_teardown(without_a_provider_there_is_none, server_fixture_setup,
                                        server_fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
