/* HSDS 3.0 in and out, field by field: the standard's own examples, and what we export. */
#include "tests/unit/hsds_fixture.h"

#include "forms/schema.h"

static const char *const documents[] = {
    "hsds/service_full.json",       "hsds/organization_full.json",
    "hsds/location.json",           "hsds/service_at_location_full.json",
    "hsds/service_list.json",       "hsds/organization_list.json",
    "hsds/taxonomy.json",           "hsds/service_at_location_list.json",
    "hsds/taxonomy_list.json",      "hsds/taxonomy_term.json",
    "hsds/taxonomy_term_list.json",
};

static void need_data(void)
{
    char path[4200];
    if (shared_path(path, "hsds"))
        return;
    print_message("no shared data: skipped\n");
    skip();
}

static json_t *document_load(const char *name)
{
    char path[4200];
    json_error_t error;
    shared_path(path, name);
    json_t *document = json_load_file(path, 0, &error);
    if (!document)
        fail_msg("%s: %s", path, error.text);
    return document;
}

/* What comes out of a document that holds one entity, taken to the entity. */
static void expect_document(const char *name, const char *list)
{
    struct place place;
    char path[4200];
    place_open(&place);
    shared_path(path, name);
    place_import_hsds(&place, path);
    json_t *in = document_load(name);
    json_t *out = place_document(&place);
    const json_t *entity =
        json_object_get(in, "contents") ? json_array_get(json_object_get(in, "contents"), 0) : in;
    expect_equal(entity, json_array_get(json_object_get(out, list), 0), name);
    json_decref(in);
    json_decref(out);
    place_close(&place);
}

static void test_documents_come_out_as_they_went_in(void **state)
{
    (void)state;
    need_data();
    expect_document("hsds/service_full.json", "contents");
    expect_document("hsds/service_list.json", "contents");
    expect_document("hsds/location.json", "locations");
    expect_document("hsds/organization_list.json", "organizations");
    expect_document("hsds/taxonomy.json", "taxonomies");
    expect_document("hsds/taxonomy_list.json", "taxonomies");
    expect_document("hsds/taxonomy_term.json", "taxonomy_terms");
    expect_document("hsds/taxonomy_term_list.json", "taxonomy_terms");
}

/* An organization or place is told within its service: swap the two to compare. */
static void test_organizations_and_places_come_out_whole(void **state)
{
    (void)state;
    need_data();
    struct place place;
    char path[4200];
    place_open(&place);
    shared_path(path, "hsds/organization_full.json");
    place_import_hsds(&place, path);
    json_t *in = document_load("hsds/organization_full.json");
    json_t *out = place_document(&place);
    json_t *service = json_array_get(json_object_get(out, "contents"), 0);
    json_t *expected = json_array_get(json_object_get(in, "services"), 0);
    json_t *organization = json_copy(in);
    json_object_del(organization, "services");
    json_object_set_new(expected, "organization", organization);
    expect_equal(expected, service, "organization");
    json_decref(in);
    json_decref(out);
    place_close(&place);

    place_open(&place);
    shared_path(path, "hsds/service_at_location_full.json");
    place_import_hsds(&place, path);
    in = document_load("hsds/service_at_location_full.json");
    out = place_document(&place);
    service = json_array_get(json_object_get(out, "contents"), 0);
    expected = json_object_get(in, "service");
    json_incref(expected);
    json_object_del(in, "service");
    json_object_set_new(expected, "service_at_locations", json_pack("[O]", in));
    expect_equal(expected, service, "service_at_location");
    json_decref(expected);
    json_decref(in);
    json_decref(out);
    place_close(&place);
}

