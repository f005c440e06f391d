/* Opening what this terminal let go, by keys: the test is the sync thread and the server. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/store_file.h"
#include "tests/unit/ui_questions.h"
#include "ui/language.h"
#include "ui/screen.h"

#define ZOE    "019b7000-0000-7000-8000-0000000000a1"
#define MATTER "019b7000-0000-7000-8000-0000000000b1"
#define NOTE   "019b7000-0000-7000-8000-0000000000c1"

static struct id id_of(const char *text)
{
    struct id id;

    assert_true(id_parse(&id, text));
    return id;
}

static bool is_wanted(struct ui_fixture *fixture)
{
    const struct id id = id_of(MATTER);
    struct store_file file;

    assert_int_equal(store_file_get(fixture->desk.store, RECORD_CASE, &id, &file, NULL), 0);
    return file.wanted_ms != 0;
}

/* Some of the case comes, and with `whole` the last of it. */
static void send_page(struct ui_fixture *fixture, enum record_type type, const char *id,
                      json_t *body, bool whole)
{
    const struct id record_id = id_of(id), matter = id_of(MATTER);
    struct record *record = record_new(type, &record_id);

    json_decref(record->body);
    record->body = body;
    record->rev = record->seq = 1;
    assert_int_equal(
        store_file_write(fixture->desk.store, RECORD_CASE, &matter, &record, 1, whole, 1000, NULL),
        0);
    fixture->desk.changes++;
    record_free(record);
    ui_fixture_draw(fixture);
}

static void send_case(struct ui_fixture *fixture, bool whole)
{
    send_page(fixture, RECORD_CASE, MATTER,
              json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "reference", "C-0000-0001", "office",
                        "t/north", "opened_at", "2020-11-01T10:00:00.000Z", "opened_by", ZOE,
                        "status", "closed", "client", ZOE),
              whole);
}

static void send_client(struct ui_fixture *fixture)
{
    send_page(
        fixture, RECORD_CLIENT, ZOE,
        json_pack("{s:s, s:s, s:s}", "kind", "person", "name", "Zoé Lebel", "office", "t/north"),
        false);
}

static void send_note(struct ui_fixture *fixture, bool whole)
{
    send_page(fixture, RECORD_NOTE, NOTE,
              json_pack("{s:s, s:s, s:s, s:s, s:s}", "case", MATTER, "kind", "internal", "text",
                        "the insurer has paid", "channel", "counter", "at",
                        "2020-11-02T10:00:00.000Z"),
              whole);
}

static void show_progress(struct ui_fixture *fixture, int64_t done, int64_t all)
{
    const struct link_file file = {RECORD_CASE, id_of(MATTER), done, all};

    link_file_set(fixture->link, &file);
    ui_fixture_draw(fixture);
}

/* As a row leads to it that was read before it went; the agent says why. */
static void follow_link(struct ui_fixture *fixture)
{
    ui_open(fixture->ui, "case", json_pack("{s:s}", "id", MATTER));
    ui_fixture_draw(fixture);
    ui_fixture_type(fixture, "3");
    ui_fixture_draw(fixture);
    ui_fixture_expect(fixture, "A case that is not on this terminal");
    assert_true(is_wanted(fixture));
}

static void what_was_let_go_opens_when_it_is_whole(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_link(fixture, LINK_ONLINE);
    follow_link(fixture);
    ui_fixture_expect(fixture, "Being fetched from the server...");
    ui_fixture_expect(fixture, "Esc gives it up.");
    send_client(fixture);
    show_progress(fixture, 1, 3);
    ui_fixture_expect(fixture, "1 of 3 records");
    send_case(fixture, false);
    show_progress(fixture, 2, 3);
    ui_fixture_expect(fixture, "2 of 3 records");
    ui_fixture_expect_not(fixture, "C-0000-0001");
    send_note(fixture, true);
    ui_fixture_expect(fixture, "C-0000-0001");
    ui_fixture_expect(fixture, "the insurer has paid");
    ui_fixture_expect_not(fixture, "Not all of");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_expect_not(fixture, "Being fetched");
}

