/*
 * Which files a store holds: of each client, and of each case with all that belongs to it, when it
 * was last needed, whether it is pinned, and whether it was let go. What an office has open is
 * always held; a closed case, and a client of whom no case is held, is let go when it was not
 * needed for long, or when the store has grown too large, least recently needed first. What is not
 * done is never let go: whatever waits to be sent, was refused and not yet seen, is half typed, in
 * somebody's hands, in a queue, or pinned, by itself or with its client.
 *
 * A file that is away is fetched from the server (GET /v1/files) when it is wanted.
 */
#ifndef GUICHET_APP_STORE_FILE_H
#define GUICHET_APP_STORE_FILE_H

#include "app/store.h"

/* What is noted of the file of a client or a case. Times in ms. */
struct store_file {
    int64_t needed_ms; /* last opened here, 0: never */
    int64_t pinned_ms; /* pinned by the agent, 0: not */
    int64_t wanted_ms; /* asked for, and not fetched yet; 0: not */
    bool away;         /* not here, or not all of it */
    int64_t coming;    /* records that the feed brings of it, or of its client's, until it is all
                          here (store_file_opened); 0: none */
    int64_t come;      /* of these, so many are here; fewer than all */
};

/* All zeros when nothing is noted. `type` is RECORD_CLIENT or RECORD_CASE, here and below. */
int store_file_get(struct store *store, enum record_type type, const struct id *id,
                   struct store_file *file, struct error *error);

/* All of what is here of it may be shown as all there is. */
bool store_file_is_whole(const struct store_file *file);

/* Where a file that the server has opened stands in the feed. */
struct store_opened {
    int64_t after, last; /* past the one number, up to the other */
    int64_t records;
};

/* The feed brings the file: until it has, it is not whole. 1; 0 when the feed has brought all of it
 * before. */
int store_file_opened(struct store *store, enum record_type type, const struct id *id,
                      const struct store_opened *opened, struct error *error);

/* It is opened. Writes only when that was not noted within the hour. */
int store_file_need(struct store *store, enum record_type type, const struct id *id, int64_t now_ms,
                    struct error *error);

/* Pins it, or no longer (`pinned` false). A pinned file that is away is wanted. */
int store_file_pin(struct store *store, enum record_type type, const struct id *id, bool pinned,
                   int64_t now_ms, struct error *error);

/* Non-zero stops the walk with that code. */
typedef int (*store_file_visit)(void *context, enum record_type type, const struct id *id,
                                const struct store_file *file);
/* The pinned ones, the latest first. */
int store_file_pins(struct store *store, store_file_visit visit, void *context,
                    struct error *error);

/* Asks for it (`wanted`), or no longer. The sync thread fetches it when the server is reached; ring
 * its bell. */
int store_file_want(struct store *store, enum record_type type, const struct id *id, bool wanted,
                    int64_t now_ms, struct error *error);

/* The one that was asked for first: 1, 0 when none is. */
int store_file_wanted(struct store *store, enum record_type *type, struct id *id,
                      struct error *error);
/* Asks for all that are away and whose pin still is a reason for that (LOOK_PIN_MS). */
int store_file_want_pins(struct store *store, int64_t now_ms, struct error *error);

/* A fetched page of its records; `whole`: the last one, and nothing is left out. Until then the
 * file is said to be away, and so are closed cases that came with their client's. What is held in a
 * later rev stays as it is. */
int store_file_write(struct store *store, enum record_type type, const struct id *id,
                     struct record *const *records, size_t count, bool whole, int64_t now_ms,
                     struct error *error);
/* The server does not show it to this agent: it is wanted no longer, and not said to be away. */
int store_file_denied(struct store *store, enum record_type type, const struct id *id,
                      struct error *error);

/* --- the bound -------------------------------------------------------------------------------- */

struct store_policy {
    int64_t keep_ms; /* what is done is held for so long after it was needed; 0: for good */
    int64_t bytes;   /* how large the store may grow; 0: without a bound */
};

/* Of an agent's branch terminal. */
#define STORE_KEEP_DAYS  400
#define STORE_MEGABYTES  512
#define STORE_NEEDED_MIN (INT64_C(24) * 3600 * 1000) /* what was needed since is not let go */

/*
 * Since when a closed case must have rested for the server to leave it out of the page past `since`
 * (`old` of GET /v1/changes), with its `until`; 0: all that the server gives is wanted, as always
 * once the feed was read from the beginning as far as it went then. `old` never falls, whatever
 * becomes of policy and clock: what was left out once is known to be.
 */
int store_old(struct store *store, const struct store_policy *policy, int64_t now_ms, int64_t since,
              int64_t *old_ms, int64_t *until, struct error *error);
/* The page past 0 came: the `head` that it told. */
int store_old_head(struct store *store, int64_t head, struct error *error);
/* A page says since when a closed case must have rested for the server not to give it; 0: it does
 * not say. */
int store_old_told(struct store *store, int64_t old_ms, struct error *error);

/*
 * One bounded step of letting go, and of giving the room back to the disk: some ten files. `more`
 * tells that another step has something to do. Where another connection writes meanwhile, nothing
 * is let go and `more` is set. `gone` (may be NULL) is how many records left.
 */
int store_evict(struct store *store, const struct store_policy *policy, int64_t now_ms, bool *more,
                size_t *gone, struct error *error);

struct store_size {
    int64_t bytes;   /* of the file, without what is free in it */
    int64_t free;    /* bytes in it that nothing stands in */
    int64_t records; /* held */
    int64_t cases, clients;
    int64_t away, pinned, wanted; /* files */
};

int store_size(struct store *store, struct store_size *size, struct error *error);

#endif
