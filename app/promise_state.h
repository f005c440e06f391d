/*
 * How a promise stands: running, paused while the case misses information from the client, met,
 * missed, or void. A pure function of its terms, of what became of the case, and of the time.
 *
 *   information-missing  pauses it: the time stands
 *   received, in-progress  it runs (again)
 *   approved, refused, closed  end it: met, or missed when its time was over by then
 *   closed while information is missing  void: nothing was owed any more, it is neither kept nor
 * broken
 *
 * A guarantee and a standard are ended by the same: the first of these. What follows (approved,
 * then closed, then opened again) changes nothing.
 *
 * The server alone writes the record (net/ledger_promise.c), with the changes of the case that
 * count, in the order in which it took them and at the moment at which the agent made each: one who
 * decided in time without a link kept the promise, also when that is heard of later. A terminal
 * works out the same at once, without the server, with its own changes that the server does not
 * know yet.
 */
#ifndef GUICHET_APP_PROMISE_STATE_H
#define GUICHET_APP_PROMISE_STATE_H

#include "app/promise.h"
#include "app/store.h"

enum promise_state {
    PROMISE_RUNNING,
    PROMISE_PAUSED,
    PROMISE_MET,
    PROMISE_MISSED,
    PROMISE_VOID,
};

/* Of promise_state_words. */
const char *promise_state_word(enum promise_state state);

/* What a status of a case means for it; PROMISE_MET for those that end it. */
enum promise_state promise_meaning(const char *status);

/* A change of the case that counts. */
struct promise_event {
    int64_t at_ms;
    enum promise_state meaning; /* RUNNING, PAUSED, MET; VOID: another service is meant */
};

/* So many are kept; a case that goes back and forth more often pauses no more. */
#define PROMISE_EVENTS_LIMIT 100

/* Plain value. */
struct promise {
    struct id id; /* empty while the server has not made it */
    struct id matter;
    struct promise_terms terms;
    char service[RECORD_KEY_SIZE];
    char channel[16];
    char office[RECORD_KEY_SIZE];
    int64_t started_ms;
    struct promise_event events[PROMISE_EVENTS_LIMIT];
    size_t count;
};

struct promise_standing {
    enum promise_state state;
    int64_t due_ms;   /* the last moment at which it is kept; while paused: as if it ran on now */
    int64_t since_ms; /* when this state began */
    int days_left;    /* promise_days_left at that moment, or when what it was about ended */
};

/* The id that the promise of a case has, whoever makes it: by its service and since when that is
 * the service. */
struct id promise_id(const struct id *matter, const char *service, int64_t started_ms);

/* What a case promises by what the service says now; false when that is nothing. */
bool promise_of_case(struct promise *promise, const struct record *matter,
                     const struct record *service);
/* Reads the record; false when it is none. */
bool promise_of_record(struct promise *promise, const struct record *record);

/* The case was about another service since: this promise says nothing of it any more. */
bool promise_was_left(const struct promise *promise);

/* Adds an event at the end, never before the one it follows, unless it changes nothing. True when
 * it was added. */
bool promise_add(struct promise *promise, int64_t at_ms, enum promise_state meaning);
/* Adds what the case says that the events do not say yet. */
bool promise_add_case(struct promise *promise, const struct record *matter);

/* The list of events as the record has it; new. */
json_t *promise_events(const struct promise *promise);

/* How it stands at a moment. */
void promise_stand(const struct promise *promise, const struct promise_place *place, int64_t now_ms,
                   struct promise_standing *standing);

/*
 * The promise of a case as this terminal knows it. False when there is none. `confirmed`: it is
 * what the server says; else some of it is this terminal's own reckoning.
 */
struct promise_here {
    struct promise promise;
    struct promise_standing standing;
    struct promise_place place; /* owned: promise_here_clear */
    bool confirmed;
};
bool promise_here_read(struct promise_here *here, struct store *store, struct catalogue *catalogue,
                       const struct record *matter, int64_t now_ms);
void promise_here_clear(struct promise_here *here);

#endif
