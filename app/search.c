#include "app/search.h"

#include <stdlib.h>
#include <string.h>

#include "app/catalogue_internal.h"
#include "app/search_choice.h"
#include "app/search_index_internal.h"
#include "app/search_plan.h"
#include "app/search_rank.h"
#include "app/text.h"

/* A chain of moves longer than this is taken for a loop. */
#define MOVES_MOST 16

/* What the title adds when the query says all of it, as a share of the score; and what its words
 * standing in the query's order add. */
#define TITLE_SHARE  0.25
#define PHRASE_SHARE 0.2

/* Demand in the agent's channel decides between equal texts: it adds at most this share. */
#define CHANNEL_SHARE 0.02

/* Documents looked at beyond those wanted: a title can lift one of them. */
#define MARGIN 12

/* One document on its way to the screen. */
struct candidate {
    int64_t number;
    int64_t moved_from; /* the record found, when `number` is its successor; 0 */
    double score;
    double liked; /* what the office's choices make of the score: a factor, 1 for nothing */
    bool ended;
    bool suggested;
};

/* Where the texts of the results are gathered; pointers are made when it no longer grows. */
struct gather {
    struct search_results *results;
    struct text_buffer texts;
};

/* ---- titles ---- */

/* True when a title's term is one of the readings of a query's word. */
static bool term_is_read(const struct plan_unit *unit, const char *term, size_t length)
{
    for (size_t i = 0; i < unit->reading_count; i++) {
        const struct plan_reading *reading = &unit->readings[i];

        if (reading->text[0] == term[0] && reading->kind != READING_ROOT &&
            (reading->length == length ||
             (reading->kind == READING_PREFIX && reading->length < length)) &&
            memcmp(reading->text, term, reading->length) == 0)
            return true;
    }
    return false;
}

/* For each byte, the words of the query (as bits) of which a reading begins with it: few terms of a
 * title need a closer look. */
struct openings {
    uint32_t words[256];
};

static void openings_know(struct openings *openings, const struct search_plan *plan)
{
    memset(openings, 0, sizeof *openings);
    for (size_t i = 0; i < plan->word_count; i++) {
        const struct plan_unit *unit = &plan->units[plan->words[i].unit];

        for (size_t j = 0; j < unit->reading_count; j++)
            openings->words[(unsigned char)unit->readings[j].text[0]] |= 1u << i;
    }
}

/* How well a title (its terms between spaces, so many) and the query's words cover each other, 0 to
 * 1, and whether all the words follow one another in it. */
static double title_cover(const char *terms, size_t title_words, const struct search_plan *plan,
                          const struct openings *openings, bool *in_order)
{
    size_t places[PLAN_WORDS]; /* in the title, from 1 */
    size_t place = 0;
    size_t found = 0;
    size_t ordered = 0;

    *in_order = false;
    for (size_t i = 0; i < plan->word_count; i++)
        places[i] = 0;
    for (const char *at = terms + 1; found < plan->word_count && place < title_words; place++) {
        const char *end = at;

        while (*end != ' ')
            end++;
        for (uint32_t left = openings->words[(unsigned char)at[0]], i = 0; left != 0;
             left >>= 1, i++) {
            if ((left & 1) != 0 && places[i] == 0 &&
                term_is_read(&plan->units[plan->words[i].unit], at, (size_t)(end - at))) {
                places[i] = place + 1;
                found++;
            }
        }
        at = end + 1;
    }
    if (found == 0)
        return 0;
    for (size_t i = 1; i < plan->word_count; i++)
        ordered += places[i - 1] > 0 && places[i] == places[i - 1] + 1;
    *in_order = plan->word_count > 1 && ordered + 1 == plan->word_count;
    if (found > title_words)
        found = title_words;
    return (double)found * (double)found / ((double)title_words * (double)plan->word_count);
}

static double title_factor(const struct search_card *card, const struct search_plan *plan,
                           const struct openings *openings)
{
    bool fr_order;
    bool en_order;
    double fr = title_cover(card->terms_fr, card->words_fr, plan, openings, &fr_order);
    double en = title_cover(card->terms_en, card->words_en, plan, openings, &en_order);

    return 1.0 + TITLE_SHARE * (fr > en ? fr : en) + (fr_order || en_order ? PHRASE_SHARE : 0.0);
}

/* ---- moved records ---- */

