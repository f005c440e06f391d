/* Over HTTP: what is kept about a client, its hold, its copy, its erasure, and the rules. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/ledger_retention.h"
#include "net/ledger_sqlite.h"
#include "tests/unit/erase_fixture.h"
#include "tests/unit/server_fixture.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

/* Ben's role is one that this organisation has, or a built-in one. */
static void make_ben(struct server_fixture *f, const char *role)
{
    fixture_publish(&f->ledger, RECORD_AGENT, "sample/ben2",
                    json_pack("{s:s, s:s, s:s, s:s}", "login", "ben2", "name", "Benoît Roy",
                              "office", "sample/b", "role", role));
}

static void make_role(struct server_fixture *f, const char *key, json_t *permissions)
{
    fixture_publish(&f->ledger, RECORD_ROLE, key,
                    json_pack("{s:{s:s, s:s}, s:o, s:s}", "title", "fr", key, "en", key,
                              "permissions", permissions, "reach", "office"));
}

/* Asks in Ben's name; `format` makes the body. */
static json_t *ask(struct server_fixture *f, const char *path, const char *body)
{
    struct call call = {.path = path, .token = f->tokens[BEN], .body = body};

    return server_json(f, &call);
}

static void expect(struct server_fixture *f, const char *path, const char *body, long status,
                   const char *code)
{
    struct call call = {.path = path, .token = f->tokens[BEN], .body = body};

    server_expect_problem(f, &call, status, code);
}

static const char *about(char body[600], const char *type, const char *of, const char *more)
{
    (void)snprintf(body, 600, "{\"type\": \"%s\", \"of\": \"%s\"%s}", type, of, more);
    return body;
}

#define BECAUSE ", \"reason\": \"a court asks\""

static int trail(struct server_fixture *f, const char *condition, const struct id *client)
{
    char where[400];

    (void)snprintf(where, sizeof(where), "client = '%s' AND %s", client->text, condition);
    return server_trail_count(f, where);
}

static void what_is_kept_is_told(void **state)
{
    struct server_fixture *f = *state;
    struct id client = erase_client(&f->ledger);
    struct id other = fixture_id(&f->ledger), matter;
    char body[600], reference[ID_REFERENCE_SIZE];
    json_t *kept;

    id_reference(&other, 'C', reference);
    matter = fixture_make(&f->ledger, ANNE, RECORD_CASE,
                          erase_named(erase_case(&f->ledger, &client), "reference", reference));
    erase_note(&f->ledger, &matter);
    make_ben(f, "privacy-officer");
    kept = ask(f, "/v1/keeping", about(body, "client", client.text, ""));
    assert_string_equal(json_text_or(kept, "record", ""), client.text);
    assert_string_equal(json_text_or(kept, "name", ""), SECRET " Client");
    assert_int_equal(json_integer_or(kept, "records", 0), 3);
    assert_null(json_object_get(kept, "hold"));
    assert_string_equal(json_text_or(json_object_get(kept, "bar"), "why", ""), "open");
    assert_string_equal(json_text_or(json_object_get(kept, "bar"), "type", ""), "case");
    assert_string_equal(json_text_or(json_object_get(kept, "bar"), "id", ""), matter.text);
    json_decref(kept);
    assert_int_equal(
        trail(f, "kind = 'read' AND what = 'keeping' AND purpose = 'privacy'", &client), 1);
    /* By the reference of a case: it, or its client. */
    kept = ask(f, "/v1/keeping", about(body, "client", reference, ""));
    assert_string_equal(json_text_or(kept, "record", ""), client.text);
    assert_string_equal(json_text_or(json_object_get(kept, "bar"), "label", ""), reference);
    json_decref(kept);
    kept = ask(f, "/v1/keeping", about(body, "case", reference, ""));
    assert_string_equal(json_text_or(kept, "record", ""), matter.text);
    assert_string_equal(json_text_or(kept, "label", ""), reference);
    assert_string_equal(json_text_or(kept, "client_name", ""), SECRET " Client");
    assert_int_equal(json_integer_or(kept, "records", 0), 2);
    json_decref(kept);
    expect(f, "/v1/keeping", about(body, "client", "C-0000-0000", ""), 404, "not-found");
    expect(f, "/v1/keeping", about(body, "service", client.text, ""), 400, "bad-request");
    expect(f, "/v1/keeping", "{}", 400, "bad-request");
}

