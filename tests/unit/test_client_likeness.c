#include "app/client_likeness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/birth_date.h"
#include "app/client_key.h"
#include "tests/clients/pairs.h"
#include "tests/unit/unit.h"

/* --- sounds ----------------------------------------------------------------------------------- */

static void assert_sound(enum name_sound which, const char *left, const char *right, bool same)
{
    char one[NAME_SOUND_SIZE], other[NAME_SOUND_SIZE];

    name_sound(which, left, one);
    name_sound(which, right, other);
    if ((strcmp(one, other) == 0) != same)
        fail_msg("%s is \"%s\", %s is \"%s\"", left, one, right, other);
}

static void french_names_sound_alike(void **state)
{
    static const char *const alike[][2] = {
        {"thibault", "tibo"},       {"thibeault", "thibaud"},     {"gaudreault", "godreau"},
        {"robichaud", "robicheau"}, {"quesnel", "kenel"},         {"philippe", "filip"},
        {"beauchemin", "bochemin"}, {"lefransois", "lefranssoi"}, {"deschenes", "dechaine"},
        {"guillaume", "guiyaume"},  {"leblanc", "leblan"},        {"arsenault", "arseneau"},
        {"choquette", "shoquete"},
    };
    static const char *const other[][2] = {
        {"martin", "martine"}, {"gagnon", "gagner"}, {"roy", "roux"},
        {"simard", "simon"},   {"jean", "jeanne"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++)
        assert_sound(NAME_SOUND_FRENCH, alike[i][0], alike[i][1], true);
    for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
        assert_sound(NAME_SOUND_FRENCH, other[i][0], other[i][1], false);
}

static void english_names_sound_alike(void **state)
{
    static const char *const alike[][2] = {
        {"stephen", "steven"},   {"wright", "rite"},     {"knight", "night"},
        {"thompson", "thomson"}, {"clarke", "clark"},    {"geoffrey", "jeffrey"},
        {"schmidt", "smitt"},    {"caitlin", "kaitlyn"}, {"philip", "phillip"},
        {"mcleod", "macleod"},
    };
    static const char *const other[][2] = {
        {"smith", "smart"}, {"wright", "white"}, {"murphy", "murray"}, {"brown", "bright"}};

    (void)state;
    for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++)
        assert_sound(NAME_SOUND_ENGLISH, alike[i][0], alike[i][1], true);
    for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
        assert_sound(NAME_SOUND_ENGLISH, other[i][0], other[i][1], false);
}

static void any_word_has_a_bounded_key(void **state)
{
    char word[200], key[NAME_SOUND_SIZE];

    (void)state;
    memset(word, 0, sizeof(word));
    for (size_t i = 0; i + 1 < sizeof(word); i++)
        word[i] = (char)(i * 37 % 255 + 1);
    for (int which = 0; which < NAME_SOUND_COUNT; which++) {
        name_sound((enum name_sound)which, word, key);
        assert_true(strlen(key) < sizeof(key));
        name_sound((enum name_sound)which, "", key);
        assert_string_equal(key, "");
    }
}

/* --- dates ------------------------------------------------------------------------------------ */

static void dates_are_read_in_their_usual_forms(void **state)
{
    static const char *const forms[] = {
        "1980-05-31",   "1980/5/31",   "19800531",         "31/05/1980",
        "05/31/1980",   "31.5.1980",   "31-05-1980",       "31 mai 1980",
        "May 31, 1980", "31 May 1980", "31st of May 1980", "le 31 mai 1980",
    };
    static const char *const none[] = {"",           "1980",        "31/02/1980",   "1980-13-01",
                                       "mai 1980",   "31 mai",      "418 555 0199", "31/05/80",
                                       "31/05/1780", "1 2 3 4 1980"};
    char dates[BIRTH_DATE_MEANINGS][BIRTH_DATE_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (birth_date_read(forms[i], dates) != 1)
            fail_msg("%s is not one date", forms[i]);
        assert_string_equal(dates[0], "1980-05-31");
    }
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        if (birth_date_read(none[i], dates) != 0)
            fail_msg("%s is a date", none[i]);
    assert_int_equal(birth_date_read("03/04/1980", dates), 2);
    assert_string_equal(dates[0], "1980-04-03");
    assert_string_equal(dates[1], "1980-03-04");
    assert_int_equal(birth_date_read("1er août 1980", dates), 1);
    assert_string_equal(dates[0], "1980-08-01");
}

static void near_dates_are_slips_of_the_pen(void **state)
{
    (void)state;
    assert_int_equal(birth_date_compare("1980-05-31", "1980-05-31"), BIRTH_DATE_SAME);
    assert_int_equal(birth_date_compare("1980-05-03", "1980-03-05"), BIRTH_DATE_NEAR);
    assert_int_equal(birth_date_compare("1980-05-31", "1980-05-21"), BIRTH_DATE_NEAR);
    assert_int_equal(birth_date_compare("1947-02-20", "1974-02-20"), BIRTH_DATE_NEAR);
    assert_int_equal(birth_date_compare("1980-05-31", "1979-05-30"), BIRTH_DATE_OTHER);
    assert_int_equal(birth_date_compare("1980-05-31", ""), BIRTH_DATE_OTHER);
}

/* --- names ------------------------------------------------------------------------------------ */

