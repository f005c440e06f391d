/* Tasks as agents make, put off and end them. */
#include "app/task.h"

#include <stdlib.h>
#include <string.h>

#include "app/note.h"
#include "tests/unit/unit.h"
#include "tests/unit/work_fixture.h"

/* 2026-11-26, a Thursday, at noon UTC. */
#define THURSDAY INT64_C(1795694400000)
#define HOUR_MS  INT64_C(3600000)
#define DAY_MS   (24 * HOUR_MS)

static const struct task_draft draft = {
    .kind = "other", .text = "Send the receipt", .due_ms = THURSDAY};

static struct id make(struct work_fixture *fixture, const struct task_draft *wanted)
{
    struct batch batch = {0};
    struct id id;

    assert_int_equal(task_make(&batch, &fixture->author, wanted, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    return id;
}

static void test_is_done_and_opened_again(void **state)
{
    struct work_fixture *fixture = *state;
    struct id id = make(fixture, &draft);
    struct record *task = work_fixture_get(fixture, RECORD_TASK, &id, NULL);
    struct batch batch = {0};

    assert_true(task_is_open(task));
    assert_int_equal(task_due_ms(task), THURSDAY);
    assert_int_equal(task_reopen(&batch, &fixture->author, task, "why", NULL), ERROR_CONFLICT);
    assert_int_equal(task_done(&batch, &fixture->author, task, NULL, NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(task);
    task = work_fixture_get(fixture, RECORD_TASK, &id, NULL);
    assert_string_equal(record_text(task, "state"), "done");
    assert_string_equal(record_text(task, "ended_by"), fixture->author.agent.text);
    assert_string_not_equal(record_text(task, "ended_at"), "");
    assert_int_equal(task_done(&batch, &fixture->author, task, NULL, NULL), ERROR_CONFLICT);
    assert_int_equal(task_drop(&batch, &fixture->author, task, "no", NULL), ERROR_CONFLICT);
    assert_int_equal(task_assign(&batch, &fixture->author, task, &fixture->visitor.agent, NULL),
                     ERROR_CONFLICT);
    assert_int_equal(task_move(&batch, &fixture->author, task, THURSDAY + DAY_MS, "x", NULL),
                     ERROR_CONFLICT);
    assert_int_equal(task_reopen(&batch, &fixture->author, task, " ", NULL), ERROR_INVALID);
    assert_int_equal(batch.count, 0);
    assert_int_equal(task_reopen(&batch, &fixture->author, task, "came back", NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(task);
    task = work_fixture_get(fixture, RECORD_TASK, &id, NULL);
    assert_true(task_is_open(task));
    assert_string_equal(record_text(task, "reason"), "came back");
    assert_string_equal(record_text(task, "ended_by"), "");
    record_free(task);
}

static void test_is_dropped_with_a_reason(void **state)
{
    struct work_fixture *fixture = *state;
    struct id id = make(fixture, &draft);
    struct record *task = work_fixture_get(fixture, RECORD_TASK, &id, NULL);
    struct batch batch = {0};

    assert_int_equal(task_drop(&batch, &fixture->author, task, NULL, NULL), ERROR_INVALID);
    assert_int_equal(task_drop(&batch, &fixture->author, task, "not needed", NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(task);
    task = work_fixture_get(fixture, RECORD_TASK, &id, NULL);
    assert_string_equal(record_text(task, "state"), "dropped");
    assert_string_equal(record_text(task, "reason"), "not needed");
    record_free(task);
}

/* Two agents put it off without knowing of each other: the later day stands, both stay told. */
static void test_every_day_it_had_stays(void **state)
{
    struct work_fixture *fixture = *state;
    struct id id = make(fixture, &draft);
    struct task_move moves[TASK_MOVES_LIMIT];
    struct record *task;
    struct batch batch = {0}, other = {0};

    work_fixture_sync(fixture);
    task = work_fixture_get(fixture, RECORD_TASK, &id, NULL);
    assert_int_equal(task_moves(task, moves), 0);
    assert_int_equal(task_move(&batch, &fixture->author, task, THURSDAY, "same", NULL), 0);
    assert_int_equal(batch.count, 0);
    assert_int_equal(
        task_move(&batch, &fixture->author, task, THURSDAY + DAY_MS, "client away", NULL), 0);
    assert_int_equal(task_move(&other, &fixture->visitor, task, THURSDAY + 3 * DAY_MS, NULL, NULL),
                     0);
    record_free(task);
    work_fixture_apply(fixture, &batch);
    work_fixture_visit(fixture, &other);
    work_fixture_sync(fixture);
    task = work_fixture_get(fixture, RECORD_TASK, &id, NULL);
    assert_int_equal(task_moves(task, moves), 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(moves[i].from_ms, THURSDAY);
        assert_true(strcmp(moves[i].reason, "client away") == 0
                        ? moves[i].to_ms == THURSDAY + DAY_MS &&
                              strcmp(moves[i].by, fixture->author.agent.text) == 0
                        : moves[i].to_ms == THURSDAY + 3 * DAY_MS && *moves[i].reason == '\0');
    }
    record_free(task);
}

static void test_is_not_put_off_for_ever(void **state)
{
    struct work_fixture *fixture = *state;
    struct id id = make(fixture, &draft);
    struct batch batch = {0};

    for (int i = 1; i <= TASK_MOVES_LIMIT; i++) {
        struct record *task = work_fixture_get(fixture, RECORD_TASK, &id, NULL);

        assert_int_equal(
            task_move(&batch, &fixture->author, task, THURSDAY + i * DAY_MS, "later", NULL), 0);
        record_free(task);
        work_fixture_apply(fixture, &batch);
    }
    struct record *task = work_fixture_get(fixture, RECORD_TASK, &id, NULL);
    struct error error = ERROR_INIT;

    assert_int_equal(task_move(&batch, &fixture->author, task, THURSDAY, "again", &error),
                     ERROR_TOO_LARGE);
    assert_non_null(strstr(error.message, "at most 50"));
    record_free(task);
}

static void test_is_given_to_somebody(void **state)
{
    struct work_fixture *fixture = *state;
    struct task_draft given = draft;
    struct record *task;
    struct batch batch = {0};
    struct id id;

    given.assignee = fixture->visitor.agent;
    id = make(fixture, &given);
    task = work_fixture_get(fixture, RECORD_TASK, &id, NULL);
    assert_string_equal(record_text(task, "assignee"), fixture->visitor.agent.text);
    assert_int_equal(task_assign(&batch, &fixture->author, task, &fixture->visitor.agent, NULL), 0);
    assert_int_equal(batch.count, 0);
    assert_int_equal(task_assign(&batch, &fixture->author, task, &(struct id){0}, NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(task);
    task = work_fixture_get(fixture, RECORD_TASK, &id, NULL);
    assert_string_equal(record_text(task, "assignee"), "");
    record_free(task);
    /* Together or not at all. */
    for (batch.count = 0; batch.count < BATCH_LIMIT - 1; batch.count++)
        batch.operations[batch.count] = operation_new(OPERATION_APPEND, RECORD_TASK, &id);
    assert_int_equal(task_make(&batch, &fixture->author, &given, &id, NULL), ERROR_INTERNAL);
    assert_int_equal(batch.count, BATCH_LIMIT - 1);
    batch_clear(&batch);
}

static void test_a_commitment_comes_back(void **state)
{
    struct work_fixture *fixture = *state;
    struct id matter = id_from_key("case", "one"), note = id_from_key("note", "one");
    struct note_draft written = {.kind = "commitment", .text = "I will call", .matter = matter};
    struct batch batch = {0};

    /* Not without a day, and not of another kind. */
    assert_int_equal(task_of_note(&batch, &fixture->author, &written, &note, NULL), 0);
    written.kind = "internal";
    written.due_ms = THURSDAY;
    assert_int_equal(task_of_note(&batch, &fixture->author, &written, &note, NULL), 0);
    assert_int_equal(batch.count, 0);
    written.kind = "commitment";
    assert_int_equal(task_of_note(&batch, &fixture->author, &written, &note, NULL), 0);
    assert_int_equal(batch.count, 1);
    assert_string_equal(json_string_value(json_object_get(batch.operations[0]->body, "note")),
                        note.text);
    assert_string_equal(json_string_value(json_object_get(batch.operations[0]->body, "case")),
                        matter.text);
    batch_clear(&batch);
}

static void refuse(struct work_fixture *fixture, struct task_draft bad, int code)
{
    struct batch batch = {0};
    struct id id;

    assert_int_equal(task_make(&batch, &fixture->author, &bad, &id, NULL), code);
    assert_int_equal(batch.count, 0);
}

static void test_refuses(void **state)
{
    struct work_fixture *fixture = *state;
    char *longer = malloc(TASK_TEXT_LIMIT + 2);

    memset(longer, 'a', TASK_TEXT_LIMIT + 1);
    longer[TASK_TEXT_LIMIT + 1] = '\0';
    refuse(fixture, (struct task_draft){.kind = "odd", .text = "x"}, ERROR_INVALID);
    refuse(fixture, (struct task_draft){.kind = "other", .text = " \n"}, ERROR_INVALID);
    refuse(fixture, (struct task_draft){.kind = "other", .text = "\xff"}, ERROR_INVALID);
    refuse(fixture, (struct task_draft){.kind = "commitment", .text = "x"}, ERROR_INVALID);
    refuse(fixture, (struct task_draft){.kind = "other", .text = longer}, ERROR_TOO_LARGE);
    free(longer);
}

/* By the days of the place, not of Greenwich. */
static void test_comes_back_on_its_day(void **state)
{
    struct work_fixture *fixture = *state;
    struct id id = make(fixture, &draft);
    struct record *task = work_fixture_get(fixture, RECORD_TASK, &id, NULL);
    struct zone *zone = NULL;

    assert_int_equal(zone_open(&zone, "Pacific/Pitcairn", NULL), 0);
    /* Wednesday, 23:59 eight hours west, is Thursday in Greenwich. */
    assert_int_equal(task_when(task, zone, THURSDAY - 4 * HOUR_MS - 60000), TASK_LATER);
    assert_int_equal(task_when(task, NULL, THURSDAY - 4 * HOUR_MS - 60000), TASK_TODAY);
    assert_int_equal(task_when(task, zone, THURSDAY - 4 * HOUR_MS), TASK_TODAY);
    assert_int_equal(task_when(task, zone, THURSDAY + 20 * HOUR_MS - 1), TASK_TODAY);
    assert_int_equal(task_when(task, zone, THURSDAY + 20 * HOUR_MS), TASK_OVERDUE);
    json_object_del(task->body, "due_at");
    assert_int_equal(task_when(task, zone, THURSDAY), TASK_SOMEDAY);
    json_object_set_new(task->body, "state", json_string("done"));
    assert_int_equal(task_when(task, zone, THURSDAY), TASK_ENDED);
    record_free(task);
    zone_free(zone);
}

static struct record *agent_of(const struct id *id, const char *body)
{
    struct record *agent = record_new(RECORD_AGENT, id);

    json_decref(agent->body);
    agent->body = json_loads(body, 0, NULL);
    assert_non_null(agent->body);
    return agent;
}

static void test_whose_it_is(void **state)
{
    struct work_fixture *fixture = *state;
    struct id id = make(fixture, &draft), other = id_from_key("agent", "s/other");
    struct record *task = work_fixture_get(fixture, RECORD_TASK, &id, NULL);
    struct record *author = agent_of(&fixture->author.agent, "{\"key\": \"s/a\"}");
    struct record *keeper =
        agent_of(&other, "{\"key\": \"s/o\", \"office\": \"x\", \"queues\": [\"refunds\"]}");
    int today, overdue;

    json_object_set_new(task->body, "office", json_string("s/x"));
    assert_true(task_is_for(task, author));
    assert_true(task_is_for(task, keeper)); /* of its office */
    json_object_set_new(task->body, "kind", json_string("commitment"));
    assert_false(task_is_for(task, keeper));
    json_object_set_new(task->body, "kind", json_string("refund"));
    json_object_set_new(task->body, "to_queue", json_string("s/refunds"));
    assert_true(task_is_for(task, keeper));
    json_object_set_new(task->body, "to_queue", json_string("s/none"));
    assert_false(task_is_for(task, keeper));
    json_object_set_new(task->body, "assignee", json_string(other.text));
    assert_true(task_is_for(task, keeper));
    assert_false(task_is_for(task, author));
    assert_int_equal(
        task_count_due(fixture->store.store, author, NULL, THURSDAY, &today, &overdue, NULL), 0);
    assert_int_equal(today, 1);
    assert_int_equal(overdue, 0);
    assert_int_equal(task_count_due(fixture->store.store, author, NULL, THURSDAY + DAY_MS, &today,
                                    &overdue, NULL),
                     0);
    assert_int_equal(today, 0);
    assert_int_equal(overdue, 1);
    record_free(task);
    record_free(author);
    record_free(keeper);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, work_fixture_setup, work_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_is_done_and_opened_again),
        TEST(test_is_dropped_with_a_reason),
        TEST(test_every_day_it_had_stays),
        TEST(test_is_not_put_off_for_ever),
        TEST(test_is_given_to_somebody),
        TEST(test_a_commitment_comes_back),
        TEST(test_refuses),
        TEST(test_comes_back_on_its_day),
        TEST(test_whose_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
