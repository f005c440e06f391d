/*
 * Where moved services lead to. An old id or name leads to its successor, through chains; a chain
 * that goes in a circle, ends at a service that does not exist or has too many links leads an
 * agent nowhere, and no importer lets one in.
 */
#ifndef GUICHET_APP_IMPORT_MOVES_H
#define GUICHET_APP_IMPORT_MOVES_H

#include "app/error.h"
#include "app/record.h"

/* Most moves one after the other. */
#define IMPORT_MOVES_MOST 8

/*
 * Finds a service by id: 0 with its body (new reference), ERROR_NOT_FOUND, or another negative
 * error.
 */
typedef int (*import_moves_find)(void *context, const struct id *id, json_t **body,
                                 struct error *error);

/*
 * Follows the moves of `record` to their end: 0 when they lead to a service that stands, also when
 * there are none. ERROR_REFUSED when they do not, with the chain in words; other codes are
 * `find`'s.
 */
int import_moves_check(const struct record *record, import_moves_find find, void *context,
                       struct error *error);

#endif
