#include "app/search_fold.h"

#include <string.h>

bool search_next_word(const char **at, const char **word, size_t *length)
{
    const char *start = *at;
    const char *end;

    while (*start != '\0' && (unsigned char)*start <= ' ')
        start++;
    if (*start == '\0')
        return false;
    end = start;
    while ((unsigned char)*end > ' ')
        end++;
    *word = start;
    *length = (size_t)(end - start);
    *at = end;
    return true;
}

static bool ends_with(const char *word, size_t length, const char *ending)
{
    size_t size = strlen(ending);

    return length >= size && memcmp(word + length - size, ending, size) == 0;
}

static bool has_digit(const char *word, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (word[i] >= '0' && word[i] <= '9')
            return true;
    }
    return false;
}

size_t search_stem(const char *word, size_t length, char term[SEARCH_TERM_LIMIT + 1])
{
    if (length > SEARCH_TERM_LIMIT) {
        length = SEARCH_TERM_LIMIT;
        while (length > 0 && ((unsigned char)word[length] & 0xC0) == 0x80)
            length--; /* never cut inside a character */
    }
    memcpy(term, word, length);
    if (length >= 4 && !has_digit(term, length)) {
        if (length >= 5 && ends_with(term, length, "eaux"))
            length--; /* bureaux -> bureau */
        else if (length >= 5 && ends_with(term, length, "aux"))
            term[(length -= 1) - 1] = 'l'; /* chevaux -> cheval */
        else if (term[length - 1] == 's' && term[length - 2] != 's')
            length--;
        if (length >= 5 && term[length - 1] == 'e')
            length--; /* prestee -> preste, maladie -> maladi */
        if (length >= 5 && term[length - 1] == 'e')
            length--; /* employee, employes, employe -> employ */
        if (length >= 4 && term[length - 1] == 'y')
            term[length - 1] = 'i'; /* company, companies -> compani */
    }
    term[length] = '\0';
    return length;
}

size_t search_root(const char *word, size_t length)
{
    /* Longest first. What they leave is only used as a beginning, at a lower weight. */
    static const char *const endings[] = {
        "issements", "issement", "ellement", "ellements", "isations", "isation", "izations",
        "ization",   "ications", "ication",  "atrices",   "atrice",   "ateurs",  "ateur",
        "ements",    "ement",    "ations",   "ation",     "itions",   "ition",   "ments",
        "ment",      "ances",    "ance",     "ences",     "ence",     "tions",   "tion",
        "sions",     "sion",     "euses",    "euse",      "eurs",     "eur",     "iques",
        "ique",      "ables",    "able",     "ingly",     "ings",     "ing",     "ants",
        "ant",       "ents",     "ent",      "ers",       "er",       "ees",     "ee",
        "ed",        "als",      "al",       "aux",       "ites",     "ite",     "ities",
        "ity",       "ives",     "ive",      "ifs",       "if",       "ics",     "ic",
        "ir",        "ez",       "ons",      "ies",       "ie",       "y",       "es",
        "e",         "s"};

    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t size = strlen(endings[i]);

        if (ends_with(word, length, endings[i]) && length - size >= 5)
            return length - size;
    }
    return 0;
}

unsigned search_distance(const char *word, size_t word_length, const char *term, size_t term_length,
                         unsigned limit, bool prefix, size_t *hopeless)
{
    /* Three rows of the dynamic programme: column i is the distance to the first i bytes of word.
     */
    unsigned rows[3][SEARCH_TERM_LIMIT + 1];
    unsigned best = limit + 1;

    if (word_length > SEARCH_TERM_LIMIT)
        word_length = SEARCH_TERM_LIMIT;
    if (hopeless != NULL)
        *hopeless = 0;
    for (size_t i = 0; i <= word_length; i++)
        rows[0][i] = (unsigned)i;
    for (size_t j = 1; j <= term_length; j++) {
        unsigned *row = rows[j % 3];
        const unsigned *above = rows[(j - 1) % 3];
        const unsigned *before = rows[(j + 1) % 3];
        unsigned least;

        row[0] = (unsigned)j;
        least = row[0];
        for (size_t i = 1; i <= word_length; i++) {
            unsigned cost = above[i - 1] + (word[i - 1] != term[j - 1]);

            if (above[i] + 1 < cost)
                cost = above[i] + 1;
            if (row[i - 1] + 1 < cost)
                cost = row[i - 1] + 1;
            if (i > 1 && j > 1 && word[i - 1] == term[j - 2] && word[i - 2] == term[j - 1] &&
                before[i - 2] + 1 < cost)
                cost = before[i - 2] + 1;
            row[i] = cost;
            if (cost < least)
                least = cost;
        }
        if (prefix && row[word_length] < best)
            best = row[word_length];
        if (least > limit) {
            if (hopeless != NULL && best > limit)
                *hopeless = j;
            return best;
        }
    }
    if (!prefix)
        best = rows[term_length % 3][word_length];
    return best > limit ? limit + 1 : best;
}
