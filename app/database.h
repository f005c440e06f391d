/*
 * SQLite as this project uses it: one connection a thread, WAL, statements named in one table per
 * store and prepared once, every failure told with the statement's name and what SQLite said.
 */
#ifndef GUICHET_APP_DATABASE_H
#define GUICHET_APP_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "app/error.h"
#include "app/id.h"

/* One statement of a store's table. */
struct database_statement {
    const char *name; /* for messages: "record.get" */
    const char *sql;
};

/* What a kind of file is: to make it, and to know it again. */
struct database_schema {
    const char *what;            /* for messages: "store" */
    uint32_t application_id;     /* PRAGMA application_id */
    int version;                 /* PRAGMA user_version */
    const char *create;          /* makes an empty file's tables */
    const char *const *upgrades; /* version - 1 scripts: the first turns version 1 into 2 */
    const struct database_statement *statements; /* indexed by the store's own enum */
    size_t statement_count;
    bool gives_back; /* PRAGMA incremental_vacuum gives what is freed in a new file to the disk */
};

struct database;

enum database_mode {
    DATABASE_OPEN,   /* the file must exist */
    DATABASE_CREATE, /* made when it is not there, with mode 0600 */
};

/*
 * Opens `path` in WAL mode with synchronous=FULL, and makes its tables when the file is new. A
 * file of an older version is brought up to this one, all of it or nothing. A file of another
 * kind, a damaged one and one of a newer version are refused with ERROR_STORAGE and left as they
 * are; a missing one is ERROR_NOT_FOUND. Another writer is waited for up to 5 s.
 */
int database_open(struct database **database, const char *path, enum database_mode mode,
                  const struct database_schema *schema, struct error *error);
/* True when it is on a disk, or in a part of it, that is read-only. */
bool database_is_read_only(const char *path);
/* True when the file at `path` is of this kind and of a version that this program does not know. */
bool database_is_newer(const char *path, const struct database_schema *schema);
void database_close(struct database *database);

/* Transactions. A write begins IMMEDIATE; rollback never fails. */
int database_begin(struct database *database, struct error *error);
int database_commit(struct database *database, struct error *error);
void database_rollback(struct database *database);
/* Commits when `code` is 0, else rolls back; returns the first failure. */
int database_end(struct database *database, int code, struct error *error);

/* Commits that follow need not be on disk at once (they survive a killed process) or must be. */
void database_relax(struct database *database, bool relaxed);

/* Whether this connection waits for another writer, or for readers where it must, up to 5 s. */
void database_wait(struct database *database, bool waits);

/*
 * A statement ready to bind, reset and cleared. Valid until the next call for the same number;
 * NULL, with `error` filled, when it cannot be prepared.
 */
sqlite3_stmt *database_statement(struct database *database, size_t number, struct error *error);

/* One step: 1 for a row, 0 at the end, negative on failure. */
int database_step(struct database *database, sqlite3_stmt *statement, struct error *error);
/* Whether there is a row, in which nothing is read: 1 or 0, negative on failure. */
int database_has_row(struct database *database, sqlite3_stmt *statement, struct error *error);
/* Runs a statement that gives no rows. */
int database_run(struct database *database, sqlite3_stmt *statement, struct error *error);

/* Runs a script of several statements (schema, pragma). */
int database_script(struct database *database, const char *sql, struct error *error);

/* Rows changed by the last statement. */
int database_changes(struct database *database);

/* Turns the connection's last failure into `error`; `doing` says what was tried. */
int database_fail(struct database *database, const char *doing, struct error *error);

/* PRAGMA data_version: changes when another connection has committed. */
int64_t database_version(struct database *database);

/* The connection itself, for what is not covered here (backup, checks). Borrowed. */
sqlite3 *database_handle(struct database *database);

/* Binding and reading ids and texts; column text is "" when NULL. Bound text must outlive the
 * step. */
void database_bind_id(sqlite3_stmt *statement, int index, const struct id *id);
void database_bind_text(sqlite3_stmt *statement, int index, const char *text);
const char *database_text(sqlite3_stmt *statement, int column);

#endif
