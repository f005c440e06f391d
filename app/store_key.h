/*
 * The keys of a store. One random store key seals every row and the journal; it stands in the file
 * wrapped, never plain:
 *
 *     agent's password --Argon2id--> wrapping key --> "wrapped": the store key, for the agent
 *     organisation's public key ---- sealed box ---> "escrow": the store key, for recovery (off
 *                                                    unless the organisation chose it)
 *
 * So a change of password wraps again and seals nothing anew (store_rewrap), and a new store key
 * seals everything anew (store_rekey): what somebody copied of the file before, with the password
 * that was valid then, opens nothing that is written later.
 */
#ifndef GUICHET_APP_STORE_KEY_H
#define GUICHET_APP_STORE_KEY_H

#include "app/escrow.h"
#include "app/store.h"

/* Wraps the store's key under a new password: ERROR_REFUSED for an empty one. The former wrapping
 * is overwritten, in the journal too. */
int store_rewrap(struct store *store, const char *password, struct error *error);

/* How far a re-keying has come; not 0 breaks it off with that code, and all is as before. */
typedef int (*store_rekey_progress)(void *context, int64_t done, int64_t total);

/*
 * Seals all rows and the journal anew under `key`, whose wrapping under the agent's password is
 * `wrapped`, in one transaction: killed anywhere, the file opens with the former key and wrapping
 * or with the new, and what the journal then lacks is done by the next store_open. `key` is
 * borrowed until store_close, and the one before may be freed when this returns 0; on failure it is
 * the one before that stays borrowed.
 *
 * Other connections on the file learn of it with their next change, which fails with
 * ERROR_CONFLICT: they are closed and opened with the new key. `progress` may be NULL.
 */
int store_rekey(struct store *store, const struct seal_key *key,
                const unsigned char wrapped[SEAL_WRAPPED_SIZE], store_rekey_progress progress,
                void *context, struct error *error);

/* Whether changes here wait for another writer (as they do at first), or fail at once. */
void store_patience(struct store *store, bool waits);

/* When the store's key was made, wall time; of a file of before that was noted, when it was opened
 * first since. Negative: error. */
int64_t store_key_made(struct store *store, struct error *error);

/* A key is renewed by itself at a sign-in after so long. */
#define STORE_KEY_LIFE_MS (365LL * 24 * 3600 * 1000)

/* --- escrow (escrow.h) ----------------------------------------------------------------------- */

/* Deposits the store's key for the holder of the secret half of `public_key`, instead of one there
 * before; NULL: takes it back. Costs nothing when it is so already. `changed` (may be NULL) tells
 * whether it was not. */
int store_escrow_set(struct store *store, const struct escrow_public *public_key, bool *changed,
                     struct error *error);

/* store_escrow_set, and tells the agent when that changed anything (STORE_NOTICE_KEY_...). */
int store_escrow_follow(struct store *store, const struct escrow_public *public_key, int64_t now_ms,
                        struct error *error);

/* For whom the store's key is deposited: `public_key` is filled; false for nobody. */
bool store_escrow_get(struct store *store, struct escrow_public *public_key);

/* The same of the file at `path`, without its key. */
bool store_file_escrow(const char *path, struct escrow_public *public_key);

/* The key in the file at `path`, opened with the organisation's secret half: new. ERROR_NOT_FOUND
 * when none was deposited, ERROR_REFUSED when it was for another. */
int store_escrow_open(const char *path, const struct escrow_secret *secret, struct seal_key **key,
                      struct error *error);

/* --- the end --------------------------------------------------------------------------------- */

/*
 * Destroys the store at `path`: the wrapped keys are overwritten in the file, its log and its
 * journals, and synced, so that nothing sealed opens any more whatever becomes of the rest; then
 * every file of it is overwritten and removed, journals set aside and damaged copies too. Goes on
 * past what fails; then the error tells what was left. No connection may be open in this thread;
 * those of others find an empty file.
 */
int store_destroy(const char *path, struct error *error);

#endif
