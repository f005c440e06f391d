#include "tests/unit/ui_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/remove_folder.h"
#include "tests/unit/unit.h"
#include "ui/language.h"

static const char *const records[][2] = {
    {"agent", "{\"key\":\"t/ann\",\"login\":\"ann\",\"name\":\"Ann Roy\",\"office\":\"north\","
              "\"role\":\"clerk\",\"levels\":[1,2],\"title\":{\"fr\":\"Ann\",\"en\":\"Ann\"}}"},
    {"office", "{\"key\":\"t/north\",\"title\":{\"fr\":\"Bureau du Nord\",\"en\":\"North\"}}"},
    {"queue", "{\"key\":\"t/front\",\"title\":{\"fr\":\"Première ligne\",\"en\":\"Front line\"},"
              "\"skills\":[\"civil-status\",\"wine\"]}"},
    {"service",
     "{\"key\":\"t/birth\",\"title\":{\"fr\":\"Acte de naissance\",\"en\":\"Birth certificate\"},"
     "\"summary\":{\"fr\":\"La preuve.\",\"en\":\"The proof.\"},\"level\":3,"
     "\"owner\":{\"id\":\"dec\",\"title\":{\"fr\":\"État civil\",\"en\":\"Civil status\"}},"
     "\"channels\":["
     "{\"channel\":\"counter\",\"available\":true,\"fee\":{\"amount\":5000,\"currency\":\"CAD\"}},"
     "{\"channel\":\"web\",\"available\":true,\"fee\":{\"amount\":3025,\"currency\":\"CAD\"},"
     "\"guarantee\":{\"count\":15,\"unit\":\"business-day\",\"refund\":true}},"
     "{\"channel\":\"phone\",\"available\":false}],"
     "\"related\":[\"licence\"]}"},
    {"service", "{\"key\":\"t/licence\",\"level\":1,"
                "\"title\":{\"fr\":\"Permis\",\"en\":\"Driving licence\"}}"},
    {"service", "{\"key\":\"t/old\",\"moved_to\":\"birth\","
                "\"title\":{\"fr\":\"Baptistaire\",\"en\":\"Baptismal record\"}}"},
};

#define RECORD_COUNT (sizeof(records) / sizeof(records[0]))
#define SETTLE_LOOKS 30000 /* of 2 ms and more: over a minute */

static void write_catalogue(struct ui_fixture *fixture)
{
    struct record *page[RECORD_COUNT];
    struct error error = ERROR_INIT;

    assert_int_equal(
        catalogue_open(&fixture->desk.catalogue, fixture->catalogue_path, true, &error), 0);
    for (size_t i = 0; i < RECORD_COUNT; i++) {
        json_t *body = json_loads(records[i][1], 0, NULL);
        struct id id;

        assert_non_null(body);
        id = id_from_key(records[i][0], json_string_value(json_object_get(body, "key")));
        page[i] = record_new(record_type_from_name(records[i][0]), &id);
        assert_non_null(page[i]);
        json_decref(page[i]->body);
        page[i]->body = body;
        page[i]->rev = 1;
        page[i]->seq = (int64_t)i + 1;
    }
    assert_int_equal(catalogue_write_page(fixture->desk.catalogue, page, RECORD_COUNT,
                                          (int64_t)RECORD_COUNT, "feed", &error),
                     0);
    for (size_t i = 0; i < RECORD_COUNT; i++)
        record_free(page[i]);
}

static void make_store(struct ui_fixture *fixture, struct seal_key *key)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    struct id agent = id_from_key("agent", "t/ann");

    assert_int_equal(seal_key_wrap(key, "secret", wrapped, NULL), 0);
    assert_int_equal(store_create(fixture->store_path, &agent, key, wrapped, NULL), 0);
}

static void open_desk(struct ui_fixture *fixture, struct seal_key *key)
{
    struct error error = ERROR_INIT;

    clock_init(&fixture->desk.clock, clock_system, NULL);
    fixture->desk.link = fixture->link;
    fixture->desk.login = "";
    fixture->desk.web_address = "www.example.ca/continue";
    fixture->desk.continue_validity = (struct continue_validity){2, CONTINUE_HOURS};
    fixture->desk.catalogue_path = fixture->catalogue_path;
    fixture->desk.data_directory = fixture->directory;
    strcpy(fixture->desk.channel, "counter");
    assert_int_equal(desk_sign_in(&fixture->desk, strdup(fixture->store_path), key, NULL, &error),
                     0);
    fixture->ui = ui_new(&fixture->desk);
    assert_non_null(fixture->ui);
    ui_restore(fixture->ui);
    ui_fixture_draw(fixture);
}

