/* A message on its screen, read by opening it; the files that came with it, fetched through the
 * link as the sync thread does. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/delivery.h"
#include "app/json.h"
#include "app/link.h"
#include "app/link_fetch.h"
#include "tests/unit/ui_fixture.h"

#define TEXT_ID "01890000-0000-7000-8000-000000000001"

/* A message in the store, as it came. */
static struct id message_put(struct ui_fixture *fixture, const char *text, json_t *attachments,
                             json_t *remarks)
{
    struct author author = desk_author(&fixture->desk);
    struct operation *operation = author_append(&author, RECORD_MESSAGE);
    struct batch batch = {0};
    struct id id = operation->record;

    /* What comes in is the server's to write. */
    operation->agent = delivery_server();
    operation_put_text(operation, "channel", "web");
    operation_put_text(operation, "direction", "in");
    operation_put_id(operation, "case", &fixture->desk.open.matter);
    operation_put_text(operation, "from", "Zoe Roy, zoe@example.org");
    operation_put_text(operation, "subject", "My \033[31mcertificate");
    operation_put_text(operation, "text", text);
    operation_put_text(operation, "office", author.office);
    operation_put_time(operation, "at", author_now(&author));
    operation_put_text(operation, "state", "received");
    json_object_set_new(operation->body, "attachments", attachments);
    json_object_set_new(operation->body, "remarks", remarks);
    assert_int_equal(batch_add(&batch, operation, NULL), 0);
    assert_int_equal(desk_apply(&fixture->desk, &batch, NULL), 0);
    return id;
}

static json_t *file_entry(const char *name, const char *type)
{
    return json_pack("[{s:s, s:s, s:s, s:i}]", "id", TEXT_ID, "name", name, "type", type, "size",
                     2048);
}

static void set_online(struct ui_fixture *fixture, enum link_state state)
{
    const struct link_status status = {.state = state};

    link_status_set(fixture->link, &status);
}

/* Answers as the sync thread does. */
static void answer(struct ui_fixture *fixture, const void *bytes, size_t length)
{
    char *copy = malloc(length + 1);
    struct id wanted;

    assert_true(link_fetch_wanted(fixture->link, &wanted));
    assert_string_equal(wanted.text, TEXT_ID);
    memcpy(copy, bytes, length);
    copy[length] = '\0';
    link_fetch_answer(fixture->link, &wanted, copy, length, NULL);
    ui_fixture_draw(fixture);
}

static void open_message(struct ui_fixture *fixture, const char *name, const char *type)
{
    struct id id;

    ui_fixture_open_case(fixture);
    id = message_put(fixture, "Where is it?", file_entry(name, type),
                     json_pack("[s, s, s]", "case-closed", "attachment-left-out big.zip", "odd"));
    ui_open(fixture->ui, "message", json_pack("{s:s}", "id", id.text));
    ui_fixture_draw(fixture);
}

static void it_is_shown_whole_and_read(void **state)
{
    struct ui_fixture *fixture = *state;

    open_message(fixture, "letter.txt", "text/plain");
    ui_fixture_expect(fixture, "Where is it?");
    ui_fixture_expect(fixture, "Zoe Roy, zoe@example.org");
    ui_fixture_expect(fixture, "My \xe2\x90\x9b[31mcertificate");
    ui_fixture_expect(fixture, "the case was closed when it came");
    ui_fixture_expect(fixture, "a file was left out: big.zip");
    ui_fixture_expect(fixture, "odd");
    ui_fixture_expect(fixture, "letter.txt");
    ui_fixture_expect(fixture, "text/plain \xc2\xb7 2 KiB");
    ui_fixture_draw(fixture);
    ui_fixture_expect(fixture, "Ann Roy");
    ui_fixture_type(fixture, "\007language fr\r");
    ui_fixture_expect(fixture, "le dossier était fermé à son arrivée");
    ui_fixture_expect(fixture, "Ouvert par");
}

static void text_is_fetched_and_shown(void **state)
{
    static const char text[] = "Dear \033[2Joffice,\nhere it is.";
    struct ui_fixture *fixture = *state;

    set_online(fixture, LINK_ONLINE);
    open_message(fixture, "letter.txt", "text/plain");
    ui_fixture_type(fixture, "1");
    ui_fixture_expect(fixture, "Fetching it from the server...");
    answer(fixture, text, strlen(text));
    ui_fixture_expect(fixture, "Dear \xe2\x90\x9b[2Joffice,");
    ui_fixture_expect(fixture, "here it is.");
}

