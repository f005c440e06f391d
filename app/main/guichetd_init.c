#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/main/guichetd.h"
#include "net/ledger.h"

/* Makes the folders above the file, for their owner alone. */
static int folders_make(const char *path, struct error *error)
{
    char *copy = strdup(path);
    int code = 0;

    if (copy == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    for (char *slash = strchr(copy + 1, '/'); slash != NULL && code == 0;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0700) != 0 && errno != EEXIST)
            code = error_set(error, ERROR_STORAGE, "%s: %s", copy, strerror(errno));
        *slash = '/';
    }
    free(copy);
    return code;
}

static int run(const struct config *config, size_t first, struct error *error)
{
    const char *path;

    (void)first;
    if (guichetd_database(config, &path, error) != 0)
        return GUICHETD_USAGE;
    if (folders_make(path, error) != 0 || ledger_create(path, error) != 0)
        return GUICHETD_FAILED;
    printf("made %s\n", path);
    return GUICHETD_OK;
}

static const char *const keys[] = {NULL};

const struct guichetd_command guichetd_init = {
    .words = "init",
    .arguments = "",
    .summary = "Make an empty database; an existing one is left alone.",
    .keys = keys,
    .run = run,
};
