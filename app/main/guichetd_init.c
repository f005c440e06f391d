#include <stdio.h>

#include "app/main/guichetd.h"
#include "net/ledger.h"

static int run(const struct config *config, size_t first, struct error *error)
{
    const char *path;

    (void)first;
    if (guichetd_database(config, &path, error) != 0)
        return GUICHETD_USAGE;
    if (guichetd_folders_make(path, error) != 0 || ledger_create(path, error) != 0)
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
