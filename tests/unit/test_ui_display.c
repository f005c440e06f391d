/* What a public screen shows, of any size. */
#include "ui/display.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "tests/unit/unit.h"
#include "ui/big.h"
#include "ui/language.h"

#define NOW INT64_C(1795784400000) /* 2026-11-27T13:00:00Z, 09:00 in Halifax */

static json_t *call_of(const char *number, const char *counter, const char *state, int64_t at)
{
    return json_pack("{s:s, s:s, s:s, s:o, s:i}", "number", number, "counter", counter, "state",
                     state, "called_at", json_time(at), "calls", 1);
}

/* The view of an office in which these were called, the latest first; NULL for none. */
static json_t *view_of(json_t *first, json_t *second)
{
    json_t *calls = json_array();

    if (first != NULL)
        json_array_append_new(calls, first);
    if (second != NULL)
        json_array_append_new(calls, second);
    return json_pack("{s:{s:s, s:s}, s:s, s:s, s:i, s:o, s:[{s:{s:s, s:s}, s:i}]}", "office", "fr",
                     "Comptoir", "en", "Desk", "zone", "America/Halifax", "day", "2026-11-27",
                     "waiting", 7, "calls", calls, "queues", "title", "fr", "Accueil", "en",
                     "Reception", "waiting", 7);
}

static struct canvas *drawn(const struct display *display, int rows, int columns, int64_t now_ms)
{
    struct canvas *canvas = canvas_new(rows, columns);

    assert_non_null(canvas);
    display_draw(display, canvas, now_ms);
    return canvas;
}

static bool has(struct canvas *canvas, const char *text)
{
    bool found = false;

    for (int row = 0; row < canvas_rows(canvas) && !found; row++) {
        char *line = canvas_line(canvas, row);

        found = strstr(line, text) != NULL;
        free(line);
    }
    return found;
}

static bool shows(const struct display *display, int64_t now_ms, const char *text)
{
    struct canvas *canvas = drawn(display, 24, 80, now_ms);
    bool found = has(canvas, text);

    canvas_free(canvas);
    return found;
}

static void test_shows_the_call_in_both_languages(void **state)
{
    struct display display = {.link = DISPLAY_LINK_UP, .heard_ms = NOW, .blocks = true};

    (void)state;
    display_take(&display,
                 view_of(call_of("A12", "3", "called", NOW), call_of("A11", "1", "serving", NOW)),
                 NOW);
    assert_true(shows(&display, NOW, "Numéro appelé / Number called"));
    assert_true(shows(&display, NOW, "A12   Guichet / Counter: 3"));
    assert_true(shows(&display, NOW, "Appels précédents / Calls before"));
    assert_true(shows(&display, NOW, "Comptoir / Desk"));
    assert_true(shows(&display, NOW, "09:00"));
    assert_true(shows(&display, NOW, "Waiting: 7   Accueil / Reception: 7"));
    assert_true(shows(&display, NOW, "██"));
    display.blocks = false;
    assert_true(shows(&display, NOW, "##"));
    assert_false(shows(&display, NOW, "█"));
    display_clear(&display);
}

/* Where both do not fit on a line, each has its own. */
static void test_says_that_nobody_is_called_in_both(void **state)
{
    struct display display = {.link = DISPLAY_LINK_UP, .heard_ms = NOW};
    struct canvas *canvas;

    (void)state;
    display_take(
        &display,
        json_pack("{s:s, s:i, s:[], s:[]}", "zone", "UTC", "waiting", 0, "calls", "queues"), NOW);
    assert_true(shows(&display, NOW, "l’instant / Nobody is called now"));
    canvas = drawn(&display, 16, 50, NOW);
    assert_true(has(canvas, "Personne n’est appelé pour l’instant"));
    assert_true(has(canvas, "Nobody is called now"));
    assert_false(has(canvas, "l’instant /"));
    canvas_free(canvas);
    display_clear(&display);
}

/* Nothing breaks, and the number is there, from a postage stamp to a wall. */
static void test_fits_any_size(void **state)
{
    struct display display = {.link = DISPLAY_LINK_UP, .heard_ms = NOW, .blocks = true};

    (void)state;
    display_take(&display,
                 view_of(call_of("AB1234", "Guichet des permis", "called", NOW),
                         call_of("A11", "1", "called", NOW)),
                 NOW);
    for (int rows = 1; rows < 70; rows += 3)
        for (int columns = 1; columns < 240; columns += 7) {
            struct canvas *canvas = drawn(&display, rows, columns, NOW);

            if (rows >= 10 && columns >= 30)
                assert_true(has(canvas, "AB1234"));
            canvas_free(canvas);
        }
    display_clear(&display);
}

