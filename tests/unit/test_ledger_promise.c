/* Promises at the server: begun, paused, met, missed; one refund for each that is missed. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/delivery.h"
#include "app/clock.h"
#include "app/json.h"
#include "app/promise_state.h"
#include "app/record_fields.h"
#include "net/ledger_promise.h"
#include "net/promise_clock.h"
#include "tests/unit/ledger_fixture.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

static int setup(void **state)
{
    struct ledger_fixture *f;
    int code = fixture_setup(state);

    f = *state;
    fixture_publish(f, RECORD_CALENDAR, "sample/days",
                    json_pack("{s:[{s:i, s:i}]}", "rules", "month", 7, "day", 1));
    fixture_publish(f, RECORD_OFFICE, "sample/a",
                    json_pack("{s:s, s:s}", "calendar", "days", "zone", "America/Toronto"));
    fixture_publish(f, RECORD_SERVICE, "sample/birth",
                    json_pack("{s:s, s:[{s:s, s:{s:i, s:s, s:b}}]}", "queue", "q", "channels",
                              "channel", "web", "guarantee", "count", 15, "unit", "business-day",
                              "refund", 1));
    fixture_publish(f, RECORD_SERVICE, "sample/plain", NULL);
    fixture_publish(f, RECORD_SERVICE, "sample/other",
                    json_pack("{s:[{s:s, s:i, s:s}]}", "standards", "kind", "timeliness", "count",
                              5, "unit", "calendar-day"));
    return code;
}

static struct operation *as_of(struct operation *operation, int64_t at_ms)
{
    operation->moment.ms = at_ms;
    operation->channel = channel_word("web");
    return operation;
}

/* A case of Anne's, opened through the web `ago` before now. */
static struct id open_case(struct ledger_fixture *f, const char *service, int64_t ago)
{
    json_t *body = fixture_case(f, ANNE, "sample/a");
    struct id id = fixture_id(f);

    json_object_set_new(body, "opened_at", json_time(f->clock_ms - ago));
    if (service != NULL)
        json_object_set_new(body, "service", json_string(service));
    fixture_applied(f, ANNE,
                    as_of(fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_CASE, &id, 0, body),
                          f->clock_ms - ago));
    return id;
}

static void set_status(struct ledger_fixture *f, const struct id *matter, const char *status,
                       int64_t ago)
{
    fixture_applied(f, ANNE,
                    as_of(fixture_operation(f, ANNE, OPERATION_CLAIM, RECORD_CASE, matter, 0,
                                            json_pack("{s:s}", "status", status)),
                          f->clock_ms - ago));
}

/* The documents of a type on Anne's desk that are of this case; new. */
static json_t *all_of(struct ledger_fixture *f, enum record_type type, const struct id *matter)
{
    int64_t next;
    json_t *page = fixture_desk(f, ANNE, 0, 1000, &next), *found = json_array(), *document;
    size_t index;

    json_array_foreach(page, index, document)
    {
        const json_t *body = json_object_get(document, "body");

        if (strcmp(json_text_or(document, "type", ""), record_type_name(type)) == 0 &&
            strcmp(json_text_or(body, "case", ""), matter->text) == 0)
            json_array_append(found, json_object_get(document, "body"));
    }
    json_decref(page);
    return found;
}

static void expect_one(struct ledger_fixture *f, enum record_type type, const struct id *matter,
                       const char *state)
{
    json_t *found = all_of(f, type, matter);

    assert_int_equal(json_array_size(found), 1);
    assert_string_equal(json_text_or(json_array_get(found, 0), "state", ""), state);
    json_decref(found);
}

static void expect_none(struct ledger_fixture *f, enum record_type type, const struct id *matter)
{
    json_t *found = all_of(f, type, matter);

    assert_int_equal(json_array_size(found), 0);
    json_decref(found);
}

static int settle_at(struct ledger_fixture *f, int64_t now_ms)
{
    int settled;

    assert_int_equal(ledger_promises_settle(f->ledger, now_ms, &settled, NULL), 0);
    return settled;
}

