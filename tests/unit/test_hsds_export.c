/* What we export as HSDS 3.0: what the standard requires of it, and what comes back of it. */
#include "tests/unit/hsds_fixture.h"

#include "forms/schema.h"

/* What the standard requires of each object of its compiled (nested) schemas, and the words that it
 * allows; written after its schema reference. */
static const char schema_text[] =
    "{\"$defs\":{"
    "\"id\":{\"type\":\"string\",\"format\":\"uuid\"},"
    "\"place\":{\"enum\":[\"physical\",\"postal\",\"virtual\"]},"
    "\"metadata\":{\"required\":[\"id\",\"last_action_date\",\"last_action_type\",\"field_name\","
    "\"previous_value\",\"replacement_value\",\"updated_by\"]},"
    "\"taxonomy\":{\"required\":[\"id\",\"name\",\"description\"],\"properties\":{\"id\":{\"$ref\":"
    "\"#/$defs/id\"}}},"
    "\"term\":{\"required\":[\"id\",\"name\",\"description\"],\"properties\":{\"id\":{\"$ref\":"
    "\"#/$defs/id\"},\"code\":{\"type\":\"string\"},\"taxonomy_detail\":{\"$ref\":"
    "\"#/$defs/taxonomy\"}}},"
    "\"attribute\":{\"required\":[\"id\"],\"properties\":{\"id\":{\"$ref\":\"#/$defs/id\"},"
    "\"value\":{\"type\":\"string\"},\"taxonomy_term\":{\"$ref\":\"#/$defs/term\"}}},"
    "\"attributes\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/attribute\"}},"
    "\"organization\":{\"type\":\"object\",\"required\":[\"id\",\"name\",\"description\"],"
    "\"properties\":{\"id\":{\"$ref\":\"#/$defs/id\"},\"name\":{\"type\":\"string\"}}},"
    "\"program\":{\"type\":\"object\",\"required\":[\"id\",\"name\",\"description\"]},"
    "\"phone\":{\"required\":[\"id\",\"number\"],\"properties\":{\"id\":{\"$ref\":\"#/$defs/id\"},"
    "\"extension\":{\"type\":\"number\"}}},"
    "\"address\":{\"required\":[\"id\",\"address_1\",\"city\",\"state_province\",\"postal_code\","
    "\"country\",\"address_type\"],\"properties\":{\"id\":{\"$ref\":\"#/$defs/id\"},"
    "\"city\":{\"minLength\":2},\"state_province\":{\"minLength\":2},\"postal_code\":{\"minLength\""
    ":6},\"country\":{\"pattern\":\"^[A-Z]{2}$\"},\"address_type\":{\"$ref\":\"#/$defs/place\"}}},"
    "\"schedule\":{\"required\":[\"id\"],\"properties\":{\"id\":{\"$ref\":\"#/$defs/id\"},"
    "\"freq\":{\"enum\":[\"WEEKLY\",\"MONTHLY\"]},\"opens_at\":{\"pattern\":"
    "\"^[0-9]{2}:[0-9]{2}$\"},\"byday\":{\"type\":\"string\"}}},"
    "\"location\":{\"type\":\"object\",\"required\":[\"id\",\"location_type\"],\"properties\":{"
    "\"id\":{\"$ref\":\"#/$defs/id\"},\"location_type\":{\"$ref\":\"#/$defs/place\"},"
    "\"latitude\":{\"type\":\"number\"},\"longitude\":{\"type\":\"number\"},"
    "\"addresses\":{\"items\":{\"$ref\":\"#/$defs/address\"}},"
    "\"phones\":{\"items\":{\"$ref\":\"#/$defs/phone\"}},"
    "\"schedules\":{\"items\":{\"$ref\":\"#/$defs/schedule\"}},"
    "\"languages\":{\"items\":{\"required\":[\"id\"]}},"
    "\"accessibility\":{\"items\":{\"required\":[\"id\"]}}}},"
    "\"cost\":{\"required\":[\"id\"],\"properties\":{\"id\":{\"$ref\":\"#/$defs/id\"},"
    "\"amount\":{\"type\":\"number\"},\"currency\":{\"pattern\":\"^[A-Za-z]{3}$\"},"
    "\"attributes\":{\"$ref\":\"#/$defs/attributes\"}}},"
    "\"service\":{\"type\":\"object\",\"required\":[\"id\",\"name\",\"status\",\"organization\"],"
    "\"properties\":{\"id\":{\"$ref\":\"#/$defs/"
    "id\"},\"name\":{\"type\":\"string\",\"minLength\":1}"
    ",\"description\":{\"type\":\"string\"},\"url\":{\"type\":\"string\",\"format\":\"uri\"},"
    "\"status\":{\"enum\":[\"active\",\"inactive\",\"defunct\",\"temporarily closed\"]},"
    "\"assured_date\":{\"format\":\"date\"},\"organization\":{\"$ref\":\"#/$defs/organization\"},"
    "\"program\":{\"$ref\":\"#/$defs/program\"},\"attributes\":{\"$ref\":\"#/$defs/attributes\"},"
    "\"cost_options\":{\"items\":{\"$ref\":\"#/$defs/cost\"}},"
    "\"required_documents\":{\"items\":{\"required\":[\"id\",\"document\"]}},"
    "\"metadata\":{\"items\":{\"$ref\":\"#/$defs/metadata\"}},"
    "\"service_at_locations\":{\"items\":{\"required\":[\"id\",\"location\"],\"properties\":{"
    "\"id\":{\"$ref\":\"#/$defs/id\"},\"location\":{\"$ref\":\"#/$defs/location\"}}}}}}},"
    "\"required\":[\"total_items\",\"total_pages\",\"page_number\",\"size\",\"first_page\","
    "\"last_page\",\"empty\",\"contents\"],"
    "\"properties\":{\"contents\":{\"type\":\"array\",\"minItems\":1,\"items\":{\"$ref\":"
    "\"#/$defs/service\"}},\"locations\":{\"items\":{\"$ref\":\"#/$defs/location\"}},"
    "\"organizations\":{\"items\":{\"$ref\":\"#/$defs/organization\"}}}}";

