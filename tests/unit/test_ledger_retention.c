/* Rules of retention, and the rounds that erase by them. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/record_fields.h"
#include "net/ledger_audit.h"
#include "net/ledger_retention.h"
#include "net/ledger_verify.h"
#include "tests/unit/erase_fixture.h"
#include "tests/unit/relay_fixture.h"

/* --- retention -------------------------------------------------------------------------------- */

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static void set_rule(struct ledger_fixture *f, const char *what, const char *service,
                     int64_t months)
{
    struct ledger_retention rule = {.months = months};

    strcpy(rule.what, what);
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
    const struct ledger_retention_asked asked = {.now_ms = at_ms, .dry = dry, .limit = 2};
    struct ledger_retention_round round = {0};
    struct ledger_retention_place place = {0};

    while (!place.ended)
        assert_int_equal(ledger_retention_step(f->ledger, &asked, &place, &round, NULL), 0);
    return round;
}

static void things_are_kept_as_long_as_the_rules_say(void **state)
{
    struct ledger_fixture *f = *state;
    set_clock(f);
    struct id client = erase_client(f);
    struct id birth = fixture_make(f, ANNE, RECORD_CASE,
                                   erase_named(erase_case(f, &client), "service", "sample/birth"));
    struct id other = fixture_make(f, ANNE, RECORD_CASE, erase_case(f, &client));
    struct id note;
    struct ledger_retention_round round;
    int64_t now = f->clock_ms;

    erase_claim(f, RECORD_CASE, &birth, 1, "status", "closed");
    erase_claim(f, RECORD_CASE, &other, 1, "status", "closed");
    note = erase_note(f, &other);
    round = run_round(f, now + 36500 * DAY_MS, false);
    assert_int_equal(round.looked_at, 0);

    set_rule(f, "case", "", 12);
    set_rule(f, "case", "sample/birth", 24);
    set_rule(f, "client", "", 36);
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
    struct id client = erase_client(f), held = erase_client(f), merged = erase_client(f);
    struct id matter;
    struct ledger_retention_round round;
    int64_t made = f->clock_ms;

    erase_claim(f, RECORD_CLIENT, &merged, 1, "merged_into", client.text);
    set_rule(f, "client", "", 12);
    assert_int_equal(ledger_hold(f->ledger, RECORD_CLIENT, &held, &hold, NULL), 0);
    f->clock_ms = made + 200 * DAY_MS;
    matter = fixture_make(f, ANNE, RECORD_CASE, erase_case(f, &client));
    round = run_round(f, made + 400 * DAY_MS, false);
    assert_int_equal(round.files, 0);
    assert_int_equal(round.held, 1);
    assert_int_equal(round.at_work, 0);
    round = run_round(f, made + 600 * DAY_MS, false);
    assert_int_equal(round.at_work, 1);
    erase_claim(f, RECORD_CASE, &matter, 1, "status", "closed");
    round = run_round(f, made + 600 * DAY_MS, false);
    assert_int_equal(round.files, 1);
    assert_int_equal(round.records, 3);
}

static void a_round_goes_by_steps_and_rules_may_be_wrong(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_retention wrong = {.what = "promise", .months = 1};
    struct ledger_retention_round round = {0};
    struct ledger_retention_place place = {0};

    set_clock(f);
    assert_int_equal(ledger_retention_set(f->ledger, &wrong, NULL), ERROR_INVALID);
    wrong = (struct ledger_retention){.what = "client", .service = "x", .months = 1};
    assert_int_equal(ledger_retention_set(f->ledger, &wrong, NULL), ERROR_INVALID);
    wrong = (struct ledger_retention){.what = "case", .months = RETENTION_MONTHS_MOST + 1};
    assert_int_equal(ledger_retention_set(f->ledger, &wrong, NULL), ERROR_INVALID);
    wrong.months = 1;
    assert_int_equal(ledger_retention_remove(f->ledger, &wrong, NULL), ERROR_NOT_FOUND);
    erase_client(f);
    erase_client(f);
    set_rule(f, "client", "", 1);
    assert_int_equal(ledger_retention_step(f->ledger,
                                           &(struct ledger_retention_asked){
                                               .now_ms = f->clock_ms + 400 * DAY_MS, .limit = 1},
                                           &place, &round, NULL),
                     0);
    assert_int_equal(round.looked_at, 1);
    assert_int_equal(round.files, 1);
    assert_false(place.ended);
    /* The next round goes on where this one was left. */
    assert_int_equal(run_round(f, f->clock_ms + 400 * DAY_MS, false).files, 1);
    /* 0 months: kept for ever. */
    erase_client(f);
    set_rule(f, "client", "", 0);
    assert_int_equal(run_round(f, f->clock_ms + 4000 * DAY_MS, false).files, 0);
}

