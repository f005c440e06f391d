/*
 * What the screens of the waiting room share: the office's queues and day, and the paper.
 */
#ifndef GUICHET_UI_TICKETS_H
#define GUICHET_UI_TICKETS_H

#include "app/ticket_list.h"
#include "app/ticket_roll.h"
#include "ui/work.h"

#define TICKETS_QUEUES 32

struct tickets_queue {
    char key[RECORD_KEY_SIZE];
    char title[WORK_NAME_SIZE]; /* in the present language */
    struct ticket_rules rules;  /* its letter is never "" */
    json_t *title_all;          /* localised; owned */
    json_t *skills;             /* owned; may be NULL */
    bool own;                   /* this agent serves it */
};

/* The queues of the agent's office, by key. Zero-initialise; tickets_queues_free. */
struct tickets_queues {
    struct tickets_queue items[TICKETS_QUEUES];
    size_t count;
};

void tickets_queues_read(struct tickets_queues *queues, struct desk *desk);
void tickets_queues_free(struct tickets_queues *queues);
/* NULL when it is not of this office. */
const struct tickets_queue *tickets_queue_find(const struct tickets_queues *queues,
                                               const char *key);
/* The queue that a service (a catalogue record) goes to: the one with most of the skills that it
 * asks for, else the one that asks for fewest. */
size_t tickets_queue_for(const struct tickets_queues *queues, const struct record *service);

/* The office's day now; "hh:mm" of that day as a moment, 0 when it is no time. */
void tickets_day(struct desk *desk, char day[CALENDAR_DAY_SIZE]);
int64_t tickets_moment(struct desk *desk, const char *time);
/* The time of day there of a moment: "10:30". */
void tickets_clock(struct desk *desk, int64_t ms, char *text, size_t size);

/* How many are called before this one, in its queue. */
size_t tickets_ahead(const struct ticket_list *list, const struct record *ticket);

/* The slip that the client takes, in the ticket's language: owned (free()), NULL out of memory. */
char *tickets_paper(struct desk *desk, const struct tickets_queues *queues,
                    const struct ticket_list *list, const struct record *ticket);

/* "priority", "urgent"; "" for 0. And what a need is called. */
const char *tickets_priority_text(int64_t priority);
const char *tickets_need_text(const char *need);

/* Takes rolls of numbers where this terminal gives tickets; `begin`: from now on it does. */
void tickets_rolls_keep(struct desk *desk, bool begin);

#endif
