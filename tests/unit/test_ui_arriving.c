/* A hand-off on its way, on the screen: one line that promises nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/announcement.h"
#include "app/json.h"
#include "app/text.h"
#include "tests/unit/ui_fixture.h"
#include "tests/unit/unit.h"
#include "ui/arriving.h"
#include "ui/input.h"

#define OFFER "019b7000-0000-7000-8000-0000000000f1"
#define OTHER "019b7000-0000-7000-8000-0000000000a7"
#define ENTER "\r"
#define OPEN  "\026" /* Ctrl-V */

/* To Ann, from somebody whose name is hers: there is nobody else here. */
static json_t *offer(struct ui_fixture *fixture, const char *from, const char *summary)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "from", from, "to_agent",
                     fixture->desk.agent->id.text, "office", "t/north", "summary", summary, "state",
                     "offered", "offered_at", json_time(desk_now(&fixture->desk)));
}

static void announce(struct ui_fixture *fixture, json_t *body, int64_t ago_ms)
{
    json_t *document = json_pack("{s:s, s:o}", "id", OFFER, "body", body);

    assert_non_null(document);
    announced_come(link_announced(fixture->link), document, clock_steady(NULL) - ago_ms);
    json_decref(document);
    ui_fixture_draw(fixture);
}

/* The record comes by the feed. */
static void come(struct ui_fixture *fixture, json_t *body)
{
    struct store_place place = {.cursor = 100, .feed = "feed", .epoch = ""};
    struct record *record;
    struct id id;

    assert_true(id_parse(&id, OFFER));
    record = record_new(RECORD_HANDOFF, &id);
    json_decref(record->body);
    record->body = body;
    record->rev = 1;
    record->seq = 100;
    assert_int_equal(store_write_page_at(fixture->desk.store, &record, 1, &place, NULL), 0);
    record_free(record);
    fixture->desk.changes++;
    ui_fixture_draw(fixture);
}

/* The state of the hand-off here; static, "" when it is not. */
static const char *state_here(struct ui_fixture *fixture)
{
    static char text[40];
    struct record *record = NULL;
    struct id id;

    assert_true(id_parse(&id, OFFER));
    (void)store_get(fixture->desk.store, RECORD_HANDOFF, &id, &record, NULL, NULL);
    snprintf(text, sizeof(text), "%s", record != NULL ? record_text(record, "state") : "");
    record_free(record);
    return text;
}

static void expect(struct ui_fixture *fixture, const char *text, bool shown)
{
    if (ui_fixture_shows(fixture, text) != shown) {
        ui_fixture_print(fixture);
        fail_msg("%s: %s", shown ? "not shown" : "shown", text);
    }
}

static void wait_gone(struct ui_fixture *fixture, const char *text)
{
    const struct timespec pause = {.tv_nsec = 20000000};

    for (int i = 0; i < 1000 && ui_fixture_shows(fixture, text); i++) {
        nanosleep(&pause, NULL);
        ui_fixture_draw(fixture);
    }
    expect(fixture, text, false);
}

static void test_it_is_shown_and_replaced(void **state)
{
    struct ui_fixture *fixture = *state;
    json_t *body = offer(fixture, OTHER, "lost card");

    announce(fixture, json_incref(body), 0);
    expect(fixture, "Arriving: ", true);
    expect(fixture, "hands off to you: lost card", true);
    expect(fixture, "Ctrl-V: ", false);
    assert_int_equal(fixture->desk.line.handoffs_offered, 0);
    assert_string_equal(state_here(fixture), "");
    come(fixture, body);
    expect(fixture, "Arriving: ", false);
    expect(fixture, "hands off to you: lost card", true);
    assert_int_equal(fixture->desk.line.handoffs_offered, 1);
    /* What is here is not announced any more once the store was asked. */
    announce(fixture, offer(fixture, OTHER, "lost card"), 0);
    ui_fixture_draw(fixture);
    expect(fixture, "Arriving: ", false);
    /* Nothing accepts by itself. */
    assert_string_equal(state_here(fixture), "offered");
}

