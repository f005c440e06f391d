/*
 * The compiled form of a schema. A node is one schema object; an instruction is one keyword of it
 * (or a few that are best done in one pass), with its function and its operands.
 */
#ifndef GUICHET_FORMS_SCHEMA_PROGRAM_H
#define GUICHET_FORMS_SCHEMA_PROGRAM_H

#include <stdint.h>

#include "forms/format.h"
#include "forms/schema.h"
#include "forms/schema_document.h"
#include "forms/schema_memory.h"
#include "forms/schema_number.h"
#include "forms/schema_pattern.h"

struct schema_context;
struct schema_instruction;
struct schema_node;
struct schema_run;

enum schema_draft {
    SCHEMA_DRAFT_4,
    SCHEMA_DRAFT_6,
    SCHEMA_DRAFT_7,
    SCHEMA_DRAFT_2019_09,
    SCHEMA_DRAFT_2020_12,
};

/* Which keywords mean something: a draft and, since 2019-09, a set of vocabularies. */
struct schema_dialect {
    enum schema_draft draft;
    unsigned vocabularies; /* bits of enum schema_vocabulary, schema_keyword.h */
};

/* How a location or an evaluation goes one step further in. */
enum schema_step {
    SCHEMA_STEP_NONE,
    SCHEMA_STEP_NAME,  /* into a member */
    SCHEMA_STEP_INDEX, /* into an item */
};

/* Where a schema stands in its resource: the keyword that holds it, then a name or an index. */
struct schema_location {
    const json_t *value;
    struct schema_resource *resource;
    const struct schema_location *parent; /* NULL at the root of a document */
    const char *keyword;
    enum schema_step step;
    const char *token; /* SCHEMA_STEP_NAME; not ended by NUL */
    size_t token_length;
    size_t index;             /* SCHEMA_STEP_INDEX */
    struct schema_node *node; /* NULL until compiled */
};

/* A schema resource: what has a URI of its own. */
struct schema_resource {
    struct schema_resource *next;
    const char *uri; /* no fragment; "" when it has none */
    struct schema_dialect dialect;
    const json_t *value;          /* of its root */
    struct schema_location *root; /* NULL when that is true or false */
    struct schema_anchor *anchors;
    struct schema_document *document;
    bool reached; /* something of it is compiled */
};

struct schema_anchor {
    struct schema_anchor *next;      /* in the resource */
    struct schema_anchor *next_same; /* of the same dynamic name, in other resources */
    const char *name;
    struct schema_location *location;
    struct schema_dynamic *dynamic; /* NULL for a plain anchor */
};

/* Order in which the instructions of a node run; those of another type are skipped whole. */
enum schema_group {
    SCHEMA_GROUP_ANY,
    SCHEMA_GROUP_NUMBER,
    SCHEMA_GROUP_STRING,
    SCHEMA_GROUP_ARRAY,
    SCHEMA_GROUP_OBJECT,
    SCHEMA_GROUP_AFTER_ARRAY, /* unevaluatedItems */
    SCHEMA_GROUP_AFTER_OBJECT,
    SCHEMA_GROUP_ANNOTATION,
    SCHEMA_GROUP_COUNT,
};

struct schema_node {
    const struct schema_location *location;
    enum { SCHEMA_NODE_OBJECT, SCHEMA_NODE_TRUE, SCHEMA_NODE_FALSE } kind;
    unsigned types;      /* bit per json_type that is allowed */
    bool integral;       /* a real is allowed when it has no fraction */
    bool tracks_items;   /* unevaluatedItems needs to know what was evaluated */
    bool tracks_members; /* so does unevaluatedProperties */
    const json_t *type;  /* value of the keyword `type`, or NULL */
    struct schema_instruction *instructions;
    uint32_t bounds[SCHEMA_GROUP_COUNT + 1];
    struct schema_node *next; /* in the queue of the compiler */
};

/* True when the value at `at` satisfies the instruction. */
typedef bool schema_evaluator(struct schema_run *run, const struct schema_instruction *instruction,
                              const struct schema_context *at);

