/* Operations by two agents, each at a device of its own, on one record, and what merge makes of
 * them. */
#ifndef GUICHET_TESTS_MERGE_FIXTURE_H
#define GUICHET_TESTS_MERGE_FIXTURE_H

#include "app/merge.h"
#include "tests/unit/unit.h"

#define AGENT_A "0190a5b0-0000-7000-8000-00000000000a"
#define AGENT_B "0190a5b0-0000-7000-8000-00000000000b"

#define CLIENT_BODY "{\"kind\":\"person\",\"name\":\"Anne\",\"office\":\"sample/quebec\"}"

/* cmocka's group setup. */
int merge_fixture_setup(void **state);

/* An operation by agent A or B at `ms`, with the body given as JSON. */
struct operation *merge_operation(enum operation_kind kind, enum record_type type, char who,
                                  int64_t ms, int64_t base, const char *body);

/* Applies, frees the operation, and replaces `*record` when it was applied. */
struct merge_result merge_do(struct record **record, struct operation *operation);

/* The same, and it must be refused for this reason and field. */
void merge_refused(struct record **record, struct operation *operation, enum merge_refusal refusal,
                   const char *field);

/* A client of CLIENT_BODY. Owned. */
struct record *merge_client(void);

#endif
