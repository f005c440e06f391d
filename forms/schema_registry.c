#include <stdlib.h>
#include <string.h>

#include "forms/schema_compiler.h"
#include "forms/schema_uri.h"

struct schema_registry {
    struct schema_arena arena;
    struct schema_map map;
    struct schema_registered **documents;
    size_t count;
    size_t capacity;
};

struct schema_registry *schema_registry_new(void)
{
    return calloc(1, sizeof(struct schema_registry));
}

static int registry_reserve(struct schema_registry *registry)
{
    size_t capacity = registry->capacity == 0 ? 16 : registry->capacity * 2;
    struct schema_registered **grown;

    if (registry->count < registry->capacity)
        return 0;
    grown = realloc(registry->documents, capacity * sizeof(struct schema_registered *));
    if (grown == NULL)
        return ERROR_MEMORY;
    registry->documents = grown;
    registry->capacity = capacity;
    return 0;
}

int schema_registry_add(struct schema_registry *registry, const char *uri, json_t *value,
                        struct schema_document *document, struct error *error)
{
    const char *fragment;
    size_t length = schema_uri_split(uri, &fragment);
    struct schema_registered *registered;

    if (schema_map_get(&registry->map, uri, length) != NULL)
        return error_set(error, ERROR_CONFLICT, "the registry has a document %s already", uri);
    registered = schema_arena_take(&registry->arena, sizeof(*registered));
    if (registered == NULL || registry_reserve(registry) != 0 ||
        (registered->uri = schema_arena_text(&registry->arena, uri, length)) == NULL ||
        schema_map_put(&registry->map, registered->uri, length, registered) != 0)
        return error_set(error, ERROR_MEMORY, "no memory for the document %s", uri);
    registered->value = json_incref(value);
    registered->document = schema_document_keep(document);
    registry->documents[registry->count++] = registered;
    return 0;
}

const struct schema_registered *schema_registry_find(const struct schema_registry *registry,
                                                     const char *uri, size_t length)
{
    return registry == NULL ? NULL : schema_map_get(&registry->map, uri, length);
}

const struct schema_registered *schema_registry_each(const struct schema_registry *registry,
                                                     size_t index)
{
    return registry == NULL || index >= registry->count ? NULL : registry->documents[index];
}

void schema_registry_free(struct schema_registry *registry)
{
    if (registry == NULL)
        return;
    for (size_t i = 0; i < registry->count; i++) {
        json_decref(registry->documents[i]->value);
        schema_document_free(registry->documents[i]->document);
    }
    free(registry->documents);
    schema_map_free(&registry->map);
    schema_arena_free(&registry->arena);
    free(registry);
}
