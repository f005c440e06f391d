/* What POST /v1/operations takes in binary form (CBOR), and what of that it refuses. */
#include <stdlib.h>
#include <string.h>

#include "app/binary.h"
#include "app/json.h"
#include "net/compress.h"
#include "tests/unit/server_fixture.h"

static struct server_fixture *f;

static int setup(void **state)
{
    int code = server_fixture_setup(state);

    f = *state;
    return code;
}

static struct text_buffer batch_of(json_t *operations)
{
    struct text_buffer body = {0};
    json_t *one;
    size_t index;

    binary_write_map(&body, 2);
    binary_write_text(&body, "brief");
    binary_write_value(&body, json_true());
    binary_write_text(&body, "operations");
    binary_write_array(&body, json_array_size(operations));
    json_array_foreach(operations, index, one)
    {
        if (json_is_object(one))
            operation_to_binary(&body, one);
        else
            binary_write_value(&body, one);
    }
    json_decref(operations);
    assert_false(body.failed);
    return body;
}

static struct call call_with(const struct text_buffer *body)
{
    return (struct call){.path = "/v1/operations",
                         .token = f->tokens[ANNE],
                         .body = body->bytes,
                         .length = body->length,
                         .type = BINARY_MEDIA_TYPE};
}

static json_t *note_of(const struct id *id, const char *text)
{
    struct operation *operation = server_note(f, ANNE, id, text);
    json_t *document = operation_to_json(operation);

    json_object_del(document, "agent");
    json_object_del(document, "device");
    operation_free(operation);
    return document;
}

static json_t *stored(const struct id *id)
{
    char path[80];
    struct call call = {.path = path, .token = f->tokens[ANNE]};

    snprintf(path, sizeof path, "/v1/records/note/%s", id->text);
    return server_json(f, &call);
}

/* With what this version does not know of, and as JSON would be: a repeat of it in JSON is one. */
static void a_batch_is_applied(void **state)
{
    struct id ids[2] = {fixture_id(&f->ledger), fixture_id(&f->ledger)};
    json_t *operations = json_array(), *again, *outcomes, *record;
    struct call repeat = {.path = "/v1/operations", .token = f->tokens[ANNE]};

    (void)state;
    for (int i = 0; i < 2; i++) {
        json_t *note = note_of(&ids[i], i == 0 ? "déjà" : "vu");

        json_object_set_new(note, "newer", json_pack("[i, n, f]", 1, 2.5));
        json_array_append_new(operations, note);
    }
    again = json_pack("{s:O}", "operations", operations);
    struct text_buffer body = batch_of(operations);
    struct call call = call_with(&body);
    outcomes = server_json(f, &call);
    assert_int_equal(json_array_size(json_object_get(outcomes, "outcomes")), 2);
    assert_int_equal(json_integer_value(json_array_get(
                         json_array_get(json_object_get(outcomes, "outcomes"), 1), 0)),
                     1);
    json_decref(outcomes);
    record = stored(&ids[0]);
    assert_string_equal(json_text_or(json_object_get(record, "body"), "text", ""), "déjà");
    json_decref(record);
    char *text = json_write(again);
    repeat.body = text;
    outcomes = server_json(f, &repeat);
    assert_string_equal(item_text(json_object_get(outcomes, "outcomes"), 0, "outcome"), "repeated");
    assert_string_equal(item_text(json_object_get(outcomes, "outcomes"), 1, "outcome"), "repeated");
    json_decref(outcomes);
    json_decref(again);
    free(text);
    text_buffer_free(&body);
}

static void a_batch_comes_compressed(void **state)
{
    struct id id = fixture_id(&f->ledger);
    struct text_buffer body = batch_of(json_pack("[o]", note_of(&id, "small")));
    struct call call = call_with(&body);
    char *packed;

    (void)state;
    assert_int_equal(
        compress_bytes(COMPRESSION_ZSTD, body.bytes, body.length, &packed, &call.length, NULL), 0);
    call.body = packed;
    call.encoding = "zstd";
    json_decref(server_json(f, &call));
    json_decref(stored(&id));
    free(packed);
    text_buffer_free(&body);
}

