/*
 * Why an agent opened a file holds for a while: what the server then hands out of it, when it is
 * asked for one thing, is for that. It was said with POST /v1/open, or at the terminal and told
 * with the look (app/look.h).
 */
#ifndef GUICHET_NET_LEDGER_REASON_H
#define GUICHET_NET_LEDGER_REASON_H

#include "app/purpose.h"
#include "net/ledger.h"

/* As long as a terminal keeps it (ui/purpose.h). */
#define LEDGER_REASON_MS (INT64_C(15) * 60 * 1000)

/* A file that was asked for while the terminal was offline is fetched as soon as that was told: it
 * holds for so long from then. */
#define LEDGER_REASON_FETCH_MS (INT64_C(3600) * 1000)

/* What an agent said, and until when it holds. */
struct ledger_reason {
    struct id agent;
    struct id file; /* a client, or a case without one */
    enum purpose purpose;
    int64_t until_ms;
    int64_t fetch_ms; /* for fetching the whole of it (GET /v1/files) until then; 0: no longer than
                         `until_ms` */
};

/* Within a transaction. With no purpose or file, or when all that has passed, nothing is kept. */
int ledger_reason_keep(struct ledger *ledger, const struct ledger_reason *reason, int64_t now_ms,
                       struct error *error);

/* Within a transaction: the agent's terminal keeps the file no longer, and does not fetch it. */
int ledger_reason_unpin(struct ledger *ledger, const struct id *agent, const struct id *file,
                        struct error *error);

/*
 * Why this agent may be given this record, which is in their scopes, or this client's or case's
 * file. 0 with the purpose: said for the file it belongs to; PURPOSE_CONTACT for a contact of
 * theirs in progress with the client; PURPOSE_CASE_WORK for what they have in hand (app/in_hand.h);
 * PURPOSE_NONE for a record of nobody, and for a role that is not asked. ERROR_INVALID when they
 * must first say why.
 */
int ledger_reason_find(struct ledger *ledger, const struct ledger_actor *actor,
                       enum record_type type, const struct id *id, int64_t now_ms,
                       enum purpose *purpose, struct error *error);
/* The same for fetching the whole file: what was said for that counts too. */
int ledger_reason_find_fetch(struct ledger *ledger, const struct ledger_actor *actor,
                             enum record_type type, const struct id *id, int64_t now_ms,
                             enum purpose *purpose, struct error *error);

#endif
