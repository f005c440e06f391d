/* What a server has told, and the feed has not brought, is named to it until a request that named
 * it was answered: one that was restored meanwhile does not know it, wherever the cursor is. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/engine_fixture.h"

static const char *sent(struct bench *bench)
{
    return bench->lanes[SYNC_LANE_WORK].body;
}

static void answer_feed(struct bench *bench, int next, const char *epoch, int head,
                        const char *head_epoch)
{
    char body[256], more[80] = "";

    if (head > 0)
        (void)snprintf(more, sizeof more, ",\"head\":%d,\"head_epoch\":\"%s\"", head, head_epoch);
    (void)snprintf(body, sizeof body,
                   "{\"feed\":\"" FEED "\",\"next\":%d,\"more\":%s,\"records\":[],\"catalogue\":0,"
                   "\"epoch\":\"%s\"%s}",
                   next, head > 0 ? "true" : "false", epoch, more);
    bench_answer(bench, SYNC_LANE_BELL, 200, body);
    (void)sync_engine_step(bench->engine);
}

/* The first operation under way is refused, with a record of this number. */
static void refuse(struct bench *bench, int seq, const char *epoch)
{
    char answer[512];

    (void)snprintf(answer, sizeof answer,
                   "{\"epoch\":\"%s\",\"outcomes\":[{\"id\":\"%.36s\",\"outcome\":\"refused\","
                   "\"reason\":\"exists\",\"record\":{\"type\":\"note\",\"id\":\"%.36s\",\"rev\":2,"
                   "\"seq\":%d,\"body\":{},\"meta\":{}}}]}",
                   epoch, strstr(sent(bench), "\"id\":\"") + 6,
                   strstr(sent(bench), "\"record\":\"") + 10, seq);
    bench_answer(bench, SYNC_LANE_WORK, 200, answer);
    (void)sync_engine_step(bench->engine);
}

/* The answer was long on its way: meanwhile the feed was read past its number, and perhaps at a
 * server that was restored to a copy from before it. */
static void what_was_accepted_is_named_wherever_the_cursor_is(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    answer_feed(bench, 15, "12345678", 0, "");
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,7]]}");
    (void)sync_engine_step(bench->engine);
    assert_int_equal(bench_waiting(bench), 0);
    bench_write_note(bench, "b");
    assert_non_null(strstr(sent(bench), "\"made\":\""));
    /* That server was restored: nothing is lost. */
    bench_answer(bench, SYNC_LANE_WORK, 409, "{\"code\":\"other-history\"}");
    (void)sync_engine_step(bench->engine);
    assert_int_equal(bench_waiting(bench), 2);
    bench_free(bench);
}

/* Where the server tells by what its answer is known, that is named and no operation, until then:
 * one that knows the last operation may lack those before, when it came late to a restored server.
 */
static void what_an_answer_is_known_by_is_named(void **state)
{
    static const char *const answers[] = {
        "{\"outcomes\":[[1,7]],\"shown\":\"7.ab12cd34\"}",
        "[[1,7],\"7.ab12cd34\"]", /* to what was packed */
        "{\"outcomes\":[[1,7]],\"epoch\":\"00000000\",\"shown\":\"7.ab12cd34\"}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct bench *bench = bench_new(false);

        bench_get_online(bench);
        bench_write_note(bench, "a");
        bench_answer(bench, SYNC_LANE_WORK, 200, answers[i]);
        (void)sync_engine_step(bench->engine);
        assert_int_equal(bench_waiting(bench), 0);
        bench_write_note(bench, "b");
        assert_non_null(strstr(sent(bench), "\"shown\":\"7.ab12cd34\""));
        assert_null(strstr(sent(bench), "\"made\""));
        answer_feed(bench, 5, "12345678", 0, "");
        assert_non_null(strstr(bench_bell(bench), "&shown=7.ab12cd34&"));
        assert_null(strstr(bench_bell(bench), "&made="));
        answer_feed(bench, 7, "ab12cd34", 0, "");
        assert_null(strstr(bench_bell(bench), "shown"));
        bench_free(bench);
    }
}

/* Hostile, or of tomorrow: nothing of it is said again. */
static void what_makes_no_sense_is_not_named(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,7]],\"shown\":\"x&y=1\"}");
    (void)sync_engine_step(bench->engine);
    assert_int_equal(bench_waiting(bench), 0);
    bench_write_note(bench, "b");
    assert_null(strstr(sent(bench), "\"shown\""));
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,-9223372036854775808]]}");
    (void)sync_engine_step(bench->engine);
    assert_int_equal(bench_waiting(bench), 0);
    bench_write_note(bench, "c");
    assert_null(strstr(sent(bench), "\"made\""));
    bench_free(bench);
}

