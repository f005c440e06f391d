#include "app/link.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "app/link_sign_in.h"
#include "tests/unit/unit.h"

static struct link *new_link(void)
{
    struct link *link = NULL;

    assert_int_equal(seal_start(NULL), 0);
    assert_int_equal(link_new(&link, NULL), 0);
    return link;
}

static bool rings(int descriptor)
{
    struct pollfd wait = {.fd = descriptor, .events = POLLIN};

    return poll(&wait, 1, 0) == 1;
}

static const struct id no_device = {""};

/* --- bells and status ------------------------------------------------------------------------ */

static void a_bell_rings_until_it_is_cleared(void **state)
{
    struct link *link = new_link();

    (void)state;
    assert_false(rings(link_screen_fd(link)));
    assert_false(rings(link_sync_fd(link)));
    link_screen_ring(link);
    link_screen_ring(link);
    assert_true(rings(link_screen_fd(link)));
    assert_false(rings(link_sync_fd(link)));
    link_screen_clear(link);
    assert_false(rings(link_screen_fd(link)));
    link_screen_clear(link); /* clearing a silent bell does not wait */
    link_sync_ring(link);
    assert_true(rings(link_sync_fd(link)));
    link_sync_clear(link);
    assert_false(rings(link_sync_fd(link)));
    link_free(link);
}

static void the_status_is_kept_and_rings_the_screen(void **state)
{
    struct link *link = new_link();
    struct link_status status;

    (void)state;
    link_status_get(link, &status);
    assert_int_equal(status.state, LINK_IDLE);
    assert_string_equal(status.message, "");
    status = (struct link_status){.state = LINK_OFFLINE, .retry_ms = 42, .message = "no route"};
    link_status_set(link, &status);
    assert_true(rings(link_screen_fd(link)));
    memset(&status, 0, sizeof status);
    link_status_get(link, &status);
    assert_int_equal(status.state, LINK_OFFLINE);
    assert_int_equal(status.retry_ms, 42);
    assert_string_equal(status.message, "no route");
    link_free(link);
}

/* --- sign-in ---------------------------------------------------------------------------------- */

static void a_sign_in_is_asked_taken_and_answered(void **state)
{
    struct link *link = new_link();
    struct id device = {"019b7000-0000-7000-8000-000000000001"};
    struct id agent_id = {"019b7000-0000-7000-8000-000000000002"};
    struct record *agent = record_new(RECORD_AGENT, &agent_id);
    struct record *copy = NULL;
    char login[256];
    char password[1024];
    char message[ERROR_MESSAGE_SIZE];
    struct id taken;

    (void)state;
    assert_false(link_credentials(link, login, password, &taken));
    assert_int_equal(link_sign_in(link, "marie", "correct horse", &device, NULL), 0);
    assert_true(rings(link_sync_fd(link)));
    assert_int_equal(link_sign_in_state(link, NULL, NULL), SIGN_IN_ASKED);
    assert_true(link_credentials(link, login, password, &taken));
    assert_string_equal(login, "marie");
    assert_string_equal(password, "correct horse");
    assert_string_equal(taken.text, device.text);

    link_screen_clear(link);
    link_sign_in_answer(link, SIGN_IN_ACCEPTED, agent, NULL);
    assert_true(rings(link_screen_fd(link)));
    assert_int_equal(link_sign_in_state(link, &copy, message), SIGN_IN_ACCEPTED);
    assert_non_null(copy);
    assert_true(copy != agent);
    assert_string_equal(copy->id.text, agent_id.text);
    assert_string_equal(message, "");
    record_free(copy);

    /* A later refusal takes the agent away and says why. */
    link_sign_in_answer(link, SIGN_IN_REFUSED, NULL, "the account is closed");
    assert_int_equal(link_sign_in_state(link, &copy, message), SIGN_IN_REFUSED);
    assert_null(copy);
    assert_string_equal(message, "the account is closed");

    link_sign_out(link);
    assert_int_equal(link_sign_in_state(link, &copy, message), SIGN_IN_NONE);
    assert_null(copy);
    assert_string_equal(message, "");
    assert_false(link_credentials(link, login, password, &taken));
    record_free(agent);
    link_free(link);
}

