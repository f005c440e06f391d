#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "tests/bench/handoff_bench.h"

/* Queues whose agents contend at the same time, each for an offer of its own. */
#define QUEUES 8
#define BATCH  200

struct offer {
    struct id handoff;
    size_t claims;  /* answered */
    size_t winners; /* by the replies */
    size_t winner;  /* the agent's number */
};

struct race {
    size_t offer_count;
    size_t contenders;
    struct offer *offers; /* offer i is to queue i % QUEUES */
    struct person *people;
    struct crowd *crowd; /* one connection for each contender, and the offerer's */
    size_t at[QUEUES];   /* how many offers of the queue are decided */
    size_t done;
};

/* Contender n of a queue has the connection queue * contenders + n. */
static struct person *contender(struct race *race, size_t connection)
{
    return &race->people[connection / race->contenders * PEOPLE_IN_QUEUE +
                         connection % race->contenders];
}

/* --- claiming ----------------------------------------------------------------------------------
 */

/* All contenders of the offer's queue claim it at once. */
static void contend(struct race *race, size_t number)
{
    size_t first = number % QUEUES * race->contenders;

    for (size_t i = first; i < first + race->contenders; i++) {
        const struct person *person = contender(race, i);
        char *body = operations_body(operation_accept(person, &race->offers[number].handoff));

        crowd_ask(race->crowd, i, "/v1/operations", person->token, body);
        free(body);
    }
}

/* The offer that a queue's agents contend for now. */
static size_t contended(const struct race *race, size_t queue)
{
    return race->at[queue] * QUEUES + queue;
}

static void answered(void *context, const struct crowd_reply *reply)
{
    struct race *race = context;
    size_t queue = reply->number / race->contenders;
    struct offer *offer;

    if (reply->status != 200)
        process_die("status %d: %s", reply->status, reply->body);
    if (reply->number == QUEUES * race->contenders) {
        if (strstr(reply->body, "\"refused\"") != NULL)
            process_die("an offer was refused: %s", reply->body);
        return;
    }
    offer = &race->offers[contended(race, queue)];
    offer->claims++;
    if (strstr(reply->body, "\"outcome\":\"applied\"") != NULL) {
        offer->winners++;
        offer->winner = reply->number;
    } else if (strstr(reply->body, "\"reason\":\"taken\"") == NULL) {
        process_die("a claim was answered: %s", reply->body);
    }
    if (offer->claims < race->contenders)
        return;
    race->at[queue]++;
    race->done++;
    if (contended(race, queue) < race->offer_count)
        contend(race, contended(race, queue));
}

static void offer_all(struct race *race)
{
    const struct person *sender = &race->people[QUEUES * PEOPLE_IN_QUEUE];
    size_t connection = QUEUES * race->contenders;

    for (size_t i = 0; i < race->offer_count;) {
        json_t *operations = json_array();

        for (; i < race->offer_count && json_array_size(operations) < BATCH; i++) {
            char queue[32];

            snprintf(queue, sizeof queue, "bench/%zu", i % QUEUES);
            json_array_append_new(operations,
                                  operation_offer(sender, NULL, queue, &race->offers[i].handoff));
        }
        char *body = operations_body(operations);
        crowd_ask(race->crowd, connection, "/v1/operations", sender->token, body);
        free(body);
        while (crowd_waiting(race->crowd) > 0)
            crowd_turn(race->crowd, 10000);
    }
}

/* --- counting what the server has kept ---------------------------------------------------------
 */

static long long count_rows(sqlite3 *database, const char *query)
{
    sqlite3_stmt *statement = NULL;
    long long count = -1;

    if (sqlite3_prepare_v2(database, query, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        count = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return count;
}

static void expect(sqlite3 *database, const char *what, const char *query, size_t count)
{
    long long found = count_rows(database, query);

    printf("  %-58s %8lld\n", what, found);
    if (found != (long long)count)
        process_die("%s: %lld, not %zu", what, found, count);
}

/* Who was told that they won is who has it. */
static void compare_winners(struct race *race, sqlite3 *database)
{
    sqlite3_stmt *statement = NULL;

    sqlite3_prepare_v2(database,
                       "SELECT json_extract(document, '$.body.taken_by') FROM record "
                       "WHERE type = 'handoff' AND id = ?1",
                       -1, &statement, NULL);
    for (size_t i = 0; i < race->offer_count; i++) {
        const struct offer *offer = &race->offers[i];

        if (offer->winners != 1)
            process_die("offer %zu has %zu winners by the replies", i, offer->winners);
        sqlite3_bind_text(statement, 1, offer->handoff.text, -1, SQLITE_STATIC);
        if (sqlite3_step(statement) != SQLITE_ROW ||
            strcmp((const char *)sqlite3_column_text(statement, 0),
                   contender(race, offer->winner)->agent.text) != 0)
            process_die("offer %zu is of another agent than was told so", i);
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
}

static void count_winners(struct race *race, const char *path)
{
    sqlite3 *database = NULL;

    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        process_die("%s does not open", path);
    expect(database, "hand-offs accepted, by the records",
           "SELECT count(*) FROM record WHERE type = 'handoff' AND "
           "json_extract(document, '$.body.state') = 'accepted'",
           race->offer_count);
    expect(database, "acceptances applied, by the operations",
           "SELECT count(*) FROM operation WHERE kind = 'claim' AND refusal IS NULL",
           race->offer_count);
    expect(database, "hand-offs with one applied acceptance each",
           "SELECT count(DISTINCT record) FROM operation WHERE kind = 'claim' AND refusal IS NULL",
           race->offer_count);
    expect(database, "claims answered in all",
           "SELECT count(*) FROM operation WHERE kind = 'claim'",
           race->offer_count * race->contenders);
    compare_winners(race, database);
    sqlite3_close(database);
}

void race(struct handoff_bench *bench, size_t offers, size_t contenders)
{
    struct race race = {.offer_count = offers, .contenders = contenders};
    size_t people = QUEUES * PEOPLE_IN_QUEUE;
    double began, took;
    int port;

    if (contenders == 0 || contenders > PEOPLE_IN_QUEUE || offers == 0)
        process_die("1 to %d contenders", PEOPLE_IN_QUEUE);
    race.offers = calloc(offers, sizeof *race.offers);
    race.people = calloc(people + 1, sizeof *race.people);
    if (race.offers == NULL || race.people == NULL)
        process_die("no memory for a race");
    printf("%zu hand-offs, each claimed by %zu agents at once, %d at a time\n", offers, contenders,
           QUEUES);
    process_run("rm -f %s*; '%s' init --database %s >/dev/null", bench->database, bench->guichetd,
                bench->database);
    people_make(bench->database, race.people, people + 1, people);
    pid_t server = process_serve(bench->guichetd, bench->database, &port);
    race.crowd = crowd_new(port, QUEUES * contenders + 1, answered, &race);
    crowd_open(race.crowd);
    offer_all(&race);
    began = crowd_now();
    for (size_t i = 0; i < QUEUES && i < offers; i++)
        contend(&race, i);
    while (race.done < offers)
        crowd_turn(race.crowd, 10000);
    took = crowd_now() - began;
    crowd_free(race.crowd);
    process_stop(server);
    count_winners(&race, bench->database);
    process_run("'%s' check --database %s >/dev/null", bench->guichetd, bench->database);
    printf("  %-58s %8.0f\n", "claims a second, one request each, all on disk",
           (double)(offers * contenders) / took * 1000);
    printf("  %-58s %8.0f\n", "hand-offs decided a second", (double)offers / took * 1000);
    free(race.offers);
    free(race.people);
}
