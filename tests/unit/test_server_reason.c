/* Over HTTP: one thing of a client's file is handed out for a reason, or to who has it in hand. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/look.h"
#include "app/text.h"
#include "net/ledger_reason.h"
#include "tests/unit/server_fixture.h"

/* Ben works in Anne's office, by this role. */
static void move_ben(struct server_fixture *f, const char *role)
{
    fixture_publish(&f->ledger, RECORD_AGENT, "sample/ben2",
                    json_pack("{s:s, s:s, s:s, s:s}", "login", "ben2", "name", "ben", "office",
                              "sample/a", "role", role));
}

static struct id make_case(struct server_fixture *f, const struct id *client)
{
    json_t *body = fixture_case(&f->ledger, ANNE, "sample/a");

    if (client != NULL)
        json_object_set_new(body, "client", json_string(client->text));
    return fixture_make(&f->ledger, ANNE, RECORD_CASE, body);
}

static void expect(struct server_fixture *f, enum fixture_agent who, enum record_type type,
                   const struct id *id, bool given)
{
    char path[100];
    const struct call call = {.path = path, .token = f->tokens[who]};

    snprintf(path, sizeof(path), "/v1/records/%s/%s", record_type_name(type), id->text);
    if (given)
        json_decref(server_json(f, &call));
    else
        server_expect_problem(f, &call, 422, "purpose-needed");
}

/* Ben's terminal tells that he opened it, so long ago, or what it is to keep of it. */
static void tell(struct server_fixture *f, const struct id *client, const char *purpose,
                 const char *keep, int64_t ago_ms)
{
    struct id id = fixture_id(&f->ledger);

    fixture_applied(&f->ledger, BEN,
                    fixture_operation(
                        &f->ledger, BEN, OPERATION_APPEND, RECORD_ACCESS, &id, 0,
                        json_pack("{s:s, s:s, s:s, s:s, s:o, s:s*, s:s*}", "words", "so", "client",
                                  client->text, "agent", f->ledger.actors[BEN].agent.text, "office",
                                  "sample/a", "at", json_time(f->ledger.clock_ms - ago_ms),
                                  "purpose", purpose, "keep", keep)));
}

static void look(struct server_fixture *f, const struct id *client, const char *purpose,
                 int64_t ago_ms)
{
    tell(f, client, purpose, NULL, ago_ms);
}

/* For a terminal that has read all of the feed. */
static void file_path(struct server_fixture *f, enum record_type type, const struct id *id,
                      char path[120])
{
    json_t *page = server_json(
        f, &(struct call){.path = "/v1/changes?scope=desk&limit=1", .token = f->tokens[BEN]});

    snprintf(path, 120, "/v1/files/%s/%s?since=%" PRId64, record_type_name(type), id->text,
             json_integer_or(page, "head", 0));
    json_decref(page);
}

/* So many records of the file are handed to Ben, and that this is, or is not, but a part of it. */
static void fetches(struct server_fixture *f, enum record_type type, const struct id *id,
                    size_t records, bool part)
{
    char path[120];
    json_t *page;

    file_path(f, type, id, path);
    page = server_json(f, &(struct call){.path = path, .token = f->tokens[BEN]});
    assert_int_equal(json_array_size(json_object_get(page, "records")), records);
    assert_int_equal(json_bool_or(page, "part", false), part);
    json_decref(page);
}

static void fetches_nothing(struct server_fixture *f, enum record_type type, const struct id *id)
{
    char path[120];

    file_path(f, type, id, path);
    server_expect_problem(f, &(struct call){.path = path, .token = f->tokens[BEN]}, 422,
                          "purpose-needed");
}

static void close_case(struct server_fixture *f, const struct id *matter)
{
    fixture_applied(&f->ledger, ANNE,
                    fixture_operation(&f->ledger, ANNE, OPERATION_CLAIM, RECORD_CASE, matter, 1,
                                      json_pack("{s:s}", "status", "closed")));
}

/* What the last entry of this kind in the trail says. */
static void expect_entry(struct server_fixture *f, const char *kind, const char *what,
                         const char *purpose)
{
    sqlite3_stmt *row;
    sqlite3 *database;

    assert_int_equal(sqlite3_open(f->ledger.path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database,
                                        "SELECT what, purpose FROM audit WHERE kind = ?1 "
                                        "ORDER BY number DESC LIMIT 1",
                                        -1, &row, NULL),
                     SQLITE_OK);
    sqlite3_bind_text(row, 1, kind, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(row, 0), what);
    assert_string_equal((const char *)sqlite3_column_text(row, 1), purpose);
    sqlite3_finalize(row);
    sqlite3_close(database);
}

