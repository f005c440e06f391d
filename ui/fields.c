#include "ui/fields.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/editor.h"
#include "ui/language.h"

struct fields {
    const struct fields_row *rows; /* static */
    size_t count;
    struct editor *editors[FIELDS_LIMIT]; /* owned; NULL for a choice */
    size_t chosen[FIELDS_LIMIT];
    size_t focus;
    size_t overflow;
};

struct fields *fields_new(const struct fields_row *rows)
{
    struct fields *fields = calloc(1, sizeof(*fields));

    if (fields == NULL)
        return NULL;
    fields->rows = rows;
    for (; fields->count < FIELDS_LIMIT && rows[fields->count].label != NULL; fields->count++) {
        const struct fields_row *row = &rows[fields->count];

        if (row->kind == FIELDS_CHOICE)
            continue;
        fields->editors[fields->count] =
            editor_new(row->kind == FIELDS_TEXT ? EDITOR_TEXT : EDITOR_LINE, row->limit);
        if (fields->editors[fields->count] == NULL) {
            fields_free(fields);
            return NULL;
        }
    }
    return fields;
}

void fields_free(struct fields *fields)
{
    if (fields == NULL)
        return;
    for (size_t i = 0; i < FIELDS_LIMIT; i++)
        editor_free(fields->editors[i]);
    free(fields);
}

const char *fields_text(const struct fields *fields, size_t row)
{
    if (fields->editors[row] != NULL)
        return editor_text(fields->editors[row]);
    return fields->rows[row].words[fields->chosen[row]];
}

void fields_set(struct fields *fields, size_t row, const char *text)
{
    if (fields->editors[row] != NULL) {
        editor_set_text(fields->editors[row], text);
        return;
    }
    for (size_t i = 0; fields->rows[row].words[i] != NULL; i++)
        if (strcmp(fields->rows[row].words[i], text) == 0)
            fields->chosen[row] = i;
}

void fields_clear(struct fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        if (fields->editors[i] != NULL)
            editor_clear(fields->editors[i]);
        fields->chosen[i] = 0;
    }
    fields->focus = 0;
}

bool fields_is_empty(const struct fields *fields)
{
    for (size_t i = 0; i < fields->count; i++)
        if (fields->editors[i] != NULL && editor_length(fields->editors[i]) > 0)
            return false;
    return true;
}

struct editor *fields_editor(struct fields *fields, size_t row)
{
    return fields->editors[row];
}

size_t fields_focus(const struct fields *fields)
{
    return fields->focus;
}

void fields_focus_set(struct fields *fields, size_t row)
{
    if (row < fields->count)
        fields->focus = row;
}

size_t fields_overflow(const struct fields *fields)
{
    return fields->overflow;
}

/* --- keys ------------------------------------------------------------------------------------ */

static enum fields_answer step(struct fields *fields, bool forward)
{
    if (forward ? fields->focus + 1 >= fields->count : fields->focus == 0)
        return FIELDS_USED;
    fields->focus += forward ? 1 : (size_t)-1;
    return FIELDS_USED;
}

static enum fields_answer choice_key(struct fields *fields, const struct input *input)
{
    const struct fields_row *row = &fields->rows[fields->focus];
    size_t *chosen = &fields->chosen[fields->focus], count = 0;

    while (row->words[count] != NULL)
        count++;
    switch (input->code) {
    case INPUT_RIGHT:
    case ' ':
        *chosen = (*chosen + 1) % count;
        return FIELDS_CHANGED;
    case INPUT_LEFT:
        *chosen = (*chosen + count - 1) % count;
        return FIELDS_CHANGED;
    default:
        return FIELDS_UNUSED;
    }
}

static enum fields_answer editor_answer(struct fields *fields, const struct input *input)
{
    struct editor *editor = fields->editors[fields->focus];
    size_t limit = fields->rows[fields->focus].limit;
    bool changed = false;

    /* Half a paste helps nobody: it is taken whole or not at all. */
    if (input->code == INPUT_PASTE && editor_length(editor) + input->length > limit) {
        fields->overflow = editor_length(editor) + input->length;
        return FIELDS_FULL;
    }
    if (!editor_key(editor, input, &changed))
        return FIELDS_UNUSED;
    if (editor_is_full(editor)) {
        fields->overflow = editor_length(editor) + 1;
        return FIELDS_FULL;
    }
    return changed ? FIELDS_CHANGED : FIELDS_USED;
}

