/* Thresholds of queues: one alert a crossing, what its action marks, and what a kill leaves. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/handoff.h"
#include "app/import.h"
#include "app/json.h"
#include "net/queue_watch.h"
#include "tests/unit/watch_fixture.h"

/* --- crossing --------------------------------------------------------------------------------- */

static void test_one_alert_a_crossing(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t now = f->clock_ms;
    struct id waiting[5];
    json_t *last = NULL;

    fixture_staff(f);
    watch_set(f, "[" WAITING_3 "]");
    for (int i = 0; i < 2; i++)
        waiting[i] = watch_offer(f, now, NULL);
    watch_step(f, now, 0, 0);
    for (int i = 2; i < 5; i++)
        waiting[i] = watch_offer(f, now, NULL);
    watch_step(f, now + 1, 1, 0);
    assert_int_equal(watch_alerts(f, DENIS, "raised", &last), 1);
    assert_string_equal(json_text_or(json_object_get(last, "body"), "queue", ""), "sample/q");
    assert_int_equal(json_integer_or(json_object_get(last, "body"), "value", 0), 5);
    /* It goes down and up again above the level that arms it. */
    for (int i = 0; i < 3; i++)
        fixture_decide(f, CHLOE, &waiting[i], 1, "accepted", now + 2);
    watch_step(f, now + 2, 0, 0);
    watch_offer(f, now + 3, NULL);
    watch_step(f, now + 3, 0, 0);
    fixture_reopen(f);
    watch_step(f, now + 3, 0, 0);
    fixture_decide(f, CHLOE, &waiting[3], 1, "accepted", now + 4);
    fixture_decide(f, ANNE, &waiting[4], 1, "withdrawn", now + 4);
    watch_step(f, now + 4, 0, 1);
    assert_int_equal(watch_alerts(f, DENIS, "raised", NULL), 0);
    assert_int_equal(watch_alerts(f, DENIS, "over", NULL), 1);
    for (int i = 0; i < 2; i++)
        watch_offer(f, now + 5, NULL);
    watch_step(f, now + 5, 1, 0);
    assert_int_equal(watch_alerts(f, DENIS, NULL, NULL), 2);
    assert_int_equal(watch_alerts(f, CHLOE, NULL, NULL), 0);
    assert_int_equal(watch_alerts(f, ANNE, NULL, NULL), 0);
    json_decref(last);
}

/* Known in advance: nothing need be looked at before. */
static void test_age_crosses_when_its_time_has_come(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t now = f->clock_ms;
    struct id old;

    fixture_staff(f);
    watch_set(f, "[{\"measure\": \"age\", \"limit\": 10, \"action\": \"notify\"}]");
    assert_true(watch_next_after(f, now) == INT64_MAX);
    old = watch_offer(f, now, NULL);
    watch_offer(f, now + 9 * MINUTE, NULL);
    assert_int_equal(watch_next_after(f, now + 1), now + 10 * MINUTE);
    watch_step(f, now + 10 * MINUTE - 1, 0, 0);
    watch_step(f, now + 10 * MINUTE, 1, 0);
    assert_true(watch_next_after(f, now + 10 * MINUTE) == INT64_MAX);
    fixture_decide(f, CHLOE, &old, 1, "accepted", now + 11 * MINUTE);
    watch_step(f, now + 11 * MINUTE, 0, 1);
    assert_int_equal(watch_next_after(f, now + 11 * MINUTE), now + 19 * MINUTE);
}

/* The client who hung up counts, whatever became of the hand-off. */
static void test_abandonment(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t now = f->clock_ms;
    struct id contact, handoff;

    fixture_staff(f);
    watch_set(f, "[{\"measure\": \"abandonment\", \"limit\": 50, \"window\": 60, \"least\": 2, "
                 "\"action\": \"notify\"}]");
    handoff = watch_offer(f, now, NULL);
    fixture_decide(f, CHLOE, &handoff, 1, "accepted", now + MINUTE);
    contact =
        fixture_make(f, ANNE, RECORD_CONTACT,
                     json_pack("{s:s, s:s, s:s, s:o}", "channel", "phone", "office", "sample/a",
                               "agent", f->actors[ANNE].agent.text, "started_at", json_time(now)));
    watch_offer(f, now, &contact);
    watch_step(f, now + 2 * MINUTE, 0, 0);
    fixture_applied(
        f, ANNE,
        fixture_operation(f, ANNE, OPERATION_FIELDS, RECORD_CONTACT, &contact, 1,
                          json_pack("{s:o, s:s}", "ended_at", json_time(now + 3 * MINUTE),
                                    "outcome", "abandoned")));
    watch_step(f, now + 3 * MINUTE, 1, 0);
    /* What was answered is out of the window first: then one alone says nothing. */
    assert_int_equal(watch_next_after(f, now + 4 * MINUTE), now + 61 * MINUTE);
    watch_step(f, now + 61 * MINUTE, 0, 1);
}

