#include "app/search_plan.h"

#include <stdlib.h>
#include <string.h>

#include "app/search_words.h"
#include "app/text.h"

/* How sure each reading of a word is. */
#define WEIGHT_TERM   1.0F
#define WEIGHT_PREFIX 0.8F
#define WEIGHT_ROOT   0.5F
#define WEIGHT_SAME   0.9F
#define WEIGHT_WANTED 0.7F

/* What stays of a meaning's weight when the word itself was guessed. */
#define MISTYPED_SHARE 0.8F

/* Alternatives of one group. */
#define GROUP_ALTERNATIVES 16

void search_plan_add_reading(struct plan_unit *unit, enum plan_reading_kind kind, const char *text,
                             size_t length, float weight)
{
    struct plan_reading *reading;

    if (unit->reading_count == PLAN_READINGS || length == 0 || length > SEARCH_TERM_LIMIT)
        return;
    for (size_t i = 0; i < unit->reading_count; i++) {
        reading = &unit->readings[i];
        if (reading->length == length && memcmp(reading->text, text, length) == 0 &&
            (reading->kind == kind || reading->kind == READING_PREFIX))
            return;
    }
    reading = &unit->readings[unit->reading_count++];
    reading->kind = kind;
    memcpy(reading->text, text, length);
    reading->text[length] = '\0';
    reading->length = (uint8_t)length;
    reading->weight = weight;
}

/* ---- filters ---- */

static bool is_space(char character)
{
    return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}

/* Adds the unit of a filter with a value that can be looked for. */
static void add_filter_unit(struct search_plan *plan, enum search_filter_kind kind,
                            const char *value, size_t length)
{
    char term[SEARCH_TERM_LIMIT + 1];
    size_t term_length = search_filter_term(kind, value, length, term);

    if (term_length == 0 || plan->unit_count > PLAN_FILTERS)
        return;
    struct plan_unit *unit = &plan->units[plan->unit_count++];
    *unit = (struct plan_unit){.filter = true};
    search_plan_add_reading(unit, READING_TERM, term, term_length, WEIGHT_TERM);
}

/* Reads the filter at `at` (a colon); returns the offset after it. */
static size_t take_filter(struct search_plan *plan, const char *query, size_t at, size_t length)
{
    struct search_filter filter = {.start = at};
    size_t name = at + 1;
    size_t end = name;
    size_t value;

    while (end < length && !is_space(query[end]) && query[end] != ':' && query[end] != '=')
        end++;
    filter.kind = search_filter_from_name(query + name, end - name);
    value = end;
    if (search_filter_has_value(filter.kind)) {
        if (value < length && !is_space(query[value]))
            value++; /* ":level=2" and ":level:2" are understood as well */
        while (value < length && is_space(query[value]))
            value++;
        end = value;
        if (end < length && query[end] != ':') {
            while (end < length && !is_space(query[end]))
                end++;
        }
        if (end > value) {
            char *folded = text_fold(query + value, end - value);

            text_copy(filter.value, sizeof filter.value, folded == NULL ? "" : folded);
            free(folded);
        }
        /* Half a value, still being typed, narrows nothing yet. */
        filter.complete = filter.value[0] != '\0' &&
                          (end < length || !search_filter_is_listed(filter.kind) ||
                           search_filter_is_value(filter.kind, query + value, end - value));
        if (filter.complete)
            add_filter_unit(plan, filter.kind, query + value, end - value);
    } else if (filter.kind == SEARCH_FILTER_OPEN) {
        filter.complete = true;
    }
    filter.length = end - at;
    if (plan->filter_count < PLAN_FILTERS)
        plan->filters[plan->filter_count++] = filter;
    return end;
}

/* Takes the filters out of the query; what is left, with spaces in their place, is new. */
static char *take_filters(struct search_plan *plan, const char *query, size_t length)
{
    char *rest = malloc(length + 1);
    size_t used = 0;

    if (rest == NULL)
        return NULL;
    for (size_t at = 0; at < length;) {
        if (query[at] == ':' && (at == 0 || is_space(query[at - 1]))) {
            at = take_filter(plan, query, at, length);
            rest[used++] = ' ';
        } else {
            rest[used++] = query[at++];
        }
    }
    rest[used] = '\0';
    return rest;
}

/* `:open`: in the channel asked for, else in any. */
static void add_open_unit(struct search_plan *plan, bool closed)
{
    const char *value = closed ? SEARCH_OPEN_ALWAYS : SEARCH_OPEN_SOMETIMES;
    bool asked = false;

    for (size_t i = 0; i < plan->filter_count; i++) {
        const struct search_filter *filter = &plan->filters[i];
        char term[SEARCH_TERM_LIMIT + 1];

        asked = asked || filter->kind == SEARCH_FILTER_OPEN;
        if (filter->kind != SEARCH_FILTER_CHANNEL || !filter->complete)
            continue;
        search_filter_term(filter->kind, filter->value, strlen(filter->value), term);
        /* A staffed channel is not there now: nothing has this value. */
        value = !closed || !search_filter_is_staffed(term + 2) ? SEARCH_OPEN_SOMETIMES : "never";
    }
    if (asked)
        add_filter_unit(plan, SEARCH_FILTER_OPEN, value, strlen(value));
}

