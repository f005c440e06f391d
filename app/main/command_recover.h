/*
 * `guichet recover`: shows what an agent's journal holds that the store does not, and puts it back
 * or exports it.
 */
#ifndef GUICHET_APP_MAIN_COMMAND_RECOVER_H
#define GUICHET_APP_MAIN_COMMAND_RECOVER_H

#include "app/config.h"

/* argv[0] is "recover"; the exit status. */
int command_recover(int argc, char **argv);

/* What it takes besides guichet_keys; ends with a NULL name. */
extern const struct config_key command_recover_keys[];

#endif
