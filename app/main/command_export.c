#include "app/main/command_export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/catalogue.h"
#include "app/config.h"
#include "app/export.h"

static const struct config_key export_keys[] = {
    {.name = "catalogue",
     .letter = 'c',
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "FILE",
     .help = "The catalogue file to export."},
    {.name = "language",
     .letter = 'l',
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "TAG",
     .help = "Language of the texts where the format has one only: fr or en (en)."},
    {.name = NULL},
};

static void usage_print(const struct config *config)
{
    static const char *const names[] = {"catalogue", "language", NULL};
    struct text_buffer help = {0};
    printf("Usage: guichet export --catalogue FILE [OPTION]... FORMAT OUT\n\nFormats:\n");
    for (const struct export_format *format = export_formats; format->name; format++)
        printf("  %s %s\n      %s\n", format->name, format->argument, format->help);
    printf("A file named \"-\" is standard output.\n");
    config_help(config, names, &help);
    printf("\nOptions:\n%s", help.bytes ? help.bytes : "");
    text_buffer_free(&help);
}

static int catalogue_export(const struct config *config, const char *path, struct error *error)
{
    struct catalogue *catalogue = NULL;
    struct export_options options = {.language = config_text(config, "language")};
    size_t count = 0;
    if (!options.language)
        options.language = "en";
    if (strcmp(options.language, "fr") != 0 && strcmp(options.language, "en") != 0)
        return error_set(error, ERROR_INVALID, "no such language: %s (fr, en)", options.language);
    int code = catalogue_open(&catalogue, path, false, error);
    if (code == 0)
        code = export_run(catalogue, config_word(config, 0), config_word(config, 1), &options,
                          &count, error);
    catalogue_close(catalogue);
    if (code == 0)
        fprintf(stderr, "%zu records exported\n", count);
    return code;
}

static int command_run(struct config *config, int argc, char **argv, struct error *error)
{
    int code = config_declare(config, export_keys, error);
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
        return error_set(error, ERROR_INVALID, "--catalogue names no file to export");
    if (config_word_count(config) != 2)
        return error_set(error, ERROR_INVALID, "a format and where to write it; see --help");
    return catalogue_export(config, path, error);
}

int command_export(int argc, char **argv)
{
    struct error error = ERROR_INIT;
    struct config *config = NULL;
    int code = config_new(&config, "guichet", &error);
    if (code == 0)
        code = command_run(config, argc, argv, &error);
    config_free(config);
    if (code)
        fprintf(stderr, "guichet export: %s\n", error.message);
    return code ? EXIT_FAILURE : EXIT_SUCCESS;
}
