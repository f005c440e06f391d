#include "app/case_list.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/case_sort.h"
#include "app/record_fields.h"

#define DAY_MS  INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)
#define HOURS   256 /* remembered, for which the local time is known */

struct arranging {
    struct case_list *list;
    struct case_table *table;
    const struct case_query *query;
    const struct case_situation *situation;
    uint32_t agent, office; /* places in the words */
    uint8_t closed, waiting;
    struct case_sieve *filter; /* owned; NULL for none */
    int64_t hours[HOURS], offsets[HOURS];
};

/* --- days ------------------------------------------------------------------------------------ */

/* The local midnight before this time, or some days after that one. */
static int64_t midnight(int64_t ms, int days)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm local;

    if (localtime_r(&seconds, &local) == NULL)
        return ms - ms % DAY_MS + days * DAY_MS;
    local.tm_mday += days;
    local.tm_hour = local.tm_min = local.tm_sec = 0;
    local.tm_isdst = -1;
    return (int64_t)mktime(&local) * 1000;
}

/* The number of the local day. The clock is put forward and back on the hour: what holds for one
 * moment of an hour holds for all of it, and most rows share few hours. */
static int64_t local_day(struct arranging *arranging, int64_t ms)
{
    int64_t hour = ms / HOUR_MS;
    size_t slot = (size_t)((uint64_t)hour % HOURS);

    if (arranging->hours[slot] != hour) {
        time_t seconds = (time_t)(ms / 1000);
        struct tm local;

        arranging->hours[slot] = hour;
        arranging->offsets[slot] =
            localtime_r(&seconds, &local) == NULL ? 0 : (int64_t)local.tm_gmtoff * 1000;
    }
    return (ms + arranging->offsets[slot]) / DAY_MS;
}

/* --- which ----------------------------------------------------------------------------------- */

/* A bit for each standard list that holds the row. */
static unsigned lists_of(const struct arranging *arranging, const struct case_row *row)
{
    const struct case_list *list = arranging->list;
    bool open = row->status != arranging->closed;
    uint32_t keeper = row->assignee != 0 ? row->assignee : row->opened_by;
    bool mine = keeper == arranging->agent && keeper != 0;
    bool ours = mine || row->assignee == 0;
    bool late = case_list_is_late(list, row);
    bool due = row->due_ms != 0 && row->due_ms < list->tomorrow_ms;
    unsigned lists = 1u << CASE_LIST_ALL;

    if (row->kind != RECORD_CASE)
        lists |= 1u << CASE_LIST_LOOSE;
    if (open && mine)
        lists |= 1u << CASE_LIST_MINE;
    if (open && row->office == arranging->office)
        lists |= 1u << CASE_LIST_OFFICE;
    if (ours && due)
        lists |= 1u << CASE_LIST_DUE;
    if (ours && late)
        lists |= 1u << CASE_LIST_OVERDUE;
    if (ours && due && !late)
        lists |= 1u << CASE_LIST_TODAY;
    if (ours && row->status == arranging->waiting)
        lists |= 1u << CASE_LIST_WAITING;
    if (ours && row->unread > 0)
        lists |= 1u << CASE_LIST_UNREAD;
    return lists;
}

/* --- in which order -------------------------------------------------------------------------- */

static uint64_t word_rank(const struct case_table *table, enum case_words_kind kind, uint32_t place)
{
    const struct case_words *words = case_table_words_of(table, kind);

    return place == 0 || place >= words->count ? UINT64_MAX : words->words[place].rank;
}

static const char *sorted_text(const struct arranging *arranging, uint32_t place)
{
    size_t count;
    const struct case_row *row = &case_table_rows(arranging->table, &count)[place];
    const char *folded;

    if (arranging->query->sort == CASE_COLUMN_REFERENCE)
        return row->reference;
    if (arranging->query->sort == CASE_COLUMN_CLIENT)
        case_table_client(arranging->table, row, &folded, NULL);
    else
        case_table_subject(arranging->table, row, &folded);
    return folded;
}

static bool sorts_by_text(const struct arranging *arranging)
{
    return arranging->query->sort == CASE_COLUMN_REFERENCE ||
           arranging->query->sort == CASE_COLUMN_CLIENT ||
           arranging->query->sort == CASE_COLUMN_SUBJECT;
}

static int by_text(void *context, uint32_t left, uint32_t right)
{
    const struct arranging *arranging = context;
    int order = strcmp(sorted_text(arranging, left), sorted_text(arranging, right));

    return arranging->query->descending ? -order : order;
}

