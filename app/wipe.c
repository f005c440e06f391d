#include "app/wipe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/store_key.h"
#include "app/text.h"

#define NOTE "wipe-ordered"

static char *join(const char *directory, const char *name)
{
    struct text_buffer path = {0};

    text_buffer_add_format(&path, "%s/%s", directory, name);
    return text_buffer_take(&path);
}

static int sync_directory(const char *directory)
{
    int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (folder < 0)
        return -1;
    int result = fsync(folder);
    (void)close(folder);
    return result;
}

int wipe_note(const char *data_directory, struct error *error)
{
    char *path = join(data_directory, NOTE);

    if (path == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a path");
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    int code = 0;
    if (file < 0 || fsync(file) != 0 || sync_directory(data_directory) != 0)
        code = error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(errno));
    if (file >= 0)
        (void)close(file);
    free(path);
    return code;
}

bool wipe_is_noted(const char *data_directory)
{
    char *path = join(data_directory, NOTE);
    bool noted = path != NULL && access(path, F_OK) == 0;

    free(path);
    return noted;
}

/* --- erasing ---------------------------------------------------------------------------------- */

/* Called with the path of each entry of a directory; the first error is kept. */
typedef int (*entry_visit)(const char *path, const char *name, struct error *error);

static int each(const char *directory, entry_visit visit, struct error *error)
{
    DIR *folder = opendir(directory);
    const struct dirent *entry;
    int code = 0;

    if (folder == NULL)
        return errno == ENOENT
                   ? 0
                   : error_set(error, ERROR_STORAGE, "%s: %s", directory, strerror(errno));
    while ((entry = readdir(folder)) != NULL) {
        struct error trouble = ERROR_INIT;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char *path = join(directory, entry->d_name);
        int result = path == NULL ? error_set(&trouble, ERROR_MEMORY, "no memory for a path")
                                  : visit(path, entry->d_name, &trouble);
        free(path);
        if (result != 0 && code == 0) {
            code = result;
            if (error != NULL)
                *error = trouble;
        }
    }
    (void)closedir(folder);
    return code;
}

static bool ends_with(const char *name, const char *ending)
{
    size_t length = strlen(name);
    size_t size = strlen(ending);

    return length > size && strcmp(name + length - size, ending) == 0;
}

static int destroy_store(const char *path, const char *name, struct error *error)
{
    return ends_with(name, ".db") ? store_destroy(path, error) : 0;
}

/* Zeros over a file before it goes: on a disk that writes in place nothing is left of it. */
static void overwrite(const char *path, off_t length)
{
    static const char zeros[4096];
    int file = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

    if (file < 0)
        return;
    while (length > 0) {
        ssize_t written =
            write(file, zeros, length < (off_t)sizeof zeros ? (size_t)length : sizeof zeros);
        if (written <= 0)
            break;
        length -= written;
    }
    (void)fsync(file);
    (void)close(file);
}

static int erase(const char *path, const char *name, struct error *error);

static int erase_all(const char *path, struct error *error)
{
    int code = each(path, erase, error);

    if (code == 0 && rmdir(path) != 0 && errno != ENOENT)
        code = error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(errno));
    return code;
}

static int erase(const char *path, const char *name, struct error *error)
{
    struct stat status;

    (void)name;
    if (lstat(path, &status) != 0)
        return errno == ENOENT ? 0
                               : error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return erase_all(path, error);
    if (S_ISREG(status.st_mode))
        overwrite(path, status.st_size);
    return unlink(path) == 0 || errno == ENOENT
               ? 0
               : error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(errno));
}

/* What a terminal keeps there, and nothing else: people put the directory where they like. */
static int erase_ours(const char *path, const char *name, struct error *error)
{
    static const char *const ours[] = {"agents", "catalogue.db", "terminal.pem"};

    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (strncmp(name, ours[i], strlen(ours[i])) == 0)
            return erase(path, name, error);
    return 0;
}

int wipe_run(const char *data_directory, struct error *error)
{
    struct error later = ERROR_INIT;
    char *agents = join(data_directory, "agents");
    char *note = join(data_directory, NOTE);
    int code = 0;
    int rest;

    if (agents == NULL || note == NULL)
        code = error_set(error, ERROR_MEMORY, "no memory for a path");
    else
        code = each(agents, destroy_store, error);
    rest = each(data_directory, erase_ours, &later);
    if (code == 0 && rest != 0) {
        code = rest;
        if (error != NULL)
            *error = later;
    }
    if (code == 0 && unlink(note) != 0 && errno != ENOENT)
        code = error_set(error, ERROR_STORAGE, "%s: %s", note, strerror(errno));
    (void)sync_directory(data_directory);
    free(agents);
    free(note);
    return code;
}
