#include "app/import_gc_service_inventory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/csv.h"
#include "app/import_fields.h"
#include "app/import_gc_standards.h"
#include "app/import_rows.h"
#include "app/json.h"
#include "app/text.h"

#define SERVICE_ID_LIMIT 64

enum column {
    COLUMN_YEAR,
    COLUMN_ID,
    COLUMN_NAME_EN,
    COLUMN_NAME_FR,
    COLUMN_DESCRIPTION_EN,
    COLUMN_DESCRIPTION_FR,
    COLUMN_TARGETS,
    COLUMN_PROGRAM_EN,
    COLUMN_PROGRAM_FR,
    COLUMN_FEE,
    COLUMN_REGISTRATION,
    COLUMN_AUTHENTICATION,
    COLUMN_APPLICATION,
    COLUMN_DECISION,
    COLUMN_ISSUANCE,
    COLUMN_FEEDBACK,
    COLUMN_IN_PERSON,
    COLUMN_PHONE,
    COLUMN_ONLINE,
    COLUMN_EMAIL,
    COLUMN_MAIL,
    COLUMN_FAX,
    COLUMN_OTHER,
    COLUMN_ADDRESS_EN,
    COLUMN_ADDRESS_FR,
    COLUMN_OWNER,
    COLUMN_OWNER_TITLE,
    COLUMN_COUNT
};

static const char *const column_names[COLUMN_COUNT] = {
    [COLUMN_YEAR] = "fiscal_yr",
    [COLUMN_ID] = "service_id",
    [COLUMN_NAME_EN] = "service_name_en",
    [COLUMN_NAME_FR] = "service_name_fr",
    [COLUMN_DESCRIPTION_EN] = "service_description_en",
    [COLUMN_DESCRIPTION_FR] = "service_description_fr",
    [COLUMN_TARGETS] = "client_target_groups",
    [COLUMN_PROGRAM_EN] = "program_name_en",
    [COLUMN_PROGRAM_FR] = "program_name_fr",
    [COLUMN_FEE] = "service_fee",
    [COLUMN_REGISTRATION] = "os_account_registration",
    [COLUMN_AUTHENTICATION] = "os_authentication",
    [COLUMN_APPLICATION] = "os_application",
    [COLUMN_DECISION] = "os_decision",
    [COLUMN_ISSUANCE] = "os_issuance",
    [COLUMN_FEEDBACK] = "os_issue_resolution_feedback",
    [COLUMN_IN_PERSON] = "num_applications_in_person",
    [COLUMN_PHONE] = "num_applications_by_phone",
    [COLUMN_ONLINE] = "num_applications_online",
    [COLUMN_EMAIL] = "num_applications_by_email",
    [COLUMN_MAIL] = "num_applications_by_mail",
    [COLUMN_FAX] = "num_applications_by_fax",
    [COLUMN_OTHER] = "num_applications_by_other",
    [COLUMN_ADDRESS_EN] = "service_uri_en",
    [COLUMN_ADDRESS_FR] = "service_uri_fr",
    [COLUMN_OWNER] = "owner_org",
    [COLUMN_OWNER_TITLE] = "owner_org_title",
};

struct named_column {
    const char *name; /* in the body */
    enum column column;
};

static const struct named_column channel_columns[] = {
    {"counter", COLUMN_IN_PERSON}, {"phone", COLUMN_PHONE}, {"web", COLUMN_ONLINE},
    {"email", COLUMN_EMAIL},       {"mail", COLUMN_MAIL},   {"fax", COLUMN_FAX},
};

static const struct named_column step_columns[] = {
    {"registration", COLUMN_REGISTRATION}, {"authentication", COLUMN_AUTHENTICATION},
    {"application", COLUMN_APPLICATION},   {"decision", COLUMN_DECISION},
    {"issuance", COLUMN_ISSUANCE},         {"feedback", COLUMN_FEEDBACK},
};

static const char *const audiences[][2] = {
    {"PERSON", "individual"}, {"ECONOM", "business"}, {"NGO", "organisation"},
    {"FOR", "organisation"},  {"PTC", "government"},  {"INTERN_GOV", "government"},
};

/* What is remembered of the row that a service was read from, to judge a repeat of it. */
struct origin {
    size_t line;
    char year[16];
    size_t filled; /* fields that say something */
    uint64_t hash; /* of the whole row */
};

