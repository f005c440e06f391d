#include "forms/rule.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "forms/form_pointer.h"
#include "forms/schema.h"

/* Nesting of AND and OR, and conditions in one rule. */
#define CONDITION_DEPTH 16
#define CONDITION_LIMIT 256

enum condition_kind { CONDITION_SCHEMA, CONDITION_LEAF, CONDITION_AND, CONDITION_OR };

struct condition {
    enum condition_kind kind;
    char *pointer;           /* of a schema or leaf condition: what it reads */
    bool fails_when_missing; /* `failWhenUndefined` */
    struct schema *schema;
    const json_t *expected; /* borrowed from the definition */
    struct condition *parts;
    size_t part_count;
};

struct rule {
    enum rule_effect effect;
    json_t *definition; /* holds what conditions borrow */
    struct condition condition;
    const char **dependencies; /* pointers of the conditions */
    size_t dependency_count;
};

struct compiler {
    const json_t *root;
    struct rule *rule;
    size_t count;
};

static const struct {
    const char *name;
    enum rule_effect effect;
} effects[] = {
    {"SHOW", RULE_SHOW},       {"HIDE", RULE_HIDE},         {"ENABLE", RULE_ENABLE},
    {"DISABLE", RULE_DISABLE}, {"READONLY", RULE_READONLY}, {"WRITABLE", RULE_WRITABLE},
};

/* "#/properties/address/properties/city" -> "/address/city". NULL: not such a scope. */
static char *scope_pointer(const char *scope)
{
    char pointer[FORM_POINTER_SIZE] = "";
    char token[FORM_POINTER_SIZE];

    if (*scope != '#')
        return NULL;
    scope++;
    while (*scope != '\0') {
        if (!form_pointer_token(&scope, token, sizeof(token)))
            return NULL;
        if (strcmp(token, "properties") != 0 || *scope == '\0')
            return NULL;
        if (!form_pointer_token(&scope, token, sizeof(token)) ||
            !form_pointer_push(pointer, sizeof(pointer), token))
            return NULL;
    }
    return strdup(pointer);
}

/* A condition's schema stands alone, so a reference into the form's schema ("#/$defs/x") is made
 * reachable by giving it the form's definitions. */
static int compile_condition_schema(struct schema **schema, json_t *definition, const json_t *root,
                                    struct error *error)
{
    struct schema_options options = {.format = SCHEMA_FORMAT_ASSERT};
    json_t *definitions = json_object_get(root, "$defs");
    json_t *joined;
    int result;

