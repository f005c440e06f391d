/*
 * The translation of one regular expression, as its parts share it.
 */
#ifndef GUICHET_FORMS_SCHEMA_REGEX_H
#define GUICHET_FORMS_SCHEMA_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* What \s stands for, inside a class; what matches nothing; what matches any one character. */
#define SCHEMA_REGEX_SPACES                                                                        \
    "\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}"                    \
    "\\x{202f}\\x{205f}\\x{3000}\\x{feff}"
#define SCHEMA_REGEX_NEVER "(?!)"
#define SCHEMA_REGEX_ANY   "[\\x{0}-\\x{10ffff}]"

/* Notes the first fault, with where it is; always false. */
bool schema_regex_fault(struct schema_regex *regex, const char *what);

/* Puts out text; a number as \x{...} (form 'x') or as a reference \g{...} (form 'g'). */
bool schema_regex_put(struct schema_regex *regex, const char *text);
bool schema_regex_put_number(struct schema_regex *regex, const char *form, unsigned long number);

/* The byte at the input, further on; -1 past the end. */
int schema_regex_peek(const struct schema_regex *regex, size_t ahead);

/* Takes the text from the input when it is there. */
bool schema_regex_take(struct schema_regex *regex, const char *text);

/* Takes one character from the input, which is not at its end. */
uint32_t schema_regex_next(struct schema_regex *regex);

/* After a backslash: an escape that stands for one character; -1 after a fault. */
int64_t schema_regex_escape(struct schema_regex *regex);

bool schema_regex_is_surrogate(uint32_t character);

/* Translates a class, "[" at the input; false after a fault. */
bool schema_regex_class(struct schema_regex *regex);

/* Translates \p{...} or \P{...} at the input (after the backslash); false after a fault. */
bool schema_regex_property(struct schema_regex *regex);

/* After a translation that went well: ERROR_INVALID when PCRE2 would keep a capture that ECMA-262
 * forgets, where that can be seen. */
int schema_regex_check_resets(const struct schema_regex *regex, struct error *error);

/* True when `text` (valid UTF-8) follows the grammar of ECMA-262. */
bool schema_regex_is_valid(const char *text, size_t length);

#endif
