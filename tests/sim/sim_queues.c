/* The catalogue of the simulator: two queues that ask for skills, and who serves them. */
#include "tests/sim/simulation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/import.h"

static const struct {
    const char *login, *office;
    bool serves[SIM_QUEUES];
    int skill;
    bool supervisor;
} agents[SIM_TERMINALS] = {{"anne", "sample/a", {false, false}, 0, false},
                           {"ben", "sample/b", {true, true}, 1, true},
                           {"chloe", "sample/b", {true, false}, 0, false},
                           {"denis", "sample/a", {false, true}, 1, false},
                           {"emma", "sample/c", {true, true}, 2, false}};

#define OFFICES 3
/* Those past the first three are of a year. */
static const char *const all_offices[SIM_TERMINALS_MOST / 10] = {
    "sample/a", "sample/b", "sample/c", "sample/d", "sample/e", "sample/f", "sample/g",
    "sample/h", "sample/i", "sample/j", "sample/k", "sample/l", "sample/m", "sample/n",
    "sample/o", "sample/p", "sample/s", "sample/t", "sample/u", "sample/v"};
/* In the first one a day ends while the simulation runs. */
static const char *const zones[OFFICES] = {SIM_ZONE, "Etc/UTC", "America/Halifax"};
static const char *const queues[SIM_QUEUES] = {SIM_QUEUE, SIM_NEXT_QUEUE};
static const int queue_skills[SIM_QUEUES] = {0, 2};

static void publish(struct simulation *simulation, const struct record *record)
{
    struct import_target target;
    struct error error = ERROR_INIT;

    ledger_import_target(simulation->ledger, &target);
    sim_must(simulation, target.begin(target.context, &error), &error, "begin");
    sim_must(simulation, target.publish(target.context, record, &error), &error, "publishing");
    sim_must(simulation, target.commit(target.context, &error), &error, "commit");
}

void sim_agent_publish(struct simulation *simulation, struct sim_terminal *terminal)
{
    char key[64], skill[64];

    (void)snprintf(key, sizeof key, "sample/%s", terminal->login);
    (void)snprintf(skill, sizeof skill, "%s:%d", SIM_SKILL, terminal->skill);
    terminal->actor.agent = id_from_key("agent", key);
    record_free(terminal->agent);
    terminal->agent = record_new(RECORD_AGENT, &terminal->actor.agent);
    if (terminal->agent == NULL)
        abort();
    json_decref(terminal->agent->body);
    terminal->agent->body =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:[], s:[]}", "key", key, "login", terminal->login,
                  "name", terminal->login, "office", terminal->office, "role",
                  terminal->supervisor ? "supervisor" : "agent", "queues", "skills");
    for (int i = 0; i < SIM_QUEUES; i++)
        if (terminal->serves[i])
            json_array_append_new(json_object_get(terminal->agent->body, "queues"),
                                  json_string(queues[i]));
    if (terminal->skill > 0)
        json_array_append_new(json_object_get(terminal->agent->body, "skills"), json_string(skill));
    terminal->agent->rev = 1;
    publish(simulation, terminal->agent);
}

void sim_agent_change(struct simulation *simulation, struct sim_terminal *terminal)
{
    terminal->office = all_offices[sim_random(simulation, OFFICES)];
    terminal->skill = (int)sim_random(simulation, 3);
    for (int i = 0; i < SIM_QUEUES; i++)
        terminal->serves[i] = sim_random(simulation, 2) == 0;
    sim_agent_publish(simulation, terminal);
}

static void publish_body(struct simulation *simulation, enum record_type type, json_t *body)
{
    struct id id =
        id_from_key(record_type_name(type), json_string_value(json_object_get(body, "key")));
    struct record *record = record_new(type, &id);

    if (record == NULL || json_object_update(record->body, body) != 0)
        abort();
    json_decref(body);
    publish(simulation, record);
    record_free(record);
}

