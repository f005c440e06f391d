/*
 * Backups, as commands.
 */
#ifndef GUICHET_APP_MAIN_GUICHETD_BACKUP_H
#define GUICHET_APP_MAIN_GUICHETD_BACKUP_H

#include "app/main/guichetd.h"

/* Ends with a NULL name. */
extern const struct config_key guichetd_backup_keys[];

extern const struct guichetd_command guichetd_backup;
extern const struct guichetd_command guichetd_restore;
extern const struct guichetd_command guichetd_backup_identity;

#endif
