/* The table of cases follows the store: after any changes, in whatever steps it took them in, it
 * shows what a table that is read anew shows. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/case_fixture.h"
#include "tests/unit/store_fixture.h"

#define ROUNDS  60
#define CHANGES 40

static struct case_table *read_anew(struct store *store)
{
    struct case_table *table = case_table_new();
    struct error error = ERROR_INIT;

    assert_non_null(table);
    if (case_table_read(table, store, NULL, NULL, &error) != 0)
        fail_msg("%s", error.message);
    case_fixture_name_all(table);
    return table;
}

static void follow(struct case_table *table, struct store *store, size_t limit)
{
    struct error error = ERROR_INIT;
    bool more = true;

    while (more)
        if (case_table_follow(table, store, limit, &more, &error) != 0)
            fail_msg("%s", error.message);
    case_fixture_name_all(table);
}

static void arrange(struct case_list *list, struct case_table *table,
                    const struct case_query *query, int64_t now_ms)
{
    struct case_situation situation = {.office = "t/north", .now_ms = now_ms};

    strcpy(situation.agent.text, "018f0000-0000-7000-8000-00000000000a");
    assert_int_equal(case_list_arrange(list, table, query, &situation, NULL), 0);
}

static const char *const filters[] = {
    "",          "roy", "-status:closed",    "zo rec",  "due:>2", "unread:>0",
    "assignee:", "C-1", "channel:web north", "subject:"};

static struct case_query some_query(struct case_fixture *cases)
{
    struct case_query query = {
        .list = (enum case_list_kind)case_fixture_chance(cases, CASE_LIST_COUNT),
        .sort = (enum case_column)case_fixture_chance(cases, CASE_COLUMN_COUNT),
        .descending = case_fixture_chance(cases, 2) == 0,
        .group = (enum case_group)case_fixture_chance(cases, CASE_GROUP_COUNT),
    };

    if (case_fixture_chance(cases, 2) == 0)
        query.list = CASE_LIST_ALL;
    strcpy(query.filter, filters[case_fixture_chance(cases, sizeof(filters) / sizeof(filters[0]))]);
    return query;
}

static void assert_same_row(const struct case_table *left, uint32_t left_row,
                            const struct case_table *right, uint32_t right_row)
{
    size_t count;
    const struct case_row *a = &case_table_rows(left, &count)[left_row];
    const struct case_row *b = &case_table_rows(right, &count)[right_row];

    assert_memory_equal(a->id, b->id, ID_BYTES);
    assert_string_equal(a->reference, b->reference);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->assignee != 0, b->assignee != 0);
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->channel, b->channel);
    assert_int_equal(a->due_ms, b->due_ms);
    assert_int_equal(a->due_type, b->due_type);
    assert_int_equal(a->unread, b->unread);
    assert_int_equal(a->opened_ms, b->opened_ms);
    assert_int_equal(case_row_changed_ms(a), case_row_changed_ms(b));
    assert_string_equal(case_table_client(left, a, NULL, NULL),
                        case_table_client(right, b, NULL, NULL));
    assert_string_equal(case_table_subject(left, a, NULL), case_table_subject(right, b, NULL));
}

static void assert_same_lists(struct case_fixture *cases, struct case_table *left,
                              struct case_table *right)
{
    struct case_query query = some_query(cases);
    struct case_list a = {0}, b = {0};

    arrange(&a, left, &query, cases->now_ms);
    arrange(&b, right, &query, cases->now_ms);
    assert_int_equal(a.count, b.count);
    assert_int_equal(a.group_count, b.group_count);
    for (size_t i = 0; i < a.group_count; i++)
        assert_int_equal(a.groups[i], b.groups[i]);
    for (int kind = 0; kind < CASE_LIST_COUNT; kind++)
        assert_int_equal(a.counts[kind], b.counts[kind]);
    for (size_t i = 0; i < a.count; i++)
        assert_same_row(left, a.order[i], right, b.order[i]);
    case_list_free(&a);
    case_list_free(&b);
}

static void a_table_that_follows_is_as_one_read_anew(void **state)
{
    struct store_fixture *fixture = *state;
    struct store *other;
    struct case_fixture *cases = calloc(1, sizeof(*cases));
    struct case_table *table;
    size_t shown = 0, count;

    /* The changes come from another connection, as those of the sync thread do. */
    assert_int_equal(store_open(&other, fixture->path, fixture->key, NULL), 0);
    assert_non_null(cases);
    cases->store = other;
    cases->seed = 7;
    cases->now_ms = clock_wall_ms(&fixture->clock);
    table = read_anew(fixture->store);
    for (int round = 0; round < ROUNDS; round++) {
        struct case_table *anew;
        size_t changes = case_fixture_chance(cases, CHANGES);

        for (size_t i = 0; i < changes; i++)
            case_fixture_change(cases);
        follow(table, fixture->store, 1 + case_fixture_chance(cases, 30));
        anew = read_anew(fixture->store);
        for (int i = 0; i < 12; i++)
            assert_same_lists(cases, table, anew);
        case_table_free(anew);
    }
    case_table_rows(table, &count);
    for (size_t i = 0; i < count; i++)
        shown += case_table_rows(table, &count)[i].here;
    assert_true(shown > 50);
    case_table_free(table);
    store_close(other);
    free(cases);
}

