/*
 * What the engine and its jobs (one file each) know of one another. Nobody else includes this.
 */
#ifndef GUICHET_NET_SYNC_INTERNAL_H
#define GUICHET_NET_SYNC_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "app/announcement.h"
#include "app/catalogue.h"
#include "app/escrow.h"
#include "app/store.h"
#include "app/store_file.h"
#include "app/store_provider.h"
#include "net/device_proof.h"
#include "net/sync_engine.h"
#include "net/sync_pace.h"

/* In the order of their urgency. */
enum sync_job_name {
    SYNC_JOB_OPEN,   /* opening store and catalogue: no request */
    SYNC_JOB_LOGOUT, /* of a session that nobody wants any more */
    SYNC_JOB_ERRAND,
    SYNC_JOB_TOKEN,
    SYNC_JOB_PROVIDER,
    SYNC_JOB_LOGIN,
    SYNC_JOB_ANNOUNCE,
    SYNC_JOB_ASK,
    SYNC_JOB_PUSH,
    SYNC_JOB_PRESENCE,
    SYNC_JOB_FETCH,
    SYNC_JOB_FILE,
    SYNC_JOB_DESK,
    SYNC_JOB_CATALOGUE,
    SYNC_JOB_COUNT,
    SYNC_JOB_NONE = SYNC_JOB_COUNT, /* the lane is free */
};

/* One kind of exchange. */
struct sync_job {
    enum sync_lane lane;
    bool own_limit; /* a server that has enough of these requests may be asked for others */
    /* Whether there is something to do now. */
    bool (*due)(struct sync_engine *engine);
    /* Starts it with sync_send; 1 when there was nothing to do after all. */
    int (*begin)(struct sync_engine *engine, struct error *error);
    /* Takes any reply but those that end the session or ask to wait. */
    int (*reply)(struct sync_engine *engine, const struct http_reply *reply, struct error *error);
    /* After any failure of the job; NULL when nothing more needs doing. */
    void (*failed)(struct sync_engine *engine, int code, const struct error *error);
};

extern const struct sync_job sync_job_logout;
extern const struct sync_job sync_job_login;
extern const struct sync_job sync_job_token;
extern const struct sync_job sync_job_provider;
extern const struct sync_job sync_job_errand;
extern const struct sync_job sync_job_announce;
extern const struct sync_job sync_job_ask;
extern const struct sync_job sync_job_push;
extern const struct sync_job sync_job_presence;
extern const struct sync_job sync_job_fetch;
extern const struct sync_job sync_job_file;
extern const struct sync_job sync_job_desk;
extern const struct sync_job sync_job_catalogue;

/* How a job fares. */
struct sync_trouble {
    int failures;  /* in a row */
    bool fault;    /* the last was one of our own disk */
    int64_t retry; /* steady time of the next attempt, when `failures` */
    int64_t retry_wall_ms;
    int64_t tried; /* steady time of the last attempt */
    int code;
    char message[ERROR_MESSAGE_SIZE];
};

/* A claim that the server's centre is yet to decide: it waits, and others go before it. */
struct sync_later {
    struct id operation;
    struct id record;
};

#define SYNC_LATER_MAXIMUM 200

#define SYNC_TOKEN_LIMIT  4096
#define SYNC_REFRESH_SIZE STORE_SESSION_SIZE
#define SYNC_HANDLE_SIZE  64

/* Operations in one batch, at most. */
#define SYNC_BATCH_MAXIMUM 1000

struct sync_engine {
    struct sync_engine_options options;
    char *catalogue_path;
    struct sync_totals totals;
    struct sync_trouble troubles[SYNC_JOB_COUNT];
    enum sync_job_name running[SYNC_LANE_COUNT];
    int64_t hold_until; /* steady time before which the server wants no request; 0 for none */
    bool packs;         /* the server reads what is packed (packed.h) */
    bool binary;        /* and what is in binary form, and gives it (app/binary.h) */
    bool from_store;    /* the error being returned is one of our own disk */
    bool link_due;      /* the link may hold something new */

