/* Files as this terminal holds them: pinned by the agent, or asked for from the server. */
#ifndef GUICHET_UI_WORK_FILE_H
#define GUICHET_UI_WORK_FILE_H

#include "ui/screen.h"

#define WORK_PIN_MARK "p"

/* Whether the agent has pinned it. */
bool work_is_pinned(struct desk *desk, enum record_type type, const struct id *id);
/* Its mark, in the first column of a row of a list, when it is pinned. */
void work_pin_mark(struct desk *desk, enum record_type type, const struct id *id,
                   const struct paint *row);
/* The same in words at the right end of the first row of a client's screen; NULL for a new one. */
void work_pin_draw(struct desk *desk, const struct record *client, const struct paint *paint);
/* Pins it, or no longer, and says so. */
void work_pin(struct screen *screen, enum record_type type, const struct id *id);

/* Whether the reason is known for which the rest of a file is to be handed out. */
bool work_may_want(struct desk *desk, enum record_type type, const struct id *id);
/* Asks for the file, tells why, and says when it will be here. */
void work_want(struct screen *screen, enum record_type type, const struct id *id);
/* The same for this reason, and says nothing. False with the error told. */
bool work_want_for(struct screen *screen, enum record_type type, const struct id *id,
                   const struct purpose_reason *reason);
/* Where not all of it is here and the reason is known: asks for the rest, unless that was asked for
 * already. */
void work_want_rest(struct screen *screen, enum record_type type, const struct id *id);
/* How much of a file that is on its way is here: "150 of 1200 records"; "" while that is not known.
 */
void work_fetch_text(struct desk *desk, enum record_type type, const struct id *id, char *text,
                     size_t size);
/* That not all of it is here, and whether that is on its way; "" when it is whole. */
void work_part_text(struct desk *desk, enum record_type type, const struct id *id, char *text,
                    size_t size);
/* The same as the first row of what is painted, and what is left of that below it; all of it where
 * the file is whole. */
struct paint work_part_draw(struct desk *desk, enum record_type type, const struct id *id,
                            const struct paint *paint);
/* Whether the server is reached. */
bool work_is_online(struct desk *desk);

#endif
