/* Agents, offices and queues with who is present: the targets of a hand-off, and the list of
 * agents. */
#ifndef GUICHET_UI_SCREEN_AGENTS_H
#define GUICHET_UI_SCREEN_AGENTS_H

#include "ui/work.h"

enum target_kind { TARGET_AGENT, TARGET_QUEUE, TARGET_OFFICE };
enum target_presence { TARGET_AVAILABLE, TARGET_AWAY, TARGET_OFFLINE, TARGET_UNKNOWN };

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
    int score; /* how well it fits, greater is better */
};

struct targets {
    struct target *list; /* owned */
    size_t count, capacity;
    size_t *shown; /* owned: indexes of those that fit the filter, best first */
    size_t shown_count;
    int64_t heard_ms; /* when presence was last heard, 0 for never */
};

/* Reads agents, and with `all` queues and offices too; presence as last heard. The best fit for a
 * client of `language` (may be "") comes first; this desk's own agent is left out. */
int targets_read(struct targets *targets, struct desk *desk, bool all, const char *language,
                 struct error *error);
void targets_free(struct targets *targets);
/* Every word must begin a word of the target; "" shows all. */
void targets_filter(struct targets *targets, const char *query);
/* NULL past the last. */
const struct target *targets_shown(const struct targets *targets, size_t index);
void target_draw(const struct target *target, const struct paint *row);

#endif
