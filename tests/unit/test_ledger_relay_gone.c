/* What the centre took back, or never took, leaves the office's lists, and its terminals are told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/json.h"
#include "tests/unit/relay_fixture.h"

#define MINUTE INT64_C(60000)

enum shown { SHOWN_NOT, SHOWN, SHOWN_GONE };

/* What an agent's terminal at the relay reads of a record from its feed's beginning. */
static enum shown shows(struct relay_fixture *f, enum fixture_agent who, const struct id *id)
{
    struct scope_set scopes = {0};
    struct ledger_page page;
    enum shown shown;
    char itself[64];

    /* Others name it too. */
    (void)snprintf(itself, sizeof(itself), "\"id\":\"%s\"", id->text);
    assert_int_equal(ledger_desk_scopes(f->relay, &f->centre.actors[who].agent, &scopes, NULL), 0);
    assert_int_equal(ledger_changes(f->relay, &scopes, 0, 1000, NULL, &page, NULL), 0);
    assert_false(page.more);
    shown = strstr(page.gone, itself) != NULL ? SHOWN_GONE : SHOWN_NOT;
    if (strstr(page.records, itself) != NULL)
        shown = SHOWN;
    ledger_page_clear(&page);
    scope_set_free(&scopes);
    return shown;
}

static struct id make(struct relay_fixture *f, enum fixture_agent who, enum record_type type,
                      json_t *body)
{
    struct id id = fixture_id(&f->centre);

    relay_applied(f, who, fixture_operation(&f->centre, who, OPERATION_APPEND, type, &id, 0, body),
                  LEDGER_APPLIED);
    return id;
}

static void no_finding(void *context, const char *finding)
{
    (void)context;
    fail_msg("%s", finding);
}

/* Anne was moved to another office, which the relay has not heard yet. */
static void what_the_centre_refuses_to_have_made_is_taken_away(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter, handoff;
    struct ledger_check counts;
    json_t *body, *told;
    int64_t next;

    fixture_publish_agent(&f->centre, ANNE, "b", "");
    matter = make(f, ANNE, RECORD_CASE, fixture_case(&f->centre, ANNE, "sample/a"));
    body = fixture_handoff(&f->centre, ANNE, "sample/a", &matter,
                           f->centre.actors[CHLOE].agent.text, NULL, NULL);
    json_object_set_new(body, "expires_at", json_time(f->centre.clock_ms + 60000));
    handoff = make(f, ANNE, RECORD_HANDOFF, body);
    assert_int_equal(shows(f, CHLOE, &matter), SHOWN);
    assert_int_equal(shows(f, CHLOE, &handoff), SHOWN);
    assert_int_equal(relay_push(f, 10, true), 2);
    assert_int_equal(shows(f, CHLOE, &matter), SHOWN_GONE);
    assert_int_equal(shows(f, CHLOE, &handoff), SHOWN_GONE);
    /* Its end is nothing to wait for. */
    assert_int_equal(ledger_handoff_next(f->relay, &next, NULL), 0);
    assert_true(next == INT64_MAX);
    assert_int_equal(ledger_told_read(f->relay, &f->centre.actors[ANNE].agent, 0, &told, NULL), 0);
    assert_int_equal(json_array_size(told), 2);
    json_decref(told);
    relay_fixture_restart(f);
    assert_int_equal(shows(f, CHLOE, &matter), SHOWN_GONE);
    relay_settle(f);
    assert_int_equal(ledger_check(f->path, no_finding, NULL, &counts, NULL), 0);
}

/* Refused after the office had already built on it: what follows goes as well. */
static void what_follows_goes_with_it(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter;

    fixture_publish_agent(&f->centre, ANNE, "b", "");
    matter = make(f, ANNE, RECORD_CASE, fixture_case(&f->centre, ANNE, "sample/a"));
    relay_applied(f, CHLOE,
                  fixture_operation(&f->centre, CHLOE, OPERATION_CLAIM, RECORD_CASE, &matter, 1,
                                    json_pack("{s:s}", "status", "in-progress")),
                  LEDGER_APPLIED);
    assert_int_equal(relay_push(f, 1, true), 1);
    assert_int_equal(shows(f, CHLOE, &matter), SHOWN_GONE);
    relay_settle(f);
    assert_int_equal(shows(f, CHLOE, &matter), SHOWN_GONE);
}

