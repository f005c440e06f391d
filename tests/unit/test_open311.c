/* What clients of Open311 say, and the two faces of what they are told: the standard's shapes. */
#include "tests/unit/form_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>

#include "app/json.h"
#include "net/open311_document.h"
#include "net/open311_errors.h"
#include "net/open311_pairs.h"

/* --- names and values ------------------------------------------------------------------------- */

static void read_pairs(struct open311_pairs *pairs, const char *body)
{
    struct error error = ERROR_INIT;

    *pairs = (struct open311_pairs){0};
    if (open311_pairs_read(pairs, body, strlen(body), &error) != 0)
        fail_msg("%s: %s", body, error.message);
}

/* The request that the standard shows. */
static void test_reads_the_example_of_the_standard(void **state)
{
    struct open311_pairs pairs;

    (void)state;
    read_pairs(&pairs, "api_key=xyz&jurisdiction_id=city.gov&service_code=001&lat=37.76524078"
                       "&long=-122.4212043&address_string=1234+5th+street"
                       "&email=smit333%40sfgov.edu&device_id=tt222111&account_id=123456"
                       "&first_name=john&last_name=smith&phone=111111111"
                       "&description=A+large+sinkhole+is+destroying+the+street"
                       "&media_url=http%3A%2F%2Ffarm3.static.flickr.com%2F2002%2F2212426634_"
                       "5ed477a060.jpg&attribute[WHISPAWN]=123456&attribute[WHISDORN]=COISL001");
    assert_int_equal(pairs.count, 16);
    assert_string_equal(open311_pairs_get(&pairs, "service_code"), "001");
    assert_string_equal(open311_pairs_get(&pairs, "address_string"), "1234 5th street");
    assert_string_equal(open311_pairs_get(&pairs, "email"), "smit333@sfgov.edu");
    assert_true(open311_pair_is_attribute(&pairs.list[14], "WHISPAWN"));
    assert_true(open311_pair_is_attribute(&pairs.list[15], "WHISDORN"));
    assert_false(open311_pair_is_attribute(&pairs.list[15], "WHISPAWN"));
    assert_false(open311_pair_is_attribute(&pairs.list[13], NULL));
    open311_pairs_clear(&pairs);
}

static void test_reads_several_values(void **state)
{
    static const char *const none[] = {"attribute",      "attribute[",    "attribute[]",
                                       "attribute[a",    "attribute[a]x", "attribute[a][b]",
                                       "attribute[a][0", "attributes[a]", "attribute[a][][]"};
    struct open311_pairs pairs;
    char code[OPEN311_NAME_LIMIT + 1];

    (void)state;
    read_pairs(&pairs, "attribute[a][]=1&attribute%5Ba%5D%5B%5D=2&attribute[a][2]=3&"
                       "attribute[a]=4&&lat=&long");
    assert_int_equal(pairs.count, 6);
    for (size_t i = 0; i < 4; i++)
        assert_true(open311_pair_is_attribute(&pairs.list[i], "a"));
    /* The standard makes no difference between an empty argument and none. */
    assert_null(open311_pairs_get(&pairs, "lat"));
    assert_null(open311_pairs_get(&pairs, "long"));
    open311_pairs_clear(&pairs);
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        char name[40];
        struct open311_pair pair = {name, NULL};

        snprintf(name, sizeof(name), "%s", none[i]);
        if (open311_pair_code(&pair, code))
            fail_msg("%s is read as %s", none[i], code);
    }
}

static void expect_refused(const char *body, size_t length, int code)
{
    struct open311_pairs pairs = {0};
    struct error error = ERROR_INIT;

    if (open311_pairs_read(&pairs, body, length, &error) != code)
        fail_msg("%.60s: %d %s", body, error.code, error.message);
    open311_pairs_clear(&pairs);
}

