#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "app/binary.h"
#include "app/json.h"

#define UUID "0190a1b2-c3d4-7e5f-8a6b-0123456789ab"

static json_t *value_of(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    assert_non_null(value);
    return value;
}

static struct text_buffer written(const json_t *value)
{
    struct text_buffer buffer = {0};

    binary_write_value(&buffer, value);
    assert_false(buffer.failed);
    return buffer;
}

static void what_is_written_reads_back_the_same(void **state)
{
    static const char *const texts[] = {
        "null",
        "true",
        "false",
        "0",
        "23",
        "24",
        "-1",
        "-24",
        "-25",
        "65536",
        "9223372036854775807",
        "-9223372036854775808",
        "2.5",
        "-1e-7",
        "1.7976931348623157e308",
        "\"\"",
        "\"d\\u00e9j\\u00e0 \\\"vu\\\"\\n\"",
        "\"" UUID "\"",
        "\"00000000-0000-0000-0000-000000000000\"",
        "\"0190A1B2-c3d4-7e5f-8a6b-0123456789ab\"",
        "\"2026-01-02T03:04:05.678Z\"",
        "[]",
        "{}",
        "[[],{},[1,[2,[3]]]]",
        "{\"\":1,\"\\u00e9\":{\"b\":[\"" UUID "\",null]},\"a name that is longer than sixty-four "
        "bytes, which are the most that are read without making a text of it\":2}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        json_t *value = value_of(texts[i]), *again = NULL;
        struct text_buffer buffer = written(value);
        struct binary_reader reader = {buffer.bytes, buffer.length, 0};

        assert_int_equal(binary_read(&again, buffer.bytes, buffer.length, NULL), 0);
        assert_true(json_equal(value, again));
        assert_int_equal(binary_skip(&reader, NULL), 0);
        assert_int_equal(reader.at, buffer.length);
        json_decref(again);
        json_decref(value);
        text_buffer_free(&buffer);
    }
}

static void an_id_is_sixteen_bytes(void **state)
{
    json_t *value = value_of("\"" UUID "\"");
    struct text_buffer buffer = written(value);
    struct binary_reader reader = {buffer.bytes, buffer.length, 0};
    struct id id;

    (void)state;
    assert_int_equal(buffer.length, 2 + 1 + ID_BYTES);
    assert_int_equal(binary_read_id(&reader, &id, NULL), 0);
    assert_string_equal(id.text, UUID);
    text_buffer_free(&buffer);
    json_decref(value);
}

static void a_time_is_its_text_to_the_millisecond(void **state)
{
    static const int64_t times[] = {
        0, 1, -1, 1767323045678, 1767323045999, -62167219200000, 253402300799999};

    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        struct text_buffer buffer = {0};
        json_t *text, *expected = json_time(times[i]);
        int64_t ms;

        binary_write_time(&buffer, times[i]);
        struct binary_reader reader = {buffer.bytes, buffer.length, 0};
        assert_int_equal(binary_read_time(&reader, &ms, NULL), 0);
        assert_int_equal(ms, times[i]);
        assert_int_equal(binary_read(&text, buffer.bytes, buffer.length, NULL), 0);
        assert_true(json_equal(text, expected));
        json_decref(text);
        json_decref(expected);
        text_buffer_free(&buffer);
    }
}

static void json_within_is_taken_as_it_is(void **state)
{
    struct text_buffer buffer = {0};
    const char *text;
    size_t length;
    json_t *value;

    (void)state;
    binary_write_json(&buffer, "{\"a\":1}", 7);
    struct binary_reader reader = {buffer.bytes, buffer.length, 0};
    assert_int_equal(binary_read_json(&reader, &text, &length, NULL), 0);
    assert_int_equal(length, 7);
    assert_memory_equal(text, "{\"a\":1}", 7);
    /* Where it is not expected it is not taken. */
    assert_int_equal(binary_read(&value, buffer.bytes, buffer.length, NULL), ERROR_INVALID);
    text_buffer_free(&buffer);
}

