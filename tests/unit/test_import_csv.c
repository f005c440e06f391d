/* Our own CSV of services: out and in again, and what is refused by row and column. */
#include "tests/unit/hsds_fixture.h"

#include "app/catalogue_csv.h"

struct comparing {
    struct place *other;
    size_t compared;
};

/* Each service is in the other catalogue, word for word. */
static int service_compare(void *context, const struct record *record)
{
    struct comparing *comparing = context;
    struct record *found;
    struct error error = ERROR_INIT;
    if (catalogue_get(comparing->other->catalogue, RECORD_SERVICE, &record->id, &found, &error) !=
        0)
        fail_msg("%s is lost", record_text(record, "key"));
    expect_equal(record->body, found->body, record_text(record, "key"));
    record_free(found);
    comparing->compared++;
    return 0;
}

static void import_or_fail(struct place *place, const char *const *words)
{
    if (place_import(place, words) != 0)
        fail_msg("%s", place->error.message);
}

static size_t round_trip(struct place *place)
{
    struct place other;
    char path[128];
    struct comparing comparing = {.other = &other};
    place_open(&other);
    place_export(place, "csv", "en", path);
    const char *const words[] = {"csv", path, NULL};
    import_or_fail(&other, words);
    assert_int_equal(import_get_summary(other.import)->refused, 0);
    assert_int_equal(import_get_summary(other.import)->repaired, 0);
    catalogue_each(place->catalogue, RECORD_SERVICE, service_compare, &comparing, NULL);
    assert_int_equal(catalogue_count(other.catalogue, RECORD_SERVICE, NULL), comparing.compared);
    place_close(&other);
    return comparing.compared;
}

static void test_the_sample_comes_back(void **state)
{
    (void)state;
    struct place place;
    char folder[4200];
    const char *top = getenv("abs_top_srcdir");
    place_open(&place);
    snprintf(folder, sizeof folder, "%s/app/sample", top ? top : ".");
    const char *const words[] = {"sample", folder, NULL};
    import_or_fail(&place, words);
    assert_true(round_trip(&place) > 60);
    place_close(&place);
}

static void test_inventory_and_hsds_come_back(void **state)
{
    (void)state;
    struct place place;
    char services[4200];
    char standards[4200];
    char hsds[4200];
    if (!shared_path(services, "gc-service-inventory/services-2023-2024.csv") ||
        !shared_path(standards, "gc-service-inventory/standards-2023-2024.csv") ||
        !shared_path(hsds, "hsds/service_full.json")) {
        print_message("no shared data: skipped\n");
        skip();
    }
    place_open(&place);
    const char *const inventory[] = {"gc-service-inventory", services, standards, NULL};
    import_or_fail(&place, inventory);
    place_import_hsds(&place, hsds);
    assert_int_equal(round_trip(&place), 1717);
    place_close(&place);
}

static int import_text_csv(struct place *place, const char *text, size_t length)
{
    char path[128];
    snprintf(path, sizeof path, "%s/given.csv", place->folder);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    fclose(file);
    const char *const words[] = {"csv", path, NULL};
    return place_import(place, words);
}

static void test_reads_what_a_person_writes(void **state)
{
    (void)state;
    struct place place;
    struct record *record;
    static const char text[] =
        "key,title_fr,title_en,keywords_fr,level,counter_available,counter_fee,web_available,"
        "web_guarantee,web_guarantee_fr,documents_fr,documents_en,confirmed\n"
        "permis,Permis,Permit,\"un; deux ;trois\",2,yes,12.5,unknown,15 business-day refund,"
        "Vite,\"Passeport\nPreuve\",\"Passport\n\",2026-11-01\n";
    place_open(&place);
    assert_int_equal(import_text_csv(&place, text, sizeof text - 1), 0);
    assert_int_equal(import_remark_count(place.import), 0);
    assert_int_equal(
        catalogue_get_by_key(place.catalogue, RECORD_SERVICE, "csv/permis", &record, NULL), 0);
    char *found = json_canonical(record->body);
    assert_string_equal(
        found,
        "{\"channels\":[{\"available\":true,\"channel\":\"counter\",\"fee\":{\"amount\":1250,"
        "\"currency\":\"CAD\"}},{\"available\":null,\"channel\":\"web\",\"guarantee\":{\"count\":"
        "15,\"refund\":true,\"text\":{\"fr\":\"Vite\"},\"unit\":\"business-day\"}}],\"documents\":"
        "[{\"en\":\"Passport\",\"fr\":\"Passeport\"},{\"fr\":\"Preuve\"}],\"key\":\"csv/permis\","
        "\"keywords\":{\"fr\":[\"un\",\"deux\",\"trois\"]},\"level\":2,\"source\":{\"confirmed\":"
        "\"2026-11-01\",\"id\":\"permis\",\"name\":\"csv\"},\"title\":{\"en\":\"Permit\",\"fr\":"
        "\"Permis\"}}");
    free(found);
    record_free(record);
    place_close(&place);
}

