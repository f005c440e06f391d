#include "app/id_map.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_FIRST 64

/* The last bytes of an id are random (version 7) or a hash (version 8) already. */
static size_t slot_of(const struct id_map *map, const unsigned char id[ID_BYTES])
{
    uint64_t bits;

    memcpy(&bits, id + ID_BYTES - sizeof(bits), sizeof(bits));
    bits *= UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(bits >> 20) & (map->size - 1);
}

/* Its slot, or the free one where it would stand. */
static struct id_map_slot *probe(const struct id_map *map, const unsigned char id[ID_BYTES])
{
    size_t at = slot_of(map, id);

    while (map->slots[at].place != ID_MAP_NONE && memcmp(map->slots[at].id, id, ID_BYTES) != 0)
        at = (at + 1) & (map->size - 1);
    return &map->slots[at];
}

uint32_t id_map_find(const struct id_map *map, const unsigned char id[ID_BYTES])
{
    return map->size == 0 ? ID_MAP_NONE : probe(map, id)->place;
}

static bool grow(struct id_map *map)
{
    struct id_map larger = {.size = map->size == 0 ? SIZE_FIRST : 2 * map->size};

    larger.slots = malloc(larger.size * sizeof(larger.slots[0]));
    if (larger.slots == NULL)
        return false;
    for (size_t i = 0; i < larger.size; i++)
        larger.slots[i].place = ID_MAP_NONE;
    for (size_t i = 0; i < map->size; i++)
        if (map->slots[i].place != ID_MAP_NONE)
            *probe(&larger, map->slots[i].id) = map->slots[i];
    larger.count = map->count;
    free(map->slots);
    *map = larger;
    return true;
}

bool id_map_add(struct id_map *map, const unsigned char id[ID_BYTES], uint32_t place)
{
    struct id_map_slot *slot;

    if (4 * (map->count + 1) > 3 * map->size && !grow(map))
        return false;
    slot = probe(map, id);
    map->count += slot->place == ID_MAP_NONE;
    memcpy(slot->id, id, ID_BYTES);
    slot->place = place;
    return true;
}

size_t id_map_bytes(const struct id_map *map)
{
    return map->size * sizeof(map->slots[0]);
}

void id_map_free(struct id_map *map)
{
    free(map->slots);
    *map = (struct id_map){0};
}
