/* The parts of the waiting-room screen. Only ui/screen_tickets*.c include it. */
#ifndef GUICHET_UI_SCREEN_TICKETS_H
#define GUICHET_UI_SCREEN_TICKETS_H

#include "ui/list.h"
#include "ui/paper_task.h"
#include "ui/screen.h"
#include "ui/tickets.h"

struct tickets {
    struct ticket_list all;
    struct tickets_queues queues;
    char day[CALENDAR_DAY_SIZE];
    size_t *shown; /* owned; positions in `all` */
    struct list list;
    bool every_queue; /* else those of this agent, who has some */
    struct id asked;  /* what a question is about */
    struct id called; /* called from here and not let go: to tell when another was first */
    int64_t read_ms;  /* when `all` was read */
    struct paper_task paper;
};

/* screen_tickets.c: reads all again, and marks this ticket (empty: what was marked). */
void tickets_read(struct screen *screen, const struct id *mark);
/* The marked one, NULL when there is none; and the one at this counter. Borrowed. */
const struct record *tickets_marked(const struct tickets *tickets);
const struct record *tickets_present(const struct screen *screen);

/* screen_tickets_act.c */
extern const struct screen_key tickets_keys[];
bool tickets_offers(const struct screen *screen, const struct screen_key *key);
void tickets_answer(struct screen *screen, const char *from, const json_t *answer);
/* Tells when the server gave another counter what was called here. */
void tickets_tell_lost(struct screen *screen);

#endif
