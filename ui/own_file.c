#define _GNU_SOURCE /* O_TMPFILE, memfd_create */
#include "ui/own_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int own_file_create(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

bool own_file_write(int file, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, bytes, length);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

/* The folder of a path; false when it is too long. */
static bool folder_of(const char *path, char folder[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    int length = slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path);
    int written = snprintf(folder, PATH_MAX, "%.*s", length, slash == NULL ? "." : path);

    if (written >= 0 && written < PATH_MAX)
        return true;
    errno = ENAMETOOLONG;
    return false;
}

int own_file_unnamed(const char *path)
{
    char folder[PATH_MAX];
    int file;

    if (!folder_of(path, folder))
        return -1;
    file = open(folder, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return file;
    return access(folder, W_OK | X_OK) == 0 ? memfd_create("copy", MFD_CLOEXEC) : -1;
}

static bool copy_bytes(int from, int to)
{
    char bytes[65536];
    ssize_t got;

    if (lseek(from, 0, SEEK_SET) != 0)
        return false;
    while ((got = read(from, bytes, sizeof(bytes))) > 0)
        if (!own_file_write(to, bytes, (size_t)got))
            return false;
    return got == 0 && fsync(to) == 0;
}

static bool copy_named(int file, const char *path)
{
    int made = own_file_create(path);
    bool whole = made >= 0 && copy_bytes(file, made);
    int why = errno;

    if (made >= 0)
        close(made);
    if (made >= 0 && !whole)
        unlink(path);
    errno = why;
    return whole;
}

bool own_file_name(int file, const char *path)
{
    char itself[64];

    (void)snprintf(itself, sizeof(itself), "/proc/self/fd/%d", file);
    if (fsync(file) != 0)
        return false;
    if (linkat(AT_FDCWD, itself, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0)
        return true;
    return errno != EEXIST && copy_named(file, path);
}
