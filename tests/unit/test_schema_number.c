/* Documents read without losing a digit, and exact decimal arithmetic. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/error.h"
#include "forms/schema_document.h"
#include "tests/unit/unit.h"

static struct schema_document *read_text(const char *text)
{
    struct schema_document *document;
    struct error error = ERROR_INIT;

    if (schema_document_read(&document, text, strlen(text), NULL, &error) != 0)
        fail_msg("%s: %s", text, error.message);
    return document;
}

static void refused(const char *text)
{
    struct schema_document *document;
    struct error error = ERROR_INIT;

    if (schema_document_read(&document, text, strlen(text), NULL, &error) != ERROR_INVALID)
        fail_msg("should be refused: %s", text);
    assert_null(document);
    assert_non_null(strstr(error.message, "line "));
}

static void test_reads_what_jansson_reads(void **state)
{
    static const char *const texts[] = {
        "null",
        " true ",
        "-0",
        "1.5e3",
        "\"\\u00e9\\ud83d\\ude00\\n\\/\"",
        "[1,[],{},\"\",{\"a\":[false]}]",
        "{\"b\":1,\"a\":{\"c\":null}}",
        "9223372036854775807",
        "-9223372036854775808",
        "\"\xC3\xA9\"",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct schema_document *document = read_text(texts[i]);
        json_t *expected = json_loads(texts[i], JSON_DECODE_ANY, NULL);

        if (!json_equal(schema_document_value(document), expected))
            fail_msg("read otherwise: %s", texts[i]);
        json_decref(expected);
        schema_document_free(document);
    }
}

static void test_refuses_what_is_not_json(void **state)
{
    static const char *const texts[] = {
        "",
        "[1,]",
        "{\"a\":1,}",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "tru",
        "'a'",
        "\"a",
        "\"\\x\"",
        "\"\\ud800\"",
        "[1 2]",
        "{\"a\"}",
        "{a:1}",
        "[",
        "{",
        "1 2",
        "\"\t\"",
        "NaN",
        "-",
        "\"\xC3\"",
        "{\"a\":1,\"a\":2}",
        "\"\\ud83dx\"",
        "\"\\u12",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        refused(texts[i]);
}

static void test_names_and_strings_may_hold_nul(void **state)
{
    struct schema_document *document = read_text("{\"a\\u0000b\":\"c\\u0000d\"}");
    const json_t *value = json_object_getn(schema_document_value(document), "a\0b", 3);

    (void)state;
    assert_non_null(value);
    assert_int_equal(json_string_length(value), 3);
    schema_document_free(document);
}

/* Compares two JSON numbers read from text, exactly. */
static int compare(const char *left, const char *right)
{
    struct schema_document *left_document = read_text(left);
    struct schema_document *right_document = read_text(right);
    int order = schema_number_compare_json(schema_document_value(left_document), left_document,
                                           schema_document_value(right_document), right_document);

    schema_document_free(left_document);
    schema_document_free(right_document);
    return order < 0 ? -1 : order > 0 ? 1 : 0;
}

static void test_comparison(void **state)
{
    static const char *const rising[] = {
        "-1e400",
        "-18446744073709551616",
        "-9223372036854775809",
        "-9223372036854775808",
        "-1.5",
        "-1e-400",
        "0",
        "1e-400",
        "1e-5",
        "0.1",
        "0.10000000000000000001",
        "1",
        "1.5",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775807.5",
        "1e19",
        "1e308",
        "1e400",
        "1.1e400",
    };
    size_t count = sizeof(rising) / sizeof(rising[0]);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            int expected = i < j ? -1 : i > j ? 1 : 0;

            if (compare(rising[i], rising[j]) != expected)
                fail_msg("%s against %s", rising[i], rising[j]);
        }
    }
    assert_int_equal(compare("1.0", "1"), 0);
    assert_int_equal(compare("-0.0", "0"), 0);
    assert_int_equal(compare("100e-2", "1"), 0);
    assert_int_equal(compare("1e400", "10e399"), 0);
}

