/*
 * Who is told after a commit that there is work for them: the clocks, senders and watches that
 * sleep until then.
 */
#ifndef GUICHET_NET_LEDGER_BELL_H
#define GUICHET_NET_LEDGER_BELL_H

struct ledger;

/* What a commit rings for, in the order of ringing. */
enum ledger_bell {
    LEDGER_BELL_TRAIL,      /* something is unsigned, and all was signed before */
    LEDGER_BELL_LOG,        /* the log of the database has grown long */
    LEDGER_BELL_UPWARD,     /* a relay has something to do at the centre */
    LEDGER_BELL_HANDOFFS,   /* an offer was made that has an end */
    LEDGER_BELL_OPENINGS,   /* the end of an opened file came nearer */
    LEDGER_BELL_PROMISES,   /* a promise was written that runs */
    LEDGER_BELL_WATCH,      /* a queue changed, or who waits in one */
    LEDGER_BELL_MESSAGES,   /* there is something to send, or somebody to tell */
    LEDGER_BELL_DELIVERIES, /* a delivery was made or changed */
    LEDGER_BELLS
};

/* Called in the thread that wrote; it must not call the ledger. */
typedef void (*ledger_bell_listener)(void *context);

/* Whom a bell rings from now on; NULL for nobody. Any thread, at any time but from a listener: once
 * it has returned, the listener before is not running and will not be called any more. */
void ledger_bell_listen(struct ledger *ledger, enum ledger_bell bell, ledger_bell_listener listener,
                        void *context);

#endif
