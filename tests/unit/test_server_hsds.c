/* /hsds/ over real HTTP: what the API reference of HSDS 3.0 says of lists and entities. */
#include "tests/unit/unit.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/import_sources.h"
#include "app/json.h"
#include "tests/unit/server_fixture.h"

static struct server_fixture shared;
static struct server_fixture *const f = &shared;

/* A publisher's list: two services of two organizations, one place, one taxonomy of two terms. */
static const char first_list[] =
    "{\"total_pages\":1,\"contents\":["
    "{\"id\":\"s1\",\"name\":\"Banque "
    "alimentaire\",\"status\":\"active\",\"description\":\"Épicerie\","
    "\"last_modified\":\"2020-01-01T00:00:00.000Z\","
    "\"organization\":{\"id\":\"o1\",\"name\":\"Moisson\",\"description\":\"d\",\"website\":"
    "\"http://example.org\"},"
    "\"phones\":[{\"id\":\"p1\",\"number\":\"418 555-0101\"}],"
    "\"attributes\":[{\"id\":\"a1\",\"link_entity\":\"service\",\"taxonomy_term\":{\"id\":\"t1\","
    "\"name\":\"Food\",\"code\":\"BD\",\"description\":\"d\",\"taxonomy_detail\":{\"id\":\"x\","
    "\"name\":\"AIRS\",\"description\":\"d\",\"version\":\"1\"}}}],"
    "\"service_at_locations\":[{\"id\":\"sl1\",\"location\":{\"id\":\"l1\",\"location_type\":"
    "\"virtual\",\"name\":\"Ligne\"}}]},"
    "{\"id\":\"s2\",\"name\":\"Legal aid\",\"status\":\"active\",\"last_modified\":"
    "\"2999-01-01T00:00:00.000Z\","
    "\"organization\":{\"id\":\"o2\",\"name\":\"Justice\",\"description\":\"d\"}}],"
    "\"taxonomy_terms\":[{\"id\":\"t2\",\"name\":\"Bread\",\"code\":\"BD-1\",\"description\":\"d\","
    "\"parent_id\":\"t1\",\"taxonomy_detail\":{\"id\":\"x\",\"name\":\"AIRS\",\"description\":"
    "\"d\","
    "\"version\":\"1\"}}]}";

static void import_words(const char *const *words, size_t count)
{
    static const struct import_options options = {.allow_ending = true};
    struct import *import = import_new();
    struct import_target target;
    struct error error = ERROR_INIT;
    ledger_import_target(f->ledger.ledger, &target);
    if (import_source_run(import, words, count, &target, &options, &error) != 0)
        fail_msg("%s", error.message);
    assert_int_equal(import_get_summary(import)->refused, 0);
    import_free(import);
}

static void import_document(const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/given.json", f->ledger.folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    const char *const words[] = {"hsds", path};
    import_words(words, 2);
    unlink(path);
}

static int group_setup(void **state)
{
    (void)state;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    server_fixture_open(f);
    import_document(first_list);
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    server_fixture_close(f);
    curl_global_cleanup();
    return 0;
}

/* What a path answers, without a token. */
static json_t *get(const char *path)
{
    const struct call call = {.path = path};
    return server_json(f, &call);
}

/* The ids of a list, joined. */
static void expect_ids(const char *path, const char *expected)
{
    json_t *page = get(path);
    char ids[256] = "";
    size_t index;
    json_t *item;
    json_array_foreach(json_object_get(page, "contents"), index, item)
        snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "%s%s", index ? " " : "",
                 json_text_or(item, "id", "?"));
    if (strcmp(ids, expected) != 0)
        fail_msg("%s gives \"%s\", not \"%s\"", path, ids, expected);
    json_decref(page);
}

static void expect_text(const char *path, const char *expected)
{
    json_t *value = get(path);
    json_t *wanted = json_loads(expected, 0, NULL);
    assert_non_null(wanted);
    if (!json_equal(value, wanted)) {
        char *text = json_dumps(value, JSON_COMPACT);
        fail_msg("%s gives %s", path, text);
    }
    json_decref(wanted);
    json_decref(value);
}