/* Follows a moved record to its successor; stays where a chain loops or ends nowhere. */
static int follow_moves(struct search_card_cache *cards, int64_t *number, struct error *error)
{
    int64_t at = *number;

    for (int steps = 0; steps < MOVES_MOST; steps++) {
        const struct search_card *card;
        int64_t next = 0;
        int code = search_card_read(cards, at, &card, error);

        if (code != 0)
            return code;
        if (card == NULL)
            return 0;
        if (card->moved_to[0] == '\0') {
            *number = at;
            return 0;
        }
        code = search_card_find(cards, card->type, card->moved_to, &next, error);
        if (code == 0 && next == 0)
            code =
                search_card_find(cards, card->type == RECORD_SERVICE ? RECORD_FORM : RECORD_SERVICE,
                                 card->moved_to, &next, error);
        if (code != 0)
            return code;
        if (next == 0)
            return 0;
        at = next;
    }
    return 0;
}

/* ---- from documents to candidates ---- */

static bool comes_before(const struct candidate *left, const struct candidate *right)
{
    if (left->ended != right->ended)
        return !left->ended;
    if (left->score != right->score)
        return left->score > right->score;
    return left->number < right->number;
}

/* They are nearly in order already, so each moves up a little. */
static void order_candidates(struct candidate *candidates, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct candidate candidate = candidates[i];
        size_t at = i;

        for (; at > 0 && comes_before(&candidate, &candidates[at - 1]); at--)
            candidates[at] = candidates[at - 1];
        candidates[at] = candidate;
    }
}

/* Adds a candidate, or betters the one of the same record: only moves (`moved`: there was one) lead
 * to the same record twice. */
static void candidate_add(struct candidate *candidates, size_t *count, bool moved,
                          const struct candidate *candidate)
{
    for (size_t i = 0; moved && i < *count; i++) {
        if (candidates[i].number != candidate->number)
            continue;
        if (candidates[i].score < candidate->score)
            candidates[i] = *candidate;
        return;
    }
    candidates[(*count)++] = *candidate;
}

/* What all candidates are judged by. */
struct asked {
    const struct search_request *request;
    const struct search_plan *plan;
    struct openings openings;
    const char *words; /* as choices are counted under */
    bool named;        /* one of the candidates is named outright, by its code or id */
};

static int make_candidate(struct search_card_cache *cards, struct asked *asked,
                          const struct search_ranked *ranked, struct candidate *candidate,
                          struct error *error)
{
    const struct search_request *request = asked->request;
    const struct search_card *card;
    int channel = request->channel == NULL ? -1 : search_card_channel(request->channel);
    int code = search_card_read(cards, ranked->number, &card, error);

    *candidate =
        (struct candidate){.number = ranked->number, .suggested = ranked->suggested, .liked = 1.0};
    if (code != 0 || card == NULL)
        return code != 0 ? code : ERROR_NOT_FOUND;
    candidate->score = (double)ranked->score * title_factor(card, asked->plan, &asked->openings);
    if (channel >= 0)
        candidate->score *= 1.0 + CHANNEL_SHARE * card->demand[channel] / 255.0;
    candidate->ended = card->ended;
    if (card->moved_to[0] != '\0') {
        code = follow_moves(cards, &candidate->number, error);
        if (code == 0 && candidate->number == ranked->number)
            candidate->ended = true; /* it leads nowhere */
        else
            candidate->moved_from = ranked->number;
        if (code == 0 && candidate->moved_from != 0) {
            code = search_card_read(cards, candidate->number, &card, error);
            candidate->ended = card != NULL && card->ended;
        }
    }
    if (code == 0 && card != NULL && request->choices != NULL) {
        asked->named = asked->named || search_choice_is_code(asked->plan, card->code) ||
                       search_choice_is_code(asked->plan, card->source_id);
        candidate->liked =
            search_choice_factor(request->choices, asked->words, card->key, request->channel);
    }
    return code;
}

/* ---- from candidates to results ---- */

/* Adds the texts of a card, all at once; returns where they begin. */
static size_t gather_card(struct gather *gather, const struct search_card *card)
{
    size_t place = gather->texts.length;

    text_buffer_add(&gather->texts, card->bytes, (size_t)(card->terms_fr - card->bytes));
    return place;
}

/* A text of a card that was added at `place`; its place becomes a pointer when all are there. */
static const char *gather_text(size_t place, const struct search_card *card, const char *text)
{
    return (const char *)(uintptr_t)(place + (size_t)(text - card->bytes) + 1);
}

static void gather_point(const struct gather *gather, const char **text)
{
    if (*text != NULL)
        *text = gather->results->texts + ((uintptr_t)*text - 1);
}

static const char *in_language(const char *language, const char *fr, const char *en)
{
    bool french = language == NULL || strncmp(language, "fr", 2) == 0;

    if (french)
        return fr[0] != '\0' ? fr : en;
    return en[0] != '\0' ? en : fr;
}

