#include "forms/answer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "forms/answer_date.h"
#include "forms/answer_style.h"
#include "forms/schema.h"

/* --- reading --------------------------------------------------------------------------------- */

/* A copy without spaces at both ends (at the end only, where lines are kept). Owned. */
static char *trimmed(const char *text, bool keep_start)
{
    size_t length;

    while (!keep_start && (*text == ' ' || *text == '\t' || *text == '\n'))
        text++;
    length = strlen(text);
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t' ||
                          text[length - 1] == '\n' || text[length - 1] == '\r'))
        length--;
    return strndup(text, length);
}

/* Decimal digits that a double keeps, whatever they are. */
#define EXACT_DIGITS 15

/* A decimal number as JSON, free of the locale's decimal sign. */
static json_t *json_decimal(const char *number)
{
    return json_loads(number, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
}

/* The same for a number that was typed: NULL when it has more digits than a number keeps, for what
 * is kept is what was typed or nothing. */
static json_t *exact_decimal(const char *number)
{
    size_t digits = 0;
    size_t zeros = 0; /* at the end, so far */

    for (const char *at = number; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || (*at == '0' && digits == 0))
            continue;
        digits++;
        zeros = *at == '0' ? zeros + 1 : 0;
    }
    return digits - zeros > EXACT_DIGITS ? NULL : json_decimal(number);
}

static json_t *read_integer(const char *text, enum form_language language)
{
    char number[ANSWER_NUMBER_SIZE];
    char *point;
    long long value;

    if (!answer_read_number(text, language, number))
        return NULL;
    point = strchr(number, '.');
    if (point != NULL) {
        if (strspn(point + 1, "0") != strlen(point + 1))
            return NULL;
        *point = '\0';
    }
    errno = 0;
    value = strtoll(number, NULL, 10);
    return errno != 0 ? NULL : json_integer(value);
}

static json_t *read_number(const struct form_control *control, const char *text,
                           enum form_language language)
{
    char number[ANSWER_NUMBER_SIZE];

    (void)control;
    if (!answer_read_number(text, language, number))
        return NULL;
    if (strchr(number, '.') == NULL && strlen(number) < 18)
        return json_integer(strtoll(number, NULL, 10));
    return exact_decimal(number);
}

/* The currency of a money object: what its schema fixes, else the Canadian dollar. */
static json_t *currency_of(const struct form_control *control)
{
    const json_t *schema =
        json_object_get(json_object_get(control->schema, "properties"), "currency");
    json_t *fixed = json_object_get(schema, "const");

    if (fixed == NULL)
        fixed = json_array_get(json_object_get(schema, "enum"), 0);
    return json_is_string(fixed) ? json_incref(fixed) : json_string("CAD");
}

static json_t *read_money(const struct form_control *control, const char *text,
                          enum form_language language)
{
    const char *type = json_text_or(control->schema, "type", "");
    char number[ANSWER_NUMBER_SIZE];
    char *point;
    char cents[3] = "00";
    long long whole;
    bool negative;

    if (!answer_read_number(text, language, number))
        return NULL;
    point = strchr(number, '.');
    if (point != NULL && strlen(point + 1) > 2)
        return NULL;
    if (strcmp(type, "number") == 0)
        return exact_decimal(number);
    if (point != NULL) {
        memcpy(cents, point + 1, strlen(point + 1));
        *point = '\0';
    }
    if (strlen(number) > 15)
        return NULL;
    negative = number[0] == '-';
    whole = strtoll(number, NULL, 10) * 100;
    whole += negative ? -atoi(cents) : atoi(cents);
    if (strcmp(type, "integer") == 0)
        return json_integer(whole);
    return json_pack("{s:I, s:o}", "amount", (json_int_t)whole, "currency", currency_of(control));
}

static json_t *read_boolean(const char *text)
{
    static const char *const yes[] = {"o", "ou",   "oui",  "y", "ye", "yes",
                                      "v", "vrai", "true", "1", "x"};
    static const char *const no[] = {"n", "no", "non", "f", "faux", "false", "0"};
    char *folded = text_fold(text, strlen(text));
    json_t *value = NULL;

    for (size_t i = 0; folded != NULL && i < sizeof(yes) / sizeof(yes[0]); i++)
        if (strcmp(folded, yes[i]) == 0)
            value = json_true();
    for (size_t i = 0; folded != NULL && i < sizeof(no) / sizeof(no[0]); i++)
        if (strcmp(folded, no[i]) == 0)
            value = json_false();
    free(folded);
    return value;
}

