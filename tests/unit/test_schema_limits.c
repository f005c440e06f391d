/* Limits of the validator: each one is met, named, and costs no crash. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/error.h"
#include "forms/schema.h"
#include "tests/unit/unit.h"

static json_t *parse(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    assert_non_null(value);
    return value;
}

static struct schema *compile(const char *text, const struct schema_limits *limits)
{
    struct schema_options options = {0};
    struct error error = ERROR_INIT;
    struct schema *schema;
    json_t *value = parse(text);

    if (limits != NULL)
        options.limits = *limits;
    if (schema_compile(&schema, value, &options, &error) != 0)
        fail_msg("%s", error.message);
    json_decref(value);
    return schema;
}

/* `count` times `piece`, for deep texts; freed by the caller. */
static char *repeat(const char *piece, size_t count, const char *middle, const char *end)
{
    size_t length = strlen(piece) * count + strlen(middle) + strlen(end) * count;
    char *text = calloc(1, length + 1);
    char *at = text;

    assert_non_null(text);
    for (size_t i = 0; i < count; i++)
        at = stpcpy(at, piece);
    at = stpcpy(at, middle);
    for (size_t i = 0; i < count; i++)
        at = stpcpy(at, end);
    return text;
}

static void test_document_bytes(void **state)
{
    struct schema_limits limits = {.document_bytes = 4};
    struct schema_document *document;
    struct error error = ERROR_INIT;

    (void)state;
    assert_int_equal(schema_document_read(&document, "[1,2]", 5, &limits, &error), ERROR_TOO_LARGE);
    assert_non_null(strstr(error.message, "document bytes"));
    assert_int_equal(schema_document_read(&document, "[12]", 4, &limits, &error), 0);
    schema_document_free(document);
}

static void test_document_depth(void **state)
{
    char *text = repeat("[", 300, "", "]");
    struct schema_document *document;
    struct error error = ERROR_INIT;

    (void)state;
    assert_int_equal(schema_document_read(&document, text, strlen(text), NULL, &error),
                     ERROR_TOO_LARGE);
    assert_non_null(strstr(error.message, "depth"));
    free(text);
    text = repeat("[", 256, "", "]");
    assert_int_equal(schema_document_read(&document, text, strlen(text), NULL, &error), 0);
    schema_document_free(document);
    free(text);
}

static void test_document_digits(void **state)
{
    char *text = repeat("7", 5000, "", "");
    struct schema_document *document;
    struct error error = ERROR_INIT;

    (void)state;
    assert_int_equal(schema_document_read(&document, text, strlen(text), NULL, &error),
                     ERROR_TOO_LARGE);
    assert_non_null(strstr(error.message, "digits"));
    assert_int_equal(schema_document_read(&document, "1e9999999999999999", 18, NULL, &error),
                     ERROR_TOO_LARGE);
    free(text);
}

static void test_schema_depth(void **state)
{
    char *text = repeat("{\"not\":", 300, "{}", "}");
    struct error error = ERROR_INIT;
    struct schema *schema;
    json_t *value = parse(text);

    (void)state;
    assert_int_equal(schema_compile(&schema, value, NULL, &error), ERROR_TOO_LARGE);
    assert_non_null(strstr(error.message, "depth"));
    json_decref(value);
    free(text);
}

static void test_schemas(void **state)
{
    struct schema_options options = {.limits.schemas = 2};
    struct error error = ERROR_INIT;
    struct schema *schema;
    json_t *value = parse("{\"allOf\":[{},true]}");

    (void)state;
    assert_int_equal(schema_compile(&schema, value, &options, &error), ERROR_TOO_LARGE);
    assert_non_null(strstr(error.message, "limit of 2 schemas"));
    json_decref(value);
}

static void test_endless_reference(void **state)
{
    struct schema *schema = compile("{\"$ref\":\"#\"}", NULL);
    struct error error = ERROR_INIT;
    json_t *value = json_true();

    (void)state;
    assert_int_equal(schema_validate(schema, value, NULL, NULL, &error), ERROR_TOO_LARGE);
    assert_non_null(strstr(error.message, "depth"));
    schema_free(schema);
}

