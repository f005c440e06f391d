/*
 * Offices: when one is open, what it does, how far away it is, and lists of them, nearest first.
 */
#ifndef GUICHET_APP_OFFICE_H
#define GUICHET_APP_OFFICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/catalogue.h"
#include "app/postal.h"
#include "app/schedule.h"

enum office_open {
    OFFICE_CLOSED,
    OFFICE_OPEN,
    OFFICE_UNKNOWN, /* the record has no hours that can be read */
};

/* Whether an office is open at a moment (ms since 1970 UTC): hours, holidays, zone. Whoever asks
 * often about one office keeps its schedule (schedule_new of the record's body) instead. */
enum office_open office_open_at(struct catalogue *catalogue, const struct record *office,
                                int64_t ms);

/*
 * Whether the office does this service at its counter: the service is offered, has a counter
 * channel that is not closed, names this office or none at all, and the office names this service
 * or none at all. An office that names none does those of its own source only.
 */
bool office_serves(const struct record *office, const struct record *service);

/* Where an office is; false when its record does not say. */
bool office_place(const struct record *office, struct place *place);

/*
 * Where a postal code (as postal_code_read gives it) is: an office of that code, else one of the
 * same town area, else postal_place. False for a region that does not exist.
 */
bool office_postal_place(struct catalogue *catalogue, const char *code, struct place *place);

struct office_query {
    const struct record *service; /* only those that do it; NULL: all. Borrowed */
    const struct place *from;     /* distances from there; NULL: sorted by key. Borrowed */
};

struct office_item {
    struct record *record;     /* owned */
    struct schedule *schedule; /* owned; see office_item_schedule */
    bool schedule_read;
    double distance_km; /* below 0: not known */
};

struct office_list {
    struct office_item *items;
    size_t count;
};

/* The hours of one of the list, read when they are first asked for: a list may be long. NULL when
 * they are not known. Borrowed from the item. */
const struct schedule *office_item_schedule(struct office_item *item, struct catalogue *catalogue);

/* All offices that are not ended, nearest first, those of unknown place last. office_list_free. */
int office_list_read(struct office_list *list, struct catalogue *catalogue,
                     const struct office_query *query, struct error *error);
/* Sorts the list anew from another place; NULL: by key. */
void office_list_sort(struct office_list *list, const struct place *from);
void office_list_free(struct office_list *list);

#endif
