/* When a relay is gone for long, has lost its disk, or its terminals were another server's. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "app/clock.h"
#include "app/json.h"
#include "tests/unit/relay_fixture.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)

static int64_t apply(struct relay_fixture *f, enum fixture_agent who,
                     const struct operation *operation, enum ledger_outcome_kind kind)
{
    json_t *document = operation_to_json(operation);
    struct operation *copy;

    assert_int_equal(operation_from_json(&copy, document, NULL), 0);
    json_decref(document);
    return relay_applied(f, who, copy, kind);
}

static struct operation *anne_opens(struct relay_fixture *f, const struct id *matter)
{
    return fixture_operation(&f->centre, ANNE, OPERATION_APPEND, RECORD_CASE, matter, 0,
                             fixture_case(&f->centre, ANNE, "sample/a"));
}

/* --- gone for long ---------------------------------------------------------------------------- */

static void the_centre_expires_what_a_relay_that_is_gone_does_not(void **state)
{
    struct relay_fixture *f = *state;
    int64_t due = f->centre.clock_ms + 5 * MINUTE, next;
    struct id id = fixture_id(&f->centre);
    json_t *body = fixture_handoff(&f->centre, ANNE, "sample/a", NULL,
                                   f->centre.actors[CHLOE].agent.text, NULL, NULL);
    int expired;

    json_object_set_new(body, "expires_at", json_time(due));
    relay_applied(
        f, ANNE,
        fixture_operation(&f->centre, ANNE, OPERATION_APPEND, RECORD_HANDOFF, &id, 0, body),
        LEDGER_APPLIED);
    relay_settle(f);
    assert_int_equal(ledger_handoff_next(f->centre.ledger, &next, NULL), 0);
    assert_int_equal(next, due + 12 * HOUR);
    assert_int_equal(ledger_handoffs_expire(f->centre.ledger, due + 12 * HOUR - 1, &expired, NULL),
                     0);
    assert_int_equal(expired, 0);
    assert_int_equal(ledger_handoffs_expire(f->centre.ledger, due + 12 * HOUR, &expired, NULL), 0);
    assert_int_equal(expired, 1);
    assert_string_equal(centre_says(f, RECORD_HANDOFF, &id, "state"), "expired");
    /* The relay comes back, and does what it had to do: it has ended once. */
    assert_int_equal(ledger_handoffs_expire(f->relay, due + 13 * HOUR, &expired, NULL), 0);
    assert_int_equal(expired, 1);
    relay_settle(f);
    assert_int_equal(relay_waiting(f), 0);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &id, "state"), "expired");
    assert_string_equal(centre_says(f, RECORD_HANDOFF, &id, "state"), "expired");
}

/* --- its disk --------------------------------------------------------------------------------- */

/* Another takes its place, made at this time. */
static void replace_the_disk(struct relay_fixture *f, int64_t since_ms)
{
    const struct ledger_centre centre = {.url = "http://127.0.0.1:1", .token = "x"};

    ledger_close(f->relay);
    assert_int_equal(unlink(f->path), 0);
    assert_int_equal(ledger_create(f->path, NULL), 0);
    assert_int_equal(ledger_open(&f->relay, f->path, NULL), 0);
    assert_int_equal(ledger_become_relay(f->relay, &centre, since_ms, NULL), 0);
    f->place = (struct ledger_place){.office = "sample/a"};
    assert_int_equal(ledger_relay_give(f->relay, NULL, &f->place, 1, NULL), 0);
}

static void lose_the_disk(struct relay_fixture *f)
{
    replace_the_disk(f, clock_system(NULL) + MINUTE);
}

/* What its terminals offer again is older than the new database: the centre is asked, and knows
 * it. */
