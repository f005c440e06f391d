/* Looking beyond this terminal, by keys: the test is the sync thread and the server. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/client.h"
#include "app/json.h"
#include "app/question.h"
#include "app/store_file.h"
#include "tests/unit/ui_questions.h"
#include "ui/language.h"

#define ZOE    "019b7000-0000-7000-8000-0000000000a1"
#define OTHER  "019b7000-0000-7000-8000-0000000000a2"
#define MATTER "019b7000-0000-7000-8000-0000000000b1"

static void tick(struct ui_fixture *fixture)
{
    ui_tick(fixture->ui);
    ui_fixture_draw(fixture);
}

static struct questions *questions(struct ui_fixture *fixture)
{
    return link_questions(fixture->link);
}

static bool is_asked(struct ui_fixture *fixture)
{
    return questions_wait(questions(fixture));
}

#define HIT(id, name)                                                                              \
    "{\"type\":\"client\",\"id\":\"" id "\",\"name\":\"" name                                      \
    "\",\"kind\":\"person\",\"birth_date\":\"1980-05-31\","                                        \
    "\"postal_code\":\"H2X 1Y4\",\"office\":\"t/south\",\"score\":5,\"here\":false,"               \
    "\"likeness\":[\"same-phone\"]}"
#define FOUND(hits) "{\"hits\":[" hits "],\"more\":false,\"beyond\":true}"

/* F3, and these words typed. */
static void type_client(struct ui_fixture *fixture, const char *typed)
{
    ui_fixture_type(fixture, ":contact\r");
    ui_fixture_type(fixture, typed);
}

/* Answers the search that is under way with Zoé of another office. */
static void find_zoe(struct ui_fixture *fixture)
{
    uint64_t number;

    json_decref(ui_asked(fixture, QUESTION_SEARCH, "/v1/search/client", &number));
    ui_reply(fixture, QUESTION_SEARCH, number, 200, FOUND(HIT(ZOE, "Zoé Lebel")));
}

/* The file comes with the feed. */
static void deliver(struct ui_fixture *fixture, enum record_type type, const char *id, json_t *body)
{
    struct id record_id;
    struct record *record;
    static int64_t cursor;
    struct error error = ERROR_INIT;

    assert_true(id_parse(&record_id, id));
    record = record_new(type, &record_id);
    json_decref(record->body);
    record->body = body;
    record->rev = 1;
    record->seq = 1;
    if (store_write_page(fixture->desk.store, &record, 1, ++cursor, "feed", &error) != 0)
        fail_msg("%s", error.message);
    fixture->desk.changes++;
    record_free(record);
    ui_fixture_draw(fixture);
}

static json_t *zoe(void)
{
    return json_pack("{s:s, s:s, s:s}", "kind", "person", "name", "Zoé Lebel", "office", "t/south");
}

/* --- the search ------------------------------------------------------------------------------- */