struct reading {
    struct csv_reader *csv;
    size_t columns[COLUMN_COUNT];
    const struct import_sink *sink;
    struct error *error;
    json_t *services; /* id -> body */
    json_t *order;    /* ids in the order of the file */
    json_t *origins;  /* id -> index into origin_list */
    struct origin *origin_list;
    size_t origin_count;
    size_t origin_capacity;
    struct import_edition *edition;
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
                      rule, field(reading, COLUMN_ID), reading->error, __VA_ARGS__)

/* Sets `name` to a new value; a NULL value is an allocation that failed. */
static bool set_new(json_t *object, const char *name, json_t *value)
{
    return json_object_set_new(object, name, value) == 0;
}

/* Sets a localised member of two cleaned texts, which are freed; absent when both say nothing. */
static bool set_localised(json_t *body, const char *name, char *french, char *english)
{
    json_t *value = NULL;
    bool made = french && english && import_localised(french, english, &value);
    free(french);
    free(english);
    return made && (!value || set_new(body, name, value));
}

/* "2023-2024" -> "2024-03-31". */
static bool fiscal_year_end(const char *year, char day[11])
{
    int64_t begin;
    int64_t end;
    char first[5] = "";
    if (strlen(year) != 9 || year[4] != '-')
        return false;
    memcpy(first, year, 4);
    if (!import_integer(first, &begin) || !import_integer(year + 5, &end) || end != begin + 1)
        return false;
    memcpy(day, year + 5, 4);
    memcpy(day + 4, "-03-31", 7);
    return true;
}

static int source_set(const struct reading *reading, json_t *body)
{
    const char *id = field(reading, COLUMN_ID);
    char day[11] = "";
    int code = 0;
    if (!fiscal_year_end(field(reading, COLUMN_YEAR), day))
        code = REMARK(IMPORT_REPAIRED, "fiscal-year", "fiscal year \"%s\" is not one: left out",
                      field(reading, COLUMN_YEAR));
    if (strcmp(day, reading->edition->confirmed) > 0)
        memcpy(reading->edition->confirmed, day, sizeof day);
    struct text_buffer key = {0};
    text_buffer_add_format(&key, "%s/%s", IMPORT_GC_SERVICE_INVENTORY, id);
    bool set = !key.failed && set_new(body, "key", json_string(key.bytes)) &&
               set_new(body, "source",
                       json_pack("{s:s, s:s, s:s*}", "name", IMPORT_GC_SERVICE_INVENTORY, "id", id,
                                 "confirmed", day[0] ? day : NULL));
    text_buffer_free(&key);
    return set ? code : out_of_memory(reading->error);
}

static int owner_set(const struct reading *reading, json_t *body)
{
    char *title = import_text(field(reading, COLUMN_OWNER_TITLE), false);
    if (!title)
        return out_of_memory(reading->error);
    char *bar = strstr(title, " | ");
    json_t *localised = NULL;
    if (bar)
        *bar = '\0';
    bool made = import_localised(bar ? bar + 3 : title, title, &localised);
    free(title);
    char *id = import_text(field(reading, COLUMN_OWNER), false);
    json_t *owner = made && id ? json_pack("{s:s, s:o*}", "id", id, "title", localised) : NULL;
    free(id);
    return set_new(body, "owner", owner) ? 0 : out_of_memory(reading->error);
}

static int audience_set(const struct reading *reading, json_t *body)
{
    json_t *list = json_array();
    bool seen[4] = {false};
    int code = list ? 0 : out_of_memory(reading->error);
    for (const char *at = field(reading, COLUMN_TARGETS); *at && code == 0;) {
        size_t length = strcspn(at, ",");
        size_t known = 0;
        for (; known < sizeof audiences / sizeof audiences[0]; known++)
            if (strlen(audiences[known][0]) == length &&
                memcmp(audiences[known][0], at, length) == 0)
                break;
        if (known == sizeof audiences / sizeof audiences[0]) {
            code = REMARK(IMPORT_REPAIRED, "target-group",
                          "target group \"%.*s\" is not known: left out", (int)length, at);
        } else {
            size_t word = known < 2 ? known : known < 4 ? 2 : 3;
            if (!seen[word] && json_array_append_new(list, json_string(audiences[known][1])) != 0)
                code = out_of_memory(reading->error);
            seen[word] = true;
        }
        at += length + (at[length] == ',' ? 1 : 0);
    }
    if (code) {
        json_decref(list);
        return code;
    }
    return set_new(body, "audience", list) ? 0 : out_of_memory(reading->error);
}

