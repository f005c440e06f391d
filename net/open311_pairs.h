/*
 * What a client of Open311 says, as names and values: the body of a POST
 * (application/x-www-form-urlencoded) and the query of a path. Everything in it is from outside.
 */
#ifndef GUICHET_NET_OPEN311_PAIRS_H
#define GUICHET_NET_OPEN311_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "app/error.h"

/* Most pairs in one request, and most bytes of a name. */
#define OPEN311_PAIR_LIMIT 400
#define OPEN311_NAME_LIMIT 200

struct open311_pair {
    char *name;  /* owned */
    char *value; /* owned */
};

/* Zero-initialise; open311_pairs_clear when done, also after an error. */
struct open311_pairs {
    struct open311_pair *list;
    size_t count;
    size_t capacity;
};

/*
 * Adds the pairs of a body. ERROR_INVALID for an escape that is none, a NUL, or text that is not
 * UTF-8 (it names the field), ERROR_TOO_LARGE for too many pairs or too long a name. Line ends
 * become '\n'; other control characters, which nobody means to send, become U+FFFD.
 */
int open311_pairs_read(struct open311_pairs *pairs, const char *bytes, size_t length,
                       struct error *error);

/* Adds one pair that is decoded already, with the same rules. `value` may be NULL: empty. */
int open311_pairs_add(struct open311_pairs *pairs, const char *name, const char *value,
                      struct error *error);

void open311_pairs_clear(struct open311_pairs *pairs);

/* The first value of this name that is not empty, for the standard makes no difference between an
 * empty argument and none; NULL when there is none. Borrowed. */
const char *open311_pairs_get(const struct open311_pairs *pairs, const char *name);

/* Whether this pair answers the attribute of this code: "attribute[CODE]", or one of several values
 * as "attribute[CODE][]" or "attribute[CODE][0]". `code` NULL: any attribute. */
bool open311_pair_is_attribute(const struct open311_pair *pair, const char *code);

/* Writes the code of an attribute's pair; false when it is none. */
bool open311_pair_code(const struct open311_pair *pair, char code[OPEN311_NAME_LIMIT + 1]);

#endif
