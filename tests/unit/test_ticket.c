/* Tickets of a waiting room: numbers, order, claims, no-shows, figures. */
#include "app/ticket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/contact.h"
#include "app/json.h"
#include "app/record_fields.h"
#include "app/ticket_list.h"
#include "app/ticket_roll.h"
#include "tests/unit/unit.h"
#include "tests/unit/work_fixture.h"

#define MINUTE INT64_C(60000)
#define START  INT64_C(1795784400000) /* 2026-11-27T13:00:00Z */
#define DAY    "2026-11-27"
#define QUEUE  "sample/front-line"

static int64_t now_ms;

static int64_t told_time(void *context)
{
    (void)context;
    return now_ms;
}

static int setup(void **state)
{
    struct work_fixture *fixture;
    int code = work_fixture_setup(state);

    fixture = *state;
    now_ms = START;
    clock_init(&fixture->store.clock, told_time, NULL);
    clock_init(&fixture->visitor_clock, told_time, NULL);
    return code;
}

/* --- numbers --------------------------------------------------------------------------------- */

static void test_numbers_are_read(void **state)
{
    static const char *const none[] = {"", "A", "12", "a1", "A0", "A01", "ABC1", "A1x", "A 1"};
    char letter[3];
    int64_t count;

    (void)state;
    assert_true(ticket_number_parse("A12", letter, &count));
    assert_string_equal(letter, "A");
    assert_int_equal(count, 12);
    assert_true(ticket_number_parse("PB105", letter, &count));
    assert_string_equal(letter, "PB");
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_false(ticket_number_parse(none[i], letter, &count));
}

static void take_rolls(struct work_fixture *fixture, const char *day, size_t expected)
{
    struct batch batch = {0};

    assert_int_equal(ticket_rolls_take(&batch, &fixture->author, fixture->store.store, day, NULL),
                     0);
    assert_int_equal(batch.count, expected);
    work_fixture_apply(fixture, &batch);
}

static void visitor_takes(struct work_fixture *fixture, const char *day, int64_t number)
{
    struct operation *operation = author_append(&fixture->visitor, RECORD_ROLL);
    struct batch batch = {0};

    operation->record = ticket_roll_id(fixture->visitor.office, day, number);
    operation_put_text(operation, "office", fixture->visitor.office);
    operation_put_text(operation, "day", day);
    json_object_set_new(operation->body, "number", json_integer(number));
    assert_int_equal(batch_add(&batch, operation, NULL), 0);
    work_fixture_visit(fixture, &batch);
}

static int next_number(struct work_fixture *fixture, const char *day, const char *letter,
                       char number[TICKET_NUMBER_SIZE])
{
    return ticket_number_next(&fixture->author, fixture->store.store, day, letter, number, NULL);
}

static void assert_next(struct work_fixture *fixture, const char *day, const char *letter,
                        const char *expected)
{
    char number[TICKET_NUMBER_SIZE];

    assert_int_equal(next_number(fixture, day, letter, number), 0);
    assert_string_equal(number, expected);
}

static void test_numbers_come_with_the_link_and_last_without_it(void **state)
{
    struct work_fixture *fixture = *state;
    char number[TICKET_NUMBER_SIZE], expected[TICKET_NUMBER_SIZE];

    take_rolls(fixture, DAY, 1 + TICKET_DAYS_AHEAD);
    /* Another may have been first: nothing is given of what is not confirmed. */
    assert_int_equal(next_number(fixture, DAY, "A", number), ERROR_NOT_FOUND);
    take_rolls(fixture, DAY, 0);
    work_fixture_sync(fixture);
    take_rolls(fixture, DAY, 0);
    for (int i = 1; i <= TICKET_ROLL_SIZE; i++) {
        snprintf(expected, sizeof(expected), "A%d", i);
        assert_next(fixture, DAY, "A", expected);
    }
    assert_next(fixture, DAY, "B", "B1");
    assert_int_equal(next_number(fixture, DAY, "A", number), ERROR_NOT_FOUND);
    /* The next day begins with one again, also when it begins without the link. */
    assert_next(fixture, "2026-11-28", "A", "A1");
    assert_next(fixture, "2026-12-01", "A", "A1");
    assert_next(fixture, DAY, "B", "B2");
}

