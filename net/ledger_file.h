/*
 * Everything on file about a client, of a case, or below another record: read as one, for whoever
 * erases it or gives the client a copy. Nobody outside net/ledger_*.c includes this.
 */
#ifndef GUICHET_NET_LEDGER_FILE_H
#define GUICHET_NET_LEDGER_FILE_H

#include "net/ledger_erase.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"

struct ledger_file {
    struct ledger_row *rows; /* owned; what was asked for first, then what was made later */
    size_t count;
    size_t capacity;
    int64_t latest_ms; /* of the newest thing in it: made, claimed or changed */
};

/* Whether records of a type begin a file: what people said, or was said about them. A promise and a
 * delivery go with what they belong to; counts, alerts, rolls of tickets and lists are nobody's. */
bool ledger_file_begins(enum record_type type);

/*
 * Within a transaction of `database`: the client with those merged into them, their cases, and what
 * names either; or the case, or another record, and all below it. A client that was merged stands
 * for the one they were merged into. What was erased already is left out. ERROR_INVALID for a type
 * that begins none; ERROR_NOT_FOUND. Free it also after an error.
 */
int ledger_file_read(struct database *database, enum record_type type, const struct id *id,
                     struct ledger_file *file, struct error *error);
void ledger_file_free(struct ledger_file *file);

/* What a record stands below (ledger_record_parent): `above->record` is NULL when that is nothing.
 * To be cleared. */
int ledger_file_above(struct database *database, const struct record *record,
                      struct ledger_row *above, struct error *error);

/* Why it may not be erased, and which record says so: one of the file, or what it stands below. */
int ledger_file_bar(struct database *database, const struct ledger_file *file, enum ledger_bar *bar,
                    struct id *at, struct error *error);

/* What would go with it: its records, and what came with its messages. */
int ledger_file_count(struct database *database, const struct ledger_file *file,
                      struct ledger_erased *would, struct error *error);

/* Whether somebody holds back what has this id: 1, 0, or an error. */
int ledger_is_held(struct database *database, const char *id, struct error *error);

/* A write transaction in which what is deleted is overwritten with zeros, and its end (ledger_end),
 * after which the log of the database is emptied too. */
int ledger_erase_begin(struct ledger *ledger, struct error *error);
int ledger_erase_end(struct ledger *ledger, int code, struct error *error);

/* Within such a transaction: takes a row from everybody and overwrites it and all that is kept
 * beside it. */
int ledger_row_erase(struct ledger *ledger, const struct ledger_row *row, int64_t at_ms,
                     int64_t *attachments, struct error *error);

/* Outside of a transaction: empties the log of the database; ERROR_BUSY when readers stand in it.
 */
int ledger_log_empty(struct ledger *ledger, struct error *error);

#endif