static void names_are_compared_in_any_writing(void **state)
{
    static const struct {
        const char *left, *right;
        enum client_name_likeness likeness;
    } pairs[] = {
        {"Zoé L'Heureux", "lheureux zoe", CLIENT_NAME_SAME},
        {"Gauthier, Manon", "Manon Gauthier", CLIENT_NAME_SAME},
        {"Duncan MacLeod", "Duncan McLeod", CLIENT_NAME_SAME},
        {"Marie St-Pierre", "Marie Saint-Pierre", CLIENT_NAME_SAME},
        {"Garage Tremblay et Fils inc.", "Garage Tremblay & Fils", CLIENT_NAME_SAME},
        {"Jean-Guy Lachapelle", "Jeanguy Lachapelle", CLIENT_NAME_ALIKE},
        {"Bob Smith", "Robert Smith", CLIENT_NAME_ALIKE},
        {"Line Bouffard", "Line Bouffard Marcoux", CLIENT_NAME_ALIKE},
        {"J. Bouchard", "Jacques Bouchard", CLIENT_NAME_INITIALS},
        {"Houle", "Stéphane Houle", CLIENT_NAME_ONE_WORD},
        {"Julie Gagnon", "Julie Tremblay", CLIENT_NAME_GIVEN},
        {"Emma Sinclair", "Ella Sinclair", CLIENT_NAME_FAMILY},
        {"Zhang Wei", "Pierre Roy", CLIENT_NAME_OTHER},
        {"Pharmacie Coutu 112", "Pharmacie Coutu 247", CLIENT_NAME_OTHER},
        {"", "Pierre Roy", CLIENT_NAME_UNKNOWN},
        {" - ", "Pierre Roy", CLIENT_NAME_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct client_name left, right;

        client_name_read(&left, pairs[i].left);
        client_name_read(&right, pairs[i].right);
        if (client_name_compare(&left, &right, NULL) != pairs[i].likeness ||
            client_name_compare(&right, &left, NULL) != pairs[i].likeness)
            fail_msg("%s | %s: %d", pairs[i].left, pairs[i].right,
                     client_name_compare(&left, &right, NULL));
    }
}

static void words_and_bits_go_both_ways(void **state)
{
    (void)state;
    for (int i = 0; i < LIKENESS_COUNT; i++)
        assert_int_equal(client_likeness_bit(client_likeness_word(1u << i)), 1u << i);
    assert_null(client_likeness_word(1u << LIKENESS_COUNT));
    assert_int_equal(client_likeness_bit("same"), 0);
}

/* --- the labelled pairs ----------------------------------------------------------------------- */

static void assert_pairs(const char *file, double precision, double recall)
{
    const char *folder = getenv("abs_top_srcdir");
    struct pairs_result result;
    char path[1024];

    snprintf(path, sizeof(path), "%s/tests/clients/%s", folder != NULL ? folder : ".", file);
    assert_true(pairs_judge(path, true, &result));
    print_message("%s: %d pairs, precision %.3f, recall %.3f\n", file, result.pairs,
                  pairs_precision(&result), pairs_recall(&result));
    assert_true(pairs_precision(&result) >= precision);
    assert_true(pairs_recall(&result) >= recall);
}

/* What was measured when the weights were set must not get worse. */
static void labelled_pairs_are_told_apart(void **state)
{
    (void)state;
    assert_pairs("pairs.tsv", 0.9, 0.9);
}

struct finding {
    struct client_query query;
    bool found;
    const struct client_term *terms;
    size_t count;
};

static int look(void *context, const char *key)
{
    struct finding *finding = context;

    for (size_t i = 0; i < finding->count; i++)
        finding->found |= client_term_fits(&finding->terms[i], key) > 0;
    return 0;
}

/* Candidates come by keys before they are compared: whoever is judged the same must be one. */
static void check_candidate(void *context, bool same, const char *why,
                            const struct client_details *left, const struct client_details *right)
{
    struct client_traits one, other;
    struct client_term terms[CLIENT_LIKELY_TERMS];
    struct finding finding = {.terms = terms};
    struct record *record = record_new(RECORD_CLIENT, &(struct id){0});
    unsigned likeness;
    int *lost = context;

    (void)why;
    client_traits_read(&one, left);
    client_traits_read(&other, right);
    json_object_set_new(record->body, "kind", json_string("person"));
    json_object_set_new(record->body, "name", json_string(left->name));
    json_object_set_new(record->body, "phone", json_string(left->phone));
    json_object_set_new(record->body, "email", json_string(left->email));
    json_object_set_new(record->body, "postal_code", json_string(left->postal_code));
    json_object_set_new(record->body, "birth_date", json_string(left->birth_date));
    finding.count = client_likely_terms(&other, terms);
    assert_int_equal(client_keys(record, look, &finding), 0);
    if (same && client_likeness_score(&one, &other, &likeness) >= CLIENT_LIKELY && !finding.found) {
        print_message("no key in common: %s | %s\n", left->name, right->name);
        (*lost)++;
    }
    record_free(record);
}

static void one_of_a_pair_is_looked_for_by_the_other(void **state)
{
    static const char *const files[] = {"pairs.tsv", "held_out.tsv"};
    const char *folder = getenv("abs_top_srcdir");
    int lost = 0;

    (void)state;
    for (int i = 0; i < 2; i++) {
        char path[1024];

        snprintf(path, sizeof(path), "%s/tests/clients/%s", folder != NULL ? folder : ".",
                 files[i]);
        assert_true(pairs_each(path, check_candidate, &lost));
    }
    assert_int_equal(lost, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(french_names_sound_alike),
        cmocka_unit_test(english_names_sound_alike),
        cmocka_unit_test(any_word_has_a_bounded_key),
        cmocka_unit_test(dates_are_read_in_their_usual_forms),
        cmocka_unit_test(near_dates_are_slips_of_the_pen),
        cmocka_unit_test(names_are_compared_in_any_writing),
        cmocka_unit_test(words_and_bits_go_both_ways),
        cmocka_unit_test(labelled_pairs_are_told_apart),
        cmocka_unit_test(one_of_a_pair_is_looked_for_by_the_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
