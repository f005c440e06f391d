/*
 * Words that narrow a list of cases. Every one must fit:
 *
 *   roy               begins a word of what the case is called anywhere: client, subject, service,
 *                     status, agent, office, channel; or is a part of its reference
 *   client:roy        in this column alone, by its name in either language
 *   -status:closed    not
 *   assignee:         the column is empty
 *   due:2026-11-30    dates as they are written, or their beginning: due:2026-11
 *   due:<2026-12-01   before; > after; so with numbers: unread:>0
 */
#ifndef GUICHET_APP_CASE_SIEVE_H
#define GUICHET_APP_CASE_SIEVE_H

#include "app/case_query.h"
#include "app/case_table.h"

/* How the agent's language calls things; both NULL: only stable names. */
struct case_names {
    /* The column of this name; false when there is none. */
    bool (*column)(const char *name, enum case_column *column);
    /* What a status or channel is called. */
    const char *(*word)(const char *word);
};

struct case_sieve;

/* Makes ready for a table as its words now are named; NULL when out of memory. An unknown column is
 * read as a word with a colon. */
struct case_sieve *case_sieve_new(const char *text, const struct case_names *names,
                                  const struct case_table *table);
bool case_sieve_fits(const struct case_sieve *filter, const struct case_table *table,
                     const struct case_row *row);
void case_sieve_free(struct case_sieve *filter);

/* The local date of a time, "2026-11-27"; "" for 0. */
#define CASE_DATE_SIZE 16
void case_date(int64_t ms, char text[CASE_DATE_SIZE]);

#endif
