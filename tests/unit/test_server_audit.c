/* Over HTTP: what requests leave in the audit trail. */
#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "net/ledger_audit_read.h"
#include "net/ledger_unusual.h"
#include "net/ledger_verify.h"
#include "tests/unit/server_fixture.h"

/* How many entries of the trail fit these words of SQL. */
static int64_t entries(struct server_fixture *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int64_t entries(struct server_fixture *f, const char *format, ...)
{
    char where[400];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(where, sizeof(where), format, arguments);
    va_end(arguments);
    return server_trail_count(f, where);
}

static const char *agent(struct server_fixture *f, enum fixture_agent who)
{
    return f->ledger.actors[who].agent.text;
}

static struct id make_client(struct server_fixture *f)
{
    return fixture_make(&f->ledger, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
}

static struct id make_case(struct server_fixture *f, const struct id *client)
{
    json_t *body = fixture_case(&f->ledger, ANNE, "sample/a");

    json_object_set_new(body, "client", json_string(client->text));
    return fixture_make(&f->ledger, ANNE, RECORD_CASE, body);
}

static void a_record_that_is_read(void **state)
{
    struct server_fixture *f = *state;
    struct id client = make_client(f), matter = make_case(f, &client);
    char path[100];
    struct call call = {.path = path, .token = f->tokens[ANNE]};

    snprintf(path, sizeof(path), "/v1/records/case/%s", matter.text);
    json_decref(server_json(f, &call));
    assert_int_equal(entries(f,
                             "kind = 'read' AND agent = '%s' AND device = '%s' AND type = 'case' "
                             "AND record = '%s' AND client = '%s' AND what = 'records'",
                             agent(f, ANNE), f->ledger.actors[ANNE].device.text, matter.text,
                             client.text),
                     1);
    /* And one that was refused. */
    call.token = f->tokens[BEN];
    server_expect_problem(f, &call, 403, "forbidden");
    assert_int_equal(entries(f,
                             "kind = 'refused' AND agent = '%s' AND record = '%s' "
                             "AND client = '%s' AND what = 'records: forbidden'",
                             agent(f, BEN), matter.text, client.text),
                     1);
    /* The catalogue is nobody's. */
    snprintf(path, sizeof(path), "/v1/records/agent/%s", agent(f, ANNE));
    json_decref(server_json(f, &call));
    assert_int_equal(entries(f, "record = '%s' AND kind = 'read'", agent(f, ANNE)), 0);
}

static void a_page_of_the_feed(void **state)
{
    struct server_fixture *f = *state;
    struct id one = make_client(f), other = make_client(f), matter = make_case(f, &one);
    struct id note = fixture_make(&f->ledger, ANNE, RECORD_NOTE,
                                  fixture_note(&f->ledger, ANNE, "sample/a", &matter, "secret"));
    struct call call = {.path = "/v1/changes?since=0&limit=1000", .token = f->tokens[ANNE]};
    char path[100];
    json_t *page = server_json(f, &call);
    int64_t next = json_integer_or(page, "next", 0);
    unsigned char bytes[ID_BYTES];
    char hex[2 * ID_BYTES + 1];

    json_decref(page);
    (void)note;
    assert_int_equal(entries(f,
                             "kind = 'read' AND agent = '%s' AND what = 'changes: 4 records' "
                             "AND length(clients) = 32",
                             agent(f, ANNE)),
                     1);
    id_to_bytes(&other, bytes);
    for (size_t i = 0; i < ID_BYTES; i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    assert_int_equal(entries(f, "instr(clients, x'%s') > 0", hex), 1);
    /* Nothing new, nothing written. */
    snprintf(path, sizeof(path), "/v1/changes?since=%lld", (long long)next);
    call.path = path;
    json_decref(server_json(f, &call));
    assert_int_equal(entries(f, "kind = 'read'"), 1);
    /* Of one client alone, the entry is of that client. */
    one = make_client(f);
    json_decref(server_json(f, &call));
    assert_int_equal(entries(f, "kind = 'read' AND client = '%s' AND clients IS NULL", one.text),
                     1);
    /* The catalogue is nobody's. */
    call.path = "/v1/changes?since=0&scope=catalogue";
    json_decref(server_json(f, &call));
    assert_int_equal(entries(f, "kind = 'read'"), 2);
}

static void an_operation_and_a_refused_one(void **state)
{
    struct server_fixture *f = *state;
    struct id client = make_client(f), matter = make_case(f, &client),
              note = fixture_id(&f->ledger);
    struct operation *operations[2];
    json_t *outcomes;

    operations[0] =
        fixture_operation(&f->ledger, ANNE, OPERATION_APPEND, RECORD_NOTE, &note, 0,
                          fixture_note(&f->ledger, ANNE, "sample/a", &matter, "secret"));
    operations[1] = fixture_operation(&f->ledger, ANNE, OPERATION_FIELDS, RECORD_CLIENT, &client, 1,
                                      json_pack("{s:s, s:s}", "name", "Léa Roy", "phone", "555"));
    json_decref(server_post(f, ANNE, operations, 2));
    assert_int_equal(entries(f,
                             "kind = 'write' AND type = 'note' AND record = '%s' AND client = '%s' "
                             "AND what = 'append' AND agent = '%s'",
                             note.text, client.text, agent(f, ANNE)),
                     1);
    assert_int_equal(entries(f,
                             "kind = 'write' AND type = 'client' AND client = '%s' "
                             "AND what = 'fields name, phone'",
                             client.text),
                     1);
    /* Ben may not; what he would have written stands nowhere. */
    operations[0] = fixture_operation(&f->ledger, BEN, OPERATION_FIELDS, RECORD_CLIENT, &client, 2,
                                      json_pack("{s:s}", "name", "Ben"));
    outcomes = server_post(f, BEN, operations, 1);
    assert_string_equal(item_text(outcomes, 0, "outcome"), "refused");
    json_decref(outcomes);
    assert_int_equal(
        entries(f,
                "kind = 'refused' AND agent = '%s' AND record = '%s' AND client = '%s' "
                "AND what LIKE 'fields: forbidden%%'",
                agent(f, BEN), client.text, client.text),
        1);
    assert_int_equal(entries(f, "what LIKE '%%Léa%%' OR what LIKE '%%secret%%'"), 0);
    /* In another agent's name: it is told of whoever sent it. */
    operations[0] = fixture_operation(&f->ledger, BEN, OPERATION_FIELDS, RECORD_CLIENT, &client, 2,
                                      json_pack("{s:s}", "name", "Ben"));
    operations[0]->agent = f->ledger.actors[ANNE].agent;
    json_decref(server_post(f, BEN, operations, 1));
    assert_int_equal(
        entries(f, "kind = 'refused' AND agent = '%s' AND what LIKE '%%agent'", agent(f, BEN)), 1);
}

static void sign_in_and_out(void **state)
{
    struct server_fixture *f = *state;
    struct call wrong = {.path = "/v1/login",
                         .body = "{\"login\": \"anne2\", \"password\": \"certainly wrong\"}"};
    struct call out = {.method = "POST", .path = "/v1/logout", .token = f->tokens[BEN]};
    struct answer answer;

    assert_true(entries(f, "kind = 'sign-in' AND agent = '%s'", agent(f, ANNE)) == 1);
    server_expect_problem(f, &wrong, 401, "wrong-password");
    assert_int_equal(
        entries(f, "kind = 'refused' AND agent = '%s' AND what LIKE 'sign-in%%'", agent(f, ANNE)),
        1);
    server_call(f, &out, &answer);
    assert_true(answer.status < 300);
    answer_clear(&answer);
    assert_int_equal(entries(f, "kind = 'sign-out' AND agent = '%s'", agent(f, BEN)), 1);
}

/* The name that the log and the answer have, too. */
static void an_entry_names_its_request(void **state)
{
    struct server_fixture *f = *state;
    struct id client = make_client(f), matter = make_case(f, &client);
    char path[100], id[40] = "";
    struct call call = {.path = path, .token = f->tokens[ANNE]};
    struct answer answer;
    const char *named;

    snprintf(path, sizeof(path), "/v1/records/case/%s", matter.text);
    server_call(f, &call, &answer);
    named = strstr(answer.headers, "x-request-id: ");
    assert_non_null(named);
    assert_int_equal(sscanf(named, "x-request-id: %39s", id), 1);
    answer_clear(&answer);
    assert_int_equal(entries(f, "what = 'records' AND request = '%s'", id), 1);
    /* Of what was refused, of operations, sign-ins, searches and openings. */
    call.token = f->tokens[BEN];
    server_expect_problem(f, &call, 403, "forbidden");
    assert_int_equal(entries(f, "what = 'records: forbidden' AND length(request) = 16"), 1);
    server_say_why(f, ANNE, RECORD_CASE, &matter);
    assert_int_equal(entries(f, "what LIKE 'open%%' AND length(request) = 16"), 1);
    assert_true(entries(f, "kind = 'sign-in' AND length(request) = 16") >= 1);
    struct id note = fixture_id(&f->ledger);
    struct operation *operation = server_note(f, ANNE, &note, "noted");
    json_decref(server_post(f, ANNE, &operation, 1));
    assert_int_equal(
        entries(f, "kind = 'write' AND record = '%s' AND length(request) = 16", note.text), 1);
    /* What the server's own process does has none. */
    assert_true(entries(f, "kind = 'write' AND request = ''") > 0);
}

/* Strangers do not fill the trail: the first is there at once, others of a minute together. */
static void who_has_no_token_is_in_it(void **state)
{
    struct server_fixture *f = *state;
    struct call call = {.path = "/v1/changes"};

    server_expect_problem(f, &call, 401, "unauthorized");
    assert_int_equal(entries(f, "kind = 'refused' AND what = 'no valid token: GET /v1/changes' "
                                "AND length(request) = 16"),
                     1);
    call.token = "a-token-that-is-none";
    server_expect_problem(f, &call, 401, "unauthorized");
    server_expect_problem(f, &call, 401, "unauthorized");
    assert_int_equal(entries(f, "what LIKE 'no valid token%%'"), 1);
}

static void who_is_held_off_is_in_it(void **state)
{
    struct server_fixture *f = *state;
    struct call call = {.path = "/v1/login",
                        .body = "{\"login\":\"anne2\",\"password\":\"certainly wrong\"}"};
    struct answer answer;
    int tries = 0;
    int held = 0;
    int waits = 0;

    for (int i = 0; i < 3; i++)
        server_expect_problem(f, &call, 401, "wrong-password");
    /* Two within one wait, which is longer after each attempt: a slow machine misses the first. */
    while (held < 2) {
        assert_true(tries++ < 20);
        server_call(f, &call, &answer);
        if (answer.status != 429)
            assert_int_equal(answer.status, 401);
        held = answer.status == 429 ? held + 1 : 0;
        waits += held == 1;
        answer_clear(&answer);
    }
    assert_int_equal(entries(f, "kind = 'refused' AND agent = '%s' AND what = 'sign-in: held off'",
                             agent(f, ANNE)),
                     waits);
}

static void many_at_once_are_all_in_the_trail(void **state)
{
    struct server_fixture *f = *state;
    struct audit_verified verified;
    const struct audit_verify_options options = {.finding = NULL};
    struct call call = {.path = "/v1/changes?since=0", .token = f->tokens[ANNE]};

    make_client(f);
    for (int i = 0; i < 40; i++)
        json_decref(server_json(f, &call));
    assert_int_equal(entries(f, "kind = 'read'"), 40);
    assert_int_equal(ledger_audit_verify(f->ledger.path, &options, &verified, NULL), 0);
    assert_int_equal(verified.findings, 0);
    assert_true(verified.entries > 40);
}

/* Ben becomes a privacy officer. */
static void make_officer(struct server_fixture *f)
{
    fixture_publish(&f->ledger, RECORD_AGENT, "sample/ben2",
                    json_pack("{s:s, s:s, s:s, s:s}", "login", "ben2", "name", "Benoît Roy",
                              "office", "sample/b", "role", "privacy-officer"));
}

static json_t *ask(struct server_fixture *f, enum fixture_agent who, const char *body)
{
    struct call call = {.path = "/v1/audit", .token = f->tokens[who], .body = body};

    return server_json(f, &call);
}

/* Anne opens a client's file at her terminal. */
static void look(struct server_fixture *f, const struct id *client, const char *at)
{
    struct id id = fixture_id(&f->ledger);

    fixture_applied(
        &f->ledger, ANNE,
        fixture_operation(&f->ledger, ANNE, OPERATION_APPEND, RECORD_ACCESS, &id, 0,
                          json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "client", client->text,
                                    "agent", agent(f, ANNE), "office", "sample/a", "at", at,
                                    "purpose", "call-back", "words", "=rappel")));
}

static struct id named(struct server_fixture *f, const char *name)
{
    json_t *body = fixture_client("sample/a");

    json_object_set_new(body, "name", json_string(name));
    return fixture_make(&f->ledger, ANNE, RECORD_CLIENT, body);
}

static void only_privacy_officers_read_it(void **state)
{
    struct server_fixture *f = *state;
    struct call call = {.path = "/v1/audit", .token = f->tokens[ANNE]};
    json_t *trail;

    server_expect_problem(f, &call, 403, "forbidden");
    call.body = "{}";
    server_expect_problem(f, &call, 403, "forbidden");
    make_officer(f);
    call = (struct call){.path = "/v1/audit?limit=5", .token = f->tokens[BEN]};
    trail = server_json(f, &call);
    assert_int_equal(json_array_size(json_object_get(trail, "entries")), 5);
    assert_true(json_bool_or(trail, "more", false));
    json_decref(trail);
    /* Reading it is in it. */
    assert_int_equal(entries(f,
                             "kind = 'read' AND agent = '%s' AND purpose = 'privacy' "
                             "AND what = 'audit trail'",
                             agent(f, BEN)),
                     1);
}

static void who_looked_at_this_client(void **state)
{
    struct server_fixture *f = *state;
    struct id client = make_client(f), other = make_client(f);
    char body[200];
    const json_t *list, *entry;
    json_t *trail;

    make_officer(f);
    look(f, &client, "2026-11-02T14:00:00.000Z");
    look(f, &other, "2026-11-02T14:00:00.000Z");
    snprintf(body, sizeof(body), "{\"client\": \"%s\", \"kind\": \"read\"}", client.text);
    trail = ask(f, BEN, body);
    list = json_object_get(trail, "entries");
    assert_int_equal(json_array_size(list), 1);
    entry = json_array_get(list, 0);
    assert_string_equal(json_text_or(entry, "agent", ""), agent(f, ANNE));
    assert_string_equal(json_text_or(entry, "agent_name", ""), "anne2");
    assert_string_equal(json_text_or(entry, "purpose", ""), "call-back");
    assert_string_equal(json_text_or(entry, "words", ""), "=rappel");
    json_decref(trail);
    assert_int_equal(
        entries(f, "kind = 'read' AND client = '%s' AND what = 'audit trail: read'", client.text),
        1);
    /* By name; of several who are called so, who is meant. */
    client = named(f, "Léa Unique");
    look(f, &client, "2026-11-02T14:05:00.000Z");
    trail = ask(f, BEN, "{\"client\": \"lea unique\", \"kind\": \"read\"}");
    assert_string_equal(json_text_or(trail, "client", ""), client.text);
    assert_int_equal(json_array_size(json_object_get(trail, "entries")), 1);
    json_decref(trail);
    named(f, "Léa Unique");
    trail = ask(f, BEN, "{\"client\": \"lea unique\", \"kind\": \"read\"}");
    assert_null(json_object_get(trail, "entries"));
    assert_int_equal(json_array_size(json_object_get(trail, "choices")), 2);
    json_decref(trail);
    /* What this agent did, page by page. */
    trail = ask(f, BEN, "{\"agent\": \"anne2\", \"kind\": \"read\", \"limit\": 1}");
    list = json_object_get(trail, "entries");
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(json_text_or(json_array_get(list, 0), "client", ""), client.text);
    snprintf(body, sizeof(body),
             "{\"agent\": \"anne2\", \"kind\": \"read\", \"before\": %lld, \"limit\": 1}",
             (long long)json_integer_or(json_array_get(list, 0), "number", 0));
    json_decref(trail);
    trail = ask(f, BEN, body);
    list = json_object_get(trail, "entries");
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(json_text_or(json_array_get(list, 0), "client", ""), other.text);
    json_decref(trail);
}

static void what_is_asked_wrong(void **state)
{
    static const struct {
        const char *body;
        long status;
        const char *code;
    } cases[] = {
        {"{\"kind\": \"peek\"}", 400, "bad-parameter"},
        {"{\"limit\": 0}", 400, "bad-parameter"},
        {"{\"limit\": 1001}", 400, "bad-parameter"},
        {"{\"since\": \"yesterday\"}", 400, "bad-parameter"},
        {"{\"agent\": \"nobody\"}", 404, "not-found"},
        {"{\"client\": \"Zéphyrine Inconnue\"}", 404, "not-found"},
        {"[]", 400, "bad-json"},
    };
    struct server_fixture *f = *state;

    make_officer(f);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct call call = {.path = "/v1/audit", .token = f->tokens[BEN], .body = cases[i].body};

        server_expect_problem(f, &call, cases[i].status, cases[i].code);
    }
}

static bool has_finding(const json_t *list, const char *rule, const char *client, int64_t count)
{
    const json_t *finding;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)list, i, finding)
    {
        if (strcmp(json_text_or(finding, "rule", ""), rule) == 0 &&
            strcmp(json_text_or(finding, "client", ""), client) == 0 &&
            json_integer_or(finding, "count", 0) == count)
            return true;
    }
    return false;
}

