/* How a list of cases is drawn: tabs, what is narrowed and sorted by, columns, groups. */
#include "ui/screen_lists.h"

#include <stdio.h>
#include <string.h>

#include "app/record_fields.h"
#include "app/store_file.h"
#include "app/text.h"
#include "ui/day.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/notice.h"
#include "ui/work_file.h"

#define HEAD_ROWS 4  /* search, tabs, what is shown, column titles */
#define NARROW    70 /* room for columns */
#define MARK_ROOM 4  /* the mark, and what is unread */

/* --- columns --------------------------------------------------------------------------------- */

struct column {
    enum case_column column;
    int least, most;
};

/* In the order in which they come in as there is room; the sorted one always does. */
static const struct column columns[] = {
    {CASE_COLUMN_REFERENCE, 11, 11}, {CASE_COLUMN_CLIENT, 12, 28},  {CASE_COLUMN_DUE, 14, 14},
    {CASE_COLUMN_SUBJECT, 14, 40},   {CASE_COLUMN_STATUS, 13, 19},  {CASE_COLUMN_ASSIGNEE, 12, 22},
    {CASE_COLUMN_SERVICE, 16, 32},   {CASE_COLUMN_CHANGED, 13, 13}, {CASE_COLUMN_CHANNEL, 9, 12},
    {CASE_COLUMN_OPENED, 13, 13},    {CASE_COLUMN_OFFICE, 14, 28},
};

#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

struct layout {
    struct column shown[COLUMN_COUNT];
    int width[COLUMN_COUNT];
    size_t count;
};

/* The last ones leave room for the others to be read. */
#define COLUMNS_MAIN 7
#define ROOM_SPARE   24

static bool layout_add(struct layout *layout, const struct column *column, int *room)
{
    int gap = layout->count > 0 ? 1 : 0;
    int spare = layout->count >= COLUMNS_MAIN ? ROOM_SPARE : 0;

    if (column->least + gap + spare > *room)
        return false;
    *room -= column->least + gap;
    layout->width[layout->count] = column->least;
    layout->shown[layout->count++] = *column;
    return true;
}

static const struct column *column_of(enum case_column wanted)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        if (columns[i].column == wanted)
            return &columns[i];
    return NULL;
}

/* What is sorted by stands third when it would not fit later. */
static void layout_make(struct layout *layout, enum case_column sort, int room)
{
    const struct column *sorted = column_of(sort);
    /* Where there is little room, what is sorted by stands in the place of what is due. */
    bool grew = true, narrow = room < NARROW && sorted != NULL && sorted > &columns[3];

    *layout = (struct layout){0};
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (i == 2 && sorted != NULL && sorted > &columns[2])
            layout_add(layout, sorted, &room);
        if (narrow && columns[i].column == CASE_COLUMN_DUE)
            continue;
        if (i < 2 || &columns[i] != sorted || sorted == &columns[2])
            if (!layout_add(layout, &columns[i], &room) && i > 4)
                break;
    }
    while (room > 0 && grew) {
        grew = false;
        for (size_t i = 0; i < layout->count && room > 0; i++)
            if (layout->width[i] < layout->shown[i].most) {
                layout->width[i]++;
                room--;
                grew = true;
            }
    }
}

/* --- cells ----------------------------------------------------------------------------------- */

static void due_text(const struct lists *lists, const struct case_row *row, int64_t now_ms,
                     char *text, size_t size, enum paint_style *style)
{
    char span[32];

    text[0] = '\0';
    if (row->due_ms == 0)
        return;
    if (case_list_is_late(&lists->list, row)) {
        int64_t since_ms = row->due_type == RECORD_TASK ? day_start_ms(row->due_ms) : row->due_ms;

        notice_format_span(span, sizeof(span), (now_ms - since_ms) / 60000);
        snprintf(text, size, _("%s late"), span);
        *style = PAINT_ERROR;
        return;
    }
    if (row->due_type == RECORD_TASK)
        format_on_day(text, size, row->due_ms, now_ms);
    else
        format_due(text, size, row->due_ms, now_ms);
    *style = row->due_ms < lists->list.tomorrow_ms ? PAINT_WARNING : PAINT_TEXT;
}

