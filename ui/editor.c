#include "ui/editor.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/text.h"

#define UNDO_STEPS 64
#define UNDO_BYTES (256 * 1024) /* of one text, kept at most in all steps together */

struct step {
    char *text; /* owned */
    size_t length, cursor;
};

enum run { RUN_NONE, RUN_TYPING, RUN_ERASING };

struct editor {
    enum editor_kind kind;
    size_t limit;
    char *text; /* owned, limit-bounded, NUL-terminated */
    size_t length, capacity;
    size_t cursor;
    bool full;
    enum run run; /* what the last change was: a run of the same is one undo step */
    struct step steps[UNDO_STEPS];
    size_t step_count, step_bytes;
    int width;  /* of the last drawing */
    int page;   /* rows of the last drawing */
    size_t top; /* first wrapped line shown, or, in one line, first column */
    int wanted; /* column to keep while moving up and down; -1: the cursor's */
};

struct editor *editor_new(enum editor_kind kind, size_t limit)
{
    struct editor *editor = calloc(1, sizeof(*editor));

    if (editor == NULL)
        return NULL;
    editor->kind = kind;
    editor->limit = limit;
    editor->capacity = 128;
    editor->width = 80;
    editor->wanted = -1;
    editor->text = calloc(1, editor->capacity);
    if (editor->text == NULL) {
        free(editor);
        return NULL;
    }
    return editor;
}

static void step_free(struct editor *editor, struct step *step)
{
    editor->step_bytes -= step->length;
    sodium_memzero(step->text, step->length);
    free(step->text);
}

static void steps_forget(struct editor *editor)
{
    while (editor->step_count > 0)
        step_free(editor, &editor->steps[--editor->step_count]);
    editor->run = RUN_NONE;
}

void editor_free(struct editor *editor)
{
    if (editor == NULL)
        return;
    steps_forget(editor);
    sodium_memzero(editor->text, editor->capacity);
    free(editor->text);
    free(editor);
}

const char *editor_text(const struct editor *editor)
{
    return editor->text;
}

size_t editor_length(const struct editor *editor)
{
    return editor->length;
}

bool editor_is_full(const struct editor *editor)
{
    return editor->full;
}

size_t editor_cursor(const struct editor *editor)
{
    return editor->cursor;
}

void editor_move(struct editor *editor, size_t offset)
{
    if (offset > editor->length)
        offset = editor->length;
    /* Never inside a cluster. */
    if (offset > 0 && offset < editor->length)
        offset = text_previous(editor->text, editor->length,
                               text_next(editor->text, editor->length, offset));
    editor->cursor = offset;
    editor->wanted = -1;
}

static bool editor_reserve(struct editor *editor, size_t length)
{
    size_t size = editor->capacity;
    char *grown;

    if (length < size)
        return true;
    while (size <= length)
        size *= 2;
    grown = calloc(1, size);
    if (grown == NULL)
        return false;
    memcpy(grown, editor->text, editor->length + 1);
    sodium_memzero(editor->text, editor->capacity);
    free(editor->text);
    editor->text = grown;
    editor->capacity = size;
    return true;
}

/* Remembers the text as it is, before a change. */
static void step_keep(struct editor *editor)
{
    struct step *step;
    char *copy;

    if (editor->kind == EDITOR_SECRET || editor->length > UNDO_BYTES)
        return;
    while (editor->step_count == UNDO_STEPS ||
           (editor->step_count > 0 && editor->step_bytes + editor->length > UNDO_BYTES)) {
        step_free(editor, &editor->steps[0]);
        memmove(&editor->steps[0], &editor->steps[1],
                --editor->step_count * sizeof(editor->steps[0]));
    }
    copy = malloc(editor->length + 1);
    if (copy == NULL)
        return;
    memcpy(copy, editor->text, editor->length + 1);
    step = &editor->steps[editor->step_count++];
    *step = (struct step){copy, editor->length, editor->cursor};
    editor->step_bytes += editor->length;
}