static void expect_valid(const json_t *document)
{
    json_error_t error;
    json_t *definition = json_loads(schema_text, 0, &error);
    struct schema_result *result = schema_result_new();
    struct schema *schema;
    struct error why = ERROR_INIT;
    if (!definition)
        fail_msg("%d: %s", error.position, error.text);
    if (schema_compile(&schema, definition, NULL, &why) != 0)
        fail_msg("%s", why.message);
    const json_t *contents = json_object_get(document, "contents");
    json_t *page = json_copy((json_t *)(uintptr_t)document);
    /* One service at a time: the validator bounds the work of one answer. */
    for (size_t i = 0; i < json_array_size(contents); i++) {
        json_object_set_new(page, "contents", json_pack("[O]", json_array_get(contents, i)));
        if (i == 1) {
            json_object_del(page, "locations");
            json_object_del(page, "organizations");
        }
        if (schema_validate(schema, page, NULL, result, &why) != 0) {
            char text[300];
            schema_message(schema_result_error(result, 0), "en", text, sizeof text);
            char *service = json_dumps(json_array_get(contents, i), 0);
            fail_msg("%s: %s: %s: %.600s", why.message,
                     schema_result_error(result, 0)->instance_location, text, service);
        }
    }
    json_decref(page);
    schema_free(schema);
    schema_result_free(result);
    json_decref(definition);
}

