/* What clients agreed to. */
#include "app/consent.h"

#include <string.h>

#include "app/client_merge.h"
#include "tests/unit/unit.h"
#include "tests/unit/work_fixture.h"

static struct id add_client(struct work_fixture *fixture, const char *name)
{
    struct batch batch = {0};
    struct id id;

    assert_int_equal(
        client_new(&batch, &fixture->author, &(struct client_details){.name = name}, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    return id;
}

static struct id agree(struct work_fixture *fixture, const struct consent_draft *draft)
{
    struct batch batch = {0};
    struct id id;

    assert_int_equal(consent_make(&batch, &fixture->author, draft, &id, NULL), 0);
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

static size_t count(struct work_fixture *fixture, const struct id *client)
{
    size_t found = 0;

    assert_int_equal(consent_each(fixture->store.store, client, count_one, &found, NULL), 0);
    return found;
}

static void a_consent_lasts_until_its_day_or_its_withdrawal(void **state)
{
    struct work_fixture *fixture = *state;
    struct id anne = add_client(fixture, "Anne Roy");
    struct id id = agree(fixture, &(struct consent_draft){.client = anne,
                                                          .what = "adresse",
                                                          .whom = "SAAQ",
                                                          .until = "31 mai 2027",
                                                          .how = "signed"});
    struct record *record = work_fixture_get(fixture, RECORD_CONSENT, &id, NULL);
    struct batch batch = {0};

    assert_string_equal(record_text(record, "until"), "2027-05-31");
    assert_string_equal(record_text(record, "how"), "signed");
    assert_int_equal(consent_state(record, "2027-05-31"), CONSENT_VALID);
    assert_int_equal(consent_state(record, "2027-06-01"), CONSENT_EXPIRED);
    assert_int_equal(consent_withdraw(&batch, &fixture->author, record, NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(record);
    record = work_fixture_get(fixture, RECORD_CONSENT, &id, NULL);
    assert_int_equal(consent_state(record, "2027-01-01"), CONSENT_WITHDRAWN);
    assert_int_equal(consent_withdraw(&batch, &fixture->author, record, NULL), ERROR_CONFLICT);
    record_free(record);
    assert_int_equal(count(fixture, &anne), 1);
}

static void what_is_missing_is_named(void **state)
{
    struct work_fixture *fixture = *state;
    struct id anne = add_client(fixture, "Anne Roy");
    const struct {
        struct consent_draft draft;
        const char *member;
    } faults[] = {
        {{.what = "adresse", .whom = "SAAQ"}, "client:"},
        {{.client = anne, .what = "  ", .whom = "SAAQ"}, "what:"},
        {{.client = anne, .what = "adresse"}, "whom:"},
        {{.client = anne, .what = "adresse", .whom = "SAAQ", .until = "someday"}, "until:"},
        {{.client = anne, .what = "adresse", .whom = "SAAQ", .how = "guessed"}, "how:"},
    };

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct batch batch = {0};
        struct error error = ERROR_INIT;
        struct id id;

        assert_int_equal(consent_make(&batch, &fixture->author, &faults[i].draft, &id, &error),
                         ERROR_INVALID);
        assert_int_equal(strncmp(error.message, faults[i].member, strlen(faults[i].member)), 0);
    }
}

static void merged_files_are_one_clients(void **state)
{
    struct work_fixture *fixture = *state;
    struct id anne = add_client(fixture, "Anne Roy"), again = add_client(fixture, "A. Roy");
    struct record *merged = work_fixture_get(fixture, RECORD_CLIENT, &again, NULL);
    struct record *survivor = work_fixture_get(fixture, RECORD_CLIENT, &anne, NULL);
    struct batch batch = {0};

    agree(fixture, &(struct consent_draft){.client = again, .what = "adresse", .whom = "SAAQ"});
    assert_int_equal(count(fixture, &anne), 0);
    assert_int_equal(
        client_merge(&batch, &fixture->author, fixture->store.store, merged, survivor, NULL, NULL),
        0);
    work_fixture_apply(fixture, &batch);
    record_free(merged);
    record_free(survivor);
    assert_int_equal(count(fixture, &anne), 1);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, work_fixture_setup, work_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_consent_lasts_until_its_day_or_its_withdrawal),
        WITH(what_is_missing_is_named),
        WITH(merged_files_are_one_clients),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
