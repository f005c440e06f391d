#include <stdio.h>

#include "app/main/guichetd.h"
#include "net/ledger.h"
#include "net/ledger_audit.h"

static int run(const struct config *config, size_t first, struct error *error)
{
    struct ledger *ledger;
    const char *path;
    int code;

    (void)first;
    if (guichetd_database(config, &path, error) != 0)
        return GUICHETD_USAGE;
    if (guichetd_folders_make(path, error) != 0 || ledger_create(path, error) != 0)
        return GUICHETD_FAILED;
    printf("made %s\n", path);
    code = ledger_open(&ledger, path, error);
    if (code != 0)
        return GUICHETD_FAILED;
    printf("the audit trail is signed by %s, whose secret half is in %s%s: keep both\n",
           ledger_audit_key(ledger), path, AUDIT_KEY_ENDING);
    ledger_close(ledger);
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
