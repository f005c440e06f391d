/* From ids to places in an array: a hash table, for tables that hold many records in memory. */
#ifndef GUICHET_APP_ID_MAP_H
#define GUICHET_APP_ID_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/id.h"

#define ID_MAP_NONE UINT32_MAX

struct id_map_slot {
    unsigned char id[ID_BYTES];
    uint32_t place; /* ID_MAP_NONE: free */
};

/* Zero-initialise; id_map_free when done. */
struct id_map {
    struct id_map_slot *slots; /* owned */
    size_t size;               /* a power of two, 0 at first */
    size_t count;
};

/* The place of an id, ID_MAP_NONE when it has none. */
uint32_t id_map_find(const struct id_map *map, const unsigned char id[ID_BYTES]);
/* Gives a new id its place; false when out of memory. */
bool id_map_add(struct id_map *map, const unsigned char id[ID_BYTES], uint32_t place);
/* What it costs, in bytes. */
size_t id_map_bytes(const struct id_map *map);
void id_map_free(struct id_map *map);

#endif