/* "-05:00", "Z". */
static void format_offset(int minutes, char text[8])
{
    int positive = (minutes < 0 ? -minutes : minutes) % (24 * 60);

    if (positive == 0)
        text_copy(text, 8, "Z");
    else
        snprintf(text, 8, "%c%02d:%02d", minutes < 0 ? '-' : '+', positive / 60, positive % 60);
}

static json_t *read_date(const char *text, const struct answer_context *context)
{
    struct answer_day day;

    if (!answer_read_day(text, context, &day))
        return NULL;
    return json_sprintf("%04d-%02d-%02d", day.year, day.month, day.day);
}

static json_t *read_time(const struct form_control *control, const char *text,
                         const struct answer_context *context)
{
    bool zoned = strcmp(json_text_or(control->schema, "format", ""), "time") == 0;
    struct answer_time time;
    char offset[8] = "";

    if (!answer_read_time(text, &time))
        return NULL;
    if (zoned)
        format_offset(context->offset_minutes, offset);
    return json_sprintf("%02d:%02d:%02d%s", time.hour, time.minute, time.second, offset);
}

/* A date, then a time: every place between two words is tried. */
static json_t *read_date_time(const char *text, const struct answer_context *context)
{
    size_t length = strlen(text);
    char offset[8];
    struct answer_day day;
    struct answer_time time;

    format_offset(context->offset_minutes, offset);
    /* A day alone is not a moment: its year is not an hour. */
    if (answer_read_day(text, context, &day))
        return NULL;
    for (size_t i = 1; i + 1 < length && length < 80; i++) {
        char before[80];

        if (text[i] != ' ' && text[i] != 'T' && text[i] != ',')
            continue;
        memcpy(before, text, i);
        before[i] = '\0';
        if (answer_read_time(text + i + 1, &time) && answer_read_day(before, context, &day))
            return json_sprintf("%04d-%02d-%02dT%02d:%02d:%02d%s", day.year, day.month, day.day,
                                time.hour, time.minute, time.second, offset);
    }
    return NULL;
}

static bool accepts(const struct form_control *control, const json_t *value)
{
    return control->check == NULL || schema_validate(control->check, value, NULL, NULL, NULL) == 0;
}

/* A web address typed without its scheme. NULL when it is none. */
static json_t *read_address(const struct form_control *control, const char *text)
{
    json_t *value;

    if (strcmp(json_text_or(control->schema, "format", ""), "uri") != 0 ||
        strstr(text, "://") != NULL || strchr(text, '.') == NULL)
        return NULL;
    value = json_sprintf("https://%s", text);
    if (value != NULL && accepts(control, value))
        return value;
    json_decref(value);
    return NULL;
}

/* The text, in capitals where its pattern wants them and it was typed without. */
static json_t *read_capitals(const struct form_control *control, const char *text)
{
    json_t *value = json_string(text);
    char *capitals;
    json_t *other;

    if (value == NULL || json_object_get(control->schema, "pattern") == NULL ||
        accepts(control, value))
        return value;
    capitals = strdup(text);
    for (char *letter = capitals; letter != NULL && *letter != '\0'; letter++)
        if (*letter >= 'a' && *letter <= 'z')
            *letter = (char)(*letter - 'a' + 'A');
    other = capitals == NULL ? NULL : json_string(capitals);
    free(capitals);
    if (other == NULL || !accepts(control, other)) {
        json_decref(other);
        return value;
    }
    json_decref(value);
    return other;
}

/* The first of the usual ways to write it that the field's schema accepts; the text else. */
static json_t *read_styled(const struct form_control *control, const char *text)
{
    char ways[ANSWER_WRITTEN_COUNT][ANSWER_WRITTEN_SIZE];
    size_t count = 0;
    json_t *address = read_address(control, text);

    if (address != NULL)
        return address;
    if (control->style == FORM_STYLE_POSTAL_CODE)
        count = answer_write_postal_code(text, ways);
    else if (control->style == FORM_STYLE_PHONE)
        count = answer_write_phone(text, ways);
    for (size_t i = 0; i < count; i++) {
        json_t *value = json_string(ways[i]);

        if (accepts(control, value))
            return value;
        json_decref(value);
    }
    return read_capitals(control, text);
}