static void test_refuses_rows_by_line_and_column(void **state)
{
    (void)state;
    struct place place;
    static const char text[] =
        "key,title_fr,level,fee,counter_available,counter_fee,moved_to,ended\n"
        "a,A,9,,,,,\n"
        "b,B,two,,,,,\n"
        "c,C,,maybe,,,,\n"
        "d,D,,,yes,1.234,,\n"
        "e,,,,,,,\n"
        ",F,,,,,,\n"
        "g,G,,,,,,\n"
        "g,G,,,,,,\n"
        "h,H,,,,,nowhere,\n"
        "i,I,,,,,j,\n"
        "j,J,,,,,i,\n"
        "k,K,,,,5,,\n";
    static const struct {
        size_t line;
        const char *reason;
    } expected[] = {
        {2, "level: not a number in its bounds"},
        {3, "column \"level\": \"two\" is not a whole number"},
        {4, "column \"fee\": \"maybe\" is not yes or no"},
        {5, "column \"counter_fee\": \"1.234\" is not dollars and cents: 12.50"},
        {6, "title: missing"},
        {7, "column \"key\": \"\" cannot name a service"},
        {9, "column \"key\": also at line 8"},
        {13, "channels/0/available: missing"},
        {10, "moved_to: the last of them does not exist: csv/h -> csv/nowhere"},
        {11, "moved_to: the moves go in a circle: csv/i -> csv/j -> csv/i"},
        {12, "moved_to: the moves go in a circle: csv/j -> csv/i -> csv/j"},
    };
    place_open(&place);
    assert_int_equal(import_text_csv(&place, text, sizeof text - 1), 0);
    assert_int_equal(import_remark_count(place.import), sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const struct import_remark *remark = import_get_remark(place.import, i);
        assert_string_equal(remark->reason, expected[i].reason);
        assert_int_equal(remark->line, expected[i].line);
        assert_int_equal(remark->severity, IMPORT_REFUSED);
        assert_string_equal(remark->file, "given.csv");
    }
    assert_int_equal(catalogue_count(place.catalogue, RECORD_SERVICE, NULL), 1);
    /* Ending is said, never guessed. */
    static const char ending[] = "key,title_fr,ended\ng,G,yes\n";
    assert_int_equal(import_text_csv(&place, ending, sizeof ending - 1), 0);
    assert_int_equal(import_get_summary(place.import)->ended, 1);
    place_close(&place);
}

/* What stands in a column as JSON is looked at as well. */
static void test_looks_into_json(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        const char *reason;
    } cases[] = {
        {"\"{\"\"services\"\":[{\"\"id\"\":\"\"x\"\",\"\"name\"\":\"\"\\u001b[2J\"\"}]}\"",
         "hsds: holds control or invisible characters"},
        {"\"{\"\"../x\"\":[]}\"", "hsds: a table that cannot be one"},
        {"\"{\"\"services\"\":[{}]}\"", "hsds: a row without an id"},
        {"7", "column \"hsds\": \"7\" is not JSON"},
        {"[]", "hsds: not an object"},
        {"{", "column \"hsds\": \"{\" is not JSON"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct place place;
        char text[200];
        place_open(&place);
        int length = snprintf(text, sizeof text, "key,title_fr,hsds\na,A,%s\n", cases[i].field);
        assert_int_equal(import_text_csv(&place, text, (size_t)length), 0);
        assert_int_equal(import_remark_count(place.import), 1);
        assert_string_equal(import_get_remark(place.import, 0)->reason, cases[i].reason);
        assert_int_equal(catalogue_count(place.catalogue, RECORD_NONE, NULL), 0);
        place_close(&place);
    }
}

static void test_refuses_files_that_it_would_misread(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"key,title_fr,colour\na,A,red\n", "given.csv: line 1: no column is called \"colour\""},
        {"title_fr\nA\n", "given.csv: the column \"key\" is missing"},
        {"key,title_fr\na,A\nb,B", "the last row has no line end: the file is cut off"},
        {"key,title_fr\na,A\nb\n", "given.csv: line 3: 1 fields where the header names 2"},
        {"key,title_fr\na,\"A\n", "the file ends inside the quotes opened at line 2, column 3"},
        {"key,title_fr\na,A\nb,\xff\n", "given.csv: line 3, column 3: not UTF-8"},
    };
    struct place place;
    place_open(&place);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(import_text_csv(&place, cases[i].text, strlen(cases[i].text)) < 0);
        if (!strstr(place.error.message, cases[i].message))
            fail_msg("\"%s\" does not say \"%s\"", place.error.message, cases[i].message);
        assert_int_equal(catalogue_count(place.catalogue, RECORD_NONE, NULL), 0);
    }
    place_close(&place);
}

/* The page that describes the columns names each of them. */
static void test_every_column_is_documented(void **state)
{
    (void)state;
    char path[4200];
    const char *top = getenv("abs_top_srcdir");
    struct catalogue_csv_column columns[CATALOGUE_CSV_COLUMN_MOST];
    assert_true(catalogue_csv_all(columns) > 100);
    snprintf(path, sizeof path, "%s/app/catalogue_csv.md", top ? top : ".");
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *text = calloc(1, 65536);
    assert_true(fread(text, 1, 65535, file) > 1000);
    fclose(file);
    for (const struct csv_column_entry *entry = catalogue_csv_columns; entry->name; entry++) {
        char name[80];
        snprintf(name, sizeof name, "`%s`", entry->name);
        if (!strstr(text, name))
            fail_msg("%s is not described", entry->name);
    }
    for (const struct csv_column_entry *entry = catalogue_csv_channel_columns; entry->name;
         entry++) {
        char name[80];
        snprintf(name, sizeof name, "`counter_%s`", entry->name);
        if (!strstr(text, name))
            fail_msg("%s is not described", name);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_sample_comes_back),
        cmocka_unit_test(test_inventory_and_hsds_come_back),
        cmocka_unit_test(test_reads_what_a_person_writes),
        cmocka_unit_test(test_refuses_rows_by_line_and_column),
        cmocka_unit_test(test_looks_into_json),
        cmocka_unit_test(test_refuses_files_that_it_would_misread),
        cmocka_unit_test(test_every_column_is_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
