/* Catalogues made to do harm, through every importer: refused or made harmless, and said so;
 * nothing goes in halfway. */
#include "tests/unit/hsds_fixture.h"

#include "app/import_fields.h"
#include "app/text.h"

#define ESCAPES                                                                                    \
    "Per\x1b[2Jmis\x07 \xe2\x80\xaetimrep\xe2\x80\xac\xe2\x80\x8b\x7f\xc2\x9b"                     \
    "31m"
#define HARMLESS "Per[2Jmis timrep31m"

#define INVENTORY_HEADER                                                                           \
    "fiscal_yr,service_id,service_name_en,service_name_fr,service_description_en,"                 \
    "service_description_fr,client_target_groups,program_name_en,program_name_fr,service_fee,"     \
    "os_account_registration,os_authentication,os_application,os_decision,os_issuance,"            \
    "os_issue_resolution_feedback,num_applications_by_phone,num_applications_online,"              \
    "num_applications_in_person,num_applications_by_mail,num_applications_by_email,"               \
    "num_applications_by_fax,num_applications_by_other,service_uri_en,service_uri_fr,owner_org,"   \
    "owner_org_title\n"
#define STANDARDS_HEADER                                                                           \
    "fiscal_yr,service_id,service_standard_id,service_standard_en,service_standard_fr,type,"       \
    "channel,target,volume_meeting_target,total_volume\n"

/* The ways in: each makes its input of a title, a description and keywords, and imports it. */
struct way {
    const char *name;
    bool json;     /* reads JSON */
    bool keywords; /* has keywords of its own */
    int (*import)(struct place *place, const char *title, const char *description,
                  const char *keyword, size_t keywords);
    const char *key; /* of the service */
};

static void file_make(struct place *place, const char *name, const struct text_buffer *text,
                      char path[256])
{
    snprintf(path, 256, "%s/%s", place->folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text->bytes, 1, text->length, file), text->length);
    fclose(file);
}

/* A text in JSON, byte for byte but for what JSON cannot have. */
static void json_add(struct text_buffer *text, const char *value)
{
    text_buffer_add_text(text, "\"");
    for (; *value; value++)
        if ((unsigned char)*value < 0x20 || *value == '"' || *value == '\\')
            text_buffer_add_format(text, "\\u%04x", *value);
        else
            text_buffer_add(text, value, 1);
    text_buffer_add_text(text, "\"");
}

static int inventory_import(struct place *place, const char *title, const char *description,
                            const char *keyword, size_t keywords)
{
    char services[256];
    char standards[256];
    struct text_buffer text = {0};
    (void)keyword;
    (void)keywords;
    text_buffer_add_format(&text, "%s%s", INVENTORY_HEADER,
                           "2023-2024,SRV0,Good,Bon,d,d,PERSON,,,N,"
                           "N,N,N,N,N,N,1,1,1,1,1,1,1,,,o,O | O\n");
    text_buffer_add_format(&text, "2023-2024,SRV1,\"%s\",\"%s\",", title, title);
    text_buffer_add_format(&text, "\"%s\",\"%s\"", description, description);
    text_buffer_add_text(&text, ",PERSON,,,N,N,N,N,N,N,N,1,1,1,1,1,1,1,,,org,Org | Org\n");
    file_make(place, "services.csv", &text, services);
    text_buffer_clear(&text);
    text_buffer_add_text(&text, STANDARDS_HEADER);
    file_make(place, "standards.csv", &text, standards);
    text_buffer_free(&text);
    const char *const words[] = {"gc-service-inventory", services, standards, NULL};
    return place_import(place, words);
}

static int csv_import(struct place *place, const char *title, const char *description,
                      const char *keyword, size_t keywords)
{
    char path[256];
    struct text_buffer text = {0};
    text_buffer_add_format(
        &text, "key,title_fr,description_fr,keywords_fr\ngood,Bon,d,k\nbad,\"%s\",", title);
    text_buffer_add_format(&text, "\"%s\",\"", description);
    for (size_t i = 0; i < keywords; i++)
        text_buffer_add_format(&text, "%s%zu;", keyword, i);
    text_buffer_add_text(&text, "\"\n");
    file_make(place, "given.csv", &text, path);
    text_buffer_free(&text);
    const char *const words[] = {"csv", path, NULL};
    return place_import(place, words);
}

