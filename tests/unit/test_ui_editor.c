#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "ui/editor.h"

static bool press(struct editor *editor, uint32_t code)
{
    struct input input = {.code = code};

    return editor_key(editor, &input, NULL);
}

static void type(struct editor *editor, const char *ascii)
{
    for (; *ascii != '\0'; ascii++)
        assert_true(press(editor, *ascii == '\n' ? INPUT_ENTER : (unsigned char)*ascii));
}

static void paste(struct editor *editor, const char *text)
{
    struct input input = {INPUT_PASTE, text, strlen(text)};

    assert_true(editor_key(editor, &input, NULL));
}

static int setup(void **state)
{
    *state = editor_new(EDITOR_TEXT, 100);
    return *state == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    editor_free(*state);
    return 0;
}

static void typing_and_moving_go_by_clusters(void **state)
{
    struct editor *editor = *state;

    paste(editor, "ae\xCC\x81"
                  "漢");
    assert_int_equal(editor_cursor(editor), 7);
    press(editor, INPUT_LEFT);
    assert_int_equal(editor_cursor(editor), 4);
    press(editor, INPUT_LEFT);
    assert_int_equal(editor_cursor(editor), 1);
    press(editor, INPUT_DELETE);
    assert_string_equal(editor_text(editor), "a漢");
    press(editor, INPUT_END);
    press(editor, INPUT_BACKSPACE);
    assert_string_equal(editor_text(editor), "a");
    press(editor, 0xE9);
    assert_string_equal(editor_text(editor), "a\xC3\xA9");
    press(editor, INPUT_HOME);
    press(editor, INPUT_LEFT);
    press(editor, INPUT_BACKSPACE);
    assert_string_equal(editor_text(editor), "a\xC3\xA9");
}

static void words_and_lines_can_be_taken_away(void **state)
{
    struct editor *editor = *state;

    type(editor, "one two three\nfour");
    press(editor, INPUT_WORD_LEFT);
    press(editor, INPUT_WORD_LEFT);
    assert_int_equal(editor_cursor(editor), 8);
    press(editor, INPUT_CONTROL('W'));
    assert_string_equal(editor_text(editor), "one three\nfour");
    press(editor, INPUT_CONTROL('K'));
    assert_string_equal(editor_text(editor), "one \nfour");
    press(editor, INPUT_CONTROL('K'));
    assert_string_equal(editor_text(editor), "one four");
    press(editor, INPUT_CONTROL('U'));
    assert_string_equal(editor_text(editor), "four");
    press(editor, INPUT_WORD_RIGHT);
    assert_int_equal(editor_cursor(editor), 4);
}

static void undo_goes_back_word_by_word(void **state)
{
    struct editor *editor = *state;

    type(editor, "one two");
    press(editor, INPUT_CONTROL('Y'));
    assert_string_equal(editor_text(editor), "one");
    press(editor, INPUT_CONTROL('Y'));
    assert_string_equal(editor_text(editor), "");
    assert_true(press(editor, INPUT_CONTROL('Y')));
    type(editor, "kept");
    press(editor, INPUT_CONTROL('U'));
    assert_string_equal(editor_text(editor), "");
    press(editor, INPUT_CONTROL('Y'));
    assert_string_equal(editor_text(editor), "kept");
    assert_int_equal(editor_cursor(editor), 4);
}

static void the_limit_holds_between_characters(void **state)
{
    struct editor *editor = editor_new(EDITOR_LINE, 5);

    (void)state;
    paste(editor, "abc\xC3\xA9\xC3\xA9");
    assert_string_equal(editor_text(editor), "abc\xC3\xA9");
    assert_true(editor_is_full(editor));
    press(editor, 'x');
    assert_true(editor_is_full(editor));
    press(editor, INPUT_LEFT);
    assert_false(editor_is_full(editor));
    assert_true(editor_set_text(editor, "\xC3\xA9\xC3\xA9\xC3\xA9"));
    assert_string_equal(editor_text(editor), "\xC3\xA9\xC3\xA9");
    editor_free(editor);
}

static void a_huge_paste_is_cut_and_harmless(void **state)
{
    struct editor *editor = *state;
    char *huge = malloc(10 * 1024 * 1024 + 1);

    assert_non_null(huge);
    memset(huge, 'a', 10 * 1024 * 1024);
    huge[10 * 1024 * 1024] = '\0';
    paste(editor, huge);
    assert_int_equal(editor_length(editor), 100);
    assert_true(editor_is_full(editor));
    free(huge);
}

