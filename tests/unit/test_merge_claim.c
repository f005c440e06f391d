/* Claims: one winner of a hand-off, whom it concerns, and who had seen what. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "app/delivery.h"
#include "tests/unit/merge_fixture.h"

static struct record *handoff(const char *to)
{
    struct record *record = NULL;
    char body[600];

    snprintf(body, sizeof(body),
             "{\"from\":\"" AGENT_A "\",%s\"office\":\"sample/quebec\",\"summary\":\"x\","
             "\"offered_at\":\"2026-11-24T10:00:00Z\",\"expires_at\":\"1970-01-01T00:00:05Z\","
             "\"state\":\"offered\"}",
             to);
    assert_int_equal(
        merge_do(&record, merge_operation(OPERATION_APPEND, RECORD_HANDOFF, 'A', 1000, 0, body))
            .refusal,
        MERGE_APPLIED);
    return record;
}

#define ACCEPT_A "{\"state\":\"accepted\",\"taken_by\":\"" AGENT_A "\"}"
#define ACCEPT_B "{\"state\":\"accepted\",\"taken_by\":\"" AGENT_B "\"}"

static void one_hand_off_has_one_winner(void **state)
{
    struct record *record = handoff("\"to_queue\":\"sample/general\",");
    struct operation *second;

    (void)state;
    assert_int_equal(
        merge_do(&record, merge_operation(OPERATION_CLAIM, RECORD_HANDOFF, 'B', 2000, 1, ACCEPT_B))
            .refusal,
        MERGE_APPLIED);
    second = merge_operation(OPERATION_CLAIM, RECORD_HANDOFF, 'A', 1500, 1, ACCEPT_A);
    merge_refused(&record, second, MERGE_TAKEN, "");
    /* One who saw that it was taken is told that it is closed, and cannot take it over. */
    merge_refused(&record, merge_operation(OPERATION_CLAIM, RECORD_HANDOFF, 'A', 3000, 2, ACCEPT_A),
                  MERGE_CLOSED, "");
    merge_refused(&record, merge_operation(OPERATION_CLAIM, RECORD_HANDOFF, 'B', 3000, 2, ACCEPT_B),
                  MERGE_CLOSED, "");
    assert_string_equal(record_text(record, "taken_by"), AGENT_B);
    record_free(record);
}

static void a_hand_off_moves_only_by_whom_it_concerns(void **state)
{
    struct record *record = handoff("\"to_agent\":\"" AGENT_B "\",");
    struct operation *early, *due;

    (void)state;
    merge_refused(&record, merge_operation(OPERATION_CLAIM, RECORD_HANDOFF, 'A', 2000, 1, ACCEPT_A),
                  MERGE_ACTOR, "state");
    merge_refused(&record, merge_operation(OPERATION_CLAIM, RECORD_HANDOFF, 'B', 2000, 1, ACCEPT_A),
                  MERGE_ACTOR, "state");
    merge_refused(
        &record,
        merge_operation(OPERATION_CLAIM, RECORD_HANDOFF, 'B', 2000, 1, "{\"state\":\"withdrawn\"}"),
        MERGE_ACTOR, "state");
    merge_refused(
        &record,
        merge_operation(OPERATION_CLAIM, RECORD_HANDOFF, 'B', 4999, 1, "{\"state\":\"expired\"}"),
        MERGE_ACTOR, "state");
    merge_refused(
        &record,
        merge_operation(OPERATION_CLAIM, RECORD_HANDOFF, 'B', 2000, 1, "{\"reason\":\"x\"}"),
        MERGE_REQUIRED, "state");
    /* That the time has passed the server alone says, and not before. */
    merge_refused(
        &record,
        merge_operation(OPERATION_CLAIM, RECORD_HANDOFF, 'A', 5000, 1, "{\"state\":\"expired\"}"),
        MERGE_ACTOR, "state");
    early =
        merge_operation(OPERATION_CLAIM, RECORD_HANDOFF, 'A', 4999, 1, "{\"state\":\"expired\"}");
    early->agent = delivery_server();
    merge_refused(&record, early, MERGE_ACTOR, "state");
    due = merge_operation(OPERATION_CLAIM, RECORD_HANDOFF, 'A', 5000, 1, "{\"state\":\"expired\"}");
    due->agent = delivery_server();
    assert_int_equal(merge_do(&record, due).refusal, MERGE_APPLIED);
    record_free(record);

    record = handoff("\"to_queue\":\"sample/general\",");
    merge_refused(&record, merge_operation(OPERATION_CLAIM, RECORD_HANDOFF, 'A', 2000, 1, ACCEPT_A),
                  MERGE_ACTOR, "state");
    assert_int_equal(merge_do(&record, merge_operation(OPERATION_CLAIM, RECORD_HANDOFF, 'A', 2000,
                                                       1, "{\"state\":\"withdrawn\"}"))
                         .refusal,
                     MERGE_APPLIED);
    record_free(record);
}

