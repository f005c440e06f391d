/* What a terminal does not hold: the old files that are left out of its feed, and the file that it
 * fetches. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "tests/unit/search_people.h"

#define HOUR_MS INT64_C(3600000)

/* Of office d. */
struct file {
    struct id client, matter, contact, note, deep, secret;
};

static struct file file_make(struct ledger_fixture *f)
{
    struct file file = {.client = people_client(f, "Zoé Roy", NULL, NULL, NULL, NULL)};
    json_t *body;

    file.matter = people_case(f, &file.client, NULL);
    body = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "channel", "phone", "office", "sample/d",
                     "agent", f->actors[DENIS].agent.text, "started_at", "2026-01-01T10:00:00.000Z",
                     "case", file.matter.text, "ended_at", "2026-01-01T10:05:00.000Z");
    json_object_set_new(body, "outcome", json_string("resolved"));
    file.contact = fixture_make(f, DENIS, RECORD_CONTACT, body);
    file.note = fixture_make(f, DENIS, RECORD_NOTE,
                             fixture_note(f, DENIS, "sample/d", &file.matter, "for everyone"));
    /* It hangs on the contact alone. */
    body = fixture_note(f, DENIS, "sample/d", NULL, "before there was a case");
    json_object_set_new(body, "contact", json_string(file.contact.text));
    file.deep = fixture_make(f, DENIS, RECORD_NOTE, body);
    body = fixture_note(f, DENIS, "sample/d", &file.matter, "for few");
    json_object_set_new(body, "visibility", json_string("restricted"));
    file.secret = fixture_make(f, DENIS, RECORD_NOTE, body);
    return file;
}

static void close_case(struct ledger_fixture *f, const struct id *matter)
{
    fixture_applied(f, DENIS,
                    fixture_operation(f, DENIS, OPERATION_CLAIM, RECORD_CASE, matter, 1,
                                      json_pack("{s:s}", "status", "closed")));
}

/* Whether the record comes to `who` by a feed of which this is left out. */
static bool comes_but(struct ledger_fixture *f, enum fixture_agent who, struct ledger_old old,
                      const struct id *id)
{
    struct scope_set scopes = {0};
    struct ledger_page page;
    char named[64];
    bool found;

    snprintf(named, sizeof(named), "\"id\":\"%s\"", id->text);
    assert_int_equal(ledger_desk_scopes(f->ledger, &f->actors[who].agent, &scopes, NULL), 0);
    assert_int_equal(ledger_changes_but_old(f->ledger, &scopes, 0, 1000, NULL, &old, &page, NULL),
                     0);
    found = strstr(page.records, named) != NULL;
    ledger_page_clear(&page);
    scope_set_free(&scopes);
    return found;
}

/* The same when they hold nothing that rests since before `old_ms`. */
static bool comes(struct ledger_fixture *f, enum fixture_agent who, int64_t old_ms,
                  const struct id *id)
{
    return comes_but(f, who, (struct ledger_old){.before_ms = old_ms}, id);
}

/* The same when they want everything, and what rests since before `withheld_ms` is withheld. */
static bool is_given(struct ledger_fixture *f, enum fixture_agent who, int64_t withheld_ms,
                     const struct id *id)
{
    return comes_but(f, who, (struct ledger_old){.withheld_ms = withheld_ms}, id);
}

static int setup(void **state)
{
    int code = fixture_setup(state);

    people_role(*state, ANNE, "d", "clerk");
    return code;
}

static void an_old_file_is_left_out(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t before = clock_system(NULL), after = before + HOUR_MS;
    struct file file = file_make(f);

    /* An open case is held, however old. */
    assert_true(comes(f, DENIS, after, &file.matter));
    assert_true(comes(f, DENIS, after, &file.note));
    close_case(f, &file.matter);
    assert_false(comes(f, DENIS, after, &file.matter));
    assert_false(comes(f, DENIS, after, &file.note));
    assert_false(comes(f, DENIS, after, &file.contact));
    assert_false(comes(f, DENIS, after, &file.deep));
    /* Whose it was is found. */
    assert_true(comes(f, DENIS, after, &file.client));
    /* Closed lately; and for one who holds everything. */
    assert_true(comes(f, DENIS, before, &file.matter));
    assert_true(comes(f, DENIS, before, &file.note));
    assert_true(comes(f, DENIS, 0, &file.matter));
}

