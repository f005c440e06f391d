/* A JSON file as an importer reads it: whole and bounded. */
#ifndef GUICHET_APP_IMPORT_FILE_H
#define GUICHET_APP_IMPORT_FILE_H

#include <stddef.h>

#include <jansson.h>

#include "app/error.h"

/* Reads the file at `path`, of at most `limit` bytes; messages name it without its folders. New. */
int import_file_read(json_t **document, const char *path, size_t limit, struct error *error);

/* The name of a file without its folders; borrowed from `path`. */
const char *import_file_name(const char *path);

#endif