/* To one agent or queue that has it not, under one's own name; nothing else says where to. */
static void a_hand_off_is_re_assigned_to_one(void **state)
{
#define BY_A "{\"state\":\"reassigned\",\"reassigned_by\":\"" AGENT_A "\""
    static const struct {
        const char *body, *field;
        enum merge_refusal refusal;
    } cases[] = {
        {BY_A "}", "next_agent", MERGE_REQUIRED},
        {BY_A ",\"next_agent\":\"" AGENT_A "\",\"next_queue\":\"sample/r\"}", "next_agent",
         MERGE_REQUIRED},
        {BY_A ",\"next_queue\":\"sample/general\"}", "next_queue", MERGE_VALUE},
        {"{\"state\":\"reassigned\",\"reassigned_by\":\"" AGENT_B "\",\"next_queue\":\"sample/r\"}",
         "state", MERGE_ACTOR},
        {"{\"state\":\"withdrawn\",\"next_queue\":\"sample/r\"}", "next_queue", MERGE_FIELD},
    };
    struct record *record = handoff("\"to_queue\":\"sample/general\",");

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        merge_refused(&record,
                      merge_operation(OPERATION_CLAIM, RECORD_HANDOFF, 'A', 2000, 1, cases[i].body),
                      cases[i].refusal, cases[i].field);
    assert_int_equal(merge_do(&record, merge_operation(OPERATION_CLAIM, RECORD_HANDOFF, 'A', 2000,
                                                       1, BY_A ",\"next_agent\":\"" AGENT_B "\"}"))
                         .refusal,
                     MERGE_APPLIED);
    record_free(record);
#undef BY_A
}

#define CASE_BODY                                                                                  \
    "{\"reference\":\"C-0000-0000\",\"office\":\"sample/quebec\",\"opened_by\":\"" AGENT_A         \
    "\",\"opened_at\":\"2026-11-24T10:00:00Z\",\"status\":\"received\"}"

static void a_terminal_may_claim_again_what_it_claimed(void **state)
{
    struct record *record = NULL;

    (void)state;
    merge_do(&record, merge_operation(OPERATION_APPEND, RECORD_CASE, 'A', 1000, 0, CASE_BODY));
    /* Two claims made offline, both on the rev that was known then. */
    for (int i = 0; i < 2; i++)
        assert_int_equal(
            merge_do(&record, merge_operation(OPERATION_CLAIM, RECORD_CASE, 'A', 2000 + i, 1,
                                              i == 0 ? "{\"status\":\"in-progress\"}"
                                                     : "{\"status\":\"closed\"}"))
                .refusal,
            MERGE_APPLIED);
    merge_refused(
        &record, merge_operation(OPERATION_CLAIM, RECORD_CASE, 'B', 3000, 1, "{\"assignee\":null}"),
        MERGE_TAKEN, "");
    merge_refused(
        &record,
        merge_operation(OPERATION_CLAIM, RECORD_CASE, 'B', 3000, 3, "{\"status\":\"approved\"}"),
        MERGE_TRANSITION, "status");
    merge_refused(&record,
                  merge_operation(OPERATION_CLAIM, RECORD_CASE, 'B', 3000, 3, "{\"status\":null}"),
                  MERGE_VALUE, "status");
    merge_refused(
        &record, merge_operation(OPERATION_CLAIM, RECORD_CASE, 'B', 3000, 3, "{\"subject\":\"x\"}"),
        MERGE_FIELD, "subject");
    assert_int_equal(merge_do(&record, merge_operation(OPERATION_CLAIM, RECORD_CASE, 'B', 3000, 3,
                                                       "{\"assignee\":\"" AGENT_B "\"}"))
                         .refusal,
                     MERGE_APPLIED);
    record_free(record);
}

