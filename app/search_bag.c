#include "app/search_bag.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/search_filter.h"
#include "app/search_segment.h"
#include "app/search_words.h"
#include "app/text.h"

/* Words taken of one field in one language, and of one record in all: bounds for hostile ones. */
#define FIELD_WORDS 20000
#define BAG_TERMS   SEARCH_FORWARD_LIMIT

/*
 * How much a mention weighs: `weight` in a field of `usual` words. A share `floor` does not depend
 * on the field's length, the rest falls as the field grows.
 */
struct field_rule {
    float weight;
    float floor;
    float usual;
    bool stop_words; /* are they kept? */
};

static const struct field_rule rule_title = {4.0F, 0.4F, 6.0F, true};
static const struct field_rule rule_keyword = {12.0F, 0.5F, 2.0F, true};
static const struct field_rule rule_summary = {2.0F, 0.5F, 20.0F, false};
static const struct field_rule rule_owner = {1.1F, 0.5F, 5.0F, false};
static const struct field_rule rule_program = {1.0F, 0.5F, 5.0F, false};
static const struct field_rule rule_text = {1.0F, 0.7F, 70.0F, false};

/* Words of a title of which the initials are taken, and how much they weigh. */
#define INITIALS_LEAST    3
#define INITIALS_MOST     5
#define INITIALS_STRENGTH 30

/* The sum of weights at which a word has half of the greatest strength. */
#define STRENGTH_HALF 2.5F

struct entry {
    char term[SEARCH_TERM_LIMIT + 1];
    uint8_t length;
    float sum;     /* in the language being read */
    float phrase;  /* its best keyword in that language: many keywords do not add up */
    float best;    /* in any language */
    uint8_t fixed; /* strength given outright (codes, filters); 0: none */
};

struct search_bag {
    struct entry *entries; /* BAG_TERMS of them */
    size_t count;
    uint16_t table[4 * BAG_TERMS]; /* place + 1; open addressing */
    bool ended;
};

int search_bag_new(struct search_bag **bag, struct error *error)
{
    struct search_bag *made = calloc(1, sizeof *made);

    *bag = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "search index: out of memory");
    made->entries = malloc(BAG_TERMS * sizeof *made->entries);
    if (made->entries == NULL) {
        free(made);
        return error_set(error, ERROR_MEMORY, "search index: out of memory");
    }
    *bag = made;
    return 0;
}

void search_bag_free(struct search_bag *bag)
{
    if (bag == NULL)
        return;
    free(bag->entries);
    free(bag);
}

/* The entry of a term, made when new; NULL when the bag is full. */
static struct entry *bag_entry(struct search_bag *bag, const char *term, size_t length)
{
    uint32_t hash = 2166136261u;
    size_t room = sizeof bag->table / sizeof bag->table[0];
    struct entry *entry;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)term[i]) * 16777619u;
    for (size_t at = hash % room;; at = (at + 1) % room) {
        if (bag->table[at] == 0) {
            if (bag->count == BAG_TERMS)
                return NULL;
            entry = &bag->entries[bag->count];
            memset(entry, 0, sizeof *entry);
            memcpy(entry->term, term, length);
            entry->length = (uint8_t)length;
            bag->table[at] = (uint16_t)++bag->count;
            return entry;
        }
        entry = &bag->entries[bag->table[at] - 1];
        if (entry->length == length && memcmp(entry->term, term, length) == 0)
            return entry;
    }
}

static void bag_fix(struct search_bag *bag, const char *term, size_t length, uint8_t strength)
{
    struct entry *entry = bag_entry(bag, term, length);

    if (entry != NULL && entry->fixed < strength)
        entry->fixed = strength;
}

static size_t count_words(const char *folded, bool stop_words)
{
    const char *at = folded;
    const char *word;
    size_t length;
    size_t count = 0;

    while (count < FIELD_WORDS && search_next_word(&at, &word, &length)) {
        if (stop_words || !search_word_is_stop(word, length))
            count++;
    }
    return count;
}

