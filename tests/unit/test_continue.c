/* The code: its alphabet and check character, the grant on the draft, how long it lives. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/continue.h"
#include "app/json.h"
#include "app/submission.h"
#include "tests/unit/work_fixture.h"

/* --- the code --------------------------------------------------------------------------------- */

static void a_code_is_read_as_people_type_it(void **state)
{
    struct continue_code code = continue_code_make(), read;
    char shown[CONTINUE_SHOWN_SIZE], lower[2 * CONTINUE_SHOWN_SIZE] = " ";

    (void)state;
    assert_int_equal(strlen(code.text), CONTINUE_LENGTH);
    continue_code_show(&code, shown);
    assert_int_equal(shown[4], ' ');
    assert_int_equal(shown[9], ' ');
    for (size_t i = 0; shown[i] != '\0'; i++) {
        char typed = shown[i] == ' ' ? '-' : shown[i];

        lower[i + 1] = typed >= 'A' && typed <= 'Z' ? (char)(typed - 'A' + 'a') : typed;
    }
    assert_int_equal(continue_code_read(&read, lower), CONTINUE_READ);
    assert_string_equal(read.text, code.text);
    assert_int_equal(continue_code_read(&read, ""), CONTINUE_NO_CODE);
    assert_int_equal(continue_code_read(&read, "2346"), CONTINUE_NO_CODE);
    lower[1] = 'O';
    assert_int_equal(continue_code_read(&read, lower), CONTINUE_NO_CODE);
    strcpy(lower, code.text);
    strcat(lower, "2");
    assert_int_equal(continue_code_read(&read, lower), CONTINUE_NO_CODE);
}

/* Every wrong character, and every two that changed places, of many codes. */
static void one_slip_is_always_noticed(void **state)
{
    size_t tried = 0;

    (void)state;
    for (int round = 0; round < 200; round++) {
        struct continue_code code = continue_code_make(), wrong, read;

        assert_int_equal(continue_code_read(&read, code.text), CONTINUE_READ);
        for (size_t i = 0; i < CONTINUE_LENGTH; i++) {
            for (const char *other = continue_alphabet; *other != '\0'; other++) {
                wrong = code;
                wrong.text[i] = *other;
                if (*other == code.text[i])
                    continue;
                assert_int_equal(continue_code_read(&read, wrong.text), CONTINUE_MISTYPED);
                tried++;
            }
            for (size_t j = i + 1; j < CONTINUE_LENGTH; j++) {
                wrong = code;
                wrong.text[i] = code.text[j];
                wrong.text[j] = code.text[i];
                assert_int_equal(continue_code_read(&read, wrong.text),
                                 code.text[i] == code.text[j] ? CONTINUE_READ : CONTINUE_MISTYPED);
            }
        }
    }
    assert_int_equal(tried, 200 * CONTINUE_LENGTH * (strlen(continue_alphabet) - 1));
}

static void codes_use_the_whole_alphabet_everywhere(void **state)
{
    size_t seen[CONTINUE_LENGTH][128] = {{0}};

    (void)state;
    /* Short, and said by phone: nothing that sounds or looks like another one in either language.
     */
    assert_string_equal(continue_alphabet, "2346789FKMRTX");
    assert_int_equal(CONTINUE_LENGTH, 12);
    for (int round = 0; round < 4000; round++) {
        struct continue_code code = continue_code_make();

        for (size_t i = 0; i < CONTINUE_LENGTH; i++)
            seen[i][(unsigned char)code.text[i]]++;
    }
    /* 4,000 codes give each character some 308 times a place: 150 is nine deviations below. */
    for (size_t i = 0; i < CONTINUE_LENGTH; i++)
        for (const char *each = continue_alphabet; *each != '\0'; each++)
            assert_in_range(seen[i][(unsigned char)*each], 150, 500);
}

/* --- the grant -------------------------------------------------------------------------------- */

static struct record *start_draft(struct work_fixture *fixture)
{
    struct record *form = record_new(RECORD_FORM, &fixture->author.agent);
    struct submission_place place = {.contact = store_fixture_id(&fixture->store)};
    struct batch batch = {0};
    struct id id;

