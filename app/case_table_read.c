/* How the table of cases is read out of the store, and how it follows the store's changes. */
#include "app/case_table_internal.h"

#include <stdlib.h>
#include <string.h>

#include "app/case_sort.h"

static const enum record_type read_types[] = {RECORD_CLIENT, RECORD_CASE, RECORD_MESSAGE,
                                              RECORD_TASK, RECORD_PROMISE};

struct reading {
    struct case_table *table;
    atomic_bool *cancel;
    atomic_size_t *read;
    int code; /* of what has none to return */
};

static int read_record(void *context, const struct record *record, enum store_pending pending)
{
    struct reading *reading = context;

    if (reading->cancel != NULL && atomic_load_explicit(reading->cancel, memory_order_relaxed))
        return ERROR_CANCELLED;
    if (reading->read != NULL)
        atomic_fetch_add_explicit(reading->read, 1, memory_order_relaxed);
    return case_table_put(reading->table, record, pending);
}

static void read_newest(void *context, const struct id *matter, const struct id *newest)
{
    struct reading *reading = context;

    if (reading->code == 0)
        reading->code = case_table_newest(reading->table, matter, newest);
}

int case_table_read(struct case_table *table, struct store *store, atomic_bool *cancel,
                    atomic_size_t *read, struct error *error)
{
    struct reading reading = {table, cancel, read, 0};
    int64_t latest = store_change_latest(store, error);
    int code = latest < 0 ? (int)latest : 0;

    /* What changes while it is read is read again by following. */
    table->followed = latest;
    for (size_t i = 0; i < sizeof(read_types) / sizeof(read_types[0]) && code == 0; i++)
        code = store_each(store, &(struct store_query){.type = read_types[i]}, read_record,
                          &reading, error);
    if (code == 0)
        code = store_cases_newest(store, read_newest, &reading, error);
    if (code == 0)
        code = reading.code;
    if (code == ERROR_MEMORY)
        error_set(error, ERROR_MEMORY, "no memory for the lists of cases");
    return code;
}

/* --- following ------------------------------------------------------------------------------- */

struct following {
    struct case_table *table;
    struct store *store;
    struct error *error;
    struct id_map seen, cases; /* looked at in this round */
    size_t count;
};

/* True once in a round for each id. */
static bool is_first(struct id_map *map, const struct id *id)
{
    unsigned char bytes[ID_BYTES];

    id_to_bytes(id, bytes);
    if (id_map_find(map, bytes) != ID_MAP_NONE)
        return false;
    id_map_add(map, bytes, 0);
    return true;
}

static bool is_read(enum record_type type)
{
    for (size_t i = 0; i < sizeof(read_types) / sizeof(read_types[0]); i++)
        if (read_types[i] == type)
            return true;
    return false;
}

static int follow_record(struct following *following, const struct store_change *change)
{
    struct record *record = NULL;
    enum store_pending pending;
    struct error missing = ERROR_INIT;
    int code = store_get(following->store, change->type, &change->id, &record, &pending, &missing);

    if (code == ERROR_NOT_FOUND) {
        case_table_remove(following->table, change->type, &change->id);
        return 0;
    }
    if (code == 0)
        code = case_table_put(following->table, record, pending);
    else if (following->error != NULL)
        *following->error = missing;
    record_free(record);
    return code;
}

static int follow_change(void *context, const struct store_change *change)
{
    struct following *following = context;
    struct id newest;
    int code = 0;

    following->count++;
    if (!id_is_empty(&change->id) && is_read(change->type) &&
        is_first(&following->seen, &change->id))
        code = follow_record(following, change);
    if (code == 0 && !id_is_empty(&change->case_id) &&
        is_first(&following->cases, &change->case_id)) {
        code = store_case_newest(following->store, &change->case_id, &newest, following->error);
        if (code == 0)
            code = case_table_newest(following->table, &change->case_id, &newest);
    }
    return code;
}

int case_table_follow(struct case_table *table, struct store *store, size_t limit, bool *more,
                      struct error *error)
{
    struct following following = {.table = table, .store = store, .error = error};
    int64_t reached;
    int code =
        store_changes(store, table->followed, limit, follow_change, &following, &reached, error);

    *more = code == 0 && following.count >= limit;
    table->followed = reached;
    id_map_free(&following.seen);
    id_map_free(&following.cases);
    if (code == ERROR_MEMORY)
        error_set(error, ERROR_MEMORY, "no memory for the lists of cases");
    return code;
}

/* --- the order of making --------------------------------------------------------------------- */

static uint64_t id_key(const unsigned char id[ID_BYTES])
{
    uint64_t key = 0;

    for (int i = 0; i < 8; i++)
        key = key << 8 | id[i];
    return key;
}

static int by_id(void *context, uint32_t left, uint32_t right)
{
    const struct case_table *table = context;

    return memcmp(table->rows[left].id, table->rows[right].id, ID_BYTES);
}

const uint32_t *case_table_by_id(struct case_table *table)
{
    struct case_sort sort = {0};

    if (table->by_id_count == table->row_count)
        return table->by_id;
    if (!case_sort_begin(&sort, table->row_count))
        return NULL;
    for (size_t i = 0; i < table->row_count; i++)
        case_sort_add(&sort, id_key(table->rows[i].id), (uint32_t)i);
    case_sort_run(&sort, by_id, table);
    if (table->by_id_capacity < table->row_count) {
        uint32_t *longer = realloc(table->by_id, table->row_capacity * sizeof(*longer));

        if (longer == NULL) {
            case_sort_end(&sort);
            return NULL;
        }
        table->by_id = longer;
        table->by_id_capacity = table->row_capacity;
    }
    for (size_t i = 0; i < table->row_count; i++)
        table->by_id[i] = case_sort_row(&sort, i);
    table->by_id_count = table->row_count;
    case_sort_end(&sort);
    return table->by_id;
}
