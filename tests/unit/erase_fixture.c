#include "tests/unit/erase_fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

json_t *erase_named(json_t *body, const char *member, const char *text)
{
    json_object_set_new(body, member, json_string(text));
    return body;
}

struct id erase_client(struct ledger_fixture *f)
{
    return fixture_make(f, ANNE, RECORD_CLIENT,
                        erase_named(fixture_client("sample/a"), "name", SECRET " Client"));
}

json_t *erase_case(struct ledger_fixture *f, const struct id *client)
{
    return erase_named(fixture_case(f, ANNE, "sample/a"), "client", client->text);
}

void erase_claim(struct ledger_fixture *f, enum record_type type, const struct id *id, int64_t base,
                 const char *member, const char *word)
{
    fixture_applied(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_CLAIM, type, id, base,
                                      json_pack("{s:s}", member, word)));
}

struct id erase_note(struct ledger_fixture *f, const struct id *matter)
{
    return fixture_make(f, ANNE, RECORD_NOTE,
                        fixture_note(f, ANNE, "sample/a", matter, SECRET " note"));
}

json_t *erase_contact(struct ledger_fixture *f, const struct id *client, bool ended)
{
    json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:s}", "channel", "phone", "office", "sample/a",
                             "agent", f->actors[ANNE].agent.text, "started_at",
                             "2026-11-24T10:00:00.000Z", "client", client->text);

    if (ended)
        erase_named(body, "ended_at", "2026-11-24T10:05:00.000Z");
    return body;
}

int erase_try(struct ledger *ledger, struct ledger_fixture *f, enum record_type type,
              const struct id *id, enum ledger_bar *bar, struct ledger_erased *erased)
{
    const struct ledger_erasure erasure = {
        .agent = f->actors[DENIS].agent, .at_ms = f->clock_ms, .why = "asked by the client"};
    struct id at;

    return ledger_erase(ledger, type, id, &erasure, erased, bar, &at, NULL);
}

enum ledger_bar erase_bar(struct ledger_fixture *f, enum record_type type, const struct id *id)
{
    struct ledger_erased erased;
    enum ledger_bar bar;

    assert_int_equal(erase_try(f->ledger, f, type, id, &bar, &erased), ERROR_REFUSED);
    assert_int_equal(erased.records, 0);
    return bar;
}

int64_t erase_now(struct ledger_fixture *f, enum record_type type, const struct id *id)
{
    struct ledger_erased erased;
    enum ledger_bar bar;

    assert_int_equal(erase_try(f->ledger, f, type, id, &bar, &erased), 0);
    assert_int_equal(bar, LEDGER_BAR_FREE);
    return erased.records;
}

/* How often bytes stand in any file of a folder. */
int erase_occurrences(const char *folder, const char *bytes)
{
    DIR *directory = opendir(folder);
    struct dirent *entry;
    int count = 0;

    assert_non_null(directory);
    while ((entry = readdir(directory)) != NULL) {
        char path[400];
        FILE *file;
        size_t matched = 0;
        int byte;

        (void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        file = entry->d_name[0] != '.' ? fopen(path, "rb") : NULL;
        while (file != NULL && (byte = getc(file)) != EOF) {
            matched = byte == bytes[matched] ? matched + 1 : byte == bytes[0] ? 1 : 0;
            if (bytes[matched] == '\0') {
                count++;
                matched = 0;
            }
        }
        if (file != NULL)
            fclose(file);
    }
    closedir(directory);
    return count;
}

int64_t erase_number(struct ledger_fixture *f, const char *sql)
{
    sqlite3 *database;
    sqlite3_stmt *statement;
    int64_t value;

    assert_int_equal(sqlite3_open_v2(f->path, &database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return value;
}

void erase_run(struct ledger_fixture *f, const char *sql)
{
    sqlite3 *database;

    assert_int_equal(sqlite3_open(f->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}
