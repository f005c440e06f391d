/*
 * What benchmarks do with other processes: start the server, see what it uses; and their ends.
 */
#ifndef GUICHET_TESTS_BENCH_PROCESS_H
#define GUICHET_TESTS_BENCH_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

/* Prints the message and ends this program and the processes that it started. */
void process_die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Runs a shell command made from the format; dies when it fails. */
void process_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Starts `guichetd serve` on this database and a free port; it ends with this program. */
pid_t process_serve(const char *guichetd, const char *database, int *port);
/* Remembers a process that is to end with this program. */
void process_keep(pid_t pid);
/* It has ended. */
void process_forget(pid_t pid);
/* SIGTERM, and waits for its end; dies unless it ends well. */
void process_stop(pid_t pid);

/* A line of /proc/PID/status: "VmRSS" in KiB, "Threads". */
long process_status(pid_t pid, const char *name);
/* Returns when the process has used no processor time for a while. */
void process_await_quiet(pid_t pid);

/* What a process takes for what it is given to hold, in KiB: for each, and once, whatever the
 * number. The halves tell them apart: what is there but once is there with the first one. */
struct process_memory {
    long before, half, all; /* VmRSS with nothing, half of it and all of it */
    size_t count;           /* of all */
};

/* The process rests first. */
long process_memory_now(pid_t pid);
double process_memory_each(const struct process_memory *memory);
double process_memory_once(const struct process_memory *memory);

/* Sorts the times and gives the one below which so many percent lie. */
double process_percentile(double *times, size_t count, double percent);

#endif
