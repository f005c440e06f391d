/* Opening the file of another office's client: what comes, until when, and what goes again. */
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "tests/unit/search_people.h"

/* 2027-01-15 08:00 UTC; the day of an office without a zone is UTC's. */
#define NOW     INT64_C(1800000000000)
#define HOUR_MS INT64_C(3600000)
#define DAY_END (NOW + 16 * HOUR_MS)

static int setup(void **state)
{
    int code = fixture_setup(state);

    people_role(*state, ANNE, "a", "clerk");
    return code;
}

/* Of office d. */
struct file {
    struct id client, matter, note, secret;
};

static struct file file_make(struct ledger_fixture *f, const char *name)
{
    struct file file = {.client = people_client(f, name, NULL, NULL, NULL, NULL)};
    json_t *secret;

    file.matter = people_case(f, &file.client, NULL);
    file.note = fixture_make(f, DENIS, RECORD_NOTE,
                             fixture_note(f, DENIS, "sample/d", &file.matter, "for everyone"));
    secret = fixture_note(f, DENIS, "sample/d", &file.matter, "for few");
    json_object_set_new(secret, "visibility", json_string("restricted"));
    file.secret = fixture_make(f, DENIS, RECORD_NOTE, secret);
    return file;
}

static int open_for(struct ledger_fixture *f, enum record_type type, const struct id *id,
                    enum purpose purpose, struct ledger_opened *opened)
{
    struct ledger_file_asked opening = {
        .type = type, .record = *id, .purpose = purpose, .words = "said so"};

    return ledger_open_file(f->ledger, &f->actors[ANNE], &opening, NOW, opened, NULL);
}

static void open_client(struct ledger_fixture *f, const struct id *client)
{
    struct ledger_opened opened;

    assert_int_equal(open_for(f, RECORD_CLIENT, client, PURPOSE_CONTACT, &opened), 0);
    assert_int_equal(opened.until_ms, DAY_END);
}

static int64_t read_all(struct ledger_fixture *f)
{
    int64_t next;

    json_decref(fixture_desk(f, ANNE, 0, 1000, &next));
    return next;
}

/* Whether Anne's feed past `since` takes it back. */
static bool is_taken(struct ledger_fixture *f, int64_t since, const struct id *id)
{
    struct scope_set scopes = {0};
    struct ledger_page page;
    bool taken;

    assert_int_equal(ledger_desk_scopes(f->ledger, &f->actors[ANNE].agent, &scopes, NULL), 0);
    assert_int_equal(ledger_changes(f->ledger, &scopes, since, 1000, NULL, &page, NULL), 0);
    taken = strstr(page.gone, id->text) != NULL;
    ledger_page_clear(&page);
    scope_set_free(&scopes);
    return taken;
}

static int end(struct ledger_fixture *f, int64_t now_ms)
{
    int ended;

    assert_int_equal(ledger_openings_end(f->ledger, now_ms, &ended, NULL), 0);
    return ended;
}

static void it_comes_with_the_feed_and_goes(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f, "Zoé Roy"), other = file_make(f, "Ann Roy");
    int64_t since = read_all(f), next;
    struct id later;

    assert_int_equal(ledger_opening_next(f->ledger, &next, NULL), 0);
    assert_int_equal(next, INT64_MAX);
    open_client(f, &file.client);
    /* It is new past where she had read. */
    assert_true(fixture_sees(f, ANNE, since, &file.client));
    assert_true(fixture_sees(f, ANNE, since, &file.matter));
    assert_true(fixture_sees(f, ANNE, since, &file.note));
    assert_int_equal(fixture_read(f, ANNE, RECORD_CASE, &file.matter, NULL), 0);
    /* What is restricted, and whoever else is in that office, stays there. */
    assert_false(fixture_sees(f, ANNE, 0, &file.secret));
    assert_int_equal(fixture_read(f, ANNE, RECORD_NOTE, &file.secret, NULL), ERROR_REFUSED);
    assert_false(fixture_sees(f, ANNE, 0, &other.client));
    /* A colleague of hers has nothing of it. */
    assert_false(fixture_sees(f, BEN, 0, &file.client));
    /* What is written meanwhile comes too; and she may write. */
    later = fixture_make(f, DENIS, RECORD_NOTE,
                         fixture_note(f, DENIS, "sample/d", &file.matter, "later"));
    assert_true(fixture_sees(f, ANNE, since, &later));
    fixture_make(f, ANNE, RECORD_NOTE, fixture_note(f, ANNE, "sample/a", &file.matter, "hers"));
    since = read_all(f);
    assert_int_equal(ledger_opening_next(f->ledger, &next, NULL), 0);
    assert_int_equal(next, DAY_END);
    assert_int_equal(end(f, DAY_END - 1), 0);
    assert_false(is_taken(f, since, &file.client));
    /* Also when she was away, and the server too. */
    fixture_reopen(f);
    assert_int_equal(end(f, DAY_END), 1);
    assert_true(is_taken(f, since, &file.client));
    assert_true(is_taken(f, since, &file.matter));
    assert_true(is_taken(f, since, &file.note));
    assert_true(is_taken(f, since, &later));
    assert_false(fixture_sees(f, ANNE, 0, &file.matter));
    assert_int_equal(fixture_read(f, ANNE, RECORD_CASE, &file.matter, NULL), ERROR_REFUSED);
    assert_true(fixture_sees(f, DENIS, 0, &file.matter));
    assert_int_equal(end(f, DAY_END), 0);
}

