/* Queries as people write them: accents, ligatures, apostrophes, slips, other scripts, any bytes.
 */
#include "tests/unit/search_fixture.h"

/* The same thing written in many ways, in either language and in both at once. */
static void test_written_in_many_ways(void **state)
{
    struct fixture *fixture = *state;
    static const char *const waters[] = {
        "l'eau",
        "l’eau",
        "L’EAU",
        "eaux",
        "de l'eau",
        "l eau",
        "d’eau",
        "qualité",
        "qualite",
        "QUALITÉ",
        "qualités",
        "qualite\u0301",
        "qualiet",
        "qualitee",
        "water",
        "WATERS",
        "wate",
        "watre",
        "eau water",
        "water qualité",
        "quality de l'eau",
        "Qualité de l’eau potable",
    };
    static const char *const works[] = {
        "œuvre",      "oeuvre",    "ŒUVRES",     "main-d'œuvre", "main d’oeuvre", "main d oeuvre",
        "main-d’œuv", "workforce", "work-force", "work force",   "workfroce",
    };
    static const char *const others[] = {
        "ᐃᓄᒃᑎᑐᑦ", "ᐃᓄᒃ", "паспорт", "ПАСПОРТ", "пасп", "جواز", "旅券",
    };

    fixture_add(fixture, "water",
                "{'title': {'fr': 'Qualité de l’eau potable', 'en': 'Drinking water quality'}}");
    fixture_add(
        fixture, "work",
        "{'title': {'fr': 'Développement de la main-d’œuvre', 'en': 'Workforce training'}}");
    fixture_add(fixture, "other",
                "{'title': {'fr': 'Services en d’autres langues', 'en': 'Other tongues'},"
                " 'keywords': {'fr': ['ᐃᓄᒃᑎᑐᑦ', 'Паспорт', 'جواز سفر', '旅券']}}");
    for (size_t i = 0; i < sizeof waters / sizeof waters[0]; i++) {
        const struct search_results *results = fixture_search(fixture, waters[i]);

        if (results->count == 0 || strcmp(results->items[0].source_id, "water") != 0)
            fail_msg("\"%s\" does not find the water", waters[i]);
    }
    for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
        const struct search_results *results = fixture_search(fixture, works[i]);

        if (results->count == 0 || strcmp(results->items[0].source_id, "work") != 0)
            fail_msg("\"%s\" does not find the workforce", works[i]);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        fixture_expect(fixture, others[i], "other");
}

/* Every beginning and every cut of a text, and every pair of bytes, is a query like another. */
static void test_any_bytes_are_a_query(void **state)
{
    struct fixture *fixture = *state;
    const char *text = "L’Œuvre:é ᐃᓄᒃ паспорт e\u0301 😀 :niveau ２";
    char query[8];

    fixture_add(fixture, "water", "{'title': {'fr': 'Qualité de l’eau potable'}}");
    for (size_t start = 0; start <= strlen(text); start++) {
        char copy[100];

        snprintf(copy, sizeof copy, "%s", text + start);
        for (size_t length = strlen(copy) + 1; length-- > 0;) {
            copy[length] = '\0';
            assert_non_null(fixture_search(fixture, copy));
        }
    }
    for (int first = 1; first < 256; first += 3) {
        for (int second = 1; second < 256; second += 7) {
            snprintf(query, sizeof query, "%c%ce", first, second);
            assert_non_null(fixture_search(fixture, query));
        }
    }
}

/* Two letters swapped, one left out, one too many, one wrong: anywhere but at the start. */
static void test_each_slip_is_read(void **state)
{
    struct fixture *fixture = *state;
    static const char *const known[] = {"passeport", "certificat", "immatriculation", "retirement"};

    fixture_add(fixture, "passeport", "{'title': {'fr': 'Passeport'}}");
    fixture_add(fixture, "certificat", "{'title': {'fr': 'Certificat'}}");
    fixture_add(fixture, "immatriculation", "{'title': {'fr': 'Immatriculation'}}");
    fixture_add(fixture, "retirement", "{'title': {'en': 'Retirement'}}");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t length = strlen(known[i]);

        for (size_t at = 1; at + 1 < length; at++) {
            char slips[4][40];

            snprintf(slips[0], 40, "%.*s%c%c%s ", (int)at, known[i], known[i][at + 1], known[i][at],
                     known[i] + at + 2);
            snprintf(slips[1], 40, "%.*s%s ", (int)at, known[i], known[i] + at + 1);
            snprintf(slips[2], 40, "%.*sq%s ", (int)at, known[i], known[i] + at);
            snprintf(slips[3], 40, "%.*sx%s ", (int)at, known[i], known[i] + at + 1);
            for (size_t j = 0; j < 4; j++) {
                const struct search_results *results = fixture_search(fixture, slips[j]);

                if (results->count == 0 || strcmp(results->items[0].source_id, known[i]) != 0)
                    fail_msg("\"%s\" does not find %s", slips[j], known[i]);
            }
        }
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_written_in_many_ways),
        TEST(test_any_bytes_are_a_query),
        TEST(test_each_slip_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