/* Each level refers twice to the next: the work doubles 30 times. */
static void test_references(void **state)
{
    struct schema_limits limits = {.references = 10000};
    json_t *root = json_pack("{s:{}, s:s}", "$defs", "$ref", "#/$defs/0");
    struct schema_options options = {.limits = limits};
    struct error error = ERROR_INIT;
    struct schema *schema;
    char name[16];
    char next[32];

    (void)state;
    for (int i = 0; i < 30; i++) {
        snprintf(name, sizeof(name), "%d", i);
        snprintf(next, sizeof(next), "#/$defs/%d", i + 1);
        json_object_set_new(json_object_get(root, "$defs"), name,
                            json_pack("{s:[{s:s},{s:s}]}", "allOf", "$ref", next, "$ref", next));
    }
    json_object_set_new(json_object_get(root, "$defs"), "30", json_true());
    assert_int_equal(schema_compile(&schema, root, &options, &error), 0);
    assert_int_equal(schema_validate(schema, root, NULL, NULL, &error), ERROR_TOO_LARGE);
    assert_non_null(strstr(error.message, "references"));
    schema_free(schema);
    json_decref(root);
}

/* The very number counts: as many references as the limit are followed, one more is not. */
static void test_references_to_the_limit(void **state)
{
    struct schema_limits limits = {.references = 4};
    struct schema *schema =
        compile("{\"items\":{\"$ref\":\"#/$defs/a\"},\"$defs\":{\"a\":{}}}", &limits);
    json_t *value = parse("[1,2,3,4]");

    (void)state;
    assert_int_equal(schema_validate(schema, value, NULL, NULL, NULL), 0);
    json_array_append_new(value, json_true());
    assert_int_equal(schema_validate(schema, value, NULL, NULL, NULL), ERROR_TOO_LARGE);
    json_decref(value);
    schema_free(schema);
}

static void test_pattern_cost(void **state)
{
    struct schema_limits limits = {.pattern_steps = 1000};
    struct schema *schema = compile("{\"pattern\":\"^(a+)+$\"}", &limits);
    struct error error = ERROR_INIT;
    json_t *value = json_string("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab");

    (void)state;
    assert_int_equal(schema_validate(schema, value, NULL, NULL, &error), ERROR_TOO_LARGE);
    assert_non_null(strstr(error.message, "pattern steps"));
    json_decref(value);
    /* What is dear here is within the default. */
    value = json_string("aaaaaaaaaaaab");
    assert_int_equal(schema_validate(schema, value, NULL, NULL, &error), ERROR_TOO_LARGE);
    schema_free(schema);
    schema = compile("{\"pattern\":\"^(a+)+$\"}", NULL);
    assert_int_equal(schema_validate(schema, value, NULL, NULL, &error), ERROR_INVALID);
    json_decref(value);
    schema_free(schema);
}

static void test_pattern_of_not_does_not_hide_the_limit(void **state)
{
    struct schema_limits limits = {.pattern_steps = 1000};
    struct schema *schema = compile("{\"not\":{\"pattern\":\"^(a+)+$\"}}", &limits);
    json_t *value = json_string("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab");

    (void)state;
    assert_int_equal(schema_validate(schema, value, NULL, NULL, NULL), ERROR_TOO_LARGE);
    json_decref(value);
    schema_free(schema);
}

static void test_pattern_bytes(void **state)
{
    struct schema_options options = {.limits.pattern_bytes = 3};
    struct error error = ERROR_INIT;
    struct schema *schema;
    json_t *value = parse("{\"pattern\":\"abcd\"}");

    (void)state;
    assert_int_equal(schema_compile(&schema, value, &options, &error), ERROR_TOO_LARGE);
    assert_non_null(strstr(error.message, "pattern bytes"));
    json_decref(value);
}

static void test_errors(void **state)
{
    struct schema_limits limits = {.errors = 3};
    struct schema *schema = compile("{\"items\":{\"type\":\"string\"}}", &limits);
    struct schema_result *result = schema_result_new();
    json_t *value = parse("[1,2,3,4,5]");

    (void)state;
    assert_int_equal(schema_validate(schema, value, NULL, result, NULL), ERROR_INVALID);
    assert_int_equal(schema_result_count(result), 3);
    assert_int_equal(schema_result_total(result), 5);
    json_decref(value);
    schema_result_free(result);
    schema_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_document_bytes),
        cmocka_unit_test(test_document_depth),
        cmocka_unit_test(test_document_digits),
        cmocka_unit_test(test_schema_depth),
        cmocka_unit_test(test_schemas),
        cmocka_unit_test(test_endless_reference),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_references_to_the_limit),
        cmocka_unit_test(test_pattern_cost),
        cmocka_unit_test(test_pattern_of_not_does_not_hide_the_limit),
        cmocka_unit_test(test_pattern_bytes),
        cmocka_unit_test(test_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
