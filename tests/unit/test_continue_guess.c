/* Guessing at continue codes: how often one may, and that it is counted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/json.h"
#include "net/ledger_continue.h"
#include "tests/unit/continue_fixture.h"

static struct server_fixture *const f = &continue_fixture;

static void run_sql(const char *before, const struct id *id, const char *after)
{
    sqlite3 *database;
    char sql[256];

    snprintf(sql, sizeof(sql), "%s'%s'%s", before, id->text, after);
    assert_int_equal(sqlite3_open(f->ledger.path, &database), SQLITE_OK);
    sqlite3_busy_timeout(database, 5000);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

/* `guichetd check` sees a code that opens nothing, and a list that opens what has no code. */
static void the_list_of_codes_is_checked(void **state)
{
    struct id id = continue_start("{}"), other = continue_start("{}");

    (void)state;
    continue_fixture_give(&id, continue_later());
    assert_int_equal(fixture_check(&f->ledger), 0);
    run_sql("DELETE FROM passage WHERE submission = ", &id, "");
    assert_int_equal(fixture_check(&f->ledger), 1);
    continue_fixture_give(&id, continue_later());
    assert_int_equal(fixture_check(&f->ledger), 0);
    run_sql("INSERT INTO passage VALUES (", &other, ", '2346', x'00', x'00', 1)");
    assert_int_equal(fixture_check(&f->ledger), 1);
    run_sql("DELETE FROM passage WHERE submission = ", &other, "");
}

/* --- guessing --------------------------------------------------------------------------------- */

#define DAY_MS (INT64_C(24) * 3600 * 1000)

/* Guesses at one group as often as it is let, each from another address; how often it was. */
static int guess_group(const struct continue_code *code, int64_t from_ms, int64_t until_ms)
{
    struct continue_code wrong = continue_wrong_code(code);
    struct ledger_passage passage;
    static int network; /* nobody's address is used twice */
    int64_t now = from_ms;
    int tried = 0;

    network++;
    while (now < until_ms) {
        char address[32];
        int status;

        snprintf(address, sizeof(address), "10.1.%d.%d", network, tried);
        status = ledger_passage_find(f->ledger.ledger, &wrong, address, now, &passage, NULL);
        if (status == ERROR_BUSY) {
            assert_true(passage.retry_ms > 0);
            now += passage.retry_ms;
            continue;
        }
        assert_int_equal(status, ERROR_NOT_FOUND);
        tried++;
    }
    return tried;
}

static void a_group_is_guessed_seldom(void **state)
{
    struct id id = continue_start("{}");
    struct continue_code code = continue_fixture_give(&id, clock_system(NULL) + 30 * DAY_MS);
    struct ledger_passage passage;
    int64_t now = clock_system(NULL);
    int first, rest;

    (void)state;
    first = guess_group(&code, now, now + DAY_MS);
    assert_in_range(first, 6, 17);
    /* The right one waits with the wrong ones, and then ends the count. */
    assert_int_equal(
        ledger_passage_find(f->ledger.ledger, &code, "10.9.9.9", now + DAY_MS, &passage, NULL),
        ERROR_BUSY);
    rest = guess_group(&code, now + DAY_MS, now + 14 * DAY_MS);
    assert_in_range(first + rest, 6, 30);
    assert_int_equal(
        ledger_passage_find(f->ledger.ledger, &code, "10.9.9.9", now + 16 * DAY_MS, &passage, NULL),
        0);
    assert_true(id_equal(&passage.submission, &id));
    assert_in_range(guess_group(&code, now + 16 * DAY_MS, now + 16 * DAY_MS + 1), 6, 6);
}

/* A group that no draft has is counted and answered in the same way. */
static void an_unknown_group_is_no_different(void **state)
{
    struct continue_code nobody = continue_code_make();
    int64_t now = clock_system(NULL);

    (void)state;
    assert_in_range(guess_group(&nobody, now, now + DAY_MS), 6, 17);
}

static void an_address_guesses_seldom(void **state)
{
    struct ledger_passage passage;
    int64_t start = clock_system(NULL), now = start;
    int tried = 0;

    (void)state;
    while (now < start + DAY_MS) {
        struct continue_code code = continue_code_make();
        char address[64];
        int status;

        /* Any address of one IPv6 network is the same. */
        snprintf(address, sizeof(address), "2001:db8:1:2::%x", tried + 1);
        status = ledger_passage_find(f->ledger.ledger, &code, address, now, &passage, NULL);
        if (status == ERROR_BUSY)
            now += passage.retry_ms;
        else
            tried++;
    }
    assert_in_range(tried, 20, 150);
}

static void too_many_wrong_codes_wait(void **state)
{
    struct id id = continue_start("{}");
    struct continue_code code = continue_fixture_give(&id, continue_later()),
                         wrong = continue_wrong_code(&code);
    struct continue_path path = continue_path(&wrong);
    struct call call = {.path = path.text};
    struct answer told;
    char log[SERVER_LOG_SIZE];

    (void)state;
    for (int i = 0; i < 6; i++)
        server_expect_problem(f, &call, 404, "not-found");
    server_call(f, &call, &told);
    assert_int_equal(told.status, 429);
    assert_string_equal(json_text_or(told.json, "code", ""), "too-many-attempts");
    assert_non_null(strstr(told.headers, "retry-after: "));
    assert_in_range(atoi(strstr(told.headers, "retry-after: ") + 13), 50, 60);
    answer_clear(&told);
    server_log_copy(f, log);
    assert_null(strstr(log, wrong.text));
}

/* Behind the proxy each address is counted by itself; elsewhere the header is not believed. */
static void the_proxy_says_who_asks(void **state)
{
    struct continue_path path;
    struct call call = {.path = path.text,
                        .headers = {"X-Forwarded-For: 198.51.100.9, 203.0.113.7"}};
    struct continue_code code;
    long status = 404;

    (void)state;
    for (int i = 0; i < 22 && status == 404; i++) {
        struct answer told;

        code = continue_code_make();
        path = continue_path(&code);
        server_call(f, &call, &told);
        status = told.status;
        answer_clear(&told);
    }
    assert_int_equal(status, 429);
    call.headers[0] = "X-Forwarded-For: 203.0.113.7, 198.51.100.9";
    code = continue_code_make();
    path = continue_path(&code);
    server_expect_problem(f, &call, 404, "not-found");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_of_codes_is_checked),
        cmocka_unit_test(a_group_is_guessed_seldom),
        cmocka_unit_test(an_unknown_group_is_no_different),
        cmocka_unit_test(an_address_guesses_seldom),
        cmocka_unit_test(too_many_wrong_codes_wait),
        cmocka_unit_test(the_proxy_says_who_asks),
    };

    return cmocka_run_group_tests(tests, continue_setup, continue_teardown);
}
