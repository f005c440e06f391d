/* guichet: the terminal. Wires store, sync and screens; without a screen, runs one command. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "config.h"

#include "app/config.h"
#include "app/main/command_display.h"
#include "app/main/command_export.h"
#include "app/main/command_import.h"
#include "app/main/command_list.h"
#include "app/main/command_manual.h"
#include "app/main/command_recover.h"
#include "app/main/command_search.h"
#include "app/main/command_sync.h"
#include "app/main/guichet_keys.h"
#include "app/protect.h"
#include "app/record_fields.h"
#include "app/seal.h"
#include "app/store_provider.h"
#include "app/wipe.h"
#include "net/sync.h"
#include "ui/language.h"
#include "ui/loop.h"

#define PASSWORD_SIZE 1024

/* Searches the terminal's own catalogue, where environment and file put it, when none is named. */
static int run_search(int argc, char **argv)
{
    char *const no_flags[] = {argv[0], NULL};
    struct config *config = NULL;
    struct text_buffer cache = {0};
    int status;

    if (config_new(&config, "guichet", NULL) == 0 &&
        config_declare(config, guichet_keys, NULL) == 0 &&
        config_read(config, 1, no_flags, NULL) == 0)
        text_buffer_add_format(&cache, "%s/catalogue.db", config_text(config, "data-directory"));
    status = command_search(cache.bytes, argc, argv);
    text_buffer_free(&cache);
    config_free(config);
    return status;
}

/* Given to the manual, and run in main. */
static int run_manual(int argc, char **argv);

static const struct manual_command commands[] = {
    {"search", "Search services and forms as the screen does."},
    {"sync", "Carry an agent's work to the server and back, without the screen."},
    {"status", "Tell what waits, what was refused, and whether the server answers."},
    {"list", "Print a list of cases as it stands on this terminal: due, mine, a view ..."},
    {"display", "Show the calls of a waiting room on a public screen."},
    {"recover", "Show what the journal holds of work that the store lost, and put it back."},
    {"import", "Import services and forms into a catalogue file."},
    {"export", "Export a catalogue file as HSDS 3.0 (JSON or tables) or CSV."},
    {"manual", "Print the manual page."},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static int (*const command_runs[COMMAND_COUNT])(int argc, char **argv) = {
    run_search,      command_sync,   command_status, command_list, command_display,
    command_recover, command_import, command_export, run_manual,
};

static int run_manual(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return command_manual(guichet_keys, commands, COMMAND_COUNT);
}

static void print_usage(const struct config *config)
{
    struct text_buffer help = {0};

    config_help(config, NULL, &help);
    printf("Usage: guichet [OPTION]...\n"
           "       guichet COMMAND [ARGUMENT]...\n\n"
           "The front office for the people who serve the public. Without a command it opens the\n"
           "screen; F1 there explains the keys, and each key has a command after `:`.\n\n"
           "Options:\n%s\nCommands (guichet COMMAND --help tells more):\n",
           help.bytes == NULL ? "" : help.bytes);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].help);
    text_buffer_free(&help);
}

/* --- what the screen works with -------------------------------------------------------------- */

struct program {
    struct config *config;
    struct text_buffer catalogue_path;
    struct text_buffer key_path;
    char password[PASSWORD_SIZE];
    struct desk desk;
    struct escrow_public escrow;
    struct link *link;
    struct sync *sync;
    struct terminal *terminal;
    struct ui *ui;
};

/* Makes a directory and those above it, for the owner alone. */
static int make_directory(const char *path, struct error *error)
{
    char *copy = strdup(path);

    if (copy == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    for (char *slash = copy + 1;; slash++) {
        char end = *slash;

        if (end != '/' && end != '\0')
            continue;
        *slash = '\0';
        if (mkdir(copy, 0700) != 0 && errno != EEXIST) {
            error_set(error, ERROR_STORAGE, "%s: %s", copy, strerror(errno));
            free(copy);
            return ERROR_STORAGE;
        }
        *slash = end;
        if (end == '\0')
            break;
    }
    free(copy);
    return 0;
}

static int read_password(struct program *program, struct error *error)
{
    const char *path = config_text(program->config, "password-file");
    ssize_t got;
    int file;

    if (path == NULL)
        return 0;
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return error_set(error, ERROR_NOT_FOUND, "%s: %s", path, strerror(errno));
    got = read(file, program->password, sizeof(program->password) - 1);
    close(file);
    if (got < 0)
        return error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(errno));
    program->password[strcspn(program->password, "\r\n")] = '\0';
    return 0;
}

