#include "app/client_index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/client_merge.h"
#include "app/text.h"

struct entry {
    struct record *client; /* owned */
    size_t keys, keys_end; /* its own stand together in the arena */
};

/* A name that more clients than this have says nothing by itself. */
#define COMMON 500

/* One key of one client; `text` stands in the arena. */
struct key {
    size_t text;
    uint32_t entry;
};

struct client_index {
    struct entry *entries;
    size_t count, capacity;
    struct text_buffer arena; /* keys, each ended by NUL */
    struct key *keys;         /* sorted by text, then entry */
    size_t key_count, key_capacity;
    uint32_t *seen; /* by entry: the question it was looked at for */
    uint32_t question;
    uint32_t adding; /* while it is made: whose keys come */
};

/* --- making ----------------------------------------------------------------------------------- */

static int add_key(void *context, const char *text)
{
    struct client_index *index = context;

    if (index->key_count == index->key_capacity) {
        size_t capacity = index->key_capacity == 0 ? 1024 : 2 * index->key_capacity;
        struct key *grown = realloc(index->keys, capacity * sizeof(*grown));

        if (grown == NULL)
            return ERROR_MEMORY;
        index->keys = grown;
        index->key_capacity = capacity;
    }
    index->keys[index->key_count++] = (struct key){index->arena.length, index->adding};
    text_buffer_add(&index->arena, text, strlen(text) + 1);
    return index->arena.failed ? ERROR_MEMORY : 0;
}

static int add_client(void *context, const struct record *record, enum store_pending pending)
{
    struct client_index *index = context;
    struct entry *entry;

    (void)pending;
    if (strcmp(record_text(record, "kind"), "anonymous") == 0)
        return 0;
    if (index->count == index->capacity) {
        size_t capacity = index->capacity == 0 ? 64 : 2 * index->capacity;
        struct entry *grown = realloc(index->entries, capacity * sizeof(*grown));

        if (grown == NULL)
            return ERROR_MEMORY;
        index->entries = grown;
        index->capacity = capacity;
    }
    entry = &index->entries[index->count];
    entry->client = record_copy(record);
    if (entry->client == NULL)
        return ERROR_MEMORY;
    index->adding = (uint32_t)index->count++;
    entry->keys = index->arena.length;
    if (client_keys(entry->client, add_key, index) != 0)
        return ERROR_MEMORY;
    entry->keys_end = index->arena.length;
    return 0;
}

static int order_entries(const void *left, const void *right)
{
    const struct entry *one = left, *other = right;

    return strcmp(one->client->id.text, other->client->id.text);
}

