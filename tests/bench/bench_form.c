/*
 * What a keystroke and a left field cost in forms of 50 to 500 fields on one page, with a rule on
 * every fifth (100 in the largest): in the model alone, and as a clerk has it, from the key to what
 * is sent to the terminal (an xterm of 24 by 80 on a pseudo-terminal), with what is typed kept on
 * disk. The aim: flat from 50 to 500 fields, in time and in bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "forms/fill.h"
#include "tests/bench/painted.h"
#include "tests/unit/unit.h"
#include "ui/terminal.h"

#define ROUNDS  2000
#define ANSWERS 60
#define SIZES   4

static const int sizes[SIZES] = {50, 125, 250, 500};

/* Field i of every five shows when the one before it is not empty. */
static json_t *form_body(int fields)
{
    json_t *properties = json_object();
    json_t *elements = json_array();

    for (int i = 0; i < fields; i++) {
        char name[32];
        char scope[64];
        json_t *control;

        snprintf(name, sizeof(name), "field_%d", i);
        snprintf(scope, sizeof(scope), "#/properties/%s", name);
        json_object_set_new(properties, name,
                            json_pack("{s:s, s:i, s:i, s:s}", "type", "string", "minLength", 2,
                                      "maxLength", 40, "pattern", "^[A-Za-z ]+$"));
        control = json_pack("{s:s, s:s}", "type", "Control", "scope", scope);
        if (i % 5 == 4) {
            snprintf(scope, sizeof(scope), "#/properties/field_%d", i - 1);
            json_object_set_new(control, "rule",
                                json_pack("{s:s, s:{s:s, s:{s:s, s:i}, s:b}}", "effect", "SHOW",
                                          "condition", "scope", scope, "schema", "type", "string",
                                          "minLength", 1, "failWhenUndefined", 1));
        }
        json_array_append_new(elements, control);
    }
    return json_pack("{s:s, s:s, s:i, s:{s:s, s:s}, s:{s:s, s:o}, s:{s:s, s:o}}", "key",
                     "bench/form", "code", "BENCH", "version", 1, "title", "fr", "Banc", "en",
                     "Bench", "schema", "type", "object", "properties", properties, "layout",
                     "type", "VerticalLayout", "elements", elements);
}

/* --- the model ------------------------------------------------------------------------------- */

/* Microseconds. */
struct cost {
    double key;
    double leave;
    double key_bytes;
    double leave_bytes;
    double answer;
};

static int measure_model(int fields, struct cost *cost)
{
    struct answer_context context = {FORM_ENGLISH, {2026, 11, 24}, 0};
    struct error error = ERROR_INIT;
    json_t *body = form_body(fields);
    struct form *form;
    struct fill *fill;
    double start = painted_now();

    if (form_compile(&form, body, &error) != 0 ||
        fill_new(&fill, form, NULL, &context, &error) != 0) {
        fprintf(stderr, "bench_form: %s\n", error.message);
        return 1;
    }
    printf("model, %3d fields: opened in %.0f us", fields, painted_now() - start);
    do
        fill_type(fill, "Some answer");
    while (fill_next(fill));
    fill_go(fill, fill_line_count(fill) / 2);
    start = painted_now();
    for (int i = 0; i < ROUNDS; i++)
        fill_type(fill, i % 2 == 0 ? "Anne Marie" : "Anne Mari");
    cost->key = (painted_now() - start) / ROUNDS;
    start = painted_now();
    for (int i = 0; i < ROUNDS; i++) {
        fill_type(fill, i % 2 == 0 ? "Anne Marie" : "Anne Mari");
        fill_take(fill);
    }
    cost->leave = (painted_now() - start) / ROUNDS;
    printf(", a key %.2f us, a field left %.1f us\n", cost->key, cost->leave);
    fill_free(fill);
    form_free(form);
    json_decref(body);
    return 0;
}

/* --- the screen ------------------------------------------------------------------------------ */