static void a_relay_that_lost_its_disk_asks_about_what_is_older(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter = fixture_id(&f->centre);
    struct operation *made = anne_opens(f, &matter);
    struct operation *moved =
        fixture_operation(&f->centre, ANNE, OPERATION_CLAIM, RECORD_CASE, &matter, 1,
                          json_pack("{s:s}", "status", "in-progress"));
    struct operation *lost =
        fixture_operation(&f->centre, ANNE, OPERATION_CLAIM, RECORD_CASE, &matter, 2,
                          json_pack("{s:s}", "status", "information-missing"));
    json_t *document;

    apply(f, ANNE, made, LEDGER_APPLIED);
    apply(f, ANNE, moved, LEDGER_APPLIED);
    relay_settle(f);
    /* This one the centre never saw. */
    apply(f, ANNE, lost, LEDGER_APPLIED);
    lose_the_disk(f);
    relay_pull(f);
    apply(f, ANNE, made, LEDGER_REPEATED);
    apply(f, ANNE, moved, LEDGER_LATER);
    apply(f, ANNE, lost, LEDGER_LATER);
    assert_int_equal(relay_waiting(f), 2);
    relay_settle(f);
    apply(f, ANNE, moved, LEDGER_REPEATED);
    apply(f, ANNE, lost, LEDGER_REPEATED);
    assert_string_equal(relay_says(f, RECORD_CASE, &matter, "status"), "information-missing");
    document = centre_document(f, RECORD_CASE, &matter);
    assert_int_equal(json_integer_or(document, "rev", 0), 3);
    json_decref(document);
    operation_free(made);
    operation_free(moved);
    operation_free(lost);
}

/* The record of what the centre allowed may never come, when the office lost sight of it there. */
static void what_the_centre_allowed_waits_for_no_record(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter = fixture_id(&f->centre);
    struct operation *made = anne_opens(f, &matter);
    struct operation *moved =
        fixture_operation(&f->centre, ANNE, OPERATION_CLAIM, RECORD_CASE, &matter, 1,
                          json_pack("{s:s}", "status", "in-progress"));

    apply(f, ANNE, made, LEDGER_APPLIED);
    relay_settle(f);
    lose_the_disk(f);
    relay_pull(f);
    /* Its terminal counts with another one that the relay has not decided. */
    moved->base = 2;
    apply(f, ANNE, moved, LEDGER_LATER);
    assert_int_equal(relay_push(f, 5, true), 1);
    assert_int_equal(apply(f, ANNE, moved, LEDGER_APPLIED), 2);
    apply(f, ANNE, moved, LEDGER_REPEATED);
    relay_settle(f);
    assert_string_equal(relay_says(f, RECORD_CASE, &matter, "status"), "in-progress");
    operation_free(made);
    operation_free(moved);
}

/* An id that a terminal made whose clock is far ahead. */
static struct id id_from_ahead(struct relay_fixture *f)
{
    struct id id = fixture_id(&f->centre);

    id.text[0] = '7';
    return id;
}

/* Its terminal saw the first rev, and the record has others since. */
static void what_the_centre_allowed_is_not_ahead_of_its_record(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter = fixture_id(&f->centre);
    struct operation *made = anne_opens(f, &matter);
    struct operation *moved =
        fixture_operation(&f->centre, ANNE, OPERATION_CLAIM, RECORD_CASE, &matter, 1,
                          json_pack("{s:s}", "status", "in-progress"));
    struct operation *said =
        fixture_operation(&f->centre, ANNE, OPERATION_FIELDS, RECORD_CASE, &matter, 1,
                          json_pack("{s:s}", "missing", "a proof"));

    apply(f, ANNE, made, LEDGER_APPLIED);
    relay_settle(f);
    replace_the_disk(f, 1);
    relay_pull(f);
    assert_int_equal(ledger_relay_was_restored(f->relay, clock_system(NULL) + MINUTE, NULL), 0);
    apply(f, ANNE, moved, LEDGER_LATER);
    assert_int_equal(relay_push(f, 5, true), 1);
    said->id = id_from_ahead(f);
    assert_int_equal(apply(f, ANNE, said, LEDGER_APPLIED), 2);
    assert_int_equal(apply(f, ANNE, moved, LEDGER_APPLIED), 2);
    operation_free(made);
    operation_free(moved);
    operation_free(said);
}

/* Its copy is older than all of them; a terminal tells. What the relay would refuse, and what it
 * would decide by itself, may be decided at the centre. */
