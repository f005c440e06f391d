/*
 * Names for entries of the audit trail, as they are shown: of agents, clients and cases; and whom a
 * privacy officer means by what they type.
 */
#ifndef GUICHET_NET_LEDGER_AUDIT_NAMES_H
#define GUICHET_NET_LEDGER_AUDIT_NAMES_H

#include <jansson.h>

#include "net/ledger.h"

/* Adds to each object of an array, by its members "agent", "client", "type" and "record":
 * "agent_name", "client_name", "label" (a case's reference), where they are known still. */
int ledger_audit_names(struct ledger *ledger, json_t *list, struct error *error);

/* The agent of this id, login or full name; ERROR_NOT_FOUND. */
int ledger_audit_agent(struct ledger *ledger, const char *typed, struct id *agent,
                       struct error *error);

#endif
