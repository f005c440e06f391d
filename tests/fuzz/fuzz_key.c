/*
 * Fuzzes what opens keys, by the first byte: a wrapped key (its limits must not stall the machine),
 * sealed content, a public key as text, and the file of a secret one. Nothing opens but what was
 * sealed.
 */
#include "tests/fuzz/fuzz.h"

#include "app/escrow.h"
#include "app/seal.h"

int LLVMFuzzerInitialize(int *count, char ***arguments);

static struct seal_key *key;
static unsigned char sealed[SEAL_OVERHEAD + 16];
static struct escrow_secret *secret;
static unsigned char deposit[ESCROW_SEALED_SIZE];

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    struct escrow_public public_key;

    (void)count;
    (void)arguments;
    FUZZ_HOLDS(seal_start(NULL) == 0);
    (void)atexit(fuzz_remove);
    key = seal_key_new();
    secret = escrow_secret_new();
    FUZZ_HOLDS(key != NULL && secret != NULL);
    seal_bytes(key, "sixteen bytes...", 16, "note/x", sealed);
    escrow_secret_public(secret, &public_key);
    escrow_seal(&public_key, key, deposit);
    return 0;
}

/* Any change at all of the good one. */
static void change(unsigned char *bytes, size_t length, const uint8_t *data, size_t size)
{
    for (; size >= 2; data += 2, size -= 2)
        bytes[data[0] % length] ^= data[1];
}

static void open_sealed(const uint8_t *data, size_t size)
{
    unsigned char bytes[sizeof sealed], plain[4200];
    bool same;

    memcpy(bytes, sealed, sizeof bytes);
    change(bytes, sizeof bytes, data, size);
    same = memcmp(bytes, sealed, sizeof bytes) == 0;
    FUZZ_HOLDS((seal_open(key, bytes, sizeof bytes, "note/x", plain, NULL) == 0) == same);
    FUZZ_HOLDS(seal_open(key, bytes, sizeof bytes, "note/y", plain, NULL) != 0);
    /* The fuzzer learns the good one from the comparison above. */
    if (size < sizeof plain && (size != sizeof sealed || memcmp(data, sealed, size) != 0))
        FUZZ_HOLDS(seal_open(key, data, size, "note/x", plain, NULL) != 0);
}

static void open_deposit(const uint8_t *data, size_t size)
{
    unsigned char bytes[ESCROW_SEALED_SIZE];
    struct seal_key *opened;
    bool same;

    memcpy(bytes, deposit, sizeof bytes);
    change(bytes, sizeof bytes, data, size);
    same = memcmp(bytes, deposit, sizeof bytes) == 0;
    FUZZ_HOLDS((escrow_open(secret, bytes, &opened, NULL) == 0) == same);
    FUZZ_HOLDS((opened != NULL) == same);
    seal_key_free(opened);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[ESCROW_PUBLIC_TEXT_SIZE * 8], path[128];
    struct escrow_public public_key;
    struct escrow_secret *read;
    struct seal_key *opened;

    if (size < 1 || size >= sizeof text)
        return 0;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    switch (data[0] % 5) {
    case 0: /* a wrapping whose limits are small is tried: 8 KiB */
        if (size > 6 && data[1 + 4] <= SEAL_PASSES_MOST && data[1 + 5] > 13 &&
            data[1 + 5] <= SEAL_MEMORY_BITS_MOST)
            return 0;
        FUZZ_HOLDS(seal_key_unwrap(&opened, "password", data + 1, size - 1, NULL) != 0);
        FUZZ_HOLDS(opened == NULL);
        return 0;
    case 1:
        open_sealed(data + 1, size - 1);
        return 0;
    case 2:
        open_deposit(data + 1, size - 1);
        return 0;
    case 3:
        if (escrow_public_parse(&public_key, text)) {
            char again[ESCROW_PUBLIC_TEXT_SIZE], print[ESCROW_FINGERPRINT_SIZE];

            escrow_public_text(&public_key, again);
            FUZZ_HOLDS(strlen(again) == strlen(text));
            escrow_fingerprint(&public_key, print);
        }
        return 0;
    default:
        if (escrow_secret_read(&read, fuzz_file("secret", data + 1, size - 1, path), NULL) == 0)
            escrow_secret_free(read);
        return 0;
    }
}
