/*
 * The subcommands of guichetd: a table that feeds dispatch, --help and the manual. One file each.
 */
#ifndef GUICHET_APP_MAIN_GUICHETD_H
#define GUICHET_APP_MAIN_GUICHETD_H

#include <signal.h>

#include "app/config.h"
#include "app/error.h"
#include "net/server.h"

/* Exit statuses. */
enum guichetd_status {
    GUICHETD_OK = 0,
    GUICHETD_FAILED = 1, /* tried, and could not; or `check` found something */
    GUICHETD_USAGE = 2,  /* the command line makes no sense */
};

struct guichetd_command {
    const char *words;       /* "agent add" */
    const char *arguments;   /* what follows: "LOGIN"; "" for nothing */
    const char *summary;     /* one line */
    const char *const *keys; /* flags and settings it takes, besides the common ones; ends NULL */
    size_t least, most;      /* how many arguments */
    /* `first`: index of its first argument among the words of the configuration. Returns a status;
     * main prints the error unless that is GUICHETD_OK. */
    int (*run)(const struct config *config, size_t first, struct error *error);
};

extern const struct guichetd_command guichetd_init;
extern const struct guichetd_command guichetd_serve;
extern const struct guichetd_command guichetd_agent_add;
extern const struct guichetd_command guichetd_import;
extern const struct guichetd_command guichetd_check;
extern const struct guichetd_command guichetd_audit_verify;
extern const struct guichetd_command guichetd_audit_head;
extern const struct guichetd_command guichetd_audit_prove;
extern const struct guichetd_command guichetd_audit_rotate;
extern const struct guichetd_command guichetd_audit_keys;
extern const struct guichetd_command guichetd_audit_export;
extern const struct guichetd_command guichetd_delivery_key;
extern const struct guichetd_command guichetd_escrow_make;

extern const struct guichetd_command guichetd_intake_key_add;
extern const struct guichetd_command guichetd_intake_key_list;
extern const struct guichetd_command guichetd_intake_key_revoke;
extern const struct guichetd_command guichetd_intake_refused;

extern const struct guichetd_command guichetd_relay;
extern const struct guichetd_command guichetd_relay_add;
extern const struct guichetd_command guichetd_relay_end;
extern const struct guichetd_command guichetd_relay_init;
extern const struct guichetd_command guichetd_relay_status;

/* Writes one line to stderr, with the program's name in front. */
void guichetd_print(void *context, const char *line);

/* Makes the folders above a file, for their owner alone. */
int guichetd_folders_make(const char *path, struct error *error);

/* Opens the ledger that the configuration names; explains when it is not there yet. */
struct ledger;
int guichetd_ledger_open(const struct config *config, struct ledger **ledger, struct error *error);
/* The same of the ledger of a relay. */
int guichetd_relay_open(const struct config *config, struct ledger **ledger, struct error *error);

/* What the configuration says of serving, with as many connections as the system lets us have.
 * ERROR_INVALID when these are too few. */
int guichetd_server_options(const struct config *config, struct server_options *options,
                            struct error *error);
/* Signals that end a server are taken by its main thread and by no other. */
void guichetd_signals_block(sigset_t *set);
/* Says where it listens, and waits for one of them. */
void guichetd_serve_until_told(const struct server *server, const sigset_t *signals);

/* Reads a secret: the first line of the file that --password-file names, else of standard input,
 * with the terminal's echo off. `what` names it in messages ("password"). */
int guichetd_secret_read(const struct config *config, const char *what, char *secret, size_t size,
                         struct error *error);
/* The database's path; ERROR_INVALID when there is none. */
int guichetd_database(const struct config *config, const char **path, struct error *error);

#endif