static void test_a_threshold_that_is_gone(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t now = f->clock_ms;

    fixture_staff(f);
    watch_set(f, "[" WAITING_3 "]");
    for (int i = 0; i < 3; i++)
        watch_offer(f, now, NULL);
    watch_step(f, now, 1, 0);
    watch_set(f, "[]");
    watch_step(f, now + 1, 0, 1);
    assert_int_equal(watch_alerts(f, DENIS, "over", NULL), 1);
    watch_set(f, "[" WAITING_3 "]");
    watch_step(f, now + 2, 1, 0);
}

static void test_a_wrong_one_is_not_published(void **state)
{
    struct ledger_fixture *f = *state;
    struct id id = id_from_key("queue", "sample/q");
    struct record *queue = record_new(RECORD_QUEUE, &id);
    struct import_target target;
    struct error error = ERROR_INIT;

    json_decref(queue->body);
    queue->body = json_pack("{s:s, s:[{s:s, s:i, s:s}]}", "key", "sample/q", "thresholds",
                            "measure", "age", "limit", 0, "action", "notify");
    ledger_import_target(f->ledger, &target);
    assert_int_equal(target.begin(target.context, NULL), 0);
    assert_int_equal(target.publish(target.context, queue, &error), ERROR_INVALID);
    target.rollback(target.context);
    assert_non_null(strstr(error.message, "thresholds/0/limit"));
    record_free(queue);
}

/* --- actions ---------------------------------------------------------------------------------- */

/* Those that wait, and those that come while it lasts: both groups may take, one does. */
static void test_open_to_the_next_group(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t now = f->clock_ms;
    struct id contact, first, second, later;

    fixture_staff(f);
    watch_set(f, "[{\"measure\": \"waiting\", \"limit\": 2, \"rearm\": 0, \"action\": \"open\"}]");
    contact =
        fixture_make(f, ANNE, RECORD_CONTACT,
                     json_pack("{s:s, s:s, s:s, s:o}", "channel", "phone", "office", "sample/a",
                               "agent", f->actors[ANNE].agent.text, "started_at", json_time(now)));
    first = watch_offer(f, now, &contact);
    assert_int_equal(fixture_read(f, BEN, RECORD_HANDOFF, &first, NULL), ERROR_REFUSED);
    second = watch_offer(f, now, NULL);
    watch_step(f, now, 1, 0);
    fixture_says(f, BEN, &first, "also_queue", "sample/r");
    fixture_says(f, BEN, &first, "to_queue", "sample/q");
    assert_true(fixture_sees(f, BEN, 0, &contact));
    later = watch_offer(f, now + 1, NULL);
    watch_step(f, now + 1, 0, 0);
    fixture_says(f, BEN, &later, "also_queue", "sample/r");
    /* Whoever saw it before it was opened takes it all the same; the other group is too late. */
    fixture_decide(f, CHLOE, &first, 1, "accepted", now + 2);
    fixture_refused(f, BEN,
                    fixture_operation(f, BEN, OPERATION_CLAIM, RECORD_HANDOFF, &first, 2,
                                      json_pack("{s:s, s:s}", "state", "accepted", "taken_by",
                                                f->actors[BEN].agent.text)),
                    MERGE_TAKEN, NULL);
    fixture_decide(f, BEN, &second, 2, "accepted", now + 2);
    fixture_says(f, ANNE, &second, "taken_by", f->actors[BEN].agent.text);
    fixture_decide(f, ANNE, &later, 2, "withdrawn", now + 2);
    watch_step(f, now + 2, 0, 1);
}

/* Nobody but the server opens it or asks for a call-back. */
static void test_the_marks_are_the_servers(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t now = f->clock_ms;
    json_t *body = fixture_handoff(f, ANNE, "sample/a", NULL, NULL, NULL, "sample/q");
    struct id handoff, id = fixture_id(f);

    fixture_staff(f);
    json_object_set_new(body, "also_queue", json_string("sample/r"));
    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_HANDOFF, &id, 0, body),
                    MERGE_ACTOR, "also_queue");
    handoff = watch_offer(f, now, NULL);
    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_FIELDS, RECORD_HANDOFF, &handoff, 1,
                                      json_pack("{s:o}", "call_back_at", json_time(now))),
                    MERGE_ACTOR, "call_back_at");
}

