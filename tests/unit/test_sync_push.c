/* How the engine empties the outbox. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/text.h"
#include "tests/unit/engine_fixture.h"

/* --- the outbox --------------------------------------------------------------------------------
 */

static void a_note_goes_at_once_while_the_bell_is_open(void **state)
{
    struct bench *bench = bench_new(false);
    struct stat status;
    char log[160];

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "moved to Rimouski");
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    assert_non_null(strstr(bench_bell(bench), "wait=50"));
    assert_int_equal(bench_waiting(bench), 1);
    /* On its way, it has time for the store: there is room for more. */
    snprintf(log, sizeof(log), "%s-wal", bench->store.path);
    assert_int_equal(stat(log, &status), 0);
    assert_true(status.st_size >= 256 * 1024);
    bench_free(bench);
}

static int keep_id(void *context, const struct outbox_entry *entry)
{
    *(struct id *)context = entry->operation->id;
    return 0;
}

static void what_is_under_way_cannot_be_taken_back(void **state)
{
    struct bench *bench = bench_new(false);
    struct id operation = {""};

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "sent");
    assert_int_equal(store_outbox_each(bench->store.store, 10, keep_id, &operation, NULL), 0);
    assert_int_equal(store_outbox_withdraw(bench->store.store, &operation, NULL), ERROR_CONFLICT);
    bench_write_note(bench, "waits for the other");
    assert_int_equal(store_outbox_each(bench->store.store, 10, keep_id, &operation, NULL), 0);
    assert_int_equal(store_outbox_withdraw(bench->store.store, &operation, NULL), 0);
    assert_int_equal(bench_waiting(bench), 1);
    bench_free(bench);
}

static int keep_field(void *context, const struct store_refusal *refusal)
{
    text_copy(context, 128, refusal->field);
    return 0;
}

static void outcomes_settle_the_outbox(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    bench_answer_push(bench, "\"outcome\":\"applied\",\"rev\":1,\"seq\":7");
    assert_int_equal(bench_waiting(bench), 0);
    assert_string_equal(bench_work(bench), "");
    bench_write_note(bench, "b");
    bench_answer_push(bench, "\"outcome\":\"refused\",\"reason\":\"forbidden\","
                             "\"field\":\"\\u001b[2Jname\"");
    assert_int_equal(bench_waiting(bench), 0);
    assert_int_equal(store_refusal_count(bench->store.store, NULL), 1);
    char field[128] = "";
    assert_int_equal(store_refusal_each(bench->store.store, keep_field, field, NULL), 0);
    assert_string_equal(field, "␛[2Jname");
    assert_int_equal(sync_engine_totals(bench->engine)->applied, 1);
    assert_int_equal(sync_engine_totals(bench->engine)->refused, 1);
    bench_free(bench);
}

static void an_unanswered_operation_stays_and_is_sent_again(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[]}");
    int64_t wait = sync_engine_step(bench->engine);
    assert_int_equal(bench_status(bench).state, LINK_OFFLINE);
    assert_non_null(strstr(bench_status(bench).message, "0 of 1 operations were answered"));
    assert_int_equal(bench_waiting(bench), 1);
    bench->steady += wait;
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    bench_answer_push(bench, "\"outcome\":\"repeated\",\"rev\":1,\"seq\":7");
    assert_int_equal(bench_waiting(bench), 0);
    assert_int_equal(bench_status(bench).state, LINK_ONLINE);
    bench_free(bench);
}

static void outcomes_of_what_was_not_sent_do_not_count(void **state)
{
    struct bench *bench = bench_new(false);
    char body[256];

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    struct id case_id = store_fixture_id(&bench->store);
    (void)store_fixture_note(&bench->store, &case_id, "written while the other is under way");
    (void)snprintf(body, sizeof body,
                   "{\"outcomes\":[{\"id\":\"%s\",\"outcome\":\"applied\",\"rev\":1}]}",
                   case_id.text);
    bench_answer(bench, SYNC_LANE_WORK, 200, body);
    assert_int_equal(bench_waiting(bench), 2);
    bench_free(bench);
}

