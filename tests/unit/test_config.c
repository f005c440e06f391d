#include "app/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static const struct config_key keys[] = {
    {.name = "listen",
     .shape = CONFIG_TEXT,
     .argument = "ADDRESS",
     .preset = "127.0.0.1:8737",
     .help = "Where to listen."},
    {.name = "database",
     .letter = 'd',
     .shape = CONFIG_TEXT,
     .argument = "PATH",
     .preset = "{data}/guichetd.db",
     .help = "The database."},
    {.name = "threads",
     .shape = CONFIG_NUMBER,
     .minimum = 1,
     .maximum = 64,
     .argument = "N",
     .preset = "4",
     .help = "How many threads."},
    {.name = "log-requests", .shape = CONFIG_SWITCH, .help = "Log each request."},
    {.name = "counter",
     .shape = CONFIG_TEXT,
     .argument = "NAME",
     .preset = "",
     .help = "Which counter this is."},
    {.name = "role",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "ROLE",
     .help = "The agent's role."},
    {0},
};

static char directory[] = "/tmp/guichet-config-XXXXXX";

static void file_write(const char *name, const char *text)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
    static const char *const variables[] = {
        "GUICHETD_LISTEN",   "GUICHETD_THREADS", "GUICHETD_ROLE", "GUICHETD_LOG_REQUESTS",
        "GUICHETD_DATABASE", "GUICHETD_CONFIG",  "XDG_DATA_HOME", "XDG_RUNTIME_DIR"};
    char command[256];

    (void)state;
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        unsetenv(variables[i]);
    setenv("HOME", "/home/marie", 1);
    setenv("XDG_CONFIG_HOME", directory, 1);
    setenv("XDG_CONFIG_DIRS", "relative:/nowhere", 1);
    snprintf(command, sizeof(command), "mkdir -p %s/guichet && rm -f %s/guichet/*", directory,
             directory);
    return system(command);
}

/* Reads a configuration with these arguments (NULL ends them). */
static int read_with(struct config **config, struct error *error, const char *const *arguments)
{
    char *argv[16] = {NULL};
    int argc = 0;
    int code;

    argv[argc++] = strdup("guichetd");
    for (; arguments[argc - 1] != NULL; argc++)
        argv[argc] = strdup(arguments[argc - 1]);
    assert_int_equal(config_new(config, "guichetd", error), 0);
    assert_int_equal(config_declare(*config, keys, error), 0);
    code = config_read(*config, argc, argv, error);
    for (int i = 0; i < argc; i++)
        free(argv[i]);
    return code;
}

#define READ(config, error, ...) read_with(config, error, (const char *const[]){__VA_ARGS__, NULL})

static void test_presets(void **state)
{
    struct config *config;

    (void)state;
    assert_int_equal(READ(&config, NULL, "serve"), 0);
    assert_string_equal(config_text(config, "listen"), "127.0.0.1:8737");
    assert_string_equal(config_text(config, "database"),
                        "/home/marie/.local/share/guichet/guichetd.db");
    assert_int_equal(config_number(config, "threads"), 4);
    assert_false(config_switch(config, "log-requests"));
    assert_null(config_text(config, "role"));
    assert_int_equal(config_word_count(config), 1);
    assert_string_equal(config_word(config, 0), "serve");
    assert_null(config_word(config, 1));
    config_free(config);
}

static void test_who_wins(void **state)
{
    struct config *config;

    (void)state;
    file_write("guichet/guichetd.ini", "# a comment\n[server]\n listen = file \r\nthreads=5\n"
                                       "log-requests = yes\n");
    setenv("GUICHETD_THREADS", "6", 1);
    setenv("GUICHETD_ROLE", "administrator", 1);
    assert_int_equal(READ(&config, NULL, "--no-log-requests", "serve"), 0);
    assert_string_equal(config_text(config, "listen"), "file");
    assert_int_equal(config_number(config, "threads"), 6);
    assert_false(config_switch(config, "log-requests"));
    assert_null(config_text(config, "role"));
    config_free(config);

    assert_int_equal(READ(&config, NULL, "serve", "--threads=7", "--listen", "flag", "-d", "x",
                          "--role", "clerk"),
                     0);
    assert_string_equal(config_text(config, "listen"), "flag");
    assert_int_equal(config_number(config, "threads"), 7);
    assert_true(config_switch(config, "log-requests"));
    assert_string_equal(config_text(config, "database"), "x");
    assert_string_equal(config_text(config, "role"), "clerk");
    assert_true(config_given(config, "threads"));
    assert_false(config_given(config, "log-requests"));
    config_free(config);
}

static void test_other_file(void **state)
{
    struct config *config;
    struct error error = ERROR_INIT;
    char path[256];

    (void)state;
    file_write("guichet/guichetd.ini", "listen = usual\n");
    file_write("other.ini", "listen = \" other \"\n");
    snprintf(path, sizeof(path), "%s/other.ini", directory);
    assert_int_equal(READ(&config, NULL, "--config", path), 0);
    assert_string_equal(config_text(config, "listen"), " other ");
    config_free(config);
    setenv("GUICHETD_CONFIG", path, 1);
    assert_int_equal(READ(&config, NULL, "serve"), 0);
    assert_string_equal(config_text(config, "listen"), " other ");
    config_free(config);
    assert_int_equal(READ(&config, &error, "--config", "/nowhere/x.ini"), ERROR_NOT_FOUND);
    assert_string_equal(error.message, "/nowhere/x.ini: No such file or directory");
    config_free(config);
}

