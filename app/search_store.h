/*
 * Where segments keep their bytes: each segment is one long run of bytes, cut into chunks that
 * fill a page of the database each, so that a chunk is read without an overflow chain. Chunks
 * never change once written, so what was read stays good in memory for as long as the segment
 * lives; segment numbers are never used twice.
 *
 * Reading does not fail at each step: the first failure is kept in the store, reads then give
 * zeros, and who asked looks at search_store_failure when done.
 */
#ifndef GUICHET_APP_SEARCH_STORE_H
#define GUICHET_APP_SEARCH_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "app/database.h"
#include "app/error.h"

/* With the row around it just under what one 4096-byte leaf page holds. */
#define SEARCH_CHUNK_SIZE 4032

struct search_store;

/* `database` is borrowed and outlives the store. */
int search_store_open(struct search_store **store, struct database *database, struct error *error);
void search_store_close(struct search_store *store);

/* Copies bytes of a segment. Beyond its end: zeros, and a failure. */
void search_store_read(struct search_store *store, int64_t segment, uint64_t offset, void *bytes,
                       size_t length);

/* The bytes from `offset` to the end of their chunk, where they lie in memory: valid until the next
 * read of any kind. NULL, and a failure, beyond the end. */
const uint8_t *search_store_peek(struct search_store *store, int64_t segment, uint64_t offset,
                                 size_t *length);

/* 0, or the code of the first failed read since the last call, which is forgotten. */
int search_store_failure(struct search_store *store, struct error *error);

/* Forgets what is in memory (after a roll-back, when segment numbers may come again). */
void search_store_forget(struct search_store *store);

/* Bytes of memory that the cache holds now. */
size_t search_store_memory(const struct search_store *store);

/* Appends a segment's bytes in order. Zero-initialise, then set store and segment. */
struct search_store_writer {
    struct search_store *store;
    int64_t segment;
    uint64_t offset; /* bytes written so far */
    int code;        /* first failure; writes then do nothing */
    struct error error;
    uint8_t chunk[SEARCH_CHUNK_SIZE];
};

void search_store_write(struct search_store_writer *writer, const void *bytes, size_t length);
/* Writes the last, partial chunk; returns the first failure of all writes. */
int search_store_write_end(struct search_store_writer *writer, struct error *error);

/* Drops up to `most` chunks of a segment; returns how many, fewer when none is left, or a negative
 * error. */
int search_store_drop(struct search_store *store, int64_t segment, int most, struct error *error);

#endif
