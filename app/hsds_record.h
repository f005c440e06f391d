/*
 * HSDS rows as records of the catalogue (app/hsds.md says which is what), and back.
 *
 * Each row is kept in exactly one record, under `hsds` in its body, whether or not anything of it
 * is used: {"services": [row], "phones": [rows] ...}.
 */
#ifndef GUICHET_APP_HSDS_RECORD_H
#define GUICHET_APP_HSDS_RECORD_H

#include <jansson.h>

#include "app/error.h"
#include "app/hsds.h"
#include "app/record.h"

struct hsds_reading {
    struct hsds *hsds;
    const char *source;   /* name of the source: first part of the keys */
    const char *language; /* "fr" or "en": of the texts */
    /* Receives each record's body, borrowed; `file` names the table it comes from. */
    int (*body)(void *context, enum record_type type, json_t *body, const char *file,
                struct error *error);
    void *context;
};

/* Makes the bodies of all rows. */
int hsds_records_make(const struct hsds_reading *reading, struct error *error);

/* The body of one record, out of its own row: new, NULL when memory ran out. `rows` is kept under
 * `hsds`, borrowed. */
json_t *hsds_service_body(const struct hsds_reading *reading, const json_t *service, json_t *rows);
/* The same for a location that can be an office; see hsds_location_is_office. */
json_t *hsds_office_body(const struct hsds_reading *reading, const json_t *location, json_t *rows);
/* The same for what is neither: kept to be given back. */
json_t *hsds_directory_body(const struct hsds_reading *reading, enum hsds_table table,
                            const char *file, const json_t *row, json_t *rows);

/* True when a location has an address and coordinates. */
bool hsds_location_is_office(struct hsds *hsds, const json_t *location);

/* The later of the days on which a service was checked or changed; "" when it says neither. */
void hsds_confirmed(const json_t *row, char day[11]);

/* When the record last changed at its server (RFC 3339); "" when it came without one. Borrowed. */
const char *hsds_record_modified(const struct record *record);

/*
 * Adds the rows of a catalogue record: those it came with, or, for a service or office from
 * elsewhere, rows made of its body in `language`. Records of other types give none.
 */
int hsds_record_add(struct hsds *hsds, const struct record *record, const char *language,
                    struct error *error);

#endif
