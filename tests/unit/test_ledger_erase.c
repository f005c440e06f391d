/* Erasure, what bars it, and rules of retention. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/intake.h"
#include "net/ledger_audit.h"
#include "net/ledger_retention.h"
#include "tests/unit/ledger_fixture.h"
#include "tests/unit/relay_fixture.h"

#define SECRET "Zephyrine"

/* --- making ----------------------------------------------------------------------------------- */

static json_t *named(json_t *body, const char *member, const char *text)
{
    json_object_set_new(body, member, json_string(text));
    return body;
}

static struct id make_client(struct ledger_fixture *f)
{
    return fixture_make(f, ANNE, RECORD_CLIENT,
                        named(fixture_client("sample/a"), "name", SECRET " Client"));
}

static json_t *case_of(struct ledger_fixture *f, const struct id *client)
{
    return named(fixture_case(f, ANNE, "sample/a"), "client", client->text);
}

static void claim(struct ledger_fixture *f, enum record_type type, const struct id *id,
                  int64_t base, const char *member, const char *word)
{
    fixture_applied(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_CLAIM, type, id, base,
                                      json_pack("{s:s}", member, word)));
}

static struct id make_note(struct ledger_fixture *f, const struct id *matter)
{
    return fixture_make(f, ANNE, RECORD_NOTE,
                        fixture_note(f, ANNE, "sample/a", matter, SECRET " note"));
}

static json_t *contact(struct ledger_fixture *f, const struct id *client, bool ended)
{
    json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:s}", "channel", "phone", "office", "sample/a",
                             "agent", f->actors[ANNE].agent.text, "started_at",
                             "2026-11-24T10:00:00.000Z", "client", client->text);

    if (ended)
        named(body, "ended_at", "2026-11-24T10:05:00.000Z");
    return body;
}

/* --- erasing ---------------------------------------------------------------------------------- */

static int erase(struct ledger *ledger, struct ledger_fixture *f, enum record_type type,
                 const struct id *id, enum ledger_bar *bar, struct ledger_erased *erased)
{
    const struct ledger_erasure erasure = {
        .agent = f->actors[DENIS].agent, .at_ms = f->clock_ms, .why = "asked by the client"};
    struct id at;

    return ledger_erase(ledger, type, id, &erasure, erased, bar, &at, NULL);
}

static enum ledger_bar bar_of(struct ledger_fixture *f, enum record_type type, const struct id *id)
{
    struct ledger_erased erased;
    enum ledger_bar bar;

    assert_int_equal(erase(f->ledger, f, type, id, &bar, &erased), ERROR_REFUSED);
    assert_int_equal(erased.records, 0);
    return bar;
}

static int64_t erase_now(struct ledger_fixture *f, enum record_type type, const struct id *id)
{
    struct ledger_erased erased;
    enum ledger_bar bar;

    assert_int_equal(erase(f->ledger, f, type, id, &bar, &erased), 0);
    assert_int_equal(bar, LEDGER_BAR_FREE);
    return erased.records;
}

