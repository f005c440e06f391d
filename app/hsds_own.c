/* A catalogue record as rows of HSDS: its own, or made of what Guichet knows. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/hsds_member.h"
#include "app/hsds_record.h"
#include "app/hsds_words.h"
#include "app/json.h"
#include "app/text.h"

struct telling {
    struct hsds *hsds;
    const struct record *record;
    const char *language;
};

static struct id row_id(const char *kind, const char *name)
{
    char key[RECORD_KEY_SIZE + 64];
    snprintf(key, sizeof key, "%s:%s", kind, name);
    return id_from_key("hsds", key);
}

/* The id of a row of this record: "schedule", "mon". */
static struct id own_id(const struct telling *telling, const char *kind, const char *what)
{
    char name[RECORD_KEY_SIZE + 40];
    snprintf(name, sizeof name, "%s#%.30s", record_text(telling->record, "key"), what);
    return row_id(kind, name);
}

static const char *localised(const struct telling *telling, const char *member)
{
    return json_localised(json_object_get(telling->record->body, member), telling->language);
}

static bool text_put(json_t *row, const char *name, const char *text)
{
    return text[0] == '\0' || json_object_set_new(row, name, json_string(text)) == 0;
}

static bool row_put(const struct telling *telling, enum hsds_table table, json_t *row)
{
    return hsds_row_add(telling->hsds, hsds_shapes[table].file, row);
}

/* --- organization and programme ------------------------------------------------------------------
 */

static bool organization_add(const struct telling *telling, struct id *id)
{
    const json_t *owner = json_object_get(telling->record->body, "owner");
    const json_t *source = json_object_get(telling->record->body, "source");
    const char *name = json_localised(json_object_get(owner, "title"), telling->language);
    const char *key = json_text_or(owner, "id", json_text_or(source, "name", "unknown"));
    if (name[0] == '\0')
        name = key;
    *id = row_id("organization", key);
    if (hsds_find(telling->hsds, HSDS_ORGANIZATION, id->text))
        return true;
    return row_put(telling, HSDS_ORGANIZATION,
                   json_pack("{s:s, s:s, s:s}", "id", id->text, "name", name, "description", name));
}

static bool program_add(const struct telling *telling, const struct id *organization, json_t *row)
{
    const char *name = localised(telling, "program");
    char key[RECORD_KEY_SIZE];
    if (name[0] == '\0')
        return true;
    snprintf(key, sizeof key, "%s/%.400s", organization->text, name);
    struct id id = row_id("program", key);
    if (!hsds_link_set(row, "program_id", id.text))
        return false;
    if (hsds_find(telling->hsds, HSDS_PROGRAM, id.text))
        return true;
    return row_put(telling, HSDS_PROGRAM,
                   json_pack("{s:s, s:s, s:s, s:s}", "id", id.text, "name", name, "description",
                             name, "@organization_id", organization->text));
}

/* --- a service ---------------------------------------------------------------------------------
 */

static bool attribute_put(const struct telling *telling, const char *term, const char *value,
                          size_t number)
{
    return hsds_attribute_add(telling->hsds, HSDS_SERVICE, telling->record->id.text, term, value,
                              number);
}

/* The text in the other language, "fr:..." */
static bool other_put(const struct telling *telling, const char *member, const char *term)
{
    static const char *const languages[] = {"fr", "en"};
    const json_t *value = json_object_get(telling->record->body, member);
    const char *said = json_localised(value, telling->language);
    for (size_t i = 0; i < 2; i++) {
        const char *text = json_text_or(value, languages[i], "");
        struct text_buffer tagged = {0};
        if (text[0] == '\0' || text == said)
            continue;
        text_buffer_add_format(&tagged, "%s:%s", languages[i], text);
        bool put = !tagged.failed && attribute_put(telling, term, tagged.bytes, 0);
        text_buffer_free(&tagged);
        if (!put)
            return false;
    }
    return true;
}

static bool keywords_put(const struct telling *telling)
{
    size_t number = 0;
    const char *language;
    json_t *list;
    json_object_foreach(json_object_get(telling->record->body, "keywords"), language, list)
    {
        size_t index;
        json_t *word;
        json_array_foreach(list, index, word)
        {
            struct text_buffer tagged = {0};
            text_buffer_add_format(&tagged, "%s:%s", language, json_string_value(word));
            bool put =
                !tagged.failed && attribute_put(telling, HSDS_TERM_KEYWORD, tagged.bytes, number++);
            text_buffer_free(&tagged);
            if (!put)
                return false;
        }
    }
    return true;
}

