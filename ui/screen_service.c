/* One service: who may serve it, its channels side by side, what to bring, where to go on. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/search.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/page.h"
#include "ui/service_table.h"

#define MOVES_LIMIT    8
#define COMMON_LIMIT   8
#define FREQUENT_LIMIT 100

struct link_target {
    const char *kind; /* static */
    char key[RECORD_KEY_SIZE];
};

struct service {
    struct record *record; /* owned */
    char *moved_from;      /* owned: title of the record that was asked for, NULL when the same */
    struct page page;
    struct link_target targets[PAGE_LINKS_LIMIT];
    size_t target_count;
};

/* --- reading --------------------------------------------------------------------------------- */

/* Reads the record, following where it moved. */
static int service_read(struct screen *screen, const char *key, struct error *error)
{
    struct service *service = screen->data;
    struct record *record = NULL;
    char next[RECORD_KEY_SIZE];
    int code = catalogue_get_by_key(screen->desk->catalogue, RECORD_SERVICE, key, &record, error);

    for (int moves = 0; code == 0 && *record_text(record, "moved_to") != '\0'; moves++) {
        if (service->moved_from == NULL)
            service->moved_from = strdup(format_localised(json_object_get(record->body, "title")));
        record_full_key(record, record_text(record, "moved_to"), next);
        record_free(record);
        record = NULL;
        code = moves < MOVES_LIMIT
                   ? catalogue_get_by_key(screen->desk->catalogue, RECORD_SERVICE, next, &record,
                                          error)
                   : error_set(error, ERROR_INVALID, "%s", _("this service moves in a circle"));
    }
    if (code != 0)
        return code;
    record_free(service->record);
    service->record = record;
    return 0;
}

/* Counts that this agent opened it: the home screen offers what is often asked here. */
static void count_opening(struct desk *desk, const char *key)
{
    json_t *counts = NULL;

    if (desk->store == NULL || store_state_get(desk->store, "frequent", &counts, NULL) != 0)
        return;
    if (!json_is_object(counts) || json_object_size(counts) > FREQUENT_LIMIT) {
        json_decref(counts);
        counts = json_object();
    }
    json_object_set_new(counts, key, json_integer(json_integer_or(counts, key, 0) + 1));
    store_state_put(desk->store, "frequent", counts, NULL);
    json_decref(counts);
}

static void service_close(struct screen *screen)
{
    struct service *service = screen->data;

    record_free(service->record);
    free(service->moved_from);
    free(service);
}

static int service_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct service *service = calloc(1, sizeof(*service));
    const char *key = json_text_or(arguments, "key", json_text_or(arguments, "argument", ""));
    int code;

    if (service == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = service;
    page_restore(&service->page, json_object_get(arguments, "page"));
    code = service_read(screen, key, error);
    if (code != 0) {
        service_close(screen);
        return code;
    }
    if (json_object_get(arguments, "page") == NULL)
        count_opening(screen->desk, record_text(service->record, "key"));
    return 0;
}

static void service_changed(struct screen *screen)
{
    struct service *service = screen->data;
    char key[RECORD_KEY_SIZE];

    /* What is gone meanwhile stays as it was read. */
    text_copy(key, sizeof(key), record_text(service->record, "key"));
    service_read(screen, key, NULL);
}

/* --- drawing --------------------------------------------------------------------------------- */

static const char *localised(const struct record *record, const char *member)
{
    return format_localised(json_object_get(record->body, member));
}

static bool agent_serves(const struct desk *desk, int64_t level)
{
    const json_t *levels = json_object_get(desk->agent->body, "levels"), *item;
    size_t index;

    if (level == 0 || json_array_size(levels) == 0)
        return true;
    json_array_foreach(levels, index, item)
    {
        if (json_integer_value(item) == level)
            return true;
    }
    return false;
}

static void draw_head(struct service *service, const struct desk *desk)
{
    const struct record *record = service->record;
    struct page *page = &service->page;
    int64_t level = json_integer_or(record->body, "level", 0);
    const char *owner =
        format_localised(json_object_get(json_object_get(record->body, "owner"), "title"));
    const char *code = record_text(record, "code");
    char line[1024];

    if (service->moved_from != NULL) {
        snprintf(line, sizeof(line), _("\"%s\" is now this service."), service->moved_from);
        page_text(page, 0, PAINT_WARNING, line);
    }
    if (json_bool_or(record->body, "ended", false))
        page_text(page, 0, PAINT_WARNING, _("No longer offered."));
    snprintf(line, sizeof(line), "%s%s%s", owner, *code == '\0' ? "" : " · ", code);
    page_text(page, 0, PAINT_DIM, line);
    if (level > 0) {
        snprintf(line, sizeof(line), _("Level %1$d: %2$s"), (int)level, format_level(level));
        page_text(page, 0, agent_serves(desk, level) ? PAINT_DIM : PAINT_WARNING, line);
    }
    if (!agent_serves(desk, level))
        page_text(page, 0, PAINT_WARNING, _("Not yours to serve: hand it off with F5."));
    page_blank(page);
    page_text(page, 0, PAINT_TEXT, localised(record, "summary"));
}

