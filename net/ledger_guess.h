/*
 * Finding what a code (app/continue.h) opens, for somebody who may only be guessing. Wrong attempts
 * are counted, before they are known to be wrong, on two counters that are kept by a keyed hash and
 * outlive a restart. Only net/ledger_*.c includes this.
 */
#ifndef GUICHET_NET_LEDGER_GUESS_H
#define GUICHET_NET_LEDGER_GUESS_H

#include "app/continue.h"
#include "net/ledger_sqlite.h"

#define GUESS_MINUTE_MS (INT64_C(60) * 1000)
#define GUESS_DAY_MS    (INT64_C(24) * 3600 * 1000)

/* What wrong attempts cost, by what they are counted on. */
struct guess_counting {
    const char *what; /* of which: keeps counters of one thing apart from another's */
    int64_t free;
    int64_t first_ms; /* doubles with each further one */
    int64_t longest_ms;
    int64_t forget_ms; /* after the wait */
};

struct guess_kind {
    struct guess_counting by_secret; /* on the label, else on the code's first group */
    struct guess_counting by_address;
    /* Columns record, salt, hash, expires of those of group ?1 that have not expired at ?2, and
     * bear the label ?3. */
    enum ledger_statement statement;
};

/* What a right code opens. */
struct guess_found {
    struct id record;
    unsigned char hash[CONTINUE_HASH_BYTES]; /* of the grant: another code, another one */
    int64_t expires_ms;
    int64_t retry_ms; /* with ERROR_BUSY: how long to wait */
};

/*
 * ERROR_NOT_FOUND when it opens nothing, ERROR_BUSY after too many wrong ones. `label` is what the
 * record is called besides by its code (NULL: nothing), `address` the text of an IP address. An
 * unknown group or label costs the same time, and is answered in the same words, as a wrong secret.
 * Takes about 20 ms and 16 MiB: call it from one thread at a time.
 */
int ledger_guess(struct ledger *ledger, const struct guess_kind *kind, const char *label,
                 const struct continue_code *code, const char *address, int64_t now_ms,
                 struct guess_found *found, struct error *error);

#endif
