/* Regular expressions with the meaning of ECMA-262. */
#include <stdlib.h>
#include <string.h>

#include "app/error.h"
#include "forms/schema.h"
#include "forms/schema_pattern.h"
#include "forms/schema_regex.h"
#include "tests/unit/unit.h"

static const struct schema_limits limits = {.pattern_bytes = 4096, .pattern_steps = 100000};

static int match(const char *pattern, const char *text)
{
    struct schema_patterns patterns = {0};
    struct schema_pattern_memory memory = {0};
    const struct schema_pattern *compiled;
    struct error error = ERROR_INIT;
    int found;

    if (schema_pattern_compile(&patterns, pattern, strlen(pattern), &limits, &compiled, &error) !=
        0)
        fail_msg("%s: %s", pattern, error.message);
    found = schema_pattern_match(compiled, &memory, text, strlen(text));
    schema_pattern_memory_end(&memory);
    schema_patterns_free(&patterns);
    return found;
}

static void test_matches(void **state)
{
    static const struct {
        const char *pattern;
        const char *text;
        int found;
    } cases[] = {
        {"^[A-Z]\\d[A-Z] ?\\d[A-Z]\\d$", "K1A 0B1", 1},
        {"^abc$", "abc\n", 0},
        {"b", "abc", 1},
        {"^.$", "\n", 0},
        {"^.$", "\xE2\x80\xA8", 0}, /* U+2028 */
        {"^.$", "\xF0\x9F\x90\xB2", 1},
        {"^[^]$", "\n", 1},
        {"[]", "a", 0},
        {"^(?:[])*$", "", 1},
        {"^\\w+$", "\xC3\xA9", 0},
        {"^\\d$", "\xD9\xA0", 0},
        {"^[\\s]$", "\xEF\xBB\xBF", 1},
        {"^[\\S]$", "\xEF\xBB\xBF", 0},
        {"^[^\\S]$", " ", 1},
        {"^\\v$", "\v", 1},
        {"^\\cJ$", "\n", 1},
        {"^\\x41\\u0042\\u{43}$", "ABC", 1},
        {"^\\ud83d\\udc32$", "\xF0\x9F\x90\xB2", 1},
        {"^\\u{1F432}+$", "\xF0\x9F\x90\xB2\xF0\x9F\x90\xB2", 1},
        {"^[\\ud83d\\udc32]$", "\xF0\x9F\x90\xB2", 1},
        {"^\\0$", "0", 0},
        {"^[\\b]$", "\b", 1},
        {"\\bfoo\\b", "a foo b", 1},
        {"^(a)\\1$", "aa", 1},
        {"^(?<x>a|b)\\k<x>$", "bb", 1},
        {"^(?<x>a|b)\\k<x>$", "ab", 0},
        {"^\\k<x>(?<x>a)$", "a", 1},
        {"^(?:(a)|b)\\1$", "b", 1},
        {"(?<=\\$)\\d", "$5", 1},
        {"(?<!\\$)5", "$5", 0},
        {"^(?!foo)", "foo", 0},
        {"^[[:alpha:]$", "[", 1},
        {"^\\-\\@\\/$", "-@/", 1},
        {"^a#b c$", "a#b c", 1},
        {"^\\p{Lu}\\P{Lu}$", "Aa", 1},
        {"^\\p{Script=Greek}$", "\xCE\xB1", 1},
        {"^\\p{sc=Grek}$", "a", 0},
        {"^\\p{General_Category=Decimal_Number}$", "5", 1},
        {"^\\p{ASCII}$", "\xC3\xA9", 0},
        {"^[\\p{L}\\d]+$",
         "\xC3\xA9"
         "5",
         1},
        {"^\\p{Assigned}$", "a", 1},
        {"^(?i:abc)d$", "ABCd", 1},
        {"^(?i:abc)d$", "ABCD", 0},
        {"a(?s:.)b", "a\nb", 1},
        {"(?m:^b$)", "a\nb\nc", 1},
        {"^a{2,3}?$", "aaa", 1},
        {"^(a{0,2}){2}$", "aaaa", 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (match(cases[i].pattern, cases[i].text) != cases[i].found)
            fail_msg("%s on %s", cases[i].pattern, cases[i].text);
    }
}

static void test_grammar(void **state)
{
    static const char *const wrong[] = {
        "(",
        ")",
        "[a",
        "a**",
        "a++",
        "*a",
        "\\",
        "\\a",
        "\\A",
        "\\Z",
        "\\z",
        "\\h",
        "\\Q",
        "(?P<n>a)",
        "(?#a)",
        "(?>a)",
        "(?i)a",
        "(?|a)",
        "(*F)",
        "\\1",
        "(a)\\2",
        "\\k<n>",
        "(?<n>a)(?<n>b)",
        "(?<1>a)",
        "(?<>a)",
        "[b-a]",
        "[\\d-z]",
        "a{2,1}",
        "a{",
        "}",
        "]",
        "{1}",
        "^*",
        "(?=a)*",
        "\\x1",
        "\\u12",
        "\\u{}",
        "\\u{110000}",
        "\\c1",
        "\\p",
        "\\p{}",
        "\\p{letter}",
        "\\p{Script=Klingon}",
        "\\p{Foo}",
        "\\01",
        "[\\B]",
        "[\\1]",
        "(?ii:a)",
        "(?-:a)",
        "\\_",
    };
    static const char *const right[] = {
        "",     "a|",       "[]",       "[^]",      "()",   "(?:)",      "(?<=a+)b",
        "a{0}", "a{1,}",    "\\/",      "[\\-a]",   "[a-]", "[-a]",      "(?<$a1>x)",
        "\\cA", "a{99999}", "(?i-s:a)", "[\\]\\[]", "\\0",  "\xC3\xA9*", "[^\\]]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        if (schema_regex_is_valid(wrong[i], strlen(wrong[i])))
            fail_msg("should be wrong: %s", wrong[i]);
    }
    for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
        if (!schema_regex_is_valid(right[i], strlen(right[i])))
            fail_msg("should be right: %s", right[i]);
    }
}