static void test_it_vanishes(void **state)
{
    struct ui_fixture *fixture = *state;

    announce(fixture, offer(fixture, OTHER, "lost card"), ANNOUNCED_MS - 200);
    wait_gone(fixture, "lost card");
    announce(fixture, offer(fixture, OTHER, "too late"), ANNOUNCED_MS);
    expect(fixture, "too late", false);
}

static void test_what_is_not_for_this_agent_is_not_shown(void **state)
{
    struct ui_fixture *fixture = *state;
    json_t *body = offer(fixture, OTHER, "not yours");

    json_object_set_new(body, "to_agent", json_string(OTHER));
    announce(fixture, body, 0);
    expect(fixture, "not yours", false);
    body = offer(fixture, OTHER, "not yours");
    json_object_del(body, "to_agent");
    json_object_set_new(body, "to_queue", json_string("t/front"));
    announce(fixture, body, 0);
    expect(fixture, "not yours", false);
    body = offer(fixture, OTHER, "not offered");
    json_object_set_new(body, "state", json_string("accepted"));
    announce(fixture, body, 0);
    expect(fixture, "not offered", false);
}

static void test_hostile_text_stays_text(void **state)
{
    struct ui_fixture *fixture = *state;

    announce(fixture, offer(fixture, OTHER, "a\033[2J\033]0;owned\007b%s%n"), 0);
    expect(fixture, "Arriving: ", true);
    expect(fixture, "%s%n", true);
    expect(fixture, "\033", false);
    expect(fixture, "\007", false);
}

static void test_accepting_waits_for_the_offer(void **state)
{
    struct ui_fixture *fixture = *state;
    json_t *body = offer(fixture, OTHER, "lost card");

    announce(fixture, json_incref(body), 0);
    ui_fixture_type(fixture, OPEN);
    expect(fixture, "arriving, not certain", true);
    ui_fixture_type(fixture, ENTER);
    expect(fixture, "Arriving: it is accepted when it is here.", true);
    expect(fixture, "Accepted", false);
    assert_string_equal(state_here(fixture), "");
    assert_int_equal(store_outbox_count_work(fixture->desk.store, NULL), 0);
    come(fixture, body);
    assert_string_equal(state_here(fixture), "accepted");
    assert_int_equal(store_outbox_count_work(fixture->desk.store, NULL), 1);
    expect(fixture, "yours as soon as the server has confirmed it", true);
}

static void test_looking_at_it_accepts_nothing(void **state)
{
    struct ui_fixture *fixture = *state;
    json_t *body = offer(fixture, OTHER, "lost card");

    announce(fixture, json_incref(body), 0);
    ui_fixture_type(fixture, OPEN);
    expect(fixture, "Decline", false);
    come(fixture, body);
    expect(fixture, "State       offered", true);
    assert_string_equal(state_here(fixture), "offered");
}

/* Who answers under the id of what was announced by somebody else has nothing accepted. */
static void test_another_offer_is_not_the_one_that_was_wanted(void **state)
{
    struct ui_fixture *fixture = *state;

    announce(fixture, offer(fixture, OTHER, "lost card"), 0);
    ui_fixture_type(fixture, OPEN ENTER);
    come(fixture, offer(fixture, "019b7000-0000-7000-8000-0000000000a8", "another"));
    expect(fixture, "State       offered", true);
    assert_string_equal(state_here(fixture), "offered");
}

static void test_what_does_not_come_is_said(void **state)
{
    struct ui_fixture *fixture = *state;

    announce(fixture, offer(fixture, OTHER, "lost card"), ANNOUNCED_MS - 1000);
    ui_fixture_type(fixture, OPEN ENTER);
    expect(fixture, "Arriving: it is accepted when it is here.", true);
    ui_fixture_wait(fixture, "It did not come: nothing was accepted.");
    expect(fixture, "arriving, not certain", false);
    assert_int_equal(store_outbox_count_work(fixture->desk.store, NULL), 0);
}