static int hsds_import(struct place *place, const char *title, const char *description,
                       const char *keyword, size_t keywords)
{
    char path[256];
    struct text_buffer text = {0};
    text_buffer_add_text(&text, "[{\"id\":\"good\",\"name\":\"Bon\",\"status\":\"active\"},"
                                "{\"id\":\"bad\",\"status\":\"active\",\"name\":");
    json_add(&text, title);
    text_buffer_add_text(&text, ",\"description\":");
    json_add(&text, description);
    text_buffer_add_text(&text, ",\"attributes\":[");
    for (size_t i = 0; i < keywords; i++) {
        text_buffer_add_format(&text,
                               "%s{\"id\":\"a%zu\",\"taxonomy_term\":{\"id\":\"t%zu\","
                               "\"description\":\"d\",\"name\":",
                               i ? "," : "", i, i);
        json_add(&text, keyword);
        text_buffer_add_text(&text, "}}");
    }
    text_buffer_add_text(&text, "]}]");
    file_make(place, "given.json", &text, path);
    text_buffer_free(&text);
    const char *const words[] = {"hsds", path, NULL};
    return place_import(place, words);
}

static int package_import(struct place *place, const char *title, const char *description,
                          const char *keyword, size_t keywords)
{
    char path[256];
    char folder[128];
    struct text_buffer text = {0};
    (void)keyword;
    (void)keywords;
    snprintf(folder, sizeof folder, "%s/package", place->folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    text_buffer_add_format(&text, "id,name,description,status\ngood,Bon,d,active\nbad,\"%s\",",
                           title);
    text_buffer_add_format(&text, "\"%s\",active\n", description);
    file_make(place, "package/services.csv", &text, path);
    text_buffer_free(&text);
    const char *const words[] = {"hsds", folder, NULL};
    return place_import(place, words);
}

/* Makes way for another package in the same folder. */
static void rmdir_package(const struct place *place)
{
    char path[128];
    snprintf(path, sizeof path, "%s/package/services.csv", place->folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/package", place->folder);
    rmdir(path);
}

static int sample_import(struct place *place, const char *title, const char *description,
                         const char *keyword, size_t keywords)
{
    static const char *const empty[] = {"forms",     "offices",     "agents",        "queues",
                                        "calendars", "life-events", "questionnaires"};
    char path[256];
    struct text_buffer text = {0};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s.json", empty[i]);
        text_buffer_clear(&text);
        text_buffer_add_text(&text, "{\"confirmed\":\"2026-11-01\",\"records\":[]}");
        file_make(place, name, &text, path);
    }
    text_buffer_clear(&text);
    text_buffer_add_text(&text,
                         "{\"confirmed\":\"2026-11-01\",\"records\":[{\"id\":\"good\",\"title\":"
                         "{\"fr\":\"Bon\"}},{\"id\":\"bad\",\"title\":{\"fr\":");
    json_add(&text, title);
    text_buffer_add_text(&text, "},\"description\":{\"fr\":");
    json_add(&text, description);
    text_buffer_add_text(&text, "},\"keywords\":{\"fr\":[");
    for (size_t i = 0; i < keywords; i++) {
        text_buffer_add_text(&text, i ? "," : "");
        json_add(&text, keyword);
    }
    text_buffer_add_text(&text, "]}}]}");
    file_make(place, "services.json", &text, path);
    text_buffer_free(&text);
    const char *const words[] = {"sample", place->folder, NULL};
    return place_import(place, words);
}

static const struct way ways[] = {
    {"inventory", false, false, inventory_import, "gc-service-inventory/SRV1"},
    {"csv", false, true, csv_import, "csv/bad"},
    {"hsds", true, true, hsds_import, "hsds/bad"},
    {"package", false, false, package_import, "hsds/bad"},
    {"sample", true, true, sample_import, "sample/bad"},
};

#define WAY_COUNT (sizeof ways / sizeof ways[0])

/* True when some remark or the error says this. */
static bool was_said(const struct place *place, const char *words)
{
    for (size_t i = 0; i < import_remark_count(place->import); i++)
        if (strstr(import_get_remark(place->import, i)->reason, words))
            return true;
    return strstr(place->error.message, words) != NULL;
}

/* Nothing that must never reach a terminal is in the texts of a record; what it came with (hsds) is
 * looked at as well. */
static void expect_safe(const json_t *value, const char *way)
{
    const char *name;
    json_t *member;
    size_t index;
    if (json_is_string(value) && !import_text_is_safe(json_string_value(value)))
        fail_msg("%s lets in: %s", way, json_string_value(value));
    json_object_foreach((json_t *)(uintptr_t)value, name, member) expect_safe(member, way);
    json_array_foreach((json_t *)(uintptr_t)value, index, member) expect_safe(member, way);
}

static int record_look(void *context, const struct record *record)
{
    expect_safe(record->body, context);
    return 0;
}

static void expect_all_safe(struct place *place, const char *way)
{
    catalogue_each(place->catalogue, RECORD_SERVICE, record_look, (void *)(uintptr_t)way, NULL);
    catalogue_each(place->catalogue, RECORD_DIRECTORY, record_look, (void *)(uintptr_t)way, NULL);
}

/* The service is refused, alone or with all there is; never half of it. */
static void expect_kept_out(struct place *place, const struct way *way, int code)
{
    struct record *record;
    assert_int_equal(
        catalogue_get_by_key(place->catalogue, RECORD_SERVICE, way->key, &record, NULL),
        ERROR_NOT_FOUND);
    if (code < 0) {
        assert_int_equal(catalogue_count(place->catalogue, RECORD_NONE, NULL), 0);
    } else {
        assert_true(import_get_summary(place->import)->refused > 0);
        assert_true(catalogue_count(place->catalogue, RECORD_SERVICE, NULL) == 1);
    }
}

static void test_control_characters_never_get_in(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAY_COUNT; i++) {
        struct place place;
        struct record *record;
        place_open(&place);
        int code = ways[i].import(&place, ESCAPES, "d " ESCAPES, ESCAPES, ways[i].keywords ? 1 : 0);
        if (!was_said(&place, "control or invisible characters"))
            fail_msg("%s says nothing", ways[i].name);
        expect_all_safe(&place, ways[i].name);
        if (code == 0 && catalogue_get_by_key(place.catalogue, RECORD_SERVICE, ways[i].key, &record,
                                              NULL) == 0) {
            assert_string_equal(json_localised(json_object_get(record->body, "title"), "fr"),
                                HARMLESS);
            record_free(record);
        } else {
            expect_kept_out(&place, &ways[i], code);
        }
        place_close(&place);
    }
}

