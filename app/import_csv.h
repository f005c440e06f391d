/*
 * The importer of our own CSV of services (app/catalogue_csv.md). A row that cannot be used is
 * refused with its line and column; the others are taken. Nothing ends by being absent: a service
 * ends by its column `ended`.
 */
#ifndef GUICHET_APP_IMPORT_CSV_H
#define GUICHET_APP_IMPORT_CSV_H

#include "app/error.h"
#include "app/import.h"

#define IMPORT_CSV "csv"

int import_csv(const char *path, const struct import_sink *sink, struct import_edition *edition,
               struct error *error);

#endif
