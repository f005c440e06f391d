/*
 * The ledger: the server's authority over all records, behind which stands a database (SQLite
 * here; PostgreSQL can come behind the same functions).
 *
 * There is one writer: each accepted change takes the next sequence number inside the write
 * transaction, so a reader that has seen number N never misses a smaller one. Who may see a record
 * is kept as rows of a feed, one per scope and record, written with the change itself; reading
 * asks only for the rows of the reader's scopes past a number.
 *
 * One process opens a database at a time (a lock held until ledger_close or death). All functions
 * may be called from any thread, except the import target's, which belong to the thread that
 * called `begin`.
 */
#ifndef GUICHET_NET_LEDGER_H
#define GUICHET_NET_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "app/error.h"
#include "app/id.h"
#include "app/merge.h"
#include "app/operation.h"
#include "app/permission.h"
#include "app/record.h"
#include "net/ledger_bell.h"
#include "net/scope_set.h"
#include "net/trust_rules.h"

struct ledger;
struct import_target; /* app/import.h */

#define LEDGER_CATALOGUE_SCOPE "catalogue"
/* With a queue's key: whoever keeps it, also those who serve nobody: what is reported as wrong in
 * the catalogue is nothing personal. */
#define LEDGER_FLAGS_SCOPE "flags:"
/* With a queue's key: the supervisors among those who serve it. */
#define LEDGER_SUPERVISORS_SCOPE "supervisors:"
/* Of the supervisors of an office: what only they may see of it. */
#define LEDGER_OFFICE_SUPERVISORS_SCOPE "office-supervisors:"

/* Makes an empty database with a new feed id; ERROR_CONFLICT when the file exists. What cannot be
 * finished (a full disk) leaves no file behind. */
int ledger_create(const char *path, struct error *error);

/* Opens it: ERROR_NOT_FOUND when there is none, ERROR_BUSY when another process has it,
 * ERROR_STORAGE when it is no ledger or of a newer version. */
int ledger_open(struct ledger **ledger, const char *path, struct error *error);
void ledger_close(struct ledger *ledger);

/* What was decided about sign-in; TRUST_RULES_PRESET before. Set it while no other thread signs in.
 * The texts in it are borrowed. */
void ledger_rules_set(struct ledger *ledger, const struct trust_rules *rules);

/* The id of this database: another database, another feed. Borrowed. */
const char *ledger_feed(const struct ledger *ledger);

/* What a commit changed. */
struct ledger_changed {
    struct scope_set scopes; /* that have something new */
    /* That have something new for all but the terminal `device`, which works it out by itself. */
    struct scope_set others;
    struct id device;
};

/* Called after each commit that changed something, in the thread that wrote. It must not call the
 * ledger. Set it as a bell's (net/ledger_bell.h). */
typedef void (*ledger_listener)(void *context, const struct ledger_changed *changed);
void ledger_listen(struct ledger *ledger, ledger_listener listener, void *context);

/* A number that grows with each commit after which a token may belong to nobody or an agent's desk
 * have other scopes: what was found of these holds while it stands still. Take it before looking;
 * the same after reading says that all was read between two such commits. Waits while one is under
 * way. */
uint64_t ledger_people(struct ledger *ledger);

/* A number that grows with each commit that changed how somebody signs in; from 0 at each start. */
uint64_t ledger_verifiers(struct ledger *ledger);

/* --- operations ------------------------------------------------------------------------------ */

/* Who asks, as the token says. A device may be empty: it then changes nothing. */
struct ledger_actor {
    struct id agent;
    struct id device;
    bool ungrounded;    /* the device does not hold what its operations were made of: what they made
                           comes to it by the feed */
    bool elsewhere;     /* another server may have been offered its operations: where that is the
                           centre, a relay does not refuse them by itself */
    bool display;       /* a public screen: may read the waiting room's view and nothing else */
    permission_set may; /* by the agent's role; set by ledger_session_find (net/ledger_role.h) */
    int64_t expires_ms; /* the token's end; set by ledger_session_find */
    struct id via;      /* the relay that carries it, empty for none */
    bool wiped;         /* by ledger_session_find: its terminal is to erase itself */
    unsigned char key[32]; /* then: that terminal's */
    const char *request;   /* by which they ask, for the audit trail; borrowed, NULL for none */
};

