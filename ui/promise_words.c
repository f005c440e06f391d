#include "ui/promise_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"
#include "forms/answer_date.h"
#include "ui/language.h"
#include "ui/work.h"

#define NEAR_DAYS 120

void promise_day_words(const struct promise_place *place, int64_t ms, char *text, size_t size)
{
    struct calendar_day civil = promise_day(place, ms);
    struct answer_day day = {.year = civil.year, .month = civil.month, .day = civil.day};
    char spoken[ANSWER_DATE_SIZE];

    answer_speak_day(&day, form_language(language_now()), spoken);
    text_copy(text, size, spoken);
}

/* Without the year, which nobody asks for of a day that is near. */
static void near_day_words(const struct promise_here *here, char *text, size_t size)
{
    char year[8], *found;
    struct calendar_day day = promise_day(&here->place, here->standing.due_ms);

    promise_day_words(&here->place, here->standing.due_ms, text, size);
    if (abs(here->standing.days_left) > NEAR_DAYS)
        return;
    snprintf(year, sizeof(year), "%d", day.year % 10000);
    found = strstr(text, year);
    if (found == NULL || found[strlen(year)] != '\0')
        return;
    while (found > text && (found[-1] == ' ' || found[-1] == ','))
        found--;
    *found = '\0';
}

/* "3 business days", "1 day". */
static void days_words(const struct promise_here *here, int days, char *text, size_t size)
{
    bool business = strcmp(here->promise.terms.unit, "business-day") == 0;

    snprintf(text, size,
             business ? language_plural("%d business day", "%d business days", days)
                      : language_plural("%d day", "%d days", days),
             days);
}

static void running_words(const struct promise_here *here, char *text, size_t size)
{
    int left = here->standing.days_left;
    char days[64], until[96];

    near_day_words(here, until, sizeof(until));
    if (left > 0) {
        days_words(here, left, days, sizeof(days));
        snprintf(text, size,
                 language_plural("%1$s left, until %2$s", "%1$s left, until %2$s", left), days,
                 until);
    } else {
        snprintf(text, size, _("today is the last day, %s"), until);
    }
}

static void missed_words(const struct promise_here *here, char *text, size_t size)
{
    int over = -here->standing.days_left;
    char days[64], until[96];

    near_day_words(here, until, sizeof(until));
    if (over <= 0) {
        snprintf(text, size, _("missed, its time ended %s"), until);
        return;
    }
    days_words(here, over, days, sizeof(days));
    snprintf(text, size, _("missed, %1$s over, since %2$s"), days, until);
}

void promise_words(const struct promise_here *here, char *text, size_t size)
{
    char days[64], words[PROMISE_WORDS_SIZE];

    switch (here->standing.state) {
    case PROMISE_RUNNING:
        running_words(here, words, sizeof(words));
        break;
    case PROMISE_PAUSED:
        days_words(here, here->standing.days_left > 0 ? here->standing.days_left : 0, days,
                   sizeof(days));
        snprintf(words, sizeof(words), _("paused while information is missing, %s left"), days);
        break;
    case PROMISE_MET:
        text_copy(words, sizeof(words), _("kept"));
        break;
    case PROMISE_MISSED:
        missed_words(here, words, sizeof(words));
        break;
    default:
        text_copy(words, sizeof(words), _("closed while information was missing"));
    }
    text_copy(text, size, words);
}

void promise_sentence(const struct promise_here *here, char *text, size_t size)
{
    bool guarantee = strcmp(here->promise.terms.kind, "guarantee") == 0;
    char words[PROMISE_WORDS_SIZE];

    promise_words(here, words, sizeof(words));
    if (here->confirmed)
        snprintf(text, size, guarantee ? _("Guaranteed: %s") : _("Service standard: %s"), words);
    else
        snprintf(text, size,
                 guarantee ? _("Guaranteed, as known here: %s")
                           : _("Service standard, as known here: %s"),
                 words);
}

enum paint_style promise_style(const struct promise_here *here)
{
    switch (here->standing.state) {
    case PROMISE_RUNNING:
        return here->standing.days_left <= 1 ? PAINT_WARNING : PAINT_ACCENT;
    case PROMISE_MISSED:
        return PAINT_ERROR;
    case PROMISE_MET:
        return PAINT_GOOD;
    default:
        return PAINT_DIM;
    }
}