/* Whoever says to have seen a rev that never was has seen nothing. */
static void a_base_that_never_was_overrules_nobody(void **state)
{
    struct record *record = NULL;

    (void)state;
    merge_do(&record, merge_operation(OPERATION_APPEND, RECORD_CASE, 'A', 1000, 0, CASE_BODY));
    merge_do(&record, merge_operation(OPERATION_CLAIM, RECORD_CASE, 'A', 2000, 1,
                                      "{\"assignee\":\"" AGENT_A "\"}"));
    merge_refused(&record,
                  merge_operation(OPERATION_CLAIM, RECORD_CASE, 'B', 3000, INT64_MAX,
                                  "{\"assignee\":\"" AGENT_B "\"}"),
                  MERGE_TAKEN, "");
    merge_refused(&record,
                  merge_operation(OPERATION_CLAIM, RECORD_CASE, 'B', 3000, 3,
                                  "{\"assignee\":\"" AGENT_B "\"}"),
                  MERGE_TAKEN, "");
    assert_int_equal(merge_do(&record, merge_operation(OPERATION_CLAIM, RECORD_CASE, 'B', 3000, 2,
                                                       "{\"assignee\":\"" AGENT_B "\"}"))
                         .refusal,
                     MERGE_APPLIED);
    record_free(record);

    record = merge_client();
    merge_do(&record,
             merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'A', 2000, 1, "{\"phone\":\"1\"}"));
    assert_true(merge_do(&record, merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'B', 3000, 99,
                                                  "{\"phone\":\"2\"}"))
                    .conflict);
    record_free(record);
}

/* A claim that tells under which one it saw the record. */
static struct operation *telling(char who, int64_t at, int64_t base, struct moment claimed,
                                 const char *body)
{
    struct operation *operation =
        merge_operation(OPERATION_CLAIM, RECORD_CASE, who, at, base, body);

    operation->tells_claimed = true;
    operation->claimed = claimed;
    return operation;
}

static struct record *matter(void)
{
    struct record *record = NULL;

    assert_int_equal(
        merge_do(&record, merge_operation(OPERATION_APPEND, RECORD_CASE, 'A', 1000, 0, CASE_BODY))
            .refusal,
        MERGE_APPLIED);
    return record;
}

#define IN_PROGRESS "{\"status\":\"in-progress\"}"
#define CLOSED      "{\"status\":\"closed\"}"

/* Its revs are those of the history that a restored server lost, in which B was first. */
static void a_rev_of_another_history_is_no_proof_of_having_seen(void **state)
{
    struct record *record = matter();

    (void)state;
    assert_int_equal(
        merge_do(&record, telling('A', 2000, 1, (struct moment){0}, IN_PROGRESS)).refusal,
        MERGE_APPLIED);
    assert_int_equal(merge_claimed(record).ms, 2000);
    merge_refused(&record, telling('B', 4000, 2, (struct moment){.ms = 1500}, CLOSED), MERGE_TAKEN,
                  "");
    merge_refused(&record, telling('B', 4000, 2, (struct moment){0}, CLOSED), MERGE_TAKEN, "");
    /* Who saw that very claim goes on from it, whatever the numbers are; and so does who made it.
     */
    assert_int_equal(
        merge_do(&record, telling('B', 4000, 1, (struct moment){.ms = 2000}, CLOSED)).refusal,
        MERGE_APPLIED);
    merge_refused(&record, telling('A', 5000, 2, (struct moment){.ms = 2000}, IN_PROGRESS),
                  MERGE_TAKEN, "");
    assert_int_not_equal(
        merge_do(&record, telling('B', 5000, 1, (struct moment){.ms = 1}, IN_PROGRESS)).refusal,
        MERGE_TAKEN);
    record_free(record);
}

/* There is nothing in the way of a claim whose own former one the server refused. */
static void what_nobody_has_claimed_is_free(void **state)
{
    struct record *record = matter();

    (void)state;
    assert_int_equal(
        merge_do(&record, telling('B', 2000, 1, (struct moment){.ms = 1500}, IN_PROGRESS)).refusal,
        MERGE_APPLIED);
    record_free(record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_hand_off_has_one_winner),
        cmocka_unit_test(a_hand_off_moves_only_by_whom_it_concerns),
        cmocka_unit_test(a_hand_off_is_re_assigned_to_one),
        cmocka_unit_test(a_terminal_may_claim_again_what_it_claimed),
        cmocka_unit_test(a_base_that_never_was_overrules_nobody),
        cmocka_unit_test(a_rev_of_another_history_is_no_proof_of_having_seen),
        cmocka_unit_test(what_nobody_has_claimed_is_free),
    };

    return cmocka_run_group_tests(tests, merge_fixture_setup, NULL);
}
