/*
 * Looking for clients and cases beyond this terminal: the question is the sync thread's, the hits
 * come when they come and stand below those that are here; nobody waits for them. Each look has a
 * reason (purpose.h).
 */
#ifndef GUICHET_UI_ELSEWHERE_H
#define GUICHET_UI_ELSEWHERE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "app/client_likeness.h"
#include "app/question.h"
#include "ui/paint.h"
#include "ui/purpose.h"
#include "ui/screen.h"

#define ELSEWHERE_HITS 20
/* Fewer characters are looked for only when asked. */
#define ELSEWHERE_LEAST 3

struct elsewhere;

/* `kind`: QUESTION_SEARCH or QUESTION_LIKELY; `type`: RECORD_CLIENT or RECORD_CASE. `desk` is
 * borrowed. NULL when out of memory. */
struct elsewhere *elsewhere_new(struct desk *desk, enum question_kind kind, enum record_type type);
void elsewhere_free(struct elsewhere *elsewhere);

/* --- by what is typed ------------------------------------------------------------------------- */

/* What is typed now, and how many were found here: hits of other words go. Looks by itself where
 * nothing was found here and the reason is known: at once for a whole reference, else when the
 * typing pauses (elsewhere_tick). */
void elsewhere_typed(struct elsewhere *elsewhere, const char *typed, size_t found_here);
/* The agent asks: looks now, or asks for the reason first. */
void elsewhere_look(struct screen *screen, struct elsewhere *elsewhere);

/* --- by likeness ------------------------------------------------------------------------------ */

/* The details as they are now; `but` (may be NULL) is left out. Looked for when they pause. */
void elsewhere_details(struct elsewhere *elsewhere, const struct client_details *details,
                       const struct id *but);

/* --- in the screen's operations --------------------------------------------------------------- */

/* In `tick` and `wake`: true when there is something new to show. */
bool elsewhere_tick(struct elsewhere *elsewhere);
bool elsewhere_wake(struct elsewhere *elsewhere);
/* In `answer`, first: true when it was the reason that this had asked for. */
bool elsewhere_answer(struct screen *screen, struct elsewhere *elsewhere, const char *from,
                      const json_t *answer);

/* --- hits ------------------------------------------------------------------------------------- */

size_t elsewhere_count(const struct elsewhere *elsewhere);
/* {"type","id","name",...} as POST /v1/search answers. Borrowed. */
const json_t *elsewhere_hit(const struct elsewhere *elsewhere, size_t index);
unsigned elsewhere_likeness(const struct elsewhere *elsewhere, size_t index);
/* Draws one in a row; with its office at the end. */
void elsewhere_draw(struct desk *desk, const json_t *hit, const struct paint *row);
/* One line that says how it stands: being looked for, nobody, offline, why not; "" for nothing. */
const char *elsewhere_notice(const struct elsewhere *elsewhere);

/* Opens the file of a hit: "fetch" answers the screen with {"type","id"} once it is here. */
void elsewhere_open(struct screen *screen, struct elsewhere *elsewhere, size_t index);

#endif