static void test_describes_itself(void **state)
{
    (void)state;
    json_t *base = get("/hsds/");
    assert_string_equal(json_text_or(base, "version", ""), "3.0");
    assert_non_null(strstr(json_text_or(base, "profile", ""), "https://docs.openreferral.org/"));
    assert_non_null(strstr(json_text_or(base, "openapi_url", ""), "/openapi.json"));
    assert_memory_equal(json_text_or(base, "openapi_url", ""), "http://127.0.0.1:", 17);
    json_decref(base);
}

static void test_lists_are_pages(void **state)
{
    (void)state;
    expect_text(
        "/hsds/services?per_page=1&page=2",
        "{\"total_items\":2,\"total_pages\":2,\"page_number\":2,\"size\":1,\"first_page\":false,"
        "\"last_page\":true,\"empty\":false,\"contents\":[{\"id\":\"s2\",\"name\":\"Legal aid\","
        "\"status\":\"active\",\"last_modified\":\"2999-01-01T00:00:00.000Z\","
        "\"organization\":{\"id\":\"o2\",\"name\":\"Justice\",\"description\":\"d\"}}]}");
    expect_text(
        "/hsds/services?page=3&per_page=1",
        "{\"total_items\":2,\"total_pages\":2,\"page_number\":3,\"size\":0,\"first_page\":false,"
        "\"last_page\":true,\"empty\":true,\"contents\":[]}");
    expect_text(
        "/hsds/services?search=nothing",
        "{\"total_items\":0,\"total_pages\":0,\"page_number\":1,\"size\":0,\"first_page\":true,"
        "\"last_page\":true,\"empty\":true,\"contents\":[]}");
    expect_ids("/hsds/services", "s1 s2");
    expect_ids("/hsds/organizations", "o1 o2");
    expect_ids("/hsds/service_at_locations", "sl1");
    expect_ids("/hsds/taxonomies", "x");
    expect_ids("/hsds/taxonomy_terms", "t1 t2");
}

/* Each entity by id comes out as it went in. */
static void test_entities_are_whole(void **state)
{
    (void)state;
    json_t *list = json_loads(first_list, 0, NULL);
    json_t *service = get("/hsds/services/s1");
    assert_true(json_equal(service, json_array_get(json_object_get(list, "contents"), 0)));
    json_t *full = get("/hsds/services?full=true");
    assert_true(json_equal(service, json_array_get(json_object_get(full, "contents"), 0)));
    json_decref(full);
    json_decref(service);
    json_decref(list);
    expect_text("/hsds/taxonomies/x",
                "{\"id\":\"x\",\"name\":\"AIRS\",\"description\":\"d\",\"version\":\"1\"}");
    expect_text("/hsds/taxonomy_terms/t2",
                "{\"id\":\"t2\",\"name\":\"Bread\",\"code\":\"BD-1\",\"description\":\"d\","
                "\"parent_id\":\"t1\",\"taxonomy_detail\":{\"id\":\"x\",\"name\":\"AIRS\","
                "\"description\":\"d\",\"version\":\"1\"}}");
    json_t *organization = get("/hsds/organizations/o1");
    const json_t *its = json_array_get(json_object_get(organization, "services"), 0);
    assert_string_equal(json_text_or(its, "id", ""), "s1");
    assert_null(json_object_get(its, "organization"));
    assert_int_equal(json_array_size(json_object_get(its, "phones")), 1);
    json_decref(organization);
    json_t *place = get("/hsds/service_at_locations/sl1");
    assert_string_equal(json_text_or(json_object_get(place, "location"), "id", ""), "l1");
    const json_t *there = json_object_get(place, "service");
    assert_string_equal(json_text_or(json_object_get(there, "organization"), "id", ""), "o1");
    assert_null(json_object_get(there, "service_at_locations"));
    json_decref(place);
}

