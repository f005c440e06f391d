#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "ui/list.h"
#include "ui/paint.h"

static void assert_line(const struct canvas *canvas, int row, const char *expected)
{
    char *line = canvas_line(canvas, row);

    assert_non_null(line);
    assert_string_equal(line, expected);
    free(line);
}

static int setup(void **state)
{
    *state = canvas_new(4, 10);
    return *state == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    canvas_free(*state);
    return 0;
}

static void text_is_cut_with_an_ellipsis(void **state)
{
    struct paint paint = paint_all(*state);

    assert_int_equal(paint_text(&paint, 0, 2, 5, PAINT_TEXT, "abcdefgh"), 5);
    assert_int_equal(paint_text(&paint, 1, 0, -1, PAINT_TEXT, "0123456789"), 10);
    assert_int_equal(paint_text(&paint, 2, 0, -1, PAINT_TEXT, "0123456789a"), 10);
    assert_line(*state, 0, "  abcd…");
    assert_line(*state, 1, "0123456789");
    assert_line(*state, 2, "012345678…");
}

static void wide_and_combining_characters_keep_their_columns(void **state)
{
    struct paint paint = paint_all(*state);

    assert_int_equal(paint_text(&paint, 0, 0, 4, PAINT_TEXT, "漢字"), 4);
    assert_int_equal(paint_text(&paint, 0, 4, -1, PAINT_TEXT, "e\xCC\x81x"), 2);
    assert_int_equal(paint_text(&paint, 1, 0, 4, PAINT_TEXT, "a漢字"), 4);
    assert_string_equal(canvas_cell(*state, 0, 1, NULL), "");
    assert_string_equal(canvas_cell(*state, 0, 4, NULL), "e\xCC\x81");
    assert_line(*state, 0, "漢字e\xCC\x81x");
    assert_line(*state, 1, "a漢…");
}

static void half_a_wide_character_is_never_left(void **state)
{
    struct paint paint = paint_all(*state);

    paint_text(&paint, 0, 0, -1, PAINT_TEXT, "漢字");
    paint_text(&paint, 0, 1, 1, PAINT_TEXT, "x");
    assert_line(*state, 0, " x字");
    paint_text(&paint, 1, 0, -1, PAINT_TEXT, "漢字");
    paint_text(&paint, 1, 2, 1, PAINT_TEXT, "x");
    assert_line(*state, 1, "漢x");
    /* and one that would not fit is not begun */
    assert_int_equal(paint_text(&paint, 2, 9, -1, PAINT_TEXT, "漢"), 1);
    assert_line(*state, 2, "         …");
}

static void what_is_outside_is_not_drawn(void **state)
{
    struct paint paint = paint_all(*state);
    struct paint part = paint_part(&paint, 1, 2, 2, 4);
    struct paint last = paint_part(&paint, 1, 3, -2, -3);

    assert_int_equal(paint_text(&part, 5, 0, -1, PAINT_TEXT, "no"), 0);
    assert_int_equal(paint_text(&part, -1, 0, -1, PAINT_TEXT, "no"), 0);
    paint_text(&part, 1, 0, 90, PAINT_TEXT, "inside too much");
    assert_line(*state, 0, "");
    assert_line(*state, 2, "  ins…");
    assert_int_equal(last.rows, 2);
    assert_int_equal(last.columns, 5);
    part = paint_part(&paint, 9, 0, -1, -1);
    assert_int_equal(part.rows, 0);
}

static void hostile_text_becomes_marks(void **state)
{
    struct paint paint = paint_all(*state);

    paint_text(&paint, 0, 0, -1, PAINT_TEXT, "a\033[2Jb");
    paint_text(&paint, 1, 0, -1, PAINT_TEXT, "\xFF!");
    assert_line(*state, 0, "a␛[2Jb");
    assert_line(*state, 1, "\xEF\xBF\xBD!");
}

static void text_wraps_at_spaces_and_lines(void **state)
{
    struct paint paint = paint_all(*state);

    assert_int_equal(paint_wrapped(&paint, 0, 0, 8, 0, PAINT_TEXT, "one two three\n\nx"), 4);
    assert_int_equal(paint_wrapped(&paint, 0, 0, 8, 4, PAINT_TEXT, "one two three\n\nx\n"), 4);
    assert_line(*state, 0, "one two");
    assert_line(*state, 1, "three");
    assert_line(*state, 2, "");
    assert_line(*state, 3, "x");
    canvas_clear(*state);
    assert_int_equal(paint_wrapped(&paint, 0, 0, 5, 2, PAINT_TEXT, "abcdefghijklmnop"), 2);
    assert_line(*state, 0, "abcde");
    assert_line(*state, 1, "fghi…");
    assert_int_equal(paint_wrapped(&paint, 0, 0, 5, 2, PAINT_TEXT, ""), 0);
}

static void wrapping_gives_every_byte_once(void **state)
{
    const char *text = "a bb  ccc 漢字漢字\nd\n";
    size_t length = strlen(text), offset = 0, line, next;
    int lines = 0;

    (void)state;
    while (paint_wrap(text, length, offset, 4, &line, &next)) {
        assert_true(offset + line <= length);
        assert_true(next > offset || line == 0);
        offset = next;
        lines++;
    }
    assert_int_equal(offset, length + 1);
    assert_int_equal(lines, 6);
}

