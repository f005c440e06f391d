#include "app/import_moves.h"

#include <string.h>

#include "app/json.h"
#include "app/text.h"

/* The moves followed so far. */
struct chain {
    struct id ids[IMPORT_MOVES_MOST + 2];
    size_t count;
    struct text_buffer words; /* "a -> b -> c" */
};

static bool chain_has(const struct chain *chain, const struct id *id)
{
    for (size_t i = 0; i < chain->count; i++)
        if (id_equal(&chain->ids[i], id))
            return true;
    return false;
}

static void chain_add(struct chain *chain, const struct id *id, const char *key)
{
    chain->ids[chain->count++] = *id;
    text_buffer_add_format(&chain->words, "%s%s", chain->count > 1 ? " -> " : "", key);
}

static int refuse(const struct chain *chain, const char *what, struct error *error)
{
    if (chain->words.failed)
        return error_set(error, ERROR_MEMORY, "out of memory");
    return error_set(error, ERROR_REFUSED, "moved_to: %s: %s", what, chain->words.bytes);
}

/* Follows from `record` on; its body is swapped for that of each next one. */
static int chain_follow(struct chain *chain, struct record *at, import_moves_find find,
                        void *context, struct error *error)
{
    char key[RECORD_KEY_SIZE];
    while (record_text(at, "moved_to")[0] != '\0') {
        json_t *body = NULL;
        record_full_key(at, record_text(at, "moved_to"), key);
        struct id id = id_from_key(record_type_name(RECORD_SERVICE), key);
        bool circle = chain_has(chain, &id);
        if (!circle && chain->count > IMPORT_MOVES_MOST)
            return refuse(chain, "too many moves one after the other", error);
        chain_add(chain, &id, key);
        if (circle)
            return refuse(chain, "the moves go in a circle", error);
        int code = find(context, &id, &body, error);
        if (code == ERROR_NOT_FOUND)
            return refuse(chain, "the last of them does not exist", error);
        if (code)
            return code;
        json_decref(at->body);
        at->body = body;
    }
    return 0;
}

int import_moves_check(const struct record *record, import_moves_find find, void *context,
                       struct error *error)
{
    struct chain chain = {0};
    struct record at = *record;
    if (record->type != RECORD_SERVICE || record_text(record, "moved_to")[0] == '\0')
        return 0;
    at.body = json_incref(record->body);
    chain_add(&chain, &record->id, record_text(record, "key"));
    int code = chain_follow(&chain, &at, find, context, error);
    json_decref(at.body);
    text_buffer_free(&chain.words);
    return code;
}
