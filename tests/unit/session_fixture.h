/* Agents with passwords, and terminals with keys, on the ledger of ledger_fixture.h. */
#ifndef GUICHET_TESTS_SESSION_FIXTURE_H
#define GUICHET_TESTS_SESSION_FIXTURE_H

#include "net/ledger_audit.h"
#include "net/ledger_session.h"
#include "net/ledger_terminal.h"
#include "tests/unit/ledger_fixture.h"

#define SESSION_PASSWORD "a good password"

/* Where the clock of these tests begins. */
#define SESSION_START INT64_C(1700000000000)

/* A terminal: its key, its device, and what it holds. */
struct session_terminal {
    struct signature_key key;
    struct id device;
    struct ledger_login login;
};

/* An agent of this login with SESSION_PASSWORD; the id. */
struct id session_agent(struct ledger_fixture *fixture, const char *login);
/* The same in this role. */
struct id session_agent_as(struct ledger_fixture *fixture, const char *login, const char *role);

void session_terminal_make(struct ledger_fixture *fixture, struct session_terminal *terminal);
/* Enrols it under this name. */
void session_enrol(struct ledger_fixture *fixture, struct session_terminal *terminal,
                   const char *name, int64_t now_ms);

/* Signs in from it; the login is kept when that goes well. */
int session_sign_in(struct ledger_fixture *fixture, struct session_terminal *terminal,
                    const char *login, const char *password, int64_t now_ms);
/* Refreshes with `token` (NULL: its own, which is then replaced); `got` may be NULL. */
int session_refresh(struct ledger_fixture *fixture, struct session_terminal *terminal,
                    const char *token, int64_t now_ms, struct ledger_login *got);
/* Whether an access token is good. */
bool session_is_good(struct ledger_fixture *fixture, const char *token, int64_t now_ms);
void session_clear(struct session_terminal *terminal);

/* How many entries of the trail say this; or begin so, and came by this request. */
int session_told(struct ledger_fixture *fixture, const char *what);
int session_told_by(struct ledger_fixture *fixture, const char *begins, const char *request);

#endif
