/* JSON that is read where it lies, and a record's outline, beside what is made of the whole. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/json_plain.h"
#include "app/record_outline.h"
#include "app/text.h"
#include "tests/unit/unit.h"

#define NOTE_ID "0190a1b2-c3d4-7e5f-8a6b-0123456789ab"
#define CASE_ID "0190a1b2-c3d4-7e5f-8a6b-0123456789ac"
#define CLIENT  "0190a1b2-c3d4-7e5f-8a6b-0123456789ad"
#define HEAD(type)                                                                                 \
    "{\"type\":\"" type "\",\"id\":\"" NOTE_ID                                                     \
    "\",\"rev\":3,\"seq\":41,\"body\":{\"case\":\"" CASE_ID "\",\"client\":\"" CLIENT "\""
#define META ",\"meta\":{\"created\":{\"at\":1764000000000,\"agent\":\"" CLIENT "\"}}}"

static bool is_plain(const char *text, size_t length)
{
    struct json_plain plain = {text, text + length};
    struct json_span value;

    return json_plain_value(&plain, &value) && plain.at == plain.end;
}

static void plain_values_are_passed_to_their_end(void **state)
{
    static const char *const plain[] = {
        "{}",
        "[]",
        "\"\"",
        "0",
        "-12",
        "999999999999999999",
        "true",
        "false",
        "null",
        "[1,[2,{\"a\":[]}],\"b\"]",
        "{\"a\":{\"b\":1},\"c\":[true,null],\"d\":\"caf\xc3\xa9 \\n \\\" \\\\\"}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        json_t *value;

        assert_true(is_plain(plain[i], strlen(plain[i])));
        assert_int_equal(json_read(&value, plain[i], strlen(plain[i]), SIZE_MAX, "it", NULL), 0);
        json_decref(value);
        /* Not to where it is cut, but for a number that is one before its end too. */
        for (size_t cut = 0; cut < strlen(plain[i]) && strchr("-0123456789", *plain[i]) == NULL;
             cut++)
            assert_false(is_plain(plain[i], cut));
    }
}

