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

int schema_reference_dynamic(struct schema_compiler *compiler, const char *name,
                             const struct schema_dynamic **dynamic)
{
    struct schema_dynamic *known = compiler->dynamics;

    while (known != NULL && strcmp(known->name, name) != 0)
        known = known->next;
    if (known == NULL) {
        known = schema_arena_take(&compiler->program->arena, sizeof(*known));
        if (known == NULL)
            return schema_compiler_no_memory(compiler);
        known->name = name;
        known->next = compiler->dynamics;
        compiler->dynamics = known;
    }
    *dynamic = known;
    return 0;
}

static int dynamic_grow(struct schema_compiler *compiler, struct schema_dynamic *dynamic)
{
    size_t count = compiler->program->resource_count;
    const struct schema_node **nodes;

    if (dynamic->count == count)
        return 0;
    nodes = schema_arena_array(&compiler->program->arena, count, sizeof(*nodes));
    if (nodes == NULL)
        return schema_compiler_no_memory(compiler);
    for (size_t i = 0; i < dynamic->count; i++)
        nodes[i] = dynamic->nodes[i];
    dynamic->nodes = nodes;
    dynamic->count = count;
    return 0;
}

static int dynamic_settle(struct schema_compiler *compiler, struct schema_dynamic *dynamic,
                          const struct schema_resource *resource, bool *more)
{
    for (const struct schema_anchor *anchor = resource->anchors; anchor != NULL;
         anchor = anchor->next) {
        int status;

        if (!anchor->dynamic || strcmp(anchor->name, dynamic->name) != 0)
            continue;
        if (dynamic->nodes[resource->number] != NULL)
            continue;
        *more = true;
        status =
            schema_compile_location(compiler, anchor->location, &dynamic->nodes[resource->number]);
        if (status != 0)
            return status;
    }
    return 0;
}

int schema_reference_settle(struct schema_compiler *compiler, bool *more)
{
    *more = false;
    for (struct schema_dynamic *dynamic = compiler->dynamics; dynamic != NULL;
         dynamic = dynamic->next) {
        int status = dynamic_grow(compiler, dynamic);

        for (const struct schema_resource *resource = compiler->program->resources;
             resource != NULL && status == 0; resource = resource->next) {
            if (resource->reached)
                status = dynamic_settle(compiler, dynamic, resource, more);
        }
        if (status != 0)
            return status;
    }
    return 0;
}