/* --- one by one ------------------------------------------------------------------------------ */

struct one {
    struct case_fixture cases;
    struct case_table *table;
    struct id matter;
};

static void put(struct one *one, enum record_type type, const struct id *id, const char *body)
{
    json_t *read = json_loads(body, 0, NULL);
    struct record *record;

    assert_non_null(read);
    record = case_fixture_record(&one->cases, type, id, 1, read);
    assert_int_equal(case_table_put(one->table, record, STORE_SETTLED), 0);
    record_free(record);
}

static struct id put_task(struct one *one, const char *due_at, const char *state)
{
    struct id id = id_generate(&one->cases.ids, one->cases.now_ms);
    char body[256];

    snprintf(body, sizeof(body), "{\"case\":\"%s\",\"due_at\":\"%s\",\"state\":\"%s\"}",
             one->matter.text, due_at, state);
    put(one, RECORD_TASK, &id, body);
    return id;
}

static void begin(struct one *one)
{
    memset(one, 0, sizeof(*one));
    one->cases.now_ms = INT64_C(1764230400000); /* 2025-11-27 08:00 UTC */
    one->table = case_table_new();
    one->matter = id_generate(&one->cases.ids, one->cases.now_ms);
    put(one, RECORD_CASE, &one->matter,
        "{\"reference\":\"C-AAAA-BBBB\",\"status\":\"in-progress\",\"office\":\"t/north\"}");
    case_fixture_name_all(one->table);
}

static size_t counted(struct one *one, enum case_list_kind kind, int64_t now_ms)
{
    struct case_query query;
    struct case_list list = {0};
    size_t count;

    case_query_standard(&query, kind);
    arrange(&list, one->table, &query, now_ms);
    count = list.count;
    assert_int_equal(list.counts[kind], count);
    case_list_free(&list);
    return count;
}

