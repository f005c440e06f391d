/* Views on the terminal: kept, named, ordered, taken away. */
#include <string.h>

#include "app/view.h"
#include "tests/unit/unit.h"
#include "tests/unit/work_fixture.h"

static struct id save(struct work_fixture *fixture, const char *name, int64_t place)
{
    struct case_query query;
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct id id;

    case_query_standard(&query, CASE_LIST_WAITING);
    strcpy(query.filter, "roy");
    if (view_save(&batch, &fixture->author, name, false, &query, place, &id, &error) != 0)
        fail_msg("%s", error.message);
    work_fixture_apply(fixture, &batch);
    return id;
}

static void read_all(struct work_fixture *fixture, struct views *views)
{
    assert_int_equal(views_read(views, fixture->store.store, &fixture->author.agent, NULL), 0);
}

static void a_view_is_kept_changed_and_taken_away(void **state)
{
    struct work_fixture *fixture = *state;
    struct views views = {0};
    struct batch batch = {0};
    struct case_query query;

    save(fixture, "Second", 2);
    save(fixture, "First", 1);
    read_all(fixture, &views);
    assert_int_equal(views.count, 2);
    assert_string_equal(views.list[0].name, "First");
    assert_string_equal(views.list[0].query.filter, "roy");
    assert_int_equal(views.list[0].query.list, CASE_LIST_WAITING);
    assert_int_equal(view_move(&batch, &fixture->author, &views.list[0], 3, NULL), 0);
    assert_int_equal(view_rename(&batch, &fixture->author, &views.list[1], "Other", NULL), 0);
    work_fixture_apply(fixture, &batch);
    work_fixture_sync(fixture);
    read_all(fixture, &views);
    assert_string_equal(views.list[0].name, "Other");
    case_query_standard(&query, CASE_LIST_UNREAD);
    assert_int_equal(view_change(&batch, &fixture->author, &views.list[0], &query, NULL), 0);
    assert_int_equal(view_hide(&batch, &fixture->author, &views.list[1], NULL), 0);
    work_fixture_apply(fixture, &batch);
    read_all(fixture, &views);
    assert_int_equal(views.count, 1);
    assert_int_equal(views.list[0].query.list, CASE_LIST_UNREAD);
    views_free(&views);
}

static void a_name_is_needed_and_has_an_end(void **state)
{
    struct work_fixture *fixture = *state;
    struct case_query query;
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    char longest[VIEW_NAME_LIMIT + 2];
    struct id id;

    case_query_standard(&query, CASE_LIST_DUE);
    assert_int_equal(view_save(&batch, &fixture->author, "  ", false, &query, 1, &id, &error),
                     ERROR_INVALID);
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    assert_int_equal(view_save(&batch, &fixture->author, longest, false, &query, 1, &id, &error),
                     ERROR_TOO_LARGE);
    assert_int_equal(batch.count, 0);
}

static void what_is_anothers_or_not_understood_is_left_out(void **state)
{
    struct work_fixture *fixture = *state;
    struct views views = {0};
    struct batch batch = {0};
    struct case_query query;
    struct id id;

    case_query_standard(&query, CASE_LIST_DUE);
    assert_int_equal(view_save(&batch, &fixture->visitor, "Theirs", false, &query, 1, &id, NULL),
                     0);
    work_fixture_visit(fixture, &batch);
    assert_int_equal(view_save(&batch, &fixture->visitor, "Shared", true, &query, 1, &id, NULL), 0);
    work_fixture_visit(fixture, &batch);
    assert_int_equal(view_save(&batch, &fixture->visitor, "Later", true, &query, 1, &id, NULL), 0);
    json_object_set_new(json_object_get(batch.operations[0]->body, "query"), "sort",
                        json_string("colour"));
    work_fixture_visit(fixture, &batch);
    read_all(fixture, &views);
    assert_int_equal(views.count, 1);
    assert_string_equal(views.list[0].name, "Shared");
    assert_true(views.list[0].shared);
    views_free(&views);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_view_is_kept_changed_and_taken_away, work_fixture_setup,
                                        work_fixture_teardown),
        cmocka_unit_test_setup_teardown(a_name_is_needed_and_has_an_end, work_fixture_setup,
                                        work_fixture_teardown),
        cmocka_unit_test_setup_teardown(what_is_anothers_or_not_understood_is_left_out,
                                        work_fixture_setup, work_fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
