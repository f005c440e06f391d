/*
 * Sends what agents and the server itself write to clients, each channel in a thread of its own, so
 * that a mail server that stalls keeps up no SMS; and writes what is told by itself: when a case is
 * received, lacks something, is decided or closed, to clients who agreed to that (`alerts`).
 *
 * Each message is marked (attempts, tried_at) before it is handed over, and what came of it is
 * written after. Killed between the two, nobody knows whether it went: it is sent again, under the
 * same Message-ID or Idempotency-Key, by which a reader's mail program or the gateway knows it.
 * What was taken back, or refused by the client meanwhile, is seen at the mark.
 */
#ifndef GUICHET_NET_MESSAGE_WORKER_H
#define GUICHET_NET_MESSAGE_WORKER_H

#include <stdbool.h>

#include "app/error.h"
#include "net/ledger_message.h"

/* What came of handing a message over. */
enum message_fate {
    MESSAGE_SENT,
    MESSAGE_LATER,   /* nobody took it, and it may be tried again */
    MESSAGE_BOUNCED, /* refused for good */
};

#define MESSAGE_REASON_SIZE  160
#define MESSAGE_RECEIPT_SIZE 128
#define MESSAGE_ID_SIZE      304

struct message_outcome {
    enum message_fate fate;
    char reason[MESSAGE_REASON_SIZE];   /* in words fit to be shown; "" when it was sent */
    char receipt[MESSAGE_RECEIPT_SIZE]; /* what the other side calls it; "" for nothing */
    int64_t retry_after_ms;             /* it asks not to be tried before; 0: it says nothing */
};

/*
 * Called by a channel whose other side does not know a message when it comes again: right before it
 * could be taken for the first time. From then on nobody knows what came of it until an outcome is
 * noted. Non-zero: it could not be noted, and must not be handed over.
 */
struct message_last_step {
    int (*take)(void *context, struct error *error);
    void *context;
};

/* How one channel is sent by. `send` is called in the channel's thread; a negative code means that
 * nobody knows what came of it. */
struct message_carrier {
    const char *channel;
    void *context;
    /* The id under which it will go, the same each time; NULL: it needs none. */
    void (*name)(void *context, const struct record *message, char id[MESSAGE_ID_SIZE]);
    int (*send)(void *context, const struct ledger_letter *letter,
                const struct message_last_step *last_step, struct message_outcome *outcome,
                struct error *error);
    void (*stop)(void *context); /* a running `send` ends soon; from another thread */
};

#define MESSAGE_CARRIER_LIMIT 4

struct message_worker_options {
    const struct message_carrier *carriers; /* borrowed; NULL: none */
    size_t carrier_count;
    const char *public_address; /* for links in messages; "" for none */
    const char *sms_queue;      /* where a case waits that an SMS opens; "" for none */
    int64_t retry_ms;           /* wait after the first failure; each further one doubles it */
    int64_t retry_limit_ms;     /* longest such wait */
    int64_t give_up_ms;         /* how long a message is tried */
    /* Takes one line, without newline, without personal content; called from any thread. */
    void (*log)(void *context, const char *line);
    void *log_context;
};

struct message_worker;

/* Starts the threads, before anybody else writes into the ledger, which is borrowed; its message
 * listener is taken. Also without any carrier: messages then say that nobody carries them. */
int message_worker_start(struct message_worker **worker,
                         const struct message_worker_options *options, struct ledger *ledger,
                         struct error *error);

/* Gives up what is under way, joins the threads and frees. By then nobody else writes any more.
 * NULL is allowed. */
void message_worker_stop(struct message_worker *worker);

#endif
