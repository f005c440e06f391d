#include "net/operations_sent.h"

#include <stdlib.h>
#include <string.h>

#include "app/binary.h"
#include "app/json.h"
#include "app/text.h"

#define OPERATIONS "operations"

void operations_sent_json(struct operations_sent *sent, json_t *document)
{
    const json_t *list = json_object_get(document, OPERATIONS);

    *sent = (struct operations_sent){
        .head = document, .is_list = json_is_array(list), .count = json_array_size(list)};
}

void operations_sent_free(struct operations_sent *sent)
{
    json_decref(sent->head);
    free(sent->bytes);
    free(sent->starts);
    *sent = (struct operations_sent){0};
}

/* --- binary ------------------------------------------------------------------------------------
 */

static int skip(struct operations_sent *sent, struct binary_reader *reader, size_t around,
                struct error *error)
{
    struct binary_shape shape = {0};
    int code = binary_measure(reader, &shape, error);

    if (around + shape.depth > sent->depth)
        sent->depth = around + shape.depth;
    sent->values += shape.values;
    return code;
}

static int read_list(struct operations_sent *sent, struct binary_reader *reader,
                     struct error *error)
{
    struct binary_reader begun = *reader;
    struct binary_item item;
    int code = binary_read_item(&begun, &item, error);

    if (code == 0 && sent->starts != NULL)
        return error_set(error, ERROR_INVALID, "\"" OPERATIONS "\" stands twice");
    sent->is_list = code == 0 && item.kind == BINARY_ARRAY;
    if (code != 0 || !sent->is_list)
        return code == 0 ? skip(sent, reader, 1, error) : code;
    *reader = begun;
    sent->values++;
    sent->count = item.count;
    sent->starts = calloc(item.count + 1, sizeof(*sent->starts));
    if (sent->starts == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a batch");
    for (size_t i = 0; i < item.count && code == 0; i++) {
        sent->starts[i] = reader->at;
        code = skip(sent, reader, 2, error);
    }
    sent->starts[item.count] = reader->at;
    return code;
}

static int read_member(struct operations_sent *sent, struct binary_reader *reader, const char *name,
                       struct error *error)
{
    struct binary_reader begun = *reader;
    json_t *value;
    int code = skip(sent, reader, 1, error);

    if (code == 0 && json_object_get(sent->head, name) != NULL)
        return error_set(error, ERROR_INVALID, "\"%s\" stands twice", name);
    if (code == 0)
        code = binary_read_value(&begun, &value, error);
    if (code == 0 && json_object_set_new(sent->head, name, value) != 0)
        code = error_set(error, ERROR_MEMORY, "no memory for a batch");
    return code;
}

int operations_sent_binary(struct operations_sent *sent, char *bytes, size_t length,
                           struct error *error)
{
    struct binary_reader reader = {bytes, length, 0};
    size_t count = 0;
    int code = binary_read_map(&reader, &count, error);

    *sent =
        (struct operations_sent){.head = json_object(), .depth = 1, .values = 1, .bytes = bytes};
    if (code == 0 && sent->head == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a batch");
    for (size_t i = 0; i < count && code == 0; i++) {
        const char *text;
        size_t size;
        char name[64];

        code = binary_read_text(&reader, &text, &size, error);
        if (code == 0 && (size >= sizeof(name) || !text_is_utf8(text, size)))
            code = error_set(error, ERROR_INVALID, "a name that is none of a batch");
        if (code != 0)
            break;
        memcpy(name, text, size);
        name[size] = '\0';
        code = strcmp(name, OPERATIONS) == 0 ? read_list(sent, &reader, error)
                                             : read_member(sent, &reader, name, error);
    }
    if (code == 0 && reader.at != length)
        code = error_set(error, ERROR_INVALID, "more follows");
    return code;
}

/* --- one ---------------------------------------------------------------------------------------
 */

static const char *start_of(const struct operations_sent *sent, size_t index, size_t *length)
{
    *length = sent->starts[index + 1] - sent->starts[index];
    return sent->bytes + sent->starts[index];
}

/* Of JSON, as it stands in the list. */
static json_t *document_of(const struct operations_sent *sent, size_t index)
{
    return json_array_get(json_object_get(sent->head, OPERATIONS), index);
}

int operations_sent_read(const struct operations_sent *sent, size_t index, const struct id *agent,
                         const struct id *device, struct operation **operation, struct error *error)
{
    json_t *document;
    size_t length;
    int code;

    *operation = NULL;
    if (sent->bytes != NULL) {
        const char *bytes = start_of(sent, index, &length);

        return operation_from_binary(operation, bytes, length, agent, device, error);
    }
    document = document_of(sent, index);
    code = operation_complete(document, agent, device, error);
    if (code == 0 && !json_fits(document, OPERATION_LIMIT))
        code = error_set(error, ERROR_TOO_LARGE, "the operation is too large");
    return code == 0 ? operation_from_json(operation, document, error) : code;
}

void operations_sent_text(const struct operations_sent *sent, size_t index, const char *member,
                          char *text, size_t size)
{
    json_t *document = NULL;
    size_t length;

    if (sent->bytes != NULL) {
        const char *bytes = start_of(sent, index, &length);

        (void)binary_read(&document, bytes, length, NULL);
    } else {
        document = json_incref(document_of(sent, index));
    }
    text_copy(text, size, json_text_or(document, member, ""));
    json_decref(document);
}