/* It hangs on a file that somebody comes to see later: it does not come with it. */
static void what_was_refused_comes_back_with_no_file(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter = make(f, CHLOE, RECORD_CASE, fixture_case(&f->centre, CHLOE, "sample/a"));
    struct id refused, kept;

    fixture_publish_agent(&f->centre, ANNE, "b", "");
    refused =
        make(f, ANNE, RECORD_NOTE, fixture_note(&f->centre, ANNE, "sample/a", &matter, "one"));
    kept = make(f, CHLOE, RECORD_NOTE, fixture_note(&f->centre, CHLOE, "sample/a", &matter, "two"));
    assert_int_equal(relay_push(f, 10, true), 3);
    assert_int_equal(shows(f, CHLOE, &refused), SHOWN_GONE);
    make(f, CHLOE, RECORD_HANDOFF,
         fixture_handoff(&f->centre, CHLOE, "sample/a", &matter, f->centre.actors[ANNE].agent.text,
                         NULL, NULL));
    assert_int_equal(shows(f, ANNE, &kept), SHOWN);
    assert_int_equal(shows(f, ANNE, &refused), SHOWN_GONE);
    relay_settle(f);
    assert_int_equal(shows(f, CHLOE, &refused), SHOWN_GONE);
    assert_int_equal(shows(f, CHLOE, &kept), SHOWN);
}

static struct id offered_by_ben(struct relay_fixture *f, const struct id *matter)
{
    return fixture_make(&f->centre, BEN, RECORD_HANDOFF,
                        fixture_handoff(&f->centre, BEN, "sample/b", matter,
                                        f->centre.actors[CHLOE].agent.text, NULL, NULL));
}

/* The page that takes back, without what it gives: the centre's word is enough. */
static void take_only(struct relay_fixture *f)
{
    struct scope_set scopes = {0};
    struct ledger_page page;
    char digest[LEDGER_DIGEST_SIZE];
    json_t *gone;

    assert_int_equal(ledger_relay_scopes(f->centre.ledger, &f->account, &scopes, digest, NULL), 0);
    assert_int_equal(
        ledger_changes(f->centre.ledger, &scopes, f->place.desk, 1000, NULL, &page, NULL), 0);
    assert_int_equal(ledger_relay_page_gone(&page, &gone, NULL), 0);
    assert_int_equal(json_array_size(gone), 1);
    assert_int_equal(ledger_relay_take(f->relay, gone, 0, NULL), 0);
    json_decref(gone);
    ledger_page_clear(&page);
    scope_set_free(&scopes);
}

static void what_the_centre_takes_back_leaves_the_office(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter =
        fixture_make(&f->centre, BEN, RECORD_CASE, fixture_case(&f->centre, BEN, "sample/b"));
    struct id handoff = offered_by_ben(f, &matter);
    struct ledger_check counts;

    relay_pull(f);
    assert_int_equal(shows(f, CHLOE, &matter), SHOWN);
    fixture_applied(&f->centre, BEN,
                    fixture_operation(&f->centre, BEN, OPERATION_CLAIM, RECORD_HANDOFF, &handoff, 1,
                                      json_pack("{s:s}", "state", "withdrawn")));
    take_only(f);
    assert_int_equal(shows(f, CHLOE, &matter), SHOWN_GONE);
    relay_pull(f);
    assert_int_equal(shows(f, CHLOE, &matter), SHOWN_GONE);
    assert_int_equal(shows(f, CHLOE, &handoff), SHOWN);
    /* What is offered again comes again, though it is the same as before. */
    offered_by_ben(f, &matter);
    relay_pull(f);
    assert_int_equal(shows(f, CHLOE, &matter), SHOWN);
    assert_int_equal(ledger_check(f->path, no_finding, NULL, &counts, NULL), 0);
}

#define WITH(test)                                                                                 \
    cmocka_unit_test_setup_teardown(test, relay_fixture_setup, relay_fixture_teardown)

