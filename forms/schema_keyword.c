#include "forms/schema_keyword.h"

#include <string.h>

#include "app/error.h"
#include "forms/schema_compiler.h"
#include "forms/schema_run.h"

#define CORE        SCHEMA_VOCABULARY_CORE
#define APPLICATOR  SCHEMA_VOCABULARY_APPLICATOR
#define UNEVALUATED SCHEMA_VOCABULARY_UNEVALUATED
#define VALIDATION  SCHEMA_VOCABULARY_VALIDATION
#define META_DATA   SCHEMA_VOCABULARY_META_DATA
#define FORMAT      SCHEMA_VOCABULARY_FORMAT
#define CONTENT     SCHEMA_VOCABULARY_CONTENT

#define D4  SCHEMA_DRAFT_4
#define D6  SCHEMA_DRAFT_6
#define D7  SCHEMA_DRAFT_7
#define D19 SCHEMA_DRAFT_2019_09
#define D20 SCHEMA_DRAFT_2020_12

#define NOTHING SCHEMA_HOLDS_NOTHING
#define SCHEMA  SCHEMA_HOLDS_SCHEMA
#define LIST    SCHEMA_HOLDS_LIST
#define MAP     SCHEMA_HOLDS_MAP
#define EITHER  SCHEMA_HOLDS_SCHEMA_OR_LIST
#define NAMES   SCHEMA_HOLDS_MAP_OR_NAMES

/*
 * Keywords whose compile function is NULL only mark a place ($defs, $anchor) or are read by
 * another one (`then` by `if`). `dependencies` and `definitions` are of older drafts; the current
 * metaschema still describes them, and a schema that uses them is understood.
 */
