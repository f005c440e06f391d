/* The frame and its screens, on a canvas. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "app/link_sign_in.h"
#include "app/wipe.h"
#include "tests/unit/ui_fixture.h"
#include "ui/language.h"
#include "ui/screen.h"
#include "ui/sign_in.h"

#define F1  "\033OP"
#define F2  "\033OQ"
#define F9  "\033[20~"
#define F10 "\033[21~"
#define ESC "\033"

static void home_offers_what_is_often_opened(void **state)
{
    struct ui_fixture *fixture = *state;

    assert_true(ui_fixture_shows(fixture, "Common services"));
    ui_fixture_type(fixture, F2 "licence");
    ui_fixture_wait(fixture, "Driving licence");
    ui_fixture_type(fixture, "\r");
    assert_true(ui_fixture_shows(fixture, "Service · Driving licence"));
    ui_fixture_type(fixture, ESC);
    ui_fixture_type(fixture, ESC);
    assert_true(ui_fixture_shows(fixture, "1  Driving licence"));
    ui_fixture_type(fixture, "r1");
    assert_true(ui_fixture_shows(fixture, "Service · Driving licence"));
}

static void keys_typed_ahead_wait_for_the_results(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_fixture_type(fixture, F2 "birth certificate\r");
    ui_fixture_wait(fixture, "Service · Birth certificate");
    ui_fixture_type(fixture, ESC);
    assert_true(ui_fixture_shows(fixture, "birth certificate"));
}

static void write_service(struct ui_fixture *fixture, const char *body)
{
    struct id id = id_from_key("service", "t/deed");
    struct record *record = record_new(RECORD_SERVICE, &id);

    json_decref(record->body);
    record->body = json_loads(body, 0, NULL);
    assert_non_null(record->body);
    record->rev = 1;
    record->seq = 100;
    assert_int_equal(catalogue_write_page(fixture->desk.catalogue, &record, 1, 100, "feed", NULL),
                     0);
    record_free(record);
}

/* An order to erase everything that could not be carried out wholly is, as soon as that goes. */
static void erasing_goes_on(void **state)
{
    struct ui_fixture *fixture = *state;
    char path[128];

    snprintf(path, sizeof(path), "%s/agents", fixture->directory);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/agents/stuck.db", fixture->directory);
    assert_int_equal(mkdir(path, 0700), 0);
    link_wipe_set(fixture->link);
    ui_fixture_draw(fixture);
    ui_fixture_wait(fixture, "This terminal was erased");
    assert_true(ui_fixture_shows(fixture, "some files could not be removed"));
    assert_true(wipe_is_noted(fixture->directory));
    rmdir(path);
    ui_tick(fixture->ui);
    ui_fixture_draw(fixture);
    assert_false(ui_fixture_shows(fixture, "some files could not be removed"));
    assert_false(wipe_is_noted(fixture->directory));
}

/* Down too is for the results of all that was typed, which have not come when it is. */
static void a_result_is_marked_ahead(void **state)
{
    struct ui_fixture *fixture = *state;

    write_service(fixture, "{\"key\":\"t/deed\",\"title\":{\"en\":\"Deed certificate\"}}");
    ui_fixture_type(fixture, F2 "certificate\033[B\r");
    assert_true(ui_fixture_shows(fixture, "Service · Deed certificate"));
}

static void the_channels_stand_side_by_side(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_open(fixture->ui, "service", json_pack("{s:s}", "key", "t/birth"));
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "▸ counter       not known        $50.00"));
    assert_true(
        ui_fixture_shows(fixture, "  online        any time         $30.25 ✓   15 business days"));
    assert_true(ui_fixture_shows(fixture, "  phone         not offered"));
    assert_true(ui_fixture_shows(fixture, "Not yours to serve"));
    ui_fixture_press(fixture, INPUT_CONTROL('T'));
    assert_true(ui_fixture_shows(fixture, "▸ comptoir      inconnu          50,00 $"));
    assert_true(ui_fixture_shows(fixture, "15 jours ouvrables"));
}

static void a_moved_service_is_followed_and_said(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_open(fixture->ui, "service", json_pack("{s:s}", "key", "t/old"));
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "\"Baptismal record\" is now this service."));
    assert_true(ui_fixture_shows(fixture, "Service · Birth certificate"));
    ui_fixture_type(fixture, "r1");
    assert_true(ui_fixture_shows(fixture, "Service · Driving licence"));
}

static void what_fits_no_more_rings(void **state)
{
    struct ui_fixture *fixture = *state;
    char words[401];

    memset(words, 'x', sizeof(words) - 1);
    words[sizeof(words) - 1] = '\0';
    ui_fixture_type(fixture, F2);
    ui_fixture_type(fixture, words);
    assert_false(ui_take_ring(fixture->ui));
    ui_fixture_type(fixture, "y");
    assert_true(ui_take_ring(fixture->ui));
    ui_fixture_type(fixture, "\b");
    assert_false(ui_take_ring(fixture->ui));
}

