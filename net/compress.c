#include "net/compress.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Lets zlib take its input as const. */
#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>

#include "app/text.h"

/* Level 3 is zstd's own default: on our pages it gives nearly the size of level 9 at a tenth of
 * the time. */
#define ZSTD_LEVEL 3
/* A larger window would let a small message ask for much memory (2^23 is 8 MiB). */
#define ZSTD_WINDOW_LOG_MAXIMUM 23
/* In pieces; level 3 takes no larger one either. */
#define ZSTD_WINDOW_LOG_LEAST 14
#define ZSTD_WINDOW_LOG_MOST  21
/* zlib: 15 window bits, and 16 for the gzip wrapping. */
#define GZIP_WINDOW_BITS (15 + 16)
#define CHUNK_SIZE       (64 * 1024)

static const char *const names[] = {
    [COMPRESSION_IDENTITY] = "identity",
    [COMPRESSION_GZIP] = "gzip",
    [COMPRESSION_ZSTD] = "zstd",
};

const char *compression_name(enum compression compression)
{
    return names[compression];
}

bool compression_from_name(enum compression *compression, const char *name)
{
    if (name == NULL || name[0] == '\0')
        name = names[COMPRESSION_IDENTITY];
    if (strcasecmp(name, "x-gzip") == 0)
        name = names[COMPRESSION_GZIP];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcasecmp(name, names[i]) == 0) {
            *compression = (enum compression)i;
            return true;
        }
    return false;
}

/* True when the parameters of one element of Accept-Encoding hold a weight of zero. */
static bool weight_is_zero(const char *parameters, size_t length)
{
    size_t at = 0;

    while (at < length && strchr("; \t", parameters[at]) != NULL)
        at++;
    if (length - at < 3 || (parameters[at] != 'q' && parameters[at] != 'Q') ||
        parameters[at + 1] != '=')
        return false;
    for (at += 2; at < length; at++)
        if (strchr("0. \t", parameters[at]) == NULL)
            return false;
    return true;
}

enum compression compression_choose(const char *accept_encoding)
{
    bool allowed[sizeof(names) / sizeof(names[0])] = {false};
    const char *element = accept_encoding != NULL ? accept_encoding : "";

    while (*element != '\0') {
        size_t length, name_length;

        element += strspn(element, ", \t");
        length = strcspn(element, ",");
        name_length = strcspn(element, ",; \t");
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
            if (strlen(names[i]) == name_length && strncasecmp(element, names[i], name_length) == 0)
                allowed[i] = !weight_is_zero(element + name_length, length - name_length);
        element += length;
    }
    if (allowed[COMPRESSION_ZSTD])
        return COMPRESSION_ZSTD;
    return allowed[COMPRESSION_GZIP] ? COMPRESSION_GZIP : COMPRESSION_IDENTITY;
}

static int copy_bytes(const void *bytes, size_t length, char **output, size_t *output_length,
                      struct error *error)
{
    *output = malloc(length + 1);
    if (*output == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a body of %zu bytes", length);
    if (length > 0)
        memcpy(*output, bytes, length);
    *output_length = length;
    return 0;
}

static int compress_gzip(const void *bytes, size_t length, char **output, size_t *output_length,
                         struct error *error)
{
    z_stream stream = {0};
    size_t bound;
    int status;

    if (length > CHUNK_SIZE * (size_t)16384)
        return error_set(error, ERROR_TOO_LARGE, "%zu bytes are too many to compress", length);
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW_BITS, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return error_set(error, ERROR_MEMORY, "no memory to compress");
    bound = deflateBound(&stream, length);
    *output = malloc(bound + 1);
    if (*output == NULL) {
        deflateEnd(&stream);
        return error_set(error, ERROR_MEMORY, "no memory to compress %zu bytes", length);
    }
    stream.next_in = bytes;
    stream.avail_in = (uInt)length;
    stream.next_out = (Bytef *)*output;
    stream.avail_out = (uInt)bound;
    status = deflate(&stream, Z_FINISH);
    *output_length = bound - stream.avail_out;
    deflateEnd(&stream);
    if (status != Z_STREAM_END) {
        free(*output);
        *output = NULL;
        return error_set(error, ERROR_INTERNAL, "gzip did not finish within its own bound");
    }
    return 0;
}

static int compress_zstd(const void *bytes, size_t length, char **output, size_t *output_length,
                         struct error *error)
{
    size_t bound = ZSTD_compressBound(length);

