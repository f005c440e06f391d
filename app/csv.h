/*
 * A strict, streaming reader of comma-separated values (RFC 4180, UTF-8).
 *
 * Accepted: a byte order mark, CRLF or LF line ends, quoted fields with commas, newlines and
 * doubled quotes, a last row with or without a line end. Refused, with line and column: a quote
 * that is never closed, a quote inside an unquoted field, text after a closing quote, a lone
 * carriage return outside quotes, NUL, bytes that are not UTF-8, a row with another number of
 * fields than the header, a column name given twice, and anything over the limits. After a refusal
 * the reader gives no more rows.
 *
 * One thread at a time. Lines count from 1 as a text editor does; columns count characters.
 */
#ifndef GUICHET_APP_CSV_H
#define GUICHET_APP_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "app/error.h"

struct csv_reader;

struct csv_limits {
    size_t field;   /* bytes of one field */
    size_t row;     /* bytes of all the fields of one row */
    size_t columns; /* fields in a row */
};

/* 64 KiB a field, 1 MiB a row, 512 columns. */
extern const struct csv_limits csv_default_limits;

/* Opens the file at `path` and reads its header row. `limits` NULL means the defaults. */
int csv_open(struct csv_reader **reader, const char *path, const struct csv_limits *limits,
             struct error *error);

/* The same from a stream, which the reader owns from now on, also on failure; `name` is what
 * messages call it. */
int csv_open_stream(struct csv_reader **reader, FILE *stream, const char *name,
                    const struct csv_limits *limits, struct error *error);
void csv_close(struct csv_reader *reader);

/* The column of this name; ERROR_INVALID names the column and the file when it is missing. */
int csv_column(const struct csv_reader *reader, const char *name, size_t *column,
               struct error *error);
size_t csv_column_count(const struct csv_reader *reader);
/* The name of a column, as the header gives it; borrowed, "" for a column that does not exist. */
const char *csv_column_name(const struct csv_reader *reader, size_t column);

/* Reads the next row: 1, or 0 after the last one, or a negative error. */
int csv_next(struct csv_reader *reader, struct error *error);

/* A field of the current row, NUL-terminated, as it is in the file but for the apostrophe of a writer
 * that kept it from being a formula (csv_writer.h); borrowed until csv_next. "" for
 * a column that does not exist. */
const char *csv_field(const struct csv_reader *reader, size_t column);

/* The line on which the current row begins. */
size_t csv_line(const struct csv_reader *reader);

/* After the last row: whether the file ended with a line end. A file cut off inside its last field
 * does not. */
bool csv_ended_with_newline(const struct csv_reader *reader);

/* What messages call this file; borrowed. */
const char *csv_name(const struct csv_reader *reader);

#endif