static void access_that_is_worth_a_question(void **state)
{
    struct server_fixture *f = *state;
    struct id own, relative, colleague, stranger, files[20];
    char at[32];
    const json_t *list;
    json_t *trail;

    make_officer(f);
    fixture_publish(&f->ledger, RECORD_AGENT, "sample/anne2",
                    json_pack("{s:s, s:s, s:s, s:s}", "login", "anne2", "name", "Anne Côté",
                              "office", "sample/a", "role", "clerk"));
    fixture_publish(&f->ledger, RECORD_OFFICE, "sample/a",
                    json_pack("{s:{s:[s], s:[s]}, s:s}", "hours", "mon", "08:30-16:30", "tue",
                              "08:30-16:30", "zone", "America/Toronto"));
    own = named(f, "anne cote");
    relative = named(f, "Luc Côté");
    colleague = named(f, "Benoit Roy");
    stranger = named(f, "Léa Tremblay");
    /* Monday the second of November 2026, in the morning. */
    look(f, &own, "2026-11-02T15:00:00.000Z");
    look(f, &relative, "2026-11-02T15:01:00.000Z");
    look(f, &colleague, "2026-11-02T15:02:00.000Z");
    look(f, &stranger, "2026-11-02T15:03:00.000Z");
    trail = ask(f, BEN, "{\"unusual\": true, \"since\": \"2000-01-01T00:00:00Z\"}");
    list = json_object_get(trail, "unusual");
    assert_true(has_finding(list, "own-file", own.text, 1));
    assert_true(has_finding(list, "same-name", relative.text, 1));
    assert_true(has_finding(list, "colleague", colleague.text, 1));
    assert_int_equal(json_array_size(list), 3);
    json_decref(trail);
    /* On a Sunday, twice. */
    look(f, &stranger, "2026-11-01T15:00:00.000Z");
    look(f, &stranger, "2026-11-01T16:00:00.000Z");
    for (int i = 0; i < 20; i++) {
        snprintf(at, sizeof(at), "2026-11-03T15:%02d:00.000Z", 2 * i);
        files[i] = named(f, "Personne Quelconque");
        look(f, &files[i], at);
    }
    trail = ask(f, BEN, "{\"unusual\": true, \"since\": \"2000-01-01T00:00:00Z\"}");
    list = json_object_get(trail, "unusual");
    assert_true(has_finding(list, "outside-hours", "", 2));
    assert_true(has_finding(list, "many-files", "", 20));
    assert_int_equal(json_array_size(list), 5);
    json_decref(trail);
    /* Of more than are looked through, since when is told. */
    json_t *findings;
    int64_t looked_ms;
    assert_int_equal(ledger_audit_unusual(f->ledger.ledger, 0, 5, &findings, &looked_ms, NULL), 0);
    assert_true(looked_ms > 0);
    assert_true(json_array_size(findings) < 5);
    json_decref(findings);
    assert_int_equal(
        ledger_audit_unusual(f->ledger.ledger, 0, UNUSUAL_READS, &findings, &looked_ms, NULL), 0);
    assert_int_equal(looked_ms, 0);
    json_decref(findings);
    assert_int_equal(entries(f, "what = 'audit trail: unusual access'"), 2);
}

