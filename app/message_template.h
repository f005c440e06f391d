/*
 * Templates of messages to clients: catalogue records (catalogue_bodies.md, "template") whose texts
 * hold named values in braces, and how they become a text in the client's language.
 */
#ifndef GUICHET_APP_MESSAGE_TEMPLATE_H
#define GUICHET_APP_MESSAGE_TEMPLATE_H

#include <stdbool.h>

#include "app/record.h"
#include "app/text.h"

/* What a template is for; the server sends "received", "information-missing", "decision" and
 * "questionnaire" by itself. NULL-terminated. */
extern const char *const message_use_words[];

enum message_value {
    MESSAGE_NAME,          /* {name}: the client's */
    MESSAGE_REFERENCE,     /* {reference}: of the case */
    MESSAGE_SERVICE,       /* {service}: its title */
    MESSAGE_STATUS,        /* {status}: of the case, in the client's words */
    MESSAGE_OFFICE,        /* {office}: its name */
    MESSAGE_ADDRESS,       /* {address}: of the office */
    MESSAGE_PLACE,         /* {place}: where to come: the office with its address, or elsewhere */
    MESSAGE_PHONE,         /* {phone}: of the office */
    MESSAGE_HOURS,         /* {hours}: of the office, in words */
    MESSAGE_DATE,          /* {date}: a day, or a day and a time, in words */
    MESSAGE_PROMISE,       /* {promise}: by when an answer was promised, in words */
    MESSAGE_MISSING,       /* {missing}: what is missing from the client */
    MESSAGE_STATUS_PAGE,   /* {status_page}: a link */
    MESSAGE_STATUS_CODE,   /* {status_code}: that opens it */
    MESSAGE_QUESTIONNAIRE, /* {questionnaire}: a link that opens it once */
    MESSAGE_VALUE_COUNT
};

/* The texts, borrowed; NULL or "" for what is not known. */
struct message_values {
    const char *text[MESSAGE_VALUE_COUNT];
};

/* ERROR_INVALID when a text of the body names a value that there is not, or a brace stands open. */
int message_template_check(const json_t *body, struct error *error);

/* What stands in the place of a value that is not known. */
enum message_gap {
    MESSAGE_GAP_MARK, /* its name in brackets, to be filled in by hand: "[date]"; but the line goes
                         with what nobody could fill in: a link, a code, the office's phone */
    MESSAGE_GAP_DROP, /* nothing, and the line that it stands in goes */
};

/* A template as it reads in one language; texts borrowed from the record. */
struct message_reading {
    const char *language; /* "fr" or "en": of the texts; not the one asked for when it lacks that */
    bool fallback;        /* it lacks the language that was asked for */
    const char *subject;
    const char *text;
    const char *shorter; /* for an SMS: `text` when the template has no shorter one */
};

/* `language`: BCP 47, "" for unknown. */
void message_template_read(const struct record *template, const char *language,
                           struct message_reading *reading);

/* Adds the text with its values. */
void message_fill(struct text_buffer *filled, const char *text, const char *language,
                  const struct message_values *values, enum message_gap gap);

/* Whether the text names this value. */
bool message_uses(const char *text, enum message_value value);

/* The first mark that nobody has filled in: its length, 0 when there is none. */
size_t message_find_gap(const char *text, const char **gap);

#endif
