#include "app/import_duration.h"

#include <stddef.h>
#include <string.h>

#include "app/import_words.h"

/* How many promises of one sentence are looked at. */
#define CANDIDATE_LIMIT 48

static const char *const unit_names[] = {
    [DURATION_SECOND] = "second",
    [DURATION_MINUTE] = "minute",
    [DURATION_HOUR] = "hour",
    [DURATION_CALENDAR_DAY] = "calendar-day",
    [DURATION_BUSINESS_DAY] = "business-day",
    [DURATION_WEEK] = "week",
    [DURATION_MONTH] = "month",
    [DURATION_YEAR] = "year",
};

/* To compare lengths only. A business day counts 7/5 of a day. */
static const int64_t unit_seconds[] = {
    [DURATION_SECOND] = 1,           [DURATION_MINUTE] = 60,           [DURATION_HOUR] = 3600,
    [DURATION_CALENDAR_DAY] = 86400, [DURATION_BUSINESS_DAY] = 120960, [DURATION_WEEK] = 604800,
    [DURATION_MONTH] = 2629800,      [DURATION_YEAR] = 31557600,
};

struct unit_word {
    const char *word;
    enum duration_unit unit;
};

static const struct unit_word english_units[] = {
    {"second", DURATION_SECOND}, {"seconds", DURATION_SECOND},   {"sec", DURATION_SECOND},
    {"secs", DURATION_SECOND},   {"minute", DURATION_MINUTE},    {"minutes", DURATION_MINUTE},
    {"min", DURATION_MINUTE},    {"mins", DURATION_MINUTE},      {"hour", DURATION_HOUR},
    {"hours", DURATION_HOUR},    {"hr", DURATION_HOUR},          {"hrs", DURATION_HOUR},
    {"h", DURATION_HOUR},        {"day", DURATION_CALENDAR_DAY}, {"days", DURATION_CALENDAR_DAY},
    {"week", DURATION_WEEK},     {"weeks", DURATION_WEEK},       {"wk", DURATION_WEEK},
    {"wks", DURATION_WEEK},      {"month", DURATION_MONTH},      {"months", DURATION_MONTH},
    {"year", DURATION_YEAR},     {"years", DURATION_YEAR},       {NULL, DURATION_YEAR},
};

static const struct unit_word french_units[] = {
    {"seconde", DURATION_SECOND},
    {"secondes", DURATION_SECOND},
    {"sec", DURATION_SECOND},
    {"minute", DURATION_MINUTE},
    {"minutes", DURATION_MINUTE},
    {"min", DURATION_MINUTE},
    {"heure", DURATION_HOUR},
    {"heures", DURATION_HOUR},
    {"h", DURATION_HOUR},
    {"hrs", DURATION_HOUR},
    {"jour", DURATION_CALENDAR_DAY},
    {"jours", DURATION_CALENDAR_DAY},
    {"journee", DURATION_CALENDAR_DAY},
    {"journees", DURATION_CALENDAR_DAY},
    {"semaine", DURATION_WEEK},
    {"semaines", DURATION_WEEK},
    {"mois", DURATION_MONTH},
    {"an", DURATION_YEAR},
    {"ans", DURATION_YEAR},
    {"annee", DURATION_YEAR},
    {"annees", DURATION_YEAR},
    {NULL, DURATION_YEAR},
};

#define LIST static const char *const
LIST business_words[] = {"business",  "working",  "work",      "workdays",   "ouvrable",
                         "ouvrables", "ouvre",    "ouvres",    "ouvree",     "ouvrees",
                         "travail",   "workable", "traitable", "traitables", "ourvable",
                         "ourvables", NULL};
LIST calendar_words[] = {"calendar",    "calendrier",  "civil",       "civils",      "civile",
                         "civiles",     "calendaire",  "calendaires", "consecutive", "consecutifs",
                         "calendriers", "calandaires", NULL};
LIST plain_words[] = {"net",   "full",     "additional",      "more",       "extra",
                      "clear", "nets",     "supplementaires", "de",         "du",
                      "of",    "complets", "federal",         "government", NULL};
