/*
 * Members of a service's or office's body that HSDS cannot say, or not wholly (both languages, a
 * promise, the forms ...), as attributes: each value is a JSON object of one member, {"nudge":
 * {"fr": ..., "en": ...}}, and null says that there is none. Written at export, read back at
 * import.
 */
#ifndef GUICHET_APP_HSDS_MEMBER_H
#define GUICHET_APP_HSDS_MEMBER_H

#include "app/hsds_record.h"

/* Adds them to the row of a record that is told in HSDS. False when out of memory. A member of over
 * HSDS_TEXT_LIMIT bytes is left to what HSDS says. */
bool hsds_members_put(struct hsds *hsds, const struct record *record);

/*
 * Sets them in the body of the row with this id. A member that the body could not have
 * (import_body_check) is left as HSDS says it; the attribute is kept anyway. False when out of
 * memory.
 */
bool hsds_members_take(const struct hsds_reading *reading, enum record_type type, const char *id,
                       json_t *body);

#endif
