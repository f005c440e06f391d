/* The store's log of what changed: whoever wrote it, and only as far as it reaches. */
#include "tests/unit/unit.h"

#include <string.h>

#include "tests/unit/case_fixture.h"
#include "tests/unit/store_fixture.h"

struct seen {
    struct store_change last;
    size_t count;
    struct id cases[64];
};

static int see(void *context, const struct store_change *change)
{
    struct seen *seen = context;

    seen->last = *change;
    if (seen->count < 64)
        seen->cases[seen->count] = change->case_id;
    seen->count++;
    return 0;
}

static void send(struct case_fixture *cases, const struct id *note, int64_t rev,
                 const struct id *matter)
{
    struct record *record = case_fixture_record(cases, RECORD_NOTE, note, rev,
                                                json_pack("{s:s}", "case", matter->text));

    assert_int_equal(store_write_page(cases->store, &record, 1, cases->cursor, "feed", NULL), 0);
    record_free(record);
}

static void what_another_connection_writes_is_told(void **state)
{
    struct store_fixture *fixture = *state;
    struct case_fixture cases = {.seed = 1};
    struct id note = store_fixture_id(fixture), matter = store_fixture_id(fixture),
              other = store_fixture_id(fixture), newest;
    struct store_gone gone = {.type = RECORD_NOTE, .id = note};
    struct store_place place = {
        .cursor = 9, .feed = "feed", .epoch = "", .gone = &gone, .gone_count = 1};
    struct seen seen = {0};
    int64_t reached;
    bool formerly = false, now = false;

    assert_int_equal(store_open(&cases.store, fixture->path, fixture->key, NULL), 0);
    assert_int_equal(store_change_latest(fixture->store, NULL), 0);
    send(&cases, &note, 1, &matter);
    assert_int_equal(store_changes(fixture->store, 0, 100, see, &seen, &reached, NULL), 0);
    assert_int_equal(seen.count, 1);
    assert_int_equal(reached, store_change_latest(fixture->store, NULL));
    assert_true(id_is_empty(&seen.last.id)); /* no list shows the note: its case is told */
    assert_string_equal(seen.last.case_id.text, matter.text);
    assert_int_equal(store_case_newest(fixture->store, &matter, &newest, NULL), 0);
    assert_string_equal(newest.text, note.text);
    /* It goes to another case, then away. */
    seen = (struct seen){0};
    send(&cases, &note, 2, &other);
    assert_int_equal(store_write_page_at(cases.store, NULL, 0, &place, NULL), 0);
    assert_int_equal(store_changes(fixture->store, reached, 100, see, &seen, &reached, NULL), 0);
    assert_true(seen.count >= 3);
    for (int i = 0; i < 3; i++) {
        formerly |= id_equal(&seen.cases[i], &matter);
        now |= id_equal(&seen.cases[i], &other);
    }
    assert_true(formerly);
    assert_true(now);
    assert_int_equal(store_case_newest(fixture->store, &other, &newest, NULL), 0);
    assert_true(id_is_empty(&newest));
    store_close(cases.store);
}

static void whoever_comes_too_late_is_told_so(void **state)
{
    struct store_fixture *fixture = *state;
    struct case_fixture cases = {.seed = 1, .store = fixture->store};
    struct id matter = store_fixture_id(fixture);
    struct record *page[700];
    struct seen seen = {0};
    int64_t reached, first;

    for (int i = 0; i < 700; i++) {
        struct id id = store_fixture_id(fixture);

        page[i] = case_fixture_record(&cases, RECORD_TASK, &id, 1,
                                      json_pack("{s:s}", "case", matter.text));
    }
    assert_int_equal(store_write_page(fixture->store, page, 10, 10, "feed", NULL), 0);
    first = store_change_latest(fixture->store, NULL);
    for (int round = 2; round < 32; round++) {
        for (int i = 0; i < 700; i++)
            page[i]->rev = round;
        assert_int_equal(store_write_page(fixture->store, page, 700, 1000 * round, "feed", NULL),
                         0);
    }
    assert_true(store_change_latest(fixture->store, NULL) > 21000);
    assert_int_equal(store_changes(fixture->store, first, 10, see, &seen, &reached, NULL),
                     ERROR_NOT_FOUND);
    assert_int_equal(seen.count, 0);
    first = store_change_latest(fixture->store, NULL) - 15000;
    assert_int_equal(store_changes(fixture->store, first, 10, see, &seen, &reached, NULL), 0);
    assert_int_equal(reached, first + 10);
    /* Of another file that stood here. */
    assert_int_equal(store_changes(fixture->store, first + 20000, 10, see, &seen, &reached, NULL),
                     ERROR_NOT_FOUND);
    for (int i = 0; i < 700; i++)
        record_free(page[i]);
}

/* What no list shows is told by its case, once however much of it was written together. */
static void notes_written_together_are_one_change(void **state)
{
    struct store_fixture *fixture = *state;
    struct case_fixture cases = {.seed = 1, .store = fixture->store};
    struct id matters[3];
    struct record *page[90];
    struct seen seen = {0};
    int64_t reached;

    for (int i = 0; i < 3; i++)
        matters[i] = store_fixture_id(fixture);
    for (int i = 0; i < 90; i++) {
        struct id id = store_fixture_id(fixture);

        page[i] = case_fixture_record(&cases, RECORD_NOTE, &id, 1,
                                      json_pack("{s:s}", "case", matters[i % 3].text));
    }
    assert_int_equal(store_write_page(fixture->store, page, 90, 90, "feed", NULL), 0);
    assert_int_equal(store_change_latest(fixture->store, NULL), 1);
    assert_int_equal(store_changes(fixture->store, 0, 100, see, &seen, &reached, NULL), 0);
    assert_int_equal(seen.count, 3);
    for (int i = 0; i < 3; i++)
        assert_string_equal(seen.cases[i].text, matters[i].text);
    /* The next transaction tells it again. */
    page[0]->rev = 2;
    assert_int_equal(store_write_page(fixture->store, page, 1, 91, "feed", NULL), 0);
    seen = (struct seen){0};
    assert_int_equal(store_changes(fixture->store, reached, 100, see, &seen, &reached, NULL), 0);
    assert_int_equal(seen.count, 1);
    assert_string_equal(seen.cases[0].text, matters[0].text);
    /* Own work, which is written otherwise. */
    store_fixture_note(fixture, &matters[2], "noted");
    seen = (struct seen){0};
    assert_int_equal(store_changes(fixture->store, reached, 100, see, &seen, &reached, NULL), 0);
    assert_int_equal(seen.count, 1);
    assert_string_equal(seen.cases[0].text, matters[2].text);
    for (int i = 0; i < 90; i++)
        record_free(page[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_another_connection_writes_is_told, store_fixture_setup,
                                        store_fixture_teardown),
        cmocka_unit_test_setup_teardown(notes_written_together_are_one_change, store_fixture_setup,
                                        store_fixture_teardown),
        cmocka_unit_test_setup_teardown(whoever_comes_too_late_is_told_so, store_fixture_setup,
                                        store_fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