static void test_what_pcre2_cannot_do(void **state)
{
    static const struct {
        const char *pattern;
        const char *text;
        int found;
    } cases[] = {
        {"^a{99999}$", "a", 0},
        {"(?<=a+)b", "aab", 1},
        {"(?<=a+)b", "cb", 0},
        {"(?<!\\bn.*)%", "no %", 0},
        {"(?<!\\bn.*)%", "in %", 1},
        /* Matched backwards: the last group takes all it can first. */
        {"(?<=(\\d+)(\\d+))!\\1-\\2$", "1053!1-053", 1},
        {"(?<=(\\d+)(\\d+))!\\1-\\2$", "1053!105-3", 0},
        {"(?<=\\1(a))b", "aab", 1},
        {"(?<=\\1([ab]))c", "abc", 0},
        {"(?<=(?<!a*)b)c", "abc", 0},
        {"(?<=\xF0\x9F\x90\xB2+)\xC3\xA9", "\xF0\x9F\x90\xB2\xC3\xA9", 1},
        /* A repetition forgets what the one before captured. */
        {"^(?:(a)|b)*\\1$", "ab", 1},
        {"^(?:(a)|b)*\\1$", "aba", 0},
        {"^(?:(a)|b)*\\1c$", "aac", 1},
        {"^(?:(?:(?<x>a)|b)c){2}\\k<x>$", "acbca", 0},
        {"^(?:(?=(a)))*\\1b", "b", 1},
        {"^(?:([ab])\\1|c)+$", "aacbb", 1},
        {"^(?:([ab])\\1|c)+$", "aacba", 0},
        {"^(?:(?=(a)))*\\1b", "ab", 0},
        {"^(?i:(.)\\1)$", "\xE2\x84\xAAk", 1},
        {"^(?i:\\w[\\w]\\B\\w)$", "\xE2\x84\xAA\xC5\xBFs", 1},
        {"(?i:\\W|[\\W]|\\b\\B)", "\xC5\xBF", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (match(cases[i].pattern, cases[i].text) != cases[i].found)
            fail_msg("%s on %s", cases[i].pattern, cases[i].text);
    }
}

/* The limit holds over all places where the match is tried, and over what lookbehinds do there. */
static void test_cost_of_lookbehinds(void **state)
{
    char text[20001];

    (void)state;
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(match("(?<=a+b)c", text), 0);
    assert_int_equal(match("(?<=^a+)c|(?<=ba*)a", text), ERROR_TOO_LARGE);
    assert_int_equal(match("(a*)*\\1b", text), ERROR_TOO_LARGE);
}

static void test_case_of_properties_is_refused(void **state)
{
    struct schema_patterns patterns = {0};
    const struct schema_pattern *compiled;
    struct error error = ERROR_INIT;
    const char *pattern = "(?i:\\p{Lu})";

    (void)state;
    assert_int_equal(
        schema_pattern_compile(&patterns, pattern, strlen(pattern), &limits, &compiled, &error),
        ERROR_INVALID);
    assert_non_null(strstr(error.message, "case is ignored"));
    schema_patterns_free(&patterns);
}

static void test_one_text_is_compiled_once(void **state)
{
    struct schema_patterns patterns = {0};
    const struct schema_pattern *first;
    const struct schema_pattern *second;

    (void)state;
    assert_int_equal(schema_pattern_compile(&patterns, "a", 1, &limits, &first, NULL), 0);
    assert_int_equal(schema_pattern_compile(&patterns, "a", 1, &limits, &second, NULL), 0);
    assert_ptr_equal(first, second);
    schema_patterns_free(&patterns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_grammar),
        cmocka_unit_test(test_what_pcre2_cannot_do),
        cmocka_unit_test(test_cost_of_lookbehinds),
        cmocka_unit_test(test_case_of_properties_is_refused),
        cmocka_unit_test(test_one_text_is_compiled_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
