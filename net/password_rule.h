/*
 * Whether a password may be chosen: long enough, and none that everybody would guess. There are no
 * rules of composition. What stands already is never judged.
 */
#ifndef GUICHET_NET_PASSWORD_RULE_H
#define GUICHET_NET_PASSWORD_RULE_H

#include <stddef.h>

#include "app/error.h"

enum password_flaw {
    PASSWORD_FINE,
    PASSWORD_SHORT,  /* fewer characters than asked for */
    PASSWORD_COMMON, /* on a list, or a pattern that anybody tries */
    PASSWORD_OWN,    /* the login or the name, or little more */
    PASSWORD_SAME,   /* the one before */
    PASSWORD_FLAW_COUNT
};

struct password_rule {
    size_t least;     /* characters */
    const char *list; /* path of the organisation's list, NULL for none */
};

#define PASSWORD_LEAST 12

/*
 * Judges a password of somebody with this login and name (may be NULL). The list holds a password a
 * line, or the SHA-1 of one in hex (all of it, or as many first digits as one likes, ten at least),
 * with whatever after a colon, as breach lists have it; over 8 MiB such a list is searched by
 * halves, and must be sorted. ERROR_NOT_FOUND when it cannot be read.
 */
int password_judge(const struct password_rule *rule, const char *password, const char *login,
                   const char *name, enum password_flaw *flaw, struct error *error);

/* Stable name ("short"). */
const char *password_flaw_name(enum password_flaw flaw);

#endif
