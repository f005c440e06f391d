/*
 * Why the agent looks for somebody beyond this terminal, or opens a file: a contact in progress is
 * the reason; else it is asked in a small box, once, and holds for a while. The server is told it
 * and keeps it in the audit trail.
 *
 *     struct purpose_reason reason;
 *
 *     if (purpose_known(screen->desk, &client, &reason))
 *         go on with it;
 *     else
 *         purpose_ask(screen, "open", &client);
 *
 * and in the screen's `answer`:
 *
 *     if (purpose_answered(from, answer, "open", &reason))
 *         go on with it;
 */
#ifndef GUICHET_UI_PURPOSE_H
#define GUICHET_UI_PURPOSE_H

#include <stdbool.h>

#include <jansson.h>

#include "app/id.h"
#include "app/purpose.h"
#include "ui/screen.h"

/* A reason that was said holds for so long, unless a contact begins before. */
#define PURPOSE_MINUTES 15

/*
 * Why this client's file may be opened now without asking; NULL: why somebody is looked for. True
 * for a contact in progress, and for what was said for this client, or said while looking for
 * somebody whose file this is then taken to be. Else false, and `reason` is empty.
 */
bool purpose_known(struct desk *desk, const struct id *client, struct purpose_reason *reason);

/* Asks why, in a box. The answer comes to the screen's `answer` from "purpose", and is kept for
 * purpose_known. `name` tells one question of a screen from another; `client` as above. An agent
 * whose role has no reason at all is told so, and is not asked. */
void purpose_ask(struct screen *screen, const char *name, const struct id *client);

/* Whether this is the answer to the question of this name, with a reason: false also when the agent
 * went back. */
bool purpose_answered(const char *from, const json_t *answer, const char *name,
                      struct purpose_reason *reason);

/* The reason as the agent reads it ("call back"); "" for none. Static. */
const char *purpose_text(enum purpose purpose);

#endif
