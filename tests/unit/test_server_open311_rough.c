/* /open311/ over real HTTP where something is wrong: errors, hostile text, a server that died. */
#include "tests/unit/open311_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/json.h"

static struct server_fixture *const f = &georeport_server;

/* --- errors ----------------------------------------------------------------------------------- */

static void test_errors_of_a_post(void **state)
{
    json_t *answer;

    (void)state;
    georeport_expect_error(
        georeport_ask("/open311/v2/requests.json", "service_code=LAMP&address_string=x", 403), 403,
        "api_key was not provided");
    georeport_expect_error(georeport_post("wrong", "service_code=LAMP&address_string=x", 403), 403,
                           "not valid");
    georeport_expect_error(
        georeport_post(georeport_mail_token, "service_code=LAMP&address_string=x", 403), 403,
        "not valid");
    georeport_expect_error(georeport_post(georeport_token, "address_string=x", 400), 400,
                           "service_code was not provided");
    georeport_expect_error(
        georeport_post(georeport_token, "service_code=NONE&address_string=x", 404), 404,
        "service_code");
    georeport_expect_error(
        georeport_post(georeport_token, "service_code=LAMP&attribute[kind]=out", 400), 400,
        "where is it?");
    /* All that is wrong at once. */
    answer = georeport_post(
        georeport_token, "service_code=LAMP&lat=999&long=1&email=x&attribute[pole]=123456789", 400);
    assert_int_equal(json_array_size(answer), 4);
    json_decref(answer);
    georeport_expect_xml("/open311/v2/requests.xml", "service_code=LAMP", 403, "/errors/error/code",
                         "403");
}

static void test_errors_before_any_resource(void **state)
{
    struct answer answer;

    (void)state;
    georeport_expect_error(georeport_ask("/open311/v2/nothing.json", NULL, 404), 404,
                           "no such path");
    georeport_expect_xml("/open311/v2/nothing.xml", NULL, 404, "/errors/error/code", "404");
    georeport_expect_error(georeport_ask("/open311/v2/services.json", "a=b", 400), 405,
                           "allowed here");
    georeport_expect_error(georeport_ask("/open311/v2/requests.json", "api_key=%", 400), 400,
                           "escape");
    georeport_expect_error(georeport_ask("/open311/v2/requests.json", "description=%ff", 400), 400,
                           "UTF-8");
    server_call(f, &(struct call){.path = "/open311/v2/requests.json", .body = "{}"}, &answer);
    assert_int_equal(answer.status, 400);
    assert_non_null(strstr(answer.body, "\"code\":415"));
    answer_clear(&answer);
    server_call(f, &(struct call){.path = "/v1/nothing"}, &answer);
    assert_non_null(strstr(answer.headers, "application/problem+json"));
    answer_clear(&answer);
}

/* --- hostile ---------------------------------------------------------------------------------- */

/* Stays text: in SQL, in XML, on the case. */
static void test_hostile_text_stays_text(void **state)
{
    static const char *const hostile[] = {
        "%27%3B+DROP+TABLE+open311%3B+--",
        "%3C%2Faddress%3E%3Cstatus%3Eclosed%3C%2Fstatus%3E%3Caddress%3E",
        "%5D%5D%3E%3C%21%5BCDATA%5Bx",
        "%3C%21DOCTYPE+a+%5B%3C%21ENTITY+b+SYSTEM+%22%2Fetc%2Fpasswd%22%3E%5D%3E%26b%3B",
        "%1B%5B2J%1B%5D0%3Bowned%07",
        "%E2%80%AEgnirts",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        char body[400], id[40], path[100];
        json_t *item;
        xmlChar *text;

        snprintf(body, sizeof(body),
                 "service_code=LAMP&attribute[kind]=out&address_string=%s&description=%s",
                 hostile[i], hostile[i]);
        georeport_id_take(georeport_post(georeport_token, body, 200), id);
        item = georeport_told(id, "");
        assert_string_equal(json_text_or(item, "status", ""), "open");
        snprintf(path, sizeof(path), "/open311/v2/requests/%s.xml", id);
        text = georeport_xml_ask(path, NULL, 200, "/service_requests/request/address");
        assert_string_equal((const char *)text, json_text_or(item, "address", ""));
        assert_null(strchr((const char *)text, '\x1b'));
        xmlFree(text);
        georeport_expect_xml(path, NULL, 200, "count(/service_requests/request/*)", "17");
        json_decref(item);
    }
    json_decref(
        georeport_ask("/open311/v2/requests.json?service_code=%27%29+OR+1%3D1--", NULL, 200));
    georeport_expect_error(georeport_ask("/open311/v2/requests/%27%20OR%201=1--.json", NULL, 404),
                           404, "not found");
    georeport_expect_error(georeport_ask("/open311/v2/tokens/%27%20OR%201=1--.json", NULL, 404),
                           404, "token");
    georeport_expect_error(georeport_ask("/open311/v2/requests.json?start_date=%27--", NULL, 400),
                           400, "start_date");
}