static void test_begins_with_the_case(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = open_case(f, "sample/birth", 0), plain = open_case(f, "sample/plain", 0);
    struct id none = open_case(f, NULL, 0);
    json_t *found = all_of(f, RECORD_PROMISE, &matter), *promise = json_array_get(found, 0);
    int64_t next, due;

    assert_int_equal(json_array_size(found), 1);
    assert_string_equal(json_text_or(promise, "kind", ""), "guarantee");
    assert_string_equal(json_text_or(promise, "channel", ""), "web");
    assert_string_equal(json_text_or(promise, "unit", ""), "business-day");
    assert_int_equal(json_integer_or(promise, "amount", 0), 15);
    assert_true(json_bool_or(promise, "refund", false));
    assert_true(timestamp_parse(json_text_or(promise, "due_at", ""), &due));
    assert_int_equal(ledger_promise_next(f->ledger, &next, NULL), 0);
    assert_int_equal(next, due + 1);
    expect_none(f, RECORD_PROMISE, &plain);
    expect_none(f, RECORD_PROMISE, &none);
    json_decref(found);
    assert_int_equal(fixture_check(f), 0);
}

static void test_nobody_else_says_so(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = open_case(f, "sample/birth", 0), id = fixture_id(f);
    json_t *found = all_of(f, RECORD_PROMISE, &matter);
    struct promise promise;
    struct record *record;

    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_PROMISE, &id, 0,
                                      json_deep_copy(json_array_get(found, 0))),
                    MERGE_ACTOR, NULL);
    record = record_new(RECORD_PROMISE, &id);
    json_decref(record->body);
    record->body = json_incref(json_array_get(found, 0));
    assert_true(promise_of_record(&promise, record));
    id = promise_id(&matter, "sample/birth", promise.started_ms);
    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_CLAIM, RECORD_PROMISE, &id, 1,
                                      json_pack("{s:s}", "state", "met")),
                    MERGE_ACTOR, NULL);
    record_free(record);
    json_decref(found);
}

static void test_is_paused_resumed_and_met(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = open_case(f, "sample/birth", 10 * DAY_MS);
    int64_t before, after;

    assert_int_equal(ledger_promise_next(f->ledger, &before, NULL), 0);
    set_status(f, &matter, "information-missing", 9 * DAY_MS);
    expect_one(f, RECORD_PROMISE, &matter, "paused");
    assert_int_equal(ledger_promise_next(f->ledger, &after, NULL), 0);
    assert_int_equal(after, INT64_MAX);
    assert_int_equal(settle_at(f, f->clock_ms + 900 * DAY_MS), 0);
    set_status(f, &matter, "in-progress", 2 * DAY_MS);
    expect_one(f, RECORD_PROMISE, &matter, "running");
    assert_int_equal(ledger_promise_next(f->ledger, &after, NULL), 0);
    assert_int_equal(after - before, 7 * DAY_MS);
    set_status(f, &matter, "approved", 0);
    expect_one(f, RECORD_PROMISE, &matter, "met");
    assert_int_equal(settle_at(f, f->clock_ms + 900 * DAY_MS), 0);
    set_status(f, &matter, "closed", 0);
    set_status(f, &matter, "in-progress", 0);
    expect_one(f, RECORD_PROMISE, &matter, "met");
    expect_none(f, RECORD_TASK, &matter);
}

static void test_closed_while_it_waits_is_void(void **state)
{
    struct ledger_fixture *f = *state;
    const struct timespec pause = {0, 5000000};
    struct id matter = open_case(f, "sample/birth", DAY_MS);

    set_status(f, &matter, "information-missing", HOUR_MS);
    set_status(f, &matter, "closed", 0);
    expect_one(f, RECORD_PROMISE, &matter, "void");
    /* Opened again it promises nothing anew, also when a terminal's clock was ahead of the server's:
     * the promise then began when the server heard of it, which is another time now. */
    matter = open_case(f, "sample/birth", f->clock_ms - clock_system(NULL) - HOUR_MS);
    set_status(f, &matter, "information-missing", 0);
    set_status(f, &matter, "closed", 0);
    nanosleep(&pause, NULL);
    set_status(f, &matter, "in-progress", 0);
    expect_one(f, RECORD_PROMISE, &matter, "void");
}

