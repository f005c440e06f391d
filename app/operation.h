/*
 * The operation: one change to one record, made by one agent at one terminal (DESIGN section 3).
 * Nothing else changes a work record.
 */
#ifndef GUICHET_APP_OPERATION_H
#define GUICHET_APP_OPERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "app/clock.h"
#include "app/error.h"
#include "app/id.h"
#include "app/record.h"
#include "app/text.h"

enum operation_kind {
    OPERATION_APPEND, /* makes a record; `body` is its whole body */
    OPERATION_FIELDS, /* sets fields; `body` maps field paths to values, null removes */
    OPERATION_CLAIM,  /* compare and set; `body` maps claimed members to values */
};

/* "append", "fields", "claim". */
const char *operation_kind_name(enum operation_kind kind);
/* False when no kind has this name. */
bool operation_kind_from_name(enum operation_kind *kind, const char *name);

/* Largest operation on the wire, in bytes of compact JSON. */
#define OPERATION_LIMIT (RECORD_BODY_LIMIT + 1024)

struct operation {
    struct id id; /* version 7, made by the terminal */
    enum operation_kind kind;
    enum record_type type;
    struct id record;   /* which record; a new id for an append */
    int64_t base;       /* the server rev that the agent saw; 0 for an append. One that the record
                           never had counts as 0: nothing was seen */
    bool tells_claimed; /* `claimed` is told: by no operation of an older version */
    struct moment claimed; /* the claim under which the record stood at `base`; {0} for none. It
                              holds in every history: a server that was restored may give the
                              same revs to other claims */
    struct id agent;
    struct id device;
    struct moment moment; /* the terminal's hybrid clock */
    const int64_t *seen;  /* borrowed, not on the wire: revs past `base` that the agent saw too,
                             because they passed by the same relay (net/relay.md) */
    size_t seen_count;
    const char *channel; /* how it came: a word of channel_words, static; NULL: not said */
    json_t *body;        /* object; owned reference. NULL while it is not opened */
    json_t *rest;        /* members that this version does not know, kept; owned, mostly NULL */
    const char *closed;  /* borrowed: the body in its binary form, while it is opened when it is
                            needed; NULL: it is there */
    size_t closed_length;
};

/* A new operation with an empty body; NULL when out of memory. */
struct operation *operation_new(enum operation_kind kind, enum record_type type,
                                const struct id *record);
void operation_free(struct operation *operation);

/* {"id","kind","type","record","base","agent","device","time","tick","claimed","channel","body"};
 * new reference. */
json_t *operation_to_json(const struct operation *operation);
/* Fills in what a session says of its operations: agent and device, where they are missing. */
int operation_complete(json_t *document, const struct id *agent, const struct id *device,
                       struct error *error);
/* Reads that document, naming the member that is wrong; unknown members are kept. New. */
int operation_from_json(struct operation **operation, const json_t *document, struct error *error);

/*
 * The same document in binary form (binary.h), as it goes to a server in bulk
 * (operation_binary.c). What is read of it has the session's agent and device where it names none.
 * Its body stays closed, and the bytes have to stay, for one operation after the other is opened,
 * applied and closed again: a thousand that are open at once do not fit a processor's caches.
 */
void operation_to_binary(struct text_buffer *buffer, const json_t *document);
/* The same of its document as json_write wrote it. */
int operation_text_to_binary(struct text_buffer *buffer, const char *text, size_t length,
                             struct error *error);
/* As operation_from_json; ERROR_TOO_LARGE when it is over OPERATION_LIMIT as JSON. New. */
int operation_from_binary(struct operation **operation, const char *bytes, size_t length,
                          const struct id *agent, const struct id *device, struct error *error);
/* Reads the body, if it is closed: ERROR_INVALID when it is none. */
int operation_open(struct operation *operation, struct error *error);
/* Lets go of what operation_open has read. */
void operation_close(struct operation *operation);

/* Takes the members "agent" and "device" out of a text that json_write made of operation_to_json,
 * in place, where it is an append, and tells the record. False, and nothing done, for any other. */
bool operation_text_cut(char *text, size_t *length, struct id *record);

#endif