/* Median time of leaving a field whose answer was changed: checked, kept on disk, sealed. */
static double answer_many(struct ui_fixture *fixture, struct terminal *terminal)
{
    double times[ANSWERS];
    size_t bytes;

    for (size_t i = 0; i < ANSWERS; i++) {
        painted_key(fixture, terminal, i % 2 == 0 ? 'b' : INPUT_BACKSPACE, &bytes);
        times[i] = painted_key(fixture, terminal, INPUT_TAB, &bytes);
        painted_key(fixture, terminal, INPUT_BACK_TAB, &bytes);
        painted_key(fixture, terminal, INPUT_END, &bytes);
    }
    return painted_median(times, ANSWERS);
}

static void publish(struct ui_fixture *fixture, int fields)
{
    struct id id = id_from_key("form", "bench/form");
    struct record *record = record_new(RECORD_FORM, &id);
    struct record *page[] = {record};
    int64_t cursor = catalogue_cursor(fixture->desk.catalogue, NULL) + 1;

    json_decref(record->body);
    record->body = form_body(fields);
    record->rev = record->seq = cursor;
    assert_int_equal(catalogue_write_page(fixture->desk.catalogue, page, 1, cursor, "feed", NULL),
                     0);
    record_free(record);
}

static void measure_screen(int fields, struct terminal *terminal, struct cost *cost)
{
    void *state;
    struct ui_fixture *fixture;
    size_t bytes;

    ui_fixture_setup(&state);
    fixture = state;
    publish(fixture, fields);
    ui_fixture_type(fixture, "\007form BENCH\r");
    /* To the middle, answering on the way: rules show what depends on it. */
    for (int i = 0; i < fields / 2; i++)
        ui_fixture_type(fixture, "Anne\t");
    assert_true(ui_fixture_shows(fixture, "Bench"));
    painted_key(fixture, terminal, 'A', &bytes);
    painted_keys(fixture, terminal, 'n', INPUT_BACKSPACE, &cost->key, &cost->key_bytes);
    painted_keys(fixture, terminal, INPUT_BACK_TAB, INPUT_TAB, &cost->leave, &cost->leave_bytes);
    cost->answer = answer_many(fixture, terminal);
    ui_fixture_teardown(&state);
    fprintf(painted_out(),
            "screen, %3d fields: a key %.0f us and %.1f bytes, to another field %.0f us and %.1f "
            "bytes, an answer kept %.0f us\n",
            fields, cost->key, cost->key_bytes, cost->leave, cost->leave_bytes, cost->answer);
}

int main(void)
{
    struct cost model[SIZES];
    struct cost screen[SIZES];
    struct terminal *terminal;
    struct error error = ERROR_INIT;

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; i < SIZES; i++)
        if (measure_model(sizes[i], &model[i]) != 0)
            return 1;
    if (painted_begin() != 0 || terminal_open(&terminal, false, &error) != 0) {
        fprintf(stderr, "bench_form: no terminal: %s\n", error.message);
        return 1;
    }
    for (int i = 0; i < SIZES; i++)
        measure_screen(sizes[i], terminal, &screen[i]);
    terminal_close(terminal);
    fprintf(painted_out(), "500 to 50 fields, model: a key %.2f times, a field left %.2f times\n",
            model[SIZES - 1].key / model[0].key, model[SIZES - 1].leave / model[0].leave);
    fprintf(painted_out(),
            "500 to 50 fields, screen: a key %.2f times and %.2f times the bytes, to another field "
            "%.2f times and %.2f times the bytes, an answer kept %.2f times\n",
            screen[SIZES - 1].key / screen[0].key,
            screen[SIZES - 1].key_bytes / screen[0].key_bytes,
            screen[SIZES - 1].leave / screen[0].leave,
            screen[SIZES - 1].leave_bytes / screen[0].leave_bytes,
            screen[SIZES - 1].answer / screen[0].answer);
    return 0;
}