static bool editor_undo(struct editor *editor)
{
    struct step *step;

    if (editor->step_count == 0)
        return false;
    step = &editor->steps[editor->step_count - 1];
    if (!editor_reserve(editor, step->length))
        return false;
    memcpy(editor->text, step->text, step->length + 1);
    editor->length = step->length;
    editor->cursor = step->cursor;
    step_free(editor, step);
    editor->step_count--;
    editor->run = RUN_NONE;
    return true;
}

/* Puts bytes at the cursor; false when there is no memory. */
static bool editor_put(struct editor *editor, const char *bytes, size_t length)
{
    if (!editor_reserve(editor, editor->length + length))
        return false;
    memmove(editor->text + editor->cursor + length, editor->text + editor->cursor,
            editor->length - editor->cursor + 1);
    memcpy(editor->text + editor->cursor, bytes, length);
    editor->length += length;
    editor->cursor += length;
    return true;
}

static bool editor_remove(struct editor *editor, size_t from, size_t to, enum run run)
{
    if (from >= to)
        return false;
    if (run == RUN_NONE || editor->run != run)
        step_keep(editor);
    editor->run = run;
    memmove(editor->text + from, editor->text + to, editor->length - to + 1);
    editor->length -= to - from;
    sodium_memzero(editor->text + editor->length, to - from);
    editor->cursor = from;
    return true;
}

bool editor_set_text(struct editor *editor, const char *text)
{
    size_t length = strlen(text);

    if (length > editor->limit)
        length = editor->limit;
    while (length > 0 && !text_is_utf8(text, length) && strlen(text) > length)
        length--;
    if (!editor_reserve(editor, length))
        return false;
    steps_forget(editor);
    sodium_memzero(editor->text, editor->capacity);
    memcpy(editor->text, text, length);
    editor->length = editor->cursor = length;
    editor->top = 0;
    editor->wanted = -1;
    editor->full = false;
    return true;
}

void editor_clear(struct editor *editor)
{
    editor_set_text(editor, "");
}

static size_t encode(uint32_t character, char bytes[4])
{
    if (character < 0x80) {
        bytes[0] = (char)character;
        return 1;
    }
    if (character < 0x800) {
        bytes[0] = (char)(0xc0 | character >> 6);
        bytes[1] = (char)(0x80 | (character & 0x3f));
        return 2;
    }
    if (character < 0x10000) {
        bytes[0] = (char)(0xe0 | character >> 12);
        bytes[1] = (char)(0x80 | (character >> 6 & 0x3f));
        bytes[2] = (char)(0x80 | (character & 0x3f));
        return 3;
    }
    bytes[0] = (char)(0xf0 | character >> 18);
    bytes[1] = (char)(0x80 | (character >> 12 & 0x3f));
    bytes[2] = (char)(0x80 | (character >> 6 & 0x3f));
    bytes[3] = (char)(0x80 | (character & 0x3f));
    return 4;
}

static bool type_character(struct editor *editor, uint32_t character)
{
    char bytes[4];
    size_t length = encode(character, bytes);

    if (editor->length + length > editor->limit) {
        editor->full = true;
        return false;
    }
    /* A run of typing is one step; a word at a time, so that undo is neither all nor one letter. */
    if (editor->run != RUN_TYPING || character == ' ' || character == '\n')
        step_keep(editor);
    editor->run = RUN_TYPING;
    return editor_put(editor, bytes, length);
}

/* What of a paste may become text: unsafe characters are left out, bytes that are no UTF-8 too;
 * lines are kept or become spaces. Owned. */
