/*
 * Sign-in as the screen asks for it and the sync thread does it (link.h): by password, or at the
 * organisation's identity provider.
 */
#ifndef GUICHET_APP_LINK_SIGN_IN_H
#define GUICHET_APP_LINK_SIGN_IN_H

#include "app/link.h"

enum sign_in_state {
    SIGN_IN_NONE,
    SIGN_IN_ASKED,       /* the sync thread has yet to try */
    SIGN_IN_ACCEPTED,    /* by the server */
    SIGN_IN_REFUSED,     /* by the server: wrong login or password */
    SIGN_IN_HELD,        /* by the server, after too many failures: it is asked again by and by */
    SIGN_IN_CUT,         /* by an office's relay: the centre asks for a one-time code, and cannot be
                            reached; it is asked again by and by */
    SIGN_IN_ENROL,       /* by the server: this terminal is not enrolled */
    SIGN_IN_BARRED,      /* by the server: this terminal was revoked */
    SIGN_IN_CHANGE,      /* by the server: the password is right, and must be changed first */
    SIGN_IN_CODE,        /* by the server: the password is right, a one-time code is wanted */
    SIGN_IN_CODE_WRONG,  /* the same, and the one that was given is wrong */
    SIGN_IN_SETUP,       /* the same, and the agent has no means of making one yet: `message` is the
                            otpauth address */
    SIGN_IN_SETUP_WRONG, /* the same, and the code that was given is wrong */
    SIGN_IN_ELSEWHERE,   /* at the identity provider, where link_provider_place says; or, with no
                            place, to be begun by link_provider_ask */
    SIGN_IN_EXPIRED,     /* that took too long: to be begun again */
    SIGN_IN_NOWHERE,     /* the server has no identity provider */
    SIGN_IN_AWAY,        /* the server does not reach it, or has too much to do */
    SIGN_IN_OFFLINE, /* could not be reached: only a store that the password opens can be used */
};

/* Asks for a sign-in at the server; the password is kept in locked memory until link_sign_out, so
 * that an ended token is renewed without asking. `device` empty for a terminal without a store.
 * Rings the sync thread. */
int link_sign_in(struct link *link, const char *login, const char *password,
                 const struct id *device, struct error *error);

/* The state of the last sign-in; `agent` (may be NULL) receives a new copy of the agent's record
 * when accepted, `message` (ERROR_MESSAGE_SIZE bytes, may be NULL) the reason when not. */
enum sign_in_state link_sign_in_state(struct link *link, struct record **agent, char *message);

/* A one-time code (or recovery code) for the sign-in that asked for one, which is then tried again
 * with it, once. When accepted, `message` of link_sign_in_state may be the recovery codes, to be
 * shown once. */
#define LINK_CODE_SIZE 64
void link_sign_in_code(struct link *link, const char *code);
/* The sync thread takes it; "" when there is none. */
void link_code_take(struct link *link, char code[LINK_CODE_SIZE]);

/* The sync thread takes what was asked (copies; wiped by the caller with sodium_memzero); false
 * when nobody is signed in. */
bool link_credentials(struct link *link, char login[256], char password[1024], struct id *device);
/* The screen looks at them (copies; wiped likewise); false when nobody is signed in. */
bool link_password_get(struct link *link, char login[256], char password[1024]);
/* The sync thread answers; `agent` is borrowed, may be NULL. Rings the screen. */
void link_sign_in_answer(struct link *link, enum sign_in_state state, const struct record *agent,
                         const char *message);

/* --- at the organisation's identity provider ----------------------------------------------------
 *
 * Nobody has a password here then: /v1/login is never asked.
 */

/* Where the agent goes, and with which code. */
struct link_place {
    char user_code[64];
    char url[512];
    char url_complete[512]; /* "" for none */
    int64_t expires_ms;     /* wall time */
};

/* Asks for such a sign-in, instead of what was asked before; the store is kept in sync again when
 * it has gone well. `device` empty for a terminal without a store. Rings the sync thread. */
void link_provider_ask(struct link *link, const struct id *device);
/* The agent works with what is kept here; nothing is asked until link_provider_ask. */
void link_provider_hold(struct link *link, const char *login, const struct id *device);
/* The place; false while there is none. */
bool link_provider_place(struct link *link, struct link_place *place);
/* Which sign-in of this kind it is, counted from 1; 0 when it is none of this kind. */
uint64_t link_provider_number(struct link *link);
/* The sync thread takes it; `device` is filled. 0 as above. */
uint64_t link_provider_take(struct link *link, struct id *device);
/* It says where the agent goes: the state is SIGN_IN_ELSEWHERE. Rings the screen. */
void link_provider_show(struct link *link, uint64_t number, const struct link_place *place);

#endif