/* As long as merge's (struct merge_result). */
#define LEDGER_FIELD_SIZE 128

enum ledger_outcome_kind {
    LEDGER_APPLIED,
    LEDGER_REPEATED, /* it was applied before: the answer of that time */
    LEDGER_REFUSED,
    LEDGER_LATER, /* by a relay: the centre is asked; nothing is done here before it has decided */
};

struct ledger_outcome {
    enum ledger_outcome_kind kind;
    enum merge_refusal refusal; /* MERGE_APPLIED unless refused */
    int64_t rev;                /* of the record after it, when it was applied */
    /* The number of that change. Negative, at a relay: by the number -seq it learned that the
     * centre applied it. What the record is by then may be another's, and out of the actor's sight.
     */
    int64_t seq;
    bool conflict;
    char field[LEDGER_FIELD_SIZE];
    json_t *record; /* when refused, the record's document as it stands if the actor may see it;
                       new reference, NULL when there is none */
};

void ledger_outcome_clear(struct ledger_outcome *outcome);

/*
 * Applies operations in their order, each exactly once however often it comes, together with its
 * effect and its answer in one transaction that is on disk when this returns 0. A refusal is an
 * outcome and undoes nothing else; a negative code means that nothing of it was done. `outcomes`
 * has room for `count` and is cleared by the caller with ledger_outcome_clear, also after an
 * error. Calls from several threads at once wait for the disk together. `now_ms` is kept as the
 * time of arrival.
 */
int ledger_apply(struct ledger *ledger, const struct ledger_actor *actor,
                 struct operation *const *operations, size_t count, int64_t now_ms,
                 struct ledger_outcome *outcomes, struct error *error);

/* Who is with a client, and who was: {agent: {"started", "ended", "wrap_up_until"}}, ms; `started`
 * of the contact in progress begun last, the others of the last one that ended, 0 for none. New
 * reference. */
int ledger_attending(struct ledger *ledger, json_t **attending, struct error *error);

/* --- the waiting room ---------------------------------------------------------------------------
 */

/* The scope that is told of with every change of a ticket of this office; nobody reads it. */
#define LEDGER_TICKETS_SCOPE "tickets:"

/*
 * What a public screen shows of an office: {"office","zone","day","waiting","calls": [{"number",
 * "counter","state","called_at","calls"}],"queues": [{"title","waiting"}],"tag"}. It is made of
 * tickets, and of the names of office and queues; no person is in it. `tag` is another one when
 * anything else in it is. `office` is a key; ERROR_NOT_FOUND when there is no such office.
 */
int ledger_waiting_room(struct ledger *ledger, const char *office, int64_t now_ms, json_t **view,
                        struct error *error);

/* The full key of an agent's office; ERROR_NOT_FOUND when there is no such agent. */
int ledger_agent_office(struct ledger *ledger, const struct id *agent, char office[RECORD_KEY_SIZE],
                        struct error *error);

/* How many wait in each queue: [{"queue","waiting","since"}], `since` when the longest of them
 * began. New reference. */
int ledger_waiting(struct ledger *ledger, json_t **queues, struct error *error);

/* --- hand-offs that expire ---------------------------------------------------------------------
 *
 * An offer whose time has passed is marked expired by the server alone, once, and in the same
 * transaction goes on to the queue that its queue names as the next one; else it is back with its
 * sender.
 */

