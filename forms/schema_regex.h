/*
 * The translation of one regular expression, as its parts share it.
 */
#ifndef GUICHET_FORMS_SCHEMA_REGEX_H
#define GUICHET_FORMS_SCHEMA_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct schema_regex_program;

struct schema_regex_name {
    const char *text;
    size_t length;
    size_t number;
};

struct schema_regex_flags {
    bool multiline;
    bool dot_all;
    bool ignore_case;
    bool backward; /* inside a lookbehind, which is matched from its end */
};

struct schema_regex_repeat {
    long least;
    long most; /* -1: without end */
    bool lazy;
};

/* The alternatives of one group, while the program is made. */
struct schema_regex_alternatives {
    size_t first; /* where the group begins */
    size_t start; /* where the present one begins */
    size_t count; /* before the present one */
    bool backward;
};

struct schema_regex {
    const char *text; /* valid UTF-8 */
    size_t length;
    size_t at;
    size_t depth;
    size_t group_count;
    size_t groups_opened;
    bool references;                      /* some group is referred to, so groups must capture */
    bool needs_program;                   /* PCRE2 cannot do it as ECMA-262 says */
    bool ignore_case;                     /* at this term */
    int64_t character;                    /* that the term stands for, or -1 */
    size_t reference;                     /* the group that the term refers to, or 0 */
    struct schema_regex_program *program; /* being made, or NULL */
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

/* What \w and \W stand for where case is ignored, inside a class. */
#define SCHEMA_REGEX_WORDS "\\w\\x{17f}\\x{212a}"
#define SCHEMA_REGEX_NOT_WORDS                                                                     \
    "\\x{0}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{5e}\\x{60}\\x{7b}-\\x{17e}"                          \
    "\\x{180}-\\x{2129}\\x{212b}-\\x{10ffff}"

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

/* True when `text` (valid UTF-8) follows the grammar of ECMA-262. */
bool schema_regex_is_valid(const char *text, size_t length);

/*
 * ---- Making the program (schema_regex_build.c) ----
 * All do nothing, and say true, while no program is made; false after a fault.
 */

/* The number of instructions so far. */
size_t schema_regex_build_count(const struct schema_regex *regex);

/* A set, a character or an edge: the text for PCRE2 from `output` on. */
bool schema_regex_build_leaf(struct schema_regex *regex, struct schema_regex_flags flags,
                             size_t output, bool edge);

bool schema_regex_build_reference(struct schema_regex *regex, struct schema_regex_flags flags);

/* Notes where a capture begins, or where it ends. */
bool schema_regex_build_save(struct schema_regex *regex, size_t capture, bool end);

/* Before and after what a lookahead or lookbehind holds; it began at `start`. */
bool schema_regex_build_look(struct schema_regex *regex, bool negative);
bool schema_regex_build_look_end(struct schema_regex *regex, size_t start);

/* Repeats what was made since `start`, when `groups` groups had been opened. */
bool schema_regex_build_repeat(struct schema_regex *regex, size_t start, size_t groups,
                               const struct schema_regex_repeat *repeat);

/* What was made since `start` is one term of an alternative. */
void schema_regex_build_term(struct schema_regex *regex, size_t start);

/* Before the first alternative, between two, after the last. */
struct schema_regex_alternatives schema_regex_build_alternatives(const struct schema_regex *regex,
                                                                 struct schema_regex_flags flags);
bool schema_regex_build_another(struct schema_regex *regex,
                                struct schema_regex_alternatives *alternatives);
void schema_regex_build_alternatives_end(struct schema_regex *regex,
                                         const struct schema_regex_alternatives *alternatives);

/* Ends the program: 0 or an error. */
int schema_regex_build_end(struct schema_regex *regex);

#endif
