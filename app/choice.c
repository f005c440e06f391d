#include "app/choice.h"

#include <string.h>

#include "app/json.h"
#include "app/text.h"

/* Where the choices that wait stand in the store's state: {name: entry} as in the
 * record. */
#define STATE_NAME "choices"

/* The record's map of entries, by a name made of what they are about. */
#define MAP "counts"

static struct id id_of(const char *type, const char *const *parts, size_t count)
{
    struct text_buffer key = {0};
    struct id id = {""};

    for (size_t i = 0; i < count; i++) {
        text_buffer_add_text(&key, parts[i]);
        text_buffer_add_text(&key, "\n");
    }
    if (!key.failed)
        id = id_from_key(type, key.bytes);
    text_buffer_free(&key);
    return id;
}

/* The name of an entry: the same on every device, and short whatever the words are. */
static struct id entry_id(const char *words, const char *record, const char *channel)
{
    const char *const parts[] = {words, record, channel};

    return id_of("choice-entry", parts, 3);
}

/* This device's record for an office. */
static struct id own_id(const struct author *author)
{
    const char *const parts[] = {author->device.text, author->office};

    return id_of("choice", parts, 2);
}

static int read_waiting(struct store *store, json_t **waiting, struct error *error)
{
    int code = store_state_get(store, STATE_NAME, waiting, error);

    if (code == 0 && !json_is_object(*waiting)) {
        json_decref(*waiting);
        *waiting = json_object();
        if (*waiting == NULL)
            code = error_set(error, ERROR_MEMORY, "out of memory");
    }
    return code;
}

static int count_waiting(json_t *waiting)
{
    const char *name;
    json_t *item;
    int count = 0;

    json_object_foreach(waiting, name, item) count += (int)json_integer_or(item, "count", 0);
    return count;
}

int choice_waiting(struct store *store, struct error *error)
{
    json_t *waiting = NULL;
    int code = read_waiting(store, &waiting, error);

    if (code == 0)
        code = count_waiting(waiting);
    json_decref(waiting);
    return code;
}

int choice_note(struct store *store, const struct choice *choice, struct error *error)
{
    json_t *waiting = NULL;
    struct id name;
    int64_t count;
    int code;

    if (choice->words[0] == '\0' || strlen(choice->words) >= CHOICE_WORDS_SIZE ||
        choice->record[0] == '\0')
        return 0;
    code = read_waiting(store, &waiting, error);
    if (code != 0)
        return code;
    name = entry_id(choice->words, choice->record, choice->channel);
    count = json_integer_or(json_object_get(waiting, name.text), "count", 0);
    if (count == 0 && json_object_size(waiting) == CHOICE_ENTRIES) {
        json_decref(waiting); /* the office is not known for long: enough is waiting */
        return CHOICE_ENTRIES;
    }
    if (json_object_set_new(waiting, name.text,
                            json_pack("{s:s, s:s, s:s, s:I}", "words", choice->words, "record",
                                      choice->record, "channel", choice->channel, "count",
                                      (json_int_t)count + 1)) != 0)
        code = error_set(error, ERROR_MEMORY, "out of memory");
    if (code == 0)
        code = store_state_put(store, STATE_NAME, waiting, error);
    if (code == 0)
        code = count_waiting(waiting);
    json_decref(waiting);
    return code;
}

int choice_written(struct store *store, struct error *error)
{
    return store_state_put(store, STATE_NAME, NULL, error);
}

/* ---- writing ---- */

/* The least chosen entry of `counts` that is not in `keep`; NULL when there is none. */
static const char *least_chosen(json_t *counts, const json_t *keep)
{
    const char *least = NULL;
    int64_t fewest = INT64_MAX;
    const char *name;
    json_t *entry;

    json_object_foreach(counts, name, entry)
    {
        int64_t count = json_integer_or(entry, "count", 0);

        if (count < fewest && json_object_get(keep, name) == NULL) {
            fewest = count;
            least = name;
        }
    }
    return least;
}

/* The entries as they will be: `counts` is changed, and `set` tells what changed, null for an entry
 * that makes room. */
static int add_waiting(json_t *counts, json_t *waiting, json_t *set)
{
    const char *name;
    json_t *item;

    json_object_foreach(waiting, name, item)
    {
        int64_t count = json_integer_or(json_object_get(counts, name), "count", 0) +
                        json_integer_or(item, "count", 0);
        json_t *entry = json_copy(item);

        if (count > CHOICE_COUNT_MOST)
            count = CHOICE_COUNT_MOST;
        if (entry == NULL || json_object_set_new(entry, "count", json_integer(count)) != 0 ||
            json_object_set(set, name, entry) != 0 || json_object_set_new(counts, name, entry) != 0)
            return ERROR_MEMORY;
    }
    while (json_object_size(counts) > CHOICE_ENTRIES) {
        const char *least = least_chosen(counts, set);
        char dropped[ID_TEXT_LENGTH + 1];

        if (least == NULL)
            break; /* never: no more than fit wait */
        text_copy(dropped, sizeof dropped, least);
        if (json_object_set_new(set, dropped, json_null()) != 0)
            return ERROR_MEMORY;
        json_object_del(counts, dropped);
    }
    return 0;
}

