#include "tests/unit/ledger_fixture.h"
#include "tests/unit/remove_folder.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/import.h"
#include "app/json.h"

#define CHILD_PATIENCE_MS 120000

/* SQLite's wait for the disk: these tests end processes and cut no power, so it would prove nothing
 * here and takes most of their time. What a power cut leaves is seen where the disk is made up
 * (tests/sim, fault_vfs.h). */
int fdatasync(int file)
{
    (void)file;
    return 0;
}

static const char *const names[] = {"anne", "ben", "chloe", "denis"};

struct id fixture_id(struct ledger_fixture *fixture)
{
    return id_generate(&fixture->ids, clock_system(NULL));
}

void fixture_publish_agent(struct ledger_fixture *fixture, enum fixture_agent who,
                           const char *office, const char *queue)
{
    struct import_target target;
    struct record *agent;
    char key[64];

    snprintf(key, sizeof(key), "sample/%s", names[who]);
    fixture->actors[who].agent = id_from_key("agent", key);
    agent = record_new(RECORD_AGENT, &fixture->actors[who].agent);
    assert_non_null(agent);
    json_decref(agent->body);
    agent->body = json_pack("{s:s, s:s, s:s, s:s, s:s, s:[]}", "key", key, "login", names[who],
                            "name", names[who], "office", office, "role", "specialist", "queues");
    if (queue[0] != '\0')
        json_array_append_new(json_object_get(agent->body, "queues"), json_string(queue));
    ledger_import_target(fixture->ledger, &target);
    assert_int_equal(target.begin(target.context, NULL), 0);
    assert_int_equal(target.publish(target.context, agent, NULL), 0);
    assert_int_equal(target.commit(target.context, NULL), 0);
    record_free(agent);
}

void fixture_publish(struct ledger_fixture *fixture, enum record_type type, const char *key,
                     json_t *body)
{
    struct id id = id_from_key(record_type_name(type), key);
    struct record *record = record_new(type, &id);
    struct import_target target;

    assert_non_null(record);
    json_decref(record->body);
    record->body = body != NULL ? body : json_object();
    json_object_set_new(record->body, "key", json_string(key));
    if (type == RECORD_AGENT && json_object_get(record->body, "role") == NULL)
        json_object_set_new(record->body, "role", json_string("specialist"));
    ledger_import_target(fixture->ledger, &target);
    assert_int_equal(target.begin(target.context, NULL), 0);
    assert_int_equal(target.publish(target.context, record, NULL), 0);
    assert_int_equal(target.commit(target.context, NULL), 0);
    record_free(record);
}