static void what_is_in_hand_comes(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t after = clock_system(NULL) + HOUR_MS;
    struct file file = file_make(f);
    struct id handoff;
    json_t *draft = json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s}", "form", "sample/x",
                              "form_version", 1, "case", file.matter.text, "office", "sample/d",
                              "started_by", f->actors[DENIS].agent.text, "started_at",
                              "2026-01-01T10:00:00.000Z", "status", "draft");
    json_t *body;
    struct id submission;

    submission = fixture_make(f, DENIS, RECORD_SUBMISSION, draft);
    close_case(f, &file.matter);
    body = fixture_handoff(f, DENIS, "sample/d", &file.matter, NULL, NULL, "sample/q");
    handoff = fixture_make(f, DENIS, RECORD_HANDOFF, body);
    assert_true(comes(f, DENIS, after, &submission));
    assert_true(comes(f, DENIS, after, &handoff));
    assert_false(comes(f, DENIS, after, &file.matter));
    /* To whoever serves the queue the case was brought, and comes. */
    assert_true(comes(f, BEN, after, &file.matter));
    assert_true(comes(f, BEN, after, &file.note));
}

/* Whatever a caller asks for. */
static void what_has_rested_is_withheld(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t before = clock_system(NULL), after = before + HOUR_MS;
    struct file file = file_make(f);

    assert_true(is_given(f, DENIS, after, &file.matter));
    close_case(f, &file.matter);
    assert_true(is_given(f, DENIS, before, &file.matter));
    assert_true(is_given(f, DENIS, before, &file.note));
    assert_false(is_given(f, DENIS, after, &file.matter));
    assert_false(is_given(f, DENIS, after, &file.contact));
    assert_false(is_given(f, DENIS, after, &file.note));
    assert_false(is_given(f, DENIS, after, &file.deep));
    assert_true(is_given(f, DENIS, after, &file.client));
    /* But for what they did at this terminal, and nobody else did there. */
    assert_true(comes_but(f, DENIS,
                          (struct ledger_old){.withheld_ms = after,
                                              .agent = f->actors[DENIS].agent,
                                              .device = f->actors[DENIS].device},
                          &file.matter));
    assert_false(comes_but(f, ANNE,
                           (struct ledger_old){.withheld_ms = after,
                                               .agent = f->actors[ANNE].agent,
                                               .device = f->actors[DENIS].device},
                           &file.matter));
    assert_false(comes_but(f, DENIS,
                           (struct ledger_old){.withheld_ms = after,
                                               .agent = f->actors[DENIS].agent,
                                               .device = f->actors[ANNE].device},
                           &file.matter));
}

/* What was handed over is given while it is in hand, not for good. */
static void what_left_their_hands_is_withheld(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t after = clock_system(NULL) + HOUR_MS;
    struct file file = file_make(f);
    struct id handoff;
    json_t *body;

    close_case(f, &file.matter);
    body =
        fixture_handoff(f, DENIS, "sample/d", &file.matter, f->actors[BEN].agent.text, NULL, NULL);
    handoff = fixture_make(f, DENIS, RECORD_HANDOFF, body);
    assert_true(is_given(f, BEN, after, &file.matter));
    assert_true(is_given(f, BEN, after, &file.note));
    fixture_applied(f, BEN,
                    fixture_operation(f, BEN, OPERATION_CLAIM, RECORD_HANDOFF, &handoff, 1,
                                      json_pack("{s:s, s:s}", "state", "accepted", "taken_by",
                                                f->actors[BEN].agent.text)));
    assert_true(is_given(f, BEN, after - 2 * HOUR_MS, &file.matter));
    assert_false(is_given(f, BEN, after, &file.matter));
    assert_false(is_given(f, BEN, after, &file.note));
}

/* What is held in an earlier state is told as gone; what is not, is not told of. */
static void what_changed_and_is_withheld_goes(void **state)
{
    struct ledger_fixture *f = *state;
    const struct ledger_old old = {.withheld_ms = clock_system(NULL) + HOUR_MS};
    struct file file = file_make(f), other = file_make(f);
    struct scope_set scopes = {0};
    struct ledger_page page;
    int64_t since;

    close_case(f, &other.matter);
    assert_int_equal(ledger_desk_scopes(f->ledger, &f->actors[ANNE].agent, &scopes, NULL), 0);
    assert_int_equal(ledger_changes_but_old(f->ledger, &scopes, 0, 1000, NULL, &old, &page, NULL),
                     0);
    since = page.next;
    ledger_page_clear(&page);
    close_case(f, &file.matter);
    assert_int_equal(
        ledger_changes_but_old(f->ledger, &scopes, since, 1000, NULL, &old, &page, NULL), 0);
    assert_null(strstr(page.records, file.matter.text));
    assert_non_null(strstr(page.gone, file.matter.text));
    assert_null(strstr(page.gone, other.matter.text));
    assert_true(page.next > since);
    ledger_page_clear(&page);
    /* From a place that it never was given, a caller gets no more. */
    for (int64_t at = 1; at < since; at++) {
        assert_int_equal(
            ledger_changes_but_old(f->ledger, &scopes, at, 1000, NULL, &old, &page, NULL), 0);
        assert_null(strstr(page.records, other.matter.text));
        assert_null(strstr(page.records, "for everyone"));
        ledger_page_clear(&page);
    }
    scope_set_free(&scopes);
    /* Ben comes to the office: of what has rested since before that he is not told. */
    people_role(f, BEN, "d", "clerk");
    assert_int_equal(ledger_desk_scopes(f->ledger, &f->actors[BEN].agent, &scopes, NULL), 0);
    assert_int_equal(
        ledger_changes_but_old(f->ledger, &scopes, since, 1000, NULL, &old, &page, NULL), 0);
    assert_null(strstr(page.records, other.matter.text));
    assert_null(strstr(page.gone, other.matter.text));
    ledger_page_clear(&page);
    scope_set_free(&scopes);
}