/* A case without a subject is called by its service. */
static const char *subject_text(const struct case_table *table, const struct case_row *row,
                                enum paint_style *style)
{
    const char *subject = case_table_subject(table, row, NULL);

    if (*subject != '\0')
        return subject;
    *style = PAINT_DIM;
    return case_words_title(case_table_words_of(table, CASE_SERVICES), row->service);
}

static void client_text(const struct case_table *table, const struct case_row *row, char *text,
                        size_t size, enum paint_style *style)
{
    bool anonymous;
    const char *name = case_table_client(table, row, NULL, &anonymous);

    text_copy(text, size, name);
    if (*name == '\0' && anonymous) {
        text_copy(text, size, _("anonymous client"));
        *style = PAINT_DIM;
    }
}

static void cell_text(struct screen *screen, const struct case_row *row, enum case_column column,
                      char *text, size_t size, enum paint_style *style)
{
    const struct case_table *table = desk_cases(screen->desk, NULL);
    int64_t now_ms = desk_now(screen->desk);

    text[0] = '\0';
    switch (column) {
    case CASE_COLUMN_REFERENCE:
        text_copy(text, size, row->reference);
        if (row->kind != RECORD_CASE) {
            text_copy(text, size, row->kind == RECORD_TASK ? _("task") : _("message"));
            *style = PAINT_DIM;
        }
        break;
    case CASE_COLUMN_CLIENT:
        client_text(table, row, text, size, style);
        break;
    case CASE_COLUMN_SUBJECT:
        text_copy(text, size, subject_text(table, row, style));
        break;
    case CASE_COLUMN_SERVICE:
        text_copy(text, size,
                  case_words_title(case_table_words_of(table, CASE_SERVICES), row->service));
        break;
    case CASE_COLUMN_ASSIGNEE:
        text_copy(text, size,
                  case_words_title(case_table_words_of(table, CASE_AGENTS), row->assignee));
        break;
    case CASE_COLUMN_OFFICE:
        text_copy(text, size,
                  case_words_title(case_table_words_of(table, CASE_OFFICES), row->office));
        break;
    case CASE_COLUMN_STATUS:
        text_copy(text, size, format_word(case_word_at(case_status_words, row->status)));
        break;
    case CASE_COLUMN_CHANNEL:
        text_copy(text, size, format_channel(case_word_at(channel_words, row->channel)));
        break;
    case CASE_COLUMN_DUE:
        due_text(screen->data, row, now_ms, text, size, style);
        break;
    case CASE_COLUMN_OPENED:
        if (row->opened_ms != 0)
            format_when(text, size, row->opened_ms, now_ms);
        break;
    case CASE_COLUMN_CHANGED:
        format_when(text, size, case_row_changed_ms(row), now_ms);
        break;
    default:
        break;
    }
}

/* --- rows ------------------------------------------------------------------------------------ */

static int add_pinned(void *context, enum record_type type, const struct id *id,
                      const struct store_file *file)
{
    struct screen *screen = context;
    struct lists *lists = screen->data;

    (void)file;
    if (type == RECORD_CLIENT && lists->pinned_count < PINNED_MOST)
        lists->pinned[lists->pinned_count++] =
            case_table_client_find(desk_cases(screen->desk, NULL), id);
    return 0;
}

static void read_pinned(struct screen *screen)
{
    struct lists *lists = screen->data;

    lists->pinned_count = 0;
    (void)store_file_pins(screen->desk->store, add_pinned, screen, NULL);
}

/* By the agent, itself or with its client, to be kept on this terminal. */
static bool is_pinned(struct screen *screen, const struct case_row *row)
{
    const struct lists *lists = screen->data;
    struct id id = id_from_bytes(row->id);

    if (row->kind != RECORD_CASE)
        return false;
    for (size_t i = 0; i < lists->pinned_count; i++)
        if (row->client != CASE_NONE && row->client == lists->pinned[i])
            return true;
    return work_is_pinned(screen->desk, RECORD_CASE, &id);
}

