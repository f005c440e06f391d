#include "ui/editor_internal.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/text.h"

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

static void step_free(struct editor *editor, struct editor_step *step)
{
    editor->step_bytes -= step->length;
    sodium_memzero(step->text, step->length);
    free(step->text);
}

static void steps_forget(struct editor *editor)
{
    while (editor->step_count > 0)
        step_free(editor, &editor->steps[--editor->step_count]);
    editor->run = EDITOR_RUN_NONE;
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
void editor_keep_step(struct editor *editor)
{
    struct editor_step *step;
    char *copy;

    if (editor->kind == EDITOR_SECRET || editor->length > EDITOR_UNDO_BYTES)
        return;
    while (editor->step_count == EDITOR_UNDO_STEPS ||
           (editor->step_count > 0 && editor->step_bytes + editor->length > EDITOR_UNDO_BYTES)) {
        step_free(editor, &editor->steps[0]);
        memmove(&editor->steps[0], &editor->steps[1],
                --editor->step_count * sizeof(editor->steps[0]));
    }
    copy = malloc(editor->length + 1);
    if (copy == NULL)
        return;
    memcpy(copy, editor->text, editor->length + 1);
    step = &editor->steps[editor->step_count++];
    *step = (struct editor_step){copy, editor->length, editor->cursor};
    editor->step_bytes += editor->length;
}

bool editor_undo(struct editor *editor)
{
    struct editor_step *step;

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
    editor->run = EDITOR_RUN_NONE;
    return true;
}

/* Puts bytes at the cursor; false when there is no memory. */
bool editor_put(struct editor *editor, const char *bytes, size_t length)
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

bool editor_remove(struct editor *editor, size_t from, size_t to, enum editor_run run)
{
    if (from >= to)
        return false;
    if (run == EDITOR_RUN_NONE || editor->run != run)
        editor_keep_step(editor);
    editor->run = run;
    memmove(editor->text + from, editor->text + to, editor->length - to + 1);
    editor->length -= to - from;
    sodium_memzero(editor->text + editor->length, to - from);
    editor->cursor = from;
    return true;
}

bool editor_replace(struct editor *editor, size_t from, size_t to, const char *text)
{
    size_t length = strlen(text);

    if (from > to || to > editor->length || editor->length - (to - from) + length > editor->limit)
        return false;
    editor_keep_step(editor);
    editor->run = EDITOR_RUN_ERASING; /* no step of its own */
    editor->cursor = from;
    editor_remove(editor, from, to, EDITOR_RUN_ERASING);
    editor->run = EDITOR_RUN_NONE;
    editor->wanted = -1;
    return editor_put(editor, text, length);
}

void editor_set_marker(struct editor *editor, editor_marker marker, void *context)
{
    editor->marker = marker;
    editor->marker_context = context;
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
