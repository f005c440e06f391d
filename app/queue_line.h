/*
 * The line as a terminal sees it: what of a queue its agent may take now, and what comes next. By
 * the rules of queue.h on the records that are here; the server decides by the same.
 */
#ifndef GUICHET_APP_QUEUE_LINE_H
#define GUICHET_APP_QUEUE_LINE_H

#include "app/catalogue.h"
#include "app/queue.h"
#include "app/store.h"

/* How much of a channel this agent has in hand. */
int queue_line_load(struct store *store, const struct id *agent, const char *channel,
                    int64_t now_ms, int *load, struct error *error);

/* Whether the agent (a catalogue record) may take a hand-off that is offered to them: out of a
 * queue by skills, languages, level and capacity; what is for them by name, always. */
int queue_line_judge(struct store *store, struct catalogue *catalogue, const struct record *agent,
                     const struct record *handoff, int64_t now_ms, struct queue_verdict *verdict,
                     struct error *error);

/*
 * What the agent takes next: of all that is offered to them, that can be taken now and that they
 * may take, the one whose turn comes first (queue_turn_ms). New record; NULL when there is none,
 * and then `verdict` says why the first one was left, QUEUE_BAR_NONE when nothing waits.
 */
int queue_line_next(struct store *store, struct catalogue *catalogue, const struct record *agent,
                    int64_t now_ms, struct record **next, struct queue_verdict *verdict,
                    struct error *error);

#endif
