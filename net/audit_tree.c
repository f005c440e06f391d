#include "net/audit_tree.h"

#include <string.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <sodium.h>

/* What stands before the bytes of a leaf, and of a node. */
#define LEAF 0x00
#define NODE 0x01
/* An entry has a few hundred (audit_row.h). */
#define LEAF_BYTES 2048

/* --- hashes ----------------------------------------------------------------------------------- */

/* GnuTLS has the processor's own instructions for it, libsodium has not: a quarter of the time. It
 * may be told from outside to refuse (a FIPS mode), and then libsodium does it. */
static void hash_bytes(struct audit_hash *hash, const void *bytes, size_t length)
{
    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, length, hash->bytes) != 0)
        crypto_hash_sha256(hash->bytes, bytes, length);
}

/* In pieces, for what is longer than any entry. */
static void hash_long_leaf(struct audit_hash *hash, const void *bytes, size_t length)
{
    static const unsigned char mark = LEAF;
    crypto_hash_sha256_state state;

    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, &mark, 1);
    crypto_hash_sha256_update(&state, bytes, length);
    crypto_hash_sha256_final(&state, hash->bytes);
}

void audit_hash_leaf(struct audit_hash *hash, const void *bytes, size_t length)
{
    unsigned char marked[1 + LEAF_BYTES];

    if (length > LEAF_BYTES) {
        hash_long_leaf(hash, bytes, length);
        return;
    }
    marked[0] = LEAF;
    if (length > 0)
        memcpy(marked + 1, bytes, length);
    hash_bytes(hash, marked, 1 + length);
}

void audit_hash_node(struct audit_hash *hash, const struct audit_hash *left,
                     const struct audit_hash *right)
{
    unsigned char bytes[1 + 2 * AUDIT_HASH_BYTES];

    bytes[0] = NODE;
    memcpy(bytes + 1, left->bytes, AUDIT_HASH_BYTES);
    memcpy(bytes + 1 + AUDIT_HASH_BYTES, right->bytes, AUDIT_HASH_BYTES);
    hash_bytes(hash, bytes, sizeof(bytes));
}

void audit_hash_empty(struct audit_hash *hash)
{
    crypto_hash_sha256(hash->bytes, NULL, 0);
}

bool audit_hash_equal(const struct audit_hash *a, const struct audit_hash *b)
{
    return memcmp(a->bytes, b->bytes, AUDIT_HASH_BYTES) == 0;
}

void audit_hash_text(const struct audit_hash *hash, char text[AUDIT_HEX_SIZE])
{
    sodium_bin2hex(text, AUDIT_HEX_SIZE, hash->bytes, AUDIT_HASH_BYTES);
}

bool audit_hash_parse(struct audit_hash *hash, const char *text)
{
    size_t length;

    return strlen(text) == AUDIT_HEX_SIZE - 1 &&
           sodium_hex2bin(hash->bytes, AUDIT_HASH_BYTES, text, AUDIT_HEX_SIZE - 1, NULL, &length,
                          NULL) == 0 &&
           length == AUDIT_HASH_BYTES;
}

/* --- growing ---------------------------------------------------------------------------------- */

int audit_tree_append(struct audit_tree *tree, const struct audit_hash *leaf,
                      audit_tree_complete complete, void *context, struct error *error)
{
    struct audit_hash hash = *leaf;
    unsigned level = 0;

    for (; (tree->size >> level) & 1; level++) {
        int code;

        audit_hash_node(&hash, &tree->right[level], &hash);
        code = complete != NULL
                   ? complete(context, level + 1, tree->size >> (level + 1), &hash, error)
                   : 0;
        if (code != 0)
            return code;
    }
    tree->right[level] = hash;
    tree->size++;
    return 0;
}

void audit_tree_root(const struct audit_tree *tree, struct audit_hash *root)
{
    bool any = false;

    if (tree->size == 0)
        audit_hash_empty(root);
    for (unsigned level = 0; level < AUDIT_TREE_DEPTH; level++) {
        if (((tree->size >> level) & 1) == 0)
            continue;
        if (any)
            audit_hash_node(root, &tree->right[level], root);
        else
            *root = tree->right[level];
        any = true;
    }
}

/* --- proving ---------------------------------------------------------------------------------- */

int audit_tree_load(struct audit_tree *tree, uint64_t size, const struct audit_tree_reader *reader,
                    struct error *error)
{
    int code = 0;

    tree->size = size;
    for (unsigned level = 0; level < AUDIT_TREE_DEPTH && code == 0; level++)
        if ((size >> level) & 1)
            code = reader->read(reader->context, level, (size >> level) - 1, &tree->right[level],
                                error);
    return code;
}

/* The largest power of two below `count`, which is at least 2. */
static uint64_t split_of(uint64_t count)
{
    uint64_t split = 1;

    while (split < count - split)
        split *= 2;
    return split;
}

