#include "net/open311_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/catalogue_feed.h"

struct open311_view {
    void (*log)(void *context, const char *line);
    void *log_context;
    int64_t since;    /* read so far */
    json_t *services; /* key -> document, of those that offer */
    json_t *forms;    /* set of the keys of their forms */
    bool stale;       /* the list is to be made anew */
    struct open311_service **list;
    size_t count;
    int64_t offered_ms; /* when a service that offers, or offered until it ended, changed last */
    int64_t changed_ms;
};

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory for the services of Open311");
}

struct open311_view *open311_view_new(void (*log)(void *context, const char *line), void *context)
{
    struct open311_view *view = calloc(1, sizeof(*view));

    if (view == NULL)
        return NULL;
    *view = (struct open311_view){.log = log,
                                  .log_context = context,
                                  .services = json_object(),
                                  .forms = json_object(),
                                  .stale = true};
    if (view->services != NULL && view->forms != NULL)
        return view;
    open311_view_free(view);
    return NULL;
}

static void list_clear(struct open311_view *view)
{
    for (size_t i = 0; i < view->count; i++)
        open311_service_free(view->list[i]);
    free(view->list);
    view->list = NULL;
    view->count = 0;
    view->changed_ms = 0;
}

void open311_view_free(struct open311_view *view)
{
    if (view == NULL)
        return;
    list_clear(view);
    json_decref(view->services);
    json_decref(view->forms);
    free(view);
}

static void changed_note(int64_t *latest_ms, const struct record *record)
{
    const json_t *updated = record != NULL ? json_object_get(record->meta, "updated") : NULL;
    int64_t ms;

    if (timestamp_parse(json_text_or(updated, "time", ""), &ms) && ms > *latest_ms)
        *latest_ms = ms;
}

/* --- reading the ledger -----------------------------------------------------------------------
 */

static int service_keep(struct open311_view *view, const char *key, const json_t *document,
                        struct error *error)
{
    struct record *record;
    bool known = json_object_get(view->services, key) != NULL;
    int code = record_from_json(&record, document, error);

    if (code != 0)
        return code;
    if (known || json_object_get(record->body, "open311") != NULL)
        changed_note(&view->offered_ms, record);
    if (open311_is_offered(record)) {
        view->stale = true;
        if (json_object_set_new(view->services, key, json_deep_copy(document)) != 0)
            code = out_of_memory(error);
    } else if (known) {
        view->stale = true;
        json_object_del(view->services, key);
    }
    record_free(record);
    return code;
}

static int record_keep(void *context, const json_t *document, struct error *error)
{
    struct open311_view *view = context;
    enum record_type type = record_type_from_name(json_text_or(document, "type", ""));
    const char *key = json_text_or(json_object_get(document, "body"), "key", "");

    if (type == RECORD_FORM && json_object_get(view->forms, key) != NULL)
        view->stale = true;
    return type == RECORD_SERVICE ? service_keep(view, key, document, error) : 0;
}

/* --- making the list -------------------------------------------------------------------------- */

/* The form of a service: new; NULL when it names none, or none that there is. */
static int form_read(struct open311_view *view, struct ledger *ledger, const struct record *service,
                     struct record **form, struct error *error)
{
    char key[RECORD_KEY_SIZE];
    struct scope_set none = {0};
    struct id id;
    char *text = NULL;
    json_t *document;
    int code;

    *form = NULL;
    open311_form_key(service, key);
    if (key[0] == '\0')
        return 0;
    if (json_object_set_new(view->forms, key, json_true()) != 0)
        return out_of_memory(error);
    id = id_from_key("form", key);
    code = ledger_record_read(ledger, &none, RECORD_FORM, &id, &text, error);
    if (code == ERROR_NOT_FOUND)
        return error_set(error, ERROR_INVALID, "open311/form: there is no form \"%.100s\"", key);
    if (code != 0)
        return code;
    document = json_loads(text, 0, NULL);
    free(text);
    code = document != NULL ? record_from_json(form, document, error) : out_of_memory(error);
    json_decref(document);
    return code;
}

/* What is wrong with one record is told to the log, and leaves out no other. */
static int service_add(struct open311_view *view, struct ledger *ledger, const char *key,
                       const json_t *document, struct error *error)
{
    struct open311_service *service = NULL;
    struct record *record, *form = NULL;
    int code = record_from_json(&record, document, error);

    if (code != 0)
        return code;
    code = form_read(view, ledger, record, &form, error);
    changed_note(&view->changed_ms, form);
    if (code == 0)
        code = open311_service_new(&service, record, form, error);
    record_free(record);
    record_free(form);
    if (code == 0 && open311_view_find(view, service->code) != NULL) {
        code = error_set(error, ERROR_INVALID, "open311/code: another service has it");
        open311_service_free(service);
    } else if (code == 0) {
        view->list[view->count++] = service;
    }
    if (code == ERROR_INVALID || code == ERROR_TOO_LARGE) {
        char line[ERROR_MESSAGE_SIZE + 200];

        snprintf(line, sizeof(line), "not offered on 311: %.150s: %s", key, error->message);
        view->log(view->log_context, line);
        return 0;
    }
    return code;
}

static int by_key(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static int list_make(struct open311_view *view, struct ledger *ledger, struct error *error)
{
    size_t size = json_object_size(view->services);
    const char **keys = calloc(size + 1, sizeof(*keys));
    const char *key;
    json_t *document;
    size_t count = 0;
    int code = 0;

    list_clear(view);
    view->changed_ms = view->offered_ms;
    json_object_clear(view->forms);
    view->list = calloc(size + 1, sizeof(struct open311_service *));
    if (keys == NULL || view->list == NULL) {
        free(keys);
        return out_of_memory(error);
    }
    json_object_foreach(view->services, key, document)
    {
        keys[count++] = key;
    }
    qsort(keys, count, sizeof(*keys), by_key);
    for (size_t i = 0; i < count && code == 0; i++)
        code = service_add(view, ledger, keys[i], json_object_get(view->services, keys[i]), error);
    free(keys);
    if (code == 0)
        view->stale = false;
    return code;
}

int open311_view_open(struct open311_view *view, struct ledger *ledger, struct error *error)
{
    int code = catalogue_feed_read(ledger, &view->since, record_keep, view, error);

    if (code == 0 && view->stale)
        code = list_make(view, ledger, error);
    return code;
}

/* --- lending ---------------------------------------------------------------------------------- */

const struct open311_service *const *open311_view_services(const struct open311_view *view,
                                                           size_t *count)
{
    *count = view->count;
    return (const struct open311_service *const *)view->list;
}

const struct open311_service *open311_view_find(const struct open311_view *view, const char *code)
{
    for (size_t i = 0; i < view->count; i++)
        if (strcmp(view->list[i]->code, code) == 0)
            return view->list[i];
    return NULL;
}

int64_t open311_view_changed(const struct open311_view *view)
{
    return view->changed_ms;
}
