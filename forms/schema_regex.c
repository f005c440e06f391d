/*
 * ECMA-262 regular expressions, translated to PCRE2. What is accepted is the grammar of the
 * specification's body (15.10 and following editions) with the flag u, and beside it the escapes
 * of punctuation that the grammar without u allows (`\-`, `\@`): both are "ECMA-262". What only
 * PCRE2 or another dialect knows is refused: \A, \Z, \a, (?P<n>), (?#), (?>), a++, \h, [[:alpha:]].
 * What PCRE2 can not do as ECMA-262 says is refused when it is compiled, never done otherwise: a
 * lookbehind of no fixed length, a reference to a capture that a repetition forgets
 * (schema_regex_reset.c), a repeat of more than 65535 times.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unictype.h>
#include <unistr.h>

#include "app/error.h"
#include "forms/schema_pattern.h"
#include "forms/schema_regex.h"

/* Nested groups; PCRE2 has the same limit. */
#define DEPTH_LIMIT 200

/* PCRE2 counts repeats in 16 bits. */
#define REPEAT_LIMIT 65535

#define LINE_END "\\n\\r\\x{2028}\\x{2029}"

struct flags {
    bool multiline;
    bool dot_all;
};

static bool disjunction(struct schema_regex *regex, struct flags flags);

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
static bool group_flags(struct schema_regex *regex, struct flags *flags)
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
        if (letter == 'i' && !schema_regex_put(regex, negative ? "(?-i:" : "(?i:"))
            return false;
    }
    if (!any)
        return schema_regex_fault(regex, "a group of flags without a flag");
    /* The flags m and s are spent here; only i is one of PCRE2's as well. */
    return strchr(seen, 'i') != NULL || schema_regex_put(regex, "(?:");
}

static bool group_open(struct schema_regex *regex, struct flags *flags, bool *assertion)
{
    static const char *const plain[] = {"(?:", "(?=", "(?!", "(?<=", "(?<!"};
    const char *capture = regex->references ? "(" : "(?:";

    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (schema_regex_take(regex, plain[i])) {
            *assertion = i > 0;
            return schema_regex_put(regex, plain[i]);
        }
    }
    if (schema_regex_take(regex, "(?<"))
        return group_name(regex) > 0 && schema_regex_put(regex, capture);
    if (schema_regex_take(regex, "(?"))
        return group_flags(regex, flags);
    regex->at++;
    return schema_regex_put(regex, capture);
}

static bool group(struct schema_regex *regex, struct flags flags, bool *assertion)
{
    if (++regex->depth > DEPTH_LIMIT)
        return schema_regex_fault(regex, "groups are nested too deep");
    if (!group_open(regex, &flags, assertion) || !disjunction(regex, flags))
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
    return schema_regex_put_number(regex, "g", number);
}

static bool name_reference(struct schema_regex *regex)
{
    const char *name = regex->text + regex->at;
    size_t length = group_name(regex);
    size_t number = length == 0 ? 0 : group_number(regex, name, length);

    if (number == 0)
        return schema_regex_fault(regex, "there is no group of that name");
    return schema_regex_put_number(regex, "g", number);
}

/* ---- Terms ---- */

static bool escape(struct schema_regex *regex, bool *assertion)
{
    int64_t character;

    regex->at++;
    if (schema_regex_peek(regex, 0) >= '1' && schema_regex_peek(regex, 0) <= '9')
        return number_reference(regex);
    if (schema_regex_take(regex, "k<"))
        return name_reference(regex);
    if (schema_regex_take(regex, "b") || schema_regex_take(regex, "B")) {
        *assertion = true;
        return schema_regex_put(regex, regex->text[regex->at - 1] == 'b' ? "\\b" : "\\B");
    }
    if (schema_regex_take(regex, "s"))
        return schema_regex_put(regex, "[" SCHEMA_REGEX_SPACES "]");
    if (schema_regex_take(regex, "S"))
        return schema_regex_put(regex, "[^" SCHEMA_REGEX_SPACES "]");
    if (schema_regex_take(regex, "d") || schema_regex_take(regex, "D") ||
        schema_regex_take(regex, "w") || schema_regex_take(regex, "W")) {
        char text[2] = {'\\', regex->text[regex->at - 1]};

        return put(regex, text, 2);
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

static bool braces(struct schema_regex *regex)
{
    long least;
    long most;
    char text[48];

    regex->at++;
    least = repeat_number(regex);
    most = least;
    if (least >= 0 && schema_regex_take(regex, ","))
        most = repeat_number(regex);
    if (least < 0 || !schema_regex_take(regex, "}"))
        return schema_regex_fault(regex, "a repeat in braces is wrong");
    if (most >= 0 && most < least)
        return schema_regex_fault(regex, "a repeat is upside down");
    if (least > REPEAT_LIMIT || most > REPEAT_LIMIT) {
        regex->too_large = true;
        least = 0;
        most = 0;
    }
    if (most < 0)
        snprintf(text, sizeof(text), "{%ld,}", least);
    else
        snprintf(text, sizeof(text), "{%ld,%ld}", least, most);
    return schema_regex_put(regex, text);
}

static bool quantifier(struct schema_regex *regex, bool assertion)
{
    int letter = schema_regex_peek(regex, 0);
    char text = (char)letter;

    if (letter != '*' && letter != '+' && letter != '?' && letter != '{')
        return true;
    if (assertion)
        return schema_regex_fault(regex, "an assertion cannot be repeated");
    if (letter == '{') {
        if (!braces(regex))
            return false;
    } else {
        regex->at++;
        if (!put(regex, &text, 1))
            return false;
    }
    return !schema_regex_take(regex, "?") || schema_regex_put(regex, "?");
}

static bool term(struct schema_regex *regex, struct flags flags)
{
    int letter = schema_regex_peek(regex, 0);
    bool assertion = false;
    bool done;

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
    return done && quantifier(regex, assertion);
}

static bool disjunction(struct schema_regex *regex, struct flags flags)
{
    while (regex->at < regex->length && schema_regex_peek(regex, 0) != ')') {
        if (schema_regex_take(regex, "|")) {
            if (!schema_regex_put(regex, "|"))
                return false;
        } else if (!term(regex, flags)) {
            return false;
        }
    }
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
    static const struct flags none = {false, false};

    if (schema_regex_put(regex, "") && survey(regex) && disjunction(regex, none) &&
        regex->at < regex->length)
        schema_regex_fault(regex, "a closing parenthesis without an opening one");
    return regex->status;
}

bool schema_regex_is_valid(const char *text, size_t length)
{
    struct schema_regex regex = {.text = text, .length = length};
    int status = regex_run(&regex);

    free(regex.names);
    free(regex.output);
    return status == 0;
}

int schema_regex_translate(char **translated, const char *text, size_t length, struct error *error)
{
    struct schema_regex regex = {.text = text, .length = length, .error = error};
    int status = regex_run(&regex);

    if (status == 0 && regex.too_large)
        status =
            error_set(error, ERROR_TOO_LARGE,
                      "the pattern repeats something over the limit of %d times", REPEAT_LIMIT);
    if (status == 0)
        status = schema_regex_check_resets(&regex, error);
    free(regex.names);
    if (status != 0) {
        free(regex.output);
        return status;
    }
    *translated = regex.output;
    return 0;
}
