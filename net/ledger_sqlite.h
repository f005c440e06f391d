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
#include "net/ledger.h"
#include "net/ledger_message.h"
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
    int64_t seq;              /* the last one given, within a write transaction */
    int64_t seq_before;       /* the last one given before it */
    bool epoch_written;       /* this stay has named its numbers */
    struct scope_set changed; /* scopes written in this transaction */

    bool sessions_changed;        /* within this transaction: one has ended */
    atomic_uint_least64_t people; /* ledger_people */

    /* Calls of ledger_apply that wait, in their order (ledger_group.c). */
    pthread_mutex_t calls_mutex;
    pthread_cond_t calls_changed;
    struct ledger_call *calls;
    struct ledger_call **calls_end;
    bool leading; /* somebody writes for others */

    pthread_mutex_t readers_mutex;
    struct ledger_reader *readers; /* idle ones */

    ledger_listener listener;
    void *listener_context;

    bool deliveries_changed; /* within this transaction */
    ledger_delivery_listener delivery_listener;
    void *delivery_context;

    bool messages_changed; /* within this transaction: what is to be sent, or told */
    ledger_message_listener message_listener;
    void *message_context;

    bool watch_changed; /* within this transaction: a queue, or who waits in one */
    ledger_watch_listener watch_listener;
    void *watch_context;

    atomic_bool protects; /* it has protected files, or had (ledger_protect.c) */
    atomic_bool holders;  /* it has roles that read their own alone (ledger_holder.c) */

    bool is_relay;
    char relay_office[RECORD_KEY_SIZE]; /* "" before the centre told it; within transactions */
    int64_t relay_since;                /* when it became one */
    bool upward_changed;                /* within this transaction */
    ledger_upward_listener upward_listener;
    void *upward_context;

    bool promises_changed; /* within this transaction: one that runs */
    ledger_promise_listener promise_listener;
    void *promise_context;

    int64_t published; /* by the import under way */

    struct ledger_trail trail; /* the audit trail */

    bool openings_changed; /* within this transaction: one that may end sooner */
    ledger_opening_listener opening_listener;
    void *opening_context;

    bool handoffs_changed; /* within this transaction: an offer with an end */
    bool clocks_changed;   /* within this transaction: what decides whose clock ends an offer */
    ledger_handoff_listener handoff_listener;
    void *handoff_context;
};

/* --- connections ------------------------------------------------------------------------------ */

extern const struct database_schema ledger_schema;

/* Lends an idle reader, or opens one; its `database` is used until ledger_reader_give. */
int ledger_reader_take(struct ledger *ledger, struct ledger_reader **reader, struct error *error);
void ledger_reader_give(struct ledger *ledger, struct ledger_reader *reader);
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

/* --- applying (ledger_apply.c) ---------------------------------------------------------------- */

/* ledger_apply within a transaction, for an actor whose scopes are `desk`. On an error the caller
 * rolls back: what came before it in the transaction must not stay. */
int ledger_apply_within(struct ledger *ledger, const struct ledger_actor *actor,
                        const struct scope_set *desk, struct operation *const *operations,
                        size_t count, int64_t now_ms, struct ledger_outcome *outcomes,
                        struct error *error);

/* --- continue codes (ledger_continue.c) ------------------------------------------------------- */

/* After a change of a submission: its code opens it from now on, or none does. */
int ledger_passage_follow(struct ledger *ledger, const struct record *submission, int64_t now_ms,
                          struct error *error);

/* --- records (ledger_record.c) ---------------------------------------------------------------- */

/* A stored record: its row, and what it says. */
struct ledger_row {
    int64_t row;
    struct record *record; /* owned */
    struct id known;       /* the device that can work out this rev by itself; empty for none */
};

void ledger_row_clear(struct ledger_row *row);

/* ERROR_NOT_FOUND when there is none. */
int ledger_row_read(struct database *database, enum record_type type, const struct id *id,
                    struct ledger_row *row, struct error *error);
