#include "forms/schema_document.h"

#include <float.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistr.h>

#include "app/error.h"
#include "forms/schema_memory.h"

#define DEFAULT_BYTES ((size_t)16 * 1024 * 1024)
#define DEFAULT_DEPTH 256

/* An exact number; the address of `value` (a pointer kept here) is the key of the map. */
struct exact {
    const json_t *value;
    struct schema_number number;
};

struct schema_document {
    atomic_size_t holds;
    json_t *root;
    struct schema_map exacts;
    struct schema_arena arena;
};

struct reader {
    struct schema_document *document;
    const char *text;
    size_t length;
    size_t at;
    size_t depth;
    size_t depth_limit;
    char *scratch; /* as long as the text: one unescaped string or one number at a time */
    struct error *error;
};

struct schema_document *schema_document_keep(struct schema_document *document)
{
    if (document != NULL)
        atomic_fetch_add(&document->holds, 1);
    return document;
}

json_t *schema_document_value(const struct schema_document *document)
{
    return document->root;
}

void schema_document_free(struct schema_document *document)
{
    if (document == NULL || atomic_fetch_sub(&document->holds, 1) != 1)
        return;
    json_decref(document->root);
    schema_map_free(&document->exacts);
    schema_arena_free(&document->arena);
    free(document);
}

const struct schema_number *schema_document_number(const struct schema_document *document,
                                                   const json_t *value)
{
    const struct exact *exact;

    if (document == NULL || document->exacts.count == 0)
        return NULL;
    exact = schema_map_get(&document->exacts, &value, sizeof(value));
    return exact == NULL ? NULL : &exact->number;
}

/* ---- Reading ---- */

static json_t *fault(struct reader *reader, int code, const char *what)
{
    size_t line = 1;
    size_t column = 1;

    for (size_t i = 0; i < reader->at && i < reader->length; i++) {
        column++;
        if (reader->text[i] == '\n') {
            line++;
            column = 1;
        }
    }
    error_set(reader->error, code, "line %zu, column %zu: %s", line, column, what);
    return NULL;
}

static json_t *no_memory(struct reader *reader)
{
    error_set(reader->error, ERROR_MEMORY, "no memory for the document");
    return NULL;
}

static int peek(const struct reader *reader)
{
    return reader->at < reader->length ? (unsigned char)reader->text[reader->at] : -1;
}

static void skip_space(struct reader *reader)
{
    for (;;) {
        int next = peek(reader);

        if (next != ' ' && next != '\t' && next != '\n' && next != '\r')
            return;
        reader->at++;
    }
}

static size_t digits_at(const struct reader *reader, size_t from)
{
    size_t at = from;

    while (at < reader->length && reader->text[at] >= '0' && reader->text[at] <= '9')
        at++;
    return at - from;
}

/* Length of the number at the reader, 0 when it breaks the grammar; tells whether it is whole. */
static size_t number_length(const struct reader *reader, bool *whole)
{
    size_t at = reader->at;
    size_t digits;

    *whole = true;
    if (reader->text[at] == '-')
        at++;
    digits = digits_at(reader, at);
    if (digits == 0 || (digits > 1 && reader->text[at] == '0'))
        return 0;
    at += digits;
    if (at < reader->length && reader->text[at] == '.') {
        digits = digits_at(reader, at + 1);
        if (digits == 0)
            return 0;
        at += 1 + digits;
        *whole = false;
    }
    if (at < reader->length && (reader->text[at] == 'e' || reader->text[at] == 'E')) {
        at++;
        if (at < reader->length && (reader->text[at] == '+' || reader->text[at] == '-'))
            at++;
        digits = digits_at(reader, at);
        if (digits == 0)
            return 0;
        at += digits;
        *whole = false;
    }
    return at - reader->at;
}

/* The double nearest to the number, never infinite; free of the locale, as it has no separator. */
static double number_double(const struct schema_number *number)
{
    char text[64 + 32];
    size_t count = number->count < 64 ? number->count : 64;
    int64_t exponent = number->exponent + (int64_t)(number->count - count);
    double value;

    if (count == 0)
        return 0;
    memcpy(text, number->digits, count);
    snprintf(text + count, sizeof(text) - count, "e%lld", (long long)exponent);
    value = strtod(text, NULL);
    if (value > DBL_MAX)
        value = DBL_MAX;
    return number->negative ? -value : value;
}

/* Remembers the number when the real alone would stand for another one. */
static int exact_keep(struct reader *reader, const json_t *real, const struct schema_number *number)
{
    struct schema_document *document = reader->document;
    char buffer[SCHEMA_NUMBER_BUFFER];
    struct schema_number shortest;
    struct exact *exact;
    char *digits;

    schema_number_read(&shortest, buffer, real, NULL);
    if (schema_number_compare(&shortest, number) == 0)
        return 0;
    exact = schema_arena_take(&document->arena, sizeof(*exact));
    digits = schema_arena_text(&document->arena, number->digits, number->count);
    if (exact == NULL || digits == NULL)
        return ERROR_MEMORY;
    exact->value = real;
    exact->number = *number;
    exact->number.digits = digits;
    return schema_map_put(&document->exacts, &exact->value, sizeof(exact->value), exact);
}

