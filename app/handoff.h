/*
 * The hand-off: a contact, its case and its draft passed to another agent with a written context,
 * so that the client never repeats a word. One hand-off has one winner: accepting is a claim.
 */
#ifndef GUICHET_APP_HANDOFF_H
#define GUICHET_APP_HANDOFF_H

#include "app/author.h"
#include "app/catalogue.h"
#include "app/queue.h"
#include "app/store.h"

/* Who it is for: exactly one of the three is set. Borrowed. */
struct handoff_target {
    struct id agent;
    const char *office; /* key; NULL or "" for none */
    const char *queue;  /* key; NULL or "" for none */
};

/*
 * The kinds, words of handoff_kind_words:
 *
 *   cold        passed on; without a kind it is this
 *   warm        sender and receiver write to each other until the receiver accepts
 *   consult     the receiver answers and the sender keeps contact and case
 *   call-back   the client was promised a call within a window: a commitment on the file
 *   escalation  to the supervisors of an office
 */
#define HANDOFF_COLD       "cold"
#define HANDOFF_WARM       "warm"
#define HANDOFF_CONSULT    "consult"
#define HANDOFF_CALL_BACK  "call-back"
#define HANDOFF_ESCALATION "escalation"

/* What it carries; empty ids for nothing. Borrowed. */
struct handoff_offer {
    struct handoff_target target;
    const char *kind;                 /* NULL: cold */
    int64_t call_from_ms, call_to_ms; /* of a call-back: the window promised to the client */
    struct id contact;
    struct id matter; /* the case */
    struct id client;
    struct id submission; /* the draft to go on with */
    const char *summary;  /* one line: who and what */
    const char *context;  /* what the receiver must know, as the sender reads it; may be NULL */
    const json_t *facts;  /* the same as data (handoff_context.h); may be NULL */
    const char *place;    /* where the sender stood: of handoff_place_words; may be NULL */
    int64_t expires_ms;   /* wall time, by the server; 0: it waits until decided */

    /* What the queue's order and the choice of who may take it go by. */
    const struct queue_need *need; /* queue_need_make of the service; NULL: nothing */
    const char *service;           /* key of what it is about; NULL or "" when not known */
    int priority;                  /* 0 to QUEUE_PRIORITY_MOST */
    int64_t promise_ms;            /* when the client was promised an end; 0: no promise */
};

/* ERROR_INVALID without a summary, without exactly one target, when the target is the author, for a
 * call-back without a window and for an escalation to anything but an office. A call-back with a
 * contact, case or client also writes the commitment that was made to the client. */
int handoff_offer(struct batch *batch, const struct author *author,
                  const struct handoff_offer *offer, struct id *id, struct error *error);

/* Claims, each pending until the server has confirmed. ERROR_CONFLICT when it is decided already,
 * ERROR_REFUSED for one whose part it is not; a decline wants a reason. That an offer has expired
 * is the server's to say. */
int handoff_accept(struct batch *batch, const struct author *author, const struct record *handoff,
                   struct error *error);
int handoff_decline(struct batch *batch, const struct author *author, const struct record *handoff,
                    const char *reason, struct error *error);
int handoff_withdraw(struct batch *batch, const struct author *author, const struct record *handoff,
                     struct error *error);

/* A supervisor gives it, offered or accepted, to an agent or a queue (`to` names one of the two);
 * their own agent takes it over. The server makes the same offer again, from whoever had it.
 * ERROR_CONFLICT when it has ended, ERROR_INVALID when it is there already. */
int handoff_reassign(struct batch *batch, const struct author *author, const struct record *handoff,
                     const struct handoff_target *to, struct error *error);

bool handoff_is_offered(const struct record *handoff);
/* Offered, or accepted and not given to somebody else since. */
bool handoff_is_open(const struct record *handoff);
/* "cold" when it has none. Borrowed. */
const char *handoff_kind(const struct record *handoff);
bool handoff_is_kind(const struct record *handoff, const char *kind);
/* How long it waited to be decided, or has waited until `now_ms`. */
int64_t handoff_waited_ms(const struct record *handoff, int64_t now_ms);

/* True when it is offered to this agent (a catalogue record): by id, by one of their queues, also
 * when it was opened to that one, if they can do what it asks for, or by their office (an
 * escalation only to its supervisors, by the roles of `catalogue`, NULL for the built-in ones);
 * never to who sent it, unless it is addressed to them. */
bool handoff_is_for(const struct record *handoff, const struct record *agent,
                    struct catalogue *catalogue);
bool handoff_is_from(const struct record *handoff, const struct id *agent);

/*
 * What follows an acceptance of this author's that the server has confirmed: the contact becomes
 * theirs, and the case when it was the sender's; of a consultation nothing follows. Adds what is
 * still missing, so it can be asked again and again; nothing follows an acceptance that is pending,
 * passed on since, or another's.
 */
int handoff_follow(struct batch *batch, const struct author *author, struct store *store,
                   struct error *error);

/* True while this contact is the agent's: theirs on record and in progress, or taken over by them
 * in a hand-off that is pending or not yet followed. */
bool handoff_holds_contact(struct store *store, const struct record *contact,
                           const struct id *agent);

/* --- the message line -----------------------------------------------------------------------
 *
 * Messages are internal notes on the case or the contact that name the hand-off: they stay on the
 * file. Both sides may write while it is offered, and after it was accepted.
 */

#define HANDOFF_MESSAGES_LIMIT 50

/* ERROR_CONFLICT when it ended without being accepted, ERROR_INVALID for a blank text. */
int handoff_message(struct batch *batch, const struct author *author, const struct record *handoff,
                    const char *text, struct error *error);

struct handoff_messages {
    struct record *notes[HANDOFF_MESSAGES_LIMIT]; /* owned; the latest ones, oldest first */
    size_t count;
};

int handoff_messages_read(struct handoff_messages *messages, struct store *store,
                          const struct record *handoff, struct error *error);
void handoff_messages_free(struct handoff_messages *messages);

#endif
