/*
 * Searching beside the screen thread: the newest query wins, an older one under way is cancelled.
 * It has its own connection to the catalogue and rings the link's screen bell when it is done.
 */
#ifndef GUICHET_UI_SEARCH_WORKER_H
#define GUICHET_UI_SEARCH_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "app/link.h"
#include "app/search.h"

struct search_worker;

/* `link` is borrowed and outlives it. */
int search_worker_new(struct search_worker **worker, const char *catalogue_path, struct link *link,
                      struct error *error);
/* Cancels, waits for the thread (a moment) and frees. */
void search_worker_free(struct search_worker *worker);

/* From now on these choices of the office act on the order (app/choice.h); takes the table over. */
void search_worker_learn(struct search_worker *worker, struct choice_table *choices);

/* Asks; returns the number of this question. Texts are copied. `closed`: the office is, now. */
uint64_t search_worker_ask(struct search_worker *worker, const char *query, const char *language,
                           const char *channel, bool closed);

/*
 * The answer to the latest question that has one: its number, 0 when none is new. `results` is
 * handed over (search_results_free), NULL when the search failed and `error` says why.
 */
uint64_t search_worker_take(struct search_worker *worker, struct search_results **results,
                            struct error *error);

#endif
