/* Roles as data: what they let do, whose cases they bring, and what a change of one does at once.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/import_body.h"
#include "app/json.h"
#include "net/ledger_role.h"
#include "tests/unit/server_fixture.h"

static struct record *agent_of(const char *role)
{
    struct id id = id_from_key("agent", "sample/x");
    struct record *agent = record_new(RECORD_AGENT, &id);

    assert_non_null(agent);
    json_object_set_new(agent->body, "key", json_string("sample/x"));
    json_object_set_new(agent->body, "role", json_string(role));
    return agent;
}

static struct record *role_of(const char *body)
{
    struct id id = id_from_key("role", "sample/r");
    struct record *role = record_new(RECORD_ROLE, &id);

    json_decref(role->body);
    role->body = json_loads(body, 0, NULL);
    assert_non_null(role->body);
    return role;
}

/* Where the organisation publishes nothing. */
static void test_the_built_in_roles(void **state)
{
    static const struct {
        const char *role;
        enum permission may, may_not;
        enum role_reach reach;
    } cases[] = {
        {"clerk", PERMISSION_SERVE, PERMISSION_SERVE_LEVEL_3, ROLE_REACH_OFFICE},
        {"agent", PERMISSION_EMERGENCY, PERMISSION_SUPERVISE, ROLE_REACH_OFFICE},
        {"specialist", PERMISSION_SERVE_LEVEL_3, PERMISSION_READ_RESTRICTED, ROLE_REACH_OFFICE},
        {"supervisor", PERMISSION_SUPERVISE, PERMISSION_READ_AUDIT, ROLE_REACH_OFFICE},
        {"privacy-officer", PERMISSION_READ_AUDIT, PERMISSION_SERVE, ROLE_REACH_OFFICE},
        {"administrator", PERMISSION_ADMINISTER, PERMISSION_SERVE, ROLE_REACH_NONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct record *agent = agent_of(cases[i].role);
        struct role role;

        role_read(&role, agent, NULL);
        assert_true(role_has(&role, cases[i].may));
        assert_false(role_has(&role, cases[i].may_not));
        assert_int_equal(role.reach, cases[i].reach);
        role_clear(&role);
        record_free(agent);
    }
}

static void test_what_is_unknown_gives_nothing(void **state)
{
    static const char *const names[] = {"", "boss", "display", "sample/supervisor", "Supervisor"};
    struct record *agent;
    struct role role;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        agent = agent_of(names[i]);
        role_read(&role, agent, NULL);
        assert_int_equal(role.may, 0);
        assert_int_equal(role.reach, ROLE_REACH_NONE);
        role_clear(&role);
        record_free(agent);
    }
    agent = agent_of("supervisor");
    /* A record of that name is what counts, and one that has ended lets do nothing. */
    role_read(&role, agent, role_of("{\"permissions\":[\"serve\",\"fly\"],\"cases\":\"own\"}"));
    assert_int_equal(role.may, 1u << PERMISSION_SERVE);
    assert_int_equal(role.reach, ROLE_REACH_OWN);
    role_clear(&role);
    role_read(&role, agent,
              role_of("{\"permissions\":[\"serve\"],\"cases\":\"all\",\"ended\":true}"));
    assert_int_equal(role.may, 0);
    assert_int_equal(role.reach, ROLE_REACH_NONE);
    role_clear(&role);
    /* A public screen stays one, whatever is published under its name. */
    record_free(agent);
    agent = agent_of("display");
    role_read(&role, agent, role_of("{\"permissions\":[\"serve\"],\"cases\":\"all\"}"));
    assert_int_equal(role.may, 0);
    role_clear(&role);
    record_free(agent);
}

static int import_of(const char *text)
{
    json_t *body = json_loads(text, 0, NULL);
    int code;

    assert_non_null(body);
    code = import_body_check(RECORD_ROLE, body, NULL, NULL, NULL);
    json_decref(body);
    return code;
}

