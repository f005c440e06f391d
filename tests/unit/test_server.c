/* The real server over loopback: every route, and every error of each. */
#include "net/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "net/compress.h"
#include "net/packed.h"
#include "tests/unit/server_fixture.h"

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

/* --- sign-in ---------------------------------------------------------------------------------- */

static void test_login_answers(void **state)
{
    struct call call = {.path = "/v1/login",
                        .body = "{\"login\":\"anne2\",\"password\":\"" FIXTURE_PASSWORD "\"}"};
    struct answer answer;
    char path[64] = "/v1/presence", token[LEDGER_TOKEN_SIZE];
    struct call next = {.path = path, .token = token};

    (void)state;
    server_call(f, &call, &answer);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.headers, "cache-control: no-store"));
    assert_true(strlen(json_text_or(answer.json, "token", "")) >= 27);
    assert_string_equal(json_text_or(answer.json, "feed", ""), ledger_feed(f->ledger.ledger));
    assert_string_equal(
        json_text_or(json_object_get(json_object_get(answer.json, "agent"), "body"), "login", ""),
        "anne2");
    assert_int_equal(strlen(json_text_or(answer.json, "expires_at", "")), 24);
    assert_int_equal(strlen(json_text_or(answer.json, "time", "")), 24);
    strcpy(token, json_text_or(answer.json, "token", ""));
    answer_clear(&answer);
    json_decref(server_json(f, &next));
    /* Signing out ends this token, and no other. */
    next.method = "POST";
    strcpy(path, "/v1/logout");
    server_call(f, &next, &answer);
    assert_int_equal(answer.status, 204);
    assert_int_equal(answer.length, 0);
    answer_clear(&answer);
    server_expect_problem(f, &next, 401, "unauthorized");
    strcpy(path, "/v1/presence");
    next.method = NULL;
    server_expect_problem(f, &next, 401, "unauthorized");
    next.token = f->tokens[ANNE];
    json_decref(server_json(f, &next));
}

static void test_login_refusals(void **state)
{
    static const struct {
        const char *body;
        long status;
        const char *code;
    } cases[] = {
        {"{\"login\":\"anne2\",\"password\":\"wrong\"}", 401, "wrong-password"},
        {"{\"login\":\"nobody\",\"password\":\"wrong\"}", 401, "wrong-password"},
        {"{\"login\":\"anne2\"}", 400, "bad-request"},
        {"{\"login\":7,\"password\":\"x\"}", 400, "bad-request"},
        {"{\"login\":\"a\",\"password\":\"x\",\"device\":\"y\"}", 400, "bad-request"},
        {"[]", 400, "bad-json"},
        {"{\"login\":", 400, "bad-json"},
    };
    struct call call = {.path = "/v1/login"};
    char log[SERVER_LOG_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        call.body = cases[i].body;
        server_expect_problem(f, &call, cases[i].status, cases[i].code);
    }
    server_log_copy(f, log);
    assert_null(strstr(log, "nobody"));
}

static void test_lockout_tells_when(void **state)
{
    struct call call = {.path = "/v1/login",
                        .body = "{\"login\":\"locked\",\"password\":\"wrong\"}"};
    struct answer answer;
    const char *header;

    (void)state;
    for (int i = 0; i < 3; i++)
        server_expect_problem(f, &call, 401, "wrong-password");
    server_call(f, &call, &answer);
    assert_int_equal(answer.status, 429);
    assert_string_equal(json_text_or(answer.json, "code", ""), "too-many-attempts");
    header = strstr(answer.headers, "retry-after: ");
    assert_non_null(header);
    assert_in_range(atoi(header + 13), 1, 2);
    answer_clear(&answer);
}

static void test_token_is_needed(void **state)
{
    static const char *const paths[] = {"/v1/changes", "/v1/presence", "/v1/records/note/x"};
    struct call call = {0};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        call.path = paths[i];
        call.token = NULL;
        server_expect_problem(f, &call, 401, "unauthorized");
        call.token = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        server_expect_problem(f, &call, 401, "unauthorized");
    }
    call = (struct call){.path = "/v1/operations", .body = "{\"operations\":[]}"};
    server_expect_problem(f, &call, 401, "unauthorized");
    call = (struct call){.path = "/v1/presence", .headers = {"Authorization: Basic eDp5"}};
    server_expect_problem(f, &call, 401, "unauthorized");
}