static void test_call_backs_are_asked_for(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t now = f->clock_ms, at;
    json_t *body = fixture_handoff(f, ANNE, "sample/a", NULL, NULL, NULL, "sample/q");
    struct id handoff, promised;

    fixture_staff(f);
    watch_set(f, "[{\"measure\": \"age\", \"limit\": 5, \"action\": \"call-back\"}]");
    handoff = watch_offer(f, now, NULL);
    json_object_set_new(body, "kind", json_string("call-back"));
    json_object_set_new(body, "call_from", json_time(now + HOUR));
    json_object_set_new(body, "call_to", json_time(now + 2 * HOUR));
    promised = fixture_make(f, ANNE, RECORD_HANDOFF, body);
    watch_step(f, now + 5 * MINUTE, 1, 0);
    body = fixture_handoff_body(f, ANNE, &handoff);
    assert_int_equal(json_require_time(body, "call_back_at", &at, NULL), 0);
    assert_int_equal(at, now + 5 * MINUTE);
    json_decref(body);
    fixture_says(f, ANNE, &promised, "call_back_at", "");
}

/* An alert is the server's; who has seen it signs. */
static void test_alerts_are_seen_by_supervisors(void **state)
{
    struct ledger_fixture *f = *state;
    json_t *last = NULL;
    struct id alert;

    fixture_staff(f);
    watch_set(f, "[{\"measure\": \"waiting\", \"limit\": 1, \"action\": \"notify\"}]");
    watch_offer(f, f->clock_ms, NULL);
    watch_step(f, f->clock_ms, 1, 0);
    assert_int_equal(watch_alerts(f, DENIS, "raised", &last), 1);
    assert_true(id_parse(&alert, json_text_or(last, "id", "")));
    fixture_refused(f, DENIS,
                    fixture_operation(f, DENIS, OPERATION_CLAIM, RECORD_ALERT, &alert, 1,
                                      json_pack("{s:s}", "state", "over")),
                    MERGE_ACTOR, NULL);
    fixture_refused(f, CHLOE,
                    fixture_operation(f, CHLOE, OPERATION_FIELDS, RECORD_ALERT, &alert, 1,
                                      json_pack("{s:s}", "seen_by", f->actors[CHLOE].agent.text)),
                    MERGE_PERMISSION, "supervise");
    fixture_refused(f, DENIS,
                    fixture_operation(f, DENIS, OPERATION_FIELDS, RECORD_ALERT, &alert, 1,
                                      json_pack("{s:s}", "seen_by", f->actors[BEN].agent.text)),
                    MERGE_ACTOR, NULL);
    fixture_applied(f, DENIS,
                    fixture_operation(f, DENIS, OPERATION_FIELDS, RECORD_ALERT, &alert, 1,
                                      json_pack("{s:s}", "seen_by", f->actors[DENIS].agent.text)));
    json_decref(last);
}

/* --- kills ------------------------------------------------------------------------------------ */

#define ROUNDS 12

/* The child looks again and again while the queue fills and empties: each crossing of its own is
 * told through the pipe before it is looked at. */
static void child_run(struct ledger_fixture *f, int pipe_fd, int64_t now)
{
    for (;;) {
        struct id waiting[3];
        struct ledger_watch watch;

        for (int i = 0; i < 3; i++)
            waiting[i] = watch_offer(f, now, NULL);
        if (write(pipe_fd, "u", 1) != 1 || ledger_queues_watch(f->ledger, now, &watch, NULL) != 0)
            _exit(1);
        if (write(pipe_fd, "d", 1) != 1)
            _exit(1);
        for (int i = 0; i < 3; i++)
            fixture_decide(f, ANNE, &waiting[i], 1, "withdrawn", now);
        if (ledger_queues_watch(f->ledger, now, &watch, NULL) != 0)
            _exit(1);
    }
}