/* At the centre it gets rolls that no relay gives, and at the relay goes on with those. */
static void test_between_relay_and_centre_it_gives_the_numbers_of_both(void **state)
{
    struct work_fixture *fixture = *state;
    char expected[TICKET_NUMBER_SIZE];

    fixture->is_centre = true;
    take_rolls(fixture, DAY, 1 + TICKET_DAYS_AHEAD);
    work_fixture_sync(fixture);
    take_rolls(fixture, DAY, 1 + TICKET_DAYS_AHEAD);
    work_fixture_sync(fixture);
    assert_int_equal(store_refusal_count(fixture->store.store, NULL), 0);
    for (int i = 1001; i <= 1011; i++) {
        snprintf(expected, sizeof(expected), "A%d", i);
        assert_next(fixture, DAY, "A", expected);
    }
    fixture->is_centre = false;
    take_rolls(fixture, DAY, 1);
    work_fixture_sync(fixture);
    take_rolls(fixture, DAY, 0);
    for (int i = 1; i <= TICKET_ROLL_SIZE; i++) {
        snprintf(expected, sizeof(expected), "A%d", i);
        assert_next(fixture, DAY, "A", expected);
    }
    assert_next(fixture, DAY, "A", "A1012");
    take_rolls(fixture, DAY, 1);
    work_fixture_sync(fixture);
    assert_next(fixture, DAY, "A", "A21");
    assert_next(fixture, DAY, "B", "B1");
}

static void test_two_terminals_never_give_the_same(void **state)
{
    struct work_fixture *fixture = *state;

    take_rolls(fixture, DAY, 1 + TICKET_DAYS_AHEAD);
    work_fixture_sync(fixture);
    for (int i = 1; i <= TICKET_ROLL_SIZE - TICKET_ROLL_LOW + 1; i++) {
        char number[TICKET_NUMBER_SIZE];

        assert_int_equal(next_number(fixture, DAY, "A", number), 0);
    }
    /* With the link cut, it asks for the second roll; the other terminal gets it. */
    take_rolls(fixture, DAY, 1);
    visitor_takes(fixture, DAY, 2);
    work_fixture_sync(fixture);
    assert_int_equal(store_refusal_count(fixture->store.store, NULL), 1);
    for (int i = TICKET_ROLL_SIZE - TICKET_ROLL_LOW + 2; i <= TICKET_ROLL_SIZE; i++) {
        char expected[TICKET_NUMBER_SIZE];

        snprintf(expected, sizeof(expected), "A%d", i);
        assert_next(fixture, DAY, "A", expected);
    }
    take_rolls(fixture, DAY, 1);
    assert_int_equal(store_refusal_count(fixture->store.store, NULL), 0);
    work_fixture_sync(fixture);
    assert_next(fixture, DAY, "A", "A41");
}

static void test_a_clock_that_was_years_ahead_makes_no_number_come_twice(void **state)
{
    struct work_fixture *fixture = *state;

    take_rolls(fixture, DAY, 1 + TICKET_DAYS_AHEAD);
    take_rolls(fixture, "2031-03-03", 1 + TICKET_DAYS_AHEAD);
    work_fixture_sync(fixture);
    assert_next(fixture, DAY, "A", "A1");
    assert_next(fixture, "2031-03-03", "A", "A1");
    assert_next(fixture, DAY, "A", "A2");
    assert_next(fixture, "2031-03-03", "A", "A2");
}

/* --- tickets --------------------------------------------------------------------------------- */

