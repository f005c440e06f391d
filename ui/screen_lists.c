/* F3: the lists that an agent lives in. The first is what is due; what is typed finds a client. */
#include "ui/screen_lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/record_fields.h"
#include "app/text.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/ui.h"

#define LINE_LIMIT NOTE_TEXT_LIMIT

/* --- opening --------------------------------------------------------------------------------- */

static void lists_close(struct screen *screen)
{
    struct lists *lists = screen->data;

    lists_act_free(lists);
    case_list_free(&lists->list);
    views_free(&lists->views);
    editor_free(lists->line);
    free(lists);
}

static int lists_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct lists *lists = calloc(1, sizeof(*lists));
    const char *argument = json_text_or(arguments, "argument", "");

    if (lists == NULL || (lists->line = editor_new(EDITOR_LINE, LINE_LIMIT)) == NULL) {
        free(lists);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    screen->data = lists;
    for (int kind = 0; kind < CASE_LIST_COUNT; kind++)
        case_query_standard(&lists->queries[kind], (enum case_list_kind)kind);
    lists_views_read(screen);
    lists_tab_show(screen, 0);
    if (*argument != '\0' && !lists_tab_find(screen, argument))
        ui_tell(screen->ui, UI_FAILED, _("No such list: %s"), argument);
    if (*argument == '\0' && lists_tab_find(screen, json_text_or(arguments, "tab", "")) &&
        case_query_from_json(&lists->query, json_object_get(arguments, "query"), NULL) != 0)
        case_query_standard(&lists->query, lists->query.list);
    id_parse(&lists->chosen, json_text_or(arguments, "case", ""));
    lists_arrange_now(screen);
    return 0;
}

static json_t *lists_save(const struct screen *screen)
{
    const struct lists *lists = screen->data;

    return json_pack("{s:s, s:o, s:s}", "tab",
                     lists->tab < CASE_LIST_COUNT
                         ? case_list_words[lists->tab]
                         : lists->views.list[lists->tab - CASE_LIST_COUNT].record->id.text,
                     "query", case_query_to_json(&lists->query), "case", lists->chosen.text);
}

static void lists_changed(struct screen *screen)
{
    lists_views_read(screen);
    lists_arrange_now(screen);
}

static const char *lists_subject(struct screen *screen)
{
    struct lists *lists = screen->data;
    const struct view *view = lists_view(lists);

    return view != NULL ? view->name : _(case_list_titles[lists->query.list]);
}

/* --- keys ------------------------------------------------------------------------------------ */

void lists_ask_line(struct screen *screen, enum lists_prompt prompt, const char *text)
{
    struct lists *lists = screen->data;

    lists->prompt = prompt;
    editor_set_text(lists->line, text);
}

bool lists_find_clients(const struct screen *screen)
{
    return id_is_empty(&screen->desk->open.contact) || id_is_empty(&screen->desk->open.client);
}

static void find_client(struct screen *screen, const char *text)
{
    if (lists_find_clients(screen))
        ui_open(screen->ui, "contact", json_pack("{s:s}", "argument", text));
    else
        lists_ask_line(screen, LISTS_PROMPT_FILTER, "");
}

static void run_open(struct screen *screen, const char *argument)
{
    const struct case_row *row;

    (void)argument;
    lists_arrange(screen);
    row = lists_row(screen);
    if (row != NULL)
        ui_open(screen->ui, record_type_name((enum record_type)row->kind),
                json_pack("{s:s}", "id", id_from_bytes(row->id).text));
}

static void run_mark(struct screen *screen, const char *argument)
{
    struct lists *lists = screen->data;
    uint32_t row;

    (void)argument;
    lists_arrange(screen);
    if (lists->list.count == 0)
        return;
    row = lists->list.order[lists->selected];
    case_list_mark(&lists->list, row, !case_list_is_marked(&lists->list, row));
    lists->anchor = lists->chosen;
    lists_select(screen, lists->selected + 1);
}

/* All that are shown, or none when they are. */
static void run_mark_all(struct screen *screen, const char *argument)
{
    struct lists *lists = screen->data;

    (void)argument;
    lists_arrange(screen);
    if (lists->list.marked >= lists->list.count)
        case_list_unmark_all(&lists->list);
    else if (lists->list.count > 0)
        case_list_mark_range(&lists->list, 0, lists->list.count - 1);
}

static void run_mark_range(struct screen *screen, const char *argument)
{
    struct lists *lists = screen->data;
    const struct case_table *table;
    uint32_t row;
    size_t from;

    (void)argument;
    lists_arrange(screen);
    table = desk_cases(screen->desk, NULL);
    row = table == NULL ? CASE_NONE : case_table_find(table, &lists->anchor);
    from = row == CASE_NONE ? SIZE_MAX : case_list_index(&lists->list, row);
    if (from == SIZE_MAX)
        ui_tell(screen->ui, UI_NOTE, "%s", _("Mark the first one with the space bar."));
    else
        case_list_mark_range(&lists->list, from, lists->selected);
}

