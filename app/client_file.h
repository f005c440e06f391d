/*
 * The file of a client: their cases, and whatever is held by the client without a case - contacts,
 * notes, messages, forms, tasks, hand-offs, and who acts for whom. Of all files that are merged
 * into one (client_merge.h): so a merge hides nothing, and taking it back gives each its own again.
 */
#ifndef GUICHET_APP_CLIENT_FILE_H
#define GUICHET_APP_CLIENT_FILE_H

#include "app/case_file.h"
#include "app/client_merge.h"

struct client_entry {
    struct case_entry entry;
    size_t file; /* place in the group: in which of the client's files it stands */
};

struct client_file {
    struct client_group group;
    struct record *client; /* owned: of the file that stays */
    /* Owned: the cases first, then what has none; each newest first. */
    struct client_entry *entries;
    size_t count, capacity;
};

/* ERROR_NOT_FOUND when the client is not on this terminal. What was written in a contact that is
 * about a case stands on that case and is left out. */
int client_file_read(struct client_file *file, struct store *store, const struct id *client,
                     struct error *error);
void client_file_free(struct client_file *file);

#endif
