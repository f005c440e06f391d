#include "app/search_card.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/catalogue_statements.h"
#include "app/json.h"
#include "app/search_fold.h"
#include "app/search_words.h"

/* Cards kept in memory; each has one place it can be in. */
#define CACHE_SLOTS 4096

/* Texts of a card, in the order of its bytes, each NUL-terminated. */
#define CARD_TEXTS 11

/* Longest title in terms, bytes. */
#define TERMS_LIMIT 400

/* As DESIGN names the channels. */
static const char *const channels[SEARCH_CARD_CHANNELS] = {"counter", "phone",  "web",  "email",
                                                           "mail",    "fax",    "sms",  "voice",
                                                           "mobile",  "social", "chat", "outreach"};

struct search_card_cache {
    struct database *database; /* borrowed */
    struct search_card cards[CACHE_SLOTS];
    size_t memory;
    int64_t warm; /* cards up to this number were read beforehand, or are too many for it */
};

int search_card_channel(const char *channel)
{
    for (int i = 0; i < SEARCH_CARD_CHANNELS; i++) {
        if (strcmp(channels[i], channel) == 0)
            return i;
    }
    return -1;
}

static void add_text(struct text_buffer *bytes, const char *text)
{
    char cut[SEARCH_CARD_TEXT];

    text_copy(cut, sizeof cut, text == NULL ? "" : text);
    text_buffer_add(bytes, cut, strlen(cut) + 1);
}

/* The key of the successor; without '/' it stands in the same source. */
static void add_moved_to(struct text_buffer *bytes, const struct record *record)
{
    const char *moved_to = record_text(record, "moved_to");
    const char *key = record_text(record, "key");
    const char *slash = strchr(key, '/');
    char full[SEARCH_CARD_TEXT];

    if (moved_to[0] == '\0' || strchr(moved_to, '/') != NULL || slash == NULL) {
        add_text(bytes, moved_to);
        return;
    }
    text_copy(full, (size_t)(slash - key) + 2 < sizeof full ? (size_t)(slash - key) + 2 : 1, key);
    text_copy(full + strlen(full), sizeof full - strlen(full), moved_to);
    add_text(bytes, full);
}

/* The terms of a title, between spaces. */
static int add_terms(struct text_buffer *bytes, const char *title, struct error *error)
{
    char terms[TERMS_LIMIT + SEARCH_TERM_LIMIT + 2] = " ";
    size_t used = 1;
    char *folded = text_fold(title == NULL ? "" : title, title == NULL ? 0 : strlen(title));
    const char *at = folded;
    const char *word;
    size_t length;

    if (folded == NULL)
        return error_set(error, ERROR_MEMORY, "search index: out of memory");
    while (used < TERMS_LIMIT && search_next_word(&at, &word, &length)) {
        if (search_word_is_stop(word, length))
            continue;
        used += search_stem(word, length, terms + used);
        terms[used++] = ' ';
    }
    terms[used] = '\0';
    text_buffer_add(bytes, terms, used + 1);
    free(folded);
    return 0;
}

static const char *localised(const json_t *value, const char *language)
{
    return json_is_string(value) ? json_string_value(value)
                                 : json_string_value(json_object_get(value, language));
}

static void add_demand(struct text_buffer *bytes, const struct record *record)
{
    uint8_t demand[SEARCH_CARD_CHANNELS] = {0};
    size_t place;
    json_t *item;

    json_array_foreach(json_object_get(record->body, "channels"), place, item)
    {
        int channel = search_card_channel(json_text_or(item, "channel", ""));
        int64_t applications = json_integer_or(item, "applications", 0);

        if (channel >= 0 && applications > 0) {
            double scaled = 10.0 * log2(1.0 + (double)applications);
            demand[channel] = scaled > 255.0 ? 255 : (uint8_t)scaled;
        }
    }
    text_buffer_add(bytes, (const char *)demand, sizeof demand);
}

int search_card_write(struct text_buffer *bytes, const struct record *record, struct error *error)
{
    const json_t *body = record->body;
    const json_t *title = json_object_get(body, "title");
    const json_t *owner = json_object_get(json_object_get(body, "owner"), "title");
    int64_t level = json_integer_or(body, "level", 0);
    char head[3];
    int code;

    head[0] = (char)record->type;
    head[1] = (char)(level >= 1 && level <= 9 ? level : 0);
    head[2] = json_bool_or(body, "ended", false);
    text_buffer_add(bytes, head, sizeof head);
    add_demand(bytes, record);
    add_text(bytes, record->id.text);
    add_text(bytes, record_text(record, "key"));
    add_text(bytes, json_text_or(json_object_get(body, "source"), "id", ""));
    add_text(bytes, record_text(record, "code"));
    add_moved_to(bytes, record);
    add_text(bytes, localised(title, "fr"));
    add_text(bytes, localised(title, "en"));
    add_text(bytes, localised(owner, "fr"));
    add_text(bytes, localised(owner, "en"));
    code = add_terms(bytes, localised(title, "fr"), error);
    if (code == 0)
        code = add_terms(bytes, localised(title, "en"), error);
    if (code == 0 && bytes->failed)
        code = error_set(error, ERROR_MEMORY, "search index: out of memory");
    return code;
}

int search_card_cache_open(struct search_card_cache **cache, struct database *database,
                           struct error *error)
{
    *cache = calloc(1, sizeof **cache);
    if (*cache == NULL)
        return error_set(error, ERROR_MEMORY, "search index: out of memory");
    (*cache)->database = database;
    (*cache)->memory = sizeof **cache;
    return 0;
}

