/*
 * What the parts of the compiler share: finding resources, following references, emitting.
 */
#ifndef GUICHET_FORMS_SCHEMA_COMPILER_H
#define GUICHET_FORMS_SCHEMA_COMPILER_H

#include "app/error.h"
#include "forms/schema_keyword.h"
#include "forms/schema_program.h"

/* A document or value that the program keeps alive. */
struct schema_hold {
    struct schema_hold *next;
    json_t *value;
    struct schema_document *document;
};

/* An instruction emitted for the node being compiled, with its group. */
struct schema_draft_instruction {
    enum schema_group group;
    struct schema_instruction instruction;
};

struct schema_compiler {
    struct schema *program;
    const struct schema_registry *registry;
    enum schema_format format;
    struct schema_map keywords;
    struct schema_map locations; /* schema object (its address) -> struct schema_location */
    struct schema_map resources; /* URI -> struct schema_resource */
    struct schema_map anchors;   /* URI#name -> struct schema_anchor */
    struct schema_map dynamics;  /* name -> struct schema_dynamic */
    struct schema_node *queue;   /* nodes whose keywords are still to be compiled */
    struct schema_node **queue_end;
    size_t node_count;
    size_t depth;
    struct error *error;

    struct schema_node *node; /* being compiled */
    struct schema_members *members;
    struct schema_draft_instruction *emitted;
    size_t emitted_count;
    size_t emitted_capacity;
};

/* Fails with ERROR_MEMORY and a message. */
int schema_compiler_no_memory(struct schema_compiler *compiler);

/* Fails with ERROR_INVALID: "at <location>: <keyword> must be <rule>". */
int schema_compiler_refuse(struct schema_compiler *compiler, const char *keyword, const char *rule);

/* ---- schema_resource.c ---- */

/*
 * Walks a document (borrowed; kept alive by the program) and enters its resources and anchors
 * under `uri`. Sets `*resource` to that of its root.
 */
int schema_resource_load(struct schema_compiler *compiler, const json_t *value,
                         struct schema_document *document, const char *uri,
                         struct schema_resource **resource);

/*
 * Enters one schema object that no known keyword led to (the target of a reference), found at
 * `pointer` below `above`.
 */
int schema_resource_enter(struct schema_compiler *compiler, const json_t *value,
                          const struct schema_location *above, const char *pointer, size_t length,
                          struct schema_location **location);

/* The resource of that URI: known already, in the registry, or a metaschema; else an error. */
int schema_resource_find(struct schema_compiler *compiler, const char *uri, size_t length,
                         struct schema_resource **resource);

/* ---- schema_registry.c ---- */

struct schema_registered {
    const char *uri;
    json_t *value;
    struct schema_document *document;
};

/* The document registered under that URI, or NULL. */
const struct schema_registered *schema_registry_find(const struct schema_registry *registry,
                                                     const char *uri, size_t length);

/* The documents in the order added; NULL past the last. */
const struct schema_registered *schema_registry_each(const struct schema_registry *registry,
                                                     size_t index);

/* ---- schema_metaschema.c ---- */

/* The text of a metaschema of draft 2020-12, or NULL. */
const char *schema_metaschema_text(const char *uri, size_t length);

/* ---- schema_reference.c ---- */

/*
 * Resolves `reference` against the resource `from` to a node, and, when it ends in the name of an
 * anchor, to that anchor (else NULL in `*anchor`, which may itself be NULL).
 */
int schema_reference_resolve(struct schema_compiler *compiler, struct schema_resource *from,
                             const char *reference, const struct schema_node **node,
                             const struct schema_anchor **anchor);

/* The dynamic name, made when it is new. */
int schema_reference_name(struct schema_compiler *compiler, const char *name,
                          struct schema_dynamic **dynamic);

/* Says that a reference looks for the name: its anchors in every resource reached are compiled. */
int schema_reference_want(struct schema_compiler *compiler, struct schema_dynamic *dynamic);

/* Says that something of a resource is compiled: so are its dynamic anchors that are wanted. */
int schema_reference_reach(struct schema_compiler *compiler, struct schema_resource *resource);

/* ---- schema_compile.c ---- */

/* The node of a location, queued for compiling the first time. */
int schema_compile_location(struct schema_compiler *compiler, struct schema_location *location,
                            const struct schema_node **node);

/* Step from a schema to a subschema. */
struct schema_path {
    const char *keyword;
    enum schema_step step;
    const char *token;
    size_t token_length;
    size_t index;
};

/* The node of the subschema `value` of the node being compiled. */
int schema_compile_child(struct schema_compiler *compiler, const json_t *value,
                         const struct schema_path *path, const struct schema_node **node);

/* A node for the schema `true` or `false` at a place below `above`. */
int schema_compile_boolean(struct schema_compiler *compiler, bool value,
                           const struct schema_location *above, const struct schema_path *path,
                           const struct schema_node **node);

/* Adds an instruction to the node being compiled; NULL without memory. Valid until the next. */
struct schema_instruction *schema_compile_emit(struct schema_compiler *compiler,
                                               const struct schema_keyword *keyword,
                                               enum schema_group group, const json_t *value);

/* The value of another keyword of the node being compiled, when its dialect knows it. */
const json_t *schema_compile_sibling(const struct schema_compiler *compiler, const char *name);

/* ---- schema_compile_*.c: one function per keyword or kind of keyword ---- */

schema_keyword_compiler schema_compile_type;
schema_keyword_compiler schema_compile_enum;
schema_keyword_compiler schema_compile_const;
schema_keyword_compiler schema_compile_bound;
schema_keyword_compiler schema_compile_divisor;
schema_keyword_compiler schema_compile_string_count;
schema_keyword_compiler schema_compile_array_count;
schema_keyword_compiler schema_compile_object_count;
schema_keyword_compiler schema_compile_pattern;
schema_keyword_compiler schema_compile_format;
schema_keyword_compiler schema_compile_unique;
schema_keyword_compiler schema_compile_annotation;

schema_keyword_compiler schema_compile_members;
schema_keyword_compiler schema_compile_dependencies;
schema_keyword_compiler schema_compile_list;
schema_keyword_compiler schema_compile_not;
schema_keyword_compiler schema_compile_if;
schema_keyword_compiler schema_compile_prefix;
schema_keyword_compiler schema_compile_items;
schema_keyword_compiler schema_compile_additional_items;
schema_keyword_compiler schema_compile_contains;
schema_keyword_compiler schema_compile_unevaluated;
schema_keyword_compiler schema_compile_ref;
schema_keyword_compiler schema_compile_dynamic_ref;
schema_keyword_compiler schema_compile_recursive_ref;

/* Reads the value of a keyword that counts; more than any value can have is SIZE_MAX. */
int schema_compile_count_read(struct schema_compiler *compiler, const char *name,
                              const json_t *value, size_t *count);

/* Compiles a regular expression that `keyword` holds. */
int schema_compile_pattern_text(struct schema_compiler *compiler, const char *keyword,
                                const char *text, size_t length,
                                const struct schema_pattern **pattern);

/* Finishes the members of the node being compiled, when it has any. */
int schema_compile_members_finish(struct schema_compiler *compiler);

#endif
