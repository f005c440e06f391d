/*
 * Fuzzes the reader of the journal. First byte: how the rest is used. 0: as the whole file; 1: as
 * changes (offset of two bytes, byte) to a good journal; 2: as the content of one entry. What is
 * checked beyond not crashing: what is told lies within the file and comes in order, and entries
 * that no change has touched come back.
 */
#include "tests/fuzz/fuzz.h"

#include "app/journal.h"
#include "app/json.h"

#define ENTRIES 4

int LLVMFuzzerInitialize(int *count, char ***arguments);

static struct seal_key *key;
static char good[16384];
static size_t good_length;
static int64_t places[ENTRIES + 1];
static char path[128];

struct reading {
    int64_t end;  /* of what was told so far */
    int64_t size; /* of the file */
    int64_t seen[64];
    size_t count;
};

static int see_operation(void *context, const struct operation *operation, struct error *error)
{
    (void)context;
    (void)error;
    FUZZ_HOLDS(operation->body != NULL);
    return 0;
}

static void look_inside(const struct journal_entry *entry)
{
    struct journal_owner owner;
    struct error error = ERROR_INIT;
    struct id id;

    (void)journal_entry_each(entry, key, see_operation, NULL, &error);
    (void)journal_entry_owner(entry, &owner);
    for (size_t i = 0; i < journal_entry_count(entry) + 1; i++)
        (void)journal_entry_id(entry, i, &id);
}

static int see_entry(void *context, const struct journal_entry *entry, struct error *error)
{
    struct reading *reading = context;

    (void)error;
    FUZZ_HOLDS(entry->offset >= reading->end);
    FUZZ_HOLDS(entry->offset + (int64_t)entry->length <= reading->size);
    reading->end = entry->offset + (int64_t)entry->length;
    if (reading->count < 64)
        reading->seen[reading->count++] = entry->offset;
    look_inside(entry);
    return 0;
}

static void see_damage(void *context, int64_t from, int64_t to, bool torn)
{
    struct reading *reading = context;

    (void)torn;
    FUZZ_HOLDS(from < to && from >= reading->end && to <= reading->size);
}

static void read_all(struct reading *reading)
{
    struct journal_visitor visitor = {see_entry, see_damage, reading};
    struct error error = ERROR_INIT;
    struct journal *journal = NULL;

    FUZZ_HOLDS(journal_open_file(&journal, path, &error) == 0);
    FUZZ_HOLDS(journal_read(journal, 0, &visitor, &error) == 0);
    journal_close(journal);
}

static void add_operation(struct journal *journal, int64_t number)
{
    struct id record = id_from_key("note", "one");
    struct operation *operation = operation_new(OPERATION_APPEND, RECORD_NOTE, &record);
    struct error error = ERROR_INIT;

    operation->id = operation->agent = operation->device = record;
    json_object_set_new(operation->body, "text", json_string("Zéphirine a téléphoné"));
    FUZZ_HOLDS(journal_add_made(journal, number, &operation, 1, key, &error) == 0);
    operation_free(operation);
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    struct journal_owner owner = {0};
    struct reading reading = {0};
    struct error error = ERROR_INIT;
    struct journal *journal = NULL;

    (void)count;
    (void)arguments;
    FUZZ_HOLDS(seal_start(&error) == 0);
    key = seal_key_new();
    (void)atexit(fuzz_remove);
    owner.agent = owner.device = id_from_key("agent", "x");
    (void)fuzz_file("journal", "", 0, path);
    FUZZ_HOLDS(journal_open_file(&journal, path, &error) == 0);
    FUZZ_HOLDS(journal_lock(journal, &error) == 0);
    FUZZ_HOLDS(journal_add_owner(journal, 1, &owner, &error) == 0);
    add_operation(journal, 2);
    add_operation(journal, 3);
    FUZZ_HOLDS(journal_add_done(journal, 4, &owner.agent, 1, &error) == 0);
    FUZZ_HOLDS(journal_write(journal, false, &error) == 0);
    journal_unlock(journal);
    good_length = (size_t)journal_size(journal, &error);
    journal_close(journal);
    FILE *file = fopen(path, "rb");
    FUZZ_HOLDS(file != NULL && good_length < sizeof good);
    FUZZ_HOLDS(fread(good, 1, good_length, file) == good_length);
    (void)fclose(file);
    reading.size = (int64_t)good_length;
    read_all(&reading);
    FUZZ_HOLDS(reading.count == ENTRIES);
    for (size_t i = 0; i < ENTRIES; i++)
        places[i] = reading.seen[i];
    places[ENTRIES] = (int64_t)good_length;
    return 0;
}

static void change(const uint8_t *data, size_t size)
{
    struct reading reading = {.size = (int64_t)good_length};
    bool touched[ENTRIES] = {false};
    char bytes[sizeof good];

    memcpy(bytes, good, good_length);
    for (; size >= 3; data += 3, size -= 3) {
        size_t offset = (size_t)(data[0] << 8 | data[1]) % good_length;
        bytes[offset] = (char)data[2];
    }
    for (size_t i = 0; i < ENTRIES; i++)
        touched[i] =
            memcmp(bytes + places[i], good + places[i], (size_t)(places[i + 1] - places[i])) != 0;
    (void)fuzz_file("journal", bytes, good_length, path);
    read_all(&reading);
    for (size_t i = 0; i < ENTRIES; i++) {
        bool found = touched[i];
        for (size_t j = 0; j < reading.count; j++)
            found = found || reading.seen[j] == places[i];
        FUZZ_HOLDS(found);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum journal_kind kinds[] = {JOURNAL_OWNER, JOURNAL_MADE, JOURNAL_DONE};
    struct reading reading = {0};

    if (size < 2)
        return 0;
    if (data[0] % 3 == 0) {
        reading.size = (int64_t)size - 1;
        (void)fuzz_file("journal", data + 1, size - 1, path);
        read_all(&reading);
    } else if (data[0] % 3 == 1) {
        change(data + 1, size - 1);
    } else {
        struct journal_entry entry = {
            .kind = kinds[data[1] % 3], .number = 1, .content = data + 2, .length = size - 2};
        look_inside(&entry);
    }
    return 0;
}
