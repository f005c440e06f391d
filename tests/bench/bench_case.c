/*
 * Opening the file of a case with 50 and with 5,000 entries, in a real guichet in a
 * pseudo-terminal: time until it is painted, bytes painted; and what reading costs the program.
 *
 *   bench_case GUICHET GUICHETD SAMPLE
 *
 * The figures are times of this machine, for comparing within one run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/case_file.h"
#include "app/clock.h"
#include "app/json.h"
#include "tests/bench/crowd.h"
#include "tests/bench/process.h"
#include "tests/bench/pty.h"

#define SMALL  50
#define LARGE  5000
#define ROUNDS 21

struct bench {
    char folder[64];
    char database[96], store_path[128];
    const char *guichet, *guichetd, *sample;
    int port;
    struct seal_key *key;
    struct store *store;
    struct id_generator ids;
    int64_t now_ms, seq;
    struct record **records; /* of the page being made */
    size_t count;
};

static void check(int code, const struct error *error)
{
    if (code != 0)
        process_die("%s", error->message);
}

/* --- what is in the file ---------------------------------------------------------------------- */

static struct record *make(struct bench *bench, enum record_type type, int64_t at_ms, json_t *body)
{
    struct id id = id_generate(&bench->ids, at_ms);
    struct record *record = record_new(type, &id);

    if (record == NULL || body == NULL)
        process_die("out of memory");
    json_object_update_new(record->body, body);
    record->rev = 1;
    record->seq = ++bench->seq;
    bench->records[bench->count++] = record;
    return record;
}

static json_t *time_of(int64_t ms)
{
    char text[TIMESTAMP_SIZE];

    timestamp_format(ms, text);
    return json_string(text);
}

/* Of a hundred entries: 50 notes, 25 contacts, 18 messages, 4 hand-offs, 2 tasks, 1 form. */
static void make_entry(struct bench *bench, size_t number, const struct id *matter,
                       const struct id *client, int64_t at)
{
    const char *agent = store_agent(bench->store)->text, *office = "sample/quebec";
    size_t kind = number * 37 % 100;
    char text[96];

    snprintf(text, sizeof text, "Entry %zu: the client asked where the matter stands.", number);
    if (kind < 50)
        make(bench, RECORD_NOTE, at,
             json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o}", "case", matter->text, "client",
                       client->text, "channel", "phone", "kind", "internal", "text", text, "author",
                       agent, "office", office, "at", time_of(at)));
    else if (kind < 75)
        make(bench, RECORD_CONTACT, at,
             json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o}", "case", matter->text, "client",
                       client->text, "channel", "counter", "need", text, "agent", agent, "office",
                       office, "identity", kind % 2 == 0 ? "verified" : "none", "outcome",
                       "resolved", "started_at", time_of(at), "ended_at", time_of(at)));
    else if (kind < 93)
        make(bench, RECORD_MESSAGE, at,
             json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o}", "case", matter->text, "client",
                       client->text, "channel", "email", "direction", "in", "subject", text, "text",
                       text, "state", "read", "office", office, "at", time_of(at)));
    else if (kind < 97)
        make(bench, RECORD_HANDOFF, at,
             json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o}", "case", matter->text, "client",
                       client->text, "from", agent, "to_office", office, "office", office,
                       "summary", text, "state", "accepted", "offered_at", time_of(at),
                       "decided_at", time_of(at)));
    else if (kind < 99)
        make(bench, RECORD_TASK, at,
             json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:o}", "case", matter->text, "kind", "other",
                       "text", text, "author", agent, "office", office, "state", "done", "at",
                       time_of(at)));
    else
        make(bench, RECORD_SUBMISSION, at,
             json_pack("{s:s,s:s,s:s,s:s,s:s,s:i,s:s,s:{s:b},s:o}", "case", matter->text, "client",
                       client->text, "form", "sample/complaint", "started_by", agent, "office",
                       office, "form_version", 1, "status", "submitted", "consents",
                       "sample/register", 1, "started_at", time_of(at)));
}

static struct id make_case(struct bench *bench, const char *name, size_t entries)
{
    const char *agent = store_agent(bench->store)->text;
    int64_t begun = bench->now_ms - (int64_t)(LARGE + 10) * 60000;
    struct record *client, *matter;
    char feed[STORE_FEED_SIZE];
    struct error error = ERROR_INIT;
    struct id id;

    bench->records = calloc(entries + 2, sizeof(bench->records[0]));
    bench->count = 0;
    client = make(bench, RECORD_CLIENT, begun,
                  json_pack("{s:s,s:s,s:s,s:s}", "kind", "person", "name", name, "language", "en",
                            "office", "sample/quebec"));
    matter = make(bench, RECORD_CASE, begun,
                  json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o}", "reference", "C-BENCH-0000",
                            "client", client->id.text, "subject", name, "office", "sample/quebec",
                            "opened_by", agent, "status", "in-progress", "assignee", agent,
                            "opened_at", time_of(begun)));
    for (size_t i = 0; i < entries; i++)
        make_entry(bench, i, &matter->id, &client->id,
                   bench->now_ms - (int64_t)(entries - i) * 60000);
    id = matter->id;
    check(store_feed(bench->store, feed, &error), &error);
    check(store_write_page(bench->store, bench->records, bench->count,
                           store_cursor(bench->store, &error), feed, &error),
          &error);
    for (size_t i = 0; i < bench->count; i++)
        record_free(bench->records[i]);
    free(bench->records);
    return id;
}