/* Longest `offer_minutes` of a queue: a week. */
#define LEDGER_OFFER_MINUTES_LIMIT (7 * 24 * 60)
/* Most that expire in one transaction. */
#define LEDGER_EXPIRE_LIMIT 100

/* When the next offer expires, ms; INT64_MAX when none does. */
int ledger_handoff_next(struct ledger *ledger, int64_t *at_ms, struct error *error);

/* Expires those whose time has passed, LEDGER_EXPIRE_LIMIT at most; `expired` is how many. */
int ledger_handoffs_expire(struct ledger *ledger, int64_t now_ms, int *expired,
                           struct error *error);

/* --- thresholds of queues (app/queue_measure.h) ------------------------------------------------
 *
 * What each queue's record sets is watched by steps. A threshold that is crossed raises one alert,
 * to the supervisors of the queue, and is armed again when its measure has come back: the alert is
 * then over. What its action marks is marked on each hand-off once. All of a step is one
 * transaction: a server that dies in the middle of it has done nothing, and does it all later.
 */

struct ledger_watch {
    int crossed;     /* alerts raised by this step */
    int over;        /* alerts that are over by it */
    int64_t next_ms; /* when something can cross or come back if no hand-off changes; INT64_MAX when
                        nothing then does */
};

/* Does what is due at `now_ms`. It writes nothing when nothing is. */
int ledger_queues_watch(struct ledger *ledger, int64_t now_ms, struct ledger_watch *watch,
                        struct error *error);

/* --- deliveries (app/delivery.h) ---------------------------------------------------------------
 */

/* One that is to be sent or asked about: from when on (ms; 0: at once). */
struct ledger_due {
    struct id delivery;
    int64_t at_ms;
};

/* `at_ms` of what waits for the server to be told where the agency is. */
#define LEDGER_DUE_NEVER INT64_MAX

/* The `limit` of an agency that are due first, by time. */
int ledger_delivery_due(struct ledger *ledger, const char *agency, size_t limit,
                        struct ledger_due *due, size_t *count, struct error *error);

/* The agencies for which something is to be sent: an array of names. New reference. */
int ledger_delivery_agencies(struct ledger *ledger, json_t **agencies, struct error *error);

/* All that waits for this agency is due at once. */
int ledger_delivery_hurry(struct ledger *ledger, const char *agency, struct error *error);

/* A delivery and its submission as they stand. New (record_free). */
int ledger_delivery_read(struct ledger *ledger, const struct id *id, struct record **delivery,
                         struct record **submission, struct error *error);

/* Writes what became of a delivery: `claimed` holds its changed members, null removing one. What
 * does not follow from its present state (the consent was withdrawn meanwhile) is passed over, and
 * `*written` is then false. On disk when this returns 0. */
int ledger_delivery_write(struct ledger *ledger, const struct id *id, json_t *claimed,
                          int64_t now_ms, bool *written, struct error *error);

/* --- reading --------------------------------------------------------------------------------- */

/* The scopes of an agent's desk: their own, their office's, their queues', by the agent's record
 * as it stands. Adds to `scopes`. ERROR_NOT_FOUND when there is no such agent. */
int ledger_desk_scopes(struct ledger *ledger, const struct id *agent, struct scope_set *scopes,
                       struct error *error);
/* The same, and what the agent may do, by one reading. */
int ledger_desk_read(struct ledger *ledger, const struct id *agent, struct scope_set *scopes,
                     permission_set *may, struct error *error);

/* Bytes of records after which a page ends even if there would be more. */
#define LEDGER_PAGE_BYTES (4 * 1024 * 1024)
#define LEDGER_PAGE_LIMIT 1000

/* Names a stretch of the history. */
#define LEDGER_EPOCH_SIZE 16