/* What a field of applications says: 1 a number, 0 not taken, -1 not known; -2 unreadable. */
static int applications_read(const char *text, int64_t *count)
{
    if (strcmp(text, "NA") == 0)
        return 0;
    if (text[0] == '\0' || strcmp(text, "ND") == 0)
        return -1;
    return import_integer(text, count) ? 1 : -2;
}

/* Names of channels said one way, for the remark of the row. */
static void name_add(struct text_buffer *names, const char *name)
{
    if (names->length > 0)
        text_buffer_add_text(names, ", ");
    text_buffer_add_text(names, name);
}

static int channels_remark(const struct reading *reading, const struct text_buffer *closed,
                           const struct text_buffer *unknown)
{
    int code = 0;
    if (closed->length > 0)
        code = REMARK(IMPORT_NOTE, "channel-not-taken", "NA: no applications by %s", closed->bytes);
    if (unknown->length > 0 && code == 0)
        code =
            REMARK(IMPORT_NOTE, "channel-unknown",
                   "ND or blank: not known whether applications are taken by %s", unknown->bytes);
    if (code == 0 && strcmp(field(reading, COLUMN_ONLINE), "NA") == 0 &&
        strcmp(field(reading, COLUMN_APPLICATION), "Y") == 0)
        code = REMARK(IMPORT_NOTE, "contradiction",
                      "no online applications (NA), yet the application step is online: both kept");
    return code;
}

static int channels_set(const struct reading *reading, json_t *body)
{
    json_t *list = json_array();
    struct text_buffer closed = {0};
    struct text_buffer unknown = {0};
    int code = list && set_new(body, "channels", list) ? 0 : out_of_memory(reading->error);
    for (size_t i = 0; i < sizeof channel_columns / sizeof channel_columns[0] && code == 0; i++) {
        const char *name = channel_columns[i].name;
        const char *text = field(reading, channel_columns[i].column);
        int64_t count = 0;
        int said = applications_read(text, &count);
        if (said == 0)
            name_add(&closed, name);
        if (said < 0)
            name_add(&unknown, name);
        if (said == -2)
            code = REMARK(IMPORT_REPAIRED, "applications",
                          "applications by %s \"%s\": not a number", name, text);
        json_t *channel = json_pack("{s:s, s:o}", "channel", name, "available",
                                    said < 0 ? json_null() : json_boolean(said));
        bool set = said != 1 || set_new(channel, "applications", json_integer(count));
        if (code == 0 && (!set || json_array_append(list, channel) != 0))
            code = out_of_memory(reading->error);
        json_decref(channel);
    }
    int64_t other;
    if (code == 0 && applications_read(field(reading, COLUMN_OTHER), &other) == 1 &&
        !set_new(body, "applications_other", json_integer(other)))
        code = out_of_memory(reading->error);
    if (code == 0)
        code = closed.failed || unknown.failed ? out_of_memory(reading->error)
                                               : channels_remark(reading, &closed, &unknown);
    text_buffer_free(&closed);
    text_buffer_free(&unknown);
    return code;
}

static int steps_set(const struct reading *reading, json_t *body)
{
    json_t *steps = json_object();
    int code = steps && set_new(body, "steps_online", steps) ? 0 : out_of_memory(reading->error);
    for (size_t i = 0; i < sizeof step_columns / sizeof step_columns[0] && code == 0; i++) {
        const char *text = field(reading, step_columns[i].column);
        bool yes = strcmp(text, "Y") == 0;
        bool no = strcmp(text, "N") == 0;
        if (!yes && !no && strcmp(text, "NA") != 0)
            code = REMARK(IMPORT_REPAIRED, "step",
                          "online step %s \"%s\" is neither Y, N nor NA: not applicable",
                          step_columns[i].name, text);
        if (!set_new(steps, step_columns[i].name, yes || no ? json_boolean(yes) : json_null()))
            code = out_of_memory(reading->error);
    }
    return code;
}

static int fee_set(const struct reading *reading, json_t *body)
{
    const char *text = field(reading, COLUMN_FEE);
    bool yes = strcmp(text, "Y") == 0;
    if (!yes && strcmp(text, "N") != 0)
        return REMARK(IMPORT_REPAIRED, "fee", "service fee \"%s\" is neither Y nor N: left out",
                      text);
    return set_new(body, "fee", json_boolean(yes)) ? 0 : out_of_memory(reading->error);
}

