#include "app/case_query.h"

#include <string.h>

#include "app/json.h"
#include "app/text.h"

const char *const case_list_words[] = {"due",     "mine",   "office", "today", "overdue",
                                       "waiting", "unread", "loose",  "all",   NULL};
const char *const case_column_words[] = {"reference", "client",   "subject", "service", "status",
                                         "due",       "assignee", "opened",  "changed", "unread",
                                         "channel",   "office",   NULL};
const char *const case_group_words[] = {"none", "status",  "service", "assignee",
                                        "due",  "channel", NULL};

void case_query_standard(struct case_query *query, enum case_list_kind list)
{
    bool by_due = list == CASE_LIST_DUE || list == CASE_LIST_MINE || list == CASE_LIST_TODAY ||
                  list == CASE_LIST_OVERDUE || list == CASE_LIST_LOOSE;

    *query = (struct case_query){.list = list,
                                 .sort = by_due ? CASE_COLUMN_DUE : CASE_COLUMN_CHANGED,
                                 .descending = !by_due};
}

json_t *case_query_to_json(const struct case_query *query)
{
    return json_pack("{s:s, s:s, s:b, s:s, s:s}", "list", case_list_words[query->list], "sort",
                     case_column_words[query->sort], "descending", query->descending, "group",
                     case_group_words[query->group], "filter", query->filter);
}

/* The place of a member's word; `place` stays when it is absent. */
static int read_word(const json_t *value, const char *member, const char *const *words,
                     unsigned *place, struct error *error)
{
    const char *word = json_text_or(value, member, NULL);

    if (word == NULL && json_object_get(value, member) == NULL)
        return 0;
    for (unsigned i = 0; word != NULL && words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0) {
            *place = i;
            return 0;
        }
    return error_set(error, ERROR_INVALID, "%s: no such word: %s", member,
                     word == NULL ? "(not a text)" : word);
}

int case_query_from_json(struct case_query *query, const json_t *value, struct error *error)
{
    unsigned list = CASE_LIST_DUE, sort, group;
    int code = read_word(value, "list", case_list_words, &list, error);

    case_query_standard(query, (enum case_list_kind)list);
    sort = query->sort;
    group = query->group;
    if (code == 0)
        code = read_word(value, "sort", case_column_words, &sort, error);
    if (code == 0)
        code = read_word(value, "group", case_group_words, &group, error);
    if (code != 0)
        return code;
    query->sort = (enum case_column)sort;
    query->group = (enum case_group)group;
    query->descending = json_bool_or(value, "descending", query->descending);
    text_copy(query->filter, sizeof(query->filter), json_text_or(value, "filter", ""));
    return 0;
}
