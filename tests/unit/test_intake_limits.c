/* Over real HTTP: how large, how fast and of which types what comes in may be, and where it goes
 * when only the service says so. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "net/intake_key.h"
#include "tests/unit/form_fixture.h"
#include "tests/unit/server_fixture.h"

#define RATE       3
#define ATTACHMENT 9

static struct server_fixture fixture;
static struct server_fixture *const f = &fixture;
static char site[LEDGER_TOKEN_SIZE], app[LEDGER_TOKEN_SIZE], other[LEDGER_TOKEN_SIZE];

static void key_add(const char *name, const char *channel, const char *office,
                    char token[LEDGER_TOKEN_SIZE])
{
    struct intake_key key = {.name = ""};

    snprintf(key.name, sizeof(key.name), "%s", name);
    snprintf(key.channel, sizeof(key.channel), "%s", channel);
    snprintf(key.office, sizeof(key.office), "%s", office);
    assert_int_equal(ledger_intake_key_add(f->ledger.path, &key, 1, token, NULL), 0);
}

static void limit(struct server_options *options)
{
    options->intake_rate = RATE;
    options->intake_attachment_bytes = ATTACHMENT;
    options->intake_types = "text/plain,image/*";
}

static int setup(void **state)
{
    (void)state;
    server_fixture_open_with(f, limit);
    fixture_publish(&f->ledger, RECORD_QUEUE, "sample/q", fixture_json("{'offices':['b']}"));
    fixture_publish(&f->ledger, RECORD_SERVICE, "city/lamp",
                    fixture_json("{'title':{'en':'The lamp'},'queue':'sample/q',"
                                 "'open311':{'code':'LAMP','type':'realtime'}}"));
    key_add("site", "web", "", site);
    key_add("app", "mobile", "sample/b", app);
    key_add("other", "mobile", "sample/b", other);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    server_fixture_close(f);
    return 0;
}

static void post(const char *token, const char *body, struct answer *answer)
{
    const struct call call = {.path = "/v1/intake/web", .token = token, .body = body};

    server_call(f, &call, answer);
}

static void attach(const char *id, const char *type, const char *content, long status)
{
    struct answer answer;
    char body[400];

    snprintf(body, sizeof(body),
             "{\"message_id\": \"%s\", \"service\": \"city/lamp\", \"attachments\": [{\"name\": "
             "\"a\", \"type\": \"%s\", \"content\": \"%s\"}]}",
             id, type, content);
    post(site, body, &answer);
    assert_int_equal(answer.status, status);
    if (status != 200)
        assert_non_null(strstr(json_text_or(answer.json, "detail", ""), "attachments/0"));
    answer_clear(&answer);
}

static void test_an_attachment_has_a_size_and_a_type(void **state)
{
    (void)state;
    attach("1", "text/plain", "MTIzNDU2Nzg5", 200);     /* 123456789: just what may be */
    attach("2", "text/plain", "MTIzNDU2Nzg5MA==", 413); /* one byte more */
    attach("3", "image/png", "MTIz", 200);
}

static void test_a_type_that_is_not_taken(void **state)
{
    (void)state;
    attach("1", "application/pdf", "MTIz", 422);
    attach("2", "image/svg+xml", "MTIz", 200);
}

/* The key names neither office nor queue: the case waits in the service's queue, before Ben. */
static void test_the_queue_is_the_services(void **state)
{
    const struct call desk = {.path = "/v1/changes?since=0", .token = f->tokens[BEN]};
    struct answer answer;
    const json_t *record;
    json_t *page;
    bool offered = false;
    size_t i;

    (void)state;
    post(site, "{\"message_id\": \"1\"}", &answer);
    assert_int_equal(answer.status, 422);
    answer_clear(&answer);
    post(site, "{\"message_id\": \"2\", \"service\": \"city/lamp\"}", &answer);
    assert_int_equal(answer.status, 200);
    page = server_json(f, &desk);
    json_array_foreach(json_object_get(page, "records"), i, record)
    {
        const json_t *body = json_object_get(record, "body");

        if (strcmp(json_text_or(record, "type", ""), "handoff") != 0)
            continue;
        assert_string_equal(json_text_or(body, "to_queue", ""), "sample/q");
        assert_string_equal(json_text_or(body, "case", ""), json_text_or(answer.json, "case", "?"));
        offered = true;
    }
    assert_true(offered);
    json_decref(page);
    answer_clear(&answer);
}

/* "retry-after: N": at least a second, and not longer than one share of a minute. */
static void check_wait(const struct answer *answer)
{
    const char *header = strstr(answer->headers, "retry-after: ");
    int seconds = header != NULL ? atoi(header + strlen("retry-after: ")) : 0;

    assert_int_equal(answer->status, 429);
    assert_true(seconds >= 1 && seconds <= 60 / RATE + 1);
}

static void test_a_key_that_is_too_fast_is_told_when_to_come(void **state)
{
    struct answer answer;
    char body[100];

    (void)state;
    for (int i = 0; i < RATE; i++) {
        snprintf(body, sizeof(body), "{\"message_id\": \"%d\", \"service\": \"city/lamp\"}", i);
        post(site, body, &answer);
        assert_int_equal(answer.status, 200);
        assert_null(strstr(answer.headers, "retry-after"));
        answer_clear(&answer);
    }
    post(site, "{\"message_id\": \"more\", \"service\": \"city/lamp\"}", &answer);
    check_wait(&answer);
    assert_string_equal(json_text_or(answer.json, "code", ""), "too-many-requests");
    answer_clear(&answer);
}

static void report(const char *key, const char *format, const char *where, struct answer *answer)
{
    char path[64], body[400];
    const struct call call = {
        .path = path, .body = body, .type = "application/x-www-form-urlencoded; charset=utf-8"};

    snprintf(path, sizeof(path), "/open311/v2/requests.%s", format);
    snprintf(body, sizeof(body), "api_key=%s&service_code=LAMP&address_string=%s", key, where);
    server_call(f, &call, answer);
}

static void test_a_key_of_311_has_its_rate(void **state)
{
    struct answer answer;
    const json_t *error;
    char where[20];

    (void)state;
    for (int i = 0; i < RATE; i++) {
        snprintf(where, sizeof(where), "street%d", i);
        report(app, "json", where, &answer);
        assert_int_equal(answer.status, 200);
        answer_clear(&answer);
    }
    report(app, "json", "one-more", &answer);
    check_wait(&answer);
    error = json_array_get(answer.json, 0);
    assert_int_equal(json_integer_or(error, "code", 0), 429);
    answer_clear(&answer);
    report(app, "xml", "one-more", &answer);
    check_wait(&answer);
    assert_non_null(strstr(answer.body, "<code>429</code>"));
    answer_clear(&answer);
    /* Reading is free, and another app has its own. */
    server_call(f, &(struct call){.path = "/open311/v2/requests.json"}, &answer);
    assert_int_equal(answer.status, 200);
    assert_int_equal(json_array_size(answer.json), RATE);
    answer_clear(&answer);
    report(other, "json", "elsewhere", &answer);
    assert_int_equal(answer.status, 200);
    answer_clear(&answer);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_an_attachment_has_a_size_and_a_type),
        TEST(test_a_type_that_is_not_taken),
        TEST(test_the_queue_is_the_services),
        TEST(test_a_key_that_is_too_fast_is_told_when_to_come),
        TEST(test_a_key_of_311_has_its_rate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
