/* Services of the catalogue as Open311 tells them, what is asked and answered, and what is told. */
#include "tests/unit/form_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/open311_answers.h"
#include "net/open311_errors.h"
#include "net/open311_query.h"
#include "net/open311_request.h"
#include "net/open311_service.h"

static const char service_body[] =
    "{'key':'city/lamp','title':{'fr':'Lampadaire éteint','en':'Street light out'},"
    "'summary':{'fr':'Une lampe','en':'A light'},"
    "'keywords':{'fr':['lampe','noir'],'en':['lamp','dark']},"
    "'owner':{'id':'city','title':{'fr':'Ville','en':'City'}},"
    "'open311':{'code':'LAMP','group':{'fr':'Rue','en':'Street'},'form':'lamp',"
    "'notice':{'fr':'Sous cinq jours','en':'Within five days'},'publish':['address','location'],"
    "'jurisdictions':['city.example.ca'],"
    "'answers':{'where':'address_string','details':'description'}}}";

static const char form_body[] =
    "{'key':'city/lamp','version':1,'schema':{'type':'object','properties':{"
    "'where':{'type':'string','title':'Where'},"
    "'details':{'type':'string','title':'Details','minLength':3},"
    "'pole':{'type':'string','title':'Pole number','maxLength':8},"
    "'kind':{'type':'string','title':'What is wrong','oneOf':[{'const':'out','title':'It is "
    "out'},{'const':'blinks','title':'It blinks'}]},"
    "'lamps':{'type':'integer','title':'How many','minimum':1,'maximum':9},"
    "'since':{'type':'string','format':'date','title':'Since'},"
    "'seen':{'type':'string','format':'date-time','title':'Seen at'},"
    "'signs':{'type':'array','uniqueItems':true,'title':'Signs','items':{'type':'string','enum':"
    "['noise','smoke']}},"
    "'danger':{'type':'boolean','title':'Dangerous'},"
    "'story':{'type':'string','title':'Story'},"
    "'why':{'type':'string','title':'Why dangerous'}},"
    "'required':['kind','where']},"
    "'layout':{'type':'VerticalLayout','elements':["
    "{'type':'Label','text':'Do not touch the pole.'},"
    "{'type':'Control','scope':'#/properties/where'},"
    "{'type':'Control','scope':'#/properties/details'},"
    "{'type':'Control','scope':'#/properties/kind'},"
    "{'type':'Group','label':'More','elements':["
    "{'type':'Control','scope':'#/properties/pole'},"
    "{'type':'Control','scope':'#/properties/lamps'},"
    "{'type':'Control','scope':'#/properties/since'},"
    "{'type':'Control','scope':'#/properties/seen'},"
    "{'type':'Control','scope':'#/properties/signs'},"
    "{'type':'Control','scope':'#/properties/danger'},"
    "{'type':'Control','scope':'#/properties/why','rule':{'effect':'SHOW','condition':"
    "{'scope':'#/properties/danger','schema':{'const':true}}}},"
    "{'type':'Control','scope':'#/properties/story','options':{'multi':true}}]}]},"
    "'translations':{'fr':{'kind.label':'Ce qui ne va pas','kind.out':'Elle est éteinte'}}}";

static struct open311_service *lamp;

static struct record *record_of(enum record_type type, const char *body)
{
    struct id id = id_from_key(record_type_name(type), "city/lamp");
    struct record *record = record_new(type, &id);

    json_decref(record->body);
    record->body = fixture_json(body);
    return record;
}

static int group_setup(void **state)
{
    struct record *service = record_of(RECORD_SERVICE, service_body);
    struct record *form = record_of(RECORD_FORM, form_body);
    struct error error = ERROR_INIT;

    (void)state;
    if (open311_service_new(&lamp, service, form, &error) != 0)
        fail_msg("%s", error.message);
    record_free(service);
    record_free(form);
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    open311_service_free(lamp);
    return 0;
}

/* Compares with JSON in which ' stands for ". */
static void expect_json(json_t *value, const char *expected)
{
    json_t *wanted = fixture_json(expected);

    if (!json_equal(value, wanted)) {
        char *text = value != NULL ? json_canonical(value) : strdup("nothing");
        fail_msg("%s", text);
    }
    json_decref(value);
    json_decref(wanted);
}

