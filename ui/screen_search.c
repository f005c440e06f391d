/* F2: services and forms in the client's words, at each keystroke. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/choice.h"
#include "app/freshness.h"
#include "app/json.h"
#include "app/office.h"
#include "app/text.h"
#include "ui/editor.h"
#include "ui/format.h"
#include "ui/format_hours.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/search_chips.h"
#include "ui/search_worker.h"

#define QUERY_LIMIT 400
#define FEE_COLUMNS 9

struct search {
    struct search_worker *worker;   /* owned */
    struct editor *query;           /* owned */
    struct search_results *results; /* owned; NULL before the first answer */
    struct list list;
    uint64_t asked, shown;            /* numbers of questions */
    bool closed;                      /* the office was, at the last question */
    struct input held;                /* a key for results that had not come yet; 0 for none */
    size_t wanted;                    /* selection of a restored screen, until results come */
    char language[8], channel[16];    /* of the last question */
    char last[QUERY_LIMIT + 1];       /* the words of the time before */
    struct search_completion *offers; /* owned: what Tab goes through, NULL for nothing */
    size_t offered;                   /* which of them is in the query now */
    char off[SEARCH_CHIPS_OFF];       /* filters that were turned off together, "" for none */
};

static void search_ask(struct screen *screen)
{
    struct search *search = screen->data;

    text_copy(search->language, sizeof(search->language), language_now());
    text_copy(search->channel, sizeof(search->channel), screen->desk->channel);
    search->closed = screen->desk->office != NULL &&
                     office_open_at(screen->desk->catalogue, screen->desk->office,
                                    desk_now(screen->desk)) == OFFICE_CLOSED;
    search->asked = search_worker_ask(search->worker, editor_text(search->query), search->language,
                                      search->channel, search->closed);
}

/* What the office chose so far acts on the order; without it the search is as good as new. */
static void learn(struct screen *screen)
{
    struct search *search = screen->data;
    struct choice_table *choices = NULL;

    if (screen->desk->store != NULL && desk_office(screen->desk)[0] != '\0' &&
        choice_table_load(&choices, screen->desk->store, desk_office(screen->desk), NULL) == 0)
        search_worker_learn(search->worker, choices);
}

/* Counts that this record was opened after these words, and writes the counts now and then. */
static void count_choice(struct screen *screen, const char *key)
{
    struct search *search = screen->data;
    struct choice choice = {search->results->words, key, screen->desk->channel};

    if (screen->desk->store != NULL && choice_note(screen->desk->store, &choice, NULL) > 0)
        desk_count_choices(screen->desk, CHOICE_BATCH);
}

/* Esc leaves with the words kept: the next search starts empty, and F2 brings them back. */
static void keep_words(struct screen *screen)
{
    struct search *search = screen->data;
    const char *words = search->query == NULL ? "" : editor_text(search->query);
    json_t *draft;

    if (*words == '\0' || screen->desk->store == NULL)
        return;
    draft = json_pack("{s:s}", "words", words);
    desk_draft_put(screen->desk, "search", draft, NULL);
    json_decref(draft);
}

static void read_words(struct screen *screen)
{
    struct search *search = screen->data;
    json_t *draft = desk_draft_get(screen->desk, "search");

    text_copy(search->last, sizeof(search->last), json_text_or(draft, "words", ""));
    json_decref(draft);
}

static void search_close(struct screen *screen)
{
    struct search *search = screen->data;

    keep_words(screen);
    search_worker_free(search->worker);
    editor_free(search->query);
    search_results_free(search->results);
    search_completion_free(search->offers);
    free(search);
}

static int search_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct search *search = calloc(1, sizeof(*search));
    int code;

    if (search == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = search;
    search->query = editor_new(EDITOR_LINE, QUERY_LIMIT);
    code = search->query == NULL ? error_set(error, ERROR_MEMORY, "out of memory")
                                 : search_worker_new(&search->worker, screen->desk->catalogue_path,
                                                     screen->desk->link, error);
    if (code != 0) {
        search_close(screen);
        return code;
    }
    editor_restore(search->query, json_object_get(arguments, "argument"));
    editor_restore(search->query, json_object_get(arguments, "query"));
    search->wanted = (size_t)json_integer_or(arguments, "selected", 0);
    read_words(screen);
    learn(screen);
    search_ask(screen);
    return 0;
}

/* --- results --------------------------------------------------------------------------------- */

