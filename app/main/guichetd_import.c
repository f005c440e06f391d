#include <stdio.h>

#include "app/import.h"
#include "app/import_sources.h"
#include "app/main/guichetd.h"
#include "forms/definition.h"
#include "net/ledger.h"

/* The name of a source and its arguments. */
#define WORDS_MOST 4

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

static int run_import(const struct config *config, const char *const *words, size_t count,
                      struct ledger *ledger, struct error *error)
{
    struct import_options options = {
        .dry_run = config_switch(config, "dry-run"),
        .allow_ending = config_switch(config, "allow-ending"),
        .check = definition_check,
    };
    struct import *import = import_new();
    struct import_target target;
    int code;

    if (import == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    ledger_import_target(ledger, &target);
    code = import_source_run(import, words, count, &target, &options, error);
    if (code == 0)
        print_account(config, import);
    import_free(import);
    return code;
}

static int run(const struct config *config, size_t first, struct error *error)
{
    const char *words[WORDS_MOST];
    size_t count = config_word_count(config) - first;
    struct ledger *ledger;
    int code;

    for (size_t i = 0; i < count; i++)
        words[i] = config_word(config, first + i);
    if (guichetd_ledger_open(config, &ledger, error) != 0)
        return GUICHETD_FAILED;
    code = run_import(config, words, count, ledger, error);
    ledger_close(ledger);
    return code == 0 ? GUICHETD_OK : GUICHETD_FAILED;
}

static const char *const keys[] = {"dry-run", "allow-ending", "json", NULL};

const struct guichetd_command guichetd_import = {
    .words = "import",
    .arguments = "SOURCE FILE...",
    .summary = "Import catalogue records: `sample FOLDER`, `hsds FILE.json|FOLDER [PUBLISHER "
               "[fr|en]]`, `csv FILE.csv`, or `gc-service-inventory SERVICES.csv STANDARDS.csv`.",
    .keys = keys,
    .least = 1,
    .most = WORDS_MOST,
    .run = run,
};
