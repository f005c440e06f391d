/* Compiling the keywords that hold subschemas or refer to schemas. */
#include <string.h>

#include "forms/schema_compiler.h"
#include "forms/schema_run.h"

#define NAMES_RULE "a list of member names"

static struct schema_instruction *emit(struct schema_compiler *compiler,
                                       const struct schema_keyword *keyword,
                                       enum schema_group group, const json_t *value,
                                       schema_evaluator *evaluate)
{
    struct schema_instruction *instruction = schema_compile_emit(compiler, keyword, group, value);

    if (instruction != NULL)
        instruction->evaluate = evaluate;
    return instruction;
}

static int list_compile(struct schema_compiler *compiler, const char *keyword, const json_t *value,
                        struct schema_nodes *list)
{
    size_t count = json_array_size(value);

    if (!json_is_array(value) || count == 0)
        return schema_compiler_refuse(compiler, keyword, "a list of at least one schema");
    list->nodes = schema_arena_array(&compiler->program->arena, count, sizeof(*list->nodes));
    if (list->nodes == NULL)
        return schema_compiler_no_memory(compiler);
    list->count = count;
    for (size_t i = 0; i < count; i++) {
        struct schema_path path = {.keyword = keyword, .step = SCHEMA_STEP_INDEX, .index = i};
        int status =
            schema_compile_child(compiler, json_array_get(value, i), &path, &list->nodes[i]);

        if (status != 0)
            return status;
    }
    return 0;
}

static int list_emit(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                     const json_t *value, enum schema_group group, schema_evaluator *evaluate)
{
    struct schema_nodes list;
    struct schema_instruction *instruction;
    int status = list_compile(compiler, keyword->name, value, &list);

    if (status != 0)
        return status;
    instruction = emit(compiler, keyword, group, value, evaluate);
    if (instruction == NULL)
        return ERROR_MEMORY;
    instruction->list = list;
    return 0;
}

int schema_compile_list(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                        const json_t *value)
{
    return list_emit(compiler, keyword, value, SCHEMA_GROUP_ANY, keyword->evaluate);
}

int schema_compile_prefix(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                          const json_t *value)
{
    return list_emit(compiler, keyword, value, SCHEMA_GROUP_ARRAY, schema_evaluate_prefix);
}

static int only_child(struct schema_compiler *compiler, const char *keyword, const json_t *value,
                      const struct schema_node **node)
{
    struct schema_path path = {.keyword = keyword};

    return schema_compile_child(compiler, value, &path, node);
}

int schema_compile_not(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                       const json_t *value)
{
    const struct schema_node *node;
    struct schema_instruction *instruction;
    int status = only_child(compiler, keyword->name, value, &node);

    if (status != 0)
        return status;
    instruction = emit(compiler, keyword, SCHEMA_GROUP_ANY, value, schema_evaluate_not);
    if (instruction == NULL)
        return ERROR_MEMORY;
    instruction->node = node;
    return 0;
}

int schema_compile_if(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                      const json_t *value)
{
    const json_t *then = schema_compile_sibling(compiler, "then");
    const json_t *otherwise = schema_compile_sibling(compiler, "else");
    struct schema_condition *condition =
        schema_arena_take(&compiler->program->arena, sizeof(*condition));
    struct schema_instruction *instruction;
    int status;

    if (condition == NULL)
        return schema_compiler_no_memory(compiler);
    status = only_child(compiler, "if", value, &condition->test);
    if (status == 0 && then != NULL)
        status = only_child(compiler, "then", then, &condition->then);
    if (status == 0 && otherwise != NULL)
        status = only_child(compiler, "else", otherwise, &condition->otherwise);
    if (status != 0)
        return status;
    instruction = emit(compiler, keyword, SCHEMA_GROUP_ANY, value, schema_evaluate_condition);
    if (instruction == NULL)
        return ERROR_MEMORY;
    instruction->condition = condition;
    return 0;
}

static int rest_emit(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                     const json_t *value, size_t from)
{
    const struct schema_node *node;
    struct schema_instruction *instruction;
    int status = only_child(compiler, keyword->name, value, &node);

    if (status != 0)
        return status;
    instruction = emit(compiler, keyword, SCHEMA_GROUP_ARRAY, value, schema_evaluate_items);
    if (instruction == NULL)
        return ERROR_MEMORY;
    instruction->rest = (struct schema_rest){node, from};
    return 0;
}