/* The same by row number. */
int ledger_row_read_number(struct database *database, int64_t number, struct ledger_row *row,
                           struct error *error);

/* Who a client is, of whichever of their files this id is: NULL for none, or one that is not there.
 * New. */
int ledger_client_read(struct database *database, const char *client, struct record **survivor,
                       struct error *error);

/* The form as this submission was filled: its own version where that is kept, for the client saw
 * and agreed to that one; else the present one. ERROR_NOT_FOUND when there is no form. */
int ledger_form_read(struct database *database, const struct record *submission,
                     struct ledger_row *form, struct error *error);

/* Writes the record with its rev and seq: a new row when `row->row` is 0, which it then sets. */
int ledger_row_write(struct ledger *ledger, struct ledger_row *row, struct error *error);

/* The id of what a record stands below: its case, else its contact, "" for none; of a delivery its
 * submission, of a merged client the one it is merged into. Who sees that, sees the record. */
const char *ledger_record_parent(const struct record *record);

/* Within a transaction: the row numbers that a statement with one text gives, such as those of a
 * record's children. `rows` is owned (free); NULL on an error. */
int ledger_rows_named(struct ledger *ledger, enum ledger_statement which, const char *name,
                      int64_t **rows, size_t *count, struct error *error);

/* Whose a record is: the client that it is, that it names, or that its case names; empty for
 * nobody's, and for NULL. */
int ledger_client_of(struct database *database, const struct record *record, struct id *client,
                     struct error *error);

/* Reads a stored document. New record. */
int ledger_document_read(const char *text, size_t length, struct record **record,
                         struct error *error);

/* --- by what records are found (ledger_reach.c) ------------------------------------------------
 */

/* The numbers are kept in the database. */
enum ledger_reach {
    LEDGER_REACH_REFERENCE = 1, /* of a case */
    LEDGER_REACH_MESSAGE = 2,   /* the sender's id of a message */
    LEDGER_REACH_EMAIL = 3,     /* of a client, in small letters */
    LEDGER_REACH_PHONE = 4,     /* its last digits, without country and area */
    LEDGER_REACH_BIRTH_DATE = 5,
    LEDGER_REACH_POSTAL_CODE = 6,
};

/* Digits of a phone number without country and area. */
#define LEDGER_PHONE_DIGITS 7

/* The key under which a text is found; false when it is none. */
bool ledger_reach_key(enum ledger_reach kind, const char *given, char *key, size_t size);
/* Within a transaction, after a record was written: keeps by what it is found. */
int ledger_reach_list(struct ledger *ledger, const struct ledger_row *row, struct error *error);

/* --- finding clients (ledger_search_keys.c) and opening their files (ledger_opening.c) --------- */

/* The scope in which the files stand that are open to an agent for a time. */
#define LEDGER_OPENINGS_SCOPE "open:"

/* Within a transaction, after a client was written: keeps by what they are found. */
int ledger_search_list(struct ledger *ledger, const struct ledger_row *row, struct error *error);
/* Makes what is missing of it: of clients older than the table. In transactions of its own. */
int ledger_search_fill(struct database *database, struct error *error);
/* Whether what is kept of a client is what it should be. */
int ledger_search_check(struct database *database, int64_t row, const struct record *client,
                        bool *agrees, struct error *error);

/* Within a transaction, after a contact was written: the file that was opened for it ends with
 * it. */
int ledger_opening_contact(struct ledger *ledger, const struct record *contact,
                           struct error *error);
/* The scopes of those to whom a file is open. Adds to `scopes`. */
int ledger_opening_scopes(struct ledger *ledger, const struct id *record, struct scope_set *scopes,
                          struct error *error);
/* A file came to be protected: it closes to those who may not read such, but for an emergency. */
int ledger_opening_close(struct ledger *ledger, const struct id *record, struct error *error);

/* --- intake (ledger_intake_offer.c) -------------------------------------------------------------
 */

/* Within a transaction, after a hand-off was written: what the server itself offered, and nobody
 * takes, is offered to the whole office: it has no sender to go back to. */
