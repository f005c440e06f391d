/*
 * Resources and anchors: a walk over every place of a document where its dialect says that a
 * schema stands. An `$id` inside an enum, a const or an unknown keyword is only data.
 */
#include <string.h>

#include "forms/schema_compiler.h"
#include "forms/schema_uri.h"

/* What the walk is in: the resource and the location above. */
struct walk {
    struct schema_compiler *compiler;
    struct schema_resource *resource;
    const struct schema_location *above;
};

static int walk_schema(struct walk walk, const json_t *value, const struct schema_path *path);

static int walk_no_memory(const struct walk *walk)
{
    return schema_compiler_no_memory(walk->compiler);
}

/* ---- Dialects ---- */

static int vocabulary_read(struct schema_compiler *compiler, const json_t *vocabulary,
                           const char *uri, struct schema_dialect *dialect)
{
    json_t *required;
    const char *name;

    dialect->vocabularies = SCHEMA_VOCABULARY_CORE;
    json_object_foreach(schema_json(vocabulary), name, required)
    {
        enum schema_draft draft;
        unsigned bit;

        if (schema_vocabulary_find(name, &draft, &bit)) {
            dialect->vocabularies |= bit;
            dialect->draft = draft;
        } else if (json_is_true(required)) {
            return error_set(compiler->error, ERROR_INVALID,
                             "the metaschema %s requires the vocabulary %s, which is not known",
                             uri, name);
        }
    }
    return 0;
}

/* The dialect that a metaschema of the caller's describes. */
static int dialect_custom(struct schema_compiler *compiler, const char *uri,
                          struct schema_dialect *dialect)
{
    const char *fragment;
    size_t length = schema_uri_split(uri, &fragment);
    const struct schema_registered *registered =
        schema_registry_find(compiler->registry, uri, length);
    const json_t *above;
    const json_t *vocabulary;

    if (registered == NULL)
        return error_set(compiler->error, ERROR_NOT_FOUND,
                         "no document was given for the metaschema %s", uri);
    above = json_object_get(registered->value, "$schema");
    dialect->draft = SCHEMA_DRAFT_2020_12;
    dialect->vocabularies = SCHEMA_VOCABULARY_DEFAULT;
    if (json_is_string(above))
        schema_draft_find(json_string_value(above), &dialect->draft);
    vocabulary = json_object_get(registered->value, "$vocabulary");
    if (!json_is_object(vocabulary))
        return 0;
    return vocabulary_read(compiler, vocabulary, uri, dialect);
}

static int dialect_read(struct schema_compiler *compiler, const json_t *schema,
                        struct schema_dialect *dialect)
{
    const char *uri = json_string_value(json_object_get(schema, "$schema"));

    if (uri == NULL)
        return 0;
    if (schema_draft_find(uri, &dialect->draft)) {
        dialect->vocabularies = SCHEMA_VOCABULARY_DEFAULT;
        return 0;
    }
    return dialect_custom(compiler, uri, dialect);
}

/* ---- Resources and anchors ---- */

/* The identifier of a schema object, or NULL; before 2019-09 one beside $ref is ignored. */
static const char *identifier_of(const json_t *schema, enum schema_draft draft)
{
    const char *name = draft == SCHEMA_DRAFT_4 ? "id" : "$id";

    if (draft <= SCHEMA_DRAFT_7 && json_object_get(schema, "$ref") != NULL)
        return NULL;
    return json_string_value(json_object_get(schema, name));
}

static int resource_enter(struct walk *walk, const char *uri)
{
    struct schema_compiler *compiler = walk->compiler;
    struct schema *program = compiler->program;
    struct schema_resource *resource = schema_arena_take(&program->arena, sizeof(*resource));
    const char *fragment;
    size_t length = schema_uri_split(uri, &fragment);

    if (resource == NULL)
        return walk_no_memory(walk);
    resource->uri = schema_arena_text(&program->arena, uri, length);
    if (resource->uri == NULL)
        return walk_no_memory(walk);
    if (walk->resource != NULL) {
        resource->dialect = walk->resource->dialect;
        resource->document = walk->resource->document;
    }
    resource->next = program->resources;
    program->resources = resource;
    walk->resource = resource;
    /* The first to take a URI keeps it: the schema being compiled goes before the registry. */
    if (schema_map_get(&compiler->resources, resource->uri, length) == NULL &&
        schema_map_put(&compiler->resources, resource->uri, length, resource) != 0)
        return walk_no_memory(walk);
    return 0;
}

