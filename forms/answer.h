/*
 * Between what a clerk types and what an answer is: dates in any usual form, numbers with comma or
 * point, money, postal codes, phones, choices by their first letters; and back.
 */
#ifndef GUICHET_FORMS_ANSWER_H
#define GUICHET_FORMS_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "app/error.h"
#include "app/text.h"
#include "forms/form.h"

/* A civil day. */
struct answer_day {
    int year;
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
};

/* What reading depends on beside the text. */
struct answer_context {
    enum form_language language;
    struct answer_day today; /* for "today", "hier" and years of two digits */
    int offset_minutes;      /* of the zone, east of UTC: written into times of a day */
};

enum answer_reading {
    ANSWER_READ,      /* `value` is what was meant */
    ANSWER_EMPTY,     /* nothing typed: no answer */
    ANSWER_UNREADABLE /* `value` is the text itself, as a string: kept, and a fault */
};

/* Longest text of one answer, in bytes. */
#define ANSWER_TEXT_LIMIT (32 * 1024)

/*
 * Reads what was typed into a control. `value` is a new reference, NULL for ANSWER_EMPTY (and when
 * memory ran out). Lists have no text of their own: ANSWER_UNREADABLE.
 */
enum answer_reading answer_read(const struct form_control *control, const char *text,
                                const struct answer_context *context, json_t **value);

/* The answer as text to edit ("24 novembre 2026" stays "2026-11-24"; a choice is its label). A
 * value of another type than the control's is shown as it is. Owned (free()), NULL: no memory. */
char *answer_text(const struct form_control *control, const json_t *value,
                  enum form_language language);

/* The answer written out for a person to check ("mardi 24 novembre 2026", "1 234,50 $"). Owned. */
char *answer_spoken(const struct form_control *control, const json_t *value,
                    enum form_language language);

/* Why a text could not be read, as a sentence that shows the wanted form. Static text. */
const char *answer_unreadable_message(const struct form_control *control,
                                      enum form_language language);

/*
 * Type-ahead: the choices whose label, or a word of it, begins with `text` (accents and case do not
 * matter; both languages), those that begin with it first. Writes at most `limit` indexes, returns
 * how many match. An empty text matches all, in their order.
 */
size_t answer_match_choices(const struct form_control *control, const char *text,
                            enum form_language language, size_t *indexes, size_t limit);

/* The index of the choice with this value, or `choice_count`. */
size_t answer_choice_of(const struct form_control *control, const json_t *value);

bool answer_day_is_valid(const struct answer_day *day);
/* Reads a date in any usual form; false when it is none or does not exist. */
bool answer_read_day(const char *text, const struct answer_context *context,
                     struct answer_day *day);

#endif
