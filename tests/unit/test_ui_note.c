/* The note screen: who reads it, the day of a commitment, and what a hand-off takes of it. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/note.h"
#include "app/task.h"
#include "tests/unit/ui_fixture.h"
#include "ui/day.h"
#include "ui/spelling.h"

struct finding {
    enum record_type type;
    struct record *record; /* the newest; owned by the test */
    size_t count;
};

static int take(void *context, const struct record *record, enum store_pending pending)
{
    struct finding *finding = context;

    (void)pending;
    if (record->type != finding->type)
        return 0;
    record_free(finding->record);
    finding->record = record_copy(record);
    finding->count++;
    return 0;
}

static struct finding find(struct ui_fixture *fixture, enum record_type type)
{
    struct finding finding = {.type = type};
    struct store_query query = {.type = type};

    assert_int_equal(store_each(fixture->desk.store, &query, take, &finding, NULL), 0);
    return finding;
}

static void a_restricted_note_says_so(void **state)
{
    struct ui_fixture *fixture = *state;
    struct finding notes;

    ui_fixture_open_case(fixture);
    ui_fixture_press(fixture, INPUT_F(6));
    assert_true(ui_fixture_shows(fixture, "everyone"));
    ui_fixture_type(fixture, "Her brother threatens her.\t\t");
    ui_fixture_press(fixture, INPUT_RIGHT);
    assert_true(ui_fixture_shows(fixture, "you, who has the case, supervisors"));
    /* Half written, it is begun for nobody else. */
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_press(fixture, INPUT_F(5));
    assert_false(ui_fixture_shows(fixture, "brother"));
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_press(fixture, INPUT_F(6));
    ui_fixture_return(fixture, true);
    assert_true(ui_fixture_shows(fixture, "you, who has the case, supervisors"));
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_true(ui_fixture_shows(fixture, "note, contact, restricted"));
    notes = find(fixture, RECORD_NOTE);
    assert_int_equal(notes.count, 1);
    assert_true(note_is_restricted(notes.record));
    record_free(notes.record);
    ui_fixture_press(fixture, INPUT_F(5));
    assert_false(ui_fixture_shows(fixture, "brother"));
    ui_fixture_press(fixture, INPUT_ESCAPE);
    /* Its correction says the same things: it is restricted too, unless the agent says otherwise.
     */
    ui_fixture_press(fixture, INPUT_ENTER);
    ui_fixture_press(fixture, INPUT_CONTROL('R'));
    assert_true(ui_fixture_shows(fixture, "you, who has the case, supervisors"));
}

static void a_commitment_comes_back_on_its_day(void **state)
{
    struct ui_fixture *fixture = *state;
    struct finding notes, tasks;
    int64_t due, now = desk_now(&fixture->desk);

    ui_fixture_open_case(fixture);
    ui_fixture_press(fixture, INPUT_F(6));
    ui_fixture_type(fixture, "Send the certificate.\t");
    for (int i = 0; i < 3; i++)
        ui_fixture_press(fixture, INPUT_RIGHT);
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_true(ui_fixture_shows(fixture, "By which day?"));
    ui_fixture_type(fixture, "some day");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_true(ui_fixture_shows(fixture, "This is no day"));
    ui_fixture_press(fixture, INPUT_CONTROL('U'));
    ui_fixture_type(fixture, "in 3 days");
    /* Kept as typed. */
    ui_fixture_return(fixture, true);
    assert_true(ui_fixture_shows(fixture, "in 3 days"));
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_true(ui_fixture_shows(fixture, "note, commitment"));
    assert_true(ui_fixture_shows(fixture, "task, commitment, for"));
    notes = find(fixture, RECORD_NOTE);
    tasks = find(fixture, RECORD_TASK);
    assert_int_equal(notes.count, 1);
    assert_int_equal(tasks.count, 1);
    assert_string_equal(record_text(tasks.record, "note"), notes.record->id.text);
    due = task_due_ms(tasks.record);
    assert_true(due > now + INT64_C(2) * 86400000 && due < now + INT64_C(4) * 86400000);
    record_free(notes.record);
    record_free(tasks.record);
}

