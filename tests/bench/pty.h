/*
 * A terminal program in a pseudo-terminal of 80x24, for benchmarks: keys in, bytes out. What goes
 * wrong ends the program with a message.
 */
#ifndef GUICHET_TESTS_BENCH_PTY_H
#define GUICHET_TESTS_BENCH_PTY_H

#include <sys/types.h>

struct pty;

/* What came of a wait: when the last byte arrived after the start, and how many there were. */
struct pty_painted {
    double ms;
    long bytes;
};

/* Starts `arguments` (execv, ends with NULL) with TERM=xterm-256color. */
struct pty *pty_open(const char *const *arguments);
/* Hangs up, and waits for the program's end. */
void pty_close(struct pty *pty);
pid_t pty_pid(const struct pty *pty);

/* While one is waited for, the output of the other is read too: a program that nobody reads stops.
 */
void pty_beside(struct pty *pty, struct pty *other);

void pty_type(struct pty *pty, const char *keys);

/* Reads until nothing came for a while, or until `text` was seen when one is given; times are from
 * `start` (crowd_now). */
struct pty_painted pty_wait(struct pty *pty, double start, const char *text);
/* The same, and what came since the wait before counts, too. */
struct pty_painted pty_wait_on(struct pty *pty, double start, const char *text);

#endif
