#include <string.h>

#include <cbor.h>

#include "app/binary.h"
#include "app/clock.h"
#include "app/json_plain.h"

#define HEAD_MOST 9 /* bytes of the head of an item */
#define TAG_TIME  1
#define TAG_ID    37
#define TAG_JSON  262

/* What an item is (RFC 8949 section 3.1), as it stands in the first byte of its head. */
enum major {
    MAJOR_UNSIGNED = 0 << 5,
    MAJOR_NEGATIVE = 1 << 5,
    MAJOR_BYTES = 2 << 5,
    MAJOR_TEXT = 3 << 5,
    MAJOR_ARRAY = 4 << 5,
    MAJOR_MAP = 5 << 5,
    MAJOR_TAG = 6 << 5,
};

/* The head of an item: how many bytes it has. Most have one or two. */
static size_t put_head(unsigned char head[HEAD_MOST], enum major major, uint64_t value)
{
    size_t length = 1;

    if (value < 24) {
        head[0] = (unsigned char)value;
    } else if (value <= UINT8_MAX) {
        head[0] = 24;
        head[1] = (unsigned char)value;
        length = 2;
    } else {
        length = cbor_encode_uint(value, head, HEAD_MOST);
    }
    head[0] |= (unsigned char)major;
    return length;
}

/* Where the next `more` bytes are to be put; NULL when out of memory. */
static unsigned char *begin(struct text_buffer *buffer, size_t more)
{
    return text_buffer_reserve(buffer, more) ? (unsigned char *)buffer->bytes + buffer->length
                                             : NULL;
}

static void end(struct text_buffer *buffer, size_t length)
{
    buffer->length += length;
    buffer->bytes[buffer->length] = '\0';
}

static void add_head(struct text_buffer *buffer, enum major major, uint64_t value)
{
    unsigned char *to = begin(buffer, HEAD_MOST);

    if (to != NULL)
        end(buffer, put_head(to, major, value));
}

/* A text or bytes. */
static void add_whole(struct text_buffer *buffer, enum major major, const void *bytes,
                      size_t length)
{
    unsigned char *to = begin(buffer, HEAD_MOST + length);
    size_t head;

    if (to == NULL)
        return;
    head = put_head(to, major, length);
    if (length > 0)
        memcpy(to + head, bytes, length);
    end(buffer, head + length);
}

static void add_text(struct text_buffer *buffer, const char *text, size_t length)
{
    add_whole(buffer, MAJOR_TEXT, text, length);
}

static void add_real(struct text_buffer *buffer, double real)
{
    unsigned char *to = begin(buffer, HEAD_MOST);

    if (to != NULL)
        end(buffer, cbor_encode_double(real, to, HEAD_MOST));
}

static void add_null(struct text_buffer *buffer)
{
    unsigned char *to = begin(buffer, HEAD_MOST);

    if (to != NULL)
        end(buffer, cbor_encode_null(to, HEAD_MOST));
}

static void add_boolean(struct text_buffer *buffer, bool boolean)
{
    unsigned char *to = begin(buffer, HEAD_MOST);

    if (to != NULL)
        end(buffer, cbor_encode_bool(boolean, to, HEAD_MOST));
}

void binary_write_map(struct text_buffer *buffer, size_t count)
{
    add_head(buffer, MAJOR_MAP, count);
}

void binary_write_array(struct text_buffer *buffer, size_t count)
{
    add_head(buffer, MAJOR_ARRAY, count);
}

void binary_write_text(struct text_buffer *buffer, const char *text)
{
    add_text(buffer, text, strlen(text));
}

void binary_write_integer(struct text_buffer *buffer, int64_t integer)
{
    if (integer >= 0)
        add_head(buffer, MAJOR_UNSIGNED, (uint64_t)integer);
    else
        add_head(buffer, MAJOR_NEGATIVE, (uint64_t)(-(integer + 1)));
}

void binary_write_time(struct text_buffer *buffer, int64_t ms)
{
    add_head(buffer, MAJOR_TAG, TAG_TIME);
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
    add_head(buffer, MAJOR_TAG, TAG_JSON);
    add_whole(buffer, MAJOR_BYTES, text, length);
}