static void assign_at_centre(struct relay_fixture *f, const struct id *matter, int64_t base,
                             enum fixture_agent to)
{
    fixture_applied(
        &f->centre, ANNE,
        fixture_operation(&f->centre, ANNE, OPERATION_CLAIM, RECORD_CASE, matter, base,
                          json_pack("{s:s}", "assignee", f->centre.actors[to].agent.text)));
}

/* The case came into other hands at the centre: who had it sees the restricted notes no longer, at
 * the relay neither; who wrote them does, and who has it now. */
static void a_restricted_note_follows_the_case(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter = make(f, ANNE, RECORD_CASE, fixture_case(&f->centre, ANNE, "sample/a")), id;
    json_t *note;

    relay_denis_comes(f);
    relay_settle(f);
    assign_at_centre(f, &matter, 1, CHLOE);
    relay_settle(f);
    note = fixture_note(&f->centre, ANNE, "sample/a", &matter, "threatened by her brother");
    json_object_set_new(note, "visibility", json_string("restricted"));
    id = make(f, ANNE, RECORD_NOTE, note);
    relay_settle(f);
    assert_int_equal(shows(f, CHLOE, &id), SHOWN);
    assert_int_equal(shows(f, DENIS, &id), SHOWN_NOT);
    assign_at_centre(f, &matter, 2, DENIS);
    relay_settle(f);
    assert_int_equal(shows(f, CHLOE, &id), SHOWN_GONE);
    assert_int_equal(shows(f, ANNE, &id), SHOWN);
    assert_int_equal(shows(f, DENIS, &id), SHOWN);
    /* With nobody new in the office to give it to. */
    assign_at_centre(f, &matter, 3, ANNE);
    relay_settle(f);
    assert_int_equal(shows(f, DENIS, &id), SHOWN_GONE);
    assert_int_equal(shows(f, ANNE, &id), SHOWN);
}

/* Gives the note as it is at the centre, in these scopes. */
static void give_note(struct relay_fixture *f, const struct id *id, const char *first,
                      const char *second)
{
    json_t *document = centre_document(f, RECORD_NOTE, id);
    json_t *records = json_pack("[O]", document);

    json_object_set_new(document, "scopes", json_pack("[s, s*]", first, second));
    assert_int_equal(ledger_relay_give(f->relay, records, &f->place, 0, NULL), 0);
    json_decref(records);
    json_decref(document);
}

/* A note of another office, given as seen by the whole office and by a queue of it. */
static struct id give_twice_seen(struct relay_fixture *f)
{
    struct id matter =
        fixture_make(&f->centre, BEN, RECORD_CASE, fixture_case(&f->centre, BEN, "sample/b"));
    struct id note = fixture_make(&f->centre, BEN, RECORD_NOTE,
                                  fixture_note(&f->centre, BEN, "sample/b", &matter, "moved"));

    fixture_publish_agent(&f->centre, CHLOE, "a", "sample/w");
    relay_pull(f);
    give_note(f, &note, "office:sample/a", "queue:sample/w");
    return note;
}

/* An offer to the office ended while the link was cut in the middle of what it had opened: the
 * relay has a note of the case, and neither the case nor the offer. */
static void what_an_offer_opened_in_part_leaves_the_office(void **state)
{
    struct relay_fixture *f = *state;
    struct id note = give_twice_seen(f);

    assert_int_equal(shows(f, ANNE, &note), SHOWN);
    give_note(f, &note, "queue:sample/w", NULL);
    assert_int_equal(shows(f, ANNE, &note), SHOWN_GONE);
    assert_int_equal(shows(f, CHLOE, &note), SHOWN);
}

static bool stands_in(struct relay_fixture *f, const struct id *id, const char *scope)
{
    struct scope_set scopes = {0};
    struct ledger_page page;
    bool stands;

    assert_int_equal(scope_set_add(&scopes, "", scope, NULL), 0);
    assert_int_equal(ledger_changes(f->relay, &scopes, 0, 1000, NULL, &page, NULL), 0);
    stands = strstr(page.records, id->text) != NULL;
    ledger_page_clear(&page);
    scope_set_free(&scopes);
    return stands;
}

