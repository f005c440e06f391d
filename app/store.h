/*
 * The agent's store: one SQLite file per agent and terminal, holding the work records this agent
 * may see, the outbox, the refusals and the state of the desk. Everything personal in it is sealed
 * (seal.h); only ids, types and counters are plain.
 *
 * A `struct store` is one connection and belongs to one thread; the screen and the sync thread
 * open one each on the same file (WAL) and meet nowhere else. Every function that changes
 * something does so in one transaction: killed anywhere, all of it is there or none. A writer
 * waits for the other up to 5 s, then ERROR_BUSY.
 *
 * For each record the store knows `base`, as the server last sent it, and shows `current`: base
 * with this terminal's own operations applied on top, in their order, until the feed brings them
 * back. So nothing flickers when an answer is late, and a refused operation leaves no trace.
 */
#ifndef GUICHET_APP_STORE_H
#define GUICHET_APP_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/error.h"
#include "app/merge.h"
#include "app/operation.h"
#include "app/record.h"
#include "app/seal.h"
#include "app/shown.h"

struct store;

/* Makes the file with a new device id for this agent; ERROR_CONFLICT when it exists. */
int store_create(const char *path, const struct id *agent, const struct seal_key *key,
                 const unsigned char wrapped[SEAL_WRAPPED_SIZE], struct error *error);

/* The wrapped key in the file at `path`, to be opened with the agent's password; ERROR_NOT_FOUND
 * when there is no file. */
int store_read_wrapped(const char *path, unsigned char wrapped[SEAL_WRAPPED_SIZE],
                       struct error *error);

/* Replaces the wrapped key after a change of password. */
int store_write_wrapped(struct store *store, const unsigned char wrapped[SEAL_WRAPPED_SIZE],
                        struct error *error);

/* Opens the file with its key (borrowed until store_close). A wrong key: ERROR_REFUSED; a file of
 * a newer version: ERROR_STORAGE, untouched. */
int store_open(struct store **store, const char *path, const struct seal_key *key,
               struct error *error);
void store_close(struct store *store);

const struct id *store_device(const struct store *store);
const struct id *store_agent(const struct store *store);

/* --- records ------------------------------------------------------------------------------- */

/* What the terminal's own unconfirmed operations mean for a record. */
enum store_pending {
    STORE_SETTLED = 0,  /* as the server has it */
    STORE_WAITING = 1,  /* own changes are on their way */
    STORE_CLAIMING = 2, /* a claim among them: pending, may yet be refused */
};

/* The current record: new (record_free). `pending` may be NULL. ERROR_NOT_FOUND. */
int store_get(struct store *store, enum record_type type, const struct id *id,
              struct record **record, enum store_pending *pending, struct error *error);

/* Which records to walk. Empty ids do not restrict. */
struct store_query {
    enum record_type type; /* RECORD_NONE: all types */
    struct id case_id;     /* whose body's "case" is this */
    struct id client_id;   /* whose body's "client" is this */
    bool newest_first;     /* by id, that is by time of creation; else oldest first */
};

/* `record` is borrowed. Non-zero stops the walk with that code. */
typedef int (*store_visit)(void *context, const struct record *record, enum store_pending pending);

int store_each(struct store *store, const struct store_query *query, store_visit visit,
               void *context, struct error *error);

/* --- the file of a case (store_case.c): what is shown of it is read, whatever it holds ---------
 */

/* The newest `limit` of its records by id, that is by when they were made, past `before` (empty:
 * from the newest one). */
int store_case_page(struct store *store, const struct id *matter, const struct id *before,
                    size_t limit, store_visit visit, void *context, struct error *error);
/* Those of a type that bear on the summary of the case (case_weight.h): the weightiest first, among
 * equals the newest; `limit` of them at most. */
int store_case_bearing(struct store *store, const struct id *matter, enum record_type type,
                       size_t limit, store_visit visit, void *context, struct error *error);
/* Those whose latest change has a number past `seq`, the latest first. */
int store_case_since(struct store *store, const struct id *matter, int64_t seq, store_visit visit,
                     void *context, struct error *error);
/* How many there are. */
int store_case_count(struct store *store, const struct id *matter, size_t *count,
                     struct error *error);
/* The number of the latest change of any of them; 0 for none. */
int store_case_latest(struct store *store, const struct id *matter, int64_t *seq,
                      struct error *error);