static void open_selected(struct screen *screen)
{
    struct search *search = screen->data;
    const struct search_result *result;

    if (search->results == NULL || search->list.count == 0) {
        ui_tell(screen->ui, UI_NOTE, "%s", _("Nothing to open."));
        return;
    }
    result = &search->results->items[search->list.selected];
    count_choice(screen, result->key);
    /* The service screen follows the move itself and says so. */
    ui_open(screen->ui, result->type == RECORD_FORM ? "form" : "service",
            json_pack("{s:s}", "key",
                      result->moved_from_key != NULL ? result->moved_from_key : result->key));
}

static void search_again(struct screen *screen)
{
    struct search *search = screen->data;

    if (search->shown == search->asked)
        search->wanted = search->list.selected;
    search_ask(screen);
}

/* Asks again when the language or the channel is another one now. */
static void search_follow(struct screen *screen)
{
    struct search *search = screen->data;

    if (strcmp(search->language, language_now()) != 0 ||
        strcmp(search->channel, screen->desk->channel) != 0)
        search_again(screen);
}

/* What acts on the results, which are those of the words as they stand. */
static bool results_key(struct screen *screen, const struct input *input)
{
    struct search *search = screen->data;

    if (input->code != INPUT_ENTER)
        return list_key(&search->list, input, false);
    open_selected(screen);
    return true;
}

/* The key that waited for the results. */
static void use_held(struct screen *screen)
{
    struct search *search = screen->data;
    struct input held = search->held;

    if (held.code == 0 || search->shown != search->asked)
        return;
    search->held = (struct input){0};
    results_key(screen, &held);
}

static void search_wake(struct screen *screen)
{
    struct search *search = screen->data;
    struct search_results *results = NULL;
    struct error error = ERROR_INIT;
    uint64_t answered = search_worker_take(search->worker, &results, &error);

    if (answered == 0) {
        search_follow(screen);
        return;
    }
    if (results == NULL) {
        ui_tell_error(screen->ui, &error);
    } else {
        search_results_free(search->results);
        search->results = results;
        search->list = (struct list){.page = search->list.page};
        list_set_count(&search->list, results->count);
        list_select(&search->list, search->wanted);
        search->wanted = 0;
    }
    search->shown = answered;
    use_held(screen);
}

/* --- drawing --------------------------------------------------------------------------------- */

/* The fee in this channel, else the lowest; "" when not known. */
static void fee_hint(struct desk *desk, const struct search_result *result, char *text, size_t size)
{
    struct record *record = NULL;
    const json_t *channel, *best = NULL;
    size_t index;

    text_copy(text, size, "");
    if (result->type != RECORD_SERVICE ||
        catalogue_get(desk->catalogue, RECORD_SERVICE, &result->id, &record, NULL) != 0)
        return;
    json_array_foreach(json_object_get(record->body, "channels"), index, channel)
    {
        const json_t *fee = json_object_get(channel, "fee");
        bool own = strcmp(json_text_or(channel, "channel", ""), desk->channel) == 0;

        if (fee == NULL || json_is_false(json_object_get(channel, "available")))
            continue;
        if (own || best == NULL)
            best = fee;
        if (own)
            break;
    }
    format_money(text, size, best);
    record_free(record);
}

/* Its source has not confirmed it for long: the page says more. */
static bool is_stale(struct desk *desk, const struct search_result *result)
{
    struct record *record = NULL;
    bool stale = catalogue_get(desk->catalogue, result->type, &result->id, &record, NULL) == 0 &&
                 freshness_is_stale(record, desk_now(desk), desk->stale_days);

    record_free(record);
    return stale;
}

/* What the "!" of the marked row means. */
static void draw_stale(struct screen *screen, const struct paint *paint, int row)
{
    const struct search *search = screen->data;
    const struct search_result *result = &search->results->items[search->list.selected];
    struct record *record = NULL;
    struct calendar_day day;
    char when[48];

    if (catalogue_get(screen->desk->catalogue, result->type, &result->id, &record, NULL) != 0)
        return;
    if (freshness_is_stale(record, desk_now(screen->desk), screen->desk->stale_days)) {
        if (freshness_day(record, &day)) {
            format_day(when, sizeof(when), &day);
            paint_format(paint, row, 0, -1, PAINT_WARNING, _("! not confirmed since %s"), when);
        } else {
            paint_text(paint, row, 0, -1, PAINT_WARNING, _("! never confirmed"));
        }
    }
    record_free(record);
}

struct rows {
    struct screen *screen;
    const struct search_results *results;
};

static void result_title(const struct search_result *result, char *title, size_t size)
{
    if (result->type == RECORD_FORM)
        snprintf(title, size, _("Form: %s"), result->title);
    else if (result->moved_from != NULL)
        snprintf(title, size, _("%1$s (was: %2$s)"), result->title, result->moved_from);
    else
        text_copy(title, size, result->title);
}

