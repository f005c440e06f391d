/*
 * Signed heads of the audit trail: how long it was at a moment, and the root of its tree then,
 * signed with the server's own key (Ed25519). Who keeps one can prove later that nothing before it
 * was changed, and that what follows only added to it.
 */
#ifndef GUICHET_NET_AUDIT_HEAD_H
#define GUICHET_NET_AUDIT_HEAD_H

#include <jansson.h>

#include "net/audit_tree.h"

#define AUDIT_KEY_BYTES       32 /* of the public key, and of the seed in the file */
#define AUDIT_SIGNATURE_BYTES 64
#define AUDIT_FEED_SIZE       64

/* Plain value. */
struct audit_head {
    char feed[AUDIT_FEED_SIZE]; /* of which database */
    uint64_t size;
    struct audit_hash root;
    int64_t at_ms;
    unsigned char key[AUDIT_KEY_BYTES]; /* the public one that verifies it */
    unsigned char signature[AUDIT_SIGNATURE_BYTES];
};

/* The key pair of a server. */
struct audit_key {
    unsigned char secret[64];
    unsigned char public_key[AUDIT_KEY_BYTES];
};

/* Makes the file with mode 0600; ERROR_CONFLICT when there is one. */
int audit_key_make(const char *path, struct audit_key *key, struct error *error);
/* ERROR_NOT_FOUND when there is none; ERROR_REFUSED when others may read it; ERROR_INVALID when it
 * is no key. */
int audit_key_read(const char *path, struct audit_key *key, struct error *error);
void audit_key_wipe(struct audit_key *key);

/* Sets key and signature. */
void audit_head_sign(struct audit_head *head, const struct audit_key *key);
/* Whether it was signed by the key that it names. Whose that is, is the caller's to know. */
bool audit_head_verify(const struct audit_head *head);

/* --- another key ------------------------------------------------------------------------------ */

/* That a key took the place of another one: signed by the one before. Whoever kept the public key
 * of before comes by these to the one of today. Plain value. */
struct audit_key_change {
    char feed[AUDIT_FEED_SIZE];
    uint64_t size; /* of the trail then: what is longer is signed by the new key */
    int64_t at_ms;
    unsigned char old_key[AUDIT_KEY_BYTES];
    unsigned char new_key[AUDIT_KEY_BYTES];
    unsigned char signature[AUDIT_SIGNATURE_BYTES];
};

/* Sets the old key and the signature. */
void audit_key_change_sign(struct audit_key_change *change, const struct audit_key *old);
bool audit_key_change_verify(const struct audit_key_change *change);
/* {"feed","size","at","old","new","signature"}. New reference, NULL out of memory. */
json_t *audit_key_change_to_json(const struct audit_key_change *change);

/* {"feed","size","root","at","key","signature"}, hashes and key in hexadecimal, the signature too.
 * New reference, NULL out of memory; and back. */
json_t *audit_head_to_json(const struct audit_head *head);
int audit_head_from_json(struct audit_head *head, const json_t *document, struct error *error);

#endif
