/*
 * The ledger's part in relays (net/relay.md says how they work): at the centre, accounts of relays
 * and what they carry; at a relay, a ledger whose records the centre gives and whose operations go
 * on to it.
 */
#ifndef GUICHET_NET_LEDGER_RELAY_H
#define GUICHET_NET_LEDGER_RELAY_H

#include "app/shown.h"
#include "net/ledger.h"

/* --- at the centre ---------------------------------------------------------------------------- */

/* The relay of an office. */
struct ledger_relay {
    struct id id;
    char office[RECORD_KEY_SIZE];
    struct id carried; /* what was applied last of what it carried, empty for none */
};

/* Makes a relay's account; its token is told here and never again. ERROR_NOT_FOUND when there is no
 * such office. */
int ledger_relay_add(struct ledger *ledger, const char *office, int64_t now_ms,
                     struct ledger_relay *relay, char token[LEDGER_TOKEN_SIZE],
                     struct error *error);
/* Ends every relay of an office; `ended` is how many there were. */
int ledger_relay_end(struct ledger *ledger, const char *office, int64_t now_ms, int *ended,
                     struct error *error);

/* Whose token this is; ERROR_NOT_FOUND when nobody's. */
int ledger_relay_find(struct ledger *ledger, const char *token, struct ledger_relay *relay,
                      struct error *error);

#define LEDGER_DIGEST_SIZE 33

/* The scopes of all agents of the relay's office; adds to `scopes`. `digest` tells one state of
 * their records from another: with it, what stood in a scope before may come to be seen. */
int ledger_relay_scopes(struct ledger *ledger, const struct ledger_relay *relay,
                        struct scope_set *scopes, char digest[LEDGER_DIGEST_SIZE],
                        struct error *error);

/* Whether the agent is of its office, and has not left. */
bool ledger_relay_employs(struct ledger *ledger, const struct ledger_relay *relay,
                          const struct id *agent);

/* Turns a page of records into an array of documents, each with "scopes", those of the relay in
 * which it stands, and "shared", whether it stands in others too. New reference. */
int ledger_relay_page(struct ledger *ledger, const struct scope_set *scopes,
                      const struct ledger_page *page, json_t **records, struct error *error);

/* What a page takes back from all of them, as ledger_relay_take reads it. New reference. */
int ledger_relay_page_gone(const struct ledger_page *page, json_t **gone, struct error *error);

/* [{"agent","login","hash","must_change","code"}] of the office's agents: what a relay checks
 * passwords by, whether the password must be changed, and whether a one-time code is asked for. New
 * reference. */
int ledger_relay_verifiers(struct ledger *ledger, const struct ledger_relay *relay, json_t **agents,
                           struct error *error);

/* One operation that a relay carries: in the name of the agent who made it. */
struct ledger_carried {
    struct operation *operation;
    struct id after; /* the relay's latest operation on the record that its agent had seen */
};

/* ledger_apply for a relay: the operations of agents of its office, and those by which its clock
 * expires hand-offs within the office. */
int ledger_relay_apply(struct ledger *ledger, const struct ledger_relay *relay,
                       struct ledger_carried *carried, size_t count, int64_t now_ms,
                       struct ledger_outcome *outcomes, struct error *error);

/* --- at a relay ------------------------------------------------------------------------------- */

/* Where a relay's ledger finds the centre. */
struct ledger_centre {
    char url[512];
    char ca[512]; /* path, "" for the system's certificates */
    char token[LEDGER_TOKEN_SIZE];
};

/* Makes an empty ledger that of a relay. */
int ledger_become_relay(struct ledger *ledger, const struct ledger_centre *centre, int64_t now_ms,
                        struct error *error);
bool ledger_is_relay(const struct ledger *ledger);
/* While it is unsure, the centre is asked about what this relay would refuse: it may be an older
 * copy of itself, and have accepted that before. Not kept past a restart. Kept is what it knew when
 * it became so: what terminals offer from then on does not speak for it (ledger_relay_told). */
int ledger_relay_unsure(struct ledger *ledger, bool unsure, struct error *error);
/* A terminal knows of what this relay does not: it was restored from an older copy. Of what was
 * made until `now_ms` the centre may know, and is asked; for a week also of what the relay would
 * refuse, for clocks of terminals are wrong. Does nothing where there is no relay. */
int ledger_relay_was_restored(struct ledger *ledger, int64_t now_ms, struct error *error);
/* The centre is there, and has not told yet: that it read another history, or that an answer came
 * and nobody could read it, says that one of the two may be an older copy. Until the centre has
 * told, and past restarts, it is asked about what this relay would refuse. Does nothing once it has
 * told since this relay was started. */
int ledger_relay_untold(struct ledger *ledger, struct error *error);
/* The centre has told which operation it had of this relay last; empty for none. When the relay did
 * not know of that by itself, it was restored; else it is sure. */
int ledger_relay_told(struct ledger *ledger, const struct id *carried, int64_t now_ms,
                      struct error *error);
