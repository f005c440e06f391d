/*
 * Writing JSON to the byte as jansson does with JSON_COMPACT, for what is written most: each record
 * and operation, several times on its way. Jansson looks at each character by itself, hands on each
 * piece by a callback, and notes each object in a table so as to find one that holds itself, which
 * no document of ours can.
 */
#include "app/json.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/json_plain.h"
#include "app/text.h"

/* Members that are sorted without memory of their own. */
#define FEW_MEMBERS 32

static void add_value(struct text_buffer *buffer, const json_t *value, bool sorted);

static void add_byte(struct text_buffer *buffer, char byte)
{
    if (text_buffer_reserve(buffer, 1))
        buffer->bytes[buffer->length++] = byte;
}

/* --- texts ------------------------------------------------------------------------------------ */

/* The room for six bytes is there. */
static size_t escape(unsigned char byte, char *to)
{
    static const char digits[] = "0123456789ABCDEF";
    static const char letters[0x20] = {
        ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    const char *letter = byte < sizeof(letters) ? &letters[byte] : (const char *)&byte;

    to[0] = '\\';
    to[1] = *letter;
    if (*letter != '\0')
        return 2;
    memcpy(to + 1, "u00", 3);
    to[4] = digits[byte >> 4];
    to[5] = digits[byte & 0xF];
    return 6;
}

static void add_text(struct text_buffer *buffer, const char *text, size_t length)
{
    size_t at = 0;

    /* With both quotes; what is escaped makes more room for itself. */
    if (!text_buffer_reserve(buffer, length + 2))
        return;
    buffer->bytes[buffer->length++] = '"';
    while (at < length) {
        size_t plain = json_plain_length(text + at, length - at);

        memcpy(buffer->bytes + buffer->length, text + at, plain);
        buffer->length += plain;
        at += plain;
        if (at == length)
            break;
        if (!text_buffer_reserve(buffer, 6 + length - at))
            return;
        buffer->length += escape((unsigned char)text[at++], buffer->bytes + buffer->length);
    }
    buffer->bytes[buffer->length++] = '"';
}

/* --- numbers ---------------------------------------------------------------------------------- */

/* Jansson writes all reals of a value with one precision: 2.1 as 2.1000000000000001, or worse, what
 * needs 17 digits with fewer. */
static void add_real(struct text_buffer *buffer, const json_t *value)
{
    char *text = json_real_text(value);

    if (text == NULL)
        buffer->failed = true;
    else
        text_buffer_add_text(buffer, text);
    free(text);
}

/* --- objects and arrays ----------------------------------------------------------------------- */

/* Where jansson's iterator stands: at one member. */
typedef void *member;

static int compare_members(const void *left, const void *right)
{
    member one = *(const member *)left, other = *(const member *)right;
    size_t length = json_object_iter_key_len(one), other_length = json_object_iter_key_len(other);
    int order = memcmp(json_object_iter_key(one), json_object_iter_key(other),
                       length < other_length ? length : other_length);

    return order != 0 ? order : (length > other_length) - (length < other_length);
}

/* Most objects have few members, and in their order many of them. */
static void sort_members(member *members, size_t count)
{
    if (count > FEW_MEMBERS) {
        qsort(members, count, sizeof(members[0]), compare_members);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        member moved = members[i];
        size_t at = i;

        for (; at > 0 && compare_members(&members[at - 1], &moved) > 0; at--)
            members[at] = members[at - 1];
        members[at] = moved;
    }
}

static void add_member(struct text_buffer *buffer, member at, bool first, bool sorted)
{
    if (!first)
        add_byte(buffer, ',');
    add_text(buffer, json_object_iter_key(at), json_object_iter_key_len(at));
    add_byte(buffer, ':');
    add_value(buffer, json_object_iter_value(at), sorted);
}

static void add_sorted(struct text_buffer *buffer, json_t *object)
{
    member few[FEW_MEMBERS], *members = few;
    size_t size = json_object_size(object), count = 0;

    if (size > FEW_MEMBERS)
        members = malloc(size * sizeof(members[0]));
    if (members == NULL) {
        buffer->failed = true;
        return;
    }
    for (member at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at))
        members[count++] = at;
    sort_members(members, count);
    for (size_t i = 0; i < count && !buffer->failed; i++)
        add_member(buffer, members[i], i == 0, true);
    if (members != few)
        free(members);
}

/* One value may stand under several names that follow one another: by whom a record was made, and
 * last changed. */
static void add_members(struct text_buffer *buffer, json_t *object)
{
    const json_t *before = NULL;
    size_t begin = 0;

    for (member at = json_object_iter(object); at != NULL && !buffer->failed;
         at = json_object_iter_next(object, at)) {
        const json_t *value = json_object_iter_value(at);
        size_t length = buffer->length - begin;

        if (before != NULL)
            add_byte(buffer, ',');
        add_text(buffer, json_object_iter_key(at), json_object_iter_key_len(at));
        add_byte(buffer, ':');
        if (value == before && text_buffer_reserve(buffer, length)) {
            memcpy(buffer->bytes + buffer->length, buffer->bytes + begin, length);
            begin = buffer->length;
            buffer->length += length;
        } else {
            begin = buffer->length;
            add_value(buffer, value, false);
        }
        before = value;
    }
}

static void add_object(struct text_buffer *buffer, const json_t *value, bool sorted)
{
    /* jansson iterates over what it may not change */
    json_t *object = (json_t *)(uintptr_t)value;

    add_byte(buffer, '{');
    if (sorted)
        add_sorted(buffer, object);
    else
        add_members(buffer, object);
    add_byte(buffer, '}');
}

static void add_array(struct text_buffer *buffer, const json_t *array, bool sorted)
{
    size_t size = json_array_size(array);

    add_byte(buffer, '[');
    for (size_t i = 0; i < size && !buffer->failed; i++) {
        if (i > 0)
            add_byte(buffer, ',');
        add_value(buffer, json_array_get(array, i), sorted);
    }
    add_byte(buffer, ']');
}

static void add_value(struct text_buffer *buffer, const json_t *value, bool sorted)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        add_object(buffer, value, sorted);
        break;
    case JSON_ARRAY:
        add_array(buffer, value, sorted);
        break;
    case JSON_STRING:
        add_text(buffer, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        text_buffer_add_integer(buffer, json_integer_value(value));
        break;
    case JSON_REAL:
        add_real(buffer, value);
        break;
    case JSON_TRUE:
        text_buffer_add(buffer, "true", 4);
        break;
    case JSON_FALSE:
        text_buffer_add(buffer, "false", 5);
        break;
    case JSON_NULL:
        text_buffer_add(buffer, "null", 4);
        break;
    }
}

void json_write_to(struct text_buffer *buffer, const json_t *value)
{
    add_value(buffer, value, false);
}

void json_canonical_to(struct text_buffer *buffer, const json_t *value)
{
    add_value(buffer, value, true);
}

static char *write_text(const json_t *value, bool sorted)
{
    struct text_buffer buffer = {0};

    if (value == NULL)
        return NULL;
    add_value(&buffer, value, sorted);
    return text_buffer_take(&buffer);
}

char *json_write(const json_t *value)
{
    return write_text(value, false);
}

char *json_canonical(const json_t *value)
{
    return write_text(value, true);
}
