/* Erasure, and what bars it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/intake.h"
#include "net/ledger_audit.h"
#include "net/ledger_scope.h"
#include "net/ledger_sqlite.h"
#include "tests/unit/erase_fixture.h"
#include "tests/unit/relay_fixture.h"

static void all_about_a_client_goes_and_nothing_else(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = erase_client(f), merged = erase_client(f), other = erase_client(f);
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, erase_case(f, &client));
    struct id others = fixture_make(f, ANNE, RECORD_CASE, erase_case(f, &other));
    struct id note = erase_note(f, &matter), kept = erase_note(f, &others);
    struct id spoken = fixture_make(f, ANNE, RECORD_CONTACT, erase_contact(f, &merged, true));
    struct audit_entry said = {.kind = AUDIT_READ, .at_ms = f->clock_ms, .words = SECRET " asked"};
    json_t *body =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "client", other.text, "delegate",
                  client.text, "proof", SECRET " letter", "author", f->actors[ANNE].agent.text,
                  "office", "sample/a", "at", "2026-11-24T10:00:00.000Z", "state", "valid");
    struct id delegation = fixture_make(f, ANNE, RECORD_DELEGATION, body);

    erase_claim(f, RECORD_CLIENT, &merged, 1, "merged_into", client.text);
    erase_claim(f, RECORD_CASE, &matter, 1, "status", "closed");
    assert_true(erase_occurrences(f->folder, SECRET " note") >= 2);
    said.client = merged;
    assert_int_equal(ledger_audit_write(f->ledger, &said, NULL), 0);
    assert_int_equal(erase_occurrences(f->folder, SECRET " asked"), 1);
    /* By the name of the one that was merged as well. */
    assert_int_equal(erase_now(f, RECORD_CLIENT, &merged), 6);

    assert_int_equal(erase_occurrences(f->folder, SECRET " letter"), 0);
    assert_int_equal(erase_occurrences(f->folder, SECRET " asked"), 0);
    assert_int_equal(erase_number(f, "SELECT count(DISTINCT record) FROM search"), 1);
    assert_int_equal(erase_occurrences(f->folder, SECRET " note"), 1);
    assert_int_equal(erase_occurrences(f->folder, SECRET " Client"), 1);
    assert_false(fixture_sees(f, ANNE, 0, &note));
    assert_false(fixture_sees(f, ANNE, 0, &spoken));
    assert_false(fixture_sees(f, ANNE, 0, &delegation));
    assert_true(fixture_sees(f, ANNE, 0, &kept));
    assert_int_equal(fixture_read(f, ANNE, RECORD_CLIENT, &client, NULL), ERROR_REFUSED);
    assert_int_equal(erase_number(f, "SELECT count(*) FROM audit WHERE kind = 'erase'"), 6);
    assert_int_equal(fixture_check(f), 0);

    /* Once more there is nothing, and nothing comes to it any more. */
    struct ledger_erased erased;
    enum ledger_bar bar;
    assert_int_equal(erase_try(f->ledger, f, RECORD_CLIENT, &client, &bar, &erased),
                     ERROR_NOT_FOUND);
    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_FIELDS, RECORD_CLIENT, &client, 1,
                                      json_pack("{s:s}", "phone", "555-0100")),
                    MERGE_ERASED, NULL);
}

static void a_case_goes_and_its_client_stays(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = erase_client(f);
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, erase_case(f, &client));
    struct id note = erase_note(f, &matter);

    erase_claim(f, RECORD_CASE, &matter, 1, "status", "approved");
    assert_int_equal(erase_now(f, RECORD_CASE, &matter), 2);
    assert_true(fixture_sees(f, ANNE, 0, &client));
    assert_false(fixture_sees(f, ANNE, 0, &note));
}

/* What agents said when they opened it goes with it, also when it is nobody's, and when it was one
 * of several that were found. */
