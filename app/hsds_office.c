/* A location of HSDS as an office, and what is kept only to be given back. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/hsds_body.h"
#include "app/hsds_member.h"
#include "app/json.h"
#include "app/text.h"

/* A coordinate, given as a number or as the text of one; false when absent or out of range. */
static bool degrees(const json_t *location, const char *name, double most, double *value)
{
    const json_t *member = json_object_get(location, name);
    char *end = NULL;
    *value = json_number_value(member);
    if (json_is_string(member))
        *value = strtod(json_string_value(member), &end);
    bool number = json_is_number(member) || (end && end != json_string_value(member) && !*end);
    return number && *value >= -most && *value <= most;
}

static const json_t *children(struct hsds *hsds, enum hsds_table table, const json_t *location)
{
    return hsds_children(hsds, table, "location_id", json_text_or(location, "id", ""));
}

bool hsds_location_is_office(struct hsds *hsds, const json_t *location)
{
    double value;
    const json_t *address = json_array_get(children(hsds, HSDS_ADDRESS, location), 0);
    return degrees(location, "latitude", 90, &value) &&
           degrees(location, "longitude", 180, &value) &&
           json_text_or(address, "address_1", "")[0] != '\0';
}

static bool address_set(const struct hsds_reading *reading, const json_t *location, json_t *body)
{
    static const char *const parts[] = {"address_1", "address_2", "city", "state_province"};
    const json_t *address = json_array_get(children(reading->hsds, HSDS_ADDRESS, location), 0);
    struct text_buffer text = {0};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const char *part = json_text_or(address, parts[i], "");
        if (part[0] != '\0')
            text_buffer_add_format(&text, "%s%s", text.length > 0 ? ", " : "", part);
    }
    const char *code = json_text_or(address, "postal_code", "");
    bool set = !text.failed && hsds_text_set(reading, body, "address", text.bytes, false);
    if (set && code[0] != '\0' && strlen(code) < 100)
        set = json_object_set_new(body, "postal_code", json_string(code)) == 0;
    text_buffer_free(&text);
    return set;
}

/* "08:30" of "08:30", "08:30:00" or "8:30-05:00"; false for anything else. */
static bool time_take(const char *text, char time[6])
{
    unsigned hour;
    unsigned minute;
    int length = 0;
    if (sscanf(text, "%2u:%2u%n", &hour, &minute, &length) != 2 || hour > 24 || minute > 59 ||
        (text[length] != '\0' && !strchr(":Z+-", text[length])))
        return false;
    snprintf(time, 6, "%02u:%02u", hour % 25, minute % 60);
    return true;
}

/* Adds a schedule to the hours when it is what they can say: every week, on days, from to. */
static bool schedule_add(const json_t *schedule, json_t *hours)
{
    static const char *const days[][2] = {{"MO", "mon"}, {"TU", "tue"}, {"WE", "wed"},
                                          {"TH", "thu"}, {"FR", "fri"}, {"SA", "sat"},
                                          {"SU", "sun"}};
    char opens[6];
    char closes[6];
    char interval[12];
    if (strcmp(json_text_or(schedule, "freq", ""), "WEEKLY") != 0 ||
        !time_take(json_text_or(schedule, "opens_at", ""), opens) ||
        !time_take(json_text_or(schedule, "closes_at", ""), closes) || strcmp(opens, closes) >= 0)
        return true;
    snprintf(interval, sizeof interval, "%s-%s", opens, closes);
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        json_t *list = json_object_get(hours, days[i][1]);
        if (!strstr(json_text_or(schedule, "byday", ""), days[i][0]) || json_array_size(list) > 8)
            continue;
        if (!list) {
            list = json_array();
            if (json_object_set_new(hours, days[i][1], list) != 0)
                return false;
        }
        if (json_array_append_new(list, json_string(interval)) != 0)
            return false;
    }
    return true;
}