/* --- services --------------------------------------------------------------------------------- */

static void test_item_of_the_list(void **state)
{
    (void)state;
    expect_json(open311_service_item(lamp, "en"),
                "{'service_code':'LAMP','service_name':'Street light out','description':'A light',"
                "'metadata':true,'type':'realtime','keywords':'lamp, dark','group':'Street'}");
    expect_json(open311_service_item(lamp, "fr"),
                "{'service_code':'LAMP','service_name':'Lampadaire éteint','description':'Une "
                "lampe','metadata':true,'type':'realtime','keywords':'lampe, noir','group':'Rue'}");
    assert_true(open311_service_serves(lamp, NULL));
    assert_true(open311_service_serves(lamp, ""));
    assert_true(open311_service_serves(lamp, "city.example.ca"));
    assert_false(open311_service_serves(lamp, "other.example.ca"));
}

static const json_t *attribute(const json_t *definition, const char *code)
{
    const json_t *entry;
    size_t i;

    json_array_foreach(json_object_get(definition, "attributes"), i, entry)
    {
        if (strcmp(json_text_or(entry, "code", ""), code) == 0)
            return entry;
    }
    return NULL;
}

static void test_definition_of_a_form(void **state)
{
    static const struct {
        const char *code;
        const char *datatype;
        int order;
    } rows[] = {
        {"text-1", "string", 1},        {"kind", "singlevaluelist", 2},   {"pole", "string", 3},
        {"lamps", "number", 4},         {"since", "datetime", 5},         {"seen", "datetime", 6},
        {"signs", "multivaluelist", 7}, {"danger", "singlevaluelist", 8}, {"why", "string", 9},
        {"story", "text", 10},
    };
    json_t *definition = open311_service_definition(lamp, "en");

    (void)state;
    assert_string_equal(json_text_or(definition, "service_code", ""), "LAMP");
    assert_int_equal(json_array_size(json_object_get(definition, "attributes")), 10);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const json_t *found = attribute(definition, rows[i].code);

        if (found == NULL || json_integer_or(found, "order", 0) != rows[i].order ||
            strcmp(json_text_or(found, "datatype", ""), rows[i].datatype) != 0)
            fail_msg("%s", rows[i].code);
        assert_int_equal(json_bool_or(found, "required", true), strcmp(rows[i].code, "kind") == 0);
        assert_int_equal(json_bool_or(found, "variable", true),
                         strcmp(rows[i].code, "text-1") != 0);
        assert_true(json_is_string(json_object_get(found, "datatype_description")));
    }
    expect_json(json_incref(json_object_get(attribute(definition, "kind"), "values")),
                "[{'key':'out','name':'It is out'},{'key':'blinks','name':'It blinks'}]");
    expect_json(json_incref(json_object_get(attribute(definition, "danger"), "values")),
                "[{'key':'yes','name':'Yes'},{'key':'no','name':'No'}]");
    /* What the standard's own arguments answer is not asked again. */
    assert_null(attribute(definition, "where"));
    assert_null(attribute(definition, "details"));
    json_decref(definition);
    definition = open311_service_definition(lamp, "fr-CA");
    assert_string_equal(json_text_or(attribute(definition, "kind"), "description", ""),
                        "Ce qui ne va pas");
    assert_string_equal(
        json_text_or(json_array_get(json_object_get(attribute(definition, "kind"), "values"), 0),
                     "name", ""),
        "Elle est éteinte");
    json_decref(definition);
}

static void expect_no_service(const char *offer, const char *words)
{
    struct record *record = record_of(RECORD_SERVICE, offer);
    struct open311_service *service;
    struct error error = ERROR_INIT;

    assert_int_equal(open311_service_new(&service, record, NULL, &error), ERROR_INVALID);
    assert_null(service);
    assert_non_null(strstr(error.message, words));
    record_free(record);
}

