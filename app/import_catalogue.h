/*
 * A catalogue file as the target of an import: for terminals and tests without a server. The
 * import is its feed ("import"); a file that belongs to a server's feed is refused, for the next
 * sync would drop what was imported.
 *
 * Nothing is written before the commit, which writes one page. Between begin and commit no lock is
 * held: when somebody else writes the file meanwhile the commit is refused with ERROR_CONFLICT.
 */
#ifndef GUICHET_APP_IMPORT_CATALOGUE_H
#define GUICHET_APP_IMPORT_CATALOGUE_H

#include "app/catalogue.h"
#include "app/error.h"
#include "app/import.h"

struct import_catalogue;

/* A target over `catalogue`, which is borrowed; NULL when out of memory. */
struct import_catalogue *import_catalogue_new(struct catalogue *catalogue);
void import_catalogue_free(struct import_catalogue *target);

struct import_target import_catalogue_target(struct import_catalogue *target);

#endif
