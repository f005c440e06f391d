/* What an import publishes: added, changed, unchanged, ended, older; all or nothing. */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "app/import.h"
#include "app/import_fields.h"
#include "tests/unit/import_memory.h"

static const struct import_options plain = {0};
static const struct import_origin origin = {"test", 0};

/* A record of "test/<name>" that says `word`. */
static void add(struct import *import, const char *name, const char *word, const char *confirmed)
{
    char key[64];
    snprintf(key, sizeof key, "test/%s", name);
    struct id id = id_from_key("service", key);
    struct record *record = record_new(RECORD_SERVICE, &id);
    assert_non_null(record);
    json_decref(record->body);
    record->body = json_pack("{s:s, s:s, s:{s:s, s:s, s:s}}", "key", key, "word", word, "source",
                             "name", "test", "id", name, "confirmed", confirmed);
    struct import_sink sink = import_sink(import);
    struct error error = ERROR_INIT;
    assert_int_equal(sink.record(sink.context, record, &origin, &error), 0);
}

static struct import *import_of(const char *const words[][2], size_t count, const char *confirmed)
{
    struct import *import = import_new();
    assert_non_null(import);
    for (size_t i = 0; i < count; i++)
        add(import, words[i][0], words[i][1], confirmed);
    return import;
}

/* Publishes and frees; returns the code, and the summary in `*summary`. */
static int publish(struct memory *memory, struct import *import, const char *confirmed,
                   bool complete, const struct import_options *options,
                   struct import_summary *summary, struct error *error)
{
    struct import_edition edition = {.source = "test", .complete = complete};
    memcpy(edition.confirmed, confirmed, sizeof edition.confirmed);
    struct import_target target = memory_target(memory);
    int code = import_publish(import, &edition, &target, options, error);
    *summary = *import_get_summary(import);
    import_free(import);
    return code;
}

static const char *const first[][2] = {{"a", "one"}, {"b", "one"}, {"c", "one"}};
static const char *const second[][2] = {{"a", "one"}, {"b", "two"}, {"d", "one"}};

static void test_publishes_only_what_differs(void **state)
{
    (void)state;
    struct memory memory = {0};
    struct import_summary summary;
    struct error error = ERROR_INIT;
    assert_int_equal(publish(&memory, import_of(first, 3, "2025-03-31"), "2025-03-31", true, &plain,
                             &summary, &error),
                     0);
    assert_int_equal(summary.added, 3);
    assert_int_equal(memory.count, 3);

    assert_int_equal(publish(&memory, import_of(first, 3, "2025-03-31"), "2025-03-31", true, &plain,
                             &summary, &error),
                     0);
    assert_int_equal(summary.unchanged, 3);
    assert_int_equal(memory.published, 0);

    assert_int_equal(publish(&memory, import_of(second, 3, "2026-03-31"), "2026-03-31", true,
                             &plain, &summary, &error),
                     0);
    assert_int_equal(summary.unchanged, 1);
    assert_int_equal(summary.changed, 1);
    assert_int_equal(summary.added, 1);
    assert_int_equal(summary.ended, 1);
    assert_int_equal(memory.published, 3);
    assert_int_equal(memory_find(&memory, "test/a")->rev, 1);
    assert_int_equal(memory_find(&memory, "test/b")->rev, 2);
    struct record *ended = memory_find(&memory, "test/c");
    assert_int_equal(ended->rev, 2);
    assert_true(json_is_true(json_object_get(ended->body, "ended")));
    assert_string_equal(record_text(ended, "word"), "one");

    /* Ended once is enough; and what comes back is offered again. */
    assert_int_equal(publish(&memory, import_of(second, 3, "2026-03-31"), "2026-03-31", true,
                             &plain, &summary, &error),
                     0);
    assert_int_equal(memory.published, 0);
    assert_int_equal(publish(&memory, import_of(first, 3, "2027-03-31"), "2027-03-31", false,
                             &plain, &summary, &error),
                     0);
    assert_int_equal(summary.ended, 0);
    assert_null(json_object_get(memory_find(&memory, "test/c")->body, "ended"));
    memory_free(&memory);
}

