/*
 * Emergency access: whoever may, opens a closed file with their reason, for a short time. It is
 * loud: a record of it comes to those who supervise the file's office and to those who read the
 * audit trail, and stands on the file; one of the latter says whether it was justified. Nobody
 * outside net/ledger_*.c includes this.
 */
#ifndef GUICHET_NET_LEDGER_EMERGENCY_H
#define GUICHET_NET_LEDGER_EMERGENCY_H

#include "net/ledger.h"

/* How long the file is open then. */
#define LEDGER_EMERGENCY_MS (INT64_C(3600) * 1000)

struct ledger_emergency {
    struct id agent;
    const char *words;
    const char *office; /* of the file */
    struct id file;     /* a client, or a case without one */
    enum record_type type;
    struct id matter; /* the case that was asked for, empty for none */
    int64_t at_ms;
    int64_t until_ms;
};

/* Within a transaction. */
int ledger_emergency_make(struct ledger *ledger, const struct ledger_emergency *emergency,
                          struct error *error);

#endif
