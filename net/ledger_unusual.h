/*
 * Access that is worth a question: rules made of facts in the audit trail and on file (audit.md). A
 * finding is no accusation; it names what to ask about.
 */
#ifndef GUICHET_NET_LEDGER_UNUSUAL_H
#define GUICHET_NET_LEDGER_UNUSUAL_H

#include <jansson.h>

#include "net/ledger.h"

/* Files of so many clients opened within an hour without a contact. */
#define UNUSUAL_FILES 20
/* So many agents who have nothing on file with a client opened the client's file. */
#define UNUSUAL_VIEWERS 5
/* Findings of one asking, and entries of what was read that are looked through: the newest. */
#define UNUSUAL_LIMIT 200
#define UNUSUAL_READS 100000

/*
 * The findings since a time, newest first: [{"rule", "agent", "client", "count", "at", "number"}];
 * `rule` is one of unusual_rules, agent and client "" where there are several, `number` that of the
 * last entry. New reference. At most `reads` entries are looked through; where there are more,
 * `looked_ms` is from when on, else 0.
 */
int ledger_audit_unusual(struct ledger *ledger, int64_t since_ms, size_t reads, json_t **findings,
                         int64_t *looked_ms, struct error *error);

/* "many-files", "own-file", "same-name", "colleague", "outside-hours", "many-viewers", then NULL.
 */
extern const char *const unusual_rules[];

#endif
