/*
 * A relay's ledger: what is on its way to the centre, and what the relay shows meanwhile. Nobody
 * outside net/ledger_*.c includes this.
 */
#ifndef GUICHET_NET_LEDGER_UPWARD_H
#define GUICHET_NET_LEDGER_UPWARD_H

#include "net/ledger_row.h"

/* --- relays (ledger_relay*.c, ledger_upward.c) ----------------------------------------------- */

/* What an operation at a relay is on its way through; the numbers are kept in the database. */
enum ledger_way {
    LEDGER_WAY_WAITING = 0,        /* applied here, to be carried */
    LEDGER_WAY_ASKED = 1,          /* not applied here: the centre decides */
    LEDGER_WAY_ACCEPTED = 2,       /* by the centre, whose record is still to come */
    LEDGER_WAY_ASKED_ACCEPTED = 3, /* the same of one that was asked */
    LEDGER_WAY_DONE = 4,           /* kept for a centre that was restored from an older copy */
};

/* The property that holds what the centre accepted last, until it was asked whether it still knows
 * it (ledger_upward_known): its id and its number there. */
#define LEDGER_MADE "relay-made"
/* The property that is 1 once the catalogue was read to its end. */
#define LEDGER_CATALOGUE_WHOLE "relay-catalogue-whole"
/* The property that holds what else it showed (ledger_upward_show). */
#define LEDGER_SHOWN "relay-shown"
/* The property that is 1 from when all is read anew until what the centre lost is swept away. */
#define LEDGER_ANEW "relay-anew"

/* Reads what the ledger knows of itself as a relay. */
int ledger_relay_open(struct ledger *ledger, struct error *error);

/* Whether an operation was made before the relay was, or was restored: the centre may know of it,
 * by another way or by what the relay was before. */
bool ledger_relay_follows(const struct ledger *ledger, const struct operation *operation);
/* Whether the centre may have accepted what the relay would refuse now: such a one, or any while
 * the relay may be, or is found to be, an older copy of itself. */
bool ledger_relay_doubts(const struct ledger *ledger, const struct operation *operation,
                         int64_t now_ms);
/* Within a transaction of a relay, before an operation is applied to `row` (`row->row` 0: there is
 * no record): whether it is for the centre to decide. */
int ledger_relay_must_ask(struct ledger *ledger, const struct operation *operation,
                          const struct ledger_row *row, bool *must, struct error *error);
/* At a relay: whether it has read the catalogue to its end. */
int ledger_catalogue_is_whole(struct database *database, bool *whole, struct error *error);
/* Whether all who serve the queue, and somebody does, are of the office: not before a relay knows
 * who serves it. */
int ledger_queue_is_inside(struct ledger *ledger, struct database *database, const char *office,
                           const char *queue, bool *inside, struct error *error);
/* Whether a hand-off stays within the relay's office. */
int ledger_handoff_is_inside(struct ledger *ledger, const char *office,
                             const struct record *handoff, bool *inside, struct error *error);

/* What LEDGER_MADE holds; empty for none. */
int ledger_made_read(struct database *database, struct id *made, int64_t *seq, struct error *error);

/* Within a transaction of a relay: puts an operation on its way. After it was applied, `row` is as
 * it made it. */
int ledger_upward_put(struct ledger *ledger, const struct operation *operation,
                      const struct ledger_row *row, enum ledger_way state, struct error *error);
/* Within a transaction: forgets what was done with long ago. */
int ledger_upward_prune(struct ledger *ledger, struct error *error);
/* Within a transaction: the number of the latest, sent or not; 0 when there was none. */
int ledger_upward_last(struct ledger *ledger, int64_t *last, struct error *error);
/* Within a transaction: whether the centre is being asked about it. */
int ledger_upward_has(struct ledger *ledger, const struct id *operation, bool *has,
                      struct error *error);
/* The same; and, when the centre has accepted it, that its record is not waited for any more. */
int ledger_upward_asked(struct ledger *ledger, const struct id *operation, bool *asked,
                        bool *accepted, struct error *error);

/* What a relay shows of a record: `given` (NULL for none) with the operations on their way on top,
 * in the numbers of this database. `record` is new, NULL when nothing is left of it; `changed` is
 * false when it says what `before` says. */
int ledger_relay_fold(struct ledger *ledger, int64_t row, const struct record *given,
                      const struct record *before, struct record **record, bool *changed,
                      struct error *error);
/* Gives a new `record` the numbers that follow those of the one that its row holds. */
int ledger_relay_renumber(struct record *record, const struct record *before, struct error *error);
/* The base of an operation made here on local rev `local`, as the centre counts. */
int ledger_lineage_base(struct database *database, int64_t row, int64_t local, int64_t *base,
                        struct error *error);

/* Within a transaction: takes a record that the centre does not have, and will not, from everybody.
 * A hand-off opens nothing any more. */
int ledger_relay_vanish(struct ledger *ledger, struct ledger_row *row, struct error *error);
/* Within a transaction of a relay: whether a row is such a one: neither given nor on its way,
 * as it is when what makes it is. */
int ledger_relay_lacks(struct ledger *ledger, int64_t row, bool *lacks, struct error *error);

/* Within a transaction, after all of a page was given: takes what the centre shows in fewer scopes
 * than when it gave it last from the others, unless there is a reason here. */
int ledger_relay_narrow(struct ledger *ledger, const json_t *records, struct error *error);

/* Shows a record anew after what is on its way changed; `document` (NULL for none) is what the
 * centre says that it is by now. */
int ledger_relay_stand(struct ledger *ledger, enum record_type type, const struct id *id,
                       const json_t *document, int64_t now_ms, struct error *error);
/* Reads a stored operation. New. */
int ledger_upward_operation(const char *text, size_t length, struct operation **operation,
                            struct error *error);

/* Notes an answer to an operation for good. */
int ledger_remember(struct ledger *ledger, const struct operation *operation, int64_t now_ms,
                    const struct ledger_outcome *outcome, struct error *error);

#endif
