#include "app/name_sound.h"

#include <stdbool.h>
#include <string.h>

/*
 * One rule: letters between two neighbours become a part of the key. A neighbour is NULL (anything)
 * or a list of letters, in which '^' stands for the beginning, '$' for the end, 'V' for a vowel and
 * 'C' for a consonant. The first rule that fits is taken.
 */
struct rule {
    const char *letters;
    const char *before;
    const char *after;
    const char *key;
};

/* In the key: 1 in, 2 an, 3 on, O ou, S ch, N gn, y the French u, j a soft g. */
static const struct rule french[] = {
    /* endings that are not heard */
    {"eaults", NULL, "$", "o"},
    {"eault", NULL, "$", "o"},
    {"eaulx", NULL, "$", "o"},
    {"ault", NULL, "$", "o"},
    {"auld", NULL, "$", "o"},
    {"aulx", NULL, "$", "o"},
    {"olt", NULL, "$", "o"},
    {"anc", NULL, "$", "2"},
    {"ant", NULL, "$", "2"},
    {"and", NULL, "$", "2"},
    {"ens", NULL, "$", "2"},
    {"ien", NULL, "$", "i1"},
    {"iens", NULL, "$", "i1"},
    {"er", "C", "$", "e"},
    {"ez", NULL, "$", "e"},
    {"et", NULL, "$", "e"},
    {"ets", NULL, "$", "e"},
    {"ay", NULL, "$", "e"},
    {"ey", NULL, "$", "e"},
    {"ees", NULL, "$", "e"},
    {"ee", NULL, "$", "e"},
    {"es", "VC", "$", ""},
    {"e", "VC", "$", ""},
    {"ts", "VC", "$", ""},
    {"ds", "VC", "$", ""},
    {"ps", "VC", "$", ""},
    {"t", "VC", "$", ""},
    {"d", "VC", "$", ""},
    {"s", "VC", "$", ""},
    {"x", "V", "$", ""},
    {"z", "V", "$", ""},
    {"p", "oum", "$", ""},
    /* an s that was */
    {"es", "Cu", "n", "e"},
    {"es", "Cu", "l", "e"},
    {"es", "Cu", "m", "e"},
    {"es", "Cu", "j", "e"},
    {"es", "Cu", "r", "e"},
    {"es", "Cu", "g", "e"},
    {"es", "Cu", "v", "e"},
    {"esch", "C", NULL, "eS"},
    /* vowels */
    {"oeu", NULL, NULL, "E"},
    {"eau", NULL, NULL, "o"},
    {"au", NULL, NULL, "o"},
    {"aill", NULL, NULL, "aj"},
    {"eill", NULL, NULL, "ej"},
    {"ouill", NULL, NULL, "Oj"},
    {"ain", NULL, "$bcdfghjklpqrstvwxz", "1"},
    {"aim", NULL, "$bcdfghjklpqrstvwxz", "1"},
    {"ein", NULL, "$bcdfghjklpqrstvwxz", "1"},
    {"oin", NULL, "$bcdfghjklpqrstvwxz", "w1"},
    {"in", NULL, "$bcdfghjklpqrstvwxz", "1"},
    {"im", NULL, "$bcdfghjklpqrstvwxz", "1"},
    {"yn", NULL, "$bcdfghjklpqrstvwxz", "1"},
    {"un", NULL, "$bcdfghjklpqrstvwxz", "1"},
    {"an", NULL, "$bcdfghjklpqrstvwxz", "2"},
    {"am", NULL, "bcdfghjklpqrstvwxz", "2"},
    {"en", NULL, "$bcdfghjklpqrstvwxz", "2"},
    {"em", NULL, "bcdfghjklpqrstvwxz", "2"},
    {"on", NULL, "$bcdfghjklpqrstvwxz", "3"},
    {"om", NULL, "bcdfghjklpqrstvwxz", "3"},
    {"oi", NULL, NULL, "wa"},
    {"oy", NULL, NULL, "wa"},
    {"ou", NULL, NULL, "O"},
    {"eu", NULL, NULL, "E"},
    {"oe", NULL, NULL, "E"},
    {"ae", NULL, NULL, "e"},
    {"ai", NULL, NULL, "e"},
    {"ei", NULL, NULL, "e"},
    {"ill", "Cu", "V", "ij"},
    {"y", "V", "V", "j"},
    {"y", NULL, NULL, "i"},
    {"u", NULL, NULL, "y"},
    {"a", NULL, NULL, "a"},
    {"e", NULL, NULL, "e"},
    {"i", NULL, NULL, "i"},
    {"o", NULL, NULL, "o"},
    /* consonants */
    {"sch", NULL, NULL, "S"},
    {"tch", NULL, NULL, "S"},
    {"ch", NULL, "rln", "k"},
    {"ch", NULL, NULL, "S"},
    {"sh", NULL, NULL, "S"},
    {"ph", NULL, NULL, "f"},
    {"th", NULL, NULL, "t"},
    {"cqu", NULL, NULL, "k"},
    {"qu", NULL, NULL, "k"},
    {"sc", NULL, "eiy", "s"},
    {"cc", NULL, "eiy", "ks"},
    {"ck", NULL, NULL, "k"},
    {"c", NULL, "eiy", "s"},
    {"c", NULL, NULL, "k"},
    {"q", NULL, NULL, "k"},
    {"k", NULL, NULL, "k"},
    {"ge", NULL, "aou", "j"},
    {"gn", NULL, "V", "N"},
    {"gu", NULL, "eiy", "g"},
    {"gh", NULL, NULL, "g"},
    {"g", NULL, "eiy", "j"},
    {"g", NULL, NULL, "g"},
    {"j", NULL, NULL, "j"},
    {"x", NULL, NULL, "ks"},
    {"z", NULL, NULL, "s"},
    {"w", NULL, NULL, "v"},
    {"h", NULL, NULL, ""},
    {NULL, NULL, NULL, NULL},
};

