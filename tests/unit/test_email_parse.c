/* Mail as it comes in, read: the thread of tests/email/thread, and what strangers send. */
#include "tests/unit/email_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"
#include "net/email_parse.h"
#include "net/email_text.h"

static const struct email_self self = {.address = "bureau@ville.example"};

static int parse_text(struct email_message *message, const char *text, struct error *error)
{
    return email_parse(message, text, strlen(text), &email_default_limits, &self, error);
}

static void parse_file(struct email_message *message, const char *name)
{
    struct text_buffer bytes = {0};
    struct error error = ERROR_INIT;

    email_fixture_read(name, &bytes);
    assert_int_equal(
        email_parse(message, bytes.bytes, bytes.length, &email_default_limits, &self, &error), 0);
    text_buffer_free(&bytes);
}

static bool has_remark(const struct email_message *message, const char *remark)
{
    const json_t *each;
    size_t index;

    json_array_foreach(message->remarks, index, each)
    {
        if (strcmp(json_string_value(each), remark) == 0)
            return true;
    }
    return false;
}

/* --- the thread ------------------------------------------------------------------------------- */

static void a_mail_with_attachments(void **state)
{
    struct email_message message;

    (void)state;
    parse_file(&message, "1-question.eml");
    assert_string_equal(message.message_id, "CAF1zoe-0001@mail.example.ca");
    assert_false(message.id_made);
    assert_string_equal(message.from, "zoe.gagnon@example.ca");
    assert_string_equal(message.from_name, "Zoé Gagnon");
    assert_string_equal(message.to, "bureau@ville.example");
    assert_string_equal(message.subject, "Crédit d’impôt pour le déménagement");
    assert_string_equal(message.language, "fr");
    assert_int_equal(message.date_ms, INT64_C(1795443160000));
    assert_int_equal(message.nature, 0);
    assert_string_equal(
        message.text, "Bonjour,\n\nJ’ai déménagé en octobre et je voudrais savoir quels documents "
                      "il faut pour le crédit. Je joins mon avis de cotisation et une note.\n\n"
                      "Merci d’avance,\nZoé Gagnon\n418 555-0199");
    assert_int_equal(message.attachment_count, 2);
    assert_string_equal(message.attachments[0].name, "Avis de cotisation.pdf");
    assert_string_equal(message.attachments[0].media_type, "application/pdf");
    assert_memory_equal(message.attachments[0].bytes, "%PDF-1.4", 8);
    assert_string_equal(message.attachments[1].name, "note.txt");
    assert_memory_equal(message.attachments[1].bytes,
                        "Nouvelle adresse\xA0: 12, rue des \xC9rables", 36);
    assert_int_equal(json_array_size(message.remarks), 0);
    email_message_clear(&message);
}

static void an_answer_in_latin_1_apart_from_its_quote(void **state)
{
    struct email_message message;

    (void)state;
    parse_file(&message, "2-relance.eml");
    assert_string_equal(message.from_name, "Gagnon, Zoé");
    assert_string_equal(message.subject, "RE : Crédit d'impôt pour le déménagement");
    assert_string_equal(message.text, "Bonjour,\n\nJe n'ai pas reçu de réponse. Où en est ma "
                                      "demande?\nC'est pressé : échéance le 30.\n\nZoé Gagnon");
    assert_string_equal(message.quoted,
                        "Le 23 nov. 2026 à 09:12, Zoé Gagnon <zoe.gagnon@example.ca> a écrit :\n\n"
                        "> Bonjour,\n>\n> J'ai déménagé en octobre et je voudrais savoir quels "
                        "documents");
    assert_int_equal(message.reply_count, 1);
    assert_string_equal(message.replies_to[0], "CAF1zoe-0001@mail.example.ca");
    email_message_clear(&message);
}

