#include "forms/schema_memory.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "app/error.h"

#define BLOCK_SIZE ((size_t)16 * 1024)
#define MAP_START  64

struct schema_arena_block {
    struct schema_arena_block *next;
    alignas(max_align_t) char bytes[];
};

void *schema_arena_take(struct schema_arena *arena, size_t size)
{
    const size_t unit = alignof(max_align_t);
    struct schema_arena_block *block;
    size_t room;
    void *taken;

    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + unit - 1) / unit * unit;
    if (size <= arena->left) {
        taken = arena->next;
        arena->next += size;
        arena->left -= size;
        return taken;
    }
    /* A large piece gets a block of its own, so that the current one is not wasted. */
    room = size > BLOCK_SIZE / 4 ? size : BLOCK_SIZE;
    block = calloc(1, sizeof(*block) + room);
    if (block == NULL)
        return NULL;
    block->next = arena->blocks;
    arena->blocks = block;
    if (room > size) {
        arena->next = block->bytes + size;
        arena->left = room - size;
    }
    return block->bytes;
}

void *schema_arena_array(struct schema_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / 2 / size)
        return NULL;
    return schema_arena_take(arena, count * size);
}

char *schema_arena_text(struct schema_arena *arena, const char *text, size_t length)
{
    char *copy = schema_arena_take(arena, length + 1);

    if (copy != NULL && length > 0)
        memcpy(copy, text, length);
    return copy;
}

void schema_arena_free(struct schema_arena *arena)
{
    struct schema_arena_block *block = arena->blocks;

    while (block != NULL) {
        struct schema_arena_block *next = block->next;

        free(block);
        block = next;
    }
    memset(arena, 0, sizeof(*arena));
}

static uint64_t mix(uint64_t left, uint64_t right)
{
    unsigned __int128 product = (unsigned __int128)left * right;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t schema_hash(const void *bytes, size_t length, uint64_t seed)
{
    const unsigned char *from = bytes;
    uint64_t hash = seed ^ 0x9E3779B97F4A7C15u;
    uint64_t word;
    size_t left = length;

    for (; left >= 8; left -= 8, from += 8) {
        memcpy(&word, from, 8);
        hash = mix(hash ^ word, 0xA0761D6478BD642Fu);
    }
    word = 0;
    if (left > 0)
        memcpy(&word, from, left);
    return mix(hash ^ word, 0xE7037ED1A0B428DBu ^ length);
}

static struct schema_map_entry *slot_of(const struct schema_map *map, const void *key,
                                        size_t length, uint64_t hash)
{
    size_t index = hash & (map->capacity - 1);

    for (;; index = (index + 1) & (map->capacity - 1)) {
        struct schema_map_entry *entry = &map->entries[index];

        if (entry->value == NULL)
            return entry;
        if (entry->hash == hash && entry->length == length &&
            (length == 0 || memcmp(entry->key, key, length) == 0))
            return entry;
    }
}

void *schema_map_get(const struct schema_map *map, const void *key, size_t length)
{
    if (map->count == 0)
        return NULL;
    return slot_of(map, key, length, schema_hash(key, length, 0))->value;
}

static int map_grow(struct schema_map *map)
{
    struct schema_map grown = {0};

    grown.capacity = map->capacity == 0 ? MAP_START : map->capacity * 2;
    grown.entries = calloc(grown.capacity, sizeof(*grown.entries));
    if (grown.entries == NULL)
        return ERROR_MEMORY;
    for (size_t i = 0; i < map->capacity; i++) {
        const struct schema_map_entry *entry = &map->entries[i];

        if (entry->value != NULL)
            *slot_of(&grown, entry->key, entry->length, entry->hash) = *entry;
    }
    grown.count = map->count;
    free(map->entries);
    *map = grown;
    return 0;
}

int schema_map_put(struct schema_map *map, const void *key, size_t length, void *value)
{
    uint64_t hash = schema_hash(key, length, 0);

    if (map->count + 1 > map->capacity / 2 && map_grow(map) != 0)
        return ERROR_MEMORY;
    *slot_of(map, key, length, hash) = (struct schema_map_entry){key, length, hash, value};
    map->count++;
    return 0;
}

void schema_map_free(struct schema_map *map)
{
    free(map->entries);
    memset(map, 0, sizeof(*map));
}