static char *paste_clean(const struct editor *editor, const struct input *input)
{
    struct text_buffer kept = {0};
    size_t offset = 0;

    while (offset < input->length) {
        unsigned char byte = (unsigned char)input->text[offset];
        size_t size = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
        uint32_t character = size == 1 ? byte : byte & (0x7fu >> size);
        bool crlf = byte == '\r' && offset + 1 < input->length && input->text[offset + 1] == '\n';

        if (offset + size > input->length || !text_is_utf8(input->text + offset, size)) {
            offset++;
            continue;
        }
        for (size_t i = 1; i < size; i++)
            character = character << 6 | ((unsigned char)input->text[offset + i] & 0x3f);
        if (byte == '\n' || (byte == '\r' && !crlf))
            text_buffer_add_text(&kept, editor->kind == EDITOR_TEXT ? "\n" : " ");
        else if (byte == '\t')
            text_buffer_add_text(&kept, " ");
        else if (!crlf && !text_character_is_unsafe(character))
            text_buffer_add(&kept, input->text + offset, size);
        offset += size;
    }
    return text_buffer_take(&kept);
}

static bool paste(struct editor *editor, const struct input *input)
{
    char *text = paste_clean(editor, input);
    size_t length = text == NULL ? 0 : strlen(text);
    size_t room = editor->limit - editor->length;
    bool done;

    if (length > room) {
        editor->full = true;
        length = room;
        while (length > 0 && !text_is_utf8(text, length))
            length--;
    }
    if (length > 0) {
        step_keep(editor);
        editor->run = RUN_NONE;
    }
    done = length > 0 && editor_put(editor, text, length);
    if (text != NULL)
        sodium_memzero(text, strlen(text));
    free(text);
    return done;
}

static size_t word_left(const struct editor *editor)
{
    size_t at = editor->cursor;

    while (at > 0 && (editor->text[at - 1] == ' ' || editor->text[at - 1] == '\n'))
        at--;
    while (at > 0 && editor->text[at - 1] != ' ' && editor->text[at - 1] != '\n')
        at--;
    return at;
}

static size_t word_right(const struct editor *editor)
{
    size_t at = editor->cursor;

    while (at < editor->length && editor->text[at] != ' ' && editor->text[at] != '\n')
        at++;
    while (at < editor->length && (editor->text[at] == ' ' || editor->text[at] == '\n'))
        at++;
    return at;
}

