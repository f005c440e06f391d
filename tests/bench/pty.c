#include "config.h"

#include "tests/bench/pty.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/crowd.h"
#include "tests/bench/process.h"

#define SILENCE_MS     300 /* a screen is painted when so long nothing came */
#define PATIENCE_MS    20000
#define ARGUMENT_LIMIT 30

struct pty {
    pid_t pid;
    int descriptor;
    struct pty *beside;
    char seen[1 << 16]; /* the latest output, to look for a text in */
    size_t length;
};

struct pty *pty_open(const char *const *arguments)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    struct pty *pty = calloc(1, sizeof *pty);
    char *given[ARGUMENT_LIMIT + 1] = {0};

    if (pty == NULL || (pty->pid = forkpty(&pty->descriptor, NULL, NULL, &size)) < 0)
        process_die("no pseudo-terminal");
    if (pty->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setenv("TERM", "xterm-256color", 1);
        for (size_t i = 0; i < ARGUMENT_LIMIT && arguments[i] != NULL; i++)
            given[i] = strdup(arguments[i]);
        execv(given[0], given);
        _exit(127);
    }
    return pty;
}

void pty_close(struct pty *pty)
{
    kill(pty->pid, SIGHUP);
    close(pty->descriptor);
    waitpid(pty->pid, NULL, 0);
    free(pty);
}

pid_t pty_pid(const struct pty *pty)
{
    return pty->pid;
}

void pty_beside(struct pty *pty, struct pty *other)
{
    pty->beside = other;
}

void pty_type(struct pty *pty, const char *keys)
{
    if (write(pty->descriptor, keys, strlen(keys)) < 0)
        process_die("writing to the terminal");
}

static ssize_t take(struct pty *pty)
{
    char bytes[4096];
    ssize_t count = read(pty->descriptor, bytes, sizeof bytes);

    if (count <= 0)
        process_die("the terminal ended");
    if (pty->length + (size_t)count >= sizeof pty->seen)
        pty->length = 0;
    memcpy(pty->seen + pty->length, bytes, (size_t)count);
    pty->length += (size_t)count;
    return count;
}

static bool has_seen(const struct pty *pty, const char *text)
{
    return text != NULL && memmem(pty->seen, pty->length, text, strlen(text)) != NULL;
}

struct pty_painted pty_wait_on(struct pty *pty, double start, const char *text)
{
    struct pty_painted painted = {0};
    struct pollfd polled[2] = {
        {.fd = pty->descriptor, .events = POLLIN},
        {.fd = pty->beside != NULL ? pty->beside->descriptor : -1, .events = POLLIN}};

    if (has_seen(pty, text)) {
        painted.ms = crowd_now() - start;
        return painted;
    }
    while (poll(polled, 2, text != NULL ? PATIENCE_MS : SILENCE_MS) > 0) {
        if (polled[1].revents != 0)
            take(pty->beside);
        if (polled[0].revents == 0)
            continue;
        painted.bytes += take(pty);
        painted.ms = crowd_now() - start;
        if (has_seen(pty, text))
            return painted;
    }
    if (text != NULL)
        process_die("the terminal does not show \"%s\" but: %.*s", text, (int)pty->length,
                    pty->seen);
    return painted;
}
struct pty_painted pty_wait(struct pty *pty, double start, const char *text)
{
    pty->length = 0;
    return pty_wait_on(pty, start, text);
}
