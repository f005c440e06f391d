/* What the screens of hand-offs share. Only ui/screen_handoff*.c include it. */
#ifndef GUICHET_UI_SCREEN_HANDOFF_H
#define GUICHET_UI_SCREEN_HANDOFF_H

#include "app/handoff.h"
#include "ui/screen_agents.h"
#include "ui/work.h"

/* --- what was agreed on (screen_handoff_terms.c) ---------------------------------------------- */

/* How long an offer to this target stands unless the sender says otherwise; 0: until decided. */
int64_t handoff_preset_minutes(struct desk *desk, const struct target *target);
/* A number of minutes up to a week; "" is 0: until decided. False for anything else. */
bool handoff_minutes_read(const char *text, int64_t *minutes);
/* "14:00-16:00" by the clocks here: the window that ends next. False for anything else. */
bool handoff_window_read(const char *text, int64_t now_ms, int64_t *from_ms, int64_t *to_ms);
/* An hour from the next half hour on. */
void handoff_window_preset(int64_t now_ms, char *text, size_t size);

/* --- hand-offs ---------------------------------------------------------------------------------
 */

/* "offered", "pending", "accepted by ...", "declined: reason" ... */
void handoff_state_text(struct desk *desk, const struct record *handoff, enum store_pending pending,
                        char *text, size_t size);
/* Accepts it and lands where the sender stopped: on the case, and on the form when one is open.
 * False, and told, when that failed, and
 * for a consultation, which lands nowhere. */
bool handoff_take(struct screen *screen, const struct record *handoff);
/* Goes to the case of a hand-off. */
void handoff_show(struct screen *screen, const struct record *handoff);

#endif
