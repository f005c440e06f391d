/* An operation as text: what is cut out of it without reading it. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/operation.h"

static struct id make_id(const char *text)
{
    struct id id;

    assert_true(id_parse(&id, text));
    return id;
}

static struct operation *make_note(enum operation_kind kind)
{
    struct id record = make_id("019b7000-0000-7000-8000-00000000c0de");
    struct operation *operation = operation_new(kind, RECORD_NOTE, &record);

    assert_non_null(operation);
    operation->id = make_id("019b7000-0000-7000-8000-000000000001");
    operation->agent = make_id("019b7000-0000-7000-8000-00000000a9e7");
    operation->device = make_id("019b7000-0000-7000-8000-00000000de71");
    operation->moment.ms = INT64_C(1800000000000);
    json_object_set_new(operation->body, "text", json_string("\"agent\":\"me\",\"device\":\"x\","));
    operation->rest = json_pack("{s:s}", "newer", "kept");
    return operation;
}

static char *text_of(const struct operation *operation, bool cut)
{
    json_t *document = operation_to_json(operation);
    char *text;

    if (cut) {
        json_object_del(document, "agent");
        json_object_del(document, "device");
    }
    text = json_write(document);
    assert_non_null(text);
    json_decref(document);
    return text;
}

/* One of an older version tells nothing, which is not that there was none. */
static void what_a_claim_saw_is_told_or_not(void **state)
{
    struct operation *operation = make_note(OPERATION_CLAIM);
    char *untold = text_of(operation, false), *none, *some;

    (void)state;
    operation->tells_claimed = true;
    none = text_of(operation, false);
    operation->claimed = (struct moment){INT64_C(1800000000000), 3};
    some = text_of(operation, false);
    assert_null(strstr(untold, "claimed"));
    assert_non_null(strstr(none, "\"claimed\":\"\""));
    assert_non_null(strstr(some, "\"claimed\":\"2027-01-15T08:00:00.000Z/3\""));
    free(untold);
    free(none);
    free(some);
    operation_free(operation);
}

static void an_append_goes_without_who_and_where(void **state)
{
    struct operation *operation = make_note(OPERATION_APPEND);
    char *text = text_of(operation, false), *expected = text_of(operation, true);
    size_t length = strlen(text);
    struct id record;

    (void)state;
    assert_true(operation_text_cut(text, &length, &record));
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(text, expected, length);
    assert_string_equal(record.text, operation->record.text);
    free(text);
    free(expected);
    operation_free(operation);
}

static void assert_left(const char *given, size_t length)
{
    char *text = malloc(length + 1); /* nothing behind it, for the sanitizer to see */
    size_t left = length;
    struct id record;

    memcpy(text, given, length);
    text = realloc(text, length > 0 ? length : 1);
    assert_false(operation_text_cut(text, &left, &record));
    assert_int_equal(left, length);
    assert_memory_equal(text, given, length);
    free(text);
}

static void all_else_is_left_as_it_is(void **state)
{
    struct operation *claim = make_note(OPERATION_CLAIM), *append = make_note(OPERATION_APPEND);
    struct operation *based = make_note(OPERATION_APPEND);
    char *text = text_of(claim, false), *whole = text_of(append, false), *later;
    const char *where = strstr(whole, "\"device\":\"");

    (void)state;
    based->base = 1;
    later = text_of(based, false);
    assert_left(text, strlen(text));
    assert_left(later, strlen(later));
    assert_left("{\"kind\":\"append\",\"id\":1}", 24);
    for (size_t length = 0; length < (size_t)(where - whole) + 48; length++)
        assert_left(whole, length);
    free(text);
    free(whole);
    free(later);
    operation_free(claim);
    operation_free(append);
    operation_free(based);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_claim_saw_is_told_or_not),
        cmocka_unit_test(an_append_goes_without_who_and_where),
        cmocka_unit_test(all_else_is_left_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
