/* Why somebody's file is opened is asked when no contact is open and nothing of it is in hand. */
#include "tests/unit/unit.h"

#include <string.h>

#include "app/json.h"
#include "tests/unit/ui_fixture.h"
#include "ui/purpose.h"

#define CLIENT   "cccccccc-cccc-4ccc-8ccc-cccccccccccc"
#define CASE     "dddddddd-dddd-4ddd-8ddd-dddddddddddd"
#define CONTACT  "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
#define SOMEBODY "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
#define OTHER    "eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee"

static void expect_none(struct ui_fixture *fixture, const char *text)
{
    if (ui_fixture_shows(fixture, text)) {
        ui_fixture_print(fixture);
        fail_msg("shown: %s", text);
    }
}

/* A page of the feed brings it. */
static void come(struct ui_fixture *fixture, enum record_type type, const char *id, json_t *body)
{
    static int64_t seq = 100;
    struct store_place place = {.cursor = ++seq, .feed = "feed", .epoch = ""};
    struct error error = ERROR_INIT;
    struct record *record;
    struct id parsed;

    assert_true(id_parse(&parsed, id));
    record = record_new(type, &parsed);
    json_decref(record->body);
    record->body = body;
    record->rev = seq;
    record->seq = seq;
    if (store_write_page_at(fixture->desk.store, &record, 1, &place, &error) != 0)
        fail_msg("%s", error.message);
    record_free(record);
    fixture->desk.changes++;
    ui_fixture_draw(fixture);
}

static void client_comes(struct ui_fixture *fixture)
{
    come(fixture, RECORD_CLIENT, CLIENT,
         json_pack("{s:s, s:s, s:s, s:s}", "kind", "person", "name", "Maude Quirion", "office",
                   "t/north", "phone", "418 555-0101"));
}

static void case_comes(struct ui_fixture *fixture, const char *assignee, const char *status)
{
    client_comes(fixture);
    come(fixture, RECORD_CASE, CASE,
         json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "reference", "C-QQQ-777", "client",
                   CLIENT, "status", status, "opened_at", "2026-11-27T03:00:00.000Z", "office",
                   "t/north", "opened_by", OTHER, "assignee", assignee));
}

static void open_case(struct ui_fixture *fixture)
{
    ui_open(fixture->ui, "case", json_pack("{s:s}", "id", CASE));
    ui_fixture_draw(fixture);
}

/* As after a quarter of an hour. */
static void time_passes(struct ui_fixture *fixture)
{
    int64_t past = desk_now(&fixture->desk) - 1;

    fixture->desk.said.until_ms = past;
    for (size_t i = 0; i < DESK_REASONS; i++)
        if (fixture->desk.reasons[i].until_ms > 0) {
            struct purpose_said said = fixture->desk.reasons[i];

            assert_int_equal(
                desk_reason_keep(&fixture->desk, &said.client, &said.reason, past, NULL), 0);
        }
}

static int count_look(void *context, const struct outbox_entry *entry)
{
    json_t *looks = context;

    if (entry->operation->type == RECORD_ACCESS)
        json_array_append(looks, entry->operation->body);
    return 0;
}

/* New. */
static json_t *looks_of(struct ui_fixture *fixture)
{
    json_t *looks = json_array();

    assert_int_equal(store_outbox_each(fixture->desk.store, 1000, count_look, looks, NULL), 0);
    return looks;
}

static size_t look_count(struct ui_fixture *fixture)
{
    json_t *looks = looks_of(fixture);
    size_t count = json_array_size(looks);

    json_decref(looks);
    return count;
}

static void escape_shows_nothing(void **state)
{
    struct ui_fixture *fixture = *state;

    case_comes(fixture, OTHER, "open");
    open_case(fixture);
    ui_fixture_expect(fixture, "Why do you open this file?");
    expect_none(fixture, "Maude");
    expect_none(fixture, "C-QQQ-777");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    expect_none(fixture, "Why do you");
    expect_none(fixture, "Maude");
    assert_true(id_is_empty(&fixture->desk.open.matter));
    assert_int_equal(look_count(fixture), 0);
}

