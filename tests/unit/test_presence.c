/* What agents are at, from what was heard of them and from contacts in progress. */
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "net/relay_board.h"
#include "net/server_presence.h"
#include "tests/unit/ledger_fixture.h"

#define MINUTE INT64_C(60000)

static struct ledger_fixture fixture;

static int setup(void **state)
{
    (void)state;
    fixture_open(&fixture);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_close(&fixture);
    return 0;
}

static struct id begin(enum fixture_agent who, const char *office, int64_t at_ms)
{
    return fixture_make(&fixture, who, RECORD_CONTACT,
                        json_pack("{s:s, s:s, s:s, s:o}", "channel", "counter", "office", office,
                                  "agent", fixture.actors[who].agent.text, "started_at",
                                  json_time(at_ms)));
}

static void end(enum fixture_agent who, const struct id *contact, int64_t at_ms)
{
    fixture_applied(&fixture, who,
                    fixture_operation(&fixture, who, OPERATION_FIELDS, RECORD_CONTACT, contact, 1,
                                      json_pack("{s:o, s:s}", "ended_at", json_time(at_ms),
                                                "outcome", "resolved")));
}

static void assert_state(struct presence *presence, enum fixture_agent who, int64_t now_ms,
                         const char *expected, int64_t expected_since)
{
    const char *agent = fixture.actors[who].agent.text;
    json_t *attending, *list;
    const json_t *item;
    bool found = false;
    size_t index;

    assert_int_equal(ledger_attending(fixture.ledger, &attending, NULL), 0);
    list = presence_to_json(presence, attending, now_ms);
    json_array_foreach(list, index, item)
    {
        int64_t since = 0;

        if (strcmp(json_text_or(item, "agent", ""), agent) != 0)
            continue;
        found = true;
        assert_string_equal(json_text_or(item, "state", ""), expected);
        assert_true(timestamp_parse(json_text_or(item, "since", ""), &since));
        assert_int_equal(since, expected_since);
    }
    assert_true(found);
    json_decref(list);
    json_decref(attending);
}

static void an_agent_is_what_they_are_at(void **state)
{
    const int64_t start = INT64_C(1700000000000);
    struct presence *presence = presence_new();
    struct id first, second;

    (void)state;
    presence_hold(presence, &fixture.actors[ANNE].agent, 1, start);
    assert_state(presence, ANNE, start + MINUTE, "available", start);
    first = begin(ANNE, "sample/a", start + 2 * MINUTE);
    assert_state(presence, ANNE, start + 5 * MINUTE, "busy", start + 2 * MINUTE);
    /* Also after the server has started again: the ledger knows. */
    fixture_reopen(&fixture);
    assert_state(presence, ANNE, start + 5 * MINUTE, "busy", start + 2 * MINUTE);
    end(ANNE, &first, start + 6 * MINUTE);
    assert_state(presence, ANNE, start + 6 * MINUTE + 1, "wrap-up", start + 6 * MINUTE);
    assert_state(presence, ANNE, start + 6 * MINUTE + PRESENCE_WRAP_UP_MS, "available",
                 start + 6 * MINUTE + PRESENCE_WRAP_UP_MS);
    second = begin(ANNE, "sample/a", start + 8 * MINUTE);
    assert_state(presence, ANNE, start + 8 * MINUTE, "busy", start + 8 * MINUTE);
    /* A link that is down says nothing of the client in front of the agent. */
    presence_hold(presence, &fixture.actors[ANNE].agent, -1, start + 9 * MINUTE);
    assert_state(presence, ANNE, start + 12 * MINUTE, "away", start + 9 * MINUTE);
    assert_state(presence, ANNE, start + 40 * MINUTE, "offline", start + 9 * MINUTE);
    presence_hear(presence, &fixture.actors[ANNE].agent, start + 50 * MINUTE);
    assert_state(presence, ANNE, start + 50 * MINUTE, "busy", start + 8 * MINUTE);
    /* One forgotten long ago is no client. */
    presence_hear(presence, &fixture.actors[ANNE].agent, start + 2 * PRESENCE_BUSY_MS);
    assert_state(presence, ANNE, start + 2 * PRESENCE_BUSY_MS, "available",
                 start + 2 * PRESENCE_BUSY_MS);
    end(ANNE, &second, start + 2 * PRESENCE_BUSY_MS);
    presence_leave(presence, &fixture.actors[ANNE].agent, start + 2 * PRESENCE_BUSY_MS + 1);
    assert_state(presence, ANNE, start + 2 * PRESENCE_BUSY_MS + 2, "offline",
                 start + 2 * PRESENCE_BUSY_MS + 1);
    presence_free(presence);
}

