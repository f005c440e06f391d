#include "app/search_filter.h"

#include <stdlib.h>
#include <string.h>

#include "app/text.h"

struct filter_rule {
    const char *name;
    const char *french; /* the same in French */
    bool has_value;
};

static const struct filter_rule rules[SEARCH_FILTER_COUNT] = {
    [SEARCH_FILTER_KIND] = {"kind", "genre", true},
    [SEARCH_FILTER_LEVEL] = {"level", "niveau", true},
    [SEARCH_FILTER_EVENT] = {"event", "événement", true},
    [SEARCH_FILTER_CHANNEL] = {"channel", "canal", true},
    [SEARCH_FILTER_ORGANISATION] = {"org", "organisme", true},
    [SEARCH_FILTER_FEE] = {"fee", "frais", true},
    [SEARCH_FILTER_AUDIENCE] = {"audience", "public", true},
    [SEARCH_FILTER_OPEN] = {"open", "ouvert", false},
};

/* The values that are not the catalogue's own: how an agent says them in either language, and the
 * word that the records have. */
struct filter_value {
    enum search_filter_kind kind;
    const char *word;
    const char *english;
    const char *french;
    bool offered; /* by the completion; false: understood as well */
};

static const struct filter_value values[] = {
    {SEARCH_FILTER_KIND, "service", "service", "service", true},
    {SEARCH_FILTER_KIND, "form", "form", "formulaire", true},
    {SEARCH_FILTER_LEVEL, "1", "1", "1", true},
    {SEARCH_FILTER_LEVEL, "2", "2", "2", true},
    {SEARCH_FILTER_LEVEL, "3", "3", "3", true},
    {SEARCH_FILTER_CHANNEL, "counter", "counter", "comptoir", true},
    {SEARCH_FILTER_CHANNEL, "phone", "phone", "téléphone", true},
    {SEARCH_FILTER_CHANNEL, "web", "online", "en-ligne", true},
    {SEARCH_FILTER_CHANNEL, "email", "email", "courriel", true},
    {SEARCH_FILTER_CHANNEL, "mail", "mail", "poste", true},
    {SEARCH_FILTER_CHANNEL, "fax", "fax", "télécopieur", true},
    {SEARCH_FILTER_CHANNEL, "sms", "sms", "texto", true},
    {SEARCH_FILTER_CHANNEL, "voice", "voice", "vocal", true},
    {SEARCH_FILTER_CHANNEL, "mobile", "mobile", "mobile", true},
    {SEARCH_FILTER_CHANNEL, "social", "social", "réseaux-sociaux", true},
    {SEARCH_FILTER_CHANNEL, "chat", "chat", "clavardage", true},
    {SEARCH_FILTER_CHANNEL, "outreach", "outreach", "proximité", true},
    {SEARCH_FILTER_FEE, "free", "free", "gratuit", true},
    {SEARCH_FILTER_FEE, "paid", "paid", "payant", true},
    {SEARCH_FILTER_AUDIENCE, "individual", "individual", "particulier", true},
    {SEARCH_FILTER_AUDIENCE, "business", "business", "entreprise", true},
    {SEARCH_FILTER_AUDIENCE, "organisation", "organisation", "organisme", true},
    {SEARCH_FILTER_AUDIENCE, "government", "government", "gouvernement", true},
    {SEARCH_FILTER_CHANNEL, "web", "internet", "internet", false},
    {SEARCH_FILTER_CHANNEL, "web", "web", "web", false},
    {SEARCH_FILTER_CHANNEL, "counter", "person", "personne", false},
    {SEARCH_FILTER_CHANNEL, "counter", "in-person", "en-personne", false},
    {SEARCH_FILTER_CHANNEL, "email", "e-mail", "couriel", false},
    {SEARCH_FILTER_CHANNEL, "mail", "post", "courrier", false},
    {SEARCH_FILTER_CHANNEL, "sms", "text", "sms", false},
    {SEARCH_FILTER_FEE, "free", "none", "aucun", false},
    {SEARCH_FILTER_FEE, "free", "no", "non", false},
    {SEARCH_FILTER_FEE, "paid", "yes", "oui", false},
    {SEARCH_FILTER_AUDIENCE, "individual", "citizen", "citoyen", false},
    {SEARCH_FILTER_AUDIENCE, "business", "company", "affaires", false},
    {SEARCH_FILTER_AUDIENCE, "organisation", "organization", "organisation", false},
};

#define VALUES (sizeof values / sizeof values[0])

/* Folded, with '-' between words: "En ligne" -> "en-ligne". New; NULL when out of memory. */
static char *fold_value(const char *text, size_t length)
{
    char *folded = text_fold(text, length);

    for (char *at = folded; at != NULL && *at != '\0'; at++) {
        if (*at == ' ')
            *at = '-';
    }
    return folded;
}