static void a_reason_opens_it_and_is_told(void **state)
{
    struct ui_fixture *fixture = *state;
    json_t *looks;

    case_comes(fixture, OTHER, "open");
    open_case(fixture);
    ui_fixture_type(fixture, "4");
    ui_fixture_expect(fixture, "C-QQQ-777");
    looks = looks_of(fixture);
    assert_int_equal(json_array_size(looks), 1);
    assert_string_equal(json_text_or(json_array_get(looks, 0), "purpose", ""), "written");
    assert_string_equal(json_text_or(json_array_get(looks, 0), "case", ""), CASE);
    assert_string_equal(json_text_or(json_array_get(looks, 0), "client", ""), CLIENT);
    json_decref(looks);
    /* A quarter of an hour for all of that file, also after the program has ended. */
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_return(fixture, true);
    ui_open(fixture->ui, "client", json_pack("{s:s}", "id", CLIENT));
    ui_fixture_draw(fixture);
    expect_none(fixture, "Why do you");
    ui_fixture_expect(fixture, "Maude Quirion");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    /* Then it is asked again, and told again. */
    time_passes(fixture);
    open_case(fixture);
    ui_fixture_expect(fixture, "Why do you open this file?");
    ui_fixture_type(fixture, "4");
    ui_fixture_expect(fixture, "C-QQQ-777");
    assert_int_equal(look_count(fixture), 3);
}

static void it_holds_for_that_file_alone(void **state)
{
    struct ui_fixture *fixture = *state;

    case_comes(fixture, OTHER, "open");
    come(fixture, RECORD_CLIENT, OTHER,
         json_pack("{s:s, s:s, s:s}", "kind", "person", "name", "Luc Other", "office", "t/north"));
    open_case(fixture);
    ui_fixture_type(fixture, "3");
    ui_fixture_expect(fixture, "C-QQQ-777");
    ui_open(fixture->ui, "client", json_pack("{s:s}", "id", OTHER));
    ui_fixture_draw(fixture);
    ui_fixture_expect(fixture, "Why do you open this file?");
    expect_none(fixture, "Luc");
    /* Two files on one screen are asked for once. */
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_open(fixture->ui, "client-merge", json_pack("{s:s, s:s}", "client", CLIENT, "into", OTHER));
    ui_fixture_draw(fixture);
    ui_fixture_expect(fixture, "Why do you open this file?");
    expect_none(fixture, "Luc");
    ui_fixture_type(fixture, "3");
    ui_fixture_expect(fixture, "Luc Other");
    expect_none(fixture, "Why do you");
}

static void what_is_in_hand_asks_nothing(void **state)
{
    struct ui_fixture *fixture = *state;
    const char *own = fixture->desk.agent->id.text;
    json_t *looks;

    case_comes(fixture, own, "open");
    open_case(fixture);
    ui_fixture_expect(fixture, "C-QQQ-777");
    looks = looks_of(fixture);
    assert_string_equal(json_text_or(json_array_get(looks, 0), "purpose", ""), "case-work");
    json_decref(looks);
    ui_fixture_press(fixture, INPUT_ESCAPE);
    /* Closed, or somebody else's, it is not in hand any more. */
    case_comes(fixture, own, "closed");
    open_case(fixture);
    ui_fixture_expect(fixture, "Why do you open this file?");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    case_comes(fixture, OTHER, "open");
    open_case(fixture);
    ui_fixture_expect(fixture, "Why do you open this file?");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    /* A hand-off that is offered to the agent. */
    come(fixture, RECORD_HANDOFF, OTHER,
         json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "from", OTHER, "to_agent", own,
                   "office", "t/north", "case", CASE, "client", CLIENT, "summary", "Roof", "state",
                   "offered", "offered_at", "2026-11-27T03:00:00.000Z"));
    open_case(fixture);
    expect_none(fixture, "Why do you");
    ui_fixture_expect(fixture, "C-QQQ-777");
}

