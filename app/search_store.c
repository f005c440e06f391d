#include "app/search_store.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "app/catalogue_statements.h"

/* Chunks kept in memory: at most 2048 of them, 8 MB; each has one place it can be in. */
#define CACHE_SLOTS 2048
/* A chunk's row is the segment's number and, below, the chunk's own: 2^24 chunks of 4032 bytes. */
#define CHUNK_BITS 24

struct slot {
    int64_t row; /* -1 while empty */
    int length;
    uint8_t *bytes; /* SEARCH_CHUNK_SIZE; NULL until first used */
};

struct search_store {
    struct database *database; /* borrowed */
    struct slot slots[CACHE_SLOTS];
    size_t used;
    int code;
    struct error error;
};

int search_store_open(struct search_store **store, struct database *database, struct error *error)
{
    struct search_store *made = calloc(1, sizeof *made);

    *store = made;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "search index: out of memory");
    made->database = database;
    for (size_t i = 0; i < CACHE_SLOTS; i++)
        made->slots[i].row = -1;
    return 0;
}

void search_store_close(struct search_store *store)
{
    if (store == NULL)
        return;
    for (size_t i = 0; i < CACHE_SLOTS; i++)
        free(store->slots[i].bytes);
    free(store);
}

static void store_fail(struct search_store *store, int code, const char *message)
{
    if (store->code == 0)
        store->code = error_set(&store->error, code, "search index: %s", message);
}

/* Reads a chunk into a slot that has room; false after a failure. */
static bool chunk_load(struct search_store *store, int64_t row, struct slot *slot)
{
    struct error error = ERROR_INIT;
    sqlite3_stmt *statement = database_statement(store->database, SEARCH_CHUNK_READ, &error);
    const void *bytes;
    int code;

    if (statement != NULL)
        sqlite3_bind_int64(statement, 1, row);
    code = database_step(store->database, statement, &error);
    if (code != 1) {
        store_fail(store, code < 0 ? code : ERROR_STORAGE,
                   code < 0 ? error.message : "a chunk is missing");
        return false;
    }
    bytes = sqlite3_column_blob(statement, 0);
    slot->length = sqlite3_column_bytes(statement, 0);
    if (bytes == NULL || slot->length > SEARCH_CHUNK_SIZE) {
        store_fail(store, ERROR_STORAGE, "a chunk is damaged");
        sqlite3_reset(statement);
        return false;
    }
    memcpy(slot->bytes, bytes, (size_t)slot->length);
    sqlite3_reset(statement);
    return true;
}

/* The chunk of this row in its slot; NULL after a failure. */
static const struct slot *chunk_get(struct search_store *store, int64_t row)
{
    struct slot *slot =
        &store->slots[((uint64_t)row ^ (uint64_t)(row >> CHUNK_BITS) * 619u) % CACHE_SLOTS];

    if (slot->row == row)
        return slot;
    slot->row = -1;
    if (slot->bytes == NULL) {
        slot->bytes = malloc(SEARCH_CHUNK_SIZE);
        if (slot->bytes == NULL) {
            store_fail(store, ERROR_MEMORY, "out of memory");
            return NULL;
        }
        store->used++;
    }
    if (!chunk_load(store, row, slot))
        return NULL;
    slot->row = row;
    return slot;
}

const uint8_t *search_store_peek(struct search_store *store, int64_t segment, uint64_t offset,
                                 size_t *length)
{
    const struct slot *slot =
        chunk_get(store, segment << CHUNK_BITS | (int64_t)(offset / SEARCH_CHUNK_SIZE));
    size_t at = (size_t)(offset % SEARCH_CHUNK_SIZE);

    *length = 0;
    if (slot == NULL)
        return NULL;
    if (at >= (size_t)slot->length) {
        store_fail(store, ERROR_STORAGE, "a read beyond the end of a segment");
        return NULL;
    }
    *length = (size_t)slot->length - at;
    return slot->bytes + at;
}

void search_store_read(struct search_store *store, int64_t segment, uint64_t offset, void *bytes,
                       size_t length)
{
    uint8_t *target = bytes;

    while (length > 0) {
        size_t part;
        const uint8_t *there = search_store_peek(store, segment, offset, &part);

        if (there == NULL) {
            memset(target, 0, length);
            return;
        }
        if (part > length)
            part = length;
        memcpy(target, there, part);
        target += part;
        offset += part;
        length -= part;
    }
}

int search_store_failure(struct search_store *store, struct error *error)
{
    int code = store->code;

    if (code != 0) {
        error_set(error, code, "%s", store->error.message);
        store->code = 0;
    }
    return code;
}

void search_store_forget(struct search_store *store)
{
    for (size_t i = 0; i < CACHE_SLOTS; i++)
        store->slots[i].row = -1;
}

size_t search_store_memory(const struct search_store *store)
{
    return sizeof *store + store->used * SEARCH_CHUNK_SIZE;
}

static void writer_chunk(struct search_store_writer *writer, int64_t number, size_t length)
{
    struct database *database = writer->store->database;
    sqlite3_stmt *statement;

    if (number >> CHUNK_BITS != 0) {
        writer->code =
            error_set(&writer->error, ERROR_TOO_LARGE, "search index: segment too large");
        return;
    }
    statement = database_statement(database, SEARCH_CHUNK_WRITE, &writer->error);
    if (statement != NULL) {
        sqlite3_bind_int64(statement, 1, writer->segment << CHUNK_BITS | number);
        sqlite3_bind_blob(statement, 2, writer->chunk, (int)length, SQLITE_STATIC);
    }
    writer->code = database_run(database, statement, &writer->error);
}

void search_store_write(struct search_store_writer *writer, const void *bytes, size_t length)
{
    const uint8_t *source = bytes;

    while (length > 0 && writer->code == 0) {
        size_t at = (size_t)(writer->offset % SEARCH_CHUNK_SIZE);
        size_t part = SEARCH_CHUNK_SIZE - at;

        if (part > length)
            part = length;
        memcpy(writer->chunk + at, source, part);
        source += part;
        length -= part;
        writer->offset += part;
        if (at + part == SEARCH_CHUNK_SIZE)
            writer_chunk(writer, (int64_t)(writer->offset / SEARCH_CHUNK_SIZE) - 1,
                         SEARCH_CHUNK_SIZE);
    }
}

int search_store_write_end(struct search_store_writer *writer, struct error *error)
{
    size_t rest = (size_t)(writer->offset % SEARCH_CHUNK_SIZE);

    if (writer->code == 0 && rest > 0)
        writer_chunk(writer, (int64_t)(writer->offset / SEARCH_CHUNK_SIZE), rest);
    if (writer->code != 0)
        error_set(error, writer->code, "%s", writer->error.message);
    return writer->code;
}

int search_store_drop(struct search_store *store, int64_t segment, int most, struct error *error)
{
    sqlite3_stmt *statement = database_statement(store->database, SEARCH_CHUNK_DROP, error);
    int code;

    if (statement != NULL) {
        sqlite3_bind_int64(statement, 1, segment << CHUNK_BITS);
        sqlite3_bind_int64(statement, 2, ((segment + 1) << CHUNK_BITS) - 1);
        sqlite3_bind_int(statement, 3, most);
    }
    code = database_run(store->database, statement, error);
    return code != 0 ? code : database_changes(store->database);
}
