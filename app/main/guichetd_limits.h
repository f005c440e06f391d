/*
 * What the server takes from outside, at most, as settings.
 */
#ifndef GUICHET_APP_MAIN_GUICHETD_LIMITS_H
#define GUICHET_APP_MAIN_GUICHETD_LIMITS_H

#include "app/config.h"
#include "net/server_limits.h"

/* Ends with a NULL name. */
extern const struct config_key guichetd_limit_keys[];

/* Their names, as the commands that serve list them. */
#define GUICHETD_LIMIT_NAMES                                                                       \
    "connections-per-address", "requests-per-minute", "head-seconds", "body-seconds",              \
        "slowest-bytes", "header-kib", "header-fields", "parameters", "json-depth", "json-values", \
        "upload-mib", "answer-mib"

struct server_limits guichetd_limits(const struct config *config);

#endif