static void it_is_said_first(void **state)
{
    struct server_fixture *f = *state;
    struct id client = fixture_make(&f->ledger, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id other = fixture_make(&f->ledger, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id matter = make_case(f, &client), loose = make_case(f, NULL);

    move_ben(f, "clerk");
    expect(f, ANNE, RECORD_CASE, &matter, true);
    expect(f, ANNE, RECORD_CLIENT, &client, true); /* by the case that she opened */
    expect(f, ANNE, RECORD_CLIENT, &other, false);
    expect(f, BEN, RECORD_CASE, &matter, false);
    expect(f, BEN, RECORD_CLIENT, &client, false);
    server_say_why(f, BEN, RECORD_CASE, &matter);
    expect(f, BEN, RECORD_CASE, &matter, true);
    expect(f, BEN, RECORD_CLIENT, &client, true);
    expect(f, BEN, RECORD_CLIENT, &other, false);
    /* A case without a client is a file of its own. */
    expect(f, ANNE, RECORD_CASE, &loose, true);
    expect(f, BEN, RECORD_CASE, &loose, false);
    server_say_why(f, BEN, RECORD_CASE, &loose);
    expect(f, BEN, RECORD_CASE, &loose, true);
}

static void a_look_that_was_told_says_it(void **state)
{
    struct server_fixture *f = *state;
    struct id client = fixture_make(&f->ledger, ANNE, RECORD_CLIENT, fixture_client("sample/a"));

    move_ben(f, "clerk");
    f->ledger.clock_ms = clock_system(NULL);
    look(f, &client, NULL, 0); /* for no reason */
    expect(f, BEN, RECORD_CLIENT, &client, false);
    look(f, &client, "written", LEDGER_REASON_MS + 1000); /* told too late to hold */
    expect(f, BEN, RECORD_CLIENT, &client, false);
    look(f, &client, "written", LEDGER_REASON_MS / 2);
    expect(f, BEN, RECORD_CLIENT, &client, true);
}

static void what_is_in_hand_needs_none(void **state)
{
    struct server_fixture *f = *state;
    struct ledger_fixture *l = &f->ledger;
    struct id client = fixture_make(l, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id matter = make_case(f, &client);
    json_t *offered;
    struct id handoff;

    move_ben(f, "clerk");
    offered = fixture_handoff(l, ANNE, "sample/a", &matter, l->actors[BEN].agent.text, NULL, NULL);
    json_object_set_new(offered, "client", json_string(client.text));
    handoff = fixture_make(l, ANNE, RECORD_HANDOFF, offered);
    expect(f, BEN, RECORD_CASE, &matter, true);
    expect(f, BEN, RECORD_CLIENT, &client, true);
    fixture_decide(l, BEN, &handoff, 1, "declined", l->clock_ms);
    expect(f, BEN, RECORD_CASE, &matter, false);
    fixture_applied(l, BEN,
                    fixture_operation(l, BEN, OPERATION_CLAIM, RECORD_CASE, &matter, 1,
                                      json_pack("{s:s}", "assignee", l->actors[BEN].agent.text)));
    expect(f, BEN, RECORD_CASE, &matter, true);
    expect(f, ANNE, RECORD_CASE, &matter, false); /* it is in Ben's hands now */
}

static struct id begin_contact(struct server_fixture *f, enum fixture_agent who,
                               const struct id *client)
{
    return fixture_make(&f->ledger, who, RECORD_CONTACT,
                        json_pack("{s:s, s:s, s:s, s:s, s:s}", "channel", "counter", "office",
                                  "sample/a", "agent", f->ledger.actors[who].agent.text,
                                  "started_at", "2026-11-24T12:00:00.000Z", "client",
                                  client->text));
}

/* One's own, with them, as long as it lasts. */
static void a_contact_counts_for_whom_it_is_about(void **state)
{
    struct server_fixture *f = *state;
    struct ledger_fixture *l = &f->ledger;
    struct id client = fixture_make(l, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id other = fixture_make(l, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id contact;

    move_ben(f, "clerk");
    begin_contact(f, ANNE, &client);
    expect(f, BEN, RECORD_CLIENT, &client, false);
    contact = begin_contact(f, BEN, &client);
    expect(f, BEN, RECORD_CLIENT, &client, true);
    expect(f, BEN, RECORD_CLIENT, &other, false);
    fixture_applied(l, BEN,
                    fixture_operation(l, BEN, OPERATION_FIELDS, RECORD_CONTACT, &contact, 1,
                                      json_pack("{s:s, s:s}", "outcome", "resolved", "ended_at",
                                                "2026-11-24T12:05:00.000Z")));
    expect(f, BEN, RECORD_CLIENT, &client, false);
}

/* Without a reason no more than what an office has open. */
static void a_file_is_fetched_for_a_reason(void **state)
{
    struct server_fixture *f = *state;
    struct id client = fixture_make(&f->ledger, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id open = make_case(f, &client), old = make_case(f, &client);

    move_ben(f, "clerk");
    f->ledger.clock_ms = clock_system(NULL);
    close_case(f, &old);
    fetches_nothing(f, RECORD_CASE, &old);
    expect_entry(f, "refused", "files: no reason", "");
    fetches(f, RECORD_CASE, &open, 2, false);
    expect_entry(f, "read", "files, what is open: 2 records", "");
    fetches(f, RECORD_CLIENT, &client, 2, true);
    look(f, &client, "written", 0);
    fetches(f, RECORD_CASE, &old, 2, false);
    fetches(f, RECORD_CLIENT, &client, 3, false);
    expect_entry(f, "read", "files: 3 records", "written");
    close_case(f, &open);
    fetches(f, RECORD_CLIENT, &client, 3, false);
}

/* Whether the feed, asked in this way, gives something of the record to Ben. */
static bool feed_gives(struct server_fixture *f, const char *asked, const struct id *id)
{
    char path[200], named[64];
    json_t *page;
    char *text;
    bool given;

    snprintf(path, sizeof(path), "/v1/changes?scope=desk&limit=1000%s", asked);
    snprintf(named, sizeof(named), "\"%s\"", id->text);
    page = server_json(f, &(struct call){.path = path, .token = f->tokens[BEN]});
    text = json_dumps(json_object_get(page, "records"), JSON_COMPACT);
    given = strstr(text, named) != NULL;
    free(text);
    json_decref(page);
    return given;
}

/* A closed case, made so many days ago. */
static struct id closed_case(struct server_fixture *f, const struct id *client, int days)
{
    int64_t then = clock_system(NULL) - days * INT64_C(86400000), now = f->ledger.clock_ms;
    struct id_generator ids = {0};
    struct id matter = id_generate(&ids, then);
    json_t *body;

    f->ledger.clock_ms = then;
    body = fixture_case(&f->ledger, ANNE, "sample/a");
    json_object_set_new(body, "client", json_string(client->text));
    fixture_applied(
        &f->ledger, ANNE,
        fixture_operation(&f->ledger, ANNE, OPERATION_APPEND, RECORD_CASE, &matter, 0, body));
    close_case(f, &matter);
    f->ledger.clock_ms = now;
    return matter;
}

/* Old closed cases are not in the feed, however it is asked: they are fetched, for a reason. */
static void the_feed_gives_no_old_case(void **state)
{
    static const char *const ways[] = {"",
                                       "&old=0",
                                       "&old=0&until=0",
                                       "&since=1",
                                       "&since=1&until=1",
                                       "&old=1&until=9999999",
                                       "&since=1&old=1&until=9999999",
                                       "&merge=1"};
    struct server_fixture *f = *state;
    struct id client = fixture_make(&f->ledger, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id old = closed_case(f, &client, SERVER_FEED_DAYS + 2);
    struct id lately = closed_case(f, &client, SERVER_FEED_DAYS - 2);
    json_t *page;

    move_ben(f, "clerk");
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        assert_false(feed_gives(f, ways[i], &old));
        assert_true(feed_gives(f, ways[i], &lately));
    }
    page = server_json(f, &(struct call){.path = "/v1/changes?limit=1", .token = f->tokens[BEN]});
    assert_true(json_integer_or(page, "old", 0) >
                clock_system(NULL) - (SERVER_FEED_DAYS + 1) * INT64_C(86400000));
    json_decref(page);
    fetches_nothing(f, RECORD_CASE, &old);
    server_say_why(f, BEN, RECORD_CLIENT, &client);
    fetches(f, RECORD_CASE, &old, 2, false);
    /* What was opened for a reason comes, as long as it is open. */
    assert_true(feed_gives(f, "", &old));
}

/* Each page says how far this database had come: who has read it tells that again, and is told when
 * it is not this database's history any more, for what was left out would come by no feed. */
static void a_file_is_of_one_history(void **state)
{
    static const struct {
        const char *epoch; /* NULL: as it was told */
        int further;
        bool holds;
    } cases[] = {{NULL, 0, true}, {"00000000", 0, false}, {NULL, 1, false}};
    struct server_fixture *f = *state;
    struct id client = fixture_make(&f->ledger, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id matter = make_case(f, &client);
    char path[160], epoch[LEDGER_EPOCH_SIZE];
    const struct call call = {.path = path, .token = f->tokens[ANNE]};
    json_t *page;
    int64_t head;

    snprintf(path, sizeof(path), "/v1/files/case/%s?since=1&limit=1", matter.text);
    page = server_json(f, &call);
    assert_true(json_bool_or(page, "more", false));
    head = json_integer_or(page, "head", 0);
    text_copy(epoch, sizeof(epoch), json_text_or(page, "epoch", ""));
    assert_true(head > 1);
    assert_int_equal(strlen(epoch), 8);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(path, sizeof(path),
                 "/v1/files/case/%s?since=1&limit=1&after=%" PRId64 "&shown=%" PRId64 ".%s",
                 matter.text, json_integer_or(page, "next", 0), head + cases[i].further,
                 cases[i].epoch != NULL ? cases[i].epoch : epoch);
        if (cases[i].holds)
            json_decref(server_json(f, &call));
        else
            server_expect_problem(f, &call, 409, "other-history");
    }
    json_decref(page);
}

/* A pin, and that it was asked for while the link was cut, hold for fetching alone. */
static void what_is_kept_is_fetched(void **state)
{
    struct server_fixture *f = *state;
    struct ledger_fixture *l = &f->ledger;
    struct id pinned = fixture_make(l, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id asked = fixture_make(l, ANNE, RECORD_CLIENT, fixture_client("sample/a"));

    move_ben(f, "clerk");
    l->clock_ms = clock_system(NULL);
    fetches_nothing(f, RECORD_CLIENT, &pinned);
    tell(f, &pinned, NULL, "pin", 0); /* for no reason */
    fetches_nothing(f, RECORD_CLIENT, &pinned);
    tell(f, &pinned, "supervision", "pin", 0); /* which is not a clerk's */
    fetches_nothing(f, RECORD_CLIENT, &pinned);
    tell(f, &pinned, "written", "pin", LOOK_PIN_MS + 1000); /* too long ago */
    fetches_nothing(f, RECORD_CLIENT, &pinned);
    tell(f, &pinned, "written", "pin", LOOK_PIN_MS / 2);
    fetches(f, RECORD_CLIENT, &pinned, 1, false);
    expect(f, BEN, RECORD_CLIENT, &pinned, false);
    tell(f, &pinned, NULL, "unpin", 0);
    fetches_nothing(f, RECORD_CLIENT, &pinned);
    tell(f, &asked, "call-back", "fetch", LEDGER_REASON_MS + 1000);
    fetches(f, RECORD_CLIENT, &asked, 1, false);
    expect_entry(f, "read", "files: 1 records", "call-back");
    expect(f, BEN, RECORD_CLIENT, &asked, false);
}

static void a_role_may_be_left_unasked(void **state)
{
    struct server_fixture *f = *state;
    struct id client = fixture_make(&f->ledger, ANNE, RECORD_CLIENT, fixture_client("sample/a"));

    fixture_publish(&f->ledger, RECORD_ROLE, "sample/trusted",
                    json_pack("{s:s, s:{s:s, s:s}, s:[s,s], s:s}", "key", "sample/trusted", "title",
                              "fr", "Sans question", "en", "Unasked", "permissions", "serve",
                              "open-unasked", "cases", "office"));
    move_ben(f, "sample/trusted");
    expect(f, BEN, RECORD_CLIENT, &client, true);
    fetches(f, RECORD_CLIENT, &client, 1, false);
    move_ben(f, "clerk");
    expect(f, BEN, RECORD_CLIENT, &client, false);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, server_fixture_setup, server_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_said_first),
        TEST(a_look_that_was_told_says_it),
        TEST(what_is_in_hand_needs_none),
        TEST(a_contact_counts_for_whom_it_is_about),
        TEST(a_file_is_fetched_for_a_reason),
        TEST(what_is_kept_is_fetched),
        TEST(a_role_may_be_left_unasked),
        TEST(the_feed_gives_no_old_case),
        TEST(a_file_is_of_one_history),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