static void a_relay_that_was_restored_asks_about_what_is_older(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter = fixture_id(&f->centre), unknown = fixture_id(&f->centre);
    struct operation *made = anne_opens(f, &matter);
    struct operation *moved =
        fixture_operation(&f->centre, ANNE, OPERATION_CLAIM, RECORD_CASE, &matter, 1,
                          json_pack("{s:s}", "status", "in-progress"));
    struct id offer = fixture_id(&f->centre);
    struct operation *about_unknown =
        fixture_operation(&f->centre, ANNE, OPERATION_APPEND, RECORD_HANDOFF, &offer, 0,
                          fixture_handoff(&f->centre, ANNE, "sample/a", &unknown,
                                          f->centre.actors[CHLOE].agent.text, NULL, NULL));

    apply(f, ANNE, made, LEDGER_APPLIED);
    apply(f, ANNE, moved, LEDGER_APPLIED);
    relay_settle(f);
    replace_the_disk(f, 1);
    relay_pull(f);
    apply(f, ANNE, about_unknown, LEDGER_REFUSED);
    replace_the_disk(f, 1);
    relay_pull(f);
    assert_int_equal(ledger_relay_was_restored(f->relay, clock_system(NULL) + MINUTE, NULL), 0);
    apply(f, ANNE, about_unknown, LEDGER_LATER);
    apply(f, ANNE, moved, LEDGER_LATER);
    relay_settle(f);
    apply(f, ANNE, about_unknown, LEDGER_REFUSED);
    apply(f, ANNE, moved, LEDGER_REPEATED);
    /* It is so after a restart, too. */
    ledger_close(f->relay);
    assert_int_equal(ledger_open(&f->relay, f->path, NULL), 0);
    unknown = fixture_id(&f->centre);
    operation_free(made);
    made = fixture_operation(&f->centre, ANNE, OPERATION_APPEND, RECORD_CASE, &unknown, 0,
                             fixture_case(&f->centre, ANNE, "sample/a"));
    apply(f, ANNE, made, LEDGER_LATER);
    operation_free(made);
    operation_free(moved);
    operation_free(about_unknown);
}

/* The time at which the fixture's operations are applied. */
#define APPLIED INT64_C(1800000000000)

static void an_older_copy_asks_about_what_it_would_refuse(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter = fixture_id(&f->centre), unknown = fixture_id(&f->centre);
    struct operation *made = anne_opens(f, &matter);
    /* Refused for what it names, and for the state that the record is in. */
    struct id offer = fixture_id(&f->centre);
    struct operation *about_unknown =
        fixture_operation(&f->centre, ANNE, OPERATION_APPEND, RECORD_HANDOFF, &offer, 0,
                          fixture_handoff(&f->centre, ANNE, "sample/a", &unknown,
                                          f->centre.actors[CHLOE].agent.text, NULL, NULL));
    struct operation *reopened =
        fixture_operation(&f->centre, ANNE, OPERATION_CLAIM, RECORD_CASE, &matter, 1,
                          json_pack("{s:s}", "status", "archived"));

    apply(f, ANNE, made, LEDGER_APPLIED);
    relay_settle(f);
    apply(f, ANNE, about_unknown, LEDGER_REFUSED);
    assert_int_equal(ledger_relay_unsure(f->relay, true, NULL), 0);
    about_unknown->id = fixture_id(&f->centre);
    apply(f, ANNE, about_unknown, LEDGER_LATER);
    apply(f, ANNE, reopened, LEDGER_LATER);
    assert_int_equal(relay_waiting(f), 2);
    relay_settle(f);
    apply(f, ANNE, about_unknown, LEDGER_REFUSED);
    apply(f, ANNE, reopened, LEDGER_REFUSED);
    assert_int_equal(ledger_relay_unsure(f->relay, false, NULL), 0);
    reopened->id = fixture_id(&f->centre);
    apply(f, ANNE, reopened, LEDGER_REFUSED);
    operation_free(made);
    operation_free(about_unknown);
    operation_free(reopened);
}

/* Why a file was opened: no record of it comes back, and its terminal names it to who may be an
 * older copy all the same. */
static void what_shows_to_nobody_is_answered_with_a_number(void **state)
{
    struct relay_fixture *f = *state;
    struct id client = relay_make_client(f, ANNE), id = fixture_id(&f->centre);
    struct operation *look = relay_append(f, ANNE, RECORD_ACCESS, &id,
                                          json_pack("{s:s, s:s, s:s, s:s, s:s}", "agent",
                                                    f->centre.actors[ANNE].agent.text, "office",
                                                    "sample/a", "at", "2026-11-02T14:00:00.000Z",
                                                    "purpose", "call-back", "client", client.text));
    struct ledger_outcome outcome;

    relay_settle(f);
    lose_the_disk(f);
    relay_pull(f);
    apply(f, ANNE, look, LEDGER_LATER);
    assert_int_equal(relay_push(f, 10, true), 1);
    relay_apply(f, ANNE, look, &outcome);
    assert_int_equal(outcome.kind, LEDGER_REPEATED);
    assert_true(outcome.seq < 0);
    ledger_outcome_clear(&outcome);
}

