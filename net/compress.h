/*
 * Compression of message bodies in memory (RFC 9110 content codings): zstd, gzip, identity.
 * Thread-safe: nothing is kept between calls.
 */
#ifndef GUICHET_NET_COMPRESS_H
#define GUICHET_NET_COMPRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "app/error.h"

enum compression {
    COMPRESSION_IDENTITY,
    COMPRESSION_GZIP,
    COMPRESSION_ZSTD,
};

/* The content coding's name in HTTP ("identity", "gzip", "zstd"). */
const char *compression_name(enum compression compression);

/* Reads one content coding name, any case ("x-gzip" too); NULL or "" is identity. False when it
 * is none of ours: also for a list of codings, which nobody needs. */
bool compression_from_name(enum compression *compression, const char *name);

/* The best coding that an Accept-Encoding value allows: zstd before gzip before identity; weights
 * of 0 exclude. NULL, or nothing we know: identity. */
enum compression compression_choose(const char *accept_encoding);

/* Compresses; `output` is the caller's (free()), never NULL on success, even for no bytes. */
int compress_bytes(enum compression compression, const void *bytes, size_t length, char **output,
                   size_t *output_length, struct error *error);

/*
 * Expands to at most `limit` bytes: ERROR_TOO_LARGE as soon as it would be more, whatever the
 * input claims about itself; ERROR_INVALID when it is damaged, cut short, or followed by other
 * bytes. Memory stays within a few times the limit. `output` is the caller's (free()).
 */
int decompress_bytes(enum compression compression, const void *bytes, size_t length, size_t limit,
                     char **output, size_t *output_length, struct error *error);

/* By zstd, in pieces, each made smaller before the next one is known; `about` how much there will
 * be. New where `*pieces` is NULL, else its memory is taken for it; NULL after an error. */
struct compress_pieces;
int compress_pieces_begin(struct compress_pieces **pieces, size_t about, struct error *error);
int compress_pieces_add(struct compress_pieces *pieces, const void *bytes, size_t length, bool last,
                        struct error *error);
/* All of it, once the last one was added. Borrowed. */
const char *compress_pieces_bytes(const struct compress_pieces *pieces, size_t *length);
void compress_pieces_free(struct compress_pieces *pieces);

#endif