static void everything_is_there_on_return(void **state)
{
    struct ui_fixture *fixture = *state;

    for (int killed = 0; killed < 2; killed++) {
        int row, column, row_after, column_after;

        ui_fixture_type(fixture, F2);
        ui_fixture_press(fixture, INPUT_CONTROL('U'));
        ui_fixture_type(fixture, "half typed\033[D\033[D");
        assert_true(canvas_cursor(fixture->canvas, &row, &column));
        ui_fixture_press(fixture, INPUT_F(1));
        ui_fixture_press(fixture, INPUT_CONTROL('T'));
        ui_fixture_return(fixture, killed == 1);
        assert_true(ui_fixture_shows(fixture, killed == 1 ? "Help · Search" : "Aide · Recherche"));
        ui_fixture_type(fixture, ESC);
        assert_true(ui_fixture_shows(fixture, "half typed"));
        assert_true(canvas_cursor(fixture->canvas, &row_after, &column_after));
        assert_int_equal(row, row_after);
        assert_int_equal(column, column_after);
    }
}

static void a_damaged_state_opens_home(void **state)
{
    struct ui_fixture *fixture = *state;
    json_t *damaged = json_pack("{s:[{s:i}, {s:s, s:i}, s]}", "screens", "name", 3, "name",
                                "service", "state", 9, "x");

    ui_close_all(fixture->ui);
    assert_int_equal(store_state_put(fixture->desk.store, "screens", damaged, NULL), 0);
    json_decref(damaged);
    ui_fixture_return(fixture, true);
    assert_true(ui_fixture_shows(fixture, "Common services"));
}

static void the_command_line_completes_and_runs(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_fixture_type(fixture, ":la");
    assert_true(ui_fixture_shows(fixture, "language"));
    ui_fixture_type(fixture, "\tfr\r");
    assert_true(ui_fixture_shows(fixture, "Services courants"));
    ui_fixture_type(fixture, ":rien\r");
    assert_true(ui_fixture_shows(fixture, "Commande inconnue : rien"));
    ui_fixture_type(fixture, ":langue en\r");
    assert_true(ui_fixture_shows(fixture, "Common services"));
    ui_fixture_type(fixture, ":sea licence\r");
    ui_fixture_wait(fixture, "Driving licence");
    ui_fixture_type(fixture, ESC ":channel phone\r");
    assert_true(ui_fixture_shows(fixture, "North · phone"));
    ui_fixture_return(fixture, false);
    assert_true(ui_fixture_shows(fixture, "North · phone"));
    ui_fixture_type(fixture, ":" ESC);
    ui_fixture_type(fixture, ":quit\r");
    assert_true(ui_is_over(fixture->ui));
}

static void an_offer_shows_without_taking_a_key(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_fixture_type(fixture, F2 "lic");
    fixture->desk.line.handoffs_offered = 1;
    strcpy(fixture->desk.line.notice, "Pierre offers: \033[31mred");
    ui_draw(fixture->ui, fixture->canvas);
    assert_true(ui_fixture_shows(fixture, "Ctrl-V: 1 hand-off"));
    assert_true(ui_fixture_shows(fixture, "Pierre offers: ␛[31mred"));
    ui_fixture_type(fixture, "ence");
    assert_true(ui_fixture_shows(fixture, "licence"));
}

static void the_bottom_line_tells_the_truth(void **state)
{
    struct ui_fixture *fixture = *state;
    struct link_status status = {.state = LINK_OFFLINE};
    struct author author = desk_author(&fixture->desk);
    struct batch batch = {0};
    struct operation *operation = author_append(&author, RECORD_CLIENT);
    struct error error = ERROR_INIT;

    operation_put_text(operation, "kind", "person");
    operation_put_text(operation, "name", "Léa");
    operation_put_text(operation, "office", desk_office(&fixture->desk));
    assert_int_equal(batch_add(&batch, operation, &error), 0);
    assert_int_equal(desk_apply(&fixture->desk, &batch, &error), 0);
    link_status_set(fixture->link, &status);
    ui_look(fixture->ui);
    fixture->desk.line.contact_started_ms = desk_now(&fixture->desk) - 192000;
    ui_draw(fixture->ui, fixture->canvas);
    assert_true(ui_fixture_shows(fixture, "offline"));
    assert_true(ui_fixture_shows(fixture, "1 waiting"));
    assert_true(ui_fixture_shows(fixture, "Ann Roy · North · counter · 03:12"));
    status.state = LINK_REFUSED;
    link_status_set(fixture->link, &status);
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "sign in again"));
    operation = author_append(&author, RECORD_CLIENT);
    operation_put_text(operation, "kind", "person");
    operation_put_text(operation, "office", desk_office(&fixture->desk));
    assert_int_equal(batch_add(&batch, operation, &error), 0);
    assert_int_equal(desk_apply(&fixture->desk, &batch, &error), ERROR_REFUSED);
    assert_int_equal(batch.count, 0);
    status = (struct link_status){
        .state = LINK_ONLINE, .clock_wrong = true, .clock_off_min = INT64_C(-60) * 24 * 366 * 3};
    link_status_set(fixture->link, &status);
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "clock 3 years behind"));
}

