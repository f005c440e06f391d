/*
 * What a list of cases shows, and how: one of the standard lists, narrowed by words, sorted by a
 * column, in groups. A view (view.h) is such a query under a name.
 */
#ifndef GUICHET_APP_CASE_QUERY_H
#define GUICHET_APP_CASE_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "app/error.h"

/* The standard lists. Those of what is due, late, waiting and unread hold the cases that are the
 * agent's own or nobody's: what somebody else has in hand is theirs. */
enum case_list_kind {
    CASE_LIST_DUE,     /* until the end of today, late ones too */
    CASE_LIST_MINE,    /* the agent's, or opened by them and nobody's; not closed */
    CASE_LIST_OFFICE,  /* the office's, not closed */
    CASE_LIST_TODAY,   /* due today, not late yet */
    CASE_LIST_OVERDUE, /* late */
    CASE_LIST_WAITING, /* for the client: information is missing */
    CASE_LIST_UNREAD,  /* something came in writing that nobody has read */
    CASE_LIST_LOOSE,   /* open tasks and unread messages that belong to no case */
    CASE_LIST_ALL,     /* also closed, and in whosever hands */
    CASE_LIST_COUNT
};

enum case_column {
    CASE_COLUMN_REFERENCE,
    CASE_COLUMN_CLIENT,
    CASE_COLUMN_SUBJECT,
    CASE_COLUMN_SERVICE,
    CASE_COLUMN_STATUS,
    CASE_COLUMN_DUE,
    CASE_COLUMN_ASSIGNEE,
    CASE_COLUMN_OPENED,
    CASE_COLUMN_CHANGED,
    CASE_COLUMN_UNREAD,
    CASE_COLUMN_CHANNEL,
    CASE_COLUMN_OFFICE,
    CASE_COLUMN_COUNT
};

enum case_group {
    CASE_GROUP_NONE,
    CASE_GROUP_STATUS,
    CASE_GROUP_SERVICE,
    CASE_GROUP_ASSIGNEE,
    CASE_GROUP_DUE, /* by day; all that is late together */
    CASE_GROUP_CHANNEL,
    CASE_GROUP_COUNT
};

/* Stable names, NULL-terminated, in the order of the enums. */
extern const char *const case_list_words[];
extern const char *const case_column_words[];
extern const char *const case_group_words[];

#define CASE_FILTER_LIMIT 200

struct case_query {
    enum case_list_kind list;
    enum case_column sort;
    bool descending;
    enum case_group group;
    char filter[CASE_FILTER_LIMIT + 1]; /* see case_sieve.h */
};

/* The query of a standard list as it opens: what is due first, or what was changed last. */
void case_query_standard(struct case_query *query, enum case_list_kind list);

/* {"list","sort","descending","group","filter"} by their names. New reference, NULL when out of
 * memory. */
json_t *case_query_to_json(const struct case_query *query);
/* ERROR_INVALID naming the member; what is absent is as case_query_standard has it. */
int case_query_from_json(struct case_query *query, const json_t *value, struct error *error);

#endif
