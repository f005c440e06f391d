#include "app/author.h"

#include <string.h>

#include "app/json.h"
#include "app/record_fields.h"

int64_t author_now(const struct author *author)
{
    return clock_wall_ms(author->clock);
}

static struct operation *stamp(const struct author *author, struct operation *operation)
{
    if (operation == NULL)
        return NULL;
    operation->id = id_generate(author->ids, author_now(author));
    operation->agent = author->agent;
    operation->device = author->device;
    operation->moment = clock_next(author->clock);
    operation->channel = author->channel != NULL ? channel_word(author->channel) : NULL;
    return operation;
}

struct operation *author_append(const struct author *author, enum record_type type)
{
    struct id record = id_generate(author->ids, author_now(author));

    return stamp(author, operation_new(OPERATION_APPEND, type, &record));
}

struct operation *author_change(const struct author *author, enum operation_kind kind,
                                const struct record *record)
{
    struct operation *operation = operation_new(kind, record->type, &record->id);

    if (operation != NULL)
        operation->base = record->rev;
    return stamp(author, operation);
}

void batch_clear(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        operation_free(batch->operations[i]);
    batch->count = 0;
}

/* What an agent may type too much of; all other rules are merge's. */
static int check_sizes(const struct operation *operation, struct error *error)
{
    const char *name;
    json_t *value;

    json_object_foreach(operation->body, name, value)
    {
        const struct field *field = record_field(operation->type, name);
        size_t limit = field == NULL || field->limit == 0 ? 256 : field->limit;

        if (field != NULL && field->shape == FIELD_TEXT && json_string_length(value) > limit)
            return error_set(error, ERROR_TOO_LARGE, "%s: %zu bytes, at most %zu", name,
                             json_string_length(value), limit);
    }
    if (!json_fits(operation->body, RECORD_BODY_LIMIT))
        return error_set(error, ERROR_TOO_LARGE, "%s: more than %d bytes",
                         record_type_name(operation->type), RECORD_BODY_LIMIT);
    return 0;
}

int batch_add(struct batch *batch, struct operation *operation, struct error *error)
{
    int code;

    if (operation == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    code = check_sizes(operation, error);
    if (code == 0 && batch->count == BATCH_LIMIT)
        code = error_set(error, ERROR_INTERNAL, "more than %d operations at once", BATCH_LIMIT);
    if (code != 0) {
        operation_free(operation);
        return code;
    }
    batch->operations[batch->count++] = operation;
    return 0;
}

void operation_put_text(struct operation *operation, const char *member, const char *text)
{
    if (operation != NULL && text != NULL && *text != '\0')
        json_object_set_new(operation->body, member, json_string(text));
}

void operation_put_id(struct operation *operation, const char *member, const struct id *id)
{
    if (id != NULL)
        operation_put_text(operation, member, id->text);
}

void operation_put_time(struct operation *operation, const char *member, int64_t ms)
{
    if (operation != NULL)
        json_object_set_new(operation->body, member, json_time(ms));
}

void operation_put_field(struct operation *operation, const char *member, const char *text)
{
    if (operation != NULL)
        json_object_set_new(operation->body, member,
                            *text == '\0' ? json_null() : json_string(text));
}

bool operation_map_path(const char *map, const char *name, char *path, size_t size)
{
    size_t length = strlen(map);

    if (*name == '\0' || strlen(name) > OPERATION_MEMBER_LIMIT || length + 2 > size)
        return false;
    memcpy(path, map, length);
    path[length++] = '/';
    for (; *name != '\0' && length + 3 <= size; name++) {
        if (*name == '~' || *name == '/') {
            path[length++] = '~';
            path[length++] = *name == '~' ? '0' : '1';
        } else {
            path[length++] = *name;
        }
    }
    path[length] = '\0';
    return *name == '\0';
}

int author_set_field(struct batch *batch, const struct author *author, const struct record *record,
                     const char *member, const char *text, struct error *error)
{
    struct operation *operation;

    if (strcmp(record_text(record, member), text) == 0)
        return 0;
    operation = author_change(author, OPERATION_FIELDS, record);
    operation_put_field(operation, member, text);
    return batch_add(batch, operation, error);
}