/* --- what belongs to no case ------------------------------------------------------------------ */

/* Something of each type that belongs to no case and is done with: how it is made, and the claim
 * that ends it. Each says the secret in one member. */
static const struct loose {
    enum record_type type;
    const char *body;   /* JSON; ids and places are added */
    const char *secret; /* a member */
    const char *claimed, *word;
} loose[] = {
    {RECORD_NOTE, "{\"channel\":\"counter\",\"kind\":\"contact\"}", "text", NULL, NULL},
    {RECORD_MESSAGE,
     "{\"channel\":\"email\",\"direction\":\"out\",\"to\":\"a@example.org\",\"state\":\"queued\"}",
     "text", "state", "withdrawn"},
    {RECORD_SUBMISSION, "{\"form\":\"sample/f\",\"form_version\":1,\"status\":\"draft\"}", "field",
     NULL, NULL},
    {RECORD_HANDOFF, "{\"to_office\":\"sample/b\",\"state\":\"offered\"}", "summary", "state",
     "withdrawn"},
    {RECORD_TASK, "{\"kind\":\"other\",\"state\":\"open\",\"to_queue\":\"sample/q\"}", "text",
     "state", "done"},
    {RECORD_FLAG,
     "{\"subject_type\":\"service\",\"subject\":\"sample/s\",\"kind\":\"wrong-text\","
     "\"state\":\"open\"}",
     "text", "state", "withdrawn"},
    {RECORD_DELEGATION, "{\"state\":\"valid\"}", "proof", "state", "ended"},
    {RECORD_CONSENT, "{\"whom\":\"sante\",\"how\":\"spoken\",\"state\":\"valid\"}", "what", "state",
     "withdrawn"},
    {RECORD_CONTACT, "{\"channel\":\"phone\",\"ended_at\":\"2026-11-24T10:05:00.000Z\"}", "need",
     NULL, NULL},
};
#define LOOSE_COUNT (sizeof(loose) / sizeof(loose[0]))

/* The members that its type asks for: by whom, where, when, about whom. */
static void complete(struct ledger_fixture *f, enum record_type type, json_t *body,
                     const struct id *client, const struct id *other)
{
    static const char *const agents[] = {"author", "from", "agent", "started_by"};
    static const char *const times[] = {"at", "offered_at", "started_at"};
    const struct field *field;

    for (size_t i = 0; i < sizeof(agents) / sizeof(agents[0]); i++)
        if ((field = record_field(type, agents[i])) != NULL && (field->rules & FIELD_REQUIRED) != 0)
            erase_named(body, agents[i], f->actors[ANNE].agent.text);
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
        if ((field = record_field(type, times[i])) != NULL && (field->rules & FIELD_REQUIRED) != 0)
            json_object_set_new(body, times[i], json_time(f->clock_ms));
    erase_named(body, "office", "sample/a");
    if (type == RECORD_MESSAGE)
        erase_named(body, "author", f->actors[ANNE].agent.text);
    if (type == RECORD_DELEGATION || type == RECORD_CONSENT)
        erase_named(body, "client", client->text);
    if (type == RECORD_DELEGATION)
        erase_named(body, "delegate", other->text);
}

