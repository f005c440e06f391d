#include <stdio.h>
#include <string.h>

#include "app/import.h"
#include "app/import_gc_service_inventory.h"
#include "app/import_sample.h"
#include "app/main/guichetd.h"
#include "net/ledger.h"

/* What can be imported: the name of the source and its files. */
struct source {
    const char *name;
    size_t files;
    int (*read)(const char *const *files, const struct import_sink *sink,
                struct import_edition *edition, struct error *error);
};

static int read_sample(const char *const *files, const struct import_sink *sink,
                       struct import_edition *edition, struct error *error)
{
    return import_sample(files[0], sink, edition, error);
}

static int read_gc(const char *const *files, const struct import_sink *sink,
                   struct import_edition *edition, struct error *error)
{
    return import_gc_service_inventory(files[0], files[1], sink, edition, error);
}

static const struct source sources[] = {
    {IMPORT_SAMPLE, 1, read_sample},
    {IMPORT_GC_SERVICE_INVENTORY, 2, read_gc},
};

static const struct source *source_find(const char *name, size_t files)
{
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
        if (strcmp(sources[i].name, name) == 0 && sources[i].files == files)
            return &sources[i];
    return NULL;
}

static void print_account(const struct config *config, const struct import *import)
{
    json_t *account;

    if (!config_switch(config, "json")) {
        import_print(import, stdout);
        return;
    }
    account = import_to_json(import);
    if (account != NULL) {
        json_dumpf(account, stdout, JSON_INDENT(2));
        putchar('\n');
    }
    json_decref(account);
}

static int run_import(const struct config *config, const struct source *source,
                      const char *const *files, struct ledger *ledger, struct error *error)
{
    struct import_options options = {
        .dry_run = config_switch(config, "dry-run"),
        .allow_ending = config_switch(config, "allow-ending"),
    };
    struct import *import = import_new();
    struct import_edition edition = {0};
    struct import_target target;
    struct import_sink sink;
    int code;

    if (import == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    sink = import_sink(import);
    ledger_import_target(ledger, &target);
    code = source->read(files, &sink, &edition, error);
    if (code == 0)
        code = import_publish(import, &edition, &target, &options, error);
    if (code == 0)
        print_account(config, import);
    import_free(import);
    return code;
}

static int run(const struct config *config, size_t first, struct error *error)
{
    const char *files[2] = {config_word(config, first + 1), config_word(config, first + 2)};
    const struct source *source =
        source_find(config_word(config, first), config_word_count(config) - first - 1);
    struct ledger *ledger;
    int code;

    if (source == NULL) {
        error_set(error, ERROR_INVALID,
                  "usage: guichetd import sample FOLDER, or "
                  "guichetd import gc-service-inventory SERVICES.csv STANDARDS.csv");
        return GUICHETD_USAGE;
    }
    if (guichetd_ledger_open(config, &ledger, error) != 0)
        return GUICHETD_FAILED;
    code = run_import(config, source, files, ledger, error);
    ledger_close(ledger);
    return code == 0 ? GUICHETD_OK : GUICHETD_FAILED;
}

static const char *const keys[] = {"dry-run", "allow-ending", "json", NULL};

const struct guichetd_command guichetd_import = {
    .words = "import",
    .arguments = "SOURCE FILE...",
    .summary = "Import catalogue records: `sample FOLDER`, or "
               "`gc-service-inventory SERVICES.csv STANDARDS.csv`.",
    .keys = keys,
    .least = 1,
    .most = 3,
    .run = run,
};
