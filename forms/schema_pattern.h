/*
 * Regular expressions with the meaning of ECMA-262 (flag u), matched by PCRE2, or by a program of
 * our own (schema_regex_program.h) where PCRE2 means something else or cannot do it.
 */
#ifndef GUICHET_FORMS_SCHEMA_PATTERN_H
#define GUICHET_FORMS_SCHEMA_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "forms/schema_memory.h"
#include "forms/schema_regex_program.h"

struct error;
struct schema_limits;
struct schema_pattern;

/* The patterns of one program, each text compiled once; zero before first use. */
struct schema_patterns {
    struct schema_pattern *first;
    struct schema_map map;
};

/*
 * Compiles `text` or finds it compiled. The pattern lives as long as `patterns`. Errors:
 * ERROR_INVALID with the offset and what is wrong, ERROR_TOO_LARGE, ERROR_MEMORY.
 */
int schema_pattern_compile(struct schema_patterns *patterns, const char *text, size_t length,
                           const struct schema_limits *limits,
                           const struct schema_pattern **pattern, struct error *error);

void schema_patterns_free(struct schema_patterns *patterns);

/* Working memory of one validation, made at the first match; zero (but for the room) before. */
struct schema_pattern_memory {
    struct pcre2_real_match_data_8 *match;
    struct schema_regex_work work;
    size_t used;
    union {
        long double align;
        char bytes[1024];
    } room;
};

/*
 * 1 when the pattern is found in `text` (valid UTF-8), 0 when not, ERROR_TOO_LARGE when the
 * limit of cost was met first, ERROR_MEMORY. Safe from any thread with its own memory.
 */
int schema_pattern_match(const struct schema_pattern *pattern, struct schema_pattern_memory *memory,
                         const char *text, size_t length);

void schema_pattern_memory_end(struct schema_pattern_memory *memory);

/*
 * Translates a regular expression of ECMA-262 into the syntax of PCRE2. `*translated` is freed by
 * the caller with free(); it is NULL when PCRE2 would mean something else (a reference: ECMA-262
 * forgets captures that PCRE2 keeps). PCRE2 may still refuse it: a lookbehind of no fixed length.
 * Errors: ERROR_INVALID with offset and reason, ERROR_MEMORY.
 */
int schema_regex_translate(char **translated, const char *text, size_t length, struct error *error);

#endif
