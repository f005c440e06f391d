/*
 * What of a record stands beside its document in the store's table: what it is found by. Notes and
 * contacts, most of what comes, are filed by it without being taken apart.
 */
#ifndef GUICHET_APP_RECORD_OUTLINE_H
#define GUICHET_APP_RECORD_OUTLINE_H

#include "app/record.h"

struct record_outline {
    enum record_type type;
    struct id id;
    int64_t rev;
    int64_t seq;
    struct id matter; /* the case; empty: none */
    struct id parent; /* the client, of a merged one that into which it is merged; empty: none */
    int weight;       /* case_weight */
};

void record_outline_of(const struct record *record, struct record_outline *outline);

/* The same of a note or a contact from its text. False for any other, and for one that record_open
 * has to read: it is not plain (json_plain.h), or is no record. */
bool record_outline_read(const char *text, size_t length, struct record_outline *outline);

#endif
