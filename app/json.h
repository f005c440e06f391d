/*
 * What is missing from jansson: bounded reading with good messages, typed members, and a canonical
 * form to compare by. `json_t` references follow jansson's own words: "new" or "borrowed".
 */
#ifndef GUICHET_APP_JSON_H
#define GUICHET_APP_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "app/error.h"

struct text_buffer;

/* Reads one JSON value of at most `limit` bytes. Duplicate members, NUL in strings and trailing
 * text are refused; `what` names the document in messages ("reply of /v1/login"). New. */
int json_read(json_t **value, const char *bytes, size_t length, size_t limit, const char *what,
              struct error *error);

/* The members of an object that are not among `known` (ends with NULL): a new object in `rest`,
 * NULL when there are none. What a newer version added is so kept by an older one. */
int json_rest(const json_t *object, const char *const *known, json_t **rest, struct error *error);
/* Adds those members to `object` (may be NULL) where it has none of the name; on a lack of memory
 * gives the object back and returns NULL. */
json_t *json_with_rest(json_t *object, json_t *rest);

/* Compact text of any value, reals as json_real_text: owned (free()); NULL when out of memory, also
 * where json_dumps would give a text that is cut. */
char *json_write(const json_t *value);
/* The same, behind what the buffer holds. */
void json_write_to(struct text_buffer *buffer, const json_t *value);

/* Whether the compact text of a value has at most `limit` bytes, as json_dumpb counts. A value that
 * is clearly smaller, as nearly all are, is not written for that. */
bool json_fits(const json_t *value, size_t limit);

/* A number by the fewest digits that read back as the same: 2.1, not 2.1000000000000001. Owned
 * (free()); NULL when out of memory. */
char *json_real_text(const json_t *value);

/* Compact text with sorted members; equal values give equal text. Owned (free()); NULL when out
 * of memory. */
char *json_canonical(const json_t *value);
void json_canonical_to(struct text_buffer *buffer, const json_t *value);

/* Borrowed text of a member, `otherwise` when it is absent or not a string. */
const char *json_text_or(const json_t *object, const char *member, const char *otherwise);
int64_t json_integer_or(const json_t *object, const char *member, int64_t otherwise);
bool json_bool_or(const json_t *object, const char *member, bool otherwise);

/* A member that must be there as non-empty text of at most `limit` bytes. Borrowed. */
int json_require_text(const json_t *object, const char *member, size_t limit, const char **text,
                      struct error *error);

/* A time member (RFC 3339); ERROR_INVALID when it is absent or not one. */
int json_require_time(const json_t *object, const char *member, int64_t *ms, struct error *error);

/* A new string holding `ms` as RFC 3339. */
json_t *json_time(int64_t ms);

/*
 * The text of a localised value {"fr": "...", "en": "..."} in `language` (BCP 47; only the primary
 * subtag counts), else in the other language, else "". A plain string is returned as it is.
 * Borrowed.
 */
const char *json_localised(const json_t *value, const char *language);

#endif