/* --- operations ------------------------------------------------------------------------------- */

static void test_operations(void **state)
{
    struct id ids[2] = {fixture_id(&f->ledger), fixture_id(&f->ledger)};
    struct operation *batch[3] = {server_note(f, ANNE, &ids[0], "one"),
                                  server_note(f, ANNE, &ids[1], "two"), NULL};
    json_t *outcomes, *document;
    char path[128];
    struct call call = {.path = path, .token = f->tokens[ANNE]};
    char *text;

    (void)state;
    json_object_del(batch[1]->body, "text");
    batch[2] = server_note(f, ANNE, &ids[0], "one");
    batch[2]->id = batch[0]->id;
    batch[2]->moment = batch[0]->moment;
    json_decref(batch[2]->body);
    batch[2]->body = json_deep_copy(batch[0]->body);
    outcomes = server_post(f, ANNE, batch, 3);
    assert_int_equal(json_array_size(outcomes), 3);
    assert_string_equal(item_text(outcomes, 0, "outcome"), "applied");
    assert_int_equal(json_integer_or(json_array_get(outcomes, 0), "rev", 0), 1);
    assert_string_equal(item_text(outcomes, 1, "outcome"), "refused");
    assert_string_equal(item_text(outcomes, 1, "reason"), "required");
    assert_string_equal(item_text(outcomes, 1, "field"), "text");
    assert_string_equal(item_text(outcomes, 2, "outcome"), "repeated");
    assert_string_equal(item_text(outcomes, 2, "id"), item_text(outcomes, 0, "id"));
    json_decref(outcomes);
    snprintf(path, sizeof(path), "/v1/records/note/%s", ids[0].text);
    document = server_json(f, &call);
    assert_string_equal(json_text_or(json_object_get(document, "body"), "text", ""), "one");
    json_decref(document);
    call.token = f->tokens[BEN];
    server_expect_problem(f, &call, 403, "forbidden");
    snprintf(path, sizeof(path), "/v1/records/note/%s", ids[1].text);
    server_expect_problem(f, &call, 404, "not-found");
    /* In another's name. */
    batch[0] = server_note(f, ANNE, &ids[1], "forged");
    text = operations_text(batch, 1);
    call = (struct call){.path = "/v1/operations", .token = f->tokens[BEN], .body = text};
    document = server_json(f, &call);
    assert_string_equal(item_text(json_object_get(document, "outcomes"), 0, "reason"), "forbidden");
    json_decref(document);
    free(text);
}

/* A terminal says once who it is, at sign-in; and asks for no more than it needs to hear. */
static void test_operations_in_brief(void **state)
{
    struct id id = fixture_id(&f->ledger);
    struct operation *operation = server_note(f, ANNE, &id, "in few bytes");
    json_t *good = operation_to_json(operation), *bad, *batch, *answer, *outcomes;
    struct call call = {.path = "/v1/operations", .token = f->tokens[ANNE]};
    char *body;

    (void)state;
    operation_free(operation);
    json_object_del(good, "agent");
    json_object_del(good, "device");
    bad = json_deep_copy(good);
    json_object_set_new(bad, "id", json_string("0192d0a0-0000-7000-8000-0000000000ab"));
    json_object_del(json_object_get(bad, "body"), "text");
    batch = json_pack("{s:b, s:[O, O, O]}", "brief", 1, "operations", good, bad, good);
    body = json_dumps(batch, JSON_COMPACT);
    call.body = body;
    answer = server_json(f, &call);
    outcomes = json_object_get(answer, "outcomes");
    assert_int_equal(json_array_size(outcomes), 3);
    assert_int_equal(json_integer_value(json_array_get(json_array_get(outcomes, 0), 0)), 1);
    assert_true(json_integer_value(json_array_get(json_array_get(outcomes, 0), 1)) > 0);
    assert_string_equal(item_text(outcomes, 1, "outcome"), "refused");
    assert_string_equal(item_text(outcomes, 1, "id"), json_text_or(bad, "id", ""));
    assert_string_equal(item_text(outcomes, 2, "outcome"), "repeated");
    json_decref(answer);
    free(body);
    json_decref(batch);
    json_decref(good);
    json_decref(bad);
}

