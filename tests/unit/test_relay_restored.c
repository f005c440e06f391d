/* By what a relay finds out that its centre was restored from an older copy, and what it does then.
 */
#include "net/relay_engine.h"

#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "tests/unit/relay_engine_fixture.h"

/* What the centre answers to a batch of one. */
static void accept(struct bench *bench, const struct id *operation)
{
    char body[256];

    (void)snprintf(body, sizeof body,
                   "{\"outcomes\":[{\"id\":\"%s\",\"outcome\":\"applied\",\"rev\":1,\"seq\":308}]}",
                   operation->text);
    bench_answer(bench, SYNC_LANE_WORK, 200, body);
}

static void refuse(struct bench *bench, const struct id *operation, const struct id *record)
{
    char body[512];

    (void)snprintf(body, sizeof body,
                   "{\"epoch\":\"ab12cd34\",\"outcomes\":[{\"id\":\"%s\",\"outcome\":\"refused\","
                   "\"reason\":\"exists\",\"record\":{\"type\":\"client\",\"id\":\"%s\",\"rev\":1,"
                   "\"seq\":309,\"body\":{},\"meta\":{}}}]}",
                   operation->text, record->text);
    bench_answer(bench, SYNC_LANE_WORK, 200, body);
}

/* The same from one that tells by what its answer is known. */
static void accept_shown(struct bench *bench, const struct id *operation, const char *shown)
{
    char body[256];

    (void)snprintf(body, sizeof body,
                   "{\"shown\":\"%s\",\"outcomes\":[{\"id\":\"%s\",\"outcome\":\"applied\","
                   "\"rev\":1,\"seq\":308}]}",
                   shown, operation->text);
    bench_answer(bench, SYNC_LANE_WORK, 200, body);
}

static void deny_history(struct bench *bench, enum sync_lane lane)
{
    bench_answer(bench, lane, 409, "{\"code\":\"other-history\"}");
}

/* The link is lost, and after a pause the relay greets its centre again. */
static void reconnect(struct bench *bench)
{
    bench_cut(bench, SYNC_LANE_BELL);
    bench->steady += 1000;
    (void)relay_engine_step(bench->engine);
    assert_true(bench_starts(bench_work(bench), "GET /v1/relay?"));
}

/* Whether the relay asks its centre about a claim on what it does not have. */
static bool doubts(struct bench *bench)
{
    struct relay_fixture *f = &bench->fixture;
    struct id unknown = fixture_id(&f->centre);
    struct operation *claim =
        fixture_operation(&f->centre, ANNE, OPERATION_CLAIM, RECORD_CASE, &unknown, 1,
                          json_pack("{s:s}", "status", "in-progress"));
    struct ledger_outcome outcome;
    bool later;

    assert_int_equal(
        ledger_apply(f->relay, &f->centre.actors[ANNE], &claim, 1, bench->wall, &outcome, NULL), 0);
    operation_free(claim);
    later = outcome.kind == LEDGER_LATER;
    ledger_outcome_clear(&outcome);
    return later;
}

static void greet_with(struct bench *bench, const char *carried)
{
    char body[512];

    (void)snprintf(body, sizeof body,
                   "{\"relay\":\"r\",\"office\":\"sample/a\",\"feed\":\"" FEED
                   "\",\"protocol\":\"1.0\",\"agents\":[],\"carried\":\"%s\"}",
                   carried);
    bench_answer(bench, SYNC_LANE_WORK, 200, body);
}

/* The relay is the restored one, and its centre tells what it carried before that. */
static void what_was_carried_last_is_known_or_the_relay_is_an_older_copy(void **state)
{
    struct bench *bench = *state;
    struct id lost = fixture_id(&bench->fixture.centre);

    /* What it was started as is not certain yet. */
    (void)relay_engine_step(bench->engine);
    assert_true(doubts(bench));
    greet_with(bench, "");
    assert_false(doubts(bench));
    reconnect(bench);
    greet_with(bench, lost.text);
    assert_true(doubts(bench));
}

/* Nobody can tell it what it is: its office goes on. */
static void a_relay_without_a_centre_decides_by_itself(void **state)
{
    struct bench *bench = *state;

    (void)relay_engine_step(bench->engine);
    assert_true(doubts(bench));
    bench_cut(bench, SYNC_LANE_WORK);
    assert_false(doubts(bench));
}

/* The link is lost once the centre was heard, and before it has told. */
static void assert_unsure_until_told(struct bench *bench)
{
    bench->steady += 60000;
    (void)relay_engine_step(bench->engine);
    assert_true(bench_starts(bench_work(bench), "GET /v1/relay?"));
    bench_cut(bench, SYNC_LANE_WORK);
    assert_true(doubts(bench));
    bench->steady += 60000;
    (void)relay_engine_step(bench->engine);
    bench_greet(bench);
    assert_false(doubts(bench));
}

