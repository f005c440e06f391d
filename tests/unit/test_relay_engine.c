/* A relay's side of its link alone: what its lanes carry, when, and how long they pause. */
#include "net/relay_engine.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/relay_engine_fixture.h"

static bool knows_whole_desk(struct bench *bench)
{
    struct ledger_place place;

    assert_int_equal(ledger_place_read(bench->fixture.relay, &place, NULL), 0);
    return place.whole;
}

/* Also when the last page brings nothing. */
static void the_desk_is_whole_once_it_was_read_to_its_end(void **state)
{
    struct bench *bench = *state;

    (void)relay_engine_step(bench->engine);
    bench_greet(bench);
    bench_answer(bench, SYNC_LANE_BELL, 200,
                 "{\"feed\":\"" FEED "\",\"next\":0,\"more\":true,\"records\":[],\"catalogue\":0,"
                 "\"epoch\":\"\",\"scopes\":\"one\"}");
    assert_false(knows_whole_desk(bench));
    bench_page(bench, SYNC_LANE_BELL, 0, "one");
    assert_true(knows_whole_desk(bench));
}

static void the_catalogue_is_whole_once_it_was_read_to_its_end(void **state)
{
    struct bench *bench = *state;
    struct ledger_place place;

    (void)relay_engine_step(bench->engine);
    bench_greet(bench);
    bench_answer(bench, SYNC_LANE_WORK, 200,
                 "{\"feed\":\"" FEED
                 "\",\"next\":200,\"more\":true,\"records\":[],\"epoch\":\"\"}");
    assert_int_equal(ledger_place_read(bench->fixture.relay, &place, NULL), 0);
    assert_false(place.catalogue_whole);
    bench_answer(bench, SYNC_LANE_WORK, 200,
                 "{\"feed\":\"" FEED
                 "\",\"next\":200,\"more\":false,\"records\":[],\"epoch\":\"\"}");
    assert_int_equal(ledger_place_read(bench->fixture.relay, &place, NULL), 0);
    assert_true(place.catalogue_whole);
}

/* A password may have been changed at the centre, which is no record. */
static void verifiers_are_asked_for_now_and_then(void **state)
{
    struct bench *bench = *state;

    bench_get_joined(bench);
    bench->steady += 299000;
    assert_int_equal(relay_engine_step(bench->engine), 1000);
    assert_string_equal(bench_work(bench), "");
    bench->steady += 1000;
    (void)relay_engine_step(bench->engine);
    assert_true(bench_starts(bench_work(bench), "GET /v1/relay?"));
    bench_greet(bench);
    assert_string_equal(bench_work(bench), "");
    assert_true(bench_status(bench).up);
}

static void what_the_office_does_is_carried_until_it_is_answered(void **state)
{
    struct bench *bench = *state;
    struct operation *operation = bench_client(bench);
    struct id id = operation->id;
    char body[256];

    bench_get_joined(bench);
    bench_carry(bench, operation);
    assert_int_equal(bench_status(bench).waiting, 1);
    bench_cut(bench, SYNC_LANE_WORK);
    assert_false(bench_status(bench).up);
    assert_string_equal(bench_status(bench).message, "the link is dead");
    assert_int_equal(bench_status(bench).waiting, 1);
    /* After a pause the centre is greeted, then it is carried again. */
    assert_string_equal(bench_work(bench), "");
    assert_string_equal(bench_bell(bench), "");
    assert_true(relay_engine_step(bench->engine) > 0);
    bench->steady += 1000;
    (void)relay_engine_step(bench->engine);
    assert_true(bench_starts(bench_work(bench), "GET /v1/relay?"));
    bench_greet(bench);
    assert_string_equal(bench_work(bench), "POST /v1/relay/operations");
    (void)snprintf(body, sizeof body,
                   "{\"outcomes\":[{\"id\":\"%s\",\"outcome\":\"repeated\",\"rev\":1,\"seq\":9}]}",
                   id.text);
    bench_answer(bench, SYNC_LANE_WORK, 200, body);
    assert_int_equal(bench_status(bench).waiting, 0);
    assert_true(bench_status(bench).up);
}

