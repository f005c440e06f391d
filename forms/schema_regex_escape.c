/* The escapes of ECMA-262 that stand for one character. */
#include <string.h>

#include <unictype.h>

#include "forms/schema_regex.h"

static int hexadecimal(int digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f')
        return (digit | 0x20) - 'a' + 10;
    return -1;
}

/* `count` hexadecimal digits at the input, taken only when they are all there; else -1. */
static int32_t take_hexadecimal(struct schema_regex *regex, size_t count)
{
    int32_t value = 0;

    for (size_t i = 0; i < count; i++) {
        int digit = hexadecimal(schema_regex_peek(regex, i));

        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    regex->at += count;
    return value;
}

/* After \u: XXXX, a pair of them, or {X...}; -1 after a fault. */
static int64_t unicode_escape(struct schema_regex *regex)
{
    int32_t value = 0;
    int32_t low;
    size_t back;

    if (schema_regex_take(regex, "{")) {
        if (schema_regex_peek(regex, 0) == '}')
            return schema_regex_fault(regex, "no digits in \\u{}") - 1;
        while (!schema_regex_take(regex, "}")) {
            int digit = hexadecimal(schema_regex_peek(regex, 0));

            value = value * 16 + digit;
            if (digit < 0 || value > 0x10FFFF)
                return schema_regex_fault(regex, "\\u{...} is not a character") - 1;
            regex->at++;
        }
        return value;
    }
    value = take_hexadecimal(regex, 4);
    if (value < 0)
        return schema_regex_fault(regex, "\\u needs four hexadecimal digits") - 1;
    back = regex->at;
    if (value >= 0xD800 && value <= 0xDBFF && schema_regex_take(regex, "\\u")) {
        low = take_hexadecimal(regex, 4);
        if (low >= 0xDC00 && low <= 0xDFFF)
            return 0x10000 + ((int64_t)(value - 0xD800) << 10) + (low - 0xDC00);
        regex->at = back;
    }
    return value;
}

/*
 * After a backslash: an escape that stands for one character, in a class and outside. -1 after a
 * fault.
 */
int64_t schema_regex_escape(struct schema_regex *regex)
{
    static const char controls[] = "fnrtv";
    static const char meanings[] = "\f\n\r\t\v";
    int letter = schema_regex_peek(regex, 0);
    const char *control = letter > 0 ? strchr(controls, letter) : NULL;
    uint32_t character;
    int32_t value;

    if (letter < 0)
        return schema_regex_fault(regex, "a backslash at the end") - 1;
    if (control != NULL) {
        regex->at++;
        return meanings[control - controls];
    }
    if (letter == '0' &&
        !(schema_regex_peek(regex, 1) >= '0' && schema_regex_peek(regex, 1) <= '9')) {
        regex->at++;
        return 0;
    }
    if (letter == 'c' && (schema_regex_peek(regex, 1) | 0x20) >= 'a' &&
        (schema_regex_peek(regex, 1) | 0x20) <= 'z') {
        regex->at += 2;
        return regex->text[regex->at - 1] & 0x1F;
    }
    if (schema_regex_take(regex, "x")) {
        value = take_hexadecimal(regex, 2);
        return value < 0 ? schema_regex_fault(regex, "\\x needs two hexadecimal digits") - 1
                         : value;
    }
    if (schema_regex_take(regex, "u"))
        return unicode_escape(regex);
    character = schema_regex_next(regex);
    if (character == '_' || uc_is_property_id_continue(character)) {
        regex->at--;
        return schema_regex_fault(regex, "this escape means nothing") - 1;
    }
    return character;
}
