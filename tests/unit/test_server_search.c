/* Over HTTP: finding clients and cases of all offices, and opening a file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/opening_clock.h"
#include "tests/unit/search_people.h"
#include "tests/unit/server_fixture.h"

/* Anne is a clerk of office a; Ben, of b, is not there to serve anybody. */
static int setup(void **state)
{
    int code = server_fixture_setup(state);
    struct server_fixture *f = *state;

    fixture_publish(&f->ledger, RECORD_AGENT, "sample/anne2",
                    json_pack("{s:s, s:s, s:s, s:s}", "login", "anne2", "name", "anne", "office",
                              "sample/a", "role", "clerk"));
    fixture_publish(&f->ledger, RECORD_AGENT, "sample/ben2",
                    json_pack("{s:s, s:s, s:s, s:s}", "login", "ben2", "name", "ben", "office",
                              "sample/b", "role", "administrator"));
    return code;
}

static struct call asking(struct server_fixture *f, enum fixture_agent who, const char *path,
                          const char *body)
{
    return (struct call){.path = path, .token = f->tokens[who], .body = body};
}

static json_t *search(struct server_fixture *f, const char *path, const char *body)
{
    struct call call = asking(f, ANNE, path, body);

    return server_json(f, &call);
}

static const json_t *hit_of(const json_t *found, size_t index)
{
    return json_array_get(json_object_get(found, "hits"), index);
}

static void a_client_is_found(void **state)
{
    struct server_fixture *f = *state;
    struct id zoe = people_client(&f->ledger, "Zoé Roy", "418 555-1234", "zoe@example.ca",
                                  "G1R 4S9", "1980-05-31");
    json_t *found, *hit;
    const char *key;
    json_t *value;

    found = search(f, "/v1/search/client", "{\"q\": \"roy zoe\", \"purpose\": \"contact\"}");
    assert_int_equal(json_array_size(json_object_get(found, "hits")), 1);
    assert_true(json_is_false(json_object_get(found, "more")));
    assert_true(json_is_true(json_object_get(found, "beyond")));
    hit = json_deep_copy(hit_of(found, 0));
    assert_string_equal(json_text_or(hit, "id", ""), zoe.text);
    assert_string_equal(json_text_or(hit, "name", ""), "Zoé Roy");
    assert_string_equal(json_text_or(hit, "birth_date", ""), "1980-05-31");
    assert_string_equal(json_text_or(hit, "postal_code", ""), "G1R 4S9");
    assert_string_equal(json_text_or(hit, "office", ""), "sample/d");
    assert_true(json_is_false(json_object_get(hit, "here")));
    /* No more of the file than is needed to choose. */
    json_object_foreach(hit, key, value)
    {
        assert_null(strstr("phone email address language accessibility interpreter", key));
    }
    json_decref(hit);
    json_decref(found);
}

static void a_case_is_found(void **state)
{
    struct server_fixture *f = *state;
    struct id zoe = people_client(&f->ledger, "Zoé Roy", NULL, NULL, NULL, NULL), matter;
    char reference[ID_REFERENCE_SIZE], body[200];
    json_t *found;

    matter = people_case(&f->ledger, &zoe, reference);
    snprintf(body, sizeof(body), "{\"q\": \"%s\", \"purpose\": \"case-work\"}", reference);
    found = search(f, "/v1/search/case", body);
    assert_int_equal(json_array_size(json_object_get(found, "hits")), 1);
    assert_string_equal(json_text_or(hit_of(found, 0), "id", ""), matter.text);
    assert_string_equal(json_text_or(hit_of(found, 0), "reference", ""), reference);
    assert_string_equal(json_text_or(hit_of(found, 0), "service", ""), "sample/birth");
    assert_string_equal(json_text_or(hit_of(found, 0), "status", ""), "received");
    assert_string_equal(json_text_or(json_object_get(hit_of(found, 0), "client"), "name", ""),
                        "Zoé Roy");
    json_decref(found);
}

static void who_is_likely_the_same_is_found(void **state)
{
    struct server_fixture *f = *state;
    json_t *found, *likeness;

    people_client(&f->ledger, "Zoé Roy", "418 555-1234", NULL, NULL, NULL);
    found = search(f, "/v1/search/client",
                   "{\"like\": {\"name\": \"Roy, Zoe\", \"phone\": \"4185551234\"}, "
                   "\"purpose\": \"contact\"}");
    assert_int_equal(json_array_size(json_object_get(found, "hits")), 1);
    likeness = json_object_get(hit_of(found, 0), "likeness");
    assert_int_equal(json_array_size(likeness), 2);
    assert_string_equal(json_string_value(json_array_get(likeness, 0)), "same-phone");
    assert_string_equal(json_string_value(json_array_get(likeness, 1)), "same-name");
    json_decref(found);
}

