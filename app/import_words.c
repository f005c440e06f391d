#include "app/import_words.h"

#include <stdlib.h>
#include <string.h>

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#define WORDS_LIMIT 4000

struct number_word {
    const char *word;
    int value;
};

static const struct number_word number_words[] = {
    {"one", 1},      {"two", 2},        {"three", 3},     {"four", 4},       {"five", 5},
    {"six", 6},      {"seven", 7},      {"eight", 8},     {"nine", 9},       {"ten", 10},
    {"eleven", 11},  {"twelve", 12},    {"thirteen", 13}, {"fourteen", 14},  {"fifteen", 15},
    {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19},  {"twenty", 20},
    {"thirty", 30},  {"forty", 40},     {"fifty", 50},    {"sixty", 60},     {"seventy", 70},
    {"eighty", 80},  {"ninety", 90},    {"hundred", 100}, {"un", 1},         {"une", 1},
    {"deux", 2},     {"trois", 3},      {"quatre", 4},    {"cinq", 5},       {"sept", 7},
    {"huit", 8},     {"neuf", 9},       {"dix", 10},      {"onze", 11},      {"douze", 12},
    {"treize", 13},  {"quatorze", 14},  {"quinze", 15},   {"seize", 16},     {"vingt", 20},
    {"vingts", 20},  {"trente", 30},    {"quarante", 40}, {"cinquante", 50}, {"soixante", 60},
    {"cent", 100},   {"cents", 100},
};

static const struct word no_word = {.kind = WORD_END};

const struct word *words_at(const struct words *words, size_t index)
{
    return index < words->count ? &words->list[index] : &no_word;
}

bool words_is(const struct words *words, size_t index, const char *text)
{
    const struct word *word = words_at(words, index);
    return (word->kind == WORD_LETTERS || word->kind == WORD_SIGN) && strcmp(word->text, text) == 0;
}

bool words_in(const struct words *words, size_t index, const char *const list[])
{
    for (size_t i = 0; list[i]; i++)
        if (words_is(words, index, list[i]))
            return true;
    return false;
}

/* Signs that are written in many ways, in one way. */
static ucs4_t sign_plain(ucs4_t character)
{
    if (character == 0x2212 || uc_is_property_dash(character))
        return '-';
    if (character == 0x2264)
        return '<';
    if (character == 0x2019 || character == 0x2018)
        return '\'';
    return character;
}

static struct word *word_add(struct words *words, enum word_kind kind)
{
    struct word *word = &words->list[words->count++];
    memset(word, 0, sizeof *word);
    word->kind = kind;
    return word;
}

/* Reads digits with a decimal part ("1.5", "1,5") or thousands ("1,000"); returns bytes taken. */
static size_t digits_read(const char *text, int64_t *thousandths)
{
    size_t at = 0;
    int64_t whole = 0;
    for (; text[at] >= '0' && text[at] <= '9'; at++)
        if (whole < 100000000)
            whole = whole * 10 + (text[at] - '0');
    *thousandths = whole * 1000;
    size_t decimals = 0;
    if (text[at] != '.' && text[at] != ',')
        return at;
    while (text[at + 1 + decimals] >= '0' && text[at + 1 + decimals] <= '9')
        decimals++;
    if (decimals == 0 || decimals > 3)
        return at;
    int64_t part = 0;
    int64_t scale = 1000;
    for (size_t i = 0; i < decimals; i++) {
        part = part * 10 + (text[at + 1 + i] - '0');
        scale /= 10;
    }
    bool thousands = decimals == 3 && text[at] == ',';
    *thousandths = thousands ? (whole * 1000 + part) * 1000 : whole * 1000 + part * scale;
    return at + 1 + decimals;
}

static bool is_ordinal_ending(const char *text, size_t length)
{
    static const char *const endings[] = {"st", "nd", "rd", "th", "er", "e", "ere", "eme", NULL};
    for (size_t i = 0; endings[i]; i++)
        if (strlen(endings[i]) == length && memcmp(endings[i], text, length) == 0)
            return true;
    return false;
}

static size_t letters_length(const char *text)
{
    size_t length = 0;
    while ((text[length] >= 'a' && text[length] <= 'z') || (unsigned char)text[length] >= 0x80)
        length++;
    return length;
}