static void html_is_shown_as_text(void **state)
{
    static const char html[] = "<p>One &amp; two</p><script>evil()</script><p>three</p>";
    struct ui_fixture *fixture = *state;

    set_online(fixture, LINK_ONLINE);
    open_message(fixture, "page.html", "text/html");
    ui_fixture_type(fixture, "1");
    answer(fixture, html, strlen(html));
    ui_fixture_expect(fixture, "One & two");
    ui_fixture_expect(fixture, "three");
    assert_false(ui_fixture_shows(fixture, "evil"));
}

/* A page that says "Bonjour PDF", as small as a reader takes it. */
static const char pdf[] =
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count "
    "1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 "
    "R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n4 0 obj<</Length 44>>stream\nBT /F1 24 Tf 20 100 "
    "Td (Bonjour PDF) Tj ET  \nendstream endobj\n5 0 obj<</Type/Font/Subtype/Type1/BaseFont"
    "/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

static void a_pdf_is_read_by_another_process(void **state)
{
    struct ui_fixture *fixture = *state;

    if (system("command -v pdftotext >/dev/null") != 0)
        skip();
    set_online(fixture, LINK_ONLINE);
    open_message(fixture, "scan.pdf", "application/pdf");
    ui_fixture_type(fixture, "1");
    answer(fixture, pdf, strlen(pdf));
    ui_fixture_wait(fixture, "Bonjour PDF");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_type(fixture, "1");
    answer(fixture, "%PDF-1.4 nothing", 16);
    ui_fixture_wait(fixture, "It is not shown: pdftotext cannot read it");
}

static void another_kind_is_saved(void **state)
{
    struct ui_fixture *fixture = *state;
    char path[160];
    struct stat facts;
    char *home = getenv("HOME") != NULL ? strdup(getenv("HOME")) : NULL;

    setenv("HOME", fixture->directory, 1);
    set_online(fixture, LINK_ONLINE);
    open_message(fixture, "../../.photo\033.png", "image/png");
    ui_fixture_type(fixture, "1");
    answer(fixture, "\0\1\2\3", 4);
    ui_fixture_expect(fixture, "This kind of file is not shown here.");
    ui_fixture_type(fixture, "s");
    ui_fixture_expect(fixture, "It is not sealed");
    snprintf(path, sizeof(path), "%s/-..-.photo\xe2\x90\x9b.png", fixture->directory);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_size, 4);
    assert_int_equal(facts.st_mode & 0777, 0600);
    /* Nothing is written over. */
    ui_fixture_type(fixture, "s");
    ui_fixture_expect(fixture, "1--..-.photo");
    unlink(path);
    snprintf(path, sizeof(path), "%s/1--..-.photo\xe2\x90\x9b.png", fixture->directory);
    assert_int_equal(unlink(path), 0);
    if (home != NULL)
        setenv("HOME", home, 1);
    free(home);
}

static void without_the_server_it_says_so(void **state)
{
    struct ui_fixture *fixture = *state;
    struct id wanted;

    set_online(fixture, LINK_OFFLINE);
    open_message(fixture, "letter.txt", "text/plain");
    ui_fixture_expect(fixture, "Where is it?");
    ui_fixture_type(fixture, "1");
    ui_fixture_expect(fixture, "The server is not reached: files stay there.");
    assert_false(link_fetch_wanted(fixture->link, &wanted));
    set_online(fixture, LINK_ONLINE);
    ui_fixture_type(fixture, "f");
    ui_fixture_expect(fixture, "Fetching it from the server...");
    assert_true(link_fetch_wanted(fixture->link, &wanted));
    link_fetch_answer(fixture->link, &wanted, NULL, 0, "there is no such attachment");
    ui_fixture_draw(fixture);
    ui_fixture_expect(fixture, "It did not come: there is no such attachment");
    /* Esc forgets the question. */
    ui_fixture_type(fixture, "f");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    assert_false(link_fetch_wanted(fixture->link, &wanted));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(it_is_shown_whole_and_read), TEST(text_is_fetched_and_shown),
        TEST(html_is_shown_as_text),      TEST(a_pdf_is_read_by_another_process),
        TEST(another_kind_is_saved),      TEST(without_the_server_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
