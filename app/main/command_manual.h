#ifndef GUICHET_APP_MAIN_COMMAND_MANUAL_H
#define GUICHET_APP_MAIN_COMMAND_MANUAL_H

#include "app/config.h"

/* A command of guichet, for the list in the manual. */
struct manual_command {
    const char *name;
    const char *help;
};

/* Prints the manual page (roff) out of the tables of options, commands, screens and keys; returns
 * the exit status. The build makes guichet.1 with it. */
int command_manual(const struct config_key *keys, const struct manual_command *commands,
                   size_t command_count);

#endif