int ledger_intake_offer_again(struct ledger *ledger, const struct record *handoff, int64_t now_ms,
                              struct error *error);

/* --- scopes (ledger_scope.c) ------------------------------------------------------------------ */

/* The number of a scope's name; 0 when there is none. */
int ledger_scope_find(struct database *database, const char *name, int64_t *number,
                      struct error *error);

/* The same, and makes it when there is none yet: within a transaction. */
int ledger_scope_need(struct ledger *ledger, const char *name, int64_t *number,
                      struct error *error);

/* Scopes that a row stands in (joining scopes left out). Adds to `scopes`. */
int ledger_row_scopes(struct database *database, int64_t row, struct scope_set *scopes,
                      struct error *error);

/* The scopes of another record, by type and id; none when there is no such record, and then
 * `exists` (may be NULL) is false. Adds to `scopes`. */
int ledger_scopes_of(struct database *database, enum record_type type, const char *id,
                     struct scope_set *scopes, bool *exists, struct error *error);

/* Writes the feed after a change: the row under its new seq in every scope that it stands in or by
 * its body belongs to, and what follows from it: who may see a record may see the client that it
 * names, a case's children, and a hand-off's matter. */
int ledger_feed_write(struct ledger *ledger, const struct ledger_row *row, struct error *error);

/* Within a transaction: lets these scopes see a row, with all that follows from it. */
int ledger_grant(struct ledger *ledger, int64_t row, const struct scope_set *scopes,
                 struct error *error);

/* Within a transaction (ledger_grant.c): takes a case and what belongs to it from a scope, but for
 * what the scope has another reason to see. */
int ledger_case_leave(struct ledger *ledger, const struct ledger_row *matter, const char *scope,
                      struct error *error);

/* Within a transaction (ledger_feed.c): the numbers of the rows that stand in a scope. Owned by the
 * caller (free).
 */
int ledger_scope_rows(struct ledger *ledger, int64_t scope, int64_t **rows, size_t *count,
                      struct error *error);

/* --- restricted notes (ledger_restrict.c) ----------------------------------------------------- */

/* With the id of a case: its restricted notes; nobody reads it. */
#define LEDGER_RESTRICTED_SCOPE "restricted:"
/* With the key of an office: emergencies there, for those who supervise it; and all of them, for
 * those who read the audit trail. */
#define LEDGER_EMERGENCIES_SCOPE "emergencies:"
#define LEDGER_PRIVACY_SCOPE     "privacy"

/* Within a transaction: the scopes of the few who may see a restricted note (app/note.h). Adds to
 * `scopes`. */
int ledger_restricted_scopes(struct ledger *ledger, const struct record *note,
                             struct scope_set *scopes, struct error *error);

/* Within a transaction: takes a restricted note from all other scopes. */
int ledger_restricted_keep(struct ledger *ledger, int64_t row, const struct scope_set *kept,
                           struct error *error);

/* Within a transaction, after a case was written: its restricted notes go where the case went. */
int ledger_restricted_follow(struct ledger *ledger, const struct record *matter,
                             struct error *error);

/* Whether the queue that a ticket's operation names, if any, is in the catalogue. */
int ledger_ticket_queue_exists(struct ledger *ledger, const json_t *body, bool *exists,
                               struct error *error);

/* A public screen's sign-in: role "display". */
bool ledger_agent_is_display(const struct record *agent);

/*
 * A joining scope "join:AGENT:SCOPE" holds, for an agent who came to a scope late, what stood in
 * it at that time, under new numbers past the agent's cursor. A row in it is used once: as soon as
 * the record changes, the scope itself brings it.
 */
#define LEDGER_JOIN_PREFIX "join:"

/* Within a transaction: a row comes to stand in a scope under this number; or those who read the
 * scope are told that they see it no longer, also those who are away now. */
int ledger_feed_put(struct ledger *ledger, const char *scope, int64_t seq, int64_t row,
                    struct error *error);