const struct schema_keyword schema_keywords[] = {
    {"$id", CORE, D6, D20, NOTHING, NULL, NULL, 0},
    {"id", CORE, D4, D4, NOTHING, NULL, NULL, 0},
    {"$schema", CORE, D4, D20, NOTHING, NULL, NULL, 0},
    {"$anchor", CORE, D19, D20, NOTHING, NULL, NULL, 0},
    {"$dynamicAnchor", CORE, D20, D20, NOTHING, NULL, NULL, 0},
    {"$recursiveAnchor", CORE, D19, D19, NOTHING, NULL, NULL, 0},
    {"$vocabulary", CORE, D19, D20, NOTHING, NULL, NULL, 0},
    {"$comment", CORE, D7, D20, NOTHING, NULL, NULL, 0},
    {"$defs", CORE, D19, D20, MAP, NULL, NULL, 0},
    {"definitions", CORE, D4, D20, MAP, NULL, NULL, 0},
    {"$ref", CORE, D4, D20, NOTHING, schema_compile_ref, NULL, 0},
    {"$dynamicRef", CORE, D20, D20, NOTHING, schema_compile_dynamic_ref, NULL, 0},
    {"$recursiveRef", CORE, D19, D19, NOTHING, schema_compile_recursive_ref, NULL, 0},

    {"allOf", APPLICATOR, D4, D20, LIST, schema_compile_list, schema_evaluate_all_of, 0},
    {"anyOf", APPLICATOR, D4, D20, LIST, schema_compile_list, schema_evaluate_any_of, 0},
    {"oneOf", APPLICATOR, D4, D20, LIST, schema_compile_list, schema_evaluate_one_of, 0},
    {"not", APPLICATOR, D4, D20, SCHEMA, schema_compile_not, NULL, 0},
    {"if", APPLICATOR, D7, D20, SCHEMA, schema_compile_if, NULL, 0},
    {"then", APPLICATOR, D7, D20, SCHEMA, NULL, NULL, 0},
    {"else", APPLICATOR, D7, D20, SCHEMA, NULL, NULL, 0},
    {"properties", APPLICATOR, D4, D20, MAP, schema_compile_members, NULL, 0},
    {"patternProperties", APPLICATOR, D4, D20, MAP, schema_compile_members, NULL, 0},
    {"additionalProperties", APPLICATOR, D4, D20, SCHEMA, schema_compile_members, NULL, 0},
    {"propertyNames", APPLICATOR, D6, D20, SCHEMA, schema_compile_members, NULL, 0},
    {"dependentSchemas", APPLICATOR, D19, D20, MAP, schema_compile_dependencies, NULL, 0},
    {"dependencies", APPLICATOR, D4, D20, NAMES, schema_compile_dependencies, NULL, 0},
    {"prefixItems", APPLICATOR, D20, D20, LIST, schema_compile_prefix, NULL, 0},
    {"items", APPLICATOR, D20, D20, SCHEMA, schema_compile_items, NULL, 0},
    {"items", APPLICATOR, D4, D19, EITHER, schema_compile_items, NULL, 0},
    {"additionalItems", APPLICATOR, D4, D19, SCHEMA, schema_compile_additional_items, NULL, 0},
    {"contains", APPLICATOR, D6, D20, SCHEMA, schema_compile_contains, NULL, 0},

    {"unevaluatedItems", UNEVALUATED, D20, D20, SCHEMA, schema_compile_unevaluated,
     schema_evaluate_unevaluated_items, 0},
    {"unevaluatedProperties", UNEVALUATED, D20, D20, SCHEMA, schema_compile_unevaluated,
     schema_evaluate_unevaluated_members, 0},
    {"unevaluatedItems", APPLICATOR, D19, D19, SCHEMA, schema_compile_unevaluated,
     schema_evaluate_unevaluated_items, 0},
    {"unevaluatedProperties", APPLICATOR, D19, D19, SCHEMA, schema_compile_unevaluated,
     schema_evaluate_unevaluated_members, 0},

    {"type", VALIDATION, D4, D20, NOTHING, schema_compile_type, NULL, 0},
    {"enum", VALIDATION, D4, D20, NOTHING, schema_compile_enum, NULL, 0},
    {"const", VALIDATION, D6, D20, NOTHING, schema_compile_const, NULL, 0},
    {"multipleOf", VALIDATION, D4, D20, NOTHING, schema_compile_divisor, NULL, 0},
    {"maximum", VALIDATION, D4, D20, NOTHING, schema_compile_bound, NULL, 0},
    {"minimum", VALIDATION, D4, D20, NOTHING, schema_compile_bound, NULL, 0},
    {"exclusiveMaximum", VALIDATION, D6, D20, NOTHING, schema_compile_bound, NULL, 0},
    {"exclusiveMinimum", VALIDATION, D6, D20, NOTHING, schema_compile_bound, NULL, 0},
    {"exclusiveMaximum", VALIDATION, D4, D4, NOTHING, NULL, NULL, 0},
    {"exclusiveMinimum", VALIDATION, D4, D4, NOTHING, NULL, NULL, 0},
    {"maxLength", VALIDATION, D4, D20, NOTHING, schema_compile_string_count,
     schema_evaluate_max_length, 0},
    {"minLength", VALIDATION, D4, D20, NOTHING, schema_compile_string_count,
     schema_evaluate_min_length, 0},
    {"pattern", VALIDATION, D4, D20, NOTHING, schema_compile_pattern, NULL, 0},
    {"maxItems", VALIDATION, D4, D20, NOTHING, schema_compile_array_count,
     schema_evaluate_max_items, 0},
    {"minItems", VALIDATION, D4, D20, NOTHING, schema_compile_array_count,
     schema_evaluate_min_items, 0},
    {"uniqueItems", VALIDATION, D4, D20, NOTHING, schema_compile_unique, NULL, 0},
    {"maxContains", VALIDATION, D19, D20, NOTHING, NULL, NULL, 0},
    {"minContains", VALIDATION, D19, D20, NOTHING, NULL, NULL, 0},
    {"maxProperties", VALIDATION, D4, D20, NOTHING, schema_compile_object_count,
     schema_evaluate_max_properties, 0},
    {"minProperties", VALIDATION, D4, D20, NOTHING, schema_compile_object_count,
     schema_evaluate_min_properties, 0},
    {"required", VALIDATION, D4, D20, NOTHING, schema_compile_members, NULL, 0},
    {"dependentRequired", VALIDATION, D19, D20, NOTHING, schema_compile_dependencies, NULL, 0},

    {"title", META_DATA, D4, D20, NOTHING, schema_compile_annotation, NULL, 0},
    {"description", META_DATA, D4, D20, NOTHING, schema_compile_annotation, NULL, 0},
    {"default", META_DATA, D4, D20, NOTHING, schema_compile_annotation, NULL, 0},
    {"deprecated", META_DATA, D19, D20, NOTHING, schema_compile_annotation, NULL, 0},
    {"readOnly", META_DATA, D7, D20, NOTHING, schema_compile_annotation, NULL, 0},
    {"writeOnly", META_DATA, D7, D20, NOTHING, schema_compile_annotation, NULL, 0},
    {"examples", META_DATA, D6, D20, NOTHING, schema_compile_annotation, NULL, 0},

    {"format", FORMAT, D4, D20, NOTHING, schema_compile_format, NULL, 0},

    {"contentEncoding", CONTENT, D7, D20, NOTHING, schema_compile_annotation, NULL, 1},
    {"contentMediaType", CONTENT, D7, D20, NOTHING, schema_compile_annotation, NULL, 1},
    {"contentSchema", CONTENT, D19, D20, SCHEMA, schema_compile_annotation, NULL, 1},
};

