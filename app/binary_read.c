#include <math.h>
#include <string.h>

#include <cbor.h>

#include "app/binary.h"
#include "app/json.h"

#define TAG_TIME 1
#define TAG_ID   37
#define TAG_JSON 262

/* Seconds since 1970 of the years 0 and 10000. */
#define FIRST_SECOND (-62167219200.0)
#define LAST_SECOND  253402300800.0

#define ID_OF_ZEROS "00000000-0000-0000-0000-000000000000"

/* --- what libcbor calls ------------------------------------------------------------------------
 */

/* An item as it comes; `good` when it is one that we know. */
struct coming {
    struct binary_item *item;
    bool good;
};

static void take_integer(struct coming *coming, enum binary_kind kind, uint64_t value,
                         bool negative)
{
    coming->item->kind = kind;
    coming->item->integer = negative ? -1 - (int64_t)value : (int64_t)value;
    coming->good = value <= INT64_MAX;
}

static void on_uint8(void *context, uint8_t value)
{
    take_integer(context, BINARY_INTEGER, value, false);
}

static void on_uint16(void *context, uint16_t value)
{
    take_integer(context, BINARY_INTEGER, value, false);
}

static void on_uint32(void *context, uint32_t value)
{
    take_integer(context, BINARY_INTEGER, value, false);
}

static void on_uint64(void *context, uint64_t value)
{
    take_integer(context, BINARY_INTEGER, value & INT64_MAX, false);
    ((struct coming *)context)->good = value <= INT64_MAX;
}

static void on_negative8(void *context, uint8_t value)
{
    take_integer(context, BINARY_INTEGER, value, true);
}

static void on_negative16(void *context, uint16_t value)
{
    take_integer(context, BINARY_INTEGER, value, true);
}

static void on_negative32(void *context, uint32_t value)
{
    take_integer(context, BINARY_INTEGER, value, true);
}

static void on_negative64(void *context, uint64_t value)
{
    take_integer(context, BINARY_INTEGER, value & INT64_MAX, true);
    ((struct coming *)context)->good = value <= INT64_MAX;
}

static void on_tag(void *context, uint64_t value)
{
    take_integer(context, BINARY_TAG, value & INT64_MAX, false);
}

static void take_bytes(struct coming *coming, enum binary_kind kind, const unsigned char *bytes,
                       size_t length)
{
    coming->item->kind = kind;
    coming->item->bytes = (const char *)bytes;
    coming->item->length = length;
    coming->good = true;
}

static void on_text(void *context, cbor_data bytes, size_t length)
{
    take_bytes(context, BINARY_TEXT, bytes, length);
}

static void on_bytes(void *context, cbor_data bytes, size_t length)
{
    take_bytes(context, BINARY_BYTES, bytes, length);
}

static void take_count(struct coming *coming, enum binary_kind kind, size_t count)
{
    coming->item->kind = kind;
    coming->item->count = count;
    coming->good = true;
}

static void on_array(void *context, size_t count)
{
    take_count(context, BINARY_ARRAY, count);
}

static void on_map(void *context, size_t count)
{
    take_count(context, BINARY_MAP, count);
}

static void take_real(struct coming *coming, double value)
{
    coming->item->kind = BINARY_REAL;
    coming->item->real = value;
    coming->good = isfinite(value) != 0;
}

static void on_float(void *context, float value)
{
    take_real(context, value);
}

static void on_double(void *context, double value)
{
    take_real(context, value);
}

static void on_null(void *context)
{
    struct coming *coming = context;

    coming->item->kind = BINARY_NULL;
    coming->good = true;
}

static void on_boolean(void *context, bool value)
{
    struct coming *coming = context;

    coming->item->kind = BINARY_BOOLEAN;
    coming->item->boolean = value;
    coming->good = true;
}

/* Of a length that is not said, "undefined", or an end of nothing: not in this form. */
static void on_other(void *context)
{
    ((struct coming *)context)->good = false;
}

