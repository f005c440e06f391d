/* The case file on one screen: sentences to read aloud, the filter of its timeline, what is new. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/client.h"
#include "app/contact.h"
#include "app/note.h"
#include "app/task.h"
#include "tests/unit/ui_fixture.h"
#include "ui/day.h"

static void apply(struct ui_fixture *fixture, struct batch *batch)
{
    struct error error = ERROR_INIT;

    if (desk_apply(&fixture->desk, batch, &error) != 0)
        fail_msg("%s", error.message);
    batch_clear(batch);
    ui_look(fixture->ui);
    ui_fixture_draw(fixture);
}

static void note(struct ui_fixture *fixture, const char *kind, const char *text, int64_t due_ms)
{
    struct author author = desk_author(&fixture->desk);
    struct note_draft draft = {.kind = kind,
                               .text = text,
                               .matter = fixture->desk.open.matter,
                               .client = fixture->desk.open.client,
                               .due_ms = due_ms};
    struct batch batch = {0};
    struct id id;

    assert_int_equal(note_write(&batch, &author, &draft, &id, NULL), 0);
    apply(fixture, &batch);
}

static struct id task(struct ui_fixture *fixture, const char *kind, const char *text,
                      int64_t due_ms)
{
    struct author author = desk_author(&fixture->desk);
    struct task_draft draft = {
        .kind = kind, .text = text, .matter = fixture->desk.open.matter, .due_ms = due_ms};
    struct batch batch = {0};
    struct id id;

    assert_int_equal(task_make(&batch, &author, &draft, &id, NULL), 0);
    apply(fixture, &batch);
    return id;
}

static void the_case_is_read_aloud_from_its_first_lines(void **state)
{
    struct ui_fixture *fixture = *state;
    struct author author;
    struct batch batch = {0};
    struct record *record = NULL;

    ui_fixture_open_case(fixture);
    assert_true(ui_fixture_shows(fixture, "Zoe Roy, in English"));
    /* What the client came for, in their words, while the case has no service. */
    assert_true(ui_fixture_shows(fixture, "moves in July: received"));
    assert_true(ui_fixture_shows(fixture, "in nobody's hands"));
    assert_true(ui_fixture_shows(fixture, "Last: contact, in progress, by Ann Roy"));
    author = desk_author(&fixture->desk);
    assert_int_equal(store_get(fixture->desk.store, RECORD_CLIENT, &fixture->desk.open.client,
                               &record, NULL, NULL),
                     0);
    assert_int_equal(client_change(&batch, &author, record,
                                   &(struct client_details){.interpreter = "es",
                                                            .accessibility = "large print",
                                                            .phone = "418 555-0199"},
                                   NULL),
                     0);
    record_free(record);
    assert_int_equal(store_get(fixture->desk.store, RECORD_CONTACT, &fixture->desk.open.contact,
                               &record, NULL, NULL),
                     0);
    assert_int_equal(contact_set(&batch, &author, record, "identity", "verified", NULL), 0);
    record_free(record);
    apply(fixture, &batch);
    assert_true(ui_fixture_shows(
        fixture, "Zoe Roy, in English, interpreter: es, needs: large print, identity verified ("));
    assert_true(ui_fixture_shows(fixture, "418 555-0199"));
}

static void a_promise_stands_before_what_happened_last(void **state)
{
    struct ui_fixture *fixture = *state;
    int64_t now = desk_now(&fixture->desk);

    ui_fixture_open_case(fixture);
    note(fixture, "commitment", "Far away", now + INT64_C(20) * 86400000);
    note(fixture, "commitment", "Call back\nwith the answer", now + 7200000);
    note(fixture, "commitment", "Long past", now - 86400000);
    assert_true(ui_fixture_shows(fixture, "Promised for "));
    assert_true(ui_fixture_shows(fixture, ": Call back"));
    assert_false(ui_fixture_shows(fixture, "Last:"));
}

static void a_promise_is_late_when_its_day_is_over(void **state)
{
    struct ui_fixture *fixture = *state;

    struct author author;
    struct batch batch = {0};
    struct record *made = NULL;
    struct id id;

    ui_fixture_open_case(fixture);
    author = desk_author(&fixture->desk);
    /* Of today, and its hour is nobody's business. */
    id = task(fixture, "commitment", "Call back", day_start_ms(desk_now(&fixture->desk)) + 1);
    assert_true(ui_fixture_shows(fixture, "Promised for today: Call back"));
    assert_int_equal(store_get(fixture->desk.store, RECORD_TASK, &id, &made, NULL, NULL), 0);
    assert_int_equal(
        task_move(&batch, &author, made, day_start_ms(desk_now(&fixture->desk)) - 1, NULL, NULL),
        0);
    record_free(made);
    apply(fixture, &batch);
    assert_true(ui_fixture_shows(fixture, "and late: Call back"));
    assert_int_equal(store_get(fixture->desk.store, RECORD_TASK, &id, &made, NULL, NULL), 0);
    assert_int_equal(task_done(&batch, &author, made, NULL, NULL), 0);
    record_free(made);
    apply(fixture, &batch);
    assert_false(ui_fixture_shows(fixture, "and late"));
    /* What is to be done was promised to nobody. */
    task(fixture, "other", "Look it up", desk_now(&fixture->desk) + INT64_C(3) * 86400000);
    assert_true(ui_fixture_shows(fixture, "To do by "));
    assert_false(ui_fixture_shows(fixture, "Promised"));
}

