#include <string.h>

#include "forms/schema_compiler.h"
#include "forms/schema_uri.h"

/* A JSON Pointer being followed from the root of a resource. */
struct pointer_walk {
    const json_t *value;
    const struct schema_location *known; /* the nearest schema above or at `value` */
    const char *known_at;                /* what was left of the pointer there */
};

/* Undoes ~0 and ~1 in a copy of the token; returns its length. */
static size_t token_decode(char *copy, const char *token, size_t length)
{
    size_t used = 0;

    for (size_t i = 0; i < length; i++) {
        char character = token[i];

        if (character == '~' && i + 1 < length && (token[i + 1] == '0' || token[i + 1] == '1'))
            character = token[++i] == '0' ? '~' : '/';
        copy[used++] = character;
    }
    return used;
}

static const json_t *array_step(const json_t *array, const char *token, size_t length)
{
    size_t index = 0;

    if (length == 0 || length > 9 || (length > 1 && token[0] == '0'))
        return NULL;
    for (size_t i = 0; i < length; i++) {
        if (token[i] < '0' || token[i] > '9')
            return NULL;
        index = index * 10 + (size_t)(token[i] - '0');
    }
    return json_array_get(array, index);
}

/* Follows `pointer` (decoded from the URI) as far as it leads; value is NULL when nowhere. */
static int pointer_follow(struct schema_compiler *compiler, struct pointer_walk *walk,
                          const char *pointer, size_t length)
{
    const char *end = pointer + length;
    char *copy = schema_arena_take(&compiler->program->arena, length + 1);

    if (copy == NULL)
        return schema_compiler_no_memory(compiler);
    while (pointer < end && walk->value != NULL) {
        const char *token = pointer + 1;
        const char *slash = memchr(token, '/', (size_t)(end - token));
        size_t token_length = (size_t)((slash == NULL ? end : slash) - token);
        size_t decoded = token_decode(copy, token, token_length);
        const struct schema_location *location;

        if (json_is_object(walk->value))
            walk->value = json_object_getn(walk->value, copy, decoded);
        else
            walk->value = array_step(walk->value, copy, decoded);
        pointer = token + token_length;
        location = schema_map_get(&compiler->locations, &walk->value, sizeof(walk->value));
        if (location != NULL) {
            walk->known = location;
            walk->known_at = pointer;
        }
    }
    return 0;
}

static int not_found(struct schema_compiler *compiler, const char *reference, const char *why)
{
    return error_set(compiler->error, ERROR_NOT_FOUND, "the reference %.200s leads to %s",
                     reference, why);
}

static int resolve_pointer(struct schema_compiler *compiler, struct schema_resource *resource,
                           const char *reference, const char *pointer, size_t length,
                           const struct schema_node **node)
{
    struct pointer_walk walk = {resource->root->value, resource->root, pointer};
    const char *end = pointer + length;
    struct schema_location *location;
    struct schema_path path;
    int status = pointer_follow(compiler, &walk, pointer, length);

    if (status != 0)
        return status;
    if (walk.value == NULL)
        return not_found(compiler, reference, "nothing");
    path =
        (struct schema_path){.token = walk.known_at, .token_length = (size_t)(end - walk.known_at)};
    if (json_is_boolean(walk.value))
        return schema_compile_boolean(compiler, json_is_true(walk.value), walk.known, &path, node);
    if (!json_is_object(walk.value))
        return not_found(compiler, reference, "what is not a schema");
    location = schema_map_get(&compiler->locations, &walk.value, sizeof(walk.value));
    if (location == NULL)
        status = schema_resource_enter(compiler, walk.value, walk.known, path.token,
                                       path.token_length, &location);
    return status != 0 ? status : schema_compile_location(compiler, location, node);
}

static int resolve_anchor(struct schema_compiler *compiler, struct schema_resource *resource,
                          const char *reference, const char *name, size_t length,
                          const struct schema_node **node, const struct schema_anchor **anchor)
{
    size_t uri_length = strlen(resource->uri);
    char *key = schema_arena_take(&compiler->program->arena, uri_length + 1 + length + 1);
    struct schema_anchor *found;

    if (key == NULL)
        return schema_compiler_no_memory(compiler);
    memcpy(key, resource->uri, uri_length);
    key[uri_length] = '#';
    memcpy(key + uri_length + 1, name, length);
    found = schema_map_get(&compiler->anchors, key, uri_length + 1 + length);
    if (found == NULL)
        return not_found(compiler, reference, "an anchor that does not exist");
    if (anchor != NULL)
        *anchor = found;
    return schema_compile_location(compiler, found->location, node);
}

