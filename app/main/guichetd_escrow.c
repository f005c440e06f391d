/* The organisation's key pair for the caches of agents who forgot their password (app/escrow.h). */
#include <stdio.h>

#include "app/escrow.h"
#include "app/main/guichetd.h"
#include "app/seal.h"

static int run_make(const struct config *config, size_t first, struct error *error)
{
    const char *path = config_word(config, first);
    char text[ESCROW_PUBLIC_TEXT_SIZE], fingerprint[ESCROW_FINGERPRINT_SIZE];
    struct escrow_public public_key;
    struct escrow_secret *secret;
    int code = seal_start(error);

    if (code != 0)
        return GUICHETD_FAILED;
    secret = escrow_secret_new();
    if (secret == NULL) {
        error_set(error, ERROR_MEMORY, "out of locked memory");
        return GUICHETD_FAILED;
    }
    escrow_secret_public(secret, &public_key);
    code = escrow_secret_write(secret, path, error);
    escrow_secret_free(secret);
    if (code != 0)
        return GUICHETD_FAILED;
    escrow_public_text(&public_key, text);
    escrow_fingerprint(&public_key, fingerprint);
    printf("escrow-key = %s\nfingerprint %s\n", text, fingerprint);
    return GUICHETD_OK;
}

static const char *const keys[] = {NULL};

const struct guichetd_command guichetd_escrow_make = {
    .words = "escrow make",
    .arguments = "FILE",
    .summary = "Make the key pair that opens agents' caches; print the line for guichet.ini.",
    .keys = keys,
    .least = 1,
    .most = 1,
    .run = run_make,
};
