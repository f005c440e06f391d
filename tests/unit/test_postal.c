/* Postal codes, as people write them, and about where they are. */
#include "tests/unit/unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "app/postal.h"
#include "app/postal_places.h"

static void expect_code(const char *typed, const char *read)
{
    char code[POSTAL_CODE_SIZE];

    if (!postal_code_read(typed, code))
        fail_msg("\"%s\" is not read", typed);
    assert_string_equal(code, read);
}

static void test_reads_codes(void **state)
{
    static const char *const bad[] = {"",         "G",       "G1",      "G1R4",     "G1R 4P",
                                      "G1R 4P55", "D1A 1A1", "W1A 1A1", "G1O 4P5",  "11R4P5",
                                      "GGR4P5",   "G1R_4P5", "G-1R4P5", "G1R 4P5x", "é1R 4P5"};
    char code[POSTAL_CODE_SIZE];

    (void)state;
    expect_code("G1R 4P5", "G1R 4P5");
    expect_code("g1r4p5", "G1R 4P5");
    expect_code(" g1r-4p5 ", "G1R 4P5");
    expect_code("k1n", "K1N");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (postal_code_read(bad[i], code))
            fail_msg("\"%s\" is read as %s", bad[i], code);
}

static void expect_place(const char *code, const char *name, double within)
{
    struct place place;

    assert_true(postal_place(code, &place));
    assert_string_equal(place.name[0], name);
    assert_true(place.within_km == within);
}

static void test_the_longest_row_wins(void **state)
{
    struct place place;

    (void)state;
    expect_place("J0M 1C0", "Nunavik et Baie-James", 700);
    expect_place("J8X 3Y3", "Gatineau", 12);
    expect_place("J0X 1A0", "Ouest du Québec", 500);
    expect_place("G1R", "Québec", 12);
    expect_place("H3B 2G2", "Montréal (centre)", 8);
    expect_place("M5V 3L9", "Toronto (centre)", 8);
    /* No province has these. */
    assert_false(postal_place("D1A", &place));
    assert_false(postal_place("", &place));
}

/* Every row is within Canada, and not far from the row of its first letter (Akwesasne and Nunavik
 * are the furthest): no number is mistyped. */
static void test_rows_are_where_they_say(void **state)
{
    char seen[512][4];
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < postal_region_count; i++) {
        const struct postal_region *row = &postal_regions[i];
        char prefix[4], first[2] = {row->prefixes[0], '\0'};
        const char *at = row->prefixes;
        struct place province;

        assert_true(postal_place(first, &province));
        if (place_distance(row->latitude, row->longitude, province.latitude, province.longitude) >
            2 * province.within_km + row->within_km + 30)
            fail_msg("%s is not in its region", row->french);
        assert_true(row->latitude > 41 && row->latitude < 84);
        assert_true(row->longitude > -142 && row->longitude < -52);
        assert_true(row->within_km > 0);
        while (sscanf(at, " %3s", prefix) == 1) {
            for (size_t other = 0; other < count; other++)
                if (strcmp(seen[other], prefix) == 0)
                    fail_msg("%s stands twice", prefix);
            assert_true(count < sizeof(seen) / sizeof(seen[0]));
            strcpy(seen[count++], prefix);
            at = strstr(at, prefix) + strlen(prefix);
        }
    }
}

static void expect_distance(double km, double latitude, double longitude, double to_latitude,
                            double to_longitude)
{
    double found = place_distance(latitude, longitude, to_latitude, to_longitude);

    if (found < km * 0.995 || found > km * 1.005)
        fail_msg("%.2f km, not %.2f", found, km);
}

static void test_distances(void **state)
{
    (void)state;
    /* A quarter of a meridian on the sphere of the mean radius, and half a great circle. */
    expect_distance(10007.5, 0, 0, 90, 0);
    expect_distance(20015.1, 0, 0, 0, 180);
    /* One degree of latitude, and of longitude at 60 degrees. */
    expect_distance(111.19, 46, -71, 47, -71);
    expect_distance(55.6, 60, -71, 60, -72);
    assert_true(place_distance(46.8, -71.2, 46.8, -71.2) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_codes),
        cmocka_unit_test(test_the_longest_row_wins),
        cmocka_unit_test(test_rows_are_where_they_say),
        cmocka_unit_test(test_distances),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
