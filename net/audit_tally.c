#include "net/audit_tally.h"

#include <string.h>

void audit_tally_init(struct audit_tally *tally)
{
    memset(tally, 0, sizeof(*tally));
    pthread_mutex_init(&tally->mutex, NULL);
}

void audit_tally_clear(struct audit_tally *tally)
{
    pthread_mutex_destroy(&tally->mutex);
}

/* Its place; else a free one, else that of the one whose while ends first. */
static struct audit_tally_kind *place_of(struct audit_tally *tally,
                                         const unsigned char key[AUDIT_TALLY_KEY])
{
    struct audit_tally_kind *place = &tally->kinds[0];

    for (size_t i = 0; i < AUDIT_TALLY_KINDS; i++) {
        struct audit_tally_kind *kind = &tally->kinds[i];

        if (kind->used && memcmp(kind->key, key, AUDIT_TALLY_KEY) == 0)
            return kind;
        if ((!kind->used && place->used) ||
            (kind->used == place->used && kind->until_ms < place->until_ms))
            place = kind;
    }
    tally->rest += place->count;
    memset(place, 0, sizeof(*place));
    memcpy(place->key, key, AUDIT_TALLY_KEY);
    return place;
}

uint64_t audit_tally_add(struct audit_tally *tally, const unsigned char key[AUDIT_TALLY_KEY],
                         const struct id *agent, int64_t until_ms, int64_t now_ms)
{
    struct audit_tally_kind *kind;
    uint64_t told = 0;

    pthread_mutex_lock(&tally->mutex);
    kind = place_of(tally, key);
    kind->count++;
    kind->agent = *agent;
    if (!kind->used || kind->until_ms <= now_ms) {
        told = kind->count;
        kind->count = 0;
        kind->until_ms = until_ms;
        kind->used = true;
    }
    pthread_mutex_unlock(&tally->mutex);
    return told;
}

bool audit_tally_take(struct audit_tally *tally, uint64_t *count, struct id *agent)
{
    *count = 0;
    *agent = (struct id){0};
    pthread_mutex_lock(&tally->mutex);
    for (size_t i = 0; i < AUDIT_TALLY_KINDS && *count == 0; i++) {
        *count = tally->kinds[i].count;
        *agent = tally->kinds[i].agent;
        tally->kinds[i].count = 0;
    }
    if (*count == 0) {
        *agent = (struct id){0};
        *count = tally->rest;
        tally->rest = 0;
    }
    pthread_mutex_unlock(&tally->mutex);
    return *count > 0;
}