static json_t *read_choice(const struct form_control *control, const char *text,
                           enum form_language language)
{
    size_t index;

    for (size_t i = 0; i < control->choice_count; i++)
        if (json_is_string(control->choices[i].value) &&
            strcmp(json_string_value(control->choices[i].value), text) == 0)
            return json_deep_copy(control->choices[i].value);
    if (answer_match_choices(control, text, language, &index, 1) > 0 && !control->suggestions)
        return json_deep_copy(control->choices[index].value);
    return control->suggestions ? json_string(text) : NULL;
}

/* Labels with commas between. */
static json_t *read_choices(const struct form_control *control, const char *text,
                            enum form_language language)
{
    json_t *chosen = json_array();

    while (chosen != NULL && *text != '\0') {
        size_t length = strcspn(text, ",");
        char *part = strndup(text, length);
        char *label = part == NULL ? NULL : trimmed(part, false);
        json_t *value = label == NULL ? NULL : read_choice(control, label, language);

        free(part);
        free(label);
        if (value == NULL) {
            json_decref(chosen);
            return NULL;
        }
        json_array_append_new(chosen, value);
        text += length + (text[length] == ',');
    }
    return chosen;
}

static json_t *read_json(const char *text)
{
    json_t *value = NULL;

    json_read(&value, text, strlen(text), ANSWER_TEXT_LIMIT, "answer", NULL);
    return value;
}

static json_t *read_value(const struct form_control *control, const char *text,
                          const struct answer_context *context)
{
    switch (control->input) {
    case FORM_INPUT_TEXT:
        return read_styled(control, text);
    case FORM_INPUT_MULTILINE:
        return json_string(text);
    case FORM_INPUT_INTEGER:
        return read_integer(text, context->language);
    case FORM_INPUT_NUMBER:
        return read_number(control, text, context->language);
    case FORM_INPUT_MONEY:
        return read_money(control, text, context->language);
    case FORM_INPUT_BOOLEAN:
        return read_boolean(text);
    case FORM_INPUT_DATE:
        return read_date(text, context);
    case FORM_INPUT_TIME:
        return read_time(control, text, context);
    case FORM_INPUT_DATE_TIME:
        return read_date_time(text, context);
    case FORM_INPUT_CHOICE:
        return read_choice(control, text, context->language);
    case FORM_INPUT_CHOICES:
        return read_choices(control, text, context->language);
    case FORM_INPUT_JSON:
        return read_json(text);
    case FORM_INPUT_LIST:
        break;
    }
    return NULL;
}

enum answer_reading answer_read(const struct form_control *control, const char *text,
                                const struct answer_context *context, json_t **value)
{
    char *clean = trimmed(text, control->input == FORM_INPUT_MULTILINE);
    enum answer_reading reading = ANSWER_READ;

    *value = NULL;
    if (clean == NULL || *clean == '\0') {
        free(clean);
        return ANSWER_EMPTY;
    }
    *value = read_value(control, clean, context);
    if (*value == NULL) {
        reading = ANSWER_UNREADABLE;
        *value = json_string(clean);
    }
    free(clean);
    return reading;
}

/* --- writing --------------------------------------------------------------------------------- */

/* Cents or a number of dollars as "1234.50"; false when it is no money. */
static bool money_number(const struct form_control *control, const json_t *value,
                         char number[ANSWER_NUMBER_SIZE])
{
    const json_t *amount = json_is_object(value) ? json_object_get(value, "amount") : value;
    bool cents =
        json_is_object(value) || strcmp(json_text_or(control->schema, "type", ""), "integer") == 0;

    if (cents && json_is_integer(amount)) {
        json_int_t whole = json_integer_value(amount);
        json_int_t positive = whole < 0 ? -whole : whole;

        snprintf(number, ANSWER_NUMBER_SIZE, "%s%" JSON_INTEGER_FORMAT ".%02d",
                 whole < 0 ? "-" : "", positive / 100, (int)(positive % 100));
        return true;
    }
    if (!cents && json_is_number(amount)) {
        char *text = json_real_text(amount);

        text_copy(number, ANSWER_NUMBER_SIZE, text == NULL ? "" : text);
        free(text);
        if (strlen(number) > 2 && strcmp(number + strlen(number) - 2, ".0") == 0)
            number[strlen(number) - 2] = '\0';
        return true;
    }
    return false;
}