static void run_act(struct screen *screen, const char *argument)
{
    (void)argument;
    lists_arrange(screen);
    lists_act(screen);
}

static void run_undo(struct screen *screen, const char *argument)
{
    (void)argument;
    lists_undo(screen);
}

static void run_filter(struct screen *screen, const char *argument)
{
    struct lists *lists = screen->data;

    if (*argument == '\0') {
        lists_ask_line(screen, LISTS_PROMPT_FILTER, lists->query.filter);
        return;
    }
    text_copy(lists->query.filter, sizeof(lists->query.filter), argument);
    lists_arrange_now(screen);
}

static void sort_by(struct screen *screen, int step)
{
    struct lists *lists = screen->data;
    int column = ((int)lists->query.sort + step + CASE_COLUMN_COUNT) % CASE_COLUMN_COUNT;

    if (step == 0)
        lists->query.descending = !lists->query.descending;
    else
        lists->query.descending = column == CASE_COLUMN_OPENED || column == CASE_COLUMN_CHANGED ||
                                  column == CASE_COLUMN_UNREAD;
    lists->query.sort = (enum case_column)column;
    lists_arrange_now(screen);
}

static void run_sort(struct screen *screen, const char *argument)
{
    struct lists *lists = screen->data;
    struct case_situation situation = desk_cases_situation(screen->desk);
    enum case_column column;

    if (*argument == '\0') {
        sort_by(screen, 1);
        return;
    }
    for (int i = 0; i < CASE_COLUMN_COUNT; i++)
        if (strcmp(case_column_words[i], argument) == 0) {
            lists->query.sort = (enum case_column)i;
            sort_by(screen, CASE_COLUMN_COUNT);
            return;
        }
    if (!situation.names.column(argument, &column)) {
        ui_tell(screen->ui, UI_FAILED, _("No such column: %s"), argument);
        return;
    }
    lists->query.sort = column;
    sort_by(screen, CASE_COLUMN_COUNT);
}

static void run_sort_back(struct screen *screen, const char *argument)
{
    (void)argument;
    sort_by(screen, -1);
}

static void run_reverse(struct screen *screen, const char *argument)
{
    (void)argument;
    sort_by(screen, 0);
}

static void run_group(struct screen *screen, const char *argument)
{
    struct lists *lists = screen->data;

    (void)argument;
    lists->query.group = (enum case_group)((lists->query.group + 1) % CASE_GROUP_COUNT);
    lists_arrange_now(screen);
}

static void run_views(struct screen *screen, const char *argument)
{
    (void)argument;
    lists_views_menu(screen);
}

static void run_tab(struct screen *screen, const char *argument)
{
    struct lists *lists = screen->data;

    (void)argument;
    lists_tab_show(screen, (lists->tab + 1) % lists_tab_count(lists));
}

static void run_tab_back(struct screen *screen, const char *argument)
{
    struct lists *lists = screen->data;
    size_t count = lists_tab_count(lists);

    (void)argument;
    lists_tab_show(screen, (lists->tab + count - 1) % count);
}

static void run_find(struct screen *screen, const char *argument)
{
    find_client(screen, argument);
}

/* The contact takes the answer: who it is. */
static void run_client(struct screen *screen, const char *argument)
{
    if (ui_open(screen->ui, "contact", NULL) == 0)
        ui_open(screen->ui, "client", json_pack("{s:s}", "name", argument));
}

static void run_task(struct screen *screen, const char *argument)
{
    const struct case_row *row;
    json_t *arguments = json_pack("{s:b, s:s}", "free", true, "argument", argument);

    lists_arrange(screen);
    row = lists_row(screen);
    if (row != NULL && row->kind == RECORD_CASE)
        json_object_set_new(arguments, "case", json_string(id_from_bytes(row->id).text));
    ui_open(screen->ui, "task-new", arguments);
}

static void run_anonymous(struct screen *screen, const char *argument)
{
    (void)argument;
    ui_open(screen->ui, "contact", json_pack("{s:b}", "anonymous", true));
}

/* --- the line that is typed ------------------------------------------------------------------ */

/* The same words, in all offices. */
static void run_elsewhere(struct screen *screen, const char *argument)
{
    struct lists *lists = screen->data;

    lists->prompt = LISTS_PROMPT_NONE;
    ui_open(screen->ui, "elsewhere",
            json_pack("{s:s}", "argument", *argument != '\0' ? argument : lists->query.filter));
}

/* A whole reference that no case here has. */
static bool is_elsewhere(const struct lists *lists)
{
    char reference[ID_REFERENCE_SIZE];

    return lists->prompt == LISTS_PROMPT_FILTER && lists->list.count == 0 &&
           id_reference_parse(editor_text(lists->line), reference);
}