static void what_is_not_plain_is_left_to_others(void **state)
{
    static const char *const others[] = {
        "",
        " {}",
        "{ }",
        "[1, 2]",
        "[1,]",
        "[,1]",
        "{\"a\":1,}",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{\"a\":1,\"b\":2,\"a\":3}",
        "{\"\\n\":1}",
        "[{\"a\":1,\"a\":1}]",
        "1.5",
        "1e3",
        "-",
        "01",
        "1000000000000000000",
        "\"\\u0041\"",
        "\"\\x\"",
        "\"\t\"",
        "\"a",
        "\"a\\\"",
        "tru",
        "nul",
        "nulls",
        "[}",
        "{]",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(is_plain(others[i], strlen(others[i])));
}

/* A text with something at a place of it, of each length and at each place over some words, at the
 * very end of its memory and before more. */
static void assert_text(const char *put, bool expected, bool expected_escaped)
{
    enum { LONGEST = 27 };
    size_t size = strlen(put);

    for (size_t length = size; length <= LONGEST; length++)
        for (size_t place = 0; place + size <= length; place++)
            for (size_t more = 0; more <= LONGEST; more += LONGEST) {
                char *text = malloc(length + 2 + more);
                struct json_plain plain = {text, text + length + 2 + more};
                struct json_span within;
                bool escaped;

                assert_non_null(text);
                memset(text, 'x', length + 2 + more);
                text[0] = text[length + 1] = '"';
                memcpy(text + 1 + place, put, size);
                assert_int_equal(json_plain_text(&plain, &within, &escaped), expected);
                if (expected) {
                    assert_ptr_equal(within.text, text + 1);
                    assert_int_equal(within.length, length);
                    assert_ptr_equal(plain.at, text + length + 2);
                    assert_int_equal(escaped, expected_escaped);
                }
                free(text);
            }
}

static void a_text_is_looked_at_to_its_last_byte(void **state)
{
    static const char *const themselves[] = {
        "",
        " ",
        "!",
        "#",
        "[",
        "]",
        "\x7f",
        "\xc3\xa9",
        "\xe2\x82\xac",
        "\xf0\x9f\x98\x80",
        "\xff",
        "\xa2\xdc",
    };
    static const char *const escapes[] = {"\\\"", "\\\\", "\\n", "\\\\\\\"\\/", "\\bx\\f"};

    (void)state;
    for (size_t i = 0; i < sizeof(themselves) / sizeof(themselves[0]); i++)
        assert_text(themselves[i], true, false);
    for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
        assert_text(escapes[i], true, true);
    for (char byte = 1; byte < ' '; byte++)
        assert_text((const char[]){byte, '\0'}, false, false);
    assert_text("\\u0041", false, false);
    assert_text("\\x", false, false);
}

/* Whether its memory ends there too or a quote comes next. */
static void a_text_that_does_not_end_is_none(void **state)
{
    (void)state;
    for (size_t length = 0; length < 28; length++)
        for (size_t more = 0; more < 2; more++)
            for (size_t slashes = 0; slashes < 3; slashes++) {
                char *text = malloc(length + 1 + more);
                struct json_plain plain = {text, text + length + 1};
                struct json_span within;
                bool escaped;

                assert_non_null(text);
                memset(text, 'x', length + 1);
                memset(text + length + 1, '"', more);
                for (size_t i = 0; i < slashes && i < length; i++)
                    text[length - i] = '\\';
                text[0] = '"';
                assert_false(json_plain_text(&plain, &within, &escaped));
                free(text);
            }
}

/* Names that are told apart only when they are looked at whole. */
static void a_name_of_the_same_length_and_ends_is_another(void **state)
{
    static const char apart[] = "{\"abc\":1,\"axc\":2,\"\":3}",
                      twice[] = "{\"abc\":1,\"axc\":2,\"abc\":3}",
                      empty[] = "{\"\":1,\"a\":2,\"\":3}";

    (void)state;
    assert_true(is_plain(apart, strlen(apart)));
    assert_false(is_plain(twice, strlen(twice)));
    assert_false(is_plain(empty, strlen(empty)));
}

static void an_object_of_very_many_members_is_not_plain(void **state)
{
    char text[16 * (JSON_PLAIN_MEMBERS + 2)] = "{";

    (void)state;
    for (size_t i = 0; i <= JSON_PLAIN_MEMBERS; i++) {
        size_t length = strlen(text);

        if (i == JSON_PLAIN_MEMBERS) {
            text[length] = '}';
            assert_true(is_plain(text, length + 1));
        }
        snprintf(text + length, sizeof(text) - length, "%s\"%zu\":1", i > 0 ? "," : "", i);
    }
    strcat(text, "}");
    assert_false(is_plain(text, strlen(text)));
}

/* --- outlines ----------------------------------------------------------------------------------
 */

/* What the opened record says; false when it does not open. */
static bool open_outline(const char *text, size_t length, struct record_outline *outline)
{
    struct record *record = record_closed(text, length);
    bool opens = record_open(record, NULL) == 0;

    if (opens)
        record_outline_of(record, outline);
    record_close(record);
    record_free(record);
    return opens;
}

static void assert_same(const struct record_outline *one, const struct record_outline *other)
{
    assert_int_equal(one->type, other->type);
    assert_string_equal(one->id.text, other->id.text);
    assert_int_equal(one->rev, other->rev);
    assert_int_equal(one->seq, other->seq);
    assert_string_equal(one->matter.text, other->matter.text);
    assert_string_equal(one->parent.text, other->parent.text);
    assert_int_equal(one->weight, other->weight);
}

static const char *const outlined[] = {
    HEAD("note") ",\"text\":\"she calls back\"}" META,
    HEAD("note") ",\"text\":\"line\\nline \xe2\x82\xac\",\"due_at\":\"2026-12-01\"}" META,
    HEAD("note") ",\"due_at\":\"\"}" META,
    HEAD("note") ",\"due_at\":7}" META,
    HEAD("note") "},\"later\":[1,{\"a\":null}]" META,
    HEAD("note") "}}",
    HEAD("contact") ",\"channel\":\"phone\",\"identity\":\"verified\"}" META,
    HEAD("contact") ",\"identity\":\"basic\"}" META,
    HEAD("contact") ",\"identity\":\"none\"}" META,
    HEAD("contact") ",\"identity\":[\"verified\"]}" META,
    HEAD("contact") ",\"identity\":\"of a word that is much too long\"}" META,
    "{\"type\":\"note\",\"id\":\"" NOTE_ID "\",\"rev\":1,\"seq\":0,\"body\":{}}",
    ("{\"type\":\"note\",\"id\":\"0190A1B2-C3D4-7E5F-8A6B-0123456789AB\",\"rev\":1,\"seq\":0,"
     "\"body\":{\"case\":\"none\",\"client\":12}}"),
};

static void an_outline_says_what_the_opened_record_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(outlined) / sizeof(outlined[0]); i++) {
        struct record_outline found, opened;

        assert_true(record_outline_read(outlined[i], strlen(outlined[i]), &found));
        assert_true(open_outline(outlined[i], strlen(outlined[i]), &opened));
        assert_same(&found, &opened);
    }
    struct record_outline found;
    assert_true(record_outline_read(outlined[1], strlen(outlined[1]), &found));
    assert_int_equal(found.type, RECORD_NOTE);
    assert_string_equal(found.id.text, NOTE_ID);
    assert_string_equal(found.matter.text, CASE_ID);
    assert_string_equal(found.parent.text, CLIENT);
    assert_int_equal(found.rev, 3);
    assert_int_equal(found.seq, 41);
    assert_int_equal(found.weight, 1);
}