static bool words_put(const struct telling *telling)
{
    const json_t *body = telling->record->body;
    char level[24];
    size_t index;
    json_t *word;
    bool put = true;
    snprintf(level, sizeof level, "%lld", (long long)json_integer_or(body, "level", 0));
    if (strcmp(level, "0") != 0)
        put = attribute_put(telling, HSDS_TERM_LEVEL, level, 0);
    if (put && json_text_or(body, "identity", "")[0] != '\0')
        put = attribute_put(telling, HSDS_TERM_IDENTITY, json_text_or(body, "identity", ""), 0);
    json_array_foreach(json_object_get(body, "audience"), index, word)
    {
        put = put && attribute_put(telling, HSDS_TERM_AUDIENCE, json_string_value(word), index);
    }
    const char *moved = json_text_or(body, "moved_to", "");
    if (put && moved[0] != '\0') {
        char key[RECORD_KEY_SIZE];
        record_full_key(telling->record, moved, key);
        struct id id = id_from_key(record_type_name(RECORD_SERVICE), key);
        put = attribute_put(telling, HSDS_TERM_MOVED_TO, id.text, 0);
    }
    return put && keywords_put(telling) && other_put(telling, "title", HSDS_TERM_NAME) &&
           other_put(telling, "description", HSDS_TERM_TEXT);
}

/* A fee of one channel: a cost option with the channel as its attribute. */
static bool fee_put(const struct telling *telling, const char *channel, const json_t *fee)
{
    struct id id = own_id(telling, "cost_option", channel);
    int64_t cents = json_integer_or(fee, "amount", 0);
    return row_put(telling, HSDS_COST_OPTION,
                   json_pack("{s:s, s:s, s:s, s:s, s:f}", "id", id.text, "@service_id",
                             telling->record->id.text, "option", channel, "currency",
                             json_text_or(fee, "currency", "CAD"), "amount",
                             (double)cents / 100)) &&
           hsds_attribute_add(telling->hsds, HSDS_COST_OPTION, id.text, HSDS_TERM_CHANNEL, channel,
                              0);
}

static bool channels_put(const struct telling *telling, struct text_buffer *process)
{
    size_t index;
    json_t *entry;
    json_array_foreach(json_object_get(telling->record->body, "channels"), index, entry)
    {
        const char *channel = json_text_or(entry, "channel", "");
        const json_t *available = json_object_get(entry, "available");
        const json_t *fee = json_object_get(entry, "fee");
        const char *how = json_localised(json_object_get(entry, "how"), telling->language);
        if (json_is_boolean(available) &&
            !attribute_put(telling, json_is_true(available) ? HSDS_TERM_CHANNEL : HSDS_TERM_CLOSED,
                           channel, index))
            return false;
        if (fee && !fee_put(telling, channel, fee))
            return false;
        if (how[0] != '\0')
            text_buffer_add_format(process, "%s%s", process->length > 0 ? "\n" : "", how);
    }
    return !process->failed;
}

static bool documents_put(const struct telling *telling)
{
    size_t index;
    json_t *document;
    json_array_foreach(json_object_get(telling->record->body, "documents"), index, document)
    {
        char number[24];
        snprintf(number, sizeof number, "%zu", index);
        struct id id = own_id(telling, "required_document", number);
        if (!row_put(telling, HSDS_REQUIRED_DOCUMENT,
                     json_pack("{s:s, s:s, s:s}", "id", id.text, "@service_id",
                               telling->record->id.text, "document",
                               json_localised(document, telling->language))))
            return false;
    }
    return true;
}

/* A service at a location, once, whichever of the two records names the other. */
static bool place_put(const struct telling *telling, const struct id *service,
                      const struct id *office)
{
    char name[2 * sizeof service->text];
    snprintf(name, sizeof name, "%s/%s", service->text, office->text);
    struct id id = row_id("service_at_location", name);
    if (hsds_find(telling->hsds, HSDS_SERVICE_AT_LOCATION, id.text))
        return true;
    return row_put(telling, HSDS_SERVICE_AT_LOCATION,
                   json_pack("{s:s, s:s, s:s}", "id", id.text, "@service_id", service->text,
                             "@location_id", office->text));
}

static bool places_put(const struct telling *telling, const char *member, enum record_type other)
{
    size_t index;
    json_t *reference;
    json_array_foreach(json_object_get(telling->record->body, member), index, reference)
    {
        char key[RECORD_KEY_SIZE];
        record_full_key(telling->record, json_string_value(reference), key);
        struct id id = id_from_key(record_type_name(other), key);
        const struct id *service = other == RECORD_SERVICE ? &id : &telling->record->id;
        const struct id *office = other == RECORD_SERVICE ? &telling->record->id : &id;
        if (!place_put(telling, service, office))
            return false;
    }
    return true;
}

