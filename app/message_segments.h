/*
 * How an SMS is cut: GSM 03.38 (7 bits, its extension characters count twice) when all characters
 * are of that alphabet, else UCS-2, where what lies beyond its plane counts twice.
 */
#ifndef GUICHET_APP_MESSAGE_SEGMENTS_H
#define GUICHET_APP_MESSAGE_SEGMENTS_H

#include <stdbool.h>
#include <stddef.h>

/* Longest that an SMS may be, in segments. */
#define MESSAGE_SEGMENTS_LIMIT 10

struct message_segments {
    bool ucs2;
    size_t units;    /* of 7 or 16 bits */
    size_t segments; /* 0 for "" */
    size_t left;     /* units free in the last one */
};

/* `text` is UTF-8. */
void message_segments_count(const char *text, struct message_segments *segments);

#endif