/* --- what the program does -------------------------------------------------------------------- */

static double median(double *times)
{
    return process_percentile(times, ROUNDS, 50);
}

/* Reading what is shown, and reading all. */
static double read_time(struct bench *bench, const struct id *matter, size_t wanted)
{
    double times[ROUNDS];
    struct error error = ERROR_INIT;

    for (int i = 0; i < ROUNDS; i++) {
        struct case_file file;
        double start = crowd_now();

        check(case_file_read(&file, bench->store, matter, &error), &error);
        check(case_file_more(&file, bench->store, wanted, &error), &error);
        times[i] = crowd_now() - start;
        case_file_free(&file);
    }
    return median(times);
}

static struct pty *desk_open(struct bench *bench)
{
    char server[64], password[128];
    const char *const arguments[] = {
        bench->guichet, "--server",         server,        "--agent",    "marie", "--password-file",
        password,       "--data-directory", bench->folder, "--language", "en",    NULL};
    struct pty *desk;

    snprintf(server, sizeof server, "http://127.0.0.1:%d", bench->port);
    snprintf(password, sizeof password, "%s/password", bench->folder);
    desk = pty_open(arguments);
    pty_wait(desk, crowd_now(), "F2");
    pty_wait(desk, crowd_now(), NULL);
    return desk;
}

struct opening {
    double first_ms, ms;
    long first_bytes, bytes;
};

/* Types a key until the screen shows a text and all of it is painted. */
static struct pty_painted paint(struct pty *desk, const char *key, const char *text)
{
    double start = crowd_now();
    struct pty_painted painted, rest;

    pty_type(desk, key);
    painted = pty_wait(desk, start, text);
    rest = pty_wait(desk, start, NULL);
    painted.bytes += rest.bytes;
    if (rest.bytes > 0)
        painted.ms = rest.ms;
    return painted;
}

/* From the home screen: the key of the case's row, and back, again and again. */
static struct opening open_time(struct bench *bench, const char *key)
{
    struct pty *desk = desk_open(bench);
    struct opening opening = {0};
    double times[ROUNDS];

    for (int i = 0; i <= ROUNDS; i++) {
        struct pty_painted painted = paint(desk, key, "What happened");

        if (i == 0)
            opening = (struct opening){painted.ms, 0, painted.bytes, 0};
        else
            times[i - 1] = painted.ms;
        opening.bytes = painted.bytes;
        paint(desk, "\033", "C-BENCH-0000");
    }
    pty_close(desk);
    opening.ms = median(times);
    return opening;
}

static void say(const char *what, double small, double large, const char *unit)
{
    printf("  %-46s %10.2f %10.2f %s %8.2fx\n", what, small, large, unit, large / small);
}

static void prepare(struct bench *bench, struct id *small, struct id *large)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    struct error error = ERROR_INIT;

    strcpy(bench->folder, "/tmp/guichet-bench-XXXXXX");
    if (mkdtemp(bench->folder) == NULL)
        process_die("no temporary folder");
    snprintf(bench->database, sizeof bench->database, "%s/server.db", bench->folder);
    snprintf(bench->store_path, sizeof bench->store_path, "%s/agents/marie.db", bench->folder);
    process_run("'%s' init --database %s >/dev/null && '%s' import sample '%s' --database %s "
                ">/dev/null",
                bench->guichetd, bench->database, bench->guichetd, bench->sample, bench->database);
    process_serve(bench->guichetd, bench->database, &bench->port);
    process_run("umask 077; echo guichet >%s/password", bench->folder);
    process_run("timeout 300 '%s' sync --server http://127.0.0.1:%d --agent marie --password-file "
                "%s/password --data-directory %s >/dev/null",
                bench->guichet, bench->port, bench->folder, bench->folder);
    check(seal_start(&error), &error);
    check(store_read_wrapped(bench->store_path, wrapped, &error), &error);
    check(seal_key_unwrap(&bench->key, "guichet", wrapped, sizeof wrapped, &error), &error);
    check(store_open(&bench->store, bench->store_path, bench->key, &error), &error);
    bench->now_ms = clock_system(NULL);
    bench->seq = 1000000;
    *large = make_case(bench, "Large", LARGE);
    *small = make_case(bench, "Small", SMALL);
}

int main(int argc, char **argv)
{
    struct bench bench = {0};
    struct opening first, second;
    struct id small, large;

    if (argc != 4)
        process_die("usage: bench_case GUICHET GUICHETD SAMPLE");
    bench.guichet = argv[1];
    bench.guichetd = argv[2];
    bench.sample = argv[3];
    prepare(&bench, &small, &large);
    printf("Opening the file of a case with %d and with %d entries\n", SMALL, LARGE);
    say("read what is shown", read_time(&bench, &small, 12), read_time(&bench, &large, 12), "ms");
    say("read all of it", read_time(&bench, &small, SIZE_MAX), read_time(&bench, &large, SIZE_MAX),
        "ms");
    store_close(bench.store);
    /* The newest case is the first row. */
    first = open_time(&bench, "1");
    second = open_time(&bench, "2");
    say("opened in a terminal: until painted, first time", first.first_ms, second.first_ms, "ms");
    say("opened in a terminal: until painted, again", first.ms, second.ms, "ms");
    say("bytes painted", (double)first.bytes, (double)second.bytes, "  ");
    process_run("rm -rf %s", bench.folder);
    seal_key_free(bench.key);
    return 0;
}
