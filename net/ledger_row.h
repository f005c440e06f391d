/*
 * Stored records, and operations applied to them within a transaction. Nobody
 * outside net/ledger_*.c includes this.
 */
#ifndef GUICHET_NET_LEDGER_ROW_H
#define GUICHET_NET_LEDGER_ROW_H

#include "net/ledger_sqlite.h"

/* --- applying (ledger_apply.c) ---------------------------------------------------------------- */

/* ledger_apply within a transaction, for an actor whose scopes are `desk`. On an error the caller
 * rolls back: what came before it in the transaction must not stay. */
int ledger_apply_within(struct ledger *ledger, const struct ledger_actor *actor,
                        const struct scope_set *desk, struct operation *const *operations,
                        size_t count, int64_t now_ms, struct ledger_outcome *outcomes,
                        struct error *error);

/* --- records (ledger_record.c) ---------------------------------------------------------------- */

/* It made the record. */
#define LEDGER_KNOWN_MADE (-1)
/* It began before that was noted: nobody is taken to know this rev. */
#define LEDGER_KNOWN_UNNOTED 0

/* A stored record: its row, and what it says. */
struct ledger_row {
    int64_t row;
    struct record *record; /* owned */
    struct id known;       /* the device that can work out this rev by itself; empty for none */
    int64_t known_from;    /* the number of what it works it out of, or one of these */
    bool made;             /* it was inserted just now: it stands in no scope yet */
};

void ledger_row_clear(struct ledger_row *row);

/* ERROR_NOT_FOUND when there is none. */
int ledger_row_read(struct database *database, enum record_type type, const struct id *id,
                    struct ledger_row *row, struct error *error);
/* The same by row number. */
int ledger_row_read_number(struct database *database, int64_t number, struct ledger_row *row,
                           struct error *error);

/* Who a client is, of whichever of their files this id is: NULL for none, or one that is not there.
 * New. */
int ledger_client_read(struct database *database, const char *client, struct record **survivor,
                       struct error *error);

/* The form as this submission was filled: its own version where that is kept, for the client saw
 * and agreed to that one; else the present one. ERROR_NOT_FOUND when there is no form. */
int ledger_form_read(struct database *database, const struct record *submission,
                     struct ledger_row *form, struct error *error);

/* Writes the record with its rev and seq: a new row when `row->row` is 0, which it then sets. */
int ledger_row_write(struct ledger *ledger, struct ledger_row *row, struct error *error);

/* The id of what a record stands below: its case, else its contact, "" for none; of a delivery its
 * submission, of a merged client the one it is merged into. Who sees that, sees the record. */
const char *ledger_record_parent(const struct record *record);

/* Within a transaction: the row numbers that a statement with one text gives, such as those of a
 * record's children. `rows` is owned (free); NULL on an error. */
int ledger_rows_named(struct ledger *ledger, enum ledger_statement which, const char *name,
                      int64_t **rows, size_t *count, struct error *error);
/* The same by a connection that is at hand. */
int ledger_rows_read(struct database *database, enum ledger_statement which, const char *name,
                     int64_t **rows, size_t *count, struct error *error);

/* Whose a record is: the client that it is, that it names, or that its case names; empty for
 * nobody's, and for NULL. */
int ledger_client_of(struct database *database, const struct record *record, struct id *client,
                     struct error *error);

/* Reads a stored document. New record. */
int ledger_document_read(const char *text, size_t length, struct record **record,
                         struct error *error);

/* --- the server's own operations (ledger_own.c) ------------------------------------------------
 */

/* Within a transaction: applies an operation of the server itself, which may do what merge lets it.
 * A refusal is an outcome. */
int ledger_apply_own(struct ledger *ledger, const struct operation *operation, int64_t now_ms,
                     struct ledger_outcome *outcome, struct error *error);

/* What an operation of the server itself says, besides its body. */
struct ledger_own {
    enum operation_kind kind;
    enum record_type type;
    struct id record;
    int64_t base;
    int64_t now_ms;
};

/* Takes over `body`; NULL when out of memory. */
struct operation *ledger_own_operation(const struct ledger_own *own, json_t *body);

/* Both in one: applies such an operation. `body` is taken over. A refusal is ERROR_REFUSED. */
int ledger_own_write(struct ledger *ledger, const struct ledger_own *own, json_t *body,
                     struct error *error);
/* The same of what a client made through a channel. */
int ledger_own_write_from(struct ledger *ledger, const struct ledger_own *own, const char *channel,
                          json_t *body, struct error *error);

/* Claims a record for the server, in a transaction of its own: `claimed` (borrowed) holds its
 * changed members, null removing one. What does not follow from its present state is passed over,
 * and `*written` is then false. On disk when this returns 0. */
int ledger_own_claim(struct ledger *ledger, enum record_type type, const struct id *id,
                     json_t *claimed, int64_t now_ms, bool *written, struct error *error);

#endif
