/*
 * Where the screen and the sync thread meet outside the store: the state of the link, sign-in, and
 * the two bells (eventfd) by which each wakes the other. Everything here is thread-safe and never
 * waits for longer than a mutex.
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

/* --- sign-in -------------------------------------------------------------------------------- */

enum sign_in_state {
    SIGN_IN_NONE,
    SIGN_IN_ASKED,       /* the sync thread has yet to try */
    SIGN_IN_ACCEPTED,    /* by the server */
    SIGN_IN_REFUSED,     /* by the server: wrong login or password */
    SIGN_IN_HELD,        /* by the server, after too many failures: it is asked again by and by */
    SIGN_IN_CUT,         /* by an office's relay: the centre asks for a one-time code, and cannot be
                            reached; it is asked again by and by */
    SIGN_IN_ENROL,       /* by the server: this terminal is not enrolled */
    SIGN_IN_BARRED,      /* by the server: this terminal was revoked */
    SIGN_IN_CHANGE,      /* by the server: the password is right, and must be changed first */
    SIGN_IN_CODE,        /* by the server: the password is right, a one-time code is wanted */
    SIGN_IN_CODE_WRONG,  /* the same, and the one that was given is wrong */
    SIGN_IN_SETUP,       /* the same, and the agent has no means of making one yet: `message` is the
                            otpauth address */
    SIGN_IN_SETUP_WRONG, /* the same, and the code that was given is wrong */
    SIGN_IN_ELSEWHERE,   /* at the identity provider, where link_provider_place says; or, with no
                            place, to be begun by link_provider_ask */
    SIGN_IN_EXPIRED,     /* that took too long: to be begun again */
    SIGN_IN_NOWHERE,     /* the server has no identity provider */
    SIGN_IN_AWAY,        /* the server does not reach it, or has too much to do */
    SIGN_IN_OFFLINE, /* could not be reached: only a store that the password opens can be used */
};

/* Asks for a sign-in at the server; the password is kept in locked memory until link_sign_out, so
 * that an ended token is renewed without asking. `device` empty for a terminal without a store.
 * Rings the sync thread. */
int link_sign_in(struct link *link, const char *login, const char *password,
                 const struct id *device, struct error *error);

/* The state of the last sign-in; `agent` (may be NULL) receives a new copy of the agent's record
 * when accepted, `message` (ERROR_MESSAGE_SIZE bytes, may be NULL) the reason when not. */
enum sign_in_state link_sign_in_state(struct link *link, struct record **agent, char *message);

/* A one-time code (or recovery code) for the sign-in that asked for one, which is then tried again
 * with it, once. When accepted, `message` of link_sign_in_state may be the recovery codes, to be
 * shown once. */
#define LINK_CODE_SIZE 64
void link_sign_in_code(struct link *link, const char *code);
/* The sync thread takes it; "" when there is none. */
void link_code_take(struct link *link, char code[LINK_CODE_SIZE]);

/* The sync thread takes what was asked (copies; wiped by the caller with sodium_memzero); false
 * when nobody is signed in. */
bool link_credentials(struct link *link, char login[256], char password[1024], struct id *device);
/* The screen looks at them (copies; wiped likewise); false when nobody is signed in. */
bool link_password_get(struct link *link, char login[256], char password[1024]);
/* The sync thread answers; `agent` is borrowed, may be NULL. Rings the screen. */
void link_sign_in_answer(struct link *link, enum sign_in_state state, const struct record *agent,
                         const char *message);

/* --- sign-in at the organisation's identity provider ------------------------------------------
 *
 * Nobody has a password here then: /v1/login is never asked.
 */

/* Where the agent goes, and with which code. */
struct link_place {
    char user_code[64];
    char url[512];
    char url_complete[512]; /* "" for none */
    int64_t expires_ms;     /* wall time */
};

/* Asks for such a sign-in, instead of what was asked before; the store is kept in sync again when
 * it has gone well. `device` empty for a terminal without a store. Rings the sync thread. */
void link_provider_ask(struct link *link, const struct id *device);
/* The agent works with what is kept here; nothing is asked until link_provider_ask. */
void link_provider_hold(struct link *link, const char *login, const struct id *device);
/* The place; false while there is none. */
bool link_provider_place(struct link *link, struct link_place *place);
/* Which sign-in of this kind it is, counted from 1; 0 when it is none of this kind. */
uint64_t link_provider_number(struct link *link);
/* The sync thread takes it; `device` is filled. 0 as above. */
uint64_t link_provider_take(struct link *link, struct id *device);
/* It says where the agent goes: the state is SIGN_IN_ELSEWHERE. Rings the screen. */
void link_provider_show(struct link *link, uint64_t number, const struct link_place *place);

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

/* --- attachments ----------------------------------------------------------------------------
 *
 * One at a time, asked for by the screen and held in memory until it is taken.
 */

enum link_fetch {
    LINK_FETCH_NONE,   /* it was not asked for, or another one was since */
    LINK_FETCH_ASKED,  /* on its way, or waiting for the server */
    LINK_FETCH_FAILED, /* `message` says why */
    LINK_FETCH_HERE,   /* `bytes` and `length` are it */
};

/* Asks for the attachment of this id instead of the one before; an empty id for none. */
void link_fetch_ask(struct link *link, const struct id *id);
/* What became of it. LINK_FETCH_HERE: `bytes` is the caller's (free()), NUL-terminated, and the
 * link has it no longer. `message` has room for ERROR_MESSAGE_SIZE. */
enum link_fetch link_fetch_take(struct link *link, const struct id *id, char **bytes,
                                size_t *length, char *message);

/* The sync thread: which one is wanted; false when none is. */
bool link_fetch_wanted(struct link *link, struct id *id);
/* It answers: takes over `bytes`; NULL with the reason in `message`. Rings the screen. */
void link_fetch_answer(struct link *link, const struct id *id, char *bytes, size_t length,
                       const char *message);

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