static int gather_result(struct gather *gather, struct search_card_cache *cards,
                         const struct candidate *candidate, const char *language,
                         struct error *error)
{
    struct search_result *result = &gather->results->items[gather->results->count];
    const struct search_card *card;
    size_t place;
    int code = search_card_read(cards, candidate->number, &card, error);

    if (code != 0 || card == NULL)
        return code;
    place = gather_card(gather, card);
    result->type = card->type;
    result->id = card->id;
    result->key = gather_text(place, card, card->key);
    result->source_id = gather_text(place, card, card->source_id);
    result->code = gather_text(place, card, card->code);
    result->title = gather_text(place, card, in_language(language, card->title_fr, card->title_en));
    result->owner = gather_text(place, card, in_language(language, card->owner_fr, card->owner_en));
    result->level = card->level;
    result->score = candidate->score;
    result->ended = candidate->ended;
    result->suggested = candidate->suggested;
    if (candidate->moved_from != 0) {
        code = search_card_read(cards, candidate->moved_from, &card, error);
        if (code == 0 && card != NULL) {
            place = gather_card(gather, card);
            result->moved_from =
                gather_text(place, card, in_language(language, card->title_fr, card->title_en));
            result->moved_from_key = gather_text(place, card, card->key);
        }
    }
    if (code == 0)
        gather->results->count++;
    return code;
}

static int gather_results(struct gather *gather, struct search_card_cache *cards,
                          const struct candidate *candidates, size_t count,
                          const struct search_request *request, struct error *error)
{
    struct search_results *results = gather->results;
    int code = 0;

    results->items = calloc(count + 1, sizeof *results->items);
    if (results->items == NULL)
        return error_set(error, ERROR_MEMORY, "search: out of memory");
    for (size_t i = 0; code == 0 && i < count; i++)
        code = gather_result(gather, cards, &candidates[i], request->language, error);
    if (code != 0)
        return code;
    if (gather->texts.failed)
        return error_set(error, ERROR_MEMORY, "search: out of memory");
    results->texts = text_buffer_take(&gather->texts);
    for (size_t i = 0; i < results->count; i++) {
        struct search_result *result = &results->items[i];

        gather_point(gather, &result->key);
        gather_point(gather, &result->source_id);
        gather_point(gather, &result->code);
        gather_point(gather, &result->title);
        gather_point(gather, &result->owner);
        gather_point(gather, &result->moved_from);
        gather_point(gather, &result->moved_from_key);
    }
    return 0;
}

/* ---- what was read differently ---- */

/* Finds a word of a text that has this term, as it is written there, folded; for the screen. */
static bool spell(const char *text, const char *term, char *spelt, size_t size)
{
    char *folded = text_fold(text, strlen(text));
    const char *at = folded;
    const char *word;
    size_t length;
    bool found = false;

    while (folded != NULL && !found && search_next_word(&at, &word, &length)) {
        char stem[SEARCH_TERM_LIMIT + 1];

        search_stem(word, length, stem);
        if (strcmp(stem, term) == 0 && length < size) {
            memcpy(spelt, word, length);
            spelt[length] = '\0';
            found = true;
        }
    }
    free(folded);
    return found;
}

/* The best reading of a mistyped word, as the first results write it. */
static void note_reading(struct search_card_cache *cards, const struct candidate *candidates,
                         size_t count, const struct plan_word *word, const struct plan_unit *unit,
                         const char *language, struct search_reading *reading)
{
    const struct plan_reading *best = NULL;
    bool spelt = false;

    for (size_t i = 0; i < unit->reading_count && best == NULL; i++) {
        if (unit->readings[i].kind == READING_TYPO)
            best = &unit->readings[i];
    }
    text_copy(reading->typed, sizeof reading->typed, word->text);
    text_copy(reading->read, sizeof reading->read, best->text);
    for (size_t i = 0; i < count && i < 20 && !spelt; i++) {
        struct error ignored = ERROR_INIT;
        const struct search_card *card = NULL;

        if (search_card_read(cards, candidates[i].number, &card, &ignored) != 0 || card == NULL)
            continue;
        spelt = spell(in_language(language, card->title_fr, card->title_en), best->text,
                      reading->read, sizeof reading->read) ||
                spell(in_language(language, card->title_en, card->title_fr), best->text,
                      reading->read, sizeof reading->read);
    }
}

