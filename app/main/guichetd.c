#include "app/main/guichetd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/main/guichetd_backup.h"
#include "app/main/guichetd_confine.h"
#include "app/main/guichetd_email.h"
#include "app/main/guichetd_limits.h"
#include "app/main/guichetd_order.h"
#include "app/main/guichetd_settings.h"
#include "app/protect.h"
#include "app/text.h"
#include "net/intake_document.h"
#include "net/ledger_relay.h"

#include "config.h"

static const struct guichetd_command *const commands[] = {
    &guichetd_init,
    &guichetd_serve,
    &guichetd_agent_add,
    &guichetd_agent_password,
    &guichetd_agent_codes,
    &guichetd_agent_unlock,
    &guichetd_agent_sign_out,
    &guichetd_device_code,
    &guichetd_device_list,
    &guichetd_device_revoke,
    &guichetd_device_wipe,
    &guichetd_erase,
    &guichetd_hold_add,
    &guichetd_hold_end,
    &guichetd_hold_list,
    &guichetd_retention_set,
    &guichetd_retention_remove,
    &guichetd_retention_list,
    &guichetd_retention_run,
    &guichetd_disclose,
    &guichetd_import,
    &guichetd_check,
    &guichetd_audit_verify,
    &guichetd_audit_head,
    &guichetd_audit_prove,
    &guichetd_audit_rotate,
    &guichetd_audit_keys,
    &guichetd_audit_export,
    &guichetd_delivery_key,
    &guichetd_backup,
    &guichetd_restore,
    &guichetd_backup_identity,
    &guichetd_escrow_make,
    &guichetd_relay_add,
    &guichetd_relay_end,
    &guichetd_relay_init,
    &guichetd_relay_status,
    &guichetd_relay,
    &guichetd_intake_key_add,
    &guichetd_intake_key_list,
    &guichetd_intake_key_revoke,
    &guichetd_intake_refused,
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static const char *const common_keys[] = {"help", "version", "config", "database", NULL};

void guichetd_print(void *context, const char *line)
{
    struct error clean = ERROR_INIT;

    (void)context;
    /* One line an event, whatever comes: error_set makes marks of what controls a terminal. */
    error_set(&clean, ERROR_INTERNAL, "%s", line);
    fprintf(stderr, "guichetd: %s\n", clean.message);
}

int guichetd_database(const struct config *config, const char **path, struct error *error)
{
    *path = config_text(config, "database");
    if (*path == NULL || (*path)[0] == '\0')
        return error_set(error, ERROR_INVALID, "--database says where the database is");
    return 0;
}

int guichetd_folders_make(const char *path, struct error *error)
{
    char *copy = strdup(path);
    int code = 0;

    if (copy == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    for (char *slash = strchr(copy + 1, '/'); slash != NULL && code == 0;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0700) != 0 && errno != EEXIST)
            code = error_set(error, ERROR_STORAGE, "%s: %s", copy, strerror(errno));
        *slash = '/';
    }
    free(copy);
    return code;
}

static int open_as(const struct config *config, bool relay, struct ledger **ledger,
                   struct error *error)
{
    const char *make = relay ? "guichetd relay init" : "guichetd init";
    const char *path;
    int code = guichetd_database(config, &path, error);

    if (code == 0)
        code = ledger_open(ledger, path, error);
    if (code == ERROR_NOT_FOUND)
        code = error_set(error, code, "%s is not there: make it with `%s`", path, make);
    if (code != 0 || ledger_is_relay(*ledger) == relay)
        return code;
    ledger_close(*ledger);
    *ledger = NULL;
    return relay ? error_set(error, ERROR_CONFLICT,
                             "%s is a centre's database: make a relay's with `%s`", path, make)
                 : error_set(error, ERROR_CONFLICT,
                             "%s is a relay's database: `guichetd relay` serves it, and the centre "
                             "says what is in it",
                             path);
}

int guichetd_ledger_open(const struct config *config, struct ledger **ledger, struct error *error)
{
    return open_as(config, false, ledger, error);
}

int guichetd_relay_open(const struct config *config, struct ledger **ledger, struct error *error)
{
    return open_as(config, true, ledger, error);
}

