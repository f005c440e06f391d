/* A service of HSDS as a service of the catalogue. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/hsds_body.h"
#include "app/hsds_member.h"
#include "app/hsds_words.h"
#include "app/import_fields.h"
#include "app/json.h"
#include "app/record_fields.h"
#include "app/text.h"

#define LIST_MOST 200

struct making {
    const struct hsds_reading *reading;
    const json_t *service;
    const char *id;
    json_t *body;
};

static const char *field(const struct making *making, const char *name)
{
    return json_text_or(making->service, name, "");
}

static const json_t *children(const struct making *making, enum hsds_table table)
{
    return hsds_children(making->reading->hsds, table, "service_id", making->id);
}

/* Texts that tell more of the service, each with what it tells in front; what is new comes first.
 */
static bool description_set(const struct making *making)
{
    static const struct {
        const char *name, *french, *english;
    } parts[] = {
        {"alert", "Avis", "Alert"},
        {"description", NULL, NULL},
        {"eligibility_description", "Admissibilité", "Eligibility"},
        {"application_process", "Comment faire la demande", "How to apply"},
        {"fees_description", "Frais", "Fees"},
        {"wait_time", "Délai", "Wait"},
        {"interpretation_services", "Interprétation", "Interpretation"},
        {"accreditations", "Agréments", "Accreditations"},
    };
    bool french = strcmp(making->reading->language, "fr") == 0;
    struct text_buffer text = {0};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const char *more = field(making, parts[i].name);
        if (more[0] == '\0')
            continue;
        text_buffer_add_text(&text, text.length > 0 ? "\n\n" : "");
        if (parts[i].french)
            text_buffer_add_format(&text, "%s%s", french ? parts[i].french : parts[i].english,
                                   french ? "\u00a0: " : ": ");
        text_buffer_add_text(&text, more);
    }
    bool set = !text.failed && hsds_text_set(making->reading, making->body, "description",
                                             text.bytes ? text.bytes : "", true);
    text_buffer_free(&text);
    return set;
}

/* The organization, the programme and the page. */
static bool belonging_set(const struct making *making)
{
    struct hsds *hsds = making->reading->hsds;
    const char *id = hsds_link(making->service, "organization_id");
    const json_t *owner = hsds_find(hsds, HSDS_ORGANIZATION, id);
    const json_t *program = hsds_find(hsds, HSDS_PROGRAM, hsds_link(making->service, "program_id"));
    bool set = hsds_text_set(making->reading, making->body, "program",
                             json_text_or(program, "name", ""), false);
    const char *address = field(making, "url");
    if (set && import_is_address(address))
        set = hsds_text_set(making->reading, making->body, "url", address, false);
    if (!set || !owner)
        return set;
    json_t *about = json_pack("{s:s}", "id", id);
    set = about &&
          hsds_text_set(making->reading, about, "title", json_text_or(owner, "name", id), false);
    if (set && json_object_get(about, "title"))
        set = json_object_set(making->body, "owner", about) == 0;
    json_decref(about);
    return set;
}

static bool keyword_add(json_t *keywords, const char *language, const char *text)
{
    json_t *list = json_object_get(keywords, language);
    char *clean = import_text(text, false);
    bool added = clean != NULL;
    if (added && !list) {
        list = json_array();
        added = json_object_set_new(keywords, language, list) == 0;
    }
    if (added && clean[0] != '\0' && strlen(clean) < HSDS_SHOWN_LIMIT &&
        json_array_size(list) < LIST_MOST)
        added = json_array_append_new(list, json_string(clean)) == 0;
    free(clean);
    return added;
}

/* "fr:acte" -> "fr" and "acte"; false when no language stands in front. */
static bool language_cut(const char *value, char language[3], const char **text)
{
    if (strncmp(value, "fr:", 3) != 0 && strncmp(value, "en:", 3) != 0)
        return false;
    memcpy(language, value, 2);
    language[2] = '\0';
    *text = value + 3;
    return true;
}

