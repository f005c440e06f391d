/* Templates of messages: values, gaps, languages; how an SMS is cut; words for clients. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "app/import_body.h"
#include "app/json.h"
#include "app/message_segments.h"
#include "app/message_template.h"
#include "app/message_words.h"

static char *fill(const char *text, const char *language, const struct message_values *values,
                  enum message_gap gap)
{
    struct text_buffer filled = {0};

    text_buffer_add_text(&filled, "");
    message_fill(&filled, text, language, values, gap);
    return text_buffer_take(&filled);
}

static void expect_filled(const char *text, const char *language,
                          const struct message_values *values, enum message_gap gap,
                          const char *expected)
{
    char *filled = fill(text, language, values, gap);

    assert_string_equal(filled, expected);
    free(filled);
}

static void test_fills_values(void **state)
{
    const struct message_values values = {
        .text = {[MESSAGE_NAME] = "Zoé {date}", [MESSAGE_REFERENCE] = "C-1"}};

    (void)state;
    /* What a value holds is never looked at again. */
    expect_filled("Bonjour {name}, {reference}.", "fr", &values, MESSAGE_GAP_MARK,
                  "Bonjour Zoé {date}, C-1.");
    expect_filled("{nam} {", "fr", &values, MESSAGE_GAP_MARK, "{nam} {");
    assert_true(message_uses("a {date} b", MESSAGE_DATE));
    assert_false(message_uses("a {date b", MESSAGE_DATE));
}

static void test_marks_or_drops_gaps(void **state)
{
    const struct message_values values = {.text = {[MESSAGE_REFERENCE] = "C-1"}};
    static const char text[] =
        "Numéro {reference}\nManque : {reference} {missing} fin\n\nÀ bientôt";
    const char *gap = NULL;

    (void)state;
    expect_filled(text, "fr", &values, MESSAGE_GAP_MARK,
                  "Numéro C-1\nManque : C-1 [ce qui manque] fin\n\nÀ bientôt");
    expect_filled(text, "fr", &values, MESSAGE_GAP_DROP, "Numéro C-1\n\nÀ bientôt");
    expect_filled("{missing}", "en", &values, MESSAGE_GAP_MARK, "[what is missing]");
    expect_filled("{missing}", "en", &values, MESSAGE_GAP_DROP, "");
    assert_int_equal(message_find_gap("see [1] and [date].", &gap), 6);
    assert_memory_equal(gap, "[date]", 6);
    assert_int_equal(message_find_gap("see [1] and [dates].", &gap), 0);
}

static struct record *template_of(const char *body)
{
    struct id id = id_from_key("template", "x/y");
    struct record *record = record_new(RECORD_TEMPLATE, &id);

    json_decref(record->body);
    record->body = json_loads(body, 0, NULL);
    assert_non_null(record->body);
    return record;
}

static void test_falls_back_visibly(void **state)
{
    struct record *both =
        template_of("{\"subject\": {\"fr\": \"S\", \"en\": \"T\"}, \"text\": "
                    "{\"fr\": \"F\", \"en\": \"E\"}, \"short\": {\"fr\": \"f\"}}");
    struct record *one = template_of("{\"subject\": {\"en\": \"T\"}, \"text\": {\"en\": \"E\"}}");
    struct message_reading reading;

    (void)state;
    message_template_read(both, "fr-CA", &reading);
    assert_string_equal(reading.text, "F");
    assert_string_equal(reading.shorter, "f");
    assert_false(reading.fallback);
    message_template_read(both, "en", &reading);
    assert_string_equal(reading.shorter, "E");
    assert_string_equal(reading.subject, "T");
    assert_false(reading.fallback);
    message_template_read(both, "es", &reading);
    assert_string_equal(reading.language, "en");
    assert_true(reading.fallback);
    message_template_read(one, "fr", &reading);
    assert_string_equal(reading.language, "en");
    assert_string_equal(reading.text, "E");
    assert_true(reading.fallback);
    record_free(both);
    record_free(one);
}