/* What is an id as it is written comes back as the same text. */
static void write_string(struct text_buffer *buffer, const char *text, size_t length)
{
    unsigned char bytes[ID_BYTES];

    if (length != ID_TEXT_LENGTH || !id_text_to_bytes(text, bytes)) {
        add_text(buffer, text, length);
        return;
    }
    add_head(buffer, MAJOR_TAG, TAG_ID);
    add_whole(buffer, MAJOR_BYTES, bytes, sizeof(bytes));
}

void binary_write_value(struct text_buffer *buffer, const json_t *value)
{
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
        add_null(buffer);
        return;
    default:
        add_boolean(buffer, json_is_true(value));
    }
}

/* --- from the text of JSON ----------------------------------------------------------------------
 */

struct scan {
    struct json_plain plain;
    struct text_buffer *buffer;
    struct text_buffer unescaped; /* of a text with escapes */
    struct json_span time;        /* the member of the outermost map that is one */
    size_t depth;
};

/* The head of a map or an array whose members could not be counted before: one byte stands in its
 * place. Of more than that byte can tell it moves what follows. */
static bool count_head(struct text_buffer *buffer, size_t head_at, bool is_map, size_t count)
{
    unsigned char head[HEAD_MOST];
    size_t length = put_head(head, is_map ? MAJOR_MAP : MAJOR_ARRAY, count);

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
    for (size_t at = 0; at < text->length;) {
        size_t plain = json_plain_length(text->text + at, text->length - at);

        text_buffer_add(buffer, text->text + at, plain);
        at += plain;
        if (at < text->length) {
            char letter = json_plain_meant(text->text[at + 1]);

            text_buffer_add(buffer, &letter, 1);
            at += 2;
        }
    }
    *text = (struct json_span){buffer->bytes, buffer->length};
    return !buffer->failed;
}

static bool scan_value(struct scan *scan);

static bool scan_member(struct scan *scan)
{
    struct json_span text;
    bool is_time;

    if (!scan_text(scan, &text) || !json_plain_letter(&scan->plain, ':'))
        return false;
    is_time = scan->depth == 1 && text.length == scan->time.length &&
              memcmp(text.text, scan->time.text, text.length) == 0;
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
static bool scan_members(struct scan *scan, char closing)
{
    size_t head_at = scan->buffer->length, count = 0;

    scan->plain.at++;
    text_buffer_add(scan->buffer, "", 1);
    if (scan->depth++ == JSON_PLAIN_DEPTH)
        return false;
    while (!json_plain_letter(&scan->plain, closing)) {
        if (count++ > 0 && !json_plain_letter(&scan->plain, ','))
            return false;
        if (closing == '}' ? !scan_member(scan) : !scan_value(scan))
            return false;
    }
    scan->depth--;
    return count_head(scan->buffer, head_at, closing == '}', count);
}

static bool scan_value(struct scan *scan)
{
    struct json_plain *plain = &scan->plain;
    struct json_span text;
    int64_t integer;

    switch (plain->at < plain->end ? *plain->at : '\0') {
    case '{':
        return scan_members(scan, '}');
    case '[':
        return scan_members(scan, ']');
    case '"':
        if (!scan_text(scan, &text))
            return false;
        write_string(scan->buffer, text.text, text.length);
        return true;
    case 't':
        add_boolean(scan->buffer, true);
        return json_plain_word(plain, "true");
    case 'f':
        add_boolean(scan->buffer, false);
        return json_plain_word(plain, "false");
    case 'n':
        add_null(scan->buffer);
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
    struct scan scan = {.plain = {json, json + length}, .buffer = buffer, .time.length = SIZE_MAX};
    size_t before = buffer->length;
    bool written;

    if (time != NULL)
        scan.time = (struct json_span){time, strlen(time)};
    written = length > 0 && *json == '{' && scan_members(&scan, '}') &&
              scan.plain.at == scan.plain.end && !buffer->failed;

    text_buffer_free(&scan.unescaped);
    if (!written)
        buffer->length = before;
    return written;
}