/* The other name, our own keywords, and the names of the terms that classify the service. */
static bool keywords_set(const struct making *making)
{
    struct hsds *hsds = making->reading->hsds;
    json_t *keywords = json_object();
    const json_t *attributes = hsds_children(hsds, HSDS_ATTRIBUTE, "link_id", making->id);
    const char *value;
    size_t position = 0;
    bool set = keywords &&
               (field(making, "alternate_name")[0] == '\0' ||
                keyword_add(keywords, making->reading->language, field(making, "alternate_name")));
    while (set && (value = hsds_attribute_next(hsds, making->id, HSDS_TERM_KEYWORD, &position))) {
        char language[3];
        const char *text;
        if (language_cut(value, language, &text))
            set = keyword_add(keywords, language, text);
    }
    for (size_t i = 0; set && i < json_array_size(attributes); i++) {
        const json_t *row = json_array_get(attributes, i);
        const json_t *term =
            hsds_find(hsds, HSDS_TAXONOMY_TERM, hsds_link(row, "taxonomy_term_id"));
        if (term && strcmp(json_text_or(row, "link_type", ""), "guichet") != 0)
            set = keyword_add(keywords, making->reading->language, json_text_or(term, "name", ""));
    }
    if (set && json_object_size(keywords) > 0)
        set = json_object_set(making->body, "keywords", keywords) == 0;
    json_decref(keywords);
    return set;
}

static bool documents_set(const struct making *making)
{
    const json_t *rows = children(making, HSDS_REQUIRED_DOCUMENT);
    json_t *list = json_array();
    bool failed = list == NULL;
    for (size_t i = 0; !failed && i < json_array_size(rows) && i < LIST_MOST; i++) {
        const char *text = json_text_or(json_array_get(rows, i), "document", "");
        json_t *localised = hsds_text_make(making->reading, text, false, &failed);
        if (localised)
            failed = json_array_append_new(list, localised) != 0;
    }
    if (!failed && json_array_size(list) > 0)
        failed = json_object_set(making->body, "documents", list) != 0;
    json_decref(list);
    return !failed;
}

static bool offices_set(const struct making *making)
{
    const json_t *rows = children(making, HSDS_SERVICE_AT_LOCATION);
    json_t *list = json_array();
    bool set = list != NULL;
    for (size_t i = 0; set && i < json_array_size(rows) && i < LIST_MOST; i++) {
        char key[RECORD_KEY_SIZE];
        const char *id = hsds_link(json_array_get(rows, i), "location_id");
        const json_t *location = hsds_find(making->reading->hsds, HSDS_LOCATION, id);
        if (!location || !hsds_location_is_office(making->reading->hsds, location))
            continue;
        hsds_key(making->reading, id, key);
        set = json_array_append_new(list, json_string(key)) == 0;
    }
    if (set && json_array_size(list) > 0)
        set = json_object_set(making->body, "offices", list) == 0;
    json_decref(list);
    return set;
}

/* --- channels --------------------------------------------------------------------------------- */

/* The entry of a channel in the list, made when there is none. NULL when out of memory. */
static json_t *channel_entry(json_t *list, const char *channel, bool available)
{
    size_t index;
    json_t *entry;
    json_array_foreach(list, index, entry)
    {
        if (strcmp(json_text_or(entry, "channel", ""), channel) == 0)
            return entry;
    }
    entry = json_pack("{s:s, s:b}", "channel", channel, "available", available);
    return json_array_append_new(list, entry) == 0 ? entry : NULL;
}

static bool is_channel(const char *word)
{
    for (const char *const *known = channel_words; *known; known++)
        if (strcmp(*known, word) == 0)
            return true;
    return false;
}

static bool channel_how(const struct making *making, json_t *list, const char *channel,
                        const char *how)
{
    json_t *entry = how[0] != '\0' ? channel_entry(list, channel, true) : NULL;
    return how[0] == '\0' || (entry && hsds_text_set(making->reading, entry, "how", how, false));
}

