#include "app/json.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"

/* Jansson's reader passes over some failures of memory: a text then comes out cut, or is told to be
 * no JSON. So the failures are noticed here. */
static _Thread_local bool starved;

static void *json_allocate(size_t size)
{
    void *memory = malloc(size);

    if (memory == NULL && size > 0)
        starved = true;
    return memory;
}

__attribute__((constructor)) static void watch_memory(void)
{
    json_set_alloc_funcs(json_allocate, free);
}

int json_read(json_t **value, const char *bytes, size_t length, size_t limit, const char *what,
              struct error *error)
{
    json_error_t detail;

    *value = NULL;
    if (length > limit)
        return error_set(error, ERROR_TOO_LARGE, "%s has %zu bytes; the limit is %zu", what, length,
                         limit);
    starved = false;
    *value = json_loadb(bytes, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &detail);
    if (starved) {
        json_decref(*value);
        *value = NULL;
        return error_set(error, ERROR_MEMORY, "no memory to read %s", what);
    }
    if (*value == NULL)
        return error_set(error, ERROR_INVALID, "%s is not JSON at line %d, column %d: %s", what,
                         detail.line, detail.column, detail.text);
    return 0;
}

/* The text of a value, unless memory has failed since the last: then it may be cut. */
static char *write_plain(const json_t *value, size_t flags)
{
    char *text = json_dumps(value, flags | JSON_COMPACT | JSON_ENCODE_ANY);

    if (starved) {
        free(text);
        text = NULL;
    }
    starved = false;
    return text;
}

char *json_real_text(const json_t *value)
{
    for (size_t precision = 15; precision < 17; precision++) {
        char *text = write_plain(value, JSON_REAL_PRECISION(precision));
        json_t *again =
            text == NULL ? NULL : json_loads(text, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
        bool same = again != NULL && json_real_value(again) == json_number_value(value);

        json_decref(again);
        if (same || text == NULL)
            return text;
        free(text);
    }
    return write_plain(value, JSON_REAL_PRECISION(17));
}

/* A bound for the text's length: each byte of a text may become six. */
static size_t longest(const json_t *value)
{
    enum { LONGEST_NUMBER = 32 };
    size_t length = 2, index;
    const char *name;
    json_t *member;

    switch (json_typeof(value)) {
    case JSON_OBJECT:
        /* jansson iterates over what it may not change */
        json_object_foreach((json_t *)(uintptr_t)value, name, member)
        {
            length += 6 * strlen(name) + 4 + longest(member);
        }
        return length;
    case JSON_ARRAY:
        json_array_foreach(value, index, member)
        {
            length += 1 + longest(member);
        }
        return length;
    case JSON_STRING:
        return length + 6 * json_string_length(value);
    default:
        return LONGEST_NUMBER;
    }
}

bool json_fits(const json_t *value, size_t limit)
{
    return value == NULL || longest(value) <= limit ||
           json_dumpb(value, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY) <= limit;
}

const char *json_text_or(const json_t *object, const char *member, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(object, member));

    return text != NULL ? text : otherwise;
}

int64_t json_integer_or(const json_t *object, const char *member, int64_t otherwise)
{
    const json_t *value = json_object_get(object, member);

    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool json_bool_or(const json_t *object, const char *member, bool otherwise)
{
    const json_t *value = json_object_get(object, member);

    return json_is_boolean(value) ? json_is_true(value) : otherwise;
}

int json_require_text(const json_t *object, const char *member, size_t limit, const char **text,
                      struct error *error)
{
    const json_t *value = json_object_get(object, member);

    if (value == NULL)
        return error_set(error, ERROR_INVALID, "member \"%s\" is missing", member);
    if (!json_is_string(value) || json_string_length(value) == 0)
        return error_set(error, ERROR_INVALID, "member \"%s\" is not a text", member);
    if (json_string_length(value) > limit)
        return error_set(error, ERROR_TOO_LARGE, "member \"%s\" has %zu bytes; the limit is %zu",
                         member, json_string_length(value), limit);
    *text = json_string_value(value);
    return 0;
}

int json_require_time(const json_t *object, const char *member, int64_t *ms, struct error *error)
{
    const char *text;
    int code = json_require_text(object, member, 64, &text, error);

    if (code != 0)
        return code;
    if (!timestamp_parse(text, ms))
        return error_set(error, ERROR_INVALID, "member \"%s\" is not an RFC 3339 time", member);
    return 0;
}

json_t *json_time(int64_t ms)
{
    char text[TIMESTAMP_SIZE];

    timestamp_format(ms, text);
    return json_string(text);
}

const char *json_localised(const json_t *value, const char *language)
{
    const char *text;

    if (json_is_string(value))
        return json_string_value(value);
    text = json_string_value(json_object_get(value, strncmp(language, "fr", 2) == 0 ? "fr" : "en"));
    if (text == NULL || *text == '\0')
        text = json_text_or(value, strncmp(language, "fr", 2) == 0 ? "en" : "fr", "");
    return text;
}

static bool is_among(const char *const *names, const char *name)
{
    for (; *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

int json_rest(const json_t *object, const char *const *known, json_t **rest, struct error *error)
{
    const char *name;
    json_t *value;
    size_t present = 0;

    *rest = NULL;
    for (size_t i = 0; known[i] != NULL; i++)
        present += json_object_get(object, known[i]) != NULL;
    if (json_object_size(object) == present)
        return 0;
    *rest = json_object();
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        if (!is_among(known, name) && json_object_set(*rest, name, value) != 0) {
            json_decref(*rest);
            *rest = NULL;
            return error_set(error, ERROR_MEMORY, "out of memory");
        }
    }
    return *rest != NULL ? 0 : error_set(error, ERROR_MEMORY, "out of memory");
}

json_t *json_with_rest(json_t *object, json_t *rest)
{
    if (object == NULL || rest == NULL || json_object_update_missing(object, rest) == 0)
        return object;
    json_decref(object);
    return NULL;
}