static void what_must_not_be_shown_cannot_come_in(void **state)
{
    struct editor *line = editor_new(EDITOR_LINE, 100);

    paste(*state, "a\033[31m\x07\xE2\x80\xAE\xFFz\r\nb\rc\td");
    assert_string_equal(editor_text(*state), "a[31mz\nb\nc d");
    paste(line, "a\r\nb\nc");
    assert_string_equal(editor_text(line), "a b c");
    assert_false(press(line, INPUT_ENTER));
    assert_false(press(line, 0x202E));
    assert_false(press(line, INPUT_F(2)));
    assert_false(press(line, INPUT_TAB));
    editor_free(line);
}

static void up_and_down_keep_the_column(void **state)
{
    struct canvas *canvas = canvas_new(4, 8);
    struct paint paint = paint_all(canvas);
    int row, column;

    type(*state, "abcdef\nab\nabcdef");
    editor_draw(*state, &paint, true);
    assert_true(canvas_cursor(canvas, &row, &column));
    assert_int_equal(row, 2);
    assert_int_equal(column, 6);
    press(*state, INPUT_UP);
    assert_int_equal(editor_cursor(*state), 9);
    press(*state, INPUT_UP);
    assert_int_equal(editor_cursor(*state), 6);
    assert_false(press(*state, INPUT_UP));
    press(*state, INPUT_DOWN);
    press(*state, INPUT_DOWN);
    assert_int_equal(editor_cursor(*state), 16);
    assert_false(press(*state, INPUT_DOWN));
    canvas_free(canvas);
}

static void long_text_is_wrapped_and_scrolled(void **state)
{
    struct canvas *canvas = canvas_new(2, 6);
    struct paint paint = paint_all(canvas);
    char *line;
    int row, column;

    type(*state, "one two three");
    assert_int_equal(editor_rows(*state, 6), 3);
    editor_draw(*state, &paint, true);
    line = canvas_line(canvas, 1);
    assert_string_equal(line, "three");
    free(line);
    assert_true(canvas_cursor(canvas, &row, &column));
    assert_int_equal(row, 1);
    assert_int_equal(column, 5);
    canvas_free(canvas);
}

static void a_line_scrolls_sideways(void **state)
{
    struct editor *editor = editor_new(EDITOR_LINE, 100);
    struct canvas *canvas = canvas_new(1, 6);
    struct paint paint = paint_all(canvas);
    char *line;
    int row, column;

    (void)state;
    type(editor, "abcdefghij");
    editor_draw(editor, &paint, true);
    line = canvas_line(canvas, 0);
    assert_string_equal(line, "\xE2\x80\xB9ghij");
    free(line);
    assert_true(canvas_cursor(canvas, &row, &column));
    assert_int_equal(column, 5);
    canvas_free(canvas);
    editor_free(editor);
}

static void half_typed_text_survives(void **state)
{
    struct editor *other = editor_new(EDITOR_TEXT, 100);
    json_t *saved;

    type(*state, "half typed");
    press(*state, INPUT_WORD_LEFT);
    saved = editor_save(*state);
    editor_restore(other, saved);
    assert_string_equal(editor_text(other), "half typed");
    assert_int_equal(editor_cursor(other), 5);
    json_object_set_new(saved, "cursor", json_integer(9999));
    editor_restore(other, saved);
    assert_int_equal(editor_cursor(other), 10);
    editor_restore(other, NULL);
    assert_string_equal(editor_text(other), "half typed");
    json_decref(saved);
    editor_free(other);
}

static void a_secret_is_neither_shown_nor_saved(void **state)
{
    struct editor *editor = editor_new(EDITOR_SECRET, 100);
    struct canvas *canvas = canvas_new(1, 10);
    struct paint paint = paint_all(canvas);
    char *line;

    (void)state;
    type(editor, "abc");
    editor_draw(editor, &paint, true);
    line = canvas_line(canvas, 0);
    assert_string_equal(line, "•••");
    free(line);
    assert_null(editor_save(editor));
    press(editor, INPUT_CONTROL('U'));
    press(editor, INPUT_CONTROL('Y'));
    assert_string_equal(editor_text(editor), "");
    canvas_free(canvas);
    editor_free(editor);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(typing_and_moving_go_by_clusters),
        TEST(words_and_lines_can_be_taken_away),
        TEST(undo_goes_back_word_by_word),
        TEST(the_limit_holds_between_characters),
        TEST(a_huge_paste_is_cut_and_harmless),
        TEST(what_must_not_be_shown_cannot_come_in),
        TEST(up_and_down_keep_the_column),
        TEST(long_text_is_wrapped_and_scrolled),
        TEST(a_line_scrolls_sideways),
        TEST(half_typed_text_survives),
        TEST(a_secret_is_neither_shown_nor_saved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
