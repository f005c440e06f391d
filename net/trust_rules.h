/*
 * What the organisation has decided about sign-in: settings of guichetd.
 */
#ifndef GUICHET_NET_TRUST_RULES_H
#define GUICHET_NET_TRUST_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/password_rule.h"

/* Texts and the key are borrowed. */
struct trust_rules {
    bool enrolment_required; /* agents sign in from enrolled terminals alone */
    int64_t access_ms;       /* how long an access token is good that a refresh token renews */
    struct password_rule password;
    const char *factor_roles; /* who need one-time codes: roles with commas between, or "all" */
    const unsigned char *factor_key; /* 32 bytes that seal their secrets; NULL: there are none */
};

#define TRUST_ACCESS_MS       (INT64_C(15) * 60 * 1000)
#define TRUST_FACTOR_KEY_SIZE 32

/* Where nothing was decided. */
#define TRUST_RULES_PRESET                                                                         \
    ((struct trust_rules){.access_ms = TRUST_ACCESS_MS, .password = {.least = PASSWORD_LEAST}})

#endif
