/* Compiling the keywords that look at one value: type, enum, bounds, lengths, pattern, format. */
#include <string.h>

#include "forms/schema_compiler.h"
#include "forms/schema_run.h"

static int emit_failed(struct schema_compiler *compiler)
{
    return compiler->error->code;
}

static const struct {
    const char *name;
    unsigned types;
} type_names[] = {
    {"null", 1u << JSON_NULL},
    {"boolean", 1u << JSON_TRUE | 1u << JSON_FALSE},
    {"object", 1u << JSON_OBJECT},
    {"array", 1u << JSON_ARRAY},
    {"number", 1u << JSON_INTEGER | 1u << JSON_REAL},
    {"integer", 1u << JSON_INTEGER},
    {"string", 1u << JSON_STRING},
};

static bool type_find(const json_t *name, unsigned *types, bool *integral)
{
    const char *text = json_string_value(name);

    for (size_t i = 0; text != NULL && i < sizeof(type_names) / sizeof(type_names[0]); i++) {
        if (strcmp(type_names[i].name, text) == 0) {
            *types |= type_names[i].types;
            *integral = *integral || type_names[i].types == 1u << JSON_INTEGER;
            return true;
        }
    }
    return false;
}

int schema_compile_type(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                        const json_t *value)
{
    struct schema_node *node = compiler->node;
    unsigned types = 0;
    bool integral = false;
    bool known = json_is_array(value) || type_find(value, &types, &integral);

    for (size_t i = 0; i < json_array_size(value) && known; i++)
        known = type_find(json_array_get(value, i), &types, &integral);
    if (!known)
        return schema_compiler_refuse(compiler, keyword->name, "the name of a type, or a list");
    /* draft 4 knew an integer by how it is written */
    if (node->location->resource->dialect.draft == SCHEMA_DRAFT_4)
        integral = false;
    node->types = types;
    node->integral = integral;
    node->type = value;
    return 0;
}

static int choices_emit(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                        const json_t *value, const json_t *const *values, size_t count,
                        schema_evaluator *evaluate)
{
    struct schema_arena *arena = &compiler->program->arena;
    struct schema_choices *made = schema_arena_take(arena, sizeof(*made));
    struct schema_instruction *instruction;

    if (made == NULL ||
        (made->choices = schema_arena_array(arena, count, sizeof(*made->choices))) == NULL)
        return schema_compiler_no_memory(compiler);
    made->count = count;
    for (size_t i = 0; i < count; i++) {
        const json_t *choice = values != NULL ? values[i] : json_array_get(value, i);

        made->choices[i].value = schema_json(choice);
        made->choices[i].text = json_string_value(choice);
        made->choices[i].length = json_string_length(choice);
    }
    instruction = schema_compile_emit(compiler, keyword, SCHEMA_GROUP_ANY, value);
    if (instruction == NULL)
        return emit_failed(compiler);
    instruction->evaluate = evaluate;
    instruction->choices = made;
    return 0;
}

int schema_compile_enum(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                        const json_t *value)
{
    if (!json_is_array(value))
        return schema_compiler_refuse(compiler, keyword->name, "an array");
    return choices_emit(compiler, keyword, value, NULL, json_array_size(value),
                        schema_evaluate_enum);
}

int schema_compile_const(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                         const json_t *value)
{
    return choices_emit(compiler, keyword, value, &value, 1, schema_evaluate_const);
}

/* In draft 4 exclusiveMaximum and exclusiveMinimum are booleans that sharpen their neighbour. */
static bool bound_sharpened(const struct schema_compiler *compiler, const char *name)
{
    const json_t *schema = compiler->node->location->value;

    if (compiler->node->location->resource->dialect.draft != SCHEMA_DRAFT_4)
        return false;
    if (strcmp(name, "maximum") == 0)
        return json_is_true(json_object_get(schema, "exclusiveMaximum"));
    return json_is_true(json_object_get(schema, "exclusiveMinimum"));
}

int schema_compile_bound(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                         const json_t *value)
{
    struct schema_bound *bound = schema_arena_take(&compiler->program->arena, sizeof(*bound));
    bool maximum = strstr(keyword->name, "aximum") != NULL;
    bool exclusive =
        strncmp(keyword->name, "exclusive", 9) == 0 || bound_sharpened(compiler, keyword->name);
    struct schema_instruction *instruction;

    if (bound == NULL)
        return schema_compiler_no_memory(compiler);
    if (!json_is_number(value))
        return schema_compiler_refuse(compiler, keyword->name, "a number");
    *bound = (struct schema_bound){value, {maximum, !exclusive, !maximum}};
    instruction = schema_compile_emit(compiler, keyword, SCHEMA_GROUP_NUMBER, value);
    if (instruction == NULL)
        return emit_failed(compiler);
    instruction->evaluate = schema_evaluate_bound;
    instruction->bound = bound;
    return 0;
}

int schema_compile_divisor(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                           const json_t *value)
{
    struct schema_arena *arena = &compiler->program->arena;
    struct schema_number *divisor = schema_arena_take(arena, sizeof(*divisor));
    char *buffer = schema_arena_take(arena, SCHEMA_NUMBER_BUFFER);
    struct schema_instruction *instruction;

    if (divisor == NULL || buffer == NULL)
        return schema_compiler_no_memory(compiler);
    if (!json_is_number(value))
        return schema_compiler_refuse(compiler, keyword->name, "a number above 0");
    schema_number_read(divisor, buffer, value, compiler->node->location->resource->document);
    if (divisor->count == 0 || divisor->negative)
        return schema_compiler_refuse(compiler, keyword->name, "a number above 0");
    instruction = schema_compile_emit(compiler, keyword, SCHEMA_GROUP_NUMBER, value);
    if (instruction == NULL)
        return emit_failed(compiler);
    instruction->evaluate = schema_evaluate_divisor;
    instruction->divisor = divisor;
    return 0;
}