LIST joiners[] = {"-", "to", "or", "a", "ou", NULL};
LIST fillers[] = {"the",        "a",       "an",         "about",   "approximately",
                  "approx",     "roughly", "first",      "next",    "initial",
                  "of",         "average", "les",        "des",     "de",
                  "d",          "un",      "une",        "la",      "le",
                  "l",          "environ", "premiers",   "moyenne", "prochains",
                  "additional", "period",  "intervalle", "periode", "~",
                  ":",          "another", "autre",      "target",  "initial",
                  "en",         "plage",   "following",  "only",    NULL};
LIST cues[] = {"within", "in",      "under",   "maximum",   "max",     "maximal",  "maximale",
               "<",      "up",      "dans",    "sous",      "ici",     "delai",    "delais",
               "jusqu",  "is",      "are",     "est",       "sont",    "standard", "standards",
               "norme",  "by",      "upto",    "timeframe", "time",    "timeline", "deadline",
               "takes",  "require", "par",     "limit",     "withing", "wihin",    "with",
               "limite", "every",   "pendant", "en",        "after",   "apres",    "delays",
               "period", "periode", "temps",   "between",   "entre",   "prendre",  "take",
               NULL};
LIST past_words[] = {"last", "past",  "previous", "derniers", "dernieres", "dernier",
                     "each", "every", "chaque",   "tous",     "toutes",    NULL};
LIST rate_words[] = {"day",     "week", "month", "year",  "yr", "jour",
                     "semaine", "mois", "an",    "annee", NULL};
LIST advance_words[] = {"advance", "before",    "prior",     "ahead", "avant",
                        "avance",  "precedant", "precedent", NULL};
LIST age_words[] = {"old", "age", "plus", "older", "over", NULL};
LIST access_words[] = {"access", "acces", "availability", "disponibilite", "coverage", NULL};
LIST links[] = {"and", "or", "et", "ou", "&", NULL};
LIST comparisons[] = {"no", "not", "less", "fewer", "sooner", "lower", NULL};
#undef LIST

/* One length of time found in the sentence. */
struct candidate {
    struct import_duration duration;
    size_t begin;  /* first word */
    size_t end;    /* one past the last */
    bool promised; /* a word in front says so: within, dans les ... */
};

struct reading {
    struct words words;
    enum duration_language language;
    struct candidate candidates[CANDIDATE_LIMIT];
    size_t count;
    bool seen; /* any number with a word of time */
};

const char *duration_unit_name(enum duration_unit unit)
{
    return unit_names[unit];
}

static int64_t duration_seconds(const struct import_duration *duration)
{
    return duration->count * unit_seconds[duration->unit];
}

bool import_duration_same(const struct import_duration *left, const struct import_duration *right)
{
    bool left_business = left->unit == DURATION_BUSINESS_DAY;
    bool right_business = right->unit == DURATION_BUSINESS_DAY;
    if (left_business != right_business)
        return false;
    return duration_seconds(left) == duration_seconds(right);
}

/* A number with what may be joined to it: "fifteen (15)", "5-10", "5 to 10". Words taken. */
static size_t quantity_read(const struct words *words, size_t index, int64_t *thousandths)
{
    size_t taken = words_number(words, index, thousandths);
    if (taken == 0)
        return 0;
    int64_t other;
    if (words_is(words, index + taken, "(")) {
        size_t inner = words_number(words, index + taken + 1, &other);
        if (inner > 0 && words_is(words, index + taken + 1 + inner, ")")) {
            if (words_at(words, index + taken + 1)->kind == WORD_NUMBER)
                *thousandths = other;
            taken += inner + 2;
        }
    }
    if (words_is(words, index + taken, ")") && words_is(words, index - 1, "("))
        taken++;
    if (words_in(words, index + taken, joiners)) {
        size_t upper = words_number(words, index + taken + 1, &other);
        if (upper > 0 && other > *thousandths) {
            *thousandths = other;
            taken += upper + 1;
        }
    } else if (words_is(words, index + taken, "and") || words_is(words, index + taken, "et")) {
        bool between = words_is(words, index - 1, "between") || words_is(words, index - 1, "entre");
        size_t upper = between ? words_number(words, index + taken + 1, &other) : 0;
        if (upper > 0) {
            *thousandths = other;
            taken += upper + 1;
        }
    }
    return taken;
}

