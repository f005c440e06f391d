/*
 * The sign-ins that wait at an identity provider: each belongs to whoever began it and holds its
 * handle. In memory; a server that restarts forgets them, and the agent begins again.
 *
 * Thread-safe; provider_flow_ask waits for the provider.
 */
#ifndef GUICHET_NET_PROVIDER_FLOW_H
#define GUICHET_NET_PROVIDER_FLOW_H

#include <stdint.h>

#include "app/error.h"
#include "app/id.h"
#include "net/provider.h"

struct provider_flows;

/* Most that wait at once. */
#define PROVIDER_FLOW_LIMIT  256
#define PROVIDER_HANDLE_SIZE 48

/* Takes the provider over. */
int provider_flows_new(struct provider_flows **flows, struct provider *provider,
                       struct error *error);
void provider_flows_free(struct provider_flows *flows);

/* One that began: what the agent's terminal is told. */
struct provider_flow {
    char handle[PROVIDER_HANDLE_SIZE]; /* secret: whoever has it may ask */
    char user_code[PROVIDER_USER_SIZE];
    char url[PROVIDER_URL_SIZE];
    char url_complete[PROVIDER_URL_SIZE];
    int64_t expires_ms;
    int64_t interval_ms;
};

/* Begins one for this device (may be empty). ERROR_BUSY when too many wait; else as
 * provider_begin. */
int provider_flow_begin(struct provider_flows *flows, const struct id *device, int64_t now_ms,
                        struct provider_flow *flow, struct error *error);

/*
 * Asks what became of it; the provider is asked no more often than it wants, and what is asked too
 * early is PROVIDER_PENDING. `wait_ms` is how long to wait before the next time. One that ended,
 * however, is forgotten: a handle is good once. ERROR_NOT_FOUND for a handle that is unknown or
 * another device's.
 */
int provider_flow_ask(struct provider_flows *flows, const char *handle, const struct id *device,
                      int64_t now_ms, enum provider_state *state, int64_t *wait_ms,
                      char login[PROVIDER_LOGIN_LIMIT + 1], struct error *error);

#endif