int schema_compile_items(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                         const json_t *value)
{
    if (keyword->holds == SCHEMA_HOLDS_SCHEMA_OR_LIST && json_is_array(value)) {
        if (json_array_size(value) == 0)
            return 0;
        return list_emit(compiler, keyword, value, SCHEMA_GROUP_ARRAY, schema_evaluate_prefix);
    }
    return rest_emit(compiler, keyword, value,
                     json_array_size(schema_compile_sibling(compiler, "prefixItems")));
}

int schema_compile_additional_items(struct schema_compiler *compiler,
                                    const struct schema_keyword *keyword, const json_t *value)
{
    const json_t *items = schema_compile_sibling(compiler, "items");

    if (!json_is_array(items))
        return 0;
    return rest_emit(compiler, keyword, value, json_array_size(items));
}

int schema_compile_contains(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                            const json_t *value)
{
    struct schema_contains *contains =
        schema_arena_take(&compiler->program->arena, sizeof(*contains));
    struct schema_instruction *instruction;
    int status;

    if (contains == NULL)
        return schema_compiler_no_memory(compiler);
    contains->minimum = 1;
    contains->maximum = SIZE_MAX;
    contains->minimum_value = schema_compile_sibling(compiler, "minContains");
    contains->maximum_value = schema_compile_sibling(compiler, "maxContains");
    contains->evaluates = compiler->node->location->resource->dialect.draft >= SCHEMA_DRAFT_2020_12;
    status = only_child(compiler, keyword->name, value, &contains->node);
    if (status == 0 && contains->minimum_value != NULL)
        status = schema_compile_count_read(compiler, "minContains", contains->minimum_value,
                                           &contains->minimum);
    if (status == 0 && contains->maximum_value != NULL)
        status = schema_compile_count_read(compiler, "maxContains", contains->maximum_value,
                                           &contains->maximum);
    if (status != 0)
        return status;
    instruction = emit(compiler, keyword, SCHEMA_GROUP_ARRAY, value, schema_evaluate_contains);
    if (instruction == NULL)
        return ERROR_MEMORY;
    instruction->contains = contains;
    return 0;
}

int schema_compile_unevaluated(struct schema_compiler *compiler,
                               const struct schema_keyword *keyword, const json_t *value)
{
    bool items = keyword->evaluate == schema_evaluate_unevaluated_items;
    const struct schema_node *node;
    struct schema_instruction *instruction;
    int status = only_child(compiler, keyword->name, value, &node);

    if (status != 0)
        return status;
    if (items)
        compiler->node->tracks_items = true;
    else
        compiler->node->tracks_members = true;
    instruction = schema_compile_emit(
        compiler, keyword, items ? SCHEMA_GROUP_AFTER_ARRAY : SCHEMA_GROUP_AFTER_OBJECT, value);
    if (instruction == NULL)
        return ERROR_MEMORY;
    instruction->node = node;
    return 0;
}

/* ---- References ---- */

static int reference_emit(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                          const json_t *value, const struct schema_node *node,
                          const struct schema_dynamic *dynamic)
{
    struct schema_instruction *instruction =
        emit(compiler, keyword, SCHEMA_GROUP_ANY, value, schema_evaluate_reference);

    if (instruction == NULL)
        return ERROR_MEMORY;
    instruction->reference = (struct schema_reference){node, dynamic};
    return 0;
}

static int reference_resolve(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                             const json_t *value, const struct schema_node **node,
                             const struct schema_anchor **anchor)
{
    char location[256];
    int status;

    if (!json_is_string(value))
        return schema_compiler_refuse(compiler, keyword->name, "a string");
    status = schema_reference_resolve(compiler, compiler->node->location->resource,
                                      json_string_value(value), node, anchor);
    if (status != 0) {
        schema_location_write(compiler->node->location, keyword->name, location, sizeof(location));
        error_prefix(compiler->error, "at %s", location);
    }
    return status;
}

int schema_compile_ref(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                       const json_t *value)
{
    const struct schema_node *node;
    int status = reference_resolve(compiler, keyword, value, &node, NULL);

    return status != 0 ? status : reference_emit(compiler, keyword, value, node, NULL);
}

