#include "app/search_choice.h"

#include <string.h>

#include "app/text.h"

/*
 * What the office chooses after such words adds at most this share, half of it after CHOICE_HALF
 * choices: enough to order what fits about as well, too little to bring up what does not. After a
 * code, an id or a form number nothing is added at all.
 */
#define CHOICE_SHARE 0.5
#define CHOICE_HALF  3.0

/* A number of so many digits may be a person's, and is nothing to count under. */
#define DIGITS_MOST 6

static bool is_long_number(const char *text)
{
    size_t digits = strspn(text, "0123456789");

    return digits >= DIGITS_MOST && text[digits] == '\0';
}

void search_choice_words(const struct search_plan *plan, char words[CHOICE_WORDS_SIZE])
{
    size_t used = 0;

    words[0] = '\0';
    for (size_t i = 0; i < plan->word_count; i++) {
        const struct plan_word *word = &plan->words[i];
        const struct plan_unit *unit = &plan->units[word->unit];
        const char *text = word->term;

        if (unit->mistyped) {
            for (size_t j = unit->reading_count; j-- > 0;) {
                if (unit->readings[j].kind == READING_TYPO)
                    text = unit->readings[j].text;
            }
        }
        if (!unit->known || is_long_number(text) || used + strlen(text) + 2 > CHOICE_WORDS_SIZE)
            continue;
        if (used > 0)
            words[used++] = ' ';
        text_copy(words + used, CHOICE_WORDS_SIZE - used, text);
        used += strlen(words + used);
    }
}

double search_choice_factor(const struct choice_table *choices, const char *words, const char *key,
                            const char *channel)
{
    double weight = choice_table_weight(choices, words, key, channel);

    return 1.0 + CHOICE_SHARE * weight / (weight + CHOICE_HALF);
}

bool search_choice_is_code(const struct search_plan *plan, const char *code)
{
    if (code[0] == '\0' || plan->word_count == 0)
        return false;
    for (size_t i = 0; i < plan->word_count; i++) {
        for (const char *at = plan->words[i].text; *at != '\0'; at++, code++) {
            while (*code == '-' || *code == ' ' || *code == '.' || *code == '/')
                code++;
            if ((*code >= 'A' && *code <= 'Z' ? *code - 'A' + 'a' : *code) != *at)
                return false;
        }
    }
    return *code == '\0';
}
