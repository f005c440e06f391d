/*
 * Another key for the signed heads: the old one signs a last head and that the new one follows it,
 * and is gone. What it signed stays provable: its public half is in each of its heads, and whoever
 * kept it comes to the new one by the change that it signed. Works beside a running server, which
 * signs its next head with the new one.
 */
#ifndef GUICHET_NET_LEDGER_AUDIT_KEY_H
#define GUICHET_NET_LEDGER_AUDIT_KEY_H

#include "net/audit_head.h"
#include "net/ledger_audit.h"

struct database;

/* All changes of a database's key, in their order. `changes` is owned (free()). */
int ledger_audit_key_changes(struct database *database, struct audit_key_change **changes,
                             size_t *count, struct error *error);

/* Changes it. That it was is in the trail (`entry`, AUDIT_PERMISSION; `what` is filled in).
 * ERROR_NOT_FOUND when the present key's file is not there: who has lost it cannot sign that
 * another one follows. */
int ledger_audit_key_rotate(const char *path, const struct audit_entry *entry,
                            struct audit_key_change *change, struct error *error);

/* {"key": the present one, "changes": [...]}. New reference. */
int ledger_audit_keys(const char *path, json_t **document, struct error *error);

#endif