/* JSON in, tables out, tables in, JSON out: the same document. */
static void test_documents_survive_the_tables(void **state)
{
    (void)state;
    need_data();
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        struct place first;
        struct place second;
        char path[4200];
        char package[128];
        place_open(&first);
        place_open(&second);
        shared_path(path, documents[i]);
        place_import_hsds(&first, path);
        place_export(&first, "hsds-csv", "en", package);
        place_import_hsds(&second, package);
        json_t *before = place_document(&first);
        json_t *after = place_document(&second);
        expect_equal(before, after, documents[i]);
        json_decref(before);
        json_decref(after);
        place_close(&first);
        place_close(&second);
    }
}

static void expect_package(const char *given, const char *made)
{
    DIR *directory = opendir(given);
    const struct dirent *entry;
    size_t tables = 0;
    assert_non_null(directory);
    while ((entry = readdir(directory))) {
        char path[4500];
        const char *dot = strrchr(entry->d_name, '.');
        if (!dot || strcmp(dot, ".csv") != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", given, entry->d_name);
        json_t *expected = table_read(path);
        snprintf(path, sizeof path, "%s/%s", made, entry->d_name);
        json_t *found = table_read(path);
        expect_equal(expected, found, entry->d_name);
        json_decref(expected);
        json_decref(found);
        tables++;
    }
    closedir(directory);
    assert_int_equal(tables, 21);
}

static void test_tables_come_out_as_they_went_in(void **state)
{
    (void)state;
    need_data();
    struct place place;
    struct place second;
    char given[4200];
    char made[128];
    place_open(&place);
    place_open(&second);
    shared_path(given, "hsds/csv");
    place_import_hsds(&place, given);
    place_export(&place, "hsds-csv", "en", made);
    expect_package(given, made);
    /* And through JSON. */
    place_export(&place, "hsds-json", "en", made);
    place_import_hsds(&second, made);
    place_export(&second, "hsds-csv", "en", made);
    expect_package(given, made);
    /* The same package again changes nothing. */
    place_import_hsds(&place, given);
    assert_int_equal(import_get_summary(place.import)->unchanged,
                     import_get_summary(place.import)->records);
    place_close(&place);
    place_close(&second);
}

/* The description that every package needs names each table and its columns. */
static void test_a_package_describes_itself(void **state)
{
    (void)state;
    need_data();
    struct place place;
    char path[4200];
    char made[128];
    place_open(&place);
    shared_path(path, "hsds/csv");
    place_import_hsds(&place, path);
    place_export(&place, "hsds-csv", "en", made);
    snprintf(path, sizeof path, "%s/datapackage.json", made);
    json_t *package = json_load_file(path, 0, NULL);
    assert_string_equal(json_text_or(package, "profile", ""), "tabular-data-package");
    const json_t *resources = json_object_get(package, "resources");
    assert_int_equal(json_array_size(resources), 21);
    for (size_t i = 0; i < json_array_size(resources); i++) {
        const json_t *resource = json_array_get(resources, i);
        const json_t *fields = json_object_get(json_object_get(resource, "schema"), "fields");
        struct csv_reader *csv;
        snprintf(path, sizeof path, "%s/%s", made, json_text_or(resource, "path", ""));
        assert_int_equal(csv_open(&csv, path, NULL, NULL), 0);
        assert_int_equal(csv_column_count(csv), json_array_size(fields));
        for (size_t j = 0; j < json_array_size(fields); j++)
            assert_string_equal(csv_column_name(csv, j),
                                json_text_or(json_array_get(fields, j), "name", ""));
        csv_close(csv);
    }
    json_decref(package);
    /* Nothing is overwritten. */
    const struct export_options options = {.language = "en"};
    size_t count;
    struct error error = ERROR_INIT;
    assert_int_equal(export_run(place.catalogue, "hsds-csv", made, &options, &count, &error),
                     ERROR_CONFLICT);
    assert_non_null(strstr(error.message, "the folder is not empty"));
    snprintf(path, sizeof path, "%s.new", made);
    assert_int_not_equal(access(path, F_OK), 0);
    place_close(&place);
}

/* --- what becomes of it in the catalogue ---------------------------------------------------------
 */

static void test_a_service_can_be_searched_and_read(void **state)
{
    (void)state;
    need_data();
    struct place place;
    char path[4200];
    struct record *record;
    place_open(&place);
    shared_path(path, "hsds/service_full.json");
    place_import_hsds(&place, path);
    assert_int_equal(catalogue_get_by_key(place.catalogue, RECORD_SERVICE,
                                          "hsds/ac148810-d857-441c-9679-408f346de14b", &record,
                                          &place.error),
                     0);
    const json_t *body = record->body;
    assert_string_equal(json_localised(json_object_get(body, "title"), "en"),
                        "Community Counselling");
    assert_string_equal(
        json_localised(json_object_get(json_object_get(body, "owner"), "title"), "en"),
        "Example Organization Inc.");
    assert_string_equal(json_localised(json_object_get(body, "program"), "en"),
                        "Community Mental Health Support");
    const char *description = json_localised(json_object_get(body, "description"), "en");
    assert_non_null(strstr(description, "\n\nEligibility: This service is intended for"));
    assert_non_null(strstr(description, "\n\nFees: Non-NHS patients"));
    assert_string_equal(json_text_or(json_object_get(body, "source"), "confirmed", ""),
                        "2023-03-15");
    assert_int_equal(json_array_size(json_object_get(body, "documents")), 1);
    const json_t *channels = json_object_get(body, "channels");
    assert_string_equal(json_text_or(json_array_get(channels, 0), "channel", ""), "counter");
    assert_string_equal(json_text_or(json_array_get(channels, 1), "channel", ""), "phone");
    assert_string_equal(json_localised(json_object_get(json_array_get(channels, 1), "how"), "en"),
                        "\"+44 1234 234567\" x100");
    assert_true(json_is_true(json_object_get(body, "fee")));
    record_free(record);
    /* Its location is at latitude 100: nobody can go there, so it is kept, but is no office. */
    assert_int_equal(catalogue_count(place.catalogue, RECORD_OFFICE, NULL), 0);
    assert_int_equal(catalogue_count(place.catalogue, RECORD_DIRECTORY, NULL), 4);
    place_close(&place);
}

/* Imports a document given as text. */
static int import_text_document(struct place *place, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/given.json", place->folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    const char *const words[] = {"hsds", path, "211-test", "fr", NULL};
    return place_import(place, words);
}

static void test_a_place_becomes_an_office(void **state)
{
    (void)state;
    struct place place;
    struct record *record;
    place_open(&place);
    assert_int_equal(
        import_text_document(
            &place,
            "{\"id\":\"s1\",\"name\":\"Banque alimentaire\",\"status\":\"active\","
            "\"cost_options\":[{\"id\":\"c1\",\"amount\":2.5,\"currency\":\"CAD\","
            "\"attributes\":[{\"id\":\"a1\",\"value\":\"counter\",\"taxonomy_term\":{\"id\":\"t1\","
            "\"code\":\"channel\",\"name\":\"channel\",\"description\":\"d\"}}]}],"
            "\"service_at_locations\":[{\"id\":\"sl1\",\"location\":{\"id\":\"l1\","
            "\"location_type\":\"physical\",\"name\":\"Centre\",\"latitude\":46.8,"
            "\"longitude\":-71.2,\"addresses\":[{\"id\":\"a\",\"address_1\":\"12, rue X\","
            "\"city\":\"Québec\",\"state_province\":\"QC\",\"postal_code\":\"G1R 4P5\","
            "\"country\":\"CA\",\"address_type\":\"physical\"}],\"schedules\":[{\"id\":\"h1\","
            "\"freq\":\"WEEKLY\",\"byday\":\"MO,WE\",\"opens_at\":\"08:30\",\"closes_at\":"
            "\"16:00-05:00\"}],\"languages\":[{\"id\":\"g1\",\"code\":\"fr\"}],"
            "\"phones\":[{\"id\":\"p1\",\"number\":\"418 555-0101\"}]}}]}"),
        0);
    assert_int_equal(
        catalogue_get_by_key(place.catalogue, RECORD_OFFICE, "211-test/l1", &record, &place.error),
        0);
    char *hours = json_dumps(json_object_get(record->body, "hours"), JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(hours, "{\"mon\":[\"08:30-16:00\"],\"wed\":[\"08:30-16:00\"]}");
    free(hours);
    assert_string_equal(json_localised(json_object_get(record->body, "address"), "fr"),
                        "12, rue X, Québec, QC");
    assert_string_equal(record_text(record, "postal_code"), "G1R 4P5");
    assert_string_equal(record_text(record, "phone"), "418 555-0101");
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(record->body, "services"), 0)),
        "211-test/s1");
    record_free(record);
    assert_int_equal(
        catalogue_get_by_key(place.catalogue, RECORD_SERVICE, "211-test/s1", &record, &place.error),
        0);
    const json_t *counter = json_array_get(json_object_get(record->body, "channels"), 0);
    assert_int_equal(json_integer_or(json_object_get(counter, "fee"), "amount", -1), 250);
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(record->body, "offices"), 0)),
        "211-test/l1");
    record_free(record);
    place_close(&place);
}

