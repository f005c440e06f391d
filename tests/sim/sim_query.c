/* What the simulator asks of databases behind the product's back: connections and statements of its
 * own, kept between two questions, since reading a schema takes longer than most answers. */
#include "tests/sim/simulation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "tests/sim/sim_disk.h"

#define STATEMENTS_MOST 32

/* One for each database that was asked. */
struct asked {
    struct asked *next;
    char path[160];
    sqlite3 *database;
    sqlite3_stmt *statements[STATEMENTS_MOST];
    size_t count;
};

static struct asked *all_asked;

static struct asked *asked_open(const char *path)
{
    struct asked *asked = all_asked;

    while (asked != NULL && strcmp(asked->path, path) != 0)
        asked = asked->next;
    if (asked != NULL)
        return asked;
    asked = calloc(1, sizeof *asked);
    if (asked == NULL ||
        sqlite3_open_v2(path, &asked->database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        abort();
    (void)snprintf(asked->path, sizeof asked->path, "%s", path);
    asked->next = all_asked;
    all_asked = asked;
    return asked;
}

/* New, or one that nobody reads from just now. */
static sqlite3_stmt *statement(struct asked *asked, const char *query)
{
    sqlite3_stmt *row = NULL;

    for (size_t i = 0; i < asked->count; i++)
        if (!sqlite3_stmt_busy(asked->statements[i]) &&
            strcmp(sqlite3_sql(asked->statements[i]), query) == 0)
            return asked->statements[i];
    if (asked->count == STATEMENTS_MOST ||
        sqlite3_prepare_v3(asked->database, query, -1, SQLITE_PREPARE_PERSISTENT, &row, NULL) !=
            SQLITE_OK)
        abort();
    asked->statements[asked->count++] = row;
    return row;
}

void sim_query_at(const char *path, const char *query, const char *text,
                  void (*visit)(void *context, sqlite3_stmt *row), void *context)
{
    sqlite3_stmt *row = statement(asked_open(path), query);
    int code;

    if (text != NULL)
        sqlite3_bind_text(row, 1, text, -1, SQLITE_TRANSIENT);
    while ((code = sqlite3_step(row)) == SQLITE_ROW)
        visit(context, row);
    if (code != SQLITE_DONE && !sim_disk_is_dead(path))
        abort();
    (void)sqlite3_reset(row);
}

void sim_query(struct simulation *simulation, const char *query, const char *text,
               void (*visit)(void *context, sqlite3_stmt *row), void *context)
{
    sim_query_at(simulation->ledger_path, query, text, visit, context);
}

void sim_query_forget(const char *path)
{
    for (struct asked **place = &all_asked; *place != NULL; place = &(*place)->next) {
        struct asked *asked = *place;

        if (strcmp(asked->path, path) != 0)
            continue;
        *place = asked->next;
        while (asked->count > 0)
            sqlite3_finalize(asked->statements[--asked->count]);
        sqlite3_close(asked->database);
        free(asked);
        return;
    }
}

const char *sim_column(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);

    return text == NULL ? "" : text;
}