/* Takes the words of one text. A keyword's words count by their best keyword, others add up. */
static int bag_take(struct search_bag *bag, const struct field_rule *rule, bool phrase,
                    const char *text, struct error *error)
{
    char *folded;
    const char *at;
    const char *word;
    size_t length;
    size_t words;
    size_t taken = 0;
    float weight;

    if (text == NULL || text[0] == '\0')
        return 0;
    folded = text_fold(text, strlen(text));
    if (folded == NULL)
        return error_set(error, ERROR_MEMORY, "search index: out of memory");
    words = count_words(folded, false);
    weight = rule->weight / (rule->floor + (1.0F - rule->floor) * (float)words / rule->usual);
    at = folded;
    while (taken < FIELD_WORDS && search_next_word(&at, &word, &length)) {
        char term[SEARCH_TERM_LIMIT + 1];
        bool stop = search_word_is_stop(word, length);
        struct entry *entry;

        if (stop && !rule->stop_words)
            continue;
        taken++;
        entry = bag_entry(bag, term, search_stem(word, length, term));
        if (entry == NULL)
            continue;
        if (!phrase)
            entry->sum += stop ? weight / 4 : weight;
        else if (entry->phrase < weight)
            entry->phrase = weight;
    }
    free(folded);
    return 0;
}

/* Ends a language: what was summed counts when it is more than in the other one. */
static void bag_settle(struct search_bag *bag)
{
    for (size_t i = 0; i < bag->count; i++) {
        struct entry *entry = &bag->entries[i];

        if (entry->sum + entry->phrase > entry->best)
            entry->best = entry->sum + entry->phrase;
        entry->sum = 0;
        entry->phrase = 0;
    }
}

/* The text of a localised member in exactly this language; a plain text belongs to both. */
static const char *localised(const json_t *value, const char *language)
{
    if (json_is_string(value))
        return json_string_value(value);
    return json_string_value(json_object_get(value, language));
}

static int bag_take_list(struct search_bag *bag, const struct field_rule *rule, bool phrase,
                         const json_t *list, const char *language, struct error *error)
{
    size_t place;
    json_t *item;
    int code = 0;

    json_array_foreach(list, place, item)
    {
        if (code == 0)
            code = bag_take(bag, rule, phrase, localised(item, language), error);
    }
    return code;
}

/* The initials of a title, as people abbreviate it ("Disability Tax Credit" -> "dtc"). */
static int bag_take_initials(struct search_bag *bag, const char *title, struct error *error)
{
    char initials[INITIALS_MOST + 1];
    char *folded = text_fold(title == NULL ? "" : title, title == NULL ? 0 : strlen(title));
    const char *at = folded;
    const char *word;
    size_t length;
    size_t count = 0;

    if (folded == NULL)
        return error_set(error, ERROR_MEMORY, "search index: out of memory");
    while (count <= INITIALS_MOST && search_next_word(&at, &word, &length)) {
        if (search_word_is_stop(word, length))
            continue;
        if (word[0] < 'a' || word[0] > 'z')
            count = INITIALS_MOST; /* numbers and other scripts are not abbreviated so */
        if (count < INITIALS_MOST)
            initials[count] = word[0];
        count++;
    }
    if (count >= INITIALS_LEAST && count <= INITIALS_MOST)
        bag_fix(bag, initials, count, INITIALS_STRENGTH);
    free(folded);
    return 0;
}

static int bag_take_language(struct search_bag *bag, const json_t *body, const char *language,
                             struct error *error)
{
    const json_t *keywords = json_object_get(body, "keywords");
    int code = bag_take(bag, &rule_title, false,
                        localised(json_object_get(body, "title"), language), error);

    if (code == 0)
        code = bag_take_initials(bag, localised(json_object_get(body, "title"), language), error);
    if (json_is_object(keywords))
        keywords = json_object_get(keywords, language);
    if (code == 0)
        code = bag_take_list(bag, &rule_keyword, true, keywords, language, error);
    if (code == 0)
        code = bag_take(bag, &rule_summary, false,
                        localised(json_object_get(body, "summary"), language), error);
    if (code == 0)
        code = bag_take(
            bag, &rule_owner, false,
            localised(json_object_get(json_object_get(body, "owner"), "title"), language), error);
    if (code == 0)
        code = bag_take(bag, &rule_program, false,
                        localised(json_object_get(body, "program"), language), error);
    if (code == 0)
        code = bag_take(bag, &rule_text, false,
                        localised(json_object_get(body, "description"), language), error);
    if (code == 0)
        code = bag_take(bag, &rule_text, false,
                        localised(json_object_get(body, "procedure"), language), error);
    if (code == 0)
        code = bag_take_list(bag, &rule_text, false, json_object_get(body, "documents"), language,
                             error);
    bag_settle(bag);
    return code;
}

