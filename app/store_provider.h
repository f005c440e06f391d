/*
 * Whether a store belongs to an agent who signs in at the organisation's identity provider: what
 * opens it then is a passphrase of this terminal, which is no password and never leaves it.
 */
#ifndef GUICHET_APP_STORE_PROVIDER_H
#define GUICHET_APP_STORE_PROVIDER_H

#include <stdbool.h>

#include "app/store.h"

/* Marks it, in plain: that is known before it can be opened. */
int store_provider_mark(struct store *store, struct error *error);
bool store_is_provider(struct store *store);
/* The same of the file at `path`, without its key; false when there is none. */
bool store_file_is_provider(const char *path);

#endif
