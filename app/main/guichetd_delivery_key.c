#include <stdio.h>

#include <sodium.h>

#include "app/main/guichetd.h"
#include "net/signature.h"

static int run(const struct config *config, size_t first, struct error *error)
{
    const char *path = config_text(config, "delivery-key");
    struct signature_key key;
    struct text_buffer pem = {0};
    int code;

    (void)first;
    if (path == NULL || path[0] == '\0') {
        error_set(error, ERROR_INVALID, "--delivery-key says where the key is");
        return GUICHETD_USAGE;
    }
    if (sodium_init() < 0) {
        error_set(error, ERROR_INTERNAL, "libsodium does not start");
        return GUICHETD_FAILED;
    }
    code = signature_key_read(&key, path, error);
    if (code == ERROR_NOT_FOUND && (code = guichetd_folders_make(path, error)) == 0)
        code = signature_key_make(&key, path, error);
    if (code != 0)
        return GUICHETD_FAILED;
    signature_public_pem(&key, &pem);
    printf("%skeyid %s\n", pem.bytes != NULL ? pem.bytes : "", key.id);
    text_buffer_free(&pem);
    sodium_memzero(&key, sizeof(key));
    return GUICHETD_OK;
}

static const char *const keys[] = {"delivery-key", NULL};

const struct guichetd_command guichetd_delivery_key = {
    .words = "delivery-key",
    .arguments = "",
    .summary = "Print the public key that agencies check deliveries with; make it the first time.",
    .keys = keys,
    .run = run,
};
