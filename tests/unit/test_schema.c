/* The public interface of the validator: compiling, validating, faults, annotations, limits. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/error.h"
#include "forms/schema.h"
#include "tests/unit/unit.h"

static json_t *parse(const char *text)
{
    json_error_t problem;
    json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, &problem);

    if (value == NULL)
        fail_msg("%s: %s", problem.text, text);
    return value;
}

static struct schema *compile_with(const char *text, const struct schema_options *options)
{
    struct error error = ERROR_INIT;
    struct schema *schema;
    json_t *value = parse(text);

    if (schema_compile(&schema, value, options, &error) != 0)
        fail_msg("%s", error.message);
    json_decref(value);
    return schema;
}

static struct schema *compile(const char *text)
{
    return compile_with(text, NULL);
}

/* Compiles what must be refused; the code is returned, the message is in `error`. */
static int refuse(const char *text, const struct schema_options *options, struct error *error)
{
    struct schema *schema;
    json_t *value = parse(text);
    int code = schema_compile(&schema, value, options, error);

    assert_null(schema);
    json_decref(value);
    return code;
}

/* Validates without and with a result, which must agree. */
static int check(const struct schema *schema, const char *text)
{
    struct schema_result *result = schema_result_new();
    json_t *value = parse(text);
    int plain = schema_validate(schema, value, NULL, NULL, NULL);
    int listed = schema_validate(schema, value, NULL, result, NULL);

    assert_int_equal(plain, listed);
    assert_int_equal(plain == 0, schema_result_count(result) == 0);
    schema_result_free(result);
    json_decref(value);
    return plain;
}

static void valid(const char *schema_text, const char *text)
{
    struct schema *schema = compile(schema_text);

    if (check(schema, text) != 0)
        fail_msg("%s should accept %s", schema_text, text);
    schema_free(schema);
}

static void invalid(const char *schema_text, const char *text)
{
    struct schema *schema = compile(schema_text);

    if (check(schema, text) != ERROR_INVALID)
        fail_msg("%s should refuse %s", schema_text, text);
    schema_free(schema);
}

static void test_boolean_schemas(void **state)
{
    (void)state;
    valid("true", "1");
    invalid("false", "1");
    valid("{}", "null");
}

static void test_compile_names_what_is_wrong(void **state)
{
    struct error error = ERROR_INIT;

    (void)state;
    assert_int_equal(refuse("{\"properties\":{\"a/b\":{\"maxLength\":-1}}}", NULL, &error),
                     ERROR_INVALID);
    assert_string_equal(error.message, "at #/properties/a~1b/maxLength: maxLength must be a whole "
                                       "number, not below 0");
    assert_int_equal(refuse("{\"type\":\"text\"}", NULL, &error), ERROR_INVALID);
    assert_int_equal(refuse("{\"pattern\":\"(\"}", NULL, &error), ERROR_INVALID);
    assert_non_null(strstr(error.message, "#/pattern"));
    assert_int_equal(refuse("{\"allOf\":[]}", NULL, &error), ERROR_INVALID);
    assert_int_equal(refuse("{\"properties\":{\"a\":1}}", NULL, &error), ERROR_INVALID);
    assert_int_equal(refuse("{\"required\":[1]}", NULL, &error), ERROR_INVALID);
    assert_int_equal(refuse("{\"multipleOf\":0}", NULL, &error), ERROR_INVALID);
    assert_int_equal(refuse("3", NULL, &error), ERROR_INVALID);
    assert_int_equal(refuse("{\"$ref\":\"#/nowhere\"}", NULL, &error), ERROR_NOT_FOUND);
    assert_int_equal(refuse("{\"$ref\":\"#nobody\"}", NULL, &error), ERROR_NOT_FOUND);
    assert_int_equal(refuse("{\"$ref\":\"https://example.ca/x\"}", NULL, &error), ERROR_NOT_FOUND);
    assert_non_null(strstr(error.message, "https://example.ca/x"));
    assert_int_equal(refuse("{\"$schema\":\"https://example.ca/meta\"}", NULL, &error),
                     ERROR_NOT_FOUND);
}

