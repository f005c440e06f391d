#include "net/audit_head.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"

#define KEY_TITLE "guichet audit key 1\n"
#define KEY_SIZE  (sizeof(KEY_TITLE) - 1 + 2 * AUDIT_KEY_BYTES + 1)

/* --- the key ---------------------------------------------------------------------------------- */

static int write_all(int file, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t done = write(file, bytes, length);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return -1;
        bytes += done;
        length -= (size_t)done;
    }
    return fsync(file);
}

int audit_key_make(const char *path, struct audit_key *key, struct error *error)
{
    unsigned char seed[crypto_sign_SEEDBYTES];
    char text[KEY_SIZE + 1] = KEY_TITLE;
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600), failed;

    if (file < 0)
        return error_set(error, errno == EEXIST ? ERROR_CONFLICT : ERROR_STORAGE, "%s: %s", path,
                         strerror(errno));
    randombytes_buf(seed, sizeof(seed));
    crypto_sign_seed_keypair(key->public_key, key->secret, seed);
    sodium_bin2hex(text + sizeof(KEY_TITLE) - 1, 2 * AUDIT_KEY_BYTES + 1, seed, sizeof(seed));
    text[KEY_SIZE - 1] = '\n';
    failed = write_all(file, text, KEY_SIZE) != 0 ? errno : 0;
    if (close(file) != 0 && failed == 0)
        failed = errno;
    sodium_memzero(seed, sizeof(seed));
    sodium_memzero(text, sizeof(text));
    if (failed != 0) {
        unlink(path);
        return error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(failed));
    }
    return 0;
}

static int key_parse(const char *path, const char *text, size_t length, struct audit_key *key,
                     struct error *error)
{
    unsigned char seed[crypto_sign_SEEDBYTES];
    size_t taken = 0;

    if (length != KEY_SIZE || memcmp(text, KEY_TITLE, sizeof(KEY_TITLE) - 1) != 0 ||
        text[length - 1] != '\n' ||
        sodium_hex2bin(seed, sizeof(seed), text + sizeof(KEY_TITLE) - 1, 2 * AUDIT_KEY_BYTES, NULL,
                       &taken, NULL) != 0 ||
        taken != sizeof(seed))
        return error_set(error, ERROR_INVALID, "%s is no key of an audit trail", path);
    crypto_sign_seed_keypair(key->public_key, key->secret, seed);
    sodium_memzero(seed, sizeof(seed));
    return 0;
}

int audit_key_read(const char *path, struct audit_key *key, struct error *error)
{
    char text[KEY_SIZE + 1];
    struct stat facts;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), code;
    ssize_t length;

    if (file < 0)
        return error_set(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_STORAGE, "%s: %s", path,
                         strerror(errno));
    if (fstat(file, &facts) != 0) {
        code = error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(errno));
        close(file);
        return code;
    }
    if ((facts.st_mode & 077) != 0) {
        close(file);
        return error_set(error, ERROR_REFUSED, "%s may be read by others: chmod 600", path);
    }
    length = read(file, text, sizeof(text));
    close(file);
    code = key_parse(path, text, length > 0 ? (size_t)length : 0, key, error);
    sodium_memzero(text, sizeof(text));
    return code;
}

void audit_key_wipe(struct audit_key *key)
{
    sodium_memzero(key, sizeof(*key));
}

/* --- heads ------------------------------------------------------------------------------------ */

/* What is signed. Its length. */
static size_t head_bytes(const struct audit_head *head, char bytes[300])
{
    char root[AUDIT_HEX_SIZE], at[TIMESTAMP_SIZE];

    audit_hash_text(&head->root, root);
    timestamp_format(head->at_ms, at);
    return (size_t)snprintf(bytes, 300, "guichet audit head 1\n%s\n%" PRIu64 "\n%s\n%s\n",
                            head->feed, head->size, root, at);
}

void audit_head_sign(struct audit_head *head, const struct audit_key *key)
{
    char bytes[300];
    size_t length = head_bytes(head, bytes);

    memcpy(head->key, key->public_key, AUDIT_KEY_BYTES);
    crypto_sign_detached(head->signature, NULL, (const unsigned char *)bytes, length, key->secret);
}

bool audit_head_verify(const struct audit_head *head)
{
    char bytes[300];
    size_t length = head_bytes(head, bytes);

    return crypto_sign_verify_detached(head->signature, (const unsigned char *)bytes, length,
                                       head->key) == 0;
}