/* In the coding of terminals: applied like any other, and answered in few words. */
static void test_packed_operations(void **state)
{
    struct id id = fixture_id(&f->ledger);
    struct operation *operation = server_note(f, ANNE, &id, "in fewer bytes");
    json_t *batch =
        json_pack("{s:b, s:[o]}", "brief", 1, "operations", operation_to_json(operation));
    char *text = json_dumps(batch, JSON_COMPACT), *packed;
    struct call call = {
        .path = "/v1/operations", .token = f->tokens[ANNE], .type = "", .encoding = PACKED_NAME};
    struct answer answer;

    (void)state;
    operation_free(operation);
    json_decref(batch);
    assert_int_equal(packed_write(&f->ledger.actors[ANNE].agent, text, strlen(text), &packed,
                                  &call.length, NULL),
                     0);
    call.body = packed;
    server_call(f, &call, &answer);
    assert_int_equal(answer.status, 200);
    assert_null(strstr(answer.headers, "content-type"));
    assert_null(strstr(answer.headers, "x-request-id"));
    assert_ptr_equal(strstr(answer.body, "[[1,"), answer.body);
    /* At the end, what it is known by later. */
    json_t *list = json_loads(answer.body, 0, NULL);
    assert_int_equal(json_array_size(list), 2);
    assert_int_equal(
        ledger_shown_check(f->ledger.ledger, json_string_value(json_array_get(list, 1)), NULL), 0);
    assert_int_equal(strtoll(json_string_value(json_array_get(list, 1)), NULL, 10),
                     json_integer_value(json_array_get(json_array_get(list, 0), 1)));
    json_decref(list);
    answer_clear(&answer);
    /* Damaged: said as any problem is. */
    call.length--;
    server_expect_problem(f, &call, 400, "bad-request");
    call.encoding = "g2";
    call.type = NULL;
    server_expect_problem(f, &call, 415, "unsupported-encoding");
    /* Nothing else may come without saying what it is. */
    call.encoding = NULL;
    call.type = "";
    server_expect_problem(f, &call, 415, "unsupported-media-type");
    free(packed);
    free(text);
}

/* A malformed one is refused alone, with its id when it has one. */
static void test_bad_operations_stand_alone(void **state)
{
    struct id id = fixture_id(&f->ledger);
    struct operation *good = server_note(f, ANNE, &id, "good");
    json_t *document = operation_to_json(good);
    json_t *huge = json_deep_copy(document);
    char *text = malloc(400 * 1024);
    char *body;
    json_t *batch, *answer, *outcomes;
    struct call call = {.path = "/v1/operations", .token = f->tokens[ANNE]};

    (void)state;
    assert_non_null(text);
    memset(text, 'x', 400 * 1024 - 1);
    text[400 * 1024 - 1] = '\0';
    json_object_set_new(json_object_get(huge, "body"), "text", json_string(text));
    json_object_set_new(huge, "id", json_string("0192d0a0-0000-7000-8000-0000000000aa"));
    batch =
        json_pack("{s:[n, i, {s:s}, {s:s, s:s}, o, o]}", "operations", 7, "id", "not an id", "id",
                  "0192d0a0-0000-7000-8000-0000000000ff", "type", "no-such-type", huge, document);
    body = json_dumps(batch, 0);
    call.body = body;
    answer = server_json(f, &call);
    outcomes = json_object_get(answer, "outcomes");
    assert_int_equal(json_array_size(outcomes), 6);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(item_text(outcomes, i, "outcome"), "refused");
    assert_string_equal(item_text(outcomes, 2, "id"), "");
    assert_string_equal(item_text(outcomes, 3, "id"), "0192d0a0-0000-7000-8000-0000000000ff");
    assert_string_equal(item_text(outcomes, 3, "reason"), "value");
    assert_string_equal(item_text(outcomes, 4, "reason"), "too-large");
    assert_string_equal(item_text(outcomes, 4, "id"), "0192d0a0-0000-7000-8000-0000000000aa");
    assert_string_equal(item_text(outcomes, 5, "outcome"), "applied");
    json_decref(answer);
    json_decref(batch);
    operation_free(good);
    free(body);
    free(text);
}

