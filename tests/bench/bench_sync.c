/*
 * What sync costs, on a real guichetd over loopback: many notes up and down, one note on an idle
 * link, and an outbox that empties over a line of 9600 bit/s.
 *
 *   bench_sync GUICHETD SAMPLE NOTES [rates]
 *
 * Prints "name value" lines; bench_sync.sh sets them beside the peer's. With "rates" only those of
 * many notes. The server is durable: each
 * batch is synced to the disk before it is answered.
 */
#include "config.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "app/link_sign_in.h"
#include "app/note.h"
#include "app/store.h"
#include "net/sync.h"
#include "tests/bench/bare_rows.h"
#include "tests/bench/relay.h"

#define PASSWORD "correct horse battery staple"
#define PROSE    150 /* characters of a note */
#define DOCUMENT 680 /* bytes of a note as the server keeps it */
#define SEGMENT  52  /* headers of IPv4 and TCP (with its times) around the bytes of each segment */

static char directory[] = "/tmp/guichet-bench-sync-XXXXXX";
static pid_t server;

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1e6;
}

static void rest(void)
{
    const struct timespec pause = {.tv_nsec = 500000};

    (void)nanosleep(&pause, NULL);
}

static void die(const char *what)
{
    fprintf(stderr, "bench_sync: %s\n", what);
    if (server > 0)
        kill(server, SIGKILL);
    exit(1);
}

static void must(int code, const struct error *error)
{
    if (code != 0)
        die(error->message);
}

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

/* --- the server ------------------------------------------------------------------------------- */