static bool hours_set(const struct hsds_reading *reading, const json_t *location, json_t *body)
{
    const json_t *rows = children(reading->hsds, HSDS_SCHEDULE, location);
    json_t *hours = json_object();
    bool set = json_object_set_new(body, "hours", hours) == 0;
    for (size_t i = 0; set && i < json_array_size(rows); i++)
        set = schedule_add(json_array_get(rows, i), hours);
    return set;
}

static bool languages_set(const struct hsds_reading *reading, const json_t *location, json_t *body)
{
    const json_t *rows = children(reading->hsds, HSDS_LANGUAGE, location);
    json_t *list = json_array();
    bool set = json_object_set_new(body, "languages", list) == 0;
    for (size_t i = 0; set && i < json_array_size(rows) && i < 100; i++) {
        const char *code = json_text_or(json_array_get(rows, i), "code", "");
        if (code[0] != '\0' && strlen(code) < 40)
            set = json_array_append_new(list, json_string(code)) == 0;
    }
    return set;
}

static bool details_set(const struct hsds_reading *reading, const json_t *location, json_t *body)
{
    const json_t *phone = json_array_get(children(reading->hsds, HSDS_PHONE, location), 0);
    const json_t *access = json_array_get(children(reading->hsds, HSDS_ACCESSIBILITY, location), 0);
    const char *number = json_text_or(phone, "number", "");
    double latitude = 0;
    double longitude = 0;
    degrees(location, "latitude", 90, &latitude);
    degrees(location, "longitude", 180, &longitude);
    bool set = json_object_set_new(body, "latitude", json_real(latitude)) == 0 &&
               json_object_set_new(body, "longitude", json_real(longitude)) == 0 &&
               hsds_text_set(reading, body, "accessibility",
                             json_text_or(access, "description", ""), false);
    if (set && number[0] != '\0' && strlen(number) < 200)
        set = json_object_set_new(body, "phone", json_string(number)) == 0;
    return set;
}

/* The services at this place. */
static bool services_set(const struct hsds_reading *reading, const json_t *location, json_t *body)
{
    const json_t *rows = children(reading->hsds, HSDS_SERVICE_AT_LOCATION, location);
    json_t *list = json_array();
    bool set = json_object_set_new(body, "services", list) == 0;
    for (size_t i = 0; set && i < json_array_size(rows) && i < 2000; i++) {
        char key[RECORD_KEY_SIZE];
        const char *id = hsds_link(json_array_get(rows, i), "service_id");
        if (!hsds_find(reading->hsds, HSDS_SERVICE, id))
            continue;
        hsds_key(reading, id, key);
        set = json_array_append_new(list, json_string(key)) == 0;
    }
    return set;
}

json_t *hsds_office_body(const struct hsds_reading *reading, const json_t *location, json_t *rows)
{
    json_t *body = json_object();
    char key[RECORD_KEY_SIZE];
    const char *name = json_text_or(location, "name", "");
    hsds_key(reading, json_text_or(location, "id", ""), key);
    if (body && hsds_common_set(reading, body, key, location, name, rows) &&
        address_set(reading, location, body) && hours_set(reading, location, body) &&
        languages_set(reading, location, body) && details_set(reading, location, body) &&
        services_set(reading, location, body) &&
        hsds_members_take(reading, RECORD_OFFICE, json_text_or(location, "id", ""), body))
        return body;
    json_decref(body);
    return NULL;
}

json_t *hsds_directory_body(const struct hsds_reading *reading, enum hsds_table table,
                            const char *file, const json_t *row, json_t *rows)
{
    json_t *body = json_object();
    char key[RECORD_KEY_SIZE];
    const char *name = table == HSDS_NO_TABLE ? file : hsds_shapes[table].name;
    const char *title = json_text_or(row, "name", json_text_or(row, "number", ""));
    snprintf(key, sizeof key, "%s/%s.%.*s", reading->source, name, HSDS_ID_LIMIT,
             json_text_or(row, "id", ""));
    if (body && hsds_common_set(reading, body, key, row, title, rows) &&
        json_object_set_new(body, "table", json_string(name)) == 0)
        return body;
    json_decref(body);
    return NULL;
}