/* A server of before does not say how many there are. */
static void what_nobody_counted_is_told_so_far(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_link(fixture, LINK_ONLINE);
    follow_link(fixture);
    ui_fixture_expect_not(fixture, "record");
    show_progress(fixture, 50, 0);
    ui_fixture_expect(fixture, "50 records so far");
}

static void it_goes_on_when_the_link_is_back(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_link(fixture, LINK_OFFLINE);
    follow_link(fixture);
    ui_fixture_expect(fixture, "The link is down. Once it is back, the file is fetched by itself.");
    ui_fixture_expect_not(fixture, "Being fetched from");
    ui_link(fixture, LINK_ONLINE);
    ui_fixture_expect(fixture, "Being fetched from the server...");
    show_progress(fixture, 1, 2);
    ui_link(fixture, LINK_REFUSED);
    ui_fixture_expect(fixture,
                      "Your session has ended. Sign in again: then it is fetched by itself.");
    ui_fixture_expect(fixture, "1 of 2 records");
    ui_link(fixture, LINK_ONLINE);
    send_client(fixture);
    send_case(fixture, true);
    ui_fixture_expect(fixture, "C-0000-0001");
}

static void escape_gives_it_up(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_link(fixture, LINK_OFFLINE);
    follow_link(fixture);
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_expect_not(fixture, "A case that is not on this terminal");
    assert_false(is_wanted(fixture));
}

/* What others wait for stays asked for. */
static void escape_leaves_what_was_asked_for_before(void **state)
{
    struct ui_fixture *fixture = *state;
    const struct id matter = id_of(MATTER);

    ui_link(fixture, LINK_OFFLINE);
    assert_int_equal(store_file_want(fixture->desk.store, RECORD_CASE, &matter, true, 1000, NULL),
                     0);
    follow_link(fixture);
    ui_fixture_press(fixture, INPUT_ESCAPE);
    assert_true(is_wanted(fixture));
}

/* Of what is here in part, the screen says so as long as it is. */
static void half_a_file_is_not_shown_as_whole(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_link(fixture, LINK_ONLINE);
    follow_link(fixture);
    send_client(fixture);
    send_case(fixture, true);
    ui_fixture_expect(fixture, "C-0000-0001");
    ui_fixture_expect_not(fixture, "Not all of");
    assert_int_equal(
        store_file_want(fixture->desk.store, RECORD_CASE, &(struct id){MATTER}, true, 1000, NULL),
        0);
    send_note(fixture, false);
    ui_fixture_expect(fixture, "the insurer has paid");
    ui_fixture_expect(fixture, "Not all of it is here: the rest is being fetched.");
    show_progress(fixture, 1, 3);
    ui_fixture_expect(fixture, "Not all of it is here: the rest is being fetched. 1 of 3 records");
    ui_link(fixture, LINK_OFFLINE);
    ui_fixture_expect(fixture, "Not all of it is here: the rest comes when the link is back.");
    send_note(fixture, true);
    ui_fixture_expect_not(fixture, "Not all of");
}

static void it_is_told_in_french_on_a_narrow_screen(void **state)
{
    struct ui_fixture *fixture = *state;

    assert_true(canvas_resize(fixture->canvas, 16, 60));
    ui_link(fixture, LINK_ONLINE);
    follow_link(fixture);
    assert_true(language_set("fr"));
    show_progress(fixture, 150, 1200);
    ui_fixture_expect(fixture, "En route depuis le serveur...");
    ui_fixture_expect(fixture, "150 fiches sur 1200");
    ui_fixture_expect(fixture, "Échap y");
    ui_link(fixture, LINK_OFFLINE);
    ui_fixture_expect(fixture, "Le lien est coupé. Dès son retour, le dossier viendra de");
    ui_fixture_expect(fixture, "lui-même.");
    assert_true(language_set("en"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_let_go_opens_when_it_is_whole),  TEST(what_nobody_counted_is_told_so_far),
        TEST(it_goes_on_when_the_link_is_back),        TEST(escape_gives_it_up),
        TEST(escape_leaves_what_was_asked_for_before), TEST(half_a_file_is_not_shown_as_whole),
        TEST(it_is_told_in_french_on_a_narrow_screen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
