/*
 * Agents, their passwords and tokens, terminals, the catalogue, and the name of a history. Nobody
 * outside net/ledger_*.c includes this.
 */
#ifndef GUICHET_NET_LEDGER_AGENT_H
#define GUICHET_NET_LEDGER_AGENT_H

#include "net/ledger_row.h"

/* A public screen's sign-in: role "display". */
bool ledger_agent_is_display(const struct record *agent);

/* What login.must_change holds: */
#define LEDGER_LOGIN_MUST_CHANGE    1
#define LEDGER_LOGIN_CODE_AT_CENTRE 2 /* at a relay: the centre asks for a one-time code */

/* Within a transaction that changes how somebody signs in: relays are told, as of the catalogue. */
int ledger_verifiers_tell(struct ledger *ledger, struct error *error);
/* A password's verifier as the centre has it, with these. */
int ledger_verifier_write(struct ledger *ledger, const char *login, const struct id *agent,
                          const char *hash, int flags, struct error *error);
/* Within a transaction: the agent of a login (empty when nobody has it), and the login as it is
 * kept.
 */
int ledger_login_find(struct ledger *ledger, const char *login, char folded[LEDGER_LOGIN_LIMIT + 1],
                      struct id *agent, struct error *error);
/* A fresh token, and its hash. */
#define LEDGER_TOKEN_HASH 32
void ledger_token_make(char token[LEDGER_TOKEN_SIZE], unsigned char hash[LEDGER_TOKEN_HASH]);
void ledger_token_hash(const char *token, unsigned char hash[LEDGER_TOKEN_HASH]);

/* --- history and terminals (ledger_history.c, ledger_device.c) -------------------------------- */

/* Within the first transaction that gives a number: names this and all that follow. */
int ledger_epoch_write(struct ledger *ledger, struct error *error);
#define LEDGER_EPOCH_NAME 8 /* bytes of a name: hexadecimal digits */
/* The name under which a number was given; "" when it has none. */
int ledger_epoch_read(struct database *database, int64_t seq, char epoch[LEDGER_EPOCH_SIZE],
                      struct error *error);

/* Within a transaction: whether the mark's turn has come. `behind` when it is over, which is noted;
 * `other_ms` is when another copy of this terminal was last found behind, 0 for never. */
int ledger_device_admit(struct ledger *ledger, const struct id *device,
                        const struct ledger_mark *mark, int64_t now_ms, bool *behind,
                        int64_t *other_ms, struct error *error);

/* --- publishing (ledger_publish.c, ledger_agent.c) -------------------------------------------- */

/* Within a transaction: writes a catalogue record as its next rev, with what follows from it. */
int ledger_publish(struct ledger *ledger, const struct record *record, struct error *error);

/* ERROR_INVALID, saying why, when this is no password to choose. */
int ledger_password_judge(struct ledger *ledger, const char *login, const char *name,
                          const char *password, struct error *error);
/* Within a transaction: the password must be changed before it opens anything. */
int ledger_password_expire(struct ledger *ledger, const char *login, struct error *error);
/* Within a transaction: an agent's first password. ERROR_CONFLICT when the login is taken. */
int ledger_password_write(struct ledger *ledger, const struct record *agent, const char *password,
                          struct error *error);

#endif
