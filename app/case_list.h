/*
 * A list of cases: which rows of the table a query shows, in which order and groups, which of them
 * are marked, and how many each of the standard lists holds. A pure function of table, query and
 * situation; a change of any is taken in by arranging again, in a time that grows with the rows of
 * the table alone (milliseconds for a hundred thousand).
 */
#ifndef GUICHET_APP_CASE_LIST_H
#define GUICHET_APP_CASE_LIST_H

#include "app/case_query.h"
#include "app/case_sieve.h"
#include "app/case_table.h"

/* Whose list, and when. */
struct case_situation {
    struct id agent;
    const char *office; /* key */
    int64_t now_ms;
    struct case_names names;
};

struct case_list {
    uint32_t *order; /* owned: rows of the table */
    size_t count, capacity;
    size_t *groups; /* owned: where in `order` each begins; none without grouping */
    size_t group_count;
    size_t counts[CASE_LIST_COUNT];
    size_t loose;                          /* of `count`, those that are no cases */
    int64_t now_ms, today_ms, tomorrow_ms; /* of the last arranging: when those days begin */
    uint8_t *marks;                        /* owned: a bit a row */
    size_t mark_capacity;                  /* rows */
    size_t marked;
};

/* Zero-initialise. */
int case_list_arrange(struct case_list *list, struct case_table *table,
                      const struct case_query *query, const struct case_situation *situation,
                      struct error *error);
void case_list_free(struct case_list *list);

/* Whether what is due first is late: a task when its day is over. */
bool case_list_is_late(const struct case_list *list, const struct case_row *row);

/* Where a row stands; SIZE_MAX when it does not. */
size_t case_list_index(const struct case_list *list, uint32_t row);
/* The group in which an index lies; SIZE_MAX without grouping. */
size_t case_list_group(const struct case_list *list, size_t index);

/* --- marks: of rows, whether the list shows them now or not --------------------------------------
 */

bool case_list_is_marked(const struct case_list *list, uint32_t row);
/* False when out of memory. */
bool case_list_mark(struct case_list *list, uint32_t row, bool marked);
/* From one index to another, both in. */
bool case_list_mark_range(struct case_list *list, size_t from, size_t to);
void case_list_unmark_all(struct case_list *list);
/* Marks that the list does not show are taken off; how many. What is acted on is seen. */
size_t case_list_unmark_hidden(struct case_list *list);

#endif
