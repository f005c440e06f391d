#include "tests/bench/painted.h"

#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define KEYS 400

static int master; /* the other end of the terminal */
static FILE *out;  /* where figures go: standard output is the terminal */

double painted_now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

int painted_begin(void)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    int slave;

    out = fdopen(dup(STDOUT_FILENO), "w");
    if (out == NULL || openpty(&master, &slave, NULL, NULL, &size) != 0)
        return -1;
    setlinebuf(out);
    fcntl(master, F_SETFL, O_NONBLOCK);
    fflush(stdout);
    dup2(slave, STDIN_FILENO);
    dup2(slave, STDOUT_FILENO);
    close(slave);
    return setenv("TERM", "xterm", 1);
}

FILE *painted_out(void)
{
    return out;
}

static size_t drain(void)
{
    char bytes[65536];
    size_t total = 0;
    ssize_t got;

    tcdrain(STDOUT_FILENO);
    while ((got = read(master, bytes, sizeof(bytes))) > 0)
        total += (size_t)got;
    return total;
}

static double turn(struct ui_fixture *fixture, struct terminal *terminal, const struct input *input,
                   size_t *bytes)
{
    double start = painted_now(), time;

    ui_look(fixture->ui);
    if (input != NULL) {
        ui_input(fixture->ui, input);
        ui_look(fixture->ui);
    }
    ui_save(fixture->ui);
    ui_draw(fixture->ui, terminal_canvas(terminal));
    terminal_show(terminal);
    time = painted_now() - start;
    *bytes = drain();
    return time;
}

double painted_key(struct ui_fixture *fixture, struct terminal *terminal, uint32_t code,
                   size_t *bytes)
{
    struct input input = {.code = code};

    return turn(fixture, terminal, &input, bytes);
}

double painted_look(struct ui_fixture *fixture, struct terminal *terminal, size_t *bytes)
{
    return turn(fixture, terminal, NULL, bytes);
}

static int order(const void *left, const void *right)
{
    double first = *(const double *)left;
    double second = *(const double *)right;

    return (first > second) - (first < second);
}

double painted_median(double *times, size_t count)
{
    qsort(times, count, sizeof(times[0]), order);
    return times[count / 2];
}

void painted_keys(struct ui_fixture *fixture, struct terminal *terminal, uint32_t first,
                  uint32_t second, double *time, double *sent)
{
    double times[KEYS];
    size_t total = 0;

    for (size_t i = 0; i < KEYS; i++) {
        size_t bytes;

        times[i] = painted_key(fixture, terminal, i % 2 == 0 ? first : second, &bytes);
        total += bytes;
    }
    *time = painted_median(times, KEYS);
    *sent = (double)total / KEYS;
}