static void test_nobody_reads_it_behind_the_lock(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_fixture_press(fixture, INPUT_F(9));
    announce(fixture, offer(fixture, OTHER, "lost card"), 0);
    expect(fixture, "lost card", false);
    assert_null(fixture->desk.arriving.handoff);
}

/* The rows but the one of messages, and what that one says. */
static char *rows_but_the_line(struct ui_fixture *fixture, char **line)
{
    struct text_buffer text = {0};
    int rows = canvas_rows(fixture->canvas);

    for (int row = 0; row < rows; row++) {
        char *one = canvas_line(fixture->canvas, row);

        if (row == rows - 3) {
            *line = one;
            continue;
        }
        text_buffer_add_text(&text, one);
        text_buffer_add_text(&text, "\n");
        free(one);
    }
    return text_buffer_take(&text);
}

/* Nothing else is painted then: neither what changed meanwhile, nor over what is typed. */
static void test_one_line_is_painted_ahead(void **state)
{
    struct ui_fixture *fixture = *state;

    for (int commanding = 0; commanding <= 1; commanding++) {
        json_t *document =
            json_pack("{s:s, s:o}", "id", OFFER, "body", offer(fixture, OTHER, "lost card"));
        char *before, *after, *line, *ahead;
        int row, column, row_ahead, column_ahead;
        bool cursor;

        if (commanding)
            ui_fixture_type(fixture, ":hel");
        else
            ui_tell(fixture->ui, UI_NOTE, "%070d", 7);
        ui_fixture_draw(fixture);
        before = rows_but_the_line(fixture, &line);
        cursor = canvas_cursor(fixture->canvas, &row, &column);
        announced_come(link_announced(fixture->link), document, clock_steady(NULL));
        link_status_set(fixture->link, &(struct link_status){.state = LINK_OFFLINE});
        assert_true(ui_look_ahead(fixture->ui));
        ui_draw_ahead(fixture->ui, fixture->canvas);
        after = rows_but_the_line(fixture, &ahead);
        assert_string_equal(before, after);
        assert_int_equal(canvas_cursor(fixture->canvas, &row_ahead, &column_ahead), cursor);
        assert_int_equal(row_ahead, row);
        assert_int_equal(column_ahead, column);
        if (commanding)
            assert_string_equal(ahead, line);
        else
            assert_true(strstr(ahead, "Arriving: ") != NULL && strchr(ahead, '7') == NULL);
        ui_fixture_draw(fixture);
        if (!commanding) {
            struct id id;

            assert_true(id_parse(&id, OFFER));
            announced_drop(link_announced(fixture->link), &id);
            ui_fixture_draw(fixture);
        }
        json_decref(document);
        free(before);
        free(after);
        free(line);
        free(ahead);
    }
}

/* It leaves as soon as the offer is made, when the server can be reached. */
static void test_the_sender_announces(void **state)
{
    struct ui_fixture *fixture = *state;
    struct announced *announced = link_announced(fixture->link);
    char *text;

    for (int online = 0; online <= 1; online++) {
        link_status_set(fixture->link,
                        &(struct link_status){.state = online ? LINK_ONLINE : LINK_OFFLINE});
        if (!online)
            ui_fixture_open_case(fixture);
        ui_fixture_press(fixture, INPUT_F(5));
        ui_fixture_wait(fixture, "Context");
        assert_true(online == 0 || announced_said(announced) == ANNOUNCED_POSSIBLE);
        /* To nobody: nothing follows. */
        ui_fixture_type(fixture, "nobody at all");
        ui_fixture_press(fixture, INPUT_CONTROL('X'));
        ui_fixture_wait(fixture, "Choose to whom first.");
        assert_int_equal(announced_said(announced), ANNOUNCED_UNSAID);
        assert_false(announced_waits(announced));
        ui_fixture_press(fixture, INPUT_CONTROL('U'));
        ui_fixture_type(fixture, "front line");
        ui_fixture_press(fixture, INPUT_CONTROL('X'));
        ui_fixture_wait(fixture, "Offered to");
        assert_true(announced_waits(announced) == (online == 1));
        assert_true(online || announced_said(announced) != ANNOUNCED_EXPECTED);
    }
    /* Whoever sends it was rung before it was made. */
    assert_int_equal(announced_said(announced), ANNOUNCED_EXPECTED);
    text = announced_take(announced);
    assert_non_null(strstr(text, "\"to_queue\":\"t/front\""));
    assert_non_null(strstr(text, "\"state\":\"offered\""));
    assert_null(strstr(text, "\"context\":"));
    announced_text_free(text);
}