/* Title, level, owner, fee: the columns are the same in all rows, so that each can be read down. */
static void draw_result(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct rows *rows = context;
    const struct search_result *result = &rows->results->items[index];
    int fee_column = row->columns - FEE_COLUMNS;
    int owner_column = row->columns * 58 / 100 + 4;
    int title_width = owner_column - 4;
    enum paint_style style = result->ended ? PAINT_DIM : PAINT_TEXT;
    char fee[64], title[1024];

    (void)selected;
    if (*result->owner == '\0' && result->level == 0)
        title_width = fee_column - 1;
    result_title(result, title, sizeof(title));
    paint_text(row, 0, 0, title_width, style, title);
    if (result->level > 0)
        paint_format(row, 0, owner_column - 3, 2, PAINT_DIM, _("L%d"), result->level);
    if (*result->owner != '\0')
        paint_text(row, 0, owner_column, fee_column - owner_column - 1, PAINT_DIM, result->owner);
    fee_hint(rows->screen->desk, result, fee, sizeof(fee));
    if (is_stale(rows->screen->desk, result))
        paint_text(row, 0, fee_column - 1, 1, PAINT_WARNING, "!");
    paint_right(row, 0, fee_column, FEE_COLUMNS, PAINT_TEXT, result->ended ? _("ended") : fee);
}

/* All that Tab goes through, the present one marked and in sight. */
static void draw_offers(const struct search *search, const struct paint *paint, int row)
{
    int column = 0;

    for (size_t i = search->offered < 4 ? 0 : search->offered - 3; i < search->offers->count; i++)
        column +=
            paint_text(paint, row, column, -1, i == search->offered ? PAINT_SELECTION : PAINT_DIM,
                       search->offers->items[i]) +
            2;
}

static void draw_remarks(const struct search *search, const struct paint *paint, int row)
{
    const struct search_results *results = search->results;
    char text[256];
    int column;

    if (search->offers != NULL) {
        draw_offers(search, paint, row);
        return;
    }
    column = search_chips_draw(search->query, search->off, paint, row);
    if (results == NULL)
        return;
    for (size_t i = 0; i < results->reading_count; i++) {
        snprintf(text, sizeof(text), _("\"%1$s\" read as \"%2$s\""), results->readings[i].typed,
                 results->readings[i].read);
        column += paint_text(paint, row, column, -1, PAINT_WARNING, text) + 2;
    }
    if (column > 0 || editor_length(search->query) > 0)
        return;
    if (search->last[0] != '\0')
        snprintf(text, sizeof(text), _("F2 brings back: %s"), search->last);
    paint_text(paint, row, 0, -1, PAINT_DIM,
               search->last[0] != '\0'
                   ? text
                   : _("Type the client's words. \":\" after a word filters; Tab completes."));
}

static void search_draw(struct screen *screen, const struct paint *paint)
{
    struct search *search = screen->data;
    struct rows rows = {screen, search->results};
    struct paint field = paint_part(paint, 1, 0, 1, -1);
    struct paint list = paint_part(paint, 4, 0, -1, -1);

    if (search->results != NULL && search->list.count > 0)
        list_draw(&search->list, &list, 1, true, draw_result, &rows);
    else if (search->results != NULL && search->shown == search->asked)
        paint_text(&list, 0, 0, -1, PAINT_TEXT,
                   _("Nothing found. Try another word, or fewer filters."));
    draw_remarks(search, paint, 2);
    if (search->closed && search_chips_has_open(search->query))
        paint_text(paint, 3, 0, -1, PAINT_DIM,
                   _("Your office is closed now: only other channels count, online, by mail ..."));
    else if (search->results != NULL && search->list.count > 0)
        draw_stale(screen, paint, 3);
    editor_draw(search->query, &field, true);
}

/* --- keys ------------------------------------------------------------------------------------ */

static void forget_offers(struct search *search)
{
    search_completion_free(search->offers);
    search->offers = NULL;
    search->offered = 0;
}

/* Puts the offer in the place of the half filter, or of the offer before it. */
static void put_offer(struct screen *screen)
{
    struct search *search = screen->data;
    const struct search_completion *offers = search->offers;
    const char *query = editor_text(search->query);
    size_t cursor = editor_cursor(search->query);
    const char *offer = offers->items[search->offered];
    struct text_buffer text = {0};

    if (offers->start > cursor)
        return;
    text_buffer_add(&text, query, offers->start);
    text_buffer_add_text(&text, offer);
    text_buffer_add_text(&text, query + cursor);
    if (!text.failed && editor_set_text(search->query, text.bytes)) {
        editor_move(search->query, offers->start + strlen(offer));
        search_ask(screen);
    }
    text_buffer_free(&text);
}