/* All ids of a document are unique in their table, and all links lead somewhere. */
static void expect_package_links(const char *folder)
{
    static const char *const links[][3] = {
        {"services.csv", "organization_id", "organizations.csv"},
        {"service_at_location.csv", "service_id", "services.csv"},
        {"service_at_location.csv", "location_id", "locations.csv"},
        {"cost_options.csv", "service_id", "services.csv"},
        {"attributes.csv", "taxonomy_term_id", "taxonomy_terms.csv"},
        {"addresses.csv", "location_id", "locations.csv"},
    };
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        char path[300];
        snprintf(path, sizeof path, "%s/%s", folder, links[i][0]);
        json_t *from = table_read(path);
        snprintf(path, sizeof path, "%s/%s", folder, links[i][2]);
        json_t *to = table_read(path);
        const char *id;
        json_t *row;
        assert_true(json_object_size(from) > 0);
        json_object_foreach(from, id, row)
        {
            if (!json_object_get(to, json_text_or(row, links[i][1], "")))
                fail_msg("%s: %s: %s \"%s\"", links[i][0], id, links[i][1],
                         json_text_or(row, links[i][1], ""));
        }
        json_decref(from);
        json_decref(to);
    }
}

static void sample_import(struct place *place)
{
    char folder[4200];
    const char *top = getenv("abs_top_srcdir");
    snprintf(folder, sizeof folder, "%s/app/sample", top ? top : ".");
    const char *const words[] = {"sample", folder, NULL};
    if (place_import(place, words) != 0)
        fail_msg("%s", place->error.message);
}

static void test_the_sample_goes_out_as_hsds(void **state)
{
    (void)state;
    struct place place;
    char package[128];
    place_open(&place);
    sample_import(&place);
    json_t *document = place_document(&place);
    assert_true(json_array_size(json_object_get(document, "contents")) > 60);
    expect_valid(document);
    json_decref(document);
    place_export(&place, "hsds-csv", "fr", package);
    expect_package_links(package);
    place_close(&place);
}

static void test_the_inventory_goes_out_as_hsds(void **state)
{
    (void)state;
    struct place place;
    char services[4200];
    char standards[4200];
    need_data();
    place_open(&place);
    shared_path(services, "gc-service-inventory/services-2023-2024.csv");
    shared_path(standards, "gc-service-inventory/standards-2023-2024.csv");
    const char *const words[] = {"gc-service-inventory", services, standards, NULL};
    if (place_import(&place, words) != 0)
        fail_msg("%s", place.error.message);
    json_t *document = place_document(&place);
    assert_int_equal(json_array_size(json_object_get(document, "contents")), 1716);
    expect_valid(document);
    json_decref(document);
    place_close(&place);
}

/* What another Guichet makes of our export: the attributes bring back what HSDS cannot say. */
static void test_our_own_words_come_back(void **state)
{
    (void)state;
    struct place place;
    struct place other;
    char path[128];
    struct record *here;
    struct record *there;
    char key[128];
    place_open(&place);
    place_open(&other);
    sample_import(&place);
    place_export(&place, "hsds-json", "fr", path);
    const char *const words[] = {"hsds", path, "voisin", "fr", NULL};
    if (place_import(&other, words) != 0)
        fail_msg("%s", other.error.message);
    assert_int_equal(import_get_summary(other.import)->refused, 0);
    assert_int_equal(catalogue_get_by_key(place.catalogue, RECORD_SERVICE,
                                          "sample/birth-certificate", &here, &place.error),
                     0);
    snprintf(key, sizeof key, "voisin/%s", here->id.text);
    assert_int_equal(
        catalogue_get_by_key(other.catalogue, RECORD_SERVICE, key, &there, &other.error), 0);
    static const char *const same[] = {"title",    "level",     "identity",
                                       "audience", "documents", "keywords"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        expect_equal(json_object_get(here->body, same[i]), json_object_get(there->body, same[i]),
                     same[i]);
    }
    size_t index;
    json_t *channel;
    json_array_foreach(json_object_get(here->body, "channels"), index, channel)
    {
        const json_t *found = NULL;
        size_t at;
        json_t *each;
        json_array_foreach(json_object_get(there->body, "channels"), at, each)
        {
            if (strcmp(json_text_or(each, "channel", ""), json_text_or(channel, "channel", "")) ==
                0)
                found = each;
        }
        assert_true(
            json_equal(json_object_get(found, "available"), json_object_get(channel, "available")));
        if (json_object_get(channel, "fee"))
            expect_equal(json_object_get(channel, "fee"), json_object_get(found, "fee"), "fee");
    }
    record_free(here);
    record_free(there);
    /* A moved service still leads to its successor. */
    struct id id = id_from_key("service", "sample/pension-counter");
    struct id successor = id_from_key("service", "sample/retirement-pension");
    char end[128];
    snprintf(key, sizeof key, "voisin/%s", id.text);
    snprintf(end, sizeof end, "voisin/%s", successor.text);
    assert_int_equal(
        catalogue_get_by_key(other.catalogue, RECORD_SERVICE, key, &there, &other.error), 0);
    assert_string_equal(record_text(there, "moved_to"), end);
    record_free(there);
    place_close(&place);
    place_close(&other);
}