/* The contact in progress is with this client; NULL: it is not known yet with whom. */
static void contact_with(struct ui_fixture *fixture, const char *client)
{
    const char *own = desk_agent(&fixture->desk)->text;

    come(fixture, RECORD_CONTACT, CONTACT,
         json_pack("{s:s, s:s, s:s, s:s, s:s*}", "channel", "phone", "office", "t/north", "agent",
                   own, "started_at", "2026-11-27T03:00:00.000Z", "client", client));
    assert_true(id_parse(&fixture->desk.open.contact, CONTACT));
}

static void a_contact_asks_nothing(void **state)
{
    struct ui_fixture *fixture = *state;

    case_comes(fixture, OTHER, "open");
    contact_with(fixture, NULL); /* the file is opened to find out who it is */
    open_case(fixture);
    ui_fixture_expect(fixture, "C-QQQ-777");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    contact_with(fixture, CLIENT);
    open_case(fixture);
    expect_none(fixture, "Why do you");
    ui_fixture_expect(fixture, "C-QQQ-777");
}

/* That somebody else is here is no reason, but who acts for the client. */
/* To merge two files is to say that both are of whom the contact is with. */
static void a_contact_asks_nothing_for_a_merge(void **state)
{
    struct ui_fixture *fixture = *state;
    json_t *looks;

    case_comes(fixture, OTHER, "open");
    come(fixture, RECORD_CLIENT, OTHER,
         json_pack("{s:s, s:s, s:s}", "kind", "person", "name", "Luc Other", "office", "t/north"));
    contact_with(fixture, CLIENT);
    ui_open(fixture->ui, "client-merge", json_pack("{s:s, s:s}", "client", OTHER, "into", CLIENT));
    ui_fixture_draw(fixture);
    expect_none(fixture, "Why do you");
    ui_fixture_expect(fixture, "Luc Other");
    looks = looks_of(fixture);
    assert_int_equal(json_array_size(looks), 2);
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(json_text_or(json_array_get(looks, i), "purpose", ""), "contact");
    json_decref(looks);
    ui_fixture_press(fixture, INPUT_ESCAPE);
    /* Nor is it asked again for what it is now. */
    ui_open(fixture->ui, "client", json_pack("{s:s}", "id", OTHER));
    ui_fixture_draw(fixture);
    expect_none(fixture, "Why do you");
}

/* A contact with somebody else says nothing of the two. */
static void another_contact_asks_for_a_merge(void **state)
{
    struct ui_fixture *fixture = *state;

    case_comes(fixture, OTHER, "open");
    come(fixture, RECORD_CLIENT, OTHER,
         json_pack("{s:s, s:s, s:s}", "kind", "person", "name", "Luc Other", "office", "t/north"));
    contact_with(fixture, SOMEBODY);
    ui_open(fixture->ui, "client-merge", json_pack("{s:s, s:s}", "client", OTHER, "into", CLIENT));
    ui_fixture_draw(fixture);
    ui_fixture_expect(fixture, "Why do you open this file?");
    expect_none(fixture, "Luc");
}

static void another_ones_contact_is_none(void **state)
{
    struct ui_fixture *fixture = *state;

    case_comes(fixture, OTHER, "open");
    contact_with(fixture, SOMEBODY);
    open_case(fixture);
    ui_fixture_expect(fixture, "Why do you open this file?");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    come(fixture, RECORD_DELEGATION, OTHER,
         json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "client", CLIENT, "delegate",
                   SOMEBODY, "role", "parent", "proof", "seen", "author", OTHER, "office",
                   "t/north", "at", "2026-11-27T03:00:00.000Z", "state", "valid"));
    open_case(fixture);
    expect_none(fixture, "Why do you");
    ui_fixture_expect(fixture, "C-QQQ-777");
}

