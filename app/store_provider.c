#include "app/store_provider.h"

#include <string.h>

#include "app/json.h"
#include "app/store_internal.h"
#include "app/text.h"

#define MARK    "provider"
#define SESSION "session"

bool store_passphrase_fits(const char *passphrase)
{
    int count = 0;

    for (; *passphrase != '\0'; passphrase++)
        count += ((unsigned char)*passphrase & 0xc0) != 0x80;
    return count >= PASSPHRASE_LEAST;
}

int store_create_provider(const char *path, const struct id *agent, const struct seal_key *key,
                          const unsigned char wrapped[SEAL_WRAPPED_SIZE], struct error *error)
{
    struct journal_owner owner = {.agent = *agent, .provider = true};

    memcpy(owner.wrapped, wrapped, SEAL_WRAPPED_SIZE);
    return store_create_new(path, &owner, key, error);
}

int store_provider_mark(struct store *store, struct error *error)
{
    return store_meta_put(store, MARK, "1", error);
}

bool store_is_provider(struct store *store)
{
    char text[8];

    return store_meta_get(store, MARK, text, sizeof(text), NULL) == 0 && text[0] != '\0';
}

bool store_file_is_provider(const char *path)
{
    struct store store = {0};
    bool is;

    if (database_open(&store.database, path, DATABASE_OPEN, &store_schema, NULL) != 0)
        return false;
    is = store_is_provider(&store);
    database_close(store.database);
    return is;
}

/* --- the session ------------------------------------------------------------------------------ */

int store_session_keep(struct store *store, const struct store_session *session,
                       struct error *error)
{
    json_t *document;
    int code;

    if (!store_is_provider(store))
        return 0;
    if (session == NULL)
        return store_state_put(store, SESSION, NULL, error);
    document = json_pack("{s:s, s:s, s:b}", "refresh", session->refresh, "feed", session->feed,
                         "bound", (int)session->bound);
    if (document == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    code = store_state_put(store, SESSION, document, error);
    json_decref(document);
    return code;
}

bool store_session_get(struct store *store, struct store_session *session)
{
    json_t *document = NULL;
    bool there;

    *session = (struct store_session){.refresh = ""};
    if (!store_is_provider(store) || store_state_get(store, SESSION, &document, NULL) != 0)
        return false;
    text_copy(session->refresh, sizeof(session->refresh), json_text_or(document, "refresh", ""));
    text_copy(session->feed, sizeof(session->feed), json_text_or(document, "feed", ""));
    session->bound = json_is_true(json_object_get(document, "bound"));
    there = document != NULL && session->refresh[0] != '\0' && session->feed[0] != '\0';
    json_decref(document);
    return there;
}
