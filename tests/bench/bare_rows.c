#include "tests/bench/bare_rows.h"

#include <string.h>
#include <time.h>

#include <sqlite3.h>

#include "app/id.h"

#define TOGETHER 1000
#define LONGEST  4096

static double now_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int run(sqlite3 *file, const char *sql)
{
    return sqlite3_exec(file, sql, NULL, NULL, NULL);
}

static int insert(sqlite3_stmt *statement, const struct id *id, const char *document, int length)
{
    int result;

    sqlite3_bind_text(statement, 1, id->text, ID_TEXT_LENGTH, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, document, length, SQLITE_STATIC);
    result = sqlite3_step(statement);
    sqlite3_reset(statement);
    return result == SQLITE_DONE ? SQLITE_OK : SQLITE_ERROR;
}

static int write_rows(sqlite3 *file, sqlite3_stmt *statement, int count, int length)
{
    struct id_generator ids = {0};
    char document[LONGEST];
    int result = SQLITE_OK;

    memset(document, 'x', sizeof document);
    for (int made = 0; made < count && result == SQLITE_OK; made++) {
        struct id id = id_generate(&ids, INT64_C(1800000000000) + made);

        if (made % TOGETHER == 0)
            result = run(file, "BEGIN IMMEDIATE");
        if (result == SQLITE_OK)
            result = insert(statement, &id, document, length < LONGEST ? length : LONGEST);
        if (result == SQLITE_OK && (made % TOGETHER == TOGETHER - 1 || made == count - 1))
            result = run(file, "COMMIT");
    }
    return result;
}

double bare_rows_write(const char *path, int count, int length)
{
    sqlite3 *file = NULL;
    sqlite3_stmt *statement = NULL;
    double began = 0, rate = -1;

    if (sqlite3_open(path, &file) == SQLITE_OK &&
        run(file, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192;"
                  "PRAGMA wal_autocheckpoint=4000;"
                  "CREATE TABLE document(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
                  " text TEXT NOT NULL)") == SQLITE_OK &&
        sqlite3_prepare_v2(file, "INSERT INTO document(id, text) VALUES(?1, ?2)", -1, &statement,
                           NULL) == SQLITE_OK) {
        began = now_seconds();
        if (write_rows(file, statement, count, length) == SQLITE_OK)
            rate = count / (now_seconds() - began);
    }
    sqlite3_finalize(statement);
    sqlite3_close(file);
    return rate;
}