static void test_keywords_of_any_resource_survive_their_caller(void **state)
{
    struct schema *schema = compile("{\"enum\":[\"a\",{\"b\":[1,2.5]}]}");

    (void)state;
    assert_int_equal(check(schema, "{\"b\":[1.0,2.5]}"), 0);
    assert_int_equal(check(schema, "\"b\""), ERROR_INVALID);
    schema_free(schema);
}

static void test_faults_say_where(void **state)
{
    struct schema *schema =
        compile("{\"$id\":\"https://example.ca/form\",\"properties\":{\"children\":{\"items\":"
                "{\"$ref\":\"#/$defs/child\"}}},\"$defs\":{\"child\":{\"required\":[\"name\"],"
                "\"properties\":{\"name\":{\"maxLength\":3}}}}}");
    json_t *value = parse("{\"children\":[{\"name\":\"Anne\"},{}]}");
    struct schema_result *result = schema_result_new();
    struct error error = ERROR_INIT;
    const struct schema_error *fault;
    char field[64];

    (void)state;
    assert_int_equal(schema_validate(schema, value, NULL, result, &error), ERROR_INVALID);
    assert_string_equal(error.message, "at \"/children/0/name\": At most 3 characters");
    assert_int_equal(schema_result_count(result), 2);
    fault = schema_result_error(result, 0);
    assert_string_equal(fault->keyword, "maxLength");
    assert_string_equal(fault->instance_location, "/children/0/name");
    assert_string_equal(fault->keyword_location,
                        "/properties/children/items/$ref/properties/name/maxLength");
    assert_string_equal(fault->absolute_keyword_location,
                        "https://example.ca/form#/$defs/child/properties/name/maxLength");
    assert_int_equal(fault->count, 4);
    assert_int_equal(json_integer_value(fault->expected), 3);
    assert_string_equal(json_string_value(fault->found), "Anne");
    fault = schema_result_error(result, 1);
    assert_string_equal(fault->keyword, "required");
    assert_string_equal(fault->instance_location, "/children/1");
    assert_memory_equal(fault->property, "name", 4);
    assert_int_equal(schema_error_field(fault, field, sizeof(field)), 16);
    assert_string_equal(field, "/children/1/name");
    assert_int_equal(schema_error_field(fault, field, 16), ERROR_TOO_LARGE);
    schema_result_free(result);
    json_decref(value);
    schema_free(schema);
}

static void test_unexpected_member_is_its_own_field(void **state)
{
    struct schema *schema = compile("{\"additionalProperties\":false}");
    json_t *value = parse("{\"a~b\":1}");
    struct schema_result *result = schema_result_new();
    char field[64];

    (void)state;
    assert_int_equal(schema_validate(schema, value, NULL, result, NULL), ERROR_INVALID);
    schema_error_field(schema_result_error(result, 0), field, sizeof(field));
    assert_string_equal(field, "/a~0b");
    assert_string_equal(schema_result_error(result, 0)->keyword, "additionalProperties");
    assert_string_equal(schema_result_error(result, 0)->keyword_location, "/additionalProperties");
    schema_result_free(result);
    json_decref(value);
    schema_free(schema);
}

