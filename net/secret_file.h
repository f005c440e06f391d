/*
 * A secret in a file of its own, which only its owner can read: the first line of it.
 */
#ifndef GUICHET_NET_SECRET_FILE_H
#define GUICHET_NET_SECRET_FILE_H

#include <stddef.h>

#include "app/error.h"

/* Longest secret, in bytes. */
#define SECRET_FILE_LIMIT 1024

/* Reads it; `least` bytes are asked of it. `secret` is owned: secret_file_free. ERROR_STORAGE when
 * the file cannot be read, ERROR_REFUSED when others than its owner can, ERROR_INVALID when the
 * secret is too short or too long. */
int secret_file_read(const char *path, size_t least, char **secret, struct error *error);
/* Wipes and frees it; NULL does nothing. */
void secret_file_free(char *secret);

#endif