    *output = malloc(bound + 1);
    if (*output == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to compress %zu bytes", length);
    *output_length = ZSTD_compress(*output, bound, bytes, length, ZSTD_LEVEL);
    if (ZSTD_isError(*output_length)) {
        const char *why = ZSTD_getErrorName(*output_length);

        free(*output);
        *output = NULL;
        return error_set(error, ERROR_MEMORY, "zstd: %s", why);
    }
    return 0;
}

int compress_bytes(enum compression compression, const void *bytes, size_t length, char **output,
                   size_t *output_length, struct error *error)
{
    switch (compression) {
    case COMPRESSION_GZIP:
        return compress_gzip(bytes, length, output, output_length, error);
    case COMPRESSION_ZSTD:
        return compress_zstd(bytes, length, output, output_length, error);
    case COMPRESSION_IDENTITY:
        break;
    }
    return copy_bytes(bytes, length, output, output_length, error);
}

/* --- in pieces ---------------------------------------------------------------------------------
 */

struct compress_pieces {
    ZSTD_CCtx *context;
    struct text_buffer bytes;
};

/* NULL when out of memory. */
static struct compress_pieces *pieces_new(void)
{
    struct compress_pieces *pieces = calloc(1, sizeof(*pieces));

    if (pieces != NULL)
        pieces->context = ZSTD_createCCtx();
    if (pieces != NULL && pieces->context != NULL)
        return pieces;
    free(pieces);
    return NULL;
}

int compress_pieces_begin(struct compress_pieces **pieces, size_t about, struct error *error)
{
    struct compress_pieces *made = *pieces != NULL ? *pieces : pieces_new();
    int window = ZSTD_WINDOW_LOG_LEAST;

    *pieces = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to compress");
    if (made->bytes.failed)
        text_buffer_free(&made->bytes);
    text_buffer_clear(&made->bytes);
    (void)ZSTD_CCtx_reset(made->context, ZSTD_reset_session_and_parameters);
    /* How much there will be is not said: no more memory than for that. */
    while (window < ZSTD_WINDOW_LOG_MOST && ((size_t)1 << window) < about)
        window++;
    (void)ZSTD_CCtx_setParameter(made->context, ZSTD_c_compressionLevel, ZSTD_LEVEL);
    (void)ZSTD_CCtx_setParameter(made->context, ZSTD_c_windowLog, window);
    *pieces = made;
    return 0;
}

int compress_pieces_add(struct compress_pieces *pieces, const void *bytes, size_t length, bool last,
                        struct error *error)
{
    struct text_buffer *to = &pieces->bytes;
    ZSTD_inBuffer input = {bytes, length, 0};
    size_t left;

