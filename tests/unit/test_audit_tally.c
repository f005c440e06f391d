/* What strangers do often is told once, then counted and told together. */
#include <string.h>

#include "net/audit_tally.h"
#include "tests/unit/unit.h"

static void key_of(int number, unsigned char key[AUDIT_TALLY_KEY])
{
    memset(key, 0, AUDIT_TALLY_KEY);
    memcpy(key, &number, sizeof(number));
}

static void the_first_is_told_and_the_rest_counted(void **state)
{
    struct audit_tally tally;
    unsigned char key[AUDIT_TALLY_KEY], other[AUDIT_TALLY_KEY];
    const struct id nobody = {0};
    struct id agent;
    uint64_t count;

    (void)state;
    audit_tally_init(&tally);
    key_of(1, key);
    key_of(2, other);
    assert_int_equal(audit_tally_add(&tally, key, &nobody, 160, 100), 1);
    assert_int_equal(audit_tally_add(&tally, key, &nobody, 170, 110), 0);
    assert_int_equal(audit_tally_add(&tally, key, &nobody, 219, 159), 0);
    assert_int_equal(audit_tally_add(&tally, other, &nobody, 219, 159), 1);
    assert_int_equal(audit_tally_add(&tally, key, &nobody, 220, 160), 3);
    assert_int_equal(audit_tally_add(&tally, key, &nobody, 230, 170), 0);
    assert_true(audit_tally_take(&tally, &count, &agent));
    assert_int_equal(count, 1);
    assert_false(audit_tally_take(&tally, &count, &agent));
    audit_tally_clear(&tally);
}

/* However many there are, none is lost. */
static void nothing_is_lost_when_there_are_many(void **state)
{
    struct audit_tally tally;
    unsigned char key[AUDIT_TALLY_KEY];
    const struct id nobody = {0};
    struct id agent;
    uint64_t count, told = 0;

    (void)state;
    audit_tally_init(&tally);
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 3 * AUDIT_TALLY_KINDS; i++) {
            key_of(i, key);
            told += audit_tally_add(&tally, key, &nobody, 1000 + i, 10);
            told += audit_tally_add(&tally, key, &nobody, 1000 + i, 10);
        }
    while (audit_tally_take(&tally, &count, &agent))
        told += count;
    assert_int_equal(told, 2 * 3 * 3 * AUDIT_TALLY_KINDS);
    audit_tally_clear(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_is_told_and_the_rest_counted),
        cmocka_unit_test(nothing_is_lost_when_there_are_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
