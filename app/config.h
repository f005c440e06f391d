/*
 * Configuration of both programs from one table of keys. A key "tls-cert" of `guichetd` is the
 * flag --tls-cert, the environment variable GUICHETD_TLS_CERT and the line `tls-cert = ...` of the
 * file guichetd.ini; a flag wins over the environment, that over the file, that over the preset.
 * The same table prints --help.
 *
 * The file is looked for in $XDG_CONFIG_HOME/guichet (else ~/.config/guichet), then in guichet
 * under each of $XDG_CONFIG_DIRS (else /etc/xdg); --config or the environment names another one.
 * It holds `key = value` lines, [section] lines that only group, and comments after # or ; at the
 * start of a line. A value may stand in double quotes to keep its outer spaces.
 */
#ifndef GUICHET_APP_CONFIG_H
#define GUICHET_APP_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/error.h"
#include "app/text.h"

enum config_shape {
    CONFIG_TEXT,   /* any text */
    CONFIG_NUMBER, /* an integer from `minimum` to `maximum` */
    CONFIG_SWITCH, /* yes or no; as a flag: --key or --no-key */
};

struct config_key {
    const char *name; /* lower case words joined by '-' */
    char letter;      /* short flag, 0 for none */
    enum config_shape shape;
    bool flag_only;  /* an argument of one command: not read from file or environment */
    int64_t minimum; /* for CONFIG_NUMBER */
    int64_t maximum;
    const char *argument; /* how --help calls the value ("PATH"); NULL for a switch */
    const char *preset;   /* NULL: no value. A leading {data}, {config}, {state}, {cache} or
                             {runtime} becomes the XDG directory, for text */
    const char *help;     /* one sentence, English */
};

struct config;

/* An empty configuration of `program` ("guichetd"), which already knows --help (-h),
 * --version (-V) and --config. New. */
int config_new(struct config **config, const char *program, struct error *error);
void config_free(struct config *config);

/* Adds the keys of a table that ends with a NULL name; the table is borrowed for good. */
int config_declare(struct config *config, const struct config_key *keys, struct error *error);

/* Reads file, environment and flags, argv[0] left out. Words that are no flags, and everything
 * after --, are kept in order. ERROR_INVALID names the flag, variable or line that is wrong. */
int config_read(struct config *config, int argc, char *const *argv, struct error *error);

/* The value of a declared key. Text is borrowed, NULL when there is none; a number or switch
 * without a value is 0 or false. */
const char *config_text(const struct config *config, const char *name);
int64_t config_number(const struct config *config, const char *name);
bool config_switch(const struct config *config, const char *name);

/* True when the key was given as a flag. */
bool config_given(const struct config *config, const char *name);

/* The next key, of all that were declared, given as a flag; NULL after the last. Start with
 * `*position` 0. */
const struct config_key *config_next_given(const struct config *config, size_t *position);

size_t config_word_count(const struct config *config);
/* Borrowed; NULL past the end. */
const char *config_word(const struct config *config, size_t index);

/* Adds the help of the keys named (a list that ends with NULL), or of all when `names` is NULL. */
void config_help(const struct config *config, const char *const *names, struct text_buffer *help);

enum config_directory {
    CONFIG_DIRECTORY_CONFIG,  /* $XDG_CONFIG_HOME/guichet, ~/.config/guichet */
    CONFIG_DIRECTORY_DATA,    /* $XDG_DATA_HOME/guichet, ~/.local/share/guichet */
    CONFIG_DIRECTORY_STATE,   /* $XDG_STATE_HOME/guichet, ~/.local/state/guichet */
    CONFIG_DIRECTORY_CACHE,   /* $XDG_CACHE_HOME/guichet, ~/.cache/guichet */
    CONFIG_DIRECTORY_RUNTIME, /* $XDG_RUNTIME_DIR/guichet; the state directory without it */
};

/* The path of the directory, which need not exist: the caller's (free()). ERROR_NOT_FOUND when
 * neither the variable nor HOME is set to an absolute path. */
int config_directory_path(enum config_directory directory, char **path, struct error *error);

#endif