static void what_is_not_answered_is_not_sent_in_haste(void **state)
{
    struct bench *bench = *state;

    bench_get_joined(bench);
    bench_carry(bench, bench_client(bench));
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[{\"outcome\":\"a new word\"}]}");
    assert_string_equal(bench_work(bench), "");
    assert_int_equal(bench_status(bench).waiting, 1);
    assert_true(relay_engine_step(bench->engine) > 0);
}

static void waits_grow_and_have_an_end(void **state)
{
    struct bench *bench = *state;
    int64_t longest = 0;

    (void)relay_engine_step(bench->engine);
    for (int i = 0; i < 12; i++) {
        int64_t wait;

        bench_cut(bench, SYNC_LANE_WORK);
        wait = relay_engine_step(bench->engine);
        assert_true(wait >= longest && wait > 0 && wait <= 30000);
        longest = wait;
        bench->steady += wait;
        (void)relay_engine_step(bench->engine);
        assert_true(bench_starts(bench_work(bench), "GET /v1/relay?"));
    }
    assert_true(longest >= 15000);
}

/* An agent has come to the office: what stood in their scopes before is further back. */
static void other_agents_are_read_from_the_beginning(void **state)
{
    struct bench *bench = *state;

    bench_get_joined(bench);
    assert_non_null(strstr(bench_bell(bench), "since=300"));
    bench_page(bench, SYNC_LANE_BELL, 301, "two");
    assert_non_null(strstr(bench_bell(bench), "since=0"));
    bench_page(bench, SYNC_LANE_BELL, 301, "two");
    assert_non_null(strstr(bench_bell(bench), "since=301"));
}

static void what_a_page_takes_back_is_taken(void **state)
{
    struct bench *bench = *state;
    struct relay_fixture *f = &bench->fixture;
    struct id matter =
        fixture_make(&f->centre, CHLOE, RECORD_CASE, fixture_case(&f->centre, CHLOE, "sample/a"));
    struct scope_set scopes = {0};
    struct ledger_page read;
    char body[512];

    relay_pull(f);
    bench_get_joined(bench);
    (void)snprintf(body, sizeof body,
                   "{\"feed\":\"" FEED "\",\"next\":302,\"more\":false,\"records\":[],"
                   "\"gone\":[{\"type\":\"case\",\"id\":\"%s\"}],"
                   "\"catalogue\":0,\"epoch\":\"\",\"scopes\":\"one\"}",
                   matter.text);
    bench_answer(bench, SYNC_LANE_BELL, 200, body);
    assert_non_null(strstr(bench_bell(bench), "since=302"));
    assert_int_equal(ledger_desk_scopes(f->relay, &f->centre.actors[CHLOE].agent, &scopes, NULL),
                     0);
    assert_int_equal(ledger_changes(f->relay, &scopes, 0, 1000, NULL, &read, NULL), 0);
    assert_non_null(strstr(read.gone, matter.text));
    ledger_page_clear(&read);
    scope_set_free(&scopes);
}

static void a_token_that_ended_is_said(void **state)
{
    struct bench *bench = *state;

    (void)relay_engine_step(bench->engine);
    bench_answer(bench, SYNC_LANE_WORK, 401, "{\"detail\":\"no relay has this token\"}");
    assert_false(bench_status(bench).up);
    assert_non_null(strstr(bench_status(bench).message, "no relay has this token"));
    assert_true(relay_engine_step(bench->engine) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
        TEST(the_desk_is_whole_once_it_was_read_to_its_end),
        TEST(the_catalogue_is_whole_once_it_was_read_to_its_end),
        TEST(verifiers_are_asked_for_now_and_then),
        TEST(what_the_office_does_is_carried_until_it_is_answered),
        TEST(what_is_not_answered_is_not_sent_in_haste),
        TEST(waits_grow_and_have_an_end),
        TEST(other_agents_are_read_from_the_beginning),
        TEST(what_a_page_takes_back_is_taken),
        TEST(a_token_that_ended_is_said),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