/* What kind of day the words at `index` say; words taken. */
static size_t day_kind_read(const struct words *words, size_t index,
                            struct import_duration *duration)
{
    size_t at = index;
    if (words_is(words, at, "(") && words_is(words, at + 1, "s") && words_is(words, at + 2, ")"))
        at += 3;
    size_t look = at;
    while (words_in(words, look, plain_words) || words_is(words, look, "-") ||
           words_is(words, look, "("))
        look++;
    bool business = words_in(words, look, business_words);
    if (!business && !words_in(words, look, calendar_words))
        return at - index;
    if (duration->unit == DURATION_CALENDAR_DAY) {
        duration->unit = business ? DURATION_BUSINESS_DAY : DURATION_CALENDAR_DAY;
        duration->days_said = true;
    }
    at = look + 1;
    if (words_is(words, at, ")"))
        at++;
    return at - index;
}

/* A unit with the words around it that say the kind of day; words taken, 0 when there is none. */
static size_t unit_read(const struct reading *reading, size_t index,
                        struct import_duration *duration)
{
    const struct words *words = &reading->words;
    const struct unit_word *units =
        reading->language == DURATION_FRENCH ? french_units : english_units;
    size_t at = index;
    bool business = false;
    bool calendar = false;
    while (words_is(words, at, "-") || words_is(words, at, "/") ||
           words_in(words, at, business_words) || words_in(words, at, calendar_words) ||
           words_in(words, at, plain_words)) {
        business = business || words_in(words, at, business_words);
        calendar = calendar || words_in(words, at, calendar_words);
        at++;
    }
    for (; units->word; units++)
        if (words_is(words, at, units->word))
            break;
    if (!units->word)
        return 0;
    duration->unit = units->unit;
    duration->days_said = false;
    at++;
    if (units->unit == DURATION_CALENDAR_DAY && (business || calendar)) {
        duration->unit = business ? DURATION_BUSINESS_DAY : DURATION_CALENDAR_DAY;
        duration->days_said = true;
    } else {
        at += day_kind_read(words, at, duration);
    }
    return at - index;
}

/* Whole units of a count in thousandths, in a smaller unit when it needs one (1.5 h = 90 min). */
static bool count_set(struct import_duration *duration, int64_t thousandths)
{
    if (thousandths % 1000 != 0) {
        int64_t scaled;
        if (duration->unit == DURATION_HOUR || duration->unit == DURATION_MINUTE) {
            scaled = thousandths * 60;
            duration->unit = duration->unit == DURATION_HOUR ? DURATION_MINUTE : DURATION_SECOND;
        } else if (duration->unit == DURATION_YEAR) {
            scaled = thousandths * 12;
            duration->unit = DURATION_MONTH;
        } else {
            return false;
        }
        thousandths = scaled;
    }
    duration->count = thousandths / 1000;
    return thousandths % 1000 == 0 && duration->count > 0 && duration->count < 10000;
}

/* "24 hours a day", "7 days per week", "24 heures sur 24", "7 jours par semaine". */
static bool is_rate(const struct words *words, size_t end)
{
    if (words_is(words, end, "a") || words_is(words, end, "per") || words_is(words, end, "par") ||
        words_is(words, end, "/"))
        return words_in(words, end + 1, rate_words);
    return words_is(words, end, "sur") || words_is(words, end, "out") ||
           words_in(words, end, access_words);
}

/* "8 h 30", "de 8 h à 16 h": a time of the day. */
static bool is_clock(const struct words *words, size_t begin, size_t end)
{
    int64_t hour = 0;
    int64_t other = 0;
    if (!words_is(words, end - 1, "h") || words_number(words, begin, &hour) == 0)
        return false;
    if (words_number(words, end, &other) > 0)
        return true;
    if (words_in(words, end, joiners)) {
        size_t taken = words_number(words, end + 1, &other);
        return hour <= 24000 && taken > 0 && other <= 24000 &&
               words_is(words, end + 1 + taken, "h");
    }
    if (!words_in(words, begin - 1, joiners))
        return false;
    bool minutes = words_number(words, begin - 2, &other) > 0;
    return hour <= 24000 && words_is(words, begin - (minutes ? 3 : 2), "h");
}

