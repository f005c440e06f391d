/* Flags at the server: who sees them, who settles them. */
#include <string.h>

#include "tests/unit/ledger_fixture.h"

/* `queue` NULL for none. */
static json_t *flag_body(struct ledger_fixture *f, enum fixture_agent who, const char *office,
                         const char *queue)
{
    json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "subject_type", "service",
                             "subject", "sample/passport", "kind", "wrong-fee", "text", "$5 less",
                             "agent", f->actors[who].agent.text, "office", office, "at",
                             "2026-11-24T10:00:00.000Z", "state", "open");

    if (queue != NULL)
        json_object_set_new(body, "to_queue", json_string(queue));
    return body;
}

static struct operation *settling(struct ledger_fixture *f, enum fixture_agent who,
                                  const struct id *flag)
{
    return fixture_operation(f, who, OPERATION_CLAIM, RECORD_FLAG, flag, 1,
                             json_pack("{s:s, s:s, s:s, s:s}", "state", "settled", "answer",
                                       "corrected", "settled_by", f->actors[who].agent.text,
                                       "settled_at", "2026-11-24T11:00:00.000Z"));
}

static void test_office_and_keepers_see_it(void **state)
{
    struct ledger_fixture *f = *state;
    struct id flag = fixture_make(f, ANNE, RECORD_FLAG, flag_body(f, ANNE, "sample/a", "sample/q"));
    int64_t since;

    assert_true(fixture_sees(f, ANNE, 0, &flag));
    assert_true(fixture_sees(f, BEN, 0, &flag));
    assert_true(fixture_sees(f, CHLOE, 0, &flag));
    assert_false(fixture_sees(f, DENIS, 0, &flag));
    assert_int_equal(fixture_read(f, DENIS, RECORD_FLAG, &flag, NULL), ERROR_REFUSED);
    /* The answer comes to the author past what was read. */
    json_decref(fixture_desk(f, ANNE, 0, 100, &since));
    fixture_applied(f, BEN, settling(f, BEN, &flag));
    assert_true(fixture_sees(f, ANNE, since, &flag));
}

static void test_keepers_settle_it(void **state)
{
    struct ledger_fixture *f = *state;
    struct id flag = fixture_make(f, ANNE, RECORD_FLAG, flag_body(f, ANNE, "sample/a", "sample/q"));
    struct operation *operation;

    fixture_refused(f, ANNE, settling(f, ANNE, &flag), MERGE_ACTOR, "state");
    fixture_refused(f, DENIS, settling(f, DENIS, &flag), MERGE_FORBIDDEN, NULL);
    /* Not in another's name, not without an answer, not halfway. */
    operation = settling(f, BEN, &flag);
    json_object_set_new(operation->body, "settled_by", json_string(f->actors[CHLOE].agent.text));
    fixture_refused(f, BEN, operation, MERGE_ACTOR, "settled_by");
    operation = settling(f, BEN, &flag);
    json_object_del(operation->body, "answer");
    fixture_refused(f, BEN, operation, MERGE_REQUIRED, "answer");
    operation = settling(f, BEN, &flag);
    json_object_del(operation->body, "state");
    fixture_refused(f, BEN, operation, MERGE_REQUIRED, "state");
    operation = settling(f, BEN, &flag);
    json_object_set_new(operation->body, "text", json_string("what she never wrote"));
    fixture_refused(f, BEN, operation, MERGE_FIELD, "text");
    fixture_applied(f, BEN, settling(f, BEN, &flag));
    /* One answer wins: the other keeper is told. */
    fixture_refused(f, CHLOE, settling(f, CHLOE, &flag), MERGE_TAKEN, NULL);
}

static struct operation *withdrawal(struct ledger_fixture *f, enum fixture_agent who,
                                    const struct id *flag)
{
    return fixture_operation(
        f, who, OPERATION_CLAIM, RECORD_FLAG, flag, 1,
        json_pack("{s:s, s:s}", "state", "withdrawn", "settled_at", "2026-11-24T11:00:00.000Z"));
}

/* The author alone, without an answer, while it is open. */
static void test_its_author_takes_it_back(void **state)
{
    struct ledger_fixture *f = *state;
    struct id flag = fixture_make(f, ANNE, RECORD_FLAG, flag_body(f, ANNE, "sample/a", "sample/q"));
    struct operation *operation;

    fixture_refused(f, BEN, withdrawal(f, BEN, &flag), MERGE_ACTOR, "state");
    fixture_refused(f, DENIS, withdrawal(f, DENIS, &flag), MERGE_FORBIDDEN, NULL);
    operation = withdrawal(f, ANNE, &flag);
    json_object_set_new(operation->body, "answer", json_string("it is right"));
    fixture_refused(f, ANNE, operation, MERGE_FIELD, "answer");
    operation = withdrawal(f, ANNE, &flag);
    json_object_set_new(operation->body, "settled_by", json_string(f->actors[BEN].agent.text));
    fixture_refused(f, ANNE, operation, MERGE_FIELD, "settled_by");
    fixture_applied(f, ANNE, withdrawal(f, ANNE, &flag));
    /* The keeper who answers at the same time is told. */
    fixture_refused(f, BEN, settling(f, BEN, &flag), MERGE_TAKEN, NULL);
}

static void test_an_office_without_keepers_keeps_its_own(void **state)
{
    struct ledger_fixture *f = *state;
    struct id flag = fixture_make(f, ANNE, RECORD_FLAG, flag_body(f, ANNE, "sample/a", NULL));

    assert_false(fixture_sees(f, BEN, 0, &flag));
    fixture_refused(f, BEN, settling(f, BEN, &flag), MERGE_FORBIDDEN, NULL);
    fixture_applied(f, ANNE, settling(f, ANNE, &flag));
}

static void test_nobody_writes_for_another(void **state)
{
    struct ledger_fixture *f = *state;
    struct id id = fixture_id(f);

    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_FLAG, &id, 0,
                                      flag_body(f, BEN, "sample/a", "sample/q")),
                    MERGE_ACTOR, "agent");
    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_FLAG, &id, 0,
                                      flag_body(f, ANNE, "sample/d", "sample/q")),
                    MERGE_FORBIDDEN, "office");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_office_and_keepers_see_it), TEST(test_keepers_settle_it),
        TEST(test_its_author_takes_it_back),  TEST(test_an_office_without_keepers_keeps_its_own),
        TEST(test_nobody_writes_for_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
