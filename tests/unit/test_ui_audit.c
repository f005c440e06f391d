/* The privacy officer's screen of the trail, by keys. The test is the sync thread and the server.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "tests/unit/ui_questions.h"
#include "ui/language.h"

#define TRAIL "/v1/audit"

/* Answers what is asked, of unusual access or of entries. */
static void answer(struct ui_fixture *fixture, bool unusual, const char *document)
{
    uint64_t number;
    json_t *body = ui_asked(fixture, QUESTION_AUDIT, TRAIL, &number);

    assert_int_equal(json_bool_or(body, "unusual", !unusual), unusual);
    json_decref(body);
    ui_reply(fixture, QUESTION_AUDIT, number, 200, document);
}

/* With the list in focus. */
static void open_trail(struct ui_fixture *fixture, const char *document)
{
    ui_role(fixture, "privacy-officer");
    ui_link(fixture, LINK_ONLINE);
    ui_fixture_type(fixture, ":audit\r");
    answer(fixture, false, document);
    ui_fixture_type(fixture, "\r");
    answer(fixture, false, document);
}

#define ENTRY(kind, what)                                                                          \
    "{\"number\":7,\"at\":\"2026-11-02T10:00:00.000Z\",\"kind\":\"" kind                           \
    "\",\"agent\":\"a\",\"agent_name\":\"Marie\",\"client\":\"c\",\"client_name\":\"Zo\\u001b["    \
    "31mé Lebel\",\"type\":\"note\",\"what\":\"" what "\"}"
#define PAGE                                                                                       \
    "{\"entries\":[" ENTRY("write", "fields name, phone") "," ENTRY(                               \
        "erase", "held back") "],\"more\":false}"
#define FINDING                                                                                    \
    "\"unusual\":[{\"rule\":\"many-viewers\",\"number\":4711,\"at\":\"2026-11-02T10:00:00.000Z\"," \
    "\"client\":\"c\",\"client_name\":\"Zoé\",\"count\":23}],\"more\":false"

static void entries_are_in_the_officers_language(void **state)
{
    struct ui_fixture *fixture = *state;

    open_trail(fixture, PAGE);
    ui_fixture_wait(fixture, "Marie wrote in the file of Zo␛[31mé Lebel");
    ui_fixture_wait(fixture, "changed: name, telephone");
    ui_fixture_wait(fixture, "Marie held back from erasure");
    assert_true(language_set("fr"));
    ui_fixture_type(fixture, "\t");
    ui_fixture_wait(fixture, "Marie a écrit au dossier de Zo␛[31mé Lebel");
    ui_fixture_wait(fixture, "modifié : nom, téléphone");
    ui_fixture_wait(fixture, "Marie a fait conserver");
    language_set("en");
}

/* Where there was more than the rules go through, the screen says since when they did. */
static void how_far_the_rules_looked_is_said(void **state)
{
    struct ui_fixture *fixture = *state;

    open_trail(fixture, PAGE);
    ui_fixture_type(fixture, "u");
    answer(fixture, true, "{" FINDING "}");
    ui_fixture_wait(fixture, "23 agents who have no case with Zoé opened the file");
    assert_false(ui_fixture_shows(fixture, "100,000"));
    ui_fixture_type(fixture, "uu");
    answer(fixture, true, "{" FINDING ",\"looked_since\":\"2026-10-05T09:30:00.000Z\"}");
    ui_fixture_wait(fixture, "1 found; only the newest 100,000 looks were gone through: since");
    ui_fixture_wait(fixture, "5 Oct");
    assert_true(language_set("fr"));
    ui_fixture_type(fixture, "uu");
    answer(fixture, true, "{" FINDING ",\"looked_since\":\"2026-10-05T09:30:00.000Z\"}");
    ui_fixture_wait(fixture, "seules les 100 000 dernières lectures ont été passées en revue");
    ui_fixture_wait(fixture, "5 oct.");
    language_set("en");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(entries_are_in_the_officers_language, ui_fixture_setup,
                                        ui_fixture_teardown),
        cmocka_unit_test_setup_teardown(how_far_the_rules_looked_is_said, ui_fixture_setup,
                                        ui_fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