static void test_leaves_later_records_alone(void **state)
{
    (void)state;
    struct memory memory = {0};
    struct import_summary summary;
    struct error error = ERROR_INIT;
    publish(&memory, import_of(second, 3, "2026-03-31"), "2026-03-31", true, &plain, &summary,
            &error);
    assert_int_equal(publish(&memory, import_of(first, 3, "2025-03-31"), "2025-03-31", true, &plain,
                             &summary, &error),
                     0);
    assert_int_equal(summary.older, 1);
    assert_int_equal(summary.ended, 0);
    assert_int_equal(summary.added, 1);
    assert_string_equal(record_text(memory_find(&memory, "test/b"), "word"), "two");
    memory_free(&memory);
}

static void test_writes_nothing_on_a_dry_run(void **state)
{
    (void)state;
    struct memory memory = {0};
    struct import_summary summary;
    struct error error = ERROR_INIT;
    struct import_options dry = {.dry_run = true};
    assert_int_equal(publish(&memory, import_of(first, 3, "2025-03-31"), "2025-03-31", true, &dry,
                             &summary, &error),
                     0);
    assert_int_equal(summary.added, 3);
    assert_int_equal(memory.count, 0);
    assert_int_equal(memory.commits, 0);
    assert_int_equal(memory.rollbacks, 1);
    memory_free(&memory);
}

static void expect_change(const struct import *import, size_t index, const char *expected)
{
    char *text = json_dumps(json_array_get(import_get_changes(import), index), JSON_COMPACT);
    assert_string_equal(text, expected);
    free(text);
}

static void test_a_dry_run_names_each_change(void **state)
{
    (void)state;
    struct memory memory = {0};
    struct import_summary summary;
    struct error error = ERROR_INIT;
    struct import_edition edition = {.source = "test", .complete = true};
    struct import_options dry = {.dry_run = true};
    publish(&memory, import_of(first, 3, "2025-03-31"), "2025-03-31", true, &plain, &summary,
            &error);
    memcpy(edition.confirmed, "2026-03-31", sizeof edition.confirmed);
    struct import *import = import_of(second, 3, "2026-03-31");
    struct import_target target = memory_target(&memory);
    assert_int_equal(import_publish(import, &edition, &target, &dry, &error), 0);
    assert_int_equal(json_array_size(import_get_changes(import)), 3);
    expect_change(import, 0, "{\"change\":\"ended\",\"type\":\"service\",\"key\":\"test/c\"}");
    expect_change(import, 1,
                  "{\"change\":\"changed\",\"type\":\"service\",\"key\":\"test/b\","
                  "\"members\":[\"word\",\"source\"]}");
    expect_change(import, 2, "{\"change\":\"added\",\"type\":\"service\",\"key\":\"test/d\"}");
    import_free(import);
    memory_free(&memory);
}

static void test_an_error_leaves_nothing_changed(void **state)
{
    (void)state;
    struct memory memory = {0};
    struct import_summary summary;
    struct error error = ERROR_INIT;
    publish(&memory, import_of(first, 3, "2025-03-31"), "2025-03-31", true, &plain, &summary,
            &error);
    for (size_t step = 1; step <= 3; step++) {
        memory.fail_after = step;
        assert_int_equal(publish(&memory, import_of(second, 3, "2026-03-31"), "2026-03-31", true,
                                 &plain, &summary, &error),
                         ERROR_STORAGE);
        assert_int_equal(memory.count, 3);
        assert_int_equal(summary.added + summary.changed + summary.ended, 0);
        assert_string_equal(record_text(memory_find(&memory, "test/b"), "word"), "one");
        assert_null(json_object_get(memory_find(&memory, "test/c")->body, "ended"));
    }
    memory.fail_after = 0;
    memory.fail_commit = true;
    assert_int_equal(publish(&memory, import_of(second, 3, "2026-03-31"), "2026-03-31", true,
                             &plain, &summary, &error),
                     ERROR_STORAGE);
    assert_string_equal(record_text(memory_find(&memory, "test/b"), "word"), "one");
    assert_int_equal(memory.commits, 1);
    memory_free(&memory);
}