/* A list that names all there is ends what it no longer names; a part of a list does not. */
static void test_a_whole_list_ends_what_it_leaves_out(void **state)
{
    (void)state;
    struct place place;
    place_open(&place);
    const char *const both = "{\"total_pages\":1,\"contents\":["
                             "{\"id\":\"a\",\"name\":\"A\",\"status\":\"active\"},"
                             "{\"id\":\"b\",\"name\":\"B\",\"status\":\"active\"}]}";
    assert_int_equal(import_text_document(&place, both), 0);
    assert_int_equal(import_get_summary(place.import)->added, 2);
    assert_int_equal(
        import_text_document(&place, "{\"id\":\"a\",\"name\":\"A\",\"status\":\"active\"}"), 0);
    assert_int_equal(import_get_summary(place.import)->ended, 0);
    assert_int_equal(import_text_document(&place,
                                          "{\"total_pages\":1,\"contents\":["
                                          "{\"id\":\"a\",\"name\":\"A\",\"status\":\"active\"}]}"),
                     0);
    assert_int_equal(import_get_summary(place.import)->ended, 1);
    json_t *document = place_document(&place);
    assert_string_equal(
        json_text_or(json_array_get(json_object_get(document, "contents"), 1), "status", ""),
        "defunct");
    json_decref(document);
    /* And a publisher says so by its status. */
    assert_int_equal(
        import_text_document(&place, "{\"id\":\"a\",\"name\":\"A\",\"status\":\"inactive\"}"), 0);
    assert_int_equal(import_get_summary(place.import)->ended, 1);
    place_close(&place);
}

/* --- what we export ------------------------------------------------------------------------------
 */

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
        json_t *expected = json_deep_copy(json_object_get(here->body, same[i]));
        /* HSDS has the documents in one language. */
        size_t index;
        json_t *document;
        json_array_foreach(expected, index, document) json_object_del(document, "en");
        expect_equal(expected, json_object_get(there->body, same[i]), same[i]);
        json_decref(expected);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documents_come_out_as_they_went_in),
        cmocka_unit_test(test_organizations_and_places_come_out_whole),
        cmocka_unit_test(test_documents_survive_the_tables),
        cmocka_unit_test(test_tables_come_out_as_they_went_in),
        cmocka_unit_test(test_a_package_describes_itself),
        cmocka_unit_test(test_a_service_can_be_searched_and_read),
        cmocka_unit_test(test_a_place_becomes_an_office),
        cmocka_unit_test(test_a_whole_list_ends_what_it_leaves_out),
        cmocka_unit_test(test_the_sample_goes_out_as_hsds),
        cmocka_unit_test(test_the_inventory_goes_out_as_hsds),
        cmocka_unit_test(test_our_own_words_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
