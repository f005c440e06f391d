/* A relay that watches thresholds while it is cut off: its supervisors are told, and once the link
 * is back nobody is told twice. */
#include <string.h>

#include <sqlite3.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/queue_measure.h"
#include "net/relay_board.h"
#include "tests/unit/relay_fixture.h"

#define MINUTE INT64_C(60000)

/* The name that queue_threshold_name gives the threshold of prepare(). */
static struct id alert_id(int64_t number)
{
    const struct queue_threshold threshold = {
        .measure = QUEUE_WAITING, .action = QUEUE_OPEN, .limit = 2, .rearm = 0};
    char name[QUEUE_THRESHOLD_NAME_SIZE], key[QUEUE_THRESHOLD_NAME_SIZE + 40];

    queue_threshold_name(&threshold, name);
    (void)snprintf(key, sizeof key, "sample/w %s %d", name, (int)number);
    return id_from_key("alert", key);
}

/* Queue w is the office's own: Chloe serves it, and Denis, who supervises it. Two that wait are too
 * many, and it would be opened to q. */
static void publish(struct relay_fixture *f)
{
    fixture_publish_agent(&f->centre, CHLOE, "a", "sample/w");
    fixture_publish(&f->centre, RECORD_AGENT, "sample/denis",
                    json_pack("{s:s, s:s, s:s, s:s, s:[s]}", "login", "denis", "name", "denis",
                              "office", "sample/a", "role", "supervisor", "queues", "sample/w"));
    fixture_publish(&f->centre, RECORD_QUEUE, "sample/w",
                    json_pack("{s:s, s:[{s:s, s:i, s:i, s:s}]}", "next_queue", "q", "thresholds",
                              "measure", "waiting", "limit", 2, "rearm", 0, "action", "open"));
}

static void prepare(struct relay_fixture *f)
{
    publish(f);
    relay_settle(f);
}

static struct id offer(struct relay_fixture *f)
{
    struct id id = fixture_id(&f->centre);

    relay_applied(
        f, ANNE,
        relay_append(f, ANNE, RECORD_HANDOFF, &id,
                     fixture_handoff(&f->centre, ANNE, "sample/a", NULL, NULL, NULL, "sample/w")),
        LEDGER_APPLIED);
    return id;
}

static void take_back(struct relay_fixture *f, const struct id *id)
{
    relay_applied(f, ANNE,
                  fixture_operation(&f->centre, ANNE, OPERATION_CLAIM, RECORD_HANDOFF, id, 1,
                                    json_pack("{s:s}", "state", "withdrawn")),
                  LEDGER_APPLIED);
}

static void look(struct ledger *ledger, int64_t now_ms, int crossed, int over)
{
    struct ledger_watch watch;
    struct error error = ERROR_INIT;

    if (ledger_queues_watch(ledger, now_ms, &watch, &error) != 0)
        fail_msg("%s", error.message);
    assert_int_equal(watch.crossed, crossed);
    assert_int_equal(watch.over, over);
}

static void assert_states(struct relay_fixture *f, int64_t number, const char *relay,
                          const char *centre)
{
    struct id id = alert_id(number);
    json_t *there = centre_document(f, RECORD_ALERT, &id);

    assert_string_equal(relay_says(f, RECORD_ALERT, &id, "state"), relay);
    assert_string_equal(json_text_or(json_object_get(there, "body"), "state", ""), centre);
    json_decref(there);
}

/* Who reads the relay sees an alert that is raised. */
static bool supervisor_sees(struct relay_fixture *f, const struct id *alert)
{
    struct scope_set scopes = {0};
    struct ledger_page page = {0};
    bool sees;

    assert_int_equal(ledger_desk_scopes(f->relay, &f->centre.actors[DENIS].agent, &scopes, NULL),
                     0);
    assert_int_equal(ledger_changes(f->relay, &scopes, 0, 1000, NULL, &page, NULL), 0);
    sees = strstr(page.records, alert->text) != NULL;
    ledger_page_clear(&page);
    scope_set_free(&scopes);
    return sees;
}

