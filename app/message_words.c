#include "app/message_words.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"

#define DAYS       7
#define HOURS_SIZE 160

struct status_words {
    const char *status;
    const char *words[2]; /* French, English */
    const char *sentence[2];
};

static const struct status_words statuses[] = {
    {"received",
     {"reçue", "received"},
     {"Nous avons reçu votre demande.", "We have received your request."}},
    {"in-progress",
     {"en traitement", "in progress"},
     {"Nous traitons votre demande.", "We are working on your request."}},
    {"information-missing",
     {"information manquante", "information missing"},
     {"Il nous manque quelque chose de votre part.", "We are missing something from you."}},
    {"approved",
     {"acceptée", "approved"},
     {"Votre demande est acceptée.", "Your request is approved."}},
    {"refused", {"refusée", "refused"}, {"Votre demande est refusée.", "Your request is refused."}},
    {"closed", {"terminée", "closed"}, {"Votre demande est terminée.", "Your request is closed."}},
};

static int column(const char *language)
{
    return strncmp(language, "fr", 2) == 0 ? 0 : 1;
}

static const struct status_words *find(const char *status)
{
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        if (strcmp(statuses[i].status, status) == 0)
            return &statuses[i];
    return NULL;
}

const char *message_status_words(const char *status, const char *language)
{
    const struct status_words *found = find(status);

    return found != NULL ? found->words[column(language)] : "";
}

const char *message_status_sentence(const char *status, const char *language)
{
    const struct status_words *found = find(status);

    return found != NULL ? found->sentence[column(language)] : "";
}

/* --- hours ------------------------------------------------------------------------------------ */

static const char *const day_members[DAYS] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
static const char *const day_names[2][DAYS] = {
    {"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"},
    {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
};

/* "08:30-12:00" in words: "8:30 to 12:00", "de 8 h 30 à 12 h". */
static void span_words(struct text_buffer *text, const char *span, bool french)
{
    unsigned from_hour, from_minute, to_hour, to_minute;
    char from[16] = "", to[16] = "";

    if (sscanf(span, "%2u:%2u-%2u:%2u", &from_hour, &from_minute, &to_hour, &to_minute) != 4)
        return;
    if (french) {
        if (from_minute != 0)
            snprintf(from, sizeof(from), " %02u", from_minute % 60);
        if (to_minute != 0)
            snprintf(to, sizeof(to), " %02u", to_minute % 60);
        text_buffer_add_format(text, "de %u h%s à %u h%s", from_hour, from, to_hour, to);
    } else {
        text_buffer_add_format(text, "%u:%02u to %u:%02u", from_hour, from_minute, to_hour,
                               to_minute);
    }
}

static void day_words(const json_t *hours, int day, bool french, char words[HOURS_SIZE])
{
    struct text_buffer text = {0};
    const json_t *span;
    size_t index;

    json_array_foreach(json_object_get(hours, day_members[day]), index, span)
    {
        if (index > 0)
            text_buffer_add_text(&text, french ? " et " : " and ");
        span_words(&text, json_string_value(span) != NULL ? json_string_value(span) : "", french);
    }
    text_copy(words, HOURS_SIZE, text.bytes != NULL && !text.failed ? text.bytes : "");
    text_buffer_free(&text);
}

void message_hours(const struct record *office, const char *language, char *text, size_t size)
{
    const json_t *hours = json_object_get(office->body, "hours");
    bool french = column(language) == 0;
    const char *const *names = day_names[column(language)];
    struct text_buffer all = {0};
    char words[DAYS][HOURS_SIZE];

    for (int day = 0; day < DAYS; day++)
        day_words(hours, day, french, words[day]);
    for (int day = 0, last; day < DAYS; day = last + 1) {
        last = day;
        while (last + 1 < DAYS && strcmp(words[last + 1], words[day]) == 0)
            last++;
        if (words[day][0] == '\0')
            continue;
        text_buffer_add_format(&all, "%s%s", all.length > 0 ? ", " : "", names[day]);
        if (last > day)
            text_buffer_add_format(&all, "%s%s",
                                   last == day + 1 ? (french ? " et " : " and ")
                                                   : (french ? " au " : " to "),
                                   names[last]);
        text_buffer_add_format(&all, " %s", words[day]);
    }
    text_copy(text, size, all.bytes != NULL && !all.failed ? all.bytes : "");
    text_buffer_free(&all);
}