static void plain_draws_no_lines(void **state)
{
    struct paint paint = paint_all(*state), inside;

    inside = paint_box(&paint, "T");
    paint_text(&inside, 0, 0, -1, PAINT_TEXT, "in");
    assert_line(*state, 0, "┌─ T ────┐");
    assert_line(*state, 1, "│ in     │");
    assert_line(*state, 3, "└────────┘");
    canvas_set_plain(*state, true);
    canvas_clear(*state);
    inside = paint_box(&paint, "T");
    paint_text(&inside, 0, 0, -1, PAINT_TEXT, "in");
    assert_line(*state, 0, "   T");
    assert_line(*state, 1, "  in");
    assert_line(*state, 3, "");
}

/* --- list ------------------------------------------------------------------------------------ */

static void draw_number(void *context, const struct paint *row, size_t index, bool selected)
{
    (void)context;
    paint_format(row, 0, 0, -1, PAINT_TEXT, "%zu%s", index, selected ? "*" : "");
}

static void press(struct list *list, uint32_t code)
{
    struct input input = {.code = code};

    assert_true(list_key(list, &input, true));
}

static void a_list_keeps_its_selection_in_sight(void **state)
{
    struct paint paint = paint_all(*state);
    struct list list = {0};
    int row, column;

    list_set_count(&list, 9);
    list_draw(&list, &paint, 1, true, draw_number, NULL);
    assert_line(*state, 0, "0*");
    assert_line(*state, 3, "3      ↓ 5");
    press(&list, INPUT_END);
    canvas_clear(*state);
    list_draw(&list, &paint, 1, true, draw_number, NULL);
    assert_line(*state, 0, "5        ↑");
    assert_line(*state, 3, "8*");
    assert_true(canvas_cursor(*state, &row, &column));
    assert_int_equal(row, 3);
    press(&list, INPUT_UP);
    press(&list, INPUT_PAGE_UP);
    assert_int_equal(list.selected, 4);
    press(&list, INPUT_DOWN);
    assert_int_equal(list.selected, 5);
    list_set_count(&list, 2);
    assert_int_equal(list.selected, 1);
    list_set_count(&list, 0);
    press(&list, INPUT_DOWN);
    press(&list, INPUT_UP);
    assert_int_equal(list.selected, 0);
}

static void a_list_s_state_is_checked(void **state)
{
    struct list list = {.count = 9, .selected = 5, .top = 3}, other = {0};
    json_t *saved = list_save(&list);
    json_t *wrong = json_pack("{s:i, s:i}", "selected", -4, "top", 2);

    (void)state;
    list_restore(&other, wrong);
    assert_int_equal(other.selected, 0);
    list_restore(&other, saved);
    list_set_count(&other, 9);
    assert_int_equal(other.selected, 5);
    assert_int_equal(other.top, 3);
    list_restore(&other, saved);
    list_set_count(&other, 2);
    assert_int_equal(other.selected, 1);
    json_decref(saved);
    json_decref(wrong);
}

/* What is shown already is not shown again: by text and by style, a row at a time. */
static void a_row_is_kept_once_for_what_it_is(void **state)
{
    struct paint paint = paint_all(*state);
    struct canvas *kept = canvas_new(4, 10);
    enum paint_style style;

    assert_non_null(kept);
    for (int row = 0; row < 4; row++)
        assert_false(canvas_keep_row(kept, *state, row));
    paint_text(&paint, 1, 0, -1, PAINT_TEXT, "漢字 one");
    paint_text(&paint, 2, 9, -1, PAINT_TEXT, "x");
    assert_false(canvas_keep_row(kept, *state, 0));
    assert_true(canvas_keep_row(kept, *state, 1));
    assert_false(canvas_keep_row(kept, *state, 1));
    assert_line(kept, 1, "漢字 one");
    assert_line(kept, 2, "");
    /* The last cell counts. */
    assert_true(canvas_keep_row(kept, *state, 2));
    assert_line(kept, 2, "         x");
    paint_text(&paint, 2, 9, -1, PAINT_ALERT, "x");
    assert_true(canvas_keep_row(kept, *state, 2));
    assert_string_equal(canvas_cell(kept, 2, 9, &style), "x");
    assert_int_equal(style, PAINT_ALERT);
    canvas_free(kept);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(text_is_cut_with_an_ellipsis),
        TEST(wide_and_combining_characters_keep_their_columns),
        TEST(half_a_wide_character_is_never_left),
        TEST(what_is_outside_is_not_drawn),
        TEST(hostile_text_becomes_marks),
        TEST(text_wraps_at_spaces_and_lines),
        TEST(wrapping_gives_every_byte_once),
        TEST(plain_draws_no_lines),
        TEST(a_row_is_kept_once_for_what_it_is),
        TEST(a_list_keeps_its_selection_in_sight),
        TEST(a_list_s_state_is_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
