#include "app/hsds_body.h"

#include <stdlib.h>
#include <string.h>

#include "app/calendar.h"
#include "app/import_fields.h"
#include "app/json.h"
#include "app/text.h"

json_t *hsds_text_make(const struct hsds_reading *reading, const char *text, bool lines,
                       bool *failed)
{
    char *clean = import_text(text, lines);
    json_t *localised = NULL;
    *failed = !clean;
    if (clean && strlen(clean) > HSDS_SHOWN_LIMIT) {
        char cut[HSDS_SHOWN_LIMIT];
        text_copy(cut, sizeof cut, clean);
        strcpy(clean, cut);
    }
    if (clean && clean[0] != '\0') {
        localised = json_pack("{s:s}", reading->language, clean);
        *failed = !localised;
    }
    free(clean);
    return localised;
}

bool hsds_text_set(const struct hsds_reading *reading, json_t *body, const char *name,
                   const char *text, bool lines)
{
    bool failed;
    json_t *localised = hsds_text_make(reading, text, lines, &failed);
    return !failed && (!localised || json_object_set_new(body, name, localised) == 0);
}

void hsds_key(const struct hsds_reading *reading, const char *id, char key[RECORD_KEY_SIZE])
{
    snprintf(key, RECORD_KEY_SIZE, "%s/%.*s", reading->source, HSDS_ID_LIMIT, id);
}

/* The day at the begin of a date or time, "" when there is none. */
static void day_take(const json_t *row, const char *name, char day[11])
{
    struct calendar_day parsed;
    text_copy(day, 11, json_text_or(row, name, ""));
    if (!calendar_day_parse(day, &parsed))
        day[0] = '\0';
}

void hsds_confirmed(const json_t *row, char day[11])
{
    char modified[11];
    day_take(row, "assured_date", day);
    day_take(row, "last_modified", modified);
    if (strcmp(modified, day) > 0)
        memcpy(day, modified, sizeof modified);
}

bool hsds_common_set(const struct hsds_reading *reading, json_t *body, const char *key,
                     const json_t *row, const char *title, json_t *rows)
{
    char day[11];
    const char *id = json_text_or(row, "id", "");
    hsds_confirmed(row, day);
    json_t *source = json_pack("{s:s, s:s, s:s*}", "name", reading->source, "id", id, "confirmed",
                               day[0] ? day : NULL);
    bool set = json_object_set_new(body, "key", json_string(key)) == 0 &&
               json_object_set_new(body, "source", source) == 0 &&
               hsds_text_set(reading, body, "title", title, false) &&
               json_object_set(body, "hsds", rows) == 0;
    if (set && !json_object_get(body, "title"))
        set = hsds_text_set(reading, body, "title", id, false);
    return set;
}
