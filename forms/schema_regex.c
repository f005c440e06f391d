/*
 * ECMA-262 regular expressions, translated to PCRE2. What is accepted is the grammar of the
 * specification's body (15.10 and following editions) with the flag u, and beside it the escapes
 * of punctuation that the grammar without u allows (`\-`, `\@`): both are "ECMA-262". What only
 * PCRE2 or another dialect knows is refused: \A, \Z, \a, (?P<n>), (?#), (?>), a++, \h, [[:alpha:]].
 * The text for PCRE2 is always made. What PCRE2 cannot do as ECMA-262 says is made into a program
 * of our own in a second reading (schema_regex_build.c), whose sets and edges are small pieces of
 * that same text.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unictype.h>
#include <unistr.h>

#include "app/error.h"
#include "forms/schema_pattern.h"
#include "forms/schema_regex.h"
#include "forms/schema_regex_program.h"

/* Nested groups; PCRE2 has the same limit. */
#define DEPTH_LIMIT 200

/* PCRE2 counts repeats in 16 bits. */
#define PCRE2_REPEAT_LIMIT 65535

/* More often than any text is long. */
#define REPEAT_LIMIT (LONG_MAX / 16)

#define LINE_END "\\n\\r\\x{2028}\\x{2029}"

#define WORD            "[" SCHEMA_REGEX_WORDS "]"
#define WORD_EDGE       "(?:(?<=" WORD ")(?!" WORD ")|(?<!" WORD ")(?=" WORD "))"
#define WORD_OR_NO_WORD "(?:(?<=" WORD ")(?=" WORD ")|(?<!" WORD ")(?!" WORD "))"

/* The start of a group: what kind it is. */
struct opening {
    bool assertion;
    bool negative;
    size_t capture; /* its number, or 0 */
};

static bool disjunction(struct schema_regex *regex, struct schema_regex_flags flags);

/* ---- Output and faults ---- */

bool schema_regex_fault(struct schema_regex *regex, const char *what)
{
    if (regex->status == 0)
        regex->status = error_set(regex->error, ERROR_INVALID,
                                  "the pattern is wrong at byte %zu: %s", regex->at, what);
    return false;
}

static bool put(struct schema_regex *regex, const char *text, size_t length)
{
    if (regex->used + length + 1 > regex->capacity) {
        size_t capacity = (regex->used + length + 64) * 2;
        char *grown = realloc(regex->output, capacity);

        if (grown == NULL) {
            regex->status = error_set(regex->error, ERROR_MEMORY, "no memory for a pattern");
            return false;
        }
        regex->output = grown;
        regex->capacity = capacity;
    }
    memcpy(regex->output + regex->used, text, length);
    regex->used += length;
    regex->output[regex->used] = '\0';
    return true;
}

bool schema_regex_put(struct schema_regex *regex, const char *text)
{
    return put(regex, text, strlen(text));
}

bool schema_regex_put_number(struct schema_regex *regex, const char *format, unsigned long number)
{
    char text[32];

    snprintf(text, sizeof(text), format[0] == 'x' ? "\\x{%lx}" : "\\g{%lu}", number);
    return schema_regex_put(regex, text);
}

bool schema_regex_is_surrogate(uint32_t character)
{
    return character >= 0xD800 && character <= 0xDFFF;
}

static bool put_character(struct schema_regex *regex, uint32_t character)
{
    char letter = (char)character;

    regex->character = character;
    /* No text that reaches the matcher holds half a surrogate pair. */
    if (schema_regex_is_surrogate(character))
        return schema_regex_put(regex, SCHEMA_REGEX_NEVER);
    if (character < 0x80 &&
        ((letter >= '0' && letter <= '9') || ((letter | 0x20) >= 'a' && (letter | 0x20) <= 'z')))
        return put(regex, &letter, 1);
    return schema_regex_put_number(regex, "x", character);
}

/* ---- Input ---- */

int schema_regex_peek(const struct schema_regex *regex, size_t ahead)
{
    size_t at = regex->at + ahead;

    return at < regex->length ? (unsigned char)regex->text[at] : -1;
}