static char *number_text(const json_t *value, enum form_language language)
{
    char *text = json_real_text(value);

    if (text == NULL)
        return NULL;
    if (json_is_real(value) && strlen(text) > 2 && strcmp(text + strlen(text) - 2, ".0") == 0)
        text[strlen(text) - 2] = '\0';
    if (language == FORM_FRENCH && strchr(text, '.') != NULL)
        *strchr(text, '.') = ',';
    return text;
}

static const char *yes_or_no(const json_t *value, enum form_language language)
{
    if (json_is_true(value))
        return language == FORM_FRENCH ? "Oui" : "Yes";
    return language == FORM_FRENCH ? "Non" : "No";
}

static char *choices_text(const struct form_control *control, const json_t *value,
                          enum form_language language)
{
    struct text_buffer buffer = {0};
    json_t *chosen;
    size_t i;

    text_buffer_add_text(&buffer, "");
    json_array_foreach(value, i, chosen)
    {
        size_t index = answer_choice_of(control, chosen);

        if (i > 0)
            text_buffer_add_text(&buffer, ", ");
        if (index < control->choice_count)
            text_buffer_add_text(&buffer, form_text_in(&control->choices[index].label, language));
        else
            text_buffer_add_text(&buffer, json_is_string(chosen) ? json_string_value(chosen) : "?");
    }
    if (buffer.bytes == NULL && !buffer.failed)
        return strdup("");
    return text_buffer_take(&buffer);
}

/* Stored "2026-11-24T14:30:00-05:00" as it is typed: "2026-11-24 14:30". */
static char *time_text(const char *stored, bool with_day)
{
    char text[32];
    size_t at = with_day ? 11 : 0;

    if (strlen(stored) < at + 5)
        return strdup(stored);
    snprintf(text, sizeof(text), "%.*s%s%.5s", with_day ? 10 : 0, stored, with_day ? " " : "",
             stored + at);
    if (strlen(stored) >= at + 8 && strncmp(stored + at + 5, ":00", 3) != 0)
        snprintf(text, sizeof(text), "%.*s%s%.8s", with_day ? 10 : 0, stored, with_day ? " " : "",
                 stored + at);
    return strdup(text);
}

/* What is no JSON is kept and shown as it was typed; a text that would read as another value, or
 * would lose its ends, stands in quotes. */
static bool means_other_json(const char *text)
{
    char *clean = trimmed(text, false);
    json_t *value = clean == NULL ? NULL : read_json(clean);
    bool other = value != NULL || clean == NULL || *clean == '\0' || strcmp(clean, text) != 0;

    json_decref(value);
    free(clean);
    return other;
}

char *answer_text(const struct form_control *control, const json_t *value,
                  enum form_language language)
{
    char number[ANSWER_NUMBER_SIZE];
    size_t index;

    if (value == NULL || json_is_null(value))
        return strdup("");
    index = answer_choice_of(control, value);
    if (index < control->choice_count)
        return strdup(form_text_in(&control->choices[index].label, language));
    if (control->input == FORM_INPUT_CHOICES && json_is_array(value))
        return choices_text(control, value, language);
    if (control->input == FORM_INPUT_TIME && json_is_string(value))
        return time_text(json_string_value(value), false);
    if (control->input == FORM_INPUT_DATE_TIME && json_is_string(value))
        return time_text(json_string_value(value), true);
    if (control->input == FORM_INPUT_MONEY && money_number(control, value, number)) {
        if (language == FORM_FRENCH && strchr(number, '.') != NULL)
            *strchr(number, '.') = ',';
        return strdup(number);
    }
    if (json_is_string(value) &&
        (control->input != FORM_INPUT_JSON || !means_other_json(json_string_value(value))))
        return strdup(json_string_value(value));
    if (json_is_number(value))
        return number_text(value, language);
    if (json_is_boolean(value))
        return strdup(yes_or_no(value, language));
    return json_write(value);
}