/* Makes an anchor dynamic as well: references may look for its name. */
static int anchor_make_dynamic(struct walk *walk, struct schema_anchor *anchor)
{
    int status;

    if (anchor->dynamic != NULL)
        return 0;
    status = schema_reference_name(walk->compiler, anchor->name, &anchor->dynamic);
    if (status != 0)
        return status;
    anchor->next_same = anchor->dynamic->anchors;
    anchor->dynamic->anchors = anchor;
    return 0;
}

/* The anchor of that name in the resource, entered when it is new. */
static int anchor_enter(struct walk *walk, struct schema_location *location, const char *name,
                        struct schema_anchor **anchor)
{
    struct schema_compiler *compiler = walk->compiler;
    struct schema_arena *arena = &compiler->program->arena;
    size_t uri_length = strlen(walk->resource->uri);
    size_t length = uri_length + 1 + strlen(name);
    char *key = schema_arena_take(arena, length + 1);

    if (key == NULL)
        return walk_no_memory(walk);
    memcpy(key, walk->resource->uri, uri_length);
    key[uri_length] = '#';
    memcpy(key + uri_length + 1, name, length - uri_length - 1);
    *anchor = schema_map_get(&compiler->anchors, key, length);
    if (*anchor != NULL && (*anchor)->location != location &&
        (*anchor)->location->resource == walk->resource)
        return error_set(compiler->error, ERROR_INVALID,
                         "the anchor \"%s\" stands twice in the schema %s", name,
                         walk->resource->uri);
    if (*anchor != NULL)
        return 0;
    *anchor = schema_arena_take(arena, sizeof(**anchor));
    if (*anchor == NULL)
        return walk_no_memory(walk);
    (*anchor)->next = walk->resource->anchors;
    (*anchor)->name = key + uri_length + 1;
    (*anchor)->location = location;
    walk->resource->anchors = *anchor;
    if (schema_map_put(&compiler->anchors, key, length, *anchor) != 0)
        return walk_no_memory(walk);
    return 0;
}

static int dynamic_enter(struct walk *walk, struct schema_location *location, const char *name)
{
    struct schema_anchor *anchor;
    int status = anchor_enter(walk, location, name, &anchor);

    return status != 0 ? status : anchor_make_dynamic(walk, anchor);
}

static int anchors_read(struct walk *walk, struct schema_location *location)
{
    const json_t *schema = location->value;
    enum schema_draft draft = walk->resource->dialect.draft;
    const char *identifier = identifier_of(schema, draft);
    const char *plain = json_string_value(json_object_get(schema, "$anchor"));
    const char *dynamic = json_string_value(json_object_get(schema, "$dynamicAnchor"));
    struct schema_anchor *anchor;
    int status = 0;

    if (draft <= SCHEMA_DRAFT_7 && identifier != NULL) {
        const char *fragment;

        schema_uri_split(identifier, &fragment);
        if (fragment != NULL && *fragment != '\0' && *fragment != '/')
            status = anchor_enter(walk, location, fragment, &anchor);
    }
    if (status == 0 && draft >= SCHEMA_DRAFT_2019_09 && plain != NULL)
        status = anchor_enter(walk, location, plain, &anchor);
    if (status == 0 && draft == SCHEMA_DRAFT_2020_12 && dynamic != NULL)
        status = dynamic_enter(walk, location, dynamic);
    /* A name that no anchor can have: $recursiveRef is a dynamic reference to it. */
    if (status == 0 && draft == SCHEMA_DRAFT_2019_09 &&
        json_is_true(json_object_get(schema, "$recursiveAnchor")))
        status = dynamic_enter(walk, location, "$recursive");
    return status;
}