static void test_missed_has_one_refund(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = open_case(f, "sample/birth", DAY_MS), task;
    json_t *found;
    int64_t next;

    assert_int_equal(ledger_promise_next(f->ledger, &next, NULL), 0);
    assert_int_equal(settle_at(f, next - 1), 0);
    expect_one(f, RECORD_PROMISE, &matter, "running");
    assert_int_equal(settle_at(f, next), 1);
    expect_one(f, RECORD_PROMISE, &matter, "missed");
    expect_one(f, RECORD_TASK, &matter, "open");
    assert_int_equal(settle_at(f, next + DAY_MS), 0);
    set_status(f, &matter, "in-progress", 0);
    expect_one(f, RECORD_TASK, &matter, "open");
    found = all_of(f, RECORD_TASK, &matter);
    assert_string_equal(json_text_or(json_array_get(found, 0), "kind", ""), "refund");
    assert_string_equal(json_text_or(json_array_get(found, 0), "to_queue", ""), "sample/q");
    json_decref(found);
    /* Those of the queue have it, with the file. */
    found = all_of(f, RECORD_TASK, &matter);
    assert_true(fixture_sees(f, BEN, 0, &matter));
    json_decref(found);
    (void)task;
    assert_int_equal(fixture_check(f), 0);
}

static void test_a_standard_gives_nothing_back(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = open_case(f, "sample/other", 30 * DAY_MS);

    assert_int_equal(settle_at(f, f->clock_ms), 1);
    expect_one(f, RECORD_PROMISE, &matter, "missed");
    expect_none(f, RECORD_TASK, &matter);
}

/* An agent approved in time, without a link; the server hears of it when it has counted it as
 * missed. */
static void test_late_news(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = open_case(f, "sample/birth", 40 * DAY_MS);
    json_t *found;

    assert_int_equal(settle_at(f, f->clock_ms), 1);
    expect_one(f, RECORD_TASK, &matter, "open");
    /* Paused in time: it is not missed yet, and then it is. */
    set_status(f, &matter, "information-missing", 35 * DAY_MS);
    expect_one(f, RECORD_PROMISE, &matter, "paused");
    found = all_of(f, RECORD_TASK, &matter);
    assert_string_equal(json_text_or(json_array_get(found, 0), "state", ""), "dropped");
    assert_string_equal(json_text_or(json_array_get(found, 0), "reason", ""), "in-time");
    json_decref(found);
    set_status(f, &matter, "in-progress", 34 * DAY_MS);
    expect_one(f, RECORD_PROMISE, &matter, "running");
    assert_int_equal(settle_at(f, f->clock_ms), 1);
    expect_one(f, RECORD_PROMISE, &matter, "missed");
    expect_one(f, RECORD_TASK, &matter, "open");
    set_status(f, &matter, "approved", 33 * DAY_MS);
    expect_one(f, RECORD_PROMISE, &matter, "met");
    expect_one(f, RECORD_TASK, &matter, "dropped");
}

/* A refund that was paid stays paid. */
static void test_what_was_done_stays_done(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = open_case(f, "sample/birth", 40 * DAY_MS), promise, task;
    json_t *found;

    assert_int_equal(settle_at(f, f->clock_ms), 1);
    found = all_of(f, RECORD_TASK, &matter);
    assert_true(id_parse(&promise, json_text_or(json_array_get(found, 0), "promise", "")));
    json_decref(found);
    task = ledger_refund_id(&promise);
    fixture_applied(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_CLAIM, RECORD_TASK, &task, 1,
                                      json_pack("{s:s}", "state", "done")));
    set_status(f, &matter, "approved", 33 * DAY_MS);
    expect_one(f, RECORD_PROMISE, &matter, "met");
    expect_one(f, RECORD_TASK, &matter, "done");
}

