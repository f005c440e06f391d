/*
 * What the commands without a screen that speak for an agent share: their settings, the password,
 * and the agent's files on this terminal.
 */
#ifndef GUICHET_APP_MAIN_COMMAND_AGENT_H
#define GUICHET_APP_MAIN_COMMAND_AGENT_H

#include <jansson.h>

#include "app/config.h"
#include "app/error.h"
#include "app/seal.h"
#include "app/store.h"

/* Exit statuses. */
enum command_status {
    COMMAND_OK = 0,
    COMMAND_FAILED = 1, /* tried, and could not */
    COMMAND_USAGE = 2,  /* the command line makes no sense */
};

/* What these commands take besides guichet_keys: "json". Ends with a NULL name. */
extern const struct config_key command_agent_keys[];

#define COMMAND_PASSWORD_SIZE 1024

struct command_agent {
    const char *login; /* borrowed from the configuration */
    char password[COMMAND_PASSWORD_SIZE];
    char *store_path;      /* <data-directory>/agents/<login>.db */
    char *catalogue_path;  /* <data-directory>/catalogue.db */
    char *key_path;        /* <data-directory>/terminal.pem */
    const char *directory; /* borrowed from the configuration */
    struct seal_key *key;  /* NULL while the agent has no store here */
};

/*
 * Reads who it is about, the password (from the file named, else the first line of standard
 * input, asked for when that is a terminal) and, when the agent has a store here, its key.
 * ERROR_INVALID when something is not said, ERROR_REFUSED for a password that does not open it.
 */
int command_agent_begin(struct command_agent *agent, const struct config *config,
                        struct error *error);

/* Only who it is about and where their files are: no password is read. */
int command_agent_begin_named(struct command_agent *agent, const struct config *config,
                              struct error *error);

/* The same without opening anything: `key` stays NULL. */
int command_agent_begin_locked(struct command_agent *agent, const struct config *config,
                               struct error *error);

/* Makes the agent's store, after a first sign-in; sets `key`. */
int command_agent_create(struct command_agent *agent, const struct id *id, struct error *error);

/* Wipes and frees; the struct may be all zero. */
void command_agent_end(struct command_agent *agent);

/* A line of JSON to standard output (app/print.h). */
void command_print_json(const json_t *document);

/* Prints "guichet: MESSAGE" to stderr; the exit status for its code. */
int command_complain(const struct error *error);

/* Reads `argv` (argv[0] left out) by guichet_keys and command_agent_keys, calls `run` and frees. */
int command_agent_main(int argc, char **argv, int (*run)(const struct config *config));
/* The same with keys of the command's own. */
int command_agent_main_with(int argc, char **argv, const struct config_key *keys,
                            int (*run)(const struct config *config));

#endif