/* True when the folded `typed` is `text`, or with `beginning` begins it. */
static bool is_typed(const char *typed, const char *text, bool beginning)
{
    char *folded = fold_value(text, strlen(text));
    bool same = folded != NULL && (beginning ? strncmp(folded, typed, strlen(typed)) == 0
                                             : strcmp(folded, typed) == 0);

    free(folded);
    return same;
}

static bool is_french(const char *language)
{
    return strncmp(language, "fr", 2) == 0;
}

const char *search_filter_name(enum search_filter_kind kind)
{
    return kind < SEARCH_FILTER_COUNT ? rules[kind].name : NULL;
}

const char *search_filter_name_in(enum search_filter_kind kind, const char *language)
{
    if (kind < SEARCH_FILTER_COUNT && is_french(language))
        return rules[kind].french;
    return search_filter_name(kind);
}

enum search_filter_kind search_filter_from_name(const char *name, size_t length)
{
    char *folded = fold_value(name, length);
    unsigned kind = SEARCH_FILTER_COUNT;

    for (unsigned i = 0; folded != NULL && i < SEARCH_FILTER_COUNT; i++) {
        if (is_typed(folded, rules[i].name, false) || is_typed(folded, rules[i].french, false))
            kind = i;
    }
    free(folded);
    return (enum search_filter_kind)kind;
}

bool search_filter_has_value(enum search_filter_kind kind)
{
    return kind < SEARCH_FILTER_COUNT && rules[kind].has_value;
}

bool search_filter_is_listed(enum search_filter_kind kind)
{
    return kind != SEARCH_FILTER_EVENT && kind != SEARCH_FILTER_ORGANISATION;
}

size_t search_filter_complete_name(const char *typed, size_t length, const char *language,
                                   const char *names[SEARCH_FILTER_COUNT])
{
    char *folded = fold_value(typed, length);
    bool french = is_french(language);
    size_t count = 0;

    /* What the screen's language has comes alone; the other one helps who knows only that. */
    for (int other = 0; folded != NULL && other < 2 && count == 0; other++) {
        for (unsigned i = 0; i < SEARCH_FILTER_COUNT; i++) {
            if (is_typed(folded, french != (other == 1) ? rules[i].french : rules[i].name, true))
                names[count++] = french ? rules[i].french : rules[i].name;
        }
    }
    free(folded);
    return count;
}

size_t search_filter_complete_value(enum search_filter_kind kind, const char *typed, size_t length,
                                    const char *language, const char *texts[SEARCH_FILTER_VALUES])
{
    char *folded = fold_value(typed, length);
    bool french = is_french(language);
    size_t count = 0;

    for (int other = 0; folded != NULL && other < 2 && count == 0; other++) {
        for (size_t i = 0; i < VALUES && count < SEARCH_FILTER_VALUES; i++) {
            const struct filter_value *value = &values[i];

            if (value->kind == kind && value->offered &&
                is_typed(folded, french != (other == 1) ? value->french : value->english, true))
                texts[count++] = french ? value->french : value->english;
        }
    }
    free(folded);
    return count;
}

/* The word of the records for what was typed, folded; `typed` itself when none is known. */
static const char *word_for(enum search_filter_kind kind, const char *typed)
{
    for (size_t i = 0; i < VALUES; i++) { /* most often, while indexing, it is that word itself */
        if (values[i].kind == kind && strcmp(typed, values[i].word) == 0)
            return values[i].word;
    }
    for (size_t i = 0; i < VALUES; i++) {
        if (values[i].kind == kind &&
            (is_typed(typed, values[i].english, false) || is_typed(typed, values[i].french, false)))
            return values[i].word;
    }
    return typed;
}

bool search_filter_is_value(enum search_filter_kind kind, const char *value, size_t length)
{
    char *folded = fold_value(value, length);
    bool known = folded != NULL && word_for(kind, folded) != folded;

    free(folded);
    return known;
}

size_t search_filter_term(enum search_filter_kind kind, const char *value, size_t length,
                          char term[SEARCH_TERM_LIMIT + 1])
{
    char *folded = fold_value(value, length);
    size_t used;

    term[0] = '\0';
    if (folded == NULL || folded[0] == '\0') {
        free(folded);
        return 0;
    }
    term[0] = SEARCH_FILTER_MARK;
    term[1] = (char)('a' + kind);
    text_copy(term + 2, SEARCH_TERM_LIMIT - 1, word_for(kind, folded));
    used = strlen(term);
    free(folded);
    return used;
}

bool search_filter_is_staffed(const char *channel)
{
    static const char *const staffed[] = {"counter", "phone", "chat", "outreach"};

    for (size_t i = 0; i < sizeof staffed / sizeof staffed[0]; i++) {
        if (strcmp(staffed[i], channel) == 0)
            return true;
    }
    return false;
}
