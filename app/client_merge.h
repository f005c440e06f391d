/*
 * Two files of one client: the one is merged into the other by saying so on it ("merged_into"), and
 * nothing else is written. Whatever names it goes on naming it; who reads follows. So taking the
 * merge back restores everything. It is a claim: offline it is pending, and of two that would make
 * a circle the server refuses the second.
 */
#ifndef GUICHET_APP_CLIENT_MERGE_H
#define GUICHET_APP_CLIENT_MERGE_H

#include "app/author.h"
#include "app/client.h"
#include "app/store.h"

/* Files merged one into the other, in a row, at most; the server refuses a longer row. */
#define CLIENT_MERGE_DEPTH 16

/*
 * Merges `client` into `survivor`, of which both records are as shown. `chosen` (may be NULL) are
 * the details that the survivor is to have; what they replace is kept on `client`, and comes back
 * with client_unmerge. ERROR_CONFLICT: it is merged already, or the survivor is merged into it.
 */
int client_merge(struct batch *batch, const struct author *author, struct store *store,
                 const struct record *client, const struct record *survivor,
                 const struct client_details *chosen, struct error *error);

/* Takes the merge back. What it replaced on the survivor comes back, unless somebody has changed it
 * since. `survivor` (may be NULL) is the record that it is merged into. */
int client_unmerge(struct batch *batch, const struct author *author, const struct record *client,
                   const struct record *survivor, struct error *error);

bool client_is_merged(const struct record *client);

/* The file that this one is merged into in the end; itself when into none, or when the next one is
 * not on this terminal. */
int client_survivor(struct store *store, const struct id *client, struct id *survivor,
                    struct error *error);

/* The record of that file: who the client is, of whichever of their files this is. New. */
int client_read(struct store *store, const struct id *client, struct record **record,
                struct error *error);

/* All files of one client: the survivor first, then those merged into it. */
#define CLIENT_GROUP_LIMIT 64
struct client_group {
    struct id ids[CLIENT_GROUP_LIMIT];
    size_t count;
};
int client_group_read(struct store *store, const struct id *client, struct client_group *group,
                      struct error *error);

/* The records of a type that name any of them, file by file, each newest first. */
int client_group_each(struct store *store, const struct client_group *group, enum record_type type,
                      store_visit visit, void *context, struct error *error);

#endif
