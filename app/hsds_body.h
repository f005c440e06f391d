/* What the makers of bodies out of HSDS rows share. */
#ifndef GUICHET_APP_HSDS_BODY_H
#define GUICHET_APP_HSDS_BODY_H

#include "app/hsds_record.h"

/* Bytes of a text in a body; a longer one is cut there, the row keeps all of it. */
#define HSDS_SHOWN_LIMIT 19000

/* Sets {language: text}, cleaned; nothing for a text that is empty. False when out of memory. */
bool hsds_text_set(const struct hsds_reading *reading, json_t *body, const char *name,
                   const char *text, bool lines);

/* Key, source, title (or the id without one) and the rows. False when out of memory. */
bool hsds_common_set(const struct hsds_reading *reading, json_t *body, const char *key,
                     const json_t *row, const char *title, json_t *rows);

/* The key of a row's record: "hsds/<id>". */
void hsds_key(const struct hsds_reading *reading, const char *id, char key[RECORD_KEY_SIZE]);

/* The localised text that hsds_text_set would set: new, NULL for an empty one; `*failed` when
 * memory ran out. */
json_t *hsds_text_make(const struct hsds_reading *reading, const char *text, bool lines,
                       bool *failed);

#endif