static void the_timeline_is_filtered_by_its_words(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_fixture_open_case(fixture);
    note(fixture, "internal", "Éligible au programme", 0);
    note(fixture, "decision", "Passport refused", 0);
    assert_true(ui_fixture_shows(fixture, "What happened, newest first"));
    ui_fixture_type(fixture, "/");
    ui_fixture_type(fixture, "elig prog");
    assert_true(ui_fixture_shows(fixture, "1 of 3"));
    assert_true(ui_fixture_shows(fixture, "Éligible"));
    assert_false(ui_fixture_shows(fixture, "Passport refused"));
    ui_fixture_press(fixture, INPUT_CONTROL('U'));
    ui_fixture_type(fixture, "decis");
    assert_true(ui_fixture_shows(fixture, "Passport refused"));
    assert_true(ui_fixture_shows(fixture, "1 of 3"));
    ui_fixture_press(fixture, INPUT_CONTROL('U'));
    ui_fixture_type(fixture, "counter");
    assert_true(ui_fixture_shows(fixture, "3 of 3"));
    ui_fixture_press(fixture, INPUT_CONTROL('U'));
    ui_fixture_type(fixture, "port"); /* only the beginning of a word */
    assert_true(ui_fixture_shows(fixture, "0 of 3"));
    assert_true(ui_fixture_shows(fixture, "Nothing here is called like this."));
    ui_fixture_press(fixture, INPUT_CONTROL('U'));
    ui_fixture_type(fixture, "passp\r");
    /* The marked entry is the one that is shown. */
    ui_fixture_press(fixture, INPUT_ENTER);
    assert_true(ui_fixture_shows(fixture, "Entry · note, decision"));
    ui_fixture_press(fixture, INPUT_ESCAPE);
    /* It is kept as all half-done work is. */
    ui_fixture_return(fixture, true);
    assert_true(ui_fixture_shows(fixture, "1 of 3"));
    ui_fixture_type(fixture, "/");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    assert_true(ui_fixture_shows(fixture, "What happened, newest first"));
    assert_true(ui_fixture_shows(fixture, "Éligible"));
}

/* A note that comes from the server, written by `agent`. */
static void receive_note(struct ui_fixture *fixture, const struct id *agent, int64_t seq,
                         const char *text)
{
    struct id id = id_generate(&fixture->desk.ids, desk_now(&fixture->desk));
    struct record *record = record_new(RECORD_NOTE, &id);
    char at[TIMESTAMP_SIZE];

    timestamp_format(desk_now(&fixture->desk), at);
    record->rev = 1;
    record->seq = seq;
    json_object_update_new(record->body,
                           json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "case",
                                     fixture->desk.open.matter.text, "channel", "phone", "kind",
                                     "internal", "text", text, "author", agent->text, "office",
                                     "t/north", "at", at));
    json_object_set_new(record->meta, "updated", json_pack("{s:s}", "agent", agent->text));
    assert_int_equal(store_write_page(fixture->desk.store, &record, 1, seq, "server", NULL), 0);
    record_free(record);
    fixture->desk.changes++;
    ui_look(fixture->ui);
    ui_fixture_draw(fixture);
}

static void what_came_since_the_last_look_is_marked(void **state)
{
    struct ui_fixture *fixture = *state;
    struct id other = id_from_key("agent", "t/zed");

    ui_fixture_open_case(fixture);
    receive_note(fixture, &other, 5, "First");
    assert_true(ui_fixture_shows(fixture, "First"));
    /* Never looked at before: nothing stands out. */
    assert_false(ui_fixture_shows(fixture, "new since"));
    ui_fixture_press(fixture, INPUT_F(6));
    ui_fixture_press(fixture, INPUT_ESCAPE);
    receive_note(fixture, &other, 6, "Second");
    assert_true(ui_fixture_shows(fixture, "What happened, 1 new since you last looked"));
    receive_note(fixture, desk_agent(&fixture->desk), 7, "My own from another terminal");
    assert_true(ui_fixture_shows(fixture, "What happened, 1 new since you last looked"));
    /* It stays marked while it is looked at; once left, it is seen. */
    ui_fixture_press(fixture, INPUT_F(6));
    ui_fixture_press(fixture, INPUT_ESCAPE);
    assert_true(ui_fixture_shows(fixture, "Second"));
    assert_false(ui_fixture_shows(fixture, "new since"));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, ui_fixture_setup, ui_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(the_case_is_read_aloud_from_its_first_lines),
        WITH(a_promise_stands_before_what_happened_last),
        WITH(a_promise_is_late_when_its_day_is_over),
        WITH(the_timeline_is_filtered_by_its_words),
        WITH(what_came_since_the_last_look_is_marked),
    };

    return cmocka_run_group_tests_name("case screen", tests, NULL, NULL);
}
