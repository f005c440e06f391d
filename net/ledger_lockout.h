/*
 * Failed attempts of people who may only be guessing: each costs a wait that grows. They are
 * counted before they are known to be failures, so that many at once do not slip by, and kept by
 * hashes, so that the database does not tell what was tried. Only net/ledger_*.c includes this.
 */
#ifndef GUICHET_NET_LEDGER_LOCKOUT_H
#define GUICHET_NET_LEDGER_LOCKOUT_H

#include "net/ledger_agent.h"
#include "net/ledger_audit.h"

/* One counter: of attempts that are free before the waits begin. */
struct lockout {
    unsigned char key[LEDGER_TOKEN_HASH];
    unsigned char owner[LEDGER_TOKEN_HASH]; /* whom it locks out: cleared together */
    int64_t free;
    bool shared; /* of many people: a success takes one off, and no more */
};

/* Of a login, wherever it is tried from. */
void ledger_lockout_of_login(struct lockout *lockout, const char *login);
/* Of a login from a terminal that is known by this name or key: strangers do not touch it. */
void ledger_lockout_of_terminal(struct lockout *lockout, const char *login, const void *terminal,
                                size_t length);
/* Of whatever `kind` is tried from this address, which many may share. */
void ledger_lockout_of_address(struct lockout *lockout, const char *kind, const char *address);

/* Within a transaction: counts an attempt on each; ERROR_BUSY, with how long to wait and nothing
 * counted, when one comes too early. */
int ledger_lockout_count(struct ledger *ledger, const struct lockout *lockouts, size_t count,
                         int64_t now_ms, int64_t *retry_ms, struct error *error);
/* Within a transaction: the attempt was none by a stranger. */
int ledger_lockout_clear(struct ledger *ledger, const struct lockout *lockouts, size_t count,
                         int64_t now_ms, struct error *error);

/* What an attempt that was held off is called in the trail. */
#define LEDGER_HELD_SIGN_IN "sign-in: held off"
#define LEDGER_HELD_CODE    "device code: held off"

/* Into the trail, once a wait: `entry` says what was held off, `count` how often (audit_tally.h);
 * nothing when that is 0. */
int ledger_held_note(struct ledger *ledger, const struct audit_entry *entry, uint64_t count,
                     struct error *error);

/* When the ledger is closed: attempts that were held off and are not in the trail yet. */
void ledger_held_end(struct ledger *ledger);

/* Forgets all failures of a login, on whatever they were counted; `*cleared` counters. */
int ledger_lockout_unlock(struct ledger *ledger, const char *login, int *cleared,
                          struct error *error);

#endif