/* The notes on a client that belong to no case, the newest first. */
int store_case_loose(struct store *store, const struct id *client, store_visit visit, void *context,
                     struct error *error);
/* All of a type that name a client and belong to no case, cases among them; the newest first. */
int store_client_loose(struct store *store, const struct id *client, enum record_type type,
                       store_visit visit, void *context, struct error *error);

/* --- changes ------------------------------------------------------------------------------- */

/*
 * Applies operations to the current records and writes them to the outbox, all in one transaction
 * that is on disk (synced) when this returns. Each operation's `base` is filled here with the rev
 * of the server that this terminal knows (of fields: an older one that is given stays, as what has
 * come since was not seen), its `device` with the one of this store. A refusal
 * by merge: ERROR_REFUSED naming the reason, nothing written; `refusal` (may be NULL) tells which.
 *
 * They go to the journal beside the store too (journal.h), which is synced a moment later, when
 * store_journal_settle is called by whoever sends, or the store is closed. When the store cannot be
 * written and the journal can, they are saved there, this returns 0, and store_stranded tells of
 * them until store_catch_up has brought them into the store.
 */
int store_apply(struct store *store, struct operation *const *operations, size_t count,
                enum merge_refusal *refusal, struct error *error);

/* How many operations only the journal holds, as far as this connection knows, and what the last
 * trouble was: "" for none. Borrowed. */
int64_t store_stranded(const struct store *store);
const char *store_trouble(const struct store *store);

/* What any connection wrote into the journal is on disk when this returns, if it can be; costs next
 * to nothing when it is there already. A large one begins anew when nothing waits. */
void store_journal_settle(struct store *store);

/* From now on what this connection writes stays in the store's log until store_room carries it into
 * the file, unless the log becomes very long: a batch of sync does not wait for that. */
void store_log_watch(struct store *store);

/* Keeps the store's log longer than what is written to it by and by: a commit that makes its file
 * grow waits for the disk several times as long. For a thread that nobody waits for. */
void store_room(struct store *store);

/* Keeps hand-offs in memory as they were opened last, for walks through them all (store_each), or
 * wipes what is kept, as closing the store does. For a screen, while its agent is at it. */
void store_keep(struct store *store, bool keeps);

/* Takes into the store what only the journal holds; costs next to nothing when that is nothing. */
int store_catch_up(struct store *store, struct error *error);

/* Changes when another connection has written (PRAGMA data_version): cheap to ask before drawing.
 */
int64_t store_version(struct store *store);

/* --- changes: for what is kept in memory over the records ------------------------------------ */

/* A case, a client, a view, a message, task or promise was written or dropped, here or by the
 * server; or, with an empty id, something else of a case. */
struct store_change {
    int64_t number;
    enum record_type type;
    struct id id;
    struct id case_id; /* empty when it is of none */
};

typedef int (*store_change_visit)(void *context, const struct store_change *change);

/* The number of the latest change, 0 before the first. Negative: error. */
int64_t store_change_latest(struct store *store, struct error *error);

/*
 * Walks the changes after number `since`, oldest first, those of `limit` numbers at most (several
 * may share one); `reached` is the last one visited (`since` for none). Non-zero from `visit` stops
 * the walk with that code. Only the latest some ten thousand are kept: ERROR_NOT_FOUND when those
 * after `since` are not all there.
 */
int store_changes(struct store *store, int64_t since, size_t limit, store_change_visit visit,
                  void *context, int64_t *reached, struct error *error);

/* The newest record of a case by its time of making, as far as ids tell it (version 7); empty when
 * there is none. And the same of every case that has one. Neither opens a record. */
int store_case_newest(struct store *store, const struct id *case_id, struct id *newest,
                      struct error *error);
typedef void (*store_newest_visit)(void *context, const struct id *matter, const struct id *newest);
int store_cases_newest(struct store *store, store_newest_visit visit, void *context,
                       struct error *error);

/* --- outbox: operations not yet accepted by the server ------------------------------------- */

struct outbox_entry {
    const char *id;
    int64_t number;                    /* of the operation here */
    const struct operation *operation; /* borrowed; NULL where there is a text */
    const char *text;                  /* store_outbox_more: of an append, else NULL */
    size_t length;                     /* of the text */
    struct id record;                  /* that the text is about */
    int attempts;                      /* how often it was sent without an answer */
    const char *reason;                /* why the last attempt failed, "" when none did */
    bool elsewhere;                    /* another server than this one may know of it */
    bool sent;                         /* it was on its way, whatever came of it */
};

