/*
 * What the parts of the store share: the connection, its statements and the sealing of rows. Only
 * app/store*.c include it.
 */
#ifndef GUICHET_APP_STORE_INTERNAL_H
#define GUICHET_APP_STORE_INTERNAL_H

#include "app/database.h"
#include "app/id_map.h"
#include "app/journal.h"
#include "app/record_outline.h"
#include "app/store.h"

#define STORE_WALKS 10 /* as many as statements from STORE_RECORD_LIST on */

struct store {
    struct database *database;
    const struct seal_key *key; /* borrowed */
    struct id agent;
    struct id device;
    bool folded;        /* what is shown was made by this version of merge */
    int64_t key_number; /* of `key`, counted from the first: store_key.c */

    bool sends; /* what is applied leaves at once (store_sends_set) */

    /* Of the walks through records (store_each). */
    struct store_walk {
        sqlite3_stmt *statement; /* kept */
        bool walking;
    } walks[STORE_WALKS];

    /* Bytes of what was sent and is kept for a while, as far as this handle knows. */
    int64_t retained;

    struct store_kept *kept; /* owned; NULL: nothing is kept (store_keep) */

    /* Cases of which something was written in this transaction (store_change.c). */
    struct id_map changed;
    unsigned char *changed_ids; /* owned: ID_BYTES each */
    size_t changed_count, changed_capacity;

    /* The journal (store_journal.c). */
    struct journal *journal;
    struct journal_owner owner;
    bool journal_held;       /* locked by this handle */
    bool journal_written;    /* in this saving */
    bool journal_due;        /* this handle wrote into it and did not sync it */
    bool journal_owned;      /* the last owner named in it is this one */
    int64_t journal_seen;    /* how far it was read; 0: not at all */
    int64_t journal_number;  /* of the last entry, as far as read */
    int64_t journal_before;  /* its size before what was written last */
    int64_t journal_settled; /* its size when it was synced last, as far as known */

    /* The log (store_room.c). */
    bool log_watched;
    int log_descriptor; /* store_sync_begin's, -1 for none */
    int64_t log_pages;  /* that it holds since it was begun anew, as far as known */
    bool unsynced;      /* answers were settled that no sync has covered */
    bool leaves;        /* while answers are settled: some record is to go */

    int64_t stranded; /* operations that only the journal holds, as far as known */
    char trouble[ERROR_MESSAGE_SIZE];
};

/* --- hand-offs kept open (store_kept.c) ------------------------------------------------------- */

/* Of a row: what is shown of it. */
struct store_sealed {
    struct id id;
    int column;
    int64_t seq;
    const void *bytes; /* borrowed */
    size_t length;
};

/* True when this walk finds and puts; then it must end, `whole` when it met all rows. */
bool store_kept_begin(struct store *store, const struct store_query *query);
void store_kept_end(struct store *store, bool whole);
/* Borrowed until the walk ends; NULL when it is to be opened. */
const struct record *store_kept_find(struct store *store, const struct store_sealed *sealed);
/* Takes the record over; false when it does not, for want of room. */
bool store_kept_put(struct store *store, const struct store_sealed *sealed, struct record *record);