const size_t schema_keyword_count = sizeof(schema_keywords) / sizeof(schema_keywords[0]);

static const struct {
    const char *uri;
    enum schema_draft draft;
} drafts[] = {
    {"https://json-schema.org/draft/2020-12/schema", SCHEMA_DRAFT_2020_12},
    {"https://json-schema.org/draft/2019-09/schema", SCHEMA_DRAFT_2019_09},
    {"http://json-schema.org/draft-07/schema", SCHEMA_DRAFT_7},
    {"http://json-schema.org/draft-06/schema", SCHEMA_DRAFT_6},
    {"http://json-schema.org/draft-04/schema", SCHEMA_DRAFT_4},
};

static const struct {
    const char *name;
    enum schema_draft draft;
    unsigned bit;
} vocabularies[] = {
    {"2020-12/vocab/core", D20, SCHEMA_VOCABULARY_CORE},
    {"2020-12/vocab/applicator", D20, SCHEMA_VOCABULARY_APPLICATOR},
    {"2020-12/vocab/unevaluated", D20, SCHEMA_VOCABULARY_UNEVALUATED},
    {"2020-12/vocab/validation", D20, SCHEMA_VOCABULARY_VALIDATION},
    {"2020-12/vocab/meta-data", D20, SCHEMA_VOCABULARY_META_DATA},
    {"2020-12/vocab/format-annotation", D20, SCHEMA_VOCABULARY_FORMAT_ANNOTATION},
    {"2020-12/vocab/format-assertion", D20, SCHEMA_VOCABULARY_FORMAT_ASSERTION},
    {"2020-12/vocab/content", D20, SCHEMA_VOCABULARY_CONTENT},
    {"2019-09/vocab/core", D19, SCHEMA_VOCABULARY_CORE},
    {"2019-09/vocab/applicator", D19, SCHEMA_VOCABULARY_APPLICATOR},
    {"2019-09/vocab/validation", D19, SCHEMA_VOCABULARY_VALIDATION},
    {"2019-09/vocab/meta-data", D19, SCHEMA_VOCABULARY_META_DATA},
    {"2019-09/vocab/format", D19, SCHEMA_VOCABULARY_FORMAT_ANNOTATION},
    {"2019-09/vocab/content", D19, SCHEMA_VOCABULARY_CONTENT},
};

bool schema_draft_find(const char *uri, enum schema_draft *draft)
{
    size_t length = strlen(uri);

    if (length > 0 && uri[length - 1] == '#')
        length--;
    for (size_t i = 0; i < sizeof(drafts) / sizeof(drafts[0]); i++) {
        if (strlen(drafts[i].uri) == length && memcmp(drafts[i].uri, uri, length) == 0) {
            *draft = drafts[i].draft;
            return true;
        }
    }
    return false;
}

bool schema_vocabulary_find(const char *uri, enum schema_draft *draft, unsigned *bit)
{
    static const char prefix[] = "https://json-schema.org/draft/";

    if (strncmp(uri, prefix, sizeof(prefix) - 1) != 0)
        return false;
    for (size_t i = 0; i < sizeof(vocabularies) / sizeof(vocabularies[0]); i++) {
        if (strcmp(vocabularies[i].name, uri + sizeof(prefix) - 1) == 0) {
            *draft = vocabularies[i].draft;
            *bit = vocabularies[i].bit;
            return true;
        }
    }
    return false;
}

/* A name stands in the map once; its further rows follow it in the table or are looked for. */
int schema_keyword_map(struct schema_map *map)
{
    for (size_t i = 0; i < schema_keyword_count; i++) {
        const char *name = schema_keywords[i].name;
        size_t length = strlen(name);

        if (schema_map_get(map, name, length) == NULL &&
            schema_map_put(map, name, length, (void *)(uintptr_t)&schema_keywords[i]) != 0)
            return ERROR_MEMORY;
    }
    return 0;
}

const struct schema_keyword *schema_keyword_find(const struct schema_map *map,
                                                 const struct schema_dialect *dialect,
                                                 const char *name, size_t length)
{
    const struct schema_keyword *keyword = schema_map_get(map, name, length);
    const struct schema_keyword *end = schema_keywords + schema_keyword_count;

    if (keyword == NULL)
        return NULL;
    for (name = keyword->name; keyword < end; keyword++) {
        bool current = dialect->draft >= keyword->since && dialect->draft <= keyword->until;

        if (current && (keyword->vocabularies & dialect->vocabularies) != 0 &&
            strcmp(keyword->name, name) == 0)
            return keyword;
    }
    return NULL;
}
