#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/schema_compiler.h"
#include "forms/schema_uri.h"

#define EMITTED_START 32

static const struct schema_limits default_limits = {
    .document_bytes = (size_t)16 * 1024 * 1024,
    .depth = 256,
    .references = 1000000,
    .schemas = 200000,
    .pattern_bytes = (size_t)16 * 1024,
    .pattern_steps = 1000000,
    .errors = 10000,
};

void schema_limits_fill(struct schema_limits *filled, const struct schema_limits *limits)
{
    *filled = default_limits;
    if (limits == NULL)
        return;
#define TAKE(field)                                                                                \
    if (limits->field != 0)                                                                        \
    filled->field = limits->field
    TAKE(document_bytes);
    TAKE(depth);
    TAKE(references);
    TAKE(schemas);
    TAKE(pattern_bytes);
    TAKE(pattern_steps);
    TAKE(errors);
#undef TAKE
}

json_t *schema_json(const json_t *value)
{
    return (json_t *)(uintptr_t)value;
}

/* ---- Faults of the schema ---- */

int schema_compiler_no_memory(struct schema_compiler *compiler)
{
    return error_set(compiler->error, ERROR_MEMORY, "no memory for the schema");
}

int schema_compiler_refuse(struct schema_compiler *compiler, const char *keyword, const char *rule)
{
    char location[256];

    schema_location_write(compiler->node->location, keyword, location, sizeof(location));
    return error_set(compiler->error, ERROR_INVALID, "at %s: %s must be %s", location, keyword,
                     rule);
}

/* ---- Nodes ---- */

static int node_new(struct schema_compiler *compiler, const struct schema_location *location,
                    struct schema_node **node)
{
    const struct schema_limits *limits = &compiler->program->limits;

    if (compiler->node_count++ >= limits->schemas)
        return error_set(compiler->error, ERROR_TOO_LARGE,
                         "the schema needs more than the limit of %zu schemas", limits->schemas);
    *node = schema_arena_take(&compiler->program->arena, sizeof(**node));
    if (*node == NULL)
        return schema_compiler_no_memory(compiler);
    (*node)->location = location;
    (*node)->types = ~0u;
    return 0;
}

int schema_compile_location(struct schema_compiler *compiler, struct schema_location *location,
                            const struct schema_node **node)
{
    int status;

    if (location->node == NULL) {
        status = node_new(compiler, location, &location->node);
        if (status != 0)
            return status;
        *compiler->queue_end = location->node;
        compiler->queue_end = &location->node->next;
        status = schema_reference_reach(compiler, location->resource);
        if (status != 0)
            return status;
    }
    *node = location->node;
    return 0;
}

int schema_compile_boolean(struct schema_compiler *compiler, bool value,
                           const struct schema_location *above, const struct schema_path *path,
                           const struct schema_node **node)
{
    struct schema_location *location =
        schema_arena_take(&compiler->program->arena, sizeof(*location));
    struct schema_node *made;
    int status;

    if (location == NULL)
        return schema_compiler_no_memory(compiler);
    location->resource = above == NULL ? compiler->program->resources : above->resource;
    location->parent = above;
    if (path != NULL) {
        location->keyword = path->keyword;
        location->step = path->step;
        location->token = path->token;
        location->token_length = path->token_length;
        location->index = path->index;
    }
    status = node_new(compiler, location, &made);
    if (status != 0)
        return status;
    made->kind = value ? SCHEMA_NODE_TRUE : SCHEMA_NODE_FALSE;
    *node = made;
    return 0;
}

int schema_compile_child(struct schema_compiler *compiler, const json_t *value,
                         const struct schema_path *path, const struct schema_node **node)
{
    const struct schema_location *above = compiler->node->location;
    struct schema_location *location;

    if (json_is_boolean(value))
        return schema_compile_boolean(compiler, json_is_true(value), above, path, node);
    location = schema_map_get(&compiler->locations, &value, sizeof(value));
    if (location == NULL)
        return schema_compiler_refuse(compiler, path->keyword, "a schema: an object or a boolean");
    return schema_compile_location(compiler, location, node);
}

/* ---- Instructions ---- */

struct schema_instruction *schema_compile_emit(struct schema_compiler *compiler,
                                               const struct schema_keyword *keyword,
                                               enum schema_group group, const json_t *value)
{
    struct schema_draft_instruction *emitted;

    if (compiler->emitted_count == compiler->emitted_capacity) {
        size_t capacity =
            compiler->emitted_capacity == 0 ? EMITTED_START : compiler->emitted_capacity * 2;

        emitted = realloc(compiler->emitted, capacity * sizeof(*emitted));
        if (emitted == NULL) {
            schema_compiler_no_memory(compiler);
            return NULL;
        }
        compiler->emitted = emitted;
        compiler->emitted_capacity = capacity;
    }
    emitted = &compiler->emitted[compiler->emitted_count++];
    memset(emitted, 0, sizeof(*emitted));
    emitted->group = group;
    emitted->instruction.evaluate = keyword->evaluate;
    emitted->instruction.keyword = keyword->name;
    emitted->instruction.value = value;
    emitted->instruction.document = compiler->node->location->resource->document;
    return &emitted->instruction;
}

