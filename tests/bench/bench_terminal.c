/*
 * The first figures: what a clerk waits for and what the machine pays, on both real programs.
 *
 *   bench_terminal GUICHET GUICHETD SAMPLE [SERVICES.csv STANDARDS.csv]
 *
 * It makes a central database with the sample and, when given, the real inventory; synchronises a
 * fresh terminal through a counting relay; starts the terminal in a pseudo-terminal of 80x24 and
 * types. Times are wall times on this machine, for comparing runs, never a test.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/relay.h"

#define SILENCE_MS 300 /* a screen is painted when so long nothing came */
#define STARTS     7

static char directory[] = "/tmp/guichet-bench-XXXXXX";

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1e6;
}

static void die(const char *what)
{
    fprintf(stderr, "bench_terminal: %s\n", what);
    exit(1);
}

/* Runs a shell command made from the format; dies when it fails. */
static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void run(const char *format, ...)
{
    char command[2048];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(command, sizeof(command), format, arguments);
    va_end(arguments);
    if (system(command) != 0)
        die(command);
}

/* A line of /proc/PID/status, in KiB. */
static long memory_kib(pid_t pid, const char *name)
{
    char path[64], line[256];
    long value = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            value = strtol(line + strlen(name) + 1, NULL, 10);
    if (file != NULL)
        fclose(file);
    return value;
}

/* --- the server ----------------------------------------------------------------------------- */