typedef int (*outbox_visit)(void *context, const struct outbox_entry *entry);

/* Negative: error. */
int64_t store_outbox_count(struct store *store, struct error *error);
/* The same without looks (look.h): what the agent did, and not only saw. */
int64_t store_outbox_count_work(struct store *store, struct error *error);

/*
 * Walks the waiting operations in the order they leave, `limit` at most: hand-offs first, then
 * claims, then notes and whatever else is whole, then drafts; the older first among equals. What
 * an operation needs (the earlier ones of its record, the making of the records it names) always
 * goes before it.
 */
int store_outbox_each(struct store *store, size_t limit, outbox_visit visit, void *context,
                      struct error *error);

/* The same without those of `under_way`, which need not be settled yet for more to be sent. What
 * appends a record comes as the text that goes on the wire (operation_text_cut), unread. */
int store_outbox_more(struct store *store, const struct id *under_way, size_t count, size_t limit,
                      outbox_visit visit, void *context, struct error *error);

/* Operations that are noted as being sent before their batch is, so that not each batch waits for
 * the disk: those of these numbers that wait, 0 to 0 for none. */
struct store_ahead {
    int64_t first, last;
};

/* Notes that a batch holding these ids is about to be sent: from now on the server may have them,
 * and they can no longer be taken back. ERROR_NOT_FOUND when one of them was taken back
 * since it was read: nothing is noted then. `numbers` are theirs. The same is noted of what follows
 * the last of them, and is as urgent, `most` at most: theirs are then the numbers in `ahead`, which
 * stays as it is where there are none. */
int store_outbox_sending(struct store *store, const struct id *ids, const int64_t *numbers,
                         size_t count, size_t most, struct store_ahead *ahead, struct error *error);
/* None of them has left but those of `ids`: the others may be taken back again. */
int store_outbox_unsent(struct store *store, const struct store_ahead *ahead, const struct id *ids,
                        size_t count, struct error *error);
/* Of what is applied by this handle from now on: whether it leaves at once, as far as is known. It
 * is then noted as being sent by the saving itself, and whoever sends it need not write that
 * before. */
void store_sends_set(struct store *store, bool sends);

/* Notes that a batch holding these ids was sent and not answered. */
int store_outbox_attempted(struct store *store, const struct id *ids, size_t count,
                           const char *reason, struct error *error);

/* The reason of one that a relay will not decide without its centre. */
#define STORE_REASON_LATER "the centre will decide"
/* Of one whose batch was answered with another status than all is well: this, the status, ": " and
 * what the server said. */
#define STORE_REASON_ANSWERED "the server answered "
/* Of one that was accepted, and waits once more: the server lost it. */
#define STORE_REASON_AGAIN "sent before"

/* Takes back an operation that was not yet sent; ERROR_CONFLICT when it was or is being sent. */
int store_outbox_withdraw(struct store *store, const struct id *operation, struct error *error);

/* The server's answer to one operation. */
struct store_outcome {
    struct id operation;
    int64_t number;             /* of the operation here, 0 where it is not known */
    enum merge_refusal refusal; /* MERGE_APPLIED also for "repeated" */
    bool repeated;              /* it was answered before */
    int64_t rev;                /* of the record after it, when applied */
    /* The number of that change, 0 for not told. Negative: by the number -seq a relay learned that
     * its centre applied it, and the record may have become something else, and another's. */
    int64_t seq;
    struct record *record; /* when refused: as it stands at the server; borrowed, may be NULL */
    const char *epoch;     /* the stay in which that record got its number; borrowed, may be NULL */
    const char *shown;     /* "NUMBER.STAY" up to which the server stood by its answer, which then
                              speaks for all that is in it; borrowed, may be NULL */
    char field[128];       /* when refused or in conflict */
    bool conflict;
};

/*
 * Settles answers. An applied one leaves the outbox: where the server put it on the very record
 * that is held here, the record is now as the server has it, and need not come by the feed; else
 * it stays applied until the feed brings it. A refused one becomes a refusal with its text kept.
 * Unknown ids are passed over (repeats).
 */