static void test_refuses_an_offer_that_makes_no_sense(void **state)
{
    struct record *ended = record_of(RECORD_SERVICE, "{'open311':{'code':'A'},'ended':true}");
    struct record *plain = record_of(RECORD_SERVICE, "{'title':'x'}");

    (void)state;
    expect_no_service("{'open311':{}}", "open311/code");
    expect_no_service("{'open311':{'code':'a/b'}}", "open311/code");
    expect_no_service("{'open311':{'code':'a.json'}}", "open311/code");
    expect_no_service("{'open311':{'code':'A','type':'later'}}", "open311/type");
    assert_false(open311_is_offered(ended));
    assert_false(open311_is_offered(plain));
    record_free(ended);
    record_free(plain);
}

/* --- answers ---------------------------------------------------------------------------------- */

/* Reads a body's answers; the errors are new, and so are the answers. */
static json_t *answers_of(const char *body, const char *language, bool *complete, json_t **errors)
{
    struct open311_pairs pairs = {0};
    struct error error = ERROR_INIT;
    json_t *answers = NULL;

    *errors = json_array();
    if (open311_pairs_read(&pairs, body, strlen(body), &error) != 0 ||
        open311_answers_read(lamp, &pairs, language, &answers, complete, *errors, &error) != 0)
        fail_msg("%s", error.message);
    open311_pairs_clear(&pairs);
    return answers;
}

static void test_answers_of_every_type(void **state)
{
    struct text_buffer text = {0};
    json_t *errors;
    bool complete;
    json_t *answers = answers_of(
        "attribute[kind]=out&attribute[pole]=A12&attribute[lamps]=3&"
        "attribute[since]=2026-11-05T08:15:30-05:00&attribute[seen]=2026-11-05T08:15:30-05:00&"
        "attribute[signs][]=noise&attribute[signs][]=smoke&attribute[danger]=yes&"
        "attribute[why]=wires&attribute[story]=one%0Atwo&address_string=1+rue+X&"
        "description=Very+dark&first_name=Zoe&lat=46.8&long=-71.2",
        "en", &complete, &errors);

    (void)state;
    assert_int_equal(json_array_size(errors), 0);
    assert_true(complete);
    open311_answers_tell(lamp, answers, "en", &text);
    assert_non_null(strstr(text.bytes, "What is wrong: It is out\n"));
    assert_non_null(strstr(text.bytes, "How many: 3\n"));
    text_buffer_free(&text);
    expect_json(answers, "{'kind':'out','pole':'A12','lamps':3,'since':'2026-11-05',"
                         "'seen':'2026-11-05T08:15:30-05:00','signs':['noise','smoke'],"
                         "'danger':true,'why':'wires','story':'one\\ntwo','where':'1 rue X',"
                         "'details':'Very dark'}");
    json_decref(errors);
}

static void expect_fault(const char *body, const char *words)
{
    json_t *errors;
    bool complete;
    json_t *answers = answers_of(body, "en", &complete, &errors);
    const char *told = json_text_or(json_array_get(errors, 0), "description", "");

    if (json_array_size(errors) == 0 || strstr(told, words) == NULL)
        fail_msg("%s: \"%s\"", body, told);
    assert_false(complete);
    json_decref(answers);
    json_decref(errors);
}

static void test_faults_name_their_attribute(void **state)
{
    (void)state;
    expect_fault("address_string=x", "attribute[kind]: ");
    expect_fault("attribute[kind]=o", "attribute[kind]: this value is not in the list");
    expect_fault("attribute[kind]=out&attribute[kind]=blinks", "only one value");
    expect_fault("attribute[kind]=out&attribute[lamps]=many", "attribute[lamps]: ");
    expect_fault("attribute[kind]=out&attribute[lamps]=10", "attribute[lamps]: ");
    expect_fault("attribute[kind]=out&attribute[lamps]=99999999999999999999999", "[lamps]: ");
    expect_fault("attribute[kind]=out&attribute[since]=2026-02-30", "attribute[since]: ");
    expect_fault("attribute[kind]=out&attribute[since]=2026-02-03T99", "attribute[since]: ");
    expect_fault("attribute[kind]=out&attribute[seen]=2026-02-03", "attribute[seen]: ");
    expect_fault("attribute[kind]=out&attribute[seen]=yesterday", "attribute[seen]: ");
    expect_fault("attribute[kind]=out&attribute[pole]=123456789", "attribute[pole]: ");
    expect_fault("attribute[kind]=out&attribute[signs][]=fire", "attribute[signs]: ");
    expect_fault("attribute[kind]=out&attribute[danger]=perhaps", "attribute[danger]: ");
    expect_fault("attribute[kind]=out&attribute[where]=x", "attribute[where]: this service has no");
    expect_fault("attribute[kind]=out&attribute[__proto__]=x", "no such attribute");
}