static pid_t server_start(const char *guichetd, int *port)
{
    char database[128], line[256];
    int ends[2];
    FILE *said;
    pid_t pid;

    snprintf(database, sizeof(database), "%s/central.db", directory);
    if (pipe(ends) != 0)
        die("pipe");
    pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        if (geteuid() == 0)
            setenv("GUICHETD_USER", "root", 1); /* in a container */
        execl(guichetd, guichetd, "serve", "--database", database, "--listen", "127.0.0.1:0",
              (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    said = fdopen(ends[0], "r");
    if (said == NULL || fgets(line, sizeof(line), said) == NULL || strrchr(line, ':') == NULL)
        die("the server does not start");
    *port = atoi(strrchr(line, ':') + 1);
    return pid;
}

/* --- the terminal --------------------------------------------------------------------------- */

struct screen {
    pid_t pid;
    int descriptor;
    char seen[1 << 16]; /* the latest output, to look for a text in */
    size_t length;
};

/* What came of a wait: when the last byte arrived after the start, and how many there were. */
struct painted {
    double ms;
    long bytes;
};

static void remember(struct screen *screen, const char *bytes, size_t count)
{
    if (count >= sizeof(screen->seen))
        return;
    if (screen->length + count >= sizeof(screen->seen))
        screen->length = 0;
    memcpy(screen->seen + screen->length, bytes, count);
    screen->length += count;
}

/* Reads until nothing came for SILENCE_MS, or until `text` was seen when one is given. */
static struct painted wait_painted(struct screen *screen, double start, const char *text)
{
    struct painted painted = {0};
    struct pollfd poll_fd = {.fd = screen->descriptor, .events = POLLIN};
    char bytes[4096];

    screen->length = 0;
    while (poll(&poll_fd, 1, text != NULL ? 20000 : SILENCE_MS) > 0) {
        ssize_t count = read(screen->descriptor, bytes, sizeof(bytes));

        if (count <= 0)
            die("the terminal ended");
        painted.ms = now_ms() - start;
        painted.bytes += count;
        remember(screen, bytes, (size_t)count);
        if (text != NULL && memmem(screen->seen, screen->length, text, strlen(text)) != NULL)
            return painted;
    }
    if (text != NULL)
        die("the terminal does not show what was waited for");
    return painted;
}

static void screen_start(struct screen *screen, const char *guichet, int port)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    char server[64], data[128], password[128];

    snprintf(server, sizeof(server), "http://127.0.0.1:%d", port);
    snprintf(data, sizeof(data), "%s/terminal", directory);
    snprintf(password, sizeof(password), "%s/password", directory);
    screen->pid = forkpty(&screen->descriptor, NULL, NULL, &size);
    if (screen->pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        execl(guichet, guichet, "--server", server, "--agent", "marie", "--password-file", password,
              "--data-directory", data, "--language", "en", (char *)NULL);
        _exit(127);
    }
}

static void screen_stop(struct screen *screen)
{
    kill(screen->pid, SIGHUP);
    close(screen->descriptor);
    waitpid(screen->pid, NULL, 0);
}

static void type(struct screen *screen, const char *keys)
{
    if (write(screen->descriptor, keys, strlen(keys)) < 0)
        die("write to the terminal");
}

static int compare_double(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

/* --- figures -------------------------------------------------------------------------------- */

/* The number after "name": in what the command printed. */
static long json_number(const char *path, const char *name)
{
    char text[1024] = "", member[64];
    FILE *file = fopen(path, "r");
    const char *at;

    if (file == NULL || fgets(text, sizeof(text), file) == NULL)
        die("the terminal does not tell what it received");
    fclose(file);
    snprintf(member, sizeof(member), "\"%s\":", name);
    at = strstr(text, member);
    return at != NULL ? strtol(at + strlen(member), NULL, 10) : 0;
}

static void bench_first_sync(const char *guichet, int port)
{
    struct relay *relay = relay_start(port);
    long long up, down;
    double start, taken;
    char path[128];
    long records;

    if (relay == NULL)
        die("relay");
    start = now_ms();
    run("timeout 120 %s sync --json --server http://127.0.0.1:%d --agent marie"
        " --password-file %s/password --data-directory %s/terminal >%s/sync.out",
        guichet, relay_port(relay), directory, directory, directory);
    taken = now_ms() - start;
    relay_counts(relay, &up, &down);
    relay_stop(relay);
    snprintf(path, sizeof(path), "%s/sync.out", directory);
    records = json_number(path, "catalogue");
    printf("first sync, start of the program and sign-in included: %ld records in %.0f ms,"
           " %.0f records/s\n",
           records, taken, (double)records / taken * 1000);
    printf("  on the wire: %lld bytes up, %lld bytes down, %.0f bytes a record\n", up, down,
           (double)(up + down) / (double)records);
}

static void bench_start(const char *guichet, int port)
{
    double times[STARTS];
    long bytes = 0;

    for (int i = 0; i < STARTS; i++) {
        struct screen screen = {0};
        double start = now_ms();
        struct painted painted;

        screen_start(&screen, guichet, port);
        painted = wait_painted(&screen, start, "F2");
        times[i] = painted.ms;
        bytes = painted.bytes;
        screen_stop(&screen);
    }
    qsort(times, STARTS, sizeof(times[0]), compare_double);
    printf("start to first prompt, catalogue cached: median %.0f ms, worst %.0f ms of %d,"
           " %ld bytes sent\n",
           times[STARTS / 2], times[STARTS - 1], STARTS, bytes);
}

static void bench_keys(struct screen *screen)
{
    static const char query[] = "passport renewal";
    double times[sizeof(query)];
    long bytes = 0, most = 0;
    size_t count = strlen(query);

    type(screen, "\033OQ"); /* F2 */
    wait_painted(screen, now_ms(), NULL);
    for (size_t i = 0; i < count; i++) {
        char key[2] = {query[i], 0};
        double start = now_ms();
        struct painted painted;

        type(screen, key);
        painted = wait_painted(screen, start, NULL);
        times[i] = painted.ms;
        bytes += painted.bytes;
        if (painted.bytes > most)
            most = painted.bytes;
    }
    qsort(times, count, sizeof(times[0]), compare_double);
    printf("keystroke to painted result: median %.1f ms, worst %.1f ms of %zu;"
           " %ld bytes a key on average, %ld at most\n",
           times[count / 2], times[count - 1], count, bytes / (long)count, most);
}

int main(int argc, char **argv)
{
    struct screen screen = {0};
    pid_t server;
    int port;

    if (argc != 4 && argc != 6)
        die("usage: bench_terminal GUICHET GUICHETD SAMPLE [SERVICES.csv STANDARDS.csv]");
    if (mkdtemp(directory) == NULL)
        die("no temporary directory");
    run("umask 077; echo guichet >%s/password", directory);
    run("%s init --database %s/central.db >/dev/null", argv[2], directory);
    run("%s import --database %s/central.db sample '%s' >/dev/null", argv[2], directory, argv[3]);
    if (argc == 6)
        run("%s import --database %s/central.db gc-service-inventory '%s' '%s' >/dev/null", argv[2],
            directory, argv[4], argv[5]);
    else
        printf("(without the real inventory: its files are not there)\n");
    server = server_start(argv[2], &port);
    bench_first_sync(argv[1], port);
    bench_start(argv[1], port);
    screen_start(&screen, argv[1], port);
    wait_painted(&screen, now_ms(), "F2");
    wait_painted(&screen, now_ms(), NULL);
    bench_keys(&screen);
    printf("memory: guichet %ld KiB resident (%ld at most), guichetd %ld KiB (%ld at most)\n",
           memory_kib(screen.pid, "VmRSS"), memory_kib(screen.pid, "VmHWM"),
           memory_kib(server, "VmRSS"), memory_kib(server, "VmHWM"));
    screen_stop(&screen);
    kill(server, SIGTERM);
    waitpid(server, NULL, 0);
    run("rm -rf %s", directory);
    return 0;
}
