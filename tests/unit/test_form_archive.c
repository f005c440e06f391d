/* Past versions of forms stay in the catalogue, out of lists and search. */
#include "tests/unit/remove_folder.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/form_archive.h"
#include "app/import_catalogue.h"
#include "app/json.h"
#include "app/search.h"

struct fixture {
    char directory[64];
    char path[96];
    struct catalogue *catalogue;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    *state = fixture;
    strcpy(fixture->directory, "/tmp/guichet-archive.XXXXXX");
    assert_non_null(mkdtemp(fixture->directory));
    snprintf(fixture->path, sizeof(fixture->path), "%s/catalogue.db", fixture->directory);
    return catalogue_open(&fixture->catalogue, fixture->path, true, NULL);
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    catalogue_close(fixture->catalogue);
    assert_int_equal(remove_folder(fixture->directory), 0);
    free(fixture);
    return 0;
}

/* Imports the form "t/form" at a version, with one answer of this name. */
static struct import_summary publish(struct fixture *fixture, int version, const char *answer,
                                     const char *title, const char *confirmed, bool dry)
{
    const struct import_options options = {.dry_run = dry};
    const struct import_origin origin = {.file = "forms.json"};
    struct import_catalogue *catalogue = import_catalogue_new(fixture->catalogue);
    struct import_target target = import_catalogue_target(catalogue);
    struct import_edition edition = {.source = "t", .complete = true};
    struct import *import = import_new();
    struct import_sink sink = import_sink(import);
    struct id id = id_from_key("form", "t/form");
    struct record *record = record_new(RECORD_FORM, &id);
    struct import_summary summary;
    struct error error = ERROR_INIT;

    strcpy(edition.confirmed, confirmed);
    json_decref(record->body);
    record->body =
        json_pack("{s:s, s:{s:s, s:s, s:s}, s:{s:s, s:s}, s:i, s:{s:s, s:{s:{s:s}}}, s:{}}", "key",
                  "t/form", "source", "name", "t", "id", "form", "confirmed", confirmed, "title",
                  "fr", title, "en", title, "version", version, "schema", "type", "object",
                  "properties", answer, "type", "string", "layout");
    assert_non_null(record->body);
    assert_int_equal(sink.record(sink.context, record, &origin, &error), 0);
    if (import_publish(import, &edition, &target, &options, &error) != 0)
        fail_msg("%s", error.message);
    summary = *import_get_summary(import);
    import_free(import);
    import_catalogue_free(catalogue);
    return summary;
}

/* The form at a version answers to this name. */
static void assert_form(struct fixture *fixture, int version, const char *answer)
{
    struct record *record = NULL;
    struct error error = ERROR_INIT;

    if (form_archive_get(fixture->catalogue, "t/form", version, &record, NULL, &error) != 0)
        fail_msg("version %d: %s", version, error.message);
    assert_int_equal(json_integer_or(record->body, "version", 0), version);
    assert_non_null(json_object_get(
        json_object_get(json_object_get(record->body, "schema"), "properties"), answer));
    record_free(record);
}

static void a_replaced_version_is_kept(void **state)
{
    struct fixture *fixture = *state;
    struct record *record = NULL;
    struct record *present = NULL;

    assert_int_equal(publish(fixture, 1, "a", "Moving", "2026-01-01", false).added, 1);
    assert_int_equal(publish(fixture, 2, "b", "Moving", "2026-02-01", false).changed, 1);
    assert_int_equal(publish(fixture, 3, "c", "Moving", "2026-03-01", false).changed, 1);
    assert_form(fixture, 1, "a");
    assert_form(fixture, 2, "b");
    assert_form(fixture, 3, "c");
    assert_int_equal(form_archive_get(fixture->catalogue, "t/form", 4, &record, &present, NULL),
                     ERROR_NOT_FOUND);
    assert_null(record);
    assert_int_equal(json_integer_or(present->body, "version", 0), 3);
    assert_false(form_archive_holds(present));
    record_free(present);
    /* The same again changes nothing, and the past versions do not end. */
    assert_int_equal(publish(fixture, 3, "c", "Moving", "2026-03-01", false).unchanged, 1);
    assert_int_equal(catalogue_count(fixture->catalogue, RECORD_FORM, NULL), 3);
}

static void past_versions_are_not_found_by_searching(void **state)
{
    struct fixture *fixture = *state;
    struct search_request request = {.query = "moving", .language = "en"};
    struct search_results *results;

    publish(fixture, 1, "a", "Moving", "2026-01-01", false);
    publish(fixture, 2, "b", "Moving", "2026-02-01", false);
    assert_int_equal(search_run(fixture->catalogue, &request, &results, NULL), 0);
    assert_int_equal(results->count, 1);
    assert_string_equal(results->items[0].key, "t/form");
    assert_false(results->items[0].ended);
    search_results_free(results);
}

static void another_schema_wants_another_version(void **state)
{
    struct fixture *fixture = *state;
    struct import_summary summary;

    publish(fixture, 1, "a", "Moving", "2026-01-01", false);
    summary = publish(fixture, 1, "b", "Moving", "2026-02-01", false);
    assert_int_equal(summary.refused, 1);
    assert_int_equal(summary.changed, 0);
    assert_form(fixture, 1, "a");
    /* A title may be mended under the same version. */
    assert_int_equal(publish(fixture, 1, "a", "Moving house", "2026-03-01", false).changed, 1);
    assert_int_equal(catalogue_count(fixture->catalogue, RECORD_FORM, NULL), 1);
}

static void a_dry_run_keeps_nothing(void **state)
{
    struct fixture *fixture = *state;

    publish(fixture, 1, "a", "Moving", "2026-01-01", false);
    assert_int_equal(publish(fixture, 2, "b", "Moving", "2026-02-01", true).changed, 1);
    assert_int_equal(catalogue_count(fixture->catalogue, RECORD_FORM, NULL), 1);
    assert_form(fixture, 1, "a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_replaced_version_is_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(past_versions_are_not_found_by_searching, setup, teardown),
        cmocka_unit_test_setup_teardown(another_schema_wants_another_version, setup, teardown),
        cmocka_unit_test_setup_teardown(a_dry_run_keeps_nothing, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