/* The statements, in the order of the table in store_schema.c. */
enum store_statement {
    STORE_META_GET,
    STORE_META_PUT,
    STORE_RECORD_GET,
    STORE_RECORD_PUT,
    STORE_RECORD_FEED,
    STORE_RECORD_PROMOTE,
    STORE_RECORD_DELETE,
    STORE_RECORD_LIST, /* five ways to restrict, each oldest first, then newest first */
    STORE_RECORD_LIST_LAST = STORE_RECORD_LIST + STORE_WALKS - 1,
    STORE_CASE_PAGE,
    STORE_CASE_BEARING,
    STORE_CASE_SINCE,
    STORE_CASE_COUNT,
    STORE_CASE_LATEST,
    STORE_CASE_LOOSE,
    STORE_CLIENT_LOOSE,
    STORE_CASE_UNWEIGHED,
    STORE_CASE_WEIGH,
    STORE_RECORD_IDS,
    STORE_RECORD_FORGET_BASES,
    STORE_OPERATION_ADD,
    STORE_OPERATION_OF_RECORD,
    STORE_OPERATION_WAITING,
    STORE_OPERATION_FIRST,
    STORE_OPERATION_LESS_URGENT,
    STORE_OPERATION_URGENCY_SET,
    STORE_OPERATION_COUNT,
    STORE_OPERATION_COUNT_WORK,
    STORE_OPERATION_GET,
    STORE_OPERATION_ALONE,
    STORE_OPERATION_ANY,
    STORE_OPERATION_RETAIN_RUN,
    STORE_OPERATION_SENDING,
    STORE_OPERATION_SENDING_RUN,
    STORE_OPERATION_SENDING_COUNT,
    STORE_OPERATION_SENDING_AHEAD,
    STORE_SENDING_DONE,
    STORE_SENDING_DONE_RUN,
    STORE_OPERATION_ATTEMPTED,
    STORE_OPERATION_ACCEPT,
    STORE_OPERATION_DELETE,
    STORE_OPERATION_RETAIN,
    STORE_OPERATION_AGAIN,
    STORE_OPERATION_KNOWN,
    STORE_OPERATION_LAST,
    STORE_RETAINED_AGAIN,
    STORE_RETAINED_BYTES_OF_ALL,
    STORE_RETAINED_OLDEST,
    STORE_RETAINED_PRUNE,
    STORE_REFUSAL_ADD,
    STORE_REFUSAL_NOTE,
    STORE_REFUSAL_LIST,
    STORE_REFUSAL_COUNT,
    STORE_REFUSAL_DELETE,
    STORE_LEAVING_PUT,
    STORE_LEAVING_ANY,
    STORE_LEAVING_SEEN,
    STORE_LEAVING_GET,
    STORE_LEAVING_DELETE,
    STORE_LEAVING_SETTLED,
    STORE_STATE_GET,
    STORE_STATE_PUT,
    STORE_STATE_DELETE,
    STORE_CHANGE_PUT,
    STORE_CHANGE_SHOWN,
    STORE_CHANGE_CASES,
    STORE_CHANGE_FIRST,
    STORE_CHANGE_LATEST,
    STORE_CHANGE_LIST,
    STORE_CASE_NEWEST,
    STORE_CASES_NEWEST,
    STORE_RECORD_HAS,
    STORE_RECORD_CASE,
    STORE_FILE_GET,
    STORE_FILE_KNOW,
    STORE_COMING_PUT,
    STORE_COMING_PRUNE,
    STORE_FILE_NEED,
    STORE_FILE_PIN,
    STORE_FILE_PINS,
    STORE_FILE_WANT,
    STORE_FILE_WANTED,
    STORE_FILE_WANT_PINS,
    STORE_FILE_HERE,
    STORE_FILE_CASES_HERE,
    STORE_FILE_AWAY,
    STORE_FILE_DENIED,
    STORE_FILE_BEGIN,
    STORE_FILE_NEXT,
    STORE_FILE_MEMBERS,
    STORE_FILE_LOOKED,
    STORE_FILE_RECENT,
    STORE_FILE_FORGET,
    STORE_FILE_COUNTS,
    STORE_OPERATION_ALL,
    STORE_STATE_ALL,
    STORE_STATEMENT_COUNT
};

/* States of a row in the table of operations. Part of the file: numbers stay what they are. */
enum store_operation_state {
    STORE_OPERATION_STATE_WAITING = 0,  /* the outbox */
    STORE_OPERATION_STATE_ACCEPTED = 1, /* by the server; kept until the feed brings its effect */
    STORE_OPERATION_STATE_RETAINED = 2, /* kept a while for a server that loses it again */
};

extern const struct database_schema store_schema;

sqlite3_stmt *store_statement(struct store *store, enum store_statement which, struct error *error);
/* Before the database is closed. */
void store_walks_close(struct store *store);

