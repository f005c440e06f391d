/* An office behind a relay and the centre, when all has come to rest. */
#include "tests/sim/simulation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/json.h"

/* What the relay refused by itself, its centre never heard of. What both know they say alike; but
 * that a terminal never heard, which then offered it to the centre itself, is nobody's word. */
static void check_refused(void *context, sqlite3_stmt *row)
{
    struct simulation *simulation = context;
    struct sim_made *made = sim_made_find(simulation, sim_column(row, 0));

    if (made == NULL)
        sim_break(simulation, "the relay refused operation %s, which nobody made",
                  sim_column(row, 0));
    else if (made->at_server && !made->refused && !made->misjudged &&
             (!simulation->terminals[made->terminal].changed_server ||
              sim_shows_refusal(simulation, made)))
        sim_break(simulation, "the relay refused operation %s, and the centre applied it",
                  made->id.text);
    else if (!made->at_server)
        made->at_server = made->refused = true;
}

/* Takes the numbers out, which are each database's own. */
static json_t *without_numbers(json_t *document)
{
    json_t *meta = json_object_get(document, "meta"), *stamp;
    const char *path;
    size_t index;

    json_object_del(document, "rev");
    json_object_del(document, "seq");
    json_object_del(document, "scopes");
    json_object_del(document, "shared");
    json_object_del(json_object_get(meta, "claim"), "rev");
    json_object_foreach(json_object_get(meta, "stamps"), path, stamp)
    {
        json_object_del(stamp, "rev");
    }
    json_array_foreach(json_object_get(meta, "conflicts"), index, stamp)
    {
        json_object_del(stamp, "rev");
    }
    return document;
}

struct found {
    json_t *document; /* owned */
};

static void read_document(void *context, sqlite3_stmt *row)
{
    ((struct found *)context)->document = json_loads(sim_column(row, 0), 0, NULL);
}

static void compare(struct simulation *simulation, json_t *theirs)
{
    const char *id = json_text_or(theirs, "id", "");
    struct found found = {NULL};

    sim_query_at(simulation->relay.path, "SELECT document FROM record WHERE id = ?1", id,
                 read_document, &found);
    if (found.document == NULL) {
        sim_break(simulation, "the relay lacks %s %s", json_text_or(theirs, "type", ""), id);
        return;
    }
    without_numbers(theirs);
    if (!json_equal(without_numbers(found.document), theirs)) {
        char *here = json_dumps(found.document, JSON_COMPACT);
        char *there = json_dumps(theirs, JSON_COMPACT);

        /* A year is not run again to see this. */
        (void)fprintf(stderr, "here:  %s\nthere: %s\n", here, there);
        free(here);
        free(there);
        sim_break(simulation, "the relay holds %s %s in other words than the centre",
                  json_text_or(theirs, "type", ""), id);
    }
    json_decref(found.document);
}

static void compare_page(struct simulation *simulation, const struct scope_set *scopes,
                         const struct ledger_page *page)
{
    struct error error = ERROR_INIT;
    json_t *records = NULL, *one;
    size_t index;

    sim_must(simulation, ledger_relay_page(simulation->ledger, scopes, page, &records, &error),
             &error, "a page for a relay");
    json_array_foreach(records, index, one)
    {
        compare(simulation, one);
    }
    json_decref(records);
}

static void count_row(void *context, sqlite3_stmt *row)
{
    (void)row;
    ++*(int *)context;
}

/* What the office sees is at the centre too. */
static void check_shown(void *context, sqlite3_stmt *row)
{
    struct simulation *simulation = context;
    int there = 0;

    sim_query(simulation, "SELECT 1 FROM record WHERE id = ?1", sim_column(row, 1), count_row,
              &there);
    if (there == 0)
        sim_break(simulation, "the relay shows %s %s, which the centre does not have",
                  sim_column(row, 0), sim_column(row, 1));
}

void sim_check_relay(struct simulation *simulation)
{
    struct scope_set scopes = {0};
    char digest[LEDGER_DIGEST_SIZE];
    struct error error = ERROR_INIT;
    struct ledger_page page = {0};
    struct ledger_place place;
    int64_t since = 0;
    bool more = true;

    if (!simulation->relay.on)
        return;
    sim_must(simulation, ledger_place_read(simulation->relay.ledger, &place, &error), &error,
             "place of a relay");
    if (!place.whole || !place.catalogue_whole)
        sim_break(simulation, "the relay has not read its centre to the end");
    sim_query_at(simulation->relay.path, "SELECT id FROM operation WHERE refusal IS NOT NULL", NULL,
                 check_refused, simulation);
    sim_query_at(simulation->relay.path,
                 "SELECT type, id FROM record WHERE number IN (SELECT record FROM feed WHERE scope "
                 "NOT IN (SELECT number FROM scope WHERE name = 'catalogue'))",
                 NULL, check_shown, simulation);
    sim_must(simulation,
             ledger_relay_scopes(simulation->ledger, &simulation->relay.account, &scopes, digest,
                                 &error),
             &error, "scopes of a relay");
    while (more && !simulation->broken) {
        sim_must(simulation,
                 ledger_changes(simulation->ledger, &scopes, since, LEDGER_PAGE_LIMIT, NULL, &page,
                                &error),
                 &error, "changes");
        compare_page(simulation, &scopes, &page);
        since = page.next;
        more = page.more;
        ledger_page_clear(&page);
    }
    scope_set_free(&scopes);
}
