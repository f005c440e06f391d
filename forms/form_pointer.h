/*
 * JSON Pointers (RFC 6901) into answers and schemas.
 */
#ifndef GUICHET_FORMS_FORM_POINTER_H
#define GUICHET_FORMS_FORM_POINTER_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

/* Longest pointer and longest member name that a form may use, in bytes with the NUL. */
#define FORM_POINTER_SIZE 400

/* Copies the next unescaped token of `*cursor` and moves behind it; false at the end, or when the
 * token is malformed or does not fit. */
bool form_pointer_token(const char **cursor, char *token, size_t size);

/* The value at `pointer`, borrowed; NULL when there is none. */
json_t *form_pointer_get(const json_t *root, const char *pointer);

/*
 * Puts `value` (its reference is counted) at `pointer`, making the objects on the way. NULL removes
 * the member, and the objects that became empty with it. Array items are replaced, never added or
 * removed. False when the way is blocked, or out of memory.
 */
bool form_pointer_put(json_t *root, const char *pointer, json_t *value);

/* Adds "/token", escaped, to the pointer in `buffer`; false when it does not fit. */
bool form_pointer_push(char *buffer, size_t size, const char *token);

/* True when `pointer` is `prefix` or inside it. */
bool form_pointer_within(const char *pointer, const char *prefix);

#endif
