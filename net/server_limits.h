/*
 * What the server takes from outside, at most: how much, how often, from how many and for how long.
 */
#ifndef GUICHET_NET_SERVER_LIMITS_H
#define GUICHET_NET_SERVER_LIMITS_H

#include <stddef.h>

/* A zero means the preset, but where it says that there is no limit. */
struct server_limits {
    unsigned connections_per_address; /* open at a time; 0: no limit */
    unsigned requests_per_minute;     /* of one address; 0: no limit */
    unsigned head_seconds;            /* for the TLS handshake and the header fields of a request */
    unsigned body_seconds;            /* of patience, with a body or a reader of any speed */
    unsigned slowest_bytes;           /* a second, of a body and of a reader after that */
    unsigned header_kib;              /* the request line and the header fields */
    unsigned header_fields;
    unsigned parameters; /* in the query of an address */
    unsigned json_depth;
    unsigned json_values; /* in one body */
    unsigned upload_mib;  /* bodies that are coming in, together */
    unsigned answer_mib;  /* answers that are going out, together */
};

/* Fills what is zero with the presets; those without a limit stay. */
void server_limits_complete(struct server_limits *limits);

#define SERVER_LIMITS_PRESET                                                                       \
    {                                                                                              \
        .head_seconds = 30, .body_seconds = 60, .slowest_bytes = 100, .header_kib = 16,            \
        .header_fields = 64, .parameters = 64, .json_depth = 64, .json_values = 200000,            \
        .upload_mib = 256, .answer_mib = 512                                                       \
    }

#endif