static void it_is_named_until_the_feed_was_read_past_it_by_who_named_it(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,7]]}");
    (void)sync_engine_step(bench->engine);
    /* The one that was under way did not name it. */
    assert_null(strstr(bench_bell(bench), "&made="));
    answer_feed(bench, 15, "12345678", 0, "");
    assert_non_null(strstr(bench_bell(bench), "since=15&epoch=12345678&made="));
    /* Not the last page: what stands between its end and where it was read is not here. */
    answer_feed(bench, 16, "12345678", 20, "12345678");
    assert_non_null(strstr(bench_bell(bench), "since=16&epoch=12345678&made="));
    bench_cut(bench, SYNC_LANE_BELL);
    bench->steady += 5000;
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_bell(bench), "since=16&epoch=12345678&made="));
    answer_feed(bench, 16, "12345678", 0, "");
    assert_null(strstr(bench_bell(bench), "&made="));
    bench_write_note(bench, "b");
    assert_null(strstr(sent(bench), "\"made\""));
    bench_free(bench);
}

/* What is read page after page tells where that began, also when it goes on after a restart. */
static void the_first_of_several_pages_is_told(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    answer_feed(bench, 15, "12345678", 0, "");
    assert_null(strstr(bench_bell(bench), "&begun="));
    answer_feed(bench, 16, "12345678", 30, "12345678");
    assert_non_null(strstr(bench_bell(bench), "since=16&"));
    assert_non_null(strstr(bench_bell(bench), "&begun=15"));
    answer_feed(bench, 17, "12345678", 30, "12345678");
    assert_non_null(strstr(bench_bell(bench), "since=17&"));
    assert_non_null(strstr(bench_bell(bench), "&begun=15"));
    sync_engine_free(bench->engine);
    bench_new_engine(bench, false);
    bench_sign_in(bench);
    bench_give_store(bench);
    (void)sync_engine_step(bench->engine);
    bench_accept_login(bench, FEED);
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_bell(bench), "since=17&"));
    assert_non_null(strstr(bench_bell(bench), "&begun=15"));
    answer_feed(bench, 20, "12345678", 0, "");
    assert_non_null(strstr(bench_bell(bench), "since=20&"));
    assert_null(strstr(bench_bell(bench), "&begun="));
    /* The last of them may bring nothing. */
    answer_feed(bench, 21, "12345678", 30, "12345678");
    assert_non_null(strstr(bench_bell(bench), "&begun=20"));
    answer_feed(bench, 21, "12345678", 0, "");
    assert_null(strstr(bench_bell(bench), "&begun="));
    bench_free(bench);
}

/* What is not past the cursor yet is named on, and what came meanwhile is not taken for it. */
static void it_is_named_until_then(void **state)
{
    struct bench *bench = bench_new(false);
    char first[ID_TEXT_LENGTH + 1];

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    (void)snprintf(first, sizeof first, "%.36s", strstr(sent(bench), "\"id\":\"") + 6);
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,7]]}");
    answer_feed(bench, 5, "12345678", 0, "");
    assert_non_null(strstr(bench_bell(bench), first));
    bench_write_note(bench, "b");
    refuse(bench, 6, "12345678");
    answer_feed(bench, 6, "12345678", 0, "");
    assert_non_null(strstr(bench_bell(bench), first));
    assert_non_null(strstr(bench_bell(bench), "&shown=6.12345678&"));
    answer_feed(bench, 6, "12345678", 0, "");
    assert_non_null(strstr(bench_bell(bench), first));
    assert_null(strstr(bench_bell(bench), "shown"));
    bench_write_note(bench, "c");
    assert_non_null(strstr(sent(bench), first));
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,8]]}");
    (void)sync_engine_step(bench->engine);
    answer_feed(bench, 9, "12345678", 0, "");
    assert_non_null(strstr(bench_bell(bench), "&made="));
    assert_null(strstr(bench_bell(bench), first));
    bench_free(bench);
}

/* A server that was restored counts lower: what it applies comes after what was before. */
static void what_is_applied_last_is_the_latest(void **state)
{
    struct bench *bench = bench_new(false);
    struct store_witness before, now;

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,17]]}");
    assert_int_equal(store_witness_read(bench->store.store, &before, NULL), 0);
    bench_write_note(bench, "b");
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,12]]}");
    assert_int_equal(store_witness_read(bench->store.store, &now, NULL), 0);
    assert_int_equal(now.made_seq, 12);
    assert_string_not_equal(now.made.text, before.made.text);
    bench_free(bench);
}