bool schema_regex_take(struct schema_regex *regex, const char *text)
{
    size_t length = strlen(text);

    if (regex->length - regex->at < length || memcmp(regex->text + regex->at, text, length) != 0)
        return false;
    regex->at += length;
    return true;
}

uint32_t schema_regex_next(struct schema_regex *regex)
{
    ucs4_t character = 0;
    int length =
        u8_mbtouc(&character, (const uint8_t *)regex->text + regex->at, regex->length - regex->at);

    regex->at += (size_t)(length > 0 ? length : 1);
    return character;
}

/* ---- Groups and references ---- */

/* Skips the name and the '>' after it; its length, or 0 after a fault. */
static size_t group_name(struct schema_regex *regex)
{
    size_t start = regex->at;

    while (regex->at < regex->length && regex->text[regex->at] != '>') {
        bool first = regex->at == start;
        uint32_t character = schema_regex_next(regex);
        bool allowed =
            character == '$' || character == '_' ||
            (first ? uc_is_property_id_start(character) : uc_is_property_id_continue(character));

        if (!allowed)
            return schema_regex_fault(regex, "this is not a name of a group") ? 1 : 0;
    }
    if (regex->at == start || !schema_regex_take(regex, ">"))
        return schema_regex_fault(regex, "the name of a group is missing or not closed") ? 1 : 0;
    return regex->at - start - 1;
}

/* The number of the group of that name, 0 when there is none. */
static size_t group_number(const struct schema_regex *regex, const char *name, size_t length)
{
    for (size_t i = 0; i < regex->name_count; i++) {
        if (regex->names[i].length == length && memcmp(regex->names[i].text, name, length) == 0)
            return regex->names[i].number;
    }
    return 0;
}

/* Flags such as "ims-ims:"; only the first step of a group that begins "(?" and a letter or -. */
static bool group_flags(struct schema_regex *regex, struct schema_regex_flags *flags)
{
    char seen[8] = "";
    size_t count = 0;
    bool negative = false;
    bool any = false;

    for (; !schema_regex_take(regex, ":"); regex->at++) {
        int letter = schema_regex_peek(regex, 0);

        if (letter == '-' && !negative) {
            negative = true;
            continue;
        }
        if ((letter != 'i' && letter != 'm' && letter != 's') || strchr(seen, letter) != NULL)
            return schema_regex_fault(regex, "this kind of group is not ECMA-262");
        seen[count++] = (char)letter;
        any = true;
        if (letter == 'm')
            flags->multiline = !negative;
        if (letter == 's')
            flags->dot_all = !negative;
        if (letter == 'i')
            flags->ignore_case = !negative;
        if (letter == 'i' && !schema_regex_put(regex, negative ? "(?-i:" : "(?i:"))
            return false;
    }
    if (!any)
        return schema_regex_fault(regex, "a group of flags without a flag");
    /* The flags m and s are spent here; only i is one of PCRE2's as well. */
    return strchr(seen, 'i') != NULL || schema_regex_put(regex, "(?:");
}

static bool group_open(struct schema_regex *regex, struct schema_regex_flags *flags,
                       struct opening *opening)
{
    static const struct {
        const char *text;
        struct opening opening;
        bool backward;
    } plain[] = {
        {"(?:", {.assertion = false}, false},
        {"(?=", {.assertion = true}, false},
        {"(?!", {.assertion = true, .negative = true}, false},
        {"(?<=", {.assertion = true}, true},
        {"(?<!", {.assertion = true, .negative = true}, true},
    };
    const char *capture = regex->references ? "(" : "(?:";

    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (schema_regex_take(regex, plain[i].text)) {
            *opening = plain[i].opening;
            if (opening->assertion)
                flags->backward = plain[i].backward;
            return schema_regex_put(regex, plain[i].text);
        }
    }
    *opening = (struct opening){0};
    if (!schema_regex_take(regex, "(?<")) {
        if (schema_regex_take(regex, "(?"))
            return group_flags(regex, flags);
        regex->at++;
    } else if (group_name(regex) == 0) {
        return false;
    }
    opening->capture = ++regex->groups_opened;
    return schema_regex_put(regex, capture);
}