static void a_hold_is_placed_and_lifted(void **state)
{
    struct server_fixture *f = *state;
    struct id client = erase_client(&f->ledger);
    char body[600], long_reason[500];
    json_t *kept;
    const json_t *hold;

    make_ben(f, "privacy-officer");
    expect(f, "/v1/keeping/hold", about(body, "client", client.text, ""), 422, "purpose-needed");
    expect(f, "/v1/keeping/hold", about(body, "client", client.text, ", \"reason\": \"  \""), 422,
           "purpose-needed");
    (void)snprintf(long_reason, sizeof(long_reason), ", \"reason\": \"%0401d\"", 0);
    expect(f, "/v1/keeping/hold", about(body, "client", client.text, long_reason), 422,
           "purpose-needed");
    expect(f, "/v1/keeping/hold-end", about(body, "client", client.text, BECAUSE), 404,
           "not-found");
    json_decref(ask(f, "/v1/keeping/hold", about(body, "client", client.text, BECAUSE)));
    assert_int_equal(trail(f,
                           "kind = 'erase' AND what = 'held back' AND length(device) = 36 AND "
                           "length(request) = 16",
                           &client),
                     1);
    kept = ask(f, "/v1/keeping", about(body, "client", client.text, ""));
    hold = json_object_get(kept, "hold");
    assert_string_equal(json_text_or(hold, "reason", ""), "a court asks");
    assert_string_equal(json_text_or(hold, "agent_name", ""), "Benoît Roy");
    assert_string_equal(json_text_or(json_object_get(kept, "bar"), "why", ""), "held");
    json_decref(kept);
    /* It holds, and that somebody tried is in the trail. */
    expect(f, "/v1/keeping/erase", about(body, "client", client.text, BECAUSE), 409, "kept");
    assert_int_equal(trail(f, "kind = 'refused' AND what = 'erase: held'", &client), 1);
    json_decref(ask(f, "/v1/keeping/hold-end", about(body, "client", client.text, BECAUSE)));
    assert_int_equal(trail(f, "kind = 'erase' AND what = 'hold ended'", &client), 1);
    json_decref(ask(f, "/v1/keeping/erase", about(body, "client", client.text, BECAUSE)));
}

static void what_is_erased_is_gone(void **state)
{
    struct server_fixture *f = *state;
    struct id client = erase_client(&f->ledger);
    struct id matter = fixture_make(&f->ledger, ANNE, RECORD_CASE, erase_case(&f->ledger, &client));
    char body[600], more[200], latest[40];
    json_t *answer;

    make_ben(f, "privacy-officer");
    expect(f, "/v1/keeping/erase", about(body, "client", client.text, BECAUSE), 409, "kept");
    assert_int_equal(trail(f, "kind = 'refused' AND what = 'erase: open'", &client), 1);
    erase_claim(&f->ledger, RECORD_CASE, &matter, 1, "status", "closed");
    answer = ask(f, "/v1/keeping", about(body, "client", client.text, ""));
    assert_null(json_object_get(answer, "bar"));
    text_copy(latest, sizeof(latest), json_text_or(answer, "latest", ""));
    json_decref(answer);
    /* Only what was looked at goes. */
    erase_note(&f->ledger, &matter);
    (void)snprintf(more, sizeof(more), BECAUSE ", \"latest\": \"%s\"", latest);
    expect(f, "/v1/keeping/erase", about(body, "client", client.text, more), 412, "changed");
    assert_int_equal(trail(f, "kind = 'refused' AND what = 'erase: changed since'", &client), 1);
    expect(f, "/v1/keeping/erase", about(body, "client", client.text, ", \"reason\": \"\""), 422,
           "purpose-needed");
    expect(f, "/v1/keeping/erase",
           about(body, "client", client.text, BECAUSE ", \"latest\": \"soon\""), 400,
           "bad-parameter");
    answer = ask(f, "/v1/keeping", about(body, "client", client.text, ""));
    (void)snprintf(more, sizeof(more), BECAUSE ", \"latest\": \"%s\"",
                   json_text_or(answer, "latest", ""));
    json_decref(answer);
    answer = ask(f, "/v1/keeping/erase", about(body, "client", client.text, more));
    assert_int_equal(json_integer_or(answer, "records", 0), 3);
    assert_true(json_bool_or(answer, "overwritten", false));
    json_decref(answer);
    assert_int_equal(
        trail(f,
              "kind = 'erase' AND what = 'erased: a court asks' AND length(agent) = 36 AND "
              "length(device) = 36 AND length(request) = 16",
              &client),
        2);
    assert_int_equal(erase_occurrences(f->ledger.folder, SECRET), 0);
    expect(f, "/v1/keeping", about(body, "client", client.text, ""), 404, "not-found");
    expect(f, "/v1/keeping/copy", about(body, "client", client.text, ""), 404, "not-found");
}