static void test_bodies_compressed(void **state)
{
    static const enum compression kinds[] = {COMPRESSION_IDENTITY, COMPRESSION_GZIP,
                                             COMPRESSION_ZSTD};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct id id = fixture_id(&f->ledger);
        struct operation *batch[1] = {server_note(f, ANNE, &id, "compressed")};
        char *text = operations_text(batch, 1);
        struct call call = {.path = "/v1/operations", .token = f->tokens[ANNE]};
        json_t *answer;
        char *packed;

        assert_int_equal(compress_bytes(kinds[i], text, strlen(text), &packed, &call.length, NULL),
                         0);
        call.body = packed;
        call.encoding = compression_name(kinds[i]);
        call.chunked = i == 1;
        answer = server_json(f, &call);
        assert_string_equal(item_text(json_object_get(answer, "outcomes"), 0, "outcome"),
                            "applied");
        json_decref(answer);
        free(packed);
        free(text);
    }
}

static void test_bad_bodies(void **state)
{
    struct call call = {.path = "/v1/operations", .token = f->tokens[ANNE], .body = "{}"};
    char deep[300];
    char *many;

    (void)state;
    server_expect_problem(f, &call, 400, "bad-json");
    call.body = "{\"operations\":{}}";
    server_expect_problem(f, &call, 400, "bad-json");
    call.body = "{\"operations\":[]} more";
    server_expect_problem(f, &call, 400, "bad-json");
    call.body = "{\"operations\":[],\"operations\":[]}";
    server_expect_problem(f, &call, 400, "bad-json");
    call.body = "{\"operations\":[\"\xff\"]}";
    server_expect_problem(f, &call, 400, "bad-json");
    memset(deep, '[', 200);
    memset(deep + 200, ']', 99);
    deep[299] = '\0';
    call.body = deep;
    server_expect_problem(f, &call, 400, "bad-json");
    call.body = "{\"operations\":[]}";
    call.encoding = "br";
    server_expect_problem(f, &call, 415, "unsupported-encoding");
    call.encoding = "zstd";
    server_expect_problem(f, &call, 400, "bad-request");
    call.encoding = "gzip";
    server_expect_problem(f, &call, 400, "bad-request");
    call.encoding = NULL;
    call.type = "text/plain";
    server_expect_problem(f, &call, 415, "unsupported-media-type");
    call.type = "application/jsonp";
    server_expect_problem(f, &call, 415, "unsupported-media-type");
    call.type = "application/json; charset=utf-8";
    json_decref(server_json(f, &call));
    many = malloc(3 * 1001 + 64);
    assert_non_null(many);
    strcpy(many, "{\"operations\":[0");
    for (int i = 0; i < 1000; i++)
        strcat(many, ",0");
    strcat(many, "]}");
    call.body = many;
    server_expect_problem(f, &call, 413, "too-large");
    free(many);
}

static void test_large_bodies(void **state)
{
    size_t length = 9 * 1024 * 1024;
    char *zeros = calloc(1, length);
    struct call call = {
        .path = "/v1/operations", .token = f->tokens[ANNE], .body = zeros, .length = length};
    char *packed;

    (void)state;
    assert_non_null(zeros);
    memset(zeros, ' ', length);
    /* Declared, so refused before it is sent. */
    call.headers[0] = "Expect: 100-continue";
    server_expect_problem(f, &call, 413, "too-large");
    /* Not declared: found out while it comes. */
    call.headers[0] = NULL;
    call.chunked = true;
    server_expect_problem(f, &call, 413, "too-large");
    /* Small on the wire, large when expanded. */
    assert_int_equal(compress_bytes(COMPRESSION_ZSTD, zeros, length, &packed, &call.length, NULL),
                     0);
    call.chunked = false;
    call.body = packed;
    call.encoding = "zstd";
    server_expect_problem(f, &call, 413, "too-large");
    free(packed);
    free(zeros);
    /* A sign-in has no reason to be large. */
    zeros = malloc(10000);
    assert_non_null(zeros);
    memset(zeros, 'x', 9999);
    zeros[9999] = '\0';
    call = (struct call){.path = "/v1/login", .body = zeros};
    server_expect_problem(f, &call, 413, "too-large");
    free(zeros);
}