static int choose_language(struct program *program, struct error *error)
{
    const char *language = config_text(program->config, "language");
    int code = language_start(error);

    if (code == 0 && language != NULL && !language_set(language))
        return error_set(error, ERROR_INVALID, "no such language: %s (fr, en)", language);
    program->desk.language_fixed = config_given(program->config, "language");
    return code;
}

static int choose_channel(struct program *program, struct error *error)
{
    const char *channel = config_text(program->config, "channel");

    for (const char *const *word = channel_words; *word != NULL; word++)
        if (strcmp(*word, channel) == 0) {
            text_copy(program->desk.channel, sizeof(program->desk.channel), channel);
            return 0;
        }
    return error_set(error, ERROR_INVALID, "no such channel: %s (counter, phone ...)", channel);
}

static int choose_counter(struct program *program, struct error *error)
{
    const char *counter = config_text(program->config, "counter");

    if (strlen(counter) > TICKET_COUNTER_LIMIT)
        return error_set(error, ERROR_INVALID, "counter: at most %d bytes", TICKET_COUNTER_LIMIT);
    text_copy(program->desk.counter, sizeof(program->desk.counter), counter);
    return 0;
}

static int choose_continue(struct program *program, struct error *error)
{
    const char *span = config_text(program->config, "continue-validity");

    program->desk.web_address = config_text(program->config, "web-address");
    program->desk.public_address = config_text(program->config, "public-address");
    if (continue_validity_parse(&program->desk.continue_validity, span))
        return 0;
    return error_set(error, ERROR_INVALID,
                     "continue-validity: not a span such as \"10 business-days\" or \"48 hours\", "
                     "92 days at most");
}

/* Told to erase itself, and killed before it was done, it goes on; then it is as new. */
static int finish_wipe(const char *directory, const char *agents, struct error *error)
{
    int code = wipe_is_noted(directory) ? wipe_run(directory, error) : 0;

    return code == 0 ? make_directory(agents, error) : code;
}

static int choose_escrow(struct program *program, struct error *error)
{
    const char *text = config_text(program->config, "escrow-key");

    if (text == NULL || *text == '\0')
        return 0;
    bool there;
    if (!escrow_setting_parse(&program->escrow, &there, text))
        return error_set(error, ERROR_INVALID,
                         "escrow-key: neither a public key as `guichetd escrow make` prints it nor "
                         "none");
    program->desk.escrow = there ? &program->escrow : NULL;
    program->desk.escrow_pinned = true;
    return 0;
}

static int open_catalogue(struct program *program, struct error *error)
{
    const char *directory = config_text(program->config, "data-directory");
    struct text_buffer agents = {0};
    int code;

    text_buffer_add_format(&agents, "%s/agents", directory);
    text_buffer_add_format(&program->catalogue_path, "%s/catalogue.db", directory);
    text_buffer_add_format(&program->key_path, "%s/terminal.pem", directory);
    if (agents.failed || program->catalogue_path.failed || program->key_path.failed)
        code = error_set(error, ERROR_MEMORY, "out of memory");
    else
        code = finish_wipe(directory, agents.bytes, error);
    text_buffer_free(&agents);
    if (code == 0)
        code = catalogue_open(&program->desk.catalogue, program->catalogue_path.bytes, true, error);
    program->desk.data_directory = directory;
    program->desk.catalogue_path = program->catalogue_path.bytes;
    return code;
}

static int start_sync(struct program *program, struct error *error)
{
    struct sync_options options = {
        .server_url = config_text(program->config, "server"),
        .ca_file = config_text(program->config, "ca-file"),
        .client_cert = config_text(program->config, "client-cert"),
        .client_key = config_text(program->config, "client-key"),
        .catalogue_path = program->catalogue_path.bytes,
        .key_file = program->key_path.bytes,
        .escrow_pinned = program->desk.escrow_pinned,
        .policy = guichet_policy(program->config),
    };
    int code = link_new(&program->link, error);

    if (code != 0)
        return code;
    options.link = program->desk.link = program->link;
    return sync_start(&program->sync, &options, error);
}

