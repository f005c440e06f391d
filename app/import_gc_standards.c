#include "app/import_gc_standards.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/csv.h"
#include "app/import_duration.h"
#include "app/import_fields.h"
#include "app/import_rows.h"
#include "app/json.h"

#define STANDARD_ID_LIMIT 64

enum column {
    COLUMN_YEAR,
    COLUMN_SERVICE,
    COLUMN_ID,
    COLUMN_TEXT_EN,
    COLUMN_TEXT_FR,
    COLUMN_TYPE,
    COLUMN_CHANNEL,
    COLUMN_TARGET,
    COLUMN_MET,
    COLUMN_VOLUME,
    COLUMN_COUNT
};

static const char *const column_names[COLUMN_COUNT] = {
    [COLUMN_YEAR] = "fiscal_yr",
    [COLUMN_SERVICE] = "service_id",
    [COLUMN_ID] = "service_standard_id",
    [COLUMN_TEXT_EN] = "service_standard_en",
    [COLUMN_TEXT_FR] = "service_standard_fr",
    [COLUMN_TYPE] = "type",
    [COLUMN_CHANNEL] = "channel",
    [COLUMN_TARGET] = "target",
    [COLUMN_MET] = "volume_meeting_target",
    [COLUMN_VOLUME] = "total_volume",
};

/* A code of the file and the word for it in a body; NULL: none. */
struct code_word {
    const char *code;
    const char *word;
};

static const struct code_word channel_words[] = {
    {"ONL", "web"},        {"EML", "email"}, {"TEL", "phone"}, {"POST", "mail"},
    {"PERSON", "counter"}, {"FAX", "fax"},   {"OTH", NULL},    {NULL, NULL},
};

static const struct code_word kind_words[] = {
    {"TML", "timeliness"}, {"ACS", "access"}, {"ACY", "accuracy"}, {"OTH", "other"}, {NULL, NULL},
};

struct reading {
    struct csv_reader *csv;
    size_t columns[COLUMN_COUNT];
    const struct import_sink *sink;
    struct error *error;
    json_t *services;
    json_t *seen; /* "service/standard" -> {"line", "year", "row"} */
};

static const char *field(const struct reading *reading, enum column column)
{
    return csv_field(reading->csv, reading->columns[column]);
}

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "out of memory");
}

#define REMARK(severity, rule, ...)                                                                \
    import_remark_add(reading->sink, severity, csv_name(reading->csv), csv_line(reading->csv),     \
                      rule, field(reading, COLUMN_SERVICE), reading->error, __VA_ARGS__)

static bool set_new(json_t *object, const char *name, json_t *value)
{
    return json_object_set_new(object, name, value) == 0;
}

static int word_set(const struct reading *reading, json_t *standard, const char *name,
                    enum column column, const struct code_word *words)
{
    const char *code = field(reading, column);
    for (; words->code; words++)
        if (strcmp(words->code, code) == 0)
            break;
    if (!words->code)
        return REMARK(IMPORT_REPAIRED, "standard-code", "%s \"%s\" is not known: left out",
                      column_names[column], code);
    if (!words->word)
        return 0;
    return set_new(standard, name, json_string(words->word)) ? 0 : out_of_memory(reading->error);
}

static int volume_set(const struct reading *reading, json_t *standard, const char *name,
                      enum column column)
{
    const char *text = field(reading, column);
    int64_t number;
    if (import_text_says_nothing(text))
        return 0;
    if (!import_integer(text, &number))
        return REMARK(IMPORT_REPAIRED, "standard-number", "%s \"%s\" is not a count: left out",
                      column_names[column], text);
    return set_new(standard, name, json_integer(number)) ? 0 : out_of_memory(reading->error);
}

static int target_set(const struct reading *reading, json_t *standard)
{
    const char *text = field(reading, COLUMN_TARGET);
    double share;
    if (import_text_says_nothing(text))
        return REMARK(IMPORT_NOTE, "standard-target", "standard %s has no target",
                      field(reading, COLUMN_ID));
    if (!import_share(text, &share))
        return REMARK(IMPORT_REPAIRED, "standard-number", "target \"%s\" is not a share: left out",
                      text);
    return set_new(standard, "target", json_real(share)) ? 0 : out_of_memory(reading->error);
}

