#include "app/view.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"

/* --- reading --------------------------------------------------------------------------------- */

struct reading {
    struct views *views;
    const struct id *agent;
};

static int read_view(void *context, const struct record *record, enum store_pending pending)
{
    struct reading *reading = context;
    struct view *view = &reading->views->list[reading->views->count];
    bool shared = json_bool_or(record->body, "shared", false);

    (void)pending;
    if (reading->views->count == VIEWS_LIMIT || json_bool_or(record->body, "hidden", false) ||
        (!shared && strcmp(record_text(record, "owner"), reading->agent->text) != 0))
        return 0;
    *view = (struct view){.shared = shared, .place = json_integer_or(record->body, "place", 0)};
    if (case_query_from_json(&view->query, json_object_get(record->body, "query"), NULL) != 0)
        return 0;
    text_copy(view->name, sizeof(view->name), record_text(record, "name"));
    view->record = record_copy(record);
    if (view->record == NULL)
        return ERROR_MEMORY;
    reading->views->count++;
    return 0;
}

static int by_place(const void *left, const void *right)
{
    const struct view *a = left, *b = right;

    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    if (strcmp(a->name, b->name) != 0)
        return strcmp(a->name, b->name);
    return strcmp(a->record->id.text, b->record->id.text);
}

int views_read(struct views *views, struct store *store, const struct id *agent,
               struct error *error)
{
    const struct store_query query = {.type = RECORD_VIEW};
    struct reading reading = {views, agent};
    int code;

    views_free(views);
    code = store_each(store, &query, read_view, &reading, error);
    if (code == ERROR_MEMORY)
        error_set(error, ERROR_MEMORY, "no memory for the views");
    qsort(views->list, views->count, sizeof(views->list[0]), by_place);
    return code;
}

void views_free(struct views *views)
{
    for (size_t i = 0; i < views->count; i++)
        record_free(views->list[i].record);
    views->count = 0;
}

bool view_is_called(const char *name, const char *typed)
{
    char *folded = text_fold(name, strlen(name)), *wanted = text_fold(typed, strlen(typed));
    bool called = folded != NULL && wanted != NULL && strcmp(folded, wanted) == 0;

    free(folded);
    free(wanted);
    return called;
}

/* --- writing --------------------------------------------------------------------------------- */

static int check_name(const char *name, struct error *error)
{
    return name[strspn(name, " \t")] != '\0'
               ? 0
               : error_set(error, ERROR_INVALID, "name: a view needs one");
}

static void put_value(struct operation *operation, const char *member, json_t *value)
{
    if (operation == NULL)
        json_decref(value);
    else
        (void)json_object_set_new(operation->body, member, value);
}

int view_save(struct batch *batch, const struct author *author, const char *name, bool shared,
              const struct case_query *query, int64_t place, struct id *id, struct error *error)
{
    struct operation *operation;
    int code = check_name(name, error);

    if (code != 0)
        return code;
    operation = author_append(author, RECORD_VIEW);
    if (operation != NULL)
        *id = operation->record;
    operation_put_text(operation, "name", name);
    operation_put_id(operation, "owner", &author->agent);
    operation_put_text(operation, "office", author->office);
    if (shared)
        put_value(operation, "shared", json_true());
    put_value(operation, "query", case_query_to_json(query));
    put_value(operation, "place", json_integer(place));
    return batch_add(batch, operation, error);
}

/* One changed member; `value` is stolen. */
static int change(struct batch *batch, const struct author *author, const struct view *view,
                  const char *member, json_t *value, struct error *error)
{
    struct operation *operation = author_change(author, OPERATION_FIELDS, view->record);

    put_value(operation, member, value);
    return batch_add(batch, operation, error);
}

int view_rename(struct batch *batch, const struct author *author, const struct view *view,
                const char *name, struct error *error)
{
    int code = check_name(name, error);

    return code != 0 ? code : author_set_field(batch, author, view->record, "name", name, error);
}

int view_change(struct batch *batch, const struct author *author, const struct view *view,
                const struct case_query *query, struct error *error)
{
    return change(batch, author, view, "query", case_query_to_json(query), error);
}

int view_move(struct batch *batch, const struct author *author, const struct view *view,
              int64_t place, struct error *error)
{
    return change(batch, author, view, "place", json_integer(place), error);
}

int view_hide(struct batch *batch, const struct author *author, const struct view *view,
              struct error *error)
{
    return change(batch, author, view, "hidden", json_true(), error);
}