/* Cuts text that is folded already. */
static void folded_cut(struct words *words, const char *text)
{
    size_t at = 0;
    while (text[at] && words->count < WORDS_LIMIT) {
        size_t letters = letters_length(text + at);
        if (text[at] >= '0' && text[at] <= '9') {
            struct word *word = word_add(words, WORD_NUMBER);
            word->amount = at > 0 && text[at - 1] == '$';
            at += digits_read(text + at, &word->thousandths);
            size_t ending = letters_length(text + at);
            word->amount = word->amount || is_ordinal_ending(text + at, ending) ||
                           text[at] == '%' || strncmp(text + at, " %", 2) == 0 ||
                           strncmp(text + at, " $", 2) == 0;
        } else if (letters > 0) {
            struct word *word = word_add(words, WORD_LETTERS);
            memcpy(word->text, text + at, letters < WORD_SIZE ? letters : WORD_SIZE - 1);
            at += letters;
        } else {
            if (text[at] > ' ' && text[at] != '\'')
                word_add(words, WORD_SIGN)->text[0] = text[at];
            at++;
        }
    }
}

bool words_cut(struct words *words, const char *text)
{
    size_t length = 0;
    words->count = 0;
    words->list = NULL;
    uint8_t *folded =
        u8_casefold((const uint8_t *)text, strlen(text), NULL, UNINORM_NFKD, NULL, &length);
    if (!folded)
        return false;
    /* Only ever shorter: marks fall away and signs become one byte. */
    size_t kept = 0;
    for (size_t at = 0; at < length;) {
        ucs4_t character;
        at += (size_t)u8_mbtouc(&character, folded + at, length - at);
        character = sign_plain(character);
        if (character < 0x80)
            folded[kept++] = (uint8_t)(character < ' ' ? ' ' : character);
        else if (uc_is_property_alphabetic(character))
            kept += (size_t)u8_uctomb(folded + kept, character, (ptrdiff_t)(length - kept));
        else if (!uc_is_general_category(character, UC_NON_SPACING_MARK) &&
                 !uc_is_general_category(character, UC_FORMAT))
            folded[kept++] = ' ';
    }
    char *plain = malloc(kept + 1);
    words->list = calloc(kept + 1 < WORDS_LIMIT ? kept + 1 : WORDS_LIMIT, sizeof *words->list);
    if (plain && words->list) {
        memcpy(plain, folded, kept);
        plain[kept] = '\0';
        folded_cut(words, plain);
    }
    free(folded);
    free(plain);
    return plain && words->list;
}

void words_free(struct words *words)
{
    free(words->list);
    words->list = NULL;
    words->count = 0;
}

static int number_word_value(const struct words *words, size_t index)
{
    for (size_t i = 0; i < sizeof number_words / sizeof number_words[0]; i++)
        if (words_is(words, index, number_words[i].word))
            return number_words[i].value;
    return 0;
}

/* Puts the next number word to those before it; false when it begins another number. */
static bool number_word_joins(int *sum, int value)
{
    int below_hundred = *sum % 100;
    if (value == 20 && below_hundred == 4) /* quatre-vingt */
        *sum += 76;
    else if (value == 100 && *sum >= 1 && *sum < 10)
        *sum *= 100;
    else if (*sum > 0 && below_hundred == 0 && value < 100)
        *sum += value;
    else if (below_hundred >= 20 && below_hundred % 10 == 0 && value < 10)
        *sum += value;
    else if ((below_hundred == 60 || below_hundred == 80) && value < 17)
        *sum += value; /* soixante-dix, quatre-vingt-dix */
    else if ((below_hundred == 10 || below_hundred == 70 || below_hundred == 90) && value >= 7 &&
             value <= 9)
        *sum += value; /* dix-sept, soixante-dix-sept */
    else
        return false;
    return true;
}

size_t words_number(const struct words *words, size_t index, int64_t *thousandths)
{
    const struct word *word = words_at(words, index);
    if (word->kind == WORD_NUMBER && !word->amount) {
        *thousandths = word->thousandths;
        return 1;
    }
    int sum = number_word_value(words, index);
    size_t taken = 1;
    if (sum == 0)
        return 0;
    for (;;) {
        size_t joiner = words_is(words, index + taken, "-") ||
                                words_is(words, index + taken, "and") ||
                                words_is(words, index + taken, "et")
                            ? 1
                            : 0;
        int value = number_word_value(words, index + taken + joiner);
        if (value == 0 || !number_word_joins(&sum, value))
            break;
        taken += joiner + 1;
    }
    *thousandths = (int64_t)sum * 1000;
    return taken;
}
