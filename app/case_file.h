/*
 * The case file: everything that belongs to one case, from every channel, newest first. So that
 * whoever opens it sees at once who, what and where it stands.
 */
#ifndef GUICHET_APP_CASE_FILE_H
#define GUICHET_APP_CASE_FILE_H

#include "app/record.h"
#include "app/store.h"

/* A contact, note, submission, delivery, hand-off, message, task or promise on the timeline. */
struct case_entry {
    struct record *record; /* owned by the file */
    enum store_pending pending;
    int64_t at_ms; /* when it began, was written, started or offered; a delivery: its state */
    const char *channel; /* borrowed from the record (a submission: of its contact); "" unknown */
    struct id author;    /* agent who did it; empty for the server and for the client */
};

struct case_file {
    struct record *matter; /* owned */
    enum store_pending pending;
    struct record *client; /* owned; NULL when there is none here */
    struct case_entry *entries;
    size_t count;
};

/* Reads it; ERROR_NOT_FOUND when the case is not on this terminal. Notes that were written in one
 * of its contacts, before the case was opened, belong to it. */
int case_file_read(struct case_file *file, struct store *store, const struct id *id,
                   struct error *error);
void case_file_free(struct case_file *file);

#endif