/* "at least 48 hours", "5 days in advance", "10 jours avant": notice, not delay. */
static bool is_notice(const struct words *words, size_t begin, size_t end)
{
    if (words_is(words, begin - 1, "least") || words_is(words, begin - 1, "minimum") ||
        words_is(words, begin - 2, "minimum"))
        return true;
    if (words_is(words, begin - 1, "moins") &&
        (words_is(words, begin - 2, "au") || words_is(words, begin - 2, "d")))
        return true;
    for (size_t at = end; at < end + 3; at++) {
        if (words_at(words, at)->kind == WORD_SIGN)
            return false;
        if (words_in(words, at, advance_words))
            return true;
    }
    return false;
}

/* "more than 30 days", "plus de 30 jours", "over 5 years", "the last 12 months". */
static bool is_condition(const struct words *words, size_t begin)
{
    if (words_is(words, begin - 1, "than"))
        return !words_in(words, begin - 2, comparisons) && !words_in(words, begin - 3, comparisons);
    if (words_is(words, begin - 1, "de") && words_is(words, begin - 2, "plus"))
        return !words_is(words, begin - 3, "pas") && !words_is(words, begin - 3, "au") &&
               !words_is(words, begin - 4, "pas");
    if (words_is(words, begin - 1, "exceeding") || words_is(words, begin - 1, "exceed"))
        return !words_is(words, begin - 2, "not");
    if (words_is(words, begin - 1, "of") && words_is(words, begin - 2, "out"))
        return true;
    return words_is(words, begin - 1, "over") || words_in(words, begin - 1, past_words) ||
           words_in(words, begin - 2, past_words);
}

/* Whether the words in front make the length of time a promise. */
static bool is_promised(const struct words *words, size_t begin)
{
    size_t at = begin;
    for (int steps = 0; steps < 6 && at > 0; steps++) {
        at--;
        if (words_is(words, at, "than") || words_is(words, at, "moins") ||
            words_is(words, at, "tard") || words_is(words, at, "plus") ||
            words_is(words, at, "exceeding") || words_is(words, at, "exceed") ||
            words_is(words, at, "depassant") || words_is(words, at, "excedant"))
            return true;
        if (words_is(words, at, "to") || words_is(words, at, "a"))
            return words_is(words, at - 1, "up") || words_is(words, at - 1, "jusqu");
        if (words_in(words, at, cues))
            return true;
        if (!words_in(words, at, fillers))
            return false;
    }
    return false;
}

static bool is_age(const struct words *words, enum duration_unit unit, size_t end)
{
    if (unit != DURATION_YEAR)
        return false;
    for (size_t at = end; at < end + 2; at++)
        if (words_in(words, at, age_words))
            return true;
    return false;
}

/* Puts a range of two full durations together ("24 hours to 48 hours"), and drops what only says
 * the same again ("24 hours (1 business day)", "24 hours one working day"). */
static bool candidate_joins(struct reading *reading, const struct candidate *next)
{
    if (reading->count == 0)
        return false;
    struct candidate *last = &reading->candidates[reading->count - 1];
    const struct words *words = &reading->words;
    if (next->begin == last->end)
        return true;
    if (next->begin == last->end + 1) {
        if (words_is(words, last->end, "("))
            return true;
        if (words_in(words, last->end, joiners)) {
            if (duration_seconds(&next->duration) > duration_seconds(&last->duration))
                last->duration = next->duration;
            last->end = next->end;
            return true;
        }
    }
    return false;
}

static void candidate_add(struct reading *reading, const struct candidate *candidate)
{
    const struct words *words = &reading->words;
    if (is_clock(words, candidate->begin, candidate->end))
        return;
    reading->seen = true;
    if (is_rate(words, candidate->end) || is_notice(words, candidate->begin, candidate->end) ||
        is_condition(words, candidate->begin) ||
        is_age(words, candidate->duration.unit, candidate->end))
        return;
    if (candidate_joins(reading, candidate) || reading->count == CANDIDATE_LIMIT)
        return;
    struct candidate *added = &reading->candidates[reading->count++];
    *added = *candidate;
    size_t link = candidate->begin - (words_is(words, candidate->begin - 1, "de") ? 2 : 1);
    if (reading->count > 1 && words_in(words, link, links))
        added->promised = added->promised || added[-1].promised;
}