static bool group(struct schema_regex *regex, struct schema_regex_flags flags, bool *assertion)
{
    struct schema_regex_flags inside = flags;
    struct opening opening;
    size_t start;

    if (++regex->depth > DEPTH_LIMIT)
        return schema_regex_fault(regex, "groups are nested too deep");
    if (!group_open(regex, &inside, &opening))
        return false;
    *assertion = opening.assertion;
    start = schema_regex_build_count(regex);
    if ((opening.assertion && !schema_regex_build_look(regex, opening.negative)) ||
        (opening.capture != 0 &&
         !schema_regex_build_save(regex, opening.capture, flags.backward)) ||
        !disjunction(regex, inside) ||
        (opening.capture != 0 &&
         !schema_regex_build_save(regex, opening.capture, !flags.backward)) ||
        (opening.assertion && !schema_regex_build_look_end(regex, start)))
        return false;
    if (!schema_regex_take(regex, ")"))
        return schema_regex_fault(regex, "a group is not closed");
    regex->depth--;
    return schema_regex_put(regex, ")");
}

/* After a backslash and before a digit from 1. */
static bool number_reference(struct schema_regex *regex)
{
    size_t number = 0;

    while (schema_regex_peek(regex, 0) >= '0' && schema_regex_peek(regex, 0) <= '9' &&
           number <= regex->group_count)
        number = number * 10 + (size_t)(regex->text[regex->at++] - '0');
    if (number > regex->group_count)
        return schema_regex_fault(regex, "there is no group of that number");
    regex->reference = number;
    return schema_regex_put_number(regex, "g", number);
}

static bool name_reference(struct schema_regex *regex)
{
    const char *name = regex->text + regex->at;
    size_t length = group_name(regex);
    size_t number = length == 0 ? 0 : group_number(regex, name, length);

    if (number == 0)
        return schema_regex_fault(regex, "there is no group of that name");
    regex->reference = number;
    return schema_regex_put_number(regex, "g", number);
}

/* ---- Terms ---- */

static bool escape(struct schema_regex *regex, bool *assertion)
{
    static const struct {
        const char *letter;
        const char *text;
        const char *text_ignoring_case;
        bool assertion;
    } sets[] = {
        {"b", "\\b", WORD_EDGE, true},
        {"B", "\\B", WORD_OR_NO_WORD, true},
        {"d", "\\d", "\\d", false},
        {"D", "\\D", "\\D", false},
        {"s", "[" SCHEMA_REGEX_SPACES "]", "[" SCHEMA_REGEX_SPACES "]", false},
        {"S", "[^" SCHEMA_REGEX_SPACES "]", "[^" SCHEMA_REGEX_SPACES "]", false},
        {"w", "\\w", "[" SCHEMA_REGEX_WORDS "]", false},
        {"W", "\\W", "[" SCHEMA_REGEX_NOT_WORDS "]", false},
    };
    int64_t character;

    regex->at++;
    if (schema_regex_peek(regex, 0) >= '1' && schema_regex_peek(regex, 0) <= '9')
        return number_reference(regex);
    if (schema_regex_take(regex, "k<"))
        return name_reference(regex);
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        if (!schema_regex_take(regex, sets[i].letter))
            continue;
        *assertion = sets[i].assertion;
        return schema_regex_put(regex,
                                regex->ignore_case ? sets[i].text_ignoring_case : sets[i].text);
    }
    if (schema_regex_peek(regex, 0) == 'p' || schema_regex_peek(regex, 0) == 'P')
        return schema_regex_property(regex);
    character = schema_regex_escape(regex);
    return character >= 0 && put_character(regex, (uint32_t)character);
}

/* Digits of a repeat; -1 when there are none. Over the limit it stays one above it. */
static long repeat_number(struct schema_regex *regex)
{
    long number = -1;

    while (schema_regex_peek(regex, 0) >= '0' && schema_regex_peek(regex, 0) <= '9') {
        number = (number < 0 ? 0 : number) * 10 + (regex->text[regex->at++] - '0');
        if (number > REPEAT_LIMIT)
            number = REPEAT_LIMIT + 1;
    }
    return number;
}

