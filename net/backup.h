/*
 * Backups of a server: one sealed file (net/backup_stream.h) with all that a new machine needs to
 * go on as if nothing had happened, made while the server serves, and put back.
 *
 * In it are the database, as it was at one moment (records, operations, attachments, accounts,
 * intake keys and the audit trail are all in it), and beside it the key that signs the heads of the
 * trail and the one that signs deliveries: agencies and auditors know the server by them. Not in it
 * are what the administrator has from elsewhere and renews there: certificates and their keys,
 * passwords of mail servers, secrets of gateways, settings.
 */
#ifndef GUICHET_NET_BACKUP_H
#define GUICHET_NET_BACKUP_H

#include <stdint.h>

#include "net/backup_stream.h"

/* What goes along with the database; NULL, "" or a file that is not there: nothing. */
struct backup_files {
    const char *database;
    const char *delivery_key;
};

/* Hears how far it is, every now and then; may be NULL. */
typedef void (*backup_progress)(void *context, int64_t done, int64_t total);

/*
 * Makes a backup of a database that a server may be using. The file has its name only when it is
 * whole and on the disk. ERROR_CONFLICT when there is one of that name, ERROR_NOT_FOUND without a
 * database, ERROR_STORAGE when a disk is full.
 */
int backup_make(const struct backup_files *files, const char *path, const struct backup_lock *lock,
                backup_progress progress, void *context, struct error *error);

/*
 * Puts a backup back where there is nothing: all of it is read, opened and checked before a file
 * has its name. ERROR_CONFLICT when there is a database, or a file of the name of a key that
 * differs; else the errors of backup_reader_open and backup_reader_get.
 */
int backup_restore(const struct backup_files *files, const char *path,
                   const struct backup_lock *lock, backup_progress progress, void *context,
                   struct error *error);

/* Keys are files of one line. An identity is made for its owner alone (ERROR_CONFLICT when the file
 * exists); its recipient is what may be known to all. */
int backup_identity_make(const char *path, unsigned char recipient[BACKUP_KEY_BYTES],
                         struct error *error);
int backup_identity_read(const char *path, unsigned char identity[BACKUP_KEY_BYTES],
                         struct error *error);
int backup_recipient_read(const char *path, unsigned char recipient[BACKUP_KEY_BYTES],
                          struct error *error);
#define BACKUP_RECIPIENT_TITLE "guichet-backup-recipient "
#define BACKUP_IDENTITY_TITLE  "guichet-backup-identity "

#endif
