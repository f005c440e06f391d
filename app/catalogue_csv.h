/*
 * Services of the catalogue as rows of our own CSV (app/catalogue_csv.md): one service a row, the
 * two languages side by side. One table of columns for reading, writing and the manual page.
 */
#ifndef GUICHET_APP_CATALOGUE_CSV_H
#define GUICHET_APP_CATALOGUE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "app/error.h"

enum csv_column_kind {
    CSV_COLUMN_TEXT,
    CSV_COLUMN_LIST,  /* texts separated by ';', or a JSON list when one of them has a ';' */
    CSV_COLUMN_LINES, /* texts, one a line; an empty line: none in this language */
    CSV_COLUMN_INTEGER,
    CSV_COLUMN_BOOLEAN, /* yes, no */
    CSV_COLUMN_KNOWN,   /* yes, no, unknown */
    CSV_COLUMN_MONEY,   /* dollars and cents: 12.50 */
    CSV_COLUMN_DELAY,   /* 15 business-day, 15 business-day refund */
    CSV_COLUMN_JSON
};

struct csv_column_entry {
    const char *name; /* "title_fr" */
    const char *path; /* in the body: "title/fr" */
    enum csv_column_kind kind;
    const char *help; /* NULL: as the column before */
};

/* All columns but the channels', ends with a NULL name. */
extern const struct csv_column_entry catalogue_csv_columns[];
/* The columns that each channel has, with "counter_" and so on in front; path within the channel.
 */
extern const struct csv_column_entry catalogue_csv_channel_columns[];

/* How a kind is written, for people: "yes or no". */
const char *catalogue_csv_kind_help(enum csv_column_kind kind);

#define CATALOGUE_CSV_COLUMN_MOST 256
#define CATALOGUE_CSV_NAME_SIZE   48

/* One column as it stands in a header: index into the two tables. */
struct catalogue_csv_column {
    char name[CATALOGUE_CSV_NAME_SIZE];
    const char *channel; /* NULL: not a channel's */
    const struct csv_column_entry *entry;
};

/* Every column there is, in the order that a file is written; returns how many. */
size_t catalogue_csv_all(struct catalogue_csv_column columns[CATALOGUE_CSV_COLUMN_MOST]);

/* The body in the shape that the columns' paths go through: channels and documents by name. New,
 * NULL when out of memory. */
json_t *catalogue_csv_spread(const json_t *body);
/* The other way round. */
json_t *catalogue_csv_gather(const json_t *spread);

/* The text of a column of a spread body: owned (free()), NULL when out of memory. */
char *catalogue_csv_get(const json_t *spread, const struct catalogue_csv_column *column);

/* Sets what a text says; "" sets nothing. ERROR_INVALID says what it should be. */
int catalogue_csv_set(json_t *spread, const struct catalogue_csv_column *column, const char *text,
                      struct error *error);

#endif
