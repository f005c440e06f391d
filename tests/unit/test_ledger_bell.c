/* Who listens to a bell may go at any time: once they have said so nothing rings them any more. */
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "net/ledger_bell.h"
#include "tests/unit/message_fixture.h"

#define LISTENERS 12

struct ears {
    atomic_bool gone;
    atomic_int rung, rung_too_late;
};

/* Slow enough that one which does not wait for it goes meanwhile. */
static void hear(void *context)
{
    const struct timespec pause = {0, 2000000};
    struct ears *ears = context;

    nanosleep(&pause, NULL);
    if (atomic_load(&ears->gone))
        atomic_fetch_add(&ears->rung_too_late, 1);
    atomic_fetch_add(&ears->rung, 1);
}

struct writing {
    struct ledger_fixture *fixture;
    atomic_bool stopping;
};

static void *write_on(void *context)
{
    struct writing *writing = context;

    while (!atomic_load(&writing->stopping))
        message_queued(writing->fixture, "email");
    return NULL;
}

static void test_nobody_is_rung_who_has_gone(void **state)
{
    const struct timespec pause = {0, 1000000};
    struct writing writing = {.fixture = *state};
    struct ears ears[LISTENERS] = {0};
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, write_on, &writing), 0);
    for (size_t i = 0; i < LISTENERS; i++) {
        ledger_bell_listen(writing.fixture->ledger, LEDGER_BELL_MESSAGES, hear, &ears[i]);
        while (atomic_load(&ears[i].rung) == 0)
            nanosleep(&pause, NULL);
        ledger_bell_listen(writing.fixture->ledger, LEDGER_BELL_MESSAGES, NULL, NULL);
        atomic_store(&ears[i].gone, true);
    }
    atomic_store(&writing.stopping, true);
    pthread_join(thread, NULL);
    for (size_t i = 0; i < LISTENERS; i++)
        assert_int_equal(atomic_load(&ears[i].rung_too_late), 0);
}

static void test_rings_for_what_changed_alone(void **state)
{
    struct ledger_fixture *f = *state;
    struct ears messages = {0}, deliveries = {0};

    ledger_bell_listen(f->ledger, LEDGER_BELL_MESSAGES, hear, &messages);
    ledger_bell_listen(f->ledger, LEDGER_BELL_DELIVERIES, hear, &deliveries);
    message_queued(f, "email");
    message_client(f, "email", false);
    assert_int_equal(atomic_load(&messages.rung), 1);
    assert_int_equal(atomic_load(&deliveries.rung), 0);
    ledger_bell_listen(f->ledger, LEDGER_BELL_MESSAGES, NULL, NULL);
    ledger_bell_listen(f->ledger, LEDGER_BELL_DELIVERIES, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nobody_is_rung_who_has_gone, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_rings_for_what_changed_alone, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
