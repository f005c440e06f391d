/* The line as a terminal sees it: what its agent has in hand, what comes next, and whom to hand off
 * to. */
#include "app/queue_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/case.h"
#include "app/contact.h"
#include "app/handoff.h"
#include "app/json.h"
#include "app/match.h"
#include "app/promise.h"
#include "tests/unit/remove_folder.h"
#include "tests/unit/unit.h"
#include "tests/unit/work_fixture.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS    (24 * 60 * MINUTE_MS)

static struct catalogue *catalogue;
static char catalogue_path[64];

static struct record *body_record(enum record_type type, const char *key, const char *members)
{
    struct id id = id_from_key(record_type_name(type), key);
    struct record *record = record_new(type, &id);

    assert_non_null(record);
    json_decref(record->body);
    record->body = json_loads(members, 0, NULL);
    assert_non_null(record->body);
    json_object_set_new(record->body, "key", json_string(key));
    record->rev = record->seq = 1;
    return record;
}

static int make_catalogue(void **state)
{
    struct record *page[] = {
        body_record(RECORD_QUEUE, "t/wills",
                    "{\"title\":{\"en\":\"Wills\"},\"skills\":[\"wills\"],\"capacity\":1}"),
        body_record(RECORD_QUEUE, "t/plain", "{\"title\":{\"en\":\"Plain\"}}"),
        body_record(RECORD_SERVICE, "t/pilot", "{\"skills\":[\"flying\"]}"),
        body_record(RECORD_CALENDAR, "t/days",
                    "{\"title\":{\"en\":\"Days\"},\"jurisdiction\":\"CA\",\"holidays\":"
                    "[{\"date\":\"2026-11-30\",\"title\":{\"en\":\"Holiday\"}}]}"),
    };
    size_t count = sizeof(page) / sizeof(page[0]);

    strcpy(catalogue_path, "/tmp/guichet-line-XXXXXX");
    assert_non_null(mkdtemp(catalogue_path));
    strcat(catalogue_path, "/c.db");
    assert_int_equal(catalogue_open(&catalogue, catalogue_path, true, NULL), 0);
    assert_int_equal(catalogue_write_page(catalogue, page, count, 1, "feed", NULL), 0);
    for (size_t i = 0; i < count; i++)
        record_free(page[i]);
    return work_fixture_setup(state);
}

static int drop_catalogue(void **state)
{
    catalogue_close(catalogue);
    *strrchr(catalogue_path, '/') = '\0';
    assert_int_equal(remove_folder(catalogue_path), 0);
    return work_fixture_teardown(state);
}

static struct record *agent_record(const struct work_fixture *fixture, const char *skills)
{
    char members[200];
    struct record *agent;

    snprintf(members, sizeof(members), "{\"queues\":[\"t/wills\",\"t/plain\"],\"skills\":[%s]}",
             skills);
    agent = body_record(RECORD_AGENT, "t/agent", members);
    agent->id = fixture->author.agent;
    return agent;
}

static struct id offer(struct work_fixture *fixture, const char *queue, int priority,
                       int64_t call_from_ms)
{
    struct handoff_offer offered = {.summary = "x",
                                    .target = {.queue = queue},
                                    .priority = priority,
                                    .call_from_ms = call_from_ms,
                                    .call_to_ms = call_from_ms + MINUTE_MS};
    struct batch batch = {0};
    struct id id;

    if (call_from_ms > 0)
        offered.kind = HANDOFF_CALL_BACK;
    assert_int_equal(handoff_offer(&batch, &fixture->visitor, &offered, &id, NULL), 0);
    work_fixture_visit(fixture, &batch);
    return id;
}

static enum queue_bar next_is(struct work_fixture *fixture, const struct record *agent,
                              const struct id *expected)
{
    struct queue_verdict verdict;
    struct record *next;

    assert_int_equal(queue_line_next(fixture->store.store, catalogue, agent,
                                     author_now(&fixture->author) + MINUTE_MS, &next, &verdict,
                                     NULL),
                     0);
    if (expected == NULL)
        assert_null(next);
    else
        assert_string_equal(next->id.text, expected->text);
    record_free(next);
    return verdict.bar;
}