/* How often bytes stand in any file of a folder. */
static int occurrences(const char *folder, const char *bytes)
{
    DIR *directory = opendir(folder);
    struct dirent *entry;
    int count = 0;

    assert_non_null(directory);
    while ((entry = readdir(directory)) != NULL) {
        char path[400];
        FILE *file;
        size_t matched = 0;
        int byte;

        (void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        file = entry->d_name[0] != '.' ? fopen(path, "rb") : NULL;
        while (file != NULL && (byte = getc(file)) != EOF) {
            matched = byte == bytes[matched] ? matched + 1 : byte == bytes[0] ? 1 : 0;
            if (bytes[matched] == '\0') {
                count++;
                matched = 0;
            }
        }
        if (file != NULL)
            fclose(file);
    }
    closedir(directory);
    return count;
}

static int64_t number(struct ledger_fixture *f, const char *sql)
{
    sqlite3 *database;
    sqlite3_stmt *statement;
    int64_t value;

    assert_int_equal(sqlite3_open_v2(f->path, &database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return value;
}

static void all_about_a_client_goes_and_nothing_else(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = make_client(f), merged = make_client(f), other = make_client(f);
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, case_of(f, &client));
    struct id others = fixture_make(f, ANNE, RECORD_CASE, case_of(f, &other));
    struct id note = make_note(f, &matter), kept = make_note(f, &others);
    struct id spoken = fixture_make(f, ANNE, RECORD_CONTACT, contact(f, &merged, true));
    struct audit_entry said = {.kind = AUDIT_READ, .at_ms = f->clock_ms, .words = SECRET " asked"};
    json_t *body =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "client", other.text, "delegate",
                  client.text, "proof", SECRET " letter", "author", f->actors[ANNE].agent.text,
                  "office", "sample/a", "at", "2026-11-24T10:00:00.000Z", "state", "valid");
    struct id delegation = fixture_make(f, ANNE, RECORD_DELEGATION, body);

    claim(f, RECORD_CLIENT, &merged, 1, "merged_into", client.text);
    claim(f, RECORD_CASE, &matter, 1, "status", "closed");
    assert_true(occurrences(f->folder, SECRET " note") >= 2);
    said.client = merged;
    assert_int_equal(ledger_audit_write(f->ledger, &said, NULL), 0);
    assert_int_equal(occurrences(f->folder, SECRET " asked"), 1);
    /* By the name of the one that was merged as well. */
    assert_int_equal(erase_now(f, RECORD_CLIENT, &merged), 6);

    assert_int_equal(occurrences(f->folder, SECRET " letter"), 0);
    assert_int_equal(occurrences(f->folder, SECRET " asked"), 0);
    assert_int_equal(number(f, "SELECT count(DISTINCT record) FROM search"), 1);
    assert_int_equal(occurrences(f->folder, SECRET " note"), 1);
    assert_int_equal(occurrences(f->folder, SECRET " Client"), 1);
    assert_false(fixture_sees(f, ANNE, 0, &note));
    assert_false(fixture_sees(f, ANNE, 0, &spoken));
    assert_false(fixture_sees(f, ANNE, 0, &delegation));
    assert_true(fixture_sees(f, ANNE, 0, &kept));
    assert_int_equal(fixture_read(f, ANNE, RECORD_CLIENT, &client, NULL), ERROR_REFUSED);
    assert_int_equal(number(f, "SELECT count(*) FROM audit WHERE kind = 'erase'"), 6);
    assert_int_equal(fixture_check(f), 0);

    /* Once more there is nothing, and nothing comes to it any more. */
    struct ledger_erased erased;
    enum ledger_bar bar;
    assert_int_equal(erase(f->ledger, f, RECORD_CLIENT, &client, &bar, &erased), ERROR_NOT_FOUND);
    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_FIELDS, RECORD_CLIENT, &client, 1,
                                      json_pack("{s:s}", "phone", "555-0100")),
                    MERGE_ERASED, NULL);
}

static void a_case_goes_and_its_client_stays(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = make_client(f);
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, case_of(f, &client));
    struct id note = make_note(f, &matter);

    claim(f, RECORD_CASE, &matter, 1, "status", "approved");
    assert_int_equal(erase_now(f, RECORD_CASE, &matter), 2);
    assert_true(fixture_sees(f, ANNE, 0, &client));
    assert_false(fixture_sees(f, ANNE, 0, &note));
}

/* What came as a message: its attachments and the ways by which it is found go with it. */
static void attachments_go_with_their_message(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = make_client(f);
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, case_of(f, &client));
    struct ledger_erased erased;
    enum ledger_bar bar;
    char sql[400];
    sqlite3 *database;

    claim(f, RECORD_CASE, &matter, 1, "status", "closed");
    assert_int_equal(sqlite3_open(f->path, &database), SQLITE_OK);
    (void)snprintf(sql, sizeof(sql),
                   "INSERT INTO attachment VALUES ('x', '%s', 'a', 'b', x'00', '" SECRET " file');"
                   "INSERT INTO notice (matter, rev, status, at) VALUES ('%s', 1, 'closed', 1);"
                   "INSERT INTO message_code VALUES ('%s', '{}')",
                   matter.text, matter.text, matter.text);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
    assert_int_not_equal(number(f, "SELECT count(*) FROM reach"), 0);
    assert_int_equal(erase(f->ledger, f, RECORD_CLIENT, &client, &bar, &erased), 0);
    assert_int_equal(erased.attachments, 1);
    assert_int_equal(occurrences(f->folder, SECRET), 0);
    assert_int_equal(number(f, "SELECT count(*) FROM reach"), 0);
    assert_int_equal(number(f, "SELECT count(*) FROM notice"), 0);
    assert_int_equal(number(f, "SELECT count(*) FROM message_code"), 0);
}

