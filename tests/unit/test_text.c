#define _GNU_SOURCE /* memmem */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistr.h>

#include "app/error.h"
#include "app/text.h"

static void assert_folds(const char *text, const char *expected)
{
    char *folded = text_fold(text, strlen(text));

    assert_non_null(folded);
    assert_string_equal(folded, expected);
    free(folded);
}

static void folding_forgets_what_people_do_not_type(void **state)
{
    (void)state;
    assert_folds("L’Île-d'Orléans", "l ile d orleans");
    assert_folds("Œuvre, SŒUR & cœur", "oeuvre soeur coeur");
    assert_folds("Straße", "strasse");
    assert_folds("  Nº  12 -- A ", "no 12 a");
    assert_folds("e\xCC\x81t\xC3\xA9", "ete");
    assert_folds("ＡＢＣ", "abc");
    assert_folds("", "");
    assert_folds("\xFF\xFE", "");
    assert_folds("Ødegård", "odegard");
}

static void assert_cleans(const char *text, bool keep_lines, const char *expected)
{
    char *clean = text_clean(text, strlen(text), keep_lines);

    assert_non_null(clean);
    assert_string_equal(clean, expected);
    free(clean);
}

static void words_are_found_by_their_beginnings(void **state)
{
    (void)state;
    assert_true(text_has_words("acte de naissance", "nais act"));
    assert_true(text_has_words("acte de naissance", ""));
    assert_true(text_has_words("", ""));
    assert_false(text_has_words("acte de naissance", "sance"));
    assert_false(text_has_words("acte de naissance", "acte mort"));
    assert_false(text_has_words("", "a"));
    assert_false(text_has_words("acte", "actes"));
}

static void nothing_unsafe_survives_cleaning(void **state)
{
    (void)state;
    assert_cleans("a\x1B[31mb", false, "a␛[31mb");
    assert_cleans("a\nb\r\nc", true, "a\nb\nc");
    assert_cleans("a\nb", false, "a␊b");
    assert_cleans("x\ty", false, "x y");
    assert_cleans("\xC2\x9B"
                  "31m",
                  false, "<U+009B>31m");
    assert_cleans("\xE2\x80\xAE"
                  "abc",
                  false, "<U+202E>abc");
    assert_cleans("a\xE2\x80\x8B"
                  "b",
                  false, "a<U+200B>b");
    assert_cleans("ok\xC3", false, "ok\xEF\xBF\xBD");
    assert_cleans("\x7F", false, "␡");
    for (unsigned byte = 1; byte < 256; byte++) {
        char text[3] = {'a', (char)byte, 0};
        char *clean = text_clean(text, 2, false);

        for (const char *at = clean; *at != '\0'; at++)
            assert_true((unsigned char)*at >= 0x20 && *at != 0x7F);
        free(clean);
    }
}