static void a_reason_is_asked_once_and_sent(void **state)
{
    struct ui_fixture *fixture = *state;
    uint64_t number;
    json_t *body;

    ui_link(fixture, LINK_ONLINE);
    type_client(fixture, "lebel");
    ui_fixture_expect(fixture, "No such client on this terminal. Tab looks in all offices");
    /* Nothing is asked of anybody while somebody types. */
    tick(fixture);
    tick(fixture);
    assert_false(is_asked(fixture));
    ui_fixture_press(fixture, INPUT_TAB);
    ui_fixture_expect(fixture, "Why do you look for somebody beyond this terminal?");
    assert_false(is_asked(fixture));
    ui_fixture_type(fixture, "2");
    ui_fixture_expect(fixture, "Looking in all offices...");
    body = ui_asked(fixture, QUESTION_SEARCH, "/v1/search/client", &number);
    assert_string_equal(json_text_or(body, "q", ""), "lebel");
    assert_string_equal(json_text_or(body, "purpose", ""), "call-back");
    json_decref(body);
    ui_reply(fixture, QUESTION_SEARCH, number, 200, FOUND(HIT(ZOE, "Zoé Lebel")));
    ui_fixture_expect(fixture, "Zoé Lebel");
    ui_fixture_expect(fixture, "1980-05-31");
    ui_fixture_expect(fixture, "t/south");
    /* The next one needs no question; and where nobody is found here it is asked by itself. */
    ui_fixture_type(fixture, "l");
    ui_fixture_expect_not(fixture, "Zoé Lebel");
    assert_false(is_asked(fixture));
    tick(fixture);
    tick(fixture);
    body = ui_asked(fixture, QUESTION_SEARCH, "/v1/search/client", &number);
    assert_string_equal(json_text_or(body, "q", ""), "lebell");
    json_decref(body);
    ui_reply(fixture, QUESTION_SEARCH, number, 200, FOUND(""));
    ui_fixture_expect(fixture, "Nothing in the other offices either.");
    ui_fixture_press(fixture, INPUT_TAB);
    ui_fixture_expect_not(fixture, "Why do you look");
}

/* Two short words are no question by itself. */
static void going_back_from_the_reason_asks_nothing(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_link(fixture, LINK_ONLINE);
    type_client(fixture, "lebel");
    ui_fixture_press(fixture, INPUT_TAB);
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_expect(fixture, "lebel");
    assert_false(is_asked(fixture));
    /* Without words there is nothing to look for. */
    for (int i = 0; i < 5; i++)
        ui_fixture_press(fixture, INPUT_BACKSPACE);
    ui_fixture_press(fixture, INPUT_TAB);
    ui_fixture_expect_not(fixture, "Why do you look");
}

static void offline_says_so(void **state)
{
    struct ui_fixture *fixture = *state;
    uint64_t number;

    ui_link(fixture, LINK_OFFLINE);
    type_client(fixture, "lebel");
    ui_fixture_press(fixture, INPUT_TAB);
    ui_fixture_expect(fixture, "Offline: only what this terminal holds was searched.");
    assert_false(is_asked(fixture));
    /* Cut while it was on its way. */
    ui_link(fixture, LINK_ONLINE);
    ui_fixture_press(fixture, INPUT_TAB);
    ui_fixture_type(fixture, "1");
    json_decref(ui_asked(fixture, QUESTION_SEARCH, "/v1/search/client", &number));
    ui_reply(fixture, QUESTION_SEARCH, number, 0, "cut");
    ui_fixture_expect(fixture, "Offline: only what this terminal holds was searched.");
}

static void refusals_are_said_plainly(void **state)
{
    struct ui_fixture *fixture = *state;
    uint64_t number;

    ui_link(fixture, LINK_ONLINE);
    type_client(fixture, "lebel");
    ui_fixture_press(fixture, INPUT_TAB);
    ui_fixture_type(fixture, "1");
    json_decref(ui_asked(fixture, QUESTION_SEARCH, "/v1/search/client", &number));
    ui_reply(fixture, QUESTION_SEARCH, number, 429, "too many");
    ui_fixture_expect(fixture, "Too many searches: wait 15 s.");
    ui_fixture_press(fixture, INPUT_TAB);
    json_decref(ui_asked(fixture, QUESTION_SEARCH, "/v1/search/client", &number));
    ui_reply(fixture, QUESTION_SEARCH, number, 403, "no");
    ui_fixture_expect(fixture, "Your role does not search other offices for this reason.");
    ui_fixture_press(fixture, INPUT_TAB);
    json_decref(ui_asked(fixture, QUESTION_SEARCH, "/v1/search/client", &number));
    ui_reply(fixture, QUESTION_SEARCH, number, 200,
             "{\"hits\":[],\"more\":false,\"beyond\":false}");
    ui_fixture_expect(fixture, "Only your own office was searched");
}

