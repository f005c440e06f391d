/*
 * Days and times of day, as people type and read them, in French and in English.
 */
#ifndef GUICHET_FORMS_ANSWER_DATE_H
#define GUICHET_FORMS_ANSWER_DATE_H

#include <stdbool.h>
#include <stddef.h>

#include "forms/answer.h"

/* A time of day, as typed. */
struct answer_time {
    int hour;   /* 0 to 23 */
    int minute; /* 0 to 59 */
    int second; /* 0 to 59 */
};

#define ANSWER_DATE_SIZE 64

/* Reads "14:30", "14 h 30", "1430", "2:30 pm", "midi"; false when it is no time. */
bool answer_read_time(const char *text, struct answer_time *time);

/* Reads the start of stored text "2026-11-24" or "14:30:00-05:00"; false when it is not that. */
bool answer_parse_day(const char *stored, struct answer_day *day);
bool answer_parse_time(const char *stored, struct answer_time *time);

/* "mardi 24 novembre 2026"; "Tuesday, November 24, 2026". */
void answer_speak_day(const struct answer_day *day, enum form_language language,
                      char text[ANSWER_DATE_SIZE]);
/* "14 h 30"; "2:30 p.m." */
void answer_speak_time(const struct answer_time *time, enum form_language language,
                       char text[ANSWER_DATE_SIZE]);

#endif