static struct id make_loose(struct ledger_fixture *f, size_t which, const struct id *client,
                            bool ends)
{
    json_t *body = json_loads(loose[which].body, 0, NULL);
    struct id other = fixture_make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id made;

    assert_non_null(body);
    erase_named(body, loose[which].secret, SECRET " loose");
    complete(f, loose[which].type, body, client, &other);
    made = fixture_make(f, ANNE, loose[which].type, body);
    if (ends && loose[which].claimed != NULL)
        erase_claim(f, loose[which].type, &made, 1, loose[which].claimed, loose[which].word);
    return made;
}

static void publish_subjects(struct ledger_fixture *f)
{
    fixture_publish(f, RECORD_SERVICE, "sample/s", NULL);
    fixture_publish(f, RECORD_FORM, "sample/f", NULL);
}

static void each_type_has_a_rule_for_what_is_of_no_case(void **state)
{
    struct ledger_fixture *f = *state;
    set_clock(f);
    struct id client = fixture_make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, erase_case(f, &client));
    struct id kept = erase_note(f, &matter), made[LOOSE_COUNT];
    struct ledger_retention_round round;

    publish_subjects(f);
    for (size_t i = 0; i < LOOSE_COUNT; i++) {
        made[i] = make_loose(f, i, &client, true);
        assert_true(fixture_sees(f, ANNE, 0, &made[i]));
    }
    erase_claim(f, RECORD_CASE, &matter, 1, "status", "closed");
    for (size_t i = 0; i < LOOSE_COUNT; i++)
        set_rule(f, record_type_name(loose[i].type), "", 12);
    assert_int_equal(run_round(f, f->clock_ms + 364 * DAY_MS, false).files, 0);
    round = run_round(f, f->clock_ms + 370 * DAY_MS, true);
    assert_int_equal(round.files, LOOSE_COUNT);
    assert_int_equal(round.records, LOOSE_COUNT);
    assert_int_not_equal(erase_occurrences(f->folder, SECRET " loose"), 0);
    round = run_round(f, f->clock_ms + 370 * DAY_MS, false);
    assert_int_equal(round.files, LOOSE_COUNT);
    assert_int_equal(erase_occurrences(f->folder, SECRET " loose"), 0);
    for (size_t i = 0; i < LOOSE_COUNT; i++)
        assert_false(fixture_sees(f, ANNE, 0, &made[i]));
    assert_true(fixture_sees(f, ANNE, 0, &kept));
    assert_int_equal(erase_number(f, "SELECT count(*) FROM audit WHERE kind = 'erase' "
                                     "AND what = 'retention'"),
                     LOOSE_COUNT);
    assert_int_equal(run_round(f, f->clock_ms + 370 * DAY_MS, false).files, 0);
}

static json_t *consent_of(struct ledger_fixture *f, const struct id *client)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "client", client->text, "what",
                     "x", "whom", "y", "how", "spoken", "state", "valid", "author",
                     f->actors[ANNE].agent.text, "office", "sample/a", "at",
                     json_time(f->clock_ms));
}