struct ledger_page {
    char *records;                      /* owned: documents separated by commas, "" for none */
    size_t length;                      /* of `records` */
    size_t *ends;                       /* owned: where each ends in them */
    size_t count;                       /* how many */
    char *gone;                         /* owned: {"type","id"} with commas between, "" for none */
    size_t gone_count;                  /* how many */
    int64_t next;                       /* where the next page begins */
    bool more;                          /* there is one already */
    bool part;                          /* of a file: something of it is left out */
    size_t left;                        /* of a file: how many are to come after this page */
    int64_t head;                       /* the highest number given by then */
    int64_t catalogue;                  /* the highest number in the catalogue's scope */
    char epoch[LEDGER_EPOCH_SIZE];      /* under which `next`, or of a file `head`, was given */
    char head_epoch[LEDGER_EPOCH_SIZE]; /* under which `head` was, when there is more; else "" */
    size_t personal;                    /* how many of the records are somebody's, */
    unsigned char *clients;             /* owned: and whose: ids of ID_BYTES each */
    size_t client_count;
};

void ledger_page_clear(struct ledger_page *page);

/* The number of the latest change, 0 for none. */
int ledger_head(struct ledger *ledger, int64_t *head, struct error *error);

/*
 * Up to `limit` records of these scopes that changed after `since`, each as it stands now, in the
 * order of their latest change; and, as `gone`, those that were taken back from the scopes after
 * `since` and that none of them has now. All of the page is read from one state of the database.
 * What `device` (NULL for none) made itself of a record that it held is passed over: it can work
 * that out; so `next` may pass `since` though the page is empty.
 */
int ledger_changes(struct ledger *ledger, const struct scope_set *scopes, int64_t since,
                   size_t limit, const struct id *device, struct ledger_page *page,
                   struct error *error);

/* What of the files of cases that are closed, and have rested, a caller is not given. */
struct ledger_old {
    int64_t before_ms; /* what has rested since before then a caller that begins does not want to
                          hold; 0: it holds all that it is given */
    int64_t until;     /* the `head` of the page past 0, where it began */
    int64_t begun;     /* from where the caller reads page after page, up to `since`; 0: it had all
                          that there was when it came to `since` */
    int64_t withheld_ms; /* what has rested since before then nobody is given by a feed, whatever
                            they ask for: they say why, and fetch it; 0: nothing is withheld */
    struct id agent, device; /* the caller's: what they did there is theirs, and brought up to date
                              */
    int64_t unheld;          /* what the caller may not hold though it made it: up to this number */
};

/* The same without what these say of the caller's scopes: but for what is not done (rest.h), what
 * was opened for a reason or is in the agent's own hands or queues, and what the agent did at that
 * device. What is not wanted is passed over, unless it changed after the caller began, for it may
 * be held in an earlier state. What is withheld is passed over too; where it changed after `begun`
 * or `since`, and after the caller began, it is told as `gone`, so that no earlier state stays. */
int ledger_changes_but_old(struct ledger *ledger, const struct scope_set *scopes, int64_t since,
                           size_t limit, const struct id *device, const struct ledger_old *old,
                           struct ledger_page *page, struct error *error);

/* A page of the file of a client, or of a case: which one, and after which of its rows. */
struct ledger_file_wanted {
    enum record_type type;
    struct id record;
    int64_t since; /* the caller's cursor */
    int64_t after; /* `next` of the page before, 0 at first */
    size_t limit;
    bool open_only; /* nobody said why: no more than what the feed gives anyway */
};

/*
 * The file as far as these scopes show it, for a caller whose copy was let go: of a case all below
 * it and whose it is; of a client all that is filed under them. Left out is what changed after
 * `since`: that comes by the feed, and a caller never holds what is past its cursor; so it says
 * `head` and `epoch` again, lest this server be restored to a copy from before. Nothing of it is
 * `gone`. ERROR_NOT_FOUND; ERROR_REFUSED when the client or case itself is in none of the
 * scopes. With `open_only`, open cases with all below them, and whose they are; the page then tells
 * whether that is but a `part`, and it is ERROR_INVALID when no case is open.
 */
