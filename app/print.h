/*
 * Lines for standard output, by the subcommands. Where that is a terminal nothing in them steers
 * it; where it is a file or a pipe, JSON and CSV are exactly what they are.
 */
#ifndef GUICHET_APP_PRINT_H
#define GUICHET_APP_PRINT_H

#include <stdio.h>

/* The cells up to NULL with tabs between. What could steer a terminal is a mark everywhere, so that
 * a line is one entry and a tab one column. */
void print_row(const char *const cells[]);

/* A JSON text, or a part of one; on a terminal with escapes for what could steer it, which mean the
 * same. Errors stay in the stream. */
void print_json_part(FILE *stream, const char *text);

/* The same as a line of standard output. */
void print_json(const char *text);

#endif
