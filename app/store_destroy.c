/* The end of a store: keys first, then files. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/store_anew.h"
#include "app/store_internal.h"
#include "app/store_key.h"
#include "app/text.h"

#define BLOCK 65536

/* Overwrites the file and syncs it. One that is gone is as good: the sync thread may be closing the
 * same store just then, and SQLite removes its own files. */
static int overwrite(const char *path, struct error *error)
{
    static const char zeros[BLOCK];
    int file = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat status;
    bool well;

    if (file < 0 && errno == ENOENT)
        return 0;
    well = file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode);

    for (off_t at = 0; well && at < status.st_size;) {
        off_t rest = status.st_size - at;
        ssize_t put = pwrite(file, zeros, rest < BLOCK ? (size_t)rest : BLOCK, at);

        if (put <= 0 && errno == EINTR)
            continue;
        well = put > 0;
        at += put;
    }
    well = well && fsync(file) == 0;
    if (file >= 0)
        close(file);
    return well ? 0 : error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(errno));
}

/* "<name>", "<name>-wal", "<name>.outbox", "<name>.outbox.<time>", "<name>.damaged-<time>" ...: not
 * another agent's, whose login goes on where this one ends. */
static bool is_of(const char *file, const char *name)
{
    static const char *const endings[] = {"-wal",      "-shm",    "-journal", JOURNAL_ENDING,
                                          ".damaged-", ".aside-", STORE_ANEW};
    size_t length = strlen(name);

    if (strncmp(file, name, length) != 0)
        return false;
    if (file[length] == '\0')
        return true;
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        if (strncmp(file + length, endings[i], strlen(endings[i])) == 0)
            return true;
    return false;
}

/* The keys go in an ordinary transaction too, for whoever has the file open: what they would write
 * back later is without them. */
static void forget_keys(const char *path)
{
    struct store store = {0};

    if (database_open(&store.database, path, DATABASE_OPEN, &store_schema, NULL) != 0)
        return;
    (void)database_script(store.database,
                          "PRAGMA secure_delete=ON;"
                          "DELETE FROM meta WHERE name IN ('wrapped', 'escrow', 'escrow-public');"
                          "PRAGMA wal_checkpoint(TRUNCATE);",
                          NULL);
    database_close(store.database);
}

struct file_list {
    char **paths; /* owned */
    size_t count;
};

static int list_files(struct file_list *list, const char *path, struct error *error)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    char *folder = slash != NULL ? strndup(path, (size_t)(slash - path) + 1) : strdup("./");
    DIR *directory = folder != NULL ? opendir(folder) : NULL;
    struct dirent *entry;
    int code = directory != NULL ? 0 : error_set(error, ERROR_STORAGE, "%s cannot be read", path);

    while (code == 0 && (entry = readdir(directory)) != NULL) {
        struct text_buffer file = {0};
        char **longer;

        if (!is_of(entry->d_name, name))
            continue;
        longer = realloc(list->paths, (list->count + 1) * sizeof(*longer));
        if (longer != NULL)
            list->paths = longer;
        text_buffer_add_format(&file, "%s%s", folder, entry->d_name);
        if (longer == NULL || file.failed) {
            text_buffer_free(&file);
            code = error_set(error, ERROR_MEMORY, "out of memory");
        } else {
            list->paths[list->count++] = text_buffer_take(&file);
        }
    }
    if (directory != NULL)
        closedir(directory);
    free(folder);
    return code;
}

/* Goes on past what fails, and returns the first failure. */
static int remove_all(const struct file_list *list, struct error *error)
{
    int first = 0;

    /* The journals name wrapped keys: they are overwritten before anything else takes its time. */
    for (size_t i = 0; i < list->count; i++)
        if (strstr(list->paths[i], JOURNAL_ENDING) != NULL)
            (void)overwrite(list->paths[i], NULL);
    for (size_t i = 0; i < list->count; i++) {
        struct error cause = ERROR_INIT;
        int code = overwrite(list->paths[i], &cause);

        if (unlink(list->paths[i]) != 0 && errno != ENOENT)
            code = error_set(&cause, ERROR_STORAGE, "%s cannot be removed: %s", list->paths[i],
                             strerror(errno));
        if (code != 0 && first == 0)
            first = error_set(error, code, "%s", cause.message);
    }
    return first;
}

int store_destroy(const char *path, struct error *error)
{
    struct file_list list = {0};
    int code;

    forget_keys(path);
    code = list_files(&list, path, error);
    if (code == 0)
        code = remove_all(&list, error);
    for (size_t i = 0; i < list.count; i++)
        free(list.paths[i]);
    free(list.paths);
    return code;
}