/* Five who have nothing to do with a client look at the file: one who has is not counted. */
static void many_who_have_no_case_with_a_client(void **state)
{
    struct server_fixture *f = *state;
    struct id client = make_client(f), matter = make_case(f, &client);
    json_t *trail;

    (void)matter; /* Anne's */
    make_officer(f);
    for (int i = 0; i < 6; i++) {
        struct ledger_actor actor = {.device = fixture_id(&f->ledger)};
        struct id id = fixture_id(&f->ledger);
        struct ledger_outcome outcome;
        struct operation *operation;
        char key[32];

        snprintf(key, sizeof(key), "sample/agent%d", i);
        actor.agent = i == 0 ? f->ledger.actors[ANNE].agent : id_from_key("agent", key);
        actor.device = i == 0 ? f->ledger.actors[ANNE].device : actor.device;
        if (i > 0)
            fixture_publish(&f->ledger, RECORD_AGENT, key,
                            json_pack("{s:s, s:s, s:s, s:s}", "login", key, "name", key, "office",
                                      "sample/b", "role", "clerk"));
        operation = fixture_operation(&f->ledger, ANNE, OPERATION_APPEND, RECORD_ACCESS, &id, 0,
                                      json_pack("{s:s, s:s, s:s, s:s}", "client", client.text,
                                                "agent", actor.agent.text, "office", "sample/b",
                                                "at", "2026-11-02T14:00:00.000Z"));
        operation->agent = actor.agent;
        operation->device = actor.device;
        assert_int_equal(ledger_apply(f->ledger.ledger, &actor, &operation, 1, f->ledger.clock_ms,
                                      &outcome, NULL),
                         0);
        assert_int_equal(outcome.kind, LEDGER_APPLIED);
        ledger_outcome_clear(&outcome);
        operation_free(operation);
        trail = ask(f, BEN, "{\"unusual\": true, \"since\": \"2000-01-01T00:00:00Z\"}");
        assert_int_equal(
            has_finding(json_object_get(trail, "unusual"), "many-viewers", client.text, 5), i == 5);
        json_decref(trail);
    }
}