/* Writes a promise for a remark: "10 business-day". */
static const char *duration_text(enum duration_found found, const struct import_duration *duration,
                                 char text[48])
{
    if (found == DURATION_ONE || found == DURATION_SEVERAL)
        snprintf(text, 48, "%lld %s", (long long)duration->count,
                 duration_unit_name(duration->unit));
    else
        snprintf(text, 48, "none");
    return text;
}

static bool counts_days(const struct import_duration *duration)
{
    return duration->unit == DURATION_CALENDAR_DAY || duration->unit == DURATION_BUSINESS_DAY;
}

static bool is_promise(enum duration_found found)
{
    return found == DURATION_ONE || found == DURATION_SEVERAL;
}

/* What the two languages promise together; the rule applied goes to `*rule`, NULL for plain
 * agreement. */
static enum duration_found promises_join(enum duration_found english_found,
                                         const struct import_duration *english,
                                         enum duration_found french_found,
                                         const struct import_duration *french,
                                         struct import_duration *joined, const char **rule)
{
    *rule = NULL;
    *joined = *english;
    if (!is_promise(french_found) || english_found == DURATION_UNREAD)
        return english_found;
    if (!is_promise(english_found)) {
        *rule = "promise-in-french";
        *joined = *french;
        return french_found;
    }
    if (import_duration_same(english, french)) {
        joined->days_said = english->days_said || french->days_said;
    } else if (counts_days(english) && counts_days(french) && english->count == french->count &&
               english->days_said != french->days_said) {
        *rule = "kind-of-days";
        *joined = english->days_said ? *english : *french;
    } else {
        *rule = "languages-differ";
    }
    return english_found;
}

static int promise_remark(const struct reading *reading, const char *rule,
                          enum duration_found english_found, const struct import_duration *english,
                          enum duration_found french_found, const struct import_duration *french,
                          const struct import_duration *used)
{
    char english_text[48];
    char french_text[48];
    char used_text[48];
    return REMARK(IMPORT_NOTE, rule, "standard %s: English %s, French %s: %s is used",
                  field(reading, COLUMN_ID), duration_text(english_found, english, english_text),
                  duration_text(french_found, french, french_text),
                  duration_text(DURATION_ONE, used, used_text));
}

static int promise_set(const struct reading *reading, json_t *standard)
{
    const char *english_sentence = field(reading, COLUMN_TEXT_EN);
    const char *french_sentence = field(reading, COLUMN_TEXT_FR);
    struct import_duration english = {0};
    struct import_duration french = {0};
    struct import_duration promise;
    const char *rule;
    enum duration_found english_found =
        import_duration_parse(english_sentence, DURATION_ENGLISH, &english);
    enum duration_found french_found =
        strcmp(english_sentence, french_sentence) == 0
            ? DURATION_ABSENT
            : import_duration_parse(french_sentence, DURATION_FRENCH, &french);
    if (english_found == DURATION_FAILED || french_found == DURATION_FAILED)
        return out_of_memory(reading->error);
    enum duration_found found =
        promises_join(english_found, &english, french_found, &french, &promise, &rule);
    int code = 0;
    if (!is_promise(found)) {
        if (found == DURATION_UNREAD || french_found == DURATION_UNREAD)
            code =
                REMARK(IMPORT_NOTE, "no-promise", "standard %s counts time, but promises no delay",
                       field(reading, COLUMN_ID));
        return code;
    }
    if (found == DURATION_SEVERAL)
        code = REMARK(IMPORT_NOTE, "several-promises",
                      "standard %s: the longest of several is used", field(reading, COLUMN_ID));
    if (rule && code == 0)
        code =
            promise_remark(reading, rule, english_found, &english, french_found, &french, &promise);
    if (code)
        return code;
    bool set = set_new(standard, "count", json_integer(promise.count)) &&
               set_new(standard, "unit", json_string(duration_unit_name(promise.unit)));
    return set ? 0 : out_of_memory(reading->error);
}

static int text_set(const struct reading *reading, json_t *standard)
{
    char *english = import_text(field(reading, COLUMN_TEXT_EN), true);
    char *french = import_text(field(reading, COLUMN_TEXT_FR), true);
    json_t *text = NULL;
    bool made = english && french && import_localised(french, english, &text);
    free(english);
    free(french);
    if (!made)
        return out_of_memory(reading->error);
    if (!text)
        return REMARK(IMPORT_NOTE, "standard-text", "standard %s has no text",
                      field(reading, COLUMN_ID));
    return set_new(standard, "text", text) ? 0 : out_of_memory(reading->error);
}