static void others_have_none_without_being_opened(void **state)
{
    static const char *const others[] = {
        "{}",
        "[]",
        HEAD("case") "}" META,
        HEAD("submission") "}" META,
        HEAD("access") "}" META,
        HEAD("of another version") "}" META,
        HEAD("note") ",\"case\":\"" CASE_ID "\"}" META,
        HEAD("note") ",\"due_at\":\"\\n\"}" META,
        HEAD("contact") ",\"identity\":\"\\/basic\"}" META,
        HEAD("note") ",\"size\":1.5}" META,
        HEAD("note") ",\"text\":\"\xff\"}" META,
        HEAD("note") "},\"meta\":[]}",
        HEAD("note") "}" META " ",
        HEAD("note") "},\"id\":\"" CASE_ID "\"}",
        "{\"id\":\"" NOTE_ID "\",\"rev\":1,\"seq\":0,\"body\":{},\"type\":\"note\"}",
        "{\"type\":\"note\",\"id\":\"nobody\",\"rev\":1,\"seq\":0,\"body\":{}}",
        "{\"type\":\"note\",\"rev\":1,\"seq\":0,\"body\":{}}",
        "{\"type\":\"note\",\"id\":\"" NOTE_ID "\",\"rev\":0,\"seq\":0,\"body\":{}}",
        "{\"type\":\"note\",\"id\":\"" NOTE_ID "\",\"rev\":1,\"seq\":-1,\"body\":{}}",
        "{\"type\":\"note\",\"id\":\"" NOTE_ID "\",\"rev\":1,\"body\":{}}",
        "{\"type\":\"note\",\"id\":\"" NOTE_ID "\",\"seq\":0,\"body\":{}}",
        "{\"type\":\"note\",\"id\":\"" NOTE_ID "\",\"rev\":1,\"seq\":0}",
        "{\"type\":\"note\",\"id\":\"" NOTE_ID "\",\"rev\":1,\"seq\":0,\"body\":[]}",
        "{\"type\":\"note\",\"id\":\"" NOTE_ID "\",\"rev\":\"1\",\"seq\":0,\"body\":{}}",
    };
    struct record_outline outline;

    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(record_outline_read(others[i], strlen(others[i]), &outline));
}

/* Whatever byte is another one: either the record is opened, or both say the same. */
static void no_broken_record_has_another_outline(void **state)
{
    static const char bytes[] = "\"\\{}[],:0n \x80";
    size_t read = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(outlined) / sizeof(outlined[0]); i++) {
        size_t length = strlen(outlined[i]);
        char *text = malloc(length);

        for (size_t at = 0; at < length * (sizeof(bytes) - 1); at++) {
            struct record_outline found, opened;

            memcpy(text, outlined[i], length);
            text[at / (sizeof(bytes) - 1)] = bytes[at % (sizeof(bytes) - 1)];
            if (!record_outline_read(text, length, &found))
                continue;
            read++;
            assert_true(open_outline(text, length, &opened));
            assert_same(&found, &opened);
        }
        free(text);
    }
    assert_true(read > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_values_are_passed_to_their_end),
        cmocka_unit_test(what_is_not_plain_is_left_to_others),
        cmocka_unit_test(a_text_is_looked_at_to_its_last_byte),
        cmocka_unit_test(a_text_that_does_not_end_is_none),
        cmocka_unit_test(a_name_of_the_same_length_and_ends_is_another),
        cmocka_unit_test(an_object_of_very_many_members_is_not_plain),
        cmocka_unit_test(an_outline_says_what_the_opened_record_says),
        cmocka_unit_test(others_have_none_without_being_opened),
        cmocka_unit_test(no_broken_record_has_another_outline),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
