#include "net/ledger_unusual.h"

#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/schedule.h"
#include "app/text.h"
#include "net/ledger_audit_read.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"

#define HOUR_MS (INT64_C(3600) * 1000)

const char *const unusual_rules[] = {"many-files",    "own-file",     "same-name", "colleague",
                                     "outside-hours", "many-viewers", NULL};

/* Indices of unusual_rules. */
enum rule { MANY_FILES, OWN_FILE, SAME_NAME, COLLEAGUE, OUTSIDE_HOURS, MANY_VIEWERS };

struct opening {
    int64_t at_ms, number;
    struct id agent, client;
    bool contact; /* a contact was in progress */
};

struct looking {
    struct database *database;
    struct opening *openings; /* by agent and time; owned */
    size_t count, capacity;
    size_t visited;     /* entries */
    int64_t visited_ms; /* of the last of them */
    json_t *agents;     /* folded full name: id; owned */
    json_t *findings;   /* owned */
};

/* --- reading ---------------------------------------------------------------------------------- */

/* When the file was opened: what waited offline says it itself. */
static int64_t opened_at(const struct audit_found *found)
{
    char text[TIMESTAMP_SIZE];
    int64_t at;

    text_copy(text, sizeof(text), found->what + strlen("opened at "));
    text[strcspn(text, ",")] = '\0';
    return timestamp_parse(text, &at) ? at : found->at_ms;
}

static int add_opening(void *context, const struct audit_found *found)
{
    struct looking *looking = context;
    struct opening *opening;

    looking->visited++;
    looking->visited_ms = found->at_ms;
    if (strncmp(found->what, "opened at ", strlen("opened at ")) != 0 || found->client[0] == '\0')
        return 0;
    if (looking->count == looking->capacity) {
        size_t capacity = looking->capacity == 0 ? 256 : 2 * looking->capacity;
        struct opening *longer = realloc(looking->openings, capacity * sizeof(*longer));

        if (longer == NULL)
            return ERROR_MEMORY;
        looking->openings = longer;
        looking->capacity = capacity;
    }
    opening = &looking->openings[looking->count++];
    *opening = (struct opening){.at_ms = opened_at(found),
                                .number = found->number,
                                .contact = strstr(found->what, "contact ") != NULL};
    id_parse(&opening->agent, found->agent);
    id_parse(&opening->client, found->client);
    return 0;
}

static int by_agent_and_time(const void *left, const void *right)
{
    const struct opening *a = left, *b = right;
    int agents = strcmp(a->agent.text, b->agent.text);

    if (agents != 0)
        return agents;
    return a->at_ms < b->at_ms ? -1 : a->at_ms > b->at_ms;
}

static int by_client_and_agent(const void *left, const void *right)
{
    const struct opening *a = left, *b = right;
    int clients = strcmp(a->client.text, b->client.text);

    return clients != 0 ? clients : strcmp(a->agent.text, b->agent.text);
}

/* All agents by their folded names. */
static int read_agents(struct looking *looking, struct error *error)
{
    sqlite3_stmt *row = database_statement(looking->database, LEDGER_AGENT_EACH, error);
    int code;

    looking->agents = json_object();
    while ((code = database_step(looking->database, row, error)) > 0) {
        struct record *agent = NULL;
        char *name;

        code = ledger_document_read(database_text(row, 0), (size_t)sqlite3_column_bytes(row, 0),
                                    &agent, error);
        if (code != 0) {
            sqlite3_reset(row);
            break;
        }
        name = text_fold(record_text(agent, "name"), strlen(record_text(agent, "name")));
        if (name != NULL && *name != '\0')
            json_object_set_new(looking->agents, name, json_string(agent->id.text));
        free(name);
        record_free(agent);
    }
    return code;
}

/* --- findings --------------------------------------------------------------------------------- */

static void find(struct looking *looking, enum rule rule, const struct opening *opening,
                 bool of_agent, bool of_client, size_t count)
{
    json_array_append_new(looking->findings,
                          json_pack("{s:s, s:s, s:s, s:I, s:o, s:I}", "rule", unusual_rules[rule],
                                    "agent", of_agent ? opening->agent.text : "", "client",
                                    of_client ? opening->client.text : "", "count",
                                    (json_int_t)count, "at", json_time(opening->at_ms), "number",
                                    (json_int_t)opening->number));
}

/* Different clients among these openings without a contact. */
static size_t clients_of(const struct opening *openings, size_t count)
{
    size_t different = 0;

    for (size_t i = 0; i < count; i++) {
        bool before = openings[i].contact;

        for (size_t j = 0; j < i && !before; j++)
            before = !openings[j].contact && id_equal(&openings[j].client, &openings[i].client);
        different += before ? 0 : 1;
    }
    return different;
}

