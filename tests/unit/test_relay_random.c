/* Anything at all happens at a relay and its centre, by seed: in the end both say the same. */
#include <stdio.h>
#include <stdlib.h>

#include "app/json.h"
#include "tests/unit/relay_fixture.h"

#define CLIENTS 3
#define ROUNDS  400

/* What each of the three has before their eyes: a rev of each client, at relay or centre. */
struct view {
    int64_t rev[CLIENTS];
};

static void act(struct relay_fixture *f, enum fixture_agent who, const struct id *client,
                struct view *view, size_t at, unsigned chance)
{
    static const char *const paths[] = {"phone", "email", "name"};
    json_t *document = who == DENIS ? centre_document(f, RECORD_CLIENT, client)
                                    : relay_document(f, RECORD_CLIENT, client);
    char value[32];

    /* Sometimes they look first, sometimes they go by what they saw long ago. */
    if (chance % 3 == 0)
        view->rev[at] = json_integer_or(document, "rev", 0);
    json_decref(document);
    snprintf(value, sizeof(value), "%u@example.ca", chance % 7);
    f->centre.clock_ms += (int64_t)(chance % 5) - 2;
    if (who == DENIS)
        fixture_applied(&f->centre, who,
                        relay_fields(f, who, client, view->rev[at], paths[chance % 3], value));
    else
        relay_applied(f, who, relay_fields(f, who, client, view->rev[at], paths[chance % 3], value),
                      LEDGER_APPLIED);
}

/* Somebody moves the case on, by what it says here or there; another may have been first. */
static void move_on(struct relay_fixture *f, enum fixture_agent who, const struct id *matter,
                    unsigned chance)
{
    static const char *const words[] = {"in-progress", "information-missing", "in-progress"};
    json_t *document = who == DENIS ? centre_document(f, RECORD_CASE, matter)
                                    : relay_document(f, RECORD_CASE, matter);
    int64_t base = json_integer_or(document, "rev", 0) - (int64_t)(chance / 3 % 2);
    struct operation *operation =
        fixture_operation(&f->centre, who, OPERATION_CLAIM, RECORD_CASE, matter, base,
                          json_pack("{s:s}", "status", words[chance % 3]));
    struct ledger_outcome outcome;

    json_decref(document);
    if (who == DENIS)
        fixture_apply(&f->centre, who, operation, &outcome);
    else
        relay_apply(f, who, operation, &outcome);
    assert_int_not_equal(outcome.kind, LEDGER_LATER);
    ledger_outcome_clear(&outcome);
}

/* An offer within the office, and two who accept it at once: one has it, and keeps it. */
static void contend(struct relay_fixture *f, struct id *handoff, enum fixture_agent *winner)
{
    struct ledger_outcome first, second;

    *handoff = fixture_id(&f->centre);
    relay_applied(
        f, ANNE,
        relay_append(f, ANNE, RECORD_HANDOFF, handoff,
                     fixture_handoff(&f->centre, ANNE, "sample/a", NULL, NULL, "sample/a", NULL)),
        LEDGER_APPLIED);
    *winner = rand() % 2 == 0 ? BEN : CHLOE;
    relay_apply(f, *winner, relay_take(f, *winner, handoff, 1), &first);
    relay_apply(f, *winner == BEN ? CHLOE : BEN,
                relay_take(f, *winner == BEN ? CHLOE : BEN, handoff, 1), &second);
    assert_int_equal(first.kind, LEDGER_APPLIED);
    assert_int_equal(second.kind, LEDGER_REFUSED);
    ledger_outcome_clear(&first);
    ledger_outcome_clear(&second);
}

#define OFFERS 12

static void run_seed(struct relay_fixture *f, unsigned seed)
{
    static const enum fixture_agent people[] = {ANNE, CHLOE, DENIS};
    struct view views[3] = {{{0}}};
    struct id clients[CLIENTS], handoffs[OFFERS], matter = fixture_id(&f->centre);
    enum fixture_agent winners[OFFERS];
    size_t offers = 0;

    srand(seed);
    for (size_t i = 0; i < CLIENTS; i++) {
        clients[i] = relay_make_client(f, ANNE);
        for (size_t who = 0; who < 3; who++)
            views[who].rev[i] = 1;
    }
    relay_applied(
        f, ANNE,
        relay_append(f, ANNE, RECORD_CASE, &matter, fixture_case(&f->centre, ANNE, "sample/a")),
        LEDGER_APPLIED);
    relay_settle(f);
    for (int round = 0; round < ROUNDS; round++) {
        unsigned chance = (unsigned)rand();
        size_t who = chance % 3, at = (chance / 3) % CLIENTS;

        switch ((chance / 64) % 8) {
        case 0:
            relay_pull(f);
            break;
        case 1:
            relay_push(f, 1 + chance % 4, chance % 5 != 0);
            break;
        case 2:
            move_on(f, people[who], &matter, (unsigned)rand());
            break;
        case 3:
            if (offers < OFFERS && chance % 5 == 0) {
                contend(f, &handoffs[offers], &winners[offers]);
                offers++;
            }
            break;
        default:
            act(f, people[who], &clients[at], &views[who], at, (unsigned)rand());
        }
        if (chance % 97 == 0)
            relay_fixture_restart(f);
    }
    relay_settle(f);
    assert_int_equal(relay_waiting(f), 0);
    for (size_t i = 0; i < CLIENTS; i++)
        assert_relay_agrees(f, RECORD_CLIENT, &clients[i]);
    assert_relay_agrees(f, RECORD_CASE, &matter);
    assert_true(offers > 0);
    for (size_t i = 0; i < offers; i++) {
        assert_relay_agrees(f, RECORD_HANDOFF, &handoffs[i]);
        assert_string_equal(centre_says(f, RECORD_HANDOFF, &handoffs[i], "taken_by"),
                            f->centre.actors[winners[i]].agent.text);
    }
}

static void test_whatever_happens_both_say_the_same(void **state)
{
    struct relay_fixture *f = *state;

    fixture_publish_agent(&f->centre, BEN, "a", "");
    relay_denis_comes(f);
    for (unsigned seed = 1; seed <= 4; seed++)
        run_seed(f, seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_whatever_happens_both_say_the_same,
                                        relay_fixture_setup, relay_fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
