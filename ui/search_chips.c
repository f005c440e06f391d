#include "ui/search_chips.h"

#include <stdio.h>
#include <string.h>

#include "app/search.h"
#include "app/text.h"
#include "ui/language.h"

/* Room for the keys that act on chips, to their right. */
#define KEYS_COLUMNS 44

int search_chips_draw(const struct editor *query, const char *off, const struct paint *paint,
                      int row)
{
    const char *text = editor_text(query);
    struct search_filter filters[SEARCH_FILTERS_MOST];
    size_t count = search_filters(text, filters);
    char line[SEARCH_CHIPS_OFF + 64];
    int column = 0;

    for (size_t i = 0; i < count; i++) {
        snprintf(line, sizeof(line), " %.*s ", (int)filters[i].length, text + filters[i].start);
        column += paint_text(paint, row, column, -1,
                             filters[i].complete ? PAINT_SELECTION : PAINT_WARNING, line) +
                  1;
    }
    if (*off != '\0') {
        snprintf(line, sizeof(line), _("off: %s"), off);
        column += paint_text(paint, row, column, -1, PAINT_DIM, line) + 1;
    }
    if (column > 0 && column + KEYS_COLUMNS <= paint->columns)
        paint_right(paint, row, paint->columns - KEYS_COLUMNS, KEYS_COLUMNS, PAINT_DIM,
                    _("Ctrl-X off or on  Ctrl-R last one out"));
    return column;
}

static bool set_text(struct editor *query, const struct text_buffer *text)
{
    const char *bytes = text->bytes != NULL ? text->bytes : "";

    if (text->failed || !editor_set_text(query, bytes))
        return false;
    editor_move(query, strlen(bytes));
    return true;
}

/* Takes the filters from `first` to before `end` out; what was taken is added to `taken`, which may
 * be NULL. */
static bool take(struct editor *query, const struct search_filter *filters, size_t first,
                 size_t end, struct text_buffer *taken)
{
    const char *text = editor_text(query);
    struct text_buffer rest = {0};
    size_t at = 0;
    bool changed;

    for (size_t i = first; i < end; i++) {
        size_t after = filters[i].start + filters[i].length;

        text_buffer_add(&rest, text + at, filters[i].start - at);
        if (taken != NULL) {
            text_buffer_add_text(taken, taken->length > 0 ? " " : "");
            text_buffer_add(taken, text + filters[i].start, filters[i].length);
        }
        at = after + (text[after] == ' ');
    }
    text_buffer_add_text(&rest, text + at);
    changed = set_text(query, &rest);
    text_buffer_free(&rest);
    return changed;
}

/* Adds to the end, with a space around. */
static bool add(struct editor *query, const char *chips)
{
    const char *text = editor_text(query);
    size_t length = strlen(text);
    struct text_buffer whole = {0};
    bool changed;

    text_buffer_add_text(&whole, text);
    text_buffer_add_text(&whole, length > 0 && text[length - 1] != ' ' ? " " : "");
    text_buffer_add_text(&whole, chips);
    text_buffer_add_text(&whole, " ");
    changed = set_text(query, &whole);
    text_buffer_free(&whole);
    return changed;
}

bool search_chips_has_open(const struct editor *query)
{
    struct search_filter filters[SEARCH_FILTERS_MOST];
    size_t count = search_filters(editor_text(query), filters);

    for (size_t i = 0; i < count; i++) {
        if (filters[i].kind == SEARCH_FILTER_OPEN)
            return true;
    }
    return false;
}

bool search_chips_open(struct editor *query)
{
    struct search_filter filters[SEARCH_FILTERS_MOST];
    size_t count = search_filters(editor_text(query), filters);
    char chip[SEARCH_TERM_LIMIT + 2];

    for (size_t i = 0; i < count; i++) {
        if (filters[i].kind == SEARCH_FILTER_OPEN)
            return take(query, filters, i, i + 1, NULL);
    }
    snprintf(chip, sizeof(chip), ":%s", search_filter_name_in(SEARCH_FILTER_OPEN, language_now()));
    return add(query, chip);
}

bool search_chips_toggle(struct editor *query, char off[SEARCH_CHIPS_OFF])
{
    struct search_filter filters[SEARCH_FILTERS_MOST];
    size_t count = search_filters(editor_text(query), filters);
    struct text_buffer taken = {0};
    bool changed = false;

    if (count > 0) {
        changed = take(query, filters, 0, count, &taken);
        if (changed)
            text_copy(off, SEARCH_CHIPS_OFF, taken.bytes != NULL ? taken.bytes : "");
        text_buffer_free(&taken);
    } else if (*off != '\0') {
        changed = add(query, off);
        if (changed)
            *off = '\0';
    }
    return changed;
}

bool search_chips_remove(struct editor *query)
{
    struct search_filter filters[SEARCH_FILTERS_MOST];
    size_t count = search_filters(editor_text(query), filters);

    return count > 0 && take(query, filters, count - 1, count, NULL);
}
