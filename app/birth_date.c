#include "app/birth_date.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/text.h"

#define EARLIEST_YEAR 1850
#define PART_LIMIT    3

static const char *const months[12][4] = {
    {"janvier", "january", "jan", "janv"},
    {"fevrier", "february", "feb", "fev"},
    {"mars", "march", "mar", NULL},
    {"avril", "april", "apr", "avr"},
    {"mai", "may", NULL, NULL},
    {"juin", "june", "jun", NULL},
    {"juillet", "july", "jul", "juil"},
    {"aout", "august", "aug", "aou"},
    {"septembre", "september", "sep", "sept"},
    {"octobre", "october", "oct", NULL},
    {"novembre", "november", "nov", NULL},
    {"decembre", "december", "dec", NULL},
};

/* One part of a date: a number with how many figures it has, or a month by its name. */
struct part {
    int number;
    size_t figures; /* 0: a month's name */
};

static int month_by_name(const char *word)
{
    for (int month = 0; month < 12; month++)
        for (size_t i = 0; i < 4 && months[month][i] != NULL; i++)
            if (strcmp(months[month][i], word) == 0)
                return month + 1;
    return 0;
}

static bool part_read(const char *word, struct part *part)
{
    size_t figures = strspn(word, "0123456789");
    const char *rest = word + figures;

    if (figures == 0) {
        part->number = month_by_name(word);
        part->figures = 0;
        return part->number > 0;
    }
    if (figures > 8 ||
        (*rest != '\0' && strcmp(rest, "er") != 0 && strcmp(rest, "st") != 0 &&
         strcmp(rest, "nd") != 0 && strcmp(rest, "rd") != 0 && strcmp(rest, "th") != 0))
        return false;
    part->number = atoi(word);
    part->figures = figures;
    return true;
}

/* Splits the folded text, in which all signs are spaces. 0 when it is no date. */
static size_t parts_read(const char *typed, struct part parts[PART_LIMIT])
{
    char *folded = text_fold(typed, strlen(typed)), *rest = NULL;
    size_t count = 0;

    /* Some signs stay when text is folded. */
    for (char *at = folded; at != NULL && *at != '\0'; at++)
        if (strchr("/.,-", *at) != NULL)
            *at = ' ';
    for (char *word = folded == NULL ? NULL : strtok_r(folded, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        if (strcmp(word, "le") == 0 || strcmp(word, "the") == 0 || strcmp(word, "of") == 0)
            continue;
        if (count == PART_LIMIT || !part_read(word, &parts[count])) {
            count = 0;
            break;
        }
        count++;
    }
    free(folded);
    return count;
}

static void add(char dates[BIRTH_DATE_MEANINGS][BIRTH_DATE_SIZE], size_t *count, int year,
                int month, int day)
{
    char date[40], moment[TIMESTAMP_SIZE + 40];
    int64_t ms;

    if (year < EARLIEST_YEAR || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 ||
        *count == BIRTH_DATE_MEANINGS)
        return;
    snprintf(date, sizeof(date), "%04d-%02d-%02d", year, month, day);
    snprintf(moment, sizeof(moment), "%sT00:00:00Z", date);
    if (!timestamp_parse(moment, &ms) || (*count == 1 && strcmp(dates[0], date) == 0))
        return;
    memcpy(dates[*count], date, BIRTH_DATE_SIZE);
    (*count)++;
}

size_t birth_date_read(const char *typed, char dates[BIRTH_DATE_MEANINGS][BIRTH_DATE_SIZE])
{
    struct part parts[PART_LIMIT];
    size_t parts_count = parts_read(typed, parts), count = 0;

    if (parts_count == 1 && parts[0].figures == 8) {
        add(dates, &count, parts[0].number / 10000, parts[0].number / 100 % 100,
            parts[0].number % 100);
        return count;
    }
    if (parts_count != 3)
        return 0;
    if (parts[0].figures == 4 && parts[1].figures <= 2 && parts[2].figures <= 2 &&
        parts[2].figures > 0) {
        add(dates, &count, parts[0].number, parts[1].number, parts[2].number);
    } else if (parts[2].figures == 4 && parts[0].figures <= 2 && parts[1].figures <= 2) {
        if (parts[0].figures > 0)
            add(dates, &count, parts[2].number, parts[1].number, parts[0].number);
        if (parts[1].figures > 0)
            add(dates, &count, parts[2].number, parts[0].number, parts[1].number);
    }
    return count;
}

enum birth_date_likeness birth_date_compare(const char *left, const char *right)
{
    size_t apart = 0, first = 0;

    if (strcmp(left, right) == 0)
        return BIRTH_DATE_SAME;
    if (strlen(left) != BIRTH_DATE_SIZE - 1 || strlen(right) != BIRTH_DATE_SIZE - 1)
        return BIRTH_DATE_OTHER;
    if (strncmp(left, right, 5) == 0 && strncmp(left + 5, right + 8, 2) == 0 &&
        strncmp(left + 8, right + 5, 2) == 0)
        return BIRTH_DATE_NEAR;
    for (size_t i = 0; left[i] != '\0'; i++)
        if (left[i] != right[i] && apart++ == 0)
            first = i;
    if (apart == 1)
        return BIRTH_DATE_NEAR;
    return apart == 2 && left[first] == right[first + 1] && left[first + 1] == right[first]
               ? BIRTH_DATE_NEAR
               : BIRTH_DATE_OTHER;
}