static void expect(struct server_fixture *f, const char *path, const char *body, long status,
                   const char *code)
{
    struct call call = asking(f, ANNE, path, body);

    server_expect_problem(f, &call, status, code);
}

static void a_reason_is_needed(void **state)
{
    struct server_fixture *f = *state;
    struct call call = asking(f, ANNE, "/v1/search/client", "{\"q\": \"roy\"}");
    struct answer answer;
    const json_t *purposes;
    char body[600], words[450];

    server_call(f, &call, &answer);
    assert_int_equal(answer.status, 422);
    /* It says which ones there are for her. */
    purposes = json_object_get(answer.json, "purposes");
    assert_int_equal(json_array_size(purposes), 4);
    assert_string_equal(json_string_value(json_array_get(purposes, 0)), "contact");
    answer_clear(&answer);
    expect(f, "/v1/search/client", "{\"q\": \"roy\", \"purpose\": \"curiosity\"}", 422,
           "purpose-needed");
    expect(f, "/v1/search/client", "{\"q\": \"roy\", \"purpose\": \"emergency\"}", 422,
           "purpose-needed");
    memset(words, 'x', 401);
    words[401] = '\0';
    snprintf(body, sizeof(body), "{\"q\": \"roy\", \"purpose\": \"contact\", \"words\": \"%s\"}",
             words);
    expect(f, "/v1/search/client", body, 422, "purpose-needed");
    /* One that is of another role. */
    expect(f, "/v1/search/client",
           "{\"q\": \"roy\", \"purpose\": \"supervision\", \"words\": \"w\"}", 403, "forbidden");
    expect(f, "/v1/open",
           "{\"type\": \"client\", \"id\": \"018f0000-0000-7000-8000-000000000001\"}", 422,
           "purpose-needed");
}

static void nonsense_is_refused(void **state)
{
    struct server_fixture *f = *state;
    struct call stranger = {.path = "/v1/search/client", .body = "{}"};
    struct call get = {.path = "/v1/search/client?q=roy", .token = f->tokens[ANNE]};
    struct call other =
        asking(f, BEN, "/v1/search/client", "{\"q\": \"roy\", \"purpose\": \"contact\"}");
    char body[400], typed[250];

    server_expect_problem(f, &stranger, 401, "unauthorized");
    /* Nobody puts a name into an address. */
    server_expect_problem(f, &get, 405, "method-not-allowed");
    server_expect_problem(f, &other, 403, "forbidden");
    expect(f, "/v1/search/note", "{\"q\": \"roy\", \"purpose\": \"contact\"}", 404, "not-found");
    expect(f, "/v1/search/client", "{\"purpose\": \"contact\"}", 400, "bad-parameter");
    expect(f, "/v1/search/client", "{\"q\": \"roy\", \"purpose\": \"contact\", \"limit\": 51}", 400,
           "bad-parameter");
    memset(typed, 'x', 201);
    typed[201] = '\0';
    snprintf(body, sizeof(body), "{\"q\": \"%s\", \"purpose\": \"contact\"}", typed);
    expect(f, "/v1/search/client", body, 400, "bad-parameter");
    expect(f, "/v1/open", "{\"type\": \"client\", \"id\": \"x\", \"purpose\": \"contact\"}", 400,
           "bad-parameter");
    expect(f, "/v1/open", "{\"type\": \"agent\", \"id\": \"x\", \"purpose\": \"contact\"}", 404,
           "not-found");
    expect(f, "/v1/open",
           "{\"type\": \"client\", \"id\": \"018f0000-0000-7000-8000-000000000001\", \"purpose\": "
           "\"contact\"}",
           404, "not-found");
}

/* Whatever is logged, it is not for whom somebody looked. */
static void the_log_has_no_names(void **state)
{
    struct server_fixture *f = *state;
    char log[SERVER_LOG_SIZE];

    people_client(&f->ledger, "Zoé Roy", NULL, NULL, NULL, NULL);
    json_decref(search(f, "/v1/search/client", "{\"q\": \"royzoe\", \"purpose\": \"contact\"}"));
    expect(f, "/v1/search/client", "{\"q\": \"royzoe\"}", 422, "purpose-needed");
    server_log_copy(f, log);
    assert_null(strstr(log, "royzoe"));
}

