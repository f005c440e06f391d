#include "net/packed.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "app/clock.h"
#include "app/text.h"

#define LEVEL        19
#define MAGIC_BYTES  4
#define IDS_MOST     256
#define MS_BYTES     6
#define TIME_LENGTH  24
#define MARKS        "\1\2\3\4\5"
#define MS_LIMIT     (INT64_C(1) << 48)
#define LENGTH_LIMIT (16 * 1024 * 1024)

enum mark {
    MARK_ID = 1,
    MARK_ID_NOW = 2,
    MARK_ID_KNOWN = 3,
    MARK_TIME = 4,
    MARK_TIME_NOW = 5,
};

static const unsigned char magic[MAGIC_BYTES] = {0x28, 0xB5, 0x2F, 0xFD};

/* What both ends know at a place of the text. */
struct memory {
    unsigned char ids[IDS_MOST][ID_BYTES];
    size_t count;
    int64_t ms;
};

static void write_id(struct text_buffer *text, const unsigned char bytes[ID_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    char written[ID_TEXT_LENGTH];
    size_t at = 0;

    for (size_t i = 0; i < ID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            written[at++] = '-';
        written[at++] = digits[bytes[i] >> 4];
        written[at++] = digits[bytes[i] & 0x0F];
    }
    text_buffer_add(text, written, at);
}

/* A time in the one way in which it is written. */
static bool read_time(const char *text, size_t length, int64_t *ms)
{
    char given[TIME_LENGTH + 1], written[TIMESTAMP_SIZE];

    if (length < TIME_LENGTH || text[10] != 'T' || text[TIME_LENGTH - 1] != 'Z')
        return false;
    memcpy(given, text, TIME_LENGTH);
    given[TIME_LENGTH] = '\0';
    if (!timestamp_parse(given, ms) || *ms < 0 || *ms >= MS_LIMIT)
        return false;
    timestamp_format(*ms, written);
    return strcmp(given, written) == 0;
}

static int64_t read_ms(const unsigned char *bytes)
{
    int64_t ms = 0;

    for (int i = 0; i < MS_BYTES; i++)
        ms = ms << 8 | bytes[i];
    return ms;
}

static void write_ms(unsigned char bytes[MS_BYTES], int64_t ms)
{
    for (int i = MS_BYTES - 1; i >= 0; i--, ms >>= 8)
        bytes[i] = (unsigned char)(ms & 0xFF);
}

static void memory_begin(struct memory *memory, const struct id *known)
{
    memory->count = 0;
    memory->ms = -1;
    /* One that is not given still has its place: both ends count alike. */
    id_to_bytes(known != NULL ? known : &(struct id){0}, memory->ids[memory->count]);
    memory->count++;
}

static bool memory_find(const struct memory *memory, const unsigned char bytes[ID_BYTES],
                        size_t *place)
{
    for (*place = 0; *place < memory->count; ++*place)
        if (memcmp(memory->ids[*place], bytes, ID_BYTES) == 0)
            return true;
    return false;
}

/* Only an id of version 7 begins with its time. */
static void memory_add(struct memory *memory, const unsigned char bytes[ID_BYTES])
{
    if (memory->count < IDS_MOST)
        memcpy(memory->ids[memory->count++], bytes, ID_BYTES);
    if (bytes[6] >> 4 == 7)
        memory->ms = read_ms(bytes);
}

/* --- writing ---------------------------------------------------------------------------------- */

struct halves {
    struct text_buffer text;
    struct text_buffer bytes;
};

static void halves_free(struct halves *halves)
{
    text_buffer_free(&halves->text);
    text_buffer_free(&halves->bytes);
}

static void put(struct halves *halves, enum mark mark, const void *bytes, size_t length)
{
    const char character = (char)mark;

    text_buffer_add(&halves->text, &character, 1);
    if (length > 0)
        text_buffer_add(&halves->bytes, bytes, length);
}

static void put_id(struct halves *halves, struct memory *memory,
                   const unsigned char bytes[ID_BYTES])
{
    size_t place;

    if (memory_find(memory, bytes, &place)) {
        const unsigned char one = (unsigned char)place;

        put(halves, MARK_ID_KNOWN, &one, 1);
        return;
    }
    if (read_ms(bytes) == memory->ms)
        put(halves, MARK_ID_NOW, bytes + MS_BYTES, ID_BYTES - MS_BYTES);
    else
        put(halves, MARK_ID, bytes, ID_BYTES);
    memory_add(memory, bytes);
}

static void put_time(struct halves *halves, struct memory *memory, int64_t ms)
{
    unsigned char bytes[MS_BYTES];

    write_ms(bytes, ms);
    if (ms == memory->ms)
        put(halves, MARK_TIME_NOW, NULL, 0);
    else
        put(halves, MARK_TIME, bytes, sizeof(bytes));
    memory->ms = ms;
}

/* False for what has the marks in it. */
static bool divide(const struct id *known, const char *text, size_t length, struct halves *halves)
{
    struct memory memory;
    unsigned char bytes[ID_BYTES];
    int64_t ms;

    memory_begin(&memory, known);
    for (size_t at = 0; at < length;) {
        if (text[at] == '\0' || memchr(MARKS, text[at], sizeof(MARKS) - 1) != NULL)
            return false;
        if (length - at >= ID_TEXT_LENGTH && id_text_to_bytes(text + at, bytes)) {
            put_id(halves, &memory, bytes);
            at += ID_TEXT_LENGTH;
        } else if (read_time(text + at, length - at, &ms)) {
            put_time(halves, &memory, ms);
            at += TIME_LENGTH;
        } else {
            text_buffer_add(&halves->text, text + at++, 1);
        }
    }
    return !halves->text.failed && !halves->bytes.failed;
}

char *packed_skeleton(const char *text, size_t *length)
{
    struct halves halves = {0};
    bool good = divide(NULL, text, *length, &halves);

    *length = halves.text.length;
    text_buffer_free(&halves.bytes);
    if (good)
        return text_buffer_take(&halves.text);
    text_buffer_free(&halves.text);
    return NULL;
}

/* The frame as zstd writes it; its length, or an error of zstd's. */
static size_t write_frame(const struct text_buffer *text, char *frame, size_t room)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    size_t length;

    if (context == NULL)
        return (size_t)-1;
    (void)ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, LEVEL);
    (void)ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, 0);
    (void)ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 0);
    length = ZSTD_CCtx_loadDictionary(context, packed_dictionary, packed_dictionary_size);
    if (!ZSTD_isError(length))
        length = ZSTD_compress2(context, frame, room, text->bytes, text->length);
    ZSTD_freeCCtx(context);
    return length;
}