int schema_reference_resolve(struct schema_compiler *compiler, struct schema_resource *from,
                             const char *reference, const struct schema_node **node,
                             const struct schema_anchor **anchor)
{
    struct schema_arena *arena = &compiler->program->arena;
    struct schema_resource *resource;
    const char *fragment;
    const char *uri;
    char *decoded;
    size_t length = 0;
    int status;

    uri = *reference == '#' ? reference : schema_uri_resolve(arena, from->uri, reference);
    if (uri == NULL)
        return schema_compiler_no_memory(compiler);
    if (*reference == '#') {
        resource = from;
        fragment = reference + 1;
    } else {
        size_t uri_length = schema_uri_split(uri, &fragment);

        status = schema_resource_find(compiler, uri, uri_length, &resource);
        if (status != 0)
            return status;
    }
    if (resource->root == NULL)
        return schema_compile_boolean(compiler, json_is_true(resource->value), NULL, NULL, node);
    resource = resource->root->resource;
    decoded = schema_uri_decode(arena, fragment == NULL ? "" : fragment, &length);
    if (decoded == NULL)
        return schema_compiler_no_memory(compiler);
    if (length == 0 || *decoded == '/')
        return resolve_pointer(compiler, resource, reference, decoded, length, node);
    return resolve_anchor(compiler, resource, reference, decoded, length, node, anchor);
}

/* ---- Dynamic anchors ---- */

int schema_reference_name(struct schema_compiler *compiler, const char *name,
                          struct schema_dynamic **dynamic)
{
    size_t length = strlen(name);

    *dynamic = schema_map_get(&compiler->dynamics, name, length);
    if (*dynamic != NULL)
        return 0;
    *dynamic = schema_arena_take(&compiler->program->arena, sizeof(**dynamic));
    if (*dynamic == NULL || schema_map_put(&compiler->dynamics, name, length, *dynamic) != 0)
        return schema_compiler_no_memory(compiler);
    (*dynamic)->name = name;
    return 0;
}

/* Compiles the schema at a dynamic anchor, for references that may lead to it. */
static int anchor_compile(struct schema_compiler *compiler, const struct schema_anchor *anchor)
{
    struct schema *program = compiler->program;
    struct schema_dynamic_key *key = schema_arena_take(&program->arena, sizeof(*key));
    const struct schema_node *node;
    int status;

    if (key == NULL)
        return schema_compiler_no_memory(compiler);
    *key = (struct schema_dynamic_key){anchor->location->resource, anchor->dynamic};
    status = schema_compile_location(compiler, anchor->location, &node);
    if (status == 0 && schema_map_get(&program->dynamic_nodes, key, sizeof(*key)) == NULL &&
        schema_map_put(&program->dynamic_nodes, key, sizeof(*key), anchor->location->node) != 0)
        status = schema_compiler_no_memory(compiler);
    return status;
}

int schema_reference_want(struct schema_compiler *compiler, struct schema_dynamic *dynamic)
{
    int status = 0;

    if (dynamic->wanted)
        return 0;
    dynamic->wanted = true;
    for (const struct schema_anchor *anchor = dynamic->anchors; anchor != NULL && status == 0;
         anchor = anchor->next_same) {
        if (anchor->location->resource->reached)
            status = anchor_compile(compiler, anchor);
    }
    return status;
}

int schema_reference_reach(struct schema_compiler *compiler, struct schema_resource *resource)
{
    int status = 0;

    if (resource->reached)
        return 0;
    resource->reached = true;
    for (const struct schema_anchor *anchor = resource->anchors; anchor != NULL && status == 0;
         anchor = anchor->next) {
        if (anchor->dynamic != NULL && anchor->dynamic->wanted)
            status = anchor_compile(compiler, anchor);
    }
    return status;
}