    /* The session. */
    bool signed_in; /* the link has credentials */
    bool session;
    bool session_proved; /* a request of it went well */
    bool logout_due;
    struct id bound;         /* to which the renewal under way binds the session; empty for none */
    enum errand_kind errand; /* the one under way, or the last */
    char refresh[SYNC_REFRESH_SIZE];      /* "" for none */
    int64_t renew_at;                     /* steady time */
    char escrow[ESCROW_PUBLIC_TEXT_SIZE]; /* for whom the organisation wants keys deposited, "" for
                                             nobody */
    bool escrow_due;                      /* it was told and not done yet */
    bool refresh_unsaved;                 /* a store of the identity provider's keeps it */
    int64_t ahead_ms;                     /* the server's clock before ours, as last heard */
    bool refused;                         /* until the next link_sign_in */
    char refusal[ERROR_MESSAGE_SIZE];
    char feed[STORE_FEED_SIZE];
    struct id agent;
    struct id device;       /* that it is bound to */
    struct store_mark mark; /* of the sign-in under way; `next` is "" without a store */
    bool clock_wrong;
    int64_t clock_off_min;
    int64_t heard_ms;

    /* The sign-in at the identity provider under way (sync_provider.c). */
    struct {
        uint64_t number;               /* of the link */
        char handle[SYNC_HANDLE_SIZE]; /* "" until it has begun */
        int64_t next, expires;         /* steady time */
    } provider;

    /* The store. */
    struct store *store;
    char *store_path; /* NULL when there is none to keep in sync */
    struct seal_key *store_key;
    uint64_t store_generation;
    bool store_followed; /* `store_generation` counts */

    /* Push. */
    bool outbox_due;
    size_t batch_limit;          /* operations; less than the most while one is to be found out */
    size_t batch_most;           /* operations that this server has been found to take at once */
    int push_status;             /* of the reply to the last batch; 0: it was not answered */
    struct sync_pace batch_pace; /* bytes of JSON */
    size_t batch_bytes;
    size_t batch_count;
    struct id batch[SYNC_BATCH_MAXIMUM];
    struct id batch_records[SYNC_BATCH_MAXIMUM]; /* that they are about */
    int64_t batch_numbers[SYNC_BATCH_MAXIMUM];   /* of the operations here */
    struct sync_batch *next_batch;  /* read while that one is under way; owned, mostly NULL */
    struct sync_batch *spare_batch; /* memory of one before, while more waits; owned */
    bool next_due;                  /* it is to be read as soon as all else has left */
    struct store_ahead batch_ahead; /* what was noted as being sent before its batch is */

    /* A server that is a relay (sync_relay.c). */
    struct sync_later later[SYNC_LATER_MAXIMUM];
    size_t later_count;
    int64_t later_until;   /* steady time when they are asked about again */
    int64_t told;          /* what was told late, up to this number */
    int64_t relay_version; /* of the relay's link, 0 for not told */
    struct link_relay relay;

    /* Pull of the desk's records, and the bell. */
    bool desk_read;             /* to the end, in this session */
    bool desk_held;             /* it was so once: what is made from now on is known here */
    int64_t desk_unheld;        /* until then what was made past this is: the server's head when the
                                   session began; -1 for not told, or of a store of before */
    struct sync_pace desk_pace; /* records */
    bool desk_waits;            /* the request under way is the long poll */
    int64_t desk_since;
    int64_t desk_begun; /* where the first of its pages began, or its cursor (store_begun) */
    struct store_witness desk_named; /* in it */

    /* Pull of the catalogue. */
    struct catalogue *catalogue;
    bool catalogue_due;
    bool catalogue_loading;
    int64_t catalogue_loaded;
    int64_t catalogue_latest;        /* highest seq the server told of */
    struct sync_pace catalogue_pace; /* records */
    int64_t catalogue_since;

    /* Files that are fetched, and those that are let go (sync_file.c). */
    bool files_due;    /* one may be wanted */
    size_t gone_taken; /* records that the feed took back, counted */
    struct {
        enum record_type type;
        struct id id;
        int64_t after;          /* the pages before end here */
        int64_t since;          /* the cursor when it was asked for */
        size_t gone_taken;      /* when it was asked for */
        struct link_file shown; /* how far it is; of no type: no file is on its way */
    } file;
    struct sync_pace file_pace; /* records */
    int64_t evict_at;           /* steady time of the next step */

    /* Hand-offs ahead of their records (sync_announce.c). */
    bool announces_not;  /* the server knows nothing of it */
    int64_t announced;   /* what was told, up to this number */
    bool announced_came; /* what the bell's reply announces was taken before that was read */
    bool gives_way;      /* somebody waits for one; the rest has time */

    bool presence_due;
    struct id fetch_wanted; /* the attachment that the screen wants, when asked last */

    /* What the screen asks: the one under way. */
    enum question_kind ask_kind;
    uint64_t ask_number;

    struct link_status shown;
    bool shown_once;

    /* Running once. */
    bool finishing; /* all is carried; only the session is to be given back */
    bool ended;
    int end_code;
    struct error end_error;
};

int64_t sync_now(const struct sync_engine *engine);
int64_t sync_wall_ms(const struct sync_engine *engine);