static void test_words_and_end_of_flags(void **state)
{
    struct config *config;

    (void)state;
    assert_int_equal(READ(&config, NULL, "agent", "add", "--role", "clerk", "--", "--odd", "-"), 0);
    assert_int_equal(config_word_count(config), 4);
    assert_string_equal(config_word(config, 2), "--odd");
    assert_string_equal(config_word(config, 3), "-");
    config_free(config);
    assert_int_equal(READ(&config, NULL, "-h"), 0);
    assert_true(config_switch(config, "help"));
    config_free(config);
}

static void check_refused(const char *file, const char *argument, const char *message)
{
    struct config *config;
    struct error error = ERROR_INIT;

    if (file != NULL)
        file_write("guichet/guichetd.ini", file);
    assert_int_equal(READ(&config, &error, "serve", argument), ERROR_INVALID);
    assert_non_null(strstr(error.message, message));
    config_free(config);
}

static void test_refusals(void **state)
{
    (void)state;
    check_refused(NULL, "--nothing=secret", "unknown flag --nothing");
    check_refused(NULL, "-x", "unknown flag -x");
    check_refused(NULL, "--listen", "--listen needs a value");
    check_refused(NULL, "--no-listen", "unknown flag --no-listen");
    check_refused(NULL, "--threads=many", "--threads: must be a whole number from 1 to 64");
    check_refused(NULL, "--threads=65", "--threads: must be");
    check_refused(NULL, "--log-requests=maybe", "--log-requests: must be yes or no");
    check_refused(NULL, "--listen=\xff", "--listen: the value is not UTF-8");
    check_refused("listen = x\nnothing = 1\n", "x", "guichetd.ini:2: unknown key \"nothing\"");
    check_refused("role = clerk\n", "x", "guichetd.ini:1: unknown key \"role\"");
    check_refused("listen\n", "x", "guichetd.ini:1: not `key = value`");
    check_refused("[open\n", "x", "guichetd.ini:1: a section ends with ]");
    check_refused("listen = \xfe\n", "x", "not UTF-8 text");
}

static void test_help_lists_every_key(void **state)
{
    static const char *const some[] = {"role", NULL};
    struct text_buffer help = {0};
    struct config *config;

    (void)state;
    assert_int_equal(READ(&config, NULL, "serve"), 0);
    config_help(config, NULL, &help);
    for (size_t i = 0; keys[i].name != NULL; i++) {
        assert_non_null(strstr(help.bytes, keys[i].name));
        /* A preset that is nothing is not told. */
        assert_non_null(strstr(help.bytes, "Which counter this is. (GUICHETD_COUNTER)"));
        assert_non_null(strstr(help.bytes, keys[i].help));
    }
    assert_non_null(strstr(help.bytes, "GUICHETD_LOG_REQUESTS"));
    /* A preset that is nothing is not told. */
    assert_non_null(strstr(help.bytes, "Which counter this is. (GUICHETD_COUNTER)"));
    assert_null(strstr(help.bytes, "GUICHETD_ROLE"));
    text_buffer_free(&help);
    help = (struct text_buffer){0};
    config_help(config, some, &help);
    assert_string_equal(help.bytes, "  --role ROLE\n        The agent's role.\n");
    text_buffer_free(&help);
    config_free(config);
}

static void test_directories(void **state)
{
    char *path;

    (void)state;
    setenv("XDG_DATA_HOME", "relative", 1);
    assert_int_equal(config_directory_path(CONFIG_DIRECTORY_DATA, &path, NULL), 0);
    assert_string_equal(path, "/home/marie/.local/share/guichet");
    free(path);
    setenv("XDG_DATA_HOME", "/data", 1);
    assert_int_equal(config_directory_path(CONFIG_DIRECTORY_DATA, &path, NULL), 0);
    assert_string_equal(path, "/data/guichet");
    free(path);
    unsetenv("HOME");
    assert_int_equal(config_directory_path(CONFIG_DIRECTORY_RUNTIME, &path, NULL), ERROR_NOT_FOUND);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_presets, setup),
        cmocka_unit_test_setup(test_who_wins, setup),
        cmocka_unit_test_setup(test_other_file, setup),
        cmocka_unit_test_setup(test_words_and_end_of_flags, setup),
        cmocka_unit_test_setup(test_refusals, setup),
        cmocka_unit_test_setup(test_help_lists_every_key, setup),
        cmocka_unit_test_setup(test_directories, setup),
    };
    char command[256];
    int failed;

    if (mkdtemp(directory) == NULL)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(command, sizeof(command), "rm -rf %s", directory);
    return system(command) != 0 ? 1 : failed;
}