static const struct cbor_callbacks callbacks = {
    .uint8 = on_uint8,
    .uint16 = on_uint16,
    .uint32 = on_uint32,
    .uint64 = on_uint64,
    .negint8 = on_negative8,
    .negint16 = on_negative16,
    .negint32 = on_negative32,
    .negint64 = on_negative64,
    .byte_string = on_bytes,
    .byte_string_start = on_other,
    .string = on_text,
    .string_start = on_other,
    .array_start = on_array,
    .indef_array_start = on_other,
    .map_start = on_map,
    .indef_map_start = on_other,
    .tag = on_tag,
    .float2 = on_float,
    .float4 = on_float,
    .float8 = on_double,
    .undefined = on_other,
    .null = on_null,
    .boolean = on_boolean,
    .indef_break = on_other,
};

/* --- items -------------------------------------------------------------------------------------
 */

static int fail(const struct binary_reader *reader, const char *why, struct error *error)
{
    return error_set(error, ERROR_INVALID, "at byte %zu: %s", reader->at, why);
}

/* What comes most: a text, bytes, a number, a tag or the head of an array or a map whose length or
 * value takes a byte at most. Anything else, and whatever is wrong, is libcbor's to tell. */
static bool read_short(struct binary_reader *reader, struct binary_item *item)
{
    const unsigned char *head = (const unsigned char *)reader->bytes + reader->at;
    size_t left = reader->length - reader->at;
    size_t size = left > 0 && (*head & 0x1F) < 24 ? 1 : 2, value;

    if (left < size || (*head & 0x1F) > 24)
        return false;
    value = size == 1 ? *head & 0x1F : head[1];
    left -= size;
    switch (*head >> 5) {
    case 0:
    case 6:
        item->kind = *head >> 5 == 0 ? BINARY_INTEGER : BINARY_TAG;
        item->integer = (int64_t)value;
        break;
    case 2:
    case 3:
        if (value > left)
            return false;
        item->kind = *head >> 5 == 2 ? BINARY_BYTES : BINARY_TEXT;
        item->bytes = reader->bytes + reader->at + size;
        item->length = value;
        size += value;
        break;
    case 4:
    case 5:
        item->kind = *head >> 5 == 4 ? BINARY_ARRAY : BINARY_MAP;
        item->count = value;
        break;
    default:
        return false;
    }
    reader->at += size;
    return true;
}

int binary_read_item(struct binary_reader *reader, struct binary_item *item, struct error *error)
{
    struct coming coming = {.item = item};
    size_t left = reader->length - reader->at;
    struct cbor_decoder_result result = {.status = CBOR_DECODER_NEDATA};

    *item = (struct binary_item){0};
    if (read_short(reader, item))
        return 0;
    if (left > 0)
        result =
            cbor_stream_decode((cbor_data)reader->bytes + reader->at, left, &callbacks, &coming);
    if (result.status == CBOR_DECODER_NEDATA)
        return fail(reader, "it ends in the middle", error);
    if (result.status != CBOR_DECODER_FINISHED || !coming.good)
        return fail(reader, "not an item that JSON has too", error);
    /* Each value takes a byte at least: so much is never made room for in vain. */
    left -= result.read;
    if ((item->kind == BINARY_ARRAY && item->count > left) ||
        (item->kind == BINARY_MAP && item->count > left / 2))
        return fail(reader, "it ends in the middle", error);
    reader->at += result.read;
    return 0;
}

static int read_kind(struct binary_reader *reader, enum binary_kind kind, const char *wanted,
                     struct binary_item *item, struct error *error)
{
    int code = binary_read_item(reader, item, error);

    return code == 0 && item->kind != kind ? fail(reader, wanted, error) : code;
}

int binary_read_map(struct binary_reader *reader, size_t *count, struct error *error)
{
    struct binary_item item;
    int code = read_kind(reader, BINARY_MAP, "not a map", &item, error);

    *count = item.count;
    return code;
}

int binary_read_array(struct binary_reader *reader, size_t *count, struct error *error)
{
    struct binary_item item;
    int code = read_kind(reader, BINARY_ARRAY, "not an array", &item, error);

    *count = item.count;
    return code;
}

int binary_read_text(struct binary_reader *reader, const char **text, size_t *length,
                     struct error *error)
{
    struct binary_item item;
    int code = read_kind(reader, BINARY_TEXT, "not a text", &item, error);

    *text = item.bytes;
    *length = item.length;
    return code;
}

int binary_read_json(struct binary_reader *reader, const char **text, size_t *length,
                     struct error *error)
{
    struct binary_item item;
    int code = read_kind(reader, BINARY_TAG, "not JSON within", &item, error);