static void test_keeps_what_is_only_named(void **state)
{
    (void)state;
    struct memory memory = {0};
    struct import_summary summary;
    struct error error = ERROR_INIT;
    publish(&memory, import_of(first, 3, "2025-03-31"), "2025-03-31", true, &plain, &summary,
            &error);
    struct import *import = import_of(second, 3, "2026-03-31");
    struct import_sink sink = import_sink(import);
    assert_int_equal(sink.keep(sink.context, RECORD_SERVICE, "test/c", &error), 0);
    assert_int_equal(sink.keep(sink.context, RECORD_SERVICE, "test/a", &error), 0);
    assert_int_equal(publish(&memory, import, "2026-03-31", true, &plain, &summary, &error), 0);
    assert_int_equal(summary.ended, 0);
    assert_null(json_object_get(memory_find(&memory, "test/c")->body, "ended"));
    memory_free(&memory);
}

static void test_refuses_to_end_too_much(void **state)
{
    (void)state;
    struct memory memory = {0};
    struct import_summary summary;
    struct error error = ERROR_INIT;
    struct import *many = import_new();
    for (int i = 0; i < 40; i++) {
        char name[16];
        snprintf(name, sizeof name, "s%d", i);
        add(many, name, "one", "2025-03-31");
    }
    assert_int_equal(publish(&memory, many, "2025-03-31", true, &plain, &summary, &error), 0);
    static const char *const few[][2] = {{"s0", "one"}, {"s1", "two"}};
    assert_int_equal(publish(&memory, import_of(few, 2, "2026-03-31"), "2026-03-31", true, &plain,
                             &summary, &error),
                     ERROR_REFUSED);
    assert_string_equal(error.message, "38 of the 40 records of test would end: the source seems "
                                       "to be cut off");
    assert_string_equal(record_text(memory_find(&memory, "test/s1"), "word"), "one");
    struct import_options allow = {.allow_ending = true};
    assert_int_equal(publish(&memory, import_of(few, 2, "2026-03-31"), "2026-03-31", true, &allow,
                             &summary, &error),
                     0);
    assert_int_equal(summary.ended, 38);
    memory_free(&memory);
}

static void test_sets_the_password_of_added_agents_only(void **state)
{
    (void)state;
    struct memory memory = {0};
    struct import_summary summary;
    struct error error = ERROR_INIT;
    struct id id = id_from_key("service", "test/a");
    for (int round = 0; round < 2; round++) {
        struct import *import = import_of(first, 3, "2025-03-31");
        struct import_sink sink = import_sink(import);
        assert_int_equal(sink.password(sink.context, &id, "secret", &error), 0);
        assert_int_equal(publish(&memory, import, "2025-03-31", true, &plain, &summary, &error), 0);
        assert_int_equal(memory.passwords, 1);
    }
    memory_free(&memory);
}

static void test_refuses_a_record_given_twice(void **state)
{
    (void)state;
    struct import *import = import_of(first, 1, "2025-03-31");
    struct import_sink sink = import_sink(import);
    struct error error = ERROR_INIT;
    struct id id = id_from_key("service", "test/a");
    struct record *again = record_new(RECORD_SERVICE, &id);
    assert_int_equal(sink.record(sink.context, again, &origin, &error), ERROR_INVALID);
    import_free(import);
}

