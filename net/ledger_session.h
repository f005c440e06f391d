/*
 * Sessions: what an agent may do from a terminal once it is known who they are.
 *
 * A terminal that shows its key (net/device_proof.h) gets a short access token and a refresh token
 * bound to that key. Each refresh gives a new one of both. The refresh token before the last is
 * taken as well until the last was used: its answer may have been lost on the way. One that is
 * older, or that comes without the key, was stolen or copied: all that followed from that sign-in
 * ends, and the trail says so.
 *
 * A terminal without a key gets one long token, as terminals did before there were keys, where the
 * organisation lets it (net/trust_rules.h).
 */
#ifndef GUICHET_NET_LEDGER_SESSION_H
#define GUICHET_NET_LEDGER_SESSION_H

#include "net/device_proof.h"
#include "net/ledger.h"

/* Whose session, from where: asked for by whoever has made sure of it. */
struct ledger_opening {
    struct id agent;
    struct id device;                 /* of the operations; may be empty */
    const struct ledger_mark *mark;   /* NULL: a terminal that knows of none */
    const struct device_proof *proof; /* that was checked; NULL: a terminal without a key */
    const char *how;                  /* for the trail: "password" */
    const char *request;              /* for the trail; NULL: that of the transaction */
};

/*
 * Opens a session: the one way to one, however the agent was recognised. 0, or a code with
 * `result->barrier`: ERROR_REFUSED (the agent has left: _WRONG; the terminal: _UNKNOWN, _REVOKED,
 * _WIPED, _CLOCK), ERROR_CONFLICT (_BEHIND).
 */
int ledger_session_open(struct ledger *ledger, const struct ledger_opening *opening, int64_t now_ms,
                        struct ledger_login *result, struct error *error);

/* How somebody asks to sign in. */
struct ledger_sign_in {
    const char *login;
    const char *password;
    struct id device;
    const struct ledger_mark *mark;
    const struct device_proof *proof; /* checked against DEVICE_PROOF_LOGIN */
    const char *address;              /* from where; NULL: not counted */
    const char *request;              /* for the audit trail; NULL: none */
    const char *code;                 /* one-time or recovery code; NULL or "": none was given */
    const struct ledger_relay *relay; /* at the centre: an office's relay asks for its agents, and
                                         nobody else has a login for it; NULL: nobody does */
    bool vouched;                     /* at a relay: the centre has judged code and change */
    bool cut;                         /* at a relay: the centre cannot be asked for a change */
};

/* ledger_login with all that there is to it. At a relay, LEDGER_BARRIER_CENTRE for whom the centre
 * asks for a code. */
int ledger_sign_in(struct ledger *ledger, const struct ledger_sign_in *asked, int64_t now_ms,
                   struct ledger_login *result, struct error *error);

/* What ledger_sign_in judges, without a session: for `asked->relay`. `result->words` as with it. */
int ledger_sign_in_judge(struct ledger *ledger, const struct ledger_sign_in *asked, int64_t now_ms,
                         struct ledger_login *result, struct error *error);
/* At a relay: the centre takes this password of an agent whose login is here. What they had open
 * with another one ends. */
int ledger_password_learn(struct ledger *ledger, const char *login, const char *password,
                          int64_t now_ms, struct error *error);

/* A new password for who knows the present one (and shows a code, if they have codes): all their
 * sessions end. `asked->proof` holds as for a sign-in. A code, with `result->barrier`, when it is
 * not taken. Takes as long as a sign-in, twice. The same change asked for again within five
 * minutes, because its answer was lost, is answered like the first. */
int ledger_password_change(struct ledger *ledger, const struct ledger_sign_in *asked,
                           const char *fresh, int64_t now_ms, struct ledger_login *result,
                           struct error *error);
/* A new password by an administrator: sessions end, and what locked the login is forgotten.
 * ERROR_NOT_FOUND when nobody has the login, ERROR_INVALID for no password to choose. */
int ledger_password_reset(struct ledger *ledger, const char *login, const char *password,
                          bool must_change, int64_t now_ms, struct error *error);

/* What a terminal shows for new tokens. */
struct ledger_renewal {
    const char *token; /* the refresh token */
    const struct device_proof *proof;
    bool holds;       /* the proof, for DEVICE_PROOF_TOKEN */
    struct id device; /* binds a session that began without one: a first sign-in, before there was a
                         store; empty for none */
    const struct ledger_mark *mark; /* with it; NULL for none */
    const char *request;            /* for the audit trail; NULL: none */
};

/* A new access token and refresh token. A code, with `result->barrier`, when there are none. */
int ledger_refresh(struct ledger *ledger, const struct ledger_renewal *renewal, int64_t now_ms,
                   struct ledger_login *result, struct error *error);

/* Wipes all of it but the barrier and the time to wait. */
void ledger_login_clear(struct ledger_login *result);

/* Whether a terminal of this key may be served: LEDGER_BARRIER_NONE, or why not. */
int ledger_terminal_judge(struct ledger *ledger, const struct device_proof *proof, int64_t now_ms,
                          enum ledger_barrier *barrier, struct error *error);

/* Within a transaction: ends the sessions of a terminal. With `told` its tokens stay, to be
 * answered that it is to be wiped. */
int ledger_sessions_end_key(struct ledger *ledger, const unsigned char key[DEVICE_KEY_SIZE],
                            bool told, int64_t now_ms, struct error *error);
/* Within a transaction: all sessions of an agent. */
int ledger_sessions_end_agent(struct ledger *ledger, const struct id *agent, int64_t now_ms,
                              struct error *error);
/* Within a transaction: all sessions of a device (ledger_device.c). */
int ledger_sessions_end_device(struct ledger *ledger, const struct id *device, int64_t now_ms,
                               struct error *error);

#endif
