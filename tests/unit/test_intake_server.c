/* POST /v1/intake/{channel} and GET /v1/attachments/{id}, over real HTTP: whose key, what is taken,
 * what is refused and how it says so. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "net/intake_document.h"
#include "net/intake_key.h"
#include "net/intake_rate.h"
#include "tests/unit/server_fixture.h"

static char web[LEDGER_TOKEN_SIZE], kiosk[LEDGER_TOKEN_SIZE];

static void key_add(struct server_fixture *f, const char *name, const char *channel,
                    char token[LEDGER_TOKEN_SIZE])
{
    struct intake_key key = {.office = "sample/b", .queue = "sample/q"};
    struct error error = ERROR_INIT;

    strcpy(key.name, name);
    strcpy(key.channel, channel);
    if (ledger_intake_key_add(f->ledger.path, &key, 1, token, &error) != 0)
        fail_msg("%s", error.message);
}

static int setup(void **state)
{
    server_fixture_setup(state);
    key_add(*state, "site", "web", web);
    key_add(*state, "hall", "kiosk", kiosk);
    return 0;
}

static json_t *leave(struct server_fixture *f, const char *token, const char *channel,
                     const char *body)
{
    char path[64];
    const struct call call = {.path = path, .token = token, .body = body};

    snprintf(path, sizeof(path), "/v1/intake/%s", channel);
    return server_json(f, &call);
}

static void refused(struct server_fixture *f, const char *token, const char *channel,
                    const char *body, long status, const char *code)
{
    char path[64];
    const struct call call = {.path = path, .token = token, .body = body};

    snprintf(path, sizeof(path), "/v1/intake/%s", channel);
    server_expect_problem(f, &call, status, code);
}

/* A record as Ben reads it over REST. New. */
static json_t *record(struct server_fixture *f, const char *type, const char *id)
{
    char path[128];
    const struct call call = {.path = path, .token = f->tokens[BEN]};

    snprintf(path, sizeof(path), "/v1/records/%s/%s", type, id);
    return server_json(f, &call);
}

static void test_a_message_is_taken_once(void **state)
{
    static const char body[] =
        "{\"message_id\": \"m1\", \"kind\": \"request\", \"subject\": \"Un acte\", \"text\": "
        "\"Bonjour\", \"language\": \"fr\", \"client\": {\"name\": \"L\xc3\xa9"
        "a Roy\", \"email\": \"lea@example.org\"}, \"at\": \"2023-11-14T10:00:00Z\"}";
    struct server_fixture *f = *state;
    json_t *first = leave(f, web, "web", body), *again = leave(f, web, "web", body), *message;

    assert_true(json_is_false(json_object_get(first, "repeated")));
    assert_true(json_is_true(json_object_get(first, "new_case")));
    assert_true(json_is_true(json_object_get(again, "repeated")));
    assert_string_equal(json_text_or(first, "message", ""), json_text_or(again, "message", "-"));
    assert_string_equal(json_text_or(first, "reference", ""),
                        json_text_or(again, "reference", "-"));
    message = record(f, "message", json_text_or(first, "message", ""));
    assert_string_equal(json_text_or(json_object_get(message, "body"), "channel", ""), "web");
    assert_string_equal(json_text_or(json_object_get(message, "body"), "source", ""), "key:site");
    json_decref(message);
    json_decref(first);
    json_decref(again);
    /* What comes from a kiosk comes from the counter; of another key it is another message. */
    first = leave(f, kiosk, "kiosk", body);
    assert_true(json_is_false(json_object_get(first, "repeated")));
    message = record(f, "message", json_text_or(first, "message", ""));
    assert_string_equal(json_text_or(json_object_get(message, "body"), "channel", ""), "counter");
    json_decref(message);
    json_decref(first);
}

static void test_each_key_has_its_channel(void **state)
{
    static const char body[] = "{\"message_id\": \"m\"}";
    struct server_fixture *f = *state;
    char wrong[LEDGER_TOKEN_SIZE];

    refused(f, NULL, "web", body, 401, "unauthorized");
    refused(f, "site", "web", body, 401, "unauthorized");
    refused(f, f->tokens[BEN], "web", body, 401, "unauthorized");
    strcpy(wrong, web);
    wrong[strlen(wrong) - 1] ^= 1;
    refused(f, wrong, "web", body, 401, "unauthorized");
    refused(f, web, "chat", body, 403, "forbidden");
    refused(f, kiosk, "web", body, 403, "forbidden");
    json_decref(leave(f, web, "web", body));
    /* A key opens nothing else. */
    server_expect_problem(f, &(struct call){.path = "/v1/changes", .token = web}, 401,
                          "unauthorized");
    assert_int_equal(ledger_intake_key_revoke(f->ledger.path, "site", 2, NULL), 0);
    refused(f, web, "web", body, 401, "unauthorized");
    assert_int_equal(ledger_intake_key_revoke(f->ledger.path, "site", 2, NULL), ERROR_NOT_FOUND);
}

