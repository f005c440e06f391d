#include "app/store_anew.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/journal.h"
#include "app/text.h"

/* "...ing" while it is being filled, "...ed" once it is whole. */
#define BEGUN STORE_ANEW "ing"
#define WHOLE STORE_ANEW "ed"

/* The name of a file that belongs to the store at this place. New; NULL without memory. */
static char *name_of(const char *path, const char *which, const char *ending)
{
    struct text_buffer name = {0};

    text_buffer_add_format(&name, "%s%s%s", path, which, ending);
    return name.failed ? (text_buffer_free(&name), NULL) : text_buffer_take(&name);
}

static int move(const char *from, const char *to, struct error *error)
{
    return rename(from, to) == 0
               ? 0
               : error_set(error, ERROR_STORAGE, "%s cannot be moved: %s", from, strerror(errno));
}

static int move_named(const char *path, const char *from, const char *to, struct error *error)
{
    char *source = name_of(path, from, ""), *target = name_of(path, to, "");
    int code = source != NULL && target != NULL ? move(source, target, error)
                                                : error_set(error, ERROR_MEMORY, "out of memory");

    free(source);
    free(target);
    return code;
}

/* What an attempt left that was broken off. */
static int clear(const char *path, struct error *error)
{
    static const char *const which[] = {BEGUN, WHOLE};
    static const char *const endings[] = {"", "-wal", "-shm", JOURNAL_ENDING};
    int code = 0;

    for (size_t i = 0; i < 2 * sizeof(endings) / sizeof(endings[0]) && code == 0; i++) {
        char *name = name_of(path, which[i % 2], endings[i / 2]);

        if (name == NULL)
            code = error_set(error, ERROR_MEMORY, "out of memory");
        else if (unlink(name) != 0 && errno != ENOENT)
            code =
                error_set(error, ERROR_STORAGE, "%s cannot be removed: %s", name, strerror(errno));
        free(name);
    }
    return code;
}

int store_anew_begin(const char *path, const struct journal_owner *owner,
                     const struct seal_key *key, struct store **store, struct error *error)
{
    char *name = name_of(path, BEGUN, "");
    int code = name != NULL ? clear(path, error) : error_set(error, ERROR_MEMORY, "out of memory");

    *store = NULL;
    if (code == 0)
        code = store_create_for(name, owner, key, error);
    if (code == 0)
        code = store_open(store, name, key, error);
    free(name);
    return code;
}

/* All of it is in the file itself, which a disk that failed at the end may have kept it from. */
static int check_whole(const char *path, struct error *error)
{
    char *log = name_of(path, BEGUN, "-wal");
    struct stat status;
    int code = log != NULL ? 0 : error_set(error, ERROR_MEMORY, "out of memory");

    if (code == 0 && stat(log, &status) == 0 && status.st_size > 0)
        code =
            error_set(error, ERROR_STORAGE, "%s: the store could not be written to its end", path);
    free(log);
    return code;
}

static int take_place(const char *path, struct error *error)
{
    int code = store_move_aside(path, "damaged", error);

    if (code == 0)
        code = move_named(path, WHOLE, "", error);
    journal_sync_folder(path);
    return code;
}

int store_anew_place(const char *path, struct error *error)
{
    int code = check_whole(path, error);

    if (code == 0)
        code = move_named(path, BEGUN, WHOLE, error);
    journal_sync_folder(path);
    return code == 0 ? take_place(path, error) : code;
}

int store_anew_finish(const char *path, struct error *error)
{
    char *whole = name_of(path, WHOLE, "");
    int code = whole != NULL ? 0 : error_set(error, ERROR_MEMORY, "out of memory");

    if (code == 0 && access(path, F_OK) != 0 && access(whole, F_OK) == 0)
        code = take_place(path, error);
    free(whole);
    return code;
}

int store_move_aside(const char *path, const char *word, struct error *error)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    long long now = (long long)time(NULL);
    char aside[64];
    int code = 0;

    (void)snprintf(aside, sizeof(aside), ".%s-%lld", word, now);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]) && code == 0; i++) {
        char *from = name_of(path, "", endings[i]), *to = name_of(path, aside, endings[i]);

        if (from == NULL || to == NULL)
            code = error_set(error, ERROR_MEMORY, "out of memory");
        else if (access(from, F_OK) == 0)
            code = move(from, to, error);
        free(from);
        free(to);
    }
    return code;
}