int ledger_gone_put(struct ledger *ledger, const char *scope, int64_t row, struct error *error);

/* Desk scopes by an agent's record, and what they may do (`may`: NULL when that is not asked); a
 * display has none. */
int ledger_agent_scopes(struct database *database, const struct record *agent,
                        struct scope_set *scopes, permission_set *may, struct error *error);

/* After an agent's record changed: what stands in the scopes gained comes to them as new, what they
 * saw in the scopes lost is taken from them. `before` may be NULL. */
int ledger_agent_moved(struct ledger *ledger, const struct record *before,
                       const struct record *after, struct error *error);
/* The same for all who have a role, after its record changed. `before` may be NULL. */
int ledger_role_changed(struct ledger *ledger, const struct record *before,
                        const struct record *after, struct error *error);

/* --- operations (ledger_apply.c) ---------------------------------------------------------------
 */

/* Within a transaction: applies an operation of the server itself, which may do what merge lets it.
 * A refusal is an outcome. */
int ledger_apply_own(struct ledger *ledger, const struct operation *operation, int64_t now_ms,
                     struct ledger_outcome *outcome, struct error *error);

/* What an operation of the server itself says, besides its body. */
struct ledger_own {
    enum operation_kind kind;
    enum record_type type;
    struct id record;
    int64_t base;
    int64_t now_ms;
};

/* Takes over `body`; NULL when out of memory. */
struct operation *ledger_own_operation(const struct ledger_own *own, json_t *body);

/* Both in one: applies such an operation. `body` is taken over. A refusal is ERROR_REFUSED. */
int ledger_own_write(struct ledger *ledger, const struct ledger_own *own, json_t *body,
                     struct error *error);
/* The same of what a client made through a channel. */
int ledger_own_write_from(struct ledger *ledger, const struct ledger_own *own, const char *channel,
                          json_t *body, struct error *error);

/* Claims a record for the server, in a transaction of its own: `claimed` (borrowed) holds its
 * changed members, null removing one. What does not follow from its present state is passed over,
 * and `*written` is then false. On disk when this returns 0. */
int ledger_own_claim(struct ledger *ledger, enum record_type type, const struct id *id,
                     json_t *claimed, int64_t now_ms, bool *written, struct error *error);

/* Within a transaction: keeps who is with a client, after a contact was written. */
int ledger_attending_list(struct ledger *ledger, const struct ledger_row *row, struct error *error);

/* --- hand-offs (ledger_handoff.c, ledger_grant.c) ----------------------------------------------
 */

/* Within a transaction: keeps the list of offers that have an end, after a hand-off was written. */
int ledger_handoff_list(struct ledger *ledger, const struct ledger_row *row, struct error *error);
/* The same of every open offer, after who serves a queue has changed, or what is a relay's. */
int ledger_handoffs_relist(struct ledger *ledger, struct error *error);

/* Whether the agent, office and queue that a hand-off's body names are there: `missing` is the
 * member that names nobody, else NULL. */
int ledger_handoff_check_target(struct ledger *ledger, const json_t *body, const char **missing,
                                struct error *error);

/* The catalogue record of a key; `record` is NULL when there is none, or it has ended. New. */
int ledger_catalogue_find(struct ledger *ledger, enum record_type type, const char *key,
                          struct record **record, struct error *error);

/* The body of the same offer made again: from the same sender, to `queue` (NULL: to nobody yet),
 * with the end that the queue gives it. New; NULL out of memory. */
json_t *ledger_handoff_again(const struct record *handoff, const struct record *queue,
                             int64_t now_ms);

/* The one that follows an offer which ended unanswered or was re-assigned: one, whatever happens,
 * so its id says it. It may be there before the end is: at a relay it comes from the centre, and
 * the centre may have refused the end that a relay gave. */
int ledger_handoff_following(struct ledger *ledger, const struct record *handoff, struct id *id,
                             bool *exists, struct error *error);

/* Whether whom a hand-off is re-assigned to is there: `missing` as above. */
int ledger_reassign_check(struct ledger *ledger, const json_t *body, const char **missing,
                          struct error *error);