static int server_start(const char *guichetd, const char *sample)
{
    char database[128], line[256];
    int ends[2];
    FILE *said;

    snprintf(database, sizeof(database), "%s/central.db", directory);
    run("'%s' init --database %s >/dev/null", guichetd, database);
    run("'%s' import sample '%s' --database %s >/dev/null", guichetd, sample, database);
    for (int number = 0; number < 4; number++)
        run("echo '%s' | '%s' agent add bench%d --no-must-change --name Bench --office "
            "sample/quebec --role clerk "
            "--language fr --database %s >/dev/null",
            PASSWORD, guichetd, number, database);
    if (pipe(ends) != 0)
        die("pipe");
    server = fork();
    if (server == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
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
    return atoi(strrchr(line, ':') + 1);
}

/* --- a terminal ------------------------------------------------------------------------------- */

struct terminal {
    char path[160];
    char catalogue[160];
    char login[16];
    struct seal_key *key;
    struct store *store; /* the screen's connection */
    struct link *link;
    struct sync *sync;
    struct relay *relay;
    struct clock clock;
    struct id_generator ids;
    struct record *agent;
};

/* Also where another session was online when this one was asked for: what is measured next must not
 * wait for a password to be checked. */
static void await_online(struct terminal *terminal)
{
    struct link_status status;

    do {
        rest();
        link_status_get(terminal->link, &status);
    } while (link_sign_in_state(terminal->link, NULL, NULL) == SIGN_IN_ASKED ||
             status.state != LINK_ONLINE || status.catalogue_loading);
}

/* Signs in once without a store, to learn who the agent is, then makes the store. */
static void terminal_open(struct terminal *terminal, int number, int port)
{
    struct error error = ERROR_INIT;
    char url[64];
    struct sync_options options = {.server_url = url, .catalogue_path = terminal->catalogue};
    const struct id nobody = {0};
    unsigned char wrapped[SEAL_WRAPPED_SIZE];

    snprintf(terminal->login, sizeof terminal->login, "bench%d", number);
    snprintf(terminal->path, sizeof terminal->path, "%s/agent%d.db", directory, number);
    snprintf(terminal->catalogue, sizeof terminal->catalogue, "%s/catalogue%d.db", directory,
             number);
    terminal->relay = relay_start(port);
    if (terminal->relay == NULL)
        die("the relay does not start");
    snprintf(url, sizeof url, "http://127.0.0.1:%d", relay_port(terminal->relay));
    must(link_new(&terminal->link, &error), &error);
    options.link = terminal->link;
    must(link_sign_in(terminal->link, terminal->login, PASSWORD, &nobody, &error), &error);
    must(sync_start(&terminal->sync, &options, &error), &error);
    await_online(terminal);
    if (link_sign_in_state(terminal->link, &terminal->agent, NULL) != SIGN_IN_ACCEPTED)
        die("the server does not take the agent");
    terminal->key = seal_key_new();
    if (terminal->key == NULL)
        die("no memory for a key");
    must(seal_key_wrap(terminal->key, PASSWORD, wrapped, &error), &error);
    must(store_create(terminal->path, &terminal->agent->id, terminal->key, wrapped, &error),
         &error);
    must(store_open(&terminal->store, terminal->path, terminal->key, &error), &error);
    clock_init(&terminal->clock, clock_system, NULL);
    must(link_sign_in(terminal->link, terminal->login, PASSWORD, store_device(terminal->store),
                      &error),
         &error);
    await_online(terminal);
}

static void terminal_close(struct terminal *terminal)
{
    sync_stop(terminal->sync);
    link_free(terminal->link);
    store_close(terminal->store);
    seal_key_free(terminal->key);
    record_free(terminal->agent);
    relay_stop(terminal->relay);
}

static void keep_store(struct terminal *terminal)
{
    struct error error = ERROR_INIT;

    must(link_store_set(terminal->link, terminal->path, terminal->key, &error), &error);
}

/* --- notes ------------------------------------------------------------------------------------ */

static const char *const words[] = {
    "client",      "adresse",  "demande", "phone",    "called",  "back",      "certificat",
    "naissance",   "permis",   "renew",   "paid",     "counter", "Rimouski",  "Gatineau",
    "attend",      "document", "missing", "proof",    "bail",    "signature", "rendez-vous",
    "jeudi",       "matin",    "letter",  "returned", "wrong",   "apartment", "corrigé",
    "verified",    "licence",  "number",  "dossier",  "envoyé",  "ministère", "follow-up",
    "interpreter", "fille",    "husband", "moved",    "août",    "septembre", "refund",
};

static unsigned draw(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 16;
}

static void write_prose(char *text, size_t characters, unsigned *seed)
{
    size_t length = 0;

    text[0] = '\0';
    while (length < characters) {
        int added = snprintf(text + length, characters + 32 - length, "%s%s", length > 0 ? " " : "",
                             words[draw(seed) % (sizeof words / sizeof words[0])]);

        length += (size_t)added;
        if (draw(seed) % 5 == 0)
            length += (size_t)snprintf(text + length, characters + 32 - length, " %u",
                                       draw(seed) % 10000);
    }
}

static void write_notes(struct terminal *terminal, int count, size_t characters)
{
    struct author author = {.agent = terminal->agent->id,
                            .device = *store_device(terminal->store),
                            .office = "sample/quebec",
                            .channel = "phone",
                            .clock = &terminal->clock,
                            .ids = &terminal->ids};
    struct error error = ERROR_INIT;
    unsigned seed = 1;
    struct id matter = id_generate(&terminal->ids, clock_system(NULL));

    for (int made = 0; made < count;) {
        struct batch batch = {0};

        for (; batch.count < BATCH_LIMIT && made < count; made++) {
            char text[512];
            struct note_draft draft = {.kind = "contact", .text = text, .matter = matter};
            struct id id;

            write_prose(text, characters, &seed);
            must(note_write(&batch, &author, &draft, &id, &error), &error);
        }
        must(store_apply(terminal->store, batch.operations, batch.count, NULL, &error), &error);
        batch_clear(&batch);
    }
}

/* --- measuring -------------------------------------------------------------------------------- */

static int count_one(void *context, const struct record *record, enum store_pending pending)
{
    (void)record;
    (void)pending;
    ++*(int64_t *)context;
    return 0;
}

static int64_t cursor_of(struct terminal *terminal)
{
    struct error error = ERROR_INIT;
    int64_t cursor = store_cursor(terminal->store, &error);

    if (cursor < 0)
        die(error.message);
    return cursor;
}

/* What processors worked, in microseconds: this process, which is the terminals and their relays,
 * and the server. */
struct work {
    double here;
    double server;
};

static double seconds_of(const struct timeval *time)
{
    return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

static struct work work_done(void)
{
    struct work work = {0};
    struct rusage used;
    unsigned long user = 0, system = 0;
    char path[64], line[1024] = "";
    FILE *file;

    getrusage(RUSAGE_SELF, &used);
    work.here = (seconds_of(&used.ru_utime) + seconds_of(&used.ru_stime)) * 1e6;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)server);
    file = fopen(path, "r");
    /* The fourteenth and the fifteenth value; the second may hold anything, in parentheses. */
    if (file != NULL && fgets(line, sizeof line, file) != NULL && strrchr(line, ')') != NULL)
        (void)sscanf(strrchr(line, ')'), ") %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu",
                     &user, &system);
    if (file != NULL)
        fclose(file);
    work.server = (double)(user + system) * 1e6 / (double)sysconf(_SC_CLK_TCK);
    return work;
}

struct measure {
    double ms;
    struct work work;
    long long up;
    long long down;
    long long packets;
};

static void measure_begin(struct measure *measure, struct terminal *terminal)
{
    relay_counts(terminal->relay, &measure->up, &measure->down);
    measure->work = work_done();
    measure->packets = relay_packets(terminal->relay);
    measure->ms = now_ms();
}

