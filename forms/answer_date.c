#include "forms/answer_date.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Years that a form may mean. */
#define FIRST_YEAR 1800
#define LAST_YEAR  2199

/* How far in the future a year of two digits may be. */
#define YEARS_AHEAD 10

#define WORD_LIMIT 16

/* One number or word of a folded text. */
struct word {
    char text[16];
    size_t length;
    bool number;
    int value;
};

struct words {
    struct word list[WORD_LIMIT];
    size_t count;
};

static const char *const months[FORM_LANGUAGE_COUNT][12] = {
    {"janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre",
     "octobre", "novembre", "decembre"},
    {"january", "february", "march", "april", "may", "june", "july", "august", "september",
     "october", "november", "december"},
};

static const char *const spoken_months[FORM_LANGUAGE_COUNT][12] = {
    {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
     "octobre", "novembre", "décembre"},
    {"January", "February", "March", "April", "May", "June", "July", "August", "September",
     "October", "November", "December"},
};

static const char *const spoken_weekdays[FORM_LANGUAGE_COUNT][7] = {
    {"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
    {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
};

/* Words around a date that say nothing about it. */
static const char *const fillers[] = {
    "le",      "the",       "of",       "de",       "er",       "st",       "nd",
    "rd",      "th",        "e",        "eme",      "du",       "on",       "lundi",
    "mardi",   "mercredi",  "jeudi",    "vendredi", "samedi",   "dimanche", "monday",
    "tuesday", "wednesday", "thursday", "friday",   "saturday", "sunday",
};

/* Splits a folded text into numbers and words: "24nov 2026" -> 24, nov, 2026. */
static bool split(struct words *words, const char *text)
{
    char *folded = text_fold(text, strlen(text));
    const char *from = folded;

    words->count = 0;
    if (folded == NULL)
        return false;
    while (*from != '\0') {
        struct word *word = &words->list[words->count];
        bool number = isdigit((unsigned char)*from) != 0;
        size_t length = 0;

        if (*from == ' ') {
            from++;
            continue;
        }
        while (from[length] != '\0' && from[length] != ' ' &&
               (isdigit((unsigned char)from[length]) != 0) == number)
            length++;
        if (words->count == WORD_LIMIT || length >= sizeof(word->text)) {
            free(folded);
            return false;
        }
        memcpy(word->text, from, length);
        word->text[length] = '\0';
        word->length = length;
        word->number = number;
        word->value = number && length <= 8 ? atoi(word->text) : 0;
        words->count++;
        from += length;
    }
    free(folded);
    return true;
}

static void remove_word(struct words *words, size_t index)
{
    memmove(&words->list[index], &words->list[index + 1],
            (words->count - index - 1) * sizeof(words->list[0]));
    words->count--;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool answer_day_is_valid(const struct answer_day *day)
{
    return day->year >= FIRST_YEAR && day->year <= LAST_YEAR && day->month >= 1 &&
           day->month <= 12 && day->day >= 1 && day->day <= days_of_month(day->year, day->month);
}

static void move_day(struct answer_day *day, int by)
{
    day->day += by;
    if (day->day < 1) {
        day->month = day->month == 1 ? 12 : day->month - 1;
        day->year -= day->month == 12;
        day->day = days_of_month(day->year, day->month);
    } else if (day->day > days_of_month(day->year, day->month)) {
        day->day = 1;
        day->month = day->month == 12 ? 1 : day->month + 1;
        day->year += day->month == 1;
    }
}

/* "aujourd'hui", "hier", "tomorrow": one day before or after today. */
static bool read_relative(const struct words *words, const struct answer_context *context,
                          struct answer_day *day)
{
    static const struct {
        const char *word;
        int by;
    } relatives[] = {
        {"today", 0},      {"auj", 0},    {"aujourd", 0},  {"hier", -1},
        {"yesterday", -1}, {"demain", 1}, {"tomorrow", 1},
    };

    for (size_t i = 0; i < sizeof(relatives) / sizeof(relatives[0]); i++) {
        if (strcmp(words->list[0].text, relatives[i].word) == 0) {
            bool hui = words->count == 2 && strcmp(words->list[1].text, "hui") == 0;

            *day = context->today;
            move_day(day, relatives[i].by);
            return words->count == 1 || hui;
        }
    }
    return false;
}

/* 1 to 12 for the name of a month or its first three letters or more, in either language; 0. */
static int month_of(const struct word *word)
{
    int found = 0;

    if (word->number || word->length < 3)
        return 0;
    for (int language = 0; language < FORM_LANGUAGE_COUNT; language++) {
        for (int month = 0; month < 12; month++) {
            if (strncmp(months[language][month], word->text, word->length) != 0)
                continue;
            if (found != 0 && found != month + 1)
                return 0; /* "jui": juin or juillet */
            found = month + 1;
        }
    }
    return found;
}

static int whole_year(const struct word *word, const struct answer_context *context)
{
    int century = context->today.year / 100 * 100;
    int year = word->value;

    if (word->length > 2)
        return year;
    year += century;
    return year > context->today.year + YEARS_AHEAD ? year - 100 : year;
}

/* "24 nov 2026", "nov 24 2026", "2026 nov 24", "24 nov" (this year). */
static bool read_named_month(const struct words *words, int month,
                             const struct answer_context *context, struct answer_day *day)
{
    const struct word *first = &words->list[0];
    const struct word *second = &words->list[1];

    day->month = month;
    day->year = context->today.year;
    if (words->count == 1) {
        day->day = first->value;
        return first->length <= 2;
    }
    if (words->count != 2)
        return false;
    if (first->length > 2) {
        const struct word *swap = first;

        first = second;
        second = swap;
    }
    if (first->length > 2 || second->length == 3)
        return false;
    day->day = first->value;
    day->year = whole_year(second, context);
    return true;
}

/* Three numbers. Year first is clear; else the language says whether the day or the month comes
 * first, and a month above 12 says the contrary. */
static bool read_numbers(const struct words *words, const struct answer_context *context,
                         struct answer_day *day)
{
    const struct word *list = words->list;
    bool day_first = context->language == FORM_FRENCH;

    if (words->count != 3)
        return false;
    if (list[0].length == 4) {
        *day = (struct answer_day){list[0].value, list[1].value, list[2].value};
        return list[1].length <= 2 && list[2].length <= 2;
    }
    if (list[0].length > 2 || list[1].length > 2 || list[2].length == 3 || list[2].length > 4)
        return false;
    day->year = whole_year(&list[2], context);
    if (list[day_first ? 1 : 0].value > 12)
        day_first = !day_first;
    day->day = list[day_first ? 0 : 1].value;
    day->month = list[day_first ? 1 : 0].value;
    return true;
}

/* "20261124", and "24112026" as the language has it. */
static bool read_run(const struct word *word, const struct answer_context *context,
                     struct answer_day *day)
{
    bool day_first = context->language == FORM_FRENCH;
    int first = word->value / 1000000;
    int second = word->value / 10000 % 100;

    if (word->length != 8)
        return false;
    *day = (struct answer_day){word->value / 10000, word->value / 100 % 100, word->value % 100};
    if (answer_day_is_valid(day))
        return true;
    if ((day_first ? second : first) > 12)
        day_first = !day_first;
    *day = (struct answer_day){word->value % 10000, day_first ? second : first,
                               day_first ? first : second};
    return true;
}

bool answer_read_day(const char *text, const struct answer_context *context, struct answer_day *day)
{
    struct words words;
    int month = 0;
    bool read;

    if (!split(&words, text) || words.count == 0)
        return false;
    if (read_relative(&words, context, day))
        return true;
    for (size_t i = 0; i < words.count;) {
        bool filler = false;

        for (size_t j = 0; j < sizeof(fillers) / sizeof(fillers[0]); j++)
            filler = filler || strcmp(words.list[i].text, fillers[j]) == 0;
        if (filler) {
            remove_word(&words, i);
        } else if (!words.list[i].number) {
            int named = month_of(&words.list[i]);

            if (named == 0 || month != 0)
                return false;
            month = named;
            remove_word(&words, i);
        } else {
            i++;
        }
    }
    if (words.count == 0)
        return false;
    if (month != 0)
        read = read_named_month(&words, month, context, day);
    else if (words.count == 1)
        read = read_run(&words.list[0], context, day);
    else
        read = read_numbers(&words, context, day);
    return read && answer_day_is_valid(day);
}

/* --- times ----------------------------------------------------------------------------------- */

/* Takes the words of a time out of `words`; -1 am, 1 pm, 0 none said, 2 not a word of times. */
static int half_of_day(struct words *words)
{
    int half = 0;

    for (size_t i = 0; i < words->count;) {
        const struct word *word = &words->list[i];
        const struct word *next = i + 1 < words->count ? word + 1 : NULL;

        if (word->number) {
            i++;
            continue;
        }
        if (strcmp(word->text, "am") == 0 || strcmp(word->text, "pm") == 0) {
            half = word->text[0] == 'a' ? -1 : 1;
        } else if ((strcmp(word->text, "a") == 0 || strcmp(word->text, "p") == 0) && next != NULL &&
                   strcmp(next->text, "m") == 0) {
            half = word->text[0] == 'a' ? -1 : 1;
            remove_word(words, i);
        } else if (strcmp(word->text, "h") != 0 && strcmp(word->text, "heures") != 0 &&
                   strcmp(word->text, "heure") != 0 && strcmp(word->text, "min") != 0 &&
                   strcmp(word->text, "a") != 0 && strcmp(word->text, "at") != 0) {
            return 2;
        }
        remove_word(words, i);
    }
    return half;
}

/* "1430" and "930" are hours and minutes. */
static void split_run(struct words *words)
{
    struct word *run = &words->list[0];

    if (words->count != 1 || (run->length != 3 && run->length != 4))
        return;
    words->list[1] = (struct word){.length = 2, .number = true, .value = run->value % 100};
    run->value /= 100;
    run->length = 2;
    words->count = 2;
}

bool answer_read_time(const char *text, struct answer_time *time)
{
    struct words words;
    int half;

    *time = (struct answer_time){0};
    if (!split(&words, text) || words.count == 0)
        return false;
    if (words.count == 1 &&
        (strcmp(words.list[0].text, "midi") == 0 || strcmp(words.list[0].text, "noon") == 0)) {
        time->hour = 12;
        return true;
    }
    if (words.count == 1 &&
        (strcmp(words.list[0].text, "minuit") == 0 || strcmp(words.list[0].text, "midnight") == 0))
        return true;
    half = half_of_day(&words);
    split_run(&words);
    if (half == 2 || words.count == 0 || words.count > 3)
        return false;
    for (size_t i = 0; i < words.count; i++)
        if (words.list[i].length > 2)
            return false;
    time->hour = words.list[0].value;
    time->minute = words.count > 1 ? words.list[1].value : 0;
    time->second = words.count > 2 ? words.list[2].value : 0;
    if (half != 0 && (time->hour < 1 || time->hour > 12))
        return false;
    if (half == 1 && time->hour < 12)
        time->hour += 12;
    if (half == -1 && time->hour == 12)
        time->hour = 0;
    return time->hour < 24 && time->minute < 60 && time->second < 60;
}

/* --- stored and spoken ----------------------------------------------------------------------- */

/* Exactly `digits` digits at `*from`, then `end` when it is not NUL. */
static bool read_digits(const char **from, int digits, char end, int *value)
{
    *value = 0;
    for (int i = 0; i < digits; i++) {
        if (!isdigit((unsigned char)(*from)[i]))
            return false;
        *value = *value * 10 + ((*from)[i] - '0');
    }
    *from += digits;
    if (end != '\0' && *(*from)++ != end)
        return false;
    return true;
}

bool answer_parse_day(const char *stored, struct answer_day *day)
{
    return read_digits(&stored, 4, '-', &day->year) && read_digits(&stored, 2, '-', &day->month) &&
           read_digits(&stored, 2, '\0', &day->day) && answer_day_is_valid(day);
}

bool answer_parse_time(const char *stored, struct answer_time *time)
{
    time->second = 0;
    if (!read_digits(&stored, 2, ':', &time->hour) || !read_digits(&stored, 2, '\0', &time->minute))
        return false;
    if (*stored == ':') {
        stored++;
        if (!read_digits(&stored, 2, '\0', &time->second))
            return false;
    }
    return time->hour < 24 && time->minute < 60 && time->second <= 60;
}

/* 0 for Sunday (Sakamoto). */
static int weekday(const struct answer_day *day)
{
    static const int shift[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
    int year = day->year - (day->month < 3);

    return (year + year / 4 - year / 100 + year / 400 + shift[day->month - 1] + day->day) % 7;
}

void answer_speak_day(const struct answer_day *day, enum form_language language,
                      char text[ANSWER_DATE_SIZE])
{
    const char *name = spoken_weekdays[language][weekday(day)];
    const char *month = spoken_months[language][day->month - 1];

    if (language == FORM_FRENCH)
        snprintf(text, ANSWER_DATE_SIZE, "%s %d%s %s %d", name, day->day, day->day == 1 ? "er" : "",
                 month, day->year);
    else
        snprintf(text, ANSWER_DATE_SIZE, "%s, %s %d, %d", name, month, day->day, day->year);
}

void answer_speak_time(const struct answer_time *time, enum form_language language,
                       char text[ANSWER_DATE_SIZE])
{
    int hour = time->hour % 12 == 0 ? 12 : time->hour % 12;

    if (language == FORM_FRENCH)
        snprintf(text, ANSWER_DATE_SIZE, "%d h %02d", time->hour, time->minute);
    else
        snprintf(text, ANSWER_DATE_SIZE, "%d:%02d %s", hour, time->minute,
                 time->hour < 12 ? "a.m." : "p.m.");
}