static void test_output_is_basic(void **state)
{
    struct schema *schema = compile("{\"minimum\":18,\"title\":\"Age\"}");
    struct schema_result *result = schema_result_new();
    json_t *five = json_integer(5);
    json_t *output;
    json_t *expected = parse("{\"valid\":false,\"errors\":[{\"keywordLocation\":\"/minimum\","
                             "\"absoluteKeywordLocation\":\"#/minimum\",\"instanceLocation\":\"\","
                             "\"error\":\"Au moins 18\"}]}");

    (void)state;
    assert_int_equal(schema_validate(schema, five, NULL, result, NULL), ERROR_INVALID);
    output = schema_result_output(result, "fr-CA");
    assert_true(json_equal(output, expected));
    json_decref(output);
    json_decref(expected);
    json_integer_set(five, 18);
    assert_int_equal(schema_validate(schema, five, NULL, result, NULL), 0);
    output = schema_result_output(result, "fr-CA");
    expected = parse("{\"valid\":true}");
    assert_true(json_equal(output, expected));
    json_decref(output);
    json_decref(expected);
    json_decref(five);
    schema_result_free(result);
    schema_free(schema);
}

/* The example of the specification (12.4.2), which has a line for each subschema with faults. */
static void test_output_tells_the_parents(void **state)
{
    struct schema *schema = compile(
        "{\"$id\":\"https://example.com/polygon\",\"$defs\":{\"point\":{\"type\":\"object\","
        "\"properties\":{\"x\":{\"type\":\"number\"},\"y\":{\"type\":\"number\"}},"
        "\"additionalProperties\":false,\"required\":[\"x\",\"y\"]}},\"type\":\"array\","
        "\"items\":{\"$ref\":\"#/$defs/point\"},\"minItems\":3}");
    static const char *const expected[][4] = {
        {"", "https://example.com/polygon#", "", "Something is wrong in here"},
        {"/items", "https://example.com/polygon#/items", "/1", "Something is wrong in here"},
        {"/items/$ref", "https://example.com/polygon#/$defs/point", "/1",
         "Something is wrong in here"},
        {"/items/$ref/required", "https://example.com/polygon#/$defs/point/required", "/1", NULL},
        {"/items/$ref/additionalProperties",
         "https://example.com/polygon#/$defs/point/additionalProperties", "/1/z", NULL},
        {"/minItems", "https://example.com/polygon#/minItems", "", NULL},
    };
    static const char *const members[] = {"keywordLocation", "absoluteKeywordLocation",
                                          "instanceLocation", "error"};
    struct schema_result *result = schema_result_new();
    json_t *value = parse("[{\"x\":2.5,\"y\":1.3},{\"x\":1,\"z\":6.7}]");
    json_t *output;
    size_t found = 0;

    (void)state;
    schema_result_want_parents(result, true);
    assert_int_equal(schema_validate(schema, value, NULL, result, NULL), ERROR_INVALID);
    output = schema_result_output(result, "en");
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        const json_t *list = json_object_get(output, "errors");

        for (size_t j = 0; j < json_array_size(list); j++) {
            const json_t *unit = json_array_get(list, j);
            bool same = true;

            for (size_t k = 0; k < 4 && expected[i][k] != NULL; k++)
                same = same && strcmp(json_string_value(json_object_get(unit, members[k])),
                                      expected[i][k]) == 0;
            found += same;
        }
        if (found != i + 1)
            fail_msg("%s: %s", expected[i][0], json_dumps(output, JSON_INDENT(1)));
    }
    assert_int_equal(json_array_size(json_object_get(output, "errors")), found);
    /* Outer before inner, and before their faults. */
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(json_object_get(output, "errors"), 0),
                                          "keywordLocation")),
        "");
    json_decref(output);
    output = schema_result_output(result, "fr-CA");
    assert_string_equal(json_string_value(json_object_get(
                            json_array_get(json_object_get(output, "errors"), 0), "error")),
                        "Quelque chose est à corriger ici");
    json_decref(output);
    json_decref(value);
    schema_result_free(result);
    schema_free(schema);
}