int store_outbox_settle(struct store *store, const struct store_outcome *outcomes, size_t count,
                        struct error *error);
/* The same, on the disk with the next that is marked as being sent, or by store_sync, whichever
 * comes first: the disk is waited for once. */
int store_outbox_settle_soon(struct store *store, const struct store_outcome *outcomes,
                             size_t count, struct error *error);
int store_sync(struct store *store, struct error *error);

/* --- refusals and conflicts: shown to the agent until dismissed ----------------------------- */

struct store_refusal {
    const struct operation *operation; /* borrowed: the agent's own text is in its body */
    enum merge_refusal refusal;        /* MERGE_APPLIED: applied, with a conflict in `field` */
    const char *field;
};

typedef int (*refusal_visit)(void *context, const struct store_refusal *refusal);

int64_t store_refusal_count(struct store *store, struct error *error);
int store_refusal_each(struct store *store, refusal_visit visit, void *context,
                       struct error *error);
/* The server says so only now, of an operation that it had accepted (a relay, whose centre refused
 * it): what of it stood on the record here is taken off, and the agent is told. With MERGE_APPLIED
 * it was applied, with a conflict in `field`. */
int store_refusal_put(struct store *store, const struct operation *operation,
                      enum merge_refusal refusal, const char *field, struct error *error);
int store_refusal_dismiss(struct store *store, const struct id *operation, struct error *error);

/* --- feed ----------------------------------------------------------------------------------- */

/* How far the feed was read; 0 at first. */
int64_t store_cursor(struct store *store, struct error *error);
/* Where it had all that there was: the cursor, but between the pages of one reading. */
int64_t store_begun(struct store *store, struct error *error);

#define STORE_FEED_SIZE 64

/* The server database that the cursor belongs to, "" for none yet. Whoever pulls asks from 0 when
 * the server's is another one: a cursor means nothing elsewhere. */
int store_feed(struct store *store, char feed[STORE_FEED_SIZE], struct error *error);

/* Names the database that this store is of, when none is named yet: before anything is offered to
 * it, so that what it accepted before the first page is known to be its doing. */
int store_feed_note(struct store *store, const char *feed, struct error *error);

/*
 * Writes a page of records from the server and the new cursor. A record whose rev is below the
 * stored base is skipped. `feed` names the server database; another one than before resets the
 * cursor to 0, drops every base and offers everything made here again, and leaves the page out:
 * the caller asks for store_cursor again after each page. Page and cursor are written together; a
 * power cut may take them back together, and then they are read again.
 */
int store_write_page(struct store *store, struct record *const *records, size_t count,
                     int64_t cursor, const char *feed, struct error *error);

#define STORE_EPOCH_SIZE 16

/* Under which name the server gave the cursor's number; "" when it told none. A server that was
 * restored from an older copy knows by it that this terminal has read what it lost. */
int store_epoch(struct store *store, char epoch[STORE_EPOCH_SIZE], struct error *error);

/* A record that this agent may see no longer. */
struct store_gone {
    enum record_type type;
    struct id id;
};

struct store_witness;

/* Where a page ends, and what it takes back. */
struct store_place {
    int64_t cursor;
    const char *feed;
    const char *epoch;
    const struct store_gone *gone; /* borrowed; NULL for none */
    size_t gone_count;
    const struct store_witness *named; /* borrowed: the request named it; NULL for nothing */
    bool last;                         /* there is no more by now */
    int64_t begun;                     /* otherwise: where the first of these pages began */
};

/* store_write_page with the epoch. What is gone is dropped, and its sealed copies overwritten; a
 * record of which operations wait here is dropped when the server has answered them. */
int store_write_page_at(struct store *store, struct record *const *records, size_t count,
                        const struct store_place *place, struct error *error);

/*
 * The server was restored from an older copy: everything is read again, and what it had accepted
 * from here is offered again under the same ids, as far back as it was kept (the newest
 * STORE_RETAINED_BYTES of it). Leaves a notice.
 */
int store_history_lost(struct store *store, int64_t now_ms, struct error *error);

/*
 * What the server has told and the feed has not brought: one that does not know all of it was
 * restored from an older copy. Whatever is asked of it names this, until a request that named it
 * has read the feed to its end and past it (`named` of store_place).
 */