/* Dynamic only when it leads to a $dynamicAnchor by name (specification, section 8.2.3.2). */
int schema_compile_dynamic_ref(struct schema_compiler *compiler,
                               const struct schema_keyword *keyword, const json_t *value)
{
    const struct schema_node *node;
    const struct schema_anchor *anchor = NULL;
    struct schema_dynamic *dynamic = NULL;
    int status = reference_resolve(compiler, keyword, value, &node, &anchor);

    if (status == 0 && anchor != NULL && anchor->dynamic != NULL) {
        dynamic = anchor->dynamic;
        status = schema_reference_want(compiler, dynamic);
    }
    return status != 0 ? status : reference_emit(compiler, keyword, value, node, dynamic);
}

int schema_compile_recursive_ref(struct schema_compiler *compiler,
                                 const struct schema_keyword *keyword, const json_t *value)
{
    const struct schema_node *node;
    struct schema_dynamic *dynamic = NULL;
    int status = reference_resolve(compiler, keyword, value, &node, NULL);

    if (status == 0 && node->kind == SCHEMA_NODE_OBJECT &&
        json_is_true(json_object_get(node->location->value, "$recursiveAnchor"))) {
        status = schema_reference_name(compiler, "$recursive", &dynamic);
        if (status == 0)
            status = schema_reference_want(compiler, dynamic);
    }
    return status != 0 ? status : reference_emit(compiler, keyword, value, node, dynamic);
}

/* ---- Dependencies ---- */

static bool is_name_list(const json_t *value)
{
    if (!json_is_array(value))
        return false;
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!json_is_string(json_array_get(value, i)))
            return false;
    }
    return true;
}

static int dependency_compile(struct schema_compiler *compiler,
                              const struct schema_keyword *keyword, const json_t *value,
                              struct schema_dependency *dependency)
{
    struct schema_path path = {.keyword = keyword->name,
                               .step = SCHEMA_STEP_NAME,
                               .token = dependency->name,
                               .token_length = dependency->length};
    bool names_allowed = keyword->holds != SCHEMA_HOLDS_MAP;

    if (names_allowed && is_name_list(value)) {
        dependency->names = value;
        return 0;
    }
    if (keyword->holds == SCHEMA_HOLDS_NOTHING)
        return schema_compiler_refuse(compiler, keyword->name, "an object of lists of names");
    return schema_compile_child(compiler, value, &path, &dependency->node);
}

int schema_compile_dependencies(struct schema_compiler *compiler,
                                const struct schema_keyword *keyword, const json_t *value)
{
    struct schema_arena *arena = &compiler->program->arena;
    struct schema_dependencies *made = schema_arena_take(arena, sizeof(*made));
    struct schema_instruction *instruction;
    const char *name;
    size_t length;
    json_t *member;

    if (!json_is_object(value))
        return schema_compiler_refuse(compiler, keyword->name, "an object");
    if (made == NULL || (made->dependencies = schema_arena_array(
                             arena, json_object_size(value), sizeof(*made->dependencies))) == NULL)
        return schema_compiler_no_memory(compiler);
    json_object_keylen_foreach(schema_json(value), name, length, member)
    {
        struct schema_dependency *dependency = &made->dependencies[made->count++];
        int status;

        dependency->name = name;
        dependency->length = length;
        status = dependency_compile(compiler, keyword, member, dependency);
        if (status != 0)
            return status;
    }
    instruction = emit(compiler, keyword, SCHEMA_GROUP_OBJECT, value, schema_evaluate_dependencies);
    if (instruction == NULL)
        return ERROR_MEMORY;
    instruction->dependencies = made;
    return 0;
}

/* ---- Members ---- */

/* Only marks that the node has members: they are put together when all its keywords are read. */
int schema_compile_members(struct schema_compiler *compiler, const struct schema_keyword *keyword,
                           const json_t *value)
{
    if (strcmp(keyword->name, "required") == 0) {
        if (!is_name_list(value))
            return schema_compiler_refuse(compiler, keyword->name, NAMES_RULE);
    } else if (keyword->holds == SCHEMA_HOLDS_MAP && !json_is_object(value)) {
        return schema_compiler_refuse(compiler, keyword->name, "an object of schemas");
    }
    if (compiler->members == NULL)
        compiler->members =
            schema_arena_take(&compiler->program->arena, sizeof(*compiler->members));
    return compiler->members == NULL ? schema_compiler_no_memory(compiler) : 0;
}

