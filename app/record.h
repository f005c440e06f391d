/*
 * The record: the one shape of everything that is shared (DESIGN sections 2 and 3).
 *
 * A record is a JSON document with a type, an id, a revision that grows by one with each change,
 * and the sequence number that the server gave to its latest change. What the domain says stands
 * in `body`; how it came to be stands in `meta`.
 */
#ifndef GUICHET_APP_RECORD_H
#define GUICHET_APP_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "app/error.h"
#include "app/id.h"

/* The catalogue types are public and written by the server's importers only; the work types are
 * personal (but for the counts of a choice) and changed by operations. */
enum record_type {
    RECORD_NONE = 0,
    /* catalogue */
    RECORD_SERVICE,
    RECORD_FORM,
    RECORD_OFFICE,
    RECORD_AGENT,
    RECORD_QUEUE,
    RECORD_CALENDAR,
    RECORD_LIFE_EVENT,
    RECORD_TEMPLATE,
    RECORD_SNIPPET,
    RECORD_DIRECTORY,
    RECORD_ROLE,
    /* work */
    RECORD_CLIENT,
    RECORD_CASE,
    RECORD_CONTACT,
    RECORD_NOTE,
    RECORD_SUBMISSION,
    RECORD_HANDOFF,
    RECORD_DELIVERY,
    RECORD_CHOICE,
    RECORD_FLAG,
    RECORD_ALERT,
    RECORD_TICKET,
    RECORD_ROLL,
    RECORD_MESSAGE,
    RECORD_TASK,
    RECORD_PROMISE,
    RECORD_DELEGATION,
    RECORD_CONSENT,
    RECORD_VIEW,
    RECORD_ACCESS, /* kept in the audit trail alone (look.h) */
    RECORD_EMERGENCY,
    RECORD_TYPE_COUNT
};

/* The name on the wire and in the database ("service", "life-event"); NULL when out of range. */
const char *record_type_name(enum record_type type);
/* RECORD_NONE when no type has this name. */
enum record_type record_type_from_name(const char *name);
/* True for the public types that the catalogue holds. */
bool record_type_is_catalogue(enum record_type type);

/* Largest body, in bytes of compact JSON. */
#define RECORD_BODY_LIMIT (256 * 1024)

struct text_buffer;

struct record {
    enum record_type type;
    struct id id;
    int64_t rev;  /* 1 for a new record */
    int64_t seq;  /* 0 while only this terminal knows the change */
    json_t *body; /* object; owned reference */
    json_t *meta; /* object; owned reference: created, stamps, claim, conflicts (see merge.h) */
    json_t *rest; /* members that this version does not know, kept; owned reference, mostly NULL */
    const char *text; /* borrowed: the document that it was, or is to be, read from; NULL: none */
    size_t text_length;
};

/* An empty record of `rev` 0, with empty body and meta; NULL when out of memory. */
struct record *record_new(enum record_type type, const struct id *id);
/* A deep copy, NULL when out of memory. */
struct record *record_copy(const struct record *record);
void record_free(struct record *record);

/* The document {"type","id","rev","seq","body","meta"}; new reference, NULL when out of memory.
 * It shares body and meta with the record. */
json_t *record_to_json(const struct record *record);
/* Adds its text, as json_write gives it; the buffer fails when out of memory. */
void record_write_to(struct text_buffer *text, const struct record *record);
/* Reads that document; names the member that is wrong. The record is new (record_free). */
int record_from_json(struct record **record, const json_t *document, struct error *error);

/*
 * A record that is read from its text when its turn comes (record_open), and lets go of what was
 * read then (record_close): a page of them that are open at once does not fit a processor's caches.
 * The text has to stay. NULL when out of memory.
 */
struct record *record_closed(const char *text, size_t length);
/* Reads one of these: 1 when it is of a type that this version does not know, ERROR_PROTOCOL when
 * it is no record. Any other is open anyway. */
int record_open(struct record *record, struct error *error);
void record_close(struct record *record);

/* Longest key of a catalogue record, with its NUL. */
#define RECORD_KEY_SIZE 512

/* What stays of an erased record: nothing but this member, when that was. */
#define RECORD_ERASED_MEMBER "erased_at"
bool record_is_erased(const struct record *record);

/* The full key of a reference in this record's body: one without '/' means a record of the same
 * source (catalogue_bodies.md). */
void record_full_key(const struct record *record, const char *reference, char key[RECORD_KEY_SIZE]);

/* Whether a list of references in the body ("queues") names the record of this full key. */
bool record_names(const struct record *record, const char *member, const char *key);

/* Borrowed text of a member of the body, "" when it is absent or not text. */
const char *record_text(const struct record *record, const char *member);

#endif