static void test_a_megabyte_of_description_is_refused(void **state)
{
    (void)state;
    char *large = malloc(1024 * 1024 + 1);
    memset(large, 'x', 1024 * 1024);
    large[1024 * 1024] = '\0';
    for (size_t i = 0; i < WAY_COUNT; i++) {
        struct place place;
        place_open(&place);
        int code = ways[i].import(&place, "Bon", large, "k", 1);
        if (!was_said(&place, "bytes"))
            fail_msg("%s says: %s", ways[i].name, place.error.message);
        expect_kept_out(&place, &ways[i], code);
        place_close(&place);
    }
    free(large);
}

/* A field just over what a field may have, in a record that could hold it. */
static void test_a_long_field_is_refused(void **state)
{
    (void)state;
    char *large = malloc(64 * 1024 + 2);
    memset(large, 'x', 64 * 1024 + 1);
    large[64 * 1024 + 1] = '\0';
    for (size_t i = 0; i < WAY_COUNT; i++) {
        struct place place;
        if (ways[i].import != hsds_import && ways[i].import != package_import)
            continue;
        place_open(&place);
        int code = ways[i].import(&place, "Bon", large, "k", 1);
        if (!was_said(&place, "65536"))
            fail_msg("%s says: %s", ways[i].name, place.error.message);
        expect_kept_out(&place, &ways[i], code);
        /* One byte less goes in, whole. */
        large[64 * 1024] = '\0';
        rmdir_package(&place);
        assert_int_equal(ways[i].import(&place, "Bon", large, "k", 1), 0);
        struct record *record;
        assert_int_equal(
            catalogue_get_by_key(place.catalogue, RECORD_SERVICE, ways[i].key, &record, NULL), 0);
        const json_t *row =
            json_array_get(json_object_get(json_object_get(record->body, "hsds"), "services"), 0);
        assert_int_equal(json_string_length(json_object_get(row, "description")), 64 * 1024);
        record_free(record);
        large[64 * 1024] = 'x';
        place_close(&place);
    }
    free(large);
}

static void test_broken_utf8_is_refused(void **state)
{
    (void)state;
    static const char *const broken[] = {"\xff", "\xc3", "a\xed\xa0\x80z", "\xc0\xaf",
                                         "\xf4\x90\x80\x80"};
    for (size_t i = 0; i < WAY_COUNT; i++)
        for (size_t j = 0; j < sizeof broken / sizeof broken[0]; j++) {
            struct place place;
            place_open(&place);
            int code = ways[i].import(&place, broken[j], "d", "k", 1);
            assert_true(code < 0);
            if (!was_said(&place, ways[i].json ? ".json" : "not UTF-8"))
                fail_msg("%s says: %s", ways[i].name, place.error.message);
            assert_int_equal(catalogue_count(place.catalogue, RECORD_NONE, NULL), 0);
            place_close(&place);
        }
}

