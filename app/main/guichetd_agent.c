#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <sodium.h>

#include "app/json.h"
#include "app/main/guichetd_order.h"
#include "app/role.h"
#include "net/ledger.h"

/* Agents made here, not imported, are of this source. */
#define SOURCE "local"

/* Reads the first line of a stream, without its end, with a terminal's echo off. */
static int line_read(FILE *stream, const char *what, char *line, size_t size, struct error *error)
{
    struct termios before, silent;
    bool terminal = tcgetattr(fileno(stream), &before) == 0;
    char *read;

    if (terminal) {
        silent = before;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        fprintf(stderr, "%c%s: ", toupper((unsigned char)*what), what + 1);
        tcsetattr(fileno(stream), TCSAFLUSH, &silent);
    }
    read = fgets(line, (int)size, stream);
    if (terminal) {
        tcsetattr(fileno(stream), TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    if (read == NULL)
        return error_set(error, ERROR_INVALID, "no %s was given", what);
    line[strcspn(line, "\r\n")] = '\0';
    return 0;
}

int guichetd_secret_read(const struct config *config, const char *what, char *secret, size_t size,
                         struct error *error)
{
    const char *path = config_text(config, "password-file");
    FILE *file;
    int code;

    if (path == NULL)
        return line_read(stdin, what, secret, size, error);
    file = fopen(path, "re");
    if (file == NULL)
        return error_set(error, ERROR_NOT_FOUND, "%s: %s", path, strerror(errno));
    code = line_read(file, what, secret, size, error);
    fclose(file);
    return code;
}

/* The parts of "fr,en" as a JSON list; new. */
static json_t *list_split(const char *text)
{
    json_t *list = json_array();

    while (text != NULL && *text != '\0') {
        size_t length = strcspn(text, ",");

        if (length > 0)
            json_array_append_new(list, json_stringn(text, length));
        text += length;
        if (*text == ',')
            text++;
    }
    return list;
}

/* A word of the built-in table, or, with a slash, the key of a role of the catalogue. */
static bool role_is_known(const char *role)
{
    for (const char *const *word = role_words; *word != NULL; word++)
        if (strcmp(*word, role) == 0)
            return true;
    return strchr(role, '/') != NULL;
}

/* The agent's record out of the flags. */
static int agent_make(const struct config *config, const char *login, struct record **agent,
                      struct error *error)
{
    const char *name = config_text(config, "name");
    const char *office = config_text(config, "office");
    const char *role = config_text(config, "role");
    const char *language = config_text(config, "language");
    char key[LEDGER_LOGIN_LIMIT + sizeof(SOURCE) + 1];
    struct id id;
    json_t *body;

    if (name == NULL || office == NULL || role == NULL || language == NULL)
        return error_set(error, ERROR_INVALID,
                         "--name, --office, --role and --language are needed");
    if (!role_is_known(role))
        return error_set(error, ERROR_INVALID, "--role is not a role: see --help");
    if (login[0] == '\0' || strlen(login) > LEDGER_LOGIN_LIMIT || strchr(login, '/') != NULL)
        return error_set(error, ERROR_INVALID, "a login has 1 to %d bytes and no /",
                         LEDGER_LOGIN_LIMIT);
    snprintf(key, sizeof(key), SOURCE "/%s", login);
    id = id_from_key("agent", key);
    body = json_pack("{s:s, s:{s:s, s:s}, s:{s:s, s:s}, s:s, s:s, s:s, s:s, s:o, s:o, s:[], s:[]}",
                     "key", key, "source", "name", SOURCE, "id", login, "title", "fr", name, "en",
                     name, "login", login, "name", name, "office", office, "role", role,
                     "languages", list_split(language), "queues",
                     list_split(config_text(config, "queues")), "skills", "levels");
    *agent = record_new(RECORD_AGENT, &id);
    if (body == NULL || *agent == NULL) {
        json_decref(body);
        record_free(*agent);
        *agent = NULL;
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    json_decref((*agent)->body);
    (*agent)->body = body;
    return 0;
}

static int run(const struct config *config, size_t first, struct error *error)
{
    char password[LEDGER_PASSWORD_LIMIT + 3];
    struct record *agent;
    struct trust_rules rules;
    struct ledger *ledger;
    int code = agent_make(config, config_word(config, first), &agent, error);

    if (code != 0)
        return GUICHETD_USAGE;
    code = guichetd_rules_read(config, &rules, error);
    if (code == 0)
        code = guichetd_ledger_open(config, &ledger, error);
    if (code == 0) {
        ledger_rules_set(ledger, &rules);
        code = guichetd_secret_read(config, "password", password, sizeof(password), error);
        if (code == 0)
            code = ledger_agent_add_with(ledger, agent, password,
                                         config_switch(config, "must-change"), error);
        sodium_memzero(password, sizeof(password));
        ledger_close(ledger);
    }
    if (code == 0)
        printf("%s\n", agent->id.text);
    record_free(agent);
    return code == 0 ? GUICHETD_OK : GUICHETD_FAILED;
}

static const char *const keys[] = {"name",   "office",        "role",        "language",
                                   "queues", "password-file", "must-change", GUICHETD_RULES_KEYS,
                                   NULL};

const struct guichetd_command guichetd_agent_add = {
    .words = "agent add",
    .arguments = "LOGIN",
    .summary = "Add an agent, whose password is the first line of standard input; print their id.",
    .keys = keys,
    .least = 1,
    .most = 1,
    .run = run,
};
