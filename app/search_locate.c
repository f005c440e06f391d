#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/search_rank_internal.h"
#include "app/search_words.h"

/* How sure a reading at one and at two edits is. */
#define WEIGHT_TYPO_ONE    0.85F
#define WEIGHT_TYPO_TWO    0.7F
#define WEIGHT_PREFIX_LATE 0.6F /* a beginning that is not the last word */
#define WEIGHT_JOINED      0.9F

/* Readings of one mistyped word. */
#define TYPO_READINGS 3

#define RARITY_LEAST 0.25F
#define WEAK_SHARE   0.4F

static void locate_reading(struct search *search, size_t segment, size_t unit, size_t reading)
{
    struct located *located = search_located(search, segment, unit, reading);
    const struct plan_reading *wanted = &search->plan->units[unit].readings[reading];
    struct search_segment *where = search->segments[segment];

    *located = (struct located){0};
    if (wanted->kind == READING_PREFIX || wanted->kind == READING_ROOT) {
        search_segment_range(where, wanted->text, wanted->length, &located->first, &located->end);
    } else {
        struct search_term term;

        if (search_segment_find(where, wanted->text, wanted->length, &term)) {
            located->first = term.identity;
            located->end = term.identity + 1;
            located->documents = term.documents;
            located->offset = term.offset;
            located->size = term.size;
        }
    }
}

/* Locates the readings of a unit from `from` on, in all segments. */
static void locate_unit(struct search *search, size_t unit, size_t from)
{
    for (size_t segment = 0; segment < search->segment_count; segment++) {
        for (size_t i = from; i < search->plan->units[unit].reading_count; i++)
            locate_reading(search, segment, unit, i);
    }
}

/* True when some segment has the reading. */
static bool reading_is_found(const struct search *search, size_t unit, size_t reading)
{
    for (size_t segment = 0; segment < search->segment_count; segment++) {
        const struct located *located = search_located(search, segment, unit, reading);

        if (located->end > located->first)
            return true;
    }
    return false;
}

/* True when the word itself, or for the one being typed a longer word, is somewhere. */
static bool unit_is_found(const struct search *search, size_t unit)
{
    const struct plan_unit *entry = &search->plan->units[unit];

    for (size_t i = 0; i < entry->reading_count; i++) {
        if (entry->readings[i].kind != READING_ROOT && reading_is_found(search, unit, i))
            return true;
    }
    return false;
}

static bool term_exists(const struct search *search, const char *text, size_t length)
{
    struct search_term term;

    for (size_t segment = 0; segment < search->segment_count; segment++) {
        if (search_segment_find(search->segments[segment], text, length, &term))
            return true;
    }
    return false;
}

/* ---- words that nothing has ---- */

/* The nearest terms found so far. */
struct nearest {
    const struct search *search; /* a newer key ends the walk through the dictionary */
    const struct plan_word *word;
    size_t length; /* of its term */
    unsigned limit;
    bool prefix; /* the word is being typed: the beginning of a term is enough */
    size_t count;
    struct {
        char text[SEARCH_TERM_LIMIT + 1];
        size_t length;
        unsigned edits;
        bool alike; /* but for doubled letters */
        uint32_t documents;
    } terms[TYPO_READINGS];
    /* Terms that share this many bytes with the last one cannot be near either. */
    size_t hopeless;
    char last[SEARCH_TERM_LIMIT + 1];
    size_t last_length;
};

/* True when two words are the same but for letters written once or twice. */
static bool is_alike(const char *left, const char *right)
{
    while (*left != '\0' && *left == *right) {
        char letter = *left;

        while (*left == letter)
            left++;
        while (*right == letter)
            right++;
    }
    return *left == *right;
}

static bool is_nearer(const struct nearest *nearest, const struct search_term *term, unsigned edits,
                      bool alike, size_t place)
{
    bool same_start = term->text[0] == nearest->word->term[0];
    bool other_start = nearest->terms[place].text[0] == nearest->word->term[0];

    if (edits != nearest->terms[place].edits)
        return edits < nearest->terms[place].edits;
    if (alike != nearest->terms[place].alike)
        return alike;
    if (same_start != other_start)
        return same_start;
    return term->documents > nearest->terms[place].documents;
}