/* A disk that takes nothing is told in the agent's words, with what they can do. */
static void a_bad_disk_is_told_plainly(void **state)
{
    struct ui_fixture *fixture = *state;
    struct error error = ERROR_INIT;

    error_set(&error, ERROR_STORAGE, "store: commit: the disk is full");
    ui_tell_error(fixture->ui, &error);
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "This terminal's disk is full: make room"));
    assert_false(ui_fixture_shows(fixture, "commit"));
    error_set(&error, ERROR_STORAGE, "store: commit: the disk cannot be written to");
    ui_tell_error(fixture->ui, &error);
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "disk cannot be written to: ask for help."));
    error_set(&error, ERROR_STORAGE, "store: it is odd");
    ui_tell_error(fixture->ui, &error);
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "This terminal's storage failed: store: it is odd"));
}

static void locked_shows_nothing_and_takes_no_other_key(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_fixture_type(fixture, F9);
    assert_true(ui_fixture_shows(fixture, "Locked by Ann Roy"));
    assert_false(ui_fixture_shows(fixture, "Common services"));
    ui_fixture_type(fixture, F2);
    ui_fixture_type(fixture, ESC);
    ui_fixture_type(fixture, "wrong\r");
    assert_true(ui_fixture_shows(fixture, "That is not the password."));
    ui_fixture_type(fixture, "secret\r");
    assert_true(ui_fixture_shows(fixture, "Common services"));
    ui_fixture_type(fixture, F9);
    ui_fixture_type(fixture, F10);
    assert_true(ui_fixture_shows(fixture, "Login"));
    assert_null(fixture->desk.store);
}

static void nobody_at_the_keys_locks_it(void **state)
{
    struct ui_fixture *fixture = *state;
    const struct timespec pause = {.tv_nsec = 60000000};

    /* No key was pressed yet: whoever started it is there (a password can come from a file). */
    fixture->desk.lock_ms = 20000;
    ui_tick(fixture->ui);
    ui_draw(fixture->ui, fixture->canvas);
    assert_false(ui_fixture_shows(fixture, "Locked by Ann Roy"));
    ui_fixture_type(fixture, F2 "birth");
    fixture->desk.lock_ms = 600000;
    ui_tick(fixture->ui);
    ui_draw(fixture->ui, fixture->canvas);
    assert_false(ui_fixture_shows(fixture, "Locked by Ann Roy"));
    fixture->desk.lock_ms = 50;
    nanosleep(&pause, NULL);
    ui_tick(fixture->ui);
    ui_draw(fixture->ui, fixture->canvas);
    assert_true(ui_fixture_shows(fixture, "Locked by Ann Roy"));
    assert_false(ui_fixture_shows(fixture, "birth"));
    ui_tick(fixture->ui);
    ui_draw(fixture->ui, fixture->canvas);
    /* What was half typed is there again. */
    ui_fixture_type(fixture, "secret\r");
    assert_true(ui_fixture_shows(fixture, "birth"));
    fixture->desk.lock_ms = 0;
    nanosleep(&pause, NULL);
    ui_tick(fixture->ui);
    ui_draw(fixture->ui, fixture->canvas);
    assert_false(ui_fixture_shows(fixture, "Locked by Ann Roy"));
}

static void a_lock_is_not_guessed_at(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_fixture_type(fixture, F9);
    for (int i = 0; i < 4; i++)
        ui_fixture_type(fixture, "wrong\r");
    assert_true(ui_fixture_shows(fixture, "Locked by Ann Roy"));
    ui_fixture_type(fixture, "secret\r");
    assert_true(ui_fixture_shows(fixture, "Common services"));
    ui_fixture_type(fixture, F9);
    for (int i = 0; i < 5; i++)
        ui_fixture_type(fixture, "wrong\r");
    assert_true(ui_fixture_shows(fixture, "Login"));
    assert_null(fixture->desk.store);
    assert_null(fixture->desk.key);
}

