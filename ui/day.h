/* A day to come, as an agent types it. */
#ifndef GUICHET_UI_DAY_H
#define GUICHET_UI_DAY_H

#include <stdbool.h>
#include <stdint.h>

#include "forms/answer_date.h"

/*
 * Reads a day in any usual form (answer_read_day), and what is said of days to come besides:
 * "friday", "vendredi" (the next one, never today), "+3", "in 3 days", "dans 2 semaines", "24/11"
 * (day and month as the language puts them; the next one). False when it is none.
 */
bool day_read(const char *text, const struct answer_context *context, struct answer_day *day);

/* The same with a time of day after it ("10/12 at 14:30", "vendredi à 9 h"); `timed` tells whether
 * there was one. False when the text is no day, or something else stands after it. */
bool day_read_moment(const char *text, const struct answer_context *context, struct answer_day *day,
                     struct answer_time *time, bool *timed);

/* The day at 12:00 UTC: the same day in every Canadian zone. */
int64_t day_noon_ms(const struct answer_day *day);

/* When the local day of a moment began. */
int64_t day_start_ms(int64_t ms);

#endif
