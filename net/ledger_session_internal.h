/*
 * What the parts of sessions share: opening, refreshing, ending. Only net/ledger_session*.c,
 * net/ledger_refresh.c and net/ledger_agent.c include this; all within a transaction.
 */
#ifndef GUICHET_NET_LEDGER_SESSION_INTERNAL_H
#define GUICHET_NET_LEDGER_SESSION_INTERNAL_H

#include <sodium.h>

#include "net/ledger_audit.h"
#include "net/ledger_session.h"
#include "net/ledger_sqlite.h"

/* A token made longer ahead than this was made under a clock that has been set back since: it would
 * live longer than it should. */
#define SESSION_CLOCK_SLACK_MS (INT64_C(2) * 60 * 1000)

/* What one sign-in began. Without a key it has no id, and one token. */
struct ledger_family {
    struct id id;
    struct id agent;
    struct id device;
    unsigned char key[DEVICE_KEY_SIZE];
    char mark[LEDGER_MARK_SIZE];
    int64_t began_ms;
    int64_t ends_ms;
    bool ended;
};

void ledger_bind_hash(sqlite3_stmt *statement, int index, const unsigned char *hash);

/* Logins compare without regard to ASCII case: people type them on any keyboard. False when it is
 * empty or too long. */
bool ledger_login_fold(const char *login, char folded[LEDGER_LOGIN_LIMIT + 1]);
/* Argon2id; takes long, so outside of any transaction where that can be. */
int ledger_password_hash(const char *password, char hash[crypto_pwhash_STRBYTES],
                         struct error *error);
/* Takes as long as checking a password: an unknown login is not told from a wrong password. */
void ledger_password_waste(const char *password);

/* Whether a terminal may be served; `proof` may be NULL. */
int ledger_session_judge(struct ledger *ledger, struct database *database,
                         const struct device_proof *proof, int64_t now_ms,
                         enum ledger_barrier *barrier, struct error *error);
/* Fills the agent's document and whether it is a public screen; ERROR_NOT_FOUND when `agent` has
 * left. */
int ledger_session_agent(struct ledger *ledger, struct ledger_login *result, struct error *error);
/* Writes a new access token, or refresh token, and tells it. */
int ledger_session_access(struct ledger *ledger, const struct ledger_family *family, int64_t now_ms,
                          struct ledger_login *result, struct error *error);
int ledger_session_refresh(struct ledger *ledger, const struct ledger_family *family,
                           int64_t now_ms, struct ledger_login *result, struct error *error);
/* The terminal of this key was heard, if it is an enrolled one. */
/* Whether the terminal of this key is enrolled. */
int ledger_terminal_enrolled(struct ledger *ledger, const unsigned char key[DEVICE_KEY_SIZE],
                             bool *enrolled, struct error *error);
int ledger_session_seen(struct ledger *ledger, const unsigned char key[DEVICE_KEY_SIZE],
                        int64_t now_ms, struct error *error);
int ledger_session_note(struct ledger *ledger, enum audit_kind kind, const struct id *agent,
                        const struct id *device, const char *what, int64_t now_ms,
                        struct error *error);
/* Opens as ledger_session_open: a barrier is no error here, what was written of it stays. */
int ledger_session_open_within(struct ledger *ledger, const struct ledger_opening *opening,
                               int64_t now_ms, struct ledger_login *result, struct error *error);
/* After the commit: the code and the words of the barrier; 0 for none. */
int ledger_session_barred(struct ledger_login *result, struct error *error);
/* Ends a family, and wakes what sleeps in its agent's name. */
int ledger_family_end(struct ledger *ledger, const char *family, const char *agent, int64_t now_ms,
                      struct error *error);

#endif
