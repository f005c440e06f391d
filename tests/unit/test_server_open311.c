/* /open311/ over real HTTP: what GeoReport v2 says of each resource, in both formats. */
#include "tests/unit/open311_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/clock.h"
#include "app/json.h"

static struct server_fixture *const f = &georeport_server;

/* --- services --------------------------------------------------------------------------------- */

static void test_discovery_says_where_and_in_what(void **state)
{
    json_t *discovery = georeport_ask("/open311/v2/discovery.json", NULL, 200);
    const json_t *endpoint = json_array_get(json_object_get(discovery, "endpoints"), 0);
    char url[200];

    (void)state;
    snprintf(url, sizeof(url), "%s/open311/v2", server_address(f->server));
    assert_string_equal(json_text_or(endpoint, "url", ""), url);
    assert_string_equal(json_text_or(endpoint, "specification", ""),
                        "http://wiki.open311.org/GeoReport_v2");
    assert_string_equal(json_text_or(endpoint, "type", ""), "production");
    assert_true(strlen(json_text_or(discovery, "changeset", "")) > 10);
    assert_true(json_is_string(json_object_get(discovery, "contact")));
    assert_true(json_is_string(json_object_get(discovery, "key_service")));
    json_decref(discovery);
    georeport_expect_xml("/open311/v2/discovery.xml", NULL, 200,
                         "/discovery/endpoints/endpoint/formats/format[2]", "application/json");
}

static void test_services_in_both_formats(void **state)
{
    json_t *services = georeport_ask("/open311/v2/services.json", NULL, 200);
    char log[SERVER_LOG_SIZE];

    (void)state;
    assert_int_equal(json_array_size(services), 3);
    assert_string_equal(item_text(services, 0, "service_code"), "DARK");
    assert_string_equal(item_text(services, 1, "service_code"), "LAMP");
    assert_string_equal(item_text(services, 1, "keywords"), "dark, lamp");
    assert_true(json_bool_or(json_array_get(services, 1), "metadata", false));
    assert_false(json_bool_or(json_array_get(services, 0), "metadata", true));
    json_decref(services);
    services = georeport_ask("/open311/v2/services.json?locale=fr", NULL, 200);
    assert_string_equal(item_text(services, 1, "service_name"), "La lampe");
    json_decref(services);
    georeport_expect_xml("/open311/v2/services.xml", NULL, 200, "count(/services/service)", "3");
    georeport_expect_xml("/open311/v2/services", NULL, 200, "/services/service[2]/metadata",
                         "true");
    georeport_expect_xml("/open311/v2/services/LAMP.xml", NULL, 200,
                         "/service_definition/attributes/attribute[1]/values/value[2]/key",
                         "blinks");
    georeport_expect_xml("/open311/v2/services/LAMP", NULL, 200, "/service_definition/service_code",
                         "LAMP");
    georeport_expect_error(georeport_ask("/open311/v2/services/NONE.json", NULL, 404), 404,
                           "service_code");
    server_log_copy(f, log);
    assert_non_null(strstr(log, "not offered on 311: city/nonsense: open311/code"));
}

/* What changes in the catalogue is told at once. */
static void test_services_follow_the_catalogue(void **state)
{
    json_t *before = georeport_ask("/open311/v2/discovery.json", NULL, 200);
    json_t *after, *services;

    (void)state;
    georeport_publish("new", "NEW", "realtime", "");
    services = georeport_ask("/open311/v2/services.json", NULL, 200);
    assert_int_equal(json_array_size(services), 4);
    json_decref(services);
    after = georeport_ask("/open311/v2/discovery.json", NULL, 200);
    assert_true(
        strcmp(json_text_or(before, "changeset", ""), json_text_or(after, "changeset", "")) < 0);
    fixture_publish(&f->ledger, RECORD_SERVICE, "city/new",
                    fixture_json("{'ended':true,'open311':{'code':'NEW'}}"));
    georeport_expect_error(georeport_ask("/open311/v2/services/NEW.json", NULL, 404), 404,
                           "service_code");
    json_decref(before);
    json_decref(after);
}

