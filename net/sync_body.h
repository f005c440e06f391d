/*
 * JSON bodies that hold secrets, written by hand into memory that the caller wipes: a JSON library
 * would leave copies.
 */
#ifndef GUICHET_NET_SYNC_BODY_H
#define GUICHET_NET_SYNC_BODY_H

#include <stddef.h>

#include "net/device_proof.h"

/* Each writes at `at` and returns where the next one goes on. Every byte of a value may need six
 * ("\u0001"): the caller's buffer has room. */
size_t sync_put_text(char *body, size_t at, const char *text);
/* `name` as it stands before the value: "{\"login\":". */
size_t sync_put_member(char *body, size_t at, const char *name, const char *value);
/* Needs SYNC_PROOF_SIZE bytes. */
size_t sync_put_proof(char *body, size_t at, const char *name, const struct device_proof *proof);

#define SYNC_PROOF_SIZE 400

#endif
