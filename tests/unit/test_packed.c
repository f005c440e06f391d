#include "net/packed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

#define LIMIT 65536

static const struct id agent = {"4758849a-8ede-8be7-a5ee-e3e5d25101e7"};

#define NOTE                                                                                       \
    "{\"brief\":true,\"operations\":[{\"id\":\"01a21df5-ef82-72ba-9f7f-d4a806c19219\","            \
    "\"kind\":\"append\",\"type\":\"note\",\"record\":\"01a21df5-ef82-72b9-a2f6-d14b252c3c95\","   \
    "\"base\":0,\"time\":\"2026-11-27T17:03:06.626Z\",\"tick\":0,\"channel\":\"phone\","           \
    "\"body\":{\"case\":\"01a21df5-ef22-72b8-8c19-629d616b54fd\",\"channel\":\"phone\","           \
    "\"kind\":\"contact\",\"text\":\"Madame Roy a rappelé au sujet de son certificat de "         \
    "naissance: la copie du bail manque encore, elle passe au comptoir jeudi matin avec la "       \
    "preuve d’adresse et sa pièce d’identité; le remboursement attend.\","                   \
    "\"author\":\"4758849a-8ede-8be7-a5ee-e3e5d25101e7\",\"office\":\"sample/quebec\","            \
    "\"at\":\"2026-11-27T17:03:06.626Z\"}}]}"

/* How long it was when packed. */
static size_t there_and_back(const char *text, const struct id *known)
{
    char *packed, *back;
    size_t length = strlen(text), packed_length, back_length;

    assert_int_equal(packed_write(known, text, length, &packed, &packed_length, NULL), 0);
    assert_int_equal(packed_read(known, packed, packed_length, length, &back, &back_length, NULL),
                     0);
    assert_int_equal(back_length, length);
    assert_string_equal(back, text);
    free(back);
    if (length > 1)
        assert_int_equal(
            packed_read(known, packed, packed_length, length - 1, &back, &back_length, NULL),
            ERROR_TOO_LARGE);
    free(packed);
    return packed_length;
}

static void test_comes_back_as_it_was(void **state)
{
    static const char *const texts[] = {
        NOTE,
        "x",
        "{}",
        "01a21df5-ef82-72ba-9f7f-d4a806c19219",
        /* Ids and times that are written in no way of ours stay text. */
        "01A21DF5-EF82-72BA-9F7F-D4A806C19219 01a21df5-ef8272ba-9f7f-d4a806c192199",
        "01a21df5-ef82-72ba-9f7f-d4a806c1921",
        "2026-11-27T17:03:06Z 2026-11-27T17:03:06.6267Z 2026-13-27T17:03:06.626Z",
        "2026-02-30T17:03:06.626Z 2026-11-27t17:03:06.626Z 1969-11-27T17:03:06.626Z",
        "2026-06-30T23:59:60.000Z 2026-06-30T24:00:00.000Z",
        "2026-11-27T17:03:06.626Z2026-11-27T17:03:06.626Z2026-11-27T17:03:06.627Z",
        /* The same again, and one of another version, which tells no time. */
        "01a21df5-ef82-72ba-9f7f-d4a806c1921901a21df5-ef82-72ba-9f7f-d4a806c19219",
        "ffffffff-ffff-ffff-ffff-ffffffffffff 00000000-0000-0000-0000-000000000000",
        "4758849a-8ede-8be7-a5ee-e3e5d25101e7 4758849a-8ede-8be7-a5ee-e3e5d25101e8",
        "é’— \x7f \\u0001",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        there_and_back(texts[i], &agent);
        there_and_back(texts[i], NULL);
    }
}

/* More ids than there are places: the last ones are written whole each time. */
static void test_many_ids(void **state)
{
    char *text = calloc(701, ID_TEXT_LENGTH + 1);
    size_t at = 0;

    (void)state;
    assert_non_null(text);
    for (int i = 0; i < 350; i++)
        for (int twice = 0; twice < 2; twice++)
            at += (size_t)sprintf(text + at, "01a21df5-ef82-72ba-9f7f-d4a80000%04x ", (unsigned)i);
    there_and_back(text, &agent);
    free(text);
}

static void test_a_note_is_small(void **state)
{
    (void)state;
    assert_in_range(there_and_back(NOTE, &agent), 60, 180);
}

static void test_marks_are_not_packed(void **state)
{
    char *packed;
    size_t length;

    (void)state;
    for (char mark = 0; mark <= 5; mark++) {
        const char text[] = {'a', mark, 'b'};

        assert_int_equal(packed_write(NULL, text, 3, &packed, &length, NULL), ERROR_INVALID);
        assert_null(packed);
    }
    assert_int_equal(packed_write(NULL, "", 0, &packed, &length, NULL), ERROR_INVALID);
}

/* Whatever is cut off, changed or added: an error or some text within the limit, never more. */
static void test_damage(void **state)
{
    char *packed, *text, *broken;
    size_t length, text_length;

    (void)state;
    assert_int_equal(packed_write(&agent, NOTE, strlen(NOTE), &packed, &length, NULL), 0);
    broken = malloc(length + 1);
    assert_non_null(broken);
    for (size_t cut = 0; cut < length; cut++) {
        assert_int_equal(packed_read(&agent, packed, cut, LIMIT, &text, &text_length, NULL),
                         ERROR_INVALID);
        assert_null(text);
    }
    memcpy(broken, packed, length);
    broken[length] = 'x';
    assert_int_equal(packed_read(&agent, broken, length + 1, LIMIT, &text, &text_length, NULL),
                     ERROR_INVALID);
    /* One more of the bytes in front than the text has marks for. */
    broken[0] = (char)(packed[0] + 1);
    size_t front = 1 + (size_t)packed[0];
    memcpy(broken + 1, packed + 1, front - 1);
    broken[front] = 'x';
    memcpy(broken + front + 1, packed + front, length - front);
    assert_int_equal(packed_read(&agent, broken, length + 1, LIMIT, &text, &text_length, NULL),
                     ERROR_INVALID);
    for (size_t at = 0; at < length; at++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(broken, packed, length);
            broken[at] = (char)(broken[at] ^ 1 << bit);
            if (packed_read(&agent, broken, length, 2048, &text, &text_length, NULL) == 0)
                assert_in_range(text_length, 1, 2048);
            free(text);
        }
    free(broken);
    free(packed);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comes_back_as_it_was),
        cmocka_unit_test(test_many_ids),
        cmocka_unit_test(test_a_note_is_small),
        cmocka_unit_test(test_marks_are_not_packed),
        cmocka_unit_test(test_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