int ledger_file_page(struct ledger *ledger, const struct scope_set *scopes,
                     const struct ledger_file_wanted *wanted, struct ledger_page *page,
                     struct error *error);

/* 0 when a reader that stands at `since`, given under `epoch` ("" for unknown), and whose operation
 * `made` (empty for none) was accepted, has read the history of this database; ERROR_CONFLICT when
 * it has read another one, which this database had before it was restored from an older copy. */
int ledger_history_check(struct ledger *ledger, int64_t since, const char *epoch,
                         const struct id *made, struct error *error);
/* The same of each number in `shown`, "NUMBER.EPOCH" with commas between ("NUMBER" where the epoch
 * is not known, "" for none); ERROR_INVALID when it is no such text. */
#define LEDGER_SHOWN_LIMIT 256
int ledger_shown_check(struct ledger *ledger, const char *shown, struct error *error);
/* What these outcomes are known by: the highest number in them as ledger_shown_check reads it, ""
 * when there is none. */
int ledger_shown_last(struct ledger *ledger, const struct ledger_outcome *outcomes, size_t count,
                      char shown[LEDGER_SHOWN_LIMIT], struct error *error);
/* The name of the stay in which the highest number of the records in these outcomes was given, ""
 * when there is none. With the number it is a `since` and `epoch` of ledger_history_check. */
int ledger_shown_epoch(struct ledger *ledger, const struct ledger_outcome *outcomes, size_t count,
                       char epoch[LEDGER_EPOCH_SIZE], struct error *error);
/* 0 when such a reader of work records will be told all that was taken from it; ERROR_CONFLICT when
 * it was away for so long that some of that is forgotten: it begins anew. */
int ledger_gone_check(struct ledger *ledger, int64_t since, const char *epoch, struct error *error);
/* Of a page that was read for a reader at `since` and `epoch`: it is told no more by one that
 * others follow. */
void ledger_epoch_keep(struct ledger_page *page, int64_t since, const char *epoch);

/* The document of one record as text: owned (free()). ERROR_NOT_FOUND; ERROR_REFUSED when it is
 * in none of the scopes (catalogue records are everybody's). */
int ledger_record_read(struct ledger *ledger, const struct scope_set *scopes, enum record_type type,
                       const struct id *id, char **document, struct error *error);

/* True when the database answers. */
bool ledger_is_well(struct ledger *ledger);

/* --- sign-in ---------------------------------------------------------------------------------- */

#define LEDGER_TOKEN_SIZE     64
#define LEDGER_SESSION_MS     (INT64_C(12) * 3600 * 1000)
#define LEDGER_WORDS_SIZE     512
#define LEDGER_LOGIN_LIMIT    128  /* bytes */
#define LEDGER_PASSWORD_LIMIT 1023 /* bytes */

/* A mark is "<count>.<chance>" (ledger_device.c). */
#define LEDGER_MARK_SIZE 48

struct ledger_mark {
    char last[LEDGER_MARK_SIZE]; /* of the sign-in before, "" for none */
    char next[LEDGER_MARK_SIZE]; /* that stands from now on */
};

/* What stands between somebody and a session. */
enum ledger_barrier {
    LEDGER_BARRIER_NONE,
    LEDGER_BARRIER_WRONG,      /* login or password */
    LEDGER_BARRIER_HELD,       /* too many failures */
    LEDGER_BARRIER_BEHIND,     /* the terminal's files are an older copy */
    LEDGER_BARRIER_CLOCK,      /* the time of the terminal's proof is too far from ours */
    LEDGER_BARRIER_UNKNOWN,    /* the terminal is not enrolled, and must be */
    LEDGER_BARRIER_REVOKED,    /* the terminal was revoked */
    LEDGER_BARRIER_WIPED,      /* the terminal is to erase itself */
    LEDGER_BARRIER_REPLAYED,   /* this very request was made before */
    LEDGER_BARRIER_ENDED,      /* a refresh token of a session that is over, or none at all */
    LEDGER_BARRIER_CHANGE,     /* the password is right, and must be changed first */
    LEDGER_BARRIER_CODE,       /* the password is right, a one-time code is asked for */
    LEDGER_BARRIER_CODE_WRONG, /* the same; the one that was given is wrong, or was taken */
    LEDGER_BARRIER_SETUP,      /* the same, and the agent is to set codes up: see `words` */
    LEDGER_BARRIER_WEAK,       /* the new password is not taken: see `flaw` */
    LEDGER_BARRIER_CENTRE,     /* only the centre does this */
};

