#include "app/checklist.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"

#define PATH_SIZE 256

/* As a tick says it; no tick at all is to do. */
static const char *const state_words[] = {
    [CHECKLIST_TO_DO] = "",
    [CHECKLIST_DONE] = "done",
    [CHECKLIST_NOT_NEEDED] = "not-needed",
};

static enum checklist_state state_from_word(const char *word)
{
    if (strcmp(word, state_words[CHECKLIST_DONE]) == 0)
        return CHECKLIST_DONE;
    return strcmp(word, state_words[CHECKLIST_NOT_NEEDED]) == 0 ? CHECKLIST_NOT_NEEDED
                                                                : CHECKLIST_TO_DO;
}

/* --- reading --------------------------------------------------------------------------------- */

static void item_read(struct checklist_item *item, const struct record *matter, const char *name,
                      const json_t *body)
{
    const json_t *ticks = json_object_get(matter->body, "ticks");
    const json_t *stamp = NULL;
    char path[PATH_SIZE];

    *item = (struct checklist_item){.name = name,
                                    .body = body,
                                    .order = json_integer_or(body, "order", 0),
                                    .state = state_from_word(json_text_or(ticks, name, ""))};
    if (operation_map_path("ticks", name, path, sizeof(path)))
        stamp = json_object_get(json_object_get(matter->meta, "stamps"), path);
    id_parse(&item->agent, json_text_or(stamp, "agent", ""));
    timestamp_parse(json_text_or(stamp, "time", ""), &item->at_ms);
}

static int compare(const void *left, const void *right)
{
    const struct checklist_item *first = left, *second = right;

    if (first->order != second->order)
        return first->order < second->order ? -1 : 1;
    return strcmp(first->name, second->name);
}

int checklist_read(struct checklist *checklist, const struct record *matter, struct error *error)
{
    json_t *items = json_object_get(matter->body, "checklist");
    size_t count = json_object_size(items);
    const char *name;
    json_t *body;

    *checklist = (struct checklist){0};
    if (count == 0)
        return 0;
    checklist->items = calloc(count, sizeof(checklist->items[0]));
    if (checklist->items == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    json_object_foreach(items, name, body)
    {
        struct checklist_item *item = &checklist->items[checklist->count];

        if (!json_is_object(body))
            continue;
        item_read(item, matter, name, body);
        checklist->done += item->state == CHECKLIST_DONE;
        checklist->needed += item->state != CHECKLIST_NOT_NEEDED;
        checklist->count++;
    }
    qsort(checklist->items, checklist->count, sizeof(checklist->items[0]), compare);
    return 0;
}

void checklist_free(struct checklist *checklist)
{
    free(checklist->items);
    *checklist = (struct checklist){0};
}

size_t checklist_next(const struct checklist *checklist)
{
    size_t next = 0;

    while (next < checklist->count && checklist->items[next].state != CHECKLIST_TO_DO)
        next++;
    return next;
}

/* --- changing -------------------------------------------------------------------------------- */

/* What an item is about, to find it again under another name. */
static const char *subject_of(const json_t *item)
{
    const char *service = json_text_or(item, "service", "");

    if (*service != '\0')
        return service;
    if (json_is_object(json_object_get(item, "agency")))
        return json_text_or(json_object_get(item, "agency"), "id", "");
    return json_text_or(item, "form", "");
}

static bool is_there(const struct checklist *checklist, const char *name, const json_t *item)
{
    const char *subject = subject_of(item);

    for (size_t i = 0; i < checklist->count; i++)
        if (strcmp(checklist->items[i].name, name) == 0 ||
            (*subject != '\0' && strcmp(subject_of(checklist->items[i].body), subject) == 0))
            return true;
    return false;
}

/* Puts one item into the operation; false when its name is none or memory is short. */
static bool item_put(struct operation *operation, const char *name, const json_t *item,
                     int64_t order)
{
    char path[PATH_SIZE];
    json_t *copy = json_copy((json_t *)(uintptr_t)item);

    if (copy == NULL || json_object_set_new(copy, "order", json_integer(order)) != 0 ||
        !operation_map_path("checklist", name, path, sizeof(path))) {
        json_decref(copy);
        return false;
    }
    return json_object_set_new(operation->body, path, copy) == 0;
}

int checklist_add(struct batch *batch, const struct author *author, const struct record *matter,
                  const json_t *items, size_t *added, struct error *error)
{
    struct operation *operation = author_change(author, OPERATION_FIELDS, matter);
    struct checklist present;
    int64_t order = 0;
    json_t *pair;
    size_t i;
    int code = checklist_read(&present, matter, error);

    *added = 0;
    if (present.count > 0)
        order = present.items[present.count - 1].order;
    json_array_foreach(items, i, pair)
    {
        const char *name = json_string_value(json_array_get(pair, 0));
        const json_t *item = json_array_get(pair, 1);

        if (operation == NULL || code != 0 || name == NULL || is_there(&present, name, item))
            continue;
        if (!item_put(operation, name, item, ++order))
            code = error_set(error, ERROR_INVALID, "checklist: \"%s\" is no name of an item", name);
        ++*added;
    }
    checklist_free(&present);
    if (code != 0 || *added == 0) {
        operation_free(operation);
        return code;
    }
    return batch_add(batch, operation, error);
}

int checklist_set(struct batch *batch, const struct author *author, const struct record *matter,
                  const char *name, enum checklist_state state, struct error *error)
{
    const char *present = json_text_or(json_object_get(matter->body, "ticks"), name, "");
    struct operation *operation;
    char path[PATH_SIZE];

    if (json_object_get(json_object_get(matter->body, "checklist"), name) == NULL ||
        !operation_map_path("ticks", name, path, sizeof(path)))
        return error_set(error, ERROR_NOT_FOUND, "checklist: there is no item \"%s\"", name);
    if (state_from_word(present) == state)
        return 0;
    operation = author_change(author, OPERATION_FIELDS, matter);
    operation_put_field(operation, path, state_words[state]);
    return batch_add(batch, operation, error);
}

int checklist_choose(struct batch *batch, const struct author *author,
                     const struct record *questionnaire, const char *step, bool chosen,
                     bool otherwise, struct error *error)
{
    struct operation *operation;
    char path[PATH_SIZE];

    if (chosen == checklist_is_chosen(questionnaire, step, otherwise))
        return 0;
    if (!operation_map_path("steps", step, path, sizeof(path)))
        return error_set(error, ERROR_INVALID, "steps: \"%s\" is no name of a step", step);
    operation = author_change(author, OPERATION_FIELDS, questionnaire);
    /* What the answers say anyway needs no word, and goes along when they change. */
    if (operation != NULL)
        json_object_set_new(operation->body, path,
                            chosen == otherwise ? json_null() : json_boolean(chosen));
    return batch_add(batch, operation, error);
}

bool checklist_is_chosen(const struct record *questionnaire, const char *step, bool otherwise)
{
    const json_t *chosen =
        questionnaire == NULL
            ? NULL
            : json_object_get(json_object_get(questionnaire->body, "steps"), step);

    return json_is_boolean(chosen) ? json_is_true(chosen) : otherwise;
}