static char *spoken_number(const char *number, enum form_language language, bool money)
{
    char text[ANSWER_NUMBER_SIZE * 3];

    answer_speak_number(number, language, money, text, sizeof(text));
    return strdup(text);
}

static char *spoken_time(const char *stored, bool with_day, enum form_language language)
{
    struct answer_day day;
    struct answer_time time;
    char day_text[ANSWER_DATE_SIZE] = "";
    char time_of_day[ANSWER_DATE_SIZE];
    char text[ANSWER_DATE_SIZE * 2 + 4];

    if (with_day && (strlen(stored) < 11 || !answer_parse_day(stored, &day)))
        return NULL;
    if (!answer_parse_time(stored + (with_day ? 11 : 0), &time))
        return NULL;
    if (with_day)
        answer_speak_day(&day, language, day_text);
    answer_speak_time(&time, language, time_of_day);
    snprintf(text, sizeof(text), "%s%s%s", day_text, with_day ? ", " : "", time_of_day);
    return strdup(text);
}

char *answer_spoken(const struct form_control *control, const json_t *value,
                    enum form_language language)
{
    char text[ANSWER_DATE_SIZE];
    char number[ANSWER_NUMBER_SIZE];
    struct answer_day day;
    char *spoken = NULL;

    if (control->input == FORM_INPUT_DATE && json_is_string(value) &&
        answer_parse_day(json_string_value(value), &day)) {
        answer_speak_day(&day, language, text);
        return strdup(text);
    }
    if ((control->input == FORM_INPUT_TIME || control->input == FORM_INPUT_DATE_TIME) &&
        json_is_string(value))
        spoken =
            spoken_time(json_string_value(value), control->input == FORM_INPUT_DATE_TIME, language);
    else if (control->input == FORM_INPUT_MONEY && money_number(control, value, number))
        spoken = spoken_number(number, language, true);
    else if (json_is_number(value) && answer_choice_of(control, value) == control->choice_count) {
        char *plain = number_text(value, FORM_ENGLISH);

        if (plain != NULL && strpbrk(plain, "eE") == NULL)
            spoken = spoken_number(plain, language, false);
        free(plain);
    }
    return spoken != NULL ? spoken : answer_text(control, value, language);
}

const char *answer_unreadable_message(const struct form_control *control,
                                      enum form_language language)
{
    static const char *const messages[][FORM_LANGUAGE_COUNT] = {
        [FORM_INPUT_INTEGER] = {"Un nombre entier est attendu, comme 12",
                                "A whole number is expected, such as 12"},
        [FORM_INPUT_NUMBER] = {"Un nombre est attendu, comme 12,5",
                               "A number is expected, such as 12.5"},
        [FORM_INPUT_MONEY] = {"Une somme est attendue, comme 34,50",
                              "An amount is expected, such as 34.50"},
        [FORM_INPUT_BOOLEAN] = {"Répondre par oui ou par non", "Answer yes or no"},
        [FORM_INPUT_DATE] = {"Une date est attendue, comme 24 nov 2026",
                             "A date is expected, such as Nov 24 2026"},
        [FORM_INPUT_TIME] = {"Une heure est attendue, comme 14 h 30",
                             "A time is expected, such as 2:30 pm or 14:30"},
        [FORM_INPUT_DATE_TIME] = {"Une date et une heure sont attendues, comme 24 nov 2026 14:30",
                                  "A date and a time are expected, such as Nov 24 2026 14:30"},
        [FORM_INPUT_CHOICE] = {"Ce choix n’est pas dans la liste",
                               "This choice is not in the list"},
        [FORM_INPUT_CHOICES] = {"L’un de ces choix n’est pas dans la liste",
                                "One of these choices is not in the list"},
        [FORM_INPUT_LIST] = {"Une liste est attendue", "A list is expected"},
        [FORM_INPUT_JSON] = {"Du JSON est attendu", "JSON is expected"},
    };
    const char *message = messages[control->input][language];

    return message != NULL ? message : "";
}