void fixture_open(struct ledger_fixture *fixture)
{
    *fixture = (struct ledger_fixture){.clock_ms = INT64_C(1700000000000)};
    strcpy(fixture->folder, "/tmp/guichet-ledger-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->path, sizeof(fixture->path), "%s/guichetd.db", fixture->folder);
    assert_int_equal(ledger_create(fixture->path, NULL), 0);
    assert_int_equal(ledger_open(&fixture->ledger, fixture->path, NULL), 0);
    /* A key without a source is of the agent's own; both ways of writing mean the same. */
    fixture_publish_agent(fixture, ANNE, "a", "");
    fixture_publish_agent(fixture, BEN, "sample/b", "q");
    fixture_publish_agent(fixture, CHLOE, "c", "sample/q");
    fixture_publish_agent(fixture, DENIS, "d", "");
    fixture_publish(fixture, RECORD_QUEUE, "sample/q", NULL);
    fixture_publish(fixture, RECORD_OFFICE, "sample/b", NULL);
    fixture_publish(fixture, RECORD_OFFICE, "sample/d", NULL);
    for (int i = 0; i < FIXTURE_AGENTS; i++)
        fixture->actors[i].device = fixture_id(fixture);
}

void fixture_reopen(struct ledger_fixture *fixture)
{
    ledger_close(fixture->ledger);
    assert_int_equal(ledger_open(&fixture->ledger, fixture->path, NULL), 0);
}

static void count_finding(void *context, const char *finding)
{
    (void)context;
    print_message("finding: %s\n", finding);
}

int64_t fixture_check(struct ledger_fixture *fixture)
{
    struct ledger_check check;

    assert_int_equal(ledger_check(fixture->path, count_finding, NULL, &check, NULL), 0);
    return check.findings;
}

void fixture_close(struct ledger_fixture *fixture)
{
    assert_int_equal(fixture_check(fixture), 0);
    ledger_close(fixture->ledger);
    assert_int_equal(remove_folder(fixture->folder), 0);
}

int fixture_setup(void **state)
{
    struct ledger_fixture *fixture = malloc(sizeof(*fixture));

    assert_non_null(fixture);
    fixture_open(fixture);
    *state = fixture;
    return 0;
}

int fixture_teardown(void **state)
{
    fixture_close(*state);
    free(*state);
    return 0;
}

/* --- operations ------------------------------------------------------------------------------- */

struct operation *fixture_operation(struct ledger_fixture *fixture, enum fixture_agent who,
                                    enum operation_kind kind, enum record_type type,
                                    const struct id *record, int64_t base, json_t *body)
{
    struct operation *operation = operation_new(kind, type, record);

    assert_non_null(operation);
    assert_non_null(body);
    json_decref(operation->body);
    operation->body = body;
    operation->id = fixture_id(fixture);
    operation->base = base;
    operation->agent = fixture->actors[who].agent;
    operation->device = fixture->actors[who].device;
    operation->moment.ms = fixture->clock_ms++;
    return operation;
}

json_t *fixture_case(struct ledger_fixture *fixture, enum fixture_agent who, const char *office)
{
    return json_pack("{s:s, s:s, s:o, s:s, s:s}", "reference", "C-TEST-0000", "office", office,
                     "opened_at", json_time(fixture->clock_ms), "opened_by",
                     fixture->actors[who].agent.text, "status", "received");
}

json_t *fixture_note(struct ledger_fixture *fixture, enum fixture_agent who, const char *office,
                     const struct id *case_id, const char *text)
{
    json_t *note = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "channel", "counter", "kind",
                             "contact", "text", text, "author", fixture->actors[who].agent.text,
                             "office", office, "at", json_time(fixture->clock_ms));

    if (case_id != NULL)
        json_object_set_new(note, "case", json_string(case_id->text));
    return note;
}

json_t *fixture_client(const char *office)
{
    return json_pack("{s:s, s:s, s:s}", "kind", "person", "name", "Zoé Test", "office", office);
}

json_t *fixture_handoff(struct ledger_fixture *fixture, enum fixture_agent who, const char *office,
                        const struct id *case_id, const char *agent, const char *to_office,
                        const char *queue)
{
    json_t *handoff =
        json_pack("{s:s, s:s, s:s, s:o, s:s}", "from", fixture->actors[who].agent.text, "office",
                  office, "summary", "birth certificate", "offered_at",
                  json_time(fixture->clock_ms), "state", "offered");

    if (case_id != NULL)
        json_object_set_new(handoff, "case", json_string(case_id->text));
    if (agent != NULL)
        json_object_set_new(handoff, "to_agent", json_string(agent));
    if (to_office != NULL)
        json_object_set_new(handoff, "to_office", json_string(to_office));
    if (queue != NULL)
        json_object_set_new(handoff, "to_queue", json_string(queue));
    return handoff;
}

void fixture_apply(struct ledger_fixture *fixture, enum fixture_agent who,
                   struct operation *operation, struct ledger_outcome *outcome)
{
    struct error error = ERROR_INIT;

    assert_int_equal(ledger_apply(fixture->ledger, &fixture->actors[who], &operation, 1,
                                  clock_system(NULL), outcome, &error),
                     0);
    operation_free(operation);
}

int64_t fixture_applied(struct ledger_fixture *fixture, enum fixture_agent who,
                        struct operation *operation)
{
    struct ledger_outcome outcome;
    int64_t seq;

    fixture_apply(fixture, who, operation, &outcome);
    if (outcome.kind != LEDGER_APPLIED)
        print_message("refused: %s %s\n", merge_refusal_name(outcome.refusal), outcome.field);
    assert_int_equal(outcome.kind, LEDGER_APPLIED);
    assert_null(outcome.record);
    seq = outcome.seq;
    ledger_outcome_clear(&outcome);
    return seq;
}

void fixture_refused(struct ledger_fixture *fixture, enum fixture_agent who,
                     struct operation *operation, enum merge_refusal refusal, const char *field)
{
    struct ledger_outcome outcome;

    fixture_apply(fixture, who, operation, &outcome);
    assert_int_equal(outcome.kind, LEDGER_REFUSED);
    assert_string_equal(merge_refusal_name(outcome.refusal), merge_refusal_name(refusal));
    if (field != NULL)
        assert_string_equal(outcome.field, field);
    ledger_outcome_clear(&outcome);
}