/* By what the centre says that it carried last. */
static void a_relay_finds_out_that_it_was_restored(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter = fixture_id(&f->centre), unknown = fixture_id(&f->centre);
    struct operation *made = anne_opens(f, &matter);
    struct operation *about_unknown =
        fixture_operation(&f->centre, ANNE, OPERATION_CLAIM, RECORD_CASE, &unknown, 1,
                          json_pack("{s:s}", "status", "in-progress"));
    struct ledger_relay account;

    assert_int_equal(ledger_relay_find(f->centre.ledger, f->token, &account, NULL), 0);
    assert_true(id_is_empty(&account.carried));
    apply(f, ANNE, made, LEDGER_APPLIED);
    relay_settle(f);
    assert_int_equal(ledger_relay_find(f->centre.ledger, f->token, &account, NULL), 0);
    assert_string_equal(account.carried.text, made->id.text);
    assert_int_equal(ledger_relay_told(f->relay, &account.carried, APPLIED, NULL), 0);
    apply(f, ANNE, about_unknown, LEDGER_REFUSED);
    /* What it refused, and the centre applied, it had accepted as it was before. */
    assert_int_equal(ledger_relay_told(f->relay, &about_unknown->id, APPLIED, NULL), 0);
    about_unknown->id = id_from_ahead(f);
    apply(f, ANNE, about_unknown, LEDGER_LATER);
    /* It is so after a restart, too. */
    relay_fixture_restart(f);
    about_unknown->id = id_from_ahead(f);
    apply(f, ANNE, about_unknown, LEDGER_LATER);
    operation_free(made);
    operation_free(about_unknown);
}

/* Whether it asks about a claim on what it does not have. */
static bool doubts(struct relay_fixture *f)
{
    struct id unknown = fixture_id(&f->centre);
    struct operation *claim =
        fixture_operation(&f->centre, ANNE, OPERATION_CLAIM, RECORD_CASE, &unknown, 1,
                          json_pack("{s:s}", "status", "in-progress"));
    struct ledger_outcome outcome;
    bool later;

    claim->id = id_from_ahead(f);
    relay_apply(f, ANNE, claim, &outcome);
    later = outcome.kind == LEDGER_LATER;
    ledger_outcome_clear(&outcome);
    return later;
}

static void tell(struct relay_fixture *f, const struct id *carried)
{
    assert_int_equal(ledger_relay_told(f->relay, carried, APPLIED, NULL), 0);
}

/* The request was sent twice, and the network kept the second one back. */
static void what_comes_a_second_time_is_not_what_was_carried_last(void **state)
{
    struct relay_fixture *f = *state;
    struct id first = fixture_id(&f->centre), second = fixture_id(&f->centre);
    struct operation *early = anne_opens(f, &first), *last = anne_opens(f, &second);
    struct ledger_carried again = {.operation = early};
    struct ledger_outcome outcome;
    struct ledger_relay account;

    apply(f, ANNE, early, LEDGER_APPLIED);
    relay_settle(f);
    apply(f, ANNE, last, LEDGER_APPLIED);
    relay_settle(f);
    assert_int_equal(
        ledger_relay_apply(f->centre.ledger, &f->account, &again, 1, APPLIED, &outcome, NULL), 0);
    assert_int_equal(outcome.kind, LEDGER_REPEATED);
    ledger_outcome_clear(&outcome);
    /* Nor is what was refused: the relay keeps it no longer. */
    again.operation = fixture_operation(&f->centre, ANNE, OPERATION_CLAIM, RECORD_CASE, &first, 1,
                                        json_pack("{s:s}", "status", "archived"));
    assert_int_equal(
        ledger_relay_apply(f->centre.ledger, &f->account, &again, 1, APPLIED, &outcome, NULL), 0);
    assert_int_equal(outcome.kind, LEDGER_REFUSED);
    ledger_outcome_clear(&outcome);
    assert_int_equal(ledger_relay_find(f->centre.ledger, f->token, &account, NULL), 0);
    assert_string_equal(account.carried.text, last->id.text);
    operation_free(again.operation);
    operation_free(early);
    operation_free(last);
}

/* A terminal offers again what it carried last, before the centre is heard: that is not all that it
 * lost. */