static void test_presence(void **state)
{
    struct call call = {.path = "/v1/presence", .token = f->tokens[ANNE]};
    json_t *answer = server_json(f, &call);
    const json_t *agents = json_object_get(answer, "agents");
    bool anne = false;

    (void)state;
    for (size_t i = 0; i < json_array_size(agents); i++)
        if (strcmp(item_text(agents, i, "agent"), f->ledger.actors[ANNE].agent.text) == 0) {
            assert_string_equal(item_text(agents, i, "state"), "available");
            assert_int_equal(strlen(item_text(agents, i, "heard_at")), 24);
            anne = true;
        }
    assert_true(anne);
    json_decref(answer);
}

/* --- records and paths ------------------------------------------------------------------------ */

static void test_records(void **state)
{
    char path[160];
    struct call call = {.path = path, .token = f->tokens[BEN]};
    json_t *document;

    (void)state;
    snprintf(path, sizeof(path), "/v1/records/agent/%s", f->ledger.actors[ANNE].agent.text);
    document = server_json(f, &call);
    assert_string_equal(json_text_or(document, "type", ""), "agent");
    json_decref(document);
    snprintf(path, sizeof(path), "/v1/records/office/%s", f->ledger.actors[ANNE].agent.text);
    server_expect_problem(f, &call, 404, "not-found");
    snprintf(path, sizeof(path), "/v1/records/nothing/%s", f->ledger.actors[ANNE].agent.text);
    server_expect_problem(f, &call, 404, "not-found");
    strcpy(path, "/v1/records/agent/1%27%20OR%20%271%27=%271");
    server_expect_problem(f, &call, 404, "not-found");
    strcpy(path, "/v1/records/agent/../../../../etc/passwd");
    server_expect_problem(f, &call, 404, "not-found");
}

static void test_methods_and_paths(void **state)
{
    struct call call = {.path = "/v1/changes", .token = f->tokens[ANNE], .method = "DELETE"};
    struct answer answer;

    (void)state;
    server_call(f, &call, &answer);
    assert_int_equal(answer.status, 405);
    assert_non_null(strstr(answer.headers, "allow: get, head\r\n"));
    answer_clear(&answer);
    call = (struct call){.path = "/v1/login"};
    server_call(f, &call, &answer);
    assert_int_equal(answer.status, 405);
    assert_non_null(strstr(answer.headers, "allow: post\r\n"));
    answer_clear(&answer);
    call.path = "/v1/nothing";
    server_expect_problem(f, &call, 404, "not-found");
    call.path = "/v1/changes/";
    server_expect_problem(f, &call, 404, "not-found");
    call = (struct call){.path = "/healthz", .method = "HEAD"};
    server_call(f, &call, &answer);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.length, 0);
    answer_clear(&answer);
    call = (struct call){.path = "/openapi.json"};
    server_call(f, &call, &answer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(json_text_or(answer.json, "openapi", ""), "3.1.0");
    answer_clear(&answer);
}

/* --- what is logged --------------------------------------------------------------------------- */

static void test_log_keeps_silent_about_people(void **state)
{
    char log[SERVER_LOG_SIZE];

    (void)state;
    server_log_copy(f, log);
    assert_non_null(strstr(log, "login 200"));
    assert_null(strstr(log, "anne2"));
    assert_null(strstr(log, FIXTURE_PASSWORD));
    assert_null(strstr(log, f->tokens[ANNE]));
    for (size_t i = 0; log[i] != '\0'; i++)
        assert_true(log[i] == '\n' || ((unsigned char)log[i] >= 0x20 && log[i] != 0x7f));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_login_answers),
        cmocka_unit_test(test_login_refusals),
        cmocka_unit_test(test_lockout_tells_when),
        cmocka_unit_test(test_token_is_needed),
        cmocka_unit_test(test_operations),
        cmocka_unit_test(test_operations_in_brief),
        cmocka_unit_test(test_packed_operations),
        cmocka_unit_test(test_bad_operations_stand_alone),
        cmocka_unit_test(test_bodies_compressed),
        cmocka_unit_test(test_bad_bodies),
        cmocka_unit_test(test_large_bodies),
        cmocka_unit_test(test_presence),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_methods_and_paths),
        cmocka_unit_test(test_log_keeps_silent_about_people),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
