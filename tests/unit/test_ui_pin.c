/* Where the screens mark what the agent has pinned to this terminal: a client, and their cases. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/store_file.h"
#include "tests/unit/ui_fixture.h"
#include "ui/language.h"
#include "ui/screen.h"

#define ZOE    "019b7000-0000-7000-8000-0000000000a1"
#define ALAN   "019b7000-0000-7000-8000-0000000000a2"
#define MATTER "019b7000-0000-7000-8000-0000000000b1"
#define OTHER  "019b7000-0000-7000-8000-0000000000b2"

static struct id id_of(const char *text)
{
    struct id id;

    assert_true(id_parse(&id, text));
    return id;
}

static void deliver(struct ui_fixture *fixture, enum record_type type, const char *id, json_t *body,
                    int64_t cursor)
{
    const struct id record_id = id_of(id);
    struct record *record = record_new(type, &record_id);

    json_decref(record->body);
    record->body = body;
    record->rev = record->seq = 1;
    assert_int_equal(store_write_page(fixture->desk.store, &record, 1, cursor, "feed", NULL), 0);
    fixture->desk.changes++;
    record_free(record);
}

static json_t *client(const char *name)
{
    return json_pack("{s:s, s:s, s:s}", "kind", "person", "name", name, "office", "t/north");
}

static json_t *matter(const char *reference, const char *client)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "reference", reference, "office", "t/north",
                     "opened_at", "2026-11-01T10:00:00.000Z", "opened_by", ZOE, "status",
                     "received", "client", client);
}

static void pin(struct ui_fixture *fixture, enum record_type type, const char *text, bool pinned)
{
    const struct id id = id_of(text);

    assert_int_equal(store_file_pin(fixture->desk.store, type, &id, pinned, 1000, NULL), 0);
    fixture->desk.changes++;
    ui_fixture_draw(fixture);
}

static void have_two(struct ui_fixture *fixture)
{
    deliver(fixture, RECORD_CLIENT, ZOE, client("Zoé Lebel"), 1);
    deliver(fixture, RECORD_CLIENT, ALAN, client("Alan Lebel"), 2);
    deliver(fixture, RECORD_CASE, MATTER, matter("C-0000-0001", ZOE), 3);
    deliver(fixture, RECORD_CASE, OTHER, matter("C-0000-0002", ALAN), 4);
    ui_fixture_draw(fixture);
}

/* Whether the row with this text begins with the mark. */
static bool is_marked(struct ui_fixture *fixture, const char *text)
{
    bool marked = false, found = false;

    for (int row = 0; row < canvas_rows(fixture->canvas); row++) {
        char *line = canvas_line(fixture->canvas, row);

        if (strstr(line, text) != NULL) {
            marked = strncmp(line, " p", 2) == 0;
            found = true;
        }
        free(line);
    }
    if (!found) {
        ui_fixture_print(fixture);
        fail_msg("not shown: %s", text);
    }
    return marked;
}

static void a_search_marks_who_is_pinned(void **state)
{
    struct ui_fixture *fixture = *state;

    have_two(fixture);
    ui_fixture_type(fixture, ":contact\r");
    ui_fixture_type(fixture, "lebel");
    ui_fixture_wait(fixture, "Zoé Lebel");
    assert_false(is_marked(fixture, "Zoé Lebel"));
    pin(fixture, RECORD_CLIENT, ZOE, true);
    assert_true(is_marked(fixture, "Zoé Lebel"));
    assert_false(is_marked(fixture, "Alan Lebel"));
}

static void the_lists_mark_a_case_by_itself_or_its_client(void **state)
{
    struct ui_fixture *fixture = *state;

    have_two(fixture);
    ui_fixture_type(fixture, ":lists all\r");
    ui_fixture_wait(fixture, "C-0000-0001");
    assert_false(is_marked(fixture, "C-0000-0001"));
    pin(fixture, RECORD_CLIENT, ZOE, true);
    assert_true(is_marked(fixture, "C-0000-0001"));
    assert_false(is_marked(fixture, "C-0000-0002"));
    pin(fixture, RECORD_CLIENT, ZOE, false);
    pin(fixture, RECORD_CASE, OTHER, true);
    assert_false(is_marked(fixture, "C-0000-0001"));
    assert_true(is_marked(fixture, "C-0000-0002"));
}

static void the_screen_of_the_client_says_it(void **state)
{
    struct ui_fixture *fixture = *state;

    have_two(fixture);
    ui_open(fixture->ui, "client", json_pack("{s:s}", "id", ZOE));
    ui_fixture_draw(fixture);
    ui_fixture_type(fixture, "3");
    ui_fixture_wait(fixture, "Zoé Lebel");
    assert_false(ui_fixture_shows(fixture, "(pinned)"));
    pin(fixture, RECORD_CLIENT, ZOE, true);
    assert_true(ui_fixture_shows(fixture, "(pinned)"));
    assert_true(language_set("fr"));
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "(épinglé)"));
    assert_true(language_set("en"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_search_marks_who_is_pinned),
        TEST(the_lists_mark_a_case_by_itself_or_its_client),
        TEST(the_screen_of_the_client_says_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