static void seat(struct sim_terminal *terminal)
{
    int i = terminal->number;

    (void)snprintf(terminal->login, sizeof terminal->login, "%s", agents[i].login);
    terminal->office = agents[i].office;
    terminal->skill = agents[i].skill;
    terminal->supervisor = agents[i].supervisor;
    memcpy(terminal->serves, agents[i].serves, sizeof terminal->serves);
}

/* In a year: an office has ten agents, one of whom serves the queues in every second office. */
static void employ(const struct simulation *simulation, struct sim_terminal *terminal)
{
    int desk = terminal->number % 10, office = terminal->number / 10 % simulation->year->offices;
    bool serves = desk == 0 && office % 2 == 1;

    (void)snprintf(terminal->login, sizeof terminal->login, "agent%d", terminal->number);
    terminal->office = all_offices[office];
    terminal->supervisor = desk == 0;
    terminal->skill = serves ? 2 : 0;
    terminal->serves[0] = terminal->serves[1] = serves;
}

void sim_queues_begin(struct simulation *simulation)
{
    /* Numbers as in sim_clock.c. */
    bool lost = simulation->plant == SIM_PLANT_EXPIRED_LOST;
    json_t *first =
        json_pack("{s:s, s:i, s:[{s:s, s:i, s:i, s:s}, {s:s, s:i, s:i, s:s}]}", "key", SIM_QUEUE,
                  "offer_minutes", SIM_QUEUE_MINUTES, "thresholds", "measure", "waiting", "limit",
                  3, "rearm", 1, "action", "notify", "measure", "age", "limit", 3, "rearm", 1,
                  "action", lost ? "notify" : "open");
    json_t *second =
        json_pack("{s:s, s:i, s:i, s:[s], s:[{s:s, s:i, s:i, s:s}]}", "key", SIM_NEXT_QUEUE,
                  "offer_minutes", 3, "capacity", 3, "skills", SIM_SKILL ":2", "thresholds",
                  "measure", "waiting", "limit", 2, "rearm", 0, "action", "call-back");

    if (!lost)
        json_object_set_new(first, "next_queue", json_string(SIM_NEXT_QUEUE));
    publish_body(simulation, RECORD_QUEUE, second);
    publish_body(simulation, RECORD_QUEUE, first);
    publish_body(simulation, RECORD_SERVICE,
                 json_pack("{s:s, s:s, s:[{s:s, s:{s:i, s:s, s:b}}]}", "key", SIM_SERVICE, "queue",
                           SIM_QUEUE, "channels", "channel", "counter", "guarantee", "count",
                           SIM_PROMISE_SECONDS, "unit", "second", "refund", 1));
    for (int i = 0; i < (simulation->year != NULL ? simulation->year->offices : OFFICES); i++)
        publish_body(simulation, RECORD_OFFICE,
                     json_pack("{s:s, s:s}", "key", all_offices[i], "zone",
                               i < OFFICES ? zones[i] : "Etc/UTC"));
    for (int i = 0; i < simulation->terminal_count; i++) {
        struct sim_terminal *terminal = &simulation->terminals[i];

        if (simulation->year != NULL)
            employ(simulation, terminal);
        else
            seat(terminal);
        sim_agent_publish(simulation, terminal);
    }
}

const char *sim_office_zone(const char *office)
{
    for (int i = 0; i < OFFICES; i++)
        if (strcmp(all_offices[i], office) == 0)
            return zones[i];
    return "Etc/UTC";
}

bool sim_agent_serves(const struct sim_terminal *terminal, const char *queue)
{
    for (int i = 0; i < SIM_QUEUES; i++)
        if (terminal->serves[i] && strcmp(queues[i], queue) == 0)
            return true;
    return false;
}

bool sim_agent_fits(const struct sim_terminal *terminal, const char *queue, int level)
{
    for (int i = 0; i < SIM_QUEUES; i++)
        if (strcmp(queues[i], queue) == 0)
            return terminal->skill >= level && terminal->skill >= queue_skills[i];
    return false;
}

const char *sim_year_office(struct simulation *simulation)
{
    return simulation->year == NULL
               ? "sample/b"
               : all_offices[sim_random(simulation, (uint64_t)simulation->year->offices)];
}
