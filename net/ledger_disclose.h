/*
 * A client's request for access: everything on file about them as one page (HTML, with what was
 * attached in it) that they can read without us, and who looked at it.
 */
#ifndef GUICHET_NET_LEDGER_DISCLOSE_H
#define GUICHET_NET_LEDGER_DISCLOSE_H

#include <stddef.h>
#include <stdint.h>

#include "app/error.h"
#include "app/id.h"

struct ledger;

/* Who asks for it, when, in which language ("fr" or "en"). */
struct ledger_disclosure {
    struct id client;
    struct id agent;     /* empty: an administrator at the machine */
    struct id device;    /* where; empty: at the machine */
    const char *request; /* by which; NULL for none */
    int64_t at_ms;
    const char *language;
};

/* Writes the page into a new file at `path`, for its owner alone; the trail says so before. It is
 * read in one state of the database, while others write. All of it or no file. ERROR_NOT_FOUND when
 * there is no such client or it was erased, ERROR_CONFLICT when the file is there. */
int ledger_disclose(struct ledger *ledger, const struct ledger_disclosure *disclosure,
                    const char *path, struct error *error);

/* Longest page that is given in parts. */
#define LEDGER_DISCLOSURE_LIMIT    ((size_t)32 * 1024 * 1024)
#define LEDGER_DISCLOSURE_TAG_SIZE 65

struct ledger_disclosure_part {
    size_t from;                          /* its first byte */
    size_t most;                          /* bytes in it */
    char tag[LEDGER_DISCLOSURE_TAG_SIZE]; /* of the page: what the first part was given with */
    size_t next, total;                   /* where the next one begins; the length of all */
    char *text;                           /* owned; NULL after an error */
};

/* The same page in parts, none of which is kept: each is made anew, and they fit when the tag says
 * that the page is the same; so the time of the first is given with each. The trail says so before
 * the first, without whose tag nobody has the others. Whole characters. ERROR_NOT_FOUND,
 * ERROR_TOO_LARGE; ERROR_CONFLICT when the file has changed since the first part; ERROR_INVALID for
 * one behind the end. */
int ledger_disclose_part(struct ledger *ledger, const struct ledger_disclosure *disclosure,
                         struct ledger_disclosure_part *part, struct error *error);

#endif
