/*
 * The bodies of catalogue records as one table a type (app/catalogue_bodies.md says what the
 * members mean): which members there are, of what kind, and which must be there.
 */
#ifndef GUICHET_APP_IMPORT_BODY_H
#define GUICHET_APP_IMPORT_BODY_H

#include <jansson.h>

#include "app/error.h"
#include "app/record.h"

/*
 * Called for each reference that a body makes to another record: `key` as written, `place` a path
 * in the body ("forms/0"). Returning non-zero stops the check with that code.
 */
typedef int (*import_reference)(void *context, enum record_type type, const char *key,
                                const char *place, struct error *error);

/*
 * Checks a body against its type's table. A member that is unknown, missing, of another kind or
 * over its bounds is ERROR_INVALID and named by its path. `reference` may be NULL.
 */
int import_body_check(enum record_type type, const json_t *body, import_reference reference,
                      void *context, struct error *error);

#endif
