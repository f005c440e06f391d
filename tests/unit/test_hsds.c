/* HSDS 3.0 in and out, field by field: the standard's own examples, and what becomes of them. */
#include "tests/unit/hsds_fixture.h"

static const char *const documents[] = {
    "hsds/service_full.json",       "hsds/organization_full.json",
    "hsds/location.json",           "hsds/service_at_location_full.json",
    "hsds/service_list.json",       "hsds/organization_list.json",
    "hsds/taxonomy.json",           "hsds/service_at_location_list.json",
    "hsds/taxonomy_list.json",      "hsds/taxonomy_term.json",
    "hsds/taxonomy_term_list.json",
};

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
    /* The same package again, also named by its description, changes nothing. */
    char description[4300];
    snprintf(description, sizeof description, "%s/datapackage.json", given);
    place_import_hsds(&place, description);
    assert_int_equal(import_get_summary(place.import)->unchanged, 8);
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
    assert_memory_equal(description, "Alert: Following COVID-19", 25);
    assert_non_null(strstr(description, "\n\nCounselling Services provided by"));
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

static void file_write(const struct place *place, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", place->folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* What the standard does not know is kept as well: members, tables, words of its own. */
static void test_what_nobody_knows_comes_back(void **state)
{
    (void)state;
    struct place place;
    char folder[128];
    char path[256];
    char made[128];
    static const char document[] =
        "{\"id\":\"s\",\"name\":\"n\",\"status\":\"active\",\"@type\":\"Service\",\"@service_id\":"
        "\"odd\",\"additional_urls\":[{\"id\":\"u\",\"url\":\"http://a.example\"}],\"none\":null,"
        "\"phones\":[],\"large\":12345678901234,\"half\":0.1,\"yes\":true,\"organization_id\":"
        "\"o\","
        "\"organization\":{\"id\":\"o\",\"name\":\"o\",\"description\":\"\"}}";
    place_open(&place);
    assert_int_equal(import_text_document(&place, document), 0);
    assert_int_equal(import_remark_count(place.import), 0);
    json_t *in = json_loads(document, 0, NULL);
    json_t *out = place_document(&place);
    expect_equal(in, json_array_get(json_object_get(out, "contents"), 0), "document");
    json_decref(in);
    json_decref(out);
    place_close(&place);

    place_open(&place);
    snprintf(folder, sizeof folder, "%s/package", place.folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    file_write(&place, "package/services.csv",
               "id,name,status,@type,colour,organization_id\ns,n,active,Service,red,gone\n");
    file_write(&place, "package/bed_counts.csv", "id,service_id,beds\nb,s,012\n");
    file_write(&place, "package/service_at_locations.csv", "id,service_id\nsl,s\n");
    file_write(&place, "package/notes.csv", "text\nno ids here\n");
    file_write(&place, "package/datapackage.json", "../../datapackage.json");
    const char *const words[] = {"hsds", folder, NULL};
    assert_int_equal(place_import(&place, words), 0);
    assert_int_equal(import_remark_count(place.import), 1);
    assert_string_equal(import_get_remark(place.import, 0)->file, "notes.csv");
    assert_int_equal(import_get_summary(place.import)->refused, 1);
    place_export(&place, "hsds-csv", "en", made);
    snprintf(path, sizeof path, "%s/services.csv", made);
    json_t *rows = table_read(path);
    const json_t *row = json_object_get(rows, "s");
    assert_string_equal(json_text_or(row, "@type", ""), "Service");
    assert_string_equal(json_text_or(row, "colour", ""), "red");
    assert_string_equal(json_text_or(row, "organization_id", ""), "gone");
    json_decref(rows);
    snprintf(path, sizeof path, "%s/bed_counts.csv", made);
    rows = table_read(path);
    assert_string_equal(json_text_or(json_object_get(rows, "b"), "beds", ""), "012");
    json_decref(rows);
    place_close(&place);
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
        cmocka_unit_test(test_what_nobody_knows_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