static void nearest_add(struct nearest *nearest, const struct search_term *term, unsigned edits)
{
    bool alike = is_alike(nearest->word->term, term->text);
    size_t place;

    for (size_t i = 0; i < nearest->count; i++) {
        if (strcmp(nearest->terms[i].text, term->text) == 0) {
            nearest->terms[i].documents += term->documents;
            return;
        }
    }
    place = nearest->count;
    while (place > 0 && is_nearer(nearest, term, edits, alike, place - 1))
        place--;
    if (place >= TYPO_READINGS)
        return;
    if (nearest->count < TYPO_READINGS)
        nearest->count++;
    memmove(&nearest->terms[place + 1], &nearest->terms[place],
            (nearest->count - place - 1) * sizeof nearest->terms[0]);
    memcpy(nearest->terms[place].text, term->text, term->length + 1);
    nearest->terms[place].length = term->length;
    nearest->terms[place].edits = edits;
    nearest->terms[place].alike = alike;
    nearest->terms[place].documents = term->documents;
}

static bool nearest_visit(void *context, const struct search_term *term)
{
    struct nearest *nearest = context;
    size_t shared = 0;
    unsigned edits;

    if (search_is_cancelled(nearest->search))
        return false;
    while (shared < term->length && shared < nearest->last_length &&
           term->text[shared] == nearest->last[shared])
        shared++;
    memcpy(nearest->last, term->text, term->length);
    nearest->last_length = term->length;
    if (nearest->hopeless > 0 && shared >= nearest->hopeless)
        return true;
    nearest->hopeless = 0;
    if (term->text[0] == SEARCH_FILTER_MARK || term->length + nearest->limit < nearest->length ||
        (!nearest->prefix && term->length > nearest->length + nearest->limit))
        return true;
    edits = search_distance(nearest->word->term, nearest->length, term->text, term->length,
                            nearest->limit, nearest->prefix, &nearest->hopeless);
    if (edits <= nearest->limit)
        nearest_add(nearest, term, edits);
    return true;
}

/* A word that the records need not have, because it has a meaning. */
static void nearest_meaning(void *context, const char *text)
{
    struct nearest *nearest = context;
    struct search_term term = {.length = strlen(text)};

    if (term.length > SEARCH_TERM_LIMIT)
        return;
    memcpy(term.text, text, term.length + 1);
    nearest->last_length = 0;
    nearest->hopeless = 0;
    nearest_visit(nearest, &term);
}

/* Edits that are forgiven in a word of this length. */
static unsigned edits_allowed(size_t length)
{
    return length < 4 ? 0 : length < 7 ? 1 : 2;
}

/*
 * Reads a word as the nearest terms within `limit` edits, of the records or of those that have a
 * meaning; false when there are none.
 */
static bool find_typos(struct search *search, struct plan_word *word, unsigned limit)
{
    struct plan_unit *unit = &search->plan->units[word->unit];
    size_t before = unit->reading_count;
    bool alike;
    struct nearest nearest = {
        .search = search, .word = word, .length = strlen(word->term), .prefix = word->being_typed};

    nearest.limit = edits_allowed(nearest.length);
    if (nearest.limit > limit)
        nearest.limit = limit;
    if (nearest.limit == 0)
        return false;
    for (size_t i = 0; i < search->segment_count && !search_is_cancelled(search); i++) {
        nearest.hopeless = 0;
        nearest.last_length = 0;
        search_segment_walk(search->segments[i], 0,
                            search_segment_layout(search->segments[i])->terms, nearest_visit,
                            &nearest);
    }
    search_meaning_words(nearest_meaning, &nearest);
    alike = nearest.count > 0 && nearest.terms[0].alike;
    for (size_t i = 0; i < nearest.count; i++) {
        unsigned edits = nearest.terms[i].edits;

        if (edits > nearest.terms[0].edits)
            break;
        if (alike && !nearest.terms[i].alike)
            break;
        if (edits > 0) /* else it is the beginning of a word that only its meanings have */
            search_plan_add_reading(
                unit, READING_TYPO, nearest.terms[i].text, nearest.terms[i].length,
                (edits == 1 ? WEIGHT_TYPO_ONE : WEIGHT_TYPO_TWO) - 0.05F * (float)i);
    }
    unit->mistyped = nearest.count > 0 && nearest.terms[0].edits > 0;
    if (nearest.count > 0)
        search_plan_mean(search->plan, word, nearest.terms[0].text);
    locate_unit(search, word->unit, before);
    return nearest.count > 0;
}

