/* A role of many agents changes: in parts, which a kill in the middle does not lose. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "app/json.h"
#include "tests/unit/erase_fixture.h"

#define AGENTS 45
#define KILLED 9

/* --- what happens at a commit ----------------------------------------------------------------- */

static int commits; /* since it was set to 0 */
static int dies_at; /* the process ends instead of this commit; 0: never */

static int at_commit(void *context)
{
    (void)context;
    if (++commits == dies_at)
        _exit(KILLED);
    return 0;
}

static int watch(sqlite3 *database, char **message, const sqlite3_api_routines *routines)
{
    (void)message;
    (void)routines;
    sqlite3_commit_hook(database, at_commit, NULL);
    return SQLITE_OK;
}

/* --- making ----------------------------------------------------------------------------------- */

static void publish_role(struct ledger_fixture *f, const char *cases)
{
    fixture_publish(f, RECORD_ROLE, "sample/lead",
                    json_pack("{s:[s], s:s}", "permissions", "serve", "cases", cases));
}

static void publish_agent(struct ledger_fixture *f, int number, const char *office)
{
    char key[40], login[20];

    (void)snprintf(key, sizeof(key), "sample/m%d", number);
    (void)snprintf(login, sizeof(login), "m%d", number);
    fixture_publish(f, RECORD_AGENT, key,
                    json_pack("{s:s, s:s, s:s, s:s}", "login", login, "name", login, "office",
                              office, "role", "sample/lead"));
}

/* The agents, in office b, and a case of office a that they do not see. */
static struct id make(struct ledger_fixture *f)
{
    struct id matter;

    publish_role(f, "office");
    for (int i = 0; i < AGENTS; i++)
        publish_agent(f, i, "sample/b");
    matter = fixture_make(f, ANNE, RECORD_CASE, fixture_case(f, ANNE, "sample/a"));
    return matter;
}

/* To how many it came. */
static int64_t joined(struct ledger_fixture *f)
{
    return erase_number(f, "SELECT count(*) FROM feed JOIN scope ON scope.number = feed.scope "
                           "WHERE scope.name LIKE 'join:%:office:sample/a'");
}

/* From how many it was taken. */
static int64_t left(struct ledger_fixture *f)
{
    return erase_number(f, "SELECT count(*) FROM gone JOIN scope ON scope.number = gone.scope "
                           "WHERE scope.name LIKE 'agent:%'");
}

static int64_t waiting(struct ledger_fixture *f)
{
    return erase_number(f, "SELECT count(*) FROM role_move");
}

/* --- tests ------------------------------------------------------------------------------------ */

static void all_are_moved_a_few_at_a_time(void **state)
{
    struct ledger_fixture *f = *state;

    make(f);
    assert_int_equal(joined(f), 0);
    commits = 0;
    publish_role(f, "all");
    assert_int_equal(joined(f), AGENTS);
    assert_int_equal(waiting(f), 0);
    /* The change, and 20, 20 and 5 agents. */
    assert_int_equal(commits, 4);
    publish_role(f, "office");
    assert_int_equal(joined(f), 0);
    assert_int_equal(left(f), AGENTS);
    assert_int_equal(waiting(f), 0);
}

static void a_kill_in_the_middle_loses_nobody(void **state)
{
    struct ledger_fixture *f = *state;
    int status;
    pid_t child;

    make(f);
    ledger_close(f->ledger);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (ledger_open(&f->ledger, f->path, NULL) != 0)
            _exit(1);
        commits = 0;
        dies_at = 3;
        publish_role(f, "all");
        _exit(2);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), KILLED);
    assert_int_equal(joined(f), 20);
    assert_int_equal(waiting(f), AGENTS - 20);
    assert_int_equal(ledger_open(&f->ledger, f->path, NULL), 0);
    assert_int_equal(joined(f), AGENTS);
    assert_int_equal(waiting(f), 0);
}

/* Who changes office before the change of the role came loses by both. */
static void an_agent_who_moves_meanwhile_is_moved_once(void **state)
{
    struct ledger_fixture *f = *state;
    char sql[900];

    make(f);
    publish_role(f, "all");
    publish_role(f, "office");
    /* As if that had not come to the first one yet: they saw office a, and will see office c. */
    (void)snprintf(sql, sizeof(sql),
                   "DELETE FROM gone; INSERT INTO role_move SELECT agent.id, json_set("
                   "role.document, '$.body.cases', 'all') FROM record AS agent, record AS role "
                   "WHERE json_extract(agent.document, '$.body.login') = 'm0' "
                   "AND role.type = 'role' AND json_extract(role.document, '$.body.key') = "
                   "'sample/lead'");
    erase_run(f, sql);
    assert_int_equal(waiting(f), 1);
    publish_agent(f, 0, "sample/c");
    assert_int_equal(waiting(f), 0);
    assert_int_equal(left(f), 1);
    /* And a role that changes back before it came to anybody takes nothing from them. */
    erase_run(f, sql);
    publish_role(f, "all");
    assert_int_equal(waiting(f), 0);
    assert_int_equal(left(f), 0);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(all_are_moved_a_few_at_a_time),
        WITH(a_kill_in_the_middle_loses_nobody),
        WITH(an_agent_who_moves_meanwhile_is_moved_once),
    };

    sqlite3_auto_extension((void (*)(void))watch);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