/* Of one agent's openings, by time: each hour that is over the limit is one finding. */
static void many_files(struct looking *looking, const struct opening *openings, size_t count)
{
    size_t first = 0;

    for (size_t last = 0; last < count; last++) {
        size_t files;

        while (openings[last].at_ms - openings[first].at_ms >= HOUR_MS)
            first++;
        if (last + 1 - first < UNUSUAL_FILES)
            continue;
        files = clients_of(openings + first, last + 1 - first);
        if (files < UNUSUAL_FILES)
            continue;
        /* To the end of that hour. */
        while (last + 1 < count && openings[last + 1].at_ms - openings[first].at_ms < HOUR_MS)
            last++;
        find(looking, MANY_FILES, &openings[last], true, false,
             clients_of(openings + first, last + 1 - first));
        first = last + 1;
    }
}

/* The last word of a folded name. */
static const char *family_of(const char *name)
{
    const char *space = strrchr(name, ' ');

    return space != NULL ? space + 1 : name;
}

static bool same_text(const struct record *agent, const struct record *client, const char *member)
{
    const char *text = record_text(agent, member);

    return *text != '\0' && strcmp(text, record_text(client, member)) == 0;
}

/* What the two have in common; false for nothing. */
static bool kinship(const struct looking *looking, const struct record *agent,
                    const struct record *client, enum rule *rule)
{
    char *own = text_fold(record_text(agent, "name"), strlen(record_text(agent, "name")));
    char *theirs = text_fold(record_text(client, "name"), strlen(record_text(client, "name")));
    const char *staff = theirs != NULL ? json_text_or(looking->agents, theirs, "") : "";
    bool found = true;

    if ((own != NULL && theirs != NULL && *own != '\0' && strcmp(own, theirs) == 0) ||
        same_text(agent, client, "email") || same_text(agent, client, "phone") ||
        same_text(agent, client, "address"))
        *rule = OWN_FILE;
    else if (*staff != '\0')
        *rule = COLLEAGUE;
    else if (own != NULL && theirs != NULL && *theirs != '\0' &&
             strcmp(family_of(own), family_of(theirs)) == 0)
        *rule = SAME_NAME;
    else
        found = false;
    free(own);
    free(theirs);
    return found;
}

static int read_record(const struct looking *looking, enum record_type type, const struct id *id,
                       struct record **record, struct error *error)
{
    struct ledger_row row;
    int code = ledger_row_read(looking->database, type, id, &row, error);

    *record = row.record;
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* Once for each client of an agent: the last time. */
static int kin(struct looking *looking, const struct record *agent, const struct opening *openings,
               size_t count, struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < count && code == 0; i++) {
        struct record *client;
        enum rule rule;
        bool later = false;

        for (size_t j = i + 1; j < count && !later; j++)
            later = id_equal(&openings[j].client, &openings[i].client);
        if (later)
            continue;
        code = read_record(looking, RECORD_CLIENT, &openings[i].client, &client, error);
        if (code == 0 && client != NULL && kinship(looking, agent, client, &rule))
            find(looking, rule, &openings[i], true, true, 1);
        record_free(client);
    }
    return code;
}

/* Each day on which the agent opened files while their office was closed: one finding. */
static int outside_hours(struct looking *looking, const struct record *agent,
                         const struct opening *openings, size_t count, struct error *error)
{
    char key[RECORD_KEY_SIZE];
    struct schedule *schedule = NULL;
    struct record *office = NULL;
    struct calendar_day day = {0};
    struct id id;
    size_t files = 0;
    int code;

    record_full_key(agent, record_text(agent, "office"), key);
    id = id_from_key("office", key);
    code = read_record(looking, RECORD_OFFICE, &id, &office, error);
    if (office == NULL || schedule_new(&schedule, NULL, office, office->body, NULL) != 0)
        count = 0;
    for (size_t i = 0; i < count; i++) {
        struct calendar_day now = schedule_day_at(schedule, openings[i].at_ms, NULL), next = {0};

        if (now.year != day.year || now.month != day.month || now.day != day.day)
            files = 0;
        day = now;
        if (schedule_open_at(schedule, openings[i].at_ms))
            continue;
        files++;
        for (size_t j = i + 1; j < count && next.year == 0; j++)
            if (!schedule_open_at(schedule, openings[j].at_ms))
                next = schedule_day_at(schedule, openings[j].at_ms, NULL);
        if (next.year != now.year || next.month != now.month || next.day != now.day)
            find(looking, OUTSIDE_HOURS, &openings[i], true, false, files);
    }
    schedule_free(schedule);
    record_free(office);
    return code;
}