static void measure_end(struct measure *measure, struct terminal *terminal)
{
    struct measure begun = *measure;

    relay_counts(terminal->relay, &measure->up, &measure->down);
    measure->ms = now_ms() - begun.ms;
    measure->up -= begun.up;
    measure->down -= begun.down;
    measure->packets = relay_packets(terminal->relay) - begun.packets;
    measure->work = work_done();
    measure->work.here -= begun.work.here;
    measure->work.server -= begun.work.server;
}

/* Until the sync thread tells the screen that something changed: looking meanwhile would take the
 * time of the processors that is measured. */
static void await_bell(struct terminal *terminal)
{
    struct pollfd bell = {.fd = link_screen_fd(terminal->link), .events = POLLIN};

    (void)poll(&bell, 1, 1000);
    link_screen_clear(terminal->link);
}

/* The outbox, until it is empty. */
static void await_empty(struct terminal *terminal)
{
    while (store_outbox_count(terminal->store, NULL) != 0)
        await_bell(terminal);
}

static void measure_up(struct terminal *terminal, int notes)
{
    struct measure measure;
    double began = now_ms();

    write_notes(terminal, notes, PROSE);
    printf("written %.0f\n", notes / (now_ms() - began) * 1000);
    keep_store(terminal);
    measure_begin(&measure, terminal);
    await_empty(terminal);
    measure_end(&measure, terminal);
    printf("up_rate %.0f\nup_bytes %.1f\n", notes / measure.ms * 1000,
           (double)(measure.up + measure.down) / notes);
    printf("up_work_here %.1f\nup_work_server %.1f\n", measure.work.here / notes,
           measure.work.server / notes);
}

/* The feed is read past what was sent when the long poll has ended: until then requests name it. */
static void await_idle(struct terminal *terminal, int notes)
{
    const struct timespec second = {.tv_sec = 1};

    while (cursor_of(terminal) < notes)
        (void)nanosleep(&second, NULL);
}

/* How many notes the store holds. */
static int64_t count_notes(struct terminal *terminal)
{
    struct store_query query = {.type = RECORD_NOTE};
    int64_t count = 0;

    if (store_each(terminal->store, &query, count_one, &count, NULL) != 0)
        die("the store does not read");
    return count;
}

/* Each page moves the cursor; it is all there when the cursor has rested for a second, and was when
 * it last moved. */
static void measure_down(struct terminal *terminal, int notes)
{
    struct measure measure, last;
    int64_t cursor = 0;

    measure_begin(&measure, terminal);
    last = measure;
    keep_store(terminal);
    for (double moved = 0; cursor == 0 || now_ms() - moved < 1000; await_bell(terminal)) {
        int64_t now = cursor_of(terminal);

        if (now == cursor)
            continue;
        cursor = now;
        moved = now_ms();
        last = measure;
        measure_end(&last, terminal);
    }
    if (count_notes(terminal) < notes)
        die("not all notes came down");
    printf("down_rate %.0f\ndown_bytes %.1f\n", notes / last.ms * 1000,
           (double)(last.up + last.down) / notes);
    printf("down_work_here %.1f\ndown_work_server %.1f\n", last.work.here / notes,
           last.work.server / notes);
}

/* The bound: as many rows synced by SQLite alone, in the same run on the same disk. */
static void measure_bare(int notes)
{
    char path[128];

    snprintf(path, sizeof path, "%s/bare.db", directory);
    printf("bare_rate %.0f\n", bare_rows_write(path, notes, DOCUMENT));
}

/* Where the bytes of one exchange go: its first line, each header by its name, the body. */
static void print_parts(struct terminal *terminal, int way)
{
    const char *name = way == 0 ? "one_up" : "one_down";
    size_t length, at = 0;
    const char *bytes = relay_heard(terminal->relay, way, &length);

    while (at < length) {
        const char *end = memmem(bytes + at, length - at, "\r\n", 2);
        size_t line = end != NULL ? (size_t)(end - (bytes + at)) : length - at;
        size_t word = at == 0 ? 4 : line;

        for (size_t i = 0; at > 0 && i < line; i++)
            if (bytes[at + i] == ':' && i < word)
                word = i;
        if (end == NULL || line == 0)
            break;
        printf("%s:%.*s %zu\n", name, (int)word, bytes + at, line + 2);
        at += line + 2;
    }
    printf("%s:end-of-head 2\n%s:body %zu\n", name, name, length > at + 2 ? length - at - 2 : 0);
}

