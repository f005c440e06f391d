/*
 * Signing in, without its screen: the local store first, so that an agent known here never waits
 * for the network; the server when there is no store yet or the password does not open it.
 */
#ifndef GUICHET_UI_SIGN_IN_H
#define GUICHET_UI_SIGN_IN_H

#include "app/error.h"
#include "ui/desk.h"

enum sign_in_step {
    SIGN_IN_DONE,     /* the desk is signed in */
    SIGN_IN_WAIT,     /* the server was asked: call sign_in_poll when the link rings */
    SIGN_IN_PREVIOUS, /* the server takes this password, the store wants the one before it */
    SIGN_IN_ENROLS,   /* this terminal is to be enrolled first */
    SIGN_IN_FAILED,   /* `error` says why */
};

/* Tries login and password. */
enum sign_in_step sign_in_start(struct desk *desk, const char *login, const char *password,
                                struct error *error);
/* The server's answer. */
enum sign_in_step sign_in_poll(struct desk *desk, const char *login, const char *password,
                               struct error *error);
/* Opens the store with the previous password and gives it the new one. */
enum sign_in_step sign_in_previous(struct desk *desk, const char *login, const char *password,
                                   const char *previous, struct error *error);
/* Why the server's certificate is refused, and what to do, in words, by what the link says of it. */
const char *sign_in_certificate(const char *message);
/* True when `password` opens the store that is open now. */
bool sign_in_check(struct desk *desk, const char *password);

#endif