static void html_alone_becomes_text(void **state)
{
    struct email_message message;

    (void)state;
    parse_file(&message, "3-english.eml");
    assert_string_equal(message.text,
                        "Hello,\n\nI am Zoé’s daughter. She asked me to write in English: please "
                        "send the form to me.\n\n- by mail\n- or by e-mail <lea@example.ca>\n"
                        "Léa Gagnon — \"thanks\"");
    assert_string_equal(message.quoted, "> Bonjour,\n> Où en est ma demande?");
    assert_true(has_remark(&message, "html-only"));
    assert_int_equal(message.reply_count, 2);
    assert_string_equal(message.replies_to[0], "CAF1zoe-0002@mail.example.ca");
    email_message_clear(&message);
}

static void an_absence_is_known_as_automatic(void **state)
{
    struct email_message message;

    (void)state;
    parse_file(&message, "4-out-of-office.eml");
    assert_int_equal(message.nature, EMAIL_AUTOMATIC | EMAIL_BULK);
    assert_string_equal(message.replies_to[0], "CAF1zoe-0002@mail.example.ca");
    email_message_clear(&message);
}

static void what_is_not_kept_is_said(void **state)
{
    struct email_message message;

    (void)state;
    parse_file(&message, "5-documents.eml");
    assert_string_equal(
        message.text,
        "Voici les documents demandés : le bail, et un programme que je ne sais pas ouvrir.");
    assert_int_equal(message.attachment_count, 1);
    assert_string_equal(message.attachments[0].name, "bail.pdf");
    assert_true(has_remark(&message, "attachment-left-out facture.exe"));
    assert_false(has_remark(&message, "html-only"));
    email_message_clear(&message);
}

static void a_malformed_one_is_refused(void **state)
{
    struct text_buffer bytes = {0};
    struct email_message message;
    struct error error = ERROR_INIT;

    (void)state;
    email_fixture_read("malformed.eml", &bytes);
    assert_int_equal(
        email_parse(&message, bytes.bytes, bytes.length, &email_default_limits, &self, &error),
        ERROR_INVALID);
    assert_string_equal(error.message, "it says no sender");
    text_buffer_free(&bytes);
}

static void a_delivery_report_names_the_message(void **state)
{
    struct email_message message;

    (void)state;
    parse_file(&message, "report.eml");
    assert_int_equal(message.nature, EMAIL_AUTOMATIC | EMAIL_REPORT);
    assert_true(message.report.failed);
    assert_string_equal(message.report.message_id,
                        "guichet.01890000-0000-7000-8000-000000000001@ville.example");
    assert_string_equal(message.report.reason,
                        "smtp; 550 5.1.1 <zoe.gagnon@example.ca>: user unknown");
    email_message_clear(&message);
}

/* --- cases, ids, natures ---------------------------------------------------------------------- */

static void expect_reference(const char *headers, const char *body, const char *reference)
{
    struct text_buffer text = {0};
    struct email_message message;
    struct error error = ERROR_INIT;

    text_buffer_add_format(&text, "From: a@example.ca\r\n%s\r\n\r\n%s\r\n", headers, body);
    assert_int_equal(parse_text(&message, text.bytes, &error), 0);
    assert_string_equal(message.reference, reference);
    email_message_clear(&message);
    text_buffer_free(&text);
}

static void a_case_is_found_where_it_may_stand(void **state)
{
    struct id id;
    char reference[ID_REFERENCE_SIZE], line[128], bare[ID_REFERENCE_SIZE] = "";

    (void)state;
    assert_true(id_parse(&id, "01890000-0000-7000-8000-0123456789ab"));
    id_reference(&id, 'C', reference);
    snprintf(line, sizeof(line), "Subject: RE: x [%s]", reference);
    expect_reference(line, "", reference);
    snprintf(line, sizeof(line), "To: Bureau <bureau+%s@ville.example>", reference);
    expect_reference(line, "", reference);
    snprintf(bare, sizeof(bare), "c%.4s%.4s", reference + 2, reference + 7);
    snprintf(line, sizeof(line), "Delivered-To: bureau+%s@ville.example", bare);
    expect_reference(line, "", reference);
    snprintf(line, sizeof(line), "dossier %s, merci", reference);
    expect_reference("Subject: x", line, reference);
    snprintf(line, sizeof(line), "Bonjour\r\n\r\n> dossier %s", reference);
    expect_reference("Subject: x", line, reference);
    snprintf(line, sizeof(line), "Subject: x%sx", reference);
    expect_reference(line, reference + 1, "");
    reference[3] = reference[3] == '0' ? '1' : '0';
    snprintf(line, sizeof(line), "Subject: %s", reference);
    expect_reference(line, "", "");
}