static void the_words_about_it_go_too(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = erase_client(f), other = erase_client(f);
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, fixture_case(f, ANNE, "sample/a"));
    struct audit_entry said = {.kind = AUDIT_READ,
                               .at_ms = f->clock_ms,
                               .type = RECORD_CASE,
                               .record = matter,
                               .words = SECRET " opened"};
    struct audit_entry sought = {
        .kind = AUDIT_SEARCH, .at_ms = f->clock_ms, .words = SECRET " sought", .client_count = 2};
    unsigned char clients[2 * ID_BYTES];

    id_to_bytes(&other, clients);
    id_to_bytes(&client, clients + ID_BYTES);
    sought.clients = clients;
    assert_int_equal(ledger_audit_write(f->ledger, &said, NULL), 0);
    assert_int_equal(ledger_audit_write(f->ledger, &sought, NULL), 0);
    erase_claim(f, RECORD_CASE, &matter, 1, "status", "closed");
    assert_int_equal(erase_now(f, RECORD_CASE, &matter), 1);
    assert_int_equal(erase_occurrences(f->folder, SECRET " opened"), 0);
    assert_int_equal(erase_occurrences(f->folder, SECRET " sought"), 1);
    assert_int_equal(erase_now(f, RECORD_CLIENT, &client), 1);
    assert_int_equal(erase_occurrences(f->folder, SECRET " sought"), 0);
    assert_int_equal(erase_number(f, "SELECT count(*) FROM audit WHERE words IS NOT NULL"), 2);
}

/* A database of version 16 knows of its words only by the entries. */
static void words_of_an_older_version_are_found(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, fixture_case(f, ANNE, "sample/a"));
    struct audit_entry said = {
        .kind = AUDIT_READ, .at_ms = f->clock_ms, .record = matter, .words = SECRET " opened"};

    assert_int_equal(ledger_audit_write(f->ledger, &said, NULL), 0);
    erase_claim(f, RECORD_CASE, &matter, 1, "status", "closed");
    ledger_close(f->ledger);
    erase_run(f, "DROP TABLE role_move; DROP INDEX audit_words_by_about;"
                 "ALTER TABLE audit_words DROP COLUMN about; DROP TABLE reason;"
                 "DROP TABLE audit_key_change; ALTER TABLE audit DROP COLUMN request;"
                 "ALTER TABLE relay DROP COLUMN ended; ALTER TABLE relay DROP COLUMN carried;"
                 "ALTER TABLE given DROP COLUMN scopes; ALTER TABLE record DROP COLUMN known_from;"
                 "PRAGMA user_version = 16");
    assert_int_equal(ledger_open(&f->ledger, f->path, NULL), 0);
    assert_int_equal(erase_now(f, RECORD_CASE, &matter), 1);
    assert_int_equal(erase_occurrences(f->folder, SECRET " opened"), 0);
}

/* What came as a message: its attachments and the ways by which it is found go with it. */
static void attachments_go_with_their_message(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = erase_client(f);
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, erase_case(f, &client));
    struct ledger_erased erased;
    enum ledger_bar bar;
    char sql[400];
    sqlite3 *database;

    erase_claim(f, RECORD_CASE, &matter, 1, "status", "closed");
    assert_int_equal(sqlite3_open(f->path, &database), SQLITE_OK);
    (void)snprintf(sql, sizeof(sql),
                   "INSERT INTO attachment VALUES ('x', '%s', 'a', 'b', x'00', '" SECRET " file');"
                   "INSERT INTO notice (matter, rev, status, at) VALUES ('%s', 1, 'closed', 1);"
                   "INSERT INTO message_code VALUES ('%s', '{}')",
                   matter.text, matter.text, matter.text);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
    assert_int_not_equal(erase_number(f, "SELECT count(*) FROM reach"), 0);
    assert_int_equal(erase_try(f->ledger, f, RECORD_CLIENT, &client, &bar, &erased), 0);
    assert_int_equal(erased.attachments, 1);
    assert_int_equal(erase_occurrences(f->folder, SECRET), 0);
    assert_int_equal(erase_number(f, "SELECT count(*) FROM reach"), 0);
    assert_int_equal(erase_number(f, "SELECT count(*) FROM notice"), 0);
    assert_int_equal(erase_number(f, "SELECT count(*) FROM message_code"), 0);
}

