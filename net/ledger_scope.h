/*
 * Who sees which record: the scopes that rows stand in, and the feeds that follow them. Nobody
 * outside net/ledger_*.c includes this.
 */
#ifndef GUICHET_NET_LEDGER_SCOPE_H
#define GUICHET_NET_LEDGER_SCOPE_H

#include "net/ledger_row.h"

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

/* Within a transaction : the numbers of the rows that stand in a scope. Owned by the
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
/* The same for all who have a role, after its record changed. `before` may be NULL. They are moved
 * after the commit (ledger_roles_follow). */
int ledger_role_changed(struct ledger *ledger, const struct record *before,
                        const struct record *after, struct error *error);

struct role;
/* Desk scopes of an agent if this was their role. */
int ledger_scopes_by_role(struct database *database, const struct record *agent,
                          const struct role *role, struct scope_set *scopes, struct error *error);
/* Within a transaction: desk scopes as the agent, by this record, has them so far: by their role as
 * it was where its change has not come to them yet, which it then has (ledger_role_move.c). */
int ledger_role_scopes_before(struct ledger *ledger, const struct record *agent,
                              struct scope_set *scopes, struct error *error);
/* Within a transaction: gives an agent what stands in the scopes gained, and takes what stood in
 * those lost. */
int ledger_scopes_move(struct ledger *ledger, const struct record *agent,
                       const struct scope_set *before, const struct scope_set *after,
                       struct error *error);
/* Within a transaction: puts a change of what somebody may do into the trail. */
int ledger_permission_note(struct ledger *ledger, const struct record *record, const char *what,
                           struct error *error);
/* Outside of a transaction: moves those to whom a change of their role has not come yet, a few a
 * transaction. When it fails the others wait for the next change or start. */
int ledger_roles_follow(struct ledger *ledger, struct error *error);

/* Within a transaction, after a hand-off was written: who was to see what it opened and no longer
 * is, sees it no longer, unless for another reason. */
int ledger_grants_end(struct ledger *ledger, const struct ledger_row *handoff, struct error *error);

/* Within a transaction: takes a row from every scope, whatever the reasons; those who hold it are
 * told. */
int ledger_row_take(struct ledger *ledger, int64_t row, struct error *error);
/* A row alone from one scope, unless there is a reason here for which it may be seen in it. */
int ledger_row_leave(struct ledger *ledger, int64_t row, const char *scope, struct error *error);
/* The same as ledger_row_take from one scope. */
int ledger_row_take_from(struct ledger *ledger, int64_t row, const char *scope,
                         struct error *error);

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

/* Writes the feed of a row that was given with these scopes, under its seq. */
int ledger_feed_give(struct ledger *ledger, const struct ledger_row *row,
                     const struct scope_set *given, bool changed, struct error *error);

/* --- what was taken back long ago (ledger_gone.c) ----------------------------------------------
 */

/* What is taken back is told for so long; whoever was away for longer begins anew. */
#define LEDGER_GONE_KEPT_MS (INT64_C(30) * 24 * 3600 * 1000)

struct ledger_gone {
    int64_t horizon; /* what was taken up to this number is forgotten; 0: nothing is */
    int64_t at_ms;   /* when that was the latest number */
};

int ledger_gone_read(struct database *database, struct ledger_gone *gone, struct error *error);
/* Within a transaction: forgets what is old enough, once a day. */
int ledger_gone_prune(struct ledger *ledger, int64_t now_ms, struct error *error);
/* Adds to the name of an epoch that its reader is told all until now. */
void ledger_epoch_day(char epoch[LEDGER_EPOCH_SIZE], int64_t now_ms);

#endif