/* As with JSON, each with its id when it has one. */
static void bad_operations_stand_alone(void **state)
{
    struct id ids[3] = {fixture_id(&f->ledger), fixture_id(&f->ledger), fixture_id(&f->ledger)};
    json_t *operations = json_array(), *unknown = note_of(&ids[0], "a"), *outcomes, *answer;
    json_t *broken = note_of(&ids[1], "b\x01roken"), *good = note_of(&ids[2], "good");

    (void)state;
    json_object_set_new(unknown, "kind", json_string("replace"));
    json_array_append_new(operations, json_integer(7));
    json_array_append_new(operations, unknown);
    json_array_append(operations, broken);
    json_array_append_new(operations, good);
    struct text_buffer body = batch_of(operations);
    for (char *at = body.bytes; at < body.bytes + body.length; at++)
        if (memcmp(at, "b\x01roken", 7) == 0)
            at[1] = (char)0xFF;
    struct call call = call_with(&body);
    answer = server_json(f, &call);
    outcomes = json_object_get(answer, "outcomes");
    assert_int_equal(json_array_size(outcomes), 4);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(item_text(outcomes, i, "outcome"), "refused");
        assert_string_equal(item_text(outcomes, i, "reason"), "value");
    }
    assert_non_null(strstr(item_text(outcomes, 1, "detail"), "replace"));
    assert_string_equal(item_text(outcomes, 2, "id"), json_text_or(broken, "id", ""));
    assert_string_equal(item_text(outcomes, 2, "field"), "body");
    json_decref(answer);
    json_decref(broken);
    json_decref(stored(&ids[2]));
    assert_int_equal(server_trail_count(f, "kind = 'refused' AND what LIKE '%value body%'"), 1);
    text_buffer_free(&body);
}

static void expect_bad(const char *bytes, size_t length, long status, const char *code)
{
    struct text_buffer body = {.bytes = (char *)(uintptr_t)bytes, .length = length};
    struct call call = call_with(&body);

    server_expect_problem(f, &call, status, code);
}

static void what_is_no_batch_is_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } bad[] = {
#define BYTES(text) text, sizeof(text) - 1
        {BYTES("\x80")},                                     /* a list */
        {BYTES("\xa0")},                                     /* without operations */
        {BYTES("\xa1\x6aoperations\xa0")},                   /* that are a map */
        {BYTES("\xa1\x6aoperations\x82\x01")},               /* cut */
        {BYTES("\xa1\x6aoperations\x80\x01")},               /* with more behind */
        {BYTES("\xa2\x6aoperations\x80\x6aoperations\x80")}, /* twice */
        {BYTES("\xa3\x65"
               "brief\xf5\x65"
               "brief\xf5\x6aoperations\x80")},
        {BYTES("\xa2\x65\xff"
               "rief\xf5\x6aoperations\x80")}, /* not UTF-8 */
        {BYTES("\xbf\x6aoperations\x80\xff")}, /* of no length */
        {BYTES("\xa1\x6aoperations\x9b\xff\xff\xff\xff\xff\xff\xff\xff")},
        {BYTES("{\"operations\":[]}")}, /* JSON */
    };
    struct text_buffer none = {0};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        expect_bad(bad[i].bytes, bad[i].length, 400, "bad-json");
    struct text_buffer body = batch_of(json_array());
    for (size_t length = 1; length < body.length; length++)
        expect_bad(body.bytes, length, 400, "bad-json");
    struct call call = call_with(&body);
    json_decref(server_json(f, &call));
    call.encoding = "zstd";
    server_expect_problem(f, &call, 400, "bad-request");
    call.encoding = "br";
    server_expect_problem(f, &call, 415, "unsupported-encoding");
    text_buffer_free(&body);
    text_buffer_free(&none);
}

/* The limits are those of JSON. */
static void what_is_too_much_is_refused(void **state)
{
    json_t *many = json_array(), *deep = json_array();

    (void)state;
    for (int i = 0; i <= SERVER_BATCH_LIMIT; i++)
        json_array_append_new(many, json_integer(0));
    struct text_buffer body = batch_of(many);
    struct call call = call_with(&body);
    server_expect_problem(f, &call, 413, "too-large");
    text_buffer_free(&body);
    for (int i = 0; i < 200; i++)
        deep = json_pack("[o]", deep);
    body = batch_of(deep);
    call = call_with(&body);
    server_expect_problem(f, &call, 400, "bad-json");
    text_buffer_free(&body);
}

