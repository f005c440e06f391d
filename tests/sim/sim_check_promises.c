/* What must hold of promises at rest: whoever was promised something and did not get it has one
 * refund in the queue; nothing runs whose time is over; and what a terminal reckons itself, from
 * the case and the promise that it holds, is what the server says. */
#include "tests/sim/simulation.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/clock.h"
#include "app/delivery.h"
#include "app/json.h"
#include "app/promise_state.h"

/* The clock looks within so long. */
#define LATE_MS 2000

struct refund {
    int count;
    bool open, dropped_by_server;
};

static void read_refund(void *context, sqlite3_stmt *row)
{
    struct refund *refund = context;
    struct id server = delivery_server();

    refund->count++;
    refund->open |= strcmp(sim_column(row, 0), "open") == 0;
    refund->dropped_by_server |=
        strcmp(sim_column(row, 0), "dropped") == 0 && strcmp(sim_column(row, 1), server.text) == 0;
}

static void check_refund(struct simulation *simulation, const char *id, const char *state)
{
    struct refund refund = {0};
    bool missed = strcmp(state, "missed") == 0;

    sim_query(simulation,
              "SELECT json_extract(document, '$.body.state'), json_extract(document, "
              "'$.body.ended_by') FROM record WHERE type = 'task' AND instr(document, ?1) > 0 AND "
              "json_extract(document, '$.body.promise') = ?1",
              id, read_refund, &refund);
    simulation->totals.promises_missed += missed;
    if (missed && (refund.count != 1 || refund.dropped_by_server))
        sim_break(simulation, "promise %s was missed, and has %d refunds%s", id, refund.count,
                  refund.dropped_by_server ? ", dropped" : "");
    if (!missed && (refund.count > 1 || refund.open))
        sim_break(simulation, "promise %s is %s, and has %d refunds%s", id, state, refund.count,
                  refund.open ? ", one of them open" : "");
}

static void check_promise(void *context, sqlite3_stmt *row)
{
    struct simulation *simulation = context;
    const char *id = sim_column(row, 0), *state = sim_column(row, 1);
    int64_t due = 0;

    check_refund(simulation, id, state);
    (void)timestamp_parse(sim_column(row, 2), &due);
    if (strcmp(state, "running") == 0 && due + LATE_MS < sim_wall(simulation))
        sim_break(simulation, "promise %s runs %" PRId64 " ms after its time", id,
                  sim_wall(simulation) - due);
}

static void count_row(void *context, sqlite3_stmt *row)
{
    (void)row;
    ++*(int *)context;
}

/* A case of the service that promises has one; a server that was restored from a copy older than
 * the service knows of none. */
static void check_case(void *context, sqlite3_stmt *row)
{
    struct simulation *simulation = context;
    int promises = 0;

    sim_query(simulation, "SELECT 1 FROM record WHERE type = 'promise' AND parent = ?1",
              sim_column(row, 0), count_row, &promises);
    if (promises != 1)
        sim_break(simulation, "case %s has %d promises", sim_column(row, 0), promises);
}

static void read_number(void *context, sqlite3_stmt *row)
{
    *(int64_t *)context = sqlite3_column_int64(row, 0);
}

struct reckoning {
    struct simulation *simulation;
    struct sim_terminal *terminal;
};

static int reckon(void *context, const struct record *record, enum store_pending pending)
{
    const struct reckoning *reckoning = context;
    const struct promise_place nowhere = {NULL, NULL};
    struct promise_standing standing;
    struct promise promise;
    struct record *matter = NULL;

    (void)pending;
    if (!promise_of_record(&promise, record)) {
        sim_break(reckoning->simulation, "%s cannot read promise %s", reckoning->terminal->login,
                  record->id.text);
        return 0;
    }
    if (store_get(reckoning->terminal->store, RECORD_CASE, &promise.matter, &matter, NULL, NULL) !=
        0)
        return 0;
    if (promise_add_case(&promise, matter)) {
        int64_t rev = 0;

        sim_query(reckoning->simulation,
                  "SELECT json_extract(document, '$.rev') FROM record WHERE id = ?1",
                  record->id.text, read_number, &rev);
        sim_break(reckoning->simulation,
                  "%s: case %s is %s, of which the server's promise says nothing (rev %" PRId64
                  " here, %" PRId64 " there)",
                  reckoning->terminal->login, matter->id.text, record_text(matter, "status"),
                  record->rev, rev);
    }
    record_free(matter);
    promise_stand(&promise, &nowhere, sim_wall(reckoning->simulation), &standing);
    if (strcmp(promise_state_word(standing.state), record_text(record, "state")) != 0 &&
        standing.due_ms + LATE_MS < sim_wall(reckoning->simulation))
        sim_break(reckoning->simulation, "%s reckons that promise %s is %s, the server says %s",
                  reckoning->terminal->login, record->id.text, promise_state_word(standing.state),
                  record_text(record, "state"));
    return 0;
}

void sim_check_promises(struct simulation *simulation)
{
    const struct store_query query = {.type = RECORD_PROMISE};

    sim_query(simulation,
              "SELECT id, json_extract(document, '$.body.state'), json_extract(document, "
              "'$.body.due_at') FROM record WHERE type = 'promise'",
              NULL, check_promise, simulation);
    sim_query(simulation,
              "SELECT id FROM record WHERE type = 'case' AND json_extract(document, "
              "'$.body.service') = ?1 AND EXISTS (SELECT 1 FROM record WHERE type = 'service')",
              SIM_SERVICE, check_case, simulation);
    for (int i = 0; i < simulation->terminal_count; i++) {
        struct reckoning reckoning = {simulation, &simulation->terminals[i]};
        struct error error = ERROR_INIT;

        if (reckoning.terminal->running && !reckoning.terminal->moved)
            sim_must(simulation,
                     store_each(reckoning.terminal->store, &query, reckon, &reckoning, &error),
                     &error, "walking promises");
    }
}