static void what_is_at_work_is_not_erased(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = erase_client(f);
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, erase_case(f, &client));
    struct id spoken, handoff;
    json_t *body;

    assert_int_equal(erase_bar(f, RECORD_CLIENT, &client), LEDGER_BAR_OPEN);
    erase_claim(f, RECORD_CASE, &matter, 1, "status", "in-progress");
    assert_int_equal(erase_bar(f, RECORD_CASE, &matter), LEDGER_BAR_OPEN);
    erase_claim(f, RECORD_CASE, &matter, 2, "status", "refused");
    body = fixture_handoff(f, ANNE, "sample/a", &matter, f->actors[DENIS].agent.text, NULL, NULL);
    handoff = fixture_make(f, ANNE, RECORD_HANDOFF, body);
    assert_int_equal(erase_bar(f, RECORD_CLIENT, &client), LEDGER_BAR_WAITING);
    erase_claim(f, RECORD_HANDOFF, &handoff, 1, "state", "withdrawn");
    spoken = fixture_make(f, ANNE, RECORD_CONTACT, erase_contact(f, &client, false));
    assert_int_equal(erase_bar(f, RECORD_CLIENT, &client), LEDGER_BAR_OPEN);
    fixture_applied(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_FIELDS, RECORD_CONTACT, &spoken, 1,
                                      json_pack("{s:s}", "ended_at", "2026-11-24T10:05:00.000Z")));
    assert_int_equal(erase_now(f, RECORD_CLIENT, &client), 4);
}

static void what_is_held_back_is_not_erased(void **state)
{
    struct ledger_fixture *f = *state;
    const struct ledger_erasure hold = {
        .agent = f->actors[DENIS].agent, .at_ms = f->clock_ms, .why = "a court asks"};
    const struct ledger_erasure mute = {.at_ms = f->clock_ms, .why = ""};
    struct id client = erase_client(f);
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, erase_case(f, &client));
    struct id nobody = fixture_id(f);

    erase_claim(f, RECORD_CASE, &matter, 1, "status", "closed");
    assert_int_equal(ledger_hold(f->ledger, RECORD_CASE, &matter, &mute, NULL), ERROR_INVALID);
    assert_int_equal(ledger_hold(f->ledger, RECORD_CASE, &nobody, &hold, NULL), ERROR_NOT_FOUND);
    assert_int_equal(ledger_hold(f->ledger, RECORD_PROMISE, &matter, &hold, NULL), ERROR_INVALID);
    assert_int_equal(ledger_hold(f->ledger, RECORD_CASE, &matter, &hold, NULL), 0);
    assert_int_equal(erase_bar(f, RECORD_CLIENT, &client), LEDGER_BAR_HELD);
    assert_int_equal(ledger_hold_end(f->ledger, RECORD_CASE, &matter, &hold, NULL), 0);
    assert_int_equal(ledger_hold_end(f->ledger, RECORD_CASE, &matter, &hold, NULL),
                     ERROR_NOT_FOUND);
    /* Whoever holds a client holds their cases, also when only one of these is to go. */
    assert_int_equal(ledger_hold(f->ledger, RECORD_CLIENT, &client, &hold, NULL), 0);
    fixture_reopen(f);
    assert_int_equal(erase_bar(f, RECORD_CASE, &matter), LEDGER_BAR_HELD);
    assert_int_equal(ledger_hold_end(f->ledger, RECORD_CLIENT, &client, &hold, NULL), 0);
    assert_int_equal(erase_now(f, RECORD_CLIENT, &client), 2);
    assert_int_equal(ledger_hold(f->ledger, RECORD_CLIENT, &client, &hold, NULL), ERROR_NOT_FOUND);
}

/* --- relays ----------------------------------------------------------------------------------- */

/* How many rows of the relay's database say the secret in the document of this id. */
static int64_t relay_number(struct relay_fixture *f, const char *id)
{
    struct ledger_fixture at_relay = {0};
    char sql[300];

    (void)snprintf(at_relay.path, sizeof(at_relay.path), "%.95s", f->path);
    (void)snprintf(
        sql, sizeof(sql),
        "SELECT (SELECT count(*) FROM record WHERE id = '%s' AND instr(document, '" SECRET
        "')) + (SELECT count(*) FROM given WHERE instr(document, '" SECRET "'))",
        id);
    return erase_number(&at_relay, sql);
}