static void line_done(struct screen *screen)
{
    struct lists *lists = screen->data;
    enum lists_prompt prompt = lists->prompt;

    lists->prompt = LISTS_PROMPT_NONE;
    if (prompt == LISTS_PROMPT_NAME || prompt == LISTS_PROMPT_RENAME)
        lists_views_name(screen, prompt == LISTS_PROMPT_RENAME, editor_text(lists->line));
    else if (prompt != LISTS_PROMPT_FILTER)
        lists_act_line(screen, prompt, editor_text(lists->line));
}

static void filter_set(struct screen *screen, const char *text)
{
    struct lists *lists = screen->data;

    text_copy(lists->query.filter, sizeof(lists->query.filter), text);
    lists_arrange_now(screen);
    lists_select(screen, lists->selected);
}

static bool line_key(struct screen *screen, const struct input *input)
{
    struct lists *lists = screen->data;
    bool changed = false;

    if (is_elsewhere(lists) && input->code == INPUT_ENTER) {
        run_elsewhere(screen, "");
        return true;
    }
    if (lists->prompt == LISTS_PROMPT_FILTER && input->code == INPUT_CONTROL('D')) {
        run_elsewhere(screen, "");
        return true;
    }
    if (input->code == INPUT_ENTER) {
        line_done(screen);
        return true;
    }
    if (lists->prompt == LISTS_PROMPT_FILTER &&
        (input->code == INPUT_DOWN || input->code == INPUT_TAB)) {
        lists->prompt = LISTS_PROMPT_NONE;
        return true;
    }
    if (input->code == INPUT_ESCAPE) {
        if (lists->prompt == LISTS_PROMPT_FILTER)
            filter_set(screen, "");
        lists->prompt = LISTS_PROMPT_NONE;
        return true;
    }
    if (!editor_key(lists->line, input, &changed))
        return false;
    if (changed && lists->prompt == LISTS_PROMPT_FILTER)
        filter_set(screen, editor_text(lists->line));
    return true;
}

/* --- moving ---------------------------------------------------------------------------------- */

static bool move_key(struct screen *screen, const struct input *input)
{
    struct lists *lists = screen->data;
    struct list moving = {
        .count = lists->list.count, .selected = lists->selected, .page = lists->rows};

    if (!list_key(&moving, input, true))
        return false;
    lists_select(screen, moving.selected);
    return true;
}

/* Esc takes off marks, then the narrowing, then goes back. */
static bool escape_key(struct screen *screen)
{
    struct lists *lists = screen->data;

    if (lists->list.marked > 0)
        case_list_unmark_all(&lists->list);
    else if (lists->query.filter[0] != '\0')
        filter_set(screen, "");
    else
        return false;
    return true;
}

static bool is_bound(uint32_t code)
{
    return code == ' ' || code == ':' || code == '*' || code == '<' || code == '>' || code == '=' ||
           code == '/';
}

/* The character, or what was pasted, as text. */
static void typed_text(const struct input *input, char *text, size_t size)
{
    struct editor *typed = editor_new(EDITOR_LINE, size - 1);

    text[0] = '\0';
    if (typed != NULL && editor_key(typed, input, NULL))
        text_copy(text, size, editor_text(typed));
    editor_free(typed);
}

static bool text_key(struct screen *screen, const struct input *input)
{
    char text[CASE_FILTER_LIMIT + 1];

    if (input->code != INPUT_PASTE && (!input_is_character(input) || is_bound(input->code)))
        return false;
    typed_text(input, text, sizeof(text));
    find_client(screen, text);
    return lists_find_clients(screen) || line_key(screen, input);
}

static bool lists_key(struct screen *screen, const struct input *input)
{
    struct lists *lists = screen->data;

    lists_arrange(screen);
    if (lists->work.running) {
        if (input->code == INPUT_ESCAPE)
            lists_act_stop(screen);
        return true;
    }
    if (lists->prompt != LISTS_PROMPT_NONE)
        return line_key(screen, input);
    if (input->code == INPUT_ESCAPE)
        return escape_key(screen);
    return move_key(screen, input) || text_key(screen, input);
}

static void lists_answer(struct screen *screen, const char *from, const json_t *answer)
{
    const char *name = json_text_or(answer, "name", "");
    int64_t choice = json_integer_or(answer, "choice", -1);

    if (strcmp(from, "agents") == 0)
        lists_act_agent(screen, answer);
    else if (strcmp(from, "choice") == 0 && strcmp(name, "views") == 0)
        lists_views_answer(screen, choice);
    else if (strcmp(from, "choice") == 0)
        lists_act_answer(screen, name, choice);
}

