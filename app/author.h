/*
 * The author: the agent at a terminal, as the one who makes operations; and the batch, operations
 * that are applied together or not at all (store_apply). Knows no screen. Everything that an agent
 * does to a work record is built by client.h, contact.h, case.h, note.h, submission.h and
 * handoff.h, which all work alike:
 *
 * - they check what they are given, and add operations to the caller's batch;
 * - on an error (ERROR_INVALID, ERROR_TOO_LARGE, ERROR_REFUSED by a rule, ERROR_MEMORY) the batch
 *   is as it was, and the message names the field and its limit;
 * - nothing is written: the caller applies the batch, then clears it.
 */
#ifndef GUICHET_APP_AUTHOR_H
#define GUICHET_APP_AUTHOR_H

#include <stdbool.h>
#include <stddef.h>

#include "app/clock.h"
#include "app/error.h"
#include "app/id.h"
#include "app/operation.h"
#include "app/record.h"

/* Plain value; the strings, the clock and the generator are borrowed. */
struct author {
    struct id agent;
    struct id device;
    const char *office;  /* key of the agent's office */
    const char *channel; /* how the agent serves now: a word of channel_words */
    struct clock *clock;
    struct id_generator *ids;
};

/* Wall time, ms. */
int64_t author_now(const struct author *author);

/* An append of a new record, and a change of a record as it was shown. Both carry id, agent, device
 * and moment; the caller fills `body`. NULL when out of memory. */
struct operation *author_append(const struct author *author, enum record_type type);
struct operation *author_change(const struct author *author, enum operation_kind kind,
                                const struct record *record);

/* Operations in the order in which they are applied. Zero-initialise; batch_clear when done. */
#define BATCH_LIMIT 16
struct batch {
    struct operation *operations[BATCH_LIMIT]; /* owned */
    size_t count;
};

void batch_clear(struct batch *batch);

/*
 * Adds an operation, which the batch takes over, also when it fails. NULL says that it could not be
 * made (ERROR_MEMORY). Its values are checked against the table of fields (record_fields.h), so
 * that a text over its limit is told with both sizes (ERROR_TOO_LARGE).
 */
int batch_add(struct batch *batch, struct operation *operation, struct error *error);

/* Puts a text, a time or an id into an operation's body; NULL, "" and an empty id are left out.
 * `operation` may be NULL: so a builder checks once, in batch_add. */
void operation_put_text(struct operation *operation, const char *member, const char *text);
void operation_put_id(struct operation *operation, const char *member, const struct id *id);
void operation_put_time(struct operation *operation, const char *member, int64_t ms);
/* "" removes the field: for changes. */
void operation_put_field(struct operation *operation, const char *member, const char *text);

/* Longest name of a member of a map (record_fields.h: FIELD_MAP), in bytes. */
#define OPERATION_MEMBER_LIMIT 100
/* The path of a member of a map in operations and stamps: the map's name, '/' and the member's with
 * the escapes of JSON Pointer. False when the name is empty or too long, or `size` too small. */
bool operation_map_path(const char *map, const char *name, char *path, size_t size);

/* One changed field of a record, where the text is another one than it has. Adds nothing when it
 * is the same. */
int author_set_field(struct batch *batch, const struct author *author, const struct record *record,
                     const char *member, const char *text, struct error *error);

#endif
