/*
 * What an administrator orders about agents and terminals, as JSON: by a command that holds the
 * database, or through the socket of a server that does (net/control.h).
 *
 *   {"order": "device-code", "name", "minutes"}  -> {"code", "expires_at"}
 *   {"order": "device-list"}                     -> {"devices": [...]} (net/ledger_terminal.h)
 *   {"order": "device-revoke", "name"}           -> {}
 *   {"order": "device-wipe", "name"}             -> {}
 *   {"order": "agent-password", "login", "password", "must_change"} -> {}
 *   {"order": "agent-codes", "login"}            -> {"had"}: one-time codes are set up anew
 *   {"order": "agent-unlock", "login"}           -> {"cleared"}
 *   {"order": "agent-sign-out", "login"}         -> {}
 *
 * And those of net/ledger_order_retention.h.
 */
#ifndef GUICHET_NET_LEDGER_ORDER_H
#define GUICHET_NET_LEDGER_ORDER_H

#include <jansson.h>

#include "net/ledger.h"

/* `answer` is a new reference when this returns 0. ERROR_INVALID when there is no such order. */
int ledger_order(struct ledger *ledger, const json_t *order, int64_t now_ms, json_t **answer,
                 struct error *error);

#endif