/* What its centre allowed a relay tells with a number of its own, below 0: that counts as others
 * do.
 */
static void what_a_relay_was_told_is_named_too(void **state)
{
    struct bench *bench = bench_new(false);
    char answer[128], second[ID_TEXT_LENGTH + 1];

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,7]]}");
    (void)sync_engine_step(bench->engine);
    bench_write_note(bench, "b");
    (void)snprintf(second, sizeof second, "%.36s", strstr(sent(bench), "\"id\":\"") + 6);
    (void)snprintf(answer, sizeof answer,
                   "{\"outcomes\":[{\"id\":\"%s\",\"outcome\":\"repeated\",\"rev\":1,\"seq\":-9}]}",
                   second);
    bench_answer(bench, SYNC_LANE_WORK, 200, answer);
    (void)sync_engine_step(bench->engine);
    answer_feed(bench, 8, "12345678", 0, "");
    assert_non_null(strstr(bench_bell(bench), second));
    answer_feed(bench, 8, "12345678", 0, "");
    assert_non_null(strstr(bench_bell(bench), second));
    answer_feed(bench, 9, "12345678", 0, "");
    assert_null(strstr(bench_bell(bench), "&made="));
    bench_free(bench);
}

/* The same of a record that came with a refusal. */
static void what_was_shown_is_named_wherever_the_cursor_is(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    answer_feed(bench, 15, "12345678", 0, "");
    refuse(bench, 9, "ab12cd34");
    bench_write_note(bench, "b");
    assert_non_null(strstr(sent(bench), "\"shown\":\"9.ab12cd34\""));
    answer_feed(bench, 15, "12345678", 0, "");
    assert_non_null(strstr(bench_bell(bench), "&shown=9.ab12cd34&"));
    /* What comes meanwhile was not named by that. */
    refuse(bench, 11, "ab12cd34");
    answer_feed(bench, 15, "12345678", 0, "");
    assert_non_null(strstr(bench_bell(bench), "&shown=11.ab12cd34&"));
    answer_feed(bench, 15, "12345678", 0, "");
    assert_null(strstr(bench_bell(bench), "shown"));
    bench_free(bench);
}

/* A higher number of another stay does not speak for a lower one. */
static void each_stay_is_named(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    answer_feed(bench, 15, "12345678", 30, "12345678");
    refuse(bench, 9, "ab12cd34");
    bench_write_note(bench, "b");
    assert_non_null(strstr(sent(bench), "\"shown\":\"30.12345678,9.ab12cd34\""));
    refuse(bench, 11, "ab12cd34");
    bench_write_note(bench, "c");
    assert_non_null(strstr(sent(bench), "\"shown\":\"30.12345678,11.ab12cd34\""));
    answer_feed(bench, 16, "12345678", 0, "");
    assert_non_null(strstr(bench_bell(bench), "&shown=30.12345678,11.ab12cd34&"));
    answer_feed(bench, 17, "12345678", 0, "");
    assert_non_null(strstr(bench_bell(bench), "&shown=30.12345678&"));
    /* The feed's own end says the rest. */
    answer_feed(bench, 31, "12345678", 0, "");
    assert_null(strstr(bench_bell(bench), "shown"));
    bench_free(bench);
}

static void answer_catalogue(struct bench *bench, int next, int head, const char *head_epoch)
{
    char body[256], more[80] = "";

    if (head > 0)
        (void)snprintf(more, sizeof more, ",\"head\":%d,\"head_epoch\":\"%s\"", head, head_epoch);
    (void)snprintf(body, sizeof body,
                   "{\"feed\":\"" FEED "\",\"next\":%d,\"more\":%s,\"records\":[],\"catalogue\":%d,"
                   "\"epoch\":\"12345678\"%s}",
                   next, head > 0 ? "true" : "false", next, more);
    bench_answer(bench, SYNC_LANE_WORK, 200, body);
    (void)sync_engine_step(bench->engine);
}

/* How far a page of the catalogue was read that was not the last: what changed past its end is left
 * out of it, and does not come from a server that is restored to a copy from before that. */