static void test_annotations_of_what_is_valid(void **state)
{
    struct schema *schema =
        compile("{\"title\":\"T\",\"properties\":{\"a\":{\"default\":1,\"x-own\":2}},"
                "\"anyOf\":[{\"allOf\":[{\"title\":\"lost\"},{\"type\":\"array\"}]},"
                "{\"title\":\"kept\"}]}");
    struct schema_result *result = schema_result_new();
    json_t *value = parse("{\"a\":3}");
    json_t *output;
    char *text;

    (void)state;
    schema_result_want_annotations(result, true);
    assert_int_equal(schema_validate(schema, value, NULL, result, NULL), 0);
    output = schema_result_output(result, "en");
    text = json_dumps(output, JSON_COMPACT);
    assert_non_null(strstr(text, "\"kept\""));
    assert_null(strstr(text, "\"lost\""));
    assert_non_null(strstr(text, "\"keywordLocation\":\"/properties/a/x-own\""));
    assert_non_null(strstr(text, "\"annotation\":[\"a\"]"));
    free(text);
    json_decref(output);
    json_decref(value);
    schema_result_free(result);
    schema_free(schema);
}

static int at_field(const char *schema_text, const char *value_text, const char *pointer,
                    size_t *count)
{
    struct schema *schema = compile(schema_text);
    struct schema_result *result = schema_result_new();
    json_t *value = parse(value_text);
    int status = schema_validate_at(schema, value, NULL, pointer, result, NULL);

    *count = schema_result_count(result);
    assert_int_equal(schema_validate_at(schema, value, NULL, pointer, NULL, NULL), status);
    schema_result_free(result);
    json_decref(value);
    schema_free(schema);
    return status;
}

static void test_one_field_of_a_form(void **state)
{
    static const char form[] =
        "{\"required\":[\"city\",\"zip\"],\"properties\":{\"city\":{\"minLength\":2},"
        "\"country\":{},\"zip\":{\"minLength\":5}},"
        "\"if\":{\"properties\":{\"country\":{\"const\":\"CA\"}},\"required\":[\"country\"]},"
        "\"then\":{\"properties\":{\"zip\":{\"pattern\":\"^[A-Z]\"}}}}";
    size_t count;

    (void)state;
    assert_int_equal(at_field(form, "{\"city\":\"x\",\"zip\":\"12345\"}", "/zip", &count), 0);
    assert_int_equal(at_field(form, "{\"city\":\"x\",\"zip\":\"12\"}", "/zip", &count),
                     ERROR_INVALID);
    assert_int_equal(count, 1);
    assert_int_equal(at_field(form, "{\"zip\":\"12345\"}", "/city", &count), ERROR_INVALID);
    assert_int_equal(at_field(form, "{\"zip\":\"12345\"}", "/cit", &count), 0);
    assert_int_equal(
        at_field(form, "{\"country\":\"CA\",\"city\":\"xy\",\"zip\":\"12345\"}", "/zip", &count),
        ERROR_INVALID);
}

static void test_start_inside_a_schema(void **state)
{
    struct schema_options options = {.start = "#/properties/city"};
    struct schema *schema =
        compile_with("{\"properties\":{\"city\":{\"$ref\":\"#/$defs/name\"},"
                     "\"broken\":{\"type\":7}},\"$defs\":{\"name\":{\"minLength\":2}}}",
                     &options);

    (void)state;
    assert_int_equal(check(schema, "\"x\""), ERROR_INVALID);
    assert_int_equal(check(schema, "\"xy\""), 0);
    schema_free(schema);
}

