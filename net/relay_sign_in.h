/*
 * Signing in and changing a password at an office's relay: what it can judge by itself it does, and
 * asks the centre about the rest (a password that it does not know, one-time codes whose secrets do
 * not leave the centre, another password). While the link is cut an agent with such codes does not
 * get a new session there, and nobody another password: LEDGER_BARRIER_CENTRE. All waits for the
 * centre, for some seconds at most: in the sign-ins' worker.
 */
#ifndef GUICHET_NET_RELAY_SIGN_IN_H
#define GUICHET_NET_RELAY_SIGN_IN_H

#include "net/ledger_session.h"
#include "net/relay_board.h"

/* As ledger_sign_in. */
int relay_sign_in(struct ledger *ledger, struct relay_board *board,
                  const struct ledger_sign_in *asked, int64_t now_ms, struct ledger_login *result,
                  struct error *error);

/* As ledger_password_change. */
int relay_password_change(struct ledger *ledger, struct relay_board *board,
                          const struct ledger_sign_in *asked, const char *fresh, int64_t now_ms,
                          struct ledger_login *result, struct error *error);

#endif
