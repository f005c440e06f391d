#include "app/case_file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/case_weight.h"
#include "app/client_merge.h"
#include "app/clock.h"
#include "app/delivery.h"
#include "app/record_fields.h"

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
    {RECORD_CASE, "opened_at", "opened_by"},
    {RECORD_DELEGATION, "at", "author"},
    {RECORD_CONSENT, "at", "author"},
};

static const struct entry_members *members_of(enum record_type type)
{
    for (size_t i = 0; i < sizeof(entry_members) / sizeof(entry_members[0]); i++)
        if (entry_members[i].type == type)
            return &entry_members[i];
    return NULL;
}

/* As many as are read at once. */
#define PAGE 32

static struct case_entry *entry_new(struct case_file *file)
{
    size_t used = file->count + file->held;

    if (used == file->capacity) {
        size_t capacity = used == 0 ? 2 * PAGE : 2 * used;
        struct case_entry *grown = realloc(file->entries, capacity * sizeof(*grown));

        if (grown == NULL)
            return NULL;
        file->entries = grown;
        file->capacity = capacity;
    }
    return &file->entries[used];
}

/* The contact, when it is one of this case. NULL else. */
static struct record *own_contact(const struct case_file *file, struct store *store,
                                  const char *text)
{
    struct record *contact = NULL;
    struct id id;

    if (!id_parse(&id, text) || store_get(store, RECORD_CONTACT, &id, &contact, NULL, NULL) != 0)
        return NULL;
    if (strcmp(record_text(contact, "case"), file->matter->id.text) == 0)
        return contact;
    record_free(contact);
    return NULL;
}

/* A submission has no channel of its own but its contact's. */
static const char *channel_of(const struct case_file *file, struct store *store,
                              const struct record *record)
{
    struct record *contact;
    const char *channel;

    if (record_text(record, "channel")[0] != '\0')
        return record_text(record, "channel");
    contact = own_contact(file, store, record_text(record, "contact"));
    channel = contact != NULL ? channel_word(record_text(contact, "channel")) : NULL;
    record_free(contact);
    return channel != NULL ? channel : "";
}

int case_entry_fill(struct case_entry *entry, const struct record *record,
                    enum store_pending pending)
{
    const struct entry_members *members = members_of(record->type);

    *entry = (struct case_entry){.record = record_copy(record), .pending = pending};
    if (entry->record == NULL)
        return ERROR_MEMORY;
    if (members != NULL) {
        timestamp_parse(record_text(entry->record, members->at), &entry->at_ms);
        id_parse(&entry->author, record_text(entry->record, members->author));
    }
    entry->channel = record_text(entry->record, "channel");
    return 0;
}

/* Puts it behind all others: file_sort says where it belongs. */
static int entry_add(struct case_file *file, struct store *store, const struct record *record,
                     enum store_pending pending)
{
    struct case_entry *entry;

    if (members_of(record->type) == NULL)
        return 0;
    entry = entry_new(file);
    if (entry == NULL || case_entry_fill(entry, record, pending) != 0)
        return ERROR_MEMORY;
    if (record->type == RECORD_DELIVERY)
        entry->at_ms = delivery_at(record);
    entry->channel = channel_of(file, store, entry->record);
    file->held++;
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

/*
 * Puts all that was read in order. What is not read yet was made before `last`, and tells of
 * nothing later than that: so the order is final down to the moment when `last` was made.
 */
static void file_sort(struct case_file *file)
{
    size_t used = file->count + file->held;
    int64_t horizon = file->whole ? INT64_MIN : id_time(&file->last);

    /* An id that says nothing of its time: nothing is final yet. */
    if (!file->whole && horizon < 0)
        horizon = INT64_MAX;
    if (used > 0)
        qsort(file->entries, used, sizeof(file->entries[0]), compare);
    file->count = 0;
    while (file->count < used && file->entries[file->count].at_ms >= horizon)
        file->count++;
    file->held = used - file->count;
    if (file->whole)
        file->total = file->count;
}

/* --- reading ---------------------------------------------------------------------------------- */

struct paging {
    struct case_file *file;
    struct store *store;
    size_t count;
};

static int take_entry(void *context, const struct record *record, enum store_pending pending)
{
    struct paging *paging = context;

    paging->count++;
    paging->file->last = record->id;
    /* Those are there from the beginning. */
    return case_weight_always(record->type)
               ? 0
               : entry_add(paging->file, paging->store, record, pending);
}

static int page_read(struct case_file *file, struct store *store, struct error *error)
{
    struct paging paging = {.file = file, .store = store};
    const struct id before = file->last;
    int code = store_case_page(store, &file->matter->id, &before, PAGE, take_entry, &paging, error);

    if (code == 0)
        file->whole = paging.count < PAGE;
    return code;
}

struct bearing {
    struct case_file *file;
    struct store *store;
    struct case_bearing *into;
};

static int take_bearing(void *context, const struct record *record, enum store_pending pending)
{
    struct bearing *bearing = context;
    struct case_bearing *into = bearing->into;

    if (case_weight_always(record->type)) {
        int code = entry_add(bearing->file, bearing->store, record, pending);

        if (code != 0)
            return code;
    }
    if (into->count % 8 == 0) {
        struct record **grown = realloc(into->records, (into->count + 8) * sizeof(*grown));

        if (grown == NULL)
            return ERROR_MEMORY;
        into->records = grown;
    }
    into->records[into->count] = record_copy(record);
    return into->records[into->count++] == NULL ? ERROR_MEMORY : 0;
}

static void bearing_free(struct case_bearing *bearing)
{
    for (size_t i = 0; i < bearing->count; i++)
        record_free(bearing->records[i]);
    free(bearing->records);
}

static int bearing_read(struct case_file *file, struct store *store, struct error *error)
{
    const struct {
        enum record_type type;
        struct case_bearing *into;
        size_t limit;
    } parts[] = {
        {RECORD_CONTACT, &file->contacts, 1},
        {RECORD_NOTE, &file->notes, 16},
        {RECORD_SUBMISSION, &file->submissions, 16},
        {RECORD_DELIVERY, &file->deliveries, INT32_MAX},
        {RECORD_TASK, &file->tasks, 32},
        {RECORD_PROMISE, &file->promises, 4},
        {RECORD_MESSAGE, &file->messages, CASE_UNREAD_LIMIT},
    };
    int code = 0;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && code == 0; i++) {
        struct bearing bearing = {file, store, parts[i].into};

        code = store_case_bearing(store, &file->matter->id, parts[i].type, parts[i].limit,
                                  take_bearing, &bearing, error);
    }
    return code;
}