/* Within a transaction, after a hand-off was written: makes the one that follows a re-assigned
 * one, from whoever had it; a supervisor who took it has it at once. */
int ledger_reassign(struct ledger *ledger, const struct record *handoff, int64_t now_ms,
                    struct error *error);

/* Within a transaction, after a hand-off was made: says on it since when the client waits, where
 * the offer itself does not: a terminal's clock that is ahead counts from now, and what is offered
 * anew after nobody took it from when it was offered first. */
int ledger_waiting_since(struct ledger *ledger, const struct ledger_row *handoff, int64_t now_ms,
                         struct error *error);

/* It lets its target see what it names: it is offered, or was accepted. */
bool ledger_handoff_stands(const struct record *handoff);

/* One of a queue has accepted it: the others need not see the file. */
bool ledger_handoff_left_queue(const struct record *handoff);

/* Within a transaction, after a hand-off was written: who was to see what it opened and no longer
 * is, sees it no longer, unless for another reason. */
int ledger_grants_end(struct ledger *ledger, const struct ledger_row *handoff, struct error *error);

/* Within a transaction: takes a row from every scope, whatever the reasons; those who hold it are
 * told. */
int ledger_row_take(struct ledger *ledger, int64_t row, struct error *error);
/* The same from one scope. */
int ledger_row_take_from(struct ledger *ledger, int64_t row, const char *scope,
                         struct error *error);

/* --- promises (ledger_promise.c) ---------------------------------------------------------------
 */

/* Within a transaction: keeps the list of those that run, after a promise was written. */
int ledger_promise_list(struct ledger *ledger, const struct ledger_row *row, struct error *error);

/* Within a transaction of the centre, after a case was written by an operation: begins what it
 * promises, and tells it what became of the case. `before` is NULL for a new one. */
int ledger_promise_follow(struct ledger *ledger, const struct record *before,
                          const struct record *after, const struct operation *operation,
                          int64_t now_ms, struct error *error);

/* --- queues (ledger_queue.c) -------------------------------------------------------------------
 *
 * What waits in a queue stands in a scope by what it asks for: "queue:KEY" when that is nothing,
 * else "queue:KEY", a tab and the need (queue_need_text). An agent of the queue has those of its
 * scopes whose need they meet, a supervisor all of them.
 */

/* Whether this is one of the scopes of the queue of this key ("" has none). */
bool ledger_queue_is_scope(const char *scope, const char *queue);

/* Whether this is a scope of a queue's that asks for something. */
bool ledger_queue_has_need(const char *scope);

/* The queue whose scope this is, when it is one that asks for something: its plain scope. Adds to
 * `plain`. */
int ledger_queue_plain(const char *scope, struct scope_set *plain, struct error *error);

/* Within a transaction: the scope of a hand-off in a queue, by what it asks for now. Adds to
 * `scopes`. */
int ledger_queue_scope(struct ledger *ledger, const struct record *handoff, const char *queue,
                       struct scope_set *scopes, struct error *error);

/* The scopes of a queue that an agent has. Adds to `scopes`. */
int ledger_queue_scopes(struct database *database, const struct record *agent, const char *queue,
                        bool all, struct scope_set *scopes, struct error *error);

/* Within a transaction: whether the agent may accept a hand-off to a queue: by skills, languages,
 * contact level and capacity. MERGE_APPLIED, or MERGE_UNFIT or MERGE_FULL with what is lacking. */
int ledger_queue_judge(struct ledger *ledger, const struct record *handoff, const struct id *agent,
                       int64_t now_ms, enum merge_refusal *refusal, char field[LEDGER_FIELD_SIZE],
                       struct error *error);

/* Within a transaction, after a hand-off was written: keeps who may have it in hand. */
int ledger_queue_hold(struct ledger *ledger, const struct ledger_row *row, struct error *error);

/* --- thresholds (ledger_watch.c) ---------------------------------------------------------------
 */