/* Tab: what fits best; again: what fits next. */
static void complete(struct screen *screen)
{
    struct search *search = screen->data;

    if (search->offers != NULL) {
        search->offered = (search->offered + 1) % search->offers->count;
        put_offer(screen);
        return;
    }
    if (search_complete(screen->desk->catalogue, language_now(), editor_text(search->query),
                        editor_cursor(search->query), &search->offers, NULL) != 0) {
        search->offers = NULL;
        return;
    }
    if (search->offers->count > 0)
        put_offer(screen);
    if (search->offers->count <= 1)
        forget_offers(search);
}

static void ask_when(struct screen *screen, bool changed)
{
    if (changed)
        search_ask(screen);
    else
        ui_ring(screen->ui);
}

static void run_open(struct screen *screen, const char *argument)
{
    struct search *search = screen->data;

    (void)argument;
    ask_when(screen, search_chips_open(search->query));
}

static void run_filters(struct screen *screen, const char *argument)
{
    struct search *search = screen->data;

    (void)argument;
    ask_when(screen, search_chips_toggle(search->query, search->off));
}

static void run_remove(struct screen *screen, const char *argument)
{
    struct search *search = screen->data;

    (void)argument;
    ask_when(screen, search_chips_remove(search->query));
}

static bool is_for_results(const struct input *input)
{
    return input->code == INPUT_ENTER || input->code == INPUT_UP || input->code == INPUT_DOWN ||
           input->code == INPUT_PAGE_UP || input->code == INPUT_PAGE_DOWN;
}

static bool search_key(struct screen *screen, const struct input *input)
{
    struct search *search = screen->data;
    bool changed = false;

    if (input->code == INPUT_TAB) {
        complete(screen);
        return true;
    }
    forget_offers(search);
    if (is_for_results(input) && search->shown != search->asked) {
        search->held = *input;
        return true;
    }
    if (input->code == INPUT_ESCAPE && search->held.code != 0) {
        search->held = (struct input){0};
        return true;
    }
    if (results_key(screen, input))
        return true;
    /* In an empty field ':' opens the command line; after a word it begins a filter. */
    if (input->code == ':' && editor_length(search->query) == 0)
        return false;
    if (!ui_edit(screen->ui, search->query, input, &changed))
        return false;
    if (changed)
        search_ask(screen);
    return true;
}

static bool search_busy(const struct screen *screen)
{
    const struct search *search = screen->data;

    return search->held.code != 0;
}

static json_t *search_save(const struct screen *screen)
{
    const struct search *search = screen->data;

    return json_pack(
        "{s:o, s:I}", "query", editor_save(search->query), "selected",
        (json_int_t)(search->shown == search->asked ? search->list.selected : search->wanted));
}

static void run_recall(struct screen *screen, const char *argument)
{
    struct search *search = screen->data;

    (void)argument;
    if (search->last[0] == '\0' || editor_length(search->query) > 0)
        return;
    editor_set_text(search->query, search->last);
    search_ask(screen);
}

static const struct screen_key search_keys[] = {
    {INPUT_ENTER, N_("Open"), N_("Opens the marked service or form."), NULL, NULL},
    {INPUT_DOWN, NULL, N_("Marks the next result; Up and the page keys do likewise."), NULL, NULL},
    {INPUT_TAB, N_("Complete"), N_("Completes a filter: :channel online, :level 2, :org saaq ..."),
     NULL, NULL},
    {INPUT_CONTROL('O'), N_("Offered now"),
     N_("Only what is offered now, or all. Counter, phone, chat, outreach answer while your office "
        "is open, other channels always."),
     N_("offered"), run_open},
    {INPUT_CONTROL('X'), N_("Filters"), N_("Turns all filters off, or on again."), N_("filters"),
     run_filters},
    {INPUT_CONTROL('R'), NULL, N_("Takes the last filter out."), N_("remove"), run_remove},
    {INPUT_F(2), NULL, N_("Brings back the words of the search before."), NULL, run_recall},
    {0},
};

extern const struct screen_kind screen_search;
const struct screen_kind screen_search = {
    .name = "search",
    .title = N_("Search"),
    .help = N_(
        "Finds services and forms in the client's own words, of either language, at each "
        "key. Accents and plurals do not matter. Filters narrow: word :channel online. \"!\" marks "
        "what nobody has confirmed for long."),
    .command = N_("search"),
    .code = INPUT_F(2),
    .label = N_("Search"),
    .flags = SCREEN_SINGLE,
    .keys = search_keys,
    .open = search_open,
    .close = search_close,
    .draw = search_draw,
    .key = search_key,
    .save = search_save,
    .resume = search_follow,
    .changed = search_again,
    .wake = search_wake,
    .busy = search_busy,
};
