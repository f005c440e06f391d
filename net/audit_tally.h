/*
 * What strangers can do as often as they like must not fill the audit trail: the first time of a
 * kind is told, those that follow within a while are counted and told together. Of so many kinds at
 * once; beyond, the one told longest ago makes room and its count goes to the rest.
 *
 * Thread-safe.
 */
#ifndef GUICHET_NET_AUDIT_TALLY_H
#define GUICHET_NET_AUDIT_TALLY_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "app/id.h"

#define AUDIT_TALLY_KINDS 64
#define AUDIT_TALLY_KEY   32

struct audit_tally_kind {
    unsigned char key[AUDIT_TALLY_KEY];
    int64_t until_ms;
    uint64_t count; /* that are not told yet */
    struct id agent;
    bool used;
};

struct audit_tally {
    pthread_mutex_t mutex;
    struct audit_tally_kind kinds[AUDIT_TALLY_KINDS];
    uint64_t rest; /* of kinds that made room */
};

void audit_tally_init(struct audit_tally *tally);
void audit_tally_clear(struct audit_tally *tally);

/* One more of a kind; `agent` (may be empty) is who it is about. How many are to be told now, this
 * one among them: 0 when it was only counted, until `until_ms`. */
uint64_t audit_tally_add(struct audit_tally *tally, const unsigned char key[AUDIT_TALLY_KEY],
                         const struct id *agent, int64_t until_ms, int64_t now_ms);

/* Takes what is not told yet, kind by kind, then the rest; false when there is nothing more. */
bool audit_tally_take(struct audit_tally *tally, uint64_t *count, struct id *agent);

#endif
