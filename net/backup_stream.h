/*
 * The outside of a backup: bytes sealed as they stream by, XChaCha20-Poly1305 in chunks
 * (crypto_secretstream), under a key of its own that only the holder of a secret gets back: who has
 * the identity that belongs to a recipient (X25519), or who knows a passphrase (Argon2id).
 *
 * A chunk that was changed, left out, doubled, moved or cut off is noticed when it is read, and so
 * is another beginning of the file.
 */
#ifndef GUICHET_NET_BACKUP_STREAM_H
#define GUICHET_NET_BACKUP_STREAM_H

#include <stddef.h>

#include "app/error.h"

#define BACKUP_KEY_BYTES 32

/* One of the three; the others NULL. Borrowed. */
struct backup_lock {
    const unsigned char *recipient; /* BACKUP_KEY_BYTES, to write */
    const unsigned char *identity;  /* BACKUP_KEY_BYTES, to read */
    const char *passphrase;
};

struct backup_writer;

/* Begins a backup in an empty file, which stays the caller's. */
int backup_writer_open(struct backup_writer **writer, int file, const struct backup_lock *lock,
                       struct error *error);
int backup_writer_add(struct backup_writer *writer, const void *bytes, size_t length,
                      struct error *error);
/* The last of it, and onto the disk. */
int backup_writer_end(struct backup_writer *writer, struct error *error);
void backup_writer_free(struct backup_writer *writer);

struct backup_reader;

/* ERROR_INVALID when it is no backup, ERROR_REFUSED when the secret does not open it. */
int backup_reader_open(struct backup_reader **reader, int file, const struct backup_lock *lock,
                       struct error *error);
/* Exactly so many bytes. ERROR_INVALID when they are damaged, or the file ends before. */
int backup_reader_get(struct backup_reader *reader, void *bytes, size_t length,
                      struct error *error);
/* ERROR_INVALID unless this was all, and the writer had said so. */
int backup_reader_end(struct backup_reader *reader, struct error *error);
void backup_reader_free(struct backup_reader *reader);

#endif
