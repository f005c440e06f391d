/*
 * Writing comma-separated values as csv.h reads them: RFC 4180, UTF-8, CRLF, quotes only where
 * needed.
 */
#ifndef GUICHET_APP_CSV_WRITER_H
#define GUICHET_APP_CSV_WRITER_H

#include <stddef.h>
#include <stdio.h>

/* Writes one row; errors stay in the stream (ferror). */
void csv_write_row(FILE *stream, const char *const *fields, size_t count);

#endif
