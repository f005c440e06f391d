/* What the screens of hand-offs share; others say a hand-off in one line with handoff_summary. */
#ifndef GUICHET_UI_SCREEN_HANDOFF_H
#define GUICHET_UI_SCREEN_HANDOFF_H

#include "app/handoff.h"
#include "app/handoff_context.h"
#include "ui/screen_agents.h"
#include "ui/work.h"

/* --- what was agreed on (screen_handoff_terms.c) ---------------------------------------------- */

/* How long an offer to this target stands unless the sender says otherwise; 0: until decided. */
int64_t handoff_preset_minutes(struct desk *desk, const struct target *target);
/* By when the client was promised an end, by the service (its key, "") in this channel: of the
 * case, or of what is asked for now. 0: not at all. */
int64_t handoff_promise(struct desk *desk, const char *service, const struct record *matter);
/* A number of minutes up to a week; "" is 0: until decided. False for anything else. */
bool handoff_minutes_read(const char *text, int64_t *minutes);
/* "14:00-16:00" by the clocks here: the window that ends next. False for anything else. */
bool handoff_window_read(const char *text, int64_t now_ms, int64_t *from_ms, int64_t *to_ms);
/* An hour from the next half hour on. */
void handoff_window_preset(int64_t now_ms, char *text, size_t size);

/* --- the context (screen_handoff_context.c)
 * -------------------------------------------------------
 */

/* Facts as lines in the present language, and the context of a hand-off so: new, NULL when out of
 * memory. */
char *handoff_facts_text(struct desk *desk, const json_t *list);
char *handoff_context_text(struct desk *desk, const struct record *handoff);
/* The list that an edited text stands for: the facts of `made` that still stand there as they were
 * said, and the rest as text. New reference. */
json_t *handoff_facts_read_text(struct desk *desk, const json_t *made, const char *text);

/* Only what the sender wrote between the facts; new, NULL for nothing. */
char *handoff_facts_written(struct desk *desk, const json_t *made, const char *text);

/* Who and what, as data: {"fact": "summary", "client": name, "" for an anonymous one, "service",
 * "need"}. Goes along where the sender left the ready-made line as it was. New reference. */
json_t *handoff_summary_fact(const struct handoff_facts *from);
/* That line in the present language: "Zoe Roy · lost card". */
#define HANDOFF_SUMMARY_SIZE (2 * WORK_NAME_SIZE + 8)
void handoff_summary_say(struct desk *desk, const json_t *fact, char *summary, size_t size);
/* The line of a hand-off: what is data of it in the present language, what was written as it is. */
void handoff_summary(struct desk *desk, const struct record *handoff, char *summary, size_t size);

/* What the list says of each part that a queue can ask for (queue_missing_parts): new reference. */
json_t *handoff_parts(struct desk *desk, const json_t *list);
/* How a part is called. Static. */
const char *handoff_part_label(const char *part);
/* The text with an empty line for a part at its beginning, in the place of one that says nothing
 * useful; the cursor belongs at its end. New. */
char *handoff_part_begin(const char *text, const char *part, size_t *cursor);

/* The note on the open case (else contact) that is half typed: new, NULL for none. And puts one
 * there, under what is half typed there already. */
char *handoff_note_draft(struct desk *desk);
void handoff_note_put(struct desk *desk, const char *text);

/* --- hand-offs ---------------------------------------------------------------------------------
 */

/* Offered to this desk's agent, who can do all that it asks for. */
bool handoff_is_offered_here(struct desk *desk, const struct record *handoff);
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
