/*
 * Requests that no honest client sends, as bytes with places for what a route needs:
 *
 *   {M}  its method            {P}  its path, with something in place of each parameter
 *   {H}  the fields that it needs, with Host, Connection: close and who asks
 *   {T}  Content-Type of its body, as a field
 */
#ifndef GUICHET_TESTS_ATTACK_TABLE_H
#define GUICHET_TESTS_ATTACK_TABLE_H

#include <stddef.h>

/* What must become of it. */
enum attack_end {
    END_REFUSED,  /* 4xx, 501 or 505, or the connection closed */
    END_HARMLESS, /* whatever is not an error of the server: it is read as an ordinary request */
};

/* Which routes it is tried on. */
enum attack_where {
    WHERE_ALL,
    WHERE_BODY,  /* those that take a body */
    WHERE_JSON,  /* those that take JSON */
    WHERE_TOKEN, /* those that want a token */
};

struct attack {
    const char *name;
    enum attack_where where;
    enum attack_end end;
    const char *bytes;
    size_t length;   /* there may be a NUL among them */
    unsigned status; /* must be this one; 0: any of the kind */
};

/* The whole request. */
extern const struct attack attacks_framing[];
extern const struct attack attacks_target[];
extern const struct attack attacks_field[];
extern const struct attack attacks_token[];
/* The body alone: JSON that is none, or is another for each reader. */
extern const struct attack attacks_json[];
/* Whole targets, tried once: never a page of the server's. */
extern const struct attack attacks_path[];

#endif
