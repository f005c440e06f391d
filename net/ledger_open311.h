/*
 * The requests of Open311 as the ledger keeps them: beside the case that each became stands what
 * may be told of it, and what it is to be recognised by when it comes again. A request is kept
 * before it is taken in: a server that dies in between takes it in later.
 */
#ifndef GUICHET_NET_LEDGER_OPEN311_H
#define GUICHET_NET_LEDGER_OPEN311_H

#include "net/ledger.h"
#include "net/open311_query.h"
#include "net/open311_service.h"

#define LEDGER_OPEN311_DIGEST 32

/* One that came. All borrowed. */
struct ledger_open311_entry {
    const char *source;                          /* whose key it came with */
    unsigned char digest[LEDGER_OPEN311_DIGEST]; /* of all that it says */
    const char *code;                            /* the service's */
    const char *jurisdiction;                    /* "" for any */
    enum open311_kind kind;
    const json_t *title;   /* the service's, localised */
    const json_t *facts;   /* open311_request_facts */
    const json_t *message; /* what is to be taken in: kept until that is done */
};

/* What became of it. */
struct ledger_open311_state {
    struct id token; /* of the request itself; the message id that intake knows it by */
    enum open311_kind kind;
    bool taken;         /* it is a case */
    bool refused;       /* it never will be */
    char reference[17]; /* of the case */
    json_t *message;    /* while it is neither; new reference */
    char source[65];
};

void ledger_open311_state_clear(struct ledger_open311_state *state);

/* Keeps one, unless the same came from the same source within `window_ms`: `repeated`, and the
 * state is that one's. On disk when this returns 0. */
int ledger_open311_add(struct ledger *ledger, const struct ledger_open311_entry *entry,
                       int64_t window_ms, int64_t now_ms, struct ledger_open311_state *state,
                       bool *repeated, struct error *error);

/* By its token: ERROR_NOT_FOUND. */
int ledger_open311_find(struct ledger *ledger, const char *token,
                        struct ledger_open311_state *state, struct error *error);

/* The oldest that is yet to be taken in; ERROR_NOT_FOUND when there is none. */
int ledger_open311_waiting(struct ledger *ledger, struct ledger_open311_state *state,
                           struct error *error);

/* It has become this case (NULL: it was refused), and what was only kept for that is forgotten. */
int ledger_open311_settle(struct ledger *ledger, const struct id *token, const struct id *matter,
                          const char *reference, struct error *error);

/* One that is told: borrowed. */
struct ledger_open311_row {
    const char *reference, *code, *source;
    const json_t *title, *facts;
    const char *status; /* the case's */
    int64_t requested_ms, updated_ms, expected_ms;
};

/* Returning non-zero stops with that code. */
typedef int (*ledger_open311_visit)(void *context, const struct ledger_open311_row *row);

/* Those that a query asks for and that have an id which was told, the newest first. */
int ledger_open311_each(struct ledger *ledger, const struct open311_query *query,
                        const char *jurisdiction, ledger_open311_visit visit, void *context,
                        struct error *error);

#endif