/* A code, number or id: each of its parts, and all of it written together. */
static int bag_take_code(struct search_bag *bag, const char *text, struct error *error)
{
    char joined[SEARCH_TERM_LIMIT];
    size_t joined_length = 0;
    size_t parts = 0;
    char *folded = text_fold(text, strlen(text));
    const char *at = folded;
    const char *word;
    size_t length;

    if (folded == NULL)
        return error_set(error, ERROR_MEMORY, "search index: out of memory");
    while (search_next_word(&at, &word, &length) && parts < 16) {
        char term[SEARCH_TERM_LIMIT + 1];

        parts++;
        bag_fix(bag, term, search_stem(word, length, term), SEARCH_STRENGTH_MOST * 3 / 4);
        if (joined_length + length <= sizeof joined) {
            memcpy(joined + joined_length, word, length);
            joined_length += length;
        }
    }
    if (joined_length > 0) {
        char term[SEARCH_TERM_LIMIT + 1];

        bag_fix(bag, term, search_stem(joined, joined_length, term), SEARCH_STRENGTH_MOST);
    }
    free(folded);
    return 0;
}

static void bag_filter(struct search_bag *bag, enum search_filter_kind kind, const char *value)
{
    char term[SEARCH_TERM_LIMIT + 1];
    size_t length = search_filter_term(kind, value, strlen(value), term);

    if (length > 0)
        bag_fix(bag, term, length, 1);
}

/* The words after the last `/` of a key. */
static const char *key_tail(const char *key)
{
    const char *slash = strrchr(key, '/');

    return slash == NULL ? key : slash + 1;
}

static bool channel_is_offered(const json_t *channel)
{
    const json_t *available = json_object_get(channel, "available");

    return available == NULL || json_is_true(available);
}

/* True when every fee that is known is zero; `known` tells whether any is. */
static bool fee_is_free(const json_t *body, bool *known)
{
    const json_t *fee = json_object_get(body, "fee");
    size_t place;
    json_t *channel;
    bool free_of_charge = true;

    *known = json_is_boolean(fee);
    if (*known)
        return json_is_false(fee);
    json_array_foreach(json_object_get(body, "channels"), place, channel)
    {
        const json_t *amount = json_object_get(json_object_get(channel, "fee"), "amount");

        if (json_is_integer(amount)) {
            *known = true;
            free_of_charge = free_of_charge && json_integer_value(amount) == 0;
        }
    }
    return free_of_charge;
}

/* When it is offered (search_filter.h): a record without channels always is. */
static void bag_take_open(struct search_bag *bag, const json_t *channels)
{
    bool listed = json_array_size(channels) > 0;
    bool sometimes = !listed;
    bool always = !listed;
    size_t place;
    json_t *item;

    json_array_foreach(channels, place, item)
    {
        bool offered = channel_is_offered(item);

        sometimes = sometimes || offered;
        always =
            always || (offered && !search_filter_is_staffed(json_text_or(item, "channel", "")));
    }
    if (sometimes)
        bag_filter(bag, SEARCH_FILTER_OPEN, SEARCH_OPEN_SOMETIMES);
    if (always)
        bag_filter(bag, SEARCH_FILTER_OPEN, SEARCH_OPEN_ALWAYS);
}

static int bag_take_filters(struct search_bag *bag, const struct record *record,
                            struct error *error)
{
    const json_t *body = record->body;
    const char *owner = json_text_or(json_object_get(body, "owner"), "id", "");
    int64_t level = json_integer_or(body, "level", 0);
    bool fee_known = false;
    bool fee_free = fee_is_free(body, &fee_known);
    size_t place;
    json_t *item;
    int code = 0;

