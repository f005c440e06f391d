/* The parts of finding clients: keeping keys, finding by them, telling what was found. Only
 * net/ledger_search*.c, net/ledger_opening*.c and ledger_check.c include it. */
#ifndef GUICHET_NET_LEDGER_SEARCH_INTERNAL_H
#define GUICHET_NET_LEDGER_SEARCH_INTERNAL_H

#include "app/client_key.h"
#include "net/ledger_row.h"
#include "net/ledger_search.h"

/* A row that was found, not read yet. */
struct search_row {
    int64_t row;
    int score;
    unsigned likeness;
};

/* The best ones, best first. */
struct search_rows {
    struct search_row rows[LEDGER_SEARCH_MOST + 1];
    size_t count;
    size_t limit; /* how many are kept: one more than are asked for */
    bool cut;     /* there were too many to look at them all */
};

/* Whether a row may be shown at all; 1, 0 or an error. */
typedef int (*search_filter)(void *context, int64_t row, struct error *error);

/* One search in a reader's transaction. */
struct searching {
    struct database *database;
    search_filter filter;
    void *context;
    struct search_rows found;
};

/* Keeps a row where it is among the best; one that the filter leaves out is not. */
int search_keep(struct searching *searching, struct search_row row, struct error *error);
/* Whether no more rows of this score would be kept. */
bool search_is_full(const struct searching *searching, int score);

/* ledger_search_find.c: clients who fit all of a question, but for references. */
int search_find(struct searching *searching, const struct client_query *query, struct error *error);

/* ledger_search_likely.c: clients who are likely these. */
int search_likely(struct searching *searching, const struct client_details *details,
                  struct error *error);

/* The keys from `lower` up to `upper`: those that begin with a key, or the key itself. */
struct search_range {
    char lower[CLIENT_KEY_SIZE + 8];
    char upper[CLIENT_KEY_SIZE + 8];
};
struct search_range search_range_whole(const char *key);
struct search_range search_range_longer(const char *key); /* those that begin with it */
struct search_range search_range_of(const struct client_term *term);

/* A growing array of numbers of rows. */
struct search_numbers {
    int64_t *numbers; /* owned */
    size_t count, capacity;
};
void search_numbers_free(struct search_numbers *numbers);
/* Adds the rows that have a key of the range, `most` at most; `*cut` when there are more. */
int search_numbers_read(struct search_numbers *numbers, struct database *database,
                        const struct search_range *range, size_t most, bool *cut,
                        struct error *error);
/* In their order, each once. */
void search_numbers_sort(struct search_numbers *numbers);

/* The role's permissions, by a connection. */
int search_permissions(struct database *database, const struct id *agent, permission_set *may,
                       struct error *error);

/* Within a write transaction: counts a search of the agent's. ERROR_BUSY with `retry_ms`. */
int search_count(struct ledger *ledger, const struct id *agent, int64_t now_ms, int64_t *retry_ms,
                 struct error *error);
/* The same without counting, by a reader. */
int search_may_count(struct database *database, const struct id *agent, int64_t now_ms,
                     int64_t *retry_ms, struct error *error);

/* The one that this client is merged into in the end, itself when into none; `*row` is replaced. */
int search_survivor(struct database *database, struct ledger_row *row, struct error *error);

/* ERROR_REFUSED unless the role has this reason, with words where they are wanted. */
int search_check_purpose(permission_set may, enum purpose purpose, const char *words,
                         struct error *error);

/* Writes into the trail that something was refused: what, in a word. What fails is passed over. */
void search_refused(struct ledger *ledger, const struct ledger_actor *actor, enum record_type type,
                    const struct id *record, enum purpose purpose, const char *words,
                    int64_t now_ms, const char *what);

/* ledger_search_file.c: the rows of a client's file (of whoever others are merged into), file by
 * file: the clients first. */
int search_file_clients(struct database *database, const struct id *client,
                        struct search_numbers *numbers, struct error *error);
/* Their cases, newest first, `most` of each at most; all that is filed under them. Added. */
int search_file_cases(struct database *database, const struct id *client, size_t most,
                      struct search_numbers *numbers, struct error *error);
int search_file_all(struct database *database, const struct id *client,
                    struct search_numbers *numbers, struct error *error);
/* All of a client's file, or of a case with whose it is, with what hangs on each; in the order of
 * their numbers, each once. ERROR_NOT_FOUND. */
int search_file_whole(struct database *database, enum record_type type, const struct id *id,
                      struct search_numbers *numbers, struct error *error);
int search_numbers_add(struct search_numbers *numbers, int64_t number, struct error *error);

#endif