int ui_fixture_setup(void **state)
{
    struct ui_fixture *fixture = calloc(1, sizeof(*fixture));
    struct seal_key *key;

    assert_non_null(fixture);
    *state = fixture;
    assert_int_equal(seal_start(NULL), 0);
    assert_int_equal(language_start(NULL), 0);
    language_set("en");
    strcpy(fixture->directory, "/tmp/guichet-ui.XXXXXX");
    assert_non_null(mkdtemp(fixture->directory));
    snprintf(fixture->catalogue_path, sizeof(fixture->catalogue_path), "%s/catalogue.db",
             fixture->directory);
    snprintf(fixture->store_path, sizeof(fixture->store_path), "%s/ann.db", fixture->directory);
    fixture->canvas = canvas_new(24, 80);
    assert_int_equal(link_new(&fixture->link, NULL), 0);
    write_catalogue(fixture);
    key = seal_key_new();
    make_store(fixture, key);
    open_desk(fixture, key);
    return 0;
}

int ui_fixture_teardown(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_free(fixture->ui);
    desk_sign_out(&fixture->desk);
    catalogue_close(fixture->desk.catalogue);
    link_free(fixture->link);
    canvas_free(fixture->canvas);
    assert_int_equal(remove_folder(fixture->directory), 0);
    free(fixture);
    return 0;
}

void ui_fixture_return(struct ui_fixture *fixture, bool killed)
{
    struct seal_key *key = seal_key_copy(fixture->desk.key);

    if (!killed)
        ui_close_all(fixture->ui);
    ui_free(fixture->ui);
    desk_sign_out(&fixture->desk);
    open_desk(fixture, key);
}

void ui_fixture_draw(struct ui_fixture *fixture)
{
    ui_look(fixture->ui);
    ui_save(fixture->ui);
    ui_draw(fixture->ui, fixture->canvas);
}

/* As the loop does while the screen on top waits: until it does no longer. */
static void settle(struct ui_fixture *fixture)
{
    const struct timespec moment = {0, 2000000};

    for (int i = 0; ui_is_busy(fixture->ui); i++) {
        if (i == SETTLE_LOOKS) {
            ui_fixture_print(fixture);
            fail_msg("the screen waits, and nothing comes: %s", ui_top(fixture->ui)->kind->name);
        }
        ui_tick(fixture->ui);
        ui_fixture_draw(fixture);
        if (ui_is_busy(fixture->ui))
            nanosleep(&moment, NULL);
    }
}

void ui_fixture_send(struct ui_fixture *fixture, const char *bytes)
{
    struct input_decoder *decoder = input_decoder_new();
    struct input input;

    assert_non_null(decoder);
    input_decoder_feed(decoder, bytes, strlen(bytes), 0);
    /* An Esc at the end is the key. */
    while (input_next(decoder, &input, INPUT_ESCAPE_WAIT_MS)) {
        settle(fixture);
        ui_input(fixture->ui, &input);
    }
    input_decoder_free(decoder);
    ui_fixture_draw(fixture);
}

void ui_fixture_type(struct ui_fixture *fixture, const char *bytes)
{
    ui_fixture_send(fixture, bytes);
    settle(fixture);
}

void ui_fixture_press(struct ui_fixture *fixture, uint32_t code)
{
    struct input input = {.code = code};

    ui_input(fixture->ui, &input);
    ui_fixture_draw(fixture);
    settle(fixture);
}

bool ui_fixture_shows(struct ui_fixture *fixture, const char *text)
{
    bool found = false;

    for (int row = 0; row < canvas_rows(fixture->canvas) && !found; row++) {
        char *line = canvas_line(fixture->canvas, row);

        found = line != NULL && strstr(line, text) != NULL;
        free(line);
    }
    return found;
}

void ui_fixture_expect(struct ui_fixture *fixture, const char *text)
{
    if (!ui_fixture_shows(fixture, text)) {
        ui_fixture_print(fixture);
        fail_msg("not shown: %s", text);
    }
}

void ui_fixture_expect_not(struct ui_fixture *fixture, const char *text)
{
    if (ui_fixture_shows(fixture, text)) {
        ui_fixture_print(fixture);
        fail_msg("shown: %s", text);
    }
}

void ui_fixture_wait(struct ui_fixture *fixture, const char *text)
{
    const struct timespec moment = {0, 2000000};

    for (int i = 0; i < 5000; i++) {
        ui_fixture_draw(fixture);
        if (ui_fixture_shows(fixture, text))
            return;
        nanosleep(&moment, NULL);
    }
    ui_fixture_print(fixture);
    fail_msg("not shown: %s", text);
}

void ui_fixture_print(struct ui_fixture *fixture)
{
    for (int row = 0; row < canvas_rows(fixture->canvas); row++) {
        char *line = canvas_line(fixture->canvas, row);

        print_message("|%s\n", line);
        free(line);
    }
}

void ui_fixture_open_case(struct ui_fixture *fixture)
{
    ui_fixture_press(fixture, INPUT_F(3));
    ui_fixture_type(fixture, "Zoe Roy");
    ui_fixture_press(fixture, INPUT_CONTROL('N'));
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_type(fixture, "moves in July\t\r");
    assert_true(ui_fixture_shows(fixture, "contact, in progress"));
}
