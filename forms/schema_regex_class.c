/* Character classes of ECMA-262, as PCRE2 writes them. */
#include "forms/schema_regex.h"

#define NOT_SPACES                                                                                 \
    "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}"                                  \
    "\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}"                                    \
    "\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}"                                    \
    "\\x{ff00}-\\x{10ffff}"

/* One member of a class: a character, or (then -1) a set that was put out already. */
static bool class_atom(struct schema_regex *regex, int64_t *character)
{
    *character = -1;
    if (!schema_regex_take(regex, "\\")) {
        *character = schema_regex_next(regex);
        return true;
    }
    if (schema_regex_take(regex, "b")) {
        *character = '\b';
        return true;
    }
    if (schema_regex_take(regex, "d"))
        return schema_regex_put(regex, "\\d");
    if (schema_regex_take(regex, "D"))
        return schema_regex_put(regex, "\\D");
    if (schema_regex_take(regex, "w"))
        return schema_regex_put(regex, regex->ignore_case ? SCHEMA_REGEX_WORDS : "\\w");
    if (schema_regex_take(regex, "W"))
        return schema_regex_put(regex, regex->ignore_case ? SCHEMA_REGEX_NOT_WORDS : "\\W");
    if (schema_regex_take(regex, "s"))
        return schema_regex_put(regex, SCHEMA_REGEX_SPACES);
    if (schema_regex_take(regex, "S"))
        return schema_regex_put(regex, NOT_SPACES);
    if (schema_regex_peek(regex, 0) == 'p' || schema_regex_peek(regex, 0) == 'P')
        return schema_regex_property(regex);
    *character = schema_regex_escape(regex);
    return *character >= 0;
}

/* Puts out a range without the surrogates at its ends, which PCRE2 refuses and no text holds. */
static bool class_range(struct schema_regex *regex, uint32_t first, uint32_t last)
{
    if (schema_regex_is_surrogate(first))
        first = 0xE000;
    if (schema_regex_is_surrogate(last))
        last = 0xD7FF;
    if (first > last)
        return true;
    if (!schema_regex_put_number(regex, "x", first))
        return false;
    return first == last ||
           (schema_regex_put(regex, "-") && schema_regex_put_number(regex, "x", last));
}

static bool class_members(struct schema_regex *regex)
{
    while (!schema_regex_take(regex, "]")) {
        int64_t first;
        int64_t last;

        if (regex->at >= regex->length)
            return schema_regex_fault(regex, "a class is not closed");
        if (!class_atom(regex, &first))
            return false;
        if (schema_regex_peek(regex, 0) != '-' || schema_regex_peek(regex, 1) == ']' ||
            schema_regex_peek(regex, 1) < 0) {
            if (first >= 0 && !class_range(regex, (uint32_t)first, (uint32_t)first))
                return false;
            continue;
        }
        regex->at++;
        if (!class_atom(regex, &last))
            return false;
        if (first < 0 || last < 0)
            return schema_regex_fault(regex, "a set cannot be the end of a range");
        if (first > last)
            return schema_regex_fault(regex, "a range is upside down");
        if (!class_range(regex, (uint32_t)first, (uint32_t)last))
            return false;
    }
    return true;
}

bool schema_regex_class(struct schema_regex *regex)
{
    size_t start = regex->used;
    size_t inside;
    bool negated;

    regex->at++;
    negated = schema_regex_take(regex, "^");
    if (!schema_regex_put(regex, negated ? "[^" : "["))
        return false;
    inside = regex->used;
    if (!class_members(regex))
        return false;
    if (regex->used > inside)
        return schema_regex_put(regex, "]");
    regex->used = start;
    return schema_regex_put(regex, negated ? SCHEMA_REGEX_ANY : SCHEMA_REGEX_NEVER);
}
