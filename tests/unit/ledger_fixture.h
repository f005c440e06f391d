/* A ledger in a temporary folder, agents in it, and operations by them. */
#ifndef GUICHET_TESTS_LEDGER_FIXTURE_H
#define GUICHET_TESTS_LEDGER_FIXTURE_H

#include "net/ledger.h"
#include "tests/unit/unit.h"

/* Who works where: Anne in office a; Ben in b, serving queue q; Chloe in c, serving queue q;
 * Denis in d. Queue q and offices b and d are in the catalogue. */
enum fixture_agent { ANNE, BEN, CHLOE, DENIS, FIXTURE_AGENTS };

struct ledger_fixture {
    char folder[64];
    char path[96];
    struct ledger *ledger;
    struct id_generator ids;
    struct ledger_actor actors[FIXTURE_AGENTS];
    int64_t clock_ms; /* grows with each operation */
};

/* Makes folder, database and agents (without passwords). */
void fixture_open(struct ledger_fixture *fixture);
/* Closes the ledger and opens it again. */
void fixture_reopen(struct ledger_fixture *fixture);
/* Checks the database, then removes everything. */
void fixture_close(struct ledger_fixture *fixture);

/* cmocka's setup and teardown: the state is a fixture that is open. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

struct id fixture_id(struct ledger_fixture *fixture);

/* Publishes an agent's record: key "sample/NAME", that office and queue ("" for none). */
void fixture_publish_agent(struct ledger_fixture *fixture, enum fixture_agent who,
                           const char *office, const char *queue);

/* Publishes another catalogue record; the body's reference is taken over, NULL is an empty one. */
void fixture_publish(struct ledger_fixture *fixture, enum record_type type, const char *key,
                     json_t *body);

/* An operation by `who`; the body's reference is taken over. */
struct operation *fixture_operation(struct ledger_fixture *fixture, enum fixture_agent who,
                                    enum operation_kind kind, enum record_type type,
                                    const struct id *record, int64_t base, json_t *body);

/* Bodies of appends, complete. New references. */
json_t *fixture_case(struct ledger_fixture *fixture, enum fixture_agent who, const char *office);
json_t *fixture_note(struct ledger_fixture *fixture, enum fixture_agent who, const char *office,
                     const struct id *case_id, const char *text);
json_t *fixture_client(const char *office);
/* To one of agent (an id), office or queue (keys); the others NULL. */
json_t *fixture_handoff(struct ledger_fixture *fixture, enum fixture_agent who, const char *office,
                        const struct id *case_id, const char *agent, const char *to_office,
                        const char *queue);

/* Applies one operation in `who`'s name and frees it; the caller clears the outcome. */
void fixture_apply(struct ledger_fixture *fixture, enum fixture_agent who,
                   struct operation *operation, struct ledger_outcome *outcome);
/* The same, and it must be applied; returns the seq. */
int64_t fixture_applied(struct ledger_fixture *fixture, enum fixture_agent who,
                        struct operation *operation);
/* The same, and it must be refused with this reason; `field` may be NULL. */
void fixture_refused(struct ledger_fixture *fixture, enum fixture_agent who,
                     struct operation *operation, enum merge_refusal refusal, const char *field);

/* Makes a record of this body and returns its id. */
struct id fixture_make(struct ledger_fixture *fixture, enum fixture_agent who,
                       enum record_type type, json_t *body);

/* The desk page of `who`: an array of documents; `next` receives the cursor. New reference. */
json_t *fixture_desk(struct ledger_fixture *fixture, enum fixture_agent who, int64_t since,
                     size_t limit, int64_t *next);
/* True when the record comes in the desk's feed past `since`. */
bool fixture_sees(struct ledger_fixture *fixture, enum fixture_agent who, int64_t since,
                  const struct id *id);
/* What reading the record gives: 0, ERROR_REFUSED, ERROR_NOT_FOUND. */
int fixture_read(struct ledger_fixture *fixture, enum fixture_agent who, enum record_type type,
                 const struct id *id, json_t **document);

/* Denis becomes a supervisor of queue q; Ben serves queue r, which is published. */
void fixture_staff(struct ledger_fixture *fixture);
/* Decides a hand-off in `who`'s name, who takes it when `state` is "accepted". */
void fixture_decide(struct ledger_fixture *fixture, enum fixture_agent who,
                    const struct id *handoff, int64_t base, const char *state, int64_t at_ms);
/* The body of a hand-off, which `who` must see. New reference. */
json_t *fixture_handoff_body(struct ledger_fixture *fixture, enum fixture_agent who,
                             const struct id *handoff);
/* A member of it must say this; "" for none. */
void fixture_says(struct ledger_fixture *fixture, enum fixture_agent who, const struct id *handoff,
                  const char *member, const char *expected);

/* Waits for a child's first word in the pipe, which stays there, or for its end: who is killed
 * after a fixed time may not have begun. Asserts. */
void fixture_wait_for_child(int pipe_fd);

/* Runs ledger_check; the number of findings. */
int64_t fixture_check(struct ledger_fixture *fixture);

#endif
