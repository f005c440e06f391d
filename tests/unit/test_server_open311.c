/* /open311/ over real HTTP: what GeoReport v2 says of each resource, in both formats. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <sqlite3.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/record_fields.h"
#include "net/intake_key.h"
#include "tests/unit/form_fixture.h"
#include "tests/unit/server_fixture.h"

static struct server_fixture shared;
static struct server_fixture *const f = &shared;
static char token[LEDGER_TOKEN_SIZE], other_token[LEDGER_TOKEN_SIZE], mail_token[LEDGER_TOKEN_SIZE];

static const char lamp_form[] =
    "{'version':1,'title':{'en':'Lamp'},'schema':{'type':'object','properties':{"
    "'where':{'type':'string'},'details':{'type':'string'},"
    "'kind':{'type':'string','enum':['out','blinks']},'pole':{'type':'string','maxLength':8}},"
    "'required':['kind']},'layout':{'type':'VerticalLayout','elements':["
    "{'type':'Control','scope':'#/properties/where'},"
    "{'type':'Control','scope':'#/properties/details'},"
    "{'type':'Control','scope':'#/properties/kind'},"
    "{'type':'Control','scope':'#/properties/pole'}]}}";

/* A service that offers: its code, its type and what else its member says. */
static void publish(const char *name, const char *code, const char *type, const char *more)
{
    char key[64], body[800];

    snprintf(key, sizeof(key), "city/%s", name);
    snprintf(body, sizeof(body),
             "{'title':{'fr':'La lampe','en':'The lamp'},'summary':{'en':'Out'},"
             "'keywords':{'en':['dark','lamp']},'queue':'sample/q',"
             "'open311':{'code':'%s','type':'%s','group':{'en':'Street'},"
             "'answers':{'where':'address_string','details':'description'}%s}}",
             code, type, more);
    fixture_publish(&f->ledger, RECORD_SERVICE, key, fixture_json(body));
}

static void key_add(const char *name, const char *channel, char key[LEDGER_TOKEN_SIZE])
{
    struct intake_key added = {.office = "sample/b"};
    struct error error = ERROR_INIT;

    snprintf(added.name, sizeof(added.name), "%s", name);
    snprintf(added.channel, sizeof(added.channel), "%s", channel);
    if (ledger_intake_key_add(f->ledger.path, &added, clock_system(NULL), key, &error) != 0)
        fail_msg("%s", error.message);
}

static int group_setup(void **state)
{
    (void)state;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    server_fixture_open(f);
    fixture_publish(&f->ledger, RECORD_FORM, "city/lamp-form", fixture_json(lamp_form));
    publish("lamp", "LAMP", "realtime", ",'form':'lamp-form','publish':['address','location']");
    publish("later", "LATER", "batch", ",'notice':{'en':'Soon'}");
    publish("dark", "DARK", "blackbox", "");
    publish("nonsense", "no/code", "realtime", "");
    key_add("city-app", "mobile", token);
    key_add("other-app", "web", other_token);
    key_add("mail", "email", mail_token);
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    server_fixture_close(f);
    curl_global_cleanup();
    return 0;
}

/* --- asking ----------------------------------------------------------------------------------- */

#define FORM_TYPE "application/x-www-form-urlencoded; charset=utf-8"

/* Asks for JSON; the answer must have this status. New reference. */
static json_t *ask(const char *path, const char *body, long status)
{
    const struct call call = {.path = path, .body = body, .type = body != NULL ? FORM_TYPE : NULL};
    struct answer answer;
    json_t *value;

    server_call(f, &call, &answer);
    if (answer.status != status)
        fail_msg("%s: %ld %s", path, answer.status, answer.body);
    assert_non_null(strstr(answer.headers, "content-type: application/json; charset=utf-8"));
    value = json_loads(answer.body, 0, NULL);
    if (value == NULL)
        fail_msg("%s: no JSON: %s", path, answer.body);
    answer_clear(&answer);
    return value;
}

/* A whole POST of a service, with these arguments more. New reference. */
static json_t *post(const char *key, const char *more, long status)
{
    char body[4000];

    snprintf(body, sizeof(body), "api_key=%s&%s", key, more);
    return ask("/open311/v2/requests.json", body, status);
}

