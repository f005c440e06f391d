#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "net/backup.h"
#include "net/secret_file.h"

#define HEX_SIZE (2 * BACKUP_KEY_BYTES + 1)

/* A line "TITLE HEX". */
static int line_read(const char *line, const char *title, const char *path,
                     unsigned char key[BACKUP_KEY_BYTES], struct error *error)
{
    size_t length;

    if (strncmp(line, title, strlen(title)) != 0 ||
        sodium_hex2bin(key, BACKUP_KEY_BYTES, line + strlen(title), strlen(line + strlen(title)),
                       "\r\n", &length, NULL) != 0 ||
        length != BACKUP_KEY_BYTES)
        return error_set(error, ERROR_INVALID, "%s: no line \"%s\" and a key", path, title);
    return 0;
}

int backup_identity_make(const char *path, unsigned char recipient[BACKUP_KEY_BYTES],
                         struct error *error)
{
    unsigned char identity[BACKUP_KEY_BYTES];
    char hex[HEX_SIZE], line[sizeof(BACKUP_IDENTITY_TITLE) + HEX_SIZE + 1];
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600), length,
        code = 0;

    if (file < 0)
        return error_set(error, errno == EEXIST ? ERROR_CONFLICT : ERROR_STORAGE, "%s: %s", path,
                         strerror(errno));
    crypto_box_keypair(recipient, identity);
    length = snprintf(line, sizeof(line), BACKUP_IDENTITY_TITLE "%s\n",
                      sodium_bin2hex(hex, sizeof(hex), identity, sizeof(identity)));
    if (write(file, line, (size_t)length) != length || fsync(file) != 0) {
        code = error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(errno));
        unlink(path);
    }
    close(file);
    sodium_memzero(identity, sizeof(identity));
    sodium_memzero(hex, sizeof(hex));
    sodium_memzero(line, sizeof(line));
    return code;
}

int backup_identity_read(const char *path, unsigned char identity[BACKUP_KEY_BYTES],
                         struct error *error)
{
    char *line;
    int code = secret_file_read(path, 1, &line, error);

    if (code != 0)
        return code;
    code = line_read(line, BACKUP_IDENTITY_TITLE, path, identity, error);
    secret_file_free(line);
    return code;
}

int backup_recipient_read(const char *path, unsigned char recipient[BACKUP_KEY_BYTES],
                          struct error *error)
{
    char line[256] = "";
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return error_set(error, ERROR_NOT_FOUND, "%s: %s", path, strerror(errno));
    if (fgets(line, sizeof(line), file) == NULL)
        line[0] = '\0';
    fclose(file);
    line[strcspn(line, "\r\n")] = '\0';
    return line_read(line, BACKUP_RECIPIENT_TITLE, path, recipient, error);
}