static void test_tells_its_account(void **state)
{
    (void)state;
    struct import *import = import_new();
    struct import_sink sink = import_sink(import);
    struct error error = ERROR_INIT;
    sink.rows(sink.context, 7);
    assert_int_equal(import_remark_add(&sink, IMPORT_NOTE, "f.csv", 3, "odd", "x1", &error,
                                       "said %s", "so\x1b[2J"),
                     0);
    import_remark_add(&sink, IMPORT_REFUSED, "f.csv", 0, "odd", "", &error, "é%0500d", 1);
    assert_int_equal(import_remark_count(import), 2);
    assert_string_equal(import_get_remark(import, 0)->reason, "said so␛[2J");
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    import_print(import, stream);
    fclose(stream);
    assert_non_null(strstr(text, "f.csv:3: note: x1: said so␛[2J [odd]\n"));
    assert_non_null(strstr(text, "f.csv: refused: é000"));
    assert_non_null(strstr(text, "\nodd: 2\n"));
    assert_non_null(strstr(text, "7 rows, 0 records, 0 added"));
    free(text);
    json_t *document = import_to_json(import);
    assert_int_equal(json_integer_value(json_object_get(document, "rows")), 7);
    assert_int_equal(json_array_size(json_object_get(document, "remarks")), 2);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(document, "rules"), "odd")),
                     2);
    json_decref(document);
    import_free(import);
}

static void expect_text(char *text, const char *expected)
{
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

static void test_cleans_fields(void **state)
{
    (void)state;
    expect_text(import_text("  a \t b\n\nc ", false), "a b c");
    expect_text(import_text(" a \n\n\n\n b ", true), "a\n\nb");
    expect_text(import_text("x\xE2\x80\x8By\x1b", false), "xy");
    expect_text(import_text("", false), "");
    expect_text(import_text_unquoted("'Communications Services'"), "Communications Services");
    expect_text(import_text_unquoted("\"Services d'accueil\""), "Services d'accueil");
    expect_text(import_text_unquoted("« Aide »"), "Aide");
    expect_text(import_text_unquoted("'"), "'");
    assert_true(import_text_says_nothing("N/A"));
    assert_true(import_text_says_nothing("Sans objet"));
    assert_true(import_text_says_nothing("--"));
    assert_false(import_text_says_nothing("Nunavut"));
    int64_t number;
    assert_true(import_integer("21438000000", &number));
    assert_true(number == 21438000000);
    assert_false(import_integer("1 000", &number));
    assert_false(import_integer("", &number));
    assert_false(import_integer("1234567890123456", &number));
    double share;
    assert_true(import_share("0.95", &share));
    assert_true(share > 0.9499 && share < 0.9501);
    assert_true(import_share("1", &share));
    assert_false(import_share("1.01", &share));
    assert_false(import_share(".5", &share));
    assert_false(import_share("95%", &share));
}

static void test_finds_addresses(void **state)
{
    (void)state;
    expect_text(import_address("https://example.org/a?b=c#d"), "https://example.org/a?b=c#d");
    expect_text(import_address("https://a.example/1<>https://b.example/2"), "https://a.example/1");
    expect_text(import_address("See the guide: http://a.example/x"), "http://a.example/x");
    expect_text(import_address("www.example.org/x, www.example.org/y"),
                "https://www.example.org/x");
    expect_text(import_address("https://a.example/with- space/x"), "");
    expect_text(import_address("A page (example.org)"), "");
    expect_text(import_address("http://"), "");
    expect_text(import_address("javascript:alert(1)"), "");
    expect_text(import_address(""), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_publishes_only_what_differs),
        cmocka_unit_test(test_leaves_later_records_alone),
        cmocka_unit_test(test_writes_nothing_on_a_dry_run),
        cmocka_unit_test(test_a_dry_run_names_each_change),
        cmocka_unit_test(test_an_error_leaves_nothing_changed),
        cmocka_unit_test(test_keeps_what_is_only_named),
        cmocka_unit_test(test_refuses_to_end_too_much),
        cmocka_unit_test(test_sets_the_password_of_added_agents_only),
        cmocka_unit_test(test_refuses_a_record_given_twice),
        cmocka_unit_test(test_tells_its_account),
        cmocka_unit_test(test_cleans_fields),
        cmocka_unit_test(test_finds_addresses),
    };
    return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
