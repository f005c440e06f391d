#include "app/main/command_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/catalogue.h"
#include "app/config.h"
#include "app/import.h"
#include "app/import_catalogue.h"
#include "app/import_sources.h"
#include "forms/definition.h"

static const struct config_key import_keys[] = {
    {.name = "catalogue",
     .letter = 'c',
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "FILE",
     .help = "The catalogue file to import into; made when it is not there."},
    {.name = "dry-run",
     .letter = 'n',
     .shape = CONFIG_SWITCH,
     .flag_only = true,
     .help = "Give the same account and write nothing."},
    {.name = "json",
     .letter = 'j',
     .shape = CONFIG_SWITCH,
     .flag_only = true,
     .help = "Give the account as JSON."},
    {.name = "allow-ending",
     .shape = CONFIG_SWITCH,
     .flag_only = true,
     .help = "Also when over a fifth of the source's records would end."},
    {.name = NULL},
};

static void usage_print(const struct config *config)
{
    static const char *const names[] = {"catalogue", "dry-run", "json", "allow-ending", NULL};
    struct text_buffer help = {0};
    printf("Usage: guichet import --catalogue FILE [OPTION]... SOURCE [ARGUMENT]...\n\nSources:\n");
    for (const struct import_source *source = import_sources; source->name; source++)
        printf("  %s %s\n      %s\n", source->name, source->arguments, source->help);
    config_help(config, names, &help);
    printf("\nOptions:\n%s", help.bytes ? help.bytes : "");
    text_buffer_free(&help);
}

static int account_print(const struct import *import, bool json, struct error *error)
{
    if (!json) {
        import_print(import, stdout);
        return 0;
    }
    json_t *document = import_to_json(import);
    int failed = document ? json_dumpf(document, stdout, JSON_INDENT(1)) : -1;
    putchar('\n');
    json_decref(document);
    return failed ? error_set(error, ERROR_MEMORY, "the account cannot be written") : 0;
}

static int catalogue_import(const struct config *config, struct catalogue *catalogue,
                            struct error *error)
{
    const struct import_options options = {.dry_run = config_switch(config, "dry-run"),
                                           .allow_ending = config_switch(config, "allow-ending"),
                                           .check = definition_check};
    const char *words[4];
    size_t count = config_word_count(config);
    if (count > sizeof words / sizeof words[0])
        return error_set(error, ERROR_INVALID, "too many arguments");
    for (size_t i = 0; i < count; i++)
        words[i] = config_word(config, i);
    struct import *import = import_new();
    struct import_catalogue *over = import_catalogue_new(catalogue);
    int code = import && over ? 0 : error_set(error, ERROR_MEMORY, "out of memory");
    if (code == 0) {
        struct import_target target = import_catalogue_target(over);
        code = import_source_run(import, words, count, &target, &options, error);
        int printed = account_print(import, config_switch(config, "json"), code ? NULL : error);
        code = code ? code : printed;
    }
    import_catalogue_free(over);
    import_free(import);
    return code;
}

static int command_run(struct config *config, int argc, char **argv, struct error *error)
{
    struct catalogue *catalogue = NULL;
    int code = config_declare(config, import_keys, error);
    if (code == 0)
        code = config_read(config, argc, argv, error);
    if (code)
        return code;
    if (config_switch(config, "help")) {
        usage_print(config);
        return 0;
    }
    const char *path = config_text(config, "catalogue");
    if (!path)
        return error_set(error, ERROR_INVALID, "--catalogue names no file to import into");
    if (config_word_count(config) == 0)
        return error_set(error, ERROR_INVALID, "no source named to import; see --help");
    bool preview_alone = config_switch(config, "dry-run") && access(path, F_OK) != 0;
    code = catalogue_open(&catalogue, path, true, error);
    if (code == 0)
        code = catalogue_import(config, catalogue, error);
    catalogue_close(catalogue);
    /* A preview leaves no file where there was none. */
    if (preview_alone)
        unlink(path);
    return code;
}

int command_import(int argc, char **argv)
{
    struct error error = ERROR_INIT;
    struct config *config = NULL;
    int code = config_new(&config, "guichet", &error);
    if (code == 0)
        code = command_run(config, argc, argv, &error);
    config_free(config);
    if (code)
        fprintf(stderr, "guichet import: %s\n", error.message);
    return code ? EXIT_FAILURE : EXIT_SUCCESS;
}
