/* Agents, offices and queues with who is present: the targets of a hand-off, and the list of
 * agents. */
#ifndef GUICHET_UI_SCREEN_AGENTS_H
#define GUICHET_UI_SCREEN_AGENTS_H

#include "app/match.h"
#include "app/queue.h"
#include "ui/work.h"

struct target {
    enum match_kind kind;
    struct id agent;
    char key[WORK_NAME_SIZE];
    char name[WORK_NAME_SIZE];
    char office[WORK_NAME_SIZE]; /* title, of an agent */
    char speaks[64];             /* "fr en" */
    char skills[WORK_NAME_SIZE]; /* "civil status, families" */
    char *folded;                /* owned: all of this to search in */
    enum match_presence presence;
    int64_t since_ms, heard_ms; /* since when, as heard then; 0 for not known */
    char why[WORK_NAME_SIZE];   /* why it fits, or does not */
    char closed[64];            /* a queue outside of its hours: "closed, opens Mon 08:30" */
    bool fits;                  /* what is needed */
    bool own;                   /* the office of this desk */
    int waiting;                /* in a queue, as heard; negative when not known */
    int promised; /* minutes within which a queue means to answer; long when it does not say */
    int score;    /* how well it fits, greater is better */
};

struct targets {
    struct target *list; /* owned */
    size_t count, capacity;
    size_t *shown; /* owned: indexes of those that fit the filter, best first */
    size_t shown_count;
    int64_t heard_ms; /* when presence was last heard, 0 for never */
};

/* While a list is open, presence is asked for so often. */
#define TARGETS_ASK_MS INT64_C(5000)

/* Who fits best. */
struct target_need {
    struct queue_need needed;    /* by the client and the service */
    char queue[RECORD_KEY_SIZE]; /* that the service names, "" for none */
    bool agents_only;            /* no queues, no offices */
    bool offices_only;           /* for an escalation: the own office first */
};

/* What a service (its key, "" for none) and a client who speaks this language ("") need. */
void target_need_make(struct target_need *need, struct desk *desk, const char *service,
                      const char *language);

/* Reads agents, queues and offices; presence as last heard. The best fit comes first; this desk's
 * own agent is left out. */
int targets_read(struct targets *targets, struct desk *desk, const struct target_need *need,
                 struct error *error);
void targets_free(struct targets *targets);
/* Every word must begin a word of the target; "" shows all. */
void targets_filter(struct targets *targets, const char *query);
/* NULL past the last. */
const struct target *targets_shown(const struct targets *targets, size_t index);
void target_draw(const struct target *target, const struct paint *row);
/* The length of a state at the moment when presence was heard: "busy 12 min". */
void target_state_text(const struct target *target, int64_t heard_ms, char *text, size_t size);

#endif