struct id fixture_make(struct ledger_fixture *fixture, enum fixture_agent who,
                       enum record_type type, json_t *body)
{
    struct id id = fixture_id(fixture);

    fixture_applied(fixture, who,
                    fixture_operation(fixture, who, OPERATION_APPEND, type, &id, 0, body));
    return id;
}

/* --- reading ---------------------------------------------------------------------------------- */

json_t *fixture_desk(struct ledger_fixture *fixture, enum fixture_agent who, int64_t since,
                     size_t limit, int64_t *next)
{
    struct scope_set scopes = {0};
    struct ledger_page page;
    json_t *records;
    char *text;

    assert_int_equal(
        ledger_desk_scopes(fixture->ledger, &fixture->actors[who].agent, &scopes, NULL), 0);
    assert_int_equal(ledger_changes(fixture->ledger, &scopes, since, limit, NULL, &page, NULL), 0);
    text = malloc(page.length + 3);
    assert_non_null(text);
    sprintf(text, "[%s]", page.records);
    records = json_loads(text, 0, NULL);
    assert_non_null(records);
    assert_int_equal(json_array_size(records), page.count);
    if (next != NULL)
        *next = page.next;
    free(text);
    ledger_page_clear(&page);
    scope_set_free(&scopes);
    return records;
}

bool fixture_sees(struct ledger_fixture *fixture, enum fixture_agent who, int64_t since,
                  const struct id *id)
{
    json_t *records = fixture_desk(fixture, who, since, 1000, NULL);
    const json_t *record;
    size_t index;
    int found = 0;

    json_array_foreach(records, index, record)
    {
        found += strcmp(json_text_or(record, "id", ""), id->text) == 0;
    }
    json_decref(records);
    assert_true(found <= 1);
    return found == 1;
}

int fixture_read(struct ledger_fixture *fixture, enum fixture_agent who, enum record_type type,
                 const struct id *id, json_t **document)
{
    struct scope_set scopes = {0};
    char *text;
    int code;

    assert_int_equal(
        ledger_desk_scopes(fixture->ledger, &fixture->actors[who].agent, &scopes, NULL), 0);
    code = ledger_record_read(fixture->ledger, &scopes, type, id, &text, NULL);
    scope_set_free(&scopes);
    if (code == 0 && document != NULL)
        *document = json_loads(text, 0, NULL);
    free(text);
    return code;
}

/* --- hand-offs and queues --------------------------------------------------------------------- */

void fixture_staff(struct ledger_fixture *fixture)
{
    fixture_publish(fixture, RECORD_QUEUE, "sample/r", NULL);
    fixture_publish(fixture, RECORD_AGENT, "sample/denis",
                    json_pack("{s:s, s:s, s:s, s:s, s:[s]}", "login", "denis", "name", "denis",
                              "office", "sample/d", "role", "supervisor", "queues", "q"));
    fixture_publish_agent(fixture, BEN, "b", "r");
}

void fixture_decide(struct ledger_fixture *fixture, enum fixture_agent who,
                    const struct id *handoff, int64_t base, const char *state, int64_t at_ms)
{
    json_t *body = json_pack("{s:s, s:o}", "state", state, "decided_at", json_time(at_ms));

    if (strcmp(state, "accepted") == 0)
        json_object_set_new(body, "taken_by", json_string(fixture->actors[who].agent.text));
    fixture_applied(
        fixture, who,
        fixture_operation(fixture, who, OPERATION_CLAIM, RECORD_HANDOFF, handoff, base, body));
}

json_t *fixture_handoff_body(struct ledger_fixture *fixture, enum fixture_agent who,
                             const struct id *handoff)
{
    json_t *document = NULL, *body;

    assert_int_equal(fixture_read(fixture, who, RECORD_HANDOFF, handoff, &document), 0);
    body = json_incref(json_object_get(document, "body"));
    json_decref(document);
    return body;
}

void fixture_says(struct ledger_fixture *fixture, enum fixture_agent who, const struct id *handoff,
                  const char *member, const char *expected)
{
    json_t *body = fixture_handoff_body(fixture, who, handoff);

    assert_string_equal(json_text_or(body, member, ""), expected);
    json_decref(body);
}

void fixture_wait_for_child(int pipe_fd)
{
    struct pollfd readable = {.fd = pipe_fd, .events = POLLIN};

    assert_int_equal(poll(&readable, 1, CHILD_PATIENCE_MS), 1);
}