/* A hand-off of the case to Ben. */
static struct id hand_to_ben(struct ledger_fixture *f, const struct id *matter)
{
    return fixture_make(
        f, DENIS, RECORD_HANDOFF,
        fixture_handoff(f, DENIS, "sample/d", matter, f->actors[BEN].agent.text, NULL, NULL));
}

static void answer_as_ben(struct ledger_fixture *f, const struct id *handoff, json_t *answer)
{
    fixture_applied(f, BEN,
                    fixture_operation(f, BEN, OPERATION_CLAIM, RECORD_HANDOFF, handoff, 1, answer));
}

/* Of whoever reads page after page: what changed past where they began, and was given to them again
 * since, stands past the first page, and they may hold it as it was. */
static void what_moved_past_a_page_is_told_as_gone(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_old old = {.withheld_ms = clock_system(NULL) + HOUR_MS};
    struct file file = file_make(f), other = file_make(f);
    struct id first = hand_to_ben(f, &file.matter), second;
    struct scope_set scopes = {0};
    struct ledger_page page;
    int64_t begun, closed, next = 0;

    assert_int_equal(ledger_desk_scopes(f->ledger, &f->actors[BEN].agent, &scopes, NULL), 0);
    assert_int_equal(ledger_changes_but_old(f->ledger, &scopes, 0, 1000, NULL, &old, &page, NULL),
                     0);
    assert_non_null(strstr(page.records, file.matter.text));
    begun = page.next;
    ledger_page_clear(&page);

    answer_as_ben(f, &first, json_pack("{s:s, s:s}", "state", "declined", "reason", "no"));
    close_case(f, &file.matter);
    assert_int_equal(ledger_changes_but_old(f->ledger, &scopes, begun, 1, NULL, &old, &page, NULL),
                     0);
    closed = page.head;
    ledger_page_clear(&page);
    (void)hand_to_ben(f, &other.matter);
    second = hand_to_ben(f, &file.matter);
    answer_as_ben(
        f, &second,
        json_pack("{s:s, s:s}", "state", "accepted", "taken_by", f->actors[BEN].agent.text));
    for (size_t limit = 2; next < closed; limit++) {
        assert_int_equal(
            ledger_changes_but_old(f->ledger, &scopes, begun, limit, NULL, &old, &page, NULL), 0);
        assert_null(strstr(page.gone, file.matter.text));
        assert_true(page.more);
        next = page.next;
        ledger_page_clear(&page);
    }

    old.begun = begun;
    assert_int_equal(
        ledger_changes_but_old(f->ledger, &scopes, next, 1000, NULL, &old, &page, NULL), 0);
    assert_non_null(strstr(page.gone, file.matter.text));
    ledger_page_clear(&page);
    /* Whoever had all of it when they came there holds it as it is, or not at all. */
    old.begun = 0;
    assert_int_equal(
        ledger_changes_but_old(f->ledger, &scopes, next, 1000, NULL, &old, &page, NULL), 0);
    assert_null(strstr(page.gone, file.matter.text));
    ledger_page_clear(&page);
    scope_set_free(&scopes);
}

/* Read in two pages: what changed between them may be held as it was. */
static void what_was_given_is_brought_up_to_date(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t after = clock_system(NULL) + HOUR_MS;
    struct file file = file_make(f), other = file_make(f);
    struct scope_set scopes = {0};
    struct ledger_page first, second;

    close_case(f, &other.matter);
    assert_int_equal(ledger_desk_scopes(f->ledger, &f->actors[ANNE].agent, &scopes, NULL), 0);
    assert_int_equal(ledger_changes_but_old(f->ledger, &scopes, 0, 2, NULL,
                                            &(struct ledger_old){.before_ms = after}, &first, NULL),
                     0);
    assert_non_null(strstr(first.records, file.matter.text));
    close_case(f, &file.matter);
    assert_int_equal(
        ledger_changes_but_old(f->ledger, &scopes, first.next, 1000, NULL,
                               &(struct ledger_old){.before_ms = after, .until = first.head},
                               &second, NULL),
        0);
    assert_non_null(strstr(second.records, "closed"));
    assert_non_null(strstr(second.records, file.matter.text));
    assert_null(strstr(second.records, other.matter.text));
    ledger_page_clear(&second);
    /* So is what was made at the terminal that reads. */
    assert_int_equal(ledger_changes_but_old(f->ledger, &scopes, first.next, 1000, NULL,
                                            &(struct ledger_old){.before_ms = after,
                                                                 .until = INT64_MAX,
                                                                 .agent = f->actors[DENIS].agent,
                                                                 .device = f->actors[DENIS].device},
                                            &second, NULL),
                     0);
    assert_non_null(strstr(second.records, other.matter.text));
    ledger_page_clear(&first);
    ledger_page_clear(&second);
    scope_set_free(&scopes);
}