static void too_many_are_held_back(void **state)
{
    struct server_fixture *f = *state;
    struct call call =
        asking(f, ANNE, "/v1/search/client", "{\"q\": \"roy\", \"purpose\": \"contact\"}");
    struct answer answer;

    for (int i = 0; i < LEDGER_SEARCH_BURST; i++)
        json_decref(search(f, "/v1/search/client", call.body));
    server_call(f, &call, &answer);
    assert_int_equal(answer.status, 429);
    assert_non_null(strstr(answer.headers, "retry-after: "));
    assert_string_equal(json_text_or(answer.json, "code", ""), "too-many-requests");
    answer_clear(&answer);
}

/* --- opening ---------------------------------------------------------------------------------- */

static void quiet(void *context, const char *line)
{
    (void)context;
    print_message("%s\n", line);
}

struct waiting {
    struct server_fixture *f;
    char path[200];
    json_t *page;
};

static void *wait_for_news(void *argument)
{
    struct waiting *waiting = argument;
    struct call call = {.path = waiting->path, .token = waiting->f->tokens[ANNE]};

    waiting->page = server_json(waiting->f, &call);
    return NULL;
}

static bool has(const json_t *page, const char *list, const struct id *id)
{
    const json_t *item;
    size_t index;

    json_array_foreach(json_object_get(page, list), index, item)
    {
        if (strcmp(json_text_or(item, "id", ""), id->text) == 0)
            return true;
    }
    return false;
}

/* Who waits for news is told at once, also when it is the first file that was ever opened to them;
 * and told again when its time is over. */
static void an_opened_file_comes_at_once_and_goes(void **state)
{
    struct server_fixture *f = *state;
    const struct opening_clock_options options = {.log = quiet};
    struct id zoe = people_client(&f->ledger, "Zoé Roy", NULL, NULL, NULL, NULL);
    struct id matter = people_case(&f->ledger, &zoe, NULL);
    struct waiting waiting = {.f = f, .path = "/v1/changes?since=0"};
    struct opening_clock *clock;
    char body[200];
    pthread_t thread;
    json_t *opened;
    int64_t until, now = clock_system(NULL);

    assert_int_equal(opening_clock_start(&clock, &options, f->ledger.ledger, NULL), 0);
    wait_for_news(&waiting);
    snprintf(waiting.path, sizeof(waiting.path), "/v1/changes?wait=20&since=%lld",
             (long long)json_integer_or(waiting.page, "next", 0));
    json_decref(waiting.page);
    assert_int_equal(pthread_create(&thread, NULL, wait_for_news, &waiting), 0);
    snprintf(body, sizeof(body), "{\"type\": \"case\", \"id\": \"%s\", \"purpose\": \"contact\"}",
             matter.text);
    opened = search(f, "/v1/open", body);
    assert_string_equal(json_text_or(opened, "client", ""), zoe.text);
    assert_true(timestamp_parse(json_text_or(opened, "until", ""), &until));
    assert_true(until > now && until <= now + INT64_C(86400000));
    json_decref(opened);
    pthread_join(thread, NULL);
    assert_true(has(waiting.page, "records", &zoe));
    assert_true(has(waiting.page, "records", &matter));
    snprintf(waiting.path, sizeof(waiting.path), "/v1/changes?wait=20&since=%lld",
             (long long)json_integer_or(waiting.page, "next", 0));
    json_decref(waiting.page);
    assert_int_equal(pthread_create(&thread, NULL, wait_for_news, &waiting), 0);
    /* Her contact with them was over long ago. */
    fixture_make(&f->ledger, ANNE, RECORD_CONTACT,
                 json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "channel", "counter", "agent",
                           f->ledger.actors[ANNE].agent.text, "office", "sample/a", "client",
                           zoe.text, "started_at", json_time(now - 90000), "ended_at",
                           json_time(now - 60000)));
    pthread_join(thread, NULL);
    /* The contact itself may have come first. */
    if (!has(waiting.page, "gone", &matter)) {
        snprintf(waiting.path, sizeof(waiting.path), "/v1/changes?wait=20&since=%lld",
                 (long long)json_integer_or(waiting.page, "next", 0));
        json_decref(waiting.page);
        wait_for_news(&waiting);
    }
    assert_true(has(waiting.page, "gone", &matter));
    json_decref(waiting.page);
    opening_clock_stop(clock);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, server_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_client_is_found),
        TEST(a_case_is_found),
        TEST(who_is_likely_the_same_is_found),
        TEST(a_reason_is_needed),
        TEST(nonsense_is_refused),
        TEST(the_log_has_no_names),
        TEST(too_many_are_held_back),
        TEST(an_opened_file_comes_at_once_and_goes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