/* Starts a request of the job on its lane. */
int sync_send(struct sync_engine *engine, enum sync_lane lane, const struct http_request *request,
              struct error *error);

/* From within its own reply: the job's lane is taken again, by a request that it has just sent, or
 * that request is given up. */
void sync_ahead(struct sync_engine *engine, enum sync_job_name job);
void sync_ahead_cancel(struct sync_engine *engine, enum sync_job_name job);

/* Marks an error as one of our own disk, and returns `code`. */
int sync_fault(struct sync_engine *engine, int code);

/* A session, and the store of the agent and device it belongs to. */
bool sync_store_usable(const struct sync_engine *engine);

/* The session that an answer gives begins: what is made from now on is known here. */
void sync_session_began(struct sync_engine *engine, const json_t *document);
/* Ends the session here (not at the server): the next step signs in again. */
void sync_session_drop(struct sync_engine *engine);

/* What is under way on the lane is let go of. */
void sync_lane_cancel(struct sync_engine *engine, enum sync_lane lane);
/* The job is tried again later, and the agent can be told why. */
void sync_job_failed(struct sync_engine *engine, enum sync_job_name name, int code,
                     const struct error *error);

/* --- what the link holds (sync_follow.c) ------------------------------------------------------ */

/* Signs in or out, and takes up another store, as the link says by now. */
void sync_follow_link(struct sync_engine *engine);
/* Store or catalogue are to be opened; and are, when it is time. */
bool sync_store_open_wanted(const struct sync_engine *engine);
void sync_store_open_due(struct sync_engine *engine);
/* A store of another device or agent than the session's ends the one, or is told. */
void sync_store_check(struct sync_engine *engine);
/* With all that is under way for it. */
void sync_store_close(struct sync_engine *engine);

/* --- the session (sync_session.c) ------------------------------------------------------------- */

/* The terminal's proof for a request; false when it has no key. */
bool sync_proof_make(const struct sync_engine *engine, const char *purpose, const char *subject,
                     struct device_proof *proof);
/* The present time of the server. */
int64_t sync_server_ms(const struct sync_engine *engine);
/* Keeps the refresh token that came with an access token, or forgets it. */
void sync_refresh_keep(struct sync_engine *engine, const json_t *document);
void sync_refresh_forget(struct sync_engine *engine);
/* It opens nothing any more: the store forgets it as well. */
void sync_refresh_drop(struct sync_engine *engine);
/* Keeps it in the store of an agent of the identity provider, when it is theirs. */
void sync_refresh_save(struct sync_engine *engine);
/* Notes for whom the organisation wants the key of the store deposited, and does it once the store
 * is there. */
void sync_escrow_keep(struct sync_engine *engine, const json_t *document);
void sync_escrow_step(struct sync_engine *engine);
/* The session of before this terminal was started again goes on, when the store has one. */
void sync_refresh_resume(struct sync_engine *engine);
/* A session of a first sign-in is to be bound to the store that was made since. */
bool sync_binding_due(const struct sync_engine *engine);
/* The steady time of the next renewal; -1 when none is planned. */
int64_t sync_token_next(const struct sync_engine *engine);
/* The server says that our clock is off, and what time it is: the request can be made again. */
bool sync_clock_set(struct sync_engine *engine, const struct http_reply *reply);
/* The server orders this terminal to erase what it keeps: all ends here, and the screen is told. */
bool sync_wipe_ordered(struct sync_engine *engine, const struct http_reply *reply);

/* --- signing in (sync_login.c, sync_provider.c) ----------------------------------------------- */

/* The session in the answer to a sign-in begins. */
int sync_session_accept(struct sync_engine *engine, const json_t *document, struct error *error);
/* A sign-in was refused with 401 or 403: the agent must sign in anew, nothing is tried until then.
 */
int sync_sign_in_refuse(struct sync_engine *engine, const struct http_reply *reply);
/* This terminal's files are an older copy: from now on it is another device. */
int sync_device_renew(struct sync_engine *engine, const struct http_reply *reply,
                      struct error *error);
/* The link's sign-in is one at the identity provider, and is to be done (again). */
bool sync_is_elsewhere(const struct sync_engine *engine);
void sync_provider_forget(struct sync_engine *engine);
/* The steady time of the next question about it; -1 when none is planned. */
int64_t sync_provider_next(const struct sync_engine *engine);

/* --- ahead of the records (sync_announce.c) --------------------------------------------------- */