/* Whether Anne has all of it once she has read so far: whoever has read less has not. */
static bool has_all(struct ledger_fixture *f, const struct file *file, int64_t last)
{
    const struct id *ids[] = {&file->client, &file->matter, &file->note};
    struct scope_set scopes = {0};
    struct ledger_page page;
    bool all = true;

    assert_int_equal(ledger_desk_scopes(f->ledger, &f->actors[ANNE].agent, &scopes, NULL), 0);
    assert_int_equal(ledger_changes(f->ledger, &scopes, last, 1000, NULL, &page, NULL), 0);
    for (size_t i = 0; i < 3; i++)
        all = all && strstr(page.records, ids[i]->text) == NULL;
    ledger_page_clear(&page);
    scope_set_free(&scopes);
    return all;
}

/* The answer says up to where it comes, so that nobody takes a part of it for the whole. */
static void it_is_told_how_far_it_comes(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f, "Zoé Roy");
    int64_t since = read_all(f);
    struct ledger_opened opened, again;

    assert_int_equal(open_for(f, RECORD_CLIENT, &file.client, PURPOSE_CONTACT, &opened), 0);
    assert_true(opened.after >= since);
    assert_int_equal(opened.last, opened.after + opened.records);
    assert_int_equal(opened.records, 3); /* but what is restricted */
    assert_true(has_all(f, &file, opened.last));
    assert_false(has_all(f, &file, opened.last - 1));
    assert_true(fixture_sees(f, ANNE, opened.after, &file.client));
    assert_true(fixture_sees(f, ANNE, opened.after, &file.matter));
    /* Opened again it stands where it stood, and what came to it since is told of too. */
    fixture_make(f, DENIS, RECORD_NOTE,
                 fixture_note(f, DENIS, "sample/d", &file.matter, "since then"));
    assert_int_equal(open_for(f, RECORD_CASE, &file.matter, PURPOSE_CONTACT, &again), 0);
    assert_int_equal(again.after, opened.after);
    assert_int_equal(again.records, 4);
    assert_true(again.last > opened.last);
    assert_true(has_all(f, &file, again.last));
}

static void what_is_seen_anyway_stays(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f, "Zoé Roy");
    struct id contact;
    int64_t since;

    people_role(f, ANNE, "a", "agent");
    open_client(f, &file.client);
    contact = fixture_make(f, ANNE, RECORD_CONTACT,
                           json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "channel", "counter",
                                     "agent", f->actors[ANNE].agent.text, "office", "sample/a",
                                     "client", file.client.text, "case", file.matter.text,
                                     "started_at", json_time(NOW)));
    since = read_all(f);
    assert_int_equal(end(f, DAY_END), 1);
    /* Her own contact, and so whom it was with; but not the case of the other office. */
    assert_false(is_taken(f, since, &contact));
    assert_false(is_taken(f, since, &file.client));
    assert_true(fixture_sees(f, ANNE, 0, &contact));
    assert_true(fixture_sees(f, ANNE, 0, &file.client));
    assert_true(is_taken(f, since, &file.matter));
    assert_true(is_taken(f, since, &file.note));
}

