#include "net/known.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

/* So many tokens at most; one more takes the place of another. */
#define PLACES      1024
#define DIGEST_SIZE 32
/* So many agents. */
#define THERE 64

/* The token itself is not kept. */
struct place {
    unsigned char digest[DIGEST_SIZE];
    uint64_t people;
    struct ledger_actor actor;
    bool has_desk;
    struct scope_set desk;
};

/* An agent who was there. */
struct there {
    struct id agent;
    uint64_t people;
};

struct known {
    pthread_mutex_t mutex;
    unsigned char key[crypto_generichash_KEYBYTES]; /* of this process */
    struct place *places[PLACES];                   /* owned; NULL: free */
    struct there there[THERE];
    size_t next_there; /* the place of the next one */
};

int known_new(struct known **known, struct error *error)
{
    struct known *made = calloc(1, sizeof(*made));

    *known = made;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for what is known of tokens");
    pthread_mutex_init(&made->mutex, NULL);
    randombytes_buf(made->key, sizeof(made->key));
    return 0;
}

static void place_free(struct place *place)
{
    if (place != NULL)
        scope_set_free(&place->desk);
    free(place);
}

void known_free(struct known *known)
{
    if (known == NULL)
        return;
    for (size_t i = 0; i < PLACES; i++)
        place_free(known->places[i]);
    pthread_mutex_destroy(&known->mutex);
    sodium_memzero(known->key, sizeof(known->key));
    free(known);
}

/* Where a token belongs. */
static struct place **place_of(struct known *known, const char *token,
                               unsigned char digest[DIGEST_SIZE])
{
    crypto_generichash(digest, DIGEST_SIZE, (const unsigned char *)token, strlen(token), known->key,
                       sizeof(known->key));
    return &known->places[(digest[0] | (size_t)digest[1] << 8) % PLACES];
}

/* With the mutex: what is known of it and holds; NULL for nothing. */
static struct place *find(struct known *known, const char *token, uint64_t people)
{
    unsigned char digest[DIGEST_SIZE];
    struct place *place = *place_of(known, token, digest);

    return place != NULL && place->people == people &&
                   sodium_memcmp(place->digest, digest, DIGEST_SIZE) == 0
               ? place
               : NULL;
}

bool known_actor(struct known *known, const char *token, uint64_t people, int64_t now_ms,
                 struct ledger_actor *actor)
{
    const struct place *place;
    bool holds;

    pthread_mutex_lock(&known->mutex);
    place = find(known, token, people);
    holds = place != NULL && place->actor.expires_ms > now_ms;
    if (holds)
        *actor = place->actor;
    pthread_mutex_unlock(&known->mutex);
    return holds;
}

void known_actor_keep(struct known *known, const char *token, uint64_t people,
                      const struct ledger_actor *actor)
{
    struct place *place = calloc(1, sizeof(*place)), **at;

    if (place == NULL)
        return;
    place->people = people;
    place->actor = *actor;
    place->actor.request = NULL;
    pthread_mutex_lock(&known->mutex);
    at = place_of(known, token, place->digest);
    place_free(*at);
    *at = place;
    pthread_mutex_unlock(&known->mutex);
}

bool known_desk(struct known *known, const char *token, uint64_t people, struct scope_set *scopes)
{
    const struct place *place;
    bool holds;

    pthread_mutex_lock(&known->mutex);
    place = find(known, token, people);
    holds = place != NULL && place->has_desk && scope_set_add_all(scopes, &place->desk, NULL) == 0;
    pthread_mutex_unlock(&known->mutex);
    return holds;
}

void known_desk_keep(struct known *known, const char *token, uint64_t people,
                     const struct scope_set *scopes)
{
    struct place *place;

    pthread_mutex_lock(&known->mutex);
    place = find(known, token, people);
    if (place != NULL && !place->has_desk)
        place->has_desk = scope_set_add_all(&place->desk, scopes, NULL) == 0;
    pthread_mutex_unlock(&known->mutex);
}

bool known_agent(struct known *known, uint64_t people, const struct id *agent)
{
    bool found = false;

    pthread_mutex_lock(&known->mutex);
    for (size_t i = 0; i < THERE && !found; i++)
        found = known->there[i].people == people && id_equal(&known->there[i].agent, agent);
    pthread_mutex_unlock(&known->mutex);
    return found;
}

void known_agent_keep(struct known *known, uint64_t people, const struct id *agent)
{
    pthread_mutex_lock(&known->mutex);
    known->there[known->next_there] = (struct there){*agent, people};
    known->next_there = (known->next_there + 1) % THERE;
    pthread_mutex_unlock(&known->mutex);
}
