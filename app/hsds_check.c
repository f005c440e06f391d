/* What rows from outside must be before they are taken into a set. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/hsds.h"
#include "app/import_fields.h"
#include "app/text.h"

static int refuse(const struct hsds_listener *listener, const char *rule, const char *place,
                  const char *id, const char *reason, struct error *error)
{
    return listener->remark(listener, true, rule, place, id, reason, error);
}

/* Strips one text of a row and notes its name when that changed it. */
static int member_strip(json_t *row, const char *name, const char *text, struct text_buffer *names)
{
    bool failed;
    char *clean = import_text_strip(text, &failed);
    if (clean) {
        failed = json_object_set_new(row, name, json_string(clean)) != 0;
        text_buffer_add_format(names, "%s%s", names->length > 0 ? ", " : "", name);
    }
    free(clean);
    return failed || names->failed ? ERROR_MEMORY : 0;
}

/* Refuses texts that are too long; 1 when none is. */
static int lengths_check(const json_t *row, const char *place, const char *id,
                         const struct hsds_listener *listener, struct error *error)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)row, name, value)
    {
        char reason[200];
        if (json_string_length(value) <= HSDS_TEXT_LIMIT)
            continue;
        snprintf(reason, sizeof reason, "%.100s: %zu bytes, and a field has at most %d", name,
                 json_string_length(value), HSDS_TEXT_LIMIT);
        return refuse(listener, "too-long", place, id, reason, error);
    }
    return 1;
}

int hsds_row_check(json_t *row, const char *place, const struct hsds_listener *listener,
                   struct error *error)
{
    const json_t *member = json_object_get(row, "id");
    const char *id = json_string_value(member);
    struct text_buffer names = {0};
    const char *name;
    json_t *value;
    void *next;
    if (!id || id[0] == '\0')
        return refuse(listener, "no-id", place, "", "id: missing or not a text", error);
    if (json_string_length(member) > HSDS_ID_LIMIT)
        return refuse(listener, "no-id", place, "", "id: longer than 200 bytes", error);
    int code = lengths_check(row, place, id, listener, error);
    if (code != 1)
        return code;
    json_object_foreach_safe(row, next, name, value)
    {
        if (!import_text_is_safe(name)) {
            json_object_del(row, name);
            text_buffer_add_format(&names, "%sa name", names.length > 0 ? ", " : "");
        } else if (json_is_string(value) &&
                   member_strip(row, name, json_string_value(value), &names) != 0) {
            text_buffer_free(&names);
            return error_set(error, ERROR_MEMORY, "out of memory");
        }
    }
    if (names.length > 0) {
        text_buffer_add_text(&names, ": control or invisible characters dropped");
        code = names.failed ? error_set(error, ERROR_MEMORY, "out of memory")
                            : listener->remark(listener, false, "control-characters", place, id,
                                               names.bytes, error);
    }
    text_buffer_free(&names);
    /* The id may be another one, or none, without them. */
    id = json_string_value(json_object_get(row, "id"));
    if (code >= 0 && id[0] == '\0')
        return refuse(listener, "no-id", place, "", "id: only invisible characters", error);
    return code < 0 ? code : 1;
}

static const char *row_fault(const json_t *row)
{
    const char *name;
    json_t *value;
    const char *id = json_string_value(json_object_get(row, "id"));
    if (!id || id[0] == '\0' || strlen(id) > HSDS_ID_LIMIT)
        return "a row without an id";
    json_object_foreach((json_t *)(uintptr_t)row, name, value)
    {
        if (json_is_string(value) && !import_text_is_safe(json_string_value(value)))
            return "holds control or invisible characters";
    }
    return NULL;
}

const char *hsds_kept_fault(const json_t *kept)
{
    const char *fault = json_is_object(kept) ? NULL : "not an object";
    const char *file;
    json_t *rows;
    json_object_foreach((json_t *)(uintptr_t)kept, file, rows)
    {
        if (!hsds_file_is_name(file) || !json_is_array(rows))
            return "a table that cannot be one";
        for (size_t i = 0; i < json_array_size(rows) && !fault; i++)
            fault = row_fault(json_array_get(rows, i));
    }
    return fault;
}
