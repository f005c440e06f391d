/* The simulator's server answers with changes, at once or when there are some (long polls). */
#include "tests/sim/simulation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/json.h"
#include "app/text.h"
#include "net/feed_page.h"

#define DAY_MS (INT64_C(86400) * 1000)

/* Where terminals let go of files, the server withholds what has rested since yesterday. */
static int64_t withheld_since(const struct simulation *simulation)
{
    int64_t now = sim_wall(simulation);

    return simulation->lets_go ? now - now % DAY_MS : 0;
}

static void answer_page(struct simulation *simulation, const struct sim_message *request,
                        struct ledger_page *page, const json_t *members, bool catalogue)
{
    struct text_buffer body = {0};
    bool robbed = simulation->plant == SIM_PLANT_CURSOR_WITHOUT_PAGE && !catalogue &&
                  page->count > 0 && sim_random(simulation, 4) == 0;

    if (simulation->plant == SIM_PLANT_CURSOR_AHEAD && !catalogue && page->count > 0)
        page->next++;
    if (robbed)
        page->length = 0;
    feed_page_write(&body, ledger_feed(sim_ledger_at(simulation, request)), page, members,
                    catalogue ? 0 : withheld_since(simulation), sim_wall(simulation));
    sim_trace(simulation, "  page of %zu records, next %" PRId64, page->count, page->next);
    sim_answer(simulation, request, 200, text_buffer_take(&body), -1);
}

struct leak {
    const struct sim_terminal *terminal;
    struct scope_set *scopes;
};

static void leak_scope(void *context, sqlite3_stmt *row)
{
    struct leak *leak = context;
    const char *name = sim_column(row, 0);
    char queue[64];

    (void)snprintf(queue, sizeof queue, "%.*s", (int)strcspn(name + strlen("queue:"), "\t"),
                   name + strlen("queue:"));
    if (sim_agent_serves(leak->terminal, queue) && scope_set_add(leak->scopes, "", name, NULL) != 0)
        abort();
}

/* Answers now, or lets the message wait. True when it was answered. */
static bool look(struct simulation *simulation, const struct sim_message *request)
{
    bool catalogue = strstr(request->path, "scope=catalogue") != NULL;
    bool waits = request->place == SIM_AT_SERVER ? request->due > simulation->now
                                                 : sim_parameter(request, "wait=", 0) > 0;
    int64_t known = sim_parameter(request, "&catalogue=", -1);
    struct scope_set scopes = {0};
    struct ledger_page page = {0};
    struct error error = ERROR_INIT;

    if (catalogue)
        sim_must(simulation, scope_set_add(&scopes, "", LEDGER_CATALOGUE_SCOPE, &error), &error,
                 "scopes");
    else
        sim_must(simulation,
                 ledger_desk_scopes(sim_ledger_at(simulation, request),
                                    &simulation->terminals[request->terminal].actor.agent, &scopes,
                                    &error),
                 &error, "scopes of a desk");
    if (simulation->plant == SIM_PLANT_SCOPE_LEAK && !catalogue)
        sim_must(simulation, scope_set_add(&scopes, "office:", "sample/a", &error), &error,
                 "scopes");
    if (simulation->plant == SIM_PLANT_SKILL_LEAK && !catalogue) {
        struct leak leak = {&simulation->terminals[request->terminal], &scopes};
        sim_query(simulation, "SELECT name FROM scope WHERE name LIKE 'queue:%'", NULL, leak_scope,
                  &leak);
    }
    sim_must(
        simulation,
        ledger_changes_but_old(
            sim_ledger_at(simulation, request), &scopes, sim_parameter(request, "since=", 0),
            (size_t)sim_parameter(request, "limit=", 500),
            sim_parameter(request, "merge=", 0) == MERGE_VERSION
                ? &simulation->terminals[request->terminal].actor.device
                : NULL,
            &(struct ledger_old){.before_ms = sim_parameter(request, "&old=", 0),
                                 .until = sim_parameter(request, "&until=", 0),
                                 .begun = sim_parameter(request, "&begun=", 0),
                                 .unheld = sim_parameter(request, "&unheld=", 0),
                                 .withheld_ms = catalogue ? 0 : withheld_since(simulation),
                                 .agent = simulation->terminals[request->terminal].actor.agent,
                                 .device = simulation->terminals[request->terminal].actor.device},
            &page, &error),
        &error, "reading changes");
    json_t *members =
        request->at_relay && !catalogue ? sim_relay_members(simulation, request) : NULL;
    bool over = !waits || feed_page_is_news(&page, known) ||
                feed_page_members_are_news(members, sim_parameter(request, "&relay=", -1));
    if (over)
        answer_page(simulation, request, &page, members, catalogue);
    json_decref(members);
    ledger_page_clear(&page);
    if (catalogue) { /* its long poll, which hangs meanwhile, hears of more */
        scope_set_free(&scopes);
        return over;
    }
    scope_set_free(&simulation->terminals[request->terminal].heard);
    /* Who the agent is stands in the catalogue. */
    sim_must(simulation, scope_set_add(&scopes, "", LEDGER_CATALOGUE_SCOPE, &error), &error,
             "scopes");
    simulation->terminals[request->terminal].heard = scopes;
    return over;
}

