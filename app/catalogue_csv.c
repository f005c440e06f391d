#include "app/catalogue_csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/record_fields.h"

#define BOTH(name, path, kind, help)                                                               \
    {name "_fr", path "/fr", kind, help},                                                          \
    {                                                                                              \
        name "_en", path "/en", kind, NULL                                                         \
    }

const struct csv_column_entry catalogue_csv_columns[] = {
    {"key", "key", CSV_COLUMN_TEXT,
     "Names the service for good: \"birth-certificate\", or with its source in front, "
     "\"sample/birth-certificate\""},
    BOTH("title", "title", CSV_COLUMN_TEXT, "Its name; at least one of the two languages"),
    BOTH("summary", "summary", CSV_COLUMN_TEXT, "One sentence"),
    BOTH("description", "description", CSV_COLUMN_TEXT, "The whole text"),
    BOTH("keywords", "keywords", CSV_COLUMN_LIST, "Words that citizens use for it"),
    {"owner_id", "owner/id", CSV_COLUMN_TEXT, "The organisation: a short id, and its name"},
    BOTH("owner", "owner/title", CSV_COLUMN_TEXT, NULL),
    BOTH("program", "program", CSV_COLUMN_TEXT, "The programme it belongs to"),
    {"code", "code", CSV_COLUMN_TEXT, "A short number or the like"},
    {"level", "level", CSV_COLUMN_INTEGER, "Contact level: 1, 2 or 3"},
    {"identity", "identity", CSV_COLUMN_TEXT, "What is checked: none, basic, verified"},
    {"audience", "audience", CSV_COLUMN_LIST, "Of individual, business, organisation, government"},
    {"events", "events", CSV_COLUMN_LIST, "Keys of life events"},
    {"forms", "forms", CSV_COLUMN_LIST, "Keys of forms"},
    {"offices", "offices", CSV_COLUMN_LIST, "Keys of offices"},
    {"related", "related", CSV_COLUMN_LIST, "Keys of services"},
    {"moved_to", "moved_to", CSV_COLUMN_TEXT, "Key of the service that took its place"},
    BOTH("documents", "documents", CSV_COLUMN_LINES, "What to bring"),
    BOTH("nudge", "nudge", CSV_COLUMN_TEXT, "The sentence that guides to the efficient channel"),
    BOTH("procedure", "procedure", CSV_COLUMN_TEXT, "Steps for staff, one a line"),
    BOTH("url", "url", CSV_COLUMN_TEXT, "Address of its page"),
    {"fee", "fee", CSV_COLUMN_BOOLEAN, "Whether there is any fee, when amounts are not known"},
    {"step_registration", "steps_online/registration", CSV_COLUMN_KNOWN,
     "Whether this step can be done online; unknown: the service has no such step"},
    {"step_authentication", "steps_online/authentication", CSV_COLUMN_KNOWN, NULL},
    {"step_application", "steps_online/application", CSV_COLUMN_KNOWN, NULL},
    {"step_decision", "steps_online/decision", CSV_COLUMN_KNOWN, NULL},
    {"step_issuance", "steps_online/issuance", CSV_COLUMN_KNOWN, NULL},
    {"step_feedback", "steps_online/feedback", CSV_COLUMN_KNOWN, NULL},
    {"applications_other", "applications_other", CSV_COLUMN_INTEGER,
     "Applications outside all channels"},
    {"standards", "standards", CSV_COLUMN_JSON, "Service standards, as catalogue_bodies.md says"},
    {"confirmed", "source/confirmed", CSV_COLUMN_TEXT, "The day it was last confirmed: 2026-11-01"},
    {"ended", "ended", CSV_COLUMN_BOOLEAN, "Whether it is no longer offered"},
    {"channels", "channel_order", CSV_COLUMN_LIST,
     "The order in which the channels are shown, when it is not that of the columns"},
    {"hsds", "hsds", CSV_COLUMN_JSON, "The HSDS rows it came with, as hsds.md says"},
    {"more", "more", CSV_COLUMN_JSON, "What no other column says: members as catalogue_bodies.md"},
    {NULL, NULL, CSV_COLUMN_TEXT, NULL},
};

