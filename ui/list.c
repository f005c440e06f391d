#include "ui/list.h"

#include <stdint.h>
#include <stdio.h>

void list_set_count(struct list *list, size_t count)
{
    list->count = count;
    if (list->selected >= count)
        list->selected = count == 0 ? 0 : count - 1;
    if (list->top > list->selected)
        list->top = list->selected;
}

void list_select(struct list *list, size_t index)
{
    list->selected = index < list->count ? index : list->count == 0 ? 0 : list->count - 1;
}

static void list_move(struct list *list, size_t distance, bool down)
{
    if (down)
        list_select(list, list->selected + distance);
    else
        list->selected -= distance < list->selected ? distance : list->selected;
}

bool list_key(struct list *list, const struct input *input, bool home_end)
{
    size_t page = list->page > 1 ? (size_t)list->page - 1 : 1;

    switch (input->code) {
    case INPUT_UP:
        list_move(list, 1, false);
        return true;
    case INPUT_DOWN:
        list_move(list, 1, true);
        return true;
    case INPUT_PAGE_UP:
        list_move(list, page, false);
        return true;
    case INPUT_PAGE_DOWN:
        list_move(list, page, true);
        return true;
    case INPUT_HOME:
        if (home_end)
            list->selected = 0;
        return home_end;
    case INPUT_END:
        if (home_end)
            list_select(list, SIZE_MAX);
        return home_end;
    default:
        return false;
    }
}

void list_draw(struct list *list, const struct paint *paint, int height, bool focus,
               list_draw_row draw, void *context)
{
    int shown = height > 0 ? paint->rows / height : 0;
    size_t rest;

    list->page = shown;
    if (shown == 0 || list->count == 0)
        return;
    if (list->selected < list->top)
        list->top = list->selected;
    if (list->selected >= list->top + (size_t)shown)
        list->top = list->selected - (size_t)shown + 1;
    if (list->top > 0 && list->count - list->top < (size_t)shown)
        list->top = list->count > (size_t)shown ? list->count - (size_t)shown : 0;
    for (int i = 0; i < shown && list->top + (size_t)i < list->count; i++) {
        size_t index = list->top + (size_t)i;
        struct paint row = paint_part(paint, i * height, 0, height, -1);

        draw(context, &row, index, index == list->selected);
        if (index != list->selected)
            continue;
        for (int line = 0; focus && line < height; line++)
            paint_restyle(&row, line, 0, -1, PAINT_SELECTION);
        if (focus)
            paint_cursor(&row, 0, 0);
    }
    rest = list->count - list->top > (size_t)shown ? list->count - list->top - (size_t)shown : 0;
    if (list->top > 0)
        paint_right(paint, 0, paint->columns - 2, 2, PAINT_DIM, "↑");
    if (rest > 0) {
        char more[32];

        snprintf(more, sizeof(more), " ↓ %zu", rest);
        paint_right(paint, shown * height - 1, 0, -1, PAINT_DIM, more);
    }
}

json_t *list_save(const struct list *list)
{
    return json_pack("{s:I, s:I}", "selected", (json_int_t)list->selected, "top",
                     (json_int_t)list->top);
}

void list_restore(struct list *list, const json_t *state)
{
    json_int_t selected = json_integer_value(json_object_get(state, "selected"));
    json_int_t top = json_integer_value(json_object_get(state, "top"));

    if (selected < 0 || top < 0 || selected > INT32_MAX || top > selected)
        return;
    list->selected = (size_t)selected;
    list->top = (size_t)top;
}
