/* What a terminal can work out by itself is not sent back to it, and to nobody else does it miss.
 */
#include "tests/unit/ledger_fixture.h"

#include <sqlite3.h>

/* How many records come past `since` to this device (NULL: to one that works out nothing), which
 * may not hold what it made up to `unheld`. */
static size_t comes_unheld(struct ledger_fixture *fixture, enum fixture_agent who, int64_t since,
                           const struct id *device, int64_t unheld, int64_t *next)
{
    const struct ledger_old old = {.unheld = unheld};
    struct scope_set scopes = {0};
    struct ledger_page page;
    size_t count;

    assert_int_equal(
        ledger_desk_scopes(fixture->ledger, &fixture->actors[who].agent, &scopes, NULL), 0);
    assert_int_equal(
        ledger_changes_but_old(fixture->ledger, &scopes, since, 1000, device, &old, &page, NULL),
        0);
    count = page.count;
    if (next != NULL)
        *next = page.next;
    ledger_page_clear(&page);
    scope_set_free(&scopes);
    return count;
}

static size_t comes(struct ledger_fixture *fixture, enum fixture_agent who, int64_t since,
                    const struct id *device, int64_t *next)
{
    return comes_unheld(fixture, who, since, device, 0, next);
}

static int64_t rename_client(struct ledger_fixture *fixture, enum fixture_agent who,
                             const struct id *client, int64_t base, const char *name)
{
    return fixture_applied(fixture, who,
                           fixture_operation(fixture, who, OPERATION_FIELDS, RECORD_CLIENT, client,
                                             base, json_pack("{s:s}", "name", name)));
}