static void test_the_office_is_told_while_it_is_cut_off(void **state)
{
    struct relay_fixture *f = *state;
    int64_t now = f->centre.clock_ms + MINUTE;
    struct id first, second, alert = alert_id(1);

    prepare(f);
    first = offer(f);
    look(f->relay, now, 0, 0);
    second = offer(f);
    look(f->relay, now, 1, 0);
    look(f->relay, now + 1, 0, 0);
    assert_string_equal(relay_says(f, RECORD_ALERT, &alert, "state"), "raised");
    assert_true(supervisor_sees(f, &alert));
    /* What is to follow is not the relay's. */
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &first, "also_queue"), "");
    /* Healed: the centre has the same, raises no other, and does what follows. */
    relay_settle(f);
    assert_states(f, 1, "raised", "raised");
    look(f->centre.ledger, now + 2, 0, 0);
    assert_string_equal(centre_says(f, RECORD_HANDOFF, &first, "also_queue"), "sample/q");
    fixture_decide(&f->centre, ANNE, &first, 2, "withdrawn", now + 3);
    fixture_decide(&f->centre, ANNE, &second, 2, "withdrawn", now + 3);
    look(f->centre.ledger, now + 4, 0, 1);
    relay_settle(f);
    assert_states(f, 1, "over", "over");
    /* The next crossing has the next number, whoever sees it. */
    (void)offer(f);
    (void)offer(f);
    look(f->relay, now + 5, 1, 0);
    assert_states(f, 2, "raised", "");
}

static void test_what_came_and_went_is_carried_as_that(void **state)
{
    struct relay_fixture *f = *state;
    int64_t now = f->centre.clock_ms + MINUTE;
    struct id first, second;

    prepare(f);
    first = offer(f);
    second = offer(f);
    look(f->relay, now, 1, 0);
    take_back(f, &first);
    take_back(f, &second);
    look(f->relay, now + 1, 0, 1);
    (void)offer(f);
    (void)offer(f);
    look(f->relay, now + 2, 1, 0);
    relay_settle(f);
    assert_states(f, 1, "over", "over");
    assert_states(f, 2, "raised", "raised");
    look(f->centre.ledger, now + 3, 0, 0);
    /* The answer was lost: again, and the same. */
    relay_fixture_restart(f);
    relay_settle(f);
    assert_states(f, 2, "raised", "raised");
    assert_int_equal(relay_waiting(f), 0);
}

static void count_ring(void *context)
{
    (*(int *)context)++;
}

/* By the centre's count the limit may still be passed, or will be by time alone: it looks again. */
static void test_the_centre_looks_again_after_the_relay_s_word(void **state)
{
    struct relay_fixture *f = *state;
    int64_t now = f->centre.clock_ms + MINUTE;
    struct id first, second;
    int rung = 0;

    prepare(f);
    first = offer(f);
    second = offer(f);
    look(f->relay, now, 1, 0);
    assert_int_equal(relay_push(f, 2, true), 2);
    ledger_bell_listen(f->centre.ledger, LEDGER_BELL_WATCH, count_ring, &rung);
    assert_int_equal(relay_push(f, 2, true), 1);
    assert_int_equal(rung, 1);
    take_back(f, &first);
    take_back(f, &second);
    look(f->relay, now + 1, 0, 1);
    assert_int_equal(relay_push(f, 2, true), 2);
    rung = 0;
    assert_int_equal(relay_push(f, 2, true), 1);
    assert_int_equal(rung, 1);
    ledger_bell_listen(f->centre.ledger, LEDGER_BELL_WATCH, NULL, NULL);
    /* What it sees by itself is no news to it. */
    ledger_bell_listen(f->relay, LEDGER_BELL_WATCH, count_ring, &rung);
    (void)offer(f);
    (void)offer(f);
    rung = 0;
    look(f->relay, now + 2, 1, 0);
    assert_int_equal(rung, 0);
    ledger_bell_listen(f->relay, LEDGER_BELL_WATCH, NULL, NULL);
}