static void what_is_in_force_is_kept(void **state)
{
    struct ledger_fixture *f = *state;
    set_clock(f);
    struct id client = fixture_make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    int64_t later = f->clock_ms + 400 * DAY_MS;
    time_t last = (time_t)(later / 1000);
    struct id draft, spoken, note;
    char last_day[16];
    char sql[300];
    json_t *body;

    publish_subjects(f);
    for (size_t i = 0; i < LOOSE_COUNT; i++) {
        struct id made;

        if (loose[i].claimed == NULL && loose[i].type != RECORD_SUBMISSION)
            continue;
        made = make_loose(f, i, &client, false);
        if (loose[i].type == RECORD_SUBMISSION)
            draft = made;
        set_rule(f, record_type_name(loose[i].type), "", 12);
    }
    (void)snprintf(sql, sizeof(sql), "INSERT INTO passage VALUES ('%s', 'abc', x'00', x'00', %lld)",
                   draft.text, (long long)(later + DAY_MS));
    erase_run(f, sql);
    assert_int_equal(run_round(f, later, false).files, 0);
    assert_int_equal(run_round(f, later, false).at_work, 7);
    /* A draft whose code has run out goes, and a consent that has; on its last day it does not. */
    fixture_make(f, ANNE, RECORD_CONSENT,
                 erase_named(consent_of(f, &client), "until", "2026-12-01"));
    assert_int_equal(run_round(f, later + 2 * DAY_MS, false).files, 2);
    strftime(last_day, sizeof(last_day), "%Y-%m-%d", gmtime(&last));
    fixture_make(f, ANNE, RECORD_CONSENT, erase_named(consent_of(f, &client), "until", last_day));
    assert_int_equal(run_round(f, later, false).files, 0);
    assert_int_equal(run_round(f, later + 3 * DAY_MS, false).files, 1);
    /* What stands below what is at work. */
    spoken = fixture_make(f, ANNE, RECORD_CONTACT, erase_contact(f, &client, false));
    body = fixture_note(f, ANNE, "sample/a", NULL, "said");
    note = fixture_make(f, ANNE, RECORD_NOTE, erase_named(body, "contact", spoken.text));
    set_rule(f, "note", "", 12);
    assert_int_equal(run_round(f, later, false).files, 0);
    assert_true(fixture_sees(f, ANNE, 0, &note));
}

static void what_is_held_by_any_name_is_kept(void **state)
{
    struct ledger_fixture *f = *state;
    set_clock(f);
    const struct ledger_erasure hold = {.at_ms = f->clock_ms, .why = "a court asks"};
    struct id client = erase_client(f);
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, erase_case(f, &client));
    struct id of_case = erase_note(f, &matter);
    struct id of_client = fixture_make(
        f, ANNE, RECORD_NOTE,
        erase_named(fixture_note(f, ANNE, "sample/a", NULL, "a"), "client", client.text));
    struct id alone =
        fixture_make(f, ANNE, RECORD_NOTE, fixture_note(f, ANNE, "sample/a", NULL, "b"));
    int64_t later = f->clock_ms + 400 * DAY_MS;

    set_rule(f, "note", "", 12);
    assert_int_equal(erase_bar(f, RECORD_NOTE, &of_case), LEDGER_BAR_OPEN);
    erase_claim(f, RECORD_CASE, &matter, 1, "status", "closed");
    assert_int_equal(ledger_hold(f->ledger, RECORD_NOTE, &alone, &hold, NULL), 0);
    assert_int_equal(ledger_hold(f->ledger, RECORD_CLIENT, &client, &hold, NULL), 0);
    assert_int_equal(run_round(f, later, false).held, 2);
    assert_int_equal(erase_bar(f, RECORD_NOTE, &of_case), LEDGER_BAR_HELD);
    assert_int_equal(erase_bar(f, RECORD_NOTE, &of_client), LEDGER_BAR_HELD);
    assert_int_equal(ledger_hold_end(f->ledger, RECORD_CLIENT, &client, &hold, NULL), 0);
    assert_int_equal(run_round(f, later, false).files, 1);
    assert_true(fixture_sees(f, ANNE, 0, &alone));
    assert_int_equal(ledger_hold_end(f->ledger, RECORD_NOTE, &alone, &hold, NULL), 0);
    assert_int_equal(run_round(f, later, false).files, 1);
    assert_true(fixture_sees(f, ANNE, 0, &of_case));
    assert_int_equal(erase_now(f, RECORD_NOTE, &of_case), 1);
}