void sim_changes_take(struct simulation *simulation, struct sim_message *request)
{
    char epoch[LEDGER_EPOCH_SIZE], made[ID_TEXT_LENGTH + 1], shown[LEDGER_SHOWN_LIMIT];

    sim_word_parameter(request, "epoch=", epoch, sizeof epoch);
    sim_word_parameter(request, "made=", made, sizeof made);
    sim_word_parameter(request, "shown=", shown, sizeof shown);
    if (request->place == SIM_TO_SERVER &&
        !sim_history_holds(simulation, request, sim_parameter(request, "since=", 0), epoch, made,
                           shown)) {
        sim_message_free(request);
        return;
    }
    if (look(simulation, request)) {
        sim_message_free(request);
        return;
    }
    request->due =
        simulation->now + sim_parameter(request, "wait=", 0) * 1000 *
                              (simulation->year == NULL ? 1 : simulation->year->wait_stretch);
    request->place = SIM_AT_SERVER;
    sim_post(simulation, request);
}

/* As the doorbell does (net/server_doorbell.c). */
static bool is_rung(const struct simulation *simulation, const struct sim_message *message,
                    const struct ledger_changed *rung)
{
    const struct sim_terminal *terminal;

    if (message->terminal == SIM_RELAY)
        return scope_set_meets(&simulation->relay.heard, &rung->scopes) ||
               scope_set_meets(&simulation->relay.heard, &rung->others);
    terminal = &simulation->terminals[message->terminal];
    return scope_set_meets(&terminal->heard, &rung->scopes) ||
           (scope_set_meets(&terminal->heard, &rung->others) &&
            (sim_parameter(message, "merge=", 0) != MERGE_VERSION ||
             !id_equal(&terminal->actor.device, &rung->device)));
}

void sim_server_ring(struct simulation *simulation)
{
    struct ledger_changed rung = simulation->rung;
    bool all = simulation->rung_all;

    simulation->changed = simulation->rung_all = false;
    simulation->rung = (struct ledger_changed){0};
    for (size_t i = 0; i < simulation->message_count;) {
        struct sim_message *message = simulation->messages[i];
        /* Answers are appended behind; the place is then filled with the last one. */
        if (message->place == SIM_AT_SERVER && (all || is_rung(simulation, message, &rung)) &&
            (message->terminal == SIM_RELAY ? sim_relay_look(simulation, message)
                                            : look(simulation, message))) {
            simulation->messages[i] = simulation->messages[--simulation->message_count];
            sim_message_free(message);
        } else {
            i++;
        }
    }
    scope_set_free(&rung.scopes);
    scope_set_free(&rung.others);
}