int schema_compile_count_read(struct schema_compiler *compiler, const char *name,
                              const json_t *value, size_t *count)
{
    struct schema_document *document = compiler->node->location->resource->document;
    char buffer[SCHEMA_NUMBER_BUFFER];
    struct schema_number number;
    int64_t length;

    *count = 0;
    if (json_is_number(value))
        schema_number_read(&number, buffer, value, document);
    if (!json_is_number(value) || number.negative || !schema_number_is_integer(&number))
        return schema_compiler_refuse(compiler, name, "a whole number, not below 0");
    length = (int64_t)number.count + number.exponent;
    /* More than any value can have: all the same. */
    if (length > 18) {
        *count = SIZE_MAX;
        return 0;
    }
    for (int64_t i = 0; i < length; i++)
        *count = *count * 10 + (i < (int64_t)number.count ? (size_t)(number.digits[i] - '0') : 0);
    return 0;
}

static int count_emit(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                      const json_t *value, enum schema_group group)
{
    struct schema_instruction *instruction;
    size_t count;
    int status = schema_compile_count_read(compiler, keyword->name, value, &count);

    if (status != 0)
        return status;
    instruction = schema_compile_emit(compiler, keyword, group, value);
    if (instruction == NULL)
        return emit_failed(compiler);
    instruction->count = count;
    return 0;
}

int schema_compile_string_count(struct schema_compiler *compiler,
                                const struct schema_keyword *keyword, const json_t *value)
{
    return count_emit(compiler, keyword, value, SCHEMA_GROUP_STRING);
}

int schema_compile_array_count(struct schema_compiler *compiler,
                               const struct schema_keyword *keyword, const json_t *value)
{
    return count_emit(compiler, keyword, value, SCHEMA_GROUP_ARRAY);
}

int schema_compile_object_count(struct schema_compiler *compiler,
                                const struct schema_keyword *keyword, const json_t *value)
{
    return count_emit(compiler, keyword, value, SCHEMA_GROUP_OBJECT);
}

int schema_compile_pattern_text(struct schema_compiler *compiler, const char *keyword,
                                const char *text, size_t length,
                                const struct schema_pattern **pattern)
{
    struct schema *program = compiler->program;
    char location[256];
    int status = schema_pattern_compile(&program->patterns, text, length, &program->limits, pattern,
                                        compiler->error);

    if (status != 0) {
        schema_location_write(compiler->node->location, keyword, location, sizeof(location));
        error_prefix(compiler->error, "at %s", location);
    }
    return status;
}

int schema_compile_pattern(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                           const json_t *value)
{
    const struct schema_pattern *pattern;
    struct schema_instruction *instruction;
    int status;

    if (!json_is_string(value))
        return schema_compiler_refuse(compiler, keyword->name, "a string");
    status = schema_compile_pattern_text(compiler, keyword->name, json_string_value(value),
                                         json_string_length(value), &pattern);
    if (status != 0)
        return status;
    instruction = schema_compile_emit(compiler, keyword, SCHEMA_GROUP_STRING, value);
    if (instruction == NULL)
        return emit_failed(compiler);
    instruction->evaluate = schema_evaluate_pattern;
    instruction->pattern = pattern;
    return 0;
}

/* A format is asserted when the caller wants it, or when the metaschema's vocabulary says so. */
int schema_compile_format(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                          const json_t *value)
{
    const struct schema_dialect *dialect = &compiler->node->location->resource->dialect;
    bool required = (dialect->vocabularies & SCHEMA_VOCABULARY_FORMAT_ASSERTION) != 0;
    const struct format *format;
    struct schema_instruction *instruction;

    if (!json_is_string(value))
        return schema_compiler_refuse(compiler, keyword->name, "a string");
    format = format_find(json_string_value(value));
    /* Validation specification, section 7.2.3. */
    if (format == NULL && required)
        return schema_compiler_refuse(compiler, keyword->name,
                                      "a known format: the metaschema asks for its assertion");
    if (format != NULL && (required || compiler->format == SCHEMA_FORMAT_ASSERT)) {
        instruction = schema_compile_emit(compiler, keyword, SCHEMA_GROUP_STRING, value);
        if (instruction == NULL)
            return emit_failed(compiler);
        instruction->evaluate = schema_evaluate_format;
        instruction->format = format;
    }
    return schema_compile_annotation(compiler, keyword, value);
}

int schema_compile_unique(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                          const json_t *value)
{
    struct schema_instruction *instruction;

    if (!json_is_boolean(value))
        return schema_compiler_refuse(compiler, keyword->name, "true or false");
    if (json_is_false(value))
        return 0;
    instruction = schema_compile_emit(compiler, keyword, SCHEMA_GROUP_ARRAY, value);
    if (instruction == NULL)
        return emit_failed(compiler);
    instruction->evaluate = schema_evaluate_unique;
    return 0;
}

/* `parameter` 1: an annotation of strings only. */
int schema_compile_annotation(struct schema_compiler *compiler,
                              const struct schema_keyword *keyword, const json_t *value)
{
    struct schema_instruction *instruction =
        schema_compile_emit(compiler, keyword, SCHEMA_GROUP_ANNOTATION, value);

    if (instruction == NULL)
        return emit_failed(compiler);
    instruction->evaluate = schema_evaluate_annotation;
    instruction->count = keyword->parameter;
    return 0;
}
