/*
 * What is kept in step within the transaction that writes a record: lists of what is due, keys
 * by which records are found, codes that open them. Nobody
 * outside net/ledger_*.c includes this.
 */
#ifndef GUICHET_NET_LEDGER_FOLLOW_H
#define GUICHET_NET_LEDGER_FOLLOW_H

#include "net/ledger_row.h"

/* --- continue codes (ledger_continue.c) ------------------------------------------------------- */

/* After a change of a submission: its code opens it from now on, or none does. */
int ledger_passage_follow(struct ledger *ledger, const struct record *submission, int64_t now_ms,
                          struct error *error);

/* --- by what records are found (ledger_reach.c) ------------------------------------------------
 */

/* The numbers are kept in the database. */
enum ledger_reach {
    LEDGER_REACH_REFERENCE = 1, /* of a case */
    LEDGER_REACH_MESSAGE = 2,   /* the sender's id of a message */
    LEDGER_REACH_EMAIL = 3,     /* of a client, in small letters */
    LEDGER_REACH_PHONE = 4,     /* its last digits, without country and area */
    LEDGER_REACH_BIRTH_DATE = 5,
    LEDGER_REACH_POSTAL_CODE = 6,
};

/* Digits of a phone number without country and area. */
#define LEDGER_PHONE_DIGITS 7

/* The key under which a text is found; false when it is none. */
bool ledger_reach_key(enum ledger_reach kind, const char *given, char *key, size_t size);
/* Within a transaction, after a record was written: keeps by what it is found. */
int ledger_reach_list(struct ledger *ledger, const struct ledger_row *row, struct error *error);

/* --- finding clients (ledger_search_keys.c), opening their files (ledger_opening*.c) -------------
 */

/* The scope in which the files stand that are open to an agent for a time. */
#define LEDGER_OPENINGS_SCOPE "open:"

/* Within a transaction, after a client was written: keeps by what they are found. */
int ledger_search_list(struct ledger *ledger, const struct ledger_row *row, struct error *error);
/* When the ledger is opened: makes what is missing of it, of a few clients older than the table;
 * the rest waits for ledger_search_fill. */
int ledger_search_open(struct ledger *ledger, struct error *error);
/* Whether what is kept of a client is what it should be. */
int ledger_search_check(struct database *database, int64_t row, const struct record *client,
                        bool *agrees, struct error *error);

/* Within a transaction, after a contact was written: the file that was opened for it ends with
 * it. */
int ledger_opening_contact(struct ledger *ledger, const struct record *contact,
                           struct error *error);
/* The scopes of those to whom a file is open. Adds to `scopes`. */
int ledger_opening_scopes(struct ledger *ledger, const struct id *record, struct scope_set *scopes,
                          struct error *error);
/* A file came to be protected: it closes to those who may not read such, but for an emergency. */
int ledger_opening_close(struct ledger *ledger, const struct id *record, struct error *error);
/* An agent's record or role changed: what they may open no longer closes, but for an emergency. */
int ledger_opening_judge(struct ledger *ledger, const struct record *agent, struct error *error);

/* --- intake (ledger_intake_offer.c) -------------------------------------------------------------
 */

/* Within a transaction, after a hand-off was written: what the server itself offered, and nobody
 * takes, is offered to the whole office: it has no sender to go back to. */
int ledger_intake_offer_again(struct ledger *ledger, const struct record *handoff, int64_t now_ms,
                              struct error *error);

/* --- promises (ledger_promise.c) ---------------------------------------------------------------
 */

/* Within a transaction: keeps the list of those that run, after a promise was written. */
int ledger_promise_list(struct ledger *ledger, const struct ledger_row *row, struct error *error);

/* Within a transaction of the centre, after a case was written by an operation: begins what it
 * promises, and tells it what became of the case. `before` is NULL for a new one. */
int ledger_promise_follow(struct ledger *ledger, const struct record *before,
                          const struct record *after, const struct operation *operation,
                          int64_t now_ms, struct error *error);

/* --- deliveries (ledger_delivery.c) ------------------------------------------------------------
 */

/* Within a transaction: makes the deliveries of a submission that was just accepted. */
int ledger_deliveries_make(struct ledger *ledger, const struct record *submission, int64_t now_ms,
                           struct error *error);

/* Within a transaction: keeps the list of what is to be sent, after a delivery was written. */
int ledger_delivery_list(struct ledger *ledger, const struct ledger_row *row, struct error *error);

/* --- messages (ledger_message.c, ledger_access.c) ----------------------------------------------
 */

/* Within a transaction: keeps the list of what is to be sent, after a message was written. */
int ledger_message_list(struct ledger *ledger, const struct ledger_row *row, struct error *error);

/* Within a transaction, after a case was written: what its client is to be told of it. `before` is
 * NULL for a new one. */
int ledger_notice_put(struct ledger *ledger, const struct record *before,
                      const struct record *after, int64_t now_ms, struct error *error);

/* Within a transaction, after a case was written: its client's codes open it from now on, or none
 * does. */
int ledger_access_follow(struct ledger *ledger, const struct record *matter, int64_t now_ms,
                         struct error *error);

#endif
