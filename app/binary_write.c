#include <string.h>

#include <cbor.h>

#include "app/binary.h"
#include "app/clock.h"
#include "app/json_plain.h"

#define HEAD_MOST 9 /* bytes of the head of an item */
#define TAG_TIME  1
#define TAG_ID    37
#define TAG_JSON  262

static void add(struct text_buffer *buffer, const unsigned char *head, size_t length)
{
    text_buffer_add(buffer, (const char *)head, length);
}

static void add_tag(struct text_buffer *buffer, uint64_t tag)
{
    unsigned char head[HEAD_MOST];

    add(buffer, head, cbor_encode_tag(tag, head, sizeof(head)));
}

static void add_text(struct text_buffer *buffer, const char *text, size_t length)
{
    unsigned char head[HEAD_MOST];

    add(buffer, head, cbor_encode_string_start(length, head, sizeof(head)));
    text_buffer_add(buffer, text, length);
}

static void add_bytes(struct text_buffer *buffer, const void *bytes, size_t length)
{
    unsigned char head[HEAD_MOST];

    add(buffer, head, cbor_encode_bytestring_start(length, head, sizeof(head)));
    text_buffer_add(buffer, bytes, length);
}

static void add_real(struct text_buffer *buffer, double real)
{
    unsigned char head[HEAD_MOST];

    add(buffer, head, cbor_encode_double(real, head, sizeof(head)));
}

void binary_write_map(struct text_buffer *buffer, size_t count)
{
    unsigned char head[HEAD_MOST];

    add(buffer, head, cbor_encode_map_start(count, head, sizeof(head)));
}

void binary_write_array(struct text_buffer *buffer, size_t count)
{
    unsigned char head[HEAD_MOST];

    add(buffer, head, cbor_encode_array_start(count, head, sizeof(head)));
}

void binary_write_text(struct text_buffer *buffer, const char *text)
{
    add_text(buffer, text, strlen(text));
}

void binary_write_integer(struct text_buffer *buffer, int64_t integer)
{
    unsigned char head[HEAD_MOST];

    add(buffer, head,
        integer >= 0 ? cbor_encode_uint((uint64_t)integer, head, sizeof(head))
                     : cbor_encode_negint((uint64_t)(-(integer + 1)), head, sizeof(head)));
}

void binary_write_time(struct text_buffer *buffer, int64_t ms)
{
    add_tag(buffer, TAG_TIME);
    add_real(buffer, (double)ms / 1000);
}

bool binary_write_time_text(struct text_buffer *buffer, const char *text, size_t length)
{
    char given[TIMESTAMP_SIZE], written[TIMESTAMP_SIZE];
    int64_t ms;

    if (length >= sizeof(given))
        return false;
    memcpy(given, text, length);
    given[length] = '\0';
    if (!timestamp_parse(given, &ms))
        return false;
    timestamp_format(ms, written);
    if (strcmp(given, written) != 0)
        return false;
    binary_write_time(buffer, ms);
    return true;
}

void binary_write_json(struct text_buffer *buffer, const char *text, size_t length)
{
    add_tag(buffer, TAG_JSON);
    add_bytes(buffer, text, length);
}