static void what_is_at_work_is_not_erased(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = make_client(f);
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, case_of(f, &client));
    struct id spoken, handoff;
    json_t *body;

    assert_int_equal(bar_of(f, RECORD_CLIENT, &client), LEDGER_BAR_OPEN);
    claim(f, RECORD_CASE, &matter, 1, "status", "in-progress");
    assert_int_equal(bar_of(f, RECORD_CASE, &matter), LEDGER_BAR_OPEN);
    claim(f, RECORD_CASE, &matter, 2, "status", "refused");
    body = fixture_handoff(f, ANNE, "sample/a", &matter, f->actors[DENIS].agent.text, NULL, NULL);
    handoff = fixture_make(f, ANNE, RECORD_HANDOFF, body);
    assert_int_equal(bar_of(f, RECORD_CLIENT, &client), LEDGER_BAR_WAITING);
    claim(f, RECORD_HANDOFF, &handoff, 1, "state", "withdrawn");
    spoken = fixture_make(f, ANNE, RECORD_CONTACT, contact(f, &client, false));
    assert_int_equal(bar_of(f, RECORD_CLIENT, &client), LEDGER_BAR_OPEN);
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
    struct id client = make_client(f);
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, case_of(f, &client));
    struct id nobody = fixture_id(f);

    claim(f, RECORD_CASE, &matter, 1, "status", "closed");
    assert_int_equal(ledger_hold(f->ledger, RECORD_CASE, &matter, &mute, NULL), ERROR_INVALID);
    assert_int_equal(ledger_hold(f->ledger, RECORD_CASE, &nobody, &hold, NULL), ERROR_NOT_FOUND);
    assert_int_equal(ledger_hold(f->ledger, RECORD_NOTE, &matter, &hold, NULL), ERROR_INVALID);
    assert_int_equal(ledger_hold(f->ledger, RECORD_CASE, &matter, &hold, NULL), 0);
    assert_int_equal(bar_of(f, RECORD_CLIENT, &client), LEDGER_BAR_HELD);
    assert_int_equal(ledger_hold_end(f->ledger, RECORD_CASE, &matter, &hold, NULL), 0);
    assert_int_equal(ledger_hold_end(f->ledger, RECORD_CASE, &matter, &hold, NULL),
                     ERROR_NOT_FOUND);
    /* Whoever holds a client holds their cases, also when only one of these is to go. */
    assert_int_equal(ledger_hold(f->ledger, RECORD_CLIENT, &client, &hold, NULL), 0);
    fixture_reopen(f);
    assert_int_equal(bar_of(f, RECORD_CASE, &matter), LEDGER_BAR_HELD);
    assert_int_equal(ledger_hold_end(f->ledger, RECORD_CLIENT, &client, &hold, NULL), 0);
    assert_int_equal(erase_now(f, RECORD_CLIENT, &client), 2);
    assert_int_equal(ledger_hold(f->ledger, RECORD_CLIENT, &client, &hold, NULL), ERROR_NOT_FOUND);
}

/* --- retention -------------------------------------------------------------------------------- */

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static void set_rule(struct ledger_fixture *f, enum record_type type, const char *service,
                     int64_t months)
{
    struct ledger_retention rule = {.type = type, .months = months};

    strcpy(rule.service, service);
    assert_int_equal(ledger_retention_set(f->ledger, &rule, NULL), 0);
}

/* The ids of records tell the true time. */
static void set_clock(struct ledger_fixture *f)
{
    f->clock_ms = clock_system(NULL);
}

static struct ledger_retention_round run_round(struct ledger_fixture *f, int64_t at_ms, bool dry)
{
    struct ledger_retention_round round = {0};
    struct ledger_retention_place place = {0};