static struct record *issue(struct work_fixture *fixture, const char *number,
                            const struct ticket_draft *more)
{
    struct ticket_draft draft = more != NULL ? *more : (struct ticket_draft){0};
    struct batch batch = {0};
    struct id id;

    draft.day = DAY;
    draft.number = number;
    draft.queue = QUEUE;
    assert_int_equal(ticket_issue(&batch, &fixture->author, &draft, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    work_fixture_sync(fixture);
    return work_fixture_get(fixture, RECORD_TICKET, &id, NULL);
}

static void renew(struct work_fixture *fixture, struct record **ticket)
{
    struct id id = (*ticket)->id;

    record_free(*ticket);
    *ticket = work_fixture_get(fixture, RECORD_TICKET, &id, NULL);
}

static enum merge_refusal merged(const struct operation *operation, const struct record *record)
{
    struct merge_result result;

    assert_int_equal(merge_apply(&result, operation, record, NULL), 0);
    record_free(result.record);
    return result.refusal;
}

/* One that is on record is passed over, also when it was not noted here that it was given. */
static void test_a_number_on_record_is_passed_over(void **state)
{
    struct work_fixture *fixture = *state;

    take_rolls(fixture, DAY, 1 + TICKET_DAYS_AHEAD);
    work_fixture_sync(fixture);
    record_free(issue(fixture, "A1", NULL));
    record_free(issue(fixture, "A2", NULL));
    assert_next(fixture, DAY, "A", "A3");
}

static void test_a_number_is_given_once(void **state)
{
    struct work_fixture *fixture = *state;
    struct record *ticket = issue(fixture, "A1", NULL);
    const struct ticket_draft draft = {.day = DAY, .number = "A1", .queue = QUEUE};
    struct batch batch = {0};
    struct id id;

    assert_int_equal(ticket_issue(&batch, &fixture->visitor, &draft, &id, NULL), 0);
    assert_true(id_equal(&id, &ticket->id));
    assert_int_equal(merged(batch.operations[0], ticket), MERGE_EXISTS);
    /* Nor under another id. */
    batch.operations[0]->record = store_fixture_id(&fixture->store);
    assert_int_equal(merged(batch.operations[0], NULL), MERGE_VALUE);
    batch_clear(&batch);
    record_free(ticket);
}

static void test_one_counter_gets_it(void **state)
{
    struct work_fixture *fixture = *state;
    struct record *ticket = issue(fixture, "A1", NULL);
    struct batch mine = {0}, theirs = {0};
    struct record *called;
    enum store_pending pending;

    assert_int_equal(ticket_call(&mine, &fixture->author, ticket, "", NULL), ERROR_INVALID);
    assert_int_equal(ticket_call(&mine, &fixture->author, ticket, "1", NULL), 0);
    assert_int_equal(ticket_call(&theirs, &fixture->visitor, ticket, "2", NULL), 0);
    theirs.operations[0]->base = ticket->rev;
    work_fixture_apply(fixture, &mine);
    called = work_fixture_get(fixture, RECORD_TICKET, &ticket->id, &pending);
    assert_int_equal(pending, STORE_CLAIMING);
    assert_int_equal(ticket_stand(called, now_ms), TICKET_CALLED);
    record_free(called);
    work_fixture_visit(fixture, &theirs);
    work_fixture_sync(fixture);
    assert_int_equal(store_refusal_count(fixture->store.store, NULL), 1);
    renew(fixture, &ticket);
    assert_string_equal(record_text(ticket, "counter"), "2");
    assert_true(ticket_is_of(ticket, &fixture->visitor.agent));
    /* What another counter has is not called or served here. */
    assert_int_equal(ticket_call(&mine, &fixture->author, ticket, "1", NULL), ERROR_REFUSED);
    assert_int_equal(ticket_serve(&mine, &fixture->author, ticket, &(struct id){0}, NULL),
                     ERROR_REFUSED);
    record_free(ticket);
}

static void test_a_call_is_signed(void **state)
{
    struct work_fixture *fixture = *state;
    struct record *ticket = issue(fixture, "A1", NULL);
    struct batch batch = {0};
    struct operation *operation;

    assert_int_equal(ticket_call(&batch, &fixture->visitor, ticket, "2", NULL), 0);
    operation = batch.operations[0];
    operation->base = ticket->rev;
    assert_int_equal(merged(operation, ticket), MERGE_APPLIED);
    operation_put_id(operation, "called_by", &fixture->author.agent);
    assert_int_equal(merged(operation, ticket), MERGE_ACTOR);
    json_object_del(operation->body, "called_by");
    assert_int_equal(merged(operation, ticket), MERGE_REQUIRED);
    operation_put_id(operation, "called_by", &fixture->visitor.agent);
    json_object_del(operation->body, "counter");
    assert_int_equal(merged(operation, ticket), MERGE_REQUIRED);
    operation_put_text(operation, "counter", "2");
    json_object_del(operation->body, "state");
    assert_int_equal(merged(operation, ticket), MERGE_REQUIRED);
    operation_put_text(operation, "state", "called");
    work_fixture_visit(fixture, &batch);
    renew(fixture, &ticket);
    /* Called by the one, it is neither called nor served by the other, also past this program. */
    operation = author_change(&fixture->author, OPERATION_CLAIM, ticket);
    operation->base = ticket->rev;
    operation_put_text(operation, "state", "serving");
    assert_int_equal(merged(operation, ticket), MERGE_ACTOR);
    operation_put_text(operation, "state", "called");
    operation_put_text(operation, "counter", "1");
    operation_put_id(operation, "called_by", &fixture->author.agent);
    assert_int_equal(merged(operation, ticket), MERGE_ACTOR);
    operation_free(operation);
    record_free(ticket);
}

static void apply(struct work_fixture *fixture, struct batch *batch, int code,
                  struct record **ticket)
{
    assert_int_equal(code, 0);
    work_fixture_apply(fixture, batch);
    work_fixture_sync(fixture);
    renew(fixture, ticket);
}

static void test_is_served_and_finished_with_its_contact(void **state)
{
    struct work_fixture *fixture = *state;
    struct record *ticket =
        issue(fixture, "A1", &(struct ticket_draft){.language = "fr", .service = "sample/permit"});
    struct author *author = &fixture->author;
    struct batch batch = {0};
    struct record *contact;
    struct id id;

    now_ms += 7 * MINUTE;
    apply(fixture, &batch, ticket_call(&batch, author, ticket, "1", NULL), &ticket);
    now_ms += MINUTE;
    apply(fixture, &batch, ticket_call(&batch, author, ticket, "1", NULL), &ticket);
    assert_int_equal(json_integer_or(ticket->body, "calls", 0), 2);
    assert_int_equal(ticket_waited_ms(ticket, now_ms + MINUTE), 8 * MINUTE);
    apply(fixture, &batch, ticket_serve(&batch, author, ticket, &id, NULL), &ticket);
    assert_int_equal(ticket_stand(ticket, now_ms), TICKET_SERVING);
    contact = work_fixture_get(fixture, RECORD_CONTACT, &id, NULL);
    assert_string_equal(record_text(contact, "ticket"), ticket->id.text);
    assert_string_equal(record_text(contact, "language"), "fr");
    assert_string_equal(record_text(contact, "service"), "sample/permit");
    now_ms += 4 * MINUTE;
    apply(fixture, &batch, ticket_finish(&batch, author, fixture->store.store, contact, NULL),
          &ticket);
    assert_int_equal(ticket_stand(ticket, now_ms), TICKET_FINISHED);
    assert_int_equal(ticket_finish(&batch, author, fixture->store.store, contact, NULL), 0);
    assert_int_equal(batch.count, 0);
    assert_int_equal(ticket_wait(&batch, author, ticket, NULL), ERROR_CONFLICT);
    record_free(contact);
    record_free(ticket);
}

static void assert_wait(const struct record *ticket, const struct zone *zone, enum queue_end end,
                        int64_t from_ms, int64_t to_ms)
{
    struct queue_wait wait;

    ticket_wait_read(ticket, zone, &wait);
    assert_int_equal(wait.end, end);
    assert_int_equal(wait.from_ms, from_ms);
    assert_int_equal(wait.to_ms, to_ms);
}

/* What the measures of its queue make of a ticket, in each of its states. */
static void test_its_wait_in_the_queue(void **state)
{
    struct work_fixture *fixture = *state;
    struct record *ticket = issue(fixture, "A1", NULL);
    struct author *author = &fixture->author;
    const int64_t midnight = START + 11 * 60 * MINUTE; /* of 27 November, in UTC */
    struct ticket_rules rules;
    struct batch batch = {0};
    struct zone *zone;
    struct id contact;

    ticket_rules_read(&rules, NULL);
    assert_int_equal(zone_open(&zone, "America/Halifax", NULL), 0);
    assert_wait(ticket, NULL, QUEUE_STILL, START, midnight);
    assert_wait(ticket, zone, QUEUE_STILL, START, midnight + 4 * 60 * MINUTE);
    now_ms += 6 * MINUTE;
    apply(fixture, &batch, ticket_call(&batch, author, ticket, "1", NULL), &ticket);
    assert_wait(ticket, zone, QUEUE_ANSWERED, START, START + 6 * MINUTE);
    now_ms += 2 * MINUTE;
    apply(fixture, &batch, ticket_miss(&batch, author, ticket, &rules, NULL), &ticket);
    assert_wait(ticket, zone, QUEUE_ABANDONED, START, START + 8 * MINUTE);
    now_ms += 6 * MINUTE;
    apply(fixture, &batch, ticket_call(&batch, author, ticket, "1", NULL), &ticket);
    assert_wait(ticket, zone, QUEUE_ANSWERED, START, START + 14 * MINUTE);
    apply(fixture, &batch, ticket_serve(&batch, author, ticket, &contact, NULL), &ticket);
    assert_wait(ticket, zone, QUEUE_ANSWERED, START, START + 14 * MINUTE);
    apply(fixture, &batch, ticket_transfer(&batch, author, ticket, "sample/other", NULL), &ticket);
    assert_wait(ticket, zone, QUEUE_STILL, START, midnight + 4 * 60 * MINUTE);
    now_ms += MINUTE;
    apply(fixture, &batch, ticket_leave(&batch, author, ticket, NULL), &ticket);
    assert_wait(ticket, zone, QUEUE_ABANDONED, START, START + 15 * MINUTE);
    record_free(ticket);
    now_ms = START;
    ticket = issue(fixture, "A2", &(struct ticket_draft){.appointment_ms = START + 20 * MINUTE});
    assert_wait(ticket, NULL, QUEUE_STILL, START + 20 * MINUTE, midnight);
    record_free(ticket);
    zone_free(zone);
}

static void test_who_did_not_come_comes_back_for_a_while(void **state)
{
    struct work_fixture *fixture = *state;
    struct record *ticket = issue(fixture, "A1", NULL);
    struct author *author = &fixture->author;
    struct ticket_rules rules;
    struct batch batch = {0};

    ticket_rules_read(&rules, NULL);
    apply(fixture, &batch, ticket_call(&batch, author, ticket, "1", NULL), &ticket);
    apply(fixture, &batch, ticket_miss(&batch, author, ticket, &rules, NULL), &ticket);
    assert_int_equal(ticket_stand(ticket, now_ms), TICKET_MISSED);
    assert_int_equal(ticket_stand(ticket, now_ms + rules.return_ms - 1), TICKET_MISSED);
    assert_int_equal(ticket_stand(ticket, now_ms + rules.return_ms), TICKET_BACK);
    assert_int_equal(ticket_stand(ticket, now_ms + rules.grace_ms - 1), TICKET_BACK);
    assert_int_equal(ticket_stand(ticket, now_ms + rules.grace_ms), TICKET_GONE);
    /* At the desk after all. */
    now_ms += rules.grace_ms;
    apply(fixture, &batch, ticket_wait(&batch, author, ticket, NULL), &ticket);
    assert_int_equal(ticket_stand(ticket, now_ms), TICKET_WAITING);
    assert_string_equal(record_text(ticket, "counter"), "");
    apply(fixture, &batch, ticket_call(&batch, author, ticket, "1", NULL), &ticket);
    apply(fixture, &batch, ticket_miss(&batch, author, ticket, &rules, NULL), &ticket);
    assert_int_equal(ticket_stand(ticket, now_ms), TICKET_GONE);
    record_free(ticket);
}

static void test_keeps_its_place_in_another_queue(void **state)
{
    struct work_fixture *fixture = *state;
    struct record *ticket = issue(fixture, "A1", NULL);
    int64_t place = ticket_place_ms(ticket);
    struct author *author = &fixture->author;
    struct batch batch = {0};

    now_ms += 30 * MINUTE;
    assert_int_equal(ticket_transfer(&batch, author, ticket, QUEUE, NULL), ERROR_INVALID);
    apply(fixture, &batch, ticket_call(&batch, author, ticket, "1", NULL), &ticket);
    apply(fixture, &batch, ticket_transfer(&batch, author, ticket, "sample/permits", NULL),
          &ticket);
    assert_int_equal(ticket_stand(ticket, now_ms), TICKET_WAITING);
    assert_string_equal(record_text(ticket, "queue"), "sample/permits");
    assert_string_equal(record_text(ticket, "number"), "A1");
    assert_int_equal(ticket_place_ms(ticket), place);
    /* No counter has it, and the screen shows none. */
    assert_false(ticket_is_of(ticket, &author->agent));
    assert_string_equal(record_text(ticket, "called_by"), "");
    assert_string_equal(record_text(ticket, "counter"), "");
    apply(fixture, &batch, ticket_leave(&batch, author, ticket, NULL), &ticket);
    assert_int_equal(ticket_stand(ticket, now_ms), TICKET_GONE);
    record_free(ticket);
}

/* --- the list and its figures ----------------------------------------------------------------- */

static void test_lists_the_day_and_reckons(void **state)
{
    struct work_fixture *fixture = *state;
    struct author *author = &fixture->author;
    struct ticket_list list = {0};
    struct ticket_figures figures;
    struct ticket_rules rules;
    struct record *tickets[7];
    struct batch batch = {0};
    struct id contact_id;

    ticket_rules_read(&rules, NULL);
    for (int i = 0; i < 7; i++) {
        char number[TICKET_NUMBER_SIZE];

        snprintf(number, sizeof(number), "A%d", i + 1);
        tickets[i] = issue(fixture, number, NULL);
        now_ms += MINUTE;
    }
    /* Three served in two minutes each, one left. */
    for (int i = 0; i < 3; i++) {
        struct record *contact;

        apply(fixture, &batch, ticket_call(&batch, author, tickets[i], i == 0 ? "1" : "2", NULL),
              &tickets[i]);
        apply(fixture, &batch, ticket_serve(&batch, author, tickets[i], &contact_id, NULL),
              &tickets[i]);
        now_ms += 2 * MINUTE;
        contact = work_fixture_get(fixture, RECORD_CONTACT, &contact_id, NULL);
        apply(fixture, &batch, ticket_finish(&batch, author, fixture->store.store, contact, NULL),
              &tickets[i]);
        record_free(contact);
    }
    apply(fixture, &batch, ticket_leave(&batch, author, tickets[3], NULL), &tickets[3]);
    assert_int_equal(
        ticket_list_read(&list, fixture->store.store, author->office, DAY, now_ms, NULL), 0);
    assert_int_equal(list.count, 7);
    assert_int_equal(list.callable, 3);
    assert_string_equal(record_text(list.items[0].record, "number"), "A5");
    assert_string_equal(record_text(list.items[2].record, "number"), "A7");
    ticket_figures_read(&figures, &list, QUEUE, &rules, now_ms);
    assert_int_equal(figures.waiting, 3);
    assert_int_equal(figures.served, 3);
    assert_int_equal(figures.left, 1);
    assert_int_equal(figures.longest_ms, 9 * MINUTE);
    /* Called after 7, 8 and 9 minutes. */
    assert_int_equal(figures.average_ms, 8 * MINUTE);
    assert_int_equal(figures.service_ms, 2 * MINUTE);
    assert_int_equal(figures.counters, 2);
    assert_int_equal(ticket_estimate_ms(&figures, 0), 0);
    assert_int_equal(ticket_estimate_ms(&figures, 3), 3 * MINUTE);
    ticket_figures_read(&figures, &list, "sample/other", &rules, now_ms);
    assert_int_equal(figures.waiting, 0);
    assert_int_equal(ticket_estimate_ms(&figures, 2), 2 * rules.service_ms);
    ticket_list_free(&list);
    assert_int_equal(
        ticket_list_read(&list, fixture->store.store, author->office, "2026-11-28", now_ms, NULL),
        0);
    assert_int_equal(list.count, 0);
    ticket_list_free(&list);
    for (int i = 0; i < 7; i++)
        record_free(tickets[i]);
}

/* Whoever adds a field thinks of the public screen. */
static void test_has_no_place_for_a_person(void **state)
{
    static const char *const texts[] = {"day", "number", "language", "counter", NULL};
    static const char *const ids[] = {"issued_by", "called_by", NULL};
    const struct record_rules *rules = record_rules(RECORD_TICKET);

    (void)state;
    for (const struct field *field = rules->fields; field->name != NULL; field++) {
        const char *const *allowed = field->shape == FIELD_ID ? ids : texts;

        assert_true(field->shape != FIELD_MAP && field->shape != FIELD_OBJECT &&
                    field->shape != FIELD_LIST);
        if (field->shape != FIELD_TEXT && field->shape != FIELD_ID)
            continue;
        while (*allowed != NULL && strcmp(*allowed, field->name) != 0)
            allowed++;
        if (*allowed == NULL)
            fail_msg("%s could say whose ticket it is", field->name);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, work_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_read),
        TEST(test_numbers_come_with_the_link_and_last_without_it),
        TEST(test_between_relay_and_centre_it_gives_the_numbers_of_both),
        TEST(test_two_terminals_never_give_the_same),
        TEST(test_a_clock_that_was_years_ahead_makes_no_number_come_twice),
        TEST(test_a_number_on_record_is_passed_over),
        TEST(test_a_number_is_given_once),
        TEST(test_one_counter_gets_it),
        TEST(test_a_call_is_signed),
        TEST(test_is_served_and_finished_with_its_contact),
        TEST(test_its_wait_in_the_queue),
        TEST(test_who_did_not_come_comes_back_for_a_while),
        TEST(test_keeps_its_place_in_another_queue),
        TEST(test_lists_the_day_and_reckons),
        cmocka_unit_test(test_has_no_place_for_a_person),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