static void draw_list(struct service *service, const char *member, const char *heading)
{
    const json_t *list = json_object_get(service->record->body, member), *item;
    size_t index;

    if (json_array_size(list) == 0)
        return;
    page_heading(&service->page, heading);
    json_array_foreach(list, index, item)
    {
        int row = service->page.row;
        struct paint paint;

        if (*format_localised(item) == '\0')
            continue;
        paint = page_rows(&service->page, 0, &row);
        paint_text(&paint, row, 1, 1, PAINT_DIM, paint_is_plain(&paint) ? "-" : "·");
        page_text(&service->page, 4, PAINT_TEXT, format_localised(item));
    }
}

/* Links to other records, by the keys in `member`. */
static void draw_links(struct screen *screen, const char *member, enum record_type type,
                       const char *kind, const char *heading)
{
    struct service *service = screen->data;
    const json_t *list = json_object_get(service->record->body, member), *item;
    bool headed = false;
    size_t index;

    json_array_foreach(list, index, item)
    {
        struct record *record = NULL;
        char key[RECORD_KEY_SIZE];

        if (!json_is_string(item) || service->target_count == PAGE_LINKS_LIMIT)
            continue;
        record_full_key(service->record, json_string_value(item), key);
        if (catalogue_get_by_key(screen->desk->catalogue, type, key, &record, NULL) != 0)
            continue;
        if (!headed)
            page_heading(&service->page, heading);
        headed = true;
        page_link(&service->page, localised(record, "title"), record_text(record, "code"));
        service->targets[service->target_count].kind = kind;
        text_copy(service->targets[service->target_count].key, 200, key);
        service->target_count++;
        record_free(record);
    }
}

static void draw_offices(struct screen *screen)
{
    struct service *service = screen->data;
    const json_t *list = json_object_get(service->record->body, "offices"), *item;
    bool headed = false;
    size_t index;

    json_array_foreach(list, index, item)
    {
        struct record *record = NULL;
        char key[RECORD_KEY_SIZE], line[512];

        if (!json_is_string(item))
            continue;
        record_full_key(service->record, json_string_value(item), key);
        if (catalogue_get_by_key(screen->desk->catalogue, RECORD_OFFICE, key, &record, NULL) != 0)
            continue;
        if (!headed)
            page_heading(&service->page, _("Offices"));
        headed = true;
        snprintf(line, sizeof(line), "%s · %s · %s", localised(record, "title"),
                 localised(record, "address"), record_text(record, "phone"));
        page_text(&service->page, 4, PAINT_TEXT, line);
        record_free(record);
    }
}

static const char *step_label(const char *step)
{
    static const char *const labels[][2] = {
        {"registration", N_("registration")}, {"authentication", N_("authentication")},
        {"application", N_("application")},   {"decision", N_("decision")},
        {"issuance", N_("issuance")},         {"feedback", N_("feedback")},
    };

    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
        if (strcmp(labels[i][0], step) == 0)
            return _(labels[i][1]);
    return step;
}

static void draw_steps(struct service *service)
{
    json_t *steps = json_object_get(service->record->body, "steps_online"), *value;
    struct text_buffer text = {0};
    const char *name;

    json_object_foreach(steps, name, value)
    {
        if (json_is_true(value))
            text_buffer_add_format(&text, "%s%s", text.length == 0 ? "" : ", ", step_label(name));
    }
    if (text.length > 0 && !text.failed) {
        page_blank(&service->page);
        page_labelled(&service->page, 17, _("Steps online"), PAINT_TEXT, text.bytes);
    }
    text_buffer_free(&text);
}

static void draw_page(struct screen *screen, const struct paint *paint)
{
    struct service *service = screen->data;
    const struct record *record = service->record;
    struct page *page = &service->page;
    const char *summary = localised(record, "summary");
    const char *description = localised(record, "description");

    service->target_count = 0;
    page_start(page, paint);
    page_blank(page);
    draw_head(service, screen->desk);
    page_blank(page);
    service_table_draw(page, record, screen->desk->channel);
    if (*localised(record, "nudge") != '\0') {
        page_blank(page);
        page_text(page, 0, PAINT_ACCENT, localised(record, "nudge"));
    }
    draw_links(screen, "forms", RECORD_FORM, "form", _("Forms"));
    draw_list(service, "documents", _("To bring"));
    draw_links(screen, "related", RECORD_SERVICE, "service", _("See also"));
    draw_offices(screen);
    if (*localised(record, "procedure") != '\0') {
        page_heading(page, _("Steps for staff"));
        page_text(page, 4, PAINT_TEXT, localised(record, "procedure"));
    }
    draw_steps(service);
    if (*description != '\0' && strcmp(description, summary) != 0) {
        page_heading(page, _("Description"));
        page_text(page, 0, PAINT_TEXT, description);
    }
    if (*localised(record, "url") != '\0') {
        page_blank(page);
        page_text(page, 0, PAINT_DIM, localised(record, "url"));
    }
}

