/*
 * The peer of a hand-off between people: the bare server (bare.h), and two processes that ask it by
 * libcurl, each over its one kept-alive connection. One holds GET /wait/N, the other sends
 * POST /wake/N. Each has a terminal of its own, as guichet has, and a session with it: to the
 * kernel, which shares the processors out by sessions, they are as far apart as two people are. The
 * one sends when a key comes, the other writes a line when its reply is there. The others that wait
 * are held by a process that does nothing else.
 *
 * It is to be woken as seldom as hand-offs are made, and between them: a server, a client and their
 * kernel that do nothing else every two milliseconds are found warm, which those of an office are
 * not.
 */
#ifndef GUICHET_TESTS_BENCH_BARE_PAIR_H
#define GUICHET_TESTS_BENCH_BARE_PAIR_H

#include <stddef.h>

struct bare_pair;

/* With so many that wait, one of the two included. `path` is the server's file. */
struct bare_pair *bare_pair_open(size_t count, const char *path);
void bare_pair_close(struct bare_pair *pair);

/* In ms: the wake-up alone, from before libcurl is told to send until it has given the other the
 * reply; and that between a key and a line, as whoever sits there has it. */
struct bare_times {
    double wake;
    double screen;
};
struct bare_times bare_pair_wake(struct bare_pair *pair);

#endif