struct loose {
    struct case_file *file;
    struct store *store;
};

static int take_loose(void *context, const struct record *record, enum store_pending pending)
{
    struct loose *loose = context;
    struct record *contact = own_contact(loose->file, loose->store, record_text(record, "contact"));
    int code = contact != NULL ? entry_add(loose->file, loose->store, record, pending) : 0;

    record_free(contact);
    return code;
}

int case_file_more(struct case_file *file, struct store *store, size_t wanted, struct error *error)
{
    int code = 0;

    while (code == 0 && !file->whole && file->count < wanted) {
        code = page_read(file, store, error);
        /* Of many, the order matters only in the end. */
        if (code == 0 && (file->whole || file->count + file->held >= wanted))
            file_sort(file);
    }
    return code;
}

static int read_parts(struct case_file *file, struct store *store, struct error *error)
{
    struct loose loose = {file, store};
    struct client_group group = {.count = 0};
    struct id client;
    size_t loose_count;
    int code = 0;

    if (id_parse(&client, record_text(file->matter, "client")))
        code = client_read(store, &client, &file->client, error);
    if (code == ERROR_NOT_FOUND)
        code = 0;
    if (code == 0)
        code = bearing_read(file, store, error);
    loose_count = file->held;
    if (code == 0 && file->client != NULL)
        code = client_group_read(store, &file->client->id, &group, error);
    for (size_t i = 0; i < group.count && code == 0; i++)
        code = store_case_loose(store, &group.ids[i], take_loose, &loose, error);
    loose_count = file->held - loose_count;
    if (code == 0)
        code = store_case_count(store, &file->matter->id, &file->total, error);
    file->total += loose_count;
    if (code == 0)
        code = case_file_more(file, store, 1, error);
    return code;
}

int case_file_read(struct case_file *file, struct store *store, const struct id *id,
                   struct error *error)
{
    int code;

    *file = (struct case_file){0};
    code = store_get(store, RECORD_CASE, id, &file->matter, &file->pending, error);
    if (code != 0)
        return code;
    code = read_parts(file, store, error);
    if (code != 0) {
        case_file_free(file);
        return code;
    }
    return 0;
}

int case_file_latest(const struct case_file *file, struct store *store, int64_t *seq,
                     struct error *error)
{
    int code = store_case_latest(store, &file->matter->id, seq, error);

    if (code == 0 && file->matter->seq > *seq)
        *seq = file->matter->seq;
    return code;
}

void case_file_free(struct case_file *file)
{
    struct case_bearing *const bearings[] = {&file->contacts,   &file->notes, &file->submissions,
                                             &file->deliveries, &file->tasks, &file->promises,
                                             &file->messages};

    for (size_t i = 0; i < file->count + file->held; i++)
        record_free(file->entries[i].record);
    for (size_t i = 0; i < sizeof(bearings) / sizeof(bearings[0]); i++)
        bearing_free(bearings[i]);
    free(file->entries);
    record_free(file->matter);
    record_free(file->client);
    *file = (struct case_file){0};
}