static void test_filters_add_up(void **state)
{
    (void)state;
    expect_ids("/hsds/services?search=EPICERIE", "s1");
    expect_ids("/hsds/services?search=mois%20banq", "s1");
    expect_ids("/hsds/services?search=anque", "");
    expect_ids("/hsds/services?organization_id=o2", "s2");
    expect_ids("/hsds/services?organization_id=o2&search=banque", "");
    expect_ids("/hsds/services?taxonomy_term_id=t1", "s1");
    expect_ids("/hsds/services?taxonomy_id=x", "s1");
    expect_ids("/hsds/services?taxonomy_id=x&taxonomy_term_id=t2", "");
    expect_ids("/hsds/service_at_locations?taxonomy_term_id=t1&organization_id=o1", "sl1");
    expect_ids("/hsds/service_at_locations?organization_id=o2", "");
    expect_ids("/hsds/taxonomy_terms?top_only=true", "t1");
    expect_ids("/hsds/taxonomy_terms?parent_id=t1", "t2");
    expect_ids("/hsds/taxonomy_terms?taxonomy_id=y", "");
    expect_ids("/hsds/organizations?search=just", "o2");
    json_t *page = get("/hsds/organizations?full_service=true&search=moisson");
    const json_t *organization = json_array_get(json_object_get(page, "contents"), 0);
    assert_int_equal(json_array_size(json_object_get(organization, "services")), 1);
    json_decref(page);
}

/* Increments: what changed here counts, however old its publisher says it is. */
static void test_increments_lose_nothing(void **state)
{
    (void)state;
    char path[128];
    char now[TIMESTAMP_SIZE];
    expect_ids("/hsds/services?modified_after=2020-01-02", "s1 s2");
    expect_ids("/hsds/services?modified_after=2998-12-31T23:59:59Z", "s2");
    expect_ids("/hsds/services?modified_after=2999-01-01T00:00:00.001Z", "");
    json_t *page = get("/hsds/services?minimal=true");
    const json_t *item = json_array_get(json_object_get(page, "contents"), 1);
    assert_int_equal(json_object_size(item), 2);
    assert_string_equal(json_text_or(item, "last_modified", ""), "2999-01-01T00:00:00.000Z");
    json_decref(page);

    /* A change made after the server started to serve is told by the next answer. */
    timestamp_format(clock_system(NULL) + 1, now);
    usleep(5000);
    import_document("{\"id\":\"s3\",\"name\":\"New\",\"status\":\"active\",\"last_modified\":"
                    "\"2001-01-01T00:00:00.000Z\"}");
    snprintf(path, sizeof path, "/hsds/services?modified_after=%s", now);
    expect_ids(path, "s2 s3");
    expect_ids("/hsds/services", "s1 s2 s3");
    /* What ended is told as gone. */
    import_document(first_list);
    json_t *gone = get("/hsds/services/s3");
    assert_string_equal(json_text_or(gone, "status", ""), "defunct");
    json_decref(gone);
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        long status;
        const char *code;
    } cases[] = {
        {"/hsds/services/none", 404, "not-found"},
        {"/hsds/organizations/s1", 404, "not-found"},
        {"/hsds/places", 404, "not-found"},
        {"/hsds/services?page=0", 400, "bad-parameter"},
        {"/hsds/services?page=x", 400, "bad-parameter"},
        {"/hsds/services?page=99999999999999999999", 400, "bad-parameter"},
        {"/hsds/services?per_page=101", 400, "bad-parameter"},
        {"/hsds/services?per_page=-1", 400, "bad-parameter"},
        {"/hsds/services?full=yes", 400, "bad-parameter"},
        {"/hsds/services?modified_after=yesterday", 400, "bad-parameter"},
        {"/hsds/services?search=%FF", 400, "bad-parameter"},
        {"/hsds/service_at_locations?postcode=G1R", 400, "bad-parameter"},
        {"/hsds/services?format=ndjson", 400, "bad-parameter"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct call call = {.path = cases[i].path};
        server_expect_problem(f, &call, cases[i].status, cases[i].code);
    }
    const struct call post = {.path = "/hsds/services", .method = "POST", .body = "{}"};
    server_expect_problem(f, &post, 405, "method-not-allowed");
}

