/* Which cases the list shows, in which order, and where the cursor is among them. */
#include "ui/screen_lists.h"

#define LOOK_MS INT64_C(30000) /* so often what is late is looked at again */

const struct case_row *lists_row_at(struct screen *screen, size_t index)
{
    const struct lists *lists = screen->data;
    const struct case_table *table = desk_cases(screen->desk, NULL);
    size_t count;

    return table == NULL || index >= lists->list.count
               ? NULL
               : &case_table_rows(table, &count)[lists->list.order[index]];
}

const struct case_row *lists_row(struct screen *screen)
{
    const struct lists *lists = screen->data;

    return lists_row_at(screen, lists->selected);
}

void lists_select(struct screen *screen, size_t index)
{
    struct lists *lists = screen->data;
    const struct case_row *row;

    lists->selected = index < lists->list.count ? index
                      : lists->list.count == 0  ? 0
                                                : lists->list.count - 1;
    row = lists_row(screen);
    lists->chosen = row == NULL ? (struct id){0} : id_from_bytes(row->id);
}

/* The cursor stays on its case, and that on its line of the screen. */
static void find_chosen(struct screen *screen, const struct case_table *table)
{
    struct lists *lists = screen->data;
    size_t line = lists->rows > 0 ? lists_line_of(lists, lists->selected) : 0;
    uint32_t row = id_is_empty(&lists->chosen) ? CASE_NONE : case_table_find(table, &lists->chosen);
    size_t index = row == CASE_NONE ? SIZE_MAX : case_list_index(&lists->list, row);
    size_t offset = line > lists->top ? line - lists->top : 0;

    if (index == SIZE_MAX) {
        lists_select(screen, lists->selected);
        return;
    }
    lists->selected = index;
    line = lists_line_of(lists, index);
    lists->top = line > offset ? line - offset : 0;
}

void lists_arrange_now(struct screen *screen)
{
    struct lists *lists = screen->data;
    uint64_t generation = 0;
    struct case_table *table = desk_cases(screen->desk, &generation);
    struct case_situation situation = desk_cases_situation(screen->desk);
    struct error error = ERROR_INIT;

    if (table == NULL) {
        lists->list.count = lists->list.group_count = 0;
        return;
    }
    if (generation != lists->generation) {
        case_list_unmark_all(&lists->list); /* rows have other places */
        lists->list.count = lists->list.group_count = 0;
    }
    if (case_list_arrange(&lists->list, table, &lists->query, &situation, &error) != 0)
        ui_tell_error(screen->ui, &error);
    lists->generation = generation;
    lists->version = case_table_version(table);
    lists->arranged_ms = situation.now_ms;
    find_chosen(screen, table);
}

void lists_arrange(struct screen *screen)
{
    const struct lists *lists = screen->data;
    uint64_t generation = 0;
    const struct case_table *table = desk_cases(screen->desk, &generation);

    if (table == NULL || generation != lists->generation ||
        case_table_version(table) != lists->version ||
        desk_now(screen->desk) - lists->arranged_ms >= LOOK_MS)
        lists_arrange_now(screen);
}