static void what_is_offered_before_the_centre_tells_does_not_speak_for_a_copy(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter = fixture_id(&f->centre);
    struct operation *made = anne_opens(f, &matter);

    apply(f, ANNE, made, LEDGER_APPLIED);
    relay_settle(f);
    assert_int_equal(ledger_relay_unsure(f->relay, true, NULL), 0);
    tell(f, &made->id);
    assert_false(doubts(f));
    replace_the_disk(f, 1);
    relay_pull(f);
    assert_int_equal(ledger_relay_unsure(f->relay, true, NULL), 0);
    apply(f, ANNE, made, LEDGER_REPEATED);
    /* Nor after a restart. */
    relay_fixture_restart(f);
    assert_int_equal(ledger_relay_unsure(f->relay, true, NULL), 0);
    assert_int_equal(ledger_relay_unsure(f->relay, false, NULL), 0);
    assert_false(doubts(f));
    tell(f, &made->id);
    assert_true(doubts(f));
    operation_free(made);
}

static void what_is_carried_once_the_centre_has_told_is_known(void **state)
{
    struct relay_fixture *f = *state;
    struct id none = {""}, matter = fixture_id(&f->centre);
    struct operation *made = anne_opens(f, &matter);

    assert_int_equal(ledger_relay_unsure(f->relay, true, NULL), 0);
    tell(f, &none);
    assert_false(doubts(f));
    apply(f, ANNE, made, LEDGER_APPLIED);
    tell(f, &made->id);
    assert_false(doubts(f));
    operation_free(made);
}

/* It is cut off, or killed, after the centre has said that one of the two may be an older copy. */
static void a_centre_that_has_not_told_all_is_asked_until_it_has(void **state)
{
    struct relay_fixture *f = *state;
    struct id none = {""};

    assert_int_equal(ledger_relay_unsure(f->relay, true, NULL), 0);
    assert_int_equal(ledger_relay_untold(f->relay, NULL), 0);
    assert_int_equal(ledger_relay_unsure(f->relay, false, NULL), 0);
    assert_true(doubts(f));
    relay_fixture_restart(f);
    assert_true(doubts(f));
    tell(f, &none);
    assert_false(doubts(f));
    /* What it is it knows: the centre was restored. */
    assert_int_equal(ledger_relay_untold(f->relay, NULL), 0);
    assert_false(doubts(f));
    relay_fixture_restart(f);
    assert_false(doubts(f));
}

/* Its terminal was told that it is there, and keeps it no more. */
static void what_the_centre_gave_already_is_carried_to_one_that_lost_it(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter = fixture_id(&f->centre);
    struct operation *made = anne_opens(f, &matter);

    apply(f, ANNE, made, LEDGER_APPLIED);
    relay_settle(f);
    lose_the_disk(f);
    relay_pull(f);
    apply(f, ANNE, made, LEDGER_REPEATED);
    assert_int_equal(relay_waiting(f), 0);
    assert_int_equal(ledger_relay_begin_anew(f->relay, &f->place, NULL), 0);
    assert_int_equal(relay_waiting(f), 1);
    operation_free(made);
}

/* The relay knew the record by what the centre gave, and the terminal offers it between the
 * centre's restore and the end of reading anew. */
static void what_the_centre_has_lost_already_is_carried_at_once(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter = fixture_id(&f->centre);
    struct operation *made = anne_opens(f, &matter);

    apply(f, ANNE, made, LEDGER_APPLIED);
    relay_settle(f);
    lose_the_disk(f);
    relay_pull(f);
    assert_int_equal(ledger_relay_begin_anew(f->relay, &f->place, NULL), 0);
    apply(f, ANNE, made, LEDGER_REPEATED);
    assert_int_equal(relay_waiting(f), 1);
    operation_free(made);
}

/* --- its terminals were another server's --------------------------------------------------------
 */

/* Anne offers a case at the centre, and its answer is lost; her terminal then comes to the relay,
 * which knows nothing of the case yet. */
static void what_was_offered_to_the_centre_before_is_not_refused_here(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter =
        fixture_make(&f->centre, ANNE, RECORD_CASE, fixture_case(&f->centre, ANNE, "sample/a"));

    for (int elsewhere = 0; elsewhere <= 1; elsewhere++) {
        struct id id = fixture_id(&f->centre);
        struct operation *offer =
            fixture_operation(&f->centre, ANNE, OPERATION_APPEND, RECORD_HANDOFF, &id, 0,
                              fixture_handoff(&f->centre, ANNE, "sample/a", &matter,
                                              f->centre.actors[CHLOE].agent.text, NULL, NULL));
        json_t *document = operation_to_json(offer);
        struct operation *copy;

        assert_int_equal(operation_from_json(&copy, document, NULL), 0);
        json_decref(document);
        fixture_applied(&f->centre, ANNE, copy);
        f->centre.actors[ANNE].elsewhere = elsewhere != 0;
        apply(f, ANNE, offer, elsewhere ? LEDGER_LATER : LEDGER_REFUSED);
        if (elsewhere) {
            relay_settle(f);
            apply(f, ANNE, offer, LEDGER_REPEATED);
            assert_string_equal(relay_says(f, RECORD_HANDOFF, &id, "state"), "offered");
        }
        operation_free(offer);
    }
}

