/*
 * Values as people read them, in the screen's language. Buffers are the caller's.
 */
#ifndef GUICHET_UI_FORMAT_H
#define GUICHET_UI_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/* The word of a channel ("counter" -> "comptoir"); unknown words come back as they are. Static. */
const char *format_channel(const char *word);
/* Words of case status, outcome, note kind, hand-off state, submission status, identity. Static. */
const char *format_word(const char *word);
/* The word of a skill; one that only a site knows comes back as it is. Static. */
const char *format_skill(const char *word);
/* The kind of a hand-off. */
const char *format_handoff(const char *kind);
/* "ordinary", "sensitive" ...: what contact level 1, 2 or 3 means in a few words; "" else. */
const char *format_level(int64_t level);

/* {"amount","currency"} -> "34,50 $" or "$34.50", "gratuit" or "free" for 0, "" when absent. */
void format_money(char *text, size_t size, const json_t *money);
/* 15, "business-day" -> "15 jours ouvrables". */
void format_span(char *text, size_t size, int64_t count, const char *unit);
/* "Jan", "janv." (0 January). Static. */
const char *format_month(int month);
/* Local time: "14:05" today, "24 nov. 14:05" this year, "24 nov. 2025" before. */
void format_when(char *text, size_t size, int64_t ms, int64_t now_ms);
/* The local day alone: "today", "24 nov." this year, "24 nov. 2025" else. */
void format_on_day(char *text, size_t size, int64_t ms, int64_t now_ms);
/* By when something is due that may say no hour: the last moment of a day is that day. */
void format_due(char *text, size_t size, int64_t ms, int64_t now_ms);
/* mm:ss, h:mm:ss from an hour on. */
void format_duration(char *text, size_t size, int64_t ms);
/* A localised value of a catalogue record in the screen's language; borrowed, "" when absent. */
const char *format_localised(const json_t *value);

#endif