/* Enters the resource that the schema object begins, when it has an identifier. */
static int identifier_read(struct walk *walk, const json_t *schema)
{
    struct schema_compiler *compiler = walk->compiler;
    struct schema_dialect dialect = walk->resource->dialect;
    struct schema_resource *above = walk->resource;
    const char *identifier;
    const char *uri;
    int status = dialect_read(compiler, schema, &dialect);

    if (status != 0)
        return status;
    identifier = identifier_of(schema, dialect.draft);
    if (identifier == NULL || *identifier == '#' || *identifier == '\0')
        return 0;
    uri = schema_uri_resolve(&compiler->program->arena, above->uri, identifier);
    if (uri == NULL)
        return walk_no_memory(walk);
    status = resource_enter(walk, uri);
    walk->resource->dialect = dialect;
    return status;
}

/* ---- The walk ---- */

static int location_add(struct walk *walk, const json_t *value, const struct schema_path *path,
                        struct schema_location **location)
{
    struct schema_compiler *compiler = walk->compiler;
    struct schema_location *added = schema_arena_take(&compiler->program->arena, sizeof(*added));

    if (added == NULL)
        return walk_no_memory(walk);
    added->value = value;
    added->resource = walk->resource;
    added->parent = walk->above;
    if (path != NULL) {
        added->keyword = path->keyword;
        added->step = path->step;
        added->token = path->token;
        added->token_length = path->token_length;
        added->index = path->index;
    }
    if (schema_map_put(&compiler->locations, &added->value, sizeof(added->value), added) != 0)
        return walk_no_memory(walk);
    if (walk->resource->root == NULL)
        walk->resource->root = added;
    *location = added;
    return 0;
}

static int walk_list(struct walk walk, const char *keyword, const json_t *value)
{
    int status = 0;

    for (size_t i = 0; i < json_array_size(value) && status == 0; i++) {
        struct schema_path path = {.keyword = keyword, .step = SCHEMA_STEP_INDEX, .index = i};

        status = walk_schema(walk, json_array_get(value, i), &path);
    }
    return status;
}

static int walk_map(struct walk walk, const char *keyword, const json_t *value)
{
    const char *name;
    size_t length;
    json_t *member;

    json_object_keylen_foreach(schema_json(value), name, length, member)
    {
        struct schema_path path = {
            .keyword = keyword, .step = SCHEMA_STEP_NAME, .token = name, .token_length = length};
        int status = walk_schema(walk, member, &path);

        if (status != 0)
            return status;
    }
    return 0;
}

static int walk_keyword(struct walk walk, const struct schema_keyword *keyword, const json_t *value)
{
    struct schema_path path = {.keyword = keyword->name};

    if (keyword->holds == SCHEMA_HOLDS_NOTHING)
        return 0;
    if (json_is_array(value))
        return walk_list(walk, keyword->name, value);
    if (keyword->holds == SCHEMA_HOLDS_MAP || keyword->holds == SCHEMA_HOLDS_MAP_OR_NAMES)
        return walk_map(walk, keyword->name, value);
    return walk_schema(walk, value, &path);
}

static int walk_members(struct walk walk, const json_t *schema)
{
    const struct schema_dialect *dialect = &walk.resource->dialect;
    const char *name;
    size_t length;
    json_t *member;

    json_object_keylen_foreach(schema_json(schema), name, length, member)
    {
        const struct schema_keyword *keyword;
        int status;

        if (!json_is_object(member) && !json_is_array(member))
            continue;
        keyword = schema_keyword_find(&walk.compiler->keywords, dialect, name, length);
        status = keyword == NULL ? 0 : walk_keyword(walk, keyword, member);
        if (status != 0)
            return status;
    }
    return 0;
}

/* Walks one schema; `walk` is a copy, so that what it enters stays below it. */
static int walk_schema(struct walk walk, const json_t *value, const struct schema_path *path)
{
    struct schema_compiler *compiler = walk.compiler;
    struct schema_location *location = NULL;
    int status;

    if (!json_is_object(value) ||
        schema_map_get(&compiler->locations, &value, sizeof(value)) != NULL)
        return 0;
    if (compiler->depth >= compiler->program->limits.depth)
        return error_set(compiler->error, ERROR_TOO_LARGE,
                         "the schema is nested over the limit of %zu levels of depth",
                         compiler->program->limits.depth);
    status = identifier_read(&walk, value);
    if (status == 0)
        status = location_add(&walk, value, path, &location);
    if (status == 0)
        status = anchors_read(&walk, location);
    if (status != 0)
        return status;
    walk.above = location;
    compiler->depth++;
    status = walk_members(walk, value);
    compiler->depth--;
    return status;
}