static void few_values(struct server_options *options)
{
    options->limits.json_values = 100;
}

static void too_many_values_are_refused(void **state)
{
    struct server_fixture small, *before = f;
    json_t *values = json_array();

    (void)state;
    for (int i = 0; i < 100; i++)
        json_array_append_new(values, json_integer(i));
    f = &small;
    server_fixture_open_with(&small, few_values);
    struct text_buffer body = batch_of(json_pack("[o]", values));
    struct call call = call_with(&body);
    server_expect_problem(&small, &call, 400, "bad-json");
    text_buffer_free(&body);
    server_fixture_close(&small);
    f = before;
}

/* The records and what is gone are JSON within, everything else as in the JSON of the page. */
static json_t *page_as_json(const char *bytes, size_t length)
{
    struct binary_reader reader = {bytes, length, 0};
    json_t *page = json_object(), *value;
    const char *text;
    size_t count, size;

    assert_int_equal(binary_read_map(&reader, &count, NULL), 0);
    for (size_t i = 0; i < count; i++) {
        char name[32];

        assert_int_equal(binary_read_text(&reader, &text, &size, NULL), 0);
        assert_true(size < sizeof name);
        memcpy(name, text, size);
        name[size] = '\0';
        if (strcmp(name, "records") == 0) {
            size_t records;

            value = json_array();
            assert_int_equal(binary_read_array(&reader, &records, NULL), 0);
            for (size_t at = 0; at < records; at++) {
                assert_int_equal(binary_read_json(&reader, &text, &size, NULL), 0);
                json_array_append_new(value, json_loadb(text, size, 0, NULL));
            }
        } else {
            assert_int_equal(binary_read_value(&reader, &value, NULL), 0);
        }
        json_object_set_new(page, name, value);
    }
    assert_int_equal(reader.at, length);
    return page;
}

static void a_page_comes_in_it_when_asked_for(void **state)
{
    struct call call = {.path = "/v1/changes?limit=1000", .token = f->tokens[ANNE]};
    struct id id = fixture_id(&f->ledger);
    struct operation *note = server_note(f, ANNE, &id, "déjà vu");
    struct answer answer;
    json_t *json, *binary;

    (void)state;
    json_decref(server_post(f, ANNE, &note, 1));
    json = server_json(f, &call);
    assert_true(json_array_size(json_object_get(json, "records")) > 1);
    call.headers[0] = "Accept: application/cbor, application/json";
    server_call(f, &call, &answer);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.headers, "content-type: application/cbor"));
    binary = page_as_json(answer.body, answer.length);
    answer_clear(&answer);
    json_object_del(json, "time");
    json_object_del(binary, "time");
    assert_true(json_equal(json, binary));
    json_decref(json);
    json_decref(binary);
    /* A problem is told as ever. */
    call.path = "/v1/changes?limit=x";
    server_expect_problem(f, &call, 400, "bad-parameter");
}

/* Where nothing says that it may come so, it may not; nor what only looks like it. */
static void no_other_request_takes_it(void **state)
{
    struct text_buffer body = batch_of(json_array());
    struct call call = call_with(&body);

    (void)state;
    call.type = BINARY_MEDIA_TYPE "-seq";
    server_expect_problem(f, &call, 415, "unsupported-media-type");
    call.type = BINARY_MEDIA_TYPE;
    call.path = "/v1/login";
    call.token = NULL;
    server_expect_problem(f, &call, 415, "unsupported-media-type");
    text_buffer_free(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_is_applied),
        cmocka_unit_test(a_batch_comes_compressed),
        cmocka_unit_test(bad_operations_stand_alone),
        cmocka_unit_test(what_is_no_batch_is_refused),
        cmocka_unit_test(what_is_too_much_is_refused),
        cmocka_unit_test(too_many_values_are_refused),
        cmocka_unit_test(a_page_comes_in_it_when_asked_for),
        cmocka_unit_test(no_other_request_takes_it),
    };

    return cmocka_run_group_tests(tests, setup, server_fixture_teardown);
}
