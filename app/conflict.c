#include "app/conflict.h"

#include <string.h>

#include "app/json.h"

const json_t *conflict_find(const struct record *record, const char *path)
{
    const json_t *found = NULL;
    const json_t *entry;
    size_t i;

    json_array_foreach(json_object_get(record->meta, "conflicts"), i, entry)
    {
        if (strcmp(json_text_or(entry, "path", ""), path) == 0)
            found = entry;
    }
    return found;
}

int conflict_settle(struct batch *batch, const struct author *author, const struct record *record,
                    const char *path, bool other, struct error *error)
{
    const json_t *conflict = conflict_find(record, path);
    json_t *value = json_object_get(conflict, other ? "value" : "kept");
    struct operation *operation;

    if (conflict == NULL)
        return error_set(error, ERROR_NOT_FOUND, "%s has one value", path);
    operation = author_change(author, OPERATION_FIELDS, record);
    if (operation != NULL &&
        json_object_set(operation->body, path, value != NULL ? value : json_null()) != 0) {
        operation_free(operation);
        operation = NULL;
    }
    return batch_add(batch, operation, error);
}
