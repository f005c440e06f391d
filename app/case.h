/*
 * The case: the matter that contacts, notes, submissions and hand-offs belong to. What agents do
 * with the record; the whole file of it is in case_file.h.
 */
#ifndef GUICHET_APP_CASE_H
#define GUICHET_APP_CASE_H

#include "app/author.h"
#include "app/store.h"

/* Borrowed. */
struct case_start {
    struct id client;    /* may be empty */
    const char *service; /* key, may be NULL */
    const char *subject; /* what it is about in a few words; may be NULL */
};

/* Opens a case ("received", for nobody yet) with a spoken reference made from its id. */
int case_open(struct batch *batch, const struct author *author, const struct case_start *start,
              struct id *id, struct error *error);

/* "subject", "service" or "client". */
int case_set(struct batch *batch, const struct author *author, const struct record *matter,
             const char *member, const char *text, struct error *error);

/* Claims: compare and set, pending until the server has confirmed. Assigning to the present
 * assignee adds nothing; an empty id gives the case back. */
int case_assign(struct batch *batch, const struct author *author, const struct record *matter,
                const struct id *agent, struct error *error);
/* ERROR_INVALID for a status that may not follow the present one. */
int case_set_status(struct batch *batch, const struct author *author, const struct record *matter,
                    const char *status, struct error *error);

/* The words that may follow this status, NULL-terminated: at most CASE_STATUS_LIMIT, static
 * words. */
#define CASE_STATUS_LIMIT 8
void case_next_statuses(const char *status, const char *next[CASE_STATUS_LIMIT]);

/* Cases, newest first. `store_visit` receives those of a client in all their
 * files, file by file (client_merge.h), or, with `client` NULL, those
 * assigned to `agent` or opened by them and assigned to nobody, closed ones left out. */
int case_each(struct store *store, const struct id *client, const struct id *agent,
              store_visit visit, void *context, struct error *error);

#endif
