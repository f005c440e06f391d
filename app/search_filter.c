#include "app/search_filter.h"

#include <stdlib.h>
#include <string.h>

#include "app/text.h"

static const char *const kind_words[] = {"service", "form", NULL};
static const char *const level_words[] = {"1", "2", "3", NULL};
static const char *const channel_words[] = {"counter", "phone",    "web",   "email",  "mail",
                                            "fax",     "sms",      "voice", "mobile", "social",
                                            "chat",    "outreach", NULL};
static const char *const fee_words[] = {"free", "paid", NULL};
static const char *const audience_words[] = {"individual", "business", "organisation", "government",
                                             NULL};

struct filter_rule {
    const char *name;
    const char *french; /* the same in French; may be the same word */
    bool has_value;
    const char *const *words;
};

static const struct filter_rule rules[SEARCH_FILTER_COUNT] = {
    [SEARCH_FILTER_KIND] = {"kind", "genre", true, kind_words},
    [SEARCH_FILTER_LEVEL] = {"level", "niveau", true, level_words},
    [SEARCH_FILTER_EVENT] = {"event", "evenement", true, NULL},
    [SEARCH_FILTER_CHANNEL] = {"channel", "canal", true, channel_words},
    [SEARCH_FILTER_ORGANISATION] = {"org", "organisme", true, NULL},
    [SEARCH_FILTER_FEE] = {"fee", "frais", true, fee_words},
    [SEARCH_FILTER_AUDIENCE] = {"audience", "public", true, audience_words},
    [SEARCH_FILTER_OPEN] = {"open", "ouvert", false, NULL},
};

/* Other words for a value; the second one is the word of the records. */
static const struct {
    enum search_filter_kind kind;
    const char *typed;
    const char *word;
} aliases[] = {
    {SEARCH_FILTER_KIND, "formulaire", "form"},
    {SEARCH_FILTER_CHANNEL, "online", "web"},
    {SEARCH_FILTER_CHANNEL, "en-ligne", "web"},
    {SEARCH_FILTER_CHANNEL, "internet", "web"},
    {SEARCH_FILTER_CHANNEL, "telephone", "phone"},
    {SEARCH_FILTER_CHANNEL, "comptoir", "counter"},
    {SEARCH_FILTER_CHANNEL, "person", "counter"},
    {SEARCH_FILTER_CHANNEL, "in-person", "counter"},
    {SEARCH_FILTER_CHANNEL, "en-personne", "counter"},
    {SEARCH_FILTER_CHANNEL, "courriel", "email"},
    {SEARCH_FILTER_CHANNEL, "e-mail", "email"},
    {SEARCH_FILTER_CHANNEL, "post", "mail"},
    {SEARCH_FILTER_CHANNEL, "poste", "mail"},
    {SEARCH_FILTER_CHANNEL, "telecopieur", "fax"},
    {SEARCH_FILTER_CHANNEL, "texto", "sms"},
    {SEARCH_FILTER_FEE, "none", "free"},
    {SEARCH_FILTER_FEE, "no", "free"},
    {SEARCH_FILTER_FEE, "gratuit", "free"},
    {SEARCH_FILTER_FEE, "yes", "paid"},
    {SEARCH_FILTER_FEE, "payant", "paid"},
    {SEARCH_FILTER_AUDIENCE, "citizen", "individual"},
    {SEARCH_FILTER_AUDIENCE, "particulier", "individual"},
    {SEARCH_FILTER_AUDIENCE, "citoyen", "individual"},
    {SEARCH_FILTER_AUDIENCE, "entreprise", "business"},
    {SEARCH_FILTER_AUDIENCE, "organization", "organisation"},
    {SEARCH_FILTER_AUDIENCE, "organisme", "organisation"},
    {SEARCH_FILTER_AUDIENCE, "gouvernement", "government"},
};

const char *search_filter_name(enum search_filter_kind kind)
{
    return kind < SEARCH_FILTER_COUNT ? rules[kind].name : NULL;
}

const char *search_filter_name_in(enum search_filter_kind kind, const char *language)
{
    if (kind < SEARCH_FILTER_COUNT && strcmp(language, "fr") == 0)
        return rules[kind].french;
    return search_filter_name(kind);
}

enum search_filter_kind search_filter_from_name(const char *name, size_t length)
{
    char *folded = text_fold(name, length);
    unsigned kind = SEARCH_FILTER_COUNT;

    for (unsigned i = 0; folded != NULL && i < SEARCH_FILTER_COUNT; i++) {
        if (strcmp(folded, rules[i].name) == 0 || strcmp(folded, rules[i].french) == 0)
            kind = i;
    }
    free(folded);
    return (enum search_filter_kind)kind;
}

bool search_filter_has_value(enum search_filter_kind kind)
{
    return kind < SEARCH_FILTER_COUNT && rules[kind].has_value;
}

const char *const *search_filter_words(enum search_filter_kind kind)
{
    return kind < SEARCH_FILTER_COUNT ? rules[kind].words : NULL;
}

size_t search_filter_term(enum search_filter_kind kind, const char *value, size_t length,
                          char term[SEARCH_TERM_LIMIT + 1])
{
    char *folded = text_fold(value, length);
    const char *word = folded;
    size_t used;

    term[0] = '\0';
    if (folded == NULL || folded[0] == '\0') {
        free(folded);
        return 0;
    }
    for (char *at = folded; *at != '\0'; at++) {
        if (*at == ' ')
            *at = '-';
    }
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
        if (aliases[i].kind == kind && strcmp(folded, aliases[i].typed) == 0)
            word = aliases[i].word;
    }
    term[0] = SEARCH_FILTER_MARK;
    term[1] = (char)('a' + kind);
    text_copy(term + 2, SEARCH_TERM_LIMIT - 1, word);
    used = strlen(term);
    free(folded);
    return used;
}