static void an_answer_for_former_credentials_does_not_count(void **state)
{
    struct link *link = new_link();
    char login[256];
    char password[1024];
    struct id device;

    (void)state;
    assert_int_equal(link_sign_in(link, "marie", "wrong", &no_device, NULL), 0);
    assert_true(link_credentials(link, login, password, &device));
    assert_int_equal(link_sign_in(link, "marie", "right", &no_device, NULL), 0);
    link_sign_in_answer(link, SIGN_IN_REFUSED, NULL, "wrong password");
    assert_int_equal(link_sign_in_state(link, NULL, NULL), SIGN_IN_ASKED);
    assert_true(link_credentials(link, login, password, &device));
    link_sign_in_answer(link, SIGN_IN_OFFLINE, NULL, "no route");
    assert_int_equal(link_sign_in_state(link, NULL, NULL), SIGN_IN_OFFLINE);

    /* Nobody is signed in: an answer finds nobody. */
    link_sign_out(link);
    link_sign_in_answer(link, SIGN_IN_ACCEPTED, NULL, NULL);
    assert_int_equal(link_sign_in_state(link, NULL, NULL), SIGN_IN_NONE);
    link_free(link);
}

static void credentials_have_limits(void **state)
{
    struct link *link = new_link();
    char long_text[2048];

    (void)state;
    memset(long_text, 'a', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    assert_int_equal(link_sign_in(link, "", "secret", &no_device, NULL), ERROR_INVALID);
    assert_int_equal(link_sign_in(link, "marie", "", &no_device, NULL), ERROR_INVALID);
    assert_int_equal(link_sign_in(link, long_text, "secret", &no_device, NULL), ERROR_INVALID);
    assert_int_equal(link_sign_in(link, "marie", long_text, &no_device, NULL), ERROR_INVALID);
    assert_int_equal(link_sign_in_state(link, NULL, NULL), SIGN_IN_NONE);
    link_free(link);
}

/* --- store and presence ------------------------------------------------------------------------
 */

static void the_store_changes_its_generation(void **state)
{
    struct link *link = new_link();
    struct seal_key *key = seal_key_new();
    struct seal_key *copy = NULL;
    char *path = NULL;
    uint64_t first = 0;
    uint64_t second = 0;

    (void)state;
    assert_non_null(key);
    assert_false(link_store_get(link, &path, &copy, &first));
    assert_int_equal(link_store_set(link, "/somewhere/agent.db", key, NULL), 0);
    assert_true(rings(link_sync_fd(link)));
    assert_true(link_store_get(link, &path, &copy, &second));
    assert_string_equal(path, "/somewhere/agent.db");
    assert_true(first != second);
    free(path);
    seal_key_free(copy);

    assert_true(link_store_get(link, &path, &copy, &first));
    assert_true(first == second);
    free(path);
    seal_key_free(copy);

    assert_int_equal(link_store_set(link, NULL, NULL, NULL), 0);
    assert_false(link_store_get(link, &path, &copy, &second));
    assert_true(first != second);
    assert_int_equal(link_store_set(link, "/elsewhere/agent.db", key, NULL), 0);
    link_sign_out(link);
    assert_false(link_store_get(link, &path, &copy, &first));
    seal_key_free(key);
    link_free(link);
}

static void presence_is_asked_once(void **state)
{
    struct link *link = new_link();

    (void)state;
    assert_false(link_presence_take(link));
    link_presence_ask(link);
    assert_true(rings(link_sync_fd(link)));
    assert_true(link_presence_take(link));
    assert_false(link_presence_take(link));
    link_free(link);
}

/* --- threads -----------------------------------------------------------------------------------
 */

struct sides {
    struct link *link;
    atomic_int answered;
    atomic_bool stop;
};

/* Plays the sync thread: whoever asks is accepted when login and password belong together. */
static void *answer_all(void *argument)
{
    struct sides *sides = argument;

    while (!atomic_load(&sides->stop)) {
        struct pollfd wait = {.fd = link_sync_fd(sides->link), .events = POLLIN};
        char login[256];
        char password[1024];
        struct id device;
        if (poll(&wait, 1, 1000) <= 0)
            continue;
        link_sync_clear(sides->link);
        if (link_sign_in_state(sides->link, NULL, NULL) != SIGN_IN_ASKED ||
            !link_credentials(sides->link, login, password, &device))
            continue;
        assert_string_equal(password + 1, login + 1); /* never halves of two sign-ins */
        link_sign_in_answer(sides->link, SIGN_IN_ACCEPTED, NULL, login);
        atomic_fetch_add(&sides->answered, 1);
    }
    return NULL;
}

static void two_threads_meet_without_loss(void **state)
{
    struct sides sides = {.link = new_link()};
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, answer_all, &sides), 0);
    for (int round = 0; round < 500; round++) {
        char login[32];
        char password[32];
        char message[ERROR_MESSAGE_SIZE];
        (void)snprintf(login, sizeof login, "l-%d", round);
        (void)snprintf(password, sizeof password, "p-%d", round);
        assert_int_equal(link_sign_in(sides.link, login, password, &no_device, NULL), 0);
        while (link_sign_in_state(sides.link, NULL, message) == SIGN_IN_ASKED) {
            struct pollfd wait = {.fd = link_screen_fd(sides.link), .events = POLLIN};
            assert_int_equal(poll(&wait, 1, 5000), 1);
            link_screen_clear(sides.link);
        }
        assert_string_equal(message, login);
    }
    atomic_store(&sides.stop, true);
    link_sync_ring(sides.link);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(atomic_load(&sides.answered), 500);
    link_free(sides.link);
}

