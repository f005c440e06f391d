/* A copy of a client's file: what is in it, and that others write while it is made. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "net/ledger_disclose.h"
#include "tests/unit/erase_fixture.h"

/* --- what happens meanwhile ------------------------------------------------------------------- */

/* When a statement with these words begins to run, somebody else writes, without waiting. */
static const char *words;
static const char *database_path;
static int wrote, refused;

static int at_statement(unsigned what, void *context, void *statement, void *text)
{
    static const char sql[] = "BEGIN IMMEDIATE; INSERT INTO property VALUES ('meanwhile', '1') "
                              "ON CONFLICT DO NOTHING; COMMIT";
    const char *run = sqlite3_sql(statement);
    sqlite3 *other;

    (void)what;
    (void)context;
    (void)text;
    if (words == NULL || run == NULL || strstr(run, words) == NULL)
        return 0;
    words = NULL;
    assert_int_equal(sqlite3_open(database_path, &other), SQLITE_OK);
    if (sqlite3_exec(other, sql, NULL, NULL, NULL) == SQLITE_OK)
        wrote++;
    else
        refused++;
    sqlite3_close(other);
    return 0;
}

static int watch(sqlite3 *database, char **message, const sqlite3_api_routines *routines)
{
    (void)message;
    (void)routines;
    sqlite3_trace_v2(database, SQLITE_TRACE_STMT, at_statement, NULL);
    return SQLITE_OK;
}

/* --- tests ------------------------------------------------------------------------------------ */

static int disclose(struct ledger_fixture *f, const struct id *client, const char *path)
{
    const struct ledger_disclosure disclosure = {
        .client = *client, .agent = f->actors[DENIS].agent, .at_ms = f->clock_ms, .language = "fr"};

    return ledger_disclose(f->ledger, &disclosure, path, NULL);
}

static char *page_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 65536);

    assert_non_null(file);
    assert_non_null(text);
    assert_in_range(fread(text, 1, 65535, file), 1, 65534);
    fclose(file);
    return text;
}

static void path_make(struct ledger_fixture *f, char path[120])
{
    (void)snprintf(path, 120, "%s/copy.html", f->folder);
}

static void all_of_a_file_is_in_it(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = erase_client(f), merged = erase_client(f), other = erase_client(f);
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, erase_case(f, &merged));
    struct id others = fixture_make(f, ANNE, RECORD_CASE, erase_case(f, &other));
    struct stat status;
    char path[120], sql[200], *page;

    path_make(f, path);
    erase_note(f, &matter);
    fixture_make(f, ANNE, RECORD_NOTE,
                 fixture_note(f, ANNE, "sample/a", &others, "somebody else's"));
    erase_claim(f, RECORD_CLIENT, &merged, 1, "merged_into", client.text);
    assert_int_equal(disclose(f, &merged, path), 0);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    page = page_read(path);
    assert_non_null(strstr(page, SECRET " Client"));
    assert_non_null(strstr(page, SECRET " note"));
    assert_null(strstr(page, "somebody else"));
    /* The trail told of it before, as the page says, and of whom. */
    assert_non_null(strstr(page, "</html>"));
    (void)snprintf(sql, sizeof(sql),
                   "SELECT count(*) FROM audit WHERE kind = 'export' AND what = 'disclosure' "
                   "AND client = '%s'",
                   client.text);
    assert_int_equal(erase_number(f, sql), 1);
    free(page);
    assert_int_equal(disclose(f, &client, path), ERROR_CONFLICT);
    unlink(path);
}

static void nobody_has_none(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = erase_client(f), nobody = fixture_id(f);
    char path[120];

    path_make(f, path);
    assert_int_equal(disclose(f, &nobody, path), ERROR_NOT_FOUND);
    assert_int_equal(erase_now(f, RECORD_CLIENT, &client), 1);
    assert_int_equal(disclose(f, &client, path), ERROR_NOT_FOUND);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(erase_number(f, "SELECT count(*) FROM audit WHERE kind = 'export'"), 0);
}

/* At the first record and at the trail: a write goes on, and the page is of before. */
static void others_write_while_it_is_made(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = erase_client(f);
    static const char *const moments[] = {"FROM record WHERE parent = ?1",
                                          "FROM audit WHERE client"};
    char path[120];

    path_make(f, path);
    database_path = f->path;
    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
        wrote = refused = 0;
        words = moments[i];
        assert_int_equal(disclose(f, &client, path), 0);
        assert_null(words);
        assert_int_equal(refused, 0);
        assert_int_equal(wrote, 1);
        unlink(path);
    }
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(all_of_a_file_is_in_it),
        WITH(nobody_has_none),
        WITH(others_write_while_it_is_made),
    };

    sqlite3_auto_extension((void (*)(void))watch);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