static void test_refuses_unknown_values(void **state)
{
    struct error error = ERROR_INIT;
    json_t *body =
        json_loads("{\"key\": \"sample/x\", \"source\": {\"name\": \"sample\", \"id\": "
                   "\"x\"}, \"title\": {\"en\": \"X\"}, \"use\": \"other\", \"subject\": "
                   "{\"en\": \"S\"}, \"text\": {\"en\": \"Dear {nmae}\"}}",
                   0, NULL);

    (void)state;
    assert_int_equal(import_body_check(RECORD_TEMPLATE, body, NULL, NULL, &error), ERROR_INVALID);
    assert_non_null(strstr(error.message, "{nmae}"));
    json_object_set_new(body, "text", json_pack("{s:s}", "en", "Dear {name}"));
    assert_int_equal(import_body_check(RECORD_TEMPLATE, body, NULL, NULL, &error), 0);
    json_object_set_new(body, "use", json_string("spam"));
    assert_int_equal(import_body_check(RECORD_TEMPLATE, body, NULL, NULL, &error), ERROR_INVALID);
    json_decref(body);
}

static void expect_segments(const char *text, size_t count, bool ucs2, size_t units,
                            size_t segments, size_t left)
{
    struct message_segments found;
    char *many = calloc(count, strlen(text) + 1);

    for (size_t i = 0; i < count; i++)
        strcat(many, text);
    message_segments_count(many, &found);
    assert_int_equal(found.ucs2, ucs2);
    assert_int_equal(found.units, units);
    assert_int_equal(found.segments, segments);
    assert_int_equal(found.left, left);
    free(many);
}

static void test_counts_segments(void **state)
{
    (void)state;
    expect_segments("", 1, false, 0, 0, 160);
    expect_segments("a", 160, false, 160, 1, 0);
    expect_segments("a", 161, false, 161, 2, 2 * 153 - 161);
    expect_segments("é", 160, false, 160, 1, 0);
    expect_segments("€", 80, false, 160, 1, 0);
    /* An extension character is not cut: 76 of them fill a part of 153 but for one. */
    expect_segments("€", 81, false, 162, 2, 153 - 10);
    expect_segments("ê", 70, true, 70, 1, 0);
    expect_segments("ê", 71, true, 71, 2, 67 - 4);
    expect_segments("`", 1, true, 1, 1, 69);
    expect_segments("😀", 35, true, 70, 1, 0);
    expect_segments("😀", 36, true, 72, 2, 67 - 6);
}

static void test_speaks_to_clients(void **state)
{
    struct record *office =
        template_of("{\"hours\": {\"mon\": [\"08:30-12:00\", \"13:00-16:30\"], \"tue\": "
                    "[\"08:30-12:00\", \"13:00-16:30\"], \"wed\": [\"08:30-12:00\", "
                    "\"13:00-16:30\"], \"thu\": [\"09:00-20:00\"], \"sat\": [\"09:00-12:00\"]}}");
    char text[256];

    (void)state;
    message_hours(office, "fr", text, sizeof(text));
    assert_string_equal(text, "lundi au mercredi de 8 h 30 à 12 h et de 13 h à 16 h 30, jeudi de 9 "
                              "h à 20 h, samedi de 9 h à 12 h");
    message_hours(office, "en", text, sizeof(text));
    assert_string_equal(text, "Monday to Wednesday 8:30 to 12:00 and 13:00 to 16:30, Thursday 9:00 "
                              "to 20:00, Saturday 9:00 to 12:00");
    assert_string_equal(message_status_words("approved", "fr-CA"), "acceptée");
    assert_string_equal(message_status_words("approved", ""), "approved");
    assert_string_equal(message_status_words("other", "fr"), "");
    record_free(office);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fills_values),       cmocka_unit_test(test_marks_or_drops_gaps),
        cmocka_unit_test(test_falls_back_visibly), cmocka_unit_test(test_refuses_unknown_values),
        cmocka_unit_test(test_counts_segments),    cmocka_unit_test(test_speaks_to_clients),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
