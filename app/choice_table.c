#include <stdlib.h>
#include <string.h>

#include "app/choice.h"
#include "app/search_card.h"
#include "app/text.h"

/* Most entries of a table: those of more devices than an office has. */
#define TABLE_MOST 20000
/* Words of an entry or a query that are compared. */
#define WORDS_MOST 8
/* A beginning of a word counts as that word when it has so many bytes at least. */
#define BEGINNING_LEAST 3
/* Words that are less alike than this were about something else. */
#define LIKENESS_LEAST 0.6
/* What a choice in another channel counts. */
#define OTHER_CHANNEL 0.5

struct entry {
    char words[CHOICE_WORDS_SIZE];
    int channel; /* search_card_channel */
    int64_t count;
    uint32_t next; /* of the same record; 0: none, else place + 1 */
};

/* A record of the catalogue that was chosen. */
struct chosen {
    char *key; /* owned; NULL: free */
    uint32_t first;
};

struct choice_table {
    struct entry *entries;
    size_t count;
    size_t room;
    struct chosen *chosen; /* open addressing; a power of two, at most half full */
    size_t chosen_count;
    size_t chosen_size;
};

int choice_table_new(struct choice_table **table, struct error *error)
{
    *table = calloc(1, sizeof **table);
    return *table == NULL ? error_set(error, ERROR_MEMORY, "out of memory") : 0;
}

void choice_table_free(struct choice_table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < table->chosen_size; i++)
        free(table->chosen[i].key);
    free(table->chosen);
    free(table->entries);
    free(table);
}

size_t choice_table_count(const struct choice_table *table)
{
    return table->count;
}

/* The place of a key: taken by it, or free. */
static size_t place_of(const struct choice_table *table, const char *key)
{
    uint32_t hash = 2166136261u;
    size_t at;

    for (const char *byte = key; *byte != '\0'; byte++)
        hash = (hash ^ (unsigned char)*byte) * 16777619u;
    at = hash & (table->chosen_size - 1);
    while (table->chosen[at].key != NULL && strcmp(table->chosen[at].key, key) != 0)
        at = (at + 1) & (table->chosen_size - 1);
    return at;
}

static bool grow_chosen(struct choice_table *table)
{
    struct choice_table grown = *table;

    grown.chosen_size = table->chosen_size == 0 ? 64 : table->chosen_size * 2;
    grown.chosen = calloc(grown.chosen_size, sizeof *grown.chosen);
    if (grown.chosen == NULL)
        return false;
    for (size_t i = 0; i < table->chosen_size; i++) {
        if (table->chosen[i].key != NULL)
            grown.chosen[place_of(&grown, table->chosen[i].key)] = table->chosen[i];
    }
    free(table->chosen);
    *table = grown;
    return true;
}

static bool make_room(struct choice_table *table)
{
    size_t room = table->room == 0 ? 64 : table->room * 2;
    struct entry *grown;

    if (table->chosen_count * 2 >= table->chosen_size && !grow_chosen(table))
        return false;
    if (table->count < table->room)
        return true;
    grown = realloc(table->entries, room * sizeof *grown);
    if (grown == NULL)
        return false;
    table->entries = grown;
    table->room = room;
    return true;
}

int choice_table_add(struct choice_table *table, const struct choice *choice, int64_t count,
                     struct error *error)
{
    int channel = search_card_channel(choice->channel);
    struct chosen *chosen;
    struct entry *entry;

    if (choice->words[0] == '\0' || choice->record[0] == '\0' || table->count == TABLE_MOST ||
        strlen(choice->words) >= CHOICE_WORDS_SIZE)
        return 0;
    if (!make_room(table))
        return error_set(error, ERROR_MEMORY, "out of memory");
    chosen = &table->chosen[place_of(table, choice->record)];
    for (uint32_t at = chosen->first; at != 0; at = table->entries[at - 1].next) {
        entry = &table->entries[at - 1];
        if (entry->channel == channel && strcmp(entry->words, choice->words) == 0) {
            entry->count += count;
            return 0;
        }
    }
    if (chosen->key == NULL) {
        chosen->key = strdup(choice->record);
        if (chosen->key == NULL)
            return error_set(error, ERROR_MEMORY, "out of memory");
        table->chosen_count++;
    }
    entry = &table->entries[table->count++];
    *entry = (struct entry){.channel = channel, .count = count, .next = chosen->first};
    text_copy(entry->words, sizeof entry->words, choice->words);
    chosen->first = (uint32_t)table->count;
    return 0;
}

/* ---- likeness ---- */

struct words {
    const char *start[WORDS_MOST];
    size_t length[WORDS_MOST];
    size_t count; /* also of those that are not compared */
};

static void cut_words(struct words *words, const char *text)
{
    words->count = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");

        if (length > 0 && words->count < WORDS_MOST) {
            words->start[words->count] = text;
            words->length[words->count] = length;
        }
        words->count += length > 0;
        text += length + (text[length] == ' ');
    }
}

/* 1 for the same word, less for the beginning of a word, 0 for another one. */
static double word_likeness(const char *left, size_t left_length, const char *right,
                            size_t right_length)
{
    size_t shorter = left_length < right_length ? left_length : right_length;
    size_t longer = left_length < right_length ? right_length : left_length;

    if (memcmp(left, right, shorter) != 0 || (shorter != longer && shorter < BEGINNING_LEAST))
        return 0;
    return (double)shorter / (double)longer;
}

/* How alike two phrases are, in any order of their words. */
static double likeness(const struct words *left, const struct words *right)
{
    size_t most = left->count > right->count ? left->count : right->count;
    bool taken[WORDS_MOST] = {false};
    double sum = 0;

    if (most == 0)
        return 0;
    for (size_t i = 0; i < left->count && i < WORDS_MOST; i++) {
        size_t which = WORDS_MOST;
        double best = 0;

        for (size_t j = 0; j < right->count && j < WORDS_MOST; j++) {
            double value = taken[j] ? 0
                                    : word_likeness(left->start[i], left->length[i],
                                                    right->start[j], right->length[j]);

            if (value > best) {
                best = value;
                which = j;
            }
        }
        if (which < WORDS_MOST)
            taken[which] = true;
        sum += best;
    }
    return sum / (double)most;
}

double choice_table_weight(const struct choice_table *table, const char *words, const char *record,
                           const char *channel)
{
    int own = channel == NULL ? -1 : search_card_channel(channel);
    struct words asked;
    double weight = 0;
    uint32_t at;

    if (table->count == 0 || words[0] == '\0')
        return 0;
    at = table->chosen[place_of(table, record)].first;
    if (at == 0)
        return 0;
    cut_words(&asked, words);
    for (; at != 0; at = table->entries[at - 1].next) {
        const struct entry *entry = &table->entries[at - 1];
        struct words known;
        double alike;

        cut_words(&known, entry->words);
        alike = likeness(&asked, &known);
        if (alike >= LIKENESS_LEAST)
            weight += (double)entry->count * alike * (entry->channel == own ? 1 : OTHER_CHANNEL);
    }
    return weight;
}