/* An address of the page in one language, or "" when the field has none, which is remarked. */
static int address_read(const struct reading *reading, enum column column, char **address)
{
    char *text = import_text(field(reading, column), false);
    *address = text ? import_address(text) : NULL;
    int code = *address ? 0 : out_of_memory(reading->error);
    bool nothing = text && (import_text_says_nothing(text) || strcmp(text, "http://") == 0 ||
                            strcmp(text, "https://") == 0);
    if (code == 0 && !nothing && strcmp(text, *address) != 0)
        code = REMARK(IMPORT_REPAIRED, "address", "%s: %s%s: %s", column_names[column],
                      (*address)[0] ? "used is " : "not an address, left out", *address, text);
    free(text);
    return code;
}

static int address_set(const struct reading *reading, json_t *body)
{
    char *french = NULL;
    char *english = NULL;
    int code = address_read(reading, COLUMN_ADDRESS_FR, &french);
    if (code == 0)
        code = address_read(reading, COLUMN_ADDRESS_EN, &english);
    if (code) {
        free(french);
        free(english);
        return code;
    }
    return set_localised(body, "url", french, english) ? 0 : out_of_memory(reading->error);
}

static int texts_set(const struct reading *reading, json_t *body)
{
    bool set =
        set_localised(body, "title", import_text(field(reading, COLUMN_NAME_FR), false),
                      import_text(field(reading, COLUMN_NAME_EN), false)) &&
        set_localised(body, "description", import_text(field(reading, COLUMN_DESCRIPTION_FR), true),
                      import_text(field(reading, COLUMN_DESCRIPTION_EN), true)) &&
        set_localised(body, "program", import_text_unquoted(field(reading, COLUMN_PROGRAM_FR)),
                      import_text_unquoted(field(reading, COLUMN_PROGRAM_EN)));
    if (!set)
        return out_of_memory(reading->error);
    const json_t *description = json_object_get(body, "description");
    const char *french = json_text_or(description, "fr", "");
    if (strlen(french) > 60 && strcmp(french, json_text_or(description, "en", "")) == 0)
        return REMARK(IMPORT_NOTE, "same-text", "the description is the same in both languages");
    return 0;
}

static int body_fill(const struct reading *reading, json_t *body)
{
    static int (*const parts[])(const struct reading *,
                                json_t *) = {source_set,   texts_set, owner_set, audience_set,
                                             channels_set, steps_set, fee_set,   address_set};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        int code = parts[i](reading, body);
        if (code)
            return code;
    }
    return 0;
}

static bool is_usable_id(const char *id)
{
    return id[0] != '\0' && strlen(id) <= SERVICE_ID_LIMIT &&
           strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") ==
               strlen(id);
}

/* What is to be remembered of the current row. */
static struct origin row_origin(const struct reading *reading)
{
    struct origin origin = {.line = csv_line(reading->csv), .hash = 14695981039346656037u};
    text_copy(origin.year, sizeof origin.year, field(reading, COLUMN_YEAR));
    for (size_t i = 0; i < csv_column_count(reading->csv); i++) {
        const char *text = csv_field(reading->csv, i);
        if (!import_text_says_nothing(text))
            origin.filled++;
        for (const char *at = text;; at++) {
            origin.hash = (origin.hash ^ (unsigned char)*at) * 1099511628211u; /* FNV-1a */
            if (*at == '\0')
                break;
        }
    }
    return origin;
}

/* Whether the current row is better than the one of the same id that was read before. */
static bool repeat_wins(const struct origin *before, const struct origin *now, const char **why)
{
    int years = strcmp(now->year, before->year);
    *why = years != 0 ? "the later fiscal year" : "as many fields filled, and later in the file";
    if (years != 0)
        return years > 0;
    if (now->filled != before->filled)
        *why = "more fields filled";
    return now->filled >= before->filled;
}

/* Judges a repeated id: 1 when the current row is to be read in place of the other, else 0. */
static int repeat_judge(const struct reading *reading, const struct origin *before,
                        const struct origin *now)
{
    if (before->hash == now->hash) {
        int code = REMARK(IMPORT_REFUSED, "repeated-id", "the same row as line %zu: ignored",
                          before->line);
        return code;
    }
    const char *why;
    bool wins = repeat_wins(before, now, &why);
    int code = REMARK(IMPORT_REFUSED, "repeated-id",
                      "also at line %zu (%s; here %s): line %zu is used, line %zu is not: %s",
                      before->line, before->year, now->year, wins ? now->line : before->line,
                      wins ? before->line : now->line, why);
    return code ? code : wins;
}

