/*
 * A store of an agent who signs in at the organisation's identity provider: what opens it is a
 * passphrase of this terminal, which is no password and never leaves it.
 */
#ifndef GUICHET_APP_STORE_PROVIDER_H
#define GUICHET_APP_STORE_PROVIDER_H

#include <stdbool.h>

#include "app/store.h"

/* A passphrase has as many characters as a password. */
#define PASSPHRASE_LEAST 12

/* Long enough to be chosen as a passphrase. */
bool store_passphrase_fits(const char *passphrase);

/* store_create, marked as such from its first moment, in plain: that is known before it can be
 * opened, and from its journal alone as well. */
int store_create_provider(const char *path, const struct id *agent, const struct seal_key *key,
                          const unsigned char wrapped[SEAL_WRAPPED_SIZE], struct error *error);
bool store_is_provider(struct store *store);
/* The same of the file at `path`, without its key; false when there is none. */
bool store_file_is_provider(const char *path);

/*
 * The session goes on when the terminal starts again: its refresh token, which the terminal's own
 * key must accompany, is kept sealed. Of a store of the provider's alone: others have a password.
 */

#define STORE_SESSION_SIZE 128

struct store_session {
    char refresh[STORE_SESSION_SIZE]; /* secret: wiped by whoever holds it */
    char feed[STORE_FEED_SIZE];
    bool bound; /* to this store's device; not yet right after a sign-in that came before it */
};

/* Keeps it instead of the one before; NULL forgets it. Nothing is done with another store. */
int store_session_keep(struct store *store, const struct store_session *session,
                       struct error *error);
/* False when there is none. */
bool store_session_get(struct store *store, struct store_session *session);

#endif