enum fields_answer fields_key(struct fields *fields, const struct input *input)
{
    enum fields_kind kind = fields->rows[fields->focus].kind;

    switch (input->code) {
    case INPUT_TAB:
        fields->focus = (fields->focus + 1) % fields->count;
        return FIELDS_USED;
    case INPUT_BACK_TAB:
        fields->focus = (fields->focus + fields->count - 1) % fields->count;
        return FIELDS_USED;
    case INPUT_UP:
    case INPUT_DOWN:
        if (kind != FIELDS_TEXT)
            return step(fields, input->code == INPUT_DOWN);
        break;
    case INPUT_ENTER:
        if (kind == FIELDS_TEXT)
            break;
        if (fields->focus + 1 == fields->count)
            return FIELDS_DONE;
        return step(fields, true);
    default:
        break;
    }
    return kind == FIELDS_CHOICE ? choice_key(fields, input) : editor_answer(fields, input);
}

/* --- drawing --------------------------------------------------------------------------------- */

/* Columns from the first of these words to the last. */
static int choices_width(const struct fields_row *shape, size_t first, size_t last, int gap)
{
    int columns = 1; /* the star */

    for (size_t i = first; i <= last && shape->words[i] != NULL; i++) {
        const char *text = shape->word_text(shape->words[i]);

        columns += (int)text_width(text, strlen(text)) + (i > first ? gap : 0);
    }
    return columns;
}

/* Where all do not fit, the gaps are narrower, then those before the chosen one give way. */
static void draw_choice(struct fields *fields, size_t row, const struct paint *paint, bool focus)
{
    const struct fields_row *shape = &fields->rows[row];
    int gap = choices_width(shape, 0, SIZE_MAX, 2) <= paint->columns ? 2 : 1;
    size_t first = 0;
    int column = 0;

    while (first < fields->chosen[row] &&
           choices_width(shape, first, fields->chosen[row], gap) > paint->columns)
        first++;
    for (size_t i = first; shape->words[i] != NULL; i++) {
        const char *text = shape->word_text(shape->words[i]);
        bool on = i == fields->chosen[row];

        if (on && focus)
            paint_cursor(paint, 0, column);
        column += paint_text(paint, 0, column, 2, PAINT_ACCENT, on ? "*" : "");
        column += paint_text(paint, 0, column, -1,
                             on ? (focus ? PAINT_FOCUS : PAINT_SELECTION) : PAINT_DIM, text) +
                  gap;
    }
}

void fields_draw(struct fields *fields, size_t row, const struct paint *paint, int label_width,
                 bool focus)
{
    struct paint area = paint_part(paint, 0, label_width, -1, -1);
    bool focused = focus && row == fields->focus;

    paint_text(paint, 0, 0, label_width - 1, focused ? PAINT_TITLE : PAINT_LABEL,
               _(fields->rows[row].label));
    if (fields->editors[row] == NULL) {
        draw_choice(fields, row, &area, focused);
        return;
    }
    if (fields->rows[row].kind == FIELDS_LINE)
        area = paint_part(&area, 0, 0, 1, -1);
    for (int line = 0; line < area.rows; line++)
        paint_fill(&area, line, 0, -1, focused ? PAINT_FOCUS : PAINT_FIELD);
    editor_draw(fields->editors[row], &area, focused);
}

/* --- state ----------------------------------------------------------------------------------- */

json_t *fields_save(const struct fields *fields)
{
    json_t *state = json_pack("{s:I}", "focus", (json_int_t)fields->focus);

    for (size_t i = 0; i < fields->count; i++)
        json_object_set_new(state, fields->rows[i].name,
                            fields->editors[i] != NULL ? editor_save(fields->editors[i])
                                                       : json_string(fields_text(fields, i)));
    return state;
}

void fields_restore(struct fields *fields, const json_t *state)
{
    if (state == NULL)
        return;
    for (size_t i = 0; i < fields->count; i++) {
        const json_t *value = json_object_get(state, fields->rows[i].name);

        if (fields->editors[i] != NULL)
            editor_restore(fields->editors[i], value);
        else if (json_is_string(value))
            fields_set(fields, i, json_string_value(value));
    }
    fields_focus_set(fields, (size_t)json_integer_or(state, "focus", 0));
}
