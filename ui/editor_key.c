/* An editor's keys: moving, typing, pasting, erasing. */
#include "ui/editor_internal.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/text.h"

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
    if (editor->run != EDITOR_RUN_TYPING || character == ' ' || character == '\n')
        editor_keep_step(editor);
    editor->run = EDITOR_RUN_TYPING;
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
        editor_keep_step(editor);
        editor->run = EDITOR_RUN_NONE;
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

/* Moves by wrapped lines, keeping the column; false at the first and the last line. */
static bool move_lines(struct editor *editor, int distance)
{
    struct editor_line line;
    size_t number;
    int wanted = editor->wanted;

    if (!editor_find_line(editor, SIZE_MAX, editor->cursor, &line, &number))
        return false;
    if (wanted < 0)
        wanted = (int)text_width(editor->text + line.start, editor->cursor - line.start);
    if (distance < 0 && number == 0)
        return false;
    if (distance < 0 && number < (size_t)-distance)
        distance = -(int)number;
    number += (size_t)distance;
    while (!editor_find_line(editor, number, 0, &line, NULL)) {
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
                                        cursor, EDITOR_RUN_ERASING);
        return true;
    case INPUT_DELETE:
    case INPUT_CONTROL('D'):
        *changed = editor_remove(editor, cursor, text_next(editor->text, editor->length, cursor),
                                 EDITOR_RUN_ERASING);
        return true;
    case INPUT_CONTROL('W'):
        *changed = editor_remove(editor, word_left(editor), cursor, EDITOR_RUN_NONE);
        return true;
    case INPUT_CONTROL('U'):
        *changed = editor_remove(editor, line_start(editor), cursor, EDITOR_RUN_NONE);
        return true;
    case INPUT_CONTROL('K'):
        *changed = editor_remove(
            editor, cursor,
            line_end(editor) == cursor && cursor < editor->length ? cursor + 1 : line_end(editor),
            EDITOR_RUN_NONE);
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
        editor->run = EDITOR_RUN_NONE;
        return true;
    }
    if (!key_changes(editor, input, changed))
        return false;
    editor->wanted = -1;
    return true;
}
