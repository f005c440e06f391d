#include <stdio.h>

#include "tests/bench/handoff_bench.h"
#include "tests/bench/pty.h"

#define F5      "\033[15~"
#define F3      "\033OR"
#define CTRL_O  "\017"
#define CTRL_X  "\030"
#define WITNESS "hands off to you"
#define CERTAIN "Ctrl-V: "

/* Signs in, loads the catalogue and waits for the first screen. */
static struct pty *desk_open(struct handoff_bench *bench, int port, const char *agent)
{
    char server[64], data[128], password[128];
    const char *const arguments[] = {
        bench->guichet, "--server",         server, "--agent",    agent, "--password-file",
        password,       "--data-directory", data,   "--language", "en",  NULL};
    struct pty *desk;

    snprintf(server, sizeof server, "http://127.0.0.1:%d", port);
    snprintf(data, sizeof data, "%s/%s", bench->folder, agent);
    snprintf(password, sizeof password, "%s/password", bench->folder);
    process_run("rm -rf %s; umask 077; echo guichet >%s", data, password);
    process_run("timeout 300 '%s' sync --server %s --agent %s --password-file %s "
                "--data-directory %s >/dev/null",
                bench->guichet, server, agent, password, data);
    desk = pty_open(arguments);
    pty_wait(desk, crowd_now(), "F2");
    pty_wait(desk, crowd_now(), NULL);
    return desk;
}

static void contact_begin(struct pty *desk)
{
    pty_type(desk, F3);
    pty_wait(desk, 0, NULL);
    pty_type(desk, CTRL_O);
    pty_wait(desk, 0, NULL);
    pty_type(desk, "lost card");
    pty_wait(desk, 0, NULL);
    pty_type(desk, "\t\r");
    pty_wait(desk, 0, NULL);
}

void paint_measure(struct handoff_bench *bench, struct bells *bells, struct bare_pair *pair,
                   const struct paint_times *times, size_t samples, struct stages *stages)
{
    struct pty *sender = desk_open(bench, bells_port(bells), "marie");
    struct pty *receiver = desk_open(bench, bells_port(bells), "pierre");

    pty_beside(sender, receiver);
    pty_beside(receiver, sender);
    contact_begin(sender);
    struct stages_who who = {pty_pid(sender), bells_server(bells), pty_pid(receiver)};

    for (size_t i = 0; i < samples; i++) {
        double typed;

        pty_type(sender, F5);
        pty_wait(sender, 0, "Context");
        pty_type(sender, "pierre");
        pty_wait(sender, 0, NULL);
        if (pair != NULL) {
            struct bare_times woken = bare_pair_wake(pair);

            times->bare[i] = woken.wake;
            times->screen[i] = woken.screen;
            pty_wait(sender, 0, NULL);
        }
        if (stages != NULL)
            stages_begin(stages);
        typed = crowd_now();
        pty_type(sender, CTRL_X);
        times->announced[i] = pty_wait(receiver, typed, WITNESS).ms;
        times->certain[i] = pty_wait_on(receiver, typed, CERTAIN).ms;
        if (stages != NULL) {
            stages_ahead(stages, &who, typed, typed + times->announced[i]);
            stages_end(stages, &who, typed, typed + times->certain[i]);
        }
        pty_wait(sender, 0, NULL);
        bells_withdraw(bells);
        pty_wait(receiver, 0, NULL);
    }
    pty_close(sender);
    pty_close(receiver);
}
