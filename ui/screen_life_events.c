/* Which life event? Typing narrows the list; Enter begins its questionnaire. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/editor.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/work.h"

#define EVENTS_LIMIT 200
#define QUERY_LIMIT  100
#define TITLE_WIDTH  32

struct event {
    char questionnaire[RECORD_KEY_SIZE];
    json_t *title, *summary; /* owned; localised */
    char *words;             /* owned; titles and keywords of both languages, folded */
};

struct events {
    struct event all[EVENTS_LIMIT];
    size_t count;
    size_t shown[EVENTS_LIMIT];    /* those that match, in order */
    char service[RECORD_KEY_SIZE]; /* in progress: its events come first; "" for none */
    bool of_service;               /* in this round of reading */
    struct editor *query;
    struct list list;
};

/* --- reading --------------------------------------------------------------------------------- */

static void add_folded(struct text_buffer *words, const json_t *value)
{
    const char *member;
    json_t *text, *item;
    size_t i;

    json_object_foreach((json_t *)(uintptr_t)value, member, text)
    {
        char *folded = json_is_string(text)
                           ? text_fold(json_string_value(text), json_string_length(text))
                           : NULL;

        text_buffer_add_format(words, "%s ", folded == NULL ? "" : folded);
        free(folded);
        json_array_foreach(text, i, item)
        {
            folded = json_is_string(item)
                         ? text_fold(json_string_value(item), json_string_length(item))
                         : NULL;
            text_buffer_add_format(words, "%s ", folded == NULL ? "" : folded);
            free(folded);
        }
    }
}

static bool is_of_service(const struct events *events, const struct record *record)
{
    char key[RECORD_KEY_SIZE];
    json_t *item;
    size_t i;

    json_array_foreach(json_object_get(record->body, "services"), i, item)
    {
        record_full_key(record, json_is_string(item) ? json_string_value(item) : "", key);
        if (*events->service != '\0' && strcmp(key, events->service) == 0)
            return true;
    }
    return false;
}

static int add_event(void *context, const struct record *record)
{
    struct events *events = context;
    struct event *event = &events->all[events->count];
    struct text_buffer words = {0};

    if (events->count == EVENTS_LIMIT)
        return 1;
    if (json_bool_or(record->body, "ended", false) ||
        *record_text(record, "questionnaire") == '\0' ||
        is_of_service(events, record) != events->of_service)
        return 0;
    record_full_key(record, record_text(record, "questionnaire"), event->questionnaire);
    event->title = json_incref(json_object_get(record->body, "title"));
    event->summary = json_incref(json_object_get(record->body, "summary"));
    add_folded(&words, event->title);
    add_folded(&words, json_object_get(record->body, "keywords"));
    event->words = words.bytes != NULL ? words.bytes : strdup("");
    events->count++;
    return 0;
}

static void events_clear(struct events *events)
{
    for (size_t i = 0; i < events->count; i++) {
        json_decref(events->all[i].title);
        json_decref(events->all[i].summary);
        free(events->all[i].words);
    }
    events->count = 0;
}

static void events_match(struct events *events)
{
    char *query = text_fold(editor_text(events->query), editor_length(events->query));
    size_t count = 0;

    for (size_t i = 0; i < events->count; i++)
        if (query == NULL || text_has_words(events->all[i].words, query))
            events->shown[count++] = i;
    list_set_count(&events->list, count);
    free(query);
}

static int events_read(struct screen *screen, struct error *error)
{
    struct events *events = screen->data;
    int code;

    events_clear(events);
    work_present_service(screen, events->service, sizeof(events->service));
    events->of_service = true;
    code = catalogue_each(screen->desk->catalogue, RECORD_LIFE_EVENT, add_event, events, error);
    events->of_service = false;
    if (code == 0)
        code = catalogue_each(screen->desk->catalogue, RECORD_LIFE_EVENT, add_event, events, error);
    events_match(events);
    return code < 0 ? code : 0;
}

static void events_close(struct screen *screen)
{
    struct events *events = screen->data;

    events_clear(events);
    editor_free(events->query);
    free(events);
}

