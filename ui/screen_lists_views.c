/* The tabs of the lists of cases: the standard lists, then the views that were kept. */
#include "ui/screen_lists.h"

#include <stdlib.h>
#include <string.h>

#include "app/text.h"
#include "ui/language.h"

size_t lists_tab_count(const struct lists *lists)
{
    return CASE_LIST_COUNT + lists->views.count;
}

struct view *lists_view(struct lists *lists)
{
    return lists->tab < CASE_LIST_COUNT || lists->tab >= lists_tab_count(lists)
               ? NULL
               : &lists->views.list[lists->tab - CASE_LIST_COUNT];
}

void lists_tab_show(struct screen *screen, size_t tab)
{
    struct lists *lists = screen->data;

    if (lists->tab < CASE_LIST_COUNT && lists->arranged_ms != 0)
        lists->queries[lists->tab] = lists->query;
    lists->tab = tab;
    lists->query = tab < CASE_LIST_COUNT ? lists->queries[tab]
                                         : lists->views.list[tab - CASE_LIST_COUNT].query;
    /* What is acted on is seen: marks do not go along. */
    case_list_unmark_all(&lists->list);
    lists->chosen = (struct id){0};
    lists->selected = lists->top = 0;
    lists_arrange_now(screen);
}

bool lists_tab_find(struct screen *screen, const char *name)
{
    struct lists *lists = screen->data;
    size_t tab;

    if (*name == '\0')
        return false;
    for (tab = 0; tab < CASE_LIST_COUNT; tab++)
        if (strcmp(case_list_words[tab], name) == 0 ||
            view_is_called(case_list_titles[tab], name) ||
            view_is_called(language_text("fr", case_list_titles[tab]), name))
            break;
    while (tab >= CASE_LIST_COUNT && tab < lists_tab_count(lists) &&
           strcmp(lists->views.list[tab - CASE_LIST_COUNT].record->id.text, name) != 0 &&
           !view_is_called(lists->views.list[tab - CASE_LIST_COUNT].name, name))
        tab++;
    if (tab == lists_tab_count(lists))
        return false;
    lists_tab_show(screen, tab);
    return true;
}

/* The tab stays on its view, wherever that stands now; a view that is gone leaves its list. */
void lists_views_read(struct screen *screen)
{
    struct lists *lists = screen->data;
    const struct view *view = lists_view(lists);
    struct id present = view == NULL ? (struct id){0} : view->record->id;
    struct error error = ERROR_INIT;

    if (views_read(&lists->views, screen->desk->store, desk_agent(screen->desk), &error) != 0)
        ui_tell_error(screen->ui, &error);
    if (id_is_empty(&present))
        return;
    for (size_t i = 0; i < lists->views.count; i++)
        if (id_equal(&lists->views.list[i].record->id, &present)) {
            lists->tab = CASE_LIST_COUNT + i;
            return;
        }
    lists->tab = lists->query.list;
}

/* --- the menu -------------------------------------------------------------------------------- */

enum {
    MENU_SAVE,
    MENU_SAVE_OFFICE,
    MENU_KEEP, /* the present view as it is set up now */
    MENU_RENAME,
    MENU_LEFT,
    MENU_RIGHT,
    MENU_DELETE,
    MENU_COUNT
};

static const char *const menu_texts[MENU_COUNT] = {
    N_("Keep this list as a view of mine"),
    N_("Keep it as a view of the office"),
    N_("Change the view to what is shown"),
    N_("Rename the view"),
    N_("Move the view to the left"),
    N_("Move the view to the right"),
    N_("Delete the view"),
};

static bool is_supervisor(const struct desk *desk)
{
    return desk_may(desk, PERMISSION_SUPERVISE);
}

/* What can be done here and by this agent, in the order of the menu. */
static size_t menu_make(struct screen *screen, int items[MENU_COUNT])
{
    struct lists *lists = screen->data;
    const struct view *view = lists_view(lists);
    bool keeps = view != NULL && (!view->shared || is_supervisor(screen->desk));
    size_t count = 0;

    items[count++] = MENU_SAVE;
    if (is_supervisor(screen->desk))
        items[count++] = MENU_SAVE_OFFICE;
    for (int item = MENU_KEEP; item < MENU_COUNT && keeps; item++)
        if ((item != MENU_LEFT || lists->tab > CASE_LIST_COUNT) &&
            (item != MENU_RIGHT || lists->tab + 1 < lists_tab_count(lists)))
            items[count++] = item;
    return count;
}

void lists_views_menu(struct screen *screen)
{
    const char *choices[MENU_COUNT + 1];
    int items[MENU_COUNT];
    size_t count = menu_make(screen, items);

    for (size_t i = 0; i < count; i++)
        choices[i] = menu_texts[items[i]];
    choices[count] = NULL;
    screen_ask(screen, "views", _("What about views?"), choices);
}

/* All views get the place at which they stand, the present one another. */
static int move(struct lists *lists, struct batch *batch, const struct author *author, int step,
                struct error *error)
{
    size_t at = lists->tab - CASE_LIST_COUNT, other = at + (size_t)step;
    int code = view_move(batch, author, &lists->views.list[at], (int64_t)other + 1, error);

    if (code == 0)
        code = view_move(batch, author, &lists->views.list[other], (int64_t)at + 1, error);
    /* Those beside them may share a place from before. */
    for (size_t i = 0; i < lists->views.count && code == 0 && batch->count < BATCH_LIMIT; i++)
        if (i != at && i != other && lists->views.list[i].place != (int64_t)i + 1 &&
            lists->views.list[i].shared == lists->views.list[at].shared)
            code = view_move(batch, author, &lists->views.list[i], (int64_t)i + 1, error);
    return code;
}

static void apply(struct screen *screen, struct batch *batch, int code, struct error *error)
{
    if (!work_apply(screen, batch, code, error))
        return;
    lists_views_read(screen);
    lists_arrange_now(screen);
}

void lists_views_answer(struct screen *screen, int64_t choice)
{
    struct lists *lists = screen->data;
    struct author author = desk_author(screen->desk);
    struct view *view = lists_view(lists);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int items[MENU_COUNT], code = 0;
    size_t count = menu_make(screen, items);

    if (choice < 0 || (size_t)choice >= count)
        return;
    switch (items[choice]) {
    case MENU_SAVE:
    case MENU_SAVE_OFFICE:
        lists->shared = items[choice] == MENU_SAVE_OFFICE;
        lists_ask_line(screen, LISTS_PROMPT_NAME, "");
        return;
    case MENU_RENAME:
        lists_ask_line(screen, LISTS_PROMPT_RENAME, view->name);
        return;
    case MENU_KEEP:
        code = view_change(&batch, &author, view, &lists->query, &error);
        break;
    case MENU_LEFT:
        code = move(lists, &batch, &author, -1, &error);
        break;
    case MENU_RIGHT:
        code = move(lists, &batch, &author, 1, &error);
        break;
    default:
        code = view_hide(&batch, &author, view, &error);
        break;
    }
    apply(screen, &batch, code, &error);
}

void lists_views_name(struct screen *screen, bool renames, const char *name)
{
    struct lists *lists = screen->data;
    struct author author = desk_author(screen->desk);
    struct view *view = lists_view(lists);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct id id = {0};
    int code;

    if (renames && view != NULL)
        code = view_rename(&batch, &author, view, name, &error);
    else
        code = view_save(&batch, &author, name, lists->shared, &lists->query,
                         (int64_t)lists->views.count + 1, &id, &error);
    apply(screen, &batch, code, &error);
    if (!id_is_empty(&id) && code == 0)
        lists_tab_find(screen, id.text);
}