/* --- requests --------------------------------------------------------------------------------- */

static void test_a_request_becomes_a_case_with_its_submission(void **state)
{
    char id[40];
    json_t *item, *desk;
    const json_t *entry;
    size_t i;
    int64_t next;
    bool matter = false, submission = false, handoff = false;

    (void)state;
    georeport_id_take(
        georeport_post(
            georeport_token,
            "service_code=LAMP&lat=46.8&long=-71.2&address_string=1+rue+X%2C+G1R+4P5"
            "&description=Very+dark&attribute[kind]=out&attribute[pole]=A1"
            "&first_name=Zo%C3%A9&last_name=Roy&email=zoe%40example.ca&phone=418+555-0101",
            200),
        id);
    item = georeport_told(id, "");
    assert_string_equal(json_text_or(item, "status", ""), "open");
    assert_string_equal(json_text_or(item, "address", ""), "1 rue X, G1R 4P5");
    assert_string_equal(json_text_or(item, "zipcode", ""), "G1R 4P5");
    assert_true(json_is_null(json_object_get(item, "description")));
    json_decref(item);
    georeport_expect_xml("/open311/v2/requests.xml", NULL, 200,
                         "count(/service_requests/request) > 0", "true");
    /* Before Ben, who serves the queue. */
    desk = fixture_desk(&f->ledger, BEN, 0, LEDGER_PAGE_LIMIT, &next);
    json_array_foreach(desk, i, entry)
    {
        const json_t *body = json_object_get(entry, "body");
        const char *type = json_text_or(entry, "type", "");

        /* Nobody said in which language. */
        if (strcmp(type, "client") == 0 || strcmp(type, "message") == 0)
            assert_null(json_object_get(body, "language"));
        matter = matter || (strcmp(type, "case") == 0 &&
                            strcmp(json_text_or(body, "reference", ""), id) == 0 &&
                            strcmp(json_text_or(body, "service", ""), "city/lamp") == 0);
        handoff = handoff || (strcmp(type, "handoff") == 0 &&
                              strcmp(json_text_or(body, "to_queue", ""), "sample/q") == 0);
        submission =
            submission ||
            (strcmp(type, "submission") == 0 &&
             strcmp(json_text_or(json_object_get(body, "answers"), "pole", ""), "A1") == 0 &&
             strcmp(json_text_or(body, "status", ""), "submitted") == 0);
    }
    assert_true(matter);
    assert_true(handoff);
    assert_true(submission);
    json_decref(desk);
}

/* Nothing that a person said of themselves is told to others, whatever is asked. */
static void test_get_tells_nothing_of_the_person(void **state)
{
    static const char *const secrets[] = {"Marguerite", "Bourgeoys", "marguerite@", "555-0199",
                                          "acct-9",     "device-9",  "SECRET"};
    /* The id stands between the two. */
    static const struct {
        const char *before, *after;
    } paths[] = {{"/open311/v2/requests.json", NULL},
                 {"/open311/v2/requests.xml", NULL},
                 {"/open311/v2/requests.json?status=open&service_code=LAMP", NULL},
                 {"/open311/v2/requests/", ".json"},
                 {"/open311/v2/requests/", ".xml"},
                 {"/open311/v2/requests.json?service_request_id=", ""}};
    char id[40], query[100];
    json_t *item;

    (void)state;
    georeport_id_take(
        georeport_post(georeport_token,
                       "service_code=LAMP&address_string=9+rue+Y&attribute[kind]=out"
                       "&description=SECRET+words&first_name=Marguerite&last_name=Bourgeoys"
                       "&email=marguerite%40example.ca&phone=418+555-0199&account_id=acct-9"
                       "&device_id=device-9&media_url=https%3A%2F%2Fexample.ca%2FSECRET.jpg",
                       200),
        id);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        char path[160];
        struct answer answer;

        snprintf(path, sizeof(path), "%s%s%s", paths[i].before, paths[i].after != NULL ? id : "",
                 paths[i].after != NULL ? paths[i].after : "");
        server_call(f, &(struct call){.path = path}, &answer);
        assert_int_equal(answer.status, 200);
        assert_non_null(strstr(answer.body, id));
        for (size_t j = 0; j < sizeof(secrets) / sizeof(secrets[0]); j++)
            if (strstr(answer.body, secrets[j]) != NULL)
                fail_msg("%s tells %s", path, secrets[j]);
        answer_clear(&answer);
    }
    /* Who sent it may have it back, without the person; another key may not. */
    snprintf(query, sizeof(query), "?api_key=%s", georeport_token);
    item = georeport_told(id, query);
    assert_string_equal(json_text_or(item, "description", ""), "SECRET words");
    assert_null(json_object_get(item, "first_name"));
    json_decref(item);
    snprintf(query, sizeof(query), "?api_key=%s", georeport_other_token);
    item = georeport_told(id, query);
    assert_true(json_is_null(json_object_get(item, "description")));
    json_decref(item);
    georeport_expect_error(georeport_ask("/open311/v2/requests.json?api_key=wrong", NULL, 403), 403,
                           "api_key");
}

