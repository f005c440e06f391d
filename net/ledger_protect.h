/*
 * Protected files: of staff, and of persons who must not be found. The client's record says so
 * (member "protection"); what belongs to the file then stands, in place of each scope S, in
 * "protected:S", which those alone read who read S and may read protected files. Whoever has a case
 * of it in hands sees it by a scope of their own, "hand:AGENT", where the file says so; those to
 * whom it is open for a time, by that of their openings.
 *
 * For all others it is not there: no feed, search, duplicate warning or refusal tells that it is.
 * Nobody outside net/ledger_*.c includes this.
 */
#ifndef GUICHET_NET_LEDGER_PROTECT_H
#define GUICHET_NET_LEDGER_PROTECT_H

#include "net/ledger_row.h"
#include "net/ledger_scope.h"

#define LEDGER_PROTECTED_SCOPE "protected:"
#define LEDGER_HAND_SCOPE      "hand:"

/* When a ledger is opened: whether it has any. */
int ledger_protect_open(struct ledger *ledger, struct error *error);

/* 1 when a row belongs to a protected file. */
int ledger_protect_has(struct database *database, int64_t row, struct error *error);

/* Within a transaction: puts in place of the scopes those in which the row stands, when it is of a
 * protected file. */
int ledger_protect_map(struct ledger *ledger, int64_t row, struct scope_set *scopes,
                       struct error *error);

/* Within a transaction, before a record's feed is written: it belongs to the protected files of
 * what it names. */
int ledger_protect_adopt(struct ledger *ledger, const struct ledger_row *row, struct error *error);
/* After it: who has the file in hands may be somebody else now, and so may whether it is
 * protected. */
int ledger_protect_follow(struct ledger *ledger, const struct ledger_row *row, struct error *error);

/* At a relay, before a row is given: whether it is of a protected file is what the centre's scopes
 * say. `alone` when it then stands in these and no others (ledger_restricted_keep). */
int ledger_protect_given(struct ledger *ledger, int64_t row, const struct scope_set *given,
                         bool *alone, struct error *error);

/* Adds, to the scopes of a desk that may read protected files, those where these stand. */
int ledger_protect_scopes(struct scope_set *scopes, struct error *error);

#endif