/* What is opened after it waits for the same answer. */
static void what_follows_waits_too(void **state)
{
    struct ui_fixture *fixture = *state;

    case_comes(fixture, OTHER, "open");
    assert_int_equal(ui_open(fixture->ui, "case", json_pack("{s:s}", "id", CASE)), 0);
    assert_true(ui_is_asking(fixture->ui));
    ui_open(fixture->ui, "note", json_pack("{s:s}", "case", CASE));
    ui_fixture_draw(fixture);
    ui_fixture_expect(fixture, "Why do you open this file?");
    ui_fixture_type(fixture, "3");
    ui_fixture_type(fixture, "About the roof");
    ui_fixture_expect(fixture, "About the roof");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_expect(fixture, "C-QQQ-777");
}

static void who_comes_back_later_is_asked(void **state)
{
    struct ui_fixture *fixture = *state;

    case_comes(fixture, OTHER, "open");
    open_case(fixture);
    ui_fixture_type(fixture, "3");
    ui_fixture_return(fixture, false);
    ui_fixture_expect(fixture, "C-QQQ-777");
    ui_fixture_press(fixture, INPUT_F(6));
    ui_fixture_type(fixture, "Half a sen");
    time_passes(fixture);
    ui_fixture_return(fixture, true);
    ui_fixture_expect(fixture, "Why do you open this file?");
    expect_none(fixture, "C-QQQ-777");
    expect_none(fixture, "Half a sen");
    /* It asks on, and what was typed is still there. */
    ui_fixture_return(fixture, true);
    ui_fixture_expect(fixture, "Why do you open this file?");
    ui_fixture_type(fixture, "3");
    ui_fixture_expect(fixture, "Half a sen");
    time_passes(fixture);
    ui_fixture_return(fixture, true);
    ui_fixture_press(fixture, INPUT_ESCAPE);
    expect_none(fixture, "C-QQQ-777");
    expect_none(fixture, "Half a sen");
    open_case(fixture);
    ui_fixture_type(fixture, "3");
    ui_fixture_press(fixture, INPUT_F(6));
    ui_fixture_expect(fixture, "Half a sen");
}

/* On a client's own page what is typed is in no draft. */
static void what_was_typed_on_a_file_is_not_lost(void **state)
{
    struct ui_fixture *fixture = *state;
    size_t looks;

    client_comes(fixture);
    ui_open(fixture->ui, "client", json_pack("{s:s}", "id", CLIENT));
    ui_fixture_draw(fixture);
    ui_fixture_type(fixture, "3");
    ui_fixture_type(fixture, "X");
    ui_fixture_expect(fixture, "Maude QuirionX");
    looks = look_count(fixture);
    time_passes(fixture);
    ui_fixture_return(fixture, true);
    ui_fixture_expect(fixture, "Why do you open this file?");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    expect_none(fixture, "Maude");
    assert_string_equal(fixture->desk.copied, "Maude QuirionX");
    assert_int_equal(look_count(fixture), looks);
}

static void a_role_may_be_left_unasked(void **state)
{
    struct ui_fixture *fixture = *state;

    case_comes(fixture, OTHER, "open");
    fixture->desk.may |= (permission_set)1 << PERMISSION_OPEN_UNASKED;
    open_case(fixture);
    expect_none(fixture, "Why do you");
    ui_fixture_expect(fixture, "C-QQQ-777");
    assert_int_equal(look_count(fixture), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(escape_shows_nothing),
        TEST(a_reason_opens_it_and_is_told),
        TEST(it_holds_for_that_file_alone),
        TEST(what_is_in_hand_asks_nothing),
        TEST(another_ones_contact_is_none),
        TEST(a_contact_asks_nothing_for_a_merge),
        TEST(another_contact_asks_for_a_merge),
        TEST(a_contact_asks_nothing),
        TEST(what_follows_waits_too),
        TEST(who_comes_back_later_is_asked),
        TEST(what_was_typed_on_a_file_is_not_lost),
        TEST(a_role_may_be_left_unasked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