const struct csv_column_entry catalogue_csv_channel_columns[] = {
    {"available", "available", CSV_COLUMN_KNOWN, "Whether the service is offered in it"},
    {"fee", "fee", CSV_COLUMN_MONEY, "The fee in it, in Canadian dollars; 0: free"},
    BOTH("how", "how", CSV_COLUMN_TEXT, "How it is done"),
    BOTH("hours", "hours", CSV_COLUMN_TEXT, "When it is open"),
    {"guarantee", "guarantee/delay", CSV_COLUMN_DELAY, "The delay that is guaranteed"},
    BOTH("guarantee", "guarantee/text", CSV_COLUMN_TEXT, "The guarantee in words"),
    {"applications", "applications", CSV_COLUMN_INTEGER, "Applications a year"},
    {"more", "more", CSV_COLUMN_JSON, "What no other column of the channel says"},
    {NULL, NULL, CSV_COLUMN_TEXT, NULL},
};

const char *catalogue_csv_kind_help(enum csv_column_kind kind)
{
    static const char *const helps[] = {
        [CSV_COLUMN_TEXT] = "a text",
        [CSV_COLUMN_LIST] = "texts with \";\" between",
        [CSV_COLUMN_LINES] = "texts, one a line",
        [CSV_COLUMN_INTEGER] = "a whole number",
        [CSV_COLUMN_BOOLEAN] = "yes or no",
        [CSV_COLUMN_KNOWN] = "yes, no or unknown",
        [CSV_COLUMN_MONEY] = "dollars and cents: 12.50",
        [CSV_COLUMN_DELAY] = "15 business-day, or 15 business-day refund",
        [CSV_COLUMN_JSON] = "JSON",
    };
    return helps[kind];
}

size_t catalogue_csv_all(struct catalogue_csv_column columns[CATALOGUE_CSV_COLUMN_MOST])
{
    size_t count = 0;
    for (const struct csv_column_entry *entry = catalogue_csv_columns; entry->name; entry++) {
        columns[count] = (struct catalogue_csv_column){.entry = entry};
        snprintf(columns[count++].name, CATALOGUE_CSV_NAME_SIZE, "%s", entry->name);
    }
    for (const char *const *channel = channel_words; *channel; channel++)
        for (const struct csv_column_entry *entry = catalogue_csv_channel_columns; entry->name;
             entry++) {
            columns[count] = (struct catalogue_csv_column){.channel = *channel, .entry = entry};
            snprintf(columns[count++].name, CATALOGUE_CSV_NAME_SIZE, "%s_%s", *channel,
                     entry->name);
        }
    return count;
}

/* --- shapes ----------------------------------------------------------------------------------- */

/* Whether a member is said by a column: the path of one begins with it. */
static bool has_column(const struct csv_column_entry *entries, const char *member)
{
    size_t length = strlen(member);
    for (; entries->name; entries++)
        if (strncmp(entries->path, member, length) == 0 &&
            (entries->path[length] == '\0' || entries->path[length] == '/'))
            return true;
    return false;
}

/* Moves the members that no column says into "more"; `but` is one that needs none. */
static bool more_spread(json_t *object, const struct csv_column_entry *entries, const char *but)
{
    json_t *more = json_object();
    const char *name;
    json_t *value;
    void *next;
    bool good = more != NULL;
    json_object_foreach_safe(object, next, name, value)
    {
        if (!good || has_column(entries, name) || strcmp(name, but) == 0)
            continue;
        good = json_object_set(more, name, value) == 0;
        json_object_del(object, name);
    }
    if (good && json_object_size(more) > 0)
        good = json_object_set(object, "more", more) == 0;
    json_decref(more);
    return good;
}

/* The other way round. What a column says goes before. */
static bool more_gather(json_t *object)
{
    json_t *more = json_incref(json_object_get(object, "more"));
    bool good = true;
    json_object_del(object, "more");
    if (json_is_object(more))
        good = json_object_update_missing(object, more) == 0;
    json_decref(more);
    return good;
}

/* The names of the channels, in the order of a list; NULL when that is the usual one, or when
 * memory ran out, which `*failed` tells. */
static json_t *order_make(const json_t *list, bool *failed)
{
    json_t *order = json_array();
    const char *const *usual = channel_words;
    bool differs = false;
    *failed = !order;
    for (size_t i = 0; !*failed && i < json_array_size(list); i++) {
        const char *name = json_text_or(json_array_get(list, i), "channel", "");
        while (*usual && strcmp(*usual, name) != 0)
            usual++;
        differs = differs || !*usual;
        *failed = json_array_append_new(order, json_string(name)) != 0;
    }
    if (differs && !*failed)
        return order;
    json_decref(order);
    return NULL;
}

