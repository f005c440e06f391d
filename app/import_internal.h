/* What collecting (import.c) and publishing (import_publish.c) share. */
#ifndef GUICHET_APP_IMPORT_INTERNAL_H
#define GUICHET_APP_IMPORT_INTERNAL_H

#include "app/import.h"

/* A first password waiting for its agent to be published. */
struct import_password {
    struct id agent;
    char *text;
    struct import_password *next;
};

/* A record as it came from its importer. */
struct import_collected {
    struct record *record;
    char *file;
    size_t line;
    bool refused; /* its moves lead nowhere */
};

struct import {
    struct import_collected *records;
    size_t record_count;
    size_t record_capacity;
    struct import_remark *remarks;
    size_t remark_count;
    size_t remark_capacity;
    json_t *named; /* ids that the edition names -> index of the record, or null to be kept only */
    json_t *changes; /* what a dry run would do */
    struct import_password *passwords;
    struct import_summary summary;
};

/* Makes room for one more element of an array; false when out of memory. */
bool import_array_grow(void **array, size_t count, size_t *capacity, size_t size);

#endif
