/* One service: who may serve it, its channels side by side, what to bring, where to go on. */
#include "ui/service_view.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/search.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"

/* Hours are looked at again when they are older. */
#define READ_AGAIN_MS INT64_C(30000)
#define FIND_LIMIT    20

static void service_close(struct screen *screen)
{
    struct service *service = screen->data;

    service_forget(service);
    free(service);
}

/* --- by id, code or name ---------------------------------------------------------------------- */

static bool same_text(const char *left, const char *right)
{
    char *folded_left = text_fold(left, strlen(left));
    char *folded_right = text_fold(right, strlen(right));
    bool same = folded_left != NULL && folded_right != NULL && *folded_left != '\0' &&
                strcmp(folded_left, folded_right) == 0;

    free(folded_left);
    free(folded_right);
    return same;
}

/* The id in its source, of a key. */
static const char *source_id(const char *key)
{
    const char *slash = strchr(key, '/');

    return slash == NULL ? key : slash + 1;
}

/* By its id in the source, its code, or its title in either language. */
static bool is_meant(const struct record *record, const char *typed)
{
    const json_t *title = json_object_get(record->body, "title");

    return same_text(source_id(record_text(record, "key")), typed) ||
           same_text(record_text(record, "code"), typed) ||
           same_text(json_text_or(title, "fr", ""), typed) ||
           same_text(json_text_or(title, "en", ""), typed);
}

/* The record that the search found, not the successor that it tells. */
static bool result_is_meant(struct desk *desk, const struct search_result *result,
                            const char *typed, char key[RECORD_KEY_SIZE])
{
    struct record *record = NULL;
    bool meant;

    text_copy(key, RECORD_KEY_SIZE,
              result->moved_from_key != NULL ? result->moved_from_key : result->key);
    if (result->type != RECORD_SERVICE ||
        catalogue_get_by_key(desk->catalogue, RECORD_SERVICE, key, &record, NULL) != 0)
        return false;
    meant = is_meant(record, typed);
    record_free(record);
    return meant;
}

/* The key of the one service with this id, code or name, old ones too; false when there is none. */
static bool find_key(struct desk *desk, const char *typed, char key[RECORD_KEY_SIZE])
{
    const struct search_request request = {
        .query = typed, .language = language_now(), .channel = desk->channel, .limit = FIND_LIMIT};
    struct search_results *results = NULL;
    bool found = false;

    if (search_run(desk->catalogue, &request, &results, NULL) != 0)
        return false;
    for (size_t i = 0; i < results->count && !found; i++)
        found = result_is_meant(desk, &results->items[i], typed, key);
    search_results_free(results);
    return found;
}

/* --- opening --------------------------------------------------------------------------------- */

/* A key, or what was typed after ":service". */
static int read_asked(struct screen *screen, const json_t *arguments, struct error *error)
{
    const char *typed = json_text_or(arguments, "argument", "");
    const char *key = json_text_or(arguments, "key", typed);
    int code = service_read(screen->data, screen->desk, key, error);
    char found[RECORD_KEY_SIZE];

    if (code == ERROR_NOT_FOUND && *typed != '\0' && find_key(screen->desk, typed, found))
        code = service_read(screen->data, screen->desk, found, error);
    if (code == ERROR_NOT_FOUND && *key == '\0')
        code = error_set(error, ERROR_INVALID, "%s", _("say which service: its id, code or name"));
    else if (code == ERROR_NOT_FOUND && *typed != '\0')
        code = error_set(error, ERROR_NOT_FOUND, _("no service has the id or name \"%s\""), typed);
    return code;
}

static int service_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct service *service = calloc(1, sizeof(*service));
    int code;

    if (service == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = service;
    page_restore(&service->page, json_object_get(arguments, "page"));
    code = read_asked(screen, arguments, error);
    if (code != 0) {
        service_close(screen);
        return code;
    }
    if (json_object_get(arguments, "page") == NULL)
        service_count_opening(screen->desk, record_text(service->record, "key"));
    return 0;
}

/* What was asked for is asked again: moves may have changed too. */
static void service_changed(struct screen *screen)
{
    struct service *service = screen->data;
    const struct succession *succession = &service->succession;
    char key[RECORD_KEY_SIZE];

    /* What is gone meanwhile stays as it was read. */
    text_copy(
        key, sizeof(key),
        record_text(succession->past_count > 0 ? succession->past[0] : service->record, "key"));
    service_read(service, screen->desk, key, NULL);
}

static void service_tick(struct screen *screen)
{
    struct service *service = screen->data;
    int64_t age = desk_now(screen->desk) - service->read_ms;

    if (age < 0 || age > READ_AGAIN_MS)
        service_look_at_clock(service, screen->desk);
}

static void service_draw(struct screen *screen, const struct paint *paint)
{
    struct service *service = screen->data;

    page_draw(&service->page, paint, service_draw_page, screen);
}

/* --- keys ------------------------------------------------------------------------------------ */

