/* The form screen on a canvas: PDF, text and printer. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/ui_form_fixture.h"
#include "ui/language.h"

/* The whole of a file or of what a command writes. Owned. */
static char *read_all(FILE *stream)
{
    char *text = calloc(1, 20000);

    assert_non_null(stream);
    assert_true(fread(text, 1, 19999, stream) > 0);
    return text;
}

static void assert_private(const char *path)
{
    struct stat file;

    if (stat(path, &file) != 0)
        fail_msg("%s is not there", path);
    assert_int_equal(file.st_mode & 0777, 0600);
}

/* What the child does is looked at as the loop does. */
static void wait_for_paper(struct ui_fixture *fixture, const char *text)
{
    for (int i = 0; i < 3000 && !ui_fixture_shows(fixture, text); i++) {
        usleep(10000);
        ui_tick(fixture->ui);
        ui_fixture_draw(fixture);
    }
    if (!ui_fixture_shows(fixture, text)) {
        ui_fixture_print(fixture);
        fail_msg("never said: %s", text);
    }
}

/* Keys wait for it from then on. */
static void command(struct ui_fixture *fixture, const char *verb, const char *path)
{
    char keys[200];

    snprintf(keys, sizeof(keys), "\007%s %s\r", verb, path);
    ui_fixture_send(fixture, keys);
}

static const char hostile_form[] =
    "{'schema':{'type':'object','properties':{'a':{'type':'string','title':'A'},"
    "'b':{'type':'string','title':'.ab stop'},'c':{'type':'string','title':'C'}}}}";

static void open_hostile(struct ui_fixture *fixture)
{
    ui_form_publish(fixture, 1, hostile_form);
    ui_fixture_type(fixture, "\007form MV-1\r");
    ui_fixture_type(fixture, "L'\xc3\xa9t\xc3\xa9 \\fB ^~`-\"\t.ab\t'br \xc5\x93 \xe2\x82\xac "
                             "\xc2\xab\xc2\xa0x\xe2\x80\xaf\xc2\xbb\t");
}

static void the_form_becomes_a_pdf(void **state)
{
    struct ui_fixture *fixture = *state;
    char path[128], shell[200];
    char *text;
    FILE *pipe;

    if (system("command -v groff pdftotext >/dev/null") != 0)
        fail_msg("groff and pdftotext (poppler-utils) are needed");
    open_hostile(fixture);
    snprintf(path, sizeof(path), "%s/form.pdf", fixture->directory);
    command(fixture, "pdf", path);
    assert_true(ui_is_busy(fixture->ui));
    wait_for_paper(fixture, "Written to");
    assert_false(ui_fixture_shows(fixture, "without some characters"));
    assert_private(path);
    snprintf(shell, sizeof(shell), "pdftotext -layout %s -", path);
    pipe = popen(shell, "r");
    text = read_all(pipe);
    assert_int_equal(pclose(pipe), 0);
    assert_non_null(strstr(text, "A: L'\xc3\xa9t\xc3\xa9 \\fB ^~`-\"\n"));
    assert_non_null(strstr(text, ".ab stop: .ab\n"));
    assert_non_null(strstr(text, "C: 'br \xc5\x93 \xe2\x82\xac \xc2\xab x \xc2\xbb\n"));
    free(text);
    /* What exists is not written over. */
    command(fixture, "pdf", path);
    assert_true(ui_fixture_shows(fixture, "File exists"));
    assert_private(path);
}

static void a_pdf_that_is_stopped_leaves_nothing(void **state)
{
    struct ui_fixture *fixture = *state;
    char path[128];

    open_hostile(fixture);
    snprintf(path, sizeof(path), "%s/form.pdf", fixture->directory);
    command(fixture, "pdf", path);
    assert_true(ui_is_busy(fixture->ui));
    ui_fixture_press(fixture, INPUT_ESCAPE);
    assert_true(ui_fixture_shows(fixture, "Stopped"));
    assert_false(ui_is_busy(fixture->ui));
    assert_int_not_equal(access(path, F_OK), 0);
}