    while (!place.ended)
        assert_int_equal(ledger_retention_step(f->ledger, at_ms, dry, 2, &place, &round, NULL), 0);
    return round;
}

static void things_are_kept_as_long_as_the_rules_say(void **state)
{
    struct ledger_fixture *f = *state;
    set_clock(f);
    struct id client = make_client(f);
    struct id birth =
        fixture_make(f, ANNE, RECORD_CASE, named(case_of(f, &client), "service", "sample/birth"));
    struct id other = fixture_make(f, ANNE, RECORD_CASE, case_of(f, &client));
    struct id note;
    struct ledger_retention_round round;
    int64_t now = f->clock_ms;

    claim(f, RECORD_CASE, &birth, 1, "status", "closed");
    claim(f, RECORD_CASE, &other, 1, "status", "closed");
    note = make_note(f, &other);
    round = run_round(f, now + 36500 * DAY_MS, false);
    assert_int_equal(round.looked_at, 0);

    set_rule(f, RECORD_CASE, "", 12);
    set_rule(f, RECORD_CASE, "sample/birth", 24);
    set_rule(f, RECORD_CLIENT, "", 36);
    round = run_round(f, now + 364 * DAY_MS, false);
    assert_int_equal(round.looked_at, 3);
    assert_int_equal(round.files, 0);
    /* Looking first changes nothing. */
    round = run_round(f, now + 367 * DAY_MS, true);
    assert_int_equal(round.files, 1);
    assert_int_equal(round.records, 2);
    assert_true(fixture_sees(f, ANNE, 0, &note));
    round = run_round(f, now + 367 * DAY_MS, false);
    assert_int_equal(round.files, 1);
    assert_int_equal(round.records, 2);
    assert_false(fixture_sees(f, ANNE, 0, &note));
    assert_true(fixture_sees(f, ANNE, 0, &birth));
    round = run_round(f, now + 2 * 366 * DAY_MS, false);
    assert_int_equal(round.files, 1);
    assert_false(fixture_sees(f, ANNE, 0, &birth));
    assert_true(fixture_sees(f, ANNE, 0, &client));
    round = run_round(f, now + 3 * 366 * DAY_MS, false);
    assert_int_equal(round.files, 1);
    assert_false(fixture_sees(f, ANNE, 0, &client));
    assert_int_equal(fixture_check(f), 0);
}

/* The last thing done to any of it counts, and what is at work or held is told. */
static void a_file_is_as_old_as_its_youngest_part(void **state)
{
    struct ledger_fixture *f = *state;
    set_clock(f);
    const struct ledger_erasure hold = {.at_ms = f->clock_ms, .why = "a court asks"};
    struct id client = make_client(f), held = make_client(f), merged = make_client(f);
    struct id matter;
    struct ledger_retention_round round;
    int64_t made = f->clock_ms;

    claim(f, RECORD_CLIENT, &merged, 1, "merged_into", client.text);
    set_rule(f, RECORD_CLIENT, "", 12);
    assert_int_equal(ledger_hold(f->ledger, RECORD_CLIENT, &held, &hold, NULL), 0);
    f->clock_ms = made + 200 * DAY_MS;
    matter = fixture_make(f, ANNE, RECORD_CASE, case_of(f, &client));
    round = run_round(f, made + 400 * DAY_MS, false);
    assert_int_equal(round.files, 0);
    assert_int_equal(round.held, 1);
    assert_int_equal(round.at_work, 0);
    round = run_round(f, made + 600 * DAY_MS, false);
    assert_int_equal(round.at_work, 1);
    claim(f, RECORD_CASE, &matter, 1, "status", "closed");
    round = run_round(f, made + 600 * DAY_MS, false);
    assert_int_equal(round.files, 1);
    assert_int_equal(round.records, 3);
}