static bool is_multiple(const char *number, const char *divisor)
{
    char left_digits[8192];
    char right_digits[8192];
    struct schema_number left;
    struct schema_number right;

    assert_true(schema_number_parse(&left, number, strlen(number), left_digits));
    assert_true(schema_number_parse(&right, divisor, strlen(divisor), right_digits));
    return schema_number_is_multiple(&left, &right);
}

static void test_multiples(void **state)
{
    (void)state;
    assert_true(is_multiple("0.3", "0.1"));
    assert_true(is_multiple("19.99", "0.01"));
    assert_false(is_multiple("19.999", "0.01"));
    assert_true(is_multiple("0", "7"));
    assert_true(is_multiple("-21", "7"));
    assert_true(is_multiple("1e308", "0.5"));
    assert_false(is_multiple("1e308", "0.123456789"));
    assert_true(is_multiple("1e400000000", "1024"));
    assert_false(is_multiple("1e400000000", "3"));
    assert_true(is_multiple("121932631137021795226185032733622923332237463801111263526900",
                            "123456789012345678901234567890"));
    assert_false(is_multiple("121932631137021795226185032733622923332237463801111263526901",
                             "123456789012345678901234567890"));
    assert_false(is_multiple("1", "1e5"));
    assert_true(is_multiple("18446744073709551615", "18446744073709551615"));
}

static void test_exact_numbers_reach_the_validator(void **state)
{
    struct schema_document *definition =
        read_text("{\"exclusiveMaximum\":972783798187987123879878123.18878137}");
    struct schema_document *value = read_text("972783798187987123879878123.188781371");
    struct schema_options options = {.document = definition};
    struct schema *schema;

    (void)state;
    assert_int_equal(schema_compile(&schema, schema_document_value(definition), &options, NULL), 0);
    /* the schema keeps its document alive */
    schema_document_free(definition);
    assert_int_equal(schema_validate(schema, schema_document_value(value), value, NULL, NULL),
                     ERROR_INVALID);
    schema_document_free(value);
    schema_free(schema);
}

static void test_plain_reals_are_decimals(void **state)
{
    json_t *definition = json_pack("{s:f}", "multipleOf", 0.01);
    json_t *price = json_real(19.99);
    json_t *wrong = json_real(19.995);
    struct schema *schema;

    (void)state;
    assert_int_equal(schema_compile(&schema, definition, NULL, NULL), 0);
    assert_int_equal(schema_validate(schema, price, NULL, NULL, NULL), 0);
    assert_int_equal(schema_validate(schema, wrong, NULL, NULL, NULL), ERROR_INVALID);
    json_decref(definition);
    json_decref(price);
    json_decref(wrong);
    schema_free(schema);
}

/* A locale with a decimal comma changes nothing (skipped where none is installed). */
static void test_locale(void **state)
{
    static const char *const locales[] = {"fr_CA.UTF-8", "fr_FR.UTF-8", "de_DE.UTF-8"};
    const char *set = NULL;

    for (size_t i = 0; i < 3 && set == NULL; i++)
        set = setlocale(LC_NUMERIC, locales[i]);
    if (set == NULL)
        skip();
    assert_int_equal(compare("0.1", "1e-1"), 0);
    test_plain_reals_are_decimals(state);
    setlocale(LC_NUMERIC, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_what_jansson_reads),
        cmocka_unit_test(test_refuses_what_is_not_json),
        cmocka_unit_test(test_names_and_strings_may_hold_nul),
        cmocka_unit_test(test_comparison),
        cmocka_unit_test(test_multiples),
        cmocka_unit_test(test_exact_numbers_reach_the_validator),
        cmocka_unit_test(test_plain_reals_are_decimals),
        cmocka_unit_test(test_locale),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