#define ROLE_HEAD                                                                                  \
    "{\"key\":\"s/r\",\"source\":{\"name\":\"s\",\"id\":\"r\"},\"title\":{\"fr\":\"R\",\"en\":"    \
    "\"R\"},"

static void test_a_role_is_checked_when_imported(void **state)
{
    (void)state;
    assert_int_equal(import_of(ROLE_HEAD "\"permissions\":[\"serve\"],\"cases\":\"offices\","
                                         "\"offices\":[\"quebec\"]}"),
                     0);
    assert_int_equal(import_of(ROLE_HEAD "\"permissions\":[\"fly\"],\"cases\":\"own\"}"),
                     ERROR_INVALID);
    assert_int_equal(import_of(ROLE_HEAD "\"permissions\":[],\"cases\":\"everywhere\"}"),
                     ERROR_INVALID);
    assert_int_equal(import_of(ROLE_HEAD "\"permissions\":[]}"), ERROR_INVALID);
    /* The two tables of names say the same. */
    for (int i = 0; i <= PERMISSION_COUNT; i++)
        if (i == PERMISSION_COUNT)
            assert_null(role_permission_words[i]);
        else
            assert_string_equal(role_permission_words[i], permission_name((enum permission)i));
}

/* --- at the server ---------------------------------------------------------------------------- */

static void publish_role(struct ledger_fixture *f, const char *key, const char *body)
{
    json_t *read = json_loads(body, 0, NULL);

    assert_non_null(read);
    fixture_publish(f, RECORD_ROLE, key, read);
}

/* Ben is of office b; his role is this. */
static void ben_is(struct server_fixture *f, const char *role)
{
    fixture_publish(&f->ledger, RECORD_AGENT, "sample/ben2",
                    json_pack("{s:s, s:s, s:s, s:s}", "login", "ben2", "name", "ben", "office",
                              "sample/b", "role", role));
}

static struct id case_at_a(struct server_fixture *f)
{
    return fixture_make(&f->ledger, ANNE, RECORD_CASE, fixture_case(&f->ledger, ANNE, "sample/a"));
}

static bool ben_may(struct server_fixture *f, enum permission permission)
{
    return ledger_may(f->ledger.ledger, &f->ledger.actors[BEN].agent, permission);
}

static void test_may_by_the_role_as_it_stands(void **state)
{
    struct server_fixture *f = *state;
    struct id nobody = id_from_key("agent", "sample/nobody");

    ben_is(f, "supervisor");
    assert_true(ben_may(f, PERMISSION_SUPERVISE));
    publish_role(&f->ledger, "sample/supervisor",
                 "{\"permissions\":[\"serve\"],\"cases\":\"office\"}");
    assert_false(ben_may(f, PERMISSION_SUPERVISE));
    assert_true(ben_may(f, PERMISSION_SERVE));
    publish_role(&f->ledger, "sample/supervisor",
                 "{\"permissions\":[\"serve\",\"supervise\"],\"cases\":\"office\"}");
    assert_true(ben_may(f, PERMISSION_SUPERVISE));
    ben_is(f, "other/lead");
    assert_false(ben_may(f, PERMISSION_SERVE));
    publish_role(&f->ledger, "other/lead", "{\"permissions\":[\"serve\"],\"cases\":\"none\"}");
    assert_true(ben_may(f, PERMISSION_SERVE));
    assert_false(ledger_may(f->ledger.ledger, &nobody, PERMISSION_SERVE));
}

/* Whether Ben's feed past `since` has the record, or takes it back. */
static void expect_for_ben(struct server_fixture *f, int64_t since, const struct id *id, bool seen,
                           bool gone)
{
    char path[64];
    struct call call = {.path = path, .token = f->tokens[BEN]};
    bool listed = false, taken = false;
    json_t *page, *record;
    size_t i;

    snprintf(path, sizeof(path), "/v1/changes?since=%lld", (long long)since);
    page = server_json(f, &call);
    json_array_foreach(json_object_get(page, "records"), i, record)
    {
        listed |= strcmp(json_text_or(record, "id", ""), id->text) == 0;
    }
    json_array_foreach(json_object_get(page, "gone"), i, record)
    {
        taken |= strcmp(json_text_or(record, "id", ""), id->text) == 0;
    }
    json_decref(page);
    assert_int_equal(listed, seen);
    assert_int_equal(taken, gone);
}