static int prepare(struct program *program, struct error *error)
{
    const char *login = config_text(program->config, "agent");
    int code = choose_language(program, error);

    program->desk.login = login == NULL ? "" : login;
    program->desk.password = program->password;
    program->desk.print_command = config_text(program->config, "print-command");
    program->desk.wrap_up_minutes = config_number(program->config, "wrap-up-minutes");
    program->desk.silent = !config_switch(program->config, "bell");
    program->desk.provider = config_switch(program->config, "provider");
    program->desk.lock_ms = config_number(program->config, "lock-minutes") * 60 * 1000;
    program->desk.policy = guichet_policy(program->config);
    program->desk.stale_days = config_number(program->config, "stale-days");
    clock_init(&program->desk.clock, clock_system, NULL);
    if (code == 0)
        code = choose_channel(program, error);
    if (code == 0)
        code = choose_counter(program, error);
    if (code == 0)
        code = choose_continue(program, error);
    if (code == 0)
        code = choose_escrow(program, error);
    if (code == 0)
        code = read_password(program, error);
    if (code == 0)
        code = seal_start(error);
    if (code == 0)
        code = open_catalogue(program, error);
    if (code == 0)
        code = loop_start(error);
    if (code == 0)
        code = start_sync(program, error);
    return code;
}

static int run_screen(struct program *program, struct error *error)
{
    int code = prepare(program, error);

    if (code == 0) {
        program->ui = ui_new(&program->desk);
        if (program->ui == NULL)
            code = error_set(error, ERROR_MEMORY, "out of memory");
    }
    if (code == 0)
        code = terminal_open(&program->terminal, config_switch(program->config, "plain"), error);
    if (code == 0 &&
        !terminal_set_clipboard(program->terminal, config_text(program->config, "clipboard")))
        code = error_set(error, ERROR_INVALID, "clipboard: %s is not auto, yes or no",
                         config_text(program->config, "clipboard"));
    if (code == 0) {
        ui_open(program->ui, "sign-in", NULL);
        code = loop_run(program->ui, program->terminal, &program->desk, error);
    }
    return code;
}

static void program_end(struct program *program)
{
    ui_free(program->ui);
    terminal_close(program->terminal);
    /* Who has no password here goes on with their session at the next start. */
    bool stays = program->desk.store != NULL && store_is_provider(program->desk.store);
    if (program->link != NULL && !stays)
        desk_sign_out(&program->desk);
    sync_stop(program->sync);
    if (program->link != NULL && stays)
        desk_sign_out(&program->desk);
    if (program->desk.catalogue != NULL)
        catalogue_close(program->desk.catalogue);
    if (program->link != NULL)
        link_free(program->link);
    sodium_memzero(program->password, sizeof(program->password));
    text_buffer_free(&program->catalogue_path);
    text_buffer_free(&program->key_path);
    config_free(program->config);
}

static int read_options(struct program *program, int argc, char **argv, struct error *error)
{
    int code = config_new(&program->config, "guichet", error);

    if (code == 0)
        code = config_declare(program->config, guichet_keys, error);
    if (code == 0)
        code = config_read(program->config, argc, argv, error);
    if (code == 0 && config_word_count(program->config) > 0)
        code = error_set(error, ERROR_INVALID, "no such command: %s (see guichet --help)",
                         config_word(program->config, 0));
    return code;
}

/* Before the screen there is only this: what would else look like a program that hangs. */
static void tell_indexing(int64_t done, int64_t total)
{
    fprintf(stderr, "%sguichet: indexing the catalogue for this version: %lld of %lld%s",
            isatty(STDERR_FILENO) ? "\r" : "", (long long)done, (long long)total,
            isatty(STDERR_FILENO) && done < total ? "" : "\n");
}

static int command_end(int status)
{
    protect_process_end();
    return status;
}

int main(int argc, char **argv)
{
    struct program program = {0};
    struct error error = ERROR_INIT;
    int code;

    protect_process();
    catalogue_tell_indexing(tell_indexing);
    for (size_t i = 0; argc > 1 && i < COMMAND_COUNT; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return command_end(command_runs[i](argc - 1, argv + 1));
    umask(077); /* personal content is for this user alone */
    code = read_options(&program, argc, argv, &error);
    if (code == 0 && config_switch(program.config, "help"))
        print_usage(program.config);
    else if (code == 0 && config_switch(program.config, "version"))
        printf("guichet %s\n", PACKAGE_VERSION);
    else if (code == 0)
        code = run_screen(&program, &error);
    program_end(&program);
    if (code != 0)
        fprintf(stderr, "guichet: %s\n", error.message);
    protect_process_end();
    return code == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