    json_object_set_new(form->body, "key", json_string("sample/change-of-address"));
    json_object_set_new(form->body, "version", json_integer(1));
    assert_int_equal(submission_start(&batch, &fixture->author, form, &place, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(form);
    return work_fixture_get(fixture, RECORD_SUBMISSION, &id, NULL);
}

static struct record *reread(struct work_fixture *fixture, struct record *draft)
{
    struct id id = draft->id;

    record_free(draft);
    return work_fixture_get(fixture, RECORD_SUBMISSION, &id, NULL);
}

static void the_draft_knows_the_code_and_does_not_hold_it(void **state)
{
    struct work_fixture *fixture = *state;
    struct record *draft = start_draft(fixture);
    int64_t expires = author_now(&fixture->author) + 3600000;
    struct continue_code first, second;
    struct continue_grant grant;
    struct batch batch = {0};
    char *document;

    assert_false(continue_grant_read(draft, &grant));
    assert_int_equal(continue_give(&batch, &fixture->author, draft, expires, &first, NULL), 0);
    work_fixture_apply(fixture, &batch);
    draft = reread(fixture, draft);
    assert_true(continue_grant_read(draft, &grant));
    assert_memory_equal(grant.group, first.text, CONTINUE_GROUP);
    assert_int_equal(grant.expires_ms, expires);
    assert_true(id_equal(&grant.made_by, &fixture->author.agent));
    assert_true(continue_code_fits(&first, &grant));
    document = json_dumps(draft->body, JSON_COMPACT);
    assert_null(strstr(document, first.text));
    assert_null(strstr(document, first.text + CONTINUE_GROUP));
    free(document);

    /* Another one ends it. */
    assert_int_equal(continue_give(&batch, &fixture->author, draft, expires, &second, NULL), 0);
    work_fixture_apply(fixture, &batch);
    draft = reread(fixture, draft);
    assert_true(continue_grant_read(draft, &grant));
    assert_false(continue_code_fits(&first, &grant));
    assert_true(continue_code_fits(&second, &grant));

    assert_int_equal(continue_revoke(&batch, &fixture->author, draft, NULL), 0);
    work_fixture_apply(fixture, &batch);
    draft = reread(fixture, draft);
    assert_false(continue_grant_read(draft, &grant));
    assert_int_equal(continue_revoke(&batch, &fixture->author, draft, NULL), 0);
    assert_int_equal(batch.count, 0);

    assert_int_equal(submission_submit(&batch, &fixture->author, draft, NULL), 0);
    work_fixture_apply(fixture, &batch);
    work_fixture_sync(fixture);
    draft = reread(fixture, draft);
    assert_int_equal(continue_give(&batch, &fixture->author, draft, expires, &second, NULL),
                     ERROR_REFUSED);
    record_free(draft);
}

static void a_grant_that_makes_no_sense_is_none(void **state)
{
    struct work_fixture *fixture = *state;
    struct record *draft = start_draft(fixture);
    static const char *const wrong[] = {
        "7",
        "{}",
        "{\"group\":\"OOOO\"}",
        "{\"group\":\"2346\",\"salt\":\"zz\",\"hash\":\"00\"}",
    };
    struct continue_grant grant;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        json_object_set_new(draft->body, "continue", json_loads(wrong[i], JSON_DECODE_ANY, NULL));
        assert_false(continue_grant_read(draft, &grant));
    }
    record_free(draft);
}

/* Who answered, and by which channel, stands with every answer. */
static void stamps_say_the_channel(void **state)
{
    struct work_fixture *fixture = *state;
    struct record *draft = start_draft(fixture);
    json_t *answers = json_pack("{s:s}", "name", "Zoé");
    struct batch batch = {0};
    const json_t *stamps;

    fixture->author.channel = "phone";
    assert_int_equal(submission_change(&batch, &fixture->author, draft, answers, NULL, NULL, NULL),
                     0);
    assert_string_equal(batch.operations[0]->channel, "phone");
    work_fixture_apply(fixture, &batch);
    work_fixture_sync(fixture);
    draft = reread(fixture, draft);
    stamps = json_object_get(draft->meta, "stamps");
    assert_string_equal(json_text_or(json_object_get(stamps, "answers/name"), "channel", ""),
                        "phone");
    assert_string_equal(json_text_or(json_object_get(draft->meta, "created"), "channel", ""),
                        "counter");
    json_decref(answers);
    record_free(draft);
}

/* --- how long --------------------------------------------------------------------------------- */

static void validities_are_read(void **state)
{
    static const char *const wrong[] = {"",
                                        "10",
                                        "days",
                                        "0 days",
                                        "-1 days",
                                        "93 days",
                                        "1 fortnight",
                                        "+2 days",
                                        " 2 days",
                                        "2 days x",
                                        "99999999999999999999 days"};
    struct continue_validity validity;

    (void)state;
    assert_true(continue_validity_parse(&validity, "10 business-days"));
    assert_int_equal(validity.count, 10);
    assert_int_equal(validity.unit, CONTINUE_BUSINESS_DAYS);
    assert_true(continue_validity_parse(&validity, "3 seconds"));
    assert_int_equal(continue_expiry(&validity, NULL, 1000), 4000);
    assert_true(continue_validity_parse(&validity, "48 hours"));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(continue_validity_parse(&validity, wrong[i]));
}

static void days_end_with_the_local_day(void **state)
{
    json_t *body = json_pack("{s:[{s:s}]}", "holidays", "date", "2026-12-25");
    struct calendar *calendar;
    struct continue_validity two = {2, CONTINUE_BUSINESS_DAYS}, plain = {2, CONTINUE_DAYS};
    int64_t thursday, until;

    (void)state;
    setenv("TZ", "America/Montreal", 1);
    tzset();
    assert_int_equal(calendar_new(&calendar, body, NULL), 0);
    /* Thursday 24 December, 10:00 in Montréal: Friday is a holiday, so Monday and Tuesday. */
    assert_true(timestamp_parse("2026-12-24T10:00:00-05:00", &thursday));
    assert_true(timestamp_parse("2026-12-29T23:59:59-05:00", &until));
    assert_int_equal(continue_expiry(&two, calendar, thursday), until);
    assert_true(timestamp_parse("2026-12-28T23:59:59-05:00", &until));
    assert_int_equal(continue_expiry(&two, NULL, thursday), until);
    assert_true(timestamp_parse("2026-12-26T23:59:59-05:00", &until));
    assert_int_equal(continue_expiry(&plain, calendar, thursday), until);
    calendar_free(calendar);
    json_decref(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_is_read_as_people_type_it),
        cmocka_unit_test(one_slip_is_always_noticed),
        cmocka_unit_test(codes_use_the_whole_alphabet_everywhere),
        cmocka_unit_test_setup_teardown(the_draft_knows_the_code_and_does_not_hold_it,
                                        work_fixture_setup, work_fixture_teardown),
        cmocka_unit_test_setup_teardown(a_grant_that_makes_no_sense_is_none, work_fixture_setup,
                                        work_fixture_teardown),
        cmocka_unit_test_setup_teardown(stamps_say_the_channel, work_fixture_setup,
                                        work_fixture_teardown),
        cmocka_unit_test(validities_are_read),
        cmocka_unit_test(days_end_with_the_local_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
