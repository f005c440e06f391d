/*
 * A centre and the relay of office a in one process: two ledgers, and what a relay does between
 * them, one exchange at a time. Anne and Chloe work in office a, Ben in b; queue q is served by Ben
 * and Chloe, queue w by Chloe alone.
 */
#ifndef GUICHET_TESTS_RELAY_FIXTURE_H
#define GUICHET_TESTS_RELAY_FIXTURE_H

#include "net/ledger_relay.h"
#include "tests/unit/ledger_fixture.h"

struct relay_fixture {
    struct ledger_fixture centre;
    char path[112];
    struct ledger *relay;
    struct ledger_relay account;
    char token[LEDGER_TOKEN_SIZE];
    struct ledger_place place;
};

/* The relay has read all that there is. */
void relay_fixture_open(struct relay_fixture *fixture);
void relay_fixture_close(struct relay_fixture *fixture);
/* Kills the relay's process, as it were, and starts it again. */
void relay_fixture_restart(struct relay_fixture *fixture);

/* Reads all that is new at the centre. */
void relay_pull(struct relay_fixture *fixture);
/* Carries at most `limit` operations up; how many there were. `answered` false: the answer is
 * lost. */
size_t relay_push(struct relay_fixture *fixture, size_t limit, bool answered);
/* Both, until nothing is left. */
void relay_settle(struct relay_fixture *fixture);
int64_t relay_waiting(struct relay_fixture *fixture);

/* An operation at the relay, which is freed; the outcome is cleared by the caller. */
void relay_apply(struct relay_fixture *fixture, enum fixture_agent who, struct operation *operation,
                 struct ledger_outcome *outcome);
/* The same, and it must come out so; the rev. */
int64_t relay_applied(struct relay_fixture *fixture, enum fixture_agent who,
                      struct operation *operation, enum ledger_outcome_kind kind);

/* The document of a record at the relay and at the centre, whoever may see it: new references,
 * NULL when there is none. */
json_t *relay_document(struct relay_fixture *fixture, enum record_type type, const struct id *id);
json_t *centre_document(struct relay_fixture *fixture, enum record_type type, const struct id *id);
/* Borrowed until the next call: a member of the record's body at the relay. */
const char *relay_says(struct relay_fixture *fixture, enum record_type type, const struct id *id,
                       const char *member);
const char *centre_says(struct relay_fixture *fixture, enum record_type type, const struct id *id,
                        const char *member);

#endif
