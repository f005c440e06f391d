/* Moved services: a chain that leads nowhere is refused, whichever importer brings it. */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "app/import.h"
#include "app/import_moves.h"
#include "app/json.h"
#include "tests/unit/import_memory.h"

static const struct import_edition edition = {.source = "test"};
static const struct import_options plain = {0};

/* Adds "test/<name>", moved to a key or standing (NULL). */
static void add(struct import *import, const char *name, const char *moved_to, size_t line)
{
    char key[64];
    snprintf(key, sizeof key, "test/%s", name);
    struct id id = id_from_key("service", key);
    struct record *record = record_new(RECORD_SERVICE, &id);
    assert_non_null(record);
    json_decref(record->body);
    record->body = json_pack("{s:s, s:{s:s, s:s}, s:{s:s}, s:s*}", "key", key, "source", "name",
                             "test", "id", name, "title", "en", name, "moved_to", moved_to);
    struct import_sink sink = import_sink(import);
    const struct import_origin origin = {"moves.csv", line};
    struct error error = ERROR_INIT;
    assert_int_equal(sink.record(sink.context, record, &origin, &error), 0);
}

static struct import *run(struct memory *memory, const char *const moves[][2], size_t count)
{
    struct import *import = import_new();
    struct import_target target = memory_target(memory);
    struct error error = ERROR_INIT;
    for (size_t i = 0; i < count; i++)
        add(import, moves[i][0], moves[i][1], i + 2);
    if (import_publish(import, &edition, &target, &plain, &error) != 0)
        fail_msg("%s", error.message);
    return import;
}

static void expect_remark(const struct import *import, size_t index, size_t line,
                          const char *reason)
{
    assert_true(index < import_remark_count(import));
    const struct import_remark *remark = import_get_remark(import, index);
    assert_int_equal(remark->severity, IMPORT_REFUSED);
    assert_string_equal(remark->file, "moves.csv");
    assert_int_equal(remark->line, line);
    assert_string_equal(remark->rule, "moved-to");
    assert_string_equal(remark->reason, reason);
}

static void test_refuses_circles(void **state)
{
    (void)state;
    struct memory memory = {0};
    static const char *const moves[][2] = {{"a", "b"},       {"b", "test/c"}, {"c", "a"},
                                           {"self", "self"}, {"into", "a"},   {"good", NULL}};
    struct import *import = run(&memory, moves, 6);
    assert_int_equal(import_get_summary(import)->refused, 5);
    assert_int_equal(import_get_summary(import)->added, 1);
    assert_int_equal(memory.count, 1);
    assert_non_null(memory_find(&memory, "test/good"));
    expect_remark(import, 0, 2,
                  "moved_to: the moves go in a circle: test/a -> test/b -> test/c -> test/a");
    expect_remark(import, 3, 5, "moved_to: the moves go in a circle: test/self -> test/self");
    expect_remark(
        import, 4, 6,
        "moved_to: the moves go in a circle: test/into -> test/a -> test/b -> test/c -> test/a");
    import_free(import);
    memory_free(&memory);
}

static void test_refuses_dangling_ends(void **state)
{
    (void)state;
    struct memory memory = {0};
    static const char *const moves[][2] = {
        {"a", "b"}, {"b", "nowhere"}, {"c", "other/gone"}, {"good", "end"}, {"end", NULL}};
    struct import *import = run(&memory, moves, 5);
    assert_int_equal(import_get_summary(import)->refused, 3);
    assert_int_equal(memory.count, 2);
    expect_remark(import, 0, 2,
                  "moved_to: the last of them does not exist: test/a -> test/b -> test/nowhere");
    expect_remark(import, 2, 4, "moved_to: the last of them does not exist: test/c -> other/gone");
    import_free(import);
    memory_free(&memory);
}

/* The catalogue that is there counts: the end may be in it, and a circle may go through it. */
static void test_follows_what_the_target_holds(void **state)
{
    (void)state;
    struct memory memory = {0};
    static const char *const first[][2] = {{"old", "new"}, {"new", NULL}};
    static const char *const second[][2] = {{"older", "old"}};
    static const char *const third[][2] = {{"new", "older"}};
    import_free(run(&memory, first, 2));
    import_free(run(&memory, second, 1));
    assert_int_equal(memory.count, 3);
    struct import *import = run(&memory, third, 1);
    assert_int_equal(import_get_summary(import)->refused, 1);
    expect_remark(import, 0, 2,
                  "moved_to: the moves go in a circle: test/new -> test/older -> test/old -> "
                  "test/new");
    assert_null(json_object_get(memory_find(&memory, "test/new")->body, "moved_to"));
    import_free(import);
    memory_free(&memory);
}

static void test_refuses_chains_too_long(void **state)
{
    (void)state;
    struct memory memory = {0};
    static const char *const moves[][2] = {{"10", "9"}, {"9", "8"}, {"8", "7"}, {"7", "6"},
                                           {"6", "5"},  {"5", "4"}, {"4", "3"}, {"3", "2"},
                                           {"2", "1"},  {"1", NULL}};
    struct import *import = run(&memory, moves, 10);
    assert_int_equal(import_get_summary(import)->refused, 1);
    assert_int_equal(memory.count, 9);
    assert_null(memory_find(&memory, "test/10"));
    assert_non_null(strstr(import_get_remark(import, 0)->reason,
                           "too many moves one after the other: test/10 -> test/9 -> "));
    import_free(import);
    memory_free(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refuses_circles),
        cmocka_unit_test(test_refuses_dangling_ends),
        cmocka_unit_test(test_follows_what_the_target_holds),
        cmocka_unit_test(test_refuses_chains_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
