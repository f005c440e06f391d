#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/json.h"

static void assert_text(char *(*write)(const json_t *), const char *given, const char *expected)
{
    json_t *value = json_loads(given, JSON_DECODE_ANY, NULL);
    char *text = write(value);

    assert_non_null(value);
    assert_string_equal(text, expected);
    free(text);
    json_decref(value);
}

static void reals_are_as_short_as_they_can_be(void **state)
{
    (void)state;
    assert_text(json_write, "2.1", "2.1");
    assert_text(json_write, "[0.1, 0.30000000000000004, 1e-7, -73.56, 3.0, 1]",
                "[0.1,0.30000000000000004,1e-7,-73.56,3.0,1]");
    assert_text(json_write, "1.7976931348623157e308", "1.7976931348623157e308");
}

static void every_real_reads_back_the_same(void **state)
{
    double number = 0.1;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        json_t *value = json_real(number);
        char *text = json_write(value);
        json_t *again = json_loads(text, JSON_DECODE_ANY, NULL);

        assert_true(json_is_real(again));
        assert_memory_equal(&number, &(double){json_real_value(again)}, sizeof(number));
        json_decref(again);
        json_decref(value);
        free(text);
        number = fmod(number * 9301.7 + 0.37, 1e6) / (1 + i % 7);
    }
}

static void what_holds_a_real_is_written_like_the_rest(void **state)
{
    (void)state;
    assert_text(json_canonical,
                "{\"z\":[],\"b\":{\"d\":1.5,\"c\":\"\\\"\\n\"},\"a\":[{},{\"x\":null}]}",
                "{\"a\":[{},{\"x\":null}],\"b\":{\"c\":\"\\\"\\n\",\"d\":1.5},\"z\":[]}");
    assert_text(json_write, "{\"z\":1.5,\"\\u00e9\\\"\":true,\"a\":[[2.5]]}",
                "{\"z\":1.5,\"é\\\"\":true,\"a\":[[2.5]]}");
    assert_text(json_canonical, "{\"a{\":1.5,\"a\":2.5}", "{\"a\":2.5,\"a{\":1.5}");
}

static void assert_as_jansson_writes(const json_t *value)
{
    const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
    char *plain = json_write(value), *expected_plain = json_dumps(value, flags);
    char *sorted = json_canonical(value);
    char *expected_sorted = json_dumps(value, flags | JSON_SORT_KEYS);

    assert_non_null(expected_plain);
    assert_string_equal(plain, expected_plain);
    assert_string_equal(sorted, expected_sorted);
    free(plain);
    free(expected_plain);
    free(sorted);
    free(expected_sorted);
}

/* Each character that is escaped, and its neighbours, at each place in a word of memory. */
static void texts_are_escaped_as_jansson_escapes(void **state)
{
    static const char *const pieces[] = {
        "",  "\x01", "\b", "\t", "\n", "\v", "\f",   "\r",     "\x1f", " ",      "!", "\"",
        "#", "/",    "[",  "\\", "]",  "~",  "\x7f", "\u00a0", "é",    "\u2028", "𝄞"};

    (void)state;
    for (size_t piece = 0; piece < sizeof(pieces) / sizeof(pieces[0]); piece++)
        for (size_t before = 0; before < 17; before++)
            for (size_t after = 0; after < 17; after++) {
                char text[48];
                json_t *value, *name;

                snprintf(text, sizeof(text), "%.*s%s%.*s", (int)before, "abcdefghijklmnop",
                         pieces[piece], (int)after, "ABCDEFGHIJKLMNOP");
                value = json_string(text);
                name = json_pack("{s:n}", text);
                assert_as_jansson_writes(value);
                assert_as_jansson_writes(name);
                json_decref(value);
                json_decref(name);
            }
}

static void a_nul_is_written_where_a_text_holds_one(void **state)
{
    json_t *value = json_stringn("a\0b", 3);

    (void)state;
    assert_as_jansson_writes(value);
    json_decref(value);
}

static void every_kind_is_written_as_jansson_writes_it(void **state)
{
    static const char *const values[] = {
        "{}",
        "[]",
        "null",
        "true",
        "[false,0,-1,10,-10,9223372036854775807,-9223372036854775808]",
        "{\"b\":{\"b\":[{}],\"ab\":null,\"a\":{}},\"\":1,\"a\":[[],[[1,2],{}]],\"aa\":2}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        json_t *value = json_loads(values[i], JSON_DECODE_ANY, NULL);

        assert_as_jansson_writes(value);
        json_decref(value);
    }
    assert_null(json_write(NULL));
}

static void one_value_is_written_under_each_of_its_names(void **state)
{
    json_t *shared = json_pack("{s:s, s:[i, {}]}", "by", "\"one\"", "more", 1);
    json_t *value = json_pack("{s:O, s:O, s:O, s:i, s:i, s:O, s:[O, O], s:s, s:o}", "a", shared,
                              "b", shared, "c", shared, "d", 1, "e", 1, "f", shared, "g", shared,
                              shared, "h", "two", "i", json_string("a text of more than one word"));

    (void)state;
    json_object_set(value, "j", json_object_get(value, "i"));
    json_object_set(value, "k", json_object_get(value, "i"));
    json_decref(shared);
    assert_as_jansson_writes(value);
    json_decref(value);
}

/* Few and many, for these are not sorted alike. */
static void members_are_sorted_as_jansson_sorts(void **state)
{
    (void)state;
    for (int count = 1; count < 80; count++) {
        json_t *value = json_object();

        for (int i = 0; i < count; i++) {
            char name[16];

            snprintf(name, sizeof(name), "%d", i * 7919 % count);
            json_object_set_new(value, name, json_integer(i));
        }
        assert_as_jansson_writes(value);
        json_decref(value);
    }
}

/* To the byte, whatever the value is made of. */
static void what_fits_is_what_its_text_fits(void **state)
{
    static const char *const values[] = {
        "{}",
        "[]",
        "null",
        "\"\\u0001\\u0002\\n\"",
        "{\"a\\u0001\":[1,-9223372036854775807,1.5e-300]}",
        "{\"name\":\"Zo\\u00e9\",\"list\":[true,false,null,{\"x\":{\"y\":[[]]}}]}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        json_t *value = json_loads(values[i], JSON_DECODE_ANY, NULL);
        size_t length = json_dumpb(value, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY);

        assert_true(length > 0);
        assert_true(json_fits(value, length));
        assert_false(json_fits(value, length - 1));
        for (size_t more = length; more < 40 * length; more++)
            assert_true(json_fits(value, more));
        json_decref(value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reals_are_as_short_as_they_can_be),
        cmocka_unit_test(every_real_reads_back_the_same),
        cmocka_unit_test(what_holds_a_real_is_written_like_the_rest),
        cmocka_unit_test(texts_are_escaped_as_jansson_escapes),
        cmocka_unit_test(a_nul_is_written_where_a_text_holds_one),
        cmocka_unit_test(every_kind_is_written_as_jansson_writes_it),
        cmocka_unit_test(one_value_is_written_under_each_of_its_names),
        cmocka_unit_test(members_are_sorted_as_jansson_sorts),
        cmocka_unit_test(what_fits_is_what_its_text_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
