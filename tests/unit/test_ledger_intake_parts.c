/* What a message that comes in brings along: answers to a form, files, whatever text. */
#include <stdlib.h>
#include <string.h>

#include "app/delivery.h"
#include "app/json.h"
#include "app/record_fields.h"
#include "app/text.h"
#include "tests/unit/intake_fixture.h"

static void test_a_submission_is_filed(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = web_note("1");
    json_t *answers = json_pack("{s:s}", "name", "Léa");
    struct intake_result result;
    struct id delivery;

    message.kind = "submission";
    message.form = "sample/move";
    message.queue = "sample/q";
    message.answers = answers;
    result = taken_in(f, &message);
    assert_false(id_is_empty(&result.submission));
    intake_says(f, RECORD_SUBMISSION, &result.submission, "status", "submitted");
    intake_says(f, RECORD_SUBMISSION, &result.submission, "case", result.matter.text);
    delivery = delivery_id(&result.submission, "saaq");
    intake_says(f, RECORD_DELIVERY, &delivery, "state", "waiting");
    json_decref(answers);
}

/* What the client agreed to stands on the form; what nobody was asked does not. */
static void test_consents_are_on_the_form(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = web_note("1");
    json_t *answers = json_pack("{s:s}", "name", "Léa");
    json_t *consents = json_pack("{s:b}", "saaq", 1), *document;
    struct intake_result result;

    message.kind = "submission";
    message.form = "sample/move";
    message.queue = "sample/q";
    message.answers = answers;
    message.consents = consents;
    result = taken_in(f, &message);
    document = intake_read_as(f, BEN, RECORD_SUBMISSION, &result.submission);
    assert_true(
        json_equal(json_object_get(json_object_get(document, "body"), "consents"), consents));
    json_decref(document);
    message.message_id = "2";
    message.consents = NULL;
    result = taken_in(f, &message);
    document = intake_read_as(f, BEN, RECORD_SUBMISSION, &result.submission);
    assert_null(json_object_get(json_object_get(document, "body"), "consents"));
    json_decref(document);
    json_decref(consents);
    json_decref(answers);
}

/* A form that makes no sense takes nothing: kept for a person, or refused with no fault to name. */
static void test_a_form_that_cannot_be_read(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = web_note("1");
    json_t *answers = json_pack("{s:s}", "name", "Léa");
    struct intake_result result;

    fixture_publish(f, RECORD_FORM, "sample/broken",
                    json_pack("{s:i, s:{s:s}}", "version", 1, "schema", "type", "nonsense"));
    message.kind = "submission";
    message.form = "sample/broken";
    message.queue = "sample/q";
    message.answers = answers;
    result = taken_in(f, &message);
    assert_true(id_is_empty(&result.submission));
    assert_true(intake_is_remarked(f, &result, "form-invalid"));
    message.message_id = "2";
    message.strict = true;
    result = take_in(f, &message);
    assert_int_equal(result.kind, INTAKE_REFUSED);
    assert_string_equal(result.reason, "answers: the form does not take them");
    intake_result_clear(&result);
    json_decref(answers);
}

static void test_faults_are_told_in_the_language_of_who_sends(void **state)
{
    static const struct {
        const char *language, *word;
    } told[] = {{"fr", "\"error\": \"Au moins"},
                {"en", "\"error\": \"At least"},
                {NULL, "\"error\": \"At least"}};
    struct ledger_fixture *f = *state;
    json_t *answers = json_pack("{s:s}", "name", "L");

    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
        struct intake_message message = web_note("1");
        struct intake_result result;
        char *faults;

        message.kind = "submission";
        message.form = "sample/move";
        message.queue = "sample/q";
        message.answers = answers;
        message.strict = true;
        message.language = told[i].language;
        result = take_in(f, &message);
        assert_int_equal(result.kind, INTAKE_REFUSED);
        faults = json_dumps(result.faults, JSON_ENSURE_ASCII);
        if (strstr(faults, told[i].word) == NULL)
            fail_msg("%s", faults);
        free(faults);
        intake_result_clear(&result);
    }
    json_decref(answers);
}

