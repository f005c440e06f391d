/*
 * Record and operation ids: UUIDs in their lower-case text form (RFC 9562).
 *
 * Work records and operations carry version 7 ids made by the terminal. Catalogue records, which
 * come from a source that has its own key, carry a version 8 id computed from type and key, so
 * that importing twice finds the same record and a reference by key needs no lookup.
 */
#ifndef GUICHET_APP_ID_H
#define GUICHET_APP_ID_H

#include <stdbool.h>
#include <stdint.h>

#define ID_TEXT_LENGTH 36

/* NUL-terminated text; an empty string means "none". Plain value: copy it by assignment. */
struct id {
    char text[ID_TEXT_LENGTH + 1];
};

/*
 * Makes version 7 ids that only grow, even within one millisecond and when the clock steps back.
 * Not thread-safe: one generator a thread. Zero-initialise it.
 */
struct id_generator {
    uint64_t last_ms;
    uint16_t counter;
};

/* A new version 7 id for the wall time `now_ms`; random bits from libsodium. */
struct id id_generate(struct id_generator *generator, int64_t now_ms);

/* When a version 7 id was made, ms; -1 for another version. */
int64_t id_time(const struct id *id);

/* The version 8 id of the catalogue record `key` of `type` ("service", "sample/birth"). */
struct id id_from_key(const char *type, const char *key);

/* Whether an id is of version 8: it may have been computed from a key. */
bool id_is_computed(const struct id *id);

/*
 * A version 7 id that every terminal computes alike, of something that there is once a day in a
 * group: making it is then a matter of who comes first. All of one `group` and day begin with the
 * same ID_DAY_PREFIX bytes of text, which those of another group may share; `day_ms` is when the
 * day begins, in UTC.
 */
#define ID_DAY_PREFIX 18
struct id id_of_day(int64_t day_ms, const char *group, const char *key);

/* Reads a UUID in lower- or upper-case text; false when it is not one. `id` is then empty. */
bool id_parse(struct id *id, const char *text);

/* The sixteen bytes of an id, all zero for an empty one; and back. */
#define ID_BYTES 16
void id_to_bytes(const struct id *id, unsigned char bytes[ID_BYTES]);
struct id id_from_bytes(const unsigned char bytes[ID_BYTES]);
/* Of ID_TEXT_LENGTH bytes of text; false when they are not an id as it is written, in lower case. */
bool id_text_to_bytes(const char *text, unsigned char bytes[ID_BYTES]);

bool id_is_empty(const struct id *id);
bool id_equal(const struct id *left, const struct id *right);

#define ID_REFERENCE_SIZE 16

/*
 * A short reference to say aloud ("C-7K3M-9QX4"): 35 random bits of the id in Crockford's base 32
 * and a check character, so that one wrong or two swapped characters are noticed. Known offline,
 * and collisions are possible: a search by reference may find more than one record.
 */
void id_reference(const struct id *id, char prefix, char text[ID_REFERENCE_SIZE]);

/* True when `text` (any case, with or without dashes; O, I and L read as 0 and 1) is a reference
 * whose check character fits; writes its canonical form. */
bool id_reference_parse(const char *text, char canonical[ID_REFERENCE_SIZE]);

#endif