static void test_the_same_again_is_the_same_request(void **state)
{
    /* One person's: another request of theirs is another case all the same. */
    static const char same[] = "service_code=LAMP&address_string=5+rue+Z&attribute[kind]=blinks"
                               "&email=same%40example.ca&last_name=Same";
    char first[40], again[40], turned[40], other[40], another[40];

    (void)state;
    georeport_id_take(georeport_post(georeport_token, same, 200), first);
    georeport_id_take(georeport_post(georeport_token, same, 200), again);
    georeport_id_take(georeport_post(georeport_token,
                                     "last_name=Same&attribute[kind]=blinks&email=same%40example.ca"
                                     "&address_string=5+rue+Z&service_code=LAMP&lat=",
                                     200),
                      turned);
    georeport_id_take(georeport_post(georeport_other_token, same, 200), other);
    georeport_id_take(
        georeport_post(georeport_token,
                       "service_code=LAMP&address_string=5+rue+Za&attribute[kind]=blinks"
                       "&email=same%40example.ca&last_name=Same",
                       200),
        another);
    assert_string_equal(first, again);
    assert_string_equal(first, turned);
    assert_string_not_equal(first, other);
    assert_string_not_equal(first, another);
}

/* Makes what was asked for so far that much older. */
static void age(int minutes)
{
    char statement[100];
    sqlite3 *database;

    snprintf(statement, sizeof(statement), "UPDATE open311 SET at = at - %lld", minutes * 60000LL);
    assert_int_equal(sqlite3_open(f->ledger.path, &database), SQLITE_OK);
    sqlite3_busy_timeout(database, 5000);
    assert_int_equal(sqlite3_exec(database, statement, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

/* Sixty minutes are set: until then it is the same request, whoever lost the answer; then somebody
 * means it again. */
static void test_the_same_an_hour_later_is_another_request(void **state)
{
    static const char same[] = "service_code=LAMP&address_string=6+rue+Y&attribute[kind]=blinks"
                               "&email=window%40example.ca";
    char first[40], within[40], after[40];

    (void)state;
    georeport_id_take(georeport_post(georeport_token, same, 200), first);
    age(59);
    georeport_id_take(georeport_post(georeport_token, same, 200), within);
    assert_string_equal(within, first);
    age(2);
    georeport_id_take(georeport_post(georeport_token, same, 200), after);
    assert_string_not_equal(after, first);
}

/* When the service is promised by a day, the standard's member tells it, and stops when it is kept.
 */
static void test_a_promise_is_the_expected_time(void **state)
{
    const json_t *entry;
    char id[40], due[64] = "", path[80];
    json_t *desk, *item;
    size_t i;
    int64_t next, due_ms = 0;

    (void)state;
    fixture_publish(&f->ledger, RECORD_SERVICE, "city/promised",
                    fixture_json("{'title':{'en':'Promised'},'queue':'sample/q',"
                                 "'standards':[{'kind':'timeliness','count':5,"
                                 "'unit':'calendar-day'}],"
                                 "'open311':{'code':'PROMISED','type':'realtime'}}"));
    georeport_id_take(
        georeport_post(georeport_token, "service_code=PROMISED&address_string=8+rue+X", 200), id);
    desk = fixture_desk(&f->ledger, BEN, 0, LEDGER_PAGE_LIMIT, &next);
    json_array_foreach(desk, i, entry)
    {
        if (strcmp(json_text_or(entry, "type", ""), "promise") == 0)
            snprintf(due, sizeof(due), "%s",
                     json_text_or(json_object_get(entry, "body"), "due_at", ""));
    }
    json_decref(desk);
    assert_true(timestamp_parse(due, &due_ms));
    assert_true(due_ms > clock_system(NULL) + INT64_C(4) * 24 * 3600 * 1000);
    item = georeport_told(id, "");
    assert_string_equal(json_text_or(item, "expected_datetime", ""), due);
    json_decref(item);
    snprintf(path, sizeof(path), "/open311/v2/requests/%s.xml", id);
    georeport_expect_xml(path, NULL, 200, "//expected_datetime", due);
    /* What nobody promised has none. */
    georeport_id_take(georeport_post(georeport_token,
                                     "service_code=LAMP&address_string=9+rue+X&attribute[kind]=out",
                                     200),
                      id);
    item = georeport_told(id, "");
    assert_true(json_is_null(json_object_get(item, "expected_datetime")));
    json_decref(item);
}

static void test_batch_gives_a_token_first(void **state)
{
    json_t *answer =
        georeport_post(georeport_token, "service_code=LATER&address_string=2+rue+X", 200);
    char given[64], path[120];
    const char *id = "";
    json_t *found = NULL;

    (void)state;
    assert_null(json_object_get(json_array_get(answer, 0), "service_request_id"));
    assert_string_equal(item_text(answer, 0, "service_notice"), "Soon");
    snprintf(given, sizeof(given), "%s", item_text(answer, 0, "token"));
    json_decref(answer);
    snprintf(path, sizeof(path), "/open311/v2/tokens/%s.json", given);
    /* The worker takes it in behind the answers that it owes. */
    for (int i = 0; i < 100 && id[0] == '\0'; i++) {
        json_decref(found);
        found = georeport_ask(path, NULL, 200);
        assert_string_equal(item_text(found, 0, "token"), given);
        id = item_text(found, 0, "service_request_id");
    }
    assert_true(id[0] != '\0');
    json_decref(georeport_told(id, ""));
    json_decref(found);
    snprintf(path, sizeof(path), "/open311/v2/tokens/%s.xml", given);
    georeport_expect_xml(path, NULL, 200, "/service_requests/request/token", given);
    /* It is in the trail that it was told, and of which case once there was one. */
    assert_true(server_trail_count(f, "kind = 'read' AND what LIKE 'open311 token of case C-%'") >=
                1);
    snprintf(path, sizeof(path), "what LIKE 'open311 token%%'");
    int told = server_trail_count(f, path);
    georeport_expect_error(georeport_ask("/open311/v2/tokens/12345.json", NULL, 404), 404, "token");
    assert_int_equal(server_trail_count(f, path), told);
}

static void test_blackbox_gives_neither(void **state)
{
    json_t *answer = georeport_post(georeport_token,
                                    "service_code=DARK&address_string=3+rue+X&account_id=a7", 200);
    json_t *list;

    (void)state;
    assert_null(json_object_get(json_array_get(answer, 0), "service_request_id"));
    assert_null(json_object_get(json_array_get(answer, 0), "token"));
    assert_string_equal(item_text(answer, 0, "account_id"), "a7");
    json_decref(answer);
    list = georeport_ask("/open311/v2/requests.json?service_code=DARK", NULL, 200);
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
}

/* Sets a request's case to a status, as Ben. */
static void status_set(const char *reference, const char *status)
{
    int64_t next;
    json_t *desk = fixture_desk(&f->ledger, BEN, 0, LEDGER_PAGE_LIMIT, &next);
    const json_t *entry;
    size_t i;
    bool found = false;

    json_array_foreach(desk, i, entry)
    {
        struct id id;

        if (strcmp(json_text_or(json_object_get(entry, "body"), "reference", ""), reference) != 0)
            continue;
        found = id_parse(&id, json_text_or(entry, "id", ""));
        fixture_applied(&f->ledger, BEN,
                        fixture_operation(&f->ledger, BEN, OPERATION_CLAIM, RECORD_CASE, &id,
                                          json_integer_or(entry, "rev", 0),
                                          json_pack("{s:s}", "status", status)));
    }
    assert_true(found);
    json_decref(desk);
}

static void test_status_is_that_of_the_case(void **state)
{
    char id[40], path[160];
    json_t *item, *list;

    (void)state;
    georeport_id_take(georeport_post(georeport_token,
                                     "service_code=LAMP&address_string=7+rue+X&attribute[kind]=out",
                                     200),
                      id);
    status_set(id, "in-progress");
    item = georeport_told(id, "?locale=fr");
    assert_string_equal(json_text_or(item, "status", ""), "open");
    assert_string_equal(json_text_or(item, "status_notes", ""), "On s’en occupe.");
    json_decref(item);
    status_set(id, "closed");
    item = georeport_told(id, "");
    assert_string_equal(json_text_or(item, "status", ""), "closed");
    json_decref(item);
    list = georeport_ask("/open311/v2/requests.json?status=closed", NULL, 200);
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(item_text(list, 0, "service_request_id"), id);
    json_decref(list);
    /* Ids override the other filters; several of them find several. */
    snprintf(path, sizeof(path),
             "/open311/v2/requests.json?status=open&service_request_id=%s,C-0000-0000,x", id);
    list = georeport_ask(path, NULL, 200);
    assert_int_equal(json_array_size(list), 1);
    json_decref(list);
}

static void test_lists_are_filtered_and_paged(void **state)
{
    json_t *all = georeport_ask("/open311/v2/requests.json?service_code=LAMP,LATER", NULL, 200);
    size_t count = json_array_size(all);
    json_t *page;

    (void)state;
    assert_true(count >= 3);
    for (size_t i = 0; i < count; i++) {
        char path[100];

        snprintf(path, sizeof(path),
                 "/open311/v2/requests.json?service_code=LAMP,LATER&page_size=1&page=%zu", i + 1);
        page = georeport_ask(path, NULL, 200);
        assert_int_equal(json_array_size(page), 1);
        assert_true(json_equal(json_array_get(page, 0), json_array_get(all, i)));
        json_decref(page);
    }
    json_decref(all);
    page = georeport_ask("/open311/v2/requests.json?service_code=NONE", NULL, 200);
    assert_int_equal(json_array_size(page), 0);
    json_decref(page);
    page = georeport_ask("/open311/v2/requests.json?start_date=2010-05-24T00:00:00Z"
                         "&end_date=2010-06-24T00:00:00Z",
                         NULL, 200);
    assert_int_equal(json_array_size(page), 0);
    json_decref(page);
    georeport_expect_error(georeport_ask("/open311/v2/requests.json?start_date=2010-01-01T00:00:00Z"
                                         "&end_date=2010-12-24T00:00:00Z",
                                         NULL, 400),
                           400, "90 days");
    georeport_expect_error(georeport_ask("/open311/v2/requests.json?status=lost", NULL, 400), 400,
                           "status");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_discovery_says_where_and_in_what),
        cmocka_unit_test(test_services_in_both_formats),
        cmocka_unit_test(test_services_follow_the_catalogue),
        cmocka_unit_test(test_a_request_becomes_a_case_with_its_submission),
        cmocka_unit_test(test_get_tells_nothing_of_the_person),
        cmocka_unit_test(test_the_same_again_is_the_same_request),
        cmocka_unit_test(test_batch_gives_a_token_first),
        cmocka_unit_test(test_blackbox_gives_neither),
        cmocka_unit_test(test_status_is_that_of_the_case),
        cmocka_unit_test(test_lists_are_filtered_and_paged),
        cmocka_unit_test(test_the_same_an_hour_later_is_another_request),
        cmocka_unit_test(test_a_promise_is_the_expected_time),
    };

    return cmocka_run_group_tests(tests, georeport_setup, georeport_teardown);
}