static void it_fits_small_and_large_windows(void **state)
{
    struct ui_fixture *fixture = *state;
    static const int sizes[][2] = {{16, 60}, {24, 80}, {60, 200}, {5, 20}, {1, 1}};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        canvas_resize(fixture->canvas, sizes[i][0], sizes[i][1]);
        ui_open(fixture->ui, "service", json_pack("{s:s}", "key", "t/birth"));
        ui_fixture_type(fixture, "\033[B\033[B\033[6~\033[5~");
        ui_fixture_type(fixture, ESC);
        ui_fixture_type(fixture, F1);
        ui_fixture_type(fixture, ESC);
        ui_fixture_type(fixture, F2 "birth");
        ui_fixture_type(fixture, ESC);
        assert_string_equal(ui_top(fixture->ui)->kind->name, "home");
    }
}

static void a_question_is_answered_by_its_digit(void **state)
{
    struct ui_fixture *fixture = *state;
    static const char *const choices[] = {"Quit", "Back", NULL};

    screen_ask(ui_top(fixture->ui), "leave", "Leave?", choices);
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "Leave?"));
    assert_true(ui_fixture_shows(fixture, "2  Back"));
    ui_fixture_type(fixture, "2");
    assert_string_equal(ui_top(fixture->ui)->kind->name, "home");
}

static void a_login_that_is_held_is_not_called_wrong(void **state)
{
    struct ui_fixture *fixture = *state;
    struct error error = ERROR_INIT;
    char login[256], password[1024];
    struct id device = {""};

    assert_int_equal(link_sign_in(fixture->link, "marie", "right", &device, &error), 0);
    assert_true(link_credentials(fixture->link, login, password, &device));
    link_sign_in_answer(fixture->link, SIGN_IN_HELD, NULL, "too many");
    assert_int_equal(sign_in_poll(&fixture->desk, "marie", "right", &error), SIGN_IN_FAILED);
    assert_int_equal(error.code, ERROR_BUSY);
    assert_int_equal(link_sign_in_state(fixture->link, NULL, NULL), SIGN_IN_NONE);
}

/* Makes a store of this agent's whose beginning is damaged. */
static void make_damaged_store(const char *path, const struct id *agent)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    struct seal_key *key = seal_key_new();
    sqlite3 *database;

    assert_int_equal(seal_key_wrap(key, "before", wrapped, NULL), 0);
    assert_int_equal(store_create(path, agent, key, wrapped, NULL), 0);
    seal_key_free(key);
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, "DELETE FROM state", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

static void no_session_stays_behind_a_store_that_does_not_open(void **state)
{
    struct ui_fixture *fixture = *state;
    struct desk desk = {.link = fixture->link,
                        .catalogue = fixture->desk.catalogue,
                        .data_directory = fixture->directory};
    struct error error = ERROR_INIT;
    char folder[128], path[160], login[256], password[1024];
    struct id device = {""};

    snprintf(folder, sizeof(folder), "%s/agents", fixture->directory);
    snprintf(path, sizeof(path), "%s/damaged.db", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    make_damaged_store(path, desk_agent(&fixture->desk));
    assert_int_equal(link_sign_in(fixture->link, "damaged", "now", &device, &error), 0);
    assert_true(link_credentials(fixture->link, login, password, &device));
    link_sign_in_answer(fixture->link, SIGN_IN_ACCEPTED, fixture->desk.agent, NULL);
    assert_int_equal(sign_in_poll(&desk, "damaged", "now", &error), SIGN_IN_PREVIOUS);
    assert_int_equal(sign_in_previous(&desk, "damaged", "now", "before", &error), SIGN_IN_FAILED);
    assert_int_equal(link_sign_in_state(fixture->link, NULL, NULL), SIGN_IN_NONE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(home_offers_what_is_often_opened),
        TEST(keys_typed_ahead_wait_for_the_results),
        TEST(a_result_is_marked_ahead),
        TEST(the_channels_stand_side_by_side),
        TEST(a_moved_service_is_followed_and_said),
        TEST(what_fits_no_more_rings),
        TEST(everything_is_there_on_return),
        TEST(a_damaged_state_opens_home),
        TEST(the_command_line_completes_and_runs),
        TEST(an_offer_shows_without_taking_a_key),
        TEST(the_bottom_line_tells_the_truth),
        TEST(a_bad_disk_is_told_plainly),
        TEST(locked_shows_nothing_and_takes_no_other_key),
        TEST(nobody_at_the_keys_locks_it),
        TEST(a_lock_is_not_guessed_at),
        TEST(it_fits_small_and_large_windows),
        TEST(a_question_is_answered_by_its_digit),
        TEST(a_login_that_is_held_is_not_called_wrong),
        TEST(erasing_goes_on),
        TEST(no_session_stays_behind_a_store_that_does_not_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
