#include <string.h>

#include "app/clock.h"
#include "app/merge_internal.h"
#include "app/queue.h"

#define DEFAULT_LIMIT 256

static bool text_fits(const struct field *field, const json_t *value)
{
    size_t limit = field->limit > 0 ? field->limit : DEFAULT_LIMIT;

    return json_is_string(value) && json_string_length(value) <= limit &&
           (json_string_length(value) > 0 || !(field->rules & FIELD_REQUIRED));
}

static bool word_fits(const struct field *field, const json_t *value)
{
    if (!json_is_string(value))
        return false;
    for (size_t i = 0; field->words[i] != NULL; i++)
        if (strcmp(field->words[i], json_string_value(value)) == 0)
            return true;
    return false;
}

static bool size_fits(const struct field *field, const json_t *value)
{
    size_t limit = field->limit > 0 ? field->limit : DEFAULT_LIMIT;

    return json_dumpb(value, NULL, 0, JSON_COMPACT) <= limit;
}

static bool map_fits(const json_t *value)
{
    const char *name;
    json_t *member;

    if (!json_is_object(value))
        return false;
    json_object_foreach((json_t *)(uintptr_t)value, name,
                        member) if (*name == '\0' ||
                                    strlen(name) > MERGE_MEMBER_LIMIT) return false;
    return true;
}

static bool integer_fits(const struct field *field, const json_t *value)
{
    json_int_t number = json_integer_value(value);

    return json_is_integer(value) && number >= 0 &&
           (field->limit == 0 || (size_t)number <= field->limit);
}

static bool skills_fit(const json_t *value)
{
    struct queue_skill skill;

    if (!json_is_array(value) || json_array_size(value) > QUEUE_NEED_SKILLS_MOST)
        return false;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *text = json_string_value(json_array_get(value, i));

        if (text == NULL || !queue_skill_read(text, &skill))
            return false;
    }
    return true;
}

bool merge_value_fits(const struct field *field, const json_t *value)
{
    struct id id;
    int64_t ms;

    switch (field->shape) {
    case FIELD_TEXT:
    case FIELD_KEY:
        return text_fits(field, value);
    case FIELD_TIME:
        return json_is_string(value) && timestamp_parse(json_string_value(value), &ms);
    case FIELD_ID:
        return json_is_string(value) && id_parse(&id, json_string_value(value));
    case FIELD_WORD:
        return word_fits(field, value);
    case FIELD_BOOLEAN:
        return json_is_boolean(value);
    case FIELD_INTEGER:
        return integer_fits(field, value);
    case FIELD_LIST:
        return json_is_array(value) && size_fits(field, value);
    case FIELD_SKILLS:
        return skills_fit(value);
    case FIELD_OBJECT:
        return json_is_object(value) && size_fits(field, value);
    case FIELD_MAP:
        return map_fits(value);
    }
    return false;
}