/* "the next business day", "le jour ouvrable suivant": one business day. Words taken. */
static size_t next_day_read(const struct reading *reading, size_t index,
                            struct import_duration *duration)
{
    static const char *const english[] = {"next", "following", NULL};
    static const char *const french[] = {"suivant", "suivante", "prochain", "prochaine", NULL};
    const struct words *words = &reading->words;
    if (reading->language == DURATION_ENGLISH) {
        size_t taken =
            words_in(words, index, english) ? unit_read(reading, index + 1, duration) : 0;
        return taken > 0 && duration->unit == DURATION_BUSINESS_DAY ? taken + 1 : 0;
    }
    size_t before = words_in(words, index, french) ? 1 : 0;
    size_t taken = unit_read(reading, index + before, duration);
    if (taken == 0 || duration->unit != DURATION_BUSINESS_DAY)
        return 0;
    size_t after = words_in(words, index + before + taken, french) ? 1 : 0;
    bool counted =
        words_at(words, index - 1)->kind == WORD_NUMBER || words_is(words, index - 1, "les");
    return before + after == 1 && !counted ? before + taken + after : 0;
}

/* "within a day", "in an hour": the article counts one after a word of promise. */
static size_t article_read(const struct reading *reading, size_t index)
{
    const struct words *words = &reading->words;
    if (reading->language == DURATION_FRENCH)
        return 0;
    return (words_is(words, index, "a") || words_is(words, index, "an")) &&
                   words_is(words, index - 1, "within")
               ? 1
               : 0;
}

static void candidates_find(struct reading *reading)
{
    for (size_t at = 0; at < reading->words.count;) {
        struct candidate candidate = {.begin = at};
        struct import_duration *duration = &candidate.duration;
        int64_t thousandths = 1000;
        size_t number = quantity_read(&reading->words, at, &thousandths);
        if (number == 0)
            number = article_read(reading, at);
        size_t unit = number > 0 ? unit_read(reading, at + number, duration) : 0;
        size_t next = unit == 0 ? next_day_read(reading, at, duration) : 0;
        if (unit == 0 && next == 0) {
            at += number > 0 ? number : 1;
            continue;
        }
        candidate.end = at + (next > 0 ? next : number + unit);
        candidate.promised = next > 0 || is_promised(&reading->words, at);
        if (count_set(duration, thousandths) &&
            (duration->unit != DURATION_YEAR || candidate.promised))
            candidate_add(reading, &candidate);
        at = candidate.end;
    }
}

/* Whether two promises are one: also when only one of them says which kind of days it counts. */
static bool promises_agree(const struct import_duration *left, const struct import_duration *right)
{
    bool days = (left->unit == DURATION_CALENDAR_DAY || left->unit == DURATION_BUSINESS_DAY) &&
                (right->unit == DURATION_CALENDAR_DAY || right->unit == DURATION_BUSINESS_DAY);
    if (days && left->days_said != right->days_said)
        return left->count == right->count;
    return import_duration_same(left, right);
}

/* The longest of the promises; of what stands alone when no word makes a promise. */
static enum duration_found candidates_choose(const struct reading *reading,
                                             struct import_duration *duration)
{
    bool promised = false;
    for (size_t i = 0; i < reading->count; i++)
        promised = promised || reading->candidates[i].promised;
    enum duration_found found = reading->seen ? DURATION_UNREAD : DURATION_ABSENT;
    for (size_t i = 0; i < reading->count; i++) {
        const struct candidate *candidate = &reading->candidates[i];
        if (candidate->promised != promised)
            continue;
        if (found == DURATION_ONE || found == DURATION_SEVERAL) {
            bool agree = promises_agree(&candidate->duration, duration);
            if (!agree)
                found = DURATION_SEVERAL;
            if (agree ? candidate->duration.days_said && !duration->days_said
                      : duration_seconds(&candidate->duration) > duration_seconds(duration))
                *duration = candidate->duration;
        } else {
            found = DURATION_ONE;
            *duration = candidate->duration;
        }
    }
    return found;
}

enum duration_found import_duration_parse(const char *text, enum duration_language language,
                                          struct import_duration *duration)
{
    struct reading reading = {.language = language};
    if (!words_cut(&reading.words, text)) {
        words_free(&reading.words);
        return DURATION_FAILED;
    }
    candidates_find(&reading);
    enum duration_found found = candidates_choose(&reading, duration);
    words_free(&reading.words);
    return found;
}
