#include <string.h>

#include <cbor.h>

#include "app/binary.h"

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

static void write_string(struct text_buffer *buffer, const json_t *value)
{
    size_t length = json_string_length(value);
    unsigned char bytes[ID_BYTES];
    struct id id;

    if (length != ID_TEXT_LENGTH || !is_id(json_string_value(value), length)) {
        add_text(buffer, json_string_value(value), length);
        return;
    }
    memcpy(id.text, json_string_value(value), sizeof(id.text));
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
        write_string(buffer, value);
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