static void what_a_device_made_itself_is_passed_over_for_it_alone(void **state)
{
    struct ledger_fixture *fixture = *state;
    const struct id *device = &fixture->actors[ANNE].device;
    struct id client = fixture_make(fixture, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id other = fixture_id(fixture);
    int64_t next = 0, seq;

    assert_int_equal(comes(fixture, ANNE, 0, device, NULL), 0);
    assert_int_equal(comes(fixture, ANNE, 0, NULL, NULL), 1);
    assert_int_equal(comes(fixture, ANNE, 0, &other, NULL), 1);
    /* A second change, made before the answer to the first: its base is what was known then. */
    seq = rename_client(fixture, ANNE, &client, 0, "Zoé Tremblay");
    assert_int_equal(comes(fixture, ANNE, 0, device, &next), 0);
    assert_int_equal(next, seq);
    assert_int_equal(comes(fixture, ANNE, 0, &other, NULL), 1);
}

static void what_another_changed_comes(void **state)
{
    struct ledger_fixture *fixture = *state;
    const struct id *anne = &fixture->actors[ANNE].device;
    const struct id *ben = &fixture->actors[BEN].device;
    struct id client = fixture_make(fixture, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    json_t *body = fixture_case(fixture, ANNE, "sample/a");
    int64_t read_by_anne = 0, read_by_ben = 0;
    struct id matter;

    json_object_set_new(body, "client", json_string(client.text));
    matter = fixture_make(fixture, ANNE, RECORD_CASE, body);
    fixture_make(fixture, ANNE, RECORD_HANDOFF,
                 fixture_handoff(fixture, ANNE, "sample/a", &matter, NULL, "sample/b", NULL));
    assert_int_equal(comes(fixture, ANNE, 0, anne, &read_by_anne), 0);
    assert_int_equal(comes(fixture, BEN, 0, ben, &read_by_ben), 3);
    /* Ben held the client as Anne left it. */
    rename_client(fixture, BEN, &client, 1, "Zoé Gagnon");
    assert_int_equal(comes(fixture, ANNE, read_by_anne, anne, NULL), 1);
    assert_int_equal(comes(fixture, BEN, read_by_ben, ben, &read_by_ben), 0);
    /* Anne had not seen that when she wrote: she cannot know what came of the two. */
    rename_client(fixture, ANNE, &client, 1, "Zoé Tremblay");
    assert_int_equal(comes(fixture, ANNE, read_by_anne, anne, &read_by_anne), 1);
    /* Having read it, she can. */
    rename_client(fixture, ANNE, &client, 3, "Zoé Roy");
    assert_int_equal(comes(fixture, ANNE, read_by_anne, anne, NULL), 0);
    assert_int_equal(comes(fixture, BEN, read_by_ben, ben, NULL), 1);
}

/* After a restored server the device may have lost what it had when it wrote, whatever the number
 * that it gives. */
static void what_was_made_of_something_lost_comes(void **state)
{
    struct ledger_fixture *fixture = *state;
    const struct id *device = &fixture->actors[ANNE].device;
    struct id client = fixture_make(fixture, ANNE, RECORD_CLIENT, fixture_client("sample/a"));

    fixture->actors[ANNE].ungrounded = true;
    rename_client(fixture, ANNE, &client, 1, "Zoé Roy");
    assert_int_equal(comes(fixture, ANNE, 0, device, NULL), 1);
    /* And so does what it then makes of that. */
    fixture->actors[ANNE].ungrounded = false;
    rename_client(fixture, ANNE, &client, 1, "Zoé Gagnon");
    assert_int_equal(comes(fixture, ANNE, 0, device, NULL), 1);
}

/* Its terminal may have read all anew while it was not of this office. */
static void what_an_agent_comes_back_to_comes(void **state)
{
    struct ledger_fixture *fixture = *state;
    const struct id *device = &fixture->actors[ANNE].device;
    int64_t next = 0;

    fixture_make(fixture, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    assert_int_equal(comes(fixture, ANNE, 0, device, &next), 0);
    fixture_publish_agent(fixture, ANNE, "d", "");
    assert_int_equal(comes(fixture, ANNE, next, device, &next), 0);
    fixture_publish_agent(fixture, ANNE, "a", "");
    assert_int_equal(comes(fixture, ANNE, next, device, NULL), 1);
}

/* The page that takes the case back may come to Ben after the answers to what he did since: he
 * drops it then, and the next page, which is asked for from where that one ended, brings it. */
static void what_a_late_page_takes_back_comes(void **state)
{
    struct ledger_fixture *fixture = *state;
    const struct id *ben = &fixture->actors[BEN].device;
    struct id matter =
        fixture_make(fixture, ANNE, RECORD_CASE, fixture_case(fixture, ANNE, "sample/a"));
    json_t *offer = fixture_handoff(fixture, ANNE, "sample/a", &matter,
                                    fixture->actors[BEN].agent.text, NULL, NULL);
    struct id handoff = fixture_make(fixture, ANNE, RECORD_HANDOFF, json_incref(offer));
    int64_t next = 0, before;

    assert_int_equal(comes(fixture, BEN, 0, ben, &next), 2);
    before = next;
    fixture_applied(fixture, ANNE,
                    fixture_operation(fixture, ANNE, OPERATION_CLAIM, RECORD_HANDOFF, &handoff, 1,
                                      json_pack("{s:s}", "state", "withdrawn")));
    /* Read, and on its way to him until all that follows is answered. */
    assert_int_equal(comes(fixture, BEN, before, ben, &next), 1);
    fixture_make(fixture, ANNE, RECORD_HANDOFF, offer);
    for (int64_t base = 1; base <= 3; base++)
        fixture_applied(fixture, BEN,
                        fixture_operation(fixture, BEN, OPERATION_FIELDS, RECORD_CASE, &matter,
                                          base, json_pack("{s:s}", "subject", "parking")));
    /* The case comes beside the hand-off, though the last to write to it was he, of what he held.
     */
    assert_int_equal(comes(fixture, BEN, next, ben, &next), 2);
    assert_int_equal(comes(fixture, BEN, next, ben, NULL), 0);
}

/* Ben lets go of what was taken back from him as soon as his own operation on it is answered: what
 * comes of that operation he is told, though he made it himself. */
static void what_was_taken_back_and_offered_again_comes(void **state)
{
    struct ledger_fixture *fixture = *state;
    const struct id *ben = &fixture->actors[BEN].device;
    struct id matter =
        fixture_make(fixture, ANNE, RECORD_CASE, fixture_case(fixture, ANNE, "sample/a"));
    json_t *offer = fixture_handoff(fixture, ANNE, "sample/a", &matter,
                                    fixture->actors[BEN].agent.text, NULL, NULL);
    struct id handoff = fixture_make(fixture, ANNE, RECORD_HANDOFF, json_incref(offer));
    int64_t next = 0;

    assert_int_equal(comes(fixture, BEN, 0, ben, &next), 2);
    fixture_applied(fixture, ANNE,
                    fixture_operation(fixture, ANNE, OPERATION_CLAIM, RECORD_HANDOFF, &handoff, 1,
                                      json_pack("{s:s}", "state", "withdrawn")));
    /* The hand-off; and that the case is gone. */
    assert_int_equal(comes(fixture, BEN, next, ben, &next), 1);
    fixture_make(fixture, ANNE, RECORD_HANDOFF, offer);
    fixture_applied(fixture, BEN,
                    fixture_operation(fixture, BEN, OPERATION_CLAIM, RECORD_CASE, &matter, 1,
                                      json_pack("{s:s}", "status", "in-progress")));
    assert_int_equal(comes(fixture, BEN, next, ben, &next), 2);
    /* He has it now: what he makes of it next he knows. */
    fixture_applied(fixture, BEN,
                    fixture_operation(fixture, BEN, OPERATION_CLAIM, RECORD_CASE, &matter, 2,
                                      json_pack("{s:s}", "status", "approved")));
    assert_int_equal(comes(fixture, BEN, next, ben, NULL), 0);
}

/* As in a database of before that was noted: she may have lost what she made it of. */
static void what_was_made_of_something_unnoted_comes(void **state)
{
    struct ledger_fixture *fixture = *state;
    const struct id *device = &fixture->actors[ANNE].device;
    struct id client = fixture_make(fixture, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    sqlite3 *database = NULL;
    int64_t next = 0;

    assert_int_equal(sqlite3_open(fixture->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, "UPDATE record SET known_from = 0", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    assert_int_equal(comes(fixture, ANNE, 0, device, &next), 1);
    rename_client(fixture, ANNE, &client, 1, "Zoé Roy");
    assert_int_equal(comes(fixture, ANNE, 0, device, NULL), 1);
    assert_int_equal(comes(fixture, ANNE, next, device, NULL), 0);
    rename_client(fixture, ANNE, &client, 2, "Zoé Gagnon");
    assert_int_equal(comes(fixture, ANNE, 0, device, NULL), 1);
    assert_int_equal(comes(fixture, ANNE, next, device, NULL), 0);
}

/* A device whose session began at `head` holds what it made since, whatever it has read. */
static void what_was_made_in_the_session_is_passed_over(void **state)
{
    struct ledger_fixture *fixture = *state;
    const struct id *device = &fixture->actors[ANNE].device;
    struct id before = fixture_make(fixture, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    int64_t head = 0, latest = 0, next = 0;

    assert_int_equal(ledger_head(fixture->ledger, &head, NULL), 0);
    fixture_make(fixture, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    assert_int_equal(ledger_head(fixture->ledger, &latest, NULL), 0);
    assert_int_equal(latest, head + 1);
    assert_int_equal(comes_unheld(fixture, ANNE, 0, device, head - 1, NULL), 0);
    assert_int_equal(comes_unheld(fixture, ANNE, 0, device, head, &next), 1);
    assert_int_equal(next, latest);
    assert_int_equal(comes_unheld(fixture, ANNE, 0, device, latest, NULL), 2);
    /* What it made of something of before, it had in its hands. */
    rename_client(fixture, ANNE, &before, 1, "Zoé Tremblay");
    assert_int_equal(comes_unheld(fixture, ANNE, 0, device, head, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_device_made_itself_is_passed_over_for_it_alone,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(what_another_changed_comes, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(what_was_made_of_something_lost_comes, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(what_an_agent_comes_back_to_comes, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(what_a_late_page_takes_back_comes, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(what_was_taken_back_and_offered_again_comes, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(what_was_made_of_something_unnoted_comes, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(what_was_made_in_the_session_is_passed_over, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