static bool phones_set(const struct making *making, json_t *list)
{
    const json_t *rows = children(making, HSDS_PHONE);
    struct text_buffer text = {0};
    for (size_t i = 0; i < json_array_size(rows) && i < 5; i++) {
        const json_t *row = json_array_get(rows, i);
        json_t *extension = json_object_get(row, "extension");
        text_buffer_add_format(&text, "%s%s", text.length > 0 ? ", " : "",
                               json_text_or(row, "number", ""));
        if (json_is_integer(extension))
            text_buffer_add_format(&text, " x%lld", (long long)json_integer_value(extension));
        else if (json_is_string(extension))
            text_buffer_add_format(&text, " x%s", json_string_value(extension));
    }
    bool set = !text.failed && channel_how(making, list, "phone", text.bytes ? text.bytes : "");
    text_buffer_free(&text);
    return set;
}

/* Channels that the publisher named by attributes: ours, or any term called so. */
static bool channels_named(const struct making *making, json_t *list)
{
    static const char *const names[] = {HSDS_TERM_CHANNEL, HSDS_TERM_CLOSED};
    for (size_t i = 0; i < 2; i++) {
        const char *value;
        size_t position = 0;
        while (
            (value = hsds_attribute_next(making->reading->hsds, making->id, names[i], &position)))
            if (is_channel(value) && !channel_entry(list, value, i == 0))
                return false;
    }
    return true;
}

/* Cents of an amount of Canadian dollars; -1 when it is none. */
static int64_t cents_of(const json_t *option)
{
    const json_t *amount = json_object_get(option, "amount");
    const char *currency = json_text_or(option, "currency", "");
    double value = json_number_value(amount);
    char *end = NULL;
    if (json_is_string(amount))
        value = strtod(json_string_value(amount), &end);
    bool number = json_is_number(amount) || (end && end != json_string_value(amount) && !*end);
    if (!number || !(value >= 0 && value < 1e10) ||
        (strcmp(currency, "CAD") != 0 && strcmp(currency, "cad") != 0))
        return -1;
    return (int64_t)(value * 100 + 0.5);
}

/* Fees: of the channel that an attribute names, else only whether there is any. */
static bool fees_set(const struct making *making, json_t *list)
{
    const json_t *rows = children(making, HSDS_COST_OPTION);
    bool costs = false;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *option = json_array_get(rows, i);
        size_t position = 0;
        const char *channel = hsds_attribute_next(
            making->reading->hsds, json_text_or(option, "id", ""), HSDS_TERM_CHANNEL, &position);
        int64_t cents = cents_of(option);
        costs = costs || cents != 0;
        if (!channel || !is_channel(channel) || cents < 0)
            continue;
        json_t *entry = channel_entry(list, channel, true);
        json_t *fee = json_pack("{s:I, s:s}", "amount", (json_int_t)cents, "currency", "CAD");
        if (!entry || json_object_set_new(entry, "fee", fee) != 0)
            return false;
    }
    return json_array_size(rows) == 0 ||
           json_object_set_new(making->body, "fee", json_boolean(costs)) == 0;
}

static bool hours_set(const struct making *making, json_t *list)
{
    const json_t *schedule = json_array_get(children(making, HSDS_SCHEDULE), 0);
    json_t *entry = json_array_get(list, 0);
    const char *text = json_text_or(schedule, "description", "");
    return text[0] == '\0' || !entry || hsds_text_set(making->reading, entry, "hours", text, false);
}

static bool channels_set(const struct making *making)
{
    json_t *list = json_array();
    bool set = list != NULL;
    if (set && json_array_size(children(making, HSDS_SERVICE_AT_LOCATION)) > 0)
        set = channel_entry(list, "counter", true) != NULL;
    set = set && phones_set(making, list) &&
          channel_how(making, list, "email", field(making, "email")) &&
          channels_named(making, list) && fees_set(making, list) && hours_set(making, list);
    if (set && json_array_size(list) > 0)
        set = json_object_set(making->body, "channels", list) == 0;
    json_decref(list);
    return set;
}