/* A protected file stands in other scopes of the same names: it has not left those. */
static void what_is_protected_stays_with_who_may_see_it(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter =
        fixture_make(&f->centre, BEN, RECORD_CASE, fixture_case(&f->centre, BEN, "sample/b"));
    struct id note = fixture_make(&f->centre, BEN, RECORD_NOTE,
                                  fixture_note(&f->centre, BEN, "sample/b", &matter, "moved"));

    give_note(f, &note, "queue:sample/w", NULL);
    assert_true(stands_in(f, &note, "queue:sample/w"));
    give_note(f, &note, "protected:queue:sample/w", NULL);
    assert_false(stands_in(f, &note, "queue:sample/w"));
    assert_true(stands_in(f, &note, "protected:queue:sample/w"));
    give_note(f, &note, "queue:sample/w", NULL);
    assert_true(stands_in(f, &note, "queue:sample/w"));
    assert_false(stands_in(f, &note, "protected:queue:sample/w"));
}

/* It is the office's own, whatever the centre says. */
static void what_has_a_reason_here_stays(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter = make(f, ANNE, RECORD_CASE, fixture_case(&f->centre, ANNE, "sample/a"));
    struct id note =
        make(f, ANNE, RECORD_NOTE, fixture_note(&f->centre, ANNE, "sample/a", &matter, "moved"));

    relay_settle(f);
    give_note(f, &note, "office:sample/a", "queue:sample/w");
    give_note(f, &note, "queue:sample/w", NULL);
    assert_int_equal(shows(f, ANNE, &note), SHOWN);
}

static void chloe_protects(struct relay_fixture *f, const struct id *client, int64_t base,
                           json_t *kind)
{
    fixture_applied(&f->centre, CHLOE,
                    fixture_operation(&f->centre, CHLOE, OPERATION_CLAIM, RECORD_CLIENT, client,
                                      base,
                                      json_pack("{s:o, s:s, s:s}", "protection", kind,
                                                "protection_reason", "threatened", "protected_by",
                                                f->centre.actors[CHLOE].agent.text)));
    relay_pull(f);
}

/* A file that is protected at the centre is so in the branch, also what is written there later. */
static void a_protected_file_leaves_the_branch_too(void **state)
{
    struct relay_fixture *f = *state;
    struct id client, matter, note;
    json_t *body;

    fixture_publish(&f->centre, RECORD_AGENT, "sample/chloe",
                    json_pack("{s:s, s:s, s:s, s:s, s:[s]}", "login", "chloe", "name", "chloe",
                              "office", "sample/a", "role", "supervisor", "queues", "sample/w"));
    relay_pull(f);
    client = relay_make_client(f, ANNE);
    body = fixture_case(&f->centre, ANNE, "sample/a");
    json_object_set_new(body, "client", json_string(client.text));
    matter = make(f, ANNE, RECORD_CASE, body);
    relay_settle(f);
    assert_int_equal(shows(f, ANNE, &matter), SHOWN);
    chloe_protects(f, &client, 1, json_string("person"));
    assert_int_equal(shows(f, ANNE, &client), SHOWN_GONE);
    assert_int_equal(shows(f, ANNE, &matter), SHOWN_GONE);
    assert_int_equal(shows(f, CHLOE, &client), SHOWN);
    assert_int_equal(shows(f, CHLOE, &matter), SHOWN);
    note =
        make(f, CHLOE, RECORD_NOTE, fixture_note(&f->centre, CHLOE, "sample/a", &matter, "hidden"));
    assert_int_equal(shows(f, ANNE, &note), SHOWN_NOT);
    relay_settle(f);
    assert_int_equal(shows(f, ANNE, &note), SHOWN_NOT);
    assert_int_equal(shows(f, CHLOE, &note), SHOWN);
    chloe_protects(f, &client, 2, json_null());
    assert_int_equal(shows(f, ANNE, &client), SHOWN);
    assert_int_equal(shows(f, ANNE, &matter), SHOWN);
    assert_int_equal(shows(f, ANNE, &note), SHOWN);
}

