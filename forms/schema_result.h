/*
 * Inside a result: what filling it (schema_result.c) and writing it out (schema_output.c) share.
 */
#ifndef GUICHET_FORMS_SCHEMA_RESULT_H
#define GUICHET_FORMS_SCHEMA_RESULT_H

#include "forms/schema_run.h"

/* The three locations of a fault or annotation. A `false` schema has no keyword of its own. */
enum schema_place {
    SCHEMA_PLACE_INSTANCE,
    SCHEMA_PLACE_KEYWORD,
    SCHEMA_PLACE_ABSOLUTE,
    SCHEMA_PLACE_COUNT
};

/* A subschema that has faults. */
struct schema_parent {
    const char *places[SCHEMA_PLACE_COUNT];
    size_t before; /* stands in front of the fault of this index */
};

struct schema_result {
    struct schema_arena arena;
    struct schema_error *errors;
    size_t count;
    size_t capacity;
    size_t total;
    struct schema_annotation *annotations;
    size_t annotation_count;
    size_t annotation_capacity;
    bool annotating;
    struct schema_parent *parents;
    size_t parent_count;
    size_t parent_capacity;
    bool outlining;
};

#endif