static void a_mail_without_an_id_has_one_of_its_content(void **state)
{
    static const char text[] = "Received: one\r\nFrom: a@example.ca\r\nSubject: x\r\n\r\nbody\r\n";
    static const char again[] = "Received: two\r\nFrom: a@example.ca\r\nSubject: x\r\n\r\nbody\r\n";
    static const char other[] = "Received: one\r\nFrom: a@example.ca\r\nSubject: x\r\n\r\nbods\r\n";
    struct email_message first, second, third;
    struct error error = ERROR_INIT;

    (void)state;
    assert_int_equal(parse_text(&first, text, &error), 0);
    assert_int_equal(parse_text(&second, again, &error), 0);
    assert_int_equal(parse_text(&third, other, &error), 0);
    assert_true(first.id_made);
    assert_string_equal(first.message_id, second.message_id);
    assert_string_not_equal(first.message_id, third.message_id);
    email_message_clear(&first);
    email_message_clear(&second);
    email_message_clear(&third);
}

static void what_is_no_person_is_known(void **state)
{
    static const struct {
        const char *header;
        unsigned nature;
    } cases[] = {
        {"From: a@example.ca", 0},
        {"From: a@example.ca\r\nAuto-Submitted: no", 0},
        {"From: a@example.ca\r\nAuto-Submitted: auto-generated", EMAIL_AUTOMATIC},
        {"From: a@example.ca\r\nPrecedence: auto_reply", EMAIL_AUTOMATIC},
        {"From: a@example.ca\r\nPrecedence: junk", EMAIL_BULK},
        {"From: a@example.ca\r\nX-Auto-Response-Suppress: All", EMAIL_AUTOMATIC},
        {"From: a@example.ca\r\nX-Autoreply: yes", EMAIL_AUTOMATIC},
        {"Return-Path: <>\r\nFrom: a@example.ca", EMAIL_AUTOMATIC},
        {"Return-Path: <a@example.ca>\r\nFrom: a@example.ca", 0},
        {"From: a@example.ca\r\nList-Id: <x.example.ca>", EMAIL_BULK},
        {"From: MAILER-DAEMON@example.ca", EMAIL_AUTOMATIC},
        {"From: a@example.ca\r\nSubject: Out of office: x", EMAIL_AUTOMATIC},
        {"From: a@example.ca\r\nSubject: =?utf-8?q?R=C3=A9ponse_automatique?=", EMAIL_AUTOMATIC},
        {"From: Bureau+x@VILLE.example", EMAIL_OWN},
        {"From: a@example.ca\r\nMessage-ID: "
         "<guichet.01890000-0000-7000-8000-000000000001@ville.example>",
         EMAIL_OWN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct text_buffer text = {0};
        struct email_message message;
        struct error error = ERROR_INIT;

        text_buffer_add_format(&text, "%s\r\n\r\nx\r\n", cases[i].header);
        assert_int_equal(parse_text(&message, text.bytes, &error), 0);
        if (message.nature != cases[i].nature)
            print_message("%s\n", cases[i].header);
        assert_int_equal(message.nature, cases[i].nature);
        email_message_clear(&message);
        text_buffer_free(&text);
    }
}

/* --- texts ------------------------------------------------------------------------------------ */

static void expect_text(const char *type, const char *body, size_t length, const char *text)
{
    struct text_buffer bytes = {0};
    struct email_message message;
    struct error error = ERROR_INIT;

    text_buffer_add_format(&bytes, "From: a@example.ca\r\nContent-Type: %s\r\n\r\n", type);
    text_buffer_add(&bytes, body, length);
    assert_int_equal(
        email_parse(&message, bytes.bytes, bytes.length, &email_default_limits, &self, &error), 0);
    assert_string_equal(message.text, text);
    email_message_clear(&message);
    text_buffer_free(&bytes);
}

#define EXPECT_TEXT(type, body, text) expect_text(type, body, sizeof(body) - 1, text)

static void character_sets_right_wrong_and_missing(void **state)
{
    (void)state;
    EXPECT_TEXT("text/plain; charset=utf-8", "\xC3\xA9t\xC3\xA9", "été");
    EXPECT_TEXT("text/plain; charset=iso-8859-1", "\xE9t\xE9", "été");
    EXPECT_TEXT("text/plain; charset=windows-1252", "l\x92\xE9t\xE9 \x80", "l’été €");
    EXPECT_TEXT("text/plain; charset=iso-8859-15", "\xBD\xA4", "œ€");
    EXPECT_TEXT("text/plain; charset=iso-8859-1", "\xC3\xA9t\xC3\xA9", "été");
    EXPECT_TEXT("text/plain; charset=utf-8", "\xE9t\xE9 froid", "été froid");
    EXPECT_TEXT("text/plain; charset=us-ascii", "\xC3\xA9", "é");
    EXPECT_TEXT("text/plain", "\xE9t\xE9 froid", "été froid");
    EXPECT_TEXT("text/plain; charset=x-nobody-knows", "\xE9t\xE9 froid", "été froid");
    EXPECT_TEXT("text/plain; charset=\"../../lib/evil\"", "plain", "plain");
    EXPECT_TEXT("text/plain; charset=utf-16le", "\xE9\0t\0\xE9\0", "été");
    EXPECT_TEXT("text/plain; charset=iso-2022-jp", "\x1B$B$\"\x1B(B", "あ");
    EXPECT_TEXT("text/plain; charset=utf-8", "\xC3\xA9\xC3\xA9 \xFF\xC0\x80 a", "éé ��� a");
    EXPECT_TEXT("text/plain; charset=utf-7", "+ADw-script+AD4-", "+ADw-script+AD4-");
}

static void nothing_dangerous_is_left_in_a_text(void **state)
{
    (void)state;
    EXPECT_TEXT("text/plain; charset=utf-8", "a\x1B[31mb\x07\0c\x9B", "a␛[31mb␇␀c›");
    EXPECT_TEXT("text/plain; charset=utf-8",
                "a\xE2\x80\xAE"
                "b",
                "a<U+202E>b");
    EXPECT_TEXT("text/plain; charset=utf-8",
                "a\xE2\x80\x8B\xC2\xAD"
                "b\xEF\xBB\xBF",
                "ab");
    EXPECT_TEXT("text/plain", "a\r\n\r\n\r\n\r\n\r\nb  \rc\r\n\r\n", "a\n\n\nb\nc");
}

static void html_tricks_show_what_a_reader_would_see(void **state)
{
    (void)state;
    EXPECT_TEXT("text/html", "<p>a<script>x</script >b<style>y</STYLE>c", "abc");
    EXPECT_TEXT("text/html", "a<!-- <b> -->b<!-->c<!-- never ends", "abc");
    EXPECT_TEXT("text/html", "a < b &lt;b&gt; &amp;amp; &#27;[31m &#x202e; &#0; &bogus;",
                "a < b <b> &amp; ␛[31m <U+202E> &#0; &bogus;");
    EXPECT_TEXT("text/html", "<a href=\"https://evil.example/\">https://bank.example/</a>",
                "https://bank.example/ <https://evil.example/>");
    EXPECT_TEXT("text/html", "<a href='javascript:x()'>y</a>", "y");
    EXPECT_TEXT("text/html", "<img src=x alt='a &gt; b' onerror=\"y\">", "a > b");
    EXPECT_TEXT("text/html", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>", "a b\nc");
    EXPECT_TEXT("text/html", "<pre>a\n  b</pre>", "a\n  b");
    EXPECT_TEXT("text/html", "<title>t</title><script>never ends", "");
}

static void flowed_lines_are_joined(void **state)
{
    (void)state;
    EXPECT_TEXT("text/plain; format=flowed", "a \r\nb\r\n c\r\n-- \r\nd\r\n", "a b\n c\n--\nd");
    EXPECT_TEXT("text/plain; format=flowed; delsp=yes", "a \r\nb\r\n", "ab");
}

static void quotes_are_found(void **state)
{
    static const struct {
        const char *text, *rest;
    } cases[] = {
        {"yes\n\nOn Monday, Bob <b@example.ca>\nwrote:\n\n> no\n", "On Monday"},
        {"oui\n-----Message d'origine-----\nDe : x\n", "-----Message"},
        {"oui\n\nDe : Bob\nEnvoyé : lundi\nObjet : x\n", "De : Bob"},
        {"yes\n\nFrom: Bob\nSent: Monday\n", "From: Bob"},
        {"yes\n> a\nno\n> b\n> c", "> b"},
        {"> a\nyes", ""},
        {"On the other hand\nnothing is quoted", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *rest = cases[i].text + email_text_quote(cases[i].text);

        assert_memory_equal(rest, cases[i].rest, strlen(cases[i].rest));
        assert_true(*cases[i].rest != '\0' || *rest == '\0');
    }
}

/* --- bounds ----------------------------------------------------------------------------------- */

static void expect_refused(struct text_buffer *text, const char *why)
{
    struct email_message message;
    struct error error = ERROR_INIT;

    assert_false(text->failed);
    assert_true(
        email_parse(&message, text->bytes, text->length, &email_default_limits, &self, &error) < 0);
    assert_string_equal(error.message, why);
    text_buffer_free(text);
}

static void too_much_of_anything_is_refused(void **state)
{
    struct text_buffer text = {0};

    (void)state;
    text_buffer_add_text(&text, "From: a@example.ca\r\n");
    for (int i = 0; i < 30; i++)
        text_buffer_add_format(
            &text, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
    expect_refused(&text, "its parts are nested over 20 deep");
    text_buffer_add_text(&text,
                         "From: a@example.ca\nContent-Type: multipart/mixed; boundary=b\n\n");
    for (int i = 0; i < 300; i++)
        text_buffer_add_text(&text, "--b\n\nx\n");
    expect_refused(&text, "it has over 200 parts");
    text_buffer_add_text(&text,
                         "From: a@example.ca\nContent-Type: multipart/mixed; boundary=b\n\n");
    for (int i = 0; i < 20000; i++)
        text_buffer_add_text(&text, "--b\n\nx\n");
    expect_refused(&text, "it has too many parts");
    text_buffer_add_text(&text, "From: a@example.ca\n\n");
    for (int i = 0; i < 60000; i++)
        text_buffer_add_text(&text, "a:b\n");
    expect_refused(&text, "it has too many headers");
    text_buffer_add_text(&text, "From: a@example.ca\nSubject: ");
    for (int i = 0; i < 30000; i++)
        text_buffer_add_text(&text, "0123456789");
    expect_refused(&text, "its headers are over 256 KiB");
    for (int i = 0; i < 4 * 1024 * 1024; i++)
        text_buffer_add_text(&text, "From: a@");
    expect_refused(&text, "it is over 30720 KiB");
    text_buffer_add_text(&text, "no header at all");
    expect_refused(&text, "it has no headers");
}

static void a_long_text_is_cut_between_characters(void **state)
{
    struct text_buffer text = {0};
    struct email_message message;
    struct error error = ERROR_INIT;

    (void)state;
    text_buffer_add_text(&text,
                         "From: a@example.ca\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n");
    for (int i = 0; i < 100000; i++)
        text_buffer_add_text(&text, i % 20 == 19 ? "\xC3\xA9\r\n" : "\xC3\xA9");
    assert_int_equal(parse_text(&message, text.bytes, &error), 0);
    assert_true(strlen(message.text) <= email_default_limits.text_bytes);
    assert_true(strlen(message.text) > email_default_limits.text_bytes - 4);
    assert_true(text_is_utf8(message.text, strlen(message.text)));
    assert_true(has_remark(&message, "mail-cut"));
    email_message_clear(&message);
    text_buffer_free(&text);
}

static void attachments_are_bounded(void **state)
{
    struct email_limits limits = email_default_limits;
    struct text_buffer text = {0};
    struct email_message message;
    struct error error = ERROR_INIT;

    (void)state;
    limits.attachment_bytes = 5;
    limits.attachments_bytes = 8;
    limits.attachments = 3;
    limits.media_types = "image/*, application/pdf";
    text_buffer_add_text(&text,
                         "From: a@example.ca\nContent-Type: multipart/mixed; boundary=b\n\n");
    for (int i = 0; i < 4; i++)
        text_buffer_add_format(&text, "--b\nContent-Type: image/png; name=%d.png\n\n12%s\n", i,
                               i == 1 ? "3456" : "3");
    text_buffer_add_text(&text, "--b\nContent-Type: text/html; name=a.html\n\nx\n"
                                "--b\nContent-Type: application/pdf; name=c.pdf\n\nx\n--b--\n");
    assert_int_equal(email_parse(&message, text.bytes, text.length, &limits, &self, &error), 0);
    assert_int_equal(message.attachment_count, 3);
    assert_string_equal(message.attachments[0].name, "0.png");
    assert_string_equal(message.attachments[1].name, "2.png");
    assert_string_equal(message.attachments[2].name, "c.pdf");
    assert_true(has_remark(&message, "attachment-left-out 1.png"));
    assert_true(has_remark(&message, "attachment-left-out 3.png"));
    assert_true(has_remark(&message, "attachment-left-out a.html"));
    email_message_clear(&message);
    text_buffer_free(&text);
}

static void names_and_addresses_are_harmless(void **state)
{
    static const char text[] =
        "From: \"\x1B[2J\xE2\x80\xAE"
        "evil\" <a@example.ca>\r\n"
        "Reply-To: <b\x01@example.ca>\r\n"
        "Subject: =?utf-8?q?=1B]0;x=07=E2=80=AE=00?=\r\n"
        "Message-ID: <a b\r\n c@x>\r\n"
        "Content-Type: application/pdf; name=\"..\\\\..\\\\\x1B[31m/.x\"\r\n\r\nx";
    struct email_message message;
    struct error error = ERROR_INIT;

    (void)state;
    assert_int_equal(parse_text(&message, text, &error), 0);
    assert_string_equal(message.from, "a@example.ca");
    assert_string_equal(message.from_name, "␛[2J<U+202E>evil");
    assert_string_equal(message.subject, "␛]0;x␇<U+202E>?");
    assert_int_equal(message.attachment_count, 1);
    assert_string_equal(message.attachments[0].name, "_x");
    email_message_clear(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_with_attachments),
        cmocka_unit_test(an_answer_in_latin_1_apart_from_its_quote),
        cmocka_unit_test(html_alone_becomes_text),
        cmocka_unit_test(an_absence_is_known_as_automatic),
        cmocka_unit_test(what_is_not_kept_is_said),
        cmocka_unit_test(a_malformed_one_is_refused),
        cmocka_unit_test(a_delivery_report_names_the_message),
        cmocka_unit_test(a_case_is_found_where_it_may_stand),
        cmocka_unit_test(a_mail_without_an_id_has_one_of_its_content),
        cmocka_unit_test(what_is_no_person_is_known),
        cmocka_unit_test(character_sets_right_wrong_and_missing),
        cmocka_unit_test(nothing_dangerous_is_left_in_a_text),
        cmocka_unit_test(html_tricks_show_what_a_reader_would_see),
        cmocka_unit_test(flowed_lines_are_joined),
        cmocka_unit_test(quotes_are_found),
        cmocka_unit_test(too_much_of_anything_is_refused),
        cmocka_unit_test(a_long_text_is_cut_between_characters),
        cmocka_unit_test(attachments_are_bounded),
        cmocka_unit_test(names_and_addresses_are_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