static void make_client(struct ui_fixture *fixture, const char *name)
{
    const struct client_details details = {.kind = "person", .name = name, .phone = "555-1234"};
    struct author author = desk_author(&fixture->desk);
    struct batch batch = {0};
    struct id id;

    assert_int_equal(client_new(&batch, &author, &details, &id, NULL), 0);
    assert_int_equal(desk_apply(&fixture->desk, &batch, NULL), 0);
    ui_fixture_draw(fixture);
}

/* Those who come later stand below; what is marked stays marked, and no key is lost. */
static void the_cursor_stays_where_it_is(void **state)
{
    struct ui_fixture *fixture = *state;
    uint64_t number;
    int row, column, before;

    make_client(fixture, "Ann Lebel");
    make_client(fixture, "Bea Lebel");
    ui_link(fixture, LINK_ONLINE);
    type_client(fixture, "lebel");
    ui_fixture_expect(fixture, "Somebody else? Tab looks in all offices.");
    ui_fixture_press(fixture, INPUT_DOWN);
    ui_fixture_press(fixture, INPUT_TAB);
    ui_fixture_type(fixture, "1");
    json_decref(ui_asked(fixture, QUESTION_SEARCH, "/v1/search/client", &number));
    assert_true(canvas_cursor(fixture->canvas, &before, &column));
    ui_reply(fixture, QUESTION_SEARCH, number, 200, FOUND(HIT(ZOE, "Zoé Lebel")));
    ui_fixture_expect(fixture, "Ann Lebel");
    ui_fixture_expect(fixture, "Zoé Lebel");
    assert_true(canvas_cursor(fixture->canvas, &row, &column));
    assert_int_equal(row, before);
    /* Enter is for the one that was marked: here, at once. */
    ui_fixture_type(fixture, "\r");
    ui_fixture_expect(fixture, "The contact has begun.");
    ui_fixture_expect(fixture, "Bea Lebel");
}

/* A whole reference that is not here is looked for at once, and never made a client's name. */
static void a_whole_reference_is_looked_for(void **state)
{
    struct ui_fixture *fixture = *state;
    char reference[ID_REFERENCE_SIZE];
    struct id id;
    uint64_t number;

    assert_true(id_parse(&id, MATTER));
    id_reference(&id, 'C', reference);
    ui_link(fixture, LINK_ONLINE);
    type_client(fixture, reference);
    ui_fixture_type(fixture, "\r");
    ui_fixture_expect(fixture, "Why do you look for somebody beyond this terminal?");
    ui_fixture_type(fixture, "1");
    find_zoe(fixture);
    ui_fixture_expect(fixture, "Zoé Lebel");
    /* With the reason known, without a key. */
    ui_fixture_press(fixture, INPUT_CONTROL('U'));
    ui_fixture_type(fixture, reference);
    json_decref(ui_asked(fixture, QUESTION_SEARCH, "/v1/search/client", &number));
}

/* --- opening ---------------------------------------------------------------------------------- */

static void search_zoe(struct ui_fixture *fixture)
{
    ui_link(fixture, LINK_ONLINE);
    type_client(fixture, "lebel");
    ui_fixture_press(fixture, INPUT_TAB);
    ui_fixture_type(fixture, "1");
    find_zoe(fixture);
}

/* The server's answer: so many records more, and the feed has brought all. */
static const char *opened_up_to(struct ui_fixture *fixture, int64_t more)
{
    static char answer[200];
    int64_t cursor = store_cursor(fixture->desk.store, NULL);

    assert_true(cursor > 0);
    snprintf(answer, sizeof(answer),
             "{\"client\":\"" ZOE "\",\"until\":\"2030-01-01T00:00:00.000Z\",\"after\":%lld,"
             "\"last\":%lld,\"records\":%lld}",
             (long long)(more > 0 ? cursor : cursor - 1), (long long)(cursor + more),
             (long long)(more > 0 ? more : 1));
    return answer;
}