static void what_cannot_be_taken_does_not_hold_up_the_rest(void **state)
{
    struct bench *bench = bench_new(false);
    struct id case_id;

    (void)state;
    bench_get_online(bench);
    case_id = store_fixture_id(&bench->store);
    (void)store_fixture_note(&bench->store, &case_id, "one");
    (void)store_fixture_note(&bench->store, &case_id, "two");
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    bench_answer(bench, SYNC_LANE_WORK, 413, "{}"); /* both: too large */
    (void)sync_engine_step(bench->engine);
    bench_answer(bench, SYNC_LANE_WORK, 413, "{}"); /* the first alone, too */
    (void)sync_engine_step(bench->engine);
    assert_int_equal(store_refusal_count(bench->store.store, NULL), 1);
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "two"));
    bench_answer_push(bench, "\"outcome\":\"applied\",\"rev\":1");
    assert_int_equal(bench_waiting(bench), 0);
    assert_int_equal(bench_status(bench).state, LINK_ONLINE);
    bench_free(bench);
}

/* A server of before takes fewer at once than this version sends: that is found out once. */
static void fewer_are_sent_to_who_takes_fewer(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    for (int i = 0; i < 12; i++)
        bench_write_note(bench, "a");
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,7]]}");
    (void)sync_engine_step(bench->engine);
    assert_int_equal(bench_appends_sent(bench), 11);
    bench_answer(bench, SYNC_LANE_WORK, 413, "{}");
    for (int i = 0; i < 2; i++) {
        (void)sync_engine_step(bench->engine);
        assert_int_equal(bench_appends_sent(bench), 5);
        bench_answer(bench, SYNC_LANE_WORK, 200,
                     "{\"outcomes\":[[1,8],[1,9],[1,10],[1,11],[1,12]]}");
    }
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,20]]}");
    assert_int_equal(bench_waiting(bench), 0);
    /* One that is too large by itself says nothing of how many there may be. */
    for (int i = 0; i < 5; i++)
        bench_write_note(bench, "b");
    bench_answer(bench, SYNC_LANE_WORK, 413, "{}");
    (void)sync_engine_step(bench->engine);
    assert_int_equal(store_refusal_count(bench->store.store, NULL), 1);
    assert_int_equal(bench_appends_sent(bench), 4);
    bench_answer(bench, SYNC_LANE_WORK, 413, "{}");
    (void)sync_engine_step(bench->engine);
    bench_answer(bench, SYNC_LANE_WORK, 413, "{}");
    (void)sync_engine_step(bench->engine);
    bench_answer(bench, SYNC_LANE_WORK, 413, "{}");
    (void)sync_engine_step(bench->engine);
    assert_int_equal(store_refusal_count(bench->store.store, NULL), 2);
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,30]]}");
    (void)sync_engine_step(bench->engine);
    assert_int_equal(bench_appends_sent(bench), 2);
    bench_free(bench);
}

static int keep_reason(void *context, const struct outbox_entry *entry)
{
    text_copy(context, 200, entry->reason);
    return 0;
}

/* Why something waits is kept with it: what the server answered, or that it did not. */
static void what_the_server_answered_is_kept(void **state)
{
    struct bench *bench = bench_new(false);
    char reason[200] = "";

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    bench_answer(bench, SYNC_LANE_WORK, 500, "{\"detail\":\"the disk is full\"}");
    assert_int_equal(store_outbox_each(bench->store.store, 1, keep_reason, reason, NULL), 0);
    assert_non_null(strstr(reason, STORE_REASON_ANSWERED "500: "));
    assert_non_null(strstr(reason, "the disk is full"));
    bench->steady += 120000;
    (void)sync_engine_step(bench->engine);
    bench_answer_with(bench, SYNC_LANE_WORK, 503, "{\"title\":\"Starting\"}", 1000);
    assert_int_equal(store_outbox_each(bench->store.store, 1, keep_reason, reason, NULL), 0);
    assert_non_null(strstr(reason, STORE_REASON_ANSWERED "503: "));
    bench->steady += 120000;
    (void)sync_engine_step(bench->engine);
    bench_cut(bench, SYNC_LANE_WORK);
    assert_int_equal(store_outbox_each(bench->store.store, 1, keep_reason, reason, NULL), 0);
    assert_null(strstr(reason, STORE_REASON_ANSWERED));
    bench_free(bench);
}

