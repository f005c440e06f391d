/* `guichet export` as it is typed, and what the manual tells of it. */
#include "tests/unit/hsds_fixture.h"

#include "app/catalogue_csv.h"
#include "app/main/command_export.h"
#include "app/main/manual_catalogue.h"

/* Runs the command with standard error into a file, whose text is returned: owned (free()). */
static char *run(struct place *place, const char *const *words, int status)
{
    char *argv[8] = {strdup("export")};
    char path[128];
    int argc = 1;
    for (; *words; words++)
        argv[argc++] = strdup(*words);
    snprintf(path, sizeof path, "%s/said", place->folder);
    fflush(stderr);
    int kept = dup(STDERR_FILENO);
    FILE *said = fopen(path, "w+");
    assert_true(kept >= 0 && said);
    dup2(fileno(said), STDERR_FILENO);
    int found = command_export(argc, argv);
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
    char *text = calloc(1, 4096);
    rewind(said);
    assert_true(fread(text, 1, 4095, said) > 0);
    fclose(said);
    for (int i = 0; i < argc; i++)
        free(argv[i]);
    if (found != status)
        fail_msg("status %d: %s", found, text);
    return text;
}

static void expect(struct place *place, const char *const *words, int status, const char *message)
{
    char *text = run(place, words, status);
    if (!strstr(text, message))
        fail_msg("\"%s\" does not say \"%s\"", text, message);
    free(text);
}

static void test_exports_what_was_imported(void **state)
{
    (void)state;
    struct place place;
    char sample[4200];
    char catalogue[96];
    char out[96];
    const char *top = getenv("abs_top_srcdir");
    place_open(&place);
    snprintf(sample, sizeof sample, "%s/app/sample", top ? top : ".");
    const char *const words[] = {"sample", sample, NULL};
    assert_int_equal(place_import(&place, words), 0);
    snprintf(catalogue, sizeof catalogue, "%s/catalogue.db", place.folder);
    snprintf(out, sizeof out, "%s/out.json", place.folder);

    const char *const json[] = {"-c", catalogue, "--language", "fr", "hsds-json", out, NULL};
    expect(&place, json, EXIT_SUCCESS, "records exported");
    json_t *document = json_load_file(out, 0, NULL);
    size_t index;
    json_t *service;
    bool found = false;
    json_array_foreach(json_object_get(document, "contents"), index, service) found =
        found ||
        strcmp(json_text_or(service, "name", ""), "Certificat ou copie d’acte de naissance") == 0;
    assert_true(found);
    json_decref(document);
    /* It replaces the file as a whole, and leaves nothing beside it. */
    const char *const csv[] = {"-c", catalogue, "csv", out, NULL};
    expect(&place, csv, EXIT_SUCCESS, "records exported");
    struct csv_reader *reader;
    assert_int_equal(csv_open(&reader, out, NULL, NULL), 0);
    assert_string_equal(csv_column_name(reader, 0), "key");
    csv_close(reader);
    snprintf(out, sizeof out, "%s/out.json.new", place.folder);
    assert_int_not_equal(access(out, F_OK), 0);
    place_close(&place);
}

static void test_says_what_is_wrong(void **state)
{
    (void)state;
    struct place place;
    char catalogue[96];
    char missing[96];
    place_open(&place);
    snprintf(catalogue, sizeof catalogue, "%s/catalogue.db", place.folder);
    snprintf(missing, sizeof missing, "%s/missing.db", place.folder);
    const char *const none[] = {"csv", "x", NULL};
    const char *const few[] = {"-c", catalogue, "csv", NULL};
    const char *const format[] = {"-c", catalogue, "xml", "x", NULL};
    const char *const language[] = {"-c", catalogue, "-l", "de", "csv", "x", NULL};
    const char *const nowhere[] = {"-c", catalogue, "csv", "/nonexistent/x.csv", NULL};
    const char *const folder[] = {"-c", catalogue, "hsds-csv", "/nonexistent/x", NULL};
    const char *const absent[] = {"-c", missing, "csv", "-", NULL};
    expect(&place, none, EXIT_FAILURE, "--catalogue names no file to export");
    expect(&place, few, EXIT_FAILURE, "a format and where to write it");
    expect(&place, format, EXIT_FAILURE, "\"xml\" is not a format that can be exported");
    expect(&place, language, EXIT_FAILURE, "no such language: de (fr, en)");
    expect(&place, nowhere, EXIT_FAILURE, "/nonexistent/x.csv.new: cannot be made");
    expect(&place, folder, EXIT_FAILURE, "/nonexistent/x.new: cannot be made");
    expect(&place, absent, EXIT_FAILURE, "missing.db");
    assert_int_not_equal(access(missing, F_OK), 0);
    place_close(&place);
}

/* The manual names every source, format and column, with no two sentences run together. */
static void test_the_manual_is_complete(void **state)
{
    (void)state;
    struct text_buffer page = {0};
    manual_add_catalogue(&page);
    assert_false(page.failed);
    for (const struct import_source *source = import_sources; source->name; source++)
        assert_non_null(strstr(page.bytes, source->help));
    for (const struct export_format *format = export_formats; format->name; format++)
        assert_non_null(strstr(page.bytes, format->argument));
    for (const struct csv_column_entry *entry = catalogue_csv_columns; entry->name; entry++)
        assert_non_null(strstr(page.bytes, entry->name));
    for (const struct csv_column_entry *entry = catalogue_csv_channel_columns; entry->name;
         entry++) {
        char name[80];
        snprintf(name, sizeof name, "counter_%s", entry->name);
        assert_non_null(strstr(page.bytes, name));
    }
    text_buffer_free(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exports_what_was_imported),
        cmocka_unit_test(test_says_what_is_wrong),
        cmocka_unit_test(test_the_manual_is_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