/* --- the log (store_room.c) ------------------------------------------------------------------- */

/* Lets the disk begin with what was written to the log, and does not wait for it: store_sync then
 * waits for less. */
void store_sync_begin(struct store *store);
/* Before the database is closed. */
void store_log_close(struct store *store);

/* Binds a JSON value, sealed about `about`; ERROR_MEMORY when it cannot. */
int store_bind_sealed_text(struct store *store, sqlite3_stmt *statement, int index,
                           const char *text, size_t length, const char *about, struct error *error);
int store_bind_sealed(struct store *store, sqlite3_stmt *statement, int index, const json_t *value,
                      const char *about, struct error *error);
/* Opens the sealed text of a column: new (free()); NULL for a NULL column. */
int store_column_opened(struct store *store, sqlite3_stmt *statement, int column, const char *about,
                        char **text, size_t *length, struct error *error);
/* Opens the sealed JSON of a column; NULL in `value` for a NULL column. New reference. */
int store_column_sealed(struct store *store, sqlite3_stmt *statement, int column, const char *about,
                        json_t **value, struct error *error);

/* --- keys (store_key.c) ---------------------------------------------------------------------- */

/* Noted in meta while the journal names a former key, or a former wrapping of this one. */
#define STORE_JOURNAL_FORMER "journal-former"

#define STORE_KEY_FORMER "the store has another key since it was opened here: it is opened anew"

/* Begins a write transaction: ERROR_CONFLICT when the key of this connection is a former one. */
int store_begin(struct store *store, struct error *error);
/* Ends it as database_end does, with what it changed. */
int store_end(struct store *store, int code, struct error *error);
/* Of a record that is about to be written: notes its case, the one that it leaves, and a file that
 * it begins. */
int store_change_note(struct store *store, const struct record_outline *record,
                      struct error *error);
/* Of one that was written: notes it when lists show its type. */
int store_change_shown(struct store *store, enum record_type type, const struct id *id,
                       struct error *error);
void store_change_clear(struct store *store);
bool store_key_is_former(struct store *store);
/* Which key the file is of now; before the key is tried, so that one that is renewed meanwhile is
 * found out. */
int store_key_number_read(struct store *store, struct error *error);
int store_key_note_made(struct store *store, struct error *error);
/* Does what a re-keying that was killed has left. */
void store_key_finish(struct store *store);
/* Writes the row by which a key is known to be the right one. */
int store_key_check_put(struct store *store, struct error *error);
int store_wrapped_put(struct store *store, const unsigned char wrapped[SEAL_WRAPPED_SIZE],
                      struct error *error);

/* Plain values about the file itself. */
int store_meta_put(struct store *store, const char *name, const char *text, struct error *error);
/* Copies the text; "" when there is none. */
int store_meta_get(struct store *store, const char *name, char *text, size_t size,
                   struct error *error);

/*
 * Folds the terminal's own operations onto the server's `base` again (borrowed; NULL for none) and
 * writes the row: what every change of base or of the operations ends with. The row goes when
 * nothing is left of the record.
 */
int store_record_refold(struct store *store, enum record_type type, const struct id *id,
                        const struct record *base, struct error *error);

/*
 * Writes the row of a record whose newest operation was merged onto what stood: the same as folding
 * all of them again, at the price of one. `current` and `base` are borrowed.
 */
int store_record_put(struct store *store, const struct record *current, enum store_pending pending,
                     const struct record *base, struct error *error);

/* Runs a statement that names a record by its first two parameters; the third, where there is one,
 * is `number`. */
int store_record_run(struct store *store, enum store_statement which, enum record_type type,
                     const struct id *id, int64_t number, struct error *error);
/* Drops the row, whatever stands in it. */
int store_record_delete(struct store *store, enum record_type type, const struct id *id,
                        struct error *error);

/* Writes the server's record, open or with its text (record_closed), as the row of one of which no
 * operation here speaks. What stands is left when it is of a later rev. */
