#include "app/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t read_ms(clockid_t which)
{
    struct timespec now;

    clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_system(void *context)
{
    (void)context;
    return read_ms(CLOCK_REALTIME);
}

int64_t clock_steady_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

int64_t clock_steady(void *context)
{
    (void)context;
    return read_ms(CLOCK_MONOTONIC);
}

void clock_init(struct clock *clock, clock_source source, void *context)
{
    *clock = (struct clock){.source = source, .context = context};
}

int64_t clock_wall_ms(const struct clock *clock)
{
    return clock->source(clock->context);
}

int moment_compare(struct moment left, struct moment right)
{
    if (left.ms != right.ms)
        return left.ms < right.ms ? -1 : 1;
    return (left.tick > right.tick) - (left.tick < right.tick);
}

struct moment clock_next(struct clock *clock)
{
    int64_t wall = clock_wall_ms(clock);

    if (wall > clock->last.ms)
        clock->last = (struct moment){.ms = wall};
    else if (clock->last.tick == UINT16_MAX)
        clock->last = (struct moment){.ms = clock->last.ms + 1};
    else
        clock->last.tick++;
    return clock->last;
}

bool clock_observe(struct clock *clock, struct moment seen)
{
    if (seen.ms > clock_wall_ms(clock) + CLOCK_MAXIMUM_AHEAD_MS)
        return false;
    if (moment_compare(seen, clock->last) > 0)
        clock->last = seen;
    return true;
}

/* --- RFC 3339 ------------------------------------------------------------------------------- */

/* Days from 1970-01-01 to a date of the proleptic Gregorian calendar, by counting the days of
 * years that begin in March, so that the leap day comes last. */
static int64_t days_from_date(int64_t year, int month, int day)
{
    int64_t shifted = month > 2 ? year : year - 1;
    int month_from_march = (month + 9) % 12;
    int64_t before = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400;

    return before + (153 * month_from_march + 2) / 5 + day - 1 - 719468;
}

static int month_length(int64_t year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : lengths[month - 1];
}

static char *put_digits(char *to, int value, int count)
{
    for (int i = count; i-- > 0; value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + count;
}

/* Digits by hand: each record bears several times, and each is written more than once. */
void timestamp_format(int64_t ms, char text[TIMESTAMP_SIZE])
{
    int64_t seconds = ms / 1000;
    int64_t rest = ms % 1000;
    time_t whole;
    struct tm parts;

    if (rest < 0) {
        rest += 1000;
        seconds--;
    }
    whole = (time_t)seconds;
    gmtime_r(&whole, &parts);
    /* The years of our calendar have four digits. */
    text = put_digits(text, ((parts.tm_year + 1900) % 10000 + 10000) % 10000, 4);
    *text++ = '-';
    text = put_digits(text, parts.tm_mon + 1, 2);
    *text++ = '-';
    text = put_digits(text, parts.tm_mday, 2);
    *text++ = 'T';
    text = put_digits(text, parts.tm_hour, 2);
    *text++ = ':';
    text = put_digits(text, parts.tm_min, 2);
    *text++ = ':';
    text = put_digits(text, parts.tm_sec, 2);
    *text++ = '.';
    text = put_digits(text, (int)rest, 3);
    *text++ = 'Z';
    *text = '\0';
}

/* Reads exactly `count` digits. */
static bool read_digits(const char **text, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++) {
        if (!isdigit((unsigned char)**text))
            return false;
        *value = *value * 10 + (*(*text)++ - '0');
    }
    return true;
}

static bool read_character(const char **text, const char *allowed)
{
    if (**text == '\0' || strchr(allowed, **text) == NULL)
        return false;
    (*text)++;
    return true;
}

/* The decimals of a second as whole milliseconds; what is finer is cut off. */
static bool read_fraction(const char **text, int *ms)
{
    int weight = 100;
    int digits = 0;

    *ms = 0;
    if (**text != '.')
        return true;
    for ((*text)++; isdigit((unsigned char)**text); (*text)++, digits++) {
        *ms += (**text - '0') * weight;
        weight /= 10;
    }
    return digits >= 1 && digits <= 9;
}

static bool read_offset(const char **text, int *minutes)
{
    int hour;
    int minute;
    bool west = **text == '-';

    *minutes = 0;
    if (read_character(text, "Zz"))
        return true;
    if (!read_character(text, "+-") || !read_digits(text, 2, &hour) || !read_character(text, ":") ||
        !read_digits(text, 2, &minute) || hour > 23 || minute > 59)
        return false;
    *minutes = (hour * 60 + minute) * (west ? -1 : 1);
    return true;
}

void moment_format(struct moment moment, char text[MOMENT_SIZE])
{
    char time[TIMESTAMP_SIZE];

    text[0] = '\0';
    if (moment.ms == 0 && moment.tick == 0)
        return;
    timestamp_format(moment.ms, time);
    (void)snprintf(text, MOMENT_SIZE, "%s/%u", time, (unsigned)moment.tick);
}

bool moment_parse(const char *text, struct moment *moment)
{
    const char *slash = strchr(text, '/');
    char time[TIMESTAMP_SIZE];
    unsigned tick = 0;
    size_t digits;

    *moment = (struct moment){0};
    if (*text == '\0')
        return true;
    digits = slash != NULL ? strspn(slash + 1, "0123456789") : 0;
    if (digits < 1 || digits > 5 || slash[1 + digits] != '\0' ||
        (size_t)(slash - text) >= sizeof(time))
        return false;
    memcpy(time, text, (size_t)(slash - text));
    time[slash - text] = '\0';
    for (size_t i = 1; i <= digits; i++)
        tick = tick * 10 + (unsigned)(slash[i] - '0');
    if (tick > UINT16_MAX || !timestamp_parse(time, &moment->ms))
        return false;
    moment->tick = (uint16_t)tick;
    return true;
}

bool timestamp_parse(const char *text, int64_t *ms)
{
    int year, month, day, hour, minute, second, fraction, offset;
    int64_t days;

    if (!read_digits(&text, 4, &year) || !read_character(&text, "-") ||
        !read_digits(&text, 2, &month) || !read_character(&text, "-") ||
        !read_digits(&text, 2, &day) || !read_character(&text, "Tt ") ||
        !read_digits(&text, 2, &hour) || !read_character(&text, ":") ||
        !read_digits(&text, 2, &minute) || !read_character(&text, ":") ||
        !read_digits(&text, 2, &second) || !read_fraction(&text, &fraction) ||
        !read_offset(&text, &offset) || *text != '\0')
        return false;
    if (year < 1900 || month < 1 || month > 12 || day < 1 || day > month_length(year, month) ||
        hour > 23 || minute > 59 || second > 60)
        return false;
    days = days_from_date(year, month, day);
    *ms = (days * 86400 + hour * 3600 + (minute - offset) * 60 + second) * 1000 + fraction;
    return true;
}
