/* The box that asks why a file is opened, by keys. */
#include "tests/unit/unit.h"

#include <string.h>

#include "app/json.h"
#include "tests/unit/ui_questions.h"
#include "ui/purpose.h"

/* Under the box stands whatever screen asked. */
static void ask(struct ui_fixture *fixture, const struct id *client)
{
    purpose_ask(ui_top(fixture->ui), "look", client);
    ui_fixture_draw(fixture);
}

static void a_digit_takes_a_reason(void **state)
{
    struct ui_fixture *fixture = *state;
    struct purpose_reason reason;

    assert_false(purpose_known(&fixture->desk, NULL, &reason));
    ask(fixture, NULL);
    ui_fixture_expect(fixture, "Why do you look for somebody beyond this terminal?");
    ui_fixture_expect(fixture, "1  The client is here or on the line");
    ui_fixture_expect(fixture, "Your reason is kept in the audit trail.");
    ui_fixture_type(fixture, "2");
    assert_true(purpose_known(&fixture->desk, NULL, &reason));
    assert_int_equal(reason.purpose, PURPOSE_CALL_BACK);
    assert_string_equal(reason.words, "");
    assert_false(ui_fixture_shows(fixture, "Your reason is kept"));
}

/* A reason is for one file: said while looking, for the first one that is opened. */
static void it_holds_for_one_file_and_a_while(void **state)
{
    struct ui_fixture *fixture = *state;
    struct id first = id_from_key("client", "first"), other = id_from_key("client", "other");
    struct purpose_reason reason;

    ask(fixture, NULL);
    ui_fixture_type(fixture, "3");
    assert_true(purpose_known(&fixture->desk, &first, &reason));
    assert_int_equal(reason.purpose, PURPOSE_CASE_WORK);
    assert_false(purpose_known(&fixture->desk, &other, &reason));
    assert_int_equal(reason.purpose, PURPOSE_NONE);
    assert_true(purpose_known(&fixture->desk, &first, &reason));
    assert_true(purpose_known(&fixture->desk, NULL, &reason));
    ask(fixture, &other);
    ui_fixture_expect(fixture, "Why do you open this file?");
    ui_fixture_type(fixture, "\r");
    assert_true(purpose_known(&fixture->desk, &other, &reason));
    assert_int_equal(reason.purpose, PURPOSE_CONTACT);
    /* The one that was said before still holds for its own file. */
    assert_true(purpose_known(&fixture->desk, &first, &reason));
    assert_int_equal(reason.purpose, PURPOSE_CASE_WORK);
    fixture->desk.said.until_ms = desk_now(&fixture->desk) - 1;
    for (size_t i = 0; i < DESK_REASONS; i++)
        fixture->desk.reasons[i].until_ms = desk_now(&fixture->desk) - 1;
    assert_false(purpose_known(&fixture->desk, &other, &reason));
    assert_false(purpose_known(&fixture->desk, &first, &reason));
}

static void words_go_with_it(void **state)
{
    struct ui_fixture *fixture = *state;
    struct purpose_reason reason;

    ask(fixture, NULL);
    ui_fixture_press(fixture, INPUT_DOWN);
    ui_fixture_press(fixture, INPUT_TAB);
    ui_fixture_type(fixture, "about her letter");
    /* What is half said is there again. */
    ui_fixture_return(fixture, true);
    ui_fixture_expect(fixture, "about her letter");
    ui_fixture_type(fixture, "\r");
    assert_true(purpose_known(&fixture->desk, NULL, &reason));
    assert_int_equal(reason.purpose, PURPOSE_CALL_BACK);
    assert_string_equal(reason.words, "about her letter");
}