/* The number as an int64, when it is one. */
static bool number_integer(const struct schema_number *number, json_int_t *integer)
{
    unsigned __int128 magnitude = 0;
    unsigned __int128 limit = (unsigned __int128)INT64_MAX + (number->negative ? 1 : 0);

    if (number->exponent < 0 || (int64_t)number->count + number->exponent > 19)
        return false;
    for (int64_t i = 0; i < (int64_t)number->count + number->exponent; i++) {
        unsigned digit = i < (int64_t)number->count ? (unsigned)(number->digits[i] - '0') : 0;

        magnitude = magnitude * 10 + digit;
    }
    if (magnitude > limit)
        return false;
    *integer = number->negative ? (json_int_t)(0u - (uint64_t)magnitude) : (json_int_t)magnitude;
    return true;
}

static json_t *read_number(struct reader *reader)
{
    struct schema_number number;
    json_int_t integer;
    bool whole;
    size_t length = number_length(reader, &whole);
    json_t *value;

    if (length == 0)
        return fault(reader, ERROR_INVALID, "this is not a number");
    if (!schema_number_parse(&number, reader->text + reader->at, length, reader->scratch))
        return fault(reader, ERROR_TOO_LARGE, "over the limit of digits of one number");
    if (whole && number_integer(&number, &integer)) {
        value = json_integer(integer);
    } else {
        value = json_real(number_double(&number));
        if (value != NULL && exact_keep(reader, value, &number) != 0) {
            json_decref(value);
            value = NULL;
        }
    }
    if (value == NULL)
        return no_memory(reader);
    reader->at += length;
    return value;
}

static int hexadecimal(const struct reader *reader, size_t from)
{
    int value = 0;

    if (from + 4 > reader->length)
        return -1;
    for (size_t i = from; i < from + 4; i++) {
        char digit = reader->text[i];

        value *= 16;
        if (digit >= '0' && digit <= '9')
            value += digit - '0';
        else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f')
            value += (digit | 0x20) - 'a' + 10;
        else
            return -1;
    }
    return value;
}

/* Reads the XXXX of a \uXXXX at the reader, and the second half of a pair; -1 when wrong. */
static int64_t read_unicode(struct reader *reader)
{
    int high = hexadecimal(reader, reader->at);
    int low;

    reader->at += 4;
    if (high < 0xD800 || high > 0xDFFF)
        return high;
    if (high > 0xDBFF || reader->at + 6 > reader->length || reader->text[reader->at] != '\\' ||
        reader->text[reader->at + 1] != 'u')
        return -1;
    low = hexadecimal(reader, reader->at + 2);
    reader->at += 6;
    if (low < 0xDC00 || low > 0xDFFF)
        return -1;
    return 0x10000 + ((int64_t)(high - 0xD800) << 10) + (low - 0xDC00);
}

/* Unescapes what follows a backslash into `to`; the number of bytes, or 0 when it is wrong. */
static size_t read_escape(struct reader *reader, char *to)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    int letter = peek(reader);
    const char *found = letter > 0 ? strchr(letters, letter) : NULL;
    int64_t character;
    int length;

    reader->at++;
    if (found != NULL) {
        *to = meanings[found - letters];
        return 1;
    }
    if (letter != 'u')
        return 0;
    character = read_unicode(reader);
    if (character < 0)
        return 0;
    length = u8_uctomb((uint8_t *)to, (ucs4_t)character, 6);
    return length > 0 ? (size_t)length : 0;
}

/* Reads a string into the scratch; an escape is never shorter than what it stands for. */
static bool read_text(struct reader *reader, size_t *length)
{
    size_t used = 0;

    for (reader->at++;;) {
        int next = peek(reader);
        size_t start = reader->at;
        size_t escaped;

        if (next == '"') {
            reader->at++;
            break;
        }
        if (next < 0x20) {
            fault(reader, ERROR_INVALID,
                  next < 0 ? "the text ends inside a string" : "control character in a string");
            return false;
        }
        if (next != '\\') {
            reader->scratch[used++] = (char)next;
            reader->at++;
            continue;
        }
        reader->at++;
        escaped = read_escape(reader, reader->scratch + used);
        if (escaped == 0) {
            reader->at = start;
            fault(reader, ERROR_INVALID, "this escape means nothing");
            return false;
        }
        used += escaped;
    }
    *length = used;
    return true;
}

static json_t *read_value(struct reader *reader);

static json_t *read_array(struct reader *reader)
{
    json_t *array = json_array();

    if (array == NULL)
        return no_memory(reader);
    reader->at++;
    skip_space(reader);
    if (peek(reader) == ']') {
        reader->at++;
        return array;
    }
    for (;;) {
        json_t *item = read_value(reader);

        if (item == NULL)
            break;
        if (json_array_append_new(array, item) != 0) {
            no_memory(reader);
            break;
        }
        skip_space(reader);
        if (peek(reader) == ']') {
            reader->at++;
            return array;
        }
        if (peek(reader) != ',') {
            fault(reader, ERROR_INVALID, "a comma or ] is missing in an array");
            break;
        }
        reader->at++;
    }
    json_decref(array);
    return NULL;
}