static int join(const struct halves *halves, char **packed, size_t *packed_length,
                struct error *error)
{
    size_t room = ZSTD_compressBound(halves->text.length), length;
    char *frame = malloc(room + 1);
    struct text_buffer joined = {0};

    if (frame == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to pack %zu bytes", halves->text.length);
    length = write_frame(&halves->text, frame, room);
    if (!ZSTD_isError(length) && length > MAGIC_BYTES) {
        size_t left = halves->bytes.length;

        for (; left >= 0x80; left >>= 7)
            text_buffer_add(&joined, &(char){(char)(left | 0x80)}, 1);
        text_buffer_add(&joined, &(char){(char)left}, 1);
        if (halves->bytes.length > 0)
            text_buffer_add(&joined, halves->bytes.bytes, halves->bytes.length);
        text_buffer_add(&joined, frame + MAGIC_BYTES, length - MAGIC_BYTES);
    }
    free(frame);
    if (joined.length == 0 || joined.failed) {
        text_buffer_free(&joined);
        return error_set(error, ERROR_MEMORY, "no memory to pack %zu bytes", halves->text.length);
    }
    *packed_length = joined.length;
    *packed = text_buffer_take(&joined);
    return 0;
}

int packed_write(const struct id *known, const char *text, size_t length, char **packed,
                 size_t *packed_length, struct error *error)
{
    struct halves halves = {0};
    int code;

    *packed = NULL;
    *packed_length = 0;
    if (length == 0 || !divide(known, text, length, &halves))
        code = error_set(error, ERROR_INVALID, "this cannot be packed");
    else
        code = join(&halves, packed, packed_length, error);
    halves_free(&halves);
    return code;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* The bytes that stand for ids and times, as far as they are not taken. */
struct given {
    const unsigned char *bytes;
    size_t length;
};

/* NULL when there are not so many. */
static const unsigned char *take(struct given *given, size_t length)
{
    const unsigned char *bytes = given->bytes;

    if (given->length < length)
        return NULL;
    given->bytes += length;
    given->length -= length;
    return bytes;
}

static bool unpack_id(struct given *given, struct memory *memory, enum mark mark,
                      struct text_buffer *text)
{
    const unsigned char *bytes = take(given, mark == MARK_ID         ? ID_BYTES
                                             : mark == MARK_ID_KNOWN ? 1
                                                                     : ID_BYTES - MS_BYTES);
    unsigned char id[ID_BYTES];

    if (bytes == NULL || (mark == MARK_ID_KNOWN && bytes[0] >= memory->count) ||
        (mark == MARK_ID_NOW && memory->ms < 0))
        return false;
    if (mark == MARK_ID_KNOWN) {
        write_id(text, memory->ids[bytes[0]]);
        return true;
    }
    if (mark == MARK_ID_NOW) {
        write_ms(id, memory->ms);
        memcpy(id + MS_BYTES, bytes, ID_BYTES - MS_BYTES);
    } else {
        memcpy(id, bytes, ID_BYTES);
    }
    memory_add(memory, id);
    write_id(text, id);
    return true;
}

static bool unpack_time(struct given *given, struct memory *memory, enum mark mark,
                        struct text_buffer *text)
{
    char written[TIMESTAMP_SIZE];

    if (mark == MARK_TIME) {
        const unsigned char *bytes = take(given, MS_BYTES);

        if (bytes == NULL)
            return false;
        memory->ms = read_ms(bytes);
    }
    if (memory->ms < 0)
        return false;
    timestamp_format(memory->ms, written);
    if (strlen(written) != TIME_LENGTH)
        return false;
    text_buffer_add_text(text, written);
    return true;
}

/* ERROR_INVALID, ERROR_TOO_LARGE or ERROR_MEMORY. */
static int unite(const struct id *known, const char *skeleton, size_t length, struct given given,
                 size_t limit, struct text_buffer *text)
{
    struct memory memory;

    memory_begin(&memory, known);
    for (size_t at = 0; at < length; at++) {
        enum mark mark = (enum mark)(unsigned char)skeleton[at];
        bool good = true;

        if (mark >= MARK_ID && mark <= MARK_ID_KNOWN)
            good = unpack_id(&given, &memory, mark, text);
        else if (mark == MARK_TIME || mark == MARK_TIME_NOW)
            good = unpack_time(&given, &memory, mark, text);
        else
            text_buffer_add(text, skeleton + at, 1);
        if (!good || skeleton[at] == '\0')
            return ERROR_INVALID;
        if (text->length > limit)
            return ERROR_TOO_LARGE;
    }
    if (text->failed)
        return ERROR_MEMORY;
    return given.length == 0 && length > 0 ? 0 : ERROR_INVALID;
}

/* The text of a frame without its magic number. */
static int read_frame(const char *bytes, size_t length, size_t limit, char **skeleton,
                      size_t *skeleton_length)
{
    char *frame = malloc(length + MAGIC_BYTES);
    ZSTD_DCtx *context = ZSTD_createDCtx();
    unsigned long long size = ZSTD_CONTENTSIZE_ERROR;
    int code = frame != NULL && context != NULL ? ERROR_INVALID : ERROR_MEMORY;

    if (code == ERROR_INVALID) {
        memcpy(frame, magic, MAGIC_BYTES);
        memcpy(frame + MAGIC_BYTES, bytes, length);
        length += MAGIC_BYTES;
        size = ZSTD_getFrameContentSize(frame, length);
    }
    if (code == ERROR_INVALID && size < ZSTD_CONTENTSIZE_ERROR) {
        code = size > limit ? ERROR_TOO_LARGE : 0;
        *skeleton = code == 0 ? malloc((size_t)size + 1) : NULL;
        if (code == 0 && *skeleton == NULL)
            code = ERROR_MEMORY;
    }
    if (code == 0) {
        *skeleton_length =
            ZSTD_decompress_usingDict(context, *skeleton, (size_t)size, frame, length,
                                      packed_dictionary, packed_dictionary_size);
        if (ZSTD_isError(*skeleton_length) || *skeleton_length != size)
            code = ERROR_INVALID;
    }
    ZSTD_freeDCtx(context);
    free(frame);
    return code;
}

/* False when the length in front makes no sense. */
static bool read_given(const char **packed, size_t *length, struct given *given)
{
    size_t count = 0;

    for (unsigned shift = 0; shift < 28 && *length > 0; shift += 7) {
        unsigned char byte = (unsigned char)*(*packed)++;

        --*length;
        count |= (size_t)(byte & 0x7F) << shift;
        if ((byte & 0x80) != 0)
            continue;
        if (count > *length)
            return false;
        *given = (struct given){(const unsigned char *)*packed, count};
        *packed += count;
        *length -= count;
        return true;
    }
    return false;
}

int packed_read(const struct id *known, const char *packed, size_t length, size_t limit,
                char **text, size_t *text_length, struct error *error)
{
    struct text_buffer united = {0};
    struct given given;
    char *skeleton = NULL;
    size_t skeleton_length = 0;
    int code = ERROR_INVALID;

    *text = NULL;
    *text_length = 0;
    if (limit > LENGTH_LIMIT)
        limit = LENGTH_LIMIT;
    if (read_given(&packed, &length, &given))
        code = read_frame(packed, length, limit, &skeleton, &skeleton_length);
    if (code == 0)
        code = unite(known, skeleton, skeleton_length, given, limit, &united);
    free(skeleton);
    if (code != 0) {
        text_buffer_free(&united);
        return error_set(error, code, "%s",
                         code == ERROR_TOO_LARGE ? "the packed body is too large"
                         : code == ERROR_MEMORY  ? "no memory to unpack a body"
                                                 : "the packed body is damaged");
    }
    *text_length = united.length;
    *text = text_buffer_take(&united);
    return 0;
}
