/*
 * Memory of a compiled schema: an arena that is freed in one piece, and a map from bytes to
 * pointers.
 */
#ifndef GUICHET_FORMS_SCHEMA_MEMORY_H
#define GUICHET_FORMS_SCHEMA_MEMORY_H

#include <stddef.h>
#include <stdint.h>

struct schema_arena_block;

/* Zero before first use. Not shared between threads while it grows. */
struct schema_arena {
    struct schema_arena_block *blocks;
    char *next;
    size_t left;
};

/* `size` zeroed bytes, aligned for any type, that live as long as the arena; NULL without memory.
 */
void *schema_arena_take(struct schema_arena *arena, size_t size);

/* As schema_arena_take() of `count` elements of `size` bytes; NULL also when that overflows. */
void *schema_arena_array(struct schema_arena *arena, size_t count, size_t size);

/* A copy of `length` bytes of `text`, ended with NUL. */
char *schema_arena_text(struct schema_arena *arena, const char *text, size_t length);

/* Frees everything taken and makes the arena empty. */
void schema_arena_free(struct schema_arena *arena);

struct schema_map_entry {
    const void *key;
    size_t length;
    uint64_t hash;
    void *value;
};

/* Open addressing, grown by half; zero before first use. Keys are borrowed. */
struct schema_map {
    struct schema_map_entry *entries;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

/* A well mixed hash of bytes. */
uint64_t schema_hash(const void *bytes, size_t length, uint64_t seed);

/* The value under the key, or NULL. */
void *schema_map_get(const struct schema_map *map, const void *key, size_t length);

/* Adds a key that is not there yet, with a value that is not NULL. 0 or ERROR_MEMORY. */
int schema_map_put(struct schema_map *map, const void *key, size_t length, void *value);

void schema_map_free(struct schema_map *map);

#endif
