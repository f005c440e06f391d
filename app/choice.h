/*
 * What the offices choose after a query, so that the search learns what its words mean there
 * (issue 3). Counts, and nothing else: a choice record holds words that the catalogue itself has,
 * the record of the catalogue that was chosen after them, the channel, and how often. It names no
 * agent, client, contact or case in its body; words that the catalogue does not know, a name or a
 * number typed into the wrong field, are never kept.
 *
 * Each terminal of an agent writes one record of its own, with an id made from that of its device,
 * so no two ever write the same one; who reads adds up those of the office. The record holds
 * CHOICE_ENTRIES entries at most: a new one takes the place of the least chosen.
 */
#ifndef GUICHET_APP_CHOICE_H
#define GUICHET_APP_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/author.h"
#include "app/store.h"

#define CHOICE_ENTRIES 100
/* Longest words of an entry, with the NUL. */
#define CHOICE_WORDS_SIZE 84
/* Largest count of an entry: beyond it nothing is learnt. */
#define CHOICE_COUNT_MOST 999

/* One choice: borrowed texts. */
struct choice {
    const char *words;   /* search_results.words; "" counts as none */
    const char *record;  /* full key of the service or form that was opened */
    const char *channel; /* a word of channel_words */
};

/* So many choices wait until they are worth an operation; the end of a contact writes them too. */
#define CHOICE_BATCH 5

/*
 * Notes a choice among those that wait, in the store's state on this terminal; returns how many
 * choices wait now, 0 when this one says nothing (no words), negative on error.
 */
int choice_note(struct store *store, const struct choice *choice, struct error *error);

/* Choices that wait; negative on error. */
int choice_waiting(struct store *store, struct error *error);

/*
 * Adds to `batch` the operation that writes what waits into this device's record; adds nothing when
 * nothing waits. Call choice_written when the batch was applied.
 */
int choice_write(struct batch *batch, const struct author *author, struct store *store,
                 struct error *error);
int choice_written(struct store *store, struct error *error);

/* ---- reading ---- */

/* The counts of one office, in memory. Once made it does not change: any thread may read it. */
struct choice_table;

int choice_table_new(struct choice_table **table, struct error *error);
void choice_table_free(struct choice_table *table);
int choice_table_add(struct choice_table *table, const struct choice *choice, int64_t count,
                     struct error *error);

/* Adds up the records of an office, and what waits on this terminal; new. */
int choice_table_load(struct choice_table **table, struct store *store, const char *office,
                      struct error *error);

/* Entries in it. */
size_t choice_table_count(const struct choice_table *table);

/*
 * How often `record` was chosen after words like `words`: those after other words that are nearly
 * the same ("passeport" while "passep" is typed) and those in another channel count for less.
 * `channel` may be NULL.
 */
double choice_table_weight(const struct choice_table *table, const char *words, const char *record,
                           const char *channel);

#endif
