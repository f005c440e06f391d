/*
 * What is kept about somebody, or of a case: how much it is, whether it is held back from erasure,
 * and what else bars that (ledger_erase.h). For whoever is to judge it, at the machine or at a
 * terminal.
 */
#ifndef GUICHET_NET_LEDGER_KEEPING_H
#define GUICHET_NET_LEDGER_KEEPING_H

#include "app/record.h"
#include "net/ledger_erase.h"

/* Whom or what they mean: an id, or for clients and cases the reference of a case as people write
 * it, which stands for its client, too. ERROR_INVALID for a type of which nothing is on file, or
 * what is no id; ERROR_NOT_FOUND for a reference that no case has. */
int ledger_keeping_find(struct ledger *ledger, const char *type_name, const char *of,
                        enum record_type *type, struct id *id, struct error *error);

struct ledger_keeping {
    struct record *record; /* owned: the client, not one merged into them; or the other record */
    struct id client;      /* whose it is; empty for nobody's */
    struct ledger_erased would; /* what goes with it */
    int64_t latest_ms;          /* when something was done to any of it */
    bool is_protected;          /* any of it belongs to a protected file */
    bool is_in_mandate;         /* of whoever asks, all of it (app/role.h) */
    bool is_held;               /* itself, not something below or above it */
    int64_t held_ms;            /* since when */
    struct id held_by;          /* empty: at the machine */
    char held_why[LEDGER_HOLD_LIMIT + 1];
    enum ledger_bar bar;                   /* why it would not be erased now */
    enum record_type bar_type;             /* of the record that says so */
    struct id bar_at;                      /* its id */
    char bar_reference[ID_REFERENCE_SIZE]; /* of a case; "" else */
};

/* In one state of the database, while others write. ERROR_NOT_FOUND also for what was erased. Clear
 * it also after an error. */
int ledger_keeping_read(struct ledger *ledger, const struct id *agent, enum record_type type,
                        const struct id *id, struct ledger_keeping *keeping, struct error *error);

/* Whether the mandate of this agent's role is the whole organisation. */
int ledger_keeping_is_for_all(struct ledger *ledger, const struct id *agent, bool *is,
                              struct error *error);
void ledger_keeping_clear(struct ledger_keeping *keeping);

#endif