/* Each with what is said of it; by an own reading of the standard, not by what we write. */
static const struct {
    const char *bytes;
    size_t length;
    const char *why;
} refused[] = {
#define BYTES(text) text, sizeof(text) - 1
    {BYTES(""), "ends in the middle"},
    {BYTES("\x18"), "ends in the middle"},                                     /* integer */
    {BYTES("\x63yz"), "ends in the middle"},                                   /* text of 3 */
    {BYTES("\x83\x01\x02"), "ends in the middle"},                             /* array of 3 */
    {BYTES("\xa2\x61z\x01"), "ends in the middle"},                            /* map of 2 */
    {BYTES("\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "ends in the middle"}, /* of 2^64-1 */
    {BYTES("\xbb\x80\0\0\0\0\0\0\0\x01"), "ends in the middle"},
    {BYTES("\x7b\xff\xff\xff\xff\xff\xff\xff\xffz"), "ends in the middle"},
    {BYTES("\x9f\x01\xff"), "not an item"}, /* without a length */
    {BYTES("\xbf\x61z\x01\xff"), "not an item"},
    {BYTES("\x7f\x61z\xff"), "not an item"},
    {BYTES("\x5f\x41z\xff"), "not an item"},
    {BYTES("\xff"), "not an item"},
    {BYTES("\x1c"), "not an item"},                   /* reserved */
    {BYTES("\xf7"), "not an item"},                   /* undefined */
    {BYTES("\xf0"), "not an item"},                   /* simple value 16 */
    {BYTES("\x1b\x80\0\0\0\0\0\0\0"), "not an item"}, /* 2^63 */
    {BYTES("\x3b\x80\0\0\0\0\0\0\0"), "not an item"}, /* -2^63 - 1 */
    {BYTES("\xf9\x7e\0"), "not an item"},             /* NaN */
    {BYTES("\xfa\x7f\x80\0\0"), "not an item"},       /* infinity */
    {BYTES("\x41z"), "bytes"},
    {BYTES("\xc2\x41z"), "a tag that says nothing"},        /* bignum */
    {BYTES("\xd9\xd9\xf7\x01"), "a tag that says nothing"}, /* self-described */
    {BYTES("\xd8\x25\x41z"), "sixteen bytes"},              /* id of 1 byte */
    {BYTES("\xd8\x25\x01"), "sixteen bytes"},
    {BYTES("\xc1\x61z"), "not a time"},
    {BYTES("\xc1\xfb\x7e\x37\xe4\x3c\x88\0\x75\x9c"), "not a time"}, /* 1e300 */
    {BYTES("\xc1\x1b\0\0\0\x3b\0\0\0\0"), "not a time"},             /* year 10000 */
    {BYTES("\x61\xff"), "UTF-8"},
    {BYTES("\x62\xc0\x80"), "UTF-8"},     /* overlong */
    {BYTES("\x63\xed\xa0\x80"), "UTF-8"}, /* surrogate */
    {BYTES("\xa1\x61\xff\x01"), "UTF-8"},
    {BYTES("\x63z\0z"), "NUL"},
    {BYTES("\xa1\x63z\0z\x01"), "NUL"},
    {BYTES("\xa1\x01\x02"), "not a text"}, /* a name that is 1 */
    {BYTES("\xa2\x61z\x01\x61z\x02"), "twice"},
    {BYTES("\x01\x02"), "more follows"},
};

static void what_json_has_not_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct error error = ERROR_INIT;
        json_t *value;

        assert_int_equal(binary_read(&value, refused[i].bytes, refused[i].length, &error),
                         ERROR_INVALID);
        assert_null(value);
        if (strstr(error.message, refused[i].why) == NULL)
            fail_msg("%zu: \"%s\" does not say \"%s\"", i, error.message, refused[i].why);
    }
}

static void shorter_ways_to_write_numbers_are_read(void **state)
{
    json_t *value;

    (void)state;
    assert_int_equal(binary_read(&value, "\x82\xf9\x3e\0\xfa\x3f\xc0\0\0", 9, NULL), 0);
    assert_true(json_real_value(json_array_get(value, 0)) == 1.5);
    assert_true(json_real_value(json_array_get(value, 1)) == 1.5);
    json_decref(value);
}

static void every_beginning_is_refused(void **state)
{
    json_t *value =
        value_of("{\"a\":[1,\"" UUID "\",-300,2.5,true],\"b\":{\"c\":null,\"d\":\"x\"}}");
    struct text_buffer buffer = written(value);

    (void)state;
    json_decref(value);
    for (size_t length = 0; length < buffer.length; length++) {
        char *bytes = malloc(length + 1); /* a reader past the end is seen */
        struct binary_reader reader = {bytes, length, 0};

        memcpy(bytes, buffer.bytes, length);
        bytes = realloc(bytes, length > 0 ? length : 1);
        reader.bytes = bytes;
        assert_int_equal(binary_read(&value, bytes, length, NULL), ERROR_INVALID);
        assert_int_equal(binary_skip(&reader, NULL), ERROR_INVALID);
        free(bytes);
    }
    text_buffer_free(&buffer);
}

