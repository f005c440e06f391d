#include "net/audit_row.h"

#include <string.h>

#include <sodium.h>

/* The second form has one part more, the request. */
#define FORM_1 "guichet-audit-1"
#define FORM_2 "guichet-audit-2"

struct writing {
    char *bytes;
    size_t length;
    bool full;
};

/* A number in digits, without snprintf: an entry has a dozen of them. Their count. */
static size_t put_digits(char *to, uint64_t number)
{
    char digits[24];
    size_t first = sizeof(digits);

    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    memcpy(to, digits + first, sizeof(digits) - first);
    return sizeof(digits) - first;
}

/* A netstring: its length, a colon, the bytes, a comma. */
static void put_bytes(struct writing *writing, const char *text, size_t length)
{
    char head[24];
    size_t more = put_digits(head, length);

    head[more++] = ':';
    if (writing->full || writing->length + more + length + 1 > AUDIT_BYTES_LIMIT) {
        writing->full = true;
        return;
    }
    memcpy(writing->bytes + writing->length, head, more);
    memcpy(writing->bytes + writing->length + more, text, length);
    writing->length += more + length;
    writing->bytes[writing->length++] = ',';
}

static void put(struct writing *writing, const char *text)
{
    put_bytes(writing, text, strlen(text));
}

static void put_number(struct writing *writing, int64_t number)
{
    char text[24] = "-";
    size_t sign = number < 0 ? 1 : 0;
    uint64_t size = number < 0 ? -(uint64_t)number : (uint64_t)number;

    put_bytes(writing, text, sign + put_digits(text + sign, size));
}

static void put_hash(struct writing *writing, const struct audit_hash *hash)
{
    char text[AUDIT_HEX_SIZE] = "";

    if (hash != NULL)
        audit_hash_text(hash, text);
    put(writing, text);
}

size_t audit_row_bytes(const struct audit_row *row, const struct audit_hash *previous,
                       char bytes[AUDIT_BYTES_LIMIT])
{
    struct writing writing = {.bytes = bytes};

    put(&writing, row->request[0] != '\0' ? FORM_2 : FORM_1);
    put_number(&writing, row->number);
    put_number(&writing, row->at_ms);
    put(&writing, row->kind);
    put(&writing, row->agent);
    put(&writing, row->device);
    put(&writing, row->type);
    put(&writing, row->record);
    put(&writing, row->client);
    put(&writing, row->purpose);
    put(&writing, row->what);
    put_hash(&writing, row->clients);
    put_hash(&writing, row->words);
    if (row->request[0] != '\0')
        put(&writing, row->request);
    put_hash(&writing, previous);
    return writing.full ? 0 : writing.length;
}

bool audit_row_hash(const struct audit_row *row, const struct audit_hash *previous,
                    struct audit_hash *hash)
{
    char bytes[AUDIT_BYTES_LIMIT];
    size_t length = audit_row_bytes(row, previous, bytes);

    audit_hash_leaf(hash, bytes, length);
    return length > 0;
}

void audit_words_hash(const unsigned char salt[AUDIT_SALT_BYTES], const char *words,
                      struct audit_hash *hash)
{
    crypto_hash_sha256_state state;

    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, salt, AUDIT_SALT_BYTES);
    crypto_hash_sha256_update(&state, (const unsigned char *)words, strlen(words));
    crypto_hash_sha256_final(&state, hash->bytes);
}

void audit_list_hash(const void *list, size_t length, struct audit_hash *hash)
{
    crypto_hash_sha256(hash->bytes, list, length);
}