static bool service_texts_put(const struct telling *telling, json_t *row)
{
    const json_t *body = telling->record->body;
    const json_t *source = json_object_get(body, "source");
    const char *description = localised(telling, "description");
    bool gone = json_bool_or(body, "ended", false) || json_object_get(body, "moved_to");
    struct text_buffer process = {0};
    bool put = text_put(row, "name", localised(telling, "title")) &&
               text_put(row, "description",
                        description[0] != '\0' ? description : localised(telling, "summary")) &&
               text_put(row, "url", localised(telling, "url")) &&
               json_object_set_new(row, "status", json_string(gone ? "defunct" : "active")) == 0 &&
               channels_put(telling, &process) &&
               text_put(row, "application_process", process.bytes ? process.bytes : "") &&
               text_put(row, "assured_date", json_text_or(source, "confirmed", "")) &&
               text_put(row, "last_modified", hsds_record_modified(telling->record));
    text_buffer_free(&process);
    return put;
}

static bool service_tell(const struct telling *telling)
{
    struct id organization;
    json_t *row = json_pack("{s:s}", "id", telling->record->id.text);
    bool told = row && organization_add(telling, &organization) &&
                hsds_link_set(row, "organization_id", organization.text) &&
                program_add(telling, &organization, row) && service_texts_put(telling, row) &&
                row_put(telling, HSDS_SERVICE, json_incref(row)) && words_put(telling) &&
                documents_put(telling) && places_put(telling, "offices", RECORD_OFFICE) &&
                hsds_members_put(telling->hsds, telling->record);
    json_decref(row);
    return told;
}

/* --- an office ---------------------------------------------------------------------------------
 */

/* The days, joined, on which an office is open in this interval; each is told once. */
static void days_join(const json_t *hours, size_t from, const char *interval, char days[32])
{
    static const char *const names[][2] = {{"mon", "MO"}, {"tue", "TU"}, {"wed", "WE"},
                                           {"thu", "TH"}, {"fri", "FR"}, {"sat", "SA"},
                                           {"sun", "SU"}};
    days[0] = '\0';
    for (size_t day = 0; day < 7; day++) {
        size_t index;
        json_t *each;
        json_array_foreach(json_object_get(hours, names[day][0]), index, each)
        {
            if (strcmp(json_string_value(each), interval) != 0)
                continue;
            if (day < from && days[0] == '\0')
                return; /* told at that day already */
            snprintf(days + strlen(days), 32 - strlen(days), "%s%s", days[0] ? "," : "",
                     names[day][1]);
            break;
        }
    }
}

static bool schedules_put(const struct telling *telling)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    const json_t *hours = json_object_get(telling->record->body, "hours");
    for (size_t day = 0; day < 7; day++) {
        size_t index;
        json_t *interval;
        json_array_foreach(json_object_get(hours, names[day]), index, interval)
        {
            char days[32];
            const char *text = json_string_value(interval);
            days_join(hours, day, text, days);
            if (days[0] == '\0' || strlen(text) != 11)
                continue;
            struct id id = own_id(telling, "schedule", text);
            if (!row_put(telling, HSDS_SCHEDULE,
                         json_pack("{s:s, s:s, s:s, s:s, s:s%, s:s%}", "id", id.text,
                                   "@location_id", telling->record->id.text, "freq", "WEEKLY",
                                   "byday", days, "opens_at", text, (size_t)5, "closes_at",
                                   text + 6, (size_t)5)))
                return false;
        }
    }
    return true;
}

/* The province of a Canadian postal code, by its first letter; "" for none. */
static const char *province_of(const char *postal_code)
{
    static const char *const provinces[][2] = {
        {"A", "NL"}, {"B", "NS"}, {"C", "PE"}, {"E", "NB"}, {"GHJ", "QC"}, {"KLMNP", "ON"},
        {"R", "MB"}, {"S", "SK"}, {"T", "AB"}, {"V", "BC"}, {"X", "NT"},   {"Y", "YT"},
    };
    for (size_t i = 0; postal_code[0] && i < sizeof provinces / sizeof provinces[0]; i++)
        if (strchr(provinces[i][0], postal_code[0]))
            return provinces[i][1];
    return "";
}

/* Parts the line of an address: "800, place X, Québec (Québec)" or "800 X Square, Québec, Quebec"
 * into the street and the city. Where it is written otherwise the city is its last part. */
static void address_part(char *line, const char **city)
{
    char *bracket = strstr(line, " (");
    char *comma;
    if (bracket) {
        *bracket = '\0';
    } else if ((comma = strrchr(line, ',')) && strchr(line, ',') != comma) {
        *comma = '\0';
    }
    comma = strrchr(line, ',');
    *city = comma ? comma + 1 + strspn(comma + 1, " ") : line;
    if (comma)
        *comma = '\0';
}

