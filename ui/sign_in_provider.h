/*
 * Signing in at the organisation's identity provider, without its screen. Such an agent has no
 * password here; a passphrase of this terminal opens what it keeps.
 */
#ifndef GUICHET_UI_SIGN_IN_PROVIDER_H
#define GUICHET_UI_SIGN_IN_PROVIDER_H

#include "ui/sign_in.h"

/* True when the store of this login here belongs to an agent of the provider. */
bool sign_in_is_provider(const struct desk *desk, const char *login);
/* What becomes of a forgotten passphrase, in words: who can open the store, or that nobody can. */
void sign_in_forgotten(const struct desk *desk, const char *login, char text[ERROR_MESSAGE_SIZE]);
/* True when there is a store of this login here. */
bool sign_in_is_known(const struct desk *desk, const char *login);
/* The provider named `agent` (borrowed): makes their store, or opens the one that is here. Done, or
 * failed and said why; ERROR_REFUSED: another passphrase may do. */
enum sign_in_step sign_in_provider(struct desk *desk, const struct record *agent,
                                   const char *passphrase, struct error *error);

#endif
