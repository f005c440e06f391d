/* Operations in binary form: most are plain, and read without a tree of JSON; any other is read by
 * way of JSON, so that it is kept or refused as it would be there. */
#include <stdlib.h>
#include <string.h>

#include "app/binary.h"
#include "app/json.h"
#include "app/operation.h"
#include "app/record_fields.h"

/* So many times longer than its binary form JSON may be, at most: a byte of text is six
 * ("\\u0001"), a real of three bytes has up to 24 digits. */
#define JSON_TIMES 16

#define NOT_PLAIN 1

#define TIME "time" /* the member that is one */

/* --- writing -----------------------------------------------------------------------------------
 */

void operation_to_binary(struct text_buffer *buffer, const json_t *document)
{
    const char *name;
    json_t *value;

    binary_write_map(buffer, json_object_size(document));
    /* jansson iterates over what it may not change */
    json_object_foreach((json_t *)(uintptr_t)document, name, value)
    {
        binary_write_text(buffer, name);
        if (strcmp(name, TIME) != 0 || !json_is_string(value) ||
            !binary_write_time_text(buffer, json_string_value(value), json_string_length(value)))
            binary_write_value(buffer, value);
    }
}

int operation_text_to_binary(struct text_buffer *buffer, const char *text, size_t length,
                             struct error *error)
{
    json_t *document = NULL;
    int code;

    if (binary_write_written(buffer, text, length, TIME))
        return 0;
    code = json_read(&document, text, length, length, "an operation", error);
    if (code == 0)
        operation_to_binary(buffer, document);
    json_decref(document);
    return code;
}

/* --- reading -----------------------------------------------------------------------------------
 */

enum member {
    MEMBER_ID,
    MEMBER_KIND,
    MEMBER_TYPE,
    MEMBER_RECORD,
    MEMBER_BASE,
    MEMBER_AGENT,
    MEMBER_DEVICE,
    MEMBER_TIME,
    MEMBER_TICK,
    MEMBER_CLAIMED,
    MEMBER_CHANNEL,
    MEMBER_BODY,
    MEMBER_COUNT
};

static const char *const member_names[MEMBER_COUNT] = {
    "id",     "kind", "type", "record",  "base",    "agent",
    "device", "time", "tick", "claimed", "channel", "body",
};

/* Those without which an operation is none. */
#define MEMBERS_NEEDED                                                                             \
    (1u << MEMBER_ID | 1u << MEMBER_KIND | 1u << MEMBER_TYPE | 1u << MEMBER_RECORD |               \
     1u << MEMBER_TIME | 1u << MEMBER_BODY)

/* A word of a few letters, "" for any other text. */
static int read_word(struct binary_reader *reader, char word[32])
{
    const char *text;
    size_t length;

    word[0] = '\0';
    if (binary_read_text(reader, &text, &length, NULL) != 0)
        return NOT_PLAIN;
    if (length < 32 && memchr(text, '\0', length) == NULL) {
        memcpy(word, text, length);
        word[length] = '\0';
    }
    return 0;
}

static int read_id(struct binary_reader *reader, struct id *id)
{
    return binary_read_id(reader, id, NULL) == 0 && !id_is_empty(id) ? 0 : NOT_PLAIN;
}

static int read_claimed(struct binary_reader *reader, struct operation *operation)
{
    char word[MOMENT_SIZE] = "";
    const char *text;
    size_t length;

    if (binary_read_text(reader, &text, &length, NULL) != 0 || length >= sizeof(word) ||
        memchr(text, '\0', length) != NULL)
        return NOT_PLAIN;
    memcpy(word, text, length);
    operation->tells_claimed = true;
    return moment_parse(word, &operation->claimed) ? 0 : NOT_PLAIN;
}

static int read_integer(struct binary_reader *reader, int64_t most, int64_t *integer)
{
    struct binary_item item;

    if (binary_read_item(reader, &item, NULL) != 0 || item.kind != BINARY_INTEGER ||
        item.integer < 0 || item.integer > most)
        return NOT_PLAIN;
    *integer = item.integer;
    return 0;
}

/* Passed over, and left closed. */
static int read_body(struct binary_reader *reader, struct operation *operation)
{
    struct binary_reader begun = *reader;
    size_t count;

    if (binary_read_map(&begun, &count, NULL) != 0)
        return NOT_PLAIN;
    operation->closed = reader->bytes + reader->at;
    if (binary_skip(reader, NULL) != 0)
        return NOT_PLAIN;
    operation->closed_length = (size_t)(reader->bytes + reader->at - operation->closed);
    return 0;
}

