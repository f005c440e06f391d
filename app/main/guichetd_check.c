#include <inttypes.h>
#include <stdio.h>

#include "app/main/guichetd.h"
#include "app/print.h"
#include "net/ledger.h"

static void print_finding(void *context, const char *finding)
{
    (void)context;
    print_row((const char *const[]){finding, NULL});
}

static int run(const struct config *config, size_t first, struct error *error)
{
    struct ledger_check check;
    const char *path;

    (void)first;
    if (guichetd_database(config, &path, error) != 0)
        return GUICHETD_USAGE;
    if (ledger_check(path, print_finding, NULL, &check, error) != 0)
        return GUICHETD_FAILED;
    printf("%" PRId64 " records, %" PRId64 " operations, %" PRId64 " findings\n", check.records,
           check.operations, check.findings);
    return check.findings == 0 ? GUICHETD_OK : GUICHETD_FAILED;
}

static const char *const keys[] = {NULL};

const struct guichetd_command guichetd_check = {
    .words = "check",
    .arguments = "",
    .summary = "Read the whole database and print everything that does not hold; status 1 if so.",
    .keys = keys,
    .run = run,
};
