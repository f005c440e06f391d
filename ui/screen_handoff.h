/* What the screens of hand-offs share. Only ui/screen_handoff*.c include it. */
#ifndef GUICHET_UI_SCREEN_HANDOFF_H
#define GUICHET_UI_SCREEN_HANDOFF_H

#include "app/handoff.h"
#include "ui/work.h"

/* "offered", "pending", "accepted by ...", "declined: reason" ... */
void handoff_state_text(struct desk *desk, const struct record *handoff, enum store_pending pending,
                        char *text, size_t size);
/* Accepts it and lands where the sender stopped: on the case, and on the form when one is open.
 * False, and told, when that failed. */
bool handoff_take(struct screen *screen, const struct record *handoff);
/* Goes to the case of a hand-off. */
void handoff_show(struct screen *screen, const struct record *handoff);

#endif
