/* Clients at the server: merging files, where it alone sees all of them. */
#include <string.h>

#include "tests/unit/ledger_fixture.h"

static struct id make(struct ledger_fixture *f, enum fixture_agent who, const char *office)
{
    return fixture_make(f, who, RECORD_CLIENT, fixture_client(office));
}

static struct operation *merging(struct ledger_fixture *f, enum fixture_agent who,
                                 const struct id *from, int64_t base, const struct id *into)
{
    return fixture_operation(f, who, OPERATION_CLAIM, RECORD_CLIENT, from, base,
                             into != NULL ? json_pack("{s:s}", "merged_into", into->text)
                                          : json_pack("{s:n}", "merged_into"));
}

static void no_circle_is_accepted(void **state)
{
    struct ledger_fixture *f = *state;
    struct id a = make(f, ANNE, "sample/a"), b = make(f, ANNE, "sample/a"),
              c = make(f, ANNE, "sample/a");

    fixture_refused(f, ANNE, merging(f, ANNE, &a, 1, &a), MERGE_VALUE, "merged_into");
    fixture_applied(f, ANNE, merging(f, ANNE, &a, 1, &b));
    /* Two terminals that did not know of one another. */
    fixture_refused(f, ANNE, merging(f, ANNE, &b, 1, &a), MERGE_VALUE, "merged_into");
    fixture_applied(f, ANNE, merging(f, ANNE, &b, 1, &c));
    fixture_refused(f, ANNE, merging(f, ANNE, &c, 1, &a), MERGE_VALUE, "merged_into");
    fixture_refused(f, ANNE, merging(f, ANNE, &a, 2, &c), MERGE_TAKEN, "merged_into");
    fixture_applied(f, ANNE, merging(f, ANNE, &b, 2, NULL));
    fixture_applied(f, ANNE, merging(f, ANNE, &c, 1, &a));
}

static void nobody_merges_into_what_they_may_not_see(void **state)
{
    struct ledger_fixture *f = *state;
    struct id own = make(f, ANNE, "sample/a"), other = make(f, DENIS, "sample/d"),
              none = fixture_id(f);

    fixture_refused(f, ANNE, merging(f, ANNE, &own, 1, &other), MERGE_FORBIDDEN, "merged_into");
    fixture_refused(f, ANNE, merging(f, ANNE, &own, 1, &none), MERGE_MISSING, "merged_into");
    fixture_refused(f, DENIS, merging(f, DENIS, &own, 1, &other), MERGE_FORBIDDEN, NULL);
}

static void whoever_has_the_merged_file_gets_the_survivor(void **state)
{
    struct ledger_fixture *f = *state;
    struct id first = make(f, ANNE, "sample/a"), survivor = make(f, ANNE, "sample/a");
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, fixture_case(f, ANNE, "sample/a"));
    json_t *handoff =
        fixture_handoff(f, ANNE, "sample/a", &matter, f->actors[DENIS].agent.text, NULL, NULL);

    json_object_set_new(handoff, "client", json_string(first.text));
    fixture_make(f, ANNE, RECORD_HANDOFF, handoff);
    assert_true(fixture_sees(f, DENIS, 0, &first));
    assert_false(fixture_sees(f, DENIS, 0, &survivor));
    fixture_applied(f, ANNE, merging(f, ANNE, &first, 1, &survivor));
    assert_true(fixture_sees(f, DENIS, 0, &survivor));
    assert_int_equal(fixture_check(f), 0);
}

static void a_delegation_brings_both_to_who_sees_it(void **state)
{
    struct ledger_fixture *f = *state;
    struct id business = make(f, ANNE, "sample/a"), person = make(f, ANNE, "sample/a");
    json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "client", business.text,
                             "delegate", person.text, "proof", "resolution", "author",
                             f->actors[ANNE].agent.text, "office", "sample/a", "at",
                             "2026-11-24T10:00:00.000Z", "state", "valid", "level", "verified");
    struct id id = fixture_make(f, ANNE, RECORD_DELEGATION, body);

    assert_true(fixture_sees(f, ANNE, 0, &id));
    fixture_refused(f, DENIS,
                    fixture_operation(f, DENIS, OPERATION_CLAIM, RECORD_DELEGATION, &id, 1,
                                      json_pack("{s:s}", "state", "ended")),
                    MERGE_FORBIDDEN, NULL);
    fixture_applied(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_CLAIM, RECORD_DELEGATION, &id, 1,
                                      json_pack("{s:s}", "state", "ended")));
    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_CLAIM, RECORD_DELEGATION, &id, 2,
                                      json_pack("{s:s}", "state", "ended")),
                    MERGE_CLOSED, NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(no_circle_is_accepted),
        TEST(nobody_merges_into_what_they_may_not_see),
        TEST(whoever_has_the_merged_file_gets_the_survivor),
        TEST(a_delegation_brings_both_to_who_sees_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
