#include "app/import_catalogue.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FEED "import"

struct import_catalogue {
    struct catalogue *catalogue;
    struct record **page;
    size_t count;
    size_t capacity;
    int64_t cursor; /* of the file at begin */
};

struct import_catalogue *import_catalogue_new(struct catalogue *catalogue)
{
    struct import_catalogue *target = calloc(1, sizeof *target);
    if (target)
        target->catalogue = catalogue;
    return target;
}

static void page_clear(struct import_catalogue *target)
{
    for (size_t i = 0; i < target->count; i++)
        record_free(target->page[i]);
    target->count = 0;
}

void import_catalogue_free(struct import_catalogue *target)
{
    if (!target)
        return;
    page_clear(target);
    free(target->page);
    free(target);
}

static int target_begin(void *context, struct error *error)
{
    struct import_catalogue *target = context;
    char feed[CATALOGUE_FEED_SIZE];
    page_clear(target);
    int code = catalogue_feed(target->catalogue, feed, error);
    if (code)
        return code;
    if (feed[0] != '\0' && strcmp(feed, FEED) != 0)
        return error_set(error, ERROR_REFUSED, "the catalogue belongs to a server: import there");
    target->cursor = catalogue_cursor(target->catalogue, error);
    return target->cursor < 0 ? (int)target->cursor : 0;
}

static int target_get(void *context, enum record_type type, const struct id *id,
                      struct record **record, struct error *error)
{
    struct import_catalogue *target = context;
    return catalogue_get(target->catalogue, type, id, record, error);
}

static int target_each(void *context, enum record_type type,
                       int (*visit)(void *visit_context, const struct record *record),
                       void *visit_context, struct error *error)
{
    struct import_catalogue *target = context;
    return catalogue_each(target->catalogue, type, visit, visit_context, error);
}

static int target_publish(void *context, const struct record *record, struct error *error)
{
    struct import_catalogue *target = context;
    if (target->count == target->capacity) {
        size_t capacity = target->capacity ? target->capacity * 2 : 256;
        struct record **page = realloc(target->page, capacity * sizeof(struct record *));
        if (!page)
            return error_set(error, ERROR_MEMORY, "out of memory");
        target->page = page;
        target->capacity = capacity;
    }
    struct record *copy = record_copy(record);
    if (!copy)
        return error_set(error, ERROR_MEMORY, "out of memory");
    target->page[target->count++] = copy;
    copy->seq = target->cursor + (int64_t)target->count;
    return 0;
}

static int target_commit(void *context, struct error *error)
{
    struct import_catalogue *target = context;
    if (target->count == 0)
        return 0;
    int64_t cursor = catalogue_cursor(target->catalogue, error);
    if (cursor < 0)
        return (int)cursor;
    if (cursor != target->cursor)
        return error_set(error, ERROR_CONFLICT, "the catalogue was changed meanwhile");
    int code = catalogue_write_page(target->catalogue, target->page, target->count,
                                    cursor + (int64_t)target->count, FEED, error);
    page_clear(target);
    return code;
}

static void target_rollback(void *context)
{
    page_clear(context);
}

struct import_target import_catalogue_target(struct import_catalogue *target)
{
    return (struct import_target){.context = target,
                                  .begin = target_begin,
                                  .get = target_get,
                                  .each = target_each,
                                  .publish = target_publish,
                                  .commit = target_commit,
                                  .rollback = target_rollback};
}