static void test_keys_are_checked_and_listed_without_the_secret(void **state)
{
    struct server_fixture *f = *state;
    struct intake_key key = {.name = "site", .channel = "web"};
    char token[LEDGER_TOKEN_SIZE];
    json_t *list;
    char *text;

    assert_int_equal(ledger_intake_key_add(f->ledger.path, &key, 1, token, NULL), ERROR_CONFLICT);
    strcpy(key.name, "Site 2");
    assert_int_equal(ledger_intake_key_add(f->ledger.path, &key, 1, token, NULL), ERROR_INVALID);
    strcpy(key.name, "site2");
    strcpy(key.channel, "phone");
    assert_int_equal(ledger_intake_key_add(f->ledger.path, &key, 1, token, NULL), ERROR_INVALID);
    strcpy(key.channel, "web");
    strcpy(key.queue, "sample/none");
    assert_int_equal(ledger_intake_key_add(f->ledger.path, &key, 1, token, NULL), ERROR_NOT_FOUND);
    assert_int_equal(ledger_intake_key_list(f->ledger.path, &list, NULL), 0);
    assert_int_equal(json_array_size(list), 2);
    text = json_dumps(list, 0);
    assert_null(strstr(text, strchr(web, '.') + 1));
    free(text);
    json_decref(list);
}

static void test_what_is_not_as_documented_is_refused(void **state)
{
    static const struct {
        const char *body;
        const char *code;
        long status;
    } cases[] = {
        {"[]", "bad-json", 400},
        {"{}", "message-refused", 422},
        {"{\"message_id\": \"1\", \"colour\": \"red\"}", "message-refused", 422},
        {"{\"message_id\": 1}", "message-refused", 422},
        {"{\"message_id\": \"\"}", "message-refused", 422},
        {"{\"message_id\": \"1\", \"kind\": \"poem\"}", "message-refused", 422},
        {"{\"message_id\": \"1\", \"at\": \"yesterday\"}", "message-refused", 422},
        {"{\"message_id\": \"1\", \"client\": {\"shoe\": \"42\"}}", "message-refused", 422},
        {"{\"message_id\": \"1\", \"client\": {\"email\": \"nobody\"}}", "message-refused", 422},
        {"{\"message_id\": \"1\", \"queue\": \"sample/none\"}", "message-refused", 422},
        {"{\"message_id\": \"1\", \"kind\": \"submission\"}", "message-refused", 422},
        {"{\"message_id\": \"1\", \"kind\": \"submission\", \"answers\": {}, \"form\": "
         "\"sample/none\"}",
         "message-refused", 422},
        {"{\"message_id\": \"1\", \"attachments\": [{\"name\": \"a.txt\"}]}", "message-refused",
         422},
        {"{\"message_id\": \"1\", \"attachments\": [{\"content\": \"*\"}]}", "message-refused",
         422},
    };
    struct server_fixture *f = *state;
    json_t *health;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        refused(f, web, "web", cases[i].body, cases[i].status, cases[i].code);
    /* Those that came as far as the ledger stand on its list, once for each id. */
    health = server_json(f, &(struct call){.path = "/healthz"});
    assert_int_equal(json_integer_or(json_object_get(health, "intake"), "taken", -1), 0);
    assert_int_equal(json_integer_or(json_object_get(health, "intake"), "refused", -1), 2);
    json_decref(health);
}

static void test_answers_that_do_not_fit_are_told_one_by_one(void **state)
{
    struct server_fixture *f = *state;
    const struct call call = {
        .path = "/v1/intake/web",
        .token = web,
        .body = "{\"message_id\": \"1\", \"kind\": \"submission\", \"form\": \"sample/move\", "
                "\"answers\": {\"name\": \"L\"}}"};
    struct answer answer;
    const json_t *errors;

    fixture_publish(&f->ledger, RECORD_FORM, "sample/move",
                    json_pack("{s:i, s:{s:s, s:[s], s:{s:{s:s, s:i}}}}", "version", 1, "schema",
                              "type", "object", "required", "name", "properties", "name", "type",
                              "string", "minLength", 2));
    server_call(f, &call, &answer);
    assert_int_equal(answer.status, 422);
    errors = json_object_get(answer.json, "errors");
    assert_int_equal(json_array_size(errors), 1);
    assert_string_equal(item_text(errors, 0, "instanceLocation"), "/name");
    answer_clear(&answer);
    answer.json = leave(f, web, "web",
                        "{\"message_id\": \"1\", \"kind\": \"submission\", \"form\": "
                        "\"sample/move\", \"answers\": {\"name\": \"L\xc3\xa9"
                        "a\"}}");
    assert_non_null(json_object_get(answer.json, "submission"));
    json_decref(answer.json);
}