/* Each of them alone, beside text, and what is cut short, too long or half of a pair. */
static void each_that_steers_is_a_mark(void **state)
{
    static const uint32_t ranges[][2] = {{0x01, 0x1F},     {0x7F, 0x9F},       {0xAD, 0xAD},
                                         {0x61C, 0x61C},   {0x200B, 0x200F},   {0x2028, 0x202E},
                                         {0x2060, 0x2064}, {0x2066, 0x206F},   {0xFEFF, 0xFEFF},
                                         {0xFFF9, 0xFFFB}, {0xE0001, 0xE0001}, {0xE0020, 0xE007F},
                                         {0xE000, 0xE010}, {0xFFFE, 0xFFFF}};
    static const char *const broken[] = {
        "\xC0\x80",
        "\xC0\xAF",
        "\xE0\x80\x9B",
        "\xF0\x80\x80\x9B", /* too long for what it is */
        "\xED\xA0\x80",
        "\xED\xBF\xBF", /* half of a pair */
        "\xF4\x90\x80\x80",
        "\xF8\x88\x80\x80\x80",
        "\xFE",
        "\xFF", /* beyond Unicode */
        "\xE2\x80",
        "\xF0\x9F\x98",
        "\x9B",
        "\x9D",
        "\x80", /* cut short; raw C1 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        for (uint32_t c = ranges[i][0]; c <= ranges[i][1]; c++) {
            uint8_t bytes[8] = {'a'};
            int length = u8_uctomb(bytes + 1, c, 6);
            char *clean;

            if (length <= 0 || c == '\t')
                continue;
            bytes[1 + length] = 'b';
            clean = text_clean((char *)bytes, (size_t)length + 2, false);
            assert_true(text_is_utf8(clean, strlen(clean)));
            assert_null(memmem(clean, strlen(clean), bytes + 1, (size_t)length));
            assert_true(strlen(clean) > 4 && clean[0] == 'a' && clean[strlen(clean) - 1] == 'b');
            free(clean);
        }
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        char text[16], *clean;

        snprintf(text, sizeof(text), "a%sb", broken[i]);
        clean = text_clean(text, strlen(text), false);
        assert_true(text_is_utf8(clean, strlen(clean)));
        assert_non_null(strstr(clean, "\xEF\xBF\xBD"));
        assert_true(clean[0] == 'a' && clean[strlen(clean) - 1] == 'b');
        free(clean);
    }
}

static void a_nul_is_shown(void **state)
{
    char *clean = text_clean("a\0b", 3, false);

    (void)state;
    assert_string_equal(clean, "a␀b");
    free(clean);
}

static void columns_follow_the_character(void **state)
{
    const char *wide = "日本e\xCC\x81";

    (void)state;
    assert_int_equal(text_width("abc", 3), 3);
    assert_int_equal(text_width(wide, strlen(wide)), 5);
    assert_int_equal(text_fit(wide, strlen(wide), 3), 3);
    assert_int_equal(text_fit(wide, strlen(wide), 4), 6);
    assert_int_equal(text_fit(wide, strlen(wide), 5), strlen(wide));
    assert_int_equal(text_fit("abc", 3, 0), 0);
}

static void steps_are_whole_graphemes(void **state)
{
    const char *text = "ae\xCC\x81z";
    size_t length = strlen(text);

    (void)state;
    assert_int_equal(text_next(text, length, 0), 1);
    assert_int_equal(text_next(text, length, 1), 4);
    assert_int_equal(text_next(text, length, length), length);
    assert_int_equal(text_previous(text, length, 4), 1);
    assert_int_equal(text_previous(text, length, 0), 0);
}

static void copies_are_cut_between_characters(void **state)
{
    char target[5];

    (void)state;
    text_copy(target, sizeof(target), "abcé");
    assert_string_equal(target, "abc");
    text_copy(target, sizeof(target), "ab");
    assert_string_equal(target, "ab");
}

static void a_buffer_grows_and_is_taken(void **state)
{
    struct text_buffer buffer = {0};
    char *taken;

    (void)state;
    for (int i = 0; i < 1000; i++)
        text_buffer_add_format(&buffer, "%d,", i);
    assert_int_equal(buffer.length, 3890);
    taken = text_buffer_take(&buffer);
    assert_non_null(strstr(taken, ",999,"));
    free(taken);
    taken = text_buffer_take(&buffer);
    assert_string_equal(taken, "");
    free(taken);
}

static void error_messages_are_printable_and_bounded(void **state)
{
    struct error error = ERROR_INIT;
    char long_text[2000];

    (void)state;
    memset(long_text, 'x', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = '\0';
    assert_int_equal(error_set(&error, ERROR_INVALID, "bad %s", "\x1B[2J\xFF"), ERROR_INVALID);
    assert_string_equal(error.message, "bad ?[2J\xEF\xBF\xBD");
    assert_int_equal(error_prefix(&error, "line %d", 3), ERROR_INVALID);
    assert_string_equal(error.message, "line 3: bad ?[2J\xEF\xBF\xBD");
    /* Directions, zero width, a C1 control. */
    error_set(&error, ERROR_INVALID,
              "a\xE2\x80\xAE"
              "b\xE2\x80\x8B"
              "c\xC2\x9B"
              "d");
    assert_string_equal(error.message, "a?b?c?d");
    error_set(&error, ERROR_MEMORY, "%s", long_text);
    assert_int_equal(strlen(error.message), ERROR_MESSAGE_SIZE - 1);
    assert_string_equal(error_code_name(ERROR_TOO_LARGE), "too-large");
    assert_string_equal(error_code_name(7), "unknown");
    assert_int_equal(error_set(NULL, ERROR_BUSY, "x"), ERROR_BUSY);
}

/* As libunistring finds it, whatever stands where in a word of memory. */
static void utf8_is_told_by_every_byte(void **state)
{
    static const char *const pieces[] = {"\x01",
                                         "\x7f",
                                         "\x80",
                                         "\xbf",
                                         "\xc3\xa9",
                                         "\xc3",
                                         "\xc0\x80",
                                         "\xe2\x82\xac",
                                         "\xe2\x82",
                                         "\xed\xa0\x80",
                                         "\xf0\x9d\x84\x9e",
                                         "\xf4\x90\x80\x80",
                                         "\xff",
                                         "\xc3\xa9 abc \xc3",
                                         "\xc3\xa9 abc \xe2\x82\xac",
                                         ""};
    char text[64];

    (void)state;
    for (size_t piece = 0; piece < sizeof(pieces) / sizeof(pieces[0]); piece++)
        for (int before = 0; before < 18; before++)
            for (int after = 0; after < 18; after++) {
                size_t length =
                    (size_t)snprintf(text, sizeof(text), "%.*s%s%.*s", before, "abcdefghijklmnopq",
                                     pieces[piece], after, "ABCDEFGHIJKLMNOPQ");

                assert_int_equal(text_is_utf8(text, length),
                                 u8_check((const uint8_t *)text, length) == NULL);
                if (length == 0)
                    continue;
                text[length / 2] = '\0';
                assert_false(text_is_utf8(text, length));
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_is_told_by_every_byte),
        cmocka_unit_test(folding_forgets_what_people_do_not_type),
        cmocka_unit_test(words_are_found_by_their_beginnings),
        cmocka_unit_test(nothing_unsafe_survives_cleaning),
        cmocka_unit_test(each_that_steers_is_a_mark),
        cmocka_unit_test(a_nul_is_shown),
        cmocka_unit_test(columns_follow_the_character),
        cmocka_unit_test(steps_are_whole_graphemes),
        cmocka_unit_test(copies_are_cut_between_characters),
        cmocka_unit_test(a_buffer_grows_and_is_taken),
        cmocka_unit_test(error_messages_are_printable_and_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
