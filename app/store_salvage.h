/*
 * Reading a store that may be damaged: whether all of it opens, and, when it does not, what still
 * does. Only app/store*.c include this.
 */
#ifndef GUICHET_APP_STORE_SALVAGE_H
#define GUICHET_APP_STORE_SALVAGE_H

#include "app/journal.h"
#include "app/store_internal.h"

/* A row of a table that only this terminal has. */
struct salvaged {
    bool refusal; /* else state */
    char *name;   /* owned */
    int64_t number;
    void *bytes; /* owned; sealed */
    int length;
};

struct salvage {
    struct salvaged *rows; /* owned */
    size_t count;
};

/* 0 when the file holds together and all that is sealed opens; else says what does not. */
int salvage_verify(struct store *store, struct error *error);

/* Visits the ids of all operations that the store has in any form, refused ones too. */
int salvage_each_held(struct store *store, int (*visit)(void *context, const struct id *operation),
                      void *context, struct error *error);

/* Reads what is readable of a damaged file: `visit` gets the operations, `salvage` (to be cleared)
 * the state of the desk and the refusals. Damage is no failure. */
int salvage_read(struct salvage *salvage, const char *path, const struct seal_key *key,
                 journal_visit visit, void *context, struct error *error);
/* Within a transaction: writes them into another store of the same key. */
int salvage_write(const struct salvage *salvage, struct store *store, struct error *error);
void salvage_clear(struct salvage *salvage);

#endif