/* 311 lets a client say where by a position alone: the form is then not complete, and that is no
 * fault of the client's. */
static void test_a_field_that_was_not_asked_is_no_fault(void **state)
{
    json_t *errors;
    bool complete;
    json_t *answers =
        answers_of("attribute[kind]=out&description=ab&lat=1&long=2", "en", &complete, &errors);

    (void)state;
    assert_int_equal(json_array_size(errors), 0);
    assert_false(complete);
    expect_json(answers, "{'kind':'out','details':'ab'}");
    json_decref(errors);
}

/* --- requests --------------------------------------------------------------------------------- */

static size_t request_errors(const char *body, struct open311_request *request,
                             struct open311_pairs *pairs, char told[200])
{
    struct error error = ERROR_INIT;
    json_t *errors = json_array();
    size_t count;

    *pairs = (struct open311_pairs){0};
    if (open311_pairs_read(pairs, body, strlen(body), &error) != 0)
        fail_msg("%s", error.message);
    open311_request_read(request, pairs, errors);
    count = json_array_size(errors);
    snprintf(told, 200, "%s", json_text_or(json_array_get(errors, 0), "description", ""));
    json_decref(errors);
    return count;
}

static void expect_request_fault(const char *body, const char *words)
{
    struct open311_request request;
    struct open311_pairs pairs;
    char told[200];

    if (request_errors(body, &request, &pairs, told) == 0 || strstr(told, words) == NULL)
        fail_msg("%s: \"%s\"", body, told);
    open311_pairs_clear(&pairs);
}

static void test_refuses_arguments_that_make_no_sense(void **state)
{
    static const char *const bad_degrees[] = {"nan",
                                              "inf",
                                              "1e1",
                                              "0x10",
                                              "91",
                                              "-90.1",
                                              "1,5",
                                              "1.2.3",
                                              "--1",
                                              "1 ",
                                              "'; DROP TABLE record"};
    char body[5 * OPEN311_DESCRIPTION_LIMIT] = "address_string=x&description=";
    size_t start = strlen(body);

    (void)state;
    expect_request_fault("description=x", "where is it?");
    expect_request_fault("lat=1", "together");
    expect_request_fault("long=1&address_string=x", "together");
    for (size_t i = 0; i < sizeof(bad_degrees) / sizeof(bad_degrees[0]); i++) {
        char text[80];

        snprintf(text, sizeof(text), "lat=%s&long=1", bad_degrees[i]);
        expect_request_fault(text, "lat is not a number");
    }
    expect_request_fault("lat=1&long=180.01", "long is not a number");
    expect_request_fault("address_string=x&email=nobody", "email");
    expect_request_fault("address_string=x&email=a@b@c", "email");
    expect_request_fault("address_string=x&phone=call+me", "phone");
    expect_request_fault("address_string=x&media_url=javascript:alert(1)", "media_url");
    expect_request_fault("address_string=x&media_url=http://a/%3Cb%3E", "media_url");
    memset(body + start, 'd', OPEN311_DESCRIPTION_LIMIT + 1);
    expect_request_fault(body, "longer than 4000 characters");
}

static void test_reads_a_whole_request(void **state)
{
    struct open311_request request;
    struct open311_pairs pairs;
    struct text_buffer text = {0};
    char told[200];
    size_t errors = request_errors(
        "lat=46.813878&long=-71.207981&address_string=1+rue+X&address_id=A-9&email=z@example.ca"
        "&first_name=Zo%C3%A9&last_name=Roy&phone=418+555-0101&account_id=77&device_id=d"
        "&description=Dark%0Astreet&media_url=https://example.ca/p.jpg",
        &request, &pairs, told);

    (void)state;
    if (errors != 0)
        fail_msg("%s", told);
    expect_json(open311_request_facts(&request),
                "{'description':'Dark\\nstreet','address':'1 rue X','address_id':'A-9',"
                "'media_url':'https://example.ca/p.jpg','lat':46.813878,'long':-71.207981}");
    open311_request_name(&request, &text);
    assert_string_equal(text.bytes, "Zoé Roy");
    text_buffer_clear(&text);
    open311_request_tell(&request, lamp, NULL, "fr", &text);
    assert_string_equal(
        text.bytes,
        "Lampadaire éteint\nDark\nstreet\n\nLieu\u00A0: 1 rue X\nCode de l’adresse\u00A0: A-9\n"
        "Position\u00A0: 46.813878, -71.207981\nImage\u00A0: https://example.ca/p.jpg\n"
        "Compte\u00A0: 77\n");
    text_buffer_free(&text);
    open311_pairs_clear(&pairs);
}