/* Whoever says so is away while their terminal stays connected, until they say they are back. */
static void an_agent_says_that_they_are_away(void **state)
{
    const int64_t start = INT64_C(1700000000000);
    struct presence *presence = presence_new();
    const struct id *anne = &fixture.actors[ANNE].agent;

    (void)state;
    presence_hold(presence, anne, 1, start);
    presence_say_away(presence, anne, true, start + MINUTE);
    presence_hold(presence, anne, 1, start + 2 * MINUTE);
    presence_say_away(presence, anne, true, start + 2 * MINUTE);
    assert_state(presence, ANNE, start + 60 * MINUTE, "away", start + MINUTE);
    presence_say_away(presence, anne, false, start + 61 * MINUTE);
    assert_state(presence, ANNE, start + 61 * MINUTE, "available", start + 61 * MINUTE);
    presence_say_away(presence, anne, true, start + 62 * MINUTE);
    presence_leave(presence, anne, start + 63 * MINUTE);
    presence_hear(presence, anne, start + 64 * MINUTE);
    assert_state(presence, ANNE, start + 64 * MINUTE, "available", start + 64 * MINUTE);
    presence_free(presence);
}

/* How long is said with the contact, and taken back with it. */
static void an_agent_writes_up_as_long_as_they_say(void **state)
{
    const int64_t start = INT64_C(1700000000000);
    struct presence *presence = presence_new();
    struct id contact;

    (void)state;
    presence_hold(presence, &fixture.actors[ANNE].agent, 1, start);
    contact = begin(ANNE, "sample/a", start);
    end(ANNE, &contact, start + MINUTE);
    fixture_applied(
        &fixture, ANNE,
        fixture_operation(&fixture, ANNE, OPERATION_FIELDS, RECORD_CONTACT, &contact, 2,
                          json_pack("{s:o}", "wrap_up_until", json_time(start + 6 * MINUTE))));
    assert_state(presence, ANNE, start + 5 * MINUTE, "wrap-up", start + MINUTE);
    assert_state(presence, ANNE, start + 6 * MINUTE, "available", start + 6 * MINUTE);
    fixture_applied(
        &fixture, ANNE,
        fixture_operation(&fixture, ANNE, OPERATION_FIELDS, RECORD_CONTACT, &contact, 3,
                          json_pack("{s:o}", "wrap_up_until", json_time(start + 2 * MINUTE))));
    assert_state(presence, ANNE, start + 3 * MINUTE, "available", start + 2 * MINUTE);
    presence_free(presence);
}

/* Their branch's link is cut: nobody there can be reached, and it is said when they were heard. */
static void behind_a_cut_relay_all_are_offline(void **state)
{
    struct presence *presence = presence_new();
    int64_t now = fixture.clock_ms;

    (void)state;
    presence_relay(presence, &fixture.actors[ANNE].agent, false, now);
    presence_relay(presence, &fixture.actors[CHLOE].agent, false, now - 2 * MINUTE);
    presence_relay(presence, &fixture.actors[CHLOE].agent, true, now);
    presence_hear(presence, &fixture.actors[BEN].agent, now);
    assert_state(presence, ANNE, now + 89000, "available", now);
    assert_state(presence, CHLOE, now + 89000, "away", now - 2 * MINUTE);
    assert_state(presence, ANNE, now + 90000, "offline", now);
    assert_state(presence, CHLOE, now + 90000, "offline", now - 2 * MINUTE);
    /* One who was at a terminal of the centre is away. */
    assert_state(presence, BEN, now + 90000, "away", now);
    /* Anne goes to work at the centre itself. */
    presence_hear(presence, &fixture.actors[ANNE].agent, now + 5 * MINUTE);
    assert_state(presence, ANNE, now + 7 * MINUTE, "away", now + 5 * MINUTE);
    presence_free(presence);
}

/* What the relay heard of those elsewhere, told to the office. */
static void those_elsewhere_are_offline_when_the_centre_is_cut(void **state)
{
    struct relay_board *board = relay_board_new();
    json_t *elsewhere =
        json_pack("[{s:s, s:s}]", "agent", fixture.actors[BEN].agent.text, "state", "available");
    int64_t now = fixture.clock_ms;

    (void)state;
    relay_board_present_set(board, elsewhere, now);
    for (int late = 0; late < 2; late++) {
        json_t *agents = json_array();

        assert_int_equal(relay_board_present_add(board, agents, now + 90000 + late), 0);
        assert_string_equal(json_text_or(json_array_get(agents, 0), "state", ""),
                            late ? "offline" : "available");
        json_decref(agents);
    }
    json_decref(elsewhere);
    relay_board_free(board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_agent_is_what_they_are_at, setup, teardown),
        cmocka_unit_test_setup_teardown(behind_a_cut_relay_all_are_offline, setup, teardown),
        cmocka_unit_test_setup_teardown(those_elsewhere_are_offline_when_the_centre_is_cut, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_agent_says_that_they_are_away, setup, teardown),
        cmocka_unit_test_setup_teardown(an_agent_writes_up_as_long_as_they_say, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