static void take(struct work_fixture *fixture, const struct id *id)
{
    struct record *handoff = work_fixture_get(fixture, RECORD_HANDOFF, id, NULL);
    struct batch batch = {0};

    assert_int_equal(handoff_accept(&batch, &fixture->author, handoff, NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(handoff);
}

/* The line of the list is that of ":next": what is taken first, then what cannot be taken now. */
static void the_line_is_in_the_order_of_taking(void **state)
{
    struct work_fixture *fixture = *state;
    struct record *agent = agent_record(fixture, "\"wills\"");
    struct record *unfit = agent_record(fixture, "");
    int64_t now = author_now(&fixture->author);
    struct id later = offer(fixture, "t/plain", 3, now + 10 * MINUTE_MS);
    struct id first = offer(fixture, "t/plain", 0, 0);
    struct id skilled = offer(fixture, "t/wills", 2, 0);
    struct id last = offer(fixture, "t/plain", 0, 0);
    const struct id *fit_order[] = {&skilled, &first, &last, &later};
    const struct id *unfit_order[] = {&first, &last, &later, &skilled};
    struct queue_line line = {0};

    for (int fits = 0; fits < 2; fits++) {
        assert_int_equal(queue_line_read(&line, fixture->store.store, catalogue,
                                         fits ? agent : unfit, now + MINUTE_MS, NULL),
                         0);
        assert_int_equal(line.count, 4);
        for (size_t i = 0; i < 4; i++) {
            const struct id *expected = fits ? fit_order[i] : unfit_order[i];

            assert_string_equal(line.items[i].handoff->id.text, expected->text);
            /* What they cannot do is in no list of theirs. */
            assert_int_equal(queue_line_offers(&line.items[i]), fits || expected != &skilled);
        }
    }
    queue_line_free(&line);
    record_free(agent);
    record_free(unfit);
}

/* By what the queue asks of everybody, and the service of the case, though the hand-off itself says
 * nothing of them. */
static void an_offer_is_for_those_who_can_take_it(void **state)
{
    struct work_fixture *fixture = *state;
    struct record *agent = agent_record(fixture, "\"wills\"");
    struct record *unfit = agent_record(fixture, "");
    struct store *store = fixture->store.store;
    struct case_start start = {.service = "t/pilot"};
    struct handoff_offer about = {.summary = "x", .target = {.queue = "t/plain"}};
    struct batch batch = {0};
    struct id asking, plain, flying;
    struct record *handoff;

    asking = offer(fixture, "t/wills", 0, 0);
    plain = offer(fixture, "t/plain", 0, 0);
    assert_int_equal(case_open(&batch, &fixture->visitor, &start, &about.matter, NULL), 0);
    assert_int_equal(handoff_offer(&batch, &fixture->visitor, &about, &flying, NULL), 0);
    work_fixture_visit(fixture, &batch);

    handoff = work_fixture_get(fixture, RECORD_HANDOFF, &asking, NULL);
    assert_true(queue_line_is_for(store, catalogue, agent, handoff));
    assert_false(queue_line_is_for(store, catalogue, unfit, handoff));
    record_free(handoff);
    handoff = work_fixture_get(fixture, RECORD_HANDOFF, &plain, NULL);
    assert_true(queue_line_is_for(store, catalogue, unfit, handoff));
    record_free(handoff);
    handoff = work_fixture_get(fixture, RECORD_HANDOFF, &flying, NULL);
    assert_false(queue_line_is_for(store, catalogue, agent, handoff));
    json_object_set_new(agent->body, "skills", json_pack("[s]", "flying"));
    assert_true(queue_line_is_for(store, catalogue, agent, handoff));
    record_free(handoff);
    record_free(agent);
    record_free(unfit);
}

static void the_next_one_is_the_first_that_can_be_taken(void **state)
{
    struct work_fixture *fixture = *state;
    struct record *agent = agent_record(fixture, "\"wills\"");
    struct record *unfit = agent_record(fixture, "");
    int64_t now = author_now(&fixture->author);
    struct id ordinary, urgent, skilled;

    assert_int_equal(next_is(fixture, agent, NULL), QUEUE_BAR_NONE);
    /* Its window opens later. */
    offer(fixture, "t/plain", 2, now + 10 * MINUTE_MS);
    assert_int_equal(next_is(fixture, agent, NULL), QUEUE_BAR_NONE);
    skilled = offer(fixture, "t/wills", 2, 0);
    assert_int_equal(next_is(fixture, unfit, NULL), QUEUE_BAR_SKILL);
    ordinary = offer(fixture, "t/plain", 0, 0);
    urgent = offer(fixture, "t/plain", 1, 0);
    next_is(fixture, unfit, &urgent);
    next_is(fixture, agent, &skilled);
    take(fixture, &skilled);
    next_is(fixture, agent, &urgent);
    take(fixture, &urgent);
    next_is(fixture, agent, &ordinary);
    record_free(agent);
    record_free(unfit);
}

static void what_is_in_hand_leaves_no_room(void **state)
{
    struct work_fixture *fixture = *state;
    struct record *agent = agent_record(fixture, "\"wills\"");
    struct batch batch = {0};
    struct record *contact;
    struct id id, waiting = offer(fixture, "t/wills", 0, 0);
    int load;

    next_is(fixture, agent, &waiting);
    assert_int_equal(contact_begin(&batch, &fixture->author, NULL, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    assert_int_equal(queue_line_load(fixture->store.store, &fixture->author.agent,
                                     fixture->author.channel, author_now(&fixture->author), &load,
                                     NULL),
                     0);
    assert_int_equal(load, 1);
    assert_int_equal(next_is(fixture, agent, NULL), QUEUE_BAR_FULL);
    contact = work_fixture_get(fixture, RECORD_CONTACT, &id, NULL);
    batch = (struct batch){0};
    assert_int_equal(contact_end(&batch, &fixture->author, contact, "resolved", NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(contact);
    next_is(fixture, agent, &waiting);
    record_free(agent);
}

/* --- whom to hand off to ---------------------------------------------------------------------- */

/* Each comes before all that stand after it. */
static void who_fits_comes_before_who_does_not(void **state)
{
    static const struct match order[] = {
        {MATCH_AGENT, MATCH_AVAILABLE, true, false, false},
        {MATCH_QUEUE, MATCH_UNKNOWN, true, true, false},
        {MATCH_AGENT, MATCH_WRAP_UP, true, false, false},
        {MATCH_QUEUE, MATCH_UNKNOWN, true, false, false},
        {MATCH_AGENT, MATCH_BUSY, true, false, false},
        {MATCH_OFFICE, MATCH_UNKNOWN, true, false, false},
        {MATCH_AGENT, MATCH_AWAY, true, false, false},
        {MATCH_AGENT, MATCH_UNKNOWN, true, false, false},
        {MATCH_AGENT, MATCH_OFFLINE, true, false, false},
        {MATCH_QUEUE, MATCH_UNKNOWN, true, true, true},
        {MATCH_AGENT, MATCH_AVAILABLE, false, false, false},
        {MATCH_QUEUE, MATCH_UNKNOWN, false, true, false},
    };

    (void)state;
    for (size_t i = 1; i < sizeof(order) / sizeof(order[0]); i++)
        assert_true(match_score(&order[i - 1]) > match_score(&order[i]));
}

/* --- promises --------------------------------------------------------------------------------- */

static void a_guarantee_ends_after_its_days(void **state)
{
    /* Friday 2026-11-27, 12:00 UTC; the Monday after is a holiday. */
    const int64_t friday = INT64_C(1795780800000);
    struct record *service =
        body_record(RECORD_SERVICE, "t/birth",
                    "{\"channels\":[{\"channel\":\"web\",\"guarantee\":{\"count\":2,\"unit\":"
                    "\"business-day\"}},"
                    "{\"channel\":\"phone\",\"guarantee\":{\"count\":3,\"unit\":\"hour\"}},"
                    "{\"channel\":\"mail\"}]}");
    struct record *office = body_record(RECORD_OFFICE, "t/north", "{\"calendar\":\"days\"}");

    (void)state;
    /* With the last minute of its last day. */
    assert_int_equal(promise_ms(catalogue, service, "web", NULL, friday),
                     friday + 4 * DAY_MS + DAY_MS / 2 - 1);
    assert_int_equal(promise_ms(catalogue, service, "web", office, friday),
                     friday + 5 * DAY_MS + DAY_MS / 2 - 1);
    assert_int_equal(promise_ms(catalogue, service, "phone", office, friday),
                     friday + 180 * MINUTE_MS);
    assert_int_equal(promise_ms(catalogue, service, "mail", office, friday), 0);
    assert_int_equal(promise_ms(catalogue, service, "counter", office, friday), 0);
    record_free(service);
    record_free(office);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_next_one_is_the_first_that_can_be_taken, make_catalogue,
                                        drop_catalogue),
        cmocka_unit_test_setup_teardown(the_line_is_in_the_order_of_taking, make_catalogue,
                                        drop_catalogue),
        cmocka_unit_test_setup_teardown(an_offer_is_for_those_who_can_take_it, make_catalogue,
                                        drop_catalogue),
        cmocka_unit_test_setup_teardown(what_is_in_hand_leaves_no_room, make_catalogue,
                                        drop_catalogue),
        cmocka_unit_test(who_fits_comes_before_who_does_not),
        cmocka_unit_test_setup_teardown(a_guarantee_ends_after_its_days, make_catalogue,
                                        drop_catalogue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
