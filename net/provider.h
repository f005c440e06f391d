/*
 * Another organisation's identity provider (OpenID Connect Discovery 1.0): an agent signs in there,
 * on any device with a browser, by the device flow (RFC 8628), and is known here by what the
 * provider says of them. Its tokens stay in this file.
 *
 * The functions wait for the network: call them from a thread that may, one at a time.
 */
#ifndef GUICHET_NET_PROVIDER_H
#define GUICHET_NET_PROVIDER_H

#include <stdint.h>

#include "app/error.h"

struct provider;

struct provider_options {
    const char *issuer;      /* "https://host[/path]"; http on loopback only */
    const char *client;      /* what the provider knows this server by */
    const char *secret_file; /* of that client; NULL for a public one */
    const char *claim;   /* of the identity token: the agent's login. NULL: preferred_username */
    const char *scope;   /* NULL: "openid profile" */
    const char *ca_file; /* PEM: only what it certifies is trusted; NULL: the system's store */
};

/* Reads the secret; asks nothing of the network yet. ERROR_INVALID for an issuer that is no URL or
 * not encrypted, ERROR_REFUSED when others than its owner can read the secret. */
int provider_new(struct provider **provider, const struct provider_options *options,
                 struct error *error);
void provider_free(struct provider *provider);

#define PROVIDER_CODE_SIZE   512
#define PROVIDER_USER_SIZE   64
#define PROVIDER_URL_SIZE    512
#define PROVIDER_LOGIN_LIMIT 128 /* bytes */

/* A sign-in that waits for its agent at the provider. Plain value; holds a secret: wipe it. */
struct provider_device {
    char code[PROVIDER_CODE_SIZE];        /* secret: between this server and the provider */
    char user_code[PROVIDER_USER_SIZE];   /* that the agent types there; printable ASCII */
    char url[PROVIDER_URL_SIZE];          /* where; printable ASCII */
    char url_complete[PROVIDER_URL_SIZE]; /* the same with the code in it, "" for none */
    int64_t expires_ms;
    int64_t interval_ms; /* between two questions, at least */
};

/* Asks the provider for a code. ERROR_OFFLINE when it cannot be reached, ERROR_PROTOCOL when it
 * speaks nonsense, ERROR_REFUSED when it does not know us or no device flow. */
int provider_begin(struct provider *provider, int64_t now_ms, struct provider_device *device,
                   struct error *error);

enum provider_state {
    PROVIDER_PENDING,   /* the agent has not said yet; ask again after the interval */
    PROVIDER_SLOW_DOWN, /* the same, and the interval is 5 seconds longer from now on */
    PROVIDER_DENIED,    /* the agent said no */
    PROVIDER_EXPIRED,   /* too late */
    PROVIDER_SIGNED_IN,
};

/* Asks once what became of it. When signed in, `login` is what the provider calls the agent. An
 * answer that cannot be trusted is ERROR_REFUSED and says why. */
int provider_ask(struct provider *provider, const struct provider_device *device, int64_t now_ms,
                 enum provider_state *state, char login[PROVIDER_LOGIN_LIMIT + 1],
                 struct error *error);

#endif