static void test_refuses_what_is_no_text(void **state)
{
    static const char *const bad[] = {"a=%",    "a=%4",        "a=%4g", "%zz=1",   "a=%ff",
                                      "a=\xC3", "a=%ED%A0%80", "a=%00", "a=x%00y", "\xFF=1"};
    char many[OPEN311_PAIR_LIMIT * 4 + 8] = "";
    char name[OPEN311_NAME_LIMIT + 4];

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        expect_refused(bad[i], strlen(bad[i]), ERROR_INVALID);
    expect_refused("a=\0b", 4, ERROR_INVALID);
    for (size_t i = 0; i <= OPEN311_PAIR_LIMIT; i++)
        strcat(many, "a=1&");
    expect_refused(many, strlen(many), ERROR_TOO_LARGE);
    memset(name, 'n', sizeof(name));
    expect_refused(name, sizeof(name), ERROR_TOO_LARGE);
    /* Each control character becomes a mark of three bytes. */
    memcpy(name, "attribute[", 10);
    memset(name + 10, 4, OPEN311_NAME_LIMIT - 12);
    name[OPEN311_NAME_LIMIT - 2] = ']';
    expect_refused(name, OPEN311_NAME_LIMIT - 1, ERROR_TOO_LARGE);
}

static void test_keeps_no_control_characters(void **state)
{
    struct open311_pairs pairs;

    (void)state;
    read_pairs(&pairs, "description=%1B[31mred%07%7F%C2%9B2J%0D%0Atwo%0Dthree%09tab%E2%82%AC");
    assert_string_equal(open311_pairs_get(&pairs, "description"),
                        "\xEF\xBF\xBD[31mred\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
                        "2J\ntwo\nthree\ttab€");
    open311_pairs_clear(&pairs);
}

/* --- formats ---------------------------------------------------------------------------------- */

static void expect_format(const char *given, const char *accept, const char *left,
                          enum open311_format format)
{
    char name[64];

    snprintf(name, sizeof(name), "%s", given);
    if (open311_format_take(name, accept) != format || strcmp(name, left) != 0)
        fail_msg("%s, %s: %s", given, accept != NULL ? accept : "nothing", name);
}

static void test_format_is_the_end_of_the_path_else_what_is_accepted(void **state)
{
    (void)state;
    expect_format("pothole.json", "text/xml", "pothole", OPEN311_JSON);
    expect_format("pothole.xml", "application/json", "pothole", OPEN311_XML);
    expect_format("pothole", "application/json", "pothole", OPEN311_JSON);
    expect_format("pothole", NULL, "pothole", OPEN311_XML);
    expect_format("pothole", "*/*", "pothole", OPEN311_XML);
    expect_format("pothole", "text/xml, application/json;q=0.5", "pothole", OPEN311_XML);
    expect_format("pothole", "text/xml;q=0.3, application/json;q=0.5", "pothole", OPEN311_JSON);
    expect_format("pothole", "application/json;q=0", "pothole", OPEN311_XML);
    expect_format("a.b.json", NULL, "a.b", OPEN311_JSON);
    expect_format("a.b", NULL, "a.b", OPEN311_XML);
    expect_format(".json", NULL, ".json", OPEN311_XML);
}

static void expect_document(const char *json, const char *root, const char *xml)
{
    json_t *value = fixture_json(json);
    size_t length;
    char *text = open311_document(value, root, OPEN311_XML, &length);

    assert_non_null(text);
    assert_int_equal(length, strlen(text));
    assert_string_equal(text, xml);
    free(text);
    text = open311_document(value, root, OPEN311_JSON, &length);
    json_t *again = json_loads(text, 0, NULL);
    assert_true(json_equal(value, again));
    json_decref(again);
    free(text);
    json_decref(value);
}