static int events_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct events *events = calloc(1, sizeof(*events));
    int code;

    if (events == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = events;
    events->query = editor_new(EDITOR_LINE, QUERY_LIMIT);
    if (events->query == NULL) {
        free(events);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    editor_restore(events->query, json_object_get(arguments, "query"));
    if (json_object_get(arguments, "argument") != NULL)
        editor_set_text(events->query, json_text_or(arguments, "argument", ""));
    list_restore(&events->list, json_object_get(arguments, "list"));
    code = events_read(screen, error);
    if (code != 0)
        events_close(screen);
    return code;
}

static json_t *events_save(const struct screen *screen)
{
    const struct events *events = screen->data;

    return json_pack("{s:o, s:o}", "query", editor_save(events->query), "list",
                     list_save(&events->list));
}

static void events_changed(struct screen *screen)
{
    struct error error = ERROR_INIT;

    if (events_read(screen, &error) != 0)
        ui_tell_error(screen->ui, &error);
}

/* --- drawing and keys ------------------------------------------------------------------------ */

static void draw_row(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct events *events = context;
    const struct event *event = &events->all[events->shown[index]];
    int width = row->columns < 70 ? row->columns : TITLE_WIDTH;

    (void)selected;
    paint_text(row, 0, 1, width - 1, PAINT_TEXT, format_localised(event->title));
    if (width < row->columns)
        paint_text(row, 0, width + 1, -1, PAINT_DIM, format_localised(event->summary));
}

static void events_draw(struct screen *screen, const struct paint *paint)
{
    struct events *events = screen->data;
    struct paint rows = paint_part(paint, 3, 0, -1, -1);
    int used = paint_text(paint, 0, 0, -1, PAINT_LABEL, _("What has happened?"));
    struct paint field = paint_part(paint, 0, used + 2, 1, -1);

    paint_text(paint, 1, 0, -1, PAINT_DIM,
               _("A few questions give the client's own list, with reasons."));
    if (events->list.count == 0)
        paint_text(&rows, 0, 0, -1, PAINT_DIM, _("No life event is called like this."));
    list_draw(&events->list, &rows, 1, true, draw_row, events);
    editor_draw(events->query, &field, events->list.count == 0 || editor_length(events->query) > 0);
}

static void choose(struct screen *screen)
{
    struct events *events = screen->data;

    if (events->list.count == 0) {
        ui_ring(screen->ui);
        return;
    }
    if (ui_open(screen->ui, "form",
                json_pack("{s:s}", "key",
                          events->all[events->shown[events->list.selected]].questionnaire)) == 0)
        screen_close(screen);
}

static bool events_key(struct screen *screen, const struct input *input)
{
    struct events *events = screen->data;
    bool changed = false;

    if (input->code == INPUT_ENTER) {
        choose(screen);
        return true;
    }
    if (list_key(&events->list, input, false))
        return true;
    if (input->code == ':' && editor_length(events->query) == 0)
        return false;
    if (!ui_edit(screen->ui, events->query, input, &changed))
        return false;
    if (changed)
        events_match(events);
    return true;
}

static const struct screen_key events_keys[] = {
    {INPUT_ENTER, N_("Begin"), N_("Begins the questionnaire of the marked life event."), NULL,
     NULL},
    {INPUT_DOWN, NULL, N_("Marks the next one; letters narrow the list, in either language."), NULL,
     NULL},
    {0},
};

extern const struct screen_kind screen_life_events;
const struct screen_kind screen_life_events = {
    .name = "life-events",
    .title = N_("Life events"),
    .help = N_("Birth, death, move, marriage, a lost wallet: a short questionnaire gives the "
               "client's own list of services, forms and agencies, with the reason for each."),
    .command = N_("event"),
    .flags = SCREEN_SINGLE,
    .keys = events_keys,
    .open = events_open,
    .close = events_close,
    .draw = events_draw,
    .key = events_key,
    .save = events_save,
    .changed = events_changed,
};