/* ---- Loading ---- */

static int document_hold(struct schema_compiler *compiler, const json_t *value,
                         struct schema_document *document)
{
    struct schema *program = compiler->program;
    struct schema_hold *hold = schema_arena_take(&program->arena, sizeof(*hold));

    if (hold == NULL)
        return schema_compiler_no_memory(compiler);
    hold->value = json_incref(schema_json(value));
    hold->document = schema_document_keep(document);
    hold->next = program->holds;
    program->holds = hold;
    return 0;
}

int schema_resource_load(struct schema_compiler *compiler, const json_t *value,
                         struct schema_document *document, const char *uri,
                         struct schema_resource **resource)
{
    struct walk walk = {.compiler = compiler};
    struct schema_dialect dialect = {SCHEMA_DRAFT_2020_12, SCHEMA_VOCABULARY_DEFAULT};
    int status = document_hold(compiler, value, document);

    if (status == 0)
        status = dialect_read(compiler, value, &dialect);
    if (status == 0)
        status = resource_enter(&walk, uri);
    if (status != 0)
        return status;
    *resource = walk.resource;
    walk.resource->dialect = dialect;
    walk.resource->document = document;
    walk.resource->value = value;
    if (json_is_boolean(value))
        return 0;
    if (!json_is_object(value))
        return error_set(compiler->error, ERROR_INVALID,
                         "a schema must be an object, true or false%s%s", *uri ? ": " : "", uri);
    status = walk_schema(walk, value, NULL);
    /* When its $id differs from `uri`, both lead to the same root. */
    if (status == 0)
        (*resource)->root = schema_map_get(&compiler->locations, &value, sizeof(value));
    return status;
}

int schema_resource_enter(struct schema_compiler *compiler, const json_t *value,
                          const struct schema_location *above, const char *pointer, size_t length,
                          struct schema_location **location)
{
    struct walk walk = {.compiler = compiler, .resource = above->resource, .above = above};
    struct schema_path path = {.token = pointer, .token_length = length};
    int status = walk_schema(walk, value, &path);

    *location = schema_map_get(&compiler->locations, &value, sizeof(value));
    return status;
}

/* A metaschema is read anew by each program that refers to it: nothing global is kept. */
static int metaschema_load(struct schema_compiler *compiler, const char *text, const char *uri,
                           struct schema_resource **resource)
{
    struct schema_document *document;
    int status = schema_document_read(&document, text, strlen(text), NULL, compiler->error);

    if (status != 0)
        return status;
    status =
        schema_resource_load(compiler, schema_document_value(document), document, uri, resource);
    schema_document_free(document);
    return status;
}

int schema_resource_find(struct schema_compiler *compiler, const char *uri, size_t length,
                         struct schema_resource **resource)
{
    const struct schema_registered *registered;
    struct schema_resource *ignored;
    const char *text;

    *resource = schema_map_get(&compiler->resources, uri, length);
    if (*resource != NULL)
        return 0;
    registered = schema_registry_find(compiler->registry, uri, length);
    if (registered != NULL)
        return schema_resource_load(compiler, registered->value, registered->document,
                                    registered->uri, resource);
    text = schema_metaschema_text(uri, length);
    if (text != NULL) {
        char *copy = schema_arena_text(&compiler->program->arena, uri, length);

        return copy == NULL ? schema_compiler_no_memory(compiler)
                            : metaschema_load(compiler, text, copy, resource);
    }
    /* Perhaps a schema inside a registered document has it as its $id. */
    for (size_t i = 0; (registered = schema_registry_each(compiler->registry, i)) != NULL; i++) {
        size_t registered_length = strlen(registered->uri);
        int status;

        if (schema_map_get(&compiler->resources, registered->uri, registered_length) != NULL)
            continue;
        status = schema_resource_load(compiler, registered->value, registered->document,
                                      registered->uri, &ignored);
        if (status != 0)
            return status;
        *resource = schema_map_get(&compiler->resources, uri, length);
        if (*resource != NULL)
            return 0;
    }
    return error_set(compiler->error, ERROR_NOT_FOUND, "no document was given for %.*s",
                     (int)(length > 200 ? 200 : length), uri);
}
