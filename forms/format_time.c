/* Dates and times: RFC 3339 section 5.6, durations appendix A. */
#include <stdint.h>

#include "forms/format.h"

/* A text being read from the front. */
struct scan {
    const char *at;
    const char *end;
};

static bool is_digit(const struct scan *scan)
{
    return scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9';
}

static bool take(struct scan *scan, char character)
{
    if (scan->at == scan->end || *scan->at != character)
        return false;
    scan->at++;
    return true;
}

/* Exactly `count` digits; -1 when they are not there. */
static int take_digits(struct scan *scan, int count)
{
    int value = 0;

    for (int i = 0; i < count; i++) {
        if (!is_digit(scan))
            return -1;
        value = value * 10 + (*scan->at++ - '0');
    }
    return value;
}

static bool take_date(struct scan *scan)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = take_digits(scan, 4);
    int month = year >= 0 && take(scan, '-') ? take_digits(scan, 2) : -1;
    int day = month >= 0 && take(scan, '-') ? take_digits(scan, 2) : -1;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    if (month < 1 || month > 12 || day < 1)
        return false;
    return day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* Z or +hh:mm, as minutes east of UTC. */
static bool take_offset(struct scan *scan, int *offset)
{
    bool west;
    int hours;
    int minutes;

    *offset = 0;
    if (take(scan, 'Z') || take(scan, 'z'))
        return true;
    west = take(scan, '-');
    if (!west && !take(scan, '+'))
        return false;
    hours = take_digits(scan, 2);
    minutes = hours >= 0 && take(scan, ':') ? take_digits(scan, 2) : -1;
    if (hours > 23 || minutes < 0 || minutes > 59)
        return false;
    *offset = (west ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

/* A leap second ends a day of UTC. */
static bool take_time(struct scan *scan)
{
    int hour = take_digits(scan, 2);
    int minute = hour >= 0 && take(scan, ':') ? take_digits(scan, 2) : -1;
    int second = minute >= 0 && take(scan, ':') ? take_digits(scan, 2) : -1;
    int offset;
    int utc;

    if (second < 0 || hour > 23 || minute > 59 || second > 60)
        return false;
    if (take(scan, '.')) {
        if (!is_digit(scan))
            return false;
        while (is_digit(scan))
            scan->at++;
    }
    if (!take_offset(scan, &offset))
        return false;
    utc = (hour * 60 + minute - offset + 2 * 24 * 60) % (24 * 60);
    return second < 60 || utc == 23 * 60 + 59;
}

bool format_check_date(const char *text, size_t length)
{
    struct scan scan = {text, text + length};

    return take_date(&scan) && scan.at == scan.end;
}

bool format_check_time(const char *text, size_t length)
{
    struct scan scan = {text, text + length};

    return take_time(&scan) && scan.at == scan.end;
}

bool format_check_date_time(const char *text, size_t length)
{
    struct scan scan = {text, text + length};

    return take_date(&scan) && (take(&scan, 'T') || take(&scan, 't')) && take_time(&scan) &&
           scan.at == scan.end;
}

/*
 * A run of elements ("1Y2M"), whose units must follow each other in `units` without a gap: that
 * is how the grammar of RFC 3339 chains them. True when there is at least one.
 */
static bool take_elements(struct scan *scan, const char *units)
{
    const char *next = NULL;

    while (is_digit(scan)) {
        const char *unit = next == NULL ? units : next;

        while (is_digit(scan))
            scan->at++;
        if (scan->at == scan->end)
            return false;
        while (next == NULL && *unit != '\0' && *unit != *scan->at)
            unit++;
        if (*unit == '\0' || *unit != *scan->at)
            return false;
        scan->at++;
        next = unit + 1;
    }
    return next != NULL;
}

bool format_check_duration(const char *text, size_t length)
{
    struct scan scan = {text, text + length};
    struct scan weeks;
    bool any = false;

    if (!take(&scan, 'P'))
        return false;
    weeks = scan;
    if (take_elements(&weeks, "W") && weeks.at == weeks.end)
        return true;
    if (is_digit(&scan)) {
        if (!take_elements(&scan, "YMD"))
            return false;
        any = true;
    }
    if (take(&scan, 'T')) {
        if (!take_elements(&scan, "HMS"))
            return false;
        any = true;
    }
    return any && scan.at == scan.end;
}