/* All parts one after the other. Owned. */
static char *copy(struct server_fixture *f, const struct id *client, int *parts)
{
    struct text_buffer page = {0};
    char more[300] = "", body[600];
    bool ended = false;

    for (*parts = 0; !ended; ++*parts) {
        json_t *part = ask(f, "/v1/keeping/copy", about(body, "client", client->text, more));

        text_buffer_add_text(&page, json_text_or(part, "text", ""));
        assert_int_equal(json_integer_or(part, "next", 0), page.length);
        ended = json_bool_or(part, "ended", true);
        (void)snprintf(more, sizeof(more), ", \"from\": %zu, \"tag\": \"%s\", \"at\": \"%s\"",
                       page.length, json_text_or(part, "tag", ""), json_text_or(part, "at", ""));
        json_decref(part);
    }
    return text_buffer_take(&page);
}

static void a_copy_comes_in_parts(void **state)
{
    struct server_fixture *f = *state;
    struct id client = erase_client(&f->ledger);
    struct id matter = fixture_make(&f->ledger, ANNE, RECORD_CASE, erase_case(&f->ledger, &client));
    char *page, *text = malloc(9001), body[600], more[300];
    json_t *part;
    int parts;

    assert_non_null(text);
    make_ben(f, "privacy-officer");
    for (int i = 0; i < 4500; i++)
        memcpy(text + (size_t)2 * i, "é", 2);
    text[9000] = '\0';
    page = copy(f, &client, &parts);
    assert_int_equal(parts, 1);
    assert_non_null(strstr(page, "Ce que nous avons au dossier"));
    free(page);
    for (int i = 0; i < 70; i++)
        fixture_make(&f->ledger, ANNE, RECORD_NOTE,
                     fixture_note(&f->ledger, ANNE, "sample/a", &matter, text));
    free(text);
    page = copy(f, &client, &parts);
    assert_int_equal(parts, 3);
    assert_non_null(strstr(page, SECRET " Client"));
    assert_true(strcmp(page + strlen(page) - 8, "</html>\n") == 0);
    free(page);
    /* One entry for each copy, not for each part. */
    assert_int_equal(trail(f,
                           "kind = 'export' AND what LIKE 'disclosure%' AND length(device) = 36 "
                           "AND length(request) = 16",
                           &client),
                     2);
    /* Nobody gets the rest without the first part. */
    expect(
        f, "/v1/keeping/copy",
        about(body, "client", client.text, ", \"from\": 10, \"at\": \"2026-11-24T10:00:00.000Z\""),
        412, "changed");
    expect(f, "/v1/keeping/copy", about(body, "client", client.text, ", \"from\": 10"), 400,
           "bad-parameter");
    expect(f, "/v1/keeping/copy", about(body, "client", client.text, ", \"language\": \"de\""), 400,
           "bad-parameter");
    /* What was read meanwhile changes no part; what was written does. */
    part = ask(f, "/v1/keeping/copy", about(body, "client", client.text, ""));
    (void)snprintf(more, sizeof(more), ", \"from\": %lld, \"tag\": \"%s\", \"at\": \"%s\"",
                   (long long)json_integer_or(part, "next", 0), json_text_or(part, "tag", ""),
                   json_text_or(part, "at", ""));
    json_decref(part);
    json_decref(ask(f, "/v1/keeping", about(body, "client", client.text, "")));
    json_decref(ask(f, "/v1/keeping/copy", about(body, "client", client.text, more)));
    erase_note(&f->ledger, &matter);
    expect(f, "/v1/keeping/copy", about(body, "client", client.text, more), 412, "changed");
}

