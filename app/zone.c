#include "app/zone.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/calendar.h"

#define ZONE_DIRECTORY   "/usr/share/zoneinfo"
#define ZONE_NAME_LIMIT  64
#define ZONE_FILE_LIMIT  (128 * 1024)
#define HEADER_SIZE      44
#define DAY_SECONDS      86400
#define RULE_HOURS_LIMIT 167 /* of the hour at which a rule applies (RFC 9636, 3.3.1) */

/* The day of a year on which clocks change, and the second of that day as they show it before. */
struct change {
    char kind;            /* 'M' month, week and weekday; 'J' day without 29 Feb; '0' day */
    int month, week, day; /* of an 'M'; else only `day` */
    int64_t seconds;
};

/* What follows the last transition of the file: the POSIX TZ string in its footer. */
struct rule {
    bool given, daylight;
    int64_t standard_offset, daylight_offset; /* seconds east */
    struct change start, end;
};

struct zone {
    int64_t *moments; /* of the transitions, ascending */
    int64_t *offsets; /* after each */
    size_t count;
    int64_t first_offset; /* before all of them */
    struct rule rule;
};

/* --- the footer ------------------------------------------------------------------------------ */

static bool take(const char **at, char wanted)
{
    if (**at != wanted)
        return false;
    (*at)++;
    return true;
}

static bool take_number(const char **at, int most, int *number)
{
    const char *start = *at;

    *number = 0;
    for (; **at >= '0' && **at <= '9' && *at - start < 4; (*at)++)
        *number = *number * 10 + (**at - '0');
    return *at > start && *number <= most;
}

/* "EST", "<-03>": at least three characters. */
static bool take_name(const char **at)
{
    bool quoted = take(at, '<');
    const char *start = *at;

    while ((**at >= 'A' && **at <= 'Z') || (**at >= 'a' && **at <= 'z') ||
           (quoted && ((**at >= '0' && **at <= '9') || **at == '+' || **at == '-')))
        (*at)++;
    return *at - start >= 3 && (!quoted || take(at, '>'));
}

/* "[+-]hh[:mm[:ss]]" in seconds. */
static bool take_time(const char **at, int most_hours, int64_t *seconds)
{
    bool negative = take(at, '-');
    int hours, minutes = 0, rest = 0;

    if (!negative)
        take(at, '+');
    if (!take_number(at, most_hours, &hours))
        return false;
    if (take(at, ':') && !take_number(at, 59, &minutes))
        return false;
    if (take(at, ':') && !take_number(at, 59, &rest))
        return false;
    *seconds = (int64_t)hours * 3600 + minutes * 60 + rest;
    if (negative)
        *seconds = -*seconds;
    return true;
}

static bool take_change(const char **at, struct change *change)
{
    bool good;

    *change = (struct change){.kind = '0', .seconds = 7200};
    if (take(at, 'M')) {
        change->kind = 'M';
        good = take_number(at, 12, &change->month) && change->month >= 1 && take(at, '.') &&
               take_number(at, 5, &change->week) && change->week >= 1 && take(at, '.') &&
               take_number(at, 6, &change->day);
    } else {
        if (take(at, 'J'))
            change->kind = 'J';
        good = take_number(at, 365, &change->day) && (change->kind == '0' || change->day >= 1);
    }
    return good && (!take(at, '/') || take_time(at, RULE_HOURS_LIMIT, &change->seconds));
}

/* "EST5EDT,M3.2.0,M11.1.0"; offsets there count west. */
static bool rule_read(struct rule *rule, const char *text)
{
    const char *at = text;

    if (*text == '\0')
        return true;
    if (!take_name(&at) || !take_time(&at, 24, &rule->standard_offset))
        return false;
    rule->standard_offset = -rule->standard_offset;
    rule->given = true;
    if (*at == '\0')
        return true;
    if (!take_name(&at))
        return false;
    rule->daylight = true;
    rule->daylight_offset = rule->standard_offset + 3600;
    if (*at != ',') {
        if (!take_time(&at, 24, &rule->daylight_offset))
            return false;
        rule->daylight_offset = -rule->daylight_offset;
    }
    return take(&at, ',') && take_change(&at, &rule->start) && take(&at, ',') &&
           take_change(&at, &rule->end) && *at == '\0';
}

