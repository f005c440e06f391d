/* Consents at the server. Only net/ledger_*.c includes this. */
#ifndef GUICHET_NET_LEDGER_CONSENT_H
#define GUICHET_NET_LEDGER_CONSENT_H

#include "net/ledger_sqlite.h"

/* Within a transaction, when a filing tells an agency: notes the consent that the client gave in
 * the form, as a record of its own, once. One without a client to be listed under is not noted. */
int ledger_consent_note(struct ledger *ledger, const struct record *submission,
                        const json_t *recipient, int64_t now_ms, struct error *error);

/* Within a transaction, after a consent was written: when it is withdrawn, what waits to be sent
 * under it is withheld. */
int ledger_consent_follow(struct ledger *ledger, const struct record *consent, int64_t now_ms,
                          struct error *error);

#endif
