/* How the engine fares with a server that is an office's relay. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/engine_fixture.h"

/* A case as the server has it: `rev` 1. */
static struct id give_case(struct bench *bench)
{
    struct id id = store_fixture_id(&bench->store);
    char record[1024];

    (void)snprintf(record, sizeof record,
                   "{\"type\":\"case\",\"id\":\"%s\",\"rev\":1,\"seq\":5,\"body\":{\"reference\":"
                   "\"C-TEST-0000\",\"office\":\"sample/quebec\",\"opened_at\":"
                   "\"2026-01-05T10:00:00.000Z\",\"opened_by\":\"%s\",\"status\":\"received\"},"
                   "\"meta\":{\"created\":{\"agent\":\"%s\",\"device\":\"%s\",\"time\":"
                   "\"2026-01-05T10:00:00.000Z\",\"tick\":0}}}",
                   id.text, id.text, id.text, id.text);
    bench_answer_page(bench, SYNC_LANE_BELL, 5, 0, record);
    (void)sync_engine_step(bench->engine);
    return id;
}

static struct id claim(struct bench *bench, const struct id *matter, const char *status)
{
    char body[128];
    struct operation *operation;
    struct id id;

    (void)snprintf(body, sizeof body, "{\"status\":\"%s\"}", status);
    operation = store_fixture_operation(&bench->store, OPERATION_CLAIM, RECORD_CASE, matter, body);
    id = operation->id;
    assert_int_equal(store_fixture_apply(&bench->store, operation), 0);
    link_sync_ring(bench->link);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    return id;
}

/* A page that brings nothing but what a relay tells. */
static void tell(struct bench *bench, int64_t next, const char *centre, int version,
                 const char *told)
{
    char body[2048];

    (void)snprintf(body, sizeof body,
                   "{\"feed\":\"" FEED "\",\"next\":%lld,\"more\":false,\"records\":[],"
                   "\"catalogue\":0,\"relay\":{\"centre\":\"%s\",\"since\":"
                   "\"2026-01-05T10:42:00.000Z\",\"waiting\":5,\"version\":%d},\"told\":[%s]}",
                   (long long)next, centre, version, told);
    bench_answer(bench, SYNC_LANE_BELL, 200, body);
    (void)sync_engine_step(bench->engine);
}

static void a_claim_that_the_centre_decides_later_stays_and_holds_up_nothing(void **state)
{
    struct bench *bench = bench_new(false);
    struct id matter, operation;
    enum store_pending pending;
    struct record *record;

    (void)state;
    bench_get_online(bench);
    matter = give_case(bench);
    operation = claim(bench, &matter, "in-progress");
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    bench_answer_push(bench, "\"outcome\":\"later\"");
    assert_int_equal(bench_status(bench).state, LINK_ONLINE);
    assert_int_equal(bench_waiting(bench), 1);
    assert_int_equal(store_get(bench->store.store, RECORD_CASE, &matter, &record, &pending, NULL),
                     0);
    assert_int_equal(pending, STORE_CLAIMING);
    record_free(record);

    /* It is not asked about again and again; what comes after it goes past it, but for a claim that
     * needs it. */
    assert_string_equal(bench_work(bench), "");
    (void)claim(bench, &matter, "information-missing");
    assert_string_equal(bench_work(bench), "");
    bench_write_note(bench, "goes past it");
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    assert_null(strstr(bench->lanes[SYNC_LANE_WORK].body, operation.text));
    assert_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "information-missing"));
    bench_answer_push(bench, "\"outcome\":\"applied\",\"rev\":1,\"seq\":7");
    assert_int_equal(bench_waiting(bench), 2);
    assert_string_equal(bench_work(bench), "");

    /* After a while it is, with what follows it. */
    bench->steady += 20000;
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, operation.text));
    bench_free(bench);
}

static void the_claim_is_asked_about_when_the_centre_is_back(void **state)
{
    struct bench *bench = bench_new(false);
    struct id matter, operation;

    (void)state;
    bench_get_online(bench);
    matter = give_case(bench);
    tell(bench, 5, "down", 3, "");
    operation = claim(bench, &matter, "in-progress");
    bench_answer_push(bench, "\"outcome\":\"later\"");
    assert_string_equal(bench_work(bench), "");
    assert_non_null(strstr(bench_bell(bench), "&relay=3"));
    tell(bench, 5, "up", 4, "");
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, operation.text));
    bench_answer_push(bench, "\"outcome\":\"repeated\",\"rev\":2,\"seq\":9");
    assert_int_equal(bench_waiting(bench), 0);
    bench_free(bench);
}

static void the_screen_is_told_that_the_centre_is_cut_off(void **state)
{
    struct bench *bench = bench_new(false);
    struct link_status status;

    (void)state;
    bench_get_online(bench);
    assert_false(bench_status(bench).relay.is);
    tell(bench, 0, "down", 3, "");
    status = bench_status(bench);
    assert_int_equal(status.state, LINK_ONLINE);
    assert_true(status.relay.is && status.relay.cut);
    assert_int_equal(status.relay.waiting, 5);
    assert_true(status.relay.since_ms > 0);
    tell(bench, 0, "up", 4, "");
    assert_true(bench_status(bench).relay.is);
    assert_false(bench_status(bench).relay.cut);
    bench_free(bench);
}

struct seen_refusal {
    enum merge_refusal refusal;
    char status[64];
    int count;
};

static int see_refusal(void *context, const struct store_refusal *refusal)
{
    struct seen_refusal *seen = context;

    seen->refusal = refusal->refusal;
    seen->count++;
    (void)snprintf(seen->status, sizeof seen->status, "%s",
                   json_string_value(json_object_get(refusal->operation->body, "status")));
    return 0;
}

/* The relay had applied it; the centre refused it. */
static void a_late_refusal_is_shown_with_its_text_and_said_to_be_written(void **state)
{
    struct bench *bench = bench_new(false);
    struct seen_refusal seen = {0};
    struct id matter, operation;
    char told[1024];

    (void)state;
    bench_get_online(bench);
    matter = give_case(bench);
    tell(bench, 5, "up", 1, "");
    operation = claim(bench, &matter, "in-progress");
    bench_answer_push(bench, "\"outcome\":\"applied\",\"rev\":2,\"seq\":7");
    (void)snprintf(
        told, sizeof told,
        "{\"number\":12,\"reason\":\"taken\",\"field\":\"\",\"operation\":{\"id\":\"%s\","
        "\"kind\":\"claim\",\"type\":\"case\",\"record\":\"%s\",\"base\":1,\"agent\":\"%s\","
        "\"device\":\"%s\",\"time\":\"2026-01-05T10:00:00.000Z\",\"tick\":0,"
        "\"body\":{\"status\":\"in-progress\"}}}",
        operation.text, matter.text, store_agent(bench->store.store)->text,
        store_device(bench->store.store)->text);
    tell(bench, 7, "up", 1, told);
    assert_non_null(strstr(bench_bell(bench), "&told=12"));
    /* What was told comes once more before the relay hears of that. */
    tell(bench, 7, "up", 1, told);
    assert_int_equal(store_refusal_each(bench->store.store, see_refusal, &seen, NULL), 0);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.refusal, MERGE_TAKEN);
    assert_string_equal(seen.status, "in-progress");
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_claim_that_the_centre_decides_later_stays_and_holds_up_nothing),
        cmocka_unit_test(the_claim_is_asked_about_when_the_centre_is_back),
        cmocka_unit_test(the_screen_is_told_that_the_centre_is_cut_off),
        cmocka_unit_test(a_late_refusal_is_shown_with_its_text_and_said_to_be_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