/* --- what our own attributes say ----------------------------------------------------------------
 */

static bool is_one_of(const char *value, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(*words, value) == 0)
            return true;
    return false;
}

static bool other_language_set(const struct making *making, const char *term, const char *member)
{
    const char *value;
    size_t position = 0;
    while ((value = hsds_attribute_next(making->reading->hsds, making->id, term, &position))) {
        char language[3];
        const char *text;
        json_t *localised = json_object_get(making->body, member);
        if (!language_cut(value, language, &text) || !localised ||
            json_object_get(localised, language))
            continue;
        const struct hsds_reading other = {.language = language};
        bool failed;
        json_t *made = hsds_text_make(&other, text, strcmp(member, "description") == 0, &failed);
        if (made && json_object_update(localised, made) != 0)
            failed = true;
        json_decref(made);
        if (failed)
            return false;
    }
    return true;
}

static bool words_set(const struct making *making)
{
    static const char *const identities[] = {"none", "basic", "verified", NULL};
    static const char *const audiences[] = {"individual", "business", "organisation", "government",
                                            NULL};
    struct hsds *hsds = making->reading->hsds;
    size_t position = 0;
    const char *value = hsds_attribute_next(hsds, making->id, HSDS_TERM_LEVEL, &position);
    bool set = true;
    if (value && strlen(value) == 1 && value[0] >= '1' && value[0] <= '3')
        set = json_object_set_new(making->body, "level", json_integer(value[0] - '0')) == 0;
    position = 0;
    value = hsds_attribute_next(hsds, making->id, HSDS_TERM_IDENTITY, &position);
    if (set && value && is_one_of(value, identities))
        set = json_object_set_new(making->body, "identity", json_string(value)) == 0;
    json_t *list = json_array();
    position = 0;
    while (set && (value = hsds_attribute_next(hsds, making->id, HSDS_TERM_AUDIENCE, &position)))
        if (is_one_of(value, audiences) && json_array_size(list) < 4)
            set = json_array_append_new(list, json_string(value)) == 0;
    if (set && json_array_size(list) > 0)
        set = json_object_set(making->body, "audience", list) == 0;
    json_decref(list);
    return set && other_language_set(making, HSDS_TERM_NAME, "title") &&
           other_language_set(making, HSDS_TERM_TEXT, "description");
}

/* A service that is offered no more, and the one that took its place. */
static bool ending_set(const struct making *making)
{
    const char *status = field(making, "status");
    size_t position = 0;
    const char *moved =
        hsds_attribute_next(making->reading->hsds, making->id, HSDS_TERM_MOVED_TO, &position);
    char key[RECORD_KEY_SIZE];
    if (moved) {
        hsds_key(making->reading, moved, key);
        if (json_object_set_new(making->body, "moved_to", json_string(key)) != 0)
            return false;
    }
    return (strcmp(status, "inactive") != 0 && strcmp(status, "defunct") != 0) || moved ||
           json_object_set_new(making->body, "ended", json_true()) == 0;
}

json_t *hsds_service_body(const struct hsds_reading *reading, const json_t *service, json_t *rows)
{
    struct making making = {reading, service, json_text_or(service, "id", ""), json_object()};
    char key[RECORD_KEY_SIZE];
    hsds_key(reading, making.id, key);
    if (making.body &&
        hsds_common_set(reading, making.body, key, service, field(&making, "name"), rows) &&
        description_set(&making) && belonging_set(&making) && keywords_set(&making) &&
        documents_set(&making) && offices_set(&making) && channels_set(&making) &&
        words_set(&making) && ending_set(&making) &&
        hsds_members_take(reading, RECORD_SERVICE, making.id, making.body))
        return making.body;
    json_decref(making.body);
    return NULL;
}
