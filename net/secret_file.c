#include "net/secret_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sodium.h>

/* With the line's end, and a byte more that tells a longer one. */
#define ROOM (SECRET_FILE_LIMIT + 4)

static int line_read(char *secret, const char *path, struct error *error)
{
    FILE *file = fopen(path, "re");
    struct stat status;
    size_t length;
    bool own;

    if (file == NULL)
        return error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(errno));
    own = fstat(fileno(file), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
    /* The secret stays in no buffer but ours. */
    setvbuf(file, NULL, _IONBF, 0);
    length = own ? fread(secret, 1, ROOM - 1, file) : 0;
    fclose(file);
    if (!own)
        return error_set(error, ERROR_REFUSED,
                         "%s can be read by others than its owner: make a new secret", path);
    secret[length] = '\0';
    secret[strcspn(secret, "\r\n")] = '\0';
    return 0;
}

int secret_file_read(const char *path, size_t least, char **secret, struct error *error)
{
    char *made = calloc(1, ROOM);
    int code;

    *secret = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a secret");
    code = line_read(made, path, error);
    if (code == 0 && strlen(made) < least)
        code = error_set(error, ERROR_INVALID, "%s: a secret has at least %zu characters", path,
                         least);
    if (code == 0 && strlen(made) > SECRET_FILE_LIMIT)
        code = error_set(error, ERROR_INVALID, "%s: a secret has at most %d characters", path,
                         SECRET_FILE_LIMIT);
    if (code != 0)
        secret_file_free(made);
    else
        *secret = made;
    return code;
}

void secret_file_free(char *secret)
{
    if (secret != NULL)
        sodium_memzero(secret, ROOM);
    free(secret);
}