static void a_hit_is_fetched_and_served(void **state)
{
    struct ui_fixture *fixture = *state;
    uint64_t number;
    json_t *body;

    search_zoe(fixture);
    ui_fixture_send(fixture, "\r");
    ui_fixture_expect(fixture, "File being fetched");
    ui_fixture_expect(fixture, "Being fetched from the other office...");
    body = ui_asked(fixture, QUESTION_OPEN, "/v1/open", &number);
    assert_string_equal(json_text_or(body, "type", ""), "client");
    assert_string_equal(json_text_or(body, "id", ""), ZOE);
    assert_string_equal(json_text_or(body, "purpose", ""), "contact");
    json_decref(body);
    /* Merged meanwhile: the one that stays is waited for. */
    ui_reply(fixture, QUESTION_OPEN, number, 200, "{\"client\":\"" OTHER "\",\"until\":null}");
    deliver(fixture, RECORD_CLIENT, ZOE, zoe());
    ui_fixture_expect(fixture, "Being fetched from the server...");
    deliver(fixture, RECORD_CLIENT, OTHER, zoe());
    ui_fixture_expect(fixture, "The contact has begun.");
    ui_fixture_expect(fixture, "Zoé Lebel");
    assert_string_equal(fixture->desk.open.client.text, OTHER);
}

/* The file of another office comes record by record: it is counted, and opened when all is here. */
static void a_file_of_another_office_is_counted(void **state)
{
    struct ui_fixture *fixture = *state;
    uint64_t number;

    search_zoe(fixture);
    ui_fixture_send(fixture, "\r");
    json_decref(ui_asked(fixture, QUESTION_OPEN, "/v1/open", &number));
    deliver(fixture, RECORD_CLIENT, ZOE, zoe());
    ui_reply(fixture, QUESTION_OPEN, number, 200, opened_up_to(fixture, 2));
    ui_fixture_expect(fixture, "Being fetched from the other office...");
    ui_fixture_expect(fixture, "0 of 2 records");
    deliver(fixture, RECORD_CASE, MATTER, json_pack("{s:s, s:s}", "client", ZOE, "office", "t/s"));
    ui_fixture_expect(fixture, "1 of 2 records");
    ui_fixture_expect(fixture, "Nothing of it is shown before all of it is here.");
    /* Given up, it comes all the same, and what is here is not shown as all there is. */
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_expect_not(fixture, "Being fetched from the other office...");
    ui_fixture_expect(fixture, "Known clients");
    ui_fixture_type(fixture, "\r");
    ui_fixture_expect(fixture, "Not all of it is here: the rest is being fetched. 1 of 2 records");
    deliver(fixture, RECORD_CASE, OTHER, json_pack("{s:s, s:s}", "client", ZOE, "office", "t/s"));
    ui_fixture_expect_not(fixture, "Not all of it is here");
}

/* What the feed had brought before was let go since: it is fetched. */
static void what_was_opened_before_is_fetched(void **state)
{
    struct ui_fixture *fixture = *state;
    uint64_t number;

    search_zoe(fixture);
    ui_fixture_send(fixture, "\r");
    json_decref(ui_asked(fixture, QUESTION_OPEN, "/v1/open", &number));
    deliver(fixture, RECORD_CASE, MATTER,
            json_pack("{s:s, s:s}", "client", OTHER, "office", "t/s"));
    ui_reply(fixture, QUESTION_OPEN, number, 200, opened_up_to(fixture, 0));
    ui_fixture_expect(fixture, "Being fetched from the server...");
}

