/* A store in a directory of its own, and operations to put into it. */
#ifndef GUICHET_TESTS_STORE_FIXTURE_H
#define GUICHET_TESTS_STORE_FIXTURE_H

#include "app/clock.h"
#include "app/operation.h"
#include "app/seal.h"
#include "app/store.h"

struct store_fixture {
    char directory[64];
    char path[96];
    struct seal_key *key;
    struct store *store;
    struct clock clock;
    struct id_generator ids;
    struct operation *only; /* owned; what store_fixture_only gave last */
};

/* Makes directory, key and file, and opens the store; asserts that it works. */
void store_fixture_begin(struct store_fixture *fixture);
/* The same in a directory within this one. */
void store_fixture_begin_in(struct store_fixture *fixture, const char *within);
/* Closes and opens again. */
void store_fixture_reopen(struct store_fixture *fixture);
/* Closes and removes everything. */
void store_fixture_end(struct store_fixture *fixture);

/* cmocka's setup and teardown: the state is a fixture that has begun. */
int store_fixture_setup(void **state);
int store_fixture_teardown(void **state);

/* An operation of this store's agent and device, now; `body` is JSON. */
struct operation *store_fixture_operation(struct store_fixture *fixture, enum operation_kind kind,
                                          enum record_type type, const struct id *record,
                                          const char *body);

/* Applies one operation, frees it, and returns what store_apply returned. */
int store_fixture_apply(struct store_fixture *fixture, struct operation *operation);

/* Appends a client of this name; returns the record's id. */
struct id store_fixture_client(struct store_fixture *fixture, const char *name);

/* Appends a note on a case; returns the record's id. */
struct id store_fixture_note(struct store_fixture *fixture, const struct id *case_id,
                             const char *text);

struct id store_fixture_id(struct store_fixture *fixture);

/* The one operation that waits, until this is called again; asserts that it is one. */
struct operation *store_fixture_only(struct store_fixture *fixture);

/* The record as the store shows it, which is there. New. */
struct record *store_fixture_get(struct store_fixture *fixture, enum record_type type,
                                 const struct id *id, enum store_pending *pending);

/* Notes that the batch of this one, and of `gone` (NULL: none), which was taken back, is about to be
 * sent: as store_outbox_sending. */
int store_fixture_sending(struct store_fixture *fixture, const struct id *waiting,
                          const struct id *gone, struct error *error);

/* The server has answered so. */
void store_fixture_settle(struct store_fixture *fixture, const struct id *operation,
                          enum merge_refusal refusal, int64_t rev);

/* Takes the store's device or agent as another one's operation would: merged by the server. */
struct record *store_fixture_server_merge(const struct operation *operation,
                                          const struct record *record);

#endif
