#include "net/backup_stream.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#define CHUNK  65536
#define SEALED (CHUNK + crypto_secretstream_xchacha20poly1305_ABYTES)

/* The head: title, how it is locked, what unlocks it, the stream's own header. */
#define TITLE         "guichet backup 1"
#define TITLE_BYTES   (sizeof(TITLE) - 1)
#define FOR_RECIPIENT 'r'
#define BY_PASSPHRASE 'p'
#define UNLOCK_BYTES  (BACKUP_KEY_BYTES + crypto_box_SEALBYTES)
#define HEAD_BYTES    (TITLE_BYTES + 1 + UNLOCK_BYTES)
#define STREAM_HEADER crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define OPERATIONS    crypto_pwhash_OPSLIMIT_MODERATE
#define MEMORY        crypto_pwhash_MEMLIMIT_MODERATE

typedef crypto_secretstream_xchacha20poly1305_state stream_state;

struct backup_writer {
    int file;
    stream_state state;
    unsigned char head[HEAD_BYTES]; /* bound to the first chunk */
    bool begun;
    size_t length;
    unsigned char chunk[CHUNK];
    unsigned char sealed[SEALED];
};

struct backup_reader {
    int file;
    stream_state state;
    unsigned char head[HEAD_BYTES];
    bool begun;
    bool ended; /* the last chunk was read */
    size_t length, taken;
    unsigned char chunk[CHUNK];
    unsigned char sealed[SEALED];
};

/* --- the key ---------------------------------------------------------------------------------- */

static int key_from_passphrase(unsigned char key[BACKUP_KEY_BYTES], const char *passphrase,
                               const unsigned char *salt, struct error *error)
{
    if (crypto_pwhash(key, BACKUP_KEY_BYTES, passphrase, strlen(passphrase), salt, OPERATIONS,
                      MEMORY, crypto_pwhash_ALG_ARGON2ID13) == 0)
        return 0;
    return error_set(error, ERROR_MEMORY, "no memory for the passphrase");
}

/* Makes a key, and what gives it back to whom it is for. */
static int key_lock(const struct backup_lock *lock, unsigned char key[BACKUP_KEY_BYTES],
                    unsigned char head[HEAD_BYTES], struct error *error)
{
    unsigned char *unlock = head + TITLE_BYTES + 1;

    memcpy(head, TITLE, TITLE_BYTES);
    memset(unlock, 0, UNLOCK_BYTES);
    if (lock->recipient != NULL) {
        head[TITLE_BYTES] = FOR_RECIPIENT;
        crypto_secretstream_xchacha20poly1305_keygen(key);
        if (crypto_box_seal(unlock, key, BACKUP_KEY_BYTES, lock->recipient) != 0)
            return error_set(error, ERROR_INVALID, "the recipient is no key");
        return 0;
    }
    head[TITLE_BYTES] = BY_PASSPHRASE;
    randombytes_buf(unlock, crypto_pwhash_SALTBYTES);
    return key_from_passphrase(key, lock->passphrase, unlock, error);
}

static int key_unlock(const struct backup_lock *lock, unsigned char key[BACKUP_KEY_BYTES],
                      const unsigned char head[HEAD_BYTES], struct error *error)
{
    const unsigned char *unlock = head + TITLE_BYTES + 1;
    unsigned char recipient[BACKUP_KEY_BYTES];

    if (memcmp(head, TITLE, TITLE_BYTES) != 0)
        return error_set(error, ERROR_INVALID, "this is no backup of Guichet");
    if (head[TITLE_BYTES] == BY_PASSPHRASE)
        return lock->passphrase != NULL
                   ? key_from_passphrase(key, lock->passphrase, unlock, error)
                   : error_set(error, ERROR_REFUSED, "this backup wants a passphrase");
    if (head[TITLE_BYTES] != FOR_RECIPIENT)
        return error_set(error, ERROR_INVALID, "this backup is of a kind not known here");
    if (lock->identity == NULL)
        return error_set(error, ERROR_REFUSED, "this backup wants the identity of its recipient");
    crypto_scalarmult_base(recipient, lock->identity);
    if (crypto_box_seal_open(key, unlock, UNLOCK_BYTES, recipient, lock->identity) != 0)
        return error_set(error, ERROR_REFUSED, "this backup is for another recipient, or damaged");
    return 0;
}

/* --- writing ---------------------------------------------------------------------------------- */

static int write_all(int file, const unsigned char *bytes, size_t length, struct error *error)
{
    while (length > 0) {
        ssize_t written = write(file, bytes, length);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return error_set(error, ERROR_STORAGE, "the backup cannot be written: %s",
                             written == 0 ? "nothing is taken" : strerror(errno));
        bytes += written;
        length -= (size_t)written;
    }
    return 0;
}

int backup_writer_open(struct backup_writer **writer, int file, const struct backup_lock *lock,
                       struct error *error)
{
    struct backup_writer *made = calloc(1, sizeof(*made));
    unsigned char key[BACKUP_KEY_BYTES], header[STREAM_HEADER];
    int code;

    *writer = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a backup");
    made->file = file;
    code = key_lock(lock, key, made->head, error);
    if (code == 0)
        crypto_secretstream_xchacha20poly1305_init_push(&made->state, header, key);
    sodium_memzero(key, sizeof(key));
    if (code == 0)
        code = write_all(file, made->head, sizeof(made->head), error);
    if (code == 0)
        code = write_all(file, header, sizeof(header), error);
    if (code != 0) {
        backup_writer_free(made);
        return code;
    }
    *writer = made;
    return 0;
}