static size_t line_start(const struct editor *editor)
{
    size_t at = editor->cursor;

    while (at > 0 && editor->text[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(const struct editor *editor)
{
    const char *end = memchr(editor->text + editor->cursor, '\n', editor->length - editor->cursor);

    return end == NULL ? editor->length : (size_t)(end - editor->text);
}

/* A wrapped line: where it starts and how long it is. */
struct line {
    size_t start, length;
};

/* The wrapped line number `wanted`, or, with `wanted` SIZE_MAX, the one that holds `offset`; its
 * number in `number` (may be NULL). false when there are fewer. */
static bool find_line(const struct editor *editor, size_t wanted, size_t offset, struct line *line,
                      size_t *number)
{
    size_t start = 0, count = 0, length, next;

    while (paint_wrap(editor->text, editor->length, start, editor->width, &length, &next)) {
        if (wanted == SIZE_MAX ? offset < next : count == wanted) {
            *line = (struct line){start, length};
            if (number != NULL)
                *number = count;
            return true;
        }
        count++;
        start = next;
    }
    return false;
}

/* Moves by wrapped lines, keeping the column; false at the first and the last line. */
static bool move_lines(struct editor *editor, int distance)
{
    struct line line;
    size_t number;
    int wanted = editor->wanted;

    if (!find_line(editor, SIZE_MAX, editor->cursor, &line, &number))
        return false;
    if (wanted < 0)
        wanted = (int)text_width(editor->text + line.start, editor->cursor - line.start);
    if (distance < 0 && number == 0)
        return false;
    if (distance < 0 && number < (size_t)-distance)
        distance = -(int)number;
    number += (size_t)distance;
    while (!find_line(editor, number, 0, &line, NULL)) {
        if (--distance <= 0)
            return false;
        number--;
    }
    editor->cursor = line.start + text_fit(editor->text + line.start, line.length, (size_t)wanted);
    editor->wanted = wanted;
    return true;
}

/* Keys that only move; false when it is none. */
static bool key_moves(struct editor *editor, uint32_t code)
{
    switch (code) {
    case INPUT_LEFT:
        editor_move(editor, editor->cursor == 0
                                ? 0
                                : text_previous(editor->text, editor->length, editor->cursor));
        return true;
    case INPUT_RIGHT:
        editor_move(editor, text_next(editor->text, editor->length, editor->cursor));
        return true;
    case INPUT_WORD_LEFT:
        editor_move(editor, word_left(editor));
        return true;
    case INPUT_WORD_RIGHT:
        editor_move(editor, word_right(editor));
        return true;
    case INPUT_HOME:
    case INPUT_CONTROL('A'):
        editor_move(editor, line_start(editor));
        return true;
    case INPUT_END:
    case INPUT_CONTROL('E'):
        editor_move(editor, line_end(editor));
        return true;
    case INPUT_TEXT_START:
        editor_move(editor, 0);
        return true;
    case INPUT_TEXT_END:
        editor_move(editor, editor->length);
        return true;
    default:
        break;
    }
    if (editor->kind != EDITOR_TEXT)
        return false;
    switch (code) {
    case INPUT_UP:
        return move_lines(editor, -1);
    case INPUT_DOWN:
        return move_lines(editor, 1);
    case INPUT_PAGE_UP:
        return move_lines(editor, editor->page > 1 ? 1 - editor->page : -1);
    case INPUT_PAGE_DOWN:
        return move_lines(editor, editor->page > 1 ? editor->page - 1 : 1);
    default:
        return false;
    }
}

/* Keys that change the text: false when it is none. */
static bool key_changes(struct editor *editor, const struct input *input, bool *changed)
{
    size_t cursor = editor->cursor;

    switch (input->code) {
    case INPUT_BACKSPACE:
        *changed =
            cursor > 0 && editor_remove(editor, text_previous(editor->text, editor->length, cursor),
                                        cursor, RUN_ERASING);
        return true;
    case INPUT_DELETE:
    case INPUT_CONTROL('D'):
        *changed = editor_remove(editor, cursor, text_next(editor->text, editor->length, cursor),
                                 RUN_ERASING);
        return true;
    case INPUT_CONTROL('W'):
        *changed = editor_remove(editor, word_left(editor), cursor, RUN_NONE);
        return true;
    case INPUT_CONTROL('U'):
        *changed = editor_remove(editor, line_start(editor), cursor, RUN_NONE);
        return true;
    case INPUT_CONTROL('K'):
        *changed = editor_remove(
            editor, cursor,
            line_end(editor) == cursor && cursor < editor->length ? cursor + 1 : line_end(editor),
            RUN_NONE);
        editor->cursor = cursor;
        return true;
    case INPUT_CONTROL('Y'):
        *changed = editor_undo(editor);
        return true;
    case INPUT_PASTE:
        *changed = paste(editor, input);
        return true;
    case INPUT_ENTER:
        if (editor->kind != EDITOR_TEXT)
            return false;
        *changed = type_character(editor, '\n');
        return true;
    default:
        if (!input_is_character(input))
            return false;
        *changed = type_character(editor, input->code);
        return true;
    }
}

bool editor_key(struct editor *editor, const struct input *input, bool *changed)
{
    bool nothing;

    if (changed == NULL)
        changed = &nothing;
    *changed = false;
    editor->full = false;
    if (key_moves(editor, input->code)) {
        editor->run = RUN_NONE;
        return true;
    }
    if (!key_changes(editor, input, changed))
        return false;
    editor->wanted = -1;
    return true;
}

static void draw_secret(const struct editor *editor, const struct paint *paint, bool focus)
{
    int shown = 0;

    for (size_t at = 0; at < editor->length && shown < paint->columns - 1; shown++) {
        at = text_next(editor->text, editor->length, at);
        paint_text(paint, 0, shown, 1, focus ? PAINT_FOCUS : PAINT_FIELD, "•");
    }
    if (focus)
        paint_cursor(paint, 0, shown);
}

/* One line: scrolled so that the cursor is in sight. */
static void draw_line(struct editor *editor, const struct paint *paint, bool focus)
{
    enum paint_style style = focus ? PAINT_FOCUS : PAINT_FIELD;
    size_t room = paint->columns > 1 ? (size_t)paint->columns - 1 : 1;
    size_t start = 0;
    size_t column = text_width(editor->text, editor->cursor);

    if (column > room && focus) {
        /* Drop clusters from the left until the cursor fits. */
        while (start < editor->cursor &&
               text_width(editor->text + start, editor->cursor - start) > room - 1)
            start = text_next(editor->text, editor->length, start);
        paint_text(paint, 0, 0, 1, PAINT_DIM, "‹");
        paint_text(paint, 0, 1, -1, style, editor->text + start);
        column = text_width(editor->text + start, editor->cursor - start) + 1;
    } else {
        paint_text(paint, 0, 0, -1, style, editor->text);
    }
    if (focus)
        paint_cursor(paint, 0, (int)column);
}

static void draw_lines(struct editor *editor, const struct paint *paint, bool focus)
{
    enum paint_style style = focus ? PAINT_FOCUS : PAINT_FIELD;
    struct line line = {0};
    size_t number = 0, length, next;
    int row = 0;

    find_line(editor, SIZE_MAX, editor->cursor, &line, &number);
    if (number < editor->top)
        editor->top = number;
    if (paint->rows > 0 && number >= editor->top + (size_t)paint->rows)
        editor->top = number - (size_t)paint->rows + 1;
    if (focus)
        paint_cursor(paint, (int)(number - editor->top),
                     (int)text_width(editor->text + line.start, editor->cursor - line.start));
    find_line(editor, editor->top, 0, &line, NULL);
    for (size_t at = line.start;
         paint_wrap(editor->text, editor->length, at, editor->width, &length, &next); at = next) {
        char *copy;

        if (row == paint->rows) {
            paint_right(paint, row - 1, paint->columns - 1, 1, PAINT_DIM, "↓");
            break;
        }
        copy = strndup(editor->text + at, length);
        paint_text(paint, row++, 0, -1, style, copy);
        free(copy);
    }
    if (editor->top > 0)
        paint_right(paint, 0, paint->columns - 1, 1, PAINT_DIM, "↑");
}

void editor_draw(struct editor *editor, const struct paint *paint, bool focus)
{
    int rows = editor->kind == EDITOR_TEXT ? paint->rows : 1;

    for (int row = 0; row < rows; row++)
        paint_fill(paint, row, 0, -1, focus ? PAINT_FOCUS : PAINT_FIELD);
    /* The last column is the cursor's at the end of a full line. */
    editor->width = paint->columns > 1 ? paint->columns - 1 : 1;
    editor->page = paint->rows;
    if (editor->kind == EDITOR_SECRET)
        draw_secret(editor, paint, focus);
    else if (editor->kind == EDITOR_LINE)
        draw_line(editor, paint, focus);
    else
        draw_lines(editor, paint, focus);
}

int editor_rows(const struct editor *editor, int width)
{
    size_t start = 0, length, next;
    int rows = 0;

    while (paint_wrap(editor->text, editor->length, start, width > 1 ? width - 1 : 1, &length,
                      &next)) {
        rows++;
        start = next;
    }
    return rows;
}

json_t *editor_save(const struct editor *editor)
{
    if (editor->kind == EDITOR_SECRET)
        return NULL;
    return json_pack("{s:s, s:I}", "text", editor->text, "cursor", (json_int_t)editor->cursor);
}

void editor_restore(struct editor *editor, const json_t *state)
{
    const char *text =
        json_is_string(state) ? json_string_value(state) : json_text_or(state, "text", NULL);
    int64_t cursor = json_integer_or(state, "cursor", -1);

    if (text == NULL || !editor_set_text(editor, text))
        return;
    if (cursor >= 0 && (uint64_t)cursor <= editor->length)
        editor_move(editor, (size_t)cursor);
}