static void test_registry(void **state)
{
    struct schema_registry *registry = schema_registry_new();
    struct schema_options options = {.registry = registry};
    json_t *remote = parse("{\"$id\":\"https://example.ca/real\",\"$defs\":{\"n\":{\"$id\":"
                           "\"inner\",\"type\":\"integer\"}},\"$ref\":\"inner\"}");
    struct schema *schema;
    struct error error = ERROR_INIT;

    (void)state;
    assert_int_equal(
        schema_registry_add(registry, "https://example.ca/alias", remote, NULL, &error), 0);
    assert_int_equal(
        schema_registry_add(registry, "https://example.ca/alias#", remote, NULL, &error),
        ERROR_CONFLICT);
    json_decref(remote);
    schema = compile_with("{\"$ref\":\"https://example.ca/alias\"}", &options);
    assert_int_equal(check(schema, "1"), 0);
    assert_int_equal(check(schema, "\"1\""), ERROR_INVALID);
    schema_free(schema);
    /* also by an $id that only stands inside the registered document */
    schema = compile_with("{\"$ref\":\"https://example.ca/inner\"}", &options);
    schema_registry_free(registry);
    assert_int_equal(check(schema, "\"1\""), ERROR_INVALID);
    schema_free(schema);
}

static void test_vocabularies(void **state)
{
    struct schema_registry *registry = schema_registry_new();
    struct schema_options options = {.registry = registry, .format = SCHEMA_FORMAT_ANNOTATE};
    json_t *strict = parse("{\"$vocabulary\":{\"https://example.ca/unknown\":true}}");
    json_t *formats =
        parse("{\"$vocabulary\":{\"https://json-schema.org/draft/2020-12/vocab/core\":true,"
              "\"https://json-schema.org/draft/2020-12/vocab/format-assertion\":false}}");
    struct schema *schema;
    struct error error = ERROR_INIT;

    (void)state;
    schema_registry_add(registry, "https://example.ca/strict", strict, NULL, NULL);
    schema_registry_add(registry, "https://example.ca/formats", formats, NULL, NULL);
    json_decref(strict);
    json_decref(formats);
    assert_int_equal(refuse("{\"$schema\":\"https://example.ca/strict\"}", &options, &error),
                     ERROR_INVALID);
    assert_non_null(strstr(error.message, "https://example.ca/unknown"));
    schema = compile_with("{\"$schema\":\"https://example.ca/formats\",\"format\":\"date\","
                          "\"maxLength\":1}",
                          &options);
    assert_int_equal(check(schema, "\"2026-01-01\""), 0);
    assert_int_equal(check(schema, "\"yesterday\""), ERROR_INVALID);
    schema_free(schema);
    assert_int_equal(
        refuse("{\"$schema\":\"https://example.ca/formats\",\"format\":\"own\"}", &options, &error),
        ERROR_INVALID);
    schema_registry_free(registry);
}

static void test_format_switch(void **state)
{
    struct schema_options annotate = {.format = SCHEMA_FORMAT_ANNOTATE};
    struct schema *schema = compile_with("{\"format\":\"date\"}", &annotate);

    (void)state;
    assert_int_equal(check(schema, "\"x\""), 0);
    schema_free(schema);
    invalid("{\"format\":\"date\"}", "\"x\"");
    valid("{\"format\":\"date\"}", "7");
    valid("{\"format\":\"unheard-of\"}", "\"x\"");
}

static void test_older_drafts(void **state)
{
    static const char d7[] = "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",";
    static const char d4[] = "{\"$schema\":\"http://json-schema.org/draft-04/schema#\",";
    char text[512];

    (void)state;
    snprintf(text, sizeof(text), "%s\"items\":[{\"type\":\"string\"}],\"additionalItems\":false}",
             d7);
    valid(text, "[\"a\"]");
    invalid(text, "[\"a\",1]");
    snprintf(text, sizeof(text),
             "%s\"$ref\":\"#/definitions/a\",\"maxLength\":1,\"definitions\":{\"a\":{\"$id\":"
             "\"#b\",\"type\":\"string\"}}}",
             d7);
    valid(text, "\"long\"");
    snprintf(text, sizeof(text), "%s\"maximum\":3,\"exclusiveMaximum\":true}", d4);
    invalid(text, "3");
    valid(text, "2");
    valid("{\"$schema\":\"https://json-schema.org/draft/2019-09/schema\",\"$recursiveAnchor\":true,"
          "\"properties\":{\"a\":{\"$recursiveRef\":\"#\"}},\"type\":\"object\"}",
          "{\"a\":{\"a\":{}}}");
    invalid("{\"$schema\":\"https://json-schema.org/draft/2019-09/schema\","
            "\"$recursiveAnchor\":true,\"properties\":{\"a\":{\"$recursiveRef\":\"#\"}},"
            "\"type\":\"object\"}",
            "{\"a\":{\"a\":1}}");
}

