/* Reporting an error in the catalogue, and settling it, by keys. */
#include "tests/unit/unit.h"

#include <string.h>

#include "app/flag.h"
#include "tests/unit/ui_fixture.h"

static void report(struct ui_fixture *fixture, const char *text)
{
    ui_open(fixture->ui, "service", json_pack("{s:s}", "key", "t/birth"));
    ui_fixture_draw(fixture);
    ui_fixture_type(fixture, "e");
    ui_fixture_expect(fixture, "Report an error · Birth certificate");
    ui_fixture_press(fixture, INPUT_TAB);
    ui_fixture_type(fixture, text);
}

static void an_error_is_reported_and_shown(void **state)
{
    struct ui_fixture *fixture = *state;

    report(fixture, "It is $51.");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_expect(fixture, "Reported. The answer will stand under :flags.");
    ui_fixture_expect(fixture, "Reported as wrong (fee) by Ann Roy");
    ui_fixture_press(fixture, INPUT_F(7));
    ui_fixture_expect(fixture, "Error reported: fee");
    ui_fixture_expect(fixture, "Birth certificate");
    ui_fixture_expect(fixture, "not sent yet");
    ui_fixture_type(fixture, "\007language fr\r");
    ui_fixture_expect(fixture, "Erreur signalée : tarif");
}

/* Without a queue of keepers the office answers itself. */
static void it_is_settled_with_an_answer(void **state)
{
    struct ui_fixture *fixture = *state;

    report(fixture, "It is $51.");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_type(fixture, "\007flags\r");
    ui_fixture_expect(fixture, "1 error reported that is yours to settle");
    ui_fixture_expect(fixture, "yours to settle");
    ui_fixture_type(fixture, "\r");
    ui_fixture_expect(fixture, "Error reported · Birth certificate");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_expect(fixture, "Write an answer first.");
    ui_fixture_type(fixture, "Corrected.");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_expect(fixture, "Settled: the answer goes to whoever reported it.");
    ui_fixture_expect(fixture, "answered by Ann Roy");
    ui_fixture_expect(fixture, "Corrected.");
    ui_fixture_press(fixture, INPUT_F(7));
    ui_fixture_expect(fixture, "Error settled: Corrected.");
}

static void half_a_report_is_kept(void **state)
{
    struct ui_fixture *fixture = *state;

    report(fixture, "It is $51 sin");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_expect(fixture, "Service · Birth certificate");
    ui_fixture_type(fixture, "e");
    ui_fixture_expect(fixture, "It is $51 sin");
    /* As after kill -9 too. */
    ui_fixture_return(fixture, true);
    ui_fixture_expect(fixture, "It is $51 sin");
}

static void it_says_what_to_do(void **state)
{
    struct ui_fixture *fixture = *state;

    /* Nothing is open that could be wrong. */
    ui_fixture_type(fixture, "\007flag\r");
    ui_fixture_expect(fixture, "open the service, form or office first that is wrong");
    /* The command takes what is shown. */
    ui_open(fixture->ui, "office", json_pack("{s:s}", "key", "t/north"));
    ui_fixture_draw(fixture);
    ui_fixture_type(fixture, "\007flag\r");
    ui_fixture_expect(fixture, "Report an error · North");
    for (int i = 0; i < 4; i++)
        ui_fixture_press(fixture, INPUT_RIGHT);
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_expect(fixture, "Say what is wrong.");
    ui_fixture_type(fixture, "It has moved.");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_expect(fixture, "Reported.");
    ui_fixture_expect(fixture, "Reported as wrong (other) by Ann Roy");
    ui_fixture_type(fixture, "\007flags\r");
    ui_fixture_expect(fixture, "other");
    ui_fixture_expect(fixture, "Ann Roy: It has moved.");
}

/* After a question; the report stays to be read, and the page is clean again. */
static void its_author_takes_it_back(void **state)
{
    struct ui_fixture *fixture = *state;

    report(fixture, "It is $51.");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_expect(fixture, "Reported as wrong (fee) by Ann Roy");
    ui_fixture_type(fixture, "\007flags\r\r");
    ui_fixture_expect(fixture, "Error reported · Birth certificate");
    ui_fixture_press(fixture, INPUT_CONTROL('R'));
    ui_fixture_expect(fixture, "Withdraw what you reported?");
    ui_fixture_type(fixture, "2");
    ui_fixture_expect(fixture, "Error reported · Birth certificate");
    ui_fixture_expect(fixture, "not sent yet");
    ui_fixture_press(fixture, INPUT_CONTROL('R'));
    ui_fixture_type(fixture, "1");
    ui_fixture_expect(fixture, "What you reported is withdrawn.");
    ui_fixture_expect(fixture, "withdrawn, not sent yet");
    ui_fixture_expect(fixture, "Ann Roy: It is $51.");
    assert_false(ui_fixture_shows(fixture, "yours to settle"));
    ui_fixture_press(fixture, INPUT_F(7));
    ui_fixture_expect(fixture, "Error reported: withdrawn");
    ui_open(fixture->ui, "service", json_pack("{s:s}", "key", "t/birth"));
    ui_fixture_draw(fixture);
    assert_false(ui_fixture_shows(fixture, "Reported as wrong"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_error_is_reported_and_shown),
        TEST(it_is_settled_with_an_answer),
        TEST(its_author_takes_it_back),
        TEST(half_a_report_is_kept),
        TEST(it_says_what_to_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