/* --- bounds ----------------------------------------------------------------------------------- */

/* The first number of a query on the relay's database; a statement without rows gives 0. */
static int64_t ask(struct relay_fixture *f, const char *query)
{
    sqlite3_stmt *statement;
    sqlite3 *database;
    int64_t number = 0;

    assert_int_equal(sqlite3_open(f->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, query, -1, &statement, NULL), SQLITE_OK);
    if (sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    return number;
}

static void what_agents_never_fetch_has_a_bound(void **state)
{
    struct relay_fixture *f = *state;

    ask(f, "INSERT INTO told (number, agent, document) VALUES (1, 'gone', '{}')");
    ask(f, "INSERT INTO told (number, agent, document) VALUES (2, 'gone', '{}')");
    ask(f, "INSERT INTO told (number, agent, document) VALUES (20001, 'there', '{}')");
    assert_int_equal(ledger_relay_give(f->relay, NULL, &f->place, 1, NULL), 0);
    assert_int_equal(ask(f, "SELECT count(*) FROM told"), 2);
    assert_int_equal(ask(f, "SELECT min(number) FROM told"), 2);
}

static void what_was_seen_of_a_record_has_a_bound(void **state)
{
    struct relay_fixture *f = *state;
    struct id client = fixture_make(&f->centre, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id own;

    relay_pull(f);
    for (int rev = 1; rev <= 110; rev++) {
        fixture_applied(&f->centre, ANNE,
                        fixture_operation(&f->centre, ANNE, OPERATION_FIELDS, RECORD_CLIENT,
                                          &client, rev,
                                          json_pack("{s:s}", "phone", rev % 2 ? "1" : "2")));
        relay_pull(f);
        if (rev != 5)
            continue;
        /* On its way all the time: what waits is not forgotten. */
        own = fixture_id(&f->centre);
        relay_applied(f, CHLOE,
                      fixture_operation(&f->centre, CHLOE, OPERATION_APPEND, RECORD_CLIENT, &own, 0,
                                        fixture_client("sample/a")),
                      LEDGER_APPLIED);
    }
    assert_int_equal(ask(f, "SELECT max(n) FROM (SELECT count(*) AS n FROM lineage "
                            "GROUP BY record)"),
                     100);
    assert_int_equal(ask(f, "SELECT count(*) FROM lineage WHERE operation IS NOT NULL"), 1);
    relay_settle(f);
    assert_int_equal(relay_waiting(f), 0);
}

#define WITH(test)                                                                                 \
    cmocka_unit_test_setup_teardown(test, relay_fixture_setup, relay_fixture_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH(the_centre_expires_what_a_relay_that_is_gone_does_not),
        WITH(what_agents_never_fetch_has_a_bound),
        WITH(what_was_seen_of_a_record_has_a_bound),
        WITH(a_relay_that_lost_its_disk_asks_about_what_is_older),
        WITH(what_the_centre_allowed_waits_for_no_record),
        WITH(a_relay_that_was_restored_asks_about_what_is_older),
        WITH(an_older_copy_asks_about_what_it_would_refuse),
        WITH(what_shows_to_nobody_is_answered_with_a_number),
        WITH(a_relay_finds_out_that_it_was_restored),
        WITH(what_comes_a_second_time_is_not_what_was_carried_last),
        WITH(what_is_offered_before_the_centre_tells_does_not_speak_for_a_copy),
        WITH(what_is_carried_once_the_centre_has_told_is_known),
        WITH(a_centre_that_has_not_told_all_is_asked_until_it_has),
        WITH(what_the_centre_allowed_is_not_ahead_of_its_record),
        WITH(what_the_centre_gave_already_is_carried_to_one_that_lost_it),
        WITH(what_the_centre_has_lost_already_is_carried_at_once),
        WITH(what_was_offered_to_the_centre_before_is_not_refused_here),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
