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

/* True when it is offered to this agent (handoff_is_for) and they can do all that it asks for: with
 * its queue and the services of it, its case and its contact. How much they have in hand is no
 * matter. */
bool queue_line_is_for(struct store *store, struct catalogue *catalogue, const struct record *agent,
                       const struct record *handoff);

struct queue_line_item {
    struct queue_turn turn;
    struct record *handoff; /* owned */
    enum store_pending pending;
    bool ready;                   /* not a call-back whose window opens later */
    struct queue_verdict verdict; /* whether the agent may take it */
};

/* What is offered to an agent, in the order in which they take it. */
struct queue_line {
    struct queue_line_item *items; /* owned */
    size_t count, capacity;
};

/* Reads what is for this agent: what they may take now by its turn (queue_turn_ms), then the rest
 * by its turn. Frees what was read before. */
int queue_line_read(struct queue_line *line, struct store *store, struct catalogue *catalogue,
                    const struct record *agent, int64_t now_ms, struct error *error);
void queue_line_free(struct queue_line *line);
/* False for what the agent cannot do, however little they have in hand: they are not shown it. */
bool queue_line_offers(const struct queue_line_item *item);

/*
 * What the agent takes next: the first of the line, when it can be taken now and they may. New
 * record; NULL when there is none, and then `verdict` says why the first one was left,
 * QUEUE_BAR_NONE when nothing waits.
 */
int queue_line_next(struct store *store, struct catalogue *catalogue, const struct record *agent,
                    int64_t now_ms, struct record **next, struct queue_verdict *verdict,
                    struct error *error);

#endif
