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
 *
 * A screen that shows somebody's file says in its table whose (screen.h, `file`): the frame then
 * asks before it is opened, and opens it when there is an answer (ui_ask.c).
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
 * for a contact in progress with them, with who acts for them or for whom they act, and for one of
 * which is not known yet whose it is; for what was said for this client, or said while looking for
 * somebody whose file this is then taken to be, and for what the agent has in hand (app/in_hand.h).
 * Else false, and `reason` is empty. Instead of a client, a case without one.
 */
bool purpose_known(struct desk *desk, const struct id *client, struct purpose_reason *reason);

/* The same of a file that is shown: what was said while looking is not taken for it. */
void purpose_of_look(struct desk *desk, const struct id *file, struct purpose_reason *reason);

/*
 * Whose file a screen of this kind would show with these arguments (borrowed, NULL for none), where
 * the agent must say why: false when it is nobody's, when the reason is known, or when the agent's
 * role is not asked. `also` is empty, or a second file that the same screen shows.
 */
bool purpose_is_wanted(struct desk *desk, const struct screen_kind *kind, const json_t *arguments,
                       struct id *file, struct id *also);

/* Asks why, in a box. The answer comes to the screen's `answer` from "purpose", and is kept for
 * purpose_known. `name` tells one question of a screen from another; `client` as above. An agent
 * whose role has no reason at all is told so, and is not asked. */
void purpose_ask(struct screen *screen, const char *name, const struct id *client);

/* Leaves to the box that is open, asked by the frame, what else is to be opened after the answer:
 * {"name", "arguments"}, stolen. */
void purpose_then(struct screen *box, json_t *screen);

/* Whether this is the answer to the question of this name, with a reason: false also when the agent
 * went back. */
bool purpose_answered(const char *from, const json_t *answer, const char *name,
                      struct purpose_reason *reason);

/* A case has come of which it was not known whose it is: what was said for it is for its client. */
void purpose_came(struct desk *desk, const struct id *matter);

/* The reason as the agent reads it ("call back"); "" for none. Static. */
const char *purpose_text(enum purpose purpose);

#endif