static int origin_remember(struct reading *reading, const char *id, const struct origin *origin)
{
    if (reading->origin_count == reading->origin_capacity) {
        size_t capacity = reading->origin_capacity ? reading->origin_capacity * 2 : 1024;
        struct origin *list = realloc(reading->origin_list, capacity * sizeof *list);
        if (!list)
            return out_of_memory(reading->error);
        reading->origin_list = list;
        reading->origin_capacity = capacity;
    }
    reading->origin_list[reading->origin_count] = *origin;
    bool set = set_new(reading->origins, id, json_integer((json_int_t)reading->origin_count)) &&
               json_array_append_new(reading->order, json_string(id)) == 0;
    reading->origin_count++;
    return set ? 0 : out_of_memory(reading->error);
}

static int service_read(void *context)
{
    struct reading *reading = context;
    const char *id = field(reading, COLUMN_ID);
    if (!is_usable_id(id))
        return REMARK(IMPORT_REFUSED, "service-id", "service id \"%s\" cannot be used", id);
    if (import_text_says_nothing(field(reading, COLUMN_NAME_EN)) &&
        import_text_says_nothing(field(reading, COLUMN_NAME_FR))) {
        struct text_buffer key = {0};
        text_buffer_add_format(&key, "%s/%s", IMPORT_GC_SERVICE_INVENTORY, id);
        int code = key.failed ? out_of_memory(reading->error)
                              : reading->sink->keep(reading->sink->context, RECORD_SERVICE,
                                                    key.bytes, reading->error);
        text_buffer_free(&key);
        return code ? code : REMARK(IMPORT_REFUSED, "no-title", "no name in either language");
    }
    struct origin now = row_origin(reading);
    const json_t *index = json_object_get(reading->origins, id);
    int code = 1;
    if (index) {
        struct origin *before = &reading->origin_list[json_integer_value(index)];
        code = repeat_judge(reading, before, &now);
        if (code == 1)
            *before = now;
    } else {
        code = origin_remember(reading, id, &now);
        code = code ? code : 1;
    }
    if (code != 1)
        return code;
    json_t *body = json_object();
    code = body ? body_fill(reading, body) : out_of_memory(reading->error);
    if (code == 0 && json_object_set(reading->services, id, body) != 0)
        code = out_of_memory(reading->error);
    json_decref(body);
    return code;
}

/* Hands the finished services to the sink, in the order of the file. */
static int services_deliver(const struct reading *reading)
{
    size_t index;
    json_t *name;
    json_array_foreach(reading->order, index, name)
    {
        json_t *body = json_object_get(reading->services, json_string_value(name));
        json_t *index_of = json_object_get(reading->origins, json_string_value(name));
        const struct import_origin origin = {
            csv_name(reading->csv), reading->origin_list[json_integer_value(index_of)].line};
        int code = import_deliver(reading->sink, RECORD_SERVICE, body, &origin, reading->error);
        if (code)
            return code;
    }
    return 0;
}

static void reading_free(struct reading *reading)
{
    csv_close(reading->csv);
    json_decref(reading->services);
    json_decref(reading->order);
    json_decref(reading->origins);
    free(reading->origin_list);
}

int import_gc_service_inventory(const char *services_path, const char *standards_path,
                                const struct import_sink *sink, struct import_edition *edition,
                                struct error *error)
{
    struct reading reading = {.sink = sink,
                              .error = error,
                              .services = json_object(),
                              .order = json_array(),
                              .origins = json_object(),
                              .edition = edition};
    *edition = (struct import_edition){.source = IMPORT_GC_SERVICE_INVENTORY, .complete = true};
    int code = reading.services && reading.order && reading.origins ? 0 : out_of_memory(error);
    if (code == 0)
        code = csv_open(&reading.csv, services_path, NULL, error);
    const struct import_rows rows = {.names = column_names,
                                     .columns = reading.columns,
                                     .count = COLUMN_COUNT,
                                     .subject = COLUMN_ID,
                                     .row = service_read,
                                     .context = &reading};
    if (code == 0)
        code = import_rows_read(&rows, reading.csv, sink, error);
    if (code == 0)
        code = import_gc_standards(standards_path, reading.services, sink, error);
    if (code == 0)
        code = services_deliver(&reading);
    reading_free(&reading);
    return code;
}
