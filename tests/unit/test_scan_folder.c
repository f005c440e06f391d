/* Scanned pages in a real folder become messages: whole ones, once, and each ends in its place. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/json.h"
#include "net/intake.h"
#include "net/scan_folder.h"
#include "tests/unit/ledger_fixture.h"

struct scans {
    struct ledger_fixture ledger;
    char path[128];
    struct scan_folder *folder;
};

static void start(struct scans *s)
{
    const struct scan_folder_options options = {
        .folder = s->path, .office = "sample/b", .queue = "sample/q"};
    struct error error = ERROR_INIT;

    if (scan_folder_start(&s->folder, &options, s->ledger.ledger, &error) != 0)
        fail_msg("%s", error.message);
}

static int setup(void **state)
{
    struct scans *s = calloc(1, sizeof(*s));

    assert_non_null(s);
    fixture_open(&s->ledger);
    snprintf(s->path, sizeof(s->path), "%s/scans", s->ledger.folder);
    assert_int_equal(mkdir(s->path, 0700), 0);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct scans *s = *state;

    scan_folder_stop(s->folder);
    fixture_close(&s->ledger);
    free(s);
    return 0;
}

static void put(struct scans *s, const char *name, const char *text)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", s->path, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static bool there(struct scans *s, const char *name)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", s->path, name);
    return access(path, F_OK) == 0;
}

/* Waits until a file is there: a minute at most, for a machine under load. */
static void wait_for(struct scans *s, const char *name)
{
    for (int i = 0; i < 1200 && !there(s, name); i++)
        usleep(50000);
    if (!there(s, name))
        fail_msg("%s did not come", name);
}

static int64_t taken(struct scans *s)
{
    struct intake_counts counts;

    assert_int_equal(ledger_intake_counts(s->ledger.ledger, &counts, NULL), 0);
    return counts.taken;
}

static const char pdf[] = "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";

static void test_pages_become_messages(void **state)
{
    struct scans *s = *state;
    struct intake_message same = {
        .channel = "mail", .source = "scan", .message_id = "scan-1", .text = "x"};
    struct intake_result result;
    json_t *document, *body;

    start(s);
    put(s, "lettre.txt", "Bonjour,\nmon adresse a chang\xc3\xa9.\n");
    put(s, "lettre.json", "{\"channel\": \"mail\", \"message_id\": \"scan-1\"}");
    put(s, "fax.pdf", pdf);
    put(s, "fax.json",
        "{\"channel\": \"fax\", \"message_id\": \"fax-1\", \"subject\": \"Une page\"}");
    wait_for(s, "done/lettre.txt");
    wait_for(s, "done/fax.pdf");
    assert_true(there(s, "done/lettre.json"));
    assert_false(there(s, "lettre.txt"));
    assert_int_equal(taken(s), 2);
    assert_int_equal(ledger_intake(s->ledger.ledger, &same, 5, &result, NULL), 0);
    assert_int_equal(result.kind, INTAKE_REPEATED);
    assert_int_equal(fixture_read(&s->ledger, BEN, RECORD_MESSAGE, &result.message, &document), 0);
    body = json_object_get(document, "body");
    assert_string_equal(json_text_or(body, "channel", ""), "mail");
    assert_string_equal(json_text_or(body, "text", ""), "Bonjour,\nmon adresse a chang\xc3\xa9.\n");
    assert_int_equal(json_array_size(json_object_get(body, "attachments")), 1);
    json_decref(document);
}

static void test_what_is_no_page_is_refused_with_a_reason(void **state)
{
    struct scans *s = *state;
    struct intake_counts counts;

    start(s);
    put(s, "a.txt", "x");
    put(s, "a.json", "{\"channel\": \"pigeon\", \"message_id\": \"1\"}");
    put(s, "b.txt", "x");
    put(s, "b.json", "not JSON");
    put(s, "c.txt", "x");
    put(s, "c.json", "{\"channel\": \"mail\", \"message_id\": \"2\", \"queue\": \"sample/none\"}");
    wait_for(s, "refused/a.txt");
    wait_for(s, "refused/b.txt");
    wait_for(s, "refused/c.txt");
    assert_true(there(s, "refused/a.reason.txt"));
    assert_true(there(s, "refused/b.reason.txt"));
    assert_true(there(s, "refused/c.reason.txt"));
    assert_true(there(s, "refused/c.json"));
    assert_int_equal(taken(s), 0);
    assert_int_equal(ledger_intake_counts(s->ledger.ledger, &counts, NULL), 0);
    assert_int_equal(counts.refused, 3);
}

/* A page that is open for writing, a PDF without its end, and one without its sidecar stay where
 * they are, while a page that came after them is taken. */
