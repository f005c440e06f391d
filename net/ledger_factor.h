/*
 * Second factors: one-time codes of an authenticator program (net/otp.h), asked for by role, and
 * recovery codes for the day when it is not at hand. Secrets are sealed under a key in a file
 * beside the database; recovery codes are kept as hashes. Only net/ledger_*.c includes this; all
 * within a transaction.
 */
#ifndef GUICHET_NET_LEDGER_FACTOR_H
#define GUICHET_NET_LEDGER_FACTOR_H

#include "net/ledger_session_internal.h"

/*
 * Judges the code (NULL: none was given) that an agent of this role shows after the right password.
 * `result->barrier` is left at LEDGER_BARRIER_NONE when all is well (the first right code of an
 * agent confirms the factor, and `result->words` are the recovery codes), else it is
 * LEDGER_BARRIER_CODE, _CODE_WRONG, or _SETUP with the otpauth address in `result->words`.
 */
int ledger_factor_judge(struct ledger *ledger, const struct id *agent, const char *login,
                        const char *role, const char *code, int64_t now_ms,
                        struct ledger_login *result, struct error *error);

/* The role is among those that are asked for codes here. */
bool ledger_factor_is_asked(const struct ledger *ledger, const char *role);

/* Takes it from an agent, who sets up another one when the role asks for it. */
int ledger_factor_forget(struct ledger *ledger, const struct id *agent, bool *had,
                         struct error *error);

#endif
