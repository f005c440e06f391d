/*
 * Hand-offs, their queues, and the thresholds that watch over those who wait. Nobody
 * outside net/ledger_*.c includes this.
 */
#ifndef GUICHET_NET_LEDGER_HANDOFF_H
#define GUICHET_NET_LEDGER_HANDOFF_H

#include "net/ledger_row.h"

/* Whether the queue that a ticket's operation names, if any, is in the catalogue. */
int ledger_ticket_queue_exists(struct ledger *ledger, const json_t *body, bool *exists,
                               struct error *error);

/* Within a transaction: keeps who is with a client, after a contact was written. */
int ledger_attending_list(struct ledger *ledger, const struct ledger_row *row, struct error *error);

/* --- hand-offs (ledger_handoff.c, ledger_grant.c) ----------------------------------------------
 */

/* Within a transaction: keeps the list of offers that have an end, after a hand-off was written. */
int ledger_handoff_list(struct ledger *ledger, const struct ledger_row *row, struct error *error);
/* The same of every open offer, after who serves a queue has changed, or what is a relay's. */
int ledger_handoffs_relist(struct ledger *ledger, struct error *error);

/* Whether the agent, office and queue that a hand-off's body names are there: `missing` is the
 * member that names nobody, else NULL. */
int ledger_handoff_check_target(struct ledger *ledger, const json_t *body, const char **missing,
                                struct error *error);

/* The catalogue record of a key; `record` is NULL when there is none, or it has ended. New. */
int ledger_catalogue_find(struct ledger *ledger, enum record_type type, const char *key,
                          struct record **record, struct error *error);

/* The body of the same offer made again: from the same sender, to `queue` (NULL: to nobody yet),
 * with the end that the queue gives it. New; NULL out of memory. */
json_t *ledger_handoff_again(const struct record *handoff, const struct record *queue,
                             int64_t now_ms);

/* The one that follows an offer which ended unanswered or was re-assigned: one, whatever happens,
 * so its id says it. It may be there before the end is: at a relay it comes from the centre, and
 * the centre may have refused the end that a relay gave. */
int ledger_handoff_following(struct ledger *ledger, const struct record *handoff, struct id *id,
                             bool *exists, struct error *error);

/* Whether whom a hand-off is re-assigned to is there: `missing` as above. */
int ledger_reassign_check(struct ledger *ledger, const json_t *body, const char **missing,
                          struct error *error);

/* Within a transaction, after a hand-off was written: makes the one that follows a re-assigned
 * one, from whoever had it; a supervisor who took it has it at once. */
int ledger_reassign(struct ledger *ledger, const struct record *handoff, int64_t now_ms,
                    struct error *error);

/* Within a transaction, after a hand-off was made: says on it since when the client waits, where
 * the offer itself does not: a terminal's clock that is ahead counts from now, and what is offered
 * anew after nobody took it from when it was offered first. */
int ledger_waiting_since(struct ledger *ledger, const struct ledger_row *handoff, int64_t now_ms,
                         struct error *error);

/* It lets its target see what it names: it is offered, or was accepted. */
bool ledger_handoff_stands(const struct record *handoff);

/* One of a queue has accepted it: the others need not see the file. */
bool ledger_handoff_left_queue(const struct record *handoff);

/* --- queues (ledger_queue.c) -------------------------------------------------------------------
 *
 * What waits in a queue stands in a scope by what it asks for: "queue:KEY" when that is nothing,
 * else "queue:KEY", a tab and the need (queue_need_text). An agent of the queue has those of its
 * scopes whose need they meet, a supervisor all of them.
 */

/* Within a transaction: whether the agent may accept a hand-off to a queue: by skills, languages,
 * contact level and capacity. MERGE_APPLIED, or MERGE_UNFIT or MERGE_FULL with what is lacking. */
int ledger_queue_judge(struct ledger *ledger, const struct record *handoff, const struct id *agent,
                       int64_t now_ms, enum merge_refusal *refusal, char field[LEDGER_FIELD_SIZE],
                       struct error *error);

/* Within a transaction, after a hand-off was written: keeps who may have it in hand. */
int ledger_queue_hold(struct ledger *ledger, const struct ledger_row *row, struct error *error);

/* --- thresholds (ledger_watch.c) ---------------------------------------------------------------
 */

/* Within a transaction, after such a record was written: keeps what a queue sets, who waits in
 * which queue, and whose client is gone. */
int ledger_watch_queue(struct ledger *ledger, const struct ledger_row *row, struct error *error);
int ledger_watch_handoff(struct ledger *ledger, const struct ledger_row *row, struct error *error);
int ledger_watch_ticket(struct ledger *ledger, const struct ledger_row *row, struct error *error);
int ledger_watch_contact(struct ledger *ledger, const struct ledger_row *row, struct error *error);

/* --- alerts (ledger_alert.c) -------------------------------------------------------------------
 */

/* A crossing of a threshold. Borrowed. */
struct ledger_alert {
    const char *queue;
    const char *name; /* the queue, a blank, and queue_threshold_name */
    int64_t number;   /* of its crossings */
    const struct queue_threshold *threshold;
    int64_t value;
};

/* Within a transaction. The first number from this one on that no alert has yet. */
int ledger_alert_number(struct ledger *ledger, const char *name, int64_t *number,
                        struct error *error);
int ledger_alert_raise(struct ledger *ledger, const struct ledger_alert *alert, int64_t now_ms,
                       struct error *error);
/* Nothing when it is not raised. */
int ledger_alert_end(struct ledger *ledger, const char *name, int64_t number, int64_t now_ms,
                     struct error *error);
/* Within a transaction, after an alert was written: what is crossed, and how often it was, are as
 * the latest alert says, also when a relay or the centre raised it. */
int ledger_watch_alert(struct ledger *ledger, const struct ledger_row *row, struct error *error);
/* At the centre: whether a relay of this office may raise this alert, or say that it is over: of a
 * queue that the office alone serves; and to raise it, when it is not raised already. */
int ledger_alert_may_carry(struct ledger *ledger, const char *office,
                           const struct operation *operation, bool *may, struct error *error);

#endif