/* Where a word is two written together ("childcare", "covid19"); 0 when it is not. */
static size_t find_parts(const struct search *search, const struct plan_word *word)
{
    size_t length = strlen(word->text);

    for (size_t at = 2; at + 2 <= length; at++) {
        char left[SEARCH_TERM_LIMIT + 1];
        char right[SEARCH_TERM_LIMIT + 1];
        bool digits_left = word->text[at - 1] >= '0' && word->text[at - 1] <= '9';
        bool digits_right = word->text[at] >= '0' && word->text[at] <= '9';

        if (digits_left == digits_right && (at < 3 || length - at < 3))
            continue;
        if (term_exists(search, left, search_stem(word->text, at, left)) &&
            term_exists(search, right, search_stem(word->text + at, length - at, right)))
            return at;
    }
    return 0;
}

/* Adds both parts of such a word as an alternative to its group. */
static void add_parts(struct search *search, const struct plan_word *word, size_t at,
                      struct plan_group *group)
{
    char parts[SEARCH_TERM_LIMIT + 2];

    memcpy(parts, word->text, at);
    parts[at] = ' ';
    memcpy(parts + at + 1, word->text + at, strlen(word->text) - at + 1);
    search_plan_add_alternative(search->plan, group, parts, WEIGHT_JOINED);
}

/* Two words that something has as one ("pass port", "rc 151"): both are read as that. */
static void find_joined(struct search *search)
{
    struct search_plan *plan = search->plan;

    for (size_t i = 0; i + 1 < plan->word_count; i++) {
        struct plan_word *first = &plan->words[i];
        struct plan_word *second = &plan->words[i + 1];
        char joined[2 * SEARCH_TERM_LIMIT + 1];
        char term[SEARCH_TERM_LIMIT + 1];
        size_t length;

        memcpy(joined, first->text, strlen(first->text));
        length = strlen(first->text);
        memcpy(joined + length, second->text, strlen(second->text));
        length += strlen(second->text);
        length = search_stem(joined, length, term);
        if (!term_exists(search, term, length))
            continue;
        for (size_t j = 0; j < 2; j++) {
            size_t unit = j == 0 ? first->unit : second->unit;
            size_t before = plan->units[unit].reading_count;

            search_plan_add_reading(&plan->units[unit], READING_TERM, term, length, WEIGHT_JOINED);
            locate_unit(search, unit, before);
        }
    }
}

/* The group of a word of the query. */
static struct plan_group *group_of(struct search_plan *plan, const struct plan_word *word)
{
    for (size_t i = 0; i < plan->group_count; i++) {
        const struct plan_alternative *typed =
            &plan->alternatives[plan->groups[i].first_alternative];

        for (size_t j = 0; j < typed->unit_count; j++) {
            if (typed->units[j] == word->unit)
                return &plan->groups[i];
        }
    }
    return &plan->groups[0];
}

/* Reads a word anew when nothing has it; returns where it is two words, or 0. */
static size_t read_word_anew(struct search *search, struct plan_word *word)
{
    struct plan_unit *unit = &search->plan->units[word->unit];
    size_t length = strlen(word->text);
    size_t before = unit->reading_count;
    size_t parts;

    if (unit_is_found(search, word->unit))
        return 0;
    /* As a beginning, although other words follow or its end was folded. */
    if (length >= 3 || search->plan->word_count == 1) {
        search_plan_add_reading(unit, READING_PREFIX, word->being_typed ? word->term : word->text,
                                word->being_typed ? strlen(word->term) : length,
                                WEIGHT_PREFIX_LATE);
        locate_unit(search, word->unit, before);
    }
    if (unit->meant || unit_is_found(search, word->unit) || find_typos(search, word, 1))
        return 0;
    parts = find_parts(search, word);
    if (parts == 0)
        find_typos(search, word, 2);
    return parts;
}

static void read_anew(struct search *search)
{
    struct search_plan *plan = search->plan;
    size_t parts[PLAN_WORDS] = {0};
    bool changed = false;

    find_joined(search);
    for (size_t i = 0; i < plan->word_count && !search_is_cancelled(search); i++) {
        parts[i] = read_word_anew(search, &plan->words[i]);
        changed = changed || parts[i] > 0 || strcmp(plan->words[i].meant, plan->words[i].term) != 0;
    }
    if (!changed)
        return;
    search_plan_group(plan);
    for (size_t i = 0; i < plan->word_count; i++) {
        if (parts[i] > 0)
            add_parts(search, &plan->words[i], parts[i], group_of(plan, &plan->words[i]));
    }
    for (size_t i = plan->typed_units; i < plan->unit_count; i++)
        locate_unit(search, i, 0);
}