/* Within a transaction, after such a record was written: keeps what a queue sets, who waits in
 * which queue, and whose client is gone. */
int ledger_watch_queue(struct ledger *ledger, const struct ledger_row *row, struct error *error);
int ledger_watch_handoff(struct ledger *ledger, const struct ledger_row *row, struct error *error);
int ledger_watch_contact(struct ledger *ledger, const struct ledger_row *row, struct error *error);

/* --- relays (ledger_relay.c, ledger_upward.c) ---------------------------------------------------
 */

/* What an operation at a relay is on its way through; the numbers are kept in the database. */
enum ledger_way {
    LEDGER_WAY_WAITING = 0,        /* applied here, to be carried */
    LEDGER_WAY_ASKED = 1,          /* not applied here: the centre decides */
    LEDGER_WAY_ACCEPTED = 2,       /* by the centre, whose record is still to come */
    LEDGER_WAY_ASKED_ACCEPTED = 3, /* the same of one that was asked */
    LEDGER_WAY_DONE = 4,           /* kept for a centre that was restored from an older copy */
};

/* Reads what the ledger knows of itself as a relay. */
int ledger_relay_open(struct ledger *ledger, struct error *error);

/* A property that may be missing: 0, or "". */
int ledger_property_number(struct database *database, const char *name, int64_t *number,
                           struct error *error);
int ledger_property_text(struct database *database, const char *name, char *text, size_t size,
                         struct error *error);
int ledger_property_number_put(struct ledger *ledger, const char *name, int64_t number,
                               struct error *error);
int ledger_property_text_put(struct ledger *ledger, const char *name, const char *text,
                             struct error *error);

/* Within a transaction of a relay, before an operation is applied to `row` (`row->row` 0: there is
 * no record): whether it is for the centre to decide. */
int ledger_relay_must_ask(struct ledger *ledger, const struct operation *operation,
                          const struct ledger_row *row, bool *must, struct error *error);
/* Whether a hand-off stays within the relay's office. */
int ledger_handoff_is_inside(struct ledger *ledger, const char *office,
                             const struct record *handoff, bool *inside, struct error *error);

/* Within a transaction of a relay: puts an operation on its way. After it was applied, `row` is as
 * it made it. */
int ledger_upward_put(struct ledger *ledger, const struct operation *operation,
                      const struct ledger_row *row, enum ledger_way state, struct error *error);
/* Within a transaction: forgets what was done with long ago. */
int ledger_upward_prune(struct ledger *ledger, struct error *error);
/* Within a transaction: whether the centre is being asked about it. */
int ledger_upward_has(struct ledger *ledger, const struct id *operation, bool *has,
                      struct error *error);
/* The same; and, when the centre has accepted it, that its record is not waited for any more. */
int ledger_upward_asked(struct ledger *ledger, const struct id *operation, bool *asked,
                        bool *accepted, struct error *error);

/* What a relay shows of a record: `given` (NULL for none) with the operations on their way on top,
 * in the numbers of this database. `record` is new, NULL when nothing is left of it; `changed` is
 * false when it says what `before` says. */
int ledger_relay_fold(struct ledger *ledger, int64_t row, const struct record *given,
                      const struct record *before, struct record **record, bool *changed,
                      struct error *error);
/* The base of an operation made here on local rev `local`, as the centre counts. */
int ledger_lineage_base(struct database *database, int64_t row, int64_t local, int64_t *base,
                        struct error *error);

/* Within a transaction: takes a record that the centre does not have, and will not, from everybody.
 * A hand-off opens nothing any more. */
int ledger_relay_vanish(struct ledger *ledger, struct ledger_row *row, struct error *error);

/* Shows a record anew after what is on its way changed; `document` (NULL for none) is what the
 * centre says that it is by now. */
int ledger_relay_stand(struct ledger *ledger, enum record_type type, const struct id *id,
                       const json_t *document, int64_t now_ms, struct error *error);
