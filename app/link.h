/*
 * Where the screen and the sync thread meet outside the store: the state of the link, the store to
 * keep in sync, and the two bells (eventfd) by which each wakes the other. Sign-in is in
 * link_sign_in.h, the fetching of attachments in link_fetch.h. Everything here is thread-safe and
 * never waits for longer than a mutex.
 */
#ifndef GUICHET_APP_LINK_H
#define GUICHET_APP_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "app/announcement.h"
#include "app/errand.h"
#include "app/error.h"
#include "app/question.h"
#include "app/record.h"
#include "app/seal.h"

struct link;

enum link_state {
    LINK_IDLE,       /* nobody signed in */
    LINK_CONNECTING, /* trying */
    LINK_ONLINE,     /* the last exchange went well */
    LINK_OFFLINE,    /* the server cannot be reached; tried again by itself */
    LINK_REFUSED,    /* the server refuses this agent: sign in again */
    LINK_FAULT,      /* the store cannot be written: said in `message` */
    LINK_ELSEWHERE,  /* the agent is to sign in at the identity provider; what is written is kept */
};

/* When the server is an office's relay: how its own link to the centre is. */
struct link_relay {
    bool is;          /* it is one */
    bool cut;         /* it does not reach the centre */
    int64_t since_ms; /* since when, wall time; 0 for not known */
    int64_t waiting;  /* operations that wait there, as last told */
};

struct link_status {
    enum link_state state;
    int64_t heard_ms;                 /* wall time of the last good exchange, 0 for never */
    int64_t retry_ms;                 /* wall time of the next attempt, 0 when none is planned */
    char message[ERROR_MESSAGE_SIZE]; /* why, when not online; else "" */
    bool clock_wrong;          /* this terminal's clock is off the server's by over a minute */
    int64_t clock_off_min;     /* then by so many minutes; above zero when it is ahead */
    bool catalogue_loading;    /* a first catalogue is on its way */
    int64_t catalogue_records; /* how many of it have come */
    bool certificate; /* offline, because the server's certificate is not trusted: see `message` */
    bool failing;     /* offline, but the server answers: not with what it should, see `message` */
    struct link_relay relay;
};

/* A file that the server is sending (net/sync_file.c), page by page. */
struct link_file {
    enum record_type type; /* RECORD_NONE: none is */
    struct id id;
    int64_t done; /* records of it that are here */
    int64_t all;  /* of so many; 0: the server has not said */
};

int link_new(struct link **link, struct error *error);
void link_free(struct link *link);

void link_status_get(struct link *link, struct link_status *status);
/* Sets the status and rings the screen's bell. */
void link_status_set(struct link *link, const struct link_status *status);

/* How far the file is that is being fetched. Rings the screen's bell. */
void link_file_set(struct link *link, const struct link_file *file);
/* False when it is not that one that is being fetched. */
bool link_file_get(struct link *link, enum record_type type, const struct id *id,
                   struct link_file *file);

/* Readable when the bell was rung; link_*_clear before looking at what changed. */
int link_screen_fd(const struct link *link);
int link_sync_fd(const struct link *link);
void link_screen_ring(struct link *link);
void link_sync_ring(struct link *link);
void link_screen_clear(struct link *link);
void link_sync_clear(struct link *link);

/* The screen tells which store to keep in sync (copies both), or NULL to stop. */
int link_store_set(struct link *link, const char *path, const struct seal_key *key,
                   struct error *error);
/* The sync thread's copies; path is malloc'd, key from seal_key_copy; false when there is none.
 * `generation` changes with each link_store_set. */
bool link_store_get(struct link *link, char **path, struct seal_key **key, uint64_t *generation);

/* Forgets credentials and store; the sync thread drops its token. */
void link_sign_out(struct link *link);

/* The screen would like fresh presence (a hand-off is being written); answered into the store's
 * state "presence". */
void link_presence_ask(struct link *link);
bool link_presence_take(struct link *link);
/* The agent says that they are away, or back: told to the server with the next question for
 * presence, which this asks. Ends with signing out. */
void link_away_set(struct link *link, bool away);
bool link_away_get(struct link *link);

/* --- errands (errand.h) ------------------------------------------------------------------------
 */

/* What is asked of the server once. Borrowed. */
struct errand *link_errand(const struct link *link);
/* Asks, and rings the sync thread. */
void link_errand_ask(struct link *link, const struct errand_request *request);
/* The sync thread answers, and rings the screen. */
void link_errand_answer(struct link *link, enum errand_state state, const char *message);

/* The sync thread was told that this terminal is to erase what it keeps (app/wipe.h). Rings the
 * screen, which does it. */
void link_wipe_set(struct link *link);
bool link_wipe_get(struct link *link);

/* --- questions ------------------------------------------------------------------------------ */

/* What the screen asks the server beside the records. Lives as long as the link; signing out
 * forgets it. */
struct questions *link_questions(struct link *link);

/* --- hand-offs on their way (announcement.h) ---------------------------------------------------
 */

/* Lives as long as the link; signing out forgets them. After announced_put, ring the sync thread.
 */
struct announced *link_announced(struct link *link);

#endif