static int note_readings(struct search_results *results, struct search_card_cache *cards,
                         const struct search_plan *plan, const struct candidate *candidates,
                         size_t count, const char *language, struct error *error)
{
    results->filters = malloc((plan->filter_count + 1) * sizeof *results->filters);
    results->readings = calloc(plan->word_count + 1, sizeof *results->readings);
    if (results->filters == NULL || results->readings == NULL)
        return error_set(error, ERROR_MEMORY, "search: out of memory");
    memcpy(results->filters, plan->filters, plan->filter_count * sizeof *results->filters);
    results->filter_count = plan->filter_count;
    for (size_t i = 0; i < plan->word_count; i++) {
        const struct plan_unit *unit = &plan->units[plan->words[i].unit];
        bool read_anew = false;

        for (size_t j = 0; j < unit->reading_count; j++)
            read_anew = read_anew || unit->readings[j].kind == READING_TYPO;
        if (read_anew)
            note_reading(cards, candidates, count, &plan->words[i], unit, language,
                         &results->readings[results->reading_count++]);
    }
    return 0;
}

/* ---- the search ---- */

/* What one search needs for a while; too large for a stack. */
struct scratch {
    struct search_plan plan;
    struct asked asked;
    struct search_ranked ranked[SEARCH_RANKED_MOST];
    struct candidate candidates[SEARCH_RANKED_MOST];
};

static int run(struct catalogue *catalogue, const struct search_request *request, size_t limit,
               struct scratch *scratch, struct search_results *results, struct error *error)
{
    struct search_index *index = catalogue_search_index(catalogue);
    struct search_card_cache *cards = search_index_cards(index);
    struct gather gather = {.results = results};
    size_t ranked = 0;
    size_t count = 0;
    bool moved = false;
    int code = search_rank(index, &scratch->plan, limit + MARGIN, request->cancel, scratch->ranked,
                           &ranked, error);

    if (code != 0)
        return code;
    for (int step = 0; step < 2; step++) {
        for (size_t i = 0; i < ranked && i < limit + MARGIN; i++)
            search_card_expect(cards, scratch->ranked[i].number, step);
    }
    search_choice_words(&scratch->plan, results->words);
    scratch->asked =
        (struct asked){.request = request, .plan = &scratch->plan, .words = results->words};
    openings_know(&scratch->asked.openings, &scratch->plan);
    /* Titles can change the order, so more than is wanted is looked at. */
    for (size_t i = 0; code == 0 && i < ranked && count < limit + MARGIN; i++) {
        struct candidate candidate;

        code = make_candidate(cards, &scratch->asked, &scratch->ranked[i], &candidate, error);
        moved = moved || candidate.moved_from != 0;
        if (code == 0)
            candidate_add(scratch->candidates, &count, moved, &candidate);
        else if (code == ERROR_NOT_FOUND)
            code = 0;
    }
    if (code != 0)
        return code;
    /* What the office chooses acts unless one was named outright. */
    for (size_t i = 0; i < count && !scratch->asked.named; i++)
        scratch->candidates[i].score *= scratch->candidates[i].liked;
    order_candidates(scratch->candidates, count);
    if (count > limit)
        count = limit;
    code = note_readings(results, cards, &scratch->plan, scratch->candidates, count,
                         request->language, error);
    if (code == 0)
        code = gather_results(&gather, cards, scratch->candidates, count, request, error);
    text_buffer_free(&gather.texts);
    return code;
}

int search_run(struct catalogue *catalogue, const struct search_request *request,
               struct search_results **results, struct error *error)
{
    struct scratch *scratch = malloc(sizeof *scratch);
    struct search_results *made = calloc(1, sizeof *made);
    size_t limit = request->limit == 0 || request->limit > SEARCH_LIMIT_MOST ? SEARCH_LIMIT_MOST
                                                                             : request->limit;
    int code;

    *results = NULL;
    if (scratch == NULL || made == NULL) {
        free(scratch);
        free(made);
        return error_set(error, ERROR_MEMORY, "search: out of memory");
    }
    code = search_plan_make(&scratch->plan, request->query, request->closed, error);
    if (code == 0) {
        code = catalogue_begin_read(catalogue, error);
        if (code == 0) {
            code = run(catalogue, request, limit, scratch, made, error);
            catalogue_end_read(catalogue);
        }
    }
    free(scratch);
    if (code != 0) {
        search_results_free(made);
        return code;
    }
    *results = made;
    return 0;
}

size_t search_filters(const char *query, struct search_filter filters[SEARCH_FILTERS_MOST])
{
    struct search_plan *plan = malloc(sizeof *plan);
    struct error ignored = ERROR_INIT;
    size_t count = 0;

    if (plan != NULL && search_plan_make(plan, query, false, &ignored) == 0) {
        count = plan->filter_count;
        memcpy(filters, plan->filters, count * sizeof *filters);
    }
    free(plan);
    return count;
}

void search_results_free(struct search_results *results)
{
    if (results == NULL)
        return;
    free(results->items);
    free(results->filters);
    free(results->readings);
    free(results->texts);
    free(results);
}

size_t search_memory(struct catalogue *catalogue)
{
    return search_index_memory(catalogue_search_index(catalogue));
}
