/*
 * Writing comma-separated values as csv.h reads them: RFC 4180, UTF-8, CRLF, quotes only where
 * needed.
 *
 * A field that a spreadsheet would take for a formula gets an apostrophe in front, which csv.h
 * takes off again; a number with its sign (a phone's) does not. On a terminal what could steer it
 * becomes a visible mark; in a file or a pipe all stays what it is.
 */
#ifndef GUICHET_APP_CSV_WRITER_H
#define GUICHET_APP_CSV_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Whether this field of a file has such an apostrophe. */
bool csv_field_is_guarded(const char *text);

/* Writes one row; errors stay in the stream (ferror). */
void csv_write_row(FILE *stream, const char *const *fields, size_t count);

#endif