static void an_answer_in_place_settles_too(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "\"brief\":true"));
    assert_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "\"device\""));
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[0,7]]}");
    (void)sync_engine_step(bench->engine);
    assert_int_equal(bench_waiting(bench), 1);
    bench->steady += 5000;
    (void)sync_engine_step(bench->engine);
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,7],[2,8]]}");
    assert_int_equal(bench_waiting(bench), 0);
    bench_free(bench);
}

/* However a list of answers in place is written, it settles, or it is refused as any other reply.
 */
static void answers_in_place_are_read_as_strictly_as_others(void **state)
{
    static const struct {
        const char *body, *trouble; /* NULL for none */
    } replies[] = {
        {"{\"outcomes\":[[1,7]]}", NULL},
        {"{\"outcomes\":[[1,7]],\"time\":\"2026-01-02T03:04:05.678Z\",\"more\":[1.5]}", NULL},
        {"{\"outcomes\":[[1,7]] ,\"more\":null}", NULL},
        {"{\"outcomes\":[[1,7]], \"more\":null}", NULL},
        {"{\"more\":null,\"outcomes\":[[1,7]]}", NULL},
        {"{\"outcomes\":[[1,7],[1,8],[1,9]]}", NULL},
        {"{\"outcomes\":[[1,7,8]]}", NULL},
        {"{\"outcomes\":[[1,7.5]]}", NULL},
        {"{\"outcomes\":[[1,7],null]}", NULL},
        {"{\"outcomes\":[[0,7]]}", "outcome 0 has no rev"},
        {"{\"outcomes\":[[-1,7]],\"time\":\"\"}", "outcome 0 has no rev"},
        {"{\"outcomes\":[[1.5,7]]}", "outcome 0 has no rev"},
        {"{\"outcomes\":[[]]}", "outcome 0 has no rev"},
        {"{\"outcomes\":[[1,7]],}", "makes no sense"},
        {"{\"outcomes\":[[1,7]]\"more\":1}", "makes no sense"},
        {"{\"outcomes\":[[1,7],]}", "makes no sense"},
        {"{\"outcomes\":[[1,7]]", "makes no sense"},
        {"{\"outcomes\":[[1,7]", "makes no sense"},
        {"{\"outcomes\":[[1,7", "makes no sense"},
        {"{\"outcomes\":[[", "makes no sense"},
        {"{\"outcomes\":[[01,7]]}", "makes no sense"},
        {"{\"outcomes\":[[1,7]]}x", "makes no sense"},
        {"{\"outcomes\":[[1,7]],\"outcomes\":[[1,7]]}", "makes no sense"},
        {"{\"outcomes\":[[1,7]],\"outcomes\":[]}", "makes no sense"},
        {"{\"outcomes\":[[1,7]],\"more\":1,\"more\":2}", "makes no sense"},
        {"{\"outcomes\":[[1,7]],\"more\":\"\xff\"}", "makes no sense"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        struct bench *bench = bench_new(false);

        bench_get_online(bench);
        bench_write_note(bench, "a");
        bench_answer(bench, SYNC_LANE_WORK, 200, replies[i].body);
        assert_int_equal(bench_waiting(bench), replies[i].trouble == NULL ? 0 : 1);
        if (replies[i].trouble != NULL) {
            (void)sync_engine_step(bench->engine);
            assert_non_null(strstr(bench_status(bench).message, replies[i].trouble));
        }
        bench_free(bench);
    }
}

static void a_restored_server_gets_what_it_lost_first(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    assert_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "\"made\""));
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,7]]}");
    bench_write_note(bench, "b");
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "\"made\":\""));
    bench_answer(bench, SYNC_LANE_WORK, 409, "{\"code\":\"other-history\"}");
    (void)sync_engine_step(bench->engine);
    assert_int_equal(bench_waiting(bench), 2);
    /* Of the server as it was nothing is taken any more: the session begins anew. */
    bench_accept_login(bench, FEED);
    (void)sync_engine_step(bench->engine);
    assert_int_equal(bench_appends_sent(bench), 2);
    assert_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "\"made\""));
    bench_free(bench);
}