/* Whatever was waiting when it was killed is withdrawn. */
static void clear(struct ledger_fixture *f, int64_t now)
{
    json_t *page = fixture_desk(f, ANNE, 0, 1000, NULL), *document;
    size_t i;

    json_array_foreach(page, i, document)
    {
        struct id id;

        if (strcmp(json_text_or(document, "type", ""), "handoff") == 0 &&
            strcmp(json_text_or(json_object_get(document, "body"), "state", ""), "offered") == 0 &&
            id_parse(&id, json_text_or(document, "id", "")))
            fixture_decide(f, ANNE, &id, 1, "withdrawn", now);
    }
    json_decref(page);
}

static void test_killed_in_the_middle(void **state)
{
    struct ledger_fixture f;
    size_t crossings = 0;
    int64_t now;

    (void)state;
    fixture_open(&f);
    now = f.clock_ms;
    fixture_staff(&f);
    watch_set(&f, "[" WAITING_3 "]");
    for (int round = 0; round < ROUNDS; round++) {
        struct ledger_watch watch;
        char mark;
        size_t up = 0, down = 0, waiting = 0;
        int ends[2];
        pid_t child;

        ledger_close(f.ledger);
        assert_int_equal(pipe(ends), 0);
        child = fork();
        if (child == 0) {
            if (ledger_open(&f.ledger, f.path, NULL) != 0)
                _exit(1);
            child_run(&f, ends[1], now);
        }
        close(ends[1]);
        /* Then at least one crossing comes of it. */
        fixture_wait_for_child(ends[0]);
        usleep((useconds_t)round * 5000);
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, NULL, 0), child);
        while (read(ends[0], &mark, 1) == 1)
            *(mark == 'u' ? &up : &down) += 1;
        close(ends[0]);
        assert_int_equal(ledger_open(&f.ledger, f.path, NULL), 0);
        assert_int_equal(fixture_check(&f), 0);
        f.ids = (struct id_generator){0};
        /* What was crossed and not looked at is crossed now: then each crossing has its alert. */
        assert_int_equal(ledger_queues_watch(f.ledger, now, &watch, NULL), 0);
        waiting = watch_alerts(&f, DENIS, NULL, NULL);
        if (waiting != crossings + up && waiting != crossings + up + 1)
            fail_msg("%zu alerts after %zu and %zu crossings", waiting, crossings, up);
        assert_true(down <= up);
        crossings = waiting;
        clear(&f, now);
        assert_int_equal(ledger_queues_watch(f.ledger, now, &watch, NULL), 0);
        assert_int_equal(watch_alerts(&f, DENIS, "raised", NULL), 0);
        assert_int_equal(watch_alerts(&f, DENIS, NULL, NULL), crossings);
    }
    assert_true(crossings >= ROUNDS);
    print_message("%zu crossings in %d rounds, an alert each\n", crossings, ROUNDS);
    fixture_close(&f);
}

/* --- the thread ------------------------------------------------------------------------------- */

static void say(void *context, const char *line)
{
    (void)context;
    print_message("%s\n", line);
}

static void wait_for_alerts(struct ledger_fixture *f, const char *which, size_t count)
{
    for (int i = 0; i < 3000 && watch_alerts(f, DENIS, which, NULL) != count; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    assert_int_equal(watch_alerts(f, DENIS, which, NULL), count);
}

/* What crossed while no server ran, and what crosses while one does, by time and by change. */
static void test_the_watch_goes_by_itself(void **state)
{
    struct ledger_fixture *f = *state;
    const struct queue_watch_options options = {.log = say};
    struct queue_watch *watch;
    int64_t now = clock_system(NULL);
    struct id old;

    fixture_staff(f);
    watch_set(f, "[{\"measure\": \"age\", \"limit\": 10, \"action\": \"notify\"}]");
    old = watch_offer(f, now - HOUR, NULL);
    assert_int_equal(queue_watch_start(&watch, &options, f->ledger, NULL), 0);
    wait_for_alerts(f, "raised", 1);
    fixture_decide(f, CHLOE, &old, 1, "accepted", now);
    wait_for_alerts(f, "over", 1);
    watch_offer(f, clock_system(NULL) - 10 * MINUTE + 300, NULL);
    wait_for_alerts(f, "raised", 1);
    queue_watch_stop(watch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_alert_a_crossing, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_age_crosses_when_its_time_has_come, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_abandonment, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_threshold_that_is_gone, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_wrong_one_is_not_published, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_open_to_the_next_group, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_the_marks_are_the_servers, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_call_backs_are_asked_for, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_alerts_are_seen_by_supervisors, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test(test_killed_in_the_middle),
        cmocka_unit_test_setup_teardown(test_the_watch_goes_by_itself, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
