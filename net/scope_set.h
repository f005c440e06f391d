/*
 * A set of scope names. A scope is a group of records that somebody may read: "catalogue",
 * "office:KEY", "queue:KEY", "agent:ID" (DESIGN section 2).
 */
#ifndef GUICHET_NET_SCOPE_SET_H
#define GUICHET_NET_SCOPE_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "app/error.h"

/* Zero-initialise; scope_set_free when done. */
struct scope_set {
    char **names; /* owned, each once */
    size_t count;
};

/* Adds prefix and key ("office:", "sample/hull") unless the set holds them already. */
int scope_set_add(struct scope_set *set, const char *prefix, const char *key, struct error *error);
int scope_set_add_all(struct scope_set *set, const struct scope_set *other, struct error *error);
bool scope_set_has(const struct scope_set *set, const char *name);
/* True when some name stands in both. */
bool scope_set_meets(const struct scope_set *left, const struct scope_set *right);
void scope_set_free(struct scope_set *set);

#endif