static int chunk_write(struct backup_writer *writer, unsigned char tag, struct error *error)
{
    unsigned long long sealed;

    crypto_secretstream_xchacha20poly1305_push(
        &writer->state, writer->sealed, &sealed, writer->chunk, writer->length,
        writer->begun ? NULL : writer->head, writer->begun ? 0 : HEAD_BYTES, tag);
    writer->begun = true;
    writer->length = 0;
    return write_all(writer->file, writer->sealed, (size_t)sealed, error);
}

int backup_writer_add(struct backup_writer *writer, const void *bytes, size_t length,
                      struct error *error)
{
    const unsigned char *from = bytes;

    while (length > 0) {
        size_t room = CHUNK - writer->length;
        size_t piece = length < room ? length : room;

        memcpy(writer->chunk + writer->length, from, piece);
        writer->length += piece;
        from += piece;
        length -= piece;
        if (writer->length == CHUNK) {
            int code = chunk_write(writer, 0, error);

            if (code != 0)
                return code;
        }
    }
    return 0;
}

int backup_writer_end(struct backup_writer *writer, struct error *error)
{
    int code = chunk_write(writer, crypto_secretstream_xchacha20poly1305_TAG_FINAL, error);

    if (code == 0 && fsync(writer->file) != 0)
        code = error_set(error, ERROR_STORAGE, "the backup cannot be kept: %s", strerror(errno));
    return code;
}

void backup_writer_free(struct backup_writer *writer)
{
    if (writer == NULL)
        return;
    sodium_memzero(writer, sizeof(*writer));
    free(writer);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* As many as there are, up to `length`. */
static int read_some(int file, unsigned char *bytes, size_t length, size_t *got,
                     struct error *error)
{
    *got = 0;
    while (*got < length) {
        ssize_t piece = read(file, bytes + *got, length - *got);

        if (piece < 0 && errno == EINTR)
            continue;
        if (piece < 0)
            return error_set(error, ERROR_STORAGE, "the backup cannot be read: %s",
                             strerror(errno));
        if (piece == 0)
            break;
        *got += (size_t)piece;
    }
    return 0;
}

static int damaged(struct error *error)
{
    return error_set(error, ERROR_INVALID, "the backup is damaged, cut short, or not for this key");
}

int backup_reader_open(struct backup_reader **reader, int file, const struct backup_lock *lock,
                       struct error *error)
{
    struct backup_reader *made = calloc(1, sizeof(*made));
    unsigned char key[BACKUP_KEY_BYTES], header[STREAM_HEADER];
    size_t got, more = 0;
    int code;

    *reader = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a backup");
    made->file = file;
    code = read_some(file, made->head, sizeof(made->head), &got, error);
    if (code == 0)
        code = read_some(file, header, sizeof(header), &more, error);
    if (code == 0 && (got < sizeof(made->head) || more < sizeof(header)))
        code = error_set(error, ERROR_INVALID, "this is no backup of Guichet, or cut short");
    if (code == 0)
        code = key_unlock(lock, key, made->head, error);
    if (code == 0 &&
        crypto_secretstream_xchacha20poly1305_init_pull(&made->state, header, key) != 0)
        code = damaged(error);
    sodium_memzero(key, sizeof(key));
    if (code != 0) {
        backup_reader_free(made);
        return code;
    }
    *reader = made;
    return 0;
}

static int chunk_read(struct backup_reader *reader, struct error *error)
{
    unsigned long long length;
    unsigned char tag;
    size_t got;
    int code = reader->ended ? damaged(error)
                             : read_some(reader->file, reader->sealed, SEALED, &got, error);

    if (code != 0)
        return code;
    if (crypto_secretstream_xchacha20poly1305_pull(
            &reader->state, reader->chunk, &length, &tag, reader->sealed, got,
            reader->begun ? NULL : reader->head, reader->begun ? 0 : HEAD_BYTES) != 0)
        return damaged(error);
    reader->begun = true;
    reader->ended = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    reader->length = (size_t)length;
    reader->taken = 0;
    return 0;
}

int backup_reader_get(struct backup_reader *reader, void *bytes, size_t length, struct error *error)
{
    unsigned char *to = bytes;

    while (length > 0) {
        size_t left = reader->length - reader->taken;
        size_t piece = length < left ? length : left;

        if (left == 0) {
            int code = chunk_read(reader, error);

            if (code != 0)
                return code;
            continue;
        }
        memcpy(to, reader->chunk + reader->taken, piece);
        reader->taken += piece;
        to += piece;
        length -= piece;
    }
    return 0;
}

int backup_reader_end(struct backup_reader *reader, struct error *error)
{
    unsigned char more;
    size_t got;
    int code;

    if (reader->taken == reader->length && !reader->ended &&
        (code = chunk_read(reader, error)) != 0)
        return code;
    if (!reader->ended || reader->taken < reader->length)
        return damaged(error);
    code = read_some(reader->file, &more, 1, &got, error);
    if (code == 0 && got > 0)
        code = error_set(error, ERROR_INVALID, "something follows the backup");
    return code;
}

void backup_reader_free(struct backup_reader *reader)
{
    if (reader == NULL)
        return;
    sodium_memzero(reader, sizeof(*reader));
    free(reader);
}
