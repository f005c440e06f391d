#include "app/client_file.h"

#include <stdlib.h>
#include <string.h>

#include "app/delegation.h"

struct reading {
    struct client_file *file;
    struct store *store;
    size_t place; /* of the file that is read */
};

/* The contact in which it was written is about a case, on which both stand. */
static bool is_on_case(struct store *store, const struct record *record)
{
    struct record *contact = NULL;
    struct id id;
    bool on_case;

    if (!id_parse(&id, record_text(record, "contact")) ||
        store_get(store, RECORD_CONTACT, &id, &contact, NULL, NULL) != 0)
        return false;
    on_case = record_text(contact, "case")[0] != '\0';
    record_free(contact);
    return on_case;
}

static int add(struct reading *reading, const struct record *record, enum store_pending pending)
{
    struct client_file *file = reading->file;

    if (file->count == file->capacity) {
        size_t capacity = file->capacity == 0 ? 32 : 2 * file->capacity;
        struct client_entry *grown = realloc(file->entries, capacity * sizeof(*grown));

        if (grown == NULL)
            return ERROR_MEMORY;
        file->entries = grown;
        file->capacity = capacity;
    }
    file->entries[file->count].file = reading->place;
    if (case_entry_fill(&file->entries[file->count].entry, record, pending) != 0)
        return ERROR_MEMORY;
    file->count++;
    return 0;
}

static int take(void *context, const struct record *record, enum store_pending pending)
{
    struct reading *reading = context;

    return is_on_case(reading->store, record) ? 0 : add(reading, record, pending);
}

/* Where the client is the one who acts, listed under another client. */
static int take_acting(void *context, const struct record *record, enum store_pending pending)
{
    struct reading *reading = context;
    const struct client_group *group = &reading->file->group;

    for (reading->place = 0; reading->place < group->count; reading->place++)
        if (strcmp(record_text(record, "delegate"), group->ids[reading->place].text) == 0)
            return add(reading, record, pending);
    return 0;
}

static int read_all(struct reading *reading, struct error *error)
{
    static const enum record_type types[] = {
        RECORD_CASE,    RECORD_CONTACT, RECORD_NOTE,       RECORD_SUBMISSION, RECORD_HANDOFF,
        RECORD_MESSAGE, RECORD_TASK,    RECORD_DELEGATION, RECORD_CONSENT,
    };
    const struct client_group *group = &reading->file->group;
    int code = 0;

    for (reading->place = 0; reading->place < group->count && code == 0; reading->place++)
        for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && code == 0; i++)
            code = store_client_loose(reading->store, &group->ids[reading->place], types[i], take,
                                      reading, error);
    return code == 0
               ? delegation_each(reading->store, &group->ids[0], true, take_acting, reading, error)
               : code;
}

static int compare(const void *left, const void *right)
{
    const struct case_entry *first = &((const struct client_entry *)left)->entry;
    const struct case_entry *second = &((const struct client_entry *)right)->entry;
    bool first_case = first->record->type == RECORD_CASE;

    if (first_case != (second->record->type == RECORD_CASE))
        return first_case ? -1 : 1;
    if (first->at_ms != second->at_ms)
        return first->at_ms < second->at_ms ? 1 : -1;
    return strcmp(second->record->id.text, first->record->id.text);
}

int client_file_read(struct client_file *file, struct store *store, const struct id *client,
                     struct error *error)
{
    struct reading reading = {file, store, 0};
    int code;

    *file = (struct client_file){.client = NULL};
    code = client_read(store, client, &file->client, error);
    if (code == 0)
        code = client_group_read(store, client, &file->group, error);
    if (code == 0)
        code = read_all(&reading, error);
    if (code != 0)
        client_file_free(file);
    else if (file->count > 0)
        qsort(file->entries, file->count, sizeof(file->entries[0]), compare);
    return code;
}

void client_file_free(struct client_file *file)
{
    for (size_t i = 0; i < file->count; i++)
        record_free(file->entries[i].entry.record);
    free(file->entries);
    record_free(file->client);
    *file = (struct client_file){.client = NULL};
}
