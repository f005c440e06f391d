/*
 * Rows that are inserted one by one and written several at a time, which takes half of the work.
 * They wait until there are as many as one statement writes, until another statement of the
 * connection is stepped, or until its transaction is committed: so each statement finds what was
 * inserted before it. What is wrong with a row is told then, and the transaction cannot be
 * committed any more. Outside of a transaction nothing waits.
 */
#ifndef GUICHET_APP_DATABASE_ROWS_H
#define GUICHET_APP_DATABASE_ROWS_H

#include "app/database.h"

/* A row on its way. */
struct database_row;

/* One for this statement, "INSERT INTO ... VALUES (?1, ..., ?n)" and what may follow, each of its
 * values NULL yet. It is filled and added at once: the connection does nothing else meanwhile. NULL,
 * with `error` filled, when it cannot be made. */
struct database_row *database_row(struct database *database, size_t number, struct error *error);

/* Its values by their index from 1. Copied; a lack of memory is told by database_row_add. An empty
 * id is NULL. */
void database_row_text(struct database_row *row, int index, const char *text);
void database_row_id(struct database_row *row, int index, const struct id *id);
void database_row_integer(struct database_row *row, int index, int64_t integer);
void database_row_blob(struct database_row *row, int index, const void *bytes, size_t length);

int database_row_add(struct database_row *row, struct error *error);

/* --- for database.c --------------------------------------------------------------------------- */

struct database_rows;

/* For as many statements; NULL when out of memory. */
struct database_rows *database_rows_new(size_t statement_count);
/* Finalises its own statements. */
void database_rows_free(struct database_rows *rows);
/* Writes those that wait; NULL has none. An error once some could not be written, until they are
 * dropped. */
int database_rows_write(struct database_rows *rows, struct error *error);
void database_rows_drop(struct database_rows *rows);

/* Of the connection, made when it is first asked for; NULL when out of memory. */
struct database_rows *database_rows_of(struct database *database);
/* A statement as the schema has it; whether a transaction was begun. */
const char *database_statement_sql(const struct database *database, size_t number);
bool database_is_within(const struct database *database);

#endif