/* One note on an idle kept-alive connection; the long poll that it wakes is the colleagues'. */
static void measure_one(struct terminal *terminal)
{
    struct measure measure;
    int64_t cursor = cursor_of(terminal);

    write_notes(terminal, 1, 200);
    measure_begin(&measure, terminal);
    relay_listen(terminal->relay);
    link_sync_ring(terminal->link);
    await_empty(terminal);
    measure_end(&measure, terminal);
    printf("one_bytes %lld\none_packets %lld\n", measure.up + measure.down, measure.packets);
    printf("one_all %lld\n", measure.up + measure.down + measure.packets * SEGMENT);
    print_parts(terminal, 0);
    print_parts(terminal, 1);
    /* And at once one more, which names by what the last answer is known. */
    write_notes(terminal, 1, 200);
    measure_begin(&measure, terminal);
    link_sync_ring(terminal->link);
    await_empty(terminal);
    measure_end(&measure, terminal);
    printf("next_bytes %lld\n", measure.up + measure.down);
    while (cursor_of(terminal) == cursor)
        rest();
}

/*
 * An outbox of 100 that waits for a line of 9600 bit/s with a round trip of 600 ms: from the line's
 * coming back to the empty outbox, as a multiple of what the line needs for the bytes that went up
 * and one round trip. The handshake is one more, and not in that least.
 */
static void measure_slow(struct terminal *terminal)
{
    enum { RATE = 9600, ROUND_TRIP = 600, WAITING = 100 };
    struct measure measure;
    struct link_status status;

    relay_cut(terminal->relay, 1);
    write_notes(terminal, WAITING, PROSE);
    link_sync_ring(terminal->link);
    do {
        rest();
        link_status_get(terminal->link, &status);
    } while (status.state == LINK_ONLINE);
    relay_slow(terminal->relay, RATE, ROUND_TRIP);
    relay_cut(terminal->relay, 0);
    measure_begin(&measure, terminal);
    link_sync_ring(terminal->link);
    await_empty(terminal);
    measure_end(&measure, terminal);
    double least = (double)measure.up * 8000 / RATE + ROUND_TRIP;
    printf("slow_ms %.0f\nslow_up %lld\nslow_multiple %.2f\n", measure.ms, measure.up,
           measure.ms / least);
    relay_slow(terminal->relay, 0, 0);
}

/* How often this process's threads went to sleep so far, but for the first one and the relays'. */
static long long count_wakes(void)
{
    long long wakes = 0, number;
    char path[64], line[256];
    DIR *tasks = opendir("/proc/self/task");

    for (struct dirent *task; tasks != NULL && (task = readdir(tasks)) != NULL;) {
        bool counts = atoi(task->d_name) != getpid();
        FILE *status;

        snprintf(path, sizeof path, "/proc/self/task/%.16s/status", task->d_name);
        status = fopen(path, "r");
        while (status != NULL && fgets(line, sizeof line, status) != NULL) {
            counts = counts && strcmp(line, "Name:\t" RELAY_THREAD "\n") != 0;
            if (counts && sscanf(line, "voluntary_ctxt_switches: %lld", &number) == 1)
                wakes += number;
        }
        if (status != NULL)
            fclose(status);
    }
    if (tasks != NULL)
        closedir(tasks);
    return wakes;
}

/* Two terminals at which nobody does anything, each with its long poll: for a minute, told for an
 * hour of one. */
static void measure_idle(struct terminal *terminal)
{
    const struct timespec minute = {.tv_sec = 60};
    struct measure measure;
    long long wakes = count_wakes();

    measure_begin(&measure, terminal);
    (void)nanosleep(&minute, NULL);
    measure_end(&measure, terminal);
    printf("idle_bytes %.0f\n", (double)(measure.up + measure.down) * 3600000 / measure.ms);
    printf("idle_wakes %.0f\n", (double)(count_wakes() - wakes) / 2 * 3600000 / measure.ms);
}

int main(int argc, char **argv)
{
    struct terminal writer = {0}, reader = {0};
    bool rates = argc == 5 && strcmp(argv[4], "rates") == 0;
    int notes = argc == 4 || rates ? atoi(argv[3]) : 0;

    if (notes < 1 || sodium_init() < 0 || mkdtemp(directory) == NULL) {
        fprintf(stderr, "usage: bench_sync GUICHETD SAMPLE NOTES [rates]\n");
        return 2;
    }
    int port = server_start(argv[1], argv[2]);
    terminal_open(&writer, 0, port);
    measure_up(&writer, notes);
    terminal_open(&reader, 1, port);
    measure_down(&reader, notes);
    measure_bare(notes);
    if (!rates) {
        await_idle(&writer, notes);
        measure_one(&writer);
        measure_slow(&writer);
        measure_idle(&reader);
    }
    terminal_close(&reader);
    terminal_close(&writer);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    run("rm -rf %s", directory);
    return 0;
}
