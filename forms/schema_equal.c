/* Equality of JSON values as the specification defines it: numbers by their mathematical value. */
#include <string.h>

#include "forms/schema_run.h"

static bool array_equal(const json_t *left, const struct schema_document *left_document,
                        const json_t *right, const struct schema_document *right_document)
{
    size_t size = json_array_size(left);

    if (size != json_array_size(right))
        return false;
    for (size_t i = 0; i < size; i++) {
        if (!schema_equal(json_array_get(left, i), left_document, json_array_get(right, i),
                          right_document))
            return false;
    }
    return true;
}

static bool object_equal(const json_t *left, const struct schema_document *left_document,
                         const json_t *right, const struct schema_document *right_document)
{
    const char *name;
    size_t length;
    json_t *value;

    if (json_object_size(left) != json_object_size(right))
        return false;
    json_object_keylen_foreach(schema_json(left), name, length, value)
    {
        const json_t *other = json_object_getn(right, name, length);

        if (other == NULL || !schema_equal(value, left_document, other, right_document))
            return false;
    }
    return true;
}

bool schema_equal(const json_t *left, const struct schema_document *left_document,
                  const json_t *right, const struct schema_document *right_document)
{
    if (json_is_number(left) && json_is_number(right))
        return schema_number_compare_json(left, left_document, right, right_document) == 0;
    if (json_typeof(left) != json_typeof(right))
        return false;
    switch (json_typeof(left)) {
    case JSON_STRING:
        return json_string_length(left) == json_string_length(right) &&
               memcmp(json_string_value(left), json_string_value(right),
                      json_string_length(left)) == 0;
    case JSON_ARRAY:
        return array_equal(left, left_document, right, right_document);
    case JSON_OBJECT:
        return object_equal(left, left_document, right, right_document);
    default:
        return true;
    }
}

static uint64_t number_hash(const json_t *value, const struct schema_document *document,
                            uint64_t seed)
{
    char buffer[SCHEMA_NUMBER_BUFFER];
    struct schema_number number;

    schema_number_read(&number, buffer, value, document);
    return schema_hash(number.digits, number.count,
                       seed ^ (uint64_t)number.exponent * 31 ^ (number.negative ? 1 : 0));
}

/* The order of members does not count, so their hashes are added. */
static uint64_t object_hash(const json_t *value, const struct schema_document *document,
                            uint64_t seed)
{
    uint64_t sum = seed ^ json_object_size(value);
    const char *name;
    size_t length;
    json_t *member;

    json_object_keylen_foreach(schema_json(value), name, length, member) sum +=
        schema_value_hash(member, document, schema_hash(name, length, seed));
    return schema_hash(&sum, sizeof(sum), seed);
}

uint64_t schema_value_hash(const json_t *value, const struct schema_document *document,
                           uint64_t seed)
{
    uint64_t hash = seed;

    switch (json_typeof(value)) {
    case JSON_STRING:
        return schema_hash(json_string_value(value), json_string_length(value), seed ^ 2);
    case JSON_INTEGER:
    case JSON_REAL:
        return number_hash(value, document, seed ^ 3);
    case JSON_ARRAY:
        for (size_t i = 0; i < json_array_size(value); i++)
            hash = schema_value_hash(json_array_get(value, i), document, hash);
        return schema_hash("array", 5, hash);
    case JSON_OBJECT:
        return object_hash(value, document, seed ^ 5);
    default:
        return schema_hash("word", (size_t)json_typeof(value) % 4, seed ^ 7);
    }
}
