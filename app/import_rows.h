/*
 * What all importers do alike: go through the rows of a table whose columns have names, and hand a
 * finished body to the sink as a record, or say why it cannot be one.
 */
#ifndef GUICHET_APP_IMPORT_ROWS_H
#define GUICHET_APP_IMPORT_ROWS_H

#include <stddef.h>

#include <jansson.h>

#include "app/csv.h"
#include "app/error.h"
#include "app/import.h"
#include "app/record.h"

/* A table to read: which columns it must have, and what to do with a row. */
struct import_rows {
    const char *const *names; /* of the columns wanted, `count` of them */
    size_t *columns;          /* filled: where each of them is */
    size_t count;
    size_t subject;            /* of the columns wanted: names a row in remarks */
    int (*row)(void *context); /* non-zero stops the reading with that code */
    void *context;
};

/*
 * Finds the columns, then calls `row` for each row and tells the sink; also of a column of the row
 * that holds control or invisible characters, which `row` must drop. A column that is missing, a
 * row that cannot be read and a file that is cut off are ERROR_INVALID.
 */
int import_rows_read(const struct import_rows *rows, struct csv_reader *csv,
                     const struct import_sink *sink, struct error *error);

/*
 * Makes a record of a body, whose reference is borrowed, and gives it to the sink. A body that
 * breaks the table of its type or is over RECORD_BODY_LIMIT is refused by a remark that names the
 * member; what the target has of it stays. Only running out of memory, or the sink, is an error.
 */
int import_deliver(const struct import_sink *sink, enum record_type type, json_t *body,
                   const struct import_origin *origin, struct error *error);

#endif