/* One of the two is an older copy, and the relay does not know which. */
static void a_relay_that_read_another_history_is_not_sure_until_it_is_told(void **state)
{
    struct bench *bench = *state;

    (void)relay_engine_step(bench->engine);
    deny_history(bench, SYNC_LANE_WORK);
    assert_unsure_until_told(bench);
}

static void a_relay_that_was_told_half_of_it_is_not_sure_until_it_is_told(void **state)
{
    struct bench *bench = *state;

    (void)relay_engine_step(bench->engine);
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"relay\":");
    assert_unsure_until_told(bench);
}

/* What comes with the centre's refusals is past what was read of it. */
static void what_a_refusal_showed_is_told(void **state)
{
    struct bench *bench = *state;
    struct operation *operation = bench_client(bench);
    struct id id = operation->id, record = operation->record;

    bench_get_joined(bench);
    bench_carry(bench, operation);
    refuse(bench, &id, &record);
    reconnect(bench);
    assert_non_null(strstr(bench_work(bench), "since=300"));
    assert_non_null(strstr(bench_work(bench), "&shown=309.ab12cd34"));
    deny_history(bench, SYNC_LANE_WORK);
    assert_null(strstr(bench_work(bench), "shown"));
}

/* A centre that is restored while the relay reads has to know what it left out of the page. */
static void how_far_a_page_was_read_is_told(void **state)
{
    struct bench *bench = *state;

    bench_get_joined(bench);
    bench_answer(bench, SYNC_LANE_BELL, 200,
                 "{\"feed\":\"" FEED "\",\"next\":302,\"more\":true,\"records\":[],\"catalogue\":0,"
                 "\"epoch\":\"\",\"head\":309,\"head_epoch\":\"ab12cd34\",\"scopes\":\"one\"}");
    reconnect(bench);
    assert_non_null(strstr(bench_work(bench), "since=302"));
    assert_non_null(strstr(bench_work(bench), "&shown=309.ab12cd34"));
    deny_history(bench, SYNC_LANE_WORK);
    assert_null(strstr(bench_work(bench), "shown"));
}

static void how_far_a_page_of_the_catalogue_was_read_is_told(void **state)
{
    struct bench *bench = *state;

    (void)relay_engine_step(bench->engine);
    bench_greet(bench);
    bench_answer(bench, SYNC_LANE_WORK, 200,
                 "{\"feed\":\"" FEED "\",\"next\":202,\"more\":true,\"records\":[],\"epoch\":\"\","
                 "\"head\":309,\"head_epoch\":\"ab12cd34\"}");
    reconnect(bench);
    assert_non_null(strstr(bench_work(bench), "&shown=309.ab12cd34"));
}

static const char *says(const struct bench *bench, const char *member)
{
    return json_text_or(bench->lanes[SYNC_LANE_WORK].body, member, "");
}

/* The long poll hangs, lost on the way, while the centre is restored to a copy from before what it
 * has accepted: the relay hears of that from nobody but who takes its next batch. */
static void a_batch_shows_what_it_goes_on_from(void **state)
{
    struct bench *bench = *state;
    struct operation *first = bench_client(bench), *second = bench_client(bench),
                     *third = bench_client(bench);
    struct id accepted = first->id, record = second->record, refused = second->id;

    bench_get_joined(bench);
    bench_carry(bench, first);
    assert_string_equal(says(bench, "made"), "");
    accept(bench, &accepted);
    bench_carry(bench, second);
    assert_string_equal(says(bench, "made"), accepted.text);
    assert_string_equal(says(bench, "shown"), "");
    refuse(bench, &refused, &record);
    bench_carry(bench, third);
    assert_string_equal(says(bench, "made"), accepted.text);
    assert_string_equal(says(bench, "shown"), "309.ab12cd34");
    assert_int_equal(bench_status(bench).waiting, 1);
    deny_history(bench, SYNC_LANE_WORK);
    assert_int_equal(bench_status(bench).waiting, 2);
    assert_string_equal(bench_work(bench), "POST /v1/relay/operations");
    assert_int_equal(
        json_array_size(json_object_get(bench->lanes[SYNC_LANE_WORK].body, "operations")), 2);
    assert_string_equal(says(bench, "made"), "");
    assert_string_equal(says(bench, "shown"), "");
    assert_non_null(strstr(bench_bell(bench), "since=0"));
}

/* The answer was long on its way: what came of the record meanwhile may be of a centre that was
 * restored, and of somebody else. */