static void test_huge_values_are_refused(void **state)
{
    static char body[300000];
    struct answer answer;

    (void)state;
    snprintf(body, sizeof(body), "api_key=%s&service_code=LAMP&address_string=", georeport_token);
    memset(body + strlen(body), 'x', 2000);
    georeport_expect_error(georeport_ask("/open311/v2/requests.json", body, 400), 400,
                           "address_string is longer");
    memset(body + strlen(body), 'x', sizeof(body) - 1 - strlen(body));
    server_call(
        f, &(struct call){.path = "/open311/v2/requests.json", .body = body, .type = FORM_TYPE},
        &answer);
    assert_int_equal(answer.status, 400);
    assert_non_null(strstr(answer.body, "\"code\":413"));
    answer_clear(&answer);
}

/* --- a server that died in between ------------------------------------------------------------ */

static void log_nothing(void *context, const char *line)
{
    (void)context;
    (void)line;
}

/* Starts the server anew on its ledger, with these jurisdictions. */
static void server_again(const char *jurisdictions)
{
    struct server_options options = {.listen = "127.0.0.1:0",
                                     .threads = 2,
                                     .connections = 64,
                                     .idle_seconds = 60,
                                     .log = log_nothing,
                                     .open311 = {.jurisdictions = jurisdictions}};
    struct error error = ERROR_INIT;

    fixture_reopen(&f->ledger);
    if (server_start(&f->server, &options, f->ledger.ledger, &error) != 0)
        fail_msg("%s", error.message);
}

static void test_what_was_kept_is_taken_in_after_a_restart(void **state)
{
    json_t *answer =
        georeport_post(georeport_token, "service_code=LATER&address_string=8+rue+W", 200);
    char given[64], path[120];
    const char *id = "";
    json_t *found = NULL;
    sqlite3 *database;

    (void)state;
    snprintf(given, sizeof(given), "%s", item_text(answer, 0, "token"));
    json_decref(answer);
    server_stop(f->server);
    /* As it stood when the token was given and nothing more was done. */
    assert_int_equal(sqlite3_open(f->ledger.path, &database), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(
            database,
            "UPDATE open311 SET message = json_object('channel', 'web', 'text', 'kept', "
            "'at', 5, 'office', 'sample/b', 'service', 'city/later'), matter = '', reference = '' "
            "WHERE number = (SELECT max(number) FROM open311)",
            NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(database);
    server_again(NULL);
    snprintf(path, sizeof(path), "/open311/v2/tokens/%s.json", given);
    for (int i = 0; i < 1000 && id[0] == '\0'; i++) {
        json_decref(found);
        found = georeport_ask(path, NULL, 200);
        id = item_text(found, 0, "service_request_id");
    }
    assert_true(id[0] != '\0');
    json_decref(found);
}

/* Several jurisdictions: a client must say which, and sees what that one offers and was asked. */
static void test_jurisdictions_are_told_apart(void **state)
{
    char id[40], query[120];
    json_t *list;

    (void)state;
    georeport_publish("north", "NORTH", "realtime", ",'jurisdictions':['north.example.ca']");
    server_stop(f->server);
    server_again("north.example.ca, south.example.ca");
    georeport_expect_error(georeport_ask("/open311/v2/services.json", NULL, 400), 400,
                           "jurisdiction_id was not provided");
    georeport_expect_error(
        georeport_ask("/open311/v2/services.json?jurisdiction_id=east.example.ca", NULL, 404), 404,
        "jurisdiction_id was not found");
    list = georeport_ask("/open311/v2/services.json?jurisdiction_id=north.example.ca", NULL, 200);
    assert_int_equal(json_array_size(list), 4);
    json_decref(list);
    list = georeport_ask("/open311/v2/services.json?jurisdiction_id=south.example.ca", NULL, 200);
    assert_int_equal(json_array_size(list), 3);
    json_decref(list);
    georeport_expect_error(
        georeport_post(georeport_token,
                       "service_code=NORTH&address_string=x&jurisdiction_id=south.example.ca", 404),
        404, "service_code");
    georeport_id_take(
        georeport_post(georeport_token,
                       "service_code=NORTH&address_string=x&jurisdiction_id=north.example.ca", 200),
        id);
    snprintf(query, sizeof(query), "?jurisdiction_id=north.example.ca");
    json_decref(georeport_told(id, query));
    snprintf(query, sizeof(query), "/open311/v2/requests/%s.json?jurisdiction_id=south.example.ca",
             id);
    georeport_expect_error(georeport_ask(query, NULL, 404), 404, "not found");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_of_a_post),
        cmocka_unit_test(test_errors_before_any_resource),
        cmocka_unit_test(test_hostile_text_stays_text),
        cmocka_unit_test(test_huge_values_are_refused),
        cmocka_unit_test(test_what_was_kept_is_taken_in_after_a_restart),
        cmocka_unit_test(test_jurisdictions_are_told_apart),
    };

    return cmocka_run_group_tests(tests, georeport_setup, georeport_teardown);
}