static void test_ten_thousand_keywords_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAY_COUNT; i++) {
        struct place place;
        if (!ways[i].keywords)
            continue;
        place_open(&place);
        int code = ways[i].import(&place, "Bon", "d", "keyword", 10000);
        if (!was_said(&place, "over 2000 keywords") && !was_said(&place, "a record has at most"))
            fail_msg("%s says: %s", ways[i].name, place.error.message);
        expect_kept_out(&place, &ways[i], code);
        place_close(&place);
    }
}

/* --- circles, through the importers that can say "moved" (import_moves.h tells the rest)
 * ------------ */

static void expect_circle(struct place *place, int code, size_t good)
{
    if (code != 0)
        fail_msg("%s", place->error.message);
    assert_true(was_said(place, "moved_to: the moves go in a circle"));
    assert_int_equal(import_get_summary(place->import)->refused, 2);
    assert_int_equal(catalogue_count(place->catalogue, RECORD_SERVICE, NULL), good);
}

static void test_circles_are_refused(void **state)
{
    (void)state;
    struct place place;
    char path[256];
    struct text_buffer text = {0};
    place_open(&place);
    text_buffer_add_text(&text, "key,title_fr,moved_to\na,A,b\nb,B,a\nc,C,\n");
    file_make(&place, "given.csv", &text, path);
    const char *const csv[] = {"csv", path, NULL};
    expect_circle(&place, place_import(&place, csv), 1);
    place_close(&place);

    place_open(&place);
    text_buffer_clear(&text);
    text_buffer_add_text(&text, "[");
    for (size_t i = 0; i < 2; i++)
        text_buffer_add_format(
            &text,
            "{\"id\":\"s%zu\",\"name\":\"S\",\"status\":\"defunct\","
            "\"attributes\":[{\"id\":\"a%zu\",\"value\":\"s%zu\","
            "\"taxonomy_term\":{\"id\":\"t\",\"code\":\"moved-to\",\"name\":\"m\","
            "\"description\":\"d\"}}]},",
            i, i, 1 - i);
    text_buffer_add_text(&text, "{\"id\":\"c\",\"name\":\"C\",\"status\":\"active\"}]");
    file_make(&place, "given.json", &text, path);
    const char *const hsds[] = {"hsds", path, NULL};
    expect_circle(&place, place_import(&place, hsds), 1);
    place_close(&place);

    /* Of the sample, by taking its services file and turning two services to one another. */
    place_open(&place);
    assert_int_equal(sample_import(&place, "Bon", "d", "k", 1), 0);
    text_buffer_clear(&text);
    text_buffer_add_text(
        &text,
        "{\"confirmed\":\"2026-11-02\",\"records\":[{\"id\":\"good\",\"title\":{\"fr\":\"Bon\"},"
        "\"moved_to\":\"bad\"},{\"id\":\"bad\",\"title\":{\"fr\":\"Mal\"},\"moved_to\":"
        "\"good\"}]}");
    file_make(&place, "services.json", &text, path);
    const char *const sample[] = {"sample", place.folder, NULL};
    expect_circle(&place, place_import(&place, sample), 2);
    struct record *record;
    assert_int_equal(
        catalogue_get_by_key(place.catalogue, RECORD_SERVICE, "sample/bad", &record, NULL), 0);
    assert_string_equal(record_text(record, "moved_to"), "");
    record_free(record);
    place_close(&place);
    text_buffer_free(&text);
}

/* --- HSDS documents that are no documents
 * ----------------------------------------------------------- */

