/* What the two screens of offices share. */
#ifndef GUICHET_UI_SCREEN_OFFICES_H
#define GUICHET_UI_SCREEN_OFFICES_H

#include "app/office.h"
#include "ui/screen.h"

/* "open to 16:30", and how that looks; "hours not known" without a schedule. With
 * `own` the agent's own schedule: where clocks show another time than there, it says so. */
enum paint_style offices_opening(const struct schedule *schedule, const struct schedule *own,
                                 int64_t now_ms, char *text, size_t size);

/* The schedule of the agent's own office; new, NULL when it is not known. */
struct schedule *offices_own_schedule(struct desk *desk);

#endif