/* Said later which service it is: the promise begins then; of another one: the first is void. */
static void test_follows_the_service(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = open_case(f, NULL, 10 * DAY_MS);
    json_t *found;

    fixture_applied(f, ANNE,
                    as_of(fixture_operation(f, ANNE, OPERATION_FIELDS, RECORD_CASE, &matter, 1,
                                            json_pack("{s:s}", "service", "sample/birth")),
                          f->clock_ms - DAY_MS));
    found = all_of(f, RECORD_PROMISE, &matter);
    assert_int_equal(json_array_size(found), 1);
    json_decref(found);
    fixture_applied(f, ANNE,
                    as_of(fixture_operation(f, ANNE, OPERATION_FIELDS, RECORD_CASE, &matter, 2,
                                            json_pack("{s:s}", "service", "sample/other")),
                          f->clock_ms));
    found = all_of(f, RECORD_PROMISE, &matter);
    assert_int_equal(json_array_size(found), 2);
    for (size_t i = 0; i < 2; i++) {
        const json_t *promise = json_array_get(found, i);
        bool present = strcmp(json_text_or(promise, "service", ""), "sample/other") == 0;

        assert_string_equal(json_text_or(promise, "state", ""), present ? "running" : "void");
    }
    json_decref(found);
}

/* A closure that was entered since puts the end off, instead of a miss. */
static void test_asks_the_calendar_again(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = open_case(f, "sample/birth", 0);
    char from[CALENDAR_DAY_SIZE], until[CALENDAR_DAY_SIZE];
    struct calendar_day day;
    int64_t next, later;

    assert_int_equal(ledger_promise_next(f->ledger, &next, NULL), 0);
    day = calendar_day_from_number(next / DAY_MS - 7);
    calendar_day_format(&day, from);
    day = calendar_day_from_number(next / DAY_MS - 1);
    calendar_day_format(&day, until);
    fixture_publish(f, RECORD_OFFICE, "sample/a",
                    json_pack("{s:s, s:s, s:[{s:s, s:s}]}", "calendar", "days", "zone",
                              "America/Toronto", "closures", "from", from, "until", until));
    assert_int_equal(settle_at(f, next), 1);
    expect_one(f, RECORD_PROMISE, &matter, "running");
    assert_int_equal(ledger_promise_next(f->ledger, &later, NULL), 0);
    assert_true(later >= next + 7 * DAY_MS - 2 * HOUR_MS);
}

static void say(void *context, const char *line)
{
    (void)context;
    print_error("%s\n", line);
}

/* The thread finds what was missed while the server was down, and rings for what comes. */
static void test_the_clock(void **state)
{
    struct ledger_fixture *f = *state;
    const struct promise_clock_options options = {.log = say};
    struct id matter = open_case(f, "sample/birth", 90 * DAY_MS), second;
    struct promise_clock *clock;
    json_t *found;
    bool first;

    assert_int_equal(promise_clock_start(&clock, &options, f->ledger, NULL), 0);
    second = open_case(f, "sample/birth", 90 * DAY_MS);
    do {
        usleep(2000);
        found = all_of(f, RECORD_TASK, &matter);
        first = json_array_size(found) == 1;
        json_decref(found);
        found = all_of(f, RECORD_TASK, &second);
        first = first && json_array_size(found) == 1;
        json_decref(found);
    } while (!first);
    promise_clock_stop(clock);
    expect_one(f, RECORD_PROMISE, &second, "missed");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_begins_with_the_case),
        TEST(test_nobody_else_says_so),
        TEST(test_is_paused_resumed_and_met),
        TEST(test_closed_while_it_waits_is_void),
        TEST(test_missed_has_one_refund),
        TEST(test_a_standard_gives_nothing_back),
        TEST(test_late_news),
        TEST(test_what_was_done_stays_done),
        TEST(test_follows_the_service),
        TEST(test_asks_the_calendar_again),
        TEST(test_the_clock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
