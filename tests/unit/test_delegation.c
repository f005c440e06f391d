/* A business and who acts for it. */
#include "app/delegation.h"

#include <string.h>

#include "app/client_merge.h"
#include "tests/unit/unit.h"
#include "tests/unit/work_fixture.h"

static struct id add(struct work_fixture *fixture, const char *name, const char *kind)
{
    struct batch batch = {0};
    struct id id;

    assert_int_equal(client_new(&batch, &fixture->author,
                                &(struct client_details){.name = name, .kind = kind}, &id, NULL),
                     0);
    work_fixture_apply(fixture, &batch);
    return id;
}

static struct id delegate(struct work_fixture *fixture, const struct delegation_draft *draft)
{
    struct batch batch = {0};
    struct id id;

    assert_int_equal(delegation_make(&batch, &fixture->author, draft, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    return id;
}

static int count_one(void *context, const struct record *record, enum store_pending pending)
{
    (void)record;
    (void)pending;
    ++*(size_t *)context;
    return 0;
}

static size_t count(struct work_fixture *fixture, const struct id *client, bool acts)
{
    size_t found = 0;

    assert_int_equal(delegation_each(fixture->store.store, client, acts, count_one, &found, NULL),
                     0);
    return found;
}

static void a_delegate_is_found_from_both_sides(void **state)
{
    struct work_fixture *fixture = *state;
    struct id farm = add(fixture, "Ferme Beauséjour", "business");
    struct id anne = add(fixture, "Anne Roy", "person");
    struct id id = delegate(fixture, &(struct delegation_draft){.client = farm,
                                                                .delegate = anne,
                                                                .role = "directrice",
                                                                .proof = "résolution",
                                                                .until = "31 mai 2027"});
    struct record *record = work_fixture_get(fixture, RECORD_DELEGATION, &id, NULL);
    struct batch batch = {0};

    assert_string_equal(record_text(record, "until"), "2027-05-31");
    assert_int_equal(count(fixture, &farm, false), 1);
    assert_int_equal(count(fixture, &farm, true), 0);
    assert_int_equal(count(fixture, &anne, true), 1);
    assert_int_equal(count(fixture, &anne, false), 0);
    /* Its last day is a good one. */
    assert_int_equal(delegation_state(record, "2027-05-31"), DELEGATION_VALID);
    assert_int_equal(delegation_state(record, "2027-06-01"), DELEGATION_EXPIRED);
    assert_false(delegation_is_enough(record, ""));
    assert_false(delegation_is_enough(record, "basic"));
    assert_true(delegation_is_enough(record, "verified"));
    assert_int_equal(delegation_end(&batch, &fixture->author, record, NULL), 0);
    work_fixture_apply(fixture, &batch);
    work_fixture_sync(fixture);
    record_free(record);
    record = work_fixture_get(fixture, RECORD_DELEGATION, &id, NULL);
    assert_int_equal(delegation_state(record, "2026-01-01"), DELEGATION_ENDED);
    assert_string_equal(record_text(record, "ended_by"), fixture->author.agent.text);
    assert_int_equal(delegation_end(&batch, &fixture->author, record, NULL), ERROR_CONFLICT);
    record_free(record);
}

static void a_delegation_needs_a_proof_and_somebody_else(void **state)
{
    struct work_fixture *fixture = *state;
    struct id farm = add(fixture, "Ferme", "business"), anne = add(fixture, "Anne", "person");
    const struct {
        struct delegation_draft draft;
        const char *member;
    } wrong[] = {
        {{.delegate = anne, .proof = "x"}, "client"},
        {{.client = farm, .proof = "x"}, "delegate"},
        {{.client = farm, .delegate = farm, .proof = "x"}, "delegate"},
        {{.client = farm, .delegate = anne, .proof = " "}, "proof"},
        {{.client = farm, .delegate = anne, .proof = "x", .until = "demain"}, "until"},
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct batch batch = {0};
        struct error error = ERROR_INIT;
        struct id id;

        assert_int_equal(delegation_make(&batch, &fixture->author, &wrong[i].draft, &id, &error),
                         ERROR_INVALID);
        assert_memory_equal(error.message, wrong[i].member, strlen(wrong[i].member));
        assert_int_equal(batch.count, 0);
    }
}

static void a_merged_file_keeps_its_delegations(void **state)
{
    struct work_fixture *fixture = *state;
    struct id farm = add(fixture, "Ferme", "business"), anne = add(fixture, "Anne", "person");
    struct id other = add(fixture, "Ferme inc.", "business");
    struct record *client, *survivor;
    struct batch batch = {0};

    delegate(fixture, &(struct delegation_draft){.client = farm, .delegate = anne, .proof = "x"});
    client = work_fixture_get(fixture, RECORD_CLIENT, &farm, NULL);
    survivor = work_fixture_get(fixture, RECORD_CLIENT, &other, NULL);
    assert_int_equal(count(fixture, &other, false), 0);
    assert_int_equal(
        client_merge(&batch, &fixture->author, fixture->store.store, client, survivor, NULL, NULL),
        0);
    work_fixture_apply(fixture, &batch);
    assert_int_equal(count(fixture, &other, false), 1);
    record_free(client);
    record_free(survivor);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, work_fixture_setup, work_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_delegate_is_found_from_both_sides),
        WITH(a_delegation_needs_a_proof_and_somebody_else),
        WITH(a_merged_file_keeps_its_delegations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
