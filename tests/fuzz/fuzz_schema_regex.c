/* Fuzzes regular expressions. The input is a pattern, a line end, and a text to match. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <unistr.h>

#include "app/error.h"
#include "forms/schema.h"
#include "forms/schema_pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct schema_limits limits = {.pattern_bytes = 2000, .pattern_steps = 2000};
    const uint8_t *end = size == 0 ? NULL : memchr(data, '\n', size);
    size_t length = end == NULL ? size : (size_t)(end - data);
    struct schema_patterns patterns = {0};
    struct schema_pattern_memory memory;
    const struct schema_pattern *pattern;
    struct error error = ERROR_INIT;

    memory.match = NULL;
    memory.used = 0;
    memory.work = (struct schema_regex_work){0};
    if (u8_check(data, size) != NULL)
        return 0;
    if (schema_pattern_compile(&patterns, (const char *)data, length, &limits, &pattern, &error) ==
            0 &&
        end != NULL) {
        schema_pattern_match(pattern, &memory, (const char *)end + 1, size - length - 1);
        schema_pattern_memory_end(&memory);
    }
    schema_patterns_free(&patterns);
    return 0;
}
