/* The settings of `guichet`: one table for the screen and for the commands without one. */
#ifndef GUICHET_APP_MAIN_GUICHET_KEYS_H
#define GUICHET_APP_MAIN_GUICHET_KEYS_H

#include "app/config.h"

/* Ends with a NULL name. */
extern const struct config_key guichet_keys[];

#endif
