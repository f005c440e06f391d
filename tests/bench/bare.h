/*
 * The peer of the doorbell: libmicrohttpd and nothing else. GET /wait/N suspends its connection,
 * POST /wake/N resumes it (404: nobody waits); POST /write/N first writes a page to a file and has it on the disk, as a
 * server must that promises to keep what it was given. The daemon has the options of guichetd's.
 */
#ifndef GUICHET_TESTS_BENCH_BARE_H
#define GUICHET_TESTS_BENCH_BARE_H

#include <stddef.h>
#include <sys/types.h>

/* Starts it in a process of its own, that ends with this one, for waiters 0 to count - 1. `path` is
 * the file that is written to. Dies on failure. */
pid_t bare_start(size_t count, const char *path, int *port);

#endif