static void draw_case(struct screen *screen, const struct layout *layout, const struct paint *paint,
                      int line, size_t index)
{
    const struct lists *lists = screen->data;
    const struct case_row *row = lists_row_at(screen, index);
    bool marked = case_list_is_marked(&lists->list, lists->list.order[index]);
    int at = MARK_ROOM;

    if (marked)
        paint_text(paint, line, 0, 1, PAINT_ACCENT, "+");
    else if (is_pinned(screen, row))
        paint_text(paint, line, 0, 1, PAINT_DIM, WORK_PIN_MARK);
    if (row->unread > 0)
        paint_format(paint, line, 1, 2, PAINT_ACCENT, row->unread > 9 ? "*9" : "*%u",
                     (unsigned)row->unread);
    for (size_t i = 0; i < layout->count; i++) {
        enum paint_style style = PAINT_TEXT;
        char text[WORK_NAME_SIZE];

        cell_text(screen, row, layout->shown[i].column, text, sizeof(text), &style);
        if (row->pending != STORE_SETTLED && layout->shown[i].column == CASE_COLUMN_STATUS)
            style = PAINT_WARNING;
        paint_text(paint, line, at, layout->width[i], style, text);
        at += layout->width[i] + 1;
    }
    if (index != lists->selected)
        return;
    paint_restyle(paint, line, 0, -1, PAINT_SELECTION);
    if (lists->prompt == LISTS_PROMPT_NONE)
        paint_cursor(paint, line, 0);
}

static void group_text(struct screen *screen, size_t group, char *text, size_t size)
{
    static const enum case_column named[CASE_GROUP_COUNT] = {
        [CASE_GROUP_STATUS] = CASE_COLUMN_STATUS,
        [CASE_GROUP_SERVICE] = CASE_COLUMN_SERVICE,
        [CASE_GROUP_ASSIGNEE] = CASE_COLUMN_ASSIGNEE,
        [CASE_GROUP_CHANNEL] = CASE_COLUMN_CHANNEL,
    };
    const struct lists *lists = screen->data;
    const struct case_row *row = lists_row_at(screen, lists->list.groups[group]);
    size_t end =
        group + 1 < lists->list.group_count ? lists->list.groups[group + 1] : lists->list.count;
    char name[WORK_NAME_SIZE] = "";
    enum paint_style style;

    if (lists->query.group != CASE_GROUP_DUE)
        cell_text(screen, row, named[lists->query.group], name, sizeof(name), &style);
    else if (case_list_is_late(&lists->list, row))
        text_copy(name, sizeof(name), _("Overdue"));
    else if (row->due_ms != 0 && row->due_ms < lists->list.tomorrow_ms)
        text_copy(name, sizeof(name), _("Today"));
    else
        case_date(row->due_ms, name);
    snprintf(text, size, "%s (%zu)", *name == '\0' ? _("none") : name,
             end - lists->list.groups[group]);
}

size_t lists_line_of(const struct lists *lists, size_t index)
{
    size_t group = case_list_group(&lists->list, index);

    return group == SIZE_MAX ? index : index + group + 1;
}

/* The index on a line; SIZE_MAX and the group for a heading. */
static size_t index_of_line(const struct lists *lists, size_t line, size_t *group)
{
    size_t low = 0, high = lists->list.group_count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (lists->list.groups[middle] + middle <= line)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return line;
    *group = low - 1;
    return lists->list.groups[*group] + *group == line ? SIZE_MAX : line - low;
}

static void keep_in_sight(struct lists *lists, int rows)
{
    size_t line = lists_line_of(lists, lists->selected);
    size_t all = lists->list.count + lists->list.group_count, shown = (size_t)rows;

    lists->rows = rows;
    if (line < lists->top)
        lists->top = line;
    if (line >= lists->top + shown)
        lists->top = line - shown + 1;
    if (lists->top > 0 && all < lists->top + shown)
        lists->top = all > shown ? all - shown : 0;
    /* The heading of the first case is seen with it. */
    if (lists->top == 1 && lists->list.group_count > 0)
        lists->top = 0;
}