static void of_two_files_one_ends(void **state)
{
    struct ledger_fixture *f = *state;
    struct file first = file_make(f, "Zoé Roy"), second = file_make(f, "Ann Roy");
    int64_t since;

    open_client(f, &first.client);
    open_client(f, &second.client);
    people_sql(f, "UPDATE opening SET until = until - 3600000 WHERE record = "
                  "(SELECT id FROM record WHERE document LIKE '%Ann Roy%' AND type = 'client')");
    since = read_all(f);
    assert_int_equal(end(f, DAY_END - HOUR_MS), 1);
    assert_true(is_taken(f, since, &second.matter));
    assert_false(is_taken(f, since, &first.client));
    assert_false(is_taken(f, since, &first.note));
    assert_true(fixture_sees(f, ANNE, 0, &first.matter));
    assert_true(fixture_sees(f, ANNE, 0, &first.note));
    assert_false(fixture_sees(f, ANNE, 0, &first.secret));
    /* Opened again it is there again. */
    open_client(f, &second.client);
    assert_true(fixture_sees(f, ANNE, since, &second.matter));
    assert_false(is_taken(f, since, &second.matter));
}

static void a_merged_file_opens_all_of_it(void **state)
{
    struct ledger_fixture *f = *state;
    struct file old = file_make(f, "Zoé Levesque"), kept = file_make(f, "Zoé Roy");
    struct ledger_opened opened;

    people_merge(f, &old.client, &kept.client);
    assert_int_equal(open_for(f, RECORD_CLIENT, &old.client, PURPOSE_CONTACT, &opened), 0);
    assert_string_equal(opened.client.text, kept.client.text);
    assert_true(fixture_sees(f, ANNE, 0, &kept.client));
    assert_true(fixture_sees(f, ANNE, 0, &kept.matter));
    assert_true(fixture_sees(f, ANNE, 0, &old.client));
    assert_true(fixture_sees(f, ANNE, 0, &old.note));
    assert_false(fixture_sees(f, ANNE, 0, &old.secret));
}

/* Merged while it was open: what is left when another file ends is of the one that stays. */
static void a_file_is_merged_while_it_is_open(void **state)
{
    struct ledger_fixture *f = *state;
    struct file old = file_make(f, "Zoé Levesque"), kept = file_make(f, "Zoé Roy");
    struct file other = file_make(f, "Ann Gagnon");

    open_client(f, &old.client);
    open_client(f, &other.client);
    people_merge(f, &old.client, &kept.client);
    people_sql(f, "UPDATE opening SET until = until - 3600000 WHERE record = "
                  "(SELECT id FROM record WHERE document LIKE '%Ann Gagnon%' AND type = 'client')");
    assert_int_equal(end(f, DAY_END - HOUR_MS), 1);
    assert_false(fixture_sees(f, ANNE, 0, &other.matter));
    assert_true(fixture_sees(f, ANNE, 0, &old.matter));
    assert_true(fixture_sees(f, ANNE, 0, &kept.client));
    assert_true(fixture_sees(f, ANNE, 0, &kept.matter));
}

static void a_case_opens_its_clients_file(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f, "Zoé Roy");
    struct id second = people_case(f, &file.client, NULL), nameless = people_case(f, NULL, NULL);
    struct ledger_opened opened;

    assert_int_equal(open_for(f, RECORD_CASE, &second, PURPOSE_CASE_WORK, &opened), 0);
    assert_string_equal(opened.client.text, file.client.text);
    assert_true(fixture_sees(f, ANNE, 0, &file.matter));
    assert_int_equal(open_for(f, RECORD_CASE, &nameless, PURPOSE_CASE_WORK, &opened), 0);
    assert_true(id_is_empty(&opened.client));
    assert_true(fixture_sees(f, ANNE, 0, &nameless));
    assert_int_equal(end(f, DAY_END), 2);
    assert_false(fixture_sees(f, ANNE, 0, &nameless));
    assert_false(fixture_sees(f, ANNE, 0, &second));
}

/* --- until the contact is over ---------------------------------------------------------------- */

static struct id contact_make(struct ledger_fixture *f, const struct id *client)
{
    return fixture_make(f, ANNE, RECORD_CONTACT,
                        json_pack("{s:s, s:s, s:s, s:s, s:o}", "channel", "counter", "agent",
                                  f->actors[ANNE].agent.text, "office", "sample/a", "client",
                                  client->text, "started_at", json_time(NOW)));
}