/* ---- words ---- */

static void add_word(struct search_plan *plan, const char *word, size_t length)
{
    struct plan_word *entry = &plan->words[plan->word_count++];

    if (length > SEARCH_TERM_LIMIT) {
        length = SEARCH_TERM_LIMIT;
        while (length > 0 && ((unsigned char)word[length] & 0xC0) == 0x80)
            length--;
    }
    memset(entry, 0, sizeof *entry);
    memcpy(entry->text, word, length);
    search_stem(entry->text, length, entry->term);
    text_copy(entry->meant, sizeof entry->meant, entry->term);
}

/* Takes the words that carry something; all of them when none does. */
static void take_words(struct search_plan *plan, const char *folded, bool open)
{
    for (int pass = 0; pass < 2 && plan->word_count == 0; pass++) {
        const char *at = folded;
        const char *word;
        size_t length;

        while (plan->word_count < PLAN_WORDS && search_next_word(&at, &word, &length)) {
            if (pass == 1 || !search_word_is_stop(word, length)) {
                add_word(plan, word, length);
                plan->words[plan->word_count - 1].being_typed = open && at[0] == '\0';
            }
        }
    }
}

/* The unit of a synonym's word, shared when it is there already; PLAN_UNITS for no room. */
static size_t meaning_unit(struct search_plan *plan, const char *term, size_t length)
{
    struct plan_unit *unit;

    for (size_t i = 0; i < plan->unit_count; i++) {
        unit = &plan->units[i];
        if (!unit->filter && !unit->typed && unit->readings[0].length == length &&
            memcmp(unit->readings[0].text, term, length) == 0)
            return i;
    }
    if (plan->unit_count == PLAN_UNITS)
        return PLAN_UNITS;
    unit = &plan->units[plan->unit_count];
    *unit = (struct plan_unit){0};
    search_plan_add_reading(unit, READING_TERM, term, length, WEIGHT_TERM);
    return plan->unit_count++;
}

void search_plan_add_alternative(struct search_plan *plan, struct plan_group *group,
                                 const char *folded, float weight)
{
    struct plan_alternative alternative = {.weight = weight};
    const char *at = folded;
    const char *word;
    size_t length;

    if (group->alternative_count >= GROUP_ALTERNATIVES ||
        plan->alternative_count == PLAN_ALTERNATIVES)
        return;
    while (search_next_word(&at, &word, &length)) {
        char term[SEARCH_TERM_LIMIT + 1];
        size_t unit;

        if (search_word_is_stop(word, length))
            continue;
        unit = meaning_unit(plan, term, search_stem(word, length, term));
        if (unit == PLAN_UNITS || alternative.unit_count == PLAN_ALTERNATIVE_UNITS)
            return;
        alternative.units[alternative.unit_count++] = (uint8_t)unit;
    }
    if (alternative.unit_count == 0)
        return;
    /* A group's alternatives lie side by side: those of later groups make room. */
    size_t place = group->first_alternative + group->alternative_count;
    memmove(&plan->alternatives[place + 1], &plan->alternatives[place],
            (plan->alternative_count - place) * sizeof alternative);
    plan->alternatives[place] = alternative;
    plan->alternative_count++;
    group->alternative_count++;
    for (struct plan_group *later = group + 1; later < plan->groups + plan->group_count; later++)
        later->first_alternative++;
}

struct meaning_context {
    struct search_plan *plan;
    struct plan_group *group;
};

static void add_meaning(void *context, const char *wanted, bool same)
{
    struct meaning_context *meaning = context;
    float weight = same ? WEIGHT_SAME : WEIGHT_WANTED;
    const struct plan_alternative *typed =
        &meaning->plan->alternatives[meaning->group->first_alternative];

    /* One word for one word is a reading of it; see add_own_meaning. */
    if (typed->unit_count > 1 || strchr(wanted, ' ') != NULL)
        search_plan_add_alternative(meaning->plan, meaning->group, wanted, weight);
    for (size_t i = 0; i < typed->unit_count; i++)
        meaning->plan->units[typed->units[i]].meant = true;
}

/* Adds what one word means in one word to its readings, also where it is part of a phrase. */
static void add_own_meaning(void *context, const char *wanted, bool same)
{
    struct plan_unit *unit = context;
    char term[SEARCH_TERM_LIMIT + 1];
    float weight = same ? WEIGHT_SAME : WEIGHT_WANTED;

    if (unit->mistyped)
        weight *= MISTYPED_SHARE;
    if (strchr(wanted, ' ') == NULL)
        search_plan_add_reading(unit, READING_MEANING, term,
                                search_stem(wanted, strlen(wanted), term), weight);
}