/* Each needs its permission; and a protected file is not there for who reads none. */
static void permissions_are_asked_for(void **state)
{
    static const char *const erasing[] = {"/v1/keeping/hold", "/v1/keeping/hold-end",
                                          "/v1/keeping/erase"};
    struct server_fixture *f = *state;
    struct id client = erase_client(&f->ledger);
    struct operation *operation;
    struct call rules = {.path = "/v1/retention", .token = f->tokens[ANNE]};
    char body[600];

    make_role(f, "sample/discloser", json_pack("[s]", "disclose"));
    make_role(f, "sample/eraser", json_pack("[s]", "erase"));
    make_ben(f, "discloser");
    for (size_t i = 0; i < 3; i++)
        expect(f, erasing[i], about(body, "client", client.text, BECAUSE), 403, "forbidden");
    assert_int_equal(server_trail_count(f, "kind = 'refused' AND what LIKE '%: erase'"), 3);
    json_decref(ask(f, "/v1/keeping", about(body, "client", client.text, "")));
    json_decref(ask(f, "/v1/keeping/copy", about(body, "client", client.text, "")));
    make_ben(f, "eraser");
    expect(f, "/v1/keeping/copy", about(body, "client", client.text, ""), 403, "forbidden");
    json_decref(ask(f, "/v1/keeping/hold", about(body, "client", client.text, BECAUSE)));
    server_expect_problem(f, &rules, 403, "forbidden");
    operation = fixture_operation(&f->ledger, ANNE, OPERATION_CLAIM, RECORD_CLIENT, &client, 1,
                                  json_pack("{s:s, s:s, s:s}", "protection", "person",
                                            "protection_reason", "in danger", "protected_by",
                                            f->ledger.actors[ANNE].agent.text));
    fixture_publish(&f->ledger, RECORD_AGENT, "sample/anne2",
                    json_pack("{s:s, s:s, s:s, s:s}", "login", "anne2", "name", "Anne", "office",
                              "sample/a", "role", "supervisor"));
    fixture_applied(&f->ledger, ANNE, operation);
    expect(f, "/v1/keeping", about(body, "client", client.text, ""), 404, "not-found");
    expect(f, "/v1/keeping/erase", about(body, "client", client.text, BECAUSE), 404, "not-found");
    assert_int_equal(trail(f, "kind = 'refused' AND what LIKE '%: protected'", &client), 2);
    make_ben(f, "privacy-officer");
    json_decref(ask(f, "/v1/keeping", about(body, "client", client.text, "")));
}

static void set_rule(struct server_fixture *f, const char *what, int64_t months)
{
    struct ledger_retention rule = {.months = months};

    text_copy(rule.what, sizeof(rule.what), what);
    assert_int_equal(ledger_retention_set(f->ledger.ledger, &rule, NULL), 0);
}