int store_record_feed(struct store *store, const struct record_outline *outline,
                      const struct record *base, struct error *error);

/*
 * What is shown of a record becomes its base, of that rev and seq: when the one operation on it was
 * made of the record held here and the server took it, merge has given the same at both ends.
 * `promoted` is false, and nothing done, when the base is not of the rev before.
 */
int store_record_promote(struct store *store, enum record_type type, const struct id *id,
                         int64_t rev, int64_t seq, bool *promoted, struct error *error);

/* store_record_refold with the base as it is stored. */
int store_record_refold_stored(struct store *store, enum record_type type, const struct id *id,
                               struct error *error);
/* The same for every record of which operations here speak: when what merge makes of them changes,
 * with its version or with this terminal's device. */
int store_record_refold_all(struct store *store, struct error *error);

/* The record as the server last sent it: new, or NULL when it never did. */
int store_record_base(struct store *store, enum record_type type, const struct id *id,
                      struct record **base, struct error *error);

/* Writes a refusal; `number` says where it stands among others. */
int store_refusal_add(struct store *store, const struct operation *operation, int64_t number,
                      enum merge_refusal refusal, const char *field, struct error *error);

/* --- history (store_history.c) --------------------------------------------------------------- */

/* store_state_put without a setting of its own for how soon it is on disk. */
int store_state_write(struct store *store, const char *name, const json_t *value,
                      struct error *error);

/* Within a transaction: begins reading this feed anew (store_write_page). */
int store_feed_begin(struct store *store, const char *feed, struct error *error);
/* Within a transaction: notes that of what waits now another server than this one may know
 * (outbox_entry.elsewhere). */
int store_elsewhere_note(struct store *store, struct error *error);

/* Notes that the operation is on its way; nothing changes when that was noted, or it is not there.
 */
int store_sending_note(struct store *store, const struct id *id, struct error *error);

/* Accepted operations on a record whose effect is in its `rev` are done with: kept for a while. */
int store_retain(struct store *store, enum record_type type, const struct id *id, int64_t rev,
                 struct error *error);
#define STORE_RETAINED_UNKNOWN (-1)
/* The same for operations whose numbers follow one another, whatever their states; their documents
 * have so many bytes. */
struct store_run {
    int64_t first, last; /* numbers; 0: there is none */
    int64_t bytes;
};

int store_retain_run(struct store *store, const struct store_run *run, struct error *error);
/* What is kept waits again. */
int store_retained_again(struct store *store, struct error *error);

/* Reads the device id again: another connection may have renewed it. */
int store_device_read(struct store *store, struct error *error);

/* The record in the row at hand of a statement that selects what store_record.c reads. New. */
int store_row_current(struct store *store, sqlite3_stmt *row, struct record **record,
                      enum store_pending *pending, struct error *error);

/* Weighs the records of a file from before they were weighed (case_weight.h). */
int store_weigh(struct store *store, struct error *error);

/* --- what the server must know (store_witness.c) ------------------------------------------------
 *
 * Within a transaction.
 */

/* Notes what these tell (store_witness_add). */
int store_witness_note(struct store *store, const struct store_outcome *outcomes, size_t count,
                       struct error *error);
/* The feed was read to its end, `cursor`, by a request that named this: what of it is not past that
 * end is named no longer. */
int store_witness_drop(struct store *store, const struct store_witness *named, int64_t cursor,
                       struct error *error);
/* That history is over. */
int store_witness_forget(struct store *store, struct error *error);

/* --- what is taken back (store_gone.c) --------------------------------------------------------
 *
 * Within a transaction, but for the last.
 */

/* These may be seen no longer, says a page up to `cursor`. */
int store_gone_write(struct store *store, const struct store_gone *gone, size_t count,
                     int64_t cursor, struct error *error);
/* Answers are about to be settled. */
int store_leaving_begin(struct store *store, struct error *error);
/* The server applied an operation on this one under the number `seq`: where that is later than what
 * told that it is to go, the agent may see it again, and the feed does not bring what this terminal
 * worked out by itself. */