void search_card_cache_forget(struct search_card_cache *cache)
{
    for (size_t i = 0; i < CACHE_SLOTS; i++) {
        free(cache->cards[i].bytes);
        cache->cards[i] = (struct search_card){0};
    }
    cache->memory = sizeof *cache;
    cache->warm = 0;
}

void search_card_cache_close(struct search_card_cache *cache)
{
    if (cache == NULL)
        return;
    search_card_cache_forget(cache);
    free(cache);
}

size_t search_card_cache_memory(const struct search_card_cache *cache)
{
    return cache->memory;
}

/* How many terms there are between spaces; those after the last space are none. */
static uint16_t count_terms(const char *terms)
{
    uint16_t count = 0;

    for (const char *at = terms; *at != '\0' && (at = strchr(at + 1, ' ')) != NULL;)
        count++;
    return count;
}

/* Points the texts of a card into its bytes; false when they are damaged. */
static bool card_parse(struct search_card *card)
{
    const char *at = card->bytes + 3 + SEARCH_CARD_CHANNELS;
    const char *end = card->bytes + card->size;
    const char *id_text = NULL;
    const char **const targets[CARD_TEXTS] = {&id_text,        &card->key,      &card->source_id,
                                              &card->code,     &card->moved_to, &card->title_fr,
                                              &card->title_en, &card->owner_fr, &card->owner_en,
                                              &card->terms_fr, &card->terms_en};

    if (card->size < 3 + SEARCH_CARD_CHANNELS || card->bytes[card->size - 1] != '\0')
        return false;
    card->type = (enum record_type)card->bytes[0];
    card->level = card->bytes[1];
    card->ended = card->bytes[2] != 0;
    memcpy(card->demand, card->bytes + 3, SEARCH_CARD_CHANNELS);
    for (size_t i = 0; i < CARD_TEXTS; i++) {
        if (at >= end)
            return false;
        *targets[i] = at;
        at += strlen(at) + 1;
    }
    card->words_fr = count_terms(card->terms_fr);
    card->words_en = count_terms(card->terms_en);
    return id_parse(&card->id, id_text);
}

/* Keeps the card in the row's column `column` as that of `number`. */
static int card_keep(struct search_card_cache *cache, struct search_card *slot, int64_t number,
                     sqlite3_stmt *row, int column, struct error *error)
{
    cache->memory -= slot->size;
    free(slot->bytes);
    *slot = (struct search_card){.number = number};
    slot->size = (size_t)sqlite3_column_bytes(row, column);
    slot->bytes = malloc(slot->size + 1);
    if (slot->bytes == NULL) {
        slot->size = 0;
        return error_set(error, ERROR_MEMORY, "search index: out of memory");
    }
    if (slot->size > 0)
        memcpy(slot->bytes, sqlite3_column_blob(row, column), slot->size);
    cache->memory += slot->size;
    if (!card_parse(slot)) {
        slot->number = -1;
        return error_set(error, ERROR_STORAGE, "search index: damaged card");
    }
    return 0;
}

int search_card_cache_warm(struct search_card_cache *cache, struct error *error)
{
    sqlite3_stmt *statement = database_statement(cache->database, SEARCH_CARDS_SINCE, error);
    int code;

    if (statement != NULL) {
        sqlite3_bind_int64(statement, 1, cache->warm);
        sqlite3_bind_int64(statement, 2, CACHE_SLOTS);
    }
    while ((code = database_step(cache->database, statement, error)) == 1) {
        int64_t number = sqlite3_column_int64(statement, 0);
        struct search_card *slot = &cache->cards[(uint64_t)number % CACHE_SLOTS];

        if (number > cache->warm)
            cache->warm = number;
        if (slot->bytes != NULL && slot->number == number)
            continue;
        code = card_keep(cache, slot, number, statement, 1, error);
        if (code != 0) {
            sqlite3_reset(statement);
            return code;
        }
    }
    return code;
}

int search_card_read(struct search_card_cache *cache, int64_t number,
                     const struct search_card **card, struct error *error)
{
    struct search_card *slot = &cache->cards[(uint64_t)number % CACHE_SLOTS];
    sqlite3_stmt *statement;
    int code;

    *card = slot;
    if (slot->bytes != NULL && slot->number == number)
        return 0;
    *card = NULL;
    statement = database_statement(cache->database, SEARCH_CARD_READ, error);
    if (statement != NULL)
        sqlite3_bind_int64(statement, 1, number);
    code = database_step(cache->database, statement, error);
    if (code != 1)
        return code;
    code = card_keep(cache, slot, number, statement, 0, error);
    sqlite3_reset(statement);
    if (code == 0)
        *card = slot;
    return code;
}

/* Bytes of one line of the processor's cache. */
#define LINE 64

void search_card_expect(const struct search_card_cache *cache, int64_t number, int step)
{
    const struct search_card *slot = &cache->cards[(uint64_t)number % CACHE_SLOTS];

    if (step == 0) {
        for (size_t at = 0; at < sizeof *slot; at += LINE)
            __builtin_prefetch((const char *)slot + at);
    } else if (slot->bytes != NULL) {
        for (size_t at = 0; at < slot->size; at += LINE)
            __builtin_prefetch(slot->bytes + at);
    }
}

int search_card_find(struct search_card_cache *cache, enum record_type type, const char *key,
                     int64_t *number, struct error *error)
{
    sqlite3_stmt *statement = database_statement(cache->database, SEARCH_CARD_FIND, error);
    int code;

    database_bind_text(statement, 1, record_type_name(type));
    database_bind_text(statement, 2, key);
    code = database_step(cache->database, statement, error);
    *number = code == 1 ? sqlite3_column_int64(statement, 0) : 0;
    if (code == 1)
        sqlite3_reset(statement);
    return code < 0 ? code : 0;
}