/* A change sets each entry by its path; a new record has them all at once. */
static int put_entries(struct operation *operation, json_t *set)
{
    const char *name;
    json_t *entry;

    if (operation->kind == OPERATION_APPEND)
        return json_object_set(operation->body, MAP, set);
    json_object_foreach(set, name, entry)
    {
        char path[sizeof MAP + OPERATION_MEMBER_LIMIT * 2];

        if (!operation_map_path(MAP, name, path, sizeof path) ||
            json_object_set(operation->body, path, entry) != 0)
            return ERROR_MEMORY;
    }
    return 0;
}

static struct operation *new_operation(const struct author *author, const struct record *record,
                                       const struct id *id)
{
    struct operation *operation;

    if (record != NULL)
        return author_change(author, OPERATION_FIELDS, record);
    operation = author_append(author, RECORD_CHOICE);
    if (operation != NULL)
        operation->record = *id;
    operation_put_text(operation, "office", author->office);
    return operation;
}

static int write_entries(struct batch *batch, const struct author *author,
                         const struct record *record, const struct id *id, json_t *waiting,
                         struct error *error)
{
    json_t *counts =
        record == NULL ? json_object() : json_deep_copy(json_object_get(record->body, MAP));
    json_t *set = json_object();
    struct operation *operation = new_operation(author, record, id);
    int code = 0;

    if (counts == NULL)
        counts = json_object();
    if (counts == NULL || set == NULL || operation == NULL ||
        add_waiting(counts, waiting, set) != 0 || put_entries(operation, set) != 0)
        code = error_set(error, ERROR_MEMORY, "out of memory");
    json_decref(counts);
    json_decref(set);
    if (code == 0)
        return batch_add(batch, operation, error);
    operation_free(operation);
    return code;
}

int choice_write(struct batch *batch, const struct author *author, struct store *store,
                 struct error *error)
{
    struct id id = own_id(author);
    struct record *record = NULL;
    json_t *waiting = NULL;
    int code;

    if (author->office == NULL || author->office[0] == '\0')
        return 0; /* not known yet: it waits */
    code = read_waiting(store, &waiting, error);
    if (code != 0 || json_object_size(waiting) == 0) {
        json_decref(waiting);
        return code;
    }
    code = store_get(store, RECORD_CHOICE, &id, &record, NULL, error);
    if (code == ERROR_NOT_FOUND)
        code = 0;
    if (code == 0)
        code = write_entries(batch, author, record, &id, waiting, error);
    record_free(record);
    json_decref(waiting);
    return code;
}

/* ---- reading what the office has ---- */

static int add_entries(struct choice_table *table, json_t *entries, struct error *error)
{
    const char *name;
    json_t *entry;
    int code = 0;

    json_object_foreach(entries, name, entry)
    {
        struct choice choice = {json_text_or(entry, "words", ""), json_text_or(entry, "record", ""),
                                json_text_or(entry, "channel", "")};
        int64_t count = json_integer_or(entry, "count", 0);

        if (count > 0 && code == 0)
            code = choice_table_add(table, &choice,
                                    count > CHOICE_COUNT_MOST ? CHOICE_COUNT_MOST : count, error);
    }
    return code;
}

struct loading {
    struct choice_table *table;
    const char *office;
    struct error *error;
};

static int load_record(void *context, const struct record *record, enum store_pending pending)
{
    struct loading *loading = context;

    (void)pending;
    if (strcmp(record_text(record, "office"), loading->office) != 0)
        return 0;
    return add_entries(loading->table, json_object_get(record->body, MAP), loading->error);
}

int choice_table_load(struct choice_table **table, struct store *store, const char *office,
                      struct error *error)
{
    const struct store_query query = {.type = RECORD_CHOICE};
    struct loading loading = {.office = office, .error = error};
    json_t *waiting = NULL;
    int code = choice_table_new(table, error);

    if (code != 0)
        return code;
    loading.table = *table;
    code = store_each(store, &query, load_record, &loading, error);
    if (code == 0)
        code = read_waiting(store, &waiting, error);
    if (code == 0)
        code = add_entries(*table, waiting, error);
    json_decref(waiting);
    if (code != 0) {
        choice_table_free(*table);
        *table = NULL;
    }
    return code;
}
