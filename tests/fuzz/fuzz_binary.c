/*
 * Fuzzes the binary form (CBOR): first byte what is read, then the bytes. What is checked beyond
 * not crashing: what was read is written and read again the same, is JSON, is the same from the
 * text of that, and is as deep and as large as measured; an operation is read as the same document
 * in JSON is; of a batch each operation can be asked for.
 */
#include "tests/fuzz/fuzz.h"

#include "app/binary.h"
#include "app/json.h"
#include "net/operations_sent.h"

static const struct id somebody = {"0190a1b2-c3d4-7e5f-8a6b-0123456789ab"};

static void value(const char *bytes, size_t size)
{
    struct binary_reader reader = {bytes, size, 0};
    struct binary_shape shape;
    json_t *read = NULL, *again = NULL;

    int measured = binary_measure(&reader, &shape, NULL);
    if (binary_read(&read, bytes, size, NULL) != 0)
        return;
    FUZZ_HOLDS(measured == 0 && reader.at == size && shape.depth <= BINARY_DEPTH &&
               shape.values <= size);
    struct text_buffer written = {0};
    binary_write_value(&written, read);
    FUZZ_HOLDS(binary_read(&again, written.bytes, written.length, NULL) == 0);
    FUZZ_HOLDS(json_equal(read, again));
    json_decref(again);
    char *text = json_write(read);
    FUZZ_HOLDS(text != NULL);
    struct text_buffer from_text = {0};
    if (binary_write_written(&from_text, text, strlen(text), NULL))
        FUZZ_HOLDS(from_text.length == written.length &&
                   memcmp(from_text.bytes, written.bytes, written.length) == 0);
    else
        FUZZ_HOLDS(from_text.length == 0);
    text_buffer_free(&from_text);
    if (shape.depth < BINARY_DEPTH)
        FUZZ_HOLDS(json_read(&again, text, strlen(text), strlen(text), "fuzz", NULL) == 0);
    if (shape.depth < BINARY_DEPTH)
        json_decref(again);
    free(text);
    text_buffer_free(&written);
    json_decref(read);
}

static void operation(const char *bytes, size_t size)
{
    struct operation *binary = NULL, *json = NULL;
    json_t *document = NULL;
    int code = operation_from_binary(&binary, bytes, size, &somebody, &somebody, NULL);

    if (binary_read(&document, bytes, size, NULL) != 0) {
        /* What is broken within the body shows when that is opened. */
        FUZZ_HOLDS(code != 0 || operation_open(binary, NULL) != 0);
        operation_free(binary);
        return;
    }
    FUZZ_HOLDS(operation_complete(document, &somebody, &somebody, NULL) == 0);
    FUZZ_HOLDS((code == 0) == (json_fits(document, OPERATION_LIMIT) &&
                               operation_from_json(&json, document, NULL) == 0));
    if (code == 0) {
        FUZZ_HOLDS(operation_open(binary, NULL) == 0);
        json_t *one = operation_to_json(binary), *other = operation_to_json(json);
        FUZZ_HOLDS(json_equal(one, other));
        json_decref(one);
        json_decref(other);
    }
    operation_free(binary);
    operation_free(json);
    json_decref(document);
}

static void batch(const char *bytes, size_t size)
{
    struct operations_sent sent;
    char *own = malloc(size + 1), text[40];

    memcpy(own, bytes, size);
    if (operations_sent_binary(&sent, own, size, NULL) == 0)
        for (size_t i = 0; i < sent.count; i++) {
            struct operation *read = NULL;

            if (operations_sent_read(&sent, i, &somebody, &somebody, &read, NULL) == 0)
                (void)operation_open(read, NULL);
            operation_free(read);
            operations_sent_text(&sent, i, "id", text, sizeof text);
        }
    FUZZ_HOLDS(sent.count <= size);
    operations_sent_free(&sent);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const char *bytes = (const char *)data + 1;
    if (data[0] % 3 == 0)
        value(bytes, size - 1);
    else if (data[0] % 3 == 1)
        operation(bytes, size - 1);
    else
        batch(bytes, size - 1);
    return 0;
}