static int read_member(struct binary_reader *reader, enum member member,
                       struct operation *operation)
{
    char word[32];
    int64_t tick;

    switch (member) {
    case MEMBER_ID:
        return read_id(reader, &operation->id);
    case MEMBER_RECORD:
        return read_id(reader, &operation->record);
    case MEMBER_AGENT:
        return read_id(reader, &operation->agent);
    case MEMBER_DEVICE:
        return read_id(reader, &operation->device);
    case MEMBER_KIND:
        return read_word(reader, word) == 0 && operation_kind_from_name(&operation->kind, word)
                   ? 0
                   : NOT_PLAIN;
    case MEMBER_TYPE:
        operation->type = read_word(reader, word) == 0 ? record_type_from_name(word) : RECORD_NONE;
        return operation->type != RECORD_NONE ? 0 : NOT_PLAIN;
    case MEMBER_CHANNEL:
        operation->channel = read_word(reader, word) == 0 ? channel_word(word) : NULL;
        return operation->channel != NULL ? 0 : NOT_PLAIN;
    case MEMBER_BASE:
        return read_integer(reader, INT64_MAX, &operation->base);
    case MEMBER_TICK:
        if (read_integer(reader, UINT16_MAX, &tick) != 0)
            return NOT_PLAIN;
        operation->moment.tick = (uint16_t)tick;
        return 0;
    case MEMBER_CLAIMED:
        return read_claimed(reader, operation);
    case MEMBER_TIME:
        return binary_read_time(reader, &operation->moment.ms, NULL) == 0 ? 0 : NOT_PLAIN;
    case MEMBER_BODY:
        return read_body(reader, operation);
    default:
        return NOT_PLAIN;
    }
}

static enum member find_member(const char *name, size_t length)
{
    for (int member = 0; member < MEMBER_COUNT; member++)
        if (member_names[member][0] == *name && strlen(member_names[member]) == length &&
            memcmp(member_names[member], name, length) == 0)
            return (enum member)member;
    return MEMBER_COUNT;
}

/* NOT_PLAIN for whatever is wrong with it, or unusual. */
static int read_plain(struct operation *operation, struct binary_reader *reader)
{
    unsigned seen = 0;
    size_t count;

    if (reader->length > OPERATION_LIMIT / JSON_TIMES || binary_read_map(reader, &count, NULL) != 0)
        return NOT_PLAIN;
    for (size_t i = 0; i < count; i++) {
        const char *name;
        size_t length;
        enum member member;

        if (binary_read_text(reader, &name, &length, NULL) != 0 || length == 0 ||
            length > sizeof("channel"))
            return NOT_PLAIN;
        member = find_member(name, length);
        if (member == MEMBER_COUNT || (seen & 1u << member) != 0 ||
            read_member(reader, member, operation) != 0)
            return NOT_PLAIN;
        seen |= 1u << member;
    }
    return (seen & MEMBERS_NEEDED) == MEMBERS_NEEDED && reader->at == reader->length ? 0
                                                                                     : NOT_PLAIN;
}

static int read_by_json(struct operation **operation, const struct binary_reader *reader,
                        const struct id *agent, const struct id *device, struct error *error)
{
    json_t *document = NULL;
    int code = binary_read(&document, reader->bytes, reader->length, error);

    *operation = NULL;
    if (code == 0)
        code = operation_complete(document, agent, device, error);
    if (code == 0 && !json_fits(document, OPERATION_LIMIT))
        code = error_set(error, ERROR_TOO_LARGE, "the operation is too large");
    if (code == 0)
        code = operation_from_json(operation, document, error);
    json_decref(document);
    return code;
}

int operation_from_binary(struct operation **operation, const char *bytes, size_t length,
                          const struct id *agent, const struct id *device, struct error *error)
{
    struct binary_reader reader = {bytes, length, 0};
    struct operation *read = calloc(1, sizeof(*read));

    *operation = NULL;
    if (read == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    read->agent = *agent;
    read->device = *device;
    if (read_plain(read, &reader) == 0 && !id_is_empty(&read->agent) &&
        !id_is_empty(&read->device)) {
        *operation = read;
        return 0;
    }
    free(read);
    return read_by_json(operation, &reader, agent, device, error);
}

int operation_open(struct operation *operation, struct error *error)
{
    if (operation->closed == NULL || operation->body != NULL)
        return 0;
    return binary_read(&operation->body, operation->closed, operation->closed_length, error);
}

void operation_close(struct operation *operation)
{
    if (operation->closed == NULL)
        return;
    json_decref(operation->body);
    operation->body = NULL;
}
