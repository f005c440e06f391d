/*
 * One validation in progress: all of it on the stack of the thread that validates.
 */
#ifndef GUICHET_FORMS_SCHEMA_RUN_H
#define GUICHET_FORMS_SCHEMA_RUN_H

#include "app/error.h"
#include "forms/schema_program.h"

/* Which items or members of one value were evaluated; the small ones need no allocation. */
struct schema_bits {
    uint64_t small[4];
    uint64_t *words;
    size_t size; /* in bits */
};

/* The evaluation of one node on one value; the chain of parents is the path taken. */
struct schema_context {
    const struct schema_context *parent;
    const struct schema_node *node;
    json_t *value;
    struct schema_bits *evaluated; /* NULL when nobody asks */
    size_t depth;

    const char *keyword; /* that led here from the parent's node; NULL at the start */
    enum schema_step schema_step;
    const char *token;
    size_t token_length;
    size_t token_index;

    enum schema_step step; /* from the parent's value to this one */
    const char *name;
    size_t name_length;
    size_t index;
};

struct schema_run {
    const struct schema *schema;
    const struct schema_document *document;
    struct schema_result *result; /* NULL: the first fault ends the work */
    bool collect;                 /* whether faults are being listed just now */
    const char *only;             /* JSON Pointer of the field asked for, or NULL */
    size_t references;
    int status; /* 0, or the error that stopped the work */
    struct error *error;
    struct schema_pattern_memory patterns;
};

/* What a fault carries beside where it is. */
struct schema_fault {
    const char *keyword;
    const json_t *expected;
    const char *property;
    size_t property_length;
    size_t count;
    size_t other;
};

/* Evaluates the node of `at` on its value. */
bool schema_evaluate(struct schema_run *run, const struct schema_context *at);

/* Lists a fault at `at` (when faults are listed); always returns false. */
bool schema_fault(struct schema_run *run, const struct schema_context *at,
                  const struct schema_fault *fault);

/* Lists the fault of one instruction that counted `count` of something; always returns false. */
bool schema_fault_count(struct schema_run *run, const struct schema_context *at,
                        const struct schema_instruction *instruction, size_t count);

/* Stops the validation with an error; always returns false. */
bool schema_run_stop(struct schema_run *run, int code, const char *what);

/* 1 when the pattern is found in `text`, 0 when not, negative when the run had to stop. */
int schema_run_match(struct schema_run *run, const struct schema_pattern *pattern, const char *text,
                     size_t length);

/* True when the bytes are valid UTF-8; quick for ASCII. */
bool schema_text_is_valid(const char *text, size_t length);

/* A context below `at` for the same value, by `keyword`; tracks what `at` tracks. */
struct schema_context schema_context_inside(const struct schema_context *at, const char *keyword,
                                            const struct schema_node *node);

/* ---- Bits ---- */

/* Room for `size` bits, all clear; false (and the run stopped) without memory. */
bool schema_bits_begin(struct schema_run *run, struct schema_bits *bits, size_t size);
void schema_bits_end(struct schema_bits *bits);
void schema_bits_set(struct schema_bits *bits, size_t index);
bool schema_bits_has(const struct schema_bits *bits, size_t index);
void schema_bits_fill(struct schema_bits *bits);
/* Adds (or copies) the bits of `from`, which has the same size. */
void schema_bits_add(struct schema_bits *bits, const struct schema_bits *from);
void schema_bits_copy(struct schema_bits *bits, const struct schema_bits *from);

/* ---- Equality of JSON values, with exact numbers ---- */

bool schema_equal(const json_t *left, const struct schema_document *left_document,
                  const json_t *right, const struct schema_document *right_document);

/* Equal values have equal hashes. */
uint64_t schema_value_hash(const json_t *value, const struct schema_document *document,
                           uint64_t seed);

/* ---- Result (schema_result.c) ---- */

void schema_result_clear(struct schema_result *result);

/* The number of faults and annotations, to go back to when a branch turns out not to count. */
struct schema_result_mark {
    size_t errors;
    size_t total;
    size_t annotations;
};

struct schema_result_mark schema_result_mark(const struct schema_result *result);
void schema_result_back_errors(struct schema_result *result, struct schema_result_mark mark);
void schema_result_back_annotations(struct schema_result *result, struct schema_result_mark mark);
bool schema_result_annotating(const struct schema_result *result);
int schema_result_add(struct schema_run *run, const struct schema_context *at,
                      const struct schema_fault *fault);
/* Takes over the reference to `value`. */
int schema_result_annotate(struct schema_run *run, const struct schema_context *at,
                           const char *keyword, json_t *value);

/* ---- One function per instruction ---- */

schema_evaluator schema_evaluate_enum;
schema_evaluator schema_evaluate_const;
schema_evaluator schema_evaluate_bound;
schema_evaluator schema_evaluate_divisor;
schema_evaluator schema_evaluate_min_length;
schema_evaluator schema_evaluate_max_length;
schema_evaluator schema_evaluate_pattern;
schema_evaluator schema_evaluate_format;
schema_evaluator schema_evaluate_min_items;
schema_evaluator schema_evaluate_max_items;
schema_evaluator schema_evaluate_unique;
schema_evaluator schema_evaluate_prefix;
schema_evaluator schema_evaluate_items;
schema_evaluator schema_evaluate_contains;
schema_evaluator schema_evaluate_unevaluated_items;
schema_evaluator schema_evaluate_min_properties;
schema_evaluator schema_evaluate_max_properties;
schema_evaluator schema_evaluate_members;
schema_evaluator schema_evaluate_dependencies;
schema_evaluator schema_evaluate_unevaluated_members;
schema_evaluator schema_evaluate_all_of;
schema_evaluator schema_evaluate_any_of;
schema_evaluator schema_evaluate_one_of;
schema_evaluator schema_evaluate_not;
schema_evaluator schema_evaluate_condition;
schema_evaluator schema_evaluate_reference;
schema_evaluator schema_evaluate_annotation;

#endif
