/*
 * Whom to hand off to: how well an agent, a queue or an office fits what is needed. Pure; the
 * suggested target is the first by match_score, then whoever has been free for longest.
 */
#ifndef GUICHET_APP_MATCH_H
#define GUICHET_APP_MATCH_H

#include <stdbool.h>

enum match_kind { MATCH_AGENT, MATCH_QUEUE, MATCH_OFFICE };

enum match_presence {
    MATCH_AVAILABLE,
    MATCH_BUSY,
    MATCH_WRAP_UP,
    MATCH_AWAY,
    MATCH_OFFLINE,
    MATCH_UNKNOWN,
};

struct match {
    enum match_kind kind;
    enum match_presence presence; /* of an agent */
    bool fits;                    /* skills, languages, level of an agent; languages of a queue */
    bool named;                   /* the queue that the service names */
    bool closed;                  /* a queue outside of its hours */
};

/*
 * Greater is better. Who does not fit, and a queue that is closed, never comes before one who does:
 * first a present agent and the service's own queue, then who is about to be free, another queue,
 * who is busy, an office, and last who is away.
 */
int match_score(const struct match *match);

#endif