static void a_round_goes_by_steps_and_rules_may_be_wrong(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_retention wrong = {.type = RECORD_NOTE, .months = 1};
    struct ledger_retention_round round = {0};
    struct ledger_retention_place place = {0};

    set_clock(f);
    assert_int_equal(ledger_retention_set(f->ledger, &wrong, NULL), ERROR_INVALID);
    wrong = (struct ledger_retention){.type = RECORD_CLIENT, .service = "x", .months = 1};
    assert_int_equal(ledger_retention_set(f->ledger, &wrong, NULL), ERROR_INVALID);
    wrong = (struct ledger_retention){.type = RECORD_CASE, .months = RETENTION_MONTHS_MOST + 1};
    assert_int_equal(ledger_retention_set(f->ledger, &wrong, NULL), ERROR_INVALID);
    wrong.months = 1;
    assert_int_equal(ledger_retention_remove(f->ledger, &wrong, NULL), ERROR_NOT_FOUND);
    make_client(f);
    make_client(f);
    set_rule(f, RECORD_CLIENT, "", 1);
    assert_int_equal(ledger_retention_step(f->ledger, f->clock_ms + 400 * DAY_MS, false, 1, &place,
                                           &round, NULL),
                     0);
    assert_int_equal(round.looked_at, 1);
    assert_int_equal(round.files, 1);
    assert_false(place.ended);
    /* The next round goes on where this one was left. */
    assert_int_equal(run_round(f, f->clock_ms + 400 * DAY_MS, false).files, 1);
    /* 0 months: kept for ever. */
    make_client(f);
    set_rule(f, RECORD_CLIENT, "", 0);
    assert_int_equal(run_round(f, f->clock_ms + 4000 * DAY_MS, false).files, 0);
}

/* --- relays ----------------------------------------------------------------------------------- */

static void a_relay_erases_what_the_centre_erased(void **state)
{
    struct relay_fixture *f = *state;
    struct id client = make_client(&f->centre);
    struct ledger_erased erased;
    enum ledger_bar bar;
    json_t *document;

    relay_settle(f);
    document = relay_document(f, RECORD_CLIENT, &client);
    assert_non_null(strstr(json_text_or(json_object_get(document, "body"), "name", ""), SECRET));
    json_decref(document);
    assert_int_equal(erase(f->centre.ledger, &f->centre, RECORD_CLIENT, &client, &bar, &erased), 0);
    relay_settle(f);
    document = relay_document(f, RECORD_CLIENT, &client);
    assert_string_equal(json_text_or(json_object_get(document, "body"), "name", ""), "");
    json_decref(document);
    assert_int_equal(occurrences(f->centre.folder, SECRET), 0);
}

/* What an agent did in the office meanwhile is not lost without a word. */
static void what_waits_at_a_relay_is_refused_as_erased(void **state)
{
    struct relay_fixture *f = *state;
    struct id client = make_client(&f->centre);
    struct ledger_erased erased;
    enum ledger_bar bar;
    json_t *told;

    relay_settle(f);
    relay_applied(f, CHLOE, relay_fields(f, CHLOE, &client, 1, "phone", "555-0100"),
                  LEDGER_APPLIED);
    assert_int_equal(erase(f->centre.ledger, &f->centre, RECORD_CLIENT, &client, &bar, &erased), 0);
    relay_pull(f);
    relay_settle(f);
    assert_int_equal(relay_waiting(f), 0);
    assert_int_equal(ledger_told_read(f->relay, &f->centre.actors[CHLOE].agent, 0, &told, NULL), 0);
    assert_int_equal(json_array_size(told), 1);
    assert_string_equal(json_text_or(json_array_get(told, 0), "reason", ""), "erased");
    json_decref(told);
    assert_int_equal(occurrences(f->centre.folder, SECRET), 0);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(all_about_a_client_goes_and_nothing_else),
        WITH(a_case_goes_and_its_client_stays),
        WITH(attachments_go_with_their_message),
        WITH(what_is_at_work_is_not_erased),
        WITH(what_is_held_back_is_not_erased),
        WITH(things_are_kept_as_long_as_the_rules_say),
        WITH(a_file_is_as_old_as_its_youngest_part),
        WITH(a_round_goes_by_steps_and_rules_may_be_wrong),
        cmocka_unit_test_setup_teardown(a_relay_erases_what_the_centre_erased, relay_fixture_setup,
                                        relay_fixture_teardown),
        cmocka_unit_test_setup_teardown(what_waits_at_a_relay_is_refused_as_erased,
                                        relay_fixture_setup, relay_fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
