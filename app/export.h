/*
 * Writing a catalogue for others: one table of formats for `guichet export`. A file is written
 * beside and then put in its place, so that a reader never sees half of one; "-" is standard
 * output.
 */
#ifndef GUICHET_APP_EXPORT_H
#define GUICHET_APP_EXPORT_H

#include <stddef.h>

#include "app/catalogue.h"
#include "app/error.h"

struct export_options {
    const char *language; /* of texts where the format has one language: "fr" or "en" */
};

struct export_format {
    const char *name;     /* "hsds-json" */
    const char *argument; /* for help: "FILE.json" */
    const char *help;     /* one sentence */
    int (*write)(struct catalogue *catalogue, const char *path,
                 const struct export_options *options, size_t *count, struct error *error);
};

/* Ends with an entry without a name. */
extern const struct export_format export_formats[];

/* Writes the catalogue in the format of this name; `*count` says how many records went out. */
int export_run(struct catalogue *catalogue, const char *format, const char *path,
               const struct export_options *options, size_t *count, struct error *error);

#endif