/* --- our own catalogue, out and in again -------------------------------------------------------
 */

struct coming {
    struct place *other;
    enum record_type type;
    size_t count;
};

/* Full keys in place of short ones, and those of the other catalogue in place of ours where HSDS
 * has rows for what they lead to. */
static json_t *reference_of(const struct record *record, const json_t *reference,
                            enum record_type type)
{
    char key[RECORD_KEY_SIZE];
    char there[RECORD_KEY_SIZE];
    record_full_key(record, json_string_value(reference), key);
    if (type == RECORD_NONE)
        return json_string(key);
    struct id id = id_from_key(record_type_name(type), key);
    snprintf(there, sizeof there, "voisin/%s", id.text);
    return json_string(there);
}

static void references_set(const struct record *record, json_t *body, const char *member,
                           enum record_type type)
{
    json_t *value = json_object_get(body, member);
    for (size_t i = 0; i < json_array_size(value); i++)
        json_array_set_new(value, i, reference_of(record, json_array_get(value, i), type));
    if (json_is_string(value))
        json_object_set_new(body, member, reference_of(record, value, type));
}

/* What has to be there of a record from here, member by member. */
static int expect_came(void *context, const struct record *here)
{
    struct coming *coming = context;
    struct record *there;
    char key[128];
    if (here->type == RECORD_OFFICE && json_is_true(json_object_get(here->body, "ended")))
        return 0;
    snprintf(key, sizeof key, "voisin/%s", here->id.text);
    if (catalogue_get_by_key(coming->other->catalogue, coming->type, key, &there,
                             &coming->other->error) != 0)
        fail_msg("%s has not come", record_text(here, "key"));
    json_t *body = json_deep_copy(here->body);
    references_set(here, body, "offices", RECORD_OFFICE);
    references_set(here, body, "services", RECORD_SERVICE);
    references_set(here, body, "related", RECORD_SERVICE);
    references_set(here, body, "moved_to", RECORD_SERVICE);
    references_set(here, body, "forms", RECORD_NONE);
    references_set(here, body, "events", RECORD_NONE);
    references_set(here, body, "calendar", RECORD_NONE);
    size_t index;
    json_t *channel;
    json_array_foreach(json_object_get(body, "channels"), index, channel)
        references_set(here, json_object_get(channel, "schedule"), "calendar", RECORD_NONE);
    expect_equal(json_object_get(json_object_get(body, "source"), "confirmed"),
                 json_object_get(json_object_get(there->body, "source"), "confirmed"), key);
    json_object_del(body, "key");
    json_object_del(body, "source");
    json_object_del(there->body, "key");
    json_object_del(there->body, "source");
    json_object_del(there->body, "hsds");
    expect_equal(body, there->body, record_text(here, "key"));
    json_decref(body);
    record_free(there);
    coming->count++;
    return 0;
}

