/* Words reduced to terms, families, distances; and the table of words made by the build. */
#include "tests/unit/unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/search_fold.h"
#include "app/search_segment.h"
#include "app/search_words.h"
#include "app/text.h"

static void expect_same(const char *one, const char *other)
{
    char left[SEARCH_TERM_LIMIT + 1];
    char right[SEARCH_TERM_LIMIT + 1];

    search_stem(one, strlen(one), left);
    search_stem(other, strlen(other), right);
    if (strcmp(left, right) != 0)
        fail_msg("%s -> %s, %s -> %s", one, left, other, right);
}

static void test_stems(void **state)
{
    (void)state;
    expect_same("prestations", "prestation");
    expect_same("maladies", "maladie");
    expect_same("companies", "company");
    expect_same("journaux", "journal");
    expect_same("bureaux", "bureau");
    expect_same("employees", "employee");
    expect_same("employes", "employee");
    expect_same("taxes", "taxe");
    expect_same("licences", "licence");
    expect_same("business", "business");
    expect_same("t4", "t4");
}

static void test_long_words_are_cut_at_a_character(void **state)
{
    char word[200];
    char term[SEARCH_TERM_LIMIT + 1];

    (void)state;
    for (size_t i = 0; i + 3 <= sizeof word; i += 3)
        memcpy(word + i, "\xe2\x82\xac", 3);
    assert_int_equal(search_stem(word, 198, term), SEARCH_TERM_LIMIT / 3 * 3);
}

static void test_roots(void **state)
{
    (void)state;
    assert_int_equal(search_root("renewing", 8), 5);
    assert_int_equal(search_root("immigrer", 8), 6);
    assert_int_equal(search_root("immigration", 11), 6);
    assert_int_equal(search_root("tax", 3), 0);
}

static void test_distances(void **state)
{
    size_t hopeless = 0;

    (void)state;
    assert_int_equal(search_distance("passport", 8, "passport", 8, 2, false, NULL), 0);
    assert_int_equal(search_distance("pasport", 7, "passport", 8, 2, false, NULL), 1);
    assert_int_equal(search_distance("passprot", 8, "passport", 8, 2, false, NULL), 1);
    assert_int_equal(search_distance("psaprot", 7, "passport", 8, 2, false, NULL), 3);
    assert_int_equal(search_distance("paspo", 5, "passport", 8, 1, true, NULL), 1);
    assert_int_equal(search_distance("zebra", 5, "passport", 8, 1, false, &hopeless), 2);
    assert_true(hopeless >= 1 && hopeless <= 4);
}

struct met {
    const char *wanted;
    bool found;
};

static void meet(void *context, const char *wanted, bool same)
{
    struct met *met = context;

    (void)same;
    met->found = met->found || strcmp(wanted, met->wanted) == 0;
}

static void test_words(void **state)
{
    struct met met = {"employment insurance", false};

    (void)state;
    assert_true(search_word_is_stop("comment", 7));
    assert_true(search_word_is_stop("the", 3));
    assert_false(search_word_is_stop("thesis", 6));
    assert_false(search_word_is_stop("th", 2));
    assert_true(search_word_is_weak("demande", 7));
    search_meanings("ei", meet, &met);
    assert_true(met.found);
}

/* The phrase as a query's words make it: terms, without stop words unless nothing else is left. */
static void make_phrase(const char *text, bool stop_words, char *phrase, size_t size)
{
    char *folded = text_fold(text, strlen(text));
    const char *at = folded;
    const char *word;
    size_t length;
    size_t used = 0;

    assert_non_null(folded);
    phrase[0] = '\0';
    while (search_next_word(&at, &word, &length)) {
        assert_true(used + SEARCH_TERM_LIMIT + 2 < size);
        if (!stop_words && search_word_is_stop(word, length))
            continue;
        if (used > 0)
            phrase[used++] = ' ';
        used += search_stem(word, length, phrase + used);
    }
    free(folded);
    if (used == 0 && !stop_words)
        make_phrase(text, true, phrase, size);
}

static void expect_meaning(const char *typed, const char *wanted)
{
    char phrase[400];
    char *folded = text_fold(wanted, strlen(wanted));
    struct met met = {folded, false};
    char *typed_folded = text_fold(typed, strlen(typed));

    assert_non_null(folded);
    assert_non_null(typed_folded);
    make_phrase(typed, false, phrase, sizeof phrase);
    search_meanings(phrase, meet, &met);
    if (!met.found && strcmp(typed_folded, folded) != 0)
        fail_msg("\"%s\" (%s) does not mean \"%s\"", typed, phrase, folded);
    free(typed_folded);
    free(folded);
}

/* Splits `text` at `separator` in place; returns the count. */
static size_t split(char *text, char separator, char *parts[64])
{
    size_t count = 0;

    for (char *next = text; next != NULL && count < 64;) {
        char *end = strchr(next, separator);

        parts[count++] = next;
        if (end != NULL)
            *end++ = '\0';
        next = end;
    }
    return count;
}

static void check_meanings(char *line)
{
    char *wanted = strchr(line, '>');
    char *left[64];
    char *right[64];
    size_t left_count;
    size_t right_count;

    if (wanted != NULL)
        *wanted++ = '\0';
    left_count = split(line, wanted != NULL ? ',' : '=', left);
    right_count = wanted != NULL ? split(wanted, ',', right) : left_count;
    for (size_t i = 0; i < left_count; i++) {
        for (size_t j = 0; j < right_count; j++)
            expect_meaning(left[i], wanted != NULL ? right[j] : left[j]);
    }
}

/* The build folds and stems app/search_words.txt by rules of its own: they must agree. */
static void test_the_table_agrees_with_the_program(void **state)
{
    const char *source = getenv("abs_top_srcdir");
    char path[4200];
    char line[4000];
    bool in_meanings = false;
    size_t lines = 0;
    FILE *file;

    (void)state;
    snprintf(path, sizeof path, "%s/app/search_words.txt", source == NULL ? "." : source);
    file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '[')
            in_meanings = strcmp(line, "[meanings]") == 0;
        else if (in_meanings && line[0] != '#' && line[0] != '\0') {
            check_meanings(line);
            lines++;
        }
    }
    fclose(file);
    assert_true(lines > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stems), cmocka_unit_test(test_long_words_are_cut_at_a_character),
        cmocka_unit_test(test_roots), cmocka_unit_test(test_distances),
        cmocka_unit_test(test_words), cmocka_unit_test(test_the_table_agrees_with_the_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