struct store_witness {
    struct id made; /* the operation that it accepted last and told no stay for, empty for none, */
    int64_t made_seq; /* and the number of that */
    /* The highest number of what an answer to operations told, or at which a page of a file was
     * read, or one of the feed that was not its last, with the stay in which it was given, for each
     * stay: "NUMBER.STAY", with commas between, the highest first; "NUMBER" where the server told
     * no stay, "" for nothing. */
    char shown[SHOWN_SIZE];
};

int store_witness_read(struct store *store, struct store_witness *witness, struct error *error);
/* As it is once these are settled. */
void store_witness_add(struct store_witness *witness, const struct store_outcome *outcomes,
                       size_t count);
/* Something of it is not past the cursor. */
bool store_witness_reached(const struct store_witness *witness, int64_t cursor);
/* The server showed how it stood at number `seq` of this stay. */
int store_shown_note(struct store *store, int64_t seq, const char *epoch, struct error *error);

/* Whether the record that a waiting operation was made of is held here as the server had it then:
 * no longer after a restored server began its history anew, nor when it is about to go. Without it
 * what the server makes of the operation cannot be worked out. */
int store_operation_grounded(struct store *store, const struct operation *operation, bool *grounded,
                             struct error *error);

/* Outside of a transaction: empties the log of what was dropped, so that its sealed copy leaves the
 * disk. Each page and each answer does so; where another connection was reading just then it is put
 * off, and tried again by whoever calls this. */
void store_wipe(struct store *store);

/* What the server has taken is kept for a server that loses it again: the latest of it. */
#define STORE_RETAINED_BYTES (4 * 1024 * 1024)

/* Outside of a transaction, and when nobody waits: lets go of the oldest of it, down to
 * STORE_RETAINED_BYTES. */
int store_retained_prune(struct store *store, struct error *error);

/* --- the device ------------------------------------------------------------------------------ */

#define STORE_MARK_SIZE 48

/* The marks of a sign-in: the one before, and the one that will stand. Each is "<count>.<chance>";
 * a server tells by them a terminal whose files are an older copy, or at work in two places. */
struct store_mark {
    char last[STORE_MARK_SIZE]; /* "" for none */
    char next[STORE_MARK_SIZE];
};

/* The same proposal until it was accepted, on disk when this returns. */
int store_mark_propose(struct store *store, struct store_mark *mark, struct error *error);
/* A sign-in proposing `mark` went well. */
int store_mark_accepted(struct store *store, const char *mark, struct error *error);

/* This file is an older copy, or one of two: a new device id, under which all that waits is sent.
 * Leaves a notice. Other connections see it with their next store_apply. */
int store_device_renew(struct store *store, int64_t now_ms, struct error *error);

/* --- notices: what happened to this terminal or the server, until dismissed ------------------- */

enum store_notice_kind {
    STORE_NOTICE_SERVER_RESTORED, /* count: operations offered again */
    STORE_NOTICE_DEVICE_RENEWED,  /* this file was the older copy; count: operations waiting */
    STORE_NOTICE_DEVICE_COPIED,   /* another place had a copy of this file */
    STORE_NOTICE_KEY_DEPOSITED,   /* the organisation can open this store from now on */
    STORE_NOTICE_KEY_TAKEN_BACK,  /* and no longer */
};

struct store_notice {
    enum store_notice_kind kind;
    int64_t at_ms;
    int64_t count;
};

typedef void (*store_notice_visit)(void *context, const struct store_notice *notice);

/* Stable name ("server-restored"). */
const char *store_notice_name(enum store_notice_kind kind);
int store_notice_add(struct store *store, enum store_notice_kind kind, int64_t at_ms, int64_t count,
                     struct error *error);
/* Oldest first. */
int store_notice_each(struct store *store, store_notice_visit visit, void *context,
                      struct error *error);
int store_notices_dismiss(struct store *store, struct error *error);

/* --- state: what the desk remembers on this terminal alone ---------------------------------- */

/* Keeps a JSON value under a name ("screens", "presence"), sealed; NULL removes. Survives a killed
 * process, and a power cut but for the last moments. */
int store_state_put(struct store *store, const char *name, const json_t *value,
                    struct error *error);
/* New reference in `value`, NULL when there is none. */
int store_state_get(struct store *store, const char *name, json_t **value, struct error *error);

/* The latest moment any operation here carries, for clock_observe at start. */
struct moment store_latest_moment(struct store *store);

#endif