static int64_t bens_cursor(struct server_fixture *f)
{
    struct call call = {.path = "/v1/changes?since=0", .token = f->tokens[BEN]};
    json_t *page = server_json(f, &call);
    int64_t next = json_integer_or(page, "next", -1);

    json_decref(page);
    return next;
}

/* Which office's cases come: what a changed role opens comes as new, what it closes is taken. */
static void test_reach(void **state)
{
    struct server_fixture *f = *state;
    struct id matter = case_at_a(f), late;
    int64_t cursor;

    publish_role(&f->ledger, "sample/lead", "{\"permissions\":[\"serve\"],\"cases\":\"office\"}");
    ben_is(f, "lead");
    expect_for_ben(f, 0, &matter, false, false);
    cursor = bens_cursor(f);
    publish_role(&f->ledger, "sample/lead",
                 "{\"permissions\":[\"serve\"],\"cases\":\"offices\",\"offices\":[\"a\"]}");
    expect_for_ben(f, cursor, &matter, true, false);
    late = case_at_a(f);
    expect_for_ben(f, cursor, &late, true, false);
    cursor = bens_cursor(f);
    publish_role(&f->ledger, "sample/lead", "{\"permissions\":[\"serve\"],\"cases\":\"office\"}");
    expect_for_ben(f, cursor, &matter, false, true);
    expect_for_ben(f, cursor, &late, false, true);
    cursor = bens_cursor(f);
    publish_role(&f->ledger, "sample/lead", "{\"permissions\":[\"serve\"],\"cases\":\"all\"}");
    expect_for_ben(f, cursor, &matter, true, false);
    cursor = bens_cursor(f);
    /* The agent leaves that role: the same. */
    ben_is(f, "clerk");
    expect_for_ben(f, cursor, &matter, false, true);
    expect_for_ben(f, 0, &matter, false, true);
}

/* What they have in hand, or made; the rest of the office is not theirs. */
static void test_reach_of_own(void **state)
{
    struct server_fixture *f = *state;
    struct ledger_fixture *l = &f->ledger;
    const char *ben = l->actors[BEN].agent.text;
    struct id before, other, client, mine, note;
    json_t *matter;
    int64_t cursor;

    publish_role(l, "sample/newcomer", "{\"permissions\":[\"serve\"],\"cases\":\"own\"}");
    fixture_publish(l, RECORD_AGENT, "sample/ben2",
                    json_pack("{s:s, s:s, s:s, s:s}", "login", "ben2", "name", "ben", "office",
                              "sample/a", "role", "specialist"));
    before = case_at_a(f);
    other = case_at_a(f);
    fixture_applied(l, ANNE,
                    fixture_operation(l, ANNE, OPERATION_CLAIM, RECORD_CASE, &before, 1,
                                      json_pack("{s:s}", "assignee", ben)));
    cursor = bens_cursor(f);
    fixture_publish(l, RECORD_AGENT, "sample/ben2",
                    json_pack("{s:s, s:s, s:s, s:s}", "login", "ben2", "name", "ben", "office",
                              "sample/a", "role", "newcomer"));
    /* What was in their hands when they came to the role stays, the office's goes. */
    expect_for_ben(f, cursor, &other, false, true);
    assert_int_equal(fixture_read(l, BEN, RECORD_CASE, &before, NULL), 0);
    assert_int_equal(fixture_read(l, BEN, RECORD_CASE, &other, NULL), ERROR_REFUSED);
    /* They begin a file, and work on it. */
    client = fixture_make(l, BEN, RECORD_CLIENT, fixture_client("sample/a"));
    matter = fixture_case(l, BEN, "sample/a");
    json_object_set_new(matter, "client", json_string(client.text));
    mine = fixture_make(l, BEN, RECORD_CASE, matter);
    note = fixture_make(l, ANNE, RECORD_NOTE, fixture_note(l, ANNE, "sample/a", &mine, "by Anne"));
    assert_int_equal(fixture_read(l, BEN, RECORD_NOTE, &note, NULL), 0);
    /* It goes into other hands. */
    cursor = bens_cursor(f);
    fixture_applied(l, ANNE,
                    fixture_operation(l, ANNE, OPERATION_CLAIM, RECORD_CASE, &mine, 1,
                                      json_pack("{s:s}", "assignee", l->actors[ANNE].agent.text)));
    expect_for_ben(f, cursor, &mine, false, true);
    expect_for_ben(f, cursor, &note, false, true);
    /* And another one comes into theirs. */
    fixture_applied(l, ANNE,
                    fixture_operation(l, ANNE, OPERATION_CLAIM, RECORD_CASE, &other, 1,
                                      json_pack("{s:s}", "assignee", ben)));
    expect_for_ben(f, cursor, &other, true, false);
}

