/*
 * Scanned mail and fax: a folder into which a scanner puts a page (NAME.pdf or NAME.txt) and beside
 * it what it is (NAME.json: "channel" mail or fax, "message_id", and what else a message may say;
 * net/intake_document.h). What was taken goes to done/, what was not to refused/ with the reason in
 * NAME.reason.txt. What somebody is still writing waits: a file that is open for writing, that
 * changed less than a second ago, a PDF without its end, a page without its sidecar.
 *
 * A server that dies between taking and moving finds the page again and knows it by its id.
 */
#ifndef GUICHET_NET_SCAN_FOLDER_H
#define GUICHET_NET_SCAN_FOLDER_H

#include "app/error.h"
#include "net/ledger.h"

struct scan_folder;

struct scan_folder_options {
    const char *folder; /* NULL or "": nothing is watched */
    const char *office; /* where new cases go unless the sidecar says; may be NULL */
    const char *queue;
    /* Takes one line, without newline, without personal content; called from its thread. */
    void (*log)(void *context, const char *line);
    void *log_context;
};

/* Watches in a thread of its own; `*folder` is NULL when there is nothing to watch. The ledger is
 * borrowed. ERROR_NOT_FOUND, ERROR_STORAGE when the folder is none, or cannot be written to. */
int scan_folder_start(struct scan_folder **folder, const struct scan_folder_options *options,
                      struct ledger *ledger, struct error *error);
/* Ends after what is under way. NULL is allowed. */
void scan_folder_stop(struct scan_folder *folder);

#endif
