/*
 * Moments of a process's life, noted from within by a library loaded before libc (marks.c): what it
 * reads and writes at its terminal and its connections, and each time it waits for the disk. The
 * programs themselves know nothing of it. All processes note into one file, by one clock.
 */
#ifndef GUICHET_TESTS_BENCH_MARKS_H
#define GUICHET_TESTS_BENCH_MARKS_H

#include <stddef.h>
#include <sys/types.h>

/* The file that is noted into; no such variable: nothing is noted. */
#define MARKS_VARIABLE "GUICHET_BENCH_MARKS"
#define MARKS_LIMIT    (1 << 16)

enum mark_kind {
    MARK_NONE,       /* not noted yet */
    MARK_KEY,        /* standard input was read */
    MARK_PAINT,      /* standard output was written */
    MARK_SYNC_BEGIN, /* a file is synced to the disk */
    MARK_SYNC_END,
    MARK_OPERATIONS, /* a request of POST /v1/operations leaves, or came */
    MARK_ANNOUNCED,  /* the same of POST /v1/announcements */
    MARK_SENT,       /* anything else that went to a socket */
    MARK_RECEIVED,   /* came from one */
    MARK_RUNG,       /* another thread of the process was woken */
};

struct mark {
    double ms; /* crowd_now */
    pid_t pid;
    int kind; /* enum mark_kind; written last */
    long bytes;
};

struct marks {
    unsigned count; /* may pass MARKS_LIMIT */
    struct mark entries[MARKS_LIMIT];
};

/* Makes the file, and lets the processes that are started from now on note into it by the library.
 */
struct marks *marks_open(const char *path, const char *library);
/* Processes that are started from now on note nothing; the file is left to those that do. */
void marks_close(struct marks *marks);
void marks_clear(struct marks *marks);
/* How many there are to be read. */
size_t marks_count(const struct marks *marks);

#endif
