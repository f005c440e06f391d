/*
 * The Merkle tree of the audit trail, as RFC 9162 has it (section 2.1): hashes, the growing right
 * edge, proofs, and their verification. Pure: where hashes of complete subtrees come from is the
 * caller's.
 */
#ifndef GUICHET_NET_AUDIT_TREE_H
#define GUICHET_NET_AUDIT_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/error.h"

#define AUDIT_HASH_BYTES 32 /* SHA-256 */
#define AUDIT_TREE_DEPTH 64

struct audit_hash {
    unsigned char bytes[AUDIT_HASH_BYTES];
};

/* SHA-256(0x00 || bytes), SHA-256(0x01 || left || right), and SHA-256 of nothing: the root of an
 * empty tree. */
void audit_hash_leaf(struct audit_hash *hash, const void *bytes, size_t length);
void audit_hash_node(struct audit_hash *hash, const struct audit_hash *left,
                     const struct audit_hash *right);
void audit_hash_empty(struct audit_hash *hash);
bool audit_hash_equal(const struct audit_hash *a, const struct audit_hash *b);

/* 64 small hexadecimal digits and a NUL, and back. */
#define AUDIT_HEX_SIZE (2 * AUDIT_HASH_BYTES + 1)
void audit_hash_text(const struct audit_hash *hash, char text[AUDIT_HEX_SIZE]);
bool audit_hash_parse(struct audit_hash *hash, const char *text);

/* --- growing ---------------------------------------------------------------------------------- */

/* The complete subtrees of which a tree consists: `right[level]` counts where bit `level` of the
 * size is set. Zero-initialised: an empty tree. */
struct audit_tree {
    uint64_t size;
    struct audit_hash right[AUDIT_TREE_DEPTH];
};

/* Told of each subtree of 2^level leaves that is complete now, `level` from 1 up. Non-zero stops.
 */
typedef int (*audit_tree_complete)(void *context, unsigned level, uint64_t place,
                                   const struct audit_hash *hash, struct error *error);

/* `complete` may be NULL. */
int audit_tree_append(struct audit_tree *tree, const struct audit_hash *leaf,
                      audit_tree_complete complete, void *context, struct error *error);
void audit_tree_root(const struct audit_tree *tree, struct audit_hash *root);

/* --- proving ---------------------------------------------------------------------------------- */

/* Reads the hash of a complete subtree: leaves from place * 2^level on. */
struct audit_tree_reader {
    int (*read)(void *context, unsigned level, uint64_t place, struct audit_hash *hash,
                struct error *error);
    void *context;
};

struct audit_proof {
    struct audit_hash hashes[AUDIT_TREE_DEPTH + 2];
    size_t count;
};

/* The right edge of a tree of this size. */
int audit_tree_load(struct audit_tree *tree, uint64_t size, const struct audit_tree_reader *reader,
                    struct error *error);
/* PATH(index, D[size]); ERROR_INVALID unless index < size. */
int audit_prove_inclusion(struct audit_proof *proof, uint64_t index, uint64_t size,
                          const struct audit_tree_reader *reader, struct error *error);
/* PROOF(old, D[size]); ERROR_INVALID unless 0 < old <= size. */
int audit_prove_consistency(struct audit_proof *proof, uint64_t old, uint64_t size,
                            const struct audit_tree_reader *reader, struct error *error);

/* --- verifying (RFC 9162, 2.1.3.2 and 2.1.4.2) -------------------------------------------------
 */

bool audit_verify_inclusion(const struct audit_proof *proof, const struct audit_hash *leaf,
                            uint64_t index, uint64_t size, const struct audit_hash *root);
bool audit_verify_consistency(const struct audit_proof *proof, uint64_t old, uint64_t size,
                              const struct audit_hash *old_root, const struct audit_hash *root);

#endif
