/*
 * Fuzzes the expansion of compressed bodies: first byte the coding, then the bytes. What is checked
 * beyond not crashing: never more than the limit comes out, and what came out, and the input
 * itself, survive a round trip.
 */
#include "tests/fuzz/fuzz.h"

#include "net/compress.h"
#include "net/packed.h"

#define LIMIT 65536

static void round_trip(enum compression compression, const char *bytes, size_t length)
{
    struct error error = ERROR_INIT;
    char *packed = NULL, *plain = NULL;
    size_t packed_length = 0, plain_length = 0;

    FUZZ_HOLDS(compress_bytes(compression, bytes, length, &packed, &packed_length, &error) == 0);
    FUZZ_HOLDS(decompress_bytes(compression, packed, packed_length, LIMIT, &plain, &plain_length,
                                &error) == 0);
    FUZZ_HOLDS(plain_length == length && memcmp(plain, bytes, length) == 0);
    free(plain);
    if (length > 0)
        FUZZ_HOLDS(decompress_bytes(compression, packed, packed_length, length - 1, &plain,
                                    &plain_length, &error) == ERROR_TOO_LARGE);
    free(packed);
}

/* In the coding of our own: what it reads it can write again. */
static void packed(const char *bytes, size_t size)
{
    char *text, *again;
    size_t length, again_length;

    if (packed_read(NULL, bytes, size, LIMIT, &text, &length, NULL) == 0) {
        FUZZ_HOLDS(length > 0 && length <= LIMIT);
        free(text);
    }
    if (packed_write(NULL, bytes, size, &text, &length, NULL) != 0)
        return;
    FUZZ_HOLDS(packed_read(NULL, text, length, size, &again, &again_length, NULL) == 0);
    FUZZ_HOLDS(again_length == size && memcmp(again, bytes, size) == 0);
    free(again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = ERROR_INIT;
    char *output = NULL;
    size_t length = 0;

    if (size < 1)
        return 0;
    enum compression compression = data[0] % 3;
    const char *bytes = (const char *)data + 1;
    size--;
    if (decompress_bytes(compression, bytes, size, LIMIT, &output, &length, &error) == 0) {
        FUZZ_HOLDS(length <= LIMIT && output != NULL);
        round_trip(compression, output, length);
        free(output);
    }
    round_trip(compression, bytes, size);
    if (size <= LIMIT)
        packed(bytes, size);
    char *text = strndup(bytes, size);
    (void)compression_from_name(&compression, text);
    (void)compression_choose(text);
    free(text);
    return 0;
}
