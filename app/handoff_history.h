/*
 * What became of a case's hand-offs, taken together: a case that is passed on again and again is a
 * matter for a supervisor.
 */
#ifndef GUICHET_APP_HANDOFF_HISTORY_H
#define GUICHET_APP_HANDOFF_HISTORY_H

#include "app/store.h"

/* This many hand-offs of a case are too many. */
#define HANDOFF_PING_PONG 3

struct handoff_tally {
    struct id matter; /* the case */
    int count;        /* hand-offs of it that somebody asked for */
};

struct handoff_tallies {
    struct handoff_tally *list; /* owned */
    size_t count;
};

/* Counts the hand-offs of each case that is on this terminal, the case handed off last first.
 * Consultations do not move a case, withdrawn ones never did, and an offer that went on to the next
 * queue is the same hand-off: none of them counts. */
int handoff_tallies_read(struct handoff_tallies *tallies, struct store *store, struct error *error);
void handoff_tallies_free(struct handoff_tallies *tallies);

#endif
