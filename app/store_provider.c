#include "app/store_provider.h"

#include "app/store_internal.h"

#define MARK "provider"

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
