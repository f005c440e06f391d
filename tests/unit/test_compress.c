#include "net/compress.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static const enum compression all[] = {COMPRESSION_IDENTITY, COMPRESSION_GZIP, COMPRESSION_ZSTD};
static const enum compression real[] = {COMPRESSION_GZIP, COMPRESSION_ZSTD};

/* `length` bytes that compress somewhat; free() them. */
static char *sample_make(size_t length)
{
    char *bytes = malloc(length + 1);
    uint32_t state = 12345;

    assert_non_null(bytes);
    for (size_t i = 0; i < length; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = "acte de naissance "[(state >> 24) % 18];
    }
    return bytes;
}

static void test_names(void **state)
{
    enum compression compression = COMPRESSION_ZSTD;

    (void)state;
    assert_true(compression_from_name(&compression, NULL));
    assert_int_equal(compression, COMPRESSION_IDENTITY);
    for (size_t i = 0; i < 3; i++) {
        assert_true(compression_from_name(&compression, compression_name(all[i])));
        assert_int_equal(compression, all[i]);
    }
    assert_true(compression_from_name(&compression, "X-Gzip"));
    assert_int_equal(compression, COMPRESSION_GZIP);
    assert_false(compression_from_name(&compression, "br"));
    assert_false(compression_from_name(&compression, "gzip, zstd"));
}

static void test_choice(void **state)
{
    (void)state;
    assert_int_equal(compression_choose(NULL), COMPRESSION_IDENTITY);
    assert_int_equal(compression_choose(""), COMPRESSION_IDENTITY);
    assert_int_equal(compression_choose("br, deflate"), COMPRESSION_IDENTITY);
    assert_int_equal(compression_choose("gzip"), COMPRESSION_GZIP);
    assert_int_equal(compression_choose("gzip, ZSTD"), COMPRESSION_ZSTD);
    assert_int_equal(compression_choose("gzip;q=1.0,zstd;q=0.5"), COMPRESSION_ZSTD);
    assert_int_equal(compression_choose("zstd;q=0, gzip"), COMPRESSION_GZIP);
    assert_int_equal(compression_choose("zstd; q=0.000 , gzip;q=0"), COMPRESSION_IDENTITY);
    assert_int_equal(compression_choose("zstdx, gzi"), COMPRESSION_IDENTITY);
}

static void test_there_and_back(void **state)
{
    static const size_t lengths[] = {0, 1, 300, 65536, 1000003};

    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < sizeof(lengths) / sizeof(lengths[0]); j++) {
            char *bytes = sample_make(lengths[j]);
            char *packed, *back;
            size_t packed_length, back_length;

            assert_int_equal(
                compress_bytes(all[i], bytes, lengths[j], &packed, &packed_length, NULL), 0);
            if (all[i] != COMPRESSION_IDENTITY && lengths[j] > 1000)
                assert_true(packed_length < lengths[j] * 3 / 4);
            /* exactly at the limit is allowed */
            assert_int_equal(decompress_bytes(all[i], packed, packed_length, lengths[j], &back,
                                              &back_length, NULL),
                             0);
            assert_int_equal(back_length, lengths[j]);
            assert_memory_equal(back, bytes, lengths[j]);
            free(back);
            if (lengths[j] > 0)
                assert_int_equal(decompress_bytes(all[i], packed, packed_length, lengths[j] - 1,
                                                  &back, &back_length, NULL),
                                 ERROR_TOO_LARGE);
            free(packed);
            free(bytes);
        }
}

static void test_bomb_is_refused(void **state)
{
    size_t length = (size_t)64 * 1024 * 1024;
    char *zeros = calloc(1, length);

    (void)state;
    assert_non_null(zeros);
    for (size_t i = 0; i < 2; i++) {
        struct error error = ERROR_INIT;
        char *packed, *back;
        size_t packed_length, back_length;

        assert_int_equal(compress_bytes(real[i], zeros, length, &packed, &packed_length, NULL), 0);
        assert_true(packed_length < 128 * 1024);
        assert_int_equal(decompress_bytes(real[i], packed, packed_length, 8 * 1024 * 1024, &back,
                                          &back_length, &error),
                         ERROR_TOO_LARGE);
        assert_null(back);
        assert_string_equal(error.message, "the body expands to more than 8388608 bytes");
        free(packed);
    }
    free(zeros);
}

static void test_damage_is_refused(void **state)
{
    char *bytes = sample_make(5000);

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char *packed, *back, *longer;
        size_t packed_length, back_length;

        assert_int_equal(compress_bytes(real[i], bytes, 5000, &packed, &packed_length, NULL), 0);
        for (size_t cut = 0; cut < packed_length; cut += 7)
            assert_int_equal(
                decompress_bytes(real[i], packed, cut, 100000, &back, &back_length, NULL),
                ERROR_INVALID);
        longer = calloc(1, packed_length + 5);
        assert_non_null(longer);
        memcpy(longer, packed, packed_length);
        assert_int_equal(
            decompress_bytes(real[i], longer, packed_length + 5, 100000, &back, &back_length, NULL),
            ERROR_INVALID);
        free(longer);
        packed[0] = 'x';
        assert_int_equal(
            decompress_bytes(real[i], packed, packed_length, 100000, &back, &back_length, NULL),
            ERROR_INVALID);
        free(packed);
    }
    free(bytes);
}

/* Whatever comes last is known only when the rest is small already. */
static void test_pieces_are_one_body(void **state)
{
    struct compress_pieces *pieces = NULL;
    size_t length, half, whole, expanded_length;
    char *text = malloc(300000), *expanded;
    const char *bytes;

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < 300000; i++)
        text[i] = "a word, and another one; "[(i * i / 7) % 25];
    for (length = 0; length <= 300000; length += 100000) {
        assert_int_equal(compress_pieces_begin(&pieces, length, NULL), 0);
        assert_int_equal(compress_pieces_add(pieces, text, length, false, NULL), 0);
        (void)compress_pieces_bytes(pieces, &half);
        assert_int_equal(compress_pieces_add(pieces, "the end", 7, true, NULL), 0);
        bytes = compress_pieces_bytes(pieces, &whole);
        assert_true(whole <= half + 30);
        assert_int_equal(decompress_bytes(COMPRESSION_ZSTD, bytes, whole, 400000, &expanded,
                                          &expanded_length, NULL),
                         0);
        assert_int_equal(expanded_length, length + 7);
        assert_memory_equal(expanded, text, length);
        assert_memory_equal(expanded + length, "the end", 7);
        free(expanded);
        /* Each second one is made in the memory of the one before. */
        if (length % 200000 == 100000) {
            compress_pieces_free(pieces);
            pieces = NULL;
        }
    }
    assert_null(pieces);
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_are_one_body),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_bomb_is_refused),
        cmocka_unit_test(test_damage_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