/* However slow the machine is: it waits no less. */
static void test_the_sender_waits_before_it_writes(void **state)
{
    struct ui_fixture *fixture = *state;
    struct operation *made;
    struct id id;
    int64_t least_us = INT64_MAX;

    assert_true(id_parse(&id, OFFER));
    made = operation_new(OPERATION_APPEND, RECORD_HANDOFF, &id);
    link_status_set(fixture->link, &(struct link_status){.state = LINK_ONLINE});
    for (int i = 0; i < 20; i++) {
        struct timespec began, ended;
        int64_t took;

        clock_gettime(CLOCK_MONOTONIC, &began);
        arriving_announce(&fixture->desk, made);
        clock_gettime(CLOCK_MONOTONIC, &ended);
        took = (ended.tv_sec - began.tv_sec) * INT64_C(1000000) +
               (ended.tv_nsec - began.tv_nsec) / 1000;
        least_us = took < least_us ? took : least_us;
    }
    operation_free(made);
    assert_true(announced_waits(link_announced(fixture->link)));
    assert_true(least_us >= 1900);
}

/* The name is the colleague's present one. */
static void test_a_colleague_is_named_as_the_catalogue_has_them(void **state)
{
    struct ui_fixture *fixture = *state;
    static const char *const names[] = {"Zoe First", "Zoe Second"};

    for (int i = 0; i < 2; i++) {
        struct record *agent;
        struct id id;

        id = id_from_key("agent", "t/zoe");
        agent = record_new(RECORD_AGENT, &id);
        json_object_set_new(agent->body, "key", json_string("t/zoe"));
        agent->rev = agent->seq = 900 + i;
        json_object_set_new(agent->body, "name", json_string(names[i]));
        assert_int_equal(
            catalogue_write_page(fixture->desk.catalogue, &agent, 1, 900 + i, "feed", NULL), 0);
        record_free(agent);
        ui_fixture_draw(fixture);
        announce(fixture, offer(fixture, id.text, "lost card"), 0);
        expect(fixture, names[i], true);
        /* Once more, and not from the catalogue. */
        announce(fixture, offer(fixture, id.text, "again"), 0);
        expect(fixture, names[i], true);
    }
}

int main(void)
{
#define ON_A_SCREEN(test)                                                                          \
    cmocka_unit_test_setup_teardown(test, ui_fixture_setup, ui_fixture_teardown)
    static const struct CMUnitTest tests[] = {
        ON_A_SCREEN(test_it_is_shown_and_replaced),
        ON_A_SCREEN(test_it_vanishes),
        ON_A_SCREEN(test_what_is_not_for_this_agent_is_not_shown),
        ON_A_SCREEN(test_hostile_text_stays_text),
        ON_A_SCREEN(test_accepting_waits_for_the_offer),
        ON_A_SCREEN(test_looking_at_it_accepts_nothing),
        ON_A_SCREEN(test_another_offer_is_not_the_one_that_was_wanted),
        ON_A_SCREEN(test_what_does_not_come_is_said),
        ON_A_SCREEN(test_nobody_reads_it_behind_the_lock),
        ON_A_SCREEN(test_one_line_is_painted_ahead),
        ON_A_SCREEN(test_the_sender_announces),
        ON_A_SCREEN(test_the_sender_waits_before_it_writes),
        ON_A_SCREEN(test_a_colleague_is_named_as_the_catalogue_has_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
