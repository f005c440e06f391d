/*
 * What Guichet knows of a service and HSDS has no field for, as attributes: terms of a taxonomy of
 * our own (app/hsds.md). Written at export, read back at import.
 */
#ifndef GUICHET_APP_HSDS_WORDS_H
#define GUICHET_APP_HSDS_WORDS_H

#include "app/hsds.h"

/* Terms, by their code. A value follows where the table of hsds.md says so. */
#define HSDS_TERM_LEVEL    "level"
#define HSDS_TERM_IDENTITY "identity"
#define HSDS_TERM_AUDIENCE "audience"
#define HSDS_TERM_CHANNEL  "channel" /* of a service: offered in; of a cost option: holds for */
#define HSDS_TERM_CLOSED   "no-channel"
#define HSDS_TERM_KEYWORD  "keyword" /* "fr:acte de naissance" */
#define HSDS_TERM_NAME     "name"    /* in the other language: "fr:..." */
#define HSDS_TERM_TEXT     "description"
#define HSDS_TERM_MOVED_TO "moved-to"      /* the id of the service that took its place */
#define HSDS_TERM_MEMBER   "record-member" /* see hsds_member.h */

/* Adds an attribute of a row, and its term and taxonomy when they are not there yet. `parent` names
 * the table, `number` tells attributes of one row and term apart. */
bool hsds_attribute_add(struct hsds *hsds, enum hsds_table parent, const char *id, const char *term,
                        const char *value, size_t number);

/*
 * Goes through the values of a row's attributes of this term, also where another publisher says
 * "channel" in a taxonomy of theirs. Start with `*position` 0; NULL after the last. Borrowed.
 */
const char *hsds_attribute_next(struct hsds *hsds, const char *id, const char *term,
                                size_t *position);

#endif
