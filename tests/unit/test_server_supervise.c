/* Over HTTP: who is not a supervisor re-assigns nothing. */
#include <string.h>

#include "app/json.h"
#include "tests/unit/server_fixture.h"

/* Ben, who serves queue q, in another role. */
static void make(struct server_fixture *f, const char *role)
{
    fixture_publish(&f->ledger, RECORD_AGENT, "sample/ben2",
                    json_pack("{s:s, s:s, s:s, s:s, s:[s]}", "login", "ben2", "name", "ben",
                              "office", "sample/b", "role", role, "queues", "q"));
}

static struct operation *reassignment(struct server_fixture *f, const struct id *handoff,
                                      const char *by)
{
    return fixture_operation(&f->ledger, BEN, OPERATION_CLAIM, RECORD_HANDOFF, handoff, 1,
                             json_pack("{s:s, s:s, s:s}", "state", "reassigned", "reassigned_by",
                                       by, "next_agent", f->ledger.actors[CHLOE].agent.text));
}

static void expect(json_t *results, const char *outcome, const char *reason, const char *field)
{
    assert_string_equal(item_text(results, 0, "outcome"), outcome);
    assert_string_equal(item_text(results, 0, "reason"), reason);
    assert_string_equal(item_text(results, 0, "field"), field);
    json_decref(results);
}

static void test_a_role_that_may_not(void **state)
{
    static const char *const roles[] = {"clerk",      "agent",           "specialist",
                                        "supervisor", "privacy-officer", "administrator"};
    struct server_fixture *f = *state;
    const char *ben = f->ledger.actors[BEN].agent.text;

    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        struct id handoff = fixture_make(
            &f->ledger, ANNE, RECORD_HANDOFF,
            fixture_handoff(&f->ledger, ANNE, "sample/a", NULL, NULL, NULL, "sample/q"));
        struct operation *operation = reassignment(f, &handoff, ben);
        json_t *results;

        make(f, roles[i]);
        results = server_post(f, BEN, &operation, 1);
        if (strcmp(roles[i], "supervisor") == 0)
            expect(results, "applied", "", "");
        else if (i > 3) /* who does not serve has nothing to do with what waits */
            expect(results, "refused", "permission", "serve");
        else
            expect(results, "refused", "actor", "state");
    }
}

/* Nor in a supervisor's name, nor what they may not see. */
static void test_nobody_signs_for_a_supervisor(void **state)
{
    struct server_fixture *f = *state;
    struct id queued, private;
    struct operation *operation;

    make(f, "supervisor");
    queued =
        fixture_make(&f->ledger, ANNE, RECORD_HANDOFF,
                     fixture_handoff(&f->ledger, ANNE, "sample/a", NULL, NULL, NULL, "sample/q"));
    private =
        fixture_make(&f->ledger, ANNE, RECORD_HANDOFF,
                     fixture_handoff(&f->ledger, ANNE, "sample/a", NULL, NULL, "sample/d", NULL));
    operation = reassignment(f, &queued, f->ledger.actors[DENIS].agent.text);
    expect(server_post(f, BEN, &operation, 1), "refused", "actor", "state");
    operation = reassignment(f, &private, f->ledger.actors[BEN].agent.text);
    expect(server_post(f, BEN, &operation, 1), "refused", "forbidden", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_role_that_may_not, server_fixture_setup,
                                        server_fixture_teardown),
        cmocka_unit_test_setup_teardown(test_nobody_signs_for_a_supervisor, server_fixture_setup,
                                        server_fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
