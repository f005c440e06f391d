/*
 * Messages taken in a second by one thread, each on disk before the next: a new matter each
 * (client, case, message, hand-off), one more on a case, and a repeat; beside one row of as many
 * bytes inserted into a bare SQLite file with the same settings, in the same run.
 */
#define _GNU_SOURCE /* mkdtemp */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>
#include <sqlite3.h>

#include "app/clock.h"
#include "app/import.h"
#include "net/intake.h"

static const char text[] =
    "Bonjour, je voudrais savoir ou en est ma demande d'acte de naissance. Je l'ai envoyee il y a "
    "trois semaines et n'ai rien recu. Merci de me dire s'il manque quelque chose. Lea Roy";

static void must(int code, const char *what)
{
    if (code == 0)
        return;
    fprintf(stderr, "bench_intake: %s: %d\n", what, code);
    exit(1);
}

static double now(void)
{
    struct timespec moment;

    clock_gettime(CLOCK_MONOTONIC, &moment);
    return (double)moment.tv_sec + (double)moment.tv_nsec / 1e9;
}

static void publish(struct ledger *ledger, enum record_type type, const char *key, json_t *body)
{
    struct id id = id_from_key(record_type_name(type), key);
    struct record *record = record_new(type, &id);
    struct import_target target;

    json_decref(record->body);
    record->body = body;
    json_object_set_new(body, "key", json_string(key));
    ledger_import_target(ledger, &target);
    must(target.begin(target.context, NULL), "begin");
    must(target.publish(target.context, record, NULL), "publish");
    must(target.commit(target.context, NULL), "commit");
    record_free(record);
}

/* Messages a second; the client and reference may be NULL. */
static double take(struct ledger *ledger, int count, const char *ids, bool own_client,
                   const char *reference)
{
    double began = now();

    for (int i = 0; i < count; i++) {
        char id[32], email[64];
        struct intake_message message = {.channel = "web",
                                         .source = "bench",
                                         .message_id = id,
                                         .queue = "bench/q",
                                         .reference = reference,
                                         .text = text};
        struct intake_result result;

        snprintf(id, sizeof(id), "%s-%d", ids, i);
        snprintf(email, sizeof(email), "%s@example.org", id);
        if (own_client)
            message.client.email = email;
        must(ledger_intake(ledger, &message, clock_system(NULL), &result, NULL), "intake");
        must(result.kind == INTAKE_REFUSED, result.reason);
    }
    return count / (now() - began);
}

static double bare(const char *path, int count)
{
    sqlite3 *database;
    sqlite3_stmt *statement;
    double began, seconds;

    must(sqlite3_open(path, &database), "open");
    must(sqlite3_exec(database,
                      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE message "
                      "(id INTEGER PRIMARY KEY, text TEXT)",
                      NULL, NULL, NULL),
         "schema");
    must(sqlite3_prepare_v2(database, "INSERT INTO message (text) VALUES (?1)", -1, &statement,
                            NULL),
         "prepare");
    began = now();
    for (int i = 0; i < count; i++) {
        sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
        must(sqlite3_step(statement) != SQLITE_DONE, "insert");
        sqlite3_reset(statement);
    }
    seconds = now() - began;
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return count / seconds;
}

int main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 1000;
    char folder[] = "bench-intake-XXXXXX", path[64], other[64], command[64];
    struct intake_message first = {
        .channel = "web", .source = "bench", .message_id = "first", .queue = "bench/q"};
    struct intake_result result;
    struct ledger *ledger;
    double fresh, more, again, insert;

    must(sodium_init() < 0, "libsodium");
    must(mkdtemp(folder) == NULL, "folder");
    snprintf(path, sizeof(path), "%s/ledger.db", folder);
    snprintf(other, sizeof(other), "%s/bare.db", folder);
    must(ledger_create(path, NULL), "create");
    must(ledger_open(&ledger, path, NULL), "open");
    publish(ledger, RECORD_OFFICE, "bench/o", json_object());
    publish(ledger, RECORD_QUEUE, "bench/q", json_pack("{s:[s]}", "offices", "o"));
    must(ledger_intake(ledger, &first, clock_system(NULL), &result, NULL), "intake");
    fresh = take(ledger, count, "new", true, NULL);
    more = take(ledger, count, "more", false, result.reference);
    again = take(ledger, count, "more", false, result.reference);
    insert = bare(other, count);
    printf("intake, one thread, each on disk: %.0f new matters a second, %.0f on a case, %.0f "
           "repeats\n",
           fresh, more, again);
    printf("a bare synced insert: %.0f a second; a new matter costs %.1f of them, one on a case "
           "%.1f\n",
           insert, insert / fresh, insert / more);
    ledger_close(ledger);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command) == 0 ? 0 : 1;
}
