/*
 * What can be got back of an agent's unsent work when a store was damaged, lost or replaced by an
 * older copy: reads the journals beside it and what is still readable in the store itself, compares
 * the two, and puts what is missing back into the outbox under its own ids, so that the server
 * applies it once whatever it had of it. One thread.
 */
#ifndef GUICHET_APP_RECOVERY_H
#define GUICHET_APP_RECOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/error.h"
#include "app/operation.h"

enum recovery_store {
    RECOVERY_WELL,    /* opens, and all of it is readable */
    RECOVERY_MISSING, /* there is no file */
    RECOVERY_DAMAGED, /* will be moved aside and made anew */
    RECOVERY_NEWER,   /* of a newer version of Guichet: nothing is touched */
};

struct recovery_damage {
    char *file;       /* owned */
    int64_t from, to; /* bytes of it */
    bool torn;        /* the end of the file: a write that was cut short */
};

struct recovered {
    struct operation *operation; /* owned */
    bool done;                   /* the server answered it, or the agent took it back */
    bool held;                   /* the store has it */
};

struct recovery {
    enum recovery_store store;
    char finding[ERROR_MESSAGE_SIZE]; /* about the store, when it is not well */
    size_t journals;                  /* files that were read */
    size_t entries;                   /* in them */
    size_t unopened;                  /* entries of another key */
    struct recovery_damage *damages;  /* owned */
    size_t damage_count;
    struct recovered *operations; /* owned; in the order they were made */
    size_t count;
    size_t missing; /* neither done nor held */

    struct recovery_files *files; /* owned; how to put things back */
};

/*
 * Reads everything and changes nothing but what opening a store changes; where putting back was
 * broken off at its end, does that end. ERROR_NOT_FOUND when there is neither store nor journal,
 * ERROR_REFUSED when the password opens none of them, ERROR_BUSY when another program holds the
 * store.
 */
int recovery_read(struct recovery **recovery, const char *store_path, const char *password,
                  struct error *error);
void recovery_free(struct recovery *recovery);

/* Puts what is missing back into the outbox, all or nothing. Where the store was damaged or lost
 * another is made, with what was readable in it, and takes its place once it is whole; the damaged
 * one is moved aside then (".damaged-<time>" behind its name). When it fails, all is as it was. */
int recovery_put_back(struct recovery *recovery, struct error *error);

/* Nobody knows any more what opens the store: moves it and its journal aside as they are
 * (".aside-<time>" behind the name), so that the next sign-in makes another. What was not sent is
 * in there still, sealed. No terminal may have it open. ERROR_NOT_FOUND when there is no store. */
int recovery_set_aside(const char *store_path, struct error *error);

#endif