#define DECLARED "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static void test_shapes_of_the_standard(void **state)
{
    (void)state;
    expect_document("[{'service_code':'001','metadata':true,'group':null}]", "services",
                    DECLARED "<services><service><service_code>001</service_code>"
                             "<metadata>true</metadata><group/></service></services>\n");
    expect_document("{'service_code':'DMV66','attributes':[{'variable':true,'order':1,"
                    "'values':[{'key':'123','name':'Ford'}]}]}",
                    "service_definition",
                    DECLARED "<service_definition><service_code>DMV66</service_code><attributes>"
                             "<attribute><variable>true</variable><order>1</order><values><value>"
                             "<key>123</key><name>Ford</name></value></values></attribute>"
                             "</attributes></service_definition>\n");
    expect_document("[{'service_request_id':'638344','lat':37.762221815,'long':-122.4651145}]",
                    "service_requests",
                    DECLARED "<service_requests><request>"
                             "<service_request_id>638344</service_request_id>"
                             "<lat>37.762221815</lat><long>-122.4651145</long></request>"
                             "</service_requests>\n");
    expect_document("[{'code':403,'description':'no'}]", "errors",
                    DECLARED "<errors><error><code>403</code><description>no</description>"
                             "</error></errors>\n");
    expect_document("{'endpoints':[{'formats':['text/xml','application/json']}]}", "discovery",
                    DECLARED "<discovery><endpoints><endpoint><formats><format>text/xml</format>"
                             "<format>application/json</format></formats></endpoint></endpoints>"
                             "</discovery>\n");
    expect_document("[]", "services", DECLARED "<services/>\n");
}

/* Whatever is said stays one text of one element, and the document can be read. */
static void test_text_cannot_leave_its_element(void **state)
{
    static const char said[] = "</description><status>closed</status><![CDATA[x]]>&amp;&#0;\"'\x01"
                               "\x1b[2J\r\n\xEF\xBF\xBE é€😀";
    json_t *value = json_pack("[{s:s}]", "description", said);
    size_t length;
    char *text = open311_document(value, "service_requests", OPEN311_XML, &length);
    xmlDocPtr document;
    xmlNodePtr request;
    xmlChar *content;

    (void)state;
    assert_non_null(text);
    document = xmlReadMemory(text, (int)length, NULL, NULL, XML_PARSE_NOERROR);
    assert_non_null(document);
    request = xmlDocGetRootElement(document)->children;
    assert_non_null(request->children);
    assert_null(request->children->next);
    content = xmlNodeGetContent(request->children);
    assert_string_equal((const char *)content,
                        "</description><status>closed</status><![CDATA[x]]>&amp;&#0;\"'\xEF\xBF\xBD"
                        "\xEF\xBF\xBD[2J\xEF\xBF\xBD\n\xEF\xBF\xBD é€😀");
    xmlFree(content);
    xmlFreeDoc(document);
    free(text);
    json_decref(value);
}

static void test_errors_have_the_status_of_the_standard(void **state)
{
    static const struct {
        unsigned code;
        unsigned status;
    } rows[] = {{400, 400}, {403, 403}, {404, 404}, {405, 400}, {413, 400}, {415, 400}, {503, 503}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_t *errors = json_array();

        open311_error_add(errors, rows[i].code, "wrong\x1b%s", "!");
        assert_int_equal(open311_errors_status(errors), rows[i].status);
        assert_int_equal(json_integer_or(json_array_get(errors, 0), "code", 0), rows[i].code);
        assert_string_equal(json_text_or(json_array_get(errors, 0), "description", ""), "wrong?!");
        for (size_t j = 0; j < 2 * OPEN311_ERRORS_MOST; j++)
            open311_error_add(errors, 400, "another");
        assert_int_equal(json_array_size(errors), OPEN311_ERRORS_MOST);
        json_decref(errors);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_the_example_of_the_standard),
        cmocka_unit_test(test_reads_several_values),
        cmocka_unit_test(test_refuses_what_is_no_text),
        cmocka_unit_test(test_keeps_no_control_characters),
        cmocka_unit_test(test_format_is_the_end_of_the_path_else_what_is_accepted),
        cmocka_unit_test(test_shapes_of_the_standard),
        cmocka_unit_test(test_text_cannot_leave_its_element),
        cmocka_unit_test(test_errors_have_the_status_of_the_standard),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