static void how_far_the_catalogue_was_read_is_told(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    bench_answer_page(bench, SYNC_LANE_BELL, 0, 9, "");
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_work(bench), "scope=catalogue&since=0&limit"));
    answer_catalogue(bench, 3, 9, "ab12cd34");
    assert_non_null(strstr(bench_work(bench), "since=3&epoch=12345678&shown=9.ab12cd34&limit"));
    /* Whenever the next one is asked for. */
    bench_cut(bench, SYNC_LANE_WORK);
    bench->steady += 5000;
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_work(bench), "since=3&epoch=12345678&shown=9.ab12cd34&limit"));
    /* Nothing but letters and digits is said again. */
    answer_catalogue(bench, 4, 10, "a&b");
    assert_non_null(strstr(bench_work(bench), "since=4&epoch=12345678&limit"));
    answer_catalogue(bench, 5, 10, "ab12cd34");
    assert_non_null(strstr(bench_work(bench), "since=5&epoch=12345678&shown=10.ab12cd34&limit"));
    /* What a server does not know that was restored is read again. */
    bench_answer(bench, SYNC_LANE_WORK, 409, "{\"code\":\"other-history\"}");
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_work(bench), "scope=catalogue&since=0&limit"));
    answer_catalogue(bench, 3, 9, "ab12cd34");
    answer_catalogue(bench, 9, 0, "");
    assert_string_equal(bench_work(bench), "");
    bench_answer_page(bench, SYNC_LANE_BELL, 0, 12, "");
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_work(bench), "since=9&epoch=12345678&limit"));
    bench_free(bench);
}

#define OTHER_FEED "019b7000-0000-7000-8000-00000000beef"

static void read_another(struct bench *bench, enum sync_lane lane)
{
    bench_answer(bench, lane, 200,
                 "{\"feed\":\"" OTHER_FEED "\",\"next\":3,\"more\":false,\"records\":[],"
                 "\"catalogue\":0}");
    (void)sync_engine_step(bench->engine);
}

/* The terminal was given the address of another server, with a note in its outbox, which waits
 * until its feed was begun: the answers of the two do not mix. */
static void get_to_another(struct bench *bench, bool binary)
{
    char body[1024];

    bench_get_online(bench);
    bench_write_note(bench, "before");
    assert_null(strstr(sent(bench), "\"elsewhere\""));
    bench_answer(bench, SYNC_LANE_WORK, 401, "{}");
    (void)sync_engine_step(bench->engine);
    (void)snprintf(
        body, sizeof body,
        "{\"token\":\"T2\",\"expires_at\":\"2030-01-01T00:00:00Z\",\"feed\":\"" OTHER_FEED
        "\",%s\"agent\":{\"type\":\"agent\",\"id\":\"%s\",\"rev\":1,\"seq\":1,"
        "\"body\":{},\"meta\":{}}}",
        binary ? "\"media_types\":[\"application/cbor\"]," : "",
        store_agent(bench->store.store)->text);
    bench_answer(bench, SYNC_LANE_WORK, 200, body);
    (void)sync_engine_step(bench->engine);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_work(bench), "scope=catalogue"));
    read_another(bench, SYNC_LANE_WORK);
    assert_string_equal(bench_work(bench), "");
    read_another(bench, SYNC_LANE_BELL);
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    assert_int_equal(bench_appends_sent(bench), 1);
    assert_int_equal(bench->lanes[SYNC_LANE_WORK].binary, binary);
}

static void what_another_server_may_have_is_told(void **state)
{
    (void)state;
    for (int binary = 0; binary <= 1; binary++) {
        struct bench *bench = bench_new(false);

        get_to_another(bench, binary != 0);
        assert_non_null(strstr(sent(bench), "\"elsewhere\":true"));
        bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,7]]}");
        (void)sync_engine_step(bench->engine);
        bench_write_note(bench, "after");
        assert_int_equal(bench_appends_sent(bench), 1);
        assert_null(strstr(sent(bench), "\"elsewhere\""));
        bench_free(bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_accepted_is_named_wherever_the_cursor_is),
        cmocka_unit_test(what_an_answer_is_known_by_is_named),
        cmocka_unit_test(what_makes_no_sense_is_not_named),
        cmocka_unit_test(it_is_named_until_the_feed_was_read_past_it_by_who_named_it),
        cmocka_unit_test(it_is_named_until_then),
        cmocka_unit_test(the_first_of_several_pages_is_told),
        cmocka_unit_test(what_is_applied_last_is_the_latest),
        cmocka_unit_test(what_a_relay_was_told_is_named_too),
        cmocka_unit_test(what_was_shown_is_named_wherever_the_cursor_is),
        cmocka_unit_test(each_stay_is_named),
        cmocka_unit_test(how_far_the_catalogue_was_read_is_told),
        cmocka_unit_test(what_another_server_may_have_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