/* One of their own office, that was let go here: nothing is opened, and all of it is waited for. */
static void what_is_seen_anyway_is_fetched(void **state)
{
    struct ui_fixture *fixture = *state;
    uint64_t number;
    struct store_file file;
    struct id id;

    ui_link(fixture, LINK_ONLINE);
    type_client(fixture, "lebel");
    ui_fixture_press(fixture, INPUT_TAB);
    ui_fixture_type(fixture, "1");
    json_decref(ui_asked(fixture, QUESTION_SEARCH, "/v1/search/client", &number));
    ui_reply(fixture, QUESTION_SEARCH, number, 200,
             FOUND("{\"type\":\"client\",\"id\":\"" ZOE
                   "\",\"name\":\"Zoé Lebel\",\"kind\":\"person\",\"office\":\"t/north\","
                   "\"score\":5,\"here\":true}"));
    ui_fixture_type(fixture, "\r");
    ui_fixture_expect(fixture, "Being fetched from the server...");
    assert_false(is_asked(fixture));
    assert_true(id_parse(&id, ZOE));
    assert_int_equal(store_file_get(fixture->desk.store, RECORD_CLIENT, &id, &file, NULL), 0);
    assert_true(file.wanted_ms > 0);
}

static void escape_leaves_it_there(void **state)
{
    struct ui_fixture *fixture = *state;

    search_zoe(fixture);
    ui_fixture_send(fixture, "\r");
    ui_fixture_expect(fixture, "Being fetched from the other office...");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_expect_not(fixture, "Being fetched");
    ui_fixture_expect(fixture, "Zoé Lebel");
    assert_false(is_asked(fixture));
    assert_true(id_is_empty(&fixture->desk.open.contact));
}

/* It came after all: it is found here, and once. */
static void what_has_come_is_found_here(void **state)
{
    struct ui_fixture *fixture = *state;
    int rows = 0;

    search_zoe(fixture);
    ui_fixture_send(fixture, "\r");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    deliver(fixture, RECORD_CLIENT, ZOE, zoe());
    ui_fixture_expect(fixture, "Known clients");
    for (int row = 0; row < canvas_rows(fixture->canvas); row++) {
        char *line = canvas_line(fixture->canvas, row);

        rows += strstr(line, "Zoé Lebel") != NULL;
        free(line);
    }
    assert_int_equal(rows, 1);
}

static void what_is_not_opened_is_said(void **state)
{
    struct ui_fixture *fixture = *state;
    uint64_t number;

    search_zoe(fixture);
    ui_fixture_send(fixture, "\r");
    json_decref(ui_asked(fixture, QUESTION_OPEN, "/v1/open", &number));
    ui_reply(fixture, QUESTION_OPEN, number, 403, "no");
    ui_fixture_expect(fixture, "Your role does not open this file.");
    ui_fixture_send(fixture, "\r");
    ui_fixture_expect(fixture, "Being fetched from the other office...");
    json_decref(ui_asked(fixture, QUESTION_OPEN, "/v1/open", &number));
    ui_reply(fixture, QUESTION_OPEN, number, 404, "no");
    ui_fixture_expect(fixture, "This file is no longer there.");
    ui_link(fixture, LINK_OFFLINE);
    ui_fixture_type(fixture, "\r");
    ui_fixture_expect(fixture, "The link is down. Once it is back, the file is fetched by itself.");
    assert_false(is_asked(fixture));
    ui_link(fixture, LINK_ONLINE);
    ui_fixture_expect(fixture, "Being fetched from the other office...");
    json_decref(ui_asked(fixture, QUESTION_OPEN, "/v1/open", &number));
}

