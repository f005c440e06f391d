/*
 * Fuzzes what is drawn: a text from anywhere on a canvas of a size from anywhere, as a line, to the
 * right, wrapped, behind a label and in the line that it is typed in. No cell holds a character
 * that steers a terminal, or bytes that are no character; a row has no more columns than there are.
 */
#include "tests/fuzz/fuzz_canvas.h"
#include "ui/editor.h"
#include "ui/paint.h"

static void type(const struct paint *paint, const char *text)
{
    struct editor *editor = editor_new(EDITOR_LINE, 400);

    FUZZ_HOLDS(editor != NULL);
    editor_set_text(editor, text);
    editor_draw(editor, paint, true);
    editor_free(editor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct canvas *canvas;
    struct paint paint;
    char *text;

    if (size < 2)
        return 0;
    canvas = canvas_new(1 + data[0] % 30, 1 + data[1] % 100);
    FUZZ_HOLDS(canvas != NULL);
    canvas_set_plain(canvas, data[0] >= 128);
    text = malloc(size - 1);
    FUZZ_HOLDS(text != NULL);
    memcpy(text, data + 2, size - 2);
    text[size - 2] = '\0';
    paint = paint_all(canvas);
    paint_text(&paint, 0, 0, -1, PAINT_TEXT, text);
    paint_right(&paint, 1, 0, -1, PAINT_TEXT, text);
    paint_wrapped(&paint, 2, 1, -1, 0, PAINT_TEXT, text);
    fuzz_canvas_holds(canvas);
    paint_labelled(&paint, 3, 8, text, PAINT_TEXT, text);
    paint_heading(&paint, 4, text);
    paint_format(&paint, 5, 0, -1, PAINT_TEXT, "%s %s", text, text);
    fuzz_canvas_holds(canvas);
    paint = paint_part(&paint, 6, 3, 3, -3);
    type(&paint, text);
    fuzz_canvas_holds(canvas);
    canvas_free(canvas);
    free(text);
    return 0;
}