/* Also when it came to it before this terminal had read a page of it. */
static void what_was_accepted_before_the_first_page_counts(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_sign_in(bench);
    bench_give_store(bench);
    bench_write_note(bench, "a");
    bench_accept_login(bench, FEED);
    (void)sync_engine_step(bench->engine);
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,7]]}");
    bench_cut(bench, SYNC_LANE_BELL);
    bench->steady += 5000;
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_bell(bench), "since=0"));
    assert_non_null(strstr(bench_bell(bench), "&made="));
    bench_free(bench);
}

/* What is answered a second time has an old number: it does not show how far the server came. */
static void a_repeated_answer_is_not_the_latest(void **state)
{
    struct bench *bench = bench_new(false);
    struct store_witness latest, now;

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,17]]}");
    assert_int_equal(store_witness_read(bench->store.store, &latest, NULL), 0);
    assert_int_equal(latest.made_seq, 17);
    bench_write_note(bench, "b");
    bench_write_note(bench, "c");
    /* The batch with "c" leaves ahead of this answer's being written. */
    bench_answer_push(bench, "\"outcome\":\"repeated\",\"rev\":1,\"seq\":3");
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, latest.made.text));
    assert_int_equal(store_witness_read(bench->store.store, &now, NULL), 0);
    assert_string_equal(now.made.text, latest.made.text);
    assert_int_equal(now.made_seq, 17);
    bench_free(bench);
}

/* A record that came with a refusal is held here past the cursor: a server that does not know it by
 * its number was restored, whether it knows the operation or not. */
static void what_a_refusal_showed_is_told(void **state)
{
    struct bench *bench = bench_new(false);
    char answer[512];
    const char *sent = bench->lanes[SYNC_LANE_WORK].body;
    struct store_witness witness;

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    bench_write_note(bench, "b");
    (void)snprintf(
        answer, sizeof answer,
        "{\"epoch\":\"ab12cd34\",\"outcomes\":[{\"id\":\"%.36s\",\"outcome\":\"refused\","
        "\"reason\":\"exists\",\"record\":{\"type\":\"note\",\"id\":\"%.36s\",\"rev\":2,"
        "\"seq\":9,\"body\":{},\"meta\":{}}}]}",
        strstr(sent, "\"id\":\"") + 6, strstr(sent, "\"record\":\"") + 10);
    assert_null(strstr(sent, "\"shown\""));
    bench_answer(bench, SYNC_LANE_WORK, 200, answer);
    /* The batch with "b" left ahead of this answer's being written. */
    assert_non_null(strstr(sent, "\"shown\":\"9.ab12cd34\""));
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,7]]}");
    bench_write_note(bench, "c");
    assert_non_null(strstr(sent, "\"shown\":\"9.ab12cd34\""));
    bench_cut(bench, SYNC_LANE_BELL);
    bench->steady += 5000;
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_bell(bench), "since=0"));
    assert_non_null(strstr(bench_bell(bench), "&shown=9.ab12cd34&"));
    /* No longer once the cursor is past it; then its stay is the cursor's to tell. */
    bench_answer_page(bench, SYNC_LANE_BELL, 9, 0, "");
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_bell(bench), "since=9&"));
    assert_null(strstr(bench_bell(bench), "shown"));
    assert_int_equal(store_witness_read(bench->store.store, &witness, NULL), 0);
    assert_string_equal(witness.shown, "");
    /* Nor of a history that is over. */
    bench_answer(bench, SYNC_LANE_BELL, 409, "{\"code\":\"other-history\"}");
    (void)sync_engine_step(bench->engine);
    bench_accept_login(bench, FEED);
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_bell(bench), "since=0"));
    assert_null(strstr(bench_bell(bench), "shown"));
    bench_free(bench);
}

