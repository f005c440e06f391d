/*
 * Chaos: one real guichetd and several real terminals without a screen, each a process of its own
 * behind a fault-injecting proxy; everything is killed and cut at random, then healed and checked.
 */
#ifndef GUICHET_TESTS_CHAOS_H
#define GUICHET_TESTS_CHAOS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "app/record.h"
#include "app/seal.h"
#include "tests/unit/real_server.h"

#define CHAOS_TERMINALS 4
#define CHAOS_PASSWORD  "guichet" /* of every agent of the shipped sample */

/* What a terminal's process and the conductor tell each other, in shared memory. */
struct chaos_shared {
    atomic_bool resting; /* set by the conductor: no more work, only sync */
    atomic_bool ending;  /* set by the conductor: end well */
    atomic_llong waiting;
    atomic_bool online;
    atomic_llong acts;
};

struct chaos_terminal {
    int number;
    const char *login;
    char office[64];      /* full key */
    struct record *agent; /* as the catalogue has it, from the sample's file */
    char directory[64];
    char store_path[96];
    char catalogue_path[96];
    char made_path[96]; /* what was made, line by line; see chaos_terminal.c */
    struct seal_key *key;
    struct fault_proxy proxy;
    pid_t process; /* 0 while it does not run */
    unsigned lives;
    struct chaos_shared *shared;
};

struct chaos {
    uint64_t random;
    struct real_server server;
    struct chaos_terminal terminals[CHAOS_TERMINALS];
    int64_t server_kills;
    int64_t terminal_kills;
    int64_t troubles; /* orders to the proxies */
};

/* What was found when everything had come to rest. */
struct chaos_account {
    int64_t findings;
    FILE *tell;         /* each finding in a line; NULL: only counted */
    const char *wanted; /* words of a finding that is looked for; may be NULL */
    bool wanted_found;
    int64_t acknowledged;
    int64_t refused;
    int64_t won;
    int64_t records; /* compared */
    bool ended;      /* some offer was declined or withdrawn, or has expired */
};

/* xorshift64*: 0 to `below` - 1. */
uint32_t chaos_draw(uint64_t *random, uint32_t below);

/* The life of a terminal's process, until it is killed or told to end. Never returns. */
_Noreturn void chaos_terminal_live(const struct chaos *chaos, struct chaos_terminal *terminal,
                                   uint64_t seed);

/* Compares what the terminals made with the server's operations, and their stores with its records
 * over REST. Everything must be at rest. */
void chaos_check(struct chaos *chaos, struct chaos_account *account);

#endif