static bool braces(struct schema_regex *regex, struct schema_regex_repeat *repeat)
{
    char text[48];

    repeat->least = repeat_number(regex);
    repeat->most = repeat->least;
    if (repeat->least >= 0 && schema_regex_take(regex, ","))
        repeat->most = repeat_number(regex);
    if (repeat->least < 0 || !schema_regex_take(regex, "}"))
        return schema_regex_fault(regex, "a repeat in braces is wrong");
    if (repeat->most >= 0 && repeat->most < repeat->least)
        return schema_regex_fault(regex, "a repeat is upside down");
    if (repeat->least > PCRE2_REPEAT_LIMIT || repeat->most > PCRE2_REPEAT_LIMIT)
        regex->needs_program = true;
    if (repeat->most < 0)
        snprintf(text, sizeof(text), "{%ld,}", repeat->least);
    else
        snprintf(text, sizeof(text), "{%ld,%ld}", repeat->least, repeat->most);
    return schema_regex_put(regex, text);
}

/* After a term that began at `start` in the program, when `groups` groups had been opened. */
static bool quantifier(struct schema_regex *regex, bool assertion, size_t start, size_t groups)
{
    static const struct {
        const char *text;
        struct schema_regex_repeat repeat;
    } plain[] = {{"*", {0, -1, false}}, {"+", {1, -1, false}}, {"?", {0, 1, false}}};
    struct schema_regex_repeat repeat = {0};
    bool any = schema_regex_take(regex, "{");

    if (any && !braces(regex, &repeat))
        return false;
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]) && !any; i++) {
        any = schema_regex_take(regex, plain[i].text);
        if (!any)
            continue;
        repeat = plain[i].repeat;
        if (!schema_regex_put(regex, plain[i].text))
            return false;
    }
    if (!any)
        return true;
    if (assertion)
        return schema_regex_fault(regex, "an assertion cannot be repeated");
    repeat.lazy = schema_regex_take(regex, "?");
    return (!repeat.lazy || schema_regex_put(regex, "?")) &&
           schema_regex_build_repeat(regex, start, groups, &repeat);
}

static bool term(struct schema_regex *regex, struct schema_regex_flags flags)
{
    int letter = schema_regex_peek(regex, 0);
    size_t start = schema_regex_build_count(regex);
    size_t groups = regex->groups_opened;
    size_t output = regex->used;
    bool assertion = false;
    bool done;

    regex->ignore_case = flags.ignore_case;
    regex->character = -1;
    regex->reference = 0;
    switch (letter) {
    case '(':
        done = group(regex, flags, &assertion);
        break;
    case '[':
        done = schema_regex_class(regex);
        break;
    case '\\':
        done = escape(regex, &assertion);
        break;
    case '^':
        regex->at++;
        assertion = true;
        done = schema_regex_put(regex, flags.multiline ? "(?<![^" LINE_END "])" : "\\A");
        break;
    case '$':
        regex->at++;
        assertion = true;
        done = schema_regex_put(regex, flags.multiline ? "(?![^" LINE_END "])" : "\\z");
        break;
    case '.':
        regex->at++;
        done = schema_regex_put(regex, flags.dot_all ? SCHEMA_REGEX_ANY : "[^" LINE_END "]");
        break;
    case '*':
    case '+':
    case '?':
        return schema_regex_fault(regex, "there is nothing to repeat");
    case ']':
    case '{':
    case '}':
        return schema_regex_fault(regex, "a bracket or brace that must be escaped");
    default:
        done = put_character(regex, schema_regex_next(regex));
    }
    if (done && letter != '(' && regex->reference != 0)
        done = schema_regex_build_reference(regex, flags);
    else if (done && letter != '(')
        done = schema_regex_build_leaf(regex, flags, output, assertion);
    return done && quantifier(regex, assertion, start, groups);
}