static void days_are_read_as_they_are_said(void **state)
{
    static const struct {
        const char *text, *english, *french; /* "" for none */
    } cases[] = {
        {"tomorrow", "2026-11-28", "2026-11-28"},
        {"demain", "2026-11-28", "2026-11-28"},
        {"friday", "2026-12-04", "2026-12-04"},
        {"Lundi", "2026-11-30", "2026-11-30"},
        {"thu", "2026-12-03", "2026-12-03"},
        {"+3", "2026-11-30", "2026-11-30"},
        {"in 2 weeks", "2026-12-11", "2026-12-11"},
        {"dans 10 jours", "2026-12-07", "2026-12-07"},
        {"3/12", "2027-03-12", "2026-12-03"},
        {"27/11", "2026-11-27", "2026-11-27"},
        {"2026-12-24", "2026-12-24", "2026-12-24"},
        {"24 décembre 2026", "2026-12-24", "2026-12-24"},
        {"31/02", "", ""},
        {"+99999999999", "", ""},
        {"", "", ""},
        {"one day", "", ""},
        {"+", "", ""},
        {"12 moons", "", ""},
    };
    struct answer_context context = {.today = {2026, 11, 27}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (int french = 0; french < 2; french++) {
            const char *expected = french ? cases[i].french : cases[i].english;
            struct answer_day day = {0};
            char text[32] = "";

            context.language = french ? FORM_FRENCH : FORM_ENGLISH;
            if (day_read(cases[i].text, &context, &day))
                snprintf(text, sizeof(text), "%04d-%02d-%02d", day.year, day.month, day.day);
            if (strcmp(text, expected) != 0)
                fail_msg("\"%s\": %s, not %s", cases[i].text, text, expected);
        }
}

static void a_day_may_have_an_hour(void **state)
{
    static const struct {
        const char *text, *moment; /* "" for none */
    } cases[] = {
        {"2026-12-10 14:30", "2026-12-10 14:30"},
        {"vendredi à 14 h 30", "2026-12-04 14:30"},
        {"friday, 2:30 pm", "2026-12-04 14:30"},
        {"+5 16:00", "2026-12-02 16:00"},
        {"10/12 9 h", "2026-12-10 09:00"},
        {"24 décembre 2026 à midi", "2026-12-24 12:00"},
        {"tomorrow", "2026-11-28"},
        {"+3", "2026-11-30"},
        {"2026-12-10 25:00", ""},
        {"2026-12-10 perhaps", ""},
        {"14:30", ""},
        {"", ""},
    };
    struct answer_context context = {.language = FORM_FRENCH, .today = {2026, 11, 27}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct answer_day day = {0};
        struct answer_time hour = {0};
        char text[48] = "";
        bool timed = false;

        if (day_read_moment(cases[i].text, &context, &day, &hour, &timed))
            snprintf(text, sizeof(text), "%04d-%02d-%02d", day.year, day.month, day.day);
        if (timed)
            snprintf(text + strlen(text), 16, " %02d:%02d", hour.hour, hour.minute);
        if (strcmp(text, cases[i].moment) != 0)
            fail_msg("\"%s\": %s, not %s", cases[i].text, text, cases[i].moment);
    }
}

/* --- phrases and spelling --------------------------------------------------------------------- */

static void put_snippet(struct ui_fixture *fixture, const char *key, json_t *body)
{
    static int64_t seq = 1000;
    struct id id = id_from_key("snippet", key);
    struct record *record = record_new(RECORD_SNIPPET, &id);

    json_object_update_new(record->body, body);
    json_object_set_new(record->body, "key", json_string(key));
    record->rev = 1;
    record->seq = ++seq;
    assert_int_equal(catalogue_write_page(fixture->desk.catalogue, &record, 1, seq, "feed", NULL),
                     0);
    record_free(record);
}

static void put_snippets(struct ui_fixture *fixture)
{
    put_snippet(fixture, "t/call",
                json_pack("{s:{s:s,s:s}, s:{s:s,s:s}, s:{s:s,s:s}}", "title", "fr", "Rappel", "en",
                          "Call back", "word", "fr", "rappel", "en", "callback", "text", "fr",
                          "{name} veut un rappel.", "en", "{name} wants a call back."));
    put_snippet(fixture, "t/date",
                json_pack("{s:{s:s,s:s}, s:{s:s,s:s}, s:{s:s,s:s}}", "title", "fr", "Date", "en",
                          "Date", "word", "fr", "jour", "en", "cadence", "text", "fr", "Le {date}.",
                          "en", "On {date}, case {reference}."));
    put_snippet(fixture, "t/elsewhere",
                json_pack("{s:{s:s}, s:{s:s}, s:{s:s}, s:[s]}", "title", "en", "Elsewhere", "word",
                          "en", "caribou", "text", "en", "Not of this office.", "offices",
                          "t/south"));
}

static void a_slash_offers_the_phrases_of_the_office(void **state)
{
    struct ui_fixture *fixture = *state;

    put_snippets(fixture);
    ui_fixture_open_case(fixture);
    ui_fixture_press(fixture, INPUT_F(6));
    ui_fixture_type(fixture, "and/or 3/4 "); /* no beginning of a word */
    assert_false(ui_fixture_shows(fixture, "Phrases of the office"));
    ui_fixture_type(fixture, "/ca");
    assert_true(ui_fixture_shows(fixture, "Phrases of the office"));
    assert_true(ui_fixture_shows(fixture, "/cadence"));
    assert_true(ui_fixture_shows(fixture, "/callback"));
    assert_false(ui_fixture_shows(fixture, "/caribou"));
    ui_fixture_type(fixture, "l");
    assert_false(ui_fixture_shows(fixture, "/cadence"));
    /* Esc leaves what was typed, and asks no more about this word. */
    ui_fixture_press(fixture, INPUT_ESCAPE);
    assert_false(ui_fixture_shows(fixture, "Phrases of the office"));
    assert_true(ui_fixture_shows(fixture, "and/or 3/4 /cal"));
    ui_fixture_type(fixture, "l");
    assert_false(ui_fixture_shows(fixture, "Phrases of the office"));
    ui_fixture_type(fixture, " /c");
    assert_true(ui_fixture_shows(fixture, "Phrases of the office"));
    ui_fixture_press(fixture, INPUT_DOWN);
    ui_fixture_press(fixture, INPUT_UP);
    ui_fixture_press(fixture, INPUT_ENTER);
    assert_false(ui_fixture_shows(fixture, "Phrases of the office"));
    assert_true(ui_fixture_shows(fixture, "/call On "));
    assert_true(ui_fixture_shows(fixture, ", case C-"));
    assert_false(ui_fixture_shows(fixture, "{reference}"));
    /* One step to undo. */
    ui_fixture_press(fixture, INPUT_CONTROL('Y'));
    assert_true(ui_fixture_shows(fixture, "/call /c"));
}

static void a_phrase_is_in_the_language_of_the_note(void **state)
{
    struct ui_fixture *fixture = *state;

    put_snippets(fixture);
    ui_fixture_open_case(fixture);
    ui_fixture_press(fixture, INPUT_F(6));
    assert_true(ui_fixture_shows(fixture, "written in English"));
    ui_fixture_press(fixture, INPUT_CONTROL('P'));
    assert_true(ui_fixture_shows(fixture, "written in French"));
    ui_fixture_return(fixture, true);
    assert_true(ui_fixture_shows(fixture, "written in French"));
    ui_fixture_type(fixture, "/rap\r");
    assert_true(ui_fixture_shows(fixture, "Zoe Roy veut un rappel."));
}

static void words_not_in_the_dictionary_are_put_right(void **state)
{
    struct ui_fixture *fixture = *state;

    if (spelling_of("en") == NULL)
        skip();
    ui_fixture_open_case(fixture);
    ui_fixture_press(fixture, INPUT_F(6));
    ui_fixture_type(fixture, "She will recieve the guichettine, says zoe roy");
    ui_fixture_press(fixture, INPUT_CONTROL('N'));
    assert_true(ui_fixture_shows(fixture, "Not in the dictionary"));
    assert_true(ui_fixture_shows(fixture, "1  receive"));
    ui_fixture_type(fixture, "1");
    assert_true(ui_fixture_shows(fixture, "She will receive the guichettine"));
    ui_fixture_press(fixture, INPUT_CONTROL('N'));
    assert_true(ui_fixture_shows(fixture, "“guichettine” is right"));
    ui_fixture_press(fixture, INPUT_ESCAPE);
    assert_false(ui_fixture_shows(fixture, "is right"));
    ui_fixture_press(fixture, INPUT_CONTROL('N'));
    ui_fixture_press(fixture, INPUT_UP); /* stays at the first */
    for (int i = 0; i < SPELLING_SUGGESTIONS; i++)
        ui_fixture_press(fixture, INPUT_DOWN);
    ui_fixture_press(fixture, INPUT_ENTER);
    /* The client's name is no fault either. */
    ui_fixture_press(fixture, INPUT_CONTROL('N'));
    assert_true(ui_fixture_shows(fixture, "Every word is in the dictionary."));
    /* It stays the agent's own, in the sealed store. */
    ui_fixture_return(fixture, false);
    ui_fixture_press(fixture, INPUT_CONTROL('N'));
    assert_true(ui_fixture_shows(fixture, "Every word is in the dictionary."));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, ui_fixture_setup, ui_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_restricted_note_says_so),
        WITH(a_commitment_comes_back_on_its_day),
        WITH(a_slash_offers_the_phrases_of_the_office),
        WITH(a_phrase_is_in_the_language_of_the_note),
        WITH(words_not_in_the_dictionary_are_put_right),
        cmocka_unit_test(days_are_read_as_they_are_said),
        cmocka_unit_test(a_day_may_have_an_hour),
    };

    return cmocka_run_group_tests_name("note screen", tests, NULL, NULL);
}