/* In the key: a is any group of vowels, S sh and ch. */
static const struct rule english[] = {
    {"kn", "^", NULL, "n"},    {"gn", "^", NULL, "n"},        {"pn", "^", NULL, "n"},
    {"wr", NULL, NULL, "r"},   {"wh", "^", NULL, "w"},        {"ps", "^", NULL, "s"},
    {"x", "^", NULL, "s"},     {"mc", "^", NULL, "mak"},      {"geo", "^", NULL, "ja"},
    {"es", "C", "$", "s"},     {"e", "VC", "$", ""},          {"mb", NULL, "$", "m"},
    {"igh", NULL, NULL, "a"},  {"augh", NULL, NULL, "a"},     {"eigh", NULL, NULL, "a"},
    {"ough", NULL, NULL, "a"}, {"gh", "V", NULL, ""},         {"gh", NULL, NULL, "g"},
    {"tch", NULL, NULL, "S"},  {"sch", NULL, "mnlrwtk", "s"}, {"sch", NULL, NULL, "S"},
    {"ch", NULL, "rln", "k"},  {"ch", NULL, NULL, "S"},       {"sh", NULL, NULL, "S"},
    {"ph", NULL, NULL, "f"},   {"v", NULL, NULL, "f"},        {"dge", NULL, NULL, "j"},
    {"dg", NULL, NULL, "j"},   {"dt", NULL, NULL, "t"},       {"th", NULL, NULL, "t"},
    {"mps", NULL, NULL, "ms"}, {"mpt", NULL, NULL, "mt"},     {"sc", NULL, "eiy", "s"},
    {"ck", NULL, NULL, "k"},   {"cc", NULL, NULL, "k"},       {"c", NULL, "eiy", "s"},
    {"c", NULL, NULL, "k"},    {"qu", NULL, NULL, "k"},       {"q", NULL, NULL, "k"},
    {"k", NULL, NULL, "k"},    {"g", NULL, "eiy", "j"},       {"x", NULL, NULL, "ks"},
    {"z", NULL, NULL, "s"},    {"w", "V", NULL, ""},          {"h", NULL, NULL, ""},
    {"a", NULL, NULL, "a"},    {"e", NULL, NULL, "a"},        {"i", NULL, NULL, "a"},
    {"o", NULL, NULL, "a"},    {"u", NULL, NULL, "a"},        {"y", NULL, NULL, "a"},
    {NULL, NULL, NULL, NULL},
};

static const struct rule *const tables[NAME_SOUND_COUNT] = {
    [NAME_SOUND_FRENCH] = french,
    [NAME_SOUND_ENGLISH] = english,
};

static bool is_vowel(char letter)
{
    return letter != '\0' && strchr("aeiouy", letter) != NULL;
}

/* `letter` is NUL beyond the word, whose end `edge` stands for. */
static bool neighbour_fits(const char *list, char letter, char edge)
{
    if (list == NULL)
        return true;
    for (; *list != '\0'; list++) {
        if (letter == '\0' ? *list == edge : *list == letter)
            return true;
        if (letter != '\0' &&
            ((*list == 'V' && is_vowel(letter)) || (*list == 'C' && !is_vowel(letter))))
            return true;
    }
    return false;
}

static const struct rule *rule_find(const struct rule *rules, const char *word, const char *at)
{
    for (; rules->letters != NULL; rules++) {
        size_t length = strlen(rules->letters);

        if (strncmp(at, rules->letters, length) == 0 &&
            neighbour_fits(rules->before, at > word ? at[-1] : '\0', '^') &&
            neighbour_fits(rules->after, at[length], '$'))
            return rules;
    }
    return NULL;
}

void name_sound(enum name_sound which, const char *word, char key[NAME_SOUND_SIZE])
{
    size_t length = 0;

    for (const char *at = word; *at != '\0' && length + 1 < NAME_SOUND_SIZE;) {
        const struct rule *rule = rule_find(tables[which], word, at);
        char own[2] = {*at >= 'a' && *at <= 'z' ? *at : '\0', '\0'};

        /* A doubled letter sounds as one. */
        for (const char *add = rule != NULL ? rule->key : own;
             *add != '\0' && length + 1 < NAME_SOUND_SIZE; add++)
            if (length == 0 || key[length - 1] != *add)
                key[length++] = *add;
        at += rule != NULL ? strlen(rule->letters) : 1;
    }
    key[length] = '\0';
}