/* UINT64_MAX: there is nothing in that column, which stands last in either direction. */
static uint64_t sort_key(const struct arranging *arranging, const struct case_row *row,
                         uint32_t place)
{
    const char *text;

    switch (arranging->query->sort) {
    case CASE_COLUMN_SERVICE:
        return word_rank(arranging->table, CASE_SERVICES, row->service);
    case CASE_COLUMN_ASSIGNEE:
        return word_rank(arranging->table, CASE_AGENTS, row->assignee);
    case CASE_COLUMN_OFFICE:
        return word_rank(arranging->table, CASE_OFFICES, row->office);
    case CASE_COLUMN_STATUS:
        return row->status == CASE_WORD_UNKNOWN ? UINT64_MAX : row->status;
    case CASE_COLUMN_CHANNEL:
        return row->channel == CASE_WORD_UNKNOWN ? UINT64_MAX : row->channel;
    case CASE_COLUMN_DUE:
        return row->due_ms == 0 ? UINT64_MAX : (uint64_t)row->due_ms;
    case CASE_COLUMN_OPENED:
        return (uint64_t)row->opened_ms;
    case CASE_COLUMN_CHANGED:
        return (uint64_t)case_row_changed_ms(row);
    case CASE_COLUMN_UNREAD:
        return row->unread;
    default:
        text = sorted_text(arranging, place);
        return *text == '\0' ? UINT64_MAX : case_sort_text_key(text);
    }
}

static uint64_t group_key(struct arranging *arranging, const struct case_row *row)
{
    switch (arranging->query->group) {
    case CASE_GROUP_STATUS:
        return row->status;
    case CASE_GROUP_CHANNEL:
        return row->channel;
    case CASE_GROUP_SERVICE:
        return word_rank(arranging->table, CASE_SERVICES, row->service);
    case CASE_GROUP_ASSIGNEE:
        return word_rank(arranging->table, CASE_AGENTS, row->assignee);
    case CASE_GROUP_DUE:
        if (row->due_ms == 0)
            return UINT64_MAX;
        return case_list_is_late(arranging->list, row)
                   ? 0
                   : (uint64_t)local_day(arranging, row->due_ms) + 1;
    default:
        return 0;
    }
}

/* --- arranging ------------------------------------------------------------------------------- */

/* The rows to be shown, newest first, with their keys; and the counts of all lists. */
static void choose_rows(struct arranging *arranging, const uint32_t *by_id, struct case_sort *sort)
{
    size_t count;
    const struct case_row *rows = case_table_rows(arranging->table, &count);
    struct case_list *list = arranging->list;

    memset(list->counts, 0, sizeof(list->counts));
    list->loose = 0;
    for (size_t i = count; i-- > 0;) {
        const struct case_row *row = &rows[by_id[i]];
        unsigned lists;
        uint64_t key;

        if (!row->here)
            continue;
        lists = lists_of(arranging, row);
        for (int kind = 0; kind < CASE_LIST_COUNT; kind++)
            list->counts[kind] += lists >> kind & 1;
        if ((lists >> arranging->query->list & 1) == 0 ||
            (arranging->filter != NULL &&
             !case_sieve_fits(arranging->filter, arranging->table, row)))
            continue;
        key = sort_key(arranging, row, by_id[i]);
        if (arranging->query->descending && key != UINT64_MAX)
            key = UINT64_MAX - 1 - key;
        case_sort_add(sort, key, by_id[i]);
        list->loose += row->kind != RECORD_CASE;
    }
}

static bool take_order(struct case_list *list, const struct case_sort *sort)
{
    if (list->capacity < sort->count) {
        uint32_t *longer = realloc(list->order, sort->count * sizeof(*longer));

        if (longer == NULL)
            return false;
        list->order = longer;
        list->capacity = sort->count;
    }
    list->count = sort->count;
    for (size_t i = 0; i < sort->count; i++)
        list->order[i] = case_sort_row(sort, i);
    return true;
}

/* Within the groups the order stays: the sort is stable. */
static bool make_groups(struct arranging *arranging, struct case_sort *sort)
{
    struct case_list *list = arranging->list;
    size_t count, groups = 0;
    const struct case_row *rows = case_table_rows(arranging->table, &count);

    list->group_count = 0;
    if (arranging->query->group == CASE_GROUP_NONE)
        return true;
    for (size_t i = 0; i < sort->count; i++)
        sort->items[i].key = group_key(arranging, &rows[sort->items[i].row]);
    case_sort_run(sort, NULL, NULL);
    for (size_t i = 0; i < sort->count; i++)
        groups += i == 0 || sort->items[i].key != sort->items[i - 1].key;
    free(list->groups);
    list->groups = malloc((groups + 1) * sizeof(list->groups[0]));
    if (list->groups == NULL)
        return false;
    for (size_t i = 0; i < sort->count; i++)
        if (i == 0 || sort->items[i].key != sort->items[i - 1].key)
            list->groups[list->group_count++] = i;
    return true;
}