/* The place of one sign-in is not shown for the next, nor after it is given up. */
static void a_place_belongs_to_one_sign_in(void **state)
{
    struct link_place place = {.user_code = "WDJB", .url = "https://id.example"}, shown;
    struct link *link = NULL;
    struct id device;

    (void)state;
    assert_int_equal(link_new(&link, NULL), 0);
    assert_int_equal(link_provider_number(link), 0);
    link_provider_ask(link, &no_device);
    uint64_t first = link_provider_take(link, &device);
    link_provider_ask(link, &no_device);
    link_provider_show(link, first, &place);
    assert_false(link_provider_place(link, &shown));
    link_sign_in_answer(link, SIGN_IN_REFUSED, NULL, "of the first");
    assert_int_equal(link_sign_in_state(link, NULL, NULL), SIGN_IN_ASKED);
    link_provider_show(link, link_provider_take(link, &device), &place);
    assert_true(link_provider_place(link, &shown));
    assert_string_equal(shown.user_code, "WDJB");
    assert_int_equal(link_sign_in_state(link, NULL, NULL), SIGN_IN_ELSEWHERE);
    link_sign_out(link);
    assert_false(link_provider_place(link, &shown));
    assert_int_equal(link_provider_number(link), 0);
    assert_int_equal(link_sign_in(link, "marie", "guichet", &no_device, NULL), 0);
    assert_int_equal(link_provider_number(link), 0);
    link_free(link);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_belongs_to_one_sign_in),
        cmocka_unit_test(a_bell_rings_until_it_is_cleared),
        cmocka_unit_test(the_status_is_kept_and_rings_the_screen),
        cmocka_unit_test(a_sign_in_is_asked_taken_and_answered),
        cmocka_unit_test(an_answer_for_former_credentials_does_not_count),
        cmocka_unit_test(credentials_have_limits),
        cmocka_unit_test(the_store_changes_its_generation),
        cmocka_unit_test(presence_is_asked_once),
        cmocka_unit_test(two_threads_meet_without_loss),
    };

    return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
