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
#include "app/protect.h"
#include "app/text.h"
#include "net/intake_document.h"
#include "net/ledger_relay.h"

#include "config.h"

static const struct config_key keys[] = {
    {.name = "database",
     .shape = CONFIG_TEXT,
     .argument = "PATH",
     .preset = "{data}/guichetd.db",
     .help = "The database file."},
    {.name = "listen",
     .shape = CONFIG_TEXT,
     .argument = "HOST:PORT",
     .preset = "127.0.0.1:8737",
     .help = "Where to listen; port 0 takes any free one. Plain HTTP is served on loopback only."},
    {.name = "tls-cert",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .help = "Certificate chain (PEM): serve HTTPS."},
    {.name = "tls-key", .shape = CONFIG_TEXT, .argument = "FILE", .help = "Its private key (PEM)."},
    {.name = "tls-client-ca",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .help = "Terminals show a certificate by this authority (PEM); the public does not."},
    {.name = "threads",
     .shape = CONFIG_NUMBER,
     .minimum = 1,
     .maximum = 64,
     .argument = "N",
     .preset = "4",
     .help = "Threads that serve requests; waiting terminals need none."},
    {.name = "connections",
     .shape = CONFIG_NUMBER,
     .minimum = 16,
     .maximum = 1000000,
     .argument = "N",
     .preset = "12000",
     .help = "Connections open at a time, at most."},
    {.name = "idle-seconds",
     .shape = CONFIG_NUMBER,
     .minimum = 5,
     .maximum = 3600,
     .argument = "N",
     .preset = "120",
     .help = "Close a connection that stays silent so long."},
    {.name = "log-requests", .shape = CONFIG_SWITCH, .help = "Log a line for each request."},
    {.name = "enrolment",
     .shape = CONFIG_TEXT,
     .argument = "WHICH",
     .preset = "optional",
     .help = "required: agents sign in from enrolled terminals alone; optional: from any."},
    {.name = "provider",
     .shape = CONFIG_TEXT,
     .argument = "URL",
     .help = "Issuer of the OpenID Connect provider at which agents may sign in, by the device "
             "flow; without it they have passwords here."},
    {.name = "provider-client",
     .shape = CONFIG_TEXT,
     .argument = "ID",
     .help = "What the identity provider knows this server by."},
    {.name = "provider-secret",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .help = "The secret of that client, where the provider gave one; only its owner may read it."},
    {.name = "provider-claim",
     .shape = CONFIG_TEXT,
     .argument = "NAME",
     .preset = "preferred_username",
     .help = "The claim of the identity token that is an agent's login here."},
    {.name = "provider-scope",
     .shape = CONFIG_TEXT,
     .argument = "WORDS",
     .preset = "openid profile",
     .help = "What the identity provider is asked for."},
    {.name = "provider-ca",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .help = "Trust for the identity provider only what this certificate (PEM) certifies."},
    {.name = "access-minutes",
     .shape = CONFIG_NUMBER,
     .minimum = 1,
     .maximum = 720,
     .argument = "N",
     .preset = "15",
     .help = "How long an access token is good; terminals renew it by themselves."},
    {.name = "password-least",
     .shape = CONFIG_NUMBER,
     .minimum = 8,
     .maximum = 128,
     .argument = "N",
     .preset = "12",
     .help = "Characters of a new password, at least."},
    {.name = "password-list",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .help = "Passwords that nobody may choose: one a line, or their SHA-1 in hex."},
    {.name = "factor-roles",
     .shape = CONFIG_TEXT,
     .argument = "ROLES",
     .help = "Roles that sign in with a one-time code too, separated by commas; or all."},
    {.name = "factor-key",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .preset = "{data}/factor-key",
     .help = "The key that seals the secrets of one-time codes; made when it is needed."},
    {.name = "web-origin",
     .shape = CONFIG_TEXT,
     .argument = "ORIGIN",
     .help = "Pages of this origin may continue drafts (https://www.example.ca)."},
    {.name = "web-proxy",
     .shape = CONFIG_TEXT,
     .argument = "ADDRESS",
     .help = "Believe this address when it says in X-Forwarded-For who asks."},
    {.name = "open311-jurisdictions",
     .shape = CONFIG_TEXT,
     .argument = "IDS",
     .help = "Jurisdiction ids of Open311, separated by commas (city.example.ca); clients must say "
             "which when there are several."},
    {.name = "open311-url",
     .shape = CONFIG_TEXT,
     .argument = "URL",
     .help = "Where clients reach /open311/v2, when not at --listen; told by its discovery."},
    {.name = "open311-contact",
     .shape = CONFIG_TEXT,
     .argument = "TEXT",
     .preset = "Ask the office that runs this server.",
     .help = "Whom users of Open311 may ask; told by its discovery."},
    {.name = "open311-key-service",
     .shape = CONFIG_TEXT,
     .argument = "TEXT",
     .preset = "Ask the office that runs this server for a key.",
     .help = "Where an api_key of Open311 is given; told by its discovery."},
    {.name = "open311-test",
     .shape = CONFIG_SWITCH,
     .help = "Say in the discovery of Open311 that nobody acts on what comes in."},
    {.name = "open311-repeat-minutes",
     .shape = CONFIG_NUMBER,
     .minimum = 0,
     .maximum = 10080,
     .argument = "N",
     .preset = "60",
     .help = "The same request of Open311 with the same key within so long is the same request."},
    {.name = "agencies",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .help = "Where the agencies are that receive filings (JSON; see guichetd(8))."},
    {.name = "delivery-key",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .preset = "{data}/delivery-key.pem",
     .help = "Ed25519 private key (PEM) that signs what agencies receive."},
    {.name = "public-address",
     .shape = CONFIG_TEXT,
     .argument = "URL",
     .help =
         "Where clients reach this server (https://services.example.ca): for links in messages."},
    {.name = "smtp-url",
     .shape = CONFIG_TEXT,
     .argument = "URL",
     .help = "Send e-mail to clients through this server (smtps://mail.example.ca)."},
    {.name = "smtp-user",
     .shape = CONFIG_TEXT,
     .argument = "NAME",
     .help = "Who signs in there; nobody without it."},
    {.name = "smtp-password-file",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .help = "Its password: the first line of this file."},
    {.name = "smtp-token-file",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .help = "Instead of a password, a bearer token (OAUTHBEARER or XOAUTH2): the first line of this "
             "file, read anew each time."},
    {.name = "smtp-ca",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .help = "Trust only what this certificate (PEM) certifies."},
    {.name = "email-from",
     .shape = CONFIG_TEXT,
     .argument = "ADDRESS",
     .help = "The address that clients are written to from, and answer."},
    {.name = "email-name", .shape = CONFIG_TEXT, .argument = "NAME", .help = "The name beside it."},
    {.name = "sms-gateway",
     .shape = CONFIG_TEXT,
     .argument = "URL",
     .help = "Send SMS to clients by posting them here (net/sms.md); signed with --delivery-key."},
    {.name = "sms-ca",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .help = "Trust only what this certificate (PEM) certifies."},
    {.name = "sms-number",
     .shape = CONFIG_TEXT,
     .argument = "NUMBER",
     .help = "The number that clients see (+14185550100)."},
    {.name = "sms-secret",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .help = "The secret that the SMS gateway signs with: without it /v1/sms takes nothing."},
    {.name = "sms-queue",
     .shape = CONFIG_TEXT,
     .argument = "KEY",
     .help = "Key of the queue in which a case waits that an SMS opens (sample/general)."},
    {.name = "message-retry-seconds",
     .shape = CONFIG_NUMBER,
     .minimum = 1,
     .maximum = 3600,
     .argument = "N",
     .preset = "60",
     .help = "Wait after a message was not taken; each further time doubles it, up to an hour."},
    {.name = "message-give-up-seconds",
     .shape = CONFIG_NUMBER,
     .minimum = 1,
     .maximum = 2592000,
     .argument = "N",
     .preset = "172800",
     .help = "How long to go on trying; then the message has bounced."},
    {.name = "intake-rate",
     .shape = CONFIG_NUMBER,
     .minimum = 0,
     .maximum = 1000000,
     .argument = "N",
     .preset = "600",
     .help = "Messages a minute that one intake key may bring; 0 for no limit."},
    {.name = "intake-attachment-kib",
     .shape = CONFIG_NUMBER,
     .minimum = 1,
     .maximum = 25 * 1024,
     .argument = "N",
     .preset = "5120",
     .help = "Largest attachment over REST, in KiB."},
    {.name = "intake-types",
     .shape = CONFIG_TEXT,
     .argument = "TYPES",
     .preset = INTAKE_TYPES,
     .help = "Media types of attachments that are taken over REST, separated by commas; image/* "
             "means all of a kind."},
    {.name = "scan-folder",
     .shape = CONFIG_TEXT,
     .argument = "PATH",
     .help = "Take scanned mail and fax from this folder."},
    {.name = "scan-office",
     .shape = CONFIG_TEXT,
     .argument = "KEY",
     .help = "Key of the office in which their new cases are, unless the sidecar says."},
    {.name = "scan-queue",
     .shape = CONFIG_TEXT,
     .argument = "KEY",
     .help = "Key of the queue to which they are offered, unless the sidecar says."},
    {.name = "channel",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "WORD",
     .help = "What an intake key brings: web, mobile, chat, voice, social, outreach, kiosk, sms, "
             "email, mail or fax."},
    {.name = "queue",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "KEY",
     .help = "Key of the queue to which an intake key's new cases are offered."},
    {.name = "name",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "NAME",
     .help = "The agent's name."},
    {.name = "office",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "KEY",
     .help = "Key of the office (sample/quebec): the agent's, or of an intake key's new cases."},
    {.name = "role",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "ROLE",
     .help =
         "clerk, agent, specialist, supervisor, privacy-officer, administrator or display, or the "
         "key of a role of the catalogue (sample/newcomer)."},
    {.name = "language",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "TAGS",
     .help = "Languages served, separated by commas (fr,en); of a copy of a file, fr or en."},
    {.name = "queues",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "KEYS",
     .help = "Keys of queues served, separated by commas."},
    {.name = "password-file",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "FILE",
     .help = "Read the password from the first line of this file instead of standard input."},
    {.name = "centre",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "URL",
     .help = "Where the centre's guichetd is (https://guichet.example.ca)."},
    {.name = "ca",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "FILE",
     .help = "Trust only what this certificate (PEM) certifies; without it what the system "
             "trusts."},
    {.name = "dry-run",
     .shape = CONFIG_SWITCH,
     .flag_only = true,
     .help = "Tell what would be done, and change nothing."},
    {.name = "reason",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "TEXT",
     .help = "Why something is erased or held back."},
    {.name = "service",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "KEY",
     .help = "Key of the service whose cases a rule of retention is for (sample/birth)."},
    {.name = "allow-ending",
     .shape = CONFIG_SWITCH,
     .flag_only = true,
     .help = "Import even if over a fifth of the source's records would end."},
    {.name = "minutes",
     .shape = CONFIG_NUMBER,
     .flag_only = true,
     .minimum = 1,
     .maximum = 10080,
     .argument = "N",
     .preset = "60",
     .help = "How long a one-time code is good."},
    {.name = "kept",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "FILE",
     .help = "A signed head of the audit trail that was kept elsewhere (as audit head prints it)."},
    {.name = "client",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "ID",
     .help = "Whose data it is about."},
    {.name = "agent",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "ID",
     .help = "Who did it."},
    {.name = "since",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "TIME",
     .help = "From then on."},
    {.name = "until",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "TIME",
     .help = "Before then."},
    {.name = "kind",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "KIND",
     .help =
         "read, search, write, refused, sign-in, sign-out, export, erase, permission, device or "
         "emergency."},
    {.name = "csv", .shape = CONFIG_SWITCH, .flag_only = true, .help = "Print CSV."},
    {.name = "must-change",
     .shape = CONFIG_SWITCH,
     .flag_only = true,
     .preset = "yes",
     .help = "The agent changes this password at the first sign-in."},
    {.name = "json", .shape = CONFIG_SWITCH, .flag_only = true, .help = "Print JSON."},
    {0},
};

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
    if (config_new(&config, "guichetd", &error) != 0 || config_declare(config, keys, &error) != 0 ||
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
