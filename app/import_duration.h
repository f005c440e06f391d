/*
 * How long a service standard promises to take, read from its sentence.
 *
 * "Decisions are sent within 100 business days of receiving a complete file" -> 100 business-day.
 * Numbers in digits or words, in English or French; a range and a sentence with several promises
 * give the longest, because only then is the whole promise kept. Not taken for promises:
 * percentages, opening hours ("24 hours a day"), ages, notice given before an event ("at least 48
 * hours in advance") and conditions ("if more than 30 days ...").
 */
#ifndef GUICHET_APP_IMPORT_DURATION_H
#define GUICHET_APP_IMPORT_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/* Shortest first; the names are those of the catalogue's bodies. */
enum duration_unit {
    DURATION_SECOND,
    DURATION_MINUTE,
    DURATION_HOUR,
    DURATION_CALENDAR_DAY,
    DURATION_BUSINESS_DAY,
    DURATION_WEEK,
    DURATION_MONTH,
    DURATION_YEAR
};

/* "second", "minute", "hour", "calendar-day", "business-day", "week", "month", "year". */
const char *duration_unit_name(enum duration_unit unit);

enum duration_language { DURATION_ENGLISH, DURATION_FRENCH };

enum duration_found {
    DURATION_ABSENT,  /* no number with a word of time */
    DURATION_UNREAD,  /* numbers with words of time, none of them a promise */
    DURATION_ONE,     /* one promise */
    DURATION_SEVERAL, /* several different ones: the longest is given */
    DURATION_FAILED   /* out of memory */
};

struct import_duration {
    int64_t count;
    enum duration_unit unit;
    bool days_said; /* unit is days, and the sentence says which kind; plain days are calendar days
                     */
};

/* Reads the promise out of one sentence (UTF-8). `duration` is set for ONE and SEVERAL. */
enum duration_found import_duration_parse(const char *text, enum duration_language language,
                                          struct import_duration *duration);

/* Whether two durations are the same length of time in different words (24 hours, 1 day). */
bool import_duration_same(const struct import_duration *left, const struct import_duration *right);

#endif
