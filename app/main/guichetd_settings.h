/*
 * The settings and flags of guichetd, but for those that have a file of their own.
 */
#ifndef GUICHET_APP_MAIN_GUICHETD_SETTINGS_H
#define GUICHET_APP_MAIN_GUICHETD_SETTINGS_H

#include "app/config.h"

/* Ends with a NULL name. */
extern const struct config_key guichetd_keys[];

#endif
