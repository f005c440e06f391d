/* Fuzzes every format with one text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <unistr.h>

#include "forms/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {
        "date-time",
        "date",
        "time",
        "duration",
        "email",
        "idn-email",
        "hostname",
        "idn-hostname",
        "ipv4",
        "ipv6",
        "uri",
        "uri-reference",
        "iri",
        "iri-reference",
        "uuid",
        "regex",
        "uri-template",
        "json-pointer",
        "relative-json-pointer",
    };
    char *text;

    if (u8_check(data, size) != NULL)
        return 0;
    /* A copy of exactly that size, so that a read past its end is seen. */
    text = malloc(size == 0 ? 1 : size);
    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        format_find(names[i])->check(text, size);
    free(text);
    return 0;
}
