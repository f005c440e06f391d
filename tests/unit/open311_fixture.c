#include "tests/unit/open311_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xpath.h>

#include "app/clock.h"
#include "app/json.h"

struct server_fixture georeport_server;
static struct server_fixture *const f = &georeport_server;
char georeport_token[LEDGER_TOKEN_SIZE], georeport_other_token[LEDGER_TOKEN_SIZE],
    georeport_mail_token[LEDGER_TOKEN_SIZE];

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
void georeport_publish(const char *name, const char *code, const char *type, const char *more)
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

int georeport_setup(void **state)
{
    (void)state;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    server_fixture_open(f);
    fixture_publish(&f->ledger, RECORD_FORM, "city/lamp-form", fixture_json(lamp_form));
    georeport_publish("lamp", "LAMP", "realtime",
                      ",'form':'lamp-form','publish':['address','location']");
    georeport_publish("later", "LATER", "batch", ",'notice':{'en':'Soon'}");
    georeport_publish("dark", "DARK", "blackbox", "");
    georeport_publish("nonsense", "no/code", "realtime", "");
    key_add("city-app", "mobile", georeport_token);
    key_add("other-app", "web", georeport_other_token);
    key_add("mail", "email", georeport_mail_token);
    return 0;
}

int georeport_teardown(void **state)
{
    (void)state;
    server_fixture_close(f);
    curl_global_cleanup();
    return 0;
}

/* --- asking ----------------------------------------------------------------------------------- */

/* Asks for JSON; the answer must have this status. New reference. */
json_t *georeport_ask(const char *path, const char *body, long status)
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
json_t *georeport_post(const char *key, const char *more, long status)
{
    char body[4000];

    snprintf(body, sizeof(body), "api_key=%s&%s", key, more);
    return georeport_ask("/open311/v2/requests.json", body, status);
}

/* The only error of an answer says this. */
void georeport_expect_error(json_t *answer, int code, const char *words)
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
void georeport_id_take(json_t *answer, char id[40])
{
    snprintf(id, 40, "%s", json_text_or(json_array_get(answer, 0), "service_request_id", ""));
    assert_true(id[0] != '\0');
    json_decref(answer);
}

/* One request as it is told. New reference. */
json_t *georeport_told(const char *id, const char *query)
{
    char path[200];
    json_t *list, *item;

    snprintf(path, sizeof(path), "/open311/v2/requests/%s.json%s", id, query);
    list = georeport_ask(path, NULL, 200);
    assert_int_equal(json_array_size(list), 1);
    item = json_incref(json_array_get(list, 0));
    json_decref(list);
    return item;
}

/* --- XML -------------------------------------------------------------------------------------- */

/* What an XPath expression is in an XML answer of this status, as text; owned (xmlFree). */
xmlChar *georeport_xml_ask(const char *path, const char *body, long status, const char *expression)
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

void georeport_expect_xml(const char *path, const char *body, long status, const char *expression,
                          const char *expected)
{
    xmlChar *text = georeport_xml_ask(path, body, status, expression);

    assert_string_equal((const char *)text, expected);
    xmlFree(text);
}
