/*
 * Fuzzes what is read where it lies: JSON that is plain, and the outline of a record. What is
 * checked beyond not crashing: what is told to be plain is JSON, and an outline says what that of
 * the opened record says.
 */
#include "tests/fuzz/fuzz.h"

#include "app/json.h"
#include "app/json_plain.h"
#include "app/record_outline.h"
#include "app/text.h"

static void plain(const char *text, size_t size)
{
    struct json_plain plain = {text, text + size};
    struct json_span value;
    json_t *read = NULL;

    if (!json_plain_value(&plain, &value))
        return;
    FUZZ_HOLDS(value.text == text && plain.at == text + value.length && value.length <= size);
    if (!text_is_utf8(text, value.length))
        return;
    FUZZ_HOLDS(json_read(&read, text, value.length, value.length, "fuzz", NULL) == 0);
    json_decref(read);
}

static void outline(const char *text, size_t size)
{
    struct record_outline found, opened;
    struct record *record;

    if (!record_outline_read(text, size, &found))
        return;
    record = record_closed(text, size);
    FUZZ_HOLDS(record != NULL && record_open(record, NULL) == 0);
    record_outline_of(record, &opened);
    FUZZ_HOLDS(found.type == opened.type && id_equal(&found.id, &opened.id) &&
               found.rev == opened.rev && found.seq == opened.seq &&
               id_equal(&found.matter, &opened.matter) && id_equal(&found.parent, &opened.parent) &&
               found.weight == opened.weight);
    record_close(record);
    record_free(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* At its end nothing stands that ends it. */
    char *text = malloc(size);

    if (size > 0 && text != NULL) {
        memcpy(text, data, size);
        plain(text, size);
        outline(text, size);
    }
    free(text);
    return 0;
}
