/* Operations in binary form: read, or refused, as the same document in JSON is. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "app/binary.h"
#include "app/json.h"
#include "app/operation.h"

#define ID     "\"id\":\"019b7000-0000-7000-8000-000000000001\","
#define RECORD "\"record\":\"019b7000-0000-7000-8000-00000000c0de\","
#define TIME   "\"time\":\"2026-01-02T03:04:05.678Z\","
#define HEAD   ID "\"kind\":\"fields\",\"type\":\"note\"," RECORD TIME
#define BODY                                                                                       \
    "\"body\":{\"text\":\"d\\u00e9j\\u00e0\",\"case\":\"019b7000-0000-7000-8000-0000000ca5e0\"}"

static const struct id agent = {"019b7000-0000-7000-8000-00000000a9e7"};
static const struct id device = {"019b7000-0000-7000-8000-00000000de71"};

/* Good and bad. */
static const char *const documents[] = {
    "{" HEAD "\"base\":3,\"tick\":7,\"channel\":\"phone\"," BODY "}",
    "{" HEAD BODY "}",
    "{" BODY "," ID "\"kind\":\"append\",\"type\":\"contact\"," RECORD TIME "\"base\":0}",
    "{" HEAD "\"agent\":\"019b7000-0000-7000-8000-0000000000aa\","
    "\"device\":\"019b7000-0000-7000-8000-0000000000dd\"," BODY "}",
    "{" HEAD "\"newer\":{\"kept\":[1,2.5,null]}," BODY "}",
    "{" HEAD "\"channel\":\"telepathy\"," BODY "}",
    "{" HEAD "\"base\":\"3\"," BODY "}",
    "{" HEAD "\"tick\":2.5," BODY "}",
    "{" HEAD "\"claimed\":\"\"," BODY "}",
    "{" HEAD "\"claimed\":\"2026-01-02T03:04:05.678Z/3\"," BODY "}",
    "{" HEAD "\"claimed\":\"yesterday\"," BODY "}",
    "{" HEAD "\"claimed\":\"2026-01-02T03:04:05.678Z/3 and then some more of it\"," BODY "}",
    "{" HEAD "\"claimed\":null," BODY "}",
    "{" ID "\"kind\":\"fields\",\"type\":\"note\"," RECORD
    "\"time\":\"2026-01-02T03:04:05+01:00\"," BODY "}",
    "{\"id\":\"019B7000-0000-7000-8000-000000000001\",\"kind\":\"fields\",\"type\":\"note\"," RECORD
        TIME BODY "}",
    "{" HEAD "\"base\":-1," BODY "}",
    "{" HEAD "\"tick\":65536," BODY "}",
    "{" HEAD "\"body\":[]}",
    "{" HEAD "\"base\":3}",
    "{" ID "\"kind\":\"replace\",\"type\":\"note\"," RECORD TIME BODY "}",
    "{" ID "\"kind\":\"fields\",\"type\":\"poem\"," RECORD TIME BODY "}",
    "{" ID "\"type\":\"note\"," RECORD TIME BODY "}",
    "{" ID "\"kind\":\"fields\",\"type\":\"note\"," TIME BODY "}",
    "{\"id\":\"7\",\"kind\":\"fields\",\"type\":\"note\"," RECORD TIME BODY "}",
    "{\"id\":\"00000000-0000-0000-0000-000000000000\",\"kind\":\"fields\",\"type\":\"note\"," RECORD
        TIME BODY "}",
    "{" ID "\"kind\":\"fields\",\"type\":\"note\"," RECORD "\"time\":\"noon\"," BODY "}",
    "{" ID "\"kind\":\"fields\",\"type\":\"note\"," RECORD BODY "}",
    "{}",
    "[]",
    "7",
};

static struct text_buffer binary_of(const json_t *document)
{
    struct text_buffer buffer = {0};

    if (json_is_object(document))
        operation_to_binary(&buffer, document);
    else
        binary_write_value(&buffer, document);
    assert_false(buffer.failed);
    return buffer;
}

static void assert_same(struct operation *binary, const struct operation *json)
{
    json_t *expected = operation_to_json(json), *found;

    assert_non_null(binary);
    assert_int_equal(operation_open(binary, NULL), 0);
    found = operation_to_json(binary);
    assert_true(json_equal(found, expected));
    json_decref(found);
    json_decref(expected);
}

static void it_is_read_or_refused_as_json_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        struct error error = ERROR_INIT, json_error = ERROR_INIT;
        json_t *document = json_loads(documents[i], JSON_DECODE_ANY, NULL);
        struct text_buffer buffer = binary_of(document);
        struct operation *binary, *json;
        int code, json_code;

        assert_int_equal(operation_complete(document, &agent, &device, NULL), 0);
        json_code = operation_from_json(&json, document, &json_error);
        code = operation_from_binary(&binary, buffer.bytes, buffer.length, &agent, &device, &error);
        assert_int_equal(code, json_code);
        if (code == 0)
            assert_same(binary, json);
        else
            assert_string_equal(error.message, json_error.message);
        operation_free(binary);
        operation_free(json);
        json_decref(document);
        text_buffer_free(&buffer);
    }
}

