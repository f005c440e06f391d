/*
 * The tables of Open Referral HSDS 3.0 (Human Services Data Specification,
 * docs.openreferral.org/en/3.0): which there are, their fields, and how rows of one nest in rows of
 * another when the data is JSON. Reader, writer, importer and routes all go by these tables.
 */
#ifndef GUICHET_APP_HSDS_TABLE_H
#define GUICHET_APP_HSDS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

enum hsds_table {
    HSDS_ORGANIZATION,
    HSDS_PROGRAM,
    HSDS_SERVICE,
    HSDS_ATTRIBUTE,
    HSDS_SERVICE_AT_LOCATION,
    HSDS_LOCATION,
    HSDS_PHONE,
    HSDS_CONTACT,
    HSDS_ADDRESS,
    HSDS_SCHEDULE,
    HSDS_FUNDING,
    HSDS_SERVICE_AREA,
    HSDS_REQUIRED_DOCUMENT,
    HSDS_LANGUAGE,
    HSDS_ACCESSIBILITY,
    HSDS_TAXONOMY_TERM,
    HSDS_METADATA,
    HSDS_META_TABLE_DESCRIPTION,
    HSDS_COST_OPTION,
    HSDS_ORGANIZATION_IDENTIFIER,
    HSDS_TAXONOMY,
    HSDS_TABLE_COUNT,
    HSDS_NO_TABLE = HSDS_TABLE_COUNT
};

enum hsds_field_flag {
    HSDS_REQUIRED = 1 << 0, /* in both representations */
    HSDS_TABULAR = 1 << 1,  /* a link: in the tabular one only, where nesting says it in JSON */
    HSDS_NEEDED = 1 << 2,   /* a link that the tabular representation requires */
    HSDS_NUMBER = 1 << 3,   /* a number; all others are text */
};

struct hsds_field {
    const char *name;
    unsigned flags;           /* of enum hsds_field_flag */
    const char *const *words; /* the only values allowed, ends with NULL; NULL: any */
};

struct hsds_shape {
    const char *name;                /* "service", as link_entity and resource_type say it */
    const char *file;                /* "services": of services.csv */
    const struct hsds_field *fields; /* in the order of the standard, ends with a NULL name */
};

extern const struct hsds_shape hsds_shapes[HSDS_TABLE_COUNT];

/* How rows hang together. A list: `member` of the parent holds the children whose `column` has the
 * parent's id. One: `member` of the parent holds the row whose id is in the parent's own `column`.
 */
struct hsds_relation {
    enum hsds_table parent;
    const char *member;
    enum hsds_table child;
    const char *column;
    bool one;
};

/* Ends with a NULL member. Attributes and metadata hang on every table and are not listed: see
 * hsds_relation_next. */
extern const struct hsds_relation hsds_relations[];

/* The next relation of a parent, also its attributes and metadata, in the order that a nested
 * document has them; false after the last. Start with `*position` 0. */
bool hsds_relation_next(enum hsds_table parent, size_t *position, struct hsds_relation *relation);

/* The table of this file name ("services", without .csv) or entity name; HSDS_NO_TABLE if none. */
enum hsds_table hsds_table_of_file(const char *file);
enum hsds_table hsds_table_of_name(const char *name);

/* The field of a table; NULL when the standard has none of this name. */
const struct hsds_field *hsds_field_find(enum hsds_table table, const char *name);

#endif