static int of_agent(struct looking *looking, const struct opening *openings, size_t count,
                    struct error *error)
{
    struct record *agent;
    int code = read_record(looking, RECORD_AGENT, &openings[0].agent, &agent, error);

    many_files(looking, openings, count);
    if (code == 0 && agent != NULL)
        code = kin(looking, agent, openings, count, error);
    if (code == 0 && agent != NULL)
        code = outside_hours(looking, agent, openings, count, error);
    record_free(agent);
    return code;
}

/* 1 when the agent has a case or a contact with the client. */
static int has_to_do(struct looking *looking, const struct opening *opening, struct error *error)
{
    sqlite3_stmt *row = database_statement(looking->database, LEDGER_CLIENT_OF_AGENT, error);

    database_bind_text(row, 1, opening->client.text);
    database_bind_text(row, 2, opening->agent.text);
    return database_has_row(looking->database, row, error);
}

/* Of one client's openings, by agent. */
static int of_client(struct looking *looking, const struct opening *openings, size_t count,
                     struct error *error)
{
    const struct opening *last = &openings[0];
    size_t strangers = 0;

    for (size_t i = 0; i < count; i++) {
        if (openings[i].number > last->number)
            last = &openings[i];
        if (i + 1 < count && id_equal(&openings[i].agent, &openings[i + 1].agent))
            continue;
        switch (has_to_do(looking, &openings[i], error)) {
        case 0:
            strangers++;
            break;
        case 1:
            break;
        default:
            return ERROR_STORAGE;
        }
    }
    if (strangers >= UNUSUAL_VIEWERS)
        find(looking, MANY_VIEWERS, last, false, true, strangers);
    return 0;
}

/* --- all -------------------------------------------------------------------------------------- */

static int each_run(struct looking *looking, bool of_one_agent, struct error *error)
{
    const struct opening *openings = looking->openings;
    int code = 0;

    for (size_t first = 0, end; first < looking->count && code == 0; first = end) {
        end = first + 1;
        while (end < looking->count &&
               (of_one_agent ? id_equal(&openings[end].agent, &openings[first].agent)
                             : id_equal(&openings[end].client, &openings[first].client)))
            end++;
        code = of_one_agent ? of_agent(looking, openings + first, end - first, error)
                            : of_client(looking, openings + first, end - first, error);
    }
    return code;
}

static int newest_first(const void *left, const void *right)
{
    int64_t a = json_integer_or(*(json_t *const *)left, "number", 0);
    int64_t b = json_integer_or(*(json_t *const *)right, "number", 0);

    return a > b ? -1 : a < b;
}

static int sort_findings(struct looking *looking, struct error *error)
{
    size_t count = json_array_size(looking->findings);
    json_t **sorted = calloc(count + 1, sizeof(json_t *)), *list = json_array();

    if (sorted == NULL || list == NULL) {
        free(sorted);
        json_decref(list);
        return error_set(error, ERROR_MEMORY, "no memory for findings");
    }
    for (size_t i = 0; i < count; i++)
        sorted[i] = json_array_get(looking->findings, i);
    qsort(sorted, count, sizeof(json_t *), newest_first);
    for (size_t i = 0; i < count && i < UNUSUAL_LIMIT; i++)
        json_array_append(list, sorted[i]);
    free(sorted);
    json_decref(looking->findings);
    looking->findings = list;
    return 0;
}

static int look(struct looking *looking, struct error *error)
{
    int code = read_agents(looking, error);

    if (code == 0 && looking->count > 0) {
        qsort(looking->openings, looking->count, sizeof(looking->openings[0]), by_agent_and_time);
        code = each_run(looking, true, error);
    }
    if (code == 0 && looking->count > 0) {
        qsort(looking->openings, looking->count, sizeof(looking->openings[0]), by_client_and_agent);
        code = each_run(looking, false, error);
    }
    return code == 0 ? sort_findings(looking, error) : code;
}

int ledger_audit_unusual(struct ledger *ledger, int64_t since_ms, size_t reads, json_t **findings,
                         int64_t *looked_ms, struct error *error)
{
    const struct audit_query query = {.kind = AUDIT_READ, .since_ms = since_ms, .limit = reads};
    struct looking looking = {.findings = json_array()};
    struct ledger_reader *reader;
    int code = ledger_audit_each(ledger, &query, add_opening, &looking, error);

    *findings = NULL;
    *looked_ms = looking.visited == reads ? looking.visited_ms : 0;
    if (code == 0)
        code = ledger_reader_take(ledger, &reader, error);
    if (code == 0) {
        looking.database = reader->database;
        code = look(&looking, error);
        ledger_reader_give(ledger, reader);
    }
    if (code == 0)
        *findings = json_incref(looking.findings);
    json_decref(looking.findings);
    json_decref(looking.agents);
    free(looking.openings);
    return code;
}
