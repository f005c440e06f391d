#include "app/case_words.h"

#include <stdlib.h>
#include <string.h>

#include "app/text.h"

#define TITLE_SIZE 256

static size_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return (size_t)(hash ^ hash >> 29);
}

/* Where its place stands, or would: 0 in a free slot. */
static uint32_t *probe(const struct case_words *words, uint32_t *slots, size_t count,
                       const char *text)
{
    size_t at = hash_of(text) & (count - 1);

    while (slots[at] != 0 && strcmp(words->words[slots[at]].text, text) != 0)
        at = (at + 1) & (count - 1);
    return &slots[at];
}

static bool grow(struct case_words *words)
{
    size_t count = words->slot_count == 0 ? 64 : 2 * words->slot_count;
    struct case_word *longer = realloc(words->words, count * sizeof(*longer));
    uint32_t *slots;

    if (longer == NULL)
        return false;
    words->words = longer;
    slots = calloc(count, sizeof(*slots));
    if (slots == NULL)
        return false;
    if (words->count == 0)
        words->words[words->count++] = (struct case_word){0};
    for (size_t i = 1; i < words->count; i++)
        *probe(words, slots, count, words->words[i].text) = (uint32_t)i;
    free(words->slots);
    words->slots = slots;
    words->slot_count = count;
    return true;
}

bool case_words_place(struct case_words *words, const char *text, uint32_t *place)
{
    uint32_t *slot;

    *place = 0;
    if (*text == '\0')
        return true;
    if (2 * (words->count + 1) > words->slot_count && !grow(words))
        return false;
    slot = probe(words, words->slots, words->slot_count, text);
    if (*slot == 0) {
        char *copy = strdup(text);

        if (copy == NULL)
            return false;
        words->words[words->count] = (struct case_word){.text = copy};
        *slot = (uint32_t)words->count++;
    }
    *place = *slot;
    return true;
}

const char *case_words_text(const struct case_words *words, uint32_t place)
{
    return place == 0 || place >= words->count ? "" : words->words[place].text;
}

const char *case_words_title(const struct case_words *words, uint32_t place)
{
    if (place == 0 || place >= words->count)
        return "";
    return words->words[place].title != NULL ? words->words[place].title : words->words[place].text;
}

static bool name_one(struct case_word *word, case_words_name name, void *context)
{
    char title[TITLE_SIZE] = "";
    char *copy, *folded;

    name(context, word->text, title, sizeof(title));
    copy = strdup(title);
    folded = text_fold(title, strlen(title));
    if (copy == NULL || folded == NULL) {
        free(copy);
        free(folded);
        return false;
    }
    free(word->title);
    free(word->folded);
    word->title = copy;
    word->folded = folded;
    return true;
}

static int by_title(const void *left, const void *right)
{
    const struct case_word *const *a = left, *const *b = right;
    int order = strcmp((*a)->folded, (*b)->folded);

    return order != 0 ? order : strcmp((*a)->text, (*b)->text);
}

static bool rank_all(struct case_words *words)
{
    struct case_word **sorted = calloc(words->count, sizeof(*sorted));

    if (sorted == NULL)
        return false;
    for (size_t i = 1; i < words->count; i++)
        sorted[i - 1] = &words->words[i];
    qsort(sorted, words->count - 1, sizeof(*sorted), by_title);
    for (size_t i = 0; i + 1 < words->count; i++)
        sorted[i]->rank = (uint32_t)i + 1;
    free(sorted);
    words->words[0].rank = UINT32_MAX;
    return true;
}

bool case_words_name_all(struct case_words *words, bool anew, case_words_name name, void *context,
                         bool *failed)
{
    bool any = false;

    *failed = false;
    if (anew)
        words->named = 0;
    for (size_t i = words->named == 0 ? 1 : words->named; i < words->count && !*failed; i++) {
        *failed = !name_one(&words->words[i], name, context);
        any = true;
    }
    if (!any || *failed)
        return false;
    words->named = words->count;
    *failed = !rank_all(words);
    return !*failed;
}

void case_words_free(struct case_words *words)
{
    for (size_t i = 1; i < words->count; i++) {
        free(words->words[i].text);
        free(words->words[i].title);
        free(words->words[i].folded);
    }
    free(words->words);
    free(words->slots);
    *words = (struct case_words){0};
}