static void test_grows_with_the_window(void **state)
{
    (void)state;
    assert_int_equal(big_width("A1", 1), 14);
    assert_int_equal(big_height(1), 5);
    assert_int_equal(big_height(0), 3);
    assert_int_equal(big_fit("A12>3", 12, 78, 8), 2);
    assert_int_equal(big_fit("A12>3", 40, 200, 8), 5);
    assert_int_equal(big_fit("A12>3", 3, 20, 8), 0);
    assert_int_equal(big_fit("A12>3", 2, 20, 8), -1);
    for (char each = '0'; each <= '9'; each++)
        assert_true(big_dot(each, 0, 0) || big_dot(each, 0, 1));
    for (char each = 'A'; each <= 'Z'; each++) {
        bool any = false;

        for (int i = 0; i < BIG_ROWS * BIG_COLUMNS; i++)
            any = any || big_dot(each, i / BIG_COLUMNS, i % BIG_COLUMNS);
        assert_true(any);
        assert_int_equal(big_dot(each, 2, 1), big_dot((char)(each + 'a' - 'A'), 2, 1));
    }
    assert_false(big_dot('\033', 0, 0));
}

static void test_rings_at_a_new_call_alone(void **state)
{
    struct display display = {.link = DISPLAY_LINK_UP, .heard_ms = NOW};

    (void)state;
    /* What was called before the screen came on is no news. */
    assert_false(display_take(&display, view_of(call_of("A1", "1", "called", NOW), NULL), NOW));
    assert_false(display_take(&display, view_of(call_of("A1", "1", "called", NOW), NULL), NOW));
    /* The same again: a recall. */
    assert_true(display_take(&display, view_of(call_of("A1", "1", "called", NOW + 1), NULL), NOW));
    assert_false(
        display_take(&display, view_of(call_of("A1", "1", "serving", NOW + 1), NULL), NOW));
    assert_true(display_take(
        &display,
        view_of(call_of("A2", "2", "called", NOW + 9), call_of("A1", "1", "serving", NOW + 1)),
        NOW));
    /* One call fewer is none more. */
    assert_false(
        display_take(&display, view_of(call_of("A1", "1", "serving", NOW + 1), NULL), NOW));
    assert_false(display_take(&display, NULL, NOW));
    display_clear(&display);
}

static void test_takes_off_what_is_stale(void **state)
{
    struct display display = {.link = DISPLAY_LINK_STARTING};

    (void)state;
    assert_true(shows(&display, NOW, "The screen is starting"));
    display.link = DISPLAY_LINK_UP;
    display.heard_ms = NOW;
    display_take(&display, view_of(call_of("A12", "3", "called", NOW), NULL), NOW);
    display.link = DISPLAY_LINK_CUT;
    assert_true(shows(&display, NOW + DISPLAY_STALE_MS - 1, "A12"));
    assert_true(shows(&display, NOW + DISPLAY_STALE_MS - 1, "The link is cut (09:00)"));
    assert_false(shows(&display, NOW + DISPLAY_STALE_MS, "A12"));
    assert_false(shows(&display, NOW + DISPLAY_STALE_MS, "Waiting"));
    assert_true(shows(&display, NOW + DISPLAY_STALE_MS, "La liaison est coupée."));
    assert_true(shows(&display, NOW + DISPLAY_STALE_MS, "Please ask at the reception."));
    display.link = DISPLAY_LINK_UP;
    display.heard_ms = NOW + DISPLAY_STALE_MS;
    assert_true(shows(&display, NOW + DISPLAY_STALE_MS, "A12"));
    display_clear(&display);
}

/* What a server says reaches the terminal clean. */
static void test_draws_nothing_raw(void **state)
{
    struct display display = {.link = DISPLAY_LINK_UP, .heard_ms = NOW, .blocks = true};
    struct canvas *canvas;

    (void)state;
    display_take(&display, view_of(call_of("A\0331", "\033]0;x\007", "called", NOW), NULL), NOW);
    canvas = drawn(&display, 24, 80, NOW);
    assert_false(has(canvas, "\033"));
    assert_false(has(canvas, "\007"));
    canvas_free(canvas);
    display_clear(&display);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shows_the_call_in_both_languages),
        cmocka_unit_test(test_says_that_nobody_is_called_in_both),
        cmocka_unit_test(test_fits_any_size),
        cmocka_unit_test(test_grows_with_the_window),
        cmocka_unit_test(test_rings_at_a_new_call_alone),
        cmocka_unit_test(test_takes_off_what_is_stale),
        cmocka_unit_test(test_draws_nothing_raw),
    };

    if (language_start(NULL) != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