static void set_time(struct ledger_fixture *f, const struct id *contact, int64_t base,
                     const char *member, int64_t at_ms)
{
    fixture_applied(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_FIELDS, RECORD_CONTACT, contact, base,
                                      json_pack("{s:o}", member, json_time(at_ms))));
}

static void it_ends_with_the_contact(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f, "Zoé Roy");
    struct id contact;
    int64_t next;

    open_client(f, &file.client);
    contact = contact_make(f, &file.client);
    set_time(f, &contact, 1, "ended_at", NOW + HOUR_MS);
    assert_int_equal(ledger_opening_next(f->ledger, &next, NULL), 0);
    assert_int_equal(next, NOW + HOUR_MS + LEDGER_OPENING_GRACE_MS);
    /* It is written up first, but not beyond the day. */
    set_time(f, &contact, 2, "wrap_up_until", NOW + 2 * HOUR_MS);
    assert_int_equal(ledger_opening_next(f->ledger, &next, NULL), 0);
    assert_int_equal(next, NOW + 2 * HOUR_MS);
    set_time(f, &contact, 3, "wrap_up_until", NOW + 90 * HOUR_MS);
    assert_int_equal(ledger_opening_next(f->ledger, &next, NULL), 0);
    assert_int_equal(next, DAY_END);
    set_time(f, &contact, 4, "wrap_up_until", NOW + HOUR_MS);
    assert_int_equal(end(f, NOW + HOUR_MS + LEDGER_OPENING_GRACE_MS), 1);
    assert_false(fixture_sees(f, ANNE, 0, &file.matter));
}

static void another_reason_outlives_it(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f, "Zoé Roy"), other = file_make(f, "Ann Roy");
    struct ledger_opened opened;
    struct id contact;
    int64_t next;

    assert_int_equal(open_for(f, RECORD_CLIENT, &file.client, PURPOSE_CASE_WORK, &opened), 0);
    open_client(f, &other.client);
    contact = contact_make(f, &file.client);
    set_time(f, &contact, 1, "ended_at", NOW + HOUR_MS);
    assert_int_equal(ledger_opening_next(f->ledger, &next, NULL), 0);
    assert_int_equal(next, DAY_END);
}

/* Opened in a contact with somebody else: that one's end is its own. */
static void it_ends_with_the_contact_it_was_opened_in(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f, "Zoé Roy");
    struct id own = fixture_make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id contact = contact_make(f, &own);
    struct ledger_file_asked opening = {.type = RECORD_CLIENT,
                                        .record = file.client,
                                        .purpose = PURPOSE_CONTACT,
                                        .contact = contact};
    struct ledger_opened opened;
    int64_t next;

    assert_int_equal(ledger_open_file(f->ledger, &f->actors[ANNE], &opening, NOW, &opened, NULL),
                     0);
    set_time(f, &contact, 1, "ended_at", NOW + HOUR_MS);
    assert_int_equal(ledger_opening_next(f->ledger, &next, NULL), 0);
    assert_int_equal(next, NOW + HOUR_MS + LEDGER_OPENING_GRACE_MS);
}

static void count_call(void *context)
{
    ++*(int *)context;
}

static void whoever_keeps_the_time_is_told(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f, "Zoé Roy");
    struct id contact;
    int calls = 0;

    ledger_bell_listen(f->ledger, LEDGER_BELL_OPENINGS, count_call, &calls);
    open_client(f, &file.client);
    assert_int_equal(calls, 1);
    contact = contact_make(f, &file.client);
    assert_int_equal(calls, 1);
    set_time(f, &contact, 1, "ended_at", NOW + HOUR_MS);
    assert_int_equal(calls, 2);
    ledger_bell_listen(f->ledger, LEDGER_BELL_OPENINGS, NULL, NULL);
}

/* The day is that of the agent's office. */
static void the_day_is_the_offices(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f, "Zoé Roy");
    struct ledger_opened opened;

    fixture_publish(f, RECORD_OFFICE, "sample/a", json_pack("{s:s}", "zone", "America/Toronto"));
    assert_int_equal(open_for(f, RECORD_CLIENT, &file.client, PURPOSE_CONTACT, &opened), 0);
    /* Three in the morning there. */
    assert_int_equal(opened.until_ms, NOW + 21 * HOUR_MS);
}