static void expect_all_comes_back(struct place *place, const char *format, size_t least)
{
    struct place other;
    struct coming coming = {.other = &other};
    char path[128];
    place_open(&other);
    place_export(place, format, "fr", path);
    const char *const words[] = {"hsds", path, "voisin", "fr", NULL};
    if (place_import(&other, words) != 0)
        fail_msg("%s", other.error.message);
    assert_int_equal(import_get_summary(other.import)->refused, 0);
    static const enum record_type types[] = {RECORD_SERVICE, RECORD_OFFICE};
    for (size_t i = 0; i < 2; i++) {
        coming.type = types[i];
        assert_int_equal(
            catalogue_each(place->catalogue, types[i], expect_came, &coming, &place->error), 0);
    }
    assert_true(coming.count >= least);
    place_close(&other);
}

/* Nothing that Guichet knows of a service or an office is lost on the way through HSDS. */
static void test_the_sample_comes_back_whole(void **state)
{
    (void)state;
    struct place place;
    place_open(&place);
    sample_import(&place);
    expect_all_comes_back(&place, "hsds-json", 65);
    expect_all_comes_back(&place, "hsds-csv", 65);
    place_close(&place);
}

/* What such an attribute may not do: be no JSON, say what a body cannot have, or take over the key,
 * the source or an end. The rest of the row is read as ever. */
static void test_a_false_member_does_no_harm(void **state)
{
    (void)state;
    static const char *const values[] = {
        "{",
        "7",
        "[]",
        "{'channels': 'all'}",
        "{'nudge': {'fr': '\\u001b]52;c;eA'}}",
        "{'key': 'sample/x', 'source': {}, 'hsds': {}, 'ended': true, 'moved_to': 'x', 'odd': 1}",
        "{'confirmed': 'yesterday'}",
        "{'related': ['b', 7]}",
        "{'summary': {'en': 'All well.'}}"};
    struct place place;
    struct record *record;
    char path[160];
    place_open(&place);
    json_t *attributes = json_array();
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char id[16];
        char value[128];
        snprintf(id, sizeof id, "a-%zu", i);
        snprintf(value, sizeof value, "%s", values[i]);
        for (char *at = value; *at; at++)
            *at = *at == '\'' ? '"' : *at;
        json_array_append_new(attributes,
                              json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:s}}", "id", id, "value",
                                        value, "taxonomy_term", "id", "t", "code", "record-member",
                                        "name", "record-member", "description", "x"));
    }
    json_t *service =
        json_pack("{s:s, s:s, s:s, s:s, s:{s:s, s:s, s:s}, s:o}", "id", "s-1", "name", "One",
                  "status", "active", "assured_date", "2026-05-01", "organization", "id", "o-1",
                  "name", "O", "description", "O", "attributes", attributes);
    snprintf(path, sizeof path, "%s/one.json", place.folder);
    assert_int_equal(json_dump_file(service, path, 0), 0);
    json_decref(service);
    const char *const words[] = {"hsds", path, "voisin", "en", NULL};
    if (place_import(&place, words) != 0)
        fail_msg("%s", place.error.message);
    assert_int_equal(import_get_summary(place.import)->refused, 0);
    assert_int_equal(
        catalogue_get_by_key(place.catalogue, RECORD_SERVICE, "voisin/s-1", &record, NULL), 0);
    assert_string_equal(json_localised(json_object_get(record->body, "summary"), "en"),
                        "All well.");
    assert_string_equal(json_text_or(json_object_get(record->body, "source"), "confirmed", ""),
                        "2026-05-01");
    static const char *const none[] = {"nudge", "ended", "moved_to", "odd", "related", "channels"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        if (json_object_get(record->body, none[i]))
            fail_msg("%s was taken", none[i]);
    record_free(record);
    place_close(&place);
}

