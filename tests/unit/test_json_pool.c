/* Values in the memory of one operation, and those that live on. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/json_pool.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SKIPS skip()
#else
#define SKIPS (void)0
#endif

static void it_begins_anew_when_none_is_left(void **state)
{
    void *first, *second;

    (void)state;
    SKIPS;
    assert_null(json_pool_take(16));
    json_pool_begin();
    first = json_pool_take(5);
    second = json_pool_take(16);
    assert_non_null(first);
    assert_ptr_not_equal(first, second);
    assert_true(json_pool_give(first));
    json_pool_end();
    assert_null(json_pool_take(16));
    json_pool_begin();
    assert_ptr_not_equal(json_pool_take(16), first);
    json_pool_end();
    /* Two are left. */
    assert_true(json_pool_give(second));
    json_pool_begin();
    assert_ptr_not_equal(json_pool_take(16), first);
    json_pool_end();
    for (int left = 0; left < 2; left++)
        assert_true(json_pool_give((char *)second + 16));
    json_pool_begin();
    assert_ptr_equal(json_pool_take(16), first);
    assert_true(json_pool_give(first));
    json_pool_end();
    assert_false(json_pool_give(NULL));
    assert_false(json_pool_give(&first));
}

static void *begin_too(void *memory)
{
    json_pool_begin();
    if (json_pool_take(16) != NULL)
        return NULL;
    json_pool_end();
    (void)json_pool_give(memory);
    return memory;
}

static void one_thread_has_it(void **state)
{
    pthread_t thread;
    void *memory, *returned;

    (void)state;
    SKIPS;
    json_pool_begin();
    memory = json_pool_take(16);
    assert_int_equal(pthread_create(&thread, NULL, begin_too, memory), 0);
    assert_int_equal(pthread_join(thread, &returned), 0);
    assert_ptr_equal(returned, memory);
    assert_non_null(json_pool_take(16));
    assert_true(json_pool_give(memory));
    json_pool_end();
    json_pool_begin();
    assert_ptr_equal(json_pool_take(16), memory);
    assert_true(json_pool_give(memory));
    json_pool_end();
}

/* More of them than there is room for. */
static void what_lives_on_is_whole(void **state)
{
    enum { VALUES = 2000 };
    json_t *kept[VALUES];

    (void)state;
    for (int times = 0; times < 3; times++) {
        for (int i = 0; i < VALUES; i++) {
            json_pool_begin();
            kept[i] = json_pack("{s:i, s:[s, s]}", "number", i, "words", "one", "another");
            json_pool_end();
        }
        for (int i = 0; i < VALUES; i++) {
            assert_int_equal(json_integer_or(kept[i], "number", -1), i);
            assert_string_equal(
                json_string_value(json_array_get(json_object_get(kept[i], "words"), 1)), "another");
            json_decref(kept[i]);
        }
    }
}

static void a_text_is_for_free(void **state)
{
    json_t *value;
    char *text;

    (void)state;
    json_pool_begin();
    value = json_pack("{s:f, s:[f]}", "a", 0.1, "b", 2.5);
    text = json_write(value);
    assert_string_equal(text, "{\"a\":0.1,\"b\":[2.5]}");
    assert_false(json_pool_give(text));
    free(text);
    json_decref(value);
    json_pool_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_begins_anew_when_none_is_left),
        cmocka_unit_test(one_thread_has_it),
        cmocka_unit_test(what_lives_on_is_whole),
        cmocka_unit_test(a_text_is_for_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