/* MTH of `count` leaves from `first` on, as a tree of its own; `first` stands where such a subtree
 * may stand. */
static int range_hash(const struct audit_tree_reader *reader, uint64_t first, uint64_t count,
                      struct audit_hash *hash, struct error *error)
{
    struct audit_hash left, right;
    unsigned level = 0;
    uint64_t split;
    int code;

    if ((count & (count - 1)) == 0) {
        while ((UINT64_C(1) << level) < count)
            level++;
        return reader->read(reader->context, level, first >> level, hash, error);
    }
    split = split_of(count);
    code = range_hash(reader, first, split, &left, error);
    if (code == 0)
        code = range_hash(reader, first + split, count - split, &right, error);
    if (code == 0)
        audit_hash_node(hash, &left, &right);
    return code;
}

static int proof_add(struct audit_proof *proof, const struct audit_tree_reader *reader,
                     uint64_t first, uint64_t count, struct error *error)
{
    return range_hash(reader, first, count, &proof->hashes[proof->count++], error);
}

static int path(struct audit_proof *proof, uint64_t index, uint64_t first, uint64_t count,
                const struct audit_tree_reader *reader, struct error *error)
{
    uint64_t split;
    int code;

    if (count == 1)
        return 0;
    split = split_of(count);
    if (index < split) {
        code = path(proof, index, first, split, reader, error);
        return code != 0 ? code : proof_add(proof, reader, first + split, count - split, error);
    }
    code = path(proof, index - split, first + split, count - split, reader, error);
    return code != 0 ? code : proof_add(proof, reader, first, split, error);
}

int audit_prove_inclusion(struct audit_proof *proof, uint64_t index, uint64_t size,
                          const struct audit_tree_reader *reader, struct error *error)
{
    proof->count = 0;
    if (index >= size)
        return error_set(error, ERROR_INVALID, "the trail has no such entry");
    return path(proof, index, 0, size, reader, error);
}

/* SUBPROOF(old, D[first:first + count], whole). */
static int subproof(struct audit_proof *proof, uint64_t old, uint64_t first, uint64_t count,
                    bool whole, const struct audit_tree_reader *reader, struct error *error)
{
    uint64_t split;
    int code;

    if (old == count)
        return whole ? 0 : proof_add(proof, reader, first, count, error);
    split = split_of(count);
    if (old <= split) {
        code = subproof(proof, old, first, split, whole, reader, error);
        return code != 0 ? code : proof_add(proof, reader, first + split, count - split, error);
    }
    code = subproof(proof, old - split, first + split, count - split, false, reader, error);
    return code != 0 ? code : proof_add(proof, reader, first, split, error);
}

int audit_prove_consistency(struct audit_proof *proof, uint64_t old, uint64_t size,
                            const struct audit_tree_reader *reader, struct error *error)
{
    proof->count = 0;
    if (old == 0 || old > size)
        return error_set(error, ERROR_INVALID, "the trail was never of that size");
    return subproof(proof, old, 0, size, true, reader, error);
}

/* --- verifying -------------------------------------------------------------------------------- */

bool audit_verify_inclusion(const struct audit_proof *proof, const struct audit_hash *leaf,
                            uint64_t index, uint64_t size, const struct audit_hash *root)
{
    uint64_t fn = index, sn = size - 1;
    struct audit_hash hash = *leaf;

    if (index >= size)
        return false;
    for (size_t i = 0; i < proof->count; i++) {
        if (sn == 0)
            return false;
        if ((fn & 1) != 0 || fn == sn) {
            audit_hash_node(&hash, &proof->hashes[i], &hash);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            audit_hash_node(&hash, &hash, &proof->hashes[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && audit_hash_equal(&hash, root);
}

bool audit_verify_consistency(const struct audit_proof *proof, uint64_t old, uint64_t size,
                              const struct audit_hash *old_root, const struct audit_hash *root)
{
    uint64_t fn = old - 1, sn = size - 1;
    struct audit_hash fr, sr;
    size_t next = 0;

    if (old == 0 || old > size)
        return false;
    if (old == size)
        return proof->count == 0 && audit_hash_equal(old_root, root);
    while ((fn & 1) != 0) {
        fn >>= 1;
        sn >>= 1;
    }
    /* A tree of a power of two leaves is a subtree of the newer one, and stands for itself. */
    if ((old & (old - 1)) == 0)
        fr = *old_root;
    else if (proof->count > 0)
        fr = proof->hashes[next++];
    else
        return false;
    sr = fr;
    for (; next < proof->count; next++) {
        if (sn == 0)
            return false;
        if ((fn & 1) != 0 || fn == sn) {
            audit_hash_node(&fr, &proof->hashes[next], &fr);
            audit_hash_node(&sr, &proof->hashes[next], &sr);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            audit_hash_node(&sr, &sr, &proof->hashes[next]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && audit_hash_equal(&fr, old_root) && audit_hash_equal(&sr, root);
}
