/* A file that is shown is told to the server, with the reason for which it was opened. */
#include "tests/unit/unit.h"

#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "tests/unit/ui_fixture.h"

struct looks {
    int count;
    json_t *last; /* owned: the body */
};

static int add_look(void *context, const struct outbox_entry *entry)
{
    struct looks *looks = context;

    if (entry->operation->type != RECORD_ACCESS)
        return 0;
    looks->count++;
    json_decref(looks->last);
    looks->last = json_incref(entry->operation->body);
    return 0;
}

static struct looks looks_of(struct ui_fixture *fixture)
{
    struct looks looks = {0};

    assert_int_equal(store_outbox_each(fixture->desk.store, 1000, add_look, &looks, NULL), 0);
    return looks;
}

static void a_case_that_is_opened(void **state)
{
    struct ui_fixture *fixture = *state;
    struct looks before = looks_of(fixture), after;

    ui_fixture_open_case(fixture);
    after = looks_of(fixture);
    assert_true(after.count > before.count);
    assert_string_equal(json_text_or(after.last, "case", ""), fixture->desk.open.matter.text);
    assert_string_equal(json_text_or(after.last, "client", ""), fixture->desk.open.client.text);
    assert_string_equal(json_text_or(after.last, "contact", ""), fixture->desk.open.contact.text);
    assert_string_equal(json_text_or(after.last, "purpose", ""),
                        id_is_empty(&fixture->desk.open.contact) ? "" : "contact");
    before = after;
    /* Going and coming back is the same look. */
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_open(fixture->ui, "case", json_pack("{s:s}", "id", fixture->desk.open.matter.text));
    ui_fixture_draw(fixture);
    after = looks_of(fixture);
    assert_int_equal(after.count, before.count);
    /* Without a contact, for what the agent said about this client. */
    fixture->desk.open.contact = (struct id){0};
    fixture->desk.said.client = fixture->desk.open.client;
    fixture->desk.said.until_ms = INT64_MAX;
    fixture->desk.said.reason.purpose = PURPOSE_WRITTEN;
    strcpy(fixture->desk.said.reason.words, "lettre du 2 novembre");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_open(fixture->ui, "case", json_pack("{s:s}", "id", fixture->desk.open.matter.text));
    ui_fixture_draw(fixture);
    json_decref(after.last);
    after = looks_of(fixture);
    assert_int_equal(after.count, before.count + 1);
    assert_string_equal(json_text_or(after.last, "purpose", ""), "written");
    assert_string_equal(json_text_or(after.last, "words", ""), "lettre du 2 novembre");
    assert_string_equal(json_text_or(after.last, "contact", "none"), "none");
    json_decref(after.last);
    json_decref(before.last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_case_that_is_opened, ui_fixture_setup,
                                        ui_fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
