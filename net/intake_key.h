/*
 * Who may bring messages in over REST: one key a web site, kiosk or gateway, each for one channel.
 * The server keeps a hash of the key alone; the key itself is shown once, when it is made.
 */
#ifndef GUICHET_NET_INTAKE_KEY_H
#define GUICHET_NET_INTAKE_KEY_H

#include <stdbool.h>

#include <jansson.h>

#include "app/error.h"
#include "app/record.h"
#include "net/ledger.h"

/* Longest name: small letters, digits and '-'. */
#define INTAKE_KEY_NAME_LIMIT 24

struct intake_key {
    char name[INTAKE_KEY_NAME_LIMIT + 1];
    char channel[16];             /* as the route has it: "web", "kiosk" ... */
    char office[RECORD_KEY_SIZE]; /* where new cases go unless the message says; "" for none */
    char queue[RECORD_KEY_SIZE];
};

/* The channel of records for a word of the route; NULL when nothing comes in by it. A kiosk stands
 * at the counter. */
const char *intake_channel(const char *word);

/* These three open the database of this path beside a server that runs, which heeds them at once.
 *
 * Adds a key and gives what is to be sent as the bearer token. ERROR_CONFLICT when there is one of
 * this name, also a revoked one; ERROR_INVALID, ERROR_NOT_FOUND for an office or queue that the
 * catalogue does not have. */
int ledger_intake_key_add(const char *path, const struct intake_key *key, int64_t now_ms,
                          char token[LEDGER_TOKEN_SIZE], struct error *error);
/* [{"name","channel","office","queue","added_at","revoked_at"}] by name. New. */
int ledger_intake_key_list(const char *path, json_t **list, struct error *error);
/* ERROR_NOT_FOUND when there is none that stands. */
int ledger_intake_key_revoke(const char *path, const char *name, int64_t now_ms,
                             struct error *error);
/* ledger_intake_refused of the database of this path. */
int ledger_intake_refused_at(const char *path, size_t limit, json_t **list, struct error *error);

/* Whose token this is; ERROR_NOT_FOUND when it is unknown or revoked. */
int ledger_intake_key_find(struct ledger *ledger, const char *token, struct intake_key *key,
                           struct error *error);

#endif
