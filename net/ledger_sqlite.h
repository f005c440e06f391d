/*
 * What the parts of the SQLite ledger share: connections, statements, transactions. Nobody outside
 * net/ledger_*.c includes this.
 */
#ifndef GUICHET_NET_LEDGER_SQLITE_H
#define GUICHET_NET_LEDGER_SQLITE_H

#include <pthread.h>
#include <stdatomic.h>

#include "app/database.h"
#include "app/queue.h"
#include "app/text.h"
#include "net/audit_tally.h"
#include "net/ledger.h"
#include "net/ledger_gap.h"
#include "net/ledger_message.h"
#include "net/ledger_named.h"
#include "net/ledger_promise.h"
#include "net/ledger_relay.h"
#include "net/ledger_search.h"
#include "net/ledger_statements.h"
#include "net/ledger_trail.h"

/* A lent or idle connection for reading. */
struct ledger_reader {
    struct database *database;
    struct ledger_reader *next;
};

struct ledger {
    char *path;
    int lock; /* file descriptor that holds the lock */
    struct id feed;

    struct trust_rules rules;

    pthread_mutex_t write_mutex; /* held from begin to commit or rollback */
    struct database *writer;
    int64_t seq;                   /* the last one given, within a write transaction */
    int64_t seq_before;            /* the last one given before it */
    bool epoch_written;            /* this stay has named its numbers */
    int64_t gone_looked_ms;        /* when what was taken back was pruned last, in this stay */
    struct ledger_changed changed; /* in this transaction */

    bool roles_changed;              /* within this transaction: what comes to whose desk follows */
    bool sessions_changed;           /* within this transaction: one has ended */
    atomic_uint_least64_t people;    /* ledger_people */
    atomic_uint_least64_t verifiers; /* ledger_verifiers */
    bool verifiers_changed;          /* within this transaction */

    /* Calls of ledger_apply that wait, in their order (ledger_group.c). */
    pthread_mutex_t calls_mutex;
    pthread_cond_t calls_changed;
    struct ledger_call *calls;
    struct ledger_call **calls_end;
    bool leading; /* somebody writes for others */

    pthread_mutex_t readers_mutex;
    struct ledger_reader *readers; /* idle ones */

    int log_told;                /* how long the log was when that was told (ledger_log.c) */
    atomic_int log_pages;        /* how long it is */
    unsigned rung;               /* a bit for each bell to ring after this transaction */
    pthread_rwlock_t bells_lock; /* held while they are told */
    struct {
        ledger_bell_listener listener;
        void *context;
    } bells[LEDGER_BELLS];
    ledger_listener listener;
    void *listener_context;

    atomic_bool searchable; /* all clients have their keys (ledger_search_keys.c) */
    atomic_bool protects;   /* it has protected files, or had (ledger_protect.c) */
    atomic_bool holders;    /* it has roles that read their own alone (ledger_holder.c) */

    bool is_relay;
    char relay_office[RECORD_KEY_SIZE]; /* "" before the centre told it; within transactions */
    int64_t relay_since;                /* when it became one */
    int64_t relay_doubts;               /* until when (ledger_relay_doubts) */
    bool relay_unsure;                  /* ledger_relay_unsure */
    bool relay_untold;                  /* ledger_relay_untold */
    int64_t relay_began;                /* ledger_relay_unsure; 0 once the centre has told */
    bool relay_whole;                   /* the centre's desk was read to its end, once */
    int64_t published;                  /* by the import under way */

    struct ledger_trail trail;     /* the audit trail */
    struct audit_tally held;       /* attempts to sign in that a lockout held off, */
    struct audit_tally held_codes; /* and those to enrol a terminal */

    bool clocks_changed; /* within this transaction: what decides whose clock ends an offer */
    struct id holder;    /* within this transaction: whose reach `holder_own` tells, or empty */
    bool holder_own;
    struct text_buffer written; /* of what is written under the write lock: used again and again */
    struct ledger_named named;  /* within this transaction */
    int64_t record_last;        /* within this transaction: the last row, 0: not known */
    struct ledger_gap operation_gap; /* within this transaction: of operations, */
    struct ledger_gap record_gap;    /* and of records */
};

/* --- connections ------------------------------------------------------------------------------ */

extern const struct database_schema ledger_schema;

/* Lends an idle reader, or opens one; its `database` is used until ledger_reader_give. */
int ledger_reader_take(struct ledger *ledger, struct ledger_reader **reader, struct error *error);
void ledger_reader_give(struct ledger *ledger, struct ledger_reader *reader);
/* Holds a reader to one state of the database while others write; its end is also to be called
 * after an error. */
int ledger_snapshot_begin(struct ledger_reader *reader, struct error *error);
void ledger_snapshot_end(struct ledger_reader *reader);

/* The writer's connection to read by, for a moment: it has in memory what it wrote, which a reader
 * reads again after each change. False while somebody writes. */
bool ledger_writer_lend(struct ledger *ledger, struct ledger_reader *lent);
void ledger_writer_return(struct ledger *ledger);
/* Reads a column of the first row of a statement without parameters; `number` stays as it is when
 * there is no row. */
int ledger_read_number(struct ledger *ledger, enum ledger_statement which, int column,
                       int64_t *number, struct error *error);

/* Reads a property; the statement stands on its row (column 0) until reset. */
int ledger_property_read(struct database *database, const char *name, sqlite3_stmt **statement,
                         struct error *error);

/* --- transactions ----------------------------------------------------------------------------- */

/* Takes the write lock and begins; on an error nothing is held. */
int ledger_begin(struct ledger *ledger, struct error *error);
/* Commits, gives the lock back and tells the listener; on an error it has rolled back. */
int ledger_commit(struct ledger *ledger, struct error *error);
void ledger_rollback(struct ledger *ledger);
/* Within a transaction: rings after its commit. */
void ledger_bell_ring(struct ledger *ledger, enum ledger_bell bell);
/* After the commit, without the write lock. */
void ledger_bells_tell(struct ledger *ledger, unsigned rung, const struct ledger_changed *changed);
void ledger_changed_clear(struct ledger_changed *changed);
/* Ends it by what came of it: commits when `code` is 0, else rolls back and returns the code. */
int ledger_end(struct ledger *ledger, int code, struct error *error);
struct ledger_row;
/* The first of a clock's list (a statement of row numbers and times) when its time has come: 1 with
 * its row, which is to be cleared; 0 for none. */
int ledger_first_due(struct ledger *ledger, enum ledger_statement which, int64_t now_ms,
                     struct ledger_row *row, struct error *error);
/* Settles `limit` of what is due at most, in one transaction; `settle` gives 1 when it dealt with
 * one, 0 when nothing is due. */
typedef int (*ledger_settle_first)(struct ledger *ledger, int64_t now_ms, struct error *error);
int ledger_settle_due(struct ledger *ledger, ledger_settle_first settle, int limit, int64_t now_ms,
                      int *settled, struct error *error);

/* The next sequence number of this transaction. */
int64_t ledger_next_seq(struct ledger *ledger);

/* A property that may be missing: 0, or "". */
int ledger_property_number(struct database *database, const char *name, int64_t *number,
                           struct error *error);
int ledger_property_text(struct database *database, const char *name, char *text, size_t size,
                         struct error *error);
int ledger_property_number_put(struct ledger *ledger, const char *name, int64_t number,
                               struct error *error);
int ledger_property_text_put(struct ledger *ledger, const char *name, const char *text,
                             struct error *error);

#endif