static void test_answers_that_do_not_fit_are_kept_or_refused(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = web_note("1");
    json_t *answers = json_pack("{s:s}", "name", "L");
    struct scope_set scopes = {0};
    struct ledger_attachment attachment;
    struct intake_result result;
    json_t *document;
    struct id id;

    message.kind = "submission";
    message.form = "sample/move";
    message.queue = "sample/q";
    message.answers = answers;
    message.strict = true;
    result = take_in(f, &message);
    assert_int_equal(result.kind, INTAKE_REFUSED);
    assert_int_equal(json_array_size(result.faults), 1);
    assert_string_equal(json_text_or(json_array_get(result.faults, 0), "instanceLocation", ""),
                        "/name");
    intake_result_clear(&result);
    message.strict = false;
    result = taken_in(f, &message);
    assert_true(id_is_empty(&result.submission));
    assert_true(intake_is_remarked(f, &result, "form-invalid"));
    document = intake_read_as(f, BEN, RECORD_MESSAGE, &result.message);
    assert_true(id_parse(
        &id, json_text_or(json_array_get(
                              json_object_get(json_object_get(document, "body"), "attachments"), 0),
                          "id", "")));
    json_decref(document);
    scope_set_add(&scopes, "", "office:sample/b", NULL);
    assert_int_equal(ledger_attachment_read(f->ledger, &scopes, &id, &attachment, NULL), 0);
    assert_string_equal((const char *)attachment.bytes, "{\"name\":\"L\"}");
    ledger_attachment_clear(&attachment);
    scope_set_free(&scopes);
    message.message_id = "2";
    message.form = "sample/none";
    result = taken_in(f, &message);
    assert_true(intake_is_remarked(f, &result, "form-unknown"));
    json_decref(answers);
}

static void test_hostile_text_is_kept_safe(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = web_note("1");
    char *long_text = malloc(100001);
    struct intake_result result;
    json_t *document;
    const json_t *body;

    message.queue = "sample/q";
    message.text = "\x1b]0;gotcha\x07 \xff caf\xc3\xa9\r\nligne";
    message.subject = "\x1b[2J";
    message.from = "\xc0\xaf";
    message.client.name = "A\x1b[1mB";
    message.client.email = "not an address";
    result = taken_in(f, &message);
    document = intake_read_as(f, BEN, RECORD_MESSAGE, &result.message);
    body = json_object_get(document, "body");
    assert_null(strchr(json_text_or(body, "text", "\x1b"), 0x1b));
    assert_null(strchr(json_text_or(body, "subject", "\x1b"), 0x1b));
    assert_non_null(strstr(json_text_or(body, "text", ""), "café\nligne"));
    json_decref(document);
    assert_true(intake_is_remarked(f, &result, "email-left-out"));
    memset(long_text, '"', 100000);
    long_text[100000] = '\0';
    message = web_note("2");
    message.queue = "sample/q";
    message.text = long_text;
    result = taken_in(f, &message);
    assert_true(intake_is_remarked(f, &result, "text-cut"));
    document = intake_read_as(f, BEN, RECORD_MESSAGE, &result.message);
    body = json_array_get(json_object_get(json_object_get(document, "body"), "attachments"), 0);
    assert_int_equal(json_integer_or(body, "size", 0), 100000);
    json_decref(document);
    free(long_text);
}

/* A text that is too long is cut between two characters, wherever they fall. */
static void test_a_long_text_is_cut_at_a_character(void **state)
{
    struct ledger_fixture *f = *state;
    char *text = malloc(200002);

    for (int shift = 0; shift < 2; shift++) {
        struct intake_message message = web_note(shift == 0 ? "even" : "odd");
        struct intake_result result;
        const char *kept;
        json_t *document;

        memcpy(text, "x", 1);
        for (int i = 0; i < 100000; i++)
            memcpy(text + shift + 2 * i, "é", 2);
        text[shift + 200000] = '\0';
        message.queue = "sample/q";
        message.text = text;
        result = taken_in(f, &message);
        document = intake_read_as(f, BEN, RECORD_MESSAGE, &result.message);
        kept = json_text_or(json_object_get(document, "body"), "text", "");
        assert_true(strlen(kept) == MESSAGE_TEXT_LIMIT || strlen(kept) == MESSAGE_TEXT_LIMIT - 1);
        assert_true(text_is_utf8(kept, strlen(kept)));
        assert_memory_equal(kept, text, strlen(kept));
        json_decref(document);
    }
    free(text);
}