/* One that comes back as the same text. */
static bool is_id(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? text[i] != '-'
                 : !((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
            return false;
    }
    return length == ID_TEXT_LENGTH;
}

static void write_string(struct text_buffer *buffer, const char *text, size_t length)
{
    unsigned char bytes[ID_BYTES];
    struct id id = {0};

    if (length != ID_TEXT_LENGTH || !is_id(text, length)) {
        add_text(buffer, text, length);
        return;
    }
    memcpy(id.text, text, length);
    id_to_bytes(&id, bytes);
    add_tag(buffer, TAG_ID);
    add_bytes(buffer, bytes, sizeof(bytes));
}

void binary_write_value(struct text_buffer *buffer, const json_t *value)
{
    unsigned char head[HEAD_MOST];
    const char *name;
    json_t *part;
    size_t index;

    switch (json_typeof(value)) {
    case JSON_OBJECT:
        binary_write_map(buffer, json_object_size(value));
        /* jansson iterates over what it may not change */
        json_object_foreach((json_t *)(uintptr_t)value, name, part)
        {
            binary_write_text(buffer, name);
            binary_write_value(buffer, part);
        }
        return;
    case JSON_ARRAY:
        binary_write_array(buffer, json_array_size(value));
        json_array_foreach(value, index, part) binary_write_value(buffer, part);
        return;
    case JSON_STRING:
        write_string(buffer, json_string_value(value), json_string_length(value));
        return;
    case JSON_INTEGER:
        binary_write_integer(buffer, json_integer_value(value));
        return;
    case JSON_REAL:
        add_real(buffer, json_real_value(value));
        return;
    case JSON_NULL:
        add(buffer, head, cbor_encode_null(head, sizeof(head)));
        return;
    default:
        add(buffer, head, cbor_encode_bool(json_is_true(value), head, sizeof(head)));
    }
}

/* --- from the text of JSON ----------------------------------------------------------------------
 */

struct scan {
    struct json_plain plain;
    struct text_buffer *buffer;
    struct text_buffer unescaped; /* of a text with escapes */
    size_t depth;
};

/* The head of a map or an array whose members could not be counted before: one byte stands in its
 * place. Of more than that byte can tell it moves what follows. */
static bool count_head(struct text_buffer *buffer, size_t head_at, bool is_map, size_t count)
{
    unsigned char head[HEAD_MOST];
    size_t length = is_map ? cbor_encode_map_start(count, head, sizeof(head))
                           : cbor_encode_array_start(count, head, sizeof(head));

    if (buffer->failed || !text_buffer_reserve(buffer, length))
        return false;
    if (length > 1)
        memmove(buffer->bytes + head_at + length, buffer->bytes + head_at + 1,
                buffer->length - head_at - 1);
    memcpy(buffer->bytes + head_at, head, length);
    buffer->length += length - 1;
    return true;
}

/* A text from its opening quote. Without escapes it lies where it is read, else in `unescaped`. */
static bool scan_text(struct scan *scan, struct json_span *text)
{
    struct text_buffer *buffer = &scan->unescaped;
    bool escaped;

    if (!json_plain_text(&scan->plain, text, &escaped))
        return false;
    if (!escaped)
        return true;
    text_buffer_clear(buffer);
    for (size_t i = 0; i < text->length; i++) {
        char letter = text->text[i] == '\\' ? json_plain_meant(text->text[++i]) : text->text[i];

        text_buffer_add(buffer, &letter, 1);
    }
    *text = (struct json_span){buffer->bytes, buffer->length};
    return !buffer->failed;
}

static bool scan_value(struct scan *scan);

static bool scan_member(struct scan *scan, const char *time)
{
    struct json_span text;
    bool is_time;

    if (!scan_text(scan, &text) || !json_plain_letter(&scan->plain, ':'))
        return false;
    is_time = time != NULL && json_span_is(&text, time);
    add_text(scan->buffer, text.text, text.length);
    if (!is_time || scan->plain.at == scan->plain.end || *scan->plain.at != '"')
        return scan_value(scan);
    if (!scan_text(scan, &text))
        return false;
    if (!binary_write_time_text(scan->buffer, text.text, text.length))
        write_string(scan->buffer, text.text, text.length);
    return true;
}

/* A map or an array, from its opening bracket. */
static bool scan_members(struct scan *scan, char closing, const char *time)
{
    size_t head_at = scan->buffer->length, count = 0;

    scan->plain.at++;
    text_buffer_add(scan->buffer, "", 1);
    if (scan->depth++ == JSON_PLAIN_DEPTH)
        return false;
    while (!json_plain_letter(&scan->plain, closing)) {
        if (count++ > 0 && !json_plain_letter(&scan->plain, ','))
            return false;
        if (closing == '}' ? !scan_member(scan, time) : !scan_value(scan))
            return false;
    }
    scan->depth--;
    return count_head(scan->buffer, head_at, closing == '}', count);
}

static bool scan_value(struct scan *scan)
{
    struct json_plain *plain = &scan->plain;
    unsigned char head[HEAD_MOST];
    struct json_span text;
    int64_t integer;

    switch (plain->at < plain->end ? *plain->at : '\0') {
    case '{':
        return scan_members(scan, '}', NULL);
    case '[':
        return scan_members(scan, ']', NULL);
    case '"':
        if (!scan_text(scan, &text))
            return false;
        write_string(scan->buffer, text.text, text.length);
        return true;
    case 't':
        add(scan->buffer, head, cbor_encode_bool(true, head, sizeof(head)));
        return json_plain_word(plain, "true");
    case 'f':
        add(scan->buffer, head, cbor_encode_bool(false, head, sizeof(head)));
        return json_plain_word(plain, "false");
    case 'n':
        add(scan->buffer, head, cbor_encode_null(head, sizeof(head)));
        return json_plain_word(plain, "null");
    default:
        if (!json_plain_integer(plain, &integer))
            return false;
        binary_write_integer(scan->buffer, integer);
        return true;
    }
}

bool binary_write_written(struct text_buffer *buffer, const char *json, size_t length,
                          const char *time)
{
    struct scan scan = {.plain = {json, json + length}, .buffer = buffer};
    size_t before = buffer->length;
    bool written = length > 0 && *json == '{' && scan_members(&scan, '}', time) &&
                   scan.plain.at == scan.plain.end && !buffer->failed;

    text_buffer_free(&scan.unescaped);
    if (!written)
        buffer->length = before;
    return written;
}