/* --- what is told ----------------------------------------------------------------------------- */

static const char facts_text[] =
    "{'description':'My name is Zoé','address':'1 rue X, Québec, G1R 4P5','address_id':'A',"
    "'lat':46.8,'long':-71.2,'media_url':'https://example.ca/p.jpg'}";

static void test_tells_what_the_service_publishes(void **state)
{
    json_t *facts = fixture_json(facts_text);
    struct open311_told told = {.id = "C-7K3M-9QX4",
                                .code = "LAMP",
                                .service = lamp,
                                .facts = facts,
                                .status = "in-progress",
                                .requested_ms = 1000,
                                .updated_ms = 2000};
    json_t *item;

    (void)state;
    expect_json(open311_request_item(&told, "en"),
                "{'service_request_id':'C-7K3M-9QX4','status':'open','status_notes':'It is being "
                "looked after.','service_name':'Street light out','service_code':'LAMP',"
                "'description':null,'agency_responsible':'City','service_notice':'Within five "
                "days','requested_datetime':'1970-01-01T00:00:01.000Z','updated_datetime':"
                "'1970-01-01T00:00:02.000Z','expected_datetime':null,'address':'1 rue X, Québec, "
                "G1R 4P5','address_id':'A','zipcode':'G1R 4P5','lat':46.8,'long':-71.2,"
                "'media_url':null}");
    told.own = true;
    item = open311_request_item(&told, "en");
    assert_string_equal(json_text_or(item, "description", ""), "My name is Zoé");
    assert_string_equal(json_text_or(item, "media_url", ""), "https://example.ca/p.jpg");
    json_decref(item);
    /* Offered no longer: the name of that time, and nothing that the client said. */
    told.own = false;
    told.service = NULL;
    told.title = facts;
    item = open311_request_item(&told, "en");
    assert_true(json_is_null(json_object_get(item, "address")));
    assert_true(json_is_null(json_object_get(item, "lat")));
    assert_true(json_is_null(json_object_get(item, "zipcode")));
    json_decref(item);
    json_decref(facts);
}

static void test_statuses_are_open_or_closed(void **state)
{
    static const struct {
        const char *status;
        bool closed;
    } rows[] = {{"received", false}, {"in-progress", false}, {"information-missing", false},
                {"approved", false}, {"refused", true},      {"closed", true}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(open311_is_closed(rows[i].status), rows[i].closed);
}

/* --- queries ---------------------------------------------------------------------------------- */

static int64_t at(const char *text)
{
    int64_t ms = 0;

    assert_true(timestamp_parse(text, &ms));
    return ms;
}

static void test_reads_times_of_the_note(void **state)
{
    static const struct {
        const char *text;
        const char *ms;
    } rows[] = {
        {"1994-11-05T08:15:30-05:00", "1994-11-05T13:15:30Z"},
        {"1994-11-05T13:15:30Z", "1994-11-05T13:15:30Z"},
        {"1994-11-05T13:15Z", "1994-11-05T13:15:00Z"},
        {"1994-11-05T13:15 01:00", "1994-11-05T12:15:00Z"},
        {"1994-11-05", "1994-11-05T00:00:00Z"},
        {"1994-11-05T08:15:30.250 02:00", "1994-11-05T06:15:30.250Z"},
    };
    static const char *const bad[] = {"",
                                      "yesterday",
                                      "1994-11-31",
                                      "1994-11-05T08:15:30",
                                      "1994-13-05T08:15:30Z",
                                      "1994-11-05T25:15:30Z",
                                      "' OR 1=1 --",
                                      "1994-11-05T08:15:30Zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"};
    int64_t ms;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!open311_time_read(rows[i].text, false, &ms) || ms != at(rows[i].ms))
            fail_msg("%s", rows[i].text);
    assert_true(open311_time_read("1994-11-05", true, &ms));
    assert_int_equal(ms, at("1994-11-05T23:59:59.999Z"));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (open311_time_read(bad[i], false, &ms))
            fail_msg("%s is read", bad[i]);
}

