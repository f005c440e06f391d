/*
 * Opening hours, distances and days as people read them, in the screen's language. Times are those
 * that clocks show where the office is.
 */
#ifndef GUICHET_UI_FORMAT_HOURS_H
#define GUICHET_UI_FORMAT_HOURS_H

#include <stddef.h>
#include <stdint.h>

#include "app/calendar.h"
#include "app/schedule.h"

/* "open to 16:30", "opens Fri 08:30", "closed" when it does not open within the horizon: short
 * enough for a column of 16. */
void format_opening(char *text, size_t size, const struct schedule *schedule,
                    const struct schedule_state *state, int64_t now_ms);
/* "Mon–Wed 08:30–16:30, Thu 08:30–20:00"; "" when never open. */
void format_week(char *text, size_t size, const struct schedule *schedule);
/* "08:30–12:00, 13:00–16:30" of a weekday (0 Monday), "closed" for none. */
void format_weekday_hours(char *text, size_t size, const struct schedule *schedule, int weekday);
/* "Mon", "lun." (0 Monday). Static. */
const char *format_weekday(int weekday);
/* "1 Nov 2026". */
void format_day(char *text, size_t size, const struct calendar_day *day);
/* "12 km", "~12 km" when it is `approximate`, "" when below 0. */
void format_distance(char *text, size_t size, double km, bool approximate);
/* The name of a language by its BCP 47 tag; one without a name is its tag. Borrowed. */
const char *format_spoken(const char *tag);
/* The names of languages by their BCP 47 tags: "French, English"; a tag without a name as it is. */
void format_languages(char *text, size_t size, const json_t *tags);

#endif
