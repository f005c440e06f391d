#include "app/match.h"

/* More than all else together. */
#define UNFIT  100
#define CLOSED 50

int match_score(const struct match *match)
{
    static const int kinds[] = {[MATCH_AGENT] = 0, [MATCH_QUEUE] = 6, [MATCH_OFFICE] = 3};
    static const int presences[] = {
        [MATCH_AVAILABLE] = 9, [MATCH_BUSY] = 5,    [MATCH_WRAP_UP] = 7,
        [MATCH_AWAY] = 2,      [MATCH_OFFLINE] = 0, [MATCH_UNKNOWN] = 1};
    int score = kinds[match->kind];

    if (match->kind == MATCH_AGENT)
        score += presences[match->presence];
    if (match->named)
        score += 2;
    if (match->closed)
        score -= CLOSED;
    return match->fits ? score : score - UNFIT;
}