/* To a part: its first link is chosen, so that a digit opens one of its links. */
static void go_to(struct service *service, enum service_part part)
{
    struct page *page = &service->page;

    if (service->part_rows[part] < 0)
        return;
    page->scroll = service->part_rows[part];
    if (service->part_links[part] < PAGE_LINKS_LIMIT)
        page->chosen = service->part_links[part];
}

static void run_documents(struct screen *screen, const char *argument)
{
    (void)argument;
    go_to(screen->data, SERVICE_DOCUMENTS);
}

static void run_forms(struct screen *screen, const char *argument)
{
    (void)argument;
    go_to(screen->data, SERVICE_FORMS);
}

static void run_related(struct screen *screen, const char *argument)
{
    (void)argument;
    go_to(screen->data, SERVICE_RELATED);
}

static void run_procedure(struct screen *screen, const char *argument)
{
    (void)argument;
    go_to(screen->data, SERVICE_PROCEDURE);
}

static void run_offices(struct screen *screen, const char *argument)
{
    const struct service *service = screen->data;

    (void)argument;
    ui_open(screen->ui, "offices",
            json_pack("{s:s}", "service", record_text(service->record, "key")));
}

static void run_copy(struct screen *screen, const char *argument)
{
    const struct service *service = screen->data;

    (void)argument;
    ui_copy(screen->ui, service->say);
}

static void open_link(struct screen *screen, const struct service_target *target)
{
    const struct service *service = screen->data;

    if (strcmp(target->kind, "offices") == 0)
        run_offices(screen, "");
    else if (strcmp(target->kind, "search") == 0)
        ui_open(screen->ui, "search",
                json_pack("{s:s}", "argument",
                          format_localised(json_object_get(service->record->body, "title"))));
    else
        ui_open(screen->ui, target->kind,
                json_pack("{s:s, s:s}", "key", target->key, "service",
                          record_text(service->record, "key")));
}

static void run_flag(struct screen *screen, const char *argument)
{
    const struct service *service = screen->data;

    (void)argument;
    ui_open(screen->ui, "flag",
            json_pack("{s:s, s:s}", "type", "service", "key", record_text(service->record, "key")));
}

static bool service_key(struct screen *screen, const struct input *input)
{
    struct service *service = screen->data;
    int opened;

    if (!page_key(&service->page, input, &opened))
        return false;
    if (opened >= 0 && (size_t)opened < service->target_count)
        open_link(screen, &service->targets[opened]);
    return true;
}

static bool service_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct service *service = screen->data;

    if (key->run == run_copy)
        return service->say[0] != '\0';
    if (key->run == run_offices)
        return service->offices.count > 0;
    if (key->run == run_documents)
        return service->part_rows[SERVICE_DOCUMENTS] >= 0;
    if (key->run == run_forms)
        return service->form_count > 0;
    if (key->run == run_related)
        return service->part_rows[SERVICE_RELATED] >= 0;
    if (key->run == run_procedure)
        return service->part_rows[SERVICE_PROCEDURE] >= 0;
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

    return format_localised(json_object_get(service->record->body, "title"));
}

static void run_events(struct screen *screen, const char *argument)
{
    (void)argument;
    ui_open(screen->ui, "life-events", NULL);
}

static const struct screen_key service_keys[] = {
    {INPUT_ENTER, N_("Open"), N_("Opens the marked line; the digit before it does too."), NULL,
     NULL},
    {'y', N_("Copy"),
     N_("Copies the sentence to say, in the client's language: Insert puts it into a note."),
     N_("copy"), run_copy},
    {'f', N_("Forms"), N_("Goes to the forms; then a digit opens one."), NULL, run_forms},
    {'o', N_("Offices"), N_("Shows the offices that do it, from a postal code."), NULL,
     run_offices},
    {'r', N_("Related"), N_("Goes to the related services; then a digit opens one."), NULL,
     run_related},
    {'e', N_("Error"), N_("Reports an error to those who keep the catalogue."), NULL, run_flag},
    {'l', NULL, N_("Shows the life events, those of this service first."), NULL, run_events},
    {'d', NULL, N_("Goes to what the client brings."), NULL, run_documents},
    {'p', NULL, N_("Goes to the steps for staff."), NULL, run_procedure},
    {INPUT_TAB, NULL, N_("Goes to the next line that can be opened."), NULL, NULL},
    {INPUT_PAGE_DOWN, NULL, N_("Shows the next page; Space does too."), NULL, NULL},
    {0},
};

extern const struct screen_kind screen_service;
const struct screen_kind screen_service = {
    .name = "service",
    .title = N_("Service"),
    .help = N_("What a service is, who may serve it, and in each channel whether it can be had "
               "now, what it costs and how long it takes; the cheapest and your own channel are "
               "marked. From anywhere: service and its id, code or name, old ones too."),
    .command = N_("service"),
    .keys = service_keys,
    .offers = service_offers,
    .open = service_open,
    .close = service_close,
    .draw = service_draw,
    .key = service_key,
    .save = service_save,
    .changed = service_changed,
    .tick = service_tick,
    .subject = service_subject,
    .home = service_home,
};
