#include "net/open311_errors.h"

#include <stdarg.h>
#include <stdio.h>

#include "app/error.h"
#include "app/json.h"

void open311_error_add(json_t *errors, unsigned code, const char *format, ...)
{
    struct error clean = ERROR_INIT;
    char text[ERROR_MESSAGE_SIZE];
    va_list arguments;

    if (json_array_size(errors) >= OPEN311_ERRORS_MOST)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    error_set(&clean, ERROR_INVALID, "%s", text);
    json_array_append_new(errors,
                          json_pack("{s:i, s:s}", "code", (int)code, "description", clean.message));
}

unsigned open311_errors_status(const json_t *errors)
{
    int64_t code = json_integer_or(json_array_get(errors, 0), "code", 400);

    if (code == 403 || code == 404 || code == 429 || code >= 500)
        return (unsigned)code;
    return 400;
}