static int standard_fill(const struct reading *reading, json_t *standard)
{
    int code = set_new(standard, "id", json_string(field(reading, COLUMN_ID)))
                   ? 0
                   : out_of_memory(reading->error);
    if (code == 0)
        code = word_set(reading, standard, "kind", COLUMN_TYPE, kind_words);
    if (code == 0)
        code = word_set(reading, standard, "channel", COLUMN_CHANNEL, channel_words);
    if (code == 0)
        code = text_set(reading, standard);
    if (code == 0)
        code = promise_set(reading, standard);
    if (code == 0)
        code = target_set(reading, standard);
    if (code == 0)
        code = volume_set(reading, standard, "volume", COLUMN_VOLUME);
    if (code == 0)
        code = volume_set(reading, standard, "met", COLUMN_MET);
    return code;
}

/*
 * Where the standard goes in its service's list: past the end for a new one, in the place of the
 * same one of an earlier fiscal year; -1 when the one that is there stays, or a negative error
 * below that.
 */
static int place_find(const struct reading *reading, json_t *list, size_t *place)
{
    char name[2 * STANDARD_ID_LIMIT + 2];
    snprintf(name, sizeof name, "%s/%s", field(reading, COLUMN_SERVICE), field(reading, COLUMN_ID));
    json_t *before = json_object_get(reading->seen, name);
    const char *year = field(reading, COLUMN_YEAR);
    int code = 1;
    *place = json_array_size(list);
    if (before) {
        bool wins = strcmp(year, json_text_or(before, "year", "")) > 0;
        long long line = (long long)json_integer_value(json_object_get(before, "line"));
        *place = (size_t)json_integer_value(json_object_get(before, "place"));
        code = REMARK(IMPORT_REFUSED, "repeated-standard",
                      "standard %s also at line %lld (%s; here %s): the row of the later fiscal "
                      "year is used, of equal ones the first",
                      field(reading, COLUMN_ID), line, json_text_or(before, "year", ""), year);
        if (code || !wins)
            return code;
        code = 1;
    }
    json_t *now = json_pack("{s:s, s:I, s:I}", "year", year, "line",
                            (json_int_t)csv_line(reading->csv), "place", (json_int_t)*place);
    return set_new(reading->seen, name, now) ? code : out_of_memory(reading->error);
}

static int standard_read(void *context)
{
    const struct reading *reading = context;
    const char *id = field(reading, COLUMN_ID);
    const char *service = field(reading, COLUMN_SERVICE);
    if (id[0] == '\0' || strlen(id) > STANDARD_ID_LIMIT || !import_text_is_safe(id))
        return REMARK(IMPORT_REFUSED, "standard-id", "standard id \"%s\" cannot be used", id);
    json_t *body = json_object_get(reading->services, service);
    if (!body)
        return REMARK(IMPORT_REFUSED, "unknown-service",
                      "standard %s belongs to a service that the services file does not have", id);
    json_t *list = json_object_get(body, "standards");
    if (!list) {
        list = json_array();
        if (!set_new(body, "standards", list))
            return out_of_memory(reading->error);
    }
    size_t place;
    int code = place_find(reading, list, &place);
    if (code != 1)
        return code;
    json_t *standard = json_object();
    code = standard ? standard_fill(reading, standard) : out_of_memory(reading->error);
    if (code == 0) {
        int failed = place < json_array_size(list) ? json_array_set(list, place, standard)
                                                   : json_array_append(list, standard);
        code = failed ? out_of_memory(reading->error) : 0;
    }
    json_decref(standard);
    return code;
}

int import_gc_standards(const char *path, json_t *services, const struct import_sink *sink,
                        struct error *error)
{
    struct reading reading = {.sink = sink, .error = error, .services = services};
    reading.seen = json_object();
    int code = reading.seen ? csv_open(&reading.csv, path, NULL, error) : out_of_memory(error);
    const struct import_rows rows = {.names = column_names,
                                     .columns = reading.columns,
                                     .count = COLUMN_COUNT,
                                     .subject = COLUMN_SERVICE,
                                     .row = standard_read,
                                     .context = &reading};
    if (code == 0)
        code = import_rows_read(&rows, reading.csv, sink, error);
    csv_close(reading.csv);
    json_decref(reading.seen);
    return code;
}