static void test_what_is_not_whole_waits(void **state)
{
    struct scans *s = *state;
    char path[256];
    int file;

    start(s);
    snprintf(path, sizeof(path), "%s/open.txt", s->path);
    file = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, "half", 4), 4);
    put(s, "open.json", "{\"channel\": \"mail\", \"message_id\": \"open\"}");
    put(s, "cut.pdf", "%PDF-1.4\n1 0 obj\n");
    put(s, "cut.json", "{\"channel\": \"mail\", \"message_id\": \"cut\"}");
    put(s, "alone.txt", "x");
    put(s, "whole.txt", "x");
    put(s, "whole.json", "{\"channel\": \"mail\", \"message_id\": \"whole\"}");
    wait_for(s, "done/whole.txt");
    put(s, "later.txt", "x");
    put(s, "later.json", "{\"channel\": \"mail\", \"message_id\": \"later\"}");
    wait_for(s, "done/later.txt");
    assert_true(there(s, "open.txt"));
    assert_true(there(s, "cut.pdf"));
    assert_true(there(s, "alone.txt"));
    assert_int_equal(taken(s), 2);
    assert_int_equal(write(file, " and half", 9), 9);
    close(file);
    put(s, "cut.pdf", pdf);
    put(s, "alone.json", "{\"channel\": \"fax\", \"message_id\": \"alone\"}");
    wait_for(s, "done/open.txt");
    wait_for(s, "done/cut.pdf");
    wait_for(s, "done/alone.txt");
    assert_int_equal(taken(s), 5);
}

/* A file that was written for the last time so long ago. */
static void put_old(struct scans *s, const char *name, const char *text, int seconds)
{
    struct timespec times[2];
    char path[256];

    put(s, name, text);
    snprintf(path, sizeof(path), "%s/%s", s->path, name);
    clock_gettime(CLOCK_REALTIME, &times[0]);
    times[0].tv_sec -= seconds;
    times[1] = times[0];
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* Nobody writes at it any more: after ten minutes a PDF without its end is given up. */
static void test_a_cut_page_is_given_up_after_ten_minutes(void **state)
{
    struct scans *s = *state;
    char path[256], reason[200] = "";
    FILE *file;

    put_old(s, "young.pdf", "%PDF-1.4\n1 0 obj\n", 9 * 60 + 30);
    put_old(s, "young.json", "{\"channel\": \"mail\", \"message_id\": \"young\"}", 9 * 60 + 30);
    put_old(s, "old.pdf", "%PDF-1.4\n1 0 obj\n", 10 * 60 + 1);
    put_old(s, "old.json", "{\"channel\": \"mail\", \"message_id\": \"old\"}", 10 * 60 + 1);
    /* A whole one is taken however old it is. */
    put_old(s, "whole.pdf", pdf, 24 * 3600);
    put_old(s, "whole.json", "{\"channel\": \"fax\", \"message_id\": \"whole\"}", 24 * 3600);
    start(s);
    wait_for(s, "refused/old.pdf");
    wait_for(s, "done/whole.pdf");
    assert_true(there(s, "refused/old.json"));
    assert_true(there(s, "young.pdf"));
    assert_int_equal(taken(s), 1);
    snprintf(path, sizeof(path), "%s/refused/old.reason.txt", s->path);
    file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(reason, sizeof(reason), file));
    fclose(file);
    assert_non_null(strstr(reason, "PDF"));
    /* The rest of the young one comes after all. */
    put(s, "young.pdf", pdf);
    wait_for(s, "done/young.pdf");
}

/* The server died after it had taken the page and before it moved it. */
static void test_a_page_is_taken_once_over_a_restart(void **state)
{
    struct scans *s = *state;

    put(s, "p.txt", "x");
    put(s, "p.json", "{\"channel\": \"mail\", \"message_id\": \"p\"}");
    start(s);
    wait_for(s, "done/p.txt");
    scan_folder_stop(s->folder);
    s->folder = NULL;
    put(s, "p.txt", "x");
    put(s, "p.json", "{\"channel\": \"mail\", \"message_id\": \"p\"}");
    start(s);
    wait_for(s, "done/1-p.txt");
    assert_int_equal(taken(s), 1);
}

static void test_a_link_is_no_page(void **state)
{
    struct scans *s = *state;
    char path[256];

    snprintf(path, sizeof(path), "%s/link.txt", s->path);
    assert_int_equal(symlink(s->ledger.path, path), 0);
    put(s, "link.json", "{\"channel\": \"mail\", \"message_id\": \"link\"}");
    start(s);
    wait_for(s, "refused/link.reason.txt");
    assert_int_equal(taken(s), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_pages_become_messages),
        TEST(test_what_is_no_page_is_refused_with_a_reason),
        TEST(test_what_is_not_whole_waits),
        TEST(test_a_cut_page_is_given_up_after_ten_minutes),
        TEST(test_a_page_is_taken_once_over_a_restart),
        TEST(test_a_link_is_no_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