static void a_case_is_found_and_shown(void **state)
{
    struct ui_fixture *fixture = *state;
    uint64_t number;
    json_t *body;

    ui_link(fixture, LINK_ONLINE);
    ui_fixture_type(fixture, ":lists all\r");
    ui_fixture_press(fixture, INPUT_CONTROL('F'));
    ui_fixture_type(fixture, "lebel");
    ui_fixture_expect(fixture, "Ctrl-D looks in");
    ui_fixture_press(fixture, INPUT_CONTROL('D'));
    ui_fixture_expect(fixture, "Cases of all offices");
    ui_fixture_expect(fixture, "lebel");
    ui_fixture_type(fixture, "\r");
    ui_fixture_type(fixture, "3");
    body = ui_asked(fixture, QUESTION_SEARCH, "/v1/search/case", &number);
    assert_string_equal(json_text_or(body, "q", ""), "lebel");
    assert_string_equal(json_text_or(body, "purpose", ""), "case-work");
    json_decref(body);
    ui_reply(
        fixture, QUESTION_SEARCH, number, 200,
        FOUND("{\"type\":\"case\",\"id\":\"" MATTER
              "\",\"reference\":\"C-0000-0001\",\"service\":\"t/birth\",\"status\":\"received\","
              "\"office\":\"t/south\",\"score\":3,\"here\":false,\"client\":{\"id\":\"" ZOE
              "\",\"name\":\"Zoé Lebel\"}}"));
    ui_fixture_expect(fixture, "C-0000-0001");
    ui_fixture_expect(fixture, "Birth certificate");
    ui_fixture_expect(fixture, "received");
    ui_fixture_send(fixture, "\r");
    body = ui_asked(fixture, QUESTION_OPEN, "/v1/open", &number);
    assert_string_equal(json_text_or(body, "id", ""), MATTER);
    json_decref(body);
    ui_reply(fixture, QUESTION_OPEN, number, 200, "{\"client\":\"" ZOE "\",\"until\":null}");
    deliver(fixture, RECORD_CLIENT, ZOE, zoe());
    ui_fixture_expect(fixture, "Being fetched");
    deliver(fixture, RECORD_CASE, MATTER,
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "reference", "C-0000-0001", "office",
                      "t/south", "opened_at", "2026-11-01T10:00:00.000Z", "opened_by", ZOE,
                      "status", "received", "client", ZOE, "service", "t/birth"));
    ui_fixture_expect_not(fixture, "Being fetched");
    ui_fixture_expect(fixture, "C-0000-0001");
}

/* Two names that have no room together are cut between characters: with half a one there would be
 * no text, and nothing would open. */
static void who_has_two_long_names_is_opened(void **state)
{
    struct ui_fixture *fixture = *state;
    char as[4 * 100 + 1] = "";
    uint64_t number;

    for (int i = 0; i < 100; i++)
        strcat(as, i % 2 == 0 ? "éé" : "eé");
    for (int skipped = 0; skipped < 3; skipped++) {
        /* So that the cut falls on each byte of a character. */
        json_t *hit = json_loads(HIT(ZOE, "Zoé Lebel"), 0, NULL), *found;
        char *text, aside[4] = "";

        memset(aside, 'a', (size_t)skipped);
        json_object_set_new(hit, "found_as", json_sprintf("%s%s", aside, as));
        found = json_pack("{s:[o], s:b, s:b}", "hits", hit, "more", 0, "beyond", 1);
        text = json_dumps(found, 0);
        ui_link(fixture, LINK_ONLINE);
        type_client(fixture, "lebel");
        ui_fixture_press(fixture, INPUT_TAB);
        if (skipped == 0)
            ui_fixture_type(fixture, "1");
        json_decref(ui_asked(fixture, QUESTION_SEARCH, "/v1/search/client", &number));
        ui_reply(fixture, QUESTION_SEARCH, number, 200, text);
        ui_fixture_send(fixture, "\r");
        ui_fixture_expect(fixture, "Being fetched from the other office...");
        json_decref(ui_asked(fixture, QUESTION_OPEN, "/v1/open", &number));
        ui_reply(fixture, QUESTION_OPEN, number, 404, "no");
        ui_fixture_press(fixture, INPUT_ESCAPE);
        ui_fixture_press(fixture, INPUT_ESCAPE);
        free(text);
        json_decref(found);
    }
}

/* --- likely the same -------------------------------------------------------------------------- */

