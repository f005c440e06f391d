/*
 * Fuzzes configuration: up to a form feed the file, then flags, one a line. What is checked beyond
 * not crashing: a number that was taken lies within its limits, and help can be told.
 */
#include "tests/fuzz/fuzz.h"

#include "app/config.h"

#define WORDS 12

static const struct config_key keys[] = {
    {.name = "listen", .shape = CONFIG_TEXT, .argument = "A", .preset = "x", .help = "Where."},
    {.name = "database",
     .letter = 'd',
     .shape = CONFIG_TEXT,
     .argument = "P",
     .preset = "{data}/x.db",
     .help = "What."},
    {.name = "threads",
     .letter = 't',
     .shape = CONFIG_NUMBER,
     .minimum = 1,
     .maximum = 64,
     .argument = "N",
     .preset = "4",
     .help = "How many."},
    {.name = "log-requests", .letter = 'l', .shape = CONFIG_SWITCH, .help = "Log."},
    {.name = "role", .shape = CONFIG_TEXT, .flag_only = true, .argument = "R", .help = "Role."},
    {0},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = ERROR_INIT;
    struct config *config = NULL;
    const uint8_t *file;
    char path[128], name[] = "fuzz", flag[] = "--config";
    char *arguments[WORDS + 4] = {name, flag, path};
    int count = 3;

    size_t length = fuzz_part(&data, &size, &file);
    (void)fuzz_file("fuzz.ini", file, length, path);
    char *flags = strndup((const char *)data, size);
    for (char *line = strtok(flags, "\n"); line != NULL && count < WORDS + 3;
         line = strtok(NULL, "\n"))
        arguments[count++] = line;
    FUZZ_HOLDS(config_new(&config, "guichetd", &error) == 0);
    FUZZ_HOLDS(config_declare(config, keys, &error) == 0);
    if (config_read(config, count, arguments, &error) == 0) {
        int64_t threads = config_number(config, "threads");
        FUZZ_HOLDS(threads >= 1 && threads <= 64);
        FUZZ_HOLDS(config_text(config, "listen") != NULL);
        (void)config_switch(config, "log-requests");
        for (size_t i = 0; i < config_word_count(config); i++)
            FUZZ_HOLDS(config_word(config, i) != NULL);
        FUZZ_HOLDS(config_word(config, config_word_count(config)) == NULL);
    } else {
        FUZZ_HOLDS(error.message[0] != '\0');
    }
    struct text_buffer help = {0};
    config_help(config, NULL, &help);
    free(text_buffer_take(&help));
    config_free(config);
    free(flags);
    return 0;
}