    if (code == 0 && item.integer != TAG_JSON)
        code = fail(reader, "not JSON within", error);
    if (code == 0)
        code = read_kind(reader, BINARY_BYTES, "not JSON within", &item, error);
    *text = item.bytes;
    *length = item.length;
    return code;
}

/* Behind its tag. Of years that are written with four digits. */
static int read_time(struct binary_reader *reader, int64_t *ms, struct error *error)
{
    struct binary_item item;
    int code = binary_read_item(reader, &item, error);

    *ms = 0;
    if (code != 0)
        return code;
    if (item.kind == BINARY_INTEGER)
        item.real = (double)item.integer;
    else if (item.kind != BINARY_REAL)
        return fail(reader, "not a time", error);
    if (!(item.real >= FIRST_SECOND && item.real < LAST_SECOND))
        return fail(reader, "not a time", error);
    *ms = (int64_t)llround(item.real * 1000);
    return 0;
}

int binary_read_time(struct binary_reader *reader, int64_t *ms, struct error *error)
{
    struct binary_item item;
    int code = read_kind(reader, BINARY_TAG, "not a time", &item, error);

    *ms = 0;
    if (code == 0 && item.integer != TAG_TIME)
        code = fail(reader, "not a time", error);
    return code == 0 ? read_time(reader, ms, error) : code;
}

/* Behind its tag; the zero id is one without text. */
static int read_id(struct binary_reader *reader, struct id *id, struct error *error)
{
    struct binary_item item;
    int code = read_kind(reader, BINARY_BYTES, "an id is not sixteen bytes", &item, error);

    if (code == 0 && item.length != ID_BYTES)
        code = fail(reader, "an id is not sixteen bytes", error);
    *id = code == 0 ? id_from_bytes((const unsigned char *)item.bytes) : (struct id){0};
    return code;
}

int binary_read_id(struct binary_reader *reader, struct id *id, struct error *error)
{
    struct binary_item item;
    int code = read_kind(reader, BINARY_TAG, "not an id", &item, error);

    if (code == 0 && item.integer != TAG_ID)
        code = fail(reader, "not an id", error);
    return code == 0 ? read_id(reader, id, error) : code;
}

int binary_measure(struct binary_reader *reader, struct binary_shape *shape, struct error *error)
{
    size_t left[BINARY_DEPTH + 1], depth = 0; /* items to come, within what lies around them */
    struct binary_item item;

    *shape = (struct binary_shape){.values = 1};
    left[0] = 1;
    for (;;) {
        int code = binary_read_item(reader, &item, error);

        if (code != 0)
            return code;
        if (item.kind == BINARY_TAG)
            continue;
        left[depth]--;
        if (item.kind == BINARY_MAP || item.kind == BINARY_ARRAY) {
            if (depth == BINARY_DEPTH)
                return fail(reader, "too deep", error);
            left[++depth] = item.kind == BINARY_MAP ? 2 * item.count : item.count;
            if (depth > shape->depth)
                shape->depth = depth;
            shape->values += item.count;
        }
        while (left[depth] == 0)
            if (depth-- == 0)
                return 0;
    }
}

int binary_skip(struct binary_reader *reader, struct error *error)
{
    struct binary_shape shape;

    return binary_measure(reader, &shape, error);
}

/* --- values ------------------------------------------------------------------------------------
 */

static int read_value(struct binary_reader *reader, size_t depth, json_t **value,
                      struct error *error);

static int no_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory for a value");
}

static int make_text(const struct binary_reader *reader, const char *bytes, size_t length,
                     json_t **value, struct error *error)
{
    if (!text_is_utf8(bytes, length))
        return fail(reader,
                    memchr(bytes, '\0', length) != NULL ? "NUL in a text" : "a text is not UTF-8",
                    error);
    *value = json_stringn_nocheck(bytes, length);
    return *value != NULL ? 0 : no_memory(error);
}

/* What a tag is on, as JSON has it. */
static int read_tagged(struct binary_reader *reader, int64_t tag, json_t **value,
                       struct error *error)
{
    struct id id;
    int64_t ms;
    int code;

