/*
 * How much a record bears on the summary of its case: so that the summary of a long file is made of
 * the few records that it needs, without reading all. A small number that stands in plain beside
 * the sealed record; it says no more than that.
 */
#ifndef GUICHET_APP_CASE_WEIGHT_H
#define GUICHET_APP_CASE_WEIGHT_H

#include "app/record.h"

/* 0: not at all. A contact the more, the further the client's identity was verified. */
int case_weight(const struct record *record);

/* The same of what these say. */
int case_weight_of_contact(const char *identity);
int case_weight_of_note(bool has_due);

/* Whether all records of this type are read at once: there are few of them in a case, and they
 * stand in the timeline where their state last changed, which their ids do not tell. */
bool case_weight_always(enum record_type type);

#endif