static int count_one(void *context, const struct audit_found *found)
{
    (void)found;
    ++*(int *)context;
    return 0;
}

/* A command beside the server adds an entry of its own: the server goes on from that one. */
static void another_process_adds_to_it(void **state)
{
    struct server_fixture *f = *state;
    const struct audit_query query = {.kind = AUDIT_KIND_COUNT, .oldest_first = true};
    const struct audit_entry entry = {.kind = AUDIT_EXPORT, .at_ms = 1, .what = "beside"};
    const struct audit_verify_options options = {.finding = NULL};
    struct audit_verified verified;
    int count = 0;

    for (int i = 0; i < 3; i++) {
        make_client(f);
        assert_int_equal(
            ledger_audit_export(f->ledger.path, &query, &entry, count_one, &count, NULL), 0);
    }
    make_client(f);
    assert_true(count > 6);
    assert_int_equal(entries(f, "what = 'beside'"), 3);
    assert_int_equal(ledger_audit_verify(f->ledger.path, &options, &verified, NULL), 0);
    assert_int_equal(verified.findings, 0);
}

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, server_fixture_setup, server_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_record_that_is_read),
        TEST(a_page_of_the_feed),
        TEST(an_operation_and_a_refused_one),
        TEST(sign_in_and_out),
        TEST(an_entry_names_its_request),
        TEST(who_has_no_token_is_in_it),
        TEST(who_is_held_off_is_in_it),
        TEST(many_at_once_are_all_in_the_trail),
        TEST(many_who_have_no_case_with_a_client),
        TEST(another_process_adds_to_it),
        TEST(only_privacy_officers_read_it),
        TEST(who_looked_at_this_client),
        TEST(what_is_asked_wrong),
        TEST(access_that_is_worth_a_question),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
