#include "app/main/command_agent.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <jansson.h>
#include <sodium.h>

#include "app/main/guichet_keys.h"
#include "app/print.h"

const struct config_key command_agent_keys[] = {
    {.name = "json", .shape = CONFIG_SWITCH, .flag_only = true, .help = "Print JSON."},
    {0},
};

/* --- password --------------------------------------------------------------------------------- */

/* Reads the first line of a descriptor byte by byte: nothing of it stays in a buffer of stdio. */
static int read_line(int descriptor, char *line, size_t size, struct error *error)
{
    size_t length = 0;
    char byte = 0;
    ssize_t got;

    while ((got = read(descriptor, &byte, 1)) == 1 && byte != '\n' && length < size - 1)
        line[length++] = byte;
    if (length > 0 && line[length - 1] == '\r')
        length--;
    line[length] = '\0';
    if (got == 1 && byte != '\n')
        return error_set(error, ERROR_INVALID, "a password has at most %zu bytes", size - 1);
    return length > 0 ? 0 : error_set(error, ERROR_INVALID, "no password was given");
}

static int ask_password(char *password, size_t size, struct error *error)
{
    struct termios former;
    bool terminal = tcgetattr(STDIN_FILENO, &former) == 0;

    if (terminal) {
        struct termios silent = former;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        (void)fputs("Password: ", stderr);
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    int code = read_line(STDIN_FILENO, password, size, error);
    if (terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &former);
        (void)fputc('\n', stderr);
    }
    return code;
}

static int read_password(const struct config *config, char *password, size_t size,
                         struct error *error)
{
    const char *path = config_text(config, "password-file");

    if (path == NULL)
        return ask_password(password, size, error);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return error_set(error, ERROR_NOT_FOUND, "%s: %s", path, strerror(errno));
    int code = read_line(fileno(file), password, size, error);
    (void)fclose(file);
    return code != 0 ? error_prefix(error, "%s", path) : 0;
}

/* --- files -------------------------------------------------------------------------------------
 */

/* A login names a file: only what cannot leave the directory, and no hidden one. */
static bool login_is_safe(const char *login)
{
    if (*login == '\0' || *login == '.' || strlen(login) > 100)
        return false;
    for (; *login != '\0'; login++)
        if (!isalnum((unsigned char)*login) && strchr("._-@+", *login) == NULL)
            return false;
    return true;
}

/* Makes the directory of a file and those above it, for this user alone. */
static int make_directories(const char *path, struct error *error)
{
    struct text_buffer part = {0};
    int code = 0;

    for (const char *slash = strchr(path + 1, '/'); slash != NULL && code == 0;
         slash = strchr(slash + 1, '/')) {
        text_buffer_clear(&part);
        text_buffer_add(&part, path, (size_t)(slash - path));
        if (part.failed)
            code = error_set(error, ERROR_MEMORY, "out of memory");
        else if (mkdir(part.bytes, S_IRWXU) != 0 && errno != EEXIST)
            code = error_set(error, ERROR_STORAGE, "%s: %s", part.bytes, strerror(errno));
    }
    text_buffer_free(&part);
    return code;
}

static int name_files(struct command_agent *agent, const char *directory, struct error *error)
{
    struct text_buffer store = {0};
    struct text_buffer catalogue = {0};
    struct text_buffer key = {0};

    text_buffer_add_format(&store, "%s/agents/%s.db", directory, agent->login);
    text_buffer_add_format(&catalogue, "%s/catalogue.db", directory);
    agent->store_path = text_buffer_take(&store);
    text_buffer_add_format(&key, "%s/terminal.pem", directory);
    agent->key_path = text_buffer_take(&key);
    agent->directory = directory;
    agent->catalogue_path = text_buffer_take(&catalogue);
    if (agent->store_path == NULL || agent->catalogue_path == NULL || agent->key_path == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    return make_directories(agent->store_path, error);
}

static int unwrap_key(struct command_agent *agent, struct error *error)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    int code = access(agent->store_path, F_OK) == 0
                   ? store_read_wrapped(agent->store_path, wrapped, error)
                   : ERROR_NOT_FOUND;

    if (code == ERROR_NOT_FOUND)
        return 0;
    if (code == 0)
        code = seal_key_unwrap(&agent->key, agent->password, wrapped, sizeof wrapped, error);
    if (code == ERROR_REFUSED)
        return error_set(error, code, "this password does not open the store of %s", agent->login);
    return code;
}

