/* Protected files: gone from every feed and search but of those who may read them, until they are
 * protected no longer; and opened in an emergency, loudly and for an hour. */
#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "net/ledger_search.h"
#include "tests/unit/server_fixture.h"

/* A client of office a with a case and a note by Anne. */
struct file {
    struct id client, matter, note;
};

static void staff(struct server_fixture *f, const char *key, const char *login, const char *office,
                  const char *role)
{
    fixture_publish(&f->ledger, RECORD_AGENT, key,
                    json_pack("{s:s, s:s, s:s, s:s, s:[s]}", "login", login, "name", login,
                              "office", office, "role", role, "queues", "sample/q"));
}

static void anne_is(struct server_fixture *f, const char *role)
{
    staff(f, "sample/anne2", "anne2", "sample/a", role);
}

static void ben_is(struct server_fixture *f, const char *office, const char *role)
{
    staff(f, "sample/ben2", "ben2", office, role);
}

static struct file file_make(struct server_fixture *f)
{
    struct ledger_fixture *l = &f->ledger;
    struct file file;
    json_t *matter = fixture_case(l, ANNE, "sample/a");

    fixture_publish(l, RECORD_OFFICE, "sample/a", NULL);
    file.client = fixture_make(l, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    json_object_set_new(matter, "client", json_string(file.client.text));
    file.matter = fixture_make(l, ANNE, RECORD_CASE, matter);
    file.note = fixture_make(l, ANNE, RECORD_NOTE,
                             fixture_note(l, ANNE, "sample/a", &file.matter, "first"));
    return file;
}

static struct operation *protection(struct server_fixture *f, enum fixture_agent who,
                                    const struct id *client, int64_t base, const char *kind,
                                    bool hands)
{
    return fixture_operation(&f->ledger, who, OPERATION_CLAIM, RECORD_CLIENT, client, base,
                             json_pack("{s:o, s:s, s:b, s:s, s:o}", "protection",
                                       kind != NULL ? json_string(kind) : json_null(),
                                       "protection_reason", "threatened", "protection_hands", hands,
                                       "protected_by", f->ledger.actors[who].agent.text,
                                       "protected_at", json_time(f->ledger.clock_ms)));
}

/* What of the file comes with the whole feed of `who`: all of it, or nothing, and its address says
 * the same. */
static void expect_seen(struct server_fixture *f, enum fixture_agent who, const struct file *file,
                        bool seen)
{
    const struct id *ids[] = {&file->client, &file->matter, &file->note};
    static const enum record_type types[] = {RECORD_CLIENT, RECORD_CASE, RECORD_NOTE};

    for (size_t i = 0; i < 3; i++) {
        if (fixture_sees(&f->ledger, who, 0, ids[i]) != seen)
            print_message("%s of %d\n", record_type_name(types[i]), (int)who);
        assert_int_equal(fixture_sees(&f->ledger, who, 0, ids[i]), seen);
        assert_int_equal(fixture_read(&f->ledger, who, types[i], ids[i], NULL),
                         seen ? 0 : ERROR_REFUSED);
    }
}

static size_t gone_of(struct server_fixture *f, enum fixture_agent who, int64_t since)
{
    char path[64];
    struct call call = {.path = path, .token = f->tokens[who]};
    json_t *page;
    size_t count;

    snprintf(path, sizeof(path), "/v1/changes?since=%lld", (long long)since);
    page = server_json(f, &call);
    count = json_array_size(json_object_get(page, "gone"));
    json_decref(page);
    return count;
}

static int64_t cursor_of(struct server_fixture *f, enum fixture_agent who)
{
    int64_t next;

    json_decref(fixture_desk(&f->ledger, who, 0, 1000, &next));
    return next;
}

static void test_it_leaves_those_who_may_not(void **state)
{
    struct server_fixture *f = *state;
    struct file file = file_make(f);
    struct id late;
    int64_t cursor;

    ben_is(f, "sample/a", "supervisor");
    expect_seen(f, ANNE, &file, true);
    expect_seen(f, BEN, &file, true);
    cursor = cursor_of(f, ANNE);
    fixture_applied(&f->ledger, BEN, protection(f, BEN, &file.client, 1, "person", false));
    expect_seen(f, ANNE, &file, false);
    expect_seen(f, BEN, &file, true);
    assert_int_equal(gone_of(f, ANNE, cursor), 3);
    /* What is written on it later comes to nobody else either. */
    late = fixture_make(&f->ledger, BEN, RECORD_NOTE,
                        fixture_note(&f->ledger, BEN, "sample/a", &file.matter, "second"));
    assert_false(fixture_sees(&f->ledger, ANNE, 0, &late));
    assert_true(fixture_sees(&f->ledger, BEN, 0, &late));
    late =
        fixture_make(&f->ledger, BEN, RECORD_CONTACT,
                     json_pack("{s:s, s:s, s:s, s:o, s:s}", "channel", "phone", "office",
                               "sample/a", "agent", f->ledger.actors[BEN].agent.text, "started_at",
                               json_time(f->ledger.clock_ms), "client", file.client.text));
    assert_false(fixture_sees(&f->ledger, ANNE, 0, &late));
    /* Nobody writes on it blindly. */
    fixture_refused(
        &f->ledger, ANNE,
        fixture_operation(&f->ledger, ANNE, OPERATION_APPEND, RECORD_NOTE, &late, 0,
                          fixture_note(&f->ledger, ANNE, "sample/a", &file.matter, "x")),
        MERGE_FORBIDDEN, "case");
    /* Whoever loses the permission loses the file, and finds it again with it. */
    ben_is(f, "sample/a", "specialist");
    expect_seen(f, BEN, &file, false);
    ben_is(f, "sample/a", "supervisor");
    expect_seen(f, BEN, &file, true);
    /* Lifted, it is as any other. */
    cursor = cursor_of(f, ANNE);
    fixture_applied(&f->ledger, BEN, protection(f, BEN, &file.client, 2, NULL, false));
    expect_seen(f, ANNE, &file, true);
    assert_true(fixture_sees(&f->ledger, ANNE, cursor, &late));
}

static void test_who_may_protect(void **state)
{
    struct server_fixture *f = *state;
    struct file file = file_make(f);
    struct operation *operation;

    ben_is(f, "sample/a", "supervisor");
    fixture_refused(&f->ledger, ANNE, protection(f, ANNE, &file.client, 1, "staff", false),
                    MERGE_PERMISSION, "protect");
    operation = protection(f, BEN, &file.client, 1, "staff", false);
    json_object_set_new(operation->body, "protected_by",
                        json_string(f->ledger.actors[ANNE].agent.text));
    fixture_refused(&f->ledger, BEN, operation, MERGE_ACTOR, "protected_by");
    operation = protection(f, BEN, &file.client, 1, "staff", false);
    json_object_del(operation->body, "protection_reason");
    fixture_refused(&f->ledger, BEN, operation, MERGE_REQUIRED, "protection_reason");
    /* A privacy officer may, and merges no files. */
    ben_is(f, "sample/a", "privacy-officer");
    fixture_refused(&f->ledger, BEN,
                    fixture_operation(&f->ledger, BEN, OPERATION_CLAIM, RECORD_CLIENT, &file.client,
                                      1, json_pack("{s:s}", "merged_into", file.note.text)),
                    MERGE_PERMISSION, "serve");
    fixture_applied(&f->ledger, BEN, protection(f, BEN, &file.client, 1, "staff", false));
    expect_seen(f, ANNE, &file, false);
    expect_seen(f, BEN, &file, true);
}

/* Whoever has it in hands, when the file says so, and no longer than that. */
static void test_hands(void **state)
{
    struct server_fixture *f = *state;
    struct ledger_fixture *l = &f->ledger;
    const char *anne = l->actors[ANNE].agent.text;
    struct file file = file_make(f);
    struct id handoff;

    ben_is(f, "sample/a", "supervisor");
    fixture_applied(l, BEN, protection(f, BEN, &file.client, 1, "person", true));
    expect_seen(f, ANNE, &file, false);
    fixture_applied(l, BEN,
                    fixture_operation(l, BEN, OPERATION_CLAIM, RECORD_CASE, &file.matter, 1,
                                      json_pack("{s:s}", "assignee", anne)));
    expect_seen(f, ANNE, &file, true);
    fixture_make(l, ANNE, RECORD_NOTE, fixture_note(l, ANNE, "sample/a", &file.matter, "mine"));
    fixture_applied(l, BEN,
                    fixture_operation(l, BEN, OPERATION_CLAIM, RECORD_CASE, &file.matter, 2,
                                      json_pack("{s:o}", "assignee", json_null())));
    expect_seen(f, ANNE, &file, false);
    /* Handed off to them. */
    handoff = fixture_make(l, BEN, RECORD_HANDOFF,
                           fixture_handoff(l, BEN, "sample/a", &file.matter, anne, NULL, NULL));
    expect_seen(f, ANNE, &file, true);
    fixture_decide(l, ANNE, &handoff, 1, "declined", l->clock_ms);
    expect_seen(f, ANNE, &file, false);
    /* And not when it does not say so. */
    fixture_applied(l, BEN, protection(f, BEN, &file.client, 2, "person", false));
    fixture_make(l, BEN, RECORD_HANDOFF,
                 fixture_handoff(l, BEN, "sample/a", &file.matter, anne, NULL, NULL));
    expect_seen(f, ANNE, &file, false);
}

/* Nor does an offer to a queue or another office open it to those who may not. */
static void test_hand_offs_do_not_open_it(void **state)
{
    struct server_fixture *f = *state;
    struct ledger_fixture *l = &f->ledger;
    struct file file = file_make(f);
    struct id handoff;

    anne_is(f, "supervisor");
    ben_is(f, "sample/b", "specialist");
    fixture_applied(l, ANNE, protection(f, ANNE, &file.client, 1, "person", false));
    handoff =
        fixture_make(l, ANNE, RECORD_HANDOFF,
                     fixture_handoff(l, ANNE, "sample/a", &file.matter, NULL, NULL, "sample/q"));
    assert_false(fixture_sees(l, BEN, 0, &handoff));
    expect_seen(f, BEN, &file, false);
    ben_is(f, "sample/b", "supervisor");
    assert_true(fixture_sees(l, BEN, 0, &handoff));
    expect_seen(f, BEN, &file, true);
}

/* --- looking for it --------------------------------------------------------------------------- */

/* How many are found by their name, or as a likely duplicate. */
static size_t found(struct server_fixture *f, enum fixture_agent who, const char *body)
{
    struct call call = {.path = "/v1/search/client", .token = f->tokens[who], .body = body};
    json_t *result = server_json(f, &call);
    size_t count = json_array_size(json_object_get(result, "hits"));

    json_decref(result);
    return count;
}

#define BY_NAME "{\"q\":\"zoe test\",\"purpose\":\"contact\"}"
#define LIKELY  "{\"like\":{\"kind\":\"person\",\"name\":\"Zoé Test\"},\"purpose\":\"contact\"}"

static void test_nobody_finds_it(void **state)
{
    struct server_fixture *f = *state;
    struct file file = file_make(f);
    char body[160];
    struct call call = {.path = "/v1/open", .token = f->tokens[BEN], .body = body};

    anne_is(f, "supervisor");
    assert_int_equal(found(f, BEN, BY_NAME), 1);
    assert_int_equal(found(f, BEN, LIKELY), 1);
    fixture_applied(&f->ledger, ANNE, protection(f, ANNE, &file.client, 1, "person", false));
    assert_int_equal(found(f, BEN, BY_NAME), 0);
    assert_int_equal(found(f, BEN, LIKELY), 0);
    snprintf(body, sizeof(body), "{\"q\":\"%s\",\"purpose\":\"contact\"}", file.client.text);
    assert_int_equal(found(f, BEN, body), 0);
    assert_int_equal(found(f, ANNE, BY_NAME), 1);
    /* By its id it is not there, as nothing else that is not. */
    snprintf(body, sizeof(body), "{\"type\":\"client\",\"id\":\"%s\",\"purpose\":\"contact\"}",
             file.client.text);
    server_expect_problem(f, &call, 404, "not-found");
    expect_seen(f, BEN, &file, false);
}

/* What was open to somebody when it came to be protected is so no longer. */
static void test_an_open_file_closes(void **state)
{
    struct server_fixture *f = *state;
    struct file file = file_make(f);
    char body[160];
    struct call call = {.path = "/v1/open", .token = f->tokens[BEN], .body = body};

    anne_is(f, "supervisor");
    snprintf(body, sizeof(body), "{\"type\":\"client\",\"id\":\"%s\",\"purpose\":\"contact\"}",
             file.client.text);
    json_decref(server_json(f, &call));
    expect_seen(f, BEN, &file, true);
    fixture_applied(&f->ledger, ANNE, protection(f, ANNE, &file.client, 1, "person", true));
    expect_seen(f, BEN, &file, false);
}

/* --- emergencies ------------------------------------------------------------------------------ */

static json_t *first_of(struct server_fixture *f, enum fixture_agent who, enum record_type type)
{
    json_t *records = fixture_desk(&f->ledger, who, 0, 1000, NULL), *record, *kept = NULL;
    size_t i;

    json_array_foreach(records, i, record)
    {
        if (strcmp(json_text_or(record, "type", ""), record_type_name(type)) == 0)
            kept = record;
    }
    json_incref(kept);
    json_decref(records);
    return kept;
}

static void test_an_emergency(void **state)
{
    struct server_fixture *f = *state;
    struct ledger_fixture *l = &f->ledger;
    struct file file = file_make(f);
    char body[200];
    struct call call = {.path = "/v1/open", .token = f->tokens[BEN], .body = body};
    json_t *opened, *alert;
    struct id id, note;
    int64_t until;
    int ended;

    anne_is(f, "supervisor");
    ben_is(f, "sample/b", "specialist");
    fixture_applied(l, ANNE, protection(f, ANNE, &file.client, 1, "person", false));
    /* With words, or not at all. */
    snprintf(body, sizeof(body), "{\"type\":\"client\",\"id\":\"%s\",\"purpose\":\"emergency\"}",
             file.client.text);
    server_expect_problem(f, &call, 422, "purpose-needed");
    expect_seen(f, BEN, &file, false);
    snprintf(body, sizeof(body),
             "{\"type\":\"client\",\"id\":\"%s\",\"purpose\":\"emergency\",\"words\":\"fire\"}",
             file.client.text);
    opened = server_json(f, &call);
    assert_true(timestamp_parse(json_text_or(opened, "until", ""), &until));
    json_decref(opened);
    assert_in_range(until - clock_system(NULL), 3500 * 1000, 3600 * 1000);
    expect_seen(f, BEN, &file, true);
    assert_int_equal(found(f, BEN, "{\"q\":\"zoe test\",\"purpose\":\"contact\"}"), 1);
    /* They work on it as on any other. */
    note = fixture_make(l, BEN, RECORD_NOTE,
                        fixture_note(l, BEN, "sample/b", &file.matter, "called 911"));
    assert_true(fixture_sees(l, BEN, 0, &note));
    /* It is loud. */
    alert = first_of(f, ANNE, RECORD_EMERGENCY);
    assert_non_null(alert);
    assert_string_equal(json_text_or(json_object_get(alert, "body"), "words", ""), "fire");
    assert_string_equal(json_text_or(json_object_get(alert, "body"), "agent", ""),
                        l->actors[BEN].agent.text);
    assert_true(id_parse(&id, json_text_or(alert, "id", "")));
    json_decref(alert);
    /* Opening it once more for another reason makes it no longer. */
    snprintf(body, sizeof(body), "{\"type\":\"client\",\"id\":\"%s\",\"purpose\":\"contact\"}",
             file.client.text);
    json_decref(server_json(f, &call));
    /* A clock takes it back. */
    assert_int_equal(ledger_openings_end(l->ledger, until - 1, &ended, NULL), 0);
    expect_seen(f, BEN, &file, true);
    assert_int_equal(ledger_openings_end(l->ledger, until, &ended, NULL), 0);
    assert_int_equal(ended, 1);
    expect_seen(f, BEN, &file, false);
    assert_false(fixture_sees(l, BEN, 0, &note));
}

static struct operation *review(struct server_fixture *f, enum fixture_agent who,
                                const struct id *id, const char *by, const char *words)
{
    return fixture_operation(&f->ledger, who, OPERATION_CLAIM, RECORD_EMERGENCY, id, 1,
                             json_pack("{s:s, s:s, s:s, s:o}", "state", "justified", "reviewed_by",
                                       by, "review", words, "reviewed_at",
                                       json_time(f->ledger.clock_ms)));
}

static void test_an_emergency_is_reviewed(void **state)
{
    struct server_fixture *f = *state;
    struct ledger_fixture *l = &f->ledger;
    const char *anne = l->actors[ANNE].agent.text, *ben = l->actors[BEN].agent.text;
    struct file file = file_make(f);
    char body[200];
    struct call call = {.path = "/v1/open", .token = f->tokens[BEN], .body = body};
    json_t *alert;
    struct id id;

    anne_is(f, "supervisor");
    ben_is(f, "sample/b", "specialist");
    fixture_applied(l, ANNE, protection(f, ANNE, &file.client, 1, "person", false));
    snprintf(body, sizeof(body),
             "{\"type\":\"client\",\"id\":\"%s\",\"purpose\":\"emergency\",\"words\":\"fire\"}",
             file.client.text);
    json_decref(server_json(f, &call));
    alert = first_of(f, ANNE, RECORD_EMERGENCY);
    assert_true(id_parse(&id, json_text_or(alert, "id", "")));
    json_decref(alert);
    /* Not by a supervisor, not by the one who did it, not without words, not in another's name. */
    fixture_refused(l, ANNE, review(f, ANNE, &id, anne, "fine"), MERGE_PERMISSION, "read-audit");
    ben_is(f, "sample/b", "privacy-officer");
    fixture_refused(l, BEN, review(f, BEN, &id, ben, "fine"), MERGE_ACTOR, "reviewed_by");
    /* A privacy officer of any office sees it. */
    staff(f, "sample/chloe", "chloe", "sample/c", "privacy-officer");
    l->actors[CHLOE].agent = id_from_key("agent", "sample/chloe");
    assert_true(fixture_sees(l, CHLOE, 0, &id));
    assert_false(fixture_sees(l, CHLOE, 0, &file.client));
    fixture_refused(l, CHLOE, review(f, CHLOE, &id, l->actors[CHLOE].agent.text, ""),
                    MERGE_REQUIRED, "review");
    fixture_refused(l, CHLOE, review(f, CHLOE, &id, anne, "fine"), MERGE_ACTOR, "reviewed_by");
    fixture_applied(l, CHLOE, review(f, CHLOE, &id, l->actors[CHLOE].agent.text, "there was one"));
    fixture_refused(l, CHLOE,
                    fixture_operation(l, CHLOE, OPERATION_APPEND, RECORD_EMERGENCY, &file.note, 0,
                                      json_object()),
                    MERGE_ACTOR, NULL);
}

/* Who has no such permission opens nothing, whatever they say. */
static void test_a_clerk_has_no_emergencies(void **state)
{
    struct server_fixture *f = *state;
    struct file file = file_make(f);
    char body[200];
    struct call call = {.path = "/v1/open", .token = f->tokens[BEN], .body = body};

    anne_is(f, "supervisor");
    ben_is(f, "sample/b", "clerk");
    fixture_applied(&f->ledger, ANNE, protection(f, ANNE, &file.client, 1, "person", false));
    snprintf(body, sizeof(body),
             "{\"type\":\"client\",\"id\":\"%s\",\"purpose\":\"emergency\",\"words\":\"fire\"}",
             file.client.text);
    server_expect_problem(f, &call, 403, "forbidden");
    expect_seen(f, BEN, &file, false);
    assert_null(first_of(f, ANNE, RECORD_EMERGENCY));
}

#define CASE(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, server_fixture_setup, server_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_it_leaves_those_who_may_not),
        CASE(test_who_may_protect),
        CASE(test_hands),
        CASE(test_hand_offs_do_not_open_it),
        CASE(test_nobody_finds_it),
        CASE(test_an_open_file_closes),
        CASE(test_an_emergency),
        CASE(test_an_emergency_is_reviewed),
        CASE(test_a_clerk_has_no_emergencies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
