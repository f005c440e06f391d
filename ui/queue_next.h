/* Taking what comes next, by the order of app/queue.h. */
#ifndef GUICHET_UI_QUEUE_NEXT_H
#define GUICHET_UI_QUEUE_NEXT_H

#include "ui/screen.h"

/* Accepts the hand-off whose turn it is among those that this agent may take, and goes to where its
 * sender stopped; tells when there is none, and why. */
void queue_take_next(struct ui *ui);

#endif