/* One member that the schema speaks of: in `properties`, in `required`, or in both. */
struct schema_member {
    const char *name;
    size_t length;
    const struct schema_node *node; /* NULL when it is only required */
    bool required;
};

struct schema_member_pattern {
    const struct schema_pattern *pattern;
    const char *text;
    const struct schema_node *node;
};

/* properties, patternProperties, additionalProperties, propertyNames and required: one pass. */
struct schema_members {
    struct schema_member *members; /* in the order of the schema */
    size_t count;
    size_t required;
    uint32_t *slots; /* open addressing: index + 1 into `members` */
    size_t slot_mask;
    struct schema_member_pattern *patterns;
    size_t pattern_count;
    const struct schema_node *additional;
    const struct schema_node *names;
    const json_t *properties_value;
    const json_t *required_value;
    const json_t *names_value;
};

struct schema_nodes {
    const struct schema_node **nodes;
    size_t count;
};

struct schema_contains {
    const struct schema_node *node;
    size_t minimum;
    size_t maximum;
    const json_t *minimum_value; /* NULL when not said */
    const json_t *maximum_value;
    bool evaluates; /* since 2020-12 matched items count as evaluated */
};

struct schema_condition {
    const struct schema_node *test;
    const struct schema_node *then;
    const struct schema_node *otherwise;
};

/* dependentSchemas, dependentRequired and dependencies, member by member. */
struct schema_dependency {
    const char *name;
    size_t length;
    const struct schema_node *node; /* NULL when it lists names */
    const json_t *names;
};

struct schema_dependencies {
    struct schema_dependency *dependencies;
    size_t count;
};

/* One value of `enum` or `const`; strings are compared without a call. */
struct schema_choice {
    json_t *value;
    const char *text; /* NULL when it is not a string */
    size_t length;
};

struct schema_choices {
    struct schema_choice *choices;
    size_t count;
};

/* A name that dynamic anchors have and that a dynamic reference may look for. */
struct schema_dynamic {
    const char *name;
    struct schema_anchor *anchors; /* every dynamic anchor of that name */
    bool wanted;                   /* a reference looks for it */
};

/* Key of `dynamic_nodes` in the program. */
struct schema_dynamic_key {
    const struct schema_resource *resource;
    const struct schema_dynamic *dynamic;
};

struct schema_reference {
    const struct schema_node *node;
    const struct schema_dynamic *dynamic; /* NULL for a static reference */
};

struct schema_bound {
    const json_t *limit;
    int allowed[3]; /* whether a value below, equal, above is allowed */
};

struct schema_rest {
    const struct schema_node *node;
    size_t from;
};

struct schema_instruction {
    schema_evaluator *evaluate;
    const char *keyword;
    const json_t *value;
    struct schema_document *document; /* of the schema's own numbers */
    union {
        size_t count;
        const struct schema_bound *bound;
        const struct schema_number *divisor;
        const struct schema_pattern *pattern;
        const struct format *format;
        const struct schema_members *members;
        struct schema_nodes list;
        struct schema_rest rest;
        const struct schema_node *node;
        const struct schema_contains *contains;
        const struct schema_condition *condition;
        const struct schema_dependencies *dependencies;
        const struct schema_choices *choices;
        struct schema_reference reference;
    };
};

struct schema {
    struct schema_arena arena;
    const struct schema_node *start;
    struct schema_limits limits; /* with the defaults filled in */
    struct schema_patterns patterns;
    struct schema_resource *resources;
    struct schema_map dynamic_nodes; /* resource and dynamic name -> struct schema_node */
    struct schema_hold *holds;       /* documents and values kept alive */
};

/* Copies `limits` (may be NULL) with every 0 replaced by its default. */
void schema_limits_fill(struct schema_limits *filled, const struct schema_limits *limits);

/*
 * Writes the URI of a location (with its JSON Pointer as fragment), or of one keyword of it when
 * `keyword` is not NULL, into `buffer`, always ended with NUL. Returns the length that it has,
 * which is more than was written when it is not below `size`.
 */
size_t schema_location_write(const struct schema_location *location, const char *keyword,
                             char *buffer, size_t size);

/* Drops the const that jansson's readers do not take; the value is only read. */
json_t *schema_json(const json_t *value);

#endif
