/* UUIDs (RFC 4122), JSON Pointers (RFC 6901) and relative JSON Pointers. */
#include <string.h>

#include "forms/format.h"

static bool is_hexadecimal(char character)
{
    return (character >= '0' && character <= '9') ||
           ((character | 0x20) >= 'a' && (character | 0x20) <= 'f');
}

bool format_check_uuid(const char *text, size_t length)
{
    if (length != 36)
        return false;
    for (size_t i = 0; i < length; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? text[i] != '-' : !is_hexadecimal(text[i]))
            return false;
    }
    return true;
}

bool format_check_json_pointer(const char *text, size_t length)
{
    if (length > 0 && text[0] != '/')
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '~' && (i + 1 == length || (text[i + 1] != '0' && text[i + 1] != '1')))
            return false;
    }
    return true;
}

/* Digits without a needless zero in front; their number, 0 when there are none. */
static size_t digits_of(const char *text, size_t length)
{
    size_t digits = 0;

    while (digits < length && text[digits] >= '0' && text[digits] <= '9')
        digits++;
    return digits > 1 && text[0] == '0' ? 0 : digits;
}

/*
 * Draft 2020-12 refers to draft-bhutton-relative-json-pointer-00: after the first number there may
 * be a step among the items of an array ("1-2/name").
 */
bool format_check_relative_json_pointer(const char *text, size_t length)
{
    size_t at = digits_of(text, length);

    if (at == 0)
        return false;
    if (at < length && (text[at] == '+' || text[at] == '-')) {
        size_t digits = digits_of(text + at + 1, length - at - 1);

        if (digits == 0 || text[at + 1] == '0')
            return false;
        at += 1 + digits;
    }
    if (length - at == 1 && text[at] == '#')
        return true;
    return format_check_json_pointer(text + at, length - at);
}
