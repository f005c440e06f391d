/* `guichet sync` and `guichet status`: an agent's terminal without its screen. */
#ifndef GUICHET_APP_MAIN_COMMAND_SYNC_H
#define GUICHET_APP_MAIN_COMMAND_SYNC_H

#include "app/config.h"

/*
 * Signs in, sends what waits, reads both feeds to their ends, signs out; prints what was carried.
 * Makes the agent's store at the first time. An exit status (command_agent.h).
 */
int command_sync_run(const struct config *config);

/*
 * Prints what waits in the agent's store (with attempts and reasons), refusals, how far the feeds
 * were read, and whether the server answers. An exit status.
 */
int command_status_run(const struct config *config);

/* The same from a command line of their own, argv[0] being the command's name. */
int command_sync(int argc, char **argv);
int command_status(int argc, char **argv);

#endif