static char *nested(size_t depth, size_t *length)
{
    char *bytes = malloc(depth);

    memset(bytes, 0x81, depth);
    bytes[depth - 1] = (char)0x80;
    *length = depth;
    return bytes;
}

static void it_is_read_as_deep_as_json(void **state)
{
    size_t length;

    (void)state;
    for (size_t depth = BINARY_DEPTH - 1; depth <= BINARY_DEPTH + 2; depth++) {
        char *bytes = nested(depth, &length), *text = malloc(2 * depth + 1);
        struct binary_reader reader = {bytes, length, 0};
        json_t *value, *json;

        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        json = json_loadb(text, 2 * depth, 0, NULL);
        assert_int_equal(binary_read(&value, bytes, length, NULL) == 0, json != NULL);
        assert_int_equal(binary_skip(&reader, NULL) == 0 || depth > BINARY_DEPTH, 1);
        json_decref(json);
        json_decref(value);
        free(text);
        free(bytes);
    }
    char *bytes = nested(100000, &length);
    struct binary_reader reader = {bytes, length, 0};
    assert_int_equal(binary_skip(&reader, NULL), ERROR_INVALID);
    free(bytes);
}

/* --- from the text of JSON ----------------------------------------------------------------------
 */

static const char *const plain[] = {
    "{}",
    "{\"a\":[],\"b\":{},\"c\":[[],{\"d\":null}]}",
    "{\"a\":true,\"b\":false,\"c\":null,\"d\":0,\"e\":-7,\"f\":999999999999999999}",
    "{\"a\":\"\",\"b\":\"d\xc3\xa9j\xc3\xa0\",\"c\":\"\\\"\\\\\\b\\f\\n\\r\\tend\",\"\\n\":"
    "\"x\\n\"}",
    "{\"id\":\"0190a1b2-c3d4-7e5f-8a6b-0123456789ab\","
    "\"ID\":\"0190A1B2-C3D4-7E5F-8A6B-0123456789AB\"}",
    "{\"many\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26]}",
    "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,"
    "\"l\":1,"
    "\"m\":1,\"n\":1,\"o\":1,\"p\":1,\"q\":1,\"r\":1,\"s\":1,\"t\":1,\"u\":1,\"v\":1,\"w\":1,\"x\":"
    "{}}",
};

static const char *const not_plain[] = {
    "",
    "7",
    "[1]",
    "{\"a\":1.5}",
    "{\"a\":1e3}",
    "{\"a\":01}",
    "{\"a\":-}",
    "{\"a\":1000000000000000000}",
    "{\"a\":\"\\u0001\"}",
    "{\"a\":\"\x01\"}",
    "{\"a\":\"\\",
    "{\"a\":\"open",
    "{\"a\":tru}",
    "{\"a\":}",
    "{\"a\"}",
    "{\"a\":1,}",
    "{\"a\":1 }",
    "{\"a\":1",
    "{\"a\":[1}",
    "{\"a\":1}x",
    "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}",
};

static void plain_text_is_written_as_what_is_read_of_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        struct text_buffer expected = {0}, found = {0};
        json_t *value = json_loads(plain[i], 0, NULL);
        char *text = json_write(value);

        assert_non_null(value);
        assert_string_equal(text, plain[i]);
        binary_write_value(&expected, value);
        text_buffer_add(&found, "before", 6);
        assert_true(binary_write_written(&found, text, strlen(text), NULL));
        assert_int_equal(found.length, 6 + expected.length);
        assert_memory_equal(found.bytes, "before", 6);
        assert_memory_equal(found.bytes + 6, expected.bytes, expected.length);
        text_buffer_free(&found);
        text_buffer_free(&expected);
        free(text);
        json_decref(value);
    }
}

