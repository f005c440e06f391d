/*
 * The alert: a threshold of a queue was crossed (queue_measure.h). The server raises it, once, and
 * says when it is over; the supervisors of the queue have it on their terminals.
 */
#ifndef GUICHET_APP_ALERT_H
#define GUICHET_APP_ALERT_H

#include "app/author.h"
#include "app/record.h"

/* Not over yet. */
bool alert_is_raised(const struct record *alert);
/* A supervisor has said that they know. */
bool alert_is_seen(const struct record *alert);

/* This supervisor knows of it: it no longer stands on the message line of any of them. */
int alert_see(struct batch *batch, const struct author *author, const struct record *alert,
              struct error *error);

#endif
