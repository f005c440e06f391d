/*
 * The hand-off that is on its way to this desk: shown in one line before its record is here. A hint
 * that vanishes by itself; only the record can be accepted (app/announcement.h).
 */
#ifndef GUICHET_UI_ARRIVING_H
#define GUICHET_UI_ARRIVING_H

#include "ui/desk.h"

/* A hand-off may be made here: the way to the server is made. */
void arriving_prepare(struct desk *desk);
/* A hand-off is about to be made, and then announced: whoever sends it wakes up meanwhile. */
void arriving_expect(struct desk *desk);
/* It was not made. */
void arriving_drop(struct desk *desk);
/* Tells that a hand-off is about to be written and sent, if the server can be reached. */
void arriving_announce(struct desk *desk, const struct operation *offer);

/* Looks what is arriving: desk->arriving, and the sentence in desk->line. True when that is another
 * hand-off than before. */
bool arriving_look(struct desk *desk);
/* Nothing is. */
void arriving_forget(struct desk *desk);

#endif