static size_t query_errors(const char *text, struct open311_query *query)
{
    struct open311_pairs pairs = {0};
    struct error error = ERROR_INIT;
    json_t *errors = json_array();
    size_t count;

    if (open311_pairs_read(&pairs, text, strlen(text), &error) != 0 ||
        open311_query_read(query, &pairs, at("2026-11-24T12:00:00Z"), errors, &error) != 0)
        fail_msg("%s", error.message);
    count = json_array_size(errors);
    open311_pairs_clear(&pairs);
    json_decref(errors);
    return count;
}

static void test_reads_queries(void **state)
{
    struct open311_query query;

    (void)state;
    assert_int_equal(query_errors("", &query), 0);
    assert_true(query.open && query.closed && query.ids == NULL && query.services == NULL);
    assert_int_equal(query.to_ms, at("2026-11-24T12:00:00Z"));
    assert_int_equal(query.to_ms - query.from_ms, OPEN311_SPAN_MS);
    assert_int_equal(query.limit, 1000);
    open311_query_clear(&query);
    assert_int_equal(query_errors("status=open,&service_code=A,B&service_code=C&page=3&page_size=10"
                                  "&start_date=2010-05-24T00:00:00Z&end_date=2010-06-24T00:00:00Z",
                                  &query),
                     0);
    assert_true(query.open && !query.closed);
    expect_json(json_incref(query.services), "['A','B','C']");
    assert_int_equal(query.from_ms, at("2010-05-24T00:00:00Z"));
    assert_int_equal(query.to_ms, at("2010-06-24T00:00:00Z"));
    assert_int_equal(query.offset, 20);
    open311_query_clear(&query);
    assert_int_equal(query_errors("start_date=2010-05-24T00:00:00Z", &query), 0);
    assert_int_equal(query.to_ms - query.from_ms, OPEN311_SPAN_MS);
    open311_query_clear(&query);
    /* Ids override all else, also what is wrong with it. */
    assert_int_equal(query_errors("service_request_id=nobody,'--&status=what&page=0", &query), 0);
    assert_int_equal(json_array_size(query.ids), 0);
    open311_query_clear(&query);
}

static void test_refuses_queries(void **state)
{
    static const char *const bad[] = {
        "status=pending",
        "start_date=yesterday",
        "end_date=2010-01-01T00:00:00",
        "start_date=2010-06-24T00:00:00Z&end_date=2010-05-24T00:00:00Z",
        "start_date=2010-01-01T00:00:00Z&end_date=2010-04-03T00:00:00Z",
        "page=0",
        "page=-1",
        "page=1x",
        "page=99999999999999999999",
        "page_size=1001",
        "page_size=0",
    };
    struct open311_query query;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (query_errors(bad[i], &query) == 0)
            fail_msg("%s is read", bad[i]);
        open311_query_clear(&query);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_item_of_the_list),
        cmocka_unit_test(test_definition_of_a_form),
        cmocka_unit_test(test_refuses_an_offer_that_makes_no_sense),
        cmocka_unit_test(test_answers_of_every_type),
        cmocka_unit_test(test_faults_name_their_attribute),
        cmocka_unit_test(test_a_field_that_was_not_asked_is_no_fault),
        cmocka_unit_test(test_refuses_arguments_that_make_no_sense),
        cmocka_unit_test(test_reads_a_whole_request),
        cmocka_unit_test(test_tells_what_the_service_publishes),
        cmocka_unit_test(test_statuses_are_open_or_closed),
        cmocka_unit_test(test_reads_times_of_the_note),
        cmocka_unit_test(test_reads_queries),
        cmocka_unit_test(test_refuses_queries),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