/* How many records of the file `who` is given, in pages of `limit`; `text` holds them. */
static size_t fetch(struct ledger_fixture *f, enum fixture_agent who, enum record_type type,
                    const struct id *id, int64_t since, size_t limit, char *text, size_t size)
{
    struct ledger_file_wanted wanted = {type, *id, since, 0, limit, false};
    struct scope_set scopes = {0};
    struct ledger_page page;
    size_t count = 0, left = 0;

    text[0] = '\0';
    assert_int_equal(ledger_desk_scopes(f->ledger, &f->actors[who].agent, &scopes, NULL), 0);
    do {
        assert_int_equal(ledger_file_page(f->ledger, &scopes, &wanted, &page, NULL), 0);
        assert_true(page.count <= limit);
        /* Each page says how many are to come; one of them may have changed since. */
        assert_true(wanted.after == 0 || page.count + page.left <= left);
        assert_int_equal(page.left > 0, page.more);
        left = page.left;
        count += page.count;
        assert_true(strlen(text) + page.length < size);
        strcat(text, page.records);
        assert_true(!page.more || page.next > wanted.after);
        wanted.after = page.next;
        limit = page.more ? limit : 0;
        ledger_page_clear(&page);
    } while (limit > 0);
    scope_set_free(&scopes);
    return count;
}

static void a_file_is_fetched(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f);
    static char text[64 * 1024], paged[64 * 1024];
    int64_t since;
    struct id later;

    close_case(f, &file.matter);
    json_decref(fixture_desk(f, ANNE, 0, 1000, &since));
    assert_int_equal(fetch(f, ANNE, RECORD_CASE, &file.matter, since, 1000, text, sizeof(text)), 5);
    assert_non_null(strstr(text, file.matter.text));
    assert_non_null(strstr(text, file.client.text));
    assert_non_null(strstr(text, "before there was a case"));
    assert_int_equal(fetch(f, ANNE, RECORD_CLIENT, &file.client, since, 1000, text, sizeof(text)),
                     5);
    assert_int_equal(fetch(f, ANNE, RECORD_CLIENT, &file.client, since, 2, paged, sizeof(paged)),
                     5);
    /* What is restricted is not shown to one who may not read it. */
    assert_null(strstr(text, "for few"));
    /* What changed past the cursor comes by the feed alone. */
    later = fixture_make(f, DENIS, RECORD_NOTE,
                         fixture_note(f, DENIS, "sample/d", &file.matter, "later"));
    assert_int_equal(fetch(f, ANNE, RECORD_CASE, &file.matter, since, 1000, text, sizeof(text)), 5);
    assert_null(strstr(text, later.text));
    json_decref(fixture_desk(f, ANNE, 0, 1000, &since));
    assert_int_equal(fetch(f, ANNE, RECORD_CASE, &file.matter, since, 1000, text, sizeof(text)), 6);
}

static void the_server_decides_who_is_given_it(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f);
    struct ledger_file_wanted wanted = {RECORD_CASE, file.matter, INT64_MAX, 0, 1000, false};
    struct scope_set scopes = {0};
    struct ledger_page page;

    assert_int_equal(ledger_desk_scopes(f->ledger, &f->actors[BEN].agent, &scopes, NULL), 0);
    assert_int_equal(ledger_file_page(f->ledger, &scopes, &wanted, &page, NULL), ERROR_REFUSED);
    assert_null(page.records);
    wanted.record = f->actors[BEN].agent;
    assert_int_equal(ledger_file_page(f->ledger, &scopes, &wanted, &page, NULL), ERROR_NOT_FOUND);
    scope_set_free(&scopes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_old_file_is_left_out, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(what_was_given_is_brought_up_to_date, setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(what_is_in_hand_comes, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(what_has_rested_is_withheld, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(what_left_their_hands_is_withheld, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(what_changed_and_is_withheld_goes, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(what_moved_past_a_page_is_told_as_gone, setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_file_is_fetched, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(the_server_decides_who_is_given_it, setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
