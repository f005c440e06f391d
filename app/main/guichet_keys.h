/* The settings of `guichet`: one table for the screen and for the commands without one. */
#ifndef GUICHET_APP_MAIN_GUICHET_KEYS_H
#define GUICHET_APP_MAIN_GUICHET_KEYS_H

#include "app/config.h"
#include "app/store_file.h"

/* Ends with a NULL name. */
extern const struct config_key guichet_keys[];

/* Which files are kept on this terminal. */
struct store_policy guichet_policy(const struct config *config);

#endif