    do {
        ZSTD_outBuffer output = {0};

        if (!text_buffer_reserve(to, ZSTD_compressBound(length - input.pos)))
            return error_set(error, ERROR_MEMORY, "no memory to compress");
        output.dst = to->bytes + to->length;
        output.size = to->capacity - to->length;
        left = ZSTD_compressStream2(pieces->context, &output, &input,
                                    last ? ZSTD_e_end : ZSTD_e_flush);
        if (ZSTD_isError(left))
            return error_set(error, ERROR_MEMORY, "zstd: %s", ZSTD_getErrorName(left));
        to->length += output.pos;
    } while (left > 0);
    return 0;
}

const char *compress_pieces_bytes(const struct compress_pieces *pieces, size_t *length)
{
    *length = pieces->bytes.length;
    return pieces->bytes.bytes;
}

void compress_pieces_free(struct compress_pieces *pieces)
{
    if (pieces == NULL)
        return;
    ZSTD_freeCCtx(pieces->context);
    text_buffer_free(&pieces->bytes);
    free(pieces);
}

/* --- expanding ---------------------------------------------------------------------------------
 */

/* A buffer that grows by doubling up to limit + 1 bytes: the byte over the limit tells that there
 * would be more. */
struct expansion {
    char *bytes;
    size_t length;
    size_t capacity;
    size_t limit;
};

static int expansion_grow(struct expansion *expansion, struct error *error)
{
    size_t capacity = expansion->capacity == 0 ? CHUNK_SIZE : expansion->capacity * 2;
    char *bytes;

    if (expansion->length > expansion->limit)
        return error_set(error, ERROR_TOO_LARGE, "the body expands to more than %zu bytes",
                         expansion->limit);
    if (capacity > expansion->limit + 1)
        capacity = expansion->limit + 1;
    bytes = realloc(expansion->bytes, capacity);
    if (bytes == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to expand a body");
    expansion->bytes = bytes;
    expansion->capacity = capacity;
    return 0;
}

static int expand_gzip(struct expansion *expansion, const void *bytes, size_t length,
                       struct error *error)
{
    z_stream stream = {0};
    int status = Z_OK;
    int code = 0;

    if (length > CHUNK_SIZE * (size_t)16384)
        return error_set(error, ERROR_TOO_LARGE, "%zu bytes are too many to expand", length);
    if (inflateInit2(&stream, GZIP_WINDOW_BITS) != Z_OK)
        return error_set(error, ERROR_MEMORY, "no memory to expand a body");
    stream.next_in = bytes;
    stream.avail_in = (uInt)length;
    while (status != Z_STREAM_END) {
        size_t room;

        if (expansion->length == expansion->capacity) {
            code = expansion_grow(expansion, error);
            if (code != 0)
                break;
        }
        room = expansion->capacity - expansion->length;
        stream.next_out = (Bytef *)expansion->bytes + expansion->length;
        stream.avail_out = (uInt)room;
        status = inflate(&stream, Z_NO_FLUSH);
        expansion->length += room - stream.avail_out;
        if (status != Z_OK && status != Z_STREAM_END) {
            code = error_set(error, ERROR_INVALID, "the gzip body is damaged or cut short");
            break;
        }
    }
    if (code == 0 && stream.avail_in > 0)
        code = error_set(error, ERROR_INVALID, "bytes follow the end of the gzip body");
    inflateEnd(&stream);
    return code;
}

static int expand_zstd(struct expansion *expansion, const void *bytes, size_t length,
                       struct error *error)
{
    ZSTD_DCtx *context = ZSTD_createDCtx();
    ZSTD_inBuffer input = {bytes, length, 0};
    size_t status = 1;
    int code = 0;

    if (context == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to expand a body");
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAXIMUM);
    while (status != 0) {
        ZSTD_outBuffer output;
        size_t before = input.pos;

        if (expansion->length == expansion->capacity) {
            code = expansion_grow(expansion, error);
            if (code != 0)
                break;
        }
        output.dst = expansion->bytes;
        output.size = expansion->capacity;
        output.pos = expansion->length;
        status = ZSTD_decompressStream(context, &output, &input);
        if (ZSTD_isError(status) ||
            (status != 0 && output.pos == expansion->length && input.pos == before)) {
            code = error_set(error, ERROR_INVALID, "the zstd body is damaged or cut short");
            break;
        }
        expansion->length = output.pos;
    }
    if (code == 0 && input.pos < input.size)
        code = error_set(error, ERROR_INVALID, "bytes follow the end of the zstd body");
    ZSTD_freeDCtx(context);
    return code;
}

int decompress_bytes(enum compression compression, const void *bytes, size_t length, size_t limit,
                     char **output, size_t *output_length, struct error *error)
{
    struct expansion expansion = {.limit = limit};
    int code;

    *output = NULL;
    *output_length = 0;
    if (compression == COMPRESSION_IDENTITY) {
        if (length > limit)
            return error_set(error, ERROR_TOO_LARGE, "the body is over %zu bytes", limit);
        return copy_bytes(bytes, length, output, output_length, error);
    }
    code = compression == COMPRESSION_GZIP ? expand_gzip(&expansion, bytes, length, error)
                                           : expand_zstd(&expansion, bytes, length, error);
    if (code == 0 && expansion.length > limit)
        code = error_set(error, ERROR_TOO_LARGE, "the body expands to more than %zu bytes", limit);
    if (code != 0) {
        free(expansion.bytes);
        return code;
    }
    *output = expansion.bytes;
    *output_length = expansion.length;
    return 0;
}
