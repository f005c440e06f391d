#include "app/search_words.h"

#include <stdlib.h>
#include <string.h>

struct meaning {
    const char *typed;
    const char *wanted;
    bool same; /* the other way round as well */
};

/* Made from app/search_words.txt: `stop_words`, `weak_words` and `meanings`, each sorted. */
#include "app/search_words_table.h"

struct word {
    const char *text;
    size_t length;
};

static int compare_word(const void *key, const void *entry)
{
    const struct word *word = key;
    const char *text = *(const char *const *)entry;
    int order = strncmp(word->text, text, word->length);

    if (order != 0)
        return order;
    return text[word->length] == '\0' ? 0 : -1;
}

bool search_word_is_stop(const char *word, size_t length)
{
    struct word key = {word, length};

    return bsearch(&key, stop_words, sizeof stop_words / sizeof stop_words[0], sizeof stop_words[0],
                   compare_word) != NULL;
}

bool search_word_is_weak(const char *word, size_t length)
{
    struct word key = {word, length};

    return bsearch(&key, weak_words, sizeof weak_words / sizeof weak_words[0], sizeof weak_words[0],
                   compare_word) != NULL;
}

void search_meanings(const char *phrase, search_meaning_visit visit, void *context)
{
    size_t low = 0;
    size_t high = sizeof meanings / sizeof meanings[0];

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(meanings[middle].typed, phrase) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < sizeof meanings / sizeof meanings[0] && strcmp(meanings[low].typed, phrase) == 0;
         low++)
        visit(context, meanings[low].wanted, meanings[low].same);
}

void search_meaning_words(search_word_visit visit, void *context)
{
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        if ((i == 0 || strcmp(meanings[i].typed, meanings[i - 1].typed) != 0) &&
            strchr(meanings[i].typed, ' ') == NULL)
            visit(context, meanings[i].typed);
    }
}
