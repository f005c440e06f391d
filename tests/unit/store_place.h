/* A store that a feed fills with files of clients and cases, old and new. */
#ifndef GUICHET_TESTS_STORE_PLACE_H
#define GUICHET_TESTS_STORE_PLACE_H

#include "app/store_file.h"
#include "tests/unit/store_fixture.h"

#define DAY_MS INT64_C(86400000)
#define NOW    INT64_C(1800000000000)
#define LONG   (NOW - 500 * DAY_MS)

struct place {
    struct store_fixture fixture;
    int64_t cursor;
};

/* Lets go of what rested for 400 days. */
extern const struct store_policy place_by_days;

/* Set-up and teardown of a cmocka test whose state is a place. */
int place_set_up(void **state);
int place_tear_down(void **state);

/* A record as the server has it; the body's reference is taken over. New. */
struct record *place_served(enum record_type type, const struct id *id, int64_t rev, int64_t seq,
                            json_t *body);
/* It comes by the feed, and is freed. */
void place_feed(struct place *place, struct record *record);
/* Of a record made at that time; a generator never goes back. */
struct id place_made(int64_t at_ms);

/* A record made at `at_ms` comes by the feed. The body's reference is taken over. */
struct id place_came(struct place *place, enum record_type type, int64_t at_ms, json_t *body);
struct id place_client(struct place *place, int64_t at_ms);
/* Of a client, or of nobody for NULL. */
struct id place_case(struct place *place, int64_t at_ms, const struct id *client,
                     const char *status);
struct id place_note(struct place *place, int64_t at_ms, const struct id *matter);
/* New. */
json_t *place_case_body(const struct id *client, const char *status);

bool place_has(struct place *place, enum record_type type, const struct id *id);
struct store_file place_noted(struct place *place, enum record_type type, const struct id *id);
/* Of the store's file on the disk. */
int64_t place_bytes(struct place *place);

/* How many records are let go, in parts of 500 at most. */
size_t place_evict_at(struct place *place, const struct store_policy *policy, int64_t now_ms);
/* By days, at NOW. */
size_t place_evict(struct place *place);

#endif
