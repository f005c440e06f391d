/* Agents, offices and queues with who is present: the targets of a hand-off, and the list of
 * agents. */
#ifndef GUICHET_UI_SCREEN_AGENTS_H
#define GUICHET_UI_SCREEN_AGENTS_H

#include "ui/work.h"

enum target_kind { TARGET_AGENT, TARGET_QUEUE, TARGET_OFFICE };
enum target_presence {
    TARGET_AVAILABLE,
    TARGET_BUSY,
    TARGET_WRAP_UP,
    TARGET_AWAY,
    TARGET_OFFLINE,
    TARGET_UNKNOWN,
};

struct target {
    enum target_kind kind;
    struct id agent;
    char key[WORK_NAME_SIZE];
    char name[WORK_NAME_SIZE];
    char office[WORK_NAME_SIZE]; /* title, of an agent */
    char speaks[64];             /* "fr en" */
    char skills[WORK_NAME_SIZE]; /* "civil status, families" */
    char *folded;                /* owned: all of this to search in */
    enum target_presence presence;
    int64_t since_ms, heard_ms; /* since when, as heard then; 0 for not known */
    bool serves;                /* an agent: the level of the service */
    bool own;                   /* the office of this desk */
    int score;                  /* how well it fits, greater is better */
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
    const char *language; /* the client's; "" */
    int64_t level;        /* of the service (1 to 3); 0 when not known */
    bool agents_only;     /* no queues, no offices */
    bool offices_only;    /* for an escalation: the own office first */
};

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