static void service_draw(struct screen *screen, const struct paint *paint)
{
    struct service *service = screen->data;

    page_draw(&service->page, paint, draw_page, screen);
}

/* --- keys ------------------------------------------------------------------------------------ */

static bool service_key(struct screen *screen, const struct input *input)
{
    struct service *service = screen->data;
    int opened;

    if (!page_key(&service->page, input, &opened))
        return false;
    if (opened >= 0 && (size_t)opened < service->target_count) {
        const struct link_target *target = &service->targets[opened];

        ui_open(screen->ui, target->kind,
                json_pack("{s:s, s:s}", "key", target->key, "service",
                          record_text(service->record, "key")));
    }
    return true;
}

static json_t *service_save(const struct screen *screen)
{
    const struct service *service = screen->data;

    return json_pack("{s:s, s:o}", "key", record_text(service->record, "key"), "page",
                     page_save(&service->page));
}

static const char *service_subject(struct screen *screen)
{
    const struct service *service = screen->data;

    return localised(service->record, "title");
}

/* --- home ------------------------------------------------------------------------------------ */

/* The key that was opened most often, taken out of the counts; "" when there is none. */
static void take_most_frequent(json_t *counts, char key[RECORD_KEY_SIZE])
{
    const char *name;
    json_int_t most = 0;
    json_t *count;

    key[0] = '\0';
    json_object_foreach(counts, name, count)
    {
        if (json_integer_value(count) > most) {
            most = json_integer_value(count);
            text_copy(key, RECORD_KEY_SIZE, name);
        }
    }
    json_object_del(counts, key);
}

/* What is most asked for everywhere, for a terminal that has seen little yet. */
static void add_common(struct home *home, struct desk *desk, const json_t *shown, size_t count)
{
    const struct search_request request = {"", language_now(), desk->channel, COMMON_LIMIT * 2,
                                           NULL};
    struct search_results *results = NULL;

    if (search_run(desk->catalogue, &request, &results, NULL) != 0)
        return;
    for (size_t i = 0; i < results->count && count < COMMON_LIMIT; i++) {
        const struct search_result *result = &results->items[i];

        if (result->type != RECORD_SERVICE || json_object_get(shown, result->key) != NULL)
            continue;
        home_add(home, HOME_SERVICES, result->title, result->owner, "service",
                 json_pack("{s:s}", "key", result->key));
        count++;
    }
    search_results_free(results);
}

/* What this agent opens most, then what is most asked for. */
static void service_home(struct home *home, struct desk *desk)
{
    json_t *counts = NULL, *shown = json_object();
    char key[RECORD_KEY_SIZE];

    store_state_get(desk->store, "frequent", &counts, NULL);
    while (json_object_size(shown) < COMMON_LIMIT && json_object_size(counts) > 0) {
        struct record *record = NULL;

        take_most_frequent(counts, key);
        if (key[0] == '\0')
            break;
        if (catalogue_get_by_key(desk->catalogue, RECORD_SERVICE, key, &record, NULL) != 0)
            continue;
        home_add(home, HOME_SERVICES, localised(record, "title"),
                 format_localised(json_object_get(json_object_get(record->body, "owner"), "title")),
                 "service", json_pack("{s:s}", "key", key));
        json_object_set_new(shown, key, json_true());
        record_free(record);
    }
    if (json_object_size(shown) < COMMON_LIMIT)
        add_common(home, desk, shown, json_object_size(shown));
    json_decref(shown);
    json_decref(counts);
}

static const struct screen_key service_keys[] = {
    {INPUT_ENTER, N_("Open"), N_("Opens the marked form or service; its digit does too."), NULL,
     NULL},
    {INPUT_TAB, NULL, N_("Goes to the next form or service."), NULL, NULL},
    {INPUT_PAGE_DOWN, NULL, N_("Shows the next page; Space does too."), NULL, NULL},
    {0},
};

extern const struct screen_kind screen_service;
const struct screen_kind screen_service = {
    .name = "service",
    .title = N_("Service"),
    .help = N_("What a service is, who may serve it, what it costs and how long it takes in each "
               "channel; the cheapest and your own channel are marked."),
    .keys = service_keys,
    .open = service_open,
    .close = service_close,
    .draw = service_draw,
    .key = service_key,
    .save = service_save,
    .changed = service_changed,
    .subject = service_subject,
    .home = service_home,
};
