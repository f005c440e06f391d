#include "tests/unit/unit.h"

#include <ctype.h>
#include <string.h>

#include <sodium.h>

#include "app/id.h"

static void ids_grow_within_a_millisecond_and_when_the_clock_steps_back(void **state)
{
    struct id_generator generator = {0};
    struct id last = id_generate(&generator, 1700000000000);
    int64_t now = 1700000000000;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct id next;

        if (i == 10000)
            now -= 3600000;
        next = id_generate(&generator, now);
        assert_true(strcmp(next.text, last.text) > 0);
        assert_int_equal(next.text[14], '7');
        assert_non_null(strchr("89ab", next.text[19]));
        last = next;
    }
}

static void an_id_holds_its_millisecond(void **state)
{
    struct id_generator generator = {0};
    struct id id = id_generate(&generator, 0x0123456789AB);

    (void)state;
    assert_memory_equal(id.text, "01234567-89ab-7", 15);
}

static void key_ids_are_stable_and_apart(void **state)
{
    struct id first = id_from_key("service", "sample/birth");
    struct id again = id_from_key("service", "sample/birth");
    struct id other = id_from_key("services", "ample/birth");
    struct id parsed;

    (void)state;
    assert_true(id_equal(&first, &again));
    assert_false(id_equal(&first, &other));
    assert_int_equal(first.text[14], '8');
    assert_true(id_parse(&parsed, first.text));
    assert_true(id_equal(&first, &parsed));
}

static void parse_takes_uuids_only(void **state)
{
    struct id id;

    (void)state;
    assert_true(id_parse(&id, "0190A5B0-1234-7ABC-8DEF-0123456789AB"));
    assert_string_equal(id.text, "0190a5b0-1234-7abc-8def-0123456789ab");
    assert_false(id_parse(&id, "0190a5b0-1234-7abc-8def-0123456789a"));
    assert_true(id_is_empty(&id));
    assert_false(id_parse(&id, "0190a5b0x1234-7abc-8def-0123456789ab"));
    assert_false(id_parse(&id, "0190a5b0-1234-7abc-8def-0123456789ag"));
    assert_false(id_parse(&id, ""));
    assert_false(id_parse(&id, NULL));
}

/* Each byte at each place: a digit of either kind, a dash where one stands, and nothing else. */
static void parse_takes_what_stands_in_a_uuid(void **state)
{
    static const char whole[] = "0190a5b0-1234-7abc-8def-0123456789ab";

    (void)state;
    for (size_t place = 0; place < sizeof(whole) - 1; place++)
        for (int byte = 1; byte < 256; byte++) {
            char text[sizeof(whole)];
            struct id id;
            bool expected = whole[place] == '-' ? byte == '-' : isxdigit(byte) != 0;

            memcpy(text, whole, sizeof(whole));
            text[place] = (char)byte;
            assert_int_equal(id_parse(&id, text), expected);
            if (expected)
                assert_int_equal(id.text[place], tolower(byte));
            else
                assert_true(id_is_empty(&id));
        }
}

/* And of what is kept, in lower case, the bytes. */
static void only_an_id_as_it_is_written_has_bytes(void **state)
{
    static const char whole[] = "0190a5b0-1234-7abc-8def-0123456789ab";
    static const unsigned char said[ID_BYTES] = {0x01, 0x90, 0xA5, 0xB0, 0x12, 0x34, 0x7A, 0xBC,
                                                 0x8D, 0xEF, 0x01, 0x23, 0x45, 0x67, 0x89, 0xAB};
    unsigned char bytes[ID_BYTES];

    (void)state;
    assert_true(id_text_to_bytes(whole, bytes));
    assert_memory_equal(bytes, said, sizeof(said));
    for (size_t place = 0; place < sizeof(whole) - 1; place++)
        for (int byte = 0; byte < 256; byte++) {
            char text[sizeof(whole)];
            bool expected =
                whole[place] == '-' ? byte == '-' : isxdigit(byte) != 0 && !isupper(byte);

            memcpy(text, whole, sizeof(whole));
            text[place] = (char)byte;
            assert_int_equal(id_text_to_bytes(text, bytes), expected);
            if (expected) {
                struct id id = id_from_bytes(bytes);

                assert_memory_equal(id.text, text, ID_TEXT_LENGTH);
            }
        }
}

static void a_reference_survives_the_phone(void **state)
{
    struct id_generator generator = {0};
    char text[ID_REFERENCE_SIZE], canonical[ID_REFERENCE_SIZE];
    struct id id = id_generate(&generator, 1700000000000);
    char spoken[ID_REFERENCE_SIZE];
    size_t length;

    (void)state;
    id_reference(&id, 'C', text);
    assert_true(id_reference_parse(text, canonical));
    assert_string_equal(text, canonical);

    length = strlen(text);
    for (size_t i = 0; i < length; i++)
        spoken[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
    spoken[length] = '\0';
    for (size_t i = 2; i < length; i++)
        if (spoken[i] == '1')
            spoken[i] = 'l';
        else if (spoken[i] == '0')
            spoken[i] = 'o';
    assert_true(id_reference_parse(spoken, canonical));
    assert_string_equal(text, canonical);
}

static void a_wrong_or_swapped_character_is_noticed(void **state)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    struct id_generator generator = {0};
    char canonical[ID_REFERENCE_SIZE];

    (void)state;
    for (int round = 0; round < 200; round++) {
        struct id id = id_generate(&generator, 1700000000000);
        char text[ID_REFERENCE_SIZE], wrong[ID_REFERENCE_SIZE];

        id_reference(&id, 'C', text);
        for (size_t i = 2; text[i] != '\0'; i++) {
            if (text[i] == '-')
                continue;
            for (const char *to = alphabet; *to != '\0'; to++) {
                strcpy(wrong, text);
                wrong[i] = *to;
                assert_int_equal(id_reference_parse(wrong, canonical), *to == text[i]);
            }
            for (size_t j = i + 1; text[j] != '\0'; j++) {
                if (text[j] == '-' || text[j] == text[i])
                    continue;
                strcpy(wrong, text);
                wrong[i] = text[j];
                wrong[j] = text[i];
                assert_false(id_reference_parse(wrong, canonical));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_grow_within_a_millisecond_and_when_the_clock_steps_back),
        cmocka_unit_test(an_id_holds_its_millisecond),
        cmocka_unit_test(key_ids_are_stable_and_apart),
        cmocka_unit_test(parse_takes_uuids_only),
        cmocka_unit_test(parse_takes_what_stands_in_a_uuid),
        cmocka_unit_test(only_an_id_as_it_is_written_has_bytes),
        cmocka_unit_test(a_reference_survives_the_phone),
        cmocka_unit_test(a_wrong_or_swapped_character_is_noticed),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
