/* The checklist of a case: added once, ticked by two agents at once, and read in order. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "app/case.h"
#include "app/checklist.h"
#include "app/json.h"
#include "app/submission.h"
#include "tests/unit/work_fixture.h"

static struct id open_case(struct work_fixture *fixture)
{
    struct batch batch = {0};
    struct case_start start = {.subject = "birth"};
    struct id id;

    assert_int_equal(case_open(&batch, &fixture->author, &start, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    return id;
}

static json_t *three_items(void)
{
    return json_pack("[[s, {s:s, s:{s:s}}], [s, {s:s}], [s, {s:{s:s}}]]", "sample/birth#card",
                     "service", "sample/card", "reason", "en", "Because", "sample/birth#sin",
                     "service", "sample/sin", "sample/birth#bank", "agency", "id", "bank");
}

/* Adds items as the author, and lets the server have them. */
static size_t add(struct work_fixture *fixture, const struct id *id, json_t *items)
{
    struct record *matter = work_fixture_get(fixture, RECORD_CASE, id, NULL);
    struct batch batch = {0};
    size_t added;

    assert_int_equal(checklist_add(&batch, &fixture->author, matter, items, &added, NULL), 0);
    assert_int_equal(batch.count, added > 0 ? 1 : 0);
    if (batch.count > 0)
        work_fixture_apply(fixture, &batch);
    work_fixture_sync(fixture);
    json_decref(items);
    record_free(matter);
    return added;
}

/* The item at a place, by its name and its state. */
static void assert_item(const struct checklist *checklist, size_t place, const char *name,
                        enum checklist_state state)
{
    assert_true(place < checklist->count);
    assert_string_equal(checklist->items[place].name, name);
    assert_int_equal(checklist->items[place].state, state);
}

static void items_stand_in_order_and_only_once(void **state)
{
    struct work_fixture *fixture = *state;
    struct id id = open_case(fixture);
    struct record *matter;
    struct checklist checklist;

    assert_int_equal(add(fixture, &id, three_items()), 3);
    assert_int_equal(add(fixture, &id, three_items()), 0);
    /* Another event names the same service, and one of its own. */
    assert_int_equal(
        add(fixture, &id,
            json_pack("[[s, {s:s}], [s, {s:s}]]", "sample/move#card", "service", "sample/card",
                      "sample/move#address", "service", "sample/address")),
        1);
    matter = work_fixture_get(fixture, RECORD_CASE, &id, NULL);
    assert_int_equal(checklist_read(&checklist, matter, NULL), 0);
    assert_int_equal(checklist.count, 4);
    assert_item(&checklist, 0, "sample/birth#card", CHECKLIST_TO_DO);
    assert_item(&checklist, 1, "sample/birth#sin", CHECKLIST_TO_DO);
    assert_item(&checklist, 2, "sample/birth#bank", CHECKLIST_TO_DO);
    assert_item(&checklist, 3, "sample/move#address", CHECKLIST_TO_DO);
    assert_int_equal(checklist.needed, 4);
    assert_int_equal(checklist_next(&checklist), 0);
    assert_true(id_is_empty(&checklist.items[0].agent));
    checklist_free(&checklist);
    record_free(matter);
}

static void tick(struct work_fixture *fixture, const struct author *author, struct record *matter,
                 const char *name, enum checklist_state state)
{
    struct batch batch = {0};

    assert_int_equal(checklist_set(&batch, author, matter, name, state, NULL), 0);
    assert_int_equal(batch.count, 1);
    if (author == &fixture->author)
        work_fixture_apply(fixture, &batch);
    else
        work_fixture_visit(fixture, &batch);
}

static void two_agents_tick_different_items_without_conflict(void **state)
{
    struct work_fixture *fixture = *state;
    struct id id = open_case(fixture);
    struct record *matter;
    struct checklist checklist;

    add(fixture, &id, three_items());
    matter = work_fixture_get(fixture, RECORD_CASE, &id, NULL);
    /* Neither has seen the other's. */
    tick(fixture, &fixture->author, matter, "sample/birth#card", CHECKLIST_DONE);
    tick(fixture, &fixture->visitor, matter, "sample/birth#bank", CHECKLIST_NOT_NEEDED);
    work_fixture_sync(fixture);
    record_free(matter);
    matter = work_fixture_get(fixture, RECORD_CASE, &id, NULL);
    assert_int_equal(checklist_read(&checklist, matter, NULL), 0);
    assert_item(&checklist, 0, "sample/birth#card", CHECKLIST_DONE);
    assert_item(&checklist, 1, "sample/birth#sin", CHECKLIST_TO_DO);
    assert_item(&checklist, 2, "sample/birth#bank", CHECKLIST_NOT_NEEDED);
    assert_true(id_equal(&checklist.items[0].agent, &fixture->author.agent));
    assert_true(id_equal(&checklist.items[2].agent, &fixture->visitor.agent));
    assert_true(checklist.items[0].at_ms > 0);
    assert_int_equal(checklist.done, 1);
    assert_int_equal(checklist.needed, 2);
    assert_int_equal(checklist_next(&checklist), 1);
    assert_null(json_object_get(matter->meta, "conflicts"));
    checklist_free(&checklist);
    record_free(matter);
}

