/* A result in the specification's "basic" shape. */
#include <string.h>

#include "forms/schema_result.h"

static json_t *unit(const char *const places[SCHEMA_PLACE_COUNT])
{
    return json_pack("{s:s, s:s, s:s}", "keywordLocation", places[SCHEMA_PLACE_KEYWORD],
                     "absoluteKeywordLocation", places[SCHEMA_PLACE_ABSOLUTE], "instanceLocation",
                     places[SCHEMA_PLACE_INSTANCE]);
}

/* A line for each subschema around the fault of this index that has no line yet. */
static bool parents_output(const struct schema_result *result, size_t error, size_t *parent,
                           const char *language, json_t *list)
{
    bool french = strncmp(language, "fr", 2) == 0;

    for (; *parent < result->parent_count && result->parents[*parent].before <= error;
         (*parent)++) {
        json_t *item = unit(result->parents[*parent].places);

        json_object_set_new(item, "error",
                            json_string(french ? "Quelque chose est à corriger ici"
                                               : "Something is wrong in here"));
        if (json_array_append_new(list, item) != 0)
            return false;
    }
    return true;
}

static json_t *errors_output(const struct schema_result *result, const char *language)
{
    json_t *list = json_array();
    char message[512];
    size_t parent = 0;

    for (size_t i = 0; i < result->count && list != NULL; i++) {
        const struct schema_error *error = &result->errors[i];
        const char *const places[] = {error->instance_location, error->keyword_location,
                                      error->absolute_keyword_location};
        json_t *item = unit(places);

        schema_message(error, language, message, sizeof(message));
        json_object_set_new(item, "error", json_string(message));
        if (!parents_output(result, i, &parent, language, list)) {
            json_decref(item);
            json_decref(list);
            return NULL;
        }
        if (json_array_append_new(list, item) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

static json_t *annotations_output(const struct schema_result *result)
{
    json_t *list = json_array();

    for (size_t i = 0; i < result->annotation_count && list != NULL; i++) {
        const struct schema_annotation *annotation = &result->annotations[i];
        const char *const places[] = {annotation->instance_location, annotation->keyword_location,
                                      annotation->absolute_keyword_location};
        json_t *item = unit(places);

        json_object_set(item, "annotation", schema_json(annotation->value));
        if (json_array_append_new(list, item) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

json_t *schema_result_output(const struct schema_result *result, const char *language)
{
    if (result->total > 0)
        return json_pack("{s:b, s:o}", "valid", 0, "errors", errors_output(result, language));
    if (!result->annotating)
        return json_pack("{s:b}", "valid", 1);
    return json_pack("{s:b, s:o}", "valid", 1, "annotations", annotations_output(result));
}
