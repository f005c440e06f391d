/*
 * Fuzzes the expansion of compressed bodies: first byte the coding, then the bytes. What is checked
 * beyond not crashing: never more than the limit comes out, and what came out, and the input
 * itself, survive a round trip.
 */
#include "tests/fuzz/fuzz.h"

#include "net/compress.h"

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
    char *text = strndup(bytes, size);
    (void)compression_from_name(&compression, text);
    (void)compression_choose(text);
    free(text);
    return 0;
}
