/*
 * Compares the patterns with what JavaScript found: each line of the files, or of the input, is
 * ["pattern", "flags", ["text", ...], "01..."] (tests/pattern/generate.mjs). Each pattern is tried
 * as a form would use it and, whatever PCRE2 can do of it, as a program of our own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "app/error.h"
#include "forms/schema.h"
#include "forms/schema_pattern.h"

#define STEPS 2000000
#define HEAP  ((size_t)16 << 20)

struct count {
    size_t passed;
    size_t total;
};

/* The pattern inside a group of its flags: JSON Schema has no other place for them. */
static char *flagged(const char *pattern, const char *flags)
{
    size_t room = strlen(pattern) + strlen(flags) + sizeof("(?:)");
    char *made = malloc(room);

    if (made == NULL)
        abort();
    snprintf(made, room, *flags == '\0' ? "%s%s" : "(?%s:%s)", flags, pattern);
    return made;
}

static void compare(struct count *count, const char *way, const char *pattern, const json_t *text,
                    int found, int expected)
{
    char *shown = json_dumps(text, JSON_ENCODE_ANY);

    count->total++;
    if (found == expected)
        count->passed++;
    else
        printf("%s: /%s/ on %s: %d, JavaScript: %d\n", way, pattern, shown, found, expected);
    free(shown);
}

static void try_pattern(struct count *count, const char *pattern, const json_t *texts,
                        const char *expected)
{
    static const struct schema_limits limits = {.pattern_bytes = 4096, .pattern_steps = STEPS};
    struct schema_patterns patterns = {0};
    struct schema_pattern_memory memory = {0};
    const struct schema_pattern *compiled;
    struct schema_regex_program *program;
    struct error error = ERROR_INIT;

    if (schema_pattern_compile(&patterns, pattern, strlen(pattern), &limits, &compiled, &error) !=
            0 ||
        schema_regex_program_new(&program, pattern, strlen(pattern), &error) != 0) {
        printf("/%s/: %s\n", pattern, error.message);
        count->total++;
        schema_patterns_free(&patterns);
        return;
    }
    for (size_t i = 0; i < json_array_size(texts); i++) {
        const json_t *text = json_array_get(texts, i);
        const char *bytes = json_string_value(text);
        size_t length = json_string_length(text);

        compare(count, "pattern", pattern, text,
                schema_pattern_match(compiled, &memory, bytes, length), expected[i] - '0');
        compare(count, "program", pattern, text,
                schema_regex_program_match(program, &memory, bytes, length, STEPS, HEAP),
                expected[i] - '0');
    }
    schema_pattern_memory_end(&memory);
    schema_regex_program_free(program);
    schema_patterns_free(&patterns);
}

static bool read_lines(struct count *count, FILE *file)
{
    char line[65536];

    while (fgets(line, sizeof(line), file) != NULL) {
        json_t *read = json_loads(line, JSON_ALLOW_NUL, NULL);
        const char *pattern;
        const char *flags;
        const char *expected;
        json_t *texts;
        char *whole;

        if (json_unpack(read, "[ssos]", &pattern, &flags, &texts, &expected) != 0 ||
            strlen(expected) != json_array_size(texts)) {
            printf("not understood: %s", line);
            json_decref(read);
            return false;
        }
        whole = flagged(pattern, flags);
        try_pattern(count, whole, texts, expected);
        free(whole);
        json_decref(read);
    }
    return true;
}

int main(int count, char **arguments)
{
    struct count counted = {0};
    FILE *file = count > 1 ? fopen(arguments[1], "r") : stdin;
    bool fine;

    if (file == NULL) {
        perror(arguments[1]);
        return 2;
    }
    fine = read_lines(&counted, file);
    if (file != stdin)
        fclose(file);
    printf("passed %zu of %zu\n", counted.passed, counted.total);
    return fine && counted.total > 0 && counted.passed == counted.total ? 0 : 1;
}