/* Reads one member into `object`; false after a fault. */
static bool read_member(struct reader *reader, json_t *object)
{
    size_t length;
    char *name;
    json_t *value;
    bool done = false;

    skip_space(reader);
    if (peek(reader) != '"')
        return fault(reader, ERROR_INVALID, "a member name is missing") != NULL;
    if (!read_text(reader, &length))
        return false;
    if (json_object_getn(object, reader->scratch, length) != NULL)
        return fault(reader, ERROR_INVALID, "the same member name twice") != NULL;
    skip_space(reader);
    if (peek(reader) != ':')
        return fault(reader, ERROR_INVALID, "a colon is missing") != NULL;
    reader->at++;
    name = malloc(length + 1);
    if (name == NULL)
        return no_memory(reader) != NULL;
    memcpy(name, reader->scratch, length);
    value = read_value(reader);
    if (value != NULL) {
        done = json_object_setn_new_nocheck(object, name, length, value) == 0;
        if (!done)
            no_memory(reader);
    }
    free(name);
    return done;
}

static json_t *read_object(struct reader *reader)
{
    json_t *object = json_object();

    if (object == NULL)
        return no_memory(reader);
    reader->at++;
    skip_space(reader);
    if (peek(reader) == '}') {
        reader->at++;
        return object;
    }
    while (read_member(reader, object)) {
        skip_space(reader);
        if (peek(reader) == '}') {
            reader->at++;
            return object;
        }
        if (peek(reader) != ',') {
            fault(reader, ERROR_INVALID, "a comma or } is missing in an object");
            break;
        }
        reader->at++;
    }
    json_decref(object);
    return NULL;
}

static json_t *read_word(struct reader *reader)
{
    static const char *const words[] = {"true", "false", "null"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t length = strlen(words[i]);

        if (reader->length - reader->at >= length &&
            memcmp(reader->text + reader->at, words[i], length) == 0) {
            reader->at += length;
            return i == 0 ? json_true() : i == 1 ? json_false() : json_null();
        }
    }
    return fault(reader, ERROR_INVALID, "a value is missing");
}

static json_t *read_value(struct reader *reader)
{
    json_t *value;
    size_t length;
    int next;

    skip_space(reader);
    next = peek(reader);
    if (next == '{' || next == '[') {
        if (reader->depth == reader->depth_limit)
            return fault(reader, ERROR_TOO_LARGE, "over the limit of depth");
        reader->depth++;
        value = next == '{' ? read_object(reader) : read_array(reader);
        reader->depth--;
        return value;
    }
    if (next == '"') {
        if (!read_text(reader, &length))
            return NULL;
        value = json_stringn_nocheck(reader->scratch, length);
        return value == NULL ? no_memory(reader) : value;
    }
    if (next == '-' || (next >= '0' && next <= '9'))
        return read_number(reader);
    return read_word(reader);
}

static json_t *read_root(struct reader *reader)
{
    const uint8_t *wrong = u8_check((const uint8_t *)reader->text, reader->length);
    json_t *root;

    if (wrong != NULL) {
        reader->at = (size_t)(wrong - (const uint8_t *)reader->text);
        return fault(reader, ERROR_INVALID, "this is not UTF-8");
    }
    root = read_value(reader);
    if (root == NULL)
        return NULL;
    skip_space(reader);
    if (reader->at < reader->length) {
        json_decref(root);
        return fault(reader, ERROR_INVALID, "something follows the value");
    }
    return root;
}

int schema_document_read(struct schema_document **document, const char *text, size_t length,
                         const struct schema_limits *limits, struct error *error)
{
    size_t bytes =
        limits != NULL && limits->document_bytes != 0 ? limits->document_bytes : DEFAULT_BYTES;
    size_t depth = limits != NULL && limits->depth != 0 ? limits->depth : DEFAULT_DEPTH;
    struct error failure = ERROR_INIT;
    struct reader reader = {
        .text = text, .length = length, .depth_limit = depth, .error = &failure};

    *document = NULL;
    if (length > bytes)
        return error_set(error, ERROR_TOO_LARGE,
                         "the document has %zu bytes, over the limit of %zu document bytes", length,
                         bytes);
    reader.document = calloc(1, sizeof(*reader.document));
    reader.scratch = malloc(length + 8);
    if (reader.document != NULL)
        atomic_init(&reader.document->holds, 1);
    if (reader.document == NULL || reader.scratch == NULL)
        no_memory(&reader);
    else
        reader.document->root = read_root(&reader);
    free(reader.scratch);
    if (reader.document == NULL || reader.document->root == NULL) {
        schema_document_free(reader.document);
        return error_set(error, failure.code, "%s", failure.message);
    }
    *document = reader.document;
    return 0;
}