static void copy_centre(const struct relay_fixture *f, const char *copy)
{
    sqlite3 *database = NULL;
    char sql[300];

    (void)snprintf(sql, sizeof(sql), "VACUUM INTO '%s'", copy);
    assert_int_equal(sqlite3_open(f->centre.path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

static void restore_centre(struct relay_fixture *f, const char *copy)
{
    ledger_close(f->centre.ledger);
    assert_int_equal(rename(copy, f->centre.path), 0);
    assert_int_equal(ledger_open(&f->centre.ledger, f->centre.path, NULL), 0);
}

static void begin_anew(struct relay_fixture *f)
{
    f->place.desk = f->place.catalogue = 0;
    f->place.desk_epoch[0] = f->place.catalogue_epoch[0] = f->place.scopes[0] = '\0';
    assert_int_equal(ledger_relay_begin_anew(f->relay, &f->place, NULL), 0);
}

/* What the centre showed the office in more of its scopes before the relay began anew, however
 * often, than it does since: what the relay was given goes by what it was given before that. */
static void what_left_a_scope_before_all_is_read_anew_leaves_it(void **state)
{
    struct relay_fixture *f = *state;
    struct id note = give_twice_seen(f);

    begin_anew(f);
    begin_anew(f);
    assert_int_equal(shows(f, ANNE, &note), SHOWN);
    give_note(f, &note, "queue:sample/w", NULL);
    assert_int_equal(shows(f, ANNE, &note), SHOWN_GONE);
    assert_int_equal(shows(f, CHLOE, &note), SHOWN);
}

/* The centre was restored from an older copy: what it made itself after that nobody offers again.
 */
static void what_a_restored_centre_lost_leaves_the_office(void **state)
{
    struct relay_fixture *f = *state;
    struct id kept =
        fixture_make(&f->centre, CHLOE, RECORD_CASE, fixture_case(&f->centre, CHLOE, "sample/a"));
    struct id lost, own, waiting;
    char copy[160];

    relay_settle(f);
    (void)snprintf(copy, sizeof(copy), "%s-copy", f->centre.path);
    copy_centre(f, copy);
    lost =
        fixture_make(&f->centre, CHLOE, RECORD_CASE, fixture_case(&f->centre, CHLOE, "sample/a"));
    own = make(f, ANNE, RECORD_CASE, fixture_case(&f->centre, ANNE, "sample/a"));
    relay_settle(f);
    waiting = make(f, ANNE, RECORD_CASE, fixture_case(&f->centre, ANNE, "sample/a"));
    assert_int_equal(shows(f, CHLOE, &lost), SHOWN);
    restore_centre(f, copy);
    begin_anew(f);
    relay_fixture_restart(f);
    assert_int_equal(shows(f, CHLOE, &lost), SHOWN);
    relay_pull(f);
    assert_int_equal(shows(f, CHLOE, &lost), SHOWN_GONE);
    assert_int_equal(shows(f, CHLOE, &kept), SHOWN);
    assert_int_equal(shows(f, CHLOE, &own), SHOWN);
    assert_int_equal(shows(f, CHLOE, &waiting), SHOWN);
}

/* An offer to a queue after which comes another, where it is `following`; both sides have it. */
static struct id offer_until(struct relay_fixture *f, int64_t due_ms, struct id *following)
{
    json_t *body = fixture_handoff(&f->centre, ANNE, "sample/a", NULL, NULL, NULL, "sample/w");
    struct id id;

    fixture_publish(&f->centre, RECORD_QUEUE, "sample/v", json_pack("{s:i}", "offer_minutes", 5));
    fixture_publish(&f->centre, RECORD_QUEUE, "sample/w", json_pack("{s:s}", "next_queue", "v"));
    fixture_publish_agent(&f->centre, DENIS, "a", "sample/v");
    fixture_publish_agent(&f->centre, CHLOE, "a", "sample/w");
    relay_pull(f);
    json_object_set_new(body, "expires_at", json_time(due_ms));
    id = make(f, ANNE, RECORD_HANDOFF, body);
    *following = id_from_key("handoff", id.text);
    relay_settle(f);
    return id;
}

/* The centre made what follows an offer; it has expired here, when the centre is restored to a copy
 * from before the first one did. While all is read anew that one expires once more: the claim on
 * what followed it, which waits again, is not what makes it. */
static void what_a_restored_centre_made_and_lost_is_made_here(void **state)
{
    struct relay_fixture *f = *state;
    int64_t due = f->centre.clock_ms + 5 * MINUTE, gone = due + 12 * 60 * MINUTE;
    struct id following, id = offer_until(f, due, &following);
    char copy[160];
    int expired;

    (void)snprintf(copy, sizeof(copy), "%s-copy", f->centre.path);
    copy_centre(f, copy);

    assert_int_equal(ledger_handoffs_expire(f->centre.ledger, gone, &expired, NULL), 0);
    assert_string_equal(centre_says(f, RECORD_HANDOFF, &following, "state"), "offered");
    relay_settle(f);
    assert_int_equal(ledger_handoffs_expire(f->relay, gone + 6 * MINUTE, &expired, NULL), 0);
    assert_int_equal(expired, 1);
    relay_settle(f);
    assert_string_equal(centre_says(f, RECORD_HANDOFF, &following, "state"), "expired");

    restore_centre(f, copy);
    begin_anew(f);
    relay_pull_desk(f);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &id, "state"), "offered");
    assert_int_equal(ledger_handoffs_expire(f->relay, gone + 7 * MINUTE, &expired, NULL), 0);
    relay_settle(f);
    assert_string_equal(centre_says(f, RECORD_HANDOFF, &id, "state"), "expired");
    assert_string_equal(centre_says(f, RECORD_HANDOFF, &following, "state"), "offered");
    assert_relay_agrees(f, RECORD_HANDOFF, &following);
}

/* What makes an offer expire and what offers it anew are of one batch, whatever its bounds. */
static void what_follows_an_offer_leaves_with_its_end(void **state)
{
    struct relay_fixture *f = *state;
    int64_t due = f->centre.clock_ms + 5 * MINUTE;
    struct id following, id = offer_until(f, due, &following), matter;
    json_t *batch;
    int expired;

    assert_int_equal(ledger_handoffs_expire(f->relay, due + MINUTE, &expired, NULL), 0);
    assert_int_equal(expired, 1);
    matter = make(f, ANNE, RECORD_CASE, fixture_case(&f->centre, ANNE, "sample/a"));
    for (int turn = 0; turn < 2; turn++) {
        assert_int_equal(ledger_upward_read(f->relay, turn == 0 ? 1 : 100, turn == 0 ? 1 << 20 : 1,
                                            &batch, NULL),
                         0);
        assert_int_equal(json_array_size(batch), 2);
        assert_string_equal(json_text_or(json_array_get(batch, 0), "record", ""), id.text);
        assert_string_equal(json_text_or(json_array_get(batch, 1), "record", ""), following.text);
        json_decref(batch);
    }
    assert_int_equal(relay_push(f, 1, true), 2);
    assert_string_equal(centre_says(f, RECORD_HANDOFF, &following, "state"), "offered");
    /* The others one by one, as they were. */
    assert_int_equal(relay_push(f, 1, true), 1);
    assert_string_equal(centre_says(f, RECORD_CASE, &matter, "office"), "sample/a");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH(what_the_centre_refuses_to_have_made_is_taken_away),
        WITH(what_follows_goes_with_it),
        WITH(what_was_refused_comes_back_with_no_file),
        WITH(what_the_centre_takes_back_leaves_the_office),
        WITH(a_restricted_note_follows_the_case),
        WITH(what_an_offer_opened_in_part_leaves_the_office),
        WITH(what_has_a_reason_here_stays),
        WITH(what_is_protected_stays_with_who_may_see_it),
        WITH(a_protected_file_leaves_the_branch_too),
        WITH(what_left_a_scope_before_all_is_read_anew_leaves_it),
        WITH(what_a_restored_centre_lost_leaves_the_office),
        WITH(what_a_restored_centre_made_and_lost_is_made_here),
        WITH(what_follows_an_offer_leaves_with_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