/* A move that leads nowhere is seen at the end only: the remark still says where the row stands. */
static void test_a_refusal_says_where_it_stands(void **state)
{
    (void)state;
    static const char term[] = "\"taxonomy_term\": {\"id\": \"t\", \"code\": \"moved-to\","
                               " \"name\": \"moved-to\", \"description\": \"x\"}";
    static const char organization[] =
        "\"organization\": {\"id\": \"o\", \"name\": \"O\", \"description\": \"O\"}";
    struct place place;
    const struct import_remark *remark;
    char path[128];
    place_open(&place);
    snprintf(path, sizeof path, "%s/list.json", place.folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "[{\"id\": \"s-1\", \"name\": \"One\", \"status\": \"active\", %s},"
            " {\"id\": \"s-2\", \"name\": \"Two\", \"status\": \"defunct\", %s,"
            " \"attributes\": [{\"id\": \"a\", \"value\": \"nowhere\", %s}]}]",
            organization, organization, term);
    assert_int_equal(fclose(file), 0);
    const char *const words[] = {"hsds", path, NULL};
    if (place_import(&place, words) != 0)
        fail_msg("%s", place.error.message);
    assert_int_equal(import_remark_count(place.import), 1);
    remark = import_get_remark(place.import, 0);
    assert_int_equal(remark->severity, IMPORT_REFUSED);
    assert_string_equal(remark->file, "list.json: /1");
    place_close(&place);
    /* In a table it is the line, with one of two lines before it. */
    static const char *const tables[][2] = {
        {"services.csv", "id,organization_id,name,status\ns-1,o,\"One\nand a half\",active\n"
                         "s-2,o,Two,defunct\n"},
        {"organizations.csv", "id,name,description\no,O,O\n"},
        {"attributes.csv", "id,link_id,taxonomy_term_id,link_entity,value\n"
                           "a,s-2,t,service,nowhere\n"},
        {"taxonomy_terms.csv", "id,code,name,description\nt,moved-to,moved-to,x\n"},
    };
    char folder[128];
    place_open(&place);
    snprintf(folder, sizeof folder, "%s/tables", place.folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        char name[256];
        snprintf(name, sizeof name, "%s/%s", folder, tables[i][0]);
        file = fopen(name, "w");
        assert_non_null(file);
        fputs(tables[i][1], file);
        assert_int_equal(fclose(file), 0);
    }
    const char *const package[] = {"hsds", folder, NULL};
    if (place_import(&place, package) != 0)
        fail_msg("%s", place.error.message);
    size_t refused = 0;
    for (size_t i = 0; i < import_remark_count(place.import); i++) {
        remark = import_get_remark(place.import, i);
        if (remark->severity != IMPORT_REFUSED)
            continue;
        refused++;
        assert_string_equal(remark->file, "services.csv");
        assert_int_equal(remark->line, 4);
    }
    assert_int_equal(refused, 1);
    place_close(&place);
}

static void test_the_inventory_comes_back_whole(void **state)
{
    (void)state;
    struct place place;
    char services[4200];
    char standards[4200];
    need_data();
    place_open(&place);
    shared_path(services, "gc-service-inventory/services-2023-2024.csv");
    shared_path(standards, "gc-service-inventory/standards-2023-2024.csv");
    const char *const words[] = {"gc-service-inventory", services, standards, NULL};
    if (place_import(&place, words) != 0)
        fail_msg("%s", place.error.message);
    expect_all_comes_back(&place, "hsds-json", 1716);
    place_close(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_sample_goes_out_as_hsds),
        cmocka_unit_test(test_the_inventory_goes_out_as_hsds),
        cmocka_unit_test(test_our_own_words_come_back),
        cmocka_unit_test(test_the_sample_comes_back_whole),
        cmocka_unit_test(test_a_false_member_does_no_harm),
        cmocka_unit_test(test_a_refusal_says_where_it_stands),
        cmocka_unit_test(test_the_inventory_comes_back_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