static void count_meaning(void *context, const char *wanted, bool same)
{
    size_t *count = context;

    (void)wanted;
    (void)same;
    (*count)++;
}

/* The terms of `count` words from `first`, one space between. */
static void join_terms(const struct search_plan *plan, size_t first, size_t count, char *phrase,
                       size_t size)
{
    size_t used = 0;

    phrase[0] = '\0';
    for (size_t i = first; i < first + count; i++) {
        if (i > first && used + 1 < size)
            phrase[used++] = ' ';
        text_copy(phrase + used, size - used, plan->words[i].meant);
        used += strlen(phrase + used);
    }
}

/* How many words from `first` have a meaning together: the longest such run, at least 1. */
static size_t phrase_length(const struct search_plan *plan, size_t first)
{
    for (size_t count = SEARCH_PHRASE_WORDS; count > 1; count--) {
        char phrase[SEARCH_PHRASE_WORDS * (SEARCH_TERM_LIMIT + 1)];
        size_t meanings = 0;

        if (first + count > plan->word_count)
            continue;
        join_terms(plan, first, count, phrase, sizeof phrase);
        search_meanings(phrase, count_meaning, &meanings);
        if (meanings > 0)
            return count;
    }
    return 1;
}

/* Makes the unit of a typed word. What begins so is only wanted of the word being typed; the
 * ranking adds it to others when nothing has the word. */
static void make_unit(struct search_plan *plan, struct plan_word *word)
{
    struct plan_unit *unit = &plan->units[plan->unit_count];
    size_t length = strlen(word->text);
    size_t root = search_root(word->text, length);

    *unit = (struct plan_unit){.typed = true};
    search_plan_add_reading(unit, READING_TERM, word->term, strlen(word->term), WEIGHT_TERM);
    if (word->being_typed)
        search_plan_add_reading(unit, READING_PREFIX, word->text, length, WEIGHT_PREFIX);
    if (root > 0)
        search_plan_add_reading(unit, READING_ROOT, word->text, root, WEIGHT_ROOT);
    search_meanings(word->term, add_own_meaning, unit);
    word->unit = (uint8_t)plan->unit_count++;
}

static void make_group(struct search_plan *plan, size_t first, size_t count)
{
    struct plan_group *group = &plan->groups[plan->group_count++];
    struct meaning_context context = {plan, group};
    char phrase[SEARCH_PHRASE_WORDS * (SEARCH_TERM_LIMIT + 1)];
    struct plan_alternative *typed = &plan->alternatives[plan->alternative_count++];

    *group = (struct plan_group){
        .first_alternative = plan->alternative_count - 1, .alternative_count = 1, .weak = true};
    *typed = (struct plan_alternative){.weight = 1.0F};
    for (size_t i = first; i < first + count; i++) {
        typed->units[typed->unit_count++] = plan->words[i].unit;
        if (!search_word_is_weak(plan->words[i].text, strlen(plan->words[i].text)))
            group->weak = false;
    }
    join_terms(plan, first, count, phrase, sizeof phrase);
    search_meanings(phrase, add_meaning, &context);
}

void search_plan_mean(struct search_plan *plan, struct plan_word *word, const char *term)
{
    text_copy(word->meant, sizeof word->meant, term);
    search_meanings(term, add_own_meaning, &plan->units[word->unit]);
}

void search_plan_group(struct search_plan *plan)
{
    plan->unit_count = plan->typed_units;
    plan->alternative_count = plan->group_count = 0;
    for (size_t i = 0; i < plan->word_count;) {
        size_t count = phrase_length(plan, i);

        make_group(plan, i, count);
        i += count;
    }
}

int search_plan_make(struct search_plan *plan, const char *query, bool closed, struct error *error)
{
    size_t length = strlen(query);
    char *rest;
    char *folded;
    bool open;

    plan->filter_count = plan->word_count = plan->unit_count = 0;
    plan->alternative_count = plan->group_count = 0;
    if (length > SEARCH_QUERY_LIMIT) {
        length = SEARCH_QUERY_LIMIT;
        while (length > 0 && ((unsigned char)query[length] & 0xC0) == 0x80)
            length--;
    }
    rest = take_filters(plan, query, length);
    add_open_unit(plan, closed);
    folded = rest == NULL ? NULL : text_fold(rest, strlen(rest));
    if (folded == NULL) {
        free(rest);
        return error_set(error, ERROR_MEMORY, "search: out of memory");
    }
    open = rest[0] != '\0' && !is_space(rest[strlen(rest) - 1]);
    take_words(plan, folded, open);
    free(folded);
    free(rest);
    for (size_t i = 0; i < plan->word_count; i++)
        make_unit(plan, &plan->words[i]);
    plan->typed_units = plan->unit_count;
    search_plan_group(plan);
    return 0;
}