/* The only error of an answer says this. */
static void expect_error(json_t *answer, int code, const char *words)
{
    const json_t *first = json_array_get(answer, 0);

    if (json_integer_or(first, "code", 0) != code ||
        strstr(json_text_or(first, "description", ""), words) == NULL) {
        char *text = json_write(answer);
        fail_msg("%s", text);
    }
    json_decref(answer);
}

/* The id that a POST is answered with; the answer is given back. */
static void id_take(json_t *answer, char id[40])
{
    snprintf(id, 40, "%s", json_text_or(json_array_get(answer, 0), "service_request_id", ""));
    assert_true(id[0] != '\0');
    json_decref(answer);
}

/* One request as it is told. New reference. */
static json_t *told(const char *id, const char *query)
{
    char path[200];
    json_t *list, *item;

    snprintf(path, sizeof(path), "/open311/v2/requests/%s.json%s", id, query);
    list = ask(path, NULL, 200);
    assert_int_equal(json_array_size(list), 1);
    item = json_incref(json_array_get(list, 0));
    json_decref(list);
    return item;
}

/* --- XML -------------------------------------------------------------------------------------- */

/* What an XPath expression is in an XML answer of this status, as text; owned (xmlFree). */
static xmlChar *xml_ask(const char *path, const char *body, long status, const char *expression)
{
    const struct call call = {.path = path, .body = body, .type = body != NULL ? FORM_TYPE : NULL};
    struct answer answer;
    xmlDocPtr document;
    xmlXPathContextPtr context;
    xmlXPathObjectPtr found;
    xmlChar *text;

    server_call(f, &call, &answer);
    if (answer.status != status)
        fail_msg("%s: %ld %s", path, answer.status, answer.body);
    assert_non_null(strstr(answer.headers, "content-type: text/xml; charset=utf-8"));
    assert_int_equal(strncmp(answer.body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", 38), 0);
    document = xmlReadMemory(answer.body, (int)answer.length, NULL, NULL, XML_PARSE_NOERROR);
    if (document == NULL)
        fail_msg("no XML: %s", answer.body);
    context = xmlXPathNewContext(document);
    found = xmlXPathEvalExpression((const xmlChar *)expression, context);
    assert_non_null(found);
    text = xmlXPathCastToString(found);
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
    xmlFreeDoc(document);
    answer_clear(&answer);
    return text;
}

static void expect_xml(const char *path, const char *body, long status, const char *expression,
                       const char *expected)
{
    xmlChar *text = xml_ask(path, body, status, expression);

    assert_string_equal((const char *)text, expected);
    xmlFree(text);
}

/* --- services --------------------------------------------------------------------------------- */

static void test_discovery_says_where_and_in_what(void **state)
{
    json_t *discovery = ask("/open311/v2/discovery.json", NULL, 200);
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
    expect_xml("/open311/v2/discovery.xml", NULL, 200,
               "/discovery/endpoints/endpoint/formats/format[2]", "application/json");
}

static void test_services_in_both_formats(void **state)
{
    json_t *services = ask("/open311/v2/services.json", NULL, 200);
    char log[SERVER_LOG_SIZE];

    (void)state;
    assert_int_equal(json_array_size(services), 3);
    assert_string_equal(item_text(services, 0, "service_code"), "DARK");
    assert_string_equal(item_text(services, 1, "service_code"), "LAMP");
    assert_string_equal(item_text(services, 1, "keywords"), "dark, lamp");
    assert_true(json_bool_or(json_array_get(services, 1), "metadata", false));
    assert_false(json_bool_or(json_array_get(services, 0), "metadata", true));
    json_decref(services);
    services = ask("/open311/v2/services.json?locale=fr", NULL, 200);
    assert_string_equal(item_text(services, 1, "service_name"), "La lampe");
    json_decref(services);
    expect_xml("/open311/v2/services.xml", NULL, 200, "count(/services/service)", "3");
    expect_xml("/open311/v2/services", NULL, 200, "/services/service[2]/metadata", "true");
    expect_xml("/open311/v2/services/LAMP.xml", NULL, 200,
               "/service_definition/attributes/attribute[1]/values/value[2]/key", "blinks");
    expect_xml("/open311/v2/services/LAMP", NULL, 200, "/service_definition/service_code", "LAMP");
    expect_error(ask("/open311/v2/services/NONE.json", NULL, 404), 404, "service_code");
    server_log_copy(f, log);
    assert_non_null(strstr(log, "not offered on 311: city/nonsense: open311/code"));
}

/* What changes in the catalogue is told at once. */
static void test_services_follow_the_catalogue(void **state)
{
    json_t *before = ask("/open311/v2/discovery.json", NULL, 200);
    json_t *after, *services;

    (void)state;
    publish("new", "NEW", "realtime", "");
    services = ask("/open311/v2/services.json", NULL, 200);
    assert_int_equal(json_array_size(services), 4);
    json_decref(services);
    after = ask("/open311/v2/discovery.json", NULL, 200);
    assert_true(
        strcmp(json_text_or(before, "changeset", ""), json_text_or(after, "changeset", "")) < 0);
    fixture_publish(&f->ledger, RECORD_SERVICE, "city/new",
                    fixture_json("{'ended':true,'open311':{'code':'NEW'}}"));
    expect_error(ask("/open311/v2/services/NEW.json", NULL, 404), 404, "service_code");
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
    id_take(post(token,
                 "service_code=LAMP&lat=46.8&long=-71.2&address_string=1+rue+X%2C+G1R+4P5"
                 "&description=Very+dark&attribute[kind]=out&attribute[pole]=A1"
                 "&first_name=Zo%C3%A9&last_name=Roy&email=zoe%40example.ca&phone=418+555-0101",
                 200),
            id);
    item = told(id, "");
    assert_string_equal(json_text_or(item, "status", ""), "open");
    assert_string_equal(json_text_or(item, "address", ""), "1 rue X, G1R 4P5");
    assert_string_equal(json_text_or(item, "zipcode", ""), "G1R 4P5");
    assert_true(json_is_null(json_object_get(item, "description")));
    json_decref(item);
    expect_xml("/open311/v2/requests.xml", NULL, 200, "count(/service_requests/request) > 0",
               "true");
    /* Before Ben, who serves the queue. */
    desk = fixture_desk(&f->ledger, BEN, 0, LEDGER_PAGE_LIMIT, &next);
    json_array_foreach(desk, i, entry)
    {
        const json_t *body = json_object_get(entry, "body");
        const char *type = json_text_or(entry, "type", "");

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
    id_take(post(token,
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
    snprintf(query, sizeof(query), "?api_key=%s", token);
    item = told(id, query);
    assert_string_equal(json_text_or(item, "description", ""), "SECRET words");
    assert_null(json_object_get(item, "first_name"));
    json_decref(item);
    snprintf(query, sizeof(query), "?api_key=%s", other_token);
    item = told(id, query);
    assert_true(json_is_null(json_object_get(item, "description")));
    json_decref(item);
    expect_error(ask("/open311/v2/requests.json?api_key=wrong", NULL, 403), 403, "api_key");
}

static void test_the_same_again_is_the_same_request(void **state)
{
    static const char same[] = "service_code=LAMP&address_string=5+rue+Z&attribute[kind]=blinks";
    char first[40], again[40], turned[40], other[40], another[40];

    (void)state;
    id_take(post(token, same, 200), first);
    id_take(post(token, same, 200), again);
    id_take(
        post(token, "attribute[kind]=blinks&address_string=5+rue+Z&service_code=LAMP&lat=", 200),
        turned);
    id_take(post(other_token, same, 200), other);
    id_take(post(token, "service_code=LAMP&address_string=5+rue+Za&attribute[kind]=blinks", 200),
            another);
    assert_string_equal(first, again);
    assert_string_equal(first, turned);
    assert_string_not_equal(first, other);
    assert_string_not_equal(first, another);
}

static void test_batch_gives_a_token_first(void **state)
{
    json_t *answer = post(token, "service_code=LATER&address_string=2+rue+X", 200);
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
        found = ask(path, NULL, 200);
        assert_string_equal(item_text(found, 0, "token"), given);
        id = item_text(found, 0, "service_request_id");
    }
    assert_true(id[0] != '\0');
    json_decref(told(id, ""));
    json_decref(found);
    snprintf(path, sizeof(path), "/open311/v2/tokens/%s.xml", given);
    expect_xml(path, NULL, 200, "/service_requests/request/token", given);
    expect_error(ask("/open311/v2/tokens/12345.json", NULL, 404), 404, "token");
}

static void test_blackbox_gives_neither(void **state)
{
    json_t *answer = post(token, "service_code=DARK&address_string=3+rue+X&account_id=a7", 200);
    json_t *list;

    (void)state;
    assert_null(json_object_get(json_array_get(answer, 0), "service_request_id"));
    assert_null(json_object_get(json_array_get(answer, 0), "token"));
    assert_string_equal(item_text(answer, 0, "account_id"), "a7");
    json_decref(answer);
    list = ask("/open311/v2/requests.json?service_code=DARK", NULL, 200);
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
    id_take(post(token, "service_code=LAMP&address_string=7+rue+X&attribute[kind]=out", 200), id);
    status_set(id, "in-progress");
    item = told(id, "?locale=fr");
    assert_string_equal(json_text_or(item, "status", ""), "open");
    assert_string_equal(json_text_or(item, "status_notes", ""), "On s’en occupe.");
    json_decref(item);
    status_set(id, "closed");
    item = told(id, "");
    assert_string_equal(json_text_or(item, "status", ""), "closed");
    json_decref(item);
    list = ask("/open311/v2/requests.json?status=closed", NULL, 200);
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(item_text(list, 0, "service_request_id"), id);
    json_decref(list);
    /* Ids override the other filters; several of them find several. */
    snprintf(path, sizeof(path),
             "/open311/v2/requests.json?status=open&service_request_id=%s,C-0000-0000,x", id);
    list = ask(path, NULL, 200);
    assert_int_equal(json_array_size(list), 1);
    json_decref(list);
}

static void test_lists_are_filtered_and_paged(void **state)
{
    json_t *all = ask("/open311/v2/requests.json?service_code=LAMP,LATER", NULL, 200);
    size_t count = json_array_size(all);
    json_t *page;

    (void)state;
    assert_true(count >= 3);
    for (size_t i = 0; i < count; i++) {
        char path[100];

        snprintf(path, sizeof(path),
                 "/open311/v2/requests.json?service_code=LAMP,LATER&page_size=1&page=%zu", i + 1);
        page = ask(path, NULL, 200);
        assert_int_equal(json_array_size(page), 1);
        assert_true(json_equal(json_array_get(page, 0), json_array_get(all, i)));
        json_decref(page);
    }
    json_decref(all);
    page = ask("/open311/v2/requests.json?service_code=NONE", NULL, 200);
    assert_int_equal(json_array_size(page), 0);
    json_decref(page);
    page = ask("/open311/v2/requests.json?start_date=2010-05-24T00:00:00Z"
               "&end_date=2010-06-24T00:00:00Z",
               NULL, 200);
    assert_int_equal(json_array_size(page), 0);
    json_decref(page);
    expect_error(ask("/open311/v2/requests.json?start_date=2010-01-01T00:00:00Z"
                     "&end_date=2010-12-24T00:00:00Z",
                     NULL, 400),
                 400, "90 days");
    expect_error(ask("/open311/v2/requests.json?status=lost", NULL, 400), 400, "status");
}

/* --- errors ----------------------------------------------------------------------------------- */

static void test_errors_of_a_post(void **state)
{
    json_t *answer;

    (void)state;
    expect_error(ask("/open311/v2/requests.json", "service_code=LAMP&address_string=x", 403), 403,
                 "api_key was not provided");
    expect_error(post("wrong", "service_code=LAMP&address_string=x", 403), 403, "not valid");
    expect_error(post(mail_token, "service_code=LAMP&address_string=x", 403), 403, "not valid");
    expect_error(post(token, "address_string=x", 400), 400, "service_code was not provided");
    expect_error(post(token, "service_code=NONE&address_string=x", 404), 404, "service_code");
    expect_error(post(token, "service_code=LAMP&attribute[kind]=out", 400), 400, "where is it?");
    /* All that is wrong at once. */
    answer = post(token, "service_code=LAMP&lat=999&long=1&email=x&attribute[pole]=123456789", 400);
    assert_int_equal(json_array_size(answer), 4);
    json_decref(answer);
    expect_xml("/open311/v2/requests.xml", "service_code=LAMP", 403, "/errors/error/code", "403");
}

static void test_errors_before_any_resource(void **state)
{
    struct answer answer;

    (void)state;
    expect_error(ask("/open311/v2/nothing.json", NULL, 404), 404, "no such path");
    expect_xml("/open311/v2/nothing.xml", NULL, 404, "/errors/error/code", "404");
    expect_error(ask("/open311/v2/services.json", "a=b", 400), 405, "allowed here");
    expect_error(ask("/open311/v2/requests.json", "api_key=%", 400), 400, "escape");
    expect_error(ask("/open311/v2/requests.json", "description=%ff", 400), 400, "UTF-8");
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
        "%3C%21DOCTYPE+a+%5B%3C%21ENTITY+b+SYSTEM+%22file%3A%2F%2F%2Fetc%2Fpasswd%22%3E%5D%3E%26b%"
        "3B",
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
        id_take(post(token, body, 200), id);
        item = told(id, "");
        assert_string_equal(json_text_or(item, "status", ""), "open");
        snprintf(path, sizeof(path), "/open311/v2/requests/%s.xml", id);
        text = xml_ask(path, NULL, 200, "/service_requests/request/address");
        assert_string_equal((const char *)text, json_text_or(item, "address", ""));
        assert_null(strchr((const char *)text, '\x1b'));
        xmlFree(text);
        expect_xml(path, NULL, 200, "count(/service_requests/request/*)", "17");
        json_decref(item);
    }
    json_decref(ask("/open311/v2/requests.json?service_code=%27%29+OR+1%3D1--", NULL, 200));
    expect_error(ask("/open311/v2/requests/%27%20OR%201=1--.json", NULL, 404), 404, "not found");
    expect_error(ask("/open311/v2/tokens/%27%20OR%201=1--.json", NULL, 404), 404, "token");
    expect_error(ask("/open311/v2/requests.json?start_date=%27--", NULL, 400), 400, "start_date");
}

static void test_huge_values_are_refused(void **state)
{
    static char body[300000];
    struct answer answer;

    (void)state;
    snprintf(body, sizeof(body), "api_key=%s&service_code=LAMP&address_string=", token);
    memset(body + strlen(body), 'x', 2000);
    expect_error(ask("/open311/v2/requests.json", body, 400), 400, "address_string is longer");
    memset(body + strlen(body), 'x', sizeof(body) - 1 - strlen(body));
    server_call(
        f, &(struct call){.path = "/open311/v2/requests.json", .body = body, .type = FORM_TYPE},
        &answer);
    assert_int_equal(answer.status, 400);
    assert_non_null(strstr(answer.body, "\"code\":413"));
    answer_clear(&answer);
}

/* --- a server that died in between ------------------------------------------------------------ */

static void test_what_was_kept_is_taken_in_after_a_restart(void **state)
{
    json_t *answer = post(token, "service_code=LATER&address_string=8+rue+W", 200);
    struct error error = ERROR_INIT;
    char given[64], path[120];
    const char *id = "";
    json_t *found = NULL;
    sqlite3 *database;
    int port = atoi(strrchr(server_address(f->server), ':') + 1);
    char listen[40];

    (void)state;
    snprintf(given, sizeof(given), "%s", item_text(answer, 0, "token"));
    json_decref(answer);
    server_stop(f->server);
    /* As it stood when the token was given and nothing more was done. */
    fixture_reopen(&f->ledger);
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
    snprintf(listen, sizeof(listen), "127.0.0.1:%d", port);
    struct server_options options = {
        .listen = listen, .threads = 2, .connections = 64, .idle_seconds = 60};
    if (server_start(&f->server, &options, f->ledger.ledger, &error) != 0)
        fail_msg("%s", error.message);
    snprintf(path, sizeof(path), "/open311/v2/tokens/%s.json", given);
    for (int i = 0; i < 1000 && id[0] == '\0'; i++) {
        json_decref(found);
        found = ask(path, NULL, 200);
        id = item_text(found, 0, "service_request_id");
    }
    assert_true(id[0] != '\0');
    json_decref(found);
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
        cmocka_unit_test(test_errors_of_a_post),
        cmocka_unit_test(test_errors_before_any_resource),
        cmocka_unit_test(test_hostile_text_stays_text),
        cmocka_unit_test(test_huge_values_are_refused),
        cmocka_unit_test(test_what_was_kept_is_taken_in_after_a_restart),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
