#define PCRE2_CODE_UNIT_WIDTH 8

#include "forms/schema_pattern.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include <pcre2.h>
#include <unistr.h>

#include "app/error.h"
#include "forms/schema.h"
#include "forms/schema_regex_program.h"

/* Memory that one match may take, in KiB: deep backtracking is refused, not paid for. */
#define MATCH_HEAP_KIB 16384

struct schema_pattern {
    struct schema_pattern *next;
    char *text;       /* the key in the map */
    pcre2_code *code; /* or NULL, then: */
    struct schema_regex_program *program;
    size_t steps;
    pcre2_match_context *context;
    bool jit;
};

static void pattern_free(struct schema_pattern *pattern)
{
    pcre2_match_context_free(pattern->context);
    pcre2_code_free(pattern->code);
    schema_regex_program_free(pattern->program);
    free(pattern->text);
    free(pattern);
}

/* Compiles for PCRE2; `pattern->code` stays NULL when PCRE2 cannot do it. */
static int code_compile(struct schema_pattern *pattern, const char *translated, struct error *error)
{
    int code;
    PCRE2_SIZE offset;

    pattern->code = pcre2_compile((PCRE2_SPTR)translated, PCRE2_ZERO_TERMINATED, PCRE2_UTF, &code,
                                  &offset, NULL);
    if (pattern->code == NULL)
        return code == PCRE2_ERROR_NOMEMORY
                   ? error_set(error, ERROR_MEMORY, "no memory for a pattern")
                   : 0;
    pattern->context = pcre2_match_context_create(NULL);
    if (pattern->context == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a pattern");
    pcre2_set_match_limit(pattern->context, (uint32_t)pattern->steps);
    pcre2_set_heap_limit(pattern->context, MATCH_HEAP_KIB);
    pattern->jit = pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE) == 0;
    return 0;
}

static int pattern_make(struct schema_pattern *pattern, const char *text, size_t length,
                        struct error *error)
{
    char *translated;
    int status = schema_regex_translate(&translated, text, length, error);

    if (status == 0 && translated != NULL)
        status = code_compile(pattern, translated, error);
    free(translated);
    if (status == 0 && pattern->code == NULL)
        status = schema_regex_program_new(&pattern->program, text, length, error);
    return status;
}

static int pattern_keep(struct schema_patterns *patterns, struct schema_pattern *pattern,
                        const char *text, size_t length, struct error *error)
{
    pattern->text = malloc(length + 1);
    if (pattern->text != NULL)
        memcpy(pattern->text, text, length);
    if (pattern->text == NULL ||
        schema_map_put(&patterns->map, pattern->text, length, pattern) != 0)
        return error_set(error, ERROR_MEMORY, "no memory for a pattern");
    pattern->next = patterns->first;
    patterns->first = pattern;
    return 0;
}

int schema_pattern_compile(struct schema_patterns *patterns, const char *text, size_t length,
                           const struct schema_limits *limits,
                           const struct schema_pattern **pattern, struct error *error)
{
    struct schema_pattern *made = schema_map_get(&patterns->map, text, length);
    int status;

    *pattern = made;
    if (made != NULL)
        return 0;
    if (length > limits->pattern_bytes)
        return error_set(error, ERROR_TOO_LARGE,
                         "the pattern has %zu bytes, over the limit of %zu pattern bytes", length,
                         limits->pattern_bytes);
    if (u8_check((const uint8_t *)text, length) != NULL)
        return error_set(error, ERROR_INVALID, "the pattern is not UTF-8");
    made = calloc(1, sizeof(*made));
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a pattern");
    made->steps = limits->pattern_steps;
    status = pattern_make(made, text, length, error);
    if (status == 0)
        status = pattern_keep(patterns, made, text, length, error);
    if (status != 0) {
        pattern_free(made);
        return status;
    }
    *pattern = made;
    return 0;
}

void schema_patterns_free(struct schema_patterns *patterns)
{
    while (patterns->first != NULL) {
        struct schema_pattern *pattern = patterns->first;

        patterns->first = pattern->next;
        pattern_free(pattern);
    }
    schema_map_free(&patterns->map);
}

/* ---- Matching ---- */

/* PCRE2 takes its small blocks from the memory of the run, so that a match costs no malloc. */
static void *memory_take(PCRE2_SIZE size, void *data)
{
    struct schema_pattern_memory *memory = data;
    size_t unit = alignof(max_align_t);
    size_t rounded = (size + unit - 1) / unit * unit;
    char *taken;

    if (size > sizeof(memory->room) || rounded > sizeof(memory->room) - memory->used)
        return malloc(size);
    taken = memory->room.bytes + memory->used;
    memory->used += rounded;
    return taken;
}

static void memory_give(void *block, void *data)
{
    struct schema_pattern_memory *memory = data;
    char *bytes = block;

    if (bytes < memory->room.bytes || bytes >= memory->room.bytes + sizeof(memory->room))
        free(block);
}

static bool memory_begin(struct schema_pattern_memory *memory)
{
    pcre2_general_context *general = pcre2_general_context_create(memory_take, memory_give, memory);

    if (general == NULL)
        return false;
    memory->match = pcre2_match_data_create(1, general);
    pcre2_general_context_free(general);
    return memory->match != NULL;
}

void schema_pattern_memory_end(struct schema_pattern_memory *memory)
{
    if (memory->match != NULL)
        pcre2_match_data_free(memory->match);
    memory->match = NULL;
    memory->used = 0;
    schema_regex_work_end(&memory->work);
}

int schema_pattern_match(const struct schema_pattern *pattern, struct schema_pattern_memory *memory,
                         const char *text, size_t length)
{
    PCRE2_SPTR subject = (PCRE2_SPTR)text;
    int found = PCRE2_ERROR_JIT_STACKLIMIT;

    if (memory->match == NULL && !memory_begin(memory))
        return ERROR_MEMORY;
    if (pattern->program != NULL)
        return schema_regex_program_match(pattern->program, memory, text, length, pattern->steps,
                                          (size_t)MATCH_HEAP_KIB * 1024);
    if (pattern->jit)
        found =
            pcre2_jit_match(pattern->code, subject, length, 0, 0, memory->match, pattern->context);
    /* Without JIT, or when its small stack is used up, the heap is used up to its own limit. */
    if (found == PCRE2_ERROR_JIT_STACKLIMIT)
        found = pcre2_match(pattern->code, subject, length, 0, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT,
                            memory->match, pattern->context);
    if (found >= 0)
        return 1;
    if (found == PCRE2_ERROR_NOMATCH)
        return 0;
    return found == PCRE2_ERROR_NOMEMORY ? ERROR_MEMORY : ERROR_TOO_LARGE;
}