/* How many of the first words a command's own words take; 0 when it is another command. */
static size_t command_match(const struct guichetd_command *command, const struct config *config)
{
    const char *words = command->words;
    size_t count = 0;

    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        const char *given = config_word(config, count);

        if (given == NULL || strlen(given) != length || strncmp(given, words, length) != 0)
            return 0;
        count++;
        words += length + strspn(words + length, " ");
    }
    return count;
}

static const struct guichetd_command *command_find(const struct config *config, size_t *first)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        *first = command_match(commands[i], config);
        if (*first > 0)
            return commands[i];
    }
    return NULL;
}

static bool listed(const char *const *names, const char *name)
{
    for (; *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static void print_help(const struct config *config, const struct guichetd_command *command)
{
    struct text_buffer help = {0};

    if (command != NULL) {
        text_buffer_add_format(&help, "Usage: guichetd %s%s%s [FLAG...]\n\n%s\n\nFlags:\n",
                               command->words, command->arguments[0] != '\0' ? " " : "",
                               command->arguments, command->summary);
        config_help(config, command->keys, &help);
        config_help(config, common_keys, &help);
    } else {
        text_buffer_add_text(&help, "Usage: guichetd COMMAND [FLAG...]\n\nCommands:\n");
        for (size_t i = 0; i < COMMAND_COUNT; i++)
            text_buffer_add_format(&help, "  %s%s%s\n        %s\n", commands[i]->words,
                                   commands[i]->arguments[0] != '\0' ? " " : "",
                                   commands[i]->arguments, commands[i]->summary);
        text_buffer_add_text(&help, "\nFlags, each also a line of guichetd.ini and, where given in "
                                    "brackets, an environment variable:\n");
        config_help(config, NULL, &help);
    }
    fputs(help.bytes != NULL ? help.bytes : "", stdout);
    text_buffer_free(&help);
}

/* A flag that the command does not take is a mistake, not something to pass over. */
static int check_flags(const struct config *config, const struct guichetd_command *command,
                       struct error *error)
{
    const struct config_key *key;
    size_t position = 0;

    while ((key = config_next_given(config, &position)) != NULL)
        if (!listed(command->keys, key->name) && !listed(common_keys, key->name))
            return error_set(error, ERROR_INVALID, "`%s` does not take --%s", command->words,
                             key->name);
    return 0;
}

static int usage(const struct error *error)
{
    guichetd_print(NULL, error->message);
    guichetd_print(NULL, "`guichetd --help` lists commands and flags");
    return GUICHETD_USAGE;
}

static int run(const struct config *config)
{
    struct error error = ERROR_INIT;
    const struct guichetd_command *command;
    size_t first, given;
    int status;

    command = command_find(config, &first);
    if (config_switch(config, "help")) {
        print_help(config, command);
        return GUICHETD_OK;
    }
    if (config_switch(config, "version")) {
        puts("guichetd " PACKAGE_VERSION);
        return GUICHETD_OK;
    }
    if (command == NULL) {
        error_set(&error, ERROR_INVALID,
                  config_word(config, 0) != NULL ? "no such command" : "no command given");
        return usage(&error);
    }
    given = config_word_count(config) - first;
    if (given < command->least || given > command->most)
        error_set(&error, ERROR_INVALID, "usage: guichetd %s %s", command->words,
                  command->arguments);
    else
        check_flags(config, command, &error);
    if (error.code != 0)
        return usage(&error);
    status = command->run(config, first, &error);
    /* A function may fill the error, handle it and go on. */
    if (status != GUICHETD_OK && error.code != 0)
        guichetd_print(NULL, error.message);
    return status;
}

int main(int argc, char **argv)
{
    struct error error = ERROR_INIT;
    struct config *config = NULL;
    int status;

    guichetd_begin();
    protect_process();
    if (config_new(&config, "guichetd", &error) != 0 ||
        config_declare(config, guichetd_keys, &error) != 0 ||
        config_declare(config, guichetd_email_keys, &error) != 0 ||
        config_declare(config, guichetd_limit_keys, &error) != 0 ||
        config_declare(config, guichetd_confine_keys, &error) != 0 ||
        config_declare(config, guichetd_backup_keys, &error) != 0 ||
        config_read(config, argc, argv, &error) != 0)
        status = usage(&error);
    else
        status = run(config);
    config_free(config);
    if (fflush(stdout) != 0)
        status = GUICHETD_FAILED;
    protect_process_end();
    return status;
}
