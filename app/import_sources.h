/*
 * The sources that can be imported, by name: one table for both programs' `import` command.
 */
#ifndef GUICHET_APP_IMPORT_SOURCES_H
#define GUICHET_APP_IMPORT_SOURCES_H

#include <stddef.h>

#include "app/error.h"
#include "app/import.h"

struct import_source {
    const char *name;      /* "gc-service-inventory" */
    const char *arguments; /* for help: "SERVICES.csv STANDARDS.csv" */
    const char *help;      /* one sentence */
    size_t fewest, most;   /* arguments */
    int (*read)(const char *const *arguments, size_t count, const struct import_sink *sink,
                struct import_edition *edition, struct error *error);
};

/* Ends with an entry without a name. */
extern const struct import_source import_sources[];

/*
 * Reads `words` (a source's name and its arguments) and publishes what differs into `target`. The
 * account is in `import` afterwards, also when it failed.
 */
int import_source_run(struct import *import, const char *const *words, size_t count,
                      const struct import_target *target, const struct import_options *options,
                      struct error *error);

#endif