static void change_name(struct bench *bench, const struct id *client)
{
    assert_int_equal(
        store_fixture_apply(&bench->store,
                            store_fixture_operation(&bench->store, OPERATION_FIELDS, RECORD_CLIENT,
                                                    client, "{\"name\":\"Zoé Roy\"}")),
        0);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
}

static void a_batch_says_that_its_ground_was_lost(void **state)
{
    struct bench *bench = bench_new(false);
    struct id client;

    (void)state;
    bench_get_online(bench);
    client = store_fixture_client(&bench->store, "Zoé Gagnon");
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,7]]}");
    change_name(bench, &client);
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "\"kind\":\"fields\""));
    assert_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "\"ungrounded\""));
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[2,8]]}");
    change_name(bench, &client);
    bench_answer(bench, SYNC_LANE_WORK, 409, "{\"code\":\"other-history\"}");
    (void)sync_engine_step(bench->engine);
    bench_accept_login(bench, FEED);
    (void)sync_engine_step(bench->engine);
    assert_int_equal(bench_appends_sent(bench), 1);
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "\"ungrounded\":true"));
    bench_free(bench);
}

/* The server need not wait until its last answer is written here. */
static void the_next_batch_leaves_before_the_last_is_settled(void **state)
{
    struct bench *bench = bench_new(false);
    char first[ID_TEXT_LENGTH + 1], made[ID_TEXT_LENGTH + 16], answer[256];
    const char *id;

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    bench_write_note(bench, "b");
    bench_write_note(bench, "c");
    id = strstr(bench->lanes[SYNC_LANE_WORK].body, "{\"id\":\"");
    assert_non_null(id);
    assert_int_equal(bench_appends_sent(bench), 1);
    (void)snprintf(first, sizeof first, "%.36s", id + 7);
    (void)snprintf(answer, sizeof answer, "{\"outcomes\":[[1,7]]}");
    /* No step in between: it leaves with the answer. */
    bench_answer(bench, SYNC_LANE_WORK, 200, answer);
    assert_true(bench->lanes[SYNC_LANE_WORK].open);
    assert_int_equal(bench_appends_sent(bench), 2);
    (void)snprintf(made, sizeof made, "\"made\":\"%s\"", first);
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, made));
    assert_int_equal(bench_waiting(bench), 2);
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[[1,8],[1,9]]}");
    assert_false(bench->lanes[SYNC_LANE_WORK].open);
    assert_int_equal(bench_waiting(bench), 0);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_goes_at_once_while_the_bell_is_open),
        cmocka_unit_test(what_is_under_way_cannot_be_taken_back),
        cmocka_unit_test(outcomes_settle_the_outbox),
        cmocka_unit_test(an_unanswered_operation_stays_and_is_sent_again),
        cmocka_unit_test(outcomes_of_what_was_not_sent_do_not_count),
        cmocka_unit_test(what_cannot_be_taken_does_not_hold_up_the_rest),
        cmocka_unit_test(a_restored_server_gets_what_it_lost_first),
        cmocka_unit_test(what_was_accepted_before_the_first_page_counts),
        cmocka_unit_test(a_repeated_answer_is_not_the_latest),
        cmocka_unit_test(what_a_refusal_showed_is_told),
        cmocka_unit_test(a_batch_says_that_its_ground_was_lost),
        cmocka_unit_test(fewer_are_sent_to_who_takes_fewer),
        cmocka_unit_test(what_the_server_answered_is_kept),
        cmocka_unit_test(an_answer_in_place_settles_too),
        cmocka_unit_test(answers_in_place_are_read_as_strictly_as_others),
        cmocka_unit_test(the_next_batch_leaves_before_the_last_is_settled),
    };

    return cmocka_run_group_tests_name("sync_push", tests, NULL, NULL);
}
