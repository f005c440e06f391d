/*
 * Hand-offs as they were opened last, kept in memory while somebody is at the screen: all of them
 * are walked several times for each change, and opening one costs far more than finding it.
 *
 * One rule says whether what is kept still holds: the row's sealed bytes are the same, in the same
 * column, with the same seq. Each sealing is with a new nonce, so no two are alike, whoever wrote
 * them. What a whole walk does not meet is dropped behind it; all is wiped when the keeping ends.
 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/store_internal.h"

#define KEPT_LIMIT 1000

struct kept {
    unsigned char id[ID_BYTES];
    unsigned char *sealed; /* owned */
    size_t length;
    int column;
    int64_t seq;
    struct record *record; /* owned */
    unsigned walk;         /* that met it last */
};

struct store_kept {
    struct id_map places;
    size_t count;
    unsigned walk;
    bool walking;
    struct kept items[KEPT_LIMIT];
};

/* --- forgetting --------------------------------------------------------------------------------
 */

/* Over what others hold too there is no say. */
static void wipe_value(json_t *value)
{
    json_t *member;
    const char *name;
    size_t index;

    if (value == NULL || value->refcount != 1)
        return;
    if (json_is_string(value))
        sodium_memzero((char *)(uintptr_t)json_string_value(value), json_string_length(value));
    json_object_foreach(value, name, member) wipe_value(member);
    json_array_foreach(value, index, member) wipe_value(member);
}

static void drop(struct kept *item)
{
    if (item->record != NULL) {
        wipe_value(item->record->body);
        wipe_value(item->record->meta);
        wipe_value(item->record->rest);
    }
    record_free(item->record);
    free(item->sealed);
    *item = (struct kept){0};
}

void store_keep(struct store *store, bool keeps)
{
    if (keeps && store->kept == NULL) {
        store->kept = calloc(1, sizeof(*store->kept)); /* without memory nothing is kept */
    } else if (!keeps && store->kept != NULL) {
        for (size_t i = 0; i < store->kept->count; i++)
            drop(&store->kept->items[i]);
        id_map_free(&store->kept->places);
        free(store->kept);
        store->kept = NULL;
    }
}

/* --- walking -----------------------------------------------------------------------------------
 */

bool store_kept_begin(struct store *store, const struct store_query *query)
{
    struct store_kept *kept = store->kept;

    /* A walk within a walk opens for itself: the outer one's records stay as they are. */
    if (kept == NULL || kept->walking || query->type != RECORD_HANDOFF ||
        !id_is_empty(&query->case_id) || !id_is_empty(&query->client_id))
        return false;
    kept->walking = true;
    kept->walk++;
    return true;
}

/* The places of the rest are noted anew. */
static void sweep(struct store_kept *kept)
{
    size_t count = 0;

    for (size_t i = 0; i < kept->count; i++)
        if (kept->items[i].walk != kept->walk)
            drop(&kept->items[i]);
        else
            kept->items[count++] = kept->items[i];
    if (count == kept->count)
        return;
    memset(&kept->items[count], 0, (kept->count - count) * sizeof(kept->items[0]));
    kept->count = count;
    id_map_free(&kept->places);
    for (size_t i = 0; i < count; i++)
        (void)id_map_add(&kept->places, kept->items[i].id, (uint32_t)i);
}

void store_kept_end(struct store *store, bool whole)
{
    store->kept->walking = false;
    if (whole)
        sweep(store->kept);
}

/* The item of this id, a new one when it has none; NULL when there is no room. */
static struct kept *find(struct store_kept *kept, const unsigned char id[ID_BYTES])
{
    uint32_t place = id_map_find(&kept->places, id);

    if (place != ID_MAP_NONE)
        return &kept->items[place];
    if (kept->count == KEPT_LIMIT || !id_map_add(&kept->places, id, (uint32_t)kept->count))
        return NULL;
    memcpy(kept->items[kept->count].id, id, ID_BYTES);
    return &kept->items[kept->count++];
}

static bool holds(const struct kept *item, const struct store_sealed *sealed)
{
    return item->record != NULL && item->column == sealed->column && item->seq == sealed->seq &&
           item->length == sealed->length && memcmp(item->sealed, sealed->bytes, item->length) == 0;
}

const struct record *store_kept_find(struct store *store, const struct store_sealed *sealed)
{
    unsigned char id[ID_BYTES];
    struct kept *item;

    id_to_bytes(&sealed->id, id);
    item = find(store->kept, id);
    if (item == NULL)
        return NULL;
    item->walk = store->kept->walk;
    return holds(item, sealed) ? item->record : NULL;
}

bool store_kept_put(struct store *store, const struct store_sealed *sealed, struct record *record)
{
    unsigned char id[ID_BYTES];
    unsigned char *copy = malloc(sealed->length + 1);
    struct kept *item;
    struct kept before;

    id_to_bytes(&sealed->id, id);
    item = find(store->kept, id);
    if (item == NULL || copy == NULL) {
        free(copy);
        return false;
    }
    memcpy(copy, sealed->bytes, sealed->length);
    before = *item;
    drop(&before);
    memcpy(item->id, id, ID_BYTES);
    item->sealed = copy;
    item->length = sealed->length;
    item->column = sealed->column;
    item->seq = sealed->seq;
    item->record = record;
    item->walk = store->kept->walk;
    return true;
}
