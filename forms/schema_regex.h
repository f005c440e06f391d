/*
 * The translation of one regular expression, as its parts share it.
 */
#ifndef GUICHET_FORMS_SCHEMA_REGEX_H
#define GUICHET_FORMS_SCHEMA_REGEX_H

#include <stdbool.h>
#include <stddef.h>

struct error;

struct schema_regex_name {
    const char *text;
    size_t length;
    size_t number;
};

struct schema_regex {
    const char *text; /* valid UTF-8 */
    size_t length;
    size_t at;
    size_t depth;
    size_t group_count;
    bool references; /* some group is referred to, so groups must capture */
    bool too_large;  /* right, but PCRE2 cannot repeat so often */
    struct schema_regex_name *names;
    size_t name_count;
    char *output;
    size_t used;
    size_t capacity;
    int status;
    struct error *error;
};

/* Translates \p{...} or \P{...} at the input (after the backslash); false after a fault. */
bool schema_regex_property(struct schema_regex *regex);

/* True when `text` (valid UTF-8) follows the grammar of ECMA-262. */
bool schema_regex_is_valid(const char *text, size_t length);

#endif