static void test_many_members_and_items(void **state)
{
    struct schema *unevaluated = compile("{\"patternProperties\":{\"^k\":{\"type\":\"integer\"}},"
                                         "\"anyOf\":[{\"properties\":{\"x\":{\"const\":1}}},true],"
                                         "\"unevaluatedProperties\":false}");
    struct schema *unique = compile("{\"uniqueItems\":true,\"contains\":{\"const\":999}}");
    json_t *object = json_object();
    json_t *array = json_array();
    char name[16];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "k%d", i);
        json_object_set_new(object, name, json_integer(i));
        json_array_append_new(array, json_integer(i));
    }
    assert_int_equal(schema_validate(unevaluated, object, NULL, NULL, NULL), 0);
    json_object_set_new(object, "x", json_integer(2));
    assert_int_equal(schema_validate(unevaluated, object, NULL, NULL, NULL), ERROR_INVALID);
    json_object_set_new(object, "x", json_integer(1));
    assert_int_equal(schema_validate(unevaluated, object, NULL, NULL, NULL), 0);
    assert_int_equal(schema_validate(unique, array, NULL, NULL, NULL), 0);
    json_array_append_new(array, json_real(17.0));
    assert_int_equal(schema_validate(unique, array, NULL, NULL, NULL), ERROR_INVALID);
    json_decref(object);
    json_decref(array);
    schema_free(unevaluated);
    schema_free(unique);
}

static void *validate_often(void *data)
{
    const struct schema *schema = data;
    struct schema_result *result = schema_result_new();
    json_t *right = json_pack("{s:s}", "code", "G1R 4S9");
    json_t *wrong = json_pack("{s:s}", "code", "418");
    size_t faults = 0;

    for (int i = 0; i < 2000; i++) {
        faults += schema_validate(schema, right, NULL, NULL, NULL) != 0;
        faults += schema_validate(schema, wrong, NULL, result, NULL) != ERROR_INVALID;
    }
    json_decref(right);
    json_decref(wrong);
    schema_result_free(result);
    return (void *)faults;
}

static void test_one_schema_many_threads(void **state)
{
    struct schema *schema =
        compile("{\"properties\":{\"code\":{\"pattern\":\"^[A-Z]\\\\d[A-Z] ?\\\\d[A-Z]\\\\d$\"}},"
                "\"unevaluatedProperties\":false}");
    pthread_t threads[4];

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, validate_often, schema), 0);
    for (size_t i = 0; i < 4; i++) {
        void *faults;

        pthread_join(threads[i], &faults);
        assert_null(faults);
    }
    schema_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boolean_schemas),
        cmocka_unit_test(test_compile_names_what_is_wrong),
        cmocka_unit_test(test_keywords_of_any_resource_survive_their_caller),
        cmocka_unit_test(test_faults_say_where),
        cmocka_unit_test(test_unexpected_member_is_its_own_field),
        cmocka_unit_test(test_output_is_basic),
        cmocka_unit_test(test_output_tells_the_parents),
        cmocka_unit_test(test_annotations_of_what_is_valid),
        cmocka_unit_test(test_one_field_of_a_form),
        cmocka_unit_test(test_start_inside_a_schema),
        cmocka_unit_test(test_registry),
        cmocka_unit_test(test_vocabularies),
        cmocka_unit_test(test_format_switch),
        cmocka_unit_test(test_older_drafts),
        cmocka_unit_test(test_many_members_and_items),
        cmocka_unit_test(test_one_schema_many_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