/* --- another key ------------------------------------------------------------------------------ */

/* What is signed. Its length. */
static size_t change_bytes(const struct audit_key_change *change, char bytes[400])
{
    char old_key[2 * AUDIT_KEY_BYTES + 1], new_key[2 * AUDIT_KEY_BYTES + 1], at[TIMESTAMP_SIZE];

    sodium_bin2hex(old_key, sizeof(old_key), change->old_key, AUDIT_KEY_BYTES);
    sodium_bin2hex(new_key, sizeof(new_key), change->new_key, AUDIT_KEY_BYTES);
    timestamp_format(change->at_ms, at);
    return (size_t)snprintf(bytes, 400, "guichet audit key 1\n%s\n%" PRIu64 "\n%s\n%s\n%s\n",
                            change->feed, change->size, old_key, new_key, at);
}

void audit_key_change_sign(struct audit_key_change *change, const struct audit_key *old)
{
    char bytes[400];
    size_t length;

    memcpy(change->old_key, old->public_key, AUDIT_KEY_BYTES);
    length = change_bytes(change, bytes);
    crypto_sign_detached(change->signature, NULL, (const unsigned char *)bytes, length,
                         old->secret);
}

bool audit_key_change_verify(const struct audit_key_change *change)
{
    char bytes[400];
    size_t length = change_bytes(change, bytes);

    return crypto_sign_verify_detached(change->signature, (const unsigned char *)bytes, length,
                                       change->old_key) == 0;
}

json_t *audit_key_change_to_json(const struct audit_key_change *change)
{
    char old_key[2 * AUDIT_KEY_BYTES + 1], new_key[2 * AUDIT_KEY_BYTES + 1],
        signature[2 * AUDIT_SIGNATURE_BYTES + 1];

    sodium_bin2hex(old_key, sizeof(old_key), change->old_key, AUDIT_KEY_BYTES);
    sodium_bin2hex(new_key, sizeof(new_key), change->new_key, AUDIT_KEY_BYTES);
    sodium_bin2hex(signature, sizeof(signature), change->signature, AUDIT_SIGNATURE_BYTES);
    return json_pack("{s:s, s:I, s:o, s:s, s:s, s:s}", "feed", change->feed, "size",
                     (json_int_t)change->size, "at", json_time(change->at_ms), "old", old_key,
                     "new", new_key, "signature", signature);
}

json_t *audit_head_to_json(const struct audit_head *head)
{
    char root[AUDIT_HEX_SIZE], key[2 * AUDIT_KEY_BYTES + 1],
        signature[2 * AUDIT_SIGNATURE_BYTES + 1];

    audit_hash_text(&head->root, root);
    sodium_bin2hex(key, sizeof(key), head->key, AUDIT_KEY_BYTES);
    sodium_bin2hex(signature, sizeof(signature), head->signature, AUDIT_SIGNATURE_BYTES);
    return json_pack("{s:s, s:I, s:s, s:o, s:s, s:s}", "feed", head->feed, "size",
                     (json_int_t)head->size, "root", root, "at", json_time(head->at_ms), "key", key,
                     "signature", signature);
}

static bool parse_hex(const json_t *document, const char *member, unsigned char *bytes, size_t size)
{
    const char *text = json_text_or(document, member, "");
    size_t length = 0;

    return strlen(text) == 2 * size &&
           sodium_hex2bin(bytes, size, text, 2 * size, NULL, &length, NULL) == 0 && length == size;
}

int audit_head_from_json(struct audit_head *head, const json_t *document, struct error *error)
{
    int64_t size = json_integer_or(document, "size", -1);

    *head = (struct audit_head){.size = (uint64_t)size};
    text_copy(head->feed, sizeof(head->feed), json_text_or(document, "feed", ""));
    if (size < 0 || !audit_hash_parse(&head->root, json_text_or(document, "root", "")) ||
        !timestamp_parse(json_text_or(document, "at", ""), &head->at_ms) ||
        !parse_hex(document, "key", head->key, AUDIT_KEY_BYTES) ||
        !parse_hex(document, "signature", head->signature, AUDIT_SIGNATURE_BYTES))
        return error_set(error, ERROR_INVALID, "this is no signed head of an audit trail");
    return 0;
}