int command_agent_begin_named(struct command_agent *agent, const struct config *config,
                              struct error *error)
{
    const char *directory = config_text(config, "data-directory");

    agent->login = config_text(config, "agent");
    if (agent->login == NULL || !login_is_safe(agent->login))
        return error_set(error, ERROR_INVALID,
                         "--agent LOGIN is needed: letters, digits, dots and dashes");
    if (directory == NULL || directory[0] == '\0')
        return error_set(error, ERROR_INVALID, "--data-directory says where the files are");
    (void)umask(077); /* what is made is for this user alone, as by the screen */
    int code = seal_start(error);
    return code != 0 ? code : name_files(agent, directory, error);
}

int command_agent_begin_locked(struct command_agent *agent, const struct config *config,
                               struct error *error)
{
    int code = command_agent_begin_named(agent, config, error);

    return code != 0 ? code : read_password(config, agent->password, sizeof agent->password, error);
}

int command_agent_begin(struct command_agent *agent, const struct config *config,
                        struct error *error)
{
    int code = command_agent_begin_locked(agent, config, error);

    return code != 0 ? code : unwrap_key(agent, error);
}

int command_agent_create(struct command_agent *agent, const struct id *id, struct error *error)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];

    agent->key = seal_key_new();
    if (agent->key == NULL)
        return error_set(error, ERROR_MEMORY, "no locked memory for a key");
    int code = seal_key_wrap(agent->key, agent->password, wrapped, error);
    if (code == 0)
        code = store_create(agent->store_path, id, agent->key, wrapped, error);
    return code;
}

void command_agent_end(struct command_agent *agent)
{
    sodium_memzero(agent->password, sizeof agent->password);
    seal_key_free(agent->key);
    free(agent->store_path);
    free(agent->catalogue_path);
    free(agent->key_path);
    *agent = (struct command_agent){0};
}

/* --- program ------------------------------------------------------------------------------------
 */

void command_print_json(const json_t *document)
{
    char *text = json_dumps(document, JSON_COMPACT);

    if (text != NULL)
        print_json(text);
    free(text);
}

int command_complain(const struct error *error)
{
    (void)fprintf(stderr, "guichet: %s\n", error->message);
    return error->code == ERROR_INVALID ? COMMAND_USAGE : COMMAND_FAILED;
}

int command_agent_main(int argc, char **argv, int (*run)(const struct config *config))
{
    static const struct config_key none[] = {{0}};

    return command_agent_main_with(argc, argv, none, run);
}

int command_agent_main_with(int argc, char **argv, const struct config_key *keys,
                            int (*run)(const struct config *config))
{
    struct error error = ERROR_INIT;
    struct config *config = NULL;
    struct text_buffer help = {0};
    int status = COMMAND_OK;

    if (config_new(&config, "guichet", &error) != 0 ||
        config_declare(config, guichet_keys, &error) != 0 ||
        config_declare(config, command_agent_keys, &error) != 0 ||
        config_declare(config, keys, &error) != 0 || config_read(config, argc, argv, &error) != 0) {
        status = command_complain(&error);
    } else if (config_switch(config, "help")) {
        config_help(config, NULL, &help);
        (void)fputs(help.bytes == NULL ? "" : help.bytes, stdout);
    } else {
        status = run(config);
    }
    text_buffer_free(&help);
    config_free(config);
    return status;
}