/* Both see it, before the relay's word has come: one alert. */
static void test_a_crossing_that_both_saw_is_one(void **state)
{
    struct relay_fixture *f = *state;
    int64_t now = f->centre.clock_ms + MINUTE;

    prepare(f);
    (void)offer(f);
    (void)offer(f);
    assert_int_equal(relay_push(f, 100, true), 2);
    look(f->centre.ledger, now, 1, 0);
    look(f->relay, now + 1, 1, 0);
    relay_settle(f);
    assert_states(f, 1, "raised", "raised");
    assert_states(f, 2, "", "");
    assert_int_equal(relay_waiting(f), 0);
}

/* What the centre has told comes before the queue whose threshold it is of. */
static void test_what_was_told_before_the_queue_came_is_not_told_again(void **state)
{
    struct relay_fixture *f = *state;
    int64_t now = f->centre.clock_ms + MINUTE;
    struct id waiting[2], alert;

    publish(f);
    for (size_t i = 0; i < 2; i++)
        waiting[i] = fixture_make(
            &f->centre, ANNE, RECORD_HANDOFF,
            fixture_handoff(&f->centre, ANNE, "sample/a", NULL, NULL, NULL, "sample/w"));
    look(f->centre.ledger, now, 1, 0);
    relay_pull_desk(f);
    assert_states(f, 1, "raised", "raised");
    relay_pull(f);
    look(f->relay, now + 1, 0, 0);
    assert_states(f, 2, "", "");
    /* And it is over here when they are gone. */
    for (size_t i = 0; i < 2; i++)
        fixture_decide(&f->centre, ANNE, &waiting[i], 2, "withdrawn", now + 2);
    relay_pull(f);
    look(f->relay, now + 3, 0, 1);
    alert = alert_id(1);
    assert_string_equal(relay_says(f, RECORD_ALERT, &alert, "state"), "over");
}

/* The centre's is not over: it takes no second one of the same threshold, also of a relay that
 * counts otherwise. */