/* ERROR_NOT_FOUND when the ledger is no relay's. */
int ledger_centre_read(struct ledger *ledger, struct ledger_centre *centre, struct error *error);

/* How far the centre was read. */
struct ledger_place {
    char office[RECORD_KEY_SIZE];    /* of the relay, "" before the centre told */
    char feed[ID_TEXT_LENGTH + 1];   /* of the centre */
    char scopes[LEDGER_DIGEST_SIZE]; /* the digest of the scopes that `desk` is a place in */
    int64_t desk, catalogue;
    /* Read to its end, once. The desk: of what is not here the centre knew nothing. The catalogue:
     * who serves a queue is known. */
    bool whole, catalogue_whole;
    char desk_epoch[LEDGER_EPOCH_SIZE], catalogue_epoch[LEDGER_EPOCH_SIZE];
};

int ledger_place_read(struct ledger *ledger, struct ledger_place *place, struct error *error);

/* Writes records as the centre gives them (documents; of work records with "scopes" and "shared"),
 * with the relay's own waiting operations on top, and how far that is. */
int ledger_relay_give(struct ledger *ledger, const json_t *records,
                      const struct ledger_place *place, int64_t now_ms, struct error *error);

/* Takes from the office what the centre took back: [{"type","id"}], NULL for none; what the centre
 * erased ("erased") is erased here too. Before what the same page gives is written, and again when
 * that failed. */
int ledger_relay_take(struct ledger *ledger, const json_t *gone, int64_t now_ms,
                      struct error *error);

/* The centre's database is another one, or an older copy: what it gave no longer stands in the way
 * of what it will give, and what was sent to it is sent again. */
int ledger_relay_begin_anew(struct ledger *ledger, const struct ledger_place *place,
                            struct error *error);
/* After that, once all was read again: what the centre does not give any more, and nothing that
 * waits here makes, was of the history that it lost. The office sees it no longer; should somebody
 * carry it to the centre again, it comes back. Costs one look when there was no such beginning. */
int ledger_relay_sweep(struct ledger *ledger, struct error *error);

/* Replaces what passwords are checked by: a document of ledger_relay_verifiers. */
int ledger_relay_admit(struct ledger *ledger, const json_t *agents, struct error *error);

/* How many operations wait for the centre. */
int ledger_upward_count(struct ledger *ledger, int64_t *count, struct error *error);

/* What the centre was heard of past what was read of it: a centre that does not know it was
 * restored from an older copy. It is named until a request that named it, from a place past it, was
 * answered (ledger_upward_known): what came of a record before may be of a centre that was restored
 * while an answer was on its way, and of some nothing comes at all. From then on the place speaks
 * for it. */
struct ledger_witness {
    /* Accepted last by a centre that tells nothing else by which its answer is known, or accepted
     * and not yet given back; empty for none. */
    struct id made;
    int64_t made_seq; /* at the centre */
    /* What answers to operations are known by, and up to where pages were read that were not the
     * last (ledger_upward_show). */
    char shown[SHOWN_SIZE];
};

int ledger_upward_witness(struct ledger *ledger, struct ledger_witness *witness,
                          struct error *error);
/* The centre has answered to a request that named this, and number `desk` of its feed. */
int ledger_upward_known(struct ledger *ledger, const struct ledger_witness *named, int64_t desk,
                        struct error *error);
/* The centre showed how it stood at number `seq` of this stay. */
int ledger_upward_show(struct ledger *ledger, int64_t seq, const char *epoch, struct error *error);

/* The next operations for the centre, in their order, as an array of documents with the base as
 * the centre counts and "after": `limit` and `bytes` at most, but one at least, and never an
 * offer's end without what follows it. New reference; empty when nothing waits. */
int ledger_upward_read(struct ledger *ledger, size_t limit, size_t bytes, json_t **operations,
                       struct error *error);

/* What the centre answered to one. */
struct ledger_verdict {
    struct id operation;
    enum merge_refusal refusal; /* MERGE_APPLIED when applied or repeated */
    int64_t rev, seq;           /* at the centre, when applied */
    bool repeated, conflict;
    const char *field;    /* "" for none; borrowed */
    const json_t *record; /* as it stands at the centre, when refused; borrowed, may be NULL */
};

/* Takes the answers in: what was refused comes off the records again, and its agent is told.
 * `shown` is what the centre told by which its answer is known ("" for nothing: one of the version
 * before), `epoch` the stay that it told with the records ("" for none). */
int ledger_upward_settle(struct ledger *ledger, const struct ledger_verdict *verdicts, size_t count,
                         const char *shown, const char *epoch, int64_t now_ms, struct error *error);

/* The scope that is rung when the centre has decided an operation that was asked of it. */
#define LEDGER_ASKED_SCOPE "asked:"

/* What the agent is to be told past number `since`: [{"number","operation","reason","field"}]; what
 * was told up to `since` is forgotten. New reference. */
int ledger_told_read(struct ledger *ledger, const struct id *agent, int64_t since, json_t **told,
                     struct error *error);

#endif