struct ledger_login {
    enum ledger_barrier barrier; /* why there is none */
    enum password_flaw flaw;
    char words[LEDGER_WORDS_SIZE];   /* for the agent's eyes, once: recovery codes, or how to set
                                        one-time codes up; "" for none */
    char refresh[LEDGER_TOKEN_SIZE]; /* "" for a terminal without a key */
    int64_t refresh_expires_ms;
    char token[LEDGER_TOKEN_SIZE];
    int64_t expires_ms;
    struct id agent;
    char *document;   /* the agent's record; owned (free()) */
    bool display;     /* it is a public screen */
    int64_t retry_ms; /* with ERROR_BUSY: how long to wait */
    int64_t other_ms; /* when a copy of this device was last found, 0 for never since told */
};

/*
 * Checks a password and opens a session bound to `device` (may be empty). ERROR_REFUSED when login
 * or password are wrong, which takes equally long; ERROR_BUSY after too many failures, with
 * `retry_ms`: each further failure doubles the wait, up to 15 minutes. Takes about a quarter of a
 * second and 64 MiB: call it from one thread at a time.
 *
 * With a `mark` (NULL for none) the device must be at its turn, and sessions of marks before end;
 * ERROR_CONFLICT, also for the password that is right, when its files are an older copy of those
 * that signed in since.
 */
int ledger_login(struct ledger *ledger, const char *login, const char *password,
                 const struct id *device, const struct ledger_mark *mark, int64_t now_ms,
                 struct ledger_login *result, struct error *error);

/* Who holds this token; ERROR_NOT_FOUND when it is unknown or ended, or the agent has. */
int ledger_session_find(struct ledger *ledger, const char *token, int64_t now_ms,
                        struct ledger_actor *actor, struct error *error);
/* Ends it; an unknown token is no error. What waits in its agent's name is woken. */
int ledger_session_end(struct ledger *ledger, const char *token, const char *request,
                       int64_t now_ms, struct error *error);

/* --- publishing ------------------------------------------------------------------------------- */

/* Fills `target`: an import publishes into this ledger in one transaction from begin to commit or
 * rollback. */
void ledger_import_target(struct ledger *ledger, struct import_target *target);

/* Makes an agent with a password: body as in app/catalogue_bodies.md. ERROR_CONFLICT when another
 * agent has the login, ERROR_INVALID when the login is too short or long, or
 * the password is not one to choose (net/password_rule.h). */
int ledger_agent_add(struct ledger *ledger, const struct record *agent, const char *password,
                     struct error *error);
/* The same; with `must_change` the password is good for nothing but choosing another one. */
int ledger_agent_add_with(struct ledger *ledger, const struct record *agent, const char *password,
                          bool must_change, struct error *error);

/* --- checking --------------------------------------------------------------------------------- */

/* `finding` is one sentence without personal content. */
typedef void (*ledger_finding)(void *context, const char *finding);

struct ledger_check {
    int64_t records;
    int64_t operations;
    int64_t findings;
};

/* Reads the whole database, writing nothing, and tells everything that does not hold. Works beside
 * a running server. */
int ledger_check(const char *path, ledger_finding finding, void *context,
                 struct ledger_check *check, struct error *error);

#endif
