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
/* For cmocka: a fixture of its own as the state. */
int relay_fixture_setup(void **state);
int relay_fixture_teardown(void **state);
/* Kills the relay's process, as it were, and starts it again. */
void relay_fixture_restart(struct relay_fixture *fixture);

/* Reads all that is new at the centre. */
void relay_pull(struct relay_fixture *fixture);
/* The desk alone, as when its page comes before the catalogue's. */
void relay_pull_desk(struct relay_fixture *fixture);
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

/* Operations of an agent: makes a record, sets a member of a client, accepts a hand-off. */
struct operation *relay_append(struct relay_fixture *f, enum fixture_agent who,
                               enum record_type type, const struct id *id, json_t *body);
struct operation *relay_fields(struct relay_fixture *f, enum fixture_agent who, const struct id *id,
                               int64_t base, const char *path, const char *value);
struct operation *relay_take(struct relay_fixture *f, enum fixture_agent who,
                             const struct id *handoff, int64_t base);
/* A client of office a, made at the relay. */
struct id relay_make_client(struct relay_fixture *f, enum fixture_agent who);
/* Denis is moved to the office and works at the centre itself. */
void relay_denis_comes(struct relay_fixture *f);

/* Both hold the same record, but for the numbers that each gives by itself. */
void assert_relay_agrees(struct relay_fixture *f, enum record_type type, const struct id *id);

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