    bag_filter(bag, SEARCH_FILTER_KIND, record_type_name(record->type));
    if (level >= 1 && level <= 9)
        bag_filter(bag, SEARCH_FILTER_LEVEL, (const char[]){(char)('0' + level), '\0'});
    json_array_foreach(json_object_get(body, "events"), place, item)
    {
        const char *key = json_string_value(item);

        if (key == NULL || code != 0)
            continue;
        bag_filter(bag, SEARCH_FILTER_EVENT, key);
        bag_filter(bag, SEARCH_FILTER_EVENT, key_tail(key));
        code = bag_take(bag, &rule_summary, false, key_tail(key), error);
    }
    bag_settle(bag);
    json_array_foreach(json_object_get(body, "channels"), place, item)
    {
        if (channel_is_offered(item))
            bag_filter(bag, SEARCH_FILTER_CHANNEL, json_text_or(item, "channel", ""));
    }
    json_array_foreach(json_object_get(body, "audience"), place, item) bag_filter(
        bag, SEARCH_FILTER_AUDIENCE, json_is_string(item) ? json_string_value(item) : "");
    if (fee_known)
        bag_filter(bag, SEARCH_FILTER_FEE, fee_free ? "free" : "paid");
    if (!bag->ended)
        bag_take_open(bag, json_object_get(body, "channels"));
    bag_filter(bag, SEARCH_FILTER_ORGANISATION, owner);
    /* "cra-arc" is found as "cra" and as "arc" as well. */
    for (const char *part = strchr(owner, '-'); part != NULL; part = strchr(part + 1, '-')) {
        char before[SEARCH_TERM_LIMIT];

        text_copy(before,
                  (size_t)(part - owner) + 1 < sizeof before ? (size_t)(part - owner) + 1
                                                             : sizeof before,
                  owner);
        bag_filter(bag, SEARCH_FILTER_ORGANISATION, before);
        bag_filter(bag, SEARCH_FILTER_ORGANISATION, part + 1);
    }
    return code;
}

int search_bag_fill(struct search_bag *bag, const struct record *record, struct error *error)
{
    const json_t *body = record->body;
    const char *source_id = json_text_or(json_object_get(body, "source"), "id", "");
    int code;

    bag->count = 0;
    memset(bag->table, 0, sizeof bag->table);
    bag->ended = json_bool_or(body, "ended", false);
    /* Codes and filters first: a record with more words than fit keeps them. */
    code = bag_take_filters(bag, record, error);
    if (code == 0)
        code = bag_take_code(bag, record_text(record, "code"), error);
    if (code == 0)
        code = bag_take_code(bag, source_id, error);
    if (code == 0)
        code = bag_take_language(bag, body, "fr", error);
    if (code == 0)
        code = bag_take_language(bag, body, "en", error);
    return code;
}

size_t search_bag_count(const struct search_bag *bag)
{
    return bag->count;
}

const char *search_bag_term(const struct search_bag *bag, size_t place, size_t *length,
                            uint8_t *strength)
{
    const struct entry *entry = &bag->entries[place];
    float share = entry->best / (entry->best + STRENGTH_HALF);
    int value = 1 + (int)(share * (float)(SEARCH_STRENGTH_MOST - 1));

    if (bag->ended)
        value = (value + 3) / 4;
    if (value < entry->fixed)
        value = entry->fixed;
    *length = entry->length;
    *strength = (uint8_t)value;
    return entry->term;
}

uint8_t search_bag_demand(const struct record *record)
{
    double total = 0;
    double scaled;
    size_t place;
    json_t *channel;

    json_array_foreach(json_object_get(record->body, "channels"), place, channel)
    {
        int64_t applications = json_integer_or(channel, "applications", 0);

        if (applications > 0)
            total += (double)applications;
    }
    scaled = 10.0 * log2(1.0 + total);
    return scaled > 255.0 ? 255 : (uint8_t)scaled;
}

uint8_t search_bag_flags(const struct record *record)
{
    uint8_t flags = 0;

    if (record->type == RECORD_FORM)
        flags |= SEARCH_FLAG_FORM;
    if (json_bool_or(record->body, "ended", false))
        flags |= SEARCH_FLAG_ENDED;
    if (record_text(record, "moved_to")[0] != '\0')
        flags |= SEARCH_FLAG_MOVED;
    return flags;
}