/* --- who may ---------------------------------------------------------------------------------- */

static void it_is_in_the_trail(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f, "Zoé Roy");
    struct id none = fixture_id(f);
    struct ledger_opened opened;
    char *trail;

    people_role(f, ANNE, "a", "agent");
    assert_int_equal(open_for(f, RECORD_CLIENT, &file.client, PURPOSE_CONTACT, &opened), 0);
    assert_int_equal(open_for(f, RECORD_CASE, &file.matter, PURPOSE_EMERGENCY, &opened), 0);
    assert_int_equal(open_for(f, RECORD_CLIENT, &none, PURPOSE_CONTACT, &opened), ERROR_NOT_FOUND);
    trail = people_trail(f, ANNE);
    assert_string_equal(trail, "read|contact|said so|open\nemergency|emergency|said so|open\n");
    assert_int_equal(people_trail_of(f, &file.client), 2);
    free(trail);
}

static void who_may_not_is_refused(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f, "Zoé Roy");
    struct ledger_opened opened;
    char *trail;

    assert_int_equal(open_for(f, RECORD_CLIENT, &file.client, PURPOSE_SUPERVISION, &opened),
                     ERROR_REFUSED);
    people_role(f, ANNE, "a", "administrator");
    assert_int_equal(open_for(f, RECORD_CLIENT, &file.client, PURPOSE_CONTACT, &opened),
                     ERROR_REFUSED);
    assert_false(fixture_sees(f, ANNE, 0, &file.client));
    trail = people_trail(f, ANNE);
    assert_string_equal(trail, "refused|supervision|said so|open: purpose\n"
                               "refused|contact|said so|open: purpose\n");
    assert_int_equal(people_trail_of(f, &file.client), 0);
    free(trail);
}

/* Who becomes one who may not open such files has none of them any more; an emergency stands. */
static void another_role_is_judged_again(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f, "Zoé Roy"), urgent = file_make(f, "Ann Roy");
    struct ledger_opened opened;
    int64_t since;

    people_role(f, ANNE, "a", "agent");
    open_client(f, &file.client);
    assert_int_equal(open_for(f, RECORD_CLIENT, &urgent.client, PURPOSE_EMERGENCY, &opened), 0);
    people_role(f, ANNE, "a", "clerk");
    assert_int_equal(fixture_read(f, ANNE, RECORD_CLIENT, &file.client, NULL), 0);
    since = read_all(f);
    people_role(f, ANNE, "a", "administrator");
    assert_true(is_taken(f, since, &file.client));
    assert_true(is_taken(f, since, &file.note));
    assert_int_equal(fixture_read(f, ANNE, RECORD_CLIENT, &file.client, NULL), ERROR_REFUSED);
    assert_int_equal(fixture_read(f, ANNE, RECORD_CLIENT, &urgent.client, NULL), 0);
}

/* Opening counts as a search: nobody goes through all files. */
static void nobody_opens_all(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f, "Zoé Roy");
    struct ledger_opened opened;

    for (int i = 0; i < LEDGER_SEARCH_BURST; i++)
        assert_int_equal(open_for(f, RECORD_CLIENT, &file.client, PURPOSE_CONTACT, &opened), 0);
    assert_int_equal(open_for(f, RECORD_CLIENT, &file.client, PURPOSE_CONTACT, &opened),
                     ERROR_BUSY);
    assert_true(opened.retry_ms > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_comes_with_the_feed_and_goes),
        TEST(it_is_told_how_far_it_comes),
        TEST(what_is_seen_anyway_stays),
        TEST(of_two_files_one_ends),
        TEST(a_merged_file_opens_all_of_it),
        TEST(a_file_is_merged_while_it_is_open),
        TEST(a_case_opens_its_clients_file),
        TEST(it_ends_with_the_contact),
        TEST(it_ends_with_the_contact_it_was_opened_in),
        TEST(another_reason_outlives_it),
        TEST(whoever_keeps_the_time_is_told),
        TEST(the_day_is_the_offices),
        TEST(it_is_in_the_trail),
        TEST(who_may_not_is_refused),
        TEST(another_role_is_judged_again),
        TEST(nobody_opens_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
