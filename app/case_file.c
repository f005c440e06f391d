#include "app/case_file.h"

#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/delivery.h"

/* Where the time, the channel and the author of each type stand. */
struct entry_members {
    enum record_type type;
    const char *at, *author;
};

static const struct entry_members entry_members[] = {
    {RECORD_CONTACT, "started_at", "agent"},
    {RECORD_NOTE, "at", "author"},
    {RECORD_SUBMISSION, "started_at", "started_by"},
    {RECORD_HANDOFF, "offered_at", "from"},
    {RECORD_DELIVERY, "created_at", ""}, /* the server's */
    {RECORD_MESSAGE, "at", "author"},    /* of what the client wrote: nobody */
    {RECORD_TASK, "at", "author"},
    {RECORD_PROMISE, "started_at", ""}, /* the server's */
};

static const struct entry_members *members_of(enum record_type type)
{
    for (size_t i = 0; i < sizeof(entry_members) / sizeof(entry_members[0]); i++)
        if (entry_members[i].type == type)
            return &entry_members[i];
    return NULL;
}

struct reading {
    struct case_file *file;
    size_t capacity;
    bool loose; /* only notes without a case, of contacts that are in the file */
};

static bool has_contact(const struct case_file *file, const char *id)
{
    for (size_t i = 0; i < file->count; i++)
        if (file->entries[i].record->type == RECORD_CONTACT &&
            strcmp(file->entries[i].record->id.text, id) == 0)
            return true;
    return false;
}

static int add(void *context, const struct record *record, enum store_pending pending)
{
    struct reading *reading = context;
    struct case_file *file = reading->file;
    const struct entry_members *members = members_of(record->type);
    struct case_entry *entry;

    if (members == NULL)
        return 0;
    if (reading->loose && (record->type != RECORD_NOTE || record_text(record, "case")[0] != '\0' ||
                           !has_contact(file, record_text(record, "contact"))))
        return 0;
    if (file->count == reading->capacity) {
        size_t capacity = reading->capacity == 0 ? 32 : 2 * reading->capacity;
        struct case_entry *grown = realloc(file->entries, capacity * sizeof(*grown));

        if (grown == NULL)
            return ERROR_MEMORY;
        file->entries = grown;
        reading->capacity = capacity;
    }
    entry = &file->entries[file->count];
    *entry = (struct case_entry){.record = record_copy(record), .pending = pending};
    if (entry->record == NULL)
        return ERROR_MEMORY;
    timestamp_parse(record_text(entry->record, members->at), &entry->at_ms);
    if (record->type == RECORD_DELIVERY)
        entry->at_ms = delivery_at(record);
    id_parse(&entry->author, record_text(entry->record, members->author));
    entry->channel = record_text(entry->record, "channel");
    file->count++;
    return 0;
}

/* Newest first; at one moment the later made. */
static int compare(const void *left, const void *right)
{
    const struct case_entry *first = left, *second = right;

    if (first->at_ms != second->at_ms)
        return first->at_ms < second->at_ms ? 1 : -1;
    return strcmp(second->record->id.text, first->record->id.text);
}

/* A submission has no channel of its own. */
static void find_channels(struct case_file *file)
{
    for (size_t i = 0; i < file->count; i++) {
        const char *contact = record_text(file->entries[i].record, "contact");

        if (file->entries[i].channel[0] != '\0' || *contact == '\0')
            continue;
        for (size_t j = 0; j < file->count; j++)
            if (strcmp(file->entries[j].record->id.text, contact) == 0)
                file->entries[i].channel = file->entries[j].channel;
    }
}

static int read_entries(struct case_file *file, struct store *store, struct error *error)
{
    struct store_query query = {.case_id = file->matter->id};
    struct reading reading = {.file = file};
    int code = store_each(store, &query, add, &reading, error);

    if (code != 0 || file->client == NULL)
        return code;
    query = (struct store_query){.type = RECORD_NOTE, .client_id = file->client->id};
    reading.loose = true;
    return store_each(store, &query, add, &reading, error);
}

int case_file_read(struct case_file *file, struct store *store, const struct id *id,
                   struct error *error)
{
    struct id client;
    int code;

    *file = (struct case_file){0};
    code = store_get(store, RECORD_CASE, id, &file->matter, &file->pending, error);
    if (code != 0)
        return code;
    if (id_parse(&client, record_text(file->matter, "client")))
        code = store_get(store, RECORD_CLIENT, &client, &file->client, NULL, error);
    if (code == 0 || code == ERROR_NOT_FOUND)
        code = read_entries(file, store, error);
    if (code != 0) {
        case_file_free(file);
        return code;
    }
    find_channels(file);
    if (file->count > 0)
        qsort(file->entries, file->count, sizeof(file->entries[0]), compare);
    return 0;
}

void case_file_free(struct case_file *file)
{
    for (size_t i = 0; i < file->count; i++)
        record_free(file->entries[i].record);
    free(file->entries);
    record_free(file->matter);
    record_free(file->client);
    *file = (struct case_file){0};
}