/* What came in and matched nobody has a rule of its own, which goes before the one for cases. */
static void a_case_of_nobody_has_its_own_rule(void **state)
{
    struct ledger_fixture *f = *state;
    set_clock(f);
    struct id client = erase_client(f);
    struct id of_client = fixture_make(f, ANNE, RECORD_CASE, erase_case(f, &client));
    struct id stray = fixture_make(f, ANNE, RECORD_CASE, fixture_case(f, ANNE, "sample/a"));
    int64_t now = f->clock_ms;

    erase_claim(f, RECORD_CASE, &of_client, 1, "status", "closed");
    erase_claim(f, RECORD_CASE, &stray, 1, "status", "closed");
    set_rule(f, "stray", "", 24);
    set_rule(f, "case", "", 12);
    assert_int_equal(run_round(f, now + 400 * DAY_MS, false).files, 1);
    assert_true(fixture_sees(f, ANNE, 0, &stray));
    assert_false(fixture_sees(f, ANNE, 0, &of_client));
    of_client = fixture_make(f, ANNE, RECORD_CASE, erase_case(f, &client));
    erase_claim(f, RECORD_CASE, &of_client, 1, "status", "closed");
    set_rule(f, "stray", "", 6);
    set_rule(f, "case", "", 36);
    assert_int_equal(run_round(f, now + 200 * DAY_MS, false).files, 1);
    assert_false(fixture_sees(f, ANNE, 0, &stray));
    assert_true(fixture_sees(f, ANNE, 0, &of_client));
}

/* Between the look and the deed somebody wrote: it is kept. */
static void what_changed_since_is_kept(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = erase_client(f), at;
    struct ledger_erasure erasure = {.at_ms = f->clock_ms, .why = "retention", .before_ms = 1};
    struct ledger_erased erased;
    enum ledger_bar bar;

    assert_int_equal(
        ledger_erase(f->ledger, RECORD_CLIENT, &client, &erasure, &erased, &bar, &at, NULL),
        ERROR_REFUSED);
    assert_int_equal(bar, LEDGER_BAR_YOUNG);
    assert_int_equal(erased.records, 0);
    assert_true(fixture_sees(f, ANNE, 0, &client));
}

/* --- attachments and words -------------------------------------------------------------------- */

static struct id make_letter(struct ledger_fixture *f, const struct id *matter)
{
    struct id id = fixture_make(f, ANNE, RECORD_MESSAGE,
                                json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s}",
                                          "channel", "email", "direction", "out", "text", "Bonjour",
                                          "to", "a@example.org", "state", "queued", "office",
                                          "sample/a", "author", f->actors[ANNE].agent.text, "at",
                                          json_time(f->clock_ms), "case", matter->text));
    char sql[300];

    erase_claim(f, RECORD_MESSAGE, &id, 1, "state", "withdrawn");
    (void)snprintf(sql, sizeof(sql),
                   "INSERT INTO attachment VALUES ('%s', '%s', 'a', 'b', x'00', '" SECRET " file')",
                   matter->text, id.text);
    erase_run(f, sql);
    return id;
}

static void attachments_have_a_rule_of_their_own(void **state)
{
    struct ledger_fixture *f = *state;
    set_clock(f);
    const struct ledger_erasure hold = {.at_ms = f->clock_ms, .why = "a court asks"};
    struct id client = fixture_make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id closed = fixture_make(f, ANNE, RECORD_CASE, erase_case(f, &client));
    struct id open = fixture_make(f, ANNE, RECORD_CASE, erase_case(f, &client));
    struct id held = fixture_make(f, ANNE, RECORD_CASE, erase_case(f, &client));
    struct id letter = make_letter(f, &closed);
    int64_t later = f->clock_ms + 400 * DAY_MS;
    struct ledger_retention_round round;

    make_letter(f, &open);
    make_letter(f, &held);
    erase_claim(f, RECORD_CASE, &closed, 1, "status", "closed");
    erase_claim(f, RECORD_CASE, &held, 1, "status", "closed");
    assert_int_equal(ledger_hold(f->ledger, RECORD_CASE, &held, &hold, NULL), 0);
    set_rule(f, "attachment", "", 12);
    assert_int_equal(run_round(f, f->clock_ms, true).attachments, 0);
    assert_int_equal(run_round(f, f->clock_ms, false).attachments, 0);
    assert_int_equal(run_round(f, later, true).attachments, 1);
    assert_int_equal(erase_number(f, "SELECT count(*) FROM attachment"), 3);
    round = run_round(f, later, false);
    assert_int_equal(round.attachments, 1);
    assert_int_equal(round.files, 0);
    assert_int_equal(round.held, 1);
    assert_int_equal(round.at_work, 1);
    assert_int_equal(erase_occurrences(f->folder, SECRET " file"), 2);
    assert_int_equal(erase_number(f, "SELECT count(*) FROM attachment"), 2);
    assert_true(fixture_sees(f, ANNE, 0, &letter));
    assert_int_equal(
        erase_number(f, "SELECT count(*) FROM audit WHERE what = 'retention: attachment'"), 1);
    erase_run(f, "DELETE FROM attachment");
}

