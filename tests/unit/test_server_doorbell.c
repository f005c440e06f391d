/* Who is rung. That a request sleeps and wakes by it is test_server_changes.c's. */
#include "net/server_doorbell.h"

#include "tests/unit/unit.h"

static const struct id counter = {"0192d0a0-0000-7000-8000-0000000000c1"};
static const struct id phone = {"0192d0a0-0000-7000-8000-0000000000c2"};

static void ring(struct doorbell *doorbell, const char *scope, const struct id *device)
{
    struct scope_set scopes = {0};

    assert_int_equal(scope_set_add(&scopes, "", scope, NULL), 0);
    doorbell_ring(doorbell, &scopes, device);
    scope_set_free(&scopes);
}

static void a_terminal_is_spared_what_it_wrote(void **state)
{
    struct doorbell *doorbell;
    struct doorbell_waiter *writer, *reader;
    struct scope_set scopes = {0};

    (void)state;
    assert_int_equal(doorbell_new(&doorbell, NULL), 0);
    assert_int_equal(scope_set_add(&scopes, "", "office:sample/a", NULL), 0);
    writer = doorbell_arm(doorbell, &scopes);
    reader = doorbell_arm(doorbell, &scopes);
    assert_non_null(writer);
    assert_non_null(reader);
    doorbell_spare(writer, &counter);
    ring(doorbell, "office:sample/a", &counter);
    assert_false(doorbell_rang(writer));
    assert_true(doorbell_rang(reader));
    doorbell_rearm(reader);
    assert_false(doorbell_rang(reader));
    /* What others wrote, what nobody is known to know, and another scope. */
    ring(doorbell, "office:sample/a", &phone);
    assert_true(doorbell_rang(writer));
    doorbell_rearm(writer);
    ring(doorbell, "office:sample/a", NULL);
    assert_true(doorbell_rang(writer));
    doorbell_rearm(writer);
    ring(doorbell, "office:sample/b", NULL);
    assert_false(doorbell_rang(writer));
    scope_set_free(&scopes);
    doorbell_disarm(writer);
    doorbell_disarm(reader);
    doorbell_free(doorbell);
}

/* While it is still looked at what they may be told. */
static void whoever_hears_announcements_is_stirred(void **state)
{
    struct doorbell *doorbell;
    struct doorbell_waiter *hearer, *other;
    struct scope_set scopes = {0};

    (void)state;
    assert_int_equal(doorbell_new(&doorbell, NULL), 0);
    assert_int_equal(scope_set_add(&scopes, "agent:", counter.text, NULL), 0);
    hearer = doorbell_arm(doorbell, &scopes);
    other = doorbell_arm(doorbell, &scopes);
    assert_non_null(hearer);
    assert_non_null(other);
    doorbell_hear_announcements(hearer);
    doorbell_stir(doorbell, &phone);
    assert_false(doorbell_rang(hearer));
    doorbell_announce(doorbell, &scopes);
    assert_true(doorbell_rang(hearer));
    assert_false(doorbell_is_stirred(hearer));
    doorbell_stir(doorbell, &counter);
    assert_true(doorbell_is_stirred(hearer));
    assert_false(doorbell_rang(other));
    assert_false(doorbell_is_stirred(other));
    doorbell_rearm(hearer);
    assert_false(doorbell_rang(hearer));
    assert_false(doorbell_is_stirred(hearer));
    scope_set_free(&scopes);
    doorbell_disarm(hearer);
    doorbell_disarm(other);
    doorbell_free(doorbell);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_terminal_is_spared_what_it_wrote),
                                       cmocka_unit_test(whoever_hears_announcements_is_stirred)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