    if (tag == TAG_ID) {
        code = read_id(reader, &id, error);
        *value = code == 0 ? json_string_nocheck(id_is_empty(&id) ? ID_OF_ZEROS : id.text) : NULL;
    } else if (tag == TAG_TIME) {
        code = read_time(reader, &ms, error);
        *value = code == 0 ? json_time(ms) : NULL;
    } else {
        return fail(reader, "a tag that says nothing here", error);
    }
    return code == 0 && *value == NULL ? no_memory(error) : code;
}

/* A name as text that ends with NUL: most are short and plain. */
struct name {
    char plain[64];
    json_t *text; /* owned: any other */
    const char *bytes;
};

static int read_name(struct binary_reader *reader, struct name *name, struct error *error)
{
    const char *bytes;
    size_t length, plain = 0;
    int code = binary_read_text(reader, &bytes, &length, error);

    name->text = NULL;
    name->bytes = name->plain;
    if (code != 0)
        return code;
    while (plain < length && plain + 1 < sizeof(name->plain) && bytes[plain] != '\0' &&
           (unsigned char)bytes[plain] < 0x80) {
        name->plain[plain] = bytes[plain];
        plain++;
    }
    name->plain[plain] = '\0';
    if (plain == length)
        return 0;
    code = make_text(reader, bytes, length, &name->text, error);
    name->bytes = json_string_value(name->text);
    return code;
}

static int read_members(struct binary_reader *reader, size_t count, size_t depth, json_t *object,
                        struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < count && code == 0; i++) {
        json_t *member = NULL;
        struct name name;

        code = read_name(reader, &name, error);
        if (code == 0)
            code = read_value(reader, depth, &member, error);
        if (code == 0 && json_object_set_new_nocheck(object, name.bytes, member) != 0)
            code = no_memory(error);
        if (code == 0 && json_object_size(object) != i + 1)
            code = fail(reader, "a name stands twice", error);
        json_decref(name.text);
    }
    return code;
}

static int read_elements(struct binary_reader *reader, size_t count, size_t depth, json_t *array,
                         struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < count && code == 0; i++) {
        json_t *element = NULL;

        code = read_value(reader, depth, &element, error);
        if (code == 0 && json_array_append_new(array, element) != 0)
            code = no_memory(error);
    }
    return code;
}

static int read_parts(struct binary_reader *reader, const struct binary_item *item, size_t depth,
                      json_t **value, struct error *error)
{
    int code;

    if (depth == BINARY_DEPTH)
        return fail(reader, "too deep", error);
    *value = item->kind == BINARY_MAP ? json_object() : json_array();
    if (*value == NULL)
        return no_memory(error);
    code = item->kind == BINARY_MAP ? read_members(reader, item->count, depth + 1, *value, error)
                                    : read_elements(reader, item->count, depth + 1, *value, error);
    if (code != 0) {
        json_decref(*value);
        *value = NULL;
    }
    return code;
}

static int read_value(struct binary_reader *reader, size_t depth, json_t **value,
                      struct error *error)
{
    struct binary_item item;
    int code = binary_read_item(reader, &item, error);

    *value = NULL;
    if (code != 0)
        return code;
    switch (item.kind) {
    case BINARY_ARRAY:
    case BINARY_MAP:
        return read_parts(reader, &item, depth, value, error);
    case BINARY_TEXT:
        return make_text(reader, item.bytes, item.length, value, error);
    case BINARY_TAG:
        return read_tagged(reader, item.integer, value, error);
    case BINARY_BYTES:
        return fail(reader, "bytes, where JSON has none", error);
    case BINARY_INTEGER:
        *value = json_integer(item.integer);
        break;
    case BINARY_REAL:
        *value = json_real(item.real);
        break;
    case BINARY_BOOLEAN:
        *value = json_boolean(item.boolean);
        break;
    default:
        *value = json_null();
    }
    return *value != NULL ? 0 : no_memory(error);
}

int binary_read_value(struct binary_reader *reader, json_t **value, struct error *error)
{
    return read_value(reader, 0, value, error);
}

int binary_read(json_t **value, const char *bytes, size_t length, struct error *error)
{
    struct binary_reader reader = {bytes, length, 0};
    int code = binary_read_value(&reader, value, error);

    if (code == 0 && reader.at != length) {
        json_decref(*value);
        *value = NULL;
        code = fail(&reader, "more follows", error);
    }
    return code;
}