static void what_the_fonts_do_not_have_is_told(void **state)
{
    struct ui_fixture *fixture = *state;
    char path[128];

    ui_form_publish(fixture, 1, hostile_form);
    ui_fixture_type(fixture, "\007form MV-1\r");
    ui_fixture_type(fixture, "\xe1\x90\x83\xe1\x93\x84\xe1\x92\x83\xe1\x91\x8e\t");
    snprintf(path, sizeof(path), "%s/form.pdf", fixture->directory);
    command(fixture, "pdf", path);
    wait_for_paper(fixture, "without some characters");
}

static void without_groff_it_is_said(void **state)
{
    struct ui_fixture *fixture = *state;
    char *before = strdup(getenv("PATH"));
    char path[128];

    open_hostile(fixture);
    snprintf(path, sizeof(path), "%s/form.pdf", fixture->directory);
    setenv("PATH", fixture->directory, 1);
    command(fixture, "pdf", path);
    setenv("PATH", before, 1);
    free(before);
    assert_true(ui_fixture_shows(fixture, "No PDF: groff is not installed here."));
    assert_int_not_equal(access(path, F_OK), 0);
}

static void the_form_becomes_a_text(void **state)
{
    struct ui_fixture *fixture = *state;
    char path[128];
    char *text;
    FILE *file;

    open_hostile(fixture);
    snprintf(path, sizeof(path), "%s/form.txt", fixture->directory);
    command(fixture, "text", path);
    assert_true(ui_fixture_shows(fixture, "Written to"));
    assert_private(path);
    file = fopen(path, "r");
    text = read_all(file);
    fclose(file);
    assert_non_null(strstr(text, "Moving\n======\n"));
    assert_non_null(strstr(text, "A: L'\xc3\xa9t\xc3\xa9 \\fB ^~`-\"\n"));
    free(text);
    language_set("fr");
    command(fixture, "texte", path);
    assert_true(ui_fixture_shows(fixture, "existe") || ui_fixture_shows(fixture, "exists"));
    unlink(path);
    command(fixture, "texte", path);
    file = fopen(path, "r");
    text = read_all(file);
    fclose(file);
    assert_non_null(strstr(text, "D\xc3\xa9m\xc3\xa9nagement\n"));
    assert_non_null(strstr(text, "A\xc2\xa0: L'"));
    free(text);
    language_set("en");
}

static void the_printer_gets_the_text(void **state)
{
    struct ui_fixture *fixture = *state;
    char path[128], shell[200];
    char *text;
    FILE *file;

    open_hostile(fixture);
    fixture->desk.print_command = "";
    ui_fixture_type(fixture, "\007print\r");
    assert_true(ui_fixture_shows(fixture, "No printer"));
    fixture->desk.print_command = "echo the paper is out >&2; exit 3";
    ui_fixture_type(fixture, "\007print\r");
    wait_for_paper(fixture, "Not printed: the paper is out");
    snprintf(path, sizeof(path), "%s/printed", fixture->directory);
    snprintf(shell, sizeof(shell), "cat >%s", path);
    fixture->desk.print_command = shell;
    ui_fixture_type(fixture, "\007print\r");
    wait_for_paper(fixture, "Printed");
    file = fopen(path, "r");
    text = read_all(file);
    fclose(file);
    assert_non_null(strstr(text, ".ab stop: .ab\n"));
    free(text);
    /* One that never ends is stopped with Esc. */
    fixture->desk.print_command = "sleep 100";
    ui_fixture_send(fixture, "\007print\r");
    ui_tick(fixture->ui);
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "Printing ..."));
    ui_fixture_press(fixture, INPUT_ESCAPE);
    assert_true(ui_fixture_shows(fixture, "Stopped"));
    assert_true(ui_fixture_shows(fixture, "draft saved"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_form_becomes_a_pdf),
        TEST(a_pdf_that_is_stopped_leaves_nothing),
        TEST(what_the_fonts_do_not_have_is_told),
        TEST(without_groff_it_is_said),
        TEST(the_form_becomes_a_text),
        TEST(the_printer_gets_the_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