static bool channels_spread(json_t *spread, const json_t *list)
{
    json_t *channels = json_object();
    bool failed;
    json_t *order = order_make(list, &failed);
    bool good = json_object_set_new(spread, "channels", channels) == 0 && !failed &&
                (!order || json_object_set(spread, "channel_order", order) == 0);
    json_decref(order);
    for (size_t i = 0; good && i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        json_t *copy = json_deep_copy(entry);
        json_t *guarantee = json_object_get(copy, "guarantee");
        json_t *delay = json_copy(guarantee);
        json_object_del(delay, "text");
        if (delay)
            good = json_object_set(guarantee, "delay", delay) == 0;
        json_decref(delay);
        good = good && more_spread(copy, catalogue_csv_channel_columns, "channel") &&
               json_object_set_new(channels, json_text_or(entry, "channel", ""), copy) == 0;
    }
    return good;
}

static bool documents_spread(json_t *spread, const json_t *list)
{
    static const char *const languages[] = {"fr", "en"};
    json_t *documents = json_object();
    bool good = json_object_set_new(spread, "documents", documents) == 0;
    for (size_t i = 0; good && i < 2; i++) {
        json_t *texts = json_array();
        good = json_object_set_new(documents, languages[i], texts) == 0;
        for (size_t j = 0; good && j < json_array_size(list); j++)
            good = json_array_append_new(texts, json_string(json_text_or(json_array_get(list, j),
                                                                         languages[i], ""))) == 0;
    }
    return good;
}

json_t *catalogue_csv_spread(const json_t *body)
{
    json_t *spread = json_copy((json_t *)(uintptr_t)body);
    const json_t *channels = json_object_get(body, "channels");
    const json_t *documents = json_object_get(body, "documents");
    if (spread && more_spread(spread, catalogue_csv_columns, "channels") &&
        (!channels || channels_spread(spread, channels)) &&
        (!documents || documents_spread(spread, documents)))
        return spread;
    json_decref(spread);
    return NULL;
}

/* Adds one channel to the list, as a body has it; a channel that is not there, or was added
 * already, adds nothing. */
static bool channel_gather(json_t *channels, const char *name, json_t *list)
{
    json_t *entry = json_object_get(channels, name);
    json_t *guarantee = json_object_get(entry, "guarantee");
    json_t *delay = json_object_get(guarantee, "delay");
    if (!entry || json_object_get(entry, "channel"))
        return true;
    if (json_is_object(delay)) {
        json_object_update_missing(guarantee, delay);
        json_object_del(guarantee, "delay");
    }
    return more_gather(entry) && json_object_set_new(entry, "channel", json_string(name)) == 0 &&
           json_array_append(list, entry) == 0;
}

/* The list of channels: first those that `order` names, then in the order of channel_words. */
static json_t *channels_gather(json_t *channels, const json_t *order)
{
    json_t *list = json_array();
    bool good = list != NULL;
    for (size_t i = 0; good && i < json_array_size(order); i++) {
        const char *name = json_string_value(json_array_get(order, i));
        good = channel_gather(channels, name ? name : "", list);
    }
    for (const char *const *word = channel_words; good && *word; word++)
        good = channel_gather(channels, *word, list);
    if (good)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *documents_gather(const json_t *documents)
{
    const json_t *french = json_object_get(documents, "fr");
    const json_t *english = json_object_get(documents, "en");
    size_t count = json_array_size(french);
    json_t *list = json_array();
    if (json_array_size(english) > count)
        count = json_array_size(english);
    for (size_t i = 0; list && i < count; i++) {
        const json_t *in_french = json_array_get(french, i);
        const json_t *in_english = json_array_get(english, i);
        json_t *both = json_object();
        if (json_string_length(in_french) > 0)
            json_object_set(both, "fr", (json_t *)(uintptr_t)in_french);
        if (json_string_length(in_english) > 0)
            json_object_set(both, "en", (json_t *)(uintptr_t)in_english);
        if (json_array_append_new(list, both) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

json_t *catalogue_csv_gather(const json_t *spread)
{
    json_t *body = json_copy((json_t *)(uintptr_t)spread);
    json_t *channels = json_object_get(spread, "channels");
    const json_t *documents = json_object_get(spread, "documents");
    const json_t *order = json_object_get(spread, "channel_order");
    json_object_del(body, "channel_order");
    if (body && more_gather(body) &&
        (!channels ||
         json_object_set_new(body, "channels", channels_gather(channels, order)) == 0) &&
        (!documents || json_object_set_new(body, "documents", documents_gather(documents)) == 0))
        return body;
    json_decref(body);
    return NULL;
}