/* What a channel remarks is kept once, and no more than there is room for. */
static void test_remarks_are_few(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = web_note("1");
    json_t *remarks = json_pack("[s, s, s]", "mailing-list", "mailing-list", "other"), *document;
    const json_t *kept;
    struct intake_result result;
    char word[128];

    message.queue = "sample/q";
    message.remarks = remarks;
    result = taken_in(f, &message);
    document = intake_read_as(f, BEN, RECORD_MESSAGE, &result.message);
    kept = json_object_get(json_object_get(document, "body"), "remarks");
    assert_int_equal(json_array_size(kept), 2);
    json_decref(document);
    json_array_clear(remarks);
    for (int i = 0; i < 100; i++) {
        snprintf(word, sizeof(word), "%0126d", i);
        json_array_append_new(remarks, json_string(word));
    }
    message.message_id = "2";
    result = taken_in(f, &message);
    document = intake_read_as(f, BEN, RECORD_MESSAGE, &result.message);
    kept = json_object_get(json_object_get(document, "body"), "remarks");
    assert_true(json_array_size(kept) >= 31 && json_array_size(kept) <= 32);
    json_decref(document);
    json_decref(remarks);
}

static void test_attachments_are_kept_and_read_in_scope(void **state)
{
    struct ledger_fixture *f = *state;
    const struct intake_attachment attachments[] = {
        {"../../etc/photo.png", "Image/PNG; name=x", "\0\1\2", 3},
        {NULL, NULL, "", 0},
        {"huge.bin", "application/octet-stream", "", INTAKE_ATTACHMENT_LIMIT + 1},
    };
    struct scope_set mine = {0}, others = {0};
    struct intake_message message = web_note("1");
    struct ledger_attachment attachment;
    struct intake_result result;
    json_t *document, *list;
    struct id id;

    message.queue = "sample/q";
    message.attachments = attachments;
    message.attachment_count = 3;
    result = taken_in(f, &message);
    assert_true(intake_is_remarked(f, &result, "attachment-left-out huge.bin"));
    document = intake_read_as(f, BEN, RECORD_MESSAGE, &result.message);
    list = json_object_get(json_object_get(document, "body"), "attachments");
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(json_text_or(json_array_get(list, 0), "name", ""), "photo.png");
    assert_string_equal(json_text_or(json_array_get(list, 0), "type", ""), "image/png");
    assert_string_equal(json_text_or(json_array_get(list, 1), "name", ""), "attachment");
    id_parse(&id, json_text_or(json_array_get(list, 0), "id", ""));
    json_decref(document);
    scope_set_add(&mine, "", "office:sample/b", NULL);
    scope_set_add(&others, "", "office:sample/a", NULL);
    assert_int_equal(ledger_attachment_read(f->ledger, &mine, &id, &attachment, NULL), 0);
    assert_int_equal(attachment.length, 3);
    assert_memory_equal(attachment.bytes, "\0\1\2", 3);
    ledger_attachment_clear(&attachment);
    assert_int_equal(ledger_attachment_read(f->ledger, &others, &id, &attachment, NULL),
                     ERROR_REFUSED);
    assert_int_equal(ledger_attachment_read(f->ledger, &mine, &result.message, &attachment, NULL),
                     ERROR_NOT_FOUND);
    scope_set_free(&mine);
    scope_set_free(&others);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, intake_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_submission_is_filed),
        TEST(test_consents_are_on_the_form),
        TEST(test_a_form_that_cannot_be_read),
        TEST(test_faults_are_told_in_the_language_of_who_sends),
        TEST(test_answers_that_do_not_fit_are_kept_or_refused),
        TEST(test_hostile_text_is_kept_safe),
        TEST(test_a_long_text_is_cut_at_a_character),
        TEST(test_remarks_are_few),
        TEST(test_attachments_are_kept_and_read_in_scope),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
