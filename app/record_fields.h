/*
 * The fields of every work record, as one table: who may set them and how. Merge, the OpenAPI
 * file and the case screen read it; nothing else lists fields.
 */
#ifndef GUICHET_APP_RECORD_FIELDS_H
#define GUICHET_APP_RECORD_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "app/record.h"

enum field_shape {
    FIELD_TEXT, /* UTF-8 of at most `limit` bytes */
    FIELD_TIME, /* RFC 3339 */
    FIELD_ID,   /* a UUID */
    FIELD_KEY,  /* the key of a catalogue record */
    FIELD_WORD, /* one of `words` */
    FIELD_BOOLEAN,
    FIELD_INTEGER, /* 0 or more; at most `limit` unless that is 0 */
    FIELD_LIST,    /* an array; its compact JSON at most `limit` bytes */
    FIELD_SKILLS,  /* an array of skills (queue.h), QUEUE_NEED_SKILLS_MOST at most */
    FIELD_OBJECT,  /* an object; its compact JSON at most `limit` bytes */
    FIELD_MAP,     /* an object whose members are fields of their own, any JSON value each */
};

enum field_rule {
    FIELD_REQUIRED = 1 << 0, /* must be there at the append */
    FIELD_FIXED = 1 << 1,    /* set at the append only */
    FIELD_CLAIMED = 1 << 2,  /* changed by claim only */
    FIELD_SERVER = 1 << 3,   /* set by the server alone */
};

struct field {
    const char *name;
    enum field_shape shape;
    unsigned rules;           /* of enum field_rule; 0: set by append and fields */
    size_t limit;             /* bytes; 0: 256. Of a number: the highest */
    const char *const *words; /* NULL-terminated, for FIELD_WORD */
};

/* Kinds of operation a type takes, as bits 1 << OPERATION_APPEND ... */
struct record_rules {
    enum record_type type;
    unsigned kinds;
    const struct field *fields; /* ends with a NULL name */
};

/* The rules of a work type; NULL for a catalogue type. */
const struct record_rules *record_rules(enum record_type type);
const struct field *record_field(enum record_type type, const char *name);

/* Longest text of a note, in bytes. */
#define NOTE_TEXT_LIMIT (64 * 1024)
/* And of a message to or from a client. */
#define MESSAGE_TEXT_LIMIT (64 * 1024)

extern const char *const channel_words[]; /* counter, phone, web ... outreach, then NULL */
/* The static word that is this one, NULL when there is none. */
const char *channel_word(const char *word);
/* Whether it is one of a list of words that ends with NULL. */
bool word_is_among(const char *word, const char *const *words);
extern const char *const outcome_words[]; /* of a contact */
extern const char *const case_status_words[];
extern const char *const note_kind_words[];
extern const char *const visibility_words[]; /* of a note: everyone, restricted (note.h) */
extern const char *const handoff_kind_words[];
extern const char *const handoff_state_words[];
extern const char *const handoff_place_words[]; /* the screen that the sender stood on */
extern const char *const mood_words[];          /* flags in a contact's "mood", true when set */
extern const char *const submission_status_words[];
extern const char *const delivery_state_words[];
extern const char *const flag_kind_words[];
extern const char *const flag_state_words[];
extern const char *const alert_state_words[];
extern const char *const ticket_state_words[];
extern const char *const ticket_need_words[];
extern const char *const direction_words[]; /* in, out, internal */
extern const char *const message_state_words[];
extern const char *const message_channel_words[]; /* in which we write to clients */
extern const char *const task_kind_words[];
extern const char *const task_state_words[];
extern const char *const promise_kind_words[];
extern const char *const promise_state_words[];
extern const char *const delegation_state_words[];
extern const char *const protection_words[];
extern const char *const emergency_state_words[];
extern const char *const consent_how_words[]; /* spoken, signed, form */

/* True when the words may follow one another for this claimed field (states are small machines:
 * see record_transitions.c); any word may stay itself. */
bool record_transition_allowed(enum record_type type, const char *field, const char *from,
                               const char *to);

#endif