/* ---- how rare and how important ---- */

static bool sum_documents(void *context, const struct search_term *term)
{
    uint64_t *sum = context;

    *sum += term->documents;
    return true;
}

/* Documents that have a reading, about. */
static uint64_t count_documents(const struct search *search, size_t unit, size_t reading)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < search->segment_count; i++) {
        const struct located *located = search_located(search, i, unit, reading);
        uint32_t terms = located->end - located->first;

        if (terms == 1 && located->size > 0)
            sum += located->documents;
        else if (terms > LOCATE_WALK)
            sum += search_segment_layout(search->segments[i])->documents / 4;
        else if (terms > 0)
            search_segment_walk(search->segments[i], located->first, located->end, sum_documents,
                                &sum);
    }
    return sum;
}

/* A word that is there, or known to mean something, is rather complete than half a word. */
static void lower_prefix(struct search *search, size_t unit)
{
    struct plan_unit *entry = &search->plan->units[unit];

    if (!entry->typed || (!entry->meant && !reading_is_found(search, unit, 0)))
        return;
    for (size_t i = 0; i < entry->reading_count; i++) {
        if (entry->readings[i].kind == READING_PREFIX)
            entry->readings[i].weight = WEIGHT_PREFIX_LATE;
    }
}

static void weigh_unit(struct search *search, size_t unit)
{
    struct plan_unit *entry = &search->plan->units[unit];
    double documents = (double)search_index_documents(search->index) + 1;

    entry->matches = 0;
    lower_prefix(search, unit);
    /* The word itself tells how rare it is; only when nothing has it, its other readings do. */
    for (size_t i = 0; i < entry->reading_count && entry->matches == 0; i++)
        entry->matches = count_documents(search, unit, i);
    entry->rarity = 0;
    if (entry->matches > 0) {
        entry->rarity = (float)log(1.0 + documents / (double)entry->matches);
        if (entry->rarity < RARITY_LEAST)
            entry->rarity = RARITY_LEAST;
    }
}

static void weigh_groups(struct search_plan *plan)
{
    for (size_t i = 0; i < plan->group_count; i++) {
        struct plan_group *group = &plan->groups[i];
        size_t words = plan->alternatives[group->first_alternative].unit_count;

        group->importance = 0;
        for (size_t j = 0; j < group->alternative_count; j++) {
            struct plan_alternative *alternative =
                &plan->alternatives[group->first_alternative + j];
            bool complete = true;
            float usual;

            alternative->rarity = 0;
            for (size_t k = 0; k < alternative->unit_count; k++) {
                float rarity = plan->units[alternative->units[k]].rarity;

                alternative->rarity += rarity;
                complete = complete && rarity > 0;
            }
            if (j > 0 && !complete)
                alternative->rarity = 0; /* a meaning needs all of its words */
            if (j > 0 && group->importance > 0)
                continue; /* the words as typed are known: they tell how much the group matters */
            usual = j == 0 ? alternative->rarity
                           : alternative->rarity / (float)alternative->unit_count * (float)words;
            if (usual > group->importance)
                group->importance = usual;
        }
        if (group->weak)
            group->importance *= WEAK_SHARE;
    }
}

int search_locate(struct search *search, struct error *error)
{
    struct search_plan *plan = search->plan;
    size_t places = (search->segment_count + 1) * PLAN_UNITS * PLAN_READINGS;

    search->located = malloc(places * sizeof *search->located);
    if (search->located == NULL)
        return error_set(error, ERROR_MEMORY, "search: out of memory");
    for (size_t i = 0; i < plan->unit_count; i++)
        locate_unit(search, i, 0);
    read_anew(search);
    if (plan->unit_count == 1) {
        lower_prefix(search, 0);
        plan->units[0].rarity = 1; /* nothing to compare with */
    } else
        for (size_t i = 0; i < plan->unit_count; i++)
            weigh_unit(search, i);
    weigh_groups(plan);
    for (size_t i = 0; i < plan->typed_units; i++)
        plan->units[i].known = plan->units[i].meant || unit_is_found(search, i);
    if (search_is_cancelled(search))
        return error_set(error, ERROR_CANCELLED, "search: cancelled");
    return 0;
}
