/*
 * The tickets of one office's day, in the order in which they will be called, and what waiting
 * comes to: for the reception, the counters and whoever watches the queues.
 */
#ifndef GUICHET_APP_TICKET_LIST_H
#define GUICHET_APP_TICKET_LIST_H

#include "app/ticket.h"

struct ticket_item {
    struct record *record; /* owned */
    enum store_pending pending;
};

/* Zero-initialise; ticket_list_free. Those to be called come first, in their order. */
struct ticket_list {
    struct ticket_item *items;
    size_t count;
    size_t callable; /* so many of the first */
};

/* More than a day has are left out. */
#define TICKET_LIST_LIMIT 5000

int ticket_list_read(struct ticket_list *list, struct store *store, const char *office,
                     const char *day, int64_t now_ms, struct error *error);
void ticket_list_free(struct ticket_list *list);

/* How waiting stands, in one queue or (queue NULL) in all. */
struct ticket_figures {
    size_t waiting; /* to be called */
    size_t called, serving;
    size_t served;       /* finished today */
    size_t missed, left; /* did not come and will not; went away */
    int64_t longest_ms;  /* of those who wait */
    int64_t average_ms;  /* wait of those called or served today; 0: none */
    int64_t service_ms;  /* what serving one took, of the last 20; `rules` where too few */
    size_t counters;     /* that called anybody within half an hour; at least 1 */
};

/* Fewer than this finished today say nothing about how long serving takes. */
#define TICKET_SERVED_ENOUGH 3

void ticket_figures_read(struct ticket_figures *figures, const struct ticket_list *list,
                         const char *queue, const struct ticket_rules *rules, int64_t now_ms);

/* How long somebody with `ahead` before them will wait: what serving one takes, times those ahead
 * shared out among the counters, rounded up to whole minutes. */
int64_t ticket_estimate_ms(const struct ticket_figures *figures, size_t ahead);

#endif
