/*
 * A field that two terminals set without seeing one another: the later value stands, the other one
 * is kept in the record (merge.h, "conflicts") until somebody who has seen both settles it.
 */
#ifndef GUICHET_APP_CONFLICT_H
#define GUICHET_APP_CONFLICT_H

#include "app/author.h"

/* {"path", "value", "agent", "time", "kept"...} of a field, the latest one; NULL when there is
 * none. Borrowed. */
const json_t *conflict_find(const struct record *record, const char *path);

/* The field is set again to what stands or, with `other`, to what gave way: no longer a conflict.
 * ERROR_NOT_FOUND when it is none. */
int conflict_settle(struct batch *batch, const struct author *author, const struct record *record,
                    const char *path, bool other, struct error *error);

#endif