static void duplicates_elsewhere_are_warned_of(void **state)
{
    struct ui_fixture *fixture = *state;
    uint64_t number;
    json_t *body;

    ui_link(fixture, LINK_ONLINE);
    make_client(fixture, "Zoe Lebel");
    type_client(fixture, "Lebel, Zoé");
    ui_fixture_press(fixture, INPUT_CONTROL('N'));
    /* Those here at once; the others are asked for when the typing pauses, without a question. */
    ui_fixture_expect(fixture, "same name");
    assert_false(is_asked(fixture));
    tick(fixture);
    tick(fixture);
    body = ui_asked(fixture, QUESTION_LIKELY, "/v1/search/client", &number);
    assert_string_equal(json_text_or(json_object_get(body, "like"), "name", ""), "Lebel, Zoé");
    assert_string_equal(json_text_or(body, "purpose", ""), "contact");
    json_decref(body);
    ui_reply(fixture, QUESTION_LIKELY, number, 200, FOUND(HIT(ZOE, "Zoé Lebel")));
    ui_fixture_expect(fixture, "Zoé Lebel · t/south · 1980-05-31");
    ui_fixture_expect(fixture, "same phone");
    /* They stay while more is typed, and the cursor is where it was. */
    ui_fixture_type(fixture, "x");
    ui_fixture_expect(fixture, "Zoé Lebel · t/south");
    ui_fixture_expect(fixture, "Lebel, Zoéx");
    tick(fixture);
    tick(fixture);
    json_decref(ui_asked(fixture, QUESTION_LIKELY, "/v1/search/client", &number));
    ui_reply(fixture, QUESTION_LIKELY, number, 200, FOUND(HIT(ZOE, "Zoé Lebel")));
    /* Taken rather than made anew. */
    for (int i = 0; i < 11; i++)
        ui_fixture_press(fixture, INPUT_DOWN);
    ui_fixture_type(fixture, "\r");
    ui_fixture_send(fixture, "1");
    json_decref(ui_asked(fixture, QUESTION_OPEN, "/v1/open", &number));
    ui_reply(fixture, QUESTION_OPEN, number, 200, "{\"client\":\"" ZOE "\",\"until\":null}");
    deliver(fixture, RECORD_CLIENT, ZOE, zoe());
    ui_fixture_expect(fixture, "The contact has begun.");
    assert_string_equal(fixture->desk.open.client.text, ZOE);
}

/* A first name alone is everybody's; and offline nothing is said: what is here must do. */
static void not_every_letter_is_asked(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_link(fixture, LINK_ONLINE);
    type_client(fixture, "Zoé");
    ui_fixture_press(fixture, INPUT_CONTROL('N'));
    tick(fixture);
    tick(fixture);
    assert_false(is_asked(fixture));
    ui_link(fixture, LINK_OFFLINE);
    ui_fixture_type(fixture, " Lebel");
    tick(fixture);
    tick(fixture);
    assert_false(is_asked(fixture));
    ui_fixture_expect_not(fixture, "Offline: only");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_reason_is_asked_once_and_sent),
        TEST(going_back_from_the_reason_asks_nothing),
        TEST(offline_says_so),
        TEST(refusals_are_said_plainly),
        TEST(the_cursor_stays_where_it_is),
        TEST(a_whole_reference_is_looked_for),
        TEST(a_hit_is_fetched_and_served),
        TEST(a_file_of_another_office_is_counted),
        TEST(what_was_opened_before_is_fetched),
        TEST(what_is_seen_anyway_is_fetched),
        TEST(escape_leaves_it_there),
        TEST(what_has_come_is_found_here),
        TEST(what_is_not_opened_is_said),
        TEST(a_case_is_found_and_shown),
        TEST(who_has_two_long_names_is_opened),
        TEST(duplicates_elsewhere_are_warned_of),
        TEST(not_every_letter_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
