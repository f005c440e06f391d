/* The Merkle tree of the trail, against the hashes that the Certificate Transparency suites use,
 * and against the definitions of RFC 9162 worked out the slow way for all sizes. */
#include "net/audit_tree.h"

#include <string.h>

#include <sodium.h>

#include "tests/unit/unit.h"

#define SIZES 70

/* --- what is known ---------------------------------------------------------------------------- */

static const struct {
    const char *bytes;
    size_t length;
    const char *root; /* of all up to this one */
} known[] = {
    {"", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
    {"\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
    {"\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
    {"\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
    {"\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
    {"\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
    {"\x50\x51\x52\x53\x54\x55\x56\x57", 8,
     "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
    {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
     "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
};

/* Leaves of the tests; kept so that subtrees can be read. */
struct leaves {
    struct audit_hash hashes[SIZES];
};

static int read_slowly(void *context, unsigned level, uint64_t place, struct audit_hash *hash,
                       struct error *error)
{
    const struct leaves *leaves = context;
    struct audit_hash left, right;

    if (level == 0) {
        assert_true(place < SIZES);
        *hash = leaves->hashes[place];
        return 0;
    }
    read_slowly(context, level - 1, 2 * place, &left, error);
    read_slowly(context, level - 1, 2 * place + 1, &right, error);
    audit_hash_node(hash, &left, &right);
    return 0;
}

static void known_leaves(struct leaves *leaves)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        audit_hash_leaf(&leaves->hashes[i], known[i].bytes, known[i].length);
}

/* Also what is longer than any entry; in pieces, by another library. */
static void leaves_of_all_lengths_are_hashed_alike(void **state)
{
    static const unsigned char mark = 0x00;
    static unsigned char bytes[2200];

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)(i * 31 + i / 256);
    for (size_t length = 0; length <= sizeof(bytes); length++) {
        unsigned char expected[AUDIT_HASH_BYTES];
        crypto_hash_sha256_state sha;
        struct audit_hash hash;

        crypto_hash_sha256_init(&sha);
        crypto_hash_sha256_update(&sha, &mark, 1);
        crypto_hash_sha256_update(&sha, bytes, length);
        crypto_hash_sha256_final(&sha, expected);
        audit_hash_leaf(&hash, bytes, length);
        assert_memory_equal(hash.bytes, expected, sizeof(expected));
    }
}

static void assert_proof(const struct audit_proof *proof, const char *const *expected)
{
    char text[AUDIT_HEX_SIZE];
    size_t count = 0;

    for (; expected[count] != NULL; count++) {
        assert_true(count < proof->count);
        audit_hash_text(&proof->hashes[count], text);
        assert_string_equal(text, expected[count]);
    }
    assert_int_equal(proof->count, count);
}

static void known_roots(void **state)
{
    struct audit_tree tree = {.size = 0};
    struct audit_hash leaf, root;
    char text[AUDIT_HEX_SIZE];

    (void)state;
    audit_tree_root(&tree, &root);
    audit_hash_text(&root, text);
    assert_string_equal(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        audit_hash_leaf(&leaf, known[i].bytes, known[i].length);
        assert_int_equal(audit_tree_append(&tree, &leaf, NULL, NULL, NULL), 0);
        audit_tree_root(&tree, &root);
        audit_hash_text(&root, text);
        assert_string_equal(text, known[i].root);
    }
}

static void known_proofs(void **state)
{
    static const char *const first_of_eight[] = {
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4", NULL};
    static const char *const sixth_of_eight[] = {
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7", NULL};
    static const char *const six_to_eight[] = {
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7", NULL};
    static const char *const two_to_five[] = {
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", NULL};
    struct leaves leaves;
    const struct audit_tree_reader reader = {read_slowly, &leaves};
    struct audit_proof proof;

    (void)state;
    known_leaves(&leaves);
    assert_int_equal(audit_prove_inclusion(&proof, 0, 8, &reader, NULL), 0);
    assert_proof(&proof, first_of_eight);
    assert_int_equal(audit_prove_inclusion(&proof, 5, 8, &reader, NULL), 0);
    assert_proof(&proof, sixth_of_eight);
    assert_int_equal(audit_prove_consistency(&proof, 1, 8, &reader, NULL), 0);
    assert_proof(&proof, first_of_eight);
    assert_int_equal(audit_prove_consistency(&proof, 6, 8, &reader, NULL), 0);
    assert_proof(&proof, six_to_eight);
    assert_int_equal(audit_prove_consistency(&proof, 2, 5, &reader, NULL), 0);
    assert_proof(&proof, two_to_five);
}

/* --- all sizes -------------------------------------------------------------------------------- */

/* MTH of the RFC, word for word. */
static void slow_root(const struct audit_hash *leaves, size_t count, struct audit_hash *root)
{
    struct audit_hash left, right;
    size_t split = 1;

    if (count == 1) {
        *root = leaves[0];
        return;
    }
    while (2 * split < count)
        split *= 2;
    slow_root(leaves, split, &left);
    slow_root(leaves + split, count - split, &right);
    audit_hash_node(root, &left, &right);
}

static void fill(struct leaves *leaves)
{
    for (size_t i = 0; i < SIZES; i++) {
        unsigned char byte = (unsigned char)i;

        audit_hash_leaf(&leaves->hashes[i], &byte, 1);
    }
}

static void every_root(void **state)
{
    struct leaves leaves;
    const struct audit_tree_reader reader = {read_slowly, &leaves};
    struct audit_tree tree = {.size = 0}, loaded;
    struct audit_hash root, slow;

    (void)state;
    fill(&leaves);
    for (size_t size = 1; size <= SIZES; size++) {
        assert_int_equal(audit_tree_append(&tree, &leaves.hashes[size - 1], NULL, NULL, NULL), 0);
        audit_tree_root(&tree, &root);
        slow_root(leaves.hashes, size, &slow);
        assert_true(audit_hash_equal(&root, &slow));
        /* Its right edge read back grows on as it would have. */
        memset(&loaded, 0, sizeof(loaded));
        assert_int_equal(audit_tree_load(&loaded, size, &reader, NULL), 0);
        audit_tree_root(&loaded, &root);
        assert_true(audit_hash_equal(&root, &slow));
    }
}

/* The proof holds; it does not with any of its hashes changed, missing, doubled, or for another
 * place. */
static void every_inclusion(void **state)
{
    struct leaves leaves;
    const struct audit_tree_reader reader = {read_slowly, &leaves};
    struct audit_proof proof, wrong;
    struct audit_hash root;

    (void)state;
    fill(&leaves);
    for (size_t size = 1; size <= SIZES; size++) {
        slow_root(leaves.hashes, size, &root);
        for (size_t index = 0; index < size; index++) {
            const struct audit_hash *leaf = &leaves.hashes[index];

            assert_int_equal(audit_prove_inclusion(&proof, index, size, &reader, NULL), 0);
            assert_true(audit_verify_inclusion(&proof, leaf, index, size, &root));
            for (size_t other = 0; other < size; other++)
                assert_int_equal(audit_verify_inclusion(&proof, leaf, other, size, &root),
                                 other == index);
            for (size_t i = 0; i < proof.count; i++) {
                wrong = proof;
                wrong.hashes[i].bytes[i % AUDIT_HASH_BYTES] ^= 1;
                assert_false(audit_verify_inclusion(&wrong, leaf, index, size, &root));
            }
            wrong = proof;
            wrong.hashes[wrong.count++] = root;
            assert_false(audit_verify_inclusion(&wrong, leaf, index, size, &root));
            wrong = proof;
            if (wrong.count-- > 0)
                assert_false(audit_verify_inclusion(&wrong, leaf, index, size, &root));
        }
        assert_int_equal(audit_prove_inclusion(&proof, size, size, &reader, NULL), ERROR_INVALID);
    }
}

static void every_consistency(void **state)
{
    struct leaves leaves;
    const struct audit_tree_reader reader = {read_slowly, &leaves};
    struct audit_proof proof, wrong;
    struct audit_hash root, old_root, other;

    (void)state;
    fill(&leaves);
    for (size_t size = 1; size <= SIZES; size++) {
        slow_root(leaves.hashes, size, &root);
        for (size_t old = 1; old <= size; old++) {
            slow_root(leaves.hashes, old, &old_root);
            assert_int_equal(audit_prove_consistency(&proof, old, size, &reader, NULL), 0);
            assert_true(audit_verify_consistency(&proof, old, size, &old_root, &root));
            other = old_root;
            other.bytes[0] ^= 1;
            assert_false(audit_verify_consistency(&proof, old, size, &other, &root));
            other = root;
            other.bytes[31] ^= 0x80;
            assert_false(audit_verify_consistency(&proof, old, size, &old_root, &other));
            for (size_t i = 0; i < proof.count; i++) {
                wrong = proof;
                wrong.hashes[i].bytes[i % AUDIT_HASH_BYTES] ^= 4;
                assert_false(audit_verify_consistency(&wrong, old, size, &old_root, &root));
            }
            wrong = proof;
            wrong.hashes[wrong.count++] = root;
            assert_false(audit_verify_consistency(&wrong, old, size, &old_root, &root));
            wrong = proof;
            if (wrong.count-- > 0)
                assert_false(audit_verify_consistency(&wrong, old, size, &old_root, &root));
        }
        assert_int_equal(audit_prove_consistency(&proof, 0, size, &reader, NULL), ERROR_INVALID);
        assert_int_equal(audit_prove_consistency(&proof, size + 1, size, &reader, NULL),
                         ERROR_INVALID);
    }
}

/* --- reading hashes --------------------------------------------------------------------------- */

static void hashes_as_text(void **state)
{
    struct audit_hash hash;
    char text[AUDIT_HEX_SIZE];

    (void)state;
    assert_true(audit_hash_parse(&hash, known[2].root));
    audit_hash_text(&hash, text);
    assert_string_equal(text, known[2].root);
    assert_false(audit_hash_parse(&hash, ""));
    assert_false(audit_hash_parse(&hash, known[2].root + 1));
    memcpy(text, known[2].root, sizeof(text));
    text[10] = 'g';
    assert_false(audit_hash_parse(&hash, text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_of_all_lengths_are_hashed_alike),
        cmocka_unit_test(known_roots),
        cmocka_unit_test(known_proofs),
        cmocka_unit_test(every_root),
        cmocka_unit_test(every_inclusion),
        cmocka_unit_test(every_consistency),
        cmocka_unit_test(hashes_as_text),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