static void what_rules_will_erase_is_told(void **state)
{
    struct server_fixture *f = *state;
    struct id client, matter, held, twice;
    const struct ledger_erasure hold = {.at_ms = 1, .why = "a court asks"};
    struct call call = {.path = "/v1/retention", .token = f->tokens[BEN]};
    const json_t *due;
    json_t *answer, *rules;
    int64_t due_ms, latest_ms;

    f->ledger.clock_ms = clock_system(NULL);
    client = erase_client(&f->ledger);
    matter = fixture_make(&f->ledger, ANNE, RECORD_CASE, erase_case(&f->ledger, &client));
    held = erase_client(&f->ledger);
    twice = fixture_make(&f->ledger, ANNE, RECORD_CASE, erase_case(&f->ledger, &held));
    erase_claim(&f->ledger, RECORD_CASE, &matter, 1, "status", "closed");
    erase_claim(&f->ledger, RECORD_CASE, &twice, 1, "status", "closed");
    assert_int_equal(ledger_hold(f->ledger.ledger, RECORD_CLIENT, &held, &hold, NULL), 0);
    make_ben(f, "privacy-officer");
    set_rule(f, "case", 12);
    set_rule(f, "client", 0);
    rules = server_json(f, &call);
    assert_int_equal(json_array_size(json_object_get(rules, "rules")), 2);
    json_decref(rules);
    answer = ask(f, "/v1/retention", "{\"days\": 300}");
    assert_true(json_bool_or(answer, "ended", false));
    assert_int_equal(json_array_size(json_object_get(answer, "due")), 0);
    assert_int_equal(json_array_size(json_object_get(answer, "rules")), 2);
    json_decref(answer);
    answer = ask(f, "/v1/retention", "{\"days\": 400}");
    assert_int_equal(json_integer_or(answer, "files", 0), 1);
    assert_int_equal(json_integer_or(answer, "held", 0), 1);
    due = json_array_get(json_object_get(answer, "due"), 0);
    assert_string_equal(json_text_or(due, "what", ""), "case");
    assert_string_equal(json_text_or(due, "record", ""), matter.text);
    assert_true(json_text_or(due, "label", "")[0] == 'C');
    assert_true(timestamp_parse(json_text_or(due, "due", ""), &due_ms));
    assert_true(timestamp_parse(json_text_or(due, "latest", ""), &latest_ms));
    assert_in_range(due_ms - latest_ms, 365 * DAY_MS, 367 * DAY_MS);
    json_decref(answer);
    /* Looking erases nothing, and is in the trail. */
    assert_true(fixture_sees(&f->ledger, ANNE, 0, &matter));
    assert_int_equal(server_trail_count(f, "what = 'retention: what is due'"), 2);
    /* Who may not read protected files is told how many, not which. */
    make_role(f, "sample/eraser", json_pack("[s]", "erase"));
    make_ben(f, "eraser");
    answer = ask(f, "/v1/retention", "{\"days\": 400}");
    assert_int_equal(json_integer_or(answer, "files", 0), 1);
    assert_int_equal(json_array_size(json_object_get(answer, "due")), 0);
    json_decref(answer);
    /* Nor is whose mandate is some offices. */
    fixture_publish(&f->ledger, RECORD_ROLE, "sample/eraser",
                    json_pack("{s:{s:s, s:s}, s:[s, s], s:s, s:s}", "title", "fr", "E", "en", "E",
                              "permissions", "erase", "read-protected", "cases", "none", "mandate",
                              "offices"));
    answer = ask(f, "/v1/retention", "{\"days\": 400}");
    assert_int_equal(json_array_size(json_object_get(answer, "due")), 0);
    json_decref(answer);
    expect(f, "/v1/retention", "{\"days\": -1}", 400, "bad-parameter");
    expect(f, "/v1/retention", "{\"days\": 4000}", 400, "bad-parameter");
    expect(f, "/v1/retention", "{\"place\": {\"stage\": 99}}", 400, "bad-request");
}

/* An office's relay follows the server above it, where all of this is done. */
static void a_relay_does_none_of_it(void **state)
{
    static const char *const paths[] = {"/v1/keeping",       "/v1/keeping/hold",
                                        "/v1/keeping/erase", "/v1/keeping/copy",
                                        "/v1/retention",     "/v1/keeping/hold-end"};
    struct server_fixture *f = *state;
    struct id client = erase_client(&f->ledger);
    char body[600];

    make_ben(f, "privacy-officer");
    f->ledger.ledger->is_relay = true;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        expect(f, paths[i], about(body, "client", client.text, BECAUSE), 409, "at-centre");
    expect(f, "/v1/retention", NULL, 409, "at-centre");
    f->ledger.ledger->is_relay = false;
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, server_fixture_setup, server_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_kept_is_told),      TEST(a_hold_is_placed_and_lifted),
        TEST(what_is_erased_is_gone),    TEST(a_copy_comes_in_parts),
        TEST(permissions_are_asked_for), TEST(what_rules_will_erase_is_told),
        TEST(a_relay_does_none_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
