/*
 * The case file: everything that belongs to one case, from every channel, newest first. So that
 * whoever opens it sees at once who, what and where it stands, however much there is: of the
 * timeline only as much is read as is asked for, and what the summary needs apart.
 */
#ifndef GUICHET_APP_CASE_FILE_H
#define GUICHET_APP_CASE_FILE_H

#include "app/record.h"
#include "app/store.h"

/* A contact, note, submission, delivery, hand-off, message, task or promise on the timeline. */
struct case_entry {
    struct record *record; /* owned by the file */
    enum store_pending pending;
    int64_t at_ms;       /* when it began, was written, started or offered; a delivery: its state */
    const char *channel; /* borrowed from the file (a submission: of its contact); "" unknown */
    struct id author;    /* agent who did it; empty for the server and for the client */
};

/* Copies the record; ERROR_MEMORY. The channel is its own: of a submission none. */
int case_entry_fill(struct case_entry *entry, const struct record *record,
                    enum store_pending pending);

/* Records of one type that bear on the summary, weightiest and newest first (case_weight.h). */
struct case_bearing {
    struct record **records; /* owned */
    size_t count;
};

/* Unread messages are counted up to here. */
#define CASE_UNREAD_LIMIT 99

struct case_file {
    struct record *matter; /* owned */
    enum store_pending pending;
    struct record *client; /* owned, as client_read has it; NULL when there is none here */
    /* The timeline as far as it was read: `count` entries in their order, then `held` that belong
     * further down, between others that were not read yet. */
    struct case_entry *entries;
    size_t count, held, capacity;
    size_t total;   /* how many there are, read or not */
    bool whole;     /* there is nothing more to read */
    struct id last; /* how far the store was read, by id */

    struct case_bearing contacts;    /* the one in which the identity was verified furthest */
    struct case_bearing notes;       /* that promise something for a day, the newest */
    struct case_bearing submissions; /* drafts, and what the client gave consents in, the newest */
    struct case_bearing deliveries;  /* all */
    struct case_bearing tasks;       /* open ones, then ended ones, the newest */
    struct case_bearing promises;    /* those that run, then ended ones, the newest */
    struct case_bearing messages;    /* from the client, that nobody has read */
};

/* Reads it, and the newest part of its timeline; ERROR_NOT_FOUND when the case is not on this
 * terminal. Notes that were written in one of its contacts, before the case was opened, belong to
 * it. */
int case_file_read(struct case_file *file, struct store *store, const struct id *id,
                   struct error *error);
/* Reads on until there are `wanted` entries, or all of them. */
int case_file_more(struct case_file *file, struct store *store, size_t wanted, struct error *error);
void case_file_free(struct case_file *file);

/* The number of its latest change. */
int case_file_latest(const struct case_file *file, struct store *store, int64_t *seq,
                     struct error *error);

#endif