static void one_item_ticked_two_ways_keeps_both_in_sight(void **state)
{
    struct work_fixture *fixture = *state;
    struct id id = open_case(fixture);
    struct record *matter;
    const json_t *conflicts;

    add(fixture, &id, three_items());
    matter = work_fixture_get(fixture, RECORD_CASE, &id, NULL);
    tick(fixture, &fixture->author, matter, "sample/birth#card", CHECKLIST_DONE);
    tick(fixture, &fixture->visitor, matter, "sample/birth#card", CHECKLIST_NOT_NEEDED);
    work_fixture_sync(fixture);
    record_free(matter);
    matter = work_fixture_get(fixture, RECORD_CASE, &id, NULL);
    conflicts = json_object_get(matter->meta, "conflicts");
    assert_int_equal(json_array_size(conflicts), 1);
    assert_string_equal(json_text_or(json_array_get(conflicts, 0), "path", ""),
                        "ticks/sample~1birth#card");
    record_free(matter);
}

static void a_tick_is_taken_back(void **state)
{
    struct work_fixture *fixture = *state;
    struct id id = open_case(fixture);
    struct batch batch = {0};
    struct record *matter;
    struct checklist checklist;

    add(fixture, &id, three_items());
    matter = work_fixture_get(fixture, RECORD_CASE, &id, NULL);
    tick(fixture, &fixture->author, matter, "sample/birth#card", CHECKLIST_DONE);
    record_free(matter);
    matter = work_fixture_get(fixture, RECORD_CASE, &id, NULL);
    assert_int_equal(
        checklist_set(&batch, &fixture->author, matter, "sample/birth#card", CHECKLIST_DONE, NULL),
        0);
    assert_int_equal(batch.count, 0);
    assert_int_equal(
        checklist_set(&batch, &fixture->author, matter, "sample/birth#none", CHECKLIST_DONE, NULL),
        ERROR_NOT_FOUND);
    tick(fixture, &fixture->author, matter, "sample/birth#card", CHECKLIST_TO_DO);
    record_free(matter);
    matter = work_fixture_get(fixture, RECORD_CASE, &id, NULL);
    assert_int_equal(checklist_read(&checklist, matter, NULL), 0);
    assert_item(&checklist, 0, "sample/birth#card", CHECKLIST_TO_DO);
    assert_int_equal(json_object_size(json_object_get(matter->body, "ticks")), 0);
    checklist_free(&checklist);
    record_free(matter);
}

static void what_is_no_checklist_is_read_as_none(void **state)
{
    struct work_fixture *fixture = *state;
    struct id id = open_case(fixture);
    struct record *matter = work_fixture_get(fixture, RECORD_CASE, &id, NULL);
    struct checklist checklist;

    assert_int_equal(checklist_read(&checklist, matter, NULL), 0);
    assert_int_equal(checklist.count, 0);
    assert_int_equal(checklist_next(&checklist), 0);
    json_object_set_new(matter->body, "checklist",
                        json_pack("{s:i, s:{s:s}, s:n}", "a", 5, "b", "order", "x", "c"));
    json_object_set_new(matter->body, "ticks", json_pack("{s:i, s:s}", "b", 1, "z", "done"));
    assert_int_equal(checklist_read(&checklist, matter, NULL), 0);
    assert_int_equal(checklist.count, 1);
    assert_item(&checklist, 0, "b", CHECKLIST_TO_DO);
    checklist_free(&checklist);
    record_free(matter);
}

static struct record *draft(struct work_fixture *fixture, const struct id *id)
{
    return work_fixture_get(fixture, RECORD_SUBMISSION, id, NULL);
}

static void a_step_is_put_in_or_left_out_whatever_the_answers_say(void **state)
{
    struct work_fixture *fixture = *state;
    struct submission_place place = {0};
    struct batch batch = {0};
    struct record *form, *record;
    struct id id, none = id_from_key("form", "sample/event-birth");

    form = record_new(RECORD_FORM, &none);
    json_object_set_new(form->body, "key", json_string("sample/event-birth"));
    assert_int_equal(submission_start(&batch, &fixture->author, form, &place, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    record = draft(fixture, &id);
    assert_true(checklist_is_chosen(record, "sin", true));
    assert_false(checklist_is_chosen(record, "sin", false));
    assert_int_equal(checklist_choose(&batch, &fixture->author, record, "sin", true, true, NULL),
                     0);
    assert_int_equal(batch.count, 0);
    assert_int_equal(checklist_choose(&batch, &fixture->author, record, "sin", false, true, NULL),
                     0);
    work_fixture_apply(fixture, &batch);
    record_free(record);
    record = draft(fixture, &id);
    assert_false(checklist_is_chosen(record, "sin", true));
    assert_int_equal(checklist_choose(&batch, &fixture->author, record, "sin", true, true, NULL),
                     0);
    work_fixture_apply(fixture, &batch);
    record_free(record);
    record = draft(fixture, &id);
    /* It follows the answers again. */
    assert_int_equal(json_object_size(json_object_get(record->body, "steps")), 0);
    record_free(record);
    record_free(form);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, work_fixture_setup, work_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(items_stand_in_order_and_only_once),
        WITH(two_agents_tick_different_items_without_conflict),
        WITH(one_item_ticked_two_ways_keeps_both_in_sight),
        WITH(a_tick_is_taken_back),
        WITH(what_is_no_checklist_is_read_as_none),
        WITH(a_step_is_put_in_or_left_out_whatever_the_answers_say),
    };

    return cmocka_run_group_tests_name("checklist", tests, NULL, NULL);
}
