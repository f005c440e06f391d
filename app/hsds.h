/*
 * A set of HSDS rows in memory, and its two representations: nested JSON documents and tables.
 *
 * A row is a JSON object with the members its source gave, whether the standard knows them or not.
 * What a row says about where it hangs is kept in one of two ways:
 *
 * - "service_id": "..." as the source wrote it, when the row it names is not in the set, or when a
 *   JSON document has the member;
 * - "@service_id": "..." when nesting said it (JSON), or when a table did and the row is there
 *   (CSV). Written to CSV it is the column; written to JSON it is the nesting, and no member.
 *
 * "@empty" lists members that a JSON document had as empty lists; a member whose own name begins
 * with
 * '@' is kept with another '@' in front. So a document comes out of the
 * set with neither more nor fewer members than it went in with, and so does a table.
 *
 * The same id in the same table is the same thing wherever it stands: what one place says of it
 * holds in all. Only its links may differ; then there are several rows of one id.
 */
#ifndef GUICHET_APP_HSDS_H
#define GUICHET_APP_HSDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

#include "app/error.h"
#include "app/hsds_table.h"

#define HSDS_ID_LIMIT   200         /* bytes */
#define HSDS_TEXT_LIMIT (64 * 1024) /* bytes of one field */

struct hsds;

struct hsds *hsds_new(void); /* NULL when out of memory */
void hsds_free(struct hsds *hsds);

struct hsds_listener;

/* Told about what is not taken as it is: `place` is a path in the document ("services/0/phones/1"),
 * "" in a table, `id` may be "". `refused`: the row is left out. */
typedef int (*hsds_remark)(const struct hsds_listener *listener, bool refused, const char *rule,
                           const char *place, const char *id, const char *reason,
                           struct error *error);

struct hsds_listener {
    hsds_remark remark;
    void *context;
    const char *file; /* being read; its name without folders */
    size_t line;      /* of the row being read; 0 in a document */
};

/* --- rows ------------------------------------------------------------------------------------- */

/*
 * Looks at a row from outside: its id must be text, no text may be over HSDS_TEXT_LIMIT, and
 * control, bidi and other invisible characters but line ends and tabs are dropped from its texts;
 * a member whose name has any is left out.
 * 1 when it can be used, 0 when the listener was told that it cannot, or a negative error.
 */
int hsds_row_check(json_t *row, const char *place, const struct hsds_listener *listener,
                   struct error *error);

/* What is wrong with rows kept in a record, {file: [rows]}: a table that cannot be one, a row
 * without an id, a text with control or invisible characters. NULL when nothing is. */
const char *hsds_kept_fault(const json_t *kept);

/* Adds a row, whose reference is taken over, as it is. `file` names a table of the standard or
 * another one ("services"). False when out of memory. */
bool hsds_row_add(struct hsds *hsds, const char *file, json_t *row);

/* Remembers where a service or location was read ("12", the line; "contents/3"), the first time;
 * nothing for other tables. False when out of memory. */
bool hsds_place_set(struct hsds *hsds, enum hsds_table table, const char *id, const char *place);
/* "" when it is not known. Borrowed. */
const char *hsds_place(const struct hsds *hsds, enum hsds_table table, const char *id);

/* The rows of a table, of a known one or by file name: a borrowed array, empty if none. */
const json_t *hsds_rows(const struct hsds *hsds, enum hsds_table table);
const json_t *hsds_rows_of_file(const struct hsds *hsds, const char *file);

/* All tables that have rows: {file name: [rows]}. Borrowed. */
const json_t *hsds_all(const struct hsds *hsds);

/* The first row of this id; borrowed, NULL if none. */
json_t *hsds_find(const struct hsds *hsds, enum hsds_table table, const char *id);

/* All rows of this id: a borrowed array, NULL if none. */
const json_t *hsds_find_all(const struct hsds *hsds, enum hsds_table table, const char *id);

/* The rows of `child` whose `column` is `id`: a borrowed array, NULL if none. Valid until the next
 * row is added; made at the first call after one. */
const json_t *hsds_children(struct hsds *hsds, enum hsds_table child, const char *column,
                            const char *id);

/* What a row's column says, by nesting or by a member; "" if nothing. Borrowed. */
const char *hsds_link(const json_t *row, const char *column);

/* The name by which a member of a source is kept in a row, and the other way round: owned (free()),
 * NULL when out of memory; borrowed from `name`. */
char *hsds_name_keep(const char *name);
const char *hsds_name_told(const char *name);

/* Sets what nesting says. False when out of memory. */
bool hsds_link_set(json_t *row, const char *column, const char *id);

/* After rows came from tables: links to rows of the set become nesting. */
bool hsds_links_resolve(struct hsds *hsds);

/* The other way, when all rows are there: what nesting says of a row that is not in the set becomes
 * a member; a bare service at a location that lacks one of the two is dropped. */
bool hsds_links_settle(struct hsds *hsds);

/* --- nested documents --------------------------------------------------------------------------
 */

/* Adds what a JSON document holds: an entity of the standard, a list of them, a page of a list, a
 * package of tables, or what hsds_document_write makes. ERROR_INVALID when it is none of these. */
int hsds_flatten(struct hsds *hsds, const json_t *document, const struct hsds_listener *listener,
                 struct error *error);

enum hsds_nesting {
    HSDS_FULL,        /* with all that belongs to it */
    HSDS_SUMMARY,     /* only the rows that belong to it one to one, as in lists */
    HSDS_SERVICES,    /* an organization with its services in full */
    HSDS_FULL_SERVICE /* a service at a location with its service in full */
};

/* A row with what belongs to it, as a nested document: new, NULL when out of memory. */
json_t *hsds_nest(struct hsds *hsds, enum hsds_table table, const json_t *row,
                  enum hsds_nesting nesting);

/*
 * The same, in a document of all rows. `seen`, an object, gets a member for each row told; with
 * `alone`, what the row says about where it hangs is told as members, for nothing stands above it.
 */
json_t *hsds_nest_seen(struct hsds *hsds, enum hsds_table table, const json_t *row, bool alone,
                       json_t *seen);
/* Whether a row was told. */
bool hsds_seen(const json_t *seen, const json_t *row);

/*
 * Writes everything as one document: a page of all services in full, as /services?full=true gives
 * it, and beside its "contents" lists, by table, of what belongs to no service.
 */
int hsds_document_write(struct hsds *hsds, FILE *stream, struct error *error);

/* --- packages of tables ------------------------------------------------------------------------
 */

/* Adds the rows of all tables (*.csv) of a folder. A table that the standard does not know is kept
 * as well. `listener` is changed meanwhile: file and line. */
int hsds_package_read(struct hsds *hsds, const char *folder, struct hsds_listener *listener,
                      struct error *error);

/*
 * Writes every table that has rows, and datapackage.json, into a folder, which must be new or
 * empty: all of it, or nothing.
 */
int hsds_package_write(const struct hsds *hsds, const char *folder, struct error *error);

/* True for a name that can be a table's: letters, digits, '_' and '-', at most 60. */
bool hsds_file_is_name(const char *file);

/* A row as a table has it: links as columns, no nesting. New, NULL when out of memory. */
json_t *hsds_flat(const json_t *row);

#endif