static void test_one_is_open_at_a_time(void **state)
{
    struct relay_fixture *f = *state;
    int64_t now = f->centre.clock_ms + MINUTE;
    struct id theirs = alert_id(2);
    sqlite3 *database = NULL;

    prepare(f);
    (void)offer(f);
    (void)offer(f);
    relay_push(f, 100, true);
    look(f->centre.ledger, now, 1, 0);
    assert_int_equal(sqlite3_open(f->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, "UPDATE watch SET number = 1", NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(database);
    look(f->relay, now + 1, 1, 0);
    assert_states(f, 2, "raised", "");
    relay_settle(f);
    assert_states(f, 1, "raised", "raised");
    assert_null(centre_document(f, RECORD_ALERT, &theirs));
    assert_int_equal(relay_waiting(f), 0);
}

/* The centre refuses the relay's word, since it has seen the end by itself: it is over here at
 * once, and not raised again until the next page. */
static void test_what_both_saw_end_stays_over(void **state)
{
    struct relay_fixture *f = *state;
    int64_t now = f->centre.clock_ms + MINUTE;
    struct id first, second;

    prepare(f);
    first = offer(f);
    second = offer(f);
    look(f->relay, now, 1, 0);
    relay_settle(f);
    assert_states(f, 1, "raised", "raised");
    take_back(f, &first);
    take_back(f, &second);
    look(f->relay, now + 1, 0, 1);
    assert_int_equal(relay_push(f, 2, true), 2);
    look(f->centre.ledger, now + 1, 0, 1);
    assert_int_equal(relay_push(f, 100, true), 1);
    assert_states(f, 1, "over", "over");
    look(f->relay, now + 2, 0, 0);
}

/* Here it came, went and came again, and the centre has seen the first of it. */
static void test_both_end_with_the_same(void **state)
{
    struct relay_fixture *f = *state;
    int64_t now = f->centre.clock_ms + MINUTE;
    struct id first, second;

    prepare(f);
    first = offer(f);
    second = offer(f);
    relay_push(f, 100, true);
    look(f->centre.ledger, now, 1, 0);
    look(f->relay, now, 1, 0);
    take_back(f, &first);
    take_back(f, &second);
    look(f->relay, now + 1, 0, 1);
    (void)offer(f);
    (void)offer(f);
    look(f->relay, now + 2, 1, 0);
    relay_settle(f);
    assert_states(f, 1, "over", "over");
    assert_states(f, 2, "raised", "raised");
    look(f->centre.ledger, now + 3, 0, 0);
    assert_int_equal(relay_waiting(f), 0);
}

/* Of a queue that others serve too the relay does not know enough. */
static void test_only_the_office_s_own_queues(void **state)
{
    struct relay_fixture *f = *state;
    int64_t now = f->centre.clock_ms + MINUTE;

    prepare(f);
    fixture_publish_agent(&f->centre, BEN, "b", "sample/w");
    relay_settle(f);
    (void)offer(f);
    (void)offer(f);
    look(f->relay, now, 0, 0);
}

/* A relay raises what is its office's to raise, and no more. */
static void test_a_stranger_s_alert_is_not_taken(void **state)
{
    struct relay_fixture *f = *state;
    int64_t now = f->centre.clock_ms + MINUTE;
    struct id alert = alert_id(1);

    prepare(f);
    (void)offer(f);
    (void)offer(f);
    look(f->relay, now, 1, 0);
    /* Meanwhile somebody else serves it. */
    fixture_publish_agent(&f->centre, BEN, "b", "sample/w");
    relay_settle(f);
    assert_null(centre_document(f, RECORD_ALERT, &alert));
    assert_false(supervisor_sees(f, &alert));
    assert_int_equal(relay_waiting(f), 0);
}

/* --- what the centre says otherwise ----------------------------------------------------------- */

/* A hand-off by Ben, of which Anne's relay made one of the same id. */
static void offer_at_centre(struct relay_fixture *f, const struct id *id, const char *agent,
                            const char *queue)
{
    fixture_applied(
        &f->centre, BEN,
        relay_append(f, BEN, RECORD_HANDOFF, id,
                     fixture_handoff(&f->centre, BEN, "sample/b", NULL, agent, NULL, queue)));
}

static struct operation *accept(struct relay_fixture *f, const struct id *id)
{
    return fixture_operation(&f->centre, CHLOE, OPERATION_CLAIM, RECORD_HANDOFF, id, 1,
                             json_pack("{s:s, s:s}", "state", "accepted", "taken_by",
                                       f->centre.actors[CHLOE].agent.text));
}

/* Chloe took it, who by the centre's word no longer serves the queue: it waits as before. */
static void test_what_is_given_back_waits_again(void **state)
{
    struct relay_fixture *f = *state;
    int64_t now = f->centre.clock_ms + MINUTE;
    struct id first;

    prepare(f);
    first = offer(f);
    relay_settle(f);
    relay_applied(f, CHLOE, accept(f, &first), LEDGER_APPLIED);
    (void)offer(f);
    look(f->relay, now, 0, 0);
    fixture_publish_agent(&f->centre, CHLOE, "a", "");
    relay_settle(f);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &first, "state"), "offered");
    look(f->relay, now + 1, 1, 0);
}

/* Anne took it back, who by the centre's word works elsewhere: nobody has gone away. */
static void test_what_is_not_taken_back_waits_again(void **state)
{
    struct relay_fixture *f = *state;
    int64_t now = f->centre.clock_ms + MINUTE;
    struct id first;

    prepare(f);
    first = offer(f);
    (void)offer(f);
    relay_settle(f);
    take_back(f, &first);
    look(f->relay, now, 0, 0);
    fixture_publish_agent(&f->centre, ANNE, "b", "");
    relay_settle(f);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &first, "state"), "offered");
    look(f->relay, now + 1, 1, 0);
}

