/*
 * The task: something to be done by a day, so that it comes back on its day. A commitment to a
 * client (with the note that made it), a refund for a promise that was missed, a review.
 *
 * Whoever sees it may do it: its office, who sees its case, its queue, and to whom it is given.
 */
#ifndef GUICHET_APP_TASK_H
#define GUICHET_APP_TASK_H

#include <stdbool.h>

#include "app/author.h"
#include "app/store.h"
#include "app/zone.h"

/* Bytes. */
#define TASK_TEXT_LIMIT   4000
#define TASK_REASON_LIMIT 4000
/* How often one task may be put off. */
#define TASK_MOVES_LIMIT 50

/* Borrowed; empty ids and NULL are left out. */
struct task_draft {
    const char *kind; /* of task_kind_words */
    const char *text; /* what is to be done; needed unless a note says it */
    struct id matter; /* the case */
    struct id client;
    struct id note; /* the commitment in which it was promised */
    struct id promise;
    struct id assignee;   /* to whom it is given; empty: to the author's office, or the queue */
    const char *to_queue; /* key */
    int64_t due_ms;       /* 0: on no day */
};

/* Makes it: open. ERROR_INVALID for an unknown kind, a blank text without a note, a commitment
 * without a day, or one that belongs to nothing. Given to somebody it takes a second operation. */
int task_make(struct batch *batch, const struct author *author, const struct task_draft *draft,
              struct id *id, struct error *error);

/* The task of a commitment: of its own day and author, in the same batch as its note. Adds nothing
 * for a note of another kind, or one without a day. */
struct note_draft;
int task_of_note(struct batch *batch, const struct author *author, const struct note_draft *note,
                 const struct id *id, struct error *error);

/* Claims: pending until the server has confirmed. ERROR_CONFLICT in another state; dropping and
 * opening again need a reason (ERROR_INVALID). */
int task_done(struct batch *batch, const struct author *author, const struct record *task,
              const char *reason, struct error *error);
int task_drop(struct batch *batch, const struct author *author, const struct record *task,
              const char *reason, struct error *error);
int task_reopen(struct batch *batch, const struct author *author, const struct record *task,
                const char *reason, struct error *error);
/* Gives it to an agent; an empty id gives it back to all. Adds nothing when it is theirs already.
 * ERROR_CONFLICT when it is not open. */
int task_assign(struct batch *batch, const struct author *author, const struct record *task,
                const struct id *agent, struct error *error);

/* Puts it on another day, with the old one kept (task_each_move). Adds nothing for the same moment.
 * ERROR_CONFLICT when it is not open, ERROR_TOO_LARGE after TASK_MOVES_LIMIT of them. */
int task_move(struct batch *batch, const struct author *author, const struct record *task,
              int64_t due_ms, const char *reason, struct error *error);

/* One putting off, the texts borrowed from the task. */
struct task_move {
    int64_t at_ms, from_ms, to_ms; /* 0: on no day */
    const char *by;                /* id of an agent */
    const char *reason;            /* "" for none */
};

/* Fills `moves`, oldest first, and returns how many there are. */
size_t task_moves(const struct record *task, struct task_move moves[TASK_MOVES_LIMIT]);

bool task_is_open(const struct record *task);
/* 0: on no day. */
int64_t task_due_ms(const struct record *task);

/* How a task stands on a day, by the days that clocks in `zone` show (NULL: UTC). */
enum task_when {
    TASK_ENDED,   /* done or dropped */
    TASK_SOMEDAY, /* on no day */
    TASK_LATER,
    TASK_TODAY,
    TASK_OVERDUE, /* its day is over */
};
enum task_when task_when(const struct record *task, const struct zone *zone, int64_t now_ms);

/* Whether it is this agent's (a catalogue record): given to them; or given to nobody, and they made
 * it or serve its queue, or it has no queue and is of their office. */
bool task_is_for(const struct record *task, const struct record *agent);

/* Its open tasks, oldest first: those of a case, or, with `matter` NULL, all that are here. */
int task_each_open(struct store *store, const struct id *matter, store_visit visit, void *context,
                   struct error *error);

/* How many open tasks of this agent are due today, and how many are overdue. Either may be NULL. */
int task_count_due(struct store *store, const struct record *agent, const struct zone *zone,
                   int64_t now_ms, int *today, int *overdue, struct error *error);

#endif