static void what_was_accepted_last_is_named_until_that_is_answered(void **state)
{
    struct bench *bench = *state;
    struct operation *operation = bench_client(bench);
    struct id accepted = operation->id, record = operation->record;
    char body[512], named[64];

    bench_get_joined(bench);
    bench_carry(bench, operation);
    (void)snprintf(body, sizeof body,
                   "{\"feed\":\"" FEED "\",\"next\":310,\"more\":false,\"catalogue\":0,"
                   "\"epoch\":\"ab12cd34\",\"scopes\":\"one\",\"records\":[{\"type\":\"client\","
                   "\"id\":\"%s\",\"rev\":1,\"seq\":310,\"body\":{\"name\":\"Another\"},"
                   "\"meta\":{}}]}",
                   record.text);
    bench_answer(bench, SYNC_LANE_BELL, 200, body);
    accept(bench, &accepted);
    for (int turn = 0; turn < 2; turn++) {
        reconnect(bench);
        (void)snprintf(named, sizeof named, "&made=%s", accepted.text);
        if (turn == 0)
            assert_non_null(strstr(bench_work(bench), named));
        else
            assert_null(strstr(bench_work(bench), "made"));
        bench_greet(bench);
        bench_page(bench, SYNC_LANE_WORK, 1, "one");
    }
}

/* Anne says why she opens a file. */
static struct operation *look(struct bench *bench, const struct id *client)
{
    struct relay_fixture *f = &bench->fixture;
    struct id id = fixture_id(&f->centre);

    return relay_append(f, ANNE, RECORD_ACCESS, &id,
                        json_pack("{s:s, s:s, s:s, s:s, s:s}", "agent",
                                  f->centre.actors[ANNE].agent.text, "office", "sample/a", "at",
                                  "2026-11-02T14:00:00.000Z", "purpose", "call-back", "client",
                                  client->text));
}

/* That does not come back: the place in the feed stays before it, and says nothing of it. */
static void what_does_not_come_back_is_named_on(void **state)
{
    struct bench *bench = *state;
    struct id client = relay_make_client(&bench->fixture, ANNE), accepted;
    struct operation *operation;
    char named[64];

    relay_settle(&bench->fixture);
    bench_get_joined(bench);
    operation = look(bench, &client);
    accepted = operation->id;
    bench_carry(bench, operation);
    accept(bench, &accepted);
    (void)snprintf(named, sizeof named, "&made=%s", accepted.text);
    for (int turn = 0; turn < 3; turn++) {
        reconnect(bench);
        assert_non_null(strstr(bench_work(bench), "since=300"));
        assert_non_null(strstr(bench_work(bench), named));
        bench_greet(bench);
        bench_page(bench, SYNC_LANE_WORK, 201, "");
    }
}

/* As a refusal that was long on its way, of a centre that was restored meanwhile. */
static void what_was_shown_before_the_place_is_named_once(void **state)
{
    struct bench *bench = *state;
    struct operation *operation = bench_client(bench);
    struct id id = operation->id, record = operation->record;

    bench_get_joined(bench);
    bench_carry(bench, operation);
    bench_page(bench, SYNC_LANE_BELL, 310, "one");
    refuse(bench, &id, &record);
    reconnect(bench);
    assert_non_null(strstr(bench_work(bench), "since=310"));
    assert_non_null(strstr(bench_work(bench), "&shown=309.ab12cd34"));
    bench_greet(bench);
    bench_page(bench, SYNC_LANE_WORK, 201, "");
    reconnect(bench);
    assert_null(strstr(bench_work(bench), "shown"));
}

/* A restored centre may know the last operation, which came late, and lack those before: not so a
 * number of a stay. That is named until a greeting that named it from a place past it was answered,
 * and so is one of another stay. */
static void by_what_an_answer_is_known_is_told(void **state)
{
    struct bench *bench = *state;
    struct operation *first = bench_client(bench), *second = bench_client(bench),
                     *third = bench_client(bench);
    struct id one = first->id, two = second->id;

    bench_get_joined(bench);
    bench_carry(bench, first);
    accept_shown(bench, &one, "308.ab12cd34");
    bench_carry(bench, second);
    assert_string_equal(says(bench, "shown"), "308.ab12cd34");
    accept_shown(bench, &two, "305.ef56ab78");
    bench_carry(bench, third);
    assert_string_equal(says(bench, "shown"), "308.ab12cd34,305.ef56ab78");
    bench_cut(bench, SYNC_LANE_WORK);
    bench->steady += 1000;
    (void)relay_engine_step(bench->engine);
    assert_non_null(strstr(bench_work(bench), "&shown=308.ab12cd34,305.ef56ab78"));
    bench_greet(bench);
    bench_page(bench, SYNC_LANE_BELL, 306, "one");
    reconnect(bench);
    assert_non_null(strstr(bench_work(bench), "since=306"));
    bench_greet(bench);
    reconnect(bench);
    assert_non_null(strstr(bench_work(bench), "&shown=308.ab12cd34"));
    assert_null(strstr(bench_work(bench), "305"));
    deny_history(bench, SYNC_LANE_WORK);
    assert_null(strstr(bench_work(bench), "shown"));
}