static void say(struct ledger_fixture *f, const struct id *record, const struct id *client,
                int64_t at_ms)
{
    struct audit_entry entry = {.kind = AUDIT_READ, .at_ms = at_ms, .words = SECRET " asked"};

    entry.record = *record;
    if (client != NULL)
        entry.client = *client;
    assert_int_equal(ledger_audit_write(f->ledger, &entry, NULL), 0);
}

static void words_have_a_rule_and_the_trail_stays_whole(void **state)
{
    struct ledger_fixture *f = *state;
    set_clock(f);
    const struct ledger_erasure hold = {.at_ms = f->clock_ms, .why = "a court asks"};
    const struct audit_verify_options options = {0};
    struct id client = erase_client(f), other = erase_client(f);
    int64_t now = f->clock_ms;
    struct audit_verified verified;

    say(f, &client, &client, now - 800 * DAY_MS);
    say(f, &other, &other, now - 800 * DAY_MS);
    say(f, &client, &client, now);
    assert_int_equal(ledger_hold(f->ledger, RECORD_CLIENT, &other, &hold, NULL), 0);
    set_rule(f, "audit-words", "", 24);
    assert_int_equal(run_round(f, now, true).words, 1);
    assert_int_equal(erase_number(f, "SELECT count(*) FROM audit_words"), 4);
    assert_int_equal(run_round(f, now, false).words, 1);
    assert_int_equal(erase_number(f, "SELECT count(*) FROM audit_words"), 3);
    assert_int_equal(run_round(f, now, false).held, 1);
    assert_int_equal(ledger_audit_verify(f->path, &options, &verified, NULL), 0);
    assert_int_equal(verified.findings, 0);
    assert_int_equal(verified.erased, 1);
}

/* --- relays ----------------------------------------------------------------------------------- */

static void a_relay_follows_the_rules_above_it(void **state)
{
    struct relay_fixture *f = *state;
    const struct ledger_retention cases = {.what = "case", .months = 12};
    const struct ledger_retention words = {.what = "audit-words", .months = 12};
    const struct ledger_erasure erasure = {.at_ms = f->centre.clock_ms, .why = "asked"};
    struct id client = erase_client(&f->centre), at;
    struct ledger_erased erased;
    enum ledger_bar bar;

    relay_settle(f);
    assert_int_equal(ledger_retention_set(f->relay, &cases, NULL), ERROR_REFUSED);
    assert_int_equal(ledger_retention_set(f->relay, &words, NULL), 0);
    assert_int_equal(
        ledger_erase(f->relay, RECORD_CLIENT, &client, &erasure, &erased, &bar, &at, NULL),
        ERROR_REFUSED);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(things_are_kept_as_long_as_the_rules_say),
        WITH(a_file_is_as_old_as_its_youngest_part),
        WITH(a_round_goes_by_steps_and_rules_may_be_wrong),
        WITH(each_type_has_a_rule_for_what_is_of_no_case),
        WITH(what_is_in_force_is_kept),
        WITH(what_is_held_by_any_name_is_kept),
        WITH(a_case_of_nobody_has_its_own_rule),
        WITH(what_changed_since_is_kept),
        WITH(attachments_have_a_rule_of_their_own),
        WITH(words_have_a_rule_and_the_trail_stays_whole),
        cmocka_unit_test_setup_teardown(a_relay_follows_the_rules_above_it, relay_fixture_setup,
                                        relay_fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
