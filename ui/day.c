#include "ui/day.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/clock.h"
#include "app/text.h"

#define DAY_MS INT64_C(86400000)
/* Nobody promises something for a day further away. */
#define FURTHEST_DAYS 3660

int64_t day_noon_ms(const struct answer_day *day)
{
    char moment[TIMESTAMP_SIZE + 16];
    int64_t ms = 0;

    snprintf(moment, sizeof(moment), "%04d-%02d-%02dT12:00:00Z", day->year, day->month, day->day);
    timestamp_parse(moment, &ms);
    return ms;
}

static struct answer_day days_after(const struct answer_day *today, int64_t count)
{
    char moment[TIMESTAMP_SIZE];
    struct answer_day day = *today;

    timestamp_format(day_noon_ms(today) + count * DAY_MS, moment);
    answer_parse_day(moment, &day);
    return day;
}

/* 0 Sunday ... 6 Saturday. 1 January 1970 was a Thursday. */
static int weekday_of(const struct answer_day *day)
{
    int64_t days = day_noon_ms(day) / DAY_MS;

    return (int)(((days + 4) % 7 + 7) % 7);
}

static bool read_weekday(const char *word, const struct answer_context *context,
                         struct answer_day *day)
{
    static const char *const names[7][2] = {{"sunday", "dimanche"}, {"monday", "lundi"},
                                            {"tuesday", "mardi"},   {"wednesday", "mercredi"},
                                            {"thursday", "jeudi"},  {"friday", "vendredi"},
                                            {"saturday", "samedi"}};
    size_t length = strlen(word);

    for (int i = 0; i < 7 && length >= 3; i++)
        for (int language = 0; language < 2; language++)
            if (strncmp(names[i][language], word, length) == 0) {
                int ahead = (i - weekday_of(&context->today) + 7) % 7;

                *day = days_after(&context->today, ahead == 0 ? 7 : ahead);
                return true;
            }
    return false;
}

/* "3" after a plus, "in 3 days", "dans 2 semaines", "3 jours". */
static bool read_ahead(const char *text, bool plus, const struct answer_context *context,
                       struct answer_day *day)
{
    static const char *const before[] = {"in ", "dans "};
    static const struct {
        const char *unit;
        int days;
    } units[] = {{"day", 1},  {"days", 1},  {"jour", 1},    {"jours", 1},
                 {"week", 7}, {"weeks", 7}, {"semaine", 7}, {"semaines", 7}};
    char *end;
    long count;
    int days = 0;

    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
        if (strncmp(text, before[i], strlen(before[i])) == 0)
            text += strlen(before[i]);
    if (!isdigit((unsigned char)*text))
        return false;
    count = strtol(text, &end, 10);
    end += strspn(end, " ");
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(end, units[i].unit) == 0)
            days = units[i].days;
    if (*end == '\0' && plus)
        days = 1;
    if (days == 0 || count > FURTHEST_DAYS)
        return false;
    *day = days_after(&context->today, count * days);
    return true;
}

/* "24/11": of this year, or of the next when that is over. */
static bool read_without_year(const char *text, const struct answer_context *context,
                              struct answer_day *day)
{
    char whole[48];
    int first, second, length = 0;

    if (sscanf(text, "%2d%*1[/.-]%2d%n", &first, &second, &length) != 2 || length == 0 ||
        text[length] != '\0')
        return false;
    for (int year = context->today.year; year <= context->today.year + 1; year++) {
        snprintf(whole, sizeof(whole), "%d/%d/%d", first, second, year);
        if (answer_read_day(whole, context, day) &&
            day_noon_ms(day) >= day_noon_ms(&context->today))
            return true;
    }
    return false;
}

int64_t day_start_ms(int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm local;

    if (localtime_r(&seconds, &local) == NULL)
        return ms - ms % DAY_MS;
    local.tm_hour = local.tm_min = local.tm_sec = 0;
    local.tm_isdst = -1;
    return (int64_t)mktime(&local) * 1000;
}

bool day_read(const char *text, const struct answer_context *context, struct answer_day *day)
{
    char *folded;
    bool read;

    text += strspn(text, " ");
    folded = text_fold(text, strlen(text));
    if (folded == NULL)
        return false;
    read = read_weekday(folded, context, day) || read_ahead(folded, *text == '+', context, day) ||
           read_without_year(text, context, day) || answer_read_day(text, context, day);
    free(folded);
    return read;
}

/* Where the last word before `length` begins; 0 for the first. */
static size_t word_before(const char *text, size_t length)
{
    while (length > 0 && text[length - 1] == ' ')
        length--;
    while (length > 0 && text[length - 1] != ' ')
        length--;
    return length;
}

/* What stands between a day and its hour says nothing. */
static const char *hour_of(const char *text)
{
    static const char *const words[] = {"at ", "à ", "a ", "vers "};

    text += strspn(text, " ,");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strncmp(text, words[i], strlen(words[i])) == 0)
            return text + strlen(words[i]) + strspn(text + strlen(words[i]), " ");
    return text;
}

bool day_read_moment(const char *text, const struct answer_context *context, struct answer_day *day,
                     struct answer_time *time, bool *timed)
{
    /* No day is written with a colon: "+5 16:00" is none of the year 2000. */
    bool read = strchr(text, ':') == NULL && day_read(text, context, day);

    *timed = false;
    for (size_t length = word_before(text, strlen(text)); !read && length > 0;
         length = word_before(text, length)) {
        char *head = strndup(text, length);

        if (head == NULL)
            return false;
        while (length > 0 && strchr(" ,", head[length - 1]) != NULL)
            head[--length] = '\0';
        read = day_read(head, context, day) && answer_read_time(hour_of(text + length), time);
        *timed = read;
        free(head);
    }
    return read;
}
