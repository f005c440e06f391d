/* What the ways to sign in share (sign_in.c, sign_in_provider.c). Nobody else includes this. */
#ifndef GUICHET_UI_SIGN_IN_INTERNAL_H
#define GUICHET_UI_SIGN_IN_INTERNAL_H

#include "ui/sign_in.h"

/* A login names a file: only what cannot leave the directory, and no hidden one. */
bool sign_in_login_is_safe(const char *login);
/* "<data>/agents/<login>.db": owned, NULL when out of memory. */
char *sign_in_path(const struct desk *desk, const char *login);
/* The key of that store; ERROR_NOT_FOUND without one, ERROR_REFUSED for a wrong password. */
int sign_in_unwrap(const struct desk *desk, const char *login, const char *password,
                   struct seal_key **key, struct error *error);
/* ERROR_REFUSED: the passphrase is wrong, and what can be done. */
void sign_in_wrong_passphrase(const struct desk *desk, const char *login, struct error *error);
/* Opens the store and tells the sync thread to go on from it. Takes over `key` and `agent` (whom
 * the server has signed in just now; NULL: nobody asked it yet). `wrapped`: the store's key under
 * another password than before, which is put in place; NULL when it is the same. */
enum sign_in_step sign_in_finish(struct desk *desk, const char *login, const char *password,
                                 struct seal_key *key, struct record *agent,
                                 const unsigned char *wrapped, struct error *error);

#endif