/* Of an older version's all that was accepted last is named as before, and of this one's not that.
 */
static void an_operation_is_named_where_nothing_else_is_told(void **state)
{
    struct bench *bench = *state;
    struct relay_fixture *f = &bench->fixture;
    struct id made = {""};
    int64_t seq;

    bench_get_joined(bench);
    for (int tells = 1; tells >= 0; tells--) {
        struct operation *operation = bench_client(bench);
        struct id id = operation->id;
        struct ledger_witness witness;

        bench_carry(bench, operation);
        if (tells)
            accept_shown(bench, &id, "308.ab12cd34");
        else
            accept(bench, &id);
        assert_int_equal(ledger_upward_witness(f->relay, &witness, NULL), 0);
        made = witness.made;
        seq = witness.made_seq;
        assert_string_equal(made.text, id.text);
        assert_int_equal(seq, tells ? 0 : 308);
    }
}

static void what_the_centre_lost_of_it_is_carried_again(void **state)
{
    struct bench *bench = *state;
    struct operation *operation = bench_client(bench);
    struct id accepted = operation->id;

    bench_get_joined(bench);
    bench_carry(bench, operation);
    accept(bench, &accepted);
    reconnect(bench);
    deny_history(bench, SYNC_LANE_WORK);
    assert_null(strstr(bench_work(bench), "made"));
    assert_int_equal(bench_status(bench).waiting, 1);
}

/* The centre may be restored while the relay reads from the beginning what it knows already. */
static void how_far_was_read_is_told_while_it_is_read_again(void **state)
{
    struct bench *bench = *state;

    bench_get_joined(bench);
    bench_page(bench, SYNC_LANE_BELL, 301, "two");
    assert_non_null(strstr(bench_bell(bench), "since=0"));
    reconnect(bench);
    assert_non_null(strstr(bench_work(bench), "since=0"));
    assert_non_null(strstr(bench_work(bench), "&shown=300"));
    bench_greet(bench);
    bench_page(bench, SYNC_LANE_WORK, 200, "");
    bench_page(bench, SYNC_LANE_BELL, 301, "two");
    reconnect(bench);
    assert_non_null(strstr(bench_work(bench), "since=301"));
    assert_non_null(strstr(bench_work(bench), "&shown=300"));
    bench_greet(bench);
    bench_page(bench, SYNC_LANE_WORK, 200, "");
    reconnect(bench);
    assert_null(strstr(bench_work(bench), "shown"));
}

static void a_centre_restored_is_read_from_the_beginning(void **state)
{
    struct bench *bench = *state;

    bench_get_joined(bench);
    reconnect(bench);
    assert_non_null(strstr(bench_work(bench), "since=300"));
    deny_history(bench, SYNC_LANE_WORK);
    assert_true(bench_starts(bench_work(bench), "GET /v1/relay?"));
    assert_non_null(strstr(bench_work(bench), "since=0"));
    bench_greet(bench);
    assert_non_null(strstr(bench_bell(bench), "since=0"));
}

/* What was carried to the centre as it was before is no longer there: its answer says nothing. */
static void no_answer_of_the_former_centre_is_taken(void **state)
{
    struct bench *bench = *state;

    bench_get_joined(bench);
    bench_carry(bench, bench_client(bench));
    deny_history(bench, SYNC_LANE_BELL);
    assert_int_equal(bench->cancelled, 1);
    assert_string_equal(bench_work(bench), "POST /v1/relay/operations");
    assert_non_null(strstr(bench_bell(bench), "since=0"));
    assert_int_equal(bench_status(bench).waiting, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
        TEST(what_was_carried_last_is_known_or_the_relay_is_an_older_copy),
        TEST(a_relay_without_a_centre_decides_by_itself),
        TEST(a_relay_that_read_another_history_is_not_sure_until_it_is_told),
        TEST(a_relay_that_was_told_half_of_it_is_not_sure_until_it_is_told),
        TEST(what_a_refusal_showed_is_told),
        TEST(how_far_a_page_was_read_is_told),
        TEST(how_far_a_page_of_the_catalogue_was_read_is_told),
        TEST(a_batch_shows_what_it_goes_on_from),
        TEST(what_was_accepted_last_is_named_until_that_is_answered),
        TEST(what_does_not_come_back_is_named_on),
        TEST(what_was_shown_before_the_place_is_named_once),
        TEST(by_what_an_answer_is_known_is_told),
        TEST(an_operation_is_named_where_nothing_else_is_told),
        TEST(what_the_centre_lost_of_it_is_carried_again),
        TEST(how_far_was_read_is_told_while_it_is_read_again),
        TEST(a_centre_restored_is_read_from_the_beginning),
        TEST(no_answer_of_the_former_centre_is_taken),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