static void the_first_open_task_or_running_promise_is_due(void **state)
{
    struct one one;
    struct id task;
    int64_t now;
    size_t count;

    (void)state;
    begin(&one);
    now = one.cases.now_ms;
    assert_int_equal(counted(&one, CASE_LIST_DUE, now), 0);
    put_task(&one, "2025-11-27T07:00:00.000Z", "done");
    assert_int_equal(counted(&one, CASE_LIST_DUE, now), 0);
    task = put_task(&one, "2025-11-27T09:00:00.000Z", "open");
    assert_int_equal(counted(&one, CASE_LIST_DUE, now), 1);
    assert_int_equal(counted(&one, CASE_LIST_TODAY, now), 1);
    assert_int_equal(counted(&one, CASE_LIST_OVERDUE, now), 0);
    /* Time goes on, nothing changes: a day is late when it is over. */
    assert_int_equal(counted(&one, CASE_LIST_OVERDUE, now + 2 * 3600000), 0);
    assert_int_equal(counted(&one, CASE_LIST_TODAY, now + 2 * 3600000), 1);
    assert_int_equal(counted(&one, CASE_LIST_OVERDUE, now + 26 * 3600000), 1);
    assert_int_equal(counted(&one, CASE_LIST_TODAY, now + 26 * 3600000), 0);
    put_task(&one, "2025-11-26T09:00:00.000Z", "open");
    assert_int_equal(case_table_rows(one.table, &count)[0].due_ms, now - 23 * 3600000);
    case_table_remove(one.table, RECORD_TASK, &task);
    assert_int_equal(counted(&one, CASE_LIST_OVERDUE, now), 1);
    case_table_free(one.table);
}

static void what_somebody_else_has_in_hand_is_theirs(void **state)
{
    struct one one;

    (void)state;
    begin(&one);
    put_task(&one, "2025-11-26T09:00:00.000Z", "open");
    put(&one, RECORD_CASE, &one.matter,
        "{\"reference\":\"C-AAAA-BBBB\",\"status\":\"in-progress\",\"office\":\"t/north\","
        "\"assignee\":\"018f0000-0000-7000-8000-00000000000b\"}");
    assert_int_equal(counted(&one, CASE_LIST_DUE, one.cases.now_ms), 0);
    assert_int_equal(counted(&one, CASE_LIST_OFFICE, one.cases.now_ms), 1);
    put(&one, RECORD_CASE, &one.matter,
        "{\"reference\":\"C-AAAA-BBBB\",\"status\":\"in-progress\",\"office\":\"t/north\","
        "\"assignee\":\"018f0000-0000-7000-8000-00000000000a\"}");
    assert_int_equal(counted(&one, CASE_LIST_DUE, one.cases.now_ms), 1);
    assert_int_equal(counted(&one, CASE_LIST_MINE, one.cases.now_ms), 1);
    case_table_free(one.table);
}

static void a_message_comes_before_its_case(void **state)
{
    struct one one;
    struct id message, matter;
    char body[256];

    (void)state;
    begin(&one);
    message = id_generate(&one.cases.ids, one.cases.now_ms);
    matter = id_generate(&one.cases.ids, one.cases.now_ms);
    snprintf(body, sizeof(body),
             "{\"case\":\"%s\",\"direction\":\"in\",\"state\":\"received\",\"channel\":\"web\"}",
             matter.text);
    put(&one, RECORD_MESSAGE, &message, body);
    assert_int_equal(counted(&one, CASE_LIST_UNREAD, one.cases.now_ms), 0);
    put(&one, RECORD_CASE, &matter, "{\"reference\":\"C-1\",\"status\":\"received\"}");
    assert_int_equal(counted(&one, CASE_LIST_UNREAD, one.cases.now_ms), 1);
    snprintf(body, sizeof(body),
             "{\"case\":\"%s\",\"direction\":\"in\",\"state\":\"read\",\"channel\":\"web\"}",
             matter.text);
    put(&one, RECORD_MESSAGE, &message, body);
    assert_int_equal(counted(&one, CASE_LIST_UNREAD, one.cases.now_ms), 0);
    case_table_free(one.table);
}