static void some_reasons_want_words(void **state)
{
    struct ui_fixture *fixture = *state;
    struct purpose_reason reason;

    ui_role(fixture, "agent");
    ask(fixture, NULL);
    ui_fixture_expect(fixture, "5  Somebody is in danger");
    ui_fixture_type(fixture, "5");
    ui_fixture_expect(fixture, "Say in a few words why.");
    assert_false(purpose_known(&fixture->desk, NULL, &reason));
    ui_fixture_type(fixture, "  \r");
    assert_false(purpose_known(&fixture->desk, NULL, &reason));
    ui_fixture_type(fixture, "she said so\r");
    assert_true(purpose_known(&fixture->desk, NULL, &reason));
    assert_int_equal(reason.purpose, PURPOSE_EMERGENCY);
}

static void roles_have_their_reasons(void **state)
{
    struct ui_fixture *fixture = *state;

    ask(fixture, NULL);
    assert_false(ui_fixture_shows(fixture, "in danger"));
    assert_false(ui_fixture_shows(fixture, "as a supervisor"));
    ui_fixture_type(fixture, "\033");
    ui_role(fixture, "supervisor");
    ask(fixture, NULL);
    ui_fixture_expect(fixture, "5  I look at work as a supervisor");
    ui_fixture_expect(fixture, "6  Somebody is in danger");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_role(fixture, "privacy-officer");
    ask(fixture, NULL);
    ui_fixture_expect(fixture, "1  Privacy review, or a request for access");
    assert_false(ui_fixture_shows(fixture, "on the line"));
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_role(fixture, "administrator");
    ask(fixture, NULL);
    ui_fixture_expect(fixture, "Your role does not open clients’ files.");
    assert_false(ui_fixture_shows(fixture, "Why do you"));
}

static void going_back_gives_no_reason(void **state)
{
    struct ui_fixture *fixture = *state;
    struct purpose_reason reason;

    ask(fixture, NULL);
    ui_fixture_press(fixture, INPUT_ESCAPE);
    assert_false(ui_fixture_shows(fixture, "Why do you"));
    assert_false(purpose_known(&fixture->desk, NULL, &reason));
}

/* A contact in progress is the reason; the one that was said ends with it. */
static void a_contact_is_a_reason(void **state)
{
    struct ui_fixture *fixture = *state;
    struct id anybody = id_from_key("client", "anybody");
    struct purpose_reason reason;

    ask(fixture, NULL);
    ui_fixture_type(fixture, "3");
    ui_fixture_open_case(fixture);
    assert_true(purpose_known(&fixture->desk, NULL, &reason));
    assert_int_equal(reason.purpose, PURPOSE_CONTACT);
    assert_true(purpose_known(&fixture->desk, &fixture->desk.open.client, &reason));
    assert_int_equal(reason.purpose, PURPOSE_CONTACT);
    assert_false(purpose_known(&fixture->desk, &anybody, &reason)); /* another one's */
    fixture->desk.open.contact = (struct id){0};
    assert_false(purpose_known(&fixture->desk, NULL, &reason));
}

static void an_answer_is_read_by_its_question(void **state)
{
    json_t *answer = json_pack("{s:s, s:s, s:s}", "name", "look", "purpose", "written", "words",
                               "her letter of May");
    struct purpose_reason reason;

    (void)state;
    assert_true(purpose_answered("purpose", answer, "look", &reason));
    assert_int_equal(reason.purpose, PURPOSE_WRITTEN);
    assert_string_equal(reason.words, "her letter of May");
    assert_false(purpose_answered("purpose", answer, "open", &reason));
    assert_false(purpose_answered("choice", answer, "look", &reason));
    json_object_set_new(answer, "purpose", json_string(""));
    assert_false(purpose_answered("purpose", answer, "look", &reason));
    json_decref(answer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_digit_takes_a_reason),   TEST(it_holds_for_one_file_and_a_while),
        TEST(words_go_with_it),         TEST(some_reasons_want_words),
        TEST(roles_have_their_reasons), TEST(going_back_gives_no_reason),
        TEST(a_contact_is_a_reason),    cmocka_unit_test(an_answer_is_read_by_its_question),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