/* So many of one answer at most are looked at. */
#define SYNC_ANNOUNCED_LIMIT 16
/* What is longer is read as any reply is. */
#define SYNC_ANNOUNCED_BYTES 16384
/* The line over which the screen sends them (http_line.h), if there is one: as sync_transport has
 * it. */
void sync_line(struct sync_engine *engine, enum sync_line what);
/* The screen has said something of the next one; true when it is being made: somebody waits. */
bool sync_announced_said(struct sync_engine *engine);
/* Takes in what an answer of the bell announces, and rings the screen. */
void sync_announced_take(struct sync_engine *engine, const json_t *document);
/* The same of a reply that has come, and is not read yet: somebody waits. `context` is the engine;
 * what is no such document is left to be read. */
void sync_announced_came(void *context, const char *body, size_t length);

/* --- what the screen is shown (sync_status.c) ------------------------------------------------- */

void sync_status_show(struct sync_engine *engine);

/* The server was restored from an older copy: all is read again, and what it lost is sent again
 * (sync_pull.c). */
int sync_desk_restored(struct sync_engine *engine, struct error *error);

/* --- pages (sync_pull.c) ---------------------------------------------------------------------- */

struct sync_page {
    struct record **records; /* owned */
    size_t count;
    int64_t old;             /* what has rested since before then is not in the feed */
    struct store_gone *gone; /* owned */
    size_t gone_count;
    int64_t next;
    int64_t catalogue; /* the highest catalogue seq */
    int64_t head;      /* the highest seq at all */
    char epoch[STORE_EPOCH_SIZE];
    char head_epoch[STORE_EPOCH_SIZE]; /* of `head`, when there is more; "" for none */
    bool more;
    json_t *document; /* owned: the whole of it */
    bool other_feed;  /* of another database than the session began with */
};

/* Reads the reply of `what` into `page`, which is zeroed before and freed in any case. */
int sync_page_read(struct sync_engine *engine, const struct http_reply *reply, const char *what,
                   int64_t since, bool catalogue, struct sync_page *page, struct error *error);
void sync_page_free(struct sync_page *page);

/* "&epoch=..." for a query, "" when there is none. */
#define SYNC_EPOCH_SIZE (STORE_EPOCH_SIZE + 8)
void sync_epoch_parameter(char parameter[SYNC_EPOCH_SIZE], const char *epoch);

/* --- files (sync_file.c) ---------------------------------------------------------------------- */

/* The desk is read: what is pinned and away is asked for, and letting go begins. */
int sync_files_begin(struct sync_engine *engine, struct error *error);
/* Lets go of some when it is time. */
void sync_evict_step(struct sync_engine *engine);
/* The steady time of that; -1 when none is planned. */
int64_t sync_evict_next(const struct sync_engine *engine);

/* Reads what is to be sent next when a batch has left just now (sync_push.c). */
void sync_push_ahead(struct sync_engine *engine);
/* Forgets what was read to be sent next (sync_batch.c): it is read again. What was noted as being
 * sent before its batch is stays so. */
void sync_batch_forget(struct sync_engine *engine);

/* --- a relay (sync_relay.c) ------------------------------------------------------------------- */

/* The operation is, or follows, one that is to be decided later. */
bool sync_later_has(const struct sync_engine *engine, const struct operation *operation);
void sync_later_add(struct sync_engine *engine, const struct id *operation,
                    const struct id *record);
/* They may be decided by now: asks about them with the next batch. */
void sync_later_ask(struct sync_engine *engine);
/* The same when their time has come. */
void sync_later_step(struct sync_engine *engine);

/* Takes what a relay's page tells besides records; a page of the centre tells nothing. */
int sync_relay_take(struct sync_engine *engine, const json_t *document, struct error *error);

/* --- replies (sync_reply.c) ------------------------------------------------------------------ */

/* The problem of a reply that is no success, in one line; returns ERROR_PROTOCOL, or
 * ERROR_REFUSED for 401 and 403. */
int sync_problem(const struct http_reply *reply, const char *what, struct error *error);

/* True for a problem document of a Guichet server (not of something in between). */
bool sync_is_problem(const struct http_reply *reply);

/* True for the problem document of this code ("other-history"). */
bool sync_problem_is(const struct http_reply *reply, const char *name);

/* A member of the problem document, "" when there is none. */
void sync_problem_text(const struct http_reply *reply, const char *member, char *text, size_t size);

/* Notes what a document that has just come says of the server's clock. */
void sync_reply_time(struct sync_engine *engine, const json_t *document);

/* The JSON object of a successful reply: new reference. Takes note of the server's clock. */
int sync_reply_read(struct sync_engine *engine, const struct http_reply *reply, const char *what,
                    json_t **document, struct error *error);

#endif
