/*
 * A client's request for access: everything on file about them as one page (HTML, with what was
 * attached in it) that they can read without us, and who looked at it.
 */
#ifndef GUICHET_NET_LEDGER_DISCLOSE_H
#define GUICHET_NET_LEDGER_DISCLOSE_H

#include <stdint.h>

#include "app/error.h"
#include "app/id.h"

struct ledger;

/* Who asks for it, when, in which language ("fr" or "en"). */
struct ledger_disclosure {
    struct id client;
    struct id agent; /* empty: an administrator at the machine */
    int64_t at_ms;
    const char *language;
};

/* Writes the page into a new file at `path`, for its owner alone; the trail says so before. It is
 * read in one state of the database, while others write. All of it or no file. ERROR_NOT_FOUND when
 * there is no such client or it was erased, ERROR_CONFLICT when the file is there. */
int ledger_disclose(struct ledger *ledger, const struct ledger_disclosure *disclosure,
                    const char *path, struct error *error);

#endif
