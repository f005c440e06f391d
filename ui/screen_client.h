/* What the screens of a client's file share. */
#ifndef GUICHET_UI_SCREEN_CLIENT_H
#define GUICHET_UI_SCREEN_CLIENT_H

#include "ui/screen.h"

/* Takes back the merge of this file into whichever it is merged into, and says so. True when it is
 * a file of its own again. */
bool client_take_apart(struct screen *screen, const struct id *merged);

#endif