static bool disjunction(struct schema_regex *regex, struct schema_regex_flags flags)
{
    struct schema_regex_alternatives built = schema_regex_build_alternatives(regex, flags);

    while (regex->at < regex->length && schema_regex_peek(regex, 0) != ')') {
        size_t start = schema_regex_build_count(regex);

        if (schema_regex_take(regex, "|")) {
            if (!schema_regex_put(regex, "|") || !schema_regex_build_another(regex, &built))
                return false;
        } else if (!term(regex, flags)) {
            return false;
        } else {
            schema_regex_build_term(regex, start);
        }
    }
    schema_regex_build_alternatives_end(regex, &built);
    return true;
}

/* ---- The whole ---- */

static bool name_add(struct schema_regex *regex, const char *name, size_t length)
{
    struct schema_regex_name *grown;

    if (group_number(regex, name, length) != 0)
        return schema_regex_fault(regex, "two groups have the same name");
    grown = realloc(regex->names, (regex->name_count + 1) * sizeof(*grown));
    if (grown == NULL) {
        regex->status = error_set(regex->error, ERROR_MEMORY, "no memory for a pattern");
        return false;
    }
    regex->names = grown;
    regex->names[regex->name_count++] =
        (struct schema_regex_name){name, length, regex->group_count};
    return true;
}

/* Counts the groups and learns their names beforehand: a reference may come before its group. */
static bool survey(struct schema_regex *regex)
{
    bool in_class = false;

    for (regex->at = 0; regex->at < regex->length; regex->at++) {
        char letter = regex->text[regex->at];

        if (letter == '\\') {
            int next = schema_regex_peek(regex, 1);

            if (!in_class && (next == 'k' || (next >= '1' && next <= '9')))
                regex->references = true;
            regex->at++;
        } else if (letter == '[') {
            in_class = true;
        } else if (letter == ']') {
            in_class = false;
        } else if (letter == '(' && !in_class) {
            bool named = schema_regex_peek(regex, 1) == '?' && schema_regex_peek(regex, 2) == '<' &&
                         schema_regex_peek(regex, 3) != '=' && schema_regex_peek(regex, 3) != '!';
            const char *name = regex->text + regex->at + 3;
            const char *end;

            if (schema_regex_peek(regex, 1) == '?' && !named)
                continue;
            regex->group_count++;
            if (!named)
                continue;
            end = memchr(name, '>', (size_t)(regex->text + regex->length - name));
            if (end != NULL && !name_add(regex, name, (size_t)(end - name)))
                return false;
        }
    }
    regex->at = 0;
    return true;
}

static int regex_run(struct schema_regex *regex)
{
    static const struct schema_regex_flags none = {false};

    if (schema_regex_put(regex, "") && survey(regex) && disjunction(regex, none) &&
        regex->at < regex->length)
        schema_regex_fault(regex, "a closing parenthesis without an opening one");
    regex->needs_program = regex->needs_program || regex->references;
    return regex->status;
}

static void regex_end(struct schema_regex *regex)
{
    free(regex->names);
    free(regex->output);
}

bool schema_regex_is_valid(const char *text, size_t length)
{
    struct schema_regex regex = {.text = text, .length = length};
    int status = regex_run(&regex);

    regex_end(&regex);
    return status == 0;
}

int schema_regex_translate(char **translated, const char *text, size_t length, struct error *error)
{
    struct schema_regex regex = {.text = text, .length = length, .error = error};
    int status = regex_run(&regex);

    *translated = NULL;
    if (status == 0 && !regex.needs_program) {
        *translated = regex.output;
        regex.output = NULL;
    }
    regex_end(&regex);
    return status;
}

int schema_regex_program_new(struct schema_regex_program **program, const char *text, size_t length,
                             struct error *error)
{
    struct schema_regex regex = {.text = text, .length = length, .error = error};
    int status;

    *program = NULL;
    regex.program = calloc(1, sizeof(*regex.program));
    if (regex.program == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a pattern");
    status = regex_run(&regex);
    if (status == 0)
        status = schema_regex_build_end(&regex);
    regex_end(&regex);
    if (status != 0)
        schema_regex_program_free(regex.program);
    else
        *program = regex.program;
    return status;
}
