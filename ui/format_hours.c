#include "ui/format_hours.h"

#include <stdio.h>
#include <string.h>

#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"

const char *format_weekday(int weekday)
{
    static const char *const names[7] = {N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"),
                                         N_("Fri"), N_("Sat"), N_("Sun")};

    return weekday >= 0 && weekday < 7 ? _(names[weekday]) : "";
}

void format_day(char *text, size_t size, const struct calendar_day *day)
{
    snprintf(text, size, "%d %s %d", day->day, format_month(day->month - 1), day->year);
}

/* The moment when it opens, as near as it needs: "13:00", "Fri 08:30", "5 Jan 08:30". */
static void opening_time(char *text, size_t size, const struct schedule *schedule, int64_t ms,
                         int64_t now_ms)
{
    int minute;
    struct calendar_day now = schedule_day_at(schedule, now_ms, NULL);
    struct calendar_day day = schedule_day_at(schedule, ms, &minute);
    int64_t days = calendar_day_number(&day) - calendar_day_number(&now);

    if (days == 0)
        snprintf(text, size, "%02d:%02d", minute / 60, minute % 60);
    else if (days < 7)
        snprintf(text, size, "%s %02d:%02d", format_weekday(calendar_weekday(&day)), minute / 60,
                 minute % 60);
    else
        snprintf(text, size, "%d %s", day.day, format_month(day.month - 1));
}

void format_opening(char *text, size_t size, const struct schedule *schedule,
                    const struct schedule_state *state, int64_t now_ms)
{
    char when[48];

    if (state->until_ms == 0) {
        text_copy(text, size, state->open ? _("open") : _("closed"));
        return;
    }
    opening_time(when, sizeof(when), schedule, state->until_ms, now_ms);
    snprintf(text, size, state->open ? _("open to %s") : _("opens %s"), when);
}

static void add_spans(struct text_buffer *text, const struct schedule_span *spans, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_buffer_add_format(text, "%s%02d:%02d–%02d:%02d", i > 0 ? ", " : "", spans[i].from / 60,
                               spans[i].from % 60, spans[i].to / 60, spans[i].to % 60);
}

static void finish(struct text_buffer *buffer, char *text, size_t size)
{
    text_copy(text, size, buffer->bytes == NULL ? "" : buffer->bytes);
    text_buffer_free(buffer);
}

void format_weekday_hours(char *text, size_t size, const struct schedule *schedule, int weekday)
{
    const struct schedule_span *spans;
    size_t count = schedule_spans(schedule, weekday, &spans);
    struct text_buffer buffer = {0};

    add_spans(&buffer, spans, count);
    if (count == 0)
        text_buffer_add_text(&buffer, _("closed"));
    finish(&buffer, text, size);
}

static bool same_hours(const struct schedule *schedule, int left, int right)
{
    const struct schedule_span *left_spans, *right_spans;
    size_t count = schedule_spans(schedule, left, &left_spans);

    if (schedule_spans(schedule, right, &right_spans) != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (left_spans[i].from != right_spans[i].from || left_spans[i].to != right_spans[i].to)
            return false;
    return true;
}

void format_week(char *text, size_t size, const struct schedule *schedule)
{
    struct text_buffer buffer = {0};
    int next;

    for (int day = 0; day < 7; day = next) {
        const struct schedule_span *spans;
        size_t count = schedule_spans(schedule, day, &spans);

        for (next = day + 1; next < 7 && same_hours(schedule, day, next);)
            next++;
        if (count == 0)
            continue;
        text_buffer_add_format(&buffer, "%s%s", buffer.length > 0 ? "; " : "", format_weekday(day));
        if (next - day > 1)
            text_buffer_add_format(&buffer, "–%s", format_weekday(next - 1));
        text_buffer_add_text(&buffer, " ");
        add_spans(&buffer, spans, count);
    }
    finish(&buffer, text, size);
}

void format_distance(char *text, size_t size, double km, bool approximate)
{
    text_copy(text, size, "");
    if (km >= 0)
        snprintf(text, size, "%s%.0f km", approximate ? "~" : "", km);
}

const char *format_spoken(const char *tag)
{
    static const char *const names[][2] = {
        {"fr", N_("French")},     {"en", N_("English")},    {"es", N_("Spanish")},
        {"ar", N_("Arabic")},     {"zh", N_("Chinese")},    {"ht", N_("Haitian Creole")},
        {"iu", N_("Inuktitut")},  {"cr", N_("Cree")},       {"moe", N_("Innu")},
        {"pt", N_("Portuguese")}, {"it", N_("Italian")},    {"pa", N_("Punjabi")},
        {"uk", N_("Ukrainian")},  {"vi", N_("Vietnamese")}, {"fa", N_("Persian")},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i][0], tag) == 0)
            return _(names[i][1]);
    return tag;
}

void format_languages(char *text, size_t size, const json_t *tags)
{
    struct text_buffer buffer = {0};
    const json_t *tag;
    size_t index;

    json_array_foreach(tags, index, tag)
    {
        const char *name = format_spoken(json_is_string(tag) ? json_string_value(tag) : "");

        if (*name != '\0')
            text_buffer_add_format(&buffer, "%s%s", buffer.length > 0 ? ", " : "", name);
    }
    finish(&buffer, text, size);
}