static bool address_put(const struct telling *telling)
{
    struct id id = own_id(telling, "address", "");
    const char *postal_code = record_text(telling->record, "postal_code");
    char *line = strdup(localised(telling, "address"));
    const char *city;
    if (!line)
        return false;
    address_part(line, &city);
    bool put =
        row_put(telling, HSDS_ADDRESS,
                json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "id", id.text, "@location_id",
                          telling->record->id.text, "address_1", line, "city", city,
                          "state_province", province_of(postal_code), "postal_code", postal_code,
                          "country", "CA", "address_type", "physical"));
    free(line);
    return put;
}

static bool languages_put(const struct telling *telling)
{
    size_t index;
    json_t *language;
    json_array_foreach(json_object_get(telling->record->body, "languages"), index, language)
    {
        const char *code = json_string_value(language);
        struct id id = own_id(telling, "language", code);
        if (!row_put(telling, HSDS_LANGUAGE,
                     json_pack("{s:s, s:s, s:s}", "id", id.text, "@location_id",
                               telling->record->id.text, "code", code)))
            return false;
    }
    return true;
}

static bool details_put(const struct telling *telling)
{
    struct id phone = own_id(telling, "phone", "");
    struct id access = own_id(telling, "accessibility", "");
    const char *number = record_text(telling->record, "phone");
    const char *accessibility = localised(telling, "accessibility");
    const char *place = telling->record->id.text;
    return (number[0] == '\0' ||
            row_put(telling, HSDS_PHONE,
                    json_pack("{s:s, s:s, s:s, s:s}", "id", phone.text, "@location_id", place,
                              "number", number, "type", "voice"))) &&
           (accessibility[0] == '\0' ||
            row_put(telling, HSDS_ACCESSIBILITY,
                    json_pack("{s:s, s:s, s:s}", "id", access.text, "@location_id", place,
                              "description", accessibility)));
}

static bool office_tell(const struct telling *telling)
{
    json_t *row = json_pack("{s:s, s:s, s:s, s:O*, s:O*}", "id", telling->record->id.text,
                            "location_type", "physical", "name", localised(telling, "title"),
                            "latitude", json_object_get(telling->record->body, "latitude"),
                            "longitude", json_object_get(telling->record->body, "longitude"));
    return row_put(telling, HSDS_LOCATION, row) && address_put(telling) && languages_put(telling) &&
           schedules_put(telling) && details_put(telling) &&
           places_put(telling, "services", RECORD_SERVICE) &&
           hsds_members_put(telling->hsds, telling->record);
}

/* --- rows that a record came with ----------------------------------------------------------------
 */

/* A service that its publisher no longer names is told as gone. */
static json_t *kept_row(const struct telling *telling, const char *file, json_t *row)
{
    const char *status = json_text_or(row, "status", "");
    bool ended = json_bool_or(telling->record->body, "ended", false);
    json_t *copy = json_copy(row);
    if (copy && ended && strcmp(file, hsds_shapes[HSDS_SERVICE].file) == 0 &&
        strcmp(status, "inactive") != 0 &&
        json_object_set_new(copy, "status", json_string("defunct")) != 0) {
        json_decref(copy);
        return NULL;
    }
    return copy;
}

static bool kept_tell(const struct telling *telling, const json_t *kept)
{
    const char *file;
    json_t *rows;
    json_object_foreach((json_t *)(uintptr_t)kept, file, rows)
    {
        size_t index;
        json_t *row;
        if (!hsds_file_is_name(file))
            continue;
        json_array_foreach(rows, index, row)
        {
            if (json_is_object(row) &&
                !hsds_row_add(telling->hsds, file, kept_row(telling, file, row)))
                return false;
        }
    }
    return true;
}

const char *hsds_record_modified(const struct record *record)
{
    return json_text_or(json_object_get(record->meta, "updated"), "time", "");
}

int hsds_record_add(struct hsds *hsds, const struct record *record, const char *language,
                    struct error *error)
{
    const struct telling telling = {hsds, record, language};
    const json_t *kept = json_object_get(record->body, "hsds");
    bool told = true;
    if (kept)
        told = kept_tell(&telling, kept);
    else if (record->type == RECORD_SERVICE)
        told = service_tell(&telling);
    else if (record->type == RECORD_OFFICE && !json_bool_or(record->body, "ended", false))
        told = office_tell(&telling);
    return told ? 0 : error_set(error, ERROR_MEMORY, "out of memory");
}