int store_leaving_seen(struct store *store, enum record_type type, const struct id *id, int64_t seq,
                       struct error *error);
/* Whether it is to go once what waits on it is answered. */
int store_leaving_has(struct store *store, enum record_type type, const struct id *id,
                      bool *leaving, struct error *error);
/* The server shows this one again. */
int store_leaving_forget(struct store *store, enum record_type type, const struct id *id,
                         struct error *error);
/* Drops those of which no operation waits any more. */
int store_leaving_sweep(struct store *store, struct error *error);

/* --- files (store_file.c) ---------------------------------------------------------------------
 *
 * Within a transaction.
 */

/* Runs a statement about one file, whose third parameter (if it has one) is `value`. */
int store_file_set(struct store *store, enum store_statement which, enum record_type type,
                   const struct id *id, int64_t value, struct error *error);
/* 1 when the record of this name is here. */
int store_file_here(struct store *store, enum record_type type, const struct id *id,
                    struct error *error);
/* The feed has brought this one, which was `here` before or not: where it is of a file that is not
 * all here and is worked on, that is wanted. */
int store_file_met(struct store *store, const struct record *record, bool here,
                   struct error *error);
/* All is read from the beginning. */
int store_file_begin(struct store *store, struct error *error);
/* Takes in a record as the server has it, unless what stands is of a later rev (store_feed.c). */
int store_record_take(struct store *store, const struct record *record, struct error *error);

/* --- the journal (store_journal.c) ---------------------------------------------------------- */

/* In a write transaction: takes the journal's lock, and takes in what only the journal holds. */
int store_journal_begin(struct store *store, struct error *error);
/* In the same transaction: appends. Fails only when the store does. */
int store_journal_add(struct store *store, struct operation *const *operations, size_t count,
                      struct error *error);
/* After the store failed with `error`: 0 when the operations are in the journal nevertheless, else
 * the code of that error. */
int store_journal_strand(struct store *store, struct operation *const *operations, size_t count,
                         struct error *error);
/* Gives the lock back; `code` is what became of the transaction. */
void store_journal_end(struct store *store, int code);

/* Notes that these need not be recovered any more. What fails here costs nothing but a repeat. */
void store_journal_done(struct store *store, const struct id *ids, size_t count, bool synced);
/* After a change of `owner`. */
void store_journal_owner_write(struct store *store);
/* In a write transaction: overwrites the journal, and writes what waits in the outbox anew under
 * the present key. The lock is given back by store_journal_end. */
int store_journal_rewrite(struct store *store, struct error *error);
/* Moves the journal of a former store at this path out of the way. */
int store_journal_set_aside(const char *store_path, struct error *error);

/* store_create; `owner` has no device yet. */
int store_create_new(const char *path, struct journal_owner *owner, const struct seal_key *key,
                     struct error *error);
/* In the transaction that makes the store. */
int store_provider_mark(struct store *store, struct error *error);
/* store_create for an agent and a device that are known, leaving their journal where it is. */
int store_create_for(const char *path, const struct journal_owner *owner,
                     const struct seal_key *key, struct error *error);

/* Puts an operation made before into the outbox, whatever merge says here: the server will judge.
 * One that is there already is left alone. */
int store_operation_put(struct store *store, const struct operation *operation,
                        struct error *error);

/* "type/id": what a sealed row is about. */
#define STORE_ABOUT_SIZE 80
void store_about(char about[STORE_ABOUT_SIZE], const char *what, const char *id);

/* The operation in column `column` of the row at hand, whose id is `id`. New. */
int store_column_operation(struct store *store, sqlite3_stmt *statement, int column, const char *id,
                           struct operation **operation, struct error *error);

/* An operation's place in the order of the outbox by itself. */
int store_urgency(const struct operation *operation);
/* Gives an operation that was just added with its own urgency, and what it needs, their places. */
int store_urgency_settle(struct store *store, const struct operation *operation,
                         struct error *error);

#endif