/* An office that nobody wrote to before is read as well by those who read all. */
static void test_reach_of_all_takes_in_new_offices(void **state)
{
    struct server_fixture *f = *state;
    struct id matter;
    int64_t cursor;

    publish_role(&f->ledger, "sample/lead", "{\"permissions\":[\"serve\"],\"cases\":\"all\"}");
    ben_is(f, "lead");
    cursor = bens_cursor(f);
    fixture_publish_agent(&f->ledger, DENIS, "new", "");
    matter =
        fixture_make(&f->ledger, DENIS, RECORD_CASE, fixture_case(&f->ledger, DENIS, "sample/new"));
    expect_for_ben(f, cursor, &matter, true, false);
}

/* Asks for changes and waits; by another thread. */
struct waiting {
    struct server_fixture *fixture;
    char path[96];
    json_t *page;
};

static void *wait_for_changes(void *context)
{
    struct waiting *waiting = context;
    struct call call = {.path = waiting->path, .token = waiting->fixture->tokens[BEN]};

    waiting->page = server_json(waiting->fixture, &call);
    return NULL;
}

/* A terminal that waits for news is told at once what its agent may read no longer. */
static void test_a_waiting_terminal_is_told(void **state)
{
    struct server_fixture *f = *state;
    struct waiting waiting = {.fixture = f};
    struct id matter = case_at_a(f);
    pthread_t thread;

    publish_role(&f->ledger, "sample/lead", "{\"permissions\":[\"serve\"],\"cases\":\"all\"}");
    ben_is(f, "lead");
    expect_for_ben(f, 0, &matter, true, false);
    snprintf(waiting.path, sizeof(waiting.path), "/v1/changes?wait=20&since=%lld",
             (long long)bens_cursor(f));
    assert_int_equal(pthread_create(&thread, NULL, wait_for_changes, &waiting), 0);
    usleep(300000);
    publish_role(&f->ledger, "sample/lead", "{\"permissions\":[\"serve\"],\"cases\":\"office\"}");
    pthread_join(thread, NULL);
    assert_int_equal(json_array_size(json_object_get(waiting.page, "gone")), 1);
    json_decref(waiting.page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_built_in_roles),
        cmocka_unit_test(test_what_is_unknown_gives_nothing),
        cmocka_unit_test(test_a_role_is_checked_when_imported),
        cmocka_unit_test_setup_teardown(test_may_by_the_role_as_it_stands, server_fixture_setup,
                                        server_fixture_teardown),
        cmocka_unit_test_setup_teardown(test_reach, server_fixture_setup, server_fixture_teardown),
        cmocka_unit_test_setup_teardown(test_reach_of_own, server_fixture_setup,
                                        server_fixture_teardown),
        cmocka_unit_test_setup_teardown(test_reach_of_all_takes_in_new_offices,
                                        server_fixture_setup, server_fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_waiting_terminal_is_told, server_fixture_setup,
                                        server_fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
