/*
 * What rests: of which nothing is still to be done. The file of a closed case that has rested for
 * long need not be held by every terminal of its office; it is fetched when somebody opens it.
 */
#ifndef GUICHET_APP_REST_H
#define GUICHET_APP_REST_H

#include "app/record.h"

/* False for what somebody still has in hand or has yet to look at - an open case, contact, task,
 * draft or emergency, a hand-off that is offered, an unread or unsent message, a delivery that is
 * not decided, a promise that runs - and for all that belongs to no file. */
bool rest_is_done(const struct record *record);

/* When something was last done to a record: made, claimed or changed; ms. */
int64_t rest_latest(const struct record *record);

/* A case that is closed, and to which nothing was done since `before_ms`. */
bool rest_case_is_old(const struct record *matter, int64_t before_ms);

#endif