static bool make_marks(struct case_list *list, size_t rows)
{
    size_t capacity = rows + rows / 2 + 64;
    uint8_t *marks;

    if (rows <= list->mark_capacity)
        return true;
    marks = realloc(list->marks, capacity / 8 + 1);
    if (marks == NULL)
        return false;
    memset(marks + (list->marks == NULL ? 0 : list->mark_capacity / 8 + 1), 0,
           capacity / 8 + 1 - (list->marks == NULL ? 0 : list->mark_capacity / 8 + 1));
    list->marks = marks;
    list->mark_capacity = capacity;
    return true;
}

static bool arrange(struct arranging *arranging, struct case_sort *sort)
{
    size_t count;
    const uint32_t *by_id = case_table_by_id(arranging->table);

    case_table_rows(arranging->table, &count);
    if ((by_id == NULL && count > 0) || !case_sort_begin(sort, count) ||
        !make_marks(arranging->list, count))
        return false;
    choose_rows(arranging, by_id, sort);
    case_sort_run(sort, sorts_by_text(arranging) ? by_text : NULL, arranging);
    return make_groups(arranging, sort) && take_order(arranging->list, sort);
}

int case_list_arrange(struct case_list *list, struct case_table *table,
                      const struct case_query *query, const struct case_situation *situation,
                      struct error *error)
{
    struct arranging arranging = {.list = list,
                                  .table = table,
                                  .query = query,
                                  .situation = situation,
                                  .closed = case_word_place(case_status_words, "closed"),
                                  .waiting =
                                      case_word_place(case_status_words, "information-missing")};
    struct case_sort sort = {0};
    bool done;

    list->now_ms = situation->now_ms;
    list->today_ms = midnight(situation->now_ms, 0);
    list->tomorrow_ms = midnight(situation->now_ms, 1);
    for (size_t i = 0; i < HOURS; i++)
        arranging.hours[i] = -1;
    done = case_words_place(case_table_words(table, CASE_AGENTS), situation->agent.text,
                            &arranging.agent) &&
           case_words_place(case_table_words(table, CASE_OFFICES), situation->office,
                            &arranging.office);
    if (done && query->filter[0] != '\0') {
        arranging.filter = case_sieve_new(query->filter, &situation->names, table);
        done = arranging.filter != NULL;
    }
    done = done && arrange(&arranging, &sort);
    case_sieve_free(arranging.filter);
    case_sort_end(&sort);
    return done ? 0 : error_set(error, ERROR_MEMORY, "no memory for the list of cases");
}

void case_list_free(struct case_list *list)
{
    free(list->order);
    free(list->groups);
    free(list->marks);
    *list = (struct case_list){0};
}

bool case_list_is_late(const struct case_list *list, const struct case_row *row)
{
    return row->due_ms != 0 &&
           row->due_ms < (row->due_type == RECORD_TASK ? list->today_ms : list->now_ms);
}

size_t case_list_index(const struct case_list *list, uint32_t row)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->order[i] == row)
            return i;
    return SIZE_MAX;
}

size_t case_list_group(const struct case_list *list, size_t index)
{
    size_t low = 0, high = list->group_count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (list->groups[middle] <= index)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? SIZE_MAX : low - 1;
}

/* --- marks ----------------------------------------------------------------------------------- */

bool case_list_is_marked(const struct case_list *list, uint32_t row)
{
    return row < list->mark_capacity && (list->marks[row / 8] >> row % 8 & 1) != 0;
}

bool case_list_mark(struct case_list *list, uint32_t row, bool marked)
{
    if (case_list_is_marked(list, row) == marked)
        return true;
    if (!make_marks(list, (size_t)row + 1))
        return false;
    list->marks[row / 8] ^= (uint8_t)(1u << row % 8);
    list->marked += marked ? 1 : (size_t)-1;
    return true;
}

bool case_list_mark_range(struct case_list *list, size_t from, size_t to)
{
    bool done = true;

    if (from > to) {
        size_t swap = from;

        from = to;
        to = swap;
    }
    for (size_t i = from; i <= to && i < list->count && done; i++)
        done = case_list_mark(list, list->order[i], true);
    return done;
}

void case_list_unmark_all(struct case_list *list)
{
    if (list->marks != NULL)
        memset(list->marks, 0, list->mark_capacity / 8 + 1);
    list->marked = 0;
}

size_t case_list_unmark_hidden(struct case_list *list)
{
    size_t before = list->marked, shown = 0;
    uint32_t *kept = list->marked == 0 ? NULL : malloc((list->marked + 1) * sizeof(*kept));

    for (size_t i = 0; i < list->count && kept != NULL; i++)
        if (case_list_is_marked(list, list->order[i]))
            kept[shown++] = list->order[i];
    if (kept == NULL)
        return 0;
    case_list_unmark_all(list);
    for (size_t i = 0; i < shown; i++)
        case_list_mark(list, kept[i], true);
    free(kept);
    return before - shown;
}
