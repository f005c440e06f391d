/* Views at the server: one's own are one's own, an office's are its supervisors'. */
#include <string.h>

#include "tests/unit/ledger_fixture.h"

static json_t *view_body(struct ledger_fixture *f, enum fixture_agent who, const char *office,
                         bool shared)
{
    json_t *body =
        json_pack("{s:s, s:s, s:s, s:{s:s}, s:i}", "name", "Mornings", "owner",
                  f->actors[who].agent.text, "office", office, "query", "list", "mine", "place", 1);

    if (shared)
        json_object_set_new(body, "shared", json_true());
    return body;
}

static struct operation *renaming(struct ledger_fixture *f, enum fixture_agent who,
                                  const struct id *view)
{
    return fixture_operation(f, who, OPERATION_FIELDS, RECORD_VIEW, view, 1,
                             json_pack("{s:s}", "name", "Evenings"));
}

static void ones_own_is_nobody_elses(void **state)
{
    struct ledger_fixture *f = *state;
    struct id view;

    fixture_publish_agent(f, CHLOE, "sample/a", "");
    view = fixture_make(f, ANNE, RECORD_VIEW, view_body(f, ANNE, "sample/a", false));
    assert_true(fixture_sees(f, ANNE, 0, &view));
    assert_false(fixture_sees(f, CHLOE, 0, &view));
    assert_int_equal(fixture_read(f, CHLOE, RECORD_VIEW, &view, NULL), ERROR_REFUSED);
    fixture_refused(f, CHLOE, renaming(f, CHLOE, &view), MERGE_FORBIDDEN, NULL);
    fixture_applied(f, ANNE, renaming(f, ANNE, &view));
    /* It goes with its owner. */
    fixture_publish_agent(f, ANNE, "sample/b", "");
    assert_true(fixture_sees(f, ANNE, 0, &view));
}

static void an_offices_is_its_supervisors(void **state)
{
    struct ledger_fixture *f = *state;
    struct operation *made;
    struct id id = fixture_id(f), view;

    fixture_staff(f);
    fixture_publish_agent(f, CHLOE, "sample/d", "");
    made = fixture_operation(f, CHLOE, OPERATION_APPEND, RECORD_VIEW, &id, 0,
                             view_body(f, CHLOE, "sample/d", true));
    fixture_refused(f, CHLOE, made, MERGE_ACTOR, "shared");
    view = fixture_make(f, DENIS, RECORD_VIEW, view_body(f, DENIS, "sample/d", true));
    assert_true(fixture_sees(f, CHLOE, 0, &view));
    assert_false(fixture_sees(f, ANNE, 0, &view));
    fixture_refused(f, CHLOE, renaming(f, CHLOE, &view), MERGE_ACTOR, "shared");
    fixture_applied(f, DENIS, renaming(f, DENIS, &view));
    /* What is one's own does not become an office's. */
    view = fixture_make(f, CHLOE, RECORD_VIEW, view_body(f, CHLOE, "sample/d", false));
    fixture_refused(f, CHLOE,
                    fixture_operation(f, CHLOE, OPERATION_FIELDS, RECORD_VIEW, &view, 1,
                                      json_pack("{s:b}", "shared", 1)),
                    MERGE_FIELD, "shared");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ones_own_is_nobody_elses, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(an_offices_is_its_supervisors, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
