/*
 * What a server gives up before it serves: root, files that it does not need, calls of the system
 * that it does not make.
 */
#ifndef GUICHET_APP_MAIN_GUICHETD_CONFINE_H
#define GUICHET_APP_MAIN_GUICHETD_CONFINE_H

#include "app/config.h"
#include "app/error.h"

/* Ends with a NULL name; commands that serve name them. */
extern const struct config_key guichetd_confine_keys[];
#define GUICHETD_CONFINE_NAMES "user", "sandbox"

/* At the very begin of the program: no file of ours for others, nothing open but the standard
 * three. */
void guichetd_begin(void);

/* Becomes the user that the settings name. ERROR_REFUSED for root without one, ERROR_NOT_FOUND when
 * there is no such user, ERROR_INVALID when somebody else would become one. */
int guichetd_drop_root(const struct config *config, struct error *error);

/* Confines the process, while it has one thread; `more` is a file that it reads besides, or NULL.
 * Says in the log what the kernel does not offer. ERROR_INVALID when the paths are too many. */
int guichetd_confine(const struct config *config, const char *more, struct error *error);

#endif
