/*
 * Protected files and emergencies, as an agent writes them. A client's record says that their file
 * is protected ("staff": of somebody who works here; "person": somebody who must not be found) and
 * whether those who have it in hands still see it; the server then shows it to nobody else but
 * those whose role reads such files. An emergency is a record of the server's; who reads the audit
 * trail says whether it was justified.
 */
#ifndef GUICHET_APP_PROTECTION_H
#define GUICHET_APP_PROTECTION_H

#include <stdbool.h>

#include "app/author.h"
#include "app/record.h"

bool protection_is_set(const struct record *client);

/* Adds the claim: `kind` "staff" or "person", or "" to protect the file no longer. ERROR_INVALID
 * without a reason. */
int protection_claim(struct batch *batch, const struct author *author, const struct record *client,
                     const char *kind, bool hands, const char *reason, struct error *error);

bool emergency_is_open(const struct record *emergency);

/* Adds the review. ERROR_INVALID without words; ERROR_CONFLICT when it was reviewed already. */
int emergency_review(struct batch *batch, const struct author *author,
                     const struct record *emergency, bool justified, const char *words,
                     struct error *error);

#endif
