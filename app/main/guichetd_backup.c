/* `guichetd backup`, `backup-identity` and `restore`. */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "app/main/guichetd.h"
#include "app/main/guichetd_backup.h"
#include "net/backup.h"
#include "net/secret_file.h"

/* Of a passphrase, in bytes. */
#define PASSPHRASE_LEAST 16

const struct config_key guichetd_backup_keys[] = {
    {.name = "recipient",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .help = "Seal backups for the holder of the identity that this public key belongs to."},
    {.name = "identity",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "FILE",
     .help = "The identity that opens a backup."},
    {.name = "passphrase-file",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .help = "Seal or open a backup with the first line of this file instead."},
    {0},
};

/* How a backup is locked or opened, with the secrets that the lock borrows. */
struct secrets {
    struct backup_lock lock;
    unsigned char key[BACKUP_KEY_BYTES];
    char *passphrase;
};

static void secrets_clear(struct secrets *secrets)
{
    secret_file_free(secrets->passphrase);
    sodium_memzero(secrets, sizeof(*secrets));
}

static int secrets_read(struct secrets *secrets, const struct config *config, const char *key,
                        struct error *error)
{
    const char *path = config_text(config, key);
    const char *passphrase = config_text(config, "passphrase-file");
    bool has_key = path != NULL && path[0] != '\0';
    bool reads = strcmp(key, "identity") == 0;
    int code;

    if (has_key == (passphrase != NULL && passphrase[0] != '\0'))
        return error_set(error, ERROR_INVALID, "either --%s or --passphrase-file is needed", key);
    if (!has_key) {
        code = secret_file_read(passphrase, PASSPHRASE_LEAST, &secrets->passphrase, error);
        secrets->lock.passphrase = secrets->passphrase;
        return code;
    }
    code = reads ? backup_identity_read(path, secrets->key, error)
                 : backup_recipient_read(path, secrets->key, error);
    if (reads)
        secrets->lock.identity = secrets->key;
    else
        secrets->lock.recipient = secrets->key;
    return code;
}

struct progress {
    int tenths;
};

/* A line every tenth of it. */
static void tell(void *context, int64_t done, int64_t total)
{
    struct progress *progress = context;
    int tenths = total > 0 ? (int)(done * 10 / total) : 10;
    char line[64];

    if (tenths <= progress->tenths)
        return;
    progress->tenths = tenths;
    snprintf(line, sizeof(line), "%d %%", tenths * 10);
    guichetd_print(NULL, line);
}

static int run(const struct config *config, size_t first, bool restore, struct error *error)
{
    struct secrets secrets = {.passphrase = NULL};
    struct progress progress = {0};
    struct backup_files files = {.delivery_key = config_text(config, "delivery-key")};
    const char *path = config_word(config, first);
    int code = sodium_init() < 0 ? error_set(error, ERROR_INTERNAL, "libsodium does not start")
                                 : guichetd_database(config, &files.database, error);

    if (code == 0)
        code = secrets_read(&secrets, config, restore ? "identity" : "recipient", error);
    if (code == ERROR_INVALID) {
        secrets_clear(&secrets);
        return GUICHETD_USAGE;
    }
    if (code == 0)
        code = restore ? backup_restore(&files, path, &secrets.lock, tell, &progress, error)
                       : backup_make(&files, path, &secrets.lock, tell, &progress, error);
    secrets_clear(&secrets);
    if (code == 0)
        printf(restore ? "put back %s\n" : "made %s\n", restore ? files.database : path);
    return code == 0 ? GUICHETD_OK : GUICHETD_FAILED;
}

static int run_backup(const struct config *config, size_t first, struct error *error)
{
    return run(config, first, false, error);
}

static int run_restore(const struct config *config, size_t first, struct error *error)
{
    return run(config, first, true, error);
}

static int run_identity(const struct config *config, size_t first, struct error *error)
{
    unsigned char recipient[BACKUP_KEY_BYTES];
    char hex[2 * BACKUP_KEY_BYTES + 1];

    if (sodium_init() < 0)
        error_set(error, ERROR_INTERNAL, "libsodium does not start");
    else if (backup_identity_make(config_word(config, first), recipient, error) == 0) {
        printf(BACKUP_RECIPIENT_TITLE "%s\n",
               sodium_bin2hex(hex, sizeof(hex), recipient, sizeof(recipient)));
        return GUICHETD_OK;
    }
    return GUICHETD_FAILED;
}

static const char *const backup_keys[] = {"recipient", "passphrase-file", "delivery-key", NULL};
static const char *const restore_keys[] = {"identity", "passphrase-file", "delivery-key", NULL};
static const char *const no_keys[] = {NULL};

const struct guichetd_command guichetd_backup = {
    .words = "backup",
    .arguments = "FILE",
    .summary = "Make a sealed backup of the database and the server's keys, while it serves.",
    .keys = backup_keys,
    .least = 1,
    .most = 1,
    .run = run_backup,
};

const struct guichetd_command guichetd_restore = {
    .words = "restore",
    .arguments = "FILE",
    .summary = "Put a backup back where there is no database.",
    .keys = restore_keys,
    .least = 1,
    .most = 1,
    .run = run_restore,
};

const struct guichetd_command guichetd_backup_identity = {
    .words = "backup-identity",
    .arguments = "FILE",
    .summary = "Make the secret that opens backups, and print the recipient that seals them.",
    .keys = no_keys,
    .least = 1,
    .most = 1,
    .run = run_identity,
};