static void test_attachments_come_back_to_who_may_read_them(void **state)
{
    struct server_fixture *f = *state;
    json_t *taken = leave(f, web, "web",
                          "{\"message_id\": \"1\", \"attachments\": [{\"name\": \"a.txt\", "
                          "\"type\": \"text/plain\", \"content\": \"YWIAYw==\"}]}");
    json_t *message = record(f, "message", json_text_or(taken, "message", ""));
    const json_t *list = json_object_get(json_object_get(message, "body"), "attachments");
    char path[128];
    struct call call = {.path = path, .token = f->tokens[BEN]};
    struct answer answer;

    snprintf(path, sizeof(path), "/v1/attachments/%s", item_text(list, 0, "id"));
    assert_string_equal(item_text(list, 0, "name"), "a.txt");
    server_call(f, &call, &answer);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.length, 4);
    assert_memory_equal(answer.body, "ab\0c", 4);
    assert_non_null(strstr(answer.headers, "content-type: application/octet-stream"));
    answer_clear(&answer);
    call.token = f->tokens[ANNE];
    server_expect_problem(f, &call, 403, "forbidden");
    call.token = web;
    server_expect_problem(f, &call, 401, "unauthorized");
    snprintf(path, sizeof(path), "/v1/attachments/%s", json_text_or(taken, "message", ""));
    call.token = f->tokens[BEN];
    server_expect_problem(f, &call, 404, "not-found");
    json_decref(message);
    json_decref(taken);
}

/* Codes are checked in a thread of their own: the request sleeps, and comes back. */
static void test_a_continue_code_is_looked_at(void **state)
{
    struct server_fixture *f = *state;
    json_t *taken = leave(f, web, "web",
                          "{\"message_id\": \"1\", \"continue_code\": \"2222 2222 2222\", "
                          "\"address\": \"192.0.2.7\"}");
    json_t *message = record(f, "message", json_text_or(taken, "message", ""));
    const json_t *remarks = json_object_get(json_object_get(message, "body"), "remarks");

    assert_string_equal(json_string_value(json_array_get(remarks, 0)), "code-unknown");
    json_decref(message);
    json_decref(taken);
}

static void test_types_and_rates(void **state)
{
    struct intake_rate *rate = intake_rate_new(2);

    (void)state;
    assert_true(intake_type_fits("application/pdf,image/*", "image/png"));
    assert_true(intake_type_fits("application/pdf,image/*", "Application/PDF; x=y"));
    assert_false(intake_type_fits("application/pdf,image/*", "application/pdfx"));
    assert_false(intake_type_fits("application/pdf,image/*", "text/html"));
    assert_true(intake_type_fits("", "text/html"));
    assert_int_equal(intake_rate_take(rate, "a", 1000), 0);
    assert_int_equal(intake_rate_take(rate, "a", 1000), 0);
    assert_true(intake_rate_take(rate, "a", 1000) > 0);
    assert_int_equal(intake_rate_take(rate, "b", 1000), 0);
    assert_true(intake_rate_take(rate, "a", 15000) > 0);
    assert_int_equal(intake_rate_take(rate, "a", 31000), 0);
    assert_true(intake_rate_take(rate, "a", 31000) > 0);
    /* After a long rest no more than a minute's worth. */
    assert_int_equal(intake_rate_take(rate, "a", 1000000), 0);
    assert_int_equal(intake_rate_take(rate, "a", 1000000), 0);
    assert_true(intake_rate_take(rate, "a", 1000000) > 0);
    intake_rate_free(rate);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, server_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_message_is_taken_once),
        TEST(test_each_key_has_its_channel),
        TEST(test_keys_are_checked_and_listed_without_the_secret),
        TEST(test_what_is_not_as_documented_is_refused),
        TEST(test_answers_that_do_not_fit_are_told_one_by_one),
        TEST(test_attachments_come_back_to_who_may_read_them),
        TEST(test_a_continue_code_is_looked_at),
        cmocka_unit_test(test_types_and_rates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
