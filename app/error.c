#include "app/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistr.h>

#include "app/text.h"

static const char *const code_names[] = {
    [-ERROR_NONE] = "none",           [-ERROR_INVALID] = "invalid",
    [-ERROR_NOT_FOUND] = "not-found", [-ERROR_REFUSED] = "refused",
    [-ERROR_CONFLICT] = "conflict",   [-ERROR_TOO_LARGE] = "too-large",
    [-ERROR_OFFLINE] = "offline",     [-ERROR_PROTOCOL] = "protocol",
    [-ERROR_STORAGE] = "storage",     [-ERROR_MEMORY] = "memory",
    [-ERROR_BUSY] = "busy",           [-ERROR_CANCELLED] = "cancelled",
    [-ERROR_INTERNAL] = "internal",
};

const char *error_code_name(int code)
{
    size_t index = code <= 0 ? (size_t)-code : 0;

    if (code > 0 || index >= sizeof(code_names) / sizeof(code_names[0]))
        return "unknown";
    return code_names[index];
}

/* Copies `text` cleaned into `error->message`: only whole, printable UTF-8 characters. */
static void message_store(struct error *error, const char *text)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    const uint8_t *from = (const uint8_t *)text;
    size_t left = strlen(text);
    size_t used = 0;

    while (left > 0) {
        ucs4_t character;
        int length = u8_mbtoucr(&character, from, left);
        const char *piece = (const char *)from;
        size_t piece_length;

        if (length <= 0) {
            length = 1;
            piece = replacement;
            piece_length = sizeof(replacement) - 1;
        } else if (text_character_is_unsafe(character)) {
            piece = "?";
            piece_length = 1;
        } else {
            piece_length = (size_t)length;
        }
        if (used + piece_length >= sizeof(error->message))
            break;
        memcpy(error->message + used, piece, piece_length);
        used += piece_length;
        from += length;
        left -= (size_t)length;
    }
    error->message[used] = '\0';
}

int error_set(struct error *error, int code, const char *format, ...)
{
    char text[2 * ERROR_MESSAGE_SIZE];
    va_list arguments;

    if (error == NULL)
        return code;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    error->code = code;
    message_store(error, text);
    return code;
}

int error_prefix(struct error *error, const char *format, ...)
{
    char text[2 * ERROR_MESSAGE_SIZE];
    va_list arguments;
    int written;

    if (error == NULL)
        return ERROR_INTERNAL;
    va_start(arguments, format);
    written = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (written >= 0 && (size_t)written < sizeof(text))
        snprintf(text + written, sizeof(text) - (size_t)written, ": %s", error->message);
    message_store(error, text);
    return error->code;
}