/* The sample's own services, in the language asked for; agents are nobody's business. */
static void test_serves_the_sample(void **state)
{
    (void)state;
    char folder[4200];
    char path[96];
    const char *top = getenv("abs_top_srcdir");
    snprintf(folder, sizeof folder, "%s/app/sample", top ? top : ".");
    const char *const words[] = {"sample", folder};
    import_words(words, 2);
    struct id id = id_from_key("service", "sample/birth-certificate");
    snprintf(path, sizeof path, "/hsds/services/%s", id.text);
    json_t *english = get(path);
    assert_string_equal(json_text_or(english, "name", ""),
                        "Birth certificate or copy of an act of birth");
    assert_string_equal(json_text_or(english, "status", ""), "active");
    assert_non_null(json_object_get(english, "organization"));
    assert_int_equal(strlen(json_text_or(english, "last_modified", "")), 24);
    json_decref(english);
    const struct call call = {.path = path, .headers = {"Accept-Language: fr-CA, en;q=0.5"}};
    json_t *french = server_json(f, &call);
    assert_string_equal(json_text_or(french, "name", ""),
                        "Certificat ou copie d’acte de naissance");
    json_decref(french);
    const struct call all = {.path = "/hsds/services?full=true&per_page=100"};
    struct answer answer;
    server_call(f, &all, &answer);
    assert_int_equal(answer.status, 200);
    assert_null(strstr(answer.body, "\"login\""));
    assert_null(strstr(answer.body, "anne2"));
    assert_true(json_integer_or(answer.json, "total_items", 0) > 60);
    answer_clear(&answer);
}

/* Whoever asks much waits or is told to come back; everybody else is served meanwhile. */
static void test_many_ask_at_once(void **state)
{
    (void)state;
    enum { MANY = 120 };
    static const char ask[] = "GET /hsds/services?full=true&per_page=100 HTTP/1.1\r\n"
                              "Host: x\r\nConnection: close\r\n\r\n";
    struct pollfd lines[MANY];
    char heads[MANY][16] = {0};
    size_t open = MANY;
    size_t told = 0;
    size_t sent_back = 0;
    for (size_t i = 0; i < MANY; i++) {
        lines[i] = (struct pollfd){.fd = server_socket(f), .events = POLLIN};
        assert_int_equal(write(lines[i].fd, ask, sizeof ask - 1), sizeof ask - 1);
    }
    const struct call well = {.path = "/healthz"};
    json_decref(server_json(f, &well));
    /* All are read as their answers come: who lets one wait for long is cut off. */
    while (open > 0) {
        assert_true(poll(lines, MANY, -1) > 0);
        for (size_t i = 0; i < MANY; i++) {
            char answer[65536];
            ssize_t got = lines[i].revents == 0 ? -1 : read(lines[i].fd, answer, sizeof answer);

            if (lines[i].revents == 0)
                continue;
            if (got >= 12 && heads[i][0] == '\0')
                memcpy(heads[i], answer, 12);
            if (got > 0)
                continue;
            close(lines[i].fd);
            lines[i].fd = -1;
            open--;
        }
    }
    for (size_t i = 0; i < MANY; i++) {
        told += strcmp(heads[i], "HTTP/1.1 200") == 0;
        sent_back += strcmp(heads[i], "HTTP/1.1 503") == 0;
    }
    assert_int_equal(told + sent_back, MANY);
    assert_true(told > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_describes_itself),        cmocka_unit_test(test_lists_are_pages),
        cmocka_unit_test(test_entities_are_whole),      cmocka_unit_test(test_filters_add_up),
        cmocka_unit_test(test_increments_lose_nothing), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_serves_the_sample),       cmocka_unit_test(test_many_ask_at_once),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
