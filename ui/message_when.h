/* When a message to a client leaves, as an agent chooses it, and in words. */
#ifndef GUICHET_UI_MESSAGE_WHEN_H
#define GUICHET_UI_MESSAGE_WHEN_H

#include "app/message_plan.h"
#include "ui/desk.h"

/* What is chosen: "now", "day" (a day, with an hour or without), "date" and "promise" (so many
 * business days before the date of the message, before the promised day). NULL-terminated. */
extern const char *const message_when_words[];
const char *message_when_text(const char *word);

/* As typed; borrowed, "" for nothing. */
struct message_when {
    const char *when;                     /* of message_when_words */
    const char *day;                      /* "friday", "+3", "2026-12-10 14:30" */
    const char *ahead;                    /* business days */
    const char *date;                     /* the date of the message */
    const struct record *matter, *office; /* may be NULL: the agent's office */
};

/* The moment, by the clocks and the calendar of the office; 0 at once. Returns NULL, or what is to
 * be said to the agent about what does not fit (static). */
const char *message_when_read(struct desk *desk, const struct message_when *typed,
                              int64_t *send_ms);
/* The same of a day alone: one that is over does not fit, today's is now once its hour is. */
const char *message_when_read_day(struct desk *desk, const struct record *office, const char *day,
                                  int64_t *send_ms);

/* "Tuesday, December 8, 2026, 9:00 a.m.", by the clocks of the office. */
#define MESSAGE_WHEN_SIZE 160
void message_when_spoken(struct desk *desk, const struct record *office, int64_t ms,
                         char text[MESSAGE_WHEN_SIZE]);

/* "8 Dec 09:00" of a planned message, by the clocks of the office of its case. */
void message_when_short(struct desk *desk, const struct record *message, char *text, size_t size);

/* The office that a case is of; NULL when there is none here. New. */
struct record *message_when_office(struct desk *desk, const char *matter);

/* Says what becomes of a message that was written: that it leaves, or when; and that it waits on
 * this terminal while the link is cut. */
void message_when_tell(struct desk *desk, const struct record *office, int64_t send_ms, char *text,
                       size_t size);

#endif
