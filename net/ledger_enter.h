/*
 * A sign-in under way, which a change of password begins with. Nobody outside net/ledger_*.c
 * includes this.
 */
#ifndef GUICHET_NET_LEDGER_ENTER_H
#define GUICHET_NET_LEDGER_ENTER_H

#include <sodium.h>

#include "net/ledger_lockout.h"
#include "net/ledger_session_internal.h"

/* How a password is checked. */
struct verifier {
    struct id agent;
    char hash[crypto_pwhash_STRBYTES];
    bool must_change;
    bool code_at_centre; /* at a relay */
    int64_t changed_ms;
};

/* A sign-in under way. */
struct entering {
    const struct ledger_sign_in *asked;
    const char *fresh; /* the password to be; NULL for a sign-in */
    bool repeated;     /* it is so already: this very change was made just before */
    char login[LEDGER_LOGIN_LIMIT + 1]; /* folded */
    struct lockout lockouts[2];
    size_t lockout_count;
    struct verifier verifier;
};

/* Within a transaction: reads whom a login belongs to; an unknown one gives an empty agent. */
int ledger_verifier_read(struct ledger *ledger, const char *login, struct verifier *verifier,
                         struct error *error);

/* A terminal that was ended is told so before anything is tried: ERROR_REFUSED with `barrier` set.
 */
int ledger_enter_barrier(struct ledger *ledger, const struct ledger_sign_in *asked, int64_t now_ms,
                         struct ledger_login *result, struct error *error);

/* Up to where the password is known to be right; outside of any transaction, for it takes long. */
int ledger_enter(struct ledger *ledger, struct entering *entering, int64_t now_ms,
                 struct ledger_login *result, struct error *error);

/* Within a transaction: what else is asked of who knows the password (`changes`: to change it): a
 * code, another password. Sets `barrier`. */
int ledger_enter_judge(struct ledger *ledger, const struct entering *entering, bool changes,
                       int64_t now_ms, struct ledger_login *result, struct error *error);

/* Within a transaction: the role of an agent, for what their role is asked. */
int ledger_enter_role(struct ledger *ledger, const struct id *agent, char role[RECORD_KEY_SIZE],
                      bool *display, char name[RECORD_KEY_SIZE], struct error *error);

#endif
