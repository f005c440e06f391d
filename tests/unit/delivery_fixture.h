/*
 * A ledger with a form that names agencies, a filing of it, and a receiving agency
 * (tests/agency/agency.c) in a process of its own, with a certificate made for it.
 */
#ifndef GUICHET_TESTS_DELIVERY_FIXTURE_H
#define GUICHET_TESTS_DELIVERY_FIXTURE_H

#include <sys/types.h>

#include "net/delivery.h"
#include "tests/unit/ledger_fixture.h"

#define DELIVERY_FIXTURE_WAIT 60 /* seconds, for what must happen */

struct delivery_fixture {
    struct ledger_fixture ledger;
    char agencies[192]; /* path of the file that names them */
    char key[192];      /* path of the server's key */
    int port;           /* of the receiving agency */
    pid_t agency;       /* 0 while it does not run */
    struct delivery_sender *sender;
    char log[4096]; /* what the sender told, a line each */
};

/* Without the programs that it needs, the test fails. */
void delivery_fixture_open(struct delivery_fixture *fixture);
void delivery_fixture_close(struct delivery_fixture *fixture);

/* Starts the receiving agency, at the port that it had before; ends it. */
void agency_start(struct delivery_fixture *fixture);
void agency_end(struct delivery_fixture *fixture);
/* What it does from now on for one of its names ("fail 2"). */
void agency_order(struct delivery_fixture *fixture, const char *name, const char *order);

/* Writes the file of agencies: `names` (ends with NULL) at the receiving agency, each with the
 * further members in `more` ("" or ", \"give_up_seconds\": 2"). */
void agencies_write(struct delivery_fixture *fixture, const char *const *names, const char *more);

void sender_start(struct delivery_fixture *fixture);
void sender_stop(struct delivery_fixture *fixture);

/* Publishes the form "sample/move" that names these recipients, then makes a filing of it, by Anne
 * in office a, who was given consent to all but "without". */
struct id filing_make(struct delivery_fixture *fixture, const char *const *names);

/* The delivery's body as it stands. New reference. */
json_t *delivery_body(struct delivery_fixture *fixture, const struct id *submission,
                      const char *name);
/* Waits until it is in this state and, unless NULL, has this text in `member`; then its body. */
json_t *delivery_wait(struct delivery_fixture *fixture, const struct id *submission,
                      const char *name, const char *state, const char *member, const char *text);

/* Requests in the agency's log: all that are of this name and method, or only new filings. */
int agency_count(struct delivery_fixture *fixture, const char *name, const char *method,
                 bool new_only);
/* Waits for at least so many. */
void agency_wait(struct delivery_fixture *fixture, const char *name, const char *method, int count);
/* The body of its first one. New reference. */
json_t *agency_body(struct delivery_fixture *fixture, const char *name);
/* How many did not pass its checks. */
int agency_rejected(struct delivery_fixture *fixture);

#endif
