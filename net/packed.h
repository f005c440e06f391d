/*
 * A content coding of our own for small bodies of JSON, "g1": ids and times as bytes, the rest
 * through zstd with a dictionary that both programs have. A note of two lines takes a third of what
 * zstd alone makes of it. Another dictionary, or another way to write, is another name: whoever
 * speaks to a server that did not say this name uses what HTTP knows.
 *
 *   the bytes' length (LEB128) | bytes | a zstd frame without its first four (the magic number)
 *
 * In the text of the frame 1 stands for an id (16 bytes), 2 for one of the same millisecond as the
 * last id or time (10 bytes: what follows its time), 3 for an id that is known (1 byte: its place
 * among those that both ends know and those before), 4 for a time (6 bytes: ms since 1970), 5 for
 * the last id's or time's.
 */
#ifndef GUICHET_NET_PACKED_H
#define GUICHET_NET_PACKED_H

#include <stddef.h>

#include "app/error.h"
#include "app/id.h"

#define PACKED_NAME "g1"
/* Larger bodies do not get much smaller by it than by zstd alone. */
#define PACKED_MOST 4096

/* Owned bytes (free()). `known` is an id that both ends know, the agent's; NULL for none.
 * ERROR_INVALID for what cannot be written so: control characters. */
int packed_write(const struct id *known, const char *text, size_t length, char **packed,
                 size_t *packed_length, struct error *error);

/* The text as it was: ERROR_TOO_LARGE when it is over `limit` bytes, ERROR_INVALID for what nobody
 * wrote. Owned (free()), NUL-terminated. */
int packed_read(const struct id *known, const char *packed, size_t length, size_t limit,
                char **text, size_t *text_length, struct error *error);

/* What stands in the place of ids and times, for whoever makes a dictionary; owned, NULL when it
 * cannot be. */
char *packed_skeleton(const char *text, size_t *length);

/* The dictionary (packed_dictionary.c). */
extern const unsigned char packed_dictionary[];
extern const size_t packed_dictionary_size;

#endif
