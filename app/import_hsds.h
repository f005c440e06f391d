/*
 * The importer of Open Referral HSDS 3.0: a JSON document (an entity, a list, a page of a list, a
 * package of tables in one document, or what `guichet export` writes) or the folder of a tabular
 * data package. app/hsds.md says what becomes of each table.
 */
#ifndef GUICHET_APP_IMPORT_HSDS_H
#define GUICHET_APP_IMPORT_HSDS_H

#include "app/error.h"
#include "app/import.h"

#define IMPORT_HSDS "hsds"

/*
 * Reads `path` and hands its records to the sink. `name` is the publisher's name, first part of the
 * records' keys, NULL for IMPORT_HSDS: small letters, digits and dashes, and none of another
 * importer's. `language` is that of the texts, "fr" or "en", NULL for "en". A folder, and a page
 * that is the only one, is a complete edition. `edition->source` is borrowed from `name`.
 */
int import_hsds(const char *path, const char *name, const char *language,
                const struct import_sink *sink, struct import_edition *edition,
                struct error *error);

#endif
