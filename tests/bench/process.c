#include "tests/bench/process.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KEPT_LIMIT 16

static pid_t kept[KEPT_LIMIT];

void process_keep(pid_t pid)
{
    for (size_t i = 0; i < KEPT_LIMIT; i++)
        if (kept[i] == 0) {
            kept[i] = pid;
            return;
        }
}

void process_forget(pid_t pid)
{
    for (size_t i = 0; i < KEPT_LIMIT; i++)
        if (kept[i] == pid)
            kept[i] = 0;
}

void process_die(const char *format, ...)
{
    va_list arguments;

    fflush(stdout);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    for (size_t i = 0; i < KEPT_LIMIT; i++)
        if (kept[i] > 0)
            kill(kept[i], SIGKILL);
    exit(1);
}

void process_run(const char *format, ...)
{
    char command[2048];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    if (system(command) != 0)
        process_die("failed: %s", command);
}

pid_t process_serve(const char *guichetd, const char *database, int *port)
{
    char line[256];
    int ends[2];
    FILE *said;
    pid_t pid;

    if (pipe(ends) != 0 || (pid = fork()) < 0)
        process_die("no pipe and process for guichetd");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        if (geteuid() == 0)
            setenv("GUICHETD_USER", "root", 1); /* in a container */
        execl(guichetd, guichetd, "serve", "--database", database, "--listen", "127.0.0.1:0",
              "--connections-per-address", "0", "--requests-per-minute", "0", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    said = fdopen(ends[0], "r");
    do
        if (said == NULL || fgets(line, sizeof line, said) == NULL)
            process_die("guichetd does not start");
    while (strstr(line, "listening on") == NULL);
    *port = atoi(strrchr(line, ':') + 1);
    fclose(said);
    process_keep(pid);
    return pid;
}

void process_stop(pid_t pid)
{
    int status = 0;

    kill(pid, SIGTERM);
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        process_die("a server did not end well");
    process_forget(pid);
}

long process_status(pid_t pid, const char *name)
{
    char path[64], line[256];
    long value = 0;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            value = strtol(line + strlen(name) + 1, NULL, 10);
    if (file != NULL)
        fclose(file);
    return value;
}

/* Processor time so far, in ticks. */
static long ticks_of(pid_t pid)
{
    char path[64], line[1024] = "";
    long user = 0, system_time = 0;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL || strrchr(line, ')') == NULL ||
        sscanf(strrchr(line, ')') + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld",
               &user, &system_time) != 2)
        process_die("no processor time of process %d", (int)pid);
    fclose(file);
    return user + system_time;
}

void process_await_quiet(pid_t pid)
{
    const struct timespec while_ = {.tv_nsec = 300 * 1000000};
    long before;

    do {
        before = ticks_of(pid);
        nanosleep(&while_, NULL);
    } while (ticks_of(pid) > before);
}

long process_memory_now(pid_t pid)
{
    process_await_quiet(pid);
    return process_status(pid, "VmRSS");
}

double process_memory_each(const struct process_memory *memory)
{
    return (double)(memory->all - memory->half) / (double)(memory->count - memory->count / 2);
}

double process_memory_once(const struct process_memory *memory)
{
    return (double)(memory->all - memory->before) -
           process_memory_each(memory) * (double)memory->count;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

double process_percentile(double *times, size_t count, double percent)
{
    size_t place = (size_t)((double)count * percent / 100);

    qsort(times, count, sizeof times[0], compare);
    return times[place < count ? place : count - 1];
}
