#include "app/message_template.h"

#include <string.h>

#include "app/json.h"

const char *const message_use_words[] = {
    "received", "information-missing", "decision", "appointment",
    "reminder", "questionnaire",       "other",    NULL};

static const struct {
    const char *word;
    const char *french; /* of its mark */
    const char *english;
    bool optional; /* nobody fills it in by hand: its line can go */
} values_known[MESSAGE_VALUE_COUNT] = {
    [MESSAGE_NAME] = {"name", "nom", "name", false},
    [MESSAGE_REFERENCE] = {"reference", "numéro de dossier", "reference", false},
    [MESSAGE_SERVICE] = {"service", "service", "service", true},
    [MESSAGE_STATUS] = {"status", "état", "status", false},
    [MESSAGE_OFFICE] = {"office", "bureau", "office", false},
    [MESSAGE_ADDRESS] = {"address", "adresse", "address", true},
    [MESSAGE_PLACE] = {"place", "endroit", "place", false},
    [MESSAGE_PHONE] = {"phone", "téléphone", "phone", true},
    [MESSAGE_HOURS] = {"hours", "heures", "hours", true},
    [MESSAGE_DATE] = {"date", "date", "date", false},
    [MESSAGE_PROMISE] = {"promise", "date promise", "promised day", true},
    [MESSAGE_MISSING] = {"missing", "ce qui manque", "what is missing", false},
    [MESSAGE_STATUS_PAGE] = {"status_page", "page", "page", true},
    [MESSAGE_STATUS_CODE] = {"status_code", "code", "code", true},
    [MESSAGE_QUESTIONNAIRE] = {"questionnaire", "questionnaire", "questionnaire", false},
};

static bool is_french(const char *language)
{
    return strncmp(language, "fr", 2) == 0;
}

/* The value that "{word}" at `text` names, and its length with the braces; MESSAGE_VALUE_COUNT for
 * none. */
static enum message_value value_at(const char *text, size_t *length)
{
    for (int value = 0; value < MESSAGE_VALUE_COUNT; value++) {
        size_t word = strlen(values_known[value].word);

        if (text[0] == '{' && strncmp(text + 1, values_known[value].word, word) == 0 &&
            text[1 + word] == '}') {
            *length = word + 2;
            return (enum message_value)value;
        }
    }
    *length = 1;
    return MESSAGE_VALUE_COUNT;
}

static int check_text(const char *member, const char *text, struct error *error)
{
    for (const char *brace = strchr(text, '{'); brace != NULL; brace = strchr(brace + 1, '{')) {
        size_t length;

        if (value_at(brace, &length) == MESSAGE_VALUE_COUNT)
            return error_set(error, ERROR_INVALID, "%s: \"%.24s\" names no value", member, brace);
    }
    return 0;
}

int message_template_check(const json_t *body, struct error *error)
{
    static const char *const members[] = {"subject", "text", "short"};
    const char *language;
    json_t *text;
    int code = 0;

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        json_object_foreach(json_object_get(body, members[i]), language, text)
        {
            if (code == 0)
                code = check_text(members[i], json_string_value(text), error);
        }
    }
    return code;
}

/* --- reading ---------------------------------------------------------------------------------- */

void message_template_read(const struct record *template, const char *language,
                           struct message_reading *reading)
{
    const json_t *text = json_object_get(template->body, "text");
    const json_t *shorter = json_object_get(template->body, "short");
    const char *asked = is_french(language) ? "fr" : "en";
    /* Another language than the two is never met: English then, and it is said. */
    bool known = is_french(language) || strncmp(language, "en", 2) == 0 || *language == '\0';

    reading->language = asked;
    if (json_object_get(text, asked) == NULL)
        reading->language = is_french(asked) ? "en" : "fr";
    reading->fallback = !known || strcmp(reading->language, asked) != 0;
    reading->subject =
        json_localised(json_object_get(template->body, "subject"), reading->language);
    reading->text = json_localised(text, reading->language);
    reading->shorter = json_text_or(shorter, reading->language, reading->text);
}

bool message_uses(const char *text, enum message_value value)
{
    size_t length;

    for (const char *brace = strchr(text, '{'); brace != NULL; brace = strchr(brace + 1, '{'))
        if (value_at(brace, &length) == value)
            return true;
    return false;
}

/* --- filling ---------------------------------------------------------------------------------- */

static const char *mark_of(enum message_value value, const char *language)
{
    return is_french(language) ? values_known[value].french : values_known[value].english;
}

/* Adds one line up to `end`; false when a value in it is not known, and lines are dropped then. */
static bool fill_line(struct text_buffer *filled, const char *line, const char *end,
                      const char *language, const struct message_values *values,
                      enum message_gap gap)
{
    while (line < end) {
        size_t length = 1;
        enum message_value value = *line == '{' ? value_at(line, &length) : MESSAGE_VALUE_COUNT;
        const char *text = value < MESSAGE_VALUE_COUNT ? values->text[value] : NULL;

        if (value == MESSAGE_VALUE_COUNT)
            text_buffer_add(filled, line, length);
        else if (text != NULL && *text != '\0')
            text_buffer_add_text(filled, text);
        else if (gap == MESSAGE_GAP_DROP || values_known[value].optional)
            return false;
        else
            text_buffer_add_format(filled, "[%s]", mark_of(value, language));
        line += length;
    }
    return true;
}

/* Takes what was added since `length` away again. */
static void cut_back(struct text_buffer *filled, size_t length)
{
    if (filled->failed || filled->bytes == NULL)
        return;
    filled->length = length;
    filled->bytes[length] = '\0';
}

void message_fill(struct text_buffer *filled, const char *text, const char *language,
                  const struct message_values *values, enum message_gap gap)
{
    while (*text != '\0') {
        const char *end = text + strcspn(text, "\n");
        size_t before = filled->length;

        if (!fill_line(filled, text, end, language, values, gap))
            cut_back(filled, before);
        else if (*end == '\n')
            text_buffer_add_text(filled, "\n");
        text = *end == '\n' ? end + 1 : end;
    }
}

size_t message_find_gap(const char *text, const char **gap)
{
    for (const char *bracket = strchr(text, '['); bracket != NULL;
         bracket = strchr(bracket + 1, '['))
        for (int value = 0; value < 2 * MESSAGE_VALUE_COUNT; value++) {
            const char *mark =
                mark_of((enum message_value)(value / 2), value % 2 != 0 ? "fr" : "en");
            size_t length = strlen(mark);

            if (strncmp(bracket + 1, mark, length) == 0 && bracket[1 + length] == ']') {
                *gap = bracket;
                return length + 2;
            }
        }
    return 0;
}