static void draw_rows(struct screen *screen, const struct layout *layout, const struct paint *paint)
{
    struct lists *lists = screen->data;
    size_t all = lists->list.count + lists->list.group_count;

    if (paint->rows <= 0)
        return;
    keep_in_sight(lists, paint->rows);
    read_pinned(screen);
    for (int line = 0; line < paint->rows && lists->top + (size_t)line < all; line++) {
        size_t group = 0, index = index_of_line(lists, lists->top + (size_t)line, &group);
        char text[WORK_NAME_SIZE + 32];

        if (index != SIZE_MAX) {
            draw_case(screen, layout, paint, line, index);
            continue;
        }
        group_text(screen, group, text, sizeof(text));
        paint_heading(paint, line, text);
    }
    if (lists->top + (size_t)paint->rows < all) {
        char more[32];

        snprintf(more, sizeof(more), " ↓ %zu", all - lists->top - (size_t)paint->rows);
        paint_right(paint, paint->rows - 1, 0, -1, PAINT_DIM, more);
    }
}

/* --- head ------------------------------------------------------------------------------------ */

static const char *tab_title(const struct lists *lists, size_t tab)
{
    return tab < CASE_LIST_COUNT ? _(case_list_titles[tab])
                                 : lists->views.list[tab - CASE_LIST_COUNT].name;
}

static int tab_text(const struct lists *lists, size_t tab, char *text, size_t size)
{
    if (tab < CASE_LIST_COUNT)
        snprintf(text, size, "%s %zu", tab_title(lists, tab), lists->list.counts[tab]);
    else
        snprintf(text, size, "%s", tab_title(lists, tab));
    return (int)text_width(text, strlen(text));
}

/* As many as fit, with the present one in sight. */
static void draw_tabs(const struct lists *lists, const struct paint *paint, int row)
{
    char text[WORK_NAME_SIZE];
    size_t first = 0;
    int at = 0;

    for (;; first++) {
        int width = first > 0 ? 2 : 0;

        for (size_t tab = first; tab <= lists->tab; tab++)
            width += tab_text(lists, tab, text, sizeof(text)) + 2;
        if (width <= paint->columns || first == lists->tab)
            break;
    }
    if (first > 0)
        at += paint_text(paint, row, 0, 2, PAINT_DIM, "← ");
    for (size_t tab = first; tab < lists_tab_count(lists) && at < paint->columns; tab++) {
        int width = tab_text(lists, tab, text, sizeof(text));

        if (tab > first && at + width > paint->columns) {
            paint_right(paint, row, paint->columns - 1, 1, PAINT_DIM, "→");
            break;
        }
        paint_text(paint, row, at, -1, tab == lists->tab ? PAINT_SELECTION : PAINT_TEXT, text);
        at += width + 2;
    }
}

static const char *prompt_title(const struct lists *lists)
{
    switch (lists->prompt) {
    case LISTS_PROMPT_NOTE:
        return _("Note");
    case LISTS_PROMPT_MISSING:
        return _("Missing");
    case LISTS_PROMPT_DATE:
        return _("Date");
    case LISTS_PROMPT_DAY:
        return _("Leaves");
    case LISTS_PROMPT_CASE:
        return _("Reference");
    case LISTS_PROMPT_NAME:
    case LISTS_PROMPT_RENAME:
        return _("Name");
    default:
        return _("Only");
    }
}

static void count_text(const struct lists *lists, char *text, size_t size)
{
    size_t loose = lists->list.loose, cases = lists->list.count - loose, used = 0;

    text[0] = '\0';
    if (cases > 0 || loose == 0)
        snprintf(text, size, language_plural("%zu case", "%zu cases", cases), cases);
    used = strlen(text);
    if (loose > 0)
        snprintf(text + used, size - used, _("%1$s%2$zu without a case"), used > 0 ? ", " : "",
                 loose);
}