/* In each turn of the loop; what runs rings for the next one. */
static void lists_wake(struct screen *screen)
{
    const struct lists *lists = screen->data;

    if (lists->work.running)
        lists_act_go_on(screen);
}

static bool lists_busy(const struct screen *screen)
{
    const struct lists *lists = screen->data;

    return lists->work.running;
}

static void lists_observe(struct desk *desk)
{
    desk_cases_look(desk);
}

/* With a contact in progress F3 leads to it; pressed again, to the lists, and back. */
static const char *lists_instead(struct screen *top)
{
    bool contact = strcmp(top->kind->name, "contact") == 0;

    if (strcmp(top->kind->name, "lists") == 0)
        return "contact";
    return !contact && !id_is_empty(&top->desk->open.contact) ? "contact" : NULL;
}

static const struct screen_key lists_keys[] = {
    {INPUT_ENTER, N_("Open"), N_("Opens what is under the cursor."), NULL, run_open},
    {' ', N_("Mark"), N_("Marks the case, or takes the mark off, and goes to the next."), NULL,
     run_mark},
    {INPUT_CONTROL('X'), N_("Act"),
     N_("Does the same with all marked cases, or the one under the cursor: takes, assigns, gives "
        "back, changes the status, writes a note or messages, waits, ends tasks."),
     N_("act"), run_act},
    {INPUT_CONTROL('F'), N_("Filter"),
     N_("Shows only cases with these words. client:roy looks in one column, -status:closed leaves "
        "out, assignee: finds the empty, due:<2026-12-01 the earlier."),
     N_("filter"), run_filter},
    {'>', N_("Sort"), N_("Sorts by the next column; or: sort client."), N_("sort"), run_sort},
    {INPUT_CONTROL('K'), N_("Group"), N_("Groups by status, service, agent, due day, channel."),
     N_("group"), run_group},
    {INPUT_CONTROL('W'), N_("Views"),
     N_("Keeps the list as it is set up under a name; renames, moves and deletes such views."),
     N_("views"), run_views},
    {INPUT_CONTROL('P'), N_("Task"), N_("Notes what is to be done, on a day or on none."), NULL,
     run_task},
    {INPUT_TAB, N_("Next list"), N_("Shows the next list; Shift-Tab the one before."), NULL,
     run_tab},
    {INPUT_CONTROL('D'), N_("All offices"), N_("Finds cases of all offices, for a reason."), NULL,
     run_elsewhere},
    {INPUT_CONTROL('N'), N_("Client"), N_("Makes a new client."), N_("client"), run_client},
    {INPUT_CONTROL('O'), N_("Anonymous"), N_("Begins a contact with an anonymous client."),
     N_("anonymous"), run_anonymous},
    {'/', NULL, N_("Finds a client; so does any letter or digit."), N_("find"), run_find},
    {'*', NULL, N_("Marks all cases of the list, or none when all are."), NULL, run_mark_all},
    {INPUT_CONTROL('E'), NULL, N_("Marks from the one marked last to here."), NULL, run_mark_range},
    {'<', NULL, N_("Sorts by the column before."), NULL, run_sort_back},
    {'=', NULL, N_("Turns the order around."), NULL, run_reverse},
    {INPUT_CONTROL('U'), NULL,
     N_("Takes back the last action on many cases: what is not sent yet, and who has the case."),
     N_("undo"), run_undo},
    {INPUT_BACK_TAB, NULL, N_("Shows the list before."), NULL, run_tab_back},
    {INPUT_RIGHT, NULL, N_("Shows the next list."), NULL, run_tab},
    {INPUT_LEFT, NULL, N_("Shows the list before."), NULL, run_tab_back},
    {0},
};

/* A contact in progress has its client. */
static bool lists_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct lists *lists = screen->data;

    if (key->run == run_client || key->run == run_anonymous)
        return lists_find_clients(screen);
    return key->run != run_undo || lists->undo_count > 0;
}

extern const struct screen_kind screen_lists;
const struct screen_kind screen_lists = {
    .name = "lists",
    .title = N_("Cases"),
    .help =
        N_("What is due, yours, your office's, late, waiting for the client, or unread: sorted, "
           "grouped, narrowed, and acted on together. At the left: + marked, * what is unread, p "
           "pinned to this terminal. Typing finds a client. F3 goes between here and the contact."),
    .command = N_("lists"),
    .code = INPUT_F(3),
    .label = N_("Lists"),
    .instead = lists_instead,
    .flags = SCREEN_SINGLE,
    .keys = lists_keys,
    .offers = lists_offers,
    .open = lists_open,
    .close = lists_close,
    .draw = lists_draw,
    .key = lists_key,
    .save = lists_save,
    .resume = lists_arrange,
    .changed = lists_changed,
    .wake = lists_wake,
    .answer = lists_answer,
    .subject = lists_subject,
    .busy = lists_busy,
    .observe = lists_observe,
};
