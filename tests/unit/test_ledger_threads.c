/* Many threads at one ledger: a reader that follows the feed misses nothing, and of many claims
 * one wins. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/json.h"
#include "net/ledger_sqlite.h"
#include "tests/unit/ledger_fixture.h"

#define WRITERS 4
#define NOTES   150

static struct ledger_fixture shared;
static struct ledger_fixture *const f = &shared;

struct writer {
    pthread_t thread;
    struct operation *operations[NOTES];
};

static void *write_run(void *argument)
{
    struct writer *writer = argument;

    for (int i = 0; i < NOTES; i++) {
        struct ledger_outcome outcome;

        if (ledger_apply(f->ledger, &f->actors[ANNE], &writer->operations[i], 1, 1, &outcome,
                         NULL) != 0 ||
            outcome.kind != LEDGER_APPLIED)
            abort();
    }
    return NULL;
}

static void test_a_reader_misses_nothing(void **state)
{
    struct writer writers[WRITERS];
    struct scope_set scopes = {0};
    int64_t since = 0;
    size_t seen = 0;

    (void)state;
    fixture_open(f);
    assert_int_equal(ledger_desk_scopes(f->ledger, &f->actors[ANNE].agent, &scopes, NULL), 0);
    for (int i = 0; i < WRITERS; i++) {
        for (int j = 0; j < NOTES; j++) {
            struct id id = fixture_id(f);

            writers[i].operations[j] =
                fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_NOTE, &id, 0,
                                  fixture_note(f, ANNE, "sample/a", NULL, "one of many"));
        }
    }
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_run, &writers[i]), 0);
    /* A row that became visible after a later one was read would be missing at the end. */
    while (seen < WRITERS * NOTES) {
        struct ledger_page page;

        assert_int_equal(ledger_changes(f->ledger, &scopes, since, 7, NULL, &page, NULL), 0);
        assert_true(page.next >= since);
        assert_true(page.count == 0 || page.next > since);
        seen += page.count;
        since = page.next;
        ledger_page_clear(&page);
    }
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(writers[i].thread, NULL);
        for (int j = 0; j < NOTES; j++)
            operation_free(writers[i].operations[j]);
    }
    scope_set_free(&scopes);
    fixture_close(f);
}

#define CONTENDERS 8
#define HANDOFFS   25

struct contender {
    pthread_t thread;
    enum fixture_agent who;
    struct operation *claims[HANDOFFS];
    int won[HANDOFFS];
};

static void *claim_run(void *argument)
{
    struct contender *contender = argument;

    for (int i = 0; i < HANDOFFS; i++) {
        struct ledger_outcome outcome;

        if (ledger_apply(f->ledger, &f->actors[contender->who], &contender->claims[i], 1, 1,
                         &outcome, NULL) != 0)
            abort();
        contender->won[i] = outcome.kind == LEDGER_APPLIED;
        if (!contender->won[i] && outcome.refusal != MERGE_TAKEN && outcome.refusal != MERGE_CLOSED)
            abort();
        ledger_outcome_clear(&outcome);
    }
    return NULL;
}

static void test_one_of_many_wins(void **state)
{
    struct contender contenders[CONTENDERS];
    struct id handoffs[HANDOFFS];

    (void)state;
    fixture_open(f);
    for (int i = 0; i < HANDOFFS; i++)
        handoffs[i] =
            fixture_make(f, ANNE, RECORD_HANDOFF,
                         fixture_handoff(f, ANNE, "sample/a", NULL, NULL, NULL, "sample/q"));
    for (int c = 0; c < CONTENDERS; c++) {
        /* Agents at several terminals each are contenders like any other. */
        contenders[c].who = c % 2 == 0 ? BEN : CHLOE;
        for (int i = 0; i < HANDOFFS; i++)
            contenders[c].claims[i] = fixture_operation(
                f, contenders[c].who, OPERATION_CLAIM, RECORD_HANDOFF, &handoffs[i], 1,
                json_pack("{s:s, s:s}", "state", "accepted", "taken_by",
                          f->actors[contenders[c].who].agent.text));
    }
    for (int c = 0; c < CONTENDERS; c++)
        assert_int_equal(pthread_create(&contenders[c].thread, NULL, claim_run, &contenders[c]), 0);
    for (int c = 0; c < CONTENDERS; c++)
        pthread_join(contenders[c].thread, NULL);
    for (int i = 0; i < HANDOFFS; i++) {
        int winners = 0;

        for (int c = 0; c < CONTENDERS; c++) {
            winners += contenders[c].won[i];
            operation_free(contenders[c].claims[i]);
        }
        assert_int_equal(winners, 1);
    }
    fixture_close(f);
}

/* A call on its way in a thread of its own. */
struct lone_call {
    pthread_t thread;
    struct operation *operation;
    struct ledger_outcome outcome;
    int64_t seq;
    int code;
};

static void *lone_run(void *argument)
{
    struct lone_call *call = argument;

    call->code =
        ledger_apply(f->ledger, &f->actors[ANNE], &call->operation, 1, 1, &call->outcome, NULL);
    return NULL;
}

static void lone_begin(struct lone_call *call, const char *text)
{
    struct id id = fixture_id(f);

    call->operation = fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_NOTE, &id, 0,
                                        fixture_note(f, ANNE, "sample/a", NULL, text));
    assert_int_equal(pthread_create(&call->thread, NULL, lone_run, call), 0);
    usleep(100000);
}

static int lone_end(struct lone_call *call)
{
    pthread_join(call->thread, NULL);
    operation_free(call->operation);
    call->seq = call->outcome.seq;
    ledger_outcome_clear(&call->outcome);
    return call->code;
}

static int64_t page_count(void)
{
    sqlite3_stmt *statement = NULL;
    int64_t count;

    assert_int_equal(sqlite3_prepare_v2(database_handle(f->ledger->writer), "PRAGMA page_count", -1,
                                        &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    count = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return count;
}

/* Of calls that are written together, the one that the database cannot take fails alone. */
static void test_a_failure_takes_no_other_with_it(void **state)
{
    static char large[60000];
    struct lone_call first, second, third;
    char limit[64];
    int64_t pages;

    (void)state;
    fixture_open(f);
    memset(large, 'x', sizeof(large) - 1);
    pages = page_count();
    snprintf(limit, sizeof(limit), "PRAGMA max_page_count=%lld", (long long)pages + 6);
    assert_int_equal(database_script(f->ledger->writer, limit, NULL), 0);
    /* While somebody writes, one leads and two wait behind it. */
    assert_int_equal(ledger_begin(f->ledger, NULL), 0);
    lone_begin(&first, "before");
    lone_begin(&second, large);
    lone_begin(&third, "beside");
    ledger_rollback(f->ledger);
    assert_int_equal(lone_end(&first), 0);
    assert_int_equal(lone_end(&second), ERROR_STORAGE);
    assert_int_equal(lone_end(&third), 0);
    assert_int_equal(third.seq, first.seq + 1);
    fixture_close(f);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reader_misses_nothing),
        cmocka_unit_test(test_one_of_many_wins),
        cmocka_unit_test(test_a_failure_takes_no_other_with_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
