/*
 * A terminal without a screen against a real server: a store, a link and the sync thread, in a
 * folder of its own; the test plays the agent.
 */
#ifndef GUICHET_TESTS_REAL_TERMINAL_H
#define GUICHET_TESTS_REAL_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

#include "app/store.h"
#include "net/sync.h"

struct terminal {
    char directory[64];
    char store_path[128];
    char catalogue_path[128];
    char key_path[128]; /* of the terminal, made at its first start */
    char url[64];
    const char *login;
    struct link *link;
    struct sync *sync;
    struct seal_key *key;
    struct store *store; /* the screen's connection */
    struct clock clock;
    struct id_generator ids;
};

struct tally {
    int count;
    int64_t revs;
    int unsettled;
    char digest[64 * 1024]; /* id and rev of each, in the order of the ids */
    size_t length;
};

/* Steady time. */
int64_t now_ms(void);
void pause_ms(int ms);
/* In a folder of its own, towards that port. */
void terminal_begin(struct terminal *terminal, const char *login, int port);
struct sync_options options_of(const struct terminal *terminal);
/* Makes and opens the store of the agent that the link was told of. */
void terminal_make_store(struct terminal *terminal);
void terminal_sign_in(struct terminal *terminal, const char *password);
/* Starts the thread, signs in and makes the store. */
void terminal_start(struct terminal *terminal);
void terminal_end(struct terminal *terminal);
/* The agent does one thing. */
void terminal_apply(struct terminal *terminal, enum operation_kind kind, enum record_type type,
                    const struct id *record, const char *body);
/* Makes the client "<login> <number>". */
struct id terminal_client(struct terminal *terminal, int number);
/* Gives a client a phone number. */
void terminal_change(struct terminal *terminal, const struct id *client, int number);
/* New (free()). */
struct tally *take_tally(struct store *store, enum record_type type);
bool holds(struct store *store, int count, int64_t revs);
/* Waits until the outbox is empty and the store holds so many clients with so many revs. */
void wait_for(struct terminal *terminal, int count, int64_t revs);

#endif
