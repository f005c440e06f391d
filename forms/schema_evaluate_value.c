/* Evaluating the keywords that look at one value. */
#include <string.h>

#include <unistr.h>

#include "forms/schema_run.h"

/* ---- Any type ---- */

static bool choice_matches(const struct schema_run *run,
                           const struct schema_instruction *instruction, const json_t *value)
{
    const struct schema_choices *choices = instruction->choices;
    const char *text = json_string_value(value);
    size_t length = json_string_length(value);

    for (size_t i = 0; i < choices->count; i++) {
        const struct schema_choice *choice = &choices->choices[i];

        if (choice->text != NULL) {
            if (text != NULL && choice->length == length && memcmp(choice->text, text, length) == 0)
                return true;
        } else if (text == NULL &&
                   schema_equal(choice->value, instruction->document, value, run->document)) {
            return true;
        }
    }
    return false;
}

bool schema_evaluate_enum(struct schema_run *run, const struct schema_instruction *instruction,
                          const struct schema_context *at)
{
    return choice_matches(run, instruction, at->value) ||
           schema_fault_count(run, at, instruction, 0);
}

bool schema_evaluate_const(struct schema_run *run, const struct schema_instruction *instruction,
                           const struct schema_context *at)
{
    return schema_evaluate_enum(run, instruction, at);
}

/* ---- Numbers ---- */

bool schema_evaluate_bound(struct schema_run *run, const struct schema_instruction *instruction,
                           const struct schema_context *at)
{
    const struct schema_bound *bound = instruction->bound;
    int order =
        schema_number_compare_json(at->value, run->document, bound->limit, instruction->document);

    if (bound->allowed[order < 0 ? 0 : order == 0 ? 1 : 2])
        return true;
    return schema_fault_count(run, at, instruction, 0);
}

bool schema_evaluate_divisor(struct schema_run *run, const struct schema_instruction *instruction,
                             const struct schema_context *at)
{
    char buffer[SCHEMA_NUMBER_BUFFER];
    struct schema_number number;

    schema_number_read(&number, buffer, at->value, run->document);
    return schema_number_is_multiple(&number, instruction->divisor) ||
           schema_fault_count(run, at, instruction, 0);
}

/* ---- Strings ---- */

/* Characters (Unicode code points): every byte that does not continue one. */
static size_t characters_of(const char *text, size_t bytes)
{
    size_t count = 0;

    for (size_t i = 0; i < bytes; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

bool schema_evaluate_min_length(struct schema_run *run,
                                const struct schema_instruction *instruction,
                                const struct schema_context *at)
{
    size_t bytes = json_string_length(at->value);
    size_t count;

    /* A character has one to four bytes. */
    if (bytes / 4 >= instruction->count)
        return true;
    count = characters_of(json_string_value(at->value), bytes);
    return count >= instruction->count || schema_fault_count(run, at, instruction, count);
}

bool schema_evaluate_max_length(struct schema_run *run,
                                const struct schema_instruction *instruction,
                                const struct schema_context *at)
{
    size_t bytes = json_string_length(at->value);
    size_t count;

    if (bytes <= instruction->count)
        return true;
    count = characters_of(json_string_value(at->value), bytes);
    return count <= instruction->count || schema_fault_count(run, at, instruction, count);
}

bool schema_evaluate_pattern(struct schema_run *run, const struct schema_instruction *instruction,
                             const struct schema_context *at)
{
    int found = schema_run_match(run, instruction->pattern, json_string_value(at->value),
                                 json_string_length(at->value));

    return found > 0 || (found == 0 && schema_fault_count(run, at, instruction, 0));
}

bool schema_evaluate_format(struct schema_run *run, const struct schema_instruction *instruction,
                            const struct schema_context *at)
{
    const char *text = json_string_value(at->value);
    size_t length = json_string_length(at->value);

    if (schema_text_is_valid(text, length) && instruction->format->check(text, length))
        return true;
    return schema_fault_count(run, at, instruction, 0);
}

bool schema_text_is_valid(const char *text, size_t length)
{
    uint64_t word;
    size_t at = 0;

    for (; length - at >= 8; at += 8) {
        memcpy(&word, text + at, 8);
        if ((word & 0x8080808080808080u) != 0)
            break;
    }
    return u8_check((const uint8_t *)text + at, length - at) == NULL;
}

int schema_run_match(struct schema_run *run, const struct schema_pattern *pattern, const char *text,
                     size_t length)
{
    int found;

    if (!schema_text_is_valid(text, length))
        return 0;
    found = schema_pattern_match(pattern, &run->patterns, text, length);
    if (found == ERROR_MEMORY)
        schema_run_stop(run, found, "no memory to match a pattern");
    else if (found < 0)
        schema_run_stop(run, found, "a pattern cost more than the limit of pattern steps");
    return found;
}

/* ---- Annotations ---- */

bool schema_evaluate_annotation(struct schema_run *run,
                                const struct schema_instruction *instruction,
                                const struct schema_context *at)
{
    bool strings_only = instruction->count == 1;
    int status;

    if (strings_only && !json_is_string(at->value))
        return true;
    status = schema_result_annotate(run, at, instruction->keyword,
                                    json_incref(schema_json(instruction->value)));
    return status == 0 || schema_run_stop(run, status, "no memory for the result");
}
