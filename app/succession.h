/*
 * Moved services: an old one leads to its successor, through as many moves as there were, and no
 * link dies. An importer refuses loops and loose ends; records of several sources, or half a feed,
 * may still hold some, and then whoever asked gets as far as it goes, and is told.
 */
#ifndef GUICHET_APP_SUCCESSION_H
#define GUICHET_APP_SUCCESSION_H

#include "app/catalogue.h"

enum succession_end {
    SUCCESSION_WHOLE,  /* the last one stands */
    SUCCESSION_LOOSE,  /* the last one names a successor that is not in the catalogue */
    SUCCESSION_CIRCLE, /* it leads back to itself, or further than SUCCESSION_LIMIT */
};

#define SUCCESSION_LIMIT 16

struct succession {
    struct record *record;                 /* the last one; owned */
    struct record *past[SUCCESSION_LIMIT]; /* those that moved, the one asked for first; owned */
    size_t past_count;
    enum succession_end end;
};

/* Reads the service of this key and follows it. ERROR_NOT_FOUND when there is none of this key;
 * then nothing is to be freed. */
int succession_read(struct succession *succession, struct catalogue *catalogue, const char *key,
                    struct error *error);
void succession_free(struct succession *succession);

/* What a key of any type leads to today: of a service its successor, as far as that goes. New
 * (record_free), NULL when there is none of this key. */
struct record *succession_present(struct catalogue *catalogue, enum record_type type,
                                  const char *key);

#endif
