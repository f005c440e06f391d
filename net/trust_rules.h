/*
 * What the organisation has decided about sign-in: settings of guichetd.
 */
#ifndef GUICHET_NET_TRUST_RULES_H
#define GUICHET_NET_TRUST_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trust_rules {
    bool enrolment_required; /* agents sign in from enrolled terminals alone */
    int64_t access_ms;       /* how long an access token is good that a refresh token renews */
};

#define TRUST_ACCESS_MS (INT64_C(15) * 60 * 1000)

/* Where nothing was decided. */
#define TRUST_RULES_PRESET ((struct trust_rules){.access_ms = TRUST_ACCESS_MS})

#endif
