/* Fuzzes the reader of documents against jansson's: both accept the same texts. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/error.h"
#include "forms/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* jansson is stricter in two things: it refuses NUL in names, and numbers over a double. */
static int is_stricter(const char *problem)
{
    return strstr(problem, "NUL") != NULL || strstr(problem, "\\u0000") != NULL ||
           strstr(problem, "too big") != NULL || strstr(problem, "overflow") != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct schema_limits limits = {.depth = 2000};
    struct schema_document *document;
    struct error error = ERROR_INIT;
    json_error_t problem;
    int ours = schema_document_read(&document, (const char *)data, size, &limits, &error);
    json_t *theirs =
        json_loadb((const char *)data, size,
                   JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &problem);

    /* jansson takes a NUL byte after the value for the end of the text. */
    if (theirs != NULL && memchr(data, '\0', size) != NULL) {
        json_decref(theirs);
        theirs = NULL;
    }
    if (ours == 0 && theirs == NULL && memchr(data, 0, size) == NULL && !is_stricter(problem.text))
        abort();
    if (ours == ERROR_INVALID && theirs != NULL)
        abort();
    json_decref(theirs);
    schema_document_free(document);
    return 0;
}
