#include "app/hsds_member.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/calendar.h"
#include "app/hsds_body.h"
#include "app/hsds_words.h"
#include "app/import_body.h"
#include "app/json.h"

/* Lists of keys that are rows of HSDS too: told by their ids. */
static const struct {
    const char *member;
    enum record_type type;
} listed[] = {
    {"offices", RECORD_OFFICE},
    {"services", RECORD_SERVICE},
    {"related", RECORD_SERVICE},
};

/* References to what is no row of HSDS: told by their full keys. */
static const char *const referring[] = {"events", "forms", "calendar", NULL};

/* What HSDS rows, or the other attributes, say wholly. */
static const char *const service_said[] = {"key",      "source",   "hsds",  "title",
                                           "keywords", "audience", "level", "identity",
                                           "moved_to", "ended",    NULL};
static const char *const office_said[] = {"key", "source", "hsds", "ended", NULL};

/* What the import makes of other rows, also where the record has none. */
static const char *const service_made[] = {"description", "channels", "documents", "fee",
                                           "owner",       "program",  "offices",   NULL};

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static enum record_type listed_type(const char *member)
{
    for (size_t i = 0; i < sizeof listed / sizeof listed[0]; i++)
        if (strcmp(listed[i].member, member) == 0)
            return listed[i].type;
    return RECORD_NONE;
}

/* --- out -------------------------------------------------------------------------------------- */

struct telling {
    struct hsds *hsds;
    const struct record *record;
    enum hsds_table table;
    size_t count;
};

/* The full key of a reference, or the id of the row that it leads to. New. */
static json_t *reference_tell(const struct telling *telling, const json_t *reference,
                              enum record_type type)
{
    char key[RECORD_KEY_SIZE];
    record_full_key(telling->record, json_is_string(reference) ? json_string_value(reference) : "",
                    key);
    if (type == RECORD_NONE)
        return json_string(key);
    struct id id = id_from_key(record_type_name(type), key);
    return json_string(id.text);
}

/* Makes the calendars of channels full keys. */
static bool calendars_tell(const struct telling *telling, const json_t *channels)
{
    size_t index;
    json_t *channel;
    json_array_foreach(channels, index, channel)
    {
        json_t *schedule = json_object_get(channel, "schedule");
        const json_t *calendar = json_object_get(schedule, "calendar");
        if (calendar && json_object_set_new(schedule, "calendar",
                                            reference_tell(telling, calendar, RECORD_NONE)) != 0)
            return false;
    }
    return true;
}

/* The member as it is told: new, NULL when out of memory. */
static json_t *value_tell(const struct telling *telling, const char *name, const json_t *value)
{
    enum record_type type = listed_type(name);
    json_t *told = json_deep_copy(value);
    if (type == RECORD_NONE && !is_one_of(name, referring)) {
        if (told && strcmp(name, "channels") == 0 && !calendars_tell(telling, told)) {
            json_decref(told);
            return NULL;
        }
        return told;
    }
    if (json_is_string(value)) {
        json_decref(told);
        return reference_tell(telling, value, type);
    }
    for (size_t i = 0; i < json_array_size(told); i++)
        if (json_array_set_new(told, i, reference_tell(telling, json_array_get(value, i), type)) !=
            0) {
            json_decref(told);
            return NULL;
        }
    return told;
}

/* Takes the value over; NULL: out of memory. */
static bool member_put(struct telling *telling, const char *name, json_t *value)
{
    json_t *member = value ? json_pack("{s:o}", name, value) : NULL;
    char *text = member ? json_dumps(member, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    bool put = text != NULL;
    if (put && strlen(text) <= HSDS_TEXT_LIMIT)
        put = hsds_attribute_add(telling->hsds, telling->table, telling->record->id.text,
                                 HSDS_TERM_MEMBER, text, telling->count++);
    free(text);
    json_decref(member);
    return put;
}

bool hsds_members_put(struct hsds *hsds, const struct record *record)
{
    bool service = record->type == RECORD_SERVICE;
    struct telling telling = {hsds, record, service ? HSDS_SERVICE : HSDS_LOCATION, 0};
    const char *confirmed =
        json_text_or(json_object_get(record->body, "source"), "confirmed", NULL);
    bool put = confirmed == NULL || member_put(&telling, "confirmed", json_string(confirmed));
    const char *name;
    json_t *value;
    json_object_foreach(record->body, name, value)
    {
        if (put && !is_one_of(name, service ? service_said : office_said))
            put = member_put(&telling, name, value_tell(&telling, name, value));
    }
    for (const char *const *made = service_made; service && put && *made; made++)
        if (!json_object_get(record->body, *made))
            put = member_put(&telling, *made, json_null());
    return put;
}

/* --- in --------------------------------------------------------------------------------------- */

/* Ids of rows become the keys of their records. */
static bool keys_set(const struct hsds_reading *reading, json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *id = json_string_value(json_array_get(list, i));
        char key[RECORD_KEY_SIZE];
        if (!id || strchr(id, '/') || strlen(id) > HSDS_ID_LIMIT)
            continue;
        hsds_key(reading, id, key);
        if (json_array_set_new(list, i, json_string(key)) != 0)
            return false;
    }
    return true;
}

static bool confirmed_set(json_t *body, const json_t *value)
{
    struct calendar_day day;
    json_t *source = json_object_get(body, "source");
    return !json_is_string(value) || !calendar_day_parse(json_string_value(value), &day) ||
           json_object_set(source, "confirmed", (json_t *)(uintptr_t)value) == 0;
}

static bool member_set(const struct hsds_reading *reading, enum record_type type, json_t *body,
                       const char *name, json_t *value)
{
    if (strcmp(name, "confirmed") == 0)
        return confirmed_set(body, value);
    if (is_one_of(name, type == RECORD_SERVICE ? service_said : office_said))
        return true;
    if (listed_type(name) != RECORD_NONE && !keys_set(reading, value))
        return false;
    if (json_is_null(value)) {
        json_object_del(body, name);
        return true;
    }
    json_t *before = json_incref(json_object_get(body, name));
    bool set = json_object_set(body, name, value) == 0;
    if (set && import_body_check(type, body, NULL, NULL, NULL) != 0)
        set = before ? json_object_set(body, name, before) == 0 : json_object_del(body, name) == 0;
    json_decref(before);
    return set;
}

bool hsds_members_take(const struct hsds_reading *reading, enum record_type type, const char *id,
                       json_t *body)
{
    const char *text;
    size_t position = 0;
    bool set = true;
    while (set && (text = hsds_attribute_next(reading->hsds, id, HSDS_TERM_MEMBER, &position))) {
        json_t *members = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        const char *name;
        json_t *value;
        json_object_foreach(members, name, value)
        {
            set = set && member_set(reading, type, body, name, value);
        }
        json_decref(members);
    }
    return set;
}
