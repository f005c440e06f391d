/*
 * Fuzzes the file of an agent's store: changes (place of three bytes, byte) to a good one, which is
 * then opened and read whole, written to and re-keyed. What is read is what was written: an altered
 * row is refused, never shown.
 */
#include "tests/fuzz/fuzz.h"

#include "app/json.h"
#include "app/store_key.h"
#include "tests/unit/store_fixture.h"

#define TEXT  "Zéphirine a téléphoné"
#define NOTES 12

int LLVMFuzzerInitialize(int *count, char ***arguments);

static struct store_fixture fixture;
static struct seal_key *key, *next;
static char *good;
static size_t good_length;
static struct id matter;

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE] = {1};
    json_t *value = json_string(TEXT);

    (void)count;
    (void)arguments;
    (void)atexit(fuzz_remove);
    store_fixture_begin(&fixture);
    next = seal_key_new();
    matter = store_fixture_id(&fixture);
    for (int i = 0; i < NOTES; i++)
        (void)store_fixture_note(&fixture, &matter, TEXT);
    FUZZ_HOLDS(store_state_put(fixture.store, "draft", value, NULL) == 0);
    json_decref(value);
    FUZZ_HOLDS(store_write_wrapped(fixture.store, wrapped, NULL) == 0);
    store_close(fixture.store);
    good = fuzz_bytes(fixture.path, &good_length);
    fixture.store = NULL;
    key = seal_key_copy(fixture.key);
    FUZZ_HOLDS(key != NULL);
    store_fixture_end(&fixture);
    return 0;
}

static int see(void *context, const struct record *record, enum store_pending pending)
{
    (void)context;
    (void)pending;
    FUZZ_HOLDS(strcmp(record_text(record, "text"), TEXT) == 0);
    return 0;
}

static int see_entry(void *context, const struct outbox_entry *entry)
{
    (void)context;
    FUZZ_HOLDS(strcmp(json_text_or(entry->operation->body, "text", TEXT), TEXT) == 0);
    return 0;
}

static void use(struct store *store)
{
    const struct store_query everything = {.type = RECORD_NONE};
    unsigned char wrapped[SEAL_WRAPPED_SIZE] = {2};
    struct escrow_public public_key;
    json_t *value = NULL;

    (void)store_each(store, &everything, see, NULL, NULL);
    (void)store_outbox_each(store, SIZE_MAX, see_entry, NULL, NULL);
    (void)store_key_made(store, NULL);
    (void)store_escrow_get(store, &public_key);
    if (store_state_get(store, "draft", &value, NULL) == 0 && value != NULL)
        FUZZ_HOLDS(strcmp(json_string_value(value), TEXT) == 0);
    json_decref(value);
    value = json_string("x");
    (void)store_state_put(store, "draft", value, NULL);
    json_decref(value);
    (void)store_rekey(store, next, wrapped, NULL, NULL, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    char path[128], other[160];
    struct store *store = NULL;
    unsigned char *bytes = malloc(good_length);

    FUZZ_HOLDS(bytes != NULL);
    memcpy(bytes, good, good_length);
    for (; size >= 4; data += 4, size -= 4)
        bytes[((size_t)data[0] << 16 | (size_t)data[1] << 8 | data[2]) % good_length] = data[3];
    (void)fuzz_file("store.db", bytes, good_length, path);
    free(bytes);
    (void)store_read_wrapped(path, wrapped, NULL);
    if (store_open(&store, path, key, NULL) == 0)
        use(store);
    store_close(store);
    for (size_t i = 0; i < 4; i++) {
        static const char *const endings[] = {"", "-wal", "-shm", ".outbox"};

        (void)snprintf(other, sizeof other, "%s%s", path, endings[i]);
        (void)unlink(other);
    }
    return 0;
}