    if (!json_is_object(definition) || definitions == NULL ||
        json_object_get(definition, "$defs") != NULL)
        return schema_compile(schema, definition, &options, error);
    joined = json_copy(definition);
    if (joined == NULL || json_object_set(joined, "$defs", definitions) != 0) {
        json_decref(joined);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    result = schema_compile(schema, joined, &options, error);
    json_decref(joined);
    return result;
}

static int add_dependency(struct rule *rule, const char *pointer, struct error *error)
{
    const char **grown = realloc((void *)rule->dependencies,
                                 (rule->dependency_count + 1) * sizeof(rule->dependencies[0]));

    if (grown == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    rule->dependencies = grown;
    rule->dependencies[rule->dependency_count++] = pointer;
    return 0;
}

static int compile_condition(struct compiler *compiler, struct condition *condition,
                             const json_t *definition, int depth, struct error *error);

static int compile_parts(struct compiler *compiler, struct condition *condition,
                         const json_t *parts, int depth, struct error *error)
{
    size_t count = json_array_size(parts);

    if (!json_is_array(parts) || count == 0)
        return error_set(error, ERROR_INVALID, "AND and OR need a list of `conditions`");
    if (depth >= CONDITION_DEPTH || compiler->count + count > CONDITION_LIMIT)
        return error_set(error, ERROR_TOO_LARGE, "too many conditions in one rule");
    condition->parts = calloc(count, sizeof(condition->parts[0]));
    if (condition->parts == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    condition->part_count = count;
    for (size_t i = 0; i < count; i++) {
        int result = compile_condition(compiler, &condition->parts[i], json_array_get(parts, i),
                                       depth + 1, error);
        if (result != 0)
            return result;
    }
    return 0;
}

static int compile_scope(struct compiler *compiler, struct condition *condition,
                         const json_t *definition, struct error *error)
{
    const char *scope = json_text_or(definition, "scope", NULL);

    if (scope == NULL)
        return error_set(error, ERROR_INVALID, "a condition needs a `scope`");
    condition->pointer = scope_pointer(scope);
    if (condition->pointer == NULL)
        return error_set(error, ERROR_INVALID,
                         "`scope` \"%s\" is not of the form "
                         "\"#/properties/name\"",
                         scope);
    return add_dependency(compiler->rule, condition->pointer, error);
}

static int compile_condition(struct compiler *compiler, struct condition *condition,
                             const json_t *definition, int depth, struct error *error)
{
    const char *type = json_text_or(definition, "type", "");
    json_t *schema = json_object_get(definition, "schema");
    int result;

    compiler->count++;
    if (!json_is_object(definition))
        return error_set(error, ERROR_INVALID, "a condition must be an object");
    if (json_object_get(definition, "validate") != NULL)
        return error_set(error, ERROR_INVALID,
                         "a `validate` function is JavaScript and is not supported: write the "
                         "condition as `schema`");
    if (strcmp(type, "AND") == 0 || strcmp(type, "OR") == 0) {
        condition->kind = type[0] == 'A' ? CONDITION_AND : CONDITION_OR;
        return compile_parts(compiler, condition, json_object_get(definition, "conditions"), depth,
                             error);
    }
    result = compile_scope(compiler, condition, definition, error);
    if (result != 0)
        return result;
    if (schema != NULL) {
        condition->kind = CONDITION_SCHEMA;
        condition->fails_when_missing = json_bool_or(definition, "failWhenUndefined", false);
        return compile_condition_schema(&condition->schema, schema, compiler->root, error);
    }
    condition->kind = CONDITION_LEAF;
    condition->expected = json_object_get(definition, "expectedValue");
    if (condition->expected == NULL)
        return error_set(error, ERROR_INVALID,
                         "unknown condition \"%s\": it has neither `schema` nor `expectedValue`",
                         type);
    return 0;
}

int rule_compile(struct rule **rule, json_t *definition, const json_t *root, struct error *error)
{
    const char *effect = json_text_or(definition, "effect", "");
    struct compiler compiler = {.root = root};
    size_t found = 0;
    int result;

    *rule = NULL;
    while (found < sizeof(effects) / sizeof(effects[0]) && strcmp(effects[found].name, effect) != 0)
        found++;
    if (found == sizeof(effects) / sizeof(effects[0]))
        return error_set(error, ERROR_INVALID, "unknown effect \"%s\"", effect);
    compiler.rule = calloc(1, sizeof(*compiler.rule));
    if (compiler.rule == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    compiler.rule->effect = effects[found].effect;
    compiler.rule->definition = json_incref(definition);
    result = compile_condition(&compiler, &compiler.rule->condition,
                               json_object_get(definition, "condition"), 0, error);
    if (result != 0) {
        rule_free(compiler.rule);
        return result;
    }
    *rule = compiler.rule;
    return 0;
}

static void free_condition(struct condition *condition)
{
    for (size_t i = 0; i < condition->part_count; i++)
        free_condition(&condition->parts[i]);
    free(condition->parts);
    free(condition->pointer);
    schema_free(condition->schema);
}

void rule_free(struct rule *rule)
{
    if (rule == NULL)
        return;
    free_condition(&rule->condition);
    free((void *)rule->dependencies);
    json_decref(rule->definition);
    free(rule);
}

enum rule_effect rule_effect(const struct rule *rule)
{
    return rule->effect;
}

/* An undefined value is given to the schema as null, which stands for it but where the schema
 * names null itself. */
static bool schema_holds(const struct condition *condition, const json_t *value)
{
    if (value == NULL) {
        json_t *null = json_null();

        return !condition->fails_when_missing &&
               schema_validate(condition->schema, null, NULL, NULL, NULL) == 0;
    }
    return schema_validate(condition->schema, value, NULL, NULL, NULL) == 0;
}

/* Numbers are equal by value: 1 and 1.0 are the same answer. */
static bool value_equals(const json_t *value, const json_t *expected)
{
    if (value == NULL)
        return json_is_null(expected);
    if (json_is_number(value) && json_is_number(expected))
        return json_number_value(value) == json_number_value(expected);
    return json_equal(value, expected) == 1;
}

static bool holds(const struct condition *condition, const json_t *data)
{
    switch (condition->kind) {
    case CONDITION_SCHEMA:
        return schema_holds(condition, form_pointer_get(data, condition->pointer));
    case CONDITION_LEAF:
        return value_equals(form_pointer_get(data, condition->pointer), condition->expected);
    case CONDITION_AND:
        for (size_t i = 0; i < condition->part_count; i++)
            if (!holds(&condition->parts[i], data))
                return false;
        return true;
    case CONDITION_OR:
        for (size_t i = 0; i < condition->part_count; i++)
            if (holds(&condition->parts[i], data))
                return true;
        return false;
    }
    return false;
}

bool rule_holds(const struct rule *rule, const json_t *data)
{
    return holds(&rule->condition, data);
}

size_t rule_dependency_count(const struct rule *rule)
{
    return rule->dependency_count;
}

const char *rule_dependency(const struct rule *rule, size_t index)
{
    return rule->dependencies[index];
}
