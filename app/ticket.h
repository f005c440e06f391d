/*
 * The ticket: a place in the line of an office's waiting room, known by the number on the paper.
 * It names nobody. A contact names the ticket that its client came with; the ticket does not name
 * the contact, so that all of a ticket may be shown in public.
 *
 * Numbers. A ticket is letter and number ("A12"), given once a day in an office; the day is the one
 * that the office's own clocks show. A number must be known the moment that it is printed, also
 * with the link cut, and no two terminals may give the same one. So a terminal takes numbers ahead,
 * a roll of TICKET_ROLL_SIZE at a time, while it has the link (ticket_roll.h). The id of a roll is
 * computed from office, day and the roll's own number, as a ticket's is from its number: of two who
 * take the same one, the second is refused, for there is one record of an id.
 *
 * States: waiting, called, serving, then finished; no-show for who did not come, who is called
 * again for a while (ticket_stand); left for who went away. Each change is a claim: of two counters
 * that call one ticket, one gets it.
 */
#ifndef GUICHET_APP_TICKET_H
#define GUICHET_APP_TICKET_H

#include "app/author.h"
#include "app/calendar.h"
#include "app/queue_measure.h"
#include "app/store.h"
#include "app/zone.h"

#define TICKET_NUMBER_SIZE   24 /* "A12" with its NUL */
#define TICKET_COUNTER_LIMIT 20 /* bytes */
#define TICKET_PRIORITY_MOST 2

/* The rules of a queue for its tickets, in the queue's own record (catalogue_bodies.md). */
struct ticket_rules {
    char letter[3];     /* one or two capitals; "" when the queue names none */
    int recalls;        /* after so many, no-show is proposed */
    int64_t return_ms;  /* who did not come is called again after this */
    int64_t grace_ms;   /* and no longer than this after they were missed */
    int64_t service_ms; /* what serving one takes, until enough were served today to tell */
};

/* `queue` may be NULL: the presets. */
void ticket_rules_read(struct ticket_rules *rules, const struct record *queue);

/* The day that the clocks of a zone (NULL: UTC) show at a moment. */
void ticket_day(const struct zone *zone, int64_t now_ms, char day[CALENDAR_DAY_SIZE]);
/* `count` days later. False for what is no day. */
bool ticket_day_add(const char *day, int count, char other[CALENDAR_DAY_SIZE]);

/* The id of the ticket of this number; empty for a day that is none. */
struct id ticket_id(const char *office, const char *day, const char *number);
/* The id of the roll; the same. */
struct id ticket_roll_id(const char *office, const char *day, int64_t number);
/* Splits "A12"; false when it is not one or two capitals and a number from 1 without zeros ahead.
 */
bool ticket_number_parse(const char *number, char letter[3], int64_t *count);

/* --- writing: as author.h says --------------------------------------------------------------- */

struct ticket_draft {
    const char *day;
    const char *number;
    const char *queue;      /* key */
    const char *service;    /* key; NULL or "" */
    const char *language;   /* NULL or "" */
    const char *need;       /* of ticket_need_words; NULL or "none": none */
    int priority;           /* 0 to TICKET_PRIORITY_MOST */
    int64_t appointment_ms; /* 0: none */
};

int ticket_issue(struct batch *batch, const struct author *author, const struct ticket_draft *draft,
                 struct id *id, struct error *error);

/* Calls it to a counter, or again when it is the author's already. ERROR_CONFLICT when it does not
 * wait, ERROR_REFUSED when another counter has it, ERROR_INVALID without a counter. */
int ticket_call(struct batch *batch, const struct author *author, const struct record *ticket,
                const char *counter, struct error *error);
/* The client stands at the counter: begins the contact that names the ticket. */
int ticket_serve(struct batch *batch, const struct author *author, const struct record *ticket,
                 struct id *contact, struct error *error);
/* Nobody came. */
int ticket_miss(struct batch *batch, const struct author *author, const struct record *ticket,
                const struct ticket_rules *rules, struct error *error);
/* Back into its place in the line: a no-show who came after all, or a call taken back. */
int ticket_wait(struct batch *batch, const struct author *author, const struct record *ticket,
                struct error *error);
/* To another queue, with the place that its arrival gives it. */
int ticket_transfer(struct batch *batch, const struct author *author, const struct record *ticket,
                    const char *queue, struct error *error);
int ticket_leave(struct batch *batch, const struct author *author, const struct record *ticket,
                 struct error *error);
/* The ticket of a contact that ends; adds nothing when it has none that is being served. */
int ticket_finish(struct batch *batch, const struct author *author, struct store *store,
                  const struct record *contact, struct error *error);

/* --- reading --------------------------------------------------------------------------------- */

enum ticket_stand {
    TICKET_WAITING,
    TICKET_BACK, /* was missed, and is to be called again now */
    TICKET_CALLED,
    TICKET_SERVING,
    TICKET_MISSED, /* may come back */
    TICKET_GONE,   /* missed, and the time of grace is over; or left */
    TICKET_FINISHED,
};

enum ticket_stand ticket_stand(const struct record *ticket, int64_t now_ms);
/* Waiting, or back. */
bool ticket_is_callable(const struct record *ticket, int64_t now_ms);
/* Called or being served by this agent. */
bool ticket_is_of(const struct record *ticket, const struct id *agent);
/* From arrival to the latest call, to the end when there was none, else until `now_ms`. */
int64_t ticket_waited_ms(const struct record *ticket, int64_t now_ms);

/*
 * Its wait in the queue in which it is now, for the measures of queues (queue_measure.h); `zone` is
 * the office's, NULL for UTC. It begins with the arrival, or with the appointment for whoever came
 * before it, also after a transfer. It is answered by the call, and abandoned when nobody came (a
 * no-show who is called again is answered by that call) or the client left. One that still waits
 * when its day is over in the office was forgotten: from then on it counts nowhere.
 */
void ticket_wait_read(const struct record *ticket, const struct zone *zone,
                      struct queue_wait *wait);

/*
 * Its place in the line: who has the smaller one is called first (queue_turn_compare).
 * It is a moment, and never changes while the ticket waits: when it arrived; TICKET_PRIORITY_MS
 * earlier for each step of priority; for an appointment, TICKET_APPOINTMENT_MS before its time if
 * its holder was here at most TICKET_LATE_MS after it. So nobody starves: whoever arrives more than
 * TICKET_ADVANTAGE_MS after somebody without an appointment is called after them.
 */
#define TICKET_PRIORITY_MS    (INT64_C(20) * 60 * 1000)
#define TICKET_APPOINTMENT_MS (INT64_C(30) * 60 * 1000)
#define TICKET_LATE_MS        (INT64_C(15) * 60 * 1000)
#define TICKET_ADVANTAGE_MS                                                                        \
    (TICKET_PRIORITY_MOST * TICKET_PRIORITY_MS + TICKET_APPOINTMENT_MS + TICKET_LATE_MS)
int64_t ticket_place_ms(const struct record *ticket);
/* Below 0 when the left one is called first. */
int ticket_compare(const struct record *left, const struct record *right);

#endif