static void draw_state(const struct lists *lists, const struct paint *paint, int row)
{
    char text[2 * WORK_NAME_SIZE];
    int at = 0;

    if (lists->prompt != LISTS_PROMPT_NONE) {
        struct paint field;
        int room = 0;

        at = paint_text(paint, row, 0, -1, PAINT_LABEL, prompt_title(lists)) + 1;
        if (lists->prompt == LISTS_PROMPT_FILTER) {
            count_text(lists, text, sizeof(text));
            room = (int)text_width(text, strlen(text)) + 1;
            paint_right(paint, row, at, -1, PAINT_DIM, text);
        }
        if (lists->prompt == LISTS_PROMPT_DAY) {
            text_copy(text, sizeof(text), _("nothing: at once"));
            room = (int)text_width(text, strlen(text)) + 1;
            paint_right(paint, row, at, -1, PAINT_DIM, text);
        }
        field = paint_part(paint, row, at, 1, paint->columns - at - room);
        paint_fill(&field, 0, 0, -1, PAINT_FOCUS);
        editor_draw(lists->line, &field, true);
        return;
    }
    if (lists->query.filter[0] != '\0') {
        at = paint_text(paint, row, 0, -1, PAINT_LABEL, _("Only")) + 1;
        at += paint_text(paint, row, at, paint->columns / 2, PAINT_VALUE, lists->query.filter) + 2;
    }
    snprintf(text, sizeof(text), _("by %1$s %2$s"), _(case_column_titles[lists->query.sort]),
             lists->query.descending ? "↓" : "↑");
    at += paint_text(paint, row, at, -1, PAINT_DIM, text) + 2;
    if (lists->query.group != CASE_GROUP_NONE) {
        snprintf(text, sizeof(text), _("grouped by %s"), _(case_group_titles[lists->query.group]));
        at += paint_text(paint, row, at, -1, PAINT_DIM, text) + 2;
    }
    if (lists->work.running)
        snprintf(text, sizeof(text), _("%1$zu done of %2$zu"), lists->work.next, lists->work.count);
    else if (lists->list.marked > 0)
        snprintf(text, sizeof(text),
                 language_plural("%zu marked", "%zu marked", lists->list.marked),
                 lists->list.marked);
    else
        count_text(lists, text, sizeof(text));
    paint_right(paint, row, at, -1,
                lists->list.marked > 0 || lists->work.running ? PAINT_ACCENT : PAINT_DIM, text);
}

static void draw_titles(const struct lists *lists, const struct layout *layout,
                        const struct paint *paint, int row)
{
    int at = MARK_ROOM;

    for (size_t i = 0; i < layout->count; i++) {
        enum case_column column = layout->shown[i].column;
        int used = paint_text(paint, row, at, layout->width[i], PAINT_LABEL,
                              _(case_column_titles[column]));

        if (column == lists->query.sort && used + 2 <= layout->width[i])
            paint_text(paint, row, at + used + 1, 1, PAINT_ACCENT,
                       lists->query.descending ? "↓" : "↑");
        at += layout->width[i] + 1;
    }
}

static void draw_empty(struct screen *screen, const struct paint *paint)
{
    const struct lists *lists = screen->data;

    if (desk_cases(screen->desk, NULL) == NULL)
        paint_format(paint, 1, 0, -1, PAINT_DIM, _("The cases are being read: %zu records so far."),
                     desk_cases_progress(screen->desk));
    else if (lists->query.filter[0] != '\0')
        paint_wrapped(
            paint, 1, 0, -1, 2, PAINT_DIM,
            _("No case of this list is called like this. Esc shows all again; Ctrl-D looks in "
              "all offices."));
    else
        paint_text(paint, 1, 0, -1, PAINT_DIM, _("No case stands in this list. Tab: the next."));
    if (lists->prompt == LISTS_PROMPT_NONE)
        paint_cursor(paint, 1, 0);
}

static void draw_search(struct screen *screen, const struct paint *paint)
{
    bool busy = !lists_find_clients(screen);

    paint_text(paint, 0, 0, 9, PAINT_TITLE, busy ? _("Only") : _("Client"));
    paint_text(paint, 0, 10, -1, PAINT_DIM,
               busy ? _("Type a word to show only what is called like this.")
                    : _("Type a part of the name, a phone number or a reference."));
}

void lists_draw(struct screen *screen, const struct paint *paint)
{
    struct lists *lists = screen->data;
    struct paint rest = paint_part(paint, HEAD_ROWS, 0, -1, -1);
    struct layout layout;

    lists_arrange(screen);
    layout_make(&layout, lists->query.sort, paint->columns - MARK_ROOM);
    draw_search(screen, paint);
    draw_tabs(lists, paint, 1);
    draw_state(lists, paint, 2);
    draw_titles(lists, &layout, paint, 3);
    if (lists->list.count == 0)
        draw_empty(screen, &rest);
    else
        draw_rows(screen, &layout, &rest);
}