/* The relay made it first, and lost it to the centre's, which it may not see until it is given. */
static void test_what_the_centre_made_instead_waits(void **state)
{
    struct relay_fixture *f = *state;
    int64_t now = f->centre.clock_ms + MINUTE;
    struct id first;

    prepare(f);
    first = offer(f);
    (void)offer(f);
    f->centre.clock_ms += 1000;
    offer_at_centre(f, &first, NULL, "sample/w");
    while (relay_push(f, 5, true) > 0)
        continue;
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &first, "state"), "withdrawn");
    look(f->relay, now, 0, 0);
    relay_pull(f);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &first, "state"), "offered");
    look(f->relay, now + 1, 1, 0);
}

/* The centre's of the same id is for Chloe, or for another queue: nobody waits in this one. */
static void test_what_the_centre_made_for_another_waits_there(void **state)
{
    struct relay_fixture *f = *state;
    int64_t now = f->centre.clock_ms + MINUTE;
    struct id first, second;

    prepare(f);
    first = offer(f);
    second = offer(f);
    offer_at_centre(f, &first, f->centre.actors[CHLOE].agent.text, NULL);
    offer_at_centre(f, &second, NULL, "sample/q");
    fixture_publish_agent(&f->centre, CHLOE, "a", "sample/q");
    relay_pull(f); /* before the centre has refused what was made here */
    relay_settle(f);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &first, "state"), "offered");
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &first, "to_queue"), "");
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &second, "to_queue"), "sample/q");
    (void)offer(f);
    look(f->relay, now, 0, 0);
    (void)offer(f);
    look(f->relay, now + 1, 1, 0);
}

static void test_it_rests_while_the_link_is_up(void **state)
{
    struct relay_board *board = relay_board_new();
    int64_t now = clock_system(NULL);
    struct relay_status status = {.up = true, .since_ms = now};

    (void)state;
    /* Just started: the centre was not asked yet. */
    assert_true(relay_board_rest(board, now) > 0);
    assert_int_equal(relay_board_rest(board, now + RELAY_ALONE_MS + MINUTE), 0);
    relay_board_set(board, &status);
    assert_true(relay_board_rest(board, now + 10 * MINUTE) > 0);
    status.up = false;
    status.since_ms = now + 10 * MINUTE;
    relay_board_set(board, &status);
    assert_int_equal(relay_board_rest(board, status.since_ms + RELAY_ALONE_MS - 5), 5);
    assert_int_equal(relay_board_rest(board, status.since_ms + RELAY_ALONE_MS), 0);
    assert_true(relay_board_rest(board, now) <= RELAY_ALONE_MS);
    relay_board_free(board);
}

#define WITH(test)                                                                                 \
    cmocka_unit_test_setup_teardown(test, relay_fixture_setup, relay_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(test_the_office_is_told_while_it_is_cut_off),
        WITH(test_what_came_and_went_is_carried_as_that),
        WITH(test_the_centre_looks_again_after_the_relay_s_word),
        WITH(test_a_crossing_that_both_saw_is_one),
        WITH(test_what_was_told_before_the_queue_came_is_not_told_again),
        WITH(test_one_is_open_at_a_time),
        WITH(test_what_both_saw_end_stays_over),
        WITH(test_both_end_with_the_same),
        WITH(test_only_the_office_s_own_queues),
        WITH(test_a_stranger_s_alert_is_not_taken),
        WITH(test_what_is_given_back_waits_again),
        WITH(test_what_is_not_taken_back_waits_again),
        WITH(test_what_the_centre_made_instead_waits),
        WITH(test_what_the_centre_made_for_another_waits_there),
        cmocka_unit_test(test_it_rests_while_the_link_is_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
