/* What a clerk reads about a fault, in both languages. */
#include <string.h>

#include "app/error.h"
#include "forms/schema.h"
#include "tests/unit/unit.h"

/* The message of the first fault of `value` under `schema`. */
static void expect(const char *schema_text, const char *value_text, const char *french,
                   const char *english)
{
    json_t *definition = json_loads(schema_text, JSON_DECODE_ANY, NULL);
    json_t *value = json_loads(value_text, JSON_DECODE_ANY, NULL);
    struct schema_result *result = schema_result_new();
    struct schema *schema;
    char text[256];

    assert_non_null(definition);
    assert_non_null(value);
    assert_int_equal(schema_compile(&schema, definition, NULL, NULL), 0);
    assert_int_equal(schema_validate(schema, value, NULL, result, NULL), ERROR_INVALID);
    schema_message(schema_result_error(result, 0), "fr-CA", text, sizeof(text));
    assert_string_equal(text, french);
    schema_message(schema_result_error(result, 0), "en", text, sizeof(text));
    assert_string_equal(text, english);
    schema_result_free(result);
    schema_free(schema);
    json_decref(value);
    json_decref(definition);
}

static void test_messages(void **state)
{
    (void)state;
    expect("{\"required\":[\"a\"]}", "{}", "Obligatoire", "Required");
    expect("{\"maxLength\":30}", "\"1234567890123456789012345678901\"", "Au plus 30 caractères",
           "At most 30 characters");
    expect("{\"minLength\":1}", "\"\"", "Au moins 1 caractère", "At least 1 character");
    expect("{\"format\":\"date\"}", "\"31/12/2026\"", "La date doit être AAAA-MM-JJ",
           "The date must be YYYY-MM-DD");
    expect("{\"minimum\":0.5}", "0", "Au moins 0,5", "At least 0.5");
    expect("{\"maximum\":-1250}", "0", "Au plus -1250", "At most -1250");
    expect("{\"multipleOf\":0.01}", "0.001", "Doit être un multiple de 0,01",
           "Must be a multiple of 0.01");
    expect("{\"type\":\"integer\"}", "0.5", "Doit être un nombre entier", "Must be a whole number");
    expect("{\"type\":[\"string\",\"null\"]}", "1", "Doit être du texte ou vide",
           "Must be text or empty");
    expect("{\"enum\":[\"fr\",\"en\",true,null]}", "\"de\"", "Choisir parmi : fr, en, oui, vide",
           "Choose one of: fr, en, yes, empty");
    expect("{\"const\":true}", "false", "Doit être oui", "Must be yes");
    expect("{\"additionalProperties\":false}", "{\"x\":1}", "« x » n’est pas attendu ici",
           "“x” is not expected here");
    expect("{\"properties\":{\"x\":false}}", "{\"x\":1}", "Doit rester vide", "Must be left empty");
    expect("{\"items\":{\"type\":\"boolean\"}}", "[1]", "Doit être oui ou non",
           "Must be yes or no");
    expect("false", "1", "N’est pas permis ici", "This is not allowed here");
}

static void test_message_is_cut_at_a_character(void **state)
{
    json_t *limit = json_integer(3);
    struct schema_error error = {.keyword = "minLength", .expected = limit};
    char text[16];

    (void)state;
    assert_int_equal(schema_message(&error, "fr", text, 15), 14);
    assert_string_equal(text, "Au moins 3 car");
    /* 'è' has two bytes: one does not fit */
    assert_int_equal(schema_message(&error, "fr", text, 0), 0);
    assert_int_equal(schema_message(&error, "fr", text, 1), 0);
    json_decref(limit);
}

static void test_control_characters_are_not_shown(void **state)
{
    json_t *value = json_string("\x1b[2Jx");
    struct schema_error error = {.keyword = "const", .expected = value};
    char text[64];

    (void)state;
    schema_message(&error, "en", text, sizeof(text));
    assert_string_equal(text, "Must be ?[2Jx");
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_message_is_cut_at_a_character),
        cmocka_unit_test(test_control_characters_are_not_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