static void a_relay_erases_what_the_centre_erased(void **state)
{
    struct relay_fixture *f = *state;
    struct id client = erase_client(&f->centre);
    struct ledger_erased erased;
    enum ledger_bar bar;
    json_t *document;

    relay_settle(f);
    document = relay_document(f, RECORD_CLIENT, &client);
    assert_non_null(strstr(json_text_or(json_object_get(document, "body"), "name", ""), SECRET));
    json_decref(document);
    assert_int_equal(erase_try(f->centre.ledger, &f->centre, RECORD_CLIENT, &client, &bar, &erased),
                     0);
    relay_settle(f);
    document = relay_document(f, RECORD_CLIENT, &client);
    assert_string_equal(json_text_or(json_object_get(document, "body"), "name", ""), "");
    json_decref(document);
    assert_int_equal(erase_occurrences(f->centre.folder, SECRET), 0);
}

/* Also what the centre took back from it before: the row is there still. */
static void a_relay_erases_what_it_had_to_let_go(void **state)
{
    struct relay_fixture *f = *state;
    struct ledger_fixture *c = &f->centre;
    struct id matter, handoff;
    json_t *body;

    /* Office b's, shown to office a by an offer that ends. */
    matter =
        fixture_make(c, BEN, RECORD_CASE,
                     erase_named(fixture_case(c, BEN, "sample/b"), "subject", SECRET " matter"));
    body = fixture_handoff(c, BEN, "sample/b", &matter, c->actors[CHLOE].agent.text, NULL, NULL);
    handoff = fixture_make(c, BEN, RECORD_HANDOFF, body);
    relay_settle(f);
    assert_int_not_equal(relay_number(f, matter.text), 0);
    fixture_decide(c, BEN, &handoff, 1, "withdrawn", c->clock_ms);
    relay_settle(f);
    assert_int_not_equal(relay_number(f, matter.text), 0);
    /* Long ago: others forget that it was taken. */
    for (int i = 1; i < 4; i++) {
        assert_int_equal(ledger_begin(c->ledger, NULL), 0);
        assert_int_equal(
            ledger_gone_prune(c->ledger, clock_system(NULL) + i * LEDGER_GONE_KEPT_MS, NULL), 0);
        assert_int_equal(ledger_commit(c->ledger, NULL), 0);
    }
    fixture_applied(c, BEN,
                    fixture_operation(c, BEN, OPERATION_CLAIM, RECORD_CASE, &matter, 1,
                                      json_pack("{s:s}", "status", "closed")));
    assert_int_equal(erase_now(c, RECORD_CASE, &matter), 2);
    relay_settle(f);
    assert_int_equal(relay_number(f, matter.text), 0);
}

/* What an agent did in the office meanwhile is not lost without a word. */
static void what_waits_at_a_relay_is_refused_as_erased(void **state)
{
    struct relay_fixture *f = *state;
    struct id client = erase_client(&f->centre);
    struct ledger_erased erased;
    enum ledger_bar bar;
    json_t *told;

    relay_settle(f);
    relay_applied(f, CHLOE, relay_fields(f, CHLOE, &client, 1, "phone", "555-0100"),
                  LEDGER_APPLIED);
    assert_int_equal(erase_try(f->centre.ledger, &f->centre, RECORD_CLIENT, &client, &bar, &erased),
                     0);
    relay_pull(f);
    relay_settle(f);
    assert_int_equal(relay_waiting(f), 0);
    assert_int_equal(ledger_told_read(f->relay, &f->centre.actors[CHLOE].agent, 0, &told, NULL), 0);
    assert_int_equal(json_array_size(told), 1);
    assert_string_equal(json_text_or(json_array_get(told, 0), "reason", ""), "erased");
    json_decref(told);
    assert_int_equal(erase_occurrences(f->centre.folder, SECRET), 0);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(all_about_a_client_goes_and_nothing_else),
        WITH(a_case_goes_and_its_client_stays),
        WITH(the_words_about_it_go_too),
        WITH(words_of_an_older_version_are_found),
        WITH(attachments_go_with_their_message),
        WITH(what_is_at_work_is_not_erased),
        WITH(what_is_held_back_is_not_erased),
        cmocka_unit_test_setup_teardown(a_relay_erases_what_the_centre_erased, relay_fixture_setup,
                                        relay_fixture_teardown),
        cmocka_unit_test_setup_teardown(a_relay_erases_what_it_had_to_let_go, relay_fixture_setup,
                                        relay_fixture_teardown),
        cmocka_unit_test_setup_teardown(what_waits_at_a_relay_is_refused_as_erased,
                                        relay_fixture_setup, relay_fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