const json_t *schema_compile_sibling(const struct schema_compiler *compiler, const char *name)
{
    const struct schema_location *location = compiler->node->location;

    if (schema_keyword_find(&compiler->keywords, &location->resource->dialect, name,
                            strlen(name)) == NULL)
        return NULL;
    return json_object_get(location->value, name);
}

/* Lays the emitted instructions into the node, group by group, in the order emitted. */
static int node_finish(struct schema_compiler *compiler)
{
    struct schema_node *node = compiler->node;
    uint32_t used = 0;

    node->instructions = schema_arena_array(&compiler->program->arena, compiler->emitted_count,
                                            sizeof(*node->instructions));
    if (node->instructions == NULL)
        return schema_compiler_no_memory(compiler);
    for (unsigned group = 0; group < SCHEMA_GROUP_COUNT; group++) {
        node->bounds[group] = used;
        for (size_t i = 0; i < compiler->emitted_count; i++) {
            if (compiler->emitted[i].group == group)
                node->instructions[used++] = compiler->emitted[i].instruction;
        }
    }
    node->bounds[SCHEMA_GROUP_COUNT] = used;
    return 0;
}

/* A keyword that nobody knows is an annotation. */
static const struct schema_keyword unknown_keyword = {.parameter = 0};

static int node_keyword(struct schema_compiler *compiler, const char *name, size_t length,
                        const json_t *value)
{
    const struct schema_dialect *dialect = &compiler->node->location->resource->dialect;
    const struct schema_keyword *keyword =
        schema_keyword_find(&compiler->keywords, dialect, name, length);
    struct schema_keyword unknown = unknown_keyword;

    if (keyword != NULL)
        return keyword->compile == NULL ? 0 : keyword->compile(compiler, keyword, value);
    unknown.name = name;
    return schema_compile_annotation(compiler, &unknown, value);
}

/* Compiles the keywords of one node; before 2019-09 a $ref is alone, whatever stands beside it. */
static int node_compile(struct schema_compiler *compiler, struct schema_node *node)
{
    const struct schema_location *location = node->location;
    json_t *schema = schema_json(location->value);
    const json_t *reference = json_object_get(schema, "$ref");
    const char *name;
    size_t length;
    json_t *value;
    int status = 0;

    compiler->node = node;
    compiler->members = NULL;
    compiler->emitted_count = 0;
    if (location->resource->dialect.draft <= SCHEMA_DRAFT_7 && reference != NULL) {
        status = node_keyword(compiler, "$ref", 4, reference);
    } else {
        json_object_keylen_foreach(schema, name, length, value)
        {
            status = node_keyword(compiler, name, length, value);
            if (status != 0)
                break;
        }
    }
    if (status == 0)
        status = schema_compile_members_finish(compiler);
    return status != 0 ? status : node_finish(compiler);
}

static int queue_run(struct schema_compiler *compiler)
{
    while (compiler->queue != NULL) {
        struct schema_node *node = compiler->queue;
        int status;

        compiler->queue = node->next;
        if (compiler->queue == NULL)
            compiler->queue_end = &compiler->queue;
        status = node_compile(compiler, node);
        if (status != 0)
            return status;
    }
    return 0;
}

/* ---- The program ---- */

static int program_compile(struct schema_compiler *compiler, const json_t *value,
                           const struct schema_options *options)
{
    struct schema_resource *resource;
    const char *base = options->base == NULL ? "" : options->base;
    const char *start = options->start == NULL ? "#" : options->start;
    int status = schema_keyword_map(&compiler->keywords);

    if (status != 0)
        return schema_compiler_no_memory(compiler);
    status = schema_resource_load(compiler, value, options->document, base, &resource);
    if (status == 0)
        status =
            schema_reference_resolve(compiler, resource, start, &compiler->program->start, NULL);
    return status != 0 ? status : queue_run(compiler);
}

int schema_compile(struct schema **schema, const json_t *value,
                   const struct schema_options *options, struct error *error)
{
    static const struct schema_options none;
    struct error ignored = ERROR_INIT;
    struct schema_compiler compiler = {.error = error == NULL ? &ignored : error};
    int status;

    *schema = NULL;
    if (options == NULL)
        options = &none;
    compiler.program = calloc(1, sizeof(*compiler.program));
    if (compiler.program == NULL)
        return schema_compiler_no_memory(&compiler);
    schema_limits_fill(&compiler.program->limits, &options->limits);
    compiler.registry = options->registry;
    compiler.format = options->format;
    compiler.queue_end = &compiler.queue;
    status = program_compile(&compiler, value, options);
    schema_map_free(&compiler.keywords);
    schema_map_free(&compiler.locations);
    schema_map_free(&compiler.resources);
    schema_map_free(&compiler.anchors);
    schema_map_free(&compiler.dynamics);
    free(compiler.emitted);
    if (status != 0) {
        schema_free(compiler.program);
        return status;
    }
    *schema = compiler.program;
    return 0;
}

void schema_free(struct schema *schema)
{
    if (schema == NULL)
        return;
    for (struct schema_hold *hold = schema->holds; hold != NULL; hold = hold->next) {
        json_decref(hold->value);
        schema_document_free(hold->document);
    }
    schema_patterns_free(&schema->patterns);
    schema_map_free(&schema->dynamic_nodes);
    schema_arena_free(&schema->arena);
    free(schema);
}