/* --- the file -------------------------------------------------------------------------------- */

/* The counts of a header, in their order there. */
enum { UTC_COUNT, STANDARD_COUNT, LEAP_COUNT, TIME_COUNT, TYPE_COUNT, NAME_BYTES, COUNTS };

struct reader {
    const unsigned char *at, *end;
    size_t counts[COUNTS];
    char version;
};

static int64_t big_endian(const unsigned char *bytes, size_t size)
{
    uint64_t value = bytes[0] & 0x80 ? UINT64_MAX : 0;

    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return (int64_t)value;
}

static size_t left(const struct reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

static bool read_header(struct reader *reader)
{
    if (left(reader) < HEADER_SIZE || memcmp(reader->at, "TZif", 4) != 0)
        return false;
    reader->version = (char)reader->at[4];
    for (size_t i = 0; i < COUNTS; i++) {
        int64_t count = big_endian(reader->at + 20 + 4 * i, 4);

        if (count < 0 || count > ZONE_FILE_LIMIT)
            return false;
        reader->counts[i] = (size_t)count;
    }
    reader->at += HEADER_SIZE;
    return true;
}

/* Bytes of the block that follows a header, its moments being `size` bytes each. */
static size_t block_size(const struct reader *reader, size_t size)
{
    const size_t *counts = reader->counts;

    return counts[TIME_COUNT] * (size + 1) + counts[TYPE_COUNT] * 6 + counts[NAME_BYTES] +
           counts[LEAP_COUNT] * (size + 4) + counts[STANDARD_COUNT] + counts[UTC_COUNT];
}

/* RFC 8536: no clock is further from UTC. */
static bool is_offset(int64_t seconds)
{
    return seconds > -25 * 3600 && seconds < 26 * 3600;
}

static int read_block(struct zone *zone, struct reader *reader, size_t size, struct error *error)
{
    const size_t times = reader->counts[TIME_COUNT], types = reader->counts[TYPE_COUNT];
    const unsigned char *indexes, *kinds;

    if (left(reader) < block_size(reader, size) || types == 0)
        return ERROR_INVALID;
    indexes = reader->at + times * size;
    kinds = indexes + times;
    for (size_t i = 0; i < types; i++)
        if (!is_offset(big_endian(kinds + (size_t)6 * i, 4)))
            return ERROR_INVALID;
    zone->moments = calloc(times + 1, sizeof(*zone->moments));
    zone->offsets = calloc(times + 1, sizeof(*zone->offsets));
    if (zone->moments == NULL || zone->offsets == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    for (; zone->count < times; zone->count++) {
        const size_t i = zone->count;

        zone->moments[i] = big_endian(reader->at + i * size, size);
        if (indexes[i] >= types || (i > 0 && zone->moments[i] <= zone->moments[i - 1]))
            return ERROR_INVALID;
        zone->offsets[i] = big_endian(kinds + (size_t)6 * indexes[i], 4);
    }
    zone->first_offset = big_endian(kinds, 4);
    reader->at += block_size(reader, size);
    return 0;
}

/* "\nEST5EDT,M3.2.0,M11.1.0\n" */
static bool read_footer(struct zone *zone, const struct reader *reader)
{
    char text[128];
    size_t length = left(reader);

    if (length < 2 || length >= sizeof(text) || reader->at[0] != '\n' ||
        reader->at[length - 1] != '\n')
        return false;
    memcpy(text, reader->at + 1, length - 2);
    text[length - 2] = '\0';
    return rule_read(&zone->rule, text);
}

/* A file of version 1 has one block; later ones have another one after it, with larger moments. */
static int read_all(struct zone *zone, struct reader *reader, struct error *error)
{
    int code;

    if (!read_header(reader))
        return ERROR_INVALID;
    if (reader->version == '\0')
        return read_block(zone, reader, 4, error);
    if (left(reader) < block_size(reader, 4))
        return ERROR_INVALID;
    reader->at += block_size(reader, 4);
    if (!read_header(reader))
        return ERROR_INVALID;
    code = read_block(zone, reader, 8, error);
    if (code == 0 && !read_footer(zone, reader))
        code = ERROR_INVALID;
    return code;
}

int zone_read(struct zone **zone, const unsigned char *bytes, size_t size, const char *name,
              struct error *error)
{
    struct reader reader = {.at = bytes, .end = bytes + size};
    struct zone *made = calloc(1, sizeof(*made));
    int code;

    *zone = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    code = read_all(made, &reader, error);
    if (code != 0) {
        zone_free(made);
        return code != ERROR_INVALID
                   ? code
                   : error_set(error, ERROR_INVALID, "time zone %s: not a zone file", name);
    }
    *zone = made;
    return 0;
}

static bool is_name(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/";

    /* No dots: no way out of the folder. */
    return *name != '\0' && *name != '/' && strlen(name) <= ZONE_NAME_LIMIT &&
           strspn(name, allowed) == strlen(name);
}

int zone_open(struct zone **zone, const char *name, struct error *error)
{
    const char *directory = getenv("TZDIR");
    unsigned char *bytes;
    char path[4096];
    FILE *file;
    size_t size;
    int code;

    *zone = NULL;
    if (!is_name(name))
        return error_set(error, ERROR_INVALID, "time zone \"%.64s\": not a name", name);
    snprintf(path, sizeof(path), "%.3900s/%s",
             directory != NULL && *directory != '\0' ? directory : ZONE_DIRECTORY, name);
    file = fopen(path, "rbe");
    if (file == NULL)
        return error_set(error, ERROR_NOT_FOUND, "time zone %s: %s", name, strerror(errno));
    bytes = malloc(ZONE_FILE_LIMIT);
    size = bytes == NULL ? 0 : fread(bytes, 1, ZONE_FILE_LIMIT, file);
    fclose(file);
    code = bytes == NULL ? error_set(error, ERROR_MEMORY, "out of memory")
                         : zone_read(zone, bytes, size, name, error);
    free(bytes);
    return code;
}

void zone_free(struct zone *zone)
{
    if (zone == NULL)
        return;
    free(zone->moments);
    free(zone->offsets);
    free(zone);
}

/* --- asking ---------------------------------------------------------------------------------- */

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The day number of the change in a year. */
static int64_t change_day(const struct change *change, int year)
{
    const struct calendar_day first = {year, change->kind == 'M' ? change->month : 1, 1};
    const int64_t number = calendar_day_number(&first);
    int64_t day;

    if (change->kind == '0')
        return number + change->day;
    if (change->kind == 'J')
        return number + change->day - 1 + (is_leap(year) && change->day > 59 ? 1 : 0);
    /* Weekdays count from Sunday here, from Monday in the calendar; week 5 is the last. */
    day = number + (change->day + 6 - calendar_weekday(&first)) % 7 + 7 * (change->week - 1);
    while (calendar_day_from_number(day).month != change->month)
        day -= 7;
    return day;
}

static int64_t rule_offset(const struct rule *rule, int64_t seconds)
{
    int64_t start, end, day = (seconds + rule->standard_offset) / DAY_SECONDS;
    int year;

    if (!rule->daylight)
        return rule->standard_offset;
    year = calendar_day_from_number(day).year;
    start =
        change_day(&rule->start, year) * DAY_SECONDS + rule->start.seconds - rule->standard_offset;
    end = change_day(&rule->end, year) * DAY_SECONDS + rule->end.seconds - rule->daylight_offset;
    if (start < end ? seconds >= start && seconds < end : seconds >= start || seconds < end)
        return rule->daylight_offset;
    return rule->standard_offset;
}

int64_t zone_offset(const struct zone *zone, int64_t seconds)
{
    size_t low = 0, high = zone->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (zone->moments[middle] <= seconds)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->count && zone->rule.given)
        return rule_offset(&zone->rule, seconds);
    return low == 0 ? zone->first_offset : zone->offsets[low - 1];
}

int64_t zone_moment(const struct zone *zone, int64_t local)
{
    int64_t before = zone_offset(zone, local - DAY_SECONDS);
    int64_t after = zone_offset(zone, local + DAY_SECONDS);

    if (zone_offset(zone, local - before) == before)
        return local - before;
    if (zone_offset(zone, local - after) == after)
        return local - after;
    return local - before;
}