/* Open tasks and unread messages that belong to no case stand in the lists themselves. */
static void what_belongs_to_no_case_has_its_own_row(void **state)
{
    struct one one;
    struct id task, message;
    const struct case_row *row;
    size_t count;
    char body[256];

    (void)state;
    begin(&one);
    task = id_generate(&one.cases.ids, one.cases.now_ms);
    message = id_generate(&one.cases.ids, one.cases.now_ms);
    put(&one, RECORD_TASK, &task,
        "{\"due_at\":\"2025-11-26T12:00:00.000Z\",\"state\":\"open\",\"office\":\"t/north\","
        "\"author\":\"018f0000-0000-7000-8000-00000000000a\",\"text\":\"Order paper\\nA4\"}");
    assert_int_equal(counted(&one, CASE_LIST_LOOSE, one.cases.now_ms), 1);
    assert_int_equal(counted(&one, CASE_LIST_OVERDUE, one.cases.now_ms), 1);
    assert_int_equal(counted(&one, CASE_LIST_MINE, one.cases.now_ms), 1);
    assert_int_equal(counted(&one, CASE_LIST_OFFICE, one.cases.now_ms), 2);
    row = &case_table_rows(one.table, &count)[case_table_find(one.table, &task)];
    assert_int_equal(row->kind, RECORD_TASK);
    assert_string_equal(case_table_subject(one.table, row, NULL), "Order paper");
    put(&one, RECORD_MESSAGE, &message,
        "{\"direction\":\"in\",\"state\":\"received\",\"channel\":\"sms\",\"subject\":\"Hello\"}");
    assert_int_equal(counted(&one, CASE_LIST_LOOSE, one.cases.now_ms), 2);
    assert_int_equal(counted(&one, CASE_LIST_UNREAD, one.cases.now_ms), 1);
    /* It comes to a case: then it is unread there. */
    snprintf(body, sizeof(body),
             "{\"case\":\"%s\",\"direction\":\"in\",\"state\":\"received\",\"channel\":\"sms\"}",
             one.matter.text);
    put(&one, RECORD_MESSAGE, &message, body);
    assert_int_equal(counted(&one, CASE_LIST_LOOSE, one.cases.now_ms), 1);
    assert_int_equal(counted(&one, CASE_LIST_UNREAD, one.cases.now_ms), 1);
    put(&one, RECORD_TASK, &task, "{\"state\":\"done\"}");
    assert_int_equal(counted(&one, CASE_LIST_LOOSE, one.cases.now_ms), 0);
    assert_int_equal(counted(&one, CASE_LIST_ALL, one.cases.now_ms), 1);
    case_table_free(one.table);
}

static void marks_are_of_cases_and_not_of_places(void **state)
{
    struct one one;
    struct case_query query;
    struct case_list list = {0};
    uint32_t row;

    (void)state;
    begin(&one);
    case_query_standard(&query, CASE_LIST_ALL);
    for (int i = 0; i < 20; i++) {
        struct id id = id_generate(&one.cases.ids, one.cases.now_ms);

        put(&one, RECORD_CASE, &id, "{\"reference\":\"C-2\",\"status\":\"received\"}");
    }
    arrange(&list, one.table, &query, one.cases.now_ms);
    assert_int_equal(list.count, 21);
    assert_true(case_list_mark_range(&list, 7, 3));
    assert_int_equal(list.marked, 5);
    row = list.order[5];
    query.descending = !query.descending;
    query.sort = CASE_COLUMN_OPENED;
    arrange(&list, one.table, &query, one.cases.now_ms);
    assert_true(case_list_is_marked(&list, row));
    assert_int_equal(list.marked, 5);
    strcpy(query.filter, "C-A");
    arrange(&list, one.table, &query, one.cases.now_ms);
    assert_int_equal(list.count, 1);
    assert_int_equal(case_list_unmark_hidden(&list), 5);
    assert_int_equal(list.marked, 0);
    case_list_free(&list);
    case_table_free(one.table);
}

static size_t found_by(struct one *one, const char *filter)
{
    struct case_query query;
    struct case_list list = {0};
    size_t count;

    case_query_standard(&query, CASE_LIST_ALL);
    strcpy(query.filter, filter);
    arrange(&list, one->table, &query, one->cases.now_ms);
    count = list.count;
    case_list_free(&list);
    return count;
}

static const char *client_shown(struct one *one)
{
    size_t count;
    const struct case_row *rows = case_table_rows(one->table, &count);

    return case_table_client(one->table, &rows[0], NULL, NULL);
}