/* Reads a stored operation. New. */
int ledger_upward_operation(const char *text, size_t length, struct operation **operation,
                            struct error *error);

/* Notes an answer to an operation for good. */
int ledger_remember(struct ledger *ledger, const struct operation *operation, int64_t now_ms,
                    const struct ledger_outcome *outcome, struct error *error);

/* Writes the feed of a row that was given with these scopes, under its seq. */
int ledger_feed_give(struct ledger *ledger, const struct ledger_row *row,
                     const struct scope_set *given, bool changed, struct error *error);

/* A password's verifier as the centre has it. */
int ledger_verifier_write(struct ledger *ledger, const char *login, const struct id *agent,
                          const char *hash, struct error *error);
/* Within a transaction: the agent of a login (empty when nobody has it), and the login as it is
 * kept.
 */
int ledger_login_find(struct ledger *ledger, const char *login, char folded[LEDGER_LOGIN_LIMIT + 1],
                      struct id *agent, struct error *error);
/* A fresh token, and its hash. */
#define LEDGER_TOKEN_HASH 32
void ledger_token_make(char token[LEDGER_TOKEN_SIZE], unsigned char hash[LEDGER_TOKEN_HASH]);
void ledger_token_hash(const char *token, unsigned char hash[LEDGER_TOKEN_HASH]);

/* --- deliveries (ledger_delivery.c) ------------------------------------------------------------
 */

/* Within a transaction: makes the deliveries of a submission that was just accepted. */
int ledger_deliveries_make(struct ledger *ledger, const struct record *submission, int64_t now_ms,
                           struct error *error);

/* Within a transaction: keeps the list of what is to be sent, after a delivery was written. */
int ledger_delivery_list(struct ledger *ledger, const struct ledger_row *row, struct error *error);

/* --- messages (ledger_message.c, ledger_access.c) ----------------------------------------------
 */

/* Within a transaction: keeps the list of what is to be sent, after a message was written. */
int ledger_message_list(struct ledger *ledger, const struct ledger_row *row, struct error *error);

/* Within a transaction, after a case was written: what its client is to be told of it. `before` is
 * NULL for a new one. */
int ledger_notice_put(struct ledger *ledger, const struct record *before,
                      const struct record *after, int64_t now_ms, struct error *error);

/* Within a transaction, after a case was written: its client's codes open it from now on, or none
 * does. */
int ledger_access_follow(struct ledger *ledger, const struct record *matter, int64_t now_ms,
                         struct error *error);

/* --- history and terminals (ledger_history.c, ledger_device.c) -------------------------------- */

/* Within the first transaction that gives a number: names this and all that follow. */
int ledger_epoch_write(struct ledger *ledger, struct error *error);
/* The name under which a number was given; "" when it has none. */
int ledger_epoch_read(struct database *database, int64_t seq, char epoch[LEDGER_EPOCH_SIZE],
                      struct error *error);

/* Within a transaction: whether the mark's turn has come. `behind` when it is over, which is noted;
 * `other_ms` is when another copy of this terminal was last found behind, 0 for never. */
int ledger_device_admit(struct ledger *ledger, const struct id *device,
                        const struct ledger_mark *mark, int64_t now_ms, bool *behind,
                        int64_t *other_ms, struct error *error);

/* --- publishing (ledger_publish.c, ledger_agent.c) -------------------------------------------- */

/* Within a transaction: writes a catalogue record as its next rev, with what follows from it. */
int ledger_publish(struct ledger *ledger, const struct record *record, struct error *error);

/* ERROR_INVALID, saying why, when this is no password to choose. */
int ledger_password_judge(struct ledger *ledger, const char *login, const char *name,
                          const char *password, struct error *error);
/* Within a transaction: the password must be changed before it opens anything. */
int ledger_password_expire(struct ledger *ledger, const char *login, struct error *error);
/* Within a transaction: an agent's first password. ERROR_CONFLICT when the login is taken. */
int ledger_password_write(struct ledger *ledger, const struct record *agent, const char *password,
                          struct error *error);

#endif