static void test_odd_documents_do_no_harm(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int code;
        const char *words;
    } cases[] = {
        {"", ERROR_INVALID, "given.json"},
        {"[", ERROR_INVALID, "given.json"},
        {"7", ERROR_INVALID, "not a document of HSDS 3.0"},
        {"{}", ERROR_INVALID, "neither an entity of HSDS 3.0 nor a list"},
        {"{\"id\":\"x\"}", 0, "not an entity of HSDS 3.0"},
        {"[7]", 0, "not an entity of HSDS 3.0"},
        {"{\"contents\":[{\"name\":\"x\",\"status\":\"active\"}]}", 0, "not an entity"},
        {"{\"services\":[{\"name\":\"x\"}]}", 0, "id: missing or not a text"},
        {"{\"services\":[{\"id\":7}]}", 0, "id: missing or not a text"},
        {"{\"services\":[{\"id\":\"\\u200b\"}]}", 0, "id: only invisible characters"},
        {"{\"../../tmp/x.csv\":[{\"id\":\"a\"}]}", ERROR_INVALID,
         "a list whose name cannot be that of a table"},
        {"{\"id\":\"s\",\"status\":\"active\",\"name\":\"n\",\"phones\":[7,{\"id\":\"p\"}]}", 0,
         "phones/0: not an object"},
        {"{\"id\":\"s\",\"status\":\"strange\"}", 0, "is no word of the standard"},
        {"{\"id\":\"s\",\"status\":\"active\",\"\\u001b[2J\":\"x\"}", 0,
         "a name: control or invisible characters dropped"},
        {"{\"id\":\"s\",\"status\":\"active\"}", 0, "service: name: missing"},
        {"{\"services\":[{\"id\":\"a\",\"name\":\"x\"},{\"id\":\"a\",\"name\":\"y\"}]}", 0,
         "name: said otherwise before; what was said first is used"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct place place;
        char path[256];
        struct text_buffer text = {0};
        place_open(&place);
        text_buffer_add_text(&text, cases[i].text);
        if (text.length == 0)
            text_buffer_add(&text, "", 0);
        text_buffer_add_text(&text, "\n");
        file_make(&place, "given.json", &text, path);
        text_buffer_free(&text);
        const char *const words[] = {"hsds", path, NULL};
        int code = place_import(&place, words);
        if (code != cases[i].code || !was_said(&place, cases[i].words))
            fail_msg("%s: %d, %s", cases[i].text, code, place.error.message);
        place_close(&place);
    }
}

/* Rows that hang on themselves and on one another end somewhere. */
static void test_rows_in_circles_do_no_harm(void **state)
{
    (void)state;
    struct place place;
    char path[256];
    struct text_buffer text = {0};
    place_open(&place);
    text_buffer_add_text(
        &text,
        "{\"services.csv\":[{\"id\":\"s\",\"name\":\"n\",\"status\":\"active\",\"organization_id\":"
        "\"o\"}],"
        "\"organizations.csv\":[{\"id\":\"o\",\"name\":\"o\",\"description\":\"d\","
        "\"parent_organization_id\":\"o\"}],"
        "\"contacts.csv\":[{\"id\":\"c\",\"organization_id\":\"o\"}],"
        "\"phones.csv\":[{\"id\":\"p\",\"number\":\"1\",\"contact_id\":\"c\",\"organization_id\":"
        "\"o\"}],"
        "\"attributes.csv\":[{\"id\":\"a\",\"link_id\":\"a\",\"link_entity\":\"attribute\","
        "\"taxonomy_term_id\":\"t\"},{\"id\":\"b\",\"link_id\":\"m\",\"link_entity\":\"metadata\"}]"
        ","
        "\"metadata.csv\":[{\"id\":\"m\",\"resource_id\":\"b\",\"resource_type\":\"attribute\"}],"
        "\"taxonomy_terms.csv\":[{\"id\":\"t\",\"name\":\"t\",\"description\":\"d\",\"parent_id\":"
        "\"t\"}]}");
    file_make(&place, "given.json", &text, path);
    text_buffer_free(&text);
    const char *const words[] = {"hsds", path, NULL};
    assert_int_equal(place_import(&place, words), 0);
    assert_int_equal(import_get_summary(place.import)->refused, 0);
    char package[128];
    place_export(&place, "hsds-csv", "en", package);
    snprintf(path, sizeof path, "%s/attributes.csv", package);
    json_t *attributes = table_read(path);
    assert_int_equal(json_object_size(attributes), 2);
    assert_string_equal(json_text_or(json_object_get(attributes, "a"), "link_id", ""), "a");
    json_decref(attributes);
    json_t *document = place_document(&place);
    json_decref(document);
    place_close(&place);
}

static void test_publishers_cannot_take_the_place_of_others(void **state)
{
    (void)state;
    static const char *const names[] = {"sample",   "gc-service-inventory", "csv", "", "a/b", "É",
                                        "Majuscule"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct place place;
        place_open(&place);
        const char *const words[] = {"hsds", "/nonexistent", names[i], NULL};
        assert_int_equal(place_import(&place, words), ERROR_INVALID);
        assert_true(was_said(&place, "cannot name a publisher"));
        place_close(&place);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_control_characters_never_get_in),
        cmocka_unit_test(test_a_megabyte_of_description_is_refused),
        cmocka_unit_test(test_a_long_field_is_refused),
        cmocka_unit_test(test_broken_utf8_is_refused),
        cmocka_unit_test(test_ten_thousand_keywords_are_refused),
        cmocka_unit_test(test_circles_are_refused),
        cmocka_unit_test(test_odd_documents_do_no_harm),
        cmocka_unit_test(test_rows_in_circles_do_no_harm),
        cmocka_unit_test(test_publishers_cannot_take_the_place_of_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