static void a_merged_client_is_shown_as_the_one_that_stays(void **state)
{
    struct one one;
    struct id old, middle, stays;
    char body[256];

    (void)state;
    begin(&one);
    old = id_generate(&one.cases.ids, one.cases.now_ms);
    middle = id_generate(&one.cases.ids, one.cases.now_ms);
    stays = id_generate(&one.cases.ids, one.cases.now_ms);
    snprintf(body, sizeof(body), "{\"reference\":\"C-1\",\"status\":\"received\",\"client\":\"%s\"}",
             old.text);
    put(&one, RECORD_CASE, &one.matter, body);
    snprintf(body, sizeof(body), "{\"name\":\"Julie Gagnon\",\"merged_into\":\"%s\"}", middle.text);
    put(&one, RECORD_CLIENT, &old, body);
    /* The other file is not on this terminal yet. */
    assert_string_equal(client_shown(&one), "Julie Gagnon");
    snprintf(body, sizeof(body), "{\"name\":\"J Roy\",\"merged_into\":\"%s\"}", stays.text);
    put(&one, RECORD_CLIENT, &middle, body);
    put(&one, RECORD_CLIENT, &stays, "{\"name\":\"Julie Tremblay\"}");
    assert_string_equal(client_shown(&one), "Julie Tremblay");
    assert_int_equal(found_by(&one, "tremblay"), 1);
    assert_int_equal(found_by(&one, "gagnon"), 1);
    assert_int_equal(found_by(&one, "client:tremblay"), 1);
    assert_int_equal(found_by(&one, "client:gagnon"), 1);
    assert_int_equal(found_by(&one, "client:dupont"), 0);
    put(&one, RECORD_CLIENT, &old, "{\"name\":\"Julie Gagnon\"}");
    assert_string_equal(client_shown(&one), "Julie Gagnon");
    assert_int_equal(found_by(&one, "tremblay"), 0);
    /* A circle that two terminals made, until the server has refused one of them. */
    snprintf(body, sizeof(body), "{\"name\":\"Julie Gagnon\",\"merged_into\":\"%s\"}", stays.text);
    put(&one, RECORD_CLIENT, &old, body);
    snprintf(body, sizeof(body), "{\"name\":\"Julie Tremblay\",\"merged_into\":\"%s\"}", old.text);
    put(&one, RECORD_CLIENT, &stays, body);
    assert_memory_equal(client_shown(&one), "Julie ", 6);
    case_table_free(one.table);
}

static void a_query_is_kept_by_names(void **state)
{
    struct case_query query = {CASE_LIST_WAITING, CASE_COLUMN_CLIENT, true, CASE_GROUP_DUE, "roy"};
    struct case_query read;
    struct error error = ERROR_INIT;
    json_t *value = case_query_to_json(&query);

    (void)state;
    assert_int_equal(case_query_from_json(&read, value, &error), 0);
    assert_int_equal(read.list, query.list);
    assert_int_equal(read.sort, query.sort);
    assert_int_equal(read.descending, query.descending);
    assert_int_equal(read.group, query.group);
    assert_string_equal(read.filter, query.filter);
    json_object_set_new(value, "sort", json_string("colour"));
    assert_int_equal(case_query_from_json(&read, value, &error), ERROR_INVALID);
    assert_string_equal(error.message, "sort: no such word: colour");
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_table_that_follows_is_as_one_read_anew,
                                        store_fixture_setup, store_fixture_teardown),
        cmocka_unit_test(the_first_open_task_or_running_promise_is_due),
        cmocka_unit_test(what_somebody_else_has_in_hand_is_theirs),
        cmocka_unit_test(a_message_comes_before_its_case),
        cmocka_unit_test(what_belongs_to_no_case_has_its_own_row),
        cmocka_unit_test(marks_are_of_cases_and_not_of_places),
        cmocka_unit_test(a_merged_client_is_shown_as_the_one_that_stays),
        cmocka_unit_test(a_query_is_kept_by_names),
    };

    setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