/* Escapes at each place over some words, among text that stands for itself. */
static void an_escape_is_written_as_what_it_means_at_each_place(void **state)
{
    static const char *const meant[] = {"\n", "\\", "\"\"", "\t\xc3\xa9\b"};

    (void)state;
    for (size_t i = 0; i < sizeof meant / sizeof meant[0]; i++)
        for (size_t place = 0; place < 20; place++) {
            struct text_buffer expected = {0}, found = {0};
            char within[32] = "";
            json_t *value;
            char *text;

            memset(within, 'x', 24);
            memcpy(within + place, meant[i], strlen(meant[i]));
            value = json_pack("{s:s}", within, within);
            assert_non_null(value);
            text = json_write(value);
            assert_non_null(text);
            binary_write_value(&expected, value);
            assert_true(binary_write_written(&found, text, strlen(text), NULL));
            assert_int_equal(found.length, expected.length);
            assert_memory_equal(found.bytes, expected.bytes, expected.length);
            text_buffer_free(&found);
            text_buffer_free(&expected);
            free(text);
            json_decref(value);
        }
}

/* Of each size of the length in front. */
static void a_head_is_as_short_as_it_can_be(void **state)
{
    static const struct {
        size_t length;
        unsigned char head[5];
        size_t head_length;
    } heads[] = {
        {0, {0x60}, 1},
        {23, {0x77}, 1},
        {24, {0x78, 24}, 2},
        {255, {0x78, 255}, 2},
        {256, {0x79, 1, 0}, 3},
        {65535, {0x79, 255, 255}, 3},
        {65536, {0x7A, 0, 1, 0, 0}, 5},
    };

    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        struct text_buffer buffer = {0};
        char *text = calloc(1, heads[i].length + 1);

        assert_non_null(text);
        memset(text, 'x', heads[i].length);
        binary_write_text(&buffer, text);
        assert_int_equal(buffer.length, heads[i].head_length + heads[i].length);
        assert_memory_equal(buffer.bytes, heads[i].head, heads[i].head_length);
        assert_string_equal(buffer.bytes + heads[i].head_length, text);
        free(text);
        text_buffer_free(&buffer);
    }
}

static void of_what_is_not_plain_nothing_is_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof not_plain / sizeof not_plain[0]; i++) {
        struct text_buffer found = {0};

        text_buffer_add(&found, "before", 6);
        assert_false(binary_write_written(&found, not_plain[i], strlen(not_plain[i]), NULL));
        assert_int_equal(found.length, 6);
        text_buffer_free(&found);
    }
}

static void a_time_is_written_as_one_where_it_can_be(void **state)
{
    static const char text[] = "{\"time\":\"2026-01-02T03:04:05.678Z\","
                               "\"at\":\"2026-01-02T03:04:05.678Z\","
                               "\"in\":{\"time\":\"2026-01-02T03:04:05.678Z\"}}",
                      other[] = "{\"time\":\"2026-01-02T03:04:05+01:00\"}";
    struct text_buffer expected = {0}, found = {0};

    (void)state;
    binary_write_map(&expected, 3);
    binary_write_text(&expected, "time");
    binary_write_time(&expected, INT64_C(1767323045678));
    binary_write_text(&expected, "at");
    binary_write_text(&expected, "2026-01-02T03:04:05.678Z");
    binary_write_text(&expected, "in");
    binary_write_map(&expected, 1);
    binary_write_text(&expected, "time");
    binary_write_text(&expected, "2026-01-02T03:04:05.678Z");
    binary_write_map(&expected, 1);
    binary_write_text(&expected, "time");
    binary_write_text(&expected, "2026-01-02T03:04:05+01:00");
    assert_true(binary_write_written(&found, text, strlen(text), "time"));
    assert_true(binary_write_written(&found, other, strlen(other), "time"));
    assert_int_equal(found.length, expected.length);
    assert_memory_equal(found.bytes, expected.bytes, expected.length);
    text_buffer_free(&found);
    text_buffer_free(&expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_is_written_as_what_is_read_of_it),
        cmocka_unit_test(an_escape_is_written_as_what_it_means_at_each_place),
        cmocka_unit_test(a_head_is_as_short_as_it_can_be),
        cmocka_unit_test(of_what_is_not_plain_nothing_is_written),
        cmocka_unit_test(a_time_is_written_as_one_where_it_can_be),
        cmocka_unit_test(what_is_written_reads_back_the_same),
        cmocka_unit_test(an_id_is_sixteen_bytes),
        cmocka_unit_test(a_time_is_its_text_to_the_millisecond),
        cmocka_unit_test(json_within_is_taken_as_it_is),
        cmocka_unit_test(what_json_has_not_is_refused),
        cmocka_unit_test(shorter_ways_to_write_numbers_are_read),
        cmocka_unit_test(every_beginning_is_refused),
        cmocka_unit_test(it_is_read_as_deep_as_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