/* The entry of this id; `count` when there is none. The entries stand in the order of their ids. */
static size_t entry_find(const struct client_index *index, const char *id)
{
    size_t low = 0, high = index->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(index->entries[middle].client->id.text, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < index->count && strcmp(index->entries[low].client->id.text, id) == 0
               ? low
               : index->count;
}

static int add_reference(void *context, const struct record *record, enum store_pending pending)
{
    struct client_index *index = context;
    const char *client = record_text(record, "client");
    char reference[ID_REFERENCE_SIZE], key[CLIENT_KEY_SIZE] = "r:";
    size_t entry;

    (void)pending;
    if (*client == '\0' || !id_reference_parse(record_text(record, "reference"), reference))
        return 0;
    entry = entry_find(index, client);
    if (entry == index->count)
        return 0;
    index->adding = (uint32_t)entry;
    text_copy(key + 2, sizeof(key) - 2, reference);
    for (char *at = key + 2; *at != '\0'; at++)
        *at = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
    return add_key(index, key);
}

/* qsort gets no context: the keys' texts are found through it. Set while sorting only, by the one
 * thread that makes an index. */
static _Thread_local const char *sorting;

static int order_keys(const void *left, const void *right)
{
    const struct key *one = left, *other = right;
    int order = strcmp(sorting + one->text, sorting + other->text);

    return order != 0 ? order : one->entry < other->entry ? -1 : one->entry > other->entry;
}

static bool are_in_order(const struct client_index *index)
{
    for (size_t i = 1; i < index->count; i++)
        if (order_entries(&index->entries[i - 1], &index->entries[i]) > 0)
            return false;
    return true;
}

static int make_ready(struct client_index *index, struct error *error)
{
    sorting = index->arena.bytes;
    if (index->key_count > 1)
        qsort(index->keys, index->key_count, sizeof(index->keys[0]), order_keys);
    index->seen = calloc(index->count + 1, sizeof(index->seen[0]));
    return index->seen != NULL ? 0 : error_set(error, ERROR_MEMORY, "out of memory");
}

static int read_store(struct client_index *index, struct store *store, struct error *error)
{
    struct store_query query = {.type = RECORD_CLIENT};
    int code = store_each(store, &query, add_client, index, error);

    if (code == 0 && !are_in_order(index))
        return error_set(error, ERROR_STORAGE, "the clients are not in their order");
    query.type = RECORD_CASE;
    return code == 0 ? store_each(store, &query, add_reference, index, error) : code;
}

int client_index_of(struct client_index **index, struct record *const *clients, size_t count,
                    struct error *error)
{
    int code = 0;

    *index = calloc(1, sizeof(**index));
    if (*index == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    for (size_t i = 0; i < count && code == 0; i++)
        code = add_client(*index, clients[i], STORE_SETTLED);
    if (code == 0)
        code = make_ready(*index, error);
    if (code != 0) {
        client_index_free(*index);
        *index = NULL;
    }
    return code;
}

int client_index_new(struct client_index **index, struct store *store, struct error *error)
{
    int code;

    *index = calloc(1, sizeof(**index));
    if (*index == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    code = read_store(*index, store, error);
    if (code == 0)
        code = make_ready(*index, error);
    if (code != 0) {
        client_index_free(*index);
        *index = NULL;
    }
    return code;
}

void client_index_free(struct client_index *index)
{
    if (index == NULL)
        return;
    for (size_t i = 0; i < index->count; i++)
        record_free(index->entries[i].client);
    free(index->entries);
    free(index->keys);
    free(index->seen);
    text_buffer_free(&index->arena);
    free(index);
}

size_t client_index_count(const struct client_index *index)
{
    return index->count;
}

/* --- hits, best first ------------------------------------------------------------------------ */

static bool is_better(const struct client_hit *left, const struct client_hit *right)
{
    if (left->score != right->score)
        return left->score > right->score;
    return strcmp(record_text(left->client, "name"), record_text(right->client, "name")) < 0;
}

size_t client_hit_keep(struct client_hit *hits, size_t count, size_t limit, struct client_hit hit)
{
    size_t at = count;

    /* Two files of one client are one hit, by the better of them. */
    for (size_t i = 0; i < count; i++)
        if (id_equal(&hits[i].client->id, &hit.client->id)) {
            if (!is_better(&hit, &hits[i]))
                return count;
            memmove(&hits[i], &hits[i + 1], (count - i - 1) * sizeof(hits[0]));
            at = --count;
            break;
        }
    while (at > 0 && is_better(&hit, &hits[at - 1]))
        at--;
    if (at >= limit)
        return count;
    if (count == limit)
        count--;
    memmove(&hits[at + 1], &hits[at], (count - at) * sizeof(hits[0]));
    hits[at] = hit;
    return count + 1;
}

/* Whom an entry is found for: where it is merged into another one, that one. */
static struct client_hit hit_of(const struct client_index *index, const struct entry *entry,
                                int score, unsigned likeness)
{
    struct client_hit hit = {entry->client, score, likeness, NULL};

    for (int depth = 0; depth < CLIENT_MERGE_DEPTH && client_is_merged(hit.client); depth++) {
        size_t next = entry_find(index, record_text(hit.client, "merged_into"));

        if (next == index->count)
            break;
        hit.client = index->entries[next].client;
        hit.found_as = entry->client;
    }
    return hit;
}

/* --- finding --------------------------------------------------------------------------------- */

static const char *key_text(const struct client_index *index, size_t i)
{
    return index->arena.bytes + index->keys[i].text;
}

/* The keys that begin with the term's: from `first` up to the one returned. */
static size_t key_range(const struct client_index *index, const char *key, size_t *first)
{
    size_t length = strlen(key), bounds[2];

    for (int end = 0; end < 2; end++) {
        size_t low = 0, high = index->key_count;

        while (low < high) {
            size_t middle = low + (high - low) / 2;
            int order = strncmp(key_text(index, middle), key, length);

            if (order < 0 || (end == 1 && order == 0))
                low = middle + 1;
            else
                high = middle;
        }
        bounds[end] = low;
    }
    *first = bounds[0];
    return bounds[1];
}

static size_t piece_size(const struct client_index *index, const struct client_piece *piece)
{
    size_t size = 0, first;

    for (size_t i = 0; i < piece->count; i++)
        size += key_range(index, piece->terms[i].key, &first) - first;
    return size;
}

/* The pieces of a question against one client's keys. */
struct scoring {
    const struct client_query *query;
    int scores[CLIENT_PIECES];
};

static int score_key(void *context, const char *key)
{
    struct scoring *scoring = context;

    client_query_fit(scoring->query, key, scoring->scores);
    return 0;
}

static int scoring_total(const struct scoring *scoring)
{
    int total = 0;

    for (size_t i = 0; i < scoring->query->count; i++) {
        if (scoring->scores[i] == 0)
            return 0;
        total += scoring->scores[i];
    }
    return total;
}

int client_query_score(const struct client_query *query, const struct record *client,
                       const char *reference)
{
    struct scoring scoring = {.query = query};

    if (client_keys(client, score_key, &scoring) != 0)
        return 0;
    if (reference != NULL)
        score_key(&scoring, reference);
    return scoring_total(&scoring);
}

/* The same by the keys that the index has. */
static int entry_score(const struct client_index *index, const struct entry *entry,
                       const struct client_query *query, const char *reference)
{
    struct scoring scoring = {.query = query};

    for (size_t at = entry->keys; at < entry->keys_end; at += strlen(index->arena.bytes + at) + 1)
        score_key(&scoring, index->arena.bytes + at);
    if (reference != NULL)
        score_key(&scoring, reference);
    return scoring_total(&scoring);
}

/* Whether this entry has not been looked at yet for the present question. */
static bool is_first_look(struct client_index *index, uint32_t entry)
{
    if (index->seen[entry] == index->question)
        return false;
    index->seen[entry] = index->question;
    return true;
}

static void next_question(struct client_index *index)
{
    if (++index->question == 0) {
        memset(index->seen, 0, (index->count + 1) * sizeof(index->seen[0]));
        index->question = 1;
    }
}

size_t client_index_find(struct client_index *index, const char *typed, struct client_hit *hits,
                         size_t limit)
{
    struct client_query query;
    const struct client_piece *rarest;
    size_t least = SIZE_MAX, count = 0;

    client_query_read(&query, typed);
    if (query.count == 0)
        return 0;
    rarest = &query.pieces[0];
    for (size_t i = 0; i < query.count; i++) {
        size_t size = piece_size(index, &query.pieces[i]);

        if (size < least) {
            least = size;
            rarest = &query.pieces[i];
        }
    }
    next_question(index);
    for (size_t i = 0; i < rarest->count; i++) {
        size_t at, end = key_range(index, rarest->terms[i].key, &at);

        for (; at < end; at++) {
            const struct entry *entry = &index->entries[index->keys[at].entry];
            const char *key = key_text(index, at);
            int score;

            if (client_term_fits(&rarest->terms[i], key) == 0 ||
                !is_first_look(index, index->keys[at].entry))
                continue;
            score = entry_score(index, entry, &query, key[0] == 'r' ? key : NULL);
            if (score > 0)
                count = client_hit_keep(hits, count, limit, hit_of(index, entry, score, 0));
        }
    }
    return count;
}

/* --- likely the same ------------------------------------------------------------------------- */

unsigned client_likeness(const struct client_details *details, const struct record *client)
{
    struct client_traits typed;
    unsigned likeness;

    client_traits_read(&typed, details);
    client_likely(&typed, client, &likeness);
    return likeness;
}

int client_likely(const struct client_traits *typed, const struct record *client,
                  unsigned *likeness)
{
    struct client_details details = client_details_of(client);
    struct client_traits traits;
    int score;

    client_traits_read(&traits, &details);
    score = client_likeness_score(typed, &traits, likeness);
    return score >= CLIENT_LIKELY ? score : 0;
}

/* Whether an entry has another detail of the terms besides this one's. */
static bool has_second(const struct client_index *index, const struct entry *entry,
                       const struct client_term *terms, size_t count, int first)
{
    for (size_t at = entry->keys; at < entry->keys_end; at += strlen(index->arena.bytes + at) + 1)
        for (size_t i = 0; i < count; i++)
            if (terms[i].score != first && strcmp(terms[i].key, index->arena.bytes + at) == 0)
                return true;
    return false;
}

size_t client_index_likely(struct client_index *index, const struct client_details *details,
                           const struct id *but, struct client_hit *hits, size_t limit)
{
    struct client_term terms[CLIENT_LIKELY_TERMS];
    struct client_traits typed;
    size_t term_count, count = 0;

    client_traits_read(&typed, details);
    term_count = client_likely_terms(&typed, terms);
    next_question(index);
    for (size_t i = 0; i < term_count; i++) {
        size_t at, end = key_range(index, terms[i].key, &at);
        bool common = end - at > COMMON;

        for (; at < end; at++) {
            const struct entry *entry = &index->entries[index->keys[at].entry];
            unsigned likeness;
            int score;

            if (client_term_fits(&terms[i], key_text(index, at)) == 0 ||
                (but != NULL && id_equal(but, &entry->client->id)) ||
                (common && !has_second(index, entry, terms, term_count, terms[i].score)) ||
                !is_first_look(index, index->keys[at].entry))
                continue;
            score = client_likely(&typed, entry->client, &likeness);
            if (score > 0 &&
                (but == NULL || !id_equal(but, &hit_of(index, entry, 0, 0).client->id)))
                count = client_hit_keep(hits, count, limit, hit_of(index, entry, score, likeness));
        }
    }
    return count;
}
