/* Tasks at the server: who sees them, and the file that they open. */
#include <string.h>

#include "tests/unit/ledger_fixture.h"

static json_t *task_body(struct ledger_fixture *f, enum fixture_agent who, const struct id *matter,
                         const char *queue)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s*}", "kind", "refund", "text",
                     "Give it back", "case", matter->text, "author", f->actors[who].agent.text,
                     "office", "sample/a", "at", "2026-11-24T10:00:00.000Z", "state", "open",
                     "to_queue", queue);
}

static void test_its_queue_sees_it_with_the_case(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, fixture_case(f, ANNE, "sample/a"));
    struct id inside = fixture_make(f, ANNE, RECORD_TASK, task_body(f, ANNE, &matter, NULL));
    struct id task;

    assert_false(fixture_sees(f, BEN, 0, &inside));
    assert_false(fixture_sees(f, BEN, 0, &matter));
    task = fixture_make(f, ANNE, RECORD_TASK, task_body(f, ANNE, &matter, "sample/q"));
    assert_true(fixture_sees(f, ANNE, 0, &task));
    assert_true(fixture_sees(f, BEN, 0, &task));
    assert_true(fixture_sees(f, BEN, 0, &matter));
    assert_false(fixture_sees(f, DENIS, 0, &task));
    assert_false(fixture_sees(f, DENIS, 0, &matter));
}

static void test_who_is_given_it_sees_it(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, fixture_case(f, ANNE, "sample/a"));
    struct id task = fixture_make(f, ANNE, RECORD_TASK, task_body(f, ANNE, &matter, NULL));

    assert_false(fixture_sees(f, DENIS, 0, &task));
    fixture_applied(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_CLAIM, RECORD_TASK, &task, 1,
                                      json_pack("{s:s}", "assignee", f->actors[DENIS].agent.text)));
    assert_true(fixture_sees(f, DENIS, 0, &task));
    assert_true(fixture_sees(f, DENIS, 0, &matter));
}

static void test_nobody_writes_for_another(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, fixture_case(f, ANNE, "sample/a")),
              id = fixture_id(f);

    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_TASK, &id, 0,
                                      task_body(f, BEN, &matter, NULL)),
                    MERGE_ACTOR, "author");
    /* Nor opens a file to their queue by naming it. */
    fixture_refused(f, BEN,
                    fixture_operation(f, BEN, OPERATION_APPEND, RECORD_TASK, &id, 0,
                                      task_body(f, BEN, &matter, "sample/q")),
                    MERGE_FORBIDDEN, NULL);
}

/* What the server makes under an id that it computes, nobody makes before it does. */
static void test_nobody_takes_an_id_of_the_servers(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, fixture_case(f, ANNE, "sample/a"));
    struct id computed = id_from_key("refund", "x");
    json_t *message = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "channel", "email", "direction", "out",
        "text", "Bonjour", "subject", "S", "to", "zoe@example.ca", "office", "sample/a", "at",
        "2026-11-24T12:00:00.000Z", "state", "queued", "author", f->actors[ANNE].agent.text);

    assert_true(id_is_computed(&computed));
    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_TASK, &computed, 0,
                                      task_body(f, ANNE, &matter, NULL)),
                    MERGE_FORBIDDEN, "");
    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_MESSAGE, &computed, 0,
                                      json_incref(message)),
                    MERGE_FORBIDDEN, "");
    /* Under one of their own, the same. */
    fixture_make(f, ANNE, RECORD_TASK, task_body(f, ANNE, &matter, NULL));
    fixture_make(f, ANNE, RECORD_MESSAGE, message);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_its_queue_sees_it_with_the_case),
        TEST(test_who_is_given_it_sees_it),
        TEST(test_nobody_writes_for_another),
        TEST(test_nobody_takes_an_id_of_the_servers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