/* The member of that name, added when it is new. */
static struct schema_member *member_of(struct schema_members *members, const char *name,
                                       size_t length)
{
    size_t slot = schema_hash(name, length, 0) & members->slot_mask;
    struct schema_member *member;

    for (; members->slots[slot] != 0; slot = (slot + 1) & members->slot_mask) {
        member = &members->members[members->slots[slot] - 1];
        if (member->length == length && memcmp(member->name, name, length) == 0)
            return member;
    }
    member = &members->members[members->count++];
    member->name = name;
    member->length = length;
    members->slots[slot] = (uint32_t)members->count;
    return member;
}

static int members_reserve(struct schema_compiler *compiler, size_t count)
{
    struct schema_members *members = compiler->members;
    size_t slots = 4;

    while (slots < count * 2)
        slots *= 2;
    members->slot_mask = slots - 1;
    members->slots = schema_arena_array(&compiler->program->arena, slots, sizeof(*members->slots));
    members->members =
        schema_arena_array(&compiler->program->arena, count, sizeof(*members->members));
    if (members->slots == NULL || members->members == NULL)
        return schema_compiler_no_memory(compiler);
    return 0;
}

static int members_properties(struct schema_compiler *compiler, const json_t *properties)
{
    const char *name;
    size_t length;
    json_t *value;

    json_object_keylen_foreach(schema_json(properties), name, length, value)
    {
        struct schema_path path = {.keyword = "properties",
                                   .step = SCHEMA_STEP_NAME,
                                   .token = name,
                                   .token_length = length};
        struct schema_member *member = member_of(compiler->members, name, length);
        int status = schema_compile_child(compiler, value, &path, &member->node);

        if (status != 0)
            return status;
    }
    return 0;
}

static void members_required(struct schema_members *members, const json_t *required)
{
    for (size_t i = 0; i < json_array_size(required); i++) {
        const json_t *name = json_array_get(required, i);
        struct schema_member *member =
            member_of(members, json_string_value(name), json_string_length(name));

        members->required += member->required ? 0 : 1;
        member->required = true;
    }
}

static int members_patterns(struct schema_compiler *compiler, const json_t *patterns)
{
    struct schema_members *members = compiler->members;
    const char *text;
    size_t length;
    json_t *value;

    members->patterns = schema_arena_array(&compiler->program->arena, json_object_size(patterns),
                                           sizeof(*members->patterns));
    if (members->patterns == NULL)
        return schema_compiler_no_memory(compiler);
    json_object_keylen_foreach(schema_json(patterns), text, length, value)
    {
        struct schema_member_pattern *pattern = &members->patterns[members->pattern_count++];
        struct schema_path path = {.keyword = "patternProperties",
                                   .step = SCHEMA_STEP_NAME,
                                   .token = text,
                                   .token_length = length};
        int status = schema_compile_pattern_text(compiler, "patternProperties", text, length,
                                                 &pattern->pattern);

        if (status == 0)
            status = schema_compile_child(compiler, value, &path, &pattern->node);
        if (status != 0)
            return status;
        pattern->text = text;
    }
    return 0;
}

int schema_compile_members_finish(struct schema_compiler *compiler)
{
    static const struct schema_keyword keyword = {.name = "properties",
                                                  .evaluate = schema_evaluate_members};
    struct schema_members *members = compiler->members;
    const json_t *properties = schema_compile_sibling(compiler, "properties");
    const json_t *required = schema_compile_sibling(compiler, "required");
    const json_t *patterns = schema_compile_sibling(compiler, "patternProperties");
    const json_t *additional = schema_compile_sibling(compiler, "additionalProperties");
    const json_t *names = schema_compile_sibling(compiler, "propertyNames");
    struct schema_instruction *instruction;
    int status;

    if (members == NULL)
        return 0;
    status = members_reserve(compiler, json_object_size(properties) + json_array_size(required));
    if (status == 0)
        status = members_properties(compiler, properties);
    if (status == 0 && patterns != NULL)
        status = members_patterns(compiler, patterns);
    if (status == 0 && additional != NULL)
        status = only_child(compiler, "additionalProperties", additional, &members->additional);
    if (status == 0 && names != NULL)
        status = only_child(compiler, "propertyNames", names, &members->names);
    if (status != 0)
        return status;
    members_required(members, required);
    members->required_value = required;
    members->properties_value = properties;
    members->names_value = names;
    instruction = schema_compile_emit(compiler, &keyword, SCHEMA_GROUP_OBJECT, properties);
    if (instruction == NULL)
        return ERROR_MEMORY;
    instruction->members = members;
    return 0;
}
