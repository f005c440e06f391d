/* Inside the table of cases; only app/case_table*.c include it. */
#ifndef GUICHET_APP_CASE_TABLE_INTERNAL_H
#define GUICHET_APP_CASE_TABLE_INTERNAL_H

#include "app/case_table.h"
#include "app/id_map.h"

struct case_client {
    uint32_t name; /* place in the texts */
    uint32_t into; /* the client that this one is merged into; CASE_NONE */
    bool anonymous;
    bool here; /* it was read: else only a case names it */
};

/* A message, task or promise that says something of its case. */
struct case_hanging {
    uint32_t row, next; /* CASE_NONE */
    int64_t due_ms;     /* 0: nothing is due */
    uint8_t type;       /* enum record_type */
    bool unread;
};

struct case_table {
    struct case_row *rows; /* owned */
    size_t row_count, row_capacity;
    struct case_client *clients; /* owned */
    size_t client_count, client_capacity;
    struct case_hanging *hangings; /* owned */
    size_t hanging_count, hanging_capacity;
    struct id_map row_map, client_map, hanging_map;
    struct text_pool texts;
    struct case_words words[CASE_WORDS_COUNT];
    uint32_t *by_id; /* owned */
    size_t by_id_count, by_id_capacity;
    uint64_t version;
    int64_t followed; /* number of the last change that is in it */
};

#endif