/* It has no place for the body's parts until they are needed, nor after. */
/* From its text it is what it is from the document. */
static void it_is_the_same_from_its_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        json_t *document = json_loads(documents[i], JSON_DECODE_ANY, NULL);
        struct text_buffer expected = binary_of(document), found = {0};
        char *text = json_write(document);

        assert_non_null(text);
        if (json_is_object(document)) {
            assert_int_equal(operation_text_to_binary(&found, text, strlen(text), NULL), 0);
            assert_int_equal(found.length, expected.length);
            assert_memory_equal(found.bytes, expected.bytes, expected.length);
        }
        text_buffer_free(&found);
        text_buffer_free(&expected);
        free(text);
        json_decref(document);
    }
}

static void the_body_is_there_while_it_is_open(void **state)
{
    json_t *document = json_loads(documents[0], 0, NULL);
    struct text_buffer buffer = binary_of(document);
    struct operation *operation;

    (void)state;
    assert_int_equal(
        operation_from_binary(&operation, buffer.bytes, buffer.length, &agent, &device, NULL), 0);
    for (int turn = 0; turn < 2; turn++) {
        assert_null(operation->body);
        assert_int_equal(operation_open(operation, NULL), 0);
        assert_true(json_equal(operation->body, json_object_get(document, "body")));
        operation_close(operation);
    }
    operation_free(operation);
    json_decref(document);
    text_buffer_free(&buffer);
}

static void what_is_broken_within_the_body_is_found_when_it_is_opened(void **state)
{
    json_t *document = json_loads(documents[1], 0, NULL);
    struct text_buffer buffer = binary_of(document);
    struct error error = ERROR_INIT;
    struct operation *operation;
    char *text = buffer.bytes;

    (void)state;
    while (memcmp(text, "\xc3\xa9", 2) != 0)
        assert_true(++text + 2 < buffer.bytes + buffer.length);
    text[1] = 'j';
    assert_int_equal(
        operation_from_binary(&operation, buffer.bytes, buffer.length, &agent, &device, NULL), 0);
    assert_int_equal(operation_open(operation, &error), ERROR_INVALID);
    assert_non_null(strstr(error.message, "UTF-8"));
    assert_null(operation->body);
    operation_close(operation);
    operation_free(operation);
    json_decref(document);
    text_buffer_free(&buffer);
}

static void a_member_that_stands_twice_is_refused(void **state)
{
    json_t *document = json_loads(documents[0], 0, NULL);
    struct text_buffer twice = binary_of(document);
    struct error error = ERROR_INIT;
    struct operation *operation;

    (void)state;
    twice.bytes[0]++; /* one more in the map */
    text_buffer_add(&twice, "\x64tick\x02", 6);
    assert_int_equal(
        operation_from_binary(&operation, twice.bytes, twice.length, &agent, &device, &error),
        ERROR_INVALID);
    assert_non_null(strstr(error.message, "twice"));
    json_decref(document);
    text_buffer_free(&twice);
}

/* Nor taken for the name that it begins with. */
static void a_name_with_nul_is_refused(void **state)
{
    static const char name[] = "\xa1\x64id\0\0\x01";
    struct error error = ERROR_INIT;
    struct operation *operation;

    (void)state;
    assert_int_equal(
        operation_from_binary(&operation, name, sizeof name - 1, &agent, &device, &error),
        ERROR_INVALID);
    assert_non_null(strstr(error.message, "NUL"));
}

static void one_that_is_too_large_as_json_is_refused(void **state)
{
    json_t *document = json_loads(documents[1], 0, NULL);
    size_t size = OPERATION_LIMIT / 6 + 1;
    char *controls = malloc(size + 1);
    struct text_buffer buffer;
    struct operation *operation;

    (void)state;
    memset(controls, 1, size); /* six bytes each in JSON */
    controls[size] = '\0';
    json_object_set_new(json_object_get(document, "body"), "text", json_string(controls));
    buffer = binary_of(document);
    assert_true(buffer.length < OPERATION_LIMIT);
    assert_int_equal(
        operation_from_binary(&operation, buffer.bytes, buffer.length, &agent, &device, NULL),
        ERROR_TOO_LARGE);
    json_decref(document);
    text_buffer_free(&buffer);
    free(controls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_read_or_refused_as_json_is),
        cmocka_unit_test(it_is_the_same_from_its_text),
        cmocka_unit_test(the_body_is_there_while_it_is_open),
        cmocka_unit_test(what_is_broken_within_the_body_is_found_when_it_is_opened),
        cmocka_unit_test(a_member_that_stands_twice_is_refused),
        cmocka_unit_test(a_name_with_nul_is_refused),
        cmocka_unit_test(one_that_is_too_large_as_json_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
