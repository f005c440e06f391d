/* The loop on a terminal of its own: what is painted when, by what comes from outside. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/announcement.h"
#include "app/json.h"
#include "tests/unit/ui_fixture.h"
#include "tests/unit/unit.h"
#include "ui/loop.h"
#include "ui/terminal.h"

#define ROUNDS 8
/* What comes so long after is not what was written at once. */
#define LATER_MS 3
/* The loop ticks on the second: whatever comes before is not by its tick. */
#define TICK_MS   1000
#define BEGIN_MS  300
#define BEFORE_MS (TICK_MS - BEGIN_MS - 100)

struct world {
    struct ui_fixture *fixture;
    int master; /* the other end of the terminal */
    int at_once;
    int later;
};

/* Bytes that come until then are read; the ms until the last of them, -1 for none. `first`
 * likewise.
 */
static int64_t read_until(int master, int64_t began, int64_t until, int64_t *first)
{
    int64_t last = -1, now;

    *first = -1;
    while ((now = clock_steady(NULL)) < until) {
        struct pollfd shown = {.fd = master, .events = POLLIN};
        char bytes[8192];

        if (poll(&shown, 1, (int)(until - now)) <= 0 || read(master, bytes, sizeof(bytes)) <= 0)
            continue;
        last = clock_steady(NULL) - began;
        if (*first < 0)
            *first = last;
    }
    return last;
}

static void announce(struct world *world, int number)
{
    char id[ID_TEXT_LENGTH + 1];
    json_t *document;

    snprintf(id, sizeof(id), "019b7000-0000-7000-8000-0000000000%02u", (unsigned)number % 100);
    document = json_pack("{s:s, s:{s:s, s:s, s:s, s:s, s:s}}", "id", id, "body", "from",
                         "019b7000-0000-7000-8000-0000000000a7", "to_agent",
                         world->fixture->desk.agent->id.text, "office", "t/north", "summary", id,
                         "state", "offered");
    announced_come(link_announced(world->fixture->link), document, clock_steady(NULL));
    json_decref(document);
}

/* Each round begins soon after a tick. What is announced is painted at once, and what the link's
 * state has become without a further bell and before the next tick. */
static void *rounds(void *context)
{
    struct world *world = context;
    int64_t first, last, began;

    for (int i = 0; i < ROUNDS; i++) {
        struct link_status status = {.state = i % 2 == 0 ? LINK_ONLINE : LINK_OFFLINE};
        int64_t into = clock_system(NULL) % TICK_MS;

        began = clock_steady(NULL);
        (void)read_until(world->master, began, began + TICK_MS - into + BEGIN_MS, &first);
        began = clock_steady(NULL);
        announce(world, i);
        link_status_set(world->fixture->link, &status);
        last = read_until(world->master, began, began + BEFORE_MS, &first);
        world->at_once += first >= 0;
        world->later += last >= first + LATER_MS;
    }
    kill(getpid(), SIGTERM);
    began = clock_steady(NULL);
    (void)read_until(world->master, began, began + 200, &first);
    return NULL;
}

/* Standard input and output become a terminal; returns its other end. */
static int terminal_begin(int kept[2])
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    int master, slave;

    assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
    fflush(stdout);
    for (int file = 0; file < 2; file++) {
        kept[file] = dup(file);
        assert_true(kept[file] >= 0 && dup2(slave, file) == file);
    }
    close(slave);
    assert_int_equal(fcntl(master, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(setenv("TERM", "xterm", 1), 0);
    return master;
}

static void terminal_end(const int kept[2])
{
    for (int file = 0; file < 2; file++) {
        (void)dup2(kept[file], file);
        close(kept[file]);
    }
}

static void test_the_rest_is_painted_a_moment_behind(void **state)
{
    struct world world = {.fixture = *state};
    struct terminal *terminal = NULL;
    pthread_t thread;
    int kept[2], opened, ran = -1;

    world.master = terminal_begin(kept);
    opened = terminal_open(&terminal, true, NULL);
    if (opened == 0 && pthread_create(&thread, NULL, rounds, &world) == 0) {
        ran = loop_run(world.fixture->ui, terminal, &world.fixture->desk, NULL);
        pthread_join(thread, NULL);
    }
    terminal_close(terminal);
    terminal_end(kept);
    close(world.master);
    assert_int_equal(opened, 0);
    assert_int_equal(ran, 0);
    /* A slow machine may miss some. */
    assert_true(world.at_once > 0);
    assert_true(world.later > 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_rest_is_painted_a_moment_behind, ui_fixture_setup,
                                        ui_fixture_teardown),
    };

    return loop_start(NULL) == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
