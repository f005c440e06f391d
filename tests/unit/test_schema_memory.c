/* Every allocation of the validator made to fail in turn: always ERROR_MEMORY, never a crash. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "app/error.h"
#include "forms/schema.h"
#include "tests/unit/unit.h"

/* The linker sends the calls of the program under test here. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);

/* Allocations that still succeed; below 0 all do. */
static long left = -1;

static long counted;

static bool fails(void)
{
    counted++;
    return left >= 0 && left-- == 0;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return fails() ? NULL : __real_realloc(block, size);
}

static const char schema_text[] =
    "{\"$id\":\"https://example.ca/a\",\"required\":[\"a\",\"z\"],\"properties\":{\"a\":{\"type\":"
    "\"string\",\"pattern\":\"^(?<x>a)\\\\k<x>\",\"format\":\"date\",\"title\":\"T\"},\"n\":{"
    "\"multipleOf\":0.1234567890123456789}},\"patternProperties\":{\"^b\":{\"enum\":[1,\"b\"]}},"
    "\"propertyNames\":{\"maxLength\":3},\"anyOf\":[{\"$ref\":\"#/$defs/d\"},{\"$dynamicRef\":"
    "\"#e\"}],\"unevaluatedProperties\":false,\"$defs\":{\"d\":{\"not\":{}},\"e\":{"
    "\"$dynamicAnchor\":\"e\",\"dependentRequired\":{\"a\":[\"b\"]},\"if\":true,\"then\":{"
    "\"properties\":{\"list\":{\"prefixItems\":[true],\"contains\":{\"type\":\"null\"},"
    "\"uniqueItems\":true}}}}}}";

static const char value_text[] = "{\"a\":\"x\",\"bb\":2,\"long\":1,\"n\":1.00000000000000000000001,"
                                 "\"list\":[1,1,2,3,4,5,6,7,8,9,"
                                 "10,11,12,13,14,15,16,17]}";

/* Reads, compiles, validates and puts out, with `fail_after` allocations; the first error. */
static int all(long fail_after)
{
    struct schema_options options = {0};
    struct schema_document *definition = NULL;
    struct schema_document *value = NULL;
    struct schema_registry *registry = NULL;
    struct schema_result *result = NULL;
    struct schema *schema = NULL;
    struct error error = ERROR_INIT;
    int status;

    left = fail_after;
    registry = schema_registry_new();
    result = schema_result_new();
    status = registry == NULL || result == NULL ? ERROR_MEMORY : 0;
    if (status == 0)
        status = schema_document_read(&definition, schema_text, strlen(schema_text), NULL, &error);
    if (status == 0)
        status = schema_document_read(&value, value_text, strlen(value_text), NULL, &error);
    if (status == 0)
        status = schema_registry_add(registry, "https://example.ca/b",
                                     schema_document_value(definition), definition, &error);
    options.registry = registry;
    options.document = definition;
    if (status == 0)
        status = schema_compile(&schema, schema_document_value(definition), &options, &error);
    if (status == 0) {
        schema_result_want_annotations(result, true);
        status = schema_validate(schema, schema_document_value(value), value, result, &error);
        json_decref(schema_result_output(result, "fr"));
    }
    left = -1;
    schema_result_free(result);
    schema_free(schema);
    schema_registry_free(registry);
    schema_document_free(definition);
    schema_document_free(value);
    return status;
}

static void test_each_allocation_may_fail(void **state)
{
    long failed = 0;

    (void)state;
    assert_int_equal(all(-1), ERROR_INVALID);
    for (long i = 0;; i++) {
        int status = all(i);

        if (status == ERROR_MEMORY)
            failed++;
        else
            assert_int_equal(status, ERROR_INVALID);
        /* When many in a row were not reached, the end of the work was. */
        if (status != ERROR_MEMORY && i > failed + 400)
            break;
    }
    assert_true(failed > 100);
}

/* As long as no faults are listed. */
static void test_validating_allocates_nothing(void **state)
{
    static const char form[] =
        "{\"properties\":{\"code\":{\"pattern\":\"^[A-Z]+$\",\"maxLength\":4},\"born\":{\"format\":"
        "\"date\"},\"price\":{\"multipleOf\":0.01},\"mail\":{\"format\":\"email\"},\"list\":{"
        "\"items\":{\"$ref\":\"#/$defs/x\"},\"uniqueItems\":true}},\"required\":[\"code\"],"
        "\"anyOf\":[{\"required\":[\"z\"]},{\"required\":[\"born\"]}],"
        "\"unevaluatedProperties\":false,\"$defs\":{\"x\":{\"type\":\"integer\"}}}";
    json_t *definition = json_loads(form, 0, NULL);
    json_t *right = json_pack("{s:s, s:s, s:f, s:s, s:[i,i]}", "code", "ABC", "born", "1987-06-15",
                              "price", 19.99, "mail", "a@example.ca", "list", 1, 2);
    json_t *wrong = json_pack("{s:s}", "code", "ABCDE");
    struct schema *schema;

    (void)state;
    assert_int_equal(schema_compile(&schema, definition, NULL, NULL), 0);
    counted = 0;
    assert_int_equal(schema_validate(schema, right, NULL, NULL, NULL), 0);
    assert_int_equal(schema_validate(schema, wrong, NULL, NULL, NULL), ERROR_INVALID);
    assert_int_equal(counted, 0);
    schema_free(schema);
    json_decref(definition);
    json_decref(right);
    json_decref(wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_validating_allocates_nothing),
        cmocka_unit_test(test_each_allocation_may_fail),
    };

    json_set_alloc_funcs(__wrap_malloc, free);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
